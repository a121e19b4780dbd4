"""The agenda of a sitting, kept from card to card: an answer takes its card away, and whatever else happens plans anew.

What it gives is always what planning anew would give. That holds because a plan gives every card on the agenda its
place under the limits and among its siblings in one order, so a place that was given and is then used moves no other:
`_after_answer` says what else an answer can change, and gives up where it does.
"""

from srs.collection import queries
from srs.collection.collection import Collection
from srs.memory.state import New, Reviewing
from srs.study.agenda import Agenda, Item, Limits, learning_item
from srs.study.today import Planned, planned
from srs.values import replace


class KeptAgenda:
    """The agenda of `collection` under `limits`, brought up to date whenever it is asked for."""

    def __init__(self, collection: Collection, limits: Limits) -> None:
        self._collection = collection
        self._limits = limits
        self._known: Planned | None = None

    def at(self, now: int) -> Agenda:
        """What to study at `now` (ms) and after it, within this study day, by what the index knows."""
        changed = self._collection.changed()
        known = self._known
        if known is None or changed is None or len(changed) > 1 or known.day != self._collection.day(now):
            known = None
        elif changed:
            known = self._after_answer(known, *changed)
        self._known = known or planned(self._collection, now, self._limits)
        return self._known.agenda

    def _after_answer(self, known: Planned, card: str) -> Planned | None:
        """What is known after this card alone changed; None where that changes more than this card's own place."""
        db, day, settings = self._collection.db, known.day, self._collection.settings.for_deck
        item, done = known.agenda.item(card), queries.done(db, day, card)
        if item is None or not done or _used(known, card, *done) != (item.kind == "new", item.kind == "review"):
            return None
        if item.kind == "new" and (known.linked or settings(item.deck).new_order == "random"):
            return None  # what it brought forward, or whose place it took, would be looked for elsewhere
        if item.note in known.met and queries.needs_met(db, item.note) != known.met[item.note]:
            return None
        progress = queries.state(db, card).progress
        if isinstance(progress, New) or (
            isinstance(progress, Reviewing) and progress.due <= day + self._limits.ahead_days
        ):
            return None
        main = _without(item, known.agenda.main)
        if main is None:
            return None
        rest = (each for each in known.agenda.learning if each is not item)
        again = (learning_item(w, settings) for w in queries.learning(db, day, card) if known.is_today(w))
        learning = sorted((*rest, *again), key=lambda each: (each.due or 0, each.card))
        return replace(known, agenda=Agenda(tuple(learning), main), done={**known.done, card: done[0]})


def _used(known: Planned, card: str, now: queries.Done) -> tuple[bool, bool]:
    """Whether a card has used up a place among the new ones, and among the reviews, since it was planned."""
    before = known.done.get(card)
    return (now.new and not (before and before.new), now.review and not (before and before.review))


def _without(item: Item, main: tuple[Item, ...]) -> tuple[Item, ...] | None:
    """The others, in the same order; None where they may come in another one, or a sibling is among them.

    New cards and reviews are mixed by how many of each were done, so it must be the first of its kind.
    """
    rest = tuple(each for each in main if each is not item)
    if len(rest) == len(main):
        return main
    first = next(each for each in main if each.kind == item.kind)
    return rest if first is item and all(each.note != item.note for each in rest) else None
