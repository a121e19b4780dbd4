"""A forecast as a page: answers and minutes by day with their bands, what is known, the courses beside each other."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from srs.cli.page import frame, svg
from srs.cli.page.frame import Html, text
from srs.insight.forecast.sentences import basis, comparisons, course_name, minutes, opening, outlook, whole
from srs.memory.days import iso_day

if TYPE_CHECKING:
    from srs.insight.forecast.outcome import Band, Course, Forecast

_BAND = "The line is the mean of all courses; eight of ten are within the band."
_SMOOTH = 7  # days over which lines are averaged where courses are compared
_NAMES = 6  # of days under a drawing, about


def page(told: "Forecast", query: str = "") -> str:
    """The whole page. `query`: what the cards were chosen by, shown under the title."""
    course = told.courses[0]
    known = course.known[-1]
    first = [opening(told), *([f"Only cards that {query} finds."] if query else []), *outlook(told)]
    facts = frame.facts(
        (minutes(course.minutes_a_day.mean).partition(" ")[0], "minutes a day"),
        (whole(course.answers_a_day.mean), "answers a day"),
        (whole(known.mean), f"cards known on {iso_day(told.day + told.days - 1)}"),
        (whole(course.begun.mean), "new cards begun"),
    )
    by_day = frame.section(
        "Day by day",
        _over_days(told, "Answers a day", "answers", course.answers),
        frame.beside(
            _over_days(told, "Minutes a day", "minutes", course.minutes, lambda value: f"{value:.1f}"),
            _over_days(told, "New cards a day", "new", course.new),
        ),
    )
    parts = [facts, by_day, frame.section("What you will know", _known(told), frame.paragraph(_KNOWN))]
    if len(told.courses) > 1:
        parts.append(_compared(told))
    return frame.page("Forecast", first, parts, basis(told))


_KNOWN = (
    "A card counts by the chance that you would recall it on that day, so ten cards at 90% are nine that you know. "
    "Cards that you have not met yet count nothing."
)


def _over_days(
    told: "Forecast",
    title: str,
    what: str,
    bands: "Sequence[Band]",
    say: Callable[[float], str] = lambda value: f"{value:,.0f}",
) -> Html:
    days = range(told.days)
    most = max(band.high for band in bands)
    drawing = svg.lines(
        title,
        f"{title}, from {iso_day(told.day)} on: at most {say(most)}.",
        [svg.Run([(day, bands[day].mean) for day in days])],
        (0, max(1, told.days - 1)),
        svg.scale(most, lambda value: f"{value:,g}"),
        _dates(told),
        [svg.Area([(day, bands[day].low, bands[day].high) for day in days])],
    )
    rows = [[text(iso_day(told.day + day)), *_cells(bands[day], say)] for day in days]
    return frame.figure(title, drawing, _BAND, frame.table(["day", what, "from", "to"], rows))


def _known(told: "Forecast") -> Html:
    course = told.courses[0]
    title, points = "Cards known", list(zip(told.sampled, course.known, strict=True))
    drawing = svg.lines(
        title,
        f"{title}: {whole(points[0][1].mean)} at first, {whole(points[-1][1].mean)} at last.",
        [svg.Run([(day, band.mean) for day, band in points])],
        (0, max(1, told.days - 1)),
        svg.scale(max(band.high for band in course.known)),
        _dates(told),
        [svg.Area([(day, band.low, band.high) for day, band in points])],
    )
    rows = [
        [text(iso_day(told.day + day)), *_cells(band, whole), text(whole(learnt.mean))]
        for (day, band), learnt in zip(points, course.learnt, strict=True)
    ]
    return frame.figure(title, drawing, _BAND, frame.table(["day", "known", "from", "to", "learnt"], rows))


def _compared(told: "Forecast") -> Html:
    """What other settings cost and bring."""
    names = [course_name(told, course) for course in told.courses]
    styles = svg.SERIES[: len(names)]
    last = max(1, told.days - 1)

    def drawn(title: str, of: "Callable[[Course], list[tuple[float, float]]]") -> Html:
        found = [of(course) for course in told.courses]
        runs = [
            svg.Run(points, style, tip=name) for points, style, name in zip(found, styles, names, strict=True) if points
        ]
        axis = svg.scale(max(y for points in found for _, y in points), lambda value: f"{value:,g}")
        ends = ", ".join(f"{name} {points[-1][1]:.1f}" for points, name in zip(found, names, strict=True))
        says = f"{title}, at last: {ends}."
        return frame.figure(title, svg.lines(title, says, runs, (0, last), axis, _dates(told)))

    head = [
        "",
        "answers a day",
        "minutes a day",
        "begun",
        f"known on {iso_day(told.day + told.days - 1)}",
        "from",
        "to",
    ]
    rows = [
        [
            text(name),
            text(whole(course.answers_a_day.mean)),
            text(f"{course.minutes_a_day.mean:.1f}"),
            text(whole(course.begun.mean)),
            *_cells(course.known[-1], whole),
        ]
        for name, course in zip(names, told.courses, strict=True)
    ]
    return frame.section(
        "What other settings cost and bring",
        frame.table(head, rows),
        svg.legend(*zip(styles, names, strict=True)),
        frame.beside(
            drawn("Minutes a day", lambda course: _smoothed([day.mean for day in course.minutes])),
            drawn("Cards known", lambda course: [(d, b.mean) for d, b in zip(told.sampled, course.known, strict=True)]),
        ),
        frame.paragraph(*comparisons(told)),
    )


def _smoothed(values: Sequence[float]) -> list[tuple[float, float]]:
    """The mean of some days around each."""
    half = min(_SMOOTH, len(values)) // 2
    found = []
    for day in range(len(values)):
        around = values[max(0, day - half) : day + half + 1]
        found.append((float(day), sum(around) / len(around)))
    return found


def _cells(band: "Band", say: Callable[[float], str]) -> list[Html]:
    return [text(say(value)) for value in (band.mean, band.low, band.high)]


def _dates(told: "Forecast") -> list[svg.Tick]:
    """Names under a drawing: days, or months where there are many."""
    if told.days <= 45:
        every = max(1, round(told.days / _NAMES))
        return [svg.Tick(day, iso_day(told.day + day)[5:]) for day in range(0, told.days, every)]
    first = [day for day in range(told.days) if date.fromordinal(told.day + day).day == 1]
    every = max(1, -(-len(first) // _NAMES))
    return [svg.Tick(day, iso_day(told.day + day)[:7]) for day in first[::every]]
