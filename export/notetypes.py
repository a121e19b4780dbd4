"""Note types in Anki's shape: field order, gates, spares, frozen ids. Knows nothing of notes or files.

Anki matches a note type by its id and fields and templates by theirs. A field more or less, or one moved, makes a
second type beside the learner's ("Concept (srs)+"), and the notes there stop being updated. Hence four spare fields
from the first day, and a test that holds names, ids and order against what was once published. A field that is added
later names the id of a spare as its own and stands where that stood.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from export.stable import stable_id
from srs.cards import faces
from srs.cards.notetype import FieldInAnki, NoteType, TemplateInAnki, TypeInAnki, gates

LATEX_PRE = (
    "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n\\usepackage[utf8]{inputenc}\n"
    "\\usepackage{amssymb,amsmath}\n\\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n"
)
"""What Anki puts around the LaTeX of a card unless its type says otherwise; and after it."""
LATEX_POST = "\\end{document}"
SPARES = ("spare1", "spare2", "spare3", "spare4")


@dataclass(frozen=True, slots=True)
class Shape:
    """What Anki holds a type to.

    `fields` in order as (name, id or None), `templates` as (name, id or None, front, back). `unseen` names the fields
    that nobody edits: gates and spares. The last three are what Anki keeps besides, of fields and templates in order.
    """

    id: int
    name: str
    fields: tuple[tuple[str, int | None], ...]
    templates: tuple[tuple[str, int | None, str, str], ...]
    unseen: tuple[str, ...]
    sort_field: int
    cloze: bool
    css: str
    in_anki: TypeInAnki
    fields_in_anki: tuple[FieldInAnki, ...]
    templates_in_anki: tuple[TemplateInAnki, ...]


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
    kept = {field.name: field.in_anki for field in kind.fields}
    # What is only machinery stays folded in Anki's editor.
    folded = FieldInAnki(collapsed=True, unsearched=True)
    unseen = tuple(name for name, _ in extra if name in unseen)
    sorts = kind.in_anki.sort_field or kind.marker
    return Shape(
        id=kind.anki_id or stable_id(f"notetype:{kind.name}"),
        name=kind.anki_name or kind.name,
        fields=tuple(fields),
        templates=templates,
        unseen=unseen,
        sort_field=names.index(sorts) if sorts in names else 0,
        cloze=kind.cloze,
        css=kind.css,
        in_anki=kind.in_anki,
        fields_in_anki=tuple(folded if name in unseen else kept[name] for name in names),
        templates_in_anki=tuple(template.in_anki for template in kind.templates),
    )


def _own_id(kind: NoteType, part: str, name: str) -> int | None:
    return None if kind.foreign else stable_id(f"{part}:{kind.name}:{name}")


def type_hash(kind: NoteType) -> str:
    """16 hex digits that change when the type's text, style or shape does."""
    shape = shape_of(kind)
    told = [shape.name, shape.fields, shape.templates, shape.sort_field, shape.cloze, shape.css]
    # Only where there is something, so that types which have none of it keep the hash that they always had.
    if kept := {name: str(each) for name, each in _kept(kind)}:
        told.append(kept)
    text = json.dumps(told)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _kept(kind: NoteType) -> Iterator[tuple[str, object]]:
    """What Anki keeps of the type, its fields and templates besides their text, where that is not as usual."""
    if kind.in_anki != TypeInAnki():
        yield "", kind.in_anki
    yield from ((f"field {each.name}", each.in_anki) for each in kind.fields if each.in_anki != FieldInAnki())
    yield from ((f"template {each.id}", each.in_anki) for each in kind.templates if each.in_anki != TemplateInAnki())


def model_json(shape: Shape, mod: int) -> dict[str, Any]:
    """The type as genanki writes it. `mod` is in seconds since the epoch."""
    import genanki

    model = genanki.Model(
        shape.id,
        shape.name,
        fields=[_field_json(*field, kept) for field, kept in zip(shape.fields, shape.fields_in_anki, strict=True)],
        templates=[
            _template_json(*template, kept)
            for template, kept in zip(shape.templates, shape.templates_in_anki, strict=True)
        ],
        css=shape.css,
        model_type=genanki.Model.CLOZE if shape.cloze else genanki.Model.FRONT_BACK,
        sort_field_index=shape.sort_field,
    )
    model.latex_pre = LATEX_PRE if shape.in_anki.latex_pre is None else shape.in_anki.latex_pre
    model.latex_post = LATEX_POST if shape.in_anki.latex_post is None else shape.in_anki.latex_post
    # Anki works the required fields out anew; genanki's guess fails on fronts it does not understand.
    model._req = []
    written: dict[str, Any] = model.to_json(mod, None)
    for field in written["flds"]:
        field.pop("media", None)  # genanki's, unknown to Anki, which would keep it for ever
    written["latexsvg"] = shape.in_anki.latex_svg
    if shape.in_anki.stock:
        written["originalStockKind"] = shape.in_anki.stock
    return written


def _field_json(name: str, number: int | None, kept: FieldInAnki) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": name,
        "font": kept.font,
        "size": kept.size,
        "rtl": kept.rtl,
        "sticky": kept.sticky,
        "description": kept.description,
        "plainText": kept.plain_text,
        "collapsed": kept.collapsed,
        "excludeFromSearch": kept.unsearched,
    }
    if kept.tag is not None:
        field["tag"] = kept.tag
    if kept.kept:
        field["preventDeletion"] = True
    return field if number is None else {**field, "id": number}


def _template_json(name: str, number: int | None, front: str, back: str, kept: TemplateInAnki) -> dict[str, Any]:
    template: dict[str, Any] = {
        "name": name,
        "qfmt": front,
        "afmt": back,
        "bqfmt": kept.browser_front,
        "bafmt": kept.browser_back,
        "bfont": kept.browser_font,
        "bsize": kept.browser_size,
        "did": kept.deck or None,
    }
    return template if number is None else {**template, "id": number}
