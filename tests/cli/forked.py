"""The command `srs`, each time in a new process that is forked from one with the imports already done.

A request is a line of JSON on standard input; the answer is the exit code on a line. Only speed sets such a process
apart from one started anew: its streams are files of its own, its environment and folder are those asked for.
"""

import json
import os
import sys
import time
import traceback
from importlib import import_module

from srs.cli.app import main

for _name in (
    "export.apkg", "fsrs", "genanki", "markdown_it", "pygments.lexers.python", "srs.cards.deck", "srs.cards.faces",
    "srs.cards.insert", "srs.cards.markup", "srs.cards.plain", "srs.cards.typefile", "srs.cli.lines",
    "srs.memory.fsrs6", "srs.study.search", "srs.study.session", "yaml",
):  # fmt: skip
    import_module(_name)


def run(words: list[str], env: dict[str, str], cwd: str, folder: str) -> int:
    """The exit code of `srs words…` with files `in`, `out` and `err` in `folder` as its streams."""
    for number, (name, flags) in enumerate((("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))):
        os.dup2(os.open(f"{folder}/{name}", flags), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    sys.argv = ["srs", *words]
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


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(run(**json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
