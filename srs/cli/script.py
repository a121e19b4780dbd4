"""`srs next`, `answer` and `undo`: the session for scripts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.context import opened
from srs.cli.output import beside, comes_back, in_words, print_json, print_table, say, terminal_size
from srs.errors import SrsError, UsageError
from srs.memory.days import iso_day, iso_instant
from srs.memory.schedule import Answers
from srs.memory.state import Reviewing, Studied

if TYPE_CHECKING:
    from srs.collection.collection import Collection

RATINGS = Answers._fields

_LISTED = 20
_LEAST = 7  # cells of a card that are shown before another column goes
_ENDING = 8  # characters of an id that are printed, and enough to name it


def next_card(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
    html: Annotated[bool, typer.Option("--html", help="With --json: front and back as HTML.")] = False,
) -> None:
    """Print the card to study now, and what each answer would do.

    Example: srs next --json
    """
    from srs.cards.plain import to_text
    from srs.study.today import agenda_of

    collection, now = opened(ctx)
    item = agenda_of(collection, now).next(now)
    if item is None:
        if as_json:
            print_json({"card": None, "front": None, "back": None, "answers": None})
        else:
            say("Nothing is left to study now.")
        return
    view, face = collection.view(item.card, now), collection.face(item.card)
    answers = collection.preview(item.card, now)
    front, back = (face.front, face.back) if html else (to_text(face.front), to_text(face.back))
    if as_json:
        print_json({"card": view.as_json(), "front": front, "back": back, "answers": _answers_json(answers)})
        return
    say(f"{view.id}\n\n{front}\n")
    leads_to = [f"{name} {in_words(each, now)}" for name, each in answers._asdict().items()]
    terminal = terminal_size()
    for line in beside(leads_to, terminal[0] if terminal else None, "   "):
        print(line)


def answer(
    ctx: typer.Context,
    card: Annotated[str, typer.Argument(help="The card's id.", autocompletion=complete.cards)],
    rating: Annotated[str, typer.Argument(help="again, hard, good, easy, or 1 to 4.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Record an answer to a card.

    Example: srs answer karpathy-backprop:definition good
    """
    from srs.cli.card import find_cards

    collection, now = opened(ctx)
    view = find_cards(collection, card, now)[0]
    if ":" not in card:
        raise UsageError(f"`{card}` is a note; name one of its cards", f"for example {view.id}")
    if view.note.draft:
        hint = f"take `draft: true` out of {view.note.place.path}"
        raise SrsError(f"`{view.id}` is a draft and is not studied", hint)
    if view.suspended or view.buried_until is not None:
        state = "suspended" if view.suspended else "buried"
        raise SrsError(f"`{view.id}` is {state}", f"srs {'unsuspend' if view.suspended else 'unbury'} {view.id}")
    given = collection.answer(view.id, _rating(rating), now, None)
    after = collection.view(view.id, now)
    if as_json:
        print_json({"event": collection.event_json(given.review), "card": after.as_json()})
    else:
        name = RATINGS[given.review.rating - 1].capitalize()
        say(f"{name}: {view.id} comes back {comes_back(given.answer, now)}.")


def undo(
    ctx: typer.Context,
    event: Annotated[str, typer.Argument(metavar="[EVENT]", help="An event of any device, as --list names it.")] = "",
    show: Annotated[bool, typer.Option("--list", help="Print the newest events instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Take back what was done last on this device, or a named event.

    That is an answer, or what was done to cards: suspended, marked and so on. Again takes back what was done before
    that. Deck files stay as they are.

    Example: srs undo
    """
    from srs.cli.wording import details, took_back
    from srs.memory.events import card_of

    collection, now = opened(ctx)
    if show:
        _list_events(collection, as_json)
        return
    undone = collection.undo_event(event, now) if event else collection.undo(now)
    if not undone:
        raise SrsError("there is nothing to take back on this device")
    card = card_of(undone[0])
    view = collection.card(card, now) if card else None
    if as_json:
        print_json({"event": collection.event_json(undone[0]), "card": view.as_json() if view else None})
        return
    say(f"{took_back(undone)}{details(undone[0], now, collection.zone)}.")


def _list_events(collection: "Collection", as_json: bool) -> None:
    """The newest events, oldest first, so that the newest stands next to the prompt."""
    from srs.memory.events import Amend, Undo, Unknown, card_of, kind_of

    found = collection.recent(_LISTED)[::-1]
    if as_json:
        told = ({"device": device, "undone": dead} for _, device, dead in found)
        lines = (
            {"id": event.id, "do": event.do} if isinstance(event, Unknown) else collection.event_json(event)
            for event, _, _ in found
        )
        print_json([line | more for line, more in zip(lines, told, strict=True)])
        return
    if not found:
        say("Nothing was done yet.")
        return
    several = len({device for _, device, _ in found}) > 1
    rows = []
    for event, device, dead in found:
        about = event.event[-_ENDING:] if isinstance(event, Undo | Amend) else card_of(event) or ""
        at = datetime.fromtimestamp(event.at / 1000, collection.zone).strftime("%Y-%m-%d %H:%M")
        state = "taken back" if dead else ""
        rows.append([event.id[-_ENDING:], at, *([device] if several else []), kind_of(event), about, state])
    head = ["event", "when", *(["device"] if several else []), "did", "to", "state"]
    when, to = head.index("when"), head.index("to")
    print_table([head, *rows], shrink={to: _LEAST}, drop=(*([2] if several else []), when))


def _rating(text: str) -> int:
    name = text.lower()
    if name in RATINGS:
        return RATINGS.index(name) + 1
    if name in ("1", "2", "3", "4"):
        return int(name)
    raise UsageError(f"`{text}` is no rating", "it is again, hard, good or easy, or a number from 1 to 4")


def _answers_json(answers: Answers) -> dict[str, Any]:
    return {
        name: {"due": _due_text(answer.progress), "interval_days": answer.interval_days}
        for name, answer in answers._asdict().items()
    }


def _due_text(progress: Studied) -> str:
    """`YYYY-MM-DD` for a day, an instant for a learning step."""
    return iso_day(progress.due) if isinstance(progress, Reviewing) else iso_instant(progress.due)
