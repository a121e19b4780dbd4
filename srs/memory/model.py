"""The seam behind which a memory model docks: what it takes and gives. Knows no formula, no steps, no dates.

A model turns answers into a memory (its own tuple of floats) and a memory into a chance of recall or an interval.
Steps, rounding, fuzz and maximum are not its business; how time is counted (study days or exact time) is.

`step`, `curve` and `interval` do it for one card; `firsts`, `steps`, `curves` and `intervals` for many at once, to 1e-9
the same, memories being the rows of an array. The first three must do without NumPy, which is slow to load.
"""

from typing import TYPE_CHECKING, Protocol

from srs.memory.state import Memory
from srs.values import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64 | np.float64]


@frozen
class Moment:
    """When an answer was given: the instant (ms, UTC) and its study day."""

    at: int
    day: int


class Model(Protocol):
    """A memory model with its parameters. Equal models give equal memories."""

    def __hash__(self) -> int:
        """Equal for equal models."""

    @property
    def name(self) -> str:
        """As in `model = …` of the settings."""

    @property
    def parameters(self) -> tuple[float, ...]:
        """The numbers the model was fitted to."""

    def elapsed(self, previous: Moment, now: Moment) -> float:
        """Days between two answers as this model counts them, never negative."""

    def step(self, memory: Memory | None, elapsed: float, rating: int) -> Memory:
        """The memory after an answer (`rating` 1 to 4), `elapsed` days after the last; `memory` None: the first."""

    def curve(self, memory: Memory, t: float) -> float:
        """The chance of recall (0 to 1) `t` days after the last answer."""

    def interval(self, memory: Memory, retention: float) -> float:
        """Days until the chance of recall falls to `retention` (between 0 and 1): not rounded, not limited."""

    def replay(self, offsets: "Ints", ats: "Ints", days: "Ints", ratings: "Ints") -> list[Memory]:
        """`step` over whole histories at once. History i is the answers `offsets[i]` to `offsets[i + 1]`, in order."""

    def replay_every(self, offsets: "Ints", ats: "Ints", days: "Ints", ratings: "Ints") -> "Floats":
        """`replay`, but the memory after each answer, as rows. No history may be empty."""

    def elapsed_many(self, ats: "Ints", days: "Ints", then_ats: "Ints", then_days: "Ints") -> "Numbers":
        """`elapsed` for many: from the instants `ats` (study days `days`) to `then_ats` (`then_days`)."""

    def firsts(self, ratings: "Ints") -> "Floats":
        """`step` for first answers: a memory in each row, shape (answers, length of a memory)."""

    def steps(self, memories: "Floats", elapsed: "Numbers", ratings: "Ints") -> "Floats":
        """`step` for later answers: row i after rating i, `elapsed` (as `elapsed` counts) after the one before."""

    def curves(self, memories: "Floats", elapsed: "Numbers") -> "Floats":
        """`curve` for each row."""

    def intervals(self, memories: "Floats", retention: "Floats | float") -> "Floats":
        """`interval` for each row, to one retention or one for each."""
