"""What a forecast says: by day and in all, as a mean and a band over the learners of a simulation. Knows no words.

A band goes from the tenth to the ninetieth percentile: eight learners of ten are within it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.insight.forecast.habits import Habits
from srs.insight.forecast.simulate import Days, simulate
from srs.insight.forecast.start import NEVER, Start
from srs.insight.reviews import NEW

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Watch = Callable[[int, int], None]

_SAMPLES = 45


@dataclass(frozen=True, slots=True)
class Band:
    """A number that hangs on luck: its mean, and what one of ten learners stays under and one of ten exceeds."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What is tried: a desired retention in all decks, new cards a day in all of them together. None: as it is set."""

    retention: float | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How it would go under a choice. The first five are by day; `known` and `learnt` by the days `Forecast.sampled`.

    `answers` are all of a day; `reviews` the cards in review that are shown, `new` the cards begun, `left` the reviews
    that were due and had to wait for a later day, because of limits or siblings. `known` is how many cards would be
    recalled if all were asked: the sum of the chances. `learnt` are those out of their first steps. The last three are
    means over all days, and the cards begun in all.
    """

    choice: Choice
    answers: tuple[Band, ...]
    reviews: tuple[Band, ...]
    new: tuple[Band, ...]
    minutes: tuple[Band, ...]
    left: tuple[Band, ...]
    known: tuple[Band, ...]
    learnt: tuple[Band, ...]
    answers_a_day: Band
    minutes_a_day: Band
    begun: Band


@dataclass(frozen=True, slots=True)
class Forecast:
    """Courses of the same cards from study day `day` on; the first is that of the settings as they are.

    `known`, `learnt` and `suspended` (cards) hold when it starts. `sampled` are days, 0 being the first; the last is
    among them.
    """

    day: int
    days: int
    seeds: int
    seed: int
    cards: int
    known: float
    learnt: int
    retentions: tuple[float, ...]
    habits: Habits
    sampled: tuple[int, ...]
    courses: tuple[Course, ...]
    suspended: int = 0


def forecast(
    start: Start,
    habits: Habits,
    choices: Sequence[Choice],
    days: int,
    seeds: int = 20,
    seed: int = 0,
    watch: Watch = lambda done, total: None,
) -> Forecast:
    """How studying goes on from `start` over `days` days: as the settings are, and by each of the choices.

    The same arguments give the same numbers, on every machine with this NumPy. `watch` is told of steps, of how many.
    """
    import numpy as np

    every = (Choice(), *choices)
    sampled = tuple(np.unique(np.linspace(0, days - 1, min(days, _SAMPLES)).round().astype(int)).tolist())
    courses = []
    for at, choice in enumerate(every):
        total = seeds * days

        def told(done: int, _: int, before: int = at * total, all_: int = len(every) * total) -> None:
            watch(before + done, all_)

        found = simulate(_with(start, choice), habits, days, sampled, seeds, seed, told)
        courses.append(_course(choice, found))
    known, learnt = _now(start)
    retentions = tuple(sorted({start.plans[plan].rules.desired_retention for plan in np.unique(start.plan).tolist()}))
    return Forecast(
        start.day,
        days,
        seeds,
        seed,
        start.cards,
        known,
        learnt,
        retentions,
        habits,
        sampled,
        tuple(courses),
        int(np.sum(start.opens >= NEVER)),
    )


def _with(start: Start, choice: Choice) -> Start:
    if choice.retention is not None:
        start = start.with_retention(choice.retention)
    return start if choice.new is None else start.with_new(choice.new)


def _now(start: Start) -> tuple[float, int]:
    """How much is known and learnt before anything is answered."""
    import numpy as np

    known = 0.0
    for at, plan in enumerate(start.plans):
        rows = np.flatnonzero((start.plan == at) & (start.stage != NEW))
        if len(rows):
            width = plan.model.firsts(np.array([3])).shape[1]
            known += float(plan.model.curves(start.memory[rows, :width], start.day - start.last_day[rows]).sum())
    return known, int(np.sum(start.stage > 1))


def _course(choice: Choice, days: Days) -> Course:
    return Course(
        choice,
        _bands(days.answers),
        _bands(days.reviews),
        _bands(days.new),
        _bands(days.minutes),
        _bands(days.left),
        _bands(days.known),
        _bands(days.learnt),
        *_bands(days.answers.mean(axis=1)[:, None]),
        *_bands(days.minutes.mean(axis=1)[:, None]),
        *_bands(days.new.sum(axis=1)[:, None]),
    )


def _bands(learners: "Floats") -> tuple[Band, ...]:
    """One for each column."""
    import numpy as np

    low, high = np.quantile(learners, (0.1, 0.9), axis=0)
    means = learners.mean(axis=0)
    return tuple(Band(*each) for each in zip(means.tolist(), low.tolist(), high.tolist(), strict=True))
