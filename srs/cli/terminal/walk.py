"""The HTML of a card's face as styled lines for a terminal. Knows nothing of cards, keys or where the lines go.

One pass over the tags, no tree and no recursion: what each does to the running text, which `flow.py` gathers and wraps.
Open elements stand on a stack that stops growing at `_DEEPEST`; deeper tags are ignored, their text is not. This runs
before the first card is painted, so it imports only the standard library, and tables and maths when they occur.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from srs.cards.tags import Tag, tokens
from srs.cli.terminal.flow import BLANK, SOUND, Flow
from srs.cli.terminal.style import Line, Palette, Span, code_style
from srs.values import frozen

Pictures = Callable[[str, int], Sequence[str] | None]
"""The lines of a picture, by `src` and columns: at most that wide, safe and with their own styles; None: not drawn."""

_DEEPEST = 100


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
            found += re.findall(SOUND, token) if "[sound:" in token else ()
        elif token.name == "audio" and not token.closes and (src := token.attributes().get("src")):
            found.append(src)
    return found


@frozen
class _Open:
    """An open element, what to put back when it ends, and what else to do then."""

    tag: str
    styles: tuple[str, ...]
    prefix: str
    ending: Callable[[], None] | None


class _Walk(Flow):
    """The state between two tags."""

    def __init__(self, columns: int, brackets: bool, hints: bool, pictures: Pictures | None) -> None:
        super().__init__(columns)
        self._brackets = brackets
        self._hints = hints
        self._pictures = pictures
        self._open: list[_Open] = []
        self._numbers: list[int | None] = []  # for each open list the next number, None without numbers
        self._references = 0  # open elements in which headings are labels

    def finished(self) -> list[Line]:
        while self._open:
            self._pop()
        self._flush()
        return self._lines

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
    return BLANK.sub(" ", text).strip()
