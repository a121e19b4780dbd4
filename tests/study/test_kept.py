"""The agenda of a sitting is the one that planning anew gives, whatever was done, here or elsewhere."""

import random
from pathlib import Path
from typing import Any

import pytest

from srs.collection.collection import Collection
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from srs.study import kept
from srs.study.agenda import Limits
from srs.study.kept import KeptAgenda
from srs.study.today import Planned, agenda_of, planned
from tests.support import environ_of, make_collection, moment, open_collection, times, write_deck

SETTINGS = """\
timezone = "UTC"
[study]
new_per_day = 9
reviews_per_day = 12
learn_ahead = "5m"
leech_at = 2
[deck.A]
new_per_day = 6
[deck."A::B"]
new_per_day = 3
mix = "new-first"
reviews_per_day = 5
bury_siblings = false
[deck.C]
new_order = "random"
[deck.D]
mix = "reviews-first"
relearning_steps = []
"""
LIMITS = (
    Limits(),
    Limits(new=2, minutes=10),
    Limits(ahead_days=4),
    Limits(wanted=lambda card: not card.endswith("3:answer")),
)


def deck(name: str, chance: random.Random, needs: bool) -> str:
    """A third of the notes with two cards; with `needs`, some need an earlier one of any deck."""
    notes = []
    for n in range(8):
        id_ = f"{name[-1].lower()}{n}"
        marker = f"term: {id_}\n    means: It is" if n % 3 == 0 else f"q: What is {id_}?\n    a: It is"
        named = f"    needs: [{chance.choice('abcd')}{chance.randrange(n)}]\n" if needs and n and n % 2 else ""
        notes.append(f"  - {marker} {id_}.\n    id: {id_}\n{named}")
    return f"deck: {name}\nnotes:\n" + "".join(notes)


def learn(collection: Collection, chance: random.Random, now: int) -> None:
    """Answer some cards on earlier days."""
    cards = sorted(card.id for card in collection.cards(now))
    for n, card in enumerate(chance.sample(cards, 24)):
        at = now - chance.randrange(1, 9) * DAY_MS + n * 1000
        due = collection.day(now) + chance.randrange(-3, 6)
        id_ = ev.new_id(at, chance.randbytes(10))
        collection.record([ev.Review(id_, at, card, 3, 900, "study", collection.day(at), due, None, None)])


@pytest.mark.parametrize("seed", range(times(5)))
def test_it_is_what_planning_anew_gives(tmp_path: Path, seed: int) -> None:
    """After answers, skipped ones among them, undos, buried and suspended cards, resets, edits, and what other programs
    and devices answered, over several days.
    """
    chance = random.Random(seed)
    needs = chance.random() < 0.5
    decks = {f"{name[-1]}.yaml": deck(name, chance, needs) for name in ("A", "A::B", "C", "D")}
    root, environ = make_collection(tmp_path, decks, SETTINGS)
    now = moment()
    collection = open_collection(root, environ, fixed_clock=True)
    beside, away = (
        open_collection(root, each, fixed_clock=True) for each in (environ, environ_of(tmp_path, "away-0002"))
    )
    learn(collection, chance, now)
    limits = chance.choice(LIMITS)
    agenda = KeptAgenda(collection, limits)
    for n in range(90):
        now += chance.choice((1000, 20_000, 400_000, DAY_MS if chance.random() < 0.05 else 5000))
        collection.refresh()
        anew = agenda_of(collection, now, limits)
        assert agenda.at(now) == anew, n
        on_it = [*anew.learning, *anew.main]
        head = anew.next(now)
        if not on_it or head is None:
            now += DAY_MS
            continue
        card = head.card if chance.random() < 0.8 else chance.choice(on_it).card
        move = chance.random()
        if move < 0.8:
            collection.answer(card, chance.choice((1, 2, 3, 3, 4)), now, 500, "study", collection.offer(card, now))
        elif move < 0.84:
            collection.undo(now)
        elif move < 0.88:
            about = (ev.new_id(now, chance.randbytes(10)), now, card)
            buried = ev.Bury(*about, collection.day(now) + 1)
            collection.record([chance.choice((ev.Suspend(*about), ev.Reset(*about), buried))])
        elif move < 0.9:
            name = chance.choice(list(decks))
            write_deck(root, name, decks[name].replace("It is", f"It was {n} or"))
        else:
            other = chance.choice((beside, away))
            other.refresh()
            other.answer(card, chance.choice((1, 3, 4)), now, 500)
            if chance.random() < 0.5:
                collection.answer(card, 3, now + 1000, 500)


def test_answers_plan_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reviews, new cards and cards in their steps can be answered to the end of the day on one plan."""
    chance = random.Random(1)
    settings = 'timezone = "UTC"\n[study]\nnew_per_day = 5\n'
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": deck("A", chance, False)}, settings))
    now = moment()
    learn_some = sorted(card.id for card in collection.cards(now))[:6]
    for card in learn_some:
        collection.answer(card, 4, now - 40 * DAY_MS, 500)
    plans: list[Planned] = []

    def counted(*of: Any) -> Planned:
        plans.append(planned(*of))
        return plans[-1]

    monkeypatch.setattr(kept, "planned", counted)
    agenda, answers = KeptAgenda(collection, Limits()), 0
    while item := agenda.at(now).next(now):
        collection.answer(item.card, 3 if answers % 4 else 1, now, 500)
        answers += 1
        now += 60_000
    assert answers > 10 and len(plans) == 1
