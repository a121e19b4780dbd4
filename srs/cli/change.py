"""`srs suspend`, `bury`, `flag`, `mark`, `reset` and their opposites: what the learner says of cards by name."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from srs.cli import complete
from srs.cli.card import chosen_how, first_words
from srs.cli.context import opened
from srs.cli.output import agreed, print_json, print_table, say
from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.errors import SrsError, UsageError
from srs.memory.events import Bury, Event, Flag, Mark, Reset, Suspend, Unbury, Unsuspend
from srs.words import plural

Names = Annotated[
    list[str],
    typer.Argument(metavar="CARD", help="Ids of cards or notes, or a query.", autocompletion=complete.query),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, as a query does before it changes cards.")]
Json = Annotated[bool, typer.Option("--json", help="The ids of the cards that were changed, as JSON.")]

_SHOWN = 5  # cards of a query that are shown before it asks
_NAMED = 3  # cards that are named afterwards
_FLAGS = tuple("01234567")


def suspend(ctx: typer.Context, cards: Names, yes: Yes = False, as_json: Json = False) -> None:
    """Keep cards out of the reviews until they are unsuspended.

    Example: srs suspend karpathy-backprop:code
    """
    change = _Change("Suspend", "Suspended", "suspended already", lambda card: not card.suspended, Suspend)
    _carry_out(change, *opened(ctx), cards, yes, as_json)


def unsuspend(ctx: typer.Context, cards: Names, yes: Yes = False, as_json: Json = False) -> None:
    """Let suspended cards come up again.

    Example: srs unsuspend karpathy-backprop
    """
    change = _Change("Unsuspend", "Unsuspended", "not suspended", lambda card: card.suspended, Unsuspend)
    _carry_out(change, *opened(ctx), cards, yes, as_json)


def bury(ctx: typer.Context, cards: Names, yes: Yes = False, as_json: Json = False) -> None:
    """Keep cards out of the reviews until tomorrow.

    Example: srs bury karpathy-backprop:code
    """
    collection, now = opened(ctx)
    tomorrow = collection.day(now) + 1
    change = _Change(
        "Bury", "Buried until tomorrow:", "suspended or buried already",
        lambda card: card.buried_until is None and not card.suspended,
        lambda id, at, card, because: Bury(id, at, card, tomorrow, because),
    )  # fmt: skip
    _carry_out(change, collection, now, cards, yes, as_json)


def unbury(ctx: typer.Context, cards: Names, yes: Yes = False, as_json: Json = False) -> None:
    """Let buried cards come up today after all.

    Example: srs unbury karpathy-backprop:code
    """
    change = _Change("Unbury", "Unburied", "not buried", lambda card: card.buried_until is not None, Unbury)
    _carry_out(change, *opened(ctx), cards, yes, as_json)


def flag(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="N", help="1 to 7, as in Anki; 0 takes it off.")],
    cards: Names,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put a coloured flag on cards.

    1 red, 2 orange, 3 green, 4 blue, 5 pink, 6 turquoise, 7 purple.

    Example: srs flag 1 karpathy-backprop:code
    """
    flag = _flag(number, cards)
    if flag:
        verb, done, already = "Flag", f"Flagged {flag}:", f"flagged {flag} already"
    else:
        verb, done, already = "Take the flag off", "Took the flag off", "without a flag"
    change = _Change(
        verb, done, already, lambda card: card.flag != flag,
        lambda id, at, card, because: Flag(id, at, card, flag, because),
    )  # fmt: skip
    _carry_out(change, *opened(ctx), cards, yes, as_json)


def mark(
    ctx: typer.Context,
    card: Annotated[
        str,
        typer.Argument(
            metavar="CARD", help="The id of a card or a note, or a query in one word.", autocompletion=complete.query
        ),
    ],
    text: Annotated[str, typer.Argument(help="What is wrong with it, in a few words; empty clears the mark.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Mark a card with a few words on what is wrong with it.

    Example: srs mark karpathy-backprop:code 'the answer is too long'
    """
    words = text.strip() or None
    if words:
        verb, done, already = "Mark", "Marked", "marked so already"
    else:
        verb, done, already = "Take the mark off", "Took the mark off", "without a mark"
    change = _Change(
        verb, done, already, lambda card: card.mark != words,
        lambda id, at, card, because: Mark(id, at, card, words or "", because),
    )  # fmt: skip
    _carry_out(change, *opened(ctx), [card], yes, as_json)


def reset(ctx: typer.Context, cards: Names, yes: Yes = False, as_json: Json = False) -> None:
    """Make cards new again. Their history is kept, and an undo brings them back as they were.

    Example: srs reset karpathy-backprop:code
    """
    change = _Change("Reset", "New again:", "new already", lambda card: card.state != "new", Reset)
    _carry_out(change, *opened(ctx), cards, yes, as_json)


def _flag(number: str, cards: Sequence[str]) -> int:
    """The number of a flag. UsageError, with the command as it should be, where it stands behind the cards."""
    if number in _FLAGS:
        return int(number)
    if cards[-1] in _FLAGS:
        hint = " ".join(map(shlex.quote, ["srs", "flag", cards[-1], number, *cards[:-1]]))
        raise UsageError("the number of a flag comes first", hint)
    raise UsageError(f"`N` takes a whole number from 0 to 7, not {number}", "see: srs flag --help")


@dataclass(frozen=True, slots=True)
class _Change:
    """What a command does to each card that needs it: asked as `verb`, told as `done`, recorded by `make`.

    Cards that do not need it are `already`.
    """

    verb: str
    done: str
    already: str
    needed: Callable[[CardView], bool]
    make: Callable[[str, int, str, str | None], Event]


def _carry_out(
    change: _Change, collection: Collection, now: int, names: Sequence[str], yes: bool, as_json: bool
) -> None:
    """Record an event for each named card that needs it; cards that are so already are left alone.

    Cards that a query finds are shown first: which they are, nobody has said.
    """
    found, by_query = chosen_how(collection, names, now)
    views = [view for view in found if change.needed(view)]
    cards = [view.id for view in views]
    if cards and by_query and not yes:
        if as_json:
            message = f"nothing was changed: the query finds {plural(len(cards), 'card')}"
            raise SrsError(message, "say --yes to change them")
        _preview(views)
        if not agreed(f"{change.verb}: {plural(len(cards), 'card')}?"):
            print("Nothing was changed.")
            return
    collection.record_batch(cards, now, change.make)
    if as_json:
        print_json({"changed": cards})
    elif not cards:
        which = f"{found[0].id} is" if len(found) == 1 else f"All {len(found):,} cards are"
        say(f"{which} {change.already}.")
    elif by_query and len(cards) > _NAMED:
        few = f"{', '.join(cards[:_NAMED])} and {len(cards) - _NAMED:,} more"
        say(f"{change.done} {plural(len(cards), 'card')} ({few}). Take it back: srs undo")
    else:
        say(f"{change.done} {', '.join(cards)}.")


def _preview(views: Sequence[CardView]) -> None:
    """How many cards a query found, and the first of them."""
    say(f"The query finds {plural(len(views), 'card')} to change:")
    shown = views if len(views) <= _SHOWN + 1 else views[:_SHOWN]
    print_table([["  " + view.id, first_words(view)] for view in shown], shrink={1: 16}, drop=(1,))
    if len(views) > len(shown):
        print(f"  and {len(views) - len(shown):,} more")
