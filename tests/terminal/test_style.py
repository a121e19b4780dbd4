"""Styles become SGR where the terminal takes it."""

import io

import pytest

from srs.cli.terminal.style import PLAIN, STYLES, Palette, Span, code_style, palette


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


FULL = Palette(colours=True, attributes=True)


def test_colours_and_attributes() -> None:
    """A style puts its codes before the text and a reset behind it."""
    assert FULL.paint("3", "again") == "\x1b[1;35m3\x1b[0m"


def test_no_color_keeps_bold() -> None:
    """NO_COLOR takes the colours and leaves bold and underline."""
    found = palette(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert found.paint("x", "again") == "\x1b[1mx\x1b[0m"
    assert found.paint("x", "hard") == "x"


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": ""}, {}])
def test_a_dumb_terminal_gets_nothing(environ: dict[str, str]) -> None:
    """TERM=dumb, or none, means text only."""
    assert palette(Terminal(), environ) == PLAIN


def test_a_pipe_gets_nothing() -> None:
    """What is no terminal gets text only."""
    assert palette(io.StringIO(), {"TERM": "xterm"}) == PLAIN


def test_an_empty_no_color_does_not_count() -> None:
    """NO_COLOR counts when it holds something."""
    assert palette(Terminal(), {"TERM": "xterm", "NO_COLOR": ""}) == FULL


def test_every_line_ends_unstyled() -> None:
    """Styles change from span to span and never leak into the next line."""
    line = FULL.line([Span("a"), Span("b", ("bold",)), Span("c", ("bold", "code")), Span("d", ("bold",)), Span("")])
    assert line == "a\x1b[1mb\x1b[0;1;36mc\x1b[0;1md\x1b[0m"


def test_only_sixteen_colours() -> None:
    """Colours are those that a theme can change."""
    colours = {colour for _, colour in STYLES.values() if colour}
    assert all(30 <= int(c) <= 37 or 90 <= int(c) <= 97 for c in colours)


def test_ratings_do_not_hang_on_red_and_green() -> None:
    """The four ratings use neither red nor green, and four different colours."""
    ratings = [STYLES[name][1] for name in ("again", "hard", "good", "easy")]
    assert len(set(ratings)) == 4
    assert not {"31", "32", "91", "92"} & set(ratings)


def test_pygments_classes() -> None:
    """Short classes fall back from the special to the general; punctuation stays plain."""
    assert code_style("k") == code_style("kd") == "keyword"
    assert code_style("c1") == "comment"
    assert code_style("nf") == "name"
    assert code_style("p") is None
    assert code_style("cloze") is None
