"""What a command must not load before it shows something: the first card appears at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.helpers import Srs, Terminal

HEAVY = {
    "yaml", "markdown_it", "mdit_py_plugins", "pygments", "rich", "numpy", "fsrs", "genanki", "pydantic", "backports",
}  # fmt: skip
LISTING = """\
import atexit, os, sys
atexit.register(lambda: open(os.environ["MODULES"], "w").write(" ".join(sys.modules)))
from srs.cli.app import main
main()
"""
PAINTED = """\
import os, sys
from srs.cli.terminal.screen import Screen
paint = Screen.paint
def painted(self, page):
    paint(self, page)
    Screen.paint = paint
    open(os.environ["MODULES"], "w").write(" ".join(sys.modules))
from srs.cli.app import main
Screen.paint = painted
main()
"""
# What an answer, an edit or a card without a face needs, and a first card with one does not.
LATER = {
    "srs.cards.deck", "srs.cards.faces", "srs.cards.template", "srs.cards.markup", "srs.cards.notetype",
    "srs.collection.history", "srs.collection.journal", "srs.collection.eventrows", "srs.collection.views",
    "srs.memory.events", "srs.memory.fold", "srs.memory.schedule", "srs.study.search", "srs.study.glance",
    "importlib.resources", "shlex", "tempfile", "tomllib", "html.entities", "zoneinfo", "dataclasses",
}  # fmt: skip

# What else a command for scripts does without: deck files, the fold and answers where nothing is answered.
READING = {"tomllib", "srs.cards.tree", "srs.cards.deck", "srs.cards.markup", "srs.cards.notetype", "srs.cards.faces"}
FOLDING = {"srs.memory.fold", "srs.memory.events", "srs.collection.history", "srs.collection.journal"}
GLANCING = READING | FOLDING | {"srs.study.session", "srs.study.search", "srs.collection.views", "srs.memory.schedule"}


@pytest.fixture
def settled(srs: Srs) -> Srs:
    """A collection whose files are old enough to be taken for settled, its index and faces up to date."""
    for path in srs.root.rglob("*.yaml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    for card in srs.json("list"):
        srs("show", card["id"])
    srs.env["MODULES"] = str(srs.home / "modules")
    return srs


def loaded(srs: Srs) -> set[str]:
    """The heavy libraries that the last command loaded."""
    modules = Path(srs.env["MODULES"]).read_text().split()
    assert "srs.cli.app" in modules
    return HEAVY & {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], [], ["--version"], ["--help"], ["list"]])
def test_commands_load_no_library(settled: Srs, command: list[str]) -> None:
    """With a warm index, commands that show numbers load none of the heavy libraries."""
    command = [sys.executable, "-c", LISTING, *command]
    assert subprocess.run(command, env=settled.env, cwd=settled.root, capture_output=True, check=False).returncode == 0
    assert loaded(settled) == set()


def test_first_card_loads_no_library(settled: Srs) -> None:
    """With a warm index, `srs review` paints a card whose faces are kept and loads none of the heavy libraries."""
    run = Terminal([sys.executable, "-c", LISTING, "review"], settled.env, settled.root)
    try:
        run.sees("Capital of France?")
        run.press("q", "No card was answered.")
        assert run.ends() == 0
    finally:
        run.close()
    assert loaded(settled) == set()


def test_first_card_loads_no_more_than_it_needs(settled: Srs) -> None:
    """When the first card is on the screen, nothing is loaded of what only an answer or an edit needs."""
    run = Terminal([sys.executable, "-c", PAINTED, "review"], settled.env, settled.root)
    try:
        run.sees("Capital of France?")
        run.press("q", "No card was answered.")
        assert run.ends() == 0
    finally:
        run.close()
    modules = set(Path(settled.env["MODULES"]).read_text().split())
    assert "srs.cli.terminal.sitting" in modules
    assert modules & LATER == set()


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        (["status"], GLANCING),
        (["status", "--short"], GLANCING | {"srs.study.glance", "srs.study.pace"}),
        (["next"], READING | FOLDING | {"srs.study.session", "srs.cli.card", "srs.study.glance"}),
        (["list", "is:due"], READING | FOLDING | {"srs.study.session", "srs.study.agenda"}),
        (["explain", "france:answer"], READING | {"srs.study.session", "srs.study.agenda"}),
        (["answer", "france:answer", "good"], READING | {"srs.study.session", "srs.study.agenda"}),
    ],
)
def test_commands_for_scripts_load_no_more_than_they_need(settled: Srs, command: list[str], unneeded: set[str]) -> None:
    """A command for scripts or a glance loads none of our own modules that its answer does not need."""
    words = [sys.executable, "-c", LISTING, *command]
    assert subprocess.run(words, env=settled.env, cwd=settled.root, capture_output=True, check=False).returncode == 0
    assert set(Path(settled.env["MODULES"]).read_text().split()) & unneeded == set()


def test_the_index_is_closed(settled: Srs) -> None:
    """A command that wrote into the index leaves none of SQLite's own files beside it."""
    command = [sys.executable, "-c", LISTING, "flag", "1", settled.json("list")[0]["id"]]
    subprocess.run(command, env=settled.env, cwd=settled.root, capture_output=True, check=True)
    assert [path.name for path in (settled.home / "cache").rglob("index*")] == ["index.sqlite3"]
