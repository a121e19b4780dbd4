"""Study answers of many cards as columns, and what a model would have predicted for them. Knows no collection.

A history is the study answers of one card in order, from its first answer or from its last reset on; crammed answers
are none. Only an answer on a later study day than the one before it, a *repeat*, tells of memory: those are predicted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.memory.replay import Formulas, replay

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """History i is the answers `offsets[i]` to `offsets[i + 1]` of the other columns, in order.

    `offsets` has one entry more than there are histories; `days` are study days (`date.toordinal()` or any other whole
    days), `ratings` 1 to 4, `ats` instants (ms).
    """

    offsets: Ints
    days: Ints
    ratings: Ints
    ats: Ints

    def __len__(self) -> int:
        """How many answers there are in all."""
        return len(self.days)

    def elapsed(self) -> Ints:
        """Whole days since the answer before, never negative; -1 for the first of a history."""
        import numpy as np

        elapsed = np.maximum(np.diff(self.days, prepend=self.days[:1]), 0)
        elapsed[self.offsets[:-1][np.diff(self.offsets) > 0]] = -1
        return elapsed

    def repeats(self) -> Ints:
        """Where the answers stand that tell of memory: those a day or more after the one before."""
        import numpy as np

        return np.flatnonzero(self.elapsed() > 0)

    def until(self, at: int) -> Histories:
        """The answers given before the instant `at` (ms), all histories staying, some of them empty."""
        import numpy as np

        kept = self.ats < at
        counts = np.concatenate([[0], np.cumsum(kept)])
        return Histories(counts[self.offsets], self.days[kept], self.ratings[kept], self.ats[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What was predicted for repeats and what came, as columns of one length.

    `recall` is the chance (0 to 1) predicted right before the answer; `y` is 1 where it was recalled, else 0; `elapsed`
    days since the answer before; `nth` which day of study of the card it was, so 2 at least; `lapses` how many repeats
    had been forgotten before; `at` the instant (ms); `where` its place in the columns of the histories.
    """

    recall: Floats
    y: Ints
    elapsed: Ints
    nth: Ints
    lapses: Ints
    at: Ints
    where: Ints

    def __len__(self) -> int:
        return len(self.y)

    def part(self, chosen: Bools | Ints | slice) -> Predictions:
        """Those that `chosen` picks, as NumPy does."""
        return Predictions(
            self.recall[chosen],
            self.y[chosen],
            self.elapsed[chosen],
            self.nth[chosen],
            self.lapses[chosen],
            self.at[chosen],
            self.where[chosen],
        )


def predictions(histories: Histories, parameters: tuple[float, ...]) -> Predictions:
    """What FSRS-6 with `parameters` predicts for every repeat, knowing only the answers before it; by history."""
    import numpy as np

    where = histories.repeats()
    elapsed = histories.elapsed()[where]
    stability = replay(histories.offsets, histories.days, histories.ratings, parameters, every=True)[where - 1, 0]
    recall = Formulas(parameters).recall(stability, elapsed)
    forgotten = histories.ratings[where] == 1
    history = np.searchsorted(histories.offsets, where, side="right") - 1
    first = np.searchsorted(where, histories.offsets[history])
    lapses = np.concatenate([[0], np.cumsum(forgotten)])
    nth = np.arange(len(where)) - first + 2
    return Predictions(
        recall=recall,
        y=np.where(forgotten, 0, 1),
        elapsed=elapsed,
        nth=nth,
        lapses=lapses[:-1] - lapses[first],
        at=histories.ats[where],
        where=where,
    )
