"""`srs rename`: another id for a note, with its progress."""

from typing import Annotated

import typer

from srs.cli import complete
from srs.cli.context import opened
from srs.cli.output import say


def rename(
    ctx: typer.Context,
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help="The note's id, or one that it had once.", autocompletion=complete.cards),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id that it shall have.")],
) -> None:
    """Give a note another id in its deck file. Its progress stays, and the old id goes on leading to it.

    Example: srs rename karpathy-backprop backpropagation
    """
    from srs.upkeep.rename import rename_note

    collection, _ = opened(ctx)
    done = rename_note(collection, old, new)
    say(f"Renamed {done.old} to {done.new} in {done.place}")
    say(f"To have the old id again: srs rename {done.new} {done.old}")
