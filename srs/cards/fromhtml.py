"""The HTML of a field read as a document. Knows nothing of Markdown.

Two HTML texts that say the same make equal documents, however they were written: white space is one space, styles lie
on runs and do not nest, letters are composed, lines that are apart by an empty one are paragraphs, formulas are known
by their `\\(…\\)` and `\\[…\\]`. What a document cannot hold is told: a decoration is `dropped` and its text kept;
where the text itself would be another, the document says why it is `refused`. Time grows with the length alone.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from srs.cards.document import Block, Code, Document, Heading, List, Paragraph, Quote, Rule, Table
from srs.cards.runs import Run, Runs, one_form, paragraphs, trimmed
from srs.cards.tags import Tag, tokens

DEEPEST = 60
"""Levels of elements within each other."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?=\n)")
_INVISIBLE = re.compile("[\u200b\ufeff]")
_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_SCRIPT = re.compile(r"<(?:script|style)\b", re.IGNORECASE)
_HTTP = re.compile(r"https?://\S+", re.IGNORECASE)

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINES = frozenset({
    "div", "section", "article", "center", "address", "header", "footer", "nav", "main", "aside", "form", "fieldset",
    "figure", "figcaption", "details", "summary", "dl", "dt", "dd",
})  # fmt: skip
_BLOCKS = _LINES | _HEADINGS.keys() | {"p", "pre", "blockquote", "ul", "ol", "li", "table", "tr", "hr"}
_IGNORED = frozenset({"html", "head", "body", "thead", "tbody", "tfoot", "colgroup", "col", "wbr", "span", "label"})
_REFUSED = frozenset({
    "ruby", "audio", "video", "iframe", "object", "embed", "svg", "math", "canvas", "select", "textarea", "input",
    "button", "q", "caption", "map", "applet", "frameset", "noscript", "template",
})  # fmt: skip
_STYLES = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "dfn": "em", "var": "em"}
_CODES = frozenset({"code", "tt", "kbd", "samp"})
_DECORATIONS = {
    "u": "underline", "ins": "underline", "s": "strike-through", "strike": "strike-through", "del": "strike-through",
    "font": "font or colour", "small": "size", "big": "size", "mark": "background colour",
}  # fmt: skip
_PROPERTIES = {
    "color": "colour", "background": "background colour", "background-color": "background colour", "font": "font",
    "font-family": "font", "font-size": "size", "text-decoration": "underline", "text-decoration-line": "underline",
    "text-align": "alignment", "vertical-align": "raised or lowered text",
}  # fmt: skip
_RAISED = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWERED = dict(zip("0123456789+-−=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_SHIFTED = {"sup": _RAISED, "sub": _LOWERED}


def read(html: str) -> Document:
    """The document that HTML makes."""
    reader = _Reader()
    if _SCRIPT.search(html):
        reader.dropped.add("a script or a style sheet")
    for token in tokens(_CONTROLS.sub("", html)):
        if isinstance(token, str):
            reader.text(token)
        elif token.closes:
            reader.end(token.name)
        else:
            reader.start(token)
    return reader.document()


def plain_text(html: str) -> str:
    """HTML as text with its line ends, for fields that hold no Markdown: every other space stays."""
    out: list[str] = []

    def line_ends() -> None:
        if out and not out[-1].endswith("\n"):
            out.append("\n")

    pre = 0
    for token in tokens(_CONTROLS.sub("", html)):
        if isinstance(token, str):
            text = _INVISIBLE.sub("", token.replace("\u00a0", " "))
            out.append(text if pre else text.replace("\n", " "))
        elif token.name == "br":
            out.append("\n")
        elif token.name in _BLOCKS:
            line_ends()
            pre = max(0, pre + (-1 if token.closes else 1)) if token.name == "pre" else pre
    lines = (line.rstrip() for line in "".join(out).split("\n"))
    return unicodedata.normalize("NFC", "\n".join(lines).rstrip("\n"))


def normal(text: str) -> str:
    """A text as it is compared: composed letters, without signs that nobody sees, every space a plain one."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).replace("\u00a0", " ")


@dataclass(slots=True)
class _Box:
    """Something that holds blocks: the document, a quotation, a list item, a cell, a heading."""

    name: str
    blocks: list[Block] = field(default_factory=list)
    line: list[Run] = field(default_factory=list)
    items: list[tuple[Block, ...]] = field(default_factory=list)
    rows: list[list[Runs]] = field(default_factory=list)
    aligns: list[str] = field(default_factory=list)
    start: int | None = None


class _Open(NamedTuple):
    """An element that has not ended: its box, if it is one, and what it does to the text in it."""

    name: str
    box: bool = False
    strong: bool | None = None
    em: bool | None = None
    code: bool = False
    href: str = ""
    shift: str = ""


class _Reader:
    def __init__(self) -> None:
        self.boxes = [_Box("")]
        self.open: list[_Open] = []
        self.dropped: set[str] = set()
        self.refused = ""
        self.pre: list[str] | None = None
        self.pre_is_fresh = False

    @property
    def box(self) -> _Box:
        return self.boxes[-1]

    def document(self) -> Document:
        while self.open:
            self.close()
        self.flush()
        return Document(tuple(self.box.blocks), frozenset(self.dropped), self.refused)

    def refuse(self, why: str) -> None:
        self.refused = self.refused or why

    # Text

    def text(self, text: str) -> None:
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
        if self.pre is not None:
            self.pre.append(text.removeprefix("\n") if self.pre_is_fresh else text)
            self.pre_is_fresh = False
            return
        if self.box.name in ("ul", "ol", "table", "tr"):
            if not text.strip():
                return
            if self.box.name in ("ul", "ol"):
                self.push_box("li")
            else:
                self.refuse("a table holds text outside its cells")
        self.add_text(text)

    def add_text(self, text: str) -> None:
        if not text.strip() and self.box.line[-1:] in ([], [Run("break")]):
            return
        strong, em, code, href = self.style()
        for each in self.open:
            if each.shift and (shown := text.strip()):
                shifted = [_SHIFTED[each.shift].get(letter) for letter in shown]
                if None in shifted:
                    self.refuse(f"{'raised' if each.shift == 'sup' else 'lowered'} text {shown[:40]!r}")
                else:
                    text = "".join(letter or "" for letter in shifted)
        self.box.line.append(Run("code" if code else "text", text, strong, em, href))

    def style(self) -> tuple[bool, bool, bool, str]:
        strong = em = code = False
        href = ""
        for each in self.open:
            if each.box:
                strong = em = code = False
                href = ""
            strong = strong if each.strong is None else each.strong
            em = em if each.em is None else each.em
            code, href = code or each.code, each.href or href
        return strong, em, code, href

    def line_break(self) -> None:
        self.box.line.append(Run("break"))

    def own_line(self) -> None:
        """Begin a line, unless nothing stands in this one."""
        if any(run.kind != "text" or run.text.strip() for run in self.since_break()):
            self.line_break()

    def since_break(self) -> Iterator[Run]:
        for run in reversed(self.box.line):
            if run.kind == "break":
                return
            yield run

    def flush(self) -> None:
        """End the paragraph."""
        runs, self.box.line = one_form(self.box.line), []
        self.box.blocks += map(Paragraph, paragraphs(runs))

    # Elements

    def start(self, tag: Tag) -> None:
        name = tag.name
        self.pre_is_fresh = False
        if len(self.open) > DEEPEST:
            self.refuse("elements nest too deeply")
            return
        if self.pre is not None:
            self.start_in_pre(name)
        elif name == "br":
            self.line_break()
        elif name == "img":
            self.image(tag)
        elif name in _BLOCKS or name in ("td", "th"):
            self.start_block(tag)
        elif name in _REFUSED:
            self.refuse(f"there is a `<{name}>` in it")
        else:
            self.start_inline(tag)

    def start_in_pre(self, name: str) -> None:
        assert self.pre is not None
        if name == "br" or (name in _BLOCKS and "".join(self.pre[-1:]).strip()):
            self.pre.append("\n")
        if name == "pre":
            self.open.append(_Open(name))
        elif name == "img" or name in _REFUSED:
            self.refuse(f"there is a `<{name}>` in code")

    def start_block(self, tag: Tag) -> None:
        name, attributes = tag.name, tag.attributes()
        if name in _LINES and "math" not in attributes.get("class", "").split():
            self.decorations(attributes, name)
            self.own_line()
            self.open.append(self.styled(name, attributes))
            return
        if name in ("li", "tr", "td", "th"):
            self.start_part(name, attributes)
            return
        if self.box.name in ("table", "tr"):
            self.refuse("a table holds something outside its cells")
        if name == "p" or name in _HEADINGS:
            self.end_if_open("p")
        self.decorations(attributes, name)
        if name in ("ul", "ol") and self.box.name in ("ul", "ol"):
            # Editors put a list that is indented right into the one around it.
            self.boxes.append(_Box("li", list(self.box.items.pop()) if self.box.items else []))
            self.open.append(_Open("li", box=True))
        self.flush()
        if name == "hr":
            self.box.blocks.append(Rule())
        elif name == "pre":
            self.pre, self.pre_is_fresh = [], True
            self.open.append(_Open(name))
        elif name == "p" or name in _LINES:
            self.open.append(self.styled(name, attributes))
        else:
            self.push_box(name)
            if name == "ol":
                start = attributes.get("start", "1")
                self.box.start = int(start) if re.fullmatch("[0-9]{1,9}", start) else 1

    def push_box(self, name: str) -> None:
        self.boxes.append(_Box(name))
        self.open.append(_Open(name, box=True))

    def start_part(self, name: str, attributes: dict[str, str]) -> None:
        """An item of a list, a row or cell of a table; one that is still open ends with it."""
        around = {"li": ("ul", "ol"), "tr": ("table",)}.get(name, ("table", "tr"))
        until = next((at for at in range(len(self.boxes) - 1, 0, -1) if self.boxes[at].name in around), 0)
        if not until:
            self.own_line()
            self.open.append(_Open(name))
            return
        while len(self.boxes) > until + 1:
            self.close()
        if name in ("td", "th"):
            if self.box.name == "table":
                self.push_box("tr")
            table = self.boxes[-2]
            if not table.rows:
                table.aligns.append(_alignment(attributes))
            if any(attributes.get(span, "1") not in ("", "1") for span in ("colspan", "rowspan")):
                self.refuse("cells of a table are joined")
            if name == "td" and not table.rows:
                self.dropped.add("a table without a head: its first row is one")
        elif name == "tr":
            self.decorations(attributes, name)
        self.push_box(name)

    def start_inline(self, tag: Tag) -> None:
        name, attributes = tag.name, tag.attributes()
        if name == "a":
            href = attributes.get("href", "").strip()
            if href and not _HTTP.fullmatch(href):
                self.dropped.add("a link that leads to no web page")
                href = ""
            self.open.append(_Open(name, href=href))
            return
        if name == "anki-mathjax":
            self.add_text(r"\[" if attributes.get("block") == "true" else r"\(")
            self.open.append(_Open(name + ("-block" if attributes.get("block") == "true" else "")))
            return
        if name in _DECORATIONS:
            self.dropped.add(_DECORATIONS[name])
        elif name not in _IGNORED and name not in _STYLES and name not in _CODES and name not in _SHIFTED:
            self.dropped.add(f"`<{name[:30]}>`")
        self.decorations(attributes, name)
        if name not in ("wbr", "col"):
            self.open.append(self.styled(name, attributes))

    def styled(self, name: str, attributes: dict[str, str]) -> _Open:
        style = _properties(attributes)
        strong = True if _STYLES.get(name) == "strong" else None
        em = True if _STYLES.get(name) == "em" else None
        if weight := style.get("font-weight"):
            strong = weight in ("bold", "bolder") or (weight.isdigit() and int(weight[:4]) >= 600)
        if slant := style.get("font-style"):
            em = slant.startswith(("italic", "oblique"))
        shift = name if name in _SHIFTED else ""
        return _Open(name, strong=strong, em=em, code=name in _CODES, shift=shift)

    def decorations(self, attributes: dict[str, str], name: str) -> None:
        """Note what a style or an attribute does that no document holds."""
        if not attributes:
            return
        for key, value in _properties(attributes).items():
            what = _PROPERTIES.get(key)
            if what == "underline":
                what = "strike-through" if "line-through" in value else what if "underline" in value else None
            if what and value not in ("inherit", "initial", "unset", "transparent", "baseline", "start"):
                self.dropped.add(what)
        if "align" in attributes and name not in ("td", "th"):
            self.dropped.add("alignment")
        if attributes.get("dir") == "rtl":
            self.dropped.add("direction of writing")

    def image(self, tag: Tag) -> None:
        attributes = tag.attributes()
        source = attributes.get("src", "").strip()
        if not source:
            return
        if source.startswith("data:"):
            self.refuse("a picture is written into it instead of standing in a file")
        if {"width", "height"} & (attributes.keys() | _properties(attributes).keys()):
            self.dropped.add("the size of a picture")
        alt = _SPACE.sub(" ", unicodedata.normalize("NFC", attributes.get("alt", ""))).strip()
        if self.box.name in ("table", "tr"):
            self.refuse("a table holds something outside its cells")
        elif self.box.name in ("ul", "ol"):
            self.push_box("li")
        source = unicodedata.normalize("NFC", source)
        self.box.line.append(Run("image", alt, href=self.style()[3], src=source))

    def end(self, name: str) -> None:
        if name == "anki-mathjax" and self.pre is None:
            for end, sign in (("anki-mathjax", r"\)"), ("anki-mathjax-block", r"\]")):
                if self.open and self.open[-1].name == end:
                    self.add_text(sign)
                    self.open.pop()
            return
        if self.pre is not None and name != "pre":
            if name in _LINES or name == "p":
                self.pre.append("\n")
            return
        self.end_if_open(name)

    def end_if_open(self, name: str) -> None:
        at = next((at for at in range(len(self.open) - 1, -1, -1) if self.open[at].name == name), None)
        # A paragraph does not end from within a cell or an item what was begun around it.
        inner = next((at for at in range(len(self.open) - 1, -1, -1) if self.open[at].box), -1)
        if at is None or (at < inner and not self.open[at].box):
            return
        while len(self.open) > at:
            self.close()

    def close(self) -> None:
        """End the innermost open element."""
        element = self.open.pop()
        if element.name == "pre":
            if self.pre is not None and not any(each.name == "pre" for each in self.open):
                text = "".join(self.pre).replace("\u00a0", " ").replace("\r", "")
                self.box.blocks.append(Code(text.rstrip("\n")))
                self.pre = None
        elif element.box:
            self.close_box(element.name)
        elif element.name == "p":
            self.flush()
        elif element.name in _LINES or element.name == "li":
            self.own_line()

    def close_box(self, name: str) -> None:
        if name in _HEADINGS:
            box = self.boxes.pop()
            self.add_heading(_HEADINGS[name], box)
            return
        self.flush()
        box = self.boxes.pop()
        if name == "blockquote":
            self.box.blocks.append(Quote(tuple(box.blocks)))
        elif name == "li":
            self.box.items.append(tuple(box.blocks))
        elif name in ("ul", "ol"):
            if box.items:
                self.box.blocks.append(List(box.start, tuple(box.items)))
        elif name in ("td", "th"):
            self.add_cell(box)
        elif name == "tr":
            self.box.rows.append(list(box.rows[0]) if box.rows else [])
        elif name == "table" and box.rows:
            width = len(box.rows[0])
            if any(len(row) > width for row in box.rows):
                self.refuse("a row of a table is longer than its first")
            rows = tuple((*row, *[()] * (width - len(row))) for row in box.rows)
            self.box.blocks.append(Table(tuple(box.aligns), rows))

    def add_heading(self, level: int, box: _Box) -> None:
        if box.blocks:
            self.refuse("a heading holds more than a line")
        runs = trimmed(one_form(box.line))
        if runs:
            self.box.blocks.append(Heading(level, runs))

    def add_cell(self, box: _Box) -> None:
        blocks = box.blocks
        if len(blocks) > 1 or not all(isinstance(block, Paragraph) for block in blocks):
            self.refuse("a cell of a table holds more than a line")
        runs = blocks[0].runs if blocks and isinstance(blocks[0], Paragraph) else ()
        if any(run.kind == "break" for run in runs):
            self.refuse("a cell of a table holds more than a line")
        if not self.box.rows:
            self.box.rows.append([])
        self.box.rows[0].append(runs)


def _properties(attributes: dict[str, str]) -> dict[str, str]:
    """The properties of a `style` attribute, in lower case."""
    style = attributes.get("style", "")
    pairs = (each.partition(":") for each in style.lower().split(";")) if style else ()
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _alignment(attributes: dict[str, str]) -> str:
    found = _properties(attributes).get("text-align") or attributes.get("align", "").lower()
    return found if found in ("left", "right", "center") else ""
