"""The note types that come with the program, kept as data beside their files in `types/`. Knows no YAML.

`types/builtin.json` is what `typefile.py` reads from those files: neither an edited deck nor a face should wait until a
YAML library is loaded. `python -m tests.cards.stored_types` makes it anew; a test holds that it is of today.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from srs.cards.notetype import Derived, Field, FieldInAnki, NoteType, NoteTypes, Template, TemplateInAnki, TypeInAnki

FOLDER = Path(__file__).parent / "types"
STORED = FOLDER / "builtin.json"


@cache
def common_css() -> str:
    """The style that every type but a foreign one starts from."""
    return (FOLDER / "style.css").read_text(encoding="utf-8")


def builtin_types() -> dict[str, NoteType]:
    """The types that come with the program, by name."""
    return dict(_builtin())


def stored(types: NoteTypes) -> str:
    """What `types/builtin.json` is to hold for these types."""
    kept = [asdict(each) | {"css": each.css.removeprefix(common_css())} for each in types.values()]
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


@cache
def _builtin() -> dict[str, NoteType]:
    return {each["name"]: _type(each) for each in json.loads(STORED.read_text(encoding="utf-8"))}


def _type(said: Mapping[str, Any]) -> NoteType:
    rest = {
        "fields": tuple(map(_field, said["fields"])),
        "templates": tuple(
            Template(**{**each, "in_anki": TemplateInAnki(**each["in_anki"])}) for each in said["templates"]
        ),
        "css": common_css() + said["css"],
        "in_anki": TypeInAnki(**said["in_anki"]),
    }
    return NoteType(**{**said, **rest})


def _field(said: Mapping[str, Any]) -> Field:
    rest = {
        "choices": tuple(said["choices"]),
        "derived": Derived(**said["derived"]) if said["derived"] else None,
        "ignore": tuple(said["ignore"]),
        "in_anki": FieldInAnki(**said["in_anki"]),
    }
    return Field(**{**said, **rest})
