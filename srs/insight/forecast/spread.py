"""The interval of many cards at once, as `schedule.interval_days` gives it to one: rounding, maximum, fuzz, easy days.

What differs is chance alone: it comes from a generator, not from a card's name. Cards get their days in a few batches;
within a batch none sees where the others went.
"""

from typing import TYPE_CHECKING

from srs.memory.schedule import COUNTED_DAYS, FAR_DAYS, FUZZ_RANGES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


_DRAWS = 8  # of a day that is not easy


def ranges(days: "Floats", maximum: "Ints", fuzz: "Bools") -> "tuple[Ints, Ints]":
    """The shortest and the longest interval that the rules make of so many `days`: `schedule.interval_range`."""
    import numpy as np

    days = np.minimum(days, maximum)
    whole = np.clip(np.rint(days), 1, maximum)
    delta = np.ones(len(days))
    for start, end, share in FUZZ_RANGES:
        delta += share * np.maximum(np.minimum(days, end) - start, 0.0)
    wide = fuzz & (days >= FUZZ_RANGES[0][0])
    low = np.where(wide, np.clip(np.floor(days - delta + 0.5), 1, maximum), whole)
    high = np.where(wide, np.clip(np.floor(days + delta + 0.5), 1, maximum), whole)
    return low.astype(np.int64), high.astype(np.int64)


def choose(
    low: "Ints", high: "Ints", ahead: "Floats", which: "Ints", easy: "Bools", generator: "np.random.Generator"
) -> "Ints":
    """A day of each range, by chance: `ahead` (learners, days from today on) says how many reviews a day holds.

    `which` is the learner of each range; `easy` (ranges, weekdays from today on) the days that are to be left free.
    A day weighs as in `schedule`: by 1 / (reviews + 1)^2, easy days nothing unless there are only such.
    """
    import numpy as np

    chosen = low.copy()
    far = np.flatnonzero(low > COUNTED_DAYS)
    chosen[far] = _anywhere(low[far], high[far], easy[far], generator)
    near = np.flatnonzero((high > low) & (low <= COUNTED_DAYS))
    if len(near):
        chosen[near] = _weighed(low[near], high[near], _weights(ahead)[which[near]], easy[near], generator)
    return chosen


def _weights(ahead: "Floats") -> "Floats":
    """The weight of a day so many days ahead, by learner; the last one stands for all days that are not counted."""
    import numpy as np

    mean = ahead[:, COUNTED_DAYS - FAR_DAYS + 1 : COUNTED_DAYS + 1].mean(axis=1, keepdims=True)
    weights: Floats = 1 / (np.hstack([ahead[:, : COUNTED_DAYS + 1], mean]) + 1) ** 2
    return weights


def _anywhere(low: "Ints", high: "Ints", easy: "Bools", generator: "np.random.Generator") -> "Ints":
    """Any day of each range; one that is easy is drawn again, a few times."""
    import numpy as np

    wide = high - low + 1
    chosen: Ints = low + (generator.random(len(low)) * wide).astype(np.int64)
    for _ in range(_DRAWS if easy.any() else 0):
        again = np.flatnonzero(easy[np.arange(len(easy)), chosen % 7])
        chosen[again] = low[again] + (generator.random(len(again)) * wide[again]).astype(np.int64)
    return chosen


def _weighed(
    low: "Ints", high: "Ints", weights_of: "Floats", easy: "Bools", generator: "np.random.Generator"
) -> "Ints":
    """A day of each range, which begins within the counted days, by the weights of its learner."""
    import numpy as np

    days = low[:, None] + np.arange(int((high - low).max()) + 1)
    weights = np.take_along_axis(weights_of, np.minimum(days, COUNTED_DAYS + 1), axis=1)
    weights[days > high[:, None]] = 0
    if easy.any():
        left = np.where(np.take_along_axis(easy, days % 7, axis=1), 0.0, weights)
        weights = np.where(left.any(axis=1, keepdims=True), left, weights)
    sums = np.cumsum(weights, axis=1)
    places = (sums <= (generator.random(len(sums)) * sums[:, -1])[:, None]).sum(axis=1)
    found: Ints = low + np.minimum(places, high - low)
    return found
