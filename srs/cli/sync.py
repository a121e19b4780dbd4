"""`srs sync`: the collection on all your devices, through git."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli.context import opened
from srs.cli.output import complain, plural, print_json, tell

if TYPE_CHECKING:
    from srs.upkeep.sync import Conflict, Counts, SyncReport


def sync(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Commit the collection, merge what your other devices sent, and send what they have not.

    Example: srs sync
    """
    from srs.upkeep.sync import sync

    collection, _ = opened(ctx)
    report = sync(collection, ctx.obj.environ)
    if as_json:
        print_json(_as_json(report))
    else:
        for line in _said(report):
            print(line)
    for conflict in report.conflicts:
        tell(_told(conflict))
    if any(conflict.notes for conflict in report.conflicts):
        tell("Both versions are there: srs list tag:conflict. Keep what you want of them; the drafts are never shown.")
    if report.failed:
        complain(report.failed.message, report.failed.hint)
    if report.failed or report.conflicts:
        sys.exit(1)


def _said(report: "SyncReport") -> list[str]:
    said = []
    if report.borrowed_name:
        said.append(
            f"Git knows no name of yours, so the commit is signed {report.borrowed_name}: git config user.name …"
        )
    if report.attributes:
        said.append("Added to .gitattributes, so that git keeps journals and decks whole.")
    if report.mended:
        said.append(f"{plural(report.mended, 'event')} had gone from the journal and came back from the last commit.")
    if report.private:
        said.append('Only the decks are synced: with journal = "private", answers stay on this device.')
    if report.kept:
        said.append(f"Deleted on one device and changed on another, so kept: {', '.join(report.kept)}.")
    committed = _counted(report.committed)
    if report.remote is None:
        said.append(f"Committed {committed}." if committed else "Nothing new to commit.")
        said.append("There is no remote to sync with: git remote add origin URL")
    elif report.failed:
        said += [f"{_counted(report.came)} came in."] if _counted(report.came) else []
        said.append(f"Committed {committed}; not sent." if committed else "Not sent.")
    else:
        said.append(_both_ways(_counted(report.sent), _counted(report.came)))
    return said


def _both_ways(sent: str, came: str) -> str:
    if not sent and not came:
        return "Nothing to send, and nothing new came in."
    return f"Sent {sent or 'nothing'}; {came or 'nothing new'} came in."


def _counted(counts: "Counts") -> str:
    """`12 events, 1 note and 2 other files`; empty where there is nothing."""
    pairs = ((counts.events, "event"), (counts.notes, "note"), (counts.files, "other file"))
    parts = [plural(count, noun) for count, noun in pairs if count]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _told(conflict: "Conflict") -> str:
    if conflict.beside:
        return f"{conflict.path}: changed here and there. Yours stays; the other is in {conflict.beside}."
    parts = []
    if conflict.notes:
        parts.append(f"{plural(len(conflict.notes), 'note')} changed here and there: {', '.join(conflict.notes)}.")
    if conflict.keys:
        keys = ", ".join(f"`{key}:`" for key in conflict.keys)
        parts.append(f"{keys} changed here and there; yours stays.")
    return f"{conflict.path}: {' '.join(parts)}"


def _as_json(report: "SyncReport") -> dict[str, Any]:
    from dataclasses import asdict

    failed = report.failed
    return {
        "remote": report.remote,
        "committed": asdict(report.committed),
        "sent": asdict(report.sent),
        "came": asdict(report.came),
        "conflicts": [asdict(conflict) for conflict in report.conflicts],
        "kept": list(report.kept),
        "failed": {"message": failed.message, "hint": failed.hint} if failed else None,
    }
