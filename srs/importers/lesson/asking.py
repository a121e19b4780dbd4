"""Cards that a text holds already: `Q:`, `A:` and `C:`. Knows nothing of the rest of a lesson.

The form is that of hashcards: a question goes up to its `A:`, an answer up to the next card, a heading or a rule; in a
cloze, each `[text]` is a gap.
"""

import re
from collections.abc import Iterable

from srs.importers.lesson.slots import Item
from srs.importers.lesson.values import Draft, Leftover

_GAP = re.compile(r"(?<![!\\\]])\[(?P<text>(?:[^\[\]\\]|\\.)+)\](?!\()")
_ANSWER_IN_LINE = re.compile(r"\s+A(?:nswer)?:\s+")


def asked(items: Iterable[Item]) -> tuple[list[Draft], list[Leftover], list[Item]]:
    """The cards among these items, what looks like one and is none, and the items that belong to no card."""
    drafts: list[Draft] = []
    left: list[Leftover] = []
    rest: list[Item] = []
    card: list[Item] = []
    for item in items:
        if (
            item.kind == "ask"
            and item.key == "A"
            and card
            and card[0].key == "Q"
            and all(each.key != "A" for each in card)
        ):
            card.append(item)
        elif item.kind == "ask":
            _finish(card, drafts, left)
            card = [item]
        elif card and item.kind in ("text", "code", "table"):
            card.append(item)
        else:
            _finish(card, drafts, left)
            card = []
            rest.append(item)
    _finish(card, drafts, left)
    return drafts, left, rest


def _finish(card: list[Item], drafts: list[Draft], left: list[Leftover]) -> None:
    if not card:
        return
    first, last = card[0].block.first_line, card[-1].block.last_line
    fields = _question(card) if card[0].key == "Q" else _cloze(card) if card[0].key == "C" else None
    if fields:
        drafts.append(Draft("cloze" if "cloze" in fields else "basic", fields, first, last))
        return
    reason = {"Q": "a question without an answer", "C": "a cloze without a [gap]"}.get(
        card[0].key, "an answer without a question"
    )
    left.append(Leftover("\n\n".join(item.block.text for item in card), first, last, reason))


def _question(card: list[Item]) -> dict[str, str | list[str]] | None:
    at = next((at for at, item in enumerate(card) if item.key == "A"), len(card))
    question, answer = _joined(card[:at]), _joined(card[at:])
    if not answer and (found := _ANSWER_IN_LINE.search(question)):
        question, answer = question[: found.start()], question[found.end() :]
    return {"q": question.strip(), "a": answer.strip()} if question.strip() and answer.strip() else None


def _cloze(card: list[Item]) -> dict[str, str | list[str]] | None:
    text = _joined(card)
    if "{{c" not in text:
        number = 0

        def gap(found: re.Match[str]) -> str:
            nonlocal number
            number += 1
            return f"{{{{c{number}::{found['text']}}}}}"

        text = _GAP.sub(gap, text)
        if not number:
            return None
    return {"cloze": text.replace("\\[", "[").replace("\\]", "]")}


def _joined(items: list[Item]) -> str:
    return "\n\n".join(item.text for item in items if item.text.strip())
