"""Blocks as what they mean: a label with its text, a quote, a table, a question, a heading, or text. Knows no notes."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from srs.importers.lesson.blocks import Scanned, heading_text, is_question_mark
from srs.importers.lesson.labels import Form, Slot, find_label
from srs.importers.lesson.quotes import Quote, attributed, is_attribution, is_quoted, unquoted
from srs.importers.lesson.values import Block

ItemKind = Literal["text", "code", "label", "quote", "table", "heading", "ask", "rule"]

_ASKED = re.compile(
    r"\s*(?:[*_]{2})?(?P<key>Q|A|C)\w*\s?\d{0,3}(?:[*_]{2})?\s*:(?:[*_]{2})?\s*(?P<text>.*)$", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Item:
    """One block and its meaning. `text` is what of it belongs on a card: without label, bullet and signs of Markdown.

    Of a question, an answer or a cloze of the `Q:` form, `key` is its letter. A label may have no text of its own.
    """

    kind: ItemKind
    block: Block
    text: str = ""
    slot: Slot | None = None
    form: Form | None = None
    label: str = ""
    quote: Quote | None = None
    key: str = ""

    @property
    def level(self) -> int:
        return self.block.level


def items_of(scanned: Scanned) -> list[Item]:
    """The items of a lesson, in the order of the source; rules among them."""
    items = [_item(block, scanned.learnt) for block in scanned.blocks]
    for mark in scanned.marks:
        if mark.kind == "rule":
            items.append(Item("rule", Block("paragraph", mark.text, mark.first_line, mark.last_line)))
    items.sort(key=lambda item: item.block.first_line)
    return _with_speakers(items)


def _item(block: Block, learnt: frozenset[str]) -> Item:
    if block.kind in ("code", "table"):
        return Item("code" if block.kind == "code" else "table", block, block.text)
    text = unquoted(block.text) if block.kind == "quote" else block.text
    if block.kind == "heading":
        text = f"# {heading_text(block)}"  # one form for all: an underlined one has a line more
    label = find_label(text, learnt) if block.kind != "list" else None
    if label:
        # A labelled quote is one if its speaker is named.
        if label.slot == "quote" and (quote := attributed(label.rest)):
            return Item("quote", block, label.rest, quote=quote)
        return Item("label", block, label.rest, label.slot, label.form, label.name)
    if block.kind == "heading":
        return Item("heading", block, heading_text(block))
    if block.kind in ("paragraph", "quote") and (quote := attributed(block.text)):
        return Item("quote", block, block.text, quote=quote)
    if block.kind == "paragraph" and is_question_mark(block.text) and (asked := _ASKED.match(block.text)):
        return Item("ask", block, asked["text"].strip(), key=asked["key"])
    return Item("text", block, block.text.strip("\n"))


def _with_speakers(items: list[Item]) -> list[Item]:
    """Quotes whose speaker stands in a paragraph of its own below, as one item each."""
    made: list[Item] = []
    for item in items:
        above = made[-1] if made else None
        near = above is not None and item.block.first_line == above.block.last_line + 1
        named = item.kind == "text" and is_attribution(item.text, dashed=not near)
        if above and named and above.kind == "text" and is_quoted(above.text):
            both = f"{above.text}\n{item.text}"
            if quote := attributed(both):
                block = replace(above.block, text=both, last_line=item.block.last_line)
                made[-1] = Item("quote", block, both, quote=quote)
                continue
        made.append(item)
    return made
