"""Which notes of a package are which of ours: by the guid, and by the note type. Knows no journal and no files.

A guid alone is no proof. Anki lets two notes have one, and a stranger's package may hold one of ours under a note type
of its own; what was done to such a note was not done to ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from export.notetypes import Shape, shape_of
from srs.importers.anki.package import AnkiNote, AnkiType, Package
from srs.importers.ours import OurNote


@dataclass(slots=True)
class Claims:
    """`taken`: what a note there is here, by Anki's id. The others have a guid of ours too, and are none of ours.

    `twins`: a note with a lower id has their guid. `strangers`: their note type is another one than here.
    """

    taken: dict[int, OurNote] = field(default_factory=dict)
    twins: list[AnkiNote] = field(default_factory=list)
    strangers: list[AnkiNote] = field(default_factory=list)


def claimed(package: Package, known: Mapping[str, OurNote]) -> Claims:
    """The notes of `package` whose guid is in `known`."""
    claims = Claims()
    fits: dict[tuple[int, str], bool] = {}
    shapes: dict[str, Shape] = {}
    taken: set[str] = set()
    for note in sorted(package.notes, key=lambda note: note.id):
        ours = known.get(note.guid)
        if ours is None:
            continue
        key = note.type, ours.type.name
        if key not in fits:
            shape = shapes.setdefault(ours.type.name, shape_of(ours.type))
            fits[key] = is_of(package.types[note.type], shape)
        if not fits[key]:
            claims.strangers.append(note)
        elif note.guid in taken:
            claims.twins.append(note)
        else:
            taken.add(note.guid)
            claims.taken[note.id] = ours
    return claims


def is_of(kind: AnkiType, shape: Shape) -> bool:
    """Whether notes of Anki's type may be of ours: it is the same one, or has all of its fields."""
    if kind.id == shape.id:
        return True
    ids, names = {each.id for each in kind.fields if each.id}, {each.name for each in kind.fields}
    return kind.cloze == shape.cloze and all(number in ids or name in names for name, number in shape.fields)
