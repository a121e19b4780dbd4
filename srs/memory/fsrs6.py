"""FSRS-6 behind the seam of `model.py`, on study days. The only module that knows the package `fsrs`.

Every single step is computed by `fsrs` (6.3.2), given midnights UTC so that its 24-hour days are study days. The curve
and its inverse are one line each and stand here, so that showing a card needs no import of the package:

    R(t, S) = (1 + F t / S)^-w20,  F = 0.9^(-1 / w20) - 1            (`_FACTOR`, `_DECAY` in `fsrs.scheduler`)

A memory is (stability in days, difficulty 1 to 10).
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from srs.collector import collector_paused
from srs.errors import SrsError
from srs.memory.model import Moment
from srs.memory.replay import MAX_STABILITY, replay
from srs.memory.state import Memory
from srs.values import frozen

if TYPE_CHECKING:
    import fsrs

    from srs.memory.model import Floats, Ints, Numbers
    from srs.memory.replay import Formulas

# fsrs 6.3.2: DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS (a test compares them).
DEFAULT_PARAMETERS = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
LOWER_BOUNDS = (
    0.001, 0.001, 0.001, 0.001, 1.0, 0.001, 0.001, 0.001, 0.0, 0.0, 0.001,
    0.001, 0.001, 0.001, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.1,
)  # fmt: skip
UPPER_BOUNDS = (
    100.0, 100.0, 100.0, 100.0, 10.0, 4.0, 4.0, 0.75, 4.5, 0.8, 3.5,
    5.0, 0.25, 0.9, 4.0, 1.0, 6.0, 2.0, 2.0, 0.8, 0.8,
)  # fmt: skip


@frozen
class Fsrs6:
    """FSRS-6 with 21 parameters. SrsError where they are not 21 numbers within the bounds of `fsrs`."""

    parameters: tuple[float, ...] = DEFAULT_PARAMETERS

    def __post_init__(self) -> None:
        _check(self.parameters)

    @property
    def name(self) -> str:
        return "fsrs-6"

    def elapsed(self, previous: Moment, now: Moment) -> int:
        return max(0, now.day - previous.day)

    def step(self, memory: Memory | None, elapsed: float, rating: int) -> Memory:
        import datetime

        import fsrs

        start = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
        # card_id and due are given because without them Card() sleeps 1 ms and reads the clock.
        if memory is None:
            card = fsrs.Card(card_id=1, due=start)
        else:
            stability, difficulty = memory
            card = fsrs.Card(1, fsrs.State.Review, None, stability, difficulty, start, start)
        # `fsrs` compares with `timezone.utc` itself: UTC is that object.
        now = start + datetime.timedelta(days=int(elapsed))
        card, _ = _scheduler(self.parameters).review_card(card, fsrs.Rating(rating), now)
        assert card.stability is not None and card.difficulty is not None
        return min(card.stability, MAX_STABILITY), card.difficulty

    def curve(self, memory: Memory, t: float) -> float:
        decay, factor = _curve_constants(self.parameters[20])
        chance: float = (1 + factor * (t if t > 0 else 0) / memory[0]) ** decay
        return chance

    def interval(self, memory: Memory, retention: float) -> float:
        if not 0 < retention < 1:
            raise SrsError(f"desired retention is {retention}, it must lie between 0 and 1")
        decay, factor = _curve_constants(self.parameters[20])
        try:
            return float((memory[0] / factor) * ((retention ** (1 / decay)) - 1))  # as `_next_interval`, to the bit
        except OverflowError:
            return float("inf")

    def replay(self, offsets: "Ints", ats: "Ints", days: "Ints", ratings: "Ints") -> list[Memory]:
        states = replay(offsets, days, ratings, self.parameters)
        with collector_paused():
            return list(zip(states[:, 0].tolist(), states[:, 1].tolist(), strict=True))

    def replay_every(self, offsets: "Ints", ats: "Ints", days: "Ints", ratings: "Ints") -> "Floats":
        return replay(offsets, days, ratings, self.parameters, every=True)

    def elapsed_many(self, ats: "Ints", days: "Ints", then_ats: "Ints", then_days: "Ints") -> "Numbers":
        import numpy as np

        found: Ints = np.maximum(then_days - days, 0)
        return found

    def firsts(self, ratings: "Ints") -> "Floats":
        import numpy as np

        return np.column_stack(_formulas(self.parameters).first(ratings))

    def steps(self, memories: "Floats", elapsed: "Numbers", ratings: "Ints") -> "Floats":
        import numpy as np

        return np.column_stack(_formulas(self.parameters).next(memories[:, 0], memories[:, 1], elapsed, ratings))

    def curves(self, memories: "Floats", elapsed: "Numbers") -> "Floats":
        import numpy as np

        return _formulas(self.parameters).recall(memories[:, 0], np.maximum(elapsed, 0))

    def intervals(self, memories: "Floats", retention: "Floats | float") -> "Floats":
        import numpy as np

        if not np.all((np.asarray(retention) > 0) & (np.asarray(retention) < 1)):
            raise SrsError(f"desired retention is {retention}, it must lie between 0 and 1")
        decay, factor = _curve_constants(self.parameters[20])
        with np.errstate(over="ignore"):
            found: Floats = memories[:, 0] / factor * (np.asarray(retention) ** (1 / decay) - 1)
        return found


def _check(parameters: tuple[float, ...]) -> None:
    """SrsError where `parameters` are not 21 numbers within bounds."""
    if len(parameters) != len(LOWER_BOUNDS):
        raise SrsError(f"fsrs-6 has {len(LOWER_BOUNDS)} parameters, not {len(parameters)}")
    for index, (value, low, high) in enumerate(zip(parameters, LOWER_BOUNDS, UPPER_BOUNDS, strict=True)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise SrsError(f"parameter {index} of fsrs-6 is {value!r}, it must lie between {low} and {high}")


@lru_cache(maxsize=64)
def _curve_constants(w20: float) -> tuple[float, float]:
    decay = -w20
    return decay, 0.9 ** (1 / decay) - 1


@lru_cache(maxsize=64)
def _formulas(parameters: tuple[float, ...]) -> "Formulas":
    from srs.memory.replay import Formulas

    return Formulas(parameters)


@lru_cache(maxsize=64)
def _scheduler(parameters: tuple[float, ...]) -> "fsrs.Scheduler":
    """A scheduler of which only the memory is used: no steps, no fuzz, the shortest maximum."""
    import fsrs

    return fsrs.Scheduler(parameters, learning_steps=(), relearning_steps=(), maximum_interval=1, enable_fuzzing=False)
