"""Two versions of a note that a sync left: what differs between them, and one of them taken. Knows no git."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from srs.cards.insert import INDENTATION, note_yaml
from srs.cards.merge import CONFLICT_TAG
from srs.cards.note import Note
from srs.cards.pieces import Deck, NoteKeys, NotInPieces, Piece, dedented, keys_of, note_of, take_apart
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.upkeep.edits import read_file
from srs.upkeep.pieces import Change, piece_of, rewrite, spaced_as

_OURS_ALONE = ("id", "was", "guid", "draft")
"""Keys that the version of the other device does not decide: it has them to stand beside ours."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A key that the two versions say differently, each as it is written; empty where a version has not the key."""

    key: str
    mine: str
    other: str


def differences(collection: Collection, mine: Note | None, other: Note) -> list[Difference]:
    """What the versions differ in, in the order in which they are written."""
    here = _keys(collection, mine) if mine else {}
    there = _keys(collection, other)
    found = []
    for key in {**here, **there}:
        if key in ("", *_OURS_ALONE):
            continue
        one, two = here.get(key), there.get(key)
        if key == "tags" and mine and _same_tags(mine, other):
            continue
        if (one and one[1]) != (two and two[1]):
            found.append(Difference(key, *(pair[0].rstrip("\n") if pair else "" for pair in (one, two))))
    return found


def keep_mine(collection: Collection, other: Note) -> list[Change]:
    """Take the other version out of its file. Raises SrsError where that cannot be done without changing more."""
    with locked(collection.root):
        collection.refresh()
        return [_take_out(collection, other)]


def take_other(collection: Collection, mine: Note, other: Note) -> list[Change]:
    """Put the other version in place of ours, which keeps its id and so its progress. Raises SrsError as above."""

    same_tags = _same_tags(mine, other)

    def replaced(deck: Deck) -> list[Piece]:
        old = piece_of(deck, mine.id)
        new = spaced_as(note_of(old.name, _taken(_needed(old), _keys(collection, other), mine.id, same_tags)), old)
        return [new if piece is old else piece for piece in deck.notes]

    tags = mine.tags if same_tags else tuple(tag for tag in other.tags if tag != CONFLICT_TAG)
    meant = replace(
        other, id=mine.id, pinned=True, was=mine.was, guid=mine.guid, draft=mine.draft, deck=mine.deck, tags=tags
    )

    def as_meant(before: Sequence[Note]) -> list[Note]:
        return [meant if each.id == mine.id else each for each in before]

    with locked(collection.root):
        collection.refresh()
        first = rewrite(collection, mine.place.path, replaced, as_meant)
        # Ours goes first: should the second file refuse, there are two versions still.
        return [first, _take_out(collection, other)]


def _same_tags(mine: Note, other: Note) -> bool:
    return set(mine.tags) == set(other.tags) - {CONFLICT_TAG}


def _take_out(collection: Collection, other: Note) -> Change:
    def without(deck: Deck) -> list[Piece]:
        gone = piece_of(deck, other.id)
        return [piece for piece in deck.notes if piece is not gone]

    return rewrite(
        collection, other.place.path, without, lambda before: [each for each in before if each.id != other.id]
    )


def _taken(mine: NoteKeys, other: NoteKeys, id: str, same_tags: bool) -> NoteKeys:
    """The keys of the other version under our id, with our comments, and our tags where they are the same."""
    made: NoteKeys = {"": mine.get("", ("", None))}
    for key, pair in other.items():
        if key in ("", "was", "guid"):
            continue
        if key == "id":
            made["id"] = mine["id"] if "id" in mine else _written("id", id)
            made |= {old: mine[old] for old in ("was", "guid", "draft") if old in mine}
        elif key == "tags":
            tags = [tag for tag in pair[1] if tag != CONFLICT_TAG] if isinstance(pair[1], list) else []
            if same_tags:
                made |= {"tags": mine["tags"]} if "tags" in mine else {}
            elif tags:
                made["tags"] = _written("tags", tags)
        elif key != "draft":
            made[key] = pair
    return made


def _written(key: str, value: str | Sequence[str]) -> tuple[str, object]:
    return dedented(" " + note_yaml({key: value})[1:], INDENTATION), value


def _keys(collection: Collection, note: Note) -> NoteKeys:
    path = note.place.path
    return _needed(piece_of(take_apart(path, read_file(collection, path), collection.types), note.id))


def _needed(piece: Piece) -> NoteKeys:
    keys = keys_of(piece)
    if keys is None:
        raise NotInPieces(f"`{piece.id}` cannot be written one key on a line", "edit both by hand")
    return keys
