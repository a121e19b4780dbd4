"""Notes to an Anki package: which guid, which time of change, which media. Knows nothing of SQLite, zip or settings."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from export.media import MediaError, MediaFolder, rewrite, static_names
from export.notetypes import Shape, shape_of, type_hash
from export.package import Item, anki_tags, content_hash, joined, write_apkg
from srs.cards import faces
from srs.cards.note import Note
from srs.cards.notetype import NoteType
from srs.cards.outgoing import Content, DeckAbout, ExportReport, ExportRequest
from srs.errors import Problem


def export(request: ExportRequest, target: Path) -> ExportReport:
    """Writes every note that makes cards to the package `target`. Drafts stay at home. Raises SrsError.

    A note's time of change is that of its journalled content while the content is the same, else `request.now`: Anki
    updates a note only from a strictly newer one, and a learner's own edit there stands until ours changes.
    """
    outbox = _Outbox(request, MediaFolder(request.media))
    descriptions = {name: _description(about) for name, about in request.decks.items()}
    written = write_apkg(target, outbox.items(), descriptions, outbox.type_mods, outbox.media.files)
    return ExportReport(
        notes=written.notes,
        cards=written.cards,
        decks=written.decks,
        media=len(outbox.media.files),
        changed=tuple(sorted(outbox.changed, key=lambda content: content.at)),
        problems=tuple(outbox.problems),
    )


def guid_of(note: Note, sheet_id: str) -> str:
    """Anki's name for a sheet. It holds through renames: the first id that `was` lists is the oldest.

    A guid of ours that is written down, because the note was renamed back, goes for the note's prompts as well.
    """
    if note.guid and sheet_id == note.id:
        return note.guid
    oldest = f"srs:{note.was[0] if note.was else note.id}"
    base = note.guid if note.guid and note.guid.startswith("srs:") else oldest
    return base + sheet_id.removeprefix(note.id)


def _description(about: DeckAbout) -> str:
    lines = [about.description or ""]
    lines += [f"{key}: {value}" for key, value in (("Author", about.author), ("Licence", about.licence)) if value]
    return "<br>".join(html.escape(line, quote=False).replace("\n", "<br>") for line in lines if line)


@dataclass(slots=True)
class _Outbox:
    """What one export gathers while the package writer draws notes from it."""

    request: ExportRequest
    media: MediaFolder
    changed: list[Content] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    type_mods: dict[str, int] = field(default_factory=dict)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _guids: set[str] = field(default_factory=set)

    def items(self) -> Iterator[Item]:
        """The package's notes, one by one; media and type times are complete once the last is out."""
        for note in self.request.notes:
            if note.draft:
                continue
            for sheet in faces.sheets(note, self.request.types):
                guid = guid_of(note, sheet.id)
                if not sheet.cards:
                    continue
                if guid in self._guids:
                    self._report(note, "duplicate-guid", f"another note has the guid {guid!r}; this one is left out")
                    continue
                self._guids.add(guid)
                yield self._item(note, sheet, guid)

    def _item(self, note: Note, sheet: faces.Sheet, guid: str) -> Item:
        kind = sheet.type
        fields = joined(self._with_media(note, sheet.fields, kind), self._shape(kind))
        tags = anki_tags(note.tags)
        former = [old + sheet.id.removeprefix(note.id) for old in reversed(note.was)]
        mod = self.mod(sheet.id, content_hash(kind.name, fields, tags), *former)
        return Item(guid, kind, fields, tags, note.deck, tuple(card.ord for card in sheet.cards), mod)

    def mod(self, key: str, content: str, *former: str) -> int:
        """Since when the content under `key` (or an id it had before) is what it is, in seconds since the epoch."""
        contents = self.request.contents
        known = next((contents[name] for name in (key, *former) if name in contents), None)
        if known is not None and known.hash == content:
            return known.at // 1000
        # Anki counts whole seconds: two exports within one must still differ.
        at = self.request.now if known is None else max(self.request.now, (known.at // 1000 + 1) * 1000)
        self.changed.append(Content(key, content, at))
        return at // 1000

    def _shape(self, kind: NoteType) -> Shape:
        if kind.name not in self._shapes:
            self._shapes[kind.name] = shape_of(kind)
            self.type_mods[kind.name] = self.mod(f"notetype:{kind.name}", type_hash(kind))
            if kind.foreign:
                self._take_static(kind)
        return self._shapes[kind.name]

    def _with_media(self, note: Note, values: Mapping[str, str], kind: NoteType) -> Mapping[str, str]:
        if not any("<" in value or "[sound:" in value for value in values.values()):
            return values
        find = self.media.by_name if kind.foreign else self.media.by_content

        def replace(name: str) -> str:
            try:
                return find(name)
            except MediaError as error:
                self._report(note, "media", str(error))
                return name

        return {name: rewrite(value, replace) for name, value in values.items()}

    def _take_static(self, kind: NoteType) -> None:
        """Fonts and scripts of a foreign type come along where we have them; it works without the others as before."""
        text = "\n".join([kind.css, *(side for each in kind.templates for side in (each.front, each.back))])
        for name in sorted(static_names(text)):
            try:
                self.media.by_name(name)
            except MediaError:
                continue

    def _report(self, note: Note, code: str, message: str) -> None:
        place = note.place
        problem = Problem(place.path, place.line, place.column, "warning", code, f"In `{note.id}`: {message}.")
        self.problems[problem] = None
