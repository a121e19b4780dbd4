"""`srs import`: what other programs' files hold, taken into the collection. The ending tells a file's kind."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srs.cli.context import opened
from srs.cli.output import print_json, say
from srs.cli.progress import ProgressLine
from srs.errors import SrsError, UsageError

if TYPE_CHECKING:
    from srs.importers.incoming import Choices

_INTO_HELP = "Where notes go that are not known here: a deck file, or with / at its end a folder for one file per deck."
_SCHEDULING_HELP = "Notes that did not come from here bring their reviews and due days."
_STATE_HELP = "Suspended cards, flags and marks come in too."


def import_file(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An .apkg or .colpkg that Anki exported.")],
    into: Annotated[str, typer.Option("--into", metavar="PATH", help=_INTO_HELP)] = "",
    with_scheduling: Annotated[bool, typer.Option("--with-scheduling", help=_SCHEDULING_HELP)] = False,
    state: Annotated[bool, typer.Option("--state", help=_STATE_HELP)] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come in, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Take in what Anki exported: reviews, edits, foreign notes.

    Of cards that came from here, what was answered and edited there comes home. The same file brings nothing twice.

    Example: srs import phone.colpkg
    """
    from srs.importers.incoming import Choices

    path = Path(file).expanduser()
    take = _importer(path)
    take(ctx, path, Choices(into or None, with_scheduling, state, dry_run), as_json)


def _from_anki(ctx: typer.Context, path: Path, choices: "Choices", as_json: bool) -> None:
    from srs.importers.incoming import import_package
    from srs.importers.report import as_json as json_of
    from srs.importers.report import sentences

    collection, now = opened(ctx)
    report = import_package(collection, path, choices, now, ProgressLine())
    if as_json:
        print_json(json_of(report))
        return
    for sentence in sentences(report):
        say(sentence)


_KINDS: dict[str, Callable[..., None]] = {".apkg": _from_anki, ".colpkg": _from_anki}


def _importer(path: Path) -> Callable[..., None]:
    """What takes in a file with this ending. Raises UsageError where nothing does, SrsError where there is no file."""
    take = _KINDS.get(path.suffix.casefold())
    if take is None:
        known = " and ".join(sorted(_KINDS))
        raise UsageError(
            f"`{path.name}` is no kind of file that srs imports", f"it imports {known}, exported from Anki"
        )
    if not path.is_file():
        raise SrsError(f"there is no file {path}", "name a file that Anki exported")
    return take
