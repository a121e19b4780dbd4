"""Restoring a backup: everything is checked and written beside its place, then named into it. Knows no zip files."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srs.collection.collection import Collection
from srs.collection.elsewhere import remember
from srs.collection.files import sync_folder
from srs.collection.locations import SETTINGS_NAME, private_journal_folder
from srs.collection.settings import FORMAT
from srs.errors import SrsError, said_by_system
from srs.upkeep.archive import PRIVATE, Archive, Item, Manifest, open_archive
from srs.watching import Watch, told, unwatched

_NOTHING = "nothing was restored"


@dataclass(frozen=True, slots=True)
class Restored:
    """A collection that is in its place again. `beside`: private journals that were put beside others of their name.

    `settings_made`: the backup held no settings, so that the collection has the defaults.
    """

    root: Path
    manifest: Manifest
    private: Path | None
    beside: tuple[str, ...]
    settings_made: bool


def restore(file: Path, folder: Path, environ: Mapping[str, str], watch: Watch = unwatched) -> Restored:
    """Make the collection that `file` holds at `folder`, which must be empty or not exist.

    Raises SrsError where it is not empty, the archive is not as it was made, or the disk refuses; then nothing is
    there.
    """
    root = Path(os.path.realpath(folder))
    _refuse_taken(folder, root)
    with open_archive(file) as archive:
        try:
            return _restored(archive, root, environ, watch)
        except OSError as error:
            name = error.filename or folder
            raise SrsError(
                f"{name}: not written, {said_by_system(error)}", f"{_NOTHING}; mend it and repeat"
            ) from error


def counts_of(collection: Collection) -> dict[str, int]:
    """How many notes, cards and events a collection holds, drafts and dead events included."""
    notes, cards = collection.size()
    events = collection.db.execute("select count(*) from event").fetchone()[0]
    return {"notes": notes, "cards": cards, "events": events}


def _restored(archive: Archive, root: Path, environ: Mapping[str, str], watch: Watch) -> Restored:
    private = private_journal_folder(root, environ)
    ours = [item for item in archive.manifest.items if not item.path.startswith(f"{PRIVATE}/")]
    apart = [item for item in archive.manifest.items if item.path.startswith(f"{PRIVATE}/")]
    _refuse_too_large(archive.manifest, root)
    draft, draft_private = _draft(root), _draft(private)
    try:
        _unpack(archive, ours, draft, "", watch)
        (draft / "decks").mkdir(exist_ok=True)
        settings_made = not (draft / SETTINGS_NAME).exists()
        if settings_made:
            (draft / SETTINGS_NAME).write_text(_settings(archive.manifest), "utf-8")
        if root.exists():
            shutil.copymode(root, draft)
        beside: list[str] = []
        if apart:
            _unpack(archive, apart, draft_private, f"{PRIVATE}/", watch)
            # First: a journal without its collection does no harm, a collection without its journal is a fright.
            beside = _join(draft_private, private)
            remember(private, root)
        os.sync()
        draft.rename(root)
        sync_folder(root.parent)
    finally:
        for each in (draft, draft_private):
            shutil.rmtree(each, ignore_errors=True)
    return Restored(root, archive.manifest, private if apart else None, tuple(beside), settings_made)


def _settings(manifest: Manifest) -> str:
    """The least a srs.toml must say for the journal of this backup to count."""
    counts = manifest.counts()
    private = counts[PRIVATE] and not counts["journal"]
    return f"format = {FORMAT}\n" + ('journal = "private"\n' if private else "")


def _refuse_taken(folder: Path, root: Path) -> None:
    if folder.is_symlink() and not folder.exists():
        raise SrsError(f"{folder} is a link that leads nowhere", f"{_NOTHING}; name a folder")
    for above in root.parents:
        if os.path.lexists(above / SETTINGS_NAME):
            raise SrsError(f"{folder} lies in the collection {above}", f"{_NOTHING}; name a folder outside of it")
    if root.is_dir():
        if any(root.iterdir()):
            raise SrsError(f"{folder} is not empty", "name a folder that does not exist yet")
    elif os.path.lexists(root):
        raise SrsError(f"{folder} is not a folder", "name a folder that does not exist yet")


def _refuse_too_large(manifest: Manifest, root: Path) -> None:
    there = next(parent for parent in root.parents if parent.is_dir())
    needed, free = manifest.counts()["bytes"], shutil.disk_usage(there).free
    if needed > free:
        message = f"the collection takes {needed} bytes, and the disk of {root} has {free}"
        raise SrsError(message, f"{_NOTHING}; make room, or name another place")


def _draft(place: Path) -> Path:
    return place.with_name(f".{place.name}.{os.getpid()}.restoring")


def _unpack(archive: Archive, items: list[Item], draft: Path, inside: str, watch: Watch) -> None:
    draft.mkdir(parents=True)
    for item in told(watch, "Restoring", items, len(items)):
        place = draft / item.path.removeprefix(inside)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = place.open("xb")
        except FileExistsError:
            raise SrsError(
                f"{item.path}: this disk takes its name for that of another file in the backup",
                f"{_NOTHING}; name a place on a disk that tells capital letters from small ones",
            ) from None
        with file:
            for block in archive.read(item):
                file.write(block)


def _join(draft: Path, private: Path) -> list[str]:
    """Put journals into the private folder; those that found another of their name there, under their new names."""
    if not private.exists():
        draft.rename(private)
        return []
    beside = []
    for source in sorted(path for path in draft.rglob("*") if path.is_file()):
        target = private / source.relative_to(draft)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        if target.exists():
            target = _free(target)
            beside.append(target.name)
        source.rename(target)
    return beside


def _free(target: Path) -> Path:
    number = 1
    while True:
        name = f"{target.stem}.restored{f'-{number}' if number > 1 else ''}{target.suffix}"
        if not (beside := target.with_name(name)).exists():
            return beside
        number += 1
