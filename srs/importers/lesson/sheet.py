"""Tables as files, csv and tsv, to drafts: which column is which field. Knows no lessons and no disks."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from srs.cards.notetype import NoteType, NoteTypes
from srs.errors import SrsError, UsageError
from srs.importers.lesson.blocks import lines_of
from srs.importers.lesson.values import Draft, Leftover, Lesson

_USUAL = {
    "question": "q", "front": "q", "prompt": "q", "answer": "a", "back": "a", "name": "concept", "author": "by",
    "speaker": "by", "text": "cloze", "meaning": "means", "tag": "tags",
}  # fmt: skip
_OTHERS = ("tags", "id")
_HINT = "say which column is which field: --map q=COLUMN,a=COLUMN, columns by name or number"


def read_sheet(text: str, name: str, wanted: str, types: NoteTypes) -> Lesson:
    """The rows of a table file as drafts. `wanted`: `field=column,…`; empty: the columns are called like fields.

    Columns go by their name in the first row, or by their number from 1; where all are numbers, the first row is a note
    too. Raises UsageError where no note comes of it, SrsError where the file is no table.
    """
    rows = _rows(text, name)
    if not rows:
        return Lesson(_stem(name), (), (), ())
    header = rows[0][1]
    mapping, has_header = _mapping(wanted, header)
    kind = _type(mapping, types, name, header)
    drafts: list[Draft] = []
    left: list[Leftover] = []
    for first, cells, last in rows[1:] if has_header else rows:
        if draft := _draft(kind, mapping, cells, first, last):
            drafts.append(draft)
        elif any(cell.strip() for cell in cells):
            needed = " and ".join(field.name for field in kind.fields if field.required)
            left.append(Leftover(" | ".join(cells), first, last, f"a row without {needed}"))
    return Lesson(_stem(name), (), tuple(drafts), tuple(left))


def _rows(text: str, name: str) -> list[tuple[int, list[str], int]]:
    """The rows, each with its first and last line."""
    text = "\n".join(lines_of(text))
    sample = text.split("\n", 1)[0]
    delimiter = "\t" if name.lower().endswith(".tsv") else max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    try:
        first = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((first, [cell.strip() for cell in cells], reader.line_num))
            first = reader.line_num + 1
    except csv.Error as error:
        raise SrsError(
            f"{name}: line {reader.line_num} cannot be read: {error}", "mend the quotation marks there"
        ) from None
    return rows


def _mapping(wanted: str, header: Sequence[str]) -> tuple[dict[str, int], bool]:
    """The column of each field, counted from 0, and whether the first row names the columns."""
    if not wanted:
        fields = [_USUAL.get(each, each) for each in (re.sub(r"\W+", "_", cell.lower()).strip("_") for cell in header)]
        return {field: at for at, field in reversed([*enumerate(fields)])}, True
    names = {cell.casefold(): at for at, cell in reversed([*enumerate(header)])}
    mapping: dict[str, int] = {}
    by_name = False
    for pair in (each.strip() for each in wanted.split(",")):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not field or not column:
            raise UsageError(f"`{pair}` maps no field to a column", _HINT)
        if column.casefold() in names:
            mapping[field], by_name = names[column.casefold()], True
        elif column.isdecimal() and 0 < int(column) <= len(header):
            mapping[field] = int(column) - 1
        else:
            raise UsageError(f"there is no column `{column}`", f"there are {', '.join(f'`{cell}`' for cell in header)}")
    return mapping, by_name


def _type(mapping: Mapping[str, int], types: NoteTypes, name: str, header: Sequence[str]) -> NoteType:
    """The note type that has these fields. What is no field of it is refused where it was asked for."""
    found = [kind for kind in types.values() if kind.marker in mapping]
    found = [kind for kind in found if all(field.name in mapping for field in kind.fields if field.required)] or found
    if len(found) != 1:
        columns = ", ".join(f"`{cell}`" for cell in header)
        raise UsageError(f"the columns of {name} ({columns}) do not say what a note is made of", _HINT)
    return found[0]


def _draft(kind: NoteType, mapping: Mapping[str, int], cells: Sequence[str], first: int, last: int) -> Draft | None:
    known = {field.name: field for field in kind.fields if not field.derived}
    fields: dict[str, str | list[str]] = {}
    for field, at in sorted(mapping.items(), key=lambda pair: pair[0] != kind.marker):
        text = cells[at] if at < len(cells) else ""
        if not text or (field not in known and field not in _OTHERS):
            continue
        fields[field] = [tag for tag in re.split(r"[\s,;]+", text) if tag] if field == "tags" else text
    if any(field.required and not fields.get(field.name) for field in known.values()):
        return None
    return Draft(kind.name, fields, first, last)


def unknown_fields(wanted: str, types: NoteTypes) -> list[str]:
    """Fields of a mapping that no note type has."""
    known = {field.name for kind in types.values() for field in kind.fields} | {*_OTHERS}
    named = [pair.partition("=")[0].strip() for pair in wanted.split(",") if "=" in pair]
    return [field for field in named if field not in known]


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]
