"""A stranger's SQLite file, opened so that it can do nothing but be read. Knows no table of Anki's by itself.

What is asked is fixed SELECTs over tables that are named beforehand. Views, triggers, virtual tables and generated
columns would run what the file says, so a file that has any is refused. The rest is SQLite's own defences: no function
that schemas could misuse, cells and pages checked, limits on what one statement may take, an authorizer that permits
reading alone, and a clock.
"""

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from srs.importers.anki.refused import AGAIN, MENDED, Refused, shown

SECONDS = 300
"""How long a package may be read. A million reviews take some seconds."""
LARGEST_CELL = 64 << 20
"""Bytes of a row: the note types of old packages are one cell; some hundred of them have 10 MB."""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LARGEST_CELL,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 1,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 10,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_STEPS_BETWEEN_LOOKS = 100_000
_MOST_OBJECTS = 1_000
"""Tables and indexes of a file. Anki has some thirty; add-ons make a few."""
_VIRTUAL = re.compile(r"\s*create\s+virtual\b", re.IGNORECASE)
_SCHEMA = ("sqlite_master", "sqlite_schema")


class Database:
    """A file whose structure was looked at. `columns` says which columns each of its tables has."""

    def __init__(self, db: sqlite3.Connection, columns: dict[str, frozenset[str]]) -> None:
        self._db = db
        self.columns = columns

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Every row of a table; cells may hold whatever SQLite holds. Raises Refused, also in between."""
        if missing := [name for name in columns if name.casefold() not in self.columns.get(table, frozenset())]:
            raise Refused(f"its table {table} has no column {missing[0]}", AGAIN)
        with telling():
            # An index could hold other values than its table: the file says what it holds.
            cursor = self._db.execute(f"select {', '.join(columns)} from {table} not indexed")
            yield from iter(cursor.fetchone, None)

    def count(self, table: str) -> int:
        """How many rows a table has; none where it is missing. Raises Refused."""
        if table not in self.columns:
            return 0
        with telling():
            number: int = self._db.execute(f"select count(*) from {table} not indexed").fetchone()[0]
            return number


@contextmanager
def open_database(path: Path, tables: Sequence[str], seconds: float = SECONDS) -> Iterator[Database]:
    """The file at `path`, of which `tables` will be read as far as they are there. Raises Refused."""
    with telling():
        db = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        with telling():
            _tie(db, time.monotonic() + seconds)
            _check_objects(db)
            columns = {table: _columns(db, table) for table in tables}
            _check_pages(db)
            db.set_authorizer(_permitting(frozenset(tables)))
        yield Database(db, {table: names for table, names in columns.items() if names})
    finally:
        db.close()


def _tie(db: sqlite3.Connection, deadline: float) -> None:
    """Everything that SQLite can be forbidden, forbidden."""
    db.execute("pragma trusted_schema = off")
    db.execute("pragma cell_size_check = on")
    db.execute("pragma query_only = on")
    db.execute("pragma mmap_size = 0")
    db.execute("pragma ignore_check_constraints = on")  # they are expressions of the file's own
    for limit, value in _LIMITS.items():
        db.setlimit(limit, value)
    # Anki compares names without regard to case; SQLite wants to know how before it looks at such an index.
    db.create_collation("unicase", _unicase)
    db.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    db.set_authorizer(_permitting(frozenset()))


def _check_objects(db: sqlite3.Connection) -> None:
    """Refuse what would run something by being read."""
    for count, (kind, name, sql) in enumerate(db.execute("select type, name, sql from sqlite_master")):
        if count == _MOST_OBJECTS:
            raise Refused(f"its database has more than {_MOST_OBJECTS:,} tables and indexes")
        if kind not in ("table", "index"):
            kind = kind if kind in ("view", "trigger") else "strange object"
            raise Refused(f"its database holds a {kind} `{shown(name)}`, and those of Anki hold none", AGAIN)
        if isinstance(sql, str) and _VIRTUAL.match(sql):
            raise Refused(f"its database holds a virtual table `{shown(name)}`, and those of Anki hold none", AGAIN)


def _columns(db: sqlite3.Connection, table: str) -> frozenset[str]:
    """The names of a table's columns in lower case; none where there is no such table."""
    names = []
    for _, name, _, _, _, _, hidden in db.execute(f"pragma table_xinfo({table})"):
        if hidden:
            what = f"its table {table} has a generated column `{shown(name)}`"
            raise Refused(f"{what}, and those of Anki have none", AGAIN)
        names.append(str(name).casefold())
    return frozenset(names)


def _check_pages(db: sqlite3.Connection) -> None:
    """Refuse a file whose pages hang together wrongly: reading one could go in circles."""
    answer = db.execute("pragma quick_check(1)").fetchone()
    if answer != ("ok",):
        raise Refused("its database is damaged", MENDED)


def _permitting(tables: frozenset[str]) -> Any:
    """What a statement may do: read these tables and the list of all; look at columns and pages."""
    readable = {*tables, *_SCHEMA}
    pragmas = ("table_xinfo", "quick_check") if not tables else ()

    def decide(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        if inner is not None:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first is not None and first.casefold() in readable:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and second == "count":
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA and first in pragmas:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return decide


@contextmanager
def telling() -> Iterator[None]:
    """Whatever SQLite raises over a strange file, in our words."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_INTERRUPT:
            raise Refused(f"reading its database takes longer than {SECONDS} seconds", AGAIN) from None
        if code == sqlite3.SQLITE_TOOBIG:
            raise Refused(f"its database holds a row of more than {LARGEST_CELL >> 20} MiB", AGAIN) from None
        raise Refused("its database is damaged", MENDED) from None
    except (UnicodeError, ValueError, OverflowError):
        raise Refused("its database is damaged", MENDED) from None


def _unicase(left: str, right: str) -> int:
    left, right = left.casefold(), right.casefold()
    return (left > right) - (left < right)
