"""The drafts of a collection, and a walk over them."""

from pathlib import Path

import pytest

from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.study.drafting import Drafting, Finished, Showing, drafts
from srs.study.search import parse_query
from srs.upkeep.drafts import drop, keep, make_several, retag
from tests.support import make_collection, moment, open_collection, write_deck

DECK = """\
deck: Sea
notes:
  # heard on a ship
  - q: What pulls the tides?
    id: tides
    draft: true
    a: The moon.
    from: sources/sea.txt#L4

  - q: (to be asked) Salt comes from …
    id: salt
    tags: [doubt, water]
    draft: true
    a: Salt comes from rivers.

  - quote: The sea is everything.
    id: verne
    by: Jules Verne
    draft: true
    fidelity: unverified

  - q: Is this one studied?
    id: kept
    a: Yes.

  - q: Is this one studied?
    id: kept.other
    tags: [conflict]
    draft: true
    a: The other device says no.
"""


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    root, environ = make_collection(tmp_path, {"sea.yaml": DECK})
    return open_collection(root, environ)


def text(collection: Collection) -> str:
    return (collection.root / "decks/sea.yaml").read_text("utf-8")


def walk(collection: Collection) -> Drafting:
    return Drafting(collection, moment)


def shown(drafting: Drafting) -> Showing:
    assert isinstance(drafting.step, Showing)
    return drafting.step


def test_drafts_as_written(collection: Collection) -> None:
    """Drafts come as they are written, without the version that a sync left."""
    assert [note.id for note in drafts(collection, moment())] == ["tides", "salt", "verne"]


@pytest.mark.parametrize(("query", "found"), [("tag:doubt", ["salt"]), ("verne", ["verne"]), ("deck:Sea -moon", 2)])
def test_a_query(collection: Collection, query: str, found: list[str] | int) -> None:
    """A query finds drafts, those that make no card too."""
    notes = drafts(collection, moment(), parse_query(query, collection.day(moment()), moment()))
    assert len(notes) == found if isinstance(found, int) else [note.id for note in notes] == found


def test_what_a_draft_is(collection: Collection) -> None:
    """A draft knows its cards, whether it wants a question, is unverified, or doubted."""
    drafting = walk(collection)
    first = shown(drafting)
    drafting.skip()
    second = shown(drafting)
    drafting.skip()
    third = shown(drafting)
    assert (first.cards, first.unasked, first.doubted) == (("tides:answer",), False, False)
    assert (second.unasked, second.doubted, second.unverified) == (True, True, False)
    assert (third.unverified, third.cards) == (True, ())
    drafting.skip()
    assert drafting.step == Finished() and drafting.left() == 3


def test_keeping(collection: Collection) -> None:
    """A kept draft loses `draft:` and nothing else, is studied, and undo makes it one again."""
    drafting = walk(collection)
    drafting.settled("kept", [keep(collection, shown(drafting).note, {}, ("doubt",))], 1)
    assert text(collection) == DECK.replace("    draft: true\n    a: The moon", "    a: The moon")
    assert shown(drafting).note.id == "salt" and drafting.left() == 2 and drafting.cards_made() == 1
    assert drafting.undo() and text(collection) == DECK
    assert shown(drafting).note.id == "tides" and drafting.left() == 3


def test_a_question_for_a_passage(collection: Collection) -> None:
    """A passage gets question, answer and an id of its own, and loses the tag of doubt, in its place."""
    drafting = walk(collection)
    drafting.skip()
    texts = {"q": "Where is salt from?", "id": "salt-from", "a": "Rivers."}
    drafting.settled("kept", [keep(collection, shown(drafting).note, texts, ("doubt",))], 1)
    said = "  - q: Where is salt from?\n    id: salt-from\n    tags: [water]\n    a: Rivers.\n"
    assert said in text(collection)
    assert drafting.undo() and text(collection) == DECK and shown(drafting).note.id == "salt"


def test_a_file_of_drafts(tmp_path: Path) -> None:
    """Where the file says that all its notes are drafts, a kept one says that it is none."""
    deck = "deck: Sea\ndraft: true\nnotes:\n  - q: One?\n    id: one\n    a: 1\n  - q: Two?\n    id: two\n    a: 2\n"
    root, environ = make_collection(tmp_path, {"sea.yaml": deck})
    collection = open_collection(root, environ)
    keep(collection, drafts(collection, moment())[0], {})
    assert text(collection) == deck.replace("    a: 1\n", "    a: 1\n    draft: false\n")
    assert [note.id for note in drafts(collection, moment())] == ["two"]


def test_verifying(collection: Collection) -> None:
    """A verified quote says so, with the day, and makes cards."""
    note = drafts(collection, moment())[2]
    keep(collection, note, {"fidelity": "verbatim", "checked": "2026-12-01"})
    assert "    fidelity: verbatim\n    checked: 2026-12-01\n" in text(collection)
    assert [view.id for view in collection.cards_of_note("verne", moment())] == ["verne:finish", "verne:who"]


def test_dropping(collection: Collection) -> None:
    """A dropped draft is gone with the comment above it, and undo brings both back."""
    drafting = walk(collection)
    drafting.settled("dropped", drop(collection, [shown(drafting).note]))
    assert "tides" not in text(collection) and "heard on a ship" not in text(collection)
    assert drafting.left() == 2
    drafting.undo()
    assert text(collection) == DECK


def test_dropping_all(collection: Collection) -> None:
    """A file whose every note was dropped can be read, and added to."""
    drop(collection, collection.notes())
    assert collection.notes() == [] and collection.problems() == []


def test_doubting(collection: Collection) -> None:
    """A doubted draft has the tag; taken off, the file is as it was."""
    note = drafts(collection, moment())[0]
    retag(collection, note, ("doubt",))
    assert "    tags: [doubt]\n" in text(collection)
    retag(collection, drafts(collection, moment())[0], (), ("doubt",))
    assert text(collection) == DECK


def test_several_of_one(collection: Collection) -> None:
    """A question made several is a draft for each, in its place, with what it had; undo makes it one again."""
    drafting = walk(collection)
    questions = [{"q": "One?", "id": "one", "a": "1"}, {"q": "Two?", "id": "two", "a": "2"}]
    drafting.made_several([make_several(collection, shown(drafting).note, questions)], ["one", "two"])
    assert [note.id for note in drafts(collection, moment())] == ["one", "two", "salt", "verne"]
    assert shown(drafting).note.id == "one" and shown(drafting).note.origin == "sources/sea.txt#L4"
    assert (shown(drafting).number, drafting.count) == (1, 4)
    drafting.undo()
    assert text(collection) == DECK and drafting.count == 3 and shown(drafting).note.id == "tides"


def test_an_edit(collection: Collection) -> None:
    """An edited draft is shown as edited; one that is none any more, or gone, is passed by and not left."""
    drafting = walk(collection)
    write_deck(collection.root, "sea.yaml", DECK.replace("The moon.", "The moon, mostly."))
    drafting.changed("edited", [("decks/sea.yaml", DECK.encode(), text(collection).encode())])
    assert shown(drafting).note.fields["a"] == "The moon, mostly."
    drafting.undo()
    write_deck(collection.root, "sea.yaml", DECK.replace("    draft: true\n    a: The moon", "    a: The moon"))
    drafting.look()
    assert shown(drafting).note.id == "salt" and drafting.left() == 2


def test_an_edit_that_breaks_the_file(collection: Collection) -> None:
    """What is wrong in the file is shown for the draft that was there; mended, the draft is there again."""
    drafting = walk(collection)
    write_deck(collection.root, "sea.yaml", DECK.replace("id: tides", "id: [tides"))
    drafting.look()
    assert shown(drafting).problem and shown(drafting).note.id == "tides"
    write_deck(collection.root, "sea.yaml", DECK)
    drafting.look()
    assert shown(drafting).problem is None


def test_undo_refuses_a_changed_file(collection: Collection) -> None:
    """What another program wrote meanwhile is not overwritten by undo."""
    drafting = walk(collection)
    drafting.settled("dropped", drop(collection, [shown(drafting).note]))
    write_deck(collection.root, "sea.yaml", text(collection) + "# mine\n")
    with pytest.raises(SrsError, match="changed again"):
        drafting.undo()
    assert len(drafting.did) == 1
