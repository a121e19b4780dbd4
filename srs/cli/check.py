"""`srs check` and `srs schema`: what is wrong in the decks, and what an editor needs to know of them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from srs.cli.output import complain, print_json, say, say_problem
from srs.collection.collection import Collection
from srs.words import plural

if TYPE_CHECKING:
    from srs.upkeep.mend import Fixed


def check(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Mend in the deck files what can be mended safely.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Say what is wrong in decks and journal, and what mends it.

    Reads all of it. Exit 1 where there is a problem.

    Example: srs check --fix
    """
    from srs.upkeep.pin import offers

    collection = ctx.obj.open(quiet=True)
    fixed = _fix(collection) if fix else []
    problems = sorted([*collection.problems(), *(offer.problem() for offer in offers(collection))])
    notes, cards = collection.size()
    if as_json:
        found = {"notes": notes, "cards": cards, "problems": [asdict(problem) for problem in problems]}
        done = [{"path": each.place.path, "line": each.place.line, "what": each.what} for each in fixed]
        print_json(found | ({"fixed": done} if fix else {}))
    else:
        for each in fixed:
            say(f"{each.place}: fixed: {each.what}.")
        for problem in problems:
            say_problem(problem)
        count = plural(len(problems), "problem") if problems else "no problem"
        say(f"{plural(notes, 'note')}, {plural(cards, 'card')}: {count}.")
    if problems:
        raise typer.Exit(1)


def _fix(collection: Collection) -> "list[Fixed]":
    """Mend what can be; why something could not be goes to stderr."""
    from srs.upkeep.mend import fix

    done, failed = fix(collection)
    for error in failed:
        complain(error.message, error.hint)
    return done


def schema(ctx: typer.Context) -> None:
    """Print the JSON schema of deck files (draft-07), for editors.

    Example: srs schema > deck.schema.json
    """
    from srs.cards.schema import deck_schema
    from srs.cards.typefile import builtin_types
    from srs.collection.locations import NoCollection

    try:
        types = ctx.obj.open(quiet=True).types
    except NoCollection:
        types = builtin_types()
    print_json(deck_schema(types))
