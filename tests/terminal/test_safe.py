"""Nothing from a card reaches the terminal as a command."""

import re

from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.safe import visible

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ud800-\udfff]")


def test_escape_is_shown() -> None:
    """An escape sequence is readable text."""
    assert visible("a\x1b[31mred\x07") == "a␛[31mred␇"


def test_c1_and_bidi_are_named() -> None:
    """One-character CSI and bidi overrides appear by number."""
    assert visible("\x9b2J \u202eabc\u2066") == "⟨U+009B⟩2J ⟨U+202E⟩abc⟨U+2066⟩"


def test_honest_text_stays() -> None:
    """Newlines, tabs, direction marks, joiners and no-break spaces are left alone."""
    text = "a\n\tb\u200e\u200f\u061c 👩\u200d👧\u00a0\u202f"
    assert visible(text) == text


def test_lone_surrogates_can_be_written() -> None:
    """Half a surrogate pair, which no stream could encode, is named."""
    assert visible("\ud800") == "⟨U+D800⟩"


@given(st.text(st.characters(exclude_categories=())))
def test_no_command_passes(text: str) -> None:
    """Whatever the text, no control character, override or surrogate is left, and it is stable."""
    shown = visible(text)
    assert not COMMANDS.search(shown)
    assert visible(shown) == shown
