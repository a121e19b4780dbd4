"""What a wrong clock dated is found by the order of the lines, and mended as one batch that can be taken back."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srs.collection.collection import ClockDoubt, Collection
from srs.errors import SrsError, UsageError
from srs.memory.events import Amend, Review, encode, header_line, new_id
from srs.memory.state import Learning
from srs.upkeep.compare import compare_indexes
from srs.upkeep.retime import (
    EARLIEST,
    SLIP_MS,
    Dated,
    Stretch,
    in_order,
    own_events,
    plan_retime,
    planned,
    retime,
    wrong,
)
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, times

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
YEAR = 365 * DAY
START = moment("2026-12-01T09:00:00Z")
CARDS = ("one:answer", "two:answer", "three:answer")


def dated(*moments: int, name: str = "e", path: str = "here.2026.jsonl") -> list[Dated]:
    """Events of one file at these times, in the order of its lines."""
    return [Dated(f"{name}{n}", at, "x:answer", True, (), path, n + 2) for n, at in enumerate(moments)]


def moved(events: Sequence[Dated], now: int, to: int | None = None) -> list[int]:
    """The times of `events` after what is planned for them."""
    new = {
        event.id: time
        for stretch in planned(events, now, to)
        for event, time in zip(stretch.events, stretch.times, strict=True)
    }
    return [new.get(event.id, event.at) for event in events]


def opened(tmp_path: Path) -> Collection:
    """A collection of three cards."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two", "three")})
    return open_collection(root, environ)


def again(collection: Collection, cache: str = "") -> Collection:
    """The same collection as the next command opens it; with another cache, its index is made from the text alone."""
    home = collection.root.parent
    environ = environ_of(home, collection.device)
    return open_collection(collection.root, environ | ({"SRS_CACHE_DIR": str(home / cache)} if cache else {}))


def answer_at(collection: Collection, card: str, at: int) -> str:
    """Record that the clock said `at` when a card was answered Good; the event's id."""
    day, after = collection.day(at), collection.state(card).last_event
    review = Review(new_id(at, os.urandom(10)), at, card, 3, None, "study", day, day + 4, None, after)
    collection.record([review])
    return review.id


def mend(collection: Collection, now: int) -> list[Stretch]:
    """Retime without further questions; what was moved."""
    stretches = plan_retime(collection, now)
    retime(collection, stretches, now)
    return stretches


def counted(collection: Collection) -> dict[str, int]:
    """The live events but the amends, and the times that count."""
    return dict(collection.db.execute("select id, at from event where not dead and do != 'amend' order by at, id"))


def states(collection: Collection) -> list[object]:
    """What is known of every card, memories to a millionth."""
    columns = (
        "card, kind, due, step, round(stability, 6), round(difficulty, 6), reps, lapses, last_at, last_day, last_event"
    )
    return collection.db.execute(f"select {columns} from state order by card").fetchall()


# Which events are wrong, and where they go


def test_right_times_stay() -> None:
    """Times that rise, or step back by no more than a slip, are right."""
    events = dated(START, START + SECOND, START - 3 * SECOND, START + MINUTE, START + DAY)
    assert planned(events, START + DAY) == []


def test_a_little_ahead_of_now_is_right() -> None:
    """An event within a slip after now is right: events written together bear the next milliseconds."""
    assert planned(dated(START, START + SLIP_MS), START) == []
    assert moved(dated(START - HOUR, START + SLIP_MS + 1), START) == [START - HOUR, START]


def test_a_clock_ten_years_ahead() -> None:
    """A stretch after now ends right before the next right event, its gaps kept."""
    ahead = START + 10 * YEAR
    events = dated(START, ahead, ahead + MINUTE, START + HOUR, START + 2 * HOUR)
    assert moved(events, START + DAY) == [
        START, START + HOUR - 1 - MINUTE, START + HOUR - 1, START + HOUR, START + 2 * HOUR
    ]  # fmt: skip


def test_a_clock_ahead_until_now() -> None:
    """A stretch after now with nothing right after it ends now."""
    ahead = START + 10 * YEAR
    now = START + HOUR
    assert moved(dated(START, ahead, ahead + MINUTE), now) == [START, now - MINUTE, now]


def test_a_clock_at_1970() -> None:
    """A stretch before everything else in the file ends right before the next right event."""
    events = dated(START, MINUTE, 3 * MINUTE, START + DAY)
    assert moved(events, START + DAY) == [START, START + DAY - 1 - 2 * MINUTE, START + DAY - 1, START + DAY]


def test_both_one_after_the_other() -> None:
    """Stretches of both kinds side by side keep their own gaps, not the years between them."""
    events = dated(START, MINUTE, 2 * MINUTE, START + YEAR, START + YEAR + MINUTE, START + DAY)
    last = START + DAY - 1
    assert moved(events, START + DAY) == [
        START, last - 2 * MINUTE - 1, last - MINUTE - 1, last - MINUTE, last, START + DAY
    ]  # fmt: skip
    assert [stretch.kind for stretch in planned(events, START + DAY)] == ["behind", "ahead"]


def test_booted_twice_at_1970() -> None:
    """Within a stretch, a step back or a gap for which there was no time becomes a millisecond."""
    events = dated(START, MINUTE, 2 * MINUTE, MINUTE, 40 * DAY, START + DAY)
    last = START + DAY - 1
    assert moved(events, START + DAY) == [START, last - MINUTE - 2, last - 2, last - 1, last, START + DAY]


def test_a_clock_an_hour_back_until_now() -> None:
    """A clock that was set back while nobody answered, and is right since, leaves a stretch that ends now."""
    events = dated(START, START + 2 * HOUR, START + HOUR, START + HOUR + MINUTE)
    now = START + 3 * HOUR
    assert moved(events, now) == [START, START + 2 * HOUR, now - MINUTE, now]


def test_a_clock_that_was_ahead_and_is_right_since() -> None:
    """Where the times go on without a leap, what came before the step was ahead, and what came after is right."""
    honest = [START + 10 * MINUTE + n * HOUR for n in range(100)]
    events = dated(START, START + DAY, START + DAY + MINUTE, *honest)
    assert moved(events, START + YEAR) == [START, honest[0] - 1 - MINUTE, honest[0] - 1, *honest]


def test_too_little_room() -> None:
    """A stretch longer than the time there was is squeezed: a millisecond apart, after what precedes it."""
    ahead = START + 10 * YEAR
    events = dated(START, ahead, ahead + MINUTE, ahead + 2 * MINUTE, START + 10)
    assert moved(events, START + DAY) == [START, START + 7, START + 8, START + 9, START + 10]


def test_nothing_before() -> None:
    """Of the very first events, a gap of more than a year is none: the clock was wrong in two ways."""
    assert moved(dated(START + YEAR, START + 9 * YEAR), START) == [START - 1, START]
    assert moved(dated(START + YEAR, START + YEAR + 30 * DAY), START) == [START - 30 * DAY, START]


def test_to_names_the_last_time() -> None:
    """The time given is that of the last wrong event; those before it keep their gaps."""
    ahead = START + 10 * YEAR
    events = dated(START, ahead, ahead + MINUTE)
    assert moved(events, START + DAY, START + HOUR) == [START, START + HOUR - MINUTE, START + HOUR]


def test_to_before_what_precedes() -> None:
    """A time given close after the event in front of the stretch squeezes what comes before the last."""
    ahead = START + 10 * YEAR
    assert moved(dated(START, ahead, ahead + MINUTE), START + DAY, START + 2) == [START, START + 1, START + 2]


def test_to_before_what_stands_in_front_is_refused() -> None:
    """A time given that is before the right event in front, or before there was any srs, is wrong usage."""
    ahead = START + 10 * YEAR
    for events, to in ((dated(START, ahead, ahead + MINUTE), START + 1), (dated(ahead), EARLIEST)):
        with pytest.raises(UsageError, match="--to is before"):
            planned(events, START + DAY, to)


def test_the_same_time_after_an_undo(tmp_path: Path) -> None:
    """Once a mending is taken back, the same time may be given again, as if there had been none."""
    collection = opened(tmp_path)
    collection.accept_clock()
    answer_at(collection, "one:answer", START)
    answer_at(collection, "two:answer", START + 10 * YEAR)
    now, to = START + 2 * DAY, START + DAY
    plan = plan_retime(collection, now, to)
    assert [stretch.times for stretch in plan] == [(to,)]
    retime(collection, plan, now, to)
    collection.undo(now + MINUTE)
    assert plan_retime(collection, now + HOUR, to) == plan


def test_to_after_what_follows_is_refused() -> None:
    """A time given after the next right event, or after now, is wrong usage."""
    ahead = START + 10 * YEAR
    for events in (dated(START, ahead, START + HOUR), dated(START, ahead)):
        with pytest.raises(UsageError, match="--to is after what came next, or after now"):
            planned(events, START + 2 * HOUR, START + 3 * HOUR)


def test_files_of_two_years() -> None:
    """The file of an earlier year comes first, though nothing links it to the later one."""
    old, new = dated(START - YEAR, START - YEAR + 1), dated(START, name="n")
    assert in_order([new, old], START) == [*old, *new]


def test_a_file_of_1970_comes_last() -> None:
    """A clock at 1970 writes in a file of its own; without a link its sitting is taken to be the newest."""
    early, right = dated(MINUTE, 2 * MINUTE, name="x"), dated(START, START + HOUR)
    assert in_order([early, right], START + DAY) == [*right, *early]
    assert wrong(in_order([early, right], START + DAY), START + DAY) == [None, None, "behind", "behind"]


@pytest.mark.parametrize("offset", [-50 * YEAR, 10 * YEAR])
def test_a_link_says_where_a_file_belongs(offset: int) -> None:
    """A right event that followed one of a wrong year comes after it, and after the rest of its sitting."""
    right = dated(START, START + HOUR, START + 2 * HOUR)
    right[2] = Dated("e2", START + 2 * HOUR, "x:answer", True, ("x0",), "here.2026.jsonl", 4)
    odd = [
        Dated("x0", START + offset, "x:answer", True, ("e0",), "here.odd.jsonl", 2),
        Dated("x1", START + offset + MINUTE, "y:answer", True, (), "here.odd.jsonl", 3),
    ]
    assert in_order([odd, right], START + DAY) == [*right[:2], *odd, right[2]]


def test_events_in_a_circle_are_all_there() -> None:
    """Files whose events name each other crosswise lose none."""
    one = [Dated("a", START, None, False, ("b",), "here.2026.jsonl", 2)]
    other = [Dated("b", START, None, False, ("a",), "here.2027.jsonl", 2)]
    assert {event.id for event in in_order([one, other], START)} == {"a", "b"}


OFFSETS = (0, 0, 0, 10 * YEAR, 300 * DAY, -56 * YEAR, -20 * YEAR, -3 * DAY, -HOUR, 2 * DAY)


@st.composite
def sittings(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    """True times of one device's events, what its clock said, and now."""
    true, said, at = [], [], START
    for _ in range(draw(st.integers(1, 7))):
        at += draw(st.sampled_from([10 * MINUTE, 5 * HOUR, DAY, 3 * DAY]))
        offset = draw(st.sampled_from(OFFSETS))
        for _ in range(draw(st.integers(1, 4))):
            at += draw(st.integers(SECOND, 10 * MINUTE))
            true.append(at)
            said.append(at + offset)
    return true, said, at + draw(st.sampled_from([SECOND, HOUR, 30 * DAY]))


@given(sittings())
def test_any_clock_ends_in_order(case: tuple[list[int], list[int], int]) -> None:
    """Whatever the clock said: then no event is after now, times rise line by line, and nothing is left to mend."""
    _, said, now = case
    events = dated(*said)
    new = moved(events, now)
    assert max(new) <= now + SLIP_MS
    assert all(later > earlier - SLIP_MS for earlier, later in pairwise(new))
    assert planned(dated(*new), now) == []


@given(sittings())
def test_what_the_clock_had_right_stays(case: tuple[list[int], list[int], int]) -> None:
    """Where the clock was either right or wrong by years, exactly the wrong events move, and all rise."""
    true, said, now = case
    said = [at if abs(at - right) > YEAR else right for at, right in zip(said, true, strict=True)]
    new = moved(dated(*said), now)
    assert all(time == right for time, at, right in zip(new, said, true, strict=True) if at == right)
    assert new == sorted(set(new)) and new[-1] <= now


# In a collection


def test_mended_events_answer_again(tmp_path: Path) -> None:
    """After a clock ten years ahead the next answer is refused; after retime it is taken without a question."""
    collection = opened(tmp_path)
    answer_at(collection, CARDS[0], START)
    answer_at(collection, CARDS[1], START + 10 * YEAR)
    now = START + HOUR
    with pytest.raises(ClockDoubt):
        again(collection).answer(CARDS[2], 3, now, None)
    mend(collection, now)
    again(collection).answer(CARDS[2], 3, now + MINUTE, None)
    collection.refresh()
    assert list(counted(collection).values()) == [START, now, now + MINUTE]


def test_an_answer_taken_back_is_no_doubt(tmp_path: Path) -> None:
    """An answer dated ahead that was undone does not matter: once the undo is mended, answering works."""
    collection = opened(tmp_path)
    answer_at(collection, CARDS[0], START + 10 * YEAR)
    collection.undo(START + 10 * YEAR + MINUTE)
    mend(collection, START)
    again(collection).answer(CARDS[2], 3, START + MINUTE, None)


def test_what_was_promised_ahead_does_not_stand(tmp_path: Path) -> None:
    """A card answered ten years ahead is due as if it had been answered when it was, not in ten years."""
    collection = opened(tmp_path)
    answer_at(collection, CARDS[0], START + 10 * YEAR)
    answered = again(collection)
    answered.accept_clock()
    answered.answer(CARDS[1], 4, START + 10 * YEAR + MINUTE, None)
    now = START + HOUR
    mend(again(collection), now)
    mended = again(collection)
    for card in CARDS[:2]:
        progress = mended.state(card).progress
        due = mended.day(progress.due) if isinstance(progress, Learning) else progress.due  # type: ignore[union-attr]
        assert 0 <= due - mended.day(now) < 30
    assert compare_indexes(mended.db, again(collection, "fresh").db) == []


def test_one_undo_takes_all_back(tmp_path: Path) -> None:
    """All amends of one retime go with one undo, and the index is exactly what it was."""
    collection = opened(tmp_path)
    for number, card in enumerate(CARDS):
        answer_at(collection, card, START + number * MINUTE)
    for number, card in enumerate(CARDS):
        answer_at(collection, card, START + 10 * YEAR + number * MINUTE)
    known, before, now = states(collection), counted(collection), START + DAY
    mend(collection, now)
    assert states(collection) != known
    taken = collection.undo(now)
    assert [type(event) for event in taken] == [Amend, Amend, Amend]
    after = counted(collection)
    assert {id_: after[id_] for id_ in before} == before
    assert states(collection) == known
    assert compare_indexes(collection.db, again(collection, "fresh").db) == []


def test_the_study_day_follows(tmp_path: Path) -> None:
    """A mended answer belongs to the study day of its new time."""
    collection = opened(tmp_path)
    answer_at(collection, CARDS[0], MINUTE)
    now = moment("2026-12-05T02:00:00+01:00")
    mend(collection, now)
    row = collection.db.execute("select at, day from event where do = 'review'").fetchone()
    assert row == (now, collection.day(moment("2026-12-04T12:00:00+01:00")))


def test_nothing_else_moves(tmp_path: Path) -> None:
    """Imported events, those of other devices and those taken back keep their times."""
    collection = opened(tmp_path)
    ahead = START + 10 * YEAR
    answer_at(collection, CARDS[0], ahead)
    collection.undo(ahead)
    undo = collection.db.execute("select id from event where do = 'undo'").fetchone()[0]
    day = collection.day(ahead)
    collection.record([Review("a-hash", ahead, CARDS[1], 3, None, "study", day, day + 4, None, None)])
    other = Review(new_id(ahead, bytes(10)), ahead, CARDS[2], 3, None, "study", day, day + 4, None, None)
    lines = [header_line("there-0002"), encode(other)]
    (collection.journal_folder / "there-0002.2036.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    collection.refresh()
    stretches = mend(collection, START)
    assert [event.id for stretch in stretches for event in stretch.events] == [undo]
    assert sorted(counted(collection).values()) == [START, ahead, ahead]


def test_lines_that_were_brought_back_have_no_order(tmp_path: Path) -> None:
    """Old events in a file that holds what was recovered are no step back."""
    collection = opened(tmp_path)
    for number, card in enumerate(CARDS):
        answer_at(collection, card, START + number * HOUR)
    old = collection.journal_folder / f"{collection.device}.2026.jsonl"
    header, first, *rest = old.read_bytes().splitlines(keepends=True)
    old.write_bytes(b"".join([header, *rest]))
    (collection.journal_folder / f"{collection.device}.recovered.jsonl").write_bytes(header + rest[1] + first)
    collection.refresh()
    assert len(counted(collection)) == 3
    assert plan_retime(collection, START + DAY) == []


def test_a_plan_that_is_out_of_date_is_refused(tmp_path: Path) -> None:
    """Where another program recorded meanwhile, nothing is changed."""
    collection = opened(tmp_path)
    answer_at(collection, CARDS[0], START + 10 * YEAR)
    plan = plan_retime(collection, START)
    answer_at(again(collection), CARDS[1], START + 10 * YEAR + MINUTE)
    with pytest.raises(SrsError, match="the journal changed meanwhile"):
        retime(collection, plan, START)
    assert not [event for event, *_ in collection.recent(9) if isinstance(event, Amend)]


def test_what_was_mended_under_a_wrong_clock_is_taken_back_first(tmp_path: Path) -> None:
    """Where an amend dated ahead would outlive the new one, the command says which to take back; then it works."""
    collection = opened(tmp_path)
    answer_at(collection, CARDS[0], START + 10 * YEAR)
    wrongly = START + 9 * YEAR
    mend(collection, wrongly)
    with pytest.raises(SrsError, match="mended before, while the clock was wrong") as refused:
        mend(collection, START)
    collection.undo_event(refused.value.hint.rpartition(" ")[2], START)
    mend(collection, START)
    assert plan_retime(collection, START) == []


def test_a_clock_that_is_wrong_now_mends_nothing(tmp_path: Path) -> None:
    """With the clock itself before 2020 there is nothing to go by."""
    with pytest.raises(SrsError, match="this machine's clock itself is wrong"):
        plan_retime(opened(tmp_path), EARLIEST - 1)


@settings(max_examples=times(30))
@given(case=sittings())
def test_any_clock_in_a_collection(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[list[int], list[int], int]
) -> None:
    """Whatever the clock said, in files by its years: afterwards nothing is after now, each file's lines rise, nothing
    but the wrong events moved and nothing is left to mend; an undo gives back exactly what was.
    """
    _, said, now = case
    collection = opened(tmp_path_factory.mktemp("clock"))
    ids = [answer_at(collection, CARDS[number % 3], at) for number, at in enumerate(said)]
    known, before = states(collection), counted(collection)
    moved_ids = {event.id for stretch in mend(collection, now) for event in stretch.events}
    after = counted(collection)
    assert max(after.values()) <= now + SLIP_MS
    assert all(after[id_] == before[id_] for id_ in ids if id_ not in moved_ids)
    for file in own_events(collection):
        assert all(b.at > a.at - SLIP_MS for a, b in pairwise(file))
    assert plan_retime(collection, now) == []
    if moved_ids:
        collection.undo(now)
    undone = counted(collection)
    assert {id_: undone[id_] for id_ in ids} == before
    assert states(collection) == known
    rebuilt = again(collection, "fresh")
    assert compare_indexes(collection.db, rebuilt.db) == []
    collection.db.close()
    rebuilt.db.close()
