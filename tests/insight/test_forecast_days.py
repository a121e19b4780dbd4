"""The simulation behind `srs forecast`: beside a plain loop over the package `fsrs`, and beside the agenda."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection.queries import Waiting
from srs.collection.settings import DeckSettings
from srs.insight.forecast.habits import Habits
from srs.insight.forecast.picking import Picker
from srs.insight.forecast.simulate import Days, simulate
from srs.insight.forecast.spread import choose, ranges
from srs.insight.forecast.start import NEVER, Deck, Plan, Start
from srs.insight.reviews import LEARNING, NEW, RELEARNING, REVIEW
from srs.memory.fsrs6 import Fsrs6
from srs.memory.schedule import Rules, _weights, interval_range, is_easy
from srs.study.agenda import Candidates, plan
from tests.insight.plain_forecast import plain_days
from tests.memory.sm2 import Sm2
from tests.support import times

DAY = 740_000  # a Wednesday
HABITS = Habits()
SHARES: dict[str, Any] = {
    "first": HABITS.first,
    "recalled": HABITS.recalled,
    "learning": HABITS.learning,
    "relearning": HABITS.relearning,
}
ONE_PLAN = Plan(Rules(leech_at=0), Fsrs6())


def start_with(cards: int, **columns: Any) -> Start:
    """New cards of one deck, a note each, or what `columns` say instead."""
    column = {name: np.zeros(cards, dtype=np.int64) for name in ("plan", "deck", "stage", "step", "lapses", "last_day")}
    return Start(
        **{
            "day": DAY,
            "plans": (ONE_PLAN,),
            "decks": (Deck("", -1),),
            **column,
            "note": np.arange(cards),
            "due": np.full(cards, NEVER),
            "opens": np.zeros(cards, dtype=np.int64),
            "order": np.arange(cards),
            "memory": np.full((cards, 2), np.nan),
            "touched": np.zeros(0, dtype=np.int64),
            **columns,
        }
    )


def in_review(cards: int, seed: int = 1, **columns: Any) -> Start:
    """Cards in review whose memories are drawn by chance, due from today on."""
    random = np.random.default_rng(seed)
    stability = np.exp(random.normal(3, 1.2, cards))
    interval = np.maximum(1, np.round(stability)).astype(np.int64)
    last = DAY - (random.random(cards) * interval).astype(np.int64)
    return start_with(
        cards,
        **{
            "stage": np.full(cards, REVIEW),
            "last_day": last,
            "due": last + interval,
            "memory": np.column_stack([stability, random.uniform(1, 10, cards)]),
            **columns,
        },
    )


def and_new(start: Start, new: int, per_day: int) -> Start:
    """The same with new cards behind them."""
    more = start_with(new)
    names = ("plan", "deck", "stage", "step", "due", "opens", "last_day", "lapses", "memory")
    joined = {name: np.concatenate([getattr(start, name), getattr(more, name)]) for name in names}
    places = np.arange(start.cards + new)
    return replace(start, **joined, note=places, order=places, decks=(Deck("", -1, per_day),))


def test_days_are_those_of_a_plain_loop() -> None:
    """Answers, reviews and what is known agree with `fsrs` card by card: within 3 %, in a tenth of the time.

    In `make test` with fewer cards and days, and without the time; with 10,000 cards over 365 days in `make soak`.
    """
    whole = times(1) > 1
    old, new, days, plain_seeds = (8000, 2000, 365, 20) if whole else (600, 120, 42, 12)
    start = and_new(in_review(old), new, 10)
    cards = [(*map(float, start.memory[n]), int(start.last_day[n]) - DAY, int(start.due[n]) - DAY) for n in range(old)]
    began = time.process_time()
    ours = simulate(start, HABITS, days, (days - 1,), 20 if whole else 60, 1)
    middle = time.process_time()
    plain = [plain_days(cards, new, 10, days, 0.9, SHARES, seed, fuzz=True) for seed in range(plain_seeds)]
    took, theirs = middle - began, time.process_time() - middle
    answers, reviews, known = (np.array(each, dtype=float) for each in zip(*plain, strict=True))
    assert ours.answers.mean() == pytest.approx(answers.mean(), rel=0.03)
    assert ours.reviews.mean() == pytest.approx(reviews.mean(), rel=0.03)
    assert ours.known.mean() == pytest.approx(known.mean(), rel=0.03)
    weeks = days // 7 * 7
    for week in range(0, weeks, 7):  # not only in all: week by week
        expected = reviews[:, week : week + 7].mean()
        assert ours.reviews[:, week : week + 7].mean() == pytest.approx(expected, rel=0.06)
    if whole:
        assert took <= 0.1 * theirs
        print(f"{took:.1f} s, a plain loop {theirs:.1f} s")


def test_the_same_seed_gives_the_same_days() -> None:
    """Chance is an argument: equal seeds give equal days, others do not."""
    start = and_new(in_review(60), 20, 3)

    def answers(seed: int) -> list[list[float]]:
        return simulate(start, HABITS, 40, (), 3, seed).answers.tolist()

    assert answers(4) == answers(4) != answers(5)


def test_learners_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """More learners than fit at once are played through in turns, each with luck of its own."""
    monkeypatch.setattr("srs.insight.forecast.simulate._ROWS_AT_ONCE", 130)
    told: list[tuple[int, int]] = []
    days = simulate(in_review(60), HABITS, 20, (19,), 5, 1, lambda done, total: told.append((done, total)))
    assert days.answers.shape == (5, 20) and days.known.shape == (5, 1)
    assert len({tuple(each) for each in days.answers.tolist()}) == 5
    assert told[-1] == (100, 100) and told == sorted(told)


def shown(start: Start, days: int = 30, learners: int = 3, habits: Habits = HABITS) -> Days:
    return simulate(start, habits, days, tuple(range(days)), learners, 1)


def test_new_cards_keep_to_their_limit() -> None:
    """As many new cards begin each day as the limit says, less what was begun today, until none is left."""
    begun = shown(replace(start_with(20), decks=(Deck("", -1, new=6, done_new=4),)), days=6).new
    assert begun.tolist() == [[2, 6, 6, 6, 0, 0]] * 3


def test_another_number_of_new_cards() -> None:
    """A number to be tried holds for all decks together, whatever their own limits are."""
    decks = (Deck("", -1), Deck("A", 0, new=1), Deck("B", 0, new=2, done_new=1))
    start = replace(start_with(20, deck=np.array([1, 2] * 10)), decks=decks)
    assert shown(start, days=3).new.tolist() == [[2, 3, 3]] * 3
    assert shown(start.with_new(5), days=3).new.tolist() == [[4, 5, 5]] * 3
    assert shown(start.with_new(0), days=3).new.sum() == 0


def test_a_limit_of_reviews_leaves_the_rest() -> None:
    """Beyond the limit reviews wait; what would lose most comes first."""
    start = replace(in_review(50, due=np.full(50, DAY)), decks=(Deck("", -1, reviews=10, done_reviews=3),))
    days = shown(start, days=8)
    assert days.reviews[:, :2].tolist() == [[7, 10]] * 3
    assert (days.left[:, 0] == 43).all()
    assert (days.reviews <= 10).all()


def test_suspended_and_buried() -> None:
    """A suspended card never comes and a buried one not before its day; both are still known as they fade."""
    opens = np.array([NEVER, DAY + 5, 0, NEVER])
    stage = np.array([REVIEW, REVIEW, NEW, NEW])
    start = in_review(4, opens=opens, stage=stage, due=np.array([DAY, DAY, NEVER, NEVER]))
    days = shown(start, days=7)
    assert days.new.sum(axis=0).tolist() == [3, 0, 0, 0, 0, 0, 0]
    assert (days.known[:, 0] > 2).all()
    alone = in_review(1, opens=np.array([DAY + 5]), due=np.array([DAY]))
    assert shown(alone, days=6).reviews.tolist() == [[0, 0, 0, 0, 0, 1]] * 3
    assert shown(in_review(1, opens=np.array([NEVER]), due=np.array([DAY])), days=300).answers.sum() == 0


def test_a_leech_is_suspended() -> None:
    """A card that lapses its number of times comes no more, where leeches are suspended; else it goes on."""
    always = replace(HABITS, relearning=((0, 0, 1, 0),) * 3)
    due = {"due": np.full(40, DAY), "last_day": np.full(40, DAY - 2000), "lapses": np.full(40, 7)}
    forgotten = in_review(40, memory=np.tile([0.01, 9.0], (40, 1)), **due)
    suspending = replace(forgotten, plans=(replace(ONE_PLAN, rules=Rules(leech_at=8)),))
    marking = replace(suspending, plans=(replace(suspending.plans[0], leech_suspends=False),))
    assert shown(suspending, habits=always).answers.sum() < shown(marking, habits=always).answers.sum() / 3


def test_the_longest_interval() -> None:
    """No card stays away longer than the settings let it."""
    start = replace(in_review(30), plans=(Plan(Rules(maximum_interval=4, leech_at=0), Fsrs6()),))
    start = replace(start, due=np.minimum(start.due, DAY + 4))
    reviews = shown(start, days=40).reviews
    assert all(reviews[:, day : day + 5].sum() >= 3 * 30 for day in range(5, 35))


def test_steps_of_days() -> None:
    """A step of a day or more is taken on a later day; those within the day on the same."""
    good = replace(HABITS, first=(0, 0, 1, 0), learning=((0, 0, 1, 0),) * 3)
    slow = Plan(Rules(learning_steps=(60, 3 * 86_400, 600), fuzz=False), Fsrs6())
    days = shown(replace(start_with(5), plans=(slow,)), days=5, habits=good)
    assert days.answers[0].tolist() == [5, 0, 0, 10, 0]
    assert days.learnt[0].tolist() == [0, 0, 0, 5, 5]


def test_cards_left_in_their_steps() -> None:
    """Cards that stand in steps are answered on the first day, whatever the limits, and cost no place in them."""
    stage = np.array([LEARNING, RELEARNING, LEARNING])
    start = in_review(3, stage=stage, step=np.array([1, 0, 9]), due=np.array([DAY, DAY - 3, DAY + 2]))
    days = shown(replace(start, decks=(Deck("", -1, 0, 0),)), days=3)
    assert (days.answers[:, 0] >= 2).all() and (days.answers[:, 2] >= 1).all()
    assert days.reviews.sum() == 0


def test_minutes() -> None:
    """Each answer takes the seconds that its kind and rating take."""
    habits = replace(HABITS, first=(0, 0, 0, 1), first_seconds=(0, 0, 0, 30.0))
    assert shown(start_with(6), days=2, habits=habits).minutes.tolist() == [[3, 0]] * 3


def test_two_models_in_one_collection() -> None:
    """Cards of two memory models, whose memories differ in length, are studied side by side."""
    half = 30
    plans = (ONE_PLAN, Plan(Rules(leech_at=0), Sm2()))
    memory = np.full((2 * half, 3), np.nan)
    memory[:half, :2], memory[half:] = in_review(half).memory, [10.0, 2.5, 3.0]
    start = in_review(2 * half, plans=plans, plan=np.repeat([0, 1], half), memory=memory)
    both = shown(start, days=60)
    first = shown(in_review(half, memory=memory[:half, :2], due=start.due[:half], last_day=start.last_day[:half]), 60)
    assert both.reviews.mean() > 1.2 * first.reviews.mean()
    assert np.isfinite(both.known).all() and (both.known <= 2 * half).all()


def test_no_cards() -> None:
    """Nothing gives nothing."""
    assert shown(start_with(0)).answers.sum() == 0


# Which cards


DECKS = ("A", "A::B", "A::B::C", "A::D", "E")
TREE = (-1, 0, 1, 2, 1, 0)
LIMITS = st.lists(st.integers(0, 6), min_size=5, max_size=5)
CARDS = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("rnls")), min_size=1, max_size=30)


@given(LIMITS, LIMITS, CARDS, st.integers(1, 4), st.lists(st.booleans(), min_size=5, max_size=5), st.randoms())
def test_a_day_is_the_agendas(
    new: list[int], reviews: list[int], notes: list[tuple[int, str]], size: int, buries: list[bool], random: Any
) -> None:
    """Which reviews and which new cards a day holds is what the agenda says, limits, siblings and all."""
    decks = (Deck("", -1), *(Deck(*each) for each in zip(DECKS, TREE[1:], new, reviews, strict=True)))
    cards = [(f"n{n}:c{k}", n, deck, kind) for n, (deck, kind) in enumerate(notes) for k in range(size)]
    kinds = {"r": REVIEW, "n": NEW, "l": LEARNING, "s": REVIEW}
    stage = np.array([random.choice((kinds[kind], NEW)) if kind != "s" else REVIEW for *_, kind in cards])
    opens = np.array([NEVER if kind == "s" else 0 for *_, kind in cards])
    due = np.where(stage == NEW, NEVER, DAY)
    count = len(cards)
    loss = np.array(random.sample(range(count), count)) / count
    settings = {
        name: DeckSettings(new_per_day=a, reviews_per_day=b, bury_siblings=bury)
        for name, a, b, bury in zip(DECKS, new, reviews, buries, strict=True)
    }

    def waiting(kind: int) -> list[tuple[int, Waiting]]:
        rows = [at for at in range(count) if stage[at] == kind and opens[at] == 0]
        return [(at, Waiting(cards[at][0], f"n{cards[at][1]}", DECKS[cards[at][2] - 1], DAY)) for at in rows]

    order = {each.card: at for kind in (NEW, LEARNING, REVIEW) for at, each in waiting(kind)}
    found = Candidates(
        learning=[each for _, each in waiting(LEARNING)],
        reviews=[each for _, each in waiting(REVIEW)],
        fresh=lambda _: (each for _, each in waiting(NEW)),
        fresh_decks=sorted({each.deck for _, each in waiting(NEW)}),
        done=(),
        ready=lambda _: True,
        lost=lambda reviews: [float(loss[order[each.card]]) for each in reviews],
    )
    expected = {item.card for item in plan(found, settings.__getitem__, DAY, 1 << 60).main}
    start = start_with(
        count,
        decks=decks,
        plans=tuple(Plan(Rules(), Fsrs6(), bury) for bury in buries),
        plan=np.array([deck - 1 for _, _, deck, _ in cards]),
        deck=np.array([deck for _, _, deck, _ in cards]),
        note=np.array([note for _, note, _, _ in cards]),
        stage=stage,
        opens=opens,
        due=due,
    )
    picker = Picker(start, 2)
    both = np.concatenate([np.arange(count), np.arange(count)])
    held = np.tile((stage == REVIEW) & (opens == 0), 2)
    steps = np.tile((stage == LEARNING) & (opens == 0), 2)
    rows = np.flatnonzero(held)
    picked = picker.reviews(rows, np.flatnonzero(steps), 0, lambda some: loss[both[some]])
    begun = picker.fresh(0)
    for learner in (0, 1):
        mine = [int(row) - learner * count for row in (*picked, *begun) if row // count == learner]
        assert Counter(cards[at][0] for at in mine) == Counter(expected)


# When they come back


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20), st.integers(1, 40_000), st.booleans())
def test_ranges_are_those_of_the_schedule(stabilities: list[float], maximum: int, fuzz: bool) -> None:
    """The shortest and the longest interval of many cards are those of each alone."""
    rules, model = Rules(maximum_interval=maximum, fuzz=fuzz), Fsrs6()
    days = np.array([model.interval((stability, 5.0), 0.9) for stability in stabilities])
    low, high = ranges(days, np.full(len(days), maximum), np.full(len(days), fuzz))
    expected = [interval_range((stability, 5.0), rules, model) for stability in stabilities]
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == expected


@pytest.mark.parametrize("easy_days", [(), (5, 6), tuple(range(7))])
@pytest.mark.parametrize("range_", [(1, 1), (2, 4), (60, 66), (86, 96), (95, 105)])
def test_chance_weighs_as_the_schedule_does(easy_days: Sequence[int], range_: tuple[int, int]) -> None:
    """Days come up as often as the schedule's weights say: by their load, easy days only where there is no other."""
    count, easy = 20_000, frozenset(easy_days)
    load = np.random.default_rng(3).integers(0, 9, size=(2, 92)).astype(float)
    mask = np.tile([is_easy(DAY + day, easy) for day in range(7)], (count, 1))
    low, high = (np.full(count, each) for each in range_)
    chosen = choose(low, high, load, np.ones(count, dtype=np.int64), mask, np.random.default_rng(1))
    days = range(range_[0], range_[1] + 1)
    weights = np.array(_weights(days, DAY, easy, lambda day: int(load[1][day - DAY])), dtype=float)
    shares = np.bincount(chosen, minlength=range_[1] + 1)[range_[0] :] / count
    assert chosen.min() >= range_[0] and chosen.max() <= range_[1]
    np.testing.assert_allclose(shares, weights / weights.sum(), atol=0.015)


def test_easy_days_stay_free() -> None:
    """On easy days few reviews are due, and the days around take them."""
    rules = Rules(easy_days=frozenset({5, 6}), leech_at=0)
    start = replace(in_review(400), plans=(Plan(rules, Fsrs6()),))
    reviews = shown(start, days=70).reviews[:, 21:].mean(axis=0)
    free = np.array([is_easy(DAY + 21 + day, rules.easy_days) for day in range(49)])
    assert reviews[free].mean() < 0.6 * reviews[~free].mean()
