"""Cells and line breaks."""

import subprocess
import sys

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.style import Line, Span
from srs.cli.terminal.width import fold, graphemes, is_simple, width, wrap

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60) | st.text(
    st.sampled_from("ab c漢字。é\u0301\u200d👩👧🇩🇪☀\ufe0fक्षिא\u05b0 \u00a0-"), max_size=60
)


def plain(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("👩\u200d👩\u200d👧", 2), ("🇩🇪", 2), ("☀\ufe0f", 2), ("\u200f", 0)],
)
def test_width_is_by_grapheme(text: str, cells: int) -> None:
    """A family, a flag or an accented letter is one thing on the screen."""
    assert width(text) == cells


def test_simple_characters_are_one_cell() -> None:
    """What skips wcwidth is what wcwidth calls one cell, standing by itself."""
    found = [character for character in map(chr, range(0x3000)) if is_simple(character)]
    assert {"a", "é", "→", "“"} <= set(found)
    for character in found:
        assert wcwidth.wcswidth(character) == 1
        assert len(list(wcwidth.iter_graphemes(f"a{character}a"))) == 3


def test_usual_text_does_not_load_wcwidth() -> None:
    """Latin, Greek, punctuation and arrows cost no import."""
    code = (
        "import sys; from srs.cli.terminal.width import width;"
        "width('“é” – α → ½ │ ⟨x⟩'); print('wcwidth' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_wrapping_keeps_words_and_styles() -> None:
    """Lines break at spaces; a word in two styles stays one word."""
    spans = [Span("one two th"), Span("ree", ("bold",)), Span(" four")]
    assert wrap(spans, 9) == [(Span("one two"),), (Span("th"), Span("ree", ("bold",))), (Span("four"),)]


def test_long_words_are_cut() -> None:
    """An address longer than the line goes on over the next."""
    assert plain(wrap([Span("see aaaaaaaaaaaaaaa b")], 8)) == ["see aaaa", "aaaaaaaa", "aaa b"]


def test_east_asian_text_breaks_anywhere_but_before_a_full_stop() -> None:
    """Text without spaces fills lines, and 。 does not begin one."""
    assert plain(wrap([Span("漢字漢字。漢字")], 8)) == ["漢字漢", "字。漢字"]


def test_newlines_end_lines() -> None:
    """Newlines are kept, empty lines too."""
    assert plain(wrap([Span("a\n\nb")], 8)) == ["a", "", "b"]


def test_code_hangs() -> None:
    """A long line of code goes on indented, after a space if it can."""
    assert plain(fold([Span("    return some(value, other)")], 24)) == ["    return some(value, ", "        other)"]


@given(TEXT)
def test_graphemes_are_the_text(text: str) -> None:
    """Cutting into graphemes loses nothing, and widths add up."""
    parts = list(graphemes(text))
    assert "".join(cluster for cluster, _ in parts) == text
    assert width(text) == sum(cells for _, cells in parts)


@given(TEXT, st.integers(2, 30))
def test_wrapped_lines_fit_and_lose_only_spaces(text: str, columns: int) -> None:
    """No line is too wide, and every character but spaces at the breaks is there."""
    lines = plain(wrap([Span(text[: len(text) // 2]), Span(text[len(text) // 2 :], ("bold",))], columns))
    assert all(width(line) <= columns for line in lines if len(list(graphemes(line))) > 1)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(TEXT.filter(lambda text: "\n" not in text), st.integers(2, 30))
def test_folded_code_fits_and_loses_nothing(text: str, columns: int) -> None:
    """No line is too wide; without the hanging indent the line is as it was."""
    lines = fold([Span(text)], columns)
    shown = plain(lines)
    assert all(width(line) <= columns for line in shown if len(list(graphemes(line))) > 1)
    rest = ["".join(span.text for span in line[1:]) for line in lines[1:]]
    assert shown[0] + "".join(rest) == text
