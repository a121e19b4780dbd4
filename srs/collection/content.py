"""The decks' side of the index: which files there are, what changed, which notes and cards they hold.

Knows deck files and note types; nothing of reviews.
"""

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from srs.cards.note import DeckFile, Note
from srs.cards.notetype import NoteTypes
from srs.collection.index import get_meta, set_meta, writing
from srs.collection.stored import note_from_json, note_to_json
from srs.errors import Problem, SrsError

_SUFFIXES = (".yaml", ".yml")
_RACY_NS = 1_000_000_000
"""A file this young may change again within one tick of its clock, so it is looked at once more the next time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the file system shows it: enough to tell whether it changed."""

    size: int
    mtime: int
    inode: int


def deck_files(root: Path) -> dict[str, Seen]:
    """The deck files under `root`, by path relative to it, in path order."""
    return _yaml_files(root, "decks")


def refresh(db: sqlite3.Connection, root: Path) -> bool:
    """Bring notes, cards and problems up to date with the files. True where anything changed."""
    decks, own_types = deck_files(root), _yaml_files(root, "notetypes")
    known = {
        row[0]: Seen(*row[1:])
        for row in db.execute("select path, size, mtime, inode from file where kind != 'journal'")
    }
    if known == {**decks, **own_types}:
        return False
    with writing(db):
        return _refresh(db, root, decks, own_types)


def load_types(root: Path) -> tuple[NoteTypes, list[Problem]]:
    """The built-in note types and the collection's own, and what is wrong with the latter."""
    from srs.cards.typefile import builtin_types, read_notetype

    types, problems = dict(builtin_types()), list[Problem]()
    for path in _yaml_files(root, "notetypes"):
        own, found = read_notetype(path, _bytes(root / path))
        problems += found
        if own is None:
            continue
        if own.name in types:
            hint = "give it a name of its own"
            problems.append(
                Problem(path, 1, 1, "error", "type-twice", f"there is a note type `{own.name}` already", hint)
            )
        else:
            types[own.name] = own
    return types, problems


def readable_name(name: str) -> str:
    """A file's name, which the index must be able to hold. Raises SrsError where it is not UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise SrsError(f"the name of the file {name!a} is not UTF-8", "rename it") from None
    return name


def note_by_key(db: sqlite3.Connection, key: int) -> Note:
    return note_from_json(db.execute("select data from note where key = ?", (key,)).fetchone()[0])


def _refresh(db: sqlite3.Connection, root: Path, decks: Mapping[str, Seen], own_types: Mapping[str, Seen]) -> bool:
    rows = db.execute("select path, size, mtime, inode, checksum, kind from file where kind != 'journal'").fetchall()
    known = {row[0]: (Seen(*row[1:4]), row[4]) for row in rows}
    started, checksums = time.time_ns(), {path: zlib.crc32(_bytes(root / path)) for path in own_types}
    types_changed = {path: known[path][1] for path, *_, kind in rows if kind == "notetype"} != checksums
    types, type_problems = load_types(root)
    changed = False
    for path in known.keys() - decks.keys() - own_types.keys():
        _forget(db, path)
        changed = True
    for path, seen in own_types.items():
        _note_file(db, path, "notetype", seen, checksums[path], started)
    if types_changed:
        changed = True
        db.execute("delete from problem where source = 'types'")
        _add_problems(db, type_problems, "types")
    for path, seen in decks.items():
        before = known.get(path)
        if before and before[0] == seen and not types_changed:
            continue
        changed |= _reread(db, root, path, seen, types, None if types_changed or not before else before[1])
    if changed:
        _compare_notes(db)
        set_meta(db, "content", str(int(get_meta(db, "content") or 0) + 1))
    return changed


def _reread(
    db: sqlite3.Connection, root: Path, path: str, seen: Seen, types: NoteTypes, checksum_before: int | None
) -> bool:
    """Read one deck file into the tables; False where only its times changed."""
    from srs.cards.deck import read_deck

    started = time.time_ns()
    try:
        data = (root / path).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        deck = DeckFile(
            path, "", None, None, None, (), (Problem(path, 1, 1, "error", "unreadable", f"cannot be read: {reason}"),)
        )
        checksum = -1
    else:
        checksum = zlib.crc32(data)
        if checksum == checksum_before:
            _note_file(db, path, "deck", seen, checksum, started)
            return False
        deck = read_deck(path, data, types)
    _forget(db, path)
    _note_file(db, path, "deck", seen, checksum, started, deck)
    _add_problems(db, deck.problems, "file")
    _add_notes(db, deck, types)
    return True


def _add_notes(db: sqlite3.Connection, deck: DeckFile, types: NoteTypes) -> None:
    from srs.cards.faces import cards_of

    key = db.execute("select coalesce(max(key), 0) from note").fetchone()[0]
    notes, cards = [], []
    for position, note in enumerate(deck.notes):
        key += 1
        linked = bool(note.needs or note.was)
        notes.append((key, note.id, deck.path, position, note.deck, note.type, note.draft, linked, note_to_json(note)))
        for order, card in enumerate(cards_of(note, types)):
            row = (
                card.id,
                key,
                note.id,
                note.deck,
                card.type,
                card.template,
                order,
                deck.path,
                position,
                not note.draft,
            )
            cards.append(row)
    db.executemany(
        "insert into note (key, id, path, position, deck, type, draft, linked, data)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        notes,
    )
    db.executemany(
        "insert into card select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " coalesce((select kind = 0 from state where card = ?1), 1)",
        cards,
    )


def _forget(db: sqlite3.Connection, path: str) -> None:
    db.execute("delete from face where card in (select id from card where path = ?)", (path,))
    for table in ("card", "note", "problem", "file"):
        db.execute(f"delete from {table} where path = ?", (path,))


def _note_file(
    db: sqlite3.Connection, path: str, kind: str, seen: Seen, checksum: int, started: int, deck: DeckFile | None = None
) -> None:
    mtime = -1 if abs(started - seen.mtime) < _RACY_NS else seen.mtime
    db.execute(
        "insert into file (path, kind, size, mtime, inode, checksum) values (?, ?, ?, ?, ?, ?)"
        " on conflict do update set size = excluded.size, mtime = excluded.mtime, inode = excluded.inode,"
        " checksum = excluded.checksum",
        (path, kind, seen.size, mtime, seen.inode, checksum),
    )
    if deck:
        about = json.dumps({"description": deck.description, "author": deck.author, "licence": deck.licence})
        db.execute("update file set deck = ?, about = ? where path = ?", (deck.deck, about, path))


def _add_problems(db: sqlite3.Connection, problems: Iterable[Problem], source: str) -> None:
    rows = [(p.path, p.line, p.column, p.severity, p.code, p.message, p.hint, source) for p in problems]
    db.executemany("insert into problem values (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _compare_notes(db: sqlite3.Connection) -> None:
    """What can only be seen across files: ids used twice, aliases, needs. Notes that clash are left out."""
    from srs.cards.crosscheck import crosscheck, head_of

    keys, heads = [], []
    for key, data in db.execute("select key, data from note order by path, position"):
        keys.append(key)
        heads.append(head_of(note_from_json(data)))
    result = crosscheck(heads)
    db.execute("delete from problem where source = 'cross'")
    _add_problems(db, result.problems, "cross")
    db.execute("update note set left_out = 0 where left_out")
    left_out = [(key,) for key, head in zip(keys, heads, strict=True) if head.place in result.left_out]
    db.executemany("update note set left_out = 1 where key = ?", left_out)
    db.execute(
        "update card set active = (select not draft and not left_out from note where key = note_key)"
        " where active != (select not draft and not left_out from note where key = note_key)"
    )
    db.execute("delete from alias")
    db.executemany("insert into alias values (?, ?)", result.aliases.items())


def _yaml_files(root: Path, folder: str) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    pending = [(root / folder, folder)]
    while pending:
        place, name = pending.pop()
        try:
            entries = list(os.scandir(place))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            relative = f"{name}/{readable_name(entry.name)}"
            if entry.is_dir(follow_symlinks=False):
                pending.append((place / entry.name, relative))
            elif entry.name.endswith(_SUFFIXES):
                seen = _seen(place / entry.name)
                if seen:
                    found[relative] = seen
    return dict(sorted(found.items()))


def _bytes(path: Path) -> bytes:
    """What stands in a note type's file; nothing where it cannot be read, which its reader then finds wrong."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _seen(path: Path) -> Seen | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return Seen(stat.st_size, stat.st_mtime_ns, stat.st_ino)
