"""`srs ideas`: notes as a tree by what they need, with today's recall of each and the weak roots. Knows no sitting."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.card import name_of
from srs.cli.context import opened
from srs.cli.explain import ascii_only
from srs.cli.output import clipped, print_json, say, takes_unicode, terminal_size, wrapped
from srs.cli.terminal.safe import visible
from srs.cli.terminal.width import width
from srs.memory.days import iso_day
from srs.watching import doing
from srs.words import listed, percent, plural

if TYPE_CHECKING:
    from srs.cli.terminal.style import Line
    from srs.collection.views import CardView
    from srs.insight.ideas import Idea, Tree, Twig

_WIDEST = 78
_WIDE = 60  # columns from which on bars are long and cards are counted
_SAID = 5  # weak roots that get a sentence
_NAME = 14  # cells that a name keeps, however deep its idea lies
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the tree. `recall` as a share, or `word` instead of it; `cards` None: only the name is shown."""

    name: str
    depth: int = 0
    sign: str = ""
    recall: float | None = None
    word: str = ""
    cards: int | None = None
    new: int = 0
    style: str = ""


def ideas(
    ctx: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help="Only ideas with a card that it finds, and what they need.", autocompletion=complete.query),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Show what is recalled of each idea today, and weak roots.

    Notes stand as a tree by what they need, with their prompts below.

    Example: srs ideas deck:Karpathy::Concepts
    """
    from srs.cli.terminal.style import palette
    from srs.insight import ideas as insight
    from srs.study.search import parse_query

    collection, now = opened(ctx)
    wanted = parse_query(" ".join(query or ()), collection.day(now), now)
    views = list(collection.cards(now))
    with doing(collection.watch, "Comparing notes"):
        tree = insight.tree_of(insight.ideas_of(collection, views))
    chosen = {view.note.id for view in views if wanted(view)} if query else {twig.idea.id for twig in tree.twigs}
    tree = insight.about(tree, chosen)
    if as_json:
        print_json(_as_json(tree, chosen, collection.day(now)))
        return
    if not chosen:
        say("No card matches." if query else "There are no cards yet: srs add --help")
        return
    terminal, plain = terminal_size(), ascii_only(ctx.obj.environ)
    columns = min(terminal[0] if terminal else _WIDEST, _WIDEST)
    colours = palette(sys.stdout, ctx.obj.environ)
    with doing(collection.watch, "Preparing the list"):
        lines = _lines(list(_rows(tree, chosen, bool(query), plain)), columns, plain)
    print("\n".join(colours.line(line).rstrip() for line in lines))
    for text in _sentences(tree, chosen):
        print("\n".join(["", *wrapped(text, columns)]))


def _rows(tree: "Tree", chosen: set[str], every: bool, plain: bool) -> Iterable[_Row]:
    """The tree deck by deck; ideas that stand alone and are not weak are summed up, unless `every` is to be shown."""
    from srs.insight.ideas import standing_alone

    known = {twig.idea.id: twig.idea for twig in tree.twigs}
    named = cache(lambda id: name_of(known[id].note))  # most of the time goes into names
    decks: dict[str, tuple[list[Twig], list[Idea]]] = {}
    deck = ""
    for twig in tree.twigs:
        deck = deck if twig.depth else twig.idea.note.deck
        together, alone = decks.setdefault(deck, ([], []))
        if every or twig.idea.weak or not standing_alone(twig):
            together.append(twig)
        else:
            alone.append(twig.idea)
    for deck, (together, alone) in decks.items():
        yield _Row(_one_line(deck), style="heading")
        for twig in together:
            yield from _idea_rows(twig, named, twig.idea.id in chosen, plain)
        if alone:
            yield _summed(alone)


def _idea_rows(twig: "Twig", named: Callable[[str], str], chosen: bool, plain: bool) -> Iterable[_Row]:
    """An idea, what else it needs, and its prompts; of one that is there for others' sake only the idea."""
    idea, depth = twig.idea, twig.depth + 1
    sign = "! " if idea.weak else ""
    style = "" if chosen else "muted"
    yield _Row(named(idea.id), depth, sign, idea.recall, _word(idea), len(idea.cards), idea.new, style)
    if not chosen:
        return
    if others := [named(need) for need in idea.needs if need != twig.parent]:
        yield _Row(f"also needs {listed(others)}", depth + 1, style="muted")
    if idea.missing:
        yield _Row(
            f"needs {listed([_one_line(need) for need in idea.missing])}, which no deck has", depth + 1, style="muted"
        )
    for card in idea.cards:
        if card.template.startswith("p-"):
            sign = "- " if plain else "· "
            recall = None if card.suspended or card.note.draft else card.retrievability
            yield _Row(name_of(card.note, card.template), depth + 1, sign, recall, _card_word(card), style="muted")


def _word(idea: "Idea") -> str:
    """What stands where there is no recall."""
    if idea.note.draft:
        return "draft"
    return "new" if idea.new else "suspended" if idea.cards else "no card"


def _card_word(card: "CardView") -> str:
    return "draft" if card.note.draft else "suspended" if card.suspended else "new"


def _summed(alone: "Sequence[Idea]") -> _Row:
    from srs.insight.ideas import mean_recall

    cards, new = sum(len(idea.cards) for idea in alone), sum(idea.new for idea in alone)
    word = "new" if new else "suspended" if any(idea.suspended for idea in alone) else ""
    return _Row(plural(len(alone), "more note"), 1, "", mean_recall(alone), word, cards, new, "muted")


def _lines(rows: Sequence[_Row], columns: int, plain: bool) -> "list[Line]":
    """The rows under a head, each at most `columns` cells wide."""
    from srs.cli.terminal.style import Span

    wide = columns >= _WIDE
    bar = 10 if wide else 4
    many = max([5, *(len(f"{row.cards or 0:,}") for row in rows)]) if wide else 0
    fresh = max([3, *(len(f"{row.new:,}") for row in rows)])
    room = max(_NAME, columns - (bar + 6) - (many + 2 if wide else 0) - (fresh + 2))
    step = 2 if wide else 1
    deepest = max(1, (room - _NAME) // step)
    dots = "..." if plain else "…"

    def counts(cards: object, new: object) -> str:
        return (f"  {cards:>{many}}" if wide else "") + f"  {new:>{fresh}}"

    lines: list[Line] = [(Span(f"{'idea':{room}} {'recall':>{bar + 5}}{counts('cards', 'new')}", ("muted",)),)]
    for row in rows:
        styles = (row.style,) if row.style else ()
        indent = " " * step * min(row.depth, deepest)
        if row.cards is None and not row.word:
            lines += [(Span(line, styles),) for line in wrapped(indent + row.name, columns)]
            continue
        if row.depth > deepest and row.cards is not None:
            indent += f"{row.depth}. "
        cells = room - len(indent) - len(row.sign)
        name = clipped(row.name, cells, dots)
        weak = ("again",) if row.sign.startswith("!") else ()
        spans = [Span(indent), Span(row.sign, weak or styles), Span(name + " " * (cells - width(name) + 1), styles)]
        if row.recall is None:
            spans.append(Span(f"{row.word:>{bar + 5}}", ("muted",)))
        else:
            spans.append(Span(meter(row.recall, bar, plain), weak or styles or ("number",)))
            spans.append(Span(f" {percent(row.recall):>4}", weak or styles))
        if row.cards is not None:
            spans.append(Span(counts(f"{row.cards:,}", f"{row.new:,}" if row.new else ""), styles))
        lines.append(tuple(spans))
    return lines


def meter(share: float, cells: int, plain: bool) -> str:
    """A bar of `cells` cells filled to `share` of it, to an eighth of a cell."""
    if plain:
        return ("#" * round(share * cells)).ljust(cells, ".")
    eighths = round(share * cells * 8)
    part = _EIGHTHS[eighths % 8] if eighths % 8 else ""
    return ("█" * (eighths // 8) + part).ljust(cells, "·")


def _sentences(tree: "Tree", chosen: set[str]) -> Iterable[str]:
    """The weak roots and what to do about them; at last, how many ideas there are and how they are recalled."""
    from srs.insight.ideas import mean_recall, said, said_of_own

    for root in tree.roots[:_SAID]:
        yield said(root, _named)
    if (more := len(tree.roots) - _SAID) > 0:
        yield f"{plural(more, 'more weak root')}: srs ideas --json"
    if tree.own:
        yield said_of_own(tree.own, _named)
    ideas = [twig.idea for twig in tree.twigs if twig.idea.id in chosen]
    studied = [idea for idea in ideas if idea.recall is not None]
    weak = sum(idea.weak is not None for idea in ideas)
    recall = mean_recall(studied)
    if recall is None and ideas and all(each.suspended == len(each.cards) for each in ideas):
        yield f"{plural(len(ideas), 'idea')}; every card of them is suspended: srs list is:suspended"
        return
    if recall is None:
        yield f"{plural(len(ideas), 'idea')}, none studied yet: srs review"
        return
    of_them = "" if len(studied) == len(ideas) else f", {len(studied):,} of them studied"
    marked = f" {weak:,} {'is' if weak == 1 else 'are'} weak, marked with !." if weak else ""
    yield f"{plural(len(ideas), 'idea')}{of_them}; recall of their cards today: {percent(recall)}.{marked}"


def _named(idea: "Idea") -> str:
    """An idea's name within a sentence."""
    before, after = ("“", "”") if takes_unicode() else ('"', '"')
    return f"{before}{name_of(idea.note)}{after}"


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _as_json(tree: "Tree", chosen: set[str], day: int) -> dict[str, Any]:
    """The stable contract of `srs ideas --json`."""
    from srs.insight.ideas import said

    root_of = tree.root_of
    return {
        "day": iso_day(day),
        "ideas": [_idea_json(twig, twig.idea.id in chosen, root_of.get(twig.idea.id)) for twig in tree.twigs],
        "roots": [
            {
                "note": root.idea.id,
                "why": root.why,
                "dependents": [idea.id for idea in root.dependents],
                "sentence": said(root, _named),
            }
            for root in tree.roots
        ],
    }


def _idea_json(twig: "Twig", found: bool, root: str | None) -> dict[str, Any]:
    idea = twig.idea
    return {
        "note": idea.id,
        "name": name_of(idea.note),
        "deck": idea.note.deck,
        "draft": idea.note.draft,
        "found": found,
        "depth": twig.depth,
        "parent": twig.parent,
        "needs": list(idea.needs),
        "missing": list(idea.missing),
        "recall": _rounded(idea.recall),
        "desired_retention": idea.retention,
        "studied": 0 if idea.note.draft else len(idea.studied),
        "new": idea.new,
        "suspended": idea.suspended,
        "weak": idea.weak,
        "root": root,
        "cards": [
            {
                "id": card.id,
                "prompt": card.template.startswith("p-"),
                "state": card.state,
                "suspended": card.suspended,
                "retrievability": _rounded(card.retrievability),
                "lapses": card.lapses,
            }
            for card in idea.cards
        ],
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
