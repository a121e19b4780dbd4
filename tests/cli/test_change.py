"""`suspend`, `unsuspend`, `bury` and `unbury`."""

import pytest

from tests.cli.helpers import Srs

TOMORROW = "2026-03-03T09:00:00Z"


def test_suspend(srs: Srs) -> None:
    """A suspended card is not studied, on no day, until it is unsuspended."""
    assert srs("suspend", "france:answer").out == "Suspended france:answer.\n"
    assert srs.json("next")["card"]["id"] == "italy:answer"
    assert srs.json("status", "--now", TOMORROW)["suspended"] == 1
    assert srs("unsuspend", "france:answer").code == 0
    assert srs.json("next")["card"]["id"] == "france:answer"


def test_bury(srs: Srs) -> None:
    """A buried card is not studied today, and is tomorrow, or after `unbury`."""
    srs("bury", "france:answer")
    assert srs.json("show", "france:answer")["card"]["buried_until"] == "2026-03-03"
    assert srs.json("next")["card"]["id"] == "italy:answer"
    assert srs.json("next", "--now", TOMORROW)["card"]["id"] == "france:answer"
    srs("unbury", "france:answer")
    assert srs.json("next")["card"]["id"] == "france:answer"


def test_problems_are_told_once(srs: Srs) -> None:
    """Burying reads the collection once, so an error in a deck is told once."""
    (srs.root / "decks" / "broken.yaml").write_text("notes: {}\n", "utf-8")
    assert srs("bury", "france:answer").err.count("broken.yaml") == 1


def test_the_hint_of_answer_works(srs: Srs) -> None:
    """The command that `answer` names for a suspended or buried card makes it answerable."""
    for command in ("suspend", "bury"):
        assert srs(command, "france:answer").code == 0
        hint = srs("answer", "france:answer", "good").err.splitlines()[-1].split()
        assert srs(*hint[1:]).code == 0
        assert srs("answer", "france:answer", "good").code == 0


def test_a_note_means_its_cards(srs: Srs) -> None:
    """A note's id means all of its cards; several names may be given, and a card named twice counts once."""
    assert srs("suspend", "agora", "agora:forward", "france:answer").code == 0
    assert [event["card"] for event in srs.journal()] == ["agora:forward", "agora:backward", "france:answer"]
    assert srs.json("status")["suspended"] == 3


def test_what_is_so_already(srs: Srs) -> None:
    """A card that is so already gets no second event."""
    srs("suspend", "france:answer")
    done = srs("suspend", "france:answer")
    assert (done.code, len(srs.journal())) == (0, 1)
    assert "Nothing to change" in done.out


@pytest.mark.parametrize("command", ["suspend", "unsuspend", "bury", "unbury"])
def test_unknown_name(srs: Srs, command: str) -> None:
    """One unknown name among several exits 1, names the nearest, and changes nothing."""
    done = srs(command, "france:answer", "itlay:answer")
    assert (done.code, done.out) == (1, "")
    assert "italy:answer" in done.err
    assert not srs.journal()


def test_undo(srs: Srs) -> None:
    """`undo` takes a suspension back."""
    srs("suspend", "france:answer")
    assert srs.json("undo")["event"]["do"] == "suspend"
    assert srs.json("next")["card"]["id"] == "france:answer"
