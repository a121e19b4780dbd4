"""`srs fix`: what wants mending, one by one: marked cards, leeches, slow ones, versions that a sync left."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.context import Context
from srs.cli.output import print_json, print_table, say
from srs.words import plural

if TYPE_CHECKING:
    from srs.collection.collection import Collection
    from srs.study.fixing import Case, Reason


def fix(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(help="Only the cards that it finds.", autocompletion=complete.query)
    ] = None,
    as_list: Annotated[bool, typer.Option("--list", help="Print what there is to mend, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON, a stable contract.")] = False,
) -> None:
    """Mend cards that are marked, often forgotten, or slow.

    Also notes that two devices changed.

    Example: srs fix deck:Karpathy
    """
    from srs.study.fixing import Fixing, cases

    context: Context = ctx.obj
    collection = context.open(in_full=True)
    clock = context.clock(collection)
    wanted = None
    if query:
        from srs.study.search import parse_query

        wanted = parse_query(" ".join(query), collection.day(clock()), clock())
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if terminal and not as_list and not as_json:
        fixing = Fixing(collection, clock, wanted)
        if not fixing.count:
            say(_nothing(collection))
            return
        from srs.cli.terminal.fixing import run

        run(fixing, collection, clock, context.environ)
        return
    found = cases(collection, clock(), wanted)
    if as_json:
        print_json([_as_json(collection, case, clock()) for case in found])
    elif not found:
        say(_nothing(collection))
    else:
        _print(found, collection, clock())


def _nothing(collection: "Collection") -> str:
    """Told where there is no case; the errors in its files were told before."""
    broken = {problem.path for problem in collection.problems() if problem.severity == "error"}
    if not broken:
        return "Nothing is to be mended."
    above = "the file above wants" if len(broken) == 1 else "the files above want"
    return f"No card is marked, often forgotten or slow; {above} an editor."


def _print(found: "list[Case]", collection: "Collection", now: int) -> None:
    from srs.cli.card import first_words
    from srs.cli.fixwords import why_short

    rows = [["card", "text", "why"]]
    for case in found:
        views = collection.cards_of_note(case.name, now) if case.conflict else [collection.view(case.name, now)]
        rows.append([case.name, first_words(views[0]) if views else "", why_short(case)])
    print_table(rows, shrink={1: 16, 2: 20}, drop=(1,))
    say(f"{plural(len(found), 'case')} to mend.")


def _as_json(collection: "Collection", case: "Case", now: int) -> dict[str, Any]:
    """The stable contract of `srs fix --json`."""
    from srs.upkeep.edits import place_of

    place = place_of(collection, case.name)
    return {
        "card": None if case.conflict else case.name,
        "note": case.name.partition(":")[0],
        "reasons": [_reason(reason) for reason in case.reasons],
        "path": place.path,
        "line": place.line,
    }


def _reason(reason: "Reason") -> dict[str, Any]:
    from srs.insight.failing import Leech, Marked
    from srs.study.fixing import Conflict

    if isinstance(reason, Conflict):
        return {"why": "conflict", "of": reason.of}
    if isinstance(reason, Marked):
        return {"why": "marked", "text": reason.text}
    if isinstance(reason, Leech):
        return {"why": "leech", "lapses": reason.lapses, "suspended": reason.suspended}
    return {"why": "slow", "seconds": round(reason.seconds, 1), "usual": round(reason.usual, 1)}
