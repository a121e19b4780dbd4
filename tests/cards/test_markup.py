"""Markdown fields to HTML."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.cards import cloze
from srs.cards.markup import parts, to_html
from srs.cards.notetype import FieldKind
from srs.cards.plain import to_text

PIECES = st.sampled_from([
    "{{c1::", "{{c2,3::", "}}", "::hint", "{", "}", "{{", "$", "$$", "`", "```", "```python\n", "\n", "\n\n", "- ", "|",
    "|-|-|", "*", "**", "_", "[x](", ")", "![", "<script>", "http://x", "&#123;", "\\", "\x1b[31m", "word", " ", "# ",
    "> ", "    ", "⁅", "⁆",
])  # fmt: skip
SOUP = st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join))
KINDS: list[FieldKind] = ["markdown", "code", "text", "date", "choice"]
MARKER = re.compile(r"\{\{c[0-9,]+::")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one *word*", "one <em>word</em>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("`a < b`", "<code>a &lt; b</code>"),
        ("[x](https://example.org/?a=1&b=2)", '<a href="https://example.org/?a=1&amp;b=2">x</a>'),
        ("[x](other.html)", "<span>x</span>"),
        ("![a graph](my%20graph.png)", '<img src="my graph.png" alt="a graph">'),
        ("$x < y$ holds", '<span class="math">\\(x &lt; y\\)</span> holds'),
        ("$x$ is 5", '<span class="math">\\(x\\)</span> is 5'),
        ("$$\nx\n$$", '<div class="math">\\[x\\]</div>'),
        ("it costs $5 or $6", "it costs $5 or $6"),
        ("a ${x}$5", "a ${x}$5"),
        ("[only]: http://a.reference", "[only]: http://a.reference"),
    ],
)
def test_markdown(text: str, html: str) -> None:
    """CommonMark with maths; a single paragraph stands bare, and nothing that was written is lost."""
    assert to_html(text, "markdown") == html


def test_tables() -> None:
    """Tables are tables."""
    assert to_text(to_html("|a|b|\n|-|-|\n|1|2|", "markdown")) == "a | b\n1 | 2"


def test_raw_html_is_shown_as_text() -> None:
    """Tags in a card are text, and only http and https links are links."""
    html = to_html("<script>alert(1)</script> [x](javascript:alert(1)) <img onerror=x>", "markdown")
    assert html == "&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1)) &lt;img onerror=x&gt;"


def test_code_is_coloured_once_and_for_all() -> None:
    """Code gets static spans with short classes, so neither Anki nor the browser runs anything."""
    html = to_html("```python\ndef f(x):  # why\n    return 'a' < 1\n```", "markdown")
    assert html == (
        '<pre class="code"><code>'
        '<span class="k">def</span> <span class="nf">f</span>(x):  <span class="c"># why</span>\n'
        '    <span class="k">return</span> <span class="s">\'a\'</span> &lt; <span class="m">1</span></code></pre>'
    )


def test_unknown_languages_stay_plain() -> None:
    """A language that nobody knows is code without colours."""
    assert to_html("```klingon\na < b\n```", "markdown") == '<pre class="code"><code>a &lt; b</code></pre>'


def test_a_code_field_is_code_without_a_fence() -> None:
    """In a code field `#` and `__init__` mean themselves; Python is seen as such, and a fence still works."""
    html = to_html("# zero the gradients\nnet.__init__(x * y * z)", "code")
    assert to_text(html) == "# zero the gradients\nnet.__init__(x * y * z)"
    assert '<span class="c"># zero the gradients</span>' in html
    assert to_html("curl -s a | b", "code") == '<pre class="code"><code>curl -s a | b</code></pre>'
    assert to_html("```\nx\n```", "code") == to_html("```\nx\n```", "markdown")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("{{c1::**masked**}}, then", "{{c1::<strong>masked</strong>}}, then"),
        ("{{c1::_masked_}}", "{{c1::<em>masked</em>}}"),
        ("`x = {{c1::y}}`", "<code>x = {{c1::y}}</code>"),
        ("{{c1::`d = {}`}}", "{{c1::<code>d = &#123;&#125;</code>}}"),
        ("$a_{{{c1::n}}}$", '<span class="math">\\(a_{ {{c1::n}} }\\)</span>'),
        ("{{c1::$e^{a_{b}}$}}", '{{c1::<span class="math">\\(e^{a_{b} }\\)</span>}}'),
        ("{{c1::a}}}", "{{c1::a}}&#125;"),
        ("```python\nx = {{c1::len(y)}}\n```",
         '<pre class="code"><code>x = {{c1::<span class="nb">len</span>(y)}}</code></pre>'),
        ("[x](http://a/{{c1::b}})", "[x](http://a/{{c1::b}})"),
    ],
)  # fmt: skip
def test_cloze_markers_come_through(text: str, html: str) -> None:
    """Markers survive Markdown, maths and colours; a text that would lose one is shown without Markdown."""
    assert to_html(text, "markdown") == html


def test_colours_ignore_cloze_markers() -> None:
    """Code is coloured as if the markers were not there: a marker inside a string leaves it a string."""
    html = to_html("```python\nx = 'a {{c1::b}} c'\n```", "markdown")
    assert '<span class="s">\'a </span>{{c1::<span class="s">b</span>}}<span class="s"> c\'</span>' in html


def test_braces_that_are_no_marker_become_entities() -> None:
    """Anki must not take `{{x}}` in a text for a field, nor `{{c1::x}}` in a note without clozes for one."""
    assert to_html("{{x}}", "markdown") == "&#123;&#123;x&#125;&#125;"
    assert to_html("{{c1::x}}", "markdown", cloze=False) == "&#123;&#123;c1::x&#125;&#125;"
    assert to_html("{{x}}", "text") == "&#123;&#123;x&#125;&#125;"


def test_plain_kinds_are_escaped() -> None:
    """Text, dates and choices are what they are; a web address alone is a link."""
    assert to_html("a <b>\n*c*", "text") == "a &lt;b&gt;<br>*c*"
    assert (
        to_html("https://example.org/a_b_c", "text")
        == '<a href="https://example.org/a_b_c">https://example.org/a_b_c</a>'
    )


@pytest.mark.parametrize("text", ["> " * 200 + "deep", "- " * 200 + "deep", "![" * 50_000 + "deep"])
def test_what_is_too_much_for_markdown_is_shown_as_text(text: str) -> None:
    """Very deep or very long texts, which Markdown would cut or chew on for minutes, are shown as they are."""
    assert to_text(to_html(text, "markdown")).strip() == text.strip()


def test_html_passes_through() -> None:
    """A foreign note's HTML is not touched."""
    assert to_html("<b>{{x}}</b>\r\n", "html") == "<b>{{x}}</b>\r\n"


@pytest.mark.parametrize("kind", KINDS)
@given(SOUP)
@example("⁅\ue0000⁆{{c1::x}}")
def test_nothing_becomes_live(kind: FieldKind, text: str) -> None:
    """Whatever the text: no script, no control character, and no braces but those of markers."""
    html = to_html(text, kind)
    assert "<script" not in html
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", html)
    assert "{{" not in MARKER.sub("", html)
    assert not re.search(r"(?i)(?:href|src)=\"\s*javascript:", html)


@pytest.mark.parametrize("kind", ["markdown", "code"])
@given(SOUP)
def test_markdown_keeps_every_cloze(kind: FieldKind, text: str) -> None:
    """A text and its HTML have the same cards, and without clozes there are none."""
    assert cloze.numbers(to_html(text, kind)) == cloze.numbers(text)
    assert cloze.numbers(to_html(text, kind, cloze=False)) == ()


@pytest.mark.parametrize("kind", KINDS)
@given(SOUP)
def test_what_holds_something_never_comes_out_empty(kind: FieldKind, text: str) -> None:
    """A field that makes a card is not blank on it."""
    if text.strip():
        assert to_html(text, kind).strip()


HARMLESS = st.lists(st.sampled_from("aB9é中 .:;,!#~|-+=)(\"'/{}\u00a0") | st.characters(codec="utf-8"), max_size=8)
MARKS = [
    "", "*b*", "_b_", "`b`", "$b$", "[b](c)", "![b](c)", "<http://b>", "<", ">", "& b", "\\!", "  \nb", "\n\nb", " ",
]  # fmt: skip


@given(HARMLESS.map("".join), st.sampled_from(MARKS), HARMLESS.map("".join))
@example('a "word" | ~~and~~ # more', "", "\u3000")
def test_a_line_without_marks_is_what_markdown_makes_of_it(before: str, mark: str, after: str) -> None:
    """A line in which nothing means anything to Markdown is not given to it, and reads as if it had been."""
    text = f"a{before} {mark}{after}"
    blocks = parts(text)
    if blocks and len(blocks) == 1 and blocks[0].html.startswith("<p>"):
        assert to_html(text, "markdown") == blocks[0].html.removeprefix("<p>").removesuffix("</p>")
