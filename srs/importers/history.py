"""Anki's review log as events of our journal: row by row, the same events from whichever file a row comes. Pure.

What a row becomes hangs on the row, on the rows of its card before it, and on nothing else, so that devices agree
which import what in any order; ids are hashes of guid, ord and the row's own id. `after` names what Anki had seen: the
card's row before. Where the card was answered here meanwhile, the promise falls, as between any two devices.

As Anki's FSRS takes them: 0 to 2 are answers; 3, in a filtered deck, too, unless the factor is 0, which is cramming; 4
with the factor 0 makes the card new again; other 4 and 5 only move the due day. A row that went out from here
(the same card and rating at the same time) is known, whether that still counts here or was taken back.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from srs.importers.anki.package import AnkiCard, AnkiReview
from srs.memory.days import DAY_MS, FIRST_DAY, LAST_DAY
from srs.memory.events import LONGEST_MS, Reset, Review, SetDue
from srs.memory.schedule import Rules, due_day

NEAR_MS = 50
"""Answers that share a millisecond are spread when they go out; farther than this none is moved."""

BATCH_MS = 600_000
"""So far later a reset or a new due day may have gone out: one command makes thousands of them in one millisecond."""

Reason = Literal["future", "unknown-kind", "due-of-new"]
What = Literal["reset", "due", 1, 2, 3, 4]
Happened = Review | Reset | SetDue
StudyDay = Callable[[int], int]

_RATINGS: Final[tuple[What, ...]] = (1, 2, 3, 4)
_LONGEST_STEP = 3650 * 86_400  # seconds; no learning step is longer, and the journal's calendar ends somewhere
_LAST_CREATED = 1 << 32  # seconds; in 2106
_FSRS_FACTOR = 1_100  # up to it a factor is FSRS's difficulty, beyond it the ease of the scheduler before


class Own(NamedTuple):
    """An event that the journal has of the card, dead or not. `what`: a rating, or which other event."""

    id: str
    at: int
    what: What
    dead: bool = False


def own_of(event: Happened, dead: bool = False) -> Own:
    """An event of the journal as `read_log` looks for it. `dead`: it was taken back."""
    if isinstance(event, Review):
        return Own(event.id, event.at, _RATINGS[event.rating - 1], dead)
    return Own(event.id, event.at, "reset" if isinstance(event, Reset) else "due", dead)


@dataclass(frozen=True, slots=True)
class Home:
    """The card of ours that one of Anki's is, the rules of its deck, and what the journal has of it."""

    guid: str
    ord: int
    card: str
    rules: Rules
    own: Sequence[Own] = ()


@dataclass(slots=True)
class LogRead:
    """What a card's rows came to: events to record, events the journal has, and rows that became none."""

    events: list[Happened] = field(default_factory=list)
    known: list[Own] = field(default_factory=list)
    left: list[tuple[Reason, AnkiReview]] = field(default_factory=list)


def event_id(guid: str, ord: int, *rest: object) -> str:
    """The id of what happened to a card of Anki's: the same on every device that reads of it."""
    text = "\x1f".join(map(str, (guid, ord, *rest)))
    return f"anki:{hashlib.blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def read_log(
    home: Home, rows: Iterable[AnkiReview], study_day: StudyDay, until: int, due: tuple[AnkiCard, int] | None = None
) -> LogRead:
    """What the rows of one card tell, in any order. `until` (ms): a row dated later is left.

    `due`: the card and the study day on which Anki has it; where its rows do not lead there, an event says so.
    """
    ordered = sorted(set(rows), key=lambda row: row.id)
    result, reading = LogRead(), _Reading(home, study_day)
    known = _known(home, ordered)
    last: AnkiReview | None = None
    for row in ordered:
        own = known.get(row.id)
        if own is None and not 0 < row.id <= until:
            result.left.append(("future", row))
            continue
        event = reading.take(row, own.id if own else event_id(home.guid, home.ord, row.id))
        if own is not None:
            result.known.append(own)
        elif isinstance(event, str):
            result.left.append((event, row))
        else:
            result.events.append(event)
        last = last if isinstance(event, str) else row
    if due and last and (moved := reading.corrected(last, *due)):
        own = next((each for each in home.own if each.id == moved.id), None)
        if own is None:
            result.events.append(moved)
        else:
            result.known.append(own)
    return result


def shown_on(created: int, due: int, study_day: StudyDay) -> int | None:
    """The study day of Anki's day number `due`, counted from the instant `created` (s), at which a day began there.

    None where that is in no calendar.
    """
    if not 0 <= created <= _LAST_CREATED:
        return None
    day = study_day(created * 1000 + DAY_MS // 2) + due
    return day if FIRST_DAY <= day <= LAST_DAY else None


class _Reading:
    """One card's log read row by row, as far as a row's meaning hangs on those before it."""

    def __init__(self, home: Home, study_day: StudyDay) -> None:
        self.home = home
        self.study_day = study_day
        self.after: str | None = None
        self.seen = False  # answered, and not made new again since
        self.graduated = False
        self.step = 0
        self.last_day = 0
        self.due: int | None = None
        # What `corrected` said at an earlier import is part of what Anki had seen.
        self._moved = {each.at: each.id for each in home.own if each.what == "due" and each.id.startswith("anki:")}

    def take(self, row: AnkiReview, id_: str) -> Happened | Reason:
        """The event of a row, or why there is none."""
        what = _what(row)
        if what is None:
            return "unknown-kind"
        if what == "due" and not self.seen:
            return "due-of-new"
        event: Happened
        if what == "reset":
            event = Reset(id_, row.id, self.home.card)
            changes, self.seen, self.graduated, self.step = self.seen, False, False, 0
        elif what == "due":
            by_fsrs = row.kind == 5 or 0 < row.factor <= _FSRS_FACTOR
            self.due = due_day(self.last_day if by_fsrs else self.study_day(row.id), max(0, row.interval))
            event = SetDue(id_, row.id, self.home.card, self.due)
            changes = self.graduated = True
        else:
            event = self._review(row, id_, what)
            changes = event.mode == "study"
        if changes:
            self.after = self._moved.get(row.id + 1, id_)
        return event

    def _review(self, row: AnkiReview, id_: str, rating: int) -> Review:
        day, crammed = self.study_day(row.id), row.kind == 3 and row.factor == 0
        step, due = None, due_day(day, max(0, row.interval))
        relearns = row.kind in (1, 2) or (row.kind == 3 and self.graduated)
        if row.interval < 0:
            seconds = min(-row.interval, _LONGEST_STEP)
            step, due = self._step(seconds, rating, relearns), row.id + seconds * 1000
        if not crammed:
            self.seen, self.graduated, self.step, self.last_day = True, step is None or relearns, step or 0, day
            self.due = due if step is None else None
        mode: Literal["study", "cram"] = "cram" if crammed else "study"
        ms = max(0, min(row.ms, LONGEST_MS))
        return Review(id_, row.id, self.home.card, rating, ms, mode, day, due, step, self.after)

    def _step(self, seconds: int, rating: int, relearns: bool) -> int:
        """The learning step that waits most nearly as long; Again leads to the first, Hard stays where it was."""
        rules = self.home.rules
        steps = rules.relearning_steps if relearns else rules.learning_steps
        if rating == 1 or not steps:
            return 0
        if rating == 2:
            return min(self.step, len(steps) - 1)
        return min(range(len(steps)), key=lambda step: abs(steps[step] - seconds))

    def corrected(self, last: AnkiReview, card: AnkiCard, day: int) -> SetDue | None:
        """The due day that Anki has for a card in review, where its log says another."""
        if card.kind != 2 or not self.seen or self.due == day:
            return None
        id_ = event_id(self.home.guid, self.home.ord, last.id, "due", day)
        return SetDue(id_, last.id + 1, self.home.card, day)


def _what(row: AnkiReview) -> What | None:
    """What a row is; None where it is nothing that Anki is known to write."""
    if 1 <= row.ease <= 4 and 0 <= row.kind <= 5:
        return _RATINGS[row.ease - 1]
    if row.ease == 0 and row.kind in (4, 5):
        return "reset" if row.kind == 4 and row.factor == 0 else "due"
    return None


def _known(home: Home, rows: Sequence[AnkiReview]) -> dict[int, Own]:
    """What the journal has of the rows, by the row's id: known by what an import called it, else by time and rating."""
    ids = {own.id: own for own in home.own}
    named = ((row.id, ids.get(event_id(home.guid, home.ord, row.id))) for row in rows)
    found = {id_: own for id_, own in named if own}
    taken = {own.id for own in found.values()}
    free = sorted((own for own in home.own if own.id not in taken), key=lambda own: own.at)
    for row in rows:
        if row.id not in found and (near := _nearest(row, free, taken)):
            found[row.id] = near
            taken.add(near.id)
    return found


def _nearest(row: AnkiReview, free: Sequence[Own], taken: set[str]) -> Own | None:
    what, nearest = _what(row), None
    before = BATCH_MS if what in ("reset", "due") else NEAR_MS
    for place in range(bisect_left(free, row.id - before, key=lambda own: own.at), len(free)):
        own = free[place]
        if own.at > row.id + NEAR_MS:
            break
        better = nearest is None or abs(own.at - row.id) < abs(nearest.at - row.id)
        if own.what == what and own.id not in taken and better:
            nearest = own
    return nearest
