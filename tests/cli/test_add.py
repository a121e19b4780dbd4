"""`srs add`: notes appended to deck files, bytes already there untouched."""

import unicodedata
from typing import Any

import pytest

from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from tests.cli.helpers import Srs


def added(srs: Srs, *words: str) -> dict[str, Any]:
    result: dict[str, Any] = srs.json("add", *words)
    return result


@pytest.mark.parametrize(
    ("words", "type_", "cards"),
    [
        (["What is 2 + 2?", "4"], "basic", ["answer"]),
        (["basic", "What is 2 + 2?", "4"], "basic", ["answer"]),
        (["concept", "Entropy", "--definition", "Mean surprise", "--mistake", "Disorder"], "concept",
         ["definition", "name", "mistake"]),
        (["concept", "Entropy", "Mean surprise"], "concept", ["definition", "name"]),
        (["quote", "One two three four five six", "--by", "Me", "--date", "2023-01", "--fidelity", "near"], "quote",
         ["finish", "who", "source"]),
        (["term", "logits", "scores before the softmax"], "both", ["forward", "backward"]),
        (["both", "logits", "scores before the softmax"], "both", ["forward", "backward"]),
        (["ask", "The scale of attention scores?", "1/sqrt(head size)"], "typed", ["typed"]),
        (["cloze", "Scores are {{c1::masked}}, then {{c2::softmaxed}}."], "cloze", ["c1", "c2"]),
    ],
)  # fmt: skip
def test_types(srs: Srs, words: list[str], type_: str, cards: list[str]) -> None:
    """Each form makes a note of its type with that type's cards, and `check` finds no fault."""
    note = added(srs, *words, "--id", "new")
    assert note["cards"] == [f"new:{card}" for card in cards]
    assert note["path"] == "decks/inbox.yaml"
    shown = srs.json("list", "deck:inbox")
    assert [card["id"] for card in shown] == note["cards"]
    assert {card["type"] for card in shown} == {type_}
    assert srs("check").code == 0


@pytest.mark.parametrize(
    "text",
    [
        "What is C #1?", "a: b", "- dash", "'quote'", '"double"', "[bracket", "{brace", "NO", "1.10", "12:30",
        "&anchor", "*star", "!tag", "%percent", "@at", "`tick`", "| bar", "> more", "# hash", "tail: ", "two\nlines",
        "two\n\n  indented\n", "\\n", "日本語", "e\u0301", "🎉", "ends with colon:", "?", "-", "~", "null", "x" * 500,
        "a\tb", " - ",
    ],
)  # fmt: skip
def test_any_text_comes_back(srs: Srs, text: str) -> None:
    """Whatever the text, it is read back as it was given."""
    note = added(srs, "--", "Front: " + text, text)
    assert srs("check").code == 0
    types = dict(builtin_types())
    (read,) = read_deck("inbox.yaml", (srs.root / "decks" / "inbox.yaml").read_bytes(), types).notes
    assert read.id == note["note"]
    given = {"q": "Front: " + text, "a": text}
    assert {name: unicodedata.normalize("NFC", read.fields[name]).strip() for name in given} == {
        name: unicodedata.normalize("NFC", value).strip() for name, value in given.items()
    }


def test_tells_the_place(srs: Srs) -> None:
    """`add` prints the card, its place, and how to take it back; deleting those lines does so."""
    done = srs("add", "Capital of Peru?", "Lima", "--id", "peru", "--deck", "World::Cities")
    assert done.code == 0
    assert "Added peru:answer in decks/cities.yaml:13" in done.out
    assert "To take it back, delete lines 13 to 15 there." in done.out
    path = srs.root / "decks" / "cities.yaml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:12] + lines[15:]))
    assert [card["id"] for card in srs.json("list", "deck:World::Cities")][-1] == "agora:backward"
    assert srs("check").code == 0


@pytest.mark.parametrize(
    "before",
    [
        "deck: D\nnotes:\n  - q: x\n    id: x\n    a: y\n",
        "deck: D\nnotes:\n- q: x\n  id: x\n  a: y\n",
        "deck: D\r\nnotes:\r\n  - q: x\r\n    id: x\r\n    a: y\r\n",
        "deck: D\nnotes:\n  - q: x\n    id: x\n    a: |-\n      block\n      scalar",
        "deck: D\nnotes:\n  - q: x\n    id: x\n    a: |-\n      block\n\n      scalar\n\n\n",
        "deck: D\nnotes:\n  - q: x\n    id: x\n    a: |+\n      kept\n\n",
        "# heading\ndeck: D\n\nnotes:\n  # a comment\n  - q: x\n    id: x\n    # why\n    a: y\n# the end\n",
        "notes:\n  - q: x\n    id: x\n    a: y\ndeck: D\n",
        "deck: D\nnotes:\n",
        "\ufeffdeck: D\nnotes:\n  - q: x\n    id: x\n    a: y\n",
    ],
)
def test_bytes_are_untouched(srs: Srs, before: str) -> None:
    """Bytes that stood in the file stand there in their order; ours are one stretch, in the file's own line ends."""
    path = srs.deck("d", before)
    assert srs("check").code == 0
    old = path.read_bytes()
    note = added(srs, "Front?", "Back", "--deck", "D", "--id", "new")
    new = path.read_bytes()
    assert note["path"] == "decks/d.yaml"
    extra = len(new) - len(old)
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    assert any(new[:n] + new[n + extra :] == old for n in range(max(0, start - extra), start + 1))
    if b"\r\n" in old:
        assert new.count(b"\n") == new.count(b"\r\n")
    assert srs("check").code == 0
    assert srs.json("list", "deck:D")[-1]["id"] == "new:answer"
    if "id: x" in before:
        assert srs.json("show", "x:answer")["card"]["id"] == "x:answer"


def test_where_nothing_can_be_inserted(srs: Srs) -> None:
    """A file that takes no note, or is broken, is named and left alone; exit 1."""
    for text in ("deck: D\nnotes: []\n", "deck: D\nnotes: [{q: x, a: y}]\n", "{deck: D, notes: []}\n"):
        path = srs.deck("d", text)
        done = srs("add", "a?", "b", "--deck", "D")
        if done.code:
            assert (done.code, done.out) == (1, "")
            assert "decks/d.yaml" in done.err
            assert path.read_text() == text
        else:
            assert srs("check").code == 0


def test_broken_inbox(srs: Srs) -> None:
    """A broken inbox is named and left alone; exit 1."""
    path = srs.deck("inbox", "notes: [\n")
    done = srs("add", "a?", "b")
    assert (done.code, done.out) == (1, "")
    assert "decks/inbox.yaml" in done.err
    assert path.read_text() == "notes: [\n"


def test_deck_goes_to_the_first_file(srs: Srs) -> None:
    """--deck NAME takes the first file by path whose deck it is."""
    srs.deck("zz", "deck: Twice\nnotes:\n")
    srs.deck("aa", "deck: Twice\nnotes:\n")
    assert added(srs, "a?", "b", "--deck", "Twice")["path"] == "decks/aa.yaml"


@pytest.mark.parametrize(
    ("deck", "path"),
    [("New", "decks/New.yaml"), ("A::B::C", "decks/A/B/C.yaml"), ("Two words", "decks/Two words.yaml")],
)
def test_new_deck(srs: Srs, deck: str, path: str) -> None:
    """A deck that is not there gets a file of its own, with its name in it."""
    note = added(srs, "a?", "b", "--deck", deck)
    assert note["path"] == path
    assert srs.json("show", note["cards"][0])["card"]["deck"] == deck
    assert added(srs, "c?", "d", "--deck", deck)["path"] == path


@pytest.mark.parametrize(
    "deck", ["../escape", "a/b", "::x", "x::", "a::::b", ".hidden", "..", "a::..::b", "x\ny", "x\x1b[31m", "  "]
)
def test_bad_deck_names(srs: Srs, deck: str) -> None:
    """A name that is none for a deck is wrong usage; nothing is written."""
    before = sorted(srs.home.rglob("*.yaml"))
    done = srs("add", "a?", "b", "--deck", deck)
    assert (done.code, done.out) == (2, "")
    assert "\x1b" not in done.err
    assert sorted(srs.home.rglob("*.yaml")) == before


def test_a_deck_name_longer_than_the_disk_takes(srs: Srs) -> None:
    """A deck name too long for a file is told in words."""
    done = srs("add", "a?", "b", "--deck", "x" * 300)
    assert done.code in (1, 2)
    assert done.out == ""


def test_duplicate_id(srs: Srs) -> None:
    """An id that is taken is refused with the place of the note that has it; nothing is written."""
    done = srs("add", "a?", "b", "--id", "france")
    assert (done.code, done.out) == (1, "")
    assert "decks/cities.yaml:4" in done.err
    assert not (srs.root / "decks" / "inbox.yaml").exists()


def test_same_text_twice(srs: Srs) -> None:
    """The same front twice is refused, since both would have one id."""
    assert srs("add", "a?", "b").code == 0
    done = srs("add", "a?", "c")
    assert done.code == 1
    assert "--id" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["only a front"], ["a", "b", "c"], [], ["", "back"], ["front", " "], ["term", "logits"],
        ["a?", "b", "--definition", "x"],
        ["concept", "Lonely"], ["quote", "text", "--mistake", "x"],
    ],
)  # fmt: skip
def test_what_is_missing_or_too_much(srs: Srs, words: list[str]) -> None:
    """Texts that are missing or too many, and options of another type, are wrong usage without a terminal."""
    done = srs("add", *words)
    assert (done.code, done.out) == (2, "")
    assert not (srs.root / "decks" / "inbox.yaml").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["quote", "one two three four", "--by", "x", "--date", "2023-02-31"], ["a?", "b", "--id", "Bad Id"],
        ["a?", "b", "--id", "a" * 201],
        ["quote", "one two three four", "--by", "x", "--fidelity", "maybe"]
    ],
)  # fmt: skip
def test_what_a_deck_would_refuse(srs: Srs, words: list[str]) -> None:
    """A note that would be an error in its deck is refused before anything is written."""
    done = srs("add", *words)
    assert done.code in (1, 2)
    assert done.out == ""
    assert done.err
    assert srs("check").code == 0


def test_a_note_without_cards(srs: Srs) -> None:
    """A note that makes no card is added, and that is said."""
    done = srs("add", "cloze", "nothing hidden")
    assert done.code == 0
    assert "It makes no card yet: srs check says why." in done.out
    assert "A gap is written like {{c1::this}}." in srs("check").out


def test_tags_draft_and_id(srs: Srs) -> None:
    """--tag may be given more than once; a draft is not studied."""
    note = added(srs, "a?", "b", "--tag", "one", "--tag", "two", "--draft", "--id", "mine")
    assert note["note"] == "mine"
    (card,) = srs.json("list", "id:mine")
    assert (card["tags"], card["draft"]) == (["one", "two"], True)
    assert srs.json("status")["drafts"] == 2


def test_control_characters_are_refused(srs: Srs) -> None:
    """A text that no deck may hold is refused in words."""
    done = srs("add", "a\x1b[31m?", "b")
    assert done.code in (1, 2)
    assert "\x1b" not in done.err
    assert not (srs.root / "decks" / "inbox.yaml").exists()


def test_added_cards_are_studied(srs: Srs) -> None:
    """A card added is on today's agenda at once."""
    before = srs.json("status")["new"]
    srs("add", "a?", "b")
    assert srs.json("status")["new"] == before + 1
