"""A note split into smaller questions: what an editor is given, what of it was meant, prompts added to the note."""

from collections.abc import Mapping, Sequence
from typing import Any

from srs.cards import tree
from srs.cards.identity import derived_id
from srs.cards.insert import INDENTATION, CannotInsert, insert_note, note_yaml
from srs.cards.note import Note, Place, Prompt
from srs.cards.pieces import Deck, NotInPieces, Piece, dedented, keys_of, note_of, take_apart
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.errors import SrsError
from srs.upkeep.edits import read_file
from srs.upkeep.pieces import Change, piece_of, rewrite, spaced_as
from srs.values import replace

_HEAD = """\
# Split this note into smaller questions. Each becomes a card of its own, new.
# Ask for one thing, so that the answer is one thing. Save and leave the editor
# to add them. What stays empty does not count; with none nothing is changed.
# The note stands below, to copy from.

prompts:
  - q:
    a:

  - q:
    a:

  - q:
    a:

"""
_KEYS = ("q", "a", "id")


def template(collection: Collection, note: Note) -> str:
    """What the editor is given: a list of empty prompts, and the note as comments."""
    try:
        written = piece_of(
            take_apart(note.place.path, read_file(collection, note.place.path), collection.types), note.id
        )
    except NotInPieces:
        return _HEAD
    lines = written.plain.strip("\n").split("\n")
    return _HEAD + "".join(f"# {line}".rstrip() + "\n" for line in lines)


def read_prompts(text: str) -> list[dict[str, Any]]:
    """The prompts that were written in the template, each with an id. Raises SrsError where they are not right."""
    parsed = tree.parse("", text.encode())
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    if errors:
        raise SrsError(f"line {errors[0].line}: {errors[0].message.removesuffix('.')}", errors[0].hint)
    root = parsed.root
    listed = root.values.get("prompts") if isinstance(root, tree.Mapping) else None
    if isinstance(root, tree.Mapping) and root.values.keys() - {"prompts"}:
        key = next(iter(root.values.keys() - {"prompts"}))
        raise SrsError(f"line {root.keys[key][0]}: `{key}` does not belong here", "there is one key, `prompts:`")
    if listed is None or (isinstance(listed, tree.Text) and not listed.value):
        return []
    if not isinstance(listed, tree.Sequence):
        raise SrsError("`prompts:` is not a list", "start each prompt with `- q: …`")
    return [prompt for item in listed.items if (prompt := _prompt(item))]


def _prompt(item: tree.Node) -> dict[str, Any] | None:
    """One prompt; None where it was left empty."""
    value = tree.plain(item)
    if not isinstance(value, Mapping):
        raise SrsError(f"line {item.line}: a prompt is a question and an answer", "write `- q: …` and below `a: …`")
    if unknown := value.keys() - {*_KEYS}:
        raise SrsError(f"line {item.line}: a prompt has no key `{min(unknown)}`", "it has `q`, `a` and `id`")
    given = {key: value[key] for key in _KEYS if value.get(key)}
    if not given:
        return None
    for key, name in (("q", "question"), ("a", "answer")):
        if key not in given:
            raise SrsError(f"line {item.line}: a prompt has no {name}", f"write `{key}: …`, or leave all of it empty")
    first = given["q"] if isinstance(given["q"], str) else given["q"][0] if given["q"] else ""
    return {"q": given["q"], "id": given.get("id") or derived_id(str(first)), "a": given["a"]}


def add_prompts(collection: Collection, note: Note, prompts: Sequence[Mapping[str, Any]]) -> Change:
    """Put prompts below those that the note has. Raises SrsError where the file would not be right."""
    added = tuple(
        Prompt(each["id"], (each["q"],) if isinstance(each["q"], str) else tuple(each["q"]), each["a"], _NOWHERE)
        for each in prompts
    )

    def notes(deck: Deck) -> list[Piece]:
        old = piece_of(deck, note.id)
        new = _with_prompts(old, prompts)
        return [new if piece is old else piece for piece in deck.notes]

    def meant(before: Sequence[Note]) -> list[Note]:
        return [replace(each, prompts=each.prompts + added) if each.id == note.id else each for each in before]

    with locked(collection.root):
        collection.refresh()
        return rewrite(collection, note.place.path, notes, meant)


_NOWHERE = Place("", 1, 1)


def _with_prompts(note: Piece, prompts: Sequence[Mapping[str, Any]]) -> Piece:
    keys = keys_of(note)
    if keys is None:
        raise NotInPieces(f"`{note.id}` cannot be written one key on a line", "change it by hand")
    there = keys.get("prompts")
    old = there[1] if there and isinstance(there[1], list) else []
    text = there[0] if there and old else "prompts:\n"
    try:
        # A list of prompts is laid out as the list of notes in a deck is.
        as_deck = text.replace("prompts:", "notes:", 1)
        for prompt in prompts:
            as_deck = insert_note(as_deck.encode(), note_yaml(prompt)).decode()
        text = as_deck.replace("notes:", "prompts:", 1)
    except CannotInsert:
        written = note_yaml({"prompts": [*old, *prompts]})
        text = dedented(" " + written[1:], INDENTATION)
    return spaced_as(note_of(note.name, {**keys, "prompts": (text, [*old, *prompts])}), note)
