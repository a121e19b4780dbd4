"""A line being typed: what each key makes of it, and what of it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.line import LONGEST, Line
from srs.cli.terminal.width import width


def typed(*keys: str) -> Line:
    line = Line()
    for key in keys:
        line.press(key)
    return line


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("a", "b", "space", "c"), "ab c"),
        (("a", "b", "backspace"), "a"),
        (("backspace", "delete", "left", "right", "ctrl-w", "ctrl-u"), ""),
        (("a", "space", "b", "c", "ctrl-w"), "a "),
        (("a", "space", "b", "space", "ctrl-w"), "a "),
        (("a", "b", "left", "ctrl-u"), "b"),
        (("a", "b", "c", "left", "left", "ctrl-k"), "a"),
        (("b", "home", "a", "end", "c"), "abc"),
        (("a", "b", "left", "delete"), "a"),
        (("e", "\u0301", "x", "left", "backspace"), "x"),
        (("👩", "\u200d", "👧", "backspace"), ""),
        (("日", "本", "left", "中"), "日中本"),
    ],
)
def test_keys(keys: tuple[str, ...], text: str) -> None:
    """Letters are put in and erased where the cursor stands, each with its marks."""
    assert typed(*keys).text == text


@pytest.mark.parametrize("key", ["enter", "esc", "tab", "f1", "ctrl-c", "up", "unknown", "alt-x", "\x1b", "\x9b"])
def test_keys_that_are_none(key: str) -> None:
    """Other keys are none of the line's and change nothing."""
    line = typed("a")
    assert not line.press(key) and line.text == "a"


def test_paste() -> None:
    """Pasted text comes in on one line, controls as spaces, and no more than a line may hold."""
    line = typed("a", "b", "left")
    line.press("paste", "x\ny\x1b[31m\tz")
    assert line.text == "ax y [31m zb"
    line.press("paste", "w" * 9000)
    assert len(line.text) == LONGEST


@given(
    st.text(max_size=40), st.lists(st.sampled_from(["left", "right", "backspace", "home", "end"])), st.integers(2, 30)
)
def test_what_is_shown_fits(text: str, keys: list[str], columns: int) -> None:
    """The part that is shown holds the cursor and fits, however wide its letters are."""
    line = Line()
    line.press("paste", text)
    for key in keys:
        line.press(key)
    shown, cursor = line.shown(columns)
    assert 0 <= cursor < columns and width(shown) <= columns
    assert shown in line.text
