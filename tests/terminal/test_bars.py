"""Bars, columns and calendars of a terminal."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.bars import Standing, bar, calendar, levels, months, most_columns, standing
from srs.cli.terminal.style import PLAIN, Line
from srs.cli.terminal.width import width

TUESDAY = date(2026, 12, 1).toordinal()
SHARES = st.floats(0, 1)


def texts(lines: list[Line]) -> list[str]:
    """The lines as they are printed without colours."""
    return [PLAIN.line(line) for line in lines]


@given(SHARES, st.integers(1, 60), st.booleans(), st.floats(0, 2))
def test_bar_is_as_wide_as_asked(share: float, cells: int, ascii_only: bool, upto: float) -> None:
    """A bar takes exactly its cells, and anything over 0 can be seen in it."""
    text = bar(share, cells, ascii_only, upto)
    assert width(text) == len(text) == cells
    assert (text[0] == " ") == (share == 0 and round(min(1, upto) * cells) == 0)
    assert text.isascii() or not ascii_only


def test_bar_goes_to_eighths_of_a_cell() -> None:
    """A bar of blocks ends on an eighth of a cell, one of ASCII on a whole cell, and shade follows."""
    assert bar(0.5, 10) == "█████     "
    assert bar(0.5625, 10) == "█████▋    "
    assert bar(0.5, 10, upto=0.8) == "█████░░░  "
    assert bar(0.5, 10, ascii_only=True, upto=0.8) == "#####---  "


def test_columns_stand_on_an_axis_with_names() -> None:
    """Columns are as wide as there is room for, a gap stays empty, ticks and names stand where they belong."""
    chart = Standing([0, 2, None, 8], 0, 8, [(8, "8"), (4, "4")], [(0, "Mon"), (3, "Thu")])
    assert texts(standing(chart, 20, 4)) == [
        "8 ┤            ███",
        "  │            ███",
        "4 ┤            ███",
        "  │    ███     ███",
        "  └────────────────",
        "   Mon         Thu",
    ]
    assert texts(standing(chart, 10, 2, ascii_only=True)) == [
        "8 +   #",
        "  | # #",
        "  +----",
        "   Mon",
    ]


@given(st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=80), st.integers(12, 80), st.booleans())
def test_columns_keep_within_their_cells(values: list[float | None], cells: int, ascii_only: bool) -> None:
    """No line is wider than asked, whatever stands in it, and every value over the lowest can be seen."""
    chart = Standing(values, 0, 1e6, [(1e6, "1000k")], [(0, "first"), (len(values) - 1, "last")])
    found = texts(standing(chart, cells, 4, ascii_only))
    assert max(map(width, found)) <= cells
    assert all(line.isascii() for line in found) or not ascii_only
    room = most_columns(cells, chart.ticks)
    shown = values[:room]
    wide = min(8, room // len(shown))
    foot = found[3][7:].ljust(room)
    assert [foot[at * wide] != " " for at in range(len(shown))] == [bool(value) for value in shown]


def test_shades_are_quarters_of_what_there_is() -> None:
    """The days that have any are shaded by quarters; days of one count are all alike."""
    assert levels({1: 0, 2: 10, 3: 20, 4: 30, 5: 40}) == {1: 0, 2: 1, 3: 1, 4: 2, 5: 3}
    assert levels({1: 0, 2: 7, 3: 7}) == {1: 0, 2: 3, 3: 3}
    assert levels({1: 0}) == {1: 0}
    assert set(levels(dict(enumerate(range(200)))).values()) == {0, 1, 2, 3, 4}


def test_calendar_has_weeks_as_columns() -> None:
    """Weeks stand side by side from Monday down, two cells each where they fit, and end with the last day."""
    found, begin = calendar({TUESDAY: 4, TUESDAY - 1: 1, TUESDAY - 13: 2}, TUESDAY - 15, TUESDAY, 20)
    assert begin == TUESDAY - 15
    assert texts(found) == [
        "       Dec",
        "Mon ····░░",
        "    ····██",
        "Wed ▒▒··",
        "    ····",
        "Fri ····",
        "    ····",
        "    ····",
    ]


@given(st.integers(1, 900), st.integers(24, 80), st.booleans())
def test_calendar_shows_every_day_that_it_says(days: int, cells: int, ascii_only: bool) -> None:
    """A calendar fits in its cells and has a sign for each day from the one it begins with to the last."""
    first = TUESDAY - days + 1
    lines, begin = calendar(dict.fromkeys(range(first, TUESDAY + 1), 4), first, TUESDAY, cells, ascii_only)
    found = texts(lines)
    assert max(map(width, found)) <= cells
    signs = "".join(line[4:] for line in found[1:]).replace(" ", "")
    assert len(signs) in (TUESDAY - begin + 1, 2 * (TUESDAY - begin + 1))
    assert set(signs) == {"#" if ascii_only else "█"}


def test_months_are_named_where_they_begin() -> None:
    """A month's name stands over the week with its first day, a year's number over the one with New Year."""
    monday = date(2026, 12, 7).toordinal()
    assert months(monday, 9) == [(3, "2027"), (8, "Feb")]
    assert months(monday, 3) == [(0, "Dec")]
