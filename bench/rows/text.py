"""Ten thousand notes of YAML read, beside PyYAML's loaders; with the garbage collector off for all, and on for all."""

import gc
from collections.abc import Callable

from bench.row import Measured, Row
from bench.timing import Taken, alternate, inside
from bench.world import World
from srs.cards.deck import read_deck
from srs.cards.typefile import builtin_types

_NOTES = 10_000


def reading(collector: bool) -> Callable[[World, int], Measured]:
    def measure(world: World, rounds: int) -> Measured:
        import yaml

        files, types = _files(world), builtin_types()
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


def _files(world: World) -> list[tuple[str, bytes]]:
    found, notes = [], 0
    for path in sorted((world.root / "decks").rglob("*.yaml")):
        data = path.read_bytes()
        found.append((path.name, data))
        notes += data.count(b"\n    id: ")
        if notes >= _NOTES:
            break
    return found


ROWS = (
    Row("read 10k notes of YAML, collector off", reading(False), 1 / 2, most_rounds=5),
    Row("read 10k notes of YAML, collector on", reading(True), 1 / 5, most_rounds=5),
)
