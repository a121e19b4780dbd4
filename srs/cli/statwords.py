"""What `srs stats` says in words, and the days put together that its charts show: for the terminal and for the page.

Knows neither of the two.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from srs.insight.stats.figures import KINDS, Bin, HardCard, Retention, Share
from srs.memory.days import iso_day, weekday
from srs.words import MONTHS, listed, percent, plural

if TYPE_CHECKING:
    from srs.insight.stats.figures import DayOf, Distribution, HardNote, Stats, Why

_MINUTE, _HOUR = 60_000, 3_600_000
_SPANS = {
    "today": "today", "yesterday": "yesterday", "week": "7 days", "month": "30 days", "year": "365 days",
    "all": "all time",
}  # fmt: skip
_SPANNED = (None, 1, 7, 30, 365)  # lengths of the window, in days, that are one of the spans anyway
RETENTION = (
    "Of the answers to cards in review, how many were not Again. Young: an interval under 21 days. "
    "Expected: what the model had given them."
)
HOURS = "By the clock of {zone}; retention only of hours with 10 answers or more to cards in review."
FEWEST = 10
"""So many answers to cards in review an hour, a day or a week must have for its retention to be shown."""
LATER = "Next right: true retention of the answers that came next after one like this."
DISTRIBUTIONS = {
    "stability": "days until recall has fallen to 90%",
    "interval": "days between the last answer and the next",
    "difficulty": "1 easy, 10 hard",
    "retrievability": "the chance of recall today",
}
"""The distributions in the order in which they are shown, and what each is of."""


@dataclass(frozen=True, slots=True)
class Period:
    """Some days of the window put together; `counts` has one for each of KINDS."""

    first: int
    last: int
    counts: tuple[int, ...]
    ms: int
    introduced: int
    learnt: int
    retention: Share

    @property
    def answers(self) -> int:
        return sum(self.counts)


def telling(share: Share) -> float | None:
    """The rate of true retention; None with too few answers to tell."""
    return share.rate if share.count >= FEWEST else None


def duration(ms: float) -> str:
    """`9.2 s`, `45 s`, `12 min`, `3 h 20 min`, `214 h`."""
    if ms < 10_000:
        return f"{ms / 1000:.1f} s"
    if ms < _MINUTE - 500:
        return f"{round(ms / 1000)} s"
    minutes = round(ms / _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    if ms >= 100 * _HOUR:
        return f"{round(ms / _HOUR):,} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def scope(stats: "Stats", query: str = "") -> list[str]:
    """Which cards and which days this is about, in a few words each."""
    cards = f"all {plural(stats.cards.total, 'card')}" if stats.chosen is None else plural(stats.chosen, "card")
    about = [f"{cards} of {query}" if query else cards]
    if stats.days is None:
        about += [f"since {iso_day(stats.first)}"] if stats.cards.studied else []
    elif stats.days == 1:
        about.append(f"today, {iso_day(stats.day)}")
    else:
        about.append(f"{iso_day(stats.first)} to {iso_day(stats.day)}")
    return about


def memory(stats: "Stats") -> str:
    """What is in memory today."""
    cards = stats.cards
    if not cards.studied:
        return f"{_are(cards.total, 'card')} here, and none has been studied yet: srs review"
    known = round(cards.known)
    studied = "all of them" if cards.studied == cards.total else f"{cards.studied:,} of them"
    said = f"{_are(cards.total, 'card')} here; you have studied {studied}. "
    said += f"If you were asked them all today, you would recall about {known:,}, {percent(cards.recall)}."
    aside = [f"{count:,} {word}" for count, word in ((cards.suspended, "suspended"), (cards.buried, "buried")) if count]
    return f"{said} Set aside for now: {listed(aside)}." if aside else said


def standing(stats: "Stats") -> str:
    """Where the cards stand."""
    cards = stats.cards
    counts = (cards.new, cards.learning, cards.young, cards.mature, cards.relearning)
    names = ("new", "learning", "young", "mature", "relearning")
    return f"{listed([f'{count:,} {name}' for count, name in zip(counts, names, strict=True) if count])}."


def effort(stats: "Stats") -> str:
    """How much was done."""
    effort, work = stats.effort, stats.effort.work
    if not work.answers:
        return "No answer was given in these days." if stats.cards.studied else ""
    said = plural(work.answers, "answer")
    if effort.days > 1:
        said += f" on {effort.studied:,} of {plural(effort.days, 'day')}"
    if work.ms:
        said += f", in {duration(work.ms)}"
        each = work.ms_each
        said += f": {duration(each)} an answer" if each else ""
    said += "."
    if effort.days > 1 and effort.studied:
        daily = f"A day of study had {plural(round(work.answers / effort.studied), 'answer')}"
        if work.ms:
            daily += f" and took {duration(work.ms / effort.studied)}"
        said += f" {daily}."
    rows = []
    if effort.streak > 1:
        rows.append(f"You have studied {effort.streak:,} days in a row")
    if effort.longest > max(1, effort.streak):
        rows.append(f"{'the' if rows else 'The'} longest row in these days was {effort.longest:,}")
    return f"{said} {'; '.join(rows)}." if rows else said


def retention(stats: "Stats") -> str:
    """True retention of the window."""
    found = stats.retention
    if found.all.rate is None:
        return "No card in review was answered in these days, so there is no retention to tell."
    said = f"Of {plural(found.all.count, 'answer')} to cards in review, {percent(found.all.rate)} were right"
    parts = [
        f"{percent(share.rate)} of the {name}"
        for name, share in (("young", found.young), ("mature", found.mature))
        if share.count
    ]
    if len(parts) == 2:
        said += f": {listed(parts)}"
    if found.all.expected is not None:
        said += f". The model had expected {percent(found.all.expected)}"
    return f"{said}."


def spans(stats: "Stats") -> list[tuple[str, Retention]]:
    """The rows of the table of true retention by name: the window where it is no usual span, and spans with answers."""
    found = [
        (_SPANS[span.name], span.retention) for span in stats.spans if span.retention.all.count or span.name == "all"
    ]
    own = [] if stats.days in _SPANNED else [(f"{stats.days:,} days", stats.retention)]
    return own + found


def learnt(stats: "Stats") -> str:
    """What was learnt in the window."""
    found = stats.learnt
    if not (found.introduced or found.learnt or found.matured or found.lapsed):
        return "Nothing new was learnt in these days."
    changed = [f"{plural(found.matured, 'card')} came to maturity"] if found.matured else []
    changed += [f"{plural(found.lapsed, 'mature card')} lapsed"] if found.lapsed else []
    more = f" {', '.join(changed)}." if changed else ""
    cards, notes = plural(found.cards, "card"), plural(found.notes, "note")
    return f"{plural(found.introduced, 'new card')} begun; {cards} of {notes} learnt.{more}"


def due_today(stats: "Stats") -> int:
    """What is due today and what was before."""
    return stats.due.overdue + sum(each.count for each in stats.due.days if each.day == stats.day)


def due(stats: "Stats") -> str:
    """What comes back."""
    found = stats.due
    if not found.days and not found.overdue:
        return "Nothing that you have studied is due on any day."
    counts = {each.day: each.count for each in found.days}
    counts[stats.day] = due_today(stats)
    said = f"{counts[stats.day]:,} due today"
    if found.overdue:
        some = f"{found.overdue:,} of them " if found.overdue < counts[stats.day] else ""
        said += f", {some}overdue"
    week = sum(count for day, count in counts.items() if day < stats.day + 7)
    month = sum(count for day, count in counts.items() if day < stats.day + 30)
    said += f"; {counts.get(stats.day + 1, 0):,} tomorrow, {week:,} within 7 days, {month:,} within 30."
    pace = f"{found.per_day:,.0f}" if found.per_day >= 10 else f"{found.per_day:.1f}"
    return f"{said} In the long run the cards in review come back at about {pace} a day."


def why(hard: "HardCard | HardNote") -> str:
    """Why a card or a note is among the hardest, with its numbers."""
    return ", ".join(_reason(reason, hard) for reason in hard.why)


def _reason(reason: "Why", hard: "HardCard | HardNote") -> str:
    card = hard if isinstance(hard, HardCard) else None
    match reason:
        case "forgotten":
            return f"forgotten {hard.failed:,} of {plural(hard.reviewed, 'time')}"
        case "relearnt":
            return f"Again {hard.again:,} times"
        case "slow":
            return f"{duration(card.median_ms)} an answer" if card and card.median_ms is not None else "slow"
        case "difficult":
            return f"difficulty {card.difficulty:.1f}" if card and card.difficulty is not None else "difficult"
        case "leech":
            return "leech"


def summed(which: str, found: "Distribution") -> str:
    """What a distribution is of, and what stands for its middle."""
    inside = DISTRIBUTIONS[which]
    if found.median is None or found.mean is None:
        return f"{inside}; no card has one yet"
    return f"{inside}; median {measured(which, found.median)}, mean {measured(which, found.mean)}"


def measured(which: str, value: float) -> str:
    """A value of one of the distributions: `14 days`, `5.3`, `91%`."""
    if which == "retrievability":
        return percent(value)
    return f"{value:.1f}" if which == "difficulty" else _span(value)


def periods(days: Sequence["DayOf"], first: int, last: int, most: int) -> tuple[str, list[Period]]:
    """The window in at most `most` parts of one kind where that can be: its name (`day`), and every part from `first`
    to `last`, those without an answer too."""
    for unit, begins in _UNITS:
        starts = sorted({max(first, begins(day)) for day in range(first, last + 1)})
        if len(starts) <= most or unit == "year":
            break
    ends = [*(start - 1 for start in starts[1:]), last]
    inside: dict[int, list[DayOf]] = {start: [] for start in starts}
    for day in days:
        inside[max(first, begins(day.day))].append(day)
    return unit, [_together(start, end, inside[start]) for start, end in zip(starts, ends, strict=True)]


def retained(stats: "Stats", most: int) -> tuple[str, list[Period]]:
    """The same, in parts so long that at least half of those with an answer to cards in review have FEWEST of them.

    No part where there are not two such: nothing can be seen then.
    """
    while True:
        unit, found = periods(stats.by_day, stats.first, stats.day, most)
        asked = [each.retention.count for each in found if each.retention.count]
        enough = sum(count >= FEWEST for count in asked)
        if enough >= 2 and enough * 2 >= len(asked):
            return unit, found
        if len(found) <= 2:
            return unit, []
        most = len(found) - 1


def _together(first: int, last: int, days: Iterable["DayOf"]) -> Period:
    days = list(days)
    kept = [day.retention for day in days]
    promised = [(share.expected, share.count) for share in kept if share.expected is not None]
    weight = sum(count for _, count in promised)
    expected = sum(recall * count for recall, count in promised) / weight if weight else None
    return Period(
        first,
        last,
        tuple(sum(getattr(day, kind) for day in days) for kind in KINDS),
        sum(day.ms for day in days),
        sum(day.introduced for day in days),
        sum(day.learnt for day in days),
        Share(sum(share.passed for share in kept), sum(share.failed for share in kept), expected),
    )


def _monday(day: int) -> int:
    return day - weekday(day)


def _month(day: int) -> int:
    return date.fromordinal(day).replace(day=1).toordinal()


def _quarter(day: int) -> int:
    at = date.fromordinal(day)
    return at.replace(month=at.month - (at.month - 1) % 3, day=1).toordinal()


def _year(day: int) -> int:
    return date.fromordinal(day).replace(month=1, day=1).toordinal()


_UNITS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("day", lambda day: day),
    ("week", _monday),
    ("month", _month),
    ("quarter", _quarter),
    ("year", _year),
)


def day_name(day: int, unit: str = "day", years: bool = True) -> str:
    """A day, or the beginning of something longer, short: `1 Dec`, `Dec 2026`; without `years`, `Dec`."""
    at = date.fromordinal(day)
    month = MONTHS[at.month - 1]
    if unit in ("day", "week"):
        return f"{at.day} {month}"
    if unit == "year":
        return str(at.year)
    return f"{month} {at.year}" if years else month


def trimmed(bins: Sequence[Bin]) -> list[Bin]:
    """The bins between the first and the last that hold something."""
    filled = [at for at, each in enumerate(bins) if each.count]
    return list(bins[filled[0] : filled[-1] + 1]) if filled else []


def paired(bins: Sequence[Bin]) -> list[Bin]:
    """Two bins in one, from the end, so that the last pair is whole; the first may begin as much lower."""
    odd = len(bins) % 2
    wide = bins[1].low - bins[0].low if len(bins) > 1 else 0.0
    lone = [Bin(each.low - wide, each.high, each.count) for each in bins[:odd]]
    return lone + [Bin(a.low, b.high, a.count + b.count) for a, b in zip(bins[odd::2], bins[odd + 1 :: 2], strict=True)]


def bin_name(which: str, each: Bin) -> str:
    """What lies in a bin: `7-13d`, `3`, `90-95%`."""
    if which == "retrievability":
        return f"{each.low * 100:.0f}-{(each.high or 1) * 100:.0f}%"
    if which == "difficulty":
        return f"{each.low:.0f}-{each.high or 10:.0f}"
    low, high = _days(each.low), each.high
    if high is None:
        return f"{low} on"
    if which == "interval" and high - each.low == 1:
        return low
    return f"{_number(each.low, high)}-{_days(high)}"


def _number(low: float, high: float) -> str:
    """The lower end, without its unit where both ends have the same."""
    one, other = (_days(days).lstrip("0123456789") for days in (low, high))
    return _days(low).removesuffix(one) if one == other or not low else _days(low)


def _days(days: float) -> str:
    """`7d`, `3mo`, `2y`."""
    if days < 60:
        return f"{days:.0f}d"
    if days < 365:
        return f"{days / 30:.0f}mo"
    return f"{days / 365:.0f}y"


def _span(days: float) -> str:
    """`2.3 days`, `14 days`, `1.2 years`."""
    if days >= 730:
        return f"{days / 365.25:.1f} years"
    return f"{days:.1f} days" if days < 10 else f"{days:,.0f} days"


def _are(count: int, noun: str) -> str:
    return f"{'There is' if count == 1 else 'There are'} {plural(count, noun)}"
