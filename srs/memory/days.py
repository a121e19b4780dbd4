"""Study days, instants and their ISO text. Knows nothing of cards; the clock and the timezone are arguments.

A study day is the calendar day of the wall time minus the rollover: with rollover 4, a review at 03:59 belongs to the
day before. Days are `date.toordinal()`, instants are milliseconds since the Unix epoch, UTC. A day may have 23 or 25
hours. The parsers keep what they have seen (bounded), because a rebuild meets the same days a million times.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()
FIRST_DAY = 693_596  # 1900-01-01: so that no difference of two days leaves the calendar
LAST_DAY = 3_652_059  # 9999-12-31
DAY_MS = 86_400_000
_FIRST_INSTANT = (FIRST_DAY - EPOCH_DAY) * DAY_MS
_LAST_INSTANT = (LAST_DAY - 1 - EPOCH_DAY) * DAY_MS  # a day in hand: the wall may be ahead of UTC
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def study_day(at_ms: int, zone: "ZoneInfo", rollover: int) -> int:
    """The study day of an instant: wall time in `zone` minus `rollover` hours (0 to 23)."""
    wall = datetime.fromtimestamp(at_ms // 1000, zone)
    return wall.toordinal() - (wall.hour < rollover)


def day_start(day: int, zone: "ZoneInfo", rollover: int) -> int:
    """The first instant (ms) of a study day; where the clocks jump over the rollover, the instant of the jump."""
    midnight = datetime.fromordinal(day)
    before, after = (
        (midnight.replace(hour=rollover, tzinfo=zone, fold=fold) - _EPOCH) // _MILLISECOND for fold in (0, 1)
    )
    if after >= before:
        return before
    # The wall time does not exist; PEP 495 puts the two readings around the jump, which is where the day begins.
    low, high = after, before
    while low < high:
        middle = (low + high) // 2
        if study_day(middle, zone, rollover) >= day:
            high = middle
        else:
            low = middle + 1
    return low


def weekday(day: int) -> int:
    """0 for a Monday, to 6."""
    return (day - 1) % 7


@lru_cache(maxsize=1 << 16)
def iso_day(day: int) -> str:
    """`2026-12-01`."""
    return date.fromordinal(day).isoformat()


@lru_cache(maxsize=1 << 16)
def parse_day(text: str) -> int:
    """The day of `YYYY-MM-DD`, from 1900 on; ValueError for anything else."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError(f"not a day like 2026-12-01: {text[:40]!r}")
    day = date.fromisoformat(text).toordinal()
    if day < FIRST_DAY:
        raise ValueError(f"a day before 1900: {text!r}")
    return day


def iso_instant(at_ms: int) -> str:
    """`2026-12-01T09:12:33.120Z`."""
    days, rest = divmod(at_ms, DAY_MS)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, ms = divmod(rest, 1000)
    return f"{iso_day(days + EPOCH_DAY)}T{hours:02}:{minutes:02}:{seconds:02}.{ms:03}Z"


def parse_instant(text: str) -> int:
    """The instant of an RFC 3339 time with `Z` or an offset; digits beyond milliseconds are cut. ValueError else."""
    if len(text) == 24 and text[10] == "T" and text[13:20:3] == "::." and text[23] == "Z":  # our own form
        digits = text[11:13] + text[14:16] + text[17:19] + text[20:23]
        if digits.isascii() and digits.isdigit():
            rest, ms = divmod(int(digits), 100_000)
            hour, minute = divmod(rest, 100)
            instant = (parse_day(text[:10]) - EPOCH_DAY) * DAY_MS + (hour * 60 + minute) * 60_000 + ms
            if hour < 24 and minute < 60 and ms < 60_000 and instant < _LAST_INSTANT:
                return instant
    return _parse_any_instant(text)


@lru_cache(maxsize=1 << 16)
def start_of_date(text: str) -> int:
    """The instant at which a day such as `2026-12-01` begins, UTC. ValueError where there is none."""
    return parse_instant(f"{text}T00:00:00.000Z")


@lru_cache(maxsize=1440)
def start_of_minute(text: str) -> int:
    """The time (ms) from the start of a day to a minute such as `09:12`. ValueError where there is none."""
    return parse_instant(f"1970-01-01T{text}:00.000Z")


def parse_given(text: str, zone: "Callable[[], ZoneInfo]") -> int:
    """The instant of an ISO time as a person gives it; a wall time without offset is in `zone`. ValueError else."""
    moment = datetime.fromisoformat(text)
    return parse_instant((moment if moment.tzinfo else moment.replace(tzinfo=zone())).isoformat())


def _parse_any_instant(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no timezone")
        instant: int = (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        raise ValueError(f"not an instant like 2026-12-01T09:12:33.120Z: {text[:40]!r}") from None
    if not _FIRST_INSTANT <= instant < _LAST_INSTANT:
        raise ValueError(f"an instant outside the years 1900 to 9999: {text[:40]!r}")
    return instant
