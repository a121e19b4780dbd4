"""`srs export`: decks for other programs. Formats are entry points of the group `srs.export`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srs.cli import complete
from srs.cli.context import opened
from srs.cli.output import say, tell
from srs.collection.collection import Collection
from srs.errors import UsageError
from srs.watching import doing
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.outgoing import ExportReport, ExportRequest

    Exporter = Callable[[ExportRequest, Path], ExportReport]


def export(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help="Only the notes with a card that it finds.", autocompletion=complete.query),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to; its ending names the format.")
    ] = "",
    with_scheduling: Annotated[
        bool, typer.Option("--with-scheduling", help="Take along where the cards stand and every answer.")
    ] = False,
) -> None:
    """Write the cards for Anki (.apkg), or as .csv or .json.

    A package exported again after edits updates the same notes in Anki.

    Example: srs export -o cards.apkg deck:Karpathy
    """
    if not output:
        raise UsageError("name the file to write", "srs export -o cards.apkg")
    target = Path(output).expanduser()
    write = _exporter(target)
    collection, now = opened(ctx)
    report = write(_request(collection, " ".join(query or ()), now, with_scheduling), target)
    collection.record_contents([(content.key, content.hash, content.at) for content in report.changed])
    for problem in report.problems:
        tell(str(problem))
    notes, cards, decks = plural(report.notes, "note"), plural(report.cards, "card"), plural(report.decks, "deck")
    say(f"{target}: {notes}, {cards} in {decks}.")
    for sentence in report.advice:
        say(sentence)


def _exporter(target: Path) -> "Exporter":
    from importlib.metadata import entry_points

    formats = {point.name: point for point in entry_points(group="srs.export")}
    name = target.suffix.removeprefix(".").lower()
    if name not in formats:
        known = ", ".join(f".{name}" for name in sorted(formats))
        raise UsageError(f"`{target.name}` ends in no format srs writes", f"it writes {known}")
    exporter: Exporter = formats[name].load()
    return exporter


def _request(collection: Collection, query: str, now: int, scheduled: bool) -> "ExportRequest":
    from srs.cards.crosscheck import head_of, needs_order
    from srs.cards.outgoing import Content, ExportRequest
    from srs.importers.deletions import deleted_there

    watch, notes = collection.watch, collection.notes()
    if query:
        from srs.study.search import search

        found = {card.note.id for card in search(collection, query, now)}
        notes = [note for note in notes if note.id in found]
    with doing(watch, "Comparing notes"):
        order = {id_: place for place, id_ in enumerate(needs_order(map(head_of, notes)))}
        notes.sort(key=lambda note: order[note.id])
    contents = {key: Content(key, hash_, at) for key, (hash_, at) in collection.contents().items()}
    folder = collection.root / "media"
    media = folder if folder.is_dir() else None
    known = None
    if scheduled:
        from srs.insight.schedules import schedules

        known = schedules(collection, {note.id for note in notes}, now)
    broken = any(problem.severity == "error" for problem in collection.problems())
    whole, unread = not query and not broken, not query and broken
    abouts, deleted = collection.abouts(), deleted_there(collection)
    types = collection.types
    return ExportRequest(tuple(notes), types, abouts, media, contents, now, known, whole, deleted, unread, watch)
