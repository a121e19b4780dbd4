"""Putting new notes into a deck file: which file, which place, checked before they are there. Knows no command line."""

from collections.abc import Mapping, Sequence

from srs.cards.identity import derived_id
from srs.cards.note import Note
from srs.cards.notetype import NoteType
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.collection.locations import SCHEMA_NAME
from srs.errors import Problem, SrsError, UsageError
from srs.values import frozen

Value = str | bool | Sequence["Value"] | Mapping[str, "Value"]

INBOX = "inbox"
_INBOX = f"decks/{INBOX}.yaml"


class Twin(SrsError):
    """There is a note with this id already."""


@frozen
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
    return add_notes(collection, [entry_of(kind, fields, extra or {})], deck)[0]


def entry_of(kind: NoteType, fields: Mapping[str, str], extra: Mapping[str, Value]) -> dict[str, Value]:
    """The keys of a note in the order in which we write them. Raises UsageError where its marker is missing."""
    if kind.marker is None or not fields.get(kind.marker, "").strip():
        raise UsageError(f"a {kind.name} needs its {kind.marker or 'fields'}")
    note_id = str(extra.get("id") or derived_id(fields[kind.marker]))
    return with_id({kind.marker: fields[kind.marker], **fields, **extra}, note_id, kind.marker)


def with_id(keys: Mapping[str, Value], note_id: str, below: str) -> dict[str, Value]:
    """The keys with the id right below the one that tells the type."""
    found: dict[str, Value] = {}
    for key, value in keys.items():
        if key != "id":
            found[key] = value
        if key == below:
            found["id"] = note_id
    return found


def add_notes(collection: Collection, notes: Sequence[Mapping[str, Value]], deck: str | None = None) -> list[Added]:
    """Append notes, each a set of keys with its `id`, to the deck's first file, or to the inbox; all of them or none.

    Raises SrsError as `add_note` does, Twin where an id is taken.
    """
    from srs.cards.deck import read_deck
    from srs.cards.faces import cards_of
    from srs.cards.insert import CannotInsert, deck_head, insert_notes, note_yaml

    ids = [str(keys["id"]) for keys in notes]
    entries = [note_yaml(keys) for keys in notes]
    with locked(collection.root):
        collection.refresh()  # what another `srs add` wrote meanwhile
        _refuse_twins(collection, ids)
        path = file_for(collection, deck)
        place = collection.root / path
        old = place.read_bytes() if place.exists() else None
        head = old
        if head is None:
            head = deck_head(deck if deck is not None else INBOX, "../" * path.count("/") + SCHEMA_NAME)
        try:
            new = insert_notes(head, entries)
        except CannotInsert as error:
            raise CannotInsert(f"{path}: {error.message}", error.hint) from None
        read = read_deck(path, new, collection.types)
        added = list(read.notes[len(read.notes) - len(ids) :])
        if [note.id for note in added] != ids:
            raise _not_right(read.problems, path)
        if old is None:
            from srs.collection.schemas import there

            there(collection.root, collection.types)
        collection.replace(path, old, new)
        collection.follow(read, len(read.notes) - len(ids), old, new)
    lines, types = new.decode("utf-8").splitlines(), collection.types
    cards = [tuple(card.id for card in cards_of(note, types)) for note in added]
    return [
        Added(note, path, note.place.line, _last_line(lines, note), ids) for note, ids in zip(added, cards, strict=True)
    ]


def file_for(collection: Collection, deck: str | None) -> str:
    """The file that a note for this deck goes to, which may have to be made. Raises SrsError, or UsageError."""
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


def last_deck(collection: Collection) -> str:
    """The deck whose file was written last, by an addition or in an editor; the inbox where there is none."""
    row = collection.db.execute(
        "select deck from file where kind = 'deck' and deck != '' order by mtime desc, path limit 1"
    ).fetchone()
    return str(row[0]) if row else INBOX


def deck_names(collection: Collection) -> list[str]:
    """Every deck that a file names, with or without notes."""
    rows = collection.db.execute("select distinct deck from file where kind = 'deck' and deck != '' order by deck")
    return [str(row[0]) for row in rows]


def twin_of(collection: Collection, note_id: str) -> Note | None:
    """The note that has this id, or had it once."""
    row = collection.db.execute("select data from note where id = ?", (collection.resolve(note_id),)).fetchone()
    if row is None:
        return None
    from srs.collection.stored import note_from_json

    return note_from_json(row[0])


def _refuse_twins(collection: Collection, ids: Sequence[str]) -> None:
    hint = "change that one, or give this one an id of its own with --id"
    for note_id in ids:
        if twin := twin_of(collection, note_id):
            raise Twin(f"there is a note `{twin.id}` already, at {twin.place}", hint)
    for note_id in ids if len(set(ids)) < len(ids) else ():
        if ids.count(note_id) > 1:
            raise Twin(f"two of the new notes have the id `{note_id}`", "give one of them another one")


def _not_right(problems: Sequence[Problem], path: str) -> SrsError:
    first = next((str(problem) for problem in problems), f"{path}: the note could not be read back")
    return SrsError(first, "nothing was written")


def _last_line(lines: Sequence[str], note: Note) -> int:
    """The last line of a note that was put at the end of the list."""
    last = note.place.line
    indent = note.place.column - 1
    for number in range(note.place.line, len(lines)):
        text = lines[number]
        if text.strip() and len(text) - len(text.lstrip(" ")) < indent:
            break
        if text.strip():
            last = number + 1
    return last
