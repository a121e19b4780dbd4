"""What a sitting can do to a card besides answering it, on the state machine alone."""

from pathlib import Path

import pytest

from srs.collection.collection import Collection
from srs.memory.events import Event, kind_of
from srs.study.agenda import Limits
from srs.study.session import Finished, Pause, Question, Revealed, Session, Skip
from tests.support import basic_deck, make_collection, moment, open_collection, write_deck

TYPED = "notes:\n  - ask: Capital of Czechia?\n    id: praha\n    answer: Praha\n"


class Sitting:
    """A session over notes, with a clock that is moved by hand."""

    def __init__(self, tmp_path: Path, deck: str, settings: str = "", limits: Limits = Limits()) -> None:
        self.root, environ = make_collection(tmp_path, {"a.yaml": deck}, f'timezone = "Europe/Berlin"\n{settings}')
        self.collection: Collection = open_collection(self.root, environ)
        self.now = moment()
        self.session = Session(self.collection, lambda: self.now, limits)

    def shown(self) -> str | None:
        """The note that is shown."""
        step = self.session.step
        question = step.question if isinstance(step, Revealed) else step
        return question.item.note if isinstance(question, Question) else None

    def question(self) -> Question:
        step = self.session.step
        assert isinstance(step, Question)
        return step

    def revealed(self) -> Revealed:
        step = self.session.reveal()
        assert isinstance(step, Revealed)
        return step

    def rate(self, rating: int = 4) -> None:
        self.now += 1000
        self.session.reveal()
        self.session.answer(rating)

    def undo(self) -> str:
        """What kind of thing was taken back."""
        undone = self.session.undo()
        first = undone[0] if undone else None
        return "skip" if isinstance(first, Skip) else kind_of(first) if first else ""

    def journal(self) -> list[Event]:
        """Every event that counts."""
        return [event for event, _, dead in self.collection.recent(99) if not dead and kind_of(event) != "undo"]


def test_a_skipped_card_comes_again(tmp_path: Path) -> None:
    """A card that is put off comes behind the others of this sitting, and nothing is recorded."""
    sitting = Sitting(tmp_path, basic_deck("one", "two", "three"))
    sitting.session.skip()
    shown = []
    for _ in range(3):
        shown.append(sitting.shown())
        sitting.rate()
    assert shown == ["two", "three", "one"]
    assert sitting.session.step == Finished() and len(sitting.journal()) == 3


def test_skipping_goes_round(tmp_path: Path) -> None:
    """Skipping card after card shows each in turn; the only card that is left is shown again."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    shown = []
    for _ in range(5):
        shown.append(sitting.shown())
        sitting.session.skip()
    assert shown == ["one", "two", "one", "two", "one"]
    sitting.session.bury()
    sitting.session.skip()
    assert sitting.shown() == "one"


def test_a_skipped_card_in_its_steps_waits_behind_the_others(tmp_path: Path) -> None:
    """A card put off while its minute has come stays behind the cards that are left."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    sitting.rate(1)
    sitting.now += 120_000
    sitting.session.look_again()
    assert sitting.shown() == "one"
    sitting.session.skip()
    assert sitting.shown() == "two"


@pytest.mark.parametrize("action", ["bury", "suspend"])
@pytest.mark.parametrize("revealed", [False, True])
def test_setting_aside(tmp_path: Path, action: str, revealed: bool) -> None:
    """Bury and suspend record their event, show the next card, and count as no answer."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    if revealed:
        sitting.session.reveal()
    getattr(sitting.session, action)()
    assert sitting.shown() == "two" and isinstance(sitting.session.step, Question)
    state = sitting.collection.state("one:answer")
    assert state.suspended == (action == "suspend")
    assert (state.buried_until == sitting.collection.day(sitting.now) + 1) == (action == "bury")
    assert not sitting.session.tally.answers and state.reps == 0


@pytest.mark.parametrize("revealed", [False, True])
def test_flag_and_mark_leave_the_card_where_it_is(tmp_path: Path, revealed: bool) -> None:
    """Flag and mark are recorded and seen on the card, whose side and buttons stay; the answer still counts."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    if revealed:
        sitting.session.reveal()
    sitting.session.flag(3)
    sitting.session.mark("  too \n long ")
    step = sitting.session.step
    assert isinstance(step, Revealed) == revealed
    question = step.question if isinstance(step, Revealed) else sitting.question()
    assert (question.flag, question.mark, question.item.note) == (3, "too long", "one")
    state = sitting.collection.state("one:answer")
    assert (state.flag, state.mark) == (3, "too long")
    sitting.session.flag(0)
    sitting.session.mark("")
    state = sitting.collection.state("one:answer")
    assert (state.flag, state.mark) == (0, None)
    sitting.rate()
    assert sitting.shown() == "two"


def test_nothing_is_recorded_where_nothing_changes(tmp_path: Path) -> None:
    """The flag that a card has, no flag on one without, and an empty mark on one without, record nothing."""
    sitting = Sitting(tmp_path, basic_deck("one"))
    sitting.session.flag(0)
    sitting.session.mark(" ")
    assert not sitting.journal()
    sitting.session.flag(2)
    sitting.session.flag(2)
    assert len(sitting.journal()) == 1


def test_undo_takes_back_everything_in_turn(tmp_path: Path) -> None:
    """Undo goes back over answers, skips, flags, marks, burying and suspending, and shows the card of each."""
    sitting = Sitting(tmp_path, basic_deck("one", "two", "three", "four", "five"))
    session = sitting.session
    session.flag(1)
    session.mark("vague")
    sitting.rate()
    session.skip()
    session.bury()
    session.suspend()
    assert sitting.shown() == "five"
    taken = []
    for _ in range(6):
        what = sitting.undo()
        taken.append((what, sitting.shown()))
    assert taken == [
        ("suspend", "four"), ("bury", "three"), ("skip", "two"), ("review", "one"), ("mark", "one"), ("flag", "one")
    ]  # fmt: skip
    assert not sitting.journal() and not session.tally.answers
    assert (sitting.question().flag, sitting.question().mark) == (0, None)
    assert sitting.undo() == ""


def test_a_skip_taken_back_counts_no_more(tmp_path: Path) -> None:
    """After undo of a skip the card is in its place again."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    sitting.session.skip()
    sitting.undo()
    sitting.session.look_again()
    assert sitting.shown() == "one"


def test_undo_goes_on_before_the_sitting(tmp_path: Path) -> None:
    """When all of this sitting is taken back, undo goes on with what was done before it."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    sitting.rate()
    later = Session(sitting.collection, lambda: sitting.now)
    later.skip()
    assert isinstance(later.undo()[0], Skip)
    assert len(later.undo()) == 1 and isinstance(later.step, Question) and later.step.item.note == "one"


def test_actions_in_a_cram(tmp_path: Path) -> None:
    """In a cram, skipped cards come again, buried and suspended ones do not, and undo brings them back."""
    deck = basic_deck("one", "two", "three")
    sitting = Sitting(tmp_path, deck, limits=Limits(cram=True, wanted=lambda _: True))
    first = sitting.shown()
    sitting.session.skip()
    second = sitting.shown()
    sitting.session.suspend()
    assert len({first, second, sitting.shown()}) == 3
    sitting.undo()
    assert sitting.shown() == second
    sitting.session.bury()
    sitting.rate(3)
    assert sitting.shown() == first
    sitting.rate(3)
    assert sitting.session.step == Finished()


def test_a_typed_answer(tmp_path: Path) -> None:
    """What is typed is kept on the back beside the right answer, with the rating that it suggests; no answer yet."""
    sitting = Sitting(tmp_path, TYPED)
    assert sitting.question().asks
    step = sitting.session.typed("Prahe")
    assert isinstance(step, Revealed) and step.comparison is not None
    assert (step.comparison.given, step.comparison.expected, step.suggested) == ("Prahe", "Praha", 1)
    assert not sitting.journal()
    sitting.session.answer(1)
    assert isinstance(sitting.session.step, Question)
    step = sitting.session.typed("praha")
    assert isinstance(step, Revealed) and step.suggested == 2
    sitting.session.answer(4)


@pytest.mark.parametrize("deck", [TYPED, basic_deck("one")])
def test_nothing_typed(tmp_path: Path, deck: str) -> None:
    """Blank text, or text on a card that asks for none, only turns the card over."""
    sitting = Sitting(tmp_path, deck)
    step = sitting.session.typed("  " if deck == TYPED else "words")
    assert isinstance(step, Revealed) and step.comparison is None and step.suggested is None


def test_minutes_left(tmp_path: Path) -> None:
    """The minutes left fall with each answer that finishes a card."""
    sitting = Sitting(tmp_path, basic_deck("one", "two", "three"))
    found = []
    for _ in range(3):
        found.append(sitting.question().minutes)
        sitting.rate()
    assert found[0] > found[1] > found[2] > 0


def test_a_pause_ends_when_a_card_may_be_shown(tmp_path: Path) -> None:
    """A pause lasts until the first learning card may come, ahead of its minute as set."""
    sitting = Sitting(tmp_path, basic_deck("one"), '[study]\nlearn_ahead = "20m"\n[fsrs]\nlearning_steps = ["30m"]\n')
    sitting.rate(1)
    step = sitting.session.step
    assert isinstance(step, Pause) and step.until - sitting.now == 10 * 60_000
    sitting.now = step.until - 1
    assert isinstance(sitting.session.look_again(), Pause)
    sitting.now += 1
    assert isinstance(sitting.session.look_again(), Question)


def test_an_action_needs_a_card(tmp_path: Path) -> None:
    """With no card shown, nothing can be done to one."""
    sitting = Sitting(tmp_path, "notes: []\n")
    with pytest.raises(RuntimeError):
        sitting.session.bury()


# Edits


@pytest.mark.parametrize("revealed", [False, True])
def test_an_edit_comes_back_to_the_card(tmp_path: Path, revealed: bool) -> None:
    """After an edit the same card is shown as it is now, the same side up; the time in the editor does not count."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    if revealed:
        sitting.session.reveal()
    sitting.now += 3000 + 60_000
    write_deck(sitting.root, "a.yaml", basic_deck("one", "two").replace("It is one", "It was one"))
    edited = sitting.session.edited(away=60_000)
    assert edited.shown and not edited.problems
    assert sitting.shown() == "one" and isinstance(sitting.session.step, Revealed) == revealed
    assert "It was one" in sitting.revealed().question.face.back
    assert sitting.session.answer(3).review.ms == 3000


def test_an_edit_that_makes_a_draft(tmp_path: Path) -> None:
    """A note made a draft gives way to the next card."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    write_deck(sitting.root, "a.yaml", basic_deck("one", "two").replace("a: It is one.", "a: x\n    draft: true"))
    edited = sitting.session.edited()
    assert edited.draft and not edited.shown and sitting.shown() == "two"


@pytest.mark.parametrize("broken", ["    colour: red\n", "  - q: [\n"])
def test_an_edit_that_breaks_the_note(tmp_path: Path, broken: str) -> None:
    """A note that an edit left out gives way to the next card, with what is wrong; mended, it comes back."""
    sitting = Sitting(tmp_path, basic_deck("one"))
    write_deck(sitting.root, "b.yaml", basic_deck("two"))
    question = sitting.question()
    write_deck(sitting.root, "a.yaml", basic_deck("one") + broken)
    edited = sitting.session.edited()
    assert not edited.shown and sitting.shown() == "two"
    assert [problem.path for problem in edited.problems] == ["decks/a.yaml"]
    write_deck(sitting.root, "a.yaml", basic_deck("one"))
    assert sitting.session.edited(question).shown and sitting.shown() == "one"


def test_an_edit_that_deletes_the_card(tmp_path: Path) -> None:
    """A note that is gone after the edit gives way to the next card; the last one to the end."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    write_deck(sitting.root, "a.yaml", basic_deck("two"))
    assert not sitting.session.edited().shown and sitting.shown() == "two"
    write_deck(sitting.root, "a.yaml", "notes: []\n")
    assert not sitting.session.edited().shown and sitting.session.step == Finished()


def test_an_edit_that_changes_a_derived_id(tmp_path: Path) -> None:
    """A note without an id of its own whose text is edited is found again in its place."""
    deck = "notes:\n  - q: What is one?\n    a: It is one.\n  - q: What is two?\n    a: It is two.\n"
    sitting = Sitting(tmp_path, deck)
    before = {note.id for note in sitting.collection.notes()}
    write_deck(sitting.root, "a.yaml", deck.replace("What is one?", "What, pray, is one?"))
    question = sitting.question()
    new = sitting.session.successor(question, before)
    assert new is not None and new != question.note.id
    assert sitting.session.edited(became=new).shown
    assert "What, pray" in sitting.question().face.front


def test_a_deleted_note_is_not_taken_for_the_next(tmp_path: Path) -> None:
    """Where a note without an id of its own is deleted, the known one that takes its place is another note."""
    deck = "notes:\n  - q: What is one?\n    a: It is one.\n  - q: What is two?\n    a: It is two.\n"
    sitting = Sitting(tmp_path, deck)
    before = {note.id for note in sitting.collection.notes()}
    write_deck(sitting.root, "a.yaml", "notes:\n  - q: What is two?\n    a: It is two.\n")
    assert sitting.session.successor(sitting.question(), before) is None


def test_an_edit_that_renames_the_note(tmp_path: Path) -> None:
    """A note that is given another id, with the old one under `was`, is shown under its new name."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    write_deck(sitting.root, "a.yaml", basic_deck("one", "two").replace("id: one", "id: eins\n    was: [one]"))
    assert sitting.session.edited().card == "eins:answer"
    assert sitting.shown() == "eins"


def test_put_off_cards_come_before_learning_cards_that_are_not_due(tmp_path: Path) -> None:
    """Cards in their steps come ahead of their time only when no card that was put off is left."""
    sitting = Sitting(tmp_path, basic_deck("one", "two", "three"))
    sitting.session.skip()
    shown = []
    for _ in range(4):
        shown.append(sitting.shown())
        sitting.rate(3)
    assert shown == ["two", "three", "one", "two"]


def test_put_off_cards_come_before_one_learning_card_twice(tmp_path: Path) -> None:
    """With two new cards put off, a card that is forgotten again and again waits until both were shown."""
    sitting = Sitting(tmp_path, basic_deck("one", "two", "three"))
    sitting.session.skip()
    sitting.session.skip()
    shown = []
    for rating in (1, 3, 3):
        shown.append(sitting.shown())
        sitting.rate(rating)
    assert shown == ["three", "one", "two"]


def test_a_learning_card_that_was_put_off_comes_behind_those_that_were_not(tmp_path: Path) -> None:
    """Among cards ahead of their time the one that was put off comes last."""
    sitting = Sitting(tmp_path, basic_deck("one", "two"))
    sitting.rate(3)
    sitting.rate(3)
    assert sitting.shown() == "one"
    sitting.session.skip()
    assert sitting.shown() == "two"
    sitting.session.skip()
    assert sitting.shown() == "one"
