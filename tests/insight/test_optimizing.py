"""Which answers are fitted, how the later fifth judges, and when the fit is adopted."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srs.collection.settings import Settings
from srs.insight import optimizing
from srs.insight.evaluation import evaluate
from srs.insight.fitting.fit import fit
from srs.insight.fitting.histories import Histories, predictions
from srs.insight.optimizing import Gathered, gather, later_fifth, optimise, owner
from srs.memory.days import DAY_MS
from srs.memory.events import Amend, Event, Import, Reset, Review, SetDue, Undo
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from tests.insight.drawn import draw, drawn_parameters
from tests.support import basic_deck, make_collection, moment, open_collection, times

START = moment("2026-01-01T09:00:00Z")
FIRST_DAY = 739_617  # 2026-01-01
PERSON = drawn_parameters(3)


def nobody(what: str, done: int, of: int) -> None:
    """Nobody watches."""


def review(number: int, card: str, day: int, rating: int = 3, **more: object) -> Review:
    """An answer `day` days after the first of January, the `number`-th event of all."""
    at = START + day * DAY_MS + number
    kept = Review(f"id-{number:04}", at, card, rating, 1000, "study", FIRST_DAY + day, FIRST_DAY + day + 1, None, None)
    return replace(kept, **more)


def gathered(
    tmp_path: Path,
    events: list[Event],
    decks: dict[str, str] | None = None,
    settings: str = "",
    deck: str | None = None,
) -> Gathered:
    """What is gathered of a collection with these decks and events."""
    from srs.memory.events import encode, header_line

    root, environ = make_collection(tmp_path, decks or {"a.yaml": basic_deck("one", "two")}, settings)
    (root / "journal").mkdir()
    lines = [header_line("elsewhere-0001"), *map(encode, events)]
    (root / "journal/elsewhere-0001.2026.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return gather(open_collection(root, environ), deck)


def said(histories: Histories) -> list[list[tuple[int, int]]]:
    """The day (from 0) and the rating of each answer, by history."""
    pairs = [(int(day) - FIRST_DAY, int(rating)) for day, rating in zip(histories.days, histories.ratings, strict=True)]
    return sorted(pairs[a:b] for a, b in zip(histories.offsets[:-1], histories.offsets[1:], strict=True))


def test_live_study_answers_by_card(tmp_path: Path) -> None:
    """Each card's study answers are one history, in order; crammed and undone ones and other events are not in it."""
    found = gathered(tmp_path, [
        review(4, "one:answer", 5, 1), review(1, "one:answer", 0), review(2, "two:answer", 1, 4),
        review(3, "one:answer", 2, mode="cram"), review(5, "one:answer", 6), Undo("id-0006", START, "id-0005"),
        SetDue("id-0007", START + 7, "two:answer", FIRST_DAY + 9), Import("id-0008", START, "x.apkg"),
    ])  # fmt: skip
    assert said(found.histories) == [[(0, 3), (5, 1)], [(1, 4)]]
    assert (found.cards, found.apart) == (2, ())


def test_a_reset_begins_a_new_history(tmp_path: Path) -> None:
    """What was answered before a reset stays, as a history of its own; a reset that was undone divides nothing."""
    events = [
        review(1, "one:answer", 0), review(2, "one:answer", 3), Reset("id-0003", START + 4 * DAY_MS, "one:answer"),
        review(4, "one:answer", 5, 2), Reset("id-0005", START + 6 * DAY_MS, "one:answer"),
        review(6, "one:answer", 7, 4), Undo("id-0007", START + 8 * DAY_MS, "id-0005"),
    ]  # fmt: skip
    found = gathered(tmp_path, events)
    assert said(found.histories) == [[(0, 3), (3, 3)], [(5, 2), (7, 4)]]
    assert found.cards == 1


def test_former_names_and_corrected_times(tmp_path: Path) -> None:
    """Answers under a former id belong to the card that has it now, and an amended one stands where it belongs."""
    decks = {"a.yaml": "notes:\n  - q: What?\n    id: new\n    was: [old]\n    a: It.\n"}
    events = [
        review(1, "new:answer", 4), review(2, "old:answer", 0, 1), review(3, "old:answer", 9, 2),
        Amend("id-0004", START, "id-0003", START + DAY_MS, FIRST_DAY + 1),
    ]  # fmt: skip
    assert said(gathered(tmp_path, events, decks).histories) == [[(0, 1), (1, 2), (4, 3)]]


def test_answers_at_one_instant_keep_the_order_of_the_fold(tmp_path: Path) -> None:
    """Where two answers to a card share a millisecond, the id decides, as everywhere."""
    events = [review(n, "one:answer", 0, n, at=START) for n in (3, 1, 2)]
    assert said(gathered(tmp_path, events).histories) == [[(0, 1), (0, 2), (0, 3)]]


def test_a_card_that_is_gone_counts(tmp_path: Path) -> None:
    """Answers to a card that no deck has any more tell of the learner's memory all the same."""
    assert said(gathered(tmp_path, [review(1, "gone:answer", 2)]).histories) == [[(2, 3)]]


def test_nothing_was_answered(tmp_path: Path) -> None:
    """Without an answer there is no history, and the defaults are what comes out."""
    found = gathered(tmp_path, [])
    assert (len(found.histories), found.cards) == (0, 0)
    outcome = optimise(found.histories, None, nobody)
    assert (outcome.parameters, outcome.adopted, outcome.fitted.log_loss) == (DEFAULT_PARAMETERS, False, None)
    assert outcome.why == "You have 0 reviews; it takes 1,000 to tell your memory from most people's."


DECKS = {
    f"{name}.yaml": f"deck: {deck}\nnotes:\n  - q: What is {name}?\n    id: {name}\n    a: It.\n"
    for name, deck in (("a", "A"), ("b", "A::B"), ("c", "A::B::C"), ("d", "AB"))
}
ON_DAYS: list[Event] = [review(n, f"{name}:answer", n) for n, name in enumerate("abcd")]


@pytest.mark.parametrize(
    ("own", "deck", "days", "apart"),
    [
        ([], None, [0, 1, 2, 3], ()),
        (["A"], None, [3], ("A",)),
        (["A::B"], None, [0, 3], ("A::B",)),
        (["A::B", "A::B::C"], None, [0, 3], ("A::B", "A::B::C")),
        ([], "A", [0, 1, 2], ()),
        (["A"], "A", [0, 1, 2], ()),
        (["A"], "A::B", [1, 2], ()),
        (["A::B"], "A", [0], ("A::B",)),
        (["A", "A::B::C"], "A::B", [1], ("A::B::C",)),
        (["A"], "AB", [3], ()),
    ],
)
def test_decks_with_parameters_of_their_own(
    tmp_path: Path, own: list[str], deck: str | None, days: list[int], apart: tuple[str, ...]
) -> None:
    """The cards that the parameters hold for are taken, or would hold for; those with nearer ones are left out."""
    settings = "".join(f'[deck."{name}"]\nparameters = {list(DEFAULT_PARAMETERS)}\n' for name in own)
    found = gathered(tmp_path, ON_DAYS, DECKS, f'timezone = "UTC"\n[deck.AB]\nfuzz = true\n{settings}', deck)
    assert said(found.histories) == [[(day, 3)] for day in days]
    assert found.apart == apart


def test_another_model_is_apart() -> None:
    """A deck with another memory model is not fitted with the others, one that names the same model is."""
    settings = Settings(decks={"A": {"model": "fsrs-7"}, "B": {"model": "fsrs-6"}})
    assert (owner(settings, "A::X"), owner(settings, "B")) == ("A", None)


def test_the_later_fifth() -> None:
    """It is the last 20 % of all reviews, by count in time order, whichever card they are of."""
    for count in (1, 4, 5, 11, 100):
        ats = np.random.default_rng(count).permutation(count) * 1000 + 5
        column = np.zeros(count, dtype=np.int64)
        histories = Histories(np.arange(count + 1), column, column, ats)
        assert (ats >= later_fifth(histories)).sum() == -(-count // 5)


def test_the_figures_can_be_worked_out_again() -> None:
    """The fit saw the earlier four fifths alone; each score is of the later reviews a day or more after the last."""
    histories = draw(PERSON, 2000, 1)
    outcome = optimise(histories, PERSON, nobody)
    begin = later_fifth(histories)
    assert outcome.parameters == tuple(round(each, 4) for each in fit(histories.until(begin)))
    assert outcome.reviews == len(histories)
    tried = ((outcome.default, DEFAULT_PARAMETERS), (outcome.current, PERSON), (outcome.fitted, outcome.parameters))
    for scores, parameters in tried:
        every = predictions(histories, parameters)
        later = every.part(every.at >= begin)
        assert scores == evaluate(later.recall, later.y, later.elapsed, later.nth, later.lapses)
        chance = np.where(later.y == 1, later.recall, 1 - later.recall)
        assert scores.log_loss == pytest.approx(-np.log(chance).mean())
        assert outcome.recalled == later.y.mean()


def test_a_better_fit_is_adopted() -> None:
    """Somebody whose memory is not most people's gets parameters of their own, which are better than the defaults."""
    outcome = optimise(draw(PERSON, 3000, 3), None, nobody)
    assert outcome.adopted
    assert outcome.fitted.log_loss < outcome.default.log_loss == outcome.current.log_loss
    assert re.match(r"With parameters of your own, srs predicts \d\.\d% better than with the defaults: ", outcome.why)


def test_who_remembers_like_most_people_keeps_the_defaults() -> None:
    """Where the truth is the defaults, a fit predicts no better, or not beyond chance, and is not adopted."""
    whys = []
    for seed in range(4):
        outcome = optimise(draw(DEFAULT_PARAMETERS, 3000, seed), None, nobody)
        assert not outcome.adopted
        whys.append(outcome.why)
    assert any("predict no better than the defaults: log loss" in why for why in whys), whys


def true_gain(parameters: tuple[float, ...], seed: int) -> float:
    """By how much this learner's first thousand reviews lower the log loss of what is to come; 0 without a fit."""
    outcome = optimise(draw(parameters, 1250, seed), None, nobody)
    if not outcome.adopted:
        return 0.0
    to_come = draw(parameters, 5000, 1000 + seed)
    tried = (DEFAULT_PARAMETERS, outcome.parameters)
    usual, own = (optimizing._losses(predictions(to_come, each)).mean() for each in tried)
    return float(usual - own)


def test_adopting_helps_more_than_it_harms() -> None:
    """From a thousand reviews on, those unlike most people gain more than those like them lose."""
    seeds = range(times(5))
    unlike = sum(true_gain(drawn_parameters(seed), seed) for seed in seeds) / len(seeds)
    like = sum(true_gain(DEFAULT_PARAMETERS, seed) for seed in seeds) / len(seeds)
    assert unlike > 0.003
    assert like > -0.5 * unlike


def test_what_is_in_use_must_be_beaten() -> None:
    """With the true parameters in use a fit is not adopted, though it is far better than the defaults."""
    outcome = optimise(draw(PERSON, 3000, 3), PERSON, nobody)
    assert outcome.fitted.log_loss < outcome.default.log_loss
    assert (outcome.enough, outcome.adopted) == (True, False)
    assert "those in use" in outcome.why


def test_a_second_run_comes_to_the_same() -> None:
    """The same histories give the same fit, and what was adopted is not adopted again."""
    histories = draw(PERSON, 3000, 3)
    first = optimise(histories, None, nobody)
    second = optimise(histories, first.parameters, nobody)
    assert second.parameters == first.parameters
    assert (second.adopted, second.why) == (False, "The fit comes to the parameters that are in use.")


def test_worse_than_the_defaults_is_said() -> None:
    """Parameters in use that predict worse than the defaults are told of, whether or not a fit takes their place."""
    bad = (50.0, 60.0, 70.0, 80.0, *DEFAULT_PARAMETERS[4:])
    adopted = optimise(draw(PERSON, 3000, 3), bad, nobody)
    assert adopted.adopted
    assert adopted.why.endswith(" Those in use predict worse than the defaults.")
    kept = optimise(draw(DEFAULT_PARAMETERS, 3000, 0), bad, nobody)
    assert not kept.adopted
    assert "better than those in use, but no better than the defaults" in kept.why
    assert kept.why.endswith("): take `parameters` out of srs.toml.")


def test_too_few_reviews() -> None:
    """Below a thousand reviews nothing is adopted, and that is the reason; the fit is there all the same."""
    outcome = optimise(draw(PERSON, 700, 3), None, nobody)
    assert (outcome.enough, outcome.adopted) == (False, False)
    assert outcome.why == f"You have {outcome.reviews} reviews; it takes 1,000 to tell your memory from most people's."
    assert outcome.parameters != DEFAULT_PARAMETERS
    assert outcome.fitted.log_loss is not None


def histories_of(days: list[int], ratings: list[int], cards: int) -> Histories:
    """So many cards, all answered on these days with these ratings."""
    size, count = len(days), len(days) * cards
    ats = np.tile(np.array(days) * DAY_MS, cards) + np.arange(count)
    return Histories(np.arange(0, count + 1, size), np.tile(days, cards), np.tile(ratings, cards), ats)


def test_too_few_to_judge() -> None:
    """A thousand reviews of which the latest were on their card's first day can be fitted, not judged."""
    old, new = histories_of([0, 3, 9], [3, 3, 1], 300), histories_of([20], [3], 400)
    outcome = optimise(
        Histories(
            np.concatenate([old.offsets, new.offsets[1:] + len(old)]),
            *(np.concatenate([getattr(old, name), getattr(new, name)]) for name in ("days", "ratings", "ats")),
        ),
        None,
        nobody,
    )
    assert not outcome.adopted
    assert outcome.why == (
        "Of the latest fifth of your reviews, 0 came a day or more after the one before; it takes 100 to judge a fit."
    )


def test_too_few_forgotten() -> None:
    """Who never forgets cannot be told how fast they do."""
    outcome = optimise(histories_of([0, 3, 9, 20], [3, 3, 3, 3], 300), None, nobody)
    assert not outcome.adopted
    assert outcome.why == "Of your latest 240 reviews you had forgotten 0; it takes 10 to tell how fast you forget."
    assert outcome.fitted.auc is None


def test_chance_is_counted_by_card() -> None:
    """The standard error is that of a textbook: root of the squared sums by card, over the number of reviews."""
    histories = draw(PERSON, 1500, 5)
    one, other = predictions(histories, DEFAULT_PARAMETERS), predictions(histories, PERSON)
    gain, error = optimizing._difference(histories, one, other)
    loss = [-np.log(np.where(each.y == 1, each.recall, 1 - each.recall)) for each in (one, other)]
    mean = (loss[0] - loss[1]).mean()
    owner_of = np.repeat(np.arange(len(histories.offsets) - 1), np.diff(histories.offsets))[one.where]
    sums = [(loss[0] - loss[1] - mean)[owner_of == card].sum() for card in np.unique(owner_of)]
    assert gain == pytest.approx(mean)
    assert error == pytest.approx(np.sqrt(np.sum(np.square(sums))) / len(one))


def test_what_watch_raises_ends_it() -> None:
    """An interruption in the middle of the fit ends it."""

    def impatient(what: str, done: int, of: int) -> None:
        if what == "Fitting the memory model" and done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optimise(draw(PERSON, 1500, 3), None, impatient)
