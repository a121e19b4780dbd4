"""Note types as values: fields, templates, styling. Knows nothing of where they are stored or how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["markdown", "html", "text", "date", "choice"]
Derivation = Literal["masked", "opening"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A field computed from others: `masked` hides the words of `using` in `of`; `opening` is the start of `of`."""

    by: Derivation
    of: str
    using: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `anki_id` is the field's frozen id in Anki packages (0: none given)."""

    name: str
    kind: FieldKind
    required: bool
    choices: tuple[str, ...]
    derived: Derived | None
    anki_id: int


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


NoteTypes = Mapping[str, NoteType]
