"""The short way through plain YAML: lines of `key: text`, lists of such, blocks and bracketed words. Knows no decks.

Most of what people write in a deck needs no YAML parser, and taking it line by line is several times faster than
libyaml's events. `parse_lines` reads exactly that much: at the first line it is not sure of it gives up, and
`parse_events` reads the whole and says what is wrong. So there are no messages here, and one claim to test: where this
returns a tree, it is the tree of `parse_events`, and that one found no problem.
"""

import re
from itertools import islice
from typing import TypeAlias

from srs.cards.nodes import Mapping, Node, Sequence, Text

MAX_OPEN = 8

_START = re.compile(r"([ ]*)(-[ ]+)?([A-Za-z_](?:[A-Za-z0-9_ -]{0,80}[A-Za-z0-9_])?)")
_NOT_PLAIN = frozenset(" \t,[]{}#&*!|>'\"%@`:?-")
_HEADS = frozenset(("|", "|-", ">", ">-"))
_ENDS = {"'": "'", '"': '"', "[": "]"}
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

    The lists and mappings around the innermost mapping stand on a stack with their indentation (from 0). `items` is
    the list that a dash at `dashes` goes on, the last on the stack; -1 where that is to be found out. `waiting` is a
    key whose line held no value, with its mapping, that one's indentation and the line.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.stack: list[tuple[int, Mapping | Sequence]] = []
        self.mapping: Mapping | None = None
        self.items: list[Node] = []
        self.dashes = -1
        self.waiting: tuple[str, Mapping, int, int] | None = None
        self.words: dict[str, list[tuple[str, int]]] = {}

    def read(self) -> Mapping | None:
        # This runs for every line of a collection. `here` is the indentation of the innermost mapping, whose values
        # these are, while the next line may be another of its keys.
        not_plain, tabs = _NOT_PLAIN, "\t" in self.text
        starts: dict[str, _Start] = {}
        values: dict[str, Node] = {}
        here, key, text_at = -1, "", -1
        lines = enumerate(self.lines, 1)
        for number, line in lines:
            if not line:
                continue
            # Decks repeat how their lines start, so most lines need no pattern: only what stands after `: ` is new.
            start, colon, text = line.partition(": ")
            if not colon:
                start = line[:-1] if line[-1] == ":" else ""
            if start and (begun := starts.get(start) or _begun(start, starts)):
                column, dash, key, text_column = begun
                if dash:
                    if column != self.dashes:
                        self.go_to_list(number, column)
                    values = {}
                    here = column + dash
                    self.mapping = mapping = _new(Mapping, (values, {}, number, here + 1, False))
                    self.items.append(mapping)
                elif column != here:
                    values = self.go_to_mapping(number, column)
                    here = column
                if key in values:
                    raise _Unsure
                if text and text[0] not in not_plain:
                    if ":" in text or "#" in text or text[-1] == " " or tabs:
                        text = _one_line(text)
                    values[key] = _new(Text, (text, number, text_column, ""))
                    text_at = number
                else:
                    value = text.strip(" ")
                    text_column += text.index(value)
                    if value in _HEADS:
                        values[key], count = self.block(value, number, text_column, here)
                        next(islice(lines, count, count), None)
                    elif value:
                        values[key] = self.other_value(value, number, text_column)
                    else:
                        values[key] = self.no_value(key, number, text_column - 1, here)
                        here = -1
            elif (text := line.lstrip(" ")) and text[0] != "#":
                if text_at == number - 1 and text[0] not in not_plain and len(line) - len(text) > here:
                    before = values[key]
                    values[key] = Text(f"{before[0]} {_one_line(text)}", before.line, before.column, "")
                    text_at = number
                else:
                    self.text_item(number, len(line) - len(text), text)
                    here = -1
        root = self.stack[0][1] if self.stack else self.mapping
        return root if isinstance(root, Mapping) else None

    def no_value(self, key: str, number: int, column: int, outer: int) -> Text:
        """The value of a key that ends its line: empty, unless the next line opens one."""
        assert self.mapping
        self.waiting = key, self.mapping, outer, number
        self.dashes = -1
        return Text("", number, column, "")

    def go_to_mapping(self, number: int, column: int) -> dict[str, Node]:
        """Make the mapping with keys at this column the innermost, which may open here; returns its values."""
        stack = self.stack
        self.dashes = -1
        if self.waiting:
            _, mapping, outer, _ = self.waiting
            if column > outer:
                self.mapping = mapping = Mapping({}, {}, number, column + 1, False)
                self.open(mapping)
                return mapping.values
            self.waiting = None  # with the empty text
            if column == outer:
                return mapping.values
        if self.mapping is None and not stack and not column:
            self.mapping = Mapping({}, {}, number, 1, False)
            return self.mapping.values
        while stack:
            indentation, node = stack.pop()
            if indentation == column and isinstance(node, Mapping):
                self.mapping = node
                return node.values
            if indentation < column:
                break
        raise _Unsure

    def go_to_list(self, number: int, column: int) -> None:
        """Make the list with dashes at this column the last on the stack, which may open here."""
        stack = self.stack
        if self.waiting:
            if column >= self.waiting[2]:
                opened = Sequence([], number, column + 1, False)
                self.open(opened)
                stack.append((column, opened))
            self.waiting = None
        while stack and column < stack[-1][0]:
            stack.pop()
        if not stack or len(stack) >= MAX_OPEN:
            raise _Unsure
        indentation, node = stack[-1]
        if indentation != column or not isinstance(node, Sequence):
            raise _Unsure
        self.items, self.dashes = node.items, column

    def open(self, node: Mapping | Sequence) -> None:
        """Take what opens below the waiting key for its value."""
        assert self.waiting
        key, mapping, column, number = self.waiting
        mapping.values[key] = node
        if node.line != number:
            mapping.elsewhere[key] = number, mapping.column
        self.waiting = None
        self.stack.append((column, mapping))
        if len(self.stack) >= MAX_OPEN:
            raise _Unsure

    def text_item(self, number: int, column: int, text: str) -> None:
        """Take a line that is a dash and a plain text."""
        item = text[1:].lstrip(" ")
        if text[:2] != "- " or not item or item[0] in _NOT_PLAIN:
            raise _Unsure
        if column != self.dashes:
            self.go_to_list(number, column)
        self.items.append(Text(_one_line(item), number, column + len(text) - len(item) + 1, ""))

    def other_value(self, value: str, number: int, column: int) -> Node:
        """A value on one line that is not simply plain text."""
        first, inner = value[0], value[1:-1]
        if first not in _NOT_PLAIN or (first in ":?-" and value[1:] and not value[1].isspace()):
            return Text(_one_line(value), number, column, "")
        if len(value) < 2 or value[-1] != _ENDS.get(first):
            raise _Unsure
        if first == "[":
            words = self.words.get(inner)
            if words is None:
                self.words[inner] = words = _words(inner)
            return Sequence([_new(Text, (word, number, column + at, "")) for word, at in words], number, column, True)
        if first == "'":
            if "'" in inner.replace("''", ""):
                raise _Unsure
            inner = inner.replace("''", "'")
        elif '"' in inner or "\\" in inner:
            raise _Unsure
        return Text(inner, number, column, first)

    def block(self, head: str, number: int, column: int, outer: int) -> tuple[Text, int]:
        """A `|` or `>` text below the key of a mapping with indentation `outer`; and how many lines it takes."""
        lines = self.lines
        first = lines[number] if number < len(lines) else ""
        text = first.lstrip(" ")
        indentation = len(first) - len(text)
        if not text or text[0] == "\t" or indentation <= outer:
            raise _Unsure
        pad, end = first[:indentation], number
        try:
            while (line := lines[end]).startswith(pad) or not line.strip(" "):
                end += 1
        except IndexError:
            if lines[-1][indentation:]:
                raise _Unsure from None  # no line end after the last line, so `|` adds none
        content = [line[indentation:] for line in lines[number:end]]
        while not content[-1]:
            content.pop()
        if head[0] == ">":
            if any(not line or line[0] in " \t" for line in content):
                raise _Unsure
            value = " ".join(content)
        else:
            value = "\n".join(content)
        return Text(value if head[1:] else value + "\n", number, column, head[0]), end - number


def _words(inner: str) -> list[tuple[str, int]]:
    """The words between two brackets, each with how far it is from the first of them."""
    if inner and not _LISTED.fullmatch(inner):
        raise _Unsure
    words, at = list[tuple[str, int]](), 1
    for each in inner.split(","):
        if word := each.strip(" "):
            words.append((word, at + each.index(word)))
        at += len(each) + 1
    return words


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
