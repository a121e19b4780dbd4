from pathlib import Path

import pytest

from srs.cards.identity import derived_id
from srs.collection.adding import add_note, add_notes
from srs.collection.alike import alike_notes
from srs.collection.collection import Collection
from srs.collection.files import FileChanged, replace_file
from srs.collection.starter import make_collection as init
from srs.errors import SrsError, UsageError
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection


def opened(tmp_path: Path, decks: dict[str, str]) -> Collection:
    return open_collection(*make_collection(tmp_path, decks))


def add(collection: Collection, q: str, deck: str | None = None, **extra: str) -> str:
    return add_note(collection, collection.types["basic"], {"q": q, "a": "Yes"}, deck, extra).path


def test_without_a_deck_it_goes_to_the_inbox(tmp_path: Path) -> None:
    """A note for no deck goes to decks/inbox.yaml, which is made at need, and can be studied at once."""
    collection = opened(tmp_path, {})
    added = add_note(collection, collection.types["basic"], {"q": "Is it: so?", "a": "Yes # it is"})
    assert (added.path, added.note.id, added.note.deck) == ("decks/inbox.yaml", derived_id("Is it: so?"), "inbox")
    assert added.note.fields["a"] == "Yes # it is"
    lines = (collection.root / added.path).read_text("utf-8").splitlines()
    assert "Is it: so?" in lines[added.first - 1] and "it is" in lines[added.last - 1]
    collection.refresh()
    assert collection.view(added.cards[0], moment()).state == "new" and not collection.problems()


def test_a_deck_is_its_first_file(tmp_path: Path) -> None:
    """A note for a deck goes to the deck's first file by path, whatever its name; bytes there stay as they are."""
    collection = opened(
        tmp_path, {"b.yaml": "deck: ML\n" + basic_deck("one"), "a/z.yaml": "deck: ML\n" + basic_deck("two")}
    )
    before = (collection.root / "decks/a/z.yaml").read_bytes()
    assert add(collection, "Three?", "ML") == "decks/a/z.yaml"
    assert (collection.root / "decks/a/z.yaml").read_bytes().startswith(before)
    assert (collection.root / "decks/b.yaml").read_text("utf-8") == "deck: ML\n" + basic_deck("one")


def test_a_new_deck_gets_a_file_of_its_name(tmp_path: Path) -> None:
    """A note for a deck that is not there makes decks/Name/Part.yaml, of that very deck."""
    collection = opened(tmp_path, {})
    assert add(collection, "One?", "ML::Basics") == "decks/ML/Basics.yaml"
    collection.refresh()
    assert [note.deck for note in collection.notes()] == ["ML::Basics"]
    assert add(collection, "Two?", "ML::Basics") == "decks/ML/Basics.yaml"


@pytest.mark.parametrize("name", ["", "../up", "A::", "::A", "a/b", ".hidden", "a\nb", "A::.."])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    """A deck's name that would be no file of its own under decks/ is refused."""
    collection = opened(tmp_path, {})
    with pytest.raises(UsageError):
        add(collection, "One?", name)
    assert list((collection.root / "decks").iterdir()) == []


def test_a_file_that_holds_another_deck(tmp_path: Path) -> None:
    """Where the file of a new deck's name holds another deck, nothing is written."""
    collection = opened(tmp_path, {"ML.yaml": "deck: Other\n" + basic_deck("one")})
    with pytest.raises(SrsError, match=r"decks/ML.yaml exists and holds another deck"):
        add(collection, "One?", "ML")


def test_twins_are_refused(tmp_path: Path) -> None:
    """A note whose id is taken, now or as a former id, is refused with the place of the other one."""
    collection = opened(
        tmp_path, {"a.yaml": basic_deck("one") + "  - q: New?\n    id: new\n    was: [old]\n    a: x\n"}
    )
    with pytest.raises(SrsError, match=r"there is a note `one` already, at decks/a.yaml:2"):
        add(collection, "Again?", id="one")
    with pytest.raises(SrsError, match=r"there is a note `new` already, at decks/a.yaml:5"):
        add(collection, "Again?", id="old")
    add(collection, "What?")
    with pytest.raises(SrsError, match="already"):
        add(collection, "What?")
    assert (collection.root / "decks/inbox.yaml").read_text("utf-8").count("What?") == 1


@pytest.mark.parametrize("text", ["notes:\n  - q: [unclosed\n", "notes: 3\n", "- just a list\n"])
def test_a_file_that_cannot_take_it(tmp_path: Path, text: str) -> None:
    """Where the deck's file is broken, it is named and left byte for byte as it was."""
    collection = opened(tmp_path, {"inbox.yaml": text})
    with pytest.raises(SrsError, match=r"decks/inbox.yaml"):
        add(collection, "One?")
    assert (collection.root / "decks/inbox.yaml").read_text("utf-8") == text


def test_a_note_that_would_be_wrong(tmp_path: Path) -> None:
    """A note with a mistake is refused with the reason, and nothing is written."""
    collection = opened(tmp_path, {})
    with pytest.raises(SrsError):
        add(collection, "One?", id="Not An Id")
    with pytest.raises(UsageError, match="a basic needs its q"):
        add_note(collection, collection.types["basic"], {"a": "Yes"})
    assert not (collection.root / "decks/inbox.yaml").exists()


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Replacing keeps permissions and follows a link; a file changed meanwhile is left alone; no draft stays behind."""
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"old", b"new")
    assert (real.read_bytes(), real.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o640, True)
    with pytest.raises(FileChanged):
        replace_file(real, b"old", b"newer")
    with pytest.raises(FileChanged):
        replace_file(real, None, b"newer")
    assert real.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_a_clone_starts_its_own_history(tmp_path: Path) -> None:
    """`init --from` takes decks and a private journal along, into a collection whose journal is here."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\n')
    open_collection(root, environ).answer("one:answer", 3, moment(), 0)
    init(tmp_path / "mine", environ_of(tmp_path), root, False)
    mine = open_collection(tmp_path / "mine", environ_of(tmp_path))
    assert mine.state("one:answer").reps == 1 and mine.settings.journal == "here"


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """A collection, or a folder with files in the way, is left as it is."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    with pytest.raises(SrsError, match="is a collection already"):
        init(root, environ, None, True)
    (root / "srs.toml").unlink()
    with pytest.raises(SrsError, match="decks is in the way"):
        init(root, environ, None, True)
    assert not (root / "srs.toml").exists()


def test_a_new_collection_opens(tmp_path: Path) -> None:
    """What init writes has nothing wrong in it, empty or with the starter decks."""
    environ = environ_of(tmp_path)
    for name, empty in (("empty", True), ("starter", False)):
        init(tmp_path / name, environ, None, empty)
        collection = open_collection(tmp_path / name, environ)
        assert [p for p in collection.problems() if p.severity == "error"] == []
        assert (collection.size() == (0, 0)) == empty


def test_the_file_before_is_kept(tmp_path: Path) -> None:
    """What stood in a deck before a note was added to it is kept aside."""
    root, environ = make_collection(tmp_path, {"inbox.yaml": basic_deck("one")})
    before = (root / "decks/inbox.yaml").read_bytes()
    collection = open_collection(root, environ)
    add_note(collection, collection.types["basic"], {"q": "What?", "a": "That."})
    [copy] = (collection.copies_folder / "decks/inbox.yaml").iterdir()
    assert copy.read_bytes() == before


def test_the_index_follows(tmp_path: Path) -> None:
    """After an addition the index says what one made anew says, without the file having been read again."""
    collection = opened(tmp_path, {"a.yaml": "deck: D\n" + basic_deck("one", "two") + "author: me\n"})
    for number in range(3):
        add(collection, f"New {number}?", "D")
        add(collection, f"Fresh {number}?")
        add(collection, f"Deep {number}?", "A::B")
    quick = index_of(collection)
    assert len(quick[1]) == 11
    assert not collection.refresh()
    assert index_of(collection) == quick
    for path in (tmp_path / "cache-here-0001").rglob("index*"):
        path.unlink()
    assert index_of(open_collection(collection.root, environ_of(tmp_path))) == quick


def index_of(collection: Collection) -> list[list[tuple[object, ...]]]:
    """What the index knows of files, notes, cards and problems."""
    queries = (
        "select path, checksum, deck, about from file where kind = 'deck' order by path",
        "select id, path, position, deck, draft, left_out, links, data from note order by path, position",
        "select id, note, deck, template, ord, path, position, active, fresh from card order by path, position, ord",
        "select * from problem order by path, line",
    )
    return [collection.db.execute(query).fetchall() for query in queries]


def test_the_index_is_made_anew_where_an_addition_changes_more(tmp_path: Path) -> None:
    """A note that others wait for makes their warning go."""
    collection = opened(tmp_path, {"a.yaml": basic_deck("one") + "    needs: [two]\n"})
    assert collection.problems()
    add(collection, "Two?", id="two")
    collection.refresh()
    assert not collection.problems()


def test_all_or_none(tmp_path: Path) -> None:
    """Of several notes all are added, in their order; where one cannot be, none is."""
    collection = opened(tmp_path, {})
    notes = [{"q": f"{word}?", "id": word, "a": "x"} for word in ("one", "two", "three")]
    added = add_notes(collection, notes)
    assert [(each.note.id, each.first, each.last) for each in added] == [
        ("one", 5, 7),
        ("two", 8, 10),
        ("three", 11, 13),
    ]
    before = (collection.root / "decks/inbox.yaml").read_bytes()
    for wrong in (
        {"q": "four?", "id": "four"},
        {"q": "x?", "id": "two", "a": "y"},
        {"q": "x\x07", "id": "x", "a": "y"},
    ):
        with pytest.raises(SrsError):
            add_notes(collection, [{"q": "zero?", "id": "zero", "a": "x"}, wrong])
    assert (collection.root / "decks/inbox.yaml").read_bytes() == before


def test_ten_thousand_notes(tmp_path: Path) -> None:
    """In a file of ten thousand notes every other byte stays."""
    text = "# mine\n" + basic_deck(*(f"n{number}" for number in range(10_000))) + "# the end\n"
    collection = opened(tmp_path, {"inbox.yaml": text})
    added = add(collection, "One more?")
    after = (collection.root / added).read_text("utf-8")
    assert after.replace(f"  - q: One more?\n    id: {derived_id('One more?')}\n    a: 'Yes'\n", "") == text
    assert not collection.refresh()
    assert collection.size() == (10_001, 10_001)


def test_notes_that_ask_the_same(tmp_path: Path) -> None:
    """A new note is compared with markers, wordings and prompts of all notes, drafts too, however they are written."""
    deck = (
        "notes:\n  - q: Which signal does Ctrl-C send?\n    id: c\n    a: SIGINT\n"
        "  - concept: Überlauf\n    id: u\n    definition: Zu viel.\n    draft: true\n"
        "    prompts: [{q: Why add jitter to backoff?, id: j, a: x}]\n"
        "  - q: [How tall is it?, What is the height of Everest?]\n    id: e\n    a: 8849 m\n"
    )
    collection = opened(tmp_path, {"a.yaml": deck})
    for text, near in (
        ("Ctrl-C sends which signal?", ["c"]),
        ("What is an ÜBERLAUF?", ["u"]),
        ("To backoff, why is jitter added?", ["u"]),
        ("What's the height of Everest?", ["e"]),
        ("Which signal does Ctrl-Z send?", []),
        ("?", []),
    ):
        note = add_notes(collection, [{"q": text, "id": "new", "a": "x"}])[0].note
        assert [each.note.id for each in alike_notes(collection, note)] == near
        (collection.root / "decks/inbox.yaml").unlink()
        collection.refresh()
