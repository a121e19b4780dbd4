"""Foreign notes of Anki become decks, types and media, from which the same package can be made again."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.apkg import export
from export.notetypes import LATEX_POST, LATEX_PRE, model_json, shape_of
from srs.cards.builtin import builtin_types
from srs.cards.identity import valid_id
from srs.cards.note import Note
from srs.cards.outgoing import ExportRequest
from srs.cards.typefile import read_notetype, to_yaml
from srs.collection.collection import Collection
from srs.collection.files import FileChanged
from srs.errors import SrsError, UsageError
from srs.importers.anki.opening import opened
from srs.importers.anki.package import AnkiCard, AnkiDeck, AnkiField, AnkiNote, AnkiTemplate, AnkiType, Package
from srs.importers.edits import plan_edits
from srs.importers.foreign import Foreign, carry_out, plan_foreign
from srs.importers.foreigntypes import as_notetype
from tests.support import make_collection, moment, open_collection, write_deck

ODD = "\r\n\t :#'\"\\{}[]-?|>&*!%@`\0\x01\x7f\x85\xa0\u2028\ufeff\uffff"
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(ODD))
NUMBERS = st.integers(-(2**63), 2**63 - 1)


def kind(number: int = 1, name: str = "Basic", fields: Sequence[str] = ("Front", "Back"), **more: Any) -> AnkiType:
    templates = (AnkiTemplate("Card 1", None, f"{{{{{fields[0]}}}}}", f"{{{{{fields[-1]}}}}}"),)
    named = tuple(AnkiField(each, None) for each in fields)
    given = {"templates": templates, "css": "", "latex_pre": LATEX_PRE, "latex_post": LATEX_POST, "cloze": False}
    return AnkiType(number, name, fields=named, mod=0, **{**given, **more})


def note(number: int, *fields: str, guid: str = "", type: int = 1, tags: Sequence[str] = ()) -> AnkiNote:
    return AnkiNote(number, guid or f"guid-{number}", type, 0, tuple(tags), fields)


def card(of: int, ord: int = 0, deck: int = 1, **more: Any) -> AnkiCard:
    values = {"kind": 0, "queue": 0, "due": 0, "interval": 0, "factor": 0, "reps": 0, "lapses": 0, "left": 0}
    return AnkiCard(of * 10 + ord, of, deck, ord, **{**values, "flag": 0, "data": "", **more})


def package(
    notes: Sequence[AnkiNote],
    kinds: Sequence[AnkiType] = (),
    cards: Sequence[AnkiCard] | None = None,
    decks: Mapping[int, AnkiDeck | str] | None = None,
    media: Mapping[str, bytes] | None = None,
    **more: Any,
) -> Package:
    files = media or {}
    named = decks or {1: "Words"}
    return Package(
        form="collection.anki2",
        whole=False,
        created=0,
        rollover=4,
        types={each.id: each for each in kinds or (kind(),)},
        decks={n: AnkiDeck(n, each) if isinstance(each, str) else each for n, each in named.items()},
        notes=tuple(notes),
        cards=tuple(card(each.id) for each in notes) if cards is None else tuple(cards),
        reviews=(),
        deleted=frozenset(),
        media={name: len(data) for name, data in files.items()},
        media_left_out={},
        open_media=lambda name: io.BytesIO(files[name]),
        **more,
    )


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return open_collection(*make_collection(tmp_path))


def take(collection: Collection, given: Package, into: str = "decks/in.yaml") -> Foreign:
    """Imports as the command does: what is known already stays."""
    known = {each.guid for each in collection.notes() if each.guid}
    plan = plan_foreign(collection, given, into, known)
    carry_out(collection, plan)
    collection.refresh()
    assert [each for each in collection.problems() if each.severity == "error"] == []
    return plan


def only(collection: Collection) -> Note:
    (found,) = collection.notes()
    return found


def sent_out(collection: Collection, target: Path) -> None:
    media = collection.root / "media"
    folder = media if media.is_dir() else None
    notes = tuple(collection.notes())
    export(ExportRequest(notes, collection.types, collection.abouts(), folder, {}, moment()), target)


# Types


@st.composite
def anki_types(draw: st.DrawFn) -> AnkiType:
    fields = st.builds(
        AnkiField,
        name=ANYTHING.filter(bool),
        id=st.none() | NUMBERS.filter(bool),
        rtl=st.booleans(),
        sticky=st.booleans(),
        font=ANYTHING,
        size=NUMBERS,
        description=ANYTHING,
        plain_text=st.booleans(),
        collapsed=st.booleans(),
        unsearched=st.booleans(),
        tag=st.none() | st.integers(0, 9),
        kept=st.booleans(),
    )
    templates = st.builds(
        AnkiTemplate,
        name=ANYTHING.filter(bool),
        id=st.none() | NUMBERS.filter(bool),
        front=ANYTHING,
        back=ANYTHING,
        browser_front=ANYTHING,
        browser_back=ANYTHING,
        browser_font=ANYTHING,
        browser_size=NUMBERS,
        deck=st.none() | NUMBERS.filter(bool),
    )
    named = draw(st.lists(fields, min_size=1, max_size=3, unique_by=lambda each: each.name))
    return AnkiType(
        draw(NUMBERS.filter(bool)),
        draw(ANYTHING.filter(bool)),
        draw(st.booleans()),
        tuple(named),
        tuple(draw(st.lists(templates, min_size=1, max_size=3))),
        draw(ANYTHING),
        0,
        draw(st.integers(0, len(named) - 1)),
        draw(ANYTHING | st.just(LATEX_PRE)),
        draw(ANYTHING | st.just(LATEX_POST)),
        draw(st.booleans()),
        draw(st.integers(0, 9)),
    )


@given(there=anki_types())
def test_any_type_goes_out_as_it_came(there: AnkiType) -> None:
    """What Anki keeps of a type, its fields and templates survives the type file, whatever it holds."""
    made, told = as_notetype(there)
    found, _ = read_notetype("notetypes/x.yaml", to_yaml(made).encode())
    assert found == made and told == []
    assert found is not None
    out = model_json(shape_of(found), 7)
    assert (out["id"], out["name"], out["css"]) == (str(there.id), there.name, there.css)
    assert out.get("originalStockKind", 0) == there.stock
    assert (out["type"], out["sortf"], out["mod"]) == (int(there.cloze), there.sort_field, 7)
    assert (out["latexPre"], out["latexPost"], out["latexsvg"]) == (
        there.latex_pre, there.latex_post, there.latex_svg
    )  # fmt: skip
    assert [_of_field(each) for each in out["flds"]] == [
        (
            f.name,
            f.id,
            f.rtl,
            f.sticky,
            f.font,
            f.size,
            f.description,
            f.plain_text,
            f.collapsed,
            f.unsearched,
            f.tag,
            f.kept,
        )
        for f in there.fields
    ]
    assert [_of_template(each) for each in out["tmpls"]] == [
        (t.name, t.id, t.front, t.back, t.browser_front, t.browser_back, t.browser_font, t.browser_size, t.deck)
        for t in there.templates
    ]


def _of_field(each: Mapping[str, Any]) -> tuple[object, ...]:
    keys = "rtl", "sticky", "font", "size", "description", "plainText", "collapsed", "excludeFromSearch"
    stock = each.get("tag"), each.get("preventDeletion", False)
    return each["name"], each.get("id"), *(each[key] for key in keys), *stock


def _of_template(each: Mapping[str, Any]) -> tuple[object, ...]:
    keys = "qfmt", "afmt", "bqfmt", "bafmt", "bfont", "bsize", "did"
    return each["name"], each.get("id"), *(each[key] for key in keys)


def test_ids_of_templates_are_those_that_cards_may_have() -> None:
    """They come from the names, each once, and are none of those of clozes and prompts."""
    names = ["Card 1", "card-1", "C1", "P-x", "漢字", "漢", "x" * 900]
    made, _ = as_notetype(kind(templates=tuple(AnkiTemplate(name, None, "", "") for name in names)))
    assert [each.id for each in made.templates] == [
        "card-1", "card-1-2", "t-c1", "t-p-x", "card", "card-2", "x" * 60
    ]  # fmt: skip
    assert [each.name for each in made.templates] == names


def test_two_fields_of_one_name_are_told_apart_as_anki_does() -> None:
    """The second gets a `+`, which is told; a field without a name gets one; letter case makes two names."""
    made, told = as_notetype(kind(fields=("Front", "Front", "front", "")))
    assert [each.name for each in made.fields] == ["Front", "Front+", "front", "Field 4"]
    assert len(told) == 2


def test_types_of_one_name_are_two_types(collection: Collection, tmp_path: Path) -> None:
    """One with the name of another, of ours too, gets a name of its own here, and keeps it in Anki."""
    kinds = [kind(11, "Words"), kind(12, "Words"), kind(13, "basic")]
    take(collection, package([note(n, "a", "b", type=n) for n in (11, 12, 13)], kinds))
    assert [each.type for each in collection.notes()] == ["Words", "Words 2", "basic 2"]
    sent_out(collection, tmp_path / "out.apkg")
    with opened(tmp_path / "out.apkg") as out:
        assert {number: each.name for number, each in out.types.items()} == {11: "Words", 12: "Words", 13: "basic"}


def test_hundreds_of_types(collection: Collection) -> None:
    """Each is a file of its own, and each note has its own."""
    kinds = [kind(n, f"Type/{n % 7}", [f"F{f}" for f in range(200)]) for n in range(1, 201)]
    plan = take(collection, package([note(n, *["x"] * 200, type=n) for n in range(1, 201)], kinds))
    assert len({file.path for file in plan.types}) == 200
    assert len({each.type for each in collection.notes()}) == 200


def test_a_type_that_is_here_is_used_again(collection: Collection) -> None:
    """A second package of the same type brings no second one; what was changed here stays, and that is told."""
    take(collection, package([note(1, "a", "b")]))
    path = collection.root / "notetypes/Basic.yaml"
    path.write_text(path.read_text("utf-8") + "\n# mine\n", "utf-8")
    plan = take(collection, package([note(2, "c", "d")], [kind(css="x")]))
    assert plan.types == () and [each.type for each in collection.notes()] == ["Basic", "Basic"]
    assert plan.told == ("the note type 'Basic' is not as in the package here, and stays as it is",)


def test_a_type_that_grew_is_replaced(collection: Collection) -> None:
    """With a field more in the package than here, the file becomes the package's, and the notes that are here go on."""
    take(collection, package([note(1, "a", "b")]))
    take(collection, package([note(2, "c", "d", "e")], [kind(fields=("Front", "Back", "More"))]))
    assert [dict(each.fields) for each in collection.notes()] == [
        {"Front": "a", "Back": "b"}, {"Front": "c", "Back": "d", "More": "e"}
    ]  # fmt: skip
    assert [path.name for path in (collection.root / "notetypes").iterdir()] == ["Basic.yaml"]


def test_a_type_that_lost_a_field_comes_in_apart(collection: Collection) -> None:
    """Notes here would not fit it, so it gets an id of its own; again and again it is the same one."""
    take(collection, package([note(1, "a", "b")]))
    less = [kind(fields=("Front",))]
    plan = take(collection, package([note(2, "c")], less))
    assert "has the id of another one here" in plan.told[0]
    take(collection, package([note(3, "d")], less))
    assert [each.type for each in collection.notes()] == ["Basic", "Basic 2", "Basic 2"]


def test_types_of_ours_from_another_collection_come_in_apart(collection: Collection, tmp_path: Path) -> None:
    """A package that another srs wrote comes in as HTML, under types that do not take our types' ids."""
    ours = builtin_types()["basic"]
    theirs = kind(ours.anki_id, ours.anki_name, ("q", "a"))
    write_deck(collection.root, "own.yaml", "notes:\n  - q: Mine?\n    a: Yes.\n")
    take(collection, package([note(1, "What?", "That.", guid="srs:theirs", type=theirs.id)], [theirs]))
    sent_out(collection, tmp_path / "out.apkg")
    with opened(tmp_path / "out.apkg") as out:
        assert len(out.types) == 2 and {each.guid for each in out.notes} >= {"srs:theirs"}


# Notes


@given(texts=st.lists(ANYTHING, min_size=3, max_size=3), guid=ANYTHING.filter(bool), names=st.lists(
    ANYTHING.filter(bool), min_size=3, max_size=3, unique=True
))  # fmt: skip
def test_every_character_of_a_note_travels(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], guid: str, names: list[str]
) -> None:
    """Fields, their names and the guid are read from the deck exactly as Anki had them."""
    collection = open_collection(*make_collection(tmp_path_factory.mktemp("c")))
    take(collection, package([note(1, *texts, guid=guid)], [kind(fields=names)]))
    found = only(collection)
    assert {name: found.fields.get(name, "") for name in names} == dict(zip(names, texts, strict=True))
    assert found.guid == guid
    collection.db.close()


@pytest.mark.parametrize("name", ["id", "tags", "type", "guid", "fields", "deck", "notes", "a: b", "x" * 3000, "- x"])
def test_fields_may_be_called_like_keys(collection: Collection, name: str) -> None:
    """A field whose name means something in a deck is a field all the same, and the key beside it keeps its meaning."""
    take(collection, package([note(1, "text", "back", tags=["t"])], [kind(fields=(name, "Back"))]))
    found = only(collection)
    assert found.fields == {name: "text", "Back": "back"}
    assert (found.tags, found.type, found.guid) == (("t",), "Basic", "guid-1")


def test_ids_can_be_read_and_stay(collection: Collection) -> None:
    """An id is the first words and a hash of the guid, and is written down: it does not follow the text."""
    take(collection, package([note(1, "<b>What&nbsp;is</b> {{c1::this}}? [sound:a.mp3]", ""), note(2, "<img>", "漢")]))
    first, second = collection.notes()
    assert first.id == "what-is-this-c1ce8282f0" and second.id.startswith("n-") and first.pinned
    assert all(valid_id(each.id) for each in (first, second))


def test_no_two_notes_have_one_id(collection: Collection) -> None:
    """Twenty thousand notes without a word in them have twenty thousand ids."""
    take(collection, package([note(n, "漢", "") for n in range(1, 20_001)]))
    assert len({each.id for each in collection.notes()}) == 20_000


def test_two_notes_of_one_guid_both_come_in(collection: Collection) -> None:
    """The second goes out as a note of its own, and that is told."""
    plan = take(collection, package([note(1, "a", guid="g"), note(2, "a", guid="g")], [kind(fields=("Front",))]))
    assert [each.guid for each in collection.notes()] == ["g", None]
    assert plan.told == ("1 note with the guid of another one in the package, which that one keeps",)


def ours(name: str, number: int, guid: str, **fields: str) -> tuple[AnkiNote, AnkiType]:
    """A note of a type of ours, and the type, as Anki has them."""
    shape = shape_of(builtin_types()[name])
    made = AnkiType(
        shape.id,
        shape.name,
        fields=tuple(AnkiField(*each) for each in shape.fields),
        templates=tuple(AnkiTemplate(*each) for each in shape.templates),
        css=shape.css,
        latex_pre=LATEX_PRE,
        latex_post=LATEX_POST,
        cloze=shape.cloze,
        mod=0,
    )
    texts = tuple(fields.get(each, "") for each, _ in shape.fields)
    return AnkiNote(number, guid, shape.id, 0, (), texts), made


@pytest.mark.parametrize(
    ("name", "fields", "written"),
    [
        ("basic", {"q": "One <b>two</b>?", "a": "a<br>b"}, "  - q: One **two**?\n"),
        ("both", {"term": "chien", "means": "dog", "card_forward": "1"}, "    cards: [forward]\n"),
        ("cloze", {"cloze": "A {{c1::b}} c {{c2::d}}"}, "  - cloze: A {{c1::b}} c {{c2::d}}\n"),
        ("concept", {"concept": "X", "definition": "an x", "code": "y = 1"}, "    definition: an x\n"),
    ],
)
def test_a_note_added_there_with_a_type_of_ours_is_an_ordinary_note(
    collection: Collection, tmp_path: Path, name: str, fields: dict[str, str], written: str
) -> None:
    """It is in Markdown, of our type, with its guid; no type file is written, and it goes out as the note it was."""
    each, made = ours(name, 7, "phone!", **fields)
    plan = take(collection, package([each], [made]))
    assert (plan.types, plan.told) == ((), ())
    found = only(collection)
    assert (found.type, found.guid) == (name, "phone!")
    assert written in (collection.root / "decks/in.yaml").read_text()
    sent_out(collection, tmp_path / "out.apkg")
    with opened(tmp_path / "out.apkg") as out:
        (note_out,) = out.notes
    assert (note_out.guid, note_out.type) == ("phone!", made.id)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("basic", {"q": "no answer"}),
        ("basic", {"q": "q", "a": "a", "spare2": "mine"}),
        ("basic", {"q": "q", "a": "<audio src=x></audio>"}),
        ("prompt", {"q": "q", "a": "a"}),
        ("quote", {"quote": "q", "date": "some day"}),
    ],
)
def test_what_no_note_of_ours_can_say_has_a_type_of_another_name(
    collection: Collection, name: str, fields: dict[str, str]
) -> None:
    """What cannot be an ordinary note comes in as HTML, under a type that takes no name from ours, in Anki either."""
    each, made = ours(name, 7, "phone!", **fields)
    plan = take(collection, package([each], [made]))
    (found,) = (kind for kind in collection.types.values() if kind.foreign)
    assert (only(collection).type, found.anki_name) == (found.name, f"{made.name} 2")
    assert found.anki_id != made.id
    assert plan.told[0].startswith(f"the note type {made.name!r} has the name of one of ours, so it is")
    other, _ = ours(name, 8, "phone2!", **fields)
    again = take(collection, package([each, other], [made]))
    assert again.types == ()
    assert not any("note type" in each for each in again.told)


def test_a_strangers_type_takes_no_name_from_ours(collection: Collection) -> None:
    """Another type that is called like one of ours in Anki gets another name, in any case of its letters."""
    take(collection, package([note(1, "a", "b", type=5)], [kind(5, "basic (SRS)")]))
    (found,) = (kind for kind in collection.types.values() if kind.foreign)
    assert (found.name, found.anki_name, found.anki_id) == ("basic (SRS) 2", "basic (SRS) 2", 5)


def test_tags_that_no_deck_can_hold_are_told(collection: Collection) -> None:
    """White space that Anki takes for part of a tag becomes `_`; other odd tags are kept."""
    tags = ["a\xa0b", "c::d", "e,f", "no", "#x", "]", "'", "größe"]
    plan = take(collection, package([note(1, "q", "a", tags=tags)]))
    assert only(collection).tags == ("a_b", *tags[1:])
    assert plan.told == (f"`{only(collection).id}`: its tags are {', '.join(only(collection).tags)} here",)


def test_new_cards_keep_their_order(collection: Collection) -> None:
    """Notes stand as Anki would show their new cards, not as they were made."""
    cards = [card(1, due=3), card(2, due=1), card(3, due=2)]
    take(collection, package([note(n, f"n{n}", "") for n in (1, 2, 3)], cards=cards))
    assert [each.fields["Front"] for each in collection.notes()] == ["n2", "n3", "n1"]


def test_cards_that_were_deleted_stay_away(collection: Collection) -> None:
    """A note of which Anki has only one card says so; cards that are empty there are counted."""
    two = (AnkiTemplate("One", None, "{{Front}}", ""), AnkiTemplate("Two", None, "{{Back}}", ""))
    cards = [card(1, 1), card(2, 0), card(2, 1), card(3, 0), card(3, 1)]
    notes = [note(1, "a", "b"), note(2, "c", "d"), note(3, "e", "")]
    plan = take(collection, package(notes, [kind(templates=two)], cards))
    assert [each.cards for each in collection.notes()] == [("two",), None, None]
    assert plan.told == ("1 card empty there, and not here",)


def test_cards_in_other_decks_stay_there(collection: Collection) -> None:
    """A note lies in the deck of its first card, and says which of its cards lie elsewhere."""
    two = (AnkiTemplate("One", None, "{{Front}}", ""), AnkiTemplate("Two", None, "{{Back}}", ""))
    gaps = kind(2, "Gaps", ["T"], cloze=True)
    cards = [card(1, 0, 1), card(1, 1, 2), card(2, 0, 2), card(2, 2, 1)]
    notes = [note(1, "a", "b"), note(2, "{{c1::x}} {{c3::y}}", type=2)]
    plan = take(collection, package(notes, [kind(templates=two), gaps], cards, {1: "A", 2: "B: 'c' #"}), "decks/apart/")
    assert plan.told == ()
    assert {(each.deck, *each.decks.items()) for each in collection.notes()} == {
        ("A", ("two", "B: 'c' #")),
        ("B: 'c' #", ("c3", "A")),
    }
    assert {(view.template, view.deck) for view in collection.cards(moment())} == {
        ("one", "A"), ("two", "B: 'c' #"), ("c1", "B: 'c' #"), ("c3", "A")
    }  # fmt: skip


def test_cards_that_come_together_in_a_file_are_counted(collection: Collection) -> None:
    """Where several decks become one file, how many cards lay elsewhere than their notes is told."""
    two = (AnkiTemplate("One", None, "{{Front}}", ""), AnkiTemplate("Two", None, "{{Back}}", ""))
    cards = [card(1, 0, 1), card(1, 1, 2), card(2, 0, 2), card(2, 1, 2)]
    notes = [note(1, "a", "b"), note(2, "c", "d")]
    plan = take(collection, package(notes, [kind(templates=two)], cards, {1: "A::B", 2: "A::C"}))
    assert plan.told[-1] == "1 card lying in another deck than the first of the note: together here"
    assert {(each.deck, *each.decks) for each in collection.notes()} == {("A",)}


def test_two_types_of_one_name_are_told(collection: Collection) -> None:
    """Anki cannot have two types of one name: that it will call one of them otherwise is told, here and later."""
    one, other = kind(1, "Basic"), kind(2, "basic", ["Q", "A"])
    plan = take(collection, package([note(1, "a", "b"), note(2, "a", "b", type=2)], [one, other]))
    said = "is another one than `{}` and has its name in Anki; there, one of them will be called otherwise"
    assert [each for each in plan.told if "there, one" in each] == [f"the note type 'basic' {said.format('Basic')}"]
    plan = take(collection, package([note(3, "a", "b", type=3)], [kind(3, "Basic")]), "decks/more.yaml")
    assert [each for each in plan.told if "there, one" in each] == [f"the note type 'Basic' {said.format('Basic')}"]


def test_files_that_differ_by_case_alone_get_names_that_do_not(collection: Collection) -> None:
    """On some file systems they are one file, so one of them is called otherwise, in the fields too, and once."""
    (collection.root / "media").mkdir(exist_ok=True)
    (collection.root / "media/son.mp3").write_bytes(b"here")
    files = {"A.png": b"1", "a.PNG": b"2", "Son.mp3": b"3"}
    plan = take(collection, package([note(1, '<img src="a.PNG">[sound:Son.mp3]', "b")], media=files))
    names = {path.name: path.read_bytes() for path in (collection.root / "media").iterdir()}
    assert len({name.casefold() for name in names}) == len(names) == 4
    new = plan.media["a.PNG"]
    assert only(collection).fields["Front"] == f'<img src="{new}">[sound:{plan.media["Son.mp3"]}]'
    assert names[new] == b"2"
    assert (
        f"there is another file here whose name differs from 'a.PNG' by case alone, so the package's is called {new!r}"
        in plan.told
    )
    assert take(collection, package([note(2, "a", "b")], media=files)).media == {}


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("a*b?.png", "a_b_.png"), ('<"|>:.png', "_____.png"), ("a\x07b.png", "a_b.png"), ("\u202egnp.exe", "_gnp.exe"),
        ("trail. .", "trail"), ("CON", "CON_"), ("nul.tar.gz", "nul_.tar.gz"), ("com1 .png", "com1 _.png"),
        ("consul.png", "consul.png"), (" ünï (1)&'.png", " ünï (1)&'.png"),
    ],
)  # fmt: skip
def test_every_system_can_have_the_names_of_media(collection: Collection, name: str, new: str) -> None:
    """What has a meaning on some system is no part of a name; another name is told and in the fields, and made once."""
    text = f"[sound:{name}]"
    plan = take(collection, package([note(1, text, "b")], media={name: b"1"}))
    assert dict(plan.media) == {name: new}
    assert only(collection).fields["Front"] == f"[sound:{new}]"
    assert plan.told == (
        () if name == new else (f"not every system can have a file {name!r}, so the package's is called {new!r}",)
    )
    assert take(collection, package([note(2, text, "b")], media={name: b"1"})).media == {}
    other = take(collection, package([note(3, text, "b")], media={name: b"2"})).media[name]
    assert (collection.root / "media" / other).read_bytes() == b"2"


# Files


def test_a_file_for_each_deck(collection: Collection) -> None:
    """The tree of decks is a tree of files; names that no file may have are changed, the decks' own are not."""
    names = {1: "A", 2: "A::B", 3: "A::..", 4: "x/y: ü", 5: "X/Y: Ü", 6: ".h"}
    notes = [note(n, "f", "b") for n in names]
    plan = take(collection, package(notes, cards=[card(n, 0, n) for n in names], decks=names), "decks/in/")
    assert sorted(each.deck for each in collection.notes()) == sorted(names.values())
    assert [file.path for file in plan.decks] == [
        "decks/in/h.yaml", "decks/in/A.yaml", "decks/in/A/deck.yaml", "decks/in/A/B.yaml",
        "decks/in/X-Y- Ü.yaml", "decks/in/x-y- ü-2.yaml",
    ]  # fmt: skip


def test_many_decks_in_one_file_are_told(collection: Collection) -> None:
    """They lie in the deck that they share; how to keep them apart is told."""
    decks = {1: "A::B::C", 2: "A::B::D"}
    plan = take(
        collection, package([note(1, "a"), note(2, "b")], [kind(fields=("F",))], [card(1), card(2, 0, 2)], decks)
    )
    assert {each.deck for each in collection.notes()} == {"A::B"}
    assert "to keep them apart: --into decks/in/" in plan.told[0]


def test_a_deck_says_what_it_is_about(collection: Collection) -> None:
    """The description of a deck comes in; of one without notes it is told."""
    decks = {1: AnkiDeck(1, "A", "Of <b>words</b>\n& more"), 2: AnkiDeck(2, "B", "Gone")}
    plan = take(collection, package([note(1, "a", "b")], decks=decks))
    assert collection.abouts()["A"].description == "Of <b>words</b>\n& more"
    assert plan.told == ("the description of the deck 'B' did not come in, as no notes lie in it",)


def test_again_is_nothing_new(collection: Collection) -> None:
    """The same package a second time adds no note, no file and no word."""
    given = package([note(1, "a", "b"), note(2, "c", "d")], media={"x.png": b"x"})
    take(collection, given)
    before = {path: path.read_bytes() for path in collection.root.rglob("*") if path.is_file()}
    plan = take(collection, given)
    assert (plan.decks, plan.types, plan.told, dict(plan.media)) == ((), (), (), {})
    assert before == {path: path.read_bytes() for path in collection.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_new_notes_join_a_file(collection: Collection, newline: str) -> None:
    """What stands in the file stays byte for byte, and new notes come at the end of its list."""
    old = "# mine\ndeck: Words\nnotes:\n    - q: One?   \n      a: Yes.\n\nauthor: me\n".replace("\n", newline).encode()
    (collection.root / "decks/in.yaml").write_bytes(old)
    collection.refresh()
    given = package([note(1, "a\r\nb", "two\nlines"), note(2, "c", "\n\nd")])
    take(collection, given)
    new = (collection.root / "decks/in.yaml").read_bytes()
    assert new.startswith(old[: old.index(b"author")].rstrip()) and new.endswith(f"author: me{newline}".encode())
    assert [dict(each.fields) for each in collection.notes()][1:] == [
        {"Front": "a\r\nb", "Back": "two\nlines"}, {"Front": "c", "Back": "\n\nd"}
    ]  # fmt: skip


def test_a_file_that_would_change_its_notes_is_refused(collection: Collection) -> None:
    """Tags that a file gives to all its notes would be the new ones' too: nothing is written."""
    write_deck(collection.root, "in.yaml", "deck: Words\ntags: [mine]\nnotes:\n  - q: a\n    a: b\n")
    collection.refresh()
    with pytest.raises(SrsError, match="would read otherwise"):
        take(collection, package([note(1, "a", "b")]))
    assert not (collection.root / "notetypes").exists()


@pytest.mark.parametrize(
    "into", ["/etc/x.yaml", "x.yaml", "decks/../x.yaml", "decks/.x.yaml", "", "media/x.yaml", "decks/a\n.yaml"]
)
def test_decks_come_into_the_decks_folder(collection: Collection, into: str) -> None:
    """A place outside it, or one that is never read, is refused."""
    with pytest.raises(UsageError):
        plan_foreign(collection, package([note(1, "a", "b")]), into, set())


def test_all_or_nothing(collection: Collection) -> None:
    """Where the last file cannot be written, none is there, media and types neither."""
    plan = plan_foreign(collection, package([note(1, "a", "b")], media={"x.png": b"x"}), "decks/in.yaml", set())
    write_deck(collection.root, "in.yaml", "notes: []\n")
    with pytest.raises(FileChanged):
        carry_out(collection, plan)
    assert [path for path in collection.root.rglob("*") if path.is_file()] == [
        path for path in collection.root.rglob("*") if path.name in ("in.yaml", "srs.toml")
    ]


# Media


def test_media_keep_names_and_bytes(collection: Collection, tmp_path: Path) -> None:
    """Names with blanks, percent signs and letters of every script come in and go out; ours are here already."""
    files = {"a b.png": b"1", "100%.jpg": b"2", "ü.mp3": b"3", "_f.ttf": b"4", f"srs-{'0' * 24}.png": b"5"}
    text = '<img src="a b.png"><img src=100%.jpg>[sound:ü.mp3]'
    take(collection, package([note(1, text, "b")], [kind(css='@font-face{src:url("_f.ttf")}')], media=files))
    del files[f"srs-{'0' * 24}.png"]
    assert {path.name: path.read_bytes() for path in (collection.root / "media").iterdir()} == files
    sent_out(collection, tmp_path / "out.apkg")
    with opened(tmp_path / "out.apkg") as out:
        assert set(out.media) == set(files) and out.notes[0].fields == (text, "b")


def test_a_file_that_was_given_another_name_is_no_edit(collection: Collection) -> None:
    """The same package again says nothing of notes whose files are called otherwise here."""
    (collection.root / "media").mkdir()
    (collection.root / "media/x.png").write_bytes(b"mine")
    text = '<img src="x.png"><img src="a*.png">'
    given = package([note(1, text, "")], media={"x.png": b"theirs", "a*.png": b"1"})
    take(collection, given)
    assert plan_edits(collection, given, moment()).not_possible == ()
    given = package([note(1, text.replace("a*", "b"), "")], media={"x.png": b"theirs", "b.png": b"1"})
    assert [each.field for each in plan_edits(collection, given, moment()).not_possible] == ["Front"]


def test_another_file_of_that_name_stays(collection: Collection) -> None:
    """The package's gets another name, in the fields too, and that is told; the same bytes need none."""
    folder = collection.root / "media"
    folder.mkdir()
    (folder / "x.png").write_bytes(b"mine")
    (folder / "y.png").write_bytes(b"same")
    given = package([note(1, '<img src="x.png"><img src="y.png">', "")], media={"x.png": b"theirs", "y.png": b"same"})
    plan = take(collection, given)
    (new,) = plan.media.values()
    assert only(collection).fields["Front"] == f'<img src="{new}"><img src="y.png">'
    assert (folder / "x.png").read_bytes() == b"mine" and (folder / new).read_bytes() == b"theirs"
    assert plan.told == (f"there is another file 'x.png' here, so the package's is called {new!r}",)


def test_media_that_cannot_come_are_told(collection: Collection) -> None:
    """A file that the package names and does not have, and one that no folder can hold."""
    given = package([note(1, "a", "b")], media={".hidden": b"", "a/b": b"", "é" * 200: b""})
    plan = take(collection, replace(given, media_left_out={"gone.png": "the package has no such file"}))
    assert len(plan.told) == 4 and "the file 'gone.png' stayed behind: the package has no such file" in plan.told
    assert not (collection.root / "media").exists()
