"""FSRS-6 over whole histories at once, in NumPy. Knows arrays of study days and ratings, no cards and no dates.

The formulas are those of `fsrs.scheduler` 6.3.2 (its names on the right), computed for the k-th answer of all histories
together, longest histories first, so that the ones still running are a prefix:

    first answer   S = w[g-1];  D = D0(g) clamped to 1..10                _initial_stability, _initial_difficulty
                   D0(g) = w4 - e^(w5 (g-1)) + 1
    same day       S' = S inc,  inc = e^(w17 (g - 3 + w18)) S^-w19,       _short_term_stability
                   at least 1 unless Again
    later, g > 1   S' = S (1 + e^w8 (11-D) S^-w9 (e^((1-R) w10) - 1) p)   _next_recall_stability
                   p = w15 for Hard, w16 for Easy
    later, Again   S' = min(w11 D^-w12 ((S+1)^w13 - 1) e^((1-R) w14),     _next_forget_stability
                            S / e^(w17 w18))
    difficulty     D' = w7 D0(4) + (1 - w7)(D - w6 (g-3)(10 - D)/9)       _next_difficulty
    clamps         S at least 0.001 (and our ceiling), D in 1..10         _clamp_stability, _clamp_difficulty

S of the day's first answer and D of before the answer go into all of them; R is the curve of `fsrs6.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer]
    Floats = NDArray[np.float64]
    Numbers = NDArray[np.integer | np.float64]

# `fsrs` has no ceiling; hundreds of Easy on one day under hostile parameters would reach infinity and stop it.
MAX_STABILITY = 1e100
MIN_STABILITY = 0.001
_AT_ONCE = 1 << 15  # histories stepped together: their state stays in the processor's cache


def replay(offsets: Ints, days: Ints, ratings: Ints, parameters: tuple[float, ...], every: bool = False) -> Floats:
    """Stability and difficulty after the last answer of each history, shape (histories, 2).

    History i is the answers `offsets[i]` to `offsets[i + 1]` of `days` (study days) and `ratings` (1 to 4), in order;
    an empty one gives NaN. `every`: the state after each answer instead, shape (answers, 2).
    """
    import numpy as np

    lengths = np.diff(offsets)
    longest = lengths.max(initial=0)
    order = np.argsort((longest - lengths).astype(np.min_scalar_type(longest)), kind="stable")  # few bits sort quicker
    # Histories lie all over the memory, and going there takes longer than arithmetic: so one number is an answer.
    answers = days.astype(np.int64) << 3 | ratings
    states = np.full((len(days) if every else len(lengths), 2), np.nan)
    formulas = Formulas(parameters)
    for first in range(0, len(order), _AT_ONCE):
        chosen = order[first : first + _AT_ONCE]
        _replay_together(offsets, lengths, chosen, answers, formulas, states, every)
    return states


def _replay_together(
    offsets: Ints,
    lengths: Ints,
    chosen: Ints,
    answers: Ints,
    formulas: Formulas,
    states: Floats,
    every: bool,
) -> None:
    """Fills in the `states` of the `chosen` histories, which come longest first. `answers` are day * 8 + rating."""
    import numpy as np

    starts, lengths = offsets[chosen], lengths[chosen]
    running = len(chosen) - np.searchsorted(lengths[::-1], np.arange(int(lengths[0])), side="right")
    stability, difficulty, previous = np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
    for k, count in enumerate(running.tolist()):
        at = starts[:count] + k
        answer = answers.take(at)
        day, rating = answer >> 3, answer & 7
        if k == 0:
            stability, difficulty = formulas.first(rating)
        else:
            elapsed = np.maximum(day - previous[:count], 0)
            stability, difficulty = formulas.next(stability[:count], difficulty[:count], elapsed, rating)
        previous = day
        if every:
            states[at, 0], states[at, 1] = stability, difficulty
        else:
            ended = slice(int(running[k + 1]) if k + 1 < len(running) else 0, count)
            states[chosen[ended], 0], states[chosen[ended], 1] = stability[ended], difficulty[ended]


class Formulas:
    """The formulas above with what depends on parameters and rating alone worked out, indexed by rating.

    S and D of many cards come and go as two arrays; `elapsed` is in study days, at least 0.
    """

    def __init__(self, parameters: tuple[float, ...]) -> None:
        import numpy as np

        self.w = w = parameters
        rating = np.arange(5.0)
        self.start = w[4] - np.exp(w[5] * (rating - 1)) + 1  # D0
        self.first_stability = np.maximum(np.array([np.nan, *w[:4]]), MIN_STABILITY)
        self.first_difficulty = np.clip(self.start, 1.0, 10.0)
        self.target = w[7] * self.start[4]
        self.damping = -(w[6] * (rating - 3)) / 9.0
        self.short = np.exp(w[17] * (rating - 3 + w[18]))
        self.bonus = np.array([np.nan, np.nan, w[15], 1.0, w[16]])
        self.gain = np.exp(w[8]) * self.bonus
        self.lapse_divisor = np.exp(w[17] * w[18])
        self.decay = -w[20]
        self.factor = 0.9 ** (1 / self.decay) - 1

    def first(self, rating: Ints) -> tuple[Floats, Floats]:
        """After a first answer."""
        return self.first_stability[rating], self.first_difficulty[rating]

    def next(self, s: Floats, d: Floats, elapsed: Numbers, rating: Ints) -> tuple[Floats, Floats]:
        """After a later answer."""
        import numpy as np

        same_day = elapsed < 1
        after = np.empty_like(s)
        recalled = np.flatnonzero(~same_day & (rating > 1))
        if len(recalled):
            after[recalled] = self.recalled(
                s.take(recalled), d.take(recalled), elapsed.take(recalled), rating.take(recalled)
            )
        forgotten = np.flatnonzero(~same_day & (rating == 1))
        if len(forgotten):
            after[forgotten] = self.forgotten(s.take(forgotten), d.take(forgotten), elapsed.take(forgotten))
        again = np.flatnonzero(same_day)
        if len(again):
            after[again] = self.same_day(s.take(again), rating.take(again))
        return self.clamped(after), self.difficulty(d, rating)

    def clamped(self, s: Floats) -> Floats:
        """Stability within its limits."""
        import numpy as np

        clamped: Floats = np.minimum(np.maximum(s, MIN_STABILITY), MAX_STABILITY)
        return clamped

    def difficulty(self, d: Floats, rating: Ints) -> Floats:
        """D'."""
        import numpy as np

        after = self.target + (1 - self.w[7]) * (d + (10.0 - d) * self.damping.take(rating))
        clamped: Floats = np.minimum(np.maximum(after, 1.0), 10.0)
        return clamped

    def recall(self, s: Floats, elapsed: Numbers) -> Floats:
        """R."""
        import numpy as np

        recall: Floats = np.exp(self.decay * np.log(1 + self.factor * elapsed / s))  # quicker than a power
        return recall

    def recalled(self, s: Floats, d: Floats, elapsed: Numbers, rating: Ints) -> Floats:
        """S' of what was recalled on a later day, not clamped."""
        import numpy as np

        w = self.w
        surprise = np.exp((1 - self.recall(s, elapsed)) * w[10]) - 1
        grown: Floats = s * (1 + self.gain.take(rating) * (11 - d) * np.exp(-w[9] * np.log(s)) * surprise)
        return grown

    def forgotten(self, s: Floats, d: Floats, elapsed: Numbers) -> Floats:
        """S' of what was forgotten on a later day, not clamped."""
        import numpy as np

        w = self.w
        kept = w[11] * d ** -w[12] * ((s + 1) ** w[13] - 1) * np.exp((1 - self.recall(s, elapsed)) * w[14])
        left: Floats = np.minimum(kept, s / self.lapse_divisor)
        return left

    def same_day(self, s: Floats, rating: Ints) -> Floats:
        """S' of what was answered again on the same day, not clamped."""
        import numpy as np

        increase = self.short.take(rating) * s ** -self.w[19]
        changed: Floats = s * np.where(rating > 1, np.maximum(increase, 1.0), increase)
        return changed
