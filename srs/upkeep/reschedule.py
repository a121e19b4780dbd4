"""Moving due days: which cards the settings of today would send to another day, and what that does to the days to come.

Knows the collection; nothing is asked and nothing printed here. Days are study days (`date.toordinal()`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.memory.events import SetDue
from srs.watching import told


@dataclass(frozen=True, slots=True)
class Move:
    """A card whose due day would change from `old` to `new`."""

    card: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The moves, out of how many cards in review, and the reviews of each day before and after; overdue ones today."""

    moves: tuple[Move, ...]
    cards: int
    before: Mapping[int, int]
    after: Mapping[int, int]


def plan(collection: Collection, views: Sequence[CardView], now: int, to: int | None = None) -> Plan:
    """Where the cards in review among `views` would be due: on day `to`, or when the settings of today say.

    A card whose settings did not change since its last answer stays where it is: the fuzz is that of the answer.
    """
    moves, cards = [], 0
    for view in told(collection.watch, "Working out days", views, len(views)):
        if view.state != "review" or view.note.draft or view.due is None:
            continue
        cards += 1
        new = collection.due_by_rules(view.id) if to is None else to
        if new is not None and new != view.due:
            moves.append(Move(view.id, view.due, new))
    today = collection.day(now)
    before = Counter(max(view.due, today) for view in _counted(collection, now) if view.due is not None)
    after = Counter(before)
    set_aside = {view.id for view in views if view.suspended}
    for move in moves:
        if move.card not in set_aside:
            after[max(move.old, today)] -= 1
            after[max(move.new, today)] += 1
    return Plan(tuple(moves), cards, before, after)


def carry_out(collection: Collection, moves: Sequence[Move], now: int) -> None:
    """Record the moves as one batch. On disk when this returns; one undo takes all back."""
    days = {move.card: move.new for move in moves}
    collection.record_batch(list(days), now, lambda id, at, card, because: SetDue(id, at, card, days[card], because))


def _counted(collection: Collection, now: int) -> list[CardView]:
    return [
        view for view in collection.cards(now) if view.state == "review" and not view.suspended and not view.note.draft
    ]
