"""Two versions of a deck file made one, note by note, by what both came from. Knows no git and no disk.

Notes are known by id, given or derived, and so are followed into another file. What one side changed is taken over as
it is written, with the comments above it. What both changed in different keys of a note is put together. Where both
changed the same, ours stays in its place, and theirs comes after it as a draft of its own: `id: <id>.other`, tag
`conflict`.

Every result is read again and compared with what it should say. Where it says anything else, and where a side cannot be
read, `CannotMerge` leaves it to the caller: nothing is ever thrown away.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

from srs.cards import tree
from srs.cards.deck import read_deck
from srs.cards.insert import INDENTATION, CannotWrite, note_yaml
from srs.cards.notetype import NoteTypes
from srs.errors import SrsError

CONFLICT_TAG = "conflict"

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_COMMENT = re.compile(r" *#")
_APART = ("\n\n", "\n\r\n")
_ONE_OF_A_KIND = ("was", "guid")
"""Keys that no second note may have; the other device's version keeps them as a comment."""


class CannotMerge(SrsError):
    """The versions of a deck file cannot be put together note by note."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged deck file; `data` None: there is none any more.

    `conflicts`: ids of notes that both sides changed in the same place. `kept`: ids of notes that one side deleted and
    the other changed; they stay. `keys`: keys of the file that both changed; ours stand.
    """

    data: bytes | None
    conflicts: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def merge_deck(path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None, types: NoteTypes) -> Merged:
    """Merge the versions of one deck file; None for a side without it. Raises CannotMerge."""
    before, here, there = ({} if data is None else {path: data} for data in (base, ours, theirs))
    found = merge_decks(before, here, there, types)[path]
    if isinstance(found, CannotMerge):
        raise found
    return found


def merge_decks(
    base: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes], types: NoteTypes
) -> dict[str, Merged | CannotMerge]:
    """Merge deck files by path, following notes that a side moved to another one of them."""
    merge = _Merge(types, base, ours, theirs)
    merge.follow_moves()
    return {path: merge.file(path) for path in sorted({*base, *ours, *theirs})}


def note_texts(path: str, data: bytes, types: NoteTypes) -> dict[str, str]:
    """The notes of a deck file as they are written, by id. Raises CannotMerge where it cannot be read."""
    return {piece.name: piece.plain for piece in _read(path, data, types).notes}


@dataclass(frozen=True, slots=True)
class _Piece:
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
        return _dedented(self.raw.replace("\r\n", "\n"), self.column).rstrip("\n")

    def fitted(self, column: int, newline: str) -> str:
        """The text as a file with this indentation and these line ends would have it."""
        text = self.raw
        if column != self.column:
            lines = _LINE.findall(_dedented(text, self.column))
            text = "".join(" " * column + line if line.strip() else line for line in lines)
        if newline == "\n":
            return text.replace("\r\n", "\n")
        return re.sub(r"(?<!\r)\n", "\r\n", text)


@dataclass(slots=True)
class _Deck:
    """A deck file in pieces: its keys in order, its notes, and the comments that stand below the last note."""

    keys: list[_Piece] = field(default_factory=list)
    notes: list[_Piece] = field(default_factory=list)
    tail: str = ""
    column: int = INDENTATION
    newline: str = "\n"
    mark: bool = False

    def emptied(self) -> "_Deck":
        return replace(self, keys=list(self.keys), notes=[], tail="")


class _Merge:
    def __init__(
        self, types: NoteTypes, base: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes]
    ) -> None:
        self.types = types
        self.data = (base, ours, theirs)
        self.refused: dict[str, CannotMerge] = {}
        self.moved: set[str] = set()
        self.base, self.ours, self.theirs = (self.read(side) for side in self.data)
        self.sides = (self.base, self.ours, self.theirs)
        self.taken = {note.name for side in self.sides for deck in side.values() for note in deck.notes}

    def read(self, files: Mapping[str, bytes]) -> dict[str, _Deck]:
        found = {}
        for path, data in files.items():
            try:
                found[path] = _read(path, data, self.types)
            except CannotMerge as error:
                self.refused.setdefault(path, error)
        return found

    def follow_moves(self) -> None:
        """Where a side moved a note to another file, let it stand there on all sides before they are compared."""
        base, ours, theirs = (_whereabouts(side) for side in self.sides)
        for name in ours | theirs:
            before, here, there = base.get(name), ours.get(name), theirs.get(name)
            if here is None or there is None or before == here == there:
                continue
            goal = there if here == before else here
            if not {before, here, there} & self.refused.keys():
                for side, path in zip(self.sides, (before, here, there), strict=True):
                    if path is not None and path != goal:
                        self.move(side, name, path, goal)

    def move(self, side: dict[str, _Deck], name: str, path: str, goal: str) -> None:
        if goal not in side:
            side[goal] = next(other[goal] for other in self.sides if goal in other).emptied()
        notes = side[path].notes
        note = next(note for note in notes if note.name == name)
        notes.remove(note)
        side[goal].notes.append(note)
        self.moved |= {path, goal}

    def file(self, path: str) -> Merged | CannotMerge:
        base, ours, theirs = (files.get(path) for files in self.data)
        if path not in self.moved:
            if ours in (base, theirs):
                return Merged(theirs)
            if theirs == base:
                return Merged(ours)
        if path in self.refused:
            return self.refused[path]
        try:
            before, here, there = (side.get(path) for side in self.sides)
            if here is None and there is None:
                return Merged(None)  # both moved its notes elsewhere
            return _DeckMerge(path, before, here, there, self.taken).merged()
        except CannotMerge as error:
            return error


class _DeckMerge:
    """The merge of one file that is there on at least one of both sides."""

    def __init__(
        self, path: str, base: _Deck | None, ours: _Deck | None, theirs: _Deck | None, taken: set[str]
    ) -> None:
        self.path, self.layout, self.taken = path, ours or theirs or _Deck(), taken
        self.deleted = base is not None and (ours is None or theirs is None)
        self.base, self.ours, self.theirs = base or _Deck(), ours or _Deck(), theirs or _Deck()
        self.conflicts: list[str] = []
        self.kept: list[str] = []
        self.both: list[str] = []

    def merged(self) -> Merged:
        keys, notes = self.merged_keys(), self.merged_notes()
        if self.deleted and not notes:
            return Merged(None)
        decks = [deck for deck in (self.layout, self.ours, self.theirs, self.base) if len(deck.notes) > 1]
        apart = bool(decks) and bool(self.layout.notes) and decks[0].notes[0].raw.endswith(_APART)
        data = _written(self.layout, apart, keys, notes, self.tail())
        _verify(self.path, data, keys, notes)
        return Merged(data, tuple(self.conflicts), tuple(self.kept), tuple(self.both))

    def tail(self) -> str:
        base, ours, theirs = self.base.tail, self.ours.tail, self.theirs.tail
        if theirs in (base, ours):
            return ours
        return theirs if ours == base else ours + theirs

    def merged_keys(self) -> list[_Piece]:
        """The keys of the file, each by three; where both sides changed one, ours stands."""
        if self.deleted:
            return self.layout.keys
        base, ours, theirs = (_by_name(deck.keys) for deck in (self.base, self.ours, self.theirs))
        chosen: dict[str, _Piece] = {}
        names = list(ours)
        for name in theirs:
            if name not in ours:
                names.insert(names.index("notes") if "notes" in names else len(names), name)
        for name in names:
            mine, other = ours.get(name), theirs.get(name)
            if _same(mine, other) or _same(base.get(name), other):
                piece = mine
            elif _same(base.get(name), mine):
                piece = other
            else:
                self.both.append(name)
                piece = mine or other
            if name == "notes" and (piece is None or piece.value is not None):
                piece = next((key for key in (mine, other) if key and key.value is None), piece)
            if piece:
                chosen[name] = piece
        return list(chosen.values())

    def merged_notes(self) -> list[_Piece]:
        base, ours, theirs = (_by_name(deck.notes) for deck in (self.base, self.ours, self.theirs))
        result: list[_Piece] = []
        for name in _order(list(base), list(ours), list(theirs)):
            result += self.note(base.get(name), ours.get(name), theirs.get(name))
        return result

    def note(self, base: _Piece | None, ours: _Piece | None, theirs: _Piece | None) -> Iterable[_Piece]:
        """What becomes of one note: nothing, a version of it, or both."""
        if _same(ours, theirs) or _same(base, theirs):
            return [ours] if ours else []
        if _same(base, ours):
            return [theirs] if theirs else []
        if ours is None or theirs is None:
            stays = ours or theirs
            assert stays
            self.kept.append(stays.id)
            return [stays]
        together = _by_field(base, ours, theirs) if base else None
        if together:
            return [together]
        self.conflicts.append(ours.id)
        return [ours, *self.other_version(theirs)]

    def other_version(self, note: _Piece) -> Iterable[_Piece]:
        """Theirs as a draft of its own; nothing where that one is there already."""
        there = {piece.name: piece for deck in (self.ours, self.theirs) for piece in deck.notes}
        count = 1
        while True:
            name = f"{note.id}.other{count if count > 1 else ''}"
            copy = _as_draft(self.path, note, name)
            if name in there and there[name].value == copy.value:
                return []
            if name not in self.taken:
                self.taken.add(name)
                return [copy]
            count += 1


def _read(path: str, data: bytes, types: NoteTypes) -> _Deck:
    """A deck file in pieces. Raises CannotMerge where it is no deck that can be taken apart."""
    parsed = tree.parse(path, data)
    if parsed.problems:
        raise CannotMerge(str(parsed.problems[0]), "mend it")
    lines: list[str] = _LINE.findall(parsed.text)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    deck = _Deck(newline=newline, mark=data.startswith(b"\xef\xbb\xbf"))
    root = parsed.root
    if root is None and not parsed.text.strip():
        return deck
    if not isinstance(root, tree.Mapping) or root.flow or root.column != 1:
        raise CannotMerge(f"{path} is not a set of keys, one on each line")
    starts = sorted((line - 1, name) for name, (line, _) in root.keys.items())
    bounds = [0]
    for (before, _), (start, _) in pairwise(starts):
        bounds.append(_with_comments(lines, start, before + 1, 0))
    bounds.append(len(lines))
    ids = {note.place.line: note.id for note in read_deck(path, data, types).notes}
    for (_, name), first, last in zip(starts, bounds, bounds[1:], strict=False):
        node, value = root.values[name], tree.plain(root.values[name])
        if name == "notes" and isinstance(node, tree.Sequence) and node.items:
            last, value = _read_notes(path, deck, lines, node, last, ids), None
        deck.keys.append(_Piece(name, "".join(lines[first:last]), 0, value))
    return deck


def _read_notes(
    path: str, deck: _Deck, lines: Sequence[str], notes: tree.Sequence, end: int, ids: Mapping[int, str]
) -> int:
    """Take the notes out of the lines up to `end`; the line at which the first one begins, comments and all."""
    if notes.flow:
        raise CannotMerge(f"{path}: `notes:` is a list in brackets")
    deck.column = margin = notes.column - 1
    dash = " " * margin + "-"
    starts: list[int] = []
    for item in notes.items:
        start = item.line - 1 if starts else notes.line - 1
        while start >= 0 and not lines[start].startswith(dash):
            start -= 1
        if start < 0 or (starts and start <= starts[-1]):
            raise CannotMerge(f"{path}:{item.line}: the note does not begin on a line of its own")
        starts.append(start)
    last = _with_comments(lines, end, starts[-1] + 1, margin)
    deck.tail = "".join(lines[last:end])
    bounds = [_with_comments(lines, starts[0], 0, margin)]
    bounds += [_with_comments(lines, start, before + 1, margin) for before, start in pairwise(starts)]
    bounds.append(last)
    seen: dict[str, int] = {}
    for item, first, after in zip(notes.items, bounds, bounds[1:], strict=False):
        raw, value = "".join(lines[first:after]), tree.plain(item)
        name = ids.get(item.line) or _name_of(value, raw)
        seen[name] = seen.get(name, 0) + 1
        deck.notes.append(_Piece(name if seen[name] == 1 else f"{name}#{seen[name]}", raw, margin, value))
    return bounds[0]


def _name_of(value: Any, raw: str) -> str:
    """What to know a note by that no deck would take: its id, or its text."""
    given = value.get("id") if isinstance(value, dict) else None
    return given if given and isinstance(given, str) else sha256(raw.strip().encode()).hexdigest()[:12]


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


def _whereabouts(side: Mapping[str, _Deck]) -> dict[str, str]:
    """The file of each note that stands in one file only."""
    found: dict[str, list[str]] = {}
    for path, deck in side.items():
        for note in deck.notes:
            found.setdefault(note.name, []).append(path)
    return {name: paths[0] for name, paths in found.items() if len(paths) == 1}


def _by_name(pieces: Iterable[_Piece]) -> dict[str, _Piece]:
    return {piece.name: piece for piece in pieces}


def _same(one: _Piece | None, other: _Piece | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.raw == other.raw or (one.plain == other.plain and one.value == other.value)


def _order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """All names of both sides, in our order, or in theirs if only they changed it; what is new stays below its note."""
    common = {*base} & {*ours} & {*theirs}
    was, here, there = ([name for name in names if name in common] for names in (base, ours, theirs))
    first, second = (theirs, ours) if here == was != there else (ours, theirs)
    result, known, others = list(first), {*first}, {*second}
    above = None
    for name in second:
        if name not in known:
            at = result.index(above) + 1 if above is not None else 0
            while at < len(result) and result[at] not in others:
                at += 1
            result.insert(at, name)
        above = name
    return result


# The keys of one note


_Keys = dict[str, tuple[str, Any]]
"""By key, its text without the note's indentation, and what it says; what stands above the note under the empty key."""


def _keys_of(note: _Piece) -> _Keys | None:
    """A note taken apart into its keys; None where they do not each stand on lines of their own."""
    text = note.plain + "\n"
    root = tree.parse("", text.encode()).root
    node = root.items[0] if isinstance(root, tree.Sequence) and not root.flow and len(root.items) == 1 else None
    if not isinstance(root, tree.Sequence) or not isinstance(node, tree.Mapping):
        return None
    if node.flow or node.line != root.line:
        return None
    lines: list[str] = _LINE.findall(text)
    margin = node.column - 1
    lines[node.line - 1] = " " + lines[node.line - 1][1:]
    starts = [(line - 1, name) for name, (line, _) in node.keys.items()]
    bounds = [starts[0][0]]
    bounds += [_with_comments(lines, start, before + 1, margin) for (before, _), (start, _) in pairwise(starts)]
    bounds.append(len(lines))
    found: _Keys = {"": ("".join(lines[: bounds[0]]), None)}
    for (_, name), first, last in zip(starts, bounds, bounds[1:], strict=False):
        found[name] = (_dedented("".join(lines[first:last]), margin), tree.plain(node.values[name]))
    return found


def _note_of(name: str, keys: _Keys) -> _Piece:
    """A note put together from its keys."""
    comments = keys[""][0]
    body = [text for key, (text, _) in keys.items() if key]
    lines = _LINE.findall("".join(text if text.endswith("\n") else text + "\n" for text in body))
    while (
        lines[0].lstrip().startswith("#")
    ):  # a key that came to stand first brings its comments: above the dash with them
        comments += lines.pop(0)
    written = "".join(" " * INDENTATION + line if line.strip() else line for line in lines)
    return _Piece(name, f"{comments}-{written[1:]}", 0, {key: value for key, (_, value) in keys.items() if key})


def _by_field(base: _Piece, ours: _Piece, theirs: _Piece) -> _Piece | None:
    """A note whose keys are each as the side has them that changed them; None where both sides changed one."""
    before, here, there = _keys_of(base), _keys_of(ours), _keys_of(theirs)
    if before is None or here is None or there is None:
        return None
    chosen: _Keys = {}
    for key in dict.fromkeys([*here, *there]):
        was, mine, other = before.get(key), here.get(key), there.get(key)
        if mine == other or other == was:
            pick = mine
        elif mine == was:
            pick = other
        else:
            return None
        if pick is not None:
            chosen[key] = pick
    if len(chosen) < 2:
        return None
    made = _note_of(ours.name, chosen)
    blank = ours.raw.replace("\r", "")
    return replace(made, raw=made.raw + blank[len(blank.rstrip("\n")) + 1 :])


def _as_draft(path: str, note: _Piece, name: str) -> _Piece:
    """The version of the other device as a note that no review shows."""
    keys = _keys_of(note)
    if keys is None:
        raise CannotMerge(f"{path}: both sides changed `{note.name}`, which is not written one key on a line")
    comments = keys[""][0] + f"# The other device's version of {note.id}. Take from it what you want, then delete it.\n"
    lost = [text for key in _ONE_OF_A_KIND if key in keys for text in _LINE.findall(keys[key][0])]
    rest = {key: pair for key, pair in keys.items() if key not in (*_ONE_OF_A_KIND, "")}
    marker = next((key for key in rest if key not in ("id", "tags", "draft")), None)
    tags = rest["tags"][1] if "tags" in rest else []
    tags = [tags] if isinstance(tags, str) and tags else list(tags)
    added: dict[str, Any] = {
        "id": name,
        "tags": [*(tag for tag in tags if tag != CONFLICT_TAG), CONFLICT_TAG],
        "draft": True,
    }
    made: _Keys = {"": (comments + "".join(f"# {line}" for line in lost), None)}
    for key, pair in rest.items():
        if key not in added:
            made[key] = pair
        if key == marker:
            made |= {key: _written_key(key, value) for key, value in added.items()}
    return _note_of(name, made if marker else made | {key: _written_key(key, value) for key, value in added.items()})


def _written_key(key: str, value: Any) -> tuple[str, Any]:
    try:
        text = _dedented(" " + note_yaml({key: value})[1:], INDENTATION)
    except CannotWrite as error:
        raise CannotMerge(error.message) from None
    return text, "true" if value is True else value


# Writing


def _written(layout: _Deck, apart: bool, keys: Sequence[_Piece], notes: Sequence[_Piece], tail: str) -> bytes:
    own = {id(piece) for piece in (*layout.keys, *layout.notes)}
    pieces, keys = list[str](), list(keys)
    if notes and not any(key.name == "notes" for key in keys):
        keys.append(_Piece("notes", "notes:\n", 0, None))
    for key in keys:
        pieces.append(key.raw if id(key) in own else key.fitted(0, layout.newline))
        if key.name == "notes":
            pieces += _spaced(layout, apart, notes, own)
            pieces.append(tail)
    pieces = [piece for piece in pieces if piece]
    ended = [piece if piece.endswith("\n") else piece + layout.newline for piece in pieces[:-1]]
    text = "".join([*ended, *pieces[-1:]])
    return (b"\xef\xbb\xbf" if layout.mark else b"") + text.encode()


def _spaced(layout: _Deck, apart: bool, notes: Sequence[_Piece], own: Collection[int]) -> Iterator[str]:
    """The notes' text as this file has it. Where its notes stand apart, so do those that came in."""
    for note, below in zip(notes, [*notes[1:], None], strict=False):
        text = note.raw if id(note) in own else note.fitted(layout.column, layout.newline)
        if apart and below is None and note is not layout.notes[-1]:
            text = text.rstrip("\r\n") + layout.newline
        elif apart and below and not {id(note), id(below)} <= {*own} and not text.endswith(_APART):
            text = text.rstrip("\r\n") + 2 * layout.newline
        yield text


def _verify(path: str, data: bytes, keys: Sequence[_Piece], notes: Sequence[_Piece]) -> None:
    """Raises CannotMerge unless the file says what its pieces say."""
    parsed = tree.parse(path, data)
    said = tree.plain(parsed.root) or {}
    meant = {key.name: key.value for key in keys if key.name != "notes"}
    listed = said.pop("notes", None) or [] if isinstance(said, dict) else None
    if parsed.problems or said != meant or listed != [note.value for note in notes]:
        raise CannotMerge(f"{path}: put together, the notes of both sides would say something else")


def _dedented(text: str, margin: int) -> str:
    """Up to `margin` spaces less at the start of each line that is not blank."""
    if not margin:
        return text
    indent = re.compile(rf" {{1,{margin}}}")
    return "".join(
        indent.sub("", line, count=1) if line.strip() and indent.match(line) else line for line in _LINE.findall(text)
    )
