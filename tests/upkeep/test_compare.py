"""Two indexes are equal where decks and journal decide, and every row that is not is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from srs.collection.collection import Collection
from srs.memory.events import Amend, Flag, Mark, new_id
from srs.upkeep.compare import TABLES, compare_indexes
from tests.support import basic_deck, make_collection, moment, open_collection

DECK = basic_deck("one", "two", "three") + "  - q: New name?\n    id: new\n    was: [old]\n    a: Yes\n"
WRONG_TYPE = "notes:\n  - q: One more?\n    nonsense: yes\n"
DAY = 86_400_000


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Collection, Collection]]:
    """A collection used for some days, and the same one with an index made from its text alone."""
    root, environ = make_collection(tmp_path, {"a.yaml": DECK, "b.yaml": WRONG_TYPE})
    used = open_collection(root, environ)
    for day in range(5):
        now = moment() + day * DAY
        used.answer("one:answer", 3, now, 900)
        used.answer("two:answer", 1 + day % 4, now + 60_000, None)
    now = moment() + 6 * DAY
    used.undo(now)
    used.record([Flag(new_id(now, bytes(10)), now, "three:answer", 3), Mark("m", now + 10, "old:answer", "unclear")])
    first = used.db.execute("select id, at, day from event where do = 'review' order by at").fetchone()
    amend = Amend("0190a0b0-0000-7000-8000-00000000000a", now + 20, first[0], first[1] - DAY, first[2] - 1)
    used.record([amend])
    (root / "journal" / "odd.jsonl").write_bytes(b"not a line\n")
    used.refresh()
    fresh = open_collection(root, environ | {"SRS_CACHE_DIR": str(tmp_path / "fresh")})
    yield used, fresh
    used.db.close()
    fresh.db.close()


def test_an_index_kept_up_equals_one_made_anew(pair: tuple[Collection, Collection]) -> None:
    """Step by step or at one go from the text: the indexes are equal."""
    assert compare_indexes(pair[0].db, pair[1].db) == []
    assert compare_indexes(pair[1].db, pair[0].db) == []


CHANGES = {
    "update state set due = due + 1 where card = 'one:answer'": "state of one:answer: due is ",
    "update state set kind = 3 where card = 'one:answer'": "state of one:answer: kind is 3, should be ",
    "update state set step = 1 where card = 'one:answer'": "state of one:answer: step is 1, should be empty",
    "update state set reps = reps + 1 where card = 'one:answer'": "state of one:answer: reps is 6, should be 5",
    "update state set lapses = 9 where card = 'two:answer'": "state of two:answer: lapses is 9, should be ",
    "update state set suspended = 1 where card = 'one:answer'": "state of one:answer: suspended is 1, should be 0",
    "update state set buried_until = 7 where card = 'one:answer'": "state of one:answer: buried_until is 7, should be ",
    "update state set flag = 0 where card = 'three:answer'": "state of three:answer: flag is 0, should be 3",
    "update state set mark = null where card = 'new:answer'": "state of new:answer: mark is empty, should be unclear",
    "update state set last_event = 'x' where card = 'one:answer'": "state of one:answer: last_event is x, should be ",
    "update state set stability = stability + 1e-6 where card = 'one:answer'": "state of one:answer: stability is ",
    "update state set difficulty = null where card = 'one:answer'": "state of one:answer: difficulty is empty, ",
    "update state set memory = '[1.0]' where card = 'one:answer'": "state of one:answer: memory is [1.0], should be ",
    "update state set memory = 'no' where card = 'one:answer'": "state of one:answer: memory is no, should be ",
    "delete from state where card = 'one:answer'": "state of one:answer: is missing",
    "insert into state (card, kind, reps, lapses, suspended, flag) values ('z:answer', 0, 0, 0, 0, 0)": (
        "state of z:answer: should not be there"
    ),
    "update event set dead = 1 where do = 'flag'": "dead is 1, should be 0",
    "update event set at = at + 1 where written_at is not null": "at is ",
    "update event set written_day = 1 where written_at is not null": "written_day is 1, should be ",
    "update event set device = 'x' where do = 'mark'": "device is x, should be here-0001",
    "update event set subject = null where do = 'mark'": "subject is empty, should be new:answer",
    "delete from event where do = 'undo'": ": is missing",
    "update note set draft = 1 where id = 'two'": "note two:decks/a.yaml:1: draft is 1, should be 0",
    "delete from note where id = 'two'": "note two:decks/a.yaml:1: is missing",
    "update card set fresh = 1 where id = 'one:answer'": "card one:answer:decks/a.yaml:0:0: fresh is 1, should be 0",
    "update card set active = 0 where id = 'one:answer'": "card one:answer:decks/a.yaml:0:0: active is 0, should be 1",
    "update card set note_key = 99 where id = 'one:answer'": "its note is not there, should be one",
    "delete from alias": "former id old: is missing",
    "delete from problem where code = 'journal-line'": "problem of journal/odd.jsonl:1:1:journal-line",
    "update file set lines = lines + 1 where kind = 'journal'": "file here-0001.2026.jsonl: lines is ",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.partition(" where")[0][:60])
def test_every_wrong_row_is_named(pair: tuple[Collection, Collection], change: str) -> None:
    """A row that is wrong, missing or too many is named, with what it holds and what it should hold."""
    assert pair[0].db.execute(change).rowcount
    found = compare_indexes(pair[0].db, pair[1].db)
    assert found and any(CHANGES[change] in line for line in found)


def test_one_wrong_row_gives_one_line(pair: tuple[Collection, Collection]) -> None:
    """Rows that are right are not named beside a wrong one."""
    pair[0].db.execute("update state set reps = 77, flag = 6 where card = 'one:answer'")
    assert compare_indexes(pair[0].db, pair[1].db) == [
        "state of one:answer: reps is 77, should be 5; flag is 6, should be 0"
    ]


def test_memories_may_differ_by_a_rounding(pair: tuple[Collection, Collection]) -> None:
    """Stability and difficulty within 1e-9 are equal, in the columns and in the stored memory."""
    pair[0].db.execute("update state set stability = stability + 4e-10, difficulty = difficulty - 4e-10")
    stored = pair[0].db.execute("select memory from state where card = 'one:answer'").fetchone()[0]
    moved = "[" + ", ".join(repr(float(word) + 4e-10) for word in stored[1:-1].split(",")) + "]"
    pair[0].db.execute("update state set memory = ? where card = 'one:answer'", (moved,))
    assert compare_indexes(pair[0].db, pair[1].db) == []


def test_faces_and_numbers_of_notes_do_not_count(pair: tuple[Collection, Collection]) -> None:
    """Rendered faces, and the order in which decks were read, make no difference."""
    pair[0].face("one:answer")
    pair[0].db.execute("update card set note_key = note_key + 1000")
    pair[0].db.execute("update note set key = key + 1000")
    assert compare_indexes(pair[0].db, pair[1].db) == []


def test_an_index_of_another_shape_is_told(pair: tuple[Collection, Collection]) -> None:
    """A column or table that is missing is named."""
    pair[0].db.execute("alter table state drop column mark")
    assert compare_indexes(pair[0].db, pair[1].db) == ["table state: has no column mark"]
    pair[0].db.execute("drop table state")
    assert compare_indexes(pair[0].db, pair[1].db) == ["table state: is missing"]


def test_every_table_is_thought_of(pair: tuple[Collection, Collection]) -> None:
    """Each table of the schema is compared, but for rendered faces, what only the index knows, what is left to do."""
    there = {row[0] for row in pair[0].db.execute("select name from sqlite_schema where type = 'table'")}
    assert there == {*(table.name for table in TABLES), "meta", "face", "edited", "moved", "renamed"}
