import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.collection.queries import Done, Waiting
from srs.collection.settings import DeckSettings
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from srs.memory.state import Reviewing
from srs.study.agenda import Agenda, Candidates, Limits, plan
from srs.study.today import agenda_of, reviews_on, status_of
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck

BERLIN = 'timezone = "Europe/Berlin"\n'
STEPLESS = BERLIN + "[fsrs]\nlearning_steps = []\nrelearning_steps = []\nfuzz = false\n"


def opened(tmp_path: Path, decks: dict[str, str], settings: str = BERLIN) -> Collection:
    return open_collection(*make_collection(tmp_path, decks, settings))


def _no_loss(reviews: Sequence[Waiting]) -> list[float]:
    return [0.0 for _ in reviews]


def notes(agenda: Agenda) -> list[str]:
    return [item.note for item in agenda.main]


def walk(collection: Collection, now: int, rating: int = 4) -> Iterator[str]:
    """Answer what is next until nothing is left; the cards."""
    while item := agenda_of(collection, now).next(now):
        yield item.card
        collection.answer(item.card, rating, now, 0)
        now += 1000


def due(collection: Collection, card: str, now: int, days: int) -> None:
    """Learn a card at `now` and make it due `days` later."""
    collection.answer(card, 4, now, 0)
    at = now + 1
    collection.record([ev.SetDue(ev.new_id(at, card.encode().rjust(10)), at, card, collection.day(now) + days)])


def test_limits_bind_a_deck_and_all_above(tmp_path: Path) -> None:
    """New cards are limited by their own deck and by every deck above it, in what is left and over the day."""
    decks = {
        "a.yaml": "deck: A\n" + basic_deck("a1", "a2"),
        "b.yaml": "deck: A::B\n" + basic_deck("b1", "b2", "b3"),
        "c.yaml": "deck: C\n" + basic_deck("c1", "c2"),
    }
    settings = (
        BERLIN
        + "[study]\nnew_per_day = 5\n[deck.A]\nnew_per_day = 3\n"
        + '[deck."A::B"]\nnew_per_day = 2\n[deck.C]\nnew_per_day = 1\n'
    )
    collection = opened(tmp_path, decks, settings)
    assert notes(agenda_of(collection, moment())) == ["a1", "a2", "b1", "c1"]
    assert list(walk(collection, moment())) == ["a1:answer", "a2:answer", "b1:answer", "c1:answer"]
    assert notes(agenda_of(collection, moment() + DAY_MS)) == ["b2", "b3", "c2"]


def test_a_limit_below_does_not_lift_one_above(tmp_path: Path) -> None:
    """A deck that allows more than the deck above it gets what that one allows."""
    decks = {"b.yaml": "deck: A::B\n" + basic_deck("b1", "b2", "b3")}
    settings = BERLIN + '[deck.A]\nnew_per_day = 1\n[deck."A::B"]\nnew_per_day = 9\n'
    assert notes(agenda_of(opened(tmp_path, decks, settings), moment())) == ["b1"]


def test_the_limit_of_reviews(tmp_path: Path) -> None:
    """Reviews beyond the day's limit wait, the most overdue first; answers of today count, also on another device."""
    collection = opened(
        tmp_path,
        {"a.yaml": basic_deck("one", "two", "three")},
        STEPLESS + "[study]\nreviews_per_day = 2\nnew_per_day = 9\n",
    )
    for n, card in enumerate(("one:answer", "two:answer", "three:answer")):
        due(collection, card, moment() + n * 10, 5 - n)
    later = moment() + 6 * DAY_MS
    assert notes(agenda_of(collection, later)) == ["three", "two"]
    open_collection(collection.root, environ_of(tmp_path, "there-0002")).answer("three:answer", 3, later, 0)
    collection.refresh()
    assert notes(agenda_of(collection, later)) == ["two"]


def learnt(collection: Collection, card: str, days_ago: int, interval: int, rating: int = 4) -> None:
    """Record that a card was answered first some days before noon, and was given this interval."""
    at = moment() - days_ago * DAY_MS + zlib.crc32(card.encode()) % 10_000_000
    day = collection.day(at)
    chance = card.encode()[:10].rjust(10)
    collection.record([ev.Review(ev.new_id(at, chance), at, card, rating, 0, "study", day, day + interval, None, None)])


def test_what_would_be_lost_comes_first(tmp_path: Path) -> None:
    """Reviews come in the order of what would be lost by tomorrow; a strong memory can wait, however overdue."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("weak", "strong", "fading", "gone")}, STEPLESS)
    learnt(collection, "strong:answer", 60, 5, rating=4)
    learnt(collection, "weak:answer", 2, 1, rating=2)
    learnt(collection, "fading:answer", 3, 2, rating=3)
    learnt(collection, "gone:answer", 90, 1, rating=1)
    model, today = collection.model_of("A"), collection.day(moment())
    lost = {}
    for card in collection.cards(moment()):
        progress = collection.state(card.id).progress
        assert isinstance(progress, Reviewing)
        elapsed = today - (card.last_day or 0)
        lost[card.note.id] = model.curve(progress.memory, elapsed) - model.curve(progress.memory, elapsed + 1)
    assert notes(agenda_of(collection, moment())) == sorted(lost, key=lambda note: -lost[note])
    assert notes(agenda_of(collection, moment()))[0] == "weak"


def test_what_is_lost_is_what_the_decks_model_says(tmp_path: Path) -> None:
    """Of two equal memories the one whose deck's parameters forget faster comes first, whichever way round."""
    decks = {"a.yaml": "deck: A\n" + basic_deck("one"), "b.yaml": "deck: B\n" + basic_deck("two")}
    for name, first in (("A", "one"), ("B", "two")):
        steep = ", ".join(str(x) for x in (*DEFAULT_PARAMETERS[:20], 0.8))
        folder = tmp_path / name
        folder.mkdir()
        collection = opened(folder, decks, STEPLESS + f"[deck.{name}]\nparameters = [{steep}]\n")
        learnt(collection, "one:answer", 9, 8)
        learnt(collection, "two:answer", 9, 8)
        assert notes(agenda_of(collection, moment()))[0] == first


def test_ties_go_by_due_then_by_chance_of_the_day(tmp_path: Path) -> None:
    """Where as much would be lost, what was due earlier comes first; else each day has an order of its own."""
    names = [f"r{n}" for n in range(12)]
    collection = opened(tmp_path, {"a.yaml": basic_deck(*names, "early")}, STEPLESS)
    for name in names:
        learnt(collection, f"{name}:answer", 20, 8)
    learnt(collection, "early:answer", 20, 7)
    lines = [notes(agenda_of(collection, moment() + n * DAY_MS)) for n in range(3)]
    assert [line[0] for line in lines] == ["early"] * 3
    assert len({tuple(line) for line in lines}) == 3 and len({tuple(sorted(line)) for line in lines}) == 1


def test_ahead(tmp_path: Path) -> None:
    """With `ahead_days` reviews due within that time come last, the earliest first, and no limit of reviews holds."""
    collection = opened(
        tmp_path,
        {"a.yaml": basic_deck("in3", "in1", "due", "late", "in9", "new")},
        STEPLESS + "[study]\nreviews_per_day = 1\n",
    )
    for name, interval in (("in3", 8), ("in1", 6), ("due", 5), ("late", 2), ("in9", 14)):
        learnt(collection, f"{name}:answer", 5, interval)
    assert notes(agenda_of(collection, moment())) == ["late", "new"]
    line = notes(agenda_of(collection, moment(), Limits(ahead_days=3)))
    assert (sorted(line[:3]), line[3:]) == (["due", "late", "new"], ["in1", "in3"])
    assert list(walk(collection, moment())) == ["late:answer", "new:answer"]
    early = agenda_of(collection, moment() + 9000, Limits(ahead_days=3))
    assert notes(early) == ["due", "in1", "in3"]
    answered = collection.answer("in1:answer", 3, moment() + 9000, 0)
    assert answered.review.mode == "study"


def test_a_full_deck_is_not_read_to_its_end() -> None:
    """Once a deck has no room, its other new cards are not asked for; a full deck closes all below it."""
    asked: list[str] = []

    def fresh(has_room: Callable[[str], bool]) -> Iterator[Waiting]:
        for deck in ("A", "A::B", "C"):
            for n in range(50):
                if has_room(deck):
                    asked.append(deck)
                    yield Waiting(f"{deck}{n}:x", f"{deck}{n}", deck, None)

    found = Candidates([], [], fresh, ["A", "A::B", "C"], [], lambda _: True, _no_loss)
    agenda = plan(found, lambda _: DeckSettings(new_per_day=3), 9, 10**15)
    assert asked == ["A"] * 3 + ["C"] * 3 and len(agenda.main) == 6


def test_many_new_cards_of_a_deck(tmp_path: Path) -> None:
    """New cards come as written however many there are, those of another deck where their file stands among them."""
    ids = [f"n{n:02}" for n in range(40)]
    decks = {
        "a.yaml": "deck: A\n" + basic_deck(*ids[:30]),
        "b.yaml": "deck: B\n" + basic_deck("between"),
        "c.yaml": "deck: A\n" + basic_deck(*ids[30:]),
    }
    collection = opened(tmp_path, decks, BERLIN + "[study]\nnew_per_day = 36\n")
    assert notes(agenda_of(collection, moment())) == [*ids[:30], "between", *ids[30:36]]
    wanted = Limits(wanted=lambda card: card >= "n17")
    assert notes(agenda_of(collection, moment(), wanted)) == ids[17:]


def test_the_reviews_of_another_day(tmp_path: Path) -> None:
    """How many reviews a day has is what its agenda says, limits and siblings counted."""
    decks = {"a.yaml": basic_deck("one", "two", "three", "new"), "b.yaml": "deck: B\n" + basic_deck("four")}
    collection = opened(tmp_path, decks, STEPLESS + "[study]\nreviews_per_day = 2\n")
    for n, note in enumerate(("one", "two", "three", "four")):
        due(collection, f"{note}:answer", moment() + n * 10, 3)
    later = moment() + 3 * DAY_MS
    for wanted in (lambda card: True, lambda card: card < "three"):
        agenda = agenda_of(collection, later, Limits(wanted=wanted))
        expected = sum(item.kind == "review" for item in agenda.main)
        assert reviews_on(collection, collection.day(later), wanted) == expected > 0


def test_more_new_cards_on_request(tmp_path: Path) -> None:
    """`new` more than the settings allow are given for this sitting."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one", "two", "three")}, BERLIN + "[study]\nnew_per_day = 1\n")
    assert notes(agenda_of(collection, moment(), Limits(new=1))) == ["one", "two"]


def test_only_what_is_wanted(tmp_path: Path) -> None:
    """A query picks cards, and the others take nothing of the limit."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one", "two", "three")}, BERLIN + "[study]\nnew_per_day = 1\n")
    assert notes(agenda_of(collection, moment(), Limits(wanted=lambda card: card == "two:answer"))) == ["two"]


TERM = "notes:\n  - term: logits\n    id: logits\n    means: scores\n"


def test_siblings_wait_for_another_day(tmp_path: Path) -> None:
    """Of a note's cards one is shown a day: the sibling of a card shown, or still in its steps, waits."""
    collection = opened(tmp_path, {"a.yaml": TERM})
    first, second = (card.id for card in collection.cards_of_note("logits", moment()))
    assert list(walk(collection, moment(), 4)) == [first]
    assert list(walk(collection, moment() + DAY_MS, 4)) == [second]
    assert status_of(collection, moment() + 2 * DAY_MS)["new"] == 0


def test_siblings_where_they_are_wanted(tmp_path: Path) -> None:
    """With bury_siblings = false all cards of a note come on one day."""
    collection = opened(tmp_path, {"a.yaml": TERM}, BERLIN + "[study]\nbury_siblings = false\n")
    assert len(list(walk(collection, moment(), 4))) == 2


def test_a_card_is_not_its_own_sibling(tmp_path: Path) -> None:
    """A card answered today and then reset, or set due today, is there again today."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one", "two")})
    for n, card in enumerate(("one:answer", "two:answer")):
        collection.answer(card, 4, moment() + n, 0)
    at, day = moment() + 1000, collection.day(moment())
    collection.record(
        [
            ev.Reset(ev.new_id(at, bytes(10)), at, "one:answer"),
            ev.SetDue(ev.new_id(at, b"1" * 10), at, "two:answer", day),
        ]
    )
    assert sorted(notes(agenda_of(collection, at))) == ["one", "two"]


NEEDS = """\
notes:
  - q: Chain rule?
    id: chain
    needs: [derivative, missing, sketch]
    a: Product
  - q: Derivative?
    id: derivative
    a: Slope
  - q: Sketch?
    id: sketch
    draft: true
    a: None yet
  - q: Backprop?
    id: backprop
    needs: [chain]
    a: Chain rule
"""


def test_needs_wait(tmp_path: Path) -> None:
    """A new card waits until a card of each needed note is out of learning; drafts and missing notes count as met."""
    collection = opened(tmp_path, {"a.yaml": NEEDS})
    now = moment()
    assert notes(agenda_of(collection, now)) == ["derivative"]
    collection.answer("derivative:answer", 3, now, 0)
    assert notes(agenda_of(collection, now)) == []
    collection.answer("derivative:answer", 3, now + 600_000, 0)
    assert notes(agenda_of(collection, now + 600_000)) == ["chain"]
    collection.answer("chain:answer", 4, now + 700_000, 0)
    assert notes(agenda_of(collection, now + 700_000)) == ["backprop"]


def test_a_suspended_need_counts_as_met(tmp_path: Path) -> None:
    """A needed note whose cards are all suspended holds nothing back."""
    collection = opened(tmp_path, {"a.yaml": NEEDS})
    at = moment()
    collection.record([ev.Suspend(ev.new_id(at, bytes(10)), at, "derivative:answer", None)])
    assert notes(agenda_of(collection, at)) == ["chain"]


def test_needs_by_a_former_id(tmp_path: Path) -> None:
    """A note needed by its former id is the same note."""
    chain = "notes:\n  - q: Chain?\n    id: chain\n    needs: [old]\n    a: x\n"
    deck = chain + "  - q: Derivative?\n    id: new\n    was: [old]\n    a: x\n"
    assert notes(agenda_of(opened(tmp_path, {"a.yaml": deck}), moment())) == ["new"]


@pytest.mark.parametrize(("order", "first"), [("needs", "derivative"), ("written", "one")])
def test_what_is_needed_comes_forward(tmp_path: Path, order: str, first: str) -> None:
    """In the order of needs, a note that an earlier one needs comes at that one's place; as written, at its own."""
    chain = "notes:\n  - q: Chain?\n    id: chain\n    needs: [derivative]\n    a: x\n"
    decks = {
        "a.yaml": "deck: A\n" + chain,
        "b.yaml": "deck: A\n" + basic_deck("one"),
        "c.yaml": "deck: A\n" + basic_deck("derivative"),
    }
    collection = opened(tmp_path, decks, BERLIN + f'[study]\nnew_per_day = 1\nnew_order = "{order}"\n')
    assert notes(agenda_of(collection, moment())) == [first]


def test_a_random_order_is_one_order(tmp_path: Path) -> None:
    """With new_order = "random" new cards come in an order that is not the written one, and the same every time."""
    names = [f"n{n}" for n in range(12)]
    collection = opened(
        tmp_path, {"a.yaml": basic_deck(*names)}, BERLIN + '[study]\nnew_order = "random"\nnew_per_day = 12\n'
    )
    first = notes(agenda_of(collection, moment()))
    assert sorted(first) == sorted(names) and first != names
    assert notes(agenda_of(collection, moment() + DAY_MS)) == first


def test_a_random_order_for_one_deck(tmp_path: Path) -> None:
    """A deck's own order shuffles its cards among their places and leaves the others where they are written."""
    names = [f"b{n}" for n in range(12)]
    decks = {
        "a.yaml": "deck: A\n" + basic_deck("a1", "a2"),
        "b.yaml": "deck: B\n" + basic_deck(*names),
        "c.yaml": "deck: C\n" + basic_deck("c1", "c2"),
    }
    collection = opened(tmp_path, decks, BERLIN + '[study]\nnew_per_day = 99\n[deck.B]\nnew_order = "random"\n')
    line = notes(agenda_of(collection, moment()))
    assert (line[:2], line[-2:]) == (["a1", "a2"], ["c1", "c2"])
    assert sorted(line[2:-2]) == sorted(names) and line[2:-2] != names


def test_needs_bring_forward_from_a_shuffled_deck(tmp_path: Path) -> None:
    """A note that a card of an ordered deck needs comes before it, from a shuffled deck too, and only once."""
    chain = "deck: A\nnotes:\n  - q: Chain?\n    id: chain\n    needs: [b7]\n    a: x\n"
    decks = {"a.yaml": chain, "b.yaml": "deck: B\n" + basic_deck(*(f"b{n}" for n in range(12)))}
    collection = opened(tmp_path, decks, BERLIN + '[study]\nnew_per_day = 99\n[deck.B]\nnew_order = "random"\n')
    line = notes(agenda_of(collection, moment()))
    assert line[0] == "b7" and sorted(line) == sorted(f"b{n}" for n in range(12))


def test_a_full_deck_still_brings_forward_what_it_needs(tmp_path: Path) -> None:
    """What a card needs that waits behind its deck's limit keeps its place, so the day's answers change no order."""
    first = "deck: A\nnotes:\n  - q: Chain?\n    id: chain\n    needs: [b2]\n    a: x\n"
    rest = "  - q: Other?\n    id: other\n    a: x\n  - q: Last?\n    id: last\n    needs: [b4]\n    a: x\n"
    decks = {"a.yaml": first + rest, "b.yaml": "deck: B\n" + basic_deck("b1", "b2", "b3", "b4")}
    settings = "[deck.A]\nnew_per_day = 1\n[deck.B]\nnew_per_day = 2\n"
    collection = opened(tmp_path, decks, BERLIN + settings)
    assert notes(agenda_of(collection, moment())) == ["b2", "other", "b4"]
    collection.answer("other:answer", 4, moment(), 0)
    assert notes(agenda_of(collection, moment() + 1000)) == ["b2", "b4"]


def test_mix_by_deck(tmp_path: Path) -> None:
    """Each deck's new cards stand where its own mix puts them: before all, among the reviews, or after all."""
    decks = {f"{name}.yaml": f"deck: {name}\n" + basic_deck(f"{name}1", f"{name}2") for name in "abc"}
    decks["r.yaml"] = basic_deck("r1", "r2", "r3", "r4")
    settings = '[deck.a]\nmix = "reviews-first"\n[deck.b]\nmix = "new-first"\n'
    collection = opened(tmp_path, decks, STEPLESS + settings)
    for n in range(1, 5):
        learnt(collection, f"r{n}:answer", 9, 8)
    line = ["r" if note[0] == "r" else note for note in notes(agenda_of(collection, moment()))]
    assert line == ["b1", "b2", "r", "c1", "r", "r", "c2", "r", "a1", "a2"]


def test_learn_ahead_by_deck(tmp_path: Path) -> None:
    """How early a learning card may come is its own deck's to say; one that may not come yet holds back no other."""
    decks = {"a.yaml": "deck: A\n" + basic_deck("one"), "b.yaml": "deck: B\n" + basic_deck("two")}
    collection = opened(tmp_path, decks, BERLIN + '[deck.A]\nlearn_ahead = "1m"\n')
    collection.answer("one:answer", 3, moment(), 0)
    collection.answer("two:answer", 3, moment() + 60_000, 0)
    agenda = agenda_of(collection, moment() + 61_000)
    assert getattr(agenda.next(moment() + 61_000), "note", None) == "two"
    assert getattr(agenda.next(moment() + 540_000), "note", None) == "one"


@pytest.mark.parametrize(
    ("mix", "kinds"),
    [("reviews-first", "RRRRNN"), ("new-first", "NNRRRR"), ("interleave", "RNRRNR")],
)
def test_mix(tmp_path: Path, mix: str, kinds: str) -> None:
    """New cards stand before, after or evenly among the reviews."""
    decks = {"a.yaml": basic_deck("r1", "r2", "r3", "r4", "n1", "n2")}
    collection = opened(tmp_path, decks, STEPLESS + f'[study]\nmix = "{mix}"\n')
    for n in range(1, 5):
        due(collection, f"r{n}:answer", moment() + 10 * n, 3)
    agenda = agenda_of(collection, moment() + 3 * DAY_MS)
    assert "".join(item.kind[0].upper() for item in agenda.main) == kinds


def test_answering_the_head_moves_nothing(tmp_path: Path) -> None:
    """Whatever is answered, the rest of the day's line stays as it stood, also after a restart."""
    names = [f"r{n}" for n in range(7)]
    collection = opened(tmp_path, {"a.yaml": basic_deck(*names, "n1", "n2", "n3")}, STEPLESS)
    for n, name in enumerate(names):
        due(collection, f"{name}:answer", moment() + 10 * n, 2 + n % 3)
    now = moment() + 9 * DAY_MS
    line = notes(agenda_of(collection, now))
    assert len(line) == 10
    while line:
        collection.answer(f"{line.pop(0)}:answer", 3, now, 0)
        now += 1000
        assert notes(agenda_of(collection, now)) == line
        assert notes(agenda_of(open_collection(collection.root, environ_of(tmp_path)), now)) == line


def test_learning_cards_come_when_due_and_ahead_when_nothing_else_is(tmp_path: Path) -> None:
    """A learning card goes before everything once it is due; alone, it comes up to learn_ahead early."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one", "two")})
    now = moment()
    collection.answer("one:answer", 3, now, 0)  # due in ten minutes
    assert getattr(agenda_of(collection, now).next(now), "note", None) == "two"
    late = now + 600_000
    assert getattr(agenda_of(collection, late).next(late), "note", None) == "one"
    collection.answer("two:answer", 4, now + 1000, 0)
    assert getattr(agenda_of(collection, now + 2000).next(now + 2000), "note", None) == "one"
    assert agenda_of(collection, now + 2000).wait() == now + 600_000


def test_a_step_that_ends_tomorrow_is_not_of_today(tmp_path: Path) -> None:
    """A learning step that ends after the rollover is no card of today's."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one")}, BERLIN + '[fsrs]\nlearning_steps = ["1m", "1d"]\n')
    collection.answer("one:answer", 3, moment(), 0)
    agenda = agenda_of(collection, moment() + 1000)
    assert (agenda.learning, agenda.wait()) == ((), None)
    tomorrow = moment() + DAY_MS
    assert getattr(agenda_of(collection, tomorrow).next(tomorrow), "card", None) == "one:answer"


def test_suspended_buried_and_vanished_cards_are_not_offered(tmp_path: Path) -> None:
    """Suspended and buried cards and those of no deck are left out; a buried one is back on the day it says."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one", "two"), "b.yaml": basic_deck("three")})
    at, day = moment(), collection.day(moment())
    collection.record(
        [
            ev.Suspend(ev.new_id(at, bytes(10)), at, "one:answer", None),
            ev.Bury(ev.new_id(at, b"1" * 10), at, "two:answer", day + 2),
        ]
    )
    (collection.root / "decks/b.yaml").unlink()
    collection.refresh()
    assert notes(agenda_of(collection, at)) == []
    assert notes(agenda_of(collection, at + DAY_MS)) == []
    assert notes(agenda_of(collection, at + 2 * DAY_MS)) == ["two"]


def test_status(tmp_path: Path) -> None:
    """`status` counts what remains today after limits and siblings, by deck and in all."""
    decks = {"a.yaml": "deck: A\n" + basic_deck("one", "two", "three"), "b.yaml": "deck: B\n" + TERM}
    collection = opened(tmp_path, decks, BERLIN + "[study]\nnew_per_day = 2\n")
    collection.answer("one:answer", 1, moment(), 0)
    write_deck(collection.root, "c.yaml", "notes:\n  - q: Draft?\n    draft: true\n    a: x\n")
    collection.refresh()
    assert status_of(collection, moment() + 1000) == {
        "day": "2026-12-01",
        "new": 2,
        "learning": 1,
        "due": 0,
        "total": 5,
        "suspended": 0,
        "drafts": 1,
        "reviewed_today": 1,
        "decks": [
            {"name": "A", "new": 1, "learning": 1, "due": 0, "total": 3},
            {"name": "B", "new": 1, "learning": 0, "due": 0, "total": 2},
        ],
    }


cards = st.lists(
    st.tuples(
        st.integers(0, 6), st.sampled_from(["A", "A::B", "A::B::C", "D"]), st.integers(1, 9), st.sampled_from("rrnl")
    ),
    max_size=25,
    unique_by=lambda card: (card[0], card[2]),
)


@given(cards=cards, limit=st.integers(0, 4), deeper=st.integers(0, 4), bury=st.booleans())
def test_no_agenda_breaks_a_rule(
    cards: Sequence[tuple[int, str, int, str]], limit: int, deeper: int, bury: bool
) -> None:
    """No agenda goes over a limit, holds a card twice, or two siblings where they are buried, whatever the cards."""
    made = [
        (Waiting(f"n{note}:{n}", f"n{note}", deck, None if kind == "n" else n), kind) for note, deck, n, kind in cards
    ]
    base = DeckSettings(new_per_day=limit, reviews_per_day=limit, bury_siblings=bury)
    below = replace(base, new_per_day=deeper, reviews_per_day=deeper)
    found = Candidates(
        learning=[w for w, kind in made if kind == "l"],
        reviews=[w for w, kind in made if kind == "r"],
        fresh=lambda _: [w for w, kind in made if kind == "n"],
        fresh_decks=sorted({w.deck for w, kind in made if kind == "n"}),
        done=[Done("x:1", "x", "A", True, False)],
        ready=lambda _: True,
        lost=_no_loss,
    )
    agenda = plan(found, lambda deck: below if deck.startswith("A::B") else base, 9, 10**15)
    items = agenda.main
    assert len({item.card for item in items}) == len(items)
    for top, most in (("A", limit), ("A::B", deeper), ("A::B::C", deeper), ("D", limit)):
        under = [item for item in items if item.deck == top or item.deck.startswith(f"{top}::")]
        assert sum(item.kind == "review" for item in under) <= most
        assert sum(item.kind == "new" for item in under) <= max(0, most - (top == "A"))
    if bury:
        shown = [item.note for item in (*agenda.learning, *items)]
        assert all(shown.count(item.note) == 1 for item in items)
