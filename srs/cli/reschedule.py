"""`srs reschedule`: due days moved to what the settings of today say, or to a day of the learner's choice."""

from typing import Annotated

import typer

from srs.cli import complete
from srs.cli.card import chosen
from srs.cli.context import opened
from srs.cli.output import agreed, print_json, print_table, say
from srs.errors import UsageError
from srs.memory.days import iso_day, parse_day
from srs.words import plural

_SHOWN_DAYS = 14
_SHOWN_MOVES = 5


def reschedule(
    ctx: typer.Context,
    cards: Annotated[
        list[str] | None,
        typer.Argument(metavar="CARD", help="Ids of cards or notes, or a query.", autocompletion=complete.query),
    ] = None,
    all_cards: Annotated[bool, typer.Option("--all", help="Every card.")] = False,
    to: Annotated[str, typer.Option("--to", metavar="DAY", help="To this day, such as 2026-12-24.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The plan as JSON; without --yes nothing is moved.")] = False,
) -> None:
    """Move due days to where the settings of today would put them. Shows the coming load first, and asks.

    Example: srs reschedule --all
    """
    from srs.upkeep.reschedule import carry_out, plan

    if bool(cards) == all_cards:
        raise UsageError("name cards, or say --all", "for example: srs reschedule deck:Karpathy")
    collection, now = opened(ctx)
    views = list(collection.cards(now)) if all_cards else chosen(collection, cards or [], now)
    planned = plan(collection, views, now, _day(to))
    today = collection.day(now)
    days = range(today, today + _SHOWN_DAYS)
    if as_json:
        moves = [{"card": m.card, "from": iso_day(m.old), "to": iso_day(m.new)} for m in planned.moves]
        load = [{"day": iso_day(d), "before": planned.before.get(d, 0), "after": planned.after.get(d, 0)} for d in days]
        print_json({"cards": planned.cards, "moves": moves, "load": load, "moved": yes and bool(moves)})
    elif not planned.moves:
        where = "due on that day already" if to else "due where the settings of today put it"
        found = f"{plural(planned.cards, 'card')} in review: each is {where}."
        say(found if planned.cards else "No card is in review, so there is no day to move.")
    else:
        loads = [(day, planned.before.get(day, 0), planned.after.get(day, 0)) for day in days]
        rows = [[_name(day, today), str(before), str(after)] for day, before, after in loads if before or after]
        head = f"{len(planned.moves)} of {plural(planned.cards, 'card')} in review would move."
        say(f"{head} {'Reviews on each day:' if rows else f'There are no reviews in {_SHOWN_DAYS} days.'}")
        if rows:
            print_table([["day", "now", "then"], *rows], right=(1, 2))
        if len(planned.moves) <= _SHOWN_MOVES:
            for move in planned.moves:
                say(f"{move.card}: {_name(move.old, today)} -> {_name(move.new, today)}")
    if not planned.moves or (as_json and not yes) or not (yes or agreed("Move them?")):
        return
    carry_out(collection, planned.moves, now)
    if not as_json:
        say(f"Moved {plural(len(planned.moves), 'card')}. Take it back: srs undo")


def _day(text: str) -> int | None:
    try:
        return parse_day(text) if text else None
    except ValueError:
        raise UsageError(f"--to takes a day such as 2026-12-24, not {text!r}") from None


def _name(day: int, today: int) -> str:
    return {today: "today", today + 1: "tomorrow"}.get(day, iso_day(day))
