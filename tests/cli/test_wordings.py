"""Wordings and cloze hints, as they come up in the terminal and in line mode."""

from collections.abc import Callable

from tests.cli.helpers import SETTINGS, Srs, Terminal

DECK = """\
deck: Words
notes:
  - q: [First wording?, Second wording?, Third wording?]
    id: word
    a: The same
"""
CLOZE = """\
deck: Gaps
notes:
  - cloze: A connection opens with {{c1::SYN}} and {{c2::SYN-ACK::two flags}}.
    id: gap
"""
SETTLED = SETTINGS + "[study]\nbury_siblings = false\n"


def asked(text: str) -> list[str]:
    return [line for line in text.splitlines() if "wording?" in line]


def test_wordings_in_turn(bare: Srs) -> None:
    """The wordings of one card come up in turn with its answers, and begin again."""
    srs = bare.collection(words=DECK)
    done = srs("review", lines="\n1\n\n1\n\n1\n\n4\nq\n")
    assert asked(done.out) == ["First wording?", "Second wording?", "Third wording?", "First wording?"]
    assert [card["id"] for card in srs.json("list")] == ["word:answer"]


def test_an_undone_answer_turns_the_wording_back(bare: Srs) -> None:
    """After an undo the card asks as it did before."""
    srs = bare.collection(words=DECK)
    done = srs("review", lines="\n1\nu\n\n1\nq\n")
    assert asked(done.out) == ["First wording?", "Second wording?", "First wording?", "Second wording?"]


def test_wordings_on_the_screen(bare: Srs, terminal: Callable[..., Terminal]) -> None:
    """In the terminal the wording stays while its back is up, and the next answer brings the next one."""
    run = terminal(bare.collection(words=DECK), "review")
    run.sees("First wording?")
    assert "First wording?" in run.press(" ", "The same", "1 Again")
    assert "First" not in run.press("1", "Second wording?")


def test_hints_on_the_screen(bare: Srs, terminal: Callable[..., Terminal]) -> None:
    """A gap shows its hint, or dots, on the front and its text on the back, underlined; the other gap is text."""
    run = terminal(bare.collection(SETTLED, gaps=CLOZE), "review")
    run.sees("A connection opens with […] and SYN-ACK.")
    run.press(" ", "A connection opens with SYN and SYN-ACK.")
    row = next(n for n, line in enumerate(run.screen.display) if "A connection" in line)
    underlined = [run.screen.buffer[row][n].data for n in range(80) if run.screen.buffer[row][n].underscore]
    assert "".join(underlined) == "SYN"
    run.press("4", "A connection opens with SYN and [two flags].")
    run.press(" ", "A connection opens with SYN and SYN-ACK.")


def test_hints_in_line_mode(bare: Srs) -> None:
    """In line mode the gap and its hint are plain text."""
    done = bare.collection(SETTLED, gaps=CLOZE)("review", lines="\n4\n\n4\n")
    assert "A connection opens with […] and SYN-ACK.\n" in done.out
    assert "A connection opens with SYN and [two flags].\n" in done.out
