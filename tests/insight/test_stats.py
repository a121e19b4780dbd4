import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.errors import UsageError
from srs.insight.stats.computing import stats_of
from srs.insight.stats.figures import KINDS
from srs.insight.stats.measures import hours
from srs.memory import events as ev
from tests.insight.plain_stats import figures
from tests.support import make_collection, moment, open_collection, times

DAY = 86_400_000
START = moment("2026-01-05T09:00:00+01:00")
SETTINGS = 'timezone = "{}"\n[fsrs]\nfuzz = false\n'
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca")
DECKS = {
    "algebra.yaml": """\
deck: Maths::Algebra
tags: [maths, exam::june]
notes:
  - term: group
    id: group
    means: a set with an operation
  - term: ring
    id: ring
    means: a set with two
    tags: [exam]
  - q: What is a unit?
    id: unit
    was: [one]
    a: what has an inverse
""",
    "maths.yaml": """\
deck: Maths
notes:
  - q: What is a proof?
    id: proof
    a: an argument
  - q: Is it done?
    id: unfinished
    draft: true
    a: no
""",
    "words.yaml": "deck: Words\ntags: [words]\nnotes:\n"
    + "".join(f"  - q: What is w{n}?\n    id: w{n}\n    a: It is {n}.\n" for n in range(14)),
}
_ALGEBRA, _RING = ["maths", "exam::june"], ["maths", "exam::june", "exam"]
CARDS: dict[str, tuple[str, list[str]]] = {
    "group:forward": ("Maths::Algebra", _ALGEBRA),
    "group:backward": ("Maths::Algebra", _ALGEBRA),
    "ring:forward": ("Maths::Algebra", _RING),
    "ring:backward": ("Maths::Algebra", _RING),
    "unit:answer": ("Maths::Algebra", _ALGEBRA),
    "proof:answer": ("Maths", []),
} | {f"w{n}:answer": ("Words", ["words"]) for n in range(14)}
"""What the decks above hold, as somebody who reads them would say."""
SOME = ["group:forward", "group:backward", "unit:answer", "w3:answer", "w13:answer", "gone:answer"]


def lived(tmp_path: Path, seed: int, steps: int) -> tuple[Collection, int]:
    """A collection after `steps` random deeds on two devices and in three timezones, and the time it is then."""
    draw = random.Random(seed)
    root, environ = make_collection(tmp_path, DECKS, SETTINGS.format("Europe/Berlin"))
    other = environ | {"SRS_STATE_DIR": str(tmp_path / "other"), "SRS_CACHE_DIR": str(tmp_path / "other-cache")}
    now = START
    for zone, first in (("Europe/Berlin", environ), ("Asia/Tokyo", other), ("America/New_York", environ)):
        (root / "srs.toml").write_text(SETTINGS.format(zone), "utf-8")
        collection = open_collection(root, first, fixed_clock=True)
        life = _Life(draw, collection, now)
        for _ in range(steps // 3):
            life.deed()
        now = life.now
    life.ending()
    return collection, life.now


class _Life:
    """One learner's deeds, drawn."""

    def __init__(self, draw: random.Random, collection: Collection, now: int) -> None:
        self.draw = draw
        self.collection = collection
        self.now = now
        self.cards = [*CARDS, "gone:answer"]

    def deed(self) -> None:
        """Anything, sooner or later."""
        draw = self.draw
        self.now += draw.choice((7_000, 40_000, 700_000, 3 * 3_600_000, DAY, 5 * DAY // 4, 9 * DAY))
        self.now += draw.randrange(60_000)
        deeds = [self.answer] * 12 + [self.undo, self.set, self.conflict, self.amend, self.adopt, self.undo_import]
        draw.choice(deeds)(draw.choice(self.cards))

    def answer(self, card: str) -> None:
        mode: ev.Mode = "cram" if self.draw.random() < 0.1 else "study"
        rating = self.draw.choices((1, 2, 3, 4), (3, 1, 6, 1))[0]
        took = 60_000 if card == "w13:answer" else self.draw.choice((None, 0, 900, 4_100, 5_300, 60_000))
        self.collection.answer(card, rating, self.now, took, mode)

    def undo(self, card: str) -> None:
        self.collection.undo(self.now)

    def set(self, card: str) -> None:
        """Any other event of a card."""
        collection, day = self.collection, self.collection.day(self.now)
        makers = (
            lambda i, t, c, b: ev.Reset(i, t, c, b),
            lambda i, t, c, b: ev.SetDue(i, t, c, day + self.draw.randrange(40), b),
            lambda i, t, c, b: ev.Suspend(i, t, c, b),
            lambda i, t, c, b: ev.Unsuspend(i, t, c, b),
            lambda i, t, c, b: ev.Bury(i, t, c, day + self.draw.randrange(9), b),
            lambda i, t, c, b: ev.Unbury(i, t, c, b),
        )
        collection.record_batch(self.draw.sample(self.cards, 2), self.now, self.draw.choice(makers))

    def conflict(self, card: str) -> None:
        """An answer of a device that had not seen the last one, under a former name of the note."""
        collection, name = self.collection, self.draw.choice((card, "one:answer"))
        step, day = self.draw.choice((None, 0, 1)), collection.day(self.now)
        due = day + 3 if step is None else self.now + 90_000_000
        after = self.draw.choice((None, "lost"))
        rating = self.draw.randrange(1, 5)
        collection.record([ev.Review(self.id(), self.now, name, rating, 2_000, "study", day, due, step, after)])

    def amend(self, card: str) -> None:
        """An answer of late turns out to have been given earlier."""
        recent = [event for event, _, _ in self.collection.recent(4) if isinstance(event, ev.Review)]
        for event in recent[:1]:
            at = event.at - self.draw.randrange(2 * DAY)
            change = ev.Amend(self.id(), self.now, event.id, at, self.collection.day(at))
            self.collection.record([change])

    def adopt(self, card: str) -> None:
        """Another program's file tells of a few answers and of what else it did."""
        at, last, events = self.now - 30 * DAY, None, list[ev.OfCard]()
        for number in range(5):
            at += self.draw.randrange(5 * DAY)
            day, id_ = self.collection.day(at), f"anki:{self.now}-{number}"
            if number == 3 and self.draw.random() < 0.5:
                events.append(self.draw.choice((ev.Reset(id_, at, card), ev.SetDue(id_, at, card, day + 20))))
            else:
                step, due = self.draw.choice(((None, day + 8), (0, at + 600_000), (None, day + 30)))
                events.append(ev.Review(id_, at, card, self.draw.randrange(1, 5), 0, "study", day, due, step, last))
            last = id_
        self.collection.adopt("phone.apkg", events, self.now)

    def ending(self) -> None:
        """What the last day holds in any case: cards due before, today and later, buried, and suspended by a lapse."""
        collection, self.now = self.collection, self.now + DAY
        day = collection.day(self.now)
        for number in range(9):
            answered = collection.answer(f"w{number}:answer", 4, self.now, 50_000 + number).review
            then = day + (-3, 0, 4)[number % 3]
            made: list[ev.OfCard] = [f(self.id(), self.now, answered.card) for f in (ev.Unsuspend, ev.Unbury)]
            made.append(ev.SetDue(self.id(), self.now, answered.card, then))
            if number in (1, 3):
                made.append(ev.Bury(self.id(), self.now, answered.card, day + 2))
            if number in (5, 6):
                made.append(ev.Suspend(self.id(), self.now, answered.card, answered.id))
            if number == 6:
                made += [f(self.id(), self.now, answered.card) for f in (ev.Unsuspend, ev.Suspend)]
            collection.record([replace(event, at=answered.at + 1 + n) for n, event in enumerate(made)])

    def id(self) -> str:
        return self.collection._new_id(self.now)

    def undo_import(self, card: str) -> None:
        heads = [event.id for event, _, dead in self.collection.recent(30) if isinstance(event, ev.Import) and not dead]
        for head in heads[:1]:
            self.collection.undo_event(head, self.now)


def plain(collection: Collection, now: int, chosen: list[str] | None = None, days: int | None = None) -> Any:
    """The figures of the separate script."""
    lines = [
        line for path in collection.journal_folder.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()
    ]
    about = {"now": now, "zone": collection.zone.key, "rollover": 4, "days": days, "chosen": chosen}
    return figures(lines, about | {"cards": CARDS, "was": {"one": "unit"}})


def same(ours: Any, theirs: Any, at: str = "") -> None:
    """Equal in everything; numbers to 1e-9, since each memory was worked out in another way."""
    if isinstance(theirs, dict):
        assert set(ours) == set(theirs), at
        for key, value in theirs.items():
            same(ours[key], value, f"{at}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), (at, ours, theirs)
        for number, value in enumerate(theirs):
            same(ours[number], value, f"{at}[{number}]")
    elif isinstance(theirs, float) and ours is not None:
        assert ours == pytest.approx(theirs, rel=1e-9), at
    else:
        assert ours == theirs, at


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Collection, int]]:
    yield lived(tmp_path_factory.mktemp("life"), 7, 750)


def test_a_life_holds_what_the_figures_are_about(life: tuple[Collection, int]) -> None:
    """The history has undone, crammed, imported, amended and orphaned answers, resets, new due days and conflicts."""
    collection, now = life
    counted = dict(collection.db.execute("select do, count(*) from event where not dead group by do"))
    assert min(counted[do] for do in ("undo", "reset", "due", "suspend", "bury", "amend", "import")) >= 2
    sums = "sum(dead), sum(mode = 'cram'), sum(because is not null), sum(card != subject), sum(subject = 'gone:answer')"
    row = collection.db.execute(f"select {sums} from event where do = 'review'").fetchone()
    assert min(row) >= 2
    found = stats_of(collection, now)
    assert min(button.count for button in found.buttons) >= 10
    others = stats_of(collection, now, None, 1), stats_of(collection, now, set(SOME), 300)
    assert {why for each in (found, *others) for card in each.hardest_cards for why in card.why} == {
        "forgotten",
        "relearnt",
        "slow",
        "difficult",
        "leech",
    }
    assert found.due.overdue and found.due.days[0].day == found.day and found.retention.mature.count >= 20


@pytest.mark.parametrize("days", [None, 1, 30, 400])
def test_every_figure_equals_the_plain_one(life: tuple[Collection, int], days: int | None) -> None:
    """What the arrays come to is what a loop over the lines of the journal comes to."""
    collection, now = life
    same(asdict(stats_of(collection, now, None, days)), plain(collection, now, None, days))


def test_figures_of_some_cards_equal_the_plain_ones(life: tuple[Collection, int]) -> None:
    """A choice of cards narrows answers, cards and groups alike; none at all leaves nothing to count."""
    collection, now = life
    same(asdict(stats_of(collection, now, set(SOME), 300)), plain(collection, now, SOME, 300))
    same(asdict(stats_of(collection, now, set())), plain(collection, now, []))


def test_figures_of_an_earlier_moment_know_no_later_answers(life: tuple[Collection, int]) -> None:
    """Answers of days that are still to come count nowhere."""
    collection, now = life
    earlier = now - 200 * DAY
    found = stats_of(collection, earlier)
    assert max(day.day for day in found.by_day) <= collection.day(earlier) == found.day
    same(asdict(found), plain(collection, earlier))


@pytest.mark.parametrize("seed", range(times(1)))
def test_other_lives_agree_too(tmp_path: Path, seed: int) -> None:
    """The figures agree on histories nobody looked at."""
    collection, now = lived(tmp_path, 1000 + seed, 150)
    same(asdict(stats_of(collection, now)), plain(collection, now))


def test_sums_agree_with_each_other(life: tuple[Collection, int]) -> None:
    """Days, hours, kinds and spans are the same answers counted in other ways."""
    collection, now = life
    found = stats_of(collection, now)
    answers = found.effort.work.answers
    assert sum(day.answers for day in found.by_day) == sum(hour.answers for hour in found.by_hour) == answers
    assert sum(buttons.count for buttons in found.buttons) == answers
    assert [sum(getattr(day, kind) for day in found.by_day) for kind in KINDS] == [b.count for b in found.buttons]
    young, mature, every = found.retention.young, found.retention.mature, found.retention.all
    assert (young.passed + mature.passed, young.failed + mature.failed) == (every.passed, every.failed)
    assert found.spans[-1].retention == found.retention
    assert found.cards.total == len(CARDS) == found.distributions.stability.count + found.cards.new
    assert found.due.overdue + sum(day.count for day in found.due.days) <= found.cards.studied


def test_a_collection_without_answers_has_empty_figures(tmp_path: Path) -> None:
    """Nothing is divided by nothing."""
    root, environ = make_collection(tmp_path, DECKS)
    collection = open_collection(root, environ)
    found = stats_of(collection, START)
    assert (found.first, found.by_day, found.due.days, found.hardest_cards) == (found.day, (), (), ())
    assert (found.cards.new, found.cards.recall, found.retention.all.rate) == (len(CARDS), None, None)
    assert found.effort.work.ms_each is None
    same(asdict(found), plain(collection, START) | {"timezone": "Europe/Berlin"})


def test_a_collection_without_cards_has_figures(tmp_path: Path) -> None:
    """Not even cards are needed."""
    root, environ = make_collection(tmp_path, {})
    found = stats_of(open_collection(root, environ), START)
    assert (found.cards.total, found.decks, found.tags) == (0, (), ())


def test_there_is_no_window_of_no_days(tmp_path: Path) -> None:
    """A window has a day at least."""
    root, environ = make_collection(tmp_path, {})
    with pytest.raises(UsageError):
        stats_of(open_collection(root, environ), START, None, 0)


@given(st.sampled_from(ZONES), st.lists(st.integers(0, 2**41), max_size=20), st.integers(0, 2**41))
def test_hours_are_those_on_the_wall(zone: str, instants: list[int], near: int) -> None:
    """The hour is that of the zone's clocks, on the days when they are moved, too."""
    instants += range(near, near + 2 * DAY, 3_500_000)
    there = [datetime.fromtimestamp(at // 1000, ZoneInfo(zone)).hour for at in instants]
    assert hours(np.array(instants), ZoneInfo(zone)).tolist() == there


def test_hours_follow_the_clocks_through_a_change() -> None:
    """Where clocks jump from two to three, no answer was given at two."""
    change = moment("2026-03-29T01:00:00+00:00")
    instants = np.arange(change - 7_200_000, change + 7_200_000, 1_800_000)
    assert hours(instants, ZoneInfo("Europe/Berlin")).tolist() == [0, 0, 1, 1, 3, 3, 4, 4]
