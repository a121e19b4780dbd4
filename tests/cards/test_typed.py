"""Typed answers: what agrees, what differs, which rating that suggests."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.faces import Typed, typed_field
from srs.cards.typed import Comparison, compare, expected_text, folded, graphemes, reading_form
from srs.cards.typefile import read_notetype, to_yaml
from srs.errors import SrsError

LETTERS = st.text(st.sampled_from("aábcdé ABÉ\u0301\u0308ßΣσ東京한’'–- .\n\u00a0\u200b"), max_size=12)
TEXTS = st.one_of(LETTERS, st.text(max_size=12))
COUNTS = st.booleans()


def kinds(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(part.kind, part.given, part.expected) for part in comparison.parts]


@given(TEXTS, TEXTS, COUNTS, COUNTS)
def test_equal_means_folded_equal(one: str, other: str, accents: bool, case: bool) -> None:
    """Two answers agree exactly where what counts of them is the same text."""
    same = folded(reading_form(one), accents, case) == folded(reading_form(other), accents, case)
    assert compare(one, other, accents, case).equal is same


@given(TEXTS, TEXTS, COUNTS, COUNTS)
def test_the_parts_are_both_texts(one: str, other: str, accents: bool, case: bool) -> None:
    """Joined, the parts are what was typed and what was expected; none is empty, none is torn within a grapheme."""
    found = compare(one, other, accents, case)
    assert "".join(part.given for part in found.parts) == found.given == reading_form(one)
    assert "".join(part.expected for part in found.parts) == found.expected == reading_form(other)
    assert all(part.given or part.expected for part in found.parts)
    assert [each for part in found.parts for each in graphemes(part.given)] == graphemes(found.given)


@given(TEXTS, TEXTS, COUNTS, COUNTS)
@example("\u0301", "", False, False)
def test_kinds_say_which_side_has_something(one: str, other: str, accents: bool, case: bool) -> None:
    """A missing part was not typed, an extra one not expected, others stand on both sides; equal ones fold alike.

    An accent without a letter, where accents do not count, is equal to nothing.
    """
    for part in compare(one, other, accents, case).parts:
        sides = (bool(part.given), bool(part.expected))
        if part.kind == "equal":
            assert folded(part.given, accents, case) == folded(part.expected, accents, case)
            if not folded(part.given, accents, case):
                continue
        assert sides == {"missing": (False, True), "extra": (True, False)}.get(part.kind, (True, True))


@given(TEXTS, TEXTS, COUNTS, COUNTS)
@example("B AA", "A B A", False, False)
def test_the_difference_is_symmetric(one: str, other: str, accents: bool, case: bool) -> None:
    """Swapped, as many letters agree, and as many are missing as were too much."""

    def lengths(found: Comparison) -> tuple[int, int]:
        differs = [part for part in found.parts if part.kind != "equal"]
        ours, theirs = (sum(len(graphemes(text)) for text in side) for side in zip(*_sides(differs), strict=True))
        return ours, theirs

    def _sides(parts: list[object]) -> list[tuple[str, str]]:
        return [("", ""), *((part.given, part.expected) for part in parts)]  # type: ignore[attr-defined]

    there, back = compare(one, other, accents, case), compare(other, one, accents, case)
    if there.given and back.given:
        assert there.equal == back.equal
        assert lengths(there) == lengths(back)[::-1]


@given(TEXTS, COUNTS, COUNTS)
def test_an_answer_agrees_with_itself(text: str, accents: bool, case: bool) -> None:
    """Whatever the text and its form of composition, typed as it is it agrees."""
    assert compare(unicodedata.normalize("NFD", text), text, accents, case).equal


@pytest.mark.parametrize(
    ("typed", "expected", "accents", "case", "rating"),
    [
        ("Paris", "Paris", True, True, 3),
        ("  137\n", "137", True, True, 3),
        ("a\u00a0b", "a b", True, True, 3),
        ("don't", "don’t", True, True, 3),
        ("-1", "\u22121", True, True, 3),
        ("paris", "Paris", True, False, 3),
        ("cafe", "café", False, True, 3),
        ("שנון", "שִׁנּוּן", False, True, 3),
        ("strasse", "Straße", True, False, 3),
        ("paris", "Paris", True, True, 2),
        ("cafe", "café", True, True, 2),
        ("a token", "A token.", True, True, 2),
        ("recieve", "receive", True, True, 2),
        ("gradient decent", "gradient descent", True, True, 2),
        ("normal", "formal", True, True, 1),
        ("amoral", "immoral", True, True, 1),
        ("1985", "1984", True, True, 1),
        ("sysctl1", "sysctl2", True, True, 1),
        ("cat", "cut", True, True, 1),
        ("Rome", "Paris", True, True, 1),
        ("", "Paris", True, True, None),
    ],
)
def test_suggested_ratings(typed: str, expected: str, accents: bool, case: bool, rating: int | None) -> None:
    """Good for the same, Hard for a small slip, Again for anything else; nothing for nothing."""
    assert compare(typed, expected, accents, case).rating == rating


def test_a_difference_in_parts() -> None:
    """Each stretch is equal, wrong, missing or too much."""
    assert kinds(compare("recieve the packages", "receive the package")) == [
        ("equal", "rec", "rec"),
        ("wrong", "ie", "ei"),
        ("equal", "ve the package", "ve the package"),
        ("extra", "s", ""),
    ]
    assert kinds(compare("hed", "head")) == [("equal", "he", "he"), ("missing", "", "a"), ("equal", "d", "d")]


def test_unlike_answers_are_not_taken_apart() -> None:
    """Where hardly a letter agrees, the answer is wrong as a whole instead of in crumbs."""
    assert kinds(compare("Rome", "Paris")) == [("wrong", "Rome", "Paris")]


def test_letters_keep_their_marks() -> None:
    """A missing vowel sign shows on its letter, which is wrong as a whole."""
    assert kinds(compare("बिन", "बन")) == [("wrong", "बि", "ब"), ("equal", "न", "न")]


def test_a_doubled_letter_counts() -> None:
    """One t for two is a difference."""
    assert not compare("leter", "letter").equal


@pytest.mark.parametrize("pair", [("a", "b"), ("ab ", "ba "), ("é", "e"), ("a ", "a b ")])
def test_hostile_lengths_end(pair: tuple[str, str]) -> None:
    """Texts of 64 KiB without a common letter, or with one everywhere, are compared too."""
    one, other = (text * (65536 // len(text)) for text in pair)
    found = compare(one, other)
    assert not found.equal and "".join(part.given for part in found.parts) == found.given


def test_long_texts_are_aligned_by_words() -> None:
    """Where letters are too many to be aligned, words are."""
    text = " ".join(f"{n}th" for n in range(1000, 1300))
    found = compare(text.replace("1007th ", "").replace("1290th", "1290"), text)
    assert [kind for kind in kinds(found) if kind[0] != "equal"] == [
        ("missing", "", "1007th "),
        ("wrong", "1290", "1290th"),
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p><code>ls -a</code></p>", "ls -a"),
        ("<b>a</b><br>b", "a b"),
        ("1 &lt; 2", "1 < 2"),
        ("chat[sound:chat.mp3]", "chat"),
        (r"\(x^2\)", "x^2"),
    ],
)
def test_the_right_answer_as_text(html: str, text: str) -> None:
    """What is expected is the field as somebody would type it."""
    assert expected_text(html) == text


def note(text: str, own: str = "") -> Typed | None:
    """What is to be typed on the first card of the one note, with a note type of one's own."""
    types = builtin_types()
    if own:
        made, problems = read_notetype("notetypes/own.yaml", own.encode())
        assert made is not None, problems
        types[made.name] = made
    lines = text.rstrip("\n").split("\n")
    file = read_deck("decks/a.yaml", ("notes:\n  - " + "\n    ".join(lines) + "\n").encode(), types)
    assert not file.problems
    first = file.notes[0]
    cloze = types[first.type].cloze
    return typed_field(first, types, "c1" if cloze else types[first.type].templates[0].id)


def test_the_built_in_type() -> None:
    """An `ask` is typed; its Markdown is no part of the answer, and everything counts as in Anki."""
    assert note("ask: Which?\nanswer: '`ls` -a'") == Typed("answer", "ls -a", True, True)


def test_other_cards_are_not_typed() -> None:
    """A card without a place to type into has nothing to compare."""
    assert note("q: Which?\na: This.") is None


OWN = """\
notetype: town
marker: country
fields:
  - {name: country}
  - {name: town, ignore: [case, accents]}
  - {name: river}
templates:
  - id: one
    front: "{{country}} {{#river}}{{type:nc:river}}{{/river}}{{^river}}{{type:town}}{{/river}}"
    back: "{{type:town}}"
"""


def test_what_does_not_count_stands_in_the_field() -> None:
    """`ignore` in the type file says what does not count where the field is typed."""
    assert note("country: Switzerland\ntown: Genève", OWN) == Typed("town", "Genève", False, False)


def test_nc_in_the_template() -> None:
    """`{{type:nc:…}}` ignores accents as in Anki; of several places the one that is shown counts."""
    assert note("country: Egypt\ntown: Cairo\nriver: Nile", OWN) == Typed("river", "Nile", False, True)


def test_what_does_not_count_is_written_back() -> None:
    """A type that is written as a file keeps what its fields ignore."""
    made = read_notetype("notetypes/own.yaml", OWN.encode())[0]
    assert made is not None
    again = read_notetype("notetypes/own.yaml", to_yaml(made).encode())[0]
    assert again is not None and [field.ignore for field in again.fields] == [(), ("case", "accents"), ()]


def test_an_unknown_word_in_ignore() -> None:
    """Only accents and case can be ignored; the problem says so."""
    problems = read_notetype("notetypes/own.yaml", OWN.replace("accents]", "spaces]").encode())[1]
    assert [(p.code, p.line, p.hint) for p in problems] == [("bad-ignore", 5, "It is one of accents, case.")]


CLOZE = """\
notetype: gap
marker: gap
cloze: true
fields: [{name: gap}]
templates:
  - {id: gap, front: "{{cloze:gap}} {{type:cloze:gap}}", back: "{{cloze:gap}} {{type:cloze:gap}}"}
"""


def test_typed_clozes() -> None:
    """Of a cloze what is hidden is typed: the pieces with commas, or one of them where all are alike; no hint."""
    assert note("gap: A {{c1::SYN::flag}} and {{c1::ACK}}", CLOZE) == Typed("gap", "SYN, ACK", True, True)
    assert note("gap: A {{c1::SYN}} and {{c1::SYN}} or {{c2::x}}", CLOZE) == Typed("gap", "SYN", True, True)


def test_an_unknown_card() -> None:
    """A template that the type does not have is an error, as it is for the face."""
    file = read_deck("decks/a.yaml", b"notes:\n  - q: Which?\n    a: This.\n", builtin_types())
    with pytest.raises(SrsError):
        typed_field(file.notes[0], builtin_types(), "nope")
