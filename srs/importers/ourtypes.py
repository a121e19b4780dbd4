"""Notes that were added in Anki with a note type of ours: as notes in plain Markdown, like any of ours. Writes nothing.

Anki offers the type that was used last, so this is common. Such a note keeps to its type, since a second type of that
name would push ours aside in Anki.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from export.media import rewrite
from export.notetypes import shape_of
from srs.cards import template
from srs.cards.deck import read_deck
from srs.cards.faces import cards_of
from srs.cards.frommarkup import edited_text
from srs.cards.note import Note, Place
from srs.cards.notetype import NoteType, NoteTypes, gate
from srs.importers import foreigndecks as decks
from srs.importers.anki.package import AnkiNote, AnkiType


@dataclass(frozen=True, slots=True)
class Plain:
    """What a note says here: texts by field, and `cards:` where the note there has hidden fields that pick some.

    `dropped`: what Anki's version has and the texts have not.
    """

    type: NoteType
    fields: Mapping[str, str]
    cards: tuple[str, ...] | None
    dropped: tuple[str, ...]


def of_ours(kinds: Mapping[int, AnkiType], here: NoteTypes) -> dict[int, NoteType]:
    """Which of Anki's types are ours as we export them, by Anki's id."""
    shapes = {shape.id: (shape, kind) for kind in here.values() if not kind.foreign for shape in [shape_of(kind)]}
    found = {}
    for number, there in kinds.items():
        if number in shapes:
            shape, kind = shapes[number]
            same = [name for name, _ in shape.fields] == [each.name for each in there.fields]
            if same and shape.cloze == there.cloze and len(shape.templates) == len(there.templates):
                found[number] = kind
    return found


def plain(note: AnkiNote, kind: NoteType, types: NoteTypes, media: Callable[[str], str]) -> Plain | None:
    """What `note` is in plain text; None where it says anything that no note of `kind` can say.

    `media` gives the name that a file has here.
    """
    html = dict(zip((name for name, _ in shape_of(kind).fields), note.fields, strict=True))
    own = {each.name: each for each in kind.fields if each.derived is None}
    gates = {gate(each.id): each for each in kind.templates}
    if kind.marker is None or any(text for name, text in html.items() if name not in own and name not in gates):
        return None
    fields: dict[str, str] = {}
    dropped: set[str] = set()
    asked = {name for each in kind.templates for name in template.cloze_names(template.parse(each.front))}
    for name, field in own.items():
        if not html[name]:
            continue
        made = edited_text("", rewrite(html[name], media), field.kind, cloze=kind.cloze and name in asked)
        if made.text is None or made.refused:
            return None
        dropped.update(made.dropped)
        if made.text:
            fields[name] = made.text
    picked = tuple(each.id for name, each in gates.items() if html.get(name))
    found = _note(kind, fields, None)
    if picked and picked != tuple(card.template for card in cards_of(found, types)):
        found = _note(kind, fields, picked)
    return Plain(kind, fields, found.cards, tuple(sorted(dropped))) if _reads(found, kind.marker, types) else None


def _note(kind: NoteType, fields: Mapping[str, str], cards: tuple[str, ...] | None) -> Note:
    return Note(
        id="n", pinned=True, type=kind.name, deck="n", tags=(), fields=dict(fields), wordings=(), prompts=(), needs=(),
        was=(), draft=False, cards=cards, guid=None, origin=None, place=Place("", 1, 1),
    )  # fmt: skip


def _reads(note: Note, marker: str, types: NoteTypes) -> bool:
    """Whether a deck file with the note says just this, without an error."""
    home = decks.Home("", note.deck, notes=[note])
    read = read_deck("", decks.new_file(home, "", {note.type: marker}), types)
    if any(problem.severity == "error" for problem in read.problems) or len(read.notes) != 1:
        return False
    back = read.notes[0]
    return (back.type, dict(back.fields), back.cards) == (note.type, dict(note.fields), note.cards)
