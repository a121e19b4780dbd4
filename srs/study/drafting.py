"""The drafts of a collection, and a walk over them as a state machine. Knows no screen and changes no file itself.

A draft is whatever says `draft: true`, whoever wrote it, but for the version of a note that a sync left: that is for
`srs fix` to settle.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from srs.cards.faces import cards_of
from srs.cards.note import Note
from srs.collection import troubles
from srs.collection.collection import Collection
from srs.collection.stored import note_from_json
from srs.collection.views import CardView
from srs.errors import Problem
from srs.study.fixing import conflict_of, put_back, together
from srs.study.reading import DOUBT, is_unasked
from srs.values import frozen

Action = Literal["kept", "edited", "split", "doubted", "dropped", "skipped"]


@frozen
class Showing:
    """A draft on the screen. `number` counts from 1; `cards` are the ids of the cards that it would make.

    `problem` is what is wrong in its file where an edit left it out; then `note` is as it could be read last.
    """

    note: Note
    number: int
    count: int
    cards: tuple[str, ...]
    problem: Problem | None = None

    @property
    def unasked(self) -> bool:
        """Whether it is a passage without a question."""
        return is_unasked(self.note)

    @property
    def unverified(self) -> bool:
        """Whether it is a quote that nobody has compared with its source."""
        return self.note.type == "quote" and self.note.fields.get("fidelity", "unverified") == "unverified"

    @property
    def doubted(self) -> bool:
        return DOUBT in self.note.tags


@frozen
class Finished:
    """Every draft was shown."""


@frozen
class Did:
    """Something that `undo` takes back: what was done to the draft `name` at `at`, and to files.

    `files`: path, bytes before, bytes after. `cards`: how many cards it made.
    """

    what: Action
    at: int
    name: str
    files: tuple[tuple[str, bytes, bytes], ...] = ()
    cards: int = 0
    names: tuple[str, ...] = ()


def drafts(collection: Collection, now: int, wanted: Callable[[CardView], bool] | None = None) -> list[Note]:
    """The drafts as written, those that a sync left aside; with `wanted`, those with a card that it wants."""
    rows = collection.db.execute("select data from note where draft and not left_out order by path, position")
    found = [note for note in (note_from_json(row[0]) for row in rows) if conflict_of(note) is None]
    return found if wanted is None else [note for note in found if any(map(wanted, _views(collection, note, now)))]


def _views(collection: Collection, note: Note, now: int) -> list[CardView]:
    """The cards of a draft; where it makes none, one that stands for the note."""
    nothing = CardView(
        note.id, note, "", "new", None, None, None, None, 0, 0, None, False, None, 0, None
    )  # fmt: skip
    return collection.cards_of_note(note.id, now) or [nothing]


class Drafting:
    """A walk over drafts. Files are changed by the caller, who tells it here, so that `undo` can put them back."""

    def __init__(
        self, collection: Collection, clock: Callable[[], int], wanted: Callable[[CardView], bool] | None = None
    ) -> None:
        self._collection = collection
        self._known = drafts(collection, clock(), wanted)
        self._at = 0
        self.did: list[Did] = []
        self.step: Showing | Finished = Finished()
        self.look()

    @property
    def count(self) -> int:
        """How many drafts the walk has."""
        return len(self._known)

    def left(self) -> int:
        """How many of them are still to be settled."""
        last = {did.at: did.what for did in self.did}
        settled = sum(last.get(at) in ("kept", "dropped") for at in range(self.count))
        return self.count - settled - self._gone_elsewhere()

    def tally(self) -> Counter[Action]:
        """How many drafts each action was done to; a doubt that was taken off again is none."""
        done = Counter((did.what, did.at) for did in self.did)
        return Counter(what for (what, _), times in done.items() if what != "doubted" or times % 2)

    def cards_made(self) -> int:
        """How many cards were kept in this walk."""
        return sum(did.cards for did in self.did if did.what == "kept")

    def skip(self) -> None:
        """Leave the draft as it is and go on."""
        self.did.append(Did("skipped", self._at, self._shown().note.id))
        self._go_on()

    def settled(self, what: Action, files: Sequence[tuple[str, bytes, bytes]], cards: int = 0) -> None:
        """The draft was kept, making so many cards, or dropped: go on."""
        self.did.append(Did(what, self._at, self._shown().note.id, tuple(together(files)), cards))
        self._go_on()

    def changed(self, what: Action, files: Sequence[tuple[str, bytes, bytes]]) -> None:
        """The draft's file was changed: show it as it is now, or go on where it is no draft any more."""
        if done := tuple(each for each in together(files) if each[1] != each[2]):
            self.did.append(Did(what, self._at, self._shown().note.id, done))
        self.look()

    def made_several(self, files: Sequence[tuple[str, bytes, bytes]], notes: Sequence[str]) -> None:
        """In the place of the draft there are several now: show them one by one."""
        name = self._shown().note.id
        self._collection.refresh()
        made = [note for id in notes if (note := troubles.note_called(self._collection.db, id))]
        self.did.append(Did("split", self._at, name, tuple(together(files)), names=tuple(notes)))
        self._known[self._at : self._at + 1] = made or [self._shown().note]
        self.look()

    def undo(self) -> Did | None:
        """Take back what this walk did last, and show its draft again; None where there is nothing.

        Raises SrsError where a file was changed since; then nothing was taken back.
        """
        if not self.did:
            return None
        last = self.did[-1]
        if last.files:
            put_back(self._collection, last.files)
        self.did.pop()
        self._at = last.at
        self._collection.refresh()
        if last.names and (note := troubles.note_called(self._collection.db, last.name)):
            self._known[last.at : last.at + len(last.names)] = [note]
        self.look()
        return last

    def look(self) -> None:
        """Read what changed and show the draft as it is now."""
        self._collection.refresh()
        while self._at < self.count:
            if made := self._made(self._known[self._at]):
                if not made.problem:
                    self._known[self._at] = made.note
                self.step = made
                return
            self._at += 1
        self.step = Finished()

    def _made(self, before: Note) -> Showing | None:
        """The draft as it is now, or with what is wrong in its file; None where it is none any more, or gone."""
        note = self._now(before)
        if note is None:
            path = before.place.path
            problems = (each for each in self._collection.problems() if (each.path, each.severity) == (path, "error"))
            problem = next(problems, None)
            return Showing(before, self._at + 1, self.count, (), problem) if problem else None
        if not note.draft:
            return None
        cards = tuple(card.id for card in cards_of(note, self._collection.types))
        return Showing(note, self._at + 1, self.count, cards)

    def _now(self, before: Note) -> Note | None:
        """The note by its id, or, where it has none of its own and its text was edited, by its place."""
        note = troubles.note_called(self._collection.db, before.id)
        if note is not None or before.pinned:
            return note
        there = troubles.note_at(self._collection.db, before.place.path, before.place.line)
        return there if there and there.type == before.type and not there.pinned else None

    def _gone_elsewhere(self) -> int:
        """How many drafts behind were settled in another way than by this walk, such as by an edit."""
        last = {did.at: did.what for did in self.did}
        unsettled = (at for at in range(self.count) if last.get(at) not in ("kept", "dropped"))
        notes = (self._now(self._known[at]) for at in unsettled)
        return sum(note is None or not note.draft for note in notes)

    def _go_on(self) -> None:
        self._at += 1
        self.look()

    def _shown(self) -> Showing:
        if not isinstance(self.step, Showing):
            raise RuntimeError("this needs a draft that is shown")
        return self.step
