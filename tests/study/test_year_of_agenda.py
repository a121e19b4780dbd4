"""A year of study over the shipped decks and generated ones, each day's answers in a few appends to the journal."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from srs.collection.collection import Collection
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from srs.memory.state import New, Reviewing
from srs.study.agenda import Item
from srs.study.today import agenda_of, status_of
from tests.support import environ_of, make_collection, moment, open_collection

SHIPPED = Path(__file__).parents[2] / "decks"
SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
DAYS, CARDS = (365, 5000) if SOAK else (60, 700)
AWAY = range(150, 162) if SOAK else range(42, 50)
NARROW = 40 if SOAK else 12
NEW = {"Karpathy": 4, "Made": 16, "Made::D2": 3}
REVIEWS = {"Karpathy": 200, "Made": 200, "Made::D1": NARROW}
SETTINGS = (
    'timezone = "Europe/Berlin"\n[study]\nnew_per_day = 20\nreviews_per_day = 200\n'
    "[deck.Karpathy]\nnew_per_day = 4\n[deck.Made]\nnew_per_day = 16\n"
    f'[deck."Made::D1"]\nnew_order = "random"\nreviews_per_day = {NARROW}\n[deck."Made::D2"]\nnew_per_day = 3\n'
)


def made_deck(number: int, cards: int) -> str:
    """A third of the cards alone on their notes, the others in pairs; every fifth note needs the one before it."""
    notes = []
    for n in range(cards * 2 // 3):
        id_ = f"d{number}-{n}"
        marker = f"q: What is {id_}?\n    a: It is" if n % 2 else f"term: {id_}\n    means: It is"
        needs = f"    needs: [d{number}-{n - 1}]\n" if n % 5 == 4 else ""
        notes.append(f"  - {marker} {id_}.\n    id: {id_}\n{needs}")
    return f"deck: Made::D{number}\nnotes:\n" + "".join(notes)


@dataclass(slots=True)
class Day:
    """What was seen on one study day: each card as it was first shown, and how many answers were given."""

    first: dict[str, Item] = field(default_factory=dict)
    answers: int = 0

    def of(self, kind: str, deck: str = "") -> int:
        return sum(
            item.kind == kind and (not deck or item.deck == deck or item.deck.startswith(f"{deck}::"))
            for item in self.first.values()
        )


class Learner:
    """Somebody who studies every day to its end, with a memory of what was promised that owes nothing to the index."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.due: dict[str, int] = {}  # card -> study day, of cards out of the steps
        self.learnt: set[str] = set()  # notes with a card that has been out of the steps

    def study(self, now: int, day: Day) -> Iterator[list[Item]]:
        """A day's rounds, noted in `day`: before each, what is to be answered now."""
        while True:
            agenda = agenda_of(self.collection, now)
            learning = [item for item in agenda.learning if (item.due or 0) <= now]
            items = [*learning, *agenda.main]
            if not items:
                wait = agenda.wait()
                if wait is None:
                    return
                now = wait
                continue
            yield items
            self.answer(items, now, day)
            now += 60_000 + 1000 * len(items)

    def answer(self, items: list[Item], now: int, day: Day) -> None:
        """Answer cards one second after the other, in one append."""
        events: list[ev.Event] = []
        for n, item in enumerate(items, 1):
            at = now + 1000 * n
            chance = crc32(f"{item.card} {at}".encode())
            rating = 1 if chance % 100 < 12 else 2 if chance % 100 < 20 else 4 if chance % 100 > 90 else 3
            offered = self.collection.offer(item.card, at)
            progress = offered.answers[rating - 1].progress
            step = None if isinstance(progress, Reviewing) else progress.step
            after, study_day = offered.state.last_event, self.collection.day(at)
            id_ = ev.new_id(at, chance.to_bytes(10))
            events.append(ev.Review(id_, at, item.card, rating, 900, "study", study_day, progress.due, step, after))
            day.first.setdefault(item.card, item)
            if isinstance(progress, Reviewing):
                self.due[item.card] = progress.due
                self.learnt.add(item.note)
            else:
                self.due.pop(item.card, None)
        self.collection.record(events)
        day.answers += len(events)


def test_a_year(tmp_path: Path) -> None:
    """Day by day: no limit is passed, no two siblings meet, no card comes before what it needs, each due card comes on
    its day or on the first on which neither a limit nor a sibling is in its way, and `status` says what then comes.
    """
    made = {f"made/d{n}.yaml": made_deck(n, CARDS // 6) for n in range(6)}
    root, environ = make_collection(tmp_path, made, SETTINGS)
    shutil.copytree(SHIPPED, root / "decks", dirs_exist_ok=True)
    learner = Learner(open_collection(root, environ))
    notes = {note.id: note for note in learner.collection.notes()}
    cards = {card.id: card.note for card in learner.collection.cards(moment()) if not card.note.draft}
    studied = {note.id for note in cards.values()}
    totals: Counter[str] = Counter()
    for n in range(DAYS):
        if n in AWAY:
            continue
        morning = moment("2026-12-01T08:00:00+01:00") + n * DAY_MS
        if n % 40 == 39:
            learner.collection.db.close()
            learner.collection = open_collection(root, environ)
        collection, today = learner.collection, learner.collection.day(morning)
        due = {card for card, day in learner.due.items() if day <= today}
        before, seen = status_of(collection, morning), Day()
        predicted = {item.card for item in agenda_of(collection, morning).main}
        assert (before["total"], before["reviewed_today"], before["learning"]) == (len(cards), 0, 0)
        for items in learner.study(morning, seen):
            for item in items:
                if item.kind == "new":
                    missing = {need for need in notes[item.note].needs if need in studied} - learner.learnt
                    assert not missing, (n, item, missing)
        after = status_of(collection, morning + DAY_MS // 2)
        for deck, limit in NEW.items():
            assert seen.of("new", deck) <= limit, (n, deck)
        for deck, limit in REVIEWS.items():
            assert seen.of("review", deck) <= limit, (n, deck)
        assert all(count == 1 for count in Counter(item.note for item in seen.first.values()).values()), n
        reviewed = {card for card, item in seen.first.items() if item.kind == "review"}
        shown_notes = {item.note for item in seen.first.values()}
        full = [deck for deck, limit in REVIEWS.items() if seen.of("review", deck) == limit]
        assert reviewed <= due
        for card in due - reviewed:
            deck = cards[card].deck
            held_back = any(deck == name or deck.startswith(f"{name}::") for name in full)
            assert held_back or cards[card].id in shown_notes, (n, card)
            totals["held back"] += 1
        assert before["due"] == len(reviewed)
        later = {card for card, item in seen.first.items() if item.kind == "new"} - predicted
        assert before["new"] == seen.of("new") - len(later), n
        assert all(notes[cards[card].id].needs for card in later), n
        assert (after["new"], after["due"], after["learning"]) == (0, 0, 0), n
        assert (after["total"], after["reviewed_today"]) == (len(cards), seen.answers), n
        for row in before["decks"]:
            assert row["due"] == sum(item.kind == "review" and item.deck == row["name"] for item in seen.first.values())
        totals.update(new=seen.of("new"), reviews=len(reviewed), answers=seen.answers)
    anew = open_collection(root, environ_of(tmp_path, "there-0002"))
    assert totals["new"] == sum(not isinstance(anew.state(card).progress, New) for card in cards)
    for card, day in learner.due.items():
        assert getattr(anew.state(card).progress, "due", None) == day
    assert totals["held back"] > 100 and totals["new"] > 10 * DAYS
