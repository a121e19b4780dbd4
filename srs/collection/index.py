"""The index file: opened, made, brought up, thrown away. Knows its schema and version, not what the rows mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srs.collection.files import locked
from srs.watching import Watch, statements

VERSION = 9
"""Raised with every change of schema.sql or of what is put in the tables. `upgrades.STEPS` then gets a step from the
former version, and `python -m tests.collection.freeze` keeps an index of the new one, for the tests of later versions.
"""

_BUSY_SECONDS = 60.0
_ROOM = -64_000  # KiB of the file that SQLite keeps in memory, below zero
_ROOM_TO_SORT = -8_000  # the parts in which rows are sorted: larger ones leave the processor's cache
_NOT_THE_FILE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
)


def open_index(path: Path) -> sqlite3.Connection:
    """A connection to the index at `path`, in autocommit mode; an absent, foreign or damaged file is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):  # SQLite does not wait for its lock while a file turns to WAL
        try:
            return _opened(path)
        except sqlite3.DatabaseError as error:
            if not spoilt(error):
                raise
            discard(path)
        return _opened(path)


def spoilt(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is to blame, so that a new one helps; not where it is locked, or the disk full or read-only."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code & 0xFF == sqlite3.SQLITE_IOERR:
        return code in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)
    return code & 0xFF not in _NOT_THE_FILE


def discard(path: Path) -> None:
    """Delete the index. Nothing is lost: the next opening makes it from the text."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def filled(db: sqlite3.Connection, path: Path) -> None:
    """Say that the index at `path` holds what it should: from now on others can read while one writes (SQLite's WAL).

    Until then each page goes straight to its place, once: a new file has nothing that a rollback would need.
    """
    if db.execute("pragma journal_mode").fetchone()[0] != "wal":
        with locked(path.parent):
            _in_mode(db, "wal")  # where another program is in the way, the next one that opens the index does it


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction. Immediate, since a read that turns into a write fails at once when another one wrote between."""
    if db.in_transaction:
        yield
        return
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


@contextmanager
def at_once(db: sqlite3.Connection) -> Iterator[None]:
    """Wait for no other program meanwhile: where one is in the way, sqlite3.OperationalError is raised."""
    db.execute("pragma busy_timeout = 0")
    try:
        yield
    finally:
        db.execute(f"pragma busy_timeout = {_BUSY_SECONDS * 1000:.0f}")


@contextmanager
def roomy(db: sqlite3.Connection, room: int = _ROOM) -> Iterator[None]:
    """While much is written: more of the file is kept in memory."""
    before = db.execute("pragma cache_size").fetchone()[0]
    db.execute(f"pragma cache_size = {room}")
    try:
        yield
    finally:
        db.execute(f"pragma cache_size = {before}")


@contextmanager
def indexes_at_the_end(db: sqlite3.Connection, watch: Watch, *tables: str, naming: str = "") -> Iterator[None]:
    """While tables are filled anew: their indexes are made of all rows at once, which is much faster.

    `naming`: only those in which this word occurs.
    """
    marks = ", ".join("?" for _ in tables)
    sql = f"select name, sql from sqlite_schema where type = 'index' and tbl_name in ({marks}) and instr(sql, ?)"
    indexes = db.execute(sql, (*tables, naming)).fetchall()
    for name, _ in indexes:
        db.execute(f"drop index {name}")
    with roomy(db):
        yield
    with roomy(db, _ROOM_TO_SORT), statements(db, watch, "Making the index"):
        for _, create in indexes:
            db.execute(create)


def get_meta(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("select value from meta where key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("insert into meta values (?, ?) on conflict do update set value = excluded.value", (key, value))


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        db.execute("pragma synchronous = normal")
        version = db.execute("pragma user_version").fetchone()[0]
        if version != VERSION and not _brought_up(db, version):
            db = _made_anew(db, path)
        db.execute("select key from meta limit 1").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _brought_up(db: sqlite3.Connection, version: int) -> bool:
    """Whether an index of a former version is one of this version now; where not, it is as it was."""
    from srs.collection.upgrades import STEPS, upgrade

    if version not in STEPS or not _alone(db):
        return False
    with roomy(db), writing(db):
        upgrade(db, version, VERSION, _statements())
    return True


def _alone(db: sqlite3.Connection) -> bool:
    """Whether no other program has the index open: an older one would go on writing what its own version means."""
    return _in_mode(db, "delete")


def _in_mode(db: sqlite3.Connection, mode: str) -> bool:
    """Turn to this journal mode of SQLite at once; False where another program stands in the way."""
    try:
        with at_once(db):
            db.execute(f"pragma journal_mode = {mode}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _made_anew(db: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    tables = db.execute("select count(*) from sqlite_schema").fetchone()[0]
    if tables:
        db.close()
        discard(path)
        db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        db.execute("pragma synchronous = normal")
    with writing(db):
        for statement in _statements():
            db.execute(statement)
        db.execute(f"pragma user_version = {VERSION}")
    path.chmod(0o600)
    return db


def _statements() -> list[str]:
    from importlib import resources

    schema = resources.files("srs.collection").joinpath("schema.sql").read_text("utf-8")
    lines = (line.partition("--")[0] for line in schema.splitlines())
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]
