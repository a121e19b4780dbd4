"""`srs edit`: a card's deck file in the user's editor, and what is wrong in it afterwards."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from srs.cli import complete
from srs.cli.context import Context
from srs.cli.output import ask, say, say_problem
from srs.collection.collection import Collection
from srs.errors import Problem


def edit(
    ctx: typer.Context,
    card: Annotated[
        str,
        typer.Argument(
            metavar="CARD",
            help="The card's id, as `srs list` prints it, or a note's id.",
            autocompletion=complete.cards,
        ),
    ],
) -> None:
    """Open a card's deck file in your editor, at the card's line.

    Says afterwards what is wrong in it.

    Example: srs edit karpathy-backprop:mistake
    """
    from srs.cli.editor import edit_at
    from srs.cli.preferences import preferences
    from srs.upkeep.edits import place_of

    context: Context = ctx.obj
    collection = context.open(in_full=True)
    prefs = preferences(context.environ)
    place = place_of(collection, collection.completed(card))
    path, line = collection.root / place.path, place.line
    before, first = set(_problems(collection)), _bytes(path)
    while True:
        edit_at(path, line, prefs, context.environ)
        collection.refresh()
        wrong = [each for each in _problems(collection) if each.path == place.path or each not in before]
        for problem in wrong:
            say_problem(problem)
        here = [each for each in wrong if each.path == place.path and each.severity == "error"]
        if not here or not sys.stdin.isatty() or not ask("Edit again? [Y/n]", "y").lower().startswith("y"):
            break
        line = here[0].line
    if any(problem.severity == "error" for problem in wrong):
        raise typer.Exit(1)
    say(f"{place.path} was not changed." if _bytes(path) == first else f"{place.path} is saved and can be read.")


def _problems(collection: Collection) -> list[Problem]:
    """What is wrong in the collection, and which notes look like others that were edited."""
    from srs.upkeep.pin import offers

    return sorted([*collection.problems(), *(offer.problem() for offer in offers(collection))])


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
