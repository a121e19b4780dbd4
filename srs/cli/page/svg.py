"""Drawings as inline SVG: columns, lines with bands, a calendar, bars within a table. Knows pages, and no figures.

A drawing is as wide as its place: what goes across is in per cent, what goes up in pixels, and letters keep their size.
Styles are names that page.css has colours for, by day and by night. Each drawing carries its title and, in words, what
it shows; each column, cell and point of it a tip that appears when the mouse rests on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from srs.cli.page.frame import Html, text

SERIES = ("s1", "s2", "s3", "s4", "s5", "s6")
"""Styles for things that are compared; more than these are not told apart."""

_ABOVE, _BELOW = 6, 22  # pixels over the plot, and under it for the names
_CROWDED = 5  # from so many names on, every other one is left out on a telephone


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, in its units, and what is written there."""

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The y axis: where it begins and ends, and its ticks."""

    low: float
    high: float
    ticks: Sequence[Tick]

    def down(self, y: float, height: float) -> float:
        """Pixels from the top of a plot of this height, within it."""
        share = (y - self.low) / (self.high - self.low)
        return round(height * (1 - min(1.0, max(0.0, share))), 1)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the heights of its parts from the bottom up, in the order of the styles, and its tip."""

    parts: Sequence[float]
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A line through (x, y). `tip` says what it is."""

    points: Sequence[tuple[float, float]]
    style: str = "main"
    dashed: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A band through (x, low, high)."""

    points: Sequence[tuple[float, float, float]]
    style: str = "main"


@dataclass(frozen=True, slots=True)
class Dot:
    """A point at (x, y)."""

    x: float
    y: float
    style: str = "main"
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of a calendar, its strength being 0 (nothing) to 4."""

    column: int
    row: int
    level: int
    tip: str = ""


def scale(most: float, say: Callable[[float], str] = lambda value: f"{value:,.0f}", whole: bool = True) -> Scale:
    """An axis from 0 to `most` or a little over, with two to four round numbers. `whole`: no part of one is shown."""
    step = 10.0 ** floor(log10(most / 3)) if most > 0 else 1.0
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor * 3.5 >= most)
    if whole:
        step = max(1.0, float(ceil(step)))
    count = max(1, ceil(most / step - 0.5))
    return Scale(0.0, max(most, count * step) or 1.0, [Tick(n * step, say(n * step)) for n in range(1, count + 1)])


def shares(lowest: float) -> Scale:
    """An axis for shares, from a round number at or below `lowest` to 1."""
    low = next((each for each in (0.9, 0.8, 0.6, 0.4) if each <= lowest), 0.0)
    middle = (1 + low) / 2
    return Scale(low, 1.0, [Tick(each, f"{each:.0%}") for each in (low, middle, 1.0)])


def columns(
    title: str,
    says: str,
    found: Sequence[Column],
    styles: Sequence[str],
    axis: Scale,
    names: Sequence[Tick] = (),
    height: int = 130,
) -> Html:
    """Columns side by side, their parts stacked. A name's `at` is the number of a column, from 0."""
    each = 100 / max(1, len(found))
    gap = 0.0 if len(found) > 120 else 0.12
    parts = []
    for number, column in enumerate(found):
        foot, marks = 0.0, []
        for part, style in zip(column.parts, styles, strict=True):
            if part > 0:
                top, bottom = axis.down(foot + part, height), axis.down(foot, height)
                x, wide = _percent((number + gap / 2) * each), _percent(each * (1 - gap))
                high = max(0.5, round(bottom - top, 1))
                marks.append(f'<rect class="{style}" x="{x}" y="{top:g}" width="{wide}" height="{high:g}"/>')
            foot += part
        over = f'<rect class="over" x="{_percent(number * each)}" y="0" width="{_percent(each)}" height="{height}"/>'
        if column.tip:
            parts.append(f"<g>{_tip(column.tip)}{''.join(marks)}{over}</g>")
        else:
            parts += marks
    across = [(100 * (tick.at + 0.5) / max(1, len(found)), tick.name) for tick in names]
    return _drawing(title, says, height, [*_grid(axis, height), *parts, *_names(across, height)])


def lines(
    title: str,
    says: str,
    runs: Sequence[Run],
    xs: tuple[float, float],
    axis: Scale,
    names: Sequence[Tick] = (),
    areas: Sequence[Area] = (),
    dots: Sequence[Dot] = (),
    height: int = 130,
) -> Html:
    """Lines over bands, from x `xs[0]` at the left edge to `xs[1]` at the right."""
    first, last = xs
    per = 1000 / (last - first) if last > first else 0.0

    def place(x: float, y: float) -> str:
        return f"{(x - first) * per:.1f},{axis.down(y, height):g}"

    drawn = []
    for area in areas:
        upper = [place(x, high) for x, _, high in area.points]
        lower = [place(x, low) for x, low, _ in reversed(area.points)]
        drawn.append(f'<polygon class="{area.style} band" points="{" ".join(upper + lower)}"/>')
    for run in runs:
        dashed = " dashed" if run.dashed else ""
        points = " ".join(place(x, y) for x, y in run.points)
        drawn.append(f'<polyline class="{run.style} line{dashed}" points="{points}">{_tip(run.tip)}</polyline>')
    # Within this one the width is stretched, so that lines can have corners; their strokes are not.
    inner = f'<svg viewBox="0 0 1000 {height}" preserveAspectRatio="none" width="100%" height="{height}">'
    spots = [
        f'<circle class="{dot.style} dot" r="3" cx="{_percent((dot.x - first) * per / 10)}" '
        f'cy="{axis.down(dot.y, height):g}">{_tip(dot.tip)}</circle>'
        for dot in dots
    ]
    across = [((tick.at - first) * per / 10, tick.name) for tick in names]
    plot = [f"{inner}{''.join(drawn)}</svg>", *spots]
    return _drawing(title, says, height, [*_grid(axis, height), *plot, *_names(across, height)])


def calendar(
    title: str,
    says: str,
    cells: Sequence[Cell],
    across: int,
    down: int,
    names: Sequence[Tick],
    sides: Sequence[Tick],
    size: int = 13,
) -> Html:
    """Cells in `across` columns and `down` rows. `names` of columns stand below, `sides` of rows at the left."""
    each = 100 / max(1, across)
    drawn = [
        f'<rect class="cell l{cell.level}" x="{_percent(cell.column * each)}" y="{cell.row * size}" '
        f'width="{_percent(each)}" height="{size}">{_tip(cell.tip)}</rect>'
        for cell in cells
    ]
    left = [f'<text class="y" x="-7" y="{tick.at * size + size - 3:g}">{text(tick.name)}</text>' for tick in sides]
    below = [(100 * tick.at / max(1, across), tick.name) for tick in names]
    return _drawing(title, says, down * size, [*left, *drawn, *_names(below, down * size, "start")], "calendar")


def meter(share: float, style: str = "main") -> Html:
    """A small bar for a table's cell, whose number stands beside it."""
    return split([(share, style)])


def split(shares: Sequence[tuple[float, str]]) -> Html:
    """The same of several parts, one after the other; together at most 1."""
    drawn, at = [], 0.0
    for share, style in shares:
        share = min(1.0 - at, max(0.0, share))
        drawn.append(f'<rect class="{style}" x="{_percent(100 * at)}" width="{_percent(100 * share)}" height="9"/>')
        at += share
    rail = '<rect class="rail" width="100%" height="9"/>'
    return Html(f'<svg class="meter" aria-hidden="true" height="9">{rail}{"".join(drawn)}</svg>')


def legend(*entries: tuple[str, str]) -> Html:
    """What the styles mean: (style, words)."""
    keys = "".join(
        f'<li><svg class="key" aria-hidden="true" width="10" height="10"><rect class="{style}" width="10" height="10"/>'
        f"</svg>{text(words)}</li>"
        for style, words in entries
    )
    return Html(f'<ul class="legend">{keys}</ul>')


def _drawing(title: str, says: str, height: int, parts: Sequence[str], kind: str = "") -> Html:
    all_of_it = "\n".join(parts)
    return Html(
        f'<svg class="plot {kind}" role="img" height="{height + _ABOVE + _BELOW}">'
        f"<title>{text(title)}</title><desc>{text(says)}</desc>\n"
        f'<svg y="{_ABOVE}" width="100%" height="{height + _BELOW}" overflow="visible">\n{all_of_it}\n</svg></svg>'
    )


def _grid(axis: Scale, height: int) -> list[str]:
    base = f'<line class="base" x1="0" x2="100%" y1="{height}" y2="{height}"/>'
    found = []
    for tick in axis.ticks:
        y = axis.down(tick.at, height)
        if y < height:
            found.append(f'<line class="grid" x1="0" x2="100%" y1="{y:g}" y2="{y:g}"/>')
        found.append(f'<text class="y" x="-7" y="{y + 4:g}">{text(tick.name)}</text>')
    return [*found, base]


def _names(places: Sequence[tuple[float, str]], height: int, anchor: str = "middle") -> list[str]:
    """Names under the plot; the outermost stay within it."""
    found = []
    for number, (percent, words) in enumerate(places):
        kind = "x" if len(places) <= _CROWDED or not number % 2 else "x spare"
        side = "start" if percent < 3 else "end" if percent > 97 else anchor
        found.append(
            f'<text class="{kind}" x="{_percent(percent)}" y="{height + 16}" text-anchor="{side}">{text(words)}</text>'
        )
    return found


def _percent(value: float) -> str:
    return f"{round(value, 3):g}%"


def _tip(words: str) -> str:
    return f"<title>{text(words)}</title>" if words else ""
