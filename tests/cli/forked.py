"""The command `srs`, each time in a new process that is forked from one with the imports already done.

A request is a line of JSON on standard input, the answer one on standard output: the exit code of a command that has
files of its own as its streams, or the number of a process in a terminal of its own, whose exit code is asked for
later. Scripts ask by a socket on which it listens, through asking.py. Only speed sets such a process apart from one
started anew: its environment and folder are those asked for.
"""

import fcntl
import gc
import json
import marshal
import os
import select
import signal
import socket
import sys
import termios
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import mdit_py_plugins

import export
import srs
from srs.cards import markup
from srs.cards.builtin import builtin_types
from srs.cli import progress
from srs.cli.app import main

for _package in (export, mdit_py_plugins, srs):
    for _module in walk_packages(_package.__path__, f"{_package.__name__}."):
        if _module.name != "srs.__main__":
            import_module(_module.name)
for _name in (
    "encodings.ascii", "encodings.utf_8_sig", "fsrs", "genanki", "importlib.metadata", "importlib.readers",
    "markdown_it", "numpy", "pygments.lexers.python", "subprocess", "typer._click._textwrap", "yaml", "zipfile",
):  # fmt: skip
    import_module(_name)


def run(words: Sequence[str], env: dict[str, str], cwd: str, streams: Sequence[int]) -> int:
    """The exit code of `srs words…` with these three open files as its streams."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", 1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    sys.argv = ["srs", *words]
    if "SRS_TEST_AT_ONCE" in env:
        _impatient(env["SRS_TEST_AT_ONCE"])
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 0 if code is None else 1


def _impatient(stop: str) -> None:
    """Have the line of progress written at once and always; at the step `stop`, Ctrl-C is pressed."""
    progress._PATIENCE, progress._EVERY = -1.0, 0.0
    write = progress.ProgressLine._write

    def written(line: progress.ProgressLine, *more: Any) -> None:
        write(line, *more)
        if line._what == stop:
            os.kill(os.getpid(), signal.SIGINT)

    progress.ProgressLine._write = written  # type: ignore[method-assign]


def in_files(folder: str, **more: Any) -> int:
    """The exit code of a command whose streams are the files `in`, `out` and `err` in `folder`."""
    child = os.fork()
    if not child:
        names = (("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))
        os._exit(run(streams=[os.open(f"{folder}/{name}", flags) for name, flags in names], **more))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_terminal(terminal: str, **more: Any) -> int:
    """The process id of a command whose streams are a terminal, as leader of its session."""
    opened = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    child = os.fork()
    if not child:
        os.setsid()
        fcntl.ioctl(opened, termios.TIOCSCTTY, 0)
        os._exit(run(streams=[opened] * 3, **more))
    os.close(opened)
    return child


def ended(ended: int) -> int | None:
    """The exit code of a command in a terminal, None while it runs."""
    done, status = os.waitpid(ended, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def listening(listen: str) -> int:
    """The process id of another one like this, which takes commands from a socket until no more requests can come."""
    place = socket.socket(socket.AF_UNIX)
    place.bind(listen)
    place.listen()
    child = os.fork()
    if child:
        place.close()
        return child
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that answer by themselves
    either = select.poll()
    either.register(0, 0)  # tells no more than that the other end is closed
    either.register(place, select.POLLIN)
    while [number for number, _ in either.poll()] == [place.fileno()]:
        asked, _ = place.accept()
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(answered(asked))
        asked.close()
    os._exit(0)


def answered(asked: socket.socket) -> int:
    """Run the command that one asks for, with its streams, and tell it the exit code."""
    _, streams, _, _ = socket.recv_fds(asked, 1, 3)
    data = b""
    while more := asked.recv(1 << 16):
        data += more
    words, env, cwd = marshal.loads(data)
    asked.sendall(b"%d" % run(words, env, cwd, streams))
    return 0


HOW: dict[str, Callable[..., int | None]] = {
    "folder": in_files, "terminal": in_terminal, "ended": ended, "listen": listening,
}  # fmt: skip
"""What a request asks for, by its first key."""


if __name__ == "__main__":
    builtin_types()
    markup.to_html("what is **made** once", "markdown")
    gc.freeze()  # what is here is for all of them: none needs to look through it for what can go
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(HOW[next(iter(request))](**request)), flush=True)
