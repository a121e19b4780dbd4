"""A sitting while its decks are shuffled, renamed, moved and edited: never a wrong back, never a lost place."""

import random
from pathlib import Path

import pytest

from srs.study.session import Finished, Question, Revealed, Session
from tests.support import make_collection, moment, open_collection, times, write_deck

IDS = [f"n{number}" for number in range(12)]


def deck_of(ids: list[str], versions: dict[str, int], name: str) -> str:
    notes = "".join(
        f"  - q: front of {id}, version {versions[id]}\n    id: {id}\n    a: back of {id}, version {versions[id]}\n"
        for id in ids
    )
    return f"deck: {name}\nnotes:\n{notes}" if ids else f"deck: {name}\nnotes: []\n"


@pytest.mark.parametrize("seed", range(times(8)))
def test_the_ground_moves(tmp_path: Path, seed: int) -> None:
    """However notes are shuffled, moved and edited and decks renamed, each back belongs to its front, and every card
    is answered once.
    """
    chance = random.Random(seed)
    versions = dict.fromkeys(IDS, 1)

    def write() -> None:
        order = chance.sample(IDS, len(IDS))
        cut = chance.randrange(len(order) + 1)
        for file, part in (("a.yaml", order[:cut]), ("b.yaml", order[cut:])):
            write_deck(root, file, deck_of(part, versions, chance.choice(("One", "Two::Three", "Four"))))

    root, environ = make_collection(tmp_path, settings='timezone = "UTC"\n[study]\nnew_per_day = 99\n')
    write()
    now = moment()
    session = Session(open_collection(root, environ), lambda: now)
    answered: list[str] = []
    while not isinstance(session.step, Finished):
        assert isinstance(session.step, Question)
        card, front = session.step.item.card, session.step.face.front
        move = chance.randrange(5)
        if move == 0:
            write()
        elif move == 1:
            versions[card.partition(":")[0]] += 1
            write()
            assert session.edited().card == card
        elif move == 2 and len(answered) < len(IDS) - 1:
            session.skip()
            continue
        elif move == 3:
            write()
            session.flag(chance.randrange(8))
        now += 1000
        step = session.reveal()
        assert isinstance(step, Revealed) and step.question.item.card == card, "the place was lost"
        id = card.partition(":")[0]
        text = f"of {id}, version {versions[id]}"
        assert f"front {text}" in step.question.face.front and f"back {text}" in step.question.face.back
        assert f"front of {id}," in front
        if chance.random() < 0.3:
            write()
        session.answer(4)
        answered.append(id)
    assert sorted(answered) == sorted(IDS)
