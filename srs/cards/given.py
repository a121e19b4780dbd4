"""Notes given as text: YAML, JSON lines or columns with tabs between them. Knows no collection and no disk.

What it is tells its first line; empty ones, comments (`#`) and fences as chat programs put them do not count:

1. It begins with `{`: JSON lines, a note on each, with the keys that a note has in a deck.
2. It begins with `- `, or is a key of a deck file (`notes:`, `deck: …`): YAML, a deck file or its list of notes.
3. There is a tab in it: columns, a note on each line. The first line may name the columns, by fields and keys of one
   note type; else they are the marker, the field that comes second, and tags.

Every problem is found and has its line; where there is one, what could be read is not to be used.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from srs.cards import tree
from srs.cards.deck import FILE_KEYS, NOTE_KEYS, read_deck
from srs.cards.insert import CannotWrite, Value, note_yaml
from srs.cards.note import Note
from srs.cards.notetype import NoteType, NoteTypes
from srs.errors import Problem, sentence
from srs.values import frozen, replace

_FENCE = re.compile(r"\s*```")
_FILE_KEY = re.compile(rf"({'|'.join(FILE_KEYS)}):(\s|$)")
_USED = ("deck", "tags", "draft", "cards", "format", "notes")
_COLUMNS = ("id", "tags", "needs", "cards", "draft", "from")
_LISTS = ("tags", "needs", "was", "cards")
_HOW = "It may be YAML (`- q: …`), JSON lines (`{…}`) or columns with a tab between them."


@frozen
class Given:
    """A note as it was given: its keys, what it reads as, and the line on which it begins."""

    keys: Mapping[str, Value]
    note: Note
    line: int


@frozen
class Read:
    """What was read. `deck` is the name that the text itself gives."""

    notes: tuple[Given, ...] = ()
    problems: tuple[Problem, ...] = ()
    deck: str | None = None


def second_field(kind: NoteType) -> str | None:
    """The field that is given after the marker where fields are not named: a required one, else the next."""
    others = [field for field in kind.fields if field.derived is None and field.name != kind.marker]
    first = next((field for field in others if field.required), others[0] if others else None)
    return first.name if first else None


def read_given(data: bytes, types: NoteTypes, kind: NoteType, name: str) -> Read:
    """The notes in a text. `kind` is the type of columns without names; `name` stands for the path in problems."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Read(problems=(_problem(name, data.count(b"\n", 0, error.start) + 1, "This line is not UTF-8."),))
    lines = ["" if _FENCE.match(line) else line.removesuffix("\r") for line in text.split("\n")]
    at = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith(("#", "---"))), None)
    if at is None:
        return Read()
    first = lines[at]
    if first.startswith("{"):
        return _with_rows(_json_rows(lines, at, name), types, name)
    if first.lstrip().startswith("- ") or first.strip() == "-" or _FILE_KEY.match(first):
        return _of_yaml(lines, at, types, name)
    if "\t" in first:
        return _with_rows(_column_rows(lines, at, types, kind, name), types, name)
    return Read(problems=(_problem(name, at + 1, "What this is cannot be told from its first line.", _HOW),))


def _problem(name: str, line: int, message: str, hint: str = "") -> Problem:
    return Problem(name, line, 1, "error", "not-a-note", message, hint)


# YAML


def _of_yaml(lines: Sequence[str], at: int, types: NoteTypes, name: str) -> Read:
    whole = _FILE_KEY.match(lines[at]) is not None
    body = ["" if number < at and line.startswith("---") else line for number, line in enumerate(lines)]
    data = "\n".join(body if whole else ["notes:", *body]).encode()
    shift = 0 if whole else 1
    read = read_deck(name, data, types)
    problems = [replace(each, line=max(1, each.line - shift)) for each in read.problems if each.severity == "error"]
    root = tree.parse("", data).root
    values = root.values if isinstance(root, tree.Mapping) else {}
    problems += [
        _problem(name, root.keys[key][0], f"`{key}` is about a whole file and would be lost.", "Delete the line.")
        for key in values.keys() - {*_USED} & {*FILE_KEYS}
        if isinstance(root, tree.Mapping)
    ]
    items = values.get("notes")
    by_place = {(item.line, item.column): item for item in items.items} if isinstance(items, tree.Sequence) else {}
    notes = [
        Given(_keys(tree.plain(by_place[note.place.line, note.place.column]), note), note, note.place.line - shift)
        for note in read.notes
    ]
    return Read(tuple(notes), tuple(sorted(problems)), read.deck if "deck" in values else None)


def _keys(written: Mapping[str, Any], note: Note) -> dict[str, Value]:
    """The keys of a note by itself: with what the file says for all its notes."""
    keys: dict[str, Value] = {key: value for key, value in written.items() if value and key not in ("tags", "draft")}
    if note.tags:
        keys["tags"] = list(note.tags)
    if note.cards is not None:
        keys["cards"] = list(note.cards)
    if note.draft:
        keys["draft"] = True
    return keys


# Lines that are notes

_Rows = tuple[list[tuple[int, dict[str, Value]]], list[Problem]]


def _with_rows(found: _Rows, types: NoteTypes, name: str) -> Read:
    rows, problems = found
    read = read_rows(rows, types, name)
    return replace(read, problems=tuple(sorted([*problems, *read.problems])))


def read_rows(rows: Iterable[tuple[int, Mapping[str, Value]]], types: NoteTypes, name: str) -> Read:
    """The notes that sets of keys are, each with its line, read by way of YAML: so they are checked as a deck is."""
    problems = list[Problem]()
    text, lines = "notes:\n", 0
    starts, numbers = list[int](), list[int]()
    given: dict[int, tuple[int, Mapping[str, Value]]] = {}
    for number, keys in rows:
        try:
            entry = note_yaml(keys)
        except CannotWrite as error:
            problems.append(_problem(name, number, sentence(error.message), sentence(error.hint)))
            continue
        start = starts[-1] + lines if starts else 2
        lines = entry.count("\n")
        starts.append(start)
        numbers.append(number)
        given[start] = number, keys
        text += entry
    read = read_deck(name, text.encode(), types)
    for each in read.problems:
        if each.severity == "error":
            problems.append(replace(each, line=numbers[max(0, bisect_right(starts, each.line) - 1)], column=1))
    notes = [Given(given[note.place.line][1], note, given[note.place.line][0]) for note in read.notes]
    return Read(tuple(notes), tuple(sorted(problems)))


def _json_rows(lines: Sequence[str], at: int, name: str) -> _Rows:
    import json

    rows, problems = list[tuple[int, dict[str, Value]]](), list[Problem]()
    for number, line in enumerate(lines[at:], at + 1):
        if not line.strip():
            continue
        try:
            # Numbers stay as they are written, as they do in a deck.
            found = json.loads(line, object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            why = getattr(error, "msg", str(error))
            hint = "Each line is one whole JSON object, `{…}`; `jq -c .` writes it so."
            problems.append(_problem(name, number, f"This is no JSON object: {why}.", hint))
            continue
        keys = _plain(found) if isinstance(found, dict) else None
        if keys:
            rows.append((number, {key: _truth(value) if key == "draft" else value for key, value in keys.items()}))
        else:
            problems.append(_problem(name, number, "This is no JSON object with the keys of a note."))
    return rows, problems


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key `{twice}` stands in it twice")
    return found


def _plain(value: Any) -> Any:
    """A JSON value as a deck would say it: texts, lists and sets of keys; null and what is empty is left out."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [_plain(inner) for inner in value if inner is not None]
    return value if isinstance(value, str) else str(value).lower()


def _truth(value: Value) -> Value:
    return value == "true" if value in ("true", "false") else value


def _column_rows(lines: Sequence[str], at: int, types: NoteTypes, kind: NoteType, name: str) -> _Rows:
    columns = _named_columns(lines[at].split("\t"), types)
    start = at + 1 if columns else at
    columns = columns or [column for column in (kind.marker, second_field(kind)) if column] + ["tags"]
    rows, problems = list[tuple[int, dict[str, Value]]](), list[Problem]()
    for number, line in enumerate(lines[start:], start + 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if any(cells[len(columns) :]):
            message = f"There are {len(cells)} columns here, and {len(columns)} are known: {', '.join(columns)}."
            problems.append(_problem(name, number, message, "A first line may name the columns."))
            continue
        keys: dict[str, Value] = {}
        for column, cell in zip(columns, cells, strict=False):
            if cell:
                keys[column] = re.split(r"[\s,]+", cell) if column in _LISTS else _truth_of(column, cell)
        rows.append((number, keys))
    return rows, problems


def _truth_of(column: str, cell: str) -> Value:
    return _truth(cell.lower()) if column == "draft" else cell


def _named_columns(cells: Sequence[str], types: NoteTypes) -> list[str] | None:
    """The names of the columns, where a first line is made of them."""
    names = [cell.strip() for cell in cells]
    for each in types.values():
        own = {field.name for field in each.fields if field.derived is None and field.name not in NOTE_KEYS}
        if each.marker in names and len(set(names)) == len(names) and own.union(_COLUMNS) >= set(names):
            return names
    return None
