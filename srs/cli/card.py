"""`srs list` and `srs show`: finding cards and looking at one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from srs.cli.context import opened
from srs.cli.output import days_long, plural, print_json, print_table
from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.errors import SrsError, UsageError


def list_cards(
    ctx: typer.Context,
    query: Annotated[list[str] | None, typer.Argument(help="Anki's search syntax; all cards without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """List the cards that a query finds, in deck order.

    Example: srs list deck:Karpathy is:due
    """
    from srs.study.search import parse_query

    collection, now = opened(ctx)
    wanted = parse_query(" ".join(query or ()), collection.day(now), now)
    cards = [card for card in collection.cards(now) if wanted(card)]
    if as_json:
        print_json([card.as_json() for card in cards])
        return
    if cards:
        day = collection.day(now)
        print_table([["card", "deck", "state", "due"], *([c.id, c.note.deck, *_standing(c, day)] for c in cards)])
    print(f"{plural(len(cards), 'card')}." if cards else "No card matches.")


def show(
    ctx: typer.Context,
    card: Annotated[str, typer.Argument(help="The card's id, as `srs list` prints it, or a note's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
    html: Annotated[bool, typer.Option("--html", help="With --json: front and back as HTML.")] = False,
) -> None:
    """Show a card's two sides and its history.

    Example: srs show karpathy-backprop:definition
    """
    collection, now = opened(ctx)
    views = find_cards(collection, card, now)
    if as_json:
        shown = [_as_json(collection, view, html) for view in views]
        print_json(shown[0] if card == views[0].id or len(shown) == 1 else shown)
        return
    for number, view in enumerate(views):
        if number:
            print()
        _print(collection, view, collection.day(now), ctx.obj.environ)


def find_cards(collection: Collection, name: str, now: int) -> list[CardView]:
    """The card with this id, or every card of the note with this id. Raises SrsError naming the nearest ids."""
    views = _named(collection, name, now)
    if not views:
        raise _unknown(collection, name)
    return views


def chosen(collection: Collection, words: Sequence[str], now: int) -> list[CardView]:
    """The cards that `words` name, each once: ids of cards and notes, or, where none is one, the words of a query.

    Raises SrsError naming the nearest ids, or that nothing is found.
    """
    named = [_named(collection, word, now) for word in words]
    if any(named) or not any(":" in word for word in words):
        for word, views in zip(words, named, strict=True):
            if not views:
                raise _unknown(collection, word)
        return list({view.id: view for views in named for view in views}.values())
    from srs.study.search import parse_query

    try:
        predicate = parse_query(" ".join(words), collection.day(now), now)
    except UsageError:
        raise _unknown(collection, words[0]) from None
    found = [view for view in collection.cards(now) if predicate(view)]
    if not found:
        raise SrsError(f"no card is found by `{' '.join(words)}`", "see: srs list")
    return found


def _named(collection: Collection, name: str, now: int) -> list[CardView]:
    found = collection.card(name, now)
    return [found] if found else collection.cards_of_note(name, now)


def _unknown(collection: Collection, name: str) -> SrsError:
    near = collection.nearest_ids(name)
    hint = f"did you mean {' or '.join(near)}?" if near else "see: srs list"
    return SrsError(f"there is no card or note `{name}`", hint)


def _as_json(collection: Collection, view: CardView, html: bool) -> dict[str, Any]:
    from srs.cards.plain import to_text

    face = collection.face(view.id)
    front, back = (face.front, face.back) if html else (to_text(face.front), to_text(face.back))
    return {"card": view.as_json(), "front": front, "back": back, "events": collection.events_json(view.id)}


def _print(collection: Collection, view: CardView, day: int, environ: Mapping[str, str]) -> None:
    from srs.cli.terminal.safe import visible
    from srs.cli.terminal.screen import print_face

    print_face(collection.face(view.id), environ)
    state, due = _standing(view, day)
    print(visible(f"{view.id}  ·  {view.note.deck}  ·  {view.note.place.path}:{view.note.place.line}"))
    facts = [state, due] if due else [state]
    if view.stability is not None and view.retrievability is not None:
        facts += [f"stability {view.stability:.1f} days", f"recall now {view.retrievability:.0%}"]
    if view.reps:
        facts += [plural(view.reps, "review"), plural(view.lapses, "lapse")]
    print(", ".join(facts))


def _standing(view: CardView, day: int) -> tuple[str, str]:
    state = "draft" if view.note.draft else "suspended" if view.suspended else view.state
    if view.due is None:
        return state, ""
    return state, days_long(view.due - day) if view.state == "review" else "today"
