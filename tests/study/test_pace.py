from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from srs.study.agenda import Agenda, Item
from srs.study.pace import Backlog, Pace, backlog, backlog_of, minutes_left, pace_of, tomorrow
from srs.study.today import agenda_of
from tests.support import basic_deck, make_collection, moment, open_collection

STEPLESS = 'timezone = "Europe/Berlin"\n[fsrs]\nlearning_steps = []\nrelearning_steps = []\nfuzz = false\n'


def opened(tmp_path: Path, count: int, settings: str = 'timezone = "Europe/Berlin"\n') -> Collection:
    deck = basic_deck(*(f"n{n}" for n in range(count)))
    return open_collection(*make_collection(tmp_path, {"a.yaml": deck}, settings), fixed_clock=True)


def due_in(collection: Collection, days: int, numbers: range) -> None:
    """Learn cards at noon and make them due so many days later."""
    cards = [f"n{n}:answer" for n in numbers]
    for n, card in enumerate(cards):
        collection.answer(card, 4, moment() + n * 1000, None)
    day = collection.day(moment()) + days
    collection.record_batch(
        cards, moment() + 900_000, lambda id, at, card, because: ev.SetDue(id, at, card, day, because)
    )


def test_a_beginner_has_the_usual_pace(tmp_path: Path) -> None:
    """Without answers, with few, and with answers that were not timed, the defaults hold."""
    collection = opened(tmp_path, 30)
    assert pace_of(collection) == Pace()
    for n in range(9):
        collection.answer(f"n{n}:answer", 3, moment() + n * 1000, 90_000)
    for n in range(9, 29):
        collection.answer(f"n{n}:answer", 4, moment() + n * 1000, None)
    assert pace_of(collection).new == Pace().new


def test_pace_is_the_median_by_kind(tmp_path: Path) -> None:
    """What an answer takes is the median of its kind; a card left lying for long does not spoil it. Undone answers,
    crammed ones and those before the newest few hundred do not count.
    """
    collection = opened(tmp_path, 40)
    now = moment()
    for n in range(40):
        collection.answer(f"n{n}:answer", 3, now + n * 60_000, 600_000 if n % 4 == 0 else 21_000)
    for n in range(40):
        collection.answer(f"n{n}:answer", 1 if n < 10 else 4, now + (n + 60) * 60_000, 7_000)
    for n in range(10, 40):
        collection.answer(f"n{n}:answer", 1 if n < 16 else 3, now + 20 * DAY_MS + n * 60_000, 11_000)
    collection.answer("n0:answer", 3, now + 21 * DAY_MS, 500_000, "cram")
    collection.answer("n0:answer", 3, now + 21 * DAY_MS, 500_000)
    collection.undo(now + 21 * DAY_MS)
    pace = pace_of(collection)
    assert (pace.new, pace.learning, pace.review) == (21.0, 7.0, 11.0)
    assert pace.lapses == 6 / 30 and pace.follow_ups == 40 / 46
    for n in range(420):
        collection.answer("n39:answer", 3, now + 30 * DAY_MS + n * 60_000, 5_000)
    assert pace_of(collection).review == 5.0 and pace_of(collection).new == Pace().new


def test_minutes_left() -> None:
    """An agenda takes the sum over its cards, with the steps that a new card and now and then a review go through."""
    pace = Pace(new=30, learning=10, review=12, follow_ups=2, lapses=0.15)
    kinds = ("new", "new", "review", "review")
    main = tuple(Item(f"n{n}:x", f"n{n}", "A", kind) for n, kind in enumerate(kinds))
    agenda = Agenda((Item("l:x", "l", "A", "learning", 5),), main)
    assert minutes_left(agenda, pace) == pytest.approx((2 * (30 + 20) + 2 * (12 + 0.15 * 20) + 20) / 60)
    assert minutes_left(Agenda((), ()), pace) == 0


def test_tomorrow(tmp_path: Path) -> None:
    """Tomorrow holds what is due by then and not on today's agenda, within its limits."""
    collection = opened(tmp_path, 20, STEPLESS + "[study]\nreviews_per_day = 6\nnew_per_day = 2\n")
    due_in(collection, 3, range(4))
    due_in(collection, 4, range(4, 7))
    now = moment() + 3 * DAY_MS
    today = agenda_of(collection, now)
    assert tomorrow(collection, now, today) == 3
    due_in(collection, 3, range(7, 12))
    today = agenda_of(collection, now)
    assert tomorrow(collection, now, today) == 6


def test_a_backlog(tmp_path: Path) -> None:
    """Reviews from before today are told with a plan; suspended ones and those of today are not among them."""
    collection = opened(tmp_path, 120, STEPLESS)
    due_in(collection, 2, range(90))
    due_in(collection, 9, range(90, 118))
    now = moment() + 2 * DAY_MS
    assert backlog_of(collection, now, Pace()) is None
    collection.record_batch([f"n{n}:answer" for n in range(10)], now, ev.Suspend)
    # 28 in fourteen days are 2 a day; ten seconds and a bit each: 27.1 in five minutes
    assert backlog_of(collection, now + DAY_MS, Pace()) == Backlog(80, 5, 4)


@pytest.mark.parametrize(
    ("overdue", "coming", "limit", "plan"),
    [
        (19, 0, 200, None),
        (100, 40, 200, None),
        (121, 40, 200, Backlog(121, 10, 7)),
        (201, 90, 200, Backlog(201, 20, 7)),
        (3000, 30, 200, Backlog(3000, 15, 50)),
        (3000, 150, 200, Backlog(3000, 45, 60)),
        (30_000, 100, 9999, Backlog(30_000, 60, 116)),
        (3000, 250, 200, Backlog(3000, 60, None)),
    ],
)
def test_plans_for_a_backlog(overdue: int, coming: float, limit: int, plan: Backlog | None) -> None:
    """The plan is the shortest day that clears it within sixty days, ten seconds a review, and says where none does."""
    assert backlog(overdue, coming, limit, 10.0) == plan


@given(st.integers(0, 50_000), st.floats(0, 300), st.integers(0, 500), st.floats(1, 60))
def test_a_plan_holds(overdue: int, coming: float, limit: int, seconds: float) -> None:
    """Studied day after day as planned, the backlog is gone on the day that was said."""
    plan = backlog(overdue, coming, limit, seconds)
    if plan is None or plan.days is None:
        return
    left = float(overdue)
    for _ in range(plan.days):
        assert left > 0
        left += coming - min(plan.minutes * 60 / seconds, limit)
    assert left < 1e-6 * overdue
