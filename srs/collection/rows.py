"""Events and card states as rows of the index, and back. Knows the column order, no queries."""

import json
from typing import Any, cast

from srs.memory.events import (
    Amend,
    Bury,
    Content,
    Event,
    Flag,
    Import,
    Mark,
    Mode,
    Reset,
    Review,
    SetDue,
    Suspend,
    Unbury,
    Undo,
    Unknown,
    Unsuspend,
    because_of,
)
from srs.memory.model import Model
from srs.memory.state import CardState, Learning, Memory, New, Progress, Relearning, Reviewing

EVENT_COLUMNS = "id, at, do, card, target, rating, ms, mode, day, due, step, after, value, text, because"

EventRow = tuple[Any, ...]


def event_row(event: Event) -> EventRow:
    """The columns of EVENT_COLUMNS."""
    match event:
        case Review():
            e = event
            return (
                e.id, e.at, "review", e.card, None, e.rating, e.ms, e.mode, e.day, e.due, e.step, e.after, None, None,
                e.because,
            )  # fmt: skip
        case Undo():
            return _row(event, "undo", target=event.event)
        case Suspend():
            return _row(event, "suspend", card=event.card)
        case Unsuspend():
            return _row(event, "unsuspend", card=event.card)
        case Bury():
            return _row(event, "bury", card=event.card, value=event.until)
        case Unbury():
            return _row(event, "unbury", card=event.card)
        case Flag():
            return _row(event, "flag", card=event.card, value=event.flag)
        case Mark():
            return _row(event, "mark", card=event.card, text=event.text)
        case Reset():
            return _row(event, "reset", card=event.card)
        case SetDue():
            return _row(event, "due", card=event.card, due=event.due)
        case Amend():
            return _row(event, "amend", target=event.event, value=event.new_at, day=event.day)
        case Content():
            return _row(event, "content", card=event.note, text=event.hash)
        case Import():
            return _row(event, "import", text=event.file)
        case Unknown():
            return _row(event, event.do)


def event_of(row: EventRow) -> Event:
    """The event of a row of EVENT_COLUMNS."""
    id_, at, do, card, target, rating, ms, mode, day, due, step, after, value, text, because = row
    match do:
        case "review":
            return Review(id_, at, card, rating, ms, cast(Mode, mode), day, due, step, after, because)
        case "undo":
            return Undo(id_, at, target)
        case "suspend":
            return Suspend(id_, at, card, because)
        case "unsuspend":
            return Unsuspend(id_, at, card, because)
        case "bury":
            return Bury(id_, at, card, value, because)
        case "unbury":
            return Unbury(id_, at, card, because)
        case "flag":
            return Flag(id_, at, card, value, because)
        case "mark":
            return Mark(id_, at, card, text, because)
        case "reset":
            return Reset(id_, at, card, because)
        case "due":
            return SetDue(id_, at, card, due, because)
        case "amend":
            return Amend(id_, at, target, value, day, because)
        case "content":
            return Content(id_, at, card, text)
        case "import":
            return Import(id_, at, text)
    return Unknown(id_, at, do)


def _row(
    event: Event,
    do: str,
    card: str | None = None,
    target: str | None = None,
    day: int | None = None,
    due: int | None = None,
    value: int | None = None,
    text: str | None = None,
) -> EventRow:
    because = because_of(event)
    return event.id, event.at, do, card, target, None, None, None, day, due, None, None, value, text, because


STATE_COLUMNS = (
    "card, kind, due, step, memory, stability, difficulty, reps, lapses, last_at, last_day, last_event,"
    " suspended, buried_until, flag, mark"
)


def state_row(card: str, state: CardState, model: Model) -> tuple[Any, ...]:
    """The columns of STATE_COLUMNS. Stability is shown as the interval after which recall falls to 0.9."""
    kind, due, step, memory = _progress_columns(state.progress)
    stability = difficulty = stored = None
    if memory is not None:
        stability, difficulty = model.interval(memory, 0.9), memory[1] if len(memory) > 1 else None
        stored = json.dumps(memory)
    return (
        card, kind, due, step, stored, stability, difficulty, state.reps, state.lapses, state.last_at,
        state.last_day, state.last_event, state.suspended, state.buried_until, state.flag, state.mark,
    )  # fmt: skip


def state_of(row: tuple[Any, ...]) -> CardState:
    """The state of a row of STATE_COLUMNS."""
    _, kind, due, step, stored, _, _, reps, lapses, last_at, last_day, last_event, *rest = row
    suspended, buried_until, flag, mark = rest
    memory = () if stored is None else tuple(json.loads(stored))
    progress = _progress(kind, due, step, memory)
    return CardState(progress, reps, lapses, last_at, last_day, last_event, bool(suspended), buried_until, flag, mark)


def _progress_columns(progress: Progress) -> tuple[int, int | None, int | None, Memory | None]:
    match progress:
        case New():
            return 0, None, None, None
        case Learning():
            return 1, progress.due, progress.step, progress.memory
        case Reviewing():
            return 2, progress.due, None, progress.memory
        case Relearning():
            return 3, progress.due, progress.step, progress.memory


def _progress(kind: int, due: int, step: int, memory: Memory) -> Progress:
    match kind:
        case 1:
            return Learning(step, due, memory)
        case 2:
            return Reviewing(due, memory)
        case 3:
            return Relearning(step, due, memory)
    return New()
