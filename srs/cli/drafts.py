"""`srs drafts`: what was picked or imported and is not studied yet, one by one."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.context import Context
from srs.cli.output import print_json, print_table, say
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.collection.collection import Collection


def drafts(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(help="Only the drafts that it finds.", autocompletion=complete.query)
    ] = None,
    as_list: Annotated[bool, typer.Option("--list", help="Print the drafts, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON, a stable contract.")] = False,
) -> None:
    """Walk through drafts: keep, edit, split, drop.

    Of a quote you say that it is verified, or a paraphrase.

    Example: srs drafts deck:Karpathy
    """
    from srs.study.drafting import Drafting
    from srs.study.drafting import drafts as drafts_of

    context: Context = ctx.obj
    collection = context.open()
    clock = context.clock(collection)
    wanted = None
    if query:
        from srs.study.search import parse_query

        wanted = parse_query(" ".join(query), collection.day(clock()), clock())
    if as_json or as_list:
        _print(drafts_of(collection, clock(), wanted), collection, as_json)
        return
    drafting = Drafting(collection, clock, wanted)
    if not drafting.count:
        say("There is no draft.")
    elif sys.stdin.isatty() and sys.stdout.isatty():
        from srs.cli.terminal.drafting import run

        run(drafting, collection, clock, context.environ)
    else:
        from srs.cli import walklines
        from srs.cli.settling import Settling

        walklines.settle(Settling(drafting, collection, clock), collection)


def _print(found: "list[Note]", collection: "Collection", as_json: bool) -> None:
    from srs.cards.faces import cards_of
    from srs.cli.picking import a_year
    from srs.study.price import minutes_a_year
    from srs.study.reading import cards_made

    cards = {note.id: len(cards_of(note, collection.types)) for note in found}
    if as_json:
        print_json([_as_json(note, cards[note.id]) for note in found])
        return
    if not found:
        say("There is no draft.")
        return
    rows = [["draft", "type", "text", "cards", "from"]]
    for note in found:
        text = " ".join(next(iter(note.fields.values()), "").split())
        rows.append([note.id, note.type, text, str(cards[note.id]), note.origin or ""])
    print_table(rows, shrink={0: 16, 2: 20, 4: 12}, drop=(4, 0))
    costs = {deck: minutes_a_year(collection, deck) for deck in {note.deck for note in found}}
    minutes = sum(max(1, cards_made(note, collection.types)) * costs[note.deck] for note in found)
    say(f"{plural(len(found), 'draft')}, {a_year(minutes)} if all are kept.")


def _as_json(note: "Note", cards: int) -> dict[str, Any]:
    """The stable contract of `srs drafts --json`."""
    return {
        "note": note.id, "type": note.type, "deck": note.deck, "tags": list(note.tags), "fields": dict(note.fields),
        "cards": cards, "from": note.origin, "path": note.place.path, "line": note.place.line,
    }  # fmt: skip
