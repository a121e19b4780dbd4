"""What an export is asked and what it answers. Knows no format: each one is an entry point of the group `srs.export`.

The entry point is a function `export(request: ExportRequest, target: Path) -> ExportReport`. It replaces `target` at
once or leaves it alone, and raises SrsError when it cannot write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from srs.cards.note import Note
from srs.cards.notetype import NoteTypes
from srs.errors import Problem


@dataclass(frozen=True, slots=True)
class DeckAbout:
    """What a deck says of itself."""

    description: str | None = None
    author: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The hash of what was exported under a key, and since when it is so (milliseconds since the epoch)."""

    key: str
    hash: str
    at: int


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export.

    `notes` stand in the order in which their cards are to be learnt. `media` is the folder that cards name pictures
    from. `contents` is the newest journalled Content of each key: a note's id, a prompt's card id or `notetype:NAME`.
    `now` is in milliseconds since the epoch.
    """

    notes: tuple[Note, ...]
    types: NoteTypes
    decks: Mapping[str, DeckAbout]
    media: Path | None
    contents: Mapping[str, Content]
    now: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. `changed` is for the journal: what differs from `ExportRequest.contents`, in order of `at`."""

    notes: int
    cards: int
    decks: int
    media: int
    changed: tuple[Content, ...]
    problems: tuple[Problem, ...]


def abouts(files: Iterable[tuple[str, DeckAbout]]) -> dict[str, DeckAbout]:
    """Deck name to what its files say of it; where several files share a deck, the first that says something counts."""
    found: dict[str, DeckAbout] = {}
    for deck, said in files:
        known = found.get(deck, DeckAbout())
        found[deck] = DeckAbout(
            known.description or said.description, known.author or said.author, known.licence or said.licence
        )
    return found
