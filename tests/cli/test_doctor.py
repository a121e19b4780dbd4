"""`srs doctor` says calmly what it looked at, what is wrong, and mends what can be mended, after asking."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.helpers import NOW, Srs, Terminal

AHEAD = "2036-12-01T09:00:00Z"
LATER = "2026-12-02T09:00:00Z"


@pytest.fixture
def answered(srs: Srs) -> Srs:
    """The collection with two answers."""
    for card in ("france:answer", "italy:answer"):
        assert srs("answer", card, "good").code == 0
    return srs


def own_file(srs: Srs) -> Path:
    """The journal file of this device."""
    [path] = (srs.root / "journal").glob("*.2026.jsonl")
    return path


def test_a_collection_that_is_well(answered: Srs) -> None:
    """One line for each area, what was counted in it, and that nothing is wrong; exit 0."""
    done = answered("doctor")
    device = own_file(answered).name.partition(".")[0]
    *lines, folders, end = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines == [
        "Settings: 3 settings.",
        "Decks: 2 files, 5 notes, 8 cards.",
        "Journal: 1 file of 1 device, 2 events.",
        f"Clock: 2 events of this device, {device}.",
        "Index: compared with the text.",
    ]
    assert folders.startswith("Folders: 4 looked into, ") and folders.endswith(" GB free.")
    assert end == "Nothing is wrong."


def test_problems_stand_under_their_area(answered: Srs) -> None:
    """A problem has its place and what to do, under the line of its area; exit 1."""
    path = own_file(answered)
    path.write_bytes(path.read_bytes() + b"no line\n")
    done = answered("doctor")
    lines = done.out.splitlines()
    at = lines.index("Journal: 1 file of 1 device, 2 events.")
    assert lines[at + 1 : at + 3] == [
        f"  journal/{path.name}:4:1: This line does not count: no checksum at its end.",
        "      It is kept as it is; a backup may have it whole.",
    ]
    assert (done.code, lines[-1]) == (1, "1 problem.")


def test_a_note_is_no_problem(answered: Srs) -> None:
    """What is only worth knowing is marked as a note and leaves the exit code 0."""
    path = own_file(answered)
    path.write_bytes(path.read_bytes() + b"torn")
    done = answered("doctor")
    assert f"  journal/{path.name}:4:1: note: The last line is not finished: 4 bytes do not count." in done.out
    assert (done.code, done.out.splitlines()[-1]) == (0, "Nothing is wrong; 1 note.")


def test_many_problems_are_cut_short(answered: Srs) -> None:
    """Of hundreds of problems twenty are printed, and it is said how to see all; --json has them all."""
    path = own_file(answered)
    path.write_bytes(path.read_bytes() + b"no line\n" * 300)
    done = answered("doctor")
    assert done.out.count("This line does not count") == 20
    assert "  … and 280 more; --json names them all." in done.out
    assert done.out.endswith("300 problems.\n")
    found = json.loads(answered("doctor", "--json").out)
    assert found["problems"] == 300 and len(found["found"]) == 300


def test_json(answered: Srs) -> None:
    """--json prints what was counted and every finding with its place."""
    path = own_file(answered)
    path.write_bytes(path.read_bytes() + b"no line\n")
    done = answered("doctor", "--json")
    assert done.code == 1
    assert done.json["counted"]["events"] == 2 and done.json["counted"]["compared"] is True
    assert done.json["found"] == [
        {
            "area": "journal",
            "severity": "problem",
            "message": "This line does not count: no checksum at its end.",
            "hint": "It is kept as it is; a backup may have it whole.",
            "path": f"journal/{path.name}",
            "line": 4,
            "column": 1,
        }
    ]


def test_what_is_printed_is_safe(answered: Srs) -> None:
    """Control characters in a file's name reach no terminal."""
    (answered.root / "journal" / "a\x1b[31m.jsonl").write_bytes(b"")
    done = answered("doctor")
    assert "\x1b" not in done.out and "The name fits no device" in done.out


def test_broken_settings(answered: Srs) -> None:
    """With a srs.toml that cannot be read, it is named with its place, and the rest is examined."""
    (answered.root / "srs.toml").write_text("rollover = 99\n")
    done = answered("doctor")
    assert done.code == 1
    assert "  srs.toml:1:1: `rollover` cannot be `99`." in done.out
    assert "Journal: 1 file of 1 device, 2 events." in done.out
    assert "Index: not compared with the text." in done.out


def test_rebuild(answered: Srs) -> None:
    """--rebuild makes the index anew and says how long it took and what it holds."""
    [index] = (answered.home / "cache").glob("*/index.sqlite3")
    index.write_bytes(b"rubbish" * 999)
    for beside in ("-wal", "-shm"):  # they hold a good copy of what was not yet moved to the index
        index.with_name(index.name + beside).unlink(missing_ok=True)
    assert answered("doctor").code == 1
    done = answered("doctor", "--rebuild")
    assert done.code == 0
    assert done.out.startswith("Made the index anew in ") and done.out.endswith(" s: 5 notes, 8 cards, 2 events.\n")
    assert answered("doctor").code == 0
    assert answered.json("doctor", "--rebuild")["events"] == 2


def test_rebuild_with_broken_settings(answered: Srs) -> None:
    """--rebuild works with settings that cannot be read, and still says what is wrong in them."""
    (answered.root / "srs.toml").write_text("rollover = 99\n")
    done = answered("doctor", "--rebuild")
    assert (done.code, done.out[:20]) == (1, "Made the index anew ")
    assert "srs.toml:1:1: `rollover` cannot be `99`" in done.err


def test_retime(answered: Srs) -> None:
    """--retime shows from when to when, asks nothing with --yes, and one undo takes it back."""
    for card in ("france:answer", "agora:forward"):
        assert answered("answer", card, "good", "--now", AHEAD).code == 0
    assert answered("doctor", "--now", LATER).code == 1
    done = answered("doctor", "--retime", "--yes", "--now", LATER)
    assert done.code == 0
    assert done.out.splitlines() == [
        "2 answers of 2 cards: dated 2036-12-01 09:00:00",
        "  become 2026-12-02 08:59:59 to 09:00:00",
        "Changed. `srs undo` takes all of it back.",
    ]
    assert answered("doctor", "--now", LATER).code == 0
    assert answered("doctor", "--retime", "--yes", "--now", LATER).out == "No event of this device has a wrong date.\n"
    assert answered("undo", "--now", LATER).code == 0
    assert answered("doctor", "--now", LATER).code == 1


def test_retime_to(answered: Srs) -> None:
    """--to says when the last one really was, in the collection's timezone; what is no time or too late is refused."""
    answered("answer", "france:answer", "good", "--now", AHEAD)
    done = answered("doctor", "--retime", "--to", "2026-12-01T18:30", "--yes", "--now", LATER)
    assert done.out.splitlines()[1] == "  becomes 2026-12-01 18:30:00"
    answered("undo", "--now", LATER)
    for moment, said in (("soon", "--to takes a moment"), ("2027-01-01", "--to is after what came next")):
        done = answered("doctor", "--retime", "--to", moment, "--yes", "--now", LATER)
        assert done.code == 2 and said in done.err


def test_retime_asks(answered: Srs, terminal: Callable[..., Terminal]) -> None:
    """In a terminal --retime asks first, and no means no; then yes means yes."""
    answered("answer", "france:answer", "good", "--now", AHEAD)
    answered.env["SRS_NOW"] = LATER
    for key, end in (("n\n", "Nothing was changed."), ("\n", "Nothing was changed."), ("y\n", "Changed.")):
        run = terminal(answered, "doctor", "--retime")
        run.sees("Change these dates? [y/N]")
        run.press(key, end)
        assert run.ends() == 0
    assert answered("doctor").code == 0


def test_nobody_to_ask(answered: Srs) -> None:
    """Without a terminal nothing is changed unless --yes is given; --json shows what would be."""
    answered("answer", "france:answer", "good", "--now", AHEAD)
    before = answered.journal()
    done = answered("doctor", "--retime", "--now", LATER)
    assert done.code == 1 and "say --yes to do it" in done.err
    shown = answered.json("doctor", "--retime", "--now", LATER)
    assert (shown["changed"], [each["kind"] for each in shown["stretches"]]) == (False, ["ahead"])
    [event] = shown["stretches"][0]["events"]
    assert (event["card"], event["at"], event["new_at"]) == (
        "france:answer", "2036-12-01T09:00:00.000Z", "2026-12-02T09:00:00.000Z"
    )  # fmt: skip
    assert answered.journal() == before


def test_recover(answered: Srs) -> None:
    """--recover says how many events were lost and puts them back, as they were."""
    events = answered.journal()
    own_file(answered).unlink()
    assert answered("status").code == 0
    assert "2 events left the journal" in answered("doctor").out
    assert answered("doctor", "--recover").code == 1
    assert answered("doctor", "--recover", "--yes").out == "2 events were lost from the journal.\nPut 2 events back.\n"
    assert sorted(answered.journal(), key=str) == sorted(events, key=str)
    assert answered("doctor").code == 0
    assert answered("doctor", "--recover").out == "No event was lost.\n"
    assert answered.json("doctor", "--recover") == {"lost": 0, "recovered": 0}


@pytest.mark.parametrize("words", [["--rebuild", "--retime"], ["--retime", "--recover"], ["--to", NOW]])
def test_options_that_do_not_go_together(answered: Srs, words: list[str]) -> None:
    """One thing at a time; --to belongs to --retime."""
    assert answered("doctor", *words).code == 2


def test_a_time_that_is_none(answered: Srs) -> None:
    """--now is refused here as everywhere where it is no time."""
    assert answered("doctor", "--now", "soon").code == 2
