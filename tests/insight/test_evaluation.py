"""The figures against `data/benchmark.json`: answers made up at random, and what `fsrs`, pandas, scikit-learn and
statsmodels make of them with the benchmark's definitions."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.insight.evaluation import Scores, auc, bins, evaluate
from srs.insight.fitting.histories import Histories, Predictions, predictions
from srs.memory.fsrs6 import DEFAULT_PARAMETERS

VECTORS = json.loads((Path(__file__).parent / "data" / "benchmark.json").read_text("utf-8"))
CHANCES = st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.7, 0.9]), st.integers(0, 1)), min_size=1, max_size=40)


def predicted() -> Predictions:
    card, day, rating = np.array(VECTORS["answers"]).T
    offsets = np.searchsorted(card, np.arange(card.max() + 2))
    return predictions(Histories(offsets, day, rating, day * 86_400_000), DEFAULT_PARAMETERS)


def scores(found: Predictions) -> Scores:
    return evaluate(found.recall, found.y, found.elapsed, found.nth, found.lapses)


def test_predictions_equal_the_benchmark() -> None:
    """Which answers are predicted, and with what, is as in the benchmark; the chances are those of `fsrs` to 1e-12."""
    found = predicted()
    where, elapsed, nth, lapses, y, recall = zip(*VECTORS["repeats"], strict=True)
    columns = {"where": where, "elapsed": elapsed, "nth": nth, "lapses": lapses, "y": y}
    for name, expected in columns.items():
        np.testing.assert_array_equal(getattr(found, name), expected, name)
    np.testing.assert_allclose(found.recall, recall, rtol=1e-12)


def test_figures_equal_the_benchmark() -> None:
    """Log loss, RMSE(bins), AUC, ICI and MBE are those of scikit-learn and statsmodels to 1e-9."""
    found = scores(predicted())
    for name, expected in VECTORS["figures"].items():
        assert getattr(found, name) == pytest.approx(expected, rel=1e-9), name


def test_bins_equal_the_benchmark() -> None:
    """The reviews fall into the bins of the benchmark."""
    found = predicted()
    kinds = np.unique(bins(found.elapsed, found.nth, found.lapses), axis=0)
    np.testing.assert_array_equal(kinds, np.array(VECTORS["bins"]))


@given(CHANCES)
def test_auc_counts_pairs(answers: list[tuple[float, int]]) -> None:
    """The AUC is the share of pairs of a recalled and a forgotten review that stand in order, equals counting half."""
    recall, y = (np.array(column) for column in zip(*answers, strict=True))
    pairs = [(a > b) + (a == b) / 2 for a in recall[y == 1] for b in recall[y == 0]]
    assert auc(recall, y) == (pytest.approx(np.mean(pairs)) if pairs else None)


def test_perfect_calibration() -> None:
    """Answers drawn with the chances that were predicted are calibrated to a percent, whatever the chances."""
    random = np.random.default_rng(3)
    recall = random.uniform(0.3, 1, 50_000)
    y = (random.random(50_000) < recall).astype(int)
    ones = np.ones(50_000, dtype=int)
    found = evaluate(recall, y, random.integers(1, 100, 50_000), ones + 1, ones - 1)
    assert found.calibration is not None and found.calibration < 0.01
    assert found.bias == pytest.approx(0, abs=0.01)


def test_nothing_to_judge() -> None:
    """Without reviews every figure is None, with recalled ones alone only the AUC is."""
    none = np.array([])
    assert evaluate(none, none, none, none, none) == Scores(0, None, None, None, None, None)
    ones = np.ones(3, dtype=int)
    certain = evaluate(ones.astype(float), ones, ones, ones + 1, ones - 1)
    assert certain.auc is None
    assert certain.log_loss == pytest.approx(0, abs=1e-12)
    assert (certain.rmse_bins, certain.calibration, certain.bias) == (0, 0, 0)
