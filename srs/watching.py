"""Telling of long work while it goes on: what is done, how far. Knows no work, and not who is told or how."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Watch = Callable[[str, int, int | None], None]
"""Told of long work, again and again: what it is, how many steps are done, of how many (None: nobody knows).

When all are done, it is over.
"""

_Thing = TypeVar("_Thing")
_OFTEN = 100_000  # steps of SQLite's own machine, which take some milliseconds


def unwatched(what: str, done: int, total: int | None) -> None:
    """For callers that do not want to be told."""


def told(watch: Watch, what: str, things: Iterable[_Thing], total: int | None) -> Iterator[_Thing]:
    """The things one by one, `watch` being told how many of them are done. Over with the last, or if no more is wanted.

    Who takes them must do the work before asking for the next one.
    """
    try:
        for done, thing in enumerate(things):
            watch(what, done, total)
            yield thing
    finally:
        watch(what, 1, 1)


@contextmanager
def doing(watch: Watch, what: str) -> Iterator[None]:
    """While something is done of which nobody knows how long it takes."""
    watch(what, 0, None)
    try:
        yield
    finally:
        watch(what, 1, 1)


@contextmanager
def statements(db: sqlite3.Connection, watch: Watch, what: str) -> Iterator[None]:
    """The same while single statements take their time: `watch` is told that they go on, and Ctrl-C ends them."""
    watch(what, 0, None)
    db.set_progress_handler(lambda: watch(what, 0, None), _OFTEN)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:  # the handler raised, which only Ctrl-C makes it do
            raise KeyboardInterrupt from None
        raise
    finally:
        db.set_progress_handler(None, 0)
        watch(what, 1, 1)
