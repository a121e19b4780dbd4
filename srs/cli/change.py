"""`srs suspend`, `unsuspend`, `bury`, `unbury`: keeping cards out of the reviews, for good or for today."""

from collections.abc import Callable
from typing import Annotated

import typer

from srs.cli.card import find_cards
from srs.cli.context import opened
from srs.cli.output import plural
from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.memory.events import Bury, Event, Suspend, Unbury, Unsuspend

Names = Annotated[list[str], typer.Argument(metavar="CARD", help="Ids of cards; a note's id means all its cards.")]


def suspend(ctx: typer.Context, cards: Names) -> None:
    """Keep cards out of the reviews until they are unsuspended.

    Example: srs suspend karpathy-backprop:code
    """
    _change(
        *opened(ctx), cards, "Suspended", lambda card: not card.suspended,
        lambda id, at, card: Suspend(id, at, card, None),
    )  # fmt: skip


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
        lambda id, at, card: Bury(id, at, card, tomorrow),
    )  # fmt: skip


def unbury(ctx: typer.Context, cards: Names) -> None:
    """Let buried cards come up today after all.

    Example: srs unbury karpathy-backprop:code
    """
    _change(*opened(ctx), cards, "Unburied", lambda card: card.buried_until is not None, Unbury)


def _change(
    collection: Collection,
    now: int,
    names: list[str],
    done: str,
    needed: Callable[[CardView], bool],
    make: Callable[[str, int, str], Event],
) -> None:
    """Record an event for each named card that needs it; cards that are so already are left alone."""
    found = {view.id: view for name in names for view in find_cards(collection, name, now)}
    cards = [view.id for view in found.values() if needed(view)]
    collection.record_each(cards, now, make)
    print(f"{done} {', '.join(cards)}." if cards else f"Nothing to change for {plural(len(found), 'card')}.")
