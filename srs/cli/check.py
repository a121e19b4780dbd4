"""`srs check` and `srs schema`: what is wrong in the decks, and what an editor needs to know of them."""

from dataclasses import asdict
from typing import Annotated

import typer

from srs.cli.output import plural, print_json


def check(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Read every deck and journal and say what is wrong, where, and what mends it. Exit 1 where there is a problem.

    Example: srs check
    """
    from srs.cli.terminal.safe import visible

    collection = ctx.obj.open(quiet=True)
    problems = collection.problems()
    notes, cards = collection.size()
    if as_json:
        print_json({"notes": notes, "cards": cards, "problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            print(visible(f"{problem.path}:{problem.line}:{problem.column}: {problem.severity}: {problem.message}"))
            for line in problem.hint.splitlines():
                print(f"    {visible(line)}")
        found = plural(len(problems), "problem") if problems else "no problem"
        print(f"{plural(notes, 'note')}, {plural(cards, 'card')}: {found}.")
    if problems:
        raise typer.Exit(1)


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
