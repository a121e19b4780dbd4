"""Why cards that a sitting asks for are not to be studied now: counted, each card once."""

from pathlib import Path

import pytest

from srs.collection.collection import Collection
from srs.study.agenda import Limits
from srs.study.glance import Held, held_of
from srs.study.today import agenda_of
from tests.support import basic_deck, make_collection, moment, open_collection

STEPLESS = 'timezone = "Europe/Berlin"\n[study]\nnew_per_day = 2\n[fsrs]\nlearning_steps = []\nfuzz = false\n'
NOW = moment()


def opened(tmp_path: Path, deck: str, settings: str = STEPLESS) -> Collection:
    return open_collection(*make_collection(tmp_path, {"a.yaml": deck}, settings), fixed_clock=True)


def answer_all(collection: Collection) -> None:
    """Answer Easy until the agenda holds nothing more."""
    while item := agenda_of(collection, NOW).next(NOW):
        collection.answer(item.card, 4, NOW, 1000)


def test_new_cards_beyond_the_limit(tmp_path: Path) -> None:
    """New cards that only the limit holds back are counted with it; those that were answered come back later."""
    collection = opened(tmp_path, basic_deck("a", "b", "c", "d", "e"))
    answer_all(collection)
    held = held_of(collection, NOW, Limits())
    first = min(view.due or 0 for view in collection.cards(NOW) if view.state == "review")
    assert held == Held(found=5, new=3, new_limit=2, later=2, first=first)


def test_a_limit_of_its_own_for_one_deck(tmp_path: Path) -> None:
    """Where the decks have different limits, no number is said for all of them."""
    deck = "deck: A::B\n" + basic_deck("a", "b")
    settings = 'timezone = "Europe/Berlin"\n[deck."A::B"]\nnew_per_day = 0\n'
    held = held_of(opened(tmp_path, deck, settings), NOW, Limits())
    assert (held.new, held.new_limit) == (2, None)


def test_cards_set_aside(tmp_path: Path) -> None:
    """Suspended, buried and draft cards are counted as that and as nothing else."""
    from srs.memory.events import Bury, Suspend

    collection = opened(tmp_path, basic_deck("a", "b", "c") + "    draft: true\n")
    collection.record_batch(["a:answer"], NOW, Suspend)
    until = collection.day(NOW) + 1
    collection.record_batch(["b:answer"], NOW, lambda id, at, card, because: Bury(id, at, card, until, because))
    assert held_of(collection, NOW, Limits()) == Held(found=3, suspended=1, buried=1, drafts=1)


def test_a_query_that_finds_nothing(tmp_path: Path) -> None:
    """Only the cards that are wanted count."""
    collection = opened(tmp_path, basic_deck("a", "b"))
    assert held_of(collection, NOW, Limits(wanted=lambda _: False)) == Held(found=0)


def test_siblings_and_needs(tmp_path: Path) -> None:
    """A card whose sibling came today waits for its day, and one whose needs are not met for those."""
    both = "notes:\n  - term: one\n    id: one\n    means: 1\n  - q: Two?\n    id: two\n    a: 2\n    needs: [other]\n"
    collection = opened(tmp_path, both + "  - q: Other?\n    id: other\n    a: o\n")
    collection.answer("one:forward", 4, NOW, 1000)
    wanted = {"one:back", "one:backward", "one:reverse", "two:answer"}.__contains__
    held = held_of(collection, NOW, Limits(wanted=wanted))
    assert (held.found, held.siblings, held.needs) == (2, 1, 1)


def test_reviews_beyond_the_limit(tmp_path: Path) -> None:
    """Reviews that are due and only the limit holds back are counted with it."""
    settings = STEPLESS.replace("new_per_day = 2", "reviews_per_day = 0")
    collection = opened(tmp_path, basic_deck("a"), settings)
    collection.answer("a:answer", 4, moment("2026-01-01T12:00:00+01:00"), 1000)
    assert held_of(collection, NOW, Limits()) == Held(found=1, reviews=1, review_limit=0)


@pytest.mark.parametrize("answers", [0, 1, 4])
def test_every_card_is_counted_once(tmp_path: Path, answers: int) -> None:
    """What is on the agenda and what is held add up to all cards."""
    collection = opened(tmp_path, basic_deck("a", "b", "c", "d", "e", "f"))
    for name in "abcd"[:answers]:
        collection.answer(f"{name}:answer", 4, NOW, 1000)
    held = held_of(collection, NOW, Limits())
    agenda = agenda_of(collection, NOW)
    counted = held.new + held.reviews + held.siblings + held.needs + held.later
    assert counted + len(agenda.main) + len(agenda.learning) == held.found == 6


def test_a_cram_waits_for_no_day(tmp_path: Path) -> None:
    """For a cram only what is set aside is held; without a query it asks for the cards that were answered."""
    collection = opened(tmp_path, basic_deck("a", "b"))
    assert held_of(collection, NOW, Limits(cram=True)) == Held(found=0)
    assert held_of(collection, NOW, Limits(cram=True, wanted=lambda _: True)) == Held(found=2)
