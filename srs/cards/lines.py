"""The short way through plain YAML: lines of `key: text`, lists of such, blocks and bracketed words. Knows no decks.

Most of what people write in a deck needs no YAML parser, and taking it line by line is several times faster than
libyaml's events. `parse_lines` reads exactly that much: at the first line it is not sure of it gives up, and
`parse_events` reads the whole and says what is wrong. So there are no messages here, and one claim to test: where this
returns a tree, it is the tree of `parse_events`, and that one found no problem.
"""

import re
from typing import TypeAlias

from srs.cards.nodes import Mapping, Node, Sequence, Text

MAX_OPEN = 8

_LINE = re.compile(
    r"""([ ]*)                                             # the indentation
    (-[ ]+)?                                               # a dash
    (?:
        ([A-Za-z_](?:[A-Za-z0-9_ -]{0,80}[A-Za-z0-9_])?):  # a key
        (?:[ ]+(?:
            ((?:[^\s,\[\]{}\#&*!|>'"%@`:?-]|[:?-][^\s]).*)   # plain text
            | '((?:[^']|'')*)'[ ]*                         # text in single quotes
            | "([^"\\]*)"[ ]*                              # text in double quotes
            | ([|>]-?)[ ]*                                 # a block's head
            | \[([^\]]*)\][ ]*                             # a bracketed list
        )?)?
        | ([^\s,\[\]{}\#&*!|>'"%@`:?-].*)                  # plain text in a list
    )""",
    re.VERBOSE,
)
_START = re.compile(r"([ ]*)(-[ ]+)?([A-Za-z_](?:[A-Za-z0-9_ -]{0,80}[A-Za-z0-9_])?)")
_NOT_PLAIN = frozenset(" \t,[]{}#&*!|>'\"%@`:?-")
_KEY, _PLAIN, _SINGLE, _DOUBLE, _HEAD, _LIST, _ITEM = range(3, 10)
_WORD = r"[A-Za-z0-9_][A-Za-z0-9_./+-]*"
_WORDS = rf"[ ]*{_WORD}(?:::?{_WORD})*[ ]*"
_LISTED = re.compile(rf"{_WORDS}(?:,{_WORDS})*,?")
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_CONTROLS = "".join(char for char in map(chr, (*range(32), 127)) if char not in "\t\n")

_Start: TypeAlias = tuple[int, int, str, int]
"""Of a line up to its `: `: the indentation, how long the dash with its spaces is, the key; where the value stands."""
_new = tuple.__new__  # a tuple's own: that of a class with names is half as fast


class _Unsure(Exception):
    """This line takes a YAML parser."""


def parse_lines(text: str) -> Mapping | None:
    """The tree of a text as `tree.parse` hands it on; None if it takes a YAML parser."""
    if _has_controls(text):
        return None
    try:
        return _Lines(text).read()
    except _Unsure:
        return None


def _has_controls(text: str) -> bool:
    """Whether the text holds a character that libyaml refuses; each kind of text has its own quickest way."""
    if text.isascii():
        return any(char in text for char in _CONTROLS)
    return not text.replace("\n", " ").isprintable() and _REFUSED.search(text) is not None


class _Lines:
    """One pass over the lines of a text.

    The lists and mappings that may still go on stand on a stack with their indentation (from 0), the innermost last.
    `values` are those of the innermost if it is a mapping, and `here` its indentation while the next line may be
    another of its keys. `waiting` is a key whose line held no value.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.stack: list[tuple[int, Mapping | Sequence]] = []
        self.values: dict[str, Node] = {}
        self.here = -1
        self.waiting: tuple[str, int] | None = None

    def read(self) -> Mapping | None:
        lines, not_plain = self.lines, _NOT_PLAIN
        starts: dict[str, _Start] = {}
        number, last = 0, len(lines)
        key, text_at = "", -1
        while number < last:
            line = lines[number]
            number += 1
            if not line:
                continue
            # Decks repeat how their lines start, so most lines need no pattern: only what stands after `: ` is new.
            parts = line.split(": ")
            if (
                len(parts) == 2
                and (text := parts[1])
                and text[0] not in not_plain
                and (begun := starts.get(parts[0]) or _begun(parts[0], starts))
            ):
                column, dash, key, text_column = begun
                if dash:
                    self.begin_item(number, column, dash)
                elif column != self.here:
                    self.begin_key(number, column)
                if key in self.values:
                    raise _Unsure
                if "#" in text or text[-1] in ": " or "\t" in text:
                    text = _one_line(text)
                self.values[key] = _new(Text, (text, number, text_column, ""))
                text_at = number
            elif (text := line.lstrip(" ")) and text[0] != "#":
                if text_at == number - 1 and text[0] not in not_plain and len(line) - len(text) > self.here:
                    self.go_on(key, text)
                    text_at = number
                else:
                    number = self.other_line(number)
        root = self.stack[0][1] if self.stack else None
        return root if isinstance(root, Mapping) else None

    def go_on(self, key: str, text: str) -> None:
        """Take a further line of the plain text just read."""
        before = self.values[key]
        self.values[key] = Text(f"{before[0]} {_one_line(text)}", before.line, before.column, "")

    def begin_key(self, number: int, column: int) -> None:
        """Go to the mapping this key belongs to, which may open here."""
        stack = self.stack
        if not stack and not column:
            self.open(0, Mapping({}, {}, number, 1, False))
        elif self.waiting and column > stack[-1][0]:
            self.open(column, Mapping({}, {}, number, column + 1, False))
        self.waiting = None  # with the empty text, if it was not opened just now
        while stack and (column < stack[-1][0] or (column == stack[-1][0] and isinstance(stack[-1][1], Sequence))):
            stack.pop()
        self.look_at_top(column)

    def begin_item(self, number: int, column: int, dash: int) -> None:
        """Go to the list this dash belongs to, which may open here, and open the mapping that is its next item."""
        items = self.items_at(number, column)
        self.here = column = column + dash
        values: dict[str, Node] = {}
        self.values = values
        node = _new(Mapping, (values, {}, number, column + 1, False))
        items.append(node)
        self.stack.append((column, node))

    def items_at(self, number: int, column: int) -> list[Node]:
        stack = self.stack
        if self.waiting:
            if column >= stack[-1][0]:
                self.open(column, Sequence([], number, column + 1, False))
            self.waiting = None
        while stack and column < stack[-1][0]:
            stack.pop()
        if not stack or len(stack) > MAX_OPEN:
            raise _Unsure
        indentation, node = stack[-1]
        if indentation != column or not isinstance(node, Sequence):
            raise _Unsure
        self.here = -1
        return node.items

    def open(self, column: int, node: Mapping | Sequence) -> None:
        if self.waiting:
            key, number = self.waiting
            self.values[key] = node
            if node.line != number:
                mapping = self.stack[-1][1]
                assert isinstance(mapping, Mapping)
                mapping.elsewhere[key] = number, mapping.column
            self.waiting = None
        self.stack.append((column, node))
        if len(self.stack) > MAX_OPEN:
            raise _Unsure

    def look_at_top(self, column: int) -> None:
        indentation, node = self.stack[-1] if self.stack else (-1, None)
        if indentation != column or not isinstance(node, Mapping):
            raise _Unsure
        self.here, self.values = column, node.values

    def other_line(self, number: int) -> int:
        """Read a line that is not `key: plain text`; returns the number of the last line it took."""
        found = _LINE.fullmatch(self.lines[number - 1])
        if found is None:
            raise _Unsure
        blank, dash, key = found[1], found[2], found[3]
        if key is None:
            if not dash:
                raise _Unsure
            items = self.items_at(number, len(blank))
            items.append(Text(_one_line(found[_ITEM]), number, found.start(_ITEM) + 1, ""))
            return number
        if dash:
            self.begin_item(number, len(blank), len(dash))
        elif len(blank) != self.here:
            self.begin_key(number, len(blank))
        if key in self.values:
            raise _Unsure
        if found.lastindex == _HEAD:
            return self.block(found, key, number)
        self.values[key] = self.value(found, number)
        if found.lastindex == _KEY:
            self.waiting = key, number
            self.here = -1
        return number

    def value(self, found: re.Match[str], number: int) -> Node:
        kind = found.lastindex
        if kind == _KEY:
            return Text("", number, found.end(_KEY) + 2, "")
        if kind == _PLAIN:
            return Text(_one_line(found[_PLAIN]), number, found.start(_PLAIN) + 1, "")
        if kind == _SINGLE:
            return Text(found[_SINGLE].replace("''", "'"), number, found.start(_SINGLE), "'")
        if kind == _DOUBLE:
            return Text(found[_DOUBLE], number, found.start(_DOUBLE), '"')
        return self.bracketed(found, number)

    def bracketed(self, found: re.Match[str], number: int) -> Sequence:
        inner, start = found[_LIST], found.start(_LIST)
        if inner and not _LISTED.fullmatch(inner):
            raise _Unsure
        items: list[Node] = []
        column = start + 1
        for word in inner.split(","):
            if text := word.strip(" "):
                items.append(_new(Text, (text, number, column + word.index(text), "")))
            column += len(word) + 1
        return Sequence(items, number, start, True)

    def block(self, found: re.Match[str], key: str, number: int) -> int:
        """Take the lines of a `|` or `>` text; returns the number of the last one."""
        lines = self.lines
        first = lines[number] if number < len(lines) else ""
        text = first.lstrip(" ")
        indentation = len(first) - len(text)
        if not text or text[0] == "\t" or indentation <= self.here:
            raise _Unsure
        pad, content, head_line = first[:indentation], [], number
        while number < len(lines):
            line = lines[number]
            if not line.startswith(pad) and line.strip(" "):
                break
            content.append(line[indentation:])
            number += 1
        else:
            if content[-1]:
                raise _Unsure  # no line end after the last line, so `|` adds none
        while not content[-1]:
            content.pop()
        head = found[_HEAD]
        if head[0] == ">":
            if any(not line or line[0] in " \t" for line in content):
                raise _Unsure
            value = " ".join(content)
        else:
            value = "\n".join(content)
        self.values[key] = Text(value if head[1:] else value + "\n", head_line, found.start(_HEAD) + 1, head[0])
        return number


def _begun(start: str, starts: dict[str, _Start]) -> _Start | None:
    """What the start of a line says, kept in `starts` for the next line that starts like it."""
    found = _START.fullmatch(start)
    if found is None:
        return None
    starts[start] = begun = len(found[1]), len(found[2] or ""), found[3], len(start) + 3
    return begun


def _one_line(text: str) -> str:
    """A plain text as YAML takes it."""
    text = text.rstrip(" ")
    if ": " in text or " #" in text or text[-1] == ":" or "\t" in text:
        raise _Unsure
    return text
