"""Events of this device that a wrong clock dated: which they are, when they really were, and `amend` events for them.

The lines of a device's own file stand in the order in which things happened, whatever the clock said; that order is all
there is to go by. Files are one for each year of the clock, so a clock at 1970 or ten years ahead writes in a file of
its own. The files are brought into one order by their times where these can be true, and by what the events say of each
other (an answer names the one that it followed).

In that order an event is wrong if it is dated after now or before there was any srs. Else, where the times step back by
more than a slip, either what follows is dated too early, until the times rise above the step again, or what came before
was dated too late. It is the former, unless the times get there without the leap forward that setting a clock right
makes: then what followed was right all along.

A stretch of wrong events is shifted as a whole, its gaps kept, to end right before the next event that is right, or at
now. It never begins before the right event in front of it; a gap for which there was no time becomes a millisecond.
Events brought in from elsewhere (their ids are hashes) and those taken back count for nothing here, and an `amend`
cannot be amended. Times are milliseconds since the epoch, UTC.
"""

import json
import os
import re
from collections import deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from srs.collection import journal
from srs.collection.collection import SLIP_MS, Collection
from srs.errors import SrsError, UsageError
from srs.memory import events as ev
from srs.memory.days import iso_instant
from srs.watching import Watch, unwatched

EARLIEST = 1_577_836_800_000
"""2020-01-01: before that there was no srs, so a clock that says so stands wrong."""

_SITTING_MS = 3_600_000
_YEAR_MS = 365 * 86_400_000
_YEAR_FILE = re.compile(r"\.\d{4}\.jsonl\Z")

Kind = Literal["ahead", "behind"]


@dataclass(frozen=True, slots=True)
class Dated:
    """An event as far as its time matters: `at` as it counts now, and the ids of the events that it must come after.

    `mends`: it takes back the mending of a date, so it says nothing of when the events around it happened.
    """

    id: str
    at: int
    card: str | None
    answer: bool
    follows: tuple[str, ...]
    path: str
    line: int
    mends: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events one after the other that were dated wrong, and the times that they get."""

    kind: Kind
    events: tuple[Dated, ...]
    times: tuple[int, ...]

    @property
    def answers(self) -> int:
        return sum(event.answer for event in self.events)

    @property
    def cards(self) -> int:
        return len({event.card for event in self.events if event.card is not None})


def plan_retime(collection: Collection, now: int, to: int | None = None) -> list[Stretch]:
    """What `retime` would do. `to`: the true time of the last wrong event, instead of the latest that is possible.

    Raises UsageError where that is not possible, SrsError where `now` itself cannot be true.
    """
    if now < EARLIEST:
        raise SrsError("this machine's clock itself is wrong: it says a year before 2020", "set it right, and repeat")
    return planned_of(own_events(collection), now, to)


def planned_of(files: Sequence[Sequence[Dated]], now: int, to: int | None = None) -> list[Stretch]:
    """The plan for the events of this device's files."""
    telling = [[event for event in file if not event.mends or _kind_alone(event.at, now)] for file in files]
    return planned(in_order(telling, now), now, to)


def retime(collection: Collection, stretches: Sequence[Stretch], now: int, to: int | None = None) -> None:
    """Record the `amend` events for a plan as one batch: one undo takes all back. Raises SrsError if it is out of date.

    They all bear one time, after everything that this device wrote: many of them must not run ahead of the clock.
    """
    collection.accept_clock()
    with collection.turn():
        if list(stretches) != plan_retime(collection, now, to):
            raise SrsError("the journal changed meanwhile", "nothing was recorded; repeat the command")
        moves = [move for each in stretches for move in zip(each.events, each.times, strict=True)]
        if not moves:
            return
        newest = "select max(at) from event where device = ? and at <= ?"
        last = collection.db.execute(newest, (collection.device, now + SLIP_MS)).fetchone()[0] or 0
        at = max(now, last) + 1
        _refuse_mended_later(collection, at, [event.id for event, _ in moves])
        first = ev.new_id(at, os.urandom(10))
        ids = [first, *(ev.new_id(at, os.urandom(10)) for _ in moves[1:])]
        collection.record(
            [
                ev.Amend(id_, at, event.id, time, collection.day(time), None if id_ == first else first)
                for id_, (event, time) in zip(ids, moves, strict=True)
            ]
        )


def _refuse_mended_later(collection: Collection, at: int, ids: Sequence[str]) -> None:
    """The newest `amend` holds, so one that a wrong clock dated ahead would outlive ours."""
    query = (
        "select coalesce(because, id) from event where do = 'amend' and not dead and at >= ?"
        " and target in (select value from json_each(?)) order by at limit 1"
    )
    row = collection.db.execute(query, (at, json.dumps(ids))).fetchone()
    if row:
        message = "some of these dates were mended before, while the clock was wrong"
        raise SrsError(message, f"take that back first: srs undo {row[0]}")


def own_events(collection: Collection, watch: Watch = unwatched) -> list[list[Dated]]:
    """The live events that this device made, file by file, in the order of their lines; each once."""
    db = collection.db
    amended = dict(db.execute("select id, at from event where written_at is not null"))
    dead = {row[0] for row in db.execute("select id from event where dead")}
    amends = {row[0] for row in db.execute("select id from event where do = 'amend'")}
    own = re.compile(re.escape(collection.device) + r"\.")
    files = db.execute("select path, device from file where kind = 'journal' order by path").fetchall()
    names = [path for path, device in files if device == collection.device or own.match(path)]
    names.sort(key=lambda name: not _is_year_file(name, collection.device))  # what a copy holds as well counts there
    there: set[str] = set()
    found = []
    for done, name in enumerate(names):
        watch("Checking the clock", done, len(names))
        chunk = journal.read(collection.journal_folder / name, None, ev.is_whole)
        taken = (
            [] if chunk is None else [_dated(line, name, n, amended, amends) for n, line in enumerate(chunk.lines, 1)]
        )
        events = [event for event in taken if event and event.id not in dead and event.id not in there]
        there.update(event.id for event in events)
        if not _is_year_file(name, collection.device):
            events.sort(key=lambda event: (event.at, event.id))  # brought back or copied: such lines have no order
        found.append(events)
    watch("Checking the clock", 1, 1)
    return found


def in_order(files: Sequence[Sequence[Dated]], now: int) -> list[Dated]:
    """The events of all files in the order in which they happened, each file's own order kept.

    Events whose date cannot be true come as late as those that follow them allow, together with their sitting.
    """
    home = {event.id: number for number, file in enumerate(files) for event in file}
    left = [deque(file) for file in files]
    done: set[str] = set()
    result: list[Dated] = []

    def odd(event: Dated) -> bool:
        return _kind_alone(event.at, now) is not None

    def key(event: Dated) -> tuple[bool, int]:
        return odd(event), event.at

    def waits(event: Dated) -> bool:
        other = (name for name in event.follows if home.get(name, home[event.id]) != home[event.id])
        return any(name not in done for name in other)

    while heads := [number for number, file in enumerate(left) if file]:
        free = [number for number in heads if not waits(left[number][0])] or heads
        here = min(free, key=lambda number: (key(left[number][0]), number))
        others = [key(left[number][0]) for number in heads if number != here]
        limit, file = min(others, default=(True, now + _SITTING_MS)), left[here]
        while True:
            event = file.popleft()
            done.add(event.id)
            result.append(event)
            if not file or (others and waits(file[0])):
                break
            same_sitting = odd(event) and odd(file[0]) and 0 <= file[0].at - event.at < _SITTING_MS
            if others and key(file[0]) > limit and not same_sitting:
                break
    return result


def planned(events: Sequence[Dated], now: int, to: int | None = None) -> list[Stretch]:
    """The wrong stretches of `events`, which are in the order in which they happened, and the times they get."""
    kinds = wrong(events, now)
    found: list[Stretch] = []
    high: int | None = None
    start = 0
    while start < len(events):
        end = start
        while end < len(events) and kinds[end] is not None:
            end += 1
        if end > start:
            last = now if end == len(events) else events[end].at - 1
            if to is not None and not any(kinds[end:]):
                if to > last:
                    message = "the time given with --to is after what came next, or after now"
                    raise UsageError(message, "what was dated wrong happened before that")
                if to < (first := (EARLIEST if high is None else high) + end - start):
                    message = f"the time given with --to is before {iso_instant(first)}"
                    raise UsageError(
                        message, "what was dated wrong happened later than what this device wrote before it"
                    )
                last = to
            found += _shifted(events[start:end], [kind for kind in kinds[start:end] if kind], high, last)
        if end < len(events):
            high = max(high or 0, events[end].at)
        start = end + 1
    return found


def wrong(events: Sequence[Dated], now: int) -> list[Kind | None]:
    """For each event whether its date was ahead of or behind the truth; None: it is taken to be right."""
    kinds = [_kind_alone(event.at, now) for event in events]
    right: list[int] = []
    highs: list[int] = []  # the latest time up to each of `right`
    here = 0
    while here < len(events):
        at = events[here].at
        if kinds[here] is None and highs and at < highs[-1] - SLIP_MS:
            end, last = _back_above(events, kinds, here, highs[-1])
            leap = (events[end].at if end < len(events) else now) - last
            if leap >= highs[-1] - at - SLIP_MS:
                kinds[here:end] = [kind or "behind" for kind in kinds[here:end]]
                here = end
                continue
            while highs and highs[-1] > at:
                highs.pop()
                kinds[right.pop()] = "ahead"
        if kinds[here] is None:
            right.append(here)
            highs.append(max(at, highs[-1]) if highs else at)
        here += 1
    return kinds


def _back_above(events: Sequence[Dated], kinds: Sequence[Kind | None], here: int, high: int) -> tuple[int, int]:
    """Where the times rise above `high` again after the step back at `here`, and the last time before that."""
    last, end = events[here].at, here
    while end < len(events) and (kinds[end] is not None or events[end].at <= high):
        if kinds[end] is None:
            last = events[end].at
        end += 1
    return end, last


def _kind_alone(at: int, now: int) -> Kind | None:
    """What is wrong with a date whatever stands around it."""
    if at > now + SLIP_MS:
        return "ahead"
    return "behind" if at < EARLIEST else None


def _shifted(events: Sequence[Dated], kinds: Sequence[Kind], low: int | None, last: int) -> list[Stretch]:
    """Wrong events moved so that the last is at `last` and all are after `low`, as stretches of one kind.

    With nothing before them (`low` None), a gap of more than a year is taken for another mistake of the clock.
    """
    room = _YEAR_MS if low is None else last - low
    times = [last]
    for number in range(len(events) - 1, 0, -1):
        gap = events[number].at - events[number - 1].at
        kept = gap > 0 and kinds[number] == kinds[number - 1] and gap <= room
        times.append(times[-1] - (gap if kept else 1))
    times.reverse()
    low = EARLIEST if low is None else low
    times = [max(time, low + 1 + number) for number, time in enumerate(times)]
    found = []
    start = 0
    for end in range(1, len(events) + 1):
        if end == len(events) or kinds[end] != kinds[start]:
            found.append(Stretch(kinds[start], tuple(events[start:end]), tuple(times[start:end])))
            start = end
    return found


def _is_year_file(name: str, device: str) -> bool:
    return name.startswith(f"{device}.") and _YEAR_FILE.fullmatch(name, len(device)) is not None


def _dated(line: bytes, path: str, number: int, amended: Mapping[str, int], amends: Set[str]) -> Dated | None:
    """The event of a line, if it is one of those that can be amended."""
    event = ev.decode(line)
    if isinstance(event, ev.Bad | ev.Header | ev.Amend) or not ev.is_new_id(event.id):
        return None
    named = (
        ev.because_of(event),
        event.after if isinstance(event, ev.Review) else None,
        event.event if isinstance(event, ev.Undo) else None,
    )
    follows = tuple(name for name in named if name is not None)
    at = amended.get(event.id, event.at)
    mends = isinstance(event, ev.Undo) and event.event in amends
    return Dated(event.id, at, ev.card_of(event), isinstance(event, ev.Review), follows, path, number, mends)
