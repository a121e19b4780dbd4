"""The built-in note types as their files say: `python -m tests.cards.stored_types` keeps them as data."""

from srs.cards.builtin import FOLDER, STORED, stored
from srs.cards.notetype import NoteType
from srs.cards.typefile import read_notetype


def written_types() -> dict[str, NoteType]:
    """The types in `srs/cards/types/`, read from their YAML, by name."""
    types = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        found, problems = read_notetype(file.name, file.read_bytes())
        assert found is not None and not problems, problems
        types[found.name] = found
    return types


if __name__ == "__main__":
    STORED.write_text(stored(written_types()), encoding="utf-8")
