"""What a note's `from:` names in its collection: a text in sources/ and lines of it. Reads texts; knows no notes.

`sources/x.txt#L24` or `#L24-L31`. Deck files come from strangers, so no way leads out of the collection, and what is no
text is not read.
"""

import re
from pathlib import Path
from typing import NamedTuple

from srs.collection.within import within
from srs.errors import SrsError, said_by_system

SOURCES = "sources/"
ADDRESS = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_LARGEST = 8 << 20
_ORIGIN = re.compile(r"(?P<path>[^#]+)(?:#L(?P<first>[0-9]{1,9})(?:-L?(?P<last>[0-9]{1,9}))?)?")


class Origin(NamedTuple):
    """A file, by its path in the collection, and lines of it from 1; None where none are named."""

    path: str
    first: int | None
    last: int | None


def origin_of(text: str) -> Origin | None:
    """What `text` names; None where that is no file, such as the title of a book or a web page."""
    match = _ORIGIN.fullmatch(text.strip())
    if match is None or not (match["first"] or match["path"].startswith(SOURCES)) or ADDRESS.match(match["path"]):
        return None
    first, last = (int(match[name]) if match[name] else None for name in ("first", "last"))
    return Origin(match["path"].strip(), first, last)


def read_text(root: Path, name: str) -> str:
    """The text of a file of the collection at `root`, its line ends as `\\n`. Raises SrsError where it is none."""
    try:
        path = within(root, name)
        size = path.stat().st_size
        if size > _LARGEST:
            raise SrsError(f"{name} is too large to be shown, {size / 2**20:,.0f} MB", "split it")
        data = path.read_bytes()
    except OSError as error:
        raise SrsError(f"{name}: cannot be read, {said_by_system(error)}") from None
    if b"\0" in data:
        raise SrsError(f"{name} is no text", "`from:` names a text of the collection, such as sources/x.txt#L24")
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> list[str]:
    """The lines of what `read_text` returns."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def paragraph(lines: list[str], at: int) -> tuple[int, int]:
    """The first and the last line of the paragraph around line `at`; a blank line stands for itself."""
    first = last = at
    while first > 1 and lines[first - 2].strip() and lines[at - 1].strip():
        first -= 1
    while last < len(lines) and lines[last].strip() and lines[at - 1].strip():
        last += 1
    return first, last
