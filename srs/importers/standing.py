"""What is said of a card besides answers, brought home: suspended, flag, mark. Pure; merged three ways.

Anki keeps no log of these, only how things stand. What changed there is told by what the last import brought: where
Anki still says that, nothing changed there, and what was done here since stands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from srs.importers.anki.package import AnkiCard, AnkiNote
from srs.memory.events import Event, Flag, Mark, OfCard, Suspend, Unsuspend
from srs.memory.state import CardState

MARK = "marked in Anki"
_MARKED_TAG = "marked"
_SUSPENDED = -1

Change = Literal["suspended", "unsuspended", "flagged", "marked", "unmarked"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a card stands in Anki; without values, as one of which nothing was ever said. `flag` 0: none."""

    suspended: bool = False
    flag: int = 0
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing to be said of a card. `news`: it is not so already; if it is, it is said to be known as brought."""

    card: str
    change: Change
    flag: int = 0
    news: bool = True

    def event(self, id_: str, at: int) -> OfCard:
        """The event that says it, at instant `at` (ms)."""
        match self.change:
            case "suspended":
                return Suspend(id_, at, self.card)
            case "unsuspended":
                return Unsuspend(id_, at, self.card)
            case "flagged":
                return Flag(id_, at, self.card, self.flag)
            case "marked":
                return Mark(id_, at, self.card, MARK)
            case "unmarked":
                return Mark(id_, at, self.card, "")


def there(note: AnkiNote, card: AnkiCard, first: bool) -> Standing:
    """How a card stands in Anki. `first`: it is the note's first card, which carries the mark for all."""
    marked = first and any(tag.casefold() == _MARKED_TAG for tag in note.tags)
    return Standing(card.queue == _SUSPENDED, card.flag, marked)


def brought(events: Iterable[Event]) -> Standing:
    """What imports said of a card, by their events of it in order, those that were taken back too."""
    suspended, flag, marked = False, 0, False
    for event in events:
        match event:
            case Suspend():
                suspended = True
            case Unsuspend():
                suspended = False
            case Flag():
                flag = event.flag
            case Mark():
                marked = bool(event.text)
    return Standing(suspended, flag, marked)


def wishes(card: str, there: Standing, base: Standing, here: CardState) -> Iterator[Wish]:
    """What changed there since `base`. A mark in the learner's own words stays."""
    if there.suspended != base.suspended:
        yield Wish(card, "suspended" if there.suspended else "unsuspended", news=there.suspended != here.suspended)
    if there.flag != base.flag:
        yield Wish(card, "flagged", there.flag, there.flag != here.flag)
    if there.marked and not base.marked and here.mark is None:
        yield Wish(card, "marked")
    if not there.marked and base.marked and here.mark == MARK:
        yield Wish(card, "unmarked")
