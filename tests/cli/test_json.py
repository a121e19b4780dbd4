"""The stable contract of `--json`: exact keys, types and exit codes."""

import json
import re
from datetime import date
from typing import Any

import pytest

from srs.memory import events as ev
from tests.cli.helpers import Srs

CARD = {
    "id": str, "note": str, "type": str, "template": str, "deck": str, "tags": list, "state": str, "due": str | None,
    "stability": float | None, "difficulty": float | None, "retrievability": float | None, "reps": int, "lapses": int,
    "suspended": bool, "buried_until": str | None, "flag": int, "draft": bool, "path": str, "line": int,
}  # fmt: skip
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")


def has_shape(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    assert list(value) == list(shape)
    wrong = {key: value[key] for key, kind in shape.items() if not isinstance(value[key], kind)}
    assert not wrong
    assert not any(isinstance(value[key], bool) for key, kind in shape.items() if kind is int)
    return True


def test_status(srs: Srs) -> None:
    """`status --json` has the design's keys; the sums are those of the decks, and `total` counts cards."""
    status = srs.json("status")
    shape = {
        "day": str, "new": int, "learning": int, "due": int, "total": int, "suspended": int, "drafts": int,
        "reviewed_today": int, "decks": list, "minutes": float, "tomorrow": dict, "studied": list,
        "backlog": dict | None,
    }  # fmt: skip
    assert has_shape(status, shape)
    assert all(
        has_shape(d, {"name": str, "new": int, "learning": int, "due": int, "total": int}) for d in status["decks"]
    )
    assert [d["name"] for d in status["decks"]] == ["World::Cities", "World::Quotes"]
    assert (status["day"], status["new"], status["total"], status["drafts"]) == ("2026-03-02", 4, 7, 1)


def test_status_counts_answers_of_the_day(srs: Srs) -> None:
    """`reviewed_today` counts today's study answers, and an undone one counts no more."""
    srs("answer", "france:answer", "good")
    srs("answer", "france:answer", "good")
    assert srs.json("status")["reviewed_today"] == 2
    srs("undo")
    assert srs.json("status")["reviewed_today"] == 1
    assert srs.json("status", "--now", "2026-03-03T09:00:00Z")["reviewed_today"] == 0


def test_list(srs: Srs) -> None:
    """`list --json` is an array of cards in deck order, drafts included."""
    cards = srs.json("list")
    assert all(has_shape(card, CARD) for card in cards)
    assert [card["id"] for card in cards] == [
        "france:answer", "italy:answer", "agora:forward", "agora:backward", "map:finish", "map:who", "map:source",
        "later:answer",
    ]  # fmt: skip
    assert [card["draft"] for card in cards] == [False] * 7 + [True]
    assert (cards[1]["path"], cards[1]["line"]) == ("decks/cities.yaml", 7)
    assert cards[0]["tags"] == ["geo"]


def test_due_is_a_day_or_an_instant(srs: Srs) -> None:
    """`due` is null for a new card, an instant while learning, a day in review."""
    assert srs.json("show", "france:answer")["card"]["due"] is None
    card = srs.json("answer", "france:answer", "good")["card"]
    assert card["state"] == "learning"
    assert INSTANT.match(card["due"])
    card = srs.json("answer", "france:answer", "easy")["card"]
    assert card["state"] == "review"
    assert re.fullmatch(r"2026-\d\d-\d\d", card["due"])


def test_next(srs: Srs) -> None:
    """`next --json` is the card, both sides as plain text, and what each of four answers does."""
    found = srs.json("next")
    assert has_shape(found, {"card": dict, "front": str, "back": str, "answers": dict})
    assert has_shape(found["card"], CARD)
    assert found["front"] == "Capital of France?"
    assert "Paris" in found["back"]
    assert list(found["answers"]) == ["again", "hard", "good", "easy"]
    assert all(has_shape(each, {"due": str, "interval_days": int | None}) for each in found["answers"].values())
    assert found["answers"]["again"]["interval_days"] is None
    assert found["answers"]["easy"]["interval_days"] > 0


def test_next_html(srs: Srs) -> None:
    """`next --json --html` gives both sides as HTML."""
    found = srs.json("next", "--html")
    assert found["front"].startswith("<")
    assert "Paris" in found["back"]


def test_next_with_nothing_left(bare: Srs) -> None:
    """With nothing to study `card` is null and the exit code 0."""
    bare.collection(empty="notes: []\n")
    assert bare.json("next") == {"card": None, "front": None, "back": None, "answers": None}
    done = bare("next")
    assert (done.code, done.out, done.err) == (0, "Nothing is left to study now.\n", "")


def test_answer_keeps_the_promise(srs: Srs) -> None:
    """`answer --json` is the event and the card, and the card is due when `next` said."""
    promised = srs.json("next")["answers"]["easy"]
    given = srs.json("answer", "france:answer", "easy")
    assert has_shape(given, {"event": dict, "card": dict})
    assert has_shape(given["card"], CARD)
    assert given["card"]["due"] == given["event"]["due"] == promised["due"]
    assert list(given["event"]) == [
        "id", "at", "do", "card", "rating", "ms", "mode", "day", "due", "step", "after", "crc",
    ]  # fmt: skip


@pytest.mark.parametrize(("rating", "number"), [("again", 1), ("Hard", 2), ("3", 3), ("easy", 4)])
def test_rating_by_name_or_number(srs: Srs, rating: str, number: int) -> None:
    """A rating is a name in any case or a number from 1 to 4."""
    assert srs.json("answer", "italy:answer", rating)["event"]["rating"] == number


def test_answer_is_in_the_journal(srs: Srs) -> None:
    """The event that `answer` prints is the journal's line, byte for byte."""
    event = srs.json("answer", "france:answer", "good")["event"]
    (file,) = (srs.root / "journal").iterdir()
    line = file.read_text().splitlines()[-1]
    assert line == json.dumps(event, separators=(",", ":"))


def test_show(srs: Srs) -> None:
    """`show --json` is the card, both sides, and its events as in the journal, undone ones too."""
    srs("answer", "france:answer", "good")
    srs("undo")
    shown = srs.json("show", "france:answer")
    assert has_shape(shown, {"card": dict, "front": str, "back": str, "events": list})
    assert has_shape(shown["card"], CARD)
    assert shown["card"]["reps"] == 0
    assert shown["events"][0] == srs.journal()[0]


def test_show_of_a_note(srs: Srs) -> None:
    """`show --json NOTE` of a note with several cards is an array of them."""
    assert [each["card"]["id"] for each in srs.json("show", "agora")] == ["agora:forward", "agora:backward"]


def test_undo(srs: Srs) -> None:
    """`undo --json` is the event taken back and the card as it stands again; nothing left to undo is exit 1."""
    event = srs.json("answer", "france:answer", "good")["event"]
    undone = srs.json("undo")
    assert has_shape(undone, {"event": dict, "card": dict})
    assert undone["event"] == event
    assert undone["card"]["state"] == "new"
    done = srs("undo", "--json")
    assert (done.code, done.out) == (1, "")
    assert "nothing to take back" in done.err


def test_check(srs: Srs) -> None:
    """`check --json` counts what can be read and lists problems, each with its place; exit 1 where there are any."""
    done = srs("check", "--json")
    assert (done.code, done.json) == (0, {"notes": 5, "cards": 8, "problems": []})
    srs.deck("bad", "deck: Bad\nnotes:\n  - q: a\n    q: b\n    a: c\n")
    done = srs("check", "--json")
    assert done.code == 1
    assert has_shape(done.json, {"notes": int, "cards": int, "problems": list})
    shape = {"path": str, "line": int, "column": int, "severity": str, "code": str, "message": str, "hint": str}
    assert all(has_shape(problem, shape) for problem in done.json["problems"])
    assert (done.json["problems"][0]["path"], done.json["problems"][0]["line"]) == ("decks/bad.yaml", 4)
    assert done.json["problems"][0]["severity"] == "error"


def test_add(srs: Srs) -> None:
    """`add --json` is the note, its cards, its place, and the notes that ask the same."""
    added = srs.json("add", "Capital of Peru?", "Lima", "--id", "peru")
    assert has_shape(added, {"note": str, "cards": list, "path": str, "line": int, "alike": list})
    assert (added["note"], added["cards"], added["path"]) == ("peru", ["peru:answer"], "decks/inbox.yaml")
    assert srs.json("show", "peru:answer")["card"]["line"] == added["line"]


def test_a_suspended_card_is_not_answered(srs: Srs) -> None:
    """Answering a suspended card exits 1, says so with a hint, and records nothing."""
    srs.record(ev.Suspend(ev.new_id(1_700_000_000_000, bytes(10)), 1_700_000_000_000, "france:answer", None))
    done = srs("answer", "france:answer", "good")
    assert (done.code, done.out) == (1, "")
    assert "suspended" in done.err
    assert "unsuspend" in done.err
    assert len(srs.journal()) == 1
    assert srs.json("status")["suspended"] == 1


def test_a_buried_card_is_not_answered(srs: Srs) -> None:
    """Answering a buried card exits 1 and says so with a hint, until the day it was buried to."""
    at = 1_772_000_000_000
    srs.record(ev.Bury(ev.new_id(at, bytes(10)), at, "france:answer", date(2026, 3, 4).toordinal()))
    done = srs("answer", "france:answer", "good")
    assert done.code == 1
    assert "buried" in done.err
    assert srs.json("show", "france:answer")["card"]["buried_until"] == "2026-03-04"
    assert srs("answer", "france:answer", "good", "--now", "2026-03-04T09:00:00Z").code == 0


def test_a_draft_is_not_answered(srs: Srs) -> None:
    """Answering a draft exits 1 and says which file to edit."""
    done = srs("answer", "later:answer", "good")
    assert done.code == 1
    assert "draft" in done.err
    assert "decks/quotes.yaml" in done.err


def test_unknown_card(srs: Srs) -> None:
    """An unknown card exits 1 and names the nearest."""
    for command in (["show", "frnace:answer"], ["answer", "frnace:answer", "good"]):
        done = srs(*command)
        assert (done.code, done.out) == (1, "")
        assert "did you mean france:answer" in done.err


def test_answer_to_a_note(srs: Srs) -> None:
    """A note's id where a card's is needed is wrong usage, and a card of the note is named."""
    done = srs("answer", "agora", "good")
    assert done.code == 2
    assert "agora:forward" in done.err


def test_bad_rating(srs: Srs) -> None:
    """A rating that is none is wrong usage, and nothing is recorded."""
    done = srs("answer", "france:answer", "5")
    assert done.code == 2
    assert "again, hard, good or easy" in done.err
    assert not srs.journal()


def test_json_sends_no_control_characters(srs: Srs) -> None:
    """Bidi overrides in a deck's words leave --json as escapes, and read back the same."""
    srs.deck("odd", "deck: Odd\ntags: [a\u202eb]\nnotes:\n  - q: y\n    id: odd\n    a: x\n")
    done = srs("show", "odd:answer", "--json")
    assert done.code == 0
    assert "\u202e" not in done.out
    assert "\\u202e" in done.out
    assert done.json["card"]["tags"] == ["a\u202eb"]


def test_json_in_a_latin_1_terminal(srs: Srs) -> None:
    """--json stays valid where the output cannot show every character."""
    srs.deck("odd", "deck: Odd\nnotes:\n  - q: naïve “quotes” 日本\n    id: odd\n    a: x\n")
    done = srs.anew("show", "odd:answer", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert done.json["front"] == "naïve “quotes” 日本"
