"""From a collection to a forecast: where it starts, the learner's habits, what comes out, and its sentences."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srs.collection.collection import Collection
from srs.insight.forecast import sentences
from srs.insight.forecast.habits import ENOUGH, Habits, habits_of
from srs.insight.forecast.outcome import Band, Choice, Course, Forecast, forecast
from srs.insight.forecast.start import NEVER, start_of
from srs.insight.reviews import COLUMNS, LEARNING, NEW, RELEARNING, REVIEW, Reviews, read_reviews
from srs.memory import events as ev
from srs.memory.days import DAY_MS, parse_day
from srs.memory.schedule import Rules
from srs.study.today import agenda_of
from tests.support import basic_deck, make_collection, moment, open_collection

NOW = moment("2026-12-01T09:00:00Z")
DAY = parse_day("2026-12-01")
SETTINGS = """\
timezone = "UTC"
[study]
new_per_day = 7
[fsrs]
fuzz = false
[deck."Big::Slow"]
new_per_day = 2
reviews_per_day = 5
desired_retention = 0.95
easy_days = ["sun"]
leech_action = "mark"
"""


@pytest.fixture
def cards(tmp_path: Path) -> Collection:
    """Six notes in two decks, one of them with two cards, one a draft."""
    slow = "deck: Big::Slow\n" + basic_deck("s1", "s2") + "  - term: t\n    id: t\n    means: u\n"
    other = "deck: Other\n" + basic_deck("o1", "o2", "o3") + "    draft: true\n"
    return open_collection(*make_collection(tmp_path, {"a.yaml": slow, "b.yaml": other}, SETTINGS), fixed_clock=True)


def test_where_a_forecast_starts(cards: Collection) -> None:
    """Every card's stage, day and memory, its deck's rules and limits, and what today's limits have used up."""
    before = NOW - 9 * DAY_MS
    cards.answer("s1:answer", 4, before, 1000)
    cards.answer("s2:answer", 4, before, 1000)
    cards.answer("s2:answer", 1, NOW - DAY_MS, 1000)
    cards.answer("o1:answer", 3, NOW, 1000)
    start = start_of(cards, NOW + 60_000)
    s1, s2, forward, backward, o1, o2 = range(6)
    assert start.cards == 6 and start.day == DAY
    assert start.stage.tolist() == [REVIEW, RELEARNING, NEW, NEW, LEARNING, NEW]
    assert start.step[o1] == 1
    assert start.due.tolist() == [cards.view("s1:answer", NOW).due, DAY - 1, NEVER, NEVER, DAY, NEVER]
    assert start.lapses[s2] == 1 and start.last_day[s1] == DAY - 9
    assert start.memory[s1].tolist() == pytest.approx(cards.state("s1:answer").progress.memory)  # type: ignore[union-attr]
    assert np.isnan(start.memory[forward]).all()
    assert start.note[forward] == start.note[backward] != start.note[o2]
    slow, other = start.plans[start.plan[s1]], start.plans[start.plan[o1]]
    assert slow.rules == Rules(0.95, fuzz=False, easy_days=frozenset({6})) and not slow.leech_suspends
    assert other.rules == Rules(0.9, fuzz=False) and other.leech_suspends
    decks = {deck.name: deck for deck in start.decks}
    above = {name: start.decks[deck.parent].name for name, deck in decks.items() if deck.parent >= 0}
    assert above == {"Big": "", "Big::Slow": "Big", "Other": ""}
    assert {name: (deck.new, deck.reviews) for name, deck in decks.items()} == {
        "": (NEVER, NEVER),
        "Big": (7, 200),
        "Big::Slow": (2, 5),
        "Other": (7, 200),
    }
    assert [name for name, deck in decks.items() if deck.done_new] == ["", "Other"]
    assert start.touched.tolist() == [start.note[o1]]


def test_what_is_set_aside(cards: Collection) -> None:
    """Suspended cards open never, buried ones on their day."""
    for number, (card, make) in enumerate((("s1:answer", ev.Suspend), ("o1:answer", ev.Bury))):
        more = () if make is ev.Suspend else (DAY + 3,)
        cards.record([make(ev.new_id(NOW, bytes([number] * 10)), NOW, card, *more)])
    assert start_of(cards, NOW).opens.tolist() == [NEVER, 0, 0, 0, DAY + 3, 0]


def test_only_some_cards(cards: Collection) -> None:
    """Only the cards that are asked for, under the limits of their decks."""
    start = start_of(cards, NOW, {"o1:answer", "t:forward"})
    assert start.cards == 2
    assert [start.decks[deck].name for deck in start.deck] == ["Big::Slow", "Other"]


def test_new_cards_in_no_order(tmp_path: Path) -> None:
    """Where new cards come in random order, they do so in the forecast, and each time the same."""
    settings = 'timezone = "UTC"\n[study]\nnew_order = "random"\n'
    deck = basic_deck(*(f"n{number}" for number in range(30)))
    cards = open_collection(*make_collection(tmp_path, {"a.yaml": deck}, settings))
    order = start_of(cards, NOW).order.tolist()
    assert order != sorted(order) and order == start_of(cards, NOW).order.tolist()


def test_the_first_day_is_todays_agenda(cards: Collection) -> None:
    """What the forecast begins and reviews today is what the agenda holds."""
    cards.answer("s1:answer", 4, NOW - 9 * DAY_MS, 1000)
    agenda = agenda_of(cards, NOW)
    course = forecast(start_of(cards, NOW), Habits(), (), days=1, seeds=2).courses[0]
    assert course.new[0].mean == sum(item.kind == "new" for item in agenda.main)
    assert course.reviews[0].mean == sum(item.kind == "review" for item in agenda.main) == 1


def answers(*rows: tuple[int, int, int, int], count: int = 1, cram: bool = False) -> Reviews:
    """So many answers of each (stage, rating before, rating, ms), oldest first."""
    stage, before, rating, ms = np.repeat(np.array(rows), count, axis=0).T
    size = len(stage)
    column = dict.fromkeys(COLUMNS, np.zeros(size, dtype=np.int64))
    column |= {"at": np.arange(size), "rating": rating, "ms": ms, "cram": np.full(size, cram)}
    return Reviews(("n:c1",), **column | {"stage": stage, "rating_before": before})


def test_habits_from_answers() -> None:
    """With enough answers of a kind, their shares and mean seconds are the habit; of the other kinds the default."""
    rows = [(NEW, 0, 1, 30_000), (NEW, 0, 3, 10_000), (REVIEW, 3, 1, 900_000), (REVIEW, 3, 3, 5_000)]
    rows += [(REVIEW, 3, 4, -1), (LEARNING, 1, 3, 4_000), (LEARNING, 1, 3, 4_000), (RELEARNING, 3, 3, 8_000)]
    habits, usual = habits_of(answers(*rows, count=ENOUGH)), Habits()
    assert habits.first == (0.5, 0, 0.5, 0)
    assert habits.recalled == (0, 0, 0.5, 0.5)
    assert habits.learning == ((0, 0, 1, 0), *usual.learning[1:])
    assert habits.relearning == (*usual.relearning[:2], (0, 0, 1, 0))
    assert habits.first_seconds == (30, 20, 10, 20)
    assert habits.review_seconds == (120, 62.5, 5, 62.5)
    assert habits.steps_seconds[2] == pytest.approx(16 / 3)
    assert habits.own == {"first", "recalled", "steps", "seconds"}


def test_few_answers_are_no_habit() -> None:
    """Short of enough answers, and from crams, nothing is taken."""
    assert habits_of(answers((NEW, 0, 1, 5000), count=ENOUGH - 1)) == Habits()
    assert habits_of(answers((REVIEW, 3, 4, 5000), count=ENOUGH, cram=True)) == Habits()
    untimed = habits_of(answers((REVIEW, 3, 4, -1), count=ENOUGH))
    assert untimed.recalled == (0, 0, 0, 1) and untimed.own == {"recalled"}


def test_habits_of_a_collection(cards: Collection) -> None:
    """The answers of a real journal are read; a few of them change nothing."""
    cards.answer("s1:answer", 4, NOW, 1000)
    assert habits_of(read_reviews(cards)) == Habits()


def test_choices(cards: Collection) -> None:
    """The first course is that of the settings, the others of what is tried; watching goes from nothing to all."""
    seen: list[tuple[int, int]] = []
    told = forecast(
        start_of(cards, NOW), Habits(), [Choice(0.7, None), Choice(None, 1)], 60, 4, 7, lambda *at: seen.append(at)
    )
    as_set, low, one = told.courses
    assert (told.cards, told.known, told.learnt, told.retentions) == (6, 0, 0, (0.9, 0.95))
    assert told.sampled[0] == 0 and told.sampled[-1] == 59 and len(as_set.known) == len(told.sampled)
    assert len(as_set.answers) == 60
    assert low.answers_a_day.mean < as_set.answers_a_day.mean
    assert [day.mean for day in one.new][:5] == [1, 1, 1, 1, 1]
    assert as_set.new[0].mean == 4
    assert seen[-1] == (3 * 4 * 60, 3 * 4 * 60) and seen == sorted(seen)
    for band in (*as_set.answers, *as_set.minutes, *as_set.known):
        assert band.low <= band.high
    assert as_set.known[-1].mean <= 6


def flat(days: int, mean: float) -> tuple[Band, ...]:
    return (Band(mean, mean - 1, mean + 1),) * days


def course(
    choice: Choice, minutes: float = 6.2, known: float = 200, begun: float = 40, left: float = 0, last_new: int = 2
) -> Course:
    """A course in which every day is like the others, but for new cards, which end on a day."""
    new = (*flat(last_new, 5), *((Band(0, 0, 0),) * (4 - last_new)))
    return Course(
        choice, flat(4, 30), flat(4, 20), new, flat(4, minutes), flat(4, left), flat(2, known), flat(2, known),
        Band(30, 28, 33), Band(minutes, 5, 7), Band(begun, 38, 44),
    )  # fmt: skip


def told_of(*courses: Course, habits: Habits = Habits()) -> Forecast:
    return Forecast(DAY, 4, 20, 0, 1226, 117.4, 130, (0.9,), habits, (0, 3), courses)


def test_what_it_costs_and_brings() -> None:
    """Minutes, what is known now and then, and when the new cards end, in whole sentences."""
    told = told_of(course(Choice()))
    assert sentences.opening(told) == "1,226 cards, 4 days from 2026-12-01 on, played through 20 times by chance."
    assert sentences.outlook(told) == [
        "It takes 6.2 minutes a day on average, and 6.2 minutes on the heaviest day.",
        "Were all 1,226 cards asked, you would know 117 of them today, and on 2026-12-04 200 (199 to 201 in eight "
        "courses of ten).",
        "About 40 new cards are begun, the last one on about 2026-12-02.",
    ]
    busy = sentences.outlook(told_of(course(Choice(), minutes=61, begun=1, left=31, last_new=4)))
    assert busy[0] == "It takes 61 minutes a day on average, and 61 minutes on the heaviest day."
    assert busy[2:] == [
        "About 1 new card is begun by then.",
        "On the last day 31 reviews still wait, held back by limits or by siblings.",
    ]
    assert len(sentences.outlook(told_of(course(Choice(), begun=0)))) == 2


def test_comparisons_take_no_side() -> None:
    """Each choice says what more or less it costs and brings; a retention, that promised days stand."""
    tried = [
        course(Choice(0.8), minutes=5.2, known=188),
        course(Choice(0.95, 5), minutes=9.0, known=201, begun=20),
        course(Choice(None, 12), minutes=6.2, known=200, begun=41),
    ]
    assert sentences.comparisons(told_of(course(Choice()), *tried)) == [
        "Retention 80%: 1 minute a day less, and 12 cards fewer known on the last day.",
        "Retention 95%, 5 new a day: 2.8 minutes a day more, and 1 card more known on the last day; 20 fewer are "
        "begun.",
        "12 new a day: about as many minutes a day, and about as many cards known on the last day; 1 more is begun.",
        "A day once promised stands, so another retention takes hold card by card, with each one's next answer.",
    ]
    assert len(sentences.comparisons(told_of(course(Choice()), tried[2]))) == 1


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (set(), "How you answer, and how long that takes, is what is usual, until there are 100 answers of a kind."),
        ({"seconds"}, "The times come from your own answers; the buttons of new cards, the buttons of reviews and the "
         "buttons in steps are what is usual, until there are 100 answers of a kind."),
        ({"first", "recalled", "steps", "seconds"}, "How you answer, and how long that takes, comes from your own "
         "answers."),
    ],
)  # fmt: skip
def test_where_the_habits_come_from(own: set[str], said: str) -> None:
    """The words name what is the learner's own and what is not."""
    assert sentences.basis(told_of(course(Choice()), habits=replace(Habits(), own=frozenset(own)))) == said
