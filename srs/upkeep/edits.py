"""One note of a collection changed in its file, checked before it is there. Knows no YAML, and no reason for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from srs.cards.crosscheck import Findings, Head, crosscheck, head_of
from srs.cards.note import DeckFile, Note, Place
from srs.cards.notetype import NoteTypes
from srs.collection.collection import Collection
from srs.collection.stored import note_from_json
from srs.errors import SrsError, said_by_system
from srs.values import replace

if TYPE_CHECKING:
    from srs.cards.edit import ListChange

_NOWHERE = Place("", 1, 1)


class NotAsMeant(SrsError):
    """The change would do something else, or more, than what was meant; nothing was written."""


def find_note(collection: Collection, id: str) -> Note:
    """The note with this id, or that had it once. Raises SrsError where there is none, or where it is left out."""
    present = collection.resolve(id)
    rows = collection.db.execute("select data, left_out from note where id = ?", (present,)).fetchall()
    if not rows:
        raise SrsError(f"there is no note `{id}`", collection.nearest(id))
    note = note_from_json(rows[0][0])
    if rows[0][1]:
        raise SrsError(f"the note `{present}` at {note.place} is left out", "`srs check` says why; mend it first")
    return note


def place_of(collection: Collection, name: str) -> Place:
    """Where the note or card with this id is written, a prompt's at its own line; left out of the decks or not.

    Raises SrsError where there is none.
    """
    id = collection.resolve(name)
    query = "select data from note where id = ? order by left_out, path limit 1"
    row = collection.db.execute(query, (id.partition(":")[0],)).fetchone()
    if row is None:
        raise SrsError(f"there is no card or note `{name}`", collection.nearest(name))
    return written_at(note_from_json(row[0]), id)


def written_at(note: Note, card: str) -> Place:
    """Where the text of a card of this note is written: the note, or the prompt that makes the card."""
    template = card.partition(":")[2]
    return next((prompt.place for prompt in note.prompts if template == f"p-{prompt.id}"), note.place)


def change_note(
    collection: Collection, note: Note, changes: "Mapping[str, str | ListChange]", **meant: object
) -> Place:
    """Set keys of a note in its file, so that it reads as before but for `meant`; where it stands now.

    Call it under `locked(collection.root)`, with the index just brought up to date. Raises SrsError where the file, or
    the collection with it, would not be right; then nothing is written.
    """
    from srs.cards.deck import read_deck
    from srs.cards.edit import edit_note

    path = note.place.path
    old = read_file(collection, path)
    before = read_deck(path, old, collection.types)
    at = next((number for number, each in enumerate(before.notes) if each == note), None)
    if at is None:
        raise NotAsMeant(f"{path} was changed by another program just now", "nothing was written; repeat the command")
    try:
        new = edit_note(old, note.place.line, note.place.column, changes, _marker(note, collection.types))
    except SrsError as error:
        raise type(error)(f"{note.place}: {error.message}", error.hint) from None
    after = read_deck(path, new, collection.types)
    wanted = [*before.notes[:at], replace(note, **meant), *before.notes[at + 1 :]]  # type: ignore[arg-type]
    if list(map(_bare, after.notes)) != list(map(_bare, wanted)):
        raise NotAsMeant(f"{note.place}: this change would do more than it should", "change it by hand")
    _crosscheck(collection, after, at)
    collection.replace(path, old, new)
    collection.refresh()
    return after.notes[at].place


def read_file(collection: Collection, path: str) -> bytes:
    """The bytes of a file of the collection. Raises SrsError where it cannot be read."""
    try:
        return (collection.root / path).read_bytes()
    except OSError as error:
        raise SrsError(f"{path}: cannot be read, {said_by_system(error)}") from None


def _marker(note: Note, types: NoteTypes) -> str:
    """The key below which keys are put: the marker, or where another key names the type, that one."""
    return types[note.type].marker or "type"


def _bare(note: Note) -> Note:
    """The note wherever it stands."""
    prompts = tuple(replace(prompt, place=_NOWHERE) for prompt in note.prompts)
    return replace(note, place=_NOWHERE, prompts=prompts)


def _crosscheck(collection: Collection, after: DeckFile, at: int) -> None:
    """Raise NotAsMeant where the collection with this file would have a problem that it has not now."""
    heads = [
        head_of(note_from_json(data))
        for (data,) in collection.db.execute("select data from note order by path, position")
    ]
    now = crosscheck(heads)
    then = crosscheck(_with_file(heads, after))
    new = [problem for problem in then.problems if _count(then)[problem.code] > _count(now)[problem.code]]
    if new or after.notes[at].place in then.left_out:
        said = new[0].message if new else "The note would be left out."
        raise NotAsMeant(f"{after.notes[at].place}: {said.removesuffix('.')}", "nothing was written")


def _with_file(heads: Sequence[Head], file: DeckFile) -> list[Head]:
    others = [head for head in heads if head.place.path != file.path]
    return sorted([*others, *map(head_of, file.notes)], key=lambda head: head.place.path)


def _count(findings: Findings) -> Counter[str]:
    return Counter(problem.code for problem in findings.problems)
