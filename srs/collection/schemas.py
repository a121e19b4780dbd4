"""The schemas that editors use, as files of the collection: written where they are asked for. Knows no editor."""

import json
from pathlib import Path

from srs.cards.notetype import NoteTypes
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.collection.locations import SCHEMA_NAME, TYPE_SCHEMA_NAME


def write_schemas(collection: Collection) -> list[str]:
    """Bring both schemas up to date with the note types; the paths of those that were not. Raises SrsError."""
    written = []
    with locked(collection.root):
        for name, text in schemas(collection.types).items():
            path = collection.root / name
            old = path.read_bytes() if path.exists() else None
            if old != text:
                collection.replace(name, old, text)
                written.append(name)
    return written


def schemas(types: NoteTypes) -> dict[str, bytes]:
    """Both schemas as the bytes of their files, by name."""
    from srs.cards.schema import deck_schema
    from srs.cards.typeschema import notetype_schema

    values = {SCHEMA_NAME: deck_schema(types), TYPE_SCHEMA_NAME: notetype_schema()}
    return {name: (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode() for name, value in values.items()}


def there(root: Path, types: NoteTypes) -> None:
    """See that the schema which a new deck file names is there; one that is there is left as it is."""
    path = root / SCHEMA_NAME
    if not path.exists():
        path.write_bytes(schemas(types)[SCHEMA_NAME])
