"""`srs forecast`: what studying on will cost and bring, by a simulation of the user's own cards."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.card import found_by
from srs.cli.context import opened
from srs.cli.explain import ascii_only
from srs.cli.output import print_json, say, table_lines, terminal_size, wrapped
from srs.errors import SrsError, UsageError
from srs.memory.days import LAST_DAY, iso_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from srs.cli.terminal.style import Line, Palette
    from srs.insight.forecast.outcome import Band, Choice, Course, Forecast

_WIDEST = 78
_WIDE = 50  # columns from which on minutes stand beside the bars
_UNITS = ((1, "day"), (7, "week of"), (30, "30 days of"), (91, "quarter of"), (365, "year of"))
_MOST_ROWS = 14
_MOST_DAYS, _MOST_SEEDS, _MOST_CHOICES = 3650, 1000, 5


def forecast(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help="Anki's search syntax; all cards without it.", autocompletion=complete.query),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="How many study days, from today on.")] = 90,
    retention: Annotated[
        str, typer.Option("--retention", metavar="R,…", help="Try other desired retentions, such as 0.8,0.95.")
    ] = "",
    new: Annotated[
        str, typer.Option("--new", metavar="N,…", help="Try other numbers of new cards a day, over all decks.")
    ] = "",
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="How many courses are played through.")] = 20,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Where chance starts.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="As a page in this file.")] = None,
) -> None:
    """Say what the coming weeks will cost and bring.

    Your own cards are studied on by chance, many times over; nothing is changed.

    Example: srs forecast --retention 0.8,0.95
    """
    from srs.cli.progress import progress
    from srs.insight.forecast import outcome
    from srs.insight.forecast.habits import habits_of
    from srs.insight.forecast.start import start_of
    from srs.insight.reviews import read_reviews

    if as_json and html is not None:
        raise UsageError("--json and --html exclude each other", "leave one of them out")
    for name, value, least, most in (("--days", days, 1, _MOST_DAYS), ("--seeds", seeds, 1, _MOST_SEEDS)):
        if not least <= value <= most:
            raise UsageError(f"{name} takes a number from {least} to {most:,}, not {value}")
    if seed < 0:
        raise UsageError(f"--seed takes a number from 0 on, not {seed}")
    choices = _choices(retention, new)
    collection, now = opened(ctx)
    if collection.day(now) + days - 1 > LAST_DAY:
        raise UsageError("--days goes beyond the year 9999")
    start = start_of(collection, now, found_by(collection, " ".join(query or ()), now))
    if not start.cards:
        raise SrsError("no card to forecast", "see: srs list" if query else "see: srs add --help")
    told = outcome.forecast(
        start,
        habits_of(read_reviews(collection)),
        choices,
        days,
        seeds,
        seed,
        lambda done, total: progress("Studying on", done, total),
    )
    if as_json:
        print_json(as_dictionary(told))
    elif html is not None:
        from srs.cli.page.forecastpage import page
        from srs.cli.page.frame import write

        write(html, page(told, " ".join(query or ())))
        say(f"Wrote {html}.")
    else:
        from srs.cli.terminal.style import palette

        columns = (terminal_size() or (_WIDEST, 0))[0]
        colours = palette(sys.stdout, ctx.obj.environ)
        for text in lines(told, min(columns, _WIDEST), colours, ascii_only(ctx.obj.environ)):
            print(text)


def _choices(retention: str, new: str) -> "list[Choice]":
    """Each retention with each number of new cards. Raises UsageError."""
    from srs.insight.forecast.outcome import Choice

    goals: list[float | None] = list(dict.fromkeys(_goal(word) for word in _words(retention)))
    counts: list[int | None] = list(dict.fromkeys(_count(word) for word in _words(new)))
    if not goals and not counts:
        return []
    found = [Choice(goal, count) for goal in goals or [None] for count in counts or [None]]
    if len(found) > _MOST_CHOICES:
        raise UsageError(f"these are {len(found)} courses to compare", f"up to {_MOST_CHOICES} can be told apart")
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")] if text.strip() else []


def _goal(word: str) -> float:
    try:
        share = float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    except ValueError:
        share = 0
    if not 0.70 <= share <= 0.99:
        raise UsageError(f"--retention takes numbers from 0.70 to 0.99, not {word!r}", "such as: --retention 0.8,0.95")
    return share


def _count(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= 9999):
        raise UsageError(f"--new takes whole numbers from 0 to 9999, not {word!r}", "such as: --new 5,20")
    return int(word)


def lines(told: "Forecast", columns: int, palette: "Palette", ascii_only: bool = False) -> list[str]:
    """The forecast as printable lines of at most `columns` cells."""
    from srs.insight.forecast.sentences import basis, comparisons, opening, outlook

    daily = " Answers and minutes are those of a day." if _unit(told)[0] > 1 else ""
    blocks = [wrapped(opening(told) + daily, columns)]
    blocks.append([palette.line(line) for line in _by_time(told, columns, ascii_only)])
    blocks.append(wrapped(" ".join(outlook(told)), columns))
    if len(told.courses) > 1:
        blocks.append(_compared(told, columns))
        blocks.append([line for text in comparisons(told) for line in wrapped(text, columns)])
    blocks.append(wrapped(basis(told), columns))
    return [line.rstrip() for block in blocks for line in [*block, ""]][:-1]


def _by_time(told: "Forecast", columns: int, ascii_only: bool) -> "list[Line]":
    """The course of the settings as they are, by day, week or more, whatever makes few rows."""
    from srs.cli.terminal.bars import bar
    from srs.cli.terminal.style import Span
    from srs.insight.forecast.sentences import whole

    unit, name = _unit(told)
    course = told.courses[0]
    rows, bars = [[name, "answers", "minutes", "known"]], []
    for first in range(0, told.days, unit):
        some = slice(first, first + unit)
        answers, known = course.answers[some], _at(told, course, first + unit - 1)
        time = _mean(day.mean for day in course.minutes[some])
        bars.append((_mean(day.mean for day in answers), _mean(day.high for day in answers)))
        rows.append([iso_day(told.day + first), whole(bars[-1][0]), f"{time:.1f}", whole(known)])
    if columns < _WIDE:
        rows = [[day, answers, known] for day, answers, _, known in rows]
    head, *found = table_lines(rows, None, range(1, 4))
    room = columns - max(map(len, (head, *found))) - 2
    legend = f"{'-' if ascii_only else '░'} one course of ten is beyond"
    most = max(high for _, high in bars) or 1.0
    shown: list[Line] = [(Span(f"{head}  {legend if len(legend) <= room else ''}", ("muted",)),)]
    for line, (mean, high) in zip(found, bars, strict=True):
        shown.append((Span(f"{line}  "), Span(bar(mean / most, room, ascii_only, high / most).rstrip(), ("number",))))
    return shown


def _unit(told: "Forecast") -> tuple[int, str]:
    """The days of a row, and what such a row is called."""
    return next((each for each in _UNITS if -(-told.days // each[0]) <= _MOST_ROWS), _UNITS[-1])


def _mean(numbers: "Iterable[float]") -> float:
    from statistics import fmean

    return fmean(numbers)


def _at(told: "Forecast", course: "Course", day: int) -> float:
    """How many cards are known at the end of a day, or of the last one before for which that was worked out."""
    return course.known[max(at for at, sampled in enumerate(told.sampled) if sampled <= day)].mean


def _compared(told: "Forecast", columns: int) -> list[str]:
    """The courses beside each other."""
    from srs.insight.forecast.sentences import course_name, whole

    rows = [["", "answers", "minutes", "begun", "known at last", "in 8 of 10"]]
    for course in told.courses:
        known = course.known[-1]
        name = course_name(told, course)
        if columns < _WIDE:
            name = name.removeprefix("retention ").replace(" new a day", " new")
        span = f"{whole(known.low)}-{whole(known.high)}"
        time = f"{course.minutes_a_day.mean:.1f}"
        rows.append([name, whole(course.answers_a_day.mean), time, whole(course.begun.mean), whole(known.mean), span])
    return table_lines(rows, columns, range(1, 6), {0: 13}, (5, 3, 1))


def as_dictionary(told: "Forecast") -> dict[str, Any]:
    """The stable contract of `srs forecast --json`."""
    from srs.insight.forecast.sentences import own_habits

    return {
        "day": iso_day(told.day),
        "days": told.days,
        "seeds": told.seeds,
        "seed": told.seed,
        "cards": told.cards,
        "known": _number(told.known),
        "learnt": told.learnt,
        "desired_retention": list(told.retentions),
        "own_habits": own_habits(told.habits),
        "courses": [_course(told, course) for course in told.courses],
    }


def _course(told: "Forecast", course: "Course") -> dict[str, Any]:
    daily = ("answers", "reviews", "new", "minutes", "left")
    return {
        "retention": course.choice.retention,
        "new": course.choice.new,
        "answers_a_day": _band(course.answers_a_day),
        "minutes_a_day": _band(course.minutes_a_day),
        "begun": _band(course.begun),
        "days": [
            {"day": iso_day(told.day + at), **{name: _band(getattr(course, name)[at]) for name in daily}}
            for at in range(told.days)
        ],
        "known": [
            {"day": iso_day(told.day + at), "known": _band(known), "learnt": _band(learnt)}
            for at, known, learnt in zip(told.sampled, course.known, course.learnt, strict=True)
        ],
    }


def _band(band: "Band") -> dict[str, float]:
    return {"mean": _number(band.mean), "low": _number(band.low), "high": _number(band.high)}


def _number(value: float) -> float:
    return round(value, 3)
