"""Note types as values: fields, templates, styling. Knows nothing of where they are stored or how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["markdown", "code", "html", "text", "date", "choice"]
Derivation = Literal["masked", "opening", "caveat"]
Ignored = Literal["accents", "case"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A field computed from others.

    `masked` hides the words of `using` in `of`; `opening` is the start of `of`; `caveat` says in words that `of` is not
    the first of its choices.
    """

    by: Derivation
    of: str
    using: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field. Kind `code` is Markdown if it holds a fence, else all code. `anki_id` is frozen (0: none given).

    `ignore` is what does not count where the field is typed.
    """

    name: str
    kind: FieldKind
    required: bool
    choices: tuple[str, ...]
    derived: Derived | None
    anki_id: int
    ignore: tuple[Ignored, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One card template in Anki's mustache. `default`: made unless `cards:` picks otherwise."""

    id: str
    name: str
    front: str
    back: str
    default: bool
    anki_id: int


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type. `marker` is the field whose key in a deck names the type (None for foreign types)."""

    name: str
    marker: str | None
    cloze: bool
    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    css: str
    anki_id: int
    anki_name: str
    foreign: bool


def gate(template: str) -> str:
    """The field that says whether a note has the card of this template."""
    return f"card_{template}"


def gates(kind: NoteType) -> tuple[str, ...]:
    """The fields that say which cards a note has: none for cloze and foreign types. Templates may ask for them."""
    return () if kind.cloze or kind.foreign else tuple(gate(each.id) for each in kind.templates)


NoteTypes = Mapping[str, NoteType]
