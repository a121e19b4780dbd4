"""Ten thousand notes of YAML read, beside PyYAML's loader; with the garbage collector off for both, and on for both.

As one file, which the budget is of, and as the files of the collection. What both made is kept until all is read: ours
are notes, checked and with their places, and the loader's are dicts.
"""

import gc
from collections.abc import Callable
from itertools import cycle

from bench.row import Measured, Row
from bench.timing import Taken, alternate, inside
from bench.world import World
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck

_NOTES = 10_000
_A_NOTE = b"\n    id: "
_LIST = b"\nnotes:\n"

_Files = list[tuple[str, bytes]]


def reading(files_of: Callable[[World], _Files], collector: bool) -> Callable[[World, int], Measured]:
    def measure(world: World, rounds: int) -> Measured:
        import yaml

        files, types = files_of(world), builtin_types()
        kept: list[object] = []

        def of(read: Callable[[str, bytes], object]) -> Callable[[], Taken]:
            def run() -> Taken:
                kept.clear()
                gc.collect()
                if not collector:
                    gc.disable()
                try:
                    return inside(lambda: kept.extend(read(name, data) for name, data in files))
                finally:
                    gc.enable()

            return run

        contenders = {
            "srs": of(lambda name, data: read_deck(name, data, types)),
            "yaml.CSafeLoader": of(lambda name, data: yaml.load(data, yaml.CSafeLoader)),
        }
        return alternate(contenders, rounds)

    return measure


def _many(world: World) -> _Files:
    """Files of the collection with so many notes, or all there are."""
    found, notes = [], 0
    for path in sorted((world.root / "decks").rglob("*.yaml")):
        data = path.read_bytes()
        found.append((path.name, data))
        notes += data.count(_A_NOTE)
        if notes >= _NOTES:
            break
    return found


def _one(world: World) -> _Files:
    """One file with so many notes: those of the collection, over and over where it has fewer."""
    lists = [data.partition(_LIST)[2] for _, data in _many(world)]
    data, notes = [b"deck: One" + _LIST], 0
    for each in cycle(lists):
        data.append(each)
        notes += each.count(_A_NOTE)
        if notes >= _NOTES:
            return [("one.yaml", b"".join(data))]
    raise ValueError("no deck file has a note")


ROWS = (
    Row("read 10k notes of YAML in one file, collector off", reading(_one, False), 1 / 2, most_rounds=5),
    Row("read 10k notes of YAML in one file, collector on", reading(_one, True), 1 / 5, most_rounds=5),
    Row("read 10k notes of YAML in many files, collector off", reading(_many, False), most_rounds=5),
    Row("read 10k notes of YAML in many files, collector on", reading(_many, True), most_rounds=5),
)
