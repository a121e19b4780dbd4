"""What wants mending, why, in which order, and what each action does to it."""

import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from srs.cards.note import Note
from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.insight.failing import Leech, Marked, Slow, reasons_of
from srs.memory.events import Event, Mark, Reset, Review, Suspend, Unsuspend, new_id
from srs.memory.fsrs6 import Fsrs6
from srs.memory.schedule import Rules
from srs.study.fixing import (
    Case,
    Conflict,
    Finished,
    Fixing,
    Showing,
    cases,
    conflict_of,
)
from srs.study.search import parse_query
from srs.upkeep.resolve import differences, keep_mine, take_other
from srs.upkeep.split import add_prompts, read_prompts, template
from tests.support import basic_deck, make_collection, moment, open_collection, write_deck

DAY = 86_400_000
USUAL = 5_000.0
CONFLICT = """\
deck: Cities
notes:
  # seen on a journey
  - q: Capital of France?
    id: france
    tags: [geo]
    a: Paris, on the Seine
    needs: [italy]

  # The other device's version of france. Take from it what you want, then delete it.
  - q: Capital of France?
    id: france.other
    tags: [geo, conflict]
    draft: true
    a: Paris, Texas

  - q: Capital of Italy?
    id: italy
    a: Rome
"""


class Life:
    """The events of one card, a day apart, each learnt card's answer leading to days or, forgotten, to a step."""

    def __init__(self, card: str = "one:answer") -> None:
        self.card = card
        self.events: list[Event] = []
        self._at = moment("2026-01-01T12:00:00+00:00")

    def _next(self) -> tuple[str, int]:
        self._at += DAY
        return new_id(self._at, zlib.crc32(self.card.encode()).to_bytes(10)), self._at

    def answer(self, rating: int, ms: int | None = 5_000) -> "Life":
        id, at = self._next()
        after = next((each.id for each in reversed(self.events) if isinstance(each, Review | Reset)), None)
        step, due = (0, at + 600_000) if rating == 1 else (None, 740_000)
        day = 739_600 + len(self.events)
        self.events.append(Review(id, at, self.card, rating, ms, "study", day, due, step, after))
        return self

    def lapse(self, times: int = 1) -> "Life":
        for _ in range(times):
            self.answer(3).answer(1)
        return self

    def mark(self, text: str) -> "Life":
        self.events.append(Mark(*self._next(), self.card, text))
        return self

    def suspend(self, by_lapse: bool = False) -> "Life":
        because = self.events[-1].id if by_lapse else None
        self.events.append(Suspend(*self._next(), self.card, because))
        return self

    def unsuspend(self) -> "Life":
        self.events.append(Unsuspend(*self._next(), self.card))
        return self

    def reset(self) -> "Life":
        self.events.append(Reset(*self._next(), self.card))
        return self

    def reasons(self, leech_at: int = 8, usual: float = USUAL) -> tuple[object, ...]:
        from srs.memory.fold import fold

        rules, model = Rules(leech_at=leech_at), Fsrs6()
        return reasons_of(self.events, fold(self.events, rules, model).lapses, rules, model, usual)


def test_four_lapses_are_one_to_mend() -> None:
    """A card is one to mend from four lapses on, and not before."""
    assert Life().lapse(3).reasons() == ()
    assert Life().lapse(4).reasons() == (Leech(4),)


@pytest.mark.parametrize(("leech_at", "lapses", "found"), [(2, 2, True), (2, 1, False), (8, 4, True), (0, 9, False)])
def test_leech_at_counts_where_it_is_lower(leech_at: int, lapses: int, found: bool) -> None:
    """A lower `leech_at` of the deck makes a leech sooner; `leech_at = 0` makes none."""
    assert bool(Life().lapse(lapses).reasons(leech_at)) == found


def test_a_leech_that_was_looked_at() -> None:
    """A leech that was looked at is gone until it lapsed twice more."""
    life = Life().lapse(5).mark("")
    assert life.reasons() == ()
    assert life.lapse().reasons() == ()
    assert life.lapse().reasons() == (Leech(7, 2),)


def test_a_mark_and_its_end() -> None:
    """The newest mark's words are the reason; an empty one ends it."""
    life = Life().mark("too long").mark("which one?")
    assert life.reasons() == (Marked("which one?"),)
    assert life.mark("").reasons() == ()


def test_a_mark_does_not_hide_a_leech() -> None:
    """Setting a mark is not looking at the card."""
    assert Life().lapse(4).mark("why?").reasons() == (Marked("why?"), Leech(4))


def test_a_suspended_leech_is_here_and_what_the_learner_suspended_is_not() -> None:
    """A leech that its lapse suspended wants mending; one that the learner set aside is settled."""
    life = Life().lapse(4).suspend(by_lapse=True)
    assert life.reasons() == (Leech(4, None, suspended=True),)
    assert Life().lapse(4).suspend().reasons() == ()
    assert Life().mark("wrong").suspend().reasons() == (Marked("wrong"),)
    assert Life().lapse(4).suspend().unsuspend().reasons() == (Leech(4),)


def test_a_reset_begins_anew() -> None:
    """After a reset the lapses before it do not count, nor do its times."""
    life = Life().lapse(5).mark("").lapse(2).reset()
    assert life.reasons() == ()
    assert life.lapse(4).reasons() == (Leech(4, 4),)


def test_slow_answers() -> None:
    """Slow is a median over three times the usual, of at least three answers after the first one."""
    life = Life().answer(3, 90_000).answer(3, 20_000).answer(3, 16_000)
    assert life.reasons() == ()
    assert life.answer(3, 18_000).reasons() == (Slow(18.0, 5.0, 3),)
    assert life.reasons(usual=6_000) == ()
    assert life.reasons(usual=0) == ()


def test_one_pause_is_not_slow() -> None:
    """One answer during which the telephone rang makes no card slow."""
    assert Life().answer(3).answer(3).answer(3, 600_000).answer(3).answer(3).reasons() == ()


def test_a_slow_card_that_was_looked_at() -> None:
    """A slow card that was looked at is gone until three more answers were slow."""
    life = Life()
    for _ in range(6):
        life.answer(3, 40_000)
    assert life.reasons()
    life.mark("")
    for expected in (False, False, True):
        assert bool(life.answer(3, 40_000).reasons()) == expected


def collection_of(tmp_path: Path, decks: dict[str, str], *lives: Life) -> Collection:
    root, environ = make_collection(tmp_path, decks, 'timezone = "UTC"\n[study]\nleech_action = "mark"\n')
    collection = open_collection(root, environ, fixed_clock=True)
    if lives:
        collection.record([event for life in lives for event in life.events])
    return collection


def names(found: list[Case]) -> list[str]:
    return [case.name for case in found]


NOW = moment("2026-06-01T12:00:00+00:00")


def walk(collection: Collection) -> Fixing:
    return Fixing(collection, lambda: NOW)


def showing(fixing: Fixing) -> Showing:
    assert isinstance(fixing.step, Showing)
    return fixing.step


def many(tmp_path: Path) -> Collection:
    """A conflict, two marked cards, two leeches, two slow cards, and answers enough to know what is usual."""
    usual, slow, slower = Life("usual:answer"), Life("slow:answer"), Life("slower:answer")
    for _ in range(30):
        usual.answer(3)
    for _ in range(4):
        slow.answer(3, 20_000)
        slower.answer(3, 50_000)
    deck = basic_deck("slow", "usual", "slower", "leech", "worse", "two", "one")
    lives = (
        usual, slow, slower, Life("leech:answer").lapse(4), Life("worse:answer").lapse(6),
        Life("two:answer").mark("second"), Life("one:answer").lapse(4).mark("first"),
    )  # fmt: skip
    return collection_of(tmp_path, {"b.yaml": deck, "z.yaml": CONFLICT}, *lives)


def test_the_order(tmp_path: Path) -> None:
    """Conflicts come first, then marked cards as written, leeches by lapses, slow cards by their time."""
    found = cases(many(tmp_path), NOW)
    expected = ["two:answer", "one:answer", "worse:answer", "leech:answer", "slower:answer", "slow:answer"]
    assert names(found) == ["france.other", *expected]
    assert found[2].reasons == (Marked("first"), Leech(4))


def test_a_query_chooses(tmp_path: Path) -> None:
    """A query leaves the cases that it finds; a conflict is found by either version."""
    collection = many(tmp_path)

    def found(query: str) -> list[str]:
        return names(cases(collection, NOW, parse_query(query, collection.day(NOW), NOW)))

    assert found("id:worse or id:two") == ["two:answer", "worse:answer"]
    assert found("deck:Cities") == ["france.other"]
    assert found("id:italy") == []


def test_drafts_and_cards_that_are_gone_are_not_here(tmp_path: Path) -> None:
    """A marked card that is a draft, or in no deck any more, is no case."""
    lives = (Life("one:answer").mark("x"), Life("gone:answer").mark("y"))
    text = basic_deck("one").replace("    id: one\n", "    id: one\n    draft: true\n")
    assert cases(collection_of(tmp_path, {"a.yaml": text}, *lives), NOW) == []


@pytest.mark.parametrize(
    ("id", "tags", "draft", "of"),
    [
        ("a.other", ("conflict",), True, "a"), ("a.other2", ("x", "conflict"), True, "a"),
        ("a.other", ("x",), True, None), ("a.other", ("conflict",), False, None),
        ("a.others", ("conflict",), True, None),
    ],
)  # fmt: skip
def test_what_a_conflict_is(tmp_path: Path, id: str, tags: tuple[str, ...], draft: bool, of: str | None) -> None:
    """The other version is a draft with the tag `conflict` and an id that ends with `.other` and perhaps a number."""
    note = collection_of(tmp_path, {"a.yaml": basic_deck("one")}).notes()[0]
    assert conflict_of(replace(note, id=id, tags=tags, draft=draft)) == of


def test_clearing_settles(tmp_path: Path) -> None:
    """A card that is fine now loses its mark, comes up again if it was suspended, and is no case any more."""
    collection = collection_of(
        tmp_path, {"a.yaml": basic_deck("one")}, Life().mark("bad").lapse(4).suspend(by_lapse=True)
    )
    fixing = walk(collection)
    fixing.clear()
    state = collection.state("one:answer")
    assert (state.mark, state.suspended, fixing.step) == (None, False, Finished())
    assert cases(collection, NOW) == []
    fixing.undo()
    state = collection.state("one:answer")
    assert (state.mark, state.suspended) == ("bad", True)
    assert showing(fixing).case.reasons == (Marked("bad"), Leech(4, None, suspended=True))


def test_suspending_settles(tmp_path: Path) -> None:
    """A card that is suspended here is no case any more; an undo brings both back."""
    collection = collection_of(tmp_path, {"a.yaml": basic_deck("one")}, Life().lapse(4))
    fixing = walk(collection)
    fixing.suspend()
    assert collection.state("one:answer").suspended and cases(collection, NOW) == []
    assert fixing.undo() is not None
    assert not collection.state("one:answer").suspended and names(cases(collection, NOW)) == ["one:answer"]
    assert fixing.undo() is None


def test_skipping_leaves_it(tmp_path: Path) -> None:
    """What is skipped stays to be mended, and the count says so."""
    fixing = walk(
        collection_of(tmp_path, {"a.yaml": basic_deck("one", "two")}, Life().mark("x"), Life("two:answer").mark("y"))
    )
    fixing.skip()
    fixing.clear()
    assert fixing.step == Finished()
    assert (fixing.count, fixing.settled()) == (2, 1)
    assert [fixing.undo(), fixing.undo()] != [None, None]
    assert showing(fixing).number == 1 and fixing.settled() == 0


def test_what_another_program_settled_is_not_shown(tmp_path: Path) -> None:
    """A mark that another program took off meanwhile is not shown any more."""
    collection = collection_of(
        tmp_path, {"a.yaml": basic_deck("one", "two")}, Life().mark("x"), Life("two:answer").mark("y")
    )
    fixing = walk(collection)
    collection.record_batch(["two:answer"], NOW, lambda id, at, card, because: Mark(id, at, card, "", because))
    fixing.skip()
    assert fixing.step == Finished()


def test_an_edit_is_shown_and_taken_back(tmp_path: Path) -> None:
    """After an edit the card is shown as it is now; an undo puts back the bytes, unless the file changed again."""
    collection = collection_of(tmp_path, {"a.yaml": basic_deck("one")}, Life().mark("x"))
    fixing, path = walk(collection), collection.root / "decks/a.yaml"
    old = path.read_bytes()
    new = old.replace(b"It is one.", b"Edited.")
    path.write_bytes(new)
    fixing.changed("edited", [("decks/a.yaml", old, new)])
    face = showing(fixing).face
    assert face and "Edited." in face.back
    path.write_bytes(new + b"# more\n")
    with pytest.raises(SrsError, match="was changed again"):
        fixing.undo()
    path.write_bytes(new)
    fixing.undo()
    face = showing(fixing).face
    assert path.read_bytes() == old and face and "It is one." in face.back


def test_a_file_that_cannot_be_read_now(tmp_path: Path) -> None:
    """Every case of a file that an edit broke is shown with what is wrong, and as before once it is mended."""
    collection = collection_of(
        tmp_path, {"a.yaml": basic_deck("one", "two")}, Life().mark("x"), Life("two:answer").mark("y")
    )
    fixing = walk(collection)
    write_deck(collection.root, "a.yaml", basic_deck("one", "two") + "  - [\n")
    fixing.look()
    problem = showing(fixing).problem
    assert problem and problem.path == "decks/a.yaml"
    fixing.skip()
    assert showing(fixing).problem and fixing.settled() == 0
    write_deck(collection.root, "a.yaml", basic_deck("one", "two"))
    fixing.look()
    assert showing(fixing).view and showing(fixing).case.name == "two:answer"


def versions(collection: Collection) -> tuple[Note, Note]:
    shown = showing(walk(collection))
    assert shown.mine and shown.other
    return shown.mine, shown.other


def test_differences_of_a_conflict(tmp_path: Path) -> None:
    """What differs is told key by key as it is written; what the other version has only to stand there is not."""
    collection = collection_of(tmp_path, {"a.yaml": CONFLICT})
    found = differences(collection, *versions(collection))
    assert [(each.key, each.mine, each.other) for each in found] == [
        ("a", "a: Paris, on the Seine", "a: Paris, Texas"), ("needs", "needs: [italy]", ""),
    ]  # fmt: skip


def test_keeping_mine(tmp_path: Path) -> None:
    """Keeping mine takes the other version out and touches nothing else."""
    collection = collection_of(tmp_path, {"a.yaml": CONFLICT})
    fixing = walk(collection)
    fixing.changed("kept", keep_mine(collection, versions(collection)[1]))
    start, end = CONFLICT.index("  # The other"), CONFLICT.index("  - q: Capital of Italy?")
    assert (collection.root / "decks/a.yaml").read_text() == CONFLICT[:start] + CONFLICT[end:]
    assert fixing.step == Finished() and fixing.settled() == 1
    fixing.undo()
    assert (collection.root / "decks/a.yaml").read_text() == CONFLICT
    assert isinstance(showing(fixing).case.reasons[0], Conflict)


TAKEN = """\
deck: Cities
notes:
  # seen on a journey
  - q: Capital of France?
    id: france
    tags: [geo]
    a: Paris, Texas

  - q: Capital of Italy?
    id: italy
    a: Rome
"""


def test_taking_the_other(tmp_path: Path) -> None:
    """Taking the other version puts it in my note's place, under its id, with my comments and without its tag."""
    collection = collection_of(tmp_path, {"a.yaml": CONFLICT})
    fixing, path = walk(collection), collection.root / "decks/a.yaml"
    fixing.changed("taken", take_other(collection, *versions(collection)))
    assert path.read_text() == TAKEN and fixing.step == Finished()
    fixing.undo()
    assert path.read_text() == CONFLICT and showing(fixing).mine


def test_taking_the_other_keeps_a_derived_id(tmp_path: Path) -> None:
    """A note without an id of its own keeps the one that it had, so its history stays."""
    text = "deck: Cities\nnotes:\n  - q: Capital of France?\n    a: Paris\n"
    collection = collection_of(tmp_path, {"a.yaml": text})
    (note,) = collection.notes()
    other = (
        f"  - q: France's capital?\n    id: {note.id}.other\n    tags: [conflict, new]\n    draft: true\n    a: Paris\n"
    )
    write_deck(collection.root, "b.yaml", f"deck: Cities\nnotes:\n{other}")
    collection.refresh()
    take_other(collection, *versions(collection))
    assert (collection.root / "decks/a.yaml").read_text() == (
        f"deck: Cities\nnotes:\n  - q: France's capital?\n    id: {note.id}\n    tags: [new]\n    a: Paris\n"
    )
    assert [each.id for each in collection.notes()] == [note.id]


def test_the_other_of_a_note_that_is_gone(tmp_path: Path) -> None:
    """Where my version is gone the case is shown all the same."""
    start, end = CONFLICT.index("  # seen"), CONFLICT.index("  # The other")
    shown = showing(walk(collection_of(tmp_path, {"a.yaml": CONFLICT[:start] + CONFLICT[end:]})))
    assert shown.mine is None and shown.other is not None and shown.problem is None


def test_a_version_that_cannot_be_read(tmp_path: Path) -> None:
    """Where my version is left out for an error in it, that is shown, and not that it is gone."""
    shown = showing(walk(collection_of(tmp_path, {"a.yaml": CONFLICT.replace("Seine\n", "Seine # a river\n", 1)})))
    assert shown.problem and shown.problem.line == 7


FLOW = "notes:\n  - {q: What is it?, id: it, a: A thing., prompts: [{q: Why?, a: So., id: why}]}\n"
BLOCK = """\
notes:
  - q: What is it?
    id: it
    # asked twice
    prompts:
      - q: Why?
        id: why
        a: So.
    a: A thing.

  - q: Next?
    id: next
    a: Yes.
"""


@pytest.mark.parametrize("text", [basic_deck("it"), FLOW, BLOCK])
def test_prompts_are_added(tmp_path: Path, text: str) -> None:
    """Prompts go below those that the note has, in any layout, and each becomes a card; all else reads as before."""
    collection = collection_of(tmp_path, {"a.yaml": text})
    before = collection.notes()
    written = template(collection, before[0]).replace(
        "  - q:\n    a:\n", "  - q: Where from?\n    a: |-\n      Here,\n      there.\n", 1
    )
    add_prompts(collection, before[0], read_prompts(written))
    after = collection.notes()
    (*old, new) = after[0].prompts
    assert (new.q, new.a, new.id.startswith("where-from-")) == (("Where from?",), "Here,\nthere.", True)
    assert [(each.q, each.a, each.id) for each in old] == [(each.q, each.a, each.id) for each in before[0].prompts]
    assert len(after) == len(before) and after[0].fields == before[0].fields
    assert not collection.problems()
    assert collection.card(f"it:p-{new.id}", NOW)


def test_the_layout_around_prompts_stays(tmp_path: Path) -> None:
    """Comments and blank lines of a note stay where they are when prompts are added."""
    collection = collection_of(tmp_path, {"a.yaml": BLOCK})
    add_prompts(collection, collection.notes()[0], read_prompts("prompts:\n  - q: Who?\n    a: We.\n    id: who\n"))
    added = "      - q: 'Who?'\n        id: who\n        a: 'We.'\n"
    at = BLOCK.index("    a: A thing.")
    expected = BLOCK[:at] + added + BLOCK[at:]
    assert (collection.root / "decks/a.yaml").read_text().replace("'", "") == expected.replace("'", "")


def test_the_template_says_the_note(tmp_path: Path) -> None:
    """Left as it is, the template means no prompt; the note stands in it as comments."""
    collection = collection_of(tmp_path, {"a.yaml": basic_deck("it")})
    text = template(collection, collection.notes()[0])
    assert read_prompts(text) == [] and "#   a: It is it.\n" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompts:\n  - q: Only a question?\n", "line 2: a prompt has no answer"),
        ("prompts:\n  - a: Only an answer.\n", "line 2: a prompt has no question"),
        ("prompts: none\n", "not a list"),
        ("prompts:\n  - one\n", "a question and an answer"),
        ("prompts:\n  - q: x\n    a: y\n    b: z\n", "no key `b`"),
        ("prompts:\n  - q: [\n", "line "),
        ("notes: []\nprompts:\n", "`notes` does not belong"),
    ],
)
def test_prompts_that_are_not_right(text: str, said: str) -> None:
    """What cannot be meant is refused with the line of the template."""
    with pytest.raises(SrsError, match=said):
        read_prompts(text)


def test_a_prompt_that_is_there_already(tmp_path: Path) -> None:
    """Two prompts with one id are refused, and nothing is written."""
    collection = collection_of(tmp_path, {"a.yaml": BLOCK})
    with pytest.raises(SrsError, match="have the id `why`"):
        add_prompts(collection, collection.notes()[0], [{"q": "Why not?", "id": "why", "a": "No."}])
    assert (collection.root / "decks/a.yaml").read_text() == BLOCK
