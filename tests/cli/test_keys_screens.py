"""Every key of a sitting in a pseudo-terminal, each screen as it was when somebody last looked at it."""

import re
from pathlib import Path

import pytest

from tests.cli.helpers import Warm
from tests.cli.stored_screens import FOLDER, captures, file_of, variants


@pytest.mark.parametrize(("name", "columns", "rows", "colour"), list(variants()))
def test_screens(tmp_path: Path, warm: Warm, name: str, columns: int, rows: int, colour: bool) -> None:
    """After each key stands what is stored; `make screens` remakes the files, to be looked at before they are kept."""
    home = tmp_path / "home"
    home.mkdir()
    seen = captures(name, columns, rows, colour, home, warm)
    assert seen == file_of(name, columns, rows, colour).read_text("utf-8")


def test_no_screen_is_left_over() -> None:
    """Every stored file belongs to a scenario."""
    assert {path.name for path in FOLDER.iterdir()} == {file_of(*variant).name for variant in variants()}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*-no-color.txt")), ids=lambda path: path.name)
def test_no_meaning_hangs_on_colour(path: Path) -> None:
    """Under NO_COLOR there is no colour, and the words are those of the coloured screens."""
    coloured, bare = path.with_name(path.name.replace("-no-color", "")), re.compile(r"⟦[^:⟧]*:([^⟧]*)⟧")
    text = path.read_text("utf-8")
    assert not re.search(r"⟦[^:⟧]*(cyan|magenta|yellow|blue|red|green)", text)
    assert bare.sub(r"\1", text) == bare.sub(r"\1", coloured.read_text("utf-8"))
