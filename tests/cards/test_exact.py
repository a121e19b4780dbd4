"""Any text as a YAML value that reads as exactly this text."""

from hypothesis import example, given
from hypothesis import strategies as st

from srs.cards import tree
from srs.cards.exact import exact, key_of, one_line, scrubbed

ODD = "\r\n\t :#'\"\\{}[]-?|>&*!%@`\0\x01\x1f\x7f\x85\xa0\u2028\u2029\ufeff\ufffe\uffff"
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(ODD))


def read(text: str) -> object:
    """What stands under `a` and `b`; a second key shows that the first value ends where it should."""
    parsed = tree.parse("", text.encode())
    assert parsed.problems == ()
    return tree.plain(parsed.root)


@given(ANYTHING, ANYTHING)
@example("a\r\nb  \r\n\r\n  c\t", "\n\n")
@example(" \n x\x0b\n\n", "\u2028\n\n")
@example("x" * 100_000 + "\r", "{{c1::a: b}} # c")
def test_any_text_is_read_as_it_was_written(first: str, second: str) -> None:
    """Blocks, quotes and escapes give back every character: control characters, line ends, blanks at any end."""
    deep = {"a": [{"f": {"one": first, "two": second}}], "b": "end"}
    text = f"a:\n  - f:\n      one: {exact(first, 6)}\n      two: {exact(second, 6)}\nb: end\n"
    assert read(text) == deep
    assert read(f"a: {exact(first, 0)}\nb: {exact(second, 0)}\n") == {"a": first, "b": second}


@given(st.lists(ANYTHING))
def test_any_texts_stand_on_one_line(texts: list[str]) -> None:
    """Between brackets too, every text is the one that it was."""
    assert read(f"a: [{', '.join(map(one_line, texts))}]\n") == {"a": texts}
    assert "\n" not in "".join(map(one_line, texts))


@given(st.lists(ANYTHING, min_size=1, unique=True))
@example(["x" * 2000, "y" * 2000])
@example(["a: b", "a", "A", "- x", "?", "<<", "a\nb", "no"])
def test_any_text_may_be_a_key(names: list[str]) -> None:
    """Field names of other programs: with colons, of thousands of letters, of one letter in two cases."""
    names = [name for name in names if name != ""]
    lines = "".join(f"{key_of(name)} '{number}'\n" for number, name in enumerate(names))
    assert read(lines) == ({name: str(number) for number, name in enumerate(names)} or None)


@given(st.text())
def test_only_halves_of_characters_are_replaced(text: str) -> None:
    """A lone surrogate becomes a replacement character, and nothing else changes."""
    assert scrubbed(text).encode().decode() == scrubbed(text)
    assert len(scrubbed(text)) == len(text)
    assert all(new in (old, "\N{REPLACEMENT CHARACTER}") for old, new in zip(text, scrubbed(text), strict=True))
