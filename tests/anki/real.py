"""The real Anki behind two classes: a process that has it, and one collection in it. Knows nothing of the product."""

import json
import os
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# Environment variable and folder of each interpreter; `make test` makes the folders.
PYTHONS = {
    "newest": ("SRS_ANKI_PYTHON", ".venv-anki/bin/python"),
    "oldest": ("SRS_OLDEST_ANKI_PYTHON", ".venv-anki-oldest/bin/python"),
}


class AnkiProcess:
    """An interpreter with Anki, which plays steps on one collection after another."""

    def __init__(self, version: str) -> None:
        variable, folder = PYTHONS[version]
        python = Path(os.environ.get(variable) or ROOT / folder)
        if not python.exists():
            if os.environ.get("CI") or os.environ.get("SRS_REQUIRE_ANKI"):
                pytest.fail(f"no interpreter with anki at {python}")
            pytest.skip(f"no interpreter with anki: make test installs one, or set {variable}")
        self.version = version
        self._process = subprocess.Popen(
            [python, Path(__file__).with_name("driver.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"TZ": "UTC"},
        )

    def play(self, collection: Path, name: str, arguments: dict[str, Any]) -> Any:
        """What one step returns; see driver.py for their names."""
        assert self._process.stdin is not None and self._process.stdout is not None
        request = {"collection": str(collection), "steps": [(name, arguments)]}
        self._process.stdin.write(json.dumps(request, default=str) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert isinstance(answer, list), answer["error"]
        return answer[0]

    def close(self) -> None:
        self._process.communicate()


class Anki:
    """A collection of the real Anki: `anki.take(path=…)` and so on play the step of that name."""

    def __init__(self, process: AnkiProcess, folder: Path) -> None:
        self._process = process
        self._folder = folder

    @property
    def oldest(self) -> bool:
        """Whether this is the oldest Anki that is supported."""
        return self._process.version == "oldest"

    def another(self, name: str) -> "Anki":
        """A new collection of the same Anki."""
        return Anki(self._process, self._folder / name)

    def __getattr__(self, name: str) -> Any:
        return partial(self._play, name)

    def _play(self, step: str, **arguments: Any) -> Any:
        return self._process.play(self._folder / "collection.anki2", step, arguments)
