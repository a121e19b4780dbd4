"""Python's cyclic garbage collector, held back while much is made that has no cycles. Knows nothing of what is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """The collector off: a tree has no cycles, and walking it while it grows costs more than reading.

    What was made meanwhile is then among the oldest, which are seldom walked, as if it had been walked already.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
