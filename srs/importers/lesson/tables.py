"""Tables of a lesson: where one stands, its cells, and the notes that it makes. Knows Markdown, tabs and columns."""

import re
from dataclasses import dataclass

from srs.importers.lesson.values import Block, Draft, Leftover

_DELIMITER = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*")
_BETWEEN = re.compile(r"(?<!\\)\|")
_COLUMNS = re.compile(r"\t+| {3,}|(?<=\S)  (?=\S)")
_NOTHING = {"", "-", "–", "—", "n/a", "N/A", "...", "…"}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line."""

    cells: tuple[str, ...]
    line: int


def table_run(lines: list[str], start: int) -> int:
    """The index after the table that starts at `start`; `start` where none does."""
    return _piped_run(lines, start) or _columns_run(lines, start) or start


def rows_of(block: Block) -> list[Row]:
    """The rows of a table, its header first, without the line of dashes."""
    lines = block.text.split("\n")
    piped = any("|" in line for line in lines[:2])
    rows = []
    for line, text in enumerate(lines, block.first_line):
        if not text.strip() or (piped and _DELIMITER.fullmatch(text) and "-" in text):
            continue
        rows.append(Row(tuple(_cells(text) if piped else _columns(text)), line))
    return rows


def drafts_of(block: Block) -> tuple[list[Draft], list[Leftover]]:
    """A basic note for each cell after the first column, row by row; what of the table makes none is left over."""
    rows = rows_of(block)
    header, body = (rows[0], rows[1:]) if rows else (Row((), block.first_line), [])
    if len(header.cells) < 2 or not body:
        return [], [
            Leftover(block.text, block.first_line, block.last_line, "a table without columns and rows to ask for")
        ]
    drafts: list[Draft] = []
    left: list[Leftover] = []
    by_line = dict(enumerate(block.text.split("\n"), block.first_line))
    for row in body:
        made = _row_drafts(header.cells, row)
        drafts += made
        if not made:
            left.append(
                Leftover(by_line[row.line], row.line, row.line, "a row of a table without a name or without cells")
            )
        elif len(row.cells) > len(header.cells):
            rest = " | ".join(row.cells[len(header.cells) :])
            left.append(Leftover(rest, row.line, row.line, "cells of a table that have no column"))
        elif len(row.cells) < len(header.cells):
            left.append(
                Leftover(
                    by_line[row.line], row.line, row.line, "a row of a table with a missing cell; the others are drafts"
                )
            )
    if not drafts:
        return [], [Leftover(block.text, block.first_line, block.last_line, "a table of which no row could be read")]
    return drafts, left


def _row_drafts(header: tuple[str, ...], row: Row) -> list[Draft]:
    name = row.cells[0] if row.cells else ""
    drafts = []
    for at, (column, cell) in enumerate(zip(header[1:], row.cells[1:], strict=False), 2):
        if name in _NOTHING or cell in _NOTHING:
            continue
        doubts = () if column else (f"Column {at} of the table has no name.",)
        question = f"{name}: {column.rstrip('?: ') or f'column {at}'}?"
        drafts.append(Draft("basic", {"q": question, "a": cell}, row.line, row.line, doubts))
    return drafts


def _piped_run(lines: list[str], start: int) -> int:
    first = lines[start]
    after = lines[start + 1] if start + 1 < len(lines) else ""
    marked = "|" in first and _DELIMITER.fullmatch(after) and ("|" in after or "|" in first.strip().strip("|"))
    framed = all(line.strip().startswith("|") and line.strip().count("|") > 2 for line in (first, after))
    if not (marked or framed) or not after.strip():
        return 0
    end = start
    while end < len(lines) and lines[end].strip() and "|" in lines[end]:
        end += 1
    return max(end, start + 2) if marked else end


def _columns_run(lines: list[str], start: int) -> int:
    """Lines of equally many columns, between tabs, or between two blanks and more where there are three such lines."""
    width = len(_columns(lines[start]))
    if width < 2 or lines[start][:1].isspace():
        return 0
    end = start
    while end < len(lines) and lines[end].strip() and len(_columns(lines[end])) == width:
        end += 1
    tabs = all("\t" in line for line in lines[start:end])
    while tabs and end - start > 1 and end < len(lines) and "\t" in lines[end].strip():
        end += 1  # a row of which the last cells are missing, or one with too many
    return end if end - start >= (2 if tabs else 3) else 0


def _cells(line: str) -> list[str]:
    text = line.strip()
    text = text[1:] if text.startswith("|") else text
    text = text[:-1] if text.endswith("|") and not text.endswith("\\|") else text
    return [cell.strip().replace("\\|", "|") for cell in _BETWEEN.split(text)]


def _columns(line: str) -> list[str]:
    # A tab parts columns by itself, so that an empty cell between two of them counts.
    parts = line.rstrip().split("\t") if "\t" in line else _COLUMNS.split(line.rstrip())
    return [part.strip() for part in parts]
