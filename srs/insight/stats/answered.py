"""Figures of what was answered: by day, hour, rating and kind, spans, streaks, what was learnt. Knows no decks."""

from typing import TYPE_CHECKING, Literal

from srs.insight.reviews import NEW, REVIEW, Reviews
from srs.insight.stats.figures import (
    KINDS,
    MATURE,
    Buttons,
    DayOf,
    Effort,
    HourOf,
    Learnt,
    RatingOf,
    Span,
)
from srs.insight.stats.measures import hours, kinds_of, learnt, retained, retention, shares, work

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from srs.insight.reviews import Flags, Ints

_SPANS: tuple[tuple[Literal["today", "yesterday", "week", "month", "year", "all"], int | None, int], ...] = (
    ("today", 0, 0), ("yesterday", 1, 1), ("week", 6, 0), ("month", 29, 0), ("year", 364, 0), ("all", None, 0),
)  # fmt: skip


def spans(reviews: Reviews, today: int) -> tuple[Span, ...]:
    """True retention of all answers over the usual spans."""
    found = []
    for name, back, last in _SPANS:
        first = None if back is None else today - back
        rows = (reviews.day <= today - last) & (reviews.day >= (first if first is not None else 0))
        found.append(Span(name, first, today - last, retention(reviews.chosen(rows))))
    return tuple(found)


def effort(reviews: Reviews, window: Reviews, first: int, today: int) -> Effort:
    """Work in the window; the streak of all answers."""
    import numpy as np

    days = np.unique(window.day)
    rows = _rows_of_days(days)
    all_rows = _rows_of_days(np.unique(reviews.day))
    current = next((length for last, length in all_rows[-1:] if last >= today - 1), 0)
    longest = max((length for _, length in rows), default=0)
    return Effort(work(window), today - first + 1, len(days), current, longest)


def _rows_of_days(days: "Ints") -> list[tuple[int, int]]:
    """Of each row of days without a gap: the last one, and how many they are. `days` ascend."""
    import numpy as np

    ends = np.flatnonzero(np.append(np.diff(days) > 1, True)) if len(days) else days
    lengths = np.diff(ends, prepend=-1)
    return list(zip(days[ends].tolist(), lengths.tolist(), strict=True))


def by_day(window: Reviews) -> tuple[DayOf, ...]:
    """One for each study day with an answer."""
    import numpy as np

    days, of_day = np.unique(window.day, return_inverse=True)
    count = len(days)

    def counted(rows: "Flags") -> list[int]:
        found: list[int] = np.bincount(of_day[rows], minlength=count).tolist()
        return found

    kinds = kinds_of(window)
    columns = zip(
        days.tolist(),
        *(counted(kinds == kind) for kind in range(len(KINDS))),
        _times(window, of_day, count),
        counted(_introduced(window)),
        counted(learnt(window)),
        shares(window, retained(window), of_day, count),
        strict=True,
    )
    return tuple(DayOf(*each) for each in columns)


def by_hour(window: Reviews, zone: "ZoneInfo") -> tuple[HourOf, ...]:
    """One for each of the 24 hours."""
    import numpy as np

    hour = hours(window.at, zone)
    columns = zip(
        range(24),
        np.bincount(hour, minlength=24).tolist(),
        _times(window, hour, 24),
        shares(window, retained(window), hour, 24),
        strict=True,
    )
    return tuple(HourOf(*each) for each in columns)


def by_rating(window: Reviews) -> tuple[RatingOf, ...]:
    """One for each rating."""
    import numpy as np

    study = window.chosen(~window.cram)
    columns = zip(
        range(5),
        np.bincount(study.rating, minlength=5).tolist(),
        _times(study, study.rating, 5),
        shares(study, retained(study), study.rating_before, 5),
        strict=True,
    )
    return tuple(RatingOf(*each) for each in columns)[1:]


def buttons(window: Reviews) -> tuple[Buttons, ...]:
    """One for each of KINDS."""
    import numpy as np

    pressed = np.bincount(kinds_of(window) * 5 + window.rating, minlength=len(KINDS) * 5).reshape(-1, 5).tolist()
    return tuple(Buttons(kind, *counts[1:]) for kind, counts in zip(KINDS, pressed, strict=True))


def learnt_of(window: Reviews) -> Learnt:
    """What the window added."""
    import numpy as np

    rows = learnt(window)
    cards = [window.cards[card] for card in np.unique(window.card[rows]).tolist()]
    counted = retained(window)
    grew = counted & (window.stage == REVIEW) & (window.interval < MATURE) & (window.interval_after >= MATURE)
    return Learnt(
        int(_introduced(window).sum()),
        int(rows.sum()),
        len(cards),
        len({card.partition(":")[0] for card in cards}),
        int(grew.sum()),
        int((counted & (window.interval >= MATURE) & (window.rating == 1)).sum()),
    )


def _introduced(reviews: Reviews) -> "Flags":
    rows: Flags = ~reviews.cram & (reviews.stage == NEW)
    return rows


def _times(reviews: Reviews, of: "Ints", count: int) -> list[int]:
    """The time (ms) of each of `count` groups."""
    import numpy as np

    sums = np.bincount(of, weights=np.maximum(reviews.ms, 0), minlength=count)  # whole numbers below 2 ** 53
    return [int(each) for each in sums.tolist()]
