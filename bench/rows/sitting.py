"""A rating key until the next card is on the screen, its answer on disk."""

from bench.row import Measured, Row
from bench.timing import Taken
from bench.world import World


def rating(world: World, rounds: int) -> Measured:
    taken: list[Taken] = []
    shown: list[Taken] = []
    sitting = world.sitting()
    try:
        sitting.page()
        for _ in range(min(4 * rounds, 40)):
            sitting.rest(0.3)
            sitting.press("\r")
            shown.append(sitting.page())
            sitting.rest(0.1)
            sitting.press("3")
            taken.append(sitting.page())
    finally:
        sitting.close()
    return {"srs": taken[2:], "the back (Enter)": shown[2:]}


ROWS = (Row("rating key to next card, fsync included", rating, seconds=0.010),)
