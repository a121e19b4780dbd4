"""What a shell completes after `srs`: decks, tags, types, cards, words of a query. Never fails, never says anything.

typer asks a function for each argument and hands over what the shell gave it. bash takes `:` for the end of a word, so
there a deck or a card comes in pieces: `whole_words` puts them together before, and what is offered begins where the
last piece does.
"""

import os
import re
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from srs.collection.collection import Collection

_MOST = 200
_GLUE = r"\n(:+)(?:\n|$)"
_STATES = ("new", "learn", "review", "due", "suspended", "buried", "draft")
_FIDELITIES = ("verbatim", "near", "paraphrase", "unverified")
_offered_from = 0


def whole_words(environ: MutableMapping[str, str]) -> list[str]:
    """The words that are completed, with those that bash broke at colons whole; `environ` is put right for typer."""
    global _offered_from
    if environ.get("_SRS_COMPLETE") != "complete_bash":
        return environ.get("_TYPER_COMPLETE_ARGS", "").split()[1:]
    words = environ.get("COMP_WORDS", "").split("\n")  # typer's script has bash join them so
    at = int(environ.get("COMP_CWORD", "0"))
    line = re.sub(_GLUE, r"\1", "\n".join([*words[:at], words[at] if at < len(words) else ""]))
    whole = line.split("\n")
    _offered_from = whole[-1].rfind(":") + 1
    environ["COMP_WORDS"], environ["COMP_CWORD"] = line, str(len(whole) - 1)
    return whole[1:]


def decks(ctx: typer.Context, incomplete: str) -> list[str]:
    """Decks by name."""
    return _found(ctx, incomplete, _decks)


def tags(ctx: typer.Context, incomplete: str) -> list[str]:
    """Tags of any note."""
    return _found(ctx, incomplete, _tags)


def types(ctx: typer.Context, incomplete: str) -> list[str]:
    """Note types, as the first word of a new card alone."""
    return [] if ctx.params.get("words") else _found(ctx, incomplete, _types)


def cards(ctx: typer.Context, incomplete: str) -> list[str]:
    """Notes, and after a colon the cards of one."""
    return _found(ctx, incomplete, _cards)


def query(ctx: typer.Context, incomplete: str) -> list[str]:
    """The next word of a query, or a card."""
    return _found(ctx, incomplete, _query)


def fidelities(incomplete: str) -> list[str]:
    """How sure the words of a quote are."""
    return [word for word in _FIDELITIES if word.startswith(incomplete)]


def _found(ctx: typer.Context, incomplete: str, find: "Callable[[Collection, str], list[str]]") -> list[str]:
    """What `find` finds in the collection of the command line, if it can be opened, and begins as what was typed."""
    typed = incomplete.lstrip("'\"")
    try:
        with _collection(ctx) as collection:
            found = [word for word in find(collection, typed) if word.lower().startswith(typed.lower())]
    except Exception:  # a shell that completes has nowhere to show an error
        return []
    rest: list[str] = [_Rest(word[_offered_from:]) for word in dict.fromkeys(found)]
    return rest[:_MOST]


class _Rest(str):
    """What may still be typed of a word. typer, which knows all of the word, asks whether this begins like it."""

    __slots__ = ()

    def startswith(self, *args: object) -> bool:
        return True


@contextmanager
def _collection(ctx: typer.Context) -> "Iterator[Collection]":
    from srs.collection.collection import Collection
    from srs.collection.locations import find_collection

    named = ctx.find_root().params.get("collection") or None
    collection = Collection.open(find_collection(named, os.environ, Path.cwd()), os.environ)
    try:
        yield collection
    finally:
        collection.db.close()


def _decks(collection: "Collection", typed: str) -> list[str]:
    from srs.collection.adding import deck_names

    return deck_names(collection)


def _tags(collection: "Collection", typed: str) -> list[str]:
    return sorted({tag for note in collection.notes() for tag in note.tags})


def _types(collection: "Collection", typed: str) -> list[str]:
    return sorted(kind.marker for kind in collection.types.values() if kind.marker)


def _cards(collection: "Collection", typed: str) -> list[str]:
    """Notes, and after a colon the cards of one."""
    column = "id" if ":" in typed else "note"
    order = "path, position, ord" if column == "id" else "note"
    query = f"select distinct {column} from card where {column} >= ? and {column} < ? order by {order} limit {_MOST}"
    return [str(row[0]) for row in collection.db.execute(query, (typed.lower(), typed.lower() + "\U0010ffff"))]


def _query(collection: "Collection", typed: str) -> list[str]:
    """The next word of a query."""
    key, colon, _ = typed.partition(":")
    if not colon:
        return ["deck:", "tag:", "is:", "note:", *_cards(collection, typed)]
    values = {"deck": _decks, "tag": _tags}.get(key)
    names = values(collection, "") if values else {"is": _STATES, "note": sorted(collection.types)}.get(key)
    if names is None:
        return _cards(collection, typed)
    return [f"{key}:{name}" if " " not in name else f'{key}:"{name}"' for name in names]
