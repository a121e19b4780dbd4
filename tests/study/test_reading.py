"""A lesson in parts, what was picked from it, and what a card costs."""

from pathlib import Path

from srs.collection.collection import Collection
from srs.memory.fsrs6 import Fsrs6
from srs.study.pace import Pace
from srs.study.price import minutes, minutes_a_year, reviews_a_year
from srs.study.reading import (
    Finished,
    Part,
    Proposal,
    Reading,
    Showing,
    close_up,
    is_unasked,
    parts_of,
    picks_from,
    unasked,
)
from srs.study.source import Passage
from tests.support import make_collection, open_collection, write_deck

SOURCE = "sources/sea.txt"
PARTS = [Part("paragraph", f"Text {line}.", line, line + 1, line) for line in (1, 4, 7)]
DECK = """\
deck: Sea
notes:
  - q: (to be asked) Text 4.
    id: passage
    draft: true
    from: sources/sea.txt#L4
    a: Text 4.
  - q: What is at line five?
    id: five
    a: a kept card
    from: sources/sea.txt#L5-L6
  - q: What is elsewhere?
    id: elsewhere
    a: another source
    from: sources/sea.txt.old#L4
"""


def collection_with(tmp_path: Path, deck: str = DECK) -> Collection:
    root, environ = make_collection(tmp_path, {"sea.yaml": deck})
    return open_collection(root, environ)


def shown(reading: Reading) -> Showing:
    assert isinstance(reading.step, Showing)
    return reading.step


def test_headings_stand_over_parts() -> None:
    """Headings are no parts of their own; the part right below begins with them, the later ones only name them."""
    blocks = [
        Part("heading", "# The sea", 1, 1),
        Part("heading", "## Tides", 2, 2),
        Part("paragraph", "The moon pulls.", 4, 4),
        Part("paragraph", "So does the sun.", 6, 6),
        Part("heading", "## Salt", 8, 8),
        Part("paragraph", "From rivers.", 9, 9),
    ]
    found = parts_of(blocks, [])
    assert [(part.text, part.under, part.begin) for part in found] == [
        ("The moon pulls.", "The sea: Tides", 1),
        ("So does the sun.", "The sea: Tides", 6),
        ("From rivers.", "Salt", 8),
    ]


def test_a_heading_without_text_is_a_part() -> None:
    """A heading at the end of a lesson, with nothing below it, is shown."""
    found = parts_of([Part("paragraph", "Text.", 1, 1), Part("heading", "# More", 3, 3)], [])
    assert [part.text for part in found] == ["Text.", "# More"]


def test_a_table_is_read_row_by_row() -> None:
    """Each row of a table is a part with its line, its cells below the names of their columns."""
    table = "| Sea | Depth |\n|---|---|\n| Red | 490 m |\n| Black | 1253 \\| 1300 m |"
    found = parts_of([Part("table", table, 5, 8)], [Proposal(0, "basic", "Red: Depth?", 7, 7, 1)])
    assert [(part.text, part.first) for part in found] == [
        ("Sea: Red\nDepth: 490 m", 7),
        ("Sea: Black\nDepth: 1253 | 1300 m", 8),
    ]
    assert [len(part.inner) for part in found] == [1, 0]


def test_what_could_be_drafted() -> None:
    """What a part's text alone would make is its own; what reaches beyond it is the section's."""
    quote = Proposal(0, "quote", "Well said.", 4, 4, 3)
    concept = Proposal(1, "concept", "Tides", 1, 9, 5)
    found = parts_of([Part("paragraph", "Said.", 4, 5), Part("paragraph", "Text.", 7, 8)], [quote, concept])
    assert [(part.inner, part.section) for part in found] == [((quote,), concept), ((), concept)]


def test_parts_on_one_line() -> None:
    """Of two parts that share a line, each has what its own words would make."""
    quote = Proposal(0, "quote", "Well said.", 4, 4, 3)
    found = parts_of([Part("quote", '"Well said."', 4, 4), Part("paragraph", "Glued text.", 4, 4)], [quote])
    assert [len(part.inner) for part in found] == [1, 0]


def test_picks_are_what_the_decks_hold(tmp_path: Path) -> None:
    """A part has the notes whose `from:` names one of its lines, drafts and cards, and none of another source."""
    reading = Reading(collection_with(tmp_path), PARTS, SOURCE)
    assert shown(reading).picks == () and (shown(reading).drafts, shown(reading).kept) == (1, 1)
    reading.go_on()
    assert [pick.note.id for pick in shown(reading).picks] == ["passage", "five"]
    assert [pick.note.id for pick in shown(reading).own] == ["passage"]
    assert [pick.unasked for pick in shown(reading).picks] == [True, False]


def test_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    """Reading goes on at the last part from which something was picked; a new lesson begins at its beginning."""
    collection = collection_with(tmp_path)
    reading = Reading(collection, PARTS, SOURCE)
    assert reading.resume() and shown(reading).number == 2
    assert not Reading(collection, PARTS, "sources/other.txt").resume()


def test_going_through(tmp_path: Path) -> None:
    """One goes on to the end, back from there, and never before the beginning."""
    reading = Reading(collection_with(tmp_path), PARTS, SOURCE)
    reading.go_back()
    assert shown(reading).number == 1
    for _ in range(4):
        reading.go_on()
    assert reading.step == Finished(1, 1, 1)
    reading.go_back()
    assert shown(reading).number == 3
    reading.go_to(99)
    assert shown(reading).number == 3


def test_a_change_by_another_program_is_seen(tmp_path: Path) -> None:
    """What was written to the deck meanwhile is there at the next look."""
    collection = collection_with(tmp_path)
    reading = Reading(collection, PARTS, SOURCE)
    write_deck(collection.root, "sea.yaml", DECK.replace("#L4\n    a: Text", "#L1\n    a: Text"))
    reading.look()
    assert [pick.note.id for pick in shown(reading).picks] == ["passage"]


def test_a_passage_without_a_question() -> None:
    """What stands for a question begins with the passage's words, in one short line."""
    said = unasked("The moon\n pulls the water towards it, and the sun does so too, though it is far away.")
    assert said.startswith("(to be asked) The moon pulls the water") and said.endswith(" …") and len(said) < 80
    assert unasked("Short.") == "(to be asked) Short."


def test_a_kept_passage_is_asked(tmp_path: Path) -> None:
    """Only a draft can want a question."""
    passage = picks_from(collection_with(tmp_path), SOURCE)[0].note
    assert is_unasked(passage)
    kept = collection_with(tmp_path / "x", DECK.replace("    draft: true\n", ""))
    assert not is_unasked(picks_from(kept, SOURCE)[0].note)


def test_a_close_up_of_a_pasted_lesson() -> None:
    """Of a text that is one long paragraph the line that is named is shown, with two around it; a short one whole."""
    lines = tuple(f"Line {number} " + "and on " * 30 for number in range(1, 41))
    whole = Passage("sources/x.txt", 1, 1, 40, lines)
    near = close_up(whole, "sources/x.txt#L20")
    assert [number for number, _, _ in near.numbered()] == [18, 19, 20, 21, 22]
    assert [text for _, text, belongs in near.numbered() if belongs] == [lines[19]]
    assert [number for number, _, _ in close_up(whole, "sources/x.txt#L1").numbered()] == [1, 2, 3]
    short = Passage("sources/x.txt", 1, 1, 3, ("One", "Two", "Three"))
    assert close_up(short, "sources/x.txt#L2") == short and close_up(whole, "sources/x.txt#L2-L9") == whole


def test_price_of_a_card(tmp_path: Path) -> None:
    """A year of a card is the first answer and its reviews, at the learner's pace; more retention costs more."""
    pace = Pace(new=60, learning=0, review=30, follow_ups=0, lapses=0)
    assert minutes(pace, 4) == 3
    usual, high = (reviews_a_year(Fsrs6(), retention, 36500) for retention in (0.9, 0.97))
    assert 3 < usual < 8 < high
    assert reviews_a_year(Fsrs6(), 0.9, 5) > 70
    assert 0.5 < minutes_a_year(collection_with(tmp_path), "Sea") < 5
