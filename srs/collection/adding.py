"""Putting a new note into a deck file: which file, which place, checked before it is there. Knows no command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srs.cards.identity import derived_id
from srs.cards.note import Note
from srs.cards.notetype import NoteType
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.collection.locations import SCHEMA_NAME
from srs.errors import Problem, SrsError, UsageError

Value = str | bool | Sequence[str]

_INBOX = "decks/inbox.yaml"


@dataclass(frozen=True, slots=True)
class Added:
    """A note that now stands in `path`, on lines `first` to `last`, and the ids of its cards."""

    note: Note
    path: str
    first: int
    last: int
    cards: tuple[str, ...]


def add_note(
    collection: Collection,
    kind: NoteType,
    fields: Mapping[str, str],
    deck: str | None = None,
    extra: Mapping[str, Value] | None = None,
) -> Added:
    """Append a note of type `kind` to the deck's first file, or to the inbox, and read it back.

    `fields` are by name, the marker among them; `extra` are keys such as `id`, `tags` and `draft`. Bytes already there
    are untouched. Raises SrsError where the note or the file would not be right; then nothing is written.
    """
    from srs.cards.deck import read_deck
    from srs.cards.faces import cards_of
    from srs.cards.insert import CannotInsert, insert_note, new_deck, note_yaml

    if kind.marker is None or kind.marker not in fields:
        raise UsageError(f"a {kind.name} needs its {kind.marker or 'marker'}")
    wanted = dict(extra or {})
    note_id = str(wanted.pop("id", "")) or derived_id(fields[kind.marker])
    others = {name: text for name, text in fields.items() if name != kind.marker}
    entry = note_yaml({kind.marker: fields[kind.marker], "id": note_id, **others, **wanted})
    with locked(collection.root):
        collection.refresh()  # what another `srs add` wrote meanwhile
        _refuse_twin(collection, note_id)
        path = _file_for(collection, deck)
        place = collection.root / path
        old = place.read_bytes() if place.exists() else None
        if old is None:
            up = "../" * path.count("/")
            new = new_deck(deck if deck is not None else "inbox", entry, f"{up}{SCHEMA_NAME}")
        else:
            try:
                new = insert_note(old, entry)
            except CannotInsert as error:
                raise CannotInsert(f"{path}: {error.message}", error.hint) from None
        read = read_deck(path, new, collection.types)
        note = next((note for note in read.notes if note.id == note_id), None)
        if note is None:
            raise _not_right(read.problems, path)
        collection.replace(path, old, new)
    last = _last_line(new, note, read.notes)
    cards = tuple(card.id for card in cards_of(note, collection.types))
    return Added(note, path, note.place.line, last, cards)


def _file_for(collection: Collection, deck: str | None) -> str:
    if deck is None:
        return _INBOX
    row = collection.db.execute(
        "select path from file where kind = 'deck' and deck = ? order by path limit 1", (deck,)
    ).fetchone()
    if row:
        return str(row[0])
    parts = deck.split("::")
    if any(not part.strip() or "/" in part or part.startswith(".") or not part.isprintable() for part in parts):
        raise UsageError(f"`{deck}` cannot be the name of a deck", "write it like Name or Name::Part")
    path = f"decks/{'/'.join(parts)}.yaml"
    if (collection.root / path).exists():
        raise SrsError(f"{path} exists and holds another deck", f"put `deck: {deck}` into a file of your own first")
    return path


def _refuse_twin(collection: Collection, note_id: str) -> None:
    row = collection.db.execute("select data from note where id = ?", (collection.resolve(note_id),)).fetchone()
    if row:
        from srs.collection.stored import note_from_json

        twin = note_from_json(row[0])
        message = f"there is a note `{twin.id}` already, at {twin.place}"
        raise SrsError(message, "change that one, or give this one an id of its own with --id")


def _not_right(problems: Sequence[Problem], path: str) -> SrsError:
    first = next((str(problem) for problem in problems), f"{path}: the note could not be read back")
    return SrsError(first, "nothing was written")


def _last_line(data: bytes, note: Note, notes: Sequence[Note]) -> int:
    """The last line of a note that was put at the end of the list."""
    lines = data.decode("utf-8").splitlines()
    last = note.place.line
    indent = note.place.column - 1
    for number in range(note.place.line, len(lines)):
        text = lines[number]
        if text.strip() and len(text) - len(text.lstrip(" ")) < indent:
            break
        if text.strip():
            last = number + 1
    return last
