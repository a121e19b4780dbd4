"""What the tests that cause faults share: jobs in processes of their own, and the questions asked afterwards."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from srs.collection.collection import Collection
from srs.memory import events as ev
from tests.support import environ_of, open_collection


@dataclass(slots=True)
class Job:
    """A process that was started, and the file in which it tells what it has done."""

    server: "Server"
    pid: int
    report: Path

    def told(self) -> list[dict[str, Any]]:
        """What it has told so far; a line that is not finished yet counts not."""
        if not self.report.exists():
            return []
        return [json.loads(line) for line in self.report.read_text().split("\n")[:-1]]

    def kill(self, children: bool = False) -> None:
        """End it at once, and with `children` the programs that it started."""
        (os.killpg if children else os.kill)(self.pid, signal.SIGKILL)

    def ends(self) -> int:
        """Wait for it; the exit code, negative for a signal."""
        return self.server.ask({"wait": self.pid})


@dataclass(slots=True)
class Server:
    """The process from which all jobs are forked."""

    folder: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)
    count: int = 0
    _process: "subprocess.Popen[str]" = field(init=False)

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"LANG": "C.UTF-8"},
        )

    def ask(self, request: Mapping[str, Any]) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def start(self, job: str, env: Mapping[str, str], cwd: Path, **more: Any) -> Job:
        """Start a job of server.py; `env` goes over PATH and LANG."""
        self.count += 1
        report = Path(self.folder.name) / f"{self.count}.jsonl"
        whole = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TZ": "UTC", **env}
        pid = self.ask({"job": job, "report": str(report), "env": whole, "cwd": str(cwd), **more})
        return Job(self, pid, report)

    def srs(self, root: Path, env: Mapping[str, str], *words: str, **more: Any) -> dict[str, Any]:
        """`srs words…` to its end: `code`, `out`, `err`; only `killed` where it was killed."""
        done = self.runs(root, env, [words], **more)
        return done[0] if done else {"killed": True}

    def runs(
        self, root: Path, env: Mapping[str, str], runs: Sequence[Sequence[str]], **more: Any
    ) -> list[dict[str, Any]]:
        """The same for several commands in one process; those that came to their end."""
        job = self.start("commands", env, root, runs=[["-C", str(root), *words] for words in runs], **more)
        ended = job.ends()
        told = job.told()
        for each in told:
            assert "crashed" not in each, each.get("crashed")
            assert "Traceback" not in each["err"] and "bug in srs" not in each["err"], each
        assert ended or len(told) == len(runs)
        return told

    def close(self) -> None:
        self._process.communicate()
        self.folder.cleanup()


def journal_lines(root: Path) -> list[ev.Event | ev.Header]:
    """Every line of the journal, each of which must be whole and ended."""
    found: list[ev.Event | ev.Header] = []
    for path in sorted((root / "journal").glob("*.jsonl")):
        lines = path.read_bytes().split(b"\n")
        assert lines.pop() == b"", f"{path.name} does not end with a newline"
        for number, line in enumerate(lines, 1):
            decoded = ev.decode(line)
            assert not isinstance(decoded, ev.Bad), f"{path.name}:{number}: {decoded.reason}: {line!r}"
            found.append(decoded)
    return found


def event_ids(root: Path) -> list[str]:
    """The ids of all events in the journal, one for each line."""
    return [event.id for event in journal_lines(root) if not isinstance(event, ev.Header)]


def assert_index_is_the_text(collection: Collection, tmp_path: Path) -> None:
    """The index on disk equals one made from the text, as design §7 defines equal."""
    from srs.upkeep.compare import compare_indexes

    environ = environ_of(tmp_path, "anew-9999")
    anew = open_collection(collection.root, environ)
    try:
        assert not compare_indexes(collection.db, anew.db)
    finally:
        anew.db.close()
        shutil.rmtree(environ["SRS_CACHE_DIR"])


def close_to(first: object, second: object) -> bool:
    """Equal, numbers to 1e-9 of themselves."""
    return first == pytest.approx(second, rel=1e-9)
