import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.apkg import export
from export.scheduling import BIRTH, CardRow, Seeding
from srs.cards.outgoing import Logged, Preset, Schedules, Standing
from tests.export.samples import NOON, make_note, request
from tests.packages import query

DAY = 738_838  # of NOON, in UTC
BORN = 719_163 + BIRTH // 86_400
ANSWER = Logged(NOON, DAY, "review", 3, 7, 3, 5.5, 4000)
REVIEW = Standing(
    "review", None, DAY + 7, 7, reps=3, lapses=1, stability=7.123456, difficulty=5.5, retention=0.9, decay=0.1542,
    log=(ANSWER,),
)  # fmt: skip


def seeding(zone: str = "UTC", rollover: int = 4, **cards: Standing) -> Seeding:
    return Seeding(Schedules(zone, rollover, cards))


def test_a_review_is_told_by_its_day() -> None:
    """Due in days from the package's birthday, interval, counts, and the memory in the digits that Anki keeps."""
    row = seeding(x=REVIEW).card("x", 5)
    assert row[:-1] == (2, 2, DAY + 7 - BORN, 7, 2500, 3, 1, 0, 0)
    assert json.loads(row.data) == {
        "pos": 5, "s": 7.1235, "d": 5.5, "dr": 0.9, "decay": 0.154, "lrt": NOON // 1000
    }  # fmt: skip


def test_a_step_is_told_by_its_instant_or_a_later_day() -> None:
    """A step within the day waits for its second, one that ends on another day for that day."""
    again = ANSWER._replace(rating=1, interval=-600)
    step = replace(REVIEW, state="relearning", due=NOON + 600_000, due_day=DAY, interval=2, steps_left=1, log=(again,))
    assert seeding(x=step).card("x", 1)[:8] == (3, 1, NOON // 1000 + 600, 2, 2500, 3, 1, 1)
    later = replace(step, state="learning", due=NOON + 86_400_000, due_day=DAY + 1, interval=0, steps_left=2)
    assert seeding(x=later).card("x", 1)[:8] == (1, 3, DAY + 1 - BORN, 0, 0, 3, 1, 2)


def test_what_is_set_aside_waits_in_its_own_queue() -> None:
    """Suspended comes before buried; a new card may be either; the flag goes along."""
    cards = {
        "s": replace(REVIEW, suspended=True, buried=True, flag=3), "b": replace(REVIEW, buried=True),
        "n": Standing("new", suspended=True, flag=7),
    }  # fmt: skip
    made = seeding(**cards)
    rows = {name: made.card(name, 9) for name in cards}
    assert {name: (row.type, row.queue, row.flags) for name, row in rows.items()} == {
        "s": (2, -1, 3), "b": (2, -3, 0), "n": (0, -1, 7)
    }  # fmt: skip
    assert rows["n"] == CardRow(0, -1, 9, 0, 0, 0, 0, 0, 7, "")
    assert made.card("stranger", 4) == CardRow(0, 0, 4, 0, 0, 0, 0, 0, 0, "")


def test_the_log_is_told_in_ankis_kinds() -> None:
    """Cramming and resets have no factor, by which Anki knows them; a day set by hand has one."""
    kinds = ("learning", "review", "relearning", "cram", "reset", "due")
    lines = [
        Logged(NOON + at, DAY, what, 0 if what in ("reset", "due") else 3, 4, -600, 5.5, None)
        for at, what in enumerate(kinds)
    ]
    log = list(seeding(x=replace(REVIEW, log=tuple(lines))).log("x"))
    assert [line.kind for line in log] == [0, 1, 2, 3, 4, 4]
    assert [line.factor for line in log] == [600, 600, 600, 0, 0, 600]
    assert [line.ease for line in log] == [3, 3, 3, 3, 0, 0]
    assert log[0] == (NOON, 3, 4, -600, 600, 0, 0)


def test_the_last_answer_that_counts_dates_the_memory() -> None:
    """Cramming after it does not, or Anki would set it right and force a full sync."""
    log = (
        ANSWER,
        ANSWER._replace(at=NOON + 9000, what="cram"),
        ANSWER._replace(at=NOON + 19_000, what="due", rating=0),
    )
    assert json.loads(seeding(x=replace(REVIEW, log=log)).card("x", 1).data)["lrt"] == NOON // 1000


@given(
    st.dictionaries(
        st.sampled_from("abcde"),
        st.lists(st.integers(NOON, NOON + 6), max_size=6).map(sorted),
    )
)
def test_no_two_lines_share_a_millisecond(cards: dict[str, list[int]]) -> None:
    """They are spread, none is lost, the order stays, and each moves by less than the crowd that it stands in."""
    made = seeding(
        **{name: replace(REVIEW, log=tuple(ANSWER._replace(at=at) for at in ats)) for name, ats in cards.items()}
    )
    lines = sorted((line.id, name) for name in cards for line in made.log(name))
    assert len({number for number, _ in lines}) == sum(map(len, cards.values()))
    for name, ats in cards.items():
        numbers = [line.id for line in made.log(name)]
        assert numbers == sorted(numbers)
        assert all(0 <= number - at < len(lines) for number, at in zip(numbers, ats, strict=True))
        lrt = json.loads(made.card(name, 1).data).get("lrt")
        assert lrt == (numbers[-1] // 1000 if numbers else None)


def test_an_answer_keeps_its_time_beside_a_crowd() -> None:
    """What happened to many cards in one millisecond gives way to answers, and not past its own card's next answer."""
    moved = ANSWER._replace(what="due", rating=0)
    cards = {f"c{n}": replace(REVIEW, log=(moved, ANSWER._replace(at=NOON + 3 + n))) for n in range(30)}
    made = seeding(**cards)
    logs = {name: [line.id for line in made.log(name)] for name in cards}
    assert [log[1] for log in logs.values()] == [NOON + 3 + n for n in range(30)]
    assert all(first < second for first, second in logs.values())
    assert len({number for log in logs.values() for number in log}) == 60


@pytest.mark.parametrize(
    ("zone", "rollover", "west", "hour"),
    [("UTC", 4, 0, 4), ("Europe/Berlin", 4, -120, 2), ("America/New_York", 0, 240, 4), ("Asia/Kolkata", 5, -330, 23.5)],
)
def test_days_begin_where_the_learner_lives(zone: str, rollover: int, west: int, hour: float) -> None:
    """The package is born at the first instant of a study day there, and says how far from Greenwich that is."""
    calendar = seeding(zone, rollover).calendar
    assert (calendar.west, calendar.rollover, calendar.created % 86_400) == (west, rollover, hour * 3600)


def test_an_older_history_makes_an_older_package() -> None:
    """Days before the usual birthday are not counted backwards; what lies before 1970 has no number and is left out."""
    old = ANSWER._replace(at=1_000_000_000_000, day=BORN - 4000)
    made = seeding(x=replace(REVIEW, log=(ANSWER._replace(at=-5, day=719_162), old, ANSWER)))
    assert made.calendar.created < 1_000_000_000
    assert [line.id for line in made.log("x")] == [old.at, ANSWER.at]
    assert made.card("x", 1).due == DAY + 7 - (719_163 + 1)


def seeded(tmp_path: Path, **cards: Standing) -> tuple[Any, Path]:
    notes = [make_note(name, "basic", q=f"{name}?", a="!") for name in ("a", "b")]
    known = Schedules("Europe/Berlin", 4, {f"{name}:answer": card for name, card in cards.items()})
    return export(request(notes, schedules=known), tmp_path / "x.apkg"), tmp_path / "x.apkg"


def test_a_package_holds_state_and_log(tmp_path: Path) -> None:
    """Cards that something happened to are as they stand, the others new in their order; the calendar is in `conf`."""
    report, package = seeded(tmp_path, b=REVIEW)
    rows = query(
        package, "select guid, type, c.due, ivl, c.data != '' from cards c join notes n on n.id = nid order by 1"
    )
    assert rows == [("srs:a", 0, 1, 0, 0), ("srs:b", 2, DAY + 7 - BORN, 7, 1)]
    log = "select guid, r.id, ease, r.ivl, r.usn from revlog r join cards c on c.id = cid join notes n on n.id = nid"
    assert query(package, log) == [("srs:b", NOON, 3, 7, -1)]
    conf = json.loads(query(package, "select conf from col")[0][0])
    assert {key: conf[key] for key in ("schedVer", "sched2021", "creationOffset", "localOffset", "rollover")} == {
        "schedVer": 2, "sched2021": True, "creationOffset": -120, "localOffset": -120, "rollover": 4
    }  # fmt: skip
    assert len(report.advice) == 3


def test_presets_hold_what_differs_and_that_is_said(tmp_path: Path) -> None:
    """Each deck with settings of its own has a preset, equal ones the same; the report says what comes with them."""
    notes = [replace(make_note(name, "basic", q=f"{name}?", a="!"), deck=name) for name in ("A", "B", "C", "D")]
    own = Preset(0.8, tuple(float(number) for number in range(21)))
    presets = {"A": Preset(0.8), "B": own, "C": own, "nowhere": Preset(0.95)}
    known = Schedules("UTC", 4, {}, presets)
    report = export(request(notes, schedules=known), tmp_path / "x.apkg")
    ((decks, options),) = query(tmp_path / "x.apkg", "select decks, dconf from col")
    decks, options = json.loads(decks), json.loads(options)
    chosen = {deck["name"]: options[str(deck["conf"])] for deck in decks.values()}
    keys = ("name", "desiredRetention", "fsrsParams6")
    assert {deck: tuple(map(options.get, keys)) for deck, options in chosen.items()} == {
        "Default": ("Default", None, None),
        "A": ("srs 80%", 0.8, []),
        "B": ("srs 80% (2)", 0.8, list(own.parameters)),
        "C": ("srs 80% (2)", 0.8, list(own.parameters)),
        "D": ("Default", None, None),
    }
    assert len(options) == 3
    assert report.advice[2:4] == (
        "Tick `Import any deck presets` too: with them come a desired retention of 80% and your FSRS parameters.",
        "An Anki of before FSRS-6 takes the retention alone.",
    )


def test_without_schedules_nothing_is_said_or_sent(tmp_path: Path) -> None:
    """An ordinary package has new cards and no log."""
    report = export(request([make_note("a", "basic", q="?", a="!")]), tmp_path / "x.apkg")
    assert report.advice == ()
    assert query(tmp_path / "x.apkg", "select count(*) from revlog") == [(0,)]


def test_the_same_schedules_give_the_same_bytes(tmp_path: Path) -> None:
    """The package hangs on what happened, not on when it is written."""
    first = seeded(tmp_path, b=REVIEW)[1].read_bytes()
    assert seeded(tmp_path, b=REVIEW)[1].read_bytes() == first
