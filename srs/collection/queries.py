"""Questions that the agenda and the commands ask the index. Reads only; knows SQL and no policy."""

import json
import sqlite3
from collections.abc import Iterator
from itertools import starmap
from typing import NamedTuple

from srs.collection.rows import STATE_COLUMNS, state_of
from srs.memory.state import CardState
from srs.values import frozen

_OPEN = "not s.suspended and (s.buried_until is null or s.buried_until <= :day)"
_STUDIED = "from state s cross join card c on c.id = s.card and c.active"  # cross: states come first

_PAGE = 16
"""So many new cards of a deck are asked for at once: most days need no more, and a statement that is left open while
other decks are asked would be compiled anew for each."""

Place = tuple[str, int, int]
"""Where a card is written: the path of the file, the note's number in it, the card's number in the note."""


class Waiting(NamedTuple):
    """A card that could be studied. `due`: ms for a learning card, a study day for a review, None for a new one.

    Reviews come with their memory as JSON and the study day of the last answer. A tuple, since there may be thousands.
    """

    card: str
    note: str
    deck: str
    due: int | None
    memory: str = ""
    last_day: int = 0


@frozen
class Done:
    """A card answered on the day: whether it was new when the day began, or out of the steps."""

    card: str
    note: str
    deck: str
    new: bool
    review: bool


def _only(column: str, card: str | None) -> str:
    """The condition that leaves `card` alone, where it is given."""
    return "" if card is None else f"and {column} = :card"


def learning(db: sqlite3.Connection, day: int, card: str | None = None) -> list[Waiting]:
    """Cards in learning or relearning steps, earliest first: all of them, or `card` if it is one."""
    rows = db.execute(
        f"select s.card, c.note, c.deck, s.due {_STUDIED} where s.kind in (1, 3) and {_OPEN} {_only('s.card', card)}"
        " order by s.due, s.card",
        {"day": day, "card": card},
    )
    return [Waiting(*row) for row in rows]


def reviews(db: sqlite3.Connection, day: int, until: int | None = None) -> list[Waiting]:
    """Cards out of the steps that may be studied on `day` and are due by then, or by study day `until`, in no order."""
    rows = db.execute(
        f"select s.card, c.note, c.deck, s.due, s.memory, s.last_day {_STUDIED}"
        f" where s.kind = 2 and s.due <= :until and {_OPEN}",
        {"day": day, "until": day if until is None else until},
    )
    return list(starmap(Waiting, rows))


def studied(db: sqlite3.Connection, day: int) -> list[Waiting]:
    """Cards that were ever answered and may be studied on `day`, due or not, in no order."""
    rows = db.execute(f"select s.card, c.note, c.deck, s.due {_STUDIED} where s.kind > 0 and {_OPEN}", {"day": day})
    return list(starmap(Waiting, rows))


def all_open(db: sqlite3.Connection, day: int, card: str | None = None) -> list[Waiting]:
    """Cards that may be studied on `day`, new ones too, in no order: all of them, or `card` alone."""
    rows = db.execute(
        "select c.id, c.note, c.deck, s.due from card c left join state s on s.card = c.id"
        f" where c.active {_only('c.id', card)} and (s.card is null or {_OPEN})",
        {"day": day, "card": card},
    )
    return list(starmap(Waiting, rows))


def fresh(db: sqlite3.Connection, day: int, note: str) -> Iterator[Waiting]:
    """The new cards of a note, in the order of its templates."""
    return (waiting for _, waiting in _fresh(db, day, "and c.note = :of order by c.path, c.position, c.ord", note))


def fresh_of_deck(db: sqlite3.Connection, day: int, deck: str) -> Iterator[tuple[Place, Waiting]]:
    """The new cards of a deck with their places, as written."""
    rest = (
        "and c.deck = :of and (c.path, c.position, c.ord) > (:path, :position, :ord)"
        f" order by c.path, c.position, c.ord limit {_PAGE}"
    )
    since: Place = ("", 0, 0)
    while page := list(_fresh(db, day, rest, deck, since)):
        yield from page
        if len(page) < _PAGE:
            return
        since, _ = page[-1]


def fresh_linked(db: sqlite3.Connection, day: int, deck: str, since: Place) -> Iterator[tuple[Place, Waiting]]:
    """Those of them from the place `since` on whose notes name what they need."""
    rest = (
        "and c.note_key in (select key from note where deck = :of and links is not null) and c.deck = :of"
        " and (c.path, c.position, c.ord) >= (:path, :position, :ord) order by c.path, c.position, c.ord"
    )
    return _fresh(db, day, rest, deck, since)


def _fresh(
    db: sqlite3.Connection, day: int, rest: str, of: str, since: Place = ("", 0, 0)
) -> Iterator[tuple[Place, Waiting]]:
    rows = db.execute(
        "select c.path, c.position, c.ord, c.id, c.note, c.deck from card c where c.active = 1 and c.fresh"
        f" and (c.fresh = 1 or exists (select 1 from state s where s.card = c.id and {_OPEN})) {rest}",
        {"day": day, "of": of, "path": since[0], "position": since[1], "ord": since[2]},
    )
    for path, position, ord_, card, note, deck in rows:
        yield (path, position, ord_), Waiting(card, note, deck, None)


def done(db: sqlite3.Connection, day: int, card: str | None = None) -> list[Done]:
    """Cards with a live study answer on `day`, told by what the answer followed: all, or `card` if it is one."""
    answered = "e.day = :day" if card is None else "+e.day = :day and e.subject = :card"  # fewer answers than on a day
    rows = db.execute(
        "select e.subject, coalesce(c.note, substr(e.subject, 1, instr(e.subject, ':') - 1)), coalesce(c.deck, ''),"
        " max(p.id is null or p.do = 'reset'),"
        " max(p.id is not null and (p.do = 'due' or (p.do = 'review' and p.step is null)))"
        " from event e left join event p on p.id = e.after left join card c on c.id = e.subject"
        f" where {answered} and e.do = 'review' and e.mode = 'study' and not e.dead group by e.subject",
        {"day": day, "card": card},
    )
    return [Done(card, note, deck, bool(new), bool(review)) for card, note, deck, new, review in rows]


def due_on(db: sqlite3.Connection, day: int, besides: str) -> int:
    """How many reviews are due on `day`, suspended cards and the card `besides` aside."""
    where = "kind = 2 and due = ? and not suspended and card != ?"
    return int(db.execute(f"select count(*) from state where {where}", (day, besides)).fetchone()[0])


def state(db: sqlite3.Connection, card: str) -> CardState:
    """What the live events of a card came to."""
    row = db.execute(f"select {STATE_COLUMNS} from state where card = ?", (card,)).fetchone()
    return state_of(row) if row else CardState()


def overdue(db: sqlite3.Connection, day: int) -> int:
    """How many reviews that may be studied on `day` were due before."""
    sql = f"select count(*) {_STUDIED} where s.kind = 2 and s.due < :day and {_OPEN}"
    return int(db.execute(sql, {"day": day}).fetchone()[0])


def due_within(db: sqlite3.Connection, first: int, last: int) -> int:
    """How many reviews are due from one study day to another, suspended cards aside."""
    where = "kind = 2 and due between ? and ? and not suspended"
    return int(db.execute(f"select count(*) from state where {where}", (first, last)).fetchone()[0])


def newest_answers(db: sqlite3.Connection, most: int) -> list[tuple[str, int, int | None]]:
    """The newest live study answers: what the card was (new, learning or review), the rating, the time it took (ms)."""
    return db.execute(
        "select case when p.id is null or p.do = 'reset' then 'new' when p.step is null then 'review'"
        " else 'learning' end, e.rating, e.ms"
        " from (select id, after, rating, ms from event where day is not null and do = 'review' and mode = 'study'"
        " and not dead order by day desc, id desc limit ?) e left join event p on p.id = e.after",
        (most,),
    ).fetchall()


_STUDY_OF_DAY = "from event where day = ? and do = 'review' and mode = 'study' and not dead"


def reviewed_on(db: sqlite3.Connection, day: int) -> int:
    """How many study answers were given on `day`."""
    return int(db.execute(f"select count(*) {_STUDY_OF_DAY}", (day,)).fetchone()[0])


def studied_on(db: sqlite3.Connection, day: int) -> bool:
    """Whether any study answer was given on `day`: one row is looked at, not all."""
    return db.execute(f"select 1 {_STUDY_OF_DAY} limit 1", (day,)).fetchone() is not None


def needs_met(db: sqlite3.Connection, note: str) -> bool:
    """True where a needed note holds nothing back: a card of it has been out of learning, or it has none to study."""
    row = db.execute(
        "select coalesce(max(s.kind in (2, 3)), 0), coalesce(min(coalesce(s.suspended, 0)), 1)"
        " from card c left join state s on s.card = c.id where c.active and c.note = ?",
        (note,),
    ).fetchone()
    return bool(row[0] or row[1])


def linked(db: sqlite3.Connection) -> tuple[frozenset[str], frozenset[str]]:
    """The notes that name others, by id, and their decks."""
    rows = db.execute("select id, deck from note where links is not null and not left_out").fetchall()
    return frozenset(row[0] for row in rows), frozenset(row[1] for row in rows)


def needs_of(db: sqlite3.Connection, note: str) -> tuple[str, ...]:
    """The notes that a note builds on, by their present ids."""
    row = db.execute("select links from note where id = ? and not left_out", (note,)).fetchone()
    needs = json.loads(row[0])[0] if row and row[0] else ()
    return tuple(present_id(db, need) for need in needs)


def present_id(db: sqlite3.Connection, note: str) -> str:
    """The note's id with an alias (`was:`) replaced by the id of today."""
    row = db.execute("select note from alias where old = ?", (note,)).fetchone()
    return str(row[0]) if row else note


def has_state(db: sqlite3.Connection, note: str) -> bool:
    """Whether any card of a note, or of one that is gone, was answered or set aside."""
    return bool(db.execute("select 1 from state where card >= ? and card < ?", range_of(note)).fetchone())


def has_events(db: sqlite3.Connection, note: str) -> bool:
    """Whether any event is about a card of a note, dead ones and notes that are gone included."""
    return bool(db.execute("select 1 from event where subject >= ? and subject < ?", range_of(note)).fetchone())


def range_of(note: str) -> tuple[str, str]:
    """The bounds of the ids of a note's cards: the character after `:` in order of bytes is `;`."""
    return f"{note}:", f"{note};"


def cards_with_events(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Cards, drafts aside, that a live event is about, by id: each with its note."""
    return db.execute(
        "select id, note from card where active"
        " and exists (select 1 from event where subject = card.id and not dead) order by id"
    ).fetchall()


def cards_in_decks(db: sqlite3.Connection) -> list[str]:
    """The cards of all notes that are in the decks, drafts aside, in no order."""
    sql = "select c.id from card c join note n on n.key = c.note_key where not n.left_out and c.active"
    return [row[0] for row in db.execute(sql)]


def cards_named_by(db: sqlite3.Connection, start: str) -> list[str]:
    """The cards, as written, of events whose ids start so (no `%` or `_` in it), dead ones too."""
    sql = "select distinct card from event where id like ? and card is not null"
    return [row[0] for row in db.execute(sql, (f"{start}%",))]


def imports(db: sqlite3.Connection) -> frozenset[str]:
    """The ids of all imports, dead ones too."""
    return frozenset(row[0] for row in db.execute("select id from event where do = 'import'"))


def contents(db: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """What was ever exported, oldest first: the note as written, the text of the `content` event, the time (ms)."""
    return db.execute("select card, text, at from event where do = 'content' and not dead order by at, id").fetchall()


def note_names(db: sqlite3.Connection) -> set[str]:
    """The ids that notes have or had; those of left-out notes too."""
    return {row[0] for row in db.execute("select id from note union select old from alias")}


def deck_of_file(db: sqlite3.Connection, path: str) -> str | None:
    """The deck that a deck file names; None where the path is none of a deck file."""
    row = db.execute("select deck from file where path = ?", (path,)).fetchone()
    return row[0] if row else None


def deck_totals(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """Every deck that has cards, drafts aside, with their number, by name."""
    return db.execute("select deck, count(*) from card where active group by deck order by deck").fetchall()


def suspended_count(db: sqlite3.Connection) -> int:
    sql = f"select count(*) {_STUDIED} where s.suspended"
    return int(db.execute(sql).fetchone()[0])


def draft_count(db: sqlite3.Connection) -> int:
    """How many notes are drafts."""
    return int(db.execute("select count(*) from note where draft and not left_out").fetchone()[0])


def fresh_decks(db: sqlite3.Connection) -> dict[str, Place]:
    """The decks that have new cards, by name, each with the place before which none of them is."""
    after = "select rowid from card where active = 1 and fresh and deck > {} order by deck, path, position, ord"
    first, following = f"{after.format('?')} limit 1", f"{after.format('each.deck')} limit 1"
    columns = "deck, path, position, ord"
    rows = db.execute(  # one look-up in an index for each deck
        f"with recursive each ({columns}) as (select {columns} from card where rowid = ({first}) union all"
        " select n.deck, n.path, n.position, n.ord from each cross join card n on n.rowid ="
        f" ({following})) select {columns} from each",
        ("",),
    )
    return {deck: (path, position, ord_) for deck, path, position, ord_ in rows}


def decks(db: sqlite3.Connection) -> set[str]:
    """The decks that have cards, drafts aside."""
    following = "select min(deck) from card where active and deck >"
    rows = db.execute(
        f"with recursive each (name) as ({following} '' union all select ({following} name) from each where name != '')"
        " select name from each where name != ''"
    )
    return {row[0] for row in rows}
