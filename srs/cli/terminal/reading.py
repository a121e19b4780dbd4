"""`srs read` in a terminal: turns keys into picks. Knows neither files nor how a page looks."""

from collections.abc import Callable, Mapping

from srs.cli.picking import Picking
from srs.cli.terminal import walkkeys
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.dialogue import Dialogue
from srs.cli.terminal.readpages import SHARED, ReadPages, keys_of
from srs.cli.terminal.screen import SCROLL_KEYS, Page
from srs.collection.collection import Collection
from srs.study.reading import Finished

_ALSO = {"enter": "next", "n": "next", "right": "next", "left": "back"}


def run(
    picking: Picking, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str], told: str
) -> None:
    """Read until the end or until the learner leaves, `told` being said first; Ctrl-C raises KeyboardInterrupt."""
    desk = Desk.of(collection, clock, environ)
    Reader(picking, desk, told).run(picking.farewell)


class Reader(Dialogue):
    """The reading between two keys."""

    def __init__(self, picking: Picking, desk: Desk, told: str) -> None:
        super().__init__(desk, told)
        self._picking = picking
        self._pages = ReadPages(picking, desk)
        self._place = 0

    def _do(self, key: str) -> None:
        here = keys_of(self._picking.showing)
        action = walkkeys.action_of(key, here, self._desk.prefs, SHARED) or _ALSO.get(key, "")
        if action == "quit":
            self.over = True
        elif action:
            self._try(lambda: _ACTIONS[action](self))
        elif key not in SCROLL_KEYS and key != "esc":
            self._stray = True

    def _settle(self) -> None:
        step = self._picking.reading.step
        if isinstance(step, Finished):
            self.over, self.last_words = True, self._note
        elif step.number != self._place:
            self._place = step.number
            self._desk.screen.rewind()

    def _page(self) -> Page:
        return self._pages.page(self._stray)

    def _card(self) -> str:
        return self._ask_card(self._picking.card, "no card")

    def _help(self) -> str:
        from srs.cli.terminal import overlay

        told = walkkeys.explained(keys_of(self._picking.showing), self._desk.prefs, SHARED)
        return self._lay(overlay.keys(told, self._desk.screen.colours))

    def _go(self, move: Callable[[], None]) -> str:
        move()
        return ""


_ACTIONS: Mapping[str, Callable[[Reader], str]] = {
    "highlight": lambda reader: reader._picking.highlight(),
    "section": lambda reader: reader._picking.section(),
    "doubt": lambda reader: reader._picking.doubt(),
    "card": Reader._card,
    "undo": lambda reader: reader._picking.undo(),
    "next": lambda reader: reader._go(reader._picking.reading.go_on),
    "back": lambda reader: reader._go(reader._picking.reading.go_back),
    "first": lambda reader: reader._go(lambda: reader._picking.reading.go_to(1)),
    "help": Reader._help,
}
