"""Where a forecast starts: every card's state as columns, and how its deck is studied. Knows no chance and no answer.

`start_of` reads it from a collection; a test may build one by hand. Cards, decks and notes are numbers from 0 on.
"""

import json
import zlib
from collections.abc import Collection as Some
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srs.insight.reviews import NEW, REVIEW
from srs.memory.model import Model
from srs.memory.schedule import Rules
from srs.watching import told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from srs.collection.collection import Collection

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

NEVER = 1 << 30
"""A study day that does not come, and a limit that does not bind."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cards of a deck are studied."""

    rules: Rules
    model: Model
    bury_siblings: bool = True
    leech_suspends: bool = True


@dataclass(frozen=True, slots=True)
class Deck:
    """The limits of a day for a deck and all under it. `parent` comes before it in the list; -1: there is none.

    `done_new` and `done_reviews` were used up today, before the forecast starts.
    """

    name: str
    parent: int
    new: int = NEVER
    reviews: int = NEVER
    done_new: int = 0
    done_reviews: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The cards of a forecast on study day `day`, one in each place of the columns, which are left as they are.

    `due` is a study day, also for a card in its steps; `opens` the study day from which it may be studied (`NEVER`:
    suspended); `order` the place of a new card among the new ones; `touched` the notes of which a card was answered
    today. `memory` is NaN where there is none; models with shorter memories leave the last columns unused.
    """

    day: int
    plans: tuple[Plan, ...]
    decks: tuple[Deck, ...]
    plan: "Ints"
    deck: "Ints"
    note: "Ints"
    stage: "Ints"
    step: "Ints"
    due: "Ints"
    opens: "Ints"
    last_day: "Ints"
    lapses: "Ints"
    order: "Ints"
    memory: "Floats"
    touched: "Ints"

    @property
    def cards(self) -> int:
        return len(self.plan)

    def with_retention(self, retention: float) -> "Start":
        """The same with another desired retention in every deck. Dates that were promised stand."""
        plans = [replace(plan, rules=replace(plan.rules, desired_retention=retention)) for plan in self.plans]
        return replace(self, plans=tuple(plans))

    def with_new(self, new: int) -> "Start":
        """The same with `new` new cards a day in all, whatever the limits of single decks say."""
        first, *rest = self.decks
        done = sum(deck.done_new for deck in self.decks if deck.parent == 0)
        return replace(self, decks=(replace(first, new=new, done_new=done), *(replace(d, new=NEVER) for d in rest)))


def start_of(collection: "Collection", now: int, wanted: Some[str] | None = None) -> Start:
    """The cards of a collection at `now` (ms), drafts aside; only those in `wanted` (ids) where it is given."""
    import numpy as np

    rows = [row for row in _rows(collection) if wanted is None or row[0] in wanted]
    decks = _Decks(collection)
    day = collection.day(now)
    done = decks.done_today(day)
    notes: dict[str, int] = {}
    count = len(rows)
    columns = {name: np.zeros(count, np.int64) for name in _COLUMNS}
    memories: list[tuple[float, ...]] = []
    for at, (card, note, deck, kind, due, step, memory, last_day, lapses, suspended, buried) in enumerate(
        told(collection.watch, "Reading cards", rows, count)
    ):
        plan = decks.plan_of(deck, card)
        stage = kind or NEW
        columns["plan"][at] = plan
        columns["deck"][at] = decks.number(deck)
        columns["note"][at] = notes.setdefault(note, len(notes))
        columns["stage"][at] = stage
        columns["step"][at] = step or 0
        columns["due"][at] = NEVER if stage == NEW else due if stage == REVIEW else collection.day(due)
        columns["opens"][at] = NEVER if suspended else buried or 0
        columns["last_day"][at] = last_day or 0
        columns["lapses"][at] = lapses or 0
        columns["order"][at] = zlib.crc32(f"0:{card}".encode()) % count if deck in decks.random else at
        memories.append(tuple(json.loads(memory)) if memory else ())
    width = max(map(len, memories), default=0)
    return Start(
        day=day,
        plans=tuple(decks.plans),
        decks=tuple(decks.decks),
        memory=np.array([(*memory, *[np.nan] * (width - len(memory))) for memory in memories]).reshape(count, width),
        touched=np.array(sorted({notes[each] for each in done if each in notes}), dtype=np.int64),
        **columns,
    )


_COLUMNS = ("plan", "deck", "note", "stage", "step", "due", "opens", "last_day", "lapses", "order")

_CARDS = """
select c.id, c.note, c.deck, s.kind, s.due, s.step, s.memory, s.last_day, s.lapses, s.suspended, s.buried_until
from card c left join state s on s.card = c.id
where c.active
order by c.path, c.position, c.ord
"""


def _rows(collection: "Collection") -> list[Any]:
    return collection.db.execute(_CARDS).fetchall()


class _Decks:
    """Decks as they are met, each after those above it; the first stands for all of them.

    `random`: the names of those whose new cards come in no order.
    """

    def __init__(self, collection: "Collection") -> None:
        self._collection = collection
        self._numbers: dict[str, int] = {}
        self._plans: dict[str, int] = {}
        self.decks = [Deck("", -1)]
        self.plans: list[Plan] = []
        self.random: set[str] = set()

    def number(self, name: str) -> int:
        if name not in self._numbers:
            above = name.rpartition("::")[0]
            parent = self.number(above) if above else 0
            settings = self._collection.settings.for_deck(name)
            self._numbers[name] = len(self.decks)
            self.decks.append(Deck(name, parent, settings.new_per_day, settings.reviews_per_day))
        return self._numbers[name]

    def plan_of(self, name: str, card: str) -> int:
        """The number of the plan of a deck, of which `card` is one."""
        if name not in self._plans:
            settings = self._collection.settings.for_deck(name)
            rules, model = self._collection.rules_and_model(card)
            plan = Plan(rules, model, settings.bury_siblings, settings.leech_action == "suspend")
            if plan not in self.plans:
                self.plans.append(plan)
            self._plans[name] = self.plans.index(plan)
            if settings.new_order == "random":
                self.random.add(name)
        return self._plans[name]

    def done_today(self, day: int) -> set[str]:
        """Count what was answered today against the limits; the notes of it."""
        from srs.collection import queries

        found = queries.done(self._collection.db, day)
        for each in found:
            at = self.number(each.deck)
            while at >= 0:
                deck = self.decks[at]
                self.decks[at] = replace(
                    deck, done_new=deck.done_new + each.new, done_reviews=deck.done_reviews + each.review
                )
                at = deck.parent
        return {each.note for each in found}
