"""`srs fix` in a terminal: turns keys into what is done about a case. Knows neither files nor how a page looks."""

from collections.abc import Callable, Mapping

from srs.cli import fixwords
from srs.cli.terminal import fixkeys
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.dialogue import Dialogue
from srs.cli.terminal.fixpages import CasePages
from srs.cli.terminal.repairs import Repairs
from srs.cli.terminal.screen import SCROLL_KEYS, Page
from srs.collection.collection import Collection
from srs.study.fixing import Finished, Fixing
from srs.values import replace


def run(fixing: Fixing, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Walk the cases until none is left or the learner leaves; Ctrl-C then raises KeyboardInterrupt."""
    desk = Desk.of(collection, clock, environ)
    walk = Walk(fixing, desk)
    walk.run(lambda: [*walk.kept, fixwords.summary(fixing)])


class Walk(Dialogue):
    """The walk between two keys. `kept` says, after its end, where the prompts are that were written and not taken."""

    def __init__(self, fixing: Fixing, desk: Desk) -> None:
        super().__init__(desk)
        self.kept: list[str] = []
        self._fixing = fixing
        self._repairs = Repairs(fixing, desk)
        self._pages = CasePages(desk)
        self._place = (0, False)

    def _do(self, key: str) -> None:
        action = fixkeys.action(key, self._repairs.showing, self._desk.prefs)
        if action == "quit":
            self.over = True
        elif action:
            self._try(lambda: _ACTIONS[action](self))
        elif key not in SCROLL_KEYS and key != "esc":
            self._stray = True

    def _settle(self) -> None:
        step = self._fixing.step
        if isinstance(step, Finished):
            self.over, self.last_words = True, self._note
            return
        place = (step.number, step.problem is None)
        if place != self._place:
            self._place = place
            self._desk.screen.rewind()

    def _close(self) -> None:
        self.kept = self._repairs.keep_written()

    def _page(self) -> Page:
        showing, screen = self._repairs.showing, self._desk.screen
        page = self._pages.page(showing)
        if not self._stray:
            return page
        help_ = fixkeys.key("help", showing, self._desk.prefs)
        told = f"That key means nothing here; {help_} shows all keys.", f"{help_} shows all keys."
        return replace(page, foot=screen.instead(page.foot, *told))

    # What is more than a repair

    def _split(self) -> str:
        said = self._repairs.split()
        return self._offer_again(said, "leave it, p has it still", self._split) if self._repairs.refused else said

    def _why(self) -> str:
        view = self._repairs.showing.view
        return self._lay_why(view.id) if view else ""

    def _help(self) -> str:
        from srs.cli.terminal import overlay

        told = fixkeys.explained(self._repairs.showing, self._desk.prefs)
        return self._lay(overlay.keys(told, self._desk.screen.colours))


_ACTIONS: Mapping[str, Callable[[Walk], str]] = {
    "edit": lambda walk: walk._repairs.edit(),
    "split": Walk._split,
    "suspend": lambda walk: walk._repairs.suspend(),
    "clear": lambda walk: walk._repairs.clear(),
    "mine": lambda walk: walk._repairs.keep_mine(),
    "other": lambda walk: walk._repairs.take_other(),
    "skip": lambda walk: walk._repairs.skip(),
    "undo": lambda walk: walk._repairs.undo(),
    "source": lambda walk: walk._lay_source(walk._repairs.showing.note),
    "why": Walk._why,
    "help": Walk._help,
}
