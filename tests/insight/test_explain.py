"""Why a card is due: sentences, history and curves of real collections."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.insight.explain import Explanation, explain, facts_of
from srs.insight.past import Facts, Sibling
from srs.memory import events as ev
from srs.memory.days import iso_day
from srs.memory.fsrs6 import Fsrs6
from srs.memory.model import Moment
from srs.memory.schedule import Rules, preview
from srs.memory.state import CardState, New
from tests.support import basic_deck, make_collection, moment, open_collection

CARD = "one:answer"
SETTINGS = 'timezone = "UTC"\n[fsrs]\nfuzz = false\n'
DAY_MS = 86_400_000
START = moment("2026-11-01T09:00:00Z")
TERM = """\
notes:
  - term: one
    id: one
    means: the first
"""


class Learner:
    """A collection of one card and somebody who answers it on days of their own."""

    def __init__(self, tmp_path: Path, deck: str = basic_deck("one"), settings: str = SETTINGS) -> None:
        root, environ = make_collection(tmp_path, {"a.yaml": deck}, settings)
        self.collection: Collection = open_collection(root, environ, fixed_clock=True)
        self.now = START

    def at(self, day: float) -> int:
        self.now = START + round(day * DAY_MS)
        return self.now

    def answers(self, *given: tuple[float, int], card: str = CARD) -> "Learner":
        """Answer with each rating on its day."""
        for day, rating in given:
            self.collection.answer(card, rating, self.at(day), 3000)
        return self

    def does(self, make: type, *values: object, day: float, card: str = CARD) -> "Learner":
        """Record an event about the card."""
        now = self.at(day)
        self.collection.record([make(ev.new_id(now, now.to_bytes(10)), now, card, *values)])
        return self

    def told(self, day: float, card: str = CARD) -> Explanation:
        return explain(facts_of(self.collection, card, self.at(day)))


LEARNT = ((0, 3), (0.01, 3), (2, 3))  # in review, due on 2026-11-13


def test_a_card_in_review(tmp_path: Path) -> None:
    """Which answer set the day and why, what recall is today, and what the three numbers mean."""
    told = Learner(tmp_path).answers(*LEARNT).told(5)
    assert told.why == (
        "It is not due yet: it comes back on 2026-11-14, in 8 days.",
        "That is 11 days after your last answer, Good on 2026-11-03: about when the chance that you recall it falls to "
        "90%, the deck's desired retention.",
    )
    assert told.memory == (
        "Today you would recall it with a chance of 96% (its retrievability).",
        "Its stability is 11 days: so long after an answer that chance is down to 90%.",
        "Its difficulty is 2.1 on a scale from 1 to 10: the higher, the less each right answer adds to the stability.",
    )
    assert told.more == ()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (12, "It is not due yet: it comes back on 2026-11-14, tomorrow."),
        (13, "It is due today."),
        (14, "It has been due since 2026-11-14, 1 day ago."),
        (20, "It has been due since 2026-11-14, 7 days ago."),
    ],
)
def test_how_late_it_is(tmp_path: Path, day: float, said: str) -> None:
    """Before, on and after its day."""
    assert Learner(tmp_path).answers(*LEARNT).told(day).why[0] == said


def test_a_new_card(tmp_path: Path) -> None:
    """A new card has no memory, no date and no curve; what the answers would do is told."""
    told = Learner(tmp_path).told(0)
    assert (
        told.why
        == told.sentences[:-1]
        == (
            "It is new: you never answered it, so there is no memory to measure and no date.",
            "It comes up in its turn among the new cards, at most 10 a day in its deck.",
        )
    )
    assert (told.history, told.curve, told.life) == ((), None, ())
    assert [(each.rating, each.interval, each.wait) for each in told.answers] == [
        (1, None, 60_000),
        (2, None, 330_000),
        (3, None, 600_000),
        (4, 8, None),
    ]


def test_a_new_card_that_waits(tmp_path: Path) -> None:
    """A card whose note needs others says which ones are not learnt yet."""
    deck = basic_deck("one", "two", "three") + "    needs: [one, two]\n"
    learner = Learner(tmp_path, deck).answers((0, 4), card="two:answer")
    assert learner.told(1, "three:answer").why[1] == (
        "It waits for one: of a note that it needs, a card must be out of its learning steps first."
    )


def test_a_card_being_learnt(tmp_path: Path) -> None:
    """A learning card says which step it is on, since when, and when it comes back."""
    learner = Learner(tmp_path).answers((0, 1))
    assert learner.told(0).why == (
        "It is being learnt, so it is repeated within the day before days are planned: it is on step 1 of 2.",
        "Your last answer, Again at 09:00, brings it back at 09:01, in 1 minute.",
    )
    assert learner.told(0.1).why[1] == "Your last answer, Again at 09:00, brings it back at 09:01: it is due now."
    assert learner.told(0).memory[0] == (
        "You answered it today; from tomorrow on the chance that you recall it (its retrievability) falls."
    )
    assert learner.told(3).why[1].startswith("Your last answer, Again at 09:00 on 2026-11-01, brings it back")


def test_a_forgotten_card(tmp_path: Path) -> None:
    """A relearning card says that it was forgotten, and how often."""
    told = Learner(tmp_path).answers(*LEARNT, (13, 1)).told(13)
    assert told.why[0] == (
        "You forgot it after it was learnt, so it is repeated within the day before days are planned: "
        "it is on step 1 of 1."
    )
    assert told.more == ("You forgot it once after it was learnt; at 8 it counts as a leech.",)


def test_a_suspended_card(tmp_path: Path) -> None:
    """A suspended card says since when, how to bring it back, and when it would be due."""
    told = Learner(tmp_path).answers(*LEARNT).does(ev.Suspend, day=4).told(5)
    assert told.why[0] == "It is suspended since 2026-11-05; `srs unsuspend one:answer` brings it back."
    assert told.why[1].startswith("It is not due yet")
    assert [(row.what, iso_day(row.day)) for row in told.history][-1] == ("suspend", "2026-11-05")


def test_a_leech(tmp_path: Path) -> None:
    """A card that was suspended because it lapsed so often says that."""
    learner = Learner(tmp_path, settings=SETTINGS + "[study]\nleech_at = 1\n").answers(*LEARNT, (13, 1))
    assert learner.told(14).why[0] == (
        "It is suspended since 2026-11-14, because you forgot it so often (a leech): rewriting it helps more than "
        "repeating it; `srs unsuspend one:answer` brings it back."
    )


def test_a_buried_card(tmp_path: Path) -> None:
    """A buried card says until when."""
    learner = Learner(tmp_path).answers(*LEARNT)
    learner.does(ev.Bury, learner.collection.day(learner.at(14)), day=13)
    assert learner.told(13).why[0] == ("It is buried until 2026-11-15 (tomorrow); `srs unbury one:answer` ends that.")
    assert learner.told(14).why[0].startswith("It has been due since")


def test_a_draft(tmp_path: Path) -> None:
    """A draft says that it is never shown, and where to change that."""
    told = Learner(tmp_path, basic_deck("one") + "    draft: true\n").told(0)
    assert told.why[0] == ("It is a draft, so it is never shown; take `draft: true` out of decks/a.yaml:2 to study it.")


def test_a_sibling_answered_today(tmp_path: Path) -> None:
    """A due card whose sibling was answered today waits until tomorrow, and says so."""
    learner = Learner(tmp_path, TERM).answers((0, 4), card="one:forward")
    why = "It waits until tomorrow, because one:forward, of the same note, was answered today."
    assert learner.told(0, "one:backward").why[0] == why
    assert why not in learner.told(1, "one:backward").why
    learner = Learner(tmp_path / "b", TERM, SETTINGS + "[study]\nbury_siblings = false\n")
    assert why not in learner.answers((0, 4), card="one:forward").told(0, "one:backward").why


def test_compared_with_its_siblings(tmp_path: Path) -> None:
    """The card is set beside the other cards of its note: recall today, and stability."""
    learner = Learner(tmp_path, TERM).answers((0, 3), (0.01, 3), card="one:backward")
    assert learner.told(1, "one:backward").more == ("Its sibling is new.",)
    assert learner.told(1, "one:forward").more == (
        "Recall today, and stability, of its siblings, the other cards of this note: backward 95% (2.3 days).",
    )
    learner.answers((1, 4), card="one:forward")
    assert learner.told(2, "one:forward").more == (
        "It is the strongest of the 2 cards of this note that you have met. "
        "Recall today, and stability, of the others: backward 91% (2.3 days).",
    )
    assert learner.told(2, "one:backward").more[0].startswith("It is the weakest of the 2 cards")
    assert learner.told(2, "one:backward").siblings == (
        Sibling("one:forward", 8.2956, learner.collection.day(START) + 1, pytest.approx(0.9829, abs=1e-4)),
    )


def test_many_siblings_are_not_all_named() -> None:
    """The four weakest siblings are named, the rest counted, new ones apart."""
    siblings = (*(Sibling(f"n:c{n}", float(n), None, n / 10) for n in range(6, 0, -1)), Sibling("n:c9", None, None))
    named = "c1 10% (1 day), c2 20% (2 days), c3 30% (3 days), c4 40% (4 days) and 2 more; 1 more is new."
    assert explain(replace(_facts([]), siblings=siblings)).more == (
        f"Recall today, and stability, of its siblings, the other cards of this note, the weakest first: {named}",
    )


def test_its_place_among_siblings(tmp_path: Path) -> None:
    """A card in between is told by how many are weaker; one among equals is the weakest or strongest of none."""
    facts = facts_of(Learner(tmp_path).answers((0, 4)).collection, CARD, START + DAY_MS)

    def place(*stabilities: float) -> str:
        siblings = tuple(Sibling(f"one:c{n}", each, None, 0.5) for n, each in enumerate(stabilities))
        return explain(replace(facts, siblings=siblings)).more[0].partition(".")[0]

    assert place(1, 2, 9) == "It is stronger than 2 of the 3 other cards of this note that you have met"
    assert place(1, 2) == "It is the strongest of the 3 cards of this note that you have met"
    own = facts.model.interval((8.2956, 1.0), 0.9)
    assert place(own, own) == "It is as strong as the others of the 3 cards of this note that you have met"


def test_what_an_answer_would_do(tmp_path: Path) -> None:
    """What Good and Again would do now stands in a sentence too, as the buttons have it."""
    learner = Learner(tmp_path)
    assert learner.told(0).then == (
        "If you know it now (Good), it comes back in 10 minutes with a stability of 2.3 days; if not (Again), in "
        "1 minute with one of 0.2 days.",
    )
    assert learner.answers(*LEARNT).told(13).then == (
        "If you know it now (Good), it comes back in 46 days with a stability of 46 days (now 11 days); if not "
        "(Again), in 10 minutes with one of 1.5 days.",
    )
    facts = facts_of(learner.collection, CARD, learner.now)
    assert explain(replace(facts, answers=None)).then == ()


def test_undone_answers_are_left_out(tmp_path: Path) -> None:
    """An answer that was taken back is in no row and no number; that there was one is said."""
    learner = Learner(tmp_path).answers(*LEARNT)
    before = learner.told(5)
    learner.answers((5, 1)).collection.undo(learner.now + 1)
    after = learner.told(5)
    assert after.more == ("1 answer was taken back and is left out here.",)
    assert (after.history, after.why, after.curve) == (before.history, before.why, before.curve)


def test_a_reset(tmp_path: Path) -> None:
    """A reset card is new and says what no longer counts; the life before it stays on the curve."""
    learner = Learner(tmp_path).answers(*LEARNT).does(ev.Reset, day=4)
    assert learner.told(5).why[0] == (
        "It was reset on 2026-11-05: it is new again, and the 3 answers before that no longer count."
    )
    told = learner.answers((6, 4)).told(7)
    assert told.more == ("3 answers before its reset no longer count.",)
    assert [row.what for row in told.history] == ["review", "review", "review", "reset", "review"]
    assert told.history[-1].recall is None
    assert told.life[0][0][0] == learner.collection.day(START)


def test_a_day_chosen_by_hand(tmp_path: Path) -> None:
    """A date moved by hand says so, and what the model would have said."""
    learner = Learner(tmp_path).answers(*LEARNT)
    told = learner.does(ev.SetDue, learner.collection.day(learner.at(20)), day=4).told(5)
    assert told.why == (
        "It is not due yet: it comes back on 2026-11-21, in 15 days.",
        "That day was chosen on 2026-11-05, by you or by `srs reschedule`, and holds until you answer.",
        "By your last answer, Good on 2026-11-03, recall falls to 90%, the deck's desired retention, after 11 days.",
    )


def test_cram_answers(tmp_path: Path) -> None:
    """Cram answers are listed with the recall of their day, and change nothing."""
    learner = Learner(tmp_path).answers(*LEARNT)
    before = learner.told(5)
    learner.collection.answer(CARD, 1, learner.at(5), 1000, mode="cram")
    told = learner.told(5)
    assert told.more == ("1 cram answer: practice, which changes neither memory nor date.",)
    assert (told.why, told.memory) == (before.why, before.memory)
    assert told.history[-1].cram and told.history[-1].stability is None
    assert told.history[-1].recall == learner.collection.view(CARD, learner.now).retrievability


def test_a_promise_under_other_settings(tmp_path: Path) -> None:
    """Where today's settings would give another day, no word ties the date to today's recall; what moves it is said."""
    learner = Learner(tmp_path).answers(*LEARNT)
    (learner.collection.root / "srs.toml").write_text(SETTINGS + "[study]\ndesired_retention = 0.8\n")
    environ = {"HOME": str(tmp_path), "SRS_CACHE_DIR": str(tmp_path / "c"), "SRS_STATE_DIR": str(tmp_path / "s")}
    learner.collection = open_collection(learner.collection.root, environ)
    assert learner.told(5).why[1:] == (
        "That is 11 days after your last answer, Good on 2026-11-03, as it was promised then.",
        "By today's settings and parameters the chance that you recall it falls to 80%, the deck's desired retention, "
        "after 36 days; but a date once promised stands. `srs reschedule one:answer` would move it.",
    )


def test_the_longest_interval(tmp_path: Path) -> None:
    """An interval that the settings cut short says so."""
    learner = Learner(tmp_path, settings=SETTINGS + "[study]\nmaximum_interval = 5\n").answers(*LEARNT)
    assert learner.told(3).why[1:] == (
        "That is 5 days after your last answer, Good on 2026-11-03.",
        "The chance that you recall it falls to 90%, the deck's desired retention, after 11 days only, but no interval "
        "is longer than 5 days here.",
    )


def test_an_answer_of_a_day_to_come(tmp_path: Path) -> None:
    """Where the clock was set back after the last answer, it was not given today, and the words say so."""
    told = Learner(tmp_path).answers((20, 4)).told(5)
    assert told.memory[0] == (
        "Your last answer is dated 2026-11-21, after today, so how likely you are to recall it cannot be told: is the "
        "clock right?"
    )


def test_a_new_card_set_aside(tmp_path: Path) -> None:
    """A suspended new card and a draft are not said to come up."""
    told = Learner(tmp_path).does(ev.Suspend, None, day=0).told(1)
    assert told.why[-1] == "It is new: you never answered it, so there is no memory to measure and no date."


def test_long_intervals_in_years(tmp_path: Path) -> None:
    """What an answer would do is said in one unit for the interval and the stability."""
    learner = Learner(tmp_path).answers((0, 4), (10, 4), (100, 4), (600, 4))
    assert re.search(r"it comes back in [\d.]+ years with a stability of [\d.]+ years", learner.told(2000).then[0])


def test_fuzz(tmp_path: Path) -> None:
    """Where chance moved the day, the exact interval is told."""
    learner = Learner(tmp_path, settings='timezone = "UTC"\n')
    for rating_day in range(0, 300, 30):
        learner.answers((rating_day, 3))
        told = learner.told(rating_day)
        if told.why[-1].startswith("Exactly"):
            break
    assert told.why[-1].endswith(
        "dates are spread a little, so that no day gets too full and cards learnt together drift apart."
    )


def test_what_each_answer_would_do(tmp_path: Path) -> None:
    """The answers told are those that the collection would record."""
    learner = Learner(tmp_path).answers(*LEARNT)
    told = learner.told(13)
    assert [each.interval for each in told.answers][1:] == sorted(each.interval or 0 for each in told.answers)[1:]
    given = learner.collection.answer(CARD, 3, learner.at(13), None)
    assert told.answers[2].interval == given.answer.interval_days
    row = learner.told(13).history[-1]
    assert (row.stability, row.interval) == (told.answers[2].stability, told.answers[2].interval)


def test_the_curve(tmp_path: Path) -> None:
    """The curve starts at certainty on the day of the last answer, falls, and goes on beyond today and the due day."""
    curve = Learner(tmp_path).answers(*LEARNT).told(5).curve
    assert curve is not None
    assert (iso_day(curve.start), curve.today, curve.due, curve.retention) == ("2026-11-03", 3, 11, 0.9)
    assert curve.points[0] == (0.0, 1.0) and curve.points[-1][0] > 11
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(curve.points))


def _facts(events: Sequence[ev.Event], day: int = 740_000, model: Fsrs6 = Fsrs6()) -> Facts:
    now = (day - 719_163) * DAY_MS + 43_200_000
    rules = Rules()
    answers = preview(CardState(), now, day, rules, model, "x")
    return Facts("n:c1", "decks/a.yaml:1", False, now, day, ZoneInfo("UTC"), 4, rules, model, tuple(events), 0, answers)


GAPS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4), st.booleans()), min_size=1, max_size=20)


@given(GAPS, st.integers(0, 1000))
def test_recall_is_what_the_model_says(gaps: list[tuple[int, int, bool]], later: int) -> None:
    """For every past answer the recall told is the model's, from the answers before it; cram counts in none."""
    model, memory, last = Fsrs6(), None, None
    day, events, expected = 730_000, list[ev.Event](), list[float | None]()
    for number, (gap, rating, cram) in enumerate(gaps):
        day += gap
        at = (day - 719_163) * DAY_MS + 36_000_000 + number
        mode: ev.Mode = "cram" if cram else "study"
        events.append(ev.Review(f"e{number:02}", at, "n:c1", rating, None, mode, day, day + 3, None, None))
        expected.append(None if memory is None or last is None else model.curve(memory, day - last))
        if not cram:
            memory = model.step(memory, 0 if last is None else model.elapsed(Moment(0, last), Moment(0, day)), rating)
            last = day
    told = explain(_facts(events, day + later))
    assert [row.recall for row in told.history] == expected
    assert [row.rating for row in told.history] == [rating for _, rating, _ in gaps]
    if memory is None:
        assert told.curve is None
    else:
        assert told.history[max(n for n, g in enumerate(gaps) if not g[2])].stability == pytest.approx(
            model.interval(memory, 0.9)
        )
        assert told.life and all(0 <= recall <= 1 for run in told.life for _, recall in run)


KINDS = st.sampled_from(["review", "reset", "due", "suspend", "unsuspend", "bury", "unbury"])


@given(st.lists(st.tuples(KINDS, st.integers(0, 30), st.integers(1, 4)), max_size=12), st.booleans())
def test_any_past_can_be_told(what: list[tuple[str, int, int]], draft: bool) -> None:
    """Whatever happened to a card, there are whole sentences, and what it is now agrees with them."""
    day, events = 730_000, list[ev.Event]()
    for number, (kind, gap, rating) in enumerate(what):
        day += gap
        id_, at = f"e{number:02}", (day - 719_163) * DAY_MS + 36_000_000 + number
        made: dict[str, ev.Event] = {
            "review": ev.Review(id_, at, "n:c1", rating, None, "study", day, day + rating, None, None),
            "reset": ev.Reset(id_, at, "n:c1"),
            "due": ev.SetDue(id_, at, "n:c1", day + rating),
            "suspend": ev.Suspend(id_, at, "n:c1"),
            "unsuspend": ev.Unsuspend(id_, at, "n:c1"),
            "bury": ev.Bury(id_, at, "n:c1", day + rating),
            "unbury": ev.Unbury(id_, at, "n:c1"),
        }
        events.append(made[kind])
    told = explain(replace(_facts(events, day), draft=draft))
    assert all(text[0].isupper() or text[0].isdigit() for text in told.sentences)
    assert all(text.endswith(".") and "  " not in text for text in told.sentences)
    assert (told.curve is None) == any(text.startswith(("It is new", "It was reset")) for text in told.why)
    assert draft == told.why[0].startswith("It is a draft")


def test_facts_fold_to_the_card_as_the_index_has_it(tmp_path: Path) -> None:
    """What is told of a card is what the index knows of it."""
    learner = Learner(tmp_path).answers(*LEARNT, (13, 1), (13.01, 3), (15, 2))
    told, state = learner.told(16), learner.collection.state(CARD)
    assert told.curve is not None and not isinstance(state.progress, New)
    assert told.curve.start == state.last_day and told.curve.start + told.curve.due == state.progress.due
    assert told.history[-1].stability == pytest.approx(state.progress.memory[0])
