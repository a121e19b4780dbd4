"""Note types as values: fields, templates, styling. Knows nothing of where they are stored or how they are drawn."""

from collections.abc import Mapping
from typing import Literal

from srs.values import frozen

FieldKind = Literal["markdown", "code", "html", "text", "date", "choice"]
Derivation = Literal["masked", "opening", "caveat"]
Ignored = Literal["accents", "case"]


@frozen
class Derived:
    """A field computed from others.

    `masked` hides the words of `using` in `of`; `opening` is the start of `of`; `caveat` says in words that `of` is not
    the first of its choices.
    """

    by: Derivation
    of: str
    using: str | None = None


@frozen
class FieldInAnki:
    """How Anki's editor and browser treat a field. Nothing here depends on it; it comes in and goes out as it is.

    `tag` says which field of one of Anki's own types it is, and `kept` that it cannot be deleted there.
    """

    rtl: bool = False
    sticky: bool = False
    font: str = "Arial"
    size: int = 20
    description: str = ""
    plain_text: bool = False
    collapsed: bool = False
    unsearched: bool = False
    tag: int | None = None
    kept: bool = False


@frozen
class TemplateInAnki:
    """What a template looks like in Anki's browser, and Anki's id of the deck that its cards are put into (0: none)."""

    browser_front: str = ""
    browser_back: str = ""
    browser_font: str = ""
    browser_size: int = 0
    deck: int = 0


@frozen
class TypeInAnki:
    """What else Anki keeps of a type: the field it sorts by (empty: the usual one), how it makes pictures of LaTeX.

    `latex_pre` and `latex_post` None: Anki's own. `stock`: which of Anki's own types it was made of.
    """

    sort_field: str = ""
    latex_pre: str | None = None
    latex_post: str | None = None
    latex_svg: bool = False
    stock: int = 0


@frozen
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
    in_anki: FieldInAnki = FieldInAnki()


@frozen
class Template:
    """One card template in Anki's mustache. `default`: made unless `cards:` picks otherwise."""

    id: str
    name: str
    front: str
    back: str
    default: bool
    anki_id: int
    in_anki: TemplateInAnki = TemplateInAnki()


@frozen
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
    in_anki: TypeInAnki = TypeInAnki()


def gate(template: str) -> str:
    """The field that says whether a note has the card of this template."""
    return f"card_{template}"


def gates(kind: NoteType) -> tuple[str, ...]:
    """The fields that say which cards a note has: none for cloze and foreign types. Templates may ask for them."""
    return () if kind.cloze or kind.foreign else tuple(gate(each.id) for each in kind.templates)


NoteTypes = Mapping[str, NoteType]
