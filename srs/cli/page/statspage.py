"""Statistics as a page: every figure drawn, its numbers folded away beneath. Knows no collection."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from srs.cli import statwords as words
from srs.cli.page import frame, svg
from srs.cli.page.frame import Html, name, text
from srs.cli.terminal.bars import levels, months
from srs.insight.stats.figures import KINDS
from srs.memory.days import iso_day, weekday
from srs.words import RATINGS, percent, plural

if TYPE_CHECKING:
    from srs.cli.statwords import Period
    from srs.insight.stats.figures import Distribution, Group, HardCard, HardNote, Stats

_KINDS = ("mature", "young", "learning", "relearning", "cram")  # from the bottom up
_DUE = ("mature", "young", "learning", "relearning")
_DUE_WORDS = ("mature", "young", "in steps", "overdue")
_MOST_PERIODS = 92
_MOST_YEARS = 6
_MOST_GROUPS = 30
_WEEKS = 53  # columns of a calendar
_SPARE = (3, 4, 7)
_NONE = "–"


def page(stats: "Stats", query: str, name_of: Callable[[str], str]) -> str:
    """The page. `query` is what was asked for, `name_of` gives the words that a card or a note is called by."""
    unit, periods = words.periods(stats.by_day, stats.first, stats.day, _MOST_PERIODS)
    parts = [_facts(stats)]
    if stats.by_day:
        parts += [_retention(stats), _work(stats, unit, periods), _hours(stats), _answers(stats)]
        parts.append(_learnt(stats, unit, periods))
    if stats.cards.studied:
        parts += [_due(stats), _distributions(stats)]
    parts += [_hardest(stats, name_of), _groups("Decks", stats.decks), _groups("Tags", stats.tags)]
    about = " · ".join(words.scope(stats, query))
    foot = f"Made by srs stats on {iso_day(stats.day)}. Days are study days; hours are those of {stats.timezone}."
    lede = [about[0].upper() + about[1:], words.memory(stats), words.effort(stats)]
    return frame.page("What you remember", lede, parts, foot)


def _facts(stats: "Stats") -> Html:
    cards, work = stats.cards, stats.effort.work
    if not cards.studied:
        return frame.NOTHING
    found = [(_count(cards.total), "cards"), (f"{cards.known:,.0f}", "known today")]
    found.append((percent(cards.recall), "recall today"))
    if stats.retention.all.count:
        found.append((percent(stats.retention.all.rate), "true retention"))
    return frame.facts(*found, (_count(work.answers), "answers"), (_count(words.due_today(stats)), "due today"))


def _retention(stats: "Stats") -> Html:
    rows = []
    for span, each in words.spans(stats):
        shares = (each.young.rate, each.mature.rate, each.all.rate, each.all.expected)
        rows.append([span, *map(_percent, shares), _count(each.all.count)])
    table = frame.table(["", "young", "mature", "all", "expected", "answers"], rows)
    drawing = _retained(*words.retained(stats, _MOST_PERIODS))
    said = frame.paragraph(words.retention(stats))
    return frame.section("True retention", said, drawing, table, _small(words.RETENTION))


def _retained(unit: str, periods: "Sequence[Period]") -> Html:
    """The share that was right, and what the model had expected, over the periods that have enough answers."""
    found = [(at, each, rate) for at, each in enumerate(periods) if (rate := words.telling(each.retention)) is not None]
    if not found:
        return frame.NOTHING
    rates = [(at, rate) for at, _, rate in found]
    promised = [(at, recall) for at, each, _ in found if (recall := each.retention.expected) is not None]
    dots, rows = [], []
    for at, each, rate in found:
        asked = each.retention.count
        dots.append(svg.Dot(at, rate, "main", f"{_spoken(each, unit)}: {percent(rate)} of {asked:,}"))
        rows.append([_spoken(each, unit), _percent(rate), _percent(each.retention.expected), _count(asked)])
    title = f"True retention by {unit}"
    drawing = svg.lines(
        title,
        f"{percent(rates[0][1])} in the first {unit}, {percent(rates[-1][1])} in the last.",
        [svg.Run(promised, "quiet", True, "expected by the model"), svg.Run(rates, "main", False, "true retention")],
        (0, len(periods) - 1),
        svg.shares(min(share for _, share in [*rates, *promised]) - 0.005),
        _names(periods, unit),
        dots=dots,
    )
    numbers = frame.table([unit, "retention", "expected", "answers"], rows)
    note = f"Dashed: what the model had expected. A {unit} with fewer than {words.FEWEST} such answers has no point."
    return frame.figure(title, drawing, note, numbers)


def _work(stats: "Stats", unit: str, periods: "Sequence[Period]") -> Html:
    order = [KINDS.index(kind) for kind in _KINDS]
    spoken = [_spoken(each, unit) for each in periods]
    most = max(periods, key=lambda each: each.answers)
    title = f"Answers a {unit}"
    answers = svg.columns(
        title,
        f"The most: {most.answers:,}, {_spoken(most, unit)}.",
        [
            svg.Column([each.counts[at] for at in order], f"{day}: {plural(each.answers, 'answer')}")
            for day, each in zip(spoken, periods, strict=True)
        ],
        _KINDS,
        svg.scale(most.answers),
        _names(periods, unit),
        150,
    )
    rows = [
        [day, *(_count(each.counts[at]) for at in order), _count(each.answers), _time(each.ms)]
        for day, each in zip(spoken, periods, strict=True)
        if each.answers
    ]
    kinds = [kind for kind, at in zip(_KINDS, order, strict=True) if any(each.counts[at] for each in periods)]
    drawing = frame.joined(svg.legend(*((kind, kind) for kind in kinds)), answers)
    figure = frame.figure(title, drawing, "", frame.table([unit, *_KINDS, "answers", "time"], rows))
    return frame.section("Reviews and time", figure, _minutes(unit, periods), _calendars(stats))


def _minutes(unit: str, periods: "Sequence[Period]") -> Html:
    longest = max(each.ms for each in periods)
    if not longest:
        return frame.NOTHING
    found = [(each.ms / 60_000, f"{_spoken(each, unit)}: {_time(each.ms)}") for each in periods]
    title = f"Minutes a {unit}"
    return frame.figure(title, _plain(title, f"The most: {_time(longest)}.", found, _names(periods, unit), 80))


def _calendars(stats: "Stats") -> Html:
    """A row of weeks for each year, the newest first."""
    counts = {day.day: day.answers for day in stats.by_day}
    if stats.day - stats.first < 6:
        return frame.NOTHING
    shades = levels(counts)
    parts: list[Html] = []
    last = stats.day
    while last >= stats.first and len(parts) < _MOST_YEARS:
        monday = last - weekday(last) - (_WEEKS - 1) * 7
        if not parts:
            monday = max(monday, stats.first - weekday(stats.first))
        parts.append(_calendar(counts, shades, monday, max(stats.first, monday), last))
        last = monday - 1
    note = "A week in each column, from Monday down: the stronger the colour, the more answers."
    if last >= stats.first:
        note += f" What was before {iso_day(last + 1)} is not drawn."
    return frame.figure("Calendar", frame.joined(*parts), note)


def _calendar(counts: dict[int, int], shades: dict[int, int], monday: int, first: int, last: int) -> Html:
    """The weeks from `monday` on; only days from `first` to `last` are drawn."""
    cells = [
        svg.Cell((day - monday) // 7, weekday(day), shades.get(day, 0), f"{iso_day(day)}: {counts.get(day, 0):,}")
        for day in range(first, last + 1)
    ]
    studied = sum(first <= day <= last for day in counts)
    says = f"From {iso_day(first)} to {iso_day(last)} {plural(studied, 'day')} had answers."
    names = [
        svg.Tick(week, month) for week, month in months(monday, _WEEKS) if first < monday + 7 * week + 7 <= last + 7
    ]
    sides = [svg.Tick(row, day) for row, day in ((0, "Mon"), (2, "Wed"), (4, "Fri"))]
    return svg.calendar("Answers, day by day", says, cells, _WEEKS, 7, names, sides)


def _hours(stats: "Stats") -> Html:
    hours = stats.by_hour
    names = [svg.Tick(hour, f"{hour}:00") for hour in (0, 6, 12, 18)]
    most = max(hours, key=lambda hour: hour.answers)
    says = f"The most: {most.answers:,} from {most.hour}:00 on."
    found = [(hour.answers, f"{hour.hour}:00: {hour.answers:,}") for hour in hours]
    rows = [
        [f"{hour.hour}:00", _count(hour.answers), _time(hour.ms), _percent(hour.retention.rate)]
        for hour in hours
        if hour.answers
    ]
    numbers = frame.table(["hour", "answers", "time", "retention"], rows)
    parts = [frame.figure("Answers", _plain("Answers by hour", says, found, names, 100), "", numbers)]
    if kept := [(hour, rate) for hour in hours if (rate := words.telling(hour.retention)) is not None]:
        rates = [rate for _, rate in kept]
        dots = [
            svg.Dot(hour.hour, rate, "main", f"{hour.hour}:00: {percent(rate)} of {hour.retention.count:,}")
            for hour, rate in kept
        ]
        says = f"From {percent(min(rates))} to {percent(max(rates))}."
        axis = svg.shares(min(rates) - 0.005)
        drawing = svg.lines("True retention by hour", says, [], (-0.5, 23.5), axis, names, dots=dots, height=100)
        parts.append(frame.figure("True retention", drawing))
    return frame.section("By hour", frame.beside(*parts), _small(words.HOURS.format(zone=stats.timezone)))


def _answers(stats: "Stats") -> Html:
    styles = ("again", "hard", "good", "easy")
    rows = []
    for each in stats.buttons:
        if each.count:
            shares = [getattr(each, style) / each.count for style in styles]
            bar = svg.split(list(zip(shares, styles, strict=True)))
            rows.append([Html(each.kind), bar, *map(_percent, shares), _count(each.count)])
    table = frame.table(["answered", "", *styles, "answers"], rows, (0, 1), (1,))
    later = [
        [
            Html(RATINGS[rating.rating - 1]),
            _count(rating.answers),
            _time(rating.ms / rating.answers),
            _percent(rating.later.rate),
        ]
        for rating in stats.by_rating
        if rating.answers
    ]
    after = frame.table(["after", "answers", "time each", "next right"], later)
    return frame.section(
        "Answers", svg.legend(*((style, style) for style in styles)), table, after, _small(words.LATER)
    )


def _learnt(stats: "Stats", unit: str, periods: "Sequence[Period]") -> Html:
    said = frame.paragraph(words.learnt(stats))
    most = max(each.learnt for each in periods)
    if not most:
        return frame.section("Learnt", said)
    found = [
        (each.learnt, f"{_spoken(each, unit)}: {each.learnt:,} learnt, {each.introduced:,} begun") for each in periods
    ]
    title = f"Cards learnt a {unit}"
    drawing = _plain(title, f"The most: {most:,}.", found, _names(periods, unit), 80)
    rows = [
        [_spoken(each, unit), _count(each.introduced), _count(each.learnt)]
        for each in periods
        if each.introduced or each.learnt
    ]
    return frame.section("Learnt", said, frame.figure(title, drawing, "", frame.table([unit, "begun", "learnt"], rows)))


def _due(stats: "Stats") -> Html:
    said = frame.paragraph(words.due(stats))
    if not stats.due.days and not stats.due.overdue:
        return frame.section("Due", said)
    near = [[stats.day + at] for at in range(30)]
    weeks = [list(range(stats.day + 7 * at, stats.day + 7 * at + 7)) for at in range(52)]
    return frame.section(
        "Due",
        said,
        svg.legend(*zip(_DUE, _DUE_WORDS, strict=True)),
        frame.beside(
            _ahead("The next 30 days", stats, near, [(0, "today"), (10, "+10 days"), (20, "+20")]),
            _ahead("The next 52 weeks", stats, weeks, [(0, "now"), (13, "+13 weeks"), (26, "+26"), (39, "+39")]),
        ),
    )


def _ahead(title: str, stats: "Stats", spans: Sequence[Sequence[int]], names: Sequence[tuple[int, str]]) -> Html:
    by_day = {each.day: each for each in stats.due.days}
    columns, rows = [], []
    for span in spans:
        found = [by_day[day] for day in span if day in by_day]
        parts = [
            sum(each.mature for each in found),
            sum(each.young for each in found),
            sum(each.steps for each in found),
            stats.due.overdue if stats.day in span else 0,
        ]
        columns.append(svg.Column(parts, f"{iso_day(span[0])}: {sum(parts):,}"))
        rows.append([iso_day(span[0]), *(f"{part:,}" for part in parts)])
    most = max(sum(column.parts) for column in columns)
    ticks = [svg.Tick(at, words_) for at, words_ in names]
    drawing = svg.columns(title, f"At most {most:,.0f} at once.", columns, _DUE, svg.scale(most), ticks, 110)
    return frame.figure(title, drawing, "", frame.table(["from", *_DUE_WORDS], rows))


def _distributions(stats: "Stats") -> Html:
    found = stats.distributions
    parts = [
        _distribution(which, getattr(found, which)) for which in words.DISTRIBUTIONS if getattr(found, which).count
    ]
    if not parts:
        return frame.NOTHING
    return frame.section("Cards", frame.paragraph(words.standing(stats)), frame.beside(*parts))


def _distribution(which: str, found: "Distribution") -> Html:
    bins = words.trimmed(found.bins)
    names = [words.bin_name(which, each) for each in bins]
    ticks = [svg.Tick(at, names[at]) for at in range(0, len(bins), max(1, -(-len(bins) // 5)))]
    note = words.summed(which, found)
    counts = [(each.count, f"{label}: {each.count:,}") for label, each in zip(names, bins, strict=True)]
    drawing = _plain(f"Cards by {which}", f"{note}.", counts, ticks, 100)
    rows = [[text(label), _count(each.count)] for label, each in zip(names, bins, strict=True)]
    said = f"{note[0].upper()}{note[1:]}."
    return frame.figure(which.capitalize(), drawing, said, frame.table([which, "cards"], rows))


def _hardest(stats: "Stats", name_of: Callable[[str], str]) -> Html:
    parts = []
    for title, found in (("Hardest cards", stats.hardest_cards), ("Hardest notes", stats.hardest_notes)):
        if found:
            rows = [_hard(each, name_of) for each in found]
            parts.append(frame.section(title, frame.table(["", "answers", "time"], rows)))
    return frame.joined(*parts)


def _hard(hard: "HardCard | HardNote", name_of: Callable[[str], str]) -> list[str]:
    id_ = getattr(hard, "card", hard.note)
    called = name_of(id_)
    first, last = (name(called), f" · {name(id_)}") if called else (name(id_), "")
    what = f"{first}<br><small>{text(words.why(hard))}{last}</small>"
    return [what, _count(hard.answers), _time(hard.ms)]


def _groups(title: str, groups: "Sequence[Group]") -> Html:
    if not groups:
        return frame.NOTHING
    head = [title.lower().removesuffix("s"), "cards", "due", "answers", "time", "retention", "recall", ""]
    rows = [_group(each) for each in groups]
    shown = frame.table(head, rows[:_MOST_GROUPS], (0, 7), _SPARE)
    more = rows[_MOST_GROUPS:]
    rest = frame.folded(frame.table(head, more, (0, 7), _SPARE), f"{len(more):,} more") if more else frame.NOTHING
    return frame.section(title, shown, rest)


def _group(group: "Group") -> list[str]:
    recall = group.cards.recall
    return [
        name(group.name),
        _count(group.cards.total),
        _count(group.due),
        _count(group.work.answers),
        _time(group.work.ms),
        _percent(group.retention.all.rate),
        _percent(recall),
        "" if recall is None else svg.meter(recall),
    ]


def _plain(title: str, says: str, found: Sequence[tuple[float, str]], names: Sequence[svg.Tick], height: int) -> Html:
    """Columns of one colour; `found` are their heights and what each says."""
    columns = [svg.Column([value], tip) for value, tip in found]
    return svg.columns(title, says, columns, ["main"], svg.scale(max(value for value, _ in found)), names, height)


def _small(note: str) -> Html:
    return Html(f'<p class="small">{text(note)}</p>')


def _count(value: int) -> str:
    return f"{value:,}"


def _time(ms: float) -> str:
    return words.duration(ms) if ms else _NONE


def _percent(share: float | None) -> str:
    return percent(share, _NONE)


def _spoken(period: "Period", unit: str) -> str:
    """A period in full: `2026-12-01`, `2026-11-30 to 2026-12-06`, `Dec 2026`."""
    if unit == "day":
        return iso_day(period.first)
    if unit == "week":
        return f"{iso_day(period.first)} to {iso_day(period.last)}"
    return words.day_name(period.first, unit)


def _names(periods: "Sequence[Period]", unit: str) -> list[svg.Tick]:
    """About six of the periods by name."""
    step = max(1, -(-len(periods) // 6))
    found = []
    for at in range(0, len(periods), step):
        years = date.fromordinal(periods[at].first).year != date.fromordinal(periods[max(0, at - step)].first).year
        found.append(svg.Tick(at, words.day_name(periods[at].first, unit, years or at == 0)))
    return found
