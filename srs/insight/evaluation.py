"""How well recall was predicted, in the figures of the public benchmark of spaced repetition. Knows only arrays.

The definitions are those of open-spaced-repetition/srs-benchmark (`utils.py`), so that others can check us:

    log loss      mean of -ln p where it was recalled, -ln(1 - p) where not, p kept off 0 and 1 by one step of a double
    RMSE(bins)    reviews are put in one bin whose elapsed days, days of study and lapses are about the same (`bins`);
                  the root of the mean, weighted by reviews, of (mean p - share recalled)^2 over bins
    AUC           the chance that a recalled review had the higher p than a forgotten one, equals counting half
    calibration   ICI there: the mean distance of p from the share recalled at about that p, by LOWESS (Cleveland 1979)
    bias          MBE there: mean p - share recalled; above 0 the learner forgets more than predicted

The benchmark looks only at answers a day or more after the one before, as `predictions` does; it also drops outlying
first intervals before it fits, which is no part of a figure and is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer]
    Floats = NDArray[np.float64]

_NEIGHBOURS = 2 / 3  # LOWESS: the share of the reviews that each local line is fitted to
_APART = 0.01  # LOWESS: how far apart, as a share of the range of p, lines are fitted; between them it is straight


@dataclass(frozen=True, slots=True)
class Scores:
    """Of all but `auc` nearer to 0 is better. None where there is nothing to tell it from."""

    reviews: int
    log_loss: float | None
    rmse_bins: float | None
    auc: float | None  # None also where all were recalled or all forgotten
    calibration: float | None
    bias: float | None


def evaluate(recall: Floats, y: Ints, elapsed: Ints, nth: Ints, lapses: Ints) -> Scores:
    """The columns are those of `srs.insight.fitting.histories.Predictions`."""
    if not len(y):
        return Scores(0, None, None, None, None, None)
    return Scores(
        reviews=len(y),
        log_loss=log_loss(recall, y),
        rmse_bins=rmse_bins(recall, y, elapsed, nth, lapses),
        auc=auc(recall, y),
        calibration=calibration(recall, y),
        bias=float(recall.mean() - y.mean()),
    )


def log_loss(recall: Floats, y: Ints) -> float:
    """The mean of -ln of the chance given to what came."""
    import numpy as np

    step = np.finfo(np.float64).eps
    p = np.clip(recall, step, 1 - step)
    return float(-np.mean(np.where(y == 1, np.log(p), np.log(1 - p))))


def rmse_bins(recall: Floats, y: Ints, elapsed: Ints, nth: Ints, lapses: Ints) -> float:
    """The root mean square over bins of what was predicted minus what came."""
    import numpy as np

    _, place = np.unique(bins(elapsed, nth, lapses), axis=0, return_inverse=True)
    place = place.ravel()
    miss = np.bincount(place, recall - y)
    return float(np.sqrt(np.sum(miss**2 / np.bincount(place)) / len(y)))


def bins(elapsed: Ints, nth: Ints, lapses: Ints) -> Floats:
    """The bin of each review, shape (reviews, 3): each count on a scale of powers, shown as about its middle."""
    import numpy as np

    def power(values: Floats, base: float) -> Floats:
        exact: Floats = np.power(base, np.floor(np.log(values) / np.log(base)))
        return exact

    lapsed = np.round(1.65 * power(np.maximum(lapses, 1).astype(np.float64), 1.73))
    columns = (
        np.round(2.48 * power(np.maximum(elapsed, 1e-6), 3.62), 2),
        np.round(1.99 * power(nth.astype(np.float64), 1.89)),
        np.where(lapses == 0, 0.0, lapsed),
    )
    return np.column_stack(columns)


def auc(recall: Floats, y: Ints) -> float | None:
    """The area under the ROC curve; None where all were recalled or all forgotten."""
    import numpy as np

    recalled = int(y.sum())
    forgotten = len(y) - recalled
    if not recalled or not forgotten:
        return None
    _, place, counts = np.unique(recall, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2  # of equals the mean
    return float((rank[place] @ y - recalled * (recalled + 1) / 2) / (recalled * forgotten))


def calibration(recall: Floats, y: Ints) -> float:
    """The mean distance of the predictions from the share recalled at about that prediction."""
    import numpy as np

    order = np.argsort(recall, kind="stable")
    p = recall[order]
    return float(np.mean(np.abs(_smoothed(p, y[order].astype(np.float64)) - p)))


def _smoothed(x: Floats, y: Floats) -> Floats:
    """LOWESS without robustness rounds: the share recalled at about each `x`, which is sorted."""
    import numpy as np

    near = min(max(int(_NEIGHBOURS * len(x) + 1e-10), 2), len(x))
    middles = (x[: len(x) - near] + x[near:]) / 2  # beyond which the neighbours begin one further on
    anchors = _anchors(x)
    heights = []
    for anchor in anchors.tolist():
        left = int(np.searchsorted(middles, x[anchor], side="left"))
        heights.append(_local_line(x[left : left + near], y[left : left + near], float(x[anchor])))
    # Of equal x the first was fitted and stands for all.
    places, first = np.unique(x[anchors], return_index=True)
    smoothed: Floats = np.interp(x, places, np.array(heights)[first])
    return smoothed


def _anchors(x: Floats) -> Ints:
    """Which of the sorted `x` get a line of their own: the first, the last within reach of the one before, the last."""
    import numpy as np

    reach, last = _APART * (x[-1] - x[0]), len(x) - 1
    anchors = [0]
    while (here := x[anchors[-1]]) < x[last]:
        beyond = min(int(np.searchsorted(x, here + reach, side="right")), last)
        anchors.append(max(beyond - 1, int(np.searchsorted(x, here, side="right"))))
    return np.array(anchors)


def _local_line(x: Floats, y: Floats, at: float) -> float:
    """The height at `at` of the straight line through the points, the nearer ones weighing more."""
    import numpy as np

    away = np.abs(x - at)
    radius = away.max()
    if radius == 0:
        return float(y.mean())
    weight = (1 - (away / radius) ** 3) ** 3
    weight /= weight.sum()
    middle = weight @ x
    spread = max(weight @ (x - middle) ** 2, 1e-12)
    return float(weight @ (y * (1 + (at - middle) * (x - middle) / spread)))
