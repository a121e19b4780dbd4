"""Rows of several sources as one stream: none lost or doubled, by time wherever each source is."""

from collections.abc import Iterator
from functools import partial
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from srs.collection.merged import Row, Source, merged, time_and_id

times_of_sources = st.lists(st.lists(st.lists(st.integers(-5, 40), max_size=4), max_size=5), max_size=4)


def rows_of(times: list[list[list[int]]]) -> list[list[list[Row]]]:
    return [
        [[(f"{source}-{lot}-{n}", at) for n, at in enumerate(ats)] for lot, ats in enumerate(lots)]
        for source, lots in enumerate(times)
    ]


def sources_of(rows: list[list[list[Row]]]) -> list[Source]:
    starts = (min((row[1] for lot in lots for row in lot), default=0) for lots in rows)
    return [Source(start, partial(iter, [list(lot) for lot in lots])) for start, lots in zip(starts, rows, strict=True)]


@given(times_of_sources)
def test_every_row_comes_once(times: list[list[list[int]]]) -> None:
    """Whatever the order within the sources, each row comes once, and each lot is by time and id."""
    rows = rows_of(times)
    lots = list(merged(sources_of(rows)))
    assert sorted(row for lot in lots for row in lot) == sorted(row for source in rows for lot in source for row in lot)
    assert all(lot == sorted(lot, key=time_and_id) for lot in lots)


@given(times_of_sources)
def test_sources_by_time_come_by_time(times: list[list[list[int]]]) -> None:
    """Where each source is in order, so is the whole stream."""
    ordered = []
    for lots in rows_of(times):
        flat = sorted((row for lot in lots for row in lot), key=time_and_id)
        ordered.append([flat[n : n + 3] for n in range(0, len(flat), 3)])
    found = [row for lot in merged(sources_of(ordered)) for row in lot]
    assert found == sorted(found, key=time_and_id)


def test_a_source_is_begun_when_its_time_has_come() -> None:
    """Of sources that follow one another, one is read at a time."""
    running, most = 0, 0

    def source(year: int) -> Iterator[list[Row]]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        yield [(f"{year}-{n}", year * 100 + n) for n in range(5)]
        running -= 1

    years = list(range(9))
    Random(1).shuffle(years)
    lots = merged([Source(year * 100, partial(source, year)) for year in years])
    assert sum(map(len, lots)) == 45
    assert most == 1
