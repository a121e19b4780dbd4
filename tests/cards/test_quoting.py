"""Whether the words of a quote stand in a text."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.quotedwords import words_of
from srs.cards.quoting import LEFT_OUT, Comparison, Text

LESSON = """\
On naming things

"Well," she said, “the hottest new programming
language is English.” Don’t pan\u00adic — it’s low-
level, as I said in Janu-
ary: 50% of C++ … really.

> A quoted *line* with [a link](https://example.org/x) goes
> on here.[12] Der Fluß, l’été, naïve.

機器學習很有趣。真的。
"""


def found(quote: str, text: str = LESSON, line: int | None = None) -> Comparison:
    compared = Text(text).compare(quote, line)
    assert compared
    return compared


@pytest.mark.parametrize(
    "quote",
    [
        "the hottest new programming language is English",
        "The hottest new programming language is English.",
        "Don't panic - it's low-level",
        "don’t panic – it’s low level, as I said in January",
        "“I said”: in January",
        "50% of C++... really",
        "of C++ ... really",
        "A quoted line with a link goes on here",
        "[T]he hottest  new\n programming language [sic] is _English_",
        unicodedata.normalize("NFD", "Der Fluß, l’été, naïve"),
        "機器學習很有趣",
        "學習",
        "here. Der Fluß",
    ],
)
def test_typography_does_not_count(quote):
    """Quotation marks, dashes, ellipses, white space, broken words, Unicode form and Markdown make no difference."""
    assert found(quote).found == "verbatim"


@pytest.mark.parametrize(
    ("quote", "differences"),
    [
        ("the latest new programming language is English", "the [-latest-] {+hottest+} new programming …"),
        ("the hottest programming language is English", "the hottest {+new+} programming language …"),
        ("the hottest new and great programming language is English",
         "… hottest new [-and great-] {++}programming language …".replace("{++}", "")),
        ("The hottest new programming language is english", "… language is [-english-] {+English+}"),
        ("50 of C++ really", "50 {+%+} of C …"),
        ("a line with a link goes on here", "a {+quoted+} line with …"),
        ("Der Fluss, l’été, naive", None),
        ("機器學習很無聊", "… 習很 [-無聊-] {+有趣+}"),
    ],
)  # fmt: skip
def test_other_words_are_near(quote, differences):
    """Where most words are the same and some are not, these are shown, each with a little around it."""
    compared = found(quote)
    if differences is None:
        assert compared.found != "verbatim"
    else:
        assert (compared.found, compared.differences) == ("near", differences)


@pytest.mark.parametrize(
    "quote",
    ["Nothing of this was ever written by anybody", "the … of the", "English is the language of code", "lang"],
)
def test_absent(quote):
    """Words that do not stand there in this order are absent, also where single ones of them do."""
    assert found(quote) == Comparison("absent")


def test_a_quote_without_words():
    """A quote that is nothing but typography cannot be compared."""
    assert Text(LESSON).compare(" … “—” ") is None


@pytest.mark.parametrize("text", ["", "\n\n", "…"])
def test_a_text_without_words(text):
    """In a text without words everything is absent."""
    assert found("anything at all", text) == Comparison("absent")


@pytest.mark.parametrize("sign", ["…", "...", "[...]", "[…]", "(…)", ". . ."])
def test_words_left_out(sign):
    """An ellipsis stands for words left out, whichever way it is written."""
    assert found(f"the hottest new {sign} is English").found == "verbatim"
    assert found(f"{sign} is English {sign}").found == "verbatim"
    assert found(f"is English {sign} the hottest new").found == "absent"


def test_what_is_left_out_has_an_end():
    """Words from far apart are no quote: an ellipsis stands for a bounded number of words."""
    text = "alpha beta " + "word " * LEFT_OUT + "gamma delta " + "word " * (LEFT_OUT + 1) + "epsilon zeta"
    assert found("alpha beta … gamma delta", text).found == "verbatim"
    assert found("gamma delta … epsilon zeta", text).found != "verbatim"
    assert found("alpha beta … epsilon zeta", text).found != "verbatim"


def test_a_later_beginning_can_be_the_right_one():
    """Where the first words stand several times, those from which the others can be reached count."""
    text = "so it was " + "word " * 300 + "so it was said and done"
    compared = found("so it was … done", text)
    assert compared.found == "verbatim"
    text = text.replace("word ", "\n")
    assert found("so it was … done", text) == Comparison("verbatim", 301, 301)


def test_left_out_words_beside_other_ones():
    """A part in other words is told as such between its ellipses."""
    compared = found("the newest programming … I said in January")
    assert compared.found == "near"
    assert compared.differences == "the [-newest-] {+hottest new+} programming … I said in January"


def test_the_lines_are_told():
    """The place is that of the first and of the last word, by lines of the text."""
    assert found("hottest new programming language") == Comparison("verbatim", 3, 4)
    assert found("A quoted line with a link") == Comparison("verbatim", 8, 8)
    compared = found("the latest new programming language is English")
    assert (compared.first, compared.last) == (3, 4)
    assert found("level, as I said") == Comparison("verbatim", 5, 5)


def test_the_place_next_to_a_line_counts():
    """Of several places the one next to the line that is asked for is told."""
    text = "to be\n\nor not\n\nto be\n\nto be"
    assert [found("to be", text, line).first for line in (None, 1, 4, 6, 99)] == [1, 1, 5, 5, 7]


def test_a_broken_word_may_be_two():
    """A hyphen at the end of a line parts a word or joins two, as the quote has it."""
    assert found("low level").found == "verbatim"
    assert found("lowlevel").found == "verbatim"
    assert found("Janu-ary").found == "verbatim"


FEW = ["red", "green", "blue", "one", "two", "three", "four", "Five", "six", "seven", "it's"]
WORDS = st.lists(st.sampled_from(FEW), min_size=1, max_size=40)
MARKS = st.sampled_from(
    [" ", "\n", ", ", " — ", "-", "… ", " “", "” ", "\n> ", " *", "* ", ".\u200b ", "\u00a0", ";\n\n"]
)


@given(WORDS, st.data())
def test_a_piece_of_a_text_stands_in_it(words, data):
    """Any run of words of a text is found in it, whatever typography either has; its lines hold it."""
    text = "".join(word + data.draw(MARKS) for word in words)
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    marks = MARKS.filter(lambda mark: "…" not in mark)
    quote = "".join(word.replace("'", "’") + data.draw(marks) for word in words[start:end])
    compared = found(quote, text)
    assert compared.found == "verbatim"
    lines = text.split("\n")[compared.first - 1 : compared.last]
    held = [word.casefold() for word in words_of("\n".join(lines)).words]
    wanted = [word.casefold() for word in words[start:end]]
    assert any(held[at : at + len(wanted)] == wanted for at in range(len(held)))


@given(WORDS, WORDS)
def test_verbatim_is_what_a_plain_search_finds(quote, words):
    """Without ellipses, a quote is verbatim exactly where its words follow each other in the text."""
    others = {quote[0][:1].lower() + quote[0][1:], quote[0][:1].upper() + quote[0][1:], quote[0]}
    size = len(quote)
    there = any(words[at] in others and words[at + 1 : at + size] == quote[1:] for at in range(len(words) - size + 1))
    assert (found(" ".join(quote), " ".join(words)).found == "verbatim") == there


@given(WORDS, st.data())
def test_parts_are_found_in_order(words, data):
    """Parts of a text in their order, an ellipsis between them, are verbatim."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(words)), min_size=2, max_size=6)))
    parts = [" ".join(words[a:b]) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]
    if parts:
        assert found(" … ".join(parts), " ".join(words)).found == "verbatim"


@given(st.text(max_size=60), st.text(max_size=200))
def test_nothing_breaks_it(quote, text):
    """Any two texts can be compared, and lines that are told are lines of the text."""
    compared = Text(text).compare(quote)
    if compared and compared.found != "absent":
        assert 1 <= compared.first <= compared.last <= text.count("\n") + 1


def test_a_long_text_is_searched_and_not_compared(monkeypatch):
    """In a text of a megabyte, words are compared one by one only beside what they resemble."""
    import difflib

    chance = random.Random(1)
    known = [f"word{number}" for number in range(20_000)]
    words = chance.choices(known, weights=[1 / (number + 1) for number in range(20_000)], k=130_000)
    text = Text("\n".join(" ".join(words[at : at + 12]) for at in range(0, len(words), 12)))
    compared: list[int] = []
    real = difflib.SequenceMatcher

    def counting(junk, one, other, autojunk):
        compared.append(len(one) * len(other))
        return real(junk, one, other, autojunk)

    monkeypatch.setattr(difflib, "SequenceMatcher", counting)
    quote = words[90_000:90_040]
    verbatim = text.compare(" ".join(quote))
    assert verbatim == Comparison("verbatim", 7501, 7504)
    assert compared == []
    near = text.compare(" ".join([*quote[:9], "another", *quote[10:]]))
    assert near and (near.found, near.first) == ("near", 7501)
    assert text.compare(" ".join(chance.choices(known, k=40))) == Comparison("absent")
    assert sum(compared) < 100_000
