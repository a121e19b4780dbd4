"""What a row of the table is: what is measured beside what, and how much it may take. Knows no collection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.timing import Taken
from bench.world import World

Measured = Mapping[str, list[Taken]]
"""What was taken, by contender: `srs` first, then its yardstick, then whoever else was there."""


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio`: so many times its yardstick `srs` may take; `seconds`: so long; None: no budget.

    `peak`: so many MB it may need; `peak_ratio`: so many times those of its yardstick.

    `bound` sizes are those at which the budget holds; at others it is only shown.
    """

    name: str
    measure: Callable[[World, int], Measured]
    ratio: float | None = None
    seconds: float | None = None
    peak: float | None = None
    peak_ratio: float | None = None
    bound: tuple[int, ...] = (100_000,)
    most_rounds: int = 1000
