"""`srs suspend`, `bury`, `flag`, `mark`, `reset` and their opposites: what the learner says of cards by name."""

from collections.abc import Callable
from typing import Annotated

import typer

from srs.cli.card import chosen
from srs.cli.context import opened
from srs.cli.output import plural
from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.memory.events import Bury, Event, Flag, Mark, Reset, Suspend, Unbury, Unsuspend

Names = Annotated[list[str], typer.Argument(metavar="CARD", help="Ids of cards or notes, or a query.")]


def suspend(ctx: typer.Context, cards: Names) -> None:
    """Keep cards out of the reviews until they are unsuspended.

    Example: srs suspend karpathy-backprop:code
    """
    _change(*opened(ctx), cards, "Suspended", lambda card: not card.suspended, Suspend)


def unsuspend(ctx: typer.Context, cards: Names) -> None:
    """Let suspended cards come up again.

    Example: srs unsuspend karpathy-backprop
    """
    _change(*opened(ctx), cards, "Unsuspended", lambda card: card.suspended, Unsuspend)


def bury(ctx: typer.Context, cards: Names) -> None:
    """Keep cards out of the reviews until tomorrow.

    Example: srs bury karpathy-backprop:code
    """
    collection, now = opened(ctx)
    tomorrow = collection.day(now) + 1
    _change(
        collection, now, cards, "Buried until tomorrow:",
        lambda card: card.buried_until is None and not card.suspended,
        lambda id, at, card, because: Bury(id, at, card, tomorrow, because),
    )  # fmt: skip


def unbury(ctx: typer.Context, cards: Names) -> None:
    """Let buried cards come up today after all.

    Example: srs unbury karpathy-backprop:code
    """
    _change(*opened(ctx), cards, "Unburied", lambda card: card.buried_until is not None, Unbury)


def flag(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="N", min=0, max=7, help="1 to 7, as in Anki; 0 takes it off.")],
    cards: Names,
) -> None:
    """Put a coloured flag on cards: 1 red, 2 orange, 3 green, 4 blue, 5 pink, 6 turquoise, 7 purple.

    Example: srs flag 1 karpathy-backprop:code
    """
    _change(
        *opened(ctx), cards, f"Flagged {number}:" if number else "Took the flag off", lambda card: card.flag != number,
        lambda id, at, card, because: Flag(id, at, card, number, because),
    )  # fmt: skip


def mark(
    ctx: typer.Context,
    card: Annotated[str, typer.Argument(metavar="CARD", help="The id of a card or a note.")],
    text: Annotated[str, typer.Argument(help="What is wrong with it, in a few words; empty clears the mark.")],
) -> None:
    """Mark a card with a few words on what is wrong with it, to mend it later.

    Example: srs mark karpathy-backprop:code 'the answer is too long'
    """
    words = text.strip() or None
    _change(
        *opened(ctx), [card], "Marked" if words else "Took the mark off", lambda card: card.mark != words,
        lambda id, at, card, because: Mark(id, at, card, words or "", because),
    )  # fmt: skip


def reset(ctx: typer.Context, cards: Names) -> None:
    """Make cards new again. Their history is kept, and an undo brings them back as they were.

    Example: srs reset karpathy-backprop:code
    """
    _change(*opened(ctx), cards, "New again:", lambda card: card.state != "new", Reset)


def _change(
    collection: Collection,
    now: int,
    names: list[str],
    done: str,
    needed: Callable[[CardView], bool],
    make: Callable[[str, int, str, str | None], Event],
) -> None:
    """Record an event for each named card that needs it; cards that are so already are left alone."""
    found = chosen(collection, names, now)
    cards = [view.id for view in found if needed(view)]
    collection.record_batch(cards, now, make)
    print(f"{done} {', '.join(cards)}." if cards else f"Nothing to change for {plural(len(found), 'card')}.")
