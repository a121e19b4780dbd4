"""Notes as ideas that build on each other: the tree, today's recall of each, and weak roots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.note import Note, Place
from srs.collection.collection import Collection
from srs.collection.views import CardView
from srs.insight.ideas import Idea, Root, Tree, about, ideas_of, mean_recall, said, said_of_own, standing_alone, tree_of
from srs.memory import events as ev
from tests.support import make_collection, moment, open_collection

DAY_MS = 86_400_000
START = moment("2026-11-01T09:00:00Z")
SETTINGS = 'timezone = "UTC"\n[fsrs]\nfuzz = false\n'


def note(id: str, line: int = 1, draft: bool = False) -> Note:
    place = Place("d.yaml", line, 1)
    return Note(id, True, "basic", "D", (), {"q": id}, (), (), (), (), draft, None, None, None, place)


def card(of: Note, recall: float | None = None, template: str = "answer", **more: Any) -> CardView:
    """A card in review with this recall; a new one where it is None."""
    view = CardView(
        f"{of.id}:{template}", of, template, "new" if recall is None else "review", None, None, None, recall,
        0, 0, None, False, None, 0, None,
    )  # fmt: skip
    return replace(view, **more)


def idea(id: str, *needs: str, recalls: Sequence[float | None] = (0.95,), **more: Any) -> Idea:
    of = note(id)
    cards = tuple(card(of, recall, f"c{number}") for number, recall in enumerate(recalls, 1))
    return replace(Idea(of, cards, needs), **more)


def shape(tree: Tree) -> list[tuple[str, int]]:
    return [(twig.idea.id, twig.depth) for twig in tree.twigs]


def roots(tree: Tree) -> dict[str, list[str]]:
    return {root.idea.id: [each.id for each in root.dependents] for root in tree.roots}


def test_an_idea_stands_below_the_first_that_it_needs() -> None:
    """An idea with several needs comes once, below the first of them; the order of the decks is kept."""
    tree = tree_of([idea("d", "b", "a"), idea("a"), idea("c", "a"), idea("b", "a"), idea("e")])
    assert shape(tree) == [("a", 0), ("c", 1), ("b", 1), ("d", 2), ("e", 0)]
    assert [twig.parent for twig in tree.twigs] == [None, "a", "a", "b", None]
    assert [twig.needed_by for twig in tree.twigs] == [3, 0, 1, 0, 0]
    assert [standing_alone(twig) for twig in tree.twigs] == [False] * 4 + [True]


def test_recall_is_the_mean_of_what_was_studied() -> None:
    """New cards and suspended ones leave the recall of an idea alone; they are counted."""
    of = note("a")
    one = Idea(of, (card(of, 0.9, "x"), card(of, 0.7, "y"), card(of), card(of, 0.1, "z", suspended=True)))
    assert one.recall == pytest.approx(0.8)
    assert (one.new, one.suspended) == (1, 1)
    assert mean_recall([one, idea("b", recalls=[0.5, None])]) == pytest.approx(0.7)
    draft = Idea(note("c", draft=True), (card(of, 0.9),))
    assert (draft.recall, draft.new, draft.weak) == (None, 0, None)
    assert mean_recall([draft]) is None


@pytest.mark.parametrize(
    ("recall", "retention", "weak"),
    [(0.81, 0.9, None), (0.79, 0.9, "recall"), (0.79, 0.8, None), (0.59, 0.8, "recall"), (None, 0.9, None)],
)
def test_weak_is_twice_as_much_forgotten_as_is_meant(recall: float | None, retention: float, weak: str | None) -> None:
    """An idea is weak where recall is so low that over twice as much is forgotten as desired retention allows."""
    assert idea("a", recalls=[recall], retention=retention).weak == weak


@pytest.mark.parametrize(
    ("lapses", "stability", "suspended", "leech", "weak"),
    [
        (3, 5.0, False, False, None), (4, 5.0, False, False, "lapses"), (4, 30.0, False, False, None),
        (9, 5.0, True, False, None), (9, 5.0, True, True, "lapses"),
    ],
)  # fmt: skip
def test_weak_is_what_is_forgotten_often(
    lapses: int, stability: float, suspended: bool, leech: bool, weak: str | None
) -> None:
    """A card forgotten often makes its idea weak until it holds; one that the learner set aside does not."""
    of = note("a")
    one = card(of, 0.95, lapses=lapses, stability=stability, suspended=suspended)
    assert Idea(of, (one,), leeches=frozenset({one.id} if leech else ())).weak == weak


def test_the_deepest_weak_need_is_the_root() -> None:
    """The root of a weak idea is the deepest weak one below it, through ideas that hold and by whichever way."""
    ideas = [
        idea("a", recalls=[0.5]), idea("b", "a"), idea("c", "b", recalls=[0.6]), idea("d", "b", "c", recalls=[0.7]),
        idea("e", "d"),
    ]  # fmt: skip
    tree = tree_of(ideas)
    assert roots(tree) == {"a": ["c", "d"]}
    assert tree.root_of == {"c": "a", "d": "a"}
    assert tree.own == ()


def test_of_two_roots_the_weaker_one() -> None:
    """Of two weak needs equally deep the one is named that is recalled less."""
    tree = tree_of([idea("a", recalls=[0.6]), idea("b", recalls=[0.5]), idea("c", "a", "b", recalls=[0.7])])
    assert roots(tree) == {"b": ["c"]}


def test_what_was_never_learnt_is_a_root_where_nothing_else_is() -> None:
    """A need that is new or a draft is the root of a weak idea, unless a studied one is weak."""
    draft = Idea(note("b", draft=True), (card(note("b", draft=True)),))
    weak = idea("c", "a", "b", recalls=[0.5])
    assert roots(tree_of([idea("a"), draft, weak])) == {"b": ["c"]}
    assert tree_of([idea("a"), draft, weak]).roots[0].why == "draft"
    assert roots(tree_of([idea("a", recalls=[0.5]), draft, weak])) == {"a": ["c"]}
    assert tree_of([idea("a", recalls=[None]), weak]).roots[0].why == "new"


def test_weak_though_its_needs_hold() -> None:
    """A weak idea whose needs hold is named on its own; one that needs nothing is not."""
    tree = tree_of([idea("a"), idea("b", "a", recalls=[0.5]), idea("c", recalls=[0.5])])
    assert (roots(tree), [each.id for each in tree.own]) == ({}, ["b"])
    assert said_of_own(tree.own, lambda each: each.id.upper()) == (
        "B (50%) is weak though what it needs holds: look at its own cards. What wants mending: srs fix"
    )


def test_a_query_keeps_what_is_needed() -> None:
    """The tree about some ideas has all that they need, and says only what concerns them."""
    ideas = [idea("a", recalls=[0.5]), idea("b", "a", recalls=[0.5]), idea("c", "a", recalls=[0.5]), idea("d")]
    few = about(tree_of(ideas), {"b"})
    assert (shape(few), roots(few)) == ([("a", 0), ("b", 1)], {"a": ["b"]})
    assert roots(about(tree_of(ideas), {"a"})) == {"a": ["b", "c"]}
    assert roots(about(tree_of(ideas), {"d"})) == {}


def test_sentences() -> None:
    """A root's sentence says what is weak above it, why it is weak itself, and what to do."""
    many = tuple(idea(f"w{n}", "a", recalls=[0.6]) for n in range(5))

    def told(root: Idea, why: str, *above: Idea) -> str:
        return said(Root(root, why, above), lambda each: each.id)  # type: ignore[arg-type]

    assert told(idea("a", recalls=[0.5]), "recall", many[0]) == (
        "a is the weak root of w0 (60%): its own recall is 50% today. Study it first: srs review id:a"
    )
    assert told(idea("a", recalls=[None]), "new", *many) == (
        "a is the weak root of w0 (60%), w1 (60%), w2 (60%) and 2 more: you have not studied it yet. "
        "Study it first: srs review id:a"
    )
    assert told(idea("a"), "draft", many[0]).endswith(
        ": it is still a draft, which nobody asks you about. Settle it: srs drafts id:a"
    )
    of = note("a")
    leech = card(of, 0.9, lapses=8, suspended=True)
    lapsed = Idea(of, (leech,), leeches=frozenset({leech.id}))
    assert told(lapsed, "lapses", lapsed) == (
        "a is the weak root of a (forgotten 8 times): its card `a:answer` was forgotten 8 times, and is suspended. "
        "Reword or split that card: srs edit a:answer"
    )


@given(st.lists(st.tuples(st.lists(st.integers(0, 11), max_size=3), st.booleans()), max_size=12))
def test_any_graph(drawn: list[tuple[list[int], bool]]) -> None:
    """Each idea comes once, below its parent; a root is weak, below its dependents, and nothing weak is below it."""
    ideas = [
        idea(str(n), *dict.fromkeys(str(m) for m in needs if m < n), recalls=[0.5 if weak else 0.95])
        for n, (needs, weak) in enumerate(drawn)
    ]
    tree = tree_of(ideas)
    assert sorted(twig.idea.id for twig in tree.twigs) == sorted(each.id for each in ideas)
    path: list[str] = []
    for twig in tree.twigs:
        path[twig.depth :] = [twig.idea.id]
        assert twig.parent == (path[twig.depth - 1] if twig.depth else None) == next(iter(twig.idea.needs), None)
    known = {each.id: each for each in ideas}
    for each in ideas:
        weak_below = {id for id in _below(each, known) if known[id].weak}
        root = tree.root_of.get(each.id)
        assert (root is not None) == (each.weak is not None and bool(weak_below))
        if root is not None:
            assert root in weak_below
            assert not any(known[id].weak for id in _below(known[root], known))


def _below(one: Idea, known: Mapping[str, Idea]) -> Iterator[str]:
    for need in one.needs:
        yield need
        yield from _below(known[need], known)


def test_a_cycle_loses_nothing() -> None:
    """Even where ideas need each other all of them are there, once."""
    tree = tree_of([idea("a", "b"), idea("b", "a", recalls=[0.5]), idea("c", "c")])
    assert sorted(twig.idea.id for twig in tree.twigs) == ["a", "b", "c"]


def test_a_long_chain() -> None:
    """Ten thousand ideas each needing the one before are no deeper than the interpreter bears."""
    chain = [idea(str(n), *([str(n - 1)] if n else []), recalls=[0.5]) for n in range(10_000)]
    tree = tree_of(chain)
    assert tree.twigs[-1].depth == 9_999
    assert [len(root.dependents) for root in tree.roots] == [9_999]


DECK = """\
deck: Ideas
notes:
  - q: What is a slope?
    id: slope
    was: [incline]
    a: A rate.
  - concept: Gradient
    id: gradient
    definition: All the slopes.
    needs: [incline, nowhere, late]
    prompts:
      - q: Which way?
        id: way
        a: Down.
  - q: Late?
    id: late
    a: Yes.
    draft: true
  - quote: It is what nobody has checked so far
    id: said
    by: Nobody
    fidelity: unverified
    needs: [slope]
"""


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    root, environ = make_collection(tmp_path, {"a.yaml": DECK}, SETTINGS + "[study]\nleech_at = 3\n")
    return open_collection(root, environ, fixed_clock=True)


def gathered(collection: Collection, day: float = 0) -> dict[str, Idea]:
    return {each.id: each for each in ideas_of(collection, collection.cards(START + round(day * DAY_MS)))}


def test_gathered_from_a_collection(collection: Collection) -> None:
    """Old ids lead to the note of today; drafts and notes without cards are ideas; what is nowhere is missing."""
    found = gathered(collection)
    assert list(found) == ["slope", "gradient", "late", "said"]
    assert found["gradient"].needs == ("slope", "late")
    assert found["gradient"].missing == ("nowhere",)
    assert [each.id for each in found["gradient"].cards] == ["gradient:definition", "gradient:name", "gradient:p-way"]
    assert (found["said"].cards, found["said"].needs) == ((), ("slope",))
    assert found["slope"].often == 3
    assert shape(tree_of(list(found.values()))) == [("slope", 0), ("gradient", 1), ("said", 1), ("late", 0)]


def test_recall_of_a_real_history(collection: Collection) -> None:
    """Recall is that which each card has on the day, and falls."""
    for at in (0, 0.01, 2, 13):
        collection.answer("slope:answer", 3, START + round(at * DAY_MS), 3000)
    view = collection.view("slope:answer", START + 20 * DAY_MS)
    assert gathered(collection, 20)["slope"].recall == view.retrievability
    early, late = gathered(collection, 15)["slope"].recall, gathered(collection, 400)["slope"]
    assert early is not None and late.recall is not None and early > late.recall
    assert late.weak == "recall"


def test_a_leech_is_weak_and_a_card_set_aside_is_not(collection: Collection) -> None:
    """A card that a lapse suspended makes its idea weak; unsuspended and set aside by hand it does not."""
    at = START
    for rating in (3, 3, 1, 3, 1, 3, 1):
        at += 2 * DAY_MS
        collection.answer("slope:answer", rating, at, 3000)
    assert collection.state("slope:answer").suspended
    day = (at - START) / DAY_MS
    assert gathered(collection, day)["slope"].weak == "lapses"
    now = at + 1000
    for make in (ev.Unsuspend, ev.Suspend):
        now += 1000
        collection.record([make(ev.new_id(now, now.to_bytes(10)), now, "slope:answer")])
    assert gathered(collection, day)["slope"].weak is None
