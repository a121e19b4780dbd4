"""The JSON schema (draft-07) of a note type file, made from the values that one is read into. Knows no YAML.

It says what `typefile.read_notetype` says, as far as a schema can: which keys there are and what each may hold. It
cannot see whether a name is that of a field, whether a name is there twice, or what a template shows. As in `schema`,
what an editor takes for a number or a truth is a text to the reader. Only a plain `null` or `~` where a text is needed
is one to the reader and to the editor nothing, like a key that was left empty. Quotes around it end the dispute.
"""

import dataclasses
import re
from typing import Any, get_args

from srs.cards.deck import FORMAT, NOTE_KEYS
from srs.cards.identity import LONGEST_ID
from srs.cards.notetype import Derivation, FieldInAnki, FieldKind, Ignored, TemplateInAnki, TypeInAnki

Schema = dict[str, Any]

_ANY_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_TEXT: Schema = {"anyOf": [{"type": "string", "minLength": 1}, {"type": ["number", "boolean"]}]}
_TRUTH: Schema = {"enum": [True, False, "true", "false"]}
_NUMBER: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": -(10**19) + 1, "maximum": 10**19 - 1},
        {"type": "string", "pattern": "^-?[0-9]{1,19}$"},
    ]
}
_RESERVED = "|".join(map(re.escape, NOTE_KEYS))
_OWN_FIELD_NAME: Schema = {
    "anyOf": [
        {"type": "string", "pattern": f"^(?!(?:{_RESERVED})$)(?!card_)[a-z][a-z0-9_]*$"},
        {"type": "boolean"},
    ]
}
_TEMPLATE_ID: Schema = {
    "anyOf": [
        {"type": "string", "pattern": rf"^(?!p-|c[0-9]+$)[a-z0-9._-]{{1,{LONGEST_ID}}}$"},
        {"type": ["number", "boolean"]},
    ]
}
_FOREIGN: Schema = {"required": ["foreign"], "properties": {"foreign": {"enum": [True, "true"]}}}


def notetype_schema() -> Schema:
    """The schema of note type files, as JSON values."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "srs note type",
        "type": "object",
        "properties": {
            "notetype": _about("The type's name, for `type:`, queries and messages.", _TEXT),
            "marker": _about("The field whose key in a deck names the type.", _ANY_TEXT),
            "cloze": _about("Whether there is a card for each cloze number.", _TRUTH),
            "foreign": _about("From elsewhere: HTML fields, templates and style as they are.", _TRUTH),
            "anki": _about("What Anki calls the type, and what else it keeps of it.", _of_type()),
            "fields": _about("The fields.", _list_of("field")),
            "templates": _about("The cards, each with a front and a back.", _list_of("template")),
            "css": _about("Style for Anki, added to the common one.", _ANY_TEXT),
            "format": _about("The format of this file.", {"enum": [FORMAT, str(FORMAT)]}),
        },
        "required": ["notetype", "fields", "templates"],
        "additionalProperties": False,
        "if": _FOREIGN,
        "else": {"properties": {name: {"items": _ref(f"own-{name}")} for name in ("fields", "templates")}},
        "definitions": {
            "field": _field(),
            "template": _template(),
            "own-fields": {"properties": {"name": _OWN_FIELD_NAME}},
            "own-templates": {"properties": {"front": _TEXT, "back": _TEXT}, "required": ["front", "back"]},
        },
    }


def _field() -> Schema:
    derived = get_args(Derivation)
    made = {name: _about(f"Not written in notes: made from this field ({name}).", _TEXT) for name in derived}
    return {
        "type": "object",
        "properties": {
            "name": _about("The key in notes.", _TEXT),
            "kind": _about("What it holds; Markdown where it is left out.", {"enum": list(get_args(FieldKind))}),
            "required": _about("Whether every note must have it.", _TRUTH),
            "choices": _about("What a field of kind `choice` may hold.", _texts(_TEXT)),
            **made,
            "using": _about("For `masked`: the field whose words are hidden.", _ANY_TEXT),
            "ignore": _about("What does not count where it is typed.", _texts({"enum": list(get_args(Ignored))})),
            "anki": _about("Anki's id of it, or that and what else Anki keeps of it.", _id_or(FieldInAnki())),
        },
        "required": ["name"],
        "additionalProperties": False,
        "if": {"required": ["kind"], "properties": {"kind": {"const": "choice"}}},
        "then": {"required": ["choices"]},
        "not": {"anyOf": [{"required": [one, other]} for one in derived for other in derived if one < other]},
        "dependencies": {"using": {"anyOf": [{"required": [name]} for name in derived]}},
    }


def _template() -> Schema:
    return {
        "type": "object",
        "properties": {
            "id": _about("The part of the card's id behind the colon.", _TEMPLATE_ID),
            "name": _about("What Anki shows.", _ANY_TEXT),
            "front": _about("The question, in Anki's mustache.", _ANY_TEXT),
            "back": _about("The answer; `{{FrontSide}}` is the front.", _ANY_TEXT),
            "default": _about("Whether it is made where no `cards:` asks.", _TRUTH),
            "anki": _about("Anki's id of it, or that and what else Anki keeps of it.", _id_or(TemplateInAnki())),
        },
        "required": ["id"],
        "additionalProperties": False,
    }


def _of_type() -> Schema:
    known = _kept(TypeInAnki()) | {"name": _ANY_TEXT, "id": _NUMBER}
    return {"type": "object", "properties": known, "additionalProperties": False}


def _id_or(usual: FieldInAnki | TemplateInAnki) -> Schema:
    keys = {"type": "object", "properties": _kept(usual) | {"id": _NUMBER}, "additionalProperties": False}
    return {"anyOf": [_NUMBER, keys]}


def _kept(usual: FieldInAnki | TemplateInAnki | TypeInAnki) -> Schema:
    """What the keys under `anki:` may hold, told by what they are as usual."""
    kept = {}
    for each in dataclasses.fields(usual):
        value = getattr(usual, each.name)
        number = isinstance(value, int) or each.name == "tag"
        kept[each.name] = _TRUTH if isinstance(value, bool) else _NUMBER if number else _ANY_TEXT
    return kept


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _about(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}


def _texts(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": _ref(name), "minItems": 1}
