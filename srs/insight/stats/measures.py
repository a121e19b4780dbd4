"""What all figures are made of: shares, work, distributions, of arrays. Knows no collection and no query."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from srs.insight.reviews import LEARNING, RELEARNING, REVIEW, Reviews
from srs.insight.stats.figures import MATURE, Bin, Distribution, Retention, Share, Work

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from srs.insight.reviews import Flags, Floats, Ints

_DAY = 86_400


def retained(reviews: Reviews) -> "Flags":
    """Which answers count in true retention."""
    return ~reviews.cram & (reviews.interval >= 1)


def kinds_of(reviews: Reviews) -> "Ints":
    """The kind of each answer, as a number of KINDS."""
    import numpy as np

    grown = np.where(reviews.interval < MATURE, 1, 2)
    kind = np.where(reviews.stage == REVIEW, grown, np.where(reviews.stage == RELEARNING, 3, 0))
    return np.where(reviews.cram, 4, kind)


def share(reviews: Reviews, rows: "Flags") -> Share:
    """Of the answers of a mask, all of which must count in true retention."""
    count, failed = int(rows.sum()), int((reviews.rating[rows] == 1).sum())
    return Share(count - failed, failed, float(reviews.recall[rows].mean()) if count else None)


def shares(reviews: Reviews, rows: "Flags", of: "Ints", count: int) -> list[Share]:
    """`share` for each of `count` groups, `of` being the group of each answer."""
    import numpy as np

    of, rating, recall = of[rows], reviews.rating[rows], reviews.recall[rows]
    every = np.bincount(of, minlength=count).tolist()
    failed = np.bincount(of[rating == 1], minlength=count).tolist()
    expected = np.bincount(of, weights=recall, minlength=count).tolist()
    return [
        Share(all_ - bad, bad, sum_ / all_ if all_ else None)
        for all_, bad, sum_ in zip(every, failed, expected, strict=True)
    ]


def retention(reviews: Reviews) -> Retention:
    """True retention of all these answers."""
    counted = retained(reviews)
    young = reviews.interval < MATURE
    return Retention(
        share(reviews, counted & young), share(reviews, counted & ~young), share(reviews, counted)
    )  # fmt: skip


def work(reviews: Reviews) -> Work:
    """How much these answers were."""
    import numpy as np

    timed = reviews.ms[reviews.ms > 0]
    return Work(len(reviews), int(timed.sum()), len(timed), len(np.unique(reviews.card)))


def learnt(reviews: Reviews) -> "Flags":
    """Which answers took a card out of its first steps."""
    rows: Flags = ~reviews.cram & (reviews.stage <= LEARNING) & (reviews.stage_after == REVIEW)
    return rows


def distribution(values: "Floats | Ints", lows: Sequence[float], high: float | None) -> Distribution:
    """The histogram of `values` (NaN left out) in bins that begin at `lows`; what is beyond lies in the outer ones."""
    import numpy as np

    values = values[~np.isnan(values)]
    places = np.clip(np.searchsorted(np.array(lows), values, side="right") - 1, 0, len(lows) - 1)
    counts = np.bincount(places, minlength=len(lows)).tolist()
    ends = [*lows[1:], high]
    bins = tuple(Bin(*each) for each in zip(lows, ends, counts, strict=True))
    if not len(values):
        return Distribution(bins, 0, None, None)
    return Distribution(bins, len(values), float(values.mean()), float(np.median(values)))


def hours(at: "Ints", zone: "ZoneInfo") -> "Ints":
    """The hour (0 to 23) of each instant (ms) by the clocks of `zone`."""
    import numpy as np

    seconds = at // 1000
    days, of_day = np.unique(seconds // _DAY, return_inverse=True)
    begins = np.array([_offset(day * _DAY, zone) for day in days.tolist()], dtype=np.int64)
    ends = np.array([_offset(day * _DAY + _DAY - 1, zone) for day in days.tolist()], dtype=np.int64)
    offset = begins[of_day]
    for row in np.flatnonzero((begins != ends)[of_day]).tolist():
        offset[row] = _offset(int(seconds[row]), zone)
    return (seconds + offset) % _DAY // 3600


def _offset(second: int, zone: "ZoneInfo") -> int:
    """How far the clocks of `zone` are ahead of UTC, in seconds."""
    ahead = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return round(ahead.total_seconds()) if ahead else 0
