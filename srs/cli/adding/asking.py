"""A note asked for in a terminal, question by question: type, its fields, tags, deck. Knows no file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from srs.cards.notetype import Field, NoteType, NoteTypes
from srs.cli.adding.oneliner import called, said, type_named
from srs.cli.output import ask, say
from srs.collection.adding import deck_names, last_deck
from srs.collection.collection import Collection
from srs.errors import SrsError

MORE = "?"
_DATES = "YYYY, YYYY-MM or YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered; `deck` None is the inbox."""

    kind: NoteType
    fields: dict[str, str]
    tags: tuple[str, ...] = ()
    deck: str | None = None


def ask_two(types: NoteTypes) -> Asked | None:
    """Front and back; None where more is wanted. Raises SrsError where nothing is."""
    with completing(()):
        front = ask(f"Front (empty cancels, {MORE} asks for more):", "")
        if front == MORE:
            return None
        back = ask("Back (empty cancels):", "") if front else ""
    if not back:
        raise SrsError("nothing was added")
    return Asked(types["basic"], {"q": front, "a": back})


def ask_all(
    collection: Collection, kind: NoteType | None, given: Mapping[str, str], deck: str | None, tags: Sequence[str]
) -> Asked:
    """A type, unless it is known, and its fields; then tags and a deck, unless these are. Raises SrsError as above."""
    types = collection.types
    kind = kind or _ask_type(types)
    say(f"A {called(kind)} card. Enter skips what is not needed; `srs add --edit` takes texts of several lines.")
    fields = dict(given)
    for field in kind.fields:
        if field.derived is None and field.name not in given and (text := _ask_field(field)):
            fields[field.name] = text
        elif field.required and not fields.get(field.name):
            raise SrsError("nothing was added")
    if not tags:
        tags = ask_line("Tags:", "", _tags(collection)).replace(",", " ").split()
    if deck is None:
        default = last_deck(collection)
        deck = ask_line(f"Deck [{default}]:", default, deck_names(collection))
    return Asked(kind, fields, tuple(tags), deck)


def _ask_type(types: NoteTypes) -> NoteType:
    names = sorted((kind.marker for kind in types.values() if kind.marker), key=lambda name: (name != "q", name))
    say(f"Types: {', '.join(names)}")
    while True:
        if kind := type_named(ask_line("Type [q]:", "q", names), types):
            return kind
        say("There is no such type.")


def _ask_field(field: Field) -> str:
    hint = f" ({', '.join(field.choices)})" if field.choices else f" ({_DATES})" if field.kind == "date" else ""
    needed = " (empty cancels)" if field.required else ""
    while True:
        text = ask_line(f"{said(field.name).capitalize()}{hint}{needed}:", "", field.choices)
        if not text or _fits(field, text):
            return text
        say(f"It is one of: {', '.join(field.choices)}." if field.choices else f"A date is {_DATES}.")


def _fits(field: Field, text: str) -> bool:
    if field.kind == "choice":
        return text in field.choices
    if field.kind != "date":
        return True
    try:
        date.fromisoformat((text + "-01-01")[:10] if text.isascii() else "")
    except ValueError:
        return False
    return len(text) in (4, 7, 10)


def _tags(collection: Collection) -> list[str]:
    return sorted({tag for note in collection.notes() for tag in note.tags})


def ask_line(question: str, default: str, words: Sequence[str]) -> str:
    """A line, of which Tab completes what `words` begin with."""
    with completing(words):
        return ask(question, default)


@contextmanager
def completing(words: Sequence[str]) -> Iterator[None]:
    """Lines are edited as in a shell, and Tab completes one of `words`."""
    try:
        import readline
    except ImportError:  # a Python without it: lines are plain
        yield
        return
    old, delims = readline.get_completer(), readline.get_completer_delims()

    def complete(text: str, state: int) -> str | None:
        found = [word for word in words if word.lower().startswith(text.lower())]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims("")
    readline.set_auto_history(False)
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_completer(old)
        readline.set_completer_delims(delims)
