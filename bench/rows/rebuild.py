"""The index made anew from text, beside the least that could be done with the same lines; and replay."""

import sqlite3
import sys
import tempfile
from pathlib import Path

from bench.row import Measured, Row
from bench.timing import Taken, alternate, command, inside, mean
from bench.world import World

_LEAST = """\
import json, sqlite3, sys
from pathlib import Path
db = sqlite3.connect(sys.argv[2])
db.execute("pragma journal_mode = wal")
db.execute("create table event (id text primary key, at text, do text, card text, rating integer, ms integer,"
           " mode text, day text, due text, step integer, after text, event text) strict, without rowid")
names = ("id", "at", "do", "card", "rating", "ms", "mode", "day", "due", "step", "after", "event")
for path in sorted(Path(sys.argv[1]).iterdir()):
    rows = []
    for line in path.read_bytes().splitlines():
        fields = json.loads(line)
        if "id" in fields:
            rows.append([fields.get(name) for name in names])
    with db:
        db.executemany("insert or ignore into event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
"""


def rebuild(world: World, rounds: int) -> Measured:
    def ours() -> Taken:
        world.drop_index()
        return world.run("status", "--short")

    def least() -> Taken:
        with tempfile.TemporaryDirectory(dir=world.folder) as folder:
            words = [sys.executable, "-c", _LEAST, str(world.root / "journal"), str(Path(folder) / "db")]
            return command(words, world.environ, world.root)

    return alternate({"srs": ours, "json.loads + executemany": least}, rounds)


def growth(world: World, rounds: int) -> Measured:
    """The index made anew beside that of a tenth of the cards, which is to take no less than a tenth.

    The tenth is made five times before and five times after, and their mean counts: the machine's speed changes within
    the time that the whole takes.
    """
    other = World(world.cards // 10, world.folder / "tenth")

    def anew(which: World) -> Taken:
        which.drop_index()
        return which.run("status", "--short")

    def round_of_both() -> tuple[Taken, Taken]:
        before = [anew(other) for _ in range(5)]
        whole = anew(world)
        return whole, mean([*before, *(anew(other) for _ in range(5))])

    other.warm()
    wholes, tenths = zip(*(round_of_both() for _ in range(rounds)), strict=True)
    return {"srs": list(wholes), "a tenth of the cards": list(tenths)}


def replay(world: World, rounds: int) -> Measured:
    """Ten million reviews, the collection's own histories over and over, folded from memory."""
    import numpy as np

    from srs.memory.fsrs6 import Fsrs6

    offsets, days, ratings = _histories(world)
    times = max(1, 10_000_000 // max(1, len(days)))
    starts = np.concatenate([offsets[:-1] + n * len(days) for n in range(times)] + [np.array([times * len(days)])])
    days, ratings = np.tile(days, times), np.tile(ratings, times)
    model = Fsrs6()
    ats = days * 86_400_000
    taken = [inside(lambda: model.replay(starts, ats, days, ratings)) for _ in range(rounds)]
    per_million = [Taken(each.wall / len(days) * 1e6, (each.cpu or 0) / len(days) * 1e6) for each in taken]
    return {"srs": per_million, "py-fsrs, one by one": [_loop(offsets, days, ratings)]}


def _histories(world: World):  # type: ignore[no-untyped-def]
    import numpy as np

    db = sqlite3.connect(world.index())
    rows = db.execute(
        "select subject, day, rating from event where do = 'review' and not dead order by subject, at, id"
    )
    subjects, days, ratings = zip(*rows, strict=True)
    db.close()
    names = np.array(subjects)
    changes = np.flatnonzero(names[1:] != names[:-1]) + 1
    return np.concatenate([[0], changes, [len(days)]]), np.array(days), np.array(ratings)


def _loop(offsets, days, ratings) -> Taken:  # type: ignore[no-untyped-def]
    """Py-fsrs's own loop over the first histories, for a million reviews."""
    from datetime import UTC, datetime, timedelta

    import fsrs

    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    start = datetime(1, 1, 1, tzinfo=UTC)
    done = 0

    def run() -> None:
        nonlocal done
        for first, last in zip(offsets[:300].tolist(), offsets[1:301].tolist(), strict=False):
            card = fsrs.Card(card_id=1, due=start)
            for day, rating in zip(days[first:last].tolist(), ratings[first:last].tolist(), strict=True):
                card, _ = scheduler.review_card(card, fsrs.Rating(rating), start + timedelta(days=day))
                done += 1

    taken = inside(run)
    return Taken(taken.wall / done * 1e6, (taken.cpu or 0) / done * 1e6)


ROWS = (
    Row("rebuild the index from text", rebuild, 2.5, peak=600, most_rounds=2),
    Row("… beside a tenth of the cards", growth, 10, most_rounds=3),
    Row("replay a million reviews in memory", replay, seconds=0.2, most_rounds=3),
)
