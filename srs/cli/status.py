"""`srs` alone and `srs status`: what today holds, in one glance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli.context import Context
from srs.cli.output import number_word, print_json, table_lines, takes_unicode, terminal_size, wrapped
from srs.cli.wording import tomorrow_holds
from srs.words import plural

if TYPE_CHECKING:
    from srs.collection.collection import Collection
    from srs.study.agenda import Agenda
    from srs.study.glance import Branch, Glance
    from srs.study.pace import Backlog

_WIDEST = 78
_FEW = 8  # so many decks are shown even where nothing is left in them
_LEAST = 3  # rows of decks that are shown on the lowest of screens
_KINDS = ("new", "learning", "due")


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
    short: Annotated[bool, typer.Option("--short", help="One short line, for a prompt or a tmux bar.")] = False,
) -> None:
    """Show what is left today, how long it takes, and tomorrow.

    Example: srs status --short
    """
    context: Context = ctx.obj
    if short and not as_json:
        from srs.study.today import left_of

        typer.echo(short_line(left_of(*_opened(context, quiet=True))))
    elif as_json:
        from srs.study.today import status_of

        collection, now, agenda, glance = _glance(context, quiet=short)
        print_json(status_of(collection, now, agenda) | _as_json(collection, collection.day(now), glance))
    else:
        today(context)


def today(context: Context) -> None:
    """What `srs` without a command prints."""
    from srs.study.today import left_of

    collection, now, agenda, glance = _glance(context, quiet=False)
    numbers = left_of(collection, now, agenda)
    columns, rows = terminal_size() or (_WIDEST, 0)
    for line in lines(numbers, glance, min(columns, _WIDEST), rows, takes_unicode()):
        print(line)


def _opened(context: Context, quiet: bool) -> "tuple[Collection, int]":
    collection = context.open(quiet, in_full=True)
    return collection, context.clock(collection)()


def _glance(context: Context, quiet: bool) -> "tuple[Collection, int, Agenda, Glance]":
    from srs.study.glance import glance_of
    from srs.study.today import agenda_of

    collection, now = _opened(context, quiet)
    agenda = agenda_of(collection, now)
    return collection, now, agenda, glance_of(collection, now, agenda)


def _as_json(collection: "Collection", today: int, glance: "Glance") -> dict[str, Any]:
    """What `--json` has beside the counts."""
    from srs.collection import queries
    from srs.memory.days import iso_day
    from srs.study.glance import last_days

    backlog = glance.backlog
    return {
        "minutes": round(glance.minutes, 1),
        "tomorrow": {"due": glance.tomorrow},
        "studied": [
            {"day": iso_day(day), "answers": queries.reviewed_on(collection.db, day)} for day in last_days(today)
        ],
        "backlog": backlog and {"overdue": backlog.overdue, "minutes_a_day": backlog.minutes, "days": backlog.days},
    }


def lines(numbers: dict[str, Any], glance: "Glance", columns: int, rows: int, unicode: bool) -> list[str]:
    """Today on lines of at most `columns` cells. In a terminal of so many `rows` (0: no matter) decks are left out."""
    waiting = sum(numbers[kind] for kind in _KINDS)
    head = [
        f"{plural(waiting, 'card')} to study today: {_left(numbers)}." if waiting else "Nothing is left to study today."
    ]
    if said := " ".join(_said(numbers, glance, waiting)):
        head.append(said)
    after = [_marks(glance.studied, unicode)] if any(glance.studied) else []
    if any(glance.studied) or glance.tomorrow:
        after.append(tomorrow_holds(glance.tomorrow))
    if glance.backlog:
        after.append(plan(glance.backlog))
    foot = ["srs review  starts" if waiting else "srs add  makes a card", "srs --help  lists the commands"]
    between = "  ·  " if unicode else "  -  "
    blocks = [
        _wrapped(head, columns),
        _wrapped(after, columns),
        _wrapped([between.join(foot)] if len(between.join(foot)) <= columns else foot, columns),
    ]
    if waiting:
        room = rows - sum(len(block) + 1 for block in blocks if block) - 1 if rows else 0
        blocks.insert(1, _decks(numbers, columns, room, unicode))
    return [line for block in blocks if block for line in ("", *block)][1:]


def _left(numbers: dict[str, Any]) -> str:
    """`3 new, 12 due`, without what is none."""
    return ", ".join(f"{numbers[kind]:,} {kind}" for kind in _KINDS if numbers[kind])


def short_line(numbers: dict[str, Any]) -> str:
    """`3 new 12 due`, without what is none: stable, for programs too."""
    return " ".join(f"{numbers[kind]} {kind}" for kind in _KINDS if numbers[kind]) or "0 due"


def _said(numbers: dict[str, Any], glance: "Glance", waiting: int) -> list[str]:
    said = []
    if waiting:
        said.append(f"That takes {_minutes(glance.minutes)}.")
    if numbers["reviewed_today"]:
        said.append(f"{plural(numbers['reviewed_today'], 'answer')} given so far.")
    return said


def _minutes(count: float) -> str:
    """As the head of a sitting has them: less than one is no minute."""
    if count < 1:
        return "under a minute"
    return "about a minute" if round(count) == 1 else f"about {round(count)} minutes"


def _marks(studied: Sequence[bool], unicode: bool) -> str:
    """One mark for each of the last days, today last, and the same in words."""
    yes, no = ("■", "·") if unicode else ("x", ".")
    days = sum(studied)
    if days == 1 and studied[-1]:
        said = "studied today"
    else:
        said = f"studied on {number_word(days)} of the last {number_word(len(studied))} days"
        said += ", today among them" if studied[-1] else ""
    return f"{''.join(yes if answers else no for answers in studied)}  {said}"


def plan(backlog: "Backlog") -> str:
    """What was left undone, and a way out, in words."""
    left = f"{plural(backlog.overdue, 'review')} are left from the days before."
    if backlog.days is None:
        return f"{left} What fades first comes first; fewer new cards for a while help."
    days = f"{number_word(backlog.days)} day{'' if backlog.days == 1 else 's'}"
    return f"{left} {number_word(backlog.minutes).capitalize()} minutes of reviews a day clear them in {days}."


def _decks(numbers: dict[str, Any], columns: int, room: int, unicode: bool) -> list[str]:
    """The decks as a tree with their counts. `room`: for so many lines, 0 where it does not matter."""
    from srs.study.glance import branches, lopped

    tree = branches({deck["name"]: [deck[kind] for kind in _KINDS] for deck in numbers["decks"]})
    if len(tree) > _FEW:
        tree = [branch for branch in tree if any(branch.sums)]
    tops = sum(not branch.depth for branch in tree)
    several = tops > 1
    shown = tree
    if room:
        most = max(_LEAST, room - 1 - several)
        shown = lopped(tree, most if tops <= most else most - 1)
    rows = [["deck", *_KINDS], *(_row(branch) for branch in shown)]
    if several:
        rows.append(["all", *(f"{numbers[kind]:,}" for kind in _KINDS)])
    lines = table_lines(rows, columns, (1, 2, 3), {0: _LEAST}, (), "…" if unicode else "...")
    if hidden := tops - sum(not branch.depth for branch in shown):
        lines.insert(len(lines) - several, f"and {plural(hidden, 'deck')} more: srs list --tree")
    return lines


def _row(branch: "Branch") -> list[str]:
    return ["  " * branch.depth + branch.deck.rpartition("::")[2], *(f"{count:,}" for count in branch.sums)]


def _wrapped(texts: Sequence[str], columns: int) -> list[str]:
    return [line for text in texts for line in wrapped(text, columns)]
