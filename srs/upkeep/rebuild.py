"""The index thrown away and made anew from the text, even where the settings cannot be read."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from srs.collection.collection import Collection, not_opened
from srs.collection.files import open_regular
from srs.collection.index import discard, filled, open_index
from srs.collection.locations import SETTINGS_NAME, index_file
from srs.collection.settings import Settings, SettingsError, read_settings
from srs.errors import SrsError, said_by_system
from srs.watching import Watch, unwatched

_PRIVATE = re.compile(r"""^\s*journal\s*=\s*["']private["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index made anew: what it holds. `broken`: the settings could not be read and the defaults took their place."""

    notes: int
    cards: int
    events: int
    broken: SettingsError | None


def rebuild(root: Path, environ: Mapping[str, str], watch: Watch = unwatched) -> Rebuilt:
    """Throw the index away and make it anew from text. Raises SrsError where the text or the disk refuses."""
    root = root.resolve()
    path = index_file(root, environ)
    broken = None
    try:
        settings = read_settings(root)
    except SettingsError as error:
        settings, broken = guessed_settings(root), error
    before = _inode(path)
    try:
        with _opened(root, environ, settings, path, watch):  # what left the journal is known only to the old index
            pass
    except (SrsError, OSError, sqlite3.Error):
        pass
    try:
        if before is not None and _inode(path) == before and not path.is_dir():
            discard(path)
        with _opened(root, environ, settings, path, watch) as made:
            events = made.db.execute("select count(*) from event").fetchone()[0]
            return Rebuilt(*made.size(), events, broken)
    except sqlite3.DatabaseError as error:
        raise not_opened(path, error) from None
    except OSError as error:
        raise SrsError(f"{path.parent}: {said_by_system(error)}", "make the folder writable") from None


def guessed_settings(root: Path) -> Settings:
    """The defaults, but the journal where a srs.toml that cannot be read seems to have it."""
    try:
        with open_regular(root / SETTINGS_NAME) as file:
            text = file.read().decode("utf-8", "replace")
    except OSError:
        text = ""
    return Settings(journal="private" if _PRIVATE.search(text) else "here")


@contextmanager
def _opened(
    root: Path, environ: Mapping[str, str], settings: Settings, path: Path, watch: Watch
) -> Iterator[Collection]:
    with closing(open_index(path)) as db:
        collection = Collection(root, environ, settings, db, True, watch)
        collection.refresh()
        filled(db, path)
        yield collection


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
