"""YAML bytes to a positioned tree: what is read, and what is refused with which words."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards import tree, yamlevents
from srs.cards.lines import parse_lines
from srs.cards.tree import Mapping, Parsed, Sequence, Text
from srs.cards.yamlevents import parse_events


def parsed(text: str | bytes) -> Parsed:
    return tree.parse("d.yaml", text if isinstance(text, bytes) else text.encode())


def read(text: str | bytes) -> object:
    result = parsed(text)
    assert result.problems == ()
    return tree.plain(result.root)


def only_problem(text: str | bytes) -> tree.Problem:
    problems = parsed(text).problems
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize("text", ["NO", "1.10", "007", "12:30", "0x1F", "~", "null", "2024-02-30", "true", "1e3"])
def test_scalars_stay_text(text):
    """A scalar is the text that was written, whatever other YAML readers make of it."""
    assert read(f"a: {text}\n") == {"a": text}


def test_empty_value():
    """A key without a value has the empty text."""
    assert read("a:\nb: ''\n") == {"a": "", "b": ""}


def test_empty_file():
    """A file without content has no tree and no problem."""
    assert parsed("") == parsed("# only a comment\n")._replace(text="")
    assert parsed("").root is None and parsed("").readable


@pytest.mark.parametrize("tail", ["", "    z: >\n      folded\n\n      twice\n"], ids=["lines", "events"])
def test_positions(tail):
    """Texts, lists, mappings and keys know their line and column, counted from 1, and how a text was written."""
    root = parsed("deck: x\nnotes:\n  - q: 'one'\n    a: |-\n      two\n    tags: [b, c]\n    empty:\n" + tail).root
    assert isinstance(root, Mapping)
    assert root.keys["notes"] == (2, 1)
    notes = root.values["notes"]
    assert isinstance(notes, Sequence) and notes[1:] == (3, 3, False)
    note = notes.items[0]
    assert isinstance(note, Mapping) and (note.line, note.column) == (3, 5)
    assert note.values["q"] == Text("one", 3, 8, "'")
    assert note.values["a"] == Text("two", 4, 8, "|")
    assert note.values["tags"] == Sequence([Text("b", 6, 12, ""), Text("c", 6, 15, "")], 6, 11, True)
    assert note.values["empty"] == Text("", 7, 11, "")
    assert note.keys["tags"] == (6, 5)


def test_byte_order_mark_and_windows_line_ends():
    """A byte order mark and CRLF change neither the texts nor the places."""
    result = parsed(b"\xef\xbb\xbfa: b\r\nc: |\r\n  d\r\n  e\r\nf: g\r\n")
    assert tree.plain(result.root) == {"a": "b", "c": "d\ne\n", "f": "g"}
    assert isinstance(result.root, Mapping) and result.root.keys["f"] == (5, 1)


REFUSED = {
    "a: one # two\n": ("comment-after-value", 1, 7, "YAML takes ` #` and the rest of this line for a comment"),
    "a: # one\n": ("comment-after-value", 1, 3, "YAML takes ` #`"),
    "a: [b, c\t#d\n  ]\n": ("comment-after-value", 1, 9, "YAML takes ` #`"),
    "a: 1\nb: 2\na: 3\n": ("duplicate-key", 3, 1, "The key `a` is written twice: in line 1 and here."),
    'a: "C:\\temp"\n': ("escape", 1, 4, r"`\t` between double quotes is an escape"),
    'a: "one\\ntwo"\n': ("escape", 1, 4, r"`\n` between double quotes is an escape"),
    'a: "\\q"\n': ("escape", 1, 5, "This backslash between double quotes is no escape"),
    'a: "C:\\users"\n': ("escape", 1, 9, r"A `\x`, `\u` or `\U` between double quotes needs the digits"),
    "a: &x b\n": ("anchor", 1, 4, "`&x` is a YAML anchor"),
    "a: *x\n": ("alias", 1, 4, "`*x` is a YAML alias"),
    "a: !!int 3\n": ("tag", 1, 4, "`tag:yaml.org,2002:int` is a YAML tag"),
    "<<: x\n": ("merge-key", 1, 1, "`<<` is a YAML merge key"),
    "a: 1\n---\nb: 2\n": ("second-document", 2, 1, "A second document starts here"),
    "? [a]\n: b\n": ("key-not-text", 1, 3, "A key must be a text"),
    "a: so: it is\n": ("colon-in-text", 1, 6, "A `: ` inside a text must be quoted."),
    "a: b\n  c: d\n": ("colon-in-text", 2, 4, "This key is indented deeper than the one above"),
    "a: @b\n": ("leading-character", 1, 4, "A text that starts with `@` must be quoted."),
    "a: %b\n": ("leading-character", 1, 4, "A text that starts with `%` must be quoted."),
    "a: `b` c\n": ("leading-character", 1, 4, "A text that starts with a backtick must be quoted."),
    "a: *b* c\n": ("leading-character", 1, 4, "A text that starts with `*` must be quoted."),
    "a: **b** c\n": ("leading-character", 1, 4, "A text that starts with `*` must be quoted."),
    "a: > 3 b\n": ("leading-character", 1, 4, "A text that starts with `>` must be quoted."),
    "a: - b\n": ("leading-character", 1, 4, "A text that starts with `- ` must be quoted."),
    "a: 'it's'\n": ("text-after-quote", 1, 8, "Something follows a closed quotation mark or bracket"),
    "a: [CLS] b\n": ("text-after-quote", 1, 10, "Something follows a closed quotation mark or bracket"),
    'a: "b\nc: d\n': ("open-quote", 1, 4, "A quotation mark opens here and nothing closes it."),
    "a: [b\nc: d\n": ("open-bracket", 1, 4, "A text that starts with `[` must be quoted"),
    "a: b\n\tc: d\n": ("tab", 2, 1, "A tab cannot indent a line."),
    "a: b\nc\n": ("no-key", 2, 1, "This line has no `key:`"),
    "  a: b\n c: d\n": ("indentation", 2, 2, "This line is indented less than the deck's first key."),
    "- a\nb: c\n": ("indentation", 2, 1, "This line is not indented like the list above it."),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """What YAML would drop, change or stumble over is one problem with a code, a place, a sentence and a hint."""
    code, line, column, message = REFUSED[text]
    problem = only_problem(text)
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert problem.message.startswith(message) and problem.message.endswith(".")
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("a: one # two\n", "a: |-\n  one # two"),
        ("  - a: so: it is\n", "  - a: |-\n      so: it is"),
        ('a: "C:\\temp \\"x\\""\n', 'a: |-\n  C:\\temp "x"'),
        ("a: 'it's'\n", "a: |-\n  it's"),
        ("cloze: {{c1::x}} y\n", "cloze: |-\n  {{c1::x}} y"),
        ("a:\n  - @x\n", "  - |-\n    @x"),
    ],
)
def test_hints_show_the_line_as_a_block(text, rewritten):
    """The hint is the line rewritten so that every character means itself, and that reads without a problem."""
    assert rewritten in parsed(text).problems[-1].hint
    assert parsed(rewritten + "\n").problems == ()


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).filter(str.strip))
def test_block_form_keeps_plain_text(text):
    """Any one-line text behind a key, rewritten as a block, reads as that text (quotes around all of it fall away)."""
    if text.strip()[0] in "\"'":
        return
    assert read(tree.block_form(f"  key: {text}") or "") == {"key": text.strip()}


def test_comments_that_lose_nothing():
    """Comments on their own lines, after quotes, brackets and keys of lists are nobody's text."""
    text = "# top\na: 'b' # one\nc: [d] # two\ne: # three\n  - f\n\n# four\ng: C#\nh: |-\n  x # y\n"
    assert read(text) == {"a": "b", "c": ["d"], "e": ["f"], "g": "C#", "h": "x # y"}


def test_escapes_that_lose_nothing():
    """Quotes, backslashes, slashes and numbered characters may be escaped."""
    assert read(r'a: "\"x\" \\ \/ \x41 \u00e9 \U0001F600"') == {"a": '"x" \\ / A é 😀'}


def test_all_problems_are_collected():
    """Problems that leave the rest readable do not hide one another."""
    result = parsed("a: b # c\nd: &e f\na: g\n")
    assert [problem.code for problem in result.problems] == ["comment-after-value", "anchor", "duplicate-key"]
    assert result.readable and tree.plain(result.root) == {"a": "b", "d": "f"}


def test_syntax_error_leaves_no_tree():
    """After a syntax error there is no tree, and the file says so."""
    assert parsed("a: b\nc: d: e\n")[:1] == (None,)
    assert not parsed("a: b\nc: d: e\n").readable


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"a: b\nc: caf\xe9\n", (2, 7), "The byte 0xE9 is not UTF-8; in Latin-1 it would be “é”."),
        (b"\xef\xbb\xbfa: \x80\n", (1, 4), "The byte 0x80 is not UTF-8."),
        ("a: b\n".encode("utf-16"), (1, 1), "The file is UTF-16, not UTF-8."),
    ],
)
def test_bad_encoding(data, place, message):
    """A byte that is not UTF-8 is reported where it stands."""
    problem = only_problem(data)
    assert (problem.code, problem.message) == ("bad-encoding", message)
    assert (problem.line, problem.column) == place


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\ufeff", "\ufffe", "\r"])
def test_control_characters(char):
    """No control character, and nothing else that YAML or a terminal takes for a line end, is read."""
    problem = only_problem(f"a: b\nc: d{char}e\n")
    assert (problem.code, problem.line, problem.column) == ("control-character", 2, 5)


HOSTILE = {
    "brackets": b"[" * 100_000,
    "braces": b"a: " + b"{" * 100_000,
    "dashes": b"- " * 100_000,
    "nested keys": b"".join(b" " * n + b"k:\n" for n in range(1000)),
    "giant key": b"k" * 3_000_000 + b": v\n",
    "giant line": b"a: [" + b"*x, " * 50_000 + b"]\n",
    "bomb": b"a: &a [x,x,x]\n" + b"".join(b"%c: &%c [*%c,*%c,*%c]\n" % (n + 1, n + 1, n, n, n) for n in range(97, 121)),
    "duplicates": b"a: b\n" * 50_000,
    "comments": b"".join(b"k%d: v # c\n" % n for n in range(20_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name):
    """Depth, bombs and giant lines end in short messages."""
    problems = parsed(HOSTILE[name]).problems
    assert problems and all(len(problem.message) < 200 and len(problem.hint) < 1000 for problem in problems)


def test_depth():
    """Twenty levels are read, the twenty-first is a problem with a place."""
    assert parsed("[" * 20 + "]" * 20).problems == ()
    problem = only_problem("[" * 21 + "]" * 21)
    assert (problem.code, problem.column) == ("too-deep", 21)


def test_without_libyaml(monkeypatch):
    """PyYAML's own parser, where libyaml is missing, gives the same tree."""
    text = "a: 'b'\nnotes:\n  - q: x y\n    a: |\n      z\n    c: [d, e]\n"
    compiled = parse_events("d.yaml", text)
    monkeypatch.setattr(yamlevents, "_event_source", yamlevents.pure_event_source)
    assert parse_events("d.yaml", text) == compiled
    assert parse_events("d.yaml", "a: b: c\n")[1][0].code == "colon-in-text"


@given(st.binary())
def test_any_bytes(data):
    """No bytes make the reader raise."""
    parsed(data)


KEYS = ["a", "b", "c d", "q", "x-y", "_k", "null", "notes"]
VALUES = """
foo|foo bar|foo # bar|foo: bar|foo:|a::b|-x|- x|:x|?x|? x|'it''s'|'x'|"x"|"a\\nb"|"open|'open|BLOCK|BLOCK-|BLOCK+|>
> x|[a, b]|[a]|[]|[a::b, c.d]|[a b]|[a: b]|[ a , b ]|[a, ]|{a: b}|*al|&an x|!t x|@x|`x`|#x|x#y|x  |x\ty|x\t|'x' # c|"x"
é|>-|1.10|~|x [y] {z}, w|[x|x]|: x|x : y|x :|--- x|...|"it''s"|'a"b'|"a"b"|'a'b'|'''|"|-|  x|  'x'|  |-|  [a]
""".replace("\n", "|").split("|")
VALUES = [value.replace("BLOCK", "|") for value in VALUES]
OTHER_LINES = [
    "# comment",
    "",
    "   ",
    "---",
    "\t",
    "- ",
    "x",
    "foo bar",
    "- item",
    "      more",
    "    more # x",
    "     - more",
    "\tx: y",
]


def random_yaml(dice: random.Random) -> str:
    """Lines that are nearly a deck: mostly keys at plausible indentations, some of them wrong."""
    lines = ["notes:"] if dice.random() < 0.6 else []
    for _ in range(dice.randint(1, 9)):
        if dice.random() < 0.2:
            lines.append(" " * dice.choice([0, 2, 4, 6]) + dice.choice(OTHER_LINES))
            continue
        dash = dice.choice(["", "", "", "- ", "- ", "-   "])
        lines.append(" " * dice.choice([0, 2, 4, 4, 6, 1]) + f"{dash}{dice.choice(KEYS)}: {dice.choice(VALUES)}")
        if lines[-1].endswith(("|", "|-", ">", ">-")):
            lines += [" " * dice.choice([2, 4, 6, 6, 8]) + "text # x" for _ in range(dice.randint(0, 3))]
    return "\n".join(lines) + dice.choice(["\n", "\n", "", "\n\n"])


@given(st.randoms(use_true_random=False))
def test_the_short_way_is_the_long_way(dice):
    """What is read line by line is exactly what libyaml's events say, and they find no problem in it."""
    for _ in range(10):
        text = random_yaml(dice)
        quick = parse_lines(text)
        assert quick is None or (quick, [], True) == parse_events("", text), text


def test_the_short_way_is_taken():
    """An ordinary deck needs no YAML parser; a paragraph break in plain text does."""
    deck = (
        "# a comment\ndeck: x\ntags: [a, ml::b]\n\nnotes:\n  - q: one\n    a: 'it''s'\n    code: |-\n      def f():\n"
        '          pass\n    prompts:\n      - q: what\n        a: so\n\n  - q:\n      - one\n      - two\n    a: "x"\n'
    )
    assert parse_lines(deck) is not None
    assert parse_lines("a: one\n  two\n  three\nb: c\n") is not None
    assert parse_lines("a: one\n\n  two\n") is None
