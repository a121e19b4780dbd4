"""Sections, quotes and headed texts to drafts of notes. Knows how a note is written, not how a lesson is."""

import re
from collections.abc import Iterable

from srs.importers.lesson.code import lost_indentation
from srs.importers.lesson.labels import MAIN, Slot
from srs.importers.lesson.naming import addresses_in, bare_name, name_of
from srs.importers.lesson.sections import Section, slot_name
from srs.importers.lesson.slots import Item
from srs.importers.lesson.values import Draft

SHORT = 25
"""Words that an answer should not have more of; a longer definition is doubted."""
CARD = 40
"""Words up to which a slot makes a card by itself; a longer one is reference, on the back of the others."""
_CODE_LINES = 12
_FIELDS: tuple[Slot, ...] = ("definition", "mental_model", "example", "mistake", "next_step")

Fields = dict[str, str | list[str]]


def concept(section: Section) -> Draft:
    """The draft of a concept: its opening is the definition, each labelled text a slot."""
    doubts = list(section.doubts)
    opening = [*section.opening, *section.slots.get("definition", [])]
    texts = {slot: _joined(section.slots.get(slot, [])) for slot in _FIELDS}
    texts["definition"] = _joined(opening)
    name = _name(section, texts, doubts)
    code = _code(section.code, doubts)
    if labelled := _joined(section.slots.get("code", [])):
        code = "\n\n".join(part for part in (labelled, code) if part)
    fields: Fields = {"concept": name}
    fields.update({slot: text for slot, text in texts.items() if text})
    if code:
        fields["code"] = code
    linked = addresses_in(section.heading.text) if section.heading else []
    if source := "\n\n".join(part for part in (_joined(section.slots.get("source", [])), *linked) if part):
        fields["source"] = source
    if not texts["definition"]:
        doubts.append("It has no definition: write one.")
    elif (words := len(texts["definition"].split())) > SHORT:
        doubts.append(f"The definition is all that stood before the first label, {words} words: write a short one.")
    for slot in MAIN:
        if slot in section.slots and not texts[slot]:
            doubts.append(f"The label for the {slot_name(slot)} has no text.")
    fields["cards"] = _cards(fields)
    lines = [line for item in section.items() for line in (item.block.first_line, item.block.last_line)]
    return Draft("concept", fields, min(lines), max(lines), tuple(doubts))


def quote(item: Item) -> Draft:
    """The draft of a quote. Nobody has compared it with its source, so it says that it is unverified."""
    said = item.quote
    assert said is not None
    fields: Fields = {"quote": said.text, "by": said.by}
    told = {"source": said.source, "work": said.work, "date": said.date, "place": said.place}
    fields.update({name: text for name, text in told.items() if text})
    fields["fidelity"] = "unverified"
    if said.context:
        fields["context"] = said.context
    doubts = []
    if re.search(r"\bparaphras|\battributed|\bapocryph|\badapted|\breportedly", said.context, re.IGNORECASE):
        doubts.append(f"The lesson itself says: {said.context}.")
    if not said.date:
        doubts.append("The lesson does not say when it was said.")
    return Draft("quote", fields, item.block.first_line, item.block.last_line, tuple(doubts))


def headed(heading: Item, items: list[Item]) -> Draft | None:
    """The draft of a heading with text: a question where it asks one, else a concept. None without text."""
    body = _joined(item for item in items if item.kind in ("text", "label") and item.text.strip())
    doubts: list[str] = []
    code = _code([item for item in items if item.kind == "code"], doubts)
    name = bare_name(heading.text)
    lines = [heading.block.first_line, *(item.block.last_line for item in items)]
    if not body and not code:
        return None
    linked = {"source": "\n\n".join(found)} if (found := addresses_in(heading.text)) else {}
    if name.endswith("?"):
        answer = "\n\n".join(part for part in (body, _fenced(code) if code else "") if part)
        return Draft("basic", {"q": name, "a": answer, **linked}, min(lines), max(lines), tuple(doubts))
    fields: Fields = {"concept": name}
    if body:
        fields["definition"] = body
    if code:
        fields["code"] = code
    if (words := len(body.split())) > SHORT:
        doubts.append(f"The definition is all the text under the heading, {words} words: write a short one.")
    fields.update(linked)
    fields["cards"] = _cards(fields)
    return Draft("concept", fields, min(lines), max(lines), tuple(doubts))


def _name(section: Section, texts: dict[Slot, str], doubts: list[str]) -> str:
    if section.heading:
        return bare_name(section.heading.text)
    opening = texts["definition"] or next((text for text in texts.values() if text), "")
    name, meant = name_of(opening)
    why = "taken from its first sentence" if meant else "its first words"
    doubts.append(f"It has no heading; its name is {why}.")
    return name or "Untitled"


def _cards(fields: Fields) -> list[str]:
    cards = ["definition", "name"] if "definition" in fields else []
    for slot in ("mental_model", "mistake"):
        if slot in fields and len(str(fields[slot]).split()) <= CARD:
            cards.append(slot)
    if "code" in fields and str(fields["code"]).count("\n") < _CODE_LINES:
        cards.append("code")
    return cards


def _joined(items: Iterable[Item]) -> str:
    return "\n\n".join(item.text.strip("\n") for item in items if item.text.strip())


def _code(items: list[Item], doubts: list[str]) -> str:
    """All the code of a section: bare where it is one piece that had no fence, else in fences."""
    for item in items:
        if lost_indentation(item.text):
            first, last = item.block.first_line, item.block.last_line
            doubts.append(f"The code of lines {first} to {last} has lost its indentation.")
    if len(items) == 1:
        return _unindented(items[0].text)
    return "\n\n".join(_fenced(_unindented(item.text)) for item in items)


def _fenced(code: str) -> str:
    return code if re.match(r"\s*(```|~~~)", code) else f"```\n{code}\n```"


def _unindented(code: str) -> str:
    from textwrap import dedent

    code = dedent(code.strip("\n"))
    opening = re.match(r"(`{3,}|~{3,})", code)
    if opening and not re.search(rf"\n\s*{re.escape(opening[1])}[`~]*\s*$", code):
        code += "\n" + opening[1]
    if opening and not re.match(r"(`{3,}|~{3,})\s*\w", code):
        return "\n".join(code.split("\n")[1:-1])
    return code
