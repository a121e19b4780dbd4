from collections.abc import Sequence
from pathlib import Path

import pytest

from srs.collection.collection import Collection
from srs.errors import UsageError
from srs.memory import events as ev
from srs.study.search import bounds, parse_query, search
from tests.support import make_collection, moment, open_collection

DECKS = {
    "ml.yaml": """\
deck: Karpathy::Concepts
tags: [ml]
notes:
  - q: What does x[0] give?
    id: index
    a: The first *element*
  - q: Why zero the gradients?
    id: zero
    tags: [ml::train]
    a: They add up
  - quote: The hottest new programming language is English
    id: hottest
    by: Andrej Karpathy
    source: X
    date: "2023"
    fidelity: verbatim
""",
    "other.yaml": """\
deck: Other
notes:
  - term: logits
    id: logits
    means: scores before the softmax, "raw"
  - q: A draft?
    id: sketch
    draft: true
    a: Not yet
""",
}
NOW = moment("2026-12-10T12:00:00+01:00")


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """zero: Easy nine days ago; index: in its steps; logits: suspended, flagged, marked, its sibling buried."""
    root, environ = make_collection(tmp_path, DECKS, 'timezone = "Europe/Berlin"\n[fsrs]\nfuzz = false\n')
    made = open_collection(root, environ)
    made.answer("zero:answer", 4, moment("2026-12-01T12:00:00+01:00"), 1000)
    made.answer("index:answer", 1, NOW - 120_000, 1000)
    cards = [card.id for card in made.cards_of_note("logits", NOW)]
    at = NOW - 60_000
    made.record(
        [
            ev.Suspend(ev.new_id(at, bytes(10)), at, cards[0], None),
            ev.Flag(ev.new_id(at, b"1" * 10), at, cards[0], 2),
            ev.Mark(ev.new_id(at, b"2" * 10), at, cards[0], "unclear"),
            ev.Bury(ev.new_id(at, b"3" * 10), at, cards[1], made.day(NOW) + 1),
        ]
    )
    return made


def notes(collection: Collection, query: str) -> list[str]:
    predicate = parse_query(query, collection.day(NOW), NOW)
    return list(dict.fromkeys(card.note.id for card in collection.cards(NOW) if predicate(card)))


EVERYTHING = ["index", "zero", "hottest", "logits", "sketch"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", EVERYTHING),
        ("deck:karpathy", ["index", "zero", "hottest"]),
        ("deck:Karpathy::Concepts", ["index", "zero", "hottest"]),
        ("deck:Concepts", []),
        ("deck:*Concepts", ["index", "zero", "hottest"]),
        ("tag:ml", ["index", "zero", "hottest"]),
        ("tag:ml::train", ["zero"]),
        ("note:quote", ["hottest"]),
        ("card:answer", ["index", "zero", "sketch"]),
        ("id:zero", ["zero"]),
        ("cid:zero:answer", ["zero"]),
        ("nid:zer", []),
        ("flag:2", ["logits"]),
        ("is:new", ["hottest", "logits"]),
        ("is:learn", ["index"]),
        ("is:learning", ["index"]),
        ("is:review", ["zero"]),
        ("is:relearning", []),
        ("is:due", ["index", "zero"]),
        ("is:suspended", ["logits"]),
        ("is:buried", ["logits"]),
        ("is:suspended is:buried", []),
        ("is:draft", ["sketch"]),
        ("is:marked", ["logits"]),
        ("prop:s>8", ["zero"]),
        ("prop:stability<8", ["index"]),
        ("prop:d>=1", ["index", "zero"]),
        ("prop:r<0.95", ["zero"]),
        ("prop:reps=1", ["index", "zero"]),
        ("prop:reps!=1", ["hottest", "logits", "sketch"]),
        ("prop:lapses=0 is:review", ["zero"]),
        ("prop:due<=0", ["zero"]),
        ("prop:due<-2", []),
        ("prop:ivl=8", ["zero"]),
        ("gradients", ["zero"]),
        ("GRAD*ents", ["zero"]),
        ('"add up"', ["zero"]),
        ('"up add"', []),
        ("up add", ["zero"]),
        ("x[0]", ["index"]),
        ("give?", ["index"]),
        ("*element*", ["index"]),
        (r'"\"raw\""', ["logits"]),
        ("-deck:karpathy -is:draft", ["logits"]),
        ('-"add up" tag:ml', ["index", "hottest"]),
        ("id:zero or id:index", ["index", "zero"]),
        ("tag:ml id:zero or is:draft", ["zero", "sketch"]),
        ("tag:ml (id:zero or id:index)", ["index", "zero"]),
        ("tag:ml and id:zero", ["zero"]),
        ('"or"', ["logits"]),
        ('"deck:Other"', ["logits", "sketch"]),
        ('"foo:bar"', []),
        ("https://example.com", []),
        ("10:30", []),
    ],
)
def test_each_term(collection: Collection, query: str, found: Sequence[str]) -> None:
    """Each term of the query language finds the notes it says."""
    assert notes(collection, query) == list(found)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("is:dew", "`is:dew` is not known"),
        ("prop:s", "`prop:s` is not understood"),
        ("prop:fun>3", "`prop:fun>3` is not understood"),
        ("(a", "the query has a `(` without its `)`"),
        ("a)", "the query has a `)` too many: a)"),
        (")", "the query ends where a word should follow"),
        ("()", "the query ends where a word should follow"),
        ("a or", "the query ends where a word should follow"),
        ("or a", "the query ends where a word should follow"),
        ('"two words', "the query has a quotation mark without its pair"),
        ('a"', "the query has a quotation mark without its pair"),
        ("foo:bar", "`foo:` is no search key"),
        ("a or -Foo:", "`Foo:` is no search key"),
        ("-(a b)", "put the minus before each word, not before a bracket"),
    ],
)
def test_what_is_not_understood_is_said(query: str, message: str) -> None:
    """A query that means nothing is refused with the reason, and never read as something else."""
    with pytest.raises(UsageError) as caught:
        parse_query(query, 1, 1)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    "rest", ["", " deck:Other", " -is:due", " tag:ml", " or is:new", " (is:new or is:due)", " (-is:due)", ' "("']
)
@pytest.mark.parametrize(
    "word",
    ["is:due", "-is:due", "IS:due", "is:suspended", "is:draft", "id:zero", "id:zero:answer", "nid:logits", "id:x"],
)
def test_bounds_hold_all_that_is_found(collection: Collection, word: str, rest: str) -> None:
    """Within the bounds of a query the same cards are found, in the same order, as among all cards."""
    query = word + rest
    found = parse_query(query, collection.day(NOW), NOW)
    assert list(search(collection, query, NOW)) == [card for card in collection.cards(NOW) if found(card)]


@pytest.mark.parametrize(
    ("query", "bounded"),
    [
        ("is:due", True),
        ("is:due (-tag:a)", True),
        ("(a or b) is:due", True),
        ("(is:due)", False),
        ("is:due or a", False),
    ],
)
def test_what_bounds_a_search(query: str, bounded: bool) -> None:
    """A word bounds a search where it must hold for every card, whatever else is asked in brackets."""
    assert bool(bounds(query, 1, 1).where) == bounded
