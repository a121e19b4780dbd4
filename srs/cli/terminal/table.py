"""A table as aligned lines, its cells wrapped where it would be too wide. Knows nothing of HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from srs.cli.terminal.style import Line, Span
from srs.cli.terminal.width import width, wrap

_NARROWEST = 4
_BAR = Span(" │ ", ("muted",))


@dataclass(slots=True)
class Cell:
    """What stands in one cell; `align` is left, right or center."""

    header: bool = False
    align: str = "left"
    spans: list[Span] = field(default_factory=list)


def layout(rows: Sequence[Sequence[Cell]], columns: int) -> list[Line]:
    """The rows in at most `columns` cells: side by side, or one field a line where there is no room for that."""
    count = max((len(row) for row in rows), default=0)
    if not count:
        return []
    natural = [max(_natural(row[i]) for row in rows if i < len(row)) for i in range(count)]
    room = columns - len(_BAR.text) * (count - 1)
    if sum(natural) > room and room < _NARROWEST * count:
        return _stacked(rows, columns)
    sizes = _shares(natural, room)
    blocks = [_row(row, sizes) for row in rows]
    ruled = any(len(block) > 1 for block in blocks)  # without rules nobody sees where a wrapped row ends
    lines: list[Line] = []
    for i, block in enumerate(blocks):
        if i and (ruled or (_is_header(rows[i - 1]) and not _is_header(rows[i]))):
            lines.append((Span("─┼─".join("─" * size for size in sizes), ("muted",)),))
        lines.extend(block)
    return lines


def _natural(cell: Cell) -> int:
    return max(width(line) for line in "".join(span.text for span in cell.spans).split("\n"))


def _is_header(row: Sequence[Cell]) -> bool:
    return bool(row) and all(cell.header for cell in row)


def _shares(natural: Sequence[int], room: int) -> list[int]:
    """Widths that add up to at most `room`: narrow columns get what they need, the others share the rest evenly."""
    sizes = [1] * len(natural)
    left = len(natural)
    for i in sorted(range(len(natural)), key=natural.__getitem__):
        sizes[i] = max(1, min(natural[i], room // left))
        room -= sizes[i]
        left -= 1
    return sizes


def _row(row: Sequence[Cell], sizes: Sequence[int]) -> list[Line]:
    cells = [row[i] if i < len(row) else Cell() for i in range(len(sizes))]
    wrapped = [wrap(_bold(cell), size) for cell, size in zip(cells, sizes, strict=True)]
    lines: list[Line] = []
    for y in range(max(len(block) for block in wrapped)):
        line: list[Span] = []
        for i, (cell, size) in enumerate(zip(cells, sizes, strict=True)):
            content = wrapped[i][y] if y < len(wrapped[i]) else ()
            line.extend([_BAR] * (i > 0))
            line.extend(_padded(content, size, cell.align, last=i == len(sizes) - 1))
        lines.append(tuple(line))
    return lines


def _bold(cell: Cell) -> list[Span]:
    return [Span(span.text, (*span.styles, "bold")) for span in cell.spans] if cell.header else cell.spans


def _padded(content: Line, size: int, align: str, last: bool) -> list[Span]:
    free = max(0, size - sum(width(span.text) for span in content))
    before = {"right": free, "center": free // 2}.get(align, 0)
    after = 0 if last else free - before
    return [Span(" " * before), *content, Span(" " * after)]


def _stacked(rows: Sequence[Sequence[Cell]], columns: int) -> list[Line]:
    """`header: value` lines, rows apart by a blank line."""
    header = rows[0] if _is_header(rows[0]) and len(rows) > 1 else ()
    lines: list[Line] = []
    for row in rows[1:] if header else rows:
        if lines:
            lines.append(())
        for i, cell in enumerate(row):
            label = [*_bold(header[i]), Span(": ", ("bold",))] if i < len(header) and header[i].spans else []
            lines.extend(wrap([*label, *cell.spans], columns))
    return lines
