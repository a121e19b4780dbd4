"""The HTML of a face as plain text that reads well. Knows nothing of cards or terminals.

Whatever the HTML, broken or hostile, the text holds no control characters, bidirectional overrides are shown by name,
and the time taken grows with the length alone.
"""

import re

from srs.cards.tags import Tag, tokens

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = _HEADINGS | {"blockquote", "dl", "ol", "p", "pre", "section", "table", "ul"}
_BLOCKS = _PARAGRAPHS | {
    "address", "article", "aside", "caption", "dd", "details", "div", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "header", "main", "nav", "summary", "tbody", "tfoot", "thead",
}  # fmt: skip
_UNSEEN = frozenset({"noscript", "template", "title"})
_DEEPEST_LIST = 8
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SOUND = re.compile(r"\[sound:([^\[\]\n]+)\]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def to_text(html: str, marked: bool = False) -> str:
    """Readable text: paragraphs apart, lists with `-`, table rows with ` | `, code as it is, pictures as `[alt]`.

    `marked`: what a cloze asked stands in brackets on its back, as the gap does on its front.
    """
    writer = _Writer(marked)
    for token in tokens(html):
        if isinstance(token, str):
            writer.data(token)
        elif token.closes:
            writer.end(token.name)
        else:
            writer.start(token)
    return clean(writer.text())


def for_reading(html: str) -> str:
    """The same with sounds named as `[sound: file]`; for a reader, since no program plays them so."""
    return _SOUND.sub(lambda match: f"[sound: {match[1].strip()}]", to_text(html))


def clean(text: str) -> str:
    """The text without control characters, bidirectional overrides by name; line ends and tabs stay."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _BIDI.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


class _Writer:
    """Writes text into lines as tags come by. Keeps counters and no tree, so nesting costs nothing."""

    def __init__(self, marked: bool) -> None:
        self._out: list[str] = []
        self._marked = marked
        self._spans = 0
        self._cloze: tuple[int, int] | None = None  # the open span that a cloze asks, and where its text begins
        self._last = "\n"  # the last character written
        self._bullet = False  # whether the current line holds nothing but a list item's mark
        self._gap = 0  # line ends owed before the next text
        self._lists: list[int | None] = []  # the next number of each open list, None without numbers
        self._pre = 0
        self._unseen = ""  # the tag whose content is not shown
        self._cells = 0
        self._link: tuple[str, int] | None = None

    def text(self) -> str:
        lines = (line.rstrip() for line in "".join(self._out).split("\n"))
        return "\n".join(lines).strip("\n")

    def start(self, tag: Tag) -> None:
        if self._unseen:
            return
        if tag.name in _UNSEEN:
            self._unseen = "" if tag.written.endswith("/") else tag.name
        if tag.name in _BLOCKS:
            self._break(self._lines_around(tag.name))
        start = getattr(self, f"_start_{tag.name}", None)
        if start is not None:
            start(tag.attributes())

    def end(self, tag: str) -> None:
        if self._unseen:
            self._unseen = "" if tag == self._unseen else self._unseen
            return
        if tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "a" and self._link is not None:
            self._end_link(*self._link)
        elif tag == "rt":
            self._write(")")
        elif tag == "span":
            self._end_span()
        if tag in _BLOCKS or tag in ("li", "tr"):
            self._break(1 if tag in _HEADINGS else self._lines_around(tag))

    def data(self, text: str) -> None:
        if self._unseen:
            return
        if not self._pre:
            text = _SPACE.sub(" ", text)
            if self._gap or self._last in "\n ":
                text = text.lstrip(" ")
        if text:
            self._write(text)

    def _start_br(self, attrs: dict[str, str]) -> None:
        self._write("\n")

    def _start_hr(self, attrs: dict[str, str]) -> None:
        self._break(2)
        self._write("---")
        self._break(2)

    def _start_pre(self, attrs: dict[str, str]) -> None:
        self._pre += 1

    def _start_ul(self, attrs: dict[str, str]) -> None:
        self._lists.append(None)

    def _start_ol(self, attrs: dict[str, str]) -> None:
        start = attrs.get("start", "1")
        self._lists.append(int(start) if re.fullmatch("[0-9]{1,6}", start) else 1)

    def _start_li(self, attrs: dict[str, str]) -> None:
        self._bullet = False
        self._break(1)
        number = self._lists[-1] if self._lists else None
        indent = "  " * min(max(0, len(self._lists) - 1), _DEEPEST_LIST)
        if number is None:
            self._write(f"{indent}- ")
        else:
            self._lists[-1] = number + 1
            self._write(f"{indent}{number}. ")
        self._bullet = True

    def _start_tr(self, attrs: dict[str, str]) -> None:
        self._break(1)
        self._cells = 0

    def _start_td(self, attrs: dict[str, str]) -> None:
        if self._cells:
            self._write(" | " if self._last != " " else "| ")
        self._cells += 1

    _start_th = _start_td

    def _start_img(self, attrs: dict[str, str]) -> None:
        self._write(f"[{_SPACE.sub(' ', attrs.get('alt') or attrs.get('src') or 'picture')}]")

    def _start_rt(self, attrs: dict[str, str]) -> None:
        self._write("(")

    def _start_a(self, attrs: dict[str, str]) -> None:
        href = attrs.get("href", "")
        self._link = (href, len(self._out)) if re.match("https?://", href) else None

    def _end_link(self, href: str, since: int) -> None:
        self._link = None
        if href not in "".join(self._out[since:]):
            self._write(f" ({href})")

    def _start_span(self, attrs: dict[str, str]) -> None:
        self._spans += 1
        if self._marked and self._cloze is None and "cloze" in attrs.get("class", "").split():
            self._cloze = (self._spans, len(self._out))

    def _end_span(self) -> None:
        if self._cloze is not None and self._cloze[0] == self._spans:
            first = next((n for n in range(self._cloze[1], len(self._out)) if self._out[n].strip("\n")), None)
            self._cloze = None
            if first is not None and not (self._out[first].startswith("[") and self._last == "]"):
                self._out[first] = f"[{self._out[first]}"
                self._out[-1] += "]"  # not after a gap that is owed
                self._last = "]"
        self._spans = max(0, self._spans - 1)

    def _lines_around(self, tag: str) -> int:
        """How many line ends set a block apart: two for paragraphs, one inside lists, and under a heading."""
        return 2 if tag in _PARAGRAPHS and not self._lists else 1

    def _break(self, lines: int) -> None:
        # A paragraph that opens a list item stays on the item's line.
        if self._out and not self._bullet:
            self._gap = max(self._gap, lines)

    def _write(self, text: str) -> None:
        if self._gap:
            # What ended its line itself (`br`, code) owes one line end less.
            self._out.append("\n" * (self._gap - (self._last == "\n")))
            self._gap = 0
        self._bullet = False
        if text:
            self._out.append(text)
            self._last = text[-1]
