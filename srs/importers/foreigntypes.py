"""Note types of Anki as ours: names, ids of templates, and which of them are here already. Knows no files."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from export.notetypes import LATEX_POST, LATEX_PRE
from export.stable import stable_id
from srs.cards.exact import scrubbed
from srs.cards.identity import dashed
from srs.cards.notetype import Field, FieldInAnki, NoteType, NoteTypes, Template, TemplateInAnki, TypeInAnki
from srs.importers.anki.package import AnkiField, AnkiTemplate, AnkiType

_LONGEST = 60  # characters of a template's id


@dataclass(frozen=True, slots=True)
class Taken:
    """Anki's types as ours: `types` by Anki's id, `new` those to be written, `told` what is not as it was there."""

    types: Mapping[int, NoteType]
    new: tuple[NoteType, ...]
    told: tuple[str, ...]


def take_types(kinds: Iterable[AnkiType], here: NoteTypes) -> Taken:
    """The types of a package beside those that are `here`.

    A type that came in before is found by Anki's id. It stays as it is here, unless the package's has fields or
    templates besides; where it lacks some that are here, it comes in as another type.
    """
    known = {kind.anki_id: kind for kind in here.values() if kind.anki_id}
    names = set(here)
    reserved = {(kind.anki_name or kind.name).casefold() for kind in here.values() if not kind.foreign}
    types: dict[int, NoteType] = {}
    new: list[NoteType] = []
    told: list[str] = []
    for kind in kinds:
        number = kind.id if _fits(kind, known.get(kind.id)) else stable_id(f"foreign:{kind.id}:{kind.name}")
        mine = known.get(number)
        made, words = as_notetype(kind, mine)
        made = replace(made, anki_id=number)
        if made.anki_name.casefold() in reserved:
            made = _renamed(made, mine, reserved)
            told += [] if mine is not None else [_as_ours(kind.name, made)]
        types[kind.id] = made
        told += words
        if mine is not None and _build(made) == _build(mine):
            types[kind.id] = mine
            if made != mine:
                told.append(f"the note type {made.anki_name!r} is not as in the package here, and stays as it is")
            continue
        if mine is not None:
            told.append(f"the note type {made.anki_name!r} has more in the package than here, and is as there now")
        else:
            if number != kind.id and known[kind.id].foreign:
                told.append(_apart(made, known[kind.id]))
            types[kind.id] = made = replace(made, name=_free(made.name, names))
        told += _namesakes(made, [*here.values(), *new])
        names.add(made.name)
        new.append(made)
    return Taken(types, tuple(new), tuple(told))


def _fits(kind: AnkiType, mine: NoteType | None) -> bool:
    """Whether a type of the package may be the one that has its id here, or there is none."""
    if mine is None:
        return True
    made, _ = as_notetype(kind, mine)
    return mine.foreign and (_build(made) == _build(mine) or _has_all(made, mine))


def _renamed(made: NoteType, mine: NoteType | None, reserved: Collection[str]) -> NoteType:
    """Another name than that of a type of ours: Anki would call one of the two otherwise, and might choose ours."""
    if mine is not None:
        return replace(made, anki_name=mine.anki_name)
    number = 2
    while (name := f"{made.anki_name} {number}").casefold() in reserved:
        number += 1
    return replace(made, name=name, anki_name=name)


def _as_ours(name: str, made: NoteType) -> str:
    return (
        f"the note type {name!r} has the name of one of ours, so it is {made.anki_name!r} here; notes of it that"
        " Anki has are not updated there"
    )


def _apart(made: NoteType, other: NoteType) -> str:
    return (
        f"the note type {made.anki_name!r} has the id of another one here, `{other.name}`, and not its fields: it comes"
        " in with an id of its own, so that Anki, where it has notes of it, will not take them for these"
    )


def _namesakes(made: NoteType, others: Iterable[NoteType]) -> list[str]:
    """What to say of a type that has the name of another one in Anki, where a name is one type's alone."""
    key = (made.anki_name or made.name).casefold()
    for other in others:
        if other.name != made.name and (other.anki_name or other.name).casefold() == key:
            return [
                f"the note type {made.anki_name!r} is another one than `{other.name}` and has its name in Anki; there,"
                " one of them will be called otherwise"
            ]
    return []


def as_notetype(kind: AnkiType, mine: NoteType | None = None) -> tuple[NoteType, list[str]]:
    """Anki's type as one of ours, and what had to be changed, in words. `mine`: it as it came in before."""
    told: list[str] = []
    fields = _fields(kind, told)
    sort = fields[kind.sort_field].name if 0 < kind.sort_field < len(fields) else ""
    pre, post = scrubbed(kind.latex_pre), scrubbed(kind.latex_post)
    name = scrubbed(kind.name) or "type"
    made = NoteType(
        name=mine.name if mine is not None else name,
        marker=None,
        cloze=kind.cloze,
        fields=fields,
        templates=_templates(kind.templates, mine.templates if mine is not None else ()),
        css=scrubbed(kind.css),
        anki_id=kind.id,
        anki_name=name,
        foreign=True,
        in_anki=TypeInAnki(
            sort,
            None if pre == LATEX_PRE else pre,
            None if post == LATEX_POST else post,
            kind.latex_svg,
            kind.stock,
        ),
    )
    return made, told


def _fields(kind: AnkiType, told: list[str]) -> tuple[Field, ...]:
    names: set[str] = set()
    fields = []
    for number, each in enumerate(kind.fields, 1):
        name = scrubbed(each.name) or f"Field {number}"
        while name in names:
            name += "+"  # as Anki itself does
        if name != each.name:
            told.append(f"field {number} of the note type {kind.name!r} is called {name!r} here, not {each.name!r}")
        names.add(name)
        fields.append(Field(name, "html", False, (), None, each.id or 0, (), _field_in_anki(each)))
    return tuple(fields)


def _field_in_anki(each: AnkiField) -> FieldInAnki:
    return FieldInAnki(
        each.rtl,
        each.sticky,
        scrubbed(each.font),
        each.size,
        scrubbed(each.description),
        each.plain_text,
        each.collapsed,
        each.unsearched,
        each.tag,
        each.kept,
    )


def _templates(there: tuple[AnkiTemplate, ...], mine: tuple[Template, ...]) -> tuple[Template, ...]:
    """Templates with ids of ours: those they came in with before, else made of their names."""
    by_number = {each.anki_id: each.id for each in mine if each.anki_id}
    by_name = {each.name: each.id for each in mine}
    ids: set[str] = set()
    found = []
    for each in there:
        name = scrubbed(each.name) or "card"
        known = by_number.get(each.id or 0) or by_name.get(name)
        wanted = known or dashed(name)[:_LONGEST].strip("-") or "card"
        # `c1` and `p-…` are the cards of clozes and prompts.
        if not known and (wanted.startswith("p-") or (wanted[0] == "c" and wanted[1:].isdigit())):
            wanted = f"t-{wanted}"
        ident = _free(wanted, ids, "-")
        ids.add(ident)
        in_anki = TemplateInAnki(
            scrubbed(each.browser_front),
            scrubbed(each.browser_back),
            scrubbed(each.browser_font),
            each.browser_size,
            each.deck or 0,
        )
        found.append(Template(ident, name, scrubbed(each.front), scrubbed(each.back), True, each.id or 0, in_anki))
    return tuple(found)


def _free(name: str, taken: Collection[str], gap: str = " ") -> str:
    number = 1
    while (found := name if number == 1 else f"{name}{gap}{number}") in taken:
        number += 1
    return found


def _build(kind: NoteType) -> tuple[object, ...]:
    """What must be alike for notes of one to be notes of the other, in Anki too."""
    return kind.cloze, tuple(each.name for each in kind.fields), tuple(each.id for each in kind.templates)


def _has_all(new: NoteType, old: NoteType) -> bool:
    """Whether notes of the old type could be of the new one as they are written."""
    fields, templates = {each.name for each in new.fields}, {each.id for each in new.templates}
    return (
        new.cloze == old.cloze
        and fields.issuperset(each.name for each in old.fields)
        and templates.issuperset(each.id for each in old.templates)
    )
