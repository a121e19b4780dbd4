"""Events as the index has them, by card and by id: which are dead or amended is told, not worked out. Folds nothing."""

import sqlite3

from srs.collection.eventrows import EVENT_COLUMNS, event_of
from srs.memory import events as ev
from srs.memory.fold import AMENDED

AS_WRITTEN = EVENT_COLUMNS.replace(" at,", " coalesce(written_at, at),").replace(
    " day,", " coalesce(written_day, day),"
)
AS_COUNTED = EVENT_COLUMNS.replace(" after,", f" iif(written_at is null, after, '{AMENDED}'),")


def events_of_card(db: sqlite3.Connection, card: str, dead: bool = False) -> list[ev.Event]:
    """The events of a card in order: live ones as amended, or with `dead` all of them as written."""
    columns, where = (AS_WRITTEN, "") if dead else (AS_COUNTED, "and not dead")
    rows = db.execute(f"select {columns} from event where subject = ? {where} order by at, id", (card,))
    return [event_of(row) for row in rows]


def event_as_written(db: sqlite3.Connection, id_: str) -> ev.Event | None:
    row = db.execute(f"select {AS_WRITTEN} from event where id = ?", (id_,)).fetchone()
    return event_of(row) if row else None


def ids_ending(db: sqlite3.Connection, text: str) -> list[str]:
    """The ids of events that are `text` or, where that has eight characters or more, end so; at most two."""
    length = len(text) if len(text) >= 8 else 0
    query = "select id from event where id = ?1 or (?2 and substr(id, -?2) = ?1) order by id != ?1 limit 2"
    found = [row[0] for row in db.execute(query, (text, length))]
    return found[:1] if text in found else found


def undo_of(db: sqlite3.Connection, id_: str) -> str | None:
    """The undo that took an event back, or one that it went with; None where no live one did."""
    query = (
        "select id from event where do = 'undo' and not dead"
        " and target in (?1, (select because from event where id = ?1)) order by at desc limit 1"
    )
    row = db.execute(query, (id_,)).fetchone()
    return row[0] if row else None


def gone_with(db: sqlite3.Connection, id_: str) -> list[ev.Event]:
    """The live events that go with the one of this id and would be taken back with it, in order."""
    rows = db.execute(f"select {EVENT_COLUMNS} from event where because = ? and not dead order by at, id", (id_,))
    return [event_of(row) for row in rows]


def present(db: sqlite3.Connection, ids: list[str]) -> set[str]:
    """Those of the ids that events have, dead ones too."""
    return {id_ for id_ in ids if db.execute("select 1 from event where id = ?", (id_,)).fetchone()}
