"""Notes of a deck file put in place of others, or taken out: checked before it is there. Knows no reason for it."""

from collections.abc import Callable, Sequence

from srs.cards.deck import read_deck
from srs.cards.note import Note, Place
from srs.cards.pieces import Deck, NotInPieces, Piece, put_together, take_apart
from srs.collection.collection import Collection
from srs.upkeep.edits import NotAsMeant, read_file
from srs.values import replace

Change = tuple[str, bytes, bytes]
"""What was done to a file: its path, the bytes before, the bytes after."""

_NOWHERE = Place("", 1, 1)


def rewrite(
    collection: Collection,
    path: str,
    notes: Callable[[Deck], Sequence[Piece]],
    meant: Callable[[Sequence[Note]], Sequence[Note]],
) -> Change:
    """Give a deck file other notes, so that it reads as `meant`; the index follows.

    Call it under `locked(collection.root)`, with the index just brought up to date. Raises SrsError where the file
    cannot be taken apart, or would say something else; then nothing is written.
    """
    old = read_file(collection, path)
    try:
        deck = take_apart(path, old, collection.types)
    except NotInPieces as error:
        raise NotInPieces(error.message, error.hint or "change it by hand") from None
    new = put_together(deck, deck.apart, deck.keys, notes(deck), deck.tail)
    before, after = read_deck(path, old, collection.types), read_deck(path, new, collection.types)
    known = {problem.code for problem in before.problems}
    wrong = [problem for problem in after.problems if problem.code not in known]
    if wrong:
        raise NotAsMeant(f"{path}: {wrong[0].message.removesuffix('.')}", wrong[0].hint or "nothing was written")
    if [bare(note) for note in after.notes] != [bare(note) for note in meant(before.notes)]:
        raise NotAsMeant(f"{path}: this change would do more than it should", "change it by hand")
    collection.replace(path, old, new)
    collection.refresh()
    return path, old, new


def bare(note: Note) -> Note:
    """The note wherever it stands."""
    prompts = tuple(replace(prompt, place=_NOWHERE) for prompt in note.prompts)
    return replace(note, place=_NOWHERE, prompts=prompts)


def piece_of(deck: Deck, note: str) -> Piece:
    """The note with this id. Raises NotAsMeant where it is not there (any more)."""
    found = next((piece for piece in deck.notes if piece.name == note), None)
    if found is None:
        raise NotAsMeant(f"`{note}` is not where it was", "nothing was written; repeat the command")
    return found


def spaced_as(made: Piece, like: Piece) -> Piece:
    """A note that was put together, with as many blank lines below as the one in whose place it goes."""
    blank = like.raw.replace("\r", "")
    return replace(made, raw=made.raw.rstrip("\n") + "\n" + blank[len(blank.rstrip("\n")) + 1 :])
