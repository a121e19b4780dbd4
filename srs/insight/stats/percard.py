"""What was answered of each card that stands in a deck, in sums: what deck, tag and hardship figures are made of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.insight.reviews import Reviews
from srs.insight.stats.figures import MATURE
from srs.insight.stats.measures import retained
from srs.insight.stats.standing import Standing

if TYPE_CHECKING:
    from srs.insight.reviews import Flags, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Answers of true retention of each card: how many, how many failed, and the sum of the recall before them."""

    count: "Ints"
    failed: "Ints"
    expected: "Floats"


@dataclass(frozen=True, slots=True, eq=False)
class PerCard:
    """Each array has one number for each row of `Standing`. `ms` is time, `timed` the answers whose time is known."""

    answers: "Ints"
    ms: "Ints"
    timed: "Ints"
    young: Counted
    mature: Counted


def places_of(reviews: Reviews, standing: Standing) -> "Ints":
    """The row of `standing` of each answer's card; -1 where it is in no deck."""
    import numpy as np

    row = {card: n for n, card in enumerate(standing.cards)}
    return np.array([row.get(card, -1) for card in reviews.cards], dtype=np.int64)[reviews.card]


def per_card(reviews: Reviews, places: "Ints", count: int) -> PerCard:
    """The sums over these answers; `places` as `places_of` has them, `count` rows."""
    there, counted, young = places >= 0, retained(reviews) & (places >= 0), reviews.interval < MATURE
    timed = there & (reviews.ms > 0)

    def of(rows: "Flags") -> Counted:
        failed = _count(places, rows & (reviews.rating == 1), count)
        return Counted(_count(places, rows, count), failed, _sum(places, rows, reviews.recall, count))

    return PerCard(
        _count(places, there, count),
        _sum(places, timed, reviews.ms, count).astype("int64"),
        _count(places, timed, count),
        of(counted & young),
        of(counted & ~young),
    )


def _count(places: "Ints", rows: "Flags", count: int) -> "Ints":
    import numpy as np

    return np.bincount(places[rows], minlength=count)


def _sum(places: "Ints", rows: "Flags", values: "Ints | Floats", count: int) -> "Floats":
    import numpy as np

    return np.bincount(places[rows], weights=values[rows], minlength=count).astype(np.float64)
