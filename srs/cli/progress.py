"""A line on stderr for work that takes longer than a second: what is done, how far, how fast, how long still.

As git and restic do it: only where stderr is a terminal, whatever becomes of stdout, and nothing of it stays.
"""

import os
import sys
import time

_PATIENCE = 1.0
_EVERY = 0.2
_BAR, _LEAST_BAR = 20, 4  # cells


class ProgressLine:
    """Told of (what, done, total) again and again; writes only to a terminal, and only once the work takes its time.

    Work is one step or several, one after the other, with less than a second between them.
    """

    def __init__(self) -> None:
        self._what = ""  # the step that goes on; empty between steps
        self._step = (0.0, 0)  # when it began, and how much was done then
        self._work = 0.0  # when the first of the steps began
        self._over = -_PATIENCE  # when the last one was over
        self._next = 0.0  # not before that anything is written
        self._shown = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """`done` of `total` steps (None: nobody knows) of `what`; the line is taken away when they are equal."""
        now = time.monotonic()
        if total is not None and done >= total:
            self._what, self._over = "", now
            self.wipe()
            return
        if what != self._what:
            if not self._what and now - self._over >= _PATIENCE:
                self._work = now
            self._what, self._step = what, (now, done)
            self._next = max(now, self._work + _PATIENCE)
        if now >= self._next:
            self._next = now + _EVERY
            if sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb"):
                began, before = self._step
                self._write(done, total, (done - before) / (now - began) if now > began else 0.0)

    def anew(self) -> None:
        """What comes now is other work than what came before, however soon: a key was pressed."""
        self._over = -_PATIENCE

    def wipe(self) -> None:
        """Take the line away, before anything else is written."""
        if self._shown:
            self._shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _write(self, done: int, total: int | None, rate: float) -> None:
        from srs.cli.terminal.keys import size

        room = size()[0] - 1  # a longer line would wrap, and stay
        plain = "utf" not in (sys.stderr.encoding or "").lower()
        self._shown = True
        sys.stderr.write(f"\r{_line(self._what, done, total, rate, room, plain)}\x1b[K")
        sys.stderr.flush()


progress = ProgressLine()
"""The one of this process: a terminal has one line for it."""


def _line(what: str, done: int, total: int | None, rate: float, room: int, plain: bool) -> str:
    """As much as there is room for: of a step without a known total what it is, else how far it is and how long still.

    Then how fast, then a bar.
    """
    speed = f"  {rate:,.{0 if rate >= 10 else 1}f}/s" if rate else ""
    if total is None:
        forms = [f"{what}{speed}", what]
    else:
        share = done / total
        percent, left = f"{int(100 * share):3}%", f"{_span((total - done) / rate)} left" if rate else ""
        told = f"{percent}{f'{speed}, {left}' if rate else ''}"
        cells = min(_BAR, room - len(f"{what}  {told}"))
        full, empty = ("#", ".") if plain else ("█", "░")
        bar = (full * int(cells * share)).ljust(cells, empty)
        forms = [f"{what} {bar} {told}"] if cells >= _LEAST_BAR else []
        forms += [f"{what} {told}", f"{what} {percent.strip()}{f', {left}' if left else ''}", f"{what} {percent}", what]
    return next((form for form in forms if len(form) <= room), what[: max(0, room)])


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
