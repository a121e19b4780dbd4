import json
import math
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import fsrs
import fsrs.scheduler
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.errors import SrsError
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, LOWER_BOUNDS, UPPER_BOUNDS, Fsrs6
from srs.memory.model import Model, Moment
from srs.memory.state import Memory

VECTORS = json.loads((Path(__file__).parent / "data" / "fsrs6_vectors.json").read_text())
MODEL = Fsrs6()

PARAMETERS = st.tuples(*(st.floats(low, high) for low, high in zip(LOWER_BOUNDS, UPPER_BOUNDS, strict=True)))
HISTORIES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), min_size=1, max_size=20)


def walk(model: Model, answers: list[tuple[int, int]]) -> list[Memory]:
    """The memories after answers given as (days since the last, rating)."""
    memories: list[Memory] = []
    for elapsed, rating in answers:
        memories.append(model.step(memories[-1] if memories else None, elapsed, rating))
    return memories


def plain_walk(parameters: tuple[float, ...], answers: list[tuple[int, int]]) -> list[Memory]:
    """The same by a plain loop over the package."""
    scheduler = fsrs.Scheduler(parameters, enable_fuzzing=False)
    card, now = fsrs.Card(1), datetime(2026, 1, 1, tzinfo=UTC)
    memories: list[Memory] = []
    for index, (elapsed, rating) in enumerate(answers):
        now += timedelta(days=elapsed if index else 0)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), now)
        assert card.stability is not None and card.difficulty is not None
        memories.append((card.stability, card.difficulty))
    return memories


def test_constants_are_those_of_the_package() -> None:
    """Defaults and bounds are those of the pinned package."""
    assert fsrs.scheduler.DEFAULT_PARAMETERS == DEFAULT_PARAMETERS
    assert fsrs.scheduler.LOWER_BOUNDS_PARAMETERS == LOWER_BOUNDS
    assert fsrs.scheduler.UPPER_BOUNDS_PARAMETERS == UPPER_BOUNDS


def test_published_memory_state() -> None:
    """Stability and difficulty after six answers are the published ones."""
    vector = VECTORS["memory_state"]
    answers = list(zip(vector["days_before"], vector["ratings"], strict=True))
    assert walk(MODEL, answers)[-1] == pytest.approx((vector["stability"], vector["difficulty"]), abs=1e-4)
    frozen = Fsrs6((*DEFAULT_PARAMETERS[:17], 0.0, 0.0, 0.0, DEFAULT_PARAMETERS[20]))
    assert walk(frozen, answers)[-1][0] == pytest.approx(vector["stability_without_same_day"], abs=1e-4)


def test_published_first_answer() -> None:
    """Stability and difficulty after the first answer are the published ones."""
    vector = VECTORS["first_answer"]
    for rating, stability, difficulty in zip((1, 2, 3, 4), vector["stability"], vector["difficulty"], strict=True):
        assert MODEL.step(None, 0, rating) == pytest.approx((stability, difficulty), abs=1e-6)


def test_published_curve() -> None:
    """The forgetting curve goes through the published points."""
    vector = VECTORS["curve_w20_0.2_stability_1"]
    model = Fsrs6((*DEFAULT_PARAMETERS[:20], 0.2))
    curve = [model.curve((1.0, 5.0), t) for t in vector["days"]]
    assert curve == pytest.approx(vector["retrievability"], abs=1e-6)


@given(HISTORIES, PARAMETERS)
def test_steps_equal_the_plain_loop(answers: list[tuple[int, int]], parameters: tuple[float, ...]) -> None:
    """Every step is bit for bit that of a plain loop over the package, whatever the parameters."""
    assert walk(Fsrs6(parameters), answers) == plain_walk(parameters, answers)


@given(st.floats(0.001, 1e6), st.floats(0.5, 0.99), PARAMETERS)
def test_interval_equals_the_package(stability: float, retention: float, parameters: tuple[float, ...]) -> None:
    """The interval, once rounded and limited, is the package's."""
    scheduler = fsrs.Scheduler(parameters, desired_retention=retention, maximum_interval=10**9)
    interval = Fsrs6(parameters).interval((stability, 5.0), retention)
    assert min(max(round(min(interval, 1e12)), 1), 10**9) == scheduler._next_interval(stability=stability)


@given(st.floats(0.1, 1e5), st.floats(0.7, 0.99))
def test_interval_inverts_the_curve(stability: float, retention: float) -> None:
    """After the interval for a retention, the chance of recall is that retention."""
    memory = (stability, 5.0)
    assert MODEL.curve(memory, MODEL.interval(memory, retention)) == pytest.approx(retention)
    assert MODEL.interval(memory, 0.9) == pytest.approx(stability)


def test_stability_is_the_interval_for_nine_tenths() -> None:
    """The chance of recall is 1 at once and 0.9 after `stability` days."""
    assert MODEL.curve((30.0, 5.0), 0) == 1.0
    assert MODEL.curve((30.0, 5.0), 30) == pytest.approx(0.9)


def test_elapsed_counts_study_days() -> None:
    """Elapsed time is the difference of study days, and a clock that went back is no time at all."""
    assert MODEL.elapsed(Moment(0, 100), Moment(1, 103)) == 3
    assert MODEL.elapsed(Moment(0, 103), Moment(1, 100)) == 0


def test_longest_time_a_calendar_holds() -> None:
    """A card seen in 1900 and again in 9999 does not leave the calendar."""
    elapsed = date(9999, 12, 31).toordinal() - date(1900, 1, 1).toordinal()
    stability, _ = MODEL.step((5.0, 5.0), elapsed, 3)
    assert stability > 5


def test_stability_has_a_ceiling() -> None:
    """A thousand Easy on one day under the worst parameters stay finite (the package alone stops with an error)."""
    parameters = (*DEFAULT_PARAMETERS[:17], 2.0, 2.0, 0.0, 0.1)
    memories = walk(Fsrs6(parameters), [(0, 4)] * 1000)
    assert all(math.isfinite(stability) for stability, _ in memories)
    assert Fsrs6(parameters).interval(memories[-1], 0.01) > 36500


def test_same_day_hard_does_not_lower_stability() -> None:
    """Hard on the same day never lowers stability, which 6.3.1 of the package did."""
    stability, _ = MODEL.step((50.0, 5.0), 0, 2)
    assert stability >= 50.0


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        (DEFAULT_PARAMETERS[:19], "not 19"),
        ((0.0, *DEFAULT_PARAMETERS[1:]), "parameter 0"),
        ((*DEFAULT_PARAMETERS[:20], 0.9), "parameter 20"),
        ((float("nan"), *DEFAULT_PARAMETERS[1:]), "nan"),
        (("1", *DEFAULT_PARAMETERS[1:]), "'1'"),
        ((True, *DEFAULT_PARAMETERS[1:]), "True"),
    ],
)
def test_wrong_parameters(parameters: tuple[float, ...], word: str) -> None:
    """Parameters that FSRS-6 cannot have are refused in words."""
    with pytest.raises(SrsError, match=word):
        Fsrs6(parameters)


@pytest.mark.parametrize("retention", [0.0, 1.0, 1.5, -0.5, float("nan")])
def test_wrong_retention(retention: float) -> None:
    """A retention that is no chance is refused; the package alone divides by zero or answers nonsense."""
    with pytest.raises(SrsError):
        MODEL.interval((5.0, 5.0), retention)


def test_equal_models() -> None:
    """Models with equal parameters are equal and can key a dictionary."""
    assert {Fsrs6(): 1}[Fsrs6(tuple(DEFAULT_PARAMETERS))] == 1
    assert (MODEL.name, MODEL.parameters) == ("fsrs-6", DEFAULT_PARAMETERS)


def test_import_stays_light() -> None:
    """Importing the scheduling modules imports neither the package nor NumPy nor the timezone database."""
    code = (
        "import sys, srs.memory.fold, srs.memory.fsrs6, srs.memory.replay, srs.memory.days;"
        "print(*{'fsrs', 'numpy', 'zoneinfo', 'hashlib', 'random'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
