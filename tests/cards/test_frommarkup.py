"""Field HTML that was edited in Anki, back to the text."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from srs.cards.frommarkup import Edited, edited_text, says_the_same, with_line_ends
from srs.cards.markup import to_html
from srs.cards.notetype import FieldKind
from tests.cards.test_markup import KINDS, SOUP
from tests.support import times

BLOCKS = [
    "one *two* `three` word-here",
    "# A heading\nright below",
    "Setext\n===",
    "- item\n- _other_ item\n  - deep",
    "1. first\n2. second\n\n   with more",
    "> quoted\n> lines",
    "```python\ndef f(x):\n    return x\n```",
    "    indented",
    "| a | b |\n|:--|--:|\n| c | `d` |",
    "$$\ne^{a_{b}}\n$$",
    "Euler's $e^{i\\pi}$, and $5 or $6",
    "wrapped\nover\nlines",
    "![alt](my%20graph.png) beside it",
    "[link](http://a.example/?x=1&y) and <http://b.example>",
    "hard\\\nbreak  \nand on",
    "{{c1::hidden::hint}} shown {{c2::a {{c3::b}}}}",
    "[sound:a_b.mp3] heard",
    "a \\* b < c & d, café",
    "* * *",
    "**bold *both* bold**",
    "[named][r] text\n\n[r]: http://r.example",
]
TEXTS = st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6).map("\n\n".join)
WORD = re.compile(r"(?<![\w&#])[a-z]{3,}(?![\w:;])(?![^<]*>)")


def edit(written: str, html: str, kind: FieldKind = "markdown") -> str | None:
    """The text after an edit that drops nothing."""
    found = edited_text(written, html, kind)
    assert found.dropped == ()
    return found.text


def replaced(written: str, old: str, new: str, kind: FieldKind = "markdown") -> str | None:
    """The text after `old` became `new` in its HTML."""
    html = to_html(written, kind)
    assert html.count(old) == 1
    return edit(written, html.replace(old, new), kind)


@given(SOUP, st.sampled_from(KINDS))
def test_what_was_not_edited_stays_byte_for_byte(text: str, kind: FieldKind) -> None:
    """The HTML that we exported is the text that it was made of, whatever that is."""
    assert edited_text(text, to_html(text, kind), kind) == Edited(text)


@given(TEXTS)
@settings(max_examples=times(40))
def test_editors_ways_are_no_edits(text: str) -> None:
    """Entities, attribute order, an empty last line and AnkiDroid's line ends leave the text as it was."""
    html = to_html(text, "markdown")
    for other in (
        html.replace("<br />", "<br>").replace("<hr />", "<hr>") + "<br>",
        html.replace("\n", "<br>").replace("<br /><br>", "<br><br>"),
        re.sub(r'<img src="([^"]*)" alt="([^"]*)">', r'<img alt="\2"   src="\1">', html) + "<div><br></div>",
        html.replace("é", "e\u0301").replace("'", "&#39;").replace(" and ", "&nbsp;and "),
        html.replace("<em>", "<i>").replace("</em>", "</i>").replace("strong>", "b>"),
    ):
        assert edited_text(text, other, "markdown") == Edited(text)


@given(st.data(), TEXTS)
@settings(max_examples=times(50), deadline=None)
def test_an_edit_of_one_word_changes_that_word(data: st.DataObject, text: str) -> None:
    """A word that is edited in Anki is edited in the text, and everything else in it stays as it was written."""
    html = to_html(text, "markdown")
    words = list(WORD.finditer(html))
    assume(words)
    word = data.draw(st.sampled_from(words))
    edited = html[: word.start()] + "changedword" + html[word.end() :]
    found = edited_text(text, edited, "markdown")
    assert found.text is not None
    assert says_the_same(to_html(found.text, "markdown"), edited, "markdown")
    before, after = text.split("\n\n"), found.text.split("\n\n")
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert found.text.count("changedword") == 1


@given(st.data(), TEXTS)
@settings(max_examples=times(30), deadline=None)
def test_an_edit_in_ankidroid_changes_that_word(data: st.DataObject, text: str) -> None:
    """The same where every line end of the field was saved as `<br>`."""
    html = to_html(text, "markdown")
    words = list(WORD.finditer(html))
    assume(words)
    word = data.draw(st.sampled_from(words))
    edited = html[: word.start()] + "changedword" + html[word.end() :]
    assert edited_text(text, edited.replace("<br />", "\n").replace("\n", "<br>"), "markdown") == edited_text(
        text, edited, "markdown"
    )


HTML = st.lists(
    st.sampled_from([
        "<p>", "</p>", "<div>", "</div>", "<br>", "<b>", "</b>", "<i>", "</i>", "<ul>", "<li>", "</ul>", "<ol start=3>",
        "</ol>", "<pre>", "</pre>", "<code>", "</code>", "<table>", "<tr>", "<td>", "</table>", "<blockquote>",
        "</blockquote>", "<h2>", "</h2>", "<hr>", "<img src='a b.png'>", "<a href=http://x.example>", "</a>", "word",
        " ", "\n", "&nbsp;", "*", "_", "`", "$", "\\(x^2\\)", "\\[y\\]", "{{c1::", "}}", "1. ", "- ", "# ", "> ", "|",
        "&lt;b&gt;", "[x](y)", "<u>", "</u>", "<sup>2</sup>", "\\", "<span style='color:red; font-weight:bold'>",
        "</span>", "</li>", "<th>", "~~~", "===", "&amp;amp;",
    ]),
    max_size=14,
).map("".join)  # fmt: skip


@given(st.one_of(st.just(""), TEXTS), HTML, st.sampled_from(KINDS))
@settings(max_examples=times(60), deadline=None)
@example("x", "<ul><li>a</li></ul><ul><li>b</li></ul>", "markdown")
@example("", "<b>a</b>b<b>'c'</b>", "markdown")
@example("", "<p>*<br>*", "markdown")
def test_a_text_that_would_say_something_else_is_not_given(text: str, html: str, kind: FieldKind) -> None:
    """Whatever HTML a field is given, its new text is none, or has the same words in the same order."""
    found = edited_text(text, html, kind)
    if found.text is None:
        assert found.refused
        return
    made = to_html(found.text, kind)
    if "bold or italics" not in " ".join(found.dropped) and not found.refused and kind == "markdown":
        assert says_the_same(made, with_line_ends(to_html(text, kind), html), kind)


@pytest.mark.parametrize(
    ("written", "old", "new", "after"),
    [
        ("It is _really_ so", "so", "true", "It is _really_ true"),
        ("wrapped\nover lines", "over", "across", "wrapped\nacross lines"),
        ("one", "one", "one<div>two</div>", "one\\\ntwo"),
        ("one", "one", "one<br><br>two", "one\n\ntwo"),
        ("one\n\n\ntwo", "<p>two</p>", "<p>two</p><p>three</p>", "one\n\n\ntwo\n\nthree"),
        ("one\n\ntwo\n\nthree", "<p>two</p>", "", "one\n\nthree"),
        ("one\n\ntwo", "<p>one</p>", "", "two"),
        ("- a\n- b", "<li>b</li>", "<li>b</li><li>c</li>", "- a\n- b\n- c"),
        ("1. a\n2. b", "a", "<b>a</b>", "1. **a**\n2. b"),
        ("# H\ntext", "text", "1. x", "# H\n1\\. x"),
        ("x", "x", "# x", "\\# x"),
        ("x", "x", "*y* $a$ [b](c) &lt;i&gt; &amp;amp; `d`", "\\*y\\* \\$a\\$ \\[b](c) \\<i> \\&amp; \\`d\\`"),
        ("x", "x", r"the root \(\sqrt{x}\) is \[y_1\]", "the root $\\sqrt{x}$ is $$y_1$$"),
        ("$a_{b_{c}}$ x", "x", "y", "$a_{b_{c}}$ y"),
        ("```txt\nlet a\n```\nend", "let a", "let b\nlet c", "```txt\nlet b\nlet c\n```\nend"),
        ("x", "x", "<pre><code>a\n  b</code></pre>", "```\na\n  b\n```"),
        ("x", "x", '<img src="new one.png">', "![](<new one.png>)"),
        ("x", "x", "see [sound:a_b.mp3]", "see [sound:a_b.mp3]"),
        ("{{c1::a}} x", "x", "{{c2::b}}", "{{c1::a}} {{c2::b}}"),
        ("x", "x", "10<sup>−3</sup> and CO<sub>2</sub>", "10⁻³ and CO₂"),
        ("x", "x", '<a href="http://a.example/">there</a>', "[there](http://a.example/)"),
        ("x", "x", "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>", "| a |\n| --- |\n| b |"),
        ("x", "x", "<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("x", "x", "", ""),
        ("[r]\n\n[r]: http://x.example", "r</a>", "s</a>", "[s](http://x.example)\n\n[r]: http://x.example"),
    ],
)
def test_edits(written: str, old: str, new: str, after: str) -> None:
    """What is edited in Anki is said in Markdown, in the signs of the text where it has some."""
    assert replaced(written, old, new) == after


def test_what_markdown_cannot_say_is_told() -> None:
    """Colour, underlining and size go, the words stay, and it is said what went."""
    html = '<p><u>one</u> <font color="#f00">two</font> <span style="font-size: 20px">three</span></p>'
    found = edited_text("one two", html, "markdown")
    assert found == Edited("one two three", ("font or colour", "size", "underline"))


def test_a_decoration_alone_is_no_edit() -> None:
    """A word that was only coloured leaves the text as it is."""
    html = 'one <span style="color: red">two</span>'
    assert edited_text("one  two", html, "markdown") == Edited("one  two", ("colour",))


@pytest.mark.parametrize(
    "html",
    [
        "<ruby>漢<rt>kan</rt></ruby>",
        "<table><tr><td>a<br>b</td></tr></table>",
        '<table><tr><td colspan="2">a</td></tr></table>',
        "<audio src=a.mp3></audio>",
        "x<sup>note</sup>",
        '<img src="data:image/png;base64,AA==">',
        "<h3>a<br>b</h3>",
        "<div>" * 200 + "y",
        "x" * 200_000,
    ],
)
def test_what_no_text_can_say_is_refused(html: str) -> None:
    """Where the words themselves, or what they mean, would be lost there is no text, but the reason."""
    found = edited_text("x", html, "markdown")
    assert found.text is None
    assert found.refused


@pytest.mark.parametrize(
    ("kind", "written", "html", "after"),
    [
        ("text", "a *b*\nc", "a *b*<div>d</div>", "a *b*\nd"),
        ("text", "http://a.example", '<a href="http://b.example">http://a.example</a>', "http://b.example"),
        ("date", "2020-01", "2020-02&nbsp;", "2020-02"),
        ("choice", "near", "<b>verbatim</b>", "verbatim"),
        ("code", "x = 1\n", '<pre class="code"><code>x = 2</code></pre>', "x = 2\n"),
        ("code", "x = 1", "y = 1<br>&nbsp; z", "y = 1\n  z"),
        ("code", "", "<pre>a\n  b</pre>", "a\n  b"),
        ("html", "<p>a</p>", "<p>b</p>", "<p>b</p>"),
    ],
)
def test_each_kind_of_field_in_its_own_way(kind: FieldKind, written: str, html: str, after: str) -> None:
    """Text, dates, choices and code have no Markdown; HTML is as Anki has it."""
    assert edited_text(written, html, kind).text == after


def test_a_long_field_takes_little_time() -> None:
    """Neither unclosed formulas nor thousands of empty elements take time by the square."""
    for html in ("\\(" * 40_000, "<div> </div>" * 8_000, "<b>" * 30_000, "<br>" * 20_000, "<td>" * 20_000):
        assert edited_text("x", html, "markdown").text in ("x", "", None)
