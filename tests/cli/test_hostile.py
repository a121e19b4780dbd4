"""Decks and note types that are wrong or hostile: named with place and hint, while everything else is studied."""

import os
from pathlib import Path

import pytest

from tests.cli.helpers import Srs

BOMB = (
    "deck: Bomb\nx: &a [l, l, l, l]\ny: &b [*a, *a, *a, *a]\nz: &c [*b, *b, *b, *b]\nnotes:\n  - q: boom\n    a: *c\n"
)

HOSTILE = {
    "duplicate key": (b"notes:\n  - q: a\n    a: b\n    a: c\n", 4),
    "unknown field": (b"notes:\n  - q: a\n    a: b\n    anser: c\n", 4),
    "bad date": (b"notes:\n  - quote: one two three four\n    by: me\n    date: 2023-02-31\n", 4),
    "comment after value": (b"notes:\n  - q: What is C #1?\n    a: b\n", 2),
    "alias bomb": (BOMB.encode(), 2),
    "100,000 brackets": (b"notes: " + b"[" * 100_000, 1),
    "100,000 braces": (b"notes: " + b"{" * 100_000, 1),
    "NUL byte": (b"notes:\n  - q: a\x00b\n    a: c\n", 2),
    "Latin-1": ("notes:\n  - q: naïve\n    a: b\n".encode("latin-1"), 2),
    "escape sequence": (b"notes:\n  - q: a\x1b]52;c;aGk=\x07\n    a: b\n", 2),
    "tag": (b"notes:\n  - q: !!python/object/apply:os.system [touch pwned]\n    a: b\n", 2),
    "no list": (b"just words\n", 1),
    "second document": (b"notes: []\n---\nnotes: []\n", 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_deck(srs: Srs, name: str) -> None:
    """A wrong deck is named by `check` with place and hint, exit 1; other commands say so on stderr and go on."""
    data, line = HOSTILE[name]
    srs.deck("aaa", data)
    done = srs("check")
    assert done.code == 1
    place = next(text for text in done.out.splitlines() if text.startswith("decks/aaa.yaml:"))
    assert place.startswith(f"decks/aaa.yaml:{line}:")
    assert "\n    " in done.out
    assert len(done.out) < 5000
    assert "\x1b" not in done.out
    assert "\0" not in done.out

    following = srs("next", "--json")
    assert following.code == 0
    assert following.json["card"]["id"] == "france:answer"
    assert "in the files of this collection: srs check\n" in following.err
    assert "decks/aaa.yaml" in srs("status").err
    assert "srs check" in following.err
    assert not list(srs.home.rglob("pwned"))


def test_duplicate_id(srs: Srs) -> None:
    """An id in two files is told with both places, and neither card is studied until it is mended."""
    srs.deck("other", "deck: Other\nnotes:\n  - q: Twin?\n    id: france\n    a: Yes\n")
    done = srs("check")
    assert done.code == 1
    assert "decks/cities.yaml:4" in done.out
    assert "decks/other.yaml:3" in done.out
    assert "france" in done.out
    following = srs("next", "--json")
    assert following.json["card"]["id"] == "italy:answer"
    assert following.err == "2 errors in the files of this collection: srs check\n"


def test_history_outlives_an_error(srs: Srs) -> None:
    """A card whose file breaks keeps its progress, and has it when the file is mended."""
    srs("answer", "france:answer", "easy")
    before = srs.json("show", "france:answer")
    path = srs.root / "decks" / "cities.yaml"
    text = path.read_text()
    path.write_text(text + "  - q: [\n")
    assert srs("show", "france:answer").code == 1
    path.write_text(text)
    assert srs.json("show", "france:answer") == before


def test_a_note_error_leaves_out_the_note(srs: Srs) -> None:
    """An error in one note leaves out that note only."""
    srs.deck("mixed", "deck: Mixed\nnotes:\n  - q: fine?\n    id: fine\n    a: Yes\n  - q: no answer\n    id: bare\n")
    done = srs("list", "--json", "deck:Mixed")
    assert [card["id"] for card in done.json] == ["fine:answer"]
    assert done.err == "1 error in the files of this collection: srs check\n"
    assert "decks/mixed.yaml:6" in srs("status").err


def test_many_problems(srs: Srs) -> None:
    """`status` shows a few problems and how many more there are, `check` all, other commands that there are some."""
    for number in range(9):
        srs.deck(f"bad{number}", "notes: [\n")
    err = srs("status").err
    assert err.count("decks/bad") == 5
    assert "4 more" in err
    assert srs("check").out.count("decks/bad") == 9
    for command in (["list"], ["next"], ["undo", "--list"], ["show", "france:answer"], ["explain", "france:answer"]):
        assert srs(*command).err == "9 errors in the files of this collection: srs check\n"


@pytest.mark.parametrize(
    "data",
    [
        b"notetype: mine\nmarker: x\nfields: [\n", b"\x00", b"notetype: \xe9\n", b"[" * 100_000, b"",
        b"notetype: basic\n",
        b"notetype: mine\nmarker: nope\nfields: [{name: x}]\ntemplates:\n  - {id: a, front: '{{y}}', back: '{{x}}'}\n",
        b"notetype: mine\nmarker: x\nfields: [{name: x}]\ntemplates:\n  - {id: a, front: '{{#x}}', back: '{{x}}'}\n",
        b"notetype: &a [*a]\n",
    ],
)  # fmt: skip
def test_broken_note_type(srs: Srs, data: bytes) -> None:
    """A wrong note type of one's own is named with its place, and the decks are studied."""
    (srs.root / "notetypes").mkdir()
    (srs.root / "notetypes" / "mine.yaml").write_bytes(data)
    done = srs("check")
    assert done.code == 1
    assert "notetypes/mine.yaml:" in done.out
    following = srs("next", "--json")
    assert following.json["card"]["id"] == "france:answer"
    assert "in the files of this collection: srs check\n" in following.err
    assert "notetypes/mine.yaml" in srs("status").err


def test_own_note_type(srs: Srs) -> None:
    """A note type of one's own makes cards like a built-in one."""
    (srs.root / "notetypes").mkdir()
    (srs.root / "notetypes" / "river.yaml").write_text(
        "notetype: river\nmarker: river\nfields:\n  - {name: river, required: true}\n  - {name: sea, required: true}\n"
        "templates:\n  - id: mouth\n    name: Mouth\n    front: 'Where does {{river}} end?'\n"
        "    back: '{{FrontSide}}<hr id=answer>{{sea}}'\n"
    )
    srs.deck("rivers", "deck: Rivers\nnotes:\n  - river: Rhine\n    id: rhine\n    sea: North Sea\n")
    assert srs("check").code == 0
    shown = srs.json("show", "rhine:mouth")
    assert shown["front"] == "Where does Rhine end?"
    assert "North Sea" in shown["back"]


@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"caf\xe9/plain.yaml"])
def test_a_file_name_that_is_no_text(srs: Srs, name: bytes) -> None:
    """A deck file whose name or folder is not UTF-8 is told in words, and once."""
    path = Path(os.fsdecode(os.fsencode(srs.root / "decks") + b"/" + name))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"notes: []\n")
    for fix in ((), ("--fix",)):
        checked = srs("check", *fix)
        assert (checked.code, checked.err) == (1, "")
        assert checked.out.count("its name is not UTF-8") == 1
    assert srs("next").code == 0


def test_a_journal_name_that_is_no_text(srs: Srs) -> None:
    """A journal file whose name is not UTF-8 ends commands in words that say what to do; renamed, it counts."""
    assert srs("answer", "france:answer", "3").code == 0
    (there,) = (srs.root / "journal").iterdir()
    odd = Path(os.fsdecode(os.fsencode(srs.root / "journal") + b"/caf\xe9.2026.jsonl"))
    there.rename(odd)
    for words in (("status",), ("review",), ("undo",)):
        done = srs(*words)
        assert done.code == 1
        assert "journal/caf\\xe9.2026.jsonl: its name is not UTF-8\n     rename it" in done.err
    assert "its name is not UTF-8" in srs("doctor").out
    odd.rename(there.with_name("other.jsonl"))
    assert srs.json("show", "france:answer")["card"]["reps"] == 1


@pytest.mark.parametrize("name", [b"a\x1b]0;x\x07.yaml", b"tab\tand\nline.yaml"])
def test_file_names(srs: Srs, name: bytes) -> None:
    """A deck file with an odd name does no harm, and its name is shown as text."""
    path = os.fsencode(srs.root / "decks") + b"/" + name
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"notes: [\n")
    for command in (["check"], ["status"], ["next"], ["check", "--json"]):
        done = srs(*command)
        assert "\x1b" not in done.out + done.err
        assert done.code == (1 if command[0] == "check" else 0)


def test_a_deck_that_is_a_folder_or_a_dead_link(srs: Srs) -> None:
    """A folder named like a deck, a dead link and a loop of links stop nothing."""
    (srs.root / "decks" / "folder.yaml").mkdir()
    (srs.root / "decks" / "dead.yaml").symlink_to("nowhere.yaml")
    (srs.root / "decks" / "loop").symlink_to(".")
    assert srs("next", "--json").json["card"]["id"] == "france:answer"


def test_bad_journal_line(srs: Srs) -> None:
    """A damaged line of the journal is named by file and line; the others count."""
    srs("answer", "france:answer", "easy")
    srs("answer", "italy:answer", "easy")
    (file,) = (srs.root / "journal").iterdir()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1].replace(b'"rating":4', b'"rating":1') + lines[2])
    done = srs("status", "--json")
    assert done.code == 0
    assert done.json["reviewed_today"] == 1
    assert f"journal/{file.name}:2" in done.err
    assert srs("check").code == 1
