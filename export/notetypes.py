"""Note types in Anki's shape: field order, gates, spares, frozen ids. Knows nothing of notes or files.

Anki matches a note type by its id and fields and templates by theirs. A field more or less, or one moved, makes a
second type beside the learner's ("Concept (srs)+"), and the notes there stop being updated. Hence four spare fields
from the first day, and a test that holds names, ids and order against what was once published. A field that is added
later names the id of a spare as its own and stands where that stood.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from export.stable import stable_id
from srs.cards import faces
from srs.cards.notetype import NoteType, gates

SPARES = ("spare1", "spare2", "spare3", "spare4")


@dataclass(frozen=True, slots=True)
class Shape:
    """What Anki holds a type to.

    `fields` in order as (name, id or None), `templates` as (name, id or None, front, back). `unseen` names the fields
    that nobody edits: gates and spares.
    """

    id: int
    name: str
    fields: tuple[tuple[str, int | None], ...]
    templates: tuple[tuple[str, int | None, str, str], ...]
    unseen: tuple[str, ...]
    sort_field: int
    cloze: bool
    css: str


def shape_of(kind: NoteType) -> Shape:
    """The type as it goes into packages. A foreign one keeps its fields; ours get gates and spares, and ids for all."""
    unseen = () if kind.foreign else (*gates(kind), *SPARES)
    added = {field.anki_id: field.name for field in kind.fields}
    fields = [(field.name, field.anki_id or _own_id(kind, "field", field.name)) for field in kind.fields]
    extra = [(added.get(number or 0, name), number) for name in unseen for number in [_own_id(kind, "field", name)]]
    fields = [field for field in fields if field not in extra] + extra
    templates = tuple(
        (
            template.name,
            template.anki_id or _own_id(kind, "template", template.id),
            faces.gated_front(kind, template),
            template.back,
        )
        for template in kind.templates
    )
    names = [name for name, _ in fields]
    return Shape(
        id=kind.anki_id or stable_id(f"notetype:{kind.name}"),
        name=kind.anki_name or kind.name,
        fields=tuple(fields),
        templates=templates,
        unseen=tuple(name for name, _ in extra if name in unseen),
        sort_field=names.index(kind.marker) if kind.marker in names else 0,
        cloze=kind.cloze,
        css=kind.css,
    )


def _own_id(kind: NoteType, part: str, name: str) -> int | None:
    return None if kind.foreign else stable_id(f"{part}:{kind.name}:{name}")


def type_hash(kind: NoteType) -> str:
    """16 hex digits that change when the type's text, style or shape does."""
    shape = shape_of(kind)
    text = json.dumps([shape.name, shape.fields, shape.templates, shape.sort_field, shape.cloze, shape.css])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def model_json(shape: Shape, mod: int) -> dict[str, Any]:
    """The type as genanki writes it. `mod` is in seconds since the epoch."""
    import genanki

    model = genanki.Model(
        shape.id,
        shape.name,
        fields=[_field_json(name, number, name in shape.unseen) for name, number in shape.fields],
        templates=[_template_json(*template) for template in shape.templates],
        css=shape.css,
        model_type=genanki.Model.CLOZE if shape.cloze else genanki.Model.FRONT_BACK,
        sort_field_index=shape.sort_field,
    )
    # Anki works the required fields out anew; genanki's guess fails on fronts it does not understand.
    model._req = []
    written: dict[str, Any] = model.to_json(mod, None)
    return written


def _field_json(name: str, number: int | None, unseen: bool) -> dict[str, Any]:
    # What is only machinery stays folded in Anki's editor.
    field: dict[str, Any] = {"name": name, "font": "Arial", "collapsed": unseen, "excludeFromSearch": unseen}
    return field if number is None else {**field, "id": number}


def _template_json(name: str, number: int | None, front: str, back: str) -> dict[str, Any]:
    template: dict[str, Any] = {"name": name, "qfmt": front, "afmt": back}
    return template if number is None else {**template, "id": number}
