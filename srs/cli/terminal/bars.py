"""Bars in a terminal: lying, standing in a row, a calendar of shades; ASCII where it has no more. Knows no cards.

Nothing hangs on colour: what is more is longer, higher or darker, and its number stands beside it or on the axis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from srs.cli.terminal.style import Line, Span
from srs.memory.days import weekday
from srs.words import MONTHS

_LYING = " ▏▎▍▌▋▊▉"
_STANDING = " ▁▂▃▄▅▆▇"
_SHADES, _ASCII_SHADES = "·░▒▓█", ".-+*#"
_GAP = 3  # cells of a column from which on one of them stays empty
_WEEKDAYS = ("Mon", "", "Wed", "", "Fri", "", "")


def bar(share: float, cells: int, ascii_only: bool = False, upto: float = 0.0) -> str:
    """A lying bar over `share` of `cells` cells, shaded on to the share `upto`; exactly `cells` cells wide.

    Anything over 0 can be seen.
    """
    share = min(1.0, max(0.0, share))
    if ascii_only:
        solid = max(round(share * cells), share > 0)
        return ("#" * solid + "-" * (round(min(1.0, upto) * cells) - solid)).ljust(cells)[:cells]
    eighths = max(round(share * cells * 8), share > 0)
    text = "█" * (eighths // 8) + (_LYING[eighths % 8] if eighths % 8 else "")
    return (text + "░" * (round(min(1.0, upto) * cells) - len(text))).ljust(cells)[:cells]


@dataclass(frozen=True, slots=True)
class Standing:
    """Columns of these values, None being a gap. `ticks`: (value, its name) on the y axis, which goes from `low` to
    `high`; `names`: (number of a column, from 0; its name) on the x axis, of which earlier ones win for room."""

    values: Sequence[float | None]
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    names: Sequence[tuple[int, str]] = ()
    styles: tuple[str, ...] = ("number",)


def most_columns(cells: int, ticks: Sequence[tuple[float, str]]) -> int:
    """How many columns fit on lines of so many cells."""
    return max(1, cells - _margin(ticks) - 2)


def standing(chart: Standing, cells: int, rows: int, ascii_only: bool = False) -> list[Line]:
    """The columns on lines of at most `cells` cells: `rows` for them, one for the axis, one for names if there are any.

    What does not fit at the right is left out: see `most_columns`.
    """
    margin = _margin(chart.ticks)
    room = most_columns(cells, chart.ticks)
    values = chart.values[:room]
    wide = min(8, room // max(1, len(values)))
    fill = wide - (wide >= _GAP)
    named: dict[int, str] = {}
    for value, name in chart.ticks:
        named.setdefault(min(rows - 1, max(0, round((1 - _share(chart, value)) * rows - 0.5))), name)
    tick, side, corner, across = ("+", "|", "+", "-") if ascii_only else ("┤", "│", "└", "─")
    found: list[Line] = []
    for row in range(rows):
        cellwise = (_cell(chart, value, rows - 1 - row, rows, ascii_only) for value in values)
        text = "".join((cell * fill).ljust(wide) for cell in cellwise)
        label = f"{named.get(row, ''):>{margin}} {tick if row in named else side}"
        found.append((Span(label, ("muted",)), Span(text.rstrip(), chart.styles)))
    found.append((Span(f"{'':{margin}} {corner}{across * (wide * len(values))}", ("muted",)),))
    if chart.names:
        places = [(number * wide, name) for number, name in chart.names if number < len(values)]
        found.append((Span(" " * (margin + 2) + _placed(places, room), ("muted",)),))
    return found


def _margin(ticks: Sequence[tuple[float, str]]) -> int:
    return max((len(name) for _, name in ticks), default=0)


def _share(chart: Standing, value: float) -> float:
    return min(1.0, max(0.0, (value - chart.low) / (chart.high - chart.low))) if chart.high > chart.low else 0.0


def _cell(chart: Standing, value: float | None, row: int, rows: int, ascii_only: bool) -> str:
    """What stands in the row, counted from the bottom, of a column."""
    if value is None:
        return " "
    share = _share(chart, value)
    if ascii_only:
        return "#" if round(share * rows) > row or (row == 0 and value > chart.low) else " "
    eighths = max(round(share * rows * 8), 1 if value > chart.low else 0) - row * 8
    return "█" if eighths >= 8 else _STANDING[max(0, eighths)]


def _placed(places: Sequence[tuple[int, str]], room: int) -> str:
    """Names from their places on, in one line; one that would touch another is left out."""
    line = [" "] * room
    for place, name in places:
        start = max(0, min(place, room - len(name)))
        if len(name) <= room and not "".join(line[max(0, start - 1) : start + len(name) + 1]).strip():
            line[start : start + len(name)] = name
    return "".join(line).rstrip()


def levels(counts: Mapping[int, int]) -> dict[int, int]:
    """How dark each day is, 0 to 4, by where its count stands among those that have any: a quarter of these each."""
    found = sorted(count for count in counts.values() if count > 0)
    if not found:
        return dict.fromkeys(counts, 0)
    steps = [found[len(found) * quarter // 4] for quarter in (1, 2, 3)]
    if found[0] == found[-1]:
        return {day: 3 if count > 0 else 0 for day, count in counts.items()}
    return {day: 1 + sum(count > step for step in steps) if count > 0 else 0 for day, count in counts.items()}


def calendar(
    shades: Mapping[int, int], first: int, last: int, cells: int, ascii_only: bool = False
) -> tuple[list[Line], int]:
    """Weeks as columns, from Monday down, as many as fit before `last`; and the day with which they begin.

    `shades` says how dark each day is, 0 to 4; days are ordinals, and those from `first` on that it lacks are 0.
    """
    monday = last - weekday(last)
    room = cells - 4
    weeks = (monday - (first - weekday(first))) // 7 + 1
    wide = 2 if weeks * 2 <= room else 1
    weeks = max(1, min(weeks, room // wide))
    begin = monday - 7 * (weeks - 1)
    signs = _ASCII_SHADES if ascii_only else _SHADES
    found: list[Line] = []
    for row in range(7):
        spans = [Span(f"{_WEEKDAYS[row]:4}", ("muted",))]
        for week in range(weeks):
            day = begin + 7 * week + row
            shade = shades.get(day, 0)
            sign = signs[shade] if max(first, begin) <= day <= last else " "
            style = ("number",) if shade else ("muted",)
            if spans[-1].styles == style:
                spans[-1] = Span(spans[-1].text + sign * wide, style)
            else:
                spans.append(Span(sign * wide, style))
        spans[-1] = Span(spans[-1].text.rstrip(), spans[-1].styles)
        found.append(tuple(spans))
    names = [(week * wide, name) for week, name in months(begin, weeks)]
    return [(Span(" " * 4 + _placed(names, weeks * wide), ("muted",)),), *found], max(first, begin)


def months(monday: int, weeks: int) -> list[tuple[int, str]]:
    """In which of so many weeks from a Monday on a month begins: (number of the week, name); the year for January.

    The first week has its month's name as well, if there is room before the next one.
    """
    found: list[tuple[int, str]] = []
    mondays = [date.fromordinal(monday) + timedelta(weeks=week) for week in range(weeks + 1)]
    for week, (start, end) in enumerate(pairwise(mondays)):
        inside = end - timedelta(days=1)
        if start.month != inside.month or start.day == 1:
            found.append((week, str(inside.year) if inside.month == 1 else MONTHS[inside.month - 1]))
    if not found or found[0][0] > 3:
        found.insert(0, (0, MONTHS[mondays[0].month - 1]))
    return found
