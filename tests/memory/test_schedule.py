import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.errors import SrsError
from srs.memory.days import day_start, parse_day, parse_instant, study_day
from srs.memory.events import Review
from srs.memory.fold import fold
from srs.memory.fsrs6 import Fsrs6
from srs.memory.schedule import (
    Load,
    Rules,
    answer,
    fuzz_range,
    fuzz_seed,
    interval_days,
    interval_range,
    is_easy,
    is_leech,
    preview,
)
from srs.memory.state import CardState, Learning, New, Relearning, Reviewing

MODEL = Fsrs6()
PLAIN = Rules(fuzz=False)
VECTORS = json.loads((Path(__file__).parent / "data" / "fsrs6_vectors.json").read_text())
AT = parse_instant("2026-12-01T09:00:00.000Z")
DAY = parse_day("2026-12-01")
MINUTE = 60_000


class Learner:
    """Answers one card and keeps its events, as the collection does."""

    def __init__(self, rules: Rules = PLAIN) -> None:
        self.rules = rules
        self.state = CardState()
        self.events: list[Review] = []

    def answer(self, at: int, day: int, rating: int) -> int | None:
        given = answer(self.state, at, day, rating, self.rules, MODEL, fuzz_seed("x:c1", self.state.reps))
        assert not isinstance(given.progress, New)
        step = None if isinstance(given.progress, Reviewing) else given.progress.step
        after = self.state.last_event
        event = Review(f"{len(self.events):05}", at, "x:c1", rating, 1, "study", day, given.progress.due, step, after)
        self.events.append(event)
        self.state = fold([event], self.rules, MODEL, self.state)
        assert self.state.progress == given.progress
        return given.interval_days


def test_published_interval_history() -> None:
    """The published answers, each given when due, get the published intervals."""
    vector, learner, at, day, intervals = VECTORS["interval_history"], Learner(), AT, DAY, []
    for rating in vector["ratings"]:
        days = learner.answer(at, day, rating)
        intervals.append(days or 0)
        at, day = at + (days or 0) * 86_400_000 + MINUTE, day + (days or 0)
    assert intervals == vector["intervals"]


def test_new_card_steps() -> None:
    """A new card answers 1, 5.5 and 10 minutes, and Easy goes straight out of the steps."""
    again, hard, good, easy = preview(CardState(), AT, DAY, PLAIN, MODEL, "s")
    assert [a.progress.due - AT for a in (again, hard, good) if isinstance(a.progress, Learning)] == [
        MINUTE,
        MINUTE * 11 // 2,
        10 * MINUTE,
    ]
    assert [a.progress.step for a in (again, hard, good) if isinstance(a.progress, Learning)] == [0, 0, 1]
    assert isinstance(easy.progress, Reviewing) and easy.interval_days == 8
    assert easy.progress.due == DAY + 8


def test_second_step() -> None:
    """On the second step Hard repeats it, Good goes out, Again goes back to the first."""
    state = CardState(Learning(1, AT, (2.0, 5.0)), reps=1, last_at=AT, last_day=DAY)
    again, hard, good, _ = preview(state, AT, DAY, PLAIN, MODEL, "s")
    assert again.progress == Learning(0, AT + MINUTE, MODEL.step((2.0, 5.0), 0, 1))
    assert hard.progress == Learning(1, AT + 10 * MINUTE, MODEL.step((2.0, 5.0), 0, 2))
    assert isinstance(good.progress, Reviewing)


def test_single_step_hard() -> None:
    """With a single step Hard takes half as long again."""
    rules = Rules(learning_steps=(60,), fuzz=False)
    hard = preview(CardState(), AT, DAY, rules, MODEL, "s").hard
    assert isinstance(hard.progress, Learning) and hard.progress.due == AT + 90_000


def test_no_steps() -> None:
    """Without steps every answer is an interval of at least a day, Again too."""
    rules = Rules(learning_steps=(), relearning_steps=(), fuzz=False)
    for state in (CardState(), CardState(Reviewing(DAY, (3.0, 5.0)), last_at=AT, last_day=DAY - 3)):
        answers = preview(state, AT, DAY, rules, MODEL, "s")
        assert all(isinstance(a.progress, Reviewing) and (a.interval_days or 0) >= 1 for a in answers)


def test_lapse_relearns() -> None:
    """Again on a review card starts relearning, in real time."""
    state = CardState(Reviewing(DAY, (30.0, 5.0)), reps=3, last_at=AT - 30, last_day=DAY - 30)
    again = preview(state, AT, DAY, PLAIN, MODEL, "s").again
    assert again.progress == Relearning(0, AT + 10 * MINUTE, MODEL.step((30.0, 5.0), 30, 1))


def test_steps_taken_away() -> None:
    """A card on a step that the settings no longer have leaves the steps, unless it is failed."""
    state = CardState(Learning(5, AT, (2.0, 5.0)), reps=1, last_at=AT, last_day=DAY)
    again, hard, good, easy = preview(state, AT, DAY, PLAIN, MODEL, "s")
    assert isinstance(again.progress, Learning)
    assert all(isinstance(a.progress, Reviewing) for a in (hard, good, easy))


def test_early_answer_is_an_answer() -> None:
    """Answering before the due day counts the days that passed."""
    state = CardState(Reviewing(DAY + 20, (30.0, 5.0)), reps=3, last_at=AT, last_day=DAY - 10)
    good = preview(state, AT, DAY, PLAIN, MODEL, "s").good
    assert isinstance(good.progress, Reviewing) and good.progress.memory == MODEL.step((30.0, 5.0), 10, 3)


def test_previews_keep_their_promise() -> None:
    """Answering gives what the preview showed, with fuzz."""
    rules = Rules()
    for seed in range(20):
        state = CardState(Reviewing(DAY, (100.0, 5.0)), reps=seed, last_at=AT, last_day=DAY - 100)
        shown = preview(state, AT, DAY, rules, MODEL, fuzz_seed("x:c1", seed))
        given = [answer(state, AT, DAY, r, rules, MODEL, fuzz_seed("x:c1", seed)) for r in (1, 2, 3, 4)]
        assert list(shown) == given


@pytest.mark.parametrize("zone_name", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("answered_at", [1, 3.9, 4, 12, 23.5])
def test_a_year_of_days(zone_name: str, answered_at: float) -> None:
    """A year of daily answers at one wall time, over both clock changes, equals a plain fsrs loop on study days."""
    zone, rollover = ZoneInfo(zone_name), 4
    learner = Learner()
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    card = fsrs.Card(1)
    first = datetime(2026, 2, 1, int(answered_at), int(answered_at % 1 * 60))
    for n in range(365):
        wall = (first + timedelta(days=n)).replace(tzinfo=zone)
        at = round(wall.timestamp() * 1000)
        day = study_day(at, zone, rollover)
        midnight = datetime.fromordinal(day).replace(tzinfo=UTC)
        for minutes in (0, 11) if n % 40 == 0 else (0,):
            rating = (3, 3, 4, 3, 1, 3, 2)[(n + minutes) % 7]
            days = learner.answer(at + minutes * MINUTE, day, rating)
            card, _ = scheduler.review_card(card, fsrs.Rating(rating), midnight)
            assert learner.state.progress.memory == (card.stability, card.difficulty)  # type: ignore[union-attr]
            assert type(learner.state.progress).__name__ == card.state.name.replace("Review", "Reviewing")
            if days is None:
                assert card.step == learner.state.progress.step  # type: ignore[union-attr]
            else:
                assert days == (card.due - midnight).days
                assert day_start(day + days, zone, rollover) > at
    assert fold(learner.events, PLAIN, MODEL) == learner.state


STEPS = st.lists(st.integers(1, 90_000), max_size=3).map(tuple)
ANSWERS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 4)), min_size=1, max_size=15)


@given(ANSWERS, STEPS, STEPS, st.sampled_from([0.7, 0.85, 0.9, 0.95, 0.97]), st.sampled_from([1, 30, 36500]))
def test_equals_the_plain_loop(
    answers: list[tuple[int, int]],
    learning: tuple[int, ...],
    relearning: tuple[int, ...],
    retention: float,
    maximum: int,
) -> None:
    """Without fuzz, states and intervals are those of the package over the same answers, whatever the settings."""
    learner = Learner(Rules(retention, learning, relearning, maximum, fuzz=False))
    scheduler = fsrs.Scheduler(
        desired_retention=retention,
        learning_steps=[timedelta(seconds=s) for s in learning],
        relearning_steps=[timedelta(seconds=s) for s in relearning],
        maximum_interval=maximum,
        enable_fuzzing=False,
    )
    card, day = fsrs.Card(1), DAY
    for passed, rating in answers:
        day += passed
        midnight = datetime.fromordinal(day).replace(tzinfo=UTC)
        at = round(midnight.timestamp() * 1000)
        days = learner.answer(at, day, rating)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), midnight)
        progress = learner.state.progress
        assert not isinstance(progress, New)
        assert progress.memory == (card.stability, card.difficulty)
        due = at + days * 86_400_000 if days is not None else progress.due
        assert due == round(card.due.timestamp() * 1000)
        assert (None if isinstance(progress, Reviewing) else progress.step) == card.step


def test_fuzz_range_of_three_days() -> None:
    """Three days become 2 to 4, never 5 as in the package."""
    assert fuzz_range(3, 36500) == (2, 4)
    seen = Counter(interval_days((3.0, 5.0), Rules(), MODEL, f"card-{n}#1") for n in range(3000))
    assert sorted(seen) == [2, 3, 4]
    assert all(900 < count < 1100 for count in seen.values())


@pytest.mark.parametrize(
    ("days", "low", "high"),
    [(2.5, 2, 4), (7, 5, 9), (10, 8, 12), (20, 17, 23), (100, 93, 107), (1000, 948, 1052), (365.4, 345, 386)],
)
def test_fuzz_ranges(days: float, low: int, high: int) -> None:
    """The ranges are Anki's: 15 % of what lies within 2.5 to 7 days, 10 % to 20, 5 % above, and one day."""
    assert fuzz_range(days, 36500) == (low, high)


@pytest.mark.parametrize("days", [10, 50, 300])
def test_fuzz_is_even(days: int) -> None:
    """Every day of the range is as likely as the others, the ends too."""
    low, high = fuzz_range(days, 36500)
    seen = Counter(interval_days((float(days), 5.0), Rules(), MODEL, f"note-{n:05}:c1#{n % 9}") for n in range(20000))
    expected = 20000 / (high - low + 1)
    assert sorted(seen) == list(range(low, high + 1))
    assert all(abs(count - expected) < 5 * expected**0.5 for count in seen.values())


@given(st.floats(0.001, 1e6), st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 500))
def test_fuzz_stays_within(stability: float, seed: str, maximum: int) -> None:
    """Fuzz leaves an interval of 1 to the maximum, equal for equal seeds, and none below 2.5 days alone."""
    rules = Rules(maximum_interval=maximum)
    days = interval_days((stability, 5.0), rules, MODEL, seed)
    assert 1 <= days <= maximum
    assert days == interval_days((stability, 5.0), rules, MODEL, seed)
    if min(stability, maximum) < 2.4:
        assert days == min(max(round(stability), 1), maximum)


@given(st.floats(0.1, 1e4), st.floats(1, 10), st.integers(0, 1000), st.text(max_size=5))
def test_fuzz_keeps_the_order_of_the_buttons(stability: float, difficulty: float, elapsed: int, seed: str) -> None:
    """On a review card Hard is never later than Good, nor Good than Easy."""
    state = CardState(Reviewing(DAY, (stability, difficulty)), reps=3, last_at=AT, last_day=DAY - elapsed)
    _, hard, good, easy = preview(state, AT, DAY, Rules(), MODEL, seed)
    assert (hard.interval_days or 0) <= (good.interval_days or 0) <= (easy.interval_days or 0)


loads = st.dictionaries(st.integers(0, 400), st.integers(0, 300), max_size=60).map(
    lambda known: lambda day: known.get(day - DAY, 7)
)
weekdays = st.frozensets(st.integers(0, 6))


@given(st.floats(0.1, 400), st.floats(1, 10), st.integers(0, 300), st.text(max_size=5), loads, weekdays)
def test_load_keeps_the_order_of_the_buttons(
    stability: float, difficulty: float, elapsed: int, seed: str, load: Load, easy_days: frozenset[int]
) -> None:
    """Whatever the load and the easy days, Hard is never later than Good, nor Good than Easy, and all are in range."""
    rules = Rules(easy_days=easy_days)
    state = CardState(Reviewing(DAY, (stability, difficulty)), reps=3, last_at=AT, last_day=DAY - elapsed)
    _, *passed = preview(state, AT, DAY, rules, MODEL, seed, load)
    days = [each.interval_days or 0 for each in passed]
    assert days == sorted(days)
    for each, interval in zip(passed, days, strict=True):
        low, high = interval_range(each.progress.memory, rules, MODEL)
        assert low <= interval <= high


@given(st.integers(3, 900), st.integers(3, 900), st.integers(0, 2**32 - 1), loads, weekdays)
def test_a_later_range_gives_no_earlier_day(
    one: int, other: int, chance: int, load: Load, easy_days: frozenset[int]
) -> None:
    """Of two intervals the longer never gets the earlier day, with any chance, also where the load stops counting."""
    rules, (short, long) = Rules(easy_days=easy_days), sorted((one, other))
    first, second = (interval_days((days, 5.0), rules, MODEL, str(chance), DAY, load) for days in (short, long))
    assert first <= second


def test_full_days_are_avoided() -> None:
    """A day with four times as many reviews as the others is taken a sixteenth as often; an empty one nearly always."""
    low, high = fuzz_range(50, 36500)
    full = Counter(
        interval_days((50.0, 5.0), Rules(), MODEL, f"c{n}#1", DAY, lambda day: 399 if day == DAY + 50 else 99)
        for n in range(8000)
    )
    others = (8000 - full[50]) / (high - low)
    assert others / 20 < full[50] < others / 12
    empty = Counter(
        interval_days((50.0, 5.0), Rules(), MODEL, f"c{n}#1", DAY, lambda day: 0 if day == DAY + 50 else 99)
        for n in range(1000)
    )
    assert empty[50] > 990


def test_even_load_is_plain_fuzz() -> None:
    """Where every day holds as much, balancing changes nothing, near and far."""
    for days in (3.0, 30.0, 90.0, 400.0):
        for n in range(200):
            plain = interval_days((days, 5.0), Rules(), MODEL, f"c{n}#1")
            assert plain == interval_days((days, 5.0), Rules(), MODEL, f"c{n}#1", DAY, lambda _: 14)


def test_easy_days() -> None:
    """An easy day is taken only where the range has no other; without fuzz, and below its range, it is not avoided."""
    sunday = parse_day("2026-12-06")
    rules = Rules(easy_days=frozenset({6}))
    assert is_easy(sunday, rules.easy_days) and not is_easy(sunday + 1, rules.easy_days)
    days = range(2, 200)
    for interval in days:
        due = DAY + interval_days((float(interval), 5.0), rules, MODEL, f"c{interval}", DAY, lambda _: 0)
        assert interval < 3 or not is_easy(due, rules.easy_days)
    every = Rules(easy_days=frozenset(range(7)))
    assert {interval_days((10.0, 5.0), every, MODEL, f"c{n}", DAY, lambda _: 0) for n in range(99)} == {
        8,
        9,
        10,
        11,
        12,
    }
    exact = Rules(fuzz=False, easy_days=frozenset({6}))
    assert [interval_days((float(n), 5.0), exact, MODEL, "x", DAY, lambda _: 0) for n in days] == list(days)


def test_far_days_are_not_counted() -> None:
    """No day later than ninety days ahead is asked for its load."""
    asked: list[int] = []

    def load(day: int) -> int:
        asked.append(day - DAY)
        return 5

    for days in (60.0, 85.0, 88.0, 95.0, 300.0, 9000.0):
        interval_days((days, 5.0), Rules(), MODEL, "x", DAY, load)
    assert max(asked) == 90


def test_fuzz_is_the_same_everywhere() -> None:
    """The fuzz of known seeds is pinned, so that another Python or machine gives the same dates."""
    dues = [interval_days((100.0, 5.0), Rules(), MODEL, fuzz_seed("x:c1", n)) for n in range(5)]
    assert dues == [99, 99, 94, 97, 106]


@pytest.mark.parametrize(
    ("leech_at", "lapses"),
    [(8, [8, 12, 16]), (7, [7, 11, 15]), (1, list(range(1, 17))), (2, list(range(2, 17))), (0, []), (-3, [])],
)
def test_leeches(leech_at: int, lapses: list[int]) -> None:
    """A card is a leech at the threshold and at every half of it after; without a threshold never."""
    assert [n for n in range(17) if is_leech(n, leech_at)] == lapses


@pytest.mark.parametrize(
    "wrong",
    [
        {"desired_retention": 0.0},
        {"desired_retention": 1.0},
        {"desired_retention": float("nan")},
        {"learning_steps": (60, 0)},
        {"relearning_steps": (-1,)},
        {"maximum_interval": 0},
    ],
)
def test_wrong_rules(wrong: dict[str, object]) -> None:
    """Rules that no card can follow are refused."""
    with pytest.raises(SrsError):
        Rules(**wrong)  # type: ignore[arg-type]


def test_the_calendar_has_an_end() -> None:
    """An interval beyond the year 9999 is due on its last day."""
    rules = Rules(maximum_interval=10**9, fuzz=False)
    state = CardState(Reviewing(DAY, (1e9, 5.0)), reps=3, last_at=AT, last_day=DAY)
    good = preview(state, AT, DAY, rules, MODEL, "s").good
    assert isinstance(good.progress, Reviewing) and good.progress.due == parse_day("9999-12-31")
