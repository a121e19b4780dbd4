"""`srs add --edit`: a note written in the user's editor, in a template that says what its type takes."""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from srs.cards.given import Given, Read, read_given
from srs.cards.insert import Value, note_yaml, scalar
from srs.cards.notetype import Field, NoteType, NoteTypes
from srs.cli.adding.oneliner import called
from srs.cli.output import tell
from srs.errors import Problem, SrsError

_HEAD = """\
# A new {called} card. Save and leave the editor to add it. Lines that begin
# with # do not count, nor does what stays empty; with nothing, nothing is added.
# Quotes keep signs that mean something in YAML: a: 'Note: this'
# A text of several lines is a block, and needs no quotes:
#   a: |-
#     the text below, indented

"""
_WRONG = "#! "
_WRONGS = re.compile(r"(?:^#! .*\n)+", re.MULTILINE)
_HINTS = {
    "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "code": "code",
    "html": "HTML",
}


def template(kind: NoteType, keys: Mapping[str, Value], deck: str, hints: Mapping[str, str]) -> str:
    """What the editor is given: a deck file with one note, its keys filled as far as they are known.

    `hints` say more of a field, by its name.
    """
    lines = [_HEAD.format(called=called(kind)), f"deck: {scalar(deck, 0)}\n", "notes:\n"]
    fields = [field for field in kind.fields if field.derived is None]
    marker = next((field for field in fields if field.name == kind.marker), fields[0])
    others = [field for field in fields if field is not marker]
    lines.append(f"  # {_told(marker, hints)}\n" + _key(marker.name, keys.get(marker.name, ""), "  - "))
    for field in others:
        lines.append(f"    # {_told(field, hints)}\n" + _key(field.name, keys.get(field.name, ""), "    "))
    lines.append("    # words to find it by: [one, two]\n" + _key("tags", keys.get("tags", ""), "    "))
    shown = {marker.name, "tags", *(field.name for field in others)}
    lines += [_key(key, value, "    ") for key, value in keys.items() if key not in shown]
    return "".join(lines)


def _told(field: Field, hints: Mapping[str, str]) -> str:
    about = ", ".join(field.choices) or _HINTS.get(field.kind, "")
    parts = [hints.get(field.name, ""), about if about not in hints.get(field.name, "") else ""]
    said = "; ".join(filter(None, parts)) or field.name.replace("_", " ")
    return f"{said} (needed)" if field.required else said


def _key(key: str, value: Value, lead: str) -> str:
    if not value:
        return f"{lead}{key}:\n"
    written = note_yaml({key: value})[2:].split("\n")
    first, *rest = written
    return "\n".join([lead + first, *(line and "  " + line for line in rest)])


def is_empty(text: str) -> bool:
    """Whether nothing was written in a template: no note of it says anything."""
    from srs.cards import tree

    root = tree.parse("", text.encode()).root
    found: Any = tree.plain(root)
    if root is None:
        return not [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    notes = found.get("notes") if isinstance(found, dict) else found
    said = [any(note.values()) if isinstance(note, dict) else bool(note) for note in notes or ()]
    return not any(said)


def edited(
    text: str,
    types: NoteTypes,
    kind: NoteType,
    edit: Callable[[str], str],
    more_wrong: Callable[[Sequence[Given]], list[Problem]],
    again: Callable[[], bool],
    keep: Callable[[str], None],
) -> Read:
    """The notes that the user makes of `text` with `edit`. What is wrong stands at its top when it is edited again.

    `more_wrong` finds problems in notes that can be read, `again` asks whether to go on, and each version is given to
    `keep` before anything else is done. Raises SrsError where nothing was written, or is right.
    """
    while True:
        text = _WRONGS.sub("", edit(text))
        if is_empty(text):
            raise SrsError("nothing was added")
        keep(text)
        read = read_given(text.encode(), types, kind, "line")
        problems = list(read.problems) or more_wrong(read.notes)
        if not problems and read.notes:
            return read
        for problem in problems:
            tell(f"line {problem.line}: {problem.message}")
        if not again():
            raise SrsError("nothing was added")
        text = with_problems(text, problems)


def with_problems(text: str, problems: Sequence[Problem]) -> str:
    """The text with its problems above it, their lines counted as they will stand then."""
    told = [line for each in problems for line in (f"{each.message} {each.hint}").strip().split("\n")]
    starts = [len(f"{each.message} {each.hint}".strip().split("\n")) for each in problems]
    lines, at = [], 0
    for problem, count in zip(problems, starts, strict=True):
        lines.append(f"{_WRONG}line {problem.line + len(told)}: {told[at]}")
        lines += [f"{_WRONG}  {line}" for line in told[at + 1 : at + count]]
        at += count
    return "".join(f"{line}\n" for line in lines) + text


@contextmanager
def kept() -> Iterator[Callable[[str], None]]:
    """A file that holds what was written until the block ends well; where it does not, the user is told of it."""
    path: Path | None = None

    def keep(text: str) -> None:
        nonlocal path
        if path is None:
            number, name = tempfile.mkstemp(prefix="srs-", suffix=".yaml")
            os.close(number)
            path = Path(name)
        with path.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    try:
        yield keep
    except SrsError as error:
        if path is None:
            raise
        hint = f"what you wrote is in {path}; once it is right: srs add < {path}"
        raise SrsError(error.message, f"{error.hint}; {hint}" if error.hint else hint) from None
    except BaseException:
        if path is not None:
            tell(f"What you wrote is in {path}; `srs add < {path}` adds it.")
        raise
    if path is not None:
        path.unlink(missing_ok=True)


def asks_again() -> bool:
    """Whether to open the editor once more; nobody is asked where there is no terminal."""
    from srs.cli.adding.saving import agreed_to

    return sys.stdin.isatty() and agreed_to("Edit again?", otherwise=True)
