"""`srs ideas`, as it is printed, at several widths and as JSON."""

import re
from collections.abc import Callable

import pytest

from srs.cli.ideas import meter
from srs.cli.terminal.width import width
from tests.cli.helpers import Srs, Terminal

Run = Callable[..., Terminal]

NETS = """\
deck: Nets
notes:
  - q: What is a slope?
    id: slope
    a: A rate of change.
  - concept: Gradient
    id: gradient
    definition: All the **slopes** of a loss.
    needs: [slope, loss]
    cards: [definition]
    prompts:
      - q: Which way does training step?
        id: way
        a: Down.
      - q: Which way is up?
        id: up
        a: The gradient.
  - q: What does a loss measure, and why is it one number?
    id: loss
    a: How wrong.
  - q: What is `backprop`?
    id: backprop
    a: All gradients at once.
    needs: [gradient, nowhere]
  - q: Later?
    id: later
    a: Yes
    draft: true
    needs: [gradient]
"""
ALONE = "deck: Alone\nnotes:\n" + "".join(f"  - q: Word {n}?\n    id: w{n}\n    a: Yes\n" for n in range(3))

WIDE = """\
idea                                                        recall  cards  new
Alone
  3 more notes                                                 new      3    3
Nets
  ! What is a slope?                               ███████▍··  74%      1
    ! Gradient                                     ███████▍··  74%      3    1
      also needs What does a loss measure, and why is it one num…
      · Which way does training step?              ███████▍··  74%
      · Which way is up?                                       new
      ! What is backprop?                          ███████▍··  74%      1
        needs nowhere, which no deck has
      Later?                                                 draft      1
  What does a loss measure, and why is it one num…             new      1    1

“What is a slope?” is the weak root of “Gradient” (74%) and “What is
backprop?” (74%): its own recall is 74% today. Study it first:
srs review id:slope

8 ideas, 3 of them studied; recall of their cards today: 74%. 3 are weak,
marked with !.
"""

NARROW = """\
idea                         recall  new
Alone
 3 more notes                   new    3
"""


@pytest.fixture
def nets(bare: Srs) -> Srs:
    """Some ideas that build on each other, learnt in January and not looked at since."""
    bare.collection(nets=NETS, alone=ALONE)
    for card in ("slope:answer", "gradient:definition", "gradient:p-way", "backprop:answer"):
        assert bare("answer", card, "easy", "--now", "2026-01-10T09:00:00Z").code == 0
    return bare


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}])
def test_the_screen(nets: Srs, terminal: Run, env: dict[str, str]) -> None:
    """Decks, ideas below what they need, prompts, recall with bars; at last the weak root and the sum."""
    run = terminal(nets, "ideas", rows=40, env=env)
    assert run.ends() == 0
    assert run.text.rstrip() + "\n" == WIDE
    assert (re.search(rb"\x1b\[[0-9;]*3[0-7]m", run.sent) is not None) == (not env)


def test_a_narrow_screen(nets: Srs, terminal: Run) -> None:
    """At 40 columns bars are short and cards are not counted; only a command that may be copied is not broken."""
    run = terminal(nets, "ideas", rows=60, columns=40)
    assert run.ends() == 0
    assert run.text.startswith(NARROW)
    assert re.search(r"^  ! Gradient +███·  74%    1$", run.text, re.MULTILINE)
    assert "\nStudy it first: srs review id:slope\n" in run.text


def test_a_dumb_terminal(nets: Srs, terminal: Run) -> None:
    """Where a terminal knows no codes none are sent, and bars are ASCII."""
    run = terminal(nets, "ideas", rows=60, env={"TERM": "dumb"})
    assert run.ends() == 0
    assert b"\x1b" not in run.sent
    assert re.search(r"! What is a slope\? +#######\.\.\.  74% ", run.text)
    assert "      - Which way is up?" in run.text
    ascii_only = nets.anew("ideas", env={"PYTHONIOENCODING": "ascii"}).out
    assert ascii_only.isascii()
    assert '"What is a slope?" is the weak root of' in ascii_only


@pytest.mark.parametrize("columns", [80, 40, 30])
def test_no_line_is_too_wide(nets: Srs, terminal: Run, columns: int) -> None:
    """However deep an idea lies and however long its name is, its line fits and keeps some of the name."""
    deep = "".join(
        f"  - q: Number {n} of a row of 漢字 that is long\n    id: deep{n}\n    a: b\n    needs: [deep{n - 1}]\n"
        for n in range(40)
    )
    nets.deck("deep", f"deck: Deep\nnotes:\n{deep}")
    run = terminal(nets, "ideas", "deck:Deep", columns=columns, rows=60)
    assert run.ends() == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", run.sent.decode()).split("\r\n")
    assert len(lines) > 40
    assert max(map(width, lines)) <= columns
    assert any(re.match(r" +40\. Number", line) for line in lines)


def test_a_query(nets: Srs) -> None:
    """A query shows the ideas of the cards that it finds, and without their prompts the ideas that these need."""
    out = nets("ideas", "id:backprop").out
    assert out.splitlines()[2].startswith("  ! What is a slope?")
    assert "What does a loss measure" in out
    assert "Which way" not in out
    assert "Later?" not in out
    assert "1 idea; recall of their cards today: 74%. 1 is weak, marked with !." in out
    assert nets("ideas", "-deck:Nets").out.count("Word") == 3
    nothing = nets("ideas", "deck:Nowhere")
    assert (nothing.code, nothing.out) == (0, "No card matches.\n")
    assert nets("ideas", "bogus:x").code == 2


def test_nothing_studied(bare: Srs) -> None:
    """Where nothing was studied yet there is no recall, and it says how to begin."""
    bare.collection(nets=NETS)
    assert bare("ideas").out.endswith("\n5 ideas, none studied yet: srs review\n")


def test_all_suspended(bare: Srs) -> None:
    """Where every card is suspended, nothing sends to a sitting that would be empty; the summed up row says why."""
    bare.collection(alone=ALONE)
    for n in range(3):
        assert bare("answer", f"w{n}:answer", "easy").code == 0
        assert bare("suspend", f"w{n}:answer").code == 0
    said = bare("ideas").out
    assert re.search(r"3 more notes +suspended +3$", said, re.MULTILINE)
    assert said.endswith("\n3 ideas; every card of them is suspended: srs list is:suspended\n")


def test_no_cards(bare: Srs) -> None:
    """A collection without cards is not said to lack a match."""
    bare.collection()
    assert bare("ideas").out == "There are no cards yet: srs add --help\n"


def test_no_certainty(bare: Srs) -> None:
    """Recall that is nearly certain is not called 100%, as nowhere else."""
    bare.collection(alone=ALONE)
    for day in ("2025-11-01", "2026-01-01"):
        assert bare("answer", "w0:answer", "easy", "--now", f"{day}T09:00:00Z").code == 0
    assert bare.json("ideas", "--now", "2026-01-02T09:00:00Z")["ideas"][0]["recall"] > 0.995
    said = bare("ideas", "--now", "2026-01-02T09:00:00Z").out
    assert said.count("99%") == 2 and "100%" not in said


def test_notes_that_fight_back(nets: Srs) -> None:
    """Escape sequences in names, decks and needs are shown, not sent."""
    name = r'"\e[31mred\e]0;title\a"'
    nets.deck("evil", f"deck: {name}\nnotes:\n  - q: {name}\n    id: evil\n    a: x\n    needs: [{name}]\n")
    done = nets("ideas", "id:evil")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "\a" not in done.out


IDEA = [
    "note", "name", "deck", "draft", "found", "depth", "parent", "needs", "missing", "recall", "desired_retention",
    "studied", "new", "suspended", "weak", "root", "cards",
]  # fmt: skip


def test_json(nets: Srs) -> None:
    """`ideas --json` has every idea in the order of the tree, its cards, and the weak roots."""
    told = nets.json("ideas")
    assert list(told) == ["day", "ideas", "roots"]
    assert told["day"] == "2026-03-02"
    assert [each["note"] for each in told["ideas"]] == [
        "w0", "w1", "w2", "slope", "gradient", "backprop", "later", "loss",
    ]  # fmt: skip
    assert all(list(each) == IDEA for each in told["ideas"])
    gradient = told["ideas"][4]
    assert [gradient[key] for key in ("parent", "depth", "needs", "studied", "new", "weak", "root")] == [
        "slope", 1, ["slope", "loss"], 2, 1, "recall", "slope",
    ]  # fmt: skip
    assert [(each["id"], each["prompt"], each["state"]) for each in gradient["cards"]] == [
        ("gradient:definition", False, "review"), ("gradient:p-way", True, "review"), ("gradient:p-up", True, "new"),
    ]  # fmt: skip
    assert gradient["recall"] == nets.json("show", "gradient:p-way")["card"]["retrievability"]
    assert told["ideas"][5]["missing"] == ["nowhere"]
    assert [(root["note"], root["why"], root["dependents"]) for root in told["roots"]] == [
        ("slope", "recall", ["gradient", "backprop"])
    ]
    assert told["roots"][0]["sentence"].endswith("srs review id:slope")
    few = nets.json("ideas", "id:gradient")["ideas"]
    assert [(each["note"], each["found"]) for each in few] == [("slope", False), ("gradient", True), ("loss", False)]


def test_what_it_advises_works(nets: Srs) -> None:
    """The command that a weak root is studied with shows its card."""
    assert "What is a slope?" in nets("review", "id:slope", lines="q\n").out


@pytest.mark.parametrize(
    ("share", "bar", "plain"),
    [(0, "····", "...."), (0.03, "▏···", "...."), (0.5, "██··", "##.."), (0.97, "███▉", "####"), (1, "████", "####")],
)
def test_bars(share: float, bar: str, plain: str) -> None:
    """A bar is filled to an eighth of a cell; in ASCII to a cell."""
    assert (meter(share, 4, False), meter(share, 4, True)) == (bar, plain)
