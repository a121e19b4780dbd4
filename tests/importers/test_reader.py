"""Packages made by hand, in all three forms: what is read from them."""

import sqlite3
import zipfile
from pathlib import Path

import pytest

from srs.errors import SrsError
from srs.importers.anki.opening import opened
from srs.importers.anki.package import AnkiCard, AnkiDeck, AnkiField, AnkiNote, AnkiReview, AnkiTemplate, AnkiType
from tests.importers.handmade import CARD, DECK, FORMS, LEGACY, NEW, NOTE, OLD, REVIEW, TYPE, package

PAIR = AnkiType(
    id=TYPE,
    name="Pair",
    cloze=False,
    fields=(
        AnkiField("Front", 42, rtl=True, sticky=True, description="what is asked"),
        AnkiField("Back", None, font="Serif", size=12),
    ),
    templates=(
        AnkiTemplate("There", -9, "{{Front}}", "{{Back}}"),
        AnkiTemplate("Back again", None, "{{Back}}", "{{Front}}", browser_size=3, deck=DECK),
    ),
    css=".card {}",
    mod=7,
    sort_field=1,
    latex_pre="pre",
    latex_post="post",
    latex_svg=True,
)

every_form = pytest.mark.parametrize("form", FORMS)


@every_form
def test_all_there_is(tmp_path: Path, form: str) -> None:
    """Each form gives the same values."""
    with opened(package(tmp_path / "one.colpkg", form)) as read:
        assert (read.form, read.whole, read.created, read.rollover) == (form, True, 1600000000, 5)
        assert read.types == {TYPE: PAIR}
        assert read.decks == {DECK: AnkiDeck(DECK, "Top::Under", "what it is about"), 6: AnkiDeck(6, "Cram", "", True)}
        assert read.notes == (AnkiNote(NOTE, "guid", TYPE, 9, ("a", "b::c"), ("Q", "A")),)
        assert read.cards == (AnkiCard(CARD, NOTE, DECK, 0, 2, 2, 30, 10, 2500, 4, 1, 0, 3, "{}"),)
        assert read.reviews == (AnkiReview(REVIEW, CARD, 3, 10, -600, 2500, 4000, 1),)
        assert (read.deleted, read.media, read.media_left_out, read.remarks) == ({777}, {}, {}, ())


@every_form
def test_media(tmp_path: Path, form: str) -> None:
    """Files are read byte for byte, empty ones too, under their name in NFC."""
    files = {"a\u0308 b.png": b"\0\1" * 5000, "empty.mp3": b""}
    with opened(package(tmp_path / "one.apkg", form, media=files)) as read:
        assert read.media == {"\u00e4 b.png": 10_000, "empty.mp3": 0}
        for name, content in zip(read.media, files.values(), strict=True):
            with read.open_media(name) as file:
                assert file.read() == content
        with pytest.raises(KeyError):
            read.open_media("another.png")


def test_an_apkg_is_not_all_of_it(tmp_path: Path) -> None:
    """Only a .colpkg says by being silent of a note that it is gone."""
    with opened(package(tmp_path / "one.apkg", LEGACY)) as read:
        assert not read.whole


@every_form
def test_a_card_in_a_filtered_deck_is_at_home(tmp_path: Path, form: str) -> None:
    """Deck and due day are those that the card goes back to."""
    lend = "update cards set did = 6, odid = 5555, due = -100000, odue = 30"
    with opened(package(tmp_path / "one.apkg", form, lambda db: db.execute(lend))) as read:
        assert (read.cards[0].deck, read.cards[0].due) == (DECK, 30)


@every_form
def test_numbers_with_fractions(tmp_path: Path, form: str) -> None:
    """Old collections hold due days like 30.4; they are rounded as Anki's Check Database does."""
    with opened(package(tmp_path / "one.apkg", form, lambda db: db.execute("update cards set due = 30.4"))) as read:
        assert read.cards[0].due == 30


@every_form
def test_the_first_scheduler(tmp_path: Path, form: str) -> None:
    """Before 2021 learning had three answers, and cards learnt again no kind of their own."""

    def age(db: sqlite3.Connection) -> None:
        if form == NEW:
            db.execute("delete from config where key = 'schedVer'")
        else:
            db.execute("""update col set conf = '{"rollover": 5}'""")
        db.execute("update cards set type = 2, queue = 1")
        db.execute("insert into revlog values (1, 3333, 0, 2, 1, 1, 0, 0, 0), (2, 3333, 0, 2, 1, 1, 0, 0, 1)")

    with opened(package(tmp_path / "one.apkg", form, age)) as read:
        assert read.cards[0].kind == 3
        assert [(review.kind, review.ease) for review in read.reviews] == [(0, 3), (1, 2), (1, 3)]


@every_form
def test_reviews_of_cards_that_are_gone(tmp_path: Path, form: str) -> None:
    """They are part of the review log, as in Anki."""
    stray = "insert into revlog values (5, 99, 0, 3, 1, 1, 0, 0, 1)"
    with opened(package(tmp_path / "one.apkg", form, lambda db: db.execute(stray))) as read:
        assert [review.card for review in read.reviews] == [99, CARD]


@every_form
def test_a_deck_that_is_gone(tmp_path: Path, form: str) -> None:
    """A card's deck is always there; one that the package lacks is named as Anki names it, and that is said."""
    with opened(package(tmp_path / "one.apkg", form, lambda db: db.execute("update cards set did = 8"))) as read:
        assert read.decks[8] == AnkiDeck(8, "recovered8")
        assert read.remarks == ("1 deck that cards are in and that the package does not have: named anew.",)


@every_form
def test_cards_that_nobody_can_study(tmp_path: Path, form: str) -> None:
    """A second card for the same side, and one of a template that there is not, are counted and not taken."""

    def add(db: sqlite3.Connection) -> None:
        for number, place in ((4, 0), (5, 0), (6, 2), (7, -1), (8, 1)):
            rest = ", ".join("0" * 13)
            db.execute(
                f"insert into cards select ?, nid, did, ?, {rest}, '' from cards where id = 3333", (number, place)
            )

    with opened(package(tmp_path / "one.apkg", form, add)) as read:
        assert [(card.id, card.ord) for card in read.cards] == [(4, 0), (8, 1)]
        assert read.remarks == (
            "2 cards of a template that the note type does not have: not taken.",
            "2 cards standing twice for one note and template: only the first is taken.",
        )


def test_a_dummy_beside_the_collection_is_not_read(tmp_path: Path) -> None:
    """New packages hold an old database that only says `please update Anki`."""
    with opened(package(tmp_path / "one.apkg", NEW, entries={OLD: b"nothing that could be read"})) as read:
        assert len(read.notes) == 1


def test_a_package_without_meta(tmp_path: Path) -> None:
    """Packages of before 2.1.50 say nothing; the newer collection in them counts."""
    with opened(package(tmp_path / "one.apkg", LEGACY, entries={"meta": None, OLD: b"a dummy"})) as read:
        assert read.form == LEGACY


def test_a_package_of_genanki(tmp_path: Path) -> None:
    """What genanki writes is read, with its media."""
    import genanki

    kind = genanki.Model(
        1607392319,
        "Simple",
        fields=[{"name": "Question"}, {"name": "Answer"}],
        templates=[{"name": "Card 1", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}"}],
    )
    deck = genanki.Deck(2059400110, "Country capitals", "of the world")
    deck.add_note(genanki.Note(kind, ["Capital of Argentina", "Buenos Aires <img src=a.png>"], tags=["geo"]))
    picture = tmp_path / "a.png"
    picture.write_bytes(b"a picture")
    packed = genanki.Package(deck, [str(picture)])
    packed.write_to_file(tmp_path / "one.apkg")
    with opened(tmp_path / "one.apkg") as read:
        (note,), (card,) = read.notes, read.cards
        assert (read.form, note.tags, note.fields[0]) == (OLD, ("geo",), "Capital of Argentina")
        assert (read.decks[card.deck].name, read.decks[card.deck].description) == ("Country capitals", "of the world")
        assert [field.name for field in read.types[note.type].fields] == ["Question", "Answer"]
        assert read.open_media("a.png").read() == b"a picture"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy of the database is gone as soon as it is read, the folder when the package is closed."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with opened(package(tmp_path / "one.apkg", NEW, media={"a": b"b"})) as read:
        assert not [path for path in folder.rglob("*") if path.is_file()]
        assert read.open_media("a").read() == b"b"
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty", b"", "this is no package of Anki, or a part of it is missing"),
        ("text", b"not a zip file at all" * 10, "this is no package of Anki, or a part of it is missing"),
        (
            "collection.anki2",
            b"SQLite format 3\0" + bytes(100),
            "this is a database, perhaps Anki's own collection, which must not be read while Anki may write to it",
        ),
    ],
)
def test_no_package(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """What is no package is refused with its name, and with what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SrsError) as caught, opened(path):
        pass
    assert (caught.value.message, caught.value.hint) == (f"{path}: {message}", "export it again in Anki: File, Export")


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is named."""
    for path, reason in ((tmp_path / "none.apkg", "no such file or directory"), (tmp_path, "is a directory")):
        with pytest.raises(SrsError, match=reason), opened(path):
            pass


def test_another_zip(tmp_path: Path) -> None:
    """A zip with something else in it is no package."""
    path = tmp_path / "one.apkg"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(SrsError, match=r"holds no collection.anki2, so it is no package of Anki"), opened(path):
        pass


def test_who_reads_is_told_how_far(tmp_path: Path) -> None:
    """Progress ends with everything done."""
    told: list[tuple[str, bool]] = []
    with opened(package(tmp_path / "one.apkg", LEGACY), lambda what, done, total: told.append((what, done == total))):
        pass
    steps = ("Unpacking", "Reading notes", "Reading cards", "Reading reviews")
    assert list(dict.fromkeys(told)) == [(step, end) for step in steps for end in (False, True)]
