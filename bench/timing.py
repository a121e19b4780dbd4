"""Measuring: contenders take turns, so that what slows the machine slows all of them; medians are compared.

A child process is measured from its start to its end, or to the moment a text is on its terminal. Knows no collection.
"""

import os
import pty
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

PATIENCE = 900.0
SECONDS = 4.0
"""What is over sooner is measured again and again for so long: the machine's speed changes from second to second."""
_WHOLE = re.compile(rb"\x1b\[J.*(\r\n|\x1b\[[0-9]+G)\Z", re.DOTALL)
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and of a processor where they were looked at; `peak` is the most memory in MB."""

    wall: float
    cpu: float | None = None
    peak: float | None = None


Contender = Callable[[], Taken]


def alternate(contenders: Mapping[str, Contender], rounds: int) -> dict[str, list[Taken]]:
    """Every contender once a round, in turn: so many rounds, or more, until `SECONDS` are over."""
    taken: dict[str, list[Taken]] = {name: [] for name in contenders}
    started, done = time.monotonic(), 0
    while done < rounds or time.monotonic() - started < SECONDS:
        for name, contender in contenders.items():
            taken[name].append(contender())
        done += 1
    return taken


def median(taken: Sequence[Taken]) -> Taken:
    """The medians of what was taken."""
    return _each(statistics.median, taken)


def mean(taken: Sequence[Taken]) -> Taken:
    """The means of what was taken."""
    return _each(statistics.fmean, taken)


def _each(average: Callable[[Sequence[float]], float], taken: Sequence[Taken]) -> Taken:
    cpu = [each.cpu for each in taken if each.cpu is not None]
    peak = [each.peak for each in taken if each.peak is not None]
    return Taken(average([each.wall for each in taken]), average(cpu) if cpu else None, average(peak) if peak else None)


def inside(run: Callable[[], object]) -> Taken:
    """What a call takes in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def command(words: Sequence[str], environ: Mapping[str, str], folder: Path, fine: Sequence[int] = (0,)) -> Taken:
    """What a child process takes from start to end. Raises RuntimeError with what it said where it fails."""
    with tempfile.TemporaryFile() as said:
        wall = time.perf_counter()
        child = subprocess.Popen(words, env=environ, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - wall
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in fine:
            said.seek(0)
            raise RuntimeError(f"{' '.join(words)}: {said.read()[-2000:].decode(errors='replace')}")
    scale = 1024 if sys.platform == "linux" else 1 << 20
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)


class Sitting:
    """A command in a terminal of its own, 80 by 24."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._started = time.perf_counter()
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            ioctl(0, TIOCSWINSZ, pack("HHHH", 24, 80, 0, 0))
            os.chdir(folder)
            os.execve(words[0], [*words], {**environ, "TERM": "xterm-256color"})
        self.shown = b""

    def page(self, text: str = "") -> Taken:
        """Until a page with `text` is painted whole, from the start or the last `press`.

        A page is one write: it clears the screen, and ends with a newline or with the cursor in a line being typed. A
        loaded system may hand it on in parts. Raises RuntimeError where a page stays that lacks `text`.
        """
        end = time.perf_counter() + PATIENCE
        while not _WHOLE.search(self.shown) or text not in self._words():
            if _WHOLE.search(self.shown) and not select.select([self._terminal], [], [], 1)[0]:
                raise RuntimeError(f"{text!r} is not on the screen: {self.shown!r}")
            self._read(end)
        return Taken(time.perf_counter() - self._started, self._processor_seconds())

    def _words(self) -> str:
        """What the screen says, without codes and line ends."""
        return " ".join(_CODES.sub("", self.shown.decode(errors="replace")).split())

    def press(self, key: str) -> None:
        """Send a key, and forget what was shown."""
        self.shown, self._started = b"", time.perf_counter()
        os.write(self._terminal, key.encode())

    def rest(self, seconds: float) -> None:
        """Let it do what it does while the learner reads."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                self.shown += os.read(self._terminal, 1 << 16)

    def close(self) -> None:
        try:
            os.kill(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def _read(self, end: float) -> None:
        left = end - time.perf_counter()
        if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
            raise TimeoutError(f"never painted; shown: {self.shown[-2000:]!r}")
        try:
            self.shown += os.read(self._terminal, 1 << 16)
        except OSError:
            raise RuntimeError(f"it ended: {self.shown[-2000:]!r}") from None

    def _processor_seconds(self) -> float | None:
        try:
            return int(Path(f"/proc/{self._pid}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            return None
