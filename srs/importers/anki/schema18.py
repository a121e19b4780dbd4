"""Note types, decks and settings as Anki keeps them now: a table for each, with messages in their rows.

The numbers are those of the fields in Anki's messages, which are part of its file format.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from srs.importers.anki.checks import text, whole_number
from srs.importers.anki.database import Database
from srs.importers.anki.head import MOST_DECKS, MOST_PARTS, MOST_TYPES, ROLLOVER, Head
from srs.importers.anki.package import AnkiDeck, AnkiField, AnkiTemplate, AnkiType
from srs.importers.anki.refused import Refused
from srs.importers.anki.schema11 import hour
from srs.importers.anki.wire import Message

TABLES = ("config", "notetypes", "fields", "templates", "decks")

_CLOZE = 1
_LARGEST_SETTING = 100
"""Bytes of a setting that is a number."""


def head_of(database: Database, created: int) -> Head:
    """What the tables hold. Raises Refused."""
    settings = _settings(database)
    return Head(
        created=created,
        rollover=hour(settings.get("rollover", ROLLOVER)),
        scheduler=whole_number(settings.get("schedVer", 1), "its settings"),
        types=_types(database),
        decks=_decks(database),
    )


def _settings(database: Database) -> dict[str, Any]:
    settings = {}
    for key, value in database.rows("config", ("key", "val")):
        if key not in ("rollover", "schedVer"):
            continue
        try:
            settings[key] = json.loads(_bytes(value, "its settings")[:_LARGEST_SETTING])
        except (ValueError, RecursionError):
            raise Refused("its settings cannot be understood") from None
    return settings


def _types(database: Database) -> dict[int, AnkiType]:
    fields = _fields(database)
    templates = _templates(database)
    types: dict[int, AnkiType] = {}
    rows = database.rows("notetypes", ("id", "name", "mtime_secs", "config"))
    for number, name, mod, config in _few(rows, MOST_TYPES, "its note types"):
        what = "a note type"
        number, name = whole_number(number, what), text(name, what)
        if number in types:
            raise Refused(f"its note types have one id twice: {number}")
        message = Message(_bytes(config, what), f"the note type `{name}`")
        types[number] = AnkiType(
            id=number,
            name=name,
            cloze=message.number(1) == _CLOZE,
            fields=_in_order(fields.pop(number, {}), f"the fields of the note type `{name}`"),
            templates=_in_order(templates.pop(number, {}), f"the templates of the note type `{name}`"),
            css=message.text(3),
            mod=whole_number(mod, what),
            sort_field=message.number(2),
            latex_pre=message.text(5),
            latex_post=message.text(6),
            latex_svg=message.flag(7),
            stock=message.number(9),
        )
    return types  # fields and templates of no type are leftovers that Anki itself exports


def _fields(database: Database) -> dict[int, dict[int, AnkiField]]:
    fields: dict[int, dict[int, AnkiField]] = defaultdict(dict)
    rows = database.rows("fields", ("ntid", "ord", "name", "config"))
    what = "a field of a note type"
    for owner, place, name, config in _few(rows, MOST_TYPES * MOST_PARTS, "its fields"):
        message = Message(_bytes(config, what), what)
        _put(
            fields[whole_number(owner, what)],
            whole_number(place, what),
            AnkiField(
                name=text(name, what),
                id=message.number(9) or None,
                rtl=message.flag(2),
                sticky=message.flag(1),
                font=message.text(3),
                size=message.number(4),
                description=message.text(5),
                plain_text=message.flag(6),
                collapsed=message.flag(7),
                unsearched=message.flag(8),
                tag=message.number(10) if 10 in message else None,
                kept=message.flag(11),
            ),
            what,
        )
    return fields


def _templates(database: Database) -> dict[int, dict[int, AnkiTemplate]]:
    templates: dict[int, dict[int, AnkiTemplate]] = defaultdict(dict)
    rows = database.rows("templates", ("ntid", "ord", "name", "config"))
    what = "a template of a note type"
    for owner, place, name, config in _few(rows, MOST_TYPES * MOST_PARTS, "its templates"):
        message = Message(_bytes(config, what), what)
        _put(
            templates[whole_number(owner, what)],
            whole_number(place, what),
            AnkiTemplate(
                name=text(name, what),
                id=message.number(8) or None,
                front=message.text(1),
                back=message.text(2),
                browser_front=message.text(3),
                browser_back=message.text(4),
                browser_font=message.text(6),
                browser_size=message.number(7),
                deck=message.number(5) or None,
            ),
            what,
        )
    return templates


def _decks(database: Database) -> dict[int, AnkiDeck]:
    decks: dict[int, AnkiDeck] = {}
    what = "a deck"
    for number, name, kind in _few(database.rows("decks", ("id", "name", "kind")), MOST_DECKS, "its decks"):
        number = whole_number(number, what)
        if number in decks:
            raise Refused(f"its decks have one id twice: {number}")
        message = Message(_bytes(kind, what), what)
        description = Message(message.data(1), what).text(4)
        decks[number] = AnkiDeck(number, text(name, what).replace("\x1f", "::"), description, 2 in message)
    return decks


def _put(parts: dict[int, Any], place: int, part: object, what: str) -> None:
    if place in parts:
        raise Refused(f"{what} stands twice at one place")
    parts[place] = part


def _in_order(parts: dict[int, Any], what: str) -> tuple[Any, ...]:
    if len(parts) > MOST_PARTS:
        raise Refused(f"{what} are more than {MOST_PARTS:,}")
    return tuple(parts[place] for place in sorted(parts))


def _few(rows: Iterator[tuple[Any, ...]], most: int, what: str) -> Iterator[tuple[Any, ...]]:
    for count, row in enumerate(rows):
        if count == most:
            raise Refused(f"{what} are more than {most:,}")
        yield row


def _bytes(value: object, what: str) -> bytes:
    if isinstance(value, bytes):
        return value
    raise Refused(f"{what} cannot be understood")
