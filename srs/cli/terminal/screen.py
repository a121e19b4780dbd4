"""What is on the terminal in a sitting: a page with a head, a card and a foot, painted whole. Knows no session.

A page is painted in one write. Without attributes (a dumb terminal) pages follow one another, as lines do.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from srs.cards.face import Face
from srs.cli.terminal.keys import size
from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Palette, Span, palette
from srs.cli.terminal.walk import lines
from srs.cli.terminal.width import width, wrap
from srs.values import frozen

if TYPE_CHECKING:
    from srs.cli.terminal.pictures import Pictures

WIDEST = 78
_HIGHEST = 16  # lines of a picture
_TALLEST = 23  # lines: the foot does not run away from the card on a high screen
_MARGIN_FROM = 24  # columns from which on text does not touch the edge
_SCROLL = {"up": -1, "down": 1}
_PAGES = {"page-up": -1, "page-down": 1, "home": -1000, "end": 1000}
SCROLL_KEYS = frozenset((*_SCROLL, *_PAGES))


@frozen
class Page:
    """Lines ready to be printed. `answer` is the line of the body where reading begins if not all of it fits.

    `typed` is a line being typed, which stands last, and the cell of the cursor in it.
    """

    head: Sequence[str]
    body: Sequence[str]
    foot: Sequence[str]
    answer: int = 0
    typed: tuple[str, int] | None = None


class Screen:
    """The terminal. A body longer than the screen is shown from line `_top` on, None being where `answer` says.

    `_room` is how many lines of it there is room for, 0 where all of them fit.
    """

    def __init__(self, colours: Palette) -> None:
        self.colours = colours
        self._clean = False
        self._top: int | None = None
        self._room = 0
        self._last: tuple[list[str], str] = ([], "")
        self._cursor_up = False

    @property
    def columns(self) -> int:
        """How wide lines may be."""
        columns = size()[0]
        return min(columns - 2 if columns >= _MARGIN_FROM else columns, WIDEST)

    @property
    def rows(self) -> int:
        return size()[1]

    def text(self, text: str, *styles: str) -> list[str]:
        """Plain text as lines."""
        return [self.colours.line(line) for line in wrap([Span(visible(text), styles)], self.columns)]

    def instead(self, lines: Sequence[str], *forms: str) -> list[str]:
        """The first of `forms` that is no longer than `lines` in their place, in as many lines, so that nothing moves.

        The last of `forms` where all are longer.
        """
        for form in forms:
            told = self.text(form, "warning")
            if len(told) <= len(lines):
                break
        return [*told, *[""] * (len(lines) - len(told))]

    def scroll(self, key: str) -> bool:
        """Move the body; False where this is no key for that, or there is nothing to move."""
        if not self._room or key not in SCROLL_KEYS:
            return False
        self._top = (self._top or 0) + _SCROLL.get(key, 0) + _PAGES.get(key, 0) * max(1, self._room - 1)
        return True

    def rewind(self) -> None:
        """The next page is another one: begin where it begins."""
        self._top = None

    def disturbed(self) -> None:
        """Another program wrote here meanwhile; that is not wiped away."""
        self._clean = False

    def paint(self, page: Page) -> None:
        """Replace what is on the screen."""
        columns, rows = size()
        typed, cursor = page.typed or ("", 0)
        head, foot = [*page.head, ""], ["", *page.foot, *([typed] if page.typed else [])]
        body = self._window(page, rows - 1 - len(head) - len(foot))
        if self.colours.attributes:
            body += [""] * (min(rows - 1, _TALLEST) - len(head) - len(body) - len(foot))
        margin = " " * ((columns - self.columns) // 2)
        self._put([margin + line if line else "" for line in [*head, *body, *foot]], rows, page.typed is not None)
        if page.typed and self.colours.attributes:
            sys.stdout.write(f"\x1b[{len(margin) + cursor + 1}G")
            sys.stdout.flush()

    def clear(self) -> None:
        """An empty screen, for what the shell shows next."""
        self._put([], 0, False)

    def leave(self) -> None:
        """Let the cursor stand on a line of its own."""
        if self._cursor_up:
            self._cursor_up = False
            try:
                sys.stdout.write("\n")
                sys.stdout.flush()
            except OSError:
                pass  # the terminal is gone

    def _window(self, page: Page, room: int) -> list[str]:
        """As much of the body as there is room for, and how to see the rest."""
        body = list(page.body)
        fits = len(body) <= room or not self.colours.attributes
        self._room = 0 if fits else max(1, room - 1)
        if fits:
            return body
        self._top = max(0, min(page.answer if self._top is None else self._top, len(body) - self._room))
        shown = body[self._top : self._top + self._room]
        place = f"lines {self._top + 1} to {self._top + len(shown)} of {len(body)}, the arrow keys show the rest"
        if len(place) > self.columns:
            place = f"{self._top + 1}-{self._top + len(shown)} of {len(body)}, arrow keys: more"
        return [*shown, self.colours.paint(place, "muted")]

    def _put(self, page: list[str], rows: int, typing: bool) -> None:
        """Write the page. What stood there before the sitting scrolls away instead of being wiped."""
        text = "\n".join(page) + ("" if typing or not page else "\n")
        out = sys.stdout
        if not self.colours.attributes:
            more = self._continued(page, typing)
            text = f"\n{text}" if more is None else more
        elif self._clean:
            text = f"\x1b[H\x1b[J{text}"
        else:
            text = "\n" * max(0, rows - 1) + f"\x1b[H\x1b[J{text}"
            self._clean = True
        out.write(text)
        out.flush()
        self._cursor_up = typing

    def _continued(self, page: list[str], typing: bool) -> str | None:
        """On a terminal that only prints on, where only the line being typed changed: what to print; else None."""
        before, self._last = self._last, (page[:-1], page[-1]) if typing else ([], "")
        if not typing or before[0] != page[:-1]:
            return None
        return page[-1][len(before[1]) :] if page[-1].startswith(before[1]) else f"\n{page[-1]}"


class Faces:
    """The sides of cards as lines, with pictures where `draw` gives what draws them; it is asked once, if needed."""

    def __init__(self, screen: Screen, draw: "Callable[[], Pictures | None]") -> None:
        self._screen = screen
        self._draw = cache(draw)

    def lines(self, html: str) -> list[str]:
        """One side."""
        pictures = self._draw() if "<img" in html else None
        if pictures:
            pictures.rows = max(4, min(_HIGHEST, self._screen.rows - 12))
        return lines(html, self._screen.columns, self._screen.colours, pictures=pictures)

    def sides(self, face: Face, revealed: bool) -> tuple[list[str], list[str]]:
        """The lines of the front, and those of the answer without the rule above it."""
        if not revealed:
            return self.lines(face.front), []
        if face.answer == face.back:
            return self.lines(face.back), []
        return self.lines(face.front), self.lines(face.answer)


def head(left: Sequence[str], right: str, columns: int, colours: Palette) -> list[str]:
    """One muted line of `left` and, flush right, `right`.

    Of `left`, what comes last goes first if there is no room, and `…` says so. Two lines where the first has none.
    """
    words = [visible(word).replace("\n", " ") for word in left]
    for kept in range(len(words), 0, -1):
        text = "  ".join(words[:kept] if kept == len(words) else [*words[:kept], "…"])
        gap = columns - width(text) - width(right)
        if gap >= (2 if right else 0):
            return [colours.paint((text + " " * gap + right).rstrip(), "muted")]
    lines = [cut("  ".join(words), columns), *([cut(right, columns)] if right else [])]
    return [colours.paint(line, "muted") for line in lines]


def cut(text: str, columns: int) -> str:
    """`text` on one line of at most `columns` cells; `…` says that there is more."""
    if width(text) <= columns:
        return text
    shown = "".join(span.text for span in wrap([Span(text)], max(1, columns - 1))[0])
    return f"{shown}…"


def print_face(face: Face, environ: Mapping[str, str]) -> None:
    """A card's two sides one under the other, as `srs show` prints them."""
    colours = palette(sys.stdout, environ)
    columns = min(size()[0], WIDEST)
    for line in [*lines(face.front, columns, colours), colours.paint("─" * columns, "muted")]:
        print(line)
    for line in lines(face.answer, columns, colours):
        print(line)
    print()
