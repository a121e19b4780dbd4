"""What a dialogue works with: the collection, the time, the preferences, the keys, the screen. Knows no card."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from srs.cli.preferences import Preferences, preferences
from srs.cli.terminal.keys import Keys
from srs.cli.terminal.screen import Faces, Screen
from srs.cli.terminal.style import palette
from srs.collection.collection import Collection
from srs.values import frozen

if TYPE_CHECKING:
    from srs.cli.terminal.pictures import Pictures


@frozen
class Desk:
    """The things that lie ready. `clock` gives the time in ms; `keys` are read inside a `with` block only."""

    collection: Collection
    clock: Callable[[], int]
    environ: Mapping[str, str]
    prefs: Preferences
    keys: Keys
    screen: Screen

    @classmethod
    def of(cls, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> "Desk":
        """The desk of this user at this terminal. Raises PreferencesError."""
        prefs = preferences(environ)
        return cls(collection, clock, environ, prefs, Keys(environ=environ), Screen(palette(sys.stdout, environ)))

    def faces(self) -> Faces:
        """What makes lines of the sides of cards, with pictures where they can be drawn."""
        return Faces(self.screen, self._pictures)

    def farewell(self, texts: Iterable[str]) -> None:
        """Sentences for after the end, under a cleared screen; empty ones are left out."""
        self.screen.clear()
        for text in filter(None, texts):
            for line in self.screen.text(text):
                print(line)

    def _pictures(self) -> "Pictures | None":
        from srs.cli.terminal.pictures import pictures

        return pictures(self.collection.root, self.prefs, self.screen.colours, self.environ)
