"""A forecast the plain way, as an oracle: the package `fsrs` answers one card after the other, day by day.

Shares no code with `srs`. No limit may bind, so that no card hangs on another; new cards begin so many a day.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import fsrs

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

Shares = Sequence[float]


def plain_days(
    cards: Sequence[tuple[float, float, int, int]],
    new: int,
    new_per_day: int,
    days: int,
    retention: float,
    shares: dict[str, Any],
    seed: int,
    fuzz: bool,
) -> tuple[list[int], list[int], float]:
    """Answers and reviews on each day, and the sum of the chances of recall at the end of the last one.

    `cards` are (stability, difficulty, day of the last answer, due day), days counted from the first day on. `shares`
    are those of the ratings: `first`, `recalled`, and `learning` and `relearning`, a row by the answer before.
    """
    import random

    random.seed(seed)  # the package's fuzz
    chance = Random(seed)
    scheduler = fsrs.Scheduler(desired_retention=retention, enable_fuzzing=fuzz)
    answers, reviews = [0] * days, [0] * days
    known = 0.0

    def rated(of: Shares) -> fsrs.Rating:
        return fsrs.Rating(chance.choices((1, 2, 3, 4), of)[0])

    def study(card: fsrs.Card, day: int) -> fsrs.Card:
        """From an answer at the start of a day to the last one of that day."""
        now, first = EPOCH + timedelta(days=day), card.last_review is None
        if first:
            rating = rated(shares["first"])
        elif chance.random() < scheduler.get_card_retrievability(card, now):
            rating = rated(shares["recalled"])
        else:
            rating = fsrs.Rating.Again
        reviews[day] += not first
        card, _ = scheduler.review_card(card, rating, now)
        answers[day] += 1
        while card.state != fsrs.State.Review:
            of = shares["learning" if card.state == fsrs.State.Learning else "relearning"]
            rating = rated(of[rating - 1])
            card, _ = scheduler.review_card(card, rating, now)
            answers[day] += 1
        return card

    def live(card: fsrs.Card, day: int) -> float:
        while day < days:
            card = study(card, day)
            day = (card.due - EPOCH).days
        return scheduler.get_card_retrievability(card, EPOCH + timedelta(days=days - 1))

    for n, (stability, difficulty, last, due) in enumerate(cards):
        at, before = EPOCH + timedelta(days=due), EPOCH + timedelta(days=last)
        card = fsrs.Card(n, fsrs.State.Review, None, stability, difficulty, at, before)
        known += live(card, max(0, due)) if due < days else _recall(scheduler, card, days)
    for n in range(min(new, new_per_day * days)):
        known += live(fsrs.Card(n, due=EPOCH), n // new_per_day)
    return answers, reviews, known


def _recall(scheduler: fsrs.Scheduler, card: fsrs.Card, days: int) -> float:
    return scheduler.get_card_retrievability(card, EPOCH + timedelta(days=days - 1))
