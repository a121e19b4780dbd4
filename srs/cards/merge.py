"""Two versions of a deck file made one, note by note, by what both came from. Knows no git and no disk.

Notes are known by id, given or derived, and so are followed into another file, and by `was` under another id. What one
side changed is taken over as it is written, with the comments above it. What both changed in different keys of a note
is put together. Where both changed the same, ours stays in its place, and theirs comes after it as a draft of its own:
`id: <id>.other`, tag `conflict`.

Every result is read again and compared with what it should say. Where it says anything else, and where a side cannot be
read, `CannotMerge` leaves it to the caller: nothing is ever thrown away.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from srs.cards import tree
from srs.cards.crosscheck import Head, crosscheck, head_of
from srs.cards.deck import read_deck
from srs.cards.insert import INDENTATION, CannotWrite, note_yaml
from srs.cards.notetype import NoteTypes
from srs.cards.pieces import (
    Deck,
    NoteKeys,
    NotInPieces,
    Piece,
    dedented,
    keys_of,
    lines_of,
    note_of,
    put_together,
    take_apart,
)
from srs.errors import Problem, SrsError
from srs.values import frozen, replace

CONFLICT_TAG = "conflict"

_COPY = re.compile(r"\.other\d*$")

_ONE_OF_A_KIND = ("was", "guid")
"""Keys that no second note may have; the other device's version keeps them as a comment."""


class CannotMerge(SrsError):
    """The versions of a deck file cannot be put together note by note. `side`: whose cannot be read, if one's."""

    def __init__(self, message: str, hint: str = "", side: Literal["ours", "theirs", ""] = "") -> None:
        super().__init__(message, hint)
        self.side = side


@frozen
class Merged:
    """A merged deck file; `data` None: there is none any more.

    `conflicts`: ids of notes that both sides changed in the same place. `kept`: ids of notes that one side deleted and
    the other changed; they stay. `keys`: keys of the file that both changed; ours stand. `renamed`: notes that both
    gave another id, by the one they have now and the other's, which is in `was`.
    """

    data: bytes | None
    conflicts: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


def merge_decks(
    base: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes], types: NoteTypes
) -> dict[str, Merged | CannotMerge]:
    """Merge deck files by path, following notes that a side renamed, or moved to another one of them."""
    merge = _Merge(types, base, ours, theirs)
    merge.follow_renames()
    merge.follow_moves()
    return {path: merge.file(path) for path in sorted({*base, *ours, *theirs})}


def errors_of_both(
    ours: Mapping[str, bytes], theirs: Mapping[str, bytes], merged: Mapping[str, bytes], named: str, types: NoteTypes
) -> list[Problem]:
    """What is wrong between the notes of all merged deck files, by path, and was so on neither side.

    A problem's place is where the note stands on our side, or in `<named>:<path>`, if only they have it.
    """
    known: dict[tuple[str, bytes], list[Head]] = {}
    here, there, both = (_heads(side, types, known) for side in (ours, theirs, merged))
    old = {name for side in (here, there) for name in _errors(side)}
    new = _errors(both)
    if not new.keys() - old:
        return []
    places = {key: head.place for head in reversed(here) for key in (head.id, (head.id, head.place.path))}
    others = {
        key: replace(head.place, path=f"{named}:{head.place.path}")
        for head in reversed(there) for key in (head.id, (head.id, head.place.path))
    }  # fmt: skip
    seen = [
        replace(head, place=next(side[key] for key in keys for side in (places, others) if key in side))
        for head in both for keys in [((head.id, head.place.path), head.id)]
        if head.id in places or head.id in others
    ]  # fmt: skip
    return [problem for name, problem in _errors(seen).items() if name not in old]


def _heads(files: Mapping[str, bytes], types: NoteTypes, known: dict[tuple[str, bytes], list[Head]]) -> list[Head]:
    """The notes of all files. `known`: of those that have been read."""
    for file in files.items():
        if file not in known:
            known[file] = [head_of(note) for note in read_deck(*file, types).notes]
    return [head for file in sorted(files.items()) for head in known[file]]


def _errors(heads: Sequence[Head]) -> dict[tuple[str, str], Problem]:
    """The errors by their code and the note's id."""
    ids = {(head.place.path, head.place.line, head.place.column): head.id for head in heads}
    found = (problem for problem in crosscheck(heads).problems if problem.severity == "error")
    return {(problem.code, ids[problem.path, problem.line, problem.column]): problem for problem in found}


class _Merge:
    def __init__(
        self, types: NoteTypes, base: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes]
    ) -> None:
        self.types = types
        self.data = (base, ours, theirs)
        self.refused: dict[str, CannotMerge] = {}
        self.moved: set[str] = set()
        self.second: dict[str, str] = {}
        self.base, self.ours, self.theirs = self.read(base, ""), self.read(ours, "ours"), self.read(theirs, "theirs")
        self.sides = (self.base, self.ours, self.theirs)
        self.taken = {note.name for side in self.sides for deck in side.values() for note in deck.notes}

    def read(self, files: Mapping[str, bytes], side: Literal["ours", "theirs", ""]) -> dict[str, Deck]:
        """The files in pieces, but for those that cannot be read; without its base a file is merged all the same."""
        found = {}
        for path, data in files.items():
            try:
                found[path] = take_apart(path, data, self.types)
            except NotInPieces as error:
                if side:
                    self.refused.setdefault(path, CannotMerge(error.message, error.hint, side))
        return found

    def follow_renames(self) -> None:
        """Let a note that a side gave another id have one name on all sides before they are compared."""
        claims = [_claims(side) for side in (self.ours, self.theirs)]
        if not any(claims):
            return
        base, ours, theirs = names = [_by_place(side) for side in self.sides]
        for old in [name for name in base if any(name in side for side in claims)]:
            here, there = (
                old if old in side else claim.get(old) for side, claim in zip((ours, theirs), claims, strict=True)
            )
            goal = next((name for name in (here, there) if name and name != old), None)
            now = (old, here, there)
            if goal is None or any(name != goal and goal in side for side, name in zip(names, now, strict=True)):
                continue
            for side, name in zip(names, now, strict=True):
                if name is not None and name != goal:
                    deck, at = side[goal] = side.pop(name)
                    deck.notes[at] = replace(deck.notes[at], name=goal)
            if there and there not in (old, goal):
                self.second[goal] = there

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

    def move(self, side: dict[str, Deck], name: str, path: str, goal: str) -> None:
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
            return _DeckMerge(path, before, here, there, self.taken, self.second).merged()
        except CannotMerge as error:
            return error


class _DeckMerge:
    """The merge of one file that is there on at least one of both sides."""

    def __init__(
        self, path: str, base: Deck | None, ours: Deck | None, theirs: Deck | None, taken: set[str],
        second: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.path, self.layout, self.taken, self.second = path, ours or theirs or Deck(), taken, second
        self.deleted = base is not None and (ours is None or theirs is None)
        self.base, self.ours, self.theirs = base or Deck(), ours or Deck(), theirs or Deck()
        self.conflicts: list[str] = []
        self.kept: list[str] = []
        self.both: list[str] = []

    def merged(self) -> Merged:
        keys, notes = self.merged_keys(), self.merged_notes()
        if self.deleted and not notes:
            return Merged(None)
        decks = [deck for deck in (self.layout, self.ours, self.theirs, self.base) if len(deck.notes) > 1]
        apart = bool(decks) and bool(self.layout.notes) and decks[0].apart
        data = put_together(self.layout, apart, keys, notes, self.tail())
        _verify(self.path, data, keys, notes)
        renamed = tuple((note.name, self.second[note.name]) for note in notes if note.name in self.second)
        return Merged(data, tuple(self.conflicts), tuple(self.kept), tuple(self.both), renamed)

    def tail(self) -> str:
        base, ours, theirs = self.base.tail, self.ours.tail, self.theirs.tail
        if theirs in (base, ours):
            return ours
        return theirs if ours == base else ours + theirs

    def merged_keys(self) -> list[Piece]:
        """The keys of the file, each by three; where both sides changed one, ours stands."""
        if self.deleted:
            return self.layout.keys
        base, ours, theirs = (_by_name(deck.keys) for deck in (self.base, self.ours, self.theirs))
        chosen: dict[str, Piece] = {}
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
                piece = self.key_of_both(base.get(name), mine, other)
            if name == "notes" and (piece is None or piece.value is not None):
                piece = next((key for key in (mine, other) if key and key.value is None), piece)
            if piece:
                chosen[name] = piece
        return list(chosen.values())

    def key_of_both(self, base: Piece | None, ours: Piece | None, theirs: Piece | None) -> Piece | None:
        """A key that both changed: the comments of both, and what it says as the side has it that changed it."""
        if ours is None or theirs is None:
            stays = ours or theirs
            self.both += [stays.name] if stays else []
            return stays
        (was, before), (comments, mine), (others, other) = (
            _commented(piece.raw.replace("\r\n", "\n") if piece else "") for piece in (base, ours, theirs)
        )
        chosen, body = (theirs, other) if mine == before else (ours, mine)
        if other not in (before, mine) and mine != before and not (ours.name == "notes" and ours.value != theirs.value):
            self.both.append(ours.name)
        piece = replace(chosen, raw=_comments_of_both(was, comments, others) + body)
        return replace(piece, raw=piece.fitted(0, self.layout.newline))

    def merged_notes(self) -> list[Piece]:
        base, ours, theirs = (_by_name(deck.notes) for deck in (self.base, self.ours, self.theirs))
        result: list[Piece] = []
        for name in _order(list(base), list(ours), list(theirs)):
            result += self.note(base.get(name), ours.get(name), theirs.get(name))
        return result

    def note(self, base: Piece | None, ours: Piece | None, theirs: Piece | None) -> Iterable[Piece]:
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
        second = self.second.get(ours.name)
        together = _by_field(base, ours, theirs, second) if base else None
        if together:
            return [together]
        self.conflicts.append(ours.id)
        return [_under_all_ids(base, ours, theirs, second), *self.other_version(theirs)]

    def other_version(self, note: Piece) -> Iterable[Piece]:
        """Theirs as a draft of its own; nothing where that one is there already. That of a draft is no draft of it."""
        tags = note.value.get("tags", ()) if isinstance(note.value, dict) else ()
        of = _COPY.sub("", note.id) if CONFLICT_TAG in tags else note.id
        there = {piece.name: piece for deck in (self.ours, self.theirs) for piece in deck.notes}
        count = 1
        while True:
            name = f"{of}.other{count if count > 1 else ''}"
            copy = as_draft(self.path, note, name, of)
            if name != note.name and name in there and there[name].value == copy.value:
                return []
            if name not in self.taken:
                self.taken.add(name)
                return [copy]
            count += 1


def _whereabouts(side: Mapping[str, Deck]) -> dict[str, str]:
    """The file of each note that stands in one file only."""
    found: dict[str, list[str]] = {}
    for path, deck in side.items():
        for note in deck.notes:
            found.setdefault(note.name, []).append(path)
    return {name: paths[0] for name, paths in found.items() if len(paths) == 1}


def _by_place(side: Mapping[str, Deck]) -> dict[str, tuple[Deck, int]]:
    """Where each note stands: its deck and its place in it."""
    return {note.name: (deck, at) for deck in side.values() for at, note in enumerate(deck.notes)}


def _claims(side: Mapping[str, Deck]) -> dict[str, str]:
    """The note of today by each id that exactly one note says it had."""
    found: dict[str, list[str]] = {}
    for deck in side.values():
        for note in deck.notes:
            for old in _ids(note.value.get("was")) if isinstance(note.value, dict) else ():
                found.setdefault(old, []).append(note.name)
    return {old: names[0] for old, names in found.items() if len(names) == 1}


def _ids(value: Any) -> list[str]:
    """The ids in a value of `was`: a list, or one alone."""
    if isinstance(value, str):
        return [value] if value else []
    return [id for id in value if isinstance(id, str)] if isinstance(value, list) else []


def _commented(raw: str) -> tuple[str, str]:
    """The comment lines and blank lines above a key, and the rest."""
    lines = lines_of(raw)
    above = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    return "".join(lines[:above]), "".join(lines[above:])


def _comments_of_both(base: str, ours: str, theirs: str) -> str:
    """Our comment lines, then those that they added and we have not; theirs if only they changed them."""
    if ours == base:
        return theirs
    known = {*lines_of(base), *lines_of(ours)}
    return ours + "".join(line for line in lines_of(theirs) if line.strip() and line not in known)


def _by_name(pieces: Iterable[Piece]) -> dict[str, Piece]:
    return {piece.name: piece for piece in pieces}


def _same(one: Piece | None, other: Piece | None) -> bool:
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


def _by_field(base: Piece, ours: Piece, theirs: Piece, second: str | None) -> Piece | None:
    """A note whose keys are each as the side has them that changed them; None where both sides changed one."""
    before, here, there = keys_of(base), keys_of(ours), keys_of(theirs)
    if before is None or here is None or there is None:
        return None
    chosen: NoteKeys = {}
    for key in _order([*before], [*here], [*there]):
        was, mine, other = before.get(key), here.get(key), there.get(key)
        if key == "was":
            pick = _old_ids(before, here, there, second)
        elif mine == other or other == was:
            pick = mine
        elif mine == was:
            pick = other
        elif not key and was and mine and other:
            pick = (_comments_of_both(was[0], mine[0], other[0]), None)
        elif key == "id" and second:
            pick = mine
        else:
            return None
        if pick is not None:
            chosen[key] = pick
    if len(chosen) < 2:
        return None
    return _made(ours, chosen)


def _old_ids(before: NoteKeys, here: NoteKeys, there: NoteKeys, second: str | None) -> tuple[str, Any] | None:
    """The key `was` with the ids that either side added, without those that either took out."""
    was, mine, other = (_ids(keys["was"][1]) if "was" in keys else [] for keys in (before, here, there))
    both = dict.fromkeys([*mine, *other, *([second] if second else [])])
    ids = [id for id in both if id not in was or (id in mine and id in other)]
    for keys, known in ((here, mine), (there, other)):
        if known == ids:
            return keys.get("was")
    return _written_key("was", ids) if ids else None


def _under_all_ids(base: Piece | None, ours: Piece, theirs: Piece, second: str | None) -> Piece:
    """Our version of a note that both changed, under the id and the old ids that both sides know it by."""
    before, here, there = keys_of(base) if base else None, keys_of(ours), keys_of(theirs)
    if before is None or here is None or there is None:
        return ours
    chosen = dict(here)
    was = _old_ids(before, here, there, second)
    if "id" in there and here.get("id") == before.get("id"):
        chosen["id"] = there["id"]
    if was:
        chosen["was"] = was
    order = _order([*before], [*here], [*there])
    return ours if chosen == here else _made(ours, {key: chosen[key] for key in order if key in chosen})


def _made(ours: Piece, keys: NoteKeys) -> Piece:
    """A note of these keys, with as many blank lines below as ours has."""
    made = note_of(ours.name, keys)
    blank = ours.raw.replace("\r", "")
    return replace(made, raw=made.raw + blank[len(blank.rstrip("\n")) + 1 :])


def as_draft(path: str, note: Piece, name: str, of: str, whose: str = "The other device's") -> Piece:
    """The version of the other side as a note that no review shows. `of`: the id of ours. Raises CannotMerge."""
    keys = keys_of(note)
    if keys is None:
        raise CannotMerge(f"{path}: both sides changed `{note.name}`, which cannot be written one key on a line")
    told = f"# {whose} version of {of}. Take from it what you want, then delete it.\n"
    comments = keys[""][0].replace(told, "") + told
    lost = [text for key in _ONE_OF_A_KIND if key in keys for text in lines_of(keys[key][0])]
    rest = {key: pair for key, pair in keys.items() if key not in (*_ONE_OF_A_KIND, "")}
    marker = next((key for key in rest if key not in ("id", "tags", "draft")), None)
    tags = rest["tags"][1] if "tags" in rest else []
    tags = [tags] if isinstance(tags, str) and tags else list(tags)
    added: dict[str, Any] = {
        "id": name,
        "tags": [*(tag for tag in tags if tag != CONFLICT_TAG), CONFLICT_TAG],
        "draft": True,
    }
    made: NoteKeys = {"": (comments + "".join(f"# {line}" for line in lost), None)}
    for key, pair in rest.items():
        if key not in added:
            made[key] = pair
        if key == marker:
            made |= {key: _written_key(key, value) for key, value in added.items()}
    return note_of(name, made if marker else made | {key: _written_key(key, value) for key, value in added.items()})


def _written_key(key: str, value: Any) -> tuple[str, Any]:
    try:
        text = dedented(" " + note_yaml({key: value})[1:], INDENTATION)
    except CannotWrite as error:
        raise CannotMerge(error.message) from None
    return text, "true" if value is True else value


def _verify(path: str, data: bytes, keys: Sequence[Piece], notes: Sequence[Piece]) -> None:
    """Raises CannotMerge unless the file says what its pieces say."""
    parsed = tree.parse(path, data)
    said = tree.plain(parsed.root) or {}
    meant = {key.name: key.value for key in keys if key.name != "notes"}
    listed = said.pop("notes", None) or [] if isinstance(said, dict) else None
    if parsed.problems or said != meant or listed != [note.value for note in notes]:
        raise CannotMerge(f"{path}: put together, the notes of both sides would say something else")
