"""Notes as ideas that build on each other: what is recalled of each today, which are weak, and at which root.

Of an idea's cards those count that were studied and are not suspended; its recall is their mean retrievability. An idea
is weak where more than twice as much of it would be forgotten as its deck allows, or where a card of it was forgotten
often and does not hold yet. Its weak root is the deepest of all that it needs, and that these need, that is weak too.

`tree_of` is a pure function of ideas; `ideas_of` gathers them from a collection. Knows no names and no screen.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from srs.cards.crosscheck import Head, needs_order
from srs.cards.note import Note
from srs.collection import troubles
from srs.collection.collection import Collection
from srs.collection.stored import note_from_json
from srs.collection.views import CardView
from srs.words import listed, percent, plural

HOLDS = 21.0
"""Days of stability from which on a card that was forgotten often counts as learnt after all."""
OFTEN = 4
"""Lapses from which on a card was forgotten often; a deck's `leech_at` where that is lower."""
_NAMED = 3  # ideas that a sentence names

Weakness = Literal["recall", "lapses", "new", "draft"]


@dataclass(frozen=True, slots=True)
class Idea:
    """A note with its cards as they stand.

    `needs` are the notes that it builds on by their present ids, as written; `missing` those of them that no deck has.
    `retention` is the desired one of its deck, `often` its limit of lapses. `leeches` are cards of it that a lapse
    suspended; other suspended cards were set aside by the learner, and say nothing.
    """

    note: Note
    cards: tuple[CardView, ...]
    needs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    retention: float = 0.9
    often: int = OFTEN
    leeches: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.note.id

    @property
    def studied(self) -> tuple[float, ...]:
        """The retrievability of each card that counts."""
        return tuple(c.retrievability for c in self.cards if c.retrievability is not None and not c.suspended)

    @property
    def recall(self) -> float | None:
        """The mean retrievability of the cards that count; None where none does, and of a draft."""
        found = self.studied
        return sum(found) / len(found) if found and not self.note.draft else None

    @property
    def new(self) -> int:
        """How many cards wait to be studied for the first time."""
        return 0 if self.note.draft else sum(c.state == "new" and not c.suspended for c in self.cards)

    @property
    def suspended(self) -> int:
        return sum(c.suspended for c in self.cards)

    @property
    def worst(self) -> CardView | None:
        """The card that was forgotten most, where that is often and it does not hold yet."""
        found = [
            card
            for card in self.cards
            if card.lapses >= self.often
            and (card.stability or 0) < HOLDS
            and (not card.suspended or card.id in self.leeches)
        ]
        return max(found, key=lambda card: card.lapses, default=None)

    @property
    def weak(self) -> Weakness | None:
        """Why the idea is weak; None where it is not, or is not studied."""
        if self.note.draft:
            return None
        if self.worst:
            return "lapses"
        recall = self.recall
        return "recall" if recall is not None and 1 - recall > 2 * (1 - self.retention) else None

    @property
    def unlearnt(self) -> Weakness | None:
        """Why nothing of the idea was learnt, where nothing was; suspended cards were set aside on purpose."""
        if self.note.draft:
            return "draft"
        return "new" if self.new and self.new == len(self.cards) - self.suspended else None


@dataclass(frozen=True, slots=True)
class Twig:
    """An idea in the tree, `depth` below one that needs nothing.

    `parent`: the first note that it needs. `needed_by`: how many ideas need it, those below other parents too.
    """

    idea: Idea
    depth: int
    parent: str | None
    needed_by: int


@dataclass(frozen=True, slots=True)
class Root:
    """A weak root, why it is one, and the weak ideas that build on it, in deck order."""

    idea: Idea
    why: Weakness
    dependents: tuple[Idea, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """All ideas, each below its parent and each once, in deck order beside each other.

    `roots`: the one under most weak ideas first. `own` are weak ideas that need others, which all hold.
    """

    twigs: tuple[Twig, ...]
    roots: tuple[Root, ...]
    own: tuple[Idea, ...]

    @property
    def root_of(self) -> dict[str, str]:
        """The weak root of each weak idea that has one."""
        return {idea.id: root.idea.id for root in self.roots for idea in root.dependents}


def tree_of(ideas: Sequence[Idea]) -> Tree:
    """The tree of ideas, given in deck order."""
    known = {idea.id: idea for idea in ideas}
    heads = [Head(idea.id, (), idea.needs, idea.note.draft, idea.note.place) for idea in ideas]
    place = {id: number for number, id in enumerate(needs_order(heads))}
    below = {idea.id: [need for need in idea.needs if need in place and place[need] < place[idea.id]] for idea in ideas}
    order = sorted(known, key=place.__getitem__)
    shaky = _deepest(order, below, known, lambda idea: idea.weak)
    unlearnt = _deepest(order, below, known, lambda idea: idea.unlearnt)
    found: dict[str, list[Idea]] = {}
    own = []
    for idea in ideas:
        if idea.weak is None:
            continue
        if root := shaky.get(idea.id) or unlearnt.get(idea.id):
            found.setdefault(root, []).append(idea)
        elif below[idea.id]:
            own.append(idea)
    roots = [Root(known[id], known[id].weak or known[id].unlearnt or "new", tuple(weak)) for id, weak in found.items()]
    return Tree(_twigs(ideas, below), tuple(sorted(roots, key=lambda root: -len(root.dependents))), tuple(own))


def _deepest(
    order: Sequence[str],
    below: Mapping[str, Sequence[str]],
    known: Mapping[str, Idea],
    is_weak: Callable[[Idea], Weakness | None],
) -> dict[str, str]:
    """For each idea the weak one furthest below it, if there is one; of several the one recalled least.

    `order` has what is needed before what needs it, so one pass is enough.
    """
    deepest: dict[str, tuple[int, float, str]] = {}
    for id in order:
        found = []
        for need in below[id]:
            if need in deepest:
                steps, recall, root = deepest[need]
                found.append((steps - 1, recall, root))
            elif is_weak(known[need]):
                found.append((-1, known[need].recall or 0.0, need))
        if found:
            deepest[id] = min(found)
    return {id: root for id, (_, _, root) in deepest.items()}


def _twigs(ideas: Sequence[Idea], below: Mapping[str, Sequence[str]]) -> tuple[Twig, ...]:
    children: dict[str | None, list[Idea]] = {}
    for idea in ideas:
        children.setdefault(next(iter(below[idea.id]), None), []).append(idea)
    needed = Counter(need for needs in below.values() for need in needs)
    twigs = []
    waiting = [(idea, 0) for idea in reversed(children.get(None, []))]
    while waiting:
        idea, depth = waiting.pop()
        twigs.append(Twig(idea, depth, next(iter(below[idea.id]), None), needed[idea.id]))
        waiting += [(child, depth + 1) for child in reversed(children.get(idea.id, []))]
    return tuple(twigs)


def standing_alone(twig: Twig) -> bool:
    """Whether the idea neither needs others, nor is needed, nor has prompts: nothing hangs together in it."""
    return not (twig.idea.needs or twig.idea.missing or twig.needed_by or twig.idea.note.prompts)


def mean_recall(ideas: Iterable[Idea]) -> float | None:
    """The mean retrievability of all cards of the ideas that count; None where none does."""
    found = [recall for idea in ideas if not idea.note.draft for recall in idea.studied]
    return sum(found) / len(found) if found else None


def about(tree: Tree, chosen: Set[str]) -> Tree:
    """The tree with the chosen ideas and all that they need, and these need; of the roots those of chosen ideas."""
    known = {twig.idea.id: twig.idea for twig in tree.twigs}
    shown: set[str] = set()
    waiting = [id for id in chosen if id in known]
    while waiting:
        id = waiting.pop()
        if id not in shown:
            shown.add(id)
            waiting += known[id].needs
    roots = []
    for root in tree.roots:
        if above := tuple(each for each in root.dependents if {each.id, root.idea.id} & chosen):
            roots.append(Root(root.idea, root.why, above))
    return Tree(
        tuple(twig for twig in tree.twigs if twig.idea.id in shown),
        tuple(roots),
        tuple(idea for idea in tree.own if idea.id in chosen),
    )


def ideas_of(collection: Collection, views: Iterable[CardView]) -> list[Idea]:
    """The ideas of a collection in deck order, from all its cards as they stand (`Collection.cards`)."""
    found = [(cards[0].note, cards) for _, group in groupby(views, lambda v: v.note.id) if (cards := tuple(group))]
    bare = collection.db.execute(
        "select data from note where not left_out and not exists (select 1 from card where note_key = key)"
    )
    found += [(note_from_json(row[0]), ()) for row in bare]
    there = {note.id for note, _ in found}
    aliases: dict[str, str] = dict(collection.db.execute("select old, note from alias"))
    leeches = troubles.leeches(collection.db)
    ideas = []
    for note, cards in found:
        needs = tuple(dict.fromkeys(aliases.get(need, need) for need in note.needs))
        settings = collection.settings.for_deck(note.deck)
        ideas.append(
            Idea(
                note,
                cards,
                tuple(need for need in needs if need in there),
                tuple(need for need in needs if need not in there),
                settings.desired_retention,
                min(OFTEN, settings.leech_at or OFTEN),
                leeches.intersection(card.id for card in cards) if leeches else leeches,
            )
        )
    return sorted(ideas, key=lambda idea: (idea.note.place.path, idea.note.place.line))


def said(root: Root, named: Callable[[Idea], str]) -> str:
    """Which ideas a weak root is under, why it is weak, and what to do about it, in sentences."""
    idea, told = root.idea, [f"{named(each)} ({_measure(each)})" for each in root.dependents[:_NAMED]]
    if more := len(root.dependents) - len(told):
        told.append(f"{more} more")
    return f"{named(idea)} is the weak root of {listed(told)}: {_why(root)}. {_do(root)}"


def said_of_own(own: Sequence[Idea], named: Callable[[Idea], str]) -> str:
    """What is to be said of weak ideas whose needs hold."""
    told = [f"{named(each)} ({_measure(each)})" for each in own[:_NAMED]]
    if more := len(own) - len(told):
        told.append(f"{more} more")
    are, they, their = ("is", "it needs", "its") if len(own) == 1 else ("are", "they need", "their")
    return f"{listed(told)} {are} weak though what {they} holds: look at {their} own cards. What wants mending: srs fix"


def _measure(idea: Idea) -> str:
    worst = idea.worst
    return f"forgotten {plural(worst.lapses, 'time')}" if worst else percent(idea.recall or 0)


def _why(root: Root) -> str:
    idea, worst = root.idea, root.idea.worst
    match root.why:
        case "lapses" if worst:
            suspended = ", and is suspended" if worst.suspended else " and does not hold yet"
            return f"its card `{worst.id}` was forgotten {plural(worst.lapses, 'time')}{suspended}"
        case "draft":
            return "it is still a draft, which nobody asks you about"
        case "new":
            return "you have not studied it yet"
    return f"its own recall is {percent(idea.recall or 0)} today"


def _do(root: Root) -> str:
    idea, worst = root.idea, root.idea.worst
    match root.why:
        case "lapses" if worst:
            return f"Reword or split that card: srs edit {worst.id}"
        case "draft":
            return f"Settle it: srs drafts id:{idea.id}"
    return f"Study it first: srs review id:{idea.id}"
