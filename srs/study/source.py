"""Where a note was taken from: the paragraph of a source text, or the page it came from. Knows no screens.

A note's `from:` names a text of the collection as `sources/x.txt#L24` or `#L24-L31`. Deck files come from strangers, so
no way leads out of the collection, and what is no text is not shown.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from srs.cards.note import Note
from srs.collection.within import within
from srs.errors import SrsError, said_by_system
from srs.words import plural

AROUND = 2
"""Lines shown before and after a passage."""
MOST = 120
"""Lines of a passage; a longer one is cut around the line that was named."""
_LARGEST = 8 << 20
_SOURCES = "sources/"
_ORIGIN = re.compile(r"(?P<path>[^#]+)(?:#L(?P<first>[0-9]{1,9})(?:-L?(?P<last>[0-9]{1,9}))?)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_FIELDS = ("url", "source")
_PAIRS = (("(", ")"), ("[", "]"))


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines of a text, and those around them. Line numbers count from 1.

    `lines` are the lines from number `start` on, as they stand in the file, of which `first` to `last` are the passage.
    """

    path: str
    start: int
    first: int
    last: int
    lines: tuple[str, ...]

    def numbered(self) -> list[tuple[int, str, bool]]:
        """Each line with its number, and whether it belongs to the passage or stands around it."""
        return [(at, line, self.first <= at <= self.last) for at, line in enumerate(self.lines, self.start)]


def passage(root: Path, origin: str) -> Passage | None:
    """What `origin` names in the collection at `root`: the lines, the paragraph that holds the line, or the first one.

    None where it names no file, such as the title of a book or a web page. Raises SrsError where it names one that
    cannot be shown, or a line that is not there.
    """
    match = _ORIGIN.fullmatch(origin.strip())
    if match is None or not (match["first"] or match["path"].startswith(_SOURCES)) or _ADDRESS.match(match["path"]):
        return None
    name, first = match["path"].strip(), int(match["first"] or 1)
    last = int(match["last"]) if match["last"] else None
    lines = _text_of(root, name).split("\n")
    if lines[-1] == "":
        lines.pop()
    low, high = sorted((first, last or first))
    if low < 1 or high > len(lines):
        there = plural(len(lines), "line")
        wrong = "the text was changed since, or `from:` is wrong"
        raise SrsError(f"{name} has {there}, and `from:` names line {high}", wrong)
    begin, end = (low, high) if last else _paragraph(lines, first)
    begin, end = _cut(begin, end, first)
    start = max(1, begin - AROUND)
    return Passage(name, start, begin, end, tuple(lines[start - 1 : end + AROUND]))


def address_of(note: Note) -> str | None:
    """The web page that a note names in its `from`, `url` or `source`, the first one; None where it names none."""
    for text in (note.origin, *(note.fields.get(name) for name in _FIELDS)):
        if text and (match := _ADDRESS.search(text)):
            return _without_tail(match[0])
    return None


def _without_tail(address: str) -> str:
    """An address without the signs of the sentence, or of the Markdown link, that it stands in."""
    while True:
        address = address.rstrip(".,;:!?*")
        if not any(address.endswith(close) and address.count(open) < address.count(close) for open, close in _PAIRS):
            return address
        address = address[:-1]


def _text_of(root: Path, name: str) -> str:
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


def _paragraph(lines: list[str], at: int) -> tuple[int, int]:
    """The first and the last line of the paragraph around line `at`; a blank line stands for itself."""
    first = last = at
    while first > 1 and lines[first - 2].strip() and lines[at - 1].strip():
        first -= 1
    while last < len(lines) and lines[last].strip() and lines[at - 1].strip():
        last += 1
    return first, last


def _cut(first: int, last: int, at: int) -> tuple[int, int]:
    if last - first < MOST:
        return first, last
    first = max(first, min(at - MOST // 2, last - MOST + 1))
    return first, first + MOST - 1
