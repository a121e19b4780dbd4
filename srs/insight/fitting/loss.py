"""How badly FSRS-6 explains histories, and its exact gradient in the 21 parameters. Knows nothing of searching.

The loss is the weighted sum over repeats of -ln R where it was recalled, -ln(1 - R) where not. A history is a chain:
memory (S, D) -> answer -> memory, so its gradient goes backwards through it. Three sweeps, all histories together as in
`srs.memory.replay` (by its `Formulas`), longest first, so that the running ones are a prefix:

    forward     the memory before each answer, answer by answer
    partials    for all answers at once: how its loss and the memory after it depend on the memory before and on w
    backward    with a = dLoss/dS and b = dLoss/dD after an answer, those before it are
                a' = a dS'/dS + dL/dS    and    b' = a dS'/dD + b dD'/dD

and the gradient is the sum over answers of a dS'/dw + b dD'/dw + dL/dw. Where one of two holds (a value or its limit,
the lesser of two stabilities after a lapse, no loss by a recall on the same day) the derivative of that one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.memory.replay import MAX_STABILITY, MIN_STABILITY, Formulas

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from srs.insight.fitting.histories import Histories

    Ints = NDArray[np.integer]
    Floats = NDArray[np.float64]

PARAMETERS = 21
_MIN_DOUBT = 1e-15  # so that forgetting what was as good as certain costs much, not infinitely much
_AT_ONCE = 1 << 13  # answers in one batch, about: its columns stay in the processor's cache


class Loss:
    """The loss over `histories`. `weights` has one for each answer, of which those of repeats count; None: 1 each."""

    def __init__(self, histories: Histories, weights: Floats | None = None) -> None:
        import numpy as np

        if weights is None:
            weights = np.ones(len(histories))
        lengths = np.diff(histories.offsets)
        order = np.argsort(-lengths, kind="stable")
        order = order[lengths[order] > 1]  # a first answer predicts nothing
        elapsed = histories.elapsed()
        batch_of = np.cumsum(lengths[order]) // _AT_ONCE
        cuts = np.flatnonzero(np.diff(batch_of)) + 1
        self._batches = [_batch(histories, elapsed, weights, chosen) for chosen in np.split(order, cuts) if len(chosen)]

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """The loss and its gradient, shape (21,)."""
        import numpy as np

        formulas = Formulas(tuple(parameters.tolist()))
        loss, gradient = 0.0, np.zeros(PARAMETERS)
        for batch in self._batches:
            part, slope = _loss_of(batch, formulas)
            loss += part
            gradient += slope
        return loss, gradient


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """The k-th answers of a batch, `here` in its columns; of each kind the histories, and elapsed days or rating."""

    here: slice
    count: int
    recalled: tuple[Ints, Floats, Ints]
    forgotten: tuple[Ints, Floats]
    same_day: tuple[Ints, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Histories longest first; the columns hold the first answers of all, then the second answers, and so on.

    `recalled`, `forgotten` and `same_day` are the places of the later answers of each kind.
    """

    steps: list[_Step]
    rating: Ints
    elapsed: Floats
    weight: Floats
    recalled: Ints
    forgotten: Ints
    same_day: Ints


def _batch(histories: Histories, elapsed: Ints, weights: Floats, chosen: Ints) -> _Batch:
    import numpy as np

    starts, lengths = histories.offsets[chosen], np.diff(histories.offsets)[chosen]
    running = len(chosen) - np.searchsorted(lengths[::-1], np.arange(int(lengths[0])), side="right")
    at = np.concatenate([starts[:count] + k for k, count in enumerate(running.tolist())])
    rating, days = histories.ratings[at], elapsed[at].astype(np.float64)
    later = days > 0
    kinds = later & (rating > 1), later & (rating == 1), days == 0
    steps, start = [], 0
    for count in running.tolist():
        here = slice(start, start + count)
        recalled, forgotten, same_day = (np.flatnonzero(kind[here]) for kind in kinds)
        step = _Step(
            here,
            count,
            (recalled, days[here][recalled], rating[here][recalled]),
            (forgotten, days[here][forgotten]),
            (same_day, rating[here][same_day]),
        )
        steps.append(step)
        start += count
    return _Batch(steps, rating, days, weights[at], *(np.flatnonzero(kind) for kind in kinds))


def _loss_of(batch: _Batch, formulas: Formulas) -> tuple[float, Floats]:
    import numpy as np

    s, d = _forward(batch, formulas)
    slopes = _Slopes(np.zeros(len(s)), np.zeros(len(s)), np.zeros(len(s)), _difficulty_slope(batch, d, formulas))
    loss, later = 0.0, []
    for kind, of_kind in ((batch.recalled, _recalled), (batch.forgotten, _forgotten)):
        curve = _Curve(s[kind], batch.elapsed[kind], formulas)
        part = of_kind(curve, s[kind], d[kind], batch.rating[kind], batch.weight[kind], formulas)
        loss += part.loss
        slopes.fill(kind, part)
        later.append((kind, part))
    part = _same_day(s[batch.same_day], batch.rating[batch.same_day], formulas)
    slopes.fill(batch.same_day, part)
    later.append((batch.same_day, part))

    a, b = _backward(batch, slopes)
    gradient = _first_gradient(batch, a, b, formulas) + _difficulty_gradient(batch, b, d, formulas)
    for kind, part in later:
        of_stability = a[kind]
        for index, slope in part.of_parameters:
            gradient[index] += of_stability @ slope
        gradient[20] += part.loss_by_decay
    return loss, gradient


def _forward(batch: _Batch, formulas: Formulas) -> tuple[Floats, Floats]:
    """Stability and difficulty before each answer; NaN before the first ones."""
    import numpy as np

    before = np.full((2, len(batch.rating)), np.nan)
    s, d = formulas.first(batch.rating[: batch.steps[0].count])
    for step in batch.steps[1:]:
        s, d = s[: step.count], d[: step.count]
        before[0, step.here], before[1, step.here] = s, d
        after = np.empty_like(s)
        chosen, elapsed, rating = step.recalled
        if len(chosen):
            after[chosen] = formulas.recalled(s[chosen], d[chosen], elapsed, rating)
        chosen, elapsed = step.forgotten
        if len(chosen):
            after[chosen] = formulas.forgotten(s[chosen], d[chosen], elapsed)
        chosen, rating = step.same_day
        if len(chosen):
            after[chosen] = formulas.same_day(s[chosen], rating)
        s, d = formulas.clamped(after), formulas.difficulty(d, batch.rating[step.here])
    return before[0], before[1]


def _backward(batch: _Batch, slopes: _Slopes) -> tuple[Floats, Floats]:
    """dLoss/dS and dLoss/dD after each answer."""
    import numpy as np

    a, b = np.zeros(len(batch.rating)), np.zeros(len(batch.rating))
    for step, previous in zip(batch.steps[:0:-1], batch.steps[-2::-1], strict=True):
        here, there = step.here, slice(previous.here.start, previous.here.start + step.count)
        a[there] = a[here] * slopes.s_by_s[here] + slopes.loss_by_s[here]
        b[there] = a[here] * slopes.s_by_d[here] + b[here] * slopes.d_by_d[here]
    return a, b


@dataclass(frozen=True, slots=True, eq=False)
class _Slopes:
    """For each answer, how its loss and the memory after it depend on the memory before."""

    s_by_s: Floats
    s_by_d: Floats
    loss_by_s: Floats
    d_by_d: Floats

    def fill(self, kind: Ints, part: _Part) -> None:
        self.s_by_s[kind], self.s_by_d[kind], self.loss_by_s[kind] = part.s_by_s, part.s_by_d, part.loss_by_s


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The answers of one kind: their loss and its slopes, and dS'/dw by parameter."""

    s_by_s: Floats
    s_by_d: Floats | float
    of_parameters: list[tuple[int, Floats]]
    loss_by_s: Floats | float = 0.0
    loss: float = 0.0
    loss_by_decay: float = 0.0


class _Curve:
    """The chance of recall R and its slopes."""

    def __init__(self, s: Floats, elapsed: Floats, formulas: Formulas) -> None:
        import numpy as np

        decay, factor = -formulas.decay, formulas.factor
        ratio = elapsed / s
        odds = factor * ratio
        self.log = np.log(1 + odds)
        self.recall = np.exp(-decay * self.log)
        self.log_by_s = -odds / (s * (1 + odds))
        factor_by_decay = (factor + 1) * np.log(0.9) / decay**2
        self.log_by_decay = ratio * factor_by_decay / (1 + odds)
        self.by_s = -decay * self.recall * self.log_by_s
        self.by_decay = -self.recall * (self.log + decay * self.log_by_decay)
        self.decay = decay


def _recalled(curve: _Curve, s: Floats, d: Floats, rating: Ints, weight: Floats, formulas: Formulas) -> _Part:
    import numpy as np

    w = formulas.w
    log_s, doubt = np.log(s), 1 - curve.recall
    plain = s * np.exp(w[8] - w[9] * log_s) * (11 - d)
    rise = np.exp(w[10] * doubt)
    bonus = formulas.bonus[rating]
    grown = plain * (rise - 1)  # by how much a Good raises S
    within = s + grown * bonus < MAX_STABILITY
    plain, grown, bonus = plain * within, grown * within, bonus * within
    raised = grown * bonus
    by_recall = -w[10] * plain * bonus * rise
    slopes = [
        (8, raised),
        (9, -raised * log_s),
        (10, plain * bonus * doubt * rise),
        (15, np.where(rating == 2, grown, 0.0)),
        (16, np.where(rating == 4, grown, 0.0)),
        (20, by_recall * curve.by_decay),
    ]
    return _Part(
        s_by_s=within + raised / s * (1 - w[9]) + by_recall * curve.by_s,
        s_by_d=-raised / (11 - d),
        of_parameters=slopes,
        loss_by_s=weight * curve.decay * curve.log_by_s,
        loss=float(weight @ curve.log) * curve.decay,
        loss_by_decay=float(weight @ (curve.log + curve.decay * curve.log_by_decay)),
    )


def _forgotten(curve: _Curve, s: Floats, d: Floats, rating: Ints, weight: Floats, formulas: Formulas) -> _Part:
    import numpy as np

    w = formulas.w
    log_d, log_s1 = np.log(d), np.log(s + 1)
    doubt = 1 - curve.recall
    power = np.exp(w[13] * log_s1)
    scale = np.exp(w[14] * doubt - w[12] * log_d)
    kept = w[11] * scale * (power - 1)
    left = s * np.exp(-w[17] * w[18])
    by_kept = (kept <= left) & (kept > MIN_STABILITY)
    by_left = (kept > left) & (left > MIN_STABILITY)
    kept, left = kept * by_kept, left * by_left
    by_power = w[11] * scale * power * by_kept
    by_recall = -w[14] * kept
    slopes = [
        (11, scale * (power - 1) * by_kept),
        (12, -kept * log_d),
        (13, by_power * log_s1),
        (14, kept * doubt),
        (17, -w[18] * left),
        (18, -w[17] * left),
        (20, by_recall * curve.by_decay),
    ]
    cost = np.where(doubt > _MIN_DOUBT, weight / np.maximum(doubt, _MIN_DOUBT), 0.0)
    return _Part(
        s_by_s=by_power * w[13] / (s + 1) + by_recall * curve.by_s + left / s,
        s_by_d=-w[12] * kept / d,
        of_parameters=slopes,
        loss_by_s=cost * curve.by_s,
        loss=-float(weight @ np.log(np.maximum(doubt, _MIN_DOUBT))),
        loss_by_decay=float(cost @ curve.by_decay),
    )


def _same_day(s: Floats, rating: Ints, formulas: Formulas) -> _Part:
    import numpy as np

    w = formulas.w
    log_s, shift = np.log(s), rating - 3 + w[18]
    after = s * np.exp(w[17] * shift - w[19] * log_s)
    held = (rating > 1) & (after < s)  # a recall on the same day takes nothing away
    moved = ~held & (after > MIN_STABILITY) & (after < MAX_STABILITY)
    after = after * moved
    slopes = [(17, after * shift), (18, w[17] * after), (19, -after * log_s)]
    return _Part(s_by_s=after / s * (1 - w[19]) + held, s_by_d=0.0, of_parameters=slopes)


def _difficulty_after(batch: _Batch, d: Floats, formulas: Formulas) -> tuple[Floats, Floats]:
    """The difficulty after each answer before it is drawn to its target, and whether the limits leave it free."""
    moved = d + (10.0 - d) * formulas.damping[batch.rating]
    after = formulas.target + (1 - formulas.w[7]) * moved
    return moved, (after > 1.0) & (after < 10.0)


def _difficulty_slope(batch: _Batch, d: Floats, formulas: Formulas) -> Floats:
    _, free = _difficulty_after(batch, d, formulas)
    slope: Floats = (1 - formulas.w[7]) * (1 - formulas.damping[batch.rating]) * free
    return slope


def _difficulty_gradient(batch: _Batch, b: Floats, d: Floats, formulas: Formulas) -> Floats:
    """What w gives to the difficulty after later answers."""
    import numpy as np

    w, later = formulas.w, slice(batch.steps[0].count, None)
    moved, free = _difficulty_after(batch, d, formulas)
    b = (b * free)[later]
    gradient = np.zeros(PARAMETERS)
    gradient[4] = w[7] * b.sum()
    gradient[5] = -3 * np.exp(3 * w[5]) * w[7] * b.sum()
    gradient[6] = (1 - w[7]) * (b @ ((10.0 - d[later]) * (3 - batch.rating[later]) / 9))
    gradient[7] = b @ (formulas.start[4] - moved[later])
    return gradient


def _first_gradient(batch: _Batch, a: Floats, b: Floats, formulas: Formulas) -> Floats:
    """What w gives to the memory after first answers."""
    import numpy as np

    w, start, count = formulas.w, formulas.start, batch.steps[0].count
    rating = batch.rating[:count]
    gradient = np.zeros(PARAMETERS)
    gradient[:4] = np.bincount(rating, a[:count], minlength=5)[1:] * (np.array(w[:4]) > MIN_STABILITY)
    free = np.bincount(rating, b[:count], minlength=5) * ((start > 1.0) & (start < 10.0))
    gradient[4] = free.sum()
    gradient[5] = -(free * (np.arange(5.0) - 1) * np.exp(w[5] * (np.arange(5.0) - 1)))[1:].sum()
    return gradient
