"""Adding a note to a deck file: bytes are inserted, none that were there change. Knows YAML's layout, not note types.

Where a note can go depends on how the file is laid out, so every result is read again and compared: all that was there
reads as before, and there is exactly one note more. If not, `CannotInsert` says why, and nothing was touched.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from srs.cards import tree
from srs.cards.layout import after_line, encoded, offset_of, with_lines
from srs.cards.yamlevents import value_ends
from srs.cards.yamlwords import control_character
from srs.collector import collector_paused
from srs.errors import SrsError

Value: TypeAlias = "str | bool | Sequence[Value] | Mapping[str, Value]"

INDENTATION = 2

_BLANK = re.compile(r"[ \t]*\r?\n")
_KEEPS = re.compile(r"[|>]\d?\+\n")  # an empty line below such a block would be part of its text
_BY_HAND = "add the note by hand, or to another deck file"


class CannotInsert(SrsError):
    """The file is laid out so that no note can be added to it without changing what is there."""


class CannotWrite(SrsError):
    """A text holds a character that no deck file may hold."""


def insert_note(data: bytes, entry: str) -> bytes:
    """The bytes of a deck file with one note more at the end of its `notes:`.

    `entry` is the YAML of one list item without indentation, as `note_yaml` writes it. Raises CannotInsert.
    """
    return insert_notes(data, [entry])


def insert_notes(data: bytes, entries: Sequence[str]) -> bytes:
    """The same with several notes, in their order; all of them or, where it raises CannotInsert, none."""
    with collector_paused():
        return _with_notes(data, entries)


def _with_notes(data: bytes, entries: Sequence[str]) -> bytes:
    before = tree.parse("", data)
    if before.problems:
        problem = before.problems[0]
        raise CannotInsert(f"the file has an error in line {problem.line}: {problem.message}", "mend it first")
    offset, column, lead = _place(before)
    lines = list(lead)
    for number, entry in enumerate(entries):
        if number and lead == [""] and not _KEEPS.search(entries[number - 1]):
            lines.append("")
        lines += [line and " " * column + line for line in entry.removesuffix("\n").split("\n")]
    after = encoded(with_lines(before.text, offset, lines), data)
    _verify(before, tree.parse("", after), entries)
    return after


def new_deck(deck: str | None, entry: str, schema: str = "../deck.schema.json") -> bytes:
    """The bytes of a deck file with one note. `schema` is the way from the file to the schema that editors use."""
    return insert_note(deck_head(deck, schema), entry)


def deck_head(deck: str | None, schema: str = "../deck.schema.json") -> bytes:
    """The bytes of a deck file without a note, to which notes are then added."""
    head = f"# yaml-language-server: $schema={schema}\n"
    if deck is not None:
        head += f"deck: {scalar(deck, 0)}\n"
    return f"{head}\nnotes:\n".encode()


def _place(parsed: tree.Parsed) -> tuple[int, int, list[str]]:
    """Where to insert: the offset, the indentation of the dash, and the lines that go before it."""
    root, text = parsed.root, parsed.text
    if root is None:
        return len(text), INDENTATION, ["notes:"]
    if not isinstance(root, tree.Mapping) or root.flow:
        raise CannotInsert("the file is not a set of keys, one on each line", _BY_HAND)
    margin = root.column - 1
    notes = root.values.get("notes")
    if notes is None:
        return len(text), margin + INDENTATION, [" " * margin + "notes:"]
    if isinstance(notes, tree.Text) and not notes.value and not notes.style:
        return after_line(text, offset_of(text, notes.line, notes.column)), margin + INDENTATION, []
    if not isinstance(notes, tree.Sequence):
        raise CannotInsert("`notes:` is not a list", "start each note with `- `")
    if notes.flow:
        hint = "delete the brackets and start each note on a line of its own with `- `"
        raise CannotInsert("`notes:` is a list in brackets, which takes no further lines", hint)
    last = _last_text(notes)
    offset = after_line(text, _list_end(text, notes, last))
    if last and last.style in ("|", ">"):
        return after_blanks(text, offset), notes.column - 1, []
    return offset, notes.column - 1, [""] if _spaced(text, notes) else []


def after_blanks(text: str, offset: int) -> int:
    """Where the empty lines from `offset` on end: they belong to a text above that was written with `|+`."""
    while blank := _BLANK.match(text, offset):
        offset = blank.end()
    return offset


def _last_text(node: tree.Node) -> tree.Text | None:
    while not isinstance(node, tree.Text):
        inner = node.items if isinstance(node, tree.Sequence) else list(node.values.values())
        if not inner:
            return None
        node = inner[-1]
    return node


def _list_end(text: str, notes: tree.Sequence, last: tree.Text | None) -> int:
    """An offset in the last line of the list."""
    if last and not last.style:
        # A long file mostly ends in a plain text and nothing, which spares going through it all event by event.
        offset = offset_of(text, last.line, last.column)
        if not text[after_line(text, offset) :].strip():
            return offset
    return value_ends(text)[notes.line, notes.column]


def _spaced(text: str, notes: tree.Sequence) -> bool:
    """Whether an empty line stands between the last two notes, so that one belongs before the next."""
    if len(notes.items) < 2:
        return False
    start = offset_of(text, notes.items[-1].line, 1)
    return not text[text.rfind("\n", 0, start - 1) + 1 : start].strip()


def _verify(before: tree.Parsed, after: tree.Parsed, entries: Sequence[str]) -> None:
    if after.problems:
        raise CannotInsert(f"the note cannot be added to this file: {after.problems[0].message}", _BY_HAND)
    expected = tree.plain(before.root) or {}
    added = [tree.plain(tree.parse("", entry.encode()).root) for entry in entries]
    single = all(isinstance(each, list) and len(each) == 1 for each in added)
    expected["notes"] = [*(expected.get("notes") or []), *(each[0] for each in added if single)]
    if tree.plain(after.root) != expected or not single:
        hint = "put a line end at the end of the file, or " if not before.text.endswith("\n") else ""
        raise CannotInsert("adding a note at the end would change what the file says", hint + _BY_HAND)


# A text that stands plain and that YAML of any age reads as this text: no number, no truth, no sign in front.
_PLAIN = re.compile(r"[^\W\d_](?:[^\n\t:#]|:(?=[^\s])|(?<=[^\s])#)*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./+-]*")
_NOT_TEXTS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}


def note_yaml(fields: Mapping[str, Value]) -> str:
    """The YAML of one note as a list item without indentation. Raises CannotWrite.

    A text stands plain where that is certainly safe, else in single quotes, or as a block if it has several lines.
    """
    return _item(fields, 0)


def _item(value: Value, indentation: int) -> str:
    """One list item, its dash at `indentation`."""
    dash = " " * indentation + "-"
    if isinstance(value, Mapping) and value:
        return dash + _mapping(value, indentation + INDENTATION)[indentation + 1 :]
    if isinstance(value, str | bool):
        return f"{dash} {scalar(value, indentation)}\n"
    raise CannotWrite("a list in a list cannot be written in a deck")


def _mapping(fields: Mapping[str, Value], indentation: int) -> str:
    return "".join(_entry(key, value, indentation) for key, value in fields.items())


def _entry(key: str, value: Value, indentation: int) -> str:
    written = scalar(key, indentation, one_line=True)
    start = f"{' ' * indentation}{written}:"
    if isinstance(value, str | bool):
        return f"{start} {scalar(value, indentation)}\n"
    if isinstance(value, Mapping):
        return f"{start}\n{_mapping(value, indentation + INDENTATION)}" if value else f"{start} {{}}\n"
    words = [item for item in value if isinstance(item, str) and _WORD.fullmatch(item) and _is_plain(item)]
    if len(words) == len(value):
        return f"{start} [{', '.join(words)}]\n"
    return start + "\n" + "".join(_item(item, indentation + INDENTATION) for item in value)


def _is_plain(text: str) -> bool:
    if text.lower() in _NOT_TEXTS or text != text.strip():
        return False
    return _PLAIN.fullmatch(text) is not None or _DATE.fullmatch(text) is not None


def scalar(text: str | bool, indentation: int, one_line: bool = False) -> str:
    """One text or truth as YAML; a block's lines are indented two deeper than `indentation`. Raises CannotWrite."""
    if isinstance(text, bool):
        return "true" if text else "false"
    if control := control_character(text):
        raise CannotWrite(f"a text holds {control[1]}, which no deck may hold", "delete it")
    if "\n" not in text:
        return text if _is_plain(text) else "'" + text.replace("'", "''") + "'"
    if one_line:
        raise CannotWrite("a key cannot have several lines")
    return _block(text.replace("\r\n", "\n"), indentation)


def _block(text: str, indentation: int) -> str:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    # Where the text itself starts with white space, YAML has to be told where its indentation ends.
    told = str(INDENTATION) if text[0] in " \t\n" else ""
    head = "|" + told + ("-" if not ends else "" if ends == 1 and body else "+")
    pad = " " * (indentation + INDENTATION)
    lines = (text[:-1] if ends else text).split("\n")
    return "\n".join([head, *(line and pad + line for line in lines)])
