"""A typed answer beside the right one, as lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.typed import compare
from srs.cli.terminal.style import PLAIN, Palette
from srs.cli.terminal.typed import lines
from srs.cli.terminal.width import width

COLOURED = Palette(colours=True, attributes=True)


def shown(given: str, expected: str, columns: int = 40, accents: bool = True, case: bool = True) -> list[str]:
    return lines(compare(given, expected, accents, case), columns, PLAIN)


def test_a_right_answer() -> None:
    """The same text stands there once, and words say that it is right."""
    assert shown("137", "137") == ["you     137", "That is right."]


def test_a_right_answer_written_otherwise() -> None:
    """Where case does not count, the answer as it is written is shown as well."""
    assert shown("paris", "Paris", case=False) == ["you     paris", "answer  Paris", "That is right."]


def test_a_difference() -> None:
    """Both lines are aligned; marks under them say what is wrong, missing and too much, and what they mean."""
    assert shown("recieve packages", "receive a package", 60) == [
        "you     recieve   packages",
        "answer  receive a package",
        "           ^^  ++        -",
        "Not the same: ^ wrong, + missing, - too much.",
    ]


@pytest.mark.parametrize(
    ("typed", "expected", "said"),
    [
        ("paris", "Paris", "Right, but for small and capital letters: ^ wrong."),
        ("cafe", "café", "Right, but for accents: ^ wrong."),
        ("a token", "a token.", "Right, but for the end of the sentence: + missing."),
        ("gradient decent", "gradient descent", "Right, but for a slip of the keys: + missing."),
        ("Rome", "Paris", "Not the same."),
    ],
)
def test_words(typed: str, expected: str, said: str) -> None:
    """The last line says how near it was."""
    assert shown(typed, expected, 80)[-1] == said


def test_unlike_answers_have_no_marks() -> None:
    """An answer that is wrong as a whole is not underlined as a whole."""
    assert shown("Rome", "Paris") == ["you     Rome", "answer  Paris", "Not the same."]


def test_long_answers_go_on_below() -> None:
    """What does not fit beside the label goes on in further rows, each with its marks."""
    assert shown("one two thre four five", "one two three four five", 20) == [
        "you     one two thre",
        "answer  one two thre",
        "you       four five",
        "answer  e four five",
        "        +",
        "Not the same:",
        "+ missing.",
    ]


def test_wide_letters_stay_aligned() -> None:
    """A letter of two cells has a mark of two."""
    assert shown("東京", "東市") == ["you     東京", "answer  東市", "          ^^", "Not the same: ^ wrong."]


def test_nothing_typed() -> None:
    """Nothing typed is nothing to compare."""
    assert shown("", "Paris") == []


def test_controls_are_shown() -> None:
    """What would move the cursor is shown as a sign."""
    assert "\x1b" not in "".join(shown("Par\x1b[2Jis", "Paris"))


def test_colour_only_adds() -> None:
    """In colour the same words stand there."""
    import re

    comparison = compare("recieve packages", "receive a package")
    coloured = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in lines(comparison, 60, COLOURED)]
    assert coloured == lines(comparison, 60, PLAIN)
    assert any("\x1b[" in line for line in lines(comparison, 60, COLOURED))


@given(st.text(max_size=60), st.text(max_size=60), st.integers(12, 80))
def test_never_too_wide(typed: str, expected: str, columns: int) -> None:
    """Whatever was typed, no line is wider than the terminal, unless one letter alone is."""
    for line in shown(typed, expected, columns):
        assert width(line) <= max(columns, 20)
