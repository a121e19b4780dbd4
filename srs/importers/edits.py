"""Edits that were made in Anki, brought home: which fields and tags changed there, and what becomes of each here.

Each field is merged by three: what went out last is known by its hash, from the journal; what Anki has is in the
package; what we have is what an export would write now. A field that says what we once exported was not edited there.
Changed only there, the text in the deck is edited; changed on both sides, Anki's version goes beside ours as a draft,
as after a sync. Whatever cannot come home is told, and stays in Anki as long as ours does not change.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from export.apkg import Outgoing, guid_of, outgoing
from export.contents import Fingerprint, composed, field_hash, fingerprint, tags_hash
from export.media import rewrite
from export.package import anki_tags
from export.retired import CLOZED, GONE
from export.retired import TAG as RETIRED_TAG
from srs.cards import template
from srs.cards.frommarkup import edited_text, says_the_same
from srs.cards.note import Note, Prompt
from srs.cards.notetype import Field, NoteType
from srs.cards.outgoing import ExportRequest
from srs.collection.collection import Collection
from srs.collection.files import locked, replace_file
from srs.errors import SrsError
from srs.importers.anki.package import AnkiNote, AnkiType, MediaOpener, Package
from srs.importers.claims import claimed
from srs.importers.deletions import deletions
from srs.importers.editmedia import EditMedia
from srs.importers.foreignmedia import may_stand_for
from srs.importers.notechange import NoteChange, Place
from srs.importers.ours import by_guid, sheets_of
from srs.importers.sentout import SentOut, Version
from srs.memory.events import Suspend
from srs.upkeep.bulk import Beside, DeckEdit
from srs.upkeep.edits import NotAsMeant, read_file
from srs.watching import told

WHOSE = "Anki's"
_NOT_OURS = frozenset({"leech", "marked", RETIRED_TAG, "conflict"})
"""Tags in Anki that say nothing of what a note is about."""
_SENTENCES = frozenset({GONE, CLOZED})
"""What we ourselves put in place of a text that was taken out of the decks."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What was edited in Anki and is edited here: a note or prompt by its sheet's id, its fields (`tags` too).

    `dropped`: what Anki has and Markdown cannot say, colour for example.
    """

    sheet: str
    fields: tuple[str, ...]
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was edited on both sides: ours stands, Anki's version is the draft `copy` beside it."""

    sheet: str
    fields: tuple[str, ...]
    copy: str


@dataclass(frozen=True, slots=True)
class NotPossible:
    """An edit that cannot come home, and why: a clause. It stays in Anki as long as ours does not change."""

    sheet: str
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Edits:
    """What is to be done, and told. Nothing is written before `carry_out`.

    `files`: by path, the bytes before and after. `media`: names in the package, by the path in media/ they get.
    `decorated`: fields of which only the decoration was changed, and what of it. `older`: how many notes are in Anki
    as they went out before the last export. `known`: contents of notes, to be journalled as what Anki has.
    `suspensions` are events for cards that were deleted there; who records the import records them with it.
    """

    changed: tuple[Changed, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    not_possible: tuple[NotPossible, ...] = ()
    decorated: tuple[Changed, ...] = ()
    deleted: tuple[str, ...] = ()
    suspensions: tuple[Suspend, ...] = ()
    older: int = 0
    files: Mapping[str, tuple[bytes, bytes]] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)
    known: tuple[tuple[str, str, int], ...] = ()
    open_media: MediaOpener | None = None

    def diffs(self) -> Iterator[tuple[str, str]]:
        """Each file that changes, and how: a unified diff."""
        from difflib import unified_diff

        for path, (old, new) in self.files.items():
            before, after = (data.decode("utf-8-sig").splitlines(keepends=True) for data in (old, new))
            made = unified_diff(before, after, f"a/{path}", f"b/{path}", n=2)
            yield path, "".join(line if line.endswith("\n") else f"{line}\n" for line in made)


def plan_edits(collection: Collection, package: Package, now: int) -> Edits:
    """What the package's notes that are ours come to. `now` in ms. Raises SrsError where a deck cannot be read."""
    return _Plan(collection, package, now).edits()


def carry_out(collection: Collection, edits: Edits) -> None:
    """Write media, then decks, then journal what Anki has; the package must still be open. Raises SrsError."""
    if not edits.files and not edits.known:
        return
    with locked(collection.root):
        for path, (old, _) in edits.files.items():
            if read_file(collection, path) != old:
                raise NotAsMeant(f"{path} was changed by another program just now", "repeat the command")
        for path, name in edits.media.items():
            target = collection.root / "media" / path
            if edits.open_media is not None and not target.exists():
                with edits.open_media(name) as stream:
                    replace_file(target, None, stream.read())
        for path, (old, new) in told(collection.watch, "Writing decks", edits.files.items(), len(edits.files)):
            collection.replace(path, old, new)
        collection.refresh()
    collection.record_contents(edits.known)


@dataclass(slots=True)
class _Wish:
    """What is to change in a note: texts by where they stand, tags. `ours`: what changed here as well."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    both: list[str] = field(default_factory=list)
    media: set[str] = field(default_factory=set)

    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.fields + (["tags"] if self.add or self.remove else [])))


@dataclass(slots=True)
class _Sheet:
    """A note of ours as it would go out, beside Anki's. `theirs`: its fields in our order, None where there is none."""

    out: Outgoing
    there: AnkiNote
    theirs: tuple[str | None, ...]
    versions: Sequence[Version]
    wish: _Wish = field(default_factory=_Wish)
    complete: bool = True

    @property
    def id(self) -> str:
        return self.out.sheet.id

    @property
    def told_gone(self) -> bool:
        """Whether our sentence stands there in place of a text, or at least did."""
        return RETIRED_TAG in self.there.tags or not _SENTENCES.isdisjoint(self.theirs)

    @property
    def prompt(self) -> Prompt | None:
        note = self.out.note
        return next((each for each in note.prompts if f"{note.id}:p-{each.id}" == self.id), None)


class _Plan:
    def __init__(self, collection: Collection, package: Package, now: int) -> None:
        self.collection, self.package, self.now = collection, package, now
        self.media = EditMedia(collection.root / "media", package)
        self.notes = collection.notes()
        self.sent = SentOut(collection)
        self.changed: list[Changed] = []
        self.conflicts: list[Conflict] = []
        self.not_possible: list[NotPossible] = []
        self.decorated: list[Changed] = []
        self.older = 0
        self.wanted: set[str] = set()
        self.known: list[tuple[str, str, int]] = []
        self.taken = {note.id for note in self.notes}

    def edits(self) -> Edits:
        files: dict[str, tuple[bytes, bytes]] = {}
        by_path: dict[str, list[_Sheet]] = defaultdict(list)
        for sheet in self.edited_sheets():
            self.compare(sheet)
            if sheet.wish.texts or sheet.wish.add or sheet.wish.remove:
                by_path[sheet.out.note.place.path].append(sheet)
        for path, sheets in told(self.collection.watch, "Editing decks", sorted(by_path.items()), len(by_path)):
            if (pair := self.file(path, sheets)) is not None:
                files[path] = pair
        gone = deletions(self.collection, self.package, self.notes, self.sent, self.now)
        deleted, suspensions = tuple(gone), tuple(event for events in gone.values() for event in events)
        media = {path: name for path, name in self.media.taken.items() if path in self.wanted}
        return Edits(
            tuple(self.changed), tuple(self.conflicts), tuple(self.not_possible), tuple(self.decorated), deleted,
            suspensions, self.older, files, media, tuple(self.known), self.package.open_media,
        )  # fmt: skip

    # Which notes were edited

    def edited_sheets(self) -> Iterator[_Sheet]:
        """The sheets that Anki has otherwise than it was ever exported."""
        ours = claimed(self.package, by_guid(self.notes, self.collection.types)).taken
        there = {note.guid: note for note in self.package.notes if note.id in ours}
        wanted = [note for note in self.notes if any(guid_of(note, id_) in there for id_ in sheets_of(note))]
        watch = self.collection.watch
        watched = told(watch, "Comparing notes", wanted, len(wanted))
        maybe = [note for note in watched if any(self.may_differ(note, id_, there) for id_ in sheets_of(note))]
        folder = self.collection.root / "media"
        request = ExportRequest(tuple(maybe), self.collection.types, {}, folder, {}, self.now, watch=watch)
        for out in outgoing(request, self.media.outgoing):
            anki = there.get(out.guid)
            if anki is None:
                continue
            theirs = self.theirs(out, anki)
            if theirs is not None:
                yield _Sheet(out, anki, theirs, self.sent.of(out.note, out.sheet.id))

    def may_differ(self, note: Note, sheet: str, there: Mapping[str, AnkiNote]) -> bool:
        """False where Anki has the sheet just as one export wrote it; told without making its HTML."""
        anki = there.get(guid_of(note, sheet))
        if anki is None:
            return False
        versions = self.sent.of(note, sheet)
        tags = anki_tags(anki.tags)
        for at, (version, _) in enumerate(reversed(versions)):
            if version.type is not None and fingerprint(version.type, anki.fields, tags).whole == version.whole:
                self.older += at > 0
                return False
        return True

    def theirs(self, out: Outgoing, anki: AnkiNote) -> tuple[str | None, ...] | None:
        """Anki's fields in the order of our shape; None, and told, where its type is another."""
        kind = self.package.types.get(anki.type)
        found = _in_our_order(out, anki, kind) if kind else None
        if kind is None or found is None:
            self.refuse(out.sheet.id, "", "it has another note type in Anki")
            return None
        fields, more = found
        for name in more:
            self.refuse(out.sheet.id, name, "this field is in Anki alone")
        return fields

    # What becomes of a note's fields

    def compare(self, sheet: _Sheet) -> None:
        out = sheet.out
        versions = sheet.versions
        base = _base(sheet)
        kind = out.sheet.type
        stale = False
        for at, (name, _) in enumerate(out.shape.fields):
            theirs, ours = sheet.theirs[at], out.fields[at]
            if theirs is None or composed(theirs) == composed(ours):
                continue
            old = [version.fields[at] for version, _ in versions if version.fields and at < len(version.fields)]
            if theirs in _SENTENCES or any(field_hash(each) in old for each in _as_exported(theirs)):
                stale = True
                continue
            what = next((each for each in kind.fields if each.name == name), None)
            same = what is not None and says_the_same(composed(ours), composed(theirs), what.kind)
            if same and not _decorated(ours, theirs):
                continue
            refusal = self.refusal(sheet, name, what)
            if refusal or what is None:
                self.leave(sheet, name, refusal or "this field is no part of the note's text")
                continue
            changed_here = base is None or sheet.told_gone or _differs(base, at, ours, sheet)
            if base is None and (same or _differs_in_given_names(ours, theirs)):
                continue
            if base is None:
                self.leave(sheet, name, "it never went out from here, so nobody knows which side changed it")
                continue
            self.take(sheet, at, what, changed_here)
        self.compare_tags(sheet, base)
        self.older += stale and not (sheet.wish.texts or sheet.wish.add or sheet.wish.remove)

    def refusal(self, sheet: _Sheet, name: str, what: Field | None) -> str:
        """Why a field cannot be edited from Anki at all; empty where it can."""
        if what is None:
            return "this field only says which cards there are; `cards:` in the deck does that"
        if what.derived is not None:
            return f"it is made from `{what.derived.of}`; edit that"
        if sheet.prompt is not None and name not in ("q", "a"):
            return f"it is the note's, `{sheet.out.note.id}`; edit it there"
        return ""

    def take(self, sheet: _Sheet, at: int, what: Field, changed_here: bool) -> None:
        """Turn Anki's version of a field into text, and wish for it."""
        out = sheet.out
        kind, name = out.sheet.type, what.name
        names = _names(out.fields[at], out.sheet.fields.get(name, ""))
        html = rewrite(sheet.theirs[at] or "", lambda media: self.media_name(sheet, name, media, names))
        found = edited_text(_written(sheet, name), html, what.kind, cloze=_marked(kind, name))
        if found.text is None or (found.refused and found.text == _written(sheet, name)):
            self.leave(sheet, name, found.refused)
        elif found.text == _written(sheet, name):
            self.decorated.append(Changed(sheet.id, (name,), found.dropped))
            sheet.complete = False
        else:
            sheet.wish.texts[_place(sheet, name)] = found.text
            sheet.wish.fields.append(name)
            sheet.wish.dropped.update(found.dropped)
            sheet.wish.both += [name] if changed_here else []

    def compare_tags(self, sheet: _Sheet, base: Fingerprint | None) -> None:
        out = sheet.out
        ours = {_tag_key(tag): tag for tag in out.tags}
        theirs = {_tag_key(tag): tag for tag in _tags_there(sheet) if tag.casefold() not in _NOT_OURS}
        exported = {version.tags for version, _ in sheet.versions}
        if ours.keys() - _NOT_OURS == theirs.keys() or base is None:
            return
        if tags_hash(theirs.values()) in exported or tags_hash(_tags_there(sheet)) in exported:
            return
        add = [tag for key, tag in theirs.items() if key not in ours]
        remove = [tag for key, tag in ours.items() if key not in theirs and key not in _NOT_OURS]
        if sheet.prompt is not None:
            if add or remove:
                self.leave(sheet, "tags", f"a prompt has the tags of its note, `{out.note.id}`; change them there")
            return
        if sheet.told_gone or base.tags is None or base.tags != tags_hash(out.tags):
            remove = []  # changed on both sides: what either has stays
        sheet.wish.add, sheet.wish.remove = add, remove

    def leave(self, sheet: _Sheet, name: str, why: str) -> None:
        sheet.complete = False
        self.refuse(sheet.id, name, why)

    def refuse(self, sheet: str, name: str, why: str) -> None:
        self.not_possible.append(NotPossible(sheet, name, why))

    # Media

    def media_name(self, sheet: _Sheet, name: str, media: str, names: Mapping[str, str]) -> str:
        """What a field names the file that it has in the package under this name."""
        if media in names:
            return names[media]
        own = self.media.ours(media)
        if own is not None:
            return own
        if media not in self.package.media:
            if not self.media.is_here(media):
                self.refuse(sheet.id, name, f"the file {media!r} is not in the package; the text names it all the same")
            return media
        path = self.media.take(media)
        sheet.wish.media.add(path)
        return path

    # Deck files

    def file(self, path: str, sheets: Sequence[_Sheet]) -> tuple[bytes, bytes] | None:
        """The bytes of a deck file before and after; None where nothing in it changes."""
        old = read_file(self.collection, path)
        deck = DeckEdit(path, old, self.collection.types)
        before = len(self.changed), len(self.conflicts), len(self.known)
        for sheet in sheets:
            try:
                self.apply(deck, sheet)
            except SrsError as error:
                self.leave(sheet, ", ".join(sheet.wish.names()), error.message)
        try:
            new = deck.result()
        except NotAsMeant as error:
            del self.changed[before[0] :], self.conflicts[before[1] :], self.known[before[2] :]
            for sheet in sheets:
                self.leave(sheet, ", ".join(sheet.wish.names()), error.message)
            return None
        return (old, new) if new != old else None

    def apply(self, deck: DeckEdit, sheet: _Sheet) -> None:
        note, wish = sheet.out.note, sheet.wish
        kind = self.collection.types[note.type]
        if wish.both:
            theirs = NoteChange(note, kind, wish.texts)
            beside = Beside(lambda: self.free_id(note.id), lambda draft: self.is_there(note.id, draft), WHOSE)
            copy = deck.put_beside(note, theirs.edit, theirs.meant, beside)
            if copy is not None:
                self.taken.add(copy)
                self.conflicts.append(Conflict(sheet.id, tuple(wish.both), copy))
        own = deck.alone(note).tags
        for tag in [tag for tag in wish.remove if tag not in own]:
            wish.remove.remove(tag)
            self.leave(sheet, "tags", f"the tag `{tag}` is that of the whole deck file; take it out there")
        mine = {place: text for place, text in wish.texts.items() if place[1] not in wish.both}
        if mine:
            change = NoteChange(note, kind, mine)
            deck.change(note, change.edit, change.meant)
        wish.add = [tag for tag in wish.add if self.writes_tag(deck, sheet, NoteChange(note, kind, {}, [tag]), tag)]
        wish.remove = [
            tag for tag in wish.remove if self.writes_tag(deck, sheet, NoteChange(note, kind, {}, (), [tag]), tag)
        ]
        if mine or wish.add or wish.remove:
            names = tuple(name for name in wish.names() if name not in wish.both)
            self.changed.append(Changed(sheet.id, names, tuple(sorted(wish.dropped))))
        self.wanted |= wish.media
        if sheet.complete:
            theirs_all = tuple(each or "" for each in sheet.theirs)
            guid = sheet.out.guid if sheet.out.guid != f"srs:{sheet.id}" else None
            print_ = fingerprint(sheet.out.sheet.type.name, theirs_all, _tags_there(sheet), guid)
            self.known.append((sheet.id, str(print_), sheet.there.mod * 1000))

    def writes_tag(self, deck: DeckEdit, sheet: _Sheet, change: NoteChange, tag: str) -> bool:
        """Change one tag; False, and told, where that cannot be."""
        try:
            deck.change(sheet.out.note, change.edit, change.meant)
        except SrsError as error:
            self.leave(sheet, "tags", f"the tag {tag!r}: {error.message}")
            return False
        return True

    def free_id(self, of: str) -> str:
        count = 1
        while (name := f"{of}.other{count if count > 1 else ''}") in self.taken:
            count += 1
        return name

    def is_there(self, of: str, draft: Note) -> bool:
        """Whether that version stands beside ours already."""
        texts = _texts(draft)
        return any(note.id.startswith(f"{of}.other") and _texts(note) == texts for note in self.notes)


# Who is who


def _in_our_order(out: Outgoing, anki: AnkiNote, kind: AnkiType) -> tuple[tuple[str | None, ...], list[str]] | None:
    """Anki's fields in the order of our shape, and the names of others with text; None: it is no such type."""
    by_id = {each.id: at for at, each in enumerate(kind.fields) if each.id is not None}
    by_name = {each.name: at for at, each in enumerate(kind.fields)}
    places = [by_id.get(number or -1, by_name.get(name)) for name, number in out.shape.fields]
    if kind.id != out.shape.id and any(place is None for place in places):
        return None
    fields = tuple(anki.fields[place] if place is not None and place < len(anki.fields) else None for place in places)
    others = [
        each.name for at, each in enumerate(kind.fields) if at not in places and anki.fields[at : at + 1] != ("",)
    ]
    return fields, others


def _tags_there(sheet: _Sheet) -> tuple[str, ...]:
    """Anki's tags of a note, as they are spelled here where it only spells them otherwise."""
    ours = {_tag_key(tag): tag for tag in sheet.out.tags}
    return anki_tags(tuple(ours.get(_tag_key(tag), tag) for tag in anki_tags(sheet.there.tags)))


def _tag_key(tag: str) -> str:
    """What tells one tag from another in every Anki: older ones leave out straight double quotes."""
    return tag.replace('"', "").casefold() or tag


def _base(sheet: _Sheet) -> Fingerprint | None:
    """The version that was edited in Anki: the one most like it, of several alike the newest that it can know."""
    best: tuple[int, bool, int] | None = None
    found = None
    for version, at in sheet.versions:
        hashes = version.fields or ()
        pairs = zip(sheet.theirs, hashes, strict=False)
        alike = sum(theirs is not None and field_hash(theirs) == hash_ for theirs, hash_ in pairs)
        rank = (alike, at // 1000 <= sheet.there.mod, at)
        if best is None or rank >= best:
            best, found = rank, version
    return found


def _differs(base: Fingerprint, at: int, ours: str, sheet: _Sheet) -> bool:
    """Whether our field is another than it was in that version."""
    if base.fields is not None and at < len(base.fields):
        return field_hash(ours) != base.fields[at]
    out = sheet.out
    return fingerprint(out.sheet.type.name, out.fields, out.tags).whole != base.whole


def _as_exported(html: str) -> Iterator[str]:
    """A field as it may have been before AnkiDroid saved its line ends as `<br>`."""
    yield html
    if "<br>" in html and "\n" not in html:
        yield html.replace("<br>", "\n")
        yield html.replace("<br><br>", "<br />\n").replace("<br>", "\n")


def _decorated(ours: str, theirs: str) -> bool:
    from srs.cards.fromhtml import read

    return bool(read(theirs).dropped - read(ours).dropped) or bool(read(theirs).refused)


def _names(exported: str, ours: str) -> dict[str, str]:
    """The package's names of media to our own, as a field has both."""
    pairs: list[list[str]] = []
    for html in (exported, ours):
        found: list[str] = []

        def note(name: str, found: list[str] = found) -> str:
            found.append(name)
            return name

        rewrite(html, note)
        pairs.append(found)
    return dict(zip(*pairs, strict=True)) if len(pairs[0]) == len(pairs[1]) else {}


def _differs_in_given_names(ours: str, theirs: str) -> bool:
    """Whether all that differs are names of files that came in under another name."""
    names = _names(theirs, ours)
    given = {there: here for there, here in names.items() if there != here and may_stand_for(here, there)}
    return bool(given) and rewrite(theirs, lambda name: given.get(name, name)) == ours


def _marked(kind: NoteType, name: str) -> bool:
    """Whether cloze markers in a field mean anything."""
    return kind.cloze and any(name in template.cloze_names(template.parse(each.front)) for each in kind.templates)


# Notes as they are written


def _place(sheet: _Sheet, name: str) -> Place:
    return (sheet.prompt.id if sheet.prompt else "", name)


def _written(sheet: _Sheet, name: str) -> str:
    """The text of a field as it stands in the deck; of several wordings, the first."""
    note, prompt = sheet.out.note, sheet.prompt
    if prompt is not None:
        return prompt.q[0] if name == "q" else prompt.a
    if name == sheet.out.sheet.type.marker and note.wordings:
        return note.wordings[0]
    return note.fields.get(name, "")


def _texts(note: Note) -> object:
    return dict(note.fields), note.wordings, tuple((prompt.id, prompt.q, prompt.a) for prompt in note.prompts)
