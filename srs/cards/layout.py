"""Places in the text of a deck file, and its text made bytes again. Knows nothing of YAML or notes."""

from collections.abc import Sequence

MARK = b"\xef\xbb\xbf"


def offset_of(text: str, line: int, column: int) -> int:
    """The offset of a line and column, both from 1. Raises ValueError where there is no such line."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1


def after_line(text: str, offset: int) -> int:
    """Where the line after that of `offset` begins."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def line_at(text: str, number: int) -> str:
    """The line with this number, from 1, without its line end."""
    start = offset_of(text, number, 1)
    return text[start : after_line(text, start)].rstrip("\r\n")


def line_end(text: str, offset: int) -> str:
    """The line end of the line before `offset`; of the file's first line if there is none."""
    near = text.rfind("\n", 0, offset)
    near = text.find("\n") if near < 0 else near
    return "\r\n" if near > 0 and text[near - 1] == "\r" else "\n"


def with_lines(text: str, offset: int, lines: Sequence[str]) -> str:
    """`text` with lines inserted at `offset`, where a line begins or the text ends, in the line ends used there."""
    newline = line_end(text, offset)
    first = newline if offset and text[offset - 1] != "\n" else ""
    return text[:offset] + first + newline.join([*lines, ""]) + text[offset:]


def encoded(text: str, like: bytes) -> bytes:
    """The bytes of a text, with a byte order mark where `like` has one."""
    return (MARK if like.startswith(MARK) else b"") + text.encode()
