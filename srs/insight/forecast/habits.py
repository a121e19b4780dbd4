"""How the learner answers: which button, how many seconds. From their own answers, or, where these are few, defaults.

Knows neither cards nor dates. Whether a review is recalled is not a habit: the memory model says how likely that is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.insight.reviews import LEARNING, NEW, RELEARNING, REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from srs.insight.reviews import Flags, Reviews

Shares = tuple[float, float, float, float]
Steps = tuple[Shares, Shares, Shares]

ENOUGH = 100
"""So many answers of a kind make a habit; below, the default holds."""

_NEWEST = 10_000  # answers: habits change
_FEW = 25  # answers of a kind with one rating, from which on the mean of their times is taken
_LONGEST_MS = 120_000  # what took longer was mostly a walk away from the screen


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of Again, Hard, Good and Easy, and the seconds that each takes.

    `first`: of new cards. `recalled`: of reviews that were recalled, so none for Again. `learning` and `relearning`:
    of answers in steps, a row each for what was answered before: Again, Hard, Good. The seconds are means.
    `own` names what comes, at least in part, from the learner's own answers: `first`, `recalled`, `steps`, `seconds`.
    The defaults are about what the public simulators of FSRS assume.
    """

    first: Shares = (0.24, 0.09, 0.50, 0.17)
    recalled: Shares = (0.0, 0.22, 0.63, 0.15)
    learning: Steps = ((0.37, 0.06, 0.51, 0.06), (0.04, 0.46, 0.45, 0.05), (0.05, 0.05, 0.85, 0.05))
    relearning: Steps = ((0.21, 0.07, 0.66, 0.06), (0.05, 0.46, 0.45, 0.04), (0.11, 0.14, 0.73, 0.02))
    first_seconds: Shares = (20.0, 19.0, 14.0, 11.0)
    review_seconds: Shares = (19.0, 18.0, 12.0, 9.0)
    steps_seconds: Shares = (16.0, 15.0, 12.0, 8.0)
    own: frozenset[str] = frozenset()


def habits_of(reviews: "Reviews") -> Habits:
    """The habits that the newest of these answers show, crams aside."""
    import numpy as np

    usual = Habits()
    studied = np.flatnonzero(~reviews.cram)
    found = reviews.chosen(studied[np.argsort(reviews.at[studied], kind="stable")][-_NEWEST:])
    own: set[str] = set()

    def shares(which: "Flags", name: str, default: Shares) -> Shares:
        counts = np.bincount(found.rating[which], minlength=5)[1:]
        if counts.sum() < ENOUGH:
            return default
        own.add(name)
        return _four(counts / counts.sum())

    def steps(stage: int, default: Steps) -> Steps:
        here = found.stage == stage
        again, hard, good = (
            shares(here & (found.rating_before == rating), "steps", default[rating - 1]) for rating in (1, 2, 3)
        )
        return again, hard, good

    def seconds(which: "Flags", default: Shares) -> Shares:
        timed = which & (found.ms > 0)
        if timed.sum() < ENOUGH:
            return default
        own.add("seconds")
        took = np.minimum(found.ms, _LONGEST_MS) / 1000
        of_rating = [took[timed & (found.rating == rating)] for rating in (1, 2, 3, 4)]
        return _four([some.mean() if len(some) >= _FEW else took[timed].mean() for some in of_rating])

    reviewed = found.stage == REVIEW
    in_steps = (found.stage == LEARNING) | (found.stage == RELEARNING)
    return Habits(
        first=shares(found.stage == NEW, "first", usual.first),
        recalled=shares(reviewed & (found.rating > 1), "recalled", usual.recalled),
        learning=steps(LEARNING, usual.learning),
        relearning=steps(RELEARNING, usual.relearning),
        first_seconds=seconds(found.stage == NEW, usual.first_seconds),
        review_seconds=seconds(reviewed, usual.review_seconds),
        steps_seconds=seconds(in_steps, usual.steps_seconds),
        own=frozenset(own),
    )


def _four(values: "Iterable[float]") -> Shares:
    again, hard, good, easy = map(float, values)
    return again, hard, good, easy
