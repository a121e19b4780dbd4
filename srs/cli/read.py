"""`srs read`: a lesson paged through, and what is worth remembering picked from it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.context import Context
from srs.cli.output import print_json, print_table, say
from srs.errors import SrsError, said_by_system

if TYPE_CHECKING:
    from collections.abc import Callable

    from srs.cli.picking import Picking
    from srs.collection.collection import Collection

_LARGEST = 8 << 20
_DECK_HELP = "The deck of what is picked; without it, one named like the lesson."


def read(
    ctx: typer.Context,
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="A text, or its name in sources/.")],
    deck: Annotated[str, typer.Option(help=_DECK_HELP, autocompletion=complete.decks)] = "",
    as_list: Annotated[bool, typer.Option("--list", help="Print what was picked of it, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON, a stable contract.")] = False,
) -> None:
    """Read a lesson and pick what to remember.

    h highlights, c makes a card now, ? doubts. What is picked becomes drafts at once.

    Example: srs read lesson.txt
    """
    context: Context = ctx.obj
    collection = context.open()
    clock = context.clock(collection)
    if as_list or as_json:
        source = kept_source(collection, lesson)
        _print(collection, source, as_json)
        return
    picking = opened_lesson(collection, lesson, deck, clock)
    going_on = picking.reading.resume()
    if sys.stdin.isatty() and sys.stdout.isatty():
        from srs.cli.terminal.reading import run

        told = "Here you picked last; g goes to the beginning." if going_on else ""
        run(picking, collection, clock, context.environ, told)
    else:
        from srs.cli import walklines

        walklines.read(picking, collection)


def opened_lesson(collection: "Collection", name: str, deck: str, clock: "Callable[[], int]") -> "Picking":
    """A lesson to pick from, a copy of it kept in the collection. Raises SrsError where it cannot be read."""
    from srs.cli.picking import Picking, source_of
    from srs.importers.drafting import keep_source
    from srs.importers.foreigndecks import clean_deck, file_stem
    from srs.importers.lesson.reading import read_lesson

    path = Path(name).expanduser()
    kept = None if path.is_file() else source_of(collection, name)
    path = collection.root / kept if kept else path
    lesson = read_lesson(text_of(path), path.name)
    if not lesson.blocks:
        raise SrsError(f"there is no text in {name}", "name a lesson as text or Markdown")
    deck = _fit(collection, deck, lesson.deck) or clean_deck(file_stem(path.stem))
    return Picking(collection, lesson, kept or keep_source(collection, path), deck, clock)


def _fit(collection: "Collection", asked: str, told: str) -> str:
    """The deck that was asked for, else the one that the lesson tells; empty: none. Raises SrsError, or UsageError."""
    from srs.collection.adding import file_for
    from srs.importers.foreigndecks import clean_deck

    deck = clean_deck(asked or told) if asked or told else ""
    try:
        if deck:
            file_for(collection, deck)
    except SrsError as error:
        hint = error.hint if asked else "that is the `deck:` of the lesson; say --deck NAME"
        raise type(error)(error.message, hint) from None
    return deck


def kept_source(collection: "Collection", name: str) -> str:
    """The copy of a lesson in `sources/`, by its name or the file that it is a copy of. Raises SrsError."""
    from srs.cli.picking import source_of

    path = Path(name).expanduser()
    if path.is_file() and not path.resolve().is_relative_to((collection.root / "sources").resolve()):
        data = path.read_bytes()
        folder = collection.root / "sources"
        same = [f"sources/{each.name}" for each in sorted(folder.glob("*")) if each.is_file() and _is(each, data)]
        if same:
            return same[0]
        raise SrsError(f"nothing was picked from {name} yet", f"srs read {name}")
    found = source_of(collection, path.name if path.is_file() else name)
    if found is None:
        raise SrsError(f"there is no lesson {name}", "name a file, or what is in sources/")
    return found


def text_of(path: Path) -> str:
    """The text of a file. Raises SrsError where it is none."""
    from srs.collection.files import open_regular
    from srs.importers.lesson.reading import text_in

    try:
        with open_regular(path) as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise SrsError(f"{path}: cannot be read, {said_by_system(error)}") from None
    if len(data) > _LARGEST:
        raise SrsError(f"{path} is too large for a lesson, more than {_LARGEST >> 20} MB", "split it")
    return text_in(data, str(path))


def _is(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _print(collection: "Collection", source: str, as_json: bool) -> None:
    from srs.cli.picking import a_year
    from srs.study.price import minutes_a_year
    from srs.study.reading import picks_from

    picks = picks_from(collection, source)
    if as_json:
        print_json([_as_json(pick) for pick in picks])
        return
    rows = [["line", "note", "text", "cards"]]
    rows += [
        [str(p.line), p.note.id, " ".join(p.text.split()), "draft" if p.note.draft else str(p.cards)] for p in picks
    ]
    if len(rows) > 1:
        print_table(rows, shrink={1: 16, 2: 20}, drop=(1,))
    minutes = sum(max(1, pick.cards) * minutes_a_year(collection, pick.note.deck) for pick in picks)
    say(f"{len(picks)} picked from {source}, {a_year(minutes)}." if picks else f"Nothing was picked from {source}.")


def _as_json(pick: Any) -> dict[str, Any]:
    """The stable contract of `srs read --json`."""
    note = pick.note
    return {
        "line": pick.line, "note": note.id, "type": note.type, "text": pick.text, "draft": note.draft,
        "doubted": pick.doubted, "asked": not pick.unasked, "cards": pick.cards, "path": note.place.path,
    }  # fmt: skip
