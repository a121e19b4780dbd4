"""The sounds of a sitting, one at a time, by the player that the user named. Knows no card."""

from typing import TYPE_CHECKING

from srs.cli.asides import sound_of
from srs.cli.terminal.desk import Desk
from srs.errors import SrsError

if TYPE_CHECKING:
    from srs.cli.editor import Player


class Sounds:
    """What plays now, if anything does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._player: Player | None = None

    def appeared(self, html: str) -> str:
        """A side came up: end what plays, and play its first sound, where a player is named; why it cannot be."""
        self.hush()
        name = sound_of(html)
        if name is None or self._desk.prefs.player is None:
            return ""
        try:
            self.play(name)
        except SrsError as error:
            return error.sentences
        return ""

    def play(self, name: str) -> None:
        """Play a file of `media/`. Raises SrsError, also where no player is named."""
        from srs.cli.editor import Player

        self._player = self._player or Player(self._desk.collection.root, self._desk.prefs, self._desk.environ)
        self._player.play(name)

    def hush(self) -> None:
        """End what plays."""
        if self._player:
            self._player.stop()
