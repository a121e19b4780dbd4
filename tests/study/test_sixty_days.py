from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from srs.collection import queries
from srs.collection.collection import Collection
from srs.memory.days import DAY_MS
from srs.study.agenda import Item
from srs.study.today import agenda_of
from tests.support import make_collection, moment, open_collection

LIMITS = {"A": (3, 5), "A::B": (2, 3), "C": (1, 4)}
SETTINGS = 'timezone = "Europe/Berlin"\n' + "".join(
    f'[deck."{deck}"]\nnew_per_day = {new}\nreviews_per_day = {reviews}\n' for deck, (new, reviews) in LIMITS.items()
)


def deck(name: str, count: int) -> str:
    notes = "".join(f"  - term: {name}-{n}\n    id: {name[-1].lower()}{n}\n    means: {n}\n" for n in range(count))
    return f"deck: {name}\nnotes:\n{notes}"


def under(item: Item, name: str) -> bool:
    return item.deck == name or item.deck.startswith(f"{name}::")


def a_day(collection: Collection, now: int) -> Iterator[Item]:
    """Study a day to its end, forgetting about one review in five; each card as it is shown."""
    while True:
        agenda = agenda_of(collection, now)
        item = agenda.next(now)
        if item is None:
            wait = agenda.wait()
            if wait is None:
                return
            now = wait
            continue
        yield item
        chance = crc32(f"{item.card} {now}".encode()) % 10
        collection.answer(item.card, 1 if chance < 2 else 4 if chance == 9 else 3, now, 5000)
        now += 10_000


def test_sixty_days(tmp_path: Path) -> None:
    """Over sixty days no limit is passed, no two siblings meet, and every due card is shown the day it is due, or as
    soon as limits and siblings let it.
    """
    decks = {"a.yaml": deck("A", 4), "b.yaml": deck("A::B", 5), "c.yaml": deck("C", 5)}
    collection = open_collection(*make_collection(tmp_path, decks, SETTINGS))
    shown_ever: set[str] = set()
    for n in range(60):
        morning = moment("2026-12-01T08:00:00+01:00") + n * DAY_MS
        day = collection.day(morning)
        due = queries.reviews(collection.db, day)
        shown = list(a_day(collection, morning))
        first = {item.card: item for item in reversed(shown)}
        counts = {name: Counter(i.kind for i in first.values() if under(i, name)) for name in LIMITS}
        for name, (new, reviews) in LIMITS.items():
            assert counts[name]["new"] <= new and counts[name]["review"] <= reviews, (n, name)
        assert max(Counter(item.note for item in first.values()).values(), default=0) <= 1, n
        for waiting in due:
            full = any(
                counts[name]["review"] == LIMITS[name][1]
                for name in LIMITS
                if waiting.deck == name or waiting.deck.startswith(f"{name}::")
            )
            assert waiting.card in first or full or any(item.note == waiting.note for item in first.values()), (
                n,
                waiting,
            )
        shown_ever |= first.keys()
    assert len(shown_ever) == 28
