"""The words and options of `srs add` as the keys of one note, asked for in a terminal where too few are given."""

import sys
from collections.abc import Mapping, Sequence

from srs.cards.given import second_field
from srs.cards.notetype import NoteType, NoteTypes
from srs.cli.output import ask
from srs.errors import SrsError, UsageError

ALIASES = {"term": "both", "ask": "typed", "q": "basic"}
_ASKED = {"basic": "a", "both": "means", "typed": "answer", "concept": "definition"}
"""The second field that is asked for where it is not given."""
_SAID = {"q": "front", "a": "back"}
_EXAMPLES = {
    "basic": "'front' 'back'",
    "both": "term 'word' 'what it means'",
    "typed": "ask 'question' 'answer'",
    "concept": "concept 'name' --definition 'what it is'",
    "quote": "quote 'text' --by 'name'",
    "cloze": "cloze 'A {{c1::gap}} here'",
}


def type_named(word: str, types: NoteTypes) -> NoteType | None:
    """The note type that a word names, if notes of it have a marker."""
    kind = types.get(ALIASES.get(word, word))
    return kind if kind and kind.marker else None


def called(kind: NoteType) -> str:
    """A note type by the word that people type for it."""
    return "plain" if kind.name == "basic" else kind.marker or kind.name


def said(field: str) -> str:
    """A field by the word that people say for it."""
    return _SAID.get(field, field.replace("_", " "))


def one_liner(words: Sequence[str], given: Mapping[str, str], types: NoteTypes) -> tuple[NoteType, dict[str, str]]:
    """The note type that the words name, or basic, and its fields.

    Raises UsageError where they fit no type, or something is missing and there is nobody to ask.
    """
    named = type_named(words[0], types) if len(words) > 1 else None
    kind, rest = (named, words[1:]) if named else (types["basic"], words)
    fields = fields_given(kind, rest, given)
    needed = [field.name for field in kind.fields if field.required]
    asked = dict.fromkeys([*needed, kind.marker or "", _ASKED.get(kind.name, "")])
    for name in needed if len(fields) > 1 else filter(None, asked):
        if not fields.get(name, "").strip():
            fields[name] = _asked(kind, said(name))
    return kind, fields


def fields_given(kind: NoteType, words: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The fields that words, in order, and options fill. Raises UsageError where the type has no such field."""
    order = [name for name in (kind.marker, second_field(kind)) if name]
    if len(words) > len(order):
        message = f"`{words[len(order)]}` is one text too many for a {called(kind)} card"
        raise UsageError(message, "put quotes around each text")
    fields = {**dict(zip(order, words, strict=False)), **given}
    known = [field.name for field in kind.fields if field.derived is None]
    for name in fields:
        if name not in known:
            raise UsageError(f"a {called(kind)} card has no {said(name)}", f"it has {', '.join(known)}")
    return fields


def _asked(kind: NoteType, name: str) -> str:
    """What is missing of a card, from the terminal where there is one."""
    if not sys.stdin.isatty():
        hint = f"for example: srs add {_EXAMPLES.get(kind.name, '…')}; or see: srs add --help"
        raise UsageError(f"a {called(kind)} card needs its {name}", hint)
    if answer := ask(f"{name.capitalize()} (empty cancels):", ""):
        return answer
    raise SrsError("nothing was added")
