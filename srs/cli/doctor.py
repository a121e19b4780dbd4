"""`srs doctor`: everything about a collection verified, and what can be mended without a loss."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srs.cli.context import Context, moment, zone_of
from srs.cli.output import agreed, print_json, say, say_hint
from srs.cli.progress import progress
from srs.collection.collection import Collection
from srs.collection.locations import find_collection
from srs.errors import UsageError
from srs.words import plural

if TYPE_CHECKING:
    from srs.upkeep.findings import Counted, Finding
    from srs.upkeep.retime import Stretch

_SHOWN = 20
_REBUILD_HELP = "Throw the index away and make it anew from decks and journal."
_RETIME_HELP = "Mend the dates of this device's events that a wrong clock wrote."
_RECOVER_HELP = "Put back events that were lost from the journal."
_TO_HELP = "With --retime: when the last of them really was."


def doctor(
    ctx: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=_REBUILD_HELP)] = False,
    retime: Annotated[bool, typer.Option("--retime", help=_RETIME_HELP)] = False,
    to: Annotated[str, typer.Option("--to", metavar="ISO", help=_TO_HELP)] = "",
    recover: Annotated[bool, typer.Option("--recover", help=_RECOVER_HELP)] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Verify settings, decks, journal and index, line by line.

    Exit 1 where there is a problem.

    Example: srs doctor
    """
    if rebuild + retime + recover > 1:
        raise UsageError("--rebuild, --retime and --recover are done one at a time")
    if to and not retime:
        raise UsageError("--to belongs to --retime")
    context: Context = ctx.obj
    if rebuild:
        _rebuild(context, as_json)
    elif retime:
        _retime(context, to, yes, as_json)
    elif recover:
        _recover(context, yes, as_json)
    else:
        _examine(context, as_json)


def _examine(context: Context, as_json: bool) -> None:
    from srs.upkeep.doctor import examine

    root = _root(context)
    zone, _ = zone_of(root, context.environ)
    now = context.clock_in(zone)()
    findings = examine(root, context.environ, now, progress)
    if as_json:
        found = [asdict(finding) for finding in findings.found]
        print_json({"problems": findings.problems, "counted": asdict(findings.counted), "found": found})
    else:
        for area, line in _lines(findings.counted):
            say(line)
            _print_found([finding for finding in findings.found if finding.area == area])
        notes = len(findings.found) - findings.problems
        worth = f"; {plural(notes, 'note')}" if notes else ""
        say(f"{plural(findings.problems, 'problem') if findings.problems else 'Nothing is wrong'}{worth}.")
    if findings.problems:
        raise typer.Exit(1)


def _lines(counted: "Counted") -> Iterator[tuple[str, str]]:
    """What was counted, area by area."""
    c = counted
    yield "settings", f"Settings: {plural(c.settings, 'setting')}."
    own = f", {plural(c.note_types, 'note type')} of its own" if c.note_types else ""
    yield (
        "decks",
        f"Decks: {plural(c.deck_files, 'file')}{own}, {plural(c.notes, 'note')}, {plural(c.cards, 'card')}.",
    )
    devices = f" of {plural(c.devices, 'device')}" if c.devices else ""
    yield "journal", f"Journal: {plural(c.journal_files, 'file')}{devices}, {plural(c.events, 'event')}."
    yield "clock", f"Clock: {plural(c.own_events, 'event')} of this device, {c.device or 'which has no name'}."
    kept = f", {plural(c.faces, 'rendered card')}" if c.faces else ""
    yield "index", f"Index: compared with the text{kept}." if c.compared else "Index: not compared with the text."
    free = f", {c.free / (1 << 30):,.1f} GB free" if c.free is not None else ""
    yield "folders", f"Folders: {c.folders} looked into{free}."


def _print_found(found: "list[Finding]") -> None:
    for finding in found[:_SHOWN]:
        note = "" if finding.severity == "problem" else "note: "
        place = f"{finding.place}: " if finding.place else ""
        say(f"  {place}{note}{finding.message}")
        say_hint(finding.hint, "      ")
    if len(found) > _SHOWN:
        say(f"  … and {len(found) - _SHOWN:,} more; --json names them all.")


def _rebuild(context: Context, as_json: bool) -> None:
    from srs.upkeep.rebuild import rebuild

    started = time.monotonic()
    made = rebuild(_root(context), context.environ, progress)
    seconds = time.monotonic() - started
    if as_json:
        counts = {"notes": made.notes, "cards": made.cards, "events": made.events}
        print_json(counts | {"seconds": round(seconds, 3)})
    else:
        what = f"{plural(made.notes, 'note')}, {plural(made.cards, 'card')}, {plural(made.events, 'event')}"
        say(f"Made the index anew in {seconds:.1f} s: {what}.")
    if made.broken:
        raise made.broken


def _retime(context: Context, to: str, yes: bool, as_json: bool) -> None:
    from srs.upkeep.retime import plan_retime, retime

    collection = context.open(quiet=as_json)
    now = context.clock(collection)()
    until = moment("--to", to, lambda: collection.zone) if to else None
    stretches = plan_retime(collection, now, until)
    if not as_json:
        for stretch in stretches:
            _print_stretch(stretch, collection)
    if not stretches and not as_json:
        say("No event of this device has a wrong date.")
    changed = bool(stretches) and _agreed("Change these dates?", yes, as_json)
    if changed:
        retime(collection, stretches, now, until)
    if as_json:
        print_json({"changed": changed, "stretches": [_stretch_json(stretch) for stretch in stretches]})
    elif stretches:
        say("Changed. `srs undo` takes all of it back." if changed else "Nothing was changed.")


def _recover(context: Context, yes: bool, as_json: bool) -> None:
    from srs.upkeep.recover import recover

    collection = context.open(quiet=as_json)
    lost = len(collection.lost_events())
    if not as_json:
        were = "was" if lost == 1 else "were"
        say(f"{plural(lost, 'event')} {were} lost from the journal." if lost else "No event was lost.")
    put_back = recover(collection) if lost and _agreed("Put them back?", yes, as_json) else 0
    if as_json:
        print_json({"lost": lost, "recovered": put_back})
    elif lost:
        say(f"Put {plural(put_back, 'event')} back." if put_back else "Nothing was changed.")


def _root(context: Context) -> Path:
    return find_collection(context.folder, context.environ, Path.cwd())


def _agreed(question: str, yes: bool, as_json: bool) -> bool:
    """Whether to go on; with --json nobody is asked."""
    return yes or (not as_json and agreed(question))


def _print_stretch(stretch: "Stretch", collection: Collection) -> None:
    others = len(stretch.events) - stretch.answers
    parts = [f"{plural(stretch.answers, 'answer')} of {plural(stretch.cards, 'card')}"] if stretch.answers else []
    parts += [plural(others, "other event" if parts else "event")] if others else []
    old = _span(stretch.events[0].at, stretch.events[-1].at, collection)
    new = _span(stretch.times[0], stretch.times[-1], collection)
    say(f"{' and '.join(parts)}: dated {old}")
    say(f"  become{'s' if len(stretch.events) == 1 else ''} {new}")


def _span(first: int, last: int, collection: Collection) -> str:
    """`2026-12-01 09:00:00 to 09:20:00`, in the collection's timezone."""
    from datetime import datetime

    start, end = (datetime.fromtimestamp(at // 1000, collection.zone) for at in (first, last))
    ended = end.strftime("%H:%M:%S" if start.date() == end.date() else "%Y-%m-%d %H:%M:%S")
    began = start.strftime("%Y-%m-%d %H:%M:%S")
    return began if start == end else f"{began} to {ended}"


def _stretch_json(stretch: "Stretch") -> dict[str, object]:
    from srs.memory.days import iso_instant

    events = [
        {"id": event.id, "card": event.card, "at": iso_instant(event.at), "new_at": iso_instant(time_)}
        for event, time_ in zip(stretch.events, stretch.times, strict=True)
    ]
    return {"kind": stretch.kind, "events": events}
