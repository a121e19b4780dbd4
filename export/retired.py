"""Notes that went out once and do not any more: what Anki is told of them. Knows no packages and no files.

Anki deletes nothing when it imports. So a note that became a draft again goes out once more as it stands, and one that
is gone goes out as a sentence in its place, both with the tag `srs-retired`: the learner finds and deletes them there.
That is done once, for a note that was deleted in Anki would come back with every package that holds it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from export.contents import RETIRED, Fingerprint, field_hash, parse
from export.notetypes import Shape, shape_of
from srs.cards import template
from srs.cards.note import Note
from srs.cards.notetype import NoteType, gates
from srs.cards.outgoing import ExportRequest

TAG = "srs-retired"
GONE = "This was taken out of the decks. Delete it in Anki: search for tag:srs-retired."
CLOZED = GONE.replace("Delete it in Anki", "{{c1::Delete it in Anki}}")

_NOTHING, _OPEN = field_hash(""), field_hash("1")


@dataclass(slots=True)
class Present:
    """What goes out of the decks as it should: keys of the journal, and guids."""

    keys: set[str] = field(default_factory=set)
    guids: set[str] = field(default_factory=set)

    def add(self, guid: str, *keys: str) -> None:
        self.keys.update(keys)
        self.guids.add(guid)


@dataclass(frozen=True, slots=True)
class Stub:
    """A note that is gone: `fields` in the shape's order, where there was a text a sentence; `ords` of its cards."""

    key: str
    guid: str
    type: NoteType
    fields: tuple[str, ...]
    ords: tuple[int, ...]


def returned(request: ExportRequest) -> tuple[Note, ...]:
    """The drafts that went out before they were drafts, as notes that go out."""
    known = {key.partition(":")[0] for key in request.contents}
    return tuple(
        replace(note, draft=False, tags=(*note.tags, TAG))
        for note in request.notes
        if note.draft and not known.isdisjoint((note.id, *note.was))
    )


def stubs(request: ExportRequest, present: Present) -> Iterator[Stub]:
    """What stands for the notes that are gone and of which Anki was not told yet.

    Of what earlier versions exported it is not known what it was; it is left alone.
    """
    known = {key: parse(content.hash) for key, content in request.contents.items() if not key.startswith("notetype:")}
    guids = present.guids | {_guid(key, each) for key, each in known.items() if each.whole == RETIRED}
    for key in sorted(known.keys() - present.keys):
        each, guid = known[key], _guid(key, known[key])
        kind = request.types.get(each.type or "")
        if guid in guids or kind is None or each.fields is None:
            continue
        guids.add(guid)
        yield _stub(key, guid, kind, each.fields)


def _guid(key: str, known: Fingerprint) -> str:
    return known.guid or f"srs:{key}"


def _stub(key: str, guid: str, kind: NoteType, hashes: tuple[str, ...]) -> Stub:
    """Gates stay as they were, so that the cards that Anki has are those that this note makes."""
    shape = shape_of(kind)
    opened = gates(kind)
    text = CLOZED if kind.cloze else GONE
    fields = tuple(
        "" if each == _NOTHING else "1" if name in opened and each == _OPEN else text
        for (name, _), each in zip(shape.fields, _as_long(hashes, shape), strict=True)
    )
    if not any(text == each for each in fields):
        fields = (text, *fields[1:])
    return Stub(key, guid, kind, fields, _ords(kind, shape, fields))


def _as_long(hashes: tuple[str, ...], shape: Shape) -> Iterable[str]:
    """A type of one's own may have other fields by now."""
    count = len(shape.fields)
    return (*hashes[:count], *[_NOTHING] * (count - len(hashes)))


def _ords(kind: NoteType, shape: Shape, fields: tuple[str, ...]) -> tuple[int, ...]:
    if kind.cloze:
        return (0,)
    filled = {name for (name, _), value in zip(shape.fields, fields, strict=True) if value}
    filled |= {"Tags", "Deck", "Subdeck", "Card", "Type"}
    fronts = enumerate(front for _, _, front, _ in shape.templates)
    return tuple(ord for ord, front in fronts if template.has_content(template.parse(front), filled)) or (0,)
