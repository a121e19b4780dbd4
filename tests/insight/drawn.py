"""Histories drawn from known parameters: what a learner with just this memory would have answered. Seeded."""

import numpy as np

from srs.insight.fitting.histories import Histories
from srs.memory.days import DAY_MS
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, LOWER_BOUNDS, UPPER_BOUNDS
from srs.memory.replay import replay

FIRST_DAY = 739_000


def drawn_parameters(seed: int) -> tuple[float, ...]:
    """A person's parameters, strayed from the defaults about as far as people's do."""
    random = np.random.default_rng(seed)
    spread = np.array([0.57, 0.28, 0.6, 0.05, 0.25, 0.1, 0.25, 0.3, 0.04, 0.1, 0.4, 0.15, 0.5, 0.2, 0.2, 0.05, 0.1])
    start = np.sort(np.array(DEFAULT_PARAMETERS[:4]) * np.exp(random.normal(0, 0.5, 4)))
    rest = np.array(DEFAULT_PARAMETERS[4:]) + random.normal(0, 1, 17) * spread
    low, high = np.array(LOWER_BOUNDS), np.array(UPPER_BOUNDS)
    low[19] = 0.01
    return tuple(np.clip(np.concatenate([start, rest]), low, high).tolist())


def draw(parameters: tuple[float, ...], reviews: int, seed: int) -> Histories:
    """About as many answers as `reviews`, of cards begun over two years by a learner who keeps to no day exactly.

    Nine in ten waits lead to a chance of recall of 0.75 to 0.97; one in ten is any length. What was forgotten, and half
    of what was new, comes again on the same day until it is known.
    """
    random = np.random.default_rng(seed)
    cards = max(reviews // 9, 1)
    days = np.sort(random.integers(0, 730, cards)) + FIRST_DAY
    ratings = random.choice([1, 2, 3, 4], size=cards, p=[0.25, 0.1, 0.5, 0.15])
    known, columns = 0, [(np.arange(cards), days, ratings)]
    decay = -parameters[20]
    factor = 0.9 ** (1 / decay) - 1
    open_cards = np.arange(cards)
    while known < reviews and len(open_cards) and len(columns) < 60:
        offsets, flat_days, flat_ratings = _sorted(columns, cards)
        stability = replay(offsets, flat_days, flat_ratings, parameters)[open_cards, 0]
        ends = offsets[open_cards + 1] - 1
        day, last = flat_days[ends], flat_ratings[ends]
        new = np.diff(offsets)[open_cards] == 1
        again = (last == 1) | (new & (random.random(len(open_cards)) < 0.5) & (last < 4))
        wish = np.where(random.random(len(open_cards)) < 0.9, random.uniform(0.75, 0.97, len(open_cards)), np.nan)
        wait = stability / factor * (wish ** (1 / decay) - 1)
        wait = np.where(np.isnan(wait), np.exp(random.uniform(0, 5, len(open_cards))), wait)
        elapsed = np.where(again, 0, np.clip(np.round(wait), 1, 400)).astype(np.int64)
        recall = np.where(again, 0.8, (1 + factor * elapsed / stability) ** decay)
        rating = np.where(
            random.random(len(open_cards)) < recall,
            random.choice([2, 3, 4], size=len(open_cards), p=[0.12, 0.75, 0.13]),
            1,
        )
        stays = day + elapsed < FIRST_DAY + 1400
        columns.append((open_cards[stays], (day + elapsed)[stays], rating[stays]))
        open_cards = open_cards[stays]
        open_cards = open_cards[random.random(len(open_cards)) < 0.97]
        known = sum(len(cards) for cards, _, _ in columns)
    offsets, flat_days, flat_ratings = _sorted(columns, cards)
    place = np.arange(len(flat_days)) - np.repeat(offsets[:-1], np.diff(offsets))
    ats = flat_days * DAY_MS + place * 60_000 + random.integers(0, 50_000, len(flat_days))
    return Histories(offsets, flat_days, flat_ratings, ats)


def _sorted(columns: list[tuple[np.ndarray, np.ndarray, np.ndarray]], cards: int) -> tuple[np.ndarray, ...]:
    card, days, ratings = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.argsort(card, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(card, minlength=cards))])
    return offsets, days[order], ratings[order]
