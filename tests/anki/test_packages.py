"""Packages as an export writes them, taken in by the real Anki."""

import hashlib
import html
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from export.apkg import export
from export.notetypes import shape_of
from srs.cards import faces
from srs.cards.builtin import builtin_types
from srs.cards.note import Note
from srs.cards.notetype import Field, NoteType, Template
from srs.cards.outgoing import Content
from tests.anki.real import Anki
from tests.export.samples import NOON, every_type, journalled, make_note, request


def package(
    path: Path, notes: list[Note], contents: dict[str, Content] | None = None, **more: Any
) -> dict[str, Content]:
    """Writes a package and returns what the journal knows afterwards."""
    return journalled(export(request(notes, contents=contents or {}, **more), path), contents)


def test_every_built_in_type_comes_in_whole(tmp_path: Path, anki: Anki) -> None:
    """Anki takes each type as it is, makes exactly our cards in our order, and its checks find nothing to mend."""
    notes = every_type()
    package(tmp_path / "x.apkg", notes)
    log = anki.take(path=tmp_path / "x.apkg")
    types = builtin_types()
    sheets = [sheet for note in notes for sheet in faces.sheets(note, types)]
    assert log["new"] == len(sheets) == len(anki.notes())
    ours = [(f"srs:{sheet.id}", card.ord) for sheet in sheets for card in sheet.cards]
    cards = anki.cards()
    assert [(card["guid"], card["ord"]) for card in cards] == ours
    assert {card["deck"] for card in cards} == {"Tests::Deck"}
    assert anki.decks()["Tests::Deck"] == "Of tests"
    shapes = {shape.id: shape for shape in map(shape_of, types.values())}
    assert {kind["id"] for kind in anki.types()} == set(shapes)
    for kind in anki.types():
        shape = shapes[kind["id"]]
        assert kind["name"] == shape.name
        assert tuple((field["name"], field["id"]) for field in kind["flds"]) == shape.fields
        assert [(each["name"], each["id"]) for each in kind["tmpls"]] == [each[:2] for each in shape.templates]
        assert ".nightMode" in kind["css"]
    assert anki.check() == []


def test_faces_in_anki_show_what_ours_show(tmp_path: Path, anki: Anki) -> None:
    """Maths, code, escapes, clozes and braces arrive as they were written."""
    package(tmp_path / "x.apkg", every_type())
    anki.take(path=tmp_path / "x.apkg")
    cards = {(card["guid"], card["template"], card["ord"]): card for card in anki.cards(faces=True)}
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
    anki.take(path=old)
    anki.answer(ratings=[4])
    before, reviews = anki.cards(), anki.reviews()
    log = anki.take(path=new)
    assert {kind: log[kind] for kind in ("new", "updated", "duplicate", "conflicting")} == {
        "new": 0, "updated": 1, "duplicate": 1, "conflicting": 0
    }  # fmt: skip
    assert {each["guid"]: each["fields"]["q"] for each in anki.notes()} == {"srs:a": "After?", "srs:b": "Same?"}
    assert anki.cards() == before
    assert sorted(card["schedule"][5] for card in before) == [0, 1]
    assert len(reviews) == 1
    assert anki.reviews() == reviews
    assert anki.check() == []


def test_an_unchanged_import_changes_nothing(tmp_path: Path, anki: Anki) -> None:
    """The same package again, or one written later from the same notes, leaves all as it was."""
    first, later = tmp_path / "1.apkg", tmp_path / "2.apkg"
    known = package(first, every_type())
    package(later, every_type(), known, now=NOON + 99_000)
    assert first.read_bytes() == later.read_bytes()
    parts = (anki.notes, anki.cards, anki.types, anki.decks)
    anki.take(path=first)
    anki.answer(ratings=[3])
    before = [part() for part in parts]
    for log in (anki.take(path=first), anki.take(path=later)):
        assert (log["new"], log["updated"], log["conflicting"]) == (0, 0, 0)
    assert [part() for part in parts] == before


def test_a_new_prompt_is_one_new_note(tmp_path: Path, anki: Anki) -> None:
    """Adding a prompt touches nothing else."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    idea = {"concept": "Gradient", "definition": "The slope."}
    known = package(old, [make_note("a", "concept", ("one", "1?", "1"), **idea)])
    package(new, [make_note("a", "concept", ("one", "1?", "1"), ("two", "2?", "2"), **idea)], known, now=NOON + 60_000)
    logs = [anki.take(path=old), anki.take(path=new)]
    assert [(log["new"], log["updated"]) for log in logs] == [(2, 0), (1, 0)]
    assert anki.check() == []


def test_a_card_that_is_switched_on_joins_the_note(tmp_path: Path, anki: Anki) -> None:
    """`cards:` opens a gate: the note is updated, its new card comes, and no second type is made."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    note = make_note("a", "concept", concept="Gradient", definition="The slope.", example="Downhill.")
    known = package(old, [note])
    package(new, [replace(note, cards=("definition", "name", "example"))], known, now=NOON + 60_000)
    logs = [anki.take(path=old), anki.take(path=new)]
    assert logs[1]["updated"] == 1
    assert sorted(card["template"] for card in anki.cards()) == ["Definition", "Example", "Name"]
    assert [kind["name"] for kind in anki.types()] == [builtin_types()["concept"].anki_name]
    assert anki.check() == []


def test_a_new_look_reaches_notes_already_there(tmp_path: Path, anki: Anki) -> None:
    """A changed template or style arrives with the next package, without a second type."""
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    notes, types = [make_note("a", "basic", q="?", a="!")], builtin_types()
    known = package(old, notes)
    package(
        new, notes, known, now=NOON + 60_000, types={**types, "basic": replace(types["basic"], css=".card{color:red}")}
    )
    logs = [anki.take(path=old), anki.take(path=new)]
    assert [kind["css"] for kind in anki.types()] == [".card{color:red}"]
    assert logs[1]["conflicting"] == 0


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
    logs = [anki.take(path=old), anki.take(path=new)]
    assert (logs[1]["updated"], logs[1]["conflicting"]) == (1, 0)
    assert "so" in anki.notes()[0]["fields"]["why"]
    assert anki.check() == []


def test_media_arrive_and_nothing_is_missing(tmp_path: Path, anki: Anki) -> None:
    """Pictures and sounds lie in Anki's folder, and its check misses none."""
    media = tmp_path / "media"
    media.mkdir()
    (media / "katze & maus.png").write_bytes(b"\x89PNG")
    (media / "ton.mp3").write_bytes(b"ID3")
    notes = [make_note("a", "basic", q="![cat](<katze & maus.png>)", a="[sound:ton.mp3]")]
    package(tmp_path / "x.apkg", notes, media=media)
    anki.take(path=tmp_path / "x.apkg")
    ours = [hashlib.sha1(file.read_bytes()).hexdigest() for file in media.iterdir()]
    assert sorted(anki.media().values()) == sorted(ours)
    assert anki.check() == []


def test_one_file_for_a_note_of_ours_and_a_foreign_one(tmp_path: Path, anki: Anki) -> None:
    """A file that both name goes under both of its names, whichever comes first."""
    (tmp_path / "media").mkdir()
    (tmp_path / "media/ton.mp3").write_bytes(b"ID3")
    kind = NoteType(
        "Mine", None, False, (Field("F", "html", False, (), None, 0),),
        (Template("1", "1", "{{F}}", "{{F}}", True, 0),), "", 1_600_000_000_123, "Mine", True,
    )  # fmt: skip
    ours = make_note("a", "basic", q="?", a="[sound:ton.mp3]")
    theirs = replace(make_note("b", "Mine", F="[sound:ton.mp3]"), guid="b")
    for name, notes in (("1", [ours, theirs]), ("2", [theirs, ours])):
        path = tmp_path / f"{name}.apkg"
        package(path, notes, types={**builtin_types(), "Mine": kind}, media=tmp_path / "media")
        other = anki.another(name)
        other.take(path=path)
        assert other.check() == []
        assert "ton.mp3" in other.media()


def test_odd_names_and_tags_come_through(tmp_path: Path, anki: Anki) -> None:
    """Decks and tags in any script or with odd letters are the same there."""
    note = replace(
        make_note("ü.1", "basic", q="?", a="!"),
        deck="Größe::漢字 'x' \"y\"::100%",
        tags=("größe::漢字", "a*b_c", "x y", 'a"b', "(", "a&b"),
    )
    package(tmp_path / "x.apkg", [note, replace(make_note("d", "basic", q="??", a="!"), deck="Default")])
    logs = [anki.take(path=tmp_path / "x.apkg"), anki.take(path=tmp_path / "x.apkg")]
    assert [log["new"] for log in logs] == [2, 0]
    # Older Anki leaves straight double quotes out of the names of decks.
    name = "Größe::漢字 'x' y::100%" if anki.oldest else "Größe::漢字 'x' \"y\"::100%"
    assert {card["guid"]: card["deck"] for card in anki.cards()} == {"srs:ü.1": name, "srs:d": "srs::Default"}
    assert set(anki.decks()) == {"Default", "srs", "srs::Default", "Größe", name.rpartition("::")[0], name}
    # And of tags.
    assert sorted(tag for each in anki.notes() if each["guid"] == "srs:ü.1" for tag in each["tags"]) == sorted(
        ["(", "ab" if anki.oldest else 'a"b', "a&b", "a*b_c", "größe::漢字", "x_y"]
    )
    assert anki.check() == []


def test_a_foreign_type_comes_back_as_it_was(tmp_path: Path, anki: Anki) -> None:
    """A type that is no type of ours keeps its fields, and one guid stays one note."""
    fields = tuple(Field(name, "html", False, (), None, 0) for name in ("Front", "Back"))
    templates = (Template("Card 1", "Card 1", "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}", True, 0),)
    kind = NoteType("Mine", None, False, fields, templates, ".card{}", 1_600_000_000_123, "Mine", True)
    note = replace(make_note("x", "Mine", Front="<i>F</i>", Back="B"), guid="k$9q[x")
    package(tmp_path / "x.apkg", [note], types={"Mine": kind})
    for _ in range(2):
        anki.take(path=tmp_path / "x.apkg")
    assert [(each["guid"], each["fields"]) for each in anki.notes()] == [("k$9q[x", {"Front": "<i>F</i>", "Back": "B"})]
    assert [field["name"] for field in anki.types()[0]["flds"]] == ["Front", "Back"]
    assert anki.check() == []


@pytest.mark.parametrize("text", ["{{c1,2::both}} and {{c3::three}}", "{{c12::far}}", "{{c1::a::hint}} {{c1::b}}"])
def test_cloze_cards_are_those_anki_would_make(tmp_path: Path, anki: Anki, text: str) -> None:
    """Anki finds neither a card too many nor one too few."""
    if anki.oldest and "c1,2" in text:
        pytest.skip("older Anki knows one number for each deletion")
    package(tmp_path / "x.apkg", [make_note("c", "cloze", cloze=text)])
    anki.take(path=tmp_path / "x.apkg")
    assert anki.check() == []
