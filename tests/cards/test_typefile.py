"""Note type files, and the types that come with the program."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.builtin import STORED, builtin_types, common_css, stored
from srs.cards.notetype import Field, FieldInAnki, NoteType, Template, TemplateInAnki, TypeInAnki
from srs.cards.typefile import read_notetype, to_yaml, with_own
from tests.cards.stored_types import written_types

RECIPE = """\
notetype: recipe
marker: dish
fields:
  - {name: dish, required: true}
  - {name: steps, required: true}
  - {name: taste, kind: choice, choices: [good, bad]}
templates:
  - id: cook
    front: How do you cook {{dish}}?
    back: |-
      {{FrontSide}}
      <hr id=answer>
      {{steps}}
  - id: taste
    name: Taste it
    default: false
    front: "{{#taste}}{{dish}}?{{/taste}}"
    back: "{{taste}}"
css: ".card{color:red}"
"""


def problems(text: str) -> list[str]:
    found, told = read_notetype("notetypes/recipe.yaml", text.encode())
    assert found is None or not any(each.severity == "error" for each in told)
    return [f"{each.line}:{each.column} {each.message}" for each in told]


def test_a_type_is_read() -> None:
    """Fields, templates and style come out as values; what is left out has its usual value."""
    found, told = read_notetype("notetypes/recipe.yaml", RECIPE.encode())
    assert told == ()
    assert found == NoteType(
        name="recipe",
        marker="dish",
        cloze=False,
        fields=(
            Field("dish", "markdown", True, (), None, 0),
            Field("steps", "markdown", True, (), None, 0),
            Field("taste", "choice", False, ("good", "bad"), None, 0),
        ),
        templates=(
            Template("cook", "cook", "How do you cook {{dish}}?", "{{FrontSide}}\n<hr id=answer>\n{{steps}}", True, 0),
            Template("taste", "Taste it", "{{#taste}}{{dish}}?{{/taste}}", "{{taste}}", False, 0),
        ),
        css=common_css() + ".card{color:red}",
        anki_id=0,
        anki_name="recipe",
        foreign=False,
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("marker: dish", "marker: meal", "2:9 The marker `meal` is none of the fields."),
        ("marker: dish", "maker: dish", "2:1 There is no key `maker` here."),
        ("name: steps", "name: id", "5:12 `id` has a meaning of its own in every note."),
        ("name: steps", "name: Two Words", "5:12 A field cannot be called `Two Words`."),
        ("kind: choice, choices: [good, bad]", "kind: mood", "6:25 There is no kind `mood` of field."),
        ("choices: [good, bad]", "anki: 1", "6:5 The field `taste` has nothing to choose from."),
        ("id: cook", "id: p-x", "8:9 A template cannot have the id `p-x`."),
        ("id: cook", f"id: {'x' * 201}", f"8:9 A template cannot have the id `{'x' * 40}…`."),
        ("id: taste", "id: cook", "14:5 `cook` is there twice among the `templates`."),
        ("{{dish}}?\n", "{{dsh}}?\n", "9:12 In the front of `cook`: no field is called 'dsh'."),
        ("{{/taste}}", "", "17:12 In the front of `taste`: `{{#taste}}` is not closed."),
        (
            "How do you cook {{dish}}?",
            "How?",
            "9:12 The front of `cook` shows no field, so it would never make a card.",
        ),
        ("default: false", "default: maybe", "16:14 `default` must be `true` or `false`."),
        ("notetype: recipe", "marker2: x", "1:1 `notetype` is missing."),
    ],
)
def test_mistakes_are_told_with_their_place(old: str, new: str, message: str) -> None:
    """Every mistake in a type file has a line, a column and a sentence, and leaves the type out."""
    assert old in RECIPE
    assert message in problems(RECIPE.replace(old, new, 1))


def test_a_file_that_is_no_type() -> None:
    """Lists, nothing and broken YAML give problems, never an exception."""
    for text in ("", "- a", "a: [", "notetype: x"):
        assert problems(text)


def test_a_cloze_type_needs_a_cloze() -> None:
    """A cloze type whose front shows no cloze field could never make a card."""
    assert problems(RECIPE.replace("marker: dish", "marker: dish\ncloze: true"))[0].endswith(
        "needs a field with `cloze:`, like `{{cloze:text}}`."
    )


def test_foreign_types_keep_their_mistakes() -> None:
    """A type from elsewhere is read although Anki would complain about its template; a warning says so."""
    text = (
        "notetype: Old\nforeign: true\nfields:\n  - {name: 'Front Side, long'}\n"
        "templates:\n  - {id: card-1, front: '{{No}}', back: ''}\n"
    )
    found, told = read_notetype("notetypes/old.yaml", text.encode())
    assert found is not None and found.css == "" and found.fields[0].kind == "html"
    assert [each.severity for each in told] == ["warning"]


def test_own_types_stand_beside_the_built_in_ones() -> None:
    """A type of one's own joins the others; a name or a marker that is taken leaves it out."""
    found, _ = read_notetype("notetypes/recipe.yaml", RECIPE.encode())
    assert found is not None
    types, told = with_own(builtin_types(), [("notetypes/recipe.yaml", found)])
    assert types["recipe"] is found and told == ()
    twice = [("a.yaml", found), ("b.yaml", found), ("c.yaml", dataclasses.replace(found, name="meal", marker="q"))]
    types, told = with_own(builtin_types(), twice)
    assert sorted(types) == sorted([*builtin_types(), "recipe"])
    assert [(each.path, each.code) for each in told] == [("b.yaml", "type-name-taken"), ("c.yaml", "marker-taken")]


def test_the_built_in_types() -> None:
    """The markers that decks use, and `prompt`, which no deck names."""
    markers = {each.name: each.marker for each in builtin_types().values()}
    assert markers == {
        "basic": "q", "both": "term", "cloze": "cloze", "concept": "concept", "prompt": None, "quote": "quote",
        "typed": "ask",
    }  # fmt: skip


def test_what_is_made_without_asking() -> None:
    """A concept's example and next step are reference unless `cards:` asks for them; all else is on."""
    off = {(each.name, one.id) for each in builtin_types().values() for one in each.templates if not one.default}
    assert off == {("concept", "example"), ("concept", "next_step")}


def test_everything_built_in_has_an_id_of_its_own() -> None:
    """Anki tells types, fields and templates apart by their ids for ever, so each has one from the start."""
    types = list(builtin_types().values())
    numbers = [each.anki_id for each in types]
    numbers += [field.anki_id for each in types for field in each.fields]
    numbers += [one.anki_id for each in types for one in each.templates]
    assert len(set(numbers)) == len(numbers) and all(0 < number < 2**53 for number in numbers)
    assert all(len(str(each.anki_id)) == 13 for each in types)


@pytest.mark.parametrize("name", sorted(builtin_types()))
def test_what_is_written_reads_the_same(name: str) -> None:
    """`to_yaml` writes a file that gives the same type back."""
    assert read_notetype("x.yaml", to_yaml(builtin_types()[name]).encode()) == (builtin_types()[name], ())


ANYTHING = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n\t :#'\"\\{}[]\0\x85\u2028\ufeff"))
NAMES = ANYTHING.filter(bool)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
FIELDS_IN_ANKI = st.builds(
    FieldInAnki,
    rtl=st.booleans(),
    sticky=st.booleans(),
    font=ANYTHING,
    size=NUMBERS,
    description=ANYTHING,
    plain_text=st.booleans(),
    collapsed=st.booleans(),
    unsearched=st.booleans(),
    tag=st.none() | st.integers(0, 9),
    kept=st.booleans(),
)
TEMPLATES_IN_ANKI = st.builds(
    TemplateInAnki,
    browser_front=ANYTHING,
    browser_back=ANYTHING,
    browser_font=ANYTHING,
    browser_size=NUMBERS,
    deck=NUMBERS,
)
FIELDS = st.builds(
    Field,
    name=NAMES,
    kind=st.just("html"),
    required=st.booleans(),
    choices=st.lists(NAMES, max_size=2).map(tuple),
    derived=st.none(),
    anki_id=NUMBERS,
    ignore=st.sampled_from([(), ("case",), ("accents", "case")]),
    in_anki=FIELDS_IN_ANKI,
)
TEMPLATES = st.builds(
    Template,
    id=st.from_regex("[a-b][a-z0-9._-]{0,9}", fullmatch=True),
    name=NAMES,
    front=ANYTHING,
    back=ANYTHING,
    default=st.booleans(),
    anki_id=NUMBERS,
    in_anki=TEMPLATES_IN_ANKI,
)


@st.composite
def foreign_types(draw: st.DrawFn) -> NoteType:
    fields = draw(st.lists(FIELDS, min_size=1, max_size=4, unique_by=lambda field: field.name))
    in_anki = TypeInAnki(
        draw(st.sampled_from(["", *(field.name for field in fields)])),
        draw(st.none() | ANYTHING),
        draw(st.none() | ANYTHING),
        draw(st.booleans()),
        draw(st.integers(0, 9)),
    )
    return NoteType(
        name=draw(NAMES),
        marker=None,
        cloze=draw(st.booleans()),
        fields=tuple(fields),
        templates=tuple(draw(st.lists(TEMPLATES, min_size=1, max_size=3, unique_by=lambda each: each.id))),
        css=draw(ANYTHING),
        anki_id=draw(NUMBERS),
        anki_name=draw(NAMES),
        foreign=True,
        in_anki=in_anki,
    )


@given(kind=foreign_types())
def test_any_foreign_type_can_be_written(kind: NoteType) -> None:
    """A type from elsewhere comes back as it was, whatever its names, texts and settings hold; no text is lost."""
    found, told = read_notetype("x.yaml", to_yaml(kind).encode())
    assert [each for each in told if each.severity == "error"] == []
    assert found == kind


def test_a_type_that_is_as_usual_says_nothing_of_anki() -> None:
    """What Anki keeps besides is written only where it differs from what is usual there."""
    kind = dataclasses.replace(builtin_types()["basic"], foreign=True, marker=None)
    assert "latex" not in to_yaml(kind) and "rtl" not in to_yaml(kind) and "browser" not in to_yaml(kind)
    fields = (dataclasses.replace(kind.fields[0], in_anki=FieldInAnki(rtl=True)), *kind.fields[1:])
    assert ", rtl: true}}" in to_yaml(dataclasses.replace(kind, fields=fields))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{name: dish, required: true}", "{name: dish, anki: {fond: x}}", "4:25 There is no key `fond` here."),
        ("{name: dish, required: true}", "{name: dish, anki: {size: x}}", "4:31 `size` must be a whole number."),
        ("{name: dish, required: true}", "{name: dish, anki: {rtl: 1}}", "4:30 `rtl` must be `true` or `false`."),
        ("marker: dish", "marker: dish\nanki: {sort_field: x}", "3:7 `x` is none of the fields."),
        ("How do you cook {{dish}}?", '"\\x01{{dish}}"', "9:12 The escape stands for the control character U+0001."),
    ],
)
def test_mistakes_in_what_anki_keeps_are_told(old: str, new: str, message: str) -> None:
    """What stands under `anki:` is checked like the rest, and a type of one's own holds no control characters."""
    assert message in problems(RECIPE.replace(old, new, 1))


def test_stored_types_are_of_today() -> None:
    """The built-in types kept as data are those of their files; `python -m tests.cards.stored_types` mends it."""
    assert STORED.read_text(encoding="utf-8") == stored(written_types())
    assert builtin_types() == written_types()
