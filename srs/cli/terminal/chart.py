"""A small line chart in braille, or in ASCII where a terminal has no more. Knows nothing of cards, days or recall."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from srs.cli.terminal.style import Line, Span

Points = Sequence[tuple[float, float]]

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # by column and row within a braille character


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the x axis: its name under the axis, and whether a line rises there. Earlier marks win for room."""

    x: float
    name: str
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `runs` are lines of (x, y); at `level`, a y, goes a dotted line; `labels` are y and its text."""

    runs: Sequence[Points]
    xs: tuple[float, float]
    ys: tuple[float, float]
    labels: Sequence[tuple[float, str]]
    level: float | None
    marks: Sequence[Mark]


def draw(chart: Chart, columns: int, rows: int, ascii_only: bool = False) -> list[Line]:
    """The chart on lines of exactly `columns` cells: `rows` for the plot, one for the axis, one or two for names."""
    down = 1 if ascii_only else 4
    margin = max((len(text) for _, text in chart.labels), default=0)
    wide = max(4, columns - margin - 2)
    cells = _plotted(chart, wide, rows, ascii_only)
    named: dict[int, str] = {}
    for y, text in chart.labels:
        named.setdefault(_row(chart, y, rows * down) // down, text)
    level = None if chart.level is None else _row(chart, chart.level, rows * down) // down
    if level in (0, rows - 1):
        level = None  # it would be read as the label that stands there
    rising = {_column(chart, mark.x, wide): number for number, mark in enumerate(chart.marks) if mark.rises}
    tick, bar, dots, uprights, corner, across, foot = _signs(ascii_only)
    found: list[Line] = []
    for row in range(rows):
        label = named.get(row, "").rjust(margin)
        spans = [Span(f"{label} {tick if row in named else bar}", ("muted",))]
        for column, cell in enumerate(cells[row]):
            if cell:
                spans.append(Span(cell, ("number",)))
            elif column in rising:
                spans.append(Span(uprights[rising[column] % 2], ("muted",)))
            else:
                spans.append(Span(dots if row == level else " ", ("muted",)))
        found.append(_joined(spans))
    places = {_column(chart, mark.x, wide) for mark in chart.marks}
    axis = "".join(foot if column in places else across for column in range(wide))
    found.append((Span(f"{' ' * margin} {corner}{axis}", ("muted",)),))
    return found + _names(chart.marks, [_column(chart, mark.x, wide) for mark in chart.marks], margin + 2, wide)


def _signs(ascii_only: bool) -> tuple[str, str, str, str, str, str, str]:
    """Tick and bar of the y axis, the level, what rises (by turns), corner, x axis, its ticks."""
    return ("+", "|", ".", "|:", "+", "-", "+") if ascii_only else ("┤", "│", "┄", "│┊", "└", "─", "┴")


def _column(chart: Chart, x: float, wide: int) -> int:
    first, last = chart.xs
    share = (x - first) / (last - first) if last > first else 0.0
    return min(wide - 1, max(0, round(share * (wide - 1))))


def _row(chart: Chart, y: float, high: int) -> int:
    """The row of dots, of `high`, that a y falls on."""
    low, top = chart.ys
    return min(high - 1, max(0, round((top - y) / (top - low) * (high - 1))))


def _plotted(chart: Chart, wide: int, rows: int, ascii_only: bool) -> list[list[str]]:
    """The lines alone: a text of one cell where one passes, empty elsewhere."""
    across, down = (1, 1) if ascii_only else (2, 4)
    dots = [[0] * wide for _ in range(rows)]
    for run in chart.runs:
        before: int | None = None
        for column, row in _dots(chart, run, wide * across, rows * down):
            # A steep piece passes several rows within one column.
            way = range(row, row + 1) if before is None else range(min(before, row), max(before, row) + 1)
            for each in way if not ascii_only else (row,):
                dots[each // down][column // across] |= _DOTS[column % across][each % down]
            before = row
    filled = "*" if ascii_only else ""
    return [[(filled or chr(0x2800 + bits)) if bits else "" for bits in line] for line in dots]


def _dots(chart: Chart, run: Points, wide: int, high: int) -> Iterable[tuple[int, int]]:
    """The dots of a run, one for each column that it passes, from left to right."""
    (first, last), (low, top) = chart.xs, chart.ys
    per = (wide - 1) / (last - first) if last > first else 0.0
    places = [((x - first) * per, min(1.0, max(0.0, (top - y) / (top - low))) * (high - 1)) for x, y in run]
    at = 0
    for column in range(round(places[0][0]), round(places[-1][0]) + 1):
        while at + 2 < len(places) and places[at + 1][0] < column:
            at += 1
        (x0, y0), (x1, y1) = places[at], places[min(at + 1, len(places) - 1)]
        share = min(1.0, max(0.0, (column - x0) / (x1 - x0))) if x1 > x0 else 0.0
        yield min(wide - 1, max(0, column)), round(y0 + (y1 - y0) * share)


def _names(marks: Sequence[Mark], columns: Sequence[int], indent: int, wide: int) -> list[Line]:
    """The names of the marks under their places, on a second line where the first has no room."""
    lines = [[" "] * wide, [" "] * wide]
    together: dict[int, list[str]] = {}
    for mark, column in zip(marks, columns, strict=True):
        if mark.name:
            together.setdefault(column, []).append(mark.name)
    for column, names in together.items():
        text = ", ".join(names)[:wide]
        start = min(max(0, column - len(text) // 2), wide - len(text))
        for line in lines:
            if not "".join(line[max(0, start - 1) : start + len(text) + 1]).strip():
                line[start : start + len(text)] = text
                break
    kept = lines[:1] if not "".join(lines[1]).strip() else lines
    return [(Span(" " * indent + "".join(line), ("muted",)),) for line in kept]


def _joined(spans: Sequence[Span]) -> Line:
    """The same with neighbours of one style as one span."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].styles == span.styles:
            found[-1] = Span(found[-1].text + span.text, span.styles)
        else:
            found.append(span)
    return tuple(found)
