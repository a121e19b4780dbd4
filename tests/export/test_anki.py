"""Packages against the real Anki. These tests take seconds each: they start it."""

import html
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from export.apkg import export
from export.notetypes import shape_of
from srs.cards import faces
from srs.cards.note import Note
from srs.cards.notetype import Field, NoteType, Template
from srs.cards.outgoing import Content
from srs.cards.typefile import builtin_types
from tests.export.samples import NOON, every_type, journalled, make_note, request

Anki = Callable[..., dict[str, Any]]


def package(
    path: Path, notes: list[Note], contents: dict[str, Content] | None = None, **more: Any
) -> dict[str, Content]:
    """Writes a package and returns what the journal knows afterwards."""
    return journalled(export(request(notes, contents=contents or {}, **more), path), contents)


def test_every_built_in_type_comes_in_whole(tmp_path: Path, anki: Anki) -> None:
    """Anki takes each type as it is, makes exactly our cards in our order, and its checks find nothing to mend."""
    notes = every_type()
    package(tmp_path / "x.apkg", notes)
    seen = anki(f"import={tmp_path / 'x.apkg'}")
    types = builtin_types()
    sheets = [sheet for note in notes for sheet in faces.sheets(note, types)]
    assert seen["problems"] == []
    assert seen["steps"][0]["new"] == len(sheets) == len(seen["notes"])
    ours = [(f"srs:{sheet.id}", card.ord) for sheet in sheets for card in sheet.cards]
    assert [(card["guid"], card["ord"]) for card in seen["cards"]] == ours
    assert {card["deck"] for card in seen["cards"]} == {"Tests::Deck"}
    assert seen["decks"]["Tests::Deck"] == "Of tests"
    shapes = {shape.id: shape for shape in map(shape_of, types.values())}
    assert {kind["id"] for kind in seen["types"]} == set(shapes)
    for kind in seen["types"]:
        shape = shapes[kind["id"]]
        assert kind["name"] == shape.name
        assert tuple(map(tuple, kind["fields"])) == shape.fields
        assert tuple(map(tuple, kind["templates"])) == tuple(each[:2] for each in shape.templates)
        assert ".nightMode" in kind["css"]


def test_faces_in_anki_show_what_ours_show(tmp_path: Path, anki: Anki) -> None:
    """Maths, code, escapes, clozes and braces arrive as they were written."""
    package(tmp_path / "x.apkg", every_type())
    cards = {
        (card["guid"], card["template"], card["ord"]): card for card in anki(f"import={tmp_path / 'x.apkg'}")["cards"]
    }
    definition = cards["srs:backprop", "Definition", 0]
    assert "\\(\\frac{a}{b}\\)" in html.unescape(definition["back"])
    assert "a &lt; b &amp;&amp; c" in definition["back"]
    code = next(card for card in cards.values() if card["template"] == "Code")
    assert "# {{braces}}" in html.unescape(code["back"])
    first, second = cards["srs:scores", "Cloze", 0], cards["srs:scores", "Cloze", 1]
    assert "[...]" in first["front"]
    assert "scaled by" not in first["front"]
    assert "scaled by" in second["front"]
    assert "1/sqrt(d)" not in second["front"].replace("data-cloze", "")


def test_an_edit_updates_the_note_and_keeps_the_schedule(tmp_path: Path, anki: Anki) -> None:
    """After an answer in Anki and an edit here, the text is new, the answer stands, and no note was added."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    note, other = make_note("a", "basic", q="Before?", a="!"), make_note("b", "basic", q="Same?", a="!")
    known = package(old, [note, other])
    package(new, [replace(note, fields={"q": "After?", "a": "!"}), other], known, now=NOON + 60_000)
    before = anki(f"import={old}", "answer=4")
    after = anki(f"import={new}")
    assert after["problems"] == []
    assert {kind: after["steps"][0][kind] for kind in ("new", "updated", "duplicate", "conflicting")} == {
        "new": 0, "updated": 1, "duplicate": 1, "conflicting": 0
    }  # fmt: skip
    assert {each["guid"]: each["fields"]["q"] for each in after["notes"]} == {
        "srs:a": "After?",
        "srs:b": "Same?",
    }
    assert [card["schedule"] for card in after["cards"]] == [card["schedule"] for card in before["cards"]]
    assert (before["reviews"], after["reviews"]) == (1, 1)
    assert sorted(card["schedule"][5] for card in after["cards"]) == [0, 1]


def test_an_unchanged_import_changes_nothing(tmp_path: Path, anki: Anki) -> None:
    """The same package again, or one written later from the same notes, leaves all as it was."""
    first, later = tmp_path / "1.apkg", tmp_path / "2.apkg"
    known = package(first, every_type())
    package(later, every_type(), known, now=NOON + 99_000)
    assert first.read_bytes() == later.read_bytes()
    before = anki(f"import={first}", "answer=3")
    after = anki(f"import={first}", f"import={later}")
    assert all((step["new"], step["updated"], step["conflicting"]) == (0, 0, 0) for step in after["steps"])
    for part in ("notes", "cards", "types", "decks"):
        assert after[part] == before[part]


def test_a_new_prompt_is_one_new_note(tmp_path: Path, anki: Anki) -> None:
    """Adding a prompt touches nothing else."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    idea = {"concept": "Gradient", "definition": "The slope."}
    known = package(old, [make_note("a", "concept", ("one", "1?", "1"), **idea)])
    package(new, [make_note("a", "concept", ("one", "1?", "1"), ("two", "2?", "2"), **idea)], known, now=NOON + 60_000)
    seen = anki(f"import={old}", f"import={new}")
    assert seen["problems"] == []
    assert [(step["new"], step["updated"]) for step in seen["steps"]] == [(2, 0), (1, 0)]


def test_a_card_that_is_switched_on_joins_the_note(tmp_path: Path, anki: Anki) -> None:
    """`cards:` opens a gate: the note is updated, its new card comes, and no second type is made."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    note = make_note("a", "concept", concept="Gradient", definition="The slope.", example="Downhill.")
    known = package(old, [note])
    package(new, [replace(note, cards=("definition", "name", "example"))], known, now=NOON + 60_000)
    seen = anki(f"import={old}", f"import={new}")
    assert seen["problems"] == []
    assert seen["steps"][1]["updated"] == 1
    assert sorted(card["template"] for card in seen["cards"]) == ["Definition", "Example", "Name"]
    assert [kind["name"] for kind in seen["types"]] == [builtin_types()["concept"].anki_name]


def test_a_new_look_reaches_notes_already_there(tmp_path: Path, anki: Anki) -> None:
    """A changed template or style arrives with the next package, without a second type."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    notes, types = [make_note("a", "basic", q="?", a="!")], builtin_types()
    known = package(old, notes)
    package(
        new, notes, known, now=NOON + 60_000, types={**types, "basic": replace(types["basic"], css=".card{color:red}")}
    )
    seen = anki(f"import={old}", f"import={new}")
    assert [kind["css"] for kind in seen["types"]] == [".card{color:red}"]
    assert seen["steps"][1]["conflicting"] == 0


def test_a_later_field_makes_no_second_type(tmp_path: Path, anki: Anki) -> None:
    """A field that takes the place of a spare arrives under its name, with the note updated."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    types = builtin_types()
    spare = dict(shape_of(types["basic"]).fields)["spare1"]
    assert spare is not None
    fields = (*types["basic"].fields, Field("why", "markdown", False, (), None, spare))
    known = package(old, [make_note("a", "basic", q="?", a="!")])
    note = make_note("a", "basic", q="?", a="!", why="so")
    package(new, [note], known, now=NOON + 60_000, types={**types, "basic": replace(types["basic"], fields=fields)})
    seen = anki(f"import={old}", f"import={new}")
    assert seen["problems"] == []
    assert (seen["steps"][1]["updated"], seen["steps"][1]["conflicting"]) == (1, 0)
    assert "so" in seen["notes"][0]["fields"]["why"]


def test_media_arrive_and_nothing_is_missing(tmp_path: Path, anki: Anki) -> None:
    """Pictures and sounds lie in Anki's folder, and its check misses none."""
    media = tmp_path / "media"
    media.mkdir()
    (media / "katze & maus.png").write_bytes(b"\x89PNG")
    (media / "ton.mp3").write_bytes(b"ID3")
    notes = [make_note("a", "basic", q="![cat](<katze & maus.png>)", a="[sound:ton.mp3]")]
    package(tmp_path / "x.apkg", notes, media=media)
    seen = anki(f"import={tmp_path / 'x.apkg'}")
    assert seen["problems"] == []
    assert [name.rpartition(".")[2] for name in seen["media"]] == ["png", "mp3"] or len(seen["media"]) == 2


def test_odd_names_and_tags_come_through(tmp_path: Path, anki: Anki) -> None:
    """Decks and tags in any script or with odd letters are the same there."""
    note = replace(
        make_note("ü.1", "basic", q="?", a="!"),
        deck="Größe::漢字 'x' \"y\"::100%",
        tags=("größe::漢字", "a*b_c", "x y"),
    )
    package(tmp_path / "x.apkg", [note, replace(make_note("d", "basic", q="??", a="!"), deck="Default")])
    seen = anki(f"import={tmp_path / 'x.apkg'}")
    assert seen["problems"] == []
    assert {card["guid"]: card["deck"] for card in seen["cards"]} == {
        "srs:ü.1": "Größe::漢字 'x' \"y\"::100%", "srs:d": "srs::Default"
    }  # fmt: skip
    assert sorted(tag for each in seen["notes"] if each["guid"] == "srs:ü.1" for tag in each["tags"]) == [
        "a*b_c", "größe::漢字", "x_y"
    ]  # fmt: skip


def test_a_foreign_type_comes_back_as_it_was(tmp_path: Path, anki: Anki) -> None:
    """A type that is no type of ours keeps its fields, and one guid stays one note."""
    fields = tuple(Field(name, "html", False, (), None, 0) for name in ("Front", "Back"))
    templates = (Template("Card 1", "Card 1", "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}", True, 0),)
    kind = NoteType("Mine", None, False, fields, templates, ".card{}", 1_600_000_000_123, "Mine", True)
    note = replace(make_note("x", "Mine", Front="<i>F</i>", Back="B"), guid="k$9q[x")
    package(tmp_path / "x.apkg", [note], types={"Mine": kind})
    seen = anki(f"import={tmp_path / 'x.apkg'}", f"import={tmp_path / 'x.apkg'}")
    assert seen["problems"] == []
    assert [(each["guid"], each["fields"]) for each in seen["notes"]] == [
        ("k$9q[x", {"Front": "<i>F</i>", "Back": "B"})
    ]
    assert [name for name, _ in seen["types"][0]["fields"]] == ["Front", "Back"]


@pytest.mark.parametrize("text", ["{{c1,2::both}} and {{c3::three}}", "{{c12::far}}", "{{c1::a::hint}} {{c1::b}}"])
def test_cloze_cards_are_those_anki_would_make(tmp_path: Path, anki: Anki, text: str) -> None:
    """Anki finds neither a card too many nor one too few."""
    package(tmp_path / "x.apkg", [make_note("c", "cloze", cloze=text)])
    assert anki(f"import={tmp_path / 'x.apkg'}")["problems"] == []
