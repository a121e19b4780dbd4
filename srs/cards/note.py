"""Notes, prompts and cards as values. Knows nothing of YAML, HTML or files."""

from collections.abc import Mapping

from srs.errors import Problem
from srs.values import field, frozen


@frozen
class Place:
    """Where something stands: path relative to the collection, line and column from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@frozen
class Prompt:
    """One more question on the idea of a note. Its card is `<note>:p-<id>`."""

    id: str
    q: tuple[str, ...]
    a: str
    place: Place


@frozen
class Note:
    """One note as written. `fields` holds the non-empty ones, raw (Markdown or HTML as the type says).

    `quiet` gives the reason for each rule of advice that is not to speak of this note.
    """

    id: str
    pinned: bool
    type: str
    deck: str
    tags: tuple[str, ...]
    fields: Mapping[str, str]
    wordings: tuple[str, ...]
    prompts: tuple[Prompt, ...]
    needs: tuple[str, ...]
    was: tuple[str, ...]
    draft: bool
    cards: tuple[str, ...] | None
    guid: str | None
    origin: str | None
    place: Place
    decks: Mapping[str, str] = field(default_factory=dict)
    quiet: Mapping[str, str] = field(default_factory=dict)

    def deck_of(self, template: str) -> str:
        """The deck of the card with this name: `decks` has those that lie elsewhere than the note."""
        return self.decks.get(template, self.deck)


@frozen
class Card:
    """A card: `<note>:<template>`. `type` is the note type whose templates show it (`prompt` for a prompt)."""

    id: str
    note: str
    type: str
    template: str
    ord: int


@frozen
class DeckFile:
    """One deck file as read: what could be read, and every problem found in it."""

    path: str
    deck: str
    author: str | None
    licence: str | None
    description: str | None
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
