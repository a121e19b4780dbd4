"""The real Anki behind a function."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def anki(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Plays steps ("import=FILE", "answer=3") on one collection of the real Anki, in its own process."""
    python = os.environ.get("SRS_ANKI_PYTHON") or ROOT / ".venv-anki/bin/python"
    if not Path(python).exists():
        if os.environ.get("CI") or os.environ.get("SRS_REQUIRE_ANKI"):
            pytest.fail(f"no interpreter with anki at {python}")
        pytest.skip("no interpreter with anki: make test installs one, or set SRS_ANKI_PYTHON")

    def run(*steps: str) -> dict[str, Any]:
        script = Path(__file__).with_name("anki_check.py")
        collection = tmp_path / "anki" / "collection.anki2"
        done = subprocess.run([python, script, collection, *steps], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    return run
