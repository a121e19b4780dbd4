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
    assert "1 card answered: 1 easy." in done.out
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
    assert "8 answers on 4 cards: 8 good." in done.out
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
    """A query without a card says so, exit 0."""
    done = srs("review", "deck:Nowhere", lines="\n4\n")
    assert done.code == 0
    assert done.out == "No card matches deck:Nowhere.\n"


def test_more_new_cards(bare: Srs) -> None:
    """--new N shows N new cards more than the day allows."""
    deck = "notes:\n" + "".join(f"  - q: q{n}\n    id: n{n}\n    a: a{n}\n" for n in range(9))
    bare.collection(SETTINGS + "[study]\nnew_per_day = 2\n", many=deck)
    assert "2 cards answered" in bare("review", lines="\n4\n" * 20).out
    assert "7 new cards wait" in bare("review", lines="\n4\n" * 20).out
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


def test_private_journal_of_a_moved_collection(bare: Srs) -> None:
    """Where the collection was moved, the first answer says which journal was its own."""
    bare.collection(SETTINGS.replace("[fsrs]", 'journal = "private"\n[fsrs]'), a="notes:\n  - q: x\n    a: y\n")
    assert "was moved" not in bare("review", lines="\n3\nq\n").out
    (old,) = (bare.home / "state" / "journals").iterdir()
    bare.root.rename(bare.home / "moved")
    done = bare("-C", str(bare.home / "moved"), "review", lines="\n3\nq\n", cwd=bare.home)
    assert f"If this collection was moved, its old ones are in {old}: srs doctor says how to have them" in done.out


def test_control_characters(bare: Srs) -> None:
    """Control characters and bidi overrides in a card are shown as text."""
    bare.collection(a='deck: A\nnotes:\n  - q: "x \u202e y &#27;[2J &#155;31m"\n    a: "&#x1b;]52;c;aGk=&#7;"\n')
    done = bare("review", lines="\n3\nq\n")
    assert "[U+202E]" in done.out
    assert not set(done.out) & set("\x1b\x9b\x07\u202e")


TYPED = "notes:\n  - ask: Capital of Czechia?\n    id: praha\n    answer: Praha\n"


def test_setting_cards_aside(srs: Srs) -> None:
    """b buries, s suspends and n puts off the card that is shown; u takes each back."""
    done = srs("review", lines="b\ns\nn\nu\nu\nu\nq\n")
    assert done.code == 0
    assert "Buried until tomorrow: france:answer." in done.out
    assert "Suspended italy:answer; `srs unsuspend` brings it back." in done.out
    assert "Put off: it comes again in this sitting." in done.out
    assert "Took back putting off agora" in done.out
    assert "Took back the suspension of italy:answer." in done.out
    assert "Took back the burying of france:answer." in done.out
    assert [event["do"] for event in srs.journal()] == ["bury", "suspend", "undo", "undo"]


def test_flag_and_mark(srs: Srs) -> None:
    """f N flags and m WORDS marks the card, which stays; both are told with it from then on."""
    done = srs("review", lines="f 3\nm the answer is vague\nf\nf 9\n\nm\nf 0\n3\nq\n")
    assert "Flagged 3, green." in done.out and "Marked: the answer is vague." in done.out
    assert done.out.count("Flag it with f and a number: 0 no flag, 1 red") == 2
    assert "It has no mark now." in done.out and "It has no flag now." in done.out
    assert [event["do"] for event in srs.journal()] == ["flag", "mark", "mark", "flag", "review"]


def test_why_where_and_help(srs: Srs) -> None:
    """i, o, e and ? say in sentences why a card is due, where it comes from, where it is written, what there is."""
    done = srs("review", lines="i\no\ne\n?\nq\n")
    assert "It is new: you never answered it" in done.out
    assert "This card does not say where it comes from" in done.out
    assert "It is written at decks/cities.yaml:4" in done.out
    assert "f N flags it" in done.out
    assert not srs.journal()


def test_where_a_card_comes_from(bare: Srs) -> None:
    """o prints the paragraph that a card was taken from, or the address of its page."""
    bare.collection(a=TYPED.replace("ask:", "q:").replace("answer:", "from: sources/x.txt#L3\n    a:"))
    (bare.root / "sources").mkdir()
    (bare.root / "sources" / "x.txt").write_text("Head\n\nThe paragraph\nof two lines.\n\nTail\n")
    out = bare("review", lines="o\nq\n").out
    assert "sources/x.txt, from line 3 on:\nThe paragraph\nof two lines.\n" in out and "Tail" not in out


def test_an_edit_meanwhile(srs: Srs) -> None:
    """What changes in a deck while its card is shown is what the answer shows."""
    srs.deck("cities", "deck: World::Cities\nnotes:\n  - q: Capital of France?\n    id: france\n    a: Lutetia\n")
    assert "Lutetia" in srs("review", lines="\n3\nq\n").out


def test_typed_answers(bare: Srs) -> None:
    """For a card that asks for typing the line is the answer: it is compared, and a rating suggested."""
    bare.collection(a=TYPED)
    done = bare("review", lines="Prahe\n1\nPraha\n4\nq\n")
    assert "you     Prahe\nanswer  Praha\n            ^\nNot the same: ^ wrong." in done.out
    assert "What you typed suggests 1 Again." in done.out
    assert "That is right." in done.out and "What you typed suggests 3 Good." in done.out
    assert [event["rating"] for event in bare.journal()] == [1, 4]


def test_commands_on_a_typed_card(bare: Srs) -> None:
    """On a card that asks for typing, q is an answer, :q ends, and a blank line only shows the back."""
    bare.collection(a=TYPED)
    assert "you     q" in bare("review", lines="q\n").out
    done = bare("review", lines=":f 2\n:q\n\n")
    assert "Flagged 2" in done.out and "Not the same" not in done.out
    assert "Not the same" not in bare("review", lines="\n3\n:q\n").out


def test_a_pause_is_told(bare: Srs) -> None:
    """Where the next card is not due yet, that is told, a blank line looks again, and u takes back."""
    bare.collection(SETTINGS + '[study]\nlearn_ahead = "0s"\n', a="notes:\n  - q: x\n    id: x\n    a: y\n")
    done = bare("review", lines="\n3\n\nu\n\n4\n")
    assert done.out.count("The next card is due in 10m. A blank line looks again; q ends.") == 2
    assert "Took back the answer of x:answer." in done.out
    assert "1 card answered: 1 easy." in done.out


def test_a_clock_in_doubt(srs: Srs) -> None:
    """Under a clock that stands before the newest event a line asks before an answer is recorded; only y goes on."""
    assert srs("mark", "france", "x", "--now", "2199-04-01T09:00:00Z").code == 0
    done = srs("review", "italy", lines="\n3\nn\n3\ny\nq\n", env={"SRS_NOW": ""})
    assert done.out.count("Is the clock right? y: yes, record it; anything else: no.") == 2
    assert done.out.count("Good: comes back") == 1 and len(srs.journal()) == 2
