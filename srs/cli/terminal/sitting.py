"""The review in a terminal: turns keys into what the session does, and the session's step into a page."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from srs.cli import asides, wording
from srs.cli.preferences import Preferences, preferences
from srs.cli.terminal.keys import Hangup, Keys
from srs.cli.terminal.line import Line
from srs.cli.terminal.pages import RATINGS, Ask, Pages, View
from srs.cli.terminal.screen import SCROLL_KEYS, Faces, Screen
from srs.cli.terminal.style import palette
from srs.collection.collection import ClockDoubt, Collection
from srs.errors import SrsError, sentence
from srs.study.session import Finished, Pause, Question, Revealed, Session

if TYPE_CHECKING:
    from srs.cli.editor import Player
    from srs.cli.terminal.overlay import Overlay
    from srs.cli.terminal.pictures import Pictures

PATIENCE_MS = 3_600_000
"""A sitting waits for its next card if that comes within an hour."""
_LOOK_AGAIN = 10.0  # seconds
_LEAVE = ("ctrl-c", "ctrl-d", "eof")


def run(session: Session, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Hold the sitting until nothing is left or the learner leaves; Ctrl-C then raises KeyboardInterrupt."""
    prefs = preferences(environ)
    if isinstance(session.step, Finished) or _is_far(session, clock):
        print("Nothing is left to study now.")
        for line in wording.summary(session.tally, session.step, clock())[1:]:
            print(line)
        return
    screen = Screen(palette(sys.stdout, environ))
    key = ""
    with Keys(environ=environ) as keys:
        sitting = Sitting(session, collection, clock, environ, prefs, keys, screen)
        try:
            sitting.paint()
            while not sitting.over:
                session.look_ahead()
                key = keys.read_key(sitting.patience())
                sitting.press(key)
        except Hangup:
            screen.leave()
            raise
        finally:
            sitting.hush()
    farewell(session, collection, clock, screen, sitting.last_words)
    if key == "ctrl-c":
        raise KeyboardInterrupt


def farewell(
    session: Session, collection: Collection, clock: Callable[[], int], screen: Screen, last_words: str = ""
) -> None:
    """The summary, under a cleared screen, after what must not be lost with the last card."""
    screen.clear()
    summary = wording.summary(session.tally, session.step, clock(), collection)
    said = [*filter(None, [last_words]), *summary]
    if isinstance(session.step, Question | Revealed):
        left = wording.remaining(asides.question_of(session).remaining)
        said.append(f"Left for today: {left}. srs review goes on." if left else "srs review goes on.")
    else:
        said.append("That is all for now.")
    for text in said:
        for line in screen.text(text):
            print(line)


def _is_far(session: Session, clock: Callable[[], int]) -> bool:
    """Whether the next card comes too late to wait for it."""
    return isinstance(session.step, Pause) and session.step.until - clock() > PATIENCE_MS


class Sitting:
    """The sitting between two keys. `last_words` are to be told after its end."""

    def __init__(
        self,
        session: Session,
        collection: Collection,
        clock: Callable[[], int],
        environ: Mapping[str, str],
        prefs: Preferences,
        keys: Keys,
        screen: Screen,
    ) -> None:
        self.over = False
        self.last_words = ""
        self._session = session
        self._collection = collection
        self._clock = clock
        self._environ = environ
        self._prefs = prefs
        self._keys = keys
        self._screen = screen
        beginner = not collection.has_answers()
        self._pages = Pages(session, clock, prefs, screen, Faces(screen, self._pictures), beginner)
        self._player: Player | None = None
        self._private = collection.starts_private_journal()
        self._view = View(wording.left_out(collection))
        self._place: tuple[str, bool] = ("", False)
        self._settle()

    # Keys

    def patience(self) -> float | None:
        """How many seconds to wait for a key; None for ever."""
        step = self._session.step
        if not isinstance(step, Pause):
            return None
        return max(0.05, min((step.until - self._clock()) / 1000, _LOOK_AGAIN))

    def press(self, key: str) -> None:
        """Do what a key means now, and paint what follows. An empty key: none came in time."""
        if key == "resume":  # the shell wrote on the screen meanwhile
            self._screen.disturbed()
        if key in _LEAVE:
            self.over = True
            return
        if not key:
            self._session.look_again()
        elif key not in ("resize", "resume"):
            self._take(key)
        self._settle()
        if not self.over:
            self.paint()

    def _take(self, key: str) -> None:
        if self._screen.scroll(key):
            return
        if self._view.overlay:
            self._view.overlay = None
            self._screen.rewind()
            return
        self._view.note = ""
        if self._view.ask:
            self._reply(self._view.ask, key)
        elif self._view.line and isinstance(self._session.step, Question):
            self._type(self._view.line, key)
        else:
            self._do(key)

    def _reply(self, ask: Ask, key: str) -> None:
        """A key for the question at the foot."""
        if ask.line is None:
            self._view.ask = None
            self._try(lambda: ask.take(key))
        elif key == "enter":
            self._view.ask = None
            self._try(lambda: ask.take(ask.line.text if ask.line else ""))
        elif key == "esc":
            self._view.ask = None
        else:
            ask.line.press(key, self._keys.pasted)

    def _type(self, line: Line, key: str) -> None:
        """A key for the answer being typed."""
        if key == "enter":
            self._try(lambda: self._show(line.text))
        elif key in ("esc", "tab"):
            self._view.line = None
        elif not line.press(key, self._keys.pasted):
            self._do(key)

    def _do(self, key: str) -> None:
        action = self._prefs.keys.get(key, "")
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
            self._view.line = Line()
        elif key not in SCROLL_KEYS:
            self._view.note = self._no_meaning(step)

    def _try(self, do: Callable[[], str]) -> None:
        """Do something that the collection may refuse; what it tells."""
        try:
            self._view.note = do()
        except ClockDoubt as error:
            text = f"{sentence(error.message)} Is the clock right? y: yes, record it; any other key: no"
            self._view.ask = Ask(text, lambda key: self._accept(do) if key == "y" else "")
        except SrsError as error:
            self._view.note = error.sentences

    def _accept(self, do: Callable[[], str]) -> str:
        self._collection.accept_clock()
        return do()

    def _no_meaning(self, step: object) -> str:
        help_, show = self._pages.key("help"), self._pages.key("show")
        if isinstance(step, Question):
            return f"{show} shows the answer, {help_} all keys." if show else ""
        names = (
            [f"{rating} {name}" for rating, name, _ in self._pages.offered(step)] if isinstance(step, Revealed) else []
        )
        return f"{', '.join(names)}; {help_} shows all keys." if help_ else f"{', '.join(names)}."

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
            said += f" {wording.where_answers_go(self._collection)}."
            self._private = False
        return said

    def _help(self) -> None:
        from srs.cli.terminal import overlay

        self._lay(overlay.keys(self._prefs, self._screen.colours))

    def _lay(self, overlay: "Overlay") -> None:
        self._view.overlay = overlay
        self._screen.rewind()

    def _why(self) -> str:
        from srs.cli.explain import ascii_only
        from srs.cli.terminal import overlay

        told = asides.explanation(self._session, self._collection, self._clock())
        self._lay(overlay.why(told, self._screen.colours, ascii_only(self._environ)))
        return ""

    def _source(self) -> str:
        from srs.cli.terminal import overlay

        found = asides.source(asides.question_of(self._session).note, self._collection)
        if found is None:
            return asides.NO_SOURCE
        if isinstance(found, str):
            return asides.open_page(found, self._environ, self._keys)
        self._lay(overlay.source(found, self._screen.colours))
        return ""

    def _flag(self) -> str:
        names = ", ".join(f"{number} {name}" for number, name in enumerate(asides.FLAGS) if number)
        self._view.ask = Ask(
            f"Flag: {names}; 0 none",
            lambda key: asides.flag(self._session, int(key)) if key in "01234567" else "No flag was given.",
        )
        return ""

    def _mark(self) -> str:
        question = asides.question_of(self._session)
        line = Line()
        line.press("paste", question.mark or "")
        text = "What is wrong with this card? Enter keeps it, esc does not."
        self._view.ask = Ask(text, lambda words: asides.mark(self._session, words), line)
        return ""

    def _edit(self) -> str:
        mending = asides.Mending(self._session, self._collection, self._clock)
        return self._mended(mending)

    def _mended(self, mending: asides.Mending) -> str:
        said = mending.edit(self._prefs, self._environ, self._keys)
        self.last_words = said if isinstance(self._session.step, Finished) else ""
        if not mending.broken:
            return said
        self._view.ask = Ask(
            f"{said} e: edit it again; any other key: go on",
            lambda key: self._mended(mending) if key == "e" else "",
        )
        return ""

    # Sounds and pictures

    def hush(self) -> None:
        """End what plays."""
        if self._player:
            self._player.stop()

    def _play(self, html: str) -> None:
        """Play the first sound of a side, where the user named a player."""
        self.hush()
        if self._prefs.player is None or (name := asides.sound_of(html)) is None:
            return
        from srs.cli.editor import Player

        self._player = self._player or Player(self._collection.root, self._prefs, self._environ)
        try:
            self._player.play(name)
        except SrsError as error:
            self._view.note = f"{self._view.note} {error.sentences}".strip()

    def _pictures(self) -> "Pictures | None":
        from srs.cli.terminal.pictures import pictures

        return pictures(self._collection.root, self._prefs, self._screen.colours, self._environ)

    # The page

    def _settle(self) -> None:
        """After a change of the step: a card that is new on the screen begins at its top, with nothing typed."""
        step = self._session.step
        if isinstance(step, Finished) or _is_far(self._session, self._clock):
            self.over = True
            return
        if isinstance(step, Pause):
            self._place, self._view.line = ("", False), None
            return
        question = asides.question_of(self._session)
        place = (question.item.card, isinstance(step, Revealed))
        if place == self._place:
            return
        if place[0] != self._place[0] or not place[1]:
            self._view.line = Line() if question.asks else None
        self._place = place
        self._screen.rewind()
        self._play(question.face.answer if place[1] else question.face.front)

    def paint(self) -> None:
        """What is to be seen now."""
        self._screen.paint(self._pages.page(self._view))


_ACTIONS: Mapping[str, Callable[[Sitting], str]] = {
    "edit": Sitting._edit,
    "bury": lambda sitting: asides.bury(sitting._session),
    "suspend": lambda sitting: asides.suspend(sitting._session),
    "skip": lambda sitting: asides.skip(sitting._session),
    "flag": Sitting._flag,
    "mark": Sitting._mark,
    "why": Sitting._why,
    "source": Sitting._source,
}
