"""Days of study played through by chance, for many learners with the same cards at once. Knows no files and no words.

Learner `l`'s card `c` is row `l * cards + c` of every array here; the learners differ in luck alone. A day goes as the
agenda has it: cards left in their steps, then reviews within the limits, what would lose most first, then new cards in
their order within theirs; of a note one card a day where the deck asks for that. A review is recalled with the chance
that the memory model gives it. Steps shorter than half a day are taken on the same day, as many as it needs.

Left out: needs of notes, answering early, undone days, and what the learner will write, suspend or reset meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.insight.forecast.habits import Habits
from srs.insight.forecast.picking import Picker
from srs.insight.forecast.spread import choose, ranges
from srs.insight.forecast.start import NEVER, Start
from srs.insight.reviews import LEARNING, NEW, RELEARNING, REVIEW
from srs.memory.schedule import COUNTED_DAYS, next_step
from srs.memory.schedule import Stage as StageName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_ROWS_AT_ONCE = 1 << 19  # what is played through together: more is no faster
_MOST_STEPS = 50  # answers to one card in its steps on one day; then it waits for the next
_NEXT_DAY_MS = 12 * 3_600_000
_BATCHES = 4  # see `spread`
_STAGES: tuple[StageName, ...] = ("new", "learning", "reviewing", "relearning")


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """What happened, by learner and day. `known` and `learnt` are only there for the days `sampled`, at their end.

    `answers` are all of them, `reviews` the cards that were due, `new` the cards begun, `left` what was due and had no
    place within the limits; `known` is the sum of the chances of recall, `learnt` the cards that are out of their
    first steps.
    """

    answers: "Floats"
    reviews: "Floats"
    new: "Floats"
    minutes: "Floats"
    left: "Floats"
    sampled: tuple[int, ...]
    known: "Floats"
    learnt: "Floats"


def simulate(
    start: Start,
    habits: Habits,
    days: int,
    sampled: tuple[int, ...],
    seeds: int,
    seed: int,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> Days:
    """`seeds` learners over `days` days from the start on. `watch` is told of days done, of how many."""
    import numpy as np

    together = max(1, min(seeds, _ROWS_AT_ONCE // max(1, start.cards)))
    parts = []
    for first in range(0, seeds, together):
        some = min(together, seeds - first)
        world = _World(start, habits, days, sampled, some, np.random.default_rng([seed, first]))
        for day in range(days):
            world.day(day)
            watch(first * days + (day + 1) * some, seeds * days)
        parts.append(world)

    def whole(name: str) -> "Floats":
        return np.concatenate([part.told[name] for part in parts])

    return Days(
        whole("answers"),
        whole("reviews"),
        whole("new"),
        whole("minutes"),
        whole("left"),
        sampled,
        whole("known"),
        whole("learnt"),
    )


class _World:
    """Some learners, and what became of their cards so far."""

    def __init__(
        self,
        start: Start,
        habits: Habits,
        days: int,
        sampled: tuple[int, ...],
        learners: int,
        generator: "np.random.Generator",
    ) -> None:
        import numpy as np

        self._generator = generator
        self._learners, self._cards, self._first_day = learners, start.cards, start.day
        self._sampled = {day: at for at, day in enumerate(sampled)}
        self.told = {name: np.zeros((learners, days)) for name in ("answers", "reviews", "new", "minutes", "left")}
        self.told |= {name: np.zeros((learners, len(sampled))) for name in ("known", "learnt")}

        def each(column: "Ints") -> "Ints":
            return np.tile(column, learners)

        open_ = start.opens < NEVER
        self.stage = each(start.stage)
        self.step = each(start.step)
        due = np.where((start.stage == NEW) | ~open_, NEVER, np.maximum(start.due, start.opens))
        self.due = each(due)
        self.last = each(start.last_day)
        self.lapses = each(start.lapses)
        self.plan = each(start.plan)
        self._by_model(start)
        self.memory = np.full((len(self.stage), max(self._widths)), np.nan)
        self.memory[:, : start.memory.shape[1]] = np.tile(start.memory, (learners, 1))
        self._tables(start, habits)
        self._picker = Picker(start, learners)
        self._load = np.zeros((learners, days + COUNTED_DAYS + 2))
        coming = self.due - start.day
        held = np.flatnonzero((self.stage == REVIEW) & (coming >= 0) & (coming < self._load.shape[1]))
        np.add.at(self._load, (held // self._cards, coming[held]), 1)

    # What is worked out once

    def _by_model(self, start: Start) -> None:
        import numpy as np

        self._models = list(dict.fromkeys(plan.model for plan in start.plans))
        self._model_of_plan = np.array([self._models.index(plan.model) for plan in start.plans], dtype=np.int64)
        self._widths = [model.firsts(np.array([3])).shape[1] for model in self._models] or [1]

    def _tables(self, start: Start, habits: Habits) -> None:
        """Steps, rules and habits as arrays, to be looked up by plan, stage, step, rating."""
        import numpy as np

        rules = [plan.rules for plan in start.plans]
        most = max([int(start.step.max(initial=0)), *(len(r.learning_steps) for r in rules)], default=0)
        most = max([most, *(len(r.relearning_steps) for r in rules)]) + 1
        self._next = np.full((len(rules), 4, most, 5), -1, dtype=np.int64)
        self._wait = np.zeros((len(rules), 4, most, 5), dtype=np.int64)
        for plan, rule in enumerate(rules):
            for stage, name in enumerate(_STAGES):
                for step in range(most):
                    for rating in (1, 2, 3, 4):
                        move = next_step(name, step, rating, rule)
                        if move is not None:
                            self._next[plan, stage, step, rating] = move[0]
                            self._wait[plan, stage, step, rating] = _days(move[1])
        self._retention = np.array([rule.desired_retention for rule in rules])
        self._longest = np.array([rule.maximum_interval for rule in rules], dtype=np.int64)
        self._fuzz = np.array([rule.fuzz for rule in rules], dtype=bool)
        self._easy = np.array([[day in rule.easy_days for day in range(7)] for rule in rules], dtype=bool).reshape(
            -1, 7
        )
        self._leech_at = np.array([p.rules.leech_at if p.leech_suspends else 0 for p in start.plans], dtype=np.int64)
        shares = np.array([[habits.first] * 3, habits.learning, [habits.recalled] * 3, habits.relearning])
        self._cumulated = np.cumsum(shares, axis=2)[:, :, :3] / shares.sum(axis=2, keepdims=True)
        seconds = (habits.first_seconds, habits.steps_seconds, habits.review_seconds, habits.steps_seconds)
        self._seconds = np.array([[np.nan, *each] for each in seconds])

    # A day

    def day(self, number: int) -> None:
        """Study everything that day `number` from the start on asks for."""
        import numpy as np

        today = self._first_day + number
        self._answered: list[tuple[Ints, Floats]] = []
        self._graduates: list[Ints] = []
        due = np.flatnonzero(self.due <= today)
        in_review = self.stage[due] == REVIEW
        in_steps, waiting = due[~in_review], due[in_review]
        reviews = self._picker.reviews(waiting, in_steps, number, lambda rows: self._loss(rows, today))
        fresh = self._picker.fresh(number)
        self._tell("left", number, waiting, -1.0, reviews)
        self._tell("reviews", number, reviews)
        self._tell("new", number, fresh)
        lapsed = self._review(reviews, today)
        begun, first = self._begin(fresh, today)
        last = np.concatenate([np.full(len(in_steps), 3), np.full(len(lapsed), 1), first])
        self._take_steps(np.concatenate([in_steps, lapsed, begun]), last, today)
        self._plan_days(number, today)
        rows = np.concatenate([rows for rows, _ in self._answered])
        seconds = np.concatenate([seconds for _, seconds in self._answered])
        self._tell("answers", number, rows)
        self.told["minutes"][:, number] = np.bincount(rows // max(1, self._cards), seconds, self._learners) / 60
        if number in self._sampled:
            self._sample(self._sampled[number], today)

    def _tell(self, name: str, number: int, rows: "Ints", sign: float = 1.0, less: "Ints | None" = None) -> None:
        """Count `rows`, or those of them that are not in `less`, by learner."""
        import numpy as np

        counts = np.bincount(rows // max(1, self._cards), minlength=self._learners)
        if less is not None:
            counts = counts - np.bincount(less // max(1, self._cards), minlength=self._learners)
        self.told[name][:, number] = counts

    def _sample(self, at: int, today: int) -> None:
        import numpy as np

        rows = np.flatnonzero(self.stage != NEW)
        who = rows // max(1, self._cards)
        self.told["known"][:, at] = np.bincount(who, self._recall(rows, today), self._learners)
        learnt = who[self.stage[rows] != LEARNING]
        self.told["learnt"][:, at] = np.bincount(learnt, minlength=self._learners)

    # What answers do

    def _review(self, rows: "Ints", today: int) -> "Ints":
        """Answer reviews; those that were forgotten and are in steps now."""
        import numpy as np

        recalled = self._generator.random(len(rows)) < self._recall(rows, today)
        ratings = np.where(recalled, self._drawn(REVIEW, np.zeros(len(rows), np.int64)), 1)
        self._remember(rows, ratings, today)
        self._note_down(REVIEW, rows, ratings)
        self._graduates.append(rows[recalled])
        lapsed = rows[~recalled]
        self.lapses[lapsed] += 1
        at = self._leech_at[self.plan[lapsed]]
        beyond = self.lapses[lapsed] - at
        leech = (at > 0) & (beyond >= 0) & (beyond % np.maximum(1, (at + 1) // 2) == 0)
        self.due[lapsed[leech]] = NEVER
        lapsed = lapsed[~leech]
        return self._moved(lapsed, np.ones(len(lapsed), np.int64), today)[0]

    def _begin(self, rows: "Ints", today: int) -> "tuple[Ints, Ints]":
        """Answer new cards for the first time; those still to be answered today, and what they were answered."""
        import numpy as np

        ratings = self._drawn(NEW, np.zeros(len(rows), np.int64))
        for model, of_model in self._grouped(rows):
            found = self._models[model].firsts(ratings[of_model])
            self.memory[rows[of_model], : found.shape[1]] = found
        self.last[rows] = today
        self._note_down(NEW, rows, ratings)
        return self._moved(rows, ratings, today)

    def _take_steps(self, rows: "Ints", last: "Ints", today: int) -> None:
        """Answer cards in their steps until none is left for today. `last`: what each was answered before."""

        for _ in range(_MOST_STEPS):
            if not len(rows):
                return
            kind = self.stage[rows]
            ratings = self._drawn(kind, last - 1)
            self._remember(rows, ratings, today)
            self._note_down(kind, rows, ratings)
            rows, last = self._moved(rows, ratings, today)
        self.due[rows] = today + 1

    def _moved(self, rows: "Ints", ratings: "Ints", today: int) -> "tuple[Ints, Ints]":
        """Put answered cards on their next step or out of the steps; those to be answered again today."""
        import numpy as np

        stage = self.stage[rows]
        index = (self.plan[rows], stage, self.step[rows], ratings)
        step, wait = self._next[index], self._wait[index]
        out = step < 0
        self._graduates.append(rows[out])
        on = rows[~out]
        self.step[on] = step[~out]
        self.stage[on] = np.where(stage[~out] <= LEARNING, LEARNING, RELEARNING)
        wait = wait[~out]
        self.due[on] = today + wait
        again = wait == 0
        return on[again], ratings[~out][again]

    def _plan_days(self, number: int, today: int) -> None:
        """Give each card that is out of its steps a day."""
        import numpy as np

        rows = np.concatenate(self._graduates)
        plan = self.plan[rows]
        wanted = np.empty(len(rows))
        for model, of_model in self._grouped(rows):
            memories = self.memory[rows[of_model], : self._widths[model]]
            wanted[of_model] = self._models[model].intervals(memories, self._retention[plan[of_model]])
        low, high = ranges(wanted, self._longest[plan], self._fuzz[plan])
        self.stage[rows] = REVIEW
        self.step[rows] = 0
        # An easy day of the week, counted from today on: `schedule.is_easy` has day 1 of the calendar on a Monday.
        easy = np.roll(self._easy, -((today - 1) % 7), axis=1)[plan]
        last = self._load.shape[1] - 1
        for batch in range(_BATCHES):
            some = slice(batch, None, _BATCHES)
            who = rows[some] // max(1, self._cards)
            ahead = self._load[:, number : number + COUNTED_DAYS + 1]
            days = choose(low[some], high[some], ahead, who, easy[some], self._generator)
            self.due[rows[some]] = today + np.minimum(days, NEVER // 2 - today)
            near = number + days <= last
            np.add.at(self._load, (who[near], number + days[near]), 1)

    # Memory, ratings, seconds

    def _grouped(self, rows: "Ints") -> "list[tuple[int, Ints | slice]]":
        """The rows of each model, as places in `rows`."""
        import numpy as np

        if len(self._models) == 1:
            return [(0, slice(None))]
        of_row = self._model_of_plan[self.plan[rows]]
        found = [(model, np.flatnonzero(of_row == model)) for model in range(len(self._models))]
        return [(model, places) for model, places in found if len(places)]

    def _recall(self, rows: "Ints", today: int) -> "Floats":
        import numpy as np

        recall = np.empty(len(rows))
        elapsed = today - self.last[rows]
        for model, of_model in self._grouped(rows):
            memories = self.memory[rows[of_model], : self._widths[model]]
            recall[of_model] = self._models[model].curves(memories, elapsed[of_model])
        return recall

    def _loss(self, rows: "Ints", today: int) -> "Floats":
        """How much of the chance to recall would be lost by tomorrow."""
        return self._recall(rows, today) - self._recall(rows, today + 1)

    def _remember(self, rows: "Ints", ratings: "Ints", today: int) -> None:
        import numpy as np

        elapsed = np.maximum(today - self.last[rows], 0)
        for model, of_model in self._grouped(rows):
            some, width = rows[of_model], self._widths[model]
            memories = self.memory[some, :width]
            self.memory[some, :width] = self._models[model].steps(memories, elapsed[of_model], ratings[of_model])
        self.last[rows] = today

    def _drawn(self, kind: "Ints | int", before: "Ints") -> "Ints":
        """Ratings by the learner's habits."""
        chance = self._generator.random(len(before))
        ratings: Ints = 1 + (self._cumulated[kind, before] <= chance[:, None]).sum(axis=1)
        return ratings

    def _note_down(self, kind: "Ints | int", rows: "Ints", ratings: "Ints") -> None:
        self._answered.append((rows, self._seconds[kind, ratings]))


def _days(wait_ms: int) -> int:
    """The study days that a step takes; 0: it is taken on the same day."""
    return 0 if wait_ms < _NEXT_DAY_MS else max(1, round(wait_ms / 86_400_000))
