"""New notes before they are saved (what is like them, how they will look) and after. Knows no words and no options."""

from collections.abc import Mapping, Sequence
from typing import Any

from srs.cards.given import Given
from srs.cards.note import Note
from srs.cards.notetype import NoteTypes
from srs.cli.output import ask, print_json, say, tell
from srs.collection.adding import Added, add_notes, twin_of, with_id
from srs.collection.alike import Alike, alike_notes
from srs.collection.collection import Collection
from srs.errors import Problem, SrsError
from srs.words import plural

_SHOWN = 5  # notes of many with something like them


def checked(keys: Mapping[str, Any], types: NoteTypes) -> Given:
    """A note by its keys, read as a deck would read it. Raises SrsError with what is wrong first."""
    from srs.cards.given import read_rows

    read = read_rows([(1, dict(keys))], types, "")
    if read.problems:
        problem = read.problems[0]
        raise SrsError(problem.message.removesuffix("."), problem.hint.removesuffix("."))
    return read.notes[0]


def taken(collection: Collection, notes: Sequence[Given], name: str) -> list[Problem]:
    """The notes whose ids are there already, or come twice, as problems of the text `name`."""
    first: dict[str, int] = {}
    problems = []
    for given in notes:
        twin = twin_of(collection, given.note.id)
        at = first.setdefault(given.note.id, given.line)
        if twin or at != given.line:
            message = f"This is the same as line {at}."
            if twin:
                message = f"There is a note `{twin.id}` already, at {twin.place}."
            hint = "Leave it out, or give it an `id:` of its own."
            problems.append(Problem(name, given.line, 1, "error", "twin", message, hint))
    return problems


def tell_alike(collection: Collection, notes: Sequence[Given], many: bool) -> list[list[Alike]]:
    """Tell which notes look like the new ones; for each of these, what does."""
    found = [alike_notes(collection, given.note) for given in notes]
    with_some = [(given, near) for given, near in zip(notes, found, strict=True) if near]
    for given, near in with_some[:_SHOWN]:
        for each in near:
            start = f"Line {given.line} asks" if many else "This asks"
            words = "nearly what is asked at" if each.share < 1 else "what is asked at"
            tell(f"{start} {words} {each.note.place} ({each.note.id}): {_short(each.question)}")
    if len(with_some) > _SHOWN:
        tell(f"… and {plural(len(with_some) - _SHOWN, 'note')} more like others.")
    return found


def _short(text: str) -> str:
    from srs.cli.output import clipped, ellipsis

    return clipped(" ".join(text.split()), 100, ellipsis())


def show_cards(collection: Collection, notes: Sequence[Note], environ: Mapping[str, str]) -> None:
    """The cards as they will look, fronts and backs."""
    from srs.cards.faces import cards_of, face
    from srs.cli.terminal.screen import print_face

    for note in notes:
        for card in cards_of(note, collection.types):
            print_face(face(note, collection.types, card.template, 0), environ)
            print()


def agreed_to(question: str, otherwise: bool) -> bool:
    """Whether the user says yes; Enter means `otherwise`."""
    answer = ask(f"{question} [{'Y/n' if otherwise else 'y/N'}]", "y" if otherwise else "n")
    return answer.lower().startswith("y")


def save(
    collection: Collection,
    notes: Sequence[Given],
    deck: str | None,
    *,
    asks: bool,
    as_json: bool,
    many: bool = False,
    show: Mapping[str, str] | None = None,
) -> list[Added]:
    """Add the notes, all or none, and tell where they are; before that, what looks like them.

    `show` is the environment to show the cards in first, None not to; `many` tells of lines and of all notes together.
    """
    if not many and (twin := twin_of(collection, notes[0].note.id)):
        message = f"there is a note `{twin.id}` already, at {twin.place}"
        raise SrsError(message, "change that one, or give this one an id of its own with --id")
    if show is not None:
        show_cards(collection, [given.note for given in notes], show)
    near = tell_alike(collection, notes, many)
    if asks and any(near) and not agreed_to("Add it all the same?", otherwise=False):
        raise SrsError("nothing was added")
    added = add_notes(collection, [_entry(given, collection.types) for given in notes], deck)
    if as_json:
        told = [_as_json(each, found) for each, found in zip(added, near, strict=True)]
        print_json(told if many else told[0])
    elif many:
        _say_many(added)
    else:
        _say_one(added[0])
    return added


def _entry(given: Given, types: NoteTypes) -> dict[str, Any]:
    marker = types[given.note.type].marker
    return with_id(given.keys, given.note.id, marker if marker and marker in given.keys else "type")


def _as_json(added: Added, near: Sequence[Alike]) -> dict[str, Any]:
    return {
        "note": added.note.id,
        "cards": list(added.cards),
        "path": added.path,
        "line": added.first,
        "alike": [each.note.id for each in near],
    }


def _say_one(added: Added) -> None:
    if len(added.cards) > 1:
        say(f"Added {len(added.cards)} cards in {added.path}:{added.first}")
        for card in added.cards:
            say(f"  {card}")
    else:
        say(f"Added {', '.join(added.cards) or added.note.id} in {added.path}:{added.first}")
    if not added.cards:
        say(_NO_CARD if not added.note.draft else "It is a draft: srs drafts walks through them.")
    say(f"To take it back, delete {_lines(added.first, added.last)} there.")


_NO_CARD = "It makes no card yet: srs check says why."


def _say_many(added: Sequence[Added]) -> None:
    cards = sum(len(each.cards) for each in added)
    first, last = added[0], added[-1]
    say(f"Added {plural(len(added), 'note')} with {plural(cards, 'card')} in {first.path}:{first.first}")
    without = sum(not each.cards for each in added)
    if without:
        say(f"{plural(without, 'note')} {'makes' if without == 1 else 'make'} no card yet: srs check says why.")
    say(f"To take {'it' if len(added) == 1 else 'them'} back, delete {_lines(first.first, last.last)} there.")


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"
