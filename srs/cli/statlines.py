"""Statistics as lines of a terminal: sentences, tables and bars under headings. Knows no collection and no page."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from srs.cli import statwords as words
from srs.cli.output import clipped, table_lines, wrapped
from srs.cli.terminal import bars
from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Line, Span
from srs.cli.terminal.width import width
from srs.memory.days import iso_day
from srs.words import RATINGS, percent, plural

if TYPE_CHECKING:
    from srs.cli.statwords import Period
    from srs.insight.stats.figures import Distribution, Group, Retention, Stats

WIDEST = 78
_BESIDE = 66  # columns from which on two charts stand beside each other
_GAP = 3
_MOST_BINS = 10
_MOST_GROUPS = 15
_AHEAD = 30

Block = list[Line]
Name = Callable[[str], str]


class Report:
    """The lines of one report, of at most `columns` cells."""

    def __init__(self, stats: "Stats", columns: int, ascii_only: bool, name_of: Name) -> None:
        self._stats = stats
        self._columns = max(24, min(columns, WIDEST))
        self._ascii = ascii_only
        self._dots = "..." if ascii_only else "…"
        self._name_of = name_of

    def lines(self, query: str = "") -> list[Line]:
        """All of it. `name_of` gave the words that a card or a note is called by, ready to print."""
        stats = self._stats
        blocks = [self._head(query), self._prose(words.memory(stats), words.effort(stats))]
        if stats.by_day:
            blocks += [self._retention(), self._days(), self._calendar(), self._hours(), self._answers()]
            blocks += [self._titled("Learnt", self._prose(words.learnt(stats)))]
        if stats.cards.studied:
            blocks += [self._due(), self._distributions()]
        blocks += [self._hardest(), self._groups("Decks", stats.decks), self._groups("Tags", stats.tags)]
        return [line for block in blocks if block for line in ((), *block)][1:]

    def _head(self, query: str) -> Block:
        between = "  -  " if self._ascii else "  ·  "
        line = between.join(words.scope(self._stats, query))
        return [(Span(each, ("muted",)),) for each in wrapped(line, self._columns)]

    def _prose(self, *texts: str) -> Block:
        return [(Span(line),) for text in texts if text for line in wrapped(text, self._columns)]

    def _muted(self, said: str) -> Block:
        return [(Span(line, ("muted",)),) for line in wrapped(said, self._columns)]

    def _titled(self, title: str, *blocks: Block, note: str = "") -> Block:
        found: Block = [(Span(title, ("heading",)),)]
        found += self._muted(note) if note else []
        return [*found, *(line for block in blocks for line in block)]

    def _table(self, rows: Sequence[Sequence[str]], first: int = 12, drop: Sequence[int] = ()) -> Block:
        """A table whose first row is its head and whose first column may be cut to `first` cells."""
        right = range(1, len(rows[0]))
        found = table_lines(rows, self._columns, right, {0: first}, drop, self._dots)
        return [(Span(found[0], ("muted",)),), *((Span(line),) for line in found[1:])]

    def _beside(self, charts: Sequence[tuple[str, Callable[[int], Block]]]) -> Block:
        """Charts under their names, two in a row where there is room; a chart is made for the cells that it gets."""
        if self._columns < _BESIDE:
            found = [[(Span(name, ("muted",)),), *chart(self._columns)] for name, chart in charts]
            return [line for block in found for line in ((), *block)][1:]
        wide = (self._columns - _GAP) // 2
        rows: Block = []
        for at in range(0, len(charts), 2):
            pair = [[(Span(name, ("muted",)),), *chart(wide)] for name, chart in charts[at : at + 2]]
            rows += [(), *_zipped(pair, wide + _GAP)]
        return rows[1:]

    def _retention(self) -> Block:
        stats = self._stats
        rows = [["", "young", "mature", "all", "expected", "answers"]]
        rows += [_retained(name, kept) for name, kept in words.spans(stats)]
        return self._titled(
            "True retention",
            self._prose(words.retention(stats)),
            [()],
            self._table(rows, 9, (4, 5)),
            note=words.RETENTION,
        )

    def _days(self) -> Block:
        stats = self._stats
        if stats.first == stats.day:
            return []
        inner = (self._columns - _GAP) // 2 if self._columns >= _BESIDE else self._columns
        unit, found = words.periods(stats.by_day, stats.first, stats.day, inner - 7)
        names = _period_names(found, unit)
        counts = [float(each.answers) for each in found]
        minutes = [each.ms / 60_000 for each in found]
        fresh = [float(each.learnt) for each in found]
        charts = [
            (f"answers a {unit}", lambda cells: self._counts(counts, names, cells)),
            (f"minutes a {unit}", lambda cells: self._counts(minutes, names, cells)),
        ]
        if not any(minutes):
            del charts[1]
        part, kept = words.retained(stats, inner - 7)
        if kept:
            rates, dates = [words.telling(each.retention) for each in kept], _period_names(kept, part)
            charts.append((f"true retention by {part}", lambda cells: self._rates(rates, dates, cells)))
        if any(fresh):
            charts.append((f"cards learnt a {unit}", lambda cells: self._counts(fresh, names, cells)))
        return self._titled(f"By {unit}", self._beside(charts))

    def _counts(self, values: Sequence[float], names: Sequence[tuple[int, str]], cells: int, rows: int = 5) -> Block:
        """Columns from 0 up."""
        top = _round(max(values, default=0.0))
        ticks = [(top, _short(top)), (top / 2, _short(top / 2))]
        return bars.standing(bars.Standing(values, 0.0, top, ticks, names), cells, rows, self._ascii)

    def _rates(
        self, values: Sequence[float | None], names: Sequence[tuple[int, str]], cells: int, rows: int = 5
    ) -> Block:
        """Columns of shares, from a round number below the lowest up to 1."""
        lowest = min((value for value in values if value is not None), default=0.0)
        low = next((each for each in (0.8, 0.6, 0.4) if each < lowest), 0.0)
        ticks = [(1.0, "100%"), ((1 + low) / 2, f"{(1 + low) / 2:.0%}")]
        return bars.standing(bars.Standing(values, low, 1.0, ticks, names), cells, rows, self._ascii)

    def _calendar(self) -> Block:
        stats = self._stats
        if stats.day - stats.first < 6:
            return []
        counts = {day.day: day.answers for day in stats.by_day}
        drawn, begin = bars.calendar(bars.levels(counts), stats.first, stats.day, self._columns, self._ascii)
        studied = sum(day >= begin for day in counts)
        most = max(stats.by_day, key=lambda day: day.answers)
        said = f"Answers since {iso_day(begin)}, a week in each column: the fuller the more. "
        said += f"{plural(studied, 'day')} of {stats.day - begin + 1:,} had some."
        said += f" The most: {most.answers:,} on {iso_day(most.day)}."
        return self._titled("Calendar", drawn, note=said)

    def _hours(self) -> Block:
        hours = self._stats.by_hour
        kept = [words.telling(hour.retention) for hour in hours]
        names = [(hour, str(hour)) for hour in (0, 6, 12, 18)]
        charts = [
            ("answers", lambda cells: self._counts([float(hour.answers) for hour in hours], names, cells, 4)),
        ]
        if any(rate is not None for rate in kept):
            charts.append(("true retention", lambda cells: self._rates(kept, names, cells, 4)))
        return self._titled("By hour", self._beside(charts), note=words.HOURS.format(zone=self._stats.timezone))

    def _answers(self) -> Block:
        stats = self._stats
        rows = [["answered", "again", "hard", "good", "easy", "right", "answers"]]
        for each in stats.buttons:
            if each.count:
                parts = [percent(part / each.count) for part in (each.again, each.hard, each.good, each.easy)]
                rows.append([each.kind, *parts, percent(1 - each.again / each.count), f"{each.count:,}"])
        later = [["after", "answers", "time each", "next right"]]
        for rating in stats.by_rating:
            if rating.answers:
                time = words.duration(rating.ms / rating.answers) if rating.ms else "-"
                later.append([RATINGS[rating.rating - 1], f"{rating.answers:,}", time, percent(rating.later.rate)])
        return self._titled(
            "Answers", self._table(rows, 8, (5, 6)), [()], self._table(later, 5, (1,)), self._muted(words.LATER)
        )

    def _due(self) -> Block:
        stats = self._stats
        counts = {each.day: float(each.count) for each in stats.due.days}
        counts[stats.day] = float(words.due_today(stats))
        near = [counts.get(stats.day + at, 0.0) for at in range(_AHEAD)]
        weeks = [sum(counts.get(stats.day + 7 * at + day, 0.0) for day in range(7)) for at in range(26)]
        names = [(0, "today"), (10, "+10"), (20, "+20")]
        charts = [
            (f"the next {_AHEAD} days", lambda cells: self._counts(near, names, cells)),
            ("the next 26 weeks", lambda cells: self._counts(weeks, [(0, "now"), (13, "+13")], cells)),
        ]
        drawn: Block = [(), *self._beside(charts)] if any(weeks) else []
        return self._titled("Due", self._prose(words.due(stats), "How it goes on: srs forecast"), drawn)

    def _distributions(self) -> Block:
        found = self._stats.distributions
        charts = []
        for which in words.DISTRIBUTIONS:
            each: Distribution = getattr(found, which)
            if each.count:
                charts.append((_middle(which, each), self._histogram(which, each)))
        if not charts:
            return []
        return self._titled("Cards", self._prose(words.standing(self._stats)), [()], self._beside(charts))

    def _histogram(self, which: str, found: "Distribution") -> Callable[[int], Block]:
        bins = words.trimmed(found.bins)
        if len(bins) > _MOST_BINS and which == "retrievability":
            bins = words.paired(bins)
        most = max(each.count for each in bins)
        names = [words.bin_name(which, each) for each in bins]
        wide, figures = max(map(len, names)), max(len(f"{each.count:,}") for each in bins)

        def drawn(cells: int) -> Block:
            room = max(4, cells - wide - figures - 2)
            return [
                (
                    Span(f"{name:>{wide}} ", ("muted",)),
                    Span(bars.bar(each.count / most, room, self._ascii), ("number",)),
                    Span(f" {each.count:>{figures},}"),
                )
                for name, each in zip(names, bins, strict=True)
            ]

        return drawn

    def _hardest(self) -> Block:
        found: Block = []
        for title, hard in (("Hardest cards", self._stats.hardest_cards), ("Hardest notes", self._stats.hardest_notes)):
            if hard:
                found += [(), (Span(title, ("heading",)),)] if found else [(Span(title, ("heading",)),)]
            for each in hard:
                id_ = getattr(each, "card", each.note)
                found += self._hard(visible(id_), words.why(each))
        return found

    def _hard(self, id_: str, why: str) -> Block:
        called = self._name_of(id_)
        room = self._columns - width(id_) - 2
        if called and room >= 12:
            first: Line = (Span(id_), Span(f"  {clipped(called, room, self._dots)}", ("muted",)))
        else:
            first = (Span(id_),)
        return [first, *((Span(line, ("muted",)),) for line in wrapped(f"  {why}", self._columns))]

    def _groups(self, title: str, groups: "Sequence[Group]") -> Block:
        rows = [[title.lower().removesuffix("s"), "cards", "due", "answers", "time", "retention", "recall"]]
        for each in groups[:_MOST_GROUPS]:
            depth = each.name.count("::") if title == "Decks" else 0
            name = "  " * depth + each.name.rpartition("::")[2] if depth else each.name
            time = words.duration(each.work.ms) if each.work.ms else "-"
            kept = percent(each.retention.all.rate)
            recall = percent(each.cards.recall)
            rows.append([name, f"{each.cards.total:,}", f"{each.due:,}", f"{each.work.answers:,}", time, kept, recall])
        if len(rows) < 2:
            return []
        more = len(groups) - _MOST_GROUPS
        rest: Block = []
        if more > 0:
            rest = [(Span(f"and {plural(more, title.lower().removesuffix('s'))} more: srs stats --json", ("muted",)),)]
        return self._titled(title, self._table(rows, 12, (4, 3, 2)), rest)


def _retained(name: str, kept: "Retention") -> list[str]:
    shares = (kept.young.rate, kept.mature.rate, kept.all.rate, kept.all.expected)
    return [name, *map(percent, shares), f"{kept.all.count:,}"]


def _zipped(pair: Sequence[Block], place: int) -> Block:
    """Two blocks beside each other, the second from cell `place` on; one alone as it is."""
    if len(pair) == 1:
        return pair[0]
    left, right = pair
    found: Block = []
    for at in range(max(len(left), len(right))):
        here: Line = left[at] if at < len(left) else ()
        there: Line = right[at] if at < len(right) else ()
        used = sum(width(span.text) for span in here)
        found.append((*here, Span(" " * (place - used)), *there) if there else here)
    return found


def _period_names(found: "Sequence[Period]", unit: str) -> list[tuple[int, str]]:
    """The columns that are named: the first, the last, and one between them, if there is room."""
    last = len(found) - 1
    places = dict.fromkeys((last, 0, last // 2))
    return [(at, words.day_name(found[at].first, unit, years=at in (0, last))) for at in places]


def _round(most: float) -> float:
    """An even number at or a little over `most`, of two digits that are not 0."""
    step = 2 * 10.0 ** max(0, floor(log10(most)) - 1) if most > 0 else 2.0
    return max(2.0, ceil(most / step) * step)


def _short(value: float) -> str:
    """A number for an axis, in at most five letters."""
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


def _middle(which: str, found: "Distribution") -> str:
    return which if found.median is None else f"{which}, median {words.measured(which, found.median)}"
