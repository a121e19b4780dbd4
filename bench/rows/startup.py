"""From the command to the first card on the screen, with nothing changed and with much."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.row import Measured, Row
from bench.timing import Contender, Taken, alternate
from bench.world import ROOT, World
from srs.collection.index import VERSION, discard

_DONTNEED = getattr(os, "POSIX_FADV_DONTNEED", None)


def unchanged(world: World, rounds: int) -> Measured:
    """`srs review` in a terminal until the card that `srs next` names is painted."""
    front = world.next_front()
    return alternate({"srs": lambda: world.first_paint(front), "import typer": world.typer}, rounds)


def after(change: Callable[[World], None]) -> Callable[[World, int], Measured]:
    """The first paint after a change, beside that with nothing changed: the card is the one `next` then names."""

    def measure(world: World, rounds: int) -> Measured:
        def changed() -> Taken:
            change(world)
            taken = world.first_paint()
            world.first_paint(world.next_front())  # raises where another card is painted
            return taken

        return alternate({"srs": changed, "nothing changed": world.first_paint, "import typer": world.typer}, rounds)

    return measure


def _cold(world: World) -> None:
    """Have the system forget what it keeps of the collection's files in memory."""
    os.sync()
    for folder in (world.root, world.folder / "cache"):
        for path in folder.rglob("*"):
            if path.is_file() and _DONTNEED is not None:
                descriptor = os.open(path, os.O_RDONLY)
                os.posix_fadvise(descriptor, 0, 0, _DONTNEED)
                os.close(descriptor)


def cold(world: World, rounds: int) -> Measured:
    front = world.next_front()

    def cold_start() -> Taken:
        _cold(world)
        return world.first_paint(front)

    return alternate({"srs": cold_start, "import typer": world.typer}, rounds)


def older_index(world: World, rounds: int) -> Measured:
    """An index that the version before wrote, with all that is in this one."""
    front, index = world.next_front(), world.index()
    former, kept = index.with_suffix(".former"), index.with_suffix(".kept")
    _write_former(index, former)
    index.rename(kept)

    def older() -> Taken:
        discard(index)
        shutil.copy(former, index)
        os.sync()  # what the copying left to do is not ours
        return world.first_paint(front)

    try:
        return alternate({"srs": older, "import typer": world.typer}, rounds)
    finally:
        discard(index)
        kept.rename(index)
        former.unlink()


def _write_former(index: Path, former: Path) -> None:
    """The rows of an index in the tables of the version before: those of the index that the tests keep of it."""
    frozen = (ROOT / "tests" / "collection" / "data" / f"index-{VERSION - 1}.sql").read_text("utf-8")
    with closing(sqlite3.connect(former)) as db:
        db.executescript(frozen)
        db.execute("attach ? as present", (str(index),))
        schema = db.execute("select type, name, sql from main.sqlite_schema where sql is not null").fetchall()
        for name in (name for type_, name, _ in schema if type_ == "index"):
            db.execute(f"drop index main.{name}")
        for table in (name for type_, name, _ in schema if type_ == "table"):
            columns = ", ".join(f'"{row[1]}"' for row in db.execute(f"pragma main.table_info({table})"))
            db.execute(f"delete from main.{table}")
            db.execute(f"insert into main.{table} ({columns}) select {columns} from present.{table}")
        for sql in (sql for type_, _, sql in schema if type_ == "index"):
            db.execute(sql)
        db.commit()
        db.execute("pragma journal_mode = wal")


def small(world: World, rounds: int) -> Measured:
    """Beside a collection of a thousand cards."""
    other = World(1000, world.folder / "small")
    other.warm()
    front, of_other = world.next_front(), other.next_front()
    contenders: dict[str, Contender] = {
        "srs": lambda: world.first_paint(front),
        "1,000 cards": lambda: other.first_paint(of_other),
    }
    return alternate(contenders, rounds)


def many_files(world: World, rounds: int) -> Measured:
    """The same cards in five thousand deck files."""
    other = World(world.cards, world.folder / "many", 5000)
    try:
        other.warm()
        front = other.next_front()
        contenders: dict[str, Contender] = {
            "srs": lambda: other.first_paint(front),
            "200 files": lambda: world.first_paint(world.next_front()),
        }
        return alternate(contenders, rounds)
    finally:
        shutil.rmtree(other.folder, ignore_errors=True)


ROWS = (
    Row("`srs review` to first card painted", unchanged, 1.6),
    Row("… beside a collection of 1,000 cards", small, 1.2),
    Row("… one deck file edited", after(World.edit_one_deck), 2),
    Row("… a line of another device arrived", after(World.foreign_line)),
    Row("… files not in memory (cold)", cold, seconds=1.0),
    Row("… 5,000 deck files", many_files, seconds=1.0, most_rounds=5),
    Row("… an index of the version before", older_index, seconds=1.0, most_rounds=5),
)
