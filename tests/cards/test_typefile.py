"""Note type files, and the types that come with the program."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.notetype import Derived, Field, NoteType, Template
from srs.cards.typefile import builtin_types, common_css, read_notetype, to_yaml, with_own

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


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029") | st.just("\n")
)


@given(front=TEXTS, back=TEXTS, css=TEXTS, choice=st.sampled_from(["'", "a: b", "#x", "[y]"]))
def test_any_foreign_type_can_be_written(front: str, back: str, css: str, choice: str) -> None:
    """Templates and styles from elsewhere come back as they were, whatever they hold."""
    fields = (
        Field("Front Side", "html", False, (), None, 7),
        Field("x", "choice", True, (choice,), Derived("opening", "x"), 0),
    )
    kind = NoteType(
        "A: b", None, False, fields, (Template("card-1", "Card #1", front, back, True, 0),), css, -5, "it's", True
    )
    found, told = read_notetype("x.yaml", to_yaml(kind).encode())
    assert [each for each in told if each.severity == "error"] == []
    assert found == kind
