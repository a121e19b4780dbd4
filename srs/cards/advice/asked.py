"""What each card of a note asks and takes for an answer, as text: what the rules of advice look at.

Of the built-in types the fields say it, which needs no Markdown; of any other type, the two sides of the card. A card
whose question has several wordings is asked once in each.
"""

import re
from collections.abc import Iterator
from typing import Literal

from srs.cards import cloze
from srs.cards.faces import cards_of, face
from srs.cards.note import Card, Note, Place
from srs.cards.notetype import NoteTypes
from srs.values import frozen

Kind = Literal["question", "slot", "name", "quote", "cloze"]
"""A question that a person wrote; a slot of a note that its type asks for; the name of what is described; words of
somebody else; a gap."""

GAP = "____"
_ASKED = re.compile(r'<span class="cloze" [^>]*>.*?</span>', re.DOTALL)
_SPAN = re.compile(r"</?span[^>]*>")
_SLOTS = {
    "definition": "What is {}?",
    "mental_model": "A mental model for {}?",
    "mistake": "What do people get wrong about {}?",
    "code": "What does {} look like in code?",
    "example": "An example of {}?",
    "next_step": "What to do next about {}?",
}


@frozen
class Asked:
    """One card in one wording. `place` is where it is written: its prompt, or its note."""

    card: str
    note: Note
    place: Place
    kind: Kind
    question: str
    answer: str


def asked(note: Note, types: NoteTypes) -> tuple[Asked, ...]:
    """All cards of a note, a draft's too, in order."""
    return tuple(each for card in cards_of(note, types) for each in _asked(note, card, types))


def _asked(note: Note, card: Card, types: NoteTypes) -> Iterator[Asked]:
    prompt = next((each for each in note.prompts if card.template == f"p-{each.id}"), None)
    if prompt is not None:
        for q in prompt.q:
            yield Asked(card.id, note, prompt.place, "question", q, prompt.a)
        return
    for kind, question, answer in _sides(note, card.template, types):
        yield Asked(card.id, note, note.place, kind, question, answer)


def _sides(note: Note, template: str, types: NoteTypes) -> Iterator[tuple[Kind, str, str]]:
    fields = note.fields
    match note.type, template:
        case "basic", _:
            for q in note.wordings or (fields["q"],):
                yield "question", q, fields["a"]
        case "typed", _:
            for q in note.wordings or (fields["ask"],):
                yield "question", q, fields["answer"]
        case "both", "forward":
            yield "slot", f"What does {fields['term']} mean?", fields["means"]
        case "both", _:
            yield "name", fields["means"], fields["term"]
        case "concept", "name":
            yield "name", fields["definition"], fields["concept"]
        case "concept", slot:
            yield "slot", _SLOTS[slot].format(fields["concept"]), fields[slot]
        case "quote", "meaning":
            yield "slot", fields["quote"], fields["meaning"]
        case "quote", _:
            yield "quote", fields["quote"], fields.get("by", "")
        case "cloze", _:
            yield "cloze", *gapped(fields["cloze"], int(template[1:]))
        case _:
            yield from _shown(note, template, types)


def gapped(text: str, number: int) -> tuple[str, str]:
    """The text of a cloze with the gaps of one number, and what stands in them."""
    shown = _ASKED.sub(GAP, cloze.front(text, number))
    return _SPAN.sub("", shown), " … ".join(cloze.hidden(text, number))


def _shown(note: Note, template: str, types: NoteTypes) -> Iterator[tuple[Kind, str, str]]:
    """A card of a type of the user's own, or of another program, as it is read on the screen."""
    from srs.cards.plain import to_text

    if types[note.type].cloze:
        texts = [to_text(text) for text in note.fields.values() if cloze.numbers(text)]
        yield "cloze", *gapped("\n\n".join(texts), int(template[1:]))
    else:
        sides = face(note, types, template)
        yield "question", to_text(sides.front), to_text(sides.answer)
