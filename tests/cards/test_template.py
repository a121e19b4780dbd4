"""Anki's mustache: what is shown, what counts as empty, what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards import template

PIECES = st.sampled_from(
    ["{{a}}", "{{#a}}", "{{/a}}", "{{^b}}", "{{/b}}", "{{", "}}", "<!--", "-->", "text", "{{hint:b}}"]
)
SOUP = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))


def rendered(text: str, number: int | None = None, answer: bool = False, **fields: str) -> str:
    return template.render(template.parse(text), fields, number=number, answer=answer)


def makes_a_card(text: str, *nonempty: str) -> bool:
    return template.has_content(template.parse(text), set(nonempty))


def test_fields_are_put_in() -> None:
    """`{{name}}` becomes the field's HTML, white space in the braces does not matter."""
    assert rendered("<b>{{q}}</b> {{ q }}", q="<i>x</i>") == "<b><i>x</i></b> <i>x</i>"


def test_sections_follow_the_field() -> None:
    """`#` shows its content where the field holds something, `^` where it does not."""
    text = "{{#mistake}}wrong: {{mistake}}{{/mistake}}{{^mistake}}none{{/mistake}}"
    assert rendered(text, mistake="x") == "wrong: x"
    assert rendered(text, mistake="<br> <div></div>") == "none"


def test_a_field_of_line_breaks_is_blank() -> None:
    """Nothing but spaces, `br` and `div` counts as empty; a hard space and a `p` do not. So it is in Anki."""
    assert [template.is_blank(value) for value in ("", " \n", "<br>", "<DIV></div><br />")] == [True] * 4
    assert [template.is_blank(value) for value in ("\u00a0", "&nbsp;", "<p></p>", "0")] == [False] * 4


@pytest.mark.parametrize(
    ("text", "nonempty", "expected"),
    [
        ("only text", {"a"}, False),
        ("{{a}}", {"a"}, True),
        ("{{a}}", {"b"}, False),
        ("{{#a}}text{{/a}}", {"a"}, False),
        ("{{#a}}{{b}}{{/a}}", {"a", "b"}, True),
        ("{{#a}}{{b}}{{/a}}", {"b"}, False),
        ("{{^a}}{{b}}{{/a}}", {"b"}, True),
        ("{{^a}}{{b}}{{/a}}", {"a", "b"}, False),
        ("{{hint:a}}", {"a"}, True),
        ("<!-- {{a}} -->", {"a"}, False),
        ("{{Deck}}", {"Deck"}, True),
    ],
)
def test_a_front_makes_a_card_if_it_shows_a_field(text: str, nonempty: set[str], expected: bool) -> None:
    """A card exists if its front reaches a field that holds something; words alone make none."""
    assert makes_a_card(text, *nonempty) is expected


def test_hint_is_folded_away() -> None:
    """`hint:` shows the field's name until asked; an empty hint leaves nothing."""
    assert rendered("{{hint:why}}", why="x") == '<details class="hint"><summary>why</summary>x</details>'
    assert rendered("{{hint:why}}", why="") == ""


def test_type_asks_on_the_front_and_answers_on_the_back() -> None:
    """`type:` leaves a place to type into, which knows the answer as plain text; the back shows the answer."""
    assert rendered("{{type:a}}", a="1 &lt; <b>2</b>") == '<span class="type" data-answer="1 &lt; 2"></span>'
    assert rendered("{{type:a}}", answer=True, a="<b>2</b>") == "<b>2</b>"


def test_type_cloze_expects_what_is_hidden() -> None:
    """`type:cloze:` asks for the hidden words."""
    assert 'data-answer="b"' in rendered("{{type:cloze:t}}", number=1, t="a {{c1::b}} {{c2::c}}")


def test_cloze_filter_hides_on_the_front_and_shows_on_the_back() -> None:
    """`cloze:` follows the side."""
    assert "[…]" in rendered("{{cloze:t}}", number=1, t="{{c1::x}}")
    assert ">x<" in rendered("{{cloze:t}}", number=1, answer=True, t="{{c1::x}}")


def test_sections_can_ask_for_a_cloze_number() -> None:
    """`{{#c1}}` holds on the card of that number."""
    assert rendered("{{#c1}}one{{/c1}}{{#c2}}two{{/c2}}", number=2, t="x") == "two"


def test_text_filter_drops_tags() -> None:
    """`text:` keeps words and entities, so nothing escaped comes to life."""
    assert rendered("{{text:a}}", a="<b>x</b> &lt;script&gt;") == "x &lt;script&gt;"


def test_readings() -> None:
    """The Japanese filters split `漢字[かんじ]`."""
    assert rendered("{{kanji:a}}|{{kana:a}}", a="日本[にほん]語") == "日本語|にほん語"
    assert "<rt>にほん</rt>" in rendered("{{furigana:a}}", a="日本[にほん]語")


def test_unknown_filters_show_the_field() -> None:
    """A filter that only an add-on knows passes the field through; speech shows nothing."""
    assert rendered("{{edit:a}}{{tts en_US:a}}", a="x") == "x"


def test_comments_stay_untouched() -> None:
    """Fields inside an HTML comment are not replaced."""
    assert rendered("<!-- {{a}} -->", a="x") == "<!-- {{a}} -->"


def test_old_delimiters() -> None:
    """Templates from Anki's early days may declare other braces."""
    assert rendered("{{=<% %>=}}<%a%>", a="x") == "x"


def test_mistakes_are_told_in_words() -> None:
    """Unclosed sections, stray ends, open braces and unknown fields are values, and the rest still renders."""
    parsed = template.parse("{{#a}}x{{/b}} {{c}} {{")
    assert template.problems(parsed, {"a"}) == (
        "`{{/b}}` closes nothing",
        "`{{` is not closed by `}}`",
        "`{{#a}}` is not closed",
        "no field is called 'c'",
    )


def test_special_names_are_no_mistakes() -> None:
    """Anki's own names and cloze numbers need no field."""
    assert template.problems(template.parse("{{FrontSide}}{{Tags}}{{#c1}}{{Deck}}{{/c1}}"), set()) == ()


def test_hostile_nesting_costs_no_stack() -> None:
    """A hundred thousand sections inside each other are a mistake, not a crash."""
    parsed = template.parse("{{#a}}" * 100_000 + "{{a}}")
    assert any("nested" in error for error in parsed.errors)
    template.render(parsed, {"a": "x"})


@pytest.mark.parametrize("piece", ["{", "{{a", "<!--", "{{#a}}", "x[", "<"])
def test_hostile_templates_are_read_to_their_end(piece: str) -> None:
    """A quarter of a megabyte of broken template, or of text under filters, comes to an end."""
    assert template.parse(piece * (250_000 // len(piece))) is not None
    rendered("{{furigana:a}}{{text:a}}{{cloze:a}}", number=1, a="{{c1::x}}" + piece * (250_000 // len(piece)))


@given(SOUP, st.text(), st.text())
def test_any_template_renders(text: str, one: str, two: str) -> None:
    """No template and no field makes rendering raise."""
    parsed = template.parse(text)
    template.render(parsed, {"a": one, "b": two}, number=1)
    template.problems(parsed, {"a"})
    template.has_content(parsed, {"a"})


@given(SOUP.map(lambda text: "".join(each for each in text if each != "\x00")), st.booleans(), st.booleans())
def test_an_empty_front_shows_no_field(text: str, one: bool, two: bool) -> None:
    """Where a template makes no card, no field's content is on it."""
    fields = {"a": "§" if one else "", "b": "§" if two else ""}
    nonempty = {name for name, value in fields.items() if value}
    parsed = template.parse(text.replace("§", ""))
    if not template.has_content(parsed, nonempty):
        assert "§" not in template.render(parsed, fields)
