"""A package of Anki taken into a collection: matched, planned, carried out, told. The one function for commands.

Everything is planned before anything is written. Decks come first and the journal last, so that what is cut short is
taken in by the same command again: what came in then is known.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from export.retired import CLOZED, GONE, TAG
from srs.collection import queries, recorded
from srs.collection.collection import SLIP_MS, Collection
from srs.collection.content import shown_name
from srs.collection.files import locked
from srs.errors import Problem, SrsError
from srs.importers.anki.opening import opened
from srs.importers.anki.package import AnkiCard, AnkiNote, AnkiReview, Package
from srs.importers.claims import Claims, claimed
from srs.importers.edits import Edits, plan_edits
from srs.importers.edits import carry_out as carry_out_edits
from srs.importers.foreign import Foreign, plan_foreign
from srs.importers.foreign import carry_out as carry_out_foreign
from srs.importers.foreignmedia import drop_drafts
from srs.importers.history import Happened, Home, LogRead, Own, own_of, read_log, shown_on
from srs.importers.ours import OurNote, came_from_here, known_notes
from srs.importers.report import Left, Report, Unmatched
from srs.importers.standing import Standing, Wish, brought, there, wishes
from srs.memory.days import iso_instant
from srs.memory.events import Mark, OfCard, Reset, Review, SetDue, because_of, new_id
from srs.watching import doing, told

_BY_HAND = (4, 5)
_IN_REVIEW = 2
_NAME = 40
_LOOKED_AT = 2000  # characters of a field
_NOTES_IN = ("decks/", "notetypes/")


@dataclass(frozen=True, slots=True)
class Choices:
    """What is asked. `into`: where notes that are not known go; None: they stay out. `state`: suspended, flags, marks.

    `with_scheduling`: notes that did not go out from here bring their reviews, and their due days as Anki has them.
    """

    into: str | None = None
    with_scheduling: bool = False
    state: bool = False
    dry_run: bool = False


def import_package(collection: Collection, path: Path, choices: Choices, now: int) -> Report:
    """Take in what the package at `path` holds, as far as it is new. `now` in ms. Raises SrsError."""
    with opened(path, collection.watch) as package:
        report = Report(shown_name(path.name), package.form, package.whole, choices.dry_run, package.remarks)
        report.empty = not package.notes
        with doing(collection.watch, "Comparing notes"):
            known = known_notes(collection)
        broken = _broken(collection)
        if broken is not None and choices.into is not None:
            raise _refused(broken)
        report.edits = plan_edits(collection, package, now)
        foreign = _foreign(collection, package, choices, known)
        if not choices.dry_run:
            foreign = _write(collection, package, choices, known, report.edits, foreign)
        if foreign is not None:
            report.notes, report.media, report.told = len(foreign.notes), len(foreign.media), foreign.told
            report.files = tuple(file.path for file in (*foreign.types, *foreign.decks))
        coming = foreign.notes if foreign is not None else {}
        report.unread = broken is not None
        matching = _Matching(collection, package, choices, now, report.left, unread=report.unread)
        matching.match(claimed(package, known), _arrived(collection, package, coming), coming)
        report.take_known(matching.logs.values())
        report.wishes = [wish for wish in matching.wishes if wish.news]
        events = matching.events()
        if not choices.dry_run:
            every = [*events, *report.edits.suspensions, *matching.said(now)]
            recorded = {event.id for event in collection.adopt(report.file, every, now)}
            events = [event for event in events if event.id in recorded]
        report.take_new(events)
        return report


def _broken(collection: Collection) -> Problem | None:
    """The first error that keeps notes from being read, and so from being known."""
    problems = (each for each in collection.problems() if each.severity == "error")
    return next((each for each in problems if each.path.startswith(_NOTES_IN)), None)


def _refused(problem: Problem) -> SrsError:
    return SrsError(
        f"a deck has an error, and notes that cannot be read there would come in a second time: {problem.path}, line"
        f" {problem.line}",
        "mend it first: srs check; or leave --into out",
    )


def _write(
    collection: Collection,
    package: Package,
    choices: Choices,
    known: Mapping[str, OurNote],
    edits: Edits,
    foreign: Foreign | None,
) -> Foreign | None:
    """Put edits and notes into the decks; what came in."""
    with locked(collection.root):
        drop_drafts(collection.root / "media")
    carry_out_edits(collection, edits)
    if foreign is None:
        return None
    if any(file.path in edits.files for file in foreign.decks):
        foreign = _foreign(collection, package, choices, known)  # the file they go into was edited just now
    if foreign is not None and (foreign.types or foreign.decks):
        carry_out_foreign(collection, foreign)
        collection.refresh()
    return foreign


def _foreign(
    collection: Collection, package: Package, choices: Choices, known: Mapping[str, OurNote]
) -> Foreign | None:
    """The plan for notes that are not known; None where they are to stay out.

    What once went out from here and is in no deck any more was taken out on purpose, so it is left.
    """
    if choices.into is None:
        return None
    contents = collection.contents()
    left = {note.guid for note in package.notes if _is_gone(note, contents)}
    return plan_foreign(collection, package, choices.into, known.keys() | left)


def _is_gone(note: AnkiNote, contents: Mapping[str, object]) -> bool:
    """Whether a note that is not known was taken out here; of a foreign one, our own sentence in Anki says so."""
    if note.guid.startswith("srs:") and note.guid.removeprefix("srs:") in contents:
        return True
    return TAG in note.tags and not {GONE, CLOZED}.isdisjoint(note.fields)


def _arrived(collection: Collection, package: Package, coming: Mapping[int, str]) -> dict[int, OurNote]:
    """The notes that came in just now, by Anki's id; in a dry run none did."""
    if not coming:
        return {}
    here = {note.id: note for note in collection.notes()}
    arrived = ((note, here[coming[note.id]]) for note in package.notes if coming.get(note.id) in here)
    return {there.id: OurNote(there.guid, note, note.id, collection.types[note.type]) for there, note in arrived}


@dataclass(slots=True)
class _Card:
    """A card of ours in the package: its guid, Anki's own card, its log. `foreign`: it did not go out from here."""

    guid: str
    foreign: bool
    there: AnkiCard
    rows: list[AnkiReview]


class _Matching:
    """The cards of a package beside ours, and what follows for the journal. Records nothing."""

    def __init__(
        self,
        collection: Collection,
        package: Package,
        choices: Choices,
        now: int,
        left: Left,
        *,
        unread: bool = False,
    ) -> None:
        """`unread`: a deck has an error, so a note that is not found may be in it."""
        self.unread = unread
        self.collection = collection
        self.package = package
        self.choices = choices
        self.now = now
        self.left = left
        self.logs: dict[str, LogRead] = {}
        self.wishes: list[Wish] = []
        self._contents = collection.contents()
        self._imports = queries.imports(collection.db)

    def match(self, claims: Claims, arrived: Mapping[int, OurNote], coming: Mapping[int, str]) -> None:
        """`claims` are the notes known here, `arrived` those that just came in by Anki's id, `coming` all such ids."""
        ours = {**claims.taken, **arrived}
        reasons: dict[int, Unmatched] = {note.id: "twin" for note in claims.twins}
        reasons |= {note.id: "other-type" for note in claims.strangers}
        for note in told(self.collection.watch, "Comparing notes", self.package.notes, len(self.package.notes)):
            if note.id not in ours and note.id not in coming:
                reason = reasons.get(note.id) or self._why(note)
                self.left.add(reason, _named(note) if self.left.wants(reason) else None)
        cards = self._cards(ours, coming)
        for name, card in told(self.collection.watch, "Comparing reviews", cards.items(), len(cards)):
            if card.rows:
                self._history(name, card)
        if self.choices.state:
            self._standings(cards)

    def events(self) -> list[Happened]:
        """What happened to all cards, in order of time."""
        return sorted((event for log in self.logs.values() for event in log.events), key=lambda event: event.at)

    def said(self, now: int) -> list[OfCard]:
        """What is said of cards as they stand; at `now`, for Anki does not tell since when it is so."""
        return [wish.event(new_id(now, os.urandom(10)), now) for wish in self.wishes]

    def _cards(self, ours: Mapping[int, OurNote], coming: Mapping[int, str]) -> dict[str, _Card]:
        """The package's cards that are ours, by our id."""
        logs: dict[int, list[AnkiReview]] = defaultdict(list)
        for row in self.package.reviews:
            logs[row.card].append(row)
        guids = {note.id: note.guid for note in self.package.notes}
        found: dict[str, _Card] = {}
        for card in self.package.cards:
            rows, note = logs.pop(card.id, []), ours.get(card.note)
            if note is not None:
                name, sheet = note.card(card.ord), note.sheet
            elif card.note in coming:  # a dry run: which templates it will have is not settled
                name = sheet = f"{coming[card.note]}:{card.ord + 1}"
            else:
                continue
            if name is None:
                self.left.add("no-card", f"{sheet}, card {card.ord + 1}")
            elif name in found:
                found[name].rows.extend(rows)  # a note with two cards of one number
            else:
                foreign = note is None or not came_from_here(note, self._contents)
                found[name] = _Card(guids[card.note], foreign, card, rows)
        for rows in logs.values():
            self.left.add("card-gone", None, len(rows))
        return found

    def _why(self, note: AnkiNote) -> Unmatched:
        if not _is_gone(note, self._contents):
            return "foreign"
        return "unread" if self.unread else "gone"

    def _history(self, name: str, card: _Card) -> None:
        if card.foreign and not self.choices.with_scheduling:
            self.left.add("not-asked", name, len(card.rows))
            return
        rules, _ = self.collection.rules_and_model(name)
        home = Home(card.guid, card.there.ord, name, rules, self._own(name))
        due = None
        # Anki does not always write down where a card was moved to by hand.
        if card.there.kind == _IN_REVIEW and (card.foreign or max(card.rows, key=lambda row: row.id).kind in _BY_HAND):
            day = shown_on(self.package.created, card.there.due, self.collection.day)
            due = None if day is None else (card.there, day)
        found = self.logs[name] = read_log(home, card.rows, self.collection.day, self.now + SLIP_MS, due)
        for reason, row in found.left:
            self.left.add(reason, f"{name}, {_when(row)}" if self.left.wants(reason) else None)

    def _own(self, card: str) -> list[Own]:
        """The answers, resets and due days that the journal has of a card, those that were taken back too."""
        db = self.collection.db
        counted = {event.id: event for event in recorded.events_of_card(db, card)}
        every = recorded.events_of_card(db, card, dead=True)
        return [
            own_of(event, each.id not in counted)
            for each in every
            if isinstance(event := counted.get(each.id, each), Review | Reset | SetDue)
        ]

    def _standings(self, cards: Mapping[str, _Card]) -> None:
        notes = {note.id: note for note in self.package.notes}
        first: dict[int, int] = {}
        for card in self.package.cards:
            first[card.note] = min(card.ord, first.get(card.note, card.ord))
        for name, each in told(self.collection.watch, "Comparing cards", cards.items(), len(cards)):
            anki = each.there
            self._standing(name, there(notes[anki.note], anki, first[anki.note] == anki.ord))

    def _standing(self, name: str, standing: Standing) -> None:
        db = self.collection.db
        events = recorded.events_of_card(db, name, dead=True)
        imported = [event for event in events if because_of(event) in self._imports]
        base = brought(imported)
        marked = max((event.at for event in imported if isinstance(event, Mark)), default=0)
        sheet = name if ":p-" in name else name.partition(":")[0]
        _, went_out = self._contents.get(sheet, ("", 0))
        if not standing.marked and went_out > marked:
            base = replace(base, marked=False)  # Anki drops the tag of a note that it takes in without progress
        if standing != base:
            self.wishes.extend(wishes(name, standing, base, self.collection.state(name)))


def _named(note: AnkiNote) -> str:
    """The beginning of a note, as a person knows it; of one that went out from here, its id."""
    if note.guid.startswith("srs:"):
        return note.guid.removeprefix("srs:")
    from srs.cards.plain import to_text

    words = " ".join(to_text(note.fields[0][:_LOOKED_AT]).split()) if note.fields else ""
    return f"`{words[:_NAME]}{'…' if len(words) > _NAME else ''}`" if words else note.guid


def _when(row: AnkiReview) -> str:
    try:
        return f"{iso_instant(row.id)[:16]}Z"
    except (ValueError, OverflowError):
        return str(row.id)
