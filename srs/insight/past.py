"""What is known of one card, and its past told event by event: what recall was before each answer. Knows no words.

The past is not stored anywhere: the card's live events are folded one by one, and before each answer the model is asked
for the chance of recall on that day.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.memory.days import study_day
from srs.memory.events import Bury, Event, Reset, Review, SetDue, Suspend, Unbury, Unsuspend, kind_of
from srs.memory.fold import fold
from srs.memory.model import Model, Moment
from srs.memory.schedule import Answers, Rules
from srs.memory.state import CardState, Memory, New, Reviewing, Studied
from srs.values import frozen

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@frozen
class Sibling:
    """Another card of the same note. `stability` in days, None while it is new; `last_day`: when it was answered.

    `recall` is the chance of recall today.
    """

    card: str
    stability: float | None
    last_day: int | None
    recall: float | None = None


@frozen
class Facts:
    """All that an explanation hangs on. Times are ms since the epoch, days `date.toordinal()`.

    `events` are the card's live ones, amended, in order; `taken_back` counts its answers that were undone. `waits_for`
    are notes that it needs and that are not learnt yet. `answers`: what each of the four would do now.
    """

    card: str
    place: str
    draft: bool
    now: int
    day: int
    zone: "ZoneInfo"
    rollover: int
    rules: Rules
    model: Model
    events: tuple[Event, ...]
    taken_back: int = 0
    answers: Answers | None = None
    siblings: tuple[Sibling, ...] = ()
    bury_siblings: bool = True
    waits_for: tuple[str, ...] = ()
    new_per_day: int = 10


@frozen
class Row:
    """One thing that happened. `what` as in the journal; the rest is None where it does not apply.

    `elapsed` is days since the answer before, `recall` the chance of recall right before this one, `stability` (days)
    and `difficulty` the memory after it. An answer that led to days has `interval` (days), one to a step `wait` (ms).
    """

    event: str
    at: int
    day: int
    what: str
    rating: int | None = None
    cram: bool = False
    ms: int | None = None
    elapsed: float | None = None
    recall: float | None = None
    stability: float | None = None
    difficulty: float | None = None
    interval: int | None = None
    wait: int | None = None
    until: int | None = None


@dataclass(slots=True)
class Past:
    """The events told one by one, and the state after them.

    `spans` are the memories that held, each with the study days from which and until which it did.
    """

    state: CardState
    rows: list[Row]
    spans: list[tuple[int, int, Memory]]
    suspended_by: Suspend | None = None
    before_reset: int = 0  # answers that a reset made void
    reset_day: int | None = None
    moved: SetDue | None = None  # the newest change of the day by hand, if no answer followed


def past_of(facts: Facts) -> Past:
    """The card's past and where it stands after it."""
    past = Past(CardState(), [], [])
    answers = 0
    for event in facts.events:
        before = past.state
        past.state = fold([event], facts.rules, facts.model, before)
        changed = past.state.last_event != before.last_event
        match event:
            case Review():
                past.rows.append(_answered(event, before, past.state, facts.model))
                if event.mode == "study":
                    _end_span(past, before, event.day)
                    answers, past.moved, past.reset_day = answers + 1, None, None
                continue
            case Reset() if changed:
                _end_span(past, before, day_of(event, facts))
                past.before_reset, answers, past.moved = answers, 0, None
                past.reset_day = day_of(event, facts)
            case SetDue() if changed:
                past.moved = event
            case Suspend():
                past.suspended_by = event
            case Bury() if past.state.buried_until == event.until:
                pass
            case Unsuspend() | Unbury():
                pass
            case _:
                continue
        until = event.until if isinstance(event, Bury) else event.due if isinstance(event, SetDue) else None
        past.rows.append(Row(event.id, event.at, day_of(event, facts), kind_of(event), until=until))
    return past


def _end_span(past: Past, before: CardState, day: int) -> None:
    if not isinstance(before.progress, New) and before.last_day is not None:
        past.spans.append((before.last_day, day, before.progress.memory))


def _answered(review: Review, before: CardState, after: CardState, model: Model) -> Row:
    elapsed = recall = None
    if not isinstance(before.progress, New):
        elapsed = since_answer(before, Moment(review.at, review.day), model)
        recall = model.curve(before.progress.memory, elapsed)
    row = Row(
        review.id, review.at, review.day, "review", review.rating, review.mode == "cram", review.ms, elapsed, recall
    )
    if row.cram or isinstance(after.progress, New):
        return row
    interval, wait = _leads_to(after.progress, review.at, review.day)
    stability, difficulty = measured(after.progress.memory, model)
    return Row(
        row.event, row.at, row.day, row.what, row.rating, False, row.ms, elapsed, recall,
        stability, difficulty, interval, wait,
    )  # fmt: skip


def _leads_to(progress: Studied, at: int, day: int) -> tuple[int | None, int | None]:
    """The interval in days, or the wait of a step in ms."""
    return (progress.due - day, None) if isinstance(progress, Reviewing) else (None, max(0, progress.due - at))


def since_answer(state: CardState, now: Moment, model: Model) -> float:
    """Days since the last answer, as the model counts them; 0 where there was none."""
    if state.last_at is None or state.last_day is None:
        return 0
    return model.elapsed(Moment(state.last_at, state.last_day), now)


def measured(memory: Memory, model: Model) -> tuple[float, float | None]:
    """Stability (the days until recall falls to 0.9) and difficulty, where the model has one."""
    return model.interval(memory, 0.9), memory[1] if len(memory) > 1 else None


def day_of(event: Event, facts: Facts) -> int:
    """The study day of an event."""
    return event.day if isinstance(event, Review) else study_day(event.at, facts.zone, facts.rollover)


def due_day(progress: Studied, facts: Facts) -> int:
    """The study day on which a card is due."""
    if isinstance(progress, Reviewing):
        return progress.due
    return study_day(progress.due, facts.zone, facts.rollover)
