"""The command line as a user meets it: real processes in a home of their own, with or without a terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
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
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(
            json.dumps({"words": words, "env": env, "cwd": str(cwd), "folder": str(folder)}) + "\n"
        )
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


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


class Terminal:
    """A pseudo-terminal with a program in it, and the screen that a person would see."""

    def __init__(self, command: list[str], env: dict[str, str], cwd: Path, columns: int = 80, rows: int = 24) -> None:
        self.process = pexpect.spawn(command[0], command[1:], env=env, cwd=str(cwd), dimensions=(rows, columns))
        self.process.delaybeforesend = None
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what the program wrote; False where it is silent or gone."""
        try:
            data = self.process.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.sent += data
        self._stream.feed(data)
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
