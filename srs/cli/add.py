"""`srs add`: a card in seconds."""

import sys
from typing import Annotated

import typer

from srs.cards.notetype import NoteType, NoteTypes
from srs.cli.context import opened
from srs.cli.output import ask, print_json, say
from srs.errors import SrsError, UsageError

_SECOND = {"basic": "a", "both": "means", "typed": "answer", "concept": "definition"}
"""The field that a one-liner's second text fills; asked for where there is none."""

_ALIASES = {"term": "both", "ask": "typed", "q": "basic"}
_SAID = {"q": "front", "a": "back"}
_EXAMPLES = {
    "basic": "'front' 'back'",
    "both": "term 'word' 'what it means'",
    "typed": "ask 'question' 'answer'",
    "concept": "concept 'name' --definition 'what it is'",
    "quote": "quote 'text' --by 'name'",
    "cloze": "cloze 'A {{c1::gap}} here'",
}


def add(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="FRONT BACK | TYPE TEXT", help="What to learn.")] = None,
    definition: Annotated[str | None, typer.Option(help="Of a concept: what it is, in a sentence.")] = None,
    mental_model: Annotated[str | None, typer.Option(help="Of a concept: how to picture it.")] = None,
    example: Annotated[str | None, typer.Option(help="Of a concept: a real example.")] = None,
    mistake: Annotated[str | None, typer.Option(help="Of a concept: what people get wrong.")] = None,
    next_step: Annotated[str | None, typer.Option(help="Of a concept: what to do next.")] = None,
    code: Annotated[str | None, typer.Option(help="Of a concept: how it looks in code.")] = None,
    by: Annotated[str | None, typer.Option(help="Of a quote: who said it.")] = None,
    work: Annotated[str | None, typer.Option(help="Of a quote: the book, talk or post.")] = None,
    date: Annotated[str | None, typer.Option(help="Of a quote: YYYY, YYYY-MM or YYYY-MM-DD.")] = None,
    place: Annotated[str | None, typer.Option(help="Of a quote: page, minute or section.")] = None,
    url: Annotated[str | None, typer.Option(help="Of a quote: where to read it.")] = None,
    fidelity: Annotated[str | None, typer.Option(help="Of a quote: verbatim, near, paraphrase or unverified.")] = None,
    meaning: Annotated[str | None, typer.Option(help="Of a quote: what it means.")] = None,
    context: Annotated[str | None, typer.Option(help="Of a quote: what it was about.")] = None,
    source: Annotated[str | None, typer.Option(help="Where you learnt it.")] = None,
    extra: Annotated[str | None, typer.Option(help="Of a cloze: what the back shows besides.")] = None,
    deck: Annotated[str | None, typer.Option(help="The deck it goes to; without it, the inbox.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given more than once.")] = None,
    id: Annotated[str | None, typer.Option(help="The note's id; without it, made from its text.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it out of the reviews for now.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Add a card: `srs add FRONT BACK`.

    Other kinds: `srs add concept NAME --definition …`, `srs add quote TEXT --by …`.

    Example: srs add 'What does HTTP 418 mean?' 'I am a teapot'
    """
    from srs.collection.adding import Value, add_note

    collection, _ = opened(ctx, in_full=True)
    given = {
        "definition": definition, "mental_model": mental_model, "example": example, "mistake": mistake,
        "next_step": next_step, "code": code, "by": by, "work": work, "date": date, "place": place, "url": url,
        "fidelity": fidelity, "meaning": meaning, "context": context, "source": source, "extra": extra,
    }  # fmt: skip
    kind, fields = _fields(words or [], {name: text for name, text in given.items() if text}, collection.types)
    keys: dict[str, Value | None] = {"id": id, "tags": tag, "draft": draft}
    added = add_note(collection, kind, fields, deck, {key: value for key, value in keys.items() if value})
    if as_json:
        print_json({"note": added.note.id, "cards": list(added.cards), "path": added.path, "line": added.first})
        return
    lines = f"line {added.first}" if added.first == added.last else f"lines {added.first} to {added.last}"
    if len(added.cards) > 1:
        say(f"Added {len(added.cards)} cards in {added.path}:{added.first}")
        for card in added.cards:
            say(f"  {card}")
    else:
        say(f"Added {', '.join(added.cards) or added.note.id} in {added.path}:{added.first}")
    if not added.cards:
        say("It makes no card yet: srs check says why.")
    say(f"To take it back, delete {lines} there.")


def _fields(words: list[str], given: dict[str, str], types: NoteTypes) -> tuple[NoteType, dict[str, str]]:
    """The note type that the words name, or basic, and its fields."""
    kind = types.get(_ALIASES.get(words[0], words[0])) if len(words) > 1 else None
    if kind is None or kind.marker is None:
        kind, rest = types["basic"], words
    else:
        rest = words[1:]
    order = [kind.marker or "", *([_SECOND[kind.name]] if kind.name in _SECOND else [])]
    if len(rest) > len(order):
        message = f"`{rest[len(order)]}` is one text too many for a {_called(kind)} card"
        raise UsageError(message, "put quotes around each text")
    fields = dict(zip(order, rest, strict=False)) | given
    known = [field.name for field in kind.fields if field.derived is None]
    for name in fields:
        if name not in known:
            raise UsageError(f"a {_called(kind)} card has no {name.replace('_', ' ')}", f"it has {', '.join(known)}")
    needed = [field.name for field in kind.fields if field.required]
    for name in needed if len(fields) > 1 else dict.fromkeys([*needed, *order]):
        if not fields.get(name, "").strip():
            fields[name] = _asked(kind, _SAID.get(name, name.replace("_", " ")))
    return kind, fields


def _asked(kind: NoteType, name: str) -> str:
    """What is missing of a card, from the terminal where there is one."""
    if not sys.stdin.isatty():
        hint = f"for example: srs add {_EXAMPLES.get(kind.name, '…')}; or see: srs add --help"
        raise UsageError(f"a {_called(kind)} card needs its {name}", hint)
    if answer := ask(f"{name.capitalize()} (empty cancels):", ""):
        return answer
    raise SrsError("nothing was added")


def _called(kind: NoteType) -> str:
    """A note type by the word that people type for it."""
    return "plain" if kind.name == "basic" else kind.marker or kind.name
