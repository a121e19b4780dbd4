"""One sitting as a state machine: the card shown, its back, four previews, the answer and what else can be done to it.

Knows neither keys nor screens: the terminal, line mode and a web page are skins over it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from srs.collection import queries
from srs.collection.collection import CardChanged
from srs.errors import SrsError
from srs.study.agenda import Agenda, Cram, Item, Limits
from srs.study.kept import KeptAgenda
from srs.study.pace import Pace, minutes_left, pace_of
from srs.study.today import cram_of
from srs.values import frozen, replace

if TYPE_CHECKING:
    from srs.cards.face import Face
    from srs.cards.note import Note
    from srs.cards.typed import Comparison
    from srs.collection.collection import Answered, Collection, Shown
    from srs.errors import Problem
    from srs.memory.events import Event, Mode, OfCard
    from srs.memory.schedule import Answers

_BLANK = '<span class="type" data-answer='


@frozen
class Question:
    """A card with its front up. `minutes` is what the remaining cards will take; `asks`: an answer can be typed."""

    item: Item
    note: Note
    face: Face
    remaining: Mapping[str, int]
    minutes: float = 0.0
    asks: bool = False
    flag: int = 0
    mark: str | None = None


@frozen
class Revealed:
    """A card with its back up, what each answer would do, and what that hangs on: the instant and the card's state.

    `comparison` is what was typed beside the right answer, None where nothing was.
    """

    question: Question
    answers: Answers
    shown: Shown
    comparison: Comparison | None = None

    @property
    def suggested(self) -> int | None:
        """The rating that what was typed suggests, 1 to 4."""
        return self.comparison.rating if self.comparison else None


@frozen
class Pause:
    """Nothing to show before the instant `until` (ms)."""

    until: int


@frozen
class Finished:
    """Nothing is left for today, or the sitting's own limit of answers or minutes is reached."""


Step = Question | Revealed | Pause | Finished


@frozen
class Skip:
    """A card was put off until later in the sitting. Known to this sitting alone: it is in no journal."""

    card: str


@frozen
class Edited:
    """What became of a card whose note was edited: whether it is shown, is a draft now, what is wrong in its file."""

    card: str
    shown: bool
    draft: bool
    problems: tuple[Problem, ...]


class Tally:
    """What this sitting did, and did not take back: answers, and what was done to cards `besides`.

    `earlier` is how many times something was taken back that was done before the sitting, `asked` what the sitting
    was asked for.
    """

    def __init__(
        self, answers: Iterable[Answered] = (), besides: Iterable[OfCard] = (), asked: Limits = Limits()
    ) -> None:
        self.answers = list(answers)
        self.besides = list(besides)
        self.earlier = 0
        self.asked = asked

    def ratings(self) -> Counter[int]:
        return Counter(answered.review.rating for answered in self.answers)

    def milliseconds(self) -> int:
        return sum(answered.review.ms or 0 for answered in self.answers)


class Session:
    """A sitting over `collection`. `clock` gives the time in ms; `most` ends it after that many answers.

    `mode` is "cram" where `limits` ask for that: then every card comes once, and no answer moves it.
    """

    def __init__(
        self, collection: Collection, clock: Callable[[], int], limits: Limits = Limits(), most: int | None = None
    ) -> None:
        self._collection = collection
        self._clock = clock
        self._limits = limits
        self._most = most
        self.mode: Mode = "cram" if limits.cram else "study"
        self._cram = cram_of(collection, clock(), limits) if limits.cram else None
        self._agenda = KeptAgenda(collection, limits)
        self._studied_ms = 0
        self._shown_at = 0
        self._ahead: tuple[str, ...] = ()
        self._unread = False  # whether what is shown was chosen without a look at the files
        self._skipped: list[str] = []
        self._did: list[str | Skip] = []  # ids of events, and skips, in the order in which undo goes back
        self.tally = Tally(asked=limits)
        self.step: Step = Finished()
        self._advance(read=False)  # who opens a collection has read its files

    def reveal(self) -> Step:
        """Turn the card over; where the collection changed meanwhile, the card that is now to be shown."""
        if not isinstance(self.step, Question):
            return self.step
        card = self.step.item.card
        if self._look(card) and (not isinstance(self.step, Question) or self.step.item.card != card):
            return self.step
        now = self._clock()
        shown = self._collection.offer(card, now)
        self.step = Revealed(self.step, shown.answers, shown)
        return self.step

    def typed(self, text: str) -> Step:
        """Turn the card over with what was typed for its answer; blank text, or a card that asks for none, only shows.

        The text is no answer yet: the back then suggests a rating.
        """
        step = self.reveal()
        if isinstance(step, Revealed) and step.question.asks and text.strip():
            from srs.cards.faces import typed_field
            from srs.cards.typed import compare

            blank = typed_field(step.question.note, self._collection.types, step.question.item.card)
            if blank is not None:
                given = compare(text, blank.expected, blank.accents, blank.case)
                self.step = replace(step, comparison=given)
        return self.step

    def answer(self, rating: int) -> Answered:
        """Rate the card that lies face up, 1 (Again) to 4 (Easy), and go to the next. On disk when this returns.

        The files are looked at when `look_ahead` is called, so that the next card can be shown before.

        Raises what `Collection.answer` does; the card stays as it is, but for CardChanged, after which the session has
        gone on to what is now to be shown.
        """
        if not isinstance(self.step, Revealed):
            raise RuntimeError("an answer needs a revealed card")
        now = self._clock()
        card, shown = self.step.question.item.card, self.step.shown
        try:
            answered = self._collection.answer(card, rating, now, now - self._shown_at, self.mode, shown)
        except CardChanged:
            self._advance(first=card)
            raise
        self.tally.answers.append(answered)
        self._did.append(answered.review.id)
        self._skipped = [each for each in self._skipped if each != card]
        self._studied_ms += answered.review.ms or 0
        if self._cram is not None:
            self._cram.answered(rating)
        self._advance(read=False)
        self._unread = True
        if not isinstance(self.step, Question):
            self._look()
        return answered

    def skip(self) -> None:
        """Put the card off: it comes again in this sitting, behind the others."""
        card = self._question().item.card
        if self._cram is not None:
            self._cram.answered(1)
        else:
            self._skipped = [*(each for each in self._skipped if each != card), card]
        self._did.append(Skip(card))
        self._advance()

    def bury(self) -> None:
        """Keep the card out of the reviews until tomorrow. On disk when this returns, as with all that follow."""
        from srs.memory.events import Bury

        until = self._collection.day(self._clock()) + 1
        self._record(lambda id, at, card, because: Bury(id, at, card, until, because))
        self._advance()

    def suspend(self) -> None:
        """Keep the card out of the reviews until it is unsuspended."""
        from srs.memory.events import Suspend

        self._record(Suspend)
        self._advance()

    def flag(self, number: int) -> None:
        """Put a flag on the card, 1 to 7, or take it off with 0. It stays where it is."""
        from srs.memory.events import Flag

        if self._question().flag != number:
            self._record(lambda id, at, card, because: Flag(id, at, card, number, because))
            self._change(lambda question: replace(question, flag=number))

    def mark(self, text: str) -> None:
        """Say what is wrong with the card, in a few words; none take the mark off. It stays where it is."""
        from srs.memory.events import Mark

        words = " ".join(text.split())
        if (self._question().mark or "") != words:
            self._record(lambda id, at, card, because: Mark(id, at, card, words, because))
            self._change(lambda question: replace(question, mark=words or None))

    def successor(self, question: Question, known: Container[str]) -> str | None:
        """The note that the note of `question` became, if its id is another one now: an edit can change a derived id.

        That which has its id for an old name, else that which stands in its place and is none of those `known` before
        the edit. Reads what changed in the files.
        """
        self._collection.refresh()
        old = question.note
        now = self._note(old.id)
        if now is None and not old.pinned:
            place = old.place.path, old.place.line
            here = (note for note in self._collection.notes() if (note.place.path, note.place.line) == place)
            now = next((note for note in here if note.type == old.type and note.id not in known), None)
        return now.id if now and now.id != old.id else None

    def edited(self, question: Question | None = None, away: int = 0, became: str | None = None) -> Edited:
        """After an edit of the card that is shown, or of `question`: go on with the same card as it is now.

        Its back comes up if it was up. Where the edit left it out, or made it a draft, the next card is shown. `away`
        (ms) was spent in the editor and not on the card; `became` is what `successor` said.
        """
        was_up = isinstance(self.step, Revealed)
        before = question or self._question()
        thought = self._clock() - self._shown_at - away
        new = became or self._renamed(before.note.id)
        card = f"{new}:{before.item.card.partition(':')[2]}" if new else before.item.card
        self._advance(first=card)
        shown = isinstance(self.step, Question) and self.step.item.card == card
        if shown and question is None:
            self._shown_at = self._clock() - max(0, thought)
        if shown and was_up:
            self.reveal()
        now = self._note(card.partition(":")[0])
        wrong = (each for each in self._collection.problems() if each.severity == "error")
        problems = () if shown else tuple(each for each in wrong if each.path == before.note.place.path)
        return Edited(card, shown, now is not None and now.draft, problems)

    def undo(self) -> list[Event | Skip]:
        """Take back what this sitting did last, else this device's newest event, and show its card again.

        What was taken back, with what went with it; empty where there is nothing.
        """
        from srs.memory.events import card_of

        last = self._did[-1] if self._did else None
        if isinstance(last, Skip):
            self._did.pop()
            self._skipped = [card for card in self._skipped if card != last.card]
            self._advance(first=last.card)
            return [last]
        undone = self._collection.undo(self._clock(), last)
        if undone:
            gone = (last, undone[0].id)
            self.tally.earlier += undone[0].id not in self._did
            self.tally.besides = [event for event in self.tally.besides if event.id not in gone]
            self._did = [each for each in self._did if each not in gone]
            self.tally.answers = [a for a in self.tally.answers if a.review.id != undone[0].id]
            self._advance(first=card_of(undone[0]))
        return list(undone)

    def look_ahead(self) -> bool:
        """Do while the learner reads what no answer should wait for: look at the files, make the next cards' faces.

        True where something else is to be shown now, since the files changed.
        """
        try:
            changed = self._unread and self._look(self._question().item.card)
        except SrsError:  # told when the card is turned over, before which the files are looked at again
            changed = False
        ahead, self._ahead = self._ahead, ()
        for card in ahead:
            try:
                self._collection.face(card)
            except SrsError:  # gone from its deck meanwhile, or not to be drawn: told when its turn comes
                pass
        return changed

    def look_again(self) -> Step:
        """After a pause, or when files may have changed: what is to be shown now."""
        self._advance()
        return self.step

    def _look(self, card: str | None = None) -> bool:
        """Read what changed in the files, and go on with the same card where it still stands. True where it did."""
        self._unread = False
        if not self._collection.refresh():
            return False
        shown_at = self._shown_at
        self._advance(first=card, read=False)
        if isinstance(self.step, Question) and self.step.item.card == card:
            self._shown_at = shown_at
        return True

    def _advance(self, first: str | None = None, read: bool = True) -> None:
        now = self._clock()
        self._shown_at = now
        if self._is_over():
            self.step = Finished()
            return
        if read:
            self._unread = False
            self._collection.refresh()
        if self._cram is not None:
            self._show_crammed(self._cram, first, now)
            return
        agenda = self._agenda.at(now)
        item = (agenda.item(first) if first else None) or self._next(agenda, now)
        if item is None:
            self.step = Pause(min(each.early or 0 for each in agenda.learning)) if agenda.learning else Finished()
            return
        self._ahead = tuple(each.card for each in (*agenda.learning[:2], *agenda.main[:3]))
        remaining = {str(kind): count for kind, count in agenda.kinds().items()}
        self._show(item, remaining, minutes_left(agenda, self._pace))

    def _next(self, agenda: Agenda, now: int) -> Item | None:
        """The agenda's next card among those that were not put off, else the one that was put off first.

        What was put off comes before a card that is shown ahead of its time.
        """
        if not self._skipped:
            return agenda.next(now)
        put_off = frozenset(self._skipped)
        learning, main = (
            [item for item in items if item.card not in put_off] for items in (agenda.learning, agenda.main)
        )
        item = Agenda(tuple(learning), tuple(main)).next(now)
        there = {each.card: each for each in (*agenda.learning, *agenda.main)}
        waiting = [there[card] for card in self._skipped if card in there]
        shown = [each for each in ([item] if item else []) + waiting if (each.early or 0) <= now]
        return next((each for each in shown if (each.due or 0) <= now), shown[0] if shown else None)

    @cached_property
    def _pace(self) -> Pace:
        """As it was when the sitting began: what is left should fall evenly."""
        return pace_of(self._collection)

    def _is_over(self) -> bool:
        """Whether the sitting's own limits end it. Time counts as it was spent, on answers taken back as well."""
        if self._most is not None and len(self.tally.answers) >= self._most:
            return True
        return self._limits.minutes is not None and self._studied_ms >= self._limits.minutes * 60_000

    def _show_crammed(self, cram: Cram, first: str | None, now: int) -> None:
        db, day = self._collection.db, self._collection.day(now)
        item = cram.head(first, lambda card: bool(queries.all_open(db, day, card)))
        if item is None:
            self.step = Finished()
            return
        self._ahead = cram.coming(3)
        self._show(item, {"cram": cram.left()}, cram.left() * self._pace.seconds("cram") / 60)

    def _show(self, item: Item, remaining: Mapping[str, int], minutes: float) -> None:
        card = item.card
        face, state = self._collection.face(card), self._collection.state(card)
        note = self._collection.note_of(card)
        self.step = Question(item, note, face, remaining, minutes, _BLANK in face.front, state.flag, state.mark)

    def _question(self) -> Question:
        if not isinstance(self.step, Question | Revealed):
            raise RuntimeError("this needs a card that is shown")
        return self.step if isinstance(self.step, Question) else self.step.question

    def _renamed(self, id: str) -> str | None:
        """The present id of a note that has `id` for an old name."""
        self._collection.refresh()
        now = self._collection.resolve(id)
        return now if now != id else None

    def _note(self, id: str) -> Note | None:
        """The note with this id that makes cards, a draft too."""
        views = self._collection.cards_of_note(id, self._clock())
        return views[0].note if views else None

    def _record(self, make: Callable[[str, int, str, str | None], OfCard]) -> None:
        """Record an event about the card that is shown, for undo to take back."""
        made: list[OfCard] = []

        def noted(id: str, at: int, card: str, because: str | None) -> OfCard:
            made.append(make(id, at, card, because))
            return made[-1]

        self._collection.record_batch([self._question().item.card], self._clock(), noted)
        self._did += (event.id for event in made)
        self.tally.besides += made

    def _change(self, change: Callable[[Question], Question]) -> None:
        if isinstance(self.step, Revealed):
            self.step = replace(self.step, question=change(self.step.question))
        elif isinstance(self.step, Question):
            self.step = change(self.step)
