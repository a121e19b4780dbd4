"""Printing for commands: JSON, tables, times in words. Knows no command."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from srs.memory.schedule import Answer

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u206f\ud800-\udfff]")


def print_json(value: Any) -> None:
    """The stable contract: one JSON value on stdout. What a terminal would obey or cannot show is escaped."""
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    text = json.dumps(value, ensure_ascii=plain, indent=1)
    sys.stdout.write(_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def tell(text: str) -> None:
    """A message on stderr. Control characters are shown, not sent."""
    from srs.cli.terminal.safe import visible

    print(visible(text), file=sys.stderr)


def complain(message: str, hint: str = "") -> None:
    """Why a command failed and what mends it, on stderr."""
    tell(f"srs: {message}")
    for line in hint.splitlines():
        tell(f"     {line}")


def ask(question: str, default: str = "") -> str:
    """A line from the terminal, asked for until it holds something. End of input is an interruption."""
    try:
        while True:
            if answer := input(f"{question} ").strip() or default:
                return answer
    except EOFError:
        print()
        raise KeyboardInterrupt from None


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
    return span_short(max(0, answer.progress.due - now))


def comes_back(answer: Answer, now: int) -> str:
    """The same as the end of a sentence: `in 10m`, `tomorrow`, `in 4 days`."""
    if answer.interval_days is None:
        return f"in {in_words(answer, now)}"
    return days_long(answer.interval_days)


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
