from pathlib import Path

import pytest

from srs.collection.collection import CardChanged, Collection
from srs.memory.events import SetDue, Suspend, card_of
from srs.memory.state import Reviewing
from srs.study.agenda import Limits
from srs.study.session import Finished, Pause, Question, Revealed, Session
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = moment()

    def __call__(self) -> int:
        return self.now


class Sitting:
    """A session over two notes, its clock and its collection."""

    def __init__(self, tmp_path: Path, settings: str = "", most: int | None = None) -> None:
        root, environ = make_collection(
            tmp_path, {"a.yaml": basic_deck("one", "two")}, 'timezone = "Europe/Berlin"\n' + settings
        )
        self.collection: Collection = open_collection(root, environ)
        self.clock = Clock()
        self.session = Session(self.collection, self.clock, Limits(), most)

    def shown(self) -> str | None:
        step = self.session.step
        if isinstance(step, Revealed):
            step = step.question
        return step.item.card if isinstance(step, Question) else None

    def answer(self, rating: int, after: int = 2000) -> None:
        self.clock.now += after
        self.session.reveal()
        self.clock.now += 1000
        self.session.answer(rating)


def test_a_sitting(tmp_path: Path) -> None:
    """Question, back, answer, next question, and the end when nothing is left for today."""
    sitting = Sitting(tmp_path)
    session = sitting.session
    assert isinstance(session.step, Question) and session.step.remaining == {"new": 2}
    revealed = session.reveal()
    assert isinstance(revealed, Revealed) and "It is one." in revealed.question.face.back
    assert session.reveal() is revealed
    session.answer(4)
    assert sitting.shown() == "two:answer"
    sitting.answer(4)
    assert sitting.session.step == Finished()
    assert session.tally.ratings() == {4: 2}


def test_an_answer_needs_the_back(tmp_path: Path) -> None:
    """A card whose back was not shown cannot be rated."""
    sitting = Sitting(tmp_path)
    with pytest.raises(RuntimeError):
        sitting.session.answer(3)
    assert not sitting.collection.has_answers()


def test_the_time_to_think_is_measured(tmp_path: Path) -> None:
    """The time of an answer runs from the front's appearing to the rating."""
    sitting = Sitting(tmp_path)
    sitting.answer(4, after=5000)
    sitting.answer(4, after=1000)
    assert [answered.review.ms for answered in sitting.session.tally.answers] == [6000, 2000]
    assert sitting.session.tally.milliseconds() == 8000


def test_buttons_are_what_answers_do(tmp_path: Path) -> None:
    """What a revealed card says of each answer is what that answer does."""
    sitting = Sitting(tmp_path)
    revealed = sitting.session.reveal()
    assert isinstance(revealed, Revealed)
    assert sitting.session.answer(4).answer == revealed.answers.easy


def test_undo_shows_the_card_again(tmp_path: Path) -> None:
    """Undo takes the answer back, out of the tally too, and shows its card; again it takes back the one before."""
    sitting = Sitting(tmp_path)
    sitting.answer(4)
    sitting.answer(4)
    assert card_of(sitting.session.undo()[0]) == "two:answer"
    assert (sitting.shown(), len(sitting.session.tally.answers)) == ("two:answer", 1)
    assert card_of(sitting.session.undo()[0]) == "one:answer"
    assert (sitting.shown(), len(sitting.session.tally.answers)) == ("one:answer", 0)
    assert sitting.session.undo() == []
    assert sitting.shown() == "one:answer"
    sitting.answer(4)
    assert sitting.shown() == "two:answer"


def test_undo_prefers_the_sittings_own_answer(tmp_path: Path) -> None:
    """Where the clock was set back, `u` takes back what was just answered, not what bears the latest time."""
    sitting = Sitting(tmp_path)
    sitting.answer(4)
    earlier = Sitting.__new__(Sitting)
    earlier.collection = open_collection(sitting.collection.root, environ_of(tmp_path), fixed_clock=True)
    earlier.clock = Clock()
    earlier.clock.now -= 86_400_000
    earlier.session = Session(earlier.collection, earlier.clock)
    earlier.answer(3)
    assert card_of(earlier.session.undo()[0]) == "two:answer"
    assert earlier.shown() == "two:answer"


def test_undo_with_the_back_up(tmp_path: Path) -> None:
    """Undo while another card's back is up puts that card aside, unanswered."""
    sitting = Sitting(tmp_path)
    sitting.answer(4)
    sitting.session.reveal()
    sitting.session.undo()
    assert sitting.shown() == "one:answer" and isinstance(sitting.session.step, Question)
    assert sitting.collection.state("two:answer").reps == 0


def test_again_comes_back_until_it_is_known(tmp_path: Path) -> None:
    """A card answered Again comes back, and the sitting does not end before it is out of its steps."""
    sitting = Sitting(tmp_path)
    sitting.answer(1)
    assert sitting.shown() == "two:answer"
    sitting.answer(4)
    shown = []
    for rating in (1, 1, 3, 3):
        shown.append(sitting.shown())
        sitting.answer(rating)
    assert shown == ["one:answer"] * 4
    assert sitting.session.step == Finished()


def test_the_sittings_own_limit(tmp_path: Path) -> None:
    """With `most` the sitting ends after so many answers; undone ones do not count."""
    sitting = Sitting(tmp_path, most=1)
    sitting.answer(1)
    assert sitting.session.step == Finished()
    sitting.session.undo()
    assert sitting.shown() == "one:answer"


def test_a_pause(tmp_path: Path) -> None:
    """Where the only card left is beyond learn_ahead, the sitting pauses until then, and goes on when asked again."""
    sitting = Sitting(tmp_path, '[study]\nnew_per_day = 1\nlearn_ahead = "0s"\n')
    sitting.answer(3)
    step = sitting.session.step
    assert isinstance(step, Pause) and step.until == sitting.clock.now + 600_000
    assert sitting.session.look_again() == step
    sitting.clock.now = step.until
    assert isinstance(sitting.session.look_again(), Question)
    assert sitting.shown() == "one:answer"


def test_a_deck_edited_meanwhile(tmp_path: Path) -> None:
    """A card edited while its front is up shows the back that belongs to it; the next showing is the new one."""
    sitting = Sitting(tmp_path)
    step = sitting.session.step
    assert isinstance(step, Question) and "What is one?" in step.face.front
    write_deck(sitting.collection.root, "a.yaml", basic_deck("one", "two").replace("is one", "was one"))
    open_collection(sitting.collection.root, environ_of(tmp_path))  # another command brings the index up to date
    sitting.session.look_ahead()
    revealed = sitting.session.reveal()
    assert isinstance(revealed, Revealed) and "It is one." in revealed.question.face.back
    sitting.session.answer(1)
    sitting.answer(4)
    step = sitting.session.step
    assert isinstance(step, Question) and "What was one?" in step.face.front and "It was one." in step.face.back


def test_the_next_card_comes_before_the_files_are_looked_at(tmp_path: Path) -> None:
    """After an answer the next card waits for no look at the files, which says then whether another is to be shown."""
    sitting = Sitting(tmp_path)
    sitting.answer(4)
    assert not sitting.session.look_ahead()
    sitting.session.undo()
    sitting.session.reveal()
    write_deck(sitting.collection.root, "a.yaml", basic_deck("one", "two").replace("is two", "was two"))
    sitting.session.answer(4)
    sitting.clock.now += 1000
    assert sitting.session.look_ahead() and not sitting.session.look_ahead()
    step = sitting.session.step
    assert isinstance(step, Question) and "What was two?" in step.face.front
    sitting.answer(4)
    assert sitting.session.tally.answers[-1].review.ms == 4000


def test_a_card_deleted_while_it_is_painted(tmp_path: Path) -> None:
    """A next card that no deck has any more makes way when the files are looked at, and a new one ends no sitting."""
    sitting = Sitting(tmp_path)
    sitting.session.reveal()
    write_deck(sitting.collection.root, "a.yaml", basic_deck("one"))
    sitting.session.answer(4)
    assert sitting.shown() == "two:answer"
    assert sitting.session.look_ahead() and sitting.session.step == Finished()
    sitting.session.undo()
    sitting.session.reveal()
    write_deck(sitting.collection.root, "a.yaml", basic_deck("one", "three"))
    sitting.session.answer(4)
    assert sitting.shown() == "three:answer"


def test_a_card_deleted_meanwhile(tmp_path: Path) -> None:
    """A card deleted from its deck while it is up can be answered: the answer is kept, and the sitting goes on."""
    sitting = Sitting(tmp_path)
    write_deck(sitting.collection.root, "a.yaml", basic_deck("two"))
    open_collection(sitting.collection.root, environ_of(tmp_path))
    sitting.session.look_ahead()
    sitting.answer(3)
    assert sitting.collection.state("one:answer").reps == 1
    assert sitting.shown() == "two:answer"


def test_undo_of_a_card_deleted_meanwhile(tmp_path: Path) -> None:
    """The answer to a card that is gone can be taken back; another card is shown."""
    sitting = Sitting(tmp_path)
    sitting.answer(3)
    write_deck(sitting.collection.root, "a.yaml", basic_deck("two"))
    assert card_of(sitting.session.undo()[0]) == "one:answer"
    assert sitting.shown() == "two:answer"


def test_a_card_answered_elsewhere_before_its_back_is_shown(tmp_path: Path) -> None:
    """A card that another program answered while its front was up makes way for the next."""
    sitting = Sitting(tmp_path)
    other = open_collection(sitting.collection.root, environ_of(tmp_path, "there-0002"))
    other.answer("one:answer", 4, sitting.clock.now, 0)
    sitting.session.reveal()
    assert isinstance(sitting.session.step, Question) and sitting.shown() == "two:answer"


def test_a_card_answered_elsewhere_meanwhile(tmp_path: Path) -> None:
    """An answer to a card that another program answered while its back was up is refused; the sitting goes on."""
    sitting = Sitting(tmp_path)
    other = open_collection(sitting.collection.root, environ_of(tmp_path, "there-0002"))
    sitting.session.reveal()
    other.answer("one:answer", 4, sitting.clock.now, 0)
    with pytest.raises(CardChanged):
        sitting.session.answer(3)
    assert sitting.collection.state("one:answer").reps == 1 and not sitting.session.tally.answers
    sitting.answer(4)
    assert sitting.collection.state("two:answer").reps == 1


def test_an_edit_while_the_front_is_up(tmp_path: Path) -> None:
    """A deck that is saved while a card is up shows on its back, and the time to think goes on."""
    sitting = Sitting(tmp_path)
    write_deck(sitting.collection.root, "a.yaml", basic_deck("one", "two").replace("It is one.", "It was one."))
    sitting.clock.now += 5000
    revealed = sitting.session.reveal()
    assert isinstance(revealed, Revealed) and "It was one." in revealed.question.face.back
    assert sitting.session.answer(3).review.ms == 5000


def test_a_button_keeps_its_word_over_the_rollover(tmp_path: Path) -> None:
    """A back shown before the rollover and rated after it gives the date that the button meant."""
    sitting = Sitting(tmp_path)
    sitting.answer(4)
    sitting.answer(4)
    sitting.clock.now = moment("2027-01-10T03:59:50+01:00")
    sitting.session.look_again()
    revealed = sitting.session.reveal()
    assert isinstance(revealed, Revealed)
    promised = revealed.answers.good.progress
    sitting.clock.now = moment("2027-01-10T04:00:10+01:00")
    assert sitting.session.answer(3).review.due == getattr(promised, "due", None)


def sitting_with(tmp_path: Path, limits: Limits, *ids: str, settings: str = "") -> Sitting:
    """A sitting with limits of its own over a deck of these notes."""
    sitting = Sitting.__new__(Sitting)
    zone = 'timezone = "Europe/Berlin"\n'
    sitting.collection = open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck(*ids)}, zone + settings))
    sitting.clock = Clock()
    sitting.session = Session(sitting.collection, sitting.clock, limits)
    return sitting


def test_a_sitting_of_minutes(tmp_path: Path) -> None:
    """With `minutes` the sitting ends with the answer at which so much time was studied, undone answers included."""
    sitting = sitting_with(tmp_path, Limits(minutes=1), "one", "two", "three", "four")
    sitting.answer(4, after=24_000)
    sitting.session.undo()
    sitting.clock.now += 600_000  # an undone card lies there; the time to look at it is part of its next answer
    sitting.session.look_again()
    sitting.answer(4, after=24_000)
    assert sitting.shown() == "two:answer"
    sitting.answer(4, after=24_000)
    assert sitting.session.step == Finished() and len(sitting.session.tally.answers) == 2


def test_few_minutes_go_to_reviews_first(tmp_path: Path) -> None:
    """With `minutes` reviews go before new cards, whatever the mix."""
    settings = '[study]\nmix = "new-first"\n'
    sitting = sitting_with(tmp_path, Limits(minutes=5), "one", "two", "three", settings=settings)
    sitting.answer(4)
    sitting.clock.now += 30 * 86_400_000
    sitting.session.look_again()
    assert sitting.shown() == "one:answer"


def test_cramming_shows_each_once(tmp_path: Path) -> None:
    """A cram sitting shows every card studied before, due or not, once and in an order of the day; nothing moves."""
    ids = [f"n{n}" for n in range(8)]
    study = sitting_with(tmp_path, Limits(), *ids, "never")
    for _ in range(8):
        study.answer(4)
    before = [study.collection.state(f"{id_}:answer") for id_ in ids]
    cram = Session(study.collection, study.clock, Limits(cram=True))
    assert cram.mode == "cram"
    shown = []
    while isinstance(cram.step, Question):
        assert cram.step.item.kind == "cram" and cram.step.remaining == {"cram": 8 - len(shown)}
        shown.append(cram.step.item.card)
        study.clock.now += 1000
        cram.reveal()
        assert cram.answer(2).review.mode == "cram"
    assert sorted(shown) == [f"{id_}:answer" for id_ in ids] and shown != sorted(shown)
    assert [study.collection.state(f"{id_}:answer") for id_ in ids] == before
    again = Session(study.collection, study.clock, Limits(cram=True)).step
    assert isinstance(again, Question) and again.item.card == shown[0]


def test_cramming_what_a_query_finds(tmp_path: Path) -> None:
    """With a query a cram sitting takes new cards too, and none that is suspended; they stay new."""
    wanted = {"one:answer", "two:answer"}
    sitting = sitting_with(tmp_path, Limits(cram=True, wanted=wanted.__contains__), "one", "two", "three")
    first = sitting.shown()
    assert first is not None
    sitting.collection.record_batch([*wanted - {first}], sitting.clock.now, Suspend)
    sitting.answer(4)
    assert sitting.session.step == Finished()
    assert sitting.collection.state(first).reps == 0


def test_again_in_a_cram_comes_again(tmp_path: Path) -> None:
    """After Again a crammed card comes back behind ten others, or at the end, until it is known."""
    sitting = sitting_with(tmp_path, Limits(cram=True, wanted=lambda _: True), *(f"n{n}" for n in range(14)))
    first = sitting.shown()
    shown = []
    for n in range(15):
        shown.append(sitting.shown())
        sitting.answer(1 if n == 0 else 3)
    assert [n for n, card in enumerate(shown) if card == first] == [0, 11]
    assert sitting.session.step == Finished()


def test_undo_in_a_cram(tmp_path: Path) -> None:
    """Undo shows a crammed card again, once, whatever its answer was."""
    sitting = sitting_with(tmp_path, Limits(cram=True, wanted=lambda _: True), "one", "two", "three")
    for rating in (1, 3):
        first = sitting.shown()
        sitting.answer(rating)
        sitting.session.undo()
        assert sitting.shown() == first and isinstance(sitting.session.step, Question)
        assert sitting.session.step.remaining == {"cram": 3}
    for _ in range(3):
        sitting.answer(3)
    assert sitting.session.step == Finished()


def test_a_button_keeps_its_word_on_a_day_that_filled(tmp_path: Path) -> None:
    """The day on a button is the day recorded, even where another device filled that day meanwhile."""
    ids = [f"n{n}" for n in range(20)]
    sitting = sitting_with(tmp_path, Limits(), *ids)
    revealed = sitting.session.reveal()
    assert isinstance(revealed, Revealed) and isinstance(revealed.answers.easy.progress, Reviewing)
    promised = revealed.answers.easy.progress.due
    other = open_collection(sitting.collection.root, environ_of(tmp_path, "there-0002"))
    for id_ in ids[1:]:
        other.answer(f"{id_}:answer", 4, sitting.clock.now, 0)
    cards = [f"{id_}:answer" for id_ in ids[1:]]
    now = sitting.clock.now + 1000
    other.record_batch(cards, now, lambda id, at, card, because: SetDue(id, at, card, promised, because))
    sitting.collection.refresh()
    assert getattr(sitting.collection.preview("n0:answer", now).easy.progress, "due", None) != promised
    sitting.clock.now += 2000
    assert sitting.session.answer(4).review.due == promised
