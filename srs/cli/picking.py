"""Picking from a lesson, for both skins: done, and told in sentences. Knows no keys and no screen.

What is picked is in a deck file before it is told: a connection that breaks loses nothing.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srs.collection.collection import Collection
from srs.errors import Problem, SrsError
from srs.study.price import minutes_a_year
from srs.study.reading import DOUBT, Finished, Part, Pick, Proposal, Reading, Showing, unasked
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.importers.lesson.values import Draft, Lesson


class Picking:
    """Picks from the part that is shown. `source` is the copy in the collection; `cost` is what a card costs (min)."""

    def __init__(
        self, collection: Collection, lesson: "Lesson", source: str, deck: str, clock: Callable[[], int]
    ) -> None:
        self._collection = collection
        self._lesson = lesson
        self._source = source
        self._clock = clock
        self.deck = deck
        self.title = lesson.title
        self.cost = minutes_a_year(collection, deck)
        self.reading = Reading(collection, parts_of_lesson(lesson, collection), source)

    @property
    def showing(self) -> Showing:
        """The part that is shown."""
        assert isinstance(self.reading.step, Showing)
        return self.reading.step

    def highlight(self) -> str:
        """Make a draft of the part, or what could be drafted of it alone; what was picked so is taken out again."""
        showing = self.showing
        if showing.own:
            return self._take_out(showing.own)
        part = showing.part
        if part.inner:
            return self._write([self._lesson.drafts[each.number] for each in part.inner])
        return self._write([self._passage(part)])

    def section(self) -> str:
        """Draft the whole section, or take that out again."""
        showing = self.showing
        if showing.section:
            return self._take_out([showing.section])
        if showing.part.section is None:
            return "There is nothing to draft of a whole section here; h highlights this passage."
        return self._write([self._lesson.drafts[showing.part.section.number]])

    def doubt(self) -> str:
        """Mark the part as one that the learner doubts, highlighted if it was not; or take that off."""
        from srs.upkeep.drafts import retag

        before = len(self.reading.did)
        if not self.showing.own:
            self.highlight()
        doubted = self.showing.doubted
        files = []
        for pick in self.showing.own:
            if pick.doubted == doubted:
                add, remove = ((), (DOUBT,)) if doubted else ((DOUBT,), ())
                files.append(retag(self._collection, pick.note, add, remove))
        if not files:
            return "Nothing could be marked here."
        self.reading.wrote(files=files)
        self.reading.join(before)
        return "It is doubted no longer." if doubted else "Marked as doubted; its draft says so."

    def card(self, question: str, answer: str) -> str:
        """Make a card of it now."""
        from srs.collection.adding import Twin, add_note

        if not question.strip() or not answer.strip():
            return "No card was made."
        part = self.showing.part
        fields = {"q": question.strip(), "a": answer.strip()}
        basic = self._collection.types["basic"]
        try:
            added = add_note(self._collection, basic, fields, self.deck, {"from": self._origin(part)})
        except Twin as error:
            raise SrsError(error.message, "ask for something else") from None
        self.reading.wrote([added.note.id])
        return f"Added {added.note.id} in {added.path}:{added.first}."

    def undo(self) -> str:
        """Take back what was done last in this reading."""
        from srs.study.fixing import put_back

        if not self.reading.did:
            return "There is nothing to take back in this reading."
        last = self.reading.did[-1]
        if last.notes:
            self._drop(last.notes)
        elif last.files:
            put_back(self._collection, last.files)
        self.reading.took_back()
        return "Took that back."

    def minutes(self, cards: int) -> str:
        """What so many cards cost."""
        return a_year(cards * self.cost)

    def so_far(self) -> str:
        """What was picked of the lesson until now."""
        return picked_so_far(self.reading.step, self.cost)

    def farewell(self) -> list[str]:
        """Told after the end: what was picked, and what to do with it."""
        step = self.reading.step
        if step.drafts:
            return [self.so_far(), "srs drafts makes cards of them; srs prompt gives them to a language model."]
        return [self.so_far()]

    def _write(self, drafts: "Sequence[Draft]") -> str:
        from srs.importers.drafting import write_drafts

        path = self._collection.root / self._source
        written = write_drafts(self._collection, drafts, path, self.deck, self._clock())
        self.reading.wrote(written.ids)
        if not written.ids:
            return "This is in the collection already."
        cards = self.reading.cards(written.ids)
        told = " ".join(f"{each[:1].upper()}{each[1:]}." for each in written.told)
        return f"{plural(len(written.ids), 'draft')}, {self.minutes(cards)}. {told}".strip()

    def _passage(self, part: Part) -> "Draft":
        from srs.cards.identity import derived_id
        from srs.importers.lesson.values import Draft

        id = derived_id(f"{Path(self._source).stem} line {part.first} {part.text}")
        return Draft("basic", {"q": unasked(part.text), "id": id, "a": part.text}, part.first, part.last)

    def _take_out(self, picks: Sequence[Pick]) -> str:
        from srs.upkeep.drafts import drop

        self.reading.wrote(files=drop(self._collection, [pick.note for pick in picks]))
        return f"Took out {plural(len(picks), 'draft')}; u brings {'it' if len(picks) == 1 else 'them'} back."

    def _drop(self, written: "Sequence[Note]") -> None:
        """Take notes out of their files, if they are as they were written. Raises SrsError; then nothing is done."""
        from srs.collection import troubles
        from srs.upkeep.drafts import drop
        from srs.upkeep.pieces import bare

        self._collection.refresh()
        notes = []
        for before in written:
            note = troubles.note_called(self._collection.db, before.id)
            if note and bare(note) != bare(before):
                raise SrsError(f"the note {note.id} was changed since", f"it stays, at {note.place}")
            if note:
                notes.append(note)
            elif wrong := _problem_in(self._collection, before.place.path):
                raise SrsError(f"{wrong.path} cannot be read as it is now", f"see line {wrong.line} there")
        drop(self._collection, notes)

    def _origin(self, part: Part) -> str:
        last = f"-L{part.last}" if part.last > part.first else ""
        return f"{self._source}#L{part.first}{last}"


def _problem_in(collection: Collection, path: str) -> Problem | None:
    """What keeps a file from being read."""
    return next((each for each in collection.problems() if (each.path, each.severity) == (path, "error")), None)


def a_year(minutes: float) -> str:
    """`about 1.5 min a year`."""
    return f"about {minutes:.0f} min a year" if minutes >= 9.5 else f"about {minutes:.1f} min a year"


def picked_so_far(step: Showing | Finished, cost: float) -> str:
    """What was picked of a lesson, and what it costs."""
    said = []
    if step.drafts:
        said.append(plural(step.drafts, "draft"))
    if step.kept:
        said.append(plural(step.kept, "card"))
    if not said:
        return f"Nothing is picked yet; a card costs {a_year(cost)}."
    return f"Picked: {', '.join(said)}, {a_year((step.cards + step.kept) * cost)}."


def parts_of_lesson(lesson: "Lesson", collection: Collection) -> list[Part]:
    """The blocks of a lesson with what could be drafted of each, as `Reading` takes them."""
    from srs.study.reading import parts_of

    blocks = [Part(block.kind, block.text, block.first_line, block.last_line) for block in lesson.blocks]
    proposals = []
    for number, draft in enumerate(lesson.drafts):
        kind = collection.types[draft.type]
        text = draft.fields.get(kind.marker or "", "")
        first = text if isinstance(text, str) else text[0]
        cards = _cards(draft, collection)
        proposals.append(Proposal(number, draft.type, first, draft.first_line, draft.last_line, cards))
    return parts_of(blocks, proposals)


def _cards(draft: "Draft", collection: Collection) -> int:
    """How many cards a proposed note would make; an unverified quote those that it would make once it is verified."""
    from srs.cards.deck import read_deck
    from srs.cards.faces import cards_of
    from srs.cards.insert import CannotWrite, note_yaml

    fields = {key: text for key, text in draft.fields.items() if key != "fidelity"}
    try:
        read = read_deck("", f"notes:\n{note_yaml(fields)}".encode(), collection.types)
    except CannotWrite:
        return 1
    return max(1, sum(len(cards_of(note, collection.types)) for note in read.notes))


def source_of(collection: Collection, name: str) -> str | None:
    """The kept text that `name` means, a path in the collection or a name in `sources/`; None where there is none."""
    for path in (name, f"sources/{name}"):
        if path.startswith("sources/") and (collection.root / path).is_file() and ".." not in Path(path).parts:
            return path
    return None
