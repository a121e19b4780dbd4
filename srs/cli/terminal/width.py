"""How many terminal cells text takes, by grapheme, and where lines break. Knows nothing of HTML.

Most text is Latin, Greek, Cyrillic, punctuation and arrows: one cell a character, no combining. That is recognised by
one look-up; only other text loads wcwidth and is cut into graphemes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, chain

from srs.cli.terminal.style import Line, Span

# Every character from the first of a pair up to, not including, the second is one cell wide and a grapheme of its own
# (tested against wcwidth). Looked up one by one: a set of all, or a regular expression, would have to be made first.
_ONE_CELL = (
    (0x20, 0x7f), (0xa0, 0xa9), (0xaa, 0xad), (0xaf, 0x300), (0x370, 0x378), (0x37a, 0x380), (0x384, 0x38b),
    (0x391, 0x3a2), (0x3a3, 0x483), (0x48a, 0x530), (0x1e00, 0x1f00), (0x2010, 0x2028), (0x2030, 0x203c),
    (0x203d, 0x2049), (0x204a, 0x205f), (0x2070, 0x2072), (0x2074, 0x208f), (0x20a0, 0x20c0), (0x2100, 0x2122),
    (0x2123, 0x2139), (0x213a, 0x2150), (0x2190, 0x2194), (0x219a, 0x21a9), (0x21ab, 0x2300), (0x2400, 0x2422),
    (0x2500, 0x25aa), (0x25ac, 0x25b6), (0x25b7, 0x25c0), (0x25c1, 0x25fb), (0x27e6, 0x27f0),
)  # fmt: skip
_BOUNDS = tuple(chain.from_iterable(_ONE_CELL))
_WORDS = re.compile(r" +|[^ ]+")
# Closing marks of East Asian text may not begin a line.
_NEVER_FIRST = frozenset("、。，．・：；？！）」』】》〉〕｝”’ーゝゞヽヾぁぃぅぇぉっゃゅょァィゥェォッャュョ％")


def is_simple(text: str) -> bool:
    """Whether every character takes one cell, and is a grapheme wherever it stands."""
    return text.isprintable() if text.isascii() else all(map(_is_one_cell, set(text)))


@cache
def _is_one_cell(character: str) -> bool:
    return bisect_right(_BOUNDS, ord(character)) % 2 == 1


def graphemes(text: str) -> Iterator[tuple[str, int]]:
    """The user-perceived characters of `text`, each with its width in cells (0, 1, 2; more in some scripts)."""
    if is_simple(text):
        for character in text:
            yield character, 1
        return
    from wcwidth import iter_graphemes, wcswidth

    for cluster in iter_graphemes(text):
        yield cluster, max(0, wcswidth(cluster))


def width(text: str) -> int:
    """The cells that `text` takes on one line. Control characters take none; print nothing that has any."""
    if is_simple(text):
        return len(text)
    return sum(cells for _, cells in graphemes(text))


def wrap(spans: Sequence[Span], columns: int) -> list[Line]:
    """Lines of at most `columns` cells, broken at spaces and between East Asian characters, inside a word if it must.

    A newline in a span ends a line. Spaces at a break are dropped, spaces that begin a line of the source are kept.
    Only a single grapheme wider than `columns` makes a line too wide.
    """
    text = "".join(span.text for span in spans)
    cut = _Cutter(spans)
    lines: list[Line] = []
    start = 0
    for part in text.split("\n"):
        lines.extend(cut(start + a, start + b) for a, b in _filled(part, columns))
        start += len(part) + 1
    return lines


def fold(spans: Sequence[Span], columns: int) -> list[Line]:
    """One line of code on lines of at most `columns` cells; nothing is dropped, further lines hang indented."""
    text = "".join(span.text for span in spans)
    if width(text) <= columns:
        return [tuple(spans)]
    cut = _Cutter(spans)
    hang = min(len(text) - len(text.lstrip(" ")) + 4, columns // 2) if columns >= 16 else 0
    lines: list[Line] = []
    start = end = used = 0
    for cluster, cells in graphemes(text):
        if used + cells > columns and end > start:
            # After the last space of the second half, which keeps names whole, if what is carried over fits.
            stop = text.rfind(" ", (start + end) // 2, end) + 1 or end
            if hang + width(text[stop:end]) + cells > columns:
                stop = end
            lines.append(cut(start, stop))
            used, start = hang + width(text[stop:end]), stop
        end += len(cluster)
        used += cells
    lines.append(cut(start, end))
    indent = Span(" " * hang)
    return [lines[0], *((indent, *line) for line in lines[1:])]


class _Cutter:
    """Cuts stretches of the joined text of `spans`, with their styles."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._starts = list(accumulate((len(span.text) for span in spans), initial=0))

    def __call__(self, start: int, end: int) -> Line:
        found: list[Span] = []
        i = max(0, bisect_right(self._starts, start) - 1)
        while i < len(self._spans) and self._starts[i] < end:
            offset = self._starts[i]
            piece = self._spans[i].text[max(0, start - offset) : end - offset]
            if piece:
                found.append(Span(piece, self._spans[i].styles))
            i += 1
        return tuple(found)


def _filled(text: str, columns: int) -> list[tuple[int, int]]:
    """The lines of one paragraph as stretches of `text`, filled greedily."""
    lines: list[tuple[int, int]] = []
    start = end = used = gap = 0
    for begin, stop, cells in _pieces(text):
        if not text[begin:stop].strip(" "):
            gap = cells
            continue
        if used + gap + cells > columns and cells <= columns:
            if end > start:
                lines.append((start, end))
            start, used, gap = begin, 0, 0
        if used + gap + cells <= columns:
            end, used, gap = stop, used + gap + cells, 0
            continue
        if used + gap >= columns:  # no cell left beside the gap
            if end > start:
                lines.append((start, end))
            start, end, used, gap = begin, begin, 0, 0
        used += gap
        gap, end = 0, begin
        for cluster, size in graphemes(text[begin:stop]):
            if used + size > columns and end > start:
                # After a slash where there is one, which keeps the names of a path whole.
                stop = text.rfind("/", max(start, begin), end) + 1 or end
                lines.append((start, stop))
                start, used = stop, width(text[stop:end])
            end += len(cluster)
            used += size
    lines.append((start, end))
    return lines


def _pieces(text: str) -> Iterator[tuple[int, int, int]]:
    """Stretches that stay together, runs of spaces among them, each as (start, end, cells)."""
    if is_simple(text):
        for match in _WORDS.finditer(text):
            yield match.start(), match.end(), match.end() - match.start()
        return
    start = position = cells = 0
    wide = after_space = False
    for cluster, size in graphemes(text):
        space = cluster == " "
        if position > start:
            may_break = (wide or size == 2) and size > 0 and cluster not in _NEVER_FIRST
            if space != after_space or (may_break and not space):
                yield start, position, cells
                start, cells = position, 0
        position += len(cluster)
        cells += size
        wide = size == 2 if size else wide
        after_space = space
    if position > start:
        yield start, position, cells
