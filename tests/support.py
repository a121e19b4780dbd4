"""A collection on disk for a test: decks and settings from text, its own cache and state folders."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from srs.collection.collection import Collection

NOON = "2026-12-01T12:00:00+01:00"


def make_collection(
    tmp_path: Path, decks: Mapping[str, str] | None = None, settings: str = ""
) -> tuple[Path, dict[str, str]]:
    """Write a collection, `decks` being texts by path under decks/; its root, and an environment to open it in."""
    root = tmp_path / "cards"
    (root / "decks").mkdir(parents=True)
    for name, text in (decks or {}).items():
        write_deck(root, name, text)
    (root / "srs.toml").write_text(settings or 'timezone = "Europe/Berlin"\n', "utf-8")
    return root, environ_of(tmp_path)


def environ_of(tmp_path: Path, device: str = "here-0001") -> dict[str, str]:
    """The environment of one device, whose name is `device`."""
    state = tmp_path / f"state-{device}"
    if not state.exists():
        state.mkdir(parents=True)
        (state / "device").write_text(f"{device}\n", "utf-8")
    return {"HOME": str(tmp_path), "SRS_CACHE_DIR": str(tmp_path / f"cache-{device}"), "SRS_STATE_DIR": str(state)}


def open_collection(root: Path, environ: Mapping[str, str], fixed_clock: bool = False) -> Collection:
    """The collection as a command opens it."""
    return Collection.open(root, environ, fixed_clock)


def write_deck(root: Path, name: str, text: str) -> Path:
    """Write or replace decks/`name`."""
    path = root / "decks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def moment(text: str = NOON) -> int:
    """Milliseconds since the epoch of an ISO time with an offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def basic_deck(*ids: str) -> str:
    """A deck of basic notes, one card each: `<id>:answer`."""
    return "notes:\n" + "".join(f"  - q: What is {id}?\n    id: {id}\n    a: It is {id}.\n" for id in ids)


def times(count: int) -> int:
    """How often a test of chance is repeated: `count`, ten times as often under `make soak`."""
    return count * 10 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else count
