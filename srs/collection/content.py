"""The decks' side of the index: which files there are, what changed, which notes and cards they hold.

Knows deck files and note types; nothing of reviews.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

from srs.cards.note import DeckFile, Note, Place
from srs.collection.index import get_meta, indexes_at_the_end, set_meta, writing
from srs.collection.stored import note_from_json, note_to_json
from srs.errors import Problem, said_by_system
from srs.watching import Watch, statements, told

if TYPE_CHECKING:
    from srs.cards.crosscheck import Head
    from srs.cards.notetype import NoteType, NoteTypes

FILE_COLUMNS = "size, mtime, inode, ctime"
FRESH = "coalesce((select 2 * (kind = 0) from state where card = {}), 1)"
"""The SQL of a card's column `fresh`, to be given the card."""
_SUFFIXES = (".yaml", ".yml")
NOT_UTF8 = "its name is not UTF-8"
_RACY_NS = 1_000_000_000
"""A file this young may change again within one tick of its clock, so it is looked at once more the next time."""


class Seen(NamedTuple):
    """A file as the file system shows it: enough to tell whether it changed. `refused`: why it cannot be read."""

    size: int
    mtime: int
    inode: int
    ctime: int
    refused: str = ""


def refresh(db: sqlite3.Connection, root: Path, watch: Watch) -> bool:
    """Bring notes, cards and problems up to date with the files. True where anything changed."""
    decks, own_types = _yaml_files(root, "decks"), _yaml_files(root, "notetypes")
    rows = db.execute(f"select path, {FILE_COLUMNS} from file where kind != 'journal'")
    known = {row[0]: row[1:] for row in rows}
    if known == {path: seen[:4] for path, seen in (*decks.items(), *own_types.items())}:
        return False
    with writing(db):
        return _refresh(db, root, decks, own_types, watch)


def version(db: sqlite3.Connection) -> str | None:
    """What is another one after decks or note types changed, by whichever program the change was read."""
    return get_meta(db, "content")


def load_types(root: Path) -> tuple[NoteTypes, list[Problem]]:
    """The built-in note types and the collection's own, and what is wrong with the latter."""
    from srs.cards.builtin import builtin_types

    files = _yaml_files(root, "notetypes")
    if not files:
        return builtin_types(), []
    from srs.cards.typefile import read_notetype, with_own

    own: list[tuple[str, NoteType]] = []
    problems: list[Problem] = []
    for path, seen in files.items():
        data, refused = _read(root / path, seen)
        if refused:
            problems.append(Problem(path, 1, 1, "error", "unreadable", f"This cannot be read: {refused}."))
            continue
        kind, found = read_notetype(path, data)
        problems += found
        if kind is not None:
            own.append((path, kind))
    types, taken = with_own(builtin_types(), own)
    return types, [*problems, *taken]


def deck_of(db: sqlite3.Connection, card: str) -> str:
    """The name of a card's deck; empty where no deck has the card (any more)."""
    row = db.execute("select deck from card where id = ? order by active desc, path", (card,)).fetchone()
    return str(row[0]) if row else ""


def decks_of_cards(db: sqlite3.Connection) -> dict[str, str]:
    """The name of the deck of each card that a deck has, as `deck_of`."""
    return dict(db.execute("select id, deck from card order by active, path desc"))


def note_by_key(db: sqlite3.Connection, key: int) -> Note:
    return note_from_json(db.execute("select data from note where key = ?", (key,)).fetchone()[0])


def _refresh(
    db: sqlite3.Connection, root: Path, decks: Mapping[str, Seen], own_types: Mapping[str, Seen], watch: Watch
) -> bool:
    rows = db.execute(f"select path, checksum, kind, {FILE_COLUMNS} from file where kind != 'journal'").fetchall()
    known = {path: (Seen(*seen), checksum) for path, checksum, _, *seen in rows}
    started, checksums = time.time_ns(), {path: _checksum(root / path, seen) for path, seen in own_types.items()}
    types_changed = {path: known[path][1] for path, _, kind, *_ in rows if kind == "notetype"} != checksums
    loaded = cache(lambda: load_types(root))
    changed, reread = False, list[str]()
    for path in known.keys() - decks.keys() - own_types.keys():
        _forget(db, path)
        changed = True
    for path, seen in own_types.items():
        _note_file(db, path, "notetype", seen, checksums[path], started)
    if types_changed:
        changed = True
        db.execute("delete from problem where source = 'types'")
        _add_problems(db, loaded()[1], "types")
    empty = not known and db.execute("select 1 from event limit 1").fetchone() is None  # else cards look for events
    with indexes_at_the_end(db, watch, "note", "card") if empty else nullcontext():
        for path, seen in told(watch, "Reading decks", decks.items(), len(decks)):
            before = known.get(path)
            if before and before[0][:4] == seen[:4] and not types_changed:
                continue
            known_checksum = None if types_changed or not before else before[1]
            if _reread(db, root, path, seen, lambda: loaded()[0], known_checksum, before is None):
                reread.append(path)
    if changed or reread:
        with statements(db, watch, "Comparing notes"):
            _compare_notes(db, reread)
        _count_up(db)
    return changed or bool(reread)


def _count_up(db: sqlite3.Connection) -> None:
    set_meta(db, "content", str(int(version(db) or 0) + 1))


def _reread(
    db: sqlite3.Connection,
    root: Path,
    path: str,
    seen: Seen,
    types: Callable[[], NoteTypes],
    checksum_before: int | None,
    new: bool,
) -> bool:
    """Read one deck file, which may be a `new` one, into the tables; False where only its times changed."""
    started = time.time_ns()
    data, refused = _read(root / path, seen)
    if refused:
        message = f"This cannot be read: {refused}."
        deck = DeckFile(path, "", None, None, None, (), (Problem(path, 1, 1, "error", "unreadable", message),))
        checksum = -1
    else:
        checksum = zlib.crc32(data)
        if checksum == checksum_before:
            _note_file(db, path, "deck", seen, checksum, started)
            return False
        from srs.cards.deck import read_deck

        deck = read_deck(path, data, types())
    if not new:
        _note_edits(db, path, deck.notes, seen)
        _forget(db, path)
    _note_file(db, path, "deck", seen, checksum, started, deck)
    _add_problems(db, deck.problems, "file")
    if deck.notes:
        _add_problems(db, _add_notes(db, deck, types()), "file")
    return True


def _note_edits(db: sqlite3.Connection, path: str, notes: Iterable[Note], seen: Seen) -> None:
    """Keep which notes of a file that was known say something else now, and when the file was written."""
    rows = db.execute("select data from note where path = ?", (path,))
    if not (before := {note.id: _says(note) for note in map(note_from_json, (row[0] for row in rows))}):
        return
    edited = (note.id for note in notes if note.id in before and before[note.id] != _says(note))
    db.executemany("insert or replace into edited values (?, ?)", ((id, seen.mtime // 1_000_000) for id in edited))


def _says(note: Note) -> tuple[object, ...]:
    """What a note asks and answers, without where it stands."""
    return dict(note.fields), note.wordings, tuple((prompt.q, prompt.a) for prompt in note.prompts)


def follow(
    db: sqlite3.Connection, root: Path, deck: DeckFile, since: int, old: bytes | None, new: bytes, types: NoteTypes
) -> None:
    """After notes were put at the end of a deck file, those from number `since` on: know them without reading it again.

    `old` is what stood there, `new` what was written. Only where comparing all notes could say nothing new; else the
    next `refresh` reads the file.
    """
    row = db.execute("select checksum from file where path = ?", (deck.path,)).fetchone()
    known = row == (None if old is None else (zlib.crc32(old),))
    doubts = db.execute("select 1 from problem where source = 'cross' or path = ? limit 1", (deck.path,)).fetchone()
    if not known or doubts or any(note.needs or note.was for note in deck.notes[since:]):
        return
    place, started = root / deck.path, time.time_ns()
    seen = _seen(deck.path, place.stat)  # if it is another's by now, the checksum will tell
    with writing(db):
        _note_file(db, deck.path, "deck", seen, zlib.crc32(new), started, deck)
        _add_problems(db, deck.problems, "file")
        _add_problems(db, _add_notes(db, deck, types, since), "file")
        _count_up(db)


def _add_notes(db: sqlite3.Connection, deck: DeckFile, types: NoteTypes, since: int = 0) -> list[Problem]:
    """Put a deck's notes and cards into the tables; notes that make no card and do not say why are problems.

    Those from number `since` on, where the others are there.
    """
    from srs.cards.faces import cards_of, withheld

    problems = []
    key = db.execute("select coalesce(max(key), 0) from note").fetchone()[0]
    notes, cards = [], []
    for position, note in enumerate(deck.notes[since:], since):
        key += 1
        links = json.dumps([note.needs, note.was], ensure_ascii=False) if note.needs or note.was else None
        line, column = note.place.line, note.place.column
        notes.append(
            (key, note.id, deck.path, position, note.deck, note.draft, line, column, links, note_to_json(note))
        )
        made = cards_of(note, types)
        if not made and not note.draft and not withheld(note):
            problems.append(_no_card(note, types))
        for order, card in enumerate(made):
            home = note.deck_of(card.template)
            cards.append((card.id, key, note.id, home, card.template, order, deck.path, position, not note.draft))
    db.executemany(
        "insert into note (key, id, path, position, deck, draft, line, column, links, data)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        notes,
    )
    _note_moves(db, "values (?1)", ((card[0],) for card in cards))
    db.executemany(
        f"insert into card select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, {FRESH.format('?1')}",
        cards,
    )
    return problems


def _no_card(note: Note, types: NoteTypes) -> Problem:
    place, kind = note.place, types[note.type]
    asked = "A gap is written like {{c1::this}}." if kind.cloze else "Fill a field that a card of this type asks for."
    hint = f"{asked} Or say `draft: true`."
    message = "This note makes no card."
    return Problem(place.path, place.line, place.column, "warning", "no-card", message, hint)


def _note_moves(db: sqlite3.Connection, cards: str, values: Iterable[tuple[str | int, ...]]) -> None:
    """Keep in which decks the cards of a query lie, before that changes. Without a journal nothing hangs on it."""
    if db.execute("select 1 from event limit 1").fetchone():
        deck = "coalesce((select deck from card where id = of.id order by active desc, path limit 1), '')"
        db.executemany(
            f"with of (id) as ({cards}) insert or ignore into moved select of.id, {deck} from of where true", values
        )


def _forget(db: sqlite3.Connection, path: str) -> None:
    _note_moves(db, "select id from card where path = ?", [(path,)])
    db.execute("delete from face where card in (select id from card where path = ?)", (path,))
    for table in ("card", "note", "problem", "file"):
        db.execute(f"delete from {table} where path = ?", (path,))


def _note_file(
    db: sqlite3.Connection, path: str, kind: str, seen: Seen, checksum: int, started: int, deck: DeckFile | None = None
) -> None:
    ctime = -1 if abs(started - seen.ctime) < _RACY_NS else seen.ctime
    db.execute(
        f"insert into file (path, kind, {FILE_COLUMNS}, checksum) values (?, ?, ?, ?, ?, ?, ?)"
        " on conflict do update set size = excluded.size, mtime = excluded.mtime, inode = excluded.inode,"
        " ctime = excluded.ctime, checksum = excluded.checksum",
        (path, kind, seen.size, seen.mtime, seen.inode, ctime, checksum),
    )
    if deck:
        about = json.dumps({"description": deck.description, "author": deck.author, "licence": deck.licence})
        db.execute("update file set deck = ?, about = ? where path = ?", (deck.deck, about, path))


def _add_problems(db: sqlite3.Connection, problems: Iterable[Problem], source: str) -> None:
    rows = [(p.path, p.line, p.column, p.severity, p.code, p.message, p.hint, source) for p in problems]
    db.executemany("insert into problem values (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _compare_notes(db: sqlite3.Connection, reread: Sequence[str]) -> None:
    """What can only be seen across files: ids used twice, aliases, needs. Notes that clash are left out.

    `reread` are the paths of the files that were read since notes were compared last.
    """
    from srs.cards.crosscheck import crosscheck

    errors = db.execute(
        "select path, line, column from problem where source = 'file' and severity = 'error'"
        " order by path desc, line desc, column desc"
    )
    first = {path: Place(path, line, column) for path, line, column in errors}
    heads = _heads(db, reread)
    result = crosscheck(list(heads.values()), list(first.values())[::-1])
    db.execute("delete from problem where source = 'cross'")
    _add_problems(db, result.problems, "cross")
    left_out = {key for key, head in heads.items() if head.place in result.left_out}
    changed = [(key,) for key in left_out ^ {row[0] for row in db.execute("select key from note where left_out")}]
    _note_moves(db, "select id from card where note_key = ?", changed)
    db.executemany("update note set left_out = not left_out where key = ?", changed)
    db.executemany(
        "update card set active = (select not draft and not left_out from note where key = ?1) where note_key = ?1",
        changed,
    )
    _note_aliases(db, result.aliases)


def _heads(db: sqlite3.Connection, reread: Sequence[str]) -> dict[int, Head]:
    """The heads of notes that can have to do with others, by key, as written: those that name others, are named, or
    share an id, which either was so before, so that one of them was left out, or comes from a file that was reread.
    """
    from srs.cards.crosscheck import Head

    links = {key: json.loads(text) for key, text in db.execute("select key, links from note where links is not null")}
    named = {id_ for needs, was in links.values() for id_ in (*needs, *was)}
    named.update(row[0] for row in db.execute("select id from note where left_out"))
    twice = (
        "select id from note of where path in (select value from json_each(?))"
        " and exists (select 1 from note where id = of.id and key != of.key)"
    )
    named.update(row[0] for row in db.execute(twice, (json.dumps(reread),)))
    rows = db.execute(
        "select key, id, draft, path, line, column from note where key in (select key from note where links is not null"
        " union select key from note where id in (select value from json_each(?))) order by path, position",
        (json.dumps(list(named)),),
    )
    return {
        key: Head(id_, tuple(was), tuple(needs), bool(draft), Place(path, line, column))
        for key, id_, draft, path, line, column in rows
        for needs, was in (links.get(key, ((), ())),)
    }


def _note_aliases(db: sqlite3.Connection, aliases: Mapping[str, str]) -> None:
    """Put the aliases in place of the former ones, and keep which lead elsewhere now."""
    former = dict(db.execute("select old, note from alias"))
    changed = {old for old, _ in former.items() ^ aliases.items()}
    db.executemany("insert or ignore into renamed values (?, ?)", ((old, former.get(old, old)) for old in changed))
    db.executemany("delete from alias where old = ?", ((old,) for old in changed))
    db.executemany("insert into alias values (?, ?)", ((old, aliases[old]) for old in changed & aliases.keys()))


def _yaml_files(root: Path, folder: str) -> dict[str, Seen]:
    """The YAML files under a folder, in path order. What cannot be looked into is there as well, with the reason."""
    found: dict[str, Seen] = {}
    pending = [(str(root / folder), folder)]
    while pending:
        place, name = pending.pop()
        try:
            entries = list(os.scandir(place))
        except FileNotFoundError:
            continue
        except OSError as error:
            found[shown_name(name)] = _refused(said_by_system(error))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            relative = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append((entry.path, relative))
            elif entry.name.lower().endswith(_SUFFIXES):
                found[shown_name(relative)] = _seen(relative, entry.stat)
    return dict(sorted(found.items()))


def shown_name(name: str) -> str:
    """A file's name as text that the index and the screen can hold: bytes that are no UTF-8 are spelled out."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def seen_of(stat: os.stat_result) -> Seen:
    """What tells whether a file changed."""
    return Seen(stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_ctime_ns)


def _seen(name: str, look: Callable[[], os.stat_result]) -> Seen:
    try:
        stat = look()
    except OSError as error:
        return _refused(said_by_system(error))
    if shown_name(name) != name:
        return _refused(NOT_UTF8)
    return seen_of(stat) if S_ISREG(stat.st_mode) else _refused("it is not a regular file")


def _refused(reason: str) -> Seen:
    return Seen(-1, 0, 0, 0, reason)


def _read(path: Path, seen: Seen) -> tuple[bytes, str]:
    """What stands in a file, and why it cannot be read (empty where it can)."""
    if seen.refused:
        return b"", seen.refused
    try:
        return path.read_bytes(), ""
    except OSError as error:
        return b"", said_by_system(error)


def _checksum(path: Path, seen: Seen) -> int:
    data, refused = _read(path, seen)
    return -1 if refused else zlib.crc32(data)
