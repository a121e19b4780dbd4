"""`srs` alone and `srs status`: what today holds."""

from typing import Annotated, Any

import typer

from srs.cli.context import Context
from srs.cli.output import plural, print_json, print_table


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
    short: Annotated[bool, typer.Option("--short", help="One short line, for a prompt or a tmux bar.")] = False,
) -> None:
    """Show what is left to study today.

    Example: srs status --short
    """
    numbers = _numbers(ctx.obj, quiet=short)
    if as_json:
        print_json(numbers)
    elif short:
        typer.echo(f"{numbers['new']} new {numbers['learning']} learning {numbers['due']} due")
    else:
        _show(numbers)


def today(context: Context) -> None:
    """What `srs` without a command prints."""
    _show(_numbers(context, quiet=False))


def _numbers(context: Context, quiet: bool) -> dict[str, Any]:
    from srs.study.today import status_of

    collection = context.open(quiet)
    return status_of(collection, context.clock(collection)())


def _show(numbers: dict[str, Any]) -> None:
    left = [(numbers["new"], "new"), (numbers["learning"], "learning"), (numbers["due"], "due")]
    waiting = sum(count for count, _ in left)
    parts = ", ".join(f"{count} {word}" for count, word in left if count)
    print(f"{plural(waiting, 'card')} to study today: {parts}." if waiting else "Nothing is left to study today.")
    if numbers["reviewed_today"]:
        print(f"{plural(numbers['reviewed_today'], 'answer')} given so far.")
    rows = [[d["name"], str(d["new"]), str(d["learning"]), str(d["due"]), str(d["total"])] for d in numbers["decks"]]
    if rows:
        print()
        print_table([["deck", "new", "learning", "due", "cards"], *rows], right=(1, 2, 3, 4))
    print()
    print("srs review  starts" if waiting else "srs add     makes a card", " ·  srs --help  lists the commands")
