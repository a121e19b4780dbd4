"""What ever went out of each note, version by version, as the journal has it. Knows no packages."""

from collections import defaultdict

from export.contents import Fingerprint, parse
from srs.cards.note import Note
from srs.collection import queries
from srs.collection.collection import Collection

Version = tuple[Fingerprint, int]
"""What went out, and when (ms). RETIRED as its `whole`: that the note is in the decks no more."""


class SentOut:
    """All versions by sheet, which is a note or one of its prompts."""

    def __init__(self, collection: Collection) -> None:
        self._versions: dict[str, list[Version]] = defaultdict(list)
        for key, text, at in queries.contents(collection.db):
            self._versions[collection.resolve(key)].append((parse(text), at))

    def of(self, note: Note, sheet: str) -> list[Version]:
        """Those of a sheet of the note, under ids that the note had too, oldest first."""
        former = (old + sheet.removeprefix(note.id) for old in reversed(note.was))
        found = (version for key in (sheet, *former) for version in self._versions.get(key, ()))
        return sorted(found, key=lambda version: version[1])
