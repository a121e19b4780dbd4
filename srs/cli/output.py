"""Printing for commands: JSON, tables, times in words. Knows no command."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from srs.cli.progress import progress
from srs.errors import SrsError
from srs.watching import doing, told

if TYPE_CHECKING:
    from srs.errors import Problem
    from srs.memory.schedule import Answer

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# What stays on one line: a command to be copied, what stands in backquotes, a word.
_COMMAND = r"(?:^|(?<=: ))(?:srs|git|cd) (?:(?![.,;](?: |$)| \().)+\S?"
_UNBROKEN = rf"{_COMMAND}|(?:`[^`\n]{{1,60}}`|[^ ])+"  # compiled where a line is too long
_UNSAFE = "[\x7f-\x9f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"  # compiled where JSON is printed: it takes long


def print_json(value: Any) -> None:
    """The stable contract: one JSON value on stdout. What a terminal would obey or cannot show is escaped."""
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    with doing(progress, "Writing JSON"):
        text = json.dumps(value, ensure_ascii=plain, indent=1)
        text = re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", text)
    sys.stdout.write(f"{text}\n")


def say(text: str) -> None:
    """Sentences on stdout. Control characters are shown, not sent; a terminal does not break inside words."""
    _print(text, sys.stdout)


def tell(text: str) -> None:
    """The same on stderr: messages."""
    _print(text, sys.stderr)


def complain(message: str, hint: str = "") -> None:
    """Why a command failed and what mends it, on stderr."""
    tell(f"srs: {message}")
    _print_hint(hint, "     ", sys.stderr)


def say_hint(hint: str, indent: str) -> None:
    """What mends something, on stdout; a sample in it, whose lines begin with spaces, is not wrapped."""
    _print_hint(hint, indent, sys.stdout)


def say_problem(problem: "Problem") -> None:
    """A problem with its place and what mends it, on stdout."""
    say(f"{problem.path}:{problem.line}:{problem.column}: {problem.severity}: {problem.message}")
    say_hint(problem.hint, "    ")


def _print_hint(hint: str, indent: str, stream: TextIO) -> None:
    for line in hint.splitlines():
        _print(indent + line, stream, wraps=not line.startswith(" "))


def _print(text: str, stream: TextIO, wraps: bool = True) -> None:
    from srs.cli.terminal.safe import visible

    terminal = terminal_size(stream) if wraps else None
    for line in wrapped(text, terminal[0]) if terminal else [visible(text)]:
        print(line, file=stream)


def ask(question: str, default: str | None = None) -> str:
    """A line from the terminal; an empty one is `default`, or is asked again. End of input is an interruption."""
    try:
        while True:
            answer = input(f"{question} ").strip() or default
            if answer is not None:
                return answer
    except (EOFError, KeyboardInterrupt):
        print()  # the line of the question is over
        raise KeyboardInterrupt from None


def agreed(question: str) -> bool:
    """Whether the user says yes to a change. Raises SrsError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise SrsError("nothing was changed, since there is nobody to ask", "say --yes to do it")
    return ask(f"{question} [y/N]", "n").lower().startswith("y")


def takes_unicode() -> bool:
    """Whether stdout can show more than ASCII."""
    return "utf" in (sys.stdout.encoding or "").lower()


def ellipsis() -> str:
    """What stands for text that is left out."""
    return "…" if takes_unicode() else "..."


def terminal_size(stream: TextIO | None = None) -> tuple[int, int] | None:
    """Columns and rows of the terminal that stdout or `stream` is; None where it is none, and nothing has to fit."""
    from srs.cli.terminal.keys import size

    return size() if (stream or sys.stdout).isatty() else None


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most `columns` cells, broken at spaces alone. Control characters are shown, not sent.

    Words, what stands in backquotes, and a command after a colon are left whole, since they may be copied; where one is
    wider than `columns`, so is its line. A line that begins with spaces goes on under its first word.
    """
    from srs.cli.terminal.safe import visible
    from srs.cli.terminal.width import width

    lines: list[str] = []
    for paragraph in visible(text).split("\n"):
        if width(paragraph) <= columns:
            lines.append(paragraph)
            continue
        body = paragraph.lstrip(" ")
        line = indent = " " * (len(paragraph) - len(body))
        end = 0
        for word in re.finditer(_UNBROKEN, body):
            gap = body[end : word.start()]
            if end and width(line) + len(gap) + width(word[0]) > columns:
                lines.append(line)
                line, gap = indent, ""
            line, end = line + gap + word[0], word.end()
        lines.append(line)
    return lines


def beside(parts: Sequence[str], columns: int | None, between: str = "  ·  ") -> list[str]:
    """`one  ·  two`, on as few lines of at most `columns` cells as it takes; no line begins or ends with `between`."""
    from srs.cli.terminal.safe import visible
    from srs.cli.terminal.width import width

    lines: list[str] = []
    for part in map(visible, parts):
        longer = f"{lines[-1]}{between}{part}" if lines else part
        if lines and (columns is None or width(longer) <= columns):
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def clipped(text: str, cells: int, dots: str = "…") -> str:
    """`text` in at most `cells` cells; where it is longer, its beginning and `dots`."""
    from srs.cli.terminal.width import graphemes, width

    if width(text) <= cells:
        return text
    kept, room = "", cells - len(dots)
    for cluster, size in graphemes(text):
        if size > room:
            break
        kept, room = kept + cluster, room - size
    return kept.rstrip() + dots[: max(0, cells)]


def print_table(
    rows: Sequence[Sequence[str]],
    right: Iterable[int] = (),
    shrink: Mapping[int, int] | None = None,
    drop: Sequence[int] = (),
) -> None:
    """Columns as wide as their widest cell; those in `right` flush right.

    In a terminal too narrow for that the columns in `shrink` are cut, down to so many cells; then those in `drop` are
    left out, one by one; at last the first is cut. Control characters are shown, not sent.
    """
    terminal = terminal_size() if shrink or drop else None
    for line in table_lines(rows, terminal[0] if terminal else None, right, shrink or {}, drop, ellipsis()):
        print(line)


def table_lines(
    rows: Sequence[Sequence[str]],
    columns: int | None,
    right: Iterable[int] = (),
    shrink: Mapping[int, int] | None = None,
    drop: Sequence[int] = (),
    dots: str = "…",
) -> list[str]:
    """The lines of a table, of at most `columns` cells as far as `shrink` and `drop` can bring it there."""
    from srs.cli.terminal.safe import visible
    from srs.cli.terminal.width import width

    watched = told(progress, "Preparing the list", rows, len(rows))
    shown = [[visible(cell).replace("\n", " ") for cell in row] for row in watched]
    natural = [max(map(width, column)) for column in zip(*shown, strict=True)]
    widths = fitting(natural, columns, shrink or {}, drop)
    flush_right = set(right)
    lines = []
    for row in told(progress, "Preparing the list", shown, len(shown)):
        cells = []
        for number, wide in widths.items():
            cell = clipped(row[number], wide, dots)
            gap = " " * (wide - width(cell))
            cells.append(gap + cell if number in flush_right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return lines


def fitting(
    natural: Sequence[int], columns: int | None, shrink: Mapping[int, int], drop: Sequence[int]
) -> dict[int, int]:
    """The columns of a table that are kept, with their widths in cells, two cells between them."""
    kept = dict(enumerate(natural))
    if columns is None:
        return kept
    for leaving in (*drop, None):
        excess = sum(kept.values()) + 2 * (len(kept) - 1) - columns
        spare = {number: kept[number] - least for number, least in shrink.items() if kept.get(number, 0) > least}
        if leaving is None:
            spare[0] = kept[0] - 1
        elif excess > sum(spare.values()):
            kept.pop(leaving)
            continue
        for number, cells in spare.items():
            given = min(cells, max(0, excess))
            kept[number] -= given
            excess -= given
        break
    return kept


def number_word(count: int) -> str:
    """`nine`, `30`: small numbers as words, as in running text."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def in_words(answer: "Answer", now: int) -> str:
    """When an answer brings the card back, short enough for a key line: `10m`, `4d`, `2.5mo`."""
    if answer.interval_days is not None:
        return days_short(answer.interval_days)
    return span_short(max(0, answer.progress.due - now))


def comes_back(answer: "Answer", now: int) -> str:
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
