"""`srs fix` in a real (pseudo-)terminal, with editors that are scripts; and what it prints without one."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from srs.memory.events import Mark, Review, Suspend, new_id
from tests.cli.helpers import Srs, Terminal
from tests.support import moment

Run = Callable[..., Terminal]

DECK = """\
deck: World::Cities
tags: [geo]
notes:
  - q: Capital of France?
    id: france
    a: Paris, and much more
    from: sources/atlas.txt#L3
  - q: Capital of Italy?
    a: Rome
  - q: Capital of Spain?
    id: spain
    a: Madrid
"""
OTHER = """\
  # The other device's version of spain. Take from it what you want, then delete it.
  - q: Capital of Spain?
    id: spain.other
    tags: [conflict]
    draft: true
    a: Barcelona
"""
ATLAS = "An atlas.\n\nParis lies on the Seine,\nwhich flows to the sea.\n\nThe end.\n"


def event_id(at: int) -> str:
    return new_id(at, os.urandom(10))


def lapses(card: str, times: int) -> list[Any]:
    """A card learnt and forgotten so many times, and suspended by the last lapse."""
    events: list[Any] = []
    last = None
    for n in range(2 * times):
        at = moment("2026-01-01T09:00:00+00:00") + n * 86_400_000
        rating, step, due = (1, 0, at + 600_000) if n % 2 else (3, None, 739_700)
        review = Review(event_id(at), at, card, rating, 7000, "study", 739_617 + n, due, step, last)
        events.append(review)
        last = review.id
    at = events[-1].at + 1
    return [*events, Suspend(event_id(at), at, card, last)]


@pytest.fixture
def marked(bare: Srs) -> Srs:
    """A marked card with a source, a leech without an id of its own."""
    bare.collection(cities=DECK)
    (bare.root / "sources").mkdir()
    (bare.root / "sources/atlas.txt").write_text(ATLAS)
    (italy,) = (card["id"] for card in bare.json("list") if "italy" in card["id"])
    at = moment("2026-02-01T09:00:00+00:00")
    bare.record(*lapses(italy, 5), Mark(event_id(at), at, "france:answer", "the answer is too long"))
    return bare


def editor(srs: Srs, *steps: str) -> dict[str, str]:
    """An editor that is a script: its n-th run does the n-th of `steps`, shell text in which $file is the file."""
    path, count = srs.home / "editor.sh", srs.home / "runs"
    cases = "".join(f"{n}) {step} ;;\n" for n, step in enumerate(steps, 1))
    path.write_text(
        f'#!/bin/sh\necho x >> {count}\nfor file in "$@"; do :; done\necho "$@" >> {srs.home}/asked\n'
        f"case $(wc -l < {count} | tr -d ' ') in\n{cases}esac\n"
    )
    path.chmod(0o755)
    return {"EDITOR": str(path)}


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_walk(marked: Srs, terminal: Run, columns: int, env: dict[str, str]) -> None:
    """A screen for each case: why, the card, its history and source; fine now, undo, suspend, next, the summary."""
    run = terminal(marked, "fix", columns=columns, rows=40, env=env)
    shown = run.sees("1 of 2", "Marked: the answer is too long", "Capital of France?", "Paris, and much", "q ends")
    assert "Paris lies on the Seine," in shown and "An atlas." not in shown and "Never answered." in shown
    assert max(map(len, shown.splitlines())) <= columns
    shown = run.press("n", "2 of 2", "Forgotten five", "Capital of Italy?", "Rome", "10 answers since", "leave")
    assert shown.count("Again  after 1d") == 2 and "suspended" in shown
    run.press("u", "Back to france:answer.", "1 of 2")
    run.press("c", "france:answer is fine now.", "2 of 2")
    run.press("u", "To be mended again: france:answer.", "1 of 2")
    run.press("s", "Suspended france:answer; `srs", "brings it back.", "2 of 2")
    run.press("c", "1 fine now, 1 suspended.", "left to mend.", "up again.")
    assert run.ends() == 0
    assert [event["do"] for event in marked.journal()[-6:]] == ["mark", "undo", "mark", "suspend", "mark", "unsuspend"]
    assert marked.json("fix") == []
    assert {card["id"]: card["suspended"] for card in marked.json("list", "france or italy")}["france:answer"]
    assert (re.search(rb"\x1b\[[0-9;]*3[0-7]m", run.sent) is not None) == (not env)
    assert (b"\x1b" in run.sent) == (env.get("TERM") != "dumb")


def test_nothing_to_mend(srs: Srs, terminal: Run) -> None:
    """With nothing to mend it says so and leaves the terminal alone."""
    run = terminal(srs, "fix")
    run.sees("Nothing is to be mended.")
    assert run.ends() == 0 and b"\x1b" not in run.sent


def test_an_edit(marked: Srs, terminal: Run) -> None:
    """e opens the editor at the note, shows the card as edited, and u puts the file back."""
    deck = marked.root / "decks/cities.yaml"
    run = terminal(marked, "fix", env=editor(marked, 'sed -i "s/, and much more//" $file', "true"))
    run.sees("Paris, and much more")
    shown = run.press("e", "This is the card as edited.")
    assert "and much more" not in shown and "1 of 2" in shown
    run.press("u", "Took back the edit of france:answer.", "Paris, and much more")
    assert deck.read_text() == DECK
    run.press("e", "Nothing was changed.")
    run.press("q", "Nothing was done. 2 cases left")


def test_an_edit_of_a_note_without_an_id(marked: Srs, terminal: Run) -> None:
    """A note whose derived id changes by the edit is given the one that it had, and its case goes on."""
    env = editor(marked, 'sed -i "s/Capital of Italy?/Which is the capital of Italy?/" $file')
    run = terminal(marked, "fix", "italy", env=env)
    run.sees("1 of 1", "Capital of Italy?")
    run.press("e", "Which is the capital of Italy?", "so that its history is kept", "10 answers")
    run.press("c", "Nothing is left to mend.")
    assert run.ends() == 0
    (card,) = marked.json("list", "italy")
    assert card["lapses"] == 5 and not card["suspended"]


def test_two_edits_of_a_note_without_an_id(marked: Srs, terminal: Run) -> None:
    """Its history is kept as well where the first edit left a file that could not be read."""
    broken = 'sed -i "s/q: Capital of Italy?/q: [Which is the capital of Italy?/" $file'
    run = terminal(marked, "fix", "italy", env=editor(marked, broken, 'sed -i "s/q: .Which/q: Which/" $file'))
    run.sees("1 of 1")
    run.press("e", "cannot be read as it is now")
    run.press("e", "Which is the capital of Italy?", "so that its history is kept", "10 answers")
    run.press("q", "1 edited. 1 case left")


def test_an_edit_that_breaks_the_file(marked: Srs, terminal: Run) -> None:
    """What is wrong after an edit is shown with its place; e opens the editor there, u puts back what stood there."""
    env = editor(marked, 'sed -i "s/id: france/id: [france/" $file', 'sed -i "s/id: .france/id: france/" $file')
    run = terminal(marked, "fix", env={**env, "TERM": "xterm"})
    run.sees("Marked:")
    run.press("e", "cannot be read as it is now", "decks/cities.yaml:5:")
    run.press("n", "2 of 2", "cannot be read as it is now")
    run.press("u", "1 of 2")
    run.press("e", "Marked: the answer is too long", "as edited")
    run.press("u", "cannot be read as it is now")
    run.press("u", "Took back the edit", "Marked: the answer is too long")
    assert (marked.root / "decks/cities.yaml").read_text() == DECK
    run.press("q", "2 cases left")


def test_a_split(marked: Srs, terminal: Run) -> None:
    """p takes prompts from an editor, says what is wrong with them, keeps what was written, and adds the cards."""
    question, answer = "s/- q:$/- q: Which river?/", "s/    a:$/    a: The Seine./"
    run = terminal(
        marked,
        "fix",
        "france",
        env=editor(marked, f'sed -i "0,/q:$/{question}" $file', f'sed -i "0,/a:$/{answer}" $file'),
    )
    run.sees("1 of 1")
    run.press("p", "Not added. Line", "a prompt has no answer", "e: edit it again")
    run.press("e", "Added 1 card: p-which-river-")
    assert "a: The Seine." in (marked.root / "decks/cities.yaml").read_text()
    run.press("u", "Took back the prompts")
    assert (marked.root / "decks/cities.yaml").read_text() == DECK
    run.press("q", "1 case left")


def test_prompts_that_were_not_added_are_kept(marked: Srs, terminal: Run) -> None:
    """Prompts that were written and not added are in a file that the end names."""
    env = editor(marked, 'sed -i "0,/q:$/s/q:$/q: Which river?/" $file')
    run = terminal(marked, "fix", "france", env={**env, "TMPDIR": str(marked.home)})
    run.sees("1 of 1")
    run.press("p", "Not added.")
    run.press("x", "split")
    run.press("q", "The prompts that you wrote for france", "Nothing was done.")
    (kept,) = marked.home.glob("srs-*.yaml")
    assert "q: Which river?" in kept.read_text()


@pytest.mark.parametrize(
    ("key", "answer", "said"), [("1", "Madrid", "1 kept as yours."), ("2", "Barcelona", "1 taken from")]
)
def test_a_conflict(marked: Srs, terminal: Run, key: str, answer: str, said: str) -> None:
    """Of two versions 1 keeps mine, 2 takes the other; either way one note is left, and u brings both back."""
    marked.deck("cities", DECK + OTHER)
    run = terminal(marked, "fix", "spain or france")
    run.sees("1 of 2", "Two devices changed the note spain", "a: Madrid", "a: Barcelona", "edit both")
    run.press(key, "2 of 2", "spain")
    run.press("u", "Both versions are there again", "a: Madrid", "a: Barcelona")
    assert (marked.root / "decks/cities.yaml").read_text() == DECK + OTHER
    run.press(key, "2 of 2")
    run.press("q", said, "1 case left")
    expected = DECK.replace("Madrid", answer)
    assert re.sub(r"    tags: .geo.\n", "", (marked.root / "decks/cities.yaml").read_text()) == expected


def test_a_conflict_edited_by_hand(marked: Srs, terminal: Run) -> None:
    """When the edit takes the other version out, the conflict is settled."""
    marked.deck("cities", DECK + OTHER)
    run = terminal(marked, "fix", "spain", env=editor(marked, 'sed -i "/The other device/,\\$d" $file'))
    run.sees("1 of 1")
    run.press("e", "1 edited.", "Nothing is left to mend.")
    assert (marked.root / "decks/cities.yaml").read_text() == DECK


def test_a_conflict_that_an_edit_leaves(marked: Srs, terminal: Run) -> None:
    """When the edit leaves both versions, the case stays and is not called settled."""
    marked.deck("cities", DECK + OTHER)
    run = terminal(marked, "fix", "spain", env=editor(marked, 'sed -i "s/Barcelona/Cadiz/" $file'))
    run.sees("1 of 1")
    run.press("e", "This is how it is as edited.", "a: Cadiz", "a: Madrid")
    run.press("q", "1 edited. 1 case left")


def test_the_page_that_a_card_comes_from(bare: Srs, terminal: Run) -> None:
    """A card from a page of the web says its address, and o opens it."""
    browser = bare.home / "browser"
    browser.write_text(f"#!/bin/sh\necho $1 > {bare.home}/opened\n")
    browser.chmod(0o755)
    bare.collection(a="notes:\n  - q: x\n    id: x\n    a: y\n    from: https://example.org/page\n")
    assert bare("mark", "x", "which?").code == 0
    run = terminal(bare, "fix", env={"BROWSER": str(browser)})
    run.sees("From https://example.org/page (o opens it)")
    run.press("o", "Opened https://example.org/page")
    run.press("i", "any key goes back")
    run.press("x", "Marked: which?")
    run.press("?", "it is fine now")
    run.press("x", "Marked: which?")
    run.press("z", "means nothing here")
    run.press("q", "1 case left")
    assert (bare.home / "opened").read_text() == "https://example.org/page\n"


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 0)])
def test_leaving(marked: Srs, terminal: Run, key: str, code: int) -> None:
    """Ctrl-C and Ctrl-D end the walk with its summary; what was done is kept."""
    run = terminal(marked, "fix")
    run.sees("1 of 2")
    run.press("c", "2 of 2")
    run.press(key, "1 fine now. 1 case left")
    assert run.ends() == code
    assert len(marked.json("fix")) == 1


def test_a_clock_in_doubt(marked: Srs, terminal: Run) -> None:
    """A clock that stands before this device's newest event is asked about before anything is recorded."""
    assert marked("mark", "spain", "x", "--now", "2199-04-01T09:00:00Z").code == 0
    run = terminal(marked, "fix", "france", env={"SRS_NOW": ""})
    run.sees("1 of 1")
    run.press("c", "Is the clock right?")
    run.press("n", "fine now", "1 of 1")
    assert marked.json("fix", "france")
    run.press("c", "Is the clock right?")
    run.press("y", "1 fine now.")
    assert not marked.json("fix", "france")


def test_own_keys(marked: Srs, terminal: Run) -> None:
    """The keys of the user's own settings hold where the walk does not use them."""
    folder = marked.home / "config/srs"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[keys]\nskip = "w"\nsuspend = "c"\nedit = "x"\nhelp = "h"\n')
    run = terminal(marked, "fix", env={"XDG_CONFIG_HOME": str(folder.parent)})
    run.sees("1 of 2", "x edit   p split   s suspend   c fine now   w next   u undo   h keys")
    run.press("y", "h shows all keys.")
    run.press("w", "2 of 2")
    run.press("u", "1 of 2")
    run.press("c", "is fine now")
    run.press("q", "1 fine now. 1 case left")


def test_own_keys_in_sentences(bare: Srs, terminal: Run) -> None:
    """Sentences name the keys that the user gave: where a page can be opened, and where a file cannot be read."""
    bare.collection(a="notes:\n  - q: x\n    id: x\n    a: y\n    from: https://example.org/page\n")
    assert bare("mark", "x", "which?").code == 0
    folder = bare.home / "config/srs"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[keys]\nsource = "v"\nedit = "x"\nundo = "z"\n')
    env = editor(bare, 'sed -i "s/a: y/colour: y/" $file', "true")
    run = terminal(bare, "fix", env=env | {"XDG_CONFIG_HOME": str(folder.parent), "EDITOR": env["EDITOR"]})
    run.sees("From https://example.org/page (v opens it)")
    run.press("x", "x edits it again there, z puts back what stood there.")


def test_a_hangup(marked: Srs, terminal: Run) -> None:
    """A hangup ends the walk; what was done is kept."""
    run = terminal(marked, "fix")
    run.sees("1 of 2")
    run.press("c", "2 of 2")
    run.process.kill(signal.SIGHUP)
    assert run.ends() == 129
    assert len(marked.json("fix")) == 1


def test_hostile_text(bare: Srs, terminal: Run) -> None:
    """Escape sequences in a mark, a card, a deck's name and a source are shown and change nothing."""
    bare.collection(
        a='deck: "Evil \u202e"\nnotes:\n  - q: "one &#27;[2J"\n    id: x\n    a: y\n    from: sources/s.txt#L1\n'
    )
    (bare.root / "sources").mkdir()
    (bare.root / "sources/s.txt").write_text("\x1b]0;title\x07 text\n")
    assert bare("mark", "x", "bad \x1b[31m \u202e mark").code == 0
    run = terminal(bare, "fix")
    run.sees("bad", "mark", "text", "q ends")
    assert b"\x1b]" not in run.sent and b"\x1b[2J" not in run.sent and "\u202e".encode() not in run.sent
    assert "\x1b" not in bare("fix").out


def test_without_a_terminal(marked: Srs) -> None:
    """Without a terminal, and with --list, it prints what there is to mend."""
    marked.deck("cities", DECK + OTHER)
    done = marked("fix")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"spain\.other +Capital of Spain\? +the other version of spain\n", done.out)
    assert re.search(r"france:answer +Capital of France\? +marked: the answer is too long\n", done.out)
    assert re.search(r"italy-\w+:answer +Capital of Italy\? +5 lapses, suspended\n3 cases to mend\.\n", done.out)
    assert marked("fix", "--list").out == done.out
    assert marked("fix", "-tag:geo").out == "Nothing is to be mended.\n"


def test_nothing_but_a_broken_file(bare: Srs) -> None:
    """With no case but a file that cannot be read, it says that the file wants an editor."""
    bare.collection(a="notes:\n  - q: x\n    a: y\n", b="notes: [\n")
    said = "No card is marked, often forgotten or slow; the file above wants an editor.\n"
    done = bare("fix")
    assert done.out == said and done.err.startswith("decks/b.yaml:")
    bare.deck("c", "notes: [\n")
    assert bare("fix").out == said.replace("file above wants", "files above want")


def test_list_in_a_terminal(marked: Srs, terminal: Run) -> None:
    """With --list a terminal gets the table as well."""
    run = terminal(marked, "fix", "--list")
    run.sees("2 cases to mend.")
    assert run.ends() == 0 and not marked.json("fix", "id:none")


def test_json(marked: Srs) -> None:
    """--json gives each case with its reasons and its place."""
    marked.deck("cities", DECK + OTHER)
    conflict, france, italy = marked.json("fix")
    assert conflict == {
        "card": None, "note": "spain.other", "reasons": [{"why": "conflict", "of": "spain"}],
        "path": "decks/cities.yaml", "line": 14,
    }  # fmt: skip
    assert france["reasons"] == [{"why": "marked", "text": "the answer is too long"}]
    assert italy["reasons"] == [{"why": "leech", "lapses": 5, "suspended": True}]


def test_a_refused_query(marked: Srs) -> None:
    """A query that means nothing is wrong usage."""
    assert marked("fix", "is:nonsense").code == 2


def test_the_editor_opens_at_the_line(marked: Srs, terminal: Run) -> None:
    """An editor that is known is told the line of the note."""
    (Path(marked.home) / "bin").mkdir()
    script = editor(marked, "true")["EDITOR"]
    (marked.home / "bin/vim").symlink_to(script)
    run = terminal(marked, "fix", env={"EDITOR": str(marked.home / "bin/vim")})
    run.sees("1 of 2")
    run.press("e", "Nothing was changed.")
    run.press("q", "2 cases left")
    assert (marked.home / "asked").read_text().startswith("+4 ")
