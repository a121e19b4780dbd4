"""Key by key through pages, with a note, a question at the foot, something laid over. Knows no session and no walk."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from srs.cli import asides, wording
from srs.cli.progress import progress
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.keys import Hangup
from srs.cli.terminal.line import Line, filled
from srs.cli.terminal.screen import Page
from srs.collection.collection import ClockDoubt
from srs.errors import SrsError
from srs.values import frozen, replace

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.cli.terminal.overlay import Overlay

_LEAVE = ("ctrl-c", "ctrl-d", "eof")
_PASTED = "Pasted text does nothing here."


@frozen
class Ask:
    """A question at the foot. `take` gets the next key or, where there is a `line`, the text typed; what it tells."""

    text: str
    take: Callable[[str], str]
    line: Line | None = None


class Dialogue:
    """What is between two keys. `_note` is said once, above the keys; `last_words` are to be told after the end.

    `_stray` says that the last key meant nothing: for the page to tell where its keys stand, so that nothing moves.

    Who derives from it says what a key does (`_do`), what follows from that (`_settle`) and what is shown (`_page`).
    """

    def __init__(self, desk: Desk, note: str = "") -> None:
        self.over = False
        self.last_words = ""
        self._desk = desk
        self._note = note
        self._stray = False
        self._pasted = False
        self._ask: Ask | None = None
        self._overlay: Overlay | None = None

    def run(self, farewell: Callable[[], Sequence[str]]) -> None:
        """Hold it to its end, then say its last words and `farewell`. Ctrl-C then raises KeyboardInterrupt."""
        key = self._hold()
        self._desk.farewell([self.last_words, *farewell()])
        if key == "ctrl-c":
            raise KeyboardInterrupt

    def _hold(self) -> str:
        """Go from key to key until it is over; the last key. Raises Hangup."""
        key = ""
        with self._desk.keys as keys:
            try:
                self._settle()
                while not self.over:
                    self._paint()
                    key = keys.read_key(self._patience())
                    self._press(key)
            except Hangup:
                self._desk.screen.leave()
                raise
            finally:
                self._close()
        return key

    # For who derives from it

    def _do(self, key: str) -> None:
        """Do what a key means for the page that is shown."""
        raise NotImplementedError

    def _settle(self) -> None:
        """Take in what a key changed: whether it is `over`, and where the next page begins."""
        raise NotImplementedError

    def _page(self) -> Page:
        """What is to be seen, with the keys at its foot."""
        raise NotImplementedError

    def _typing(self) -> bool:
        """Whether letters go into a line on the page."""
        return False

    def _patience(self) -> float | None:
        """How many seconds to wait for a key; None for ever."""
        return None

    def _idle(self) -> None:
        """No key came in time."""

    def _close(self) -> None:
        """However it ended."""

    # Keys

    def _press(self, key: str) -> None:
        progress.anew()
        screen = self._desk.screen
        if key == "resume":  # the shell wrote on the screen meanwhile
            screen.disturbed()
        if key in _LEAVE:
            self.over = True
            return
        if not key:
            self._idle()
        elif key not in ("resize", "resume"):
            self._stray = self._pasted = False
            if not screen.scroll(key):
                self._take(key)
        self._settle()

    def _take(self, key: str) -> None:
        if key == "paste" and not self._takes_text():
            self._pasted = True
            return
        if self._overlay:
            self._overlay = None
            self._desk.screen.rewind()
            return
        self._note = ""
        if self._ask:
            self._reply(self._ask, key)
        else:
            self._do(key)

    def _takes_text(self) -> bool:
        """Whether what is pasted goes into a line."""
        if self._overlay:
            return False
        return self._ask.line is not None if self._ask else self._typing()

    def _reply(self, ask: Ask, key: str) -> None:
        """A key for the question at the foot."""
        if ask.line is None:
            self._ask = None
            self._try(lambda: ask.take(key))
        elif key == "enter":
            self._ask, text = None, ask.line.text
            self._try(lambda: ask.take(text))
        elif key == "esc":
            self._ask = None
        else:
            ask.line.press(key, self._desk.keys.pasted)

    def _try(self, do: Callable[[], str]) -> None:
        """Do something that the collection may refuse; what it tells. A clock in doubt is asked about first."""

        def accepted() -> str:
            self._desk.collection.accept_clock()
            return do()

        try:
            self._note = do()
        except ClockDoubt as error:
            self._ask = Ask(wording.clock_question(error), lambda key: accepted() if key == "y" else "")
        except SrsError as error:
            self._note = error.sentences

    def _offer_again(self, said: str, otherwise: str, do: Callable[[], str]) -> str:
        """Ask whether to edit once more what came out wrong."""
        edit = self._desk.prefs.keys_of("edit") or ("e",)
        text = f"{said} {edit[0]}: edit it again; any other key: {otherwise}"
        self._ask = Ask(text, lambda key: do() if key in edit else "")
        return ""

    def _ask_card(
        self, make: Callable[[str, str], str], esc: str, typed: tuple[str, str] = ("", ""), why: str = ""
    ) -> str:
        """A card to be made of a question and an answer. Where that is refused, both stand in the lines again."""

        def asked(question: str) -> str:
            if not question.strip():
                return "No card was made."
            text = f"{question.strip()}\nAnswer (esc: {esc}):"
            self._ask = Ask(text, lambda answer: answered(question, answer), filled(typed[1]))
            return ""

        def answered(question: str, answer: str) -> str:
            try:
                return make(question, answer)
            except ClockDoubt:
                raise
            except SrsError as error:
                return self._ask_card(make, esc, (question, answer), f"{error.sentences} ")

        self._ask = Ask(f"{why}Question (esc: {esc}):", asked, filled(typed[0]))
        return ""

    # What is laid over

    def _lay(self, overlay: "Overlay") -> str:
        self._overlay = overlay
        self._desk.screen.rewind()
        return ""

    def _lay_why(self, card: str) -> str:
        """Why a card is due."""
        from srs.cli.explain import ascii_only
        from srs.cli.terminal import overlay

        desk = self._desk
        told = asides.explanation(desk.collection, card, desk.clock())
        return self._lay(overlay.why(told, desk.screen.colours, ascii_only(desk.environ)))

    def _lay_source(self, note: "Note | None") -> str:
        """The text that a note comes from; a page is opened in the browser."""
        from srs.cli.terminal import overlay
        from srs.study.reading import close_up

        desk = self._desk
        found = asides.source(note, desk.collection) if note else None
        if note is None or found is None:
            return asides.no_source(note)
        if isinstance(found, str):
            return asides.open_page(found, desk.environ, desk.keys)
        return self._lay(overlay.source(close_up(found, note.origin or ""), desk.screen.colours))

    # The page

    def _paint(self) -> None:
        screen = self._desk.screen
        if self._overlay:
            title = screen.text(self._overlay.title, "heading")[:1]
            body = self._overlay.lines(screen.columns, max(1, screen.rows - 6))
            foot = screen.text(_PASTED, "warning") if self._pasted else screen.text("any key goes back", "muted")
            screen.paint(Page(title, body, foot))
            return
        page, ask = self._page(), self._ask
        if ask:
            typed = ask.line.prompt(screen.columns) if ask.line else None
            text = f"{_PASTED} {ask.text}" if self._pasted else ask.text
            page = replace(page, foot=screen.text(text, "warning"), typed=typed)
        elif self._pasted:
            page = replace(page, foot=screen.instead(page.foot, _PASTED))
        elif self._note:
            page = replace(page, foot=[*screen.text(self._note, "warning"), "", *page.foot])
        screen.paint(page)
