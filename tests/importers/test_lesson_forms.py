"""The forms that labels, quotes, questions and tables have in a lesson, one by one."""

import pytest

from srs.cards.builtin import builtin_types
from srs.errors import UsageError
from srs.importers.lesson.blocks import lines_of
from srs.importers.lesson.labels import find_label, split_glued
from srs.importers.lesson.quotes import attributed
from srs.importers.lesson.reading import read_lesson
from srs.importers.lesson.sheet import read_sheet


@pytest.mark.parametrize(
    ("text", "slot", "rest"),
    [
        ("Mental ModelThink of it", "mental_model", "Think of it"),
        ("Real Examplenanochat runs", "example", "nanochat runs"),
        ("REAL EXAMPLEIn 1999", "example", "In 1999"),
        ("**Mental model:** Think", "mental_model", "Think"),
        ("**Common mistake.** Never", "mistake", "Never"),
        ("- _Pitfall_ – Subtracting", "mistake", "Subtracting"),
        ("### 🧠 Mental model", "mental_model", ""),
        ("#### ⚠️ COMMON MISTAKE", "mistake", ""),
        ("## 3. What to do next", "next_step", ""),
        ("Watch out: the sign", "mistake", "the sign"),
        ("Mental model. Think of a river", "mental_model", "Think of a river"),
        ("[Real example] In May", "example", "In May"),
        ("Your next move — Read it", "next_step", "Read it"),
        ("> **Analogy:** a river", "mental_model", "a river"),
        ("Example 2: a river", "example", "a river"),
        ("### Where beginners go wrong", "mistake", "**Where beginners go wrong**"),
    ],
)  # fmt: skip
def test_a_label_is_known_in_each_form(text: str, slot: str, rest: str) -> None:
    """A label is found glued, bold, in a heading, before a colon, a dash or a stop, with pictographs and numbers."""
    label = find_label(text)
    assert label and (label.slot, label.rest) == (slot, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Mental models of DNS mostly start with the phone book", "For example: x", "The mistake is simple: they",
        "**The biggest mistake** people make", "## The Transformer Model", "Next Thursday: pensions",
        "Answer: more context",
        "GitHub is a place", "Mistakes happen when you hurry.",
    ],
)  # fmt: skip
def test_prose_is_no_label(text: str) -> None:
    """Words of a label within a sentence, or in the name of an idea, are no label."""
    assert find_label(text) is None


def test_a_label_glued_to_the_text_before_it_cuts_the_line() -> None:
    """`— Andrej KarpathyReal Example` is a speaker and a label; a camel-cased name is one word."""
    assert split_glued("it.” — Andrej KarpathyReal Example") == ["it.” — Andrej Karpathy", "Real Example"]
    assert split_glued("back.Mental ModelA ramp") == ["back.", "Mental ModelA ramp"]
    assert split_glued("On YouTube and GitHub, see JavaScriptExamples") == [
        "On YouTube and GitHub, see JavaScriptExamples"
    ]


@pytest.mark.parametrize(
    ("text", "by", "work", "date"),
    [
        ('"Building is the only test." — Karpathy, Zero to Hero, 2022', "Karpathy", "Zero to Hero", "2022"),
        ("“Building is the only test.” (Ada Lovelace, *Notes*, 1843)", "Ada Lovelace", "Notes", "1843"),
        ("> Building is the only test.\n>\n> -- J. M. Key, *One, Two* (1936), p. 1", "J. M. Key", "One, Two", "1936"),
        ("- “Building is the only test.” ~ Ada Lovelace, 6 March 1843", "Ada Lovelace", "", "1843-03-06"),
        ('Vint Cerf, RFC 2468, 1998: "Building is the only test."', "Vint Cerf", "RFC 2468", "1998"),
        ('As Perlman wrote in 1985: "Building is the only real test." It was late.', "Perlman", "", "1985"),
        ("“Building is the only test.” – attributed to Phil Karlton", "Phil Karlton", "", ""),
        ("“Building is the only test.”\nDave Clark, Crystal Ball, July 1992", "Dave Clark", "Crystal Ball", "1992-07"),
    ],
)  # fmt: skip
def test_a_quote_is_known_in_each_form(text: str, by: str, work: str, date: str) -> None:
    """The speaker stands after a dash, in brackets, before a colon, or on a line below; work and date are split."""
    quote = attributed(text)
    assert quote and quote.text.startswith("Building is the only") and quote.text.endswith("test.")
    assert (quote.by, quote.work, quote.date) == (by, work, date)


@pytest.mark.parametrize(
    "text",
    ['He said: "Building is the only test."', "“Got up to ‘sincerely’.” – “Good, then: ‘yours’.” The line stays.",
     "> **Note:** no advice.", "Building is the only test — Karpathy says so", '"Attention Is All You Need."'],
)  # fmt: skip
def test_what_nobody_is_named_for_is_no_quote(text: str) -> None:
    """Without a speaker with a name, or without quotation marks, there is no quote."""
    assert attributed(text) is None


def test_cards_in_a_text_are_taken_as_they_are() -> None:
    """`Q:`, `A:` and `C:` make basic and cloze notes, an answer going on to the next card; halves are left over."""
    text = "Q: Which signal?\nA: `SIGINT`\n\n- or Ctrl-C\n\nC: A [SYN], then [an ACK](x) and [ACK].\n\n"
    text += "Q: Alone?\n\n---\nrest\n"
    read = read_lesson(text, "cards.md")
    assert [dict(draft.fields) for draft in read.drafts] == [
        {"q": "Which signal?", "a": "`SIGINT`\n\n- or Ctrl-C"},
        {"cloze": "A {{c1::SYN}}, then [an ACK](x) and {{c2::ACK}}."},
    ]
    assert [(each.first_line, each.reason) for each in read.leftovers] == [
        (8, "a question without an answer"), (11, "text without a label"),
    ]  # fmt: skip


def test_headings_with_text_become_notes() -> None:
    """In Markdown without labels a heading asks if it is a question, else it names a concept; code is kept apart."""
    text = "# Notes\n\n## What is a fork?\nA copy.\n\n## [Inode](https://example.org/i)\nA file.\n\n"
    text += "```sh\nls -i\n```\n\n## Empty\n"
    read = read_lesson(text, "notes.md")
    assert [(draft.type, dict(draft.fields)) for draft in read.drafts] == [
        ("basic", {"q": "What is a fork?", "a": "A copy."}),
        ("concept", {"concept": "Inode", "definition": "A file.", "code": "```sh\nls -i\n```",
                     "source": "https://example.org/i", "cards": ["definition", "name", "code"]}),
    ]  # fmt: skip
    assert [each.text for each in read.leftovers] == ["# Notes", "## Empty"]


def test_footnotes_and_link_definitions_come_along() -> None:
    """A footnote becomes the source of the note that refers to it, a link by name is whole; unused ones are told."""
    text = (
        "## Forks\nA copy[^1], see [the manual][m].\n\n**Mental model:** twins\n\n**Example:** `fork()`\n\n"
        "[^1]: Ritchie, 1974\n[^2]: nobody\n[m]: https://example.org/m\n"
    )
    read = read_lesson(text, "notes.md")
    fields = read.drafts[0].fields
    assert fields["definition"] == "A copy, see [the manual](https://example.org/m)."
    assert fields["source"] == "Ritchie, 1974"
    assert [each.text for each in read.leftovers] == ["nobody"]


def test_front_matter_is_read() -> None:
    """Title, tags and deck of the front matter are the lesson's."""
    read = read_lesson("---\ntitle: Forks\ntags: [unix, two words]\ndeck: Unix::Forks\n---\ntext\n", "notes.md")
    assert (read.title, read.tags, read.deck) == ("Forks", ("unix", "two-words"), "Unix::Forks")


def test_wrapped_text_and_a_paragraph_a_line_are_told_apart() -> None:
    """In plain text, full lines go on and make one paragraph; where lines are long, each is one."""
    wrapped = "A line that is about as long as its sisters are,\nwhich therefore goes on here, up to the\nstop.\n"
    assert [block.last_line for block in read_lesson(wrapped, "a.txt").blocks] == [3]
    long = "Each line is a paragraph, since nobody wraps lines at a hundred and fifty characters or so. " * 2
    assert [block.last_line for block in read_lesson(f"{long}\n{long}\n", "a.txt").blocks] == [1, 2]


def test_code_without_a_fence_is_found() -> None:
    """Lines of code between prose are code, comments among them, and lost indentation is doubted."""
    text = (
        "Forking\nIt copies.\nMental Model\nTwins.\nReal Example\nYou can do it so:\n"
        "# fork, then wait\nfor pid in pids:\nos.wait(pid)\n"
        "That is all there is to it, and it is a long line so that each line stands for itself in this text, as it "
        "does on a page. It goes on a little.\n"
    )
    draft = read_lesson(text, "a.txt").drafts[0]
    assert draft.fields["code"] == "# fork, then wait\nfor pid in pids:\nos.wait(pid)"
    assert str(draft.fields["example"]).startswith("You can do it so:\n\nThat is all")
    assert "The code of lines 7 to 9 has lost its indentation." in draft.doubts


def test_a_table_file_is_mapped() -> None:
    """Columns go to fields by name or number; what lacks a required field is left over; quoted cells may have lines."""
    types = builtin_types()
    text = 'Front,Back,Topic\nfork,"a copy,\nof all",unix c\nalone,,\n'
    read = read_sheet(text, "a.csv", "q=Front,a=Back,tags=3", types)
    assert [(dict(draft.fields), draft.first_line, draft.last_line) for draft in read.drafts] == [
        ({"q": "fork", "a": "a copy,\nof all", "tags": ["unix", "c"]}, 2, 3)
    ]
    assert [(each.first_line, each.reason) for each in read.leftovers] == [(4, "a row without q and a")]
    assert len(read_sheet(text, "a.csv", "", types).drafts) == 1
    assert [draft.type for draft in read_sheet("fork\ta copy\n", "a.tsv", "term=1,means=2", types).drafts] == ["both"]


@pytest.mark.parametrize("wanted", ["", "q=Vorn", "q", "by=1", "q=9"])
def test_a_mapping_that_says_nothing_is_refused(wanted: str) -> None:
    """A column that is not there, or fields that make no note, are wrong usage."""
    with pytest.raises(UsageError):
        read_sheet("Vorne;Hinten\na;b\n", "a.csv", wanted, builtin_types())


def test_rows_of_blanks_are_cut() -> None:
    """Thousands of blanks in a row are read as a hundred, so that no pattern is lost in them; words and lines stay."""
    deep = "\n".join(f"{' ' * 3 * level}- item {level}" for level in range(300))
    lines = lines_of(deep + "\n" + "\t" * 50_000 + "x" + " " * 50_000 + "y")
    assert max(map(len, lines)) <= 202 and [line.split() for line in lines[:-1]] == [
        line.split() for line in deep.split("\n")
    ]
    assert lines[-1].split() == ["x", "y"] and lines[2] == "      - item 2"
