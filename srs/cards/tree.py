"""YAML bytes to a tree of texts that know their place. Knows nothing of decks, notes or note types.

YAML loses what people write: a key written twice, a ` #` in the middle of a sentence, `NO`, `1.10`, the `\\t` in
`"C:\\temp"`. Here every scalar stays the text it is, and whatever YAML would drop or change without a word is a problem
with a place, one sentence and a way out. Problems are values; no content makes `parse` raise. A syntax error leaves no
tree; after any other problem the rest of the tree still stands.
"""

from typing import NamedTuple

from srs.cards.lines import parse_lines
from srs.cards.nodes import Mapping, Node, Position, Sequence, Text, plain
from srs.cards.yamlevents import parse_events
from srs.cards.yamlwords import block_form, control_problem, error, shown
from srs.collector import collector_paused
from srs.errors import Problem

__all__ = [
    "Mapping",
    "Node",
    "Parsed",
    "Position",
    "Sequence",
    "Text",
    "block_form",
    "parse",
    "plain",
    "shown",
]


class Parsed(NamedTuple):
    """What a file holds. `root` is None for a file without content, and for one that is not `readable`.

    `text` is what the bytes say, without a byte order mark; marks and offsets of problems and nodes count in it.
    """

    root: Node | None
    problems: tuple[Problem, ...]
    text: str
    readable: bool

    @property
    def codes(self) -> list[str]:
        """What kinds of problems there are, in order: before and after a change they are the same."""
        return [problem.code for problem in self.problems]


def parse(path: str, data: bytes) -> Parsed:
    """Read one file's bytes: UTF-8, with or without a byte order mark, lines ending in LF or CRLF."""
    text = decode(path, data)
    if isinstance(text, Problem):
        return Parsed(None, (text,), "", False)
    with collector_paused():
        if quick := parse_lines(text):
            return Parsed(quick, (), text, True)
        root, problems, readable = parse_events(path, text)
    return Parsed(root, tuple(problems), text, readable)


def decode(path: str, data: bytes) -> str | Problem:
    """The text of a file's bytes, or why there is none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return error(path, 1, 1, "bad-encoding", "The file is UTF-16, not UTF-8.", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as mistake:
        return _bad_encoding(path, data, mistake.start)
    # libyaml refuses most control characters by itself; the ones it takes for line ends would shift every line after.
    if "\x85" in text or "\u2028" in text or "\u2029" in text or "\ufeff" in text or _lone_return(text):
        return control_problem(path, text)
    return text


def _lone_return(text: str) -> bool:
    return "\r" in text and text.count("\r") != text.count("\r\n")


def _bad_encoding(path: str, data: bytes, start: int) -> Problem:
    # The decoder counts from after a byte order mark.
    offset = start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
    before = data[data.rfind(b"\n", 0, offset) + 1 : offset]
    column = len(before.decode("utf-8-sig", "replace")) + 1
    line = data.count(b"\n", 0, offset) + 1
    byte = data[offset]
    message = f"The byte 0x{byte:02X} is not UTF-8."
    if byte >= 0xA0:
        message = f"The byte 0x{byte:02X} is not UTF-8; in Latin-1 it would be “{chr(byte)}”."
    return error(path, line, column, "bad-encoding", message, "Save the file as UTF-8.")
