"""Note and type to cards, to the HTML of fields, to the two sides of a card. Knows nothing of files or screens.

Which cards a note makes is decided without Markdown, from which fields hold something, so it is quick. A note of a type
of our own exports a field `card_<template>` for each template, "1" or empty, and the fronts ask for it: so `cards:`
holds in Anki as it does here.
"""

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from srs.cards import cloze, derived, template
from srs.cards.face import Face as Face
from srs.cards.face import prompt_of
from srs.cards.face import wordings as wordings
from srs.cards.note import Card, Note, Prompt
from srs.cards.notetype import Derived, Field, NoteType, NoteTypes, Template, gate, gates
from srs.errors import SrsError
from srs.values import frozen

PROMPT = "prompt"

_ANSWER = re.compile(r"<hr\s+id=[\"']?answer[\"']?\s*/?>", re.IGNORECASE)
_CAVEATS = {"near": "Nearly word for word", "paraphrase": "A paraphrase, not the exact words"}


@frozen
class Sheet:
    """What one Anki note holds: `fields` are HTML by name, in the type's order, then the gates."""

    id: str
    type: NoteType
    fields: dict[str, str]
    cards: tuple[Card, ...]


@frozen
class Typed:
    """An answer to be typed: the field it stands in, the right one as plain text, whether accents and case count."""

    field: str
    expected: str
    accents: bool
    case: bool


def cards_of(note: Note, types: NoteTypes) -> tuple[Card, ...]:
    """The note's cards, a draft's too: its templates in order, then its prompts. `ord` counts within a sheet."""
    kind = types.get(note.type)
    if kind is None or withheld(note) is not None:
        return ()
    return _own_cards(note, kind) + tuple(_prompt_card(note, prompt) for prompt in note.prompts)


def withheld(note: Note) -> str | None:
    """Why a note makes no card whatever it holds, in words; None where nothing is held back."""
    if note.type == "quote" and note.fields.get("fidelity") == "unverified":
        return "an unverified quote makes no card"
    return None


def sheets(note: Note, types: NoteTypes) -> tuple[Sheet, ...]:
    """The note itself if it makes cards, then one sheet for each prompt (id `<note>:p-<prompt>`, type `prompt`)."""
    kind = types.get(note.type)
    if kind is None or withheld(note) is not None:
        return ()
    own = _own_cards(note, kind)
    found = [Sheet(note.id, kind, _sheet_fields(note, kind, own), own)] if own else []
    for prompt in note.prompts:
        card = _prompt_card(note, prompt)
        fields = _prompt_fields(note, prompt, types, 0)
        found.append(Sheet(card.id, types[PROMPT], fields, (card,)))
    return tuple(found)


def face(note: Note, types: NoteTypes, card: str, wording: int = 0) -> Face:
    """The two sides of a card, by its id or its template's; `wording` turns with each showing. Raises SrsError."""
    name = card.rpartition(":")[2]
    prompt = prompt_of(note, name)
    if note.type in types and prompt is not None:
        shown = types[PROMPT]
        return _sides(note, shown, shown.templates[0], _prompt_fields(note, prompt, types, wording), None)
    kind, found, number = _template_of(note, types, name)
    return _face(note, kind, found, wording, number)


def typed_field(note: Note, types: NoteTypes, card: str) -> Typed | None:
    """What is to be typed on a card, by its id or its template's; None where nothing is. Raises SrsError."""
    name = card.rpartition(":")[2]
    if prompt_of(note, name) is not None:
        return None
    kind, each, number = _template_of(note, types, name)
    if "type" not in each.front:
        return None
    front = template.parse(gated_front(kind, each))
    fields = _shown_fields(note, kind, each, template.names(front), 0)
    blank = template.typed(front, {**_about(note, kind, each, number), **fields}, number=number)
    if blank is None:
        return None
    from srs.cards.typed import expected_text

    ignored = next((field.ignore for field in kind.fields if field.name == blank.field), ())
    accents = blank.accents and "accents" not in ignored
    return Typed(blank.field, expected_text(blank.html), accents, "case" not in ignored)


def _template_of(note: Note, types: NoteTypes, name: str) -> tuple[NoteType, Template, int | None]:
    """The template that shows a card of the note itself, and the number of the cloze that it asks."""
    kind = types.get(note.type)
    if kind is not None and kind.cloze and re.fullmatch("c[0-9]{1,3}", name):
        return kind, kind.templates[0], int(name[1:])
    found = next((each for each in kind.templates if each.id == name), None) if kind is not None else None
    if kind is None or found is None or kind.cloze:
        raise SrsError(f"there is no card `{note.id}:{name}`")
    return kind, found, None


def gated_front(kind: NoteType, each: Template) -> str:
    """The front as every skin and Anki use it: inside its gate, where the type has gates."""
    if kind.cloze or kind.foreign:
        return each.front
    return f"{{{{#{gate(each.id)}}}}}{each.front}{{{{/{gate(each.id)}}}}}"


def _own_cards(note: Note, kind: NoteType) -> tuple[Card, ...]:
    if kind.cloze:
        found = cloze.numbers(" ".join(_cloze_texts(note, kind)))
        return tuple(Card(f"{note.id}:c{number}", note.id, kind.name, f"c{number}", number - 1) for number in found)
    nonempty = _nonempty(note, kind)
    return tuple(
        Card(f"{note.id}:{each.id}", note.id, kind.name, each.id, index)
        for index, each in enumerate(kind.templates)
        if (each.default if note.cards is None else each.id in note.cards)
        and template.has_content(template.parse(each.front), nonempty)
    )


def _prompt_card(note: Note, prompt: Prompt) -> Card:
    return Card(f"{note.id}:p-{prompt.id}", note.id, PROMPT, f"p-{prompt.id}", 0)


def _cloze_texts(note: Note, kind: NoteType) -> Iterator[str]:
    # Anki looks for numbers in every field; ours may hold markers only where a template shows them.
    names = None if kind.foreign else _cloze_fields(kind)
    return (text for name, text in note.fields.items() if names is None or name in names)


def _cloze_fields(kind: NoteType) -> frozenset[str]:
    if not kind.cloze:
        return frozenset()
    return frozenset[str]().union(*(template.cloze_names(template.parse(each.front)) for each in kind.templates))


def _nonempty(note: Note, kind: NoteType) -> set[str]:
    """The fields with something in them, special ones too."""
    blank = template.is_blank if kind.foreign else _is_blank
    found = {name for name, text in note.fields.items() if not blank(text)}
    found.update(field.name for field in kind.fields if field.derived and _derives(note, kind, field.derived))
    found.update(("Deck", "Subdeck", "Card", "Type"))
    if note.tags:
        found.add("Tags")
    return found


def _is_blank(text: str) -> bool:
    """Whether a field as written becomes HTML that counts as empty: Markdown drops white space of every script."""
    return not text.strip() or template.is_blank(text)


def _derives(note: Note, kind: NoteType, way: Derived) -> bool:
    text = note.fields.get(way.of, "")
    if _is_blank(text):
        return False
    if way.by == "masked":
        return not _is_blank(note.fields.get(way.using or "", ""))
    if way.by == "opening":
        return derived.words(text) >= derived.FEWEST_WORDS
    return bool(_caveat(text, _choices(kind, way.of)))


def _sheet_fields(note: Note, kind: NoteType, cards: Iterable[Card]) -> dict[str, str]:
    fields = _fields(note, kind, {field.name for field in kind.fields}, 0)
    return fields | _gate_fields(kind, cards)


def _gate_fields(kind: NoteType, cards: Iterable[Card]) -> dict[str, str]:
    made = {gate(card.template) for card in cards}
    return {name: "1" if name in made else "" for name in gates(kind)}


def _fields(note: Note, kind: NoteType, names: Collection[str], wording: int) -> dict[str, str]:
    """The HTML of the named fields, in the type's order."""
    marked = {field.name for field in kind.fields} if kind.foreign else _cloze_fields(kind)

    def made(field: Field) -> str:
        if field.derived is not None:
            return _derived_html(note, kind, field.derived, raw)
        return raw(field)

    def raw(field: Field) -> str:
        text = note.fields.get(field.name, "")
        if field.name == kind.marker and note.wordings:
            text = note.wordings[wording % len(note.wordings)]
        return _html(text, field, field.name in marked)

    return {field.name: made(field) for field in kind.fields if field.name in names}


def _html(text: str, field: Field, marked: bool) -> str:
    if not text or field.kind == "html":
        return text
    from srs.cards import markup

    return markup.to_html(text, field.kind, cloze=marked)


def _prompt_fields(note: Note, prompt: Prompt, types: NoteTypes, wording: int) -> dict[str, str]:
    kind, shown = types[note.type], types[PROMPT]
    texts = {"q": prompt.q[wording % len(prompt.q)], "a": prompt.a}
    fields = {field.name: _html(texts.get(field.name, ""), field, False) for field in shown.fields}
    about = _fields(note, kind, {kind.marker or "", "source"}, 0)
    fields["idea"] = cloze.plain(about.get(kind.marker or "", ""))
    fields["source"] = about.get("source", "")
    return fields | dict.fromkeys(gates(shown), "1")


def _derived_html(note: Note, kind: NoteType, way: Derived, made: Callable[[Field], str]) -> str:
    if not _derives(note, kind, way):
        return ""
    if way.by == "caveat":
        return html.escape(_caveat(note.fields[way.of], _choices(kind, way.of)))
    from srs.cards import markup, plain

    of, using = (made(field) for name in (way.of, way.using or way.of) for field in kind.fields if field.name == name)
    if way.by == "masked":
        return derived.masked(of, plain.to_text(using))
    return markup.to_html(derived.opening(plain.to_text(of)), "text", cloze=False)


def _choices(kind: NoteType, name: str) -> tuple[str, ...]:
    return next((field.choices for field in kind.fields if field.name == name), ())


def _caveat(choice: str, choices: tuple[str, ...]) -> str:
    """A choice in words, unless it is the usual one, which is the first."""
    return "" if choice in choices[:1] else _CAVEATS.get(choice, choice)


def _face(note: Note, kind: NoteType, each: Template, wording: int, number: int | None) -> Face:
    names = template.names(template.parse(each.front)) | template.names(template.parse(each.back))
    return _sides(note, kind, each, _shown_fields(note, kind, each, names, wording), number)


def _shown_fields(note: Note, kind: NoteType, each: Template, names: Collection[str], wording: int) -> dict[str, str]:
    fields = _fields(note, kind, names, wording) | _gate_fields(kind, _own_cards(note, kind))
    if gates(kind):  # a card is shown as long as it is known, also when the note no longer asks for it
        fields[gate(each.id)] = "1"
    return fields


def _about(note: Note, kind: NoteType, each: Template, number: int | None) -> dict[str, str]:
    """The special names of a template."""
    deck = note.deck_of(each.id if number is None else f"c{number}")
    return {
        "Tags": html.escape(" ".join(note.tags)),
        "Deck": html.escape(deck),
        "Subdeck": html.escape(deck.rpartition("::")[2]),
        "Card": html.escape(each.name),
        "Type": html.escape(kind.anki_name or kind.name),
    }


def _sides(note: Note, kind: NoteType, each: Template, fields: Mapping[str, str], number: int | None) -> Face:
    known = {**_about(note, kind, each, number), **fields}
    front = template.render(template.parse(gated_front(kind, each)), known, number=number).strip()
    back = template.parse(each.back)
    whole = template.render(back, {**known, "FrontSide": front}, number=number, answer=True).strip()
    # The front is the learner's text and might hold the same rule.
    rule = _ANSWER.search(whole, len(front) if whole.startswith(front) else 0)
    return Face(front, whole, whole[rule.end() :].strip() if rule else whole)
