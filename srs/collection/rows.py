"""Card states as rows of the index, and back. Knows the column order, no queries."""

import json
from typing import Any

from srs.memory.model import Model
from srs.memory.state import CardState, Learning, Memory, New, Progress, Relearning, Reviewing

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
