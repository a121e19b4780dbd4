"""`srs export --with-scheduling`: what was learnt here goes on in an empty collection of Anki's as if learnt there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.anki.real import Anki
from tests.cli.helpers import Srs, Warm
from tests.support import times

NOTES = 40
DAYS = 30
SETTINGS = """\
timezone = "UTC"
[study]
new_per_day = 3
bury_siblings = false
"""


@dataclass(frozen=True, slots=True)
class Seeded:
    """A collection with a past, its cards as `srs list` tells of them, and the package that carries it all."""

    srs: Srs
    cards: dict[str, dict[str, Any]]
    reviews: list[dict[str, Any]]
    package: Path


@pytest.fixture(scope="session")
def seeded(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Sittings on most of the last days, answered by dice, then every other thing that can be done to a card."""
    srs = Srs(tmp_path_factory.mktemp("seeded"), warm)
    srs.env |= {"SRS_NOW": at(0)}
    srs.collection(settings=SETTINGS, numbers=deck())
    dice = random.Random(5)
    for ago in range(DAYS, 0, -1):
        if dice.random() < 0.8:
            sitting(srs, at(ago), dice.choices((1, 2, 3, 4), (15, 15, 60, 10), k=times(40)))
    learnt = [card["id"] for card in srs.json("list", "is:review")]
    for words in (
        ("suspend", learnt[0], "--yes"),
        ("flag", "3", learnt[1]),
        ("mark", learnt[2], "unclear"),
        ("bury", learnt[3], "--yes"),
        ("reset", learnt[4], "--yes"),
        ("answer", learnt[4], "3"),
        ("reschedule", learnt[5], "--to", str(today() + timedelta(days=17)), "--yes"),
        ("answer", learnt[6], "1"),
        ("reset", learnt[7], "--yes"),
    ):
        done = srs(*words)
        assert done.code == 0, (words, done.err)
    done = srs("review", "--cram", lines="\n3\n\n1\nq\n")
    assert done.code == 0, done.err
    package = srs.home / "x.apkg"
    done = srs("export", "-o", str(package), "--with-scheduling")
    assert (done.code, done.err) == (0, "")
    cards = {card["id"]: card for card in srs.json("list")}
    reviews = [event for event in srs.journal() if event["do"] == "review"]
    yield Seeded(srs, cards, reviews, package)


def deck() -> str:
    notes = "".join(f"  - term: number {number}\n    id: n{number}\n    means: '{number}'\n" for number in range(NOTES))
    return f"deck: Numbers\nnotes:\n{notes}"


def sitting(srs: Srs, now: str, ratings: list[int]) -> None:
    lines = "".join(f"\n{rating}\n" for rating in ratings)
    done = srs("review", lines=f"{lines}q\n", env={"SRS_NOW": now})
    assert done.code == 0, done.err


def at(days_ago: int) -> str:
    """Noon of that study day, or what time it is today."""
    if days_ago:
        return f"{today() - timedelta(days=days_ago)}T12:00:00Z"
    return datetime.now(UTC).isoformat()


def today() -> date:
    return (datetime.now(UTC) - timedelta(hours=4)).date()


def id_of(card: dict[str, Any]) -> str:
    return f"{card['guid'].removeprefix('srs:')}:{('forward', 'backward')[card['ord']]}"


@pytest.fixture
def there(anki: Anki, seeded: Seeded) -> dict[str, dict[str, Any]]:
    """Every card in Anki, by our id."""
    anki.fsrs(on=True)
    log = anki.take(path=seeded.package, scheduling=True, presets=True)
    assert log["new"] == NOTES
    return {id_of(card): card for card in anki.cards()}


def test_every_card_stands_where_it_stood(anki: Anki, seeded: Seeded, there: dict[str, dict[str, Any]]) -> None:
    """State, due day, interval, stability and difficulty of every card are ours."""
    kinds = {"new": 0, "learning": 1, "review": 2, "relearning": 3}
    assert set(there) == set(seeded.cards)
    assert {card["state"] for card in seeded.cards.values()} == set(kinds)
    last = {event["card"]: event for event in seeded.reviews if event["mode"] == "study"}
    for name, ours in seeded.cards.items():
        theirs = there[name]
        assert theirs["kind"] == kinds[ours["state"]], name
        assert theirs["flag"] == (ours["flag"] or 0), name
        assert (theirs["queue"] == -1) == ours["suspended"], name
        if ours["state"] == "new":
            assert theirs["stability"] is None
            continue
        rounding = 5.1e-3 if anki.oldest else 1e-4
        assert theirs["stability"] == pytest.approx(ours["stability"], abs=rounding, rel=1e-6), name
        assert theirs["difficulty"] == pytest.approx(ours["difficulty"], abs=1e-3), name
        assert theirs["schedule"][5:7] == [ours["reps"], ours["lapses"]], name
        if ours["state"] == "review":
            assert str(today() + timedelta(days=theirs["due"] - theirs["today"])) == ours["due"], name
            promised = last[name]["due"] if last[name]["due"] == ours["due"] else ours["due"]
            assert theirs["ivl"] == (date.fromisoformat(promised) - date.fromisoformat(last[name]["day"])).days, name
        elif theirs["queue"] == 1:
            assert theirs["due"] == pytest.approx(datetime.fromisoformat(ours["due"]).timestamp(), abs=1), name


def test_every_review_is_there_once(anki: Anki, seeded: Seeded, there: dict[str, dict[str, Any]]) -> None:
    """The log tells of each answer with its rating and thinking time, and when, within some milliseconds."""
    log = [(id_of(row), row["ease"], row["id"], row["ms"]) for row in anki.reviews() if row["ease"]]
    ours = [
        (each["card"], each["rating"], round(datetime.fromisoformat(each["at"]).timestamp() * 1000), each["ms"])
        for each in seeded.reviews
    ]
    assert len(log) == len(ours) > 300
    for row, event in zip(sorted(log), sorted(ours), strict=True):
        assert row[:2] == event[:2]
        assert abs(row[2] - event[2]) <= 50
        assert row[3] == (event[3] or 0)


def test_anki_works_out_the_same_memory(anki: Anki, seeded: Seeded, there: dict[str, dict[str, Any]]) -> None:
    """Recomputed by Anki from the log alone, stability and difficulty are ours, within its rounding."""
    if anki.oldest:
        pytest.skip("older Anki computes an older FSRS")
    memories = anki.recomputed()
    assert len(memories) == sum(card["state"] != "new" for card in seeded.cards.values())
    for guid, ord, stability, difficulty in memories:
        ours = seeded.cards[id_of({"guid": guid, "ord": ord})]
        assert (stability, difficulty) == pytest.approx((ours["stability"], ours["difficulty"]), rel=1e-4), ours["id"]


def test_anki_finds_nothing_to_mend(anki: Anki, there: dict[str, dict[str, Any]]) -> None:
    """Check Database leaves every card and review as it came."""
    cards, reviews = anki.cards(), anki.reviews()
    assert anki.check() == []
    assert anki.cards() == cards
    assert anki.reviews() == reviews


def test_anki_goes_on_from_there(anki: Anki, seeded: Seeded, there: dict[str, dict[str, Any]]) -> None:
    """Anki answers the seeded cards as its own, and home again come those answers and no others."""
    answered = anki.answer(ratings=[3] * 10)
    path = seeded.srs.home / "back.colpkg"
    anki.write(path=path)
    before = {event["id"] for event in seeded.srs.journal()}
    done = seeded.srs("import", str(path), env={"SRS_NOW": datetime.now(UTC).isoformat()})
    assert done.code == 0, done.err
    new = [event for event in seeded.srs.journal() if event["id"] not in before]
    cards = [id_of({"guid": guid, "ord": ord}) for guid, ord in answered]
    assert [event["card"] for event in new if event["do"] == "review"] == cards
    assert {event["do"] for event in new} <= {"import", "review"}
    assert seeded.srs("undo").code == 0


def test_a_collection_that_knows_the_cards_keeps_its_own(anki: Anki, seeded: Seeded) -> None:
    """Cards that Anki has already are not touched, and their log is not added to."""
    anki.take(path=seeded.package)
    anki.answer(ratings=[4])
    cards, reviews = anki.cards(), anki.reviews()
    anki.take(path=seeded.package, scheduling=True)
    assert anki.cards() == cards
    assert anki.reviews() == reviews


OWN = (0.3, 1.4, 2.4, 9.0, 6.3, 0.9, 3.0, 0.01, 1.8, 0.2, 0.8, 1.5, 0.06, 0.3, 1.7, 0.6, 1.8, 0.6, 0.1, 0.1, 0.2)


def test_settings_of_fsrs_come_along(anki: Anki, srs: Srs) -> None:
    """Desired retention and parameters of each deck are presets there, and Anki works out the same memory with them."""
    (srs.root / "srs.toml").write_text(
        f'timezone = "UTC"\n[study]\ndesired_retention = 0.85\n[deck.Own]\nparameters = {list(OWN)}\n'
    )
    for name, deck in (("own", "Own"), ("sub", "Own::Sub"), ("other", "Other")):
        srs.deck(name, f"deck: {deck}\nnotes:\n  - q: {name}?\n    a: '1'\n    id: {name}\n")
    for ago, rating in ((40, "3"), (35, "4"), (12, "1"), (11, "3")):
        for card in ("own:answer", "sub:answer", "other:answer"):
            assert srs("answer", card, rating, env={"SRS_NOW": at(ago)}).code == 0
    package = srs.home / "x.apkg"
    done = srs("export", "-o", str(package), "--with-scheduling")
    assert "Tick `Import any deck presets` too: with them come a desired retention of 85% and your FSRS" in done.out
    anki.fsrs(on=True)
    anki.take(path=package, scheduling=True, presets=True)
    for deck, name in (("Own", "srs 85% (2)"), ("Own::Sub", "srs 85% (2)"), ("Other", "srs 85%")):
        options = anki.options(deck=deck)
        assert (options["name"], options["desiredRetention"]) == (name, pytest.approx(0.85))
        if not anki.oldest:
            assert options["fsrsParams6"] == pytest.approx(OWN if deck != "Other" else [])
    assert anki.check() == []
    if not anki.oldest:
        ours = {card["id"]: (card["stability"], card["difficulty"]) for card in srs.json("list")}
        for guid, _, *memory in anki.recomputed():
            assert memory == pytest.approx(ours[f"{guid.removeprefix('srs:')}:answer"], rel=1e-4)
    # Settings that change later come along as another preset, for decks that are there too.
    (srs.root / "srs.toml").write_text('timezone = "UTC"\n[study]\ndesired_retention = 0.8\n')
    assert srs("export", "-o", str(package), "--with-scheduling").code == 0
    anki.take(path=package, scheduling=True, presets=True)
    assert anki.options(deck="Own")["name"] == "srs 80%"
    # Without the tick, Anki's own hold.
    without = anki.another("without")
    without.take(path=package, scheduling=True)
    assert without.options(deck="Own")["desiredRetention"] == pytest.approx(0.9)


def test_usual_settings_of_fsrs_make_no_presets(anki: Anki, seeded: Seeded, there: dict[str, dict[str, Any]]) -> None:
    """Where nothing differs from what FSRS comes with, decks keep Anki's default options."""
    assert anki.options(deck="Numbers")["id"] == 1
