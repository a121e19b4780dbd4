"""Figures of where the cards stand: how many of which, what is due, distributions. Knows nothing of answers."""

from typing import TYPE_CHECKING

from srs.insight.reviews import REVIEW
from srs.insight.stats.figures import DAYS, EASES, MATURE, RECALLS, Cards, Distributions, Due, DueOn
from srs.insight.stats.measures import distribution
from srs.insight.stats.standing import Standing

if TYPE_CHECKING:
    from srs.insight.reviews import Ints


def ages(standing: Standing) -> "Ints":
    """Of each card: 0 new, 1 learning, 2 young, 3 mature, 4 relearning."""
    import numpy as np

    grown = np.where(standing.interval < MATURE, 2, 3)
    return np.where(standing.stage == REVIEW, grown, np.where(standing.stage > REVIEW, 4, standing.stage))


def cards_of(standing: Standing) -> Cards:
    """All of them."""
    import numpy as np

    new, learning, young, mature, relearning = np.bincount(ages(standing), minlength=5).tolist()
    return Cards(
        new,
        learning,
        young,
        mature,
        relearning,
        int(standing.suspended.sum()),
        int(standing.buried.sum()),
        len(standing.notes),
        float(np.nansum(standing.recall)),
    )


def due_of(standing: Standing, today: int) -> Due:
    """What comes when."""
    import numpy as np

    age = ages(standing)
    coming = (age > 0) & ~standing.suspended
    ahead = coming & (standing.due >= today)
    days, of_day = np.unique(standing.due[ahead], return_inverse=True)
    kinds = np.array([0, 0, 1, 2, 0])[age[ahead]]
    counts = np.bincount(of_day * 3 + kinds, minlength=len(days) * 3).reshape(-1, 3).tolist()
    review = coming & (standing.stage == REVIEW)
    return Due(
        int((coming & (standing.due < today)).sum()),
        tuple(DueOn(day, *each) for day, each in zip(days.tolist(), counts, strict=True)),
        float((1 / standing.interval[review]).sum()),
    )


def distributions_of(standing: Standing) -> Distributions:
    """Of the cards that have a memory."""
    return Distributions(
        distribution(standing.stability, DAYS, None),
        distribution(standing.difficulty, EASES, 10),
        distribution(standing.recall, RECALLS, 1),
        distribution(standing.interval[standing.stage == REVIEW], DAYS, None),
    )
