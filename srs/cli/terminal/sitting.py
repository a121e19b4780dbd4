"""The review in a terminal: turns keys into what the session does. Knows not how a page looks."""

from collections.abc import Callable, Mapping

from srs.cli import asides, wording
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.dialogue import Ask, Dialogue
from srs.cli.terminal.line import Line, filled
from srs.cli.terminal.pages import RATINGS, Pages
from srs.cli.terminal.screen import SCROLL_KEYS, Page
from srs.cli.terminal.sounds import Sounds
from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.study.session import Finished, Pause, Question, Revealed, Session
from srs.values import replace

PATIENCE_MS = 3_600_000
"""A sitting waits for its next card if that comes within an hour."""
_LOOK_AGAIN = 10.0  # seconds


def run(session: Session, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Hold the sitting until nothing is left or the learner leaves; Ctrl-C then raises KeyboardInterrupt."""
    desk = Desk.of(collection, clock, environ)
    if isinstance(session.step, Finished) or _is_far(session, clock):
        print("Nothing is left to study now.")
        for line in wording.summary(session.tally, session.step, clock())[1:]:
            print(line)
        return
    Sitting(session, desk).run(lambda: _summary(session, desk))


def _summary(session: Session, desk: Desk) -> list[str]:
    said = asides.summary(session, desk.clock(), desk.collection)
    if not isinstance(session.step, Question | Revealed):
        return [*said, wording.ended(session.tally)]
    left = wording.remaining(asides.question_of(session).remaining)
    return [*said, f"Left for today: {left}. srs review goes on." if left else "srs review goes on."]


def _is_far(session: Session, clock: Callable[[], int]) -> bool:
    """Whether the next card comes too late to wait for it."""
    return isinstance(session.step, Pause) and session.step.until - clock() > PATIENCE_MS


class Sitting(Dialogue):
    """The sitting between two keys. `_line` is the answer being typed; `_place` the card and whether its back is up."""

    def __init__(self, session: Session, desk: Desk) -> None:
        super().__init__(desk, wording.left_out(desk.collection))
        self._session = session
        self._pages = Pages(session, desk, beginner=not desk.collection.has_answers())
        self._sounds = Sounds(desk)
        self._private = desk.collection.starts_private_journal()
        self._line: Line | None = None
        self._place: tuple[str, bool] = ("", False)

    # What every dialogue has

    def _do(self, key: str) -> None:
        if self._line and isinstance(self._session.step, Question):
            self._type(self._line, key)
        else:
            self._act(key)

    def _settle(self) -> None:
        """After a change of the step: a card that is new on the screen begins at its top, with nothing typed."""
        step = self._session.step
        if isinstance(step, Finished) or _is_far(self._session, self._desk.clock):
            self.over = True
            return
        if isinstance(step, Pause):
            self._place, self._line = ("", False), None
            return
        question = asides.question_of(self._session)
        place = (question.item.card, isinstance(step, Revealed))
        if place == self._place:
            return
        if place[0] != self._place[0] or not place[1]:
            self._line = Line() if question.asks else None
        self._place = place
        self._desk.screen.rewind()
        refused = self._sounds.appeared(question.face.answer if place[1] else question.face.front)
        self._note = f"{self._note} {refused}".strip()

    def _page(self) -> Page:
        return self._pages.page(self._line, self._stray)

    def _typing(self) -> bool:
        return self._line is not None and isinstance(self._session.step, Question)

    def _patience(self) -> float | None:
        """Until the next card may come; what follows the one on the screen is made ready before.

        No time at all where the files say by now that another page is to be shown.
        """
        if self._session.look_ahead():
            return 0.0
        step = self._session.step
        if not isinstance(step, Pause):
            return None
        return max(0.05, min((step.until - self._desk.clock()) / 1000, _LOOK_AGAIN))

    def _idle(self) -> None:
        if isinstance(self._session.step, Pause):
            self._session.look_again()

    def _close(self) -> None:
        self._sounds.hush()

    # Keys

    def _type(self, line: Line, key: str) -> None:
        """A key for the answer being typed."""
        if key == "enter":
            self._try(lambda: self._show(line.text))
        elif key in ("esc", "tab"):
            self._line = None
        elif not line.press(key, self._desk.keys.pasted):
            self._act(key)

    def _act(self, key: str) -> None:
        action = self._desk.prefs.keys.get(key, "")
        step = self._session.step
        if action == "quit":
            self.over = True
        elif action == "help":
            self._help()
        elif action == "undo":
            self._try(lambda: asides.undo(self._session))
        elif isinstance(step, Pause):
            self._session.look_again()
        elif action in RATINGS or action == "show":
            self._try(lambda: self._rate(RATINGS.get(action)))
        elif action in _ACTIONS:
            self._try(lambda: _ACTIONS[action](self))
        elif key == "tab" and isinstance(step, Question) and step.asks:
            self._line = Line()
        elif key not in SCROLL_KEYS and key != "esc":
            self._stray = True

    # Actions

    def _show(self, typed: str = "") -> str:
        self._session.typed(typed)
        return ""

    def _rate(self, rating: int | None) -> str:
        """Rate the card, None meaning what `show` stands for; a card whose front is up is turned over."""
        step = self._session.step
        if isinstance(step, Question):
            return self._show()
        assert isinstance(step, Revealed)
        said = wording.told(self._session.answer(rating or self._pages.suggested(step)))
        if self._private:
            said += f" {wording.where_answers_go(self._desk.collection)}."
            self._private = False
        return said

    def _help(self) -> None:
        from srs.cli.terminal import overlay

        told = overlay.sitting_keys(self._desk.prefs, sound=self._sound() is not None)
        self._lay(overlay.keys(told, self._desk.screen.colours))

    def _flag(self) -> str:
        names = ", ".join(f"{number} {name}" for number, name in enumerate(asides.FLAGS) if number)
        self._ask = Ask(
            f"Flag: {names}; 0 none",
            lambda key: asides.flag(self._session, int(key)) if key in "01234567" else "No flag was given.",
        )
        return ""

    def _mark(self) -> str:
        question = asides.question_of(self._session)
        line = filled(question.mark or "")
        text = "What is wrong with this card? Enter keeps it, esc does not."
        self._ask = Ask(text, lambda words: asides.mark(self._session, words), line)
        return ""

    def _add(self) -> str:
        """A card that came to mind: front, then back, into the deck of the card that is shown."""
        return self._ask_front("", "")

    def _ask_front(self, front: str, back: str) -> str:
        text = "New card, front? Enter goes on to the back, esc drops it."
        self._ask = Ask(text, lambda words: self._ask_back(words, back), filled(front))
        return ""

    def _ask_back(self, front: str, back: str) -> str:
        if not front.strip():
            return "Nothing was added."
        text = f"The back of “{front}”? Enter adds it, esc drops it."
        self._ask = Ask(text, lambda words: self._add_card(front, words), filled(back))
        return ""

    def _add_card(self, front: str, back: str, alike: bool = False) -> str:
        """Add it; ask first where it looks like another, and again where it is refused: nothing typed is lost."""
        if not back.strip():
            return "Nothing was added."
        desk, deck = self._desk, asides.question_of(self._session).note.deck
        try:
            near = "" if alike else asides.alike(desk.collection, front, back)
            if not near:
                return asides.add(desk.collection, front, back, deck)
        except SrsError as error:
            self._ask_front(front, back)
            assert self._ask
            self._ask = replace(self._ask, text=f"{error.sentences} {self._ask.text}")
            return ""
        self._ask = Ask(
            f"{near} y: add it all the same; any other key: drop it",
            lambda key: self._add_card(front, back, alike=True) if key == "y" else "Nothing was added.",
        )
        return ""

    def _edit(self) -> str:
        mending = asides.Mending(self._session, self._desk.collection, self._desk.clock)
        return self._mended(mending)

    def _mended(self, mending: asides.Mending) -> str:
        said = mending.edit(self._desk.prefs, self._desk.environ, self._desk.keys)
        self.last_words = said if isinstance(self._session.step, Finished) else ""
        return self._offer_again(said, "go on", lambda: self._mended(mending)) if mending.broken else said

    def _sound(self) -> str | None:
        """The sound that was heard last of what is shown; a back without one has that of its front."""
        step = self._session.step
        if isinstance(step, Revealed):
            face = step.question.face
            return asides.sound_of(face.answer) or asides.sound_of(face.front)
        return asides.sound_of(step.face.front) if isinstance(step, Question) else None

    def _replay(self) -> str:
        name = self._sound()
        if name is None:
            return "There is no sound here."
        self._sounds.play(name)
        return ""


_ACTIONS: Mapping[str, Callable[[Sitting], str]] = {
    "add": Sitting._add,
    "edit": Sitting._edit,
    "bury": lambda sitting: asides.bury(sitting._session),
    "suspend": lambda sitting: asides.suspend(sitting._session),
    "skip": lambda sitting: asides.skip(sitting._session),
    "flag": Sitting._flag,
    "mark": Sitting._mark,
    "why": lambda sitting: sitting._lay_why(asides.question_of(sitting._session).item.card),
    "source": lambda sitting: sitting._lay_source(asides.question_of(sitting._session).note),
    "replay": Sitting._replay,
}
