"""The JSON schema (draft-07) of a deck file, made from the note types: what an editor checks. Knows no YAML.

It says what `deck.read_deck` says, as far as a schema can: which keys there are and what each may hold. It cannot see
that an id is used twice, that a day does not exist, or that a text was cut short by ` #`. To an editor `1.10` is a
number and `true` a truth, so wherever the reader takes a text the schema takes these too.
"""

import re
from typing import Any

from srs.cards.advice.rules import NAMES
from srs.cards.identity import LONGEST_ID
from srs.cards.notetype import Field, NoteType, NoteTypes

Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}
_FILLED: Schema = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": ["number", "boolean"]}]}
_DAY = r"^(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$"


def deck_schema(types: NoteTypes) -> Schema:
    """The schema of deck files in a collection with these note types, as JSON values."""
    templates = sorted({template.id for type in types.values() for template in type.templates})
    properties = {
        "deck": _about("The deck's name, parts joined by `::`; left out, the file's path.", _DECK_NAME),
        "tags": _about("Tags of every note in this file.", _list_of(_ref("tag"))),
        "notes": {"anyOf": [{"type": "array", "items": _ref("note")}, _EMPTY]},
        "author": _about("Who wrote the deck.", _SCALAR),
        "licence": _about("What others may do with the deck.", _SCALAR),
        "description": _about("What the deck is about.", _SCALAR),
        "cards": _about("Which cards to make, for every note of a type that has them.", _names(templates)),
        "format": _about("The format of this file.", {"enum": [1, "1"]}),
        "draft": _about("Whether every note in this file is a draft.", _ref("truth")),
    }
    definitions = dict(_DEFINITIONS) | {"note": _note(types)}
    definitions |= {_key(name, types): _type(type) for name, type in types.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "srs deck",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
        "definitions": definitions,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _about(description: str, schema: Schema) -> Schema:
    # Beside a `$ref` draft-07 ignores every other key.
    return {"description": description, "allOf": [schema]}


def _list_of(item: Schema) -> Schema:
    """A list, or one item as a list of one."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _names(names: list[str]) -> Schema:
    return _list_of({"enum": [*names, "", None]})


_EMPTY: Schema = {"enum": ["", None]}
_DECK_NAME: Schema = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*$|^(?!\s*::)(?!.*::\s*(::|$))"},
        {"type": ["number", "boolean", "null"]},
    ]
}
_DEFINITIONS: dict[str, Schema] = {
    "id": {
        "anyOf": [
            {"type": "string", "pattern": f"^[a-z0-9._-]{{0,{LONGEST_ID}}}$"},
            {"type": ["number", "boolean", "null"]},
        ]
    },
    "tag": {"anyOf": [{"type": "string", "pattern": r"^\s*$|^\S+$"}, {"type": ["number", "boolean", "null"]}]},
    "truth": {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": "^([Tt]rue|[Ff]alse|[Yy]es|[Nn]o)$"}]},
    "prompt": {
        "type": "object",
        "properties": {
            "q": _about("The question; a list shows its wordings in turn.", _list_of(_FILLED)),
            "a": _about("The answer.", _FILLED),
            "id": _about("Keeps the card's history when the question's text changes.", _ref("id")),
        },
        "required": ["q", "a"],
        "additionalProperties": False,
    },
}
_COMMON: Schema = {
    "quiet": _about(
        "Rules of advice that are silent about this note, each with the reason.",
        {"anyOf": [{"type": "object", "properties": dict.fromkeys(NAMES, _SCALAR)}, _EMPTY]},
    ),
    "id": _about("Keeps the cards' history when the note's text changes.", _ref("id")),
    "tags": _about("Tags of this note, beside the file's.", _list_of(_ref("tag"))),
    "needs": _about("Ids of notes to learn before this one.", _list_of(_ref("id"))),
    "was": _about("Ids this note had before.", _list_of(_ref("id"))),
    "draft": _about("A draft is read and checked, and never asked.", _ref("truth")),
    "guid": _about("The note's id in Anki, where it came from there.", _SCALAR),
    "from": _about("Where the note was taken from.", _SCALAR),
    "prompts": _about(
        "More questions on the same idea.", {"anyOf": [{"type": "array", "items": _ref("prompt")}, _EMPTY]}
    ),
}


def _note(types: NoteTypes) -> Schema:
    """Any note: the key `type`, or else the marker it has, says which type's keys it may have."""
    named: Schema = {"required": ["type"]}
    rules = []
    for name, type in types.items():
        says = {"required": ["type"], "properties": {"type": {"const": name}}}
        marks = (
            [{"required": [type.marker], "not": {"anyOf": [named, *_outranked(type, types)]}}] if type.marker else []
        )
        rules.append({"if": {"type": "object", "anyOf": [says, *marks]}, "then": _ref(_key(name, types))})
    markers = [{"required": [type.marker]} for type in types.values() if type.marker]
    return {
        "type": "object",
        # The markers are here so that an editor proposes them where a note has none yet; its type says what they hold.
        "properties": {"type": _about("The note's type, where no key names it.", {"enum": list(types)})}
        | {
            type.marker: {"description": f"Makes it a note of type {name}."}
            for name, type in types.items()
            if type.marker
        },
        "anyOf": [named, *markers],
        "allOf": rules,
    }


def _key(name: str, types: NoteTypes) -> str:
    """Where a type's schema stands among the definitions. A name from elsewhere may hold what no `$ref` can."""
    plain = re.fullmatch("[A-Za-z0-9_-]+", name)
    return f"type-{name}" if plain else f"type.{list(types).index(name) + 1}"


def _outranked(type: NoteType, types: NoteTypes) -> list[Schema]:
    """The markers of other types that have this type's marker for a plain field."""
    others = (other for other in types.values() if other is not type and other.marker)
    return [
        {"required": [other.marker]} for other in others if any(field.name == type.marker for field in other.fields)
    ]


def _type(type: NoteType) -> Schema:
    written = [field for field in type.fields if not field.derived]
    fields = {field.name: _field(field, type) for field in written}
    nested = {"type": "object", "properties": fields, "additionalProperties": False}
    names = {template.id: template.name for template in type.templates}
    own = {
        "type": {"const": type.name},
        "fields": _about("The fields, where their names are not keys of the note.", {"anyOf": [nested, _EMPTY]}),
        "cards": _about(f"Which cards to make: {', '.join(names)}.", _names(list(names))),
        "decks": _about("Cards that lie in another deck than the note.", _decks(type)),
    }
    return {
        "title": f"a note of type {type.name}",
        "type": "object",
        "properties": _COMMON | own | {name: schema for name, schema in fields.items() if name not in _COMMON | own},
        "additionalProperties": False,
        "allOf": [_has(field.name) for field in written if field.required],
    }


def _decks(type: NoteType) -> Schema:
    """Decks by the name of a card: of a template, a number of a cloze, a prompt."""
    patterns = {"^p-[a-z0-9._-]+$": _DECK_NAME} | ({"^c[1-9][0-9]{0,2}$": _DECK_NAME} if type.cloze else {})
    named = {} if type.cloze else {template.id: _DECK_NAME for template in type.templates}
    keyed = {"type": "object", "properties": named, "patternProperties": patterns, "additionalProperties": False}
    return {"anyOf": [keyed, _EMPTY]}


def _has(name: str) -> Schema:
    nested = {"required": ["fields"], "properties": {"fields": {"type": "object", "required": [name]}}}
    return {"anyOf": [{"required": [name]}, nested]}


def _field(field: Field, type: NoteType) -> Schema:
    if field.kind == "date":
        return {"description": "YYYY, YYYY-MM or YYYY-MM-DD", "anyOf": [{"type": "string", "pattern": _DAY}, _YEAR]}
    if field.kind == "choice":
        return {"enum": [*field.choices, "", None]}
    text = _FILLED if field.required else _SCALAR
    if field.name == type.marker and not type.cloze:
        return {"anyOf": [text, {"type": "array", "items": _SCALAR, "minItems": 1}]}
    return dict(text)


_YEAR: Schema = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9999}, {"type": "null"}]}
