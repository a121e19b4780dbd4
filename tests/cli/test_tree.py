"""`srs list` as a table and as a tree."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.cards.markup import to_html
from srs.cards.plain import to_text
from srs.cli.card import _unmarked
from srs.cli.terminal.width import width
from tests.cli.helpers import Srs, Terminal

WIDE = """\
deck: 言語::漢字
notes:
  - q: 「水」はどう読みますか。長い質問なので、狭い端末には入りません。本当に長いです。
    id: mizu
    a: みず
  - cloze: The {{c1::dog}} ate {{c2::a bone::what}} in the {{c1,3::yard}}.
    id: dog
  - concept: entropy
    id: entropy
    definition: A measure of surprise.
    prompts:
      - id: coin
        q: How many bits has a fair coin?
        a: One.
"""


def test_the_table(srs: Srs) -> None:
    """Each card has a line with its id, the first words of its note, its deck, and when it comes or why it does not."""
    srs("answer", "france:answer", "easy")
    srs("answer", "italy:answer", "again")
    srs("suspend", "agora:forward", "map:finish")
    srs("bury", "agora:backward")
    assert srs("list").out.splitlines() == [
        "card            text                                          deck           due",
        "france:answer   Capital of France?                            World::Cities  in 8 days",
        "italy:answer    Capital of Italy?                             World::Cities  learning",
        "agora:forward   agora                                         World::Cities  suspended",
        "agora:backward  agora                                         World::Cities  buried",
        "map:finish      The map is not the territory we walk through  World::Quotes  suspended",
        "map:who         The map is not the territory we walk through  World::Quotes  new",
        "map:source      The map is not the territory we walk through  World::Quotes  new",
        "later:answer    Still being written?                          World::Quotes  draft",
        "8 cards.",
    ]


def test_first_words(bare: Srs) -> None:
    """The text is a prompt's own question; a cloze without what its card asks; the idea that a note is about."""
    bare.collection(wide=WIDE)
    texts = {line.split("  ")[0]: line.split("  ")[1:] for line in bare("list").out.splitlines()}
    told = {card: next(cell.strip() for cell in cells if cell) for card, cells in texts.items() if ":" in card}
    assert told["dog:c1"] == "The [...] ate a bone in the [...]."
    assert told["dog:c2"] == "The dog ate [...] in the yard."
    assert told["entropy:p-coin"] == "How many bits has a fair coin?"
    assert told["entropy:definition"] == "entropy"
    assert told["mizu:answer"].endswith("…") and width(told["mizu:answer"]) <= 48


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Is **bold** _bold_, `a*b*c` [code](https://example.org)?", "Is bold bold, a*b*c code"),
        ("The sum $\\sum_{i=1}^n i$ and $x^2$?", "The sum ∑ᵢ₌₁ⁿ i and x²?"),
        ("Five * three * two, snake_case_name, 3 < 4?", "Five * three * two, snake_case_name, 3 < 4?"),
        ("- one\n        - **two**", "- one - two"),
        ("![a triangle](t.png) What is it?", "[a triangle] What is it?"),
        ("R&amp;D &lt;b&gt; costs 5 \\* 3", "R&D <b> costs 5 * 3"),
    ],
)
def test_plain_words(bare: Srs, text: str, words: str) -> None:
    """The text is shown as it reads, without the signs of Markdown; maths as on a card."""
    bare.collection(a=f"notes:\n  - id: x\n    q: |-\n        {text}\n    a: y\n")
    assert bare("list").out.splitlines()[1].split("  ")[1].startswith(words)


def test_a_gap_is_no_link(bare: Srs) -> None:
    """What a cloze asks for stays `[...]`, whatever stands beside it."""
    bare.collection(a="notes:\n  - id: x\n    cloze: The **call** {{c1::f}}(x) gives {{c2::`y`}}.\n")
    texts = [line.split("  ")[1] for line in bare("list").out.splitlines()[1:3]]
    assert texts == ["The call [...](x) gives y.", "The call f(x) gives [...]."]


@pytest.mark.parametrize("columns", [80, 40, 24])
@pytest.mark.parametrize("words", [["list"], ["list", "--tree"], ["list", "--tree", "deck:言語"]])
def test_it_fits(bare: Srs, terminal: Callable[..., Terminal], columns: int, words: list[str]) -> None:
    """A table is as wide as the terminal at most: the terminal breaks no line, and the ids stay whole at 40 columns."""
    bare.collection(wide=WIDE)
    run = terminal(bare, *words, columns=columns)
    assert run.ends() == 0
    printed = run.sent.decode().replace("\r", "").splitlines()
    assert all(width(line) <= columns for line in printed)
    if words == ["list"] and columns >= 40:
        assert [line.split()[0] for line in printed[1:-1]] == [card["id"] for card in bare.json("list")]


def test_a_pipe_cuts_no_id(bare: Srs) -> None:
    """Where stdout is no terminal, nothing has to fit, and ids and decks of any length stand there whole."""
    long = "a-very-long-id-" * 8 + "end"
    bare.collection(a=f"deck: {'Deep::' * 9}End\nnotes:\n  - q: x?\n    id: {long}\n    a: y\n")
    assert f"{long}:answer" in bare("list").out and "Deep::" * 9 + "End" in bare("list").out


def test_ascii_table(bare: Srs) -> None:
    """Where stdout takes no UTF-8, cut texts end in three dots."""
    bare.collection(a=f"notes:\n  - q: {'long words ' * 9}?\n    id: x\n    a: y\n")
    assert "..." in bare.anew("list", env={"PYTHONIOENCODING": "ascii"}).out


def test_tree(srs: Srs) -> None:
    """`--tree` has a line for each deck and those above it: cards, new, due and suspended, with the sums above."""
    srs("answer", "france:answer", "good")
    srs("suspend", "agora:forward")
    assert srs("list", "--tree", "--now", "2026-03-02T09:30:00Z").out.splitlines() == [
        "deck      cards  new  due  suspended",
        "World         8    5    1          1",
        "  Cities      4    2    1          1",
        "  Quotes      4    3    0          0",
        "8 cards.",
    ]


def test_tree_with_a_query(srs: Srs) -> None:
    """A query narrows the tree to what it finds, and the notes stand under their decks, each with its counts."""
    assert srs("list", "--tree", "deck:World::Cities").out.splitlines() == [
        "deck        text                cards  new  due  suspended",
        "World                               4    4    0          0",
        "  Cities                            4    4    0          0",
        "    france  Capital of France?      1    1    0          0",
        "    italy   Capital of Italy?       1    1    0          0",
        "    agora   agora                   2    2    0          0",
        "4 cards.",
    ]
    assert srs("list", "--tree", "is:due").out == "No card matches.\n"


def test_the_tree_counts_as_queries_do(srs: Srs) -> None:
    """New and due in the tree are as many as the queries for them find, set-aside cards and drafts apart."""
    srs("answer", "france:answer", "easy", "--now", "2026-01-05T09:00:00Z")
    srs("bury", "italy:answer")
    top = srs("list", "--tree").out.splitlines()[1].split()
    open_new = srs.json("list", "is:new -is:draft -is:suspended")
    assert top[1:] == [str(len(srs.json("list"))), str(len(open_new)), str(len(srs.json("list", "is:due"))), "0"]


def test_the_tree_has_no_json(srs: Srs) -> None:
    """--tree with --json is wrong usage: cards as JSON name their decks."""
    assert srs("list", "--tree", "--json").code == 2


@given(st.text("aé1 *`_\n.-\ue000", max_size=24))
@example("a`b`c`d` *e* f**g**h")
@example("*a*b*c* `` a`b ``")
@example("2*3*4 and **b** *c`d*`")
def test_signs_taken_off_without_markdown(text: str) -> None:
    """Code and emphasis in a short line read as they do where Markdown is parsed."""
    if any(sign in text for sign in "*`_"):
        assert _unmarked(text).split() == to_text(to_html(text, "markdown", cloze=False)).split()
