"""Editors and the reader agree: whatever the reader takes the schemas take, and what a schema can know it refuses.

Files are made of values in the spellings that people use, and read twice: by the reader, and by YAML 1.2's core schema
as editors do. A plain `null` where a text is needed is left out, see `typeschema`.
"""

import copy
import re
from collections.abc import Callable
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from srs.cards import tree, typefile
from srs.cards.advice.rules import NAMES
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.notetype import FieldKind, Ignored
from srs.cards.schema import deck_schema
from srs.cards.typefile import read_notetype, with_own
from srs.cards.typeschema import notetype_schema
from tests.support import times

ODD = read_notetype(
    "x",
    b"notetype: 50% / ~odd\nforeign: true\nfields: [{name: Front, required: true}, {name: tags}]\n"
    b"templates: [{id: c-1, front: '{{Front}}', back: x}]\n",
)[0]
assert ODD
TYPES, _ = with_own(builtin_types(), [("x", ODD)])
DECKS = jsonschema.Draft7Validator(deck_schema(TYPES))
NOTETYPES = jsonschema.Draft7Validator(notetype_schema())
COUNT = times(30)

Value = Any  # a spelled scalar (str), or a list or dict of values


def written(value: Value, indentation: int = 0) -> str:
    """A value as YAML behind a key or a dash, in block style."""
    pad = " " * indentation
    if isinstance(value, str):
        return f" {value}\n"
    if not value:
        return " []\n" if isinstance(value, list) else " {}\n"
    if isinstance(value, list):
        return "\n" + "".join(f"{pad}-{written(item, indentation + 2)}" for item in value)
    return "\n" + "".join(f"{pad}{key}:{written(item, indentation + 2)}" for key, item in value.items())


def as_an_editor_reads(node: tree.Node | None) -> object:
    """The JSON value of a tree by YAML 1.2's core schema."""
    if isinstance(node, tree.Sequence):
        return [as_an_editor_reads(item) for item in node.items]
    if isinstance(node, tree.Mapping):
        return {key: as_an_editor_reads(value) for key, value in node.values.items()}
    if node is None:
        return None
    text = node.value
    if node.style:
        return text
    if re.fullmatch(r"~|null|Null|NULL|", text):
        return None
    if re.fullmatch(r"true|True|TRUE|false|False|FALSE", text):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0x[0-9a-fA-F]+|0o[0-7]+", text):
        return int(text, 0)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def editor_minds(validator: jsonschema.Draft7Validator, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(as_an_editor_reads(tree.parse("", text.encode()).root))]


def deck_reader_minds(text: str) -> list[str]:
    found = read_deck("a.yaml", text.encode(), TYPES).problems
    return [str(problem) for problem in found if problem.severity == "error"]


def type_reader_minds(text: str) -> list[str]:
    found = read_notetype("notetypes/a.yaml", text.encode())[1]
    return [str(problem) for problem in found if problem.severity == "error"]


TEXT = st.sampled_from(
    [
        "word",
        "two words",
        "true",
        "No",
        "12",
        "007",
        "1.10",
        "-3",
        "2e5",
        "0x1F",
        "12:30",
        "2023-01-24",
        "'null'",
        '"[a]"',
    ]
)
ANY_TEXT = TEXT | st.sampled_from(["", "''", '" "', "null", "~"])
WORD = st.sampled_from(["one", "two-2", "007", "1.5", "true", "x_y"])
DATE = st.sampled_from(["2023", "'1999'", "2023-01", "2023-01-24", "0999", "", "''", '"2000-02-29"'])
TRUTH = st.sampled_from(["true", "false", "yes", "No", "True", "'no'"])
DECK_NAME = st.sampled_from(["A", "A::B", "7", "'A :: B'", "true"])
ANYTHING = st.recursive(
    ANY_TEXT
    | WORD
    | DATE
    | TRUTH
    | st.sampled_from(["basic", "definition", "verbatim", "2023-13", "soon", "a::::b", "A B"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["q", "a", "id", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)


def one_or_many(item: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return item | st.lists(item, max_size=3)


def some_of(**values: st.SearchStrategy[Value]) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({}, optional=values)


@st.composite
def notes(draw: st.DrawFn, number: int) -> dict[str, Value]:
    """A note that the reader takes."""
    kind = TYPES[draw(st.sampled_from(sorted(set(TYPES))))]
    fields: dict[str, Value] = {}
    for field in kind.fields:
        if field.derived or not (field.required or field.name == kind.marker or draw(st.booleans())):
            continue
        if field.kind == "date":
            fields[field.name] = draw(DATE)
        elif field.kind == "choice":
            fields[field.name] = draw(st.sampled_from([*field.choices, "", "''"]))
        else:
            needed = field.required or field.name == kind.marker
            fields[field.name] = draw(TEXT if needed else ANY_TEXT)
            if field.name == kind.marker and not kind.cloze and draw(st.booleans()):
                fields[field.name] = [fields[field.name], draw(ANY_TEXT)]
    homes = ["c1", "c12"] if kind.cloze else [each.id for each in kind.templates]
    common = draw(
        some_of(
            tags=one_or_many(WORD),
            needs=one_or_many(WORD),
            was=one_or_many(WORD),
            draft=TRUTH,
            guid=ANY_TEXT,
            cards=one_or_many(st.sampled_from([*(each.id for each in kind.templates), "''"])),
            prompts=st.lists(st.builds(lambda q, a: {"q": q, "a": a}, one_or_many_texts(), TEXT), max_size=1)
            | st.just(""),
            decks=st.dictionaries(st.sampled_from(homes), DECK_NAME, max_size=2) | st.just(""),
            quiet=st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=2) | st.just(""),
        )
        | some_of(**{"from": ANY_TEXT})
    )
    note = common | {"id": f"n-{number}"}
    named = kind.marker is None or any(field.name in note for field in kind.fields) or draw(st.booleans())
    if named:
        note["type"] = f"'{kind.name}'"
    if kind.marker is None or draw(st.booleans()):
        kept = {} if kind.marker is None or named else {kind.marker: fields.pop(kind.marker)}
        return note | kept | {"fields": fields}
    return note | fields


def one_or_many_texts() -> st.SearchStrategy[Value]:
    return TEXT | st.lists(TEXT, min_size=1, max_size=2)


@st.composite
def decks(draw: st.DrawFn) -> dict[str, Value]:
    """A deck file that the reader takes, with a note at least."""
    head = draw(
        some_of(
            deck=DECK_NAME | st.just(""),
            tags=one_or_many(WORD),
            author=ANY_TEXT,
            licence=ANY_TEXT,
            description=ANY_TEXT,
            cards=one_or_many(st.sampled_from(["definition", "answer"])),
            format=st.sampled_from(["1", "'1'"]),
            draft=TRUTH,
        )
    )
    return head | {"notes": [draw(notes(number)) for number in range(draw(st.integers(1, 3)))]}


@st.composite
def notetypes(draw: st.DrawFn) -> dict[str, Value]:
    """A note type file that the reader takes."""
    number = st.sampled_from(["5", "-3", "'12'", "1780000000102"])
    flag = st.sampled_from(["true", "false", "'true'"])
    foreign = draw(st.booleans())
    name = st.sampled_from(["a", "b_2", "true", "under"] + (["A B", "id", "card_x", "12"] if foreign else []))
    names = draw(st.lists(name, min_size=1, max_size=3, unique=True))
    fields = []
    for each in names:
        field = {"name": each} | draw(
            some_of(
                kind=st.sampled_from(sorted(set(get_args(FieldKind)) - {"choice"})),
                required=flag,
                choices=st.lists(TEXT, min_size=1, max_size=2),
                ignore=st.lists(st.sampled_from(get_args(Ignored)), min_size=1, max_size=2),
                anki=number
                | some_of(id=number, rtl=flag, font=ANY_TEXT, size=number, tag=number, description=ANY_TEXT),
            )
        )
        field |= draw(st.sampled_from([{}, {"masked": names[0], "using": names[-1]}, {"opening": names[0]}]))
        if draw(st.booleans()):
            field |= {"kind": "choice", "choices": [draw(TEXT)]}
        fields.append(field)
    ids = draw(st.lists(st.sampled_from(["one", "2", "c-1", "x.y", "true"]), min_size=1, max_size=2, unique=True))
    sides = {"front": f"'{{{{{names[0]}}}}}'", "back": "x"}
    templates = [
        {"id": each} | sides | draw(some_of(name=ANY_TEXT, default=flag, anki=number | some_of(id=number, deck=number)))
        for each in ids
    ]
    head = draw(
        some_of(
            marker=st.sampled_from([names[0], "''"]),
            cloze=st.just("false"),
            css=ANY_TEXT,
            format=st.sampled_from(["1", "'1'"]),
            anki=some_of(name=ANY_TEXT, id=number, latex_svg=flag, latex_pre=ANY_TEXT, stock=number),
        )
    )
    head |= {"foreign": "true"} if foreign else {}
    return {"notetype": draw(TEXT)} | head | {"fields": fields, "templates": templates}


@st.composite
def altered(draw: st.DrawFn, files: st.SearchStrategy[dict[str, Value]]) -> dict[str, Value]:
    """A file with up to two values, somewhere in it, put in place of others, or keys taken away."""
    file = copy.deepcopy(draw(files))
    for _ in range(draw(st.integers(0, 2))):
        spots: list[tuple[Any, Any]] = []
        pending: list[Any] = [file]
        while pending:
            here = pending.pop()
            for key in here if isinstance(here, dict) else range(len(here)):
                spots.append((here, key))
                if isinstance(here[key], dict | list):
                    pending.append(here[key])
        if not spots:
            break
        where, key = draw(st.sampled_from(spots))
        if isinstance(where, dict) and draw(st.integers(0, 3)) == 0:
            del where[key]
        else:
            where[key] = draw(ANYTHING)
    return file


def without_null(text: str) -> bool:
    return not re.search(r"[:-] (null|~)$", text, re.MULTILINE)


@settings(max_examples=COUNT)
@given(decks())
def test_good_decks_are_good_to_both(deck):
    """Whatever may stand in a deck, in any spelling, is taken by the reader and by the schema."""
    text = written(deck).lstrip("\n")
    assert deck_reader_minds(text) == []
    assert editor_minds(DECKS, text) == []


@settings(max_examples=COUNT)
@given(notetypes())
def test_good_note_types_are_good_to_both(notetype):
    """Whatever may stand in a note type, in any spelling, is taken by the reader and by the schema."""
    text = written(notetype).lstrip("\n")
    assert type_reader_minds(text) == []
    assert editor_minds(NOTETYPES, text) == []


@settings(max_examples=3 * COUNT)
@given(altered(decks()))
def test_what_the_reader_takes_of_a_deck_the_schema_takes(deck):
    """A deck with anything in the wrong place: if the reader takes it, no editor underlines it."""
    text = written(deck).lstrip("\n")
    assume(without_null(text))
    if not deck_reader_minds(text):
        assert editor_minds(DECKS, text) == []


@settings(max_examples=3 * COUNT)
@given(altered(notetypes()))
def test_what_the_reader_takes_of_a_note_type_the_schema_takes(notetype):
    """A note type with anything in the wrong place: if the reader takes it, no editor underlines it."""
    text = written(notetype).lstrip("\n")
    assume(without_null(text))
    if not type_reader_minds(text):
        assert editor_minds(NOTETYPES, text) == []


Plant = Callable[[dict[str, Value]], None]


def on_note(note: dict[str, Value]) -> Plant:
    return lambda deck: deck["notes"].append(note)


def on_head(key: str, value: Value) -> Plant:
    return lambda deck: deck.update({key: value})


BASIC = {"q": "x", "a": "y"}
QUOTE = {"quote": "x", "by": "y"}
DECK_FAULTS: dict[str, Plant] = {
    "an unknown key of a file": on_head("nothing", "x"),
    "a later format": on_head("format", "2"),
    "no format": on_head("format", "one"),
    "an empty part of a deck's name": on_head("deck", "a::::b"),
    "a list for a deck's name": on_head("deck", ["a"]),
    "a list for an author": on_head("author", ["a"]),
    "a tag with a space": on_head("tags", ["a b"]),
    "a truth that is none": on_head("draft", "maybe"),
    "a card of no type": on_head("cards", ["nothing"]),
    "a text for the notes": on_head("notes", "x"),
    "keys for the notes": on_head("notes", BASIC),
    "a text for a note": lambda deck: deck["notes"].append("x"),
    "an empty note": lambda deck: deck["notes"].append(""),
    "a note of no type": on_note({"question": "x", "a": "y"}),
    "a note of an unknown type": on_note({"type": "nothing"}),
    "two markers": on_note({"q": "x", "term": "y", "a": "z", "means": "w"}),
    "an unknown key of a note": on_note(BASIC | {"anser": "z"}),
    "a missing field": on_note({"q": "x"}),
    "an empty field": on_note({"q": "x", "a": ""}),
    "a blank field": on_note({"q": "x", "a": "' '"}),
    "an empty marker": on_note({"q": "", "a": "y"}),
    "no wording": on_note({"q": [], "a": "y"}),
    "a list for a field": on_note({"q": "x", "a": ["y"]}),
    "keys for a field": on_note({"q": "x", "a": {"b": "c"}}),
    "wordings of a cloze": on_note({"cloze": ["x", "y"]}),
    "an id that is none": on_note(BASIC | {"id": "A B"}),
    "a long id": on_note(BASIC | {"id": "a" * 201}),
    "a need that is no id": on_note(BASIC | {"needs": ["B"]}),
    "a former id that is none": on_note(BASIC | {"was": "B"}),
    "a tag of a note with a space": on_note(BASIC | {"tags": "'a b'"}),
    "a draft that is no truth": on_note(BASIC | {"draft": "maybe"}),
    "an unknown card": on_note(BASIC | {"cards": ["definition"]}),
    "a list for a guid": on_note(BASIC | {"guid": ["x"]}),
    "a list for an origin": on_note(BASIC | {"from": ["x"]}),
    "a text for prompts": on_note(BASIC | {"prompts": "x"}),
    "a prompt without an answer": on_note(BASIC | {"prompts": [{"q": "x"}]}),
    "a prompt with another key": on_note(BASIC | {"prompts": [{"q": "x", "a": "y", "b": "z"}]}),
    "a prompt that is a text": on_note(BASIC | {"prompts": ["x"]}),
    "a text for the quiet rules": on_note(BASIC | {"quiet": "x"}),
    "a list for a reason": on_note(BASIC | {"quiet": {NAMES[0]: ["x"]}}),
    "a deck for an unknown card": on_note(BASIC | {"decks": {"nothing": "A"}}),
    "no month": on_note(QUOTE | {"date": "2023-13"}),
    "no date": on_note(QUOTE | {"checked": "soon"}),
    "no choice": on_note(QUOTE | {"fidelity": "maybe"}),
    "a field that is made": on_note(QUOTE | {"quote_opening": "x"}),
    "an unknown named field": on_note({"type": "basic", "fields": {"q": "x", "a": "y", "b": "z"}}),
    "a missing named field": on_note({"type": "basic", "fields": {"q": "x"}}),
    "a text for the fields": on_note({"q": "x", "a": "y", "fields": "z"}),
}


def on_field(**keys: Value) -> Plant:
    return lambda kind: kind["fields"].append({"name": "z"} | keys)


def on_template(**keys: Value) -> Plant:
    return lambda kind: kind["templates"].append({"id": "z", "front": "'{{z}}'", "back": "x"} | keys)


def own(plant: Plant) -> Plant:
    """A fault only of types that are no foreign ones."""

    def planted(kind: dict[str, Value]) -> None:
        kind.pop("foreign", None)
        plant(kind)

    return planted


TYPE_FAULTS: dict[str, Plant] = {
    "an unknown key": on_head("colour", "x"),
    "no name": lambda kind: kind.pop("notetype"),
    "an empty name": on_head("notetype", "''"),
    "a list for a name": on_head("notetype", ["x"]),
    "a list for a marker": on_head("marker", ["x"]),
    "a flag that is none": on_head("cloze", "maybe"),
    "an empty flag": on_head("foreign", ""),
    "a list for css": on_head("css", ["x"]),
    "a later format": on_head("format", "2"),
    "no fields": on_head("fields", []),
    "a text for fields": on_head("fields", "x"),
    "keys for templates": on_head("templates", {"id": "x"}),
    "missing templates": lambda kind: kind.pop("templates"),
    "a text for anki": on_head("anki", "5"),
    "an unknown key of anki": on_head("anki", {"colour": "x"}),
    "an id of anki that is no number": on_head("anki", {"id": "x"}),
    "a flag of anki that is none": on_head("anki", {"latex_svg": "maybe"}),
    "a text for a field": lambda kind: kind["fields"].append("x"),
    "a field without a name": lambda kind: kind["fields"].append({"kind": "text"}),
    "an unknown key of a field": on_field(colour="x"),
    "a capital in a field's name": own(on_field(name="Name")),
    "a reserved field's name": own(on_field(name="tags")),
    "a gate for a field's name": own(on_field(name="card_x")),
    "an unknown kind": on_field(kind="picture"),
    "a choice of nothing": on_field(kind="choice"),
    "empty choices": on_field(choices=[]),
    "an empty choice": on_field(choices=["''"]),
    "a text for choices": on_field(choices="x"),
    "a required that is no flag": on_field(required="maybe"),
    "what cannot be ignored": on_field(ignore=["colour"]),
    "a field made in two ways": lambda kind: on_field(masked=kind["fields"][0]["name"], opening="x")(kind),
    "a using of nothing": on_field(using="x"),
    "a large id of a field": on_field(anki="1" * 20),
    "a list for a field's id": on_field(anki=["x"]),
    "an unknown key of a field's anki": on_field(anki={"colour": "x"}),
    "a size that is no number": on_field(anki={"size": "big"}),
    "a text for a template": lambda kind: kind["templates"].append("x"),
    "a template without an id": lambda kind: kind["templates"].append({"front": "x", "back": "x"}),
    "a template with the id of a cloze": on_template(id="c1"),
    "a template with the id of a prompt": on_template(id="p-x"),
    "a capital in a template's id": on_template(id="X"),
    "an unknown key of a template": on_template(colour="x"),
    "a default that is no flag": on_template(default="maybe"),
    "an empty front": own(on_template(front="")),
    "no back": own(lambda kind: kind["templates"].append({"id": "z", "front": "'{{z}}'"})),
    "a list for a back": on_template(back=["x"]),
}


@pytest.mark.parametrize("fault", DECK_FAULTS)
@settings(max_examples=times(3))
@given(deck=decks())
def test_a_fault_in_a_deck_is_refused_by_both(fault, deck):
    """A planted fault of each kind that a schema can know is an error to the reader and underlined by the editor."""
    DECK_FAULTS[fault](deck)
    text = written(deck).lstrip("\n")
    assert deck_reader_minds(text)
    assert editor_minds(DECKS, text)


@pytest.mark.parametrize("fault", TYPE_FAULTS)
@settings(max_examples=times(3))
@given(notetype=notetypes())
def test_a_fault_in_a_note_type_is_refused_by_both(fault, notetype):
    """A planted fault of each kind that a schema can know is an error to the reader and underlined by the editor."""
    TYPE_FAULTS[fault](notetype)
    text = written(notetype).lstrip("\n")
    assert type_reader_minds(text)
    assert editor_minds(NOTETYPES, text)


def test_both_schemas_are_draft_07():
    """The schemas are themselves valid."""
    for validator in (DECKS, NOTETYPES):
        jsonschema.Draft7Validator.check_schema(validator.schema)


def test_every_reference_can_be_followed():
    """What a schema refers to is in it, under a name that needs no escaping, whatever note types are called."""

    def references(value: Any) -> list[str]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        own_ones = [value["$ref"]] if isinstance(value, dict) and isinstance(value.get("$ref"), str) else []
        return own_ones + [each for item in inner for each in references(item)]

    for schema in (DECKS.schema, NOTETYPES.schema):
        for reference in references(schema):
            name = re.fullmatch(r"#/definitions/([A-Za-z0-9._-]+)", reference)
            assert name and name[1] in schema["definitions"]


def test_the_schema_of_note_types_knows_every_key():
    """The keys of a type file, of a field and of a template are those of the reader."""
    schema = notetype_schema()
    assert set(schema["properties"]) == set(typefile._TYPE_KEYS)
    assert set(schema["definitions"]["field"]["properties"]) == set(typefile._FIELD_KEYS)
    assert set(schema["definitions"]["template"]["properties"]) == set(typefile._TEMPLATE_KEYS)
