"""The command line as a whole: global options, the list of commands, errors turned into words and exit codes."""

import os
import re
import sqlite3
import sys
from typing import Annotated

import typer

from srs.cli import (
    add,
    backup,
    card,
    change,
    check,
    doctor,
    export,
    init,
    rename,
    reschedule,
    review,
    script,
    status,
    sync,
)
from srs.cli.context import Context
from srs.cli.output import complain
from srs.errors import SrsError, UsageError, said_by_system

app = typer.Typer(
    help="Spaced repetition in the terminal: plain-text decks, FSRS, Anki packages.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_GLOBAL_WITH_VALUE = ("-C", "--now")
_WITH_QUERY = (
    "review", "list", "export", "suspend", "unsuspend", "bury", "unbury", "flag", "reset", "reschedule",
)  # fmt: skip
_NEGATED = re.compile(r"-[a-z]+:")


@app.callback(invoke_without_command=True)
def start(
    ctx: typer.Context,
    collection: Annotated[str, typer.Option("-C", metavar="DIR", help="The collection to work on.")] = "",
    now: Annotated[str, typer.Option("--now", metavar="ISO", help="The time to take for now (also $SRS_NOW).")] = "",
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Spaced repetition in the terminal: plain-text decks, FSRS, Anki packages. Alone, `srs` shows today."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"srs {installed('srs-flashcards')}")
        raise typer.Exit
    ctx.obj = Context(collection or None, now or os.environ.get("SRS_NOW") or None, os.environ)
    if ctx.invoked_subcommand is None:
        status.today(ctx.obj)


app.command("review")(review.review)
app.command("add")(add.add)
app.command("list")(card.list_cards)
app.command("status")(status.status)
app.command("export")(export.export)
app.command("show")(card.show)
app.command("check")(check.check)
app.command("schema")(check.schema)
app.command("next")(script.next_card)
app.command("answer")(script.answer)
app.command("undo")(script.undo)
app.command("suspend")(change.suspend)
app.command("unsuspend")(change.unsuspend)
app.command("bury")(change.bury)
app.command("unbury")(change.unbury)
app.command("flag")(change.flag)
app.command("mark")(change.mark)
app.command("reset")(change.reset)
app.command("reschedule")(reschedule.reschedule)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("rename")(rename.rename)
app.command("doctor")(doctor.doctor)
app.command("sync")(sync.sync)
app.command("init")(init.init)


def main() -> None:
    """The command `srs`. Ends the process with the exit code of design: 0 done, 1 failed, 2 usage, 130 interrupted."""
    _open_streams()
    try:
        try:
            app(args=_prepared(sys.argv[1:]), prog_name="srs")
        finally:
            sys.stdout.flush()
    except SrsError as error:
        complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what cannot be written is not tried again at the end
        if not isinstance(error, BrokenPipeError):
            complain(": ".join(filter(None, [str(error.filename or ""), said_by_system(error)])))
        sys.exit(1)
    except sqlite3.DatabaseError as error:
        complain(f"the index cannot be used now: {error}", "what you answered is kept; mend it and repeat the command")
        sys.exit(1)
    except Exception as error:
        if os.environ.get("SRS_TRACEBACK"):
            raise
        hint = "what you answered is kept; SRS_TRACEBACK=1 says more"
        complain(f"this is a bug in srs: {type(error).__name__}: {error}", hint)
        sys.exit(1)


def _open_streams() -> None:
    """What the terminal cannot show or send must not end a command; a closed stream is an empty one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123
        else:
            stream.reconfigure(errors="replace")


def _prepared(arguments: list[str]) -> list[str]:
    """The arguments as typer takes them. Raises UsageError where they are no text."""
    if any("\udc80" <= letter <= "\udcff" for word in arguments for letter in word):
        raise UsageError("an argument is not UTF-8 text", "`locale` tells what this terminal sends")
    return hoisted(arguments)


def hoisted(arguments: list[str]) -> list[str]:
    """`-C DIR` and `--now ISO` mean the same wherever they stand, so they move to the front; `--` ends the search."""
    front: list[str] = []
    rest: list[str] = []
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word == "--":
            rest += [word, *pending]
            break
        if word in _GLOBAL_WITH_VALUE and pending:
            front += [word, pending.pop(0)]
        elif word.startswith("--now=") or re.match("-C.", word):
            front.append(word)
        else:
            rest.append(word)
    if rest and rest[0] in _WITH_QUERY:  # `-tag:x` is a word of the query, no option
        rest = [f"({word})" if _NEGATED.match(word) else word for word in rest]
    return front + rest
