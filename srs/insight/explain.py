"""Why a card is due when it is due: sentences, what happened, what each answer would do, curves. Knows no screen.

`explain` is a pure function of `Facts`; `facts_of` gathers them from a collection.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srs.insight import sentences
from srs.insight.past import Facts, Row, Sibling, due_day, measured, past_of
from srs.memory.events import Review
from srs.memory.model import Model
from srs.memory.state import CardState, Memory, New
from srs.values import frozen

if TYPE_CHECKING:
    from srs.collection.collection import Collection

_POINTS = 96

Points = tuple[tuple[float, float], ...]


@frozen
class Outcome:
    """What an answer would do now: `interval` in days, or `wait` in ms for a step; stability in days."""

    rating: int
    interval: int | None
    wait: int | None
    stability: float
    difficulty: float | None


@frozen
class Curve:
    """The chance of recall since the last answer, on study day `start`: (days since, chance), evenly spaced.

    `today` and `due` are days since `start`; `retention` is where a card is meant to be due.
    """

    start: int
    points: Points
    today: int
    due: int
    retention: float


@frozen
class Explanation:
    """Why a card is due. `why`, `memory`, `more` and `then` are whole sentences, to be shown as four paragraphs.

    `life` is the chance of recall over the card's life, (day, chance), one run of points from each answer to the next.
    """

    card: str
    why: tuple[str, ...]
    memory: tuple[str, ...]
    more: tuple[str, ...]
    then: tuple[str, ...]
    answers: tuple[Outcome, ...]
    history: tuple[Row, ...]
    siblings: tuple[Sibling, ...]
    curve: Curve | None
    life: tuple[Points, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return self.why + self.memory + self.more + self.then


def explain(facts: Facts) -> Explanation:
    """The explanation of a card, from facts alone."""
    past = past_of(facts)
    state = past.state
    return Explanation(
        card=facts.card,
        why=tuple(sentences.why(facts, state, past)),
        memory=tuple(sentences.memory(facts, state)),
        more=tuple(sentences.more(facts, state, past)),
        then=tuple(sentences.then(facts, state)),
        answers=_outcomes(facts),
        history=tuple(past.rows),
        siblings=facts.siblings,
        curve=_curve(facts, state),
        life=_life(facts, past.spans, state),
    )


def facts_of(collection: "Collection", card: str, now: int) -> Facts:
    """What there is to know of a card at `now` (ms). Raises SrsError where there is no such card."""
    from srs.collection import queries, recorded

    view = collection.view(card, now)
    day = collection.day(now)
    rules, model = collection.rules_and_model(view.id)
    settings = collection.deck_settings(view.id)
    live = recorded.events_of_card(collection.db, view.id)
    counted = {event.id for event in live}
    every = recorded.events_of_card(collection.db, view.id, dead=True)
    needs = queries.needs_of(collection.db, view.note.id) if view.state == "new" else ()
    return Facts(
        card=view.id,
        place=str(view.note.place),
        draft=view.note.draft,
        now=now,
        day=day,
        zone=collection.zone,
        rollover=collection.settings.rollover,
        rules=rules,
        model=model,
        events=tuple(live),
        taken_back=sum(isinstance(event, Review) and event.id not in counted for event in every),
        answers=collection.preview(view.id, now),
        siblings=tuple(
            Sibling(each.id, each.stability, each.last_day, each.retrievability)
            for each in collection.cards_of_note(view.note.id, now)
            if each.id != view.id
        ),
        bury_siblings=settings.bury_siblings,
        waits_for=tuple(need for need in needs if not queries.needs_met(collection.db, need)),
        new_per_day=settings.new_per_day,
    )


def _outcomes(facts: Facts) -> tuple[Outcome, ...]:
    found = []
    for rating, answer in enumerate(facts.answers or (), 1):
        stability, difficulty = measured(answer.progress.memory, facts.model)
        interval, wait = answer.interval_days, None
        if interval is None:
            wait = max(0, answer.progress.due - facts.now)
        found.append(Outcome(rating, interval, wait, stability, difficulty))
    return tuple(found)


def _curve(facts: Facts, state: CardState) -> Curve | None:
    progress = state.progress
    if isinstance(progress, New) or state.last_day is None:
        return None
    today = max(0, facts.day - state.last_day)
    due = max(0, due_day(progress, facts) - state.last_day)
    shown = max(today, due, round(min(facts.model.interval(progress.memory, 0.9), 365_000)), 2)
    points = _sampled(facts.model, progress.memory, shown * 1.4, _POINTS)
    return Curve(state.last_day, points, today, due, facts.rules.desired_retention)


def _life(facts: Facts, spans: Sequence[tuple[int, int, Memory]], state: CardState) -> tuple[Points, ...]:
    every = list(spans)
    if not isinstance(state.progress, New) and state.last_day is not None:
        every.append((state.last_day, max(facts.day, state.last_day), state.progress.memory))
    if not every:
        return ()
    whole = max(1, every[-1][1] - every[0][0])
    found = []
    for first, last, memory in every:
        days = max(0, last - first)
        count = max(2, round(_POINTS * days / whole))
        found.append(tuple((first + t, recall) for t, recall in _sampled(facts.model, memory, days, count)))
    return tuple(found)


def _sampled(model: Model, memory: Memory, days: float, count: int) -> Points:
    """The curve at `count` + 1 places from 0 to `days`; at 0 alone where it has no length."""
    steps = range(count + 1) if days else range(1)
    return tuple((days * n / count, model.curve(memory, days * n / count)) for n in steps)
