"""Packages that somebody spoiled, by accident or on purpose: refused in words, in little time and memory."""

import json
import random
import resource
import sqlite3
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.errors import SrsError
from srs.importers.anki import database, media, tables
from srs.importers.anki.opening import opened
from srs.zstandard import zstd
from tests.importers.handmade import FORMS, LEGACY, NEW, OLD, TYPE, message, models, package, varint
from tests.support import times

every_form = pytest.mark.parametrize("form", FORMS)


def refusal(path: Path) -> str:
    """Why a package is not opened: message and hint, which must name the file and say something to do."""
    with pytest.raises(SrsError) as caught, opened(path):
        pass
    assert caught.value.message.startswith(f"{path}: ")
    assert "\n" not in caught.value.sentences
    return caught.value.message.removeprefix(f"{path}: ")


def sql(text: str) -> Callable[[sqlite3.Connection], object]:
    return lambda db: db.executescript(text)


def test_a_bomb_of_zip(tmp_path: Path) -> None:
    """A collection of a gigabyte of nothing in a megabyte is refused before it is unpacked."""
    path = tmp_path / "one.apkg"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(OLD, "w") as entry:
        for _ in range(256):
            entry.write(bytes(1 << 20))
    assert refusal(path) == "its collection would grow out of measure"


def test_a_bomb_of_zstd(tmp_path: Path) -> None:
    """Packed with Zstandard, where nothing says how large it will be, unpacking stops on the way."""
    bomb = zstd.ZstdCompressor()
    packed = b"".join([*(bomb.compress(bytes(1 << 20)) for _ in range(256)), bomb.flush()])
    path = package(tmp_path / "one.apkg", NEW, entries={NEW: packed})
    assert path.stat().st_size < 100_000
    assert refusal(path) == "its collection would grow out of measure"


def test_a_bomb_of_many_small_frames(tmp_path: Path) -> None:
    """A list of media that is a hundred thousand bombs one after the other is refused as well."""
    frame = zstd.compress(bytes(1 << 20))
    path = package(tmp_path / "one.apkg", NEW, entries={"media": frame * 1000})
    assert refusal(path) == "the list of media would grow out of measure"


def test_a_window_of_two_gigabytes(tmp_path: Path) -> None:
    """A frame that wants to look back further than anyone packs is refused, not given the memory."""
    window_log_31 = bytes([(31 - 10) << 3])
    frame = b"\x28\xb5\x2f\xfd" + b"\x00" + window_log_31 + b"\x01\x00\x00"
    assert refusal(package(tmp_path / "one.apkg", NEW, entries={NEW: frame})) == "its collection is damaged"


def test_a_frame_without_end(tmp_path: Path) -> None:
    """A collection whose packing breaks off is damaged."""
    whole = zstd.compress(bytes(10_000))
    assert refusal(package(tmp_path / "one.apkg", NEW, entries={NEW: whole[:-3]})) == "its collection is damaged"


def test_media_that_overlap(tmp_path: Path) -> None:
    """Files that would be a thousand times the package are refused by what the zip says of them."""
    block = zlib.compress(bytes(8 << 20))[2:-4]
    path = tmp_path / "one.apkg"
    package(path, LEGACY, entries={"media": json.dumps({str(n): f"{n}.png" for n in range(100)}).encode()})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("0")
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, bytes(8 << 20))
        for number in range(1, 100):
            other = zipfile.ZipInfo(str(number))
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits",
                         "create_version", "extract_version"):  # fmt: skip
                setattr(other, name, getattr(info, name))
            archive.filelist.append(other)
            archive.NameToInfo[other.filename] = other
    assert len(block) < 10_000
    assert refusal(path) == "its media would grow out of measure"


def test_a_directory_of_a_million_entries(tmp_path: Path) -> None:
    """A zip whose own list is larger than that of any collection is refused before the list is read."""
    path = tmp_path / "one.apkg"
    name = b"0" * 8
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
    count = (40 << 20) // len(entry + name)
    size = count * len(entry + name)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes((entry + name) * count + end64 + locator + end)
    began = time.monotonic()
    assert refusal(path) == "this is no package of Anki, or a part of it is missing"
    assert time.monotonic() - began < 5  # reading a list of 40 MiB takes more


def test_two_collections(tmp_path: Path) -> None:
    """An entry that is there twice could be one for us and another for Anki."""
    path = package(tmp_path / "one.apkg", LEGACY)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr(LEGACY, b"another")
    assert refusal(path) == f"`{LEGACY}` is in it twice"


def test_names_that_lead_elsewhere(tmp_path: Path) -> None:
    """An entry of the zip that names a path is never written anywhere."""
    path = package(tmp_path / "one.apkg", LEGACY, entries={"../../evil": b"x", "/tmp/evil": b"x"})
    with opened(path) as read:
        assert read.media == {}
    assert not list(tmp_path.parent.rglob("evil"))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing(tmp_path: Path, method: int) -> None:
    """What Anki never packs with is not unpacked: it may want any amount of memory."""
    path = package(tmp_path / "one.apkg", LEGACY)
    with zipfile.ZipFile(path) as archive:
        held = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    assert refusal(path) == "its meta entry is packed in a way that Anki does not use"


def test_an_encrypted_entry(tmp_path: Path) -> None:
    """A locked package is refused as such."""
    path = package(tmp_path / "one.apkg", OLD)
    data = path.read_bytes()
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(mark) + offset
        data = data[:at] + b"\1" + data[at + 1 :]
    path.write_bytes(data)
    assert refusal(path) == "its collection is encrypted"


@pytest.mark.parametrize("version", [0, 4, -1])
def test_a_form_that_is_not_known(tmp_path: Path, version: int) -> None:
    """A later form is refused with the advice to update."""
    path = package(tmp_path / "one.apkg", LEGACY, entries={"meta": message((1, version))})
    assert refusal(path) == f"it has form {version}, and this srs knows 1 to 3"


@pytest.mark.parametrize("meta", [b"\xff", b"\x0a\x01x", b"\x08"])
def test_a_meta_entry_that_is_no_message(tmp_path: Path, meta: bytes) -> None:
    """It cannot be understood."""
    assert (
        refusal(package(tmp_path / "one.apkg", LEGACY, entries={"meta": meta})) == "its meta entry cannot be understood"
    )


NAMES = {
    "../../evil.png": "its name would lead into another folder",
    "/etc/passwd": "its name would lead into another folder",
    "c:\\evil.png": "its name would lead into another folder",
    "..": "this is no name of a file",
    "": "this is no name of a file",
    "a\0b.png": "its name holds signs that no name of a file may hold",
    "a\nb.png": "its name holds signs that no name of a file may hold",
    ".git": "its name is one of a hidden file, which other programs may obey",
    "GIT~1": "its name is one of a hidden file, which other programs may obey",
    "x" * 256: "its name is too long",
}


@every_form
def test_media_names_that_no_file_may_have(tmp_path: Path, form: str) -> None:
    """They are left out, each with the reason, and the others are there."""
    files = {**dict.fromkeys(NAMES, b"x"), "good.png": b"good"}
    with opened(package(tmp_path / "one.apkg", form, media=files)) as read:
        assert read.media == {"good.png": 4}
        assert read.media_left_out == NAMES
        assert read.open_media("good.png").read() == b"good"


@every_form
def test_two_files_of_one_name(tmp_path: Path, form: str) -> None:
    """Names that are one in NFC would be one file: the first is taken, the second one said."""
    files = {"\u00e4.png": b"one", "a\u0308.png": b"another"}
    with opened(package(tmp_path / "one.apkg", form, media=files)) as read:
        assert read.media == {"\u00e4.png": 3}
        assert list(read.media_left_out) == ["\u00e4.png"]


@every_form
def test_media_without_bytes(tmp_path: Path, form: str) -> None:
    """A file that is only listed is left out with the reason."""
    with opened(package(tmp_path / "one.apkg", form, media={"a": b"1", "b": b"2"}, entries={"0": None})) as read:
        assert (read.media, read.media_left_out) == ({"b": 1}, {"a": "the package does not hold it"})


def test_media_that_is_not_what_was_listed(tmp_path: Path) -> None:
    """Another size or another sum is refused when the file is opened, a bomb before it is unpacked."""
    for number, content in enumerate((b"54321", b"123456", b"1234", bytes(100 << 20))):
        path = tmp_path / f"{number}.apkg"
        package(path, NEW, media={"a": b"12345"}, entries={"0": zstd.compress(content)})
        with opened(path) as read, pytest.raises(SrsError, match=r"^.*apkg: the file `a` (is not what|would grow)"):
            read.open_media("a")


@pytest.mark.parametrize("entry", [b"", b"\xff\xff\xff", zstd.compress(b"12345")[:-4]])
def test_media_that_is_not_packed(tmp_path: Path, entry: bytes) -> None:
    """A file that is no Zstandard is damaged."""
    path = package(tmp_path / "one.apkg", NEW, media={"a": b"12345"}, entries={"0": entry})
    with opened(path) as read, pytest.raises(SrsError, match="the file `a` is"):
        read.open_media("a")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[]",
        b'"text"',
        b'{"0": 5}',
        b'{"0": ["a"]}',
        b"[" * 100_000,
        b'{"0": ' * 100_000,
        b"9" * 10_000,
    ],
    ids=range(8),
)
def test_a_list_of_media_that_is_none(tmp_path: Path, data: bytes) -> None:
    """What is no JSON object of names is refused, however deep."""
    path = package(tmp_path / "one.apkg", LEGACY, entries={"media": data})
    assert refusal(path) == "the list of media cannot be understood"


@pytest.mark.parametrize(
    "data",
    [b"\x0a\x05abc", message((1, 5)), message((1, b"\xff")), message((1, message((1, b"\xff")))),
     message((1, message((1, "a"), (3, b"short")))), message((1, message((1, "a"), (2, -5))))],
)  # fmt: skip
def test_a_packed_list_of_media_that_is_none(tmp_path: Path, data: bytes) -> None:
    """What is no message, or has fields of other kinds, is refused."""
    path = package(tmp_path / "one.apkg", NEW, media={"a": b""}, entries={"media": zstd.compress(data)})
    assert refusal(path) == "the list of media cannot be understood"


def test_odd_names_of_entries(tmp_path: Path) -> None:
    """A list that names the collection itself, or an entry that is no number, has no file there."""
    listed = json.dumps({LEGACY: "collection.txt", "\u0661": "arabic one", "media": "m"}).encode()
    with opened(package(tmp_path / "one.apkg", LEGACY, entries={"media": listed, "\u0661": b"x"})) as read:
        assert read.media == {}
        assert set(read.media_left_out.values()) == {"the package does not hold it"}


@pytest.mark.parametrize("form", [LEGACY, NEW])
def test_more_media_than_anybody_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Reading the list ends where the count is over."""
    monkeypatch.setattr(media, "MOST_FILES", 2)
    path = package(tmp_path / "one.apkg", form, media=dict.fromkeys("abc", b""))
    assert refusal(path) == "the list of media has more than 2 entries"


_SHADOW = "alter table {0} rename to real_{0}; create view {0} as select * from real_{0};"


@every_form
@pytest.mark.parametrize("table", ["notes", "cards", "revlog", "col"])
def test_views(tmp_path: Path, form: str, table: str) -> None:
    """A view in place of a table could compute for ever."""
    path = package(tmp_path / "one.apkg", form, sql(_SHADOW.format(table)))
    assert refusal(path) == f"its database holds a view `{table}`, and those of Anki hold none"


@every_form
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("create trigger boom after insert on notes begin delete from notes; end", "trigger `boom`"),
        ("create view harmless as select 1", "view `harmless`"),
        ("create virtual table search using fts5(flds)", "virtual table `search`"),
        ("  CREATE  VIRTUAL\ntable r using rtree(id, a, b)", "virtual table `r`"),
    ],
)
def test_what_runs_by_being_there(tmp_path: Path, form: str, statement: str, what: str) -> None:
    """Triggers, views and virtual tables are refused wherever they are."""
    path = package(tmp_path / "one.apkg", form, sql(statement))
    assert refusal(path) == f"its database holds a {what}, and those of Anki hold none"


@every_form
def test_generated_columns(tmp_path: Path, form: str) -> None:
    """A column that is computed is refused under a name that is read."""
    change = sql("alter table notes add column big text as (hex(zeroblob(10000000)))")
    assert refusal(package(tmp_path / "one.apkg", form, change)) == (
        "its table notes has a generated column `big`, and those of Anki have none"
    )


def test_checks_are_not_run(tmp_path: Path) -> None:
    """A constraint of the file's own is an expression of the file's own; looking at pages must not compute it."""
    change = sql(
        "pragma ignore_check_constraints = on; create table t (x check (x > 1)); insert into t values (0);"
        "alter table notes add column y check (length(hex(zeroblob(900000000))) > 0)"
    )
    with opened(package(tmp_path / "one.apkg", LEGACY, change)) as read:
        assert len(read.notes) == 1


def test_indexes_on_expressions(tmp_path: Path) -> None:
    """An index that says something else than its table is not asked."""
    change = sql("create index liar on notes (id, guid, mid, mod, tags, flds, abs(id)); analyze;")
    with opened(package(tmp_path / "one.apkg", LEGACY, change)) as read:
        assert len(read.notes) == 1


@every_form
@pytest.mark.parametrize("table", ["notes", "cards", "revlog", "col"])
def test_tables_that_are_missing(tmp_path: Path, form: str, table: str) -> None:
    """A database without them is none of Anki's."""
    assert f"its table {table} has no column" in refusal(
        package(tmp_path / "one.apkg", form, sql(f"drop table {table}"))
    )


def test_a_missing_column(tmp_path: Path) -> None:
    """It is named."""
    change = sql("alter table cards rename column odue to other")
    assert refusal(package(tmp_path / "one.apkg", LEGACY, change)) == "its table cards has no column odue"


@pytest.mark.parametrize("count", [0, 2])
def test_settings_that_are_not_one_row(tmp_path: Path, count: int) -> None:
    """The table `col` has one row in all databases of Anki."""
    change = sql("delete from col" if not count else "insert into col select 2, 0,0,0,0,0,0,0,'','','','','' from col")
    assert refusal(package(tmp_path / "one.apkg", LEGACY, change)) == "its database is none of Anki's"


@pytest.mark.parametrize("version", [10, 17, 19])
def test_another_version_of_the_database(tmp_path: Path, version: int) -> None:
    """It is named, with those that are known."""
    change = sql(f"update col set ver = {version}")
    assert refusal(package(tmp_path / "one.apkg", NEW, change)) == (
        f"its database has version {version}, and this srs knows 11 and 18"
    )


def test_more_tables_than_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at what there is ends somewhere."""
    monkeypatch.setattr(database, "_MOST_OBJECTS", 6)
    path = package(tmp_path / "one.apkg", LEGACY)
    assert refusal(path) == "its database has more than 6 tables and indexes"


def test_a_schema_that_is_no_sql(tmp_path: Path) -> None:
    """A list of tables that was written by hand is damage."""
    change = sql(
        "pragma writable_schema = on; update sqlite_master set sql = 'create table notes (' where name = 'notes'"
    )
    assert refusal(package(tmp_path / "one.apkg", LEGACY, change)) == "its database is damaged"


def test_pages_that_go_in_circles(tmp_path: Path) -> None:
    """A tree whose branches meet again would be read exponentially often; it is damage."""

    def tangle(db: sqlite3.Connection) -> None:
        for number in range(3000):
            db.execute("insert into revlog values (?, 3333, -1, 3, 10, 10, 2500, 4000, 1)", (number,))

    from tests.importers import handmade

    data = bytearray(handmade.database(tmp_path / "x.db", LEGACY, tangle))
    size = int.from_bytes(data[16:18], "big")
    inner = [at for at in range(size, len(data), size) if data[at] == 5]  # inner pages of tables
    assert inner
    for at in inner:
        cells = int.from_bytes(data[at + 3 : at + 5], "big")
        first = int.from_bytes(data[at + 12 : at + 14], "big")
        for number in range(cells):
            cell = int.from_bytes(data[at + 12 + 2 * number : at + 14 + 2 * number], "big")
            data[at + cell : at + cell + 4] = data[at + first : at + first + 4]
    assert refusal(package(tmp_path / "one.apkg", LEGACY, entries={LEGACY: bytes(data)})) == "its database is damaged"


def test_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever SQLite is busy with, the clock ends it."""
    monkeypatch.setattr(database, "_STEPS_BETWEEN_LOOKS", 1)
    from tests.importers import handmade

    path = tmp_path / "x.db"
    path.write_bytes(handmade.database(tmp_path / "y.db", LEGACY))
    with pytest.raises(SrsError, match="takes longer than"), database.open_database(path, ("notes",), seconds=-1):
        pass


def test_nothing_but_reading_is_permitted(tmp_path: Path) -> None:
    """The connection refuses to write, to attach, to look at other tables and to call functions."""
    from tests.importers import handmade

    path = tmp_path / "x.db"
    path.write_bytes(handmade.database(tmp_path / "y.db", LEGACY))
    with database.open_database(path, ("notes",)) as opened_database:
        db = opened_database._db
        for statement in (
            "delete from notes",
            "create table x (y)",
            "create temp table x (y)",
            "attach ':memory:' as other",
            "select * from cards",
            "select hex(zeroblob(5)) from notes",
            "pragma trusted_schema = on",
            "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n",
            "select load_extension('x')",
        ):
            with pytest.raises(sqlite3.Error):
                db.execute(statement).fetchall()
        assert db.execute("select id from notes").fetchall() == [(handmade.NOTE,)]


CELLS = [
    ("update notes set flds = 'only one'", "its note 2222 has 1 field where its note type has 2"),
    ("update notes set flds = 'a\x1fb\x1fc'", "its note 2222 has 3 fields where its note type has 2"),
    ("update notes set flds = x'ff1f00'", "a note cannot be understood"),
    ("update notes set flds = cast(x'ff1f41' as text)", "its database is damaged"),
    ("update notes set mid = 5", "its note 2222 has a note type that is not there"),
    ("update notes set mid = 'text'", "a note cannot be understood"),
    ("update notes set guid = x'00'", "a note cannot be understood"),
    ("update notes set mod = 9e999", "a note cannot be understood"),
    ("update cards set nid = 5", "its card 3333 belongs to a note that is not there"),
    ("update cards set due = 'soon'", "a card cannot be understood"),
    ("update cards set due = 1e300", "a card cannot be understood"),
    ("update cards set type = 4", "a card cannot be understood"),
    ("update cards set queue = -4", "a card cannot be understood"),
    ("update cards set data = x'00'", "a card cannot be understood"),
    ("update revlog set ease = 'good'", "a review cannot be understood"),
    ("update revlog set time = x''", "a review cannot be understood"),
    ("update col set crt = 253402300800", "its creation time or version cannot be understood"),
    ("update col set crt = 'then'", "its creation time or version cannot be understood"),
]


@every_form
@pytest.mark.parametrize(("change", "message"), CELLS)
def test_cells_of_the_wrong_kind(tmp_path: Path, form: str, change: str, message: str) -> None:
    """They end the reading: nobody knows what they should have been."""
    assert refusal(package(tmp_path / "one.apkg", form, sql(change))) == message


@every_form
def test_reviews_that_cannot_be(tmp_path: Path, form: str) -> None:
    """A time that no calendar has, or an answer that Anki has no button for, is counted and not taken."""
    rows = ("(0, 1, 0, 3, 0,0,0,0,0)", "(253402300800000, 1, 0, 3, 0,0,0,0,0)", "(5, 1, 0, 5, 0,0,0,0,0)")
    change = sql(f"insert into revlog values {', '.join(rows)}")
    with opened(package(tmp_path / "one.apkg", form, change)) as read:
        assert len(read.reviews) == 1
        assert read.remarks == ("3 reviews with a time or an answer that there is not: not taken.",)


def test_a_database_in_wal_mode(tmp_path: Path) -> None:
    """One that was copied while a program had it open is read without its log."""
    change = sql("pragma journal_mode = wal")
    with opened(package(tmp_path / "one.apkg", LEGACY, change)) as read:
        assert len(read.notes) == 1


@every_form
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("notes", "its notes have one id twice: 2222"),
        ("cards", "its cards have one id twice: 3333"),
        ("revlog", "its reviews have one id twice"),
    ],
)
def test_ids_twice(tmp_path: Path, form: str, table: str, message: str) -> None:
    """A table whose id is no key can hold a row twice, or another row of the same id."""
    change = sql(
        f"create table copy as select * from {table}; insert into copy select * from {table};"
        f"drop table {table}; alter table copy rename to {table};"
    )
    assert refusal(package(tmp_path / "one.apkg", form, change)) == message


@every_form
def test_a_million_tags(tmp_path: Path, form: str) -> None:
    """A note with more tags than anybody gives one is refused."""
    tags = " ".join(f"t{number}" for number in range(1_000_000))
    path = package(tmp_path / "one.apkg", form, lambda db: db.execute("update notes set tags = ?", (tags,)))
    assert refusal(path) == "its note 2222 has more than 10,000 tags"


@pytest.mark.parametrize(
    ("limit", "noun"), [("MOST_NOTES", "notes"), ("MOST_CARDS", "cards"), ("MOST_REVIEWS", "reviews")]
)
def test_more_rows_than_anybody_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, noun: str) -> None:
    """Reading ends where the count is over."""
    monkeypatch.setattr(tables, limit, 0)
    assert refusal(package(tmp_path / "one.apkg", LEGACY)) == f"it has more than 0 {noun}"


@pytest.mark.parametrize("limit", ["MOST_TEXT", "MOST_TAGS", "MOST_FIELDS"])
def test_more_text_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """Reading ends where the sum is over."""
    monkeypatch.setattr(tables, limit, 1)
    path = package(tmp_path / "one.apkg", LEGACY)
    assert refusal(path) == "its notes hold more text, tags or fields than fit into memory"


def test_a_cell_larger_than_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite itself refuses to load it."""
    monkeypatch.setitem(database._LIMITS, sqlite3.SQLITE_LIMIT_LENGTH, 50_000)
    change = sql("update notes set flds = 'a' || char(31) || hex(zeroblob(50000))")
    assert refusal(package(tmp_path / "one.apkg", OLD, change)) == "its database holds a row of more than 64 MiB"


def spoiled(**changes: object) -> str:
    """The JSON of the note type with some keys replaced."""
    return json.dumps({str(TYPE): {**models()[str(TYPE)], **changes}})


MODELS = [
    ("", "its note types cannot be understood"),
    ("[]", "its note types cannot be understood"),
    ("[" * 100_000, "its note types cannot be understood"),
    ('{"1": ' * 100_000, "its note types cannot be understood"),
    ('{"1": NaN}', "its note types cannot be understood"),
    ('{"1": ' + "9" * 5000 + "}", "its note types cannot be understood"),
    ('{"1": 5}', "its note types cannot be understood"),
    ('{"x": {}}', "its note types cannot be understood"),
    ("{" + ", ".join(f'"{n}": 0' for n in range(10_001)) + "}", "its note types are more than 10,000"),
    ("[" + "0," * 4_000_000 + "0]", "its note types hold more than 4,000,000 values"),
    (spoiled(name=5), "`name` of a note type or deck cannot be understood"),
    (spoiled(name="\ud800"), "`name` of a note type or deck cannot be understood"),
    (spoiled(css=[]), "`css` of a note type or deck cannot be understood"),
    (spoiled(sortf="first"), "`sortf` of a note type or deck cannot be understood"),
    (spoiled(mod=1e300), "`mod` of a note type or deck cannot be understood"),
    (spoiled(id=1 << 64), "its note types cannot be understood"),
    (spoiled(flds={}), "the fields of the note type `Pair` cannot be understood"),
    (spoiled(flds=[5]), "`ord` of a note type or deck cannot be understood"),
    (spoiled(flds=[{"name": "x"}] * 1001), "the fields of the note type `Pair` are more than 1,000"),
    (spoiled(flds=[]), "the note type `Pair`, which has no fields or no templates, cannot be understood"),
    (spoiled(tmpls=[]), "the note type `Pair`, which has no fields or no templates, cannot be understood"),
    (spoiled(tmpls=[{"name": "x", "qfmt": 5}]), "`qfmt` of a note type or deck cannot be understood"),
    ("{}", "its note 2222 has a note type that is not there"),
]


@pytest.mark.parametrize(("held", "message"), MODELS, ids=range(len(MODELS)))
def test_note_types_that_are_none(tmp_path: Path, held: str, message: str) -> None:
    """JSON of any other shape is refused."""
    path = package(tmp_path / "one.apkg", LEGACY, lambda db: db.execute("update col set models = ?", (held,)))
    assert refusal(path) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("update notetypes set config = x'0a'", "the note type `Pair` cannot be understood"),
        ("update notetypes set config = x'1a01ff'", "the note type `Pair` cannot be understood"),
        ("update notetypes set config = 'text'", "a note type cannot be understood"),
        ("update notetypes set name = x'00'", "a note type cannot be understood"),
        ("update fields set config = x'ff'", "a field of a note type cannot be understood"),
        ("update templates set config = x'0801'", "a template of a note type cannot be understood"),
        ("update decks set kind = x'ff'", "a deck cannot be understood"),
        ("update decks set kind = x'0a01ff'", "a deck cannot be understood"),
        ("update config set val = x'ff'", "its settings cannot be understood"),
        ("update config set val = 5", "its settings cannot be understood"),
        ("delete from fields", "the note type `Pair`, which has no fields or no templates, cannot be understood"),
        ("delete from templates", "the note type `Pair`, which has no fields or no templates, cannot be understood"),
        ("delete from notetypes", "its note 2222 has a note type that is not there"),
        ("drop table config", "its table config has no column key"),
    ],
)
def test_messages_that_are_none(tmp_path: Path, change: str, message: str) -> None:
    """A row whose message cannot be read is refused."""
    assert refusal(package(tmp_path / "one.apkg", NEW, sql(change))) == message


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A package of each form, with media."""
    folder = tmp_path_factory.mktemp("samples")
    files = {"a.png": bytes(range(256)), "b.txt": b"text"}
    return [package(folder / f"{form}.colpkg", form, media=files) for form in FORMS]


def try_to_read(path: Path) -> None:
    """Open it and read all media. SrsError is all that may be raised."""
    try:
        with opened(path) as read:
            for name in read.media:
                try:
                    read.open_media(name).close()
                except SrsError:
                    pass
            for card in read.cards:
                assert card.deck in read.decks
    except SrsError as error:
        assert error.sentences


def test_bytes_changed_by_chance(samples: list[Path], tmp_path: Path) -> None:
    """A package with some bytes changed is read or refused."""
    chance = random.Random(5)
    path = tmp_path / "spoiled.colpkg"
    for sample in samples:
        data = sample.read_bytes()
        for _ in range(times(100)):
            spoiled_data = bytearray(data)
            for _ in range(chance.choice((1, 1, 3, 20))):
                spoiled_data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(spoiled_data)
            try_to_read(path)


def test_the_end_missing(samples: list[Path], tmp_path: Path) -> None:
    """A package that was not copied whole is refused."""
    chance = random.Random(6)
    path = tmp_path / "spoiled.colpkg"
    for sample in samples:
        data = sample.read_bytes()
        for _ in range(times(20)):
            path.write_bytes(data[: chance.randrange(len(data))])
            with pytest.raises(SrsError), opened(path):
                pass


@pytest.mark.parametrize("form", [LEGACY, NEW])
def test_databases_changed_by_chance(form: str, tmp_path: Path) -> None:
    """A zip that is whole around a database with some bytes changed is read or refused."""
    from tests.importers import handmade

    chance = random.Random(7)
    data = handmade.database(tmp_path / "x.db", form)
    path = tmp_path / "spoiled.colpkg"
    for _ in range(times(150)):
        spoiled_data = bytearray(data)
        for _ in range(chance.choice((1, 2, 5, 50))):
            spoiled_data[chance.randrange(len(data))] = chance.randrange(256)
        stored = zstd.compress(spoiled_data) if form == NEW else bytes(spoiled_data)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("meta", b"\x08" + varint(FORMS.index(form) + 1))
            archive.writestr(form, stored)
        try_to_read(path)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("id", "name", "flds", "tmpls", "ord", "type", "css", "qfmt", "did", "1", "2")),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(("1", "2", "1111", "x")), _json, max_size=3), _json, _json)
def test_any_json(types: dict[str, object], decks: object, settings: object) -> None:
    """Settings of any shape are understood or refused."""
    from srs.importers.anki.schema11 import head_of

    try:
        head_of(0, json.dumps(settings), json.dumps(types), json.dumps(decks))
    except SrsError:
        pass


def test_memory_of_the_bombs(tmp_path: Path) -> None:
    """Refusing a bomb takes no more memory than a small package does, some 32 MiB pieces aside."""
    bomb = zstd.compress(bytes(256 << 20))
    path = package(tmp_path / "one.apkg", NEW, entries={NEW: bomb})
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from srs.importers.anki.opening import opened\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "try:\n with opened(Path(sys.argv[1])): pass\nexcept Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert done.stdout == f"{path}: its collection would grow out of measure\n"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
