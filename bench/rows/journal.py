"""One event put at the end of the journal and synced, beside a bare `write` and `fsync` of the same bytes."""

import os
from collections.abc import Callable
from pathlib import Path

from bench.row import Measured, Row
from bench.timing import Taken, alternate, inside
from bench.world import World
from srs.collection import journal
from srs.memory import events as ev

_LINES = 50


def append(world: World, rounds: int) -> Measured:
    place = world.folder / "append"
    place.mkdir(exist_ok=True)
    review = ev.Review(
        ev.new_id(1, os.urandom(10)), 1, "some-card:answer", 3, 4120, "study", 739_951, 739_955, None, None
    )
    line = ev.encode(review)

    def ours(path: Path = place / "ours.jsonl") -> None:
        journal.append(path, ev.header_line("x-0000"), [line], ev.is_whole, place / "aside")

    descriptor = os.open(place / "bare.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def bare() -> None:
        os.write(descriptor, line + b"\n")
        os.fsync(descriptor)

    def one(do: Callable[[], None]) -> Taken:
        def all_of_them() -> None:
            for _ in range(_LINES):
                do()

        taken = inside(all_of_them)
        return Taken(taken.wall / _LINES, (taken.cpu or 0) / _LINES)

    try:
        contenders = {
            "srs": lambda: one(ours),
            "write + fsync": lambda: one(bare),
        }
        return alternate(contenders, rounds)
    finally:
        os.close(descriptor)


ROWS = (Row("append one event, fsync included", append, 2),)
