"""Jobs in processes of their own, each forked from one that has everything imported: they may be killed at any moment.

Run as a program it reads requests, one JSON object a line: `{"job": …, "report": FILE, …}` starts a job and answers its
process id; `{"wait": PID}` answers the exit code, negative for a signal. A job tells what it has done by appending
lines to its report file: what was written there survives the job.
"""

import gc
import io
import json
import os
import random
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from typer.main import get_command

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import srs  # noqa: E402
import srs.cli.app  # noqa: E402

for _module in walk_packages(srs.__path__, "srs."):
    if _module.name != "srs.__main__":
        import_module(_module.name)
for _name in ("encodings.ascii", "fsrs", "markdown_it", "numpy", "subprocess", "yaml", "zipfile"):
    import_module(_name)

from srs.cards.builtin import builtin_types  # noqa: E402
from srs.errors import SrsError  # noqa: E402
from srs.memory import events as ev  # noqa: E402
from tests.faults import shim  # noqa: E402
from tests.support import open_collection  # noqa: E402

Report = Callable[..., None]
DAY_MS = 86_400_000


def commands(report: Report, runs: list[list[str]], fault: list[Any] | None = None, limit: int | None = None) -> None:
    """`srs …` with the words of each of `runs`, one after the other, in one process: what each said and its exit code.

    With a `fault` (which call, what happens), or a `limit` of bytes for any file that is written.
    """
    if limit is not None:
        _limited(limit)
    calls = shim.install(*fault) if fault else None
    for words in runs:
        code, out, err = _said(words)
        report(code=code, out=out, err=err, fired=calls.fired if calls else None)


def _said(words: list[str]) -> tuple[object, str, str]:
    """The exit code of `srs words…`, and what it wrote on standard output and standard error."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(3)]
    sys.stdin, sys.stdout, sys.stderr = streams
    sys.argv = ["srs", *words]
    code: object = 0
    try:
        srs.cli.app.main()
    except SystemExit as end:
        code = end.code
    out, err = (stream.buffer.getvalue().decode() for stream in streams[1:] if not stream.flush())
    return code or 0, out, err


def _limited(size: int) -> None:
    """The disk is full for whatever would make a file longer than `size` bytes."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def write(report: Report, root: str, first: int, records: int, size: int, cards: list[str]) -> None:
    """Answer, flag and mark: `records` times `size` events, each told after the call that recorded it returned."""
    chance = random.Random(first)
    collection = open_collection(Path(root), os.environ)
    report(ready=True)
    while not Path(root, "go").exists():
        time.sleep(0.002)
    for _ in range(records):
        now, card = time.time_ns() // 1_000_000, chance.choice(cards)
        if size == 1:
            report(ids=[collection.answer(card, chance.randrange(1, 5), now, None).review.id])
            continue
        done: list[str] = []

        def flag(id_: str, at: int, card: str, first: str | None, done: list[str] = done) -> ev.Event:
            done.append(id_)
            return ev.Flag(id_, at, card, chance.randrange(8), first)

        collection.record_batch([chance.choice(cards) for _ in range(size)], now, flag)
        report(ids=done)
    collection.db.close()


def sitting(report: Report, root: str, seed: int, now: int, steps: int) -> None:
    """Grade, add, undo, ask what is next and synchronise in turn; every deed is told once it is acknowledged."""
    from srs.collection.adding import add_note
    from srs.study.session import Finished, Pause, Question, Revealed, Session

    chance, clock = random.Random(seed), [now]
    collection = open_collection(Path(root), os.environ)
    session = Session(collection, lambda: clock[0])
    for number in range(steps):
        clock[0] += chance.randrange(1, 90_000)
        deed = chance.choice(["grade"] * 6 + ["add", "add", "undo", "look", "sync", "sync"])
        if deed == "grade":
            if isinstance(session.step, Pause | Finished):
                session.look_again()
            if isinstance(session.step, Question):
                session.reveal()
            if isinstance(session.step, Revealed):
                report(event=session.answer(chance.choice([1, 2, 3, 3, 4])).review.id)
        elif deed == "add":
            note = f"{seed}-{number}"
            add_note(collection, collection.types["basic"], {"q": f"What is {note}?", "a": "It."}, None, {"id": note})
            report(note=note)
        elif deed == "undo":
            undone = session.undo()
            report(undone=[event.id for event in (undone if isinstance(undone, list | tuple) else [undone]) if event])
        elif deed == "look":
            session.look_again()
        else:
            report(synced=_said(["-C", root, "sync"]))
            session.look_again()
    collection.db.close()


JOBS: dict[str, Callable[..., None]] = {"commands": commands, "write": write, "sitting": sitting}


def _run(job: str, report: str, env: dict[str, str], cwd: str, **more: Any) -> None:
    os.setsid()  # so that it can be killed with all that it started
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    descriptor, put = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.write

    def tell(**what: Any) -> None:
        put(descriptor, json.dumps(what).encode() + b"\n")

    try:
        JOBS[job](tell, **more)
    except SrsError as error:
        tell(refused=[error.message, error.hint])
    except BaseException:
        import traceback

        tell(crashed=traceback.format_exc())


def serve() -> None:
    """Take requests until the input ends."""
    whole = get_command(srs.cli.app.load(srs.cli.app.COMMANDS))
    srs.cli.app.load = lambda names: whole  # made once, not for each command
    builtin_types()
    gc.freeze()  # what is here is for all jobs: none needs to look through it for what can go
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            print(os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1]), flush=True)
            continue
        child = os.fork()
        if not child:
            _run(**request)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    serve()
