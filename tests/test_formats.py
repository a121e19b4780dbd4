"""Formats of our files: each version is read for ever, a newer one is refused with words.

`data/formats/N` holds a collection, a backup, and what srs said of them when format N was new. None of these files is
ever changed: a test that fails here is mended in the product.
"""

import hashlib
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from srs.cards.builtin import builtin_types
from srs.cards.schema import deck_schema
from srs.cards.typefile import read_notetype
from srs.collection import index
from srs.collection.starter import make_collection as init
from srs.memory import events as ev
from srs.upkeep import archive
from tests.cli.helpers import Srs, Warm

FORMATS = Path(__file__).parent / "data" / "formats"
ONE = FORMATS / "1"
WRITTEN = "2026-12-15T09:00:00Z"


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def srs(tmp_path: Path, warm: Warm) -> Srs:
    """A home with a copy of the collection of format 1, at the time at which its answers were written down."""
    shutil.copytree(ONE / "collection", tmp_path / "cards")
    command = Srs(tmp_path, warm)
    command.env["SRS_NOW"] = WRITTEN
    return command


def expected(name: str) -> Any:
    return json.loads((ONE / "expected" / f"{name}.json").read_text("utf-8"))


def same(found: Any, frozen: Any, at: str = "") -> list[str]:
    """Where `found` says anything else than `frozen`. Keys that came later may be there."""
    if isinstance(frozen, dict):
        if not isinstance(found, dict) or frozen.keys() - found.keys():
            return [f"{at}: {found}"]
        return [wrong for key in frozen for wrong in same(found[key], frozen[key], f"{at}/{key}")]
    if isinstance(frozen, list):
        if not isinstance(found, list) or len(found) != len(frozen):
            return [f"{at}: {found}"]
        pairs = enumerate(zip(found, frozen, strict=True))
        return [wrong for number, pair in pairs for wrong in same(*pair, f"{at}/{number}")]
    if at.endswith(("/front", "/back")):  # how the sides are laid out is no part of a format
        found, frozen = re.findall(r"\w+", found), re.findall(r"\w+", frozen)
    equal = found == pytest.approx(frozen, rel=1e-9) if isinstance(frozen, float) else found == frozen
    return [] if equal else [f"{at}: {found!r}, not {frozen!r}"]


def test_no_file_of_format_1_is_changed() -> None:
    """The frozen files have the bytes they always had, and there are no others."""
    sums = (ONE / "SHA256SUMS").read_bytes()
    assert hashlib.sha256(sums).hexdigest() == "8ad4350559a6b2f5fce2642881cec7bce15671a5360cf5f5a71c184d7704bbca"
    there = sorted(path for path in ONE.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ONE).as_posix()}\n" for path in there]
    assert "".join(lines) == sums.decode()


@pytest.mark.parametrize("command", ["list", "status"])
def test_format_1_is_read_as_ever(srs: Srs, command: str) -> None:
    """Decks, note types, settings and journals of format 1 come to the same cards, states and numbers as when new."""
    assert same(srs.json(command), expected(command)) == []


def test_sides_and_events_of_format_1(srs: Srs) -> None:
    """Cards of format 1 say the same on both sides, and their events are shown as they were written."""
    shown = {card: srs.json("show", card) for card in expected("show")}
    assert same(shown, expected("show")) == []


def test_problems_of_format_1(srs: Srs) -> None:
    """No later version finds other things wrong with these files than a bad line and an unverified quote."""
    assert same(srs("check", "--json").json, expected("check")) == []


def test_every_kind_of_event_is_in_format_1() -> None:
    """The frozen journals hold every kind of event that there was then; what came since is safe to ignore."""
    lines = [line for path in (ONE / "collection/journal").iterdir() for line in path.read_bytes().splitlines()]
    kinds = {type(ev.decode(line)) for line in lines}
    assert kinds == {*ev._KINDS, ev.Header, ev.Bad, ev.Unknown} - {ev.Import}
    decoded = [event for line in lines if isinstance(event := ev.decode(line), tuple(ev._KINDS))]
    written = [line for line in lines if isinstance(ev.decode(line), tuple(ev._KINDS)) and b'"colour"' not in line]
    assert [ev.encode(event) for event in decoded if ev.encode(event) in written] == written
    assert any(ev.because_of(event) for event in decoded if not isinstance(event, ev.Suspend))


def test_a_backup_of_format_1_is_restored(srs: Srs) -> None:
    """The frozen backup restores, with its private journal and a file whose name no archive could hold."""
    new = srs.home / "new"
    done = srs("restore", str(ONE / "backup.srs.zip"), str(new))
    assert done.code == 0
    assert done.err == "Not in the backup: decks/gone.yaml, a link that leads nowhere.\n"
    assert same(srs.json("list", "-C", str(new)), expected("backup-list")) == []
    assert (new / "media" / "a\\b: \x01.png").read_bytes() == b"an odd name"


def test_a_deck_of_a_later_format_is_left_out(srs: Srs) -> None:
    """A later deck gives one error, at its `format:`, whatever else is in it, and a word on what others need of it."""
    events = srs.json("show", "basic:answer")["events"]
    path = srs.root / "decks/types.yaml"
    path.write_text(path.read_text().replace("format: 1", "format: 2") + "\nholograms: {new: key}\n")
    found = [row for row in srs("check", "--json").json["problems"] if row["path"] == "decks/types.yaml"]
    assert [(row["line"], row["column"], row["severity"], row["code"]) for row in found] == [
        (2, 9, "error", "newer-format"),
        (2, 9, "warning", "unknown-need"),
    ]
    assert found[0]["message"] == "This file is written in format 2, and this srs reads format 1."
    assert found[0]["hint"].startswith("Update srs")
    assert "basic:answer" not in [card["id"] for card in srs.json("list")]
    path.write_bytes((ONE / "collection/decks/types.yaml").read_bytes())
    assert srs.json("show", "basic:answer")["events"] == events


def test_a_note_type_of_a_later_format_is_left_out(srs: Srs) -> None:
    """A later note type gives a problem at its `format:`, and its notes have no type."""
    path = srs.root / "notetypes/recipe.yaml"
    path.write_text(path.read_text().replace("format: 1", "format: 12") + "holograms: x\n")
    problems = srs("check", "--json").json["problems"]
    found = [(row["line"], row["column"], row["code"]) for row in problems if row["path"] == "notetypes/recipe.yaml"]
    assert found == [(1, 9, "newer-format")]


@pytest.mark.parametrize("value", ["0", "one", "[1]", "''", "1.0"])
def test_what_is_no_format_is_told(value: str) -> None:
    """A `format:` that is no number of a format is a problem of its own kind, in note types as in decks."""
    text = f"format: {value}\n" + (ONE / "collection/notetypes/sentence.yaml").read_text()
    found, problems = read_notetype("notetypes/x.yaml", text.encode())
    assert found is None
    assert [(each.line, each.code) for each in problems] == [(1, "unknown-format")]


def test_settings_of_a_later_format_are_refused(srs: Srs) -> None:
    """A later srs.toml stops every command, naming the place and what to do."""
    path = srs.root / "srs.toml"
    path.write_text(path.read_text().replace("format = 1", "format = 2"))
    done = srs("list")
    assert (done.code, done.out) == (1, "")
    assert "srs.toml:1:1: this collection has format 2, and this srs knows 1" in done.err
    assert "update srs" in done.err


def test_a_journal_of_a_later_format_is_read_and_not_written(srs: Srs) -> None:
    """Beside a later journal cards can be looked at and not answered, and the device that wrote it is named."""
    later = ev._sealed({"srs": 2, "device": "nova-0001", "more": "keys"})
    (srs.root / "journal/nova-0001.2026.jsonl").write_bytes(later + b"\n")
    before = sorted((srs.root / "journal").iterdir())
    assert same(srs.json("list"), expected("list")) == []
    for words in (["answer", "norway:answer", "good"], ["suspend", "norway:answer"]):
        done = srs(*words)
        assert done.code == 1
        assert "the journal of `nova-0001` has format 2, and this srs knows 1" in done.err
        assert "update srs" in done.err
    assert sorted((srs.root / "journal").iterdir()) == before
    found = [row for row in srs("check", "--json").json["problems"] if row["code"] == "newer-format"]
    assert [row["path"] for row in found] == ["journal/nova-0001.2026.jsonl"]


@pytest.mark.parametrize("version", [1, index.VERSION + 1, 2**31 - 1])
def test_an_index_of_another_version_is_made_anew(srs: Srs, version: int) -> None:
    """An older or newer index is replaced without a word, and the answers are the same."""
    srs("list")
    (path,) = (srs.home / "cache").rglob("index.sqlite3")
    db = sqlite3.connect(path)
    db.executescript(f"drop table state; create table later (x); pragma user_version = {version};")
    db.close()
    done = srs("status", "--json")
    assert same(done.json, expected("status")) == []
    assert "index" not in done.err
    with sqlite3.connect(path) as db:
        assert db.execute("pragma user_version").fetchone() == (index.VERSION,)
    db.close()


def test_a_backup_of_a_later_format_is_refused(srs: Srs) -> None:
    """A later backup is refused and leaves nothing behind."""
    with zipfile.ZipFile(srs.home / "y.zip", "w") as later:
        later.writestr(archive.MANIFEST, json.dumps({"format": archive.FORMAT + 1}))
    done = srs("restore", str(srs.home / "y.zip"), str(srs.home / "new"))
    assert done.code == 1
    assert "this backup has format 2, and this srs knows 1" in done.err
    assert not (srs.home / "new").exists()


def test_the_schema_knows_the_format() -> None:
    """Editors take `format: 1`, as a number or a text, and nothing else."""
    assert deck_schema(builtin_types())["properties"]["format"]["allOf"] == [{"enum": [1, "1"]}]


def test_new_files_say_what_they_must(tmp_path: Path) -> None:
    """Settings that `srs init` writes carry their format; decks need not, since without one they are of format 1."""
    init(tmp_path / "new", {"HOME": str(tmp_path), "TZ": "UTC"}, None, empty=True)
    assert "format = 1\n" in (tmp_path / "new/srs.toml").read_text()
    assert json.loads(ev.header_line("x"))["srs"] == 1
