import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from export.json import export
from srs.cards.builtin import builtin_types
from srs.cards.faces import face
from srs.cards.outgoing import DeckAbout, Logged, Schedules, Standing
from tests.export.samples import NOON, every_type, make_note, request

DAY = 738_838  # of NOON
NOTE = make_note("a", "basic", ("p", "Why?", "So."), q="*What?*", a="5 < 6")
NOTE = replace(NOTE, needs=("b",), was=("old",), wordings=("x", "y"))


def written(path: Path, *args: Any, **changes: Any) -> Any:
    export(request(*args, **changes), path)
    return json.loads(path.read_text("utf-8"))


def test_the_shape_is_a_promise(tmp_path: Path) -> None:
    """These keys, in this form: other programs hang on them."""
    types = builtin_types()
    own, asked = face(NOTE, types, "a:answer"), face(NOTE, types, "a:p-p")
    about = {"Tests::Deck": DeckAbout("Of tests", "Mira", None)}
    assert written(tmp_path / "x.json", [NOTE], decks=about) == {
        "srs": 1,
        "decks": {"Tests::Deck": {"description": "Of tests", "author": "Mira", "licence": None}},
        "notes": [
            {
                "id": "a",
                "type": "basic",
                "deck": "Tests::Deck",
                "decks": {},
                "tags": ["one", "two"],
                "fields": {"q": "*What?*", "a": "5 < 6"},
                "wordings": ["x", "y"],
                "needs": ["b"],
                "was": ["old"],
                "guid": None,
                "path": "decks/a.yaml",
                "line": 3,
                "prompts": [{"id": "p", "q": ["Why?"], "a": "So."}],
                "cards": [
                    {"id": "a:answer", "type": "basic", "template": "answer", "front": own.front, "back": own.answer},
                    {"id": "a:p-p", "type": "prompt", "template": "p-p", "front": asked.front, "back": asked.answer},
                ],
            }
        ],
    }  # fmt: skip


def test_schedules_come_along_where_they_are_asked_for(tmp_path: Path) -> None:
    """A card tells where it stands and every line of its log; one to which nothing happened has no schedule."""
    log = (
        Logged(NOON, DAY, "learning", 3, -600, 0, 5.25, 4000),
        Logged(NOON + 600_000, DAY, "learning", 3, 4, -600, 5.25, None),
    )
    known = Standing(
        "review", None, DAY + 4, 4, reps=2, stability=3.87654321, difficulty=5.25, retention=0.9, flag=1, log=log
    )
    notes = written(tmp_path / "x.json", [NOTE], schedules=Schedules("UTC", 4, {"a:answer": known}))["notes"]
    assert [card["schedule"] for card in notes[0]["cards"]] == [
        {
            "state": "review", "due": "2023-11-18", "interval_days": 4, "stability": 3.876543, "difficulty": 5.25,
            "retention": 0.9, "reps": 2, "lapses": 0, "suspended": False, "buried": False, "flag": 1,
            "log": [
                {
                    "at": "2023-11-14T22:13:20.000Z", "day": "2023-11-14", "what": "learning", "rating": 3,
                    "interval_days": None, "interval_seconds": 600, "ms": 4000,
                },
                {
                    "at": "2023-11-14T22:23:20.000Z", "day": "2023-11-14", "what": "learning", "rating": 3,
                    "interval_days": 4, "interval_seconds": None, "ms": None,
                },
            ],
        },
        None,
    ]  # fmt: skip


def test_every_note_that_makes_cards_is_there(tmp_path: Path) -> None:
    """Drafts stay at home, and the report counts what went out."""
    notes = [*every_type(), replace(make_note("d", "basic", q="?", a="!"), draft=True)]
    report = export(request(notes), tmp_path / "x.json")
    assert (report.notes, report.cards, report.decks, report.changed) == (6, 17, 2, ())
    found = json.loads((tmp_path / "x.json").read_text("utf-8"))["notes"]
    assert [note["id"] for note in found] == [note.id for note in every_type()]


def test_text_that_no_file_can_hold_is_replaced(tmp_path: Path) -> None:
    """Half a surrogate pair stops nothing."""
    notes = written(tmp_path / "x.json", [make_note("a", "basic", q="\ud800?", a="!")])["notes"]
    assert notes[0]["fields"]["q"] == "??"
