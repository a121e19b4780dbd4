"""Anki's review log as our events: the same history whatever the order and however often, and Anki's promises kept."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.importers.anki.package import AnkiCard, AnkiReview
from srs.importers.history import Happened, Home, LogRead, Own, event_id, own_of, read_log, shown_on
from srs.memory.days import iso_day, parse_day, study_day
from srs.memory.events import Reset, Review, SetDue, decode, encode
from srs.memory.fold import fold, live
from srs.memory.fsrs6 import Fsrs6
from srs.memory.schedule import Rules
from srs.memory.state import CardState, Learning, New, Relearning, Reviewing
from tests.support import moment

BERLIN = ZoneInfo("Europe/Berlin")
RULES = Rules(learning_steps=(60, 600), relearning_steps=(600,))
HOME = Home("srs:one", 0, "one:answer", RULES)
START = moment("2026-03-02T10:00:00+01:00")
UNTIL = moment("2027-03-02T10:00:00+01:00")
DAY = 86_400_000


def day_of(at: int) -> int:
    return study_day(at, BERLIN, 4)


def row(at: int, ease: int, interval: int, kind: int, factor: int = 500, ms: int = 4000) -> AnkiReview:
    return AnkiReview(at, 7, ease, interval, 0, factor, ms, kind)


def read(*rows: AnkiReview, home: Home = HOME) -> LogRead:
    return read_log(home, rows, day_of, UNTIL)


def again(home: Home, *before: Happened) -> Home:
    """The card when the journal has these events of it."""
    return replace(home, own=[own_of(event) for event in before])


def after(event: Happened) -> str | None:
    assert isinstance(event, Review)
    return event.after


def state(*events: Happened) -> CardState:
    return fold(live(events), RULES, Fsrs6())


LEARNT = (row(START, 3, -600, 0), row(START + 600_000, 3, 4, 0), row(START + 4 * DAY, 3, 12, 1))

kinds = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(-1200, 400), st.sampled_from([0, 1, 2, 3]), st.sampled_from([0, 500])),
    st.tuples(st.just(0), st.integers(0, 400), st.sampled_from([4, 5]), st.sampled_from([0, 500, 2500])),
)
logs = st.lists(st.tuples(st.integers(1, 40 * DAY), kinds), max_size=12).map(
    lambda found: [
        row(START + sum(gap for gap, _ in found[: place + 1]), *what) for place, (_, what) in enumerate(found)
    ]
)


@given(logs, st.randoms())
def test_order_does_not_matter(log: list[AnkiReview], chance: object) -> None:
    """Rows in any order, some of them twice, are the same events."""
    mixed = log + log[::2]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert read(*mixed) == read(*log)


@given(logs)
def test_twice_is_once(log: list[AnkiReview]) -> None:
    """What an import recorded is known to the next one, and nothing is left to record."""
    first = read(*log)
    second = read(*log, home=again(HOME, *first.events))
    assert second.events == []
    assert [own.id for own in second.known] == [event.id for event in first.events]
    assert second.left == first.left


@given(logs, st.integers(0, 12))
def test_an_earlier_and_a_later_file(log: list[AnkiReview], cut: int) -> None:
    """An earlier file and then a later one make the history that the later one makes alone."""
    first = read(*log[:cut])
    second = read(*log, home=again(HOME, *first.events))
    assert [*first.events, *second.events] == read(*log).events


@given(logs, st.sets(st.integers(0, 11)))
def test_any_two_parts_are_one_history(log: list[AnkiReview], which: set[int]) -> None:
    """Two files with any part of the log each, in either order, give one history: the same answers on the same days."""
    some = [each for place, each in enumerate(log) if place in which]
    other = [each for place, each in enumerate(log) if place not in which]

    def gathered(first: list[AnkiReview], second: list[AnkiReview]) -> dict[str, tuple[int, int, str]]:
        events = read(*first).events
        events += read(*first, *second, home=again(HOME, *events)).events
        return {e.id: (e.at, e.rating, e.mode) for e in events if isinstance(e, Review)}

    assert gathered(some, other) == gathered(other, some) == gathered([], log)


@given(logs)
def test_the_journal_takes_every_event(log: list[AnkiReview]) -> None:
    """Whatever a log holds, its events can be written down and come back as they are."""
    for event in read(*log).events:
        assert decode(encode(event)) == event


@given(logs)
def test_no_row_goes_without_a_word(log: list[AnkiReview]) -> None:
    """Every row is an event or is left with a reason."""
    found = read(*log)
    assert len(found.events) + len(found.left) == len(log)


@given(logs)
def test_promises_are_kept(log: list[AnkiReview]) -> None:
    """The fold puts a card that is in review on the day that its last row names, and never works one out anew."""
    events = read(*log).events
    progress = state(*events).progress
    changing = [e for e in events if not (isinstance(e, Review) and e.mode == "cram")]
    if isinstance(progress, Reviewing):
        last = changing[-1]
        assert isinstance(last, Review | SetDue)
        assert progress.due == last.due
    elif isinstance(progress, Learning | Relearning):
        assert isinstance(changing[-1], Review)
        assert (progress.step, progress.due) == (changing[-1].step, changing[-1].due)


def test_a_usual_history() -> None:
    """Two learning answers and a review: each names the one before, and promises what Anki did."""
    first, second, third = read(*LEARNT).events
    assert (first, second, third) == (
        Review(first.id, START, "one:answer", 3, 4000, "study", day_of(START), START + 600_000, 1, None),
        Review(second.id, START + 600_000, "one:answer", 3, 4000, "study", day_of(START), day_of(START) + 4, None,
               first.id),
        Review(third.id, START + 4 * DAY, "one:answer", 3, 4000, "study", day_of(START) + 4, day_of(START) + 16, None,
               second.id),
    )  # fmt: skip
    found = state(first, second, third)
    assert isinstance(found.progress, Reviewing)
    assert (iso_day(found.progress.due), found.reps, found.lapses) == ("2026-03-18", 3, 0)


def test_ids_are_made_of_guid_ord_and_row() -> None:
    """An id is a hash that differs with the note, the card and the row."""
    ids = {event_id("a", 0, 1), event_id("a", 1, 1), event_id("b", 0, 1), event_id("a", 0, 2), event_id("a", 0, 11)}
    assert len(ids) == 5
    assert all(len(id_) == 37 and id_.startswith("anki:") for id_ in ids)
    assert event_id("srs:one", 0, START) == "anki:" + read(LEARNT[0]).events[0].id.removeprefix("anki:")


def test_the_collections_study_day_counts() -> None:
    """A review at three in the night belongs to the day before, in the collection's own timezone."""
    night = moment("2026-03-03T03:00:00+01:00")
    (event,) = read(row(night, 4, 5, 0)).events
    assert isinstance(event, Review)
    assert (iso_day(event.day), iso_day(event.due)) == ("2026-03-02", "2026-03-07")


@pytest.mark.parametrize(
    ("ease", "seconds", "kind", "step"),
    [(1, 60, 0, 0), (2, 330, 0, 0), (3, 600, 0, 1), (3, 500, 0, 1), (3, 90, 0, 0), (1, 600, 1, 0), (1, 600, 2, 0)],
)
def test_steps(ease: int, seconds: int, kind: int, step: int) -> None:
    """Good goes to the step that waits most nearly as long; Again leads to the first, and Hard stays."""
    (event,) = read(row(START, ease, -seconds, kind)).events
    assert isinstance(event, Review)
    assert (event.step, event.due) == (step, START + seconds * 1000)


def test_hard_stays_on_the_second_step() -> None:
    """Hard after Good stays where Good led."""
    first, second = read(row(START, 3, -600, 0), row(START + 600_000, 2, -600, 0)).events
    assert isinstance(second, Review)
    assert (second.step, second.after) == (1, first.id)


def test_a_lapse_is_relearnt() -> None:
    """Again on a review counts as a lapse, and the card is relearnt."""
    events = read(*LEARNT, row(START + 16 * DAY, 1, -600, 1)).events
    found = state(*events)
    assert isinstance(found.progress, Relearning)
    assert found.lapses == 1


def test_cramming_moves_nothing() -> None:
    """An answer in a filtered deck with the factor 0 counts in statistics alone; with another it is an answer."""
    crammed = row(START + 5 * DAY, 1, 0, 3, factor=0)
    events = read(*LEARNT, crammed, row(START + 16 * DAY, 3, 30, 1)).events
    assert [e.mode for e in events if isinstance(e, Review)] == ["study"] * 3 + ["cram", "study"]
    assert after(events[-1]) == events[2].id
    assert state(*events) == state(*read(*LEARNT, row(START + 16 * DAY, 3, 30, 1)).events)
    early = read(*LEARNT, row(START + 5 * DAY, 3, 20, 3)).events[-1]
    assert isinstance(early, Review)
    assert early.mode == "study"


def test_forgetting_makes_new() -> None:
    """A change by hand with the factor 0 makes the card new; the next answer begins another history."""
    events = read(*LEARNT, row(START + 5 * DAY, 0, 0, 4, factor=0)).events
    assert isinstance(events[-1], Reset)
    assert state(*events).progress == New()
    events = read(*LEARNT, row(START + 5 * DAY, 0, 0, 4, factor=0), row(START + 6 * DAY, 4, 9, 0)).events
    found = state(*events)
    assert isinstance(found.progress, Reviewing)
    assert (found.progress.due, found.reps) == (day_of(START) + 15, 1)


def test_a_due_day_by_hand() -> None:
    """Under FSRS a moved card's interval counts from its last answer; under the older scheduler from the day itself."""
    for factor, due in ((500, 4 + 20), (2500, 5 + 20)):
        event = read(*LEARNT, row(START + 5 * DAY, 0, 20, 4, factor=factor)).events[-1]
        assert isinstance(event, SetDue)
        assert event.due == day_of(START) + due
    event = read(*LEARNT, row(START + 5 * DAY, 0, 20, 5, factor=0)).events[-1]
    assert isinstance(event, SetDue)
    assert event.due == day_of(START) + 24


def test_what_becomes_no_event() -> None:
    """Rows of the future, of no known kind, and due days of cards never answered are left, each with its reason."""
    later, odd, moved = row(UNTIL + 1, 3, 4, 1), row(START, 7, 4, 1), row(START + 1, 0, 9, 4)
    assert read(later, odd, moved).left == [("unknown-kind", odd), ("due-of-new", moved), ("future", later)]


def test_reviews_made_here_are_known() -> None:
    """A row within 50 ms of an answer of ours with the same rating is that answer; another rating or time is not."""
    own = Own("0195", START, 3)
    home = replace(HOME, own=[own])
    assert read(row(START + 50, 3, -600, 0), home=home).known == [own]
    assert len(read(row(START + 51, 3, -600, 0), home=home).events) == 1
    assert len(read(row(START + 10, 4, 4, 0), home=home).events) == 1
    two = read(row(START, 3, -600, 0), row(START + 1, 3, 4, 0), home=home)
    assert (len(two.known), len(two.events)) == (1, 1)
    assert after(two.events[0]) == "0195"


def test_what_is_known_needs_no_reason() -> None:
    """A row of ours is known even where one of Anki's would be left: dated ahead, or a due day of a new card."""
    home = replace(HOME, own=[Own("01", UNTIL + 9, 3), Own("02", START, "due")])
    found = read(row(UNTIL + 9, 3, 4, 0), row(START, 0, 9, 4), home=home)
    assert ([own.id for own in found.known], found.left, found.events) == (["02", "01"], [], [])


def test_batches_made_here_are_known() -> None:
    """Of thousands that one command moved in one millisecond, each went out a millisecond later; all are known."""
    home = again(HOME, *read(*LEARNT).events)
    home = replace(home, own=[*home.own, Own("0196", START + 5 * DAY, "due")])
    moved = row(START + 5 * DAY + 9000, 0, 20, 4)
    assert read(*LEARNT, moved, home=home).known[-1].id == "0196"
    assert len(read(*LEARNT, moved._replace(id=moved.id + DAY), home=home).events) == 1


def test_answered_here_meanwhile() -> None:
    """Where the card was answered here between two rows, Anki's promise falls and the rules decide; both count."""
    here = Review("01", START + 2 * DAY, "one:answer", 1, 900, "study", day_of(START + 2 * DAY),
                  START + 2 * DAY + 600_000, 0, read(*LEARNT[:2]).events[-1].id)  # fmt: skip
    events = [*read(*LEARNT, home=again(HOME, here)).events, here]
    found = state(*events)
    assert found.reps == 4
    assert isinstance(found.progress, Reviewing)
    assert found.progress.due != day_of(START) + 16


def test_a_due_day_that_the_log_does_not_tell() -> None:
    """Anki's own due day stands where the log leads to another one, once, and the next answer keeps its promise."""
    card = AnkiCard(7, 1, 1, 0, 2, 2, 0, 12, 2500, 3, 0, 0, 0, "")
    due = day_of(START) + 20
    first = read_log(HOME, LEARNT, day_of, UNTIL, (card, due))
    assert isinstance(first.events[-1], SetDue)
    progress = state(*first.events).progress
    assert isinstance(progress, Reviewing)
    assert progress.due == due
    home = again(HOME, *first.events)
    assert read_log(home, LEARNT, day_of, UNTIL, (card, due)).events == []
    (later,) = read_log(home, [*LEARNT, row(START + 20 * DAY, 3, 40, 1)], day_of, UNTIL).events
    progress = state(*first.events, later).progress
    assert isinstance(progress, Reviewing)
    assert progress.due == due + 40
    assert read_log(HOME, LEARNT, day_of, UNTIL, (card, day_of(START) + 16)).events == read(*LEARNT).events


def test_days_of_ankis_calendar() -> None:
    """Anki counts the days of `due` from its collection's creation, whichever side of a clock change that lies on."""
    created = moment("2026-01-10T04:00:00+01:00") // 1000
    assert shown_on(created, 0, day_of) == parse_day("2026-01-10")
    assert shown_on(created, 100, day_of) == parse_day("2026-04-20")
    assert [shown_on(*given, day_of) for given in ((-1, 5), (1 << 60, 5), (created, -(1 << 40)), (0, 1 << 40))] == [
        None, None, None, None,
    ]  # fmt: skip
