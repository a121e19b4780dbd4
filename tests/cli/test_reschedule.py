"""`srs reschedule`."""

from collections.abc import Callable

from tests.cli.helpers import SETTINGS, Srs, Terminal

LATER = "2026-03-05T09:00:00Z"


def studied(srs: Srs) -> Srs:
    """Two cards in review, then settings that would put them elsewhere."""
    srs("answer", "france:answer", "easy")
    srs("answer", "italy:answer", "easy")
    (srs.root / "srs.toml").write_text(SETTINGS + "[study]\ndesired_retention = 0.8\n")
    return srs


def test_asks_first(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """In a terminal the load of the coming days is shown, then asked; y moves, and an undo brings all back."""
    before = studied(srs).json("list")
    run = terminal(srs, "reschedule", "--all")
    run.sees("2 of 2 cards in review would move.", "2026-03-10    2     0", "Move them? [y/N]")
    run.press("y\r", "Moved 2 cards. Take it back: srs undo")
    assert run.ends() == 0
    assert srs.json("list") != before
    assert srs("undo").out == "Took back the new due day of france:answer and 1 more card.\n"
    assert srs.json("list") == before


def test_what_moves_is_shown(srs: Srs) -> None:
    """Days without reviews are left out of the load; few moves are told card by card."""
    done = studied(srs)("reschedule", "--all")
    table, moves = done.out.splitlines()[2:-2], done.out.splitlines()[-2:]
    assert table and all(line.split()[-2:] != ["0", "0"] for line in table)
    assert [line.partition(":")[0] for line in moves] == ["france", "italy"]
    assert all(" -> " in line for line in moves)


def test_declined(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """Anything but y moves nothing."""
    before = studied(srs).json("list")
    run = terminal(srs, "reschedule", "--all")
    run.press("\r", "[y/N]")
    assert run.ends() == 0
    assert srs.json("list") == before


def test_without_a_terminal(srs: Srs) -> None:
    """A script must say --yes; without it the plan is shown, nothing is moved, and the exit code is 1."""
    before = studied(srs).json("list")
    done = srs("reschedule", "--all")
    assert (done.code, srs.json("list")) == (1, before)
    assert "2 of 2 cards" in done.out and "--yes" in done.err
    assert srs("reschedule", "deck:World", "--yes").code == 0
    assert srs.json("list") != before


def test_json(srs: Srs) -> None:
    """The plan as data: how many cards, each move, the load of fourteen days; moved only with --yes."""
    plan = studied(srs).json("reschedule", "france:answer")
    assert set(plan) == {"cards", "moves", "load", "moved"} and not plan["moved"]
    [move] = plan["moves"]
    assert move["card"] == "france:answer" and move["to"] > move["from"] > "2026-03-02"
    assert len(plan["load"]) == 14 and set(plan["load"][0]) == {"day", "before", "after"}
    assert srs.json("reschedule", "france:answer", "--yes")["moved"]
    assert srs.json("show", "france:answer")["card"]["due"] == move["to"]


def test_to_a_day(srs: Srs) -> None:
    """--to sends cards to a day; what is no day is refused."""
    studied(srs)("reschedule", "france", "--to", "2026-12-24", "--yes")
    assert srs.json("show", "france:answer")["card"]["due"] == "2026-12-24"
    assert srs("reschedule", "france", "--to", "soon").code == 2


def test_nothing_to_move(srs: Srs) -> None:
    """Where there is no card to move, or every one is where it should be, that is said."""
    assert srs("reschedule", "--all").out == "No card is in review, so there is no day to move.\n"
    srs("answer", "france:answer", "easy")
    assert srs("reschedule", "--all").out == "1 card in review: each is due where the settings of today put it.\n"
    day = srs.json("show", "france:answer")["card"]["due"]
    assert srs("reschedule", "--all", "--to", day).out == "1 card in review: each is due on that day already.\n"


def test_says_which(srs: Srs) -> None:
    """Neither cards nor --all, or both, is wrong usage."""
    assert srs("reschedule").code == srs("reschedule", "--all", "france").code == 2
