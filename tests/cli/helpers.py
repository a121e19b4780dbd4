"""The command line as a user meets it: real processes in a home of their own, with or without a terminal."""

import fcntl
import json
import os
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pexpect
import pexpect.fdpexpect
import pyte

NOW = "2026-03-02T09:00:00Z"

SETTINGS = """\
format = 1
timezone = "UTC"
[fsrs]
fuzz = false
"""

CITIES = """\
deck: World::Cities
tags: [geo]
notes:
  - q: Capital of France?
    id: france
    a: Paris
  - q: Capital of Italy?
    id: italy
    a: Rome
  - term: agora
    id: agora
    means: a Greek market square
"""

QUOTES = """\
deck: World::Quotes
notes:
  - quote: The map is not the territory we walk through
    id: map
    by: Alfred Korzybski
    source: a lecture
    date: 1931-12-28
  - q: Still being written?
    id: later
    a: Yes
    draft: true
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def _done(code: int, out: bytes, err: bytes) -> Done:
    done = Done(code, out.decode(errors="replace"), err.decode(errors="replace"))
    assert "Traceback" not in done.err, done.err
    assert "bug in srs" not in done.err, done.err
    return done


class Warm:
    """A process with everything imported, from which each command is forked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forked.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"LANG": "C.UTF-8"},
        )

    def run(self, words: Sequence[str], env: dict[str, str], cwd: Path, folder: Path) -> int:
        """The exit code of `srs words…` with the files `in`, `out` and `err` in `folder` as its streams."""
        return int(self._ask(folder=str(folder), words=words, env=env, cwd=str(cwd)))

    def spawn(self, words: Sequence[str], env: dict[str, str], cwd: Path, columns: int, rows: int) -> "Forked":
        """`srs words…` in a new pseudo-terminal."""
        master, slave = os.openpty()
        set_size(master, rows, columns)
        pid = int(self._ask(terminal=os.ttyname(slave), words=words, env=env, cwd=str(cwd)))
        os.close(slave)
        return Forked(self, pid, master)

    @cached_property
    def command(self) -> str:
        """What a shell calls to have `srs` forked."""
        self._folder = TemporaryDirectory()
        place = f"{self._folder.name}/srs"
        self._ask(listen=place)
        return shlex.join([sys.executable, "-IS", str(Path(__file__).with_name("asking.py")), place])

    def ended(self, pid: int) -> int | None:
        """The exit code of a process in a terminal, negative for a signal; None while it runs."""
        code: int | None = self._ask(ended=pid)
        return code

    def _ask(self, **request: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()
        if "command" in self.__dict__:
            self._folder.cleanup()


class Forked(pexpect.fdpexpect.fdspawn):  # type: ignore[misc]
    """A process forked from the warm one, with what of `pexpect.spawn` the tests use."""

    def __init__(self, warm: Warm, pid: int, master: int) -> None:
        super().__init__(master)
        self.pid = pid
        self._warm = warm

    def isalive(self) -> bool:
        if self.exitstatus is None and self.signalstatus is None:
            code = self._warm.ended(self.pid)
            if code is None:
                return True
            self.exitstatus, self.signalstatus = (code, None) if code >= 0 else (None, -code)
        return False

    def kill(self, number: int) -> None:
        if self.isalive():
            os.kill(self.pid, number)

    def sendintr(self) -> None:
        self.send("\x03")

    def setwinsize(self, rows: int, columns: int) -> None:
        set_size(self.child_fd, rows, columns)


def set_size(terminal: int, rows: int, columns: int) -> None:
    """Give a terminal its size; who is in it is told by a signal."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Srs:
    """A home folder with a collection in `cards`, and the command run in it. The clock stands at `NOW`."""

    def __init__(self, home: Path, warm: Warm) -> None:
        self._warm = warm
        self.home = home
        self.root = home / "cards"
        self.env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "SRS_CACHE_DIR": str(home / "cache"),
            "SRS_STATE_DIR": str(home / "state"),
            "SRS_NOW": NOW,
        }

    def collection(self, settings: str = SETTINGS, **decks: str) -> "Srs":
        """Make the collection: each deck is `name=text`, in decks/name.yaml."""
        (self.root / "decks").mkdir(parents=True)
        (self.root / "srs.toml").write_text(settings)
        for name, text in decks.items():
            self.deck(name, text)
        return self

    def deck(self, name: str, text: str | bytes) -> Path:
        """Write decks/`name`.yaml."""
        path = self.root / "decks" / f"{name}.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def __call__(
        self, *words: str, lines: str | bytes = b"", env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> Done:
        """Run `srs words…` in the collection; `lines` is its standard input."""
        given = lines if isinstance(lines, bytes) else lines.encode()
        folder = self.home / "streams"
        folder.mkdir(exist_ok=True)
        for name, data in (("in", given), ("out", b""), ("err", b"")):
            (folder / name).write_bytes(data)
        code = self._warm.run(words, self.env | (env or {}), cwd or self.place, folder)
        return _done(code, (folder / "out").read_bytes(), (folder / "err").read_bytes())

    def anew(self, *words: str | bytes, lines: bytes = b"", env: dict[str, str] | None = None, **more: Any) -> Done:
        """The same in an interpreter started for it, for what depends on how it starts."""
        command = [sys.executable, "-m", "srs", *words]
        environ = self.env | (env or {})
        done = subprocess.run(
            command, input=lines, capture_output=True, env=environ, cwd=self.place, timeout=60, check=False, **more
        )
        return _done(done.returncode, done.stdout, done.stderr)

    @property
    def place(self) -> Path:
        """Where commands are run: the collection, or home while there is none."""
        return self.root if self.root.is_dir() else self.home

    def json(self, *words: str) -> Any:
        """What the command prints with --json; it must succeed."""
        at = words.index("--") if "--" in words else len(words)
        done = self(*words[:at], "--json", *words[at:])
        assert done.code == 0, done.err
        return done.json

    def journal(self, folder: Path | None = None) -> list[dict[str, Any]]:
        """Every event in the journal, in the order of its lines."""
        files = sorted((folder or self.root / "journal").glob("*.jsonl"))
        lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [line for line in lines if "id" in line]

    def record(self, *events: Any) -> None:
        """Put events into the journal of another device, as if they had been synchronised."""
        from srs.memory.events import encode, header_line

        folder = self.root / "journal"
        folder.mkdir(exist_ok=True)
        lines = [header_line("elsewhere-0001"), *map(encode, events)]
        (folder / "elsewhere-0001.2026.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


class Screen(pyte.Screen):  # type: ignore[misc]
    """A screen that keeps what left it at the top. pyte's own with a history looks at every character for scrolling."""

    def __init__(self, columns: int, rows: int) -> None:
        self.above: deque[Any] = deque(maxlen=1000)
        super().__init__(columns, rows)

    def index(self) -> None:
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y == bottom:
            self.above.append(self.buffer[top])
        super().index()


class Terminal:
    """A pseudo-terminal with a program in it, and the screen that a person would see."""

    def __init__(
        self, command: Sequence[str], env: dict[str, str], cwd: Path, columns: int = 80, rows: int = 24,
        warm: Warm | None = None,
    ) -> None:  # fmt: skip
        """With `warm`, `command` are the words behind `srs`, which is forked from that process."""
        if warm:
            self.process = warm.spawn(command, env, cwd, columns, rows)
        else:
            self.process = pexpect.spawn(command[0], command[1:], env=env, cwd=str(cwd), dimensions=(rows, columns))
            self.process.delaybeforesend = None
            self.process.delayafterclose = self.process.delayafterterminate = 0.01
            self.process.ptyproc.delayafterclose = self.process.ptyproc.delayafterterminate = 0.01
        self.screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._text: str | None = None  # until more is written
        self.sent = b""

    @property
    def text(self) -> str:
        """What stands on the screen."""
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self.screen.display)
        return self._text

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what the program wrote; False where it is silent or gone."""
        try:
            data = self.process.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.sent += data
        self._stream.feed(data)
        self._text = None
        return True

    def sees(self, *words: str, seconds: float = 20) -> str:
        """Wait until all of `words` stand on the screen; the screen."""
        end = time.monotonic() + seconds
        while not all(word in self.text for word in words):
            assert time.monotonic() < end, f"{words} not on the screen:\n{self.text}"
            if not self.read() and not self.process.isalive():
                while self.read():
                    pass
                assert all(word in self.text for word in words), f"{words} not on the last screen:\n{self.text}"
        return self.text

    def press(self, keys: str, *words: str) -> str:
        """Press keys, then wait for `words`."""
        self.process.send(keys)
        return self.sees(*words)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._text = None
        self.process.setwinsize(rows, columns)

    def ends(self, seconds: float = 60) -> int:
        """Wait for the end; the exit code (128 + n for signal n)."""
        end = time.monotonic() + seconds
        while self.read(1) or self.process.isalive():
            assert time.monotonic() < end, f"it does not end:\n{self.text}"
        status = self.process.exitstatus
        return status if status is not None else 128 + self.process.signalstatus

    def close(self) -> None:
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
        self.process.close()
