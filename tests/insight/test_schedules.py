from pathlib import Path
from typing import Any

from srs.cards.outgoing import Logged, Standing
from srs.collection.collection import Collection
from srs.insight.schedules import schedules
from srs.memory import events as ev
from srs.memory.state import CardState, Reviewing
from tests.support import basic_deck, make_collection, moment, open_collection

DAY = 86_400_000
NOW = moment()
CARD = "a:answer"
SETTINGS = 'timezone = "Europe/Berlin"\n[fsrs]\nfuzz = false\n'


def opened(tmp_path: Path, settings: str = SETTINGS) -> Collection:
    return open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("a", "b")}, settings), fixed_clock=True)


def standing(collection: Collection, now: int, card: str = CARD) -> Standing:
    return schedules(collection, {"a", "b"}, now).cards[card]


def told(log: tuple[Logged, ...]) -> list[tuple[Any, ...]]:
    return [(line.what, line.rating, line.interval, line.before) for line in log]


def test_a_card_is_told_with_its_memory_and_interval(tmp_path: Path) -> None:
    """Where it stands is what the collection says; the interval runs from the last answer to the due day."""
    collection = opened(tmp_path)
    for days, rating in ((0, 3), (0, 3), (2, 3), (12, 4)):
        collection.answer(CARD, rating, NOW + days * DAY + rating * 1000, 900)
    state, found = collection.state(CARD), standing(collection, NOW + 20 * DAY)
    assert isinstance(state.progress, Reviewing)
    assert (found.state, found.due_day, found.due) == ("review", state.progress.due, None)
    assert found.interval == state.progress.due - (state.last_day or 0)
    assert (found.stability, found.difficulty) == state.progress.memory
    assert (found.retention, found.decay, found.reps, found.lapses) == (0.9, 0.1542, 4, 0)


def test_what_happened_is_told_with_what_held_before_and_after(tmp_path: Path) -> None:
    """Steps are told in seconds, intervals in days; a cram changes neither, and a reset ends both."""
    collection = opened(tmp_path)
    at = NOW
    collection.answer(CARD, 3, at, 900)
    collection.answer(CARD, 3, at + 600_000, 900)
    collection.answer(CARD, 1, at + DAY, 900, "cram")
    collection.answer(CARD, 1, at + 3 * DAY, 900)
    collection.answer(CARD, 3, at + 3 * DAY + 600_000, 900)
    collection.record_batch(
        [CARD], at + 4 * DAY, lambda i, t, c, b: ev.SetDue(i, t, c, collection.day(at + 9 * DAY), b)
    )
    collection.record_batch([CARD], at + 5 * DAY, lambda i, t, c, b: ev.Reset(i, t, c, b))
    collection.answer(CARD, 1, at + 6 * DAY, None)
    found = standing(collection, at + 6 * DAY)
    days = found.log[1].interval
    assert days >= 1
    assert told(found.log) == [
        ("learning", 3, -600, 0),
        ("learning", 3, days, -600),
        ("cram", 1, days, days),
        ("review", 1, -600, days),
        ("relearning", 3, 1, -600),
        ("due", 0, 6, 1),
        ("reset", 0, 0, 6),
        ("learning", 1, -60, 0),
    ]
    assert [line.difficulty is None for line in found.log] == [False] * 6 + [True, False]
    assert (found.state, found.due, found.steps_left, found.interval) == ("learning", at + 6 * DAY + 60_000, 2, 0)
    assert found.due_day == collection.day(at + 6 * DAY)


def test_a_lapse_tells_the_interval_that_will_follow(tmp_path: Path) -> None:
    """While a card is relearnt, Anki wants to know what it will have after."""
    collection = opened(tmp_path)
    for days, rating in ((0, 4), (20, 3), (90, 1)):
        collection.answer(CARD, rating, NOW + days * DAY, 900)
    found = standing(collection, NOW + 90 * DAY)
    assert (found.state, found.steps_left, found.lapses) == ("relearning", 1, 1)
    collection.answer(CARD, 3, NOW + 90 * DAY + 600_000, 900)
    after = standing(collection, NOW + 91 * DAY)
    assert abs(after.interval - found.interval) <= 1
    assert found.interval >= 1


def test_what_was_taken_back_is_not_told(tmp_path: Path) -> None:
    """Only live events count; a card of which none is left is new like any other."""
    collection = opened(tmp_path)
    collection.answer(CARD, 3, NOW, 900)
    collection.undo(NOW + 5000)
    assert schedules(collection, {"a", "b"}, NOW).cards == {}


def test_only_what_is_asked_for_is_told(tmp_path: Path) -> None:
    """Notes that do not go out take no time, and cards set aside or flagged before any answer are told."""
    collection = opened(tmp_path)
    collection.answer("b:answer", 3, NOW, 900)
    for make in (
        lambda i, t, c, b: ev.Flag(i, t, c, 3, b),
        lambda i, t, c, b: ev.Bury(i, t, c, collection.day(NOW) + 1, b),
    ):
        collection.record_batch([CARD], NOW, make)
    assert set(schedules(collection, {"a"}, NOW).cards) == {CARD}
    assert standing(collection, NOW) == Standing("new", flag=3, buried=True)
    assert standing(collection, NOW + DAY) == Standing("new", flag=3)


def test_history_under_a_former_id_is_told(tmp_path: Path) -> None:
    """After a rename the card has the log that it had."""
    collection = opened(tmp_path)
    collection.answer(CARD, 3, NOW, 900)
    path = collection.root / "decks/a.yaml"
    path.write_text(path.read_text().replace("id: a\n", "id: z\n    was: [a]\n"))
    collection.refresh()
    found = schedules(collection, {"z", "b"}, NOW).cards
    assert {name: len(each.log) for name, each in found.items()} == {"z:answer": 1}
    assert collection.state("z:answer") != CardState()
