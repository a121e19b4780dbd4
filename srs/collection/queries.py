"""Questions that the agenda and the commands ask the index. Reads only; knows SQL and no policy."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN = "not s.suspended and (s.buried_until is null or s.buried_until <= :day)"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A card that could be studied. `due`: ms for a learning card, a study day for a review, None for a new one."""

    card: str
    note: str
    deck: str
    due: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """A card answered on the day: whether it was new when the day began, or out of the steps."""

    card: str
    note: str
    deck: str
    new: bool
    review: bool


def learning(db: sqlite3.Connection, day: int) -> list[Waiting]:
    """Cards in learning or relearning steps, earliest first."""
    return _answered(db, day, "s.kind in (1, 3)")


def reviews(db: sqlite3.Connection, day: int) -> list[Waiting]:
    """Cards out of the steps that are due on `day` or were before, oldest first."""
    return _answered(db, day, "s.kind = 2 and s.due <= :day")


def _answered(db: sqlite3.Connection, day: int, which: str) -> list[Waiting]:
    rows = db.execute(
        "select s.card, c.note, c.deck, s.due from state s join card c on c.id = s.card and c.active"
        f" where {which} and {_OPEN} order by s.due, s.card",
        {"day": day},
    )
    return [Waiting(*row) for row in rows]


def fresh(db: sqlite3.Connection, day: int, note: str | None = None) -> Iterator[Waiting]:
    """New cards, of one `note` or of all, as written: file by path, note by place in it, card by order in the note."""
    only = "" if note is None else "and c.note = :note"
    rows = db.execute(
        "select c.id, c.note, c.deck, null from card c left join state s on s.card = c.id"
        f" where c.active and c.fresh {only} and (s.card is null or {_OPEN}) order by c.path, c.position, c.ord",
        {"day": day, "note": note},
    )
    return (Waiting(*row) for row in rows)


def done(db: sqlite3.Connection, day: int) -> list[Done]:
    """Cards with a live study answer on `day`, told by what the answer followed."""
    rows = db.execute(
        "select e.subject, coalesce(c.note, substr(e.subject, 1, instr(e.subject, ':') - 1)), coalesce(c.deck, ''),"
        " max(p.id is null or p.do = 'reset'),"
        " max(p.id is not null and (p.do = 'due' or (p.do = 'review' and p.step is null)))"
        " from event e left join event p on p.id = e.after left join card c on c.id = e.subject"
        " where e.day = ? and e.do = 'review' and e.mode = 'study' and not e.dead group by e.subject",
        (day,),
    )
    return [Done(card, note, deck, bool(new), bool(review)) for card, note, deck, new, review in rows]


def reviewed_on(db: sqlite3.Connection, day: int) -> int:
    """How many study answers were given on `day`."""
    where = "day = ? and do = 'review' and mode = 'study' and not dead"
    return int(db.execute(f"select count(*) from event where {where}", (day,)).fetchone()[0])


def needs_met(db: sqlite3.Connection, note: str) -> bool:
    """True where a needed note holds nothing back: a card of it has been out of learning, or it has none to study."""
    row = db.execute(
        "select coalesce(max(s.kind in (2, 3)), 0), coalesce(min(coalesce(s.suspended, 0)), 1)"
        " from card c left join state s on s.card = c.id where c.active and c.note = ?",
        (note,),
    ).fetchone()
    return bool(row[0] or row[1])


def needs_of(db: sqlite3.Connection, note: str) -> tuple[str, ...]:
    """The notes that a note builds on, by their present ids."""
    from srs.collection.stored import note_from_json

    row = db.execute("select data from note where id = ? and linked and not left_out", (note,)).fetchone()
    needs = note_from_json(row[0]).needs if row else ()
    return tuple(present_id(db, need) for need in needs)


def present_id(db: sqlite3.Connection, note: str) -> str:
    """The note's id with an alias (`was:`) replaced by the id of today."""
    row = db.execute("select note from alias where old = ?", (note,)).fetchone()
    return str(row[0]) if row else note


def deck_totals(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """Every deck that has cards, drafts aside, with their number, by name."""
    return db.execute("select deck, count(*) from card where active group by deck order by deck").fetchall()


def suspended_count(db: sqlite3.Connection) -> int:
    sql = "select count(*) from state s join card c on c.id = s.card and c.active where s.suspended"
    return int(db.execute(sql).fetchone()[0])


def draft_count(db: sqlite3.Connection) -> int:
    """How many notes are drafts."""
    return int(db.execute("select count(*) from note where draft and not left_out").fetchone()[0])


def fresh_decks(db: sqlite3.Connection) -> list[str]:
    """The decks that have new cards."""
    return [row[0] for row in db.execute("select distinct deck from card where active and fresh order by deck")]
