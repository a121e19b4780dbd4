"""`srs explain`: why a card is due, in sentences, a small forgetting curve and its history. Knows no sitting."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.card import find_cards
from srs.cli.context import opened
from srs.cli.output import beside, days_short, print_json, span_short, takes_unicode
from srs.errors import UsageError
from srs.memory.days import iso_day, iso_instant
from srs.words import RATINGS

if TYPE_CHECKING:
    from srs.cli.terminal.chart import Chart
    from srs.cli.terminal.style import Line, Palette
    from srs.collection.views import CardView
    from srs.insight.explain import Curve, Explanation, Outcome
    from srs.insight.past import Row

_WIDEST = 78
_WIDE = 60  # columns from which on tables are wide
_BESIDE = 66  # columns from which on the two curves stand beside each other
_HIGH, _LOW = 6, 3  # rows of a curve; of the second one where it stands below
_FEWEST = 3  # rows of history that are always shown
_FLOORS = (0.95, 0.9, 0.8, 0.7, 0.5, 0.0)  # where the y axis may begin


def explain(
    ctx: typer.Context,
    card: Annotated[
        str,
        typer.Argument(help="The card's id, or the id of a note with one card.", autocompletion=complete.cards),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Say why a card is due, and what each answer would do now.

    Also what is known of your memory of it, and what you answered.

    Example: srs explain karpathy-backprop:definition
    """
    from srs.cli.terminal.keys import size
    from srs.cli.terminal.style import palette
    from srs.insight import explain as insight

    collection, now = opened(ctx)
    view = _one(find_cards(collection, card, now), card)
    told = insight.explain(insight.facts_of(collection, view.id, now))
    if as_json:
        print_json(_as_json(view, told))
        return
    plain = ascii_only(ctx.obj.environ)
    colours, columns = palette(sys.stdout, ctx.obj.environ), min(size()[0], _WIDEST)
    for line in beside([view.id, view.deck, str(view.note.place)], columns, f"  {'-' if plain else '·'}  "):
        print(colours.paint(line, "muted"))
    print()
    for text in panel(told, columns, 0, colours, plain):
        print(text)


def ascii_only(environ: Mapping[str, str]) -> bool:
    """Whether curves must do without Unicode: a dumb terminal, or output that does not take UTF-8."""
    return environ.get("TERM") == "dumb" or not takes_unicode()


def panel(
    explanation: "Explanation", columns: int, rows: int, palette: "Palette", ascii_only: bool = False
) -> list[str]:
    """The explanation as printable lines of at most `columns` cells.

    With `rows`, only so many of the newest answers are listed as keep the whole within `rows` lines, but never fewer
    than three; 0 lists all. What is longer than the screen is for the caller to scroll.
    """
    from srs.cli.terminal.safe import visible
    from srs.cli.terminal.style import Span
    from srs.cli.terminal.width import fold, wrap

    columns = max(20, min(columns, _WIDEST))
    blocks: list[list[Line]] = []
    for sentences in (explanation.why, explanation.memory, explanation.more, explanation.then):
        if sentences:
            blocks.append(wrap([Span(visible(" ".join(sentences)))], columns))
    blocks += [_answers(explanation.answers, 2 if columns >= _WIDE else 1), _curves(explanation, columns, ascii_only)]
    above = [line for block in blocks if block for line in [*block, ()]]
    all_of_them = not rows or len(above) + 1 + len(explanation.history) <= rows
    history = _history(explanation.history, columns, 0 if all_of_them else max(_FEWEST, rows - len(above) - 2))
    lines = [*above, *history] if history else above[:-1]
    # Sentences are wrapped already; of the rest each character is one cell, which need not be looked up.
    fitted = (fold(line, columns) if sum(len(span.text) for span in line) > columns else [line] for line in lines)
    return [palette.line(line).rstrip() for pieces in fitted for line in pieces]


def _one(views: Sequence["CardView"], name: str) -> "CardView":
    if len(views) > 1:
        few = ", ".join(view.id for view in views[:4])
        raise UsageError(f"`{name}` is a note; name one of its cards", few + (", …" if len(views) > 4 else ""))
    return views[0]


def _answers(outcomes: Sequence["Outcome"], gap: int) -> "list[Line]":
    """What each answer would do, one column for each."""
    from srs.cli.terminal.style import Span

    if not outcomes:
        return []
    names = [RATINGS[each.rating - 1] for each in outcomes]
    back = [_leads_to(each.interval, each.wait) for each in outcomes]
    kept = [_days(each.stability) for each in outcomes]
    wide = [max(map(len, column)) for column in zip(names, back, kept, strict=True)]
    lines: list[Line] = []
    for head, cells in (("answered now", names), ("comes back in", back), ("stability", kept)):
        spans = [Span(head.ljust(13), ("muted",))]
        for name, cell, room in zip(names, cells, wide, strict=True):
            spans += [Span(" " * (gap + room - len(cell))), Span(cell, (name.lower(),) if cells is names else ())]
        lines.append(tuple(spans))
    return lines


def _curves(explanation: "Explanation", columns: int, ascii_only: bool) -> "list[Line]":
    """The curve since the last answer and, where there is more to see, the one over the card's life."""
    from srs.cli.terminal.chart import draw
    from srs.cli.terminal.style import Span

    if explanation.curve is None:
        return []
    now, life = _since(explanation.curve), _whole(explanation)
    since = f"recall since {iso_day(explanation.curve.start)}"
    if life is None or columns < _BESIDE:
        lines: list[Line] = [(Span(since, ("muted",)),), *draw(now, columns, _HIGH, ascii_only)]
        if life is not None:
            lines += [(), (Span("over its life", ("muted",)),), *draw(life, columns, _LOW, ascii_only)]
        return lines
    left = columns * 11 // 20
    one = [(Span(since.ljust(left), ("muted",)),), *draw(now, left, _HIGH, ascii_only)]
    other = [(Span("over its life", ("muted",)),), *draw(life, columns - left - 2, _HIGH, ascii_only)]
    blank: Line = (Span(" " * left),)
    high = max(len(one), len(other))
    one, other = one + [blank] * (high - len(one)), other + [()] * (high - len(other))
    return [(*here, Span("  "), *there) for here, there in zip(one, other, strict=True)]


def _since(curve: "Curve") -> "Chart":
    from srs.cli.terminal.chart import Chart, Mark

    end = curve.points[-1][0]
    low = _floor([recall for _, recall in curve.points], curve.retention)
    marks = [Mark(curve.today, "today", rises=True), Mark(curve.due, "due", rises=True)]
    if curve.today == curve.due:
        marks = [Mark(curve.today, "due today", rises=True)]
    marks += [Mark(end, days_short(round(end))), Mark(0, "0" if curve.today and curve.due else "")]
    labels = [(1.0, "100%"), (low, f"{low:.0%}"), (curve.retention, f"{curve.retention:.0%}")]
    return Chart([curve.points], (0, end), (low, 1.0), labels, curve.retention, marks)


def _whole(explanation: "Explanation") -> "Chart | None":
    """The saw-tooth over the card's life; None where it has but the one curve."""
    from srs.cli.terminal.chart import Chart, Mark

    runs = [run for run in explanation.life if run]
    days = (runs[0][0][0], runs[-1][-1][0]) if runs else (0.0, 0.0)
    if sum(len(run) > 1 for run in runs) < 2:
        return None
    low = _floor([recall for run in runs for _, recall in run], 1.0)
    marks = [Mark(days[0], iso_day(round(days[0]))), Mark(days[1], "today" if days[1] - days[0] > 0 else "")]
    joined: list[list[tuple[float, float]]] = []
    for run in runs:  # each answer is a rise; where a reset came between, nothing is known until the next answer
        if joined and joined[-1][-1][0] == run[0][0]:
            joined[-1] += run
        else:
            joined.append(list(run))
    return Chart(joined, days, (low, 1.0), [(1.0, "100%"), (low, f"{low:.0%}")], None, marks)


def _floor(recalls: Sequence[float], below: float) -> float:
    """Where the y axis begins: a round number under all of it, and under `below`."""
    lowest = min(*recalls, below - 0.01) if recalls else 0.0
    return next(floor for floor in _FLOORS if floor <= lowest)


def _history(rows: Sequence["Row"], columns: int, most: int) -> "list[Line]":
    """The newest `most` things that happened (0: all), oldest first, under a head."""
    from srs.cli.terminal.style import Span

    if not rows:
        return []
    shown = rows[-most:] if most else rows
    wide = columns >= _WIDE
    head = f"{'day':10}  {'answer':6} {'after':>5} {'recall':>6} {'then':>6}"
    head += f"  {'stability':>9}  {'difficulty':>10}" if wide else ""
    lines: list[Line] = [(Span(head, ("muted",)),)]
    if len(shown) < len(rows):
        lines.append((Span(f"({len(rows) - len(shown)} earlier)", ("muted",)),))
    return lines + [_row(row, wide) for row in shown]


def _row(row: "Row", wide: bool) -> "Line":
    from srs.cli.terminal.style import Span

    day = Span(f"{iso_day(row.day)}  ")
    if row.rating is None:
        until = "" if row.until is None else f" {iso_day(row.until)}"
        return day, Span(f"{_DID[row.what]}{until}", ("muted",))
    name = RATINGS[row.rating - 1]
    after = "first" if row.elapsed is None else "0d" if not row.elapsed else days_short(round(row.elapsed))
    recall = f"{row.recall:.0%}" if row.recall is not None and row.elapsed else ""
    then = "cram" if row.cram else _leads_to(row.interval, row.wait)
    cells = f" {after:>5} {recall:>6} {then:>6}"
    if wide and row.stability is not None:
        hard = "" if row.difficulty is None else f"{row.difficulty:.1f}"
        cells += f"  {_days(row.stability):>9}  {hard:>10}"
    return day, Span(name.ljust(6), (name.lower(),)), Span(cells)


_DID = {
    "reset": "reset: new again", "due": "due day set to", "suspend": "suspended", "unsuspend": "unsuspended",
    "bury": "buried until", "unbury": "unburied",
}  # fmt: skip


def _leads_to(interval: int | None, wait: int | None) -> str:
    return days_short(interval) if interval is not None else span_short(wait or 0)


def _days(days: float) -> str:
    """`0.4d`, `12d`, `2.5mo`."""
    return f"{days:.1f}".removesuffix(".0") + "d" if days < 10 else days_short(round(days))


def _as_json(view: "CardView", told: "Explanation") -> dict[str, Any]:
    """The stable contract of `srs explain --json`."""
    curve = told.curve
    return {
        "card": view.as_json(),
        "sentences": list(told.sentences),
        "answers": {
            name: {
                "interval_days": each.interval,
                "wait_ms": each.wait,
                "stability": _number(each.stability),
                "difficulty": _number(each.difficulty),
            }
            for name, each in zip(("again", "hard", "good", "easy"), told.answers, strict=False)
        },
        "siblings": [
            {
                "card": each.card,
                "last_day": None if each.last_day is None else iso_day(each.last_day),
                "stability": _number(each.stability),
                "retrievability": _number(each.recall),
            }
            for each in told.siblings
        ],
        "history": [_row_json(row) for row in told.history],
        "curve": curve
        and {
            "from": iso_day(curve.start),
            "today": curve.today,
            "due": curve.due,
            "desired_retention": curve.retention,
            "points": [[_number(days), _number(recall)] for days, recall in curve.points],
        },
    }


def _row_json(row: "Row") -> dict[str, Any]:
    return {
        "event": row.event,
        "at": iso_instant(row.at),
        "day": iso_day(row.day),
        "do": row.what,
        "rating": row.rating,
        "mode": None if row.rating is None else "cram" if row.cram else "study",
        "elapsed_days": row.elapsed,
        "retrievability": _number(row.recall),
        "stability": _number(row.stability),
        "difficulty": _number(row.difficulty),
        "interval_days": row.interval,
        "wait_ms": row.wait,
        "until": None if row.until is None else iso_day(row.until),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
