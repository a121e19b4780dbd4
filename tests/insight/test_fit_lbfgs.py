import numpy as np
import pytest

from srs.insight.fitting.lbfgs import minimise

Floats = np.ndarray
FREE = np.full(2, np.inf)


def rosenbrock(x: Floats) -> tuple[float, Floats]:
    """A bent valley whose least value, 0, lies at (1, 1)."""
    a, b = x
    value = (1 - a) ** 2 + 100 * (b - a * a) ** 2
    return value, np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)])


def test_valley() -> None:
    """The end of a bent valley is found, in fewer than sixty steps."""
    found = minimise(rosenbrock, np.array([-1.2, 1.0]), -FREE, FREE, 1e-14, 60)
    np.testing.assert_allclose(found, [1, 1], atol=1e-5)


def test_bound() -> None:
    """Where the least value lies beyond a bound, the least one at the bound is found."""
    found = minimise(rosenbrock, np.array([-1.2, 1.0]), -FREE, np.array([0.5, np.inf]), 1e-14, 60)
    np.testing.assert_allclose(found, [0.5, 0.25], atol=1e-5)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_bowl_of_twenty(scale: float) -> None:
    """A long bowl in twenty dimensions has its bottom found from afar, whatever its units."""
    shape = np.geomspace(1, 1e4, 20)
    bottom = np.linspace(-3, 3, 20)

    def bowl(x: Floats) -> tuple[float, Floats]:
        return scale * float(shape @ (x - bottom) ** 2), scale * 2 * shape * (x - bottom)

    free = np.full(20, np.inf)
    found = minimise(bowl, np.full(20, 50.0), -free, free, scale * 1e-13, 300)
    np.testing.assert_allclose(found, bottom, atol=1e-4)


def test_flat() -> None:
    """Where nothing can be gained, the start stays and nothing fails."""
    start = np.array([0.3, 0.4])
    found = minimise(lambda x: (1.0, np.zeros(2)), start, -FREE, FREE, 1e-9, 10)
    np.testing.assert_array_equal(found, start)


def test_cliff() -> None:
    """A step over a cliff of infinite value is taken back: the search stays on this side."""

    def cliff(x: Floats) -> tuple[float, Floats]:
        if x[0] <= 0:
            return float("inf"), np.zeros(1)
        return float(x[0] - np.log(x[0])), 1 - 1 / x

    free = np.full(1, np.inf)
    found = minimise(cliff, np.array([30.0]), -free, free, 1e-12, 60)
    np.testing.assert_allclose(found, [1.0], atol=1e-4)
