"""Another id for a note: its progress, and what names it, go along."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.errors import SrsError, UsageError
from srs.upkeep.rename import rename_note
from tests.support import environ_of, make_collection, moment, open_collection

DECK = """\
# mine
notes:
  - q: What is x?
    a: y
    prompts:
      - q: And z?
        id: z
        a: w
  - term: b
    id: b
    means: c
    needs: [{x}]
"""
DERIVED = "what-is-x-0b15d1"


def cards(collection: Collection) -> list[tuple[str, object]]:
    """Each card's name and all that is known of it, in deck order; the note's id aside, memory to nine digits."""
    known = []
    for view in collection.cards(moment()):
        state = collection.state(view.id)
        memory = tuple(round(number, 9) for number in getattr(state.progress, "memory", ()))
        progress = replace(state.progress, memory=memory) if memory else state.progress
        known.append((view.template, replace(state, progress=progress)))
    return known


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two notes, the second needs the first, whose id is derived; three cards of them have been answered."""
    root, environ = make_collection(tmp_path, {"a.yaml": DECK.format(x=DERIVED)})
    collection = open_collection(root, environ)
    for number, card in enumerate((f"{DERIVED}:answer", f"{DERIVED}:p-z", "b:forward", f"{DERIVED}:answer")):
        collection.answer(card, 4, moment() + number * 1000, 0)
    return root


@pytest.fixture
def collection(root: Path, tmp_path: Path) -> Collection:
    return open_collection(root, environ_of(tmp_path))


def test_progress_stays(collection: Collection, root: Path) -> None:
    """A note of another id has its cards' progress, in this index and in one made anew, and is still needed."""
    before = cards(collection)
    done = rename_note(collection, DERIVED, "x")
    assert (done.old, done.new, done.place.path, done.place.line) == (DERIVED, "x", "decks/a.yaml", 3)
    assert [note.id for note in collection.notes()] == ["x", "b"]
    assert cards(collection) == before
    assert cards(open_collection(root, environ_of(root.parent, "there-0002"))) == before
    assert collection.problems() == []
    assert collection.card(f"{DERIVED}:p-z", moment()) is not None


def test_what_is_written(collection: Collection, root: Path) -> None:
    """`id:` and `was:` are put below the question; all other bytes stay, and a copy of the old file is kept."""
    rename_note(collection, DERIVED, "x")
    old = DECK.format(x=DERIVED)
    new = old.replace("What is x?\n", f"What is x?\n    id: x\n    was: [{DERIVED}]\n")
    assert (root / "decks/a.yaml").read_text() == new
    copies = [path.read_text() for path in collection.copies_folder.rglob("*") if path.is_file()]
    assert copies == [old]


def test_there_and_back(collection: Collection, root: Path) -> None:
    """Renamed back, a note has its progress and its Anki guid, and its own id is not among those it had."""
    before = cards(collection)
    rename_note(collection, DERIVED, "x")
    rename_note(collection, "x", DERIVED)
    (note, _) = collection.notes()
    assert (note.id, note.was, note.guid) == (DERIVED, ("x",), f"srs:{DERIVED}")
    assert cards(collection) == before
    assert collection.problems() == []


def test_by_a_former_id(collection: Collection) -> None:
    """The note is found by any id that it had."""
    rename_note(collection, DERIVED, "x")
    assert rename_note(collection, DERIVED, "y").old == "x"
    assert collection.notes()[0].was == (DERIVED, "x")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("b", "B", "cannot be an id"),
        ("b", "b:forward", "is no id of a note"),
        ("b:forward", "c", "is no id of a note"),
        ("nope", "c", "there is no note `nope`"),
        ("b", "b", "has the id `b` already"),
        ("b", DERIVED, "belongs to the note at decks/a.yaml:3"),
    ],
)
def test_what_is_refused(collection: Collection, root: Path, old: str, new: str, said: str) -> None:
    """What is no id, not there or not free is refused, and nothing is written."""
    before = (root / "decks/a.yaml").read_bytes()
    with pytest.raises(SrsError, match=said) as raised:
        rename_note(collection, old, new)
    assert isinstance(raised.value, UsageError) == (":" in old + new or new == "B")
    assert (root / "decks/a.yaml").read_bytes() == before


def test_ids_that_were_are_not_free(collection: Collection, root: Path) -> None:
    """An id that another note had, or that has a history and no deck, is refused."""
    rename_note(collection, DERIVED, "x")
    with pytest.raises(SrsError, match="which had it once"):
        rename_note(collection, "b", DERIVED)
    path = root / "decks/a.yaml"
    path.write_text(path.read_text().replace("id: b", "id: c"))
    with pytest.raises(SrsError, match="history of a note that is in no deck"):
        rename_note(collection, "c", "b")


def test_notes_left_out_stay(collection: Collection, root: Path) -> None:
    """A note whose id is used twice is not renamed."""
    (root / "decks/b.yaml").write_text("notes:\n  - q: v\n    id: b\n    a: w\n")
    with pytest.raises(SrsError, match="is left out"):
        rename_note(collection, "b", "c")


NAMES = st.sampled_from([DERIVED, "b", "x", "y", "z-1"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.lists(st.tuples(NAMES, NAMES), max_size=6))
def test_any_renaming_keeps_every_state(tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, str]]) -> None:
    """Whatever notes are renamed to, or refused, all cards keep their states and the collection has no problem."""
    root, environ = make_collection(tmp_path_factory.mktemp("rename"), {"a.yaml": DECK.format(x=DERIVED)})
    collection = open_collection(root, environ)
    for number, card in enumerate((f"{DERIVED}:answer", f"{DERIVED}:p-z", "b:forward")):
        collection.answer(card, 1 + number, moment() + number * 1000, 0)
    before = cards(collection)
    for old, new in names:
        try:
            rename_note(collection, old, new)
        except SrsError:
            pass
        assert cards(collection) == before
        assert collection.problems() == []
