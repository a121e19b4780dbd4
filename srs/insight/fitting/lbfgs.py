"""The least value of a smooth function within bounds, by L-BFGS. Knows nothing of memory.

Limited-memory BFGS (Nocedal 1980, two-loop recursion) with projection: coordinates that stand at a bound and would
leave it rest for the step, and every trial is put back within the bounds (Bertsekas 1982).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_REMEMBERED = 30  # pairs of steps and changes of the gradient: next to the function they cost nothing
_ENOUGH = 1e-4  # of the decrease that the slope promises (Armijo)


def minimise(
    value_and_gradient: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    low: Floats,
    high: Floats,
    tolerance: float,
    most: int,
    watch: Callable[[int], None] = lambda done: None,
) -> Floats:
    """Where the value is least, from `start` in at most `most` steps; stops where three of them gain < `tolerance`.

    `watch` is told how many steps are done.
    """
    import numpy as np

    x = np.clip(start, low, high)
    value, gradient = value_and_gradient(x)
    pairs: list[tuple[Floats, Floats]] = []
    values = [value]
    for done in range(most):
        watch(done)
        resting = ((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0))
        direction = -_inverse_hessian(pairs, np.where(resting, 0.0, gradient))
        direction[resting] = 0.0
        if gradient @ direction >= 0:  # the memory misleads: begin anew
            pairs.clear()
            direction = -np.where(resting, 0.0, gradient)
        if not direction.any():
            break
        length = 1.0 if pairs else 1.0 / max(1.0, float(np.abs(direction).max()))
        for _ in range(30):
            trial = np.clip(x + length * direction, low, high)
            trial_value, trial_gradient = value_and_gradient(trial)
            if trial_value <= value + _ENOUGH * (gradient @ (trial - x)):
                break
            length *= _shorter(value, float(gradient @ direction) * length, trial_value)
        else:
            if not pairs:
                break
            pairs.clear()
            continue
        step, change = trial - x, trial_gradient - gradient
        if step @ change > 1e-10 * np.sqrt((step @ step) * (change @ change)):
            pairs = [*pairs[1 - _REMEMBERED :], (step, change)]
        x, value, gradient = trial, trial_value, trial_gradient
        values.append(value)
        if len(values) > 3 and values[-4] - value < tolerance:
            break
    return x


def _shorter(value: float, slope: float, trial: float) -> float:
    """Which share of the step to try next: the least of the parabola through both values, a tenth to a half."""
    bend = trial - value - slope
    return min(max(-slope / (2 * bend), 0.1), 0.5) if 0 < bend < float("inf") else 0.1


def _inverse_hessian(pairs: list[tuple[Floats, Floats]], gradient: Floats) -> Floats:
    """The gradient times the inverse of the second derivative as the pairs tell it."""
    direction = gradient.copy()
    shares = []
    for step, change in reversed(pairs):
        share = (step @ direction) / (step @ change)
        shares.append(share)
        direction -= share * change
    if pairs:
        step, change = pairs[-1]
        direction *= (step @ change) / (change @ change)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        direction += (share - (change @ direction) / (step @ change)) * step
    return direction
