"""Drafts written into a collection: one file, ids, origins; the source kept; nothing twice, nothing by halves."""

import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.importers.drafting import Written, keep_source, write_drafts
from srs.importers.lesson.reading import read_lesson
from tests.support import make_collection, moment, open_collection

LESSONS = Path(__file__).parents[1] / "data/lessons"
CARDS = "Q: Which signal?\nA: `SIGINT`\n\nQ: Which flag?\nA: `SYN`\n"


@pytest.fixture
def cards(tmp_path: Path) -> Collection:
    return open_collection(
        *make_collection(tmp_path, {"a.yaml": "deck: A\nnotes:\n  - q: Which signal?\n    a: mine\n"})
    )


def put(collection: Collection, path: Path, text: str, deck: str | None = None, into: str = "") -> Written:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return write_drafts(collection, read_lesson(text, path.name).drafts, path, deck, moment(), into)


@pytest.mark.parametrize("name", ["karpathy.txt", "lesson-markdown.md", "lesson-pasted.txt"])
def test_a_lesson_becomes_drafts_without_a_problem(cards: Collection, name: str) -> None:
    """Each draft can be read back as a draft, from its lines of the kept source, which has the lesson's bytes."""
    source = LESSONS / name
    drafts = read_lesson(source.read_bytes().decode(), name).drafts
    written = write_drafts(cards, drafts, source, None, moment())
    assert cards.problems() == []
    assert (cards.root / written.source).read_bytes() == source.read_bytes()
    notes = {note.id: note for note in cards.notes()}
    assert len(written.ids) == len(drafts)
    for note, draft in zip((notes[id] for id in written.ids), drafts, strict=True):
        assert note.draft and note.origin
        assert note.origin.startswith(f"{written.source}#L{draft.first_line}")
        assert {key: value for key, value in draft.fields.items() if key != "cards"} == dict(note.fields)


def test_the_same_lesson_brings_nothing_twice(cards: Collection, tmp_path: Path) -> None:
    """A second import writes nothing, also after the lesson was edited, except for what is new in it."""
    first = put(cards, tmp_path / "l/x.md", CARDS)
    again = put(cards, tmp_path / "l/x.md", CARDS)
    assert (again.ids, again.known, again.path) == ((), 2, "")
    more = put(cards, tmp_path / "l/x.md", f"{CARDS}\nQ: Third?\nA: Yes\n")
    assert (more.known, len(more.ids), more.source) == (2, 1, "sources/x-2.md")
    assert first.path == more.path == "decks/x.yaml"


def test_a_note_of_ones_own_is_no_twin(cards: Collection, tmp_path: Path) -> None:
    """A draft whose id another note has gets one of its own, and both stay."""
    written = put(cards, tmp_path / "l/x.md", CARDS)
    assert written.ids[0].endswith("-2") and not written.ids[1].endswith("-2")
    assert cards.problems() == []


def test_drafts_are_added_to_a_file_that_is_there(cards: Collection, tmp_path: Path) -> None:
    """`deck` finds the file of that deck, `into` names one; what stood there stays byte for byte."""
    old = (cards.root / "decks/a.yaml").read_bytes()
    assert put(cards, tmp_path / "l/x.md", CARDS, deck="A").path == "decks/a.yaml"
    assert (cards.root / "decks/a.yaml").read_bytes().startswith(old)
    assert put(cards, tmp_path / "l/y.md", "Q: Y?\nA: y\n", into="decks/new/").path == "decks/new/y.yaml"
    assert cards.problems() == []


def test_doubts_stand_as_comments(cards: Collection, tmp_path: Path) -> None:
    """What was guessed is written into the draft, above `draft: true`."""
    text = "Forks are copies.\nMental Model\nTwins.\nReal Example\nfork\n"
    path = put(cards, tmp_path / "l/x.txt", text).path
    lines = (cards.root / path).read_text("utf-8").splitlines()
    assert "    # Doubt: It has no heading; its name is taken from its first sentence." in lines
    assert lines[-1] == "    draft: true"


def test_pictures_come_along(cards: Collection, tmp_path: Path) -> None:
    """A picture in the lesson's folder is copied into media/ and named so; what is not there, or outside, is told."""
    (tmp_path / "l/img").mkdir(parents=True)
    (tmp_path / "l/img/a b.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG")
    text = "Q: ![it](img/a%20b.png) and ![no](img/no.png)?\nA: ![x](../secret.png) ![web](https://example.org/x.png)\n"
    written = put(cards, tmp_path / "l/x.md", text)
    assert written.pictures == 1 and (cards.root / "media/a-b.png").read_bytes() == b"\x89PNG"
    note = next(note for note in cards.notes() if note.id == written.ids[0])
    assert note.fields["q"] == "![it](a-b.png) and ![no](img/no.png)?"
    assert note.fields["a"] == "![x](../secret.png) ![web](https://example.org/x.png)"
    assert [clause.split(" of ")[0] for clause in written.told] == [
        "the picture img/no.png",
        "the picture ../secret.png",
    ]
    assert [clause.split("line 1 on ")[1] for clause in written.told] == [
        "is not there", "lies outside the folder of the lesson",
    ]  # fmt: skip


def test_nothing_is_written_by_halves(cards: Collection, tmp_path: Path) -> None:
    """Where the deck file cannot take the notes, the source is not kept either."""
    (cards.root / "decks/a.yaml").write_text("deck: A\nnotes: [{q: x, a: y}]\n", "utf-8")
    with pytest.raises(SrsError, match="brackets"):
        put(cards, tmp_path / "l/x.md", CARDS, deck="A")
    assert not (cards.root / "sources/x.md").exists()


def test_a_full_disk_leaves_no_half_of_a_source(cards: Collection, tmp_path: Path) -> None:
    """Where the copy of a text cannot be written whole, nothing of it stays in sources/."""
    path = tmp_path / "x.txt"
    path.write_bytes(b"word " * 1000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(SrsError, match="not kept"):
            keep_source(cards, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((cards.root / "sources").glob("*")) == []
    assert keep_source(cards, path) == "sources/x.txt"


def test_a_source_is_kept_once(cards: Collection, tmp_path: Path) -> None:
    """A text is copied once; another one of its name gets a number; one in sources/ stays where it is."""
    path = tmp_path / "x.txt"
    path.write_bytes(b"one\r\n")
    assert [keep_source(cards, path), keep_source(cards, path)] == ["sources/x.txt"] * 2
    path.write_bytes(b"two")
    assert keep_source(cards, path) == "sources/x-2.txt"
    assert keep_source(cards, cards.root / "sources/x.txt") == "sources/x.txt"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_any_text_can_be_written(cards: Collection, tmp_path: Path, name: str, text: str) -> None:
    """Whatever characters a lesson holds, its drafts can be written and read back without a problem."""
    lesson = f"## {name}\n\nMental Model: {text}\n\nReal Example: {name}\n\nQ: {text}\nA: {name}\n"
    source = tmp_path / "any.md"
    source.write_bytes(lesson.encode("utf-8", "replace"))
    drafts = read_lesson(lesson, "any.md").drafts
    (cards.root / "decks/any.yaml").unlink(missing_ok=True)
    cards.refresh()
    written = write_drafts(cards, drafts, source, None, moment())
    assert len(written.ids) == len(drafts) and cards.problems() == []
