"""Cloze markers `{{c1::text::hint}}`: which numbers, what is hidden, what is shown. Knows nothing of notes or Markdown.

Markers nest and may carry several numbers (`{{c1,2::text}}`). In HTML the first `}}` closes the innermost open marker,
as in Anki. In text that people write, braces inside a marker are first taken to pair off, so that `{{c1::d = {}}}` and
`{{c1::$e^{a_{b}}$}}` mean what they say; where they do not pair, Anki's rule holds there too.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

HIGHEST = 500  # Anki makes no card for a higher number
DEEPEST = 10

_OPENING = r"\{\{c(?P<numbers>[0-9]{1,3}(?:,[0-9]{1,3})*)::"
_ANKI = re.compile(_OPENING + r"|\}\}")
_PAIRED = re.compile(_OPENING + r"|[{}]")
_MATHS = re.compile(r"\\\((?:[^\\]|\\[^()\[\]])*+\\\)|\\\[(?:[^\\]|\\[^()\[\]])*+\\\]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


class Mark(NamedTuple):
    """The opening (with its numbers) or the closing (no numbers) of a marker, as a range of the text."""

    start: int
    end: int
    numbers: tuple[int, ...]


def numbers(text: str) -> tuple[int, ...]:
    """The numbers for which a note with this text has cards, ascending. Same for Markdown and the HTML made of it."""
    if "{{c" not in text:
        return ()
    found = {number for mark in marks(text) for number in mark.numbers}
    return tuple(sorted(number for number in found if 1 <= number <= HIGHEST))


def marks(text: str, *, paired: bool = False) -> list[Mark]:
    """Every opening and closing of complete markers, in order. `paired`: braces inside markers pair off if they can."""
    if "{{c" not in text:
        return []
    if paired:
        found, whole = _paired_marks(text)
        if whole:
            return found
    return _anki_marks(text)


def front(html: str, number: int) -> str:
    """The text with `number` hidden as `[…]` or its hint."""
    return _shown(html, lambda numbers, text, hint: _span(numbers, number, text, f"[{hint or '…'}]"))


def back(html: str, number: int) -> str:
    """The text with `number` marked as what was asked."""
    return _shown(html, lambda numbers, text, hint: _span(numbers, number, text, text))


def plain(text: str) -> str:
    """The text without its markers, everything shown."""
    return _shown(text, lambda numbers, text, hint: text)


def hidden(html: str, number: int) -> tuple[str, ...]:
    """What `number` hides, piece by piece."""
    pieces: list[str] = []

    def keep(numbers: tuple[int, ...], text: str, hint: str) -> str:
        if number in numbers:
            pieces.append(text)
        return text

    _shown(html, keep)
    return tuple(pieces)


def _span(numbers: tuple[int, ...], active: int, text: str, instead: str) -> str:
    ordinals = ",".join(map(str, numbers))
    if active in numbers:
        return f'<span class="cloze" data-ordinal="{ordinals}">{instead}</span>'
    return f'<span class="cloze-inactive" data-ordinal="{ordinals}">{text}</span>'


def _anki_marks(text: str) -> list[Mark]:
    found: list[Mark] = []
    open_at: list[int] = []
    for match in _ANKI.finditer(text):
        if match["numbers"]:
            # Past the deepest level an opening is plain text, and so is a `}}` that has nothing to close.
            if len(open_at) < DEEPEST:
                open_at.append(len(found))
                found.append(_opening(match))
        elif open_at:
            open_at.pop()
            found.append(Mark(match.start(), match.end(), ()))
    unclosed = set(open_at)
    return [mark for index, mark in enumerate(found) if index not in unclosed]


def _paired_marks(text: str) -> tuple[list[Mark], bool]:
    found: list[Mark] = []
    depths: list[int] = []  # of single braces, one entry for each open marker
    position = 0
    while match := _PAIRED.search(text, position):
        position = match.end()
        if match["numbers"]:
            if len(depths) == DEEPEST:
                return [], False
            depths.append(0)
            found.append(_opening(match))
        elif not depths:
            continue
        elif match[0] == "{":
            depths[-1] += 1
        elif depths[-1]:
            depths[-1] -= 1
        elif text.startswith("}", position):
            position += 1
            depths.pop()
            found.append(Mark(match.start(), position, ()))
    return found, not depths


def _opening(match: re.Match[str]) -> Mark:
    return Mark(match.start(), match.end(), tuple(sorted({int(number) for number in match["numbers"].split(",")})))


class _Open:
    """A marker whose end has not been reached."""

    __slots__ = ("hint", "numbers", "parts")

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers
        self.parts: list[str] = []
        self.hint = ""

    def add(self, text: str) -> None:
        head, colons, hint = text.partition("::")
        self.parts.append(head)
        if colons:
            self.hint = hint


def _shown(text: str, show: Callable[[tuple[int, ...], str, str], str]) -> str:
    """The text with each marker replaced by `show(numbers, content, hint)`, inner ones first."""
    found = marks(text)
    if not found:
        return text
    out: list[str] = []
    stack: list[_Open] = []
    position = 0
    for mark in found:
        before = text[position : mark.start]
        position = mark.end
        if stack:
            stack[-1].add(before)
        else:
            out.append(before)
        if mark.numbers:
            stack.append(_Open(mark.numbers))
            continue
        closed = stack.pop()
        shown = show(closed.numbers, "".join(closed.parts), closed.hint)
        (stack[-1].parts if stack else out).append(shown)
    out.append(text[position:])
    # A formula is typeset from its text: spans inside it would be shown as they are.
    return _MATHS.sub(lambda match: _TAG.sub("", match[0]), "".join(out))
