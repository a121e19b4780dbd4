"""What is wrong with a command line, in the program's own words instead of typer's. Knows no command by name."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from srs.errors import UsageError

_NO_COMMAND = re.compile(r"No such command '(.*?)'")
_TOO_MUCH = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)
_EXAMPLE = re.compile(r"Example: (.+)")


def in_our_words(error: Any, command: str, commands: Iterable[str]) -> UsageError:
    """`error` is what typer raised; `command` was called, empty where it is none of `commands`."""
    before_it = error.ctx is not None and error.ctx.parent is None
    called = "srs" if before_it else f"srs {command}".rstrip()
    more = f"see: {called} --help"
    if match := _NO_COMMAND.match(error.message):
        return UsageError(f"there is no command `{match[1]}`", _did_you_mean(match[1], commands))
    if match := _TOO_MUCH.match(error.message):
        return UsageError(f"`{match[1]}` is too much for `{called}`", _for_example(error) or more)
    name = getattr(error, "option_name", None)
    if name and type(error).__name__ == "NoSuchOption":
        near = " or ".join(f"`{each}`" for each in error.possibilities or ())
        return UsageError(f"`{called}` has no option `{name}`", f"did you mean {near}? {more}" if near else more)
    if name:
        takes = "needs a value" if "requires" in error.message else "takes no value"
        return UsageError(f"`{name}` {takes}", more)
    parameter = getattr(error, "param", None)
    if parameter is None:
        return UsageError(_clause(error.format_message()), more)
    named = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar or parameter.name.upper()
    if type(error).__name__ == "MissingParameter":
        return UsageError(f"`{called}` needs {named}", _for_example(error) or more)
    return UsageError(f"`{named}` {_refused(parameter.type, error.message)}", more)


def _did_you_mean(word: str, commands: Iterable[str]) -> str:
    near = " or ".join(f"`srs {each}`" for each in get_close_matches(word, list(commands), 2))
    return f"did you mean {near}? All commands: srs --help" if near else "all commands: srs --help"


def _for_example(error: Any) -> str:
    """The example that the command's own help gives."""
    found = _EXAMPLE.search((error.ctx.command.help or "") if error.ctx else "")
    return f"for example: {found[1]}" if found else ""


def _refused(kind: Any, message: str) -> str:
    """Why a value is refused: for whole numbers which are taken, else what typer says."""
    if not kind.name.startswith("int"):
        return f"was not understood: {_clause(message)}"
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    span = f" from {low} to {high}" if high is not None else f" from {low} on" if low is not None else ""
    return f"takes a whole number{span}, not {message.partition(' is not ')[0]}"


def _clause(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")
