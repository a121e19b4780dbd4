"""The HTML of a card's face as styled lines for a terminal. Knows nothing of cards, keys or where the lines go.

One pass over the tags, no tree and no recursion: running text gathers in `_inline`, a block ends it and it is wrapped.
Open elements stand on a stack that stops growing at `_DEEPEST`; deeper tags are ignored, their text is not. This runs
before the first card is painted, so it imports only the standard library, and tables and maths when they occur.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from srs.cards.tags import Tag, tokens
from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Line, Palette, Span, code_style
from srs.cli.terminal.width import fold, wrap

if TYPE_CHECKING:
    from srs.cli.terminal.table import Cell

Pictures = Callable[[str, int], Sequence[str] | None]
"""The lines of a picture, by `src` and columns: at most that wide, safe and with their own styles; None: not drawn."""

_DEEPEST = 100
_NARROWEST = 12  # quotes and lists indent no further than leaves this many cells
_BLANK = re.compile(r"[ \t\n\r\f]+")
_SOUND = re.compile(r"\[sound:([^\[\]\n]+)\]")
_INLINE_MATHS = re.compile(r"\\\((?:(?!\\[()]).)*+\\\)|\\\[(?:(?!\\[\[\]]).)*+\\\]", re.DOTALL)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_APART = _HEADINGS | _words("p ul ol dl pre table blockquote figure section")  # a blank line around them
_BLOCKS = _APART | _words(
    "div article header footer main aside nav li dt dd tr td th thead tbody tfoot caption figcaption details summary "
    "fieldset form address center"
)
_ENDED_BY_TEXT = frozenset(("div", "summary"))  # their endings still add to the running text
_VOID = _words("area base br col embed hr img input link meta param source track wbr")
_STYLES = {
    **dict.fromkeys(_HEADINGS, "heading"),
    "b": "bold", "strong": "bold", "dt": "bold", "i": "italic", "em": "italic", "cite": "italic",
    "var": "italic", "dfn": "italic", "u": "underline", "ins": "underline", "mark": "reverse", "s": "strike",
    "del": "strike", "strike": "strike", "code": "code", "kbd": "code", "samp": "code", "tt": "code", "small": "muted",
    "summary": "muted", "a": "link",
}  # fmt: skip
_CLASSES = {"label": "muted", "muted": "muted", "cloze": "cloze"}
_CELLS = frozenset(("td", "th"))
_TABLE_PARTS = _words("table thead tbody tfoot tr td th")
# Opening the first ends what is open of the second, unless one of the third stands between.
_ENDS = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol"))),
    "dt": (frozenset(("dt", "dd")), frozenset(("dl",))),
    "dd": (frozenset(("dt", "dd")), frozenset(("dl",))),
    "td": (_CELLS, frozenset(("tr", "table"))),
    "th": (_CELLS, frozenset(("tr", "table"))),
    "tr": (frozenset(("tr", "caption")), frozenset(("table",))),
    "thead": (frozenset(("caption",)), frozenset(("table",))),
    "tbody": (frozenset(("thead", "tbody", "caption")), frozenset(("table",))),
    "tfoot": (frozenset(("thead", "tbody")), frozenset(("table",))),
}
_PARAGRAPH = (frozenset(("p",)), _BLOCKS - {"p"})
_WALLS = _words("td th li ul ol table blockquote details")  # no end tag of an inline element passes these


def lines(
    html: str, columns: int, palette: Palette, hints: bool = False, pictures: Pictures | None = None
) -> list[str]:
    """The face as printable lines of at most `columns` cells. Never raises; nothing in `html` reaches the terminal raw.

    `hints` opens what stands in `details.hint`; closed, only its name is shown. `pictures` draws what it can, above the
    caption that every picture has.
    """
    brackets = not palette.attributes
    return [palette.line(line) for line in styled(html, columns, brackets, hints, pictures)]


def styled(
    html: str, columns: int, brackets: bool = False, hints: bool = False, pictures: Pictures | None = None
) -> list[Line]:
    """As `lines`, before painting. `brackets` marks clozes with brackets, for where bold cannot be shown."""
    walk = _Walk(max(2, columns), brackets, hints, pictures)
    for token in tokens(html):
        if isinstance(token, str):
            walk.text(token)
        elif token.closes:
            walk.close(token.name)
        else:
            walk.open(token)
    return walk.finished()


def sounds(html: str) -> list[str]:
    """The files that a face plays, in order, as `audio` elements or Anki's `[sound:…]` name them."""
    found: list[str] = []
    for token in tokens(html):
        if isinstance(token, str):
            found += _SOUND.findall(token)
        elif token.name == "audio" and not token.closes and (src := token.attributes().get("src")):
            found.append(src)
    return found


class _Open(NamedTuple):
    """An open element, what to put back when it ends, and what else to do then."""

    tag: str
    styles: tuple[str, ...]
    prefix: str
    ending: Callable[[], None] | None


class _Walk:
    """The state between two tags."""

    def __init__(self, columns: int, brackets: bool, hints: bool, pictures: Pictures | None) -> None:
        self._columns = columns
        self._brackets = brackets
        self._hints = hints
        self._pictures = pictures
        self._lines: list[Line] = []
        self._inline: list[Span] = []  # the paragraph, code or cell being gathered
        self._flushes = 0
        self._open: list[_Open] = []
        self._styles: tuple[str, ...] = ()
        self._prefix = ""  # before every line: quote bars and list indents
        self._first: str | None = None  # before the next line instead: it holds a list marker
        self._gap: str | None = None  # a blank line is owed, with this prefix
        self._numbers: list[int | None] = []  # for each open list the next number, None without numbers
        self._label = False  # the last line names what follows: no blank line between them
        self._references = 0  # open elements in which headings are labels
        self._verbatim = 0  # open elements whose text stays as it is: pre
        self._raw = 0  # open elements in which maths is not looked for: code, maths itself
        self._unseen = 0
        self._rows: list[list[Cell]] | None = None  # of the open table
        self._cell: Cell | None = None
        self._loose = False  # that cell holds text which stood between cells

    def finished(self) -> list[Line]:
        while self._open:
            self._pop()
        self._flush()
        return self._lines

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
        text = _BLANK.sub(" ", text.replace("\u00ad", ""))
        if text.startswith(" ") and self._at_space():
            text = text[1:]
        if "\\" in text and not self._raw and _INLINE_MATHS.search(text):
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
        for match in _INLINE_MATHS.finditer(text):
            self._append(text[position : match.start()])
            self._append(unicode(match[0]), "math")
            position = match.end()
        self._append(text[position:])

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

    # elements

    def open(self, tag: Tag) -> None:
        name = tag.name
        if self._unseen and name in _VOID:
            return
        if name in _VOID:
            self._void(tag)
            return
        if name in _BLOCKS:
            self._end_of(*_ENDS.get(name, _PARAGRAPH))
        if len(self._open) >= _DEEPEST:
            if name in _BLOCKS:
                self._flush()
            return
        styles, prefix = self._styles, self._prefix
        if name in _BLOCKS and not self._unseen:
            self._flush()
            if name in _APART and not (name in ("ul", "ol") and self._numbers):
                self._space()
        named = name == "summary" and self._open and self._open[-1].tag == "details" and self._open[-1].ending
        ending = self._hint_name() if named else None if self._unseen else self._begin(tag)
        self._open.append(_Open(name, styles, prefix, ending))

    def close(self, name: str) -> None:
        if name == "br":  # `</br>` is a line break, as in browsers
            self._flush_break()
            return
        walls = frozenset() if name in _TABLE_PARTS else _CELLS if name in _BLOCKS else _WALLS
        self._end_of(frozenset((name,)), walls - {name})

    def _end_of(self, names: frozenset[str], walls: frozenset[str]) -> None:
        """End the innermost open element of these names, and all within it, unless a wall stands between."""
        for i in range(len(self._open) - 1, -1, -1):
            if self._open[i].tag in names:
                while len(self._open) > i:
                    self._pop()
                return
            if self._open[i].tag in walls:
                return

    def _pop(self) -> None:
        element = self._open.pop()
        if element.tag in _BLOCKS - _ENDED_BY_TEXT and not self._unseen:
            self._flush()
        if element.ending:
            element.ending()
        if element.tag in _ENDED_BY_TEXT and not self._unseen:
            self._flush()
        self._styles, self._prefix = element.styles, element.prefix
        if self._first is not None:
            self._first = self._first[: len(self._prefix)] or None
        if element.tag in _APART and not self._unseen and not (element.tag in ("ul", "ol") and self._numbers):
            self._space()

    def _void(self, tag: Tag) -> None:
        if tag.name == "br":
            self._flush_break()
        elif tag.name == "hr":
            self._flush()
            if self._cell is None and not self._verbatim and self._rows is None:
                self._space()
                self._emit([(Span("─" * (self._columns - len(self._prefix)), ("muted",)),)])
                self._space()
        elif tag.name == "img":
            attributes = tag.attributes()
            self._draw(attributes.get("src", ""))
            name = attributes.get("alt", "").strip() or attributes.get("src", "").rpartition("/")[2]
            self._word(f"[picture: {_one_line(name)}]" if name else "[picture]", "picture")
        elif tag.name == "input":
            self._word("[________]", "type")

    def _draw(self, src: str) -> None:
        """A picture, where it has the whole width to itself."""
        if not self._pictures or self._rows is not None or self._cell is not None or self._verbatim:
            return
        drawn = self._pictures(src, self._columns - len(self._prefix))
        if drawn:
            self._flush()
            self._space()
            self._emit([(Span(line),) for line in drawn])

    def _word(self, text: str, *styles: str) -> None:
        if self._rows is not None and self._cell is None:
            self._start_cell(header=False, align="left", loose=True)
        self._append(text, *styles)

    def _flush_break(self) -> None:
        if not self._unseen and (self._cell is not None or self._rows is None):
            self._inline.append(Span("\n"))

    def _begin(self, tag: Tag) -> Callable[[], None] | None:
        """What an element does where it starts; returns what it does where it ends."""
        name = tag.name
        classes = tag.attributes().get("class", "").split() if "class" in tag.written.lower() else []
        self._style("muted" if name in _HEADINGS and self._references else _STYLES.get(name))
        if name in _HEADINGS and self._references:
            return self._label_ends
        for css_class in classes:
            self._style(code_style(css_class) if self._raw else _CLASSES.get(css_class))
        if name in ("span", "div"):
            return self._span(name, classes)
        if name == "details":
            return self.unseen_part() if "hint" in classes and not self._hints else None
        if name in ("a", "li", "ol", "audio", "video", "td", "th"):
            return self._with_attributes(name, tag.attributes())
        action = _ACTIONS.get(name)
        return action(self) if action else None

    def _style(self, style: str | None) -> None:
        if style and style not in self._styles:
            self._styles = (*self._styles, style)

    def _span(self, name: str, classes: Sequence[str]) -> Callable[[], None] | None:
        if "math" in classes and not self._raw:
            return self._maths(block=name == "div")
        if "type" in classes:
            return self._box()
        if "cloze" in classes and self._brackets:
            return self._cloze()
        if name == "div" and "reference" in classes:
            return self._reference()
        return None

    def _with_attributes(self, name: str, attributes: dict[str, str]) -> Callable[[], None] | None:
        if name == "a":
            return self._link(_one_line(attributes.get("href", "")))
        if name == "li":
            return self._item(_number(attributes.get("value")))
        if name == "ol":
            return self._list(_number(attributes.get("start")) or 1)
        if name in _CELLS:
            return self._table_cell(name == "th", attributes)
        if src := _one_line(attributes.get("src", "")):
            self._word(f"[{'sound' if name == 'audio' else 'video'}: {src.rpartition('/')[2]}]", "picture")
        return None

    def _since(self, mark: int, flushes: int) -> str:
        """The text gathered since `mark`; none if a flush has taken it away."""
        return "".join(span.text for span in self._inline[mark:]) if flushes == self._flushes else ""

    def _reference(self) -> Callable[[], None]:
        self._space()
        self._references += 1

        def ending() -> None:
            self._references -= 1

        return ending

    def _label_ends(self) -> None:
        self._label = True

    def _maths(self, block: bool) -> Callable[[], None]:
        if block:
            self._space()
            self._indent("    ")
        mark, flushes = len(self._inline), self._flushes
        self._raw += 1

        def ending() -> None:
            from srs.cli.terminal.maths import unicode

            self._raw -= 1
            if text := self._since(mark, flushes):
                del self._inline[mark:]
                self._append(unicode(text), "math")
            if block:
                self._flush()
                self._space()

        return ending

    def _box(self) -> Callable[[], None]:
        """A typed answer: what was typed, or a line to type on."""
        mark, flushes = len(self._inline), self._flushes

        def ending() -> None:
            typed = self._since(mark, flushes)
            if flushes == self._flushes:
                del self._inline[mark:]
            self._word(f"[{typed or '________'}]", "type")

        return ending

    def _cloze(self) -> Callable[[], None]:
        mark, flushes = len(self._inline), self._flushes

        def ending() -> None:
            text = self._since(mark, flushes)
            if text and not (text.startswith("[") and text.endswith("]")):
                self._inline.insert(mark, Span("["))
                self._inline.append(Span("]"))

        return ending

    def _link(self, url: str) -> Callable[[], None]:
        mark, flushes = len(self._inline), self._flushes

        def ending() -> None:
            text = self._since(mark, flushes).strip()
            if url and not url.startswith("#") and text not in (url, url.partition(":")[2].strip("/")):
                self._styles = tuple(style for style in self._styles if style != "link")
                self._append(f" ({url})" if text else f"({url})", "muted")

        return ending

    def _list(self, number: int | None) -> Callable[[], None]:
        self._numbers.append(number)

        def ending() -> None:
            self._numbers.pop()

        return ending

    def _item(self, value: int | None) -> Callable[[], None]:
        number = value or (self._numbers[-1] if self._numbers else None)
        if self._numbers and number is not None:
            self._numbers[-1] = number + 1
        bullet = "•" if len(self._numbers) % 2 else "◦"
        marker = f"{bullet} " if number is None else f"{number}. "
        if not self._indent(marker):
            self._append(marker, "muted")
            return lambda: None

        def ending() -> None:
            if self._first is not None:  # an empty item
                self._emit([()])

        return ending

    def bullets(self) -> Callable[[], None]:
        return self._list(None)

    def quote(self) -> None:
        self._indent("│ ")

    def definition(self) -> None:
        self._indent("  ")

    def _hint_name(self) -> Callable[[], None]:
        """The name of a closed hint is told, its text is not."""
        self._unseen -= 1
        if not self._unseen:
            self._append("[hint: ", "muted")
        styles = self._styles
        self._style("muted")

        def ending() -> None:
            self._styles = styles
            if not self._unseen:
                self._append("]", "muted")
                self._flush()
            self._unseen += 1

        return ending

    def ruby(self) -> Callable[[], None]:
        """The reading stands in parentheses; those written for old browsers (`rp`) are left out."""
        self._append("(", "muted")
        return lambda: self._append(")", "muted")

    def unseen_part(self) -> Callable[[], None]:
        self._unseen += 1

        def ending() -> None:
            self._unseen -= 1

        return ending

    def raised(self) -> Callable[[], None]:
        return self._script("^")

    def lowered(self) -> Callable[[], None]:
        return self._script("_")

    def _script(self, mark_sign: str) -> Callable[[], None]:
        mark, flushes = len(self._inline), self._flushes

        def ending() -> None:
            from srs.cli.terminal.maths import script

            if text := self._since(mark, flushes).strip():
                del self._inline[mark:]
                self._append(script(mark_sign, text))

        return ending

    def code(self) -> Callable[[], None]:
        self._raw += 1

        def ending() -> None:
            self._raw -= 1

        return ending

    def pre(self) -> Callable[[], None]:
        self._verbatim += 1
        self._raw += 1
        outermost = self._verbatim == 1 and self._cell is None
        if outermost:
            self._inline = []

        def ending() -> None:
            self._verbatim -= 1
            self._raw -= 1
            if outermost:
                spans, self._inline = self._inline, []
                self._flushes += 1
                self._emit_code(spans)

        return ending

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


_ACTIONS: dict[str, Callable[[_Walk], Callable[[], None] | None]] = {
    "ul": _Walk.bullets,
    "blockquote": _Walk.quote,
    "dd": _Walk.definition,
    "code": _Walk.code,
    "kbd": _Walk.code,
    "samp": _Walk.code,
    "tt": _Walk.code,
    "pre": _Walk.pre,
    "table": _Walk.table,
    "tr": _Walk.table_row,
    "rt": _Walk.ruby,
    "rp": _Walk.unseen_part,
    "sup": _Walk.raised,
    "sub": _Walk.lowered,
}


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else None


def _one_line(text: str) -> str:
    return _BLANK.sub(" ", text).strip()


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
