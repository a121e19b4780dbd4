"""HTML of faces as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards import cloze
from srs.cards.plain import to_text

TAGS = st.sampled_from([
    "<p>", "</p>", "<ul>", "<li>", "</ul>", "<pre>", "</pre>", "<td>", "<a href='https://x'>", "</a>", "<!--", "-->",
    "<![CDATA[", "<script>", "</script>", "&lt;", "&#27;", "&#99999999999;", "<br>", "<x", '="', "'", "\x1b[31m",
    "\u202e", "text ", "<span class=cloze>", "</span>", "[",
])  # fmt: skip
SOUP = st.one_of(st.text(), st.lists(TAGS, max_size=16).map("".join))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("a <b>bold</b>\n word", "a bold word"),
        ("one<br>two", "one\ntwo"),
        ("<ul>\n<li>a</li>\n<li>b<ul><li>c</li></ul></li>\n</ul>", "- a\n- b\n  - c"),
        ('<ol start="3"><li>a</li><li><p>b</p></li></ol>', "3. a\n4. b"),
        (
            '<pre class="code"><code>if x:\n    <span class="k">return</span>\n\n\n# end</code></pre>',
            "if x:\n    return\n\n\n# end",
        ),
        ("<table><tr><th>a</th><th>b</th></tr>\n<tr><td></td><td>2</td></tr></table>", "a | b\n | 2"),
        ("<h4>Source</h4>a book", "Source\na book"),
        ("front<hr id=answer>back", "front\n\n---\n\nback"),
        ('<img src="x.png" alt="a graph"> <img src="y.png">', "[a graph] [y.png]"),
        (
            '<a href="https://example.org">here</a> and <a href="javascript:x">there</a>',
            "here (https://example.org) and there",
        ),
        ('<span class="math">\\(x &lt; y\\)</span>', "\\(x < y\\)"),
        ("<ruby><rb>日本</rb><rt>にほん</rt></ruby>", "日本(にほん)"),
        ("a<!-- b -->c<style>p{}</style><script>x</script>", "ac"),
        ("x &amp; y &#65;", "x & y A"),
    ],
)
def test_html_reads_as_text(html: str, text: str) -> None:
    """Each kind of markup has a plain form that reads well."""
    assert to_text(html) == text


@pytest.mark.parametrize("html", ["a < b and c > d", "x <y", "</p></div>x", "<b", "1 <2", "<>", "a<![CDATA[b"])
def test_broken_html_keeps_its_words(html: str) -> None:
    """What only looks like a tag stays as text."""
    assert [word for word in html if word.isalnum() and word not in "pdivb"] == [
        word for word in to_text(html) if word.isalnum() and word not in "pdivb"
    ]


def test_bidi_overrides_are_named() -> None:
    """An override that would turn the text around is shown by its number."""
    assert to_text("a\u202eb") == "a[U+202E]b"


@given(SOUP)
def test_no_control_character_comes_out(html: str) -> None:
    """Whatever goes in, neither escape sequences nor overrides come out."""
    text = to_text(html, marked=True)
    assert not any(
        (each < " " and each not in "\n\t") or "\x7f" <= each <= "\x9f" or "\u202a" <= each <= "\u202e" for each in text
    )


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<a b='",
        "<a",
        "<div>",
        "<ul><li>",
        "&",
        "<a href='http://x'>y",
        "<a '' \"\"",
        "<b a=" + "x" * 50,
        "<span class=cloze>",
    ],
)
def test_hostile_html_is_read_to_its_end(piece: str) -> None:
    """A quarter of a megabyte of broken tags becomes text, not much longer than it was."""
    html = piece * (250_000 // len(piece))
    assert len(to_text(html, marked=True)) <= 5 * len(html)


def test_what_a_cloze_asked() -> None:
    """Where it is wanted, what was asked stands in brackets on the back, and a gap keeps the ones it has."""
    text = "A {{c1::<b>SYN</b>}}, {{c2::SYN-ACK::two flags}} and {{c3::ACK}}."
    assert to_text(cloze.back(text, 1), marked=True) == "A [SYN], SYN-ACK and ACK."
    assert to_text(cloze.back(text, 1)) == "A SYN, SYN-ACK and ACK."
    assert to_text(cloze.front(text, 2), marked=True) == "A SYN, [two flags] and ACK."
    assert to_text("<p>a</p><span class=cloze><p>b</p></span>", marked=True) == "a\n\n[b]"
