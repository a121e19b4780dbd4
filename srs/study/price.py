"""What a card costs: the minutes of its first year, at the learner's own pace. Knows no cards, no words."""

from srs.collection.collection import Collection
from srs.memory.model import Model
from srs.memory.state import Memory
from srs.study.pace import Pace, pace_of

YEAR = 365
_RARE = 0.02  # of a course of answers: below that it is followed as if everything was known
_AGAIN, _GOOD = 1, 3


def minutes_a_year(collection: Collection, deck: str) -> float:
    """What a new card of this deck costs in its first year, in minutes."""
    settings = collection.settings.for_deck(deck)
    reviews = reviews_a_year(collection.model_of(deck), settings.desired_retention, settings.maximum_interval)
    return minutes(pace_of(collection), reviews)


def minutes(pace: Pace, reviews: float) -> float:
    """What a card costs that is learnt once and then reviewed so often, in minutes."""
    return (pace.seconds("new") + reviews * pace.seconds("review")) / 60


def reviews_a_year(model: Model, retention: float, longest: int) -> float:
    """How many reviews of a new card to expect in a year where each comes when recall has fallen to `retention`.

    No interval is longer than `longest` days.
    """

    def after(memory: Memory, day: int, share: float) -> float:
        wait = max(1, min(longest, round(model.interval(memory, retention))))
        if day + wait > YEAR:
            return 0.0
        known = after(model.step(memory, wait, _GOOD), day + wait, share * retention)
        if share * (1 - retention) < _RARE:
            return 1 + known
        forgotten = after(model.step(memory, wait, _AGAIN), day + wait, share * (1 - retention))
        return 1 + retention * known + (1 - retention) * forgotten

    return after(model.step(None, 0, _GOOD), 0, 1.0)
