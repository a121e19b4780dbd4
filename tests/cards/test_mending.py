"""Lines that YAML takes for something else become blocks, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards import tree
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.mending import mend
from srs.errors import Problem

TYPES = builtin_types()


def errors(data: bytes) -> tuple[Problem, ...]:
    return read_deck("decks/a.yaml", data, TYPES).problems


def notes(data: bytes) -> list[object]:
    return list(tree.plain(tree.parse("", data).root)["notes"])


MENDED = {
    "a comment": ("q: What does # do?", "What does # do?"),
    "a colon": ("q: Note: this", "Note: this"),
    "a backtick": ("q: `ls`", "`ls`"),
    "a star": ("q: *all", "*all"),
    "an anchor": ("q: &co", "&co"),
    "a tag": ("q: !x y", "!x y"),
    "a dash": ("q: - x", "- x"),
    "an escape": (r'q: "C:\temp"', r"C:\temp"),
    "after a quote": ('q: "one" two', '"one" two'),
    "an open quote": ("q: 'tis", "'tis"),
    "an open bracket": ("q: [x) is half open", "[x) is half open"),
    "a percent": ("q: %d", "%d"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", MENDED)
def test_lines_become_blocks(name: str, end: str) -> None:
    """A line of which YAML would lose or refuse something becomes a block that holds just what is written."""
    line, text = MENDED[name]
    before = f"# mine\nnotes:\n  - {line}\n    a: y  \n  - q: z\n    a: w\n".replace("\n", end).encode()
    after, done = mend(before, errors)
    assert notes(after) == [{"q": text, "a": "y"}, {"q": "z", "a": "w"}]
    assert [each.line for each in done] == [3]
    old, new = before.split(b"\n"), after.split(b"\n")
    assert (new[:2], new[4:]) == (old[:2], old[3:])
    assert errors(after) == ()


def test_the_hint_is_what_is_written() -> None:
    """What the hint of a problem shows is what stands in the file afterwards."""
    before = b"notes:\n  - q: What does # do?\n    a: y\n"
    (problem,) = errors(before)
    after, _ = mend(before, errors)
    shown = "\n".join(problem.hint.splitlines()[1:3])
    assert shown in after.decode()


def test_several_lines() -> None:
    """Many lines of a file are mended at once, each is named where it stands then."""
    after, done = mend(b"notes:\n  - q: a # b\n    a: `c`\n  - q: e\n    a: f: g\n", errors)
    assert notes(after) == [{"q": "a # b", "a": "`c`"}, {"q": "e", "a": "f: g"}]
    assert [each.line for each in done] == [2, 4, 7]
    assert [each.problem.code for each in done] == ["comment-after-value", "leading-character", "colon-in-text"]


@pytest.mark.parametrize(
    "text",
    [
        "notes:\n  - q: What # is\n      this?\n    a: y\n",
        "notes:\n  - q: x\n    id: a # b\n    a: y\n",
        "notes:\n  - q: x\n    tags: [a, b # c\n      ]\n    a: y\n",
        "notes:\n  - q: x\n    tags: [a, b\n    a: y\n",
        "notes:\n  - q: x\n   a: y\n",
        "notes:\n  - q: x\n    q: z\n    a: y\n",
        "notes:\n  - q: x\n    a: y # z\n   b: w\n",
    ],
)
def test_what_stays(text: str) -> None:
    """What is no single text, or would be wrong as a block too, stays byte for byte."""
    assert mend(text.encode(), errors) == (text.encode(), [])


@given(st.text(st.sampled_from("ab #:'\"[]{}|>-!&*%@`\\n\n "), max_size=80))
def test_mending_never_makes_it_worse(text: str) -> None:
    """Whatever stands in a file, mending ends, does not want to be done again, and leaves other notes as they are."""
    before = f"notes:\n  - q: {text}\n    a: y\n  - q: kept\n    a: w\n".encode()
    after, done = mend(before, errors)
    assert (after == before) == (not done)
    assert mend(after, errors) == (after, [])
    if done:
        assert {"q": "kept", "a": "w"} in notes(after)
