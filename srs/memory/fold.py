"""From events to what is known of a card: which events count, in which order, and the state they add up to.

Knows no files. `live` settles what counts; `fold` works out one card, step by step through the model; `fold_many`
works out all cards of a rebuild, the memories by one vectorised replay. Both share the bookkeeping (`_Card`): stages
and steps never depend on the memory; only an interval to be worked out anew does, and only a card's last one counts.

What an answer promised (`due`, `step`) stands while `after` still names the card's previous state-changing event: a
study review, or a reset or due of a card that was not new. Otherwise two devices met, or something was undone or
amended: then the current rules decide, with fuzz seeded by the event's id.

Suspending and burying are as in Anki: suspending takes the place of burying, a suspended card cannot be buried, and an
answer, a reset or a new due day leaves both as they are.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from srs.memory.events import (
    Amend,
    Bury,
    Content,
    Event,
    Flag,
    Import,
    Mark,
    Reset,
    Review,
    SetDue,
    Suspend,
    Unbury,
    Undo,
    Unknown,
    Unsuspend,
    because_of,
    is_new_id,
)
from srs.memory.model import Model, Moment
from srs.memory.schedule import Rules, Stage, due_day, interval_days, next_step, stage_of
from srs.memory.state import CardState, Learning, Memory, New, Progress, Relearning, Reviewing
from srs.values import replace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AMENDED = ""
"""The `after` of an answer at a corrected time. It is no event's id, so what was promised under a wrong clock falls."""

_in_order = attrgetter("at", "id")
_UNSEEN = CardState()


def live(events: Iterable[Event]) -> list[Event]:
    """The events that count, once each, amended, by (`at`, `id`). The same list for every order of `events`."""
    once: dict[str, Event] = {}
    for event in events:
        known = once.setdefault(event.id, event)
        if known is not event and known != event:
            once[event.id] = one_of_two(known, event)
    dead = dead_ids(once.values())
    corrections = amendments(once.values(), dead)
    found = [event for event in once.values() if event.id not in dead]
    if corrections:
        found = [amended(event, corrections) for event in found]
    found.sort(key=_in_order)
    return found


def one_of_two(one: Event, other: Event) -> Event:
    """Which of two events with one id counts. Only a forged journal has such: any rule will do, if it is one."""
    return min(one, other, key=repr)


def dead_ids(events: Iterable[Event]) -> set[str]:
    """The ids that a live undo names, and those of the events that go with them."""
    every = list(events)
    undone = undone_ids(event for event in every if isinstance(event, Undo))
    # Only with an event that an undo names: what goes with one that goes with a third must not hang on the order.
    return undone | {event.id for event in every if because_of(event) in undone}


def undone_ids(events: Iterable[Undo]) -> set[str]:
    """The ids that a live one of these undos names, those of undos among them.

    Settled from the undos that nothing names. Undos left in a circle (only a forged journal has one) are dead.
    """
    undos = {undo.id: undo.event for undo in events}
    waiting: dict[str, int] = {}  # undo -> undos naming it that are not settled
    for target in undos.values():
        if target in undos:
            waiting[target] = waiting.get(target, 0) + 1
    dead: set[str] = set()
    settled = [undo for undo in undos if undo not in waiting]
    for undo in settled:  # grows while it is walked
        target = undos[undo]
        if undo not in dead:
            dead.add(target)
            done = target in waiting
        elif target in waiting:
            waiting[target] -= 1
            done = not waiting[target]
        else:
            done = False
        if done:
            del waiting[target]
            settled.append(target)
    return dead.union(waiting)


def amendments(events: Iterable[Event], dead: Collection[str]) -> dict[str, Amend]:
    """The correction that holds for each corrected event: the newest live one."""
    found: dict[str, Amend] = {}
    for event in events:
        if isinstance(event, Amend) and event.id not in dead:
            known = found.get(event.event)
            if known is None or _in_order(known) < _in_order(event):
                found[event.event] = event
    return found


def amended(event: Event, corrections: dict[str, Amend]) -> Event:
    """The event at its corrected time. An amend itself cannot be amended, only undone."""
    correction = corrections.get(event.id)
    if correction is None or isinstance(event, Amend):
        return event
    if isinstance(event, Review):
        return replace(event, at=correction.new_at, day=correction.day, after=AMENDED)
    return replace(event, at=correction.new_at)


def newest_undoable(events: Iterable[Event], dead: Collection[str]) -> Event | None:
    """What `u` takes back: the newest live event of one device's `events` that the learner did there.

    Not an undo, changed content or an imported event; nor what goes with another event and is taken back with that.
    """
    found: Event | None = None
    for event in events:
        if isinstance(event, Undo | Content | Unknown) or event.id in dead or not is_new_id(event.id):
            continue
        if because_of(event) is not None:
            continue
        if found is None or _in_order(found) < _in_order(event):
            found = event
    return found


def fold(events: Iterable[Event], rules: Rules, model: Model, state: CardState = _UNSEEN) -> CardState:
    """The state of one card after its `events`, which are live and in order.

    `state` is what earlier events came to; a memory of other parameters must not be carried on. Events without a card
    (undo, amend, content, import, unknown) change nothing.
    """
    card = _Card(rules, state)
    memory = None if isinstance(state.progress, New) else state.progress.memory
    for event in events:
        if isinstance(event, Review):
            if event.mode != "study":
                continue
            now = Moment(event.at, event.day)
            if memory is None or card.last_at is None or card.last_day is None:
                memory = model.step(None, 0, event.rating)
            else:
                memory = model.step(memory, model.elapsed(Moment(card.last_at, card.last_day), now), event.rating)
            e = event
            card.review(e.id, e.at, e.rating, e.day, e.due, e.step, e.after)
        else:
            card.other(event)
            memory = None if card.last_at is None else memory
    return card.state(memory, model)


def fold_many(events: Iterable[Event], plan: Callable[[str], tuple[Rules, Model]]) -> dict[str, CardState]:
    """The states of all cards that occur in `events`, which are live and in order; read once, none is kept.

    `plan` gives the rules and the model of a card, asked once for each. Equal to `fold` per card, memories to 1e-9.
    """
    folding = Folding(plan)
    for event in events:
        if type(event) is Review:
            e = event
            if e.mode == "study":
                folding.review(e.card, e.id, e.at, e.rating, e.day, e.due, e.step, e.after)
        elif not isinstance(event, Review | Undo | Amend | Content | Import | Unknown):
            folding.other(event.card, event)
    return dict(folding.states())


class Folding:
    """Many cards being folded at once, event by event; each card's live events must come in order. See `fold_many`."""

    def __init__(self, plan: Callable[[str], tuple[Rules, Model]]) -> None:
        self._plan = plan
        self._cards: dict[str, _Card] = {}
        self._of_model: dict[Model, _Histories] = {}

    def review(
        self, name: str, id: str, at: int, rating: int, day: int, due: int, step: int | None, after: str | None
    ) -> None:
        """A study review, as its fields."""
        card = self._cards.get(name) or self._meet(name)
        card.histories.add(card, at, day, rating)
        card.review(id, at, rating, day, due, step, after)

    def other(self, name: str, event: Event) -> None:
        """Any other event about a card."""
        (self._cards.get(name) or self._meet(name)).other(event)

    def last_at(self, name: str) -> int | None:
        """The time of the card's last study review, where it has one since it was reset."""
        card = self._cards.get(name)
        return card.last_at if card else None

    def __len__(self) -> int:
        """How many cards were met."""
        return len(self._cards)

    def states(self) -> Iterator[tuple[str, CardState]]:
        """Every card that was met and its state, by name. Made one by one: of many cards none is kept here."""
        memories = {id(histories): (histories.replay(model), model) for model, histories in self._of_model.items()}
        for name in sorted(self._cards):
            card = self._cards[name]
            found, model = memories[id(card.histories)]
            yield name, card.state(None if card.last_at is None else found[card.history], model)

    def _meet(self, name: str) -> "_Card":
        rules, model = self._plan(name)
        card = self._cards[name] = _Card(rules, _UNSEEN)
        card.histories = self._of_model.setdefault(model, _Histories())
        return card


class _Histories:
    """The answers to all cards of one model as columns, for its `replay`. A reset card begins another history."""

    def __init__(self) -> None:
        self.count = 0
        self.histories = array("q")
        self.ats = array("q")
        self.days = array("q")
        self.ratings = array("q")

    def add(self, card: "_Card", at: int, day: int, rating: int) -> None:
        if card.last_at is None:
            card.history = self.count
            self.count += 1
        self.histories.append(card.history)
        self.ats.append(at)
        self.days.append(day)
        self.ratings.append(rating)

    def replay(self, model: Model) -> list[Memory]:
        """The last memory of each history."""
        if not self.count:
            return []
        import numpy as np

        histories = np.frombuffer(self.histories, dtype=np.int64)
        order = np.argsort(histories, kind="stable")
        offsets = np.zeros(self.count + 1, dtype=np.int64)
        np.cumsum(np.bincount(histories, minlength=self.count), out=offsets[1:])

        def column(values: "array[int]") -> "NDArray[np.int64]":
            return np.frombuffer(values, dtype=np.int64)[order]

        return model.replay(offsets, column(self.ats), column(self.days), column(self.ratings))


class _Card:
    """The bookkeeping of one card: all of its state but the memory, and but an interval that is still `owed`."""

    __slots__ = (
        "buried_until", "due", "flag", "histories", "history", "lapses", "last_at", "last_day", "last_event", "mark",
        "owed", "reps", "rules", "stage", "step", "suspended",
    )  # fmt: skip

    def __init__(self, rules: Rules, state: CardState) -> None:
        self.rules = rules
        self.stage: Stage
        self.stage, self.step = stage_of(state.progress)
        self.due = 0 if isinstance(state.progress, New) else state.progress.due
        self.owed: str | None = None  # the review whose interval the model still has to give
        self.histories: _Histories
        self.history = 0
        self.reps = state.reps
        self.lapses = state.lapses
        self.last_at = state.last_at
        self.last_day = state.last_day
        self.last_event = state.last_event
        self.suspended = state.suspended
        self.buried_until = state.buried_until
        self.flag = state.flag
        self.mark = state.mark

    def review(self, id: str, at: int, rating: int, day: int, due: int, step: int | None, after: str | None) -> None:
        """A study review: what it promised if it stands, else what the rules say now."""
        stage = self.stage
        if stage == "reviewing" and rating == 1:
            self.lapses += 1
        self.owed = None
        if after == self.last_event:
            if step is None:
                self.stage, self.step = "reviewing", 0
            else:
                self.stage = "learning" if stage in ("new", "learning") else "relearning"
                self.step = step
            self.due = due
        else:
            self._decide(id, at, rating)
        self.reps += 1
        self.last_at = at
        self.last_day = day
        self.last_event = id

    def _decide(self, id: str, at: int, rating: int) -> None:
        move = next_step(self.stage, self.step, rating, self.rules)
        if move is None:
            self.stage, self.step, self.owed = "reviewing", 0, id
        else:
            self.stage = "learning" if self.stage in ("new", "learning") else "relearning"
            self.step, wait = move
            self.due = at + wait

    def other(self, event: Event) -> None:
        """Any event but a review."""
        match event:
            case Reset() if self.stage != "new":
                self.stage, self.step, self.owed = "new", 0, None
                self.reps = self.lapses = 0
                self.last_at = self.last_day = None
                self.last_event = event.id
            case SetDue() if self.stage != "new":
                self.stage, self.step, self.owed, self.due = "reviewing", 0, None, event.due
                self.last_event = event.id
            case Suspend():
                self.suspended, self.buried_until = True, None
            case Unsuspend():
                self.suspended = False
            case Bury() if not self.suspended:
                self.buried_until = event.until
            case Unbury():
                self.buried_until = None
            case Flag():
                self.flag = event.flag
            case Mark():
                self.mark = event.text or None

    def state(self, memory: Memory | None, model: Model) -> CardState:
        """The whole state, with the memory after the card's last study review."""
        return CardState(
            progress=self._progress(memory, model),
            reps=self.reps,
            lapses=self.lapses,
            last_at=self.last_at,
            last_day=self.last_day,
            last_event=self.last_event,
            suspended=self.suspended,
            buried_until=self.buried_until,
            flag=self.flag,
            mark=self.mark,
        )

    def _progress(self, memory: Memory | None, model: Model) -> Progress:
        if memory is None or self.last_day is None:
            return New()
        if self.stage == "learning":
            return Learning(self.step, self.due, memory)
        if self.stage == "relearning":
            return Relearning(self.step, self.due, memory)
        if self.owed is None:
            return Reviewing(self.due, memory)
        return Reviewing(due_day(self.last_day, interval_days(memory, self.rules, model, self.owed)), memory)
