"""Faces as lines."""

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srs.cli.terminal.style import PLAIN, Palette
from srs.cli.terminal.walk import lines, sounds
from srs.cli.terminal.width import graphemes, width

FULL = Palette(colours=True, attributes=True)
SGR = re.compile(r"\x1b\[[0-9;]*m")


def text(html: str, columns: int = 40, hints: bool = False) -> str:
    return "\n".join(lines(html, columns, PLAIN, hints))


def test_paragraphs_and_headings() -> None:
    """Blocks stand apart by one blank line, white space collapses, nothing is above the first or below the last."""
    assert text("<h2>Title</h2>\n<p>one\n  two</p><p>three</p>\n") == "Title\n\none two\n\nthree"


def test_lines_of_divs_and_breaks() -> None:
    """Anki's own `div`s and `br`s are plain lines."""
    assert text("a<div>b</div><div>c<br>d</div><br>") == "a\nb\nc\nd"


def test_lists() -> None:
    """Nested and numbered lists hang under their markers; an empty item keeps its marker."""
    html = (
        "<ul><li>one<ol start=9><li>nine</li><li>ten</li></ol></li><li></li><li>two three four five six seven</li></ul>"
    )
    assert text(html, 24) == "• one\n  9. nine\n  10. ten\n•\n• two three four five\n  six seven"


def test_loose_lists() -> None:
    """Items with paragraphs stand apart, the marker is beside its text."""
    assert text("<ul><li><p>a</p></li><li><p>b</p></li></ul>") == "• a\n\n• b"


def test_quotes() -> None:
    """Every line of a quote has its bar, also in an item."""
    assert text("<blockquote><p>a</p><p>b</p></blockquote>") == "│ a\n│\n│ b"
    assert text("<ul><li><blockquote>a<br>b</blockquote></li></ul>") == "• │ a\n  │ b"


def test_tables_align() -> None:
    """Columns are as wide as their widest cell, in cells of the terminal."""
    html = (
        "<table><thead><tr><th>name</th><th style='text-align:right'>n</th></tr></thead>"
        "<tr><td>漢字漢字</td><td style='text-align:right'>7</td></tr><tr><td>b<td align=right>12</table>"
    )
    assert text(html) == "name     │  n\n─────────┼───\n漢字漢字 │  7\nb        │ 12"


def test_wide_tables_wrap_their_cells() -> None:
    """A cell that does not fit goes over several lines, and rules show where rows end."""
    html = "<table><tr><td>a</td><td>one two three four five</td></tr><tr><td>b</td><td>x</td></tr></table>"
    assert text(html, 18) == "a │ one two three\n  │ four five\n──┼───────────────\nb │ x"


def test_tables_of_too_many_columns_are_stacked() -> None:
    """Where no column would have room, each field gets a line."""
    html = "<table><tr>" + "<th>head</th>" * 5 + "</tr><tr>" + "<td>value</td>" * 5 + "</tr></table>"
    assert text(html, 24) == "\n".join(["head: value"] * 5)


def test_code_keeps_its_shape() -> None:
    """Code is indented by two, keeps its spaces, and Pygments' classes become styles."""
    html = '<pre class="code"><code><span class="k">def</span> <span class="nf">f</span>():\n\treturn  1\n</code></pre>'
    assert text(html) == "  def f():\n      return  1"
    assert lines(html, 40, FULL)[0] == "\x1b[2m  \x1b[0;35mdef\x1b[0;36m \x1b[0;1;36mf\x1b[0;36m():\x1b[0m"


def test_links_pictures_sounds() -> None:
    """A link shows its address unless its text is the address; pictures and sounds are named."""
    html = (
        "<a href='https://a.example/b'>here</a> <a href='https://a.example'>a.example</a> "
        "<img src='x/cat.png'><img alt='a dog' src=d.png><audio src='m/s.mp3'></audio>"
    )
    assert text(html, 200) == ("here (https://a.example/b) a.example [picture: cat.png][picture: a dog][sound: s.mp3]")


def test_maths() -> None:
    """Formulas become Unicode, in our spans and in Anki's bare text, or stay LaTeX; code is left alone."""
    html = (
        r'<p><span class="math">\(x^2\)</span> and \(\frac{a}{b}\)</p>'
        r'<div class="math">\[\begin{x}\]</div><code>\(x\)</code>'
    )
    assert text(html) == "x² and a/b\n\n    \\begin{x}\n\n\\(x\\)"


def test_clozes_without_bold() -> None:
    """Where bold cannot be shown a cloze has brackets, once."""
    assert text('<span class="cloze">[…]</span> <span class="cloze">b</span>') == "[…] [b]"
    assert lines('<span class="cloze">b</span>', 40, FULL) == ["\x1b[1;4;36mb\x1b[0m"]


def test_typed_answers() -> None:
    """A place to type is a box and does not tell the answer."""
    assert text('Q? <span class="type" data-answer="secret"></span>') == "Q? [________]"
    assert text('<span class="type">typed</span>') == "[typed]"


def test_hints_are_closed_until_asked_for() -> None:
    """A hint tells its name; `hints` opens it."""
    html = "q<details class='hint'><summary>Rhyme</summary><p>secret</p></details>z"
    assert text(html) == "q\n[hint: Rhyme]\nz"
    assert text(html, hints=True) == "q\nRhyme\n\nsecret\n\nz"


def test_reference_labels() -> None:
    """In the reference a heading is a label, right above its text."""
    sections = "<section><h4>Source</h4><p>X</p></section><section><h4>Next</h4>Y</section>"
    html = f"<p>a</p><div class='reference'>{sections}</div>"
    assert text(html) == "a\n\nSource\nX\n\nNext\nY"


def test_scripts_and_readings() -> None:
    """`sup`, `sub` and ruby stay on the line."""
    assert text("x<sup>2</sup> H<sub>2</sub>O <ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>") == "x² H₂O 漢(かん)"


def test_nothing_reaches_the_terminal_raw() -> None:
    """Escapes written raw, as entities, in attributes and in addresses are shown."""
    html = "\x1b[2J&#27;[2J<img alt='\x1b]0;x\x07'><a href='\x9bx'>a</a>\u202e<pre>\x1bc\x00</pre>"
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text(html))


def test_styles_are_ours() -> None:
    """Bold is bold, ends on its line, and unclosed tags do not leak."""
    assert lines("<b>a<br>b</b>c", 40, FULL) == ["\x1b[1ma\x1b[0m", "\x1b[1mb\x1b[0mc"]
    assert lines("<p><i>a<p>b", 40, FULL) == ["\x1b[3ma\x1b[0m", "", "b"]


def test_unknown_and_broken_tags_are_transparent() -> None:
    """Text survives what surrounds it."""
    assert text("<x-y>a</x-y></b></td><td>b<table>c<tr>d<td>e") == "a\nb\n\nc │ \nd │ e"


@pytest.mark.parametrize(
    "tag", ["div", "b", "ul><li", "blockquote", "table><tr><td", "pre", "span class=math", "details"]
)
def test_deep_nesting_is_harmless(tag: str) -> None:
    """A hundred thousand open elements are no crash, and their text is shown."""
    shown = text(f"<{tag}>" * 100_000 + "end")
    assert "end" in shown


def test_importing_is_light() -> None:
    """What runs before the first paint loads neither wcwidth, pygments nor HTML parsers."""
    code = (
        "import sys; from srs.cli.terminal import walk, style, keys; walk.lines('<p>a</p>', 80, style.PLAIN);"
        "print(sorted({'wcwidth', 'pygments', 'html', 'html.parser', 'rich', 'subprocess'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "\x1b[2J",
        "漢字漢字漢字",
        "word " * 20,
        "\u202eabc",
        "שלום",
        "e\u0301",
        "👩\u200d👧",
        "\\(x^2\\)",
        "\\(\\foo\\)",
        "&#27;",
        "\n",
    ]
)
NAMES = (
    "p div h2 h4 ul ol li blockquote table tr td th pre code b a sup ruby rt rp dl dt dd details summary section "
    "span hr br img input caption tbody"
)
TAGS = st.sampled_from(NAMES.split())
ATTRIBUTES = st.sampled_from(
    ["", " class=math", " class=cloze", " class=type", " class=hint", " class=reference", " class=k", " href=http://x.example/y",
     " alt='x\x1b'", " start=99999", " align=right"]
)  # fmt: skip
OPENING = st.builds("<{}{}>".format, TAGS, ATTRIBUTES)
CLOSING = st.builds("</{}>".format, TAGS)
HTML = st.lists(WORDS | OPENING | CLOSING, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(HTML, st.sampled_from([2, 13, 40, 80]), st.booleans())
def test_any_html_is_lines_that_fit(html: str, columns: int, hints: bool) -> None:
    """Whatever the HTML: no error, no control but our SGR, no line too wide, styles ended on each line."""
    for line in lines(html, columns, FULL, hints):
        bare = SGR.sub("", line)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", bare)
        assert width(bare) <= columns or len(list(graphemes(bare))) == 1
        assert not SGR.search(line) or line.endswith("\x1b[0m") or SGR.findall(line)[-1] == "\x1b[0m"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=5) | OPENING | CLOSING, max_size=30))
def test_no_text_is_lost(parts: list[str]) -> None:
    """Every letter of the text is shown, whatever the tags (but what is meant to be hidden: `rp`)."""
    html = " ".join(part for part in parts if "rp" not in part)
    letters = "".join(part for part in parts if not part.startswith("<"))
    shown = unicodedata.normalize("NFKC", text(html, 80, hints=True))
    assert all(shown.count(letter) >= letters.count(letter) for letter in "abc")


def test_sounds_of_a_face() -> None:
    """The sounds of a face are listed in order, however they are written, and never twice for an end tag."""
    html = '<p>[sound:a &amp; b.mp3] then <audio src="c.ogg" controls></audio></p><video src="d.mp4"></video>[sound:]'
    assert sounds(html) == ["a & b.mp3", "c.ogg"]
