"""Card templates in Anki's mustache: parsed once, rendered, asked whether they come out empty. Knows nothing of notes.

A template with a mistake still renders, as far as it can be understood; the mistakes stand in `Parsed.errors`.
"""

import html
import re
from collections.abc import Collection, Mapping, Set
from functools import lru_cache

from srs.cards import cloze
from srs.values import frozen

SPECIAL = frozenset({"FrontSide", "Tags", "Deck", "Subdeck", "Card", "CardFlag", "CardID", "Type"})
DEEPEST = 50

_OPENING = re.compile(r"<!--|\{\{")
_OLD_DELIMITERS = "{{=<% %>=}}"
_BLANK = re.compile(r"(?:[ \t\n\r\f\v]|</?(?:br|div) ?/?>)*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_READING = re.compile(r" ?(?<![^ >\[\]])([^ >\[\]]++)\[([^\[\]]++)\]")
_CLOZE_SECTION = re.compile(r"c[0-9]+")


@frozen
class Text:
    """Shown as it stands."""

    text: str


@frozen
class Replacement:
    """`{{filter:name}}`. `filters` in the order in which they apply: the innermost first."""

    name: str
    filters: tuple[str, ...]


@frozen
class Section:
    """`{{#name}}…{{/name}}`, or with `^` when negated."""

    name: str
    negated: bool
    children: tuple["Node", ...]


Node = Text | Replacement | Section


@frozen
class Parsed:
    """A template as a tree, and what was wrong with it in words."""

    nodes: tuple[Node, ...]
    errors: tuple[str, ...]


@frozen
class Blank:
    """A place to type into: the field, the HTML of what is expected, whether accents count (not with `nc`)."""

    field: str
    html: str
    accents: bool


@lru_cache(maxsize=4096)
def parse(text: str) -> Parsed:
    """The tree of a template. Never raises."""
    if text.lstrip().startswith(_OLD_DELIMITERS):
        text = text.replace(_OLD_DELIMITERS, "", 1).replace("<%", "{{").replace("%>", "}}")
    parser = _Parser()
    position, size = 0, len(text)
    last_tag, last_comment = text.rfind("}}"), text.rfind("-->")
    while position < size:
        opening = _OPENING.search(text, position)
        start = opening.start() if opening else size
        parser.text(text[position:start])
        if opening is None:
            break
        if opening[0] == "{{":
            if last_tag < start:
                parser.error("`{{` is not closed by `}}`")
                parser.text(text[start:])
                break
            end = text.index("}}", start)
            parser.tag(text[start + 2 : end].lstrip("{").strip())
            position = end + 2
        else:
            position = text.index("-->", start) + 3 if start < last_comment else start + 4
            parser.text(text[start:position])
    return parser.finish()


def problems(parsed: Parsed, fields: Collection[str]) -> tuple[str, ...]:
    """What is wrong with a template for a type with these fields, in words."""
    known = {*fields, *SPECIAL}
    unknown = sorted(name for name in names(parsed) if name not in known and not _CLOZE_SECTION.fullmatch(name))
    return parsed.errors + tuple(f"no field is called {name!r}" for name in unknown)


def names(parsed: Parsed) -> frozenset[str]:
    """Every field the template names, in sections too."""
    return frozenset(node.name for node in _walk(parsed.nodes) if not isinstance(node, Text))


def cloze_names(parsed: Parsed) -> frozenset[str]:
    """The fields shown through the `cloze` filter."""
    nodes = _walk(parsed.nodes)
    return frozenset(node.name for node in nodes if isinstance(node, Replacement) and "cloze" in node.filters)


def is_blank(value: str) -> bool:
    """Whether a field's HTML counts as empty: nothing but ASCII white space, `br` and `div`."""
    return _BLANK.fullmatch(value) is not None


def has_content(parsed: Parsed, nonempty: Set[str]) -> bool:
    """Whether the side shows any field that has something in it. Text alone does not make a card."""
    return _any_shown(parsed.nodes, nonempty)


def render(parsed: Parsed, fields: Mapping[str, str], *, number: int | None = None, answer: bool = False) -> str:
    """The side as HTML. `fields` hold HTML, special names included; `number` is the cloze asked; `answer`: the back."""
    out: list[str] = []
    _render(parsed.nodes, _Side(fields, number, answer), out)
    return "".join(out)


def typed(parsed: Parsed, fields: Mapping[str, str], *, number: int | None = None) -> Blank | None:
    """The first `{{type:…}}` that a front shows, arguments as for `render`; None where nothing is to be typed."""
    return _first_typed(parsed.nodes, _Side(fields, number, False))


class _Parser:
    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        self._levels: list[list[Node]] = [[]]
        self._errors: list[str] = []

    def text(self, text: str) -> None:
        if text:
            self._levels[-1].append(Text(text))

    def error(self, message: str) -> None:
        self._errors.append(message)

    def tag(self, inside: str) -> None:
        sign, name = inside[:1], inside[1:].strip()
        if sign in ("#", "^"):
            self._start(name, sign == "^")
        elif sign == "/":
            self._end(name)
        elif inside:
            *filters, name = inside.split(":")
            applied = tuple(each.strip() for each in reversed(filters))
            self._levels[-1].append(Replacement(name.strip(), applied))
        else:
            self.error("`{{}}` names no field")

    def finish(self) -> Parsed:
        while self._open:
            self.error(f"`{{{{#{self._open[-1][0]}}}}}` is not closed")
            self._close()
        return Parsed(tuple(self._levels[0]), tuple(dict.fromkeys(self._errors)))

    def _start(self, name: str, negated: bool) -> None:
        if len(self._open) == DEEPEST:
            self.error(f"sections are nested more than {DEEPEST} deep")
            return
        self._open.append((name, negated))
        self._levels.append([])

    def _end(self, name: str) -> None:
        if not self._open or self._open[-1][0] != name:
            self.error(f"`{{{{/{name}}}}}` closes nothing")
            return
        self._close()

    def _close(self) -> None:
        name, negated = self._open.pop()
        children = tuple(self._levels.pop())
        self._levels[-1].append(Section(name, negated, children))


def _walk(nodes: tuple[Node, ...]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        found.append(node)
        if isinstance(node, Section):
            found += _walk(node.children)
    return found


def _any_shown(nodes: tuple[Node, ...], nonempty: Set[str]) -> bool:
    for node in nodes:
        if isinstance(node, Replacement):
            if node.name in nonempty:
                return True
        elif (
            isinstance(node, Section)
            and (node.name in nonempty) != node.negated
            and _any_shown(node.children, nonempty)
        ):
            return True
    return False


@frozen
class _Side:
    fields: Mapping[str, str]
    number: int | None
    answer: bool

    def holds(self, name: str) -> bool:
        if name not in self.fields and _CLOZE_SECTION.fullmatch(name):
            return name == f"c{self.number}"
        return not is_blank(self.fields.get(name, ""))


def _render(nodes: tuple[Node, ...], side: _Side, out: list[str]) -> None:
    for node in nodes:
        if isinstance(node, Text):
            out.append(node.text)
        elif isinstance(node, Replacement):
            out.append(_filtered(node, side))
        elif side.holds(node.name) != node.negated:
            _render(node.children, side, out)


def _filtered(node: Replacement, side: _Side) -> str:
    value = side.fields.get(node.name, "")
    if is_blank(value):
        return "" if node.filters else value
    if "type" in node.filters:
        return _typed(value, node, side)
    for name in node.filters:
        value = _apply(name, value, node, side)
    return value


def _typed(value: str, node: Replacement, side: _Side) -> str:
    """A place to type into on the front, the right answer on the back."""
    value = _to_type(value, node, side)
    if side.answer:
        return value
    from srs.cards import plain

    return f'<span class="type" data-answer="{html.escape(plain.to_text(value))}"></span>'


def _to_type(value: str, node: Replacement, side: _Side) -> str:
    """The HTML of what is to be typed: the field, or of a cloze what is hidden, each text once if all are alike."""
    if "cloze" not in node.filters or side.number is None:
        return value
    pieces = cloze.hidden(value, side.number)
    return pieces[0] if len(set(pieces)) == 1 else ", ".join(pieces)


def _first_typed(nodes: tuple[Node, ...], side: _Side) -> Blank | None:
    for node in nodes:
        if isinstance(node, Replacement):
            value = side.fields.get(node.name, "")
            if "type" in node.filters and not is_blank(value):
                return Blank(node.name, _to_type(value, node, side), "nc" not in node.filters)
        elif isinstance(node, Section) and side.holds(node.name) != node.negated:
            found = _first_typed(node.children, side)
            if found:
                return found
    return None


def _apply(name: str, value: str, node: Replacement, side: _Side) -> str:
    if name == "cloze":
        if side.number is None:
            return value
        return cloze.back(value, side.number) if side.answer else cloze.front(value, side.number)
    if name == "hint":
        return f'<details class="hint"><summary>{html.escape(node.name)}</summary>{value}</details>'
    if name == "text":
        return _TAG.sub("", value)
    if name in _READINGS:
        return _READING.sub(_READINGS[name], value)
    # Speech has nothing to show; a filter that only an add-on knows shows the field, as in Anki.
    return "" if name.split(" ")[0] == "tts" else value


_READINGS = {"furigana": r"<ruby><rb>\1</rb><rt>\2</rt></ruby>", "kana": r"\2", "kanji": r"\1"}
