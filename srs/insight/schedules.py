"""Where all cards stand and what happened to them, as the plain values that exports take. Knows no format.

A card's live events are folded one by one, so that each is told with what held before and after it.
"""

from collections.abc import Container
from typing import Literal

from srs.cards.outgoing import Logged, Preset, Schedules, Standing
from srs.collection import queries, recorded
from srs.collection.collection import Collection
from srs.collection.settings import DeckSettings
from srs.insight.past import measured
from srs.memory import events as ev
from srs.memory.fold import fold
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from srs.memory.model import Model
from srs.memory.schedule import Rules, interval_days
from srs.memory.state import CardState, New, Relearning, Reviewing
from srs.values import replace
from srs.watching import told


def schedules(collection: Collection, notes: Container[str], now: int) -> Schedules:
    """Those of every card of `notes` (ids), drafts aside, that an event is about. `now` is in ms."""
    found = [card for card, note in queries.cards_with_events(collection.db) if note in notes]
    cards = {
        card: _standing(collection, card, now) for card in told(collection.watch, "Reading reviews", found, len(found))
    }
    return Schedules(collection.zone.key, collection.settings.rollover, cards, _presets(collection))


def _presets(collection: Collection) -> dict[str, Preset]:
    """How FSRS works in each deck where it was told to work otherwise than usual."""
    usual, found = Preset(DeckSettings().desired_retention), {}
    for deck, _ in queries.deck_totals(collection.db):
        settings = collection.settings.for_deck(deck)
        own = settings.parameters not in (None, DEFAULT_PARAMETERS)
        preset = Preset(settings.desired_retention, (settings.parameters or ()) if own else ())
        if preset != usual:
            found[deck] = preset
    return found


def _standing(collection: Collection, card: str, now: int) -> Standing:
    rules, model = collection.rules_and_model(card)
    state, log = CardState(), list[Logged]()
    held = 0
    for event in recorded.events_of_card(collection.db, card):
        before, state = state, fold([event], rules, model, state)
        changed = state.last_event != before.last_event
        if isinstance(event, ev.Review):
            what = "cram" if event.mode == "cram" else _stage(before)
            after = _interval(state, event.at) if changed else held
            log.append(Logged(event.at, event.day, what, event.rating, after, held, _difficulty(state), event.ms))
            held = after
        elif isinstance(event, ev.Reset | ev.SetDue) and changed:
            done: Literal["reset", "due"] = "reset" if isinstance(event, ev.Reset) else "due"
            after, day = _interval(state, event.at), collection.day(event.at)
            log.append(Logged(event.at, day, done, 0, after, held, _difficulty(state), None))
            held = after
    return _stands(collection, state, tuple(log), rules, model, now)


def _stage(state: CardState) -> Literal["learning", "review", "relearning"]:
    """In which stage an answer finds the card; a new one counts as learning."""
    if isinstance(state.progress, Reviewing):
        return "review"
    return "relearning" if isinstance(state.progress, Relearning) else "learning"


def _interval(state: CardState, at: int) -> int:
    """What holds now: days, or a wait of seconds from `at` on as a negative number; 0 for a new card."""
    progress = state.progress
    if isinstance(progress, New):
        return 0
    if isinstance(progress, Reviewing):
        return max(1, progress.due - (state.last_day or progress.due))
    return min(-1, (at - progress.due) // 1000)


def _difficulty(state: CardState) -> float | None:
    memory = () if isinstance(state.progress, New) else state.progress.memory
    return memory[1] if len(memory) > 1 else None


def _stands(
    collection: Collection, state: CardState, log: tuple[Logged, ...], rules: Rules, model: Model, now: int
) -> Standing:
    progress = state.progress
    buried = state.buried_until is not None and state.buried_until > collection.day(now)
    standing = Standing(
        "new", reps=state.reps, lapses=state.lapses, suspended=state.suspended, buried=buried, flag=state.flag, log=log
    )
    if isinstance(progress, New):
        return standing
    stability, difficulty = measured(progress.memory, model)
    standing = replace(
        standing,
        stability=stability,
        difficulty=difficulty,
        retention=rules.desired_retention,
        decay=model.parameters[20] if len(model.parameters) > 20 else None,
    )
    if isinstance(progress, Reviewing):
        days = _interval(state, 0)
        return replace(standing, state="review", due_day=progress.due, interval=days)
    again = isinstance(progress, Relearning)
    steps = rules.relearning_steps if again else rules.learning_steps
    return replace(
        standing,
        state="relearning" if again else "learning",
        due=progress.due,
        due_day=collection.day(progress.due),
        interval=interval_days(progress.memory, replace(rules, fuzz=False), model, "") if again else 0,
        steps_left=max(1, len(steps) - progress.step),
    )
