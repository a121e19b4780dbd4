"""`srs check --fix`, and the question about edited notes before a sitting."""

from collections.abc import Callable

import pytest

from srs.cards.identity import derived_id
from tests.cli.helpers import Srs, Terminal

OLD, NEW = derived_id("Capital of Spian?"), derived_id("Capital of Spain?")
SPAIN = "notes:\n  - q: Capital of Spian?\n    a: Madrid\n"


@pytest.fixture
def edited(srs: Srs) -> Srs:
    """A collection in which a note without `id:` was answered and then edited."""
    srs.deck("spain", SPAIN)
    assert srs("answer", f"{OLD}:answer", "4").code == 0
    srs.deck("spain", SPAIN.replace("Spian", "Spain"))
    return srs


def text(srs: Srs) -> str:
    return (srs.root / "decks/spain.yaml").read_text()


def test_check_tells_and_fix_pins(edited: Srs) -> None:
    """`check` warns of an edited note and changes nothing; `--fix` writes the old id and says where."""
    told = edited("check")
    assert told.code == 1
    assert f"decks/spain.yaml:2:5: warning: This looks like the note `{OLD}`, edited" in told.out
    assert text(edited) == SPAIN.replace("Spian", "Spain")
    fixed = edited("check", "--fix")
    assert fixed.code == 0
    assert fixed.out.startswith(f"decks/spain.yaml:2: fixed: wrote `id: {OLD}`.\n")
    assert text(edited) == SPAIN.replace("Spian?\n", f"Spain?\n    id: {OLD}\n")
    assert edited.json("show", f"{OLD}:answer")["card"]["reps"] == 1
    assert edited("check", "--fix").out.count("\n") == 1


def test_blocks_and_json(srs: Srs) -> None:
    """`--fix` writes texts as blocks and names each; with --json the changes stand under `fixed`."""
    srs.deck("d", "notes:\n  - q: What does # do?\n    id: d\n    a: `#`\n  - q: e\n    id: f # g\n    a: h\n")
    done = srs("check", "--fix", "--json")
    assert done.code == 1
    assert [(each["path"], each["line"]) for each in done.json["fixed"]] == [("decks/d.yaml", 2), ("decks/d.yaml", 5)]
    assert [(each["code"], each["line"]) for each in done.json["problems"]] == [("comment-after-value", 8)]
    assert srs.json("show", "d:answer")["front"] == "What does # do?"
    assert "fixed" not in srs("check", "--json").json


def test_what_cannot_be_fixed(edited: Srs) -> None:
    """A note that takes no `id:` stays reported, and stderr says why."""
    edited.deck("spain", "notes:\n  - {q: Capital of Spain?, a: Madrid}\n")
    done = edited("check", "--fix")
    assert done.code == 1
    assert "decks/spain.yaml:2: the note in line 2 is written in braces" in done.err
    assert "looks like the note" in done.out


def test_line_mode_tells(edited: Srs) -> None:
    """Without a terminal a sitting asks nothing and tells of the note on stderr."""
    done = edited("review", lines="q\n")
    assert done.code == 0
    assert f"looks like `{OLD}`, edited" in done.err
    assert text(edited) == SPAIN.replace("Spian", "Spain")


@pytest.mark.parametrize(("said", "id"), [("\r", OLD), ("n\r", NEW)])
def test_a_terminal_asks(edited: Srs, terminal: Callable[..., Terminal], said: str, id: str) -> None:
    """In a terminal it is asked before the sitting; either answer is written down, so it is asked once."""
    run = terminal(edited, "review")
    run.sees("Keep its history? [Y/n]")
    run.press(said)
    run.press("q", "No card was answered.")
    assert run.ends() == 0
    assert f"    id: {id}\n" in text(edited)
    assert edited("check").code == 0
    again = terminal(edited, "review")
    again.sees("Capital of")
    assert "Keep its history" not in again.text
