"""HTML as tags and text."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.tags import Tag, decoded, tokens


def test_tags_text_and_entities() -> None:
    """Tags come with their attributes, text with its entities decoded."""
    found = list(tokens('a &amp; b<A Href="x>y" id=z>&lt;</a>'))
    assert found[0] == "a & b"
    assert isinstance(found[1], Tag)
    assert found[1].attributes() == {"href": "x>y", "id": "z"}
    assert found[2] == "<"
    assert found[3] == Tag("a", True, "")


def test_unseen_parts() -> None:
    """Comments, declarations, styles and scripts are no text."""
    html = "<!doctype html>a<!-- <b> -->b<style>p{}</style>c<script>if (a<b) {}</SCRIPT>d"
    assert list(tokens(html)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("html", ["a < b", "1<2", "x <y", 'x <a href="', "I <3 you", "a <b c='"])
def test_no_text_is_taken_for_a_tag(html: str) -> None:
    """A `<` that opens nothing is shown."""
    assert "".join(str(token) for token in tokens(html)) == html


def test_huge_character_references() -> None:
    """A number of thousands of digits is no character and no error."""
    assert list(tokens("&#" + "9" * 5000 + ";"))


@pytest.mark.parametrize(
    "piece", ["<a ", '<a "', "<a b='", "<!--", "<![CDATA[", "</", "<?", "&", "&#", "<a b=", "<script>"]
)
def test_hostile_html_is_read_to_its_end(piece: str) -> None:
    """Half a megabyte of broken markup comes to an end, which a reader that goes back and forth would not reach."""
    assert len(list(tokens(piece * 100_000))) <= 200_000


@given(st.lists(st.sampled_from([*"&;#x1 a", "&amp;", "&lt", "&#123;", "&#x27;", "&nbsp;", "&quot;"])).map("".join))
def test_references_are_decoded_as_everywhere(text: str) -> None:
    """Character references stand for what Python's own table says, whether or not it is asked."""
    assert decoded(text) == html.unescape(text)
