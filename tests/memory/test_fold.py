from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.memory.days import DAY_MS, EPOCH_DAY, parse_day
from srs.memory.events import (
    Amend,
    Bury,
    Content,
    Event,
    Flag,
    Mark,
    Mode,
    Reset,
    Review,
    SetDue,
    Suspend,
    Unbury,
    Undo,
    Unknown,
    Unsuspend,
    new_id,
)
from srs.memory.fold import AMENDED, amended, amendments, dead_ids, fold, fold_many, live, newest_undoable
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, Fsrs6
from srs.memory.schedule import Rules, answer, fuzz_seed
from srs.memory.state import CardState, Learning, New, Relearning, Reviewing

MODEL = Fsrs6()
RULES = Rules(fuzz=False)
DAY = parse_day("2026-12-01")
AT = (DAY - EPOCH_DAY) * DAY_MS


def at_day(n: float) -> int:
    return AT + round(n * DAY_MS)


def review(id: str, n: float, rating: int = 3, due: int = 5, after: str | None = None, card: str = "x:c1") -> Review:
    """A study review on day `n`, due `due` days later."""
    return Review(id, at_day(n), card, rating, 1, "study", DAY + int(n), DAY + int(n) + due, None, after)


def state_of(*events: Event) -> CardState:
    return fold(live(events), RULES, MODEL)


def due_of(state: CardState) -> int:
    assert isinstance(state.progress, Reviewing)
    return state.progress.due - DAY


def test_a_promise_stands() -> None:
    """The recorded due day stands while its predecessor is the one its writer saw, whatever the settings say now."""
    assert due_of(state_of(review("a", 0, due=4), review("b", 4, due=77, after="a"))) == 81


def test_a_broken_promise_is_worked_out_anew() -> None:
    """An answer whose predecessor is another one gets the interval of the current rules."""
    first, second = review("a", 0, due=4), review("b", 4, due=77, after="gone")
    state = state_of(first, second)
    memory = MODEL.step(MODEL.step(None, 0, 3), 4, 3)
    assert state.progress == Reviewing(DAY + 4 + round(MODEL.interval(memory, 0.9)), memory)


def test_two_devices_met() -> None:
    """Two answers given apart: the earlier one stands, the later one is worked out over both."""
    phone, laptop = review("a", 0, due=4), review("b", 1, rating=1, due=0, after=None)
    state = state_of(laptop, phone)
    assert isinstance(state.progress, Relearning) and state.progress.due == at_day(1) + 600_000
    assert (state.reps, state.lapses, state.last_event) == (2, 1, "b")


def test_fuzz_anew_is_seeded_by_the_event() -> None:
    """A due day worked out anew depends on the event's id, not on who works it out."""
    rules = Rules()
    dues = {
        due_of(fold([review("a", 0), replace(review("b", 60, after="gone"), id=f"b{n}")], rules, MODEL))
        for n in range(30)
    }
    assert len(dues) > 5


def test_a_recorded_step_stands() -> None:
    """A recorded step and instant stand although the settings have no such step."""
    first = Review("a", AT, "x:c1", 3, 1, "study", DAY, AT + 12345, 6, None)
    assert state_of(first).progress == Learning(6, AT + 12345, MODEL.step(None, 0, 3))


def test_lapse_is_again_on_a_review_card() -> None:
    """Again counts as a lapse only out of the steps."""
    lapse = Review("b", at_day(5), "x:c1", 1, 1, "study", DAY + 5, at_day(5) + 600_000, 0, "a")
    relearn = Review("c", at_day(5) + 1, "x:c1", 1, 1, "study", DAY + 5, at_day(5) + 600_001, 0, "b")
    state = state_of(review("a", 0, rating=1), lapse, relearn)
    assert isinstance(state.progress, Relearning)
    assert (state.reps, state.lapses) == (3, 1)


def test_cram_changes_nothing() -> None:
    """A cram answer leaves the card as it was."""
    crammed = replace(review("b", 2, rating=1, after="a"), mode="cram")
    assert state_of(review("a", 0), crammed) == state_of(review("a", 0))
    assert state_of(crammed) == CardState()


def test_clock_that_went_back() -> None:
    """A study day before the last one counts as the same day."""
    later = replace(review("b", 0.5, after="a"), day=DAY - 3)
    state = state_of(review("a", 0), later)
    assert isinstance(state.progress, Reviewing)
    assert state.progress.memory == MODEL.step(MODEL.step(None, 0, 3), 0, 3)


def test_undo() -> None:
    """An answer taken back leaves no trace."""
    first = review("a", 0)
    assert state_of(first, review("b", 5, after="a"), Undo("u", at_day(5), "b")) == state_of(first)


def test_undo_is_resolved_on_ids() -> None:
    """An undo dated before what it takes back still takes it back."""
    assert state_of(review("a", 3), Undo("u", at_day(0), "a")) == CardState()


def test_undo_of_undo() -> None:
    """Taking back an undo brings the answer back."""
    events: list[Event] = [review("a", 0), Undo("u1", at_day(1), "a"), Undo("u2", at_day(2), "u1")]
    assert state_of(*events) == state_of(events[0])
    assert dead_ids(events) == {"u1"}
    assert dead_ids([*events, Undo("u3", at_day(3), "u2")]) == {"u2", "a"}


def test_two_undos_of_one_answer() -> None:
    """An answer taken back twice stays taken back when one of the undos is taken back."""
    events = [Undo("u1", 1, "a"), Undo("u2", 1, "a"), Undo("u3", 2, "u2")]
    assert dead_ids(events) == {"u2", "a"}


def test_a_batch_goes_with_its_first_event() -> None:
    """An undo takes along all that go with its event, whatever their kind; an undo of that undo brings them back."""
    batch: list[Event] = [
        SetDue("a", 1, "x:c1", 90),
        Flag("b", 2, "y:front", 3, "a"),
        Amend("c", 3, "r", 0, 1, "a"),
        Suspend("d", 4, "x:c2", "c"),
    ]
    assert dead_ids([*batch, Undo("u", 5, "a")]) == {"a", "b", "c"}
    assert dead_ids([*batch, Undo("u", 5, "a"), Undo("v", 6, "u")]) == {"u"}
    assert dead_ids([*batch, Undo("u", 5, "b")]) == {"b"}


def test_a_promise_under_a_wrong_clock() -> None:
    """What an answer promised at a wrong time falls when the time is corrected: the due day is worked out anew."""
    wrong = review("a", 3650, 4, due=at_day(3660) // DAY_MS + EPOCH_DAY)
    corrected = state_of(wrong, Amend("m", at_day(3651), "a", at_day(0), EPOCH_DAY))
    assert isinstance(corrected.progress, Reviewing)
    assert EPOCH_DAY < corrected.progress.due < EPOCH_DAY + 30


def test_undo_circles() -> None:
    """Undos in a circle are dead and take nothing back; one broken from outside is not a circle."""
    assert dead_ids([Undo("u", 1, "u")]) == {"u"}
    assert dead_ids([Undo("u1", 1, "u2"), Undo("u2", 1, "u1")]) == {"u1", "u2"}
    assert dead_ids([Undo("u1", 1, "u2"), Undo("u2", 1, "u1"), Undo("v", 1, "u1")]) == {"u1"}
    assert "a" not in dead_ids([Undo("u", 1, "u"), Undo("w", 1, "a"), Undo("u2", 1, "w")])


def test_long_chain_of_undos() -> None:
    """A hundred thousand undos of undos are settled without recursion."""
    undos = [Undo(f"u{n}", n, f"u{n - 1}") for n in range(100_001)]
    assert "u-1" in dead_ids(undos) and "u99999" in dead_ids(undos) and "u0" not in dead_ids(undos)


def test_undone_predecessor() -> None:
    """An answer after one that was taken back on another device is worked out anew."""
    first, second, third = review("a", 0), review("b", 5, after="a"), review("c", 9, due=99, after="b")
    state = state_of(first, second, third, Undo("u", at_day(10), "b"))
    assert state.progress == state_of(first, replace(third, after="gone")).progress
    assert due_of(state) != 9 + 99


def test_equal_ids_count_once() -> None:
    """An event that came by two files counts once."""
    events = [review("a", 0), review("b", 5, after="a")]
    assert live([*events, *events, events[0]]) == events


def test_forged_twins() -> None:
    """Different events under one id: the same one is kept in every order."""
    one, other = review("a", 0), review("a", 1, rating=1)
    assert live([one, other]) == live([other, one])


def test_amend() -> None:
    """An amended answer counts at its corrected time and on its corrected day; the newest amendment holds."""
    wrong = review("a", 300)
    amends = [Amend("m2", at_day(2), "a", at_day(1), DAY + 1), Amend("m1", at_day(1), "a", at_day(9), DAY + 9)]
    [kept] = [event for event in live([wrong, *amends]) if isinstance(event, Review)]
    assert kept == replace(wrong, at=at_day(1), day=DAY + 1, after=AMENDED)
    assert wrong in live([wrong, *amends, Undo("u1", 1, "m1"), Undo("u2", 1, "m2")])


def test_amend_changes_the_order() -> None:
    """Answers whose order an amendment changes are worked out anew where the predecessor changed."""
    events = [review("a", 0), review("b", 5, due=9, after="a")]
    state = state_of(*events, Amend("m", at_day(8), "a", at_day(7), DAY + 7))
    assert (state.last_event, state.reps) == ("a", 2)


def test_amend_of_what_has_no_day() -> None:
    """Amending an event without a study day moves its time; an amend cannot be amended."""
    corrections = {"f": Amend("m", 5, "f", 2, DAY), "n": Amend("o", 5, "n", 2, DAY)}
    assert amended(Flag("f", 9, "x", 1), corrections) == Flag("f", 2, "x", 1)
    assert amended(Amend("n", 9, "a", 1, DAY), corrections) == Amend("n", 9, "a", 1, DAY)
    assert amendments([Amend("n", 9, "a", 1, DAY)], {"n"}) == {}


def test_reset() -> None:
    """A reset card is new: no repetitions, no lapses; its next answer is a first answer."""
    events: list[Event] = [review("a", 0), review("b", 5, rating=1, due=1, after="a"), Reset("r", at_day(6), "x:c1")]
    assert state_of(*events) == CardState(last_event="r")
    state = state_of(*events, review("c", 7, due=2, after="r"))
    assert state.progress == Reviewing(DAY + 9, MODEL.step(None, 0, 3))
    assert (state.reps, state.lapses) == (1, 0)


def test_reset_of_a_new_card() -> None:
    """Resetting a new card does nothing, so an answer given elsewhere keeps its promise."""
    assert due_of(state_of(Reset("r", at_day(0), "x:c1"), review("a", 1, due=44))) == 45


def test_set_due() -> None:
    """A due day set by hand holds until the next answer, and the memory stays."""
    first = review("a", 0, due=4)
    moved = SetDue("d", at_day(1), "x:c1", DAY + 30)
    state = state_of(first, moved)
    assert state.progress == Reviewing(DAY + 30, MODEL.step(None, 0, 3))
    assert state.last_event == "d"
    assert due_of(state_of(first, moved, review("b", 30, due=50, after="d"))) == 80


def test_set_due_over_a_broken_promise() -> None:
    """A due day set by hand holds, too, where the answer before it would have been worked out anew."""
    moved = SetDue("d", at_day(6), "x:c1", DAY + 30)
    assert due_of(state_of(review("a", 0), review("b", 5, after="gone"), moved)) == 30


def test_set_due_takes_a_card_out_of_the_steps() -> None:
    """A learning card with a due day set by hand is a review card."""
    learning = Review("a", AT, "x:c1", 1, 1, "study", DAY, AT + 60_000, 0, None)
    assert due_of(state_of(learning, SetDue("d", at_day(1), "x:c1", DAY + 3))) == 3


def test_set_due_on_a_new_card() -> None:
    """A due day means nothing to a card never answered, and breaks no promise."""
    moved = SetDue("d", at_day(0), "x:c1", DAY + 30)
    assert state_of(moved) == CardState()
    assert due_of(state_of(moved, review("a", 1, due=44))) == 45


def test_leech_suspension_dies_with_its_review() -> None:
    """The suspension of a leech goes when its answer is taken back; one by hand stays."""
    lapse, leech = review("a", 0, rating=1), Suspend("s", at_day(0), "x:c1", "a")
    undo = Undo("u", at_day(1), "a")
    assert state_of(lapse, leech).suspended
    assert not state_of(lapse, leech, undo).suspended
    assert state_of(lapse, leech, Suspend("t", at_day(0), "x:c1", None), undo).suspended
    assert state_of(lapse, leech, undo, Undo("v", at_day(2), "u")).suspended


def test_suspend_and_bury() -> None:
    """The last of suspend and unsuspend wins, and of bury and unbury; an answer changes neither."""
    suspend, unsuspend = Suspend("s", at_day(1), "x:c1", None), Unsuspend("t", at_day(2), "x:c1")
    bury, unbury = Bury("b", at_day(3), "x:c1", DAY + 4), Unbury("v", at_day(4), "x:c1")
    assert state_of(suspend, review("a", 1.5)).suspended
    assert not state_of(suspend, unsuspend).suspended
    assert state_of(bury, review("a", 3.5)).buried_until == DAY + 4
    assert state_of(bury, unbury).buried_until is None


def test_suspend_takes_the_place_of_bury() -> None:
    """As in Anki a suspended card cannot be buried, and suspending unburies."""
    bury = Bury("b", at_day(1), "x:c1", DAY + 4)
    state = state_of(bury, Suspend("s", at_day(2), "x:c1", None))
    assert state.suspended and state.buried_until is None
    state = state_of(Suspend("s", at_day(0), "x:c1", None), bury, Unsuspend("t", at_day(2), "x:c1"))
    assert not state.suspended and state.buried_until is None


def test_flag_and_mark() -> None:
    """The last flag and the last mark win; no flag and no text clear them."""
    state = state_of(Flag("f", 1, "x:c1", 3), Flag("g", 2, "x:c1", 5), Mark("m", 1, "x:c1", "too long"))
    assert (state.flag, state.mark) == (5, "too long")
    assert state_of(Flag("f", 1, "x:c1", 3), Flag("g", 2, "x:c1", 0)).flag == 0
    assert state_of(Mark("m", 1, "x:c1", "a"), Mark("n", 2, "x:c1", "")).mark is None


def test_unknown_and_content_change_nothing() -> None:
    """Kinds of later versions and content notes have no effect on a card."""
    assert state_of(Unknown("e", 1, "dream"), Content("c", 2, "x", "00"), review("a", 0)) == state_of(review("a", 0))


def test_newest_undoable() -> None:
    """`u` takes back the newest live event made here that is no undo, content, import or leech suspension."""
    ids = [new_id(n, bytes(10)) for n in range(10)]
    lapse, leech = replace(review(ids[1], 0, rating=1), at=1), Suspend(ids[2], 2, "x:c1", ids[1])
    flag = Flag(ids[0], 0, "x:c1", 1)
    others: list[Event] = [Content(ids[4], 4, "x", "00"), Unknown(ids[5], 5, "dream"), replace(review("6f1e", 6), at=6)]
    events: list[Event] = [leech, *others, flag, lapse]
    assert newest_undoable(events, set()) == lapse
    events.append(Undo(ids[7], 7, lapse.id))
    assert newest_undoable(events, dead_ids(events)) == flag
    events.append(Undo(ids[8], 8, flag.id))
    assert newest_undoable(events, dead_ids(events)) is None
    assert newest_undoable([], set()) is None


CARDS = ["x:c1", "x:c2", "y:front"]


def random_journal(random: Random, length: int) -> list[Event]:
    """Events of two devices that answer by their own, partly stale, sight of three cards."""
    events: list[Event] = []
    for n in range(length):
        at = at_day(n * random.choice([0.01, 0.3, 2])) + random.randrange(DAY_MS)
        day, id, card = at // DAY_MS + EPOCH_DAY, f"{random.randrange(10**6):06}-{n}", random.choice(CARDS)
        names = [event.id for event in events] or ["none"]
        kind = random.random()
        if kind < 0.6:
            seen = [e for e in live(events) if getattr(e, "card", "") == card and (e.at, e.id) < (at, id)]
            if random.random() < 0.2:
                seen = seen[:-1]
            state, rating = fold(seen, Rules(), MODEL), random.choice([1, 2, 3, 3, 4])
            progress = answer(state, at, day, rating, Rules(), MODEL, fuzz_seed(card, state.reps)).progress
            assert not isinstance(progress, New)
            step = None if isinstance(progress, Reviewing) else progress.step
            mode: Mode = "cram" if random.random() < 0.1 else "study"
            events.append(Review(id, at, card, rating, 9, mode, day, progress.due, step, state.last_event))
        else:
            target = random.choice(names)
            other: list[Event] = [
                Undo(id, at, target),
                Undo(id, at, target),
                Reset(id, at, card, random.choice([None, target])),
                SetDue(id, at, card, day + random.randrange(90), random.choice([None, target])),
                Suspend(id, at, card, random.choice([None, target])),
                Unsuspend(id, at, card),
                Bury(id, at, card, day + 1),
                Amend(id, at, target, at - random.randrange(9) * DAY_MS, day - 3, random.choice([None, target])),
                Flag(id, at, card, random.randrange(8)),
                Content(id, at, "x", "00"),
                Unknown(id, at, "dream"),
            ]
            events.append(random.choice(other))
    return events


def by_card(events: list[Event]) -> dict[str, CardState]:
    """Each card folded on its own."""
    cards = sorted({card for event in events if (card := getattr(event, "card", None))})
    return {card: fold([e for e in events if getattr(e, "card", None) == card], RULES, MODEL) for card in cards}


def assert_agree(bulk: dict[str, CardState], single: dict[str, CardState]) -> None:
    """Equal, and memories to 1e-9; a card that was only crammed need not be in the bulk."""
    for card, state in single.items():
        found = bulk.get(card, CardState())
        if isinstance(state.progress, New) or isinstance(found.progress, New):
            assert found == state
        else:
            assert found.progress.memory == pytest.approx(state.progress.memory, rel=1e-9)
            same = replace(found.progress, memory=state.progress.memory)
            assert replace(found, progress=same) == state
    assert set(bulk) <= set(single)


@given(st.integers(0, 2**32), st.integers(0, 40))
@example(6658, 15)  # a suspension because of a suspension
def test_order_of_arrival_does_not_matter(seed: int, length: int) -> None:
    """Split over files, doubled and shuffled, a journal folds to the same states; in bulk to 1e-9 the same."""
    random = Random(seed)
    events = random_journal(random, length)
    settled = live(events)
    single = by_card(settled)
    shuffled = events + random.sample(events, len(events) // 3)
    random.shuffle(shuffled)
    assert live(shuffled) == settled
    assert_agree(fold_many(settled, lambda card: (RULES, MODEL)), single)


@given(st.integers(0, 2**32), st.integers(0, 30), st.integers(0, 30))
def test_a_fold_can_go_on(seed: int, length: int, cut: int) -> None:
    """Folding the later events onto the state of the earlier ones is folding all."""
    events = [e for e in live(random_journal(Random(seed), length)) if getattr(e, "card", None) == "x:c1"]
    earlier = fold(events[:cut], RULES, MODEL)
    assert fold(events[cut:], RULES, MODEL, earlier) == fold(events, RULES, MODEL)


def test_bulk_with_two_models() -> None:
    """Cards of decks with other parameters and rules fold with theirs."""
    other = (Rules(desired_retention=0.8, fuzz=False), Fsrs6((*DEFAULT_PARAMETERS[:3], 20.0, *DEFAULT_PARAMETERS[4:])))
    events: list[Event] = []
    for n in range(50):
        card = f"n{n}:c1"
        events += [review(f"{n}-1", 0, 4, card=card), review(f"{n}-2", 8, 1 + n % 4, card=card, after="gone")]
    events.sort(key=lambda event: (event.at, event.id))

    def plan(card: str) -> tuple[Rules, Fsrs6]:
        return other if int(card[1:].split(":")[0]) % 2 else (RULES, MODEL)

    bulk = fold_many(events, plan)
    for card, state in bulk.items():
        single = fold([e for e in events if getattr(e, "card", None) == card], *plan(card))
        assert_agree({card: state}, {card: single})


def test_bulk_of_nothing() -> None:
    """No events, no states; a card that was only suspended has one."""
    assert fold_many([], lambda card: (RULES, MODEL)) == {}
    only = fold_many([Suspend("s", 1, "x:c1", None)], lambda card: (RULES, MODEL))
    assert only == {"x:c1": CardState(suspended=True)}
