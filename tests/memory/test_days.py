from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.memory.days import (
    EPOCH_DAY,
    LAST_DAY,
    day_start,
    iso_day,
    iso_instant,
    parse_day,
    parse_instant,
    study_day,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC")]


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_rollover() -> None:
    """A review before the rollover belongs to the day before."""
    assert iso_day(study_day(ms("2026-12-01T03:59:59.999+01:00"), BERLIN, 4)) == "2026-11-30"
    assert iso_day(study_day(ms("2026-12-01T04:00:00+01:00"), BERLIN, 4)) == "2026-12-01"


def test_timezone_decides() -> None:
    """The same instant lies on different study days in different timezones."""
    instant = ms("2026-06-01T08:30:00Z")
    assert iso_day(study_day(instant, ZoneInfo("America/New_York"), 4)) == "2026-06-01"
    assert iso_day(study_day(instant, ZoneInfo("America/Los_Angeles"), 4)) == "2026-05-31"


def test_clock_changes() -> None:
    """The study days around both clock changes last 23 and 25 hours."""
    for day, hours in (("2026-03-28", 23), ("2026-03-29", 24), ("2026-10-24", 25), ("2026-10-25", 24)):
        start = parse_day(day)
        assert day_start(start + 1, BERLIN, 4) - day_start(start, BERLIN, 4) == hours * 3_600_000


def test_rollover_in_the_gap() -> None:
    """A study day whose rollover does not exist begins where the clocks jump."""
    assert iso_instant(day_start(parse_day("2026-03-29"), BERLIN, 2)) == "2026-03-29T01:00:00.000Z"
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    start = day_start(parse_day("2026-10-04"), lord_howe, 2)
    assert (study_day(start - 1, lord_howe, 2), study_day(start, lord_howe, 2)) == (
        parse_day("2026-10-03"),
        parse_day("2026-10-04"),
    )


def test_skipped_day() -> None:
    """A day that the calendar of a place left out begins where the next one does."""
    apia = ZoneInfo("Pacific/Apia")
    assert day_start(parse_day("2011-12-30"), apia, 0) == day_start(parse_day("2011-12-31"), apia, 0)


@given(st.integers(parse_day("1985-01-01"), parse_day("2037-12-31")), st.sampled_from(ZONES), st.integers(0, 23))
def test_day_start_is_the_first_instant(day: int, zone: ZoneInfo, rollover: int) -> None:
    """A study day holds its first instant, and not the millisecond before."""
    start = day_start(day, zone, rollover)
    assert study_day(start, zone, rollover) >= day
    assert study_day(start - 1, zone, rollover) < day


@given(st.integers(ms("1900-01-01T00:00:00Z"), ms("9998-12-30T00:00:00Z")))
def test_instants_round_trip(instant: int) -> None:
    """An instant comes back from its text, and the text is that of datetime."""
    text = iso_instant(instant)
    assert parse_instant(text) == instant
    if instant % 1000:
        moment = datetime.fromtimestamp(instant // 1000, UTC)
        assert text == f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % 1000:03}Z"


@given(st.integers(parse_day("1900-01-01"), LAST_DAY))
def test_days_round_trip(day: int) -> None:
    """A day comes back from its text."""
    assert parse_day(iso_day(day)) == day


def test_epoch() -> None:
    """The day of the epoch is 1970-01-01."""
    assert iso_day(EPOCH_DAY) == "1970-01-01"


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T10:12:33.120+01:00",
        "2026-12-01T10:12:33.1209+01:00",
        "2026-12-01T09:12:33.120Z",
        "2026-12-01T04:12:33.120-05:00",
    ],
)
def test_instants_with_offsets(text: str) -> None:
    """Offsets are understood and what is finer than a millisecond is cut."""
    assert iso_instant(parse_instant(text)) == "2026-12-01T09:12:33.120Z"


def test_instants_without_fraction() -> None:
    """An instant needs no fraction of a second; an offset without colon has the length of our own form."""
    assert parse_instant("2026-12-01T09:12:33Z") == parse_instant("2026-12-01T09:12:33.000Z")
    assert parse_instant("2026-12-01T10:12:33+0100") == parse_instant("2026-12-01T09:12:33.000Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-12-01",
        "2026-12-01T09:12:33",
        "2026-12-01T09:12:33.120",
        "2026-12-01T09:12:60.000Z",
        "2026-12-01T24:12:33.120Z",
        "2026-12-01T09:60:33.120Z",
        "2026-13-01T09:12:33.120Z",
        "2026-02-30T09:12:33.120Z",
        "2026-12-01T09:12:33.1२0Z",
        "2026-12-01T09:12:+3.120Z",
        "1899-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_no_instant(text: str) -> None:
    """What is not an instant between 1900 and 9999 is a ValueError."""
    with pytest.raises(ValueError):
        parse_instant(text)


@pytest.mark.parametrize(
    "text", ["", "20261201", "2026-W01-1", "2026-12-1 ", "2026-02-30", "1899-12-31", "2026-12-01T", "२०२६-१२-०१"]
)
def test_no_day(text: str) -> None:
    """What is not a day of the form YYYY-MM-DD from 1900 on is a ValueError."""
    with pytest.raises(ValueError):
        parse_day(text)
