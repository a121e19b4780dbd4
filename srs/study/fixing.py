"""Cards that want mending, why and in which order; a walk over them as a state machine. Knows no screen and no YAML.

A case is a marked card, a leech, a card that takes long, or a note of which a sync left two versions. Whether a card
was looked at is no record of its own: a `mark` event with empty text, which also takes a mark off, says so. After it a
leech counts anew from two more lapses, a slow card from three more answers.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from srs.cards.merge import CONFLICT_TAG
from srs.cards.note import Note
from srs.collection import recorded, troubles
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.collection.views import CardView
from srs.errors import Problem, SrsError, said_by_system
from srs.insight.failing import Failing, Leech, Marked, Slow, reasons_of, suspects
from srs.memory.events import Event, Mark, Suspend, Unsuspend
from srs.values import frozen, replace
from srs.watching import told

if TYPE_CHECKING:
    from srs.cards.faces import Face

_OTHER = ".other"
_COPY = re.compile(r"\.other\d*$")

Action = Literal["cleared", "suspended", "skipped", "edited", "split", "kept", "taken"]


@frozen
class Conflict:
    """A sync left another version of the note `of`."""

    of: str


Reason = Conflict | Failing
_ORDER = (Conflict, Marked, Leech, Slow)


@frozen
class Case:
    """A card by its id and why it is here; for a conflict, the id of the draft that holds the other version.

    `path` is the deck file that it stood in when it was found.
    """

    name: str
    reasons: tuple[Reason, ...]
    path: str

    @property
    def conflict(self) -> Conflict | None:
        return next((reason for reason in self.reasons if isinstance(reason, Conflict)), None)


@frozen
class Showing:
    """A case on the screen. `number` counts from 1.

    Of a card there is `view` and `face`; of a conflict `mine` (None: the note is gone) and `other`. `problem` is what
    is wrong in its file where an edit left it out; then there is nothing of it but the case.
    """

    case: Case
    number: int
    count: int
    view: CardView | None = None
    face: "Face | None" = None
    mine: Note | None = None
    other: Note | None = None
    problem: Problem | None = None

    @property
    def note(self) -> Note | None:
        """The note that would be edited."""
        return self.view.note if self.view else self.mine or self.other


@frozen
class Finished:
    """Every case was shown."""


@frozen
class Did:
    """Something that `undo` takes back: of the case at `at`, the event `event`, or what was done to files.

    `files`: path, bytes before, bytes after.
    """

    what: Action
    at: int
    name: str
    event: str = ""
    files: tuple[tuple[str, bytes, bytes], ...] = ()


def cases(collection: Collection, now: int, wanted: Callable[[CardView], bool] | None = None) -> list[Case]:
    """What there is to mend: conflicts and marked cards as written, leeches by lapses, slow cards by their time.

    `wanted`: only the cards that it wants; of a conflict, those with a card that it wants in either version.
    """
    return _find(collection, now, wanted)[0]


def _find(collection: Collection, now: int, wanted: Callable[[CardView], bool] | None) -> tuple[list[Case], float]:
    """The cases, and the time (ms) that an answer usually takes."""
    db = collection.db
    found: list[tuple[tuple[int, float, tuple[str, int, int]], Case]] = []
    for number, note in enumerate(troubles.drafts_called(db, _OTHER)):
        if of := conflict_of(note):
            found.append(((0, 0, ("", number, 0)), Case(note.id, (Conflict(of),), note.place.path)))
    usual, standings = suspects(collection)
    for each in told(collection.watch, "Reading reviews", standings, len(standings)):
        if reasons := _reasons(collection, each, usual):
            weight = _weight(reasons[0])
            found.append(
                ((_ORDER.index(type(reasons[0])), weight, each.place), Case(each.card, reasons, each.place[0]))
            )
    found.sort(key=lambda each: each[0])
    return [case for _, case in found if wanted is None or any(map(wanted, _views(collection, case, now)))], usual


def _weight(reason: Reason) -> float:
    if isinstance(reason, Leech):
        return -reason.lapses
    return -reason.seconds if isinstance(reason, Slow) else 0


def _reasons(collection: Collection, standing: troubles.Standing, usual: float) -> tuple[Reason, ...]:
    events = recorded.events_of_card(collection.db, standing.card)
    return reasons_of(events, standing.lapses, *collection.rules_and_model(standing.card), usual)


def _views(collection: Collection, case: Case, now: int) -> list[CardView]:
    if case.conflict:
        return [view for id in (case.conflict.of, case.name) for view in collection.cards_of_note(id, now)]
    view = collection.card(case.name, now)
    return [view] if view else []


def conflict_of(note: Note) -> str | None:
    """The id of the note of which this one is the other device's version; None where it is none."""
    copy = note.draft and CONFLICT_TAG in note.tags and _COPY.search(note.id)
    return note.id[: copy.start()] if copy else None


class Fixing:
    """A walk over cases. What it does to cards is journalled at once; `clock` gives the time in ms.

    Files are changed by the caller, who tells it here (`changed`), so that `undo` can put them back.
    """

    def __init__(
        self, collection: Collection, clock: Callable[[], int], wanted: Callable[[CardView], bool] | None = None
    ) -> None:
        self._collection = collection
        self._clock = clock
        self._cases, self._usual = _find(collection, clock(), wanted)
        self._at = 0
        self._known: dict[int, Note] = {}  # the note of each case, as it could be read last
        self.did: list[Did] = []
        self.step: Showing | Finished = Finished()
        self._show()

    @property
    def count(self) -> int:
        """How many cases there were when the walk began."""
        return len(self._cases)

    def settled(self) -> int:
        """How many of them are behind and need nothing more."""
        last = {did.at: did.what for did in self.did}
        return self._at - sum(last.get(at) == "skipped" for at in range(self._at))

    def tally(self) -> Counter[Action]:
        """How many cases each action was done to."""
        return Counter(what for what, _ in {(did.what, did.at) for did in self.did})

    def skip(self) -> None:
        """Leave the case as it is and go on."""
        showing = self._shown()
        self.did.append(Did("skipped", self._at, showing.case.name))
        self._go_on()

    def clear(self) -> None:
        """Say that the card is fine now: its mark goes, it was looked at, and if it is suspended it comes up again."""
        view = self._card()
        extra = [Unsuspend] if view.suspended else []
        self._record("cleared", extra)

    def suspend(self) -> None:
        """Set the card aside until it is unsuspended. It was looked at, and its mark goes with it."""
        view = self._card()
        self._record("suspended", [] if view.suspended else [Suspend])

    def changed(self, what: Action, files: Sequence[tuple[str, bytes, bytes]]) -> None:
        """The case's files were changed (path, bytes before, bytes after): show it as it is now, or go on."""
        done = tuple(each for each in together(files) if each[1] != each[2])
        if done:
            self.did.append(Did(what, self._at, self._shown().case.name, files=done))
        if what in ("kept", "taken"):
            self._go_on()
        else:
            self.look()

    def look(self) -> None:
        """Read what changed and show the case as it is now."""
        self._show()

    def renamed(self) -> tuple[str, str] | None:
        """The id of the card's note before an edit and the derived one after it, by its place; None: as it was."""
        note = self._known.get(self._at)
        if note is None or note.pinned or self._shown().case.conflict:
            return None
        self._collection.refresh()
        if troubles.note_called(self._collection.db, note.id):
            return None
        now = troubles.note_at(self._collection.db, note.place.path, note.place.line)
        return (note.id, now.id) if now and now.type == note.type and not now.pinned else None

    def undo(self) -> Did | None:
        """Take back what this walk did last, and show its case again; None where there is nothing.

        Raises SrsError where a file was changed since, or the journal refuses; then nothing was taken back.
        """
        if not self.did:
            return None
        last = self.did[-1]
        if last.event:
            self._collection.undo_event(last.event, self._clock())
        elif last.files:
            put_back(self._collection, last.files)
        self.did.pop()
        self._at = last.at
        self._show()
        return last

    def _record(self, what: Action, others: Sequence[Callable[[str, int, str, str | None], Event]]) -> None:
        card = self._card().id
        made: list[str] = []
        makers = [lambda id, at, card, because: Mark(id, at, card, "", because), *others]

        def make(id: str, at: int, card: str, because: str | None) -> Event:
            made.append(id)
            return makers[len(made) - 1](id, at, card, because)

        self._collection.record_batch([card] * len(makers), self._clock(), make)
        self.did.append(Did(what, self._at, card, made[0]))
        self._go_on()

    def _go_on(self) -> None:
        self._at += 1
        self._show()

    def _show(self) -> None:
        self._collection.refresh()
        while self._at < len(self._cases):
            step = self._made(self._cases[self._at])
            if step and step.case.reasons:
                if step.note:
                    self._known[self._at] = step.note
                self.step = step
                return
            self._at += 1  # mended, or gone, meanwhile
        self.step = Finished()

    def _made(self, case: Case) -> Showing | None:
        """The case as it is now, without reasons if it needs nothing more, or what is wrong in its file; None: gone."""
        found = self._conflict(case) if case.conflict else self._of_card(case)
        if found and (found.view or found.mine):
            return found
        problems = self._collection.problems()
        problem = next((each for each in problems if each.path == case.path and each.severity == "error"), None)
        return Showing(case, self._at + 1, self.count, problem=problem) if problem else found

    def _conflict(self, case: Case) -> Showing | None:
        assert case.conflict
        other = troubles.note_called(self._collection.db, case.name)
        if other is None or conflict_of(other) is None:
            return None
        mine = troubles.note_called(self._collection.db, case.conflict.of)
        return Showing(case, self._at + 1, self.count, mine=mine, other=other)

    def _of_card(self, case: Case) -> Showing | None:
        view = self._collection.card(case.name, self._clock())
        if view is None or view.note.draft:
            return None
        standing = troubles.standing(self._collection.db, view.id)
        reasons = _reasons(self._collection, standing, self._usual) if standing else ()
        face = self._collection.face(view.id)
        return Showing(replace(case, reasons=reasons), self._at + 1, self.count, view, face)

    def _shown(self) -> Showing:
        if not isinstance(self.step, Showing):
            raise RuntimeError("this needs a case that is shown")
        return self.step

    def _card(self) -> CardView:
        view = self._shown().view
        if view is None:
            raise RuntimeError("this needs a card that is shown")
        return view


def together(files: Sequence[tuple[str, bytes, bytes]]) -> list[tuple[str, bytes, bytes]]:
    """The changes of each file, which were made one after the other, as one."""
    first: dict[str, bytes] = {}
    last: dict[str, bytes] = {}
    for path, old, new in files:
        first.setdefault(path, old)
        last[path] = new
    return [(path, old, last[path]) for path, old in first.items()]


def put_back(collection: Collection, files: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Put files (path, bytes before, bytes after) back as they were. Raises SrsError where one was changed since."""
    with locked(collection.root):
        for path, _, new in files:
            try:
                now = (collection.root / path).read_bytes()
            except OSError as error:
                raise SrsError(f"{path}: cannot be read, {said_by_system(error)}") from None
            if now != new:
                raise SrsError(f"{path} was changed again since", f"what stood in it is in {collection.copies_folder}")
        for path, old, new in files:
            collection.replace(path, new, old)
