"""`srs sync`: the collection on all your devices, through git."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli.context import opened
from srs.cli.output import agreed, complain, print_json, say, tell
from srs.words import listed, plural

if TYPE_CHECKING:
    from srs.upkeep.counts import Counts
    from srs.upkeep.merge import Conflict, Remark
    from srs.upkeep.sync import SyncReport

_SHOWN = 10
_REMARKS = {
    "renamed": "Two devices renamed one note: it is {subject}, and {other} is in its `was`.",
    "settings-kept": "Another device deleted srs.toml; it stays, and goes back there.",
    "link-refused": "Another device put a link in place of {subject}; the journal stays, and goes back there.",
    "events-back": "Another device had lost {events} of the journal; they stay, and go back there.",
    "journal-place": 'Another device set journal = "{subject}" in srs.toml: {place}.',
}
_PLACES = {
    "private": "from now on answers are kept on each device for itself, and those in journal/ count no more",
    "here": "from now on answers are kept in journal/ and synced",
}


def sync(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Even if all notes, or most of many, are gone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Bring all your devices to the same state, through git.

    Commits the collection, merges what your other devices sent, and sends what they have not.

    Example: srs sync
    """
    from srs.upkeep.sync import Vanished, sync

    collection, _ = opened(ctx)
    try:
        report = sync(collection, ctx.obj.environ, yes)
    except Vanished as error:
        if as_json or not sys.stdin.isatty():
            raise
        complain(error.message, error.hint)
        if not agreed("Commit and send that?"):
            sys.exit(1)
        report = sync(collection, ctx.obj.environ, deletions_meant=True)
    if as_json:
        print_json(_as_json(report))
    else:
        for line in _said(report):
            say(line)
    for conflict in report.conflicts:
        tell(_told(conflict))
    if any(conflict.notes for conflict in report.conflicts):
        tell("Both versions are there, the other as a draft that is never shown: srs fix lets you choose.")
    if report.failed:
        complain(report.failed.message, report.failed.hint)
    if report.failed or report.conflicts:
        sys.exit(1)


def _said(report: "SyncReport") -> list[str]:
    said = []
    if report.borrowed_name:
        said.append(f"Git knows no name of yours, so the commit is signed {report.borrowed_name}. To give it one:")
        said.append("git config --global user.name NAME; git config --global user.email ADDRESS")
    if report.attributes:
        said.append("Added to .gitattributes, so that git keeps journals and decks whole.")
    if report.mended:
        said.append(f"{plural(report.mended, 'event')} had gone from the journal and came back from the last commit.")
    if report.private:
        said.append('Only the decks are synced: with journal = "private", answers stay on this device.')
    if report.kept:
        said.append(f"Deleted on one device and changed on another, so kept: {_listed(report.kept)}.")
    said += [_remarked(remark) for remark in report.remarks]
    if report.leftovers:
        beside = _listed(report.leftovers)
        said.append(f"Still beside yours since an earlier sync: {beside}. Take what you want, then delete it.")
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
    """`12 events, 1 new note and the deletion of 2 notes`; empty where there is nothing."""
    pairs = (
        (counts.events, "event"), (counts.added, "new note"), (counts.changed, "changed note"),
        (counts.decks, "deck file"), (counts.files, "other file"),
    )  # fmt: skip
    parts = [plural(count, noun) for count, noun in pairs if count]
    parts += [f"the deletion of {plural(counts.deleted, 'note')}"] if counts.deleted else []
    return listed(parts)


def _listed(names: Sequence[str]) -> str:
    """Names in a row; of very many, the first and how many more there are."""
    more = len(names) - _SHOWN
    return f"{', '.join(names[:_SHOWN])}, … and {more:,} more" if more > 0 else ", ".join(names)


def _remarked(remark: "Remark") -> str:
    place, events = _PLACES.get(remark.subject, ""), plural(remark.count, "event")
    return _REMARKS[remark.kind].format(subject=remark.subject, other=remark.other, events=events, place=place)


def _told(conflict: "Conflict") -> str:
    if conflict.beside:
        return f"{conflict.path}: changed here and there. Yours stays; the other is in {conflict.beside}."
    parts = []
    if conflict.notes:
        parts.append(f"{plural(len(conflict.notes), 'note')} changed here and there: {_listed(conflict.notes)}.")
    if conflict.keys:
        keys = ", ".join(f"`{key}:`" for key in conflict.keys)
        parts.append(f"{keys} changed here and there; yours stays.")
    return f"{conflict.path}: {' '.join(parts)}"


def _as_json(report: "SyncReport") -> dict[str, Any]:
    from dataclasses import asdict

    failed = report.failed
    return {
        "remote": report.remote,
        **{name: _counts_as_json(getattr(report, name)) for name in ("committed", "sent", "came")},
        "conflicts": [asdict(conflict) for conflict in report.conflicts],
        "kept": list(report.kept),
        "remarks": [asdict(remark) for remark in report.remarks],
        "leftovers": list(report.leftovers),
        "failed": {"message": failed.message, "hint": failed.hint} if failed else None,
    }


def _counts_as_json(counts: "Counts") -> dict[str, int]:
    from dataclasses import asdict

    return {"events": counts.events, "notes": counts.notes} | asdict(counts)
