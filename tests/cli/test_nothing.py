"""A sitting without a card: why, in words, and nothing after them."""

from collections.abc import Callable

import pytest

from srs.cli.nothing import sentences
from srs.study.agenda import Limits
from srs.study.glance import Held
from tests.cli.helpers import SETTINGS, Srs, Terminal
from tests.support import basic_deck

LIMITED = SETTINGS + "learning_steps = []\n[study]\nnew_per_day = 2\n"


def test_no_card_matches(srs: Srs) -> None:
    """A query that finds no card is named as it was written, and nothing else is said."""
    done = srs("review", "deck:Nope", "is:due")
    assert (done.code, done.out) == (0, "No card matches deck:Nope is:due.\n")


def test_new_cards_beyond_the_limit(bare: Srs) -> None:
    """With the day's new cards done, the others are told with the limit and how to see more."""
    bare.collection(LIMITED, a=basic_deck("a", "b", "c"))
    bare("review", lines="\n4\n" * 9)
    done = bare("review", "is:new")
    assert done.out == (
        "Nothing is left to study now. 1 new card waits: the limit of 2 a day is reached; `--new 5` shows more.\n"
    )
    assert "1 new card waits" in bare("review").out
    assert bare("review", "--new", "5", lines="\n4\n" * 9).out.startswith("[a] 1 new")


@pytest.mark.parametrize(
    ("command", "said"), [("suspend", "1 card is suspended."), ("bury", "1 card is buried until tomorrow.")]
)
def test_cards_set_aside(srs: Srs, command: str, said: str) -> None:
    """A query whose only cards are suspended or buried says that they are."""
    srs(command, "france:answer")
    assert srs("review", "id:france").out == f"Nothing is left to study now. {said}\n"


def test_in_a_terminal(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """A terminal is told the same and is left alone."""
    srs("suspend", "france:answer")
    run = terminal(srs, "review", "id:france")
    run.sees("Nothing is left to study now. 1 card is suspended.")
    assert run.ends() == 0 and b"\x1b" not in run.sent


def test_each_reason() -> None:
    """Each reason is one sentence, in the singular and in the plural; what is set aside is told when asked for."""
    held = Held(20, 1, None, 2, 200, 3, 4, 5, 102, 1, 2, 2)
    assert sentences(held, 100, Limits(new=5), every=True) == [
        "1 new card waits: the limits of the day are reached; `--new 10` shows more.",
        "2 reviews wait: the limit of 200 a day is reached.",
        "3 cards wait for another day: a note shows one of its cards a day.",
        "4 new cards wait for notes that they need.",
        "5 cards come back, the first in 2 days.",
        "2 cards are buried until tomorrow.",
        "1 card is suspended.",
        "2 cards are drafts.",
    ]
    few = sentences(Held(4, later=1, first=101, drafts=1), 100, Limits(), every=False)
    assert few == ["1 card comes back tomorrow."]


def test_a_cram_of_nothing(srs: Srs) -> None:
    """A cram before any answer says how to name cards."""
    done = srs("review", "--cram")
    assert done.out == "Nothing is left to study now. No card was answered yet; a query names what to cram.\n"


def test_all_cards_suspended(srs: Srs) -> None:
    """Where nothing else holds cards back, what is set aside is told without a query too."""
    srs("suspend", "deck:World", "--yes")
    out = srs("review").out
    assert out == "Nothing is left to study now. 7 cards are suspended. 1 card is a draft.\n"
