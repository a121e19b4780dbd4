"""`srs add` with notes on standard input, and what it says of cards like the new one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.helpers import Srs
from tests.cli.test_light import LISTING, loaded

YAML = "deck: New\nnotes:\n  - q: One?\n    a: 1\n  - term: two\n    means: 2\n"
JSON = '{"q": "One?", "a": "1"}\n{"term": "two", "means": "2"}\n'


@pytest.mark.parametrize(("text", "deck"), [(YAML, "New"), (JSON, "inbox"), ("One?\t1\nWho?\t2\n", "inbox")])
def test_notes_from_a_pipe(srs: Srs, text: str, deck: str) -> None:
    """YAML, JSON lines and columns are added, all in one deck, and `check` finds no fault."""
    done = srs("add", lines=text)
    assert (done.code, done.err) == (0, "")
    assert (
        f"Added 2 notes with {2 if deck == 'inbox' and text[0] == 'O' else 3} cards in decks/{deck}.yaml:5" in done.out
    )
    assert {card["deck"] for card in srs.json("list", f"deck:{deck}")} == {deck}
    assert srs("check").code == 0


def test_what_it_printed_takes_all_back(srs: Srs) -> None:
    """The lines that are named are those of all the notes."""
    path = srs.deck("d", "deck: D\nnotes:\n  - q: x\n    id: x\n    a: y\nauthor: me\n")
    before = path.read_text()
    done = srs("add", "--deck", "D", lines="a?\tb\nc?\td\n")
    assert "To take them back, delete lines 6 to 11 there." in done.out
    lines = path.read_text().splitlines(keepends=True)
    assert "".join(lines[:5] + lines[11:]) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- q: One?\n  a: 1\n- q: Two?\n", "stdin:3: A note of type basic needs `a`"),
        ("One?\t1\nCapital of France?\tParis\n", None),
        (
            '{"q": "One?", "a": "1"}\n{"q": "Two?", "a": "1", "id": "france"}\n',
            "stdin:2: There is a note `france` already",
        ),
        ("One?\t1\nTwo?\t2\nOne?\t3\n", "stdin:3: This is the same as line 1."),
        ("no tab\n", "stdin:1: What this is cannot be told from its first line."),
    ],
)
def test_all_or_nothing(srs: Srs, text: str, said: str | None) -> None:
    """One wrong line, told with its number, and nothing at all is added."""
    done = srs("add", lines=text)
    if said is None:
        assert done.code == 0
        assert "Line 2 asks what is asked at decks/cities.yaml:4 (france): Capital of France?" in done.err
        return
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert "nothing was added" in done.err
    assert not (srs.root / "decks" / "inbox.yaml").exists()


def test_options_hold_for_all(srs: Srs) -> None:
    """--draft, --tag, --source and --deck hold for every note; what belongs to one note is refused."""
    done = srs("add", "--draft", "--tag", "x", "--source", "S", "--deck", "D", "--json", lines=JSON)
    assert [note["path"] for note in done.json] == ["decks/D.yaml"] * 2
    cards = srs.json("list", "deck:D")
    assert {(card["draft"], tuple(card["tags"])) for card in cards} == {(True, ("x",))}
    assert (srs.root / "decks" / "D.yaml").read_text().count("source: S") == 2
    for words in (["--id", "x"], ["--definition", "y"]):
        assert srs("add", *words, lines=JSON).code == 2


def test_columns_of_a_type(srs: Srs) -> None:
    """The name of a type alone says what columns are."""
    assert srs("add", "term", lines="logits\tscores\n").code == 0
    assert [card["template"] for card in srs.json("list", "deck:inbox")] == ["forward", "backward"]


def test_drafts_of_a_model(srs: Srs) -> None:
    """What a language model wrote, fence and all, comes in as drafts."""
    done = srs("add", "--draft", lines="```yaml\n- q: Why?\n  a: |-\n    So.\n  from: sources/x.txt#L24\n```\n")
    assert done.code == 0
    (card,) = srs.json("list", "is:draft", "deck:inbox")
    assert srs.json("show", card["id"])["back"].endswith("So.")
    assert "from: sources/x.txt#L24" in (srs.root / "decks" / "inbox.yaml").read_text()


def test_a_one_liner_leaves_standard_input_alone(srs: Srs) -> None:
    """In a loop that reads lines, a one-liner does not eat them."""
    assert srs("add", "a?", "b", lines="c?\td\n").code == 0
    assert len(srs.json("list", "deck:inbox")) == 1


def test_a_card_like_another_is_told(srs: Srs) -> None:
    """What asks the same, or nearly, is told before; without a terminal nobody is asked, and JSON has the ids."""
    done = srs("add", "What is the capital of France?", "Paris")
    assert done.code == 0
    assert done.err == "This asks what is asked at decks/cities.yaml:4 (france): Capital of France?\n"
    assert srs.json("add", "What is the capital of Italy, please?", "Rome", "--yes")["alike"] == ["italy"]
    assert srs("add", "Capital of Peru?", "Lima").err == ""


def test_the_card_as_it_will_look(srs: Srs) -> None:
    """--show prints the cards that come of it."""
    done = srs("add", "term", "logits", "**scores** before", "--show")
    assert done.code == 0
    assert "What does logits mean?" in done.out
    assert "What is the term for this?" in done.out
    assert "scores before" in done.out and "**" not in done.out


def test_adding_loads_little(srs: Srs) -> None:
    """A one-liner loads none of the heavy libraries but YAML."""
    env = srs.env | {"MODULES": str(srs.home / "modules")}
    command = [sys.executable, "-c", LISTING, "add", "What is one?", "1"]
    subprocess.run(command, env=env, cwd=srs.root, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    srs.env["MODULES"] = env["MODULES"]
    assert loaded(srs) <= {"yaml"}


EDITORS = {
    "fills": "sed -i 's/^  - q:$/  - q: One?/; s/^    a:$/    a: 1/' \"$1\"",
    "mistypes": "sed -i 's/^  - q:$/  - q: One?/; s/^    a:$/    anser: 1/' \"$1\"",
    "kills": "sed -i 's/^  - q:$/  - q: One?/' \"$1\"; kill -9 $$",
    "looks": 'cp "$1" "$LOOKED"',
}


def with_editor(srs: Srs, name: str) -> dict[str, str]:
    script = srs.home / "editor"
    script.write_text(f"#!/bin/sh\n{EDITORS[name]}\n")
    script.chmod(0o755)
    return {"EDITOR": str(script), "TMPDIR": str(srs.home), "LOOKED": str(srs.home / "looked")}


def test_edit_adds(srs: Srs) -> None:
    """--edit adds what was written in the template, and shows the card."""
    done = srs("add", "--edit", "--deck", "D", env=with_editor(srs, "fills"))
    assert done.code == 0, done.err
    assert "One?" in done.out and "decks/D.yaml" in done.out
    assert srs.json("list", "deck:D")[0]["type"] == "basic"
    assert not list(srs.home.glob("srs-*"))


def test_edit_tells_of_fields(srs: Srs) -> None:
    """The template has each field of the type with what it is for, and those that are given."""
    done = srs("add", "--edit", "quote", "Simple", "--by", "E: D", "--fidelity", "near", env=with_editor(srs, "looks"))
    assert done.code in (0, 1)
    text = (srs.home / "looked").read_text()
    assert "A new quote card" in text and "  - quote: Simple\n" in text
    assert "    # who said it\n    by: 'E: D'\n" in text
    assert "    # verbatim, near, paraphrase or unverified" in text
    assert "    # YYYY, YYYY-MM or YYYY-MM-DD\n    date:\n" in text


def test_edit_of_nothing(srs: Srs) -> None:
    """A template left as it is adds nothing."""
    done = srs("add", "--edit", "concept", env=with_editor(srs, "looks"))
    assert (done.code, done.err) == (1, "srs: nothing was added\n")
    assert not list(srs.home.glob("srs-*"))


@pytest.mark.parametrize("editor", ["mistypes", "kills"])
def test_edit_loses_nothing(srs: Srs, editor: str) -> None:
    """What is wrong, or was saved before the editor died, is kept in a file that is named."""
    done = srs("add", "--edit", env=with_editor(srs, editor))
    assert (done.code, done.out) == (1, "")
    (kept,) = (path for path in srs.home.rglob("*.yaml") if "srs-" in str(path))
    assert str(kept) in done.err.replace("\n", "")
    assert "One?" in kept.read_text()
    if editor == "mistypes":
        assert "`anser` is not a key" in done.err
        kept.write_text(kept.read_text().replace("anser", "a"))
        assert srs("add", lines=kept.read_text()).code == 0


def test_no_note_is_lost_by_two_at_once(srs: Srs) -> None:
    """Additions at the same time all arrive."""
    command = [sys.executable, "-m", "srs", "add"]
    env = {**os.environ, **srs.env}
    running = [
        subprocess.Popen([*command, f"Number {n} of what?", "x"], env=env, cwd=srs.root, stdin=subprocess.DEVNULL)
        for n in range(4)
    ]
    assert [each.wait(60) for each in running] == [0] * 4
    assert len(srs.json("list", "deck:inbox")) == 4


def test_json_of_one(srs: Srs) -> None:
    """The JSON of a one-liner is one object, that of standard input a list."""
    assert json.loads(srs("add", "a?", "b", "--json").out)["alike"] == []
    assert isinstance(json.loads(srs("add", "--json", lines="c?\td\n").out), list)
    assert Path(srs.root / "decks/inbox.yaml").exists()
