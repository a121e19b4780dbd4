"""All figures of `srs stats`: what happened and what stands, read once, and each figure worked out of it."""

from collections.abc import Set

from srs.collection.collection import Collection
from srs.errors import UsageError
from srs.insight.reviews import read_reviews
from srs.insight.stats import answered, stood
from srs.insight.stats.figures import Stats
from srs.insight.stats.groups import decks_of, tags_of
from srs.insight.stats.hardest import hardest
from srs.insight.stats.measures import retention
from srs.insight.stats.percard import per_card, places_of
from srs.insight.stats.standing import standing_of
from srs.watching import doing


def stats_of(collection: Collection, now: int, cards: Set[str] | None = None, days: int | None = None) -> Stats:
    """The figures of `cards` (present ids; None: everything) over the last `days` study days with today (None: all).

    `now` is in ms. Raises UsageError where `days` is below 1.
    """
    if days is not None and days < 1:
        raise UsageError(f"{days} days are none to look at", "today is --days 1")
    today = collection.day(now)
    reviews = read_reviews(collection, cards)
    reviews = reviews.chosen(reviews.day <= today)
    first = today - days + 1 if days else int(reviews.day.min()) if len(reviews) else today
    window = reviews.chosen(reviews.day >= first)
    with doing(collection.watch, "Reading cards"):
        standing = standing_of(collection, now, cards)
    with doing(collection.watch, "Working out figures"):
        done = per_card(window, places_of(window, standing), len(standing.cards))
        worst_cards, worst_notes = hardest(standing, window)
        return Stats(
            day=today,
            first=first,
            days=days,
            chosen=None if cards is None else len(cards),
            timezone=collection.zone.key,
            cards=stood.cards_of(standing),
            effort=answered.effort(reviews, window, first, today),
            learnt=answered.learnt_of(window),
            retention=retention(window),
            spans=answered.spans(reviews, today),
            by_day=answered.by_day(window),
            by_hour=answered.by_hour(window, collection.zone),
            by_rating=answered.by_rating(window),
            buttons=answered.buttons(window),
            due=stood.due_of(standing, today),
            distributions=stood.distributions_of(standing),
            hardest_cards=worst_cards,
            hardest_notes=worst_notes,
            decks=decks_of(standing, done, today),
            tags=tags_of(standing, done, today),
        )
