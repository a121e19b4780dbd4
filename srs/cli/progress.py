"""A line on stderr for work that takes longer than a second: what is done, how far, how fast, how long still."""

import sys
import time

_PATIENCE = 1.0
_EVERY = 0.2


class ProgressLine:
    """Told of (what, done, total) again and again; writes only to a terminal, and only once it takes its time."""

    def __init__(self) -> None:
        self._what = ""
        self._started = self._told = 0.0
        self._shown = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` steps of `what`; the line is taken away when they are equal."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._started = what, now
        if done >= total:
            self._wipe()
        elif now - self._started > _PATIENCE and now - self._told > _EVERY and sys.stderr.isatty():
            from srs.cli.terminal.keys import size

            self._told, self._shown = now, True
            rate = done / (now - self._started)
            left = f", {(total - done) / rate:.0f} s left" if rate else ""
            share = done / total
            bar = ("█" * round(20 * share)).ljust(20, "░")
            room = size()[0] - 1  # a longer line would wrap, and stay
            sys.stderr.write(f"\r{f'{what} {bar} {share:4.0%}  {rate:,.0f}/s{left} '[:room]}\x1b[K")
            sys.stderr.flush()

    def _wipe(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
