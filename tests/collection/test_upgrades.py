import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from srs.collection import upgrades
from srs.collection.collection import Collection
from srs.collection.index import VERSION, open_index
from srs.collection.locations import index_file
from srs.upkeep.compare import compare_indexes
from tests.collection.freeze import FROZEN, TEXT, frozen
from tests.support import environ_of

KEPT = sorted(int(path.stem.partition("-")[2]) for path in FROZEN.glob("index-*.sql"))
FORMER = VERSION - 1


class Place:
    """The collection of format 1 with the index that `version` wrote of it, and what a watch was told."""

    def __init__(self, folder: Path, version: int, sql: str = "") -> None:
        self.root, self.folder, self.told = folder / "cards", folder, list[str]()
        shutil.copytree(TEXT, self.root)
        self.environ = environ_of(folder, "mira-3f9a")
        self.index = index_file(self.root, self.environ)
        self.index.parent.mkdir(parents=True)
        with closing(sqlite3.connect(self.index)) as db:
            db.executescript(frozen(version).read_text("utf-8"))
            db.executescript(f"pragma journal_mode = wal; {sql}")
            for path, kind in db.execute("select path, kind from file").fetchall():
                seen = (self.root / ("journal" if kind == "journal" else "") / path).stat()
                values = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, path)
                db.execute("update file set size = ?, mtime = ?, ctime = ?, inode = ? where path = ?", values)
            db.commit()
        self.inode = self.index.stat().st_ino

    def open(self) -> sqlite3.Connection:
        return Collection.open(self.root, self.environ, True, self.tell).db

    def tell(self, what: str, done: int, total: int | None) -> None:
        self.told += [] if done == total else [what]

    def brought_up(self) -> bool:
        """Whether the file is still the one that the former version wrote, and has this version now."""
        with closing(sqlite3.connect(self.index)) as db:
            return self.index.stat().st_ino == self.inode and version_of(db) == VERSION

    def differences(self) -> list[str]:
        """Where the index is not what another device makes of the same text."""
        with closing(self.open()) as db:
            anew = Collection.open(self.root, environ_of(self.folder, "nova-0001"), True).db
            with closing(anew):
                return compare_indexes(db, anew) + sorted(map(str, schema(db) ^ schema(anew)))


def version_of(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma user_version").fetchone()[0])


def schema(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """The names of all that there is, with their text without its spaces."""
    return {
        (name, "".join(sql.split())) for name, sql in db.execute("select name, coalesce(sql, '') from sqlite_schema")
    }


def test_each_version_has_a_step_and_is_kept() -> None:
    """Whoever raises VERSION writes the step from the former one, and freezes an index of the new one."""
    assert sorted(upgrades.STEPS) == list(range(VERSION - len(upgrades.STEPS), VERSION))
    assert set(KEPT) >= {*upgrades.STEPS, VERSION}


@pytest.mark.parametrize("version", KEPT)
def test_every_version_comes_to_the_same(tmp_path: Path, version: int) -> None:
    """An index of any version is, once it was opened, row by row what this version makes of the text.

    That of this one fails where schema.sql, or what is put in the tables, changed without another VERSION.
    """
    assert Place(tmp_path, version).differences() == []


@pytest.mark.parametrize("version", sorted({*upgrades.STEPS, VERSION}))
def test_a_known_step_reads_nothing_again(tmp_path: Path, version: int) -> None:
    """An index from which there is a step is brought up in its place, and no line of text is read.

    Nor is a state folded: what a new setting adds to the fingerprint of a plan would fold a million answers again.
    """
    place = Place(tmp_path, version)
    place.open().close()
    assert (place.brought_up(), place.told) == (True, [])


def test_an_older_version_is_made_anew(tmp_path: Path) -> None:
    """An index from which there is no step is made anew, and whoever waits is told."""
    place = Place(tmp_path, min(upgrades.STEPS) - 1)
    place.open().close()
    assert not place.brought_up()
    assert {"Reading decks", "Reading the journal"} <= {*place.told}


def test_what_only_the_index_knows_stays(tmp_path: Path) -> None:
    """Which notes were edited is in no text, and outlives another version."""
    place = Place(tmp_path, FORMER, "insert into edited values ('basic', 5)")
    with closing(place.open()) as db:
        assert db.execute("select * from edited").fetchall() == [("basic", 5)]


@pytest.mark.parametrize(
    "sql",
    [
        "drop table state",
        "create table later (x)",
        "alter table note drop column line",
        "alter table card rename column ord to place",
        "drop table gone; create table gone (card text primary key, at integer) strict, without rowid",
    ],
)
def test_an_index_that_is_another_one_is_made_anew(tmp_path: Path, sql: str) -> None:
    """An index with tables that its version never had is not taken for one."""
    place = Place(tmp_path, FORMER, sql)
    place.open().close()
    assert not place.brought_up()
    assert place.differences() == []


def test_indexes_follow_the_schema(tmp_path: Path) -> None:
    """An index of a table that is missing, superfluous or another one is put right by any step."""
    sql = "drop index note_draft; create index more on card (ord); drop index card_by_deck;"
    place = Place(tmp_path, FORMER, f"{sql} create index card_by_deck on card (deck)")
    place.open().close()
    assert place.brought_up()
    assert place.differences() == []


def test_a_column_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step may add the last column of a table, and its text differs in nothing but spaces."""
    step = ["alter table gone drop column at", "alter table gone add column at integer"]
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(
            "create table gone (card text primary key, at integer\n) strict; create index old on gone (at)"
        )
        monkeypatch.setattr(upgrades, "STEPS", {1: ["drop index old", *step]})
        upgrades.upgrade(db, 1, 2, ["create table gone (\n  card text primary key,\n  at integer\n) strict"])
        assert version_of(db) == 2


READ_AGAIN = {
    "Reading decks": "update file set checksum = -2, ctime = -1 where kind = 'deck'",
    "Working out memories": "update meta set value = '' where key = 'settled for'",
}


@pytest.mark.parametrize("what", READ_AGAIN)
def test_a_step_may_have_the_text_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """The statements that STEPS names have decks read or states folded again, and nothing else."""
    monkeypatch.setattr(upgrades, "STEPS", {FORMER: [READ_AGAIN[what]]})
    assert READ_AGAIN[what] in Path(upgrades.__file__).read_text("utf-8").replace("\n", " ")
    place = Place(tmp_path, FORMER, "update state set reps = 99; update note set line = 99")
    place.open().close()
    assert (place.brought_up(), READ_AGAIN.keys() & {*place.told}) == (True, {what})
    wrong = " ".join(place.differences())
    assert ("line is 99" in wrong, "reps is 99" in wrong) == (what != "Reading decks", what == "Reading decks")


def test_a_kill_in_the_middle(tmp_path: Path) -> None:
    """A program that dies while it brings an index up leaves the former version's, whole; the next one does it."""
    place = Place(tmp_path, 7)
    script = (
        "import os; from pathlib import Path; from srs.collection import index, upgrades;"
        "done = upgrades.upgrade;"
        "upgrades.upgrade = lambda *a: (done(*a), os._exit(9));"
        f"index.open_index(Path({str(place.index)!r}))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    with closing(sqlite3.connect(place.index)) as db:
        assert version_of(db) == 7
        assert not db.execute("select 1 from sqlite_schema where name = 'event_overruled'").fetchone()
    place.open().close()
    assert (place.brought_up(), place.told) == (True, [])


def test_an_index_that_a_former_program_uses(tmp_path: Path) -> None:
    """Where a program of the former version has the index open, a new one is made beside it, and both go on."""
    place = Place(tmp_path, FORMER)
    with closing(sqlite3.connect(place.index, isolation_level=None)) as former:
        former.execute("select * from meta").fetchall()
        assert place.differences() == []
        assert not place.brought_up()
        former.execute("update state set reps = 99")
        assert version_of(former) == FORMER
    assert place.differences() == []


def test_two_programs_at_once(tmp_path: Path) -> None:
    """Programs of the new version that open a former index together bring it up once, and none makes it anew."""
    place = Place(tmp_path, FORMER)
    script = (
        "from pathlib import Path; from srs.collection.index import open_index;"
        f"open_index(Path({str(place.index)!r})); input()"
    )
    programs = [subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) for _ in range(3)]
    for program in programs:
        program.communicate(b"\n")
    assert [program.returncode for program in programs] == [0, 0, 0]
    assert place.brought_up()


def test_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full while an index is brought up, the former one stays."""
    place = Place(tmp_path, FORMER)
    monkeypatch.setattr(upgrades, "upgrade", refused)
    with pytest.raises(sqlite3.OperationalError):
        open_index(place.index)
    monkeypatch.undo()
    place.open().close()
    assert (place.brought_up(), place.told) == (True, [])


def refused(db: sqlite3.Connection, *_: object) -> None:
    """As `upgrade`, on a disk without room."""
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count = {pages}")
    db.execute("create table much as select zeroblob(1000000)")
