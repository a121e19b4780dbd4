"""What plain commands print, in terminals of any width: sentences break between words, nothing else breaks at all."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cli.app import COMMANDS
from srs.cli.output import wrapped
from srs.cli.terminal.width import width
from tests.cli.helpers import Srs, Terminal

SENTENCES = st.lists(st.text("ab,.日é", min_size=1, max_size=30), min_size=1, max_size=12).map(" ".join)


@given(SENTENCES, st.integers(1, 60), st.integers(0, 8))
def test_only_spaces_are_broken_at(text: str, columns: int, indent: int) -> None:
    """Wrapped lines, joined, are the text: no word is cut, and only a single word makes a line too wide."""
    lines = wrapped(" " * indent + text, columns)
    assert " ".join(line.strip() for line in lines) == text
    for line in lines:
        assert width(line) <= columns or " " not in line.strip()


def test_further_lines_hang_under_the_first() -> None:
    """A line that begins with spaces goes on under its first word; line ends of the text stay."""
    assert wrapped("note:\n    one two three", 12) == ["note:", "    one two", "    three"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Nothing was changed at all; `srs check --fix` says more.", "`srs check --fix`"),
        ("Restore it: srs restore '/a folder/of mine.zip' DIR", "srs restore '/a folder/of mine.zip' DIR"),
        ("All is committed. To share it: git remote add origin URL, then srs sync", "git remote add origin URL,"),
        ("it needs its back: for example: srs add 'front' 'back'; or see: srs add --help", "srs add 'front' 'back';"),
    ],
)
def test_a_command_stays_on_one_line(text: str, whole: str) -> None:
    """A command that a message names can be copied whole, also where it is wider than the terminal."""
    assert any(whole in line for line in wrapped(text, 20))


def _printed(run: Terminal) -> list[str]:
    run.ends()
    return run.sent.decode().replace("\r", "").splitlines()


@pytest.mark.parametrize("columns", [80, 40])
def test_messages_break_between_words(srs: Srs, terminal: Callable[..., Terminal], columns: int) -> None:
    """Problems, errors and hints on stderr, and sentences on stdout, are wrapped by srs and not by the terminal."""
    srs.deck("broken", "notes:\n  - q: One?\n    colour: red\n    a: x\n  - q: Two?\n    a: no: this\n")
    srs("answer", "france:answer", "easy")
    for words in (
        ["show", "no-such-card-anywhere-at-all-in-these-decks"],
        ["check"],
        ["doctor"],
        ["answer", "italy:answer", "good"],
        ["undo"],
        ["next"],
        ["show", "france"],
        ["reschedule"],
        ["rename", "france", "france-the-country"],
        ["add", "What is a long question, of which there are many?", "It is this one, and a few more like it"],
        ["list", "is:nonsense"],
    ):
        for line in _printed(terminal(srs, *words, columns=columns)):
            too_wide = width(line) > columns
            assert not too_wide or not re.search(r"\S (?!srs|no-such)", line.strip(" `")), (words, line)


def test_pipes_get_one_line(srs: Srs) -> None:
    """Where stderr and stdout are no terminals a message is one line, however long."""
    done = srs("show", "no-such-card-anywhere-at-all-in-these-decks" * 3)
    assert done.err.splitlines()[0].startswith("srs: there is no card or note `no-such")
    assert len(done.err.splitlines()[0]) > 120
    long = "x" * 60 + " and some words"
    srs.deck("long", f"notes:\n  - q: x?\n    id: {'y' * 50}\n    a: {long}\n")
    assert max(map(len, srs("answer", f"{'y' * 50}:answer", "good").out.splitlines())) > 70


def test_samples_are_not_wrapped(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """What a hint proposes to write into a deck stands as it is to be written, in a terminal of any width."""
    srs.deck("broken", "notes:\n  - q: One?\n    a: no: this is a text of many words that goes on and on and on\n")
    out = "\n".join(_printed(terminal(srs, "check", columns=40)))
    assert "no: this is a text of many words that goes on and on and on" in out
    assert "\n    Write it as a block, where every\n    character means itself:" in out


@pytest.mark.parametrize("columns", [80, 40])
def test_events_fit(srs: Srs, terminal: Callable[..., Terminal], columns: int) -> None:
    """`undo --list` fits: long ids are cut with a sign, the event's own id and what was taken back are not."""
    name = "a-card-with-a-really-long-id-that-nobody-would-write-by-hand"
    srs.deck("long", f"notes:\n  - q: x?\n    id: {name}\n    a: y\n")
    srs("answer", f"{name}:answer", "good")
    srs("mark", f"{name}:answer", "too long")
    srs("undo")
    lines = _printed(terminal(srs, "undo", "--list", columns=columns))
    assert all(width(line) <= columns for line in lines)
    assert len(lines) == 4
    assert [line[:8] for line in lines[1:]] == [event["id"][-8:] for event in srs.json("undo", "--list")]
    assert lines[2].endswith("taken back")
    assert f"{name}:answer" in srs("undo", "--list").out


@pytest.mark.parametrize("columns", [80, 40])
def test_where_a_card_stands(srs: Srs, terminal: Callable[..., Terminal], columns: int) -> None:
    """`show` and `explain` name card, deck and place; where the line breaks, no dot is left over."""
    srs.deck("long", f"deck: {'Above::' * 4}End\nnotes:\n  - q: x?\n    id: {'long-' * 4}id\n    a: y\n")
    for command in ("show", "explain"):
        lines = _printed(terminal(srs, command, f"{'long-' * 4}id", columns=columns, env={"NO_COLOR": "1"}))
        found = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
        assert "decks/long.yaml:3" in found
        assert not any(line.endswith("·") or line.startswith("·") for line in found)


def test_help_fits(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """`--help` on 40 columns is broken between words."""
    for words in (["--help"], ["list", "--help"]):
        assert all(width(line) <= 40 for line in _printed(terminal(srs, *words, columns=40))), words


def test_help_in_one_column(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """However narrow a terminal is, help is no error."""
    assert terminal(srs, "list", "--help", columns=1).ends() == 0


def test_the_list_of_commands_cuts_no_sentence(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """At 80 columns `srs --help` says of each command what it does, in a sentence that ends."""
    commands = "\n".join(_printed(terminal(srs, "--help"))).partition("Commands:\n")[2].splitlines()
    assert len(commands) == len(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in commands)


def test_settings_fit(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """`srs config` on 40 columns has each setting, where it comes from and what it means, broken between words."""
    lines = _printed(terminal(srs, "config", columns=40))
    assert all(width(line) <= 40 for line in lines if " " in line.strip())
    assert "study.new_per_day = 10  default" in lines
