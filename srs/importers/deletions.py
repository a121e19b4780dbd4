"""Notes of ours that were deleted in Anki, brought home: their cards are suspended here. Knows no files.

A whole collection tells what is gone by not having it. That it was there once is told by Anki's list of what was
deleted, or by a review of it that came from there: a note that went out need not have been taken in.
"""

from collections import defaultdict
from collections.abc import Iterable

from export.apkg import guid_of
from export.contents import RETIRED
from export.stable import stable_id
from srs.cards.note import Note
from srs.collection import queries
from srs.collection.collection import Collection
from srs.collection.recorded import events_of_card, present
from srs.importers.anki.package import Package
from srs.importers.history import event_id
from srs.importers.ours import sheets_of
from srs.importers.sentout import SentOut
from srs.memory.events import Event, Suspend, Unsuspend

_DELETED = "anki:deleted:"


def deletions(
    collection: Collection, package: Package, notes: Iterable[Note], sent: SentOut, now: int
) -> dict[str, list[Suspend]]:
    """The sheets of `notes` that are deleted there, with the events that suspend their cards. `now` in ms.

    Without those whose cards were suspended so by an earlier import. Others that are suspended already are said to be
    deleted there as well, so that no export brings them back.
    """
    if not package.whole:
        return {}
    db = collection.db
    there = {note.guid for note in package.notes}
    answered = {collection.resolve(card) for card in queries.cards_named_by(db, "anki:")}
    cards = _cards_by_sheet(queries.cards_in_decks(db))
    gone: dict[str, list[Suspend]] = {}
    for note in notes:
        for sheet in sheets_of(note) if not note.draft else ():
            guid, versions, own = guid_of(note, sheet), sent.of(note, sheet), cards.get(sheet, [])
            if guid in there or not versions or any(version.whole == RETIRED for version, _ in versions):
                continue  # Anki was told to delete it once, so that it is gone there says nothing
            if stable_id(guid) not in package.deleted and answered.isdisjoint(own):
                continue
            ids = {card: _event_id(guid, card, versions[-1][1]) for card in own}
            known = present(db, list(ids.values()))
            events = [Suspend(id_, now, card) for card, id_ in ids.items() if id_ not in known]
            if events:
                gone[sheet] = events
    return gone


def deleted_there(collection: Collection) -> frozenset[str]:
    """The cards that are suspended because their note was deleted in Anki, and not unsuspended since."""
    db = collection.db
    cards = {collection.resolve(card) for card in queries.cards_named_by(db, _DELETED)}
    return frozenset(card for card in cards if _last_said(events_of_card(db, card)).startswith(_DELETED))


def _last_said(events: Iterable[Event]) -> str:
    """The id of the event that suspended a card; empty where it is not suspended."""
    found = ""
    for event in events:
        if isinstance(event, Suspend | Unsuspend):
            found = event.id if isinstance(event, Suspend) else ""
    return found


def _event_id(guid: str, card: str, at: int) -> str:
    """Tells by its beginning why the card is suspended; the same on every device that reads of it."""
    return _DELETED + event_id(guid, 0, "deleted", card.partition(":")[2], at).removeprefix("anki:")


def _cards_by_sheet(cards: Iterable[str]) -> dict[str, list[str]]:
    """A prompt's card is its sheet; all others are those of the note's."""
    found: dict[str, list[str]] = defaultdict(list)
    for card in cards:
        note, _, name = card.partition(":")
        found[card if name.startswith("p-") else note].append(card)
    return found
