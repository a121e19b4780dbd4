"""`srs list` and `srs show`: finding cards and looking at one."""

import re
from collections.abc import Mapping, Sequence
from operator import add
from typing import Annotated, Any

import typer

from srs.cards.note import Note
from srs.cli import complete
from srs.cli.context import opened
from srs.cli.output import beside, clipped, days_long, ellipsis, print_json, print_table, say, terminal_size
from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.errors import SrsError, UsageError
from srs.watching import told
from srs.words import plural

_LEADING = ("q", "ask", "cloze", "term", "concept", "quote")  # the fields that a card's text is taken from, if there
_LONG, _WORDS = 400, 48  # characters that are looked at, and cells that are shown
_GAP = "\ue000"  # where a cloze asks: no sign of Markdown, and in no text
_MARKED = re.compile(r"[*_`$\[\\<&~|]|^ *(?:[-+#>]|\d+[.)]) ", re.MULTILINE)
# Code and emphasis that Markdown can read in one way only.
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)|(?<!\*)(\*\*?)(\w(?:[^*`\n]*\w)?)\2(?!\*)")
_MATHS = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.DOTALL)
_CLOZE = re.compile(r"\{\{c(?P<numbers>[\d,]+)::(?P<text>.*?)(?:::[^{}]*?)?\}\}", re.DOTALL)


def list_cards(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help="Anki's search syntax; all cards without it.", autocompletion=complete.query),
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Decks with their counts; with a query, notes too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """List the cards that a query finds, in deck order.

    Example: srs list deck:Karpathy is:due
    """
    from srs.study.search import search

    if tree and as_json:
        raise UsageError("--tree is for reading and has no JSON", "each card of srs list --json names its deck")
    collection, now = opened(ctx)
    day = collection.day(now)
    cards = list(search(collection, " ".join(query or ()), now))
    if as_json:
        print_json([card.as_json() for card in told(collection.watch, "Preparing the list", cards, len(cards))])
        return
    if cards and tree:
        if query:
            print_table(_tree(cards, day, now, notes=True), right=range(2, 6), shrink={1: 12}, drop=(1, 5))
        else:
            rows = [[name, *counts] for name, _, *counts in _tree(cards, day, now, notes=False)]
            print_table(rows, right=range(1, 5), shrink={0: 12}, drop=(4,))
    elif cards:
        listed = told(collection.watch, "Preparing the list", cards, len(cards))
        rows = [["card", "text", "deck", "due"], *([c.id, first_words(c), c.deck, _when(c, day)] for c in listed)]
        print_table(rows, shrink={1: 16}, drop=(2, 1))
    say(f"{plural(len(cards), 'card')}." if cards else "No card matches.")


def show(
    ctx: typer.Context,
    card: Annotated[
        str,
        typer.Argument(help="The card's id, as `srs list` prints it, or a note's id.", autocompletion=complete.cards),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
    html: Annotated[bool, typer.Option("--html", help="With --json: front and back as HTML.")] = False,
) -> None:
    """Show a card's two sides and its history.

    Example: srs show karpathy-backprop:definition
    """
    collection, now = opened(ctx)
    views = find_cards(collection, card, now)
    if as_json:
        shown = [_as_json(collection, view, html) for view in views]
        print_json(shown[0] if card == views[0].id or len(shown) == 1 else shown)
        return
    for number, view in enumerate(views):
        if number:
            print()
        _print(collection, view, collection.day(now), ctx.obj.environ)


def find_cards(collection: Collection, name: str, now: int) -> list[CardView]:
    """The card with this id, or every card of the note with this id. Raises SrsError naming the nearest ids."""
    views = _named(collection, name, now) or _begun(collection, name, now)
    if not views:
        raise _unknown(collection, name)
    return views


def chosen(collection: Collection, words: Sequence[str], now: int) -> list[CardView]:
    """The cards that `words` name, each once: ids of cards and notes, or, where none is one, the words of a query.

    An id may be cut short where it begins no other, if a query finds nothing.

    Raises SrsError naming the nearest ids, or that nothing is found.
    """
    return chosen_how(collection, words, now)[0]


def chosen_how(collection: Collection, words: Sequence[str], now: int) -> tuple[list[CardView], bool]:
    """The same, and whether a query found them."""
    named = [_named(collection, word, now) for word in words]
    is_query = not any(named) and any(":" in word for word in words)
    found = _queried(collection, words, now) if is_query else []
    if found:
        return found, True
    named = [views or _begun(collection, word, now) for word, views in zip(words, named, strict=True)]
    if is_query and not all(named):
        if found is None:
            raise _unknown(collection, words[0])
        raise SrsError(f"no card is found by `{' '.join(words)}`", "see: srs list")
    for word, views in zip(words, named, strict=True):
        if not views:
            raise _unknown(collection, word)
    return list({view.id: view for views in named for view in views}.values()), False


def found_by(collection: Collection, query: str, now: int) -> set[str] | None:
    """The ids of the cards that a query finds, drafts aside; None where nothing is asked for."""
    from srs.study.search import search

    return {card.id for card in search(collection, query, now) if not card.note.draft} if query else None


def _queried(collection: Collection, words: Sequence[str], now: int) -> list[CardView] | None:
    """The cards that `words` find as a query; None where they are none."""
    from srs.study.search import search

    try:
        return list(search(collection, " ".join(words), now))
    except UsageError:
        return None


def first_words(view: CardView) -> str:
    """What a card is about, in one short line: its question, else what its note begins with, in plain words."""
    return name_of(view.note, view.template)


def name_of(note: Note, template: str = "") -> str:
    """The same of a note and one of its cards; without a card the clozes stay filled."""
    from srs.cli.terminal.safe import visible

    prompt = next((each for each in note.prompts if template == f"p-{each.id}"), None)
    leading = next((note.fields[name] for name in _LEADING if name in note.fields), None)
    text = prompt.q[0] if prompt else leading or next(iter(note.fields.values()), "")
    hidden = template.removeprefix("c")

    def shown(match: re.Match[str]) -> str:
        return _GAP if hidden in match["numbers"].split(",") else match["text"]

    words = _unmarked(_CLOZE.sub(shown, text[:_LONG])).replace(_GAP, "[...]")
    return clipped(visible(" ".join(words.split())), _WORDS, ellipsis())


def _unmarked(text: str) -> str:
    """A field without the signs of Markdown. Most texts have none, or but code and emphasis in a line: not parsed."""
    if not _MARKED.search(text):
        return text
    if (
        "\n" not in text
        and not text[0].isspace()
        and not _MARKED.search(_SPAN.sub(lambda match: match[3] or "x", text))
    ):
        return _SPAN.sub(lambda match: match[3] or match[1], text)
    from srs.cards.markup import to_html
    from srs.cards.plain import to_text
    from srs.cli.terminal.maths import unicode

    return _MATHS.sub(lambda match: unicode(match[1] or match[2]), to_text(to_html(text, "markdown", cloze=False)))


def _tree(cards: Sequence[CardView], day: int, now: int, notes: bool) -> list[list[str]]:
    """The rows of decks with what they hold, and with `notes` the notes that the cards belong to."""
    from srs.study.glance import branches
    from srs.study.search import parse_query

    is_due = parse_query("is:due", day, now)
    counts: dict[str, list[int]] = {}
    under: dict[str, dict[str, tuple[CardView, list[int]]]] = {}
    for card in cards:
        open_ = not card.suspended and not card.note.draft
        one = [1, open_ and card.state == "new", is_due(card), card.suspended and not card.note.draft]
        note = under.setdefault(card.deck, {}).setdefault(card.note.id, (card, [0] * len(one)))[1]
        for sums in (counts.setdefault(card.deck, [0] * len(one)), note):
            sums[:] = map(add, sums, one)
    rows = [["deck", "text", "cards", "new", "due", "suspended"]]
    for branch in branches(counts):
        rows.append(["  " * branch.depth + branch.deck.rpartition("::")[2], "", *(f"{n:,}" for n in branch.sums)])
        if notes:
            indent = "  " * (branch.depth + 1)
            for id_, (card, sums) in under.get(branch.deck, {}).items():
                rows.append([indent + id_, first_words(card), *map(str, sums)])
    return rows


def _named(collection: Collection, name: str, now: int) -> list[CardView]:
    found = collection.card(name, now)
    return [found] if found else collection.cards_of_note(name, now)


def _begun(collection: Collection, name: str, now: int) -> list[CardView]:
    """What the beginning of an id names, if it begins no other."""
    whole = collection.completed(name)
    return _named(collection, whole, now) if whole != name else []


def _unknown(collection: Collection, name: str) -> SrsError:
    return SrsError(f"there is no card or note `{name}`", collection.nearest(name))


def _as_json(collection: Collection, view: CardView, html: bool) -> dict[str, Any]:
    from srs.cards.plain import to_text

    face = collection.face(view.id)
    front, back = (face.front, face.back) if html else (to_text(face.front), to_text(face.back))
    return {"card": view.as_json(), "front": front, "back": back, "events": collection.events_json(view.id)}


def _print(collection: Collection, view: CardView, day: int, environ: Mapping[str, str]) -> None:
    from srs.cli.terminal.screen import print_face

    print_face(collection.face(view.id), environ)
    state, due = _standing(view, day)
    terminal = terminal_size()
    for line in beside([view.id, view.deck, str(view.note.place)], terminal[0] if terminal else None):
        say(line)
    facts = [state, due] if due else [state]
    if view.stability is not None and view.retrievability is not None:
        facts += [f"stability {view.stability:.1f} days", f"recall now {view.retrievability:.0%}"]
    if view.reps:
        facts += [plural(view.reps, "review"), plural(view.lapses, "lapse")]
    say(", ".join(facts))


def _standing(view: CardView, day: int) -> tuple[str, str]:
    state = "draft" if view.note.draft else "suspended" if view.suspended else view.state
    if view.due is None:
        return state, ""
    return state, days_long(view.due - day) if view.state == "review" else "today"


def _when(view: CardView, day: int) -> str:
    """When a card comes up, or why it does not."""
    state, due = _standing(view, day)
    if state not in ("draft", "suspended") and view.buried_until is not None:
        return "buried"
    return due if state == "review" else "learning" if state == "relearning" else state
