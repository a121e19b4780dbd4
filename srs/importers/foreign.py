"""Notes of Anki that are none of ours, brought into a collection: planned as files, then written. Knows no zip, no SQL.

What comes in is Anki's own HTML under types of Anki's own, so that it can go out again as it was. A field's text, a
name or a style is written so that it reads as exactly the same text, which the plan checks by reading its own files.
Whatever cannot be as it was there is told in words.
"""

import os
from collections import Counter
from collections.abc import Collection as Some
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from export.media import rewrite
from srs.cards.exact import scrubbed
from srs.cards.faces import cards_of
from srs.cards.note import Note, Place
from srs.cards.notetype import NoteType, NoteTypes
from srs.collection import queries
from srs.collection.collection import Collection
from srs.collection.files import locked, sync_folder
from srs.collection.locations import SCHEMA_NAME
from srs.errors import SrsError, UsageError, said_by_system
from srs.importers import foreigndecks as decks
from srs.importers.anki.package import AnkiCard, AnkiNote, MediaOpener, Package
from srs.importers.editmedia import EditMedia
from srs.importers.foreignmedia import take_media, write_media
from srs.importers.foreigntypes import take_types
from srs.importers.ourtypes import Plain, of_ours, plain
from srs.importers.places import place_for, refuse_outside
from srs.watching import told
from srs.words import plural

_SPELLED_OUT = 20


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of the collection to be written; `old` None: it does not exist yet."""

    path: str
    old: bytes | None
    new: bytes


@dataclass(frozen=True, slots=True)
class Foreign:
    """What comes in. `media`: the name under media/ by the name in the package, which must stay open until it is done.

    `notes`: the id here of each of Anki's notes. `told`: what is not as it was in the package, as clauses.
    """

    types: tuple[NewFile, ...]
    media: Mapping[str, str]
    decks: tuple[NewFile, ...]
    notes: Mapping[int, str]
    told: tuple[str, ...]
    open_media: MediaOpener


def plan_foreign(collection: Collection, package: Package, into: str, taken_guids: Some[str]) -> Foreign:
    """What the notes of `package` that are not in `taken_guids` become. Reads, and writes nothing.

    `into` is `decks/NAME.yaml`, or `decks/NAME/` for a file for each deck, as `place_for` takes it. Raises SrsError.
    """
    into = place_for(collection.root, into)
    return _Plan(collection, package, into).made([note for note in package.notes if note.guid not in taken_guids])


def carry_out(collection: Collection, foreign: Foreign) -> None:
    """Write the files of a plan: types and media first, decks last. All or none. Raises SrsError.

    FileChanged where a deck file is no longer what it was when this was planned.
    """
    with locked(collection.root):
        written: list[Path] = []
        replaced: list[NewFile] = []
        try:
            folder = collection.root / "media"
            write_media(folder, foreign.media, foreign.open_media, written, collection.watch)
            if written:
                sync_folder(folder)
            files = (*foreign.types, *foreign.decks)
            for file in told(collection.watch, "Writing decks", files, len(files)):
                collection.replace(file.path, file.old, file.new)
                replaced.append(file)
        except BaseException as error:
            _take_back(collection, written, replaced)
            if isinstance(error, OSError):
                raise SrsError(f"media/: not written, {said_by_system(error)}", "nothing was changed") from error
            raise


def _take_back(collection: Collection, written: Iterable[Path], replaced: Iterable[NewFile]) -> None:
    for file in replaced:
        if file.old is not None:
            collection.replace(file.path, file.new, file.old)
        else:
            (collection.root / file.path).unlink(missing_ok=True)
    for path in written:
        path.unlink(missing_ok=True)


class _Plan:
    """One plan being made."""

    def __init__(self, collection: Collection, package: Package, into: str) -> None:
        self.collection = collection
        self.package = package
        self.into = into
        self.told: list[str] = []
        self.counted: Counter[tuple[str, str]] = Counter()
        self.cards: dict[int, list[AnkiCard]] = {}
        for card in package.cards:
            self.cards.setdefault(card.note, []).append(card)

    def made(self, notes: list[AnkiNote]) -> Foreign:
        package, here = self.package, self.collection.types
        media = take_media(package, self.collection.root / "media", self.collection.watch) if notes else None
        self.renamed = media.renamed if media else {}
        self.plain = self.plain_ones(notes)
        used = {note.type for note in notes if note.id not in self.plain}
        taken = take_types((kind for number, kind in package.types.items() if number in used), here)
        self.told += taken.told
        self.types: Mapping[int, NoteType] = taken.types
        known: NoteTypes = {**here, **{kind.name: kind for kind in taken.new}}
        self.told += media.told if media else ()
        ids: dict[int, str] = {}
        homes = self.homes(self.notes(sorted(notes, key=self.position), known, ids))
        watch = self.collection.watch
        files = [self.deck_file(home, known) for home in told(watch, "Preparing decks", homes, len(homes))]
        self.told += [f"{plural(count, noun)} {what}" for (noun, what), count in self.counted.items()]
        self.tell_rest({note.type for note in notes}, homes)
        return Foreign(
            types=tuple(self.type_files(taken.new)),
            media=media.files if media else {},
            decks=tuple(files),
            notes=ids,
            told=tuple(self.told),
            open_media=package.open_media,
        )

    def position(self, note: AnkiNote) -> int:
        """Where the note stands in the row of new cards; the others keep the order in which they were made."""
        return min((card.due for card in self.cards.get(note.id, ()) if card.kind == 0), default=0)

    # Notes

    def plain_ones(self, notes: list[AnkiNote]) -> dict[int, Plain]:
        """Those that can be notes of a type of ours, by Anki's id."""
        here = self.collection.types
        ours = of_ours(self.package.types, here)
        files = EditMedia(self.collection.root / "media", self.package)
        watched = told(self.collection.watch, "Comparing notes", notes, len(notes))
        found = ((note.id, note, ours[note.type]) for note in watched if note.type in ours)
        made = (
            (id_, plain(note, kind, here, lambda name: files.ours(name) or self.new_name(name)))
            for id_, note, kind in found
        )
        return {id_: each for id_, each in made if each is not None}

    def notes(self, notes: Iterable[AnkiNote], types: NoteTypes, ids: dict[int, str]) -> Iterator[Note]:
        taken = queries.note_names(self.collection.db)
        notes = list(notes)
        first: dict[str, int] = {}
        for each in sorted(notes, key=lambda each: each.id):
            first.setdefault(each.guid, each.id)
        for each in told(self.collection.watch, "Preparing notes", notes, len(notes)):
            note = self.note(each, taken, first[each.guid] != each.id)
            taken.add(note.id)
            ids[each.id] = note.id
            yield self.with_cards(note, each, types)

    def note(self, each: AnkiNote, taken: set[str], twin: bool) -> Note:
        ours = self.plain.get(each.id)
        kind = self.types[each.type] if ours is None else ours.type
        if ours is not None:
            fields = dict(ours.fields)
        else:
            fields = {field.name: text for field, text in zip(kind.fields, each.fields, strict=True) if text}
            if self.renamed:
                fields = {name: rewrite(text, self.new_name) for name, text in fields.items()}
        guid = scrubbed(each.guid) or None
        key = f"{each.guid}\n{each.id}" if twin or guid is None else each.guid
        named = decks.note_id(key, each.fields, taken)
        tags = decks.clean_tags(each.tags)
        if set(tags) != set(each.tags):
            self.tell(named, f"its tags are {', '.join(tags) or 'none'} here")
        if twin:
            self.counted["note", "with the guid of another one in the package, which that one keeps"] += 1
        elif guid != each.guid:
            self.tell(named, "its guid cannot be written; it gets one of its own")
        clean = {name: scrubbed(text) for name, text in fields.items()}
        if clean != fields:
            self.tell(named, "it holds halves of characters, which are replacement characters here")
        if ours is not None and ours.dropped:
            self.tell(named, f"it is here without what Markdown cannot say: {', '.join(ours.dropped)}")
        deck, others = self.decks_of(each)
        return Note(
            id=named,
            pinned=True,
            type=kind.name,
            deck=deck,
            tags=tags,
            fields=clean,
            wordings=(),
            prompts=(),
            needs=(),
            was=(),
            draft=False,
            cards=ours.cards if ours is not None else None,
            guid=None if twin or guid != each.guid else guid,
            origin=None,
            place=Place("", 1, 1),
            decks={_card_name(kind, number): there for number, there in others.items() if _has_card(kind, number)},
        )

    def new_name(self, name: str) -> str:
        return self.renamed.get(name, name)

    def tell(self, note: str, what: str) -> None:
        self.told.append(f"`{note}`: {what}")

    def decks_of(self, note: AnkiNote) -> tuple[str, dict[int, str]]:
        """The deck of a note, which is that of its first card, and those of its cards that lie elsewhere, by number."""
        cards = sorted(self.cards.get(note.id, ()), key=lambda card: card.ord)
        home = self.deck_name(cards[0].deck if cards else 1)
        return home, {card.ord: name for card in cards if (name := self.deck_name(card.deck)) != home}

    def deck_name(self, number: int) -> str:
        deck = self.package.decks.get(number)
        return decks.clean_deck(deck.name if deck is not None else "Default")

    def with_cards(self, note: Note, each: AnkiNote, types: NoteTypes) -> Note:
        """The note with `cards:` where it has not all cards that its templates make."""
        kind = types[note.type]
        if each.id in self.plain:
            return replace(
                note, decks={card: deck for card, deck in note.decks.items() if card in _card_names(note, types)}
            )
        made = {card.ord for card in cards_of(note, types)}
        there = {card.ord for card in self.cards.get(each.id, ())}
        if empty := there - made:
            self.counted["card", "empty there, and not here"] += len(empty)
        if not made:
            self.counted["note", "without a card: here to be read, and left out of an export"] += 1
        names = _card_names(note, types)
        note = replace(note, decks={name: deck for name, deck in note.decks.items() if name in names})
        if not made - there:
            return note
        if kind.cloze:
            self.counted["card", "of a cloze, without a card there, and with one here"] += len(made - there)
            return note
        picked = tuple(template.id for number, template in enumerate(kind.templates) if number in made & there)
        return replace(note, cards=picked)

    # Files

    def homes(self, notes: Iterable[Note]) -> list[decks.Home]:
        """The deck files with the notes in them."""
        by_deck: dict[str, list[Note]] = {}
        for note in notes:
            by_deck.setdefault(note.deck, []).append(note)
        about = {decks.clean_deck(deck.name): deck.description for deck in self.package.decks.values()}
        file = decks.into_file(self.into)
        if file is not None:
            return self.one_home(file, by_deck, about)
        taken: dict[str, str] = {}
        found = []
        for deck in sorted(by_deck):
            path = self.path_of(deck, taken)
            taken[path.casefold()] = deck
            found.append(decks.Home(path, deck, decks.clean_description(about.get(deck, "")), by_deck[deck]))
        return found

    def one_home(self, file: str, by_deck: Mapping[str, list[Note]], about: Mapping[str, str]) -> list[decks.Home]:
        if not by_deck:
            return []
        deck = decks.common_deck(by_deck, Path(file).stem)
        if len(by_deck) > 1:
            self.told.append(
                f"the notes of {plural(len(by_deck), 'deck')} are in one here, {deck}; to keep them apart:"
                f" --into {file.rpartition('.')[0]}/"
            )
        notes = [note for each in by_deck.values() for note in each]
        if len(by_deck) > 1 and (elsewhere := sum(len(note.decks) for note in notes)):
            self.counted["card", "lying in another deck than the first of the note: together here"] += elsewhere
            notes = [replace(note, decks={}) for note in notes]
        return [decks.Home(file, deck, decks.clean_description(about.get(deck, "")), notes)]

    def path_of(self, deck: str, taken: dict[str, str]) -> str:
        """The file of a deck in the folder: the one that it came into before, or a free one."""
        while True:
            path = decks.file_of(self.into, deck, taken)
            place = self.collection.root / path
            if not os.path.lexists(place) or queries.deck_of_file(self.collection.db, path) == deck:
                return path
            taken[path.casefold()] = ""

    def deck_file(self, home: decks.Home, types: NoteTypes) -> NewFile:
        from srs.cards.deck import read_deck

        place = self.collection.root / home.path
        refuse_outside(self.collection.root, home.path)
        if place.is_dir():
            raise UsageError(f"{home.path} is a folder", "name another file, or the folder with a / at its end")
        old = place.read_bytes() if place.exists() else None
        markers = {kind.name: kind.marker for kind in types.values() if kind.marker is not None}
        if old is None:
            new = decks.new_file(home, "../" * home.path.count("/") + SCHEMA_NAME, markers)
        else:
            new = decks.added_to(old, home.notes, markers)
        read = read_deck(home.path, new, types)
        if old is not None and read.deck != home.deck:
            self.told.append(f"notes of {home.deck} are in the deck of {home.path} here, {read.deck}")
        self.compare(home, {note.id: note for note in read.notes}, read.problems)
        return NewFile(home.path, old, new)

    def compare(self, home: decks.Home, read: Mapping[str, Note], problems: Iterable[object]) -> None:
        """Raise SrsError where a note does not read as what was written."""
        for note in home.notes:
            there = read.get(note.id)
            if there is None or _content(there) != _content(note):
                first = next((str(problem) for problem in problems), f"{home.path}: `{note.id}` would read otherwise")
                raise SrsError(first, "nothing was written; name a file of its own with --into")

    def type_files(self, new: Iterable[NoteType]) -> Iterator[NewFile]:
        from srs.cards.typefile import read_notetype, to_yaml

        there = self.types_here() if new else {}
        paths = {path.casefold() for path, _, _ in there.values()}
        for kind in new:
            data = to_yaml(kind).encode()
            if read_notetype("", data)[0] != kind:
                raise SrsError(f"the note type {kind.anki_name!r} cannot be written so that it reads as it is")
            if kind.name in there:
                path, old, _ = there[kind.name]
                yield NewFile(path, old, data)
                continue
            path = self.free_path(kind.name, paths)
            paths.add(path.casefold())
            yield NewFile(path, None, data)

    def types_here(self) -> dict[str, tuple[str, bytes, NoteType]]:
        """The collection's own types by name, with their files."""
        from srs.cards.typefile import read_notetype

        found: dict[str, tuple[str, bytes, NoteType]] = {}
        root = self.collection.root
        for place in sorted((root / "notetypes").rglob("*.y*ml")):
            path, data = place.relative_to(root).as_posix(), place.read_bytes()
            if (kind := read_notetype(path, data)[0]) is not None:
                found.setdefault(kind.name, (path, data, kind))
        return found

    def free_path(self, name: str, taken: set[str]) -> str:
        words = decks.file_stem(name)
        number = 1
        while True:
            path = f"notetypes/{words}{'' if number == 1 else f'-{number}'}.yaml"
            if path.casefold() not in taken and not os.path.lexists(self.collection.root / path):
                return path
            number += 1

    def tell_rest(self, used: Some[int], homes: Iterable[decks.Home]) -> None:
        """What of a package with notes has no place in plain text."""
        if not used:
            return
        unused = sorted(kind.name for number, kind in self.package.types.items() if number not in used)
        if unused:
            names = ", ".join(unused[:_SPELLED_OUT]) + (", …" if len(unused) > _SPELLED_OUT else "")
            self.told.append(f"{plural(len(unused), 'note type')} without new notes did not come in: {names}")
        there = {home.deck for home in homes}
        for deck in self.package.decks.values():
            if deck.description and not deck.filtered and decks.clean_deck(deck.name) not in there:
                self.told.append(f"the description of the deck {deck.name!r} did not come in, as no notes lie in it")


def _content(note: Note) -> tuple[object, ...]:
    return note.type, dict(note.fields), set(note.tags), note.guid, note.cards, note.draft, dict(note.decks)


def _card_names(note: Note, types: NoteTypes) -> set[str]:
    return {card.template for card in cards_of(note, types)}


def _has_card(kind: NoteType, number: int) -> bool:
    return kind.cloze or number < len(kind.templates)


def _card_name(kind: NoteType, number: int) -> str:
    """What the card with Anki's `number` is called here."""
    return f"c{number + 1}" if kind.cloze else kind.templates[number].id
