"""Cloze markers: numbers, hiding, showing."""

from hypothesis import given
from hypothesis import strategies as st

from srs.cards import cloze

PIECES = st.sampled_from(
    ["{{c1::", "{{c2::", "{{c1,3::", "}}", "{", "}", "::", "a", "$", "`", "\n", "\\(", "\\)", "<b>"]
)
MARKED = st.lists(PIECES, max_size=14).map("".join)


def test_numbers_are_each_named_once_in_order() -> None:
    """A text has a card for each number in it, however often and in whichever order they stand."""
    assert cloze.numbers("{{c12::x}} {{c3::y}} {{c3::z}}") == (3, 12)


def test_nested_and_shared_numbers() -> None:
    """Markers nest, and one marker may carry several numbers."""
    assert cloze.numbers("{{c1::a {{c2::b}}}}") == (1, 2)
    assert cloze.numbers("{{c1,3::x}}") == (1, 3)


def test_what_is_no_marker_has_no_number() -> None:
    """An unclosed marker, a capital C, number 0 and numbers over 500 make no cards, as in Anki."""
    assert cloze.numbers("{{c1::x {{C2::y}} {{c0::z}} {{c501::z}} x}}") == (1,)
    assert cloze.numbers("{{c1::x") == ()


def test_front_hides_the_asked_number_only() -> None:
    """The asked number becomes […] or its hint; the others are shown."""
    text = "{{c1::masked}}, then {{c2::softmaxed::which?}}"
    assert cloze.front(text, 1) == (
        '<span class="cloze" data-ordinal="1">[…]</span>, then '
        '<span class="cloze-inactive" data-ordinal="2">softmaxed</span>'
    )
    assert '<span class="cloze" data-ordinal="2">[which?]</span>' in cloze.front(text, 2)


def test_the_front_never_holds_the_answer() -> None:
    """What is hidden is nowhere in the front, not in an attribute either."""
    assert "secret" not in cloze.front("{{c1::a {{c2::secret}}}}", 1)


def test_back_shows_everything_and_marks_the_answer() -> None:
    """The back shows the hidden text and keeps hints away."""
    assert cloze.back("{{c1::a::hint}} b", 1) == '<span class="cloze" data-ordinal="1">a</span> b'


def test_nested_marker_asked_inside_a_shown_one() -> None:
    """Asking the inner number leaves the outer text readable."""
    assert cloze.front("{{c1::a {{c2::b}} c}}", 2) == (
        '<span class="cloze-inactive" data-ordinal="1">a <span class="cloze" data-ordinal="2">[…]</span> c</span>'
    )


def test_no_spans_inside_formulas() -> None:
    """Inside \\(…\\) the marker leaves text only, because MathJax would show a span as it is."""
    assert cloze.front(r"\(a {{c1::b}} c\)", 1) == r"\(a […] c\)"
    assert cloze.back(r"\(a {{c1::b}} c\)", 1) == r"\(a b c\)"


def test_line_breaks_of_latex_do_not_end_a_formula() -> None:
    """A line break with a length inside a displayed formula starts no formula of its own."""
    assert cloze.front(r"\[a \\[2pt] {{c1::b}}\]", 1) == r"\[a \\[2pt] […]\]"


def test_hidden_lists_what_a_number_hides() -> None:
    """`hidden` gives the pieces that somebody would type."""
    assert cloze.hidden("{{c1::a}} {{c2::b}} {{c1::c::hint}}", 1) == ("a", "c")


def test_plain_takes_the_markers_away() -> None:
    """`plain` is the sentence as it reads with nothing hidden."""
    assert cloze.plain("Scores are {{c1::masked::how?}}.") == "Scores are masked."


def test_braces_inside_a_marker_pair_off_where_they_can() -> None:
    """In text that people write, the `}}` of a dictionary does not close the marker around it."""
    text = "{{c1::d = {}}}"
    assert [text[mark.start : mark.end] for mark in cloze.marks(text, paired=True)] == ["{{c1::", "}}"]
    assert cloze.marks(text, paired=True)[-1].end == len(text)


def test_unpaired_braces_fall_back_to_the_first_closing() -> None:
    """Where braces do not pair off, the first `}}` closes, as in Anki."""
    text = "{{c1::a set {1, 2}} and more"
    assert text[: cloze.marks(text, paired=True)[-1].end] == "{{c1::a set {1, 2}}"


@given(MARKED)
def test_pairing_never_changes_the_numbers(text: str) -> None:
    """However braces are read, the cards are the same."""
    paired = {number for mark in cloze.marks(text, paired=True) for number in mark.numbers}
    assert tuple(sorted(paired)) == cloze.numbers(text)


@given(MARKED)
def test_marks_are_balanced_and_in_order(text: str) -> None:
    """Every opening has its closing, and marks never overlap."""
    for paired in (False, True):
        depth = end = 0
        for mark in cloze.marks(text, paired=paired):
            assert mark.start >= end
            end = mark.end
            depth += 1 if mark.numbers else -1
            assert depth >= 0
        assert depth == 0


@given(st.one_of(st.text(), MARKED), st.integers(1, 3))
def test_any_text_can_be_shown(text: str, number: int) -> None:
    """Whatever the text, both sides come out."""
    assert isinstance(cloze.front(text, number) + cloze.back(text, number) + cloze.plain(text), str)


def test_deep_nesting_is_text() -> None:
    """Ten thousand markers inside each other cost no stack; past the tenth they are text."""
    text = "{{c1::" * 10_000 + "x" + "}}" * 10_000
    assert cloze.numbers(text) == (1,)
    assert cloze.back(text, 1).startswith('<span class="cloze"')
