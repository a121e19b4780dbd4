"""A collection: its decks, journal and index as one thing. Opens, answers, takes back; every change goes to disk first.

Knows files and the fold; nothing of limits, order or screens. Times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srs.collection import content, elsewhere, queries, settled
from srs.collection.device import device_name
from srs.collection.files import keep_copy, locked, replace_file
from srs.collection.index import discard, filled, open_index, spoilt, writing
from srs.collection.locations import (
    SETTINGS_NAME,
    copies_folder,
    fragments_folder,
    index_file,
    journal_folder,
    lost_file,
    state_folder,
)
from srs.collection.settings import WEEKDAYS, DeckSettings, Settings, followed_settings
from srs.collection.studydays import StudyDays
from srs.errors import Problem, SrsError, said_by_system
from srs.memory.format import FORMAT
from srs.memory.fsrs6 import DEFAULT_PARAMETERS, Fsrs6
from srs.memory.state import CardState, Reviewing
from srs.values import frozen, replace
from srs.watching import Watch, doing, told, unwatched

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from srs.cards.face import Face
    from srs.cards.note import DeckFile, Note
    from srs.cards.notetype import NoteTypes
    from srs.cards.outgoing import DeckAbout
    from srs.collection.views import Among, CardView
    from srs.memory import events as ev
    from srs.memory.model import Model
    from srs.memory.schedule import Answer, Answers, Load, Rules

SLIP_MS = 5_000
"""So far a clock may step back, or events be ahead of it, without being called wrong."""

_LEAP_MS = 400 * 86_400_000
_OTHER_CACHE = "make the folder writable, or name another one in $SRS_CACHE_DIR"


class ClockDoubt(SrsError):
    """The clock stands well before this device's newest event, or more than a year after it. See `accept_clock`."""


class CardChanged(SrsError):
    """The card is not what the learner saw: another program answered or set aside the same one meanwhile."""


class NewerJournal(SrsError):
    """A device with a newer srs wrote in this journal; what it wrote may not be understood here."""


@frozen
class Shown:
    """What the learner saw when the answers were offered: the instant (ms), how the card stood, what each would do."""

    at: int
    state: CardState
    answers: Answers


@frozen
class Answered:
    """An answer that is on disk: the event, what it does to the card, whether it became a leech and was suspended."""

    review: ev.Review
    answer: Answer
    leech: bool
    suspended: bool


class Collection:
    """An open collection. One per process and thread; other processes may write to the same one at any time."""

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        settings: Settings,
        db: sqlite3.Connection,
        fixed_clock: bool,
        watch: Watch,
    ) -> None:
        self.root = root
        self.settings = settings
        self.db = db
        self._days = StudyDays(db, settings.timezone, settings.rollover, lambda: self.zone)
        self.device = device_name(state_folder(environ))
        self.journal_folder = journal_folder(root, environ, settings.journal)
        self._environ = environ
        self._fragments = fragments_folder(environ)
        self.copies_folder = copies_folder(root, environ)
        self.lost_file = lost_file(root, environ)
        self._clock_accepted = fixed_clock
        self._stamped = 0
        self._turns = 0
        self.watch = watch
        self._plan = plan_of(settings)
        self._changed: set[str] | None = None
        self._version = 0
        self._types: tuple[str | None, NoteTypes] | None = None  # with the version of the content they were read for

    @classmethod
    def open(
        cls, root: Path, environ: Mapping[str, str], fixed_clock: bool = False, watch: Watch = unwatched
    ) -> Collection:
        """The collection at `root`, its index brought up to date.

        `fixed_clock`: the time was given, so a jump back is meant. `watch` is told while much is read. Raises
        SettingsError, or SrsError where the disk refuses.
        """
        path = index_file(root, environ)
        try:
            return cls._opened(root, environ, path, fixed_clock, watch)
        except sqlite3.DatabaseError as error:
            if not spoilt(error):
                raise not_opened(path, error) from None
            discard(path)  # a damaged index shows only when it is used; the text has everything
        try:
            return cls._opened(root, environ, path, fixed_clock, watch)
        except sqlite3.DatabaseError as error:
            raise not_opened(path, error) from None

    @classmethod
    def _opened(cls, root: Path, environ: Mapping[str, str], path: Path, fixed_clock: bool, watch: Watch) -> Collection:
        try:
            db = open_index(path)
        except OSError as error:
            raise SrsError(f"{path.parent}: {said_by_system(error)}", _OTHER_CACHE) from None
        try:
            collection = cls(root, environ, followed_settings(root, db), db, fixed_clock, watch)
            collection._refresh()
            filled(db, path)
        except BaseException:
            db.close()
            raise
        return collection

    def refresh(self) -> bool:
        """Read what changed in decks and journal since the last time. True where anything did. Raises SrsError."""
        try:
            (self.root / SETTINGS_NAME).stat()
        except OSError as error:
            message = f"{self.root}: the collection cannot be reached, {said_by_system(error)}"
            raise SrsError(message, "bring it back, and go on") from None
        try:
            return self._refresh()
        except sqlite3.DatabaseError as error:
            raise _index_fails(error) from error

    def _refresh(self) -> bool:
        decks = content.refresh(self.db, self.root, self.watch)
        if decks:
            self._changed = None
        return self._read_journal() or decks

    def _read_journal(self, has_more: bool = False) -> bool:
        """Follow the journal where it has anything new, or is known to have. True where cards were touched."""
        touched: set[str] | None = set()
        if has_more or not settled.is_settled(self.db, self.journal_folder, self._plan):
            from srs.collection import history  # most commands find nothing new

            touched = history.follow(self.db, self.journal_folder, self._plan, self.lost_file, self.watch)
        self._changed = None if touched is None or self._changed is None else self._changed | touched
        return touched is None or bool(touched)

    def changed(self) -> Set[str] | None:
        """The cards about which something was recorded since this was last asked.

        None where more may have changed: the first time, with the decks, or where another program wrote in the index.
        """
        version = self.db.execute("pragma data_version").fetchone()[0]
        changed = self._changed if version == self._version else None
        self._changed, self._version = set(), version
        return changed

    # What there is

    @property
    def types(self) -> NoteTypes:
        """The note types by name; read again after decks or types changed, whoever noticed it first."""
        version = content.version(self.db)
        if self._types is None or self._types[0] != version:
            self._types = version, content.load_types(self.root)[0]
        return self._types[1]

    def problems(self) -> list[Problem]:
        """What is wrong in decks, note types and journal, by place; last a journal that does not count."""
        columns = "path, line, column, severity, code, message, hint"
        rows = self.db.execute(f"select {columns} from problem order by path, line, column")
        left_behind = elsewhere.left_behind(self.root, self._environ, self.settings.journal)
        found = [*(Problem(*row) for row in rows), *self._newer_journals()]
        return [*found, left_behind] if left_behind else found

    def _newer_journals(self) -> list[Problem]:
        query = "select path, device, format from file where format > ? order by path"
        hint = "Update srs on this device; until then it reads and does not write."
        return [
            Problem(f"journal/{path}", 1, 1, "error", "newer-format", f"`{device}` writes format {format_} here.", hint)
            for path, device, format_ in self.db.execute(query, (FORMAT,))
        ]

    def size(self) -> tuple[int, int]:
        """How many notes and cards can be read, drafts included."""
        notes = self.db.execute("select count(*) from note where not left_out").fetchone()[0]
        cards = self.db.execute("select count(*) from card c join note n on n.key = c.note_key where not n.left_out")
        return notes, cards.fetchone()[0]

    @cached_property
    def zone(self) -> ZoneInfo:
        """The timezone in which study days are counted. Raises SettingsError where the machine does not know it."""
        return self.settings.zone(self._environ)

    def day(self, now: int) -> int:
        """The study day at `now`."""
        return self._days.day(now)

    def day_start(self, day: int) -> int:
        """The instant at which a study day begins."""
        return self._days.start(day)

    def cards(self, now: int, among: Among | None = None) -> Iterator[CardView]:
        """Every card in deck order, drafts included; where bounds are given, only those within."""
        from srs.collection import views

        among = among or views.Among()
        total = None if among.where else self.db.execute("select count(*) from card").fetchone()[0]
        found = views.all_cards(self.db, self.day(now), self.model_of, among)
        return told(self.watch, "Reading cards", found, total)

    def cards_of_note(self, note: str, now: int) -> list[CardView]:
        from srs.collection import views

        return views.cards_of_note(self.db, self.resolve(note), self.day(now), self.model_of)

    def card(self, name: str, now: int) -> CardView | None:
        """The card with this id, or whose note had it once; None where there is none."""
        from srs.collection import views

        return views.one_card(self.db, self.resolve(name), self.day(now), self.model_of)

    def view(self, card: str, now: int) -> CardView:
        """The card with this id. Raises SrsError where there is none."""
        found = self.card(card, now)
        if found is None:
            raise _no_card(card)
        return found

    def resolve(self, name: str) -> str:
        """A card's or note's id with an alias (`was:`) replaced by the note's present id."""
        note, colon, template = name.partition(":")
        return f"{queries.present_id(self.db, note)}{colon}{template}"

    def completed(self, name: str) -> str:
        """The id of the one card or note that begins with `name`; `name` where it is an id, or begins several."""
        present = self.resolve(name)
        column = "id" if ":" in name else "note"
        query = f"select distinct {column} from card where substr({column}, 1, ?) = ? order by {column} limit 2"
        found = [row[0] for row in self.db.execute(query, (len(present), present))] if name else []
        return found[0] if len(found) == 1 or present in found else name

    def nearest(self, name: str) -> str:
        """The hint where no card or note is called `name`: up to three ids that look like it."""
        column = "id" if ":" in name else "note"
        ids = [row[0] for row in self.db.execute(f"select distinct {column} from card")]
        import difflib

        near = difflib.get_close_matches(name, ids, 3)
        return f"did you mean {' or '.join(near)}?" if near else "see: srs list"

    def note_of(self, card: str) -> Note:
        """The note of a card. Raises SrsError where no deck has the card (any more)."""
        row = self.db.execute("select note_key from card where id = ? order by active desc, path", (card,)).fetchone()
        if row is None:
            raise _no_card(card)
        return content.note_by_key(self.db, row[0])

    def notes(self) -> list[Note]:
        """Every note that is not left out, in deck order, drafts included."""
        from srs.collection.stored import note_from_json

        rows = self.db.execute("select data from note where not left_out order by path, position")
        total = self.db.execute("select count(*) from note").fetchone()[0]
        return [note_from_json(row[0]) for row in told(self.watch, "Reading notes", rows, total)]

    def abouts(self) -> dict[str, DeckAbout]:
        """What the deck files say of each deck (description, author, licence), by deck name."""
        from srs.cards.outgoing import DeckAbout, abouts

        rows = self.db.execute("select deck, about from file where kind = 'deck' and deck != '' order by path")
        return abouts((deck, DeckAbout(**json.loads(text))) for deck, text in rows)

    def face(self, card: str) -> Face:
        """Front and back of a card as HTML, in the wording whose turn it is; kept: next time needs no Markdown."""
        from srs.cards.face import Face, wordings

        version = content.version(self.db)
        note, template = self.note_of(card), card.partition(":")[2]
        count = wordings(note, template)
        wording = self.state(card).reps % count if count > 1 else 0
        row = self.db.execute(
            "select front, back, answer from face where card = ? and wording = ?", (card, wording)
        ).fetchone()
        if row:
            return Face(*row)
        from srs.cards.faces import face

        made = face(note, self.types, template, wording)
        try:
            with writing(self.db):
                if content.version(self.db) == version:  # else what was made may be of yesterday
                    self.db.execute(
                        "insert or replace into face values (?, ?, ?, ?, ?)",
                        (card, wording, made.front, made.back, made.answer),
                    )
        except sqlite3.OperationalError:
            pass  # no room, or somebody else writes: it is made again next time
        return made

    # Where a card stands

    def state(self, card: str) -> CardState:
        return queries.state(self.db, card)

    def deck_settings(self, card: str) -> DeckSettings:
        return self.settings.for_deck(self._deck_of(card))

    def rules_and_model(self, card: str) -> tuple[Rules, Model]:
        """How the card's deck is scheduled, and the memory model with its parameters."""
        return self._plan.of_deck(self._deck_of(card))

    def preview(self, card: str, now: int) -> Answers:
        """What each of the four answers would do at `now`."""
        return self.offer(card, now).answers

    def offer(self, card: str, now: int) -> Shown:
        """What the learner is to see at `now` (ms); given to `answer`, it is kept to the day."""
        from srs.memory.schedule import fuzz_seed, preview

        rules, model = self._plan.of_deck(self._deck_of(card))
        state, load = self.state(card), self._load_without(card)
        answers = preview(state, now, self.day(now), rules, model, fuzz_seed(card, state.reps), load)
        return Shown(now, state, answers)

    def _load_without(self, card: str) -> Load:
        """How many reviews of other cards are due on a study day."""
        return cache(lambda day: queries.due_on(self.db, day, card))

    def model_of(self, deck: str) -> Model:
        """The memory model, with its parameters, that holds for a deck."""
        return _model(self.settings.for_deck(deck))

    def due_by_rules(self, card: str) -> int | None:
        """The study day on which a card in review would be due by today's settings.

        That on which it is due, where fuzz could have put it there; else one with the fuzz of its last answer. None
        where it is not in review or was never answered.
        """
        from srs.memory.schedule import due_day, fuzz_seed, interval_days, interval_range, is_easy

        state = self.state(card)
        if not isinstance(state.progress, Reviewing) or state.last_day is None:
            return None
        (rules, model), memory = self._plan.of_deck(self._deck_of(card)), state.progress.memory
        seed = fuzz_seed(card, state.reps - 1)
        due = due_day(state.last_day, interval_days(memory, rules, model, seed, state.last_day, lambda _: 0))
        low, high = interval_range(memory, rules, model)
        if not low <= state.progress.due - state.last_day <= high:
            return due
        avoidable = is_easy(state.progress.due, rules.easy_days) and not is_easy(due, rules.easy_days)
        return due if avoidable else state.progress.due

    def events_json(self, card: str) -> list[dict[str, Any]]:
        """The events of a card as the journal has them, dead ones included."""
        from srs.collection import recorded

        return [self.event_json(event) for event in recorded.events_of_card(self.db, card, dead=True)]

    def event_json(self, event: ev.Event) -> dict[str, Any]:
        """An event of a kind this version knows, as the journal has it."""
        from srs.memory import events as ev

        found: dict[str, Any] = json.loads(ev.encode(event))
        return found

    # What the learner does

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to record events: one program at a time, and with everything known that the others recorded.

        May be taken again by who has it. Raises SrsError where the journal's folder cannot be made or locked.
        """
        from srs.collection import journal

        if self._turns:
            yield
            return
        journal.make_folder(self.journal_folder, parents=self.settings.journal == "private")
        with locked(self.journal_folder):
            try:
                self._read_journal()
            except sqlite3.DatabaseError as error:
                raise _index_fails(error) from error
            if self.settings.journal == "private":
                elsewhere.remember(self.journal_folder, self.root)
            self._turns += 1
            try:
                yield
            finally:
                self._turns -= 1

    def answer(
        self, card: str, rating: int, now: int, ms: int | None, mode: ev.Mode = "study", shown: Shown | None = None
    ) -> Answered:
        """Record an answer (1 Again to 4 Easy), given after `ms`. On disk when this returns.

        `shown` is what the learner saw: its days hold, whatever changed meanwhile, and its steps run from now on.
        Raises CardChanged, ClockDoubt, NewerJournal, JournalError: then nothing was recorded.
        """
        with self.turn():
            state = self.state(card)
            if shown is not None and _stands(state) != _stands(shown.state):
                message = f"`{card}` was answered or set aside by another program meanwhile"
                raise CardChanged(message, "your answer was not recorded")
            return self._answer(card, rating, state, self._stamp(now), ms, mode, shown)

    def _answer(
        self, card: str, rating: int, state: CardState, at: int, ms: int | None, mode: ev.Mode, shown: Shown | None
    ) -> Answered:
        from srs.memory import events as ev
        from srs.memory.schedule import answer, fuzz_seed, is_leech

        (rules, model), day = self._plan.of_deck(self._deck_of(card)), self.day(at)
        if shown is None:
            load = self._load_without(card)
            given = answer(state, at, day, rating, rules, model, fuzz_seed(card, state.reps), load)
        else:
            given = _as_shown(shown.answers[rating - 1], at - shown.at)
        progress = given.progress
        step = None if isinstance(progress, Reviewing) else progress.step
        review = ev.Review(
            self._new_id(at), at, card, rating, _bounded(ms), mode, day, progress.due, step, state.last_event
        )  # fmt: skip
        lapsed = rating == 1 and isinstance(state.progress, Reviewing)
        leech = lapsed and mode == "study" and is_leech(state.lapses + 1, rules.leech_at)
        events: list[ev.Event] = [review]
        suspended = leech and self.deck_settings(card).leech_action == "suspend"
        if suspended:
            events.append(ev.Suspend(self._new_id(at), at + 1, card, review.id))
        self.record(events)
        return Answered(review, given, leech, suspended)

    def undo(self, now: int, event: str | None = None) -> list[ev.Event]:
        """Take back this device's newest live event and what goes with it; that of `event` first, if it is still live.

        What was taken back, the event itself first; empty where there is nothing. Raises as `answer` does.
        """
        from srs.collection.eventrows import EVENT_COLUMNS, event_of
        from srs.memory.fold import newest_undoable

        with self.turn():
            query = f"select {EVENT_COLUMNS} from event where device = ? and not dead and because is null"
            wanted = self.db.execute(f"{query} and id = ?", (self.device, event)).fetchall()
            # Closed at once: a read left open could not become a write once another program wrote.
            with closing(self.db.execute(f"{query} order by at desc, id desc", (self.device,))) as newest:
                events = map(event_of, chain(wanted, newest))
                target = next((event for event in events if newest_undoable([event], ())), None)
            return [] if target is None else self._take_back(target, now)

    def undo_event(self, id_: str, now: int) -> list[ev.Event]:
        """Take back one event of any device, an undo too, and what goes with it. Raises SrsError where it cannot be.

        `id_` may also be the last eight characters of one, or more of them.
        """
        from srs.collection import recorded
        from srs.memory import events as ev

        with self.turn():
            found = recorded.ids_ending(self.db, id_)
            if len(found) > 1:
                raise SrsError(f"more than one event ends with `{id_}`", "give its whole id: srs undo --list --json")
            id_ = found[0] if found else id_
            target = recorded.event_as_written(self.db, id_)
            if target is None:
                raise SrsError(f"there is no event `{id_}`", "see: srs undo --list")
            if isinstance(target, ev.Content | ev.Unknown):
                raise SrsError(f"`{id_}` is nothing that can be taken back")
            if self.db.execute("select dead from event where id = ?", (id_,)).fetchone()[0]:
                by = recorded.undo_of(self.db, id_)
                raise SrsError(f"`{id_}` was taken back already", f"to have it again: srs undo {by}" if by else "")
            return self._take_back(target, now)

    def _take_back(self, target: ev.Event, now: int) -> list[ev.Event]:
        from srs.collection import recorded
        from srs.memory import events as ev

        taken = [target, *recorded.gone_with(self.db, target.id)]
        at = self._stamp(now)
        self.record([ev.Undo(self._new_id(at), at, target.id)])
        return taken

    def recent(self, most: int) -> list[tuple[ev.Event, str, bool]]:
        """What was done newest: each event with its device and whether it is dead, newest first.

        Without what is part of another event, and without changed content, which nobody did.
        """
        from srs.collection.eventrows import EVENT_COLUMNS, event_of

        query = (
            f"select {EVENT_COLUMNS}, device, dead from event where because is null and do != 'content'"
            " order by at desc, id desc limit ?"
        )
        return [(event_of(row[:-2]), row[-2], bool(row[-1])) for row in self.db.execute(query, (most,))]

    def record(self, events: Sequence[ev.Event]) -> None:
        """Put events into this device's journal, all or none, then into the index. On disk when this returns."""
        from srs.memory import events as ev

        lines = [ev.encode(event) for event in told(self.watch, "Writing the journal", events, len(events))]
        path = self.journal_folder / f"{self.device}.{_year(max(event.at for event in events))}.jsonl"
        with self.turn():
            self.refuse_newer()
            with doing(self.watch, "Writing the journal"):
                self.append(path, ev.header_line(self.device), lines)
            try:
                self._read_journal(has_more=True)
            except (sqlite3.DatabaseError, OSError, SrsError) as error:
                message = f"the event is saved in the journal, but the index could not follow: {error}"
                raise SrsError(message, "start again: the next command brings the index up to date") from error

    def append(self, path: Path, header: bytes, lines: Sequence[bytes]) -> None:
        """Put lines at the end of a journal file, on disk when this returns; the index does not know of them yet.

        Call it within a `turn`. Raises JournalError: then nothing was recorded.
        """
        from srs.collection import journal
        from srs.memory import events as ev

        journal.append(path, header, lines, ev.is_whole, self._fragments)

    def lost_events(self) -> list[ev.Event]:
        """Events that were in the journal once and are in none of its files now. Raises SrsError if unreadable."""
        from srs.collection import lost, recorded

        known = lost.lost_events(self.lost_file)
        return [event for event in known if not recorded.event_as_written(self.db, event.id)]

    def replace(self, path: str, old: bytes | None, new: bytes) -> None:
        """Put `new` in place of `old` (None: no file) in the file at `path`; `old` is kept in `copies_folder`.

        Raises as `replace_file` does. Who calls has read `old` under `locked(root)`.
        """
        if old is not None:
            keep_copy(self.copies_folder, path, old)
        replace_file(self.root / path, old, new)

    def follow(self, deck: DeckFile, since: int, old: bytes | None, new: bytes) -> None:
        """Have the index know the notes of a deck file from number `since` on, which were just put at its end."""
        self._changed = None
        try:
            content.follow(self.db, self.root, deck, since, old, new, self.types)
        except sqlite3.DatabaseError:
            pass  # the next refresh reads the file

    def starts_private_journal(self) -> bool:
        """True where the journal is kept apart from the collection and holds nothing yet."""
        apart = self.settings.journal == "private"
        return apart and not settled.journal_files(self.journal_folder)

    def abandoned_journals(self) -> list[Path]:
        """Private journals that may have been this collection's before it was moved; none where it is not private."""
        return elsewhere.abandoned(self.root, self.journal_folder) if self.settings.journal == "private" else []

    def has_answers(self) -> bool:
        """True where any card was ever answered."""
        return self.db.execute("select 1 from event where do = 'review' limit 1").fetchone() is not None

    def record_batch(
        self, subjects: Sequence[str], now: int, make: Callable[[str, int, str, str | None], ev.Event]
    ) -> None:
        """Record one event for each subject (a card, or an event to amend) as one batch: one undo takes all back.

        `make` gets the event's id and time (ms), the same time for all, the subject, and the event that it goes with.
        """
        from srs.memory import events as ev

        if not subjects:
            return
        with self.turn():
            at, chance = self._stamp(now), int.from_bytes(os.urandom(9))
            first, *others = (ev.new_id(at, (chance + n).to_bytes(10)) for n in range(len(subjects)))
            events = [make(first, at, subjects[0], None)]
            events += [make(id_, at, each, first) for id_, each in zip(others, subjects[1:], strict=True)]
            self.record(events)

    def adopt(self, file: str, events: Sequence[ev.OfCard], now: int) -> list[ev.OfCard]:
        """Record events that another program's `file` tells of, as one batch after an `import`; which of them are new.

        Their ids and times are what the file makes of them, so an event that the journal has, taken back or not, is
        left out. Raises as `record` does, and ClockDoubt.
        """
        from srs.collection import recorded
        from srs.memory import events as ev

        with self.turn():
            known = recorded.present(self.db, [event.id for event in events])
            new = [event for event in events if event.id not in known]
            if new:
                at = self._stamp(now)
                head = ev.Import(self._new_id(at), at, file)
                self.record([head, *(replace(event, because=head.id) for event in new)])
            return new

    def record_contents(self, changed: Sequence[tuple[str, str, int]]) -> None:
        """Journal that the exported content of notes changed: (note, hash, time in ms). In one write."""
        from srs.memory import events as ev

        events = [ev.Content(self._new_id(at), at, note, hash_) for note, hash_, at in changed]
        if events:
            self.record(events)

    def contents(self) -> dict[str, tuple[str, int]]:
        """The newest `content` event of each note, by its id of today: the hash and the time (ms)."""
        return {self.resolve(note): (hash_, at) for note, hash_, at in queries.contents(self.db)}

    def accept_clock(self) -> None:
        """The learner says that the clock is right: no ClockDoubt from here on."""
        self._clock_accepted = True
        self._stamped = 0

    def _stamp(self, now: int) -> int:
        """The time of the next event: `now`, but, within a slip, after what this program and this device wrote."""
        sql = "select max(at) from event where device = ? and not dead"
        newest = self.db.execute(sql, (self.device,)).fetchone()[0]
        if newest is not None and newest - SLIP_MS < now <= newest:
            now = newest + 1
        elif newest is not None and not self._clock_accepted:
            self._refuse_doubtful(now, newest)
        self._stamped = self._stamped + 1 if now <= self._stamped < now + SLIP_MS else now
        return self._stamped

    def _refuse_doubtful(self, now: int, newest: int) -> None:
        if now < newest:
            message = f"this machine's clock says {_said(now)}, before its own newest event of {_said(newest)}"
            hint = "set the clock right; if it is, `srs doctor --retime` mends events that were dated ahead"
            raise ClockDoubt(message, hint)
        if now - newest > _LEAP_MS:
            message = f"this machine's clock says {_said(now)}, and its newest event is of {_said(newest)}"
            raise ClockDoubt(message, "set the clock right; if it is, say so with --now")

    def _new_id(self, at: int) -> str:
        from srs.memory import events as ev

        return ev.new_id(at, os.urandom(10))

    def refuse_newer(self) -> None:
        """Raise NewerJournal where a device writes in a format that is not known here."""
        row = self.db.execute("select device, format from file where format > ?", (FORMAT,)).fetchone()
        if row:
            message = f"the journal of `{row[0]}` has format {row[1]}, and this srs knows {FORMAT}"
            raise NewerJournal(message, "update srs on this device; until then it reads and does not write")

    def _deck_of(self, card: str) -> str:
        return content.deck_of(self.db, card)


def plan_of(settings: Settings) -> settled.Plan:
    """How the states of all cards are to be folded."""
    made: dict[str, tuple[Rules, Model]] = {}

    def of_deck(deck: str) -> tuple[Rules, Model]:
        if deck not in made:
            made[deck] = _rules_and_model(settings.for_deck(deck))
        return made[deck]

    defaults, decks = settings.of_scheduling()
    former = repr((settings.defaults, sorted(settings.decks.items())))
    return settled.Plan(of_deck, bool(decks), repr((defaults, decks)), former)


def _rules_and_model(settings: DeckSettings) -> tuple[Rules, Model]:
    from srs.memory.schedule import Rules

    rules = Rules(
        settings.desired_retention,
        settings.learning_steps,
        settings.relearning_steps,
        settings.maximum_interval,
        settings.fuzz,
        settings.leech_at,
        frozenset(map(WEEKDAYS.index, settings.easy_days)),
    )
    return rules, _model(settings)


def _model(settings: DeckSettings) -> Model:
    return _fsrs6(settings.parameters)


@cache
def _fsrs6(parameters: tuple[float, ...] | None) -> Model:
    return Fsrs6(parameters or DEFAULT_PARAMETERS)


def _said(at: int) -> str:
    from srs.memory.days import iso_instant

    return f"{iso_instant(at)[:16].replace('T', ' ')} UTC"


def _stands(state: CardState) -> tuple[str | None, bool, int | None]:
    """What must not change between the preview and the answer, for the promise to hold."""
    return state.last_event, state.suspended, state.buried_until


def _as_shown(answer: Answer, later: int) -> Answer:
    """An answer given `later` (ms) than it was shown: a day stays, a step takes its time from now on."""
    if isinstance(answer.progress, Reviewing):
        return answer
    return replace(answer, progress=replace(answer.progress, due=answer.progress.due + later))


def not_opened(path: Path, error: sqlite3.DatabaseError) -> SrsError:
    """Why the index at `path` cannot be used, and what to do."""
    if path.is_dir():
        hint = "delete it or put it elsewhere, or name another cache folder in $SRS_CACHE_DIR"
        return SrsError(f"{path}: a folder stands where the index should be", hint)
    if "locked" in str(error):
        return SrsError("another srs is busy with this collection", "wait for it, or end it, and repeat")
    hint = "make room on the disk and the folder writable, or name another one in $SRS_CACHE_DIR"
    return SrsError(f"{path}: the index cannot be used, {error}", hint)


def _index_fails(error: sqlite3.DatabaseError) -> SrsError:
    message = f"the index cannot be used now: {error}"
    return SrsError(message, "what was acknowledged is in the journal; mend it, and repeat")


def _no_card(card: str) -> SrsError:
    return SrsError(f"there is no card `{card}`", "see: srs list")


def _year(at: int) -> int:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at / 1000, UTC).year


def _bounded(ms: int | None) -> int | None:
    """A thinking time as the journal keeps it."""
    from srs.memory import events as ev

    return None if ms is None else max(0, min(ms, ev.LONGEST_MS))
