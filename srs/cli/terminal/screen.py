"""The review in a terminal: paints one card at a time, turns keys into answers. Knows the session, not how it plans."""

import sys
from collections.abc import Callable, Mapping

from srs.cards.faces import Face
from srs.cli import wording
from srs.cli.terminal.keys import Keys, size
from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Palette, palette
from srs.cli.terminal.walk import lines
from srs.cli.terminal.width import width
from srs.collection.collection import ClockDoubt, Collection
from srs.errors import SrsError
from srs.study.session import Question, Revealed, Session

_WIDEST = 78
_LEAVE = ("q", "ctrl-c", "ctrl-d", "eof")
_SCROLL = {"up": -1, "k": -1, "down": 1, "j": 1}
_PAGES = {"page-up": -1, "page-down": 1, "home": -1000, "end": 1000}


def run(session: Session, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Hold the sitting until nothing is left or the learner leaves; Ctrl-C then raises KeyboardInterrupt."""
    if not isinstance(session.step, Question):
        print("Nothing is left to study now.")
        for line in wording.summary(session.tally, session.step, clock())[1:]:
            print(line)
        return
    screen = _Screen(session, collection, clock, palette(sys.stdout, environ))
    key = ""
    with Keys(environ=environ) as keys:
        screen.paint()
        session.look_ahead()
        while isinstance(session.step, Question | Revealed):
            key = keys.read_key()
            if key in _LEAVE:
                break
            screen.press(key)
            session.look_ahead()
    screen.farewell()
    if key == "ctrl-c":
        raise KeyboardInterrupt


def print_face(face: Face, environ: Mapping[str, str]) -> None:
    """A card's two sides one under the other, as `srs show` prints them."""
    colours = palette(sys.stdout, environ)
    columns = min(size()[0], _WIDEST)
    for line in [*lines(face.front, columns, colours), colours.paint("─" * columns, "muted")]:
        print(line)
    for line in lines(face.answer, columns, colours):
        print(line)
    print()


class _Screen:
    """What is on the terminal. `_note` is said once, above the keys.

    A card longer than the screen is shown from line `_top` on, at first (None) from where its answer begins; `_page` is
    how many of its lines there is room for, 0 where all of them fit. `_doubted` is the key that waits until the learner
    says that the clock is right.
    """

    def __init__(self, session: Session, collection: Collection, clock: Callable[[], int], colours: Palette) -> None:
        self._session = session
        self._collection = collection
        self._clock = clock
        self._colours = colours
        self._beginner = not collection.has_answers()
        self._private = collection.starts_private_journal()
        self._note = wording.left_out(collection)
        self._clean = False
        self._top: int | None = None
        self._page = 0
        self._doubted = ""

    def press(self, key: str) -> None:
        """Do what a key means now, and paint what follows."""
        self._note = ""
        if self._page and (key in _SCROLL or key in _PAGES):
            self._top = (self._top or 0) + _SCROLL.get(key, 0) + _PAGES.get(key, 0) * (self._page - 1)
            self.paint()
            return
        if key == "resume":  # the shell wrote on the screen meanwhile
            self._clean = False
        if key not in ("resize", "resume"):
            self._top = None
        if key == "y" and self._doubted:
            self._collection.accept_clock()
            key = self._doubted
        try:
            self._do(key)
        except ClockDoubt as error:
            self._doubted = key
            self._note = f"{wording.sentence(error.message)} Is the clock right? y: yes, record it; any other key: no"
        except SrsError as error:
            self._note = " ".join(wording.sentence(part) for part in (error.message, error.hint) if part)
        self.paint()

    def _do(self, key: str) -> None:
        if key in ("resize", "resume"):
            return
        self._doubted = ""
        if key == "u":
            self._undo()
        elif isinstance(self._session.step, Question):
            self._session.reveal()
        elif key in ("1", "2", "3", "4"):
            self._answer(int(key))
        elif key in ("space", "enter"):
            self._answer(3)
        else:
            self._note = "1 to 4 rate the card; space is 3, Good; u takes back; q ends the sitting"

    def paint(self) -> None:
        """The whole screen, in one write."""
        step = self._session.step
        if not isinstance(step, Question | Revealed):
            return
        columns, rows = size()
        inner = min(columns, _WIDEST)
        question = step if isinstance(step, Question) else step.question
        front, answer = self._sides(question, inner, isinstance(step, Revealed))
        foot = self._foot(step, inner)
        card = self._window([*front, *answer], len(front) if answer else 0, rows - len(foot) - 4)
        margin = " " * ((columns - inner) // 2)
        page = [self._head(question, inner), "", *card, "", *foot]
        self._put([margin + line if line else "" for line in page], rows)

    def farewell(self) -> None:
        """The summary, under a cleared screen."""
        self._put([], 0)
        said = wording.summary(self._session.tally, self._session.step, self._clock())
        if isinstance(self._session.step, Question | Revealed):
            left = wording.remaining(_question(self._session.step).remaining)
            said.append(f"Left for today: {left}. srs review goes on." if left else "srs review goes on.")
        else:
            said.append("That is all for now.")
        for text in said:
            for line in lines(_escaped(text), min(size()[0], _WIDEST), self._colours):
                print(line)

    def _answer(self, rating: int) -> None:
        self._note = wording.told(self._session.answer(rating))
        if self._private:
            self._note += f" {wording.where_answers_go(self._collection)}"
            self._private = False

    def _undo(self) -> None:
        undone = self._session.undo()
        self._note = wording.took_back(undone)

    def _head(self, question: Question, columns: int) -> str:
        deck = visible(question.item.deck)
        left = wording.remaining(question.remaining)
        gap = columns - width(deck) - width(left)
        head = deck + " " * gap + left if gap > 1 else left
        return self._colours.paint(head, "muted")

    def _sides(self, question: Question, columns: int, revealed: bool) -> tuple[list[str], list[str]]:
        """The lines of the front, and those of the answer with the rule above it."""
        face = question.face
        if not revealed:
            return lines(face.front, columns, self._colours), []
        if face.answer == face.back:
            return lines(face.back, columns, self._colours), []
        rule = self._colours.paint("─" * columns, "muted")
        front, answer = (lines(side, columns, self._colours) for side in (face.front, face.answer))
        return [*front, ""], [rule, "", *answer]

    def _window(self, card: list[str], answer: int, room: int) -> list[str]:
        """As much of a card as there is room for, and how to see the rest; `answer` is the line where that begins."""
        fits = len(card) <= room or not self._colours.attributes
        self._page = 0 if fits else max(1, room - 1)
        if fits:
            return card
        self._top = max(0, min(answer if self._top is None else self._top, len(card) - self._page))
        shown = card[self._top : self._top + self._page]
        place = f"lines {self._top + 1} to {self._top + len(shown)} of {len(card)}, the arrow keys show the rest"
        return [*shown, self._colours.paint(place, "muted")]

    def _foot(self, step: Question | Revealed, columns: int) -> list[str]:
        note = lines(_escaped(self._note), columns, self._colours) if self._note else []
        foot = [self._colours.paint(line, "warning") for line in note]
        if isinstance(step, Question):
            keys = "any key shows the answer    u takes back    q ends"
            return [*foot, self._colours.paint(keys if columns >= len(keys) else "any key: answer   q: end", "muted")]
        if self._beginner and not self._session.tally.answers:
            told = (f"{name} {meaning}" for name, meaning in zip(wording.RATINGS, wording.MEANINGS, strict=True))
            hint = "How did it go? " + ", ".join(told) + "."
            foot += [self._colours.paint(line, "muted") for line in lines(_escaped(hint), columns, self._colours)]
        return foot + self._buttons(step, columns)

    def _buttons(self, step: Revealed, columns: int) -> list[str]:
        """The four answers on one line, or under each other where the screen is narrow."""
        cells = wording.buttons(step)
        texts = [f"{rating} {name} {when}" for rating, name, when in cells]
        styled = [
            f"{self._colours.paint(str(rating), 'key')} {self._colours.paint(name, name.lower())} {when}"
            for rating, name, when in cells
        ]
        return ["     ".join(styled)] if sum(map(len, texts)) + 15 <= columns else styled

    def _put(self, page: list[str], rows: int) -> None:
        """Replace what is on the screen. What stood there before the sitting scrolls away instead of being wiped."""
        out = sys.stdout
        text = "".join(line + "\n" for line in page)
        if not self._colours.attributes:
            out.write("\n" + text)
        elif self._clean:
            out.write("\x1b[H\x1b[J" + text)
        else:
            out.write("\n" * max(0, rows - 1) + "\x1b[H\x1b[J" + text)
            self._clean = True
        out.flush()


def _question(step: Question | Revealed) -> Question:
    return step if isinstance(step, Question) else step.question


def _escaped(text: str) -> str:
    import html

    return html.escape(text, quote=False)
