"""`srs stats`: what you remember and what you did for it, in a terminal, as a page, as data. Sums nothing up."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.card import found_by, name_of
from srs.cli.context import Context, opened
from srs.cli.explain import ascii_only
from srs.cli.output import print_json, say, terminal_size
from srs.errors import UsageError
from srs.memory.days import iso_day

if TYPE_CHECKING:
    from srs.collection.collection import Collection
    from srs.insight.stats.figures import Stats

_MOST_DAYS = 36_500
_DAYS = frozenset(("day", "first", "last"))
# What a figure works out of its own fields and JSON has as well, by the class of the figure.
_ALSO = {
    "Share": ("rate",),
    "Work": ("ms_each",),
    "DayOf": ("answers",),
    "Buttons": ("count",),
    "DueOn": ("count",),
    "Cards": ("total", "studied", "recall"),
}


def stats(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help="Anki's search syntax; all cards without it.", autocompletion=complete.query),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="N", help="The last N study days, today among them; all without it.")
    ] = None,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="As a page in this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Say what you remember, what it took, and what is due.

    Example: srs stats deck:Karpathy --days 30
    """
    from srs.insight.stats.computing import stats_of

    if as_json and html is not None:
        raise UsageError("--json and --html exclude each other", "leave one of them out")
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise UsageError(f"--days takes a number from 1 to {_MOST_DAYS:,}, not {days}", "today is --days 1")
    collection, now = opened(ctx)
    asked = " ".join(query or ())
    cards = found_by(collection, asked, now)
    if cards is not None and not cards and not as_json:
        say("No card matches.")
        return
    found = stats_of(collection, now, cards, days)
    if as_json:
        print_json(as_data(found))
    elif html is not None:
        from srs.cli.page import frame, statspage

        frame.write(html, statspage.page(found, asked, _names(collection, now)))
        say(f"Wrote {html}.")
    else:
        _print(ctx.obj, found, asked, _names(collection, now))


def _names(collection: "Collection", now: int) -> Callable[[str], str]:
    """The words that a card is called by, or a note, each by its id; empty where there is none any more."""

    def named(id_: str) -> str:
        if card := collection.card(id_, now):
            return name_of(card.note, card.template)
        cards = collection.cards_of_note(id_, now)
        return name_of(cards[0].note) if cards else ""

    return named


def _print(context: Context, found: "Stats", query: str, names: Callable[[str], str]) -> None:
    """In a terminal that it does not fit in, page by page."""
    from srs.cli.editor import page
    from srs.cli.preferences import preferences
    from srs.cli.statlines import WIDEST, Report
    from srs.cli.terminal.style import palette

    terminal = terminal_size()
    report = Report(found, terminal[0] if terminal else WIDEST, ascii_only(context.environ), names)
    colours = palette(sys.stdout, context.environ)
    lines = [colours.line(line).rstrip() for line in report.lines(query)]
    page(lines, preferences(context.environ), context.environ)


def as_data(figure: Any, field: str = "") -> Any:
    """The stable contract of `srs stats --json`: figures as objects under the names of their fields, days as dates."""
    if isinstance(figure, tuple):
        return [as_data(each) for each in figure]
    if isinstance(figure, float):
        return round(figure, 6)
    if isinstance(figure, int) and field in _DAYS:
        return iso_day(figure)
    names = getattr(type(figure), "__dataclass_fields__", None)
    if names is None:
        return figure
    return {name: as_data(getattr(figure, name), name) for name in (*names, *_ALSO.get(type(figure).__name__, ()))}
