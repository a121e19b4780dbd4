"""Where a note was taken from: the paragraph of a source text, or the page it came from. Knows no screens.

What `from:` names is `srs.collection.origins`'s to say.
"""

from pathlib import Path

from srs.cards.note import Note
from srs.collection.origins import ADDRESS, lines_of, origin_of, paragraph, read_text
from srs.errors import SrsError
from srs.values import frozen
from srs.words import plural

AROUND = 2
"""Lines shown before and after a passage."""
MOST = 120
"""Lines of a passage; a longer one is cut around the line that was named."""
_FIELDS = ("url", "source")
_PAIRS = (("(", ")"), ("[", "]"))


@frozen
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
    named = origin_of(origin)
    if named is None:
        return None
    name, last = named.path, named.last
    first = 1 if named.first is None else named.first
    lines = lines_of(read_text(root, name))
    low, high = sorted((first, last or first))
    if low < 1 or high > len(lines):
        there = plural(len(lines), "line")
        wrong = "the text was changed since, or `from:` is wrong"
        raise SrsError(f"{name} has {there}, and `from:` names line {high}", wrong)
    begin, end = (low, high) if last else paragraph(lines, first)
    begin, end = _cut(begin, end, first)
    start = max(1, begin - AROUND)
    return Passage(name, start, begin, end, tuple(lines[start - 1 : end + AROUND]))


def address_of(note: Note) -> str | None:
    """The web page that a note names in its `from`, `url` or `source`, the first one; None where it names none."""
    for text in (note.origin, *(note.fields.get(name) for name in _FIELDS)):
        if text and (match := ADDRESS.search(text)):
            return _without_tail(match[0])
    return None


def _without_tail(address: str) -> str:
    """An address without the signs of the sentence, or of the Markdown link, that it stands in."""
    while True:
        address = address.rstrip(".,;:!?*")
        if not any(address.endswith(close) and address.count(open) < address.count(close) for open, close in _PAIRS):
            return address
        address = address[:-1]


def _cut(first: int, last: int, at: int) -> tuple[int, int]:
    if last - first < MOST:
        return first, last
    first = max(first, min(at - MOST // 2, last - MOST + 1))
    return first, first + MOST - 1
