"""Checks that take all notes of a collection together."""

from hypothesis import given
from hypothesis import strategies as st

from srs.cards.crosscheck import Findings, Head, crosscheck, needs_order
from srs.cards.note import Place


def heads(*notes: str, path: str = "decks/a.yaml") -> list[Head]:
    """Notes written as `id was=x,y needs=z`, one to a line from line 1."""
    found = []
    for line, note in enumerate(notes, 1):
        id, *rest = note.split()
        lists = {key: tuple(value.split(",")) for key, value in (part.split("=") for part in rest)}
        found.append(Head(id, lists.get("was", ()), lists.get("needs", ()), False, Place(path, line, 5)))
    return found


def codes(findings: Findings) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in findings.problems]


def left_out(findings: Findings) -> list[int]:
    return sorted(place.line for place in findings.left_out)


def test_nothing_wrong():
    """Notes with ids of their own, and needs that exist, are left alone."""
    findings = crosscheck(heads("a", "b needs=a", "c was=old needs=a,b"))
    assert findings == Findings((), frozenset(), {"old": "c"})


def test_duplicate_ids():
    """An id used twice is a problem at each place, naming the other; none of the notes is used."""
    findings = crosscheck(heads("a", "b", "a") + heads("a", path="decks/b.yaml"))
    assert [str(problem) for problem in findings.problems] == [
        "decks/a.yaml:1:5: The id `a` is used twice: here and in line 3.",
        "decks/a.yaml:3:5: The id `a` is used twice: here and in line 1.",
        "decks/b.yaml:1:5: The id `a` is used twice: here and in decks/a.yaml:1.",
    ]
    assert len(findings.left_out) == 3


def test_two_claims_to_one_old_id():
    """Two notes that say they were the same are both left out, and the old id leads nowhere."""
    findings = crosscheck(heads("a was=x", "b was=x", "c was=y"))
    assert codes(findings) == [(1, "was-claimed-twice"), (2, "was-claimed-twice")]
    assert left_out(findings) == [1, 2]
    assert findings.aliases == {"y": "c"}


def test_an_old_id_that_lives():
    """A note cannot have been another note that is still there; the claimant is left out."""
    findings = crosscheck(heads("a was=b", "b"))
    assert codes(findings) == [(1, "was-living")]
    assert left_out(findings) == [1]


def test_a_cycle_of_old_ids():
    """Notes that each say they were the next are left out; so is one that says it was itself."""
    findings = crosscheck(heads("a was=b", "b was=c", "c was=a", "d was=d"))
    assert [problem.code for problem in findings.problems] == ["was-cycle"] * 4
    assert "a → b → c → a" in findings.problems[0].message
    assert left_out(findings) == [1, 2, 3, 4] and findings.aliases == {}


def test_renamed_twice():
    """A note renamed twice lists both old ids, and each leads to the id of today."""
    assert crosscheck(heads("c was=a,b")).aliases == {"a": "c", "b": "c"}


def test_unknown_need():
    """A need that no note answers is a warning, and the note stays."""
    findings = crosscheck(heads("a needs=nothing"))
    assert [(problem.severity, problem.code) for problem in findings.problems] == [("warning", "unknown-need")]
    assert findings.left_out == frozenset()


def test_need_by_old_id():
    """A need may name an id from before a rename."""
    assert crosscheck(heads("a needs=old", "b was=old")).problems == ()


def test_needs_cycle():
    """A cycle of needs is one error that spells it out, and its notes are left out."""
    findings = crosscheck(heads("a needs=b", "b needs=old", "c was=old needs=a", "d needs=a", "e needs=e"))
    assert codes(findings) == [(1, "needs-cycle"), (5, "needs-cycle")]
    assert findings.problems[0].message == "These notes need each other, so none can come first: a → b → c → a."
    assert left_out(findings) == [1, 2, 3, 5]


def test_long_cycles_are_not_spelled_to_the_end():
    """Twenty thousand notes in a circle make one short problem."""
    ring = heads(*(f"n{n} needs=n{(n + 1) % 20_000}" for n in range(20_000)))
    findings = crosscheck(ring)
    assert len(findings.problems) == 1 and len(findings.problems[0].message) < 200
    assert len(needs_order(ring)) == 20_000


def test_needs_order():
    """Notes stay in written order, except that what one needs is moved before it."""
    assert needs_order(heads("a", "b needs=d", "c", "d needs=e", "e")) == ["a", "e", "d", "b", "c"]
    assert needs_order(heads("a needs=old", "b"), {"old": "b"}) == ["b", "a"]


@st.composite
def collections(draw: st.DrawFn) -> list[Head]:
    ids = st.sampled_from("abcdefgh")
    some = st.lists(ids, max_size=3).map(tuple)
    count = draw(st.integers(0, 8))
    return [Head(draw(ids), draw(some), draw(some), False, Place("a", line, 1)) for line in range(count)]


@given(collections())
def test_what_is_left_is_sound(notes):
    """Without the notes left out, ids are unique, old ids lead to living notes, and needs have no cycle."""
    findings = crosscheck(notes)
    rest = [head for head in notes if head.place not in findings.left_out]
    ids = [head.id for head in rest]
    assert len(set(ids)) == len(ids)
    assert {old for head in rest for old in head.was} == set(findings.aliases) - (
        {old for old, id in findings.aliases.items() if id not in ids}
    )
    place = {id: number for number, id in enumerate(needs_order(rest, findings.aliases))}
    assert sorted(place) == sorted(ids)
    for head in rest:
        for need in (findings.aliases.get(need, need) for need in head.needs):
            assert need not in place or place[need] < place[head.id]


@given(collections())
def test_problems_and_left_out_agree(notes):
    """Whoever is left out is left out for an error, and every error leaves somebody out."""
    findings = crosscheck(notes)
    errors = [problem for problem in findings.problems if problem.severity == "error"]
    assert bool(errors) == bool(findings.left_out)
    assert {problem.line for problem in errors} <= {place.line for place in findings.left_out}


def test_needs_that_may_be_in_a_file_left_out():
    """While a file is left out, the needs that lead nowhere are one warning at its error, and none at the notes."""
    broken = [Place("decks/broken.yaml", 7, 3), Place("decks/other.yaml", 1, 1)]
    findings = crosscheck(heads("a needs=x,b", "b needs=x", "c needs=y"), broken)
    assert [str(problem) for problem in findings.problems] == [
        "decks/broken.yaml:7:3: 2 notes that other notes need are not there; they may be in what is left out here "
        "or in 1 other file."
    ]
    assert not findings.left_out


def test_a_file_left_out_that_nobody_needs():
    """A file that is left out is no reason for a warning where all needs are there."""
    assert not crosscheck(heads("a", "b needs=a"), [Place("decks/broken.yaml", 7, 3)]).problems
