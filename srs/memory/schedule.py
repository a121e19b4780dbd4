"""What each of the four answers would do to a card: steps, rounding, fuzz, maximum. Knows no formula and no clock.

Steps run in real time within the day; intervals are whole study days. The step rules are those of Anki and `fsrs`:
Again goes to the first step; Hard stays, on the first step with the average of the first two (a single step half as
long again); Good goes on and out after the last; Easy goes out. Without fuzz, states and intervals are those of
`fsrs` over the same answers.

Fuzz takes one day of a range by chance. Where it is known how many reviews each day holds, a day's weight falls with
the square of that number, and easy days weigh nothing. Hard, Good and Easy share one chance, and a day weighs the same
for all of them, in whole numbers; so of two ranges the later one never gives the earlier day: fuzz swaps no buttons.
"""

from collections.abc import Callable
from math import floor
from typing import Literal, NamedTuple
from zlib import crc32

from srs.errors import SrsError
from srs.memory.days import LAST_DAY
from srs.memory.model import Model, Moment
from srs.memory.state import CardState, Learning, Memory, New, Progress, Relearning, Reviewing, Studied
from srs.values import frozen

Stage = Literal["new", "learning", "reviewing", "relearning"]

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4

# Anki's ranges: from, to (days), share of the part of the interval within them; plus one day.
FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))

Load = Callable[[int], int]
"""How many reviews are due on a study day."""

COUNTED_DAYS = 90
"""So many days ahead the load counts: beyond, what is due now says little about what will be, and ranges are wide."""

FAR_DAYS = 7
"""The last of these days: their mean stands for every day beyond."""

_WEIGHT = 1 << 40


@frozen
class Rules:
    """How a deck is scheduled. Steps are seconds, `maximum_interval` days; `leech_at` 0: no leeches.

    `easy_days` are weekdays, 0 for Monday, on which as little as possible is to be due.
    """

    desired_retention: float = 0.9
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    maximum_interval: int = 36500
    fuzz: bool = True
    leech_at: int = 8
    easy_days: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not 0 < self.desired_retention < 1:
            raise SrsError(f"desired_retention is {self.desired_retention}, it must lie between 0 and 1")
        if any(step < 1 for step in (*self.learning_steps, *self.relearning_steps)):
            raise SrsError("a learning step is shorter than a second")
        if self.maximum_interval < 1:
            raise SrsError(f"maximum_interval is {self.maximum_interval}, it must be at least 1 day")


@frozen
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


def preview(
    state: CardState, now_ms: int, day: int, rules: Rules, model: Model, seed: str, load: Load | None = None
) -> Answers:
    """All four answers at instant `now_ms` on study day `day`. `seed` decides the fuzz, see `fuzz_seed`."""
    again, hard, good, easy = (answer(state, now_ms, day, rating, rules, model, seed, load) for rating in (1, 2, 3, 4))
    return Answers(again, hard, good, easy)


def answer(
    state: CardState,
    now_ms: int,
    day: int,
    rating: int,
    rules: Rules,
    model: Model,
    seed: str,
    load: Load | None = None,
) -> Answer:
    """What `rating` (1 to 4) does; equal to that of `preview` with the same arguments."""
    memory = _remembered(state, Moment(now_ms, day), rating, model)
    stage, step = stage_of(state.progress)
    move = next_step(stage, step, rating, rules)
    if move is None:
        days = interval_days(memory, rules, model, seed, day, load)
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


def interval_days(memory: Memory, rules: Rules, model: Model, seed: str, day: int = 0, load: Load | None = None) -> int:
    """Whole days from 1 to the maximum until the card is due, with fuzz where the rules say so.

    Without `load` every day of the range is as likely; with it, days counted from study day `day` weigh by their load.
    """
    low, high = interval_range(memory, rules, model)
    if load is None or low == high:
        return low + (_chance(seed) * (high - low + 1) >> 32)
    weights = _weights(range(low, high + 1), day, rules.easy_days, load)
    left = _chance(seed) * sum(weights) >> 32
    for days, weight in enumerate(weights, low):
        if left < weight:
            return days
        left -= weight
    raise AssertionError("the chance is below one")


def interval_range(memory: Memory, rules: Rules, model: Model) -> tuple[int, int]:
    """The shortest and the longest interval (days) that the rules allow after an answer; equal without fuzz."""
    days = min(model.interval(memory, rules.desired_retention), float(rules.maximum_interval))
    if rules.fuzz and days >= FUZZ_RANGES[0][0]:
        return fuzz_range(days, rules.maximum_interval)
    whole = min(max(round(days), 1), rules.maximum_interval)
    return whole, whole


def is_easy(day: int, easy_days: frozenset[int]) -> bool:
    """Whether a study day falls on one of the weekdays."""
    return (day - 1) % 7 in easy_days


def _weights(intervals: range, day: int, easy_days: frozenset[int], load: Load) -> list[int]:
    """How much each interval counts in the choice: whole numbers, of which at least one is not zero."""
    free = [days for days in intervals if not is_easy(day + days, easy_days)]
    allowed = frozenset(free or intervals)
    far = None
    weights = []
    for days in intervals:
        if days not in allowed:
            weights.append(0)
        elif days <= COUNTED_DAYS:
            weights.append(_weight(load(day + days), 1))
        else:
            if far is None:
                far = _far_weight(intervals, day, load)
            weights.append(far)
    return weights


def _far_weight(intervals: range, day: int, load: Load) -> int:
    """The weight of any day for which the load does not count."""
    if intervals[0] > COUNTED_DAYS:
        return 1  # they are among themselves
    last = range(COUNTED_DAYS - FAR_DAYS + 1, COUNTED_DAYS + 1)
    return _weight(sum(load(day + days) for days in last), FAR_DAYS)


def _weight(reviews: int, days: int) -> int:
    """The weight of a day on which as many are due as on average on these days."""
    return max(1, _WEIGHT * days**2 // (reviews + days) ** 2)


def due_day(day: int, interval: int) -> int:
    """`interval` days after `day`, within the calendar."""
    return min(day + interval, LAST_DAY)


def fuzz_range(days: float, maximum: int) -> tuple[int, int]:
    """The shortest and the longest interval that fuzz may make of `days` (at least 2.5)."""
    delta = 1.0 + sum(share * max(min(days, end) - start, 0.0) for start, end, share in FUZZ_RANGES)
    low, high = floor(days - delta + 0.5), floor(days + delta + 0.5)
    return min(max(low, 1), maximum), min(max(high, 1), maximum)


def fuzz_seed(card: str, reps: int) -> str:
    """The seed of the fuzz of a card's next answer: the same until it is answered, on every device."""
    return f"{card}#{reps}"


def _chance(seed: str) -> int:
    """A number from 0 to 2**32 - 1 that depends on `seed` alone, on every machine and Python."""
    mixed = crc32(seed.encode())
    for factor in (0x85EBCA6B, 0xC2B2AE35):  # MurmurHash3's finaliser: CRC alone is linear
        mixed = ((mixed ^ mixed >> 16) * factor) & 0xFFFFFFFF
    return mixed ^ mixed >> 16


def is_leech(lapses: int, leech_at: int) -> bool:
    """Whether this lapse makes the card a leech: at `leech_at` lapses and at every half of it after."""
    if leech_at < 1 or lapses < leech_at:
        return False
    return (lapses - leech_at) % ((leech_at + 1) // 2) == 0
