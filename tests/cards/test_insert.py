"""Adding notes to deck files without touching a byte that is there."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.cards import tree
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.insert import CannotInsert, CannotWrite, insert_note, insert_notes, new_deck, note_yaml

NEW = "- q: new\n  a: |-\n    one\n\n    two\n"
ADDED = {"q": "new", "a": "one\n\ntwo"}


def test_at_the_end():
    """A note goes after the last one, indented like it."""
    assert insert_note(b"deck: x\nnotes:\n  - q: x\n    a: y\n", "- q: z\n  a: w\n") == (
        b"deck: x\nnotes:\n  - q: x\n    a: y\n  - q: z\n    a: w\n"
    )


TAKES_A_NOTE = {
    "nothing": "",
    "only a comment": "# mine",
    "no notes": "deck: x\n",
    "no notes, no line end": "deck: x",
    "empty notes": "notes:\n",
    "empty notes, no line end": "notes:",
    "empty notes, a comment and a key": "notes:\n  # none yet\nauthor: x\n",
    "no line end": "notes:\n  - q: x\n    a: y",
    "a comment at the end": "notes:\n  - q: x\n    a: y\n# the end",
    "empty lines and a comment": "notes:\n  - q: x\n    a: y\n\n\n# the end\n",
    "keys after the notes": "notes:\n  - q: x\n    a: y\n\n# about\nauthor: x\n",
    "dashes not indented": "notes:\n- q: x\n  a: y\nauthor: x\n",
    "dashes far out": "notes:\n      -   q: x\n          a: y\n",
    "windows": "notes:\r\n  - q: x\r\n    a: y\r\n",
    "a stripped block": "notes:\n  - q: x\n    a: |-\n      y",
    "a block": "notes:\n  - q: x\n    a: |\n      y\n      # z\n",
    "a block and empty lines": "notes:\n  - q: x\n    a: |\n      y\n\n\nauthor: x\n",
    "a block that keeps its lines": "notes:\n  - q: x\n    a: |+\n      y\n\n\n",
    "a block that keeps its lines and a key": "notes:\n  - q: x\n    a: |+\n      y\n\n\nauthor: x\n",
    "a folded block": "notes:\n  - q: x\n    a: >-\n      y\n      z\n# the end\n",
    "a folded block that keeps": "notes:\n  - q: x\n    a: >+\n      y\n\n# the end\n",
    "plain text over lines": "notes:\n  - q: x\n    a: y\n      z\n\n      w\nauthor: x\n",
    "quotes over lines": "notes:\n  - q: x\n    a: 'y\n\n      # z'\n# the end\n",
    "a bracketed list over lines": "notes:\n  - q: x\n    a: y\n    tags: [a,\n      b\n    ]\n# the end\nauthor: x\n",
    "an empty last value": "notes:\n  - q: x\n    a: y\n    tags:\nauthor: x\n",
    "prompts at the end": "notes:\n  - q: x\n    a: y\n    prompts:\n      - q: v\n        a: w\n",
    "an end mark": "---\nnotes:\n  - q: x\n    a: y\n...\n",
    "a text as a note": "notes:\n  - x\n",
}


@pytest.mark.parametrize("name", TAKES_A_NOTE)
def test_every_layout(name):
    """However a file ends, the new note is last, all others read as before, and no byte is gone."""
    before = TAKES_A_NOTE[name]
    after = insert_note(before.encode(), NEW).decode()
    old, new = (tree.plain(tree.parse("", text.encode()).root) or {} for text in (before, after))
    assert new == {**old, "notes": [*(old.get("notes") or []), ADDED]}
    cut = len(after) - len(before)
    assert any(after[:at] + after[at + cut :] == before for at in range(len(before) + 1))


def test_a_byte_order_mark_stays():
    """A byte order mark stays where it was, and stays alone."""
    after = insert_note(b"\xef\xbb\xbfnotes:\r\n", NEW)
    assert after.startswith(b"\xef\xbb\xbfnotes:\r\n  - q: new\r\n") and after.count(b"\xef\xbb\xbf") == 1


def test_line_ends_of_the_file():
    """Every line of the note ends as the file's lines do."""
    after = insert_note(b"notes:\r\n  - q: x\r\n    a: y", NEW)
    assert after.count(b"\n") == after.count(b"\r\n") == 8


def test_empty_lines_between_notes():
    """Where notes are set apart by empty lines, so is the new one."""
    after = insert_note(b"notes:\n  - q: x\n    a: y\n\n  - q: z\n    a: w\n", "- q: new\n  a: v\n")
    assert after.endswith(b"    a: w\n\n  - q: new\n    a: v\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("notes: []\n", "`notes:` is a list in brackets"),
        ("notes: [{q: x, a: y}]\n", "`notes:` is a list in brackets"),
        ("notes: none\n", "`notes:` is not a list"),
        ("{deck: x}\n", "the file is not a set of keys"),
        ("- q: x\n", "the file is not a set of keys"),
        ("deck: a: b\n", "the file has an error in line 1: A `: ` inside"),
        ("deck: x\n...\n", "the note cannot be added to this file"),
        ("notes:\n  - q: x\n    a: |\n      y", "adding a note at the end would change what the file says"),
        ("description: |+\n  x", "adding a note at the end would change what the file says"),
    ],
)
def test_where_it_cannot(text, message):
    """A file that takes no note is left alone, and the error says why and what to do."""
    with pytest.raises(CannotInsert) as raised:
        insert_note(text.encode(), NEW)
    assert raised.value.message.startswith(message) and raised.value.hint


@pytest.mark.parametrize("entry", ["", "q: x\n", "- q: x\n- q: y\n", "- q: x: y\n", "- q: &a x\n"])
def test_an_entry_is_one_item(entry):
    """Anything but one list item of plain YAML is refused."""
    with pytest.raises(CannotInsert):
        insert_note(b"notes:\n  - q: x\n    a: y\n", entry)


def test_a_new_deck():
    """A new file tells editors where its schema is, and reads back."""
    data = new_deck("Karpathy::Concepts", note_yaml({"q": "one", "a": "two"}), "../../deck.schema.json")
    assert data == (
        b"# yaml-language-server: $schema=../../deck.schema.json\ndeck: Karpathy::Concepts\n\n"
        b"notes:\n  - q: one\n    a: two\n"
    )
    assert len(read_deck("decks/a/b.yaml", data, builtin_types()).notes) == 1
    assert b"deck:" not in new_deck(None, NEW)


def test_note_yaml():
    """Texts stand plain where that is safe, else in single quotes; several lines make a block."""
    written = note_yaml(
        {
            "q": "What is `x`: a number?",
            "a": "It's x",
            "code": "def f():\n    return 1",
            "date": "2023-01-24",
            "draft": True,
            "source": "true",
            "tags": ["ml", "a-b"],
            "needs": [],
            "prompts": [{"q": ["one", "uno"], "a": "007"}],
            "fields": {"Front Side": "# x"},
        }
    )
    assert written == (
        "- q: 'What is `x`: a number?'\n  a: It's x\n  code: |-\n    def f():\n        return 1\n  date: 2023-01-24\n"
        "  draft: true\n  source: 'true'\n  tags: [ml, a-b]\n  needs: []\n"
        "  prompts:\n    - q: [one, uno]\n      a: '007'\n"
        "  fields:\n    Front Side: '# x'\n"
    )


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "a\u2028b", "a\rb", "\ufeff"])
def test_control_characters_are_refused(text):
    """A text that no deck may hold is not written."""
    with pytest.raises(CannotWrite):
        note_yaml({"q": text})


AWKWARD = st.text(st.sampled_from(" \t\n:#-'\"ab|>[]{}*&!%@`,?\\~=<é1."))
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Cf"])) | AWKWARD
KEY = st.text(st.characters(categories=["L", "N", "P"]), max_size=20) | st.sampled_from(
    ["q", "null", "Front: Side", "<<", ""]
)
NOTE = st.dictionaries(KEY, TEXT | st.lists(TEXT) | st.dictionaries(KEY, TEXT), min_size=1)


@given(NOTE)
def test_what_is_written_reads_back(fields):
    """Any note reads back as it was, without a problem."""
    parsed = tree.parse("", note_yaml(fields).encode())
    assert parsed.problems == ()
    assert tree.plain(parsed.root) == [fields]


@given(st.lists(NOTE, min_size=1, max_size=4), st.booleans())
@example([{"q": "\n"}, {"q": "a\n\n\n"}], False)
def test_notes_one_after_another(notes, windows):
    """Notes added one by one are all there, in order, whatever their last text is."""
    data = b"notes:\r\n" if windows else b""
    for note in notes:
        before, data = data, insert_note(data, note_yaml(note))
        assert data.startswith(before)
    assert tree.plain(tree.parse("", data).root) == {"notes": notes}


@pytest.mark.parametrize("name", TAKES_A_NOTE)
@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("ended", [False, True])
def test_every_layout_in_any_line_ends(name, windows, ended):
    """With CRLF, and with the last line end gone, a file takes the note rightly or is refused with words."""
    before = TAKES_A_NOTE[name].replace("\r\n", "\n")
    before = before if ended else before.removesuffix("\n")
    before = (before.replace("\n", "\r\n") if windows else before).encode()
    read = tree.plain(tree.parse("", before).root) or {}
    try:
        after = insert_note(before, NEW)
    except CannotInsert as error:
        assert error.hint and not ended
        return
    assert (tree.plain(tree.parse("", after).root) or {}) == {**read, "notes": [*(read.get("notes") or []), ADDED]}
    cut = len(after) - len(before)
    assert any(after[:at] + after[at + cut :] == before for at in range(len(before) + 1))
    assert not windows or b"\n" not in before or after.count(b"\n") == after.count(b"\r\n")


@given(st.lists(NOTE, min_size=1, max_size=4), st.sampled_from(["", "notes:\n  - a: x\n\n  - b: y\n"]))
@example([{"q": "a\n\n\n"}, {"q": "b"}], "notes:\n  - a: x\n\n  - b: y\n")
def test_notes_all_at_once(notes, before):
    """Notes added together read as they would if added one by one."""
    after = insert_notes(before.encode(), [note_yaml(note) for note in notes])
    old = (tree.plain(tree.parse("", before.encode()).root) or {}).get("notes") or []
    assert after.decode().startswith(before)
    assert tree.plain(tree.parse("", after).root) == {"notes": [*old, *notes]}
