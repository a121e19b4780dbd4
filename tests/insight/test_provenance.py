"""Notes beside the texts that they were taken from."""

import pytest

from srs.errors import Problem
from srs.insight.provenance import Sources, provenance
from tests.support import make_collection, open_collection

TALK = """\
# A talk

The hottest new programming
language is English, he said.

We are summoning ghosts, not building animals.
"""


def problems(tmp_path, notes: str, texts: dict[str, str | bytes] | None = None) -> list[Problem]:
    root, environ = make_collection(tmp_path, {"a.yaml": f"notes:\n{notes}"})
    (root / "sources").mkdir()
    for name, text in (texts or {"talk.txt": TALK}).items():
        (root / "sources" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    collection = open_collection(root, environ)
    assert not [problem for problem in collection.problems() if problem.code != "unverified"]
    return provenance(collection)


def quote(words: str, fidelity: str = "", origin: str = "sources/talk.txt", more: str = "") -> str:
    said = f"    fidelity: {fidelity}\n" if fidelity else ""
    return f"  - quote: {words}\n    by: A\n    from: {origin}\n{said}{more}"


SAME = "the hottest new programming language is English"
NEAR = "the latest new programming language is English"
OTHER = "nobody ever wrote a line of any of this"


@pytest.mark.parametrize(
    ("words", "fidelity", "code"),
    [
        (SAME, "", None),
        (SAME, "verbatim", None),
        (SAME, "near", "fidelity-contradicted"),
        (SAME, "paraphrase", "fidelity-contradicted"),
        (SAME, "unverified", "quote-found"),
        (NEAR, "", "quote-near"),
        (NEAR, "verbatim", "quote-near"),
        (NEAR, "near", None),
        (NEAR, "paraphrase", None),
        (NEAR, "unverified", "quote-near"),
        (OTHER, "", "quote-absent"),
        (OTHER, "verbatim", "quote-absent"),
        (OTHER, "near", "quote-absent"),
        (OTHER, "paraphrase", None),
        (OTHER, "unverified", "quote-absent"),
    ],
)
def test_fidelity_and_text(tmp_path, words, fidelity, code):
    """What a quote says of its words and what the text has must go together; it is told at the note, as a warning."""
    found = problems(tmp_path, quote(words, fidelity))
    assert [(each.code, each.path, each.line, each.column, each.severity) for each in found] == (
        [(code, "decks/a.yaml", 2, 5, "warning")] if code else []
    )


def test_what_is_said(tmp_path):
    """A near quote shows the words that differ and their place, and what mends it."""
    (found,) = problems(tmp_path, quote(NEAR, "verbatim"))
    assert found.message == "sources/talk.txt#L3-L4 has it in other words: the [-latest-] {+hottest+} new programming …"
    assert found.hint == "`[-…-]` stands only here, `{+…+}` only there. Write `fidelity: near`, or correct it."
    Problem(**{name: getattr(found, name) for name in Problem.__slots__})


def test_a_found_quote_names_its_place(tmp_path):
    """Words of an unverified quote that are there are told with their lines, and never called proved."""
    (found,) = problems(tmp_path, quote(SAME, "unverified"))
    assert found.message == "sources/talk.txt#L3-L4 has exactly these words."
    assert found.hint.startswith("If that text is the original, write `fidelity: verbatim`")


def test_a_draft_that_was_found_is_no_problem(tmp_path):
    """Drafts of quotes out of a lesson are unverified and stand there word for word: that is as it should be."""
    assert problems(tmp_path, quote(SAME, "unverified", more="    draft: true\n")) == []


def test_a_draft_in_other_words_is_told(tmp_path):
    """A draft whose words are not those of its lesson is told."""
    assert [each.code for each in problems(tmp_path, quote(NEAR, "unverified", more="    draft: true\n"))] == [
        "quote-near"
    ]


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("sources/talk.txt#L3", None),
        ("sources/talk.txt#L4", None),
        ("sources/talk.txt#L1-L3", None),
        ("sources/talk.txt#L6", "Write `from: sources/talk.txt#L3-L4`."),
        ("sources/talk.txt#L5-L6", "Write `from: sources/talk.txt#L3-L4`."),
        ("A book, page 3", None),
        ("https://example.org/talk.txt#L3", None),
    ],
)
def test_a_quote_that_moved(tmp_path, origin, said):
    """Words that stand elsewhere than `from:` says are told with the right lines; a paragraph counts whole."""
    assert [each.hint for each in problems(tmp_path, quote(SAME, "verbatim", origin))] == ([said] if said else [])


def test_a_text_in_source(tmp_path):
    """Where `from:` names no text, `source:` may."""
    notes = f"  - quote: {NEAR}\n    by: A\n    source: sources/talk.txt\n"
    assert [each.code for each in problems(tmp_path, notes)] == ["quote-near"]


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("sources/gone.txt", "from-unreadable"),
        ("sources/../../etc/passwd", "from-unreadable"),
        ("sources/picture.png", "from-unreadable"),
        ("sources/talk.txt#L7", "from-leads-nowhere"),
        ("sources/talk.txt#L0", "from-leads-nowhere"),
        ("sources/talk.txt#L1-L99", "from-leads-nowhere"),
        ("sources/talk.txt#L6", None),
        ("sources/talk.txt", None),
        ("sources/empty.txt", None),
    ],
)
def test_a_place_that_is_not_there(tmp_path, origin, code):
    """A note of any type whose text or line is gone is told."""
    notes = f"  - q: x\n    a: y\n    from: {origin}\n"
    found = problems(tmp_path, notes, {"talk.txt": TALK, "picture.png": b"\0\1", "empty.txt": ""})
    assert [each.code for each in found] == ([code] if code else [])


def test_other_types_are_no_quotes(tmp_path):
    """The words of notes without a fidelity need not stand in their text."""
    assert problems(tmp_path, f"  - q: {OTHER}\n    a: y\n    from: sources/talk.txt\n") == []


def test_one_quote_compared(tmp_path):
    """A single quote can be asked for, with what was found and where."""
    root, environ = make_collection(tmp_path, {"a.yaml": "notes:\n" + quote(SAME)})
    (root / "sources").mkdir()
    (root / "sources/talk.txt").write_text(TALK)
    collection = open_collection(root, environ)
    from srs.collection.troubles import note_at

    note = note_at(collection.db, "decks/a.yaml", 2)
    assert note
    compared = Sources(collection).compared(note)
    assert compared and (compared[0].found, str(compared[1])) == ("verbatim", "sources/talk.txt#L3-L4")
