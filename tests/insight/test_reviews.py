from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srs.collection import collection as collections
from srs.collection.collection import Collection
from srs.collection.recorded import events_of_card
from srs.insight.reviews import COLUMNS, LEARNING, NEW, RELEARNING, REVIEW, Reviews, read_reviews
from srs.memory import events as ev
from srs.memory.days import DAY_MS, EPOCH_DAY
from srs.memory.fold import fold
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, Fsrs6
from srs.memory.model import Model, Moment
from srs.memory.state import CardState, Learning, New, Relearning, Reviewing
from tests.memory.sm2 import Sm2
from tests.support import basic_deck, make_collection, moment, open_collection, times

START = moment("2026-01-05T09:00:00+01:00")
CARDS = ("a:answer", "b:answer", "old:answer", "gone:answer")
DECKS = {"a.yaml": "deck: A\n" + basic_deck("a"), "b.yaml": "deck: B\n" + basic_deck("b", "c")}
OTHER = (*DEFAULT_PARAMETERS[:3], 12.0, *DEFAULT_PARAMETERS[4:])
SETTINGS = f'timezone = "UTC"\n[deck.B]\nlearning_steps = ["5m"]\nparameters = {list(OTHER)}\n'


def collection_of(folder: Path, events: Iterable[ev.Event], config: str = SETTINGS) -> Collection:
    """A collection whose journal has these events."""
    decks = DECKS | {"b.yaml": DECKS["b.yaml"].replace("    id: c\n", "    id: c\n    was: [old]\n")}
    root, environ = make_collection(folder, decks, config)
    (root / "journal").mkdir()
    lines = [ev.header_line("here-0001"), *map(ev.encode, events)]
    (root / "journal" / "here-0001.2026.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return open_collection(root, environ)


@st.composite
def histories(draw: st.DrawFn) -> list[ev.Event]:
    """Answers, resets and moved days of a few cards, whose promises mostly stand, and some undone or amended."""
    at, found, last = START, list[ev.Event](), dict[str, str]()
    for number in range(draw(st.integers(0, 40))):
        at += draw(st.sampled_from((0, 1, 50_000, 700_000, DAY_MS, 3 * DAY_MS, 26 * DAY_MS)))
        card, id_, day = draw(st.sampled_from(CARDS)), f"e{number:03}", at // DAY_MS + EPOCH_DAY
        what = draw(st.sampled_from(("study",) * 8 + ("cram", "reset", "due", "undo", "amend")))
        if what in ("study", "cram"):
            step = draw(st.sampled_from((None, None, 0, 1, 7)))
            wait = draw(st.sampled_from((1, 4, 20, 21, 300)))
            due = day + wait if step is None else at + draw(st.sampled_from((60_000, 600_000, 2 * DAY_MS)))
            after = draw(st.sampled_from((last.get(card),) * 9 + ("elsewhere",)))
            mode: ev.Mode = "cram" if what == "cram" else "study"
            ms = draw(st.sampled_from((None, 0, 3000)))
            found.append(ev.Review(id_, at, card, draw(st.integers(1, 4)), ms, mode, day, due, step, after))
        elif what == "reset":
            found.append(ev.Reset(id_, at, card))
        elif what == "due":
            found.append(ev.SetDue(id_, at, card, day + draw(st.integers(-5, 40))))
        elif found and what == "undo":
            found.append(ev.Undo(id_, at, draw(st.sampled_from(found)).id))
        elif found:
            then = at - draw(st.integers(0, 9 * DAY_MS))
            found.append(ev.Amend(id_, at, draw(st.sampled_from(found)).id, then, then // DAY_MS + EPOCH_DAY))
        if what in ("study", "reset", "due"):
            last[card] = id_
    return found


Told = tuple[object, ...]


def one_by_one(collection: Collection) -> list[Told]:
    """The rows as the fold gives them, card by card and event by event."""
    told: list[Told] = []
    names = [row[0] for row in collection.db.execute("select distinct subject from event where do = 'review'")]
    for name in sorted(names):
        (rules, model), state, rating = collection.rules_and_model(name), CardState(), 0
        for event in events_of_card(collection.db, name):
            before, state = state, fold([event], rules, model, state)
            if isinstance(state.progress, New):
                rating = 0
            if isinstance(event, ev.Review):
                told.append((name, *told_of(event, before, state, rating, model)))
                rating = event.rating if event.mode == "study" else rating
    return told


def told_of(review: ev.Review, before: CardState, state: CardState, rating: int, model: Model) -> Told:
    elapsed, recall, stability, difficulty = -1, np.nan, np.nan, np.nan
    if before.last_day is not None and before.last_at is not None and not isinstance(before.progress, New):
        elapsed = max(0, review.day - before.last_day)
        days = model.elapsed(Moment(before.last_at, before.last_day), Moment(review.at, review.day))
        recall = model.curve(before.progress.memory, days)
    if not isinstance(state.progress, New):
        stability, difficulty = model.interval(state.progress.memory, 0.9), state.progress.memory[1]
    ms = -1 if review.ms is None else review.ms
    return (
        review.at, review.day, review.rating, ms, review.mode == "cram", stage(before), stage(state), elapsed, rating,
        promised(before), promised(state), recall, stability, difficulty,
    )  # fmt: skip


def stage(state: CardState) -> int:
    return {New: NEW, Learning: LEARNING, Reviewing: REVIEW, Relearning: RELEARNING}[type(state.progress)]


def promised(state: CardState) -> int:
    progress = state.progress
    if isinstance(progress, New) or state.last_day is None or state.last_at is None:
        return 0
    if isinstance(progress, Reviewing):
        return max(1, progress.due - state.last_day)
    return max(0, progress.due - state.last_at) // DAY_MS


def assert_equal(found: Reviews, told: list[Told]) -> None:
    assert [found.cards[card] for card in found.card.tolist()] == [row[0] for row in told]
    for place, name in enumerate(COLUMNS[1:], 1):
        expected = [row[place] for row in told]
        if name in ("recall", "stability", "difficulty"):
            np.testing.assert_allclose(getattr(found, name), np.array(expected, dtype=float), rtol=1e-9, err_msg=name)
        else:
            assert getattr(found, name).tolist() == expected, name


@settings(max_examples=times(30))
@given(histories())
def test_rows_are_what_the_fold_gives_event_by_event(events: list[ev.Event]) -> None:
    """Whatever happened in whichever order: the arrays hold what folding one event after the other gives."""
    with TemporaryDirectory() as folder:
        collection = collection_of(Path(folder), events)
        assert_equal(read_reviews(collection), one_by_one(collection))
        collection.db.close()


def review(number: int, day: int, rating: int = 3, card: str = "a:answer", step: int | None = None) -> ev.Review:
    """The answer number `number` of a card, after the one before it, promising two days or a step of ten minutes."""
    at = START + day * DAY_MS + number
    on = at // DAY_MS + EPOCH_DAY
    due = on + 2 if step is None else at + 600_000
    after = f"{card}-{number - 1}" if number else None
    return ev.Review(f"{card}-{number}", at, card, rating, 1000, "study", on, due, step, after)


def test_steps_before_the_first_interval_are_learning_and_after_it_relearning(tmp_path: Path) -> None:
    """A card that was once out of its first steps does not learn any more, it relearns."""
    events = [review(0, 0, 1, step=0), review(1, 0, step=1), review(2, 0), review(3, 2, 1, step=0), review(4, 2)]
    found = read_reviews(collection_of(tmp_path, events))
    assert found.stage.tolist() == [NEW, LEARNING, LEARNING, REVIEW, RELEARNING]
    assert found.stage_after.tolist() == [LEARNING, LEARNING, REVIEW, RELEARNING, REVIEW]
    assert (found.interval.tolist(), found.interval_after.tolist()) == ([0, 0, 0, 2, 0], [0, 0, 2, 0, 2])
    assert (found.elapsed.tolist(), found.rating_before.tolist()) == ([-1, 0, 0, 2, 0], [0, 1, 3, 3, 1])


def test_only_the_cards_asked_for_are_read(tmp_path: Path) -> None:
    """A choice of cards gives their rows as among all."""
    events = [review(n, n, card=card) for card in ("a:answer", "b:answer") for n in range(3)]
    collection = collection_of(tmp_path, events)
    every, some = read_reviews(collection), read_reviews(collection, {"b:answer", "none:answer"})
    assert (some.cards, len(some), len(every)) == (("b:answer",), 3, 6)
    np.testing.assert_array_equal(some.stability, every.stability[every.card == 1])
    assert len(read_reviews(collection, set())) == 0


def test_rows_are_chosen_by_mask(tmp_path: Path) -> None:
    """A choice of rows keeps all columns together."""
    found = read_reviews(collection_of(tmp_path, [review(n, n * 3, rating=n + 1) for n in range(4)]))
    late = found.chosen(found.rating > 2)
    assert (late.rating.tolist(), late.rating_before.tolist(), late.cards) == ([3, 4], [2, 3], found.cards)


def test_another_model_is_asked_through_the_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SM-2, recall and stability are SM-2's, in exact time."""
    monkeypatch.setattr(collections, "_model", lambda _: Sm2())
    collection = collection_of(tmp_path, [review(n, n * 2) for n in range(4)], 'timezone = "UTC"\n')
    assert_equal(read_reviews(collection), one_by_one(collection))


@pytest.mark.parametrize("model", [Fsrs6(), Sm2()])
def test_a_replay_of_every_answer_steps_through_all_of_them(model: Model) -> None:
    """Row after row `replay_every` holds what `step` gives, and `elapsed_many` what `elapsed` does."""
    days = np.array([5, 5, 9, 8, 2, 30])
    ats, ratings = days * DAY_MS + np.arange(6), np.array([1, 3, 4, 2, 3, 1])
    offsets = np.array([0, 4, 6])
    expected = []
    for first, end in pairwise(offsets.tolist()):
        memory = None
        for n in range(first, end):
            moments = [Moment(int(ats[k]), int(days[k])) for k in (max(n - 1, first), n)]
            memory = model.step(memory, model.elapsed(*moments), int(ratings[n]))
            expected.append(memory)
    np.testing.assert_allclose(model.replay_every(offsets, ats, days, ratings), expected, rtol=1e-9)
    gaps = [
        model.elapsed(Moment(int(ats[n]), int(days[n])), Moment(int(ats[n + 1]), int(days[n + 1]))) for n in range(5)
    ]
    assert model.elapsed_many(ats[:-1], days[:-1], ats[1:], days[1:]).tolist() == gaps
