"""Everything that can be wrong with a collection is provoked, found, named with its place, and mended where asked."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from srs.collection import starter
from srs.collection.collection import Collection, NewerJournal
from srs.collection.elsewhere import OWNER
from srs.collection.index import VERSION
from srs.collection.locations import index_file, private_journal_folder
from srs.errors import SrsError
from srs.memory.events import Amend, Bury, Import, Review, Suspend, Undo, encode, header_line, new_id
from srs.upkeep.compare import compare_indexes
from srs.upkeep.doctor import examine
from srs.upkeep.findings import Finding, Findings
from srs.upkeep.folders import little_space
from srs.upkeep.rebuild import rebuild
from srs.upkeep.recover import recover
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck

NOW = moment()
MINUTE, DAY = 60_000, 86_400_000
YEAR = 365 * DAY
CARD = "one:answer"

Place = tuple[Path, dict[str, str]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A collection with two cards and two answers: its folder and its environment."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    collection = open_collection(root, environ)
    collection.answer(CARD, 3, NOW - DAY, None)
    collection.answer("two:answer", 3, NOW - DAY + MINUTE, None)
    collection.db.close()
    return root, environ


def looked_at(place: Place, now: int = NOW) -> Findings:
    return examine(*place, now)


def test_the_journal_is_looked_through_once(place: Place) -> None:
    """However many others there may be, no line of the journal is checked twice."""
    heard: list[tuple[str, int, int | None]] = []
    examine(*place, NOW, lambda *told: heard.append(told))
    assert heard.count(("Checking the journal", 0, 3)) == 1


def only(findings: Findings) -> Finding:
    """The one finding there must be."""
    assert len(findings.found) == 1, findings.found
    return findings.found[0]


def journal(place: Place, device: str = "here-0001", year: int = 2026) -> Path:
    return place[0] / "journal" / f"{device}.{year}.jsonl"


def write_journal(place: Place, name: str, *lines: bytes) -> Path:
    """A journal file of these lines."""
    path = place[0] / "journal" / name
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def index_of(place: Place) -> Path:
    """The index on disk."""
    return index_file(*place)


def reviewed(card: str = CARD, at: int = NOW - DAY, seed: int = 1, rating: int = 3) -> Review:
    """An answer as another device would have written it."""
    day = at // DAY + 719_163
    return Review(new_id(at, seed.to_bytes(10)), at, card, rating, None, "study", day, day + 4, None, None)


# Nothing wrong


def test_a_new_collection_is_well(tmp_path: Path) -> None:
    """A collection without an answer, a journal or an index has nothing wrong."""
    findings = examine(*make_collection(tmp_path, {"a.yaml": basic_deck("one")}), NOW)
    assert findings.found == ()
    assert (findings.counted.notes, findings.counted.cards, findings.counted.events) == (1, 1, 0)
    assert findings.counted.compared


def test_the_shipped_decks_are_well(tmp_path: Path) -> None:
    """The starter decks, with some answers and rendered cards, have nothing wrong."""
    environ = environ_of(tmp_path)
    starter.make_collection(tmp_path / "cards", environ, None, False)
    collection = open_collection(tmp_path / "cards", environ)
    for number, view in enumerate(list(collection.cards(NOW))[:20]):
        collection.face(view.id)
        if not view.note.draft:
            collection.answer(view.id, 1 + number % 4, NOW + number * MINUTE, 1000)
    findings = examine(tmp_path / "cards", environ, NOW + DAY)
    assert findings.found == ()
    assert findings.counted.cards > 200 and findings.counted.faces == 20


def test_a_year_of_answers_is_well(tmp_path: Path) -> None:
    """After a year of answers, undos and set-aside cards on two devices there is nothing wrong."""
    decks = {"a.yaml": basic_deck(*(f"n{number}" for number in range(12)))}
    root, environ = make_collection(tmp_path, decks, 'timezone = "Europe/Berlin"\n[study]\nleech_at = 3\n')
    devices = [open_collection(root, environ), open_collection(root, environ_of(tmp_path, "there-0002"))]
    for day in range(0, 365, 2):
        device, at = devices[day % 4 // 2], NOW + day * DAY
        device.refresh()
        for number in range(3):
            card = f"n{(day + number * 5) % 12}:answer"
            device.answer(card, 1 + (day // 3 + number) % 4, at + number * MINUTE, 900)
        if day % 10 == 0:
            device.undo(at + 4 * MINUTE)
        if day % 14 == 0:
            until = device.day(at) + 1
            device.record_batch(
                ["n1:answer", "n2:answer"], at + 5 * MINUTE,
                lambda id, at, card, because, until=until: Bury(id, at, card, until, because),
            )  # fmt: skip
    findings = examine(root, environ, NOW + YEAR)
    assert findings.found == ()
    assert findings.counted.devices == 2 and findings.counted.events > 550


def test_looking_changes_nothing(place: Place) -> None:
    """The collection's folder holds the same bytes afterwards, also where much is wrong."""
    journal(place).write_bytes(journal(place).read_bytes() + b"torn")
    write_deck(place[0], "b.yaml", "notes: [")
    before = {path: path.read_bytes() for path in place[0].rglob("*") if path.is_file()}
    assert looked_at(place).problems
    assert {path: path.read_bytes() for path in place[0].rglob("*") if path.is_file()} == before


def test_the_index_is_the_one_that_commands_open(place: Place) -> None:
    """What is examined is the file that a collection opens."""
    collection = open_collection(*place)
    [(_, _, file)] = collection.db.execute("pragma database_list")
    assert Path(file) == index_of(place)


# Settings and decks


def test_broken_settings_hide_nothing_else(place: Place) -> None:
    """A srs.toml that cannot be read is named with its place; decks and journal are still examined."""
    (place[0] / "srs.toml").write_text('timezone = "Europe/Berlin"\n\n[study]\nnew_per_day = "ten"\n')
    write_deck(place[0], "b.yaml", "notes:\n  - q: x\n    nonsense: y\n    a: z\n")
    write_journal(place, "there-0002.2026.jsonl", header_line("there-0002"), b"no event")
    findings = looked_at(place)
    assert [(finding.area, finding.place) for finding in findings.found] == [
        ("settings", "srs.toml:4:1"),
        ("journal", "journal/there-0002.2026.jsonl:2:1"),
        ("decks", "decks/b.yaml:3:5"),
    ]
    assert findings.found[0].message == '`new_per_day` cannot be "ten".'
    assert findings.found[0].hint.startswith("It takes a whole number from 0 to 9999. Until then no command works")
    assert not findings.counted.compared and findings.counted.cards == 2


def test_broken_settings_of_a_private_journal(place: Place) -> None:
    """Where the settings cannot be read, the journal is looked for where they seem to say it is."""
    folder = private_journal_folder(*place)
    folder.parent.mkdir(parents=True)
    (place[0] / "journal").rename(folder)
    (place[0] / "srs.toml").write_text('journal = "private"\n[study\n')
    findings = looked_at(place)
    assert only(findings).place == "srs.toml:2:7"
    assert findings.counted.events == 2


def test_settings_of_a_deck_that_is_not_there(place: Place) -> None:
    """A table for a deck that no file makes is noted; one for a deck above others is not."""
    write_deck(place[0], "b.yaml", "deck: Above::Below\n" + basic_deck("three"))
    text = '[deck."Above"]\nnew_per_day = 1\n[deck."Beside"]\nnew_per_day = 1\n'
    (place[0] / "srs.toml").write_text(text)
    finding = only(looked_at(place))
    assert (finding.severity, finding.message) == ("note", '[deck."Beside"] is for a deck that is not there.')


def test_a_broken_note_type(place: Place) -> None:
    """What is wrong in a note type is found with its place."""
    (place[0] / "notetypes").mkdir()
    (place[0] / "notetypes" / "mine.yaml").write_text("notetype: mine\nfields: 7\n")
    findings = looked_at(place)
    assert findings.problems and findings.found[0].path == "notetypes/mine.yaml"
    assert findings.counted.note_types == 1


def test_events_of_cards_that_are_gone(place: Place) -> None:
    """Events of cards that no deck has are counted in a note."""
    write_deck(place[0], "a.yaml", basic_deck("one"))
    finding = only(looked_at(place))
    assert (finding.severity, finding.message) == ("note", "1 event of 1 card that no deck has (any more).")


# Journal


def test_damaged_lines(place: Place) -> None:
    """Every line that does not count is named by file and line, with the reason."""
    lines = journal(place).read_bytes().splitlines()
    flipped = lines[1].replace(b'"rating":3', b'"rating":4')
    write_journal(place, journal(place).name, lines[0], flipped, b"\xff\xfe", lines[2], lines[2][:40])
    findings = looked_at(place)
    path = "journal/here-0001.2026.jsonl"
    told = [(finding.place, finding.message) for finding in findings.found if finding.path == path]
    assert told == [
        (f"{path}:2:1", "This line does not count: the checksum does not match."),
        (f"{path}:3:1", "This line does not count: no checksum at its end."),
        (f"{path}:5:1", "This line does not count: no checksum at its end."),
    ]
    assert findings.counted.events == 1


def test_a_torn_end_is_a_note(place: Place) -> None:
    """An unfinished last line was never acknowledged, so it is no problem."""
    path = journal(place)
    path.write_bytes(path.read_bytes() + b'{"id":"01')
    finding = only(looked_at(place))
    assert (finding.severity, finding.place) == ("note", "journal/here-0001.2026.jsonl:4:1")
    assert finding.message == "The last line is not finished: 9 bytes do not count."


def test_a_newer_format_names_the_device(place: Place) -> None:
    """A file of a newer format is a problem that names its device."""
    from zlib import crc32

    body = b'{"srs":2,"device":"new-0009"'
    write_journal(place, "new-0009.2026.jsonl", b'%b,"crc":"%08x"}' % (body, crc32(body)))
    finding = only(looked_at(place))
    assert (finding.severity, finding.message) == ("problem", "`new-0009` writes format 2 here.")
    assert finding.place == "journal/new-0009.2026.jsonl:1:1"


def test_a_copy_is_noted(place: Place) -> None:
    """A conflict copy is noted by its name; its events count once."""
    shutil.copy(journal(place), place[0] / "journal" / "here-0001.2026.sync-conflict-20261201-090000.jsonl")
    findings = looked_at(place)
    assert only(findings).message == "The name fits no device, so this is a copy that another program made."
    assert findings.problems == 0 and findings.counted.events == 2


def test_a_file_of_somebody_else(place: Place) -> None:
    """A file whose first line names another device than its name is noted."""
    write_journal(place, "there-0002.2026.jsonl", header_line("third-0003"), encode(reviewed(seed=5)))
    assert only(looked_at(place)).message == "The first line says that this file is of `third-0003`."


def test_two_devices_that_imported_one_file(place: Place) -> None:
    """Lines of one imported event that differ in what hangs on the device are no damage; another answer is."""
    at = NOW - DAY
    imported = replace(reviewed(at=at), id=f"anki:{7:032x}", because=None)
    heads = [Import(new_id(NOW, seed.to_bytes(10)), NOW, "phone.apkg") for seed in (6, 7)]
    one, other = (
        replace(imported, after=after, because=head.id) for after, head in zip((None, "x"), heads, strict=True)
    )
    write_journal(place, "a-0002.2026.jsonl", header_line("a-0002"), encode(heads[0]), encode(one))
    path = write_journal(place, "b-0003.2026.jsonl", header_line("b-0003"), encode(heads[1]), encode(other))
    assert looked_at(place).found == ()
    deleted = [Suspend(f"anki:{8:032x}", NOW + late, CARD, head.id) for late, head in enumerate(heads)]
    write_journal(place, "a-0002.2027.jsonl", header_line("a-0002"), encode(deleted[0]))
    write_journal(place, "b-0003.2027.jsonl", header_line("b-0003"), encode(deleted[1]))
    assert looked_at(place).problems == 0
    path.write_bytes(path.read_bytes() + encode(replace(other, rating=1)) + b"\n")
    assert looked_at(place).problems == 1


def test_one_id_with_two_contents(place: Place) -> None:
    """An id under which two files say different things is a problem that names both places."""
    write_journal(place, "a-0002.2026.jsonl", header_line("a-0002"), encode(reviewed(seed=5)))
    write_journal(place, "b-0003.2026.jsonl", header_line("b-0003"), encode(reviewed(seed=5, rating=1)))
    finding = only(looked_at(place))
    assert (finding.severity, finding.place) == ("problem", "journal/b-0003.2026.jsonl:2:1")
    assert finding.message.endswith("says something else here than in journal/a-0002.2026.jsonl:2.")
    id_ = finding.message.split("`")[1]
    (counting,) = (event["rating"] for event in open_collection(*place).events_json(CARD) if event["id"] == id_)
    assert f"{'the one here' if counting == 1 else 'the one in journal/a-0002.2026.jsonl:2'} counts" in finding.hint


def test_an_event_written_otherwise_is_the_same(place: Place) -> None:
    """Two lines that differ in keys nobody knows, and not in the event, are no problem."""
    from zlib import crc32

    line = encode(reviewed(seed=5))
    body = line[: line.rindex(b',"crc"')] + b',"later":1'
    write_journal(place, "a-0002.2026.jsonl", header_line("a-0002"), line)
    write_journal(place, "b-0003.2026.jsonl", header_line("b-0003"), b'%b,"crc":"%08x"}' % (body, crc32(body)))
    assert looked_at(place).found == ()


def test_events_that_name_what_is_nowhere(place: Place) -> None:
    """Undo, amend and what goes with an event that no file holds are noted once for the file: it may be on its way."""
    at = NOW - DAY
    events = (
        Undo(new_id(at, b"0" * 10), at, "gone-1"),
        Amend(new_id(at, b"1" * 10), at, "gone-2", at, 739_000),
        Suspend(new_id(at, b"2" * 10), at, CARD, "gone-3"),
        Undo(new_id(at, b"3" * 10), at, new_id(at, b"2" * 10)),
    )
    write_journal(place, "there-0002.2026.jsonl", header_line("there-0002"), *map(encode, events))
    finding = only(looked_at(place))
    assert (finding.severity, finding.place) == ("note", "journal/there-0002.2026.jsonl:2:1")
    assert finding.message == "3 events that this file takes back, mends or goes with are nowhere."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read(place: Place) -> None:
    """A journal file without permission is a problem, told once, and the decks are examined all the same."""
    journal(place).chmod(0)
    findings = looked_at(place)
    assert only(findings).message == "This file cannot be read: permission denied."
    assert findings.counted.cards == 2


def test_a_folder_in_place_of_a_file(place: Place) -> None:
    """A journal file that is a folder is a problem, told once, and the decks are examined all the same."""
    (place[0] / "journal" / "there-0002.2026.jsonl").mkdir()
    findings = looked_at(place)
    assert only(findings).message == "This file cannot be read: is a directory."
    assert findings.counted.cards == 2 and findings.counted.events == 2


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_a_pipe_in_place_of_a_file(place: Place, make: Callable[[Path], None]) -> None:
    """A journal file on which reading would hang or never end is a problem at once, for doctor and commands."""
    path = place[0] / "journal" / "there-0002.2026.jsonl"
    make(path)
    findings = looked_at(place)
    assert only(findings).message == "This file cannot be read: it is no regular file."
    assert findings.counted.cards == 2 and findings.counted.events == 2
    with pytest.raises(SrsError, match=r"there-0002.2026.jsonl: cannot be read, it is no regular file"):
        open_collection(*place)


def test_a_link_to_a_journal_file(place: Place, tmp_path: Path) -> None:
    """A journal file that is a link to a regular file is read and written as one."""
    journal(place).rename(tmp_path / "elsewhere.jsonl")
    journal(place).symlink_to(tmp_path / "elsewhere.jsonl")
    collection = open_collection(*place)
    collection.answer(CARD, 3, NOW, None)
    assert journal(place).is_symlink()
    assert looked_at(place).counted.events == 3


def test_a_link_that_leads_nowhere(place: Place) -> None:
    """A journal file that is a broken link is a problem, and the decks are examined all the same."""
    (place[0] / "journal" / "there-0002.2026.jsonl").symlink_to(place[0] / "gone")
    findings = looked_at(place)
    assert only(findings).message.endswith("there-0002.2026.jsonl: cannot be read, no such file or directory.")
    assert findings.counted.cards == 2


def test_lost_events_are_found_and_put_back(place: Place) -> None:
    """Events that left the journal are a problem; put back they count as before, and all is well."""
    collection = open_collection(*place)
    before = collection.state("two:answer")
    lines = journal(place).read_bytes().splitlines(keepends=True)
    journal(place).write_bytes(b"".join(lines[:2]))
    finding = only(looked_at(place))
    assert (finding.severity, finding.message) == ("problem", "1 event left the journal: a file shrank or is gone.")
    assert finding.path == str(collection.lost_file)
    collection.refresh()
    assert recover(collection) == 1 and recover(collection) == 0
    assert collection.state("two:answer") == before
    assert (place[0] / "journal" / "here-0001.recovered.jsonl").read_bytes() == lines[0] + lines[2]
    assert looked_at(place).found == ()


def test_nothing_is_put_back_beside_a_newer_format(place: Place) -> None:
    """Where a newer srs writes, recovering is refused like every other writing."""
    collection = open_collection(*place)
    journal(place).unlink()
    from zlib import crc32

    body = b'{"srs":2,"device":"new-0009"'
    write_journal(place, "new-0009.2026.jsonl", b'%b,"crc":"%08x"}' % (body, crc32(body)))
    collection.refresh()
    assert len(collection.lost_events()) == 2
    with pytest.raises(NewerJournal):
        recover(collection)


# Clock


def test_a_clock_ten_years_ahead(place: Place) -> None:
    """Events of this device dated after now are a problem at their first line."""
    collection = open_collection(*place, True)
    for minutes in range(3):
        collection.answer(CARD, 3, NOW + 10 * YEAR + minutes * MINUTE, None)
    finding = only(looked_at(place))
    assert (finding.severity, finding.place) == ("problem", "journal/here-0001.2036.jsonl:2:1")
    assert finding.message == "From here on 3 answers of 1 card are dated too late: 2036-11-28 12:00."


def test_a_clock_at_1970(place: Place) -> None:
    """Events of this device dated long before are a problem."""
    open_collection(*place, True).answer(CARD, 3, 5 * MINUTE, None)
    finding = only(looked_at(place))
    assert finding.place == "journal/here-0001.1970.jsonl:2:1"
    assert finding.message == "From here on 1 answer of 1 card is dated too early: 1970-01-01 01:05."


def test_a_step_back_within_the_year(place: Place) -> None:
    """Lines of this device's file that step back are a problem where they begin."""
    open_collection(*place, True).answer(CARD, 3, NOW - 20 * DAY, None)
    assert only(looked_at(place)).place == "journal/here-0001.2026.jsonl:4:1"


def test_another_device_ahead_is_a_note(place: Place) -> None:
    """Events of another device dated after now are noted with its name: it must mend them itself."""
    ahead = reviewed(at=NOW + DAY, seed=7)
    write_journal(place, "there-0002.2026.jsonl", header_line("there-0002"), encode(ahead))
    finding = only(looked_at(place))
    assert (finding.severity, finding.message) == ("note", "1 event of `there-0002` is dated after now.")


def test_a_clock_that_is_wrong_now(place: Place) -> None:
    """A clock before 2020 is itself the problem, and nothing else is judged by it."""
    assert only(looked_at(place, 5 * MINUTE)).message == (
        "This machine's clock itself is wrong: it says a year before 2020."
    )


# Index


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update state set reps = 5 where card = 'one:answer'", "state of one:answer: reps is 5, should be 1"),
        ("update event set dead = 1", "dead is 1, should be 0"),
        ("delete from card where id = 'two:answer'", "card two:answer:decks/a.yaml:1:0: is missing"),
        ("insert into problem values ('decks/a.yaml', 1, 1, 'error', 'x', 'm', 'h', 'file')", "should not be there"),
        ("insert into face values ('one:answer', 0, 'f', 'b', 'a')", "the card kept ready for one:answer is not what"),
    ],
)
def test_a_wrong_row_is_named(place: Place, change: str, told: str) -> None:
    """A row that is not what the text says is named; after a rebuild it is right."""
    with sqlite3.connect(index_of(place)) as db:
        db.execute(change)
    db.close()
    findings = looked_at(place)
    assert {finding.area for finding in findings.found} == {"index"}
    assert any(told in finding.message for finding in findings.found)
    rebuild(*place)
    assert looked_at(place).found == ()


def test_a_damaged_page_is_found(place: Place) -> None:
    """An index that SQLite's own check refuses is a problem, and no reason not to look at the rest."""
    with sqlite3.connect(index_of(place)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
        size, pages = (db.execute(f"pragma {name}").fetchone()[0] for name in ("page_size", "page_count"))
        root = db.execute("select rootpage from sqlite_schema where name = 'event_by_day'").fetchone()[0]
    db.close()
    assert root <= pages
    with index_of(place).open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x00" * size)
    findings = looked_at(place)
    assert findings.problems and findings.found[0].message.startswith("The index is damaged: ")
    assert findings.counted.events == 2 and not findings.counted.compared
    rebuild(*place)
    assert looked_at(place).found == ()


def test_what_is_no_index(place: Place) -> None:
    """A file that is no database is a problem that a rebuild mends."""
    index_of(place).write_bytes(b"this is not a database, but it is long enough to be one" * 100)
    assert only(looked_at(place)).message == "The index is damaged: file is not a database."
    made = rebuild(*place)
    assert (made.notes, made.cards, made.events, made.broken) == (2, 2, 2, None)
    assert looked_at(place).found == ()


def test_a_folder_in_place_of_the_index(place: Place) -> None:
    """Where a folder stands in the index's place, all else is examined; a rebuild deletes no folder and says so."""
    open_collection(*place).db.close()
    index_of(place).unlink()
    (index_of(place) / "mine").mkdir(parents=True)
    findings = looked_at(place)
    assert only(findings).message == "This stands where the index should be."
    assert (findings.counted.cards, findings.counted.events) == (2, 2)
    for do in (rebuild, open_collection):
        with pytest.raises(SrsError, match="a folder stands where the index should be") as refused:
            do(*place)
        assert "put it elsewhere" in refused.value.hint
    assert (index_of(place) / "mine").is_dir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_index_that_may_not_be_read(place: Place) -> None:
    """A cache folder that is locked up is a problem, told with what to do, and all else is examined."""
    open_collection(*place).db.close()
    index_of(place).parent.chmod(0)
    try:
        findings = looked_at(place)
    finally:
        index_of(place).parent.chmod(0o700)
    assert findings.found[0].message == "The index cannot be read: permission denied."
    assert (findings.counted.cards, findings.counted.events) == (2, 2)


@pytest.mark.parametrize("version", [0, VERSION - 1, VERSION + 1])
def test_an_index_of_another_version(place: Place, version: int) -> None:
    """An index of another version is made anew by every command, so it is nothing to tell."""
    with sqlite3.connect(index_of(place)) as db:
        db.execute(f"pragma user_version = {version}")
    db.close()
    assert looked_at(place).found == ()


def test_rebuild_with_broken_settings(place: Place) -> None:
    """With settings that cannot be read the index is made with the defaults, and the error is handed on."""
    (place[0] / "srs.toml").write_text("rollover = 99\n")
    made = rebuild(*place)
    assert (made.cards, made.events) == (2, 2)
    assert made.broken is not None and made.broken.message.startswith("srs.toml:1:1: ")


def test_rebuild_keeps_what_left_the_journal(place: Place) -> None:
    """What only the old index knows is kept before it is thrown away."""
    journal(place).unlink()
    rebuild(*place)
    assert len(open_collection(*place).lost_events()) == 2


def test_rebuild_is_anew(place: Place) -> None:
    """The index is made from the text alone: the same as before, in another file."""
    before = index_of(place).stat().st_ino
    held = index_of(place).open("rb")  # so that its inode is not given away again
    rebuild(*place)
    assert index_of(place).stat().st_ino != before
    held.close()
    environ = place[1] | {"SRS_CACHE_DIR": place[1]["HOME"] + "/fresh"}
    assert compare_indexes(open_collection(*place).db, Collection.open(place[0], environ).db) == []


# Folders


def test_drafts_left_behind(place: Place) -> None:
    """What a killed command left beside a file is noted; what a living one is writing is not."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (place[0] / "decks" / f".a.yaml.{ended.pid}.tmp").write_text("half")
    (place[0] / "decks" / f".a.yaml.{os.getpid()}.tmp").write_text("half")
    finding = only(looked_at(place))
    assert (finding.severity, finding.path) == ("note", f"decks/.a.yaml.{ended.pid}.tmp")


def test_what_a_sync_put_aside(place: Place) -> None:
    """Another device's version of a file, which a sync put beside this one's, is noted until somebody deletes it."""
    (place[0] / "srs.theirs.toml").write_text("rollover = 5\n")
    finding = only(looked_at(place))
    assert (finding.severity, finding.path) == ("note", "srs.theirs.toml")


def test_fragments_kept_aside(place: Place) -> None:
    """The torn end that an answer kept aside is noted with its path."""
    journal(place).write_bytes(journal(place).read_bytes() + b'{"id":"01')
    open_collection(*place).answer(CARD, 3, NOW - MINUTE, None)
    finding = only(looked_at(place))
    assert finding.severity == "note" and Path(finding.path).read_bytes() == b'{"id":"01'


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folders_that_cannot_be_written(place: Place) -> None:
    """A journal's folder without permission is a problem; decks that cannot be written are a note."""
    (place[0] / "journal").chmod(0o555)
    (place[0] / "decks").chmod(0o555)
    told = {(finding.severity, finding.path) for finding in looked_at(place).found}
    assert told == {("problem", "journal"), ("note", "decks")}


def test_little_space() -> None:
    """Below 200 MB there is a note, below 10 MB a problem."""
    assert little_space("journal", 200 << 20) is None
    told = [little_space("journal", free << 20) for free in (199, 10, 9, 0)]
    assert [finding and finding.severity for finding in told] == ["note", "note", "problem", "problem"]


@pytest.mark.parametrize(
    ("remembered", "whose"),
    [(True, "of {}, where no collection is now,"), (False, "of a collection called cards")],
    ids=["by its path", "by its name"],
)
def test_a_moved_collection_finds_its_private_journal(tmp_path: Path, remembered: bool, whose: str) -> None:
    """A collection that was moved is told which private journal was its own; the command given takes it over."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\n')
    open_collection(root, environ).answer(CARD, 3, NOW - DAY, None)
    (tmp_path / "elsewhere").mkdir()
    if not remembered:
        (private_journal_folder(root, environ) / OWNER).unlink()
    place = (root.rename(tmp_path / "elsewhere" / "cards"), environ)
    finding = only(looked_at(place))
    assert finding.message == f"The private journal {whose.format(root)} holds 1 event that ours has not."
    follow(finding)
    findings = looked_at(place)
    assert findings.found == () and findings.counted.events == 1


def test_a_renamed_collection_finds_its_private_journal(tmp_path: Path) -> None:
    """A collection whose folder has another name finds its private journal too, even after it was answered anew."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\n')
    open_collection(root, environ).answer(CARD, 3, NOW - DAY, None)
    place = (root.rename(tmp_path / "flashcards"), environ)
    collection = open_collection(*place)
    assert collection.abandoned_journals() == [private_journal_folder(root, environ)]
    collection.answer(CARD, 3, NOW, None)
    follow(only(looked_at(place)))
    findings = looked_at(place)
    assert findings.problems == 0 and findings.counted.events == 2
    assert open_collection(*place).abandoned_journals() == []


def test_a_copied_collection_takes_no_journal(tmp_path: Path) -> None:
    """A private journal whose collection is still where it was is offered to no other one."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\n')
    open_collection(root, environ).answer(CARD, 3, NOW - DAY, None)
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(root, tmp_path / "elsewhere" / "cards")
    assert looked_at((tmp_path / "elsewhere" / "cards", environ)).found == ()


@pytest.mark.parametrize(("was", "now"), [("here", "private"), ("private", "here")])
@pytest.mark.parametrize("answered", [False, True], ids=["at once", "after an answer"])
def test_a_journal_left_behind(tmp_path: Path, was: str, now: str, answered: bool) -> None:
    """Events where `journal` pointed before are counted and told, by every command too; the command moves them."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")}, f'journal = "{was}"\n')
    open_collection(root, environ).answer(CARD, 3, NOW - DAY, None)
    open_collection(root, environ).answer(CARD, 3, NOW - DAY + MINUTE, None)
    (root / "srs.toml").write_text(f'journal = "{now}"\n')
    if answered:
        open_collection(root, environ).answer("two:answer", 3, NOW, None)
    finding = only(looked_at((root, environ)))
    what = "`journal/`" if was == "here" else "The private journal"
    assert finding.severity == "problem"
    assert finding.message == f'{what} holds 2 events that do not count, since `journal` is "{now}".'
    told = open_collection(root, environ).problems()
    assert [(each.code, each.severity) for each in told] == [("journal-elsewhere", "error")]
    assert told[0].message == f'{what} holds 1 file that does not count, since `journal` is "{now}".'
    follow(finding)
    findings = looked_at((root, environ))
    assert findings.problems == 0 and findings.counted.events == 2 + answered
    assert open_collection(root, environ).problems() == []
    assert open_collection(root, environ).state(CARD).reps == 2


def test_a_journal_that_counts_twice(tmp_path: Path) -> None:
    """A journal where it does not count that holds nothing else than ours is a note."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "here"\n')
    open_collection(root, environ).answer(CARD, 3, NOW - DAY, None)
    shutil.copytree(root / "journal", private_journal_folder(root, environ))
    assert (
        only(looked_at((root, environ))).message
        == "The private journal does not count, and holds nothing that ours has not."
    )


def follow(finding: Finding) -> None:
    """Do what the hint says, in a shell."""
    subprocess.run(finding.hint.splitlines()[0].partition(": ")[2], shell=True, check=True)
