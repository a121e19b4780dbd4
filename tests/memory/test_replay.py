import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.memory.fsrs6 import DEFAULT_PARAMETERS, LOWER_BOUNDS, UPPER_BOUNDS, Fsrs6
from srs.memory.model import Moment
from srs.memory.replay import replay

PARAMETERS = st.tuples(*(st.floats(low, high) for low, high in zip(LOWER_BOUNDS, UPPER_BOUNDS, strict=True)))
DAYS_AND_RATINGS = st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 4)), max_size=12)


def columns(histories: list[list[tuple[int, int]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offsets, days and ratings of histories given as (day, rating)."""
    offsets = np.cumsum([0, *(len(history) for history in histories)])
    flat = np.array([answer for history in histories for answer in history], dtype=np.int64).reshape(-1, 2)
    return offsets, flat[:, 0], flat[:, 1]


def one_by_one(history: list[tuple[int, int]], model: Fsrs6) -> list[tuple[float, ...]]:
    """The memories of a history by `fsrs`."""
    memories: list[tuple[float, ...]] = []
    previous = Moment(0, 0)
    for day, rating in history:
        elapsed = model.elapsed(previous, Moment(0, day))
        memories.append(model.step(memories[-1] if memories else None, elapsed, rating))
        previous = Moment(0, day)
    return memories


@given(st.lists(DAYS_AND_RATINGS, max_size=8), PARAMETERS | st.just(DEFAULT_PARAMETERS))
def test_replay_equals_fsrs(histories: list[list[tuple[int, int]]], parameters: tuple[float, ...]) -> None:
    """Every state of every history is that of `fsrs` to 1e-9, for days in any order and parameters within bounds."""
    model = Fsrs6(parameters)
    expected = [one_by_one(history, model) for history in histories]
    every = replay(*columns(histories), parameters, every=True)
    flat = [memory for memories in expected for memory in memories]
    np.testing.assert_allclose(every, np.array(flat).reshape(-1, 2), rtol=1e-9)
    last = replay(*columns(histories), parameters)
    ends = [memories[-1] if memories else (np.nan, np.nan) for memories in expected]
    np.testing.assert_allclose(last, np.array(ends).reshape(-1, 2), rtol=1e-9)


def test_long_histories() -> None:
    """A thousand histories of up to sixty answers agree with `fsrs` to 1e-9."""
    random = np.random.default_rng(1)
    histories = []
    for _ in range(1000):
        days = np.cumsum(random.choice([0, 0, 1, 3, 10, 40, 200], size=random.integers(1, 60)))
        histories.append([(int(day), int(random.choice([1, 2, 3, 3, 3, 4]))) for day in days])
    states = replay(*columns(histories), DEFAULT_PARAMETERS)
    expected = [one_by_one(history, Fsrs6())[-1] for history in histories]
    np.testing.assert_allclose(states, expected, rtol=1e-9)


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaying in small batches gives the same states to the bit."""
    histories = [[(day, 1 + (day + n) % 4) for day in range(0, n * 3, 2)] for n in range(40)]
    whole = replay(*columns(histories), DEFAULT_PARAMETERS)
    monkeypatch.setattr("srs.memory.replay._AT_ONCE", 7)
    np.testing.assert_array_equal(replay(*columns(histories), DEFAULT_PARAMETERS), whole)


def test_nothing_to_replay() -> None:
    """No history gives no state."""
    assert replay(*columns([]), DEFAULT_PARAMETERS).shape == (0, 2)


def test_ceiling() -> None:
    """Stability stops at the same ceiling as step by step, without a warning."""
    parameters = (*DEFAULT_PARAMETERS[:17], 2.0, 2.0, 0.0, 0.1)
    history = [(0, 4)] * 300 + [(5, 3), (9, 1)]
    every = replay(*columns([history]), parameters, every=True)
    np.testing.assert_allclose(every, one_by_one(history, Fsrs6(parameters)), rtol=1e-9)
