"""What each of the four answers would do to a card: steps, rounding, fuzz, maximum. Knows no formula and no clock.

Steps run in real time within the day; intervals are whole study days. The step rules are those of Anki and `fsrs`:
Again goes to the first step; Hard stays, on the first step with the average of the first two (a single step half as
long again); Good goes on and out after the last; Easy goes out. Without fuzz, states and intervals are those of
`fsrs` over the same answers. Hard, Good and Easy share one fuzz factor, so fuzz never swaps them.
"""

from dataclasses import dataclass
from math import floor
from typing import Literal, NamedTuple
from zlib import crc32

from srs.errors import SrsError
from srs.memory.days import LAST_DAY
from srs.memory.model import Model, Moment
from srs.memory.state import CardState, Learning, Memory, New, Progress, Relearning, Reviewing, Studied

Stage = Literal["new", "learning", "reviewing", "relearning"]

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4

# Anki's ranges: from, to (days), share of the part of the interval within them; plus one day.
_FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))


@dataclass(frozen=True, slots=True)
class Rules:
    """How a deck is scheduled. Steps are seconds, `maximum_interval` days; `leech_at` 0: no leeches."""

    desired_retention: float = 0.9
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    maximum_interval: int = 36500
    fuzz: bool = True
    leech_at: int = 8

    def __post_init__(self) -> None:
        if not 0 < self.desired_retention < 1:
            raise SrsError(f"desired_retention is {self.desired_retention}, it must lie between 0 and 1")
        if any(step < 1 for step in (*self.learning_steps, *self.relearning_steps)):
            raise SrsError("a learning step is shorter than a second")
        if self.maximum_interval < 1:
            raise SrsError(f"maximum_interval is {self.maximum_interval}, it must be at least 1 day")


@dataclass(frozen=True, slots=True)
class Answer:
    """Where an answer leads. `interval_days` None: a step within the day, see `progress.due`."""

    progress: Studied
    interval_days: int | None


class Answers(NamedTuple):
    """The four answers in the order of their ratings."""

    again: Answer
    hard: Answer
    good: Answer
    easy: Answer


def preview(state: CardState, now_ms: int, day: int, rules: Rules, model: Model, seed: str) -> Answers:
    """All four answers at instant `now_ms` on study day `day`. `seed` decides the fuzz, see `fuzz_seed`."""
    again, hard, good, easy = (answer(state, now_ms, day, rating, rules, model, seed) for rating in (1, 2, 3, 4))
    return Answers(again, hard, good, easy)


def answer(state: CardState, now_ms: int, day: int, rating: int, rules: Rules, model: Model, seed: str) -> Answer:
    """What `rating` (1 to 4) does; equal to that of `preview` with the same arguments."""
    memory = _remembered(state, Moment(now_ms, day), rating, model)
    stage, step = stage_of(state.progress)
    move = next_step(stage, step, rating, rules)
    if move is None:
        days = interval_days(memory, rules, model, seed)
        return Answer(Reviewing(due_day(day, days), memory), days)
    step, wait = move
    if stage in ("new", "learning"):
        return Answer(Learning(step, now_ms + wait, memory), None)
    return Answer(Relearning(step, now_ms + wait, memory), None)


def _remembered(state: CardState, now: Moment, rating: int, model: Model) -> Memory:
    if isinstance(state.progress, New) or state.last_at is None or state.last_day is None:
        return model.step(None, 0, rating)
    elapsed = model.elapsed(Moment(state.last_at, state.last_day), now)
    return model.step(state.progress.memory, elapsed, rating)


def stage_of(progress: Progress) -> tuple[Stage, int]:
    """The stage and the learning step (0 where there is none)."""
    match progress:
        case Learning():
            return "learning", progress.step
        case Relearning():
            return "relearning", progress.step
        case Reviewing():
            return "reviewing", 0
        case New():
            return "new", 0


def next_step(stage: Stage, step: int, rating: int, rules: Rules) -> tuple[int, int] | None:
    """The step shown next and the wait for it in ms; None: out of the steps, the model gives the interval."""
    if stage == "reviewing":
        steps = rules.relearning_steps if rating == AGAIN else ()
    else:
        steps = rules.relearning_steps if stage == "relearning" else rules.learning_steps
    if not steps or rating == EASY or (step >= len(steps) and rating != AGAIN):
        return None
    if rating == AGAIN:
        return 0, steps[0] * 1000
    if rating == GOOD:
        return (step + 1, steps[step + 1] * 1000) if step + 1 < len(steps) else None
    if step > 0:
        return step, steps[step] * 1000
    return 0, steps[0] * 1500 if len(steps) == 1 else (steps[0] + steps[1]) * 500


def interval_days(memory: Memory, rules: Rules, model: Model, seed: str) -> int:
    """Whole days from 1 to the maximum until the card is due, with fuzz where the rules say so."""
    days = min(model.interval(memory, rules.desired_retention), float(rules.maximum_interval))
    if not rules.fuzz or days < _FUZZ_RANGES[0][0]:
        return min(max(round(days), 1), rules.maximum_interval)
    low, high = fuzz_range(days, rules.maximum_interval)
    return low + floor(_unit(seed) * (high - low + 1))


def due_day(day: int, interval: int) -> int:
    """`interval` days after `day`, within the calendar."""
    return min(day + interval, LAST_DAY)


def fuzz_range(days: float, maximum: int) -> tuple[int, int]:
    """The shortest and the longest interval that fuzz may make of `days` (at least 2.5)."""
    delta = 1.0 + sum(share * max(min(days, end) - start, 0.0) for start, end, share in _FUZZ_RANGES)
    low, high = floor(days - delta + 0.5), floor(days + delta + 0.5)
    return min(max(low, 1), maximum), min(max(high, 1), maximum)


def fuzz_seed(card: str, reps: int) -> str:
    """The seed of the fuzz of a card's next answer: the same until it is answered, on every device."""
    return f"{card}#{reps}"


def _unit(seed: str) -> float:
    """A number in [0, 1) that depends on `seed` alone, on every machine and Python."""
    mixed = crc32(seed.encode())
    for factor in (0x85EBCA6B, 0xC2B2AE35):  # MurmurHash3's finaliser: CRC alone is linear
        mixed = ((mixed ^ mixed >> 16) * factor) & 0xFFFFFFFF
    return (mixed ^ mixed >> 16) / 2**32


def is_leech(lapses: int, leech_at: int) -> bool:
    """Whether this lapse makes the card a leech: at `leech_at` lapses and at every half of it after."""
    if leech_at < 1 or lapses < leech_at:
        return False
    return (lapses - leech_at) % ((leech_at + 1) // 2) == 0
