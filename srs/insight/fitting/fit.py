"""FSRS-6 fitted to histories. Knows nothing of collections, of judging a fit or of adopting it.

What is made least is the log loss over all repeats plus the upstream prior, which draws each parameter to the default:

    sum of weight * loss + sum of ((w - default) / deviation)^2

A repeat weighs by how late it stands in the history, as upstream: 0.25 + 0.75 x^3 for x from 0 (oldest) to 1 (newest).

The stabilities after the first answer (w0 to w3) are the only parameters that one rating alone decides. They are
searched as logarithms, begin where the cards' second answers put them, and may not fall from rating to rating in the
end: where they would, they are levelled weighted by how often each rating came, so that one that hardly came cannot
push one that did. One that never came takes the share of its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from srs.insight.fitting.lbfgs import minimise
from srs.insight.fitting.loss import Loss
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, LOWER_BOUNDS, UPPER_BOUNDS
from srs.memory.replay import Formulas

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from srs.insight.fitting.histories import Histories

    Ints = NDArray[np.integer]
    Floats = NDArray[np.float64]

Watch = Callable[[int, int], None]

# How far each parameter strays from the default among people: fsrs-optimizer 6.5.0.
DEVIATIONS = (
    6.43, 9.66, 17.58, 27.85, 0.57, 0.28, 0.6, 0.12, 0.39, 0.18, 0.33,
    0.3, 0.09, 0.16, 0.57, 0.25, 1.03, 0.31, 0.32, 0.14, 0.27,
)  # fmt: skip
_LOWEST_W19 = 0.01  # as in fsrs-optimizer, where `fsrs` would allow 0
_STEPS = 100
_STEPS_AGAIN = 30
_GAIN = 1e-6  # log loss for each repeat that three steps must gain


def fit(
    histories: Histories, start: tuple[float, ...] = DEFAULT_PARAMETERS, watch: Watch = lambda done, of: None
) -> tuple[float, ...]:
    """The 21 parameters that explain the histories best, within the bounds of `fsrs`. Without a repeat: `start`.

    `start` is where the search begins, not what the prior draws to. `watch` is told how much of the work is done,
    (0, of) to (of, of); what it raises ends the fit.
    """
    import numpy as np

    of = _STEPS + _STEPS_AGAIN
    repeats = histories.repeats()
    if not len(repeats):
        watch(of, of)
        return start
    loss = Loss(histories, recency_weights(histories))
    known = first_counts(histories)
    w = np.clip(start, _bounds()[0], _bounds()[1])
    w[:4] = first_stabilities(histories, tuple(w.tolist()))
    w = _search(loss, w, len(repeats), _STEPS, lambda done: watch(done, of))
    levelled = _level(_fill(w[:4], known), known)
    if not np.array_equal(levelled, w[:4]):
        w[:4] = levelled
        w = _search(loss, w, len(repeats), _STEPS_AGAIN, lambda done: watch(_STEPS + done, of), hold_first=True)
    watch(of, of)
    return tuple(w.tolist())


def recency_weights(histories: Histories) -> Floats:
    """How much each answer counts if it is a repeat, 0.25 to 1."""
    import numpy as np

    repeats = histories.repeats()
    rank = np.empty(len(repeats))
    rank[np.argsort(histories.ats[repeats], kind="stable")] = np.linspace(0, 1, len(repeats))
    weights = np.zeros(len(histories))
    weights[repeats] = 0.25 + 0.75 * rank**3
    return weights


def first_counts(histories: Histories) -> Ints:
    """By rating (Again first), how many cards began with it and were answered again on a later day."""
    import numpy as np

    owner = np.repeat(np.arange(len(histories.offsets) - 1), np.diff(histories.offsets))
    repeated = np.unique(owner[histories.repeats()])
    return np.bincount(histories.ratings[histories.offsets[repeated]], minlength=5)[1:]


def first_stabilities(histories: Histories, parameters: tuple[float, ...]) -> Floats:
    """w0 to w3 as the cards tell that were answered a second time on a later day; others as `parameters` have them.

    By rating, that one of 200 stabilities which explains those second answers and the prior best.
    """
    import numpy as np

    repeats = histories.repeats()
    firsts = histories.offsets[:-1]
    second = repeats[np.isin(repeats - 1, firsts[np.diff(histories.offsets) > 0])]
    elapsed, recalled = histories.elapsed()[second], histories.ratings[second] > 1
    tried = np.geomspace(LOWER_BOUNDS[0], UPPER_BOUNDS[0], 200)
    formulas = Formulas(parameters)
    found = np.array(parameters[:4])
    for rating in range(1, 5):
        chosen = histories.ratings[second - 1] == rating
        if not chosen.any():
            continue
        days, place = np.unique(elapsed[chosen], return_inverse=True)
        hits = np.bincount(place, recalled[chosen], minlength=len(days))
        misses = np.bincount(place, ~recalled[chosen], minlength=len(days))
        recall = formulas.recall(tried[:, None], days)
        away = (tried - DEFAULT_PARAMETERS[rating - 1]) / DEVIATIONS[rating - 1]
        cost = -(np.log(recall) @ hits + np.log(1 - recall) @ misses) + away**2
        found[rating - 1] = tried[np.argmin(cost)]
    return found


def _search(
    loss: Loss, w: Floats, repeats: int, most: int, watch: Callable[[int], None], hold_first: bool = False
) -> Floats:
    """Where loss and prior are least, from `w` on; with `hold_first` the first four parameters stay."""
    import numpy as np

    low, high = _bounds()
    deviations, centre = np.array(DEVIATIONS), np.array(DEFAULT_PARAMETERS)

    def coordinates(w: Floats) -> Floats:
        return np.concatenate([np.log(w[:4]), w[4:] / deviations[4:]])

    def parameters(x: Floats) -> Floats:
        w: Floats = np.clip(np.concatenate([np.exp(x[:4]), x[4:] * deviations[4:]]), low, high)
        return w

    def value_and_gradient(x: Floats) -> tuple[float, Floats]:
        w = parameters(x)
        value, gradient = loss(w)
        away = (w - centre) / deviations
        value += float(away @ away)
        gradient = gradient + 2 * away / deviations
        return value / repeats, gradient * np.concatenate([w[:4], deviations[4:]]) / repeats

    lowest, highest = coordinates(low), coordinates(high)
    start = coordinates(w)
    if hold_first:
        lowest[:4] = highest[:4] = start[:4]
    return parameters(minimise(value_and_gradient, start, lowest, highest, _GAIN, most, watch))


def _bounds() -> tuple[Floats, Floats]:
    import numpy as np

    low = np.array(LOWER_BOUNDS)
    low[19] = _LOWEST_W19
    return low, np.array(UPPER_BOUNDS)


def _fill(stabilities: Floats, counts: Ints) -> Floats:
    """Those of ratings that never came, moved from the default by as large a factor as their neighbours that did."""
    import numpy as np

    known = np.flatnonzero(counts)
    factors = np.log(stabilities[known] / np.array(DEFAULT_PARAMETERS)[known])
    filled = np.array(DEFAULT_PARAMETERS[:4]) * np.exp(np.interp(np.arange(4), known, factors))
    filled = np.where(counts > 0, stabilities, filled)
    return np.minimum(np.maximum(filled, LOWER_BOUNDS[0]), UPPER_BOUNDS[0])


def _level(values: Floats, counts: Ints) -> Floats:
    """The non-decreasing values nearest to `values` as logarithms, weighted by `counts` (isotonic regression)."""
    import numpy as np

    blocks: list[tuple[float, float, int]] = []  # mean logarithm, weight, how many values
    for value, count in zip(np.log(values).tolist(), counts.tolist(), strict=True):
        block = (value, max(float(count), 1e-6), 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, weight, size = blocks.pop()
            total = weight + block[1]
            block = ((mean * weight + block[0] * block[1]) / total, total, size + block[2])
        blocks.append(block)
    if len(blocks) == len(values):
        return values
    levelled: Floats = np.exp(np.concatenate([np.full(size, mean) for mean, _, size in blocks]))
    return levelled
