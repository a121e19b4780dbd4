"""Line mode: the review without a terminal, answers read as lines."""

import pytest

from tests.cli.helpers import SETTINGS, Srs


def test_one_card(srs: Srs) -> None:
    """A blank line, a 3 and a q grade one card, and the output says so."""
    done = srs("review", lines="\n3\nq\n")
    assert (done.code, done.err) == (0, "")
    assert "Capital of France?" in done.out
    assert "Paris" in done.out
    assert "1 Again 1m   2 Hard 6m   3 Good 10m   4 Easy" in done.out
    assert "Good: comes back in 10m." in done.out
    assert done.out.endswith("1 card answered: 1 good.\n")
    assert [(event["card"], event["rating"]) for event in srs.journal()] == [("france:answer", 3)]


@pytest.mark.parametrize("lines", [b"\r\n3\r\nq\r\n", b"\n3\nq", b"\n3\n", b"\n  3  \nQ\n", b"\n3"])
def test_line_ends(srs: Srs, lines: bytes) -> None:
    """Line ends of any kind, spaces, and the end of input without a q make no difference."""
    done = srs("review", lines=lines)
    assert done.code == 0
    assert "1 card answered: 1 good." in done.out
    assert len(srs.journal()) == 1


def test_no_input(srs: Srs) -> None:
    """The end of input ends the sitting with exit 0 and nothing answered."""
    done = srs("review")
    assert done.code == 0
    assert "No card was answered." in done.out
    assert not (srs.root / "journal").exists()


def test_nonsense(srs: Srs) -> None:
    """What is no answer changes nothing and is explained, on the front and on the back."""
    done = srs("review", lines="what\n3\n\nwhat\n7\n1 2\n4\nq\n")
    assert done.code == 0
    assert done.out.count("A blank line shows the answer") == 2
    assert done.out.count("Answer with 1 Again") == 3
    assert [event["rating"] for event in srs.journal()] == [4]


def test_a_blank_line_on_the_back(srs: Srs) -> None:
    """A blank line on the back rates nothing."""
    srs("review", lines="\n\n\nq\n")
    assert not srs.journal()


def test_undo(srs: Srs) -> None:
    """u takes back the newest answer and shows its card again; it does not count in the summary."""
    done = srs("review", lines="\n1\nu\n\n4\nq\n")
    assert done.out.count("Capital of France?") == 2
    assert "Took back the answer of france:answer." in done.out
    assert done.out.endswith("1 card answered: 1 easy.\n")
    assert [event["do"] for event in srs.journal()] == ["review", "undo", "review"]
    assert srs.json("show", "france:answer")["card"]["reps"] == 1


def test_undo_with_nothing_to_undo(srs: Srs) -> None:
    """u with nothing to take back says so and goes on."""
    done = srs("review", lines="u\n\n3\nq\n")
    assert "There is nothing to take back." in done.out
    assert "1 card answered" in done.out


def test_nothing_due(bare: Srs) -> None:
    """With nothing due the sitting ends at once, exit 0, whatever the input."""
    bare.collection(a="notes: []\n")
    done = bare("review", lines="\n3\n")
    assert done.code == 0
    assert done.out.startswith("Nothing is left to study now.")


def test_a_whole_day(srs: Srs) -> None:
    """Answering Good until nothing is left ends a day: each new card of the day leaves its steps."""
    done = srs("review", lines="\n3\n" * 50)
    assert done.code == 0
    assert "8 cards answered: 8 good." in done.out
    assert srs.json("next")["card"] is None
    status = srs.json("status")
    assert (status["new"], status["learning"], status["due"], status["reviewed_today"]) == (0, 0, 0, 8)


def test_a_day_with_the_real_clock(srs: Srs) -> None:
    """Without --now a sitting of Again and Easy ends too."""
    env = {"SRS_NOW": ""}
    done = srs("review", lines="\n1\n" * 3 + "\n4\n" * 20, env=env)
    assert done.code == 0
    assert "3 again" in done.out
    assert srs("next", "--json", env=env).json["card"] is None


def test_limit(srs: Srs) -> None:
    """--limit ends the sitting after so many answers."""
    done = srs("review", "--limit", "2", lines="\n3\n" * 9)
    assert "2 cards answered: 2 good." in done.out
    assert len(srs.journal()) == 2


def test_query(srs: Srs) -> None:
    """A query restricts the sitting to the cards that it finds."""
    srs("review", "deck:World::Quotes", "card:who", lines="\n4\n" * 9)
    assert [event["card"] for event in srs.journal()] == ["map:who"]


def test_query_that_finds_nothing(srs: Srs) -> None:
    """A query without a card to study says so, exit 0."""
    done = srs("review", "deck:Nowhere", lines="\n4\n")
    assert done.code == 0
    assert "Nothing is left to study now." in done.out


def test_more_new_cards(bare: Srs) -> None:
    """--new N shows N new cards more than the day allows."""
    deck = "notes:\n" + "".join(f"  - q: q{n}\n    id: n{n}\n    a: a{n}\n" for n in range(9))
    bare.collection(SETTINGS + "[study]\nnew_per_day = 2\n", many=deck)
    assert "2 cards answered" in bare("review", lines="\n4\n" * 20).out
    assert "No card was answered" in bare("review", lines="\n4\n" * 20).out
    assert "3 cards answered" in bare("review", "--new", "3", lines="\n4\n" * 20).out


def test_review_agrees_with_next(srs: Srs) -> None:
    """`next` names the card that the review shows first."""
    for _ in range(4):
        expected = srs.json("next")["card"]["id"]
        srs("review", "--limit", "1", lines="\n4\n")
        assert srs.journal()[-1]["card"] == expected


def test_private_journal_is_told_once(bare: Srs) -> None:
    """The first answer of a private journal says where it went; the next does not."""
    bare.collection(
        SETTINGS.replace("[fsrs]", 'journal = "private"\n[fsrs]'), a="notes:\n  - q: x\n    a: y\n  - q: z\n    a: w\n"
    )
    done = bare("review", lines="\n3\n\n3\nq\n")
    folder = bare.home / "state" / "journals"
    assert done.out.count(str(folder)) == 1
    assert not (bare.root / "journal").exists()
    assert str(folder) not in bare("review", lines="\n3\nq\n").out


def test_control_characters(bare: Srs) -> None:
    """Control characters and bidi overrides in a card are shown as text."""
    bare.collection(a='deck: A\nnotes:\n  - q: "x \u202e y &#27;[2J &#155;31m"\n    a: "&#x1b;]52;c;aGk=&#7;"\n')
    done = bare("review", lines="\n3\nq\n")
    assert "[U+202E]" in done.out
    assert not set(done.out) & set("\x1b\x9b\x07\u202e")
