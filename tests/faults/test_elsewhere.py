"""The same journal in another timezone, locale or process, or on a machine whose clock is wrong: the same state."""

import json
import os
from pathlib import Path
from random import Random

import pytest

from srs.memory import events as ev
from tests.faults.helpers import Server
from tests.faults.test_one_state import history, split
from tests.support import basic_deck, environ_of, make_collection

NOW = "2026-12-25T23:30:00Z"
SETTINGS = {
    "a timezone of its own": 'timezone = "Pacific/Auckland"\nrollover = 3\n',
    "a deck with other rules": 'timezone = "Europe/Berlin"\n[deck.a]\ndesired_retention = 0.8\n',
}
ELSEWHERE = {
    "far east": {"TZ": "Pacific/Kiritimati"},
    "far west": {"TZ": "America/Adak"},
    "odd timezone": {"TZ": "XYZ+3:17:09"},
    "no timezone": {"TZ": ""},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
}


def collection(tmp_path: Path, settings: str) -> tuple[Path, dict[str, str]]:
    """Two hundred events of three devices, split over five files."""
    root, env = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two"), "b.yaml": basic_deck("three")}, settings)
    chance = Random(8)
    (root / "journal").mkdir()
    for name, lines in split(history(chance, 200), chance).items():
        (root / "journal" / name).write_bytes(b"".join(line + b"\n" for line in lines))
    return root, env


def listed(server: Server, root: Path, env: dict[str, str], now: str = NOW) -> object:
    done = server.srs(root, env, "list", "--json", "--now", now)
    assert done["code"] == 0, done["err"]
    return json.loads(done["out"])


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_another_environment(tmp_path: Path, server: Server, settings: str) -> None:
    """`srs list --json` says the same wherever it is asked, down to the last digit of every memory."""
    root, env = collection(tmp_path, settings)
    here = listed(server, root, env)
    assert {card["state"] for card in here} > {"new"}
    for name, other in ELSEWHERE.items():
        assert listed(server, root, environ_of(tmp_path, "other-" + name.replace(" ", "-")) | other) == here, name


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_another_hash_seed(tmp_path: Path, seed: str) -> None:
    """A process whose sets and mappings are ordered otherwise says the same."""
    import subprocess
    import sys

    root, _ = collection(tmp_path, SETTINGS["a deck with other rules"])

    def said(device: str, seed: str) -> str:
        environ = os.environ | environ_of(tmp_path, device) | {"PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "srs", "-C", str(root), "--now", NOW, "list", "--json"]
        return subprocess.run(command, env=environ, capture_output=True, check=True, text=True).stdout

    assert said("one-0001", seed) == said("two-0002", "99")


@pytest.mark.parametrize("clock", ["1999-01-01T00:00:00Z", "2026-12-24T00:00:00Z", "2091-06-06T06:06:06Z"])
def test_another_clock(tmp_path: Path, server: Server, clock: str) -> None:
    """A machine whose clock is decades off reads the journal into the same state; asked for the same moment, it says
    the same as one whose index was made at that moment.
    """
    root, env = collection(tmp_path, SETTINGS["a timezone of its own"])
    other = environ_of(tmp_path, "lost-0009")
    listed(server, root, other, clock)
    assert listed(server, root, other) == listed(server, root, env)


@pytest.mark.parametrize("mtime", [0, -1, 4_000_000_000])
def test_odd_times_of_files(tmp_path: Path, server: Server, mtime: int) -> None:
    """What the file system says of when a file changed decides nothing, only whether it is looked at again."""
    root, env = collection(tmp_path, SETTINGS["a timezone of its own"])
    other = environ_of(tmp_path, "odd-0009")
    for path in [*root.rglob("*.jsonl"), *root.rglob("*.yaml")]:
        os.utime(path, (mtime, mtime))
    here = listed(server, root, env)
    for path in sorted((root / "journal").iterdir()):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[: len(lines) // 2]))
        os.utime(path, (mtime, mtime))
    listed(server, root, other)
    for path in sorted((root / "journal").iterdir()):
        path.unlink()
    for name, lines_ in split(history(chance := Random(8), 200), chance).items():
        (root / "journal" / name).write_bytes(b"".join(line + b"\n" for line in lines_))
        os.utime(root / "journal" / name, (mtime, mtime))
    assert listed(server, root, other) == listed(server, root, env) == here


def test_the_day_of_an_event_stands(tmp_path: Path, server: Server) -> None:
    """Another timezone in the settings changes what is today, and no study day, due day or memory of the past."""
    root, env = collection(tmp_path, 'timezone = "Pacific/Kiritimati"\n')
    before = listed(server, root, env)
    (root / "srs.toml").write_text('timezone = "Pacific/Niue"\nrollover = 9\n')
    for card, was in zip(listed(server, root, env), before, strict=True):
        for key in ("state", "due", "stability", "difficulty", "reps", "lapses"):
            assert card[key] == was[key]


def test_events_are_the_same_bytes(tmp_path: Path) -> None:
    """Reading a line and writing it again gives the same bytes, for every kind of event."""
    for event in history(Random(5), 300):
        assert ev.encode(ev.decode(ev.encode(event))) == ev.encode(event)
