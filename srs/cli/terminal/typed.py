"""What was typed beside the right answer, as lines: one under the other, and marks under what differs. Knows no cards.

Nothing hangs on colour: each difference has its mark, and the last line says in words what the marks mean.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from srs.cards.typed import Comparison, Kind, graphemes
from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Line, Palette, Span
from srs.cli.terminal.width import width, wrap

_LABELS = ("you", "answer", "")
_MARKS: dict[Kind, str] = {"equal": " ", "wrong": "^", "missing": "+", "extra": "-"}
_MEANINGS: dict[Kind, str] = {"wrong": "^ wrong", "missing": "+ missing", "extra": "- too much"}
_STYLES: dict[Kind, tuple[str, ...]] = {
    "equal": (), "wrong": ("deleted", "underline"), "missing": ("inserted", "underline"),
    "extra": ("deleted", "underline"),
}  # fmt: skip
_VERDICTS = {
    "case": "Right, but for small and capital letters", "accents": "Right, but for accents",
    "ending": "Right, but for the end of the sentence", "typo": "Right, but for a slip of the keys",
}  # fmt: skip
_MOST = 12  # rows of text; the rest of a longer answer stands on the card


def lines(comparison: Comparison, columns: int, palette: Palette) -> list[str]:
    """The comparison as printable lines of at most `columns` cells; none where nothing was typed."""
    if not comparison.given:
        return []
    room = max(4, columns - len(_LABELS[1]) - 2)
    if comparison.equal:
        texts = (
            [comparison.given] if comparison.given == comparison.expected else [comparison.given, comparison.expected]
        )
        found = [line for label, text in zip(_LABELS, texts, strict=False) for line in _plain(label, text, room)]
    elif all(part.kind == "wrong" for part in comparison.parts):
        found = _plain(_LABELS[0], comparison.given, room) + _plain(_LABELS[1], comparison.expected, room)
    else:
        found = _aligned(comparison, room)
    told = re.sub(r"([+^-]) ", "\\1\u00a0", words(comparison))  # a mark stays beside its meaning
    said = [palette.line(line).replace("\u00a0", " ") for line in wrap([Span(told, ("muted",))], columns)]
    return [palette.line(line).rstrip() for line in found] + said


def words(comparison: Comparison) -> str:
    """What came out, in one sentence; what the marks mean among it."""
    if not comparison.given:
        return "Nothing was typed."
    if comparison.equal:
        return "That is right."
    kinds = [part.kind for part in comparison.parts]
    marked = [_MEANINGS[kind] for kind in _MEANINGS if kind in kinds and "equal" in kinds]
    verdict = _VERDICTS.get(comparison.slip, "Not the same")
    return f"{verdict}: {', '.join(marked)}." if marked else f"{verdict}."


class _Cell(NamedTuple):
    """A place in both texts: what stands there, as wide as the wider of the two."""

    kind: Kind
    given: str
    expected: str
    wide: int


def _cells(comparison: Comparison) -> Iterator[_Cell]:
    for part in comparison.parts:
        ours, theirs = ([visible(each) for each in graphemes(text)] for text in (part.given, part.expected))
        for i in range(max(len(ours), len(theirs))):
            given, expected = ours[i] if i < len(ours) else "", theirs[i] if i < len(theirs) else ""
            yield _Cell(part.kind, given, expected, max(width(given), width(expected), 1))


def _aligned(comparison: Comparison, room: int) -> list[Line]:
    """Both texts under each other with marks, in as many rows of three lines as it takes."""
    rows: list[list[_Cell]] = [[]]
    used = 0
    for cell in _cells(comparison):
        if used + cell.wide > room and rows[-1]:
            if len(rows) == _MOST:
                break
            rows.append([])
            used = 0
        rows[-1].append(cell)
        used += cell.wide
    return [line for row in rows for line in _three(row)]


def _three(row: Sequence[_Cell]) -> list[Line]:
    given, expected, marks = ([Span(label.ljust(len(_LABELS[1]) + 2), ("muted",))] for label in _LABELS)
    for cell in row:
        styles = _STYLES[cell.kind]
        for spans, text in ((given, cell.given), (expected, cell.expected)):
            spans.append(Span(text, styles if text else ()))
            spans.append(Span(" " * (cell.wide - width(text))))
        marks.append(Span(_MARKS[cell.kind] * cell.wide, ("key",)))
    three: list[Line] = [tuple(given), tuple(expected)]
    return [*three, tuple(marks)] if any(cell.kind != "equal" for cell in row) else three


def _plain(label: str, text: str, room: int) -> list[Line]:
    """A text beside its label, wrapped."""
    head = len(_LABELS[1]) + 2
    wrapped = wrap([Span(visible(text))], room)[:_MOST]
    return [(Span((label if not number else "").ljust(head), ("muted",)), *line) for number, line in enumerate(wrapped)]
