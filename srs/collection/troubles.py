"""What the index knows of cards that give trouble: marked, forgotten often, slow; and of drafts that a sync left.

Reads only; knows SQL and no policy. States are gone through once, answers by day and by card, so a long journal costs
no more than a short one.
"""

import json
import sqlite3
from statistics import median
from typing import NamedTuple

from srs.cards.note import Note
from srs.collection.stored import note_from_json


class Standing(NamedTuple):
    """A card that is in a deck and no draft, its deck, its place in the order of the decks, its lapses and its mark."""

    card: str
    deck: str
    place: tuple[str, int, int]
    lapses: int
    mark: str | None


_STANDING = "select s.card, c.deck, c.path, c.position, c.ord, s.lapses, s.mark from state s"
_IN_DECK = "cross join card c on c.id = s.card and c.active"  # cross: states come first, there are never more of them


def marked_or_lapsed(db: sqlite3.Connection, least: int) -> list[Standing]:
    """Cards that bear a mark, or lapsed `least` times or more, in no order."""
    return _standings(db.execute(f"{_STANDING} {_IN_DECK} where s.mark is not null or s.lapses >= ?", (least,)))


def standing(db: sqlite3.Connection, card: str) -> Standing | None:
    """One card; None where it is in no deck, a draft, or was never answered, marked or set aside."""
    found = _standings(db.execute(f"{_STANDING} {_IN_DECK} where s.card = ?", (card,)))
    return found[0] if found else None


def _standings(rows: sqlite3.Cursor) -> list[Standing]:
    return [Standing(card, deck, (path, position, ord_), lapses, mark)
            for card, deck, path, position, ord_, lapses, mark in rows]  # fmt: skip


def times(db: sqlite3.Connection, newest: int) -> tuple[float, dict[str, int]]:
    """Of the newest study answers to cards that were not new: the median time (ms), and the longest one of each card.

    The median is 0 where there is no answer whose time is known.
    """
    rows = db.execute(
        "select e.subject, e.ms from (select id, subject, after, ms from event where day is not null"
        " and do = 'review' and mode = 'study' and not dead order by day desc, id desc limit ?) e"
        " join event p on p.id = e.after where p.do != 'reset' and e.ms > 0",
        (newest,),
    ).fetchall()
    longest: dict[str, int] = {}
    for card, ms in rows:
        longest[card] = max(ms, longest.get(card, 0))
    return (median(ms for _, ms in rows) if rows else 0), longest


def leeches(db: sqlite3.Connection) -> frozenset[str]:
    """Suspended cards of which a lapse was the reason, and not the learner."""
    rows = db.execute(
        "select s.card, p.do = 'review' from state s"
        " join event e on e.subject = s.card and e.do = 'suspend' and not e.dead"
        " left join event p on p.id = e.because where s.suspended order by e.at, e.id"
    )
    return frozenset(card for card, by_lapse in dict(rows.fetchall()).items() if by_lapse)


def drafts_called(db: sqlite3.Connection, part: str) -> list[Note]:
    """The drafts with `part` in their id, in deck order."""
    rows = db.execute(
        "select data from note where draft and not left_out"
        " and key in (select key from note where instr(id, ?)) order by path, position",
        (part,),
    )
    return [note_from_json(row[0]) for row in rows]


def notes_naming(db: sqlite3.Connection, text: str) -> list[Note]:
    """The notes that can be read and hold this text anywhere, in deck order, drafts included."""
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    rows = db.execute("select data from note where not left_out and instr(data, ?) order by path, position", (written,))
    return [note_from_json(row[0]) for row in rows]


def note_called(db: sqlite3.Connection, id: str) -> Note | None:
    """The note with this id, a draft too; None where there is none that can be read."""
    row = db.execute("select data from note where id = ? and not left_out", (id,)).fetchone()
    return note_from_json(row[0]) if row else None


def note_at(db: sqlite3.Connection, path: str, line: int) -> Note | None:
    """The note that begins in this line, if it can be read."""
    rows = db.execute("select data from note where path = ? and not left_out", (path,))
    return next((note for note in (note_from_json(row[0]) for row in rows) if note.place.line == line), None)
