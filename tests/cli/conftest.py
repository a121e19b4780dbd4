"""Fixtures for tests of the command line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import CITIES, QUOTES, Srs, Terminal, Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process with everything imported, for all tests."""
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def bare(tmp_path: Path, warm: Warm) -> Srs:
    """A home without a collection."""
    home = tmp_path / "home"
    home.mkdir()
    return Srs(home, warm)


@pytest.fixture
def srs(bare: Srs) -> Srs:
    """A home with a small collection: six cards and a draft in two decks."""
    return bare.collection(cities=CITIES, quotes=QUOTES)


@pytest.fixture
def terminal(warm: Warm) -> Iterator[Callable[..., Terminal]]:
    """`terminal(srs, "review", columns=40)` runs the command in a pseudo-terminal."""
    opened: list[Terminal] = []

    def run(srs: Srs, *words: str, env: dict[str, str] | None = None, cwd: Path | None = None, **size: Any) -> Terminal:
        place = cwd or (srs.root if srs.root.is_dir() else srs.home)
        opened.append(Terminal(words, srs.env | (env or {}), place, warm=warm, **size))
        return opened[-1]

    yield run
    for each in opened:
        each.close()
