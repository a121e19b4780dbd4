"""Drafts settled in their files: kept, doubted, dropped, made several. Checked before it is there; knows no screen."""

from collections.abc import Mapping, Sequence

from srs.cards.insert import INDENTATION, note_yaml
from srs.cards.note import Note
from srs.cards.pieces import Deck, NoteKeys, NotInPieces, Piece, dedented, keys_of, note_of
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.upkeep.pieces import Change, piece_of, rewrite, spaced_as
from srs.values import replace


def keep(collection: Collection, note: Note, texts: Mapping[str, str], without: Sequence[str] = ()) -> Change:
    """Make a draft a note that is studied, with these fields (or its `id`) changed, and without tags. Raises."""
    return _changed(collection, note, texts, draft=False, add=(), remove=without)


def retag(collection: Collection, note: Note, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Change:
    """Give a draft tags, and take tags of its own from it. Raises SrsError."""
    return _changed(collection, note, {}, draft=note.draft, add=add, remove=remove)


def drop(collection: Collection, notes: Sequence[Note]) -> list[Change]:
    """Take notes out of their files; what was done to each file. Raises SrsError; then some may be out already."""
    done = []
    with locked(collection.root):
        collection.refresh()
        for path in dict.fromkeys(note.place.path for note in notes):
            gone = {note.id for note in notes if note.place.path == path}
            done.append(_without(collection, path, gone))
    return done


def make_several(collection: Collection, note: Note, questions: Sequence[Mapping[str, str]]) -> Change:
    """Put drafts of `questions` (`q`, `a`, `id`) in the place of one that is a question too. Raises SrsError."""

    def notes(deck: Deck) -> list[Piece]:
        old = piece_of(deck, note.id)
        keys = _needed(old)
        made = []
        for number, each in enumerate(questions):
            above = keys.get("", ("", None)) if not number else ("", None)
            body = {key: pair for key, pair in keys.items() if key not in ("", "q", "id", "a")}
            ours = {key: _written(key, each[key]) for key in ("q", "id", "a")}
            piece = note_of(each["id"], {"": above, "q": ours["q"], "id": ours["id"], **body, "a": ours["a"]})
            made.append(spaced_as(piece, old))
        at = next(number for number, piece in enumerate(deck.notes) if piece is old)
        return [*deck.notes[:at], *made, *deck.notes[at + 1 :]]

    def meant(before: Sequence[Note]) -> list[Note]:
        made = [replace(note, id=each["id"], pinned=True, wordings=(), fields=_with(note, each)) for each in questions]
        return [new for old in before for new in (made if old.id == note.id else [old])]

    with locked(collection.root):
        collection.refresh()
        return rewrite(collection, note.place.path, notes, meant)


def _changed(
    collection: Collection, note: Note, texts: Mapping[str, str], draft: bool, add: Sequence[str], remove: Sequence[str]
) -> Change:
    """A note with fields, tags and the state of a draft set."""

    def notes(deck: Deck) -> list[Piece]:
        old = piece_of(deck, note.id)
        keys = _needed(old)
        for key, text in texts.items():
            keys[key] = _written(key, text)
        _set_tags(keys, add, remove)
        if not draft:
            keys.pop("draft", None)
            if _is_draft_file(deck):
                keys["draft"] = _written("draft", False)
        new = spaced_as(note_of(old.name, keys), old)
        return [new if piece is old else piece for piece in deck.notes]

    gone = set(remove)
    tags = tuple(dict.fromkeys([*(tag for tag in note.tags if tag not in gone), *add]))
    meant = replace(note, draft=draft, tags=tags, fields=_with(note, texts))
    if "id" in texts:
        meant = replace(meant, id=texts["id"], pinned=True)
    if "q" in texts:
        meant = replace(meant, wordings=())

    def as_meant(before: Sequence[Note]) -> list[Note]:
        return [meant if each.id == note.id else each for each in before]

    with locked(collection.root):
        collection.refresh()
        return rewrite(collection, note.place.path, notes, as_meant)


def _with(note: Note, texts: Mapping[str, str]) -> dict[str, str]:
    return {**note.fields, **{key: text for key, text in texts.items() if key != "id"}}


def _without(collection: Collection, path: str, gone: set[str]) -> Change:
    def notes(deck: Deck) -> list[Piece]:
        for id in gone:
            piece_of(deck, id)
        return [piece for piece in deck.notes if piece.name not in gone]

    return rewrite(collection, path, notes, lambda before: [each for each in before if each.id not in gone])


def _set_tags(keys: NoteKeys, add: Sequence[str], remove: Sequence[str]) -> None:
    value = keys["tags"][1] if "tags" in keys else []
    own = [value] if isinstance(value, str) and value else list(value) if isinstance(value, list) else []
    tags = [tag for tag in own if tag not in remove]
    tags += [tag for tag in add if tag not in tags]
    if tags == own:
        return
    if tags:
        keys["tags"] = _written("tags", tags)
    else:
        del keys["tags"]


def _is_draft_file(deck: Deck) -> bool:
    said = next((key.value for key in deck.keys if key.name == "draft"), "")
    return str(said).lower() in ("true", "yes")


def _written(key: str, value: str | bool | Sequence[str]) -> tuple[str, object]:
    return dedented(" " + note_yaml({key: value})[1:], INDENTATION), value


def _needed(piece: Piece) -> NoteKeys:
    keys = keys_of(piece)
    if keys is None:
        raise NotInPieces(f"`{piece.id}` cannot be written one key on a line", "edit it by hand")
    return keys
