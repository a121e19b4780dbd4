"""Rows out of several sources as one stream, by time. Knows no files, and of a row only its id and time, the first two.

What is put into a table in the order of its key is put in at the end, which costs a fraction of putting it in between;
and what is in order of time can be folded as it comes. Sources are begun when their time has come, so that a journal of
ten years is never in memory as a whole.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

from srs.values import frozen

Row = tuple[Any, ...]

time_and_id = itemgetter(1, 0)


@frozen
class Source:
    """`begin` gives the rows, some at a time; it is called once. `start`: the time of the first, or any earlier one."""

    start: int
    begin: Callable[[], Iterator[list[Row]]]


def merged(sources: Iterable[Source]) -> Iterator[list[Row]]:
    """All rows, some at a time, each lot by time and id.

    One lot comes after the other where that holds for each source; where not, every row comes nevertheless.
    """
    waiting = sorted(sources, key=lambda source: source.start, reverse=True)
    running: list[_Running] = []
    while waiting or running:
        until = min(each.last for each in running) if running else None
        if waiting and (until is None or waiting[-1].start <= until[0]):
            begun = _Running(waiting.pop().begin())
            if begun.refill():
                running.append(begun)
        elif until is not None:
            lot: list[Row] = []
            for each in running:
                lot += each.take(until)
            lot.sort(key=time_and_id)
            yield lot
            running = [each for each in running if each.rows or each.refill()]


class _Running:
    """A source that was begun: the rows that are next, by time and id, and the time and id of the last of them."""

    def __init__(self, lots: Iterator[list[Row]]) -> None:
        self._lots = lots
        self.rows: list[Row] = []
        self.last: tuple[int, str] = (0, "")

    def refill(self) -> bool:
        """False where the source has no more."""
        for rows in self._lots:
            if rows:
                rows.sort(key=time_and_id)
                self.rows, self.last = rows, time_and_id(rows[-1])
                return True
        return False

    def take(self, until: tuple[int, str]) -> list[Row]:
        count = bisect_right(self.rows, until, key=time_and_id)
        taken, self.rows = self.rows[:count], self.rows[count:]
        return taken
