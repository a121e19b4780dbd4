"""Drafts into a collection: the source kept, its pictures copied, a deck file written. Knows no forms of lessons."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from srs.cards.identity import derived_id, valid_id
from srs.cards.insert import CannotInsert, Value, deck_head, insert_notes, note_yaml, scalar
from srs.cards.note import Note
from srs.collection.adding import file_for, twin_of
from srs.collection.collection import Collection
from srs.collection.files import locked, write_new
from srs.collection.locations import SCHEMA_NAME
from srs.errors import SrsError, UsageError, said_by_system
from srs.importers.foreigndecks import clean_deck, file_stem, into_file
from srs.importers.lesson.inline import pictures_in, with_pictures
from srs.importers.lesson.values import Draft
from srs.watching import doing, told

DOUBT = "# Doubt: "
"""What a comment in a draft starts with that says what was guessed."""
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp"}
_LARGEST = 32 << 20
_NUMBERED = re.compile(r"(-\d+)?(\.\w+)?$")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written. Paths are relative to the collection; `known` counts drafts that were there already.

    `ids` are those of the new notes, in the order of the drafts; without any, `path` is empty. `pictures` counts files
    that were copied. `told` is what could not be as it was, as clauses.
    """

    path: str
    source: str
    ids: tuple[str, ...]
    known: int
    pictures: int = 0
    told: tuple[str, ...] = ()


def write_drafts(
    collection: Collection,
    drafts: Sequence[Draft],
    source: Path,
    deck: str | None,
    now: int,
    into: str = "",
    tags: Sequence[str] = (),
    ready: bool = False,
) -> Written:
    """Keep `source` in the collection and write `drafts` as notes of `deck` (None: named like the source).

    `into` names the file, or with `/` at its end the folder. `now`: milliseconds since the epoch. `ready`: no drafts,
    but notes to be studied. A draft that came from this source before is not written again. All or nothing: raises
    SrsError, and then nothing was written.
    """
    made: list[Path] = []
    with locked(collection.root):
        collection.refresh()
        try:
            kept = _kept(collection, source, made)
            pictures = _Pictures(collection.root / "media", source, made)
            entries: list[str] = []
            ids: list[str] = []
            for draft in told(collection.watch, "Preparing notes", drafts, len(drafts)):
                if note_id := _free_id(collection, draft, kept, ids):
                    ids.append(note_id)
                    entries.append(_entry(collection, draft, note_id, kept, pictures, ready))
            with doing(collection.watch, "Writing decks"):
                path = _write(collection, entries, deck, into, source, now, tags) if entries else ""
        except BaseException as error:
            for file in made:
                file.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise SrsError(f"{source}: not taken in, {said_by_system(error)}", "nothing was changed") from error
            raise
        collection.refresh()
    return Written(path, kept, tuple(ids), len(drafts) - len(ids), len(pictures.copied), tuple(pictures.told))


def keep_source(collection: Collection, source: Path) -> str:
    """Copy a text into `sources/`, byte for byte, and return its path there; one that is there already is not copied.

    Another text under its name stays: the copy then gets a number. Raises SrsError.
    """
    with locked(collection.root):
        try:
            return _kept(collection, source, [])
        except OSError as error:
            raise SrsError(f"{source}: not kept, {said_by_system(error)}", "nothing was changed") from error


def origin_of(kept: str, draft: Draft) -> str:
    """What `from:` says of a draft: the source and its lines."""
    lines = f"L{draft.first_line}" + (f"-L{draft.last_line}" if draft.last_line > draft.first_line else "")
    return f"{kept}#{lines}"


def _kept(collection: Collection, source: Path, made: list[Path]) -> str:
    data = source.read_bytes()
    folder = collection.root / "sources"
    real = source.resolve()
    if real.is_relative_to(folder.resolve()):
        return f"sources/{real.relative_to(folder.resolve()).as_posix()}"
    stem, ending = file_stem(source.stem), source.suffix
    number = 1
    while True:
        name = f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}"
        place = folder / name
        if not os.path.lexists(place):
            folder.mkdir(exist_ok=True)
            _put_new(place, data, made)
            return f"sources/{name}"
        if place.is_file() and place.read_bytes() == data:
            return f"sources/{name}"
        number += 1


def _put_new(place: Path, data: bytes, made: list[Path]) -> None:
    """Write a file that is not there yet, whole or not at all; `made` then has it. Raises OSError."""
    try:
        write_new(place, data)
    except FileExistsError:  # another program was faster: that is its file
        raise
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    made.append(place)


def _free_id(collection: Collection, draft: Draft, kept: str, taken: Sequence[str]) -> str | None:
    """An id for a draft's note; None where the note came from this source before, whatever it says now."""
    kind = collection.types[draft.type]
    given = draft.fields.get("id")
    usable = isinstance(given, str) and valid_id(given)
    base = str(given) if usable else derived_id(str(draft.fields[kind.marker or ""]))
    number = 1
    while True:
        note_id = base if number == 1 else f"{base}-{number}"
        twin = None if note_id in taken else twin_of(collection, note_id)
        if twin is not None and _came_from(twin, kept):
            return None
        if twin is None and note_id not in taken:
            return note_id
        number += 1


def _came_from(note: Note, kept: str) -> bool:
    """Whether a note is from this source, or from another state of it: a text that changed is kept under a number."""
    path = (note.origin or "").split("#")[0]
    return bool(path) and _NUMBERED.sub(r"\2", path) == _NUMBERED.sub(r"\2", kept)


def _entry(collection: Collection, draft: Draft, note_id: str, kept: str, pictures: "_Pictures", ready: bool) -> str:
    """The YAML of one draft, its doubts as comments above `draft: true`."""
    marker = collection.types[draft.type].marker or ""
    keys: dict[str, Value] = {marker: pictures.taken(draft.fields[marker], draft), "id": note_id}
    for name, value in draft.fields.items():
        if name not in keys:
            keys[name] = pictures.taken(value, draft)
    keys["from"] = origin_of(kept, draft)
    doubts = [f"  {DOUBT}{' '.join(doubt.split())}\n" for doubt in draft.doubts]
    return note_yaml(keys) + "".join(doubts) + ("" if ready else "  draft: true\n")


def _write(
    collection: Collection,
    entries: Sequence[str],
    deck: str | None,
    into: str,
    source: Path,
    now: int,
    tags: Sequence[str],
) -> str:
    from srs.cards.deck import read_deck

    name = clean_deck(deck or file_stem(source.stem))
    path = _path(collection, name, into, source)
    place = collection.root / path
    old = place.read_bytes() if place.exists() else None
    head = old
    if head is None:
        head = _head(name, "../" * path.count("/") + SCHEMA_NAME, source, _date(collection, now), tags)
    try:
        new = insert_notes(head, entries)
    except CannotInsert as error:
        raise CannotInsert(f"{path}: {error.message}", error.hint) from None
    before = len(read_deck(path, head, collection.types).notes)
    read = read_deck(path, new, collection.types)
    if len(read.notes) != before + len(entries):
        first = next((str(problem) for problem in read.problems), f"{path}: the notes could not be read back")
        raise SrsError(first, "nothing was written")
    collection.replace(path, old, new)
    return path


def _path(collection: Collection, deck: str, into: str, source: Path) -> str:
    if not into:
        return file_for(collection, deck)
    return into_file(into) or f"{PurePosixPath(into)}/{file_stem(source.stem)}.yaml"


def _head(deck: str, schema: str, source: Path, day: str, tags: Sequence[str]) -> bytes:
    lines = [f"description: {scalar(f'Drafts from {source.name}, {day}.', 0)}\n"]
    if tags:
        lines.append("tags:\n" + "".join(f"  - {scalar(tag, 2)}\n" for tag in tags))
    return deck_head(deck, schema).replace(b"\n\nnotes:", ("\n" + "".join(lines) + "\nnotes:").encode())


def _date(collection: Collection, now: int) -> str:
    return datetime.fromtimestamp(now / 1000, collection.zone).date().isoformat()


class _Pictures:
    """The pictures that drafts show, copied into media/ under names that are free there."""

    def __init__(self, folder: Path, source: Path, made: list[Path]) -> None:
        self.folder, self.source, self.made = folder, source, made
        self.copied: dict[str, str] = {}
        self.told: list[str] = []

    def taken(self, value: str | list[str], draft: Draft) -> Value:
        """A field's text with its pictures under their names in media/."""
        if not isinstance(value, str):
            return value
        names: dict[str, str] = {}
        for target in pictures_in(value):
            if name := self.name_of(target, draft.first_line):
                names[target] = name
        return with_pictures(value, names) if names else value

    def name_of(self, target: str, line: int) -> str | None:
        if target in self.copied:
            return self.copied[target]
        path = self.source.parent / unquote(target)
        if why := self.unfit(path):
            told = f"the picture {target} of the note from line {line} on {why}"
            self.told += [told] if told not in self.told else []
            return None
        data = path.read_bytes()
        name = self.copied[target] = self.put(re.sub(r"[^\w.-]+", "-", path.name), data)
        return name

    def unfit(self, path: Path) -> str:
        home = self.source.parent.resolve()
        if not path.resolve().is_relative_to(home):
            return "lies outside the folder of the lesson"
        if not path.is_file():
            return "is not there"
        if path.suffix.lower() not in _PICTURES or path.stat().st_size > _LARGEST:
            return "is no picture that a card can show"
        return ""

    def put(self, name: str, data: bytes) -> str:
        self.folder.mkdir(exist_ok=True)
        place = self.folder / name
        if os.path.lexists(place) and not (place.is_file() and place.read_bytes() == data):
            place = self.folder / f"{place.stem}-{hashlib.sha256(data).hexdigest()[:12]}{place.suffix}"
        if not os.path.lexists(place):
            _put_new(place, data, self.made)
        return place.name


def refuse_place(into: str, deck: str) -> None:
    """Raise UsageError where both say where to."""
    if into and deck:
        raise UsageError("--into and --deck both say where the notes go", "give one of them")


def counted(drafts: Sequence[Draft]) -> Mapping[str, int]:
    """How many drafts there are of each note type, in the order in which they first come."""
    found: dict[str, int] = {}
    for draft in drafts:
        found[draft.type] = found.get(draft.type, 0) + 1
    return found
