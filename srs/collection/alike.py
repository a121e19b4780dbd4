"""Notes that ask what a new one asks, in the same or nearly the same words: looked for in the index before it is added.

Knows no measure of its own: `srs/cards/resemblance.py` says what is alike, and why so much of it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from srs.cards.note import Note
from srs.cards.notetype import NoteTypes
from srs.values import frozen

if TYPE_CHECKING:
    from srs.collection.collection import Collection

_MOST = 3  # that are shown
_PATTERNS = 8
_STEM = 2  # letters at the end that may be another ending


@frozen
class Alike:
    """A note that is there, the question of it that is meant, and how much is the same, up to 1."""

    note: Note
    question: str
    share: float


def alike_notes(collection: "Collection", note: Note) -> list[Alike]:
    """The notes whose questions look like one of `note`, nearest first; none of them is `note` itself."""
    from srs.cards import resemblance

    asked = [resemblance.question(text) for text in questions(note, collection.types)]
    found: dict[str, Alike] = {}
    for other in _candidates(collection, [each.words for each in asked]):
        if other.id == note.id:
            continue
        for text in questions(other, collection.types):
            share = max(resemblance.alike(each, resemblance.question(text)) for each in asked)
            if share and (other.id not in found or found[other.id].share < share):
                found[other.id] = Alike(other, text, share)
    return sorted(found.values(), key=lambda each: -each.share)[:_MOST]


def questions(note: Note, types: NoteTypes) -> list[str]:
    """What a note asks: its marker in each wording, and its prompts."""
    kind = types[note.type]
    marker = kind.marker or (kind.fields[0].name if kind.fields else "")
    own = note.wordings or (note.fields.get(marker, ""),)
    return [text for text in (*own, *(text for prompt in note.prompts for text in prompt.q)) if text.strip()]


def _candidates(collection: "Collection", asked: Sequence[Sequence[str]]) -> Iterator[Note]:
    """Notes in whose text half of the words of a question stand; so not all notes of a collection are compared."""
    from srs.collection.stored import note_from_json

    seen: set[int] = set()
    for words in asked:
        patterns = sorted({_pattern(word) for word in words}, key=len, reverse=True)[:_PATTERNS]
        if not patterns:
            continue
        counted = " + ".join(["(data like ?)"] * len(patterns))
        query = f"select key, data from note where not left_out and {counted} >= ?"
        for key, data in collection.db.execute(query, (*patterns, max(1, len(patterns) // 2))):
            if key not in seen:
                seen.add(key)
                yield note_from_json(data)


def _pattern(word: str) -> str:
    """What a text holds that holds the word: its beginning; any sign for letters whose case SQLite does not know."""
    stem = word[: max(3, len(word) - _STEM)] if word.isalpha() else word
    return f"%{''.join(letter if letter.isascii() and letter.isalnum() else '_' for letter in stem)}%"
