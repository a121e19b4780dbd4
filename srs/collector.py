"""Python's cyclic garbage collector, held back while much is made that has no cycles. Knows nothing of what is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """The collector off: a tree has no cycles, and walking it while it grows costs more than reading.

    What is there at the end counts as old. As new it would all be walked at once, by the next thing that is made.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # else it would thaw what somebody froze
                gc.freeze()
                gc.unfreeze()
            gc.enable()
