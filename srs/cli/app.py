"""The command line as a whole: global options, the list of commands, errors turned into words and exit codes."""

import gc
import os
import re
import sqlite3
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from srs.cli.context import Context
from srs.cli.output import complain, terminal_size
from srs.cli.progress import progress
from srs.errors import SrsError, UsageError, said_by_system
from srs.version import VERSION

app = typer.Typer(
    help="Spaced repetition in the terminal: plain-text decks, FSRS, Anki packages.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = {
    "review": "review:review",
    "add": "add:add",
    "list": "card:list_cards",
    "status": "status:status",
    "export": "export:export",
    "import": "imports:import_file",
    "read": "read:read",
    "drafts": "drafts:drafts",
    "prompt": "prompt:prompt",
    "show": "card:show",
    "explain": "explain:explain",
    "stats": "stats:stats",
    "ideas": "ideas:ideas",
    "forecast": "forecast:forecast",
    "optimize": "optimize:optimize",
    "edit": "edit:edit",
    "fix": "fix:fix",
    "check": "check:check",
    "schema": "check:schema",
    "next": "script:next_card",
    "answer": "script:answer",
    "undo": "script:undo",
    "suspend": "change:suspend",
    "unsuspend": "change:unsuspend",
    "bury": "change:bury",
    "unbury": "change:unbury",
    "flag": "change:flag",
    "mark": "change:mark",
    "reset": "change:reset",
    "reschedule": "reschedule:reschedule",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "rename": "rename:rename",
    "doctor": "doctor:doctor",
    "sync": "sync:sync",
    "config": "config:config",
    "init": "init:init",
}
"""Where each command is, in the order in which `srs --help` lists them."""

_WRONG_USAGE: Any = typer.BadParameter.__base__  # whatever is wrong with a command line; typer exports no name for it
_CLICKS_LEAST = 52
_GLOBAL_WITH_VALUE = ("-C", "--now")
_WITH_QUERY = (
    "review", "fix", "drafts", "list", "stats", "ideas", "export", "forecast",
    "suspend", "unsuspend", "bury", "unbury", "flag", "reset", "reschedule",
)  # fmt: skip
_NEGATED = r"-[a-z]+:"


@app.callback(invoke_without_command=True)
def start(
    ctx: typer.Context,
    collection: Annotated[str, typer.Option("-C", metavar="DIR", help="The collection to work on.")] = "",
    now: Annotated[str, typer.Option("--now", metavar="ISO", help="The time to take for now (also $SRS_NOW).")] = "",
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Spaced repetition in the terminal: plain-text decks, FSRS, Anki packages. Alone, `srs` shows today."""
    if version:
        typer.echo(f"srs {VERSION}")
        raise typer.Exit
    ctx.obj = Context(collection or None, now or os.environ.get("SRS_NOW") or None, os.environ)
    if ctx.invoked_subcommand is None:
        from srs.cli.status import today

        today(ctx.obj)


def load(names: Iterable[str]) -> typer.Typer:
    """The application with these commands. Only a command that is asked for is imported, so that it starts at once."""
    known = {command.name for command in app.registered_commands}
    for name in names:
        if name not in known:
            module, _, function = COMMANDS[name].partition(":")
            app.command(name)(getattr(import_module(f"srs.cli.{module}"), function))
    return app


def main() -> None:
    """The command `srs`. Ends the process with the exit code of design: 0 done, 1 failed, 2 usage, 130 interrupted."""
    try:
        _run()
    finally:
        gc.freeze()  # the memory goes back with the process: nothing needs to look through it for what can go


def _run() -> None:
    _open_streams()
    try:
        try:
            arguments = _prepared(sys.argv[1:])
            application = load(_asked(arguments))
            width = _help_width(arguments)
            code = application(args=arguments, prog_name="srs", terminal_width=width, standalone_mode=False)
        except _WRONG_USAGE as error:
            from srs.cli.usage import in_our_words

            called = next(iter(_split(arguments)[1]), "")
            raise in_our_words(error, called if called in COMMANDS else "", COMMANDS) from None
        finally:
            progress.wipe()
            sys.stdout.flush()
    except SrsError as error:
        complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except OSError as error:
        _drop_output()
        if _folder_is_gone():
            complain("the folder you are in is no longer there", 'enter it again: cd "$PWD"')
        elif not isinstance(error, BrokenPipeError):
            complain(": ".join(filter(None, [str(error.filename or ""), said_by_system(error)])))
        sys.exit(1)
    except sqlite3.DatabaseError as error:
        complain(f"the index cannot be used now: {error}", "what you answered is kept; mend it and repeat the command")
        sys.exit(1)
    except KeyboardInterrupt:  # before the command began, which says it itself
        sys.exit(130)
    except Exception as error:
        if os.environ.get("SRS_TRACEBACK"):
            raise
        hint = "what you answered is kept; SRS_TRACEBACK=1 says more"
        complain(f"this is a bug in srs: {type(error).__name__}: {error}", hint)
        sys.exit(1)
    sys.exit(code or 0)


def _asked(arguments: list[str]) -> Iterable[str]:
    """The command that prepared arguments name; every one where help or completion is wanted, or where it is none."""
    completing = "_SRS_COMPLETE" in os.environ
    if completing:
        from srs.cli.complete import whole_words

        arguments = whole_words(os.environ)[:-1]
    front, rest = _split(arguments)
    if "-h" in front or "--help" in front:
        return COMMANDS
    if not rest:
        return COMMANDS if completing else ()
    return rest[:1] if rest[0] in COMMANDS else COMMANDS


def _help_width(arguments: list[str]) -> int | None:
    """The cells of a line of help in a terminal too narrow for what click takes for the least; else None."""
    terminal = terminal_size() if {"-h", "--help"}.intersection(arguments) else None
    return max(1, terminal[0] - 1) if terminal and terminal[0] < _CLICKS_LEAST else None


def _drop_output() -> None:
    """What could not be written to stdout is not tried again when the process ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:  # a disk or a process that opens nothing any more
        pass


def _folder_is_gone() -> bool:
    """Whether this folder was deleted or replaced under the shell, as a restore into it does."""
    try:
        Path.cwd()
    except OSError:
        return True
    return False


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
    front, rest = _split(hoisted(arguments))
    if rest[:1] == ["help"]:  # as other programs have it
        rest = [*(rest[1:2] if rest[1:2] and rest[1] in COMMANDS else []), "--help"]
    return front + rest


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The options that stand before the command, and the rest."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in _GLOBAL_WITH_VALUE else 1
    return arguments[:at], arguments[at:]


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
        if word in _GLOBAL_WITH_VALUE:
            if not pending:
                raise UsageError(f"`{word}` needs a value", "see: srs --help")
            front += [word, pending.pop(0)]
        elif word.startswith("--now=") or re.match("-C.", word):
            front.append(word)
        else:
            rest.append(word)
    if rest and rest[0] in _WITH_QUERY:  # `-tag:x` is a word of the query, no option
        rest = [f"({word})" if re.match(_NEGATED, word) else word for word in rest]
    return front + rest
