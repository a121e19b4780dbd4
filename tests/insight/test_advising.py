"""Advice on a collection: which notes it is about, and a corpus of bad cards by somebody who had not read the rules."""

import json
import os
import re
from pathlib import Path

import pytest

from srs.cards.advice.rules import NAMES
from srs.collection.collection import Collection
from srs.collection.stored import note_from_json, note_to_json
from srs.errors import Problem
from srs.insight.advising import advice_of
from srs.insight.provenance import provenance
from tests.support import make_collection, moment, open_collection, write_deck

DATA = Path(__file__).parents[1] / "data"
NOW = moment()
DAY = 86_400_000

CLOSED = "notes:\n  - q: Is glass a liquid?\n    id: glass\n    a: A solid\n"
OPEN = "  - q: Who built the Vasa?\n    id: vasa\n    a: Henrik Hybertsson\n"


def opened(tmp_path: Path, text: str) -> tuple[Path, Collection]:
    root, environ = make_collection(tmp_path, {"a.yaml": text})
    return root, open_collection(root, environ, fixed_clock=True)


def codes(collection: Collection, now: int = NOW, every: bool = False) -> list[str]:
    return [problem.code for problem in advice_of(collection, now, every)]


def edit(root: Path, text: str, at: int) -> None:
    path = write_deck(root, "a.yaml", text)
    os.utime(path, ns=(at * 1_000_000, at * 1_000_000))


def test_new_notes_are_advised(tmp_path: Path) -> None:
    """A note that was never answered is new; once it was, only `every` speaks of it."""
    _, collection = opened(tmp_path, CLOSED)
    assert codes(collection) == ["yes-no"]
    collection.answer("glass:answer", 3, NOW, 1000, "study")
    assert codes(collection) == []
    assert codes(collection, every=True) == ["yes-no"]


def test_an_answer_that_was_taken_back_is_none(tmp_path: Path) -> None:
    """After `undo` the note is new again."""
    _, collection = opened(tmp_path, CLOSED)
    collection.answer("glass:answer", 3, NOW, 1000, "study")
    collection.undo(NOW + 1)
    assert codes(collection) == ["yes-no"]


def test_drafts_are_advised(tmp_path: Path) -> None:
    """A draft is advised like any new note."""
    _, collection = opened(tmp_path, f"draft: true\n{CLOSED}")
    assert codes(collection) == ["yes-no"]


def test_changed_notes_are_advised(tmp_path: Path) -> None:
    """A note whose text changed after its last answer is advised until the next one, and its neighbours are not."""
    other = "  - q: Is ice a rock?\n    id: ice\n    a: A mineral\n"
    root, collection = opened(tmp_path, CLOSED + other)
    for card in ("glass:answer", "ice:answer"):
        collection.answer(card, 3, NOW, 1000, "study")
    edit(root, CLOSED.replace("a liquid", "liquid") + other, NOW + 60_000)
    collection.refresh()
    (problem,) = advice_of(collection, NOW + 2 * DAY, False)
    assert problem.message.startswith("glass:answer: ")
    collection.answer("glass:answer", 3, NOW + DAY, 1000, "study")
    assert codes(collection, NOW + 2 * DAY) == []


def test_a_move_is_no_change(tmp_path: Path) -> None:
    """A note that stands elsewhere in its file, or got another tag, says what it said."""
    root, collection = opened(tmp_path, CLOSED)
    collection.answer("glass:answer", 3, NOW, 1000, "study")
    edit(root, f"tags: [matter]\nnotes:\n{OPEN}{CLOSED.removeprefix('notes:')[1:]}", NOW + 60_000)
    collection.refresh()
    assert codes(collection, NOW + DAY) == []


def test_failing_notes_are_advised(tmp_path: Path) -> None:
    """A note with a card that is forgotten again and again is advised, and told to mend it."""
    _, collection = opened(tmp_path, CLOSED)
    at = NOW
    for _ in range(4):
        for rating in (4, 1):
            collection.answer("glass:answer", rating, at, 1000, "study")
            at += 40 * DAY
    found = advice_of(collection, at, False)
    assert [problem.code for problem in found] == ["mend", "yes-no"]
    assert "You forgot it 4 times" in found[0].message


def test_slow_notes_are_advised(tmp_path: Path) -> None:
    """A card that takes more than three times the usual time is one to mend."""
    _, collection = opened(tmp_path, CLOSED + OPEN)
    for turn in range(5):
        at = NOW + turn * 40 * DAY
        collection.answer("glass:answer", 3, at, 60_000, "study")
        for extra in range(3):
            collection.answer("vasa:answer", 3, at + extra + 1, 4_000, "study")
    (problem, _) = advice_of(collection, NOW + 400 * DAY, False)
    assert "took 60 s, and the usual one 4 s" in problem.message


def test_silence_goes_through_the_index(tmp_path: Path) -> None:
    """A reason for silence is kept with the note, and no rule is silent that is not named."""
    _, collection = opened(tmp_path, CLOSED.rstrip() + "\n    quiet: {yes-no: it is the point}\n" + OPEN)
    assert codes(collection) == []
    (glass, _) = collection.notes()
    assert note_from_json(note_to_json(glass)) == glass
    assert dict(glass.quiet) == {"yes-no": "it is the point"}


def test_the_index_forgets_edits_and_says_nothing_wrong(tmp_path: Path) -> None:
    """Made anew, the index knows no edits: what was answered counts as unchanged."""
    root, environ = make_collection(tmp_path, {"a.yaml": CLOSED})
    collection = open_collection(root, environ, fixed_clock=True)
    collection.answer("glass:answer", 3, NOW, 1000, "study")
    edit(root, CLOSED.replace("a liquid", "liquid"), NOW + 60_000)
    collection.refresh()
    assert codes(collection, NOW + DAY) == ["yes-no"]
    again = open_collection(root, environ | {"SRS_CACHE_DIR": str(tmp_path / "other")}, fixed_clock=True)
    assert codes(again, NOW + DAY) == []


KEY: dict[str, str | None] = json.loads((DATA / "advice/bad-cards.key.json").read_text("utf-8"))
RULE_OF = {
    "One thing": "one-thing", "No lists": "list", "No yes/no": "yes-no", "Example trap": "example",
    "One answer": "one-answer", "Context-free": "context", "Not about the source": "about-source",
    "No giveaway": "giveaway", "Short question": "long-question", "Cloze": "cloze", "Interference": "interference",
    "Source": "source", "Date": "date",
}  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The rules that speak of each note of the corpus; a quote that its source has not counts as `source`."""
    text = (DATA / "advice/bad-cards.yaml").read_text("utf-8")
    text = re.sub(r"source: (lesson-\S+)", r"source: sources/\1", text)
    root, collection = opened(tmp_path_factory.mktemp("corpus"), text)
    (root / "sources").mkdir()
    for name in ("lesson-markdown.md", "lesson-pasted.txt"):
        (root / "sources" / name).write_bytes((DATA / "lessons" / name).read_bytes())
    assert [problem for problem in collection.problems() if problem.severity == "error"] == []
    by_line = {note.place.line: note.id for note in collection.notes()}
    said: dict[str, set[str]] = {note: set() for note in by_line.values()}
    for problem in [*advice_of(collection, NOW, False), *map(_as_source, provenance(collection))]:
        said[by_line[problem.line]].add(problem.code)
    return said


def _as_source(problem: Problem) -> Problem:
    assert problem.code in ("quote-absent", "quote-near")
    return Problem(problem.path, problem.line, problem.column, "advice", "source", problem.message)


def test_each_planted_fault_is_found(corpus: dict[str, set[str]]) -> None:
    """Of each of the 40 bad cards the rule speaks that its key names."""
    assert [note for note, fault in KEY.items() if fault and RULE_OF[fault] not in corpus[note]] == []


def test_good_cards_are_left_alone(corpus: dict[str, set[str]]) -> None:
    """Of the 20 good cards between them nothing is said."""
    assert {note: corpus[note] for note, fault in KEY.items() if not fault and corpus[note]} == {}


def test_the_key_names_rules() -> None:
    """Each name in the key is a rule."""
    assert {RULE_OF[fault] for fault in KEY.values() if fault} <= set(NAMES)
