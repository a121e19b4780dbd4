"""YAML text to a tree, event by event: the whole language, and every problem in it. Knows nothing of bytes or decks.

Built from libyaml's events, not by its loader: that drops duplicate keys, converts texts, and overruns the stack on
deep nesting. Whatever YAML would drop or change without a word is a problem here.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from srs.cards.nodes import Mapping, Node, Position, Sequence, Text
from srs.cards.yamlwords import block_hint, error, shown, syntax_problem
from srs.errors import Problem

MAX_DEPTH = 20


class Refused(Exception):
    """The text cannot be read on; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse_events(path: str, text: str) -> tuple[Node | None, list[Problem], bool]:
    """The tree, the problems, and whether the text could be read to its end; without that, the tree is None."""
    from yaml.error import YAMLError

    builder = _Builder(path, text)
    try:
        return builder.document(), builder.problems, True
    except Refused as refused:
        return None, [*builder.problems, refused.problem], False
    except YAMLError as mistake:
        return None, [*builder.problems, syntax_problem(path, text, mistake)], False


def value_ends(text: str) -> dict[Position, int]:
    """For each text, list and set of keys in `text`, by its position: the offset after it, white space aside."""
    builder = _Ends("", text)
    builder.document()
    return builder.ends


_COMMENT = re.compile(r"[ \t]#")
_ESCAPE = re.compile(r'\\([^"\\/xuU])')


def _event_source(text: str) -> Callable[[], Any]:
    import yaml

    if yaml.__with_libyaml__:
        from yaml._yaml import CParser

        return cast("Callable[[], Any]", CParser(text).get_event)
    return pure_event_source(text)


def pure_event_source(text: str) -> Callable[[], Any]:
    """PyYAML's own parser, for an installation without libyaml: the same tree, much slower, plainer syntax messages."""
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PureParser(Reader, Scanner, Parser):
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)

    return PureParser(text).get_event


def _comment_ends(text: str) -> set[int]:
    """The offsets at which a text would end because white space and `#` follow it on the line."""
    ends = set()
    for found in _COMMENT.finditer(text) if " #" in text or "\t#" in text else ():
        before = found.start()
        while before and text[before - 1] in " \t":
            before -= 1
        if before and text[before - 1] != "\n":
            ends.add(before)
    return ends


class _Builder:
    """One pass over the events of one file; keeps the problems met on the way."""

    def __init__(self, path: str, text: str) -> None:
        from yaml import events

        self.path = path
        self.text = text
        self.problems: list[Problem] = []
        self.comments = _comment_ends(text)
        self.events = events
        self.end = 0
        self.next: Callable[[], Any] = _event_source(text)

    def document(self) -> Node | None:
        self.next()  # the stream's start
        if isinstance(self.next(), self.events.StreamEndEvent):
            return None
        root = self.node(self.next(), 1)
        self.next()  # the document's end
        event = self.next()
        if not isinstance(event, self.events.StreamEndEvent):
            message = "A second document starts here, and a deck file holds one."
            hint = "Delete the `---`, or make it another file."
            raise Refused(self.problem(event, "second-document", message, hint))
        return root

    def node(self, event: Any, depth: int) -> Node:
        events = self.events
        kind = event.__class__
        if kind is events.AliasEvent:
            self.complain(event, "alias", f"`*{shown(event.anchor)}` is a YAML alias, which decks do not have.")
            return Text("", *_position(event), "")
        if event.anchor is not None:
            self.complain(event, "anchor", f"`&{shown(event.anchor)}` is a YAML anchor, which decks do not have.")
        if event.tag is not None:
            self.complain(event, "tag", f"`{shown(event.tag)}` is a YAML tag, which decks do not have.")
        if kind is events.ScalarEvent:
            return self.scalar(event)
        if depth > MAX_DEPTH:
            message = f"Lists and keys are nested more than {MAX_DEPTH} deep here."
            hint = "A text that starts with `[` or `{` needs quotes around it."
            raise Refused(self.problem(event, "too-deep", message, hint))
        return self.sequence(event, depth) if kind is events.SequenceStartEvent else self.mapping(event, depth)

    def scalar(self, event: Any) -> Text:
        mark = event.start_mark
        style = event.style or ""
        self.end = end = event.end_mark.index
        if not style:
            if end in self.comments:
                self.lost_comment(event)
        elif style == '"':
            self.check_escapes(event, self.text[mark.index : end])
        return Text(event.value, mark.line + 1, mark.column + 1, style)

    def sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        last = self.events.SequenceEndEvent
        while (event := self.next()).__class__ is not last:
            items.append(self.node(event, depth + 1))
        self.close(start, event)
        return Sequence(items, *_position(start), start.flow_style)

    def mapping(self, start: Any, depth: int) -> Mapping:
        values: dict[str, Node] = {}
        elsewhere: dict[str, Position] = {}
        line, column = _position(start)
        last = self.events.MappingEndEvent
        while (event := self.next()).__class__ is not last:
            key = self.node(event, depth + 1)
            value = self.node(self.next(), depth + 1)
            if isinstance(key, Text) and self.may_add(key, values, event):
                values[key.value] = value
                if key.line != value.line or key.column != column:
                    elsewhere[key.value] = key.line, key.column
            elif not isinstance(key, Text):
                self.complain(event, "key-not-text", "A key must be a text, not a list or a set of keys.")
        self.close(start, event)
        return Mapping(values, elsewhere, line, column, start.flow_style)

    def close(self, start: Any, event: Any) -> None:
        """Note where a list or mapping ends: one in brackets after its bracket, any other with its last text."""
        if start.flow_style:
            self.end = event.end_mark.index
        self.end = self.last_of(self.end)

    def last_of(self, end: int) -> int:
        """`end` without the white space before it: a `|` text counts the blank lines after it."""
        while end and self.text[end - 1] in " \t\r\n":
            end -= 1
        return end

    def may_add(self, key: Text, values: dict[str, Node], event: Any) -> bool:
        if key.value == "<<" and not key.style:
            message = "`<<` is a YAML merge key, which decks do not have."
            self.complain(event, "merge-key", message, "Write the keys out.")
            return False
        if key.value in values:
            message = f"The key `{shown(key.value)}` is written twice: in line {values[key.value].line} and here."
            self.complain(event, "duplicate-key", message, "Keep one of the two; YAML would drop the first.")
            return False
        return True

    def check_escapes(self, event: Any, source: str) -> None:
        if "\\" not in source:
            return
        found = _ESCAPE.search(source.replace("\\\\", "\0\0"))
        if found and "\n" not in source:
            message = f"`\\{found[1]}` between double quotes is an escape: YAML would change the text."
            self.complain(event, "escape", message)

    def lost_comment(self, event: Any) -> None:
        message = "YAML takes ` #` and the rest of this line for a comment and would drop it."
        hint = block_hint(self.text, event.end_mark.index) + "\nA comment goes on a line of its own."
        self.problems.append(self.problem(event, "comment-after-value", message, hint, event.end_mark))

    def complain(self, event: Any, code: str, message: str, hint: str | None = None) -> None:
        if hint is None:
            hint = block_hint(self.text, event.start_mark.index)
        self.problems.append(self.problem(event, code, message, hint))

    def problem(self, event: Any, code: str, message: str, hint: str, mark: Any = None) -> Problem:
        mark = mark or event.start_mark
        return error(self.path, mark.line + 1, mark.column + 1, code, message, hint)


class _Ends(_Builder):
    """Notes where each value ends, too; a set of keys stands where its first key does, and ends after it."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.ends: dict[Position, int] = {}

    def node(self, event: Any, depth: int) -> Node:
        node = super().node(event, depth)
        self.ends[node.line, node.column] = self.last_of(self.end)
        return node


def _position(event: Any) -> Position:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
