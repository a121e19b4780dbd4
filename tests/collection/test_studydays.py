import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.collection.index import get_meta, open_index, set_meta
from srs.collection.settings import SettingsError
from srs.collection.studydays import StudyDays
from srs.memory.days import DAY_MS, day_start, parse_day, parse_instant, study_day
from tests.support import make_collection

NOON = parse_instant("2026-12-01T12:00:00.000Z")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
YEAR = st.integers(parse_instant("2026-01-01T00:00:00Z"), parse_instant("2027-01-01T00:00:00Z"))
CLOCKS_BACK = parse_instant("2026-10-25T00:59:59.999Z")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(open_index(tmp_path_factory.mktemp("index") / "index.sqlite3")) as db:
        yield db


def no_zone() -> ZoneInfo:
    raise AssertionError("the timezone was asked for")


def days(db: sqlite3.Connection, zone: str = "Europe/Berlin", rollover: int = 4) -> StudyDays:
    return StudyDays(db, zone, rollover, lambda: ZoneInfo(zone))


@given(st.sampled_from(ZONES), st.integers(0, 23), st.lists(st.tuples(st.booleans(), YEAR), max_size=8))
@example("Europe/Berlin", 2, [(True, CLOCKS_BACK), (False, CLOCKS_BACK + 1), (True, CLOCKS_BACK + DAY_MS)])
def test_a_kept_day_tells_nothing_else(
    db: sqlite3.Connection, zone: str, rollover: int, asked: list[tuple[bool, int]]
) -> None:
    """Whatever day is kept, and by whichever program, days and their starts are those of the timezone."""
    place, found = ZoneInfo(zone), days(db, zone, rollover)
    for anew, at in asked:
        found = days(db, zone, rollover) if anew else found
        day = study_day(at, place, rollover)
        assert found.day(at) == day
        for each in (day - 1, day, day + 1, day + 2):
            assert found.start(each) == day_start(each, place, rollover)


def test_the_day_at_hand_needs_no_timezone(db: sqlite3.Connection) -> None:
    """Once a program has worked out the day, others know it, and when the next one begins, without the timezone."""
    days(db).day(NOON)
    after = StudyDays(db, "Europe/Berlin", 4, no_zone)
    assert after.day(NOON + 1) == parse_day("2026-12-01")
    assert after.start(parse_day("2026-12-02")) == parse_instant("2026-12-02T03:00:00Z")


@pytest.mark.parametrize(("zone", "rollover"), [("America/New_York", 4), ("Europe/Berlin", 5)])
def test_a_day_of_other_settings_is_none(db: sqlite3.Connection, zone: str, rollover: int) -> None:
    """A day that was kept for another timezone or another rollover is not taken."""
    days(db).day(NOON)
    with pytest.raises(AssertionError, match="asked for"):
        StudyDays(db, zone, rollover, no_zone).day(NOON)


def test_a_day_with_a_change_of_the_clocks_is_not_kept(db: sqlite3.Connection) -> None:
    """A day of 25 hours is worked out each time."""
    set_meta(db, "study day", "[null, 0, 0]")
    days(db).day(CLOCKS_BACK)
    assert get_meta(db, "study day") == "[null, 0, 0]"


def test_another_program_that_writes_is_not_waited_for(db: sqlite3.Connection) -> None:
    """Where another program holds the index, the day is told at once and not kept."""
    set_meta(db, "study day", "[null, 0, 0]")
    path = db.execute("pragma database_list").fetchone()[2]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert days(db).day(NOON) == parse_day("2026-12-01")
        other.rollback()
    assert get_meta(db, "study day") == "[null, 0, 0]"
    assert db.execute("pragma busy_timeout").fetchone()[0] > 0


def test_without_a_timezone_of_its_own_no_day_is_kept(db: sqlite3.Connection) -> None:
    """The system's timezone may be another one the next time, so nothing is kept of it."""
    set_meta(db, "study day", "[null, 0, 0]")
    assert StudyDays(db, None, 4, lambda: ZoneInfo("Asia/Tokyo")).day(NOON) == parse_day("2026-12-01")
    assert get_meta(db, "study day") == "[null, 0, 0]"


def test_a_timezone_that_went_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine lost the data of the collection's timezone, the day is refused in words."""
    root, environ = make_collection(tmp_path, settings='timezone = "Asia/Tokyo"\n')
    Collection.open(root, environ).db.close()
    monkeypatch.setattr("zoneinfo._tzpath.TZPATH", ())
    for module in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "tzdata", None)
    ZoneInfo.clear_cache()
    collection = Collection.open(root, environ)
    with pytest.raises(SettingsError, match="does not know the timezone Asia/Tokyo any more"):
        collection.day(NOON)
