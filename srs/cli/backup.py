"""`srs backup` and `srs restore`: a collection as one file, and back."""

import atexit
import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli.context import Context, tell_problems, zone_of
from srs.cli.output import complain, print_json, say, tell
from srs.cli.progress import progress
from srs.collection.collection import Collection
from srs.collection.content import shown_name
from srs.collection.locations import SETTINGS_NAME, find_collection
from srs.errors import SrsError, UsageError
from srs.words import plural

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from srs.upkeep.archive import LeftOut, Manifest
    from srs.upkeep.restore import Restored

_SHOWN = 10
_PARTS = (
    ("private-journal", "private journal file"),
    ("notetypes", "note type"),
    ("sources", "source"),
    ("media", "media file"),
)


def backup(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Where to; a name with the day in this folder without it.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Put the whole collection into one archive.

    That is decks, media, settings, sources and journal.

    Example: srs backup ~/backups
    """
    from srs.memory.days import iso_instant
    from srs.upkeep.backup import back_up

    context: Context = ctx.obj
    root = find_collection(context.folder, context.environ, Path.cwd())
    zone, unreadable = zone_of(root, context.environ)
    now = context.clock_in(zone)()
    target = _target(root, file, now, zone)
    report = back_up(root, context.environ, target, iso_instant(now), force, progress)
    manifest = report.manifest
    if unreadable and any(item.path == SETTINGS_NAME for item in manifest.items):
        tell(f"{unreadable}; backed up as it is.")
    _tell_left_out(manifest.left_out)
    if as_json:
        print_json(
            {
                "file": str(report.file),
                "size": report.size,
                **_head(manifest),
                "linked": [shown_name(path) for path in report.linked],
                "apart": [shown_name(path) for path in report.apart],
            }
        )
    else:
        _print_names("Links that lead out of the collection, stored as the files they lead to", report.linked)
        _print_names("Not in it, being no part of the collection", report.apart)
        say(f"{report.file}: {_contents(manifest)}.")
        if not file and Path.cwd().is_relative_to(root):
            say("It lies beside the collection, so that it is not lost with it; srs backup FILE puts it elsewhere.")
        say(f"Restore it: srs restore {shlex.quote(str(report.file))} DIR")
    if manifest.left_out:
        raise typer.Exit(1)


def restore(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `srs backup` made.")],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Where to; empty, or not there yet.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Make a collection of a backup, once every byte is checked.

    Example: srs restore cards-2026-12-01.srs.zip ~/cards
    """
    from srs.upkeep.restore import restore as make_again

    context: Context = ctx.obj
    if not folder:
        raise UsageError("no folder is named to restore to", "for example: srs restore FILE cards")
    place, here = Path(folder).expanduser(), Path.cwd()
    restored = make_again(Path(file).expanduser(), place, context.environ, progress)
    manifest = restored.manifest
    if restored.settings_made:
        tell(f"The backup holds no {SETTINGS_NAME}, so the collection has one with the defaults; look into it.")
    if here == restored.root:
        os.chdir(here)  # the empty folder that this process stood in is gone
        tell(f"This folder is a new one now; enter it again: cd {shlex.quote(str(here))}")
    _tell_left_out(manifest.left_out)
    if restored.beside:
        tell(f"There was a journal in {restored.private} already. It is kept, and counts with the restored one.")
    counts = _counts(restored, context)
    if as_json:
        print_json({"folder": str(place), **_head(manifest), **(counts or {}), "beside": list(restored.beside)})
    else:
        say(f"Restored {_contents(manifest)} to {place}.")
        if counts:
            say(f"{', '.join(plural(count, noun.removesuffix('s')) for noun, count in counts.items())}.")
        say(f"Study it: srs -C {shlex.quote(str(place))} review")
    if counts is None:
        raise typer.Exit(1)


def _target(root: Path, file: str, now: int, zone: "ZoneInfo") -> Path:
    """Where the backup goes: the file named, or a free name in the folder named or in this one.

    Run within the collection, the free name is beside it: a backup in the collection's folder would be lost with it.
    """
    from datetime import datetime

    from srs.upkeep.backup import default_target

    given = Path(file).expanduser()
    if file and not given.is_dir():
        return given
    here = Path.cwd()
    folder = given if file else root.parent if here.is_relative_to(root) else Path()
    return default_target(root, folder, datetime.fromtimestamp(now / 1000, zone).date().isoformat())


def _head(manifest: "Manifest") -> dict[str, Any]:
    left_out = [{"path": shown_name(each.path), "why": each.why} for each in manifest.left_out]
    return {"made": manifest.made, "srs": manifest.srs, "counts": manifest.counts(), "left_out": left_out}


def _contents(manifest: "Manifest") -> str:
    """`412 files (3 decks, 1 note type, 120 media, 2 journals), 1.2 MB`."""
    counts = manifest.counts()
    parts = [plural(counts["decks"], "deck file")]
    if counts["journal"] or not counts["private-journal"]:
        parts.append(plural(counts["journal"], "journal file"))
    for name, noun in _PARTS:
        parts += [plural(counts[name], noun)] if counts[name] else []
    return f"{plural(counts['files'], 'file')} ({', '.join(parts)}), {_size(counts['bytes'])}"


def _size(count: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return plural(count, "byte")


def _print_names(what: str, names: Iterable[str]) -> None:
    all_names = [shown_name(name) for name in names]
    if all_names:
        more = f" and {len(all_names) - _SHOWN} more" if len(all_names) > _SHOWN else ""
        say(f"{what}: {', '.join(all_names[:_SHOWN])}{more}.".replace("\n", "␊"))


def _tell_left_out(left_out: "Iterable[LeftOut]") -> None:
    for each in left_out:
        tell(f"Not in the backup: {shown_name(each.path)}, {each.why}.")


def _counts(restored: "Restored", context: Context) -> dict[str, int] | None:
    """What the collection holds now that it is opened; None, and told, where it cannot be opened."""
    from srs.upkeep.restore import counts_of

    try:
        collection = Collection.open(restored.root, context.environ, watch=progress)
        atexit.register(collection.db.close)
    except SrsError as error:
        complain(f"the files are restored, and srs cannot open them: {error.message}", error.hint)
        return None
    tell_problems(collection.problems())
    return counts_of(collection)
