from collections import Counter
from pathlib import Path

import pytest

from srs.collection import queries
from srs.collection.collection import CardChanged, ClockDoubt, Collection
from srs.collection.index import set_meta, writing
from srs.errors import SrsError
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from srs.memory.state import New, Progress, Reviewing
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Two notes, one card each; leeches after two lapses."""
    settings = 'timezone = "Europe/Berlin"\n[study]\nleech_at = 2\n'
    return open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")}, settings))


def shown(progress: Progress) -> tuple[object, ...]:
    return type(progress), getattr(progress, "due", None), getattr(progress, "step", None)


@pytest.mark.parametrize("rating", [1, 2, 3, 4])
@pytest.mark.parametrize("before", [(), (3,), (4,), (4, 1)])
def test_an_answer_keeps_the_promise(tmp_path: Path, rating: int, before: tuple[int, ...]) -> None:
    """What a button says is what the answer does, also once the index is made anew, for cards in every state."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    now = moment()
    for each in before:
        collection.answer("one:answer", each, now, 0)
        now += 20 * DAY_MS + 3_600_000
    promised = collection.preview("one:answer", now)[rating - 1]
    answered = collection.answer("one:answer", rating, now, 1234)
    assert answered.answer == promised
    for each_collection in (collection, open_collection(root, environ_of(tmp_path, "there-0002"))):
        assert shown(each_collection.state("one:answer").progress) == shown(promised.progress)
    if promised.interval_days is not None:
        assert answered.review.due == answered.review.day + promised.interval_days


def test_a_preview_changes_nothing(collection: Collection) -> None:
    """Looking at what answers would do leaves the card as it is, and says the same again."""
    first = collection.preview("one:answer", moment())
    assert collection.preview("one:answer", moment()) == first
    assert collection.state("one:answer").progress == New()


def test_undo_goes_back_step_by_step(collection: Collection) -> None:
    """Each undo takes back one more event of this device, until there is none; the states before come back exactly."""
    states = [collection.state("one:answer")]
    for n in range(3):
        collection.answer("one:answer", 4, moment() + n * 9 * DAY_MS, 0)
        states.append(collection.state("one:answer"))
    now = moment() + 30 * DAY_MS
    for n in (2, 1, 0):
        [undone] = collection.undo(now)
        assert isinstance(undone, ev.Review)
        assert collection.state("one:answer") == states[n]
    assert collection.undo(now) == []


def test_an_undo_while_another_program_writes_the_index(tmp_path: Path) -> None:
    """What another program puts into the index between looking and writing does not get in the way."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    here, other = open_collection(root, environ), open_collection(root, environ)
    for card, at in (("one:answer", moment()), ("two:answer", moment() + 1000)):
        here.answer(card, 3, at, 0)

    def meanwhile(statement: str) -> None:
        if statement.startswith("begin"):
            with writing(other.db):
                set_meta(other.db, "meanwhile", "written")

    here.db.set_trace_callback(meanwhile)
    assert here.undo(moment() + 2000)
    assert here.state("two:answer").progress == New()


def test_an_answer_after_an_undo_can_be_undone(collection: Collection) -> None:
    """After undo and another answer, undo takes back that answer, not the undo."""
    collection.answer("one:answer", 1, moment(), 0)
    collection.undo(moment() + 1000)
    again = collection.answer("one:answer", 3, moment() + 2000, 0).review
    assert collection.undo(moment() + 3000) == [again]
    assert collection.state("one:answer").progress == New()


def test_undo_is_for_this_device(tmp_path: Path) -> None:
    """Undo takes back the newest event that this device wrote, whatever others wrote since."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    here, there = open_collection(root, environ), open_collection(root, environ_of(tmp_path, "there-0002"))
    mine = here.answer("one:answer", 3, moment(), 0).review
    there.answer("two:answer", 3, moment() + 1000, 0)
    assert here.undo(moment() + 2000) == [mine]
    assert here.undo(moment() + 3000) == []
    assert here.state("two:answer").reps == 1


def test_imported_and_derived_events_are_not_undone(collection: Collection) -> None:
    """Undo passes over what was imported and what only records content."""
    mine = collection.answer("one:answer", 3, moment(), 0).review
    collection.record([ev.Flag("a hash of something", moment() + 1000, "two:answer", 1)])
    collection.record_contents([("one", "abc", moment() + 2000)])
    assert collection.undo(moment() + 3000) == [mine]


def leech(collection: Collection) -> ev.Review:
    now = moment()
    for rating in (4, 1, 4, 1):
        now += 30 * DAY_MS
        answered = collection.answer("one:answer", rating, now, 0)
    assert answered.leech
    return answered.review


def test_a_leech_is_suspended_because_of_the_review(collection: Collection) -> None:
    """The lapse that makes a card a leech suspends it, and the event names that review."""
    review = leech(collection)
    assert collection.state("one:answer").suspended and collection.state("one:answer").lapses == 2
    last = collection.events_json("one:answer")[-1]
    assert (last["do"], last["because"]) == ("suspend", review.id)


def test_undoing_a_leech_takes_the_suspension_along(collection: Collection) -> None:
    """Undo after a leech takes back the review, and the suspension with it, in one step."""
    review = leech(collection)
    assert collection.undo(moment() + 200 * DAY_MS)[0] == review
    state = collection.state("one:answer")
    assert (state.suspended, state.lapses, state.reps) == (False, 1, 3)
    [undone] = collection.undo(moment() + 200 * DAY_MS + 1000)
    assert isinstance(undone, ev.Review) and undone.rating == 4


def test_a_leech_that_is_only_marked(tmp_path: Path) -> None:
    """With leech_action = "mark" a leech is told and goes on being studied."""
    settings = 'timezone = "Europe/Berlin"\n[study]\nleech_at = 2\nleech_action = "mark"\n'
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("one")}, settings))
    leech(collection)
    assert not collection.state("one:answer").suspended


def test_a_clock_that_slipped(collection: Collection) -> None:
    """A clock less than five seconds back gives one millisecond after the newest event."""
    first = collection.answer("one:answer", 3, moment(), 0).review
    second = collection.answer("two:answer", 3, moment() - 4999, 0).review
    third = collection.answer("two:answer", 3, moment() - 4000, 0).review
    assert (second.at, third.at) == (first.at + 1, first.at + 2)


def test_a_clock_that_jumped_back(tmp_path: Path, collection: Collection) -> None:
    """A clock further back is refused in words and nothing is written, unless the time was given."""
    collection.answer("one:answer", 3, moment(), 0)
    before = [path.read_bytes() for path in sorted((collection.root / "journal").iterdir())]
    with pytest.raises(ClockDoubt, match="says 2026-12-01 10:59 UTC, before its own newest event of 2026-12-01 11:00"):
        collection.answer("two:answer", 3, moment() - 5000, 0)
    with pytest.raises(ClockDoubt):
        collection.undo(moment() - 5000)
    assert [path.read_bytes() for path in sorted((collection.root / "journal").iterdir())] == before
    given = open_collection(collection.root, environ_of(tmp_path), fixed_clock=True)
    assert given.answer("two:answer", 3, moment() - 5000, 0).review.at == moment() - 5000


def test_a_clock_that_leapt_ahead(collection: Collection) -> None:
    """A clock over 400 days after this device's newest event is doubted, once; a year away from the cards is not."""
    collection.answer("one:answer", 3, moment(), 0)
    with pytest.raises(ClockDoubt, match="says 2036-11-28"):
        collection.answer("two:answer", 3, moment() + 3650 * DAY_MS, 0)
    assert collection.answer("one:answer", 3, moment() + 390 * DAY_MS, 0)
    collection.accept_clock()
    assert collection.answer("two:answer", 3, moment() + 3650 * DAY_MS, 0)


def test_a_clock_that_is_accepted(collection: Collection) -> None:
    """Once the learner says that the clock is right, events are dated by it, each after the one before."""
    collection.answer("one:answer", 3, moment(), 0)
    collection.accept_clock()
    ats = [collection.answer("two:answer", 3, moment() - DAY_MS, 0).review.at for _ in range(3)]
    assert ats == [moment() - DAY_MS, moment() - DAY_MS + 1, moment() - DAY_MS + 2]


def test_a_card_that_changed_under_the_learner(tmp_path: Path) -> None:
    """An answer to a card that another program answered, suspended or buried since it was shown is not recorded."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    here, there = open_collection(root, environ), open_collection(root, environ)
    for n, change in enumerate((lambda at: there.answer("one:answer", 3, at, 0), lambda at: suspend(there, at))):
        seen = here.offer("one:answer", moment() + n * 9000)
        change(seen.at + 1000)
        with pytest.raises(CardChanged, match="one:answer"):
            here.answer("one:answer", 4, seen.at + 2000, 0, shown=seen)
    assert here.state("one:answer").reps == 1 and here.state("one:answer").suspended


def suspend(collection: Collection, at: int) -> None:
    collection.record_batch(["one:answer"], at, ev.Suspend)


def test_a_batch_is_taken_back_whole(collection: Collection) -> None:
    """What one command does to many cards is taken back by one undo; an undo of that undo brings it all again."""
    before = [collection.state(card) for card in ("one:answer", "two:answer")]
    collection.record_batch(["one:answer", "two:answer"], moment(), ev.Suspend)
    after = [collection.state(card) for card in ("one:answer", "two:answer")]
    undone = collection.undo(moment() + 1000)
    assert [ev.card_of(event) for event in undone] == ["one:answer", "two:answer"]
    assert [collection.state(card) for card in ("one:answer", "two:answer")] == before
    assert collection.undo(moment() + 2000) == []
    undo = next(event for event, _, _ in collection.recent(9) if isinstance(event, ev.Undo))
    collection.undo_event(undo.id, moment() + 3000)
    assert [collection.state(card) for card in ("one:answer", "two:answer")] == after


def test_what_a_file_tells_of_is_adopted_once(collection: Collection) -> None:
    """Events of another program's file come in once, also after they were taken back; one undo takes them all."""
    day = collection.day(moment())
    told = [
        ev.Review(f"anki:{n}", moment() - n * DAY_MS, card, 3, 900, "study", day - n, day - n + 2, None, None)
        for n, card in ((2, "one:answer"), (1, "two:answer"))
    ]
    assert [event.id for event in collection.adopt("phone.apkg", told, moment())] == ["anki:2", "anki:1"]
    assert collection.state("one:answer").reps == 1
    assert collection.adopt("phone.apkg", told, moment() + 1000) == []
    head, *others = collection.undo(moment() + 2000)
    assert isinstance(head, ev.Import)
    assert (head.file, {event.id for event in others}) == ("phone.apkg", {"anki:1", "anki:2"})
    assert collection.state("one:answer").progress == New()
    assert collection.adopt("phone.apkg", told, moment() + 3000) == []


def test_undo_by_name(tmp_path: Path) -> None:
    """An event of any device can be named and taken back, once; what is no event, or nothing to undo, is refused."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    theirs = open_collection(root, environ_of(tmp_path, "there-0002")).answer("one:answer", 3, moment(), 0).review
    here = open_collection(root, environ)
    assert here.undo_event(theirs.id, moment() + 1000) == [theirs]
    assert here.state("one:answer").progress == New()
    here.record_contents([("one", "abc", moment())])
    (content,) = here.db.execute("select id from event where do = 'content'").fetchone()
    assert not any(event.id == content for event, _, _ in here.recent(9))
    for id_, words in ((theirs.id, "taken back already"), ("nonsense", "no event"), (content, "nothing that can")):
        with pytest.raises(SrsError, match=words):
            here.undo_event(id_, moment() + 2000)


def test_a_replaced_file_leaves_a_copy(collection: Collection) -> None:
    """What stood in a file that a command rewrites is kept, the newest ten times."""
    path = collection.root / "decks" / "a.yaml"
    first = path.read_bytes()
    for n in range(12):
        collection.replace("decks/a.yaml", path.read_bytes(), first + b"# %d\n" % n)
    copies = sorted((collection.copies_folder / "decks" / "a.yaml").iterdir())
    assert [copy.read_bytes() for copy in copies] == [first + b"# %d\n" % n for n in range(1, 11)]
    assert path.read_bytes() == first + b"# 11\n"


def test_a_given_time_stands_still(tmp_path: Path) -> None:
    """With a given time each further event is one millisecond later, however many there are."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    collection = open_collection(root, environ, fixed_clock=True)
    ats = [collection.answer("one:answer", 3, moment(), 0).review.at for _ in range(3)]
    assert ats == [moment(), moment() + 1, moment() + 2]


def test_anothers_clock_is_no_measure(tmp_path: Path) -> None:
    """Events of another device from the future do not stop this one."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    open_collection(root, environ_of(tmp_path, "there-0002")).answer("one:answer", 3, moment() + DAY_MS, 0)
    review = open_collection(root, environ).answer("two:answer", 3, moment(), 0).review
    assert review.at == moment()


def test_cramming_counts_nothing_in_fsrs(collection: Collection) -> None:
    """A cram answer is on record and leaves the card where it was."""
    before = collection.state("one:answer")
    collection.answer("one:answer", 1, moment(), 0, "cram")
    assert collection.state("one:answer") == before
    assert len(collection.events_json("one:answer")) == 1


@pytest.mark.parametrize(("ms", "kept"), [(None, None), (-5, 0), (4120, 4120), (10**9, 600_000)])
def test_the_time_to_think(collection: Collection, ms: int | None, kept: int | None) -> None:
    """A night at the keyboard counts as ten minutes."""
    assert collection.answer("one:answer", 3, moment(), ms).review.ms == kept


def test_contents(collection: Collection) -> None:
    """The newest `content` event of a note counts; none are written in one go, and nothing for no change."""
    collection.record_contents([])
    assert collection.contents() == {} and not (collection.root / "journal").exists()
    collection.record_contents([("one", "abc", moment()), ("two", "def", moment())])
    collection.record_contents([("one", "xyz", moment() + 5)])
    assert collection.contents() == {"one": ("xyz", moment() + 5), "two": ("def", moment())}


def test_contents_follow_a_rename(collection: Collection) -> None:
    """What was exported of a note under a former id, and of its prompts, is known under its id of today."""
    collection.record_contents([("one", "abc", moment()), ("one:p-x", "def", moment()), ("notetype:Basic", "0", 1)])
    deck = basic_deck("one", "two").replace("id: one\n", "id: uno\n    was: [one]\n")
    write_deck(collection.root, "a.yaml", deck)
    collection.refresh()
    assert collection.contents() == {
        "uno": ("abc", moment()), "uno:p-x": ("def", moment()), "notetype:Basic": ("0", 1),
    }  # fmt: skip


def test_events_are_shown_as_written(collection: Collection) -> None:
    """An amended review is folded at its corrected day and shown as the journal has it."""
    review = collection.answer("one:answer", 4, moment(), 0).review
    at = moment() + 1000
    collection.record([ev.Amend(ev.new_id(at, bytes(10)), at, review.id, moment() - 3 * DAY_MS, review.day - 3)])
    assert collection.state("one:answer").last_day == review.day - 3
    assert collection.events_json("one:answer") == [collection.event_json(review)]


def test_numbers(collection: Collection) -> None:
    """`size` counts notes and cards."""
    assert collection.size() == (2, 2)
    assert collection.nearest("on") == "did you mean one?"
    assert not collection.has_answers()


def test_review_day_and_due_day(collection: Collection) -> None:
    """Before the rollover an answer belongs to the day before."""
    review = collection.answer("one:answer", 4, moment("2026-12-02T03:59:59+01:00"), 0).review
    assert review.day == collection.day(moment("2026-12-01T12:00:00+01:00"))
    progress = collection.state("one:answer").progress
    assert isinstance(progress, Reviewing) and progress.due == review.due


def test_a_promise_outlives_the_rollover(collection: Collection) -> None:
    """A button pressed after the rollover does what it said before: the date stays, the answer belongs to its day."""
    collection.answer("one:answer", 4, moment("2026-11-20T12:00:00+01:00"), 0)
    shown_at, now = moment("2026-12-02T03:59:50+01:00"), moment("2026-12-02T04:00:10+01:00")
    offered = collection.offer("one:answer", shown_at)
    promised = offered.answers.good
    review = collection.answer("one:answer", 3, now, 0, shown=offered).review
    assert (shown(collection.state("one:answer").progress), review.day) == (
        shown(promised.progress),
        collection.day(now),
    )


def answered_on_one_day(tmp_path: Path, settings: str, count: int = 150) -> Collection:
    """A collection whose cards were all answered Easy on one day, a Tuesday."""
    ids = [f"n{n}" for n in range(count)]
    zone = 'timezone = "Europe/Berlin"\n'
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck(*ids)}, zone + settings))
    for n, id_ in enumerate(ids):
        collection.answer(f"{id_}:answer", 4, moment() + n * 1000, 0)
    return collection


def dues(collection: Collection) -> Counter[int]:
    """How many cards are due on each day, as days after the answers."""
    day = collection.day(moment())
    progress = [collection.state(card.id).progress for card in collection.cards(moment())]
    return Counter(each.due - day for each in progress if isinstance(each, Reviewing))


def test_the_load_is_spread(tmp_path: Path) -> None:
    """Cards answered alike on one day are spread over the range of fuzz nearly evenly; without fuzz not at all."""
    spread = dues(answered_on_one_day(tmp_path / "fuzz", ""))
    assert sorted(spread) == [6, 7, 8, 9, 10] and max(spread.values()) - min(spread.values()) <= 8
    assert dues(answered_on_one_day(tmp_path / "exact", "[fsrs]\nfuzz = false\n", 9)) == {8: 9}


def test_easy_days_are_left_alone(tmp_path: Path) -> None:
    """No review falls on an easy day while its range has another, and one deck may have easy days of its own."""
    spread = dues(answered_on_one_day(tmp_path, '[deck.a]\neasy_days = ["tue", "wed"]\n', 40))
    assert sorted(spread) == [6, 9, 10]


def test_a_suspended_card_is_no_load(tmp_path: Path) -> None:
    """Cards that are suspended fill no day."""
    collection = answered_on_one_day(tmp_path, "", 30)
    now, day = moment() + DAY_MS, collection.day(moment()) + 8
    assert queries.due_on(collection.db, day, "") == dues(collection)[8] > 0
    collection.record_batch([card.id for card in collection.cards(now)], now, ev.Suspend)
    assert queries.due_on(collection.db, day, "") == 0


def test_next_and_answer_agree(tmp_path: Path) -> None:
    """An answer without a preview gives what a preview at the same instant says, in a collection full of reviews."""
    collection = answered_on_one_day(tmp_path, "", 40)
    now = moment() + 8 * DAY_MS
    for card in [card.id for card in collection.cards(now)][:12]:
        promised = collection.preview(card, now).good
        assert collection.answer(card, 3, now, 0).answer == promised
        now += 1000


def test_a_step_runs_from_the_answer(collection: Collection) -> None:
    """A step shown as ten minutes takes ten minutes from the answer, not from when the back was shown."""
    offered = collection.offer("one:answer", moment())
    review = collection.answer("one:answer", 3, moment() + 45_000, 0, shown=offered).review
    assert (review.due, review.step) == (moment() + 45_000 + 600_000, 1)


def test_balanced_days_stay_where_they_are(tmp_path: Path) -> None:
    """To today's settings a day that fuzz could have chosen is right; an easy day is not, where there is another."""
    collection = answered_on_one_day(tmp_path, "", 30)
    cards = [card.id for card in collection.cards(moment())]
    before = {card: collection.due_by_rules(card) for card in cards}
    assert Counter((due or 0) - collection.day(moment()) for due in before.values()) == dues(collection)
    (collection.root / "srs.toml").write_text(
        'timezone = "Europe/Berlin"\n[study]\neasy_days = ["wed"]\n', encoding="utf-8"
    )
    later = open_collection(collection.root, environ_of(tmp_path))
    wednesday = collection.day(moment()) + 8
    for card in cards:
        due = later.due_by_rules(card)
        assert due != wednesday and (before[card] == wednesday or due == before[card])
