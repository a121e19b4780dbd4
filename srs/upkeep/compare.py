"""Two indexes of one collection compared: whatever decks and journal decide must be equal. Knows tables, no files.

Not compared: rendered faces (made when they are needed), `meta`, which notes were edited (only the index saw it), the
numbering of notes, and what the file system says of a file.
"""

import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from srs.watching import Watch, told, unwatched

TOLERANCE = 1e-9
"""How far stability and difficulty may be apart: all cards at once are worked out in another order than one alone."""

Row = tuple[Any, ...]
_Same = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Table:
    """How a table is compared: its rows are named by `key`; all other columns but those in `without` must be equal."""

    name: str
    noun: str
    key: tuple[str, ...]
    without: tuple[str, ...] = ()


TABLES = (
    Table("file", "file", ("path",), ("size", "mtime", "ctime", "inode", "tail")),
    Table("problem", "problem of", ("path", "line", "column", "code", "message")),
    Table("note", "note", ("id", "path", "position"), ("key",)),
    Table("card", "card", ("id", "path", "position", "ord"), ("note_key",)),
    Table("alias", "former id", ("old",)),
    Table("event", "event", ("id",)),
    Table("state", "state of", ("card",)),
    Table("gone", "card without a deck", ("card",)),
)
_MEASURES = ("stability", "difficulty")


def compare_indexes(a: sqlite3.Connection, b: sqlite3.Connection, watch: Watch = unwatched) -> list[str]:
    """Where `a` is not what `b` is, `b` being held to be right; empty where they are equal. A sentence for each row.

    Raises sqlite3.DatabaseError where one of them cannot be read.
    """
    differences = [difference for table in TABLES for difference in _differences(table, a, b, watch)]
    return differences + _astray(a)


def _differences(table: Table, a: sqlite3.Connection, b: sqlite3.Connection, watch: Watch) -> Iterator[str]:
    columns, there = _columns(table, b), set(_columns(table, a))
    if lacking := [name for name in columns if name not in there]:
        yield f"table {table.name}: {f'has no column {lacking[0]}' if there else 'is missing'}"
        return
    same = [_same(name) for name in columns]
    keys = len(table.key)
    total = b.execute(f"select count(*) from {table.name}").fetchone()[0]
    pairs = _paired(_rows(table, columns, a), _rows(table, columns, b), keys)
    for ours, right in told(watch, "Comparing the index", pairs, total):
        if ours == right:
            continue
        if ours is None or right is None:
            name = _named(table, (ours or right or ())[:keys])
            yield f"{name}: {'is missing' if ours is None else 'should not be there'}"
            continue
        wrong = [
            f"{column} is {_shown(have)}, should be {_shown(want)}"
            for column, equal, have, want in zip(columns, same, ours, right, strict=True)
            if not equal(have, want)
        ]
        if wrong:
            yield f"{_named(table, ours[:keys])}: {'; '.join(wrong)}"


def _astray(db: sqlite3.Connection) -> list[str]:
    """Cards that hang on another note than they name; numbers of notes are not compared, so this is looked at apart."""
    query = "select c.id, c.note, n.id from card c left join note n on n.key = c.note_key where n.id is not c.note"
    rows = db.execute(f"{query} order by c.id")
    return [f"card {card}: its note is {there or 'not there'}, should be {note}" for card, note, there in rows]


def _columns(table: Table, db: sqlite3.Connection) -> list[str]:
    there = [row[1] for row in db.execute(f"pragma table_info({table.name})")]
    if there:
        there = [*table.key, *(name for name in there if name not in table.key and name not in table.without)]
    return there


def _rows(table: Table, columns: list[str], db: sqlite3.Connection) -> Iterator[Row]:
    order = ", ".join(str(number + 1) for number in range(len(columns)))
    taken = ", ".join(f'"{name}"' for name in columns)
    return iter(db.execute(f"select {taken} from {table.name} order by {order}"))


def _paired(a: Iterator[Row], b: Iterator[Row], keys: int) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of two tables in the order of their first `keys` columns, side by side where these are equal."""
    ours, right = next(a, None), next(b, None)
    while ours is not None or right is not None:
        mine, theirs = ours and ours[:keys], right and right[:keys]
        if theirs is None or (mine is not None and mine < theirs):
            yield ours, None
            ours = next(a, None)
        elif mine is None or theirs < mine:
            yield None, right
            right = next(b, None)
        else:
            yield ours, right
            ours, right = next(a, None), next(b, None)


def _same(column: str) -> _Same:
    if column in _MEASURES:
        return _near
    return _near_memory if column == "memory" else lambda have, want: bool(have == want)


def _near(have: float | None, want: float | None) -> bool:
    if have is None or want is None:
        return have is want
    return math.isclose(have, want, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _near_memory(have: str | None, want: str | None) -> bool:
    if have == want:
        return True
    mine, right = _numbers(have), _numbers(want)
    return mine is not None and right is not None and len(mine) == len(right) and all(map(_near, mine, right))


def _numbers(text: str | None) -> list[float] | None:
    """The numbers of a stored memory; None where the text is none."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, list) and all(isinstance(number, int | float) for number in found) else None


def _named(table: Table, key: Iterable[Any]) -> str:
    return f"{table.noun} {':'.join(str(part) for part in key if part != '')}"


def _shown(value: Any) -> str:
    text = "empty" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
