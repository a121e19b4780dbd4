"""Notes that come on standard input: read whole, told what is wrong with its lines, all of them added or none."""

import sys
from collections.abc import Mapping

from srs.cards.given import Given, read_given
from srs.cards.insert import Value
from srs.cards.notetype import NoteType
from srs.cli.adding.saving import taken
from srs.cli.output import tell
from srs.collection.collection import Collection
from srs.errors import SrsError, UsageError
from srs.values import replace
from srs.words import plural

NAME = "stdin"
_SHOWN = 20


def piped(collection: Collection, kind: NoteType, extra: Mapping[str, Value]) -> tuple[list[Given], str | None]:
    """The notes and the deck that the text names, each note with the keys of `extra` besides its own.

    Raises UsageError where nothing comes, SrsError where a line is wrong; each such line is told.
    """
    data = sys.stdin.buffer.read()
    read = read_given(data, collection.types, kind, NAME)
    problems = list(read.problems) or taken(collection, read.notes, NAME)
    for problem in problems[:_SHOWN]:
        tell(f"{NAME}:{problem.line}: {problem.message}")
        for line in problem.hint.splitlines():
            tell(f"    {line}")
    if len(problems) > _SHOWN:
        tell(f"… and {len(problems) - _SHOWN} more")
    if problems:
        raise SrsError(f"nothing was added, since there {_are(len(problems))} in these lines")
    if not read.notes:
        raise UsageError("there is nothing to add", "for example: srs add 'front' 'back'; or see: srs add --help")
    return [with_extra(given, extra) for given in read.notes], read.deck


def _are(count: int) -> str:
    return f"{'is' if count == 1 else 'are'} {plural(count, 'problem')}"


def with_extra(given: Given, extra: Mapping[str, Value]) -> Given:
    """A note with keys besides its own; tags are added to its tags."""
    keys = dict(given.keys)
    for key, value in extra.items():
        if key == "tags" and isinstance(value, list):
            keys[key] = list(dict.fromkeys([*_texts(keys.get(key)), *value]))
        elif key == "draft" or key not in keys:
            keys[key] = value
    return replace(given, keys=keys)


def _texts(value: "Value | None") -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list) else []
