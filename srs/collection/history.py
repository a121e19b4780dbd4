"""The journal's side of the index: which lines are new, which events count, and the states they fold to.

Knows journal files and the fold; nothing of decks but the deck whose settings a card has.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from srs.collection import journal, queries
from srs.collection.content import FILE_COLUMNS, FRESH, Seen, deck_of
from srs.collection.eventrows import EVENT_COLUMNS, EventRow, event_of, event_row
from srs.collection.files import open_regular
from srs.collection.index import indexes_at_the_end, roomy, set_meta, writing
from srs.collection.lost import keep_lost
from srs.collection.merged import Source, merged, time_and_id
from srs.collection.queries import present_id, range_of
from srs.collection.recorded import AS_COUNTED, AS_WRITTEN, events_of_card, present
from srs.collection.rows import STATE_COLUMNS, state_row
from srs.collection.settled import Plan, journal_files, known_files, note_settled, settled_for, unreadable
from srs.collector import collector_paused
from srs.memory import events as ev
from srs.memory.fold import Folding, amendments, fold, fold_many, one_of_two, undone_ids
from srs.memory.model import Model
from srs.memory.schedule import Rules
from srs.memory.state import CardState, New
from srs.watching import Watch, statements, told

_ONE_BY_ONE = 1000
"""Up to so many touched cards are folded one by one; more, and all are folded together."""

_UNSEEN = CardState()
_TOLD_EVERY = 2000
_AT_ONCE = 2000
"""So many events are put into the table at once."""

_DEVICE = len(EVENT_COLUMNS.split(","))
_SUBJECT = _DEVICE + 1
_EVENT_MARKS = ", ".join("?" for _ in EVENT_COLUMNS.split(","))
_STATE_MARKS = ", ".join("?" for _ in STATE_COLUMNS.split(","))
_INSERT_EVENT = f"insert into event ({EVENT_COLUMNS}, device, subject) values ({_EVENT_MARKS}, ?, ?)"


def follow(db: sqlite3.Connection, folder: Path, plan: Plan, lost: Path, watch: Watch) -> set[str] | None:
    """Bring events and states up to date with the journal in `folder` and with `plan`.

    The cards about which there was anything new, None where all were worked out anew. Events that the index knows and
    no file holds any more are kept as lines of the file `lost`.
    """
    with writing(db):
        # Looked at here: while we waited for our turn, another program may have begun a file, and the index knows it.
        return _follow(db, folder, journal_files(folder), plan, lost, watch)


def _follow(
    db: sqlite3.Connection, folder: Path, files: dict[str, Seen], plan: Plan, lost: Path, watch: Watch
) -> set[str] | None:
    known, added = known_files(db), set[str]()
    whole = settled_for(db) is None or bool(known.keys() - files.keys())
    for path, seen in files.items():
        if whole:
            break
        if known.get(path) == seen:
            continue
        chunk = _read(folder / path, _mark(db, path))
        if chunk and chunk.fresh and path in known:
            whole = True
        elif chunk:
            added |= _take(db, path, chunk, watch)
        _note(db, path, seen, chunk)
    if not whole:
        return _bring_up_to_date(db, plan, added, watch)
    with roomy(db), collector_paused():
        with _kept(db, lost, watch), indexes_at_the_end(db, watch, "event"):
            with statements(db, watch, "Making the index"):
                _clear(db)
            folded = _take_all(db, folder, files, plan, watch)
        with statements(db, watch, "Reading the journal"):
            folded.doubtful |= _renamed(db) | _settle(db, anew=True)
        _fold_all(db, plan, watch, folded)
        _follows(db, plan)
    return None


@contextmanager
def _kept(db: sqlite3.Connection, lost: Path, watch: Watch) -> Iterator[None]:
    """Keep what the tables lose while the journal is read anew: a file that shrank may have been the only one."""
    with statements(db, watch, "Making the index"):
        db.execute(f"create temp table left_behind as select {AS_WRITTEN} from event")
    yield
    with statements(db, watch, "Making the index"):
        rows = db.execute("select * from left_behind where id not in (select id from event)")
        keep_lost(lost, (event_of(row) for row in rows))
        db.execute("drop table left_behind")


def _read(path: Path, mark: journal.Mark | None) -> journal.Chunk | None:
    try:
        return journal.read(path, mark, ev.is_whole)
    except OSError as error:
        raise unreadable(path, error) from None


def _bring_up_to_date(db: sqlite3.Connection, plan: Plan, added: set[str], watch: Watch) -> set[str] | None:
    if settled_for(db) != plan.fingerprint:
        with statements(db, watch, "Reading the journal"):
            _renamed(db)
            _settle(db)
        with roomy(db), collector_paused():
            _fold_all(db, plan, watch)
        _follows(db, plan)
        return None
    with statements(db, watch, "Reading the journal"):
        touched, grown = _renamed(db), Counter(_subjects(db, added))
        touched |= _settle(db) if added and _any_links(db, added) else set()
    with statements(db, watch, "Comparing notes"):
        touched |= _moved(db, plan)
    _fold_some(db, plan, touched, grown, added, watch)
    return touched | grown.keys()


def _follows(db: sqlite3.Connection, plan: Plan) -> None:
    """Note that all states are folded, by this plan."""
    db.execute("delete from moved")
    note_settled(db, plan)


def _renamed(db: sqlite3.Connection) -> set[str]:
    """Lead the events of former ids to the notes of today; the cards for which that changed."""
    touched: set[str] = set()
    for old, before in db.execute("select old, note from renamed").fetchall():
        now = present_id(db, old)
        rows = db.execute(
            "select id, subject from event where subject >= ? and subject < ? and card >= ? and card < ?",
            (*range_of(before), *range_of(old)),
        ).fetchall()
        moves = [(f"{now}{subject[len(before) :]}", id_) for id_, subject in rows]
        db.executemany("update event set subject = ? where id = ?", moves)
        touched.update(subject for _, subject in rows)
        touched.update(subject for subject, _ in moves)
    db.execute("delete from renamed")
    return touched


def _moved(db: sqlite3.Connection, plan: Plan) -> set[str]:
    """Note which of the cards that moved are gone; those that are scheduled otherwise where they lie now."""
    db.execute("delete from gone where card in (select card from moved)")
    db.execute(
        "insert into gone select card from moved where exists (select 1 from state where card = moved.card)"
        " and not exists (select 1 from card where id = moved.card)"
    )
    now = "coalesce((select deck from card where id = moved.card order by active desc, path limit 1), '')"
    rows = db.execute(f"select card, deck, {now} from moved").fetchall() if plan.per_deck else []
    db.execute("delete from moved")
    return {card for card, before, after in rows if before != after and plan.of_deck(before) != plan.of_deck(after)}


def _note_whether_gone(db: sqlite3.Connection, card: str) -> None:
    db.execute("delete from gone where card = ?", (card,))
    db.execute(
        "insert into gone select card from state where card = ?1 and not exists (select 1 from card where id = ?1)",
        (card,),
    )


def _take(db: sqlite3.Connection, path: str, chunk: journal.Chunk, watch: Watch) -> set[str]:
    """Put a file's new lines into the tables; the ids of events that were not there before, or not so."""
    fresh, done = set[str](), 0
    for rows in _rows(db, path, chunk):
        watch("Reading the journal", done, len(chunk.lines))
        new, instead = _put(db, rows)
        fresh.update(row[0] for row in (*new, *instead))
        done += len(rows)
    watch("Reading the journal", 1, 1)
    return fresh


def _take_all(db: sqlite3.Connection, folder: Path, files: dict[str, Seen], plan: Plan, watch: Watch) -> "_Folded":
    """Put all files into the empty tables, in order of time as far as they are, and fold the events on the way."""
    folded = _Folded(_of_card(db, plan))
    size, read, done = sum(seen.size for seen in files.values()), 1, 0

    def rows(path: str, seen: Seen) -> Iterator[list[EventRow]]:
        nonlocal read
        chunk = _read(folder / path, None)
        if chunk:
            for some in _rows(db, path, chunk):
                yield some
                read += seen.size * _AT_ONCE // (len(chunk.lines) + _AT_ONCE)
        _note(db, path, seen, chunk)

    sources = [Source(_begins(folder / path), partial(rows, path, seen)) for path, seen in files.items()]
    for lot in merged(sources):
        watch("Reading the journal", done, max(done + 1, done * size // read))
        new, instead = _put(db, lot)
        folded.add(new)
        folded.spoilt |= bool(instead)
        done += len(lot)
    watch("Reading the journal", 1, 1)
    return folded


def _begins(path: Path) -> int:
    """The time of a file's first event, where its first lines are as usual; else one before all."""
    try:
        with open_regular(path) as file:
            return ev.first_time(file.read(4096))
    except OSError as error:
        raise unreadable(path, error) from None


class _Folded:
    """Events folded as they were read, before it is known which of them count; `doubtful` cards are to be folded anew.

    `spoilt`: all are.
    """

    def __init__(self, of_card: Callable[[str], tuple[Rules, Model]]) -> None:
        self._folding = Folding(of_card)
        self._newest = (0, "")
        self._others: dict[str, int] = {}  # the time of a card's newest event that is no review
        self.doubtful: set[str] = set()
        self.spoilt = False

    def add(self, rows: list[EventRow]) -> None:
        """Rows of events that were not there before, by time and id."""
        if not rows:
            return
        if time_and_id(rows[0]) < self._newest:
            self.doubtful.update(row[_SUBJECT] for row in rows if row[1] <= self._newest_of(row[_SUBJECT]))
        self._newest = max(self._newest, time_and_id(rows[-1]))
        review, other, others = self._folding.review, self._folding.other, self._others
        for row in rows:
            id_, at, do, _, _, rating, _, mode, day, due, step, after, _, _, _, _, subject = row
            if do == "review":
                if mode == "study":
                    review(subject, id_, at, rating, day, due, step, after)
            elif subject is not None:
                others[subject] = at
                other(subject, event_of(row[:_DEVICE]))

    def _newest_of(self, subject: str) -> int:
        """The time of the newest event of a card that its state hangs on; -1 where it has none."""
        return max(self._folding.last_at(subject) or -1, self._others.get(subject, -1))

    def __len__(self) -> int:
        """How many cards there are, the doubtful ones among them."""
        return len(self._folding)

    def states(self) -> Iterator[tuple[str, CardState]]:
        """The states of the cards that are not doubtful, by name."""
        return (pair for pair in self._folding.states() if pair[0] not in self.doubtful)


def _rows(db: sqlite3.Connection, path: str, chunk: journal.Chunk) -> Iterator[list[EventRow]]:
    """The events of a file's new lines, some at a time; then what else is to be said of the lines goes into the tables.

    Rows of EVENT_COLUMNS, the device, and the subject: the card of today, None for an event about none.
    """
    device = db.execute("select device from file where path = ? and kind = 'journal'", (path,)).fetchone()
    writer = device[0] if device and device[0] else path.partition(".")[0]
    aliases = dict(db.execute("select old, note from alias"))
    format_, bad = 0, []
    rows, number = list[EventRow](), chunk.first_line - 1
    for line in chunk.lines:
        number += 1
        if values := ev.review_of_line(line):
            id_, at, card, rating, ms, mode, day, due, step, after, because = values
            subject = _subject(card, aliases) if aliases else card
            rows.append(
                (id_, at, "review", card, None, rating, ms, mode, day, due, step, after, None, None, because,
                 writer, subject)
            )  # fmt: skip
            if len(rows) >= _AT_ONCE:
                yield rows
                rows = []
        elif line:
            event = ev.decode(line)
            if isinstance(event, ev.Bad):
                bad.append((f"journal/{path}", number, event.reason))
            elif isinstance(event, ev.Header):
                writer, format_ = event.device or writer, max(format_, event.format)
            else:
                about = ev.card_of(event)
                rows.append((*event_row(event), writer, None if about is None else _subject(about, aliases)))
    yield rows
    db.executemany(
        "insert into problem values (?, ?, 1, 'error', 'journal-line', 'This line does not count: ' || ? || '.',"
        " 'It is kept as it is; a backup may have it whole.', 'journal')",
        bad,
    )
    db.execute(
        f"insert into file (path, kind, {FILE_COLUMNS}, device, format) values (?, 'journal', 0, 0, 0, 0, ?, ?)"
        " on conflict do update set device = excluded.device, format = max(excluded.format, coalesce(format, 0))",
        (path, writer, format_),
    )


def _put(db: sqlite3.Connection, rows: list[EventRow]) -> tuple[list[EventRow], list[EventRow]]:
    """Put rows of `_rows` into the table, each id once; those that were not there before, and those that came instead
    of another.
    """
    if _put_new(db, rows):
        return rows, []
    have = present(db, [row[0] for row in rows])
    fresh: dict[str, EventRow] = {}
    again = []
    for row in rows:
        if row[0] in have or fresh.setdefault(row[0], row) is not row:
            again.append(row)
    new = list(fresh.values())
    _put_new(db, new)
    return new, [row for row in again if _takes_place(db, row)]


def _put_new(db: sqlite3.Connection, rows: list[EventRow]) -> bool:
    """Put in rows of which none is there yet; False, and nothing was put in, where one is."""
    if not rows:
        return True
    before = db.total_changes
    db.execute("savepoint all_new")
    db.executemany(f"{_INSERT_EVENT} on conflict do nothing", rows)
    new = db.total_changes - before == len(rows)
    if not new:
        db.execute("rollback to all_new")
    db.execute("release all_new")
    return new


def _subject(card: str, aliases: dict[str, str]) -> str:
    """The card of today that was this one."""
    note, colon, template = card.partition(":")
    return f"{aliases[note]}:{template}" if colon and note in aliases else card


def _takes_place(db: sqlite3.Connection, row: EventRow) -> bool:
    """Settle two lines with one id: where they differ, forged or damaged, the same one counts in every order."""
    *there, device = db.execute(f"select {AS_WRITTEN}, device from event where id = ?", (row[0],)).fetchone()
    there, here, writer, subject = tuple(there), row[:_DEVICE], row[_DEVICE], row[_SUBJECT]
    if writer < device:  # it stands in the files of two devices, as after `cat`
        db.execute("update event set device = ? where id = ?", (writer, row[0]))
    if there == here or one_of_two(event_of(there), event_of(here)) == event_of(there):
        return False
    db.execute("delete from event where id = ?", (row[0],))
    db.execute(_INSERT_EVENT, (*here, min(writer, device), subject))
    set_meta(db, "settled for", "")  # the card that the other line named is to be folded as well
    return True


def _subjects(db: sqlite3.Connection, ids: Iterable[str]) -> Iterator[str]:
    """The cards that events touch."""
    for id_ in ids:
        row = db.execute("select subject from event where id = ? and subject is not null", (id_,)).fetchone()
        if row:
            yield row[0]


def _any_links(db: sqlite3.Connection, ids: Iterable[str]) -> bool:
    """Whether any of these events names another one, or is named by one."""
    sql = (
        "select 1 from event where (id = ?1 and (target is not null or because is not null))"
        " or target = ?1 or because = ?1"
    )
    return any(db.execute(sql, (id_,)).fetchone() for id_ in ids)


def _settle(db: sqlite3.Connection, anew: bool = False) -> set[str]:
    """Work out which events are dead and which are amended; the cards for which that changed. `anew`: none was."""
    links = [event_of(row) for row in db.execute(f"select {EVENT_COLUMNS} from event where target is not null")]
    dead = undone_ids(event for event in links if isinstance(event, ev.Undo))
    with_them = "select id from event where because in (select value from json_each(?))"
    dead |= {row[0] for row in db.execute(with_them, (json.dumps(list(dead)),))}
    before = set() if anew else {row[0] for row in db.execute("select id from event where dead")}
    changed = dead ^ before
    db.executemany("update event set dead = not dead where id = ?", [(id_,) for id_ in changed])
    corrections = amendments(links, dead)
    amended = set[str]()
    if not anew:
        amended = {row[0] for row in db.execute("select id from event where written_at is not null")}
        db.execute(
            "update event set at = written_at, day = written_day, written_at = null, written_day = null"
            " where written_at is not null"
        )
    db.executemany(
        "update event set written_at = at, written_day = day, at = ?, day = case when do = 'review' then ? else day end"
        " where id = ? and do != 'amend'",
        [(amend.new_at, amend.day, id_) for id_, amend in corrections.items()],
    )
    touched = changed | amended | corrections.keys()
    rows = (db.execute("select subject from event where id = ?", (id_,)).fetchone() for id_ in touched)
    return {row[0] for row in rows if row and row[0]}


def _fold_some(
    db: sqlite3.Connection, plan: Plan, cards: Set[str], grown: Mapping[str, int], added: Set[str], watch: Watch
) -> None:
    """Fold `cards` anew, and those others to which only so many of the events `added` came."""
    every = cards | grown.keys()
    if len(every) > _ONE_BY_ONE:
        _fold_all(db, plan, watch)
        return
    for card in told(watch, "Working out memories", every, len(every)):
        rules, model = plan.of_deck(deck_of(db, card))
        newest = None if card in cards else _newest(db, card, grown[card], added)
        if newest is None:
            state = fold(events_of_card(db, card), rules, model)
        else:
            state = fold(newest, rules, model, queries.state(db, card))
        db.execute("delete from state where card = ?", (card,))
        if state != _UNSEEN:
            db.execute(f"insert into state ({STATE_COLUMNS}) values ({_STATE_MARKS})", state_row(card, state, model))
        _note_whether_gone(db, card)
        fresh = (1 if state == _UNSEEN else 2) if isinstance(state.progress, New) else 0
        db.execute("update card set fresh = ? where id = ? and fresh != ?", (fresh, card, fresh))


def _newest(db: sqlite3.Connection, card: str, count: int, added: Set[str]) -> list[ev.Event] | None:
    """The newest `count` events of a card, in order; None where not all of them were `added`, so others are newer."""
    query = f"select {EVENT_COLUMNS} from event where subject = ? order by at desc, id desc limit ?"
    rows = db.execute(query, (card, count)).fetchall()
    return [event_of(row) for row in reversed(rows)] if all(row[0] in added for row in rows) else None


def _of_card(db: sqlite3.Connection, plan: Plan) -> Callable[[str], tuple[Rules, Model]]:
    """The rules and the model of each card by its deck of today."""
    decks = dict(db.execute("select id, deck from card order by active, path desc")) if plan.per_deck else {}
    return lambda card: plan.of_deck(decks.get(card, ""))


def _fold_all(db: sqlite3.Connection, plan: Plan, watch: Watch, folded: _Folded | None = None) -> None:
    """The states of all cards, those that were `folded` as their events were read without reading them again."""
    of_card = _of_card(db, plan)
    states, total = _states_of_all(db, of_card, watch, folded)
    with statements(db, watch, "Making the index"):
        db.execute("delete from state")
    cards = told(watch, "Working out memories", states, total)
    rows = (state_row(card, state, of_card(card)[1]) for card, state in cards if state != _UNSEEN)
    with indexes_at_the_end(db, watch, "state"):
        db.executemany(f"insert into state ({STATE_COLUMNS}) values ({_STATE_MARKS})", rows)
    gone = "select card from state s where not exists (select 1 from card c where c.id = s.card)"
    fresh = FRESH.format("id")
    with indexes_at_the_end(db, watch, "card", naming="fresh"), statements(db, watch, "Making the index"):
        db.execute("delete from gone")
        db.execute(f"insert into gone {gone}")
        db.execute(f"update card set fresh = {fresh} where fresh != {fresh}")


def _states_of_all(
    db: sqlite3.Connection, of_card: Callable[[str], tuple[Rules, Model]], watch: Watch, folded: _Folded | None
) -> tuple[Iterable[tuple[str, CardState]], int]:
    """Every card with a history and its state, mostly by name, and about how many there are."""
    if folded is not None and not folded.spoilt:
        anew = fold_many(_counted(db, "at, id", folded.doubtful, watch), of_card) if folded.doubtful else {}
        return chain(folded.states(), anew.items()), len(folded)
    try:
        states = fold_many(_counted(db, "id", None, watch), of_card)
    except _OutOfOrder:
        states = fold_many(_counted(db, "at, id", None, watch), of_card)
    return states.items(), len(states)


class _OutOfOrder(Exception):
    """The ids of events do not rise with their times."""


def _counted(db: sqlite3.Connection, order: str, cards: set[str] | None, watch: Watch) -> Iterator[ev.Event]:
    """The live events of these cards, or of all, by time. The order of ids, in which they are kept, is that of most
    journals and costs no sorting; imported or amended events are `_OutOfOrder`.
    """
    columns, known, values = AS_COUNTED.replace(" card,", " subject,"), "subject is not null", tuple[str, ...]()
    if cards is not None:
        known, values = "subject in (select value from json_each(?))", (json.dumps(list(cards)),)
    counted = f"from event where {known} and not dead"
    total, before = db.execute(f"select count(*) {counted}", values).fetchone()[0], 0
    for done, row in enumerate(db.execute(f"select {columns} {counted} order by {order}", values)):
        if not done % _TOLD_EVERY:
            watch("Working out memories", done, total)
        if row[1] < before:
            raise _OutOfOrder
        before = row[1]
        yield event_of(row)
    watch("Working out memories", total, total)


def _mark(db: sqlite3.Connection, path: str) -> journal.Mark | None:
    row = db.execute(
        "select inode, read_to, lines, checksum, tail from file where path = ? and kind = 'journal'", (path,)
    ).fetchone()
    return journal.Mark(*row) if row and row[4] is not None else None


def _note(db: sqlite3.Connection, path: str, seen: Seen, chunk: journal.Chunk | None) -> None:
    db.execute(
        f"insert into file (path, kind, {FILE_COLUMNS}) values (?, 'journal', ?, ?, ?, ?) on conflict do update set"
        " size = excluded.size, mtime = excluded.mtime, inode = excluded.inode, ctime = excluded.ctime",
        (path, seen.size, seen.mtime, seen.inode, seen.ctime),
    )
    _report_torn(db, path, chunk)
    if chunk:
        mark = chunk.mark
        db.execute(
            "update file set read_to = ?, lines = ?, checksum = ?, tail = ?, inode = ? where path = ?",
            (mark.read_to, mark.lines, mark.checksum, mark.tail, mark.inode, path),
        )


def _clear(db: sqlite3.Connection) -> None:
    db.execute("delete from event")
    db.execute("delete from file where kind = 'journal'")
    db.execute("delete from problem where source = 'journal'")


def _report_torn(db: sqlite3.Connection, path: str, chunk: journal.Chunk | None) -> None:
    """Say that the last line is unfinished, for as long as it is."""
    db.execute("delete from problem where path = ? and code = 'journal-torn'", (f"journal/{path}",))
    if chunk and chunk.torn:
        message = f"The last line is not finished: {chunk.torn} bytes do not count."
        hint = "The next answer on its device keeps them aside and goes on."
        row = (f"journal/{path}", chunk.mark.lines + 1, 1, "warning", "journal-torn", message, hint, "journal")
        db.execute("insert into problem values (?, ?, ?, ?, ?, ?, ?, ?)", row)
