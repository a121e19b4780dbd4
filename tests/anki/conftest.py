"""Fixtures for tests against the real Anki, the newest and the oldest that is supported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anki.real import PYTHONS, Anki, AnkiProcess
from tests.cli.conftest import bare, warm
from tests.cli.helpers import Srs

__all__ = ["bare", "warm"]


@pytest.fixture(scope="session", params=list(PYTHONS))
def anki_process(request: pytest.FixtureRequest) -> Iterator[AnkiProcess]:
    """An interpreter with Anki, for all tests."""
    process = AnkiProcess(request.param)
    yield process
    process.close()


@pytest.fixture
def anki(anki_process: AnkiProcess, tmp_path: Path) -> Anki:
    """An empty collection of the real Anki."""
    return Anki(anki_process, tmp_path / "anki")


@pytest.fixture
def srs(bare: Srs) -> Srs:
    """An empty collection whose clock is the real one, as Anki's is; times and days in UTC."""
    del bare.env["SRS_NOW"]
    return bare.collection(settings='timezone = "UTC"\n')
