"""The schema that editors use agrees with the reader."""

import json
import re

import jsonschema
import pytest

from srs.cards import tree
from srs.cards.builtin import builtin_types
from srs.cards.deck import FILE_KEYS, NOTE_KEYS, read_deck
from srs.cards.schema import deck_schema

TYPES = builtin_types()
SCHEMA = deck_schema(TYPES)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def as_an_editor_reads(node: tree.Node | None) -> object:
    """The JSON value of a tree by YAML 1.2's core schema, as editors have it: plain texts may be numbers or truths."""
    if isinstance(node, tree.Sequence):
        return [as_an_editor_reads(item) for item in node.items]
    if isinstance(node, tree.Mapping):
        return {key: as_an_editor_reads(value) for key, value in node.values.items()}
    if node is None or (not node.style and node.value in ("", "~", "null")):
        return None
    if not node.style and node.value in ("true", "false"):
        return node.value == "true"
    if not node.style and re.fullmatch(r"[-+]?\d+", node.value):
        return int(node.value)
    if not node.style and re.fullmatch(r"[-+]?\d*\.\d+", node.value):
        return float(node.value)
    return node.value


def editor_accepts(text: str) -> bool:
    return VALIDATOR.is_valid(as_an_editor_reads(tree.parse("", text.encode()).root))


def reader_accepts(text: str) -> bool:
    return not any(problem.severity == "error" for problem in read_deck("a.yaml", text.encode(), TYPES).problems)


def test_it_is_draft_07():
    """The schema is itself valid, and plain JSON."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_it_knows_every_key():
    """Every key of files and notes that the reader takes is in the schema, for every type."""
    assert set(SCHEMA["properties"]) == set(FILE_KEYS)
    for name in TYPES:
        assert set(NOTE_KEYS) <= set(SCHEMA["definitions"][f"type-{name}"]["properties"])


GOOD = [
    "",
    "deck: x\n",
    "deck: A::B\ntags: a\nauthor: x\nlicence: y\ndescription: z\nformat: 1\ndraft: no\ncards: [name]\nnotes:\n",
    "notes: []\n",
]
GOOD_NOTES = [
    "q: x\n    a: y",
    "q: 1.10\n    a: true",
    "q: [x, y]\n    a: y",
    "a: y\n    q: x\n    tags: [a, b]\n    needs: a\n    was: [b]\n    draft: yes\n    id: 007",
    "q: x\n    a: y\n    tags:\n    id:\n    prompts:\n    fields:\n    cards:",
    "term: x\n    means: y\n    guid: x\n    from: y",
    "q: x\n    a: y\n    quiet: {yes-no: why}",
    "q: x\n    a: y\n    quiet:",
    "cloze: a {{c1::b}}",
    "quote: x\n    by: y\n    date: 2023\n    fidelity: verbatim",
    "quote: x\n    by: y\n    date: 2023-01-24\n    fidelity: unverified",
    "concept: x\n    definition: y\n    cards: [definition]\n    prompts: [{q: a, a: b}, {q: [c, d], a: b, id: e}]",
    "concept: x\n    definition: y\n    cards: name",
    "type: basic\n    q: x\n    a: y",
    "type: basic\n    fields: {q: x, a: y}",
    "q: x\n    fields: {a: y}",
    "term: x\n    means: y\n    decks: {backward: A::B, p-q: 7, forward: }\n    prompts: [{q: a, a: b, id: q}]",
    "cloze: a {{c1::b}}\n    decks: {c1: A, c12: B}",
    "q: x\n    a: y\n    decks:",
]
BAD = [
    "nothing: x\n",
    "format: 2\n",
    "deck: a::::b\n",
    "deck: [a]\n",
    "notes: x\n",
    "notes: {q: x}\n",
    "tags: [a b]\n",
    "draft: maybe\n",
    "cards: [nothing]\n",
    "- q: x\n",
]
BAD_NOTES = [
    "x",
    "q: x",
    "q:\n    a: y",
    "q: x\n    a: [y]",
    "q: x\n    a: y\n    nothing: z",
    "q: x\n    term: y\n    a: z\n    means: w",
    "question: x\n    a: y",
    "type: nothing",
    "type: basic\n    fields: {q: x}",
    "type: basic\n    fields: {q: x, a: y, nothing: z}",
    "cloze: [x, y]",
    "q: x\n    a: y\n    id: A B",
    "q: x\n    a: y\n    needs: [B]",
    "q: x\n    a: y\n    tags: [a b]",
    "q: x\n    a: y\n    draft: maybe",
    "q: x\n    a: y\n    cards: [nothing]",
    "q: x\n    a: y\n    guid: [x]",
    "q: x\n    a: y\n    prompts: z",
    "q: x\n    a: y\n    prompts: [{q: z}]",
    "q: x\n    a: y\n    prompts: [{q: z, a: b, c: d}]",
    "quote: x\n    by: y\n    date: soon",
    "quote: x\n    by: y\n    date: 2023-13",
    "quote: x\n    by: y\n    fidelity: maybe",
    "concept: x\n    definition_masked: y",
    "q: x\n    a: y\n    decks: A",
    "q: x\n    a: y\n    decks: {backward: A}",
    "q: x\n    a: y\n    decks: {answer: 'A::'}",
    "q: x\n    a: y\n    decks: {answer: [A]}",
    "cloze: a {{c1::b}}\n    decks: {c0: A}",
]


@pytest.mark.parametrize("text", GOOD + [f"notes:\n  - {lines}\n" for lines in GOOD_NOTES])
def test_good_decks(text):
    """What the reader takes, the editor does not underline."""
    assert reader_accepts(text)
    assert editor_accepts(text), list(VALIDATOR.iter_errors(as_an_editor_reads(tree.parse("", text.encode()).root)))


@pytest.mark.parametrize("text", BAD + [f"notes:\n  - {lines}\n" for lines in BAD_NOTES])
def test_bad_decks(text):
    """What the reader refuses, and a schema can see, the editor underlines."""
    assert not reader_accepts(text)
    assert not editor_accepts(text)
