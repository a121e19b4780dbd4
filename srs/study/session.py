"""One sitting as a state machine: the card shown, its back, four previews, the answer, undo, the end.

Knows neither keys nor screens: the terminal, line mode and a web page are skins over it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from srs.cards.faces import Face
from srs.cards.note import Note
from srs.collection.collection import Answered, CardChanged, Collection, Shown
from srs.errors import SrsError
from srs.memory.events import Event, card_of
from srs.memory.schedule import Answers
from srs.study.agenda import Agenda, Item, Limits
from srs.study.today import agenda_of


@dataclass(frozen=True, slots=True)
class Question:
    """A card with its front up."""

    item: Item
    note: Note
    face: Face
    remaining: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Revealed:
    """A card with its back up, what each answer would do, and what that hangs on: the instant and the card's state."""

    question: Question
    answers: Answers
    shown: Shown


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing to show before the instant `until` (ms)."""

    until: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left for today, or the sitting's own limit is reached."""


Step = Question | Revealed | Pause | Finished


@dataclass(slots=True)
class Tally:
    """What this sitting did, undone answers aside."""

    answers: list[Answered] = field(default_factory=list)

    def ratings(self) -> Counter[int]:
        return Counter(answered.review.rating for answered in self.answers)

    def milliseconds(self) -> int:
        return sum(answered.review.ms or 0 for answered in self.answers)


class Session:
    """A sitting over `collection`. `clock` gives the time in ms; `most` ends it after that many answers."""

    def __init__(
        self, collection: Collection, clock: Callable[[], int], limits: Limits = Limits(), most: int | None = None
    ) -> None:
        self._collection = collection
        self._clock = clock
        self._limits = limits
        self._most = most
        self._shown_at = 0
        self._ahead: tuple[str, ...] = ()
        self.tally = Tally()
        self.step: Step = Finished()
        self._advance()

    def reveal(self) -> Step:
        """Turn the card over; where the collection changed meanwhile, the card that is now to be shown."""
        if not isinstance(self.step, Question):
            return self.step
        card = self.step.item.card
        if self._collection.refresh():
            shown_at = self._shown_at
            self._advance(first=card)
            if not isinstance(self.step, Question) or self.step.item.card != card:
                return self.step
            self._shown_at = shown_at
        now = self._clock()
        self.step = Revealed(self.step, self._collection.preview(card, now), Shown(now, self._collection.state(card)))
        return self.step

    def answer(self, rating: int) -> Answered:
        """Rate the card that lies face up, 1 (Again) to 4 (Easy), and go to the next. On disk when this returns.

        Raises what `Collection.answer` does; the card stays as it is, but for CardChanged, after which the session has
        gone on to what is now to be shown.
        """
        if not isinstance(self.step, Revealed):
            raise RuntimeError("an answer needs a revealed card")
        now = self._clock()
        card, shown = self.step.question.item.card, self.step.shown
        try:
            answered = self._collection.answer(card, rating, now, now - self._shown_at, shown=shown)
        except CardChanged:
            self._advance(first=card)
            raise
        self.tally.answers.append(answered)
        self._advance()
        return answered

    def undo(self) -> list[Event]:
        """Take back the sitting's last answer, else this device's newest event, and show its card again.

        What was taken back, with what went with it; empty where there is nothing.
        """
        last = self.tally.answers[-1].review.id if self.tally.answers else None
        undone = self._collection.undo(self._clock(), last)
        if undone:
            self.tally.answers = [a for a in self.tally.answers if a.review.id != undone[0].id]
            self._advance(first=card_of(undone[0]))
        return undone

    def look_ahead(self) -> None:
        """Prepare the cards that come next, while the learner reads: so no answer waits for Markdown."""
        ahead, self._ahead = self._ahead, ()
        for card in ahead:
            try:
                self._collection.face(card)
            except SrsError:  # gone from its deck meanwhile, or not to be drawn: told when its turn comes
                pass

    def look_again(self) -> Step:
        """After a pause, or when files may have changed: what is to be shown now."""
        self._advance()
        return self.step

    def _advance(self, first: str | None = None) -> None:
        now = self._clock()
        self._shown_at = now
        if self._most is not None and len(self.tally.answers) >= self._most:
            self.step = Finished()
            return
        self._collection.refresh()
        agenda = agenda_of(self._collection, now, self._limits)
        item = _item_of(agenda, first) or agenda.next(now)
        if item is None:
            until = agenda.wait()
            self.step = Finished() if until is None else Pause(until)
            return
        self._ahead = tuple(each.card for each in (*agenda.learning[:2], *agenda.main[:3]))
        remaining: Counter[str] = Counter()
        for counts in agenda.counts().values():
            remaining.update(counts)
        face = self._collection.face(item.card)
        self.step = Question(item, self._collection.note_of(item.card), face, remaining)


def _item_of(agenda: Agenda, card: str | None) -> Item | None:
    return next((item for item in (*agenda.learning, *agenda.main) if item.card == card), None)
