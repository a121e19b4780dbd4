"""Decks mended as far as their own hints say how: lines written as blocks, edited notes given the id they had."""

from dataclasses import dataclass

from srs.cards.note import Place
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.errors import SrsError
from srs.upkeep.edits import read_file
from srs.upkeep.pin import offers, pin


@dataclass(frozen=True, slots=True)
class Fixed:
    """A change of a deck file: where it is now, and what was done, as a clause."""

    place: Place
    what: str


def fix(collection: Collection) -> tuple[list[Fixed], list[SrsError]]:
    """Mend what can be mended: what was done, by place, and why some of it could not be."""
    done: list[Fixed] = []
    failed: list[SrsError] = []
    query = "select distinct path from problem where source = 'file' and code != 'unreadable' order by path"
    for (path,) in collection.db.execute(query).fetchall():
        try:
            done += _mend_lines(collection, path)
        except SrsError as error:
            failed.append(error)
    collection.refresh()
    for offer in offers(collection):
        try:
            place = pin(collection, offer.new, offer.old)
        except SrsError as error:
            failed.append(error)
        else:
            done.append(Fixed(place, f"wrote `id: {offer.old}`"))
    return done, failed


def _mend_lines(collection: Collection, path: str) -> list[Fixed]:
    from srs.cards.deck import read_deck
    from srs.cards.mending import mend

    with locked(collection.root):
        old = read_file(collection, path)
        new, mended = mend(old, lambda data: read_deck(path, data, collection.types).problems)
        if not mended:
            return []
        collection.replace(path, old, new)
    return [Fixed(Place(path, each.line, 1), "wrote the text as a block") for each in mended]
