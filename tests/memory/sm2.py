"""SM-2 behind the seam of `srs/memory/model.py`: a second memory model, to prove that nothing above knows the first.

It differs wherever FSRS-6 could have been taken for granted: a memory is three numbers (interval in days, ease, answers
in a row), time is exact, and an answer within half a day of the last one changes nothing but the ease.

    after Again 1 day; else 1 day, 6 days, then interval x ease
    ease + 0.1 - (5 - q)(0.08 + (5 - q) 0.02), at least 1.3, q = 2, 3, 4, 5 for the four ratings
    recall 0.9^(t / interval): SM-2 names none, so its interval is taken to be that to 90 %
"""

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from srs.memory.days import DAY_MS
from srs.memory.model import Moment
from srs.memory.state import Memory

if TYPE_CHECKING:
    from srs.memory.model import Floats, Ints, Numbers

SOON = 0.5


@dataclass(frozen=True)
class Sm2:
    """SM-2. Its only parameters are the two first intervals, in days."""

    parameters: tuple[float, ...] = (1.0, 6.0)

    @property
    def name(self) -> str:
        return "sm-2"

    def elapsed(self, previous: Moment, now: Moment) -> float:
        return max(0, now.at - previous.at) / DAY_MS

    def step(self, memory: Memory | None, elapsed: float, rating: int) -> Memory:
        first, second = self.parameters
        interval, ease, row = memory or (first, 2.5, 0.0)
        lack = 4 - rating
        changed = max(1.3, ease + 0.1 - lack * (0.08 + lack * 0.02))
        if memory is not None and elapsed < SOON:
            return interval, changed, row
        if rating == 1:
            return first, changed, 0.0
        return (first if row == 0 else second if row == 1 else interval * changed), changed, row + 1

    def curve(self, memory: Memory, t: float) -> float:
        return float(0.9 ** (max(t, 0) / memory[0]))

    def interval(self, memory: Memory, retention: float) -> float:
        return float(memory[0] * log(retention) / log(0.9))

    def replay(self, offsets: "Ints", ats: "Ints", days: "Ints", ratings: "Ints") -> list[Memory]:
        found: list[Memory] = []
        for first, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
            memory: Memory | None = None
            for n in range(first, end):
                elapsed = (int(ats[n]) - int(ats[n - 1])) / DAY_MS if memory else 0
                memory = self.step(memory, max(0, elapsed), int(ratings[n]))
            assert memory is not None
            found.append(memory)
        return found

    def replay_every(self, offsets: "Ints", ats: "Ints", days: "Ints", ratings: "Ints") -> "Floats":
        import numpy as np

        found: list[Memory] = []
        for first, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
            for n in range(first, end):
                elapsed = max(0, int(ats[n]) - int(ats[n - 1])) / DAY_MS if n > first else 0
                found.append(self.step(found[-1] if n > first else None, elapsed, int(ratings[n])))
        return np.array(found).reshape(-1, 3)

    def elapsed_many(self, ats: "Ints", days: "Ints", then_ats: "Ints", then_days: "Ints") -> "Numbers":
        import numpy as np

        found: Numbers = np.maximum(then_ats - ats, 0) / DAY_MS
        return found

    def firsts(self, ratings: "Ints") -> "Floats":
        import numpy as np

        return np.array([self.step(None, 0, rating) for rating in ratings.tolist()]).reshape(-1, 3)

    def steps(self, memories: "Floats", elapsed: "Numbers", ratings: "Ints") -> "Floats":
        import numpy as np

        first, second = self.parameters
        interval, ease, row = memories.T
        lack = 4 - ratings
        ease = np.maximum(1.3, ease + 0.1 - lack * (0.08 + lack * 0.02))
        right = np.where(row == 0, first, np.where(row == 1, second, interval * ease))
        later = np.where(ratings == 1, first, right)
        soon = elapsed < SOON
        rows = np.where(soon, row, np.where(ratings == 1, 0, row + 1))
        return np.column_stack([np.where(soon, interval, later), ease, rows])

    def curves(self, memories: "Floats", elapsed: "Numbers") -> "Floats":
        import numpy as np

        found: Floats = 0.9 ** (np.maximum(elapsed, 0) / memories[:, 0])
        return found

    def intervals(self, memories: "Floats", retention: "Floats | float") -> "Floats":
        import numpy as np

        found: Floats = memories[:, 0] * np.log(retention) / log(0.9)
        return found
