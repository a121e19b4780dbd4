"""The command line as a whole: global options, the list of commands, errors turned into words and exit codes."""

import os
import sys
from typing import Annotated

import typer

from srs.cli import add, card, check, export, init, review, script, status
from srs.cli.context import Context
from srs.errors import SrsError

app = typer.Typer(
    help="Spaced repetition in the terminal: plain-text decks, FSRS, Anki packages.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_GLOBAL_WITH_VALUE = ("-C", "--now")


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
app.command("init")(init.init)


def main() -> None:
    """The command `srs`. Ends the process with the exit code of design: 0 done, 1 failed, 2 usage, 130 interrupted."""
    try:
        app(args=hoisted(sys.argv[1:]), prog_name="srs")
    except SrsError as error:
        print(f"srs: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"     {error.hint}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


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
        elif word.startswith("--now="):
            front.append(word)
        else:
            rest.append(word)
    return front + rest
