"""Faults of the disk, at will: the n-th call that changes files fails, or the process dies there. Knows nothing of srs.

Installed in a process it counts every open for writing, write, fsync, truncation, rename, link, unlink, mkdir, change
of mode and lock that goes through Python. SQLite's own calls do not.
"""

import builtins
import errno
import fcntl
import io
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HOWS = ("ENOSPC", "EIO", "kill", "half", "short", "broken")
"""What happens at the call: an error; death before it; a write of half the bytes and then death, or an error
at the next write; an error at this call and at all after it."""

_OF_WRITES = ("half", "short")
_ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "broken": errno.EIO}
_LASTS = {"short": 1, "broken": 1 << 30}
_REAL_WRITE = os.write
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PLAIN = ("fsync", "fdatasync", "ftruncate", "truncate", "replace", "rename", "link", "symlink", "unlink", "remove",
          "mkdir", "rmdir", "chmod", "fchmod", "utime", "sendfile")  # fmt: skip


@dataclass(slots=True)
class Calls:
    """Which call is to fail and how; `seen` are the names of those made, `fired` the one that failed."""

    nth: int
    how: str
    seen: list[str] = field(default_factory=list)
    fired: str | None = None

    def around(self, name: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make the call, or let happen what is to happen."""
        if self.how in _OF_WRITES and name != "write":
            return call(*args, **kwargs)
        self.seen.append(name)
        late = len(self.seen) - self.nth
        if late < 0 or late > _LASTS.get(self.how, 0):
            return call(*args, **kwargs)
        self.fired = self.fired or name
        if self.how in _ERRORS or late:
            code = _ERRORS.get(self.how, errno.ENOSPC)
            raise OSError(code, os.strerror(code))
        if self.how in _OF_WRITES:
            descriptor, data = args
            written = _REAL_WRITE(descriptor, bytes(data)[: (len(data) + 1) // 2])
            if self.how == "short":
                return written
        os.kill(os.getpid(), signal.SIGKILL)
        return None


class _Raw(io.FileIO):
    """A file whose bytes go through `os.write`, so that they are counted."""

    def write(self, data: Any) -> int:  # type: ignore[override]
        return os.write(self.fileno(), data)


def install(nth: int, how: str) -> Calls:
    """Let the `nth` call (from 1) of this process fail as `how` says, from now on."""
    calls = Calls(nth, how)

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kwargs: calls.around(name, real, *args, **kwargs)

    for name in _PLAIN:
        if hasattr(os, name):
            setattr(os, name, counted(name, getattr(os, name)))
    os.write = counted("write", _REAL_WRITE)
    fcntl.flock = counted("flock", fcntl.flock)
    fcntl.lockf = counted("lockf", fcntl.lockf)
    real_os_open, real_open = os.open, io.open

    def os_open(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & _FOR_WRITING:
            return int(calls.around("open", real_os_open, path, flags, *args, **kwargs))
        return real_os_open(path, flags, *args, **kwargs)

    def open_file(file: Any, mode: str = "r", buffering: int = -1, *args: Any, **kwargs: Any) -> Any:
        if not set(mode) & set("wxa+") or isinstance(file, int):
            return real_open(file, mode, buffering, *args, **kwargs)
        opener = kwargs.pop("opener", None) or (lambda path, flags: os_open(path, flags, 0o666))
        raw = _Raw(file, mode.replace("b", "").replace("t", ""), opener=opener)
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *args, **kwargs)

    os.open = os_open
    io.open = builtins.open = open_file
    return calls
