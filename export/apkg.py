"""Notes to an Anki package: which guid, which time of change, which media. Knows nothing of SQLite, zip or settings."""

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from export.contents import RETIRED, Fingerprint, composed, fingerprint, is_whole, parse
from export.latex import pictures
from export.media import MediaError, MediaFolder, rewrite, static_names
from export.notetypes import Shape, shape_of, type_hash
from export.package import Item, anki_tags, in_order, is_first_deck, write_apkg
from export.retired import TAG, Present, returned, stubs
from export.scheduling import Seeding
from srs.cards import cloze, faces
from srs.cards.note import Note
from srs.cards.notetype import NoteType, NoteTypes
from srs.cards.outgoing import Content, DeckAbout, ExportReport, ExportRequest, Preset
from srs.errors import Problem
from srs.watching import told
from srs.words import plural

_SEVERAL = re.compile(r"\{\{c[0-9]{1,3},")
_NAMED = 3  # notes that a sentence names


def export(request: ExportRequest, target: Path) -> ExportReport:
    """Writes every note that makes cards to the package `target`. Drafts stay at home. Raises SrsError.

    A note's time of change is that of its journalled content while the content is the same, else `request.now`: Anki
    updates a note only from a strictly newer one, and a learner's own edit there stands until ours changes.
    """
    outbox = _Outbox(request, MediaFolder(request.media))
    theirs = {note.deck for note in request.notes if _came_in(note, request.types)}
    descriptions = {name: _description(about, name in theirs) for name, about in request.decks.items()}
    descriptions[""] = next((text for name, text in descriptions.items() if name in theirs and is_first_deck(name)), "")
    seeding = Seeding(request.schedules) if request.schedules else None
    media = outbox.media.files
    written = write_apkg(target, outbox.items(), descriptions, outbox.type_mods, media, seeding, request.watch)
    return ExportReport(
        notes=written.notes,
        cards=written.cards,
        decks=written.decks,
        media=len(media),
        changed=tuple(sorted(outbox.changed, key=lambda content: content.at)),
        problems=tuple(outbox.problems),
        advice=(
            *_on_schedules(request),
            *_on_several_numbers(outbox.several),
            *_on_retired(outbox.retired),
            *_on_held(outbox.held),
            *_on_deleted(outbox.deleted),
        ),
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


def _on_schedules(request: ExportRequest) -> tuple[str, ...]:
    """What Anki will do with schedules: it does not say so itself."""
    if request.schedules is None:
        return ()
    decks = {note.deck_of(name) for note in request.notes for name in ("", *note.decks)}
    presets = {preset for deck, preset in request.schedules.presets.items() if deck in decks}
    return (
        "Anki takes schedule and history only for cards that it does not have yet; nothing changes for those it has.",
        "In its import window, tick `Import any learning progress`: without that, all cards come in as new.",
        *_on_presets(presets),
        "A package cannot switch FSRS on: do that there, in the options of a deck.",
    )


def _on_presets(presets: Collection[Preset]) -> tuple[str, ...]:
    """What becomes of settings of FSRS that are not what it comes with."""
    if not presets:
        return ()
    retentions = " or ".join(f"{each:.0%}" for each in sorted({preset.retention for preset in presets}))
    what = f"a desired retention of {retentions}"
    with_parameters = any(preset.parameters for preset in presets)
    if with_parameters:
        what += " and your FSRS parameters"
    said = f"Tick `Import any deck presets` too: with them come {what}."
    older = "An Anki of before FSRS-6 takes the retention alone."
    return (said, older) if with_parameters else (said,)


def _has_several_numbers(text: str) -> bool:
    return bool(_SEVERAL.search(text)) and any(len(mark.numbers) > 1 for mark in cloze.marks(text))


def _on_several_numbers(notes: Sequence[str]) -> tuple[str, ...]:
    if not notes:
        return ()
    some = f"{', '.join(notes[:_NAMED])}{', …' if len(notes) > _NAMED else ''}"
    return (
        "Anki before 26 shows an empty card for each gap with several numbers, as in {{c1,2::…}}:"
        f" {plural(len(notes), 'note')} ({some}).",
    )


def _on_retired(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    one = "that went out before is in the decks no more. It goes"
    those = one if count == 1 else "that went out before are in the decks no more. They go"
    return (f"{plural(count, 'note')} {those} out once more, to be deleted in Anki: search there for tag:{TAG}.",)


def _on_held(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    those = "that went out before is" if count == 1 else "that went out before are"
    return (f"{plural(count, 'note')} {those} in no deck that can be read, so Anki is told nothing of it: srs check",)


def _on_deleted(notes: Sequence[str]) -> tuple[str, ...]:
    if not notes:
        return ()
    some = f"{', '.join(notes[:_NAMED])}{', …' if len(notes) > _NAMED else ''}"
    was, it = ("was", "it") if len(notes) == 1 else ("were", "them")
    return (
        f"{plural(len(notes), 'note')} that {was} deleted in Anki {was} left out ({some})."
        f" To have {it} there again: srs unsuspend",
    )


def _came_in(note: Note, types: NoteTypes) -> bool:
    return note.type in types and types[note.type].foreign


def _description(about: DeckAbout, is_html: bool) -> str:
    """What Anki shows of a deck. `is_html`: it came from there, where descriptions are HTML."""
    lines = [f"{key}: {value}" for key, value in (("Author", about.author), ("Licence", about.licence)) if value]
    text = about.description or ""
    shown = [text if is_html else _escaped(text), *map(_escaped, lines)]
    return "<br>".join(line for line in shown if line)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


class Outgoing(NamedTuple):
    """One sheet as it goes out.

    `fields` are HTML in the shape's order and name media as the package does; `tags` are as Anki keeps them. `former`
    are the keys that its content may be journalled under besides `sheet.id`, the newest first.
    """

    note: Note
    sheet: faces.Sheet
    guid: str
    shape: Shape
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    former: tuple[str, ...]


def outgoing(
    request: ExportRequest,
    media: MediaFolder,
    report: Callable[[Problem], None] = lambda problem: None,
    leave: Callable[[faces.Sheet, str, tuple[str, ...]], None] = lambda sheet, guid, former: None,
) -> Iterator[Outgoing]:
    """What an export writes for each sheet that makes cards, in order; `media` learns which files they name.

    Drafts are left out. `report` is told of notes and media that cannot go; some are told more than once. `leave` is
    told of sheets that were deleted where the file goes, with their guids and former keys.
    """
    shapes: dict[str, Shape] = {}
    guids: set[str] = set()
    for note in told(request.watch, "Preparing notes", request.notes, len(request.notes)):
        if note.draft:
            continue
        for sheet in faces.sheets(note, request.types):
            guid = guid_of(note, sheet.id)
            if not sheet.cards:
                continue
            if guid in guids:
                report(_problem(note, "duplicate-guid", f"another note has the guid {guid!r}; this one is left out"))
                continue
            guids.add(guid)
            former = tuple(old + sheet.id.removeprefix(note.id) for old in reversed(note.was))
            if request.deleted.issuperset(card.id for card in sheet.cards):
                leave(sheet, guid, former)
                continue
            kind = sheet.type
            if kind.name not in shapes:
                shapes[kind.name] = shape_of(kind)
            shape = shapes[kind.name]
            fields = in_order(_with_media(note, sheet.fields, kind, media, report), shape)
            yield Outgoing(note, sheet, guid, shape, fields, anki_tags(note.tags), former)


def _fingerprint(key: str, guid: str, kind: NoteType, fields: tuple[str, ...], tags: tuple[str, ...]) -> Fingerprint:
    return fingerprint(kind.name, fields, tags, guid if guid != f"srs:{key}" else None)


def _with_media(
    note: Note, values: Mapping[str, str], kind: NoteType, media: MediaFolder, report: Callable[[Problem], None]
) -> Mapping[str, str]:
    if kind.foreign:
        _take_latex(values, kind, media)
    if not any("<" in value or "[sound:" in value for value in values.values()):
        return values
    find = media.by_name if kind.foreign else media.by_content

    def replace(name: str) -> str:
        try:
            return find(name)
        except MediaError as error:
            report(_problem(note, "media", str(error)))
            return name

    return {name: rewrite(value, replace) for name, value in values.items()}


def _take_latex(values: Mapping[str, str], kind: NoteType, media: MediaFolder) -> None:
    """Pictures that Anki made of the note's LaTeX come along where we have them; phones cannot make them."""
    for text in values.values():
        for name in pictures(text, kind.in_anki.latex_svg):
            with suppress(MediaError):
                media.by_name(name)


def _problem(note: Note, code: str, message: str) -> Problem:
    place = note.place
    return Problem(place.path, place.line, place.column, "warning", code, f"In `{note.id}`: {message}.")


@dataclass(slots=True)
class _Outbox:
    """What one export gathers while the package writer draws notes from it."""

    request: ExportRequest
    media: MediaFolder
    changed: list[Content] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    type_mods: dict[str, int] = field(default_factory=dict)
    retired: int = 0
    several: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    held: int = 0

    def items(self) -> Iterator[Item]:
        """The package's notes, one by one; media and type times are complete once the last is out."""
        # Of what is gone there, nothing is told there.
        present = Present({card if ":p-" in card else card.partition(":")[0] for card in self.request.deleted})

        def leave(sheet: faces.Sheet, guid: str, former: tuple[str, ...]) -> None:
            present.add(guid, sheet.id, *former)
            self.deleted.append(sheet.id)

        for out in outgoing(self.request, self.media, self._report, leave):
            present.add(out.guid, out.sheet.id, *out.former)
            if out.sheet.type.cloze and any(map(_has_several_numbers, out.fields)):
                self.several.append(out.sheet.id)
            yield self._item(out, self._content_mod(out))
        if self.request.whole:
            yield from self._retired(present)
        elif self.request.unread:
            self.held = sum(1 for _ in stubs(self.request, present))

    def _item(self, out: Outgoing, mod: int) -> Item:
        cards, note, kind = out.sheet.cards, out.note, out.sheet.type
        # A note that came in keeps every letter: where it came from, Anki may have been told to leave letters alone.
        fields = out.fields if kind.foreign else tuple(map(composed, out.fields))
        decks = {card.ord: self._deck(note, card.template) for card in cards if card.template in note.decks}
        return Item(
            out.guid,
            kind,
            fields,
            out.tags,
            self._deck(note),
            tuple(card.ord for card in cards),
            mod,
            tuple(card.id for card in cards),
            decks,
        )

    def _deck(self, note: Note, template: str = "") -> str:
        """The deck for a card; empty for Anki's first one, where what came from there goes back to."""
        deck = note.deck_of(template)
        return "" if is_first_deck(deck) and _came_in(note, self.request.types) else deck

    def _retired(self, present: Present) -> Iterator[Item]:
        """What went out once and does not now: drafts as they stand, a sentence for what is gone."""
        for out in outgoing(replace(self.request, notes=returned(self.request)), self.media, self._report):
            known = self._known(out.sheet.id, *out.former)
            if known is None or out.guid in present.guids:
                continue
            present.add(out.guid, out.sheet.id, *out.former)
            if parse(known.hash).whole != RETIRED:
                yield self._item(out, self._retire(known, out.sheet.id, out.guid, out.sheet.type, out.fields, out.tags))
        for stub in stubs(self.request, present):
            known = self.request.contents[stub.key]
            mod = self._retire(known, stub.key, stub.guid, stub.type, stub.fields, (TAG,))
            yield Item(stub.guid, stub.type, stub.fields, (TAG,), "", stub.ords, mod, ("",) * len(stub.ords))

    def _retire(
        self, known: Content, key: str, guid: str, kind: NoteType, fields: tuple[str, ...], tags: tuple[str, ...]
    ) -> int:
        """Note for the journal that Anki was told; the time of that, in seconds since the epoch."""
        self._meet(kind)
        text = replace(_fingerprint(key, guid, kind, fields, tags), whole=RETIRED)
        self.retired += 1
        return self._change(known, key, str(text))

    def _content_mod(self, out: Outgoing) -> int:
        kind = out.sheet.type
        self._meet(kind)
        known = self._known(out.sheet.id, *out.former)
        if known and is_whole(parse(known.hash).whole, kind.name, "\x1f".join(out.fields), out.tags):
            return known.at // 1000
        text = _fingerprint(out.sheet.id, out.guid, kind, out.fields, out.tags)
        return self._change(known, out.sheet.id, str(text))

    def _meet(self, kind: NoteType) -> None:
        if kind.name in self.type_mods:
            return
        key, text = f"notetype:{kind.name}", type_hash(kind)
        known = self._known(key)
        unchanged = known is not None and known.hash == text
        self.type_mods[kind.name] = known.at // 1000 if known and unchanged else self._change(known, key, text)
        if kind.foreign:
            self._take_static(kind)

    def _known(self, *keys: str) -> Content | None:
        """What the journal knows under a key, or else under one that it had before."""
        contents = self.request.contents
        return next((contents[key] for key in keys if key in contents), None)

    def _change(self, known: Content | None, key: str, text: str) -> int:
        """The content under `key` becomes another one; since when, in seconds since the epoch."""
        # Anki counts whole seconds: two exports within one must still differ.
        at = self.request.now if known is None else max(self.request.now, (known.at // 1000 + 1) * 1000)
        self.changed.append(Content(key, text, at))
        return at // 1000

    def _take_static(self, kind: NoteType) -> None:
        """Fonts and scripts of a foreign type come along where we have them; it works without the others as before."""
        text = "\n".join([kind.css, *(side for each in kind.templates for side in (each.front, each.back))])
        for name in sorted(static_names(text)):
            with suppress(MediaError):
                self.media.by_name(name)

    def _report(self, problem: Problem) -> None:
        self.problems[problem] = None
