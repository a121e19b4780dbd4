"""Small line charts."""

from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.chart import Chart, Mark, draw
from srs.cli.terminal.width import width

FALLING = tuple((float(x), 1 - x / 20) for x in range(11))


def drawn(chart: Chart, columns: int, rows: int, ascii_only: bool = False) -> list[str]:
    return ["".join(span.text for span in line) for line in draw(chart, columns, rows, ascii_only)]


def falling(*marks: Mark, level: float | None = None) -> Chart:
    return Chart([FALLING], (0, 10), (0.5, 1.0), [(1.0, "100%"), (0.5, "50%")], level, marks)


def test_a_line_that_falls() -> None:
    """The line runs from the upper left to the lower right, with the labels of the y axis beside it."""
    assert drawn(falling(), 18, 3) == [
        "100% ┤⠉⠓⠦⣄⡀       ",
        "     │    ⠉⠓⠦⣄⡀   ",
        " 50% ┤        ⠉⠓⠦⣄",
        "     └────────────",
        "                  ",
    ]


def test_in_ascii() -> None:
    """Where there is no braille, stars do."""
    assert drawn(falling(Mark(5, "today", rises=True), level=0.75), 17, 5, ascii_only=True) == [
        "100% +**   |     ",
        "     |  ** |     ",
        "     |....***....",
        "     |     | **  ",
        " 50% +     |   **",
        "     +-----+-----",
        "         today   ",
    ]


def test_names_that_collide_go_below() -> None:
    """Two names for neighbouring places stand on two lines, two for one place beside each other."""
    lines = drawn(falling(Mark(5, "today"), Mark(5.5, "due"), Mark(0, "0")), 40, 3)
    assert "today" in lines[-2] and "due" in lines[-1] and "0" in lines[-2]
    assert "today, due" in drawn(falling(Mark(5, "today"), Mark(5, "due")), 40, 3)[-1]


RUNS = st.lists(
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1)), min_size=1, max_size=6).map(sorted), max_size=4
)


@given(RUNS, st.integers(0, 100), st.integers(1, 8), st.booleans(), st.lists(st.floats(0, 1000), max_size=4))
def test_any_chart_fits(
    runs: list[list[tuple[float, float]]], columns: int, rows: int, ascii_only: bool, marks: list[float]
) -> None:
    """Whatever is drawn, every line is as wide as the others, and the plot as high as was asked."""
    chart = Chart(runs, (0, 1000), (0, 1), [(1, "100%")], 0.5, [Mark(x, "here", rises=True) for x in marks])
    lines = drawn(chart, columns, rows, ascii_only)
    assert {width(line) for line in lines} == {max(columns, 10)}
    assert rows + 2 <= len(lines) <= rows + 3
    assert not ascii_only or "".join(lines).isascii()


def test_a_level_at_the_edge_is_not_drawn() -> None:
    """A level too near to the top to be told from it has no line, which would be read as 100 %."""
    assert "." not in "".join(drawn(falling(level=0.99), 17, 5, ascii_only=True))
