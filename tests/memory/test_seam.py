"""The seam of the memory model: the members for many cards agree with those for one, and another model docks there."""

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection import collection as collections
from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.insight.explain import explain, facts_of
from srs.insight.forecast.habits import Habits
from srs.insight.forecast.outcome import forecast
from srs.insight.forecast.start import start_of
from srs.memory.days import DAY_MS, EPOCH_DAY
from srs.memory.events import Review
from srs.memory.fold import fold, fold_many
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, LOWER_BOUNDS, UPPER_BOUNDS, Fsrs6
from srs.memory.model import Model
from srs.memory.schedule import Rules, preview
from srs.memory.state import Memory, Reviewing
from srs.study.agenda import Limits
from srs.study.session import Finished, Question, Revealed, Session
from srs.study.today import agenda_of
from tests.memory.sm2 import Sm2
from tests.support import basic_deck, make_collection, moment, open_collection

FSRS = st.tuples(*(st.floats(low, high) for low, high in zip(LOWER_BOUNDS, UPPER_BOUNDS, strict=True))).map(Fsrs6)
MODELS = st.just(Fsrs6()) | FSRS | st.just(Sm2())
ANSWERS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), min_size=1, max_size=8)
DAY = 740_000
FEW = "[study]\nnew_per_day = 2\n[fsrs]\nfuzz = false\n"


def walked(model: Model, answers: list[tuple[int, int]]) -> list[Memory]:
    """The memories after answers given as (days since the last, rating)."""
    memories: list[Memory] = []
    for elapsed, rating in answers:
        memories.append(model.step(memories[-1] if memories else None, elapsed, rating))
    return memories


@given(MODELS, st.lists(ANSWERS, min_size=1, max_size=6), st.integers(0, 500), st.floats(0.7, 0.99))
def test_many_at_once_agree_with_one(model: Model, histories: list[list[tuple[int, int]]], t: int, goal: float) -> None:
    """First and later answers, the curve and its inverse give each row what they give one card, to 1e-9."""
    before = [walked(model, answers)[-1] for answers in histories]
    memories, elapsed = np.array(before), np.array([answers[-1][0] for answers in histories])
    ratings = np.array([answers[-1][1] for answers in histories])
    kept = memories.copy()
    after = [model.step(*each) for each in zip(before, elapsed.tolist(), ratings.tolist(), strict=True)]
    np.testing.assert_allclose(model.steps(memories, elapsed, ratings), after, rtol=1e-9)
    np.testing.assert_allclose(model.firsts(ratings), [model.step(None, 0, r) for r in ratings.tolist()], rtol=1e-9)
    days = np.full(len(before), t)
    np.testing.assert_allclose(model.curves(memories, days), [model.curve(m, t) for m in before], rtol=1e-9)
    each = [model.interval(memory, goal) for memory in before]
    np.testing.assert_allclose(model.intervals(memories, goal), each, rtol=1e-9)
    np.testing.assert_allclose(model.intervals(memories, np.full(len(before), goal)), each, rtol=1e-9)
    np.testing.assert_array_equal(memories, kept)


@pytest.mark.parametrize("retention", [0.0, 1.0, float("nan"), np.array([0.9, 1.5])])
def test_a_retention_that_is_none(retention: float) -> None:
    """What is no chance is refused for many as it is for one."""
    with pytest.raises(SrsError):
        Fsrs6().intervals(np.array([[5.0, 5.0], [6.0, 5.0]]), retention)


def test_an_interval_beyond_all_numbers() -> None:
    """An interval too long for a number is infinite, for one and for many, without a warning."""
    model = Fsrs6((*DEFAULT_PARAMETERS[:20], 0.1))
    memory = (1e100, 5.0)
    assert model.interval(memory, 1e-30) == float("inf")
    assert model.intervals(np.array([memory]), 1e-30)[0] == float("inf")


def reviews_of(answers: list[tuple[int, int]], card: str) -> list[Review]:
    """Answers of which no promise stands, so that the model has to say."""
    found, day = [], DAY
    for number, (elapsed, rating) in enumerate(answers):
        day += elapsed
        at = (day - EPOCH_DAY) * DAY_MS + number
        found.append(Review(f"{card}-{number}", at, card, rating, 1, "study", day, day, None, "unknown"))
    return found


@given(st.sampled_from([Fsrs6(), Sm2()]), st.lists(ANSWERS, min_size=1, max_size=5))
def test_both_folds_go_through_the_model(model: Model, histories: list[list[tuple[int, int]]]) -> None:
    """Card by card and all together, events fold to the same state under either model."""
    rules = Rules(fuzz=False)
    events = {f"n:c{n}": reviews_of(answers, f"n:c{n}") for n, answers in enumerate(histories)}
    in_order = sorted(chain.from_iterable(events.values()), key=lambda event: (event.at, event.id))
    together = fold_many(in_order, lambda _: (rules, model))
    for card, mine in events.items():
        alone = fold(mine, rules, model)
        assert type(together[card].progress) is type(alone.progress)
        assert together[card].progress.due == alone.progress.due  # type: ignore[union-attr]
        assert together[card].progress.memory == pytest.approx(alone.progress.memory)  # type: ignore[union-attr]


def test_previews_are_the_models() -> None:
    """What the four buttons promise are the other model's own intervals."""
    card, rules, model = "n:c1", Rules(learning_steps=(), relearning_steps=(), fuzz=False), Sm2()
    state = fold(reviews_of([(0, 3), (1, 3), (6, 3)], card), rules, model)
    assert isinstance(state.progress, Reviewing)
    now = (state.progress.due - EPOCH_DAY) * DAY_MS + 2
    offered = preview(state, now, state.progress.due, rules, model, "seed")
    assert [answer.interval_days for answer in offered] == [1, 35, 38, 39]


@pytest.fixture
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """A collection that is studied by SM-2."""
    monkeypatch.setattr(collections, "_model", lambda _: Sm2())
    return open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("one", "two", "three")}, FEW))


def sit(cards: Collection, now: int, rating: int = 3) -> tuple[list[str], int]:
    """Study until nothing is left; the cards in the order in which they came, and the time after it."""
    time = [now]
    session = Session(cards, lambda: time[0], Limits())
    shown: list[str] = []
    while not isinstance(session.step, Finished):
        if isinstance(session.step, Question):
            shown.append(session.step.item.card)
            assert isinstance(session.reveal(), Revealed)
            session.answer(rating)
        time[0] += 601_000
        session.look_again()
    return shown, time[0]


def test_a_week_by_another_model(cards: Collection, tmp_path: Path) -> None:
    """A session, the agenda, the cards, an explanation and a forecast all live by the model that is docked."""
    start = moment("2026-12-01T09:00:00Z")
    sit(cards, start)
    sit(cards, start + DAY_MS, rating=4)
    now = start + 2 * DAY_MS
    one = cards.view("one:answer", now)
    model = cards.model_of(one.deck)
    assert model == Sm2()
    assert (one.stability, one.difficulty) == (6.0, pytest.approx(2.6))
    assert one.retrievability == pytest.approx(0.9 ** (1 / 6))
    assert [item.card for item in agenda_of(cards, now + 20 * DAY_MS).main] != []
    told = explain(facts_of(cards, "one:answer", now))
    assert told.curve is not None and told.curve.due == 6
    assert dict(told.curve.points)[0] == 1.0
    assert told.answers[2].stability == model.step((6.0, 2.6, 2.0), 1.0, 3)[0]
    rebuilt = open_collection(cards.root, {**cards._environ, "SRS_CACHE_DIR": str(tmp_path / "other")})
    assert rebuilt.state("one:answer").progress == cards.state("one:answer").progress
    found = forecast(start_of(cards, now), Habits(), (), days=30, seeds=3)
    assert found.known == pytest.approx(2 * one.retrievability + 0.9, abs=0.2)
    assert found.courses[0].known[-1].mean <= 3 and found.courses[0].learnt[-1].mean == 3
