"""The cards of an export with their two sides as HTML, and how many there are. Knows no format."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from srs.cards.faces import Face, cards_of, face
from srs.cards.note import Card, Note
from srs.cards.outgoing import ExportReport, ExportRequest
from srs.watching import told


class Shown(NamedTuple):
    """A card with its sides. What stands once for both is the front; `Face.answer` is what the back adds."""

    note: Note
    card: Card
    face: Face


def shown(request: ExportRequest) -> Iterator[Shown]:
    """The cards of every note that is no draft, in order; of a card with several wordings the first."""
    for note in told(request.watch, "Preparing notes", request.notes, len(request.notes)):
        if not note.draft:
            for card in cards_of(note, request.types):
                yield Shown(note, card, face(note, request.types, card.id))


def report_of(cards: Iterable[Shown]) -> ExportReport:
    """How much these cards are. Nothing of it is for the journal: only Anki must be told what is newer."""
    notes, decks, count = set[str](), set[str](), 0
    for each in cards:
        count += 1
        notes.add(each.note.id)
        parts = each.note.deck_of(each.card.template).split("::")
        decks.update("::".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return ExportReport(len(notes), count, len(decks), 0, (), ())
