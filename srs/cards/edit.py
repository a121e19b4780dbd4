"""Changing a deck file in place: keys, texts and tags of one note. Knows YAML's layout, not note types.

All other bytes stay: comments, layout, line ends, byte order mark. What a change does to a file depends on how it is
laid out, so every result is read again and compared with what was meant; where it is other, nothing is returned.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from srs.cards import tree
from srs.cards.insert import after_blanks, scalar
from srs.cards.layout import after_line, encoded, line_end, offset_of, with_lines
from srs.cards.patch import patched
from srs.cards.yamlevents import value_ends
from srs.errors import SrsError
from srs.values import frozen

_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_SEPARATING = frozenset(",[]{}")
_BY_HAND = "change the note by hand"


class CannotEdit(SrsError):
    """The file is laid out so that this cannot be changed without changing more."""


@frozen
class ListChange:
    """Put `add` into a list: in place of `instead` where that is given and there, else at the end."""

    add: str
    instead: str | None = None


Path: TypeAlias = tuple[str | int, ...]
"""The way to a text in a note: keys, and numbers of items from 0: `("prompts", 1, "a")`."""


def edit_texts(data: bytes, line: int, column: int, texts: Mapping[Path, str], after: str) -> bytes:
    """A deck file's bytes with texts of the note at `line` and `column` put in place of others, or added.

    A text stays in the style in which it is written, as far as that can say the new one; in lines, quotes and comments
    as well. A key that is not there gets a line of its own, as `edit_note` does it. Raises CannotEdit.
    """
    for path, text in reversed(list(texts.items())):
        data = _edit_text(data, line, column, path, text, after)
    return data


def _edit_text(data: bytes, line: int, column: int, path: Path, new: str, after: str) -> bytes:
    before = tree.parse("", data)
    number, note = _note_at(before, line, column)
    *above, last = path
    holder = _follow(note, above)
    if holder is None or isinstance(holder, tree.Text):
        raise _not_safely(_said(path))
    old = _follow(holder, [last])
    meant = tree.plain(before.root)
    place = meant["notes"][number]
    for key in above:
        place = place[key]
    place[last] = new
    try:
        written = list(_texts_with(before.text, holder, str(last), old, new, after))
    except (ValueError, KeyError):
        raise _not_safely(_said(path)) from None
    for text in written:
        edited = encoded(text, data)
        parsed = tree.parse("", edited)
        if tree.plain(parsed.root) == meant and parsed.codes == before.codes:
            return edited
    raise _not_safely(_said(path))


def _follow(node: tree.Node, path: Iterable[str | int]) -> tree.Node | None:
    for key in path:
        found: tree.Node | None = None
        if isinstance(node, tree.Mapping) and isinstance(key, str):
            found = node.values.get(key)
        elif isinstance(node, tree.Sequence) and isinstance(key, int) and key < len(node.items):
            found = node.items[key]
        if found is None:
            return None
        node = found
    return node


def _said(path: Path) -> str:
    return str(next(key for key in reversed(path) if isinstance(key, str)))


def _texts_with(
    text: str, holder: tree.Mapping | tree.Sequence, key: str, old: tree.Node | None, new: str, after: str
) -> Iterator[str]:
    """The file's text with the new one in it, in the ways it may be written, best first; who calls checks them."""
    ends, margin = value_ends(text), holder.column - 1
    if old is None:
        if isinstance(holder, tree.Sequence) or holder.flow:
            raise ValueError
        near = holder.values.get("id") or holder.values.get(after) or next(iter(holder.values.values()))
        written = f"{' ' * margin}{key}: {scalar(new, margin)}"
        for above in (near, list(holder.values.values())[-1]):
            yield with_lines(text, _below(text, above, ends), written.split("\n"))
        return
    if not isinstance(old, tree.Text):
        raise ValueError
    if not old.value and not old.style:
        yield _put(text, old, scalar(new, margin), ends)
        return
    start, end = offset_of(text, old.line, old.column), ends[old.line, old.column]
    newline = line_end(text, start)
    there = text[start:end]
    for written in _restyled(old, there.replace("\r\n", "\n"), new):
        yield text[:start] + written.replace("\n", newline) + text[end:]
    block = scalar(new, margin).replace("\n", newline)
    yield text[:start] + block + text[end:]
    if (comment := _COMMENT.match(text, end)) and newline in block:
        head, _, body = block.partition(newline)
        yield f"{text[:start]}{head}{comment[0]}{newline}{body}{text[comment.end() :]}"


def _restyled(old: tree.Text, there: str, new: str) -> Iterator[str]:
    """A text in the style of the one `there`: its words changed where they stand, then written anew."""
    if not new:
        yield "''"
    if old.style in ("|", ">"):
        head, _, body = there.partition("\n")
        pad = re.match(" *", next((line for line in body.split("\n") if line.strip()), ""))
        lines = [line and (pad[0] if pad else "") + line for line in new.rstrip("\n").split("\n")]
        if old.style == "|":
            yield "\n".join([head, *lines])
            return
    inner = there[1:-1] if old.style in ("'", '"') else there
    if (words := patched(old.value, new, inner)) is not None:
        yield f"{old.style}{words}{old.style}" if old.style in ("'", '"') else words
    if old.style and "\n" not in new:
        yield "'" + new.replace("'", "''") + "'"


def edit_tags(data: bytes, line: int, column: int, add: Sequence[str], remove: Sequence[str], after: str) -> bytes:
    """A deck file's bytes with tags added to those that the note itself has, and taken out. Raises CannotEdit."""
    for tag in remove:
        data = _without_tag(data, line, column, tag)
    for tag in add:
        data = edit_note(data, line, column, {"tags": ListChange(tag)}, after)
    return data


def _without_tag(data: bytes, line: int, column: int, tag: str) -> bytes:
    before = tree.parse("", data)
    number, note = _note_at(before, line, column)
    tags = note.values.get("tags")
    meant = tree.plain(before.root)
    own = meant["notes"][number].get("tags", [])
    if tags is None or tag not in own:
        raise _not_safely("tags")
    left = [each for each in own if each != tag] if isinstance(own, list) else []
    text, ends = before.text, value_ends(before.text)
    start, end = offset_of(text, tags.line, tags.column), ends[tags.line, tags.column]
    if isinstance(tags, tree.Sequence) and not tags.flow and left:
        for item in reversed([item for item in tags.items if tree.plain(item) == tag]):
            first = offset_of(text, item.line, 1)
            text = text[:first] + text[after_line(text, first) :]
    else:
        text = text[:start] + f"[{', '.join(map(_listed, left))}]" + text[end:]
    meant["notes"][number]["tags"] = left
    new = encoded(text, data)
    parsed = tree.parse("", new)
    if tree.plain(parsed.root) != meant or parsed.codes != before.codes:
        raise _not_safely("tags")
    return new


def edit_note(data: bytes, line: int, column: int, changes: Mapping[str, str | ListChange], after: str) -> bytes:
    """A deck file's bytes with keys of the note at `line` and `column` set, in order; lists are changed item by item.

    A key that the note lacks gets a line of its own, below its `id:`, or else below the key `after`. Raises CannotEdit.
    """
    for key, change in reversed(list(changes.items())):  # each is put directly below
        data = _edit_key(data, line, column, key, change, after)
    return data


def _edit_key(data: bytes, line: int, column: int, key: str, change: str | ListChange, after: str) -> bytes:
    before = tree.parse("", data)
    number, note = _note_at(before, line, column)
    try:
        text = _changed(before.text, note, key, change, after)
    except (ValueError, KeyError):
        raise _not_safely(key) from None
    new = encoded(text, data)
    parsed = tree.parse("", new)
    meant = tree.plain(before.root)
    meant["notes"][number][key] = _meant(meant["notes"][number].get(key), change)
    if tree.plain(parsed.root) != meant or parsed.codes != before.codes:
        raise _not_safely(key)
    return new


def _note_at(parsed: tree.Parsed, line: int, column: int) -> tuple[int, tree.Mapping]:
    root = parsed.root
    if root is None:
        problem = parsed.problems[0] if parsed.problems else None
        said = f"the file has an error in line {problem.line}: {problem.message}" if problem else "the file is empty"
        raise CannotEdit(said, "mend it first")
    notes = root.values.get("notes") if isinstance(root, tree.Mapping) else None
    for number, note in enumerate(notes.items if isinstance(notes, tree.Sequence) else ()):
        if (note.line, note.column) == (line, column) and isinstance(note, tree.Mapping):
            if note.flow:
                hint = "delete the braces and write each key on a line of its own"
                raise CannotEdit(f"the note in line {line} is written in braces", hint)
            return number, note
    raise CannotEdit(f"there is no note in line {line}", "repeat the command")


def _changed(text: str, note: tree.Mapping, key: str, change: str | ListChange, after: str) -> str:
    ends = value_ends(text)
    old = note.values.get(key)
    if old is None:
        written = scalar(change, 0) if isinstance(change, str) else f"[{_listed(change.add)}]"
        line = f"{' ' * (note.column - 1)}{key}: {written}"
        above = note.values.get("id") or note.values.get(after) or next(iter(note.values.values()))
        return with_lines(text, _below(text, above, ends), [line])
    if isinstance(change, str):
        return _put(text, old, scalar(change, 0), ends)
    return _change_list(text, old, change, ends)


def _below(text: str, value: tree.Node, ends: Mapping[tree.Position, int]) -> int:
    """Where the line below a value begins."""
    offset = after_line(text, max(ends[value.line, value.column], offset_of(text, value.line, value.column)))
    return after_blanks(text, offset) if isinstance(value, tree.Text) and value.style in ("|", ">") else offset


def _put(text: str, old: tree.Node, written: str, ends: Mapping[tree.Position, int]) -> str:
    start, end = offset_of(text, old.line, old.column), ends[old.line, old.column]
    if isinstance(old, tree.Text) and not old.value and not old.style:
        return f"{text[:start]} {written}{text[start:]}"
    if isinstance(old, tree.Text) and old.style in ("'", '"') and written[0] not in "['":
        written = f"'{written}'"  # a comment may follow
    return text[:start] + written + text[end:]


def _change_list(text: str, old: tree.Node, change: ListChange, ends: Mapping[tree.Position, int]) -> str:
    added = _listed(change.add)
    if isinstance(old, tree.Mapping):
        raise ValueError
    if isinstance(old, tree.Text):
        start, end = offset_of(text, old.line, old.column), ends[old.line, old.column]
        alone = old.value in ("", change.instead)
        return _put(text, old, f"[{added}]" if alone else f"[{text[start:end]}, {added}]", ends)
    for item in old.items if change.instead is not None else ():
        if tree.plain(item) == change.instead:
            return _put(text, item, added, ends)
    if not old.flow:
        below = _below(text, old.items[-1], ends)
        return with_lines(text, below, [f"{' ' * (old.column - 1)}- {added}"])
    if not old.items:
        start = offset_of(text, old.line, old.column) + 1
        return text[:start] + added + text[start:]
    end = ends[old.items[-1].line, old.items[-1].column]
    return f"{text[:end]}, {added}{text[end:]}"


def _listed(text: str) -> str:
    """A text of one line as an item between brackets, where some signs have a meaning of their own."""
    written = scalar(text, 0)
    return f"'{written}'" if written[0] != "'" and not _SEPARATING.isdisjoint(written) else written


def _meant(old: Any, change: str | ListChange) -> Any:
    if isinstance(change, str):
        return change
    items = old if isinstance(old, list) else [old] if old else []
    if change.instead in items:
        at = items.index(change.instead)
        return [*items[:at], change.add, *items[at + 1 :]]
    return [*items, change.add]


def _not_safely(key: str) -> CannotEdit:
    return CannotEdit(f"`{key}:` cannot be written here without changing more of the file", _BY_HAND)
