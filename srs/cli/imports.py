"""`srs import`: what other programs' files hold, and what a lesson does. The ending tells a file's kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from srs.cli.context import opened
from srs.cli.output import print_json, say
from srs.errors import SrsError, UsageError, said_by_system
from srs.watching import doing

_FILE_HELP = "An .apkg or .colpkg of Anki, a lesson as .txt or .md, a table as .csv or .tsv."
_INTO_HELP = "Where notes go that are not known here: a deck file, or with / at its end a folder for one file per deck."
_DECK_HELP = "The deck for the notes of a lesson or table; without it, one named like the file."
_SCHEDULING_HELP = "Notes that did not come from here bring their reviews and due days."
_STATE_HELP = "Suspended cards, flags and marks come in too."
_MAP_HELP = "Of a table: which column is which field, by name or number, such as q=Front,a=Back."
_DRAFT_HELP = "Of a lesson or table: as drafts, which are not studied yet, or to be studied at once."


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for on the command line."""

    into: str | None
    deck: str
    with_scheduling: bool
    state: bool
    columns: str
    draft: bool
    dry_run: bool
    as_json: bool


def import_file(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help=_FILE_HELP)],
    into: Annotated[str | None, typer.Option("--into", metavar="PATH", help=_INTO_HELP)] = None,
    deck: Annotated[str, typer.Option("--deck", metavar="NAME", help=_DECK_HELP)] = "",
    with_scheduling: Annotated[bool, typer.Option("--with-scheduling", help=_SCHEDULING_HELP)] = False,
    state: Annotated[bool, typer.Option("--state", help=_STATE_HELP)] = False,
    columns: Annotated[str, typer.Option("--map", metavar="FIELD=COLUMN,…", help=_MAP_HELP)] = "",
    draft: Annotated[bool, typer.Option("--draft/--no-draft", help=_DRAFT_HELP)] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come in, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Take in what Anki exported, or what a lesson or a table holds.

    From Anki: reviews, edits, foreign notes; what was answered and edited there comes home.
    From a lesson: concepts, quotes, tables and questions, as drafts. The same file brings nothing twice.

    Example: srs import phone.colpkg
    """
    path = Path(file).expanduser()
    take = _importer(path)
    take(ctx, path, _Asked(into, deck, with_scheduling, state, columns, draft, dry_run, as_json))


def _from_anki(ctx: typer.Context, path: Path, asked: _Asked) -> None:
    from srs.importers.incoming import Choices, import_package
    from srs.importers.places import place_for
    from srs.importers.report import as_json, sentences

    _refuse({"--deck": asked.deck, "--map": asked.columns, "--no-draft": not asked.draft}, path, "a package of Anki")
    choices = Choices(asked.into, asked.with_scheduling, asked.state, asked.dry_run)
    collection, now = opened(ctx)
    if choices.into is not None:
        place_for(collection.root, choices.into)  # before the package is read
    report = import_package(collection, path, choices, now)
    if asked.as_json:
        print_json(as_json(report))
        return
    for sentence in sentences(report):
        say(sentence)


def _from_text(ctx: typer.Context, path: Path, asked: _Asked) -> None:
    """A lesson or a table: read whole, then written as drafts."""
    from srs.importers.drafting import refuse_place, write_drafts
    from srs.importers.lesson.reading import read_lesson
    from srs.importers.lesson.sheet import read_sheet, unknown_fields
    from srs.importers.lessonreport import as_json, sentences

    _refuse({"--with-scheduling": asked.with_scheduling, "--state": asked.state}, path, "a text")
    from srs.importers.places import place_for

    refuse_place(asked.into or "", asked.deck)
    text = _text_of(path)
    collection, now = opened(ctx)
    into = "" if asked.into is None else place_for(collection.root, asked.into)
    if path.suffix.casefold() in (".csv", ".tsv"):
        for field in unknown_fields(asked.columns, collection.types):
            raise UsageError(f"no note type has a field `{field}`", "see srs schema, or docs/writing-cards.md")
        lesson = read_sheet(text, path.name, asked.columns, collection.types)
    else:
        _refuse({"--map": asked.columns}, path, "a lesson")
        with doing(collection.watch, "Reading the lesson"):
            lesson = read_lesson(text, path.name)
    written = None
    if not asked.dry_run and lesson.drafts:
        deck = asked.deck or lesson.deck or None
        written = write_drafts(collection, lesson.drafts, path, deck, now, into, lesson.tags, ready=not asked.draft)
    if asked.as_json:
        print_json(as_json(path.name, lesson, written))
        return
    for sentence in sentences(path.name, lesson, written, not asked.draft):
        say(sentence)


_KINDS: dict[str, Callable[[typer.Context, Path, _Asked], None]] = {
    ".apkg": _from_anki,
    ".colpkg": _from_anki,
    ".txt": _from_text,
    ".md": _from_text,
    ".markdown": _from_text,
    ".csv": _from_text,
    ".tsv": _from_text,
}


def _importer(path: Path) -> Callable[[typer.Context, Path, _Asked], None]:
    """What takes in a file with this ending. Raises UsageError where nothing does, SrsError where there is no file."""
    take = _KINDS.get(path.suffix.casefold())
    if take is None:
        hint = "it imports .apkg and .colpkg, exported from Anki, lessons as .txt and .md, tables as .csv and .tsv"
        raise UsageError(f"`{path.name}` is no kind of file that srs imports", hint)
    if path.exists() and not path.is_file():
        raise SrsError(f"{path} is not a file", "name a file")
    if not path.is_file():
        anki = take is _from_anki
        raise SrsError(f"there is no file {path}", "name a file that Anki exported" if anki else "name a text")
    return take


def _refuse(options: dict[str, object], path: Path, kind: str) -> None:
    for option, given in options.items():
        if given:
            raise UsageError(f"{option} means nothing for {kind}, and {path.name} is one", "leave it out")


def _text_of(path: Path) -> str:
    """What a text file says. Raises SrsError where it is none, or is not in UTF-8."""
    from srs.importers.lesson.reading import text_in

    try:
        data = path.read_bytes()
    except OSError as error:
        raise SrsError(f"{path}: cannot be read, {said_by_system(error)}") from None
    return text_in(data, path.name)
