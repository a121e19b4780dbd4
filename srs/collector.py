"""Python's cyclic garbage collector, held back while much is made that has no cycles. Knows nothing of what is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000  # objects


@contextmanager
def collector_paused() -> Iterator[None]:
    """The collector off: a tree has no cycles, and walking it while it grows costs more than reading.

    Where many were made, they are then among the oldest, which are seldom walked, as if they had been walked already.
    With few it is not worth it: garbage from before would get old with them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # What somebody froze would be thawed with it.
            if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
