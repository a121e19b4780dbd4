"""Which of Anki's notes and cards are ours: by the guid that an export gives them. Knows no packages and no events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from export.apkg import guid_of
from srs.cards.faces import PROMPT
from srs.cards.note import Note
from srs.cards.notetype import NoteType, NoteTypes
from srs.collection.collection import Collection

_MOST_CLOZES = 999


@dataclass(frozen=True, slots=True)
class OurNote:
    """What one note in Anki is here: a note, or one of its prompts. `sheet`: `<note>` or `<note>:p-<prompt>`."""

    guid: str
    note: Note
    sheet: str
    type: NoteType

    def card(self, ord: int) -> str | None:
        """The id of the card with this number in Anki, also if the note makes it no longer; None where none can be."""
        if self.sheet != self.note.id:
            return self.sheet if ord == 0 else None
        if self.type.cloze:
            return f"{self.note.id}:c{ord + 1}" if 0 <= ord < _MOST_CLOZES else None
        templates = self.type.templates
        return f"{self.note.id}:{templates[ord].id}" if 0 <= ord < len(templates) else None


def sheets_of(note: Note) -> list[str]:
    """The ids of all that is a note of its own in Anki: the note, and each of its prompts."""
    return [note.id, *(f"{note.id}:p-{prompt.id}" for prompt in note.prompts)]


def known_notes(collection: Collection) -> dict[str, OurNote]:
    """All notes that Anki can know from us, by guid; drafts too, where no other note claims theirs."""
    return by_guid(collection.notes(), collection.types)


def by_guid(notes: Iterable[Note], types: NoteTypes) -> dict[str, OurNote]:
    """These notes and their prompts, by the guid that an export gives them."""
    found: dict[str, OurNote] = {}
    for ours in _all(sorted(notes, key=lambda note: note.draft), types):
        found.setdefault(ours.guid, ours)
    return found


def _all(notes: Iterable[Note], types: NoteTypes) -> Iterable[OurNote]:
    for note in notes:
        kind = types.get(note.type)
        if kind is None:
            continue
        for sheet in sheets_of(note):
            yield OurNote(guid_of(note, sheet), note, sheet, kind if sheet == note.id else types[PROMPT])


def came_from_here(ours: OurNote, contents: Mapping[str, object]) -> bool:
    """Whether a note is in Anki because we exported it: a foreign one may be there without us. `contents`: by sheet."""
    made_here = ours.note.guid is None and ours.guid.startswith("srs:")
    return made_here or ours.sheet in contents
