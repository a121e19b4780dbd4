"""`srs review`: the daily sitting, in a terminal or, without one, as lines."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from srs.cli import complete
from srs.cli.context import Context
from srs.cli.output import ask, say
from srs.cli.pins import offer_pins
from srs.collection.collection import Collection
from srs.collection.locations import NoCollection, default_collection
from srs.errors import UsageError


def review(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(help="Only the cards that it finds.", autocompletion=complete.query)
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="End after N answers.")] = None,
    minutes: Annotated[int | None, typer.Option("--minutes", min=1, metavar="M", help="End after M minutes.")] = None,
    new: Annotated[int, typer.Option("--new", min=0, metavar="N", help="N new cards more than the day allows.")] = 0,
    ahead: Annotated[
        int, typer.Option("--ahead", min=0, max=36500, metavar="DAYS", help="Then reviews due within DAYS, too.")
    ] = 0,
    cram: Annotated[bool, typer.Option("--cram", help="Cards whether due or not; nothing is rescheduled.")] = False,
) -> None:
    """Study what is due today and some new cards.

    Example: srs review deck:Karpathy --limit 20
    """
    if cram and (new or ahead):
        message = f"{'--new' if new else '--ahead'} has no effect with --cram, which asks for cards whatever their day"
        raise UsageError(message, "name the cards to cram by a query, such as: srs review --cram deck:Karpathy")
    from srs.study.agenda import Limits
    from srs.study.session import Finished, Session

    context: Context = ctx.obj
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    collection = _opened(context, terminal)
    offer_pins(collection, terminal)
    clock = context.clock(collection)
    wanted = None
    if query:
        from srs.study.search import search

        wanted = {card.id for card in search(collection, " ".join(query), clock())}.__contains__
    limits = Limits(new, wanted, ahead, cram, minutes)
    session = Session(collection, clock, limits, limit)
    if isinstance(session.step, Finished):
        from srs.cli.nothing import why_nothing

        say(why_nothing(collection, clock(), limits, " ".join(query or ())))
        return
    if terminal:
        from srs.cli.terminal.sitting import run
    else:
        from srs.cli.lines import run
    run(session, collection, clock, context.environ)


def _opened(context: Context, terminal: bool) -> Collection:
    """The collection; a terminal is offered one where there is none."""
    root = default_collection(context.environ)
    try:
        return context.open()
    except NoCollection:
        if not terminal or context.folder or context.environ.get("SRS_COLLECTION"):
            raise
        said = ask(f"There is no collection yet. Make {_short(root)} with the starter decks? [Y/n]", "y")
        if not said.lower().startswith("y"):
            raise
    from srs.collection.starter import make_collection

    make_collection(root, context.environ, None, False)
    return context.open()


def _short(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)
