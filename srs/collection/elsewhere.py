"""Journals that do not count: where `journal` in srs.toml pointed before, or where a collection was once.

Knows folders and the names of files, not what is in them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from srs.collection.files import draft_of, open_regular
from srs.collection.locations import SETTINGS_NAME, journal_folder
from srs.errors import Problem

OWNER = ".collection"
"""The file in a private journal's folder that holds the path of its collection; hidden, so it is no journal."""

_LONGEST_PATH = 1 << 16


def other_folder(root: Path, environ: Mapping[str, str], where: str) -> Path:
    """The journal's folder that does not count in the collection at `root`, whose settings say `where` it is."""
    return journal_folder(root, environ, "here" if where == "private" else "private")


def left_behind(root: Path, environ: Mapping[str, str], where: str) -> Problem | None:
    """What to say where the folder that does not count holds a journal; one listing, nothing is read."""
    other = other_folder(root, environ, where)
    count = len(_names(other))
    if not count:
        return None
    files, does = ("1 file", "does") if count == 1 else (f"{count} files", "do")
    message = f'{noun(where)} holds {files} that {does} not count, since `journal` is "{where}".'
    return Problem(SETTINGS_NAME, 1, 1, "error", "journal-elsewhere", message, hint(root, environ, where))


def hint(root: Path, environ: Mapping[str, str], where: str) -> str:
    """How to have the journal that does not count."""
    other, ours = other_folder(root, environ, where), journal_folder(root, environ, where)
    was = "here" if where == "private" else "private"
    return (
        f'To have both: {move_command(other, ours)}\nTo have that one instead: `journal = "{was}"` in {SETTINGS_NAME}.'
    )


def noun(where: str) -> str:
    """What the journal is called at the start of a sentence that does not count where the settings say `where`."""
    return "`journal/`" if where == "private" else "The private journal"


def move_command(source: Path, target: Path) -> str:
    """The shell's command that puts the journal in the folder `source` to that in `target` and replaces no file."""
    names = _names(source)
    clashing = [name for name in names if os.path.lexists(target / name)]
    commands = [] if target.is_dir() else [f"mkdir -p {_quoted(target)}"]
    for name in clashing:
        commands.append(f"mv {_quoted(source / name)} {_quoted(_free(target / name))}")
    if len(clashing) < len(names):
        commands.append(f"mv {_quoted(source)}/*.jsonl* {_quoted(target)}")
    return " && ".join(commands)


def remember(folder: Path, root: Path) -> None:
    """Note in the private journal's folder that it is that of the collection at `root`; where that fails, it is not."""
    path, text = folder / OWNER, os.fsencode(f"{root.resolve()}\n")
    draft = draft_of(path)
    try:
        if _read(path) != text:
            draft.write_bytes(text)
            draft.replace(path)
    except OSError:
        pass  # the journal is found without it as long as the collection stays where it is


def abandoned(root: Path, ours: Path) -> list[Path]:
    """Private journals beside `ours` that may have been that of the collection at `root` before it was moved.

    Those whose collection is no longer where it was, and those that name none and whose folder is called as ours is.
    """
    try:
        others = sorted(entry for entry in ours.parent.iterdir() if entry != ours)
    except OSError:
        return []
    return [other for other in others if _may_be_ours(other, root) and _names(other)]


def owner(folder: Path) -> Path | None:
    """The collection that a private journal's folder belongs to; None where it does not say."""
    text = _read(folder / OWNER).removesuffix(b"\n")
    return Path(os.fsdecode(text)) if text.startswith(b"/") and b"\0" not in text else None


def _may_be_ours(other: Path, root: Path) -> bool:
    was = owner(other)
    if was is None:
        return other.name.startswith(f"{root.name or 'root'}-")
    return not os.path.lexists(was / SETTINGS_NAME)


def _read(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(_LONGEST_PATH)
    except OSError:
        return b""


def _names(folder: Path) -> list[str]:
    """The files in a journal's folder that hold anything; none where it cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            return sorted(each.name for each in entries if _is_journal(each))
    except OSError:
        return []


def _is_journal(entry: "os.DirEntry[str]") -> bool:
    return entry.name[0] != "." and ".jsonl" in entry.name and entry.is_file() and entry.stat().st_size > 0


def _free(target: Path) -> Path:
    number = 1
    while True:
        name = f"{target.stem}.moved{f'-{number}' if number > 1 else ''}{target.suffix}"
        if not os.path.lexists(beside := target.with_name(name)):
            return beside
        number += 1


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
