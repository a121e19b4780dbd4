"""Line mode of the review: answers come as lines from a pipe, cards go out as plain sentences. Knows no keys."""

import sys
from collections.abc import Callable, Mapping

from srs.cards.plain import for_reading
from srs.cli import asides, wording
from srs.cli.output import say, span_short
from srs.cli.preferences import preferences
from srs.collection.collection import CardChanged, ClockDoubt, Collection
from srs.errors import SrsError
from srs.study.session import Finished, Pause, Question, Revealed, Session
from srs.words import RATINGS

_FIRST = "A blank line shows the answer, then rate it; u takes the last one back, q ends, ? tells the rest."
_TYPED = "(type the answer; a blank line shows it; with a colon in front, as in :q, it is a command)"
_HELP = "Answer with 1 Again, 2 Hard, 3 Good or 4 Easy; u takes the last one back, q ends, ? tells the rest."
_ALL = """\
A blank line shows the answer. Then 1 is Again (you forgot it), 2 Hard, 3 Good and 4 Easy.
u takes back what was done last; n puts the card off; b buries it until tomorrow, s suspends it.
f N flags it (1 to 7, 0 takes the flag off); m WORDS marks it with what is wrong, m alone takes the mark off.
i says why it is due, o where it comes from, e where to edit it. q ends."""


def run(session: Session, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Hold the sitting, a line for each thing that is done, until q, the end of input, or nothing is left."""
    lines = _Lines(session, collection, clock, environ)
    lines.show()
    while not isinstance(session.step, Finished):
        line = sys.stdin.readline()
        if not line or not lines.take(line.strip()):
            break
    for text in asides.summary(session, clock(), collection):
        say(text)


class _Lines:
    """The sitting between two lines."""

    def __init__(
        self, session: Session, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]
    ) -> None:
        self._session = session
        self._collection = collection
        self._clock = clock
        self._environ = environ
        self._first_in_private = collection.starts_private_journal()

    def take(self, line: str) -> bool:
        """Do what a line says; False where it ends the sitting."""
        step = self._session.step
        if isinstance(step, Question) and step.asks and not line.startswith(":"):
            self._session.typed(line)
            self.show()
            return True
        line = line.removeprefix(":").strip() if isinstance(step, Question) and step.asks else line
        word, _, rest = line.partition(" ")
        word = word.lower()
        if word in ("q", "quit"):
            return False
        try:
            self._do(word, rest.strip())
        except SrsError as error:
            self._tell(error.sentences)
        return True

    def _do(self, word: str, rest: str) -> None:
        step = self._session.step
        if word == "?":
            say(_ALL)
        elif word == "u" and not rest:
            self._go_on(lambda: asides.undo(self._session))
        elif isinstance(step, Pause):
            self._session.look_again()
            self.show()
        elif not word and isinstance(step, Question):
            self._session.reveal()
            self.show()
        elif word in ("1", "2", "3", "4") and not rest and isinstance(step, Revealed):
            self._rate(int(word))
        elif word in _AWAY and not rest:
            self._go_on(lambda: _AWAY[word](self._session))
        elif word in ("f", "m", "i", "o", "e") and (word in "fm" or not rest):
            self._aside(word, rest)
        else:
            say(_FIRST if isinstance(step, Question) else _HELP)

    def _rate(self, rating: int) -> None:
        def rated() -> str:
            said = wording.told(self._session.answer(rating))
            self._session.look_ahead()
            return said

        if self._go_on(rated, show=False) and self._first_in_private:
            self._tell(f"{wording.where_answers_go(self._collection)}.")
            self._first_in_private = False
        print()
        self.show()

    def _aside(self, word: str, rest: str) -> None:
        """What leaves the card where it is."""
        if word == "m":
            self._go_on(lambda: asides.mark(self._session, rest), show=False)
        elif word == "f" and len(rest) == 1 and rest in "01234567":
            self._go_on(lambda: asides.flag(self._session, int(rest)), show=False)
        elif word == "f":
            names = ", ".join(f"{number} {name}" for number, name in enumerate(asides.FLAGS))
            say(f"Flag it with f and a number: {names}.")
        elif word == "i":
            card = asides.question_of(self._session).item.card
            told = asides.explanation(self._collection, card, self._clock())
            for sentences in (told.why, told.memory, told.more):
                if sentences:
                    self._tell(" ".join(sentences))
        elif word == "o":
            self._source()
        else:
            self._edit()

    def _source(self) -> None:
        note = asides.question_of(self._session).note
        found = asides.source(note, self._collection)
        if found is None:
            say(asides.no_source(note))
        elif isinstance(found, str):
            self._tell(f"It comes from {found}")
        else:
            self._tell(f"{found.path}, from line {found.first} on:")
            for _, text, belongs in found.numbered():
                if belongs:
                    self._tell(text)

    def _edit(self) -> None:
        """With a keyboard, open the editor. From a pipe, which an editor would read empty, say where to edit."""
        mending = asides.Mending(self._session, self._collection, self._clock)
        if not sys.stdin.isatty():
            place = asides.place_of(asides.question_of(self._session))
            self._tell(f"It is written at {place}. Change it there, and go on: the answer will be the new one.")
            return
        self._tell(mending.edit(preferences(self._environ), self._environ))
        print()
        self.show()

    def _go_on(self, do: Callable[[], str], show: bool = True) -> bool:
        """Do something that the collection may refuse, and tell what came of it; False where it was refused."""
        done = True
        try:
            self._tell(do())
        except CardChanged as error:
            self._tell(error.sentences)
            done = False
        except ClockDoubt as error:
            self._tell(wording.clock_question(error))
            if sys.stdin.readline().strip().lower() != "y":
                return False
            self._collection.accept_clock()
            return self._go_on(do, show)
        if show:
            print()
            self.show()
        return done

    def _tell(self, text: str) -> None:
        if text:
            say(text)
        sys.stdout.flush()

    def show(self) -> None:
        """Say what is to be seen now."""
        step = self._session.step
        if isinstance(step, Question):
            left = wording.remaining(step.remaining)
            about = [f"flag {step.flag}, {asides.FLAGS[step.flag]}"] if step.flag else []
            about += [f"marked: {step.mark}"] if step.mark else []
            say(" ".join([f"[{step.item.deck}] {left}", *(f"({each})" for each in about)]))
            say(for_reading(step.face.front))
            say(f"\n{_TYPED}" if step.asks else "\n(a blank line shows the answer)")
        elif isinstance(step, Revealed):
            self._show_back(step)
        elif isinstance(step, Pause):
            wait = span_short(max(0, step.until - self._clock()))
            say(f"The next card is due in {wait}. A blank line looks again; q ends.")
        sys.stdout.flush()

    def _show_back(self, step: Revealed) -> None:
        if step.comparison:
            from srs.cli.terminal import typed
            from srs.cli.terminal.style import PLAIN

            print("\n".join(typed.lines(step.comparison, 78, PLAIN)) + "\n")
        say(for_reading(step.question.face.answer))
        print()
        print("   ".join(f"{rating} {name} {when}" for rating, name, when in wording.buttons(step)))
        if step.suggested:
            print(f"What you typed suggests {step.suggested} {RATINGS[step.suggested - 1]}.")


_AWAY: Mapping[str, Callable[[Session], str]] = {"n": asides.skip, "b": asides.bury, "s": asides.suspend}
