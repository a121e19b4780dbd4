"""From the command to the first card on the screen, with nothing changed and with much."""

import os
import shutil
import sqlite3
from collections.abc import Callable

from bench.row import Measured, Row
from bench.timing import Contender, Taken, alternate
from bench.world import World

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
    """An index that the version before wrote: its number is one less."""
    front, index = world.next_front(), world.index()

    def older() -> Taken:
        kept = index.with_suffix(".kept")
        shutil.copy(index, kept)
        db = sqlite3.connect(index)
        version = db.execute("pragma user_version").fetchone()[0]
        db.execute(f"pragma user_version = {version - 1}")
        db.close()
        taken = world.first_paint(front)
        for suffix in ("", "-wal", "-shm"):
            index.with_name(index.name + suffix).unlink(missing_ok=True)
        kept.rename(index)
        return taken

    return alternate({"srs": older}, rounds)


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
    Row("… one deck file edited", after(World.edit_one_deck), 2),
    Row("… a line of another device arrived", after(World.foreign_line)),
    Row("… files not in memory (cold)", cold, seconds=1.0),
    Row("… 5,000 deck files", many_files, seconds=1.0, most_rounds=5),
    Row("… an index of the version before", older_index, seconds=1.0, most_rounds=1),
)
