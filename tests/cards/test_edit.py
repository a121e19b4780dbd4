"""Changing deck files in place: the one key, and not a byte more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards import tree
from srs.cards.builtin import builtin_types
from srs.cards.edit import CannotEdit, ListChange, edit_note, edit_tags, edit_texts
from srs.cards.insert import insert_note, note_yaml

TYPES = builtin_types()


def notes(data: bytes) -> list[object]:
    return list(tree.plain(tree.parse("", data).root)["notes"])


def renamed(text: str, column: int = 5, instead: str | None = None) -> str:
    """The text with the note in line 2 given the id `new`, and `old` among those it had."""
    changes: dict[str, str | ListChange] = {"id": "new", "was": ListChange("old", instead)}
    return edit_note(text.encode(), 2, column, changes, "q").decode()


IDS = "    id: new\n    was: [old]\n"

INSERTED = {
    "below a plain text": ("notes:\n  - q: x\n    a: y\n", "notes:\n  - q: x\n" + IDS + "    a: y\n"),
    "no line end": ("notes:\n  - q: x", "notes:\n  - q: x\n" + IDS),
    "the marker last": ("notes:\n  - a: y\n    q: x\n# z\n", "notes:\n  - a: y\n    q: x\n" + IDS + "# z\n"),
    "text over lines": ("notes:\n  - q: x\n      y\n    a: y\n", "notes:\n  - q: x\n      y\n" + IDS + "    a: y\n"),
    "quotes and a comment": ("notes:\n  - q: 'x'  # y\n    a: y\n", "notes:\n  - q: 'x'  # y\n" + IDS + "    a: y\n"),
    "a block that keeps its lines": (
        "notes:\n  - q: |+\n      x\n\n    a: y\n",
        "notes:\n  - q: |+\n      x\n\n" + IDS + "    a: y\n",
    ),
    "wordings": ("notes:\n  - q:\n      - x\n      - z\n", "notes:\n  - q:\n      - x\n      - z\n" + IDS),
    "an id that was": (
        "notes:\n  - q: x\n    a: y\n    id: old\n",
        "notes:\n  - q: x\n    a: y\n" + IDS,
    ),
    "an id in quotes": (
        "notes:\n  - q: x\n    id: 'old'  # mine\n    was: [a, b]  # before\n",
        "notes:\n  - q: x\n    id: 'new'  # mine\n    was: [a, b, old]  # before\n",
    ),
    "an empty id": ("notes:\n  - q: x\n    id:\n    was:\n", "notes:\n  - q: x\n    id: new\n    was: [old]\n"),
    "one former id": (
        "notes:\n  - q: x\n    id: a\n    was: b\n",
        "notes:\n  - q: x\n    id: new\n    was: [b, old]\n",
    ),
    "former ids on lines": (
        "notes:\n  - q: x\n    was:\n      - a\n      # why\n      - b\n    id: c\n",
        "notes:\n  - q: x\n    was:\n      - a\n      # why\n      - b\n      - old\n    id: new\n",
    ),
    "no former ids": ("notes:\n  - q: x\n    was: []\n", "notes:\n  - q: x\n    id: new\n    was: [old]\n"),
}


@pytest.mark.parametrize("name", INSERTED)
def test_keys_of_a_note(name: str) -> None:
    """A key is set where it stands, or put below the marker in the note's own indentation; all else stays as it is."""
    before, after = INSERTED[name]
    assert renamed(before) == after


def test_line_ends_and_byte_order_mark() -> None:
    """Windows line ends and a byte order mark stay, and the new lines end likewise."""
    data = b"\xef\xbb\xbfnotes:\r\n- q: x\r\n  a: y\r\n"
    assert edit_note(data, 2, 3, {"id": "new"}, "q") == b"\xef\xbb\xbfnotes:\r\n- q: x\r\n  id: new\r\n  a: y\r\n"


def test_a_former_id_gives_its_place() -> None:
    """The id that a note takes again leaves `was:`, and the one it had stands there instead."""
    after = renamed("notes:\n  - q: x\n    id: old\n    was: [a, new, b]\n", instead="new")
    assert after == "notes:\n  - q: x\n    id: new\n    was: [a, old, b]\n"


@pytest.mark.parametrize("id", ["007", "no", "1.10", "-", "---", ".inf", "2024-01-01", "null", "a.b_c-d"])
def test_ids_that_yaml_would_read_otherwise(id: str) -> None:
    """An id is written so that YAML of any kind reads it as this text."""
    yaml = pytest.importorskip("yaml")
    data = edit_note(b"notes:\n  - q: x\n    a: y\n", 2, 5, {"id": id, "was": ListChange(id)}, "q")
    assert notes(data) == [{"q": "x", "a": "y", "id": id, "was": [id]}]
    if id != "2024-01-01":
        assert yaml.safe_load(data)["notes"][0]["id"] == id


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("notes: [{q: x, a: y}]\n", (1, 9), "is written in braces"),
        ("notes:\n  - {q: x, a: y}\n", (2, 5), "is written in braces"),
        ("notes:\n  - q: x\n", (7, 5), "there is no note in line 7"),
        ("notes:\n  - q: |\n      x", (2, 5), "`was:` cannot be written here"),
        ("notes:\n  - q: x\n    was: {}\n", (2, 5), "`was:` cannot be written here"),
        ("notes:\n  - q: x: y\n", (2, 5), "the file has an error in line 2"),
        ("", (2, 5), "the file is empty"),
    ],
)
def test_where_it_cannot(text: str, place: tuple[int, int], said: str) -> None:
    """What cannot be changed without changing more is refused, with a way out."""
    with pytest.raises(CannotEdit) as raised:
        edit_note(text.encode(), *place, {"id": "a", "was": ListChange("b")}, "q")
    assert said in raised.value.message
    assert raised.value.hint


TEXT = st.text(st.sampled_from(" \n:#-'\"ab|>[]{}é")).filter(str.strip)
NOTE = st.fixed_dictionaries({"q": TEXT, "a": TEXT}, optional={"id": st.just("x"), "was": st.just(["y", "z"])})


@given(st.lists(NOTE, min_size=1, max_size=4), st.data(), st.booleans())
def test_all_other_notes_stay(written: list[dict[str, str]], data: st.DataObject, windows: bool) -> None:
    """Whatever the notes hold, an edit changes the one note, in the keys it was to change, and inserts bytes only."""
    deck = b"notes:\r\n" if windows else b"notes:\n"
    for note in written:
        deck = insert_note(deck, note_yaml(note))
    number = data.draw(st.integers(0, len(written) - 1))
    root = tree.parse("", deck).root
    assert isinstance(root, tree.Mapping) and isinstance(root.values["notes"], tree.Sequence)
    at = root.values["notes"].items[number]
    after = edit_note(deck, at.line, at.column, {"id": "new", "was": ListChange("x")}, "q")
    wanted = [*written[:number], {**written[number], "id": "new"}, *written[number + 1 :]]
    wanted[number]["was"] = [*written[number].get("was", []), "x"]
    assert notes(after) == wanted
    assert after.count(b"\r\n") == (after.count(b"\n") if windows else 0)


LAID_OUT = """\
notes:
  - q: |-
      one   # no comment
      two

    a: >-
      folded text goes
      over lines
    # c
  - q: 'it''s x'  # com
    a: plain
      more
    tags: [a, b]
    prompts:
      - q: [w, v]
        a: |
          z
  - q:
      - "first one"
      - second
    a: x
    tags:
      # why
      - k
      - l
"""


@pytest.mark.parametrize(
    ("line", "path", "new", "old", "written"),
    [
        (2, ("q",), "one   # no comment\nthree\nfour", "      two\n", "      three\n      four\n"),
        (2, ("a",), "folded text walks over lines", "text goes\n", "text walks\n"),
        (2, ("source",), "s", "two\n\n", "two\n\n    source: s\n"),
        (10, ("q",), "it's *y*", "it''s x", "it''s *y*"),
        (10, ("q",), "it's\ny", "'it''s x'  # com\n", "|-  # com\n      it's\n      y\n"),
        (10, ("a",), "plain less", "      more", "      less"),
        (10, ("prompts", 0, "q", 0), "new w", "[w, v]", "[new w, v]"),
        (10, ("prompts", 0, "a"), "zz\n", "          z\n", "          zz\n"),
        (10, ("prompts", 0, "id"), "p", "[w, v]\n", "[w, v]\n        id: p\n"),
        (18, ("q", 0), "first: \\two", '"first one"', "'first: \\two'"),
        (18, ("q", 1), "a\nb", "- second\n", "- |-\n        a\n        b\n"),
        (18, ("a",), "", "a: x", "a: ''"),
    ],
)
def test_texts_keep_their_style(line: int, path: tuple[str | int, ...], new: str, old: str, written: str) -> None:
    """A text stays a block, folded, quoted or plain as it was, if it can; the rest of the file stays."""
    assert edit_texts(LAID_OUT.encode(), line, 5, {path: new}, "q").decode() == LAID_OUT.replace(old, written, 1)


@given(st.text(st.sampled_from("ab :#'\"\\-\n[{|>&é%@`,"), max_size=20), st.sampled_from([2, 10, 18]))
def test_any_text_can_be_put_in_place_of_any(new: str, line: int) -> None:
    """Whatever the text, the file then says it there and nothing else that is other; or it is refused."""
    before = notes(LAID_OUT.encode())
    at = [2, 10, 18].index(line)
    made = notes(edit_texts(LAID_OUT.encode(), line, 5, {("a",): new}, "q"))
    assert made[at] == {**before[at], "a": new}  # type: ignore[dict-item]
    assert made[:at] + made[at + 1 :] == before[:at] + before[at + 1 :]


def test_a_text_that_is_none_is_refused() -> None:
    """Where a list or nothing stands on the way there, nothing changes."""
    for path in (("tags",), ("prompts", 0, "q"), ("prompts", 3, "a"), ("a", "b")):
        with pytest.raises(CannotEdit):
            edit_texts(LAID_OUT.encode(), 10, 5, {path: "x"}, "q")


@pytest.mark.parametrize(
    ("line", "add", "remove", "old", "written"),
    [
        (10, ["c"], ["a"], "[a, b]", "[b, c]"),
        (10, [], ["a", "b"], "[a, b]", "[]"),
        (18, ["m"], ["l"], "      - l\n", "      - m\n"),
        (18, [], ["k"], "      - k\n", ""),
        (2, ["x"], [], "two\n\n", "two\n\n    tags: [x]\n"),
    ],
)
def test_tags_go_and_come(line: int, add: list[str], remove: list[str], old: str, written: str) -> None:
    """Tags are put in and taken out one by one, in the layout that they have."""
    made = edit_tags(LAID_OUT.encode(), line, 5, add, remove, "q").decode()
    assert made == LAID_OUT.replace(old, written, 1)
