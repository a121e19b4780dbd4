"""The fit against drawn histories whose true parameters are known, and against fsrs-rs, the upstream fitter."""

import time
from collections.abc import Callable
from itertools import pairwise

import fsrs_rs_python
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from srs.insight.evaluation import Scores, evaluate
from srs.insight.fitting.fit import fit
from srs.insight.fitting.histories import Histories, predictions
from srs.insight.fitting.loss import Loss
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, LOWER_BOUNDS, UPPER_BOUNDS, Fsrs6
from tests.insight.drawn import draw, drawn_parameters
from tests.support import times

PARAMETERS = st.tuples(*(st.floats(low, high) for low, high in zip(LOWER_BOUNDS, UPPER_BOUNDS, strict=True)))
STEPS_AND_RATINGS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 4)), max_size=12)


def histories_of(cards: list[list[tuple[int, int]]]) -> Histories:
    """Cards given as (days since the answer before, rating)."""
    offsets = np.cumsum([0, *(len(card) for card in cards)])
    days = np.concatenate([[], *(np.cumsum([days for days, _ in card]) for card in cards)]).astype(np.int64)
    ratings = np.array([rating for card in cards for _, rating in card], dtype=np.int64)
    return Histories(offsets, days, ratings, days * 86_400_000)


def turned(histories: Histories) -> Histories:
    """The same cards, the last one first."""
    spans = [np.arange(a, b) for a, b in pairwise(histories.offsets)][::-1]
    order = np.concatenate(spans)
    begins = np.cumsum([0, *(len(span) for span in spans)])
    return Histories(begins, histories.days[order], histories.ratings[order], histories.ats[order])


def split(histories: Histories) -> tuple[Histories, int]:
    """What came before the later fifth of the repeats, and the instant where that begins."""
    ats = np.sort(histories.ats[histories.repeats()])
    cut = int(ats[len(ats) * 4 // 5])
    return histories.until(cut), cut


def judged(histories: Histories, parameters: tuple[float, ...], since: int) -> Scores:
    """How well the parameters predict what came from the instant `since` on."""
    found = predictions(histories, parameters)
    found = found.part(found.at >= since)
    return evaluate(found.recall, found.y, found.elapsed, found.nth, found.lapses)


def log_loss(histories: Histories, parameters: tuple[float, ...], since: int) -> float:
    loss = judged(histories, parameters, since).log_loss
    assert loss is not None
    return loss


def plain_loss(histories: Histories, parameters: tuple[float, ...]) -> float:
    """The loss through the replay of `srs.memory`, all repeats weighing the same."""
    found = predictions(histories, parameters)
    return float(-np.sum(np.log(np.where(found.y == 1, found.recall, 1 - found.recall))))


def upstream_items(histories: Histories) -> list[fsrs_rs_python.FSRSItem]:
    """One item for each repeat, by time: fsrs-rs weighs them by their place in the list."""
    elapsed = np.maximum(histories.elapsed(), 0).tolist()
    reviews = [fsrs_rs_python.FSRSReview(*pair) for pair in zip(histories.ratings.tolist(), elapsed, strict=True)]
    where = histories.repeats()
    where = where[np.argsort(histories.ats[where], kind="stable")]
    first = histories.offsets[np.searchsorted(histories.offsets, where, side="right") - 1]
    return [fsrs_rs_python.FSRSItem(reviews[a : b + 1]) for a, b in zip(first.tolist(), where.tolist(), strict=True)]


def upstream_fit(items: list[fsrs_rs_python.FSRSItem]) -> tuple[float, ...]:
    """What fsrs-rs finds; its parameters have 32 bits and may stand a hair beyond the bounds."""
    found = fsrs_rs_python.FSRS(list(DEFAULT_PARAMETERS)).compute_parameters(items)
    return tuple(np.clip(found, LOWER_BOUNDS, UPPER_BOUNDS).tolist())


def cpu_seconds(work: Callable[[], tuple[float, ...]]) -> tuple[tuple[float, ...], float]:
    before = time.process_time()
    return work(), time.process_time() - before


@given(st.lists(STEPS_AND_RATINGS, max_size=8), PARAMETERS | st.just(DEFAULT_PARAMETERS))
def test_loss_equals_replay(cards: list[list[tuple[int, int]]], parameters: tuple[float, ...]) -> None:
    """The loss is that of the memories of `srs.memory.replay` to 1e-9, for any answers and parameters within bounds."""
    histories = histories_of(cards)
    assume((predictions(histories, parameters).recall < 1 - 1e-6).all())  # nearer to 1 no two ways round alike
    loss, _ = Loss(histories)(np.array(parameters))
    assert loss == pytest.approx(plain_loss(histories, parameters), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_gradient(seed: int) -> None:
    """The gradient is that of the loss through `srs.memory.replay`, by central differences, to 1e-6."""
    random = np.random.default_rng(seed)
    histories = draw(drawn_parameters(seed), 1500, seed)
    low, high = np.array(LOWER_BOUNDS), np.array(UPPER_BOUNDS)
    middle = np.array(drawn_parameters(seed + 50))
    w = np.clip(middle + random.normal(0, 0.05, 21) * (high - low), low + 1e-3, high - 1e-3)
    w[:4] = middle[:4]
    loss, gradient = Loss(histories)(w)
    assert loss == pytest.approx(plain_loss(histories, tuple(w)), rel=1e-9)
    for index in range(21):
        step = np.zeros(21)
        step[index] = 1e-5 * max(w[index], 0.1)
        rise = plain_loss(histories, tuple(w + step)) - plain_loss(histories, tuple(w - step))
        slope = rise / (2 * step[index])
        assert gradient[index] == pytest.approx(slope, rel=1e-6, abs=1e-6 * loss), index


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loss and gradient in many small batches are those in one to 1e-12."""
    histories, w = draw(DEFAULT_PARAMETERS, 2000, 1), np.array(drawn_parameters(1))
    weights = np.random.default_rng(1).random(len(histories))
    loss, gradient = Loss(histories, weights)(w)
    monkeypatch.setattr("srs.insight.fitting.loss._AT_ONCE", 100)
    small, slope = Loss(histories, weights)(w)
    assert small == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(slope, gradient, rtol=1e-9)


@settings(max_examples=25)
@given(st.lists(STEPS_AND_RATINGS, max_size=6), PARAMETERS | st.just(DEFAULT_PARAMETERS))
def test_any_history_can_be_fitted(cards: list[list[tuple[int, int]]], start: tuple[float, ...]) -> None:
    """Whatever was answered, the fit is one that `fsrs` takes, and no better first answer gives less stability."""
    histories = histories_of(cards)
    found = fit(histories, start)
    if not len(histories.repeats()):
        assert found == start
        return
    Fsrs6(found)
    assert list(found[:4]) == sorted(found[:4])


def test_recovered() -> None:
    """From 10,000 answers on, the fit predicts the later fifth nearly as well as the truth: calibrated, and far better
    than the defaults."""
    truth = drawn_parameters(2)
    histories = draw(truth, 10_000, 2)
    known, since = split(histories)
    found = judged(histories, fit(known), since)
    best, usual = judged(histories, truth, since), judged(histories, DEFAULT_PARAMETERS, since)
    assert found.log_loss is not None and best.log_loss is not None and usual.log_loss is not None
    assert found.calibration is not None and found.bias is not None
    assert found.log_loss < best.log_loss + 0.005 < usual.log_loss - 0.01
    assert found.calibration < 0.02 and abs(found.bias) < 0.015


@pytest.mark.skipif(times(1) == 1, reason="a large history: make soak")
@pytest.mark.parametrize("seed", range(5))
def test_recovered_from_many(seed: int) -> None:
    """From 50,000 answers on, the later fifth is predicted within 0.001 of the truth, and calibrated to 0.015."""
    truth = drawn_parameters(seed)
    histories = draw(truth, 65_000, seed + 100)
    known, since = split(histories)
    assert len(known) >= 50_000
    found, best = judged(histories, fit(known), since), judged(histories, truth, since)
    assert found.log_loss is not None and best.log_loss is not None
    assert found.log_loss < best.log_loss + 0.001
    assert found.calibration is not None and found.calibration < 0.015


@pytest.mark.parametrize("seed", range(5))
def test_no_worse_than_upstream(seed: int) -> None:
    """On five drawn histories the later fifth is predicted no worse than by the fit of fsrs-rs, within 0.001."""
    histories = draw(drawn_parameters(seed), 10_000 if times(1) == 1 else 65_000, seed + 100)
    known, since = split(histories)
    ours, theirs = fit(known), upstream_fit(upstream_items(known))
    assert log_loss(histories, ours, since) <= log_loss(histories, theirs, since) + 0.001


@pytest.mark.skipif(times(1) == 1, reason="a large history: make soak")
def test_time_of_upstream() -> None:
    """A hundred thousand answers are fitted in at most five times the time of fsrs-rs, whose items are made before."""
    histories = draw(drawn_parameters(0), 116_000, 7)
    assert len(histories) >= 100_000
    items = upstream_items(histories)
    _, theirs = cpu_seconds(lambda: upstream_fit(items))
    _, ours = cpu_seconds(lambda: fit(histories))
    assert ours <= 5 * theirs


def test_unused_rating() -> None:
    """A first rating that never came moves with its neighbours, and never moves them."""
    cards = [[(0, 3), (days, 3 if days < 5 else 1), (1, 3)] for days in range(1, 9)] * 10
    found = fit(histories_of(cards))
    shares = [value / usual for value, usual in zip(found[:4], DEFAULT_PARAMETERS[:4], strict=True)]
    assert shares == pytest.approx([shares[2]] * 4)
    assert shares[2] != pytest.approx(1, abs=0.1)


def test_rare_rating_gives_way() -> None:
    """Where Hard came three times and says more than Good that came often, Good stays and Hard is levelled to it."""
    good = [[(0, 3), (days, 1 if days > 3 else 3)] for days in range(1, 7)] * 30
    hard = [[(0, 2), (60, 3)]] * 3
    alone, both = fit(histories_of(good)), fit(histories_of(good + hard))
    assert both[2] == pytest.approx(alone[2], rel=0.1)
    assert both[1] == pytest.approx(both[2])


def test_progress() -> None:
    """The watcher is told of work that only grows, from nothing to all of it."""
    told: list[tuple[int, int]] = []
    fit(draw(DEFAULT_PARAMETERS, 1000, 1), watch=lambda done, of: told.append((done, of)))
    assert told[0][0] == 0 and told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len({of for _, of in told}) == 1


def test_interrupted() -> None:
    """What the watcher raises ends the fit and comes out."""

    def stop(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(draw(DEFAULT_PARAMETERS, 1000, 1), watch=stop)


def test_same_again() -> None:
    """The same answers give the same parameters to the bit, and in another order of the cards nearly the same."""
    histories = draw(DEFAULT_PARAMETERS, 1500, 5)
    assert fit(histories) == fit(histories)
    assert fit(turned(histories)) == pytest.approx(fit(histories), rel=1e-3, abs=1e-3)
