"""Printing for commands: JSON, tables, times in words. Knows no command."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from srs.memory.schedule import Answer

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def print_json(value: Any) -> None:
    """The stable contract: one JSON value on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_table(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> None:
    """Columns as wide as their widest cell; those in `right` flush right. Control characters are shown, not sent."""
    from srs.cli.terminal.safe import visible
    from srs.cli.terminal.width import width

    shown = [[visible(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    flush_right = set(right)
    for row in shown:
        cells = []
        for number, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (wide - width(cell))
            cells.append(gap + cell if number in flush_right else cell + gap)
        print("  ".join(cells).rstrip())


def plural(count: int, noun: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def in_words(answer: Answer, now: int) -> str:
    """When an answer brings the card back, short enough for a key line: `10m`, `4d`, `2.5mo`."""
    if answer.interval_days is not None:
        return days_short(answer.interval_days)
    due = getattr(answer.progress, "due", now)
    return span_short(max(0, due - now))


def span_short(ms: int) -> str:
    """A span within days: `<1m`, `10m`, `3h`."""
    if ms < _MINUTE:
        return "<1m"
    if ms < _HOUR:
        return f"{round(ms / _MINUTE)}m"
    if ms < _DAY:
        return f"{ms / _HOUR:.1f}".removesuffix(".0") + "h"
    return days_short(round(ms / _DAY))


def days_short(days: int) -> str:
    """A span of days as Anki's buttons write it: `4d`, `2.5mo`, `1.2y`."""
    if days < 31:
        return f"{days}d"
    if days < 365:
        return f"{days / 30.4:.1f}".removesuffix(".0") + "mo"
    return f"{days / 365.25:.1f}".removesuffix(".0") + "y"


def days_long(days: int) -> str:
    """A span of days in words: `tomorrow`, `in 4 days`."""
    if days <= 0:
        return "today"
    return "tomorrow" if days == 1 else f"in {days} days"
