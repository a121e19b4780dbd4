"""The line of progress on stderr."""

import sys
import time

import pytest

from srs.cli.progress import ProgressLine
from srs.cli.terminal import keys
from srs.cli.terminal.width import width


class Screen:
    """A terminal that keeps what was written to it."""

    def __init__(self) -> None:
        self.sent = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.sent += text

    def flush(self) -> None:
        """Nothing is held back."""


@pytest.mark.parametrize("columns", [24, 40, 80])
def test_the_line_fits_the_screen(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """However narrow the terminal, the line stays one line, so that the next one replaces it."""
    screen, clock = Screen(), iter(range(100))
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(keys, "size", lambda: (columns, 24))
    line = ProgressLine()
    for done in range(6):
        line("Fitting the memory model", done, 100_000)
    shown = [part.removesuffix("\x1b[K") for part in screen.sent.split("\r") if part]
    assert shown and all(width(part) < columns for part in shown)
    assert all(part.startswith("Fitting the memory") for part in shown)
