"""Journal events as values, and their one-line text form. Knows nothing of files, decks or scheduling.

Times: `at` is milliseconds since the Unix epoch, UTC. `day`, `until` and day-valued `due` are study days as
`date.toordinal()`; an instant-valued `due` (a learning step) is milliseconds like `at`.

`because` names an event that this one goes with: it dies with it. A leech's suspension goes with its review; of the
events that one command makes, all but the first go with the first, so that one undo takes back the whole batch. What
another program's file told of goes with an `import`.

A line is a JSON object whose last key is `crc`, the CRC-32 of the bytes before `,"crc"`. Reading takes any JSON with
that ending, ignores keys it does not know and never raises: what is not an event comes back as `Bad`. Journals may come
from strangers, so sizes, types and ranges are checked here, once, and nowhere after.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Literal
from zlib import crc32

from srs.errors import SrsError
from srs.memory.days import iso_day, iso_instant, parse_day, parse_instant, start_of_date, start_of_minute
from srs.memory.format import FORMAT as FORMAT
from srs.values import frozen, replace

MAX_LINE: Final = 1 << 16  # bytes of a line, the newline not counted
_MAX_ID = 128  # characters of an event id
_MAX_NAME = 1024  # characters of a card, note, hash, device or kind
_MAX_COUNT = 1 << 53  # milliseconds, steps
LONGEST_MS: Final = 600_000
"""Ten minutes: no thinking time is kept as longer, so that a night at the keyboard spoils no average."""

Mode = Literal["study", "cram"]


@frozen
class Review:
    """An answer. `step` None: `due` is a study day; else an instant, and `step` the learning step shown next."""

    id: str
    at: int
    card: str
    rating: int
    ms: int | None
    mode: Mode
    day: int
    due: int
    step: int | None
    after: str | None
    because: str | None = None


@frozen
class Undo:
    id: str
    at: int
    event: str


@frozen
class Suspend:
    id: str
    at: int
    card: str
    because: str | None = None


@frozen
class Unsuspend:
    id: str
    at: int
    card: str
    because: str | None = None


@frozen
class Bury:
    """Buried until study day `until` begins."""

    id: str
    at: int
    card: str
    until: int
    because: str | None = None


@frozen
class Unbury:
    id: str
    at: int
    card: str
    because: str | None = None


@frozen
class Flag:
    """`flag` 0 to 7; 0 takes it off."""

    id: str
    at: int
    card: str
    flag: int
    because: str | None = None


@frozen
class Mark:
    """What is wrong with the card, in the learner's words; empty text clears the mark."""

    id: str
    at: int
    card: str
    text: str
    because: str | None = None


@frozen
class Reset:
    id: str
    at: int
    card: str
    because: str | None = None


@frozen
class SetDue:
    """`due {due}`: the study day that holds until the next review."""

    id: str
    at: int
    card: str
    due: int
    because: str | None = None


@frozen
class Amend:
    """Corrects the time of another event: its `at` and `day` become `new_at` (key `at` is this event's own)."""

    id: str
    at: int
    event: str
    new_at: int
    day: int
    because: str | None = None


@frozen
class Content:
    """The exported content of `note` (or of a note type, as `notetype:NAME`) became `hash`."""

    id: str
    at: int
    note: str
    hash: str


@frozen
class Import:
    """The first of the events that another program's `file` told of: the others go with it."""

    id: str
    at: int
    file: str


@frozen
class Unknown:
    """An event kind of a later version: kept, counted, without effect."""

    id: str
    at: int
    do: str


ReviewValues = tuple[str, int, str, int, int | None, Mode, int, int, int | None, str | None, str | None]
"""The fields of a Review, in order."""

OfCard = Review | Suspend | Unsuspend | Bury | Unbury | Flag | Mark | Reset | SetDue
Event = OfCard | Undo | Amend | Content | Import | Unknown


def card_of(event: Event) -> str | None:
    """The card that an event is about, as written; None for an event about another event, a note or a file."""
    return None if isinstance(event, Undo | Amend | Content | Import | Unknown) else event.card


_KINDS: dict[type[Any], str] = {
    Review: "review", Undo: "undo", Suspend: "suspend", Unsuspend: "unsuspend", Bury: "bury", Unbury: "unbury",
    Flag: "flag", Mark: "mark", Reset: "reset", SetDue: "due", Amend: "amend", Content: "content",
    Import: "import",
}  # fmt: skip


def kind_of(event: Event) -> str:
    """What stands under `do` in the event's line."""
    return event.do if isinstance(event, Unknown) else _KINDS[type(event)]


def because_of(event: Event) -> str | None:
    """The event that this one goes with; None for one that stands by itself."""
    return None if isinstance(event, Undo | Content | Import | Unknown) else event.because


@frozen
class Header:
    """The first line of a journal file."""

    format: int
    device: str


@frozen
class Bad:
    """A line that is no event, and why, without quoting it."""

    reason: str


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(event: Event) -> bytes:
    """The line of an event, without newline, which `decode` reads as that event. SrsError where there is none.

    Half a surrogate pair in the text of a mark, which no file can store, becomes `?`.
    """
    if isinstance(event, Mark):
        event = replace(event, text=event.text.encode("utf-8", "replace").decode())
    try:
        line = _line(event)
    except (ValueError, OverflowError):
        raise _unfit("a time is out of range") from None
    back = decode(line)
    if back != event:
        raise _unfit(back.reason if isinstance(back, Bad) else "it would not come back as it is")
    return line


def _unfit(why: str) -> SrsError:
    return SrsError(f"this event cannot be kept in the journal: {why}", "nothing was recorded")


def _line(event: Event) -> bytes:
    head: dict[str, object] = {"id": event.id, "at": iso_instant(event.at)}
    match event:
        case Review():
            due = iso_day(event.due) if event.step is None else iso_instant(event.due)
            head |= {"do": "review", "card": event.card, "rating": event.rating, "ms": event.ms, "mode": event.mode}
            head |= {"day": iso_day(event.day), "due": due, "step": event.step, "after": event.after}
        case Undo():
            head |= {"do": "undo", "event": event.event}
        case Suspend():
            return _sealed(head | {"do": "suspend", "card": event.card, "because": event.because})
        case Unsuspend():
            head |= {"do": "unsuspend", "card": event.card}
        case Bury():
            head |= {"do": "bury", "card": event.card, "until": iso_day(event.until)}
        case Unbury():
            head |= {"do": "unbury", "card": event.card}
        case Flag():
            head |= {"do": "flag", "card": event.card, "flag": event.flag}
        case Mark():
            head |= {"do": "mark", "card": event.card, "text": event.text}
        case Reset():
            head |= {"do": "reset", "card": event.card}
        case SetDue():
            head |= {"do": "due", "card": event.card, "due": iso_day(event.due)}
        case Amend():
            # The line's own time stands under `at`; the corrected one needs another key.
            head |= {"do": "amend", "event": event.event}
            head |= {"new_at": iso_instant(event.new_at), "day": iso_day(event.day)}
        case Content():
            head |= {"do": "content", "note": event.note, "hash": event.hash}
        case Import():
            head |= {"do": "import", "file": event.file}
        case Unknown():
            raise SrsError(f"an event of the unknown kind {event.do!r} cannot be written")
    if (because := because_of(event)) is not None:
        head["because"] = because
    return _sealed(head)


@cache
def header_line(device: str) -> bytes:
    """The first line of a journal file, without newline."""
    return _sealed({"srs": FORMAT, "device": device})


def _sealed(fields: dict[str, object]) -> bytes:
    body = _compact(fields)[:-1].encode("utf-8", "replace")
    if len(body) > MAX_LINE - 18:
        raise SrsError(f"an event of {len(body)} bytes is too long for the journal", "shorten its text")
    return b'%b,"crc":"%08x"}' % (body, crc32(body))


def decode(line: bytes) -> Event | Header | Bad:
    """What a line says, with or without its newline. Never raises."""
    found = review_of_line(line)
    return Review(*found) if found else _decoded(line)


def review_of_line(line: bytes) -> ReviewValues | None:
    """The fields of a Review in order, where a line has the literal form of one, which nearly every line has."""
    if len(line) > MAX_LINE or line[-10:-2] != b"%08x" % crc32(line[:-18]):
        return None
    try:
        match = _review_form(line.decode())
        if match is None:
            return None
        id, date, minute, seconds, thousandths, card, rating, ms, mode, day, due, step, after, because = match.groups()
        return (
            id,
            start_of_date(date) + start_of_minute(minute) + int(seconds + thousandths),
            card,
            int(rating),
            None if ms == "null" else int(ms),
            "study" if mode == "study" else "cram",
            parse_day(day),
            parse_day(due) if step == "null" else parse_instant(due),
            None if step == "null" else int(step),
            after,
            because,
        )
    except ValueError:
        return None  # the careful reader says what is wrong


def first_time(text: bytes) -> int:
    """The time of the first event in the beginning of a journal file, as far as it can be told; else 0."""
    found = _time_form(text)
    try:
        return parse_instant(found[1].decode()) if found else 0
    except ValueError:
        return 0


def _decoded(line: bytes) -> Event | Header | Bad:
    if line.endswith((b"\n", b"\r")):
        line = line.rstrip(b"\r\n")
        if found := review_of_line(line):
            return Review(*found)
    if len(line) > MAX_LINE:
        return Bad(f"longer than {MAX_LINE} bytes")
    if line[-18:-10] != b',"crc":"' or line[-2:] != b'"}':
        return Bad("no checksum at its end")
    if line[-10:-2] != b"%08x" % crc32(line[:-18]):
        return Bad("the checksum does not match")
    try:
        return _read(json.loads(line))
    except _Wrong as error:
        return Bad(str(error))
    except (ValueError, RecursionError):
        return Bad("not JSON in UTF-8")


def is_whole(line: bytes) -> bool:
    """Whether a line was written to its end: its checksum tells, with or without the newline."""
    return not isinstance(decode(line), Bad)


# The literal form of a review: nearly every line of a journal is one, and a match costs half of what parsing JSON does.
_time_form = re.compile(rb'"at":"([^"]{24})"').search
_review_form = re.compile(
    r'\{"id":"([^"\\\x00-\x1f]{1,128})","at":"([0-9-]{10})T([0-9:]{5}):([0-5][0-9])\.([0-9]{3})Z",'
    r'"do":"review","card":"([^"\\\x00-\x1f]{1,1024})",'
    r'"rating":([1-4]),"ms":(null|0|[1-9][0-9]{0,14}),"mode":"(study|cram)","day":"([^"\\]{10})","due":"([^"\\]{10,24})",'
    r'"step":(null|0|[1-9][0-9]{0,14}),"after":(?:null|"([^"\\\x00-\x1f]{1,128})")'
    r'(?:,"because":"([^"\\\x00-\x1f]{1,128})")?,"crc":"[0-9a-f]{8}"\}'
).fullmatch


def _read(fields: object) -> Event | Header:
    if not isinstance(fields, dict):
        raise _Wrong("not a JSON object")
    line = _Fields(fields)
    if "srs" in fields:
        format = line.number("srs", 1)
        # A later format may name its device otherwise; that it is later must still come through.
        return Header(format, line.text("device") if format <= FORMAT or "device" in fields else "")
    do = line.text("do")
    reader = _READERS.get(do)
    id, at = line.text("id", _MAX_ID), line.instant("at")
    return Unknown(id, at, do) if reader is None else reader(id, at, line)


class _Wrong(ValueError):
    """Why a line is no event."""


class _Fields:
    """The fields of a line, each checked as it is taken; `_Wrong` with the reason."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def text(self, key: str, longest: int = _MAX_NAME) -> str:
        value = self._fields.get(key)
        if type(value) is not str or not 0 < len(value) <= longest:
            raise _Wrong(f"{key} is not a text of 1 to {longest} characters")
        return _whole(key, value)

    def text_or_none(self, key: str) -> str | None:
        return None if self._fields.get(key) is None else self.text(key, _MAX_ID)

    def because(self) -> str | None:
        return self.text_or_none("because")

    def any_text(self, key: str) -> str:
        value = self._fields.get(key)
        if type(value) is not str:
            raise _Wrong(f"{key} is not a text")
        return _whole(key, value)

    def number(self, key: str, low: int, high: int = _MAX_COUNT) -> int:
        value = self._fields.get(key)
        if type(value) is not int or not low <= value <= high:
            raise _Wrong(f"{key} is not a whole number from {low} to {high}")
        return value

    def number_or_none(self, key: str) -> int | None:
        return None if self._fields.get(key) is None else self.number(key, 0)

    def instant(self, key: str) -> int:
        return self._time(key, parse_instant)

    def day(self, key: str) -> int:
        return self._time(key, parse_day)

    def _time(self, key: str, parse: Callable[[str], int]) -> int:
        try:
            return parse(self.text(key, 40))
        except ValueError:
            raise _Wrong(f"{key} is not a time") from None


def _whole(key: str, value: str) -> str:
    """The text itself, unless it holds half a surrogate pair, which no file can store."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Wrong(f"{key} is not valid Unicode") from None
    return value


def _read_review(id: str, at: int, line: _Fields) -> Review:
    step = line.number_or_none("step")
    mode = line.text("mode")
    if mode not in ("study", "cram"):
        raise _Wrong("mode is neither study nor cram")
    return Review(
        id,
        at,
        line.text("card"),
        line.number("rating", 1, 4),
        line.number_or_none("ms"),
        "study" if mode == "study" else "cram",
        line.day("day"),
        line.day("due") if step is None else line.instant("due"),
        step,
        line.text_or_none("after"),
        line.because(),
    )


_READERS: dict[str, Callable[[str, int, _Fields], Event]] = {
    "review": _read_review,
    "undo": lambda id, at, line: Undo(id, at, line.text("event", _MAX_ID)),
    "suspend": lambda id, at, line: Suspend(id, at, line.text("card"), line.because()),
    "unsuspend": lambda id, at, line: Unsuspend(id, at, line.text("card"), line.because()),
    "bury": lambda id, at, line: Bury(id, at, line.text("card"), line.day("until"), line.because()),
    "unbury": lambda id, at, line: Unbury(id, at, line.text("card"), line.because()),
    "flag": lambda id, at, line: Flag(id, at, line.text("card"), line.number("flag", 0, 7), line.because()),
    "mark": lambda id, at, line: Mark(id, at, line.text("card"), line.any_text("text"), line.because()),
    "reset": lambda id, at, line: Reset(id, at, line.text("card"), line.because()),
    "due": lambda id, at, line: SetDue(id, at, line.text("card"), line.day("due"), line.because()),
    "amend": lambda id, at, line: Amend(
        id, at, line.text("event", _MAX_ID), line.instant("new_at"), line.day("day"), line.because()
    ),
    "content": lambda id, at, line: Content(id, at, line.text("note"), line.text("hash")),
    "import": lambda id, at, line: Import(id, at, line.text("file")),
}


def new_id(at_ms: int, random: bytes) -> str:
    """A UUIDv7 of instant `at_ms` with the last 74 bits of `random` (10 bytes or more).

    Ids sort as (`at_ms`, those bits): within a millisecond they rise if the caller counts the random part up.
    """
    if len(random) < 10:
        raise ValueError("a UUIDv7 needs 10 random bytes")
    bits = int.from_bytes(random[-10:]) & ((1 << 74) - 1)
    value = (at_ms & ((1 << 48) - 1)) << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & ((1 << 62) - 1)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_new_id(id: str) -> bool:
    """Whether an id has the form `new_id` gives. Imported events have hashes for ids, so they have not."""
    return _uuid7(id) is not None


_uuid7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").fullmatch
