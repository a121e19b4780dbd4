"""A deck file taken apart into keys and notes as they are written, and put together again. Knows no versions.

Every line belongs to one piece: a note with the comments right above it and the blank lines below. So a piece can stand
elsewhere, or in another file, and is there what it was here.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from srs.cards import tree
from srs.cards.deck import read_deck
from srs.cards.insert import INDENTATION, CannotWrite, note_yaml
from srs.cards.layout import MARK
from srs.cards.notetype import NoteTypes
from srs.errors import SrsError
from srs.sha import sha256
from srs.values import frozen

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_COMMENT = re.compile(r" *#")
_REMARK = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)
_APART = ("\n\n", "\n\r\n")


class NotInPieces(SrsError):
    """The file is no deck that can be taken apart."""


@frozen
class Piece:
    """A key of the file, or a note: `raw` as written, with the comments above it and the blank lines below.

    `column` is its indentation, `value` what it says; None for the key of a list of notes that are pieces themselves.
    """

    name: str
    raw: str
    column: int
    value: Any

    @property
    def id(self) -> str:
        """The note's id; the name of one that has it for the second time says so."""
        return self.name.partition("#")[0]

    @property
    def plain(self) -> str:
        """The text without what differs from file to file: indentation, line ends, blank lines below."""
        return dedented(self.raw.replace("\r\n", "\n"), self.column).rstrip("\n")

    def fitted(self, column: int, newline: str) -> str:
        """The text as a file with this indentation and these line ends would have it."""
        text = self.raw
        if column != self.column:
            lines = lines_of(dedented(text, self.column))
            text = "".join(" " * column + line if line.strip() else line for line in lines)
        if newline == "\n":
            return text.replace("\r\n", "\n")
        return re.sub(r"(?<!\r)\n", "\r\n", text)


@dataclass(slots=True)
class Deck:
    """A deck file in pieces: its keys in order, its notes, and the comments that stand below the last note.

    `column` is the indentation of its notes, `mark` whether it begins with a byte order mark.
    """

    keys: list[Piece] = field(default_factory=list)
    notes: list[Piece] = field(default_factory=list)
    tail: str = ""
    column: int = INDENTATION
    newline: str = "\n"
    mark: bool = False

    @property
    def apart(self) -> bool:
        """Whether an empty line stands between its notes."""
        return len(self.notes) > 1 and self.notes[0].raw.endswith(_APART)

    def emptied(self) -> "Deck":
        """The same without its notes."""
        return replace(self, keys=list(self.keys), notes=[], tail="")


def lines_of(text: str) -> list[str]:
    """The lines of a text, line ends and all; only `\\n` ends one."""
    return _LINE.findall(text)


def take_apart(path: str, data: bytes, types: NoteTypes) -> Deck:
    """A deck file in pieces. Raises NotInPieces where it is no deck that can be taken apart."""
    parsed = tree.parse(path, data)
    if parsed.problems:
        raise NotInPieces(str(parsed.problems[0]), "mend it")
    lines = lines_of(parsed.text)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    deck = Deck(newline=newline, mark=data.startswith(MARK))
    root = parsed.root
    if root is None and not parsed.text.strip():
        return deck
    if not isinstance(root, tree.Mapping) or root.flow or root.column != 1:
        raise NotInPieces(f"{path} is not a set of keys, one on each line")
    starts = sorted((line - 1, name) for name, (line, _) in root.keys.items())
    bounds = [0]
    for (before, _), (start, _) in pairwise(starts):
        bounds.append(_with_comments(lines, start, before + 1, 0))
    bounds.append(len(lines))
    ids = {(note.place.line, note.place.column): note.id for note in read_deck(path, data, types).notes}
    for (_, name), first, last in zip(starts, bounds, bounds[1:], strict=False):
        node, value = root.values[name], tree.plain(root.values[name])
        raw = "".join(lines[first:last])
        if name == "notes" and isinstance(node, tree.Sequence) and node.items:
            value = None
            if node.flow:
                _read_brackets(path, deck, raw, node, ids)
                start = root.keys[name][0] - 1
                remarks = _remarks("".join(lines[start:last]), INDENTATION, newline)
                raw = "".join(lines[first:start]) + f"notes:{newline}{remarks}"
            else:
                raw = "".join(lines[first : _read_notes(path, deck, lines, node, last, ids)])
        deck.keys.append(Piece(name, raw, 0, value))
    return deck


def _read_notes(
    path: str, deck: Deck, lines: Sequence[str], notes: tree.Sequence, end: int, ids: Mapping[tree.Position, str]
) -> int:
    """Take the notes out of the lines up to `end`; the line at which the first one begins, comments and all."""
    deck.column = margin = notes.column - 1
    dash = " " * margin + "-"
    starts: list[int] = []
    for item in notes.items:
        start = item.line - 1 if starts else notes.line - 1
        while start >= 0 and not lines[start].startswith(dash):
            start -= 1
        if start < 0 or (starts and start <= starts[-1]):
            raise NotInPieces(f"{path}:{item.line}: the note does not begin on a line of its own")
        starts.append(start)
    last = _with_comments(lines, end, starts[-1] + 1, margin)
    deck.tail = "".join(lines[last:end])
    bounds = [_with_comments(lines, starts[0], 0, margin)]
    bounds += [_with_comments(lines, start, before + 1, margin) for before, start in pairwise(starts)]
    bounds.append(last)
    raws = ["".join(lines[first:after]) for first, after in pairwise(bounds)]
    _add_notes(deck, notes, raws, ids)
    return bounds[0]


def _read_brackets(path: str, deck: Deck, text: str, notes: tree.Sequence, ids: Mapping[tree.Position, str]) -> None:
    """Take the notes out of a list in brackets, each written anew as a block."""
    raws = []
    for item in notes.items:
        value = tree.plain(item)
        try:
            if not isinstance(value, dict) or not value:
                raise CannotWrite("this is no note")
            raws.append(Piece("", note_yaml(value), 0, value).fitted(deck.column, deck.newline))
        except CannotWrite as error:
            message = f"{path}:{item.line}: {error.message}, and `notes:` is a list in brackets"
            raise NotInPieces(message, "start each note on a line of its own with `- `") from None
    raws[-1] += text[len(text.rstrip()) :].replace("\n", "", 1).replace("\r", "", 1)
    _add_notes(deck, notes, raws, ids)


def _add_notes(deck: Deck, notes: tree.Sequence, raws: Sequence[str], ids: Mapping[tree.Position, str]) -> None:
    seen: dict[str, int] = {}
    for item, raw in zip(notes.items, raws, strict=True):
        value = tree.plain(item)
        name = ids.get((item.line, item.column)) or _name_of(value, raw)
        seen[name] = seen.get(name, 0) + 1
        deck.notes.append(Piece(name if seen[name] == 1 else f"{name}#{seen[name]}", raw, deck.column, value))


def _remarks(text: str, margin: int, newline: str) -> str:
    """The comments of a text that is to be written anew, each on a line of its own. What only looks like one is one."""
    return "".join(f"{' ' * margin}{remark.rstrip()}{newline}" for remark in _REMARK.findall(text))


def _name_of(value: Any, raw: str) -> str:
    """What to know a note by that no deck would take: its id, or its text."""
    given = value.get("id") if isinstance(value, dict) else None
    return given if given and isinstance(given, str) else sha256(raw.strip().encode())[:12]


def _with_comments(lines: Sequence[str], start: int, floor: int, margin: int) -> int:
    """The first of the comment lines right above line `start`; deeper than `margin`, they belong to what is above."""
    first = at = start
    while at > floor:
        line = lines[at - 1]
        comment = _COMMENT.match(line)
        if line.strip() and (not comment or comment.end() - 1 > margin):
            break
        at -= 1
        first = at if comment else first
    return first


def put_together(layout: Deck, apart: bool, keys: Sequence[Piece], notes: Sequence[Piece], tail: str) -> bytes:
    """The bytes of a deck file of these pieces, laid out as `layout` is; `apart`: with empty lines between notes."""
    own = {id(piece) for piece in (*layout.keys, *layout.notes)}
    pieces, keys = list[str](), list(keys)
    if notes and not any(key.name == "notes" for key in keys):
        keys.append(Piece("notes", "notes:\n", 0, None))
    for key in keys:
        pieces.append(key.raw if id(key) in own else key.fitted(0, layout.newline))
        if key.name == "notes":
            pieces += _spaced(layout, apart, notes, own)
            pieces.append(tail)
    pieces = [piece for piece in pieces if piece]
    ended = [piece if piece.endswith("\n") else piece + layout.newline for piece in pieces[:-1]]
    text = "".join([*ended, *pieces[-1:]])
    return (MARK if layout.mark else b"") + text.encode()


def _spaced(layout: Deck, apart: bool, notes: Sequence[Piece], own: Collection[int]) -> Iterator[str]:
    """The notes' text as this file has it. Where its notes stand apart, so do those that came in."""
    for note, below in zip(notes, [*notes[1:], None], strict=False):
        text = note.raw if id(note) in own else note.fitted(layout.column, layout.newline)
        if apart and below is None and note is not layout.notes[-1]:
            text = text.rstrip("\r\n") + layout.newline
        elif apart and below and not {id(note), id(below)} <= {*own} and not text.endswith(_APART):
            text = text.rstrip("\r\n") + 2 * layout.newline
        yield text


NoteKeys = dict[str, tuple[str, Any]]
"""By key, its text without the note's indentation, and what it says; what stands above the note under the empty key."""


def keys_of(note: Piece) -> NoteKeys | None:
    """A note taken apart into its keys, written anew where they stand in braces; None where that cannot be."""
    found = _keys_on_lines(note.plain + "\n")
    if found is None and isinstance(note.value, dict) and note.value:
        try:
            found = _keys_on_lines(_remarks(note.plain, 0, "\n") + note_yaml(note.value))
        except CannotWrite:
            return None
    return found


def _keys_on_lines(text: str) -> NoteKeys | None:
    root = tree.parse("", text.encode()).root
    node = root.items[0] if isinstance(root, tree.Sequence) and not root.flow and len(root.items) == 1 else None
    if not isinstance(root, tree.Sequence) or not isinstance(node, tree.Mapping):
        return None
    if node.flow or node.line != root.line:
        return None
    lines = lines_of(text)
    margin = node.column - 1
    lines[node.line - 1] = " " + lines[node.line - 1][1:]
    starts = [(line - 1, name) for name, (line, _) in node.keys.items()]
    bounds = [starts[0][0]]
    bounds += [_with_comments(lines, start, before + 1, margin) for (before, _), (start, _) in pairwise(starts)]
    bounds.append(len(lines))
    found: NoteKeys = {"": ("".join(lines[: bounds[0]]), None)}
    for (_, name), first, last in zip(starts, bounds, bounds[1:], strict=False):
        found[name] = (dedented("".join(lines[first:last]), margin), tree.plain(node.values[name]))
    return found


def note_of(name: str, keys: NoteKeys) -> Piece:
    """A note put together from its keys."""
    comments = keys[""][0]
    body = [text for key, (text, _) in keys.items() if key]
    lines = lines_of("".join(text if text.endswith("\n") else text + "\n" for text in body))
    while lines[0].lstrip().startswith("#"):  # comments of a key that came to stand first: above the dash with them
        comments += lines.pop(0)
    written = "".join(" " * INDENTATION + line if line.strip() else line for line in lines)
    return Piece(name, f"{comments}-{written[1:]}", 0, {key: value for key, (_, value) in keys.items() if key})


def dedented(text: str, margin: int) -> str:
    """Up to `margin` spaces less at the start of each line that is not blank."""
    if not margin:
        return text
    indent = re.compile(rf" {{1,{margin}}}")
    return "".join(
        indent.sub("", line, count=1) if line.strip() and indent.match(line) else line for line in lines_of(text)
    )
