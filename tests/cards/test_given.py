"""Notes given as text: which form it is, what the notes are, on which line a problem stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.builtin import builtin_types
from srs.cards.given import Read, read_given, second_field

TYPES = builtin_types()


def read(text: str | bytes, kind: str = "basic") -> Read:
    return read_given(text if isinstance(text, bytes) else text.encode(), TYPES, TYPES[kind], "stdin")


def fields(text: str, kind: str = "basic") -> list[dict[str, str]]:
    found = read(text, kind)
    assert found.problems == ()
    return [dict(each.note.fields) for each in found.notes]


BOTH = [{"q": "One?", "a": "1"}, {"q": "Two?", "a": "2"}]


@pytest.mark.parametrize(
    "text",
    [
        "- q: One?\n  a: 1\n- q: Two?\n  a: 2\n",
        "  - q: One?\n    a: 1\n  - q: Two?\n    a: 2",
        "notes:\n  - q: One?\n    a: 1\n  - q: Two?\n    a: 2\n",
        "# yaml-language-server: $schema=x\ndeck: D\n\nnotes:\n  - q: One?\n    a: 1\n  - q: Two?\n    a: 2\n",
        "---\n- q: One?\n  a: 1\n- q: Two?\n  a: 2\n",
        "```yaml\n- q: One?\n  a: 1\n- q: Two?\n  a: 2\n```\n",
        "- q: One?\r\n  a: 1\r\n- q: Two?\r\n  a: 2\r\n",
        "\ufeff- q: One?\n  a: 1\n- q: Two?\n  a: 2\n",
        '{"q": "One?", "a": 1}\n\n{"a": "2", "q": "Two?", "source": null, "tags": []}\n',
        "One?\t1\nTwo?\t2\n",
        "\n\nOne?\t1\r\n\t\nTwo?\t2",
        "q\ta\nOne?\t1\nTwo?\t2\n",
        "a\tq\n1\tOne?\n2\tTwo?\n",
    ],
)  # fmt: skip
def test_forms(text: str) -> None:
    """YAML, JSON lines and columns are told apart by their first line, and say the same."""
    assert fields(text) == BOTH


def test_what_a_file_says_for_all_its_notes() -> None:
    """Deck, tags, draft and cards of a deck file go along with each note."""
    found = read("deck: D\ntags: [x]\ndraft: true\nnotes:\n  - q: One?\n    a: 1\n    tags: [y]\n")
    (note,) = found.notes
    assert (found.deck, note.keys["tags"], note.keys["draft"]) == ("D", ["x", "y"], True)
    problem = read("author: me\nnotes:\n  - q: One?\n    a: 1\n").problems[0]
    assert (problem.line, problem.message) == (1, "`author` is about a whole file and would be lost.")


def test_columns_of_other_types() -> None:
    """Columns without names are the marker, the next field and tags, of the type that is meant; names tell all."""
    (note,) = read("logits\tscores\tml nn", "both").notes
    assert (note.note.type, note.note.fields["means"], note.note.tags) == ("both", "scores", ("ml", "nn"))
    (note,) = read("ask\tanswer\tid\tdraft\nScale?\t1/8\tscale\ttrue\n").notes
    assert (note.note.type, note.note.id, note.note.draft, note.line) == ("typed", "scale", True, 2)
    assert [second_field(TYPES[name]) for name in ("basic", "concept", "quote", "cloze")] == [
        "a", "definition", "by", "extra",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("What is this?\n", 1, "What this is cannot be told"),
        ("- q: One?\n  a: 1\n- q: Two?\n", 3, "needs `a`"),
        ("- q: One?\n  a: 1\n- q: Two?\n  anser: 2\n  a: 2", 4, "`anser` is not a key"),
        ("- q: One? # two\n  a: 1\n", 1, "for a comment"),
        ("\n\n- q: a: b\n", 3, "`: ` inside"),
        ('{"q": "One?", "a": "1"}\n{"q": "Two?"\n', 2, "no JSON object"),
        ('{"q": "One?", "a": "1"}\n{"q": "Two?", "q": "b", "a": "c"}\n', 2, "the key `q` stands in it twice"),
        ('{"q": "One?", "a": "1"}\n"text"\n', 2, "no JSON object with the keys"),
        ('{"q": "One?", "a": "1"}\n\n{"q": "Two?", "b": "c", "a": "x"}\n', 3, "`b` is not a key"),
        ('{"q": "One\\u0007?", "a": "1"}\n', 1, "which no deck may hold"),
        ("One?\t1\nTwo?\n", 2, "needs `a`"),
        ("One?\t1\nTwo?\t2\tx\ty\n", 2, "There are 4 columns here, and 3 are known: q, a, tags."),
        (b"One?\t1\nTw\xff?\t2\n", 2, "This line is not UTF-8."),
    ],
)
def test_problems_have_their_line(text: str | bytes, line: int, message: str) -> None:
    """Each problem names the line of the text on which it stands."""
    problem = read(text).problems[0]
    assert (problem.path, problem.line) == ("stdin", line)
    assert message in problem.message


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    """No text makes reading fail: there are notes, problems, or nothing."""
    read(data)


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Cf"]), min_size=1).filter(str.strip)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_json_keeps_any_text(pairs: list[tuple[str, str]]) -> None:
    """Whatever the texts are, JSON lines bring them as they are, in their order."""
    text = "".join(json.dumps({"q": q, "a": a}) + "\n" for q, a in pairs)
    assert [(each["q"], each["a"]) for each in fields(text)] == pairs
