"""An index of a former version made one of this version without reading the text again. Knows tables, no files."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

STEPS: Mapping[int, Sequence[str]] = {
    7: (),  # to 8: the index `event_overruled`
    8: ("update card set fresh = 2 where fresh and id in (select card from state where kind = 0)",),
}
"""From each version to the next one, the SQL that changes tables and rows; an index older than the first is made anew.

The indexes of tables need no step: they follow schema.sql by themselves. A new column comes last in its table, by
`alter table … add column`. Where only the text can tell what stands in a row, the step has it read again, and says so:
`update file set checksum = -2, ctime = -1 where kind = 'deck'` reads all decks, and
`update meta set value = '' where key = 'settled for'` folds all states, each of which takes about ten seconds among
100,000 cards and a million reviews. Steps are never edited; those before one that is not worth writing are deleted.
"""


def upgrade(db: sqlite3.Connection, version: int, to: int, schema: Iterable[str]) -> None:
    """Make an index of `version`, which has a step, one of version `to`, whose statements are `schema`.

    Within a transaction. Raises sqlite3.DatabaseError where it does not come to that schema: then it was another one.
    """
    with closing(sqlite3.connect(":memory:")) as anew:
        for statement in schema:
            anew.execute(statement)
        wanted = _schema(anew)
    for former in range(version, to):
        for statement in STEPS[former]:
            db.execute(statement)
    found = _schema(db)
    for name in _indexes(found) - _indexes(wanted):
        db.execute(f'drop index "{name[0]}"')
    for _, create in _indexes(wanted) - _indexes(found):
        db.execute(create)
    if _bare(_schema(db)) != _bare(wanted):
        raise sqlite3.DatabaseError(f"this is no index of version {version}")
    db.execute(f"pragma user_version = {to}")


def _schema(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Type, name and text of all that schema.sql makes."""
    return set(db.execute("select type, name, sql from sqlite_schema where sql is not null"))


def _indexes(schema: set[tuple[str, str, str]]) -> set[tuple[str, str]]:
    return {(name, sql) for type_, name, sql in schema if type_ == "index"}


def _bare(schema: set[tuple[str, str, str]]) -> set[tuple[str, ...]]:
    """Without the spaces and quotes in which a table that was altered differs from one made anew."""
    return {tuple(re.sub(r'[\s"]', "", text) for text in row) for row in schema}
