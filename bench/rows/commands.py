"""Commands for scripts and glances, each beside `import typer`."""

from collections.abc import Callable
from itertools import count

from bench.row import Measured, Row
from bench.timing import Taken, alternate
from bench.world import World


def beside_typer(*words: str) -> Callable[[World, int], Measured]:
    def measure(world: World, rounds: int) -> Measured:
        return alternate({"srs": lambda: world.run(*words), "import typer": world.typer}, rounds)

    return measure


def answer(world: World, rounds: int) -> Measured:
    """A card answered by a command, another one each time."""
    numbers = count(200)

    def run() -> Taken:
        return world.run("answer", world.some_cards[next(numbers)], "good")

    return alternate({"srs": run, "import typer": world.typer}, rounds)


def explain(world: World, rounds: int) -> Measured:
    return beside_typer("explain", world.some_cards[0])(world, rounds)


ROWS = (
    Row("`srs --version`", beside_typer("--version"), 2),
    Row("`srs status`", beside_typer("status"), 2),
    Row("`srs status --short`", beside_typer("status", "--short"), 2),
    Row("`srs next`", beside_typer("next"), 2),
    Row("`srs list is:due`", beside_typer("list", "is:due"), 2),
    Row("`srs explain CARD`", explain, 2),
    Row("`srs answer CARD good`", answer, 2),
)
