"""`srs drafts` in a terminal: turns keys into what is done about a draft. Knows neither files nor how a page looks."""

from collections.abc import Callable, Mapping

from srs.cli.settling import Settling, kept_apart, summary
from srs.cli.terminal import walkkeys
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.dialogue import Dialogue
from srs.cli.terminal.draftpages import SHARED, DraftPages, keys_of
from srs.cli.terminal.screen import SCROLL_KEYS, Page
from srs.collection.collection import Collection
from srs.study.drafting import Drafting, Finished


def run(drafting: Drafting, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Walk the drafts until none is left or the learner leaves; Ctrl-C then raises KeyboardInterrupt."""
    desk = Desk.of(collection, clock, environ)
    settling = Settling(drafting, collection, clock)
    walk = Walk(settling, desk)
    walk.run(lambda: [*walk.kept, summary(drafting)])


class Walk(Dialogue):
    """The walk between two keys. `kept` says, after its end, where questions are that were written and not taken."""

    def __init__(self, settling: Settling, desk: Desk) -> None:
        super().__init__(desk)
        self.kept: list[str] = []
        self._settling = settling
        self._pages = DraftPages(settling, desk)
        self._place = (0, "", False)

    def _do(self, key: str) -> None:
        action = walkkeys.action_of(key, keys_of(self._settling.showing), self._desk.prefs, SHARED)
        if action == "quit":
            self.over = True
        elif action:
            self._try(lambda: _ACTIONS[action](self))
        elif key not in SCROLL_KEYS and key != "esc":
            self._stray = True

    def _settle(self) -> None:
        step = self._settling.drafting.step
        if isinstance(step, Finished):
            self.over, self.last_words = True, self._note
            return
        place = (step.number, step.note.id, step.problem is None)
        if place != self._place:
            self._place = place
            self._desk.screen.rewind()

    def _close(self) -> None:
        self.kept = kept_apart(self._settling)

    def _page(self) -> Page:
        return self._pages.page(self._stray)

    def _card(self) -> str:
        return self._ask_card(self._settling.ask, "not now")

    def _edit(self) -> str:
        return self._settling.edit(self._desk.prefs, self._desk.environ, self._desk.keys)

    def _split(self) -> str:
        said = self._settling.split(self._desk.prefs, self._desk.environ, self._desk.keys)
        return self._offer_again(said, "leave it, p has it still", self._split) if self._settling.refused else said

    def _help(self) -> str:
        from srs.cli.terminal import overlay

        told = walkkeys.explained(keys_of(self._settling.showing), self._desk.prefs, SHARED)
        return self._lay(overlay.keys(told, self._desk.screen.colours))


_ACTIONS: Mapping[str, Callable[[Walk], str]] = {
    "keep": lambda walk: walk._settling.keep(),
    "verified": lambda walk: walk._settling.verified(),
    "paraphrase": lambda walk: walk._settling.paraphrase(),
    "card": Walk._card,
    "edit": Walk._edit,
    "split": Walk._split,
    "doubt": lambda walk: walk._settling.doubt(),
    "drop": lambda walk: walk._settling.drop(),
    "skip": lambda walk: walk._settling.skip(),
    "undo": lambda walk: walk._settling.undo(),
    "source": lambda walk: walk._lay_source(walk._settling.showing.note),
    "help": Walk._help,
}
