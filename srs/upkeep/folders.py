"""The folders of a collection looked into: whether they can be written to, and what lies there that nobody needs."""

import os
import re
import shutil
from collections.abc import Mapping, Set
from pathlib import Path

from srs.collection import elsewhere
from srs.collection.content import shown_name
from srs.collection.files import DRAFT, lives
from srs.collection.locations import cache_folder, fragments_folder, state_folder
from srs.errors import SrsError
from srs.upkeep.findings import Finding, Report, Severity
from srs.upkeep.journalscan import scan
from srs.upkeep.merge import leftovers
from srs.watching import Watch
from srs.words import plural

_LITTLE, _TOO_LITTLE = 200 << 20, 10 << 20


def examine_folders(report: Report, root: Path, environ: Mapping[str, str], journal_folder: Path) -> None:
    """Whether they can be written to, whether the disk has room, and what was left behind in them."""
    state, cache = state_folder(environ), cache_folder(root, environ)
    wanted = {
        journal_folder: "answers cannot be saved",
        state: "this device's name and private journals cannot be saved",
        cache: "no command works",
    }
    for folder, without in wanted.items():
        there = _nearest(folder)
        if not os.access(there, os.W_OK | os.X_OK):
            report.add("folders", "problem", f"This cannot be written to, so {without}.", "Make it writable.", there)
    for folder in (root, root / "decks"):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            message = "This cannot be written to, so cards cannot be added or changed by srs."
            report.add("folders", "note", message, "Make it writable, if you want that.", folder)
    free = shutil.disk_usage(_nearest(journal_folder)).free
    report.count(folders=len(wanted) + 1, free=free)
    if finding := little_space(report.shown(journal_folder), free):
        report.found.append(finding)
    _drafts(report, root)
    for path in leftovers(root):
        message = "Another device's version, which a sync put beside this one's."
        report.add("folders", "note", message, "Take from it what you want, then delete it.", path)
    _fragments(report, fragments_folder(environ))


def little_space(path: str, free: int) -> Finding | None:
    """What to say where `free` bytes are left on the disk of `path`; None where that is enough."""
    if free >= _LITTLE:
        return None
    severity: Severity = "problem" if free < _TOO_LITTLE else "note"
    return Finding("folders", severity, f"{free >> 20} MB are free on this disk.", "Make room before it is full.", path)


def _drafts(report: Report, root: Path) -> None:
    """What a command that was killed left beside the file that it wanted to replace."""
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in files:
            draft = re.match(DRAFT, name)
            if draft and not lives(int(draft["process"])):
                message = f"A command was ended while it wrote {shown_name(draft['name'])}, and left this behind."
                report.add("folders", "note", message, "Nothing was lost; it may be deleted.", Path(place) / name)


def _fragments(report: Report, folder: Path) -> None:
    """Unfinished lines that were kept aside; the folder is one for all collections of this user."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return
    for name in names:
        message = "The unfinished end of a journal, kept aside: it was never acknowledged."
        report.add("folders", "note", message, "It may be deleted.", folder / name)


def find_moved_journal(report: Report, root: Path, ours: Path, here: Set[str], watch: Watch) -> None:
    """A private journal belongs to a path, so a collection that was moved begins with an empty one.

    `here`: the ids of the events in `ours`.
    """
    for other in elsewhere.abandoned(root, ours):
        if here and elsewhere.owner(other) is None:
            continue  # another one of that name, most likely
        if count := len(_ids(other, watch) - here):
            was = elsewhere.owner(other)
            whose = f"of {was}, where no collection is now," if was else f"of a collection called {root.name}"
            message = f"The private journal {whose} holds {plural(count, 'event')} that ours has not."
            hint = f"If this collection was moved here: {elsewhere.move_command(other, ours)}"
            report.add("folders", "note", message, hint, other)


def find_left_behind(
    report: Report, root: Path, environ: Mapping[str, str], where: str, here: Set[str], watch: Watch
) -> Set[str]:
    """A journal that does not count since `journal` in srs.toml, which says `where`, was changed; its events' ids.

    `here`: those of the journal that does.
    """
    other = elsewhere.other_folder(root, environ, where)
    there = _ids(other, watch)
    if missing := len(there - here):
        does = "does" if missing == 1 else "do"
        message = f"{elsewhere.noun(where)} holds {plural(missing, 'event')} that {does} not count"
        hint = elsewhere.hint(root, environ, where)
        report.add("journal", "problem", f'{message}, since `journal` is "{where}".', hint, other)
    elif there:
        message = f"{elsewhere.noun(where)} does not count, and holds nothing that ours has not."
        report.add("journal", "note", message, "It may be deleted.", other)
    return there


def _ids(folder: Path, watch: Watch) -> Set[str]:
    """The events that a journal's folder holds; none where it cannot be read."""
    try:
        return scan(folder, str, watch).ids
    except (SrsError, OSError):
        return set()


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    while not _is_there(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _is_there(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:  # what is above it is locked up
        return False
