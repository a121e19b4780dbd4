"""Where things are: the collection, the cache, the state and config folders. Knows paths, never what is in them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from srs.errors import SrsError
from srs.sha import sha256

SETTINGS_NAME = "srs.toml"
SCHEMA_NAME = "deck.schema.json"
TYPE_SCHEMA_NAME = "notetype.schema.json"
FILES = (SETTINGS_NAME, SCHEMA_NAME, TYPE_SCHEMA_NAME, ".gitattributes", ".gitignore")
FOLDERS = ("decks", "notetypes", "sources", "journal", "media")
"""What belongs to a collection; whatever else lies in its folder is the user's."""


class NoCollection(SrsError):
    """There is no collection where we were told to look, or anywhere above."""


def find_collection(given: str | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """The collection's folder: `given`, else $SRS_COLLECTION, else the nearest parent with srs.toml, else ~/srs.

    Raises NoCollection when none of these holds an srs.toml.
    """
    for name, place in (("-C", given), ("$SRS_COLLECTION", environ.get("SRS_COLLECTION"))):
        if place:
            root = Path(place).expanduser()
            if not (root / SETTINGS_NAME).is_file():
                raise NoCollection(
                    f"{name} names {place}, which holds no {SETTINGS_NAME}", f"make one: srs init {place}"
                )
            return root.resolve()
    for folder in (cwd, *cwd.parents):
        if (folder / SETTINGS_NAME).is_file():
            return folder.resolve()
    home = default_collection(environ)
    if (home / SETTINGS_NAME).is_file():
        return home.resolve()
    raise NoCollection(
        "there is no collection here, above here, or in ~/srs", "make one with the starter decks: srs init"
    )


def default_collection(environ: Mapping[str, str]) -> Path:
    """~/srs, where `srs init` puts a collection unless told otherwise."""
    return _home(environ) / "srs"


def cache_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Where the index of the collection at `root` lives: outside of it, so no synchroniser ever sees it."""
    return _base(environ, "SRS_CACHE_DIR", "XDG_CACHE_HOME", ".cache", "Library/Caches") / _key(root)


def state_folder(environ: Mapping[str, str]) -> Path:
    """What belongs to this machine and user and must not be lost: the device's name, private journals, fragments."""
    return _base(environ, "SRS_STATE_DIR", "XDG_STATE_HOME", ".local/state", "Library/Application Support")


def index_file(root: Path, environ: Mapping[str, str]) -> Path:
    """The index of the collection at `root`."""
    return cache_folder(root, environ) / "index.sqlite3"


def journal_folder(root: Path, environ: Mapping[str, str], where: str) -> Path:
    """The journal of the collection at `root`, whose settings say that it is `here` or `private`."""
    return private_journal_folder(root, environ) if where == "private" else root / "journal"


def private_journal_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Where the journal of a collection with `journal = "private"` lives."""
    return state_folder(environ) / "journals" / _key(root)


def fragments_folder(environ: Mapping[str, str]) -> Path:
    """Where unfinished lines of journals are kept aside, those of all collections."""
    return state_folder(environ) / "fragments"


def copies_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Where rewritten files of the collection at `root` leave what stood in them."""
    return state_folder(environ) / "copies" / _key(root)


def lost_file(root: Path, environ: Mapping[str, str]) -> Path:
    """Where events are kept that were in the journal of the collection at `root` and are no more."""
    return state_folder(environ) / "lost" / f"{_key(root)}.jsonl"


def config_file(environ: Mapping[str, str]) -> Path:
    """The user's own settings, the same place on every system: people keep it among their dotfiles."""
    folder = environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else _home(environ) / ".config") / "srs" / "config.toml"


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME")
    return Path(home) if home else Path.home()


def _base(environ: Mapping[str, str], own: str, xdg: str, unix: str, mac: str) -> Path:
    if environ.get(own):
        return Path(environ[own]).expanduser()
    if environ.get(xdg):
        return Path(environ[xdg]) / "srs"
    return _home(environ) / (mac if sys.platform == "darwin" else unix) / "srs"


def _key(root: Path) -> str:
    resolved = root.resolve()
    return f"{resolved.name or 'root'}-{sha256(os.fsencode(resolved))[:12]}"
