"""Running text on its way to lines: gathered, wrapped, indented, or laid out in cells. Knows no tag by name.

Text gathers in `_inline`; the end of a block wraps it, a cell or code keeps it until its own end. Tables and maths are
imported when they occur.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Line, Span
from srs.cli.terminal.width import fold, wrap

if TYPE_CHECKING:
    from srs.cli.terminal.table import Cell

SOUND = r"\[sound:([^\[\]\n]+)\]"
"""A sound as Anki's fields name it."""
BLANK = re.compile(r"[ \t\n\r\f]+")
_NARROWEST = 12  # quotes and lists indent no further than leaves this many cells
_INLINE_MATHS = r"(?s)\\\((?:(?!\\[()]).)*+\\\)|\\\[(?:(?!\\[\[\]]).)*+\\\]"  # compiled where text has a backslash


class Flow:
    """What was written so far, and the text that is still being gathered."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._lines: list[Line] = []
        self._inline: list[Span] = []  # the paragraph, code or cell being gathered
        self._flushes = 0
        self._styles: tuple[str, ...] = ()
        self._prefix = ""  # before every line: quote bars and list indents
        self._first: str | None = None  # before the next line instead: it holds a list marker
        self._gap: str | None = None  # a blank line is owed, with this prefix
        self._label = False  # the last line names what follows: no blank line between them
        self._verbatim = 0  # open elements whose text stays as it is: pre
        self._raw = 0  # open elements in which maths is not looked for: code, maths itself
        self._unseen = 0
        self._rows: list[list[Cell]] | None = None  # of the open table
        self._cell: Cell | None = None
        self._loose = False  # that cell holds text which stood between cells

    # text

    def text(self, text: str) -> None:
        if self._unseen:
            return
        if self._rows is not None and self._cell is None:
            if not text.strip():
                return
            self._start_cell(header=False, align="left", loose=True)
        if self._verbatim:
            self._append(text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
            return
        text = BLANK.sub(" ", text.replace("\u00ad", ""))
        if text.startswith(" ") and self._at_space():
            text = text[1:]
        position = 0
        if "[sound:" in text and not self._raw:
            for match in re.finditer(SOUND, text):
                self._running(text[position : match.start()])
                self._append(f"[sound: {match[1].strip()}]", "picture")
                position = match.end()
        self._running(text[position:])

    def _running(self, text: str) -> None:
        if "\\" in text and not self._raw and re.search(_INLINE_MATHS, text):
            self._with_maths(text)
        else:
            self._append(text)

    def _append(self, text: str, *styles: str) -> None:
        if text:
            self._inline.append(Span(visible(text), (*self._styles, *styles)))

    def _at_space(self) -> bool:
        return not self._inline or self._inline[-1].text[-1] in " \n"

    def _with_maths(self, text: str) -> None:
        """Anki's own notes hold `\\(…\\)` in plain text."""
        from srs.cli.terminal.maths import unicode

        position = 0
        for match in re.finditer(_INLINE_MATHS, text):
            self._append(text[position : match.start()])
            self._append(unicode(match[0]), "math")
            position = match.end()
        self._append(text[position:])

    def _word(self, text: str, *styles: str) -> None:
        if self._rows is not None and self._cell is None:
            self._start_cell(header=False, align="left", loose=True)
        self._append(text, *styles)

    def _since(self, mark: int, flushes: int) -> str:
        """The text gathered since `mark`; none if a flush has taken it away."""
        return "".join(span.text for span in self._inline[mark:]) if flushes == self._flushes else ""

    # lines

    def _flush(self) -> None:
        """End the running text: wrap it onto lines; in a cell and in code only a line ends."""
        if self._verbatim or self._cell is not None:
            if self._inline and not self._inline[-1].text.endswith("\n"):
                self._inline.append(Span("\n"))
            return
        spans = _trimmed(self._inline)
        self._inline = []
        self._flushes += 1
        if spans:
            self._emit(wrap(spans, self._columns - len(self._prefix)))

    def _flush_break(self) -> None:
        if not self._unseen and (self._cell is not None or self._rows is None):
            self._inline.append(Span("\n"))

    def _emit(self, new: Sequence[Line]) -> None:
        self._label = False
        for line in new:
            if self._gap is not None and self._lines:
                blank = min(self._gap, self._prefix, key=len).rstrip()
                self._lines.append((Span(blank, ("muted",)),) if blank else ())
            prefix = self._prefix if self._first is None else self._first
            self._gap = self._first = None
            if not line:
                prefix = prefix.rstrip()
            self._lines.append((Span(prefix, ("muted",)), *line) if prefix else line)

    def _space(self) -> None:
        """Owe a blank line, but not between a list marker or a label and its text."""
        if self._first is None and not self._label and (self._gap is None or len(self._prefix) < len(self._gap)):
            self._gap = self._prefix

    def _indent(self, marker: str) -> bool:
        """Indent what follows by `marker`, a bar or spaces, or under it, a list marker. False: no room here."""
        if self._cell is not None or self._verbatim or self._columns - len(self._prefix) - len(marker) < _NARROWEST:
            return False
        repeats = not marker.strip("│ ")
        if self._first is not None or not repeats:
            self._first = (self._prefix if self._first is None else self._first) + marker
        self._prefix += marker if repeats else " " * len(marker)
        return True

    def _emit_code(self, spans: Sequence[Span]) -> None:
        if self._columns - len(self._prefix) - 2 >= _NARROWEST:
            self._prefix += "  "  # put back by the element's end
            self._first = None if self._first is None else self._first + "  "
        code = _source_lines(spans)
        while code and not "".join(span.text for span in code[-1]).strip():
            code.pop()
        while code and not "".join(span.text for span in code[0]).strip():
            del code[0]
        for line in code:
            self._emit(fold(line, self._columns - len(self._prefix)))

    # tables

    def table(self) -> Callable[[], None] | None:
        if self._rows is not None or self._cell is not None or self._verbatim:
            return None  # a table in a cell: its rows are lines of that cell
        self._rows = []
        return self._end_table

    def _end_table(self) -> None:
        from srs.cli.terminal.table import layout

        self._end_cell()
        rows, self._rows = self._rows or [], None
        self._emit(layout([row for row in rows if row], self._columns - len(self._prefix)))

    def table_row(self) -> None:
        self._end_loose_cell()
        if self._rows is not None and self._cell is None:
            self._rows.append([])

    def _table_cell(self, header: bool, attributes: dict[str, str]) -> Callable[[], None] | None:
        self._end_loose_cell()
        if self._rows is None or self._cell is not None:
            return None
        found = re.search(r"\b(left|right|center)\b", f"{attributes.get('align', '')} {attributes.get('style', '')}")
        self._start_cell(header, found[1] if found else "left")
        return self._end_cell

    def _start_cell(self, header: bool, align: str, loose: bool = False) -> None:
        from srs.cli.terminal.table import Cell

        assert self._rows is not None
        if not self._rows:
            self._rows.append([])
        self._cell, self._loose = Cell(header, align), loose
        self._rows[-1].append(self._cell)

    def _end_loose_cell(self) -> None:
        if self._loose:
            self._end_cell()

    def _end_cell(self) -> None:
        if self._cell is not None:
            self._cell.spans = _trimmed(self._inline)
            self._cell, self._loose = None, False
            self._inline = []
            self._flushes += 1


def _trimmed(spans: list[Span]) -> list[Span]:
    """The spans without blank text at either end, and without spaces around their line ends."""
    while spans and not spans[-1].text.strip(" \n"):
        spans.pop()
    start = 0
    while start < len(spans) and not spans[start].text.strip(" \n"):
        start += 1
    kept = spans[start:]
    if kept:
        kept[0] = Span(kept[0].text.lstrip(" \n"), kept[0].styles)
        kept[-1] = Span(kept[-1].text.rstrip(" \n"), kept[-1].styles)
    return kept


def _source_lines(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans of code cut at their newlines."""
    found: list[list[Span]] = [[]]
    for span in spans:
        for i, part in enumerate(span.text.split("\n")):
            if i:
                found.append([])
            if part:
                found[-1].append(Span(part, span.styles))
    return found
