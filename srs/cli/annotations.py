"""Problems as the workflow commands by which GitHub shows them beside the lines they are about. Knows no command."""

from collections.abc import Mapping
from pathlib import Path

from srs.errors import Problem

_COMMANDS = {"error": "error", "warning": "warning", "advice": "notice"}


def annotation(problem: Problem, folder: str = "") -> str:
    """One line for the log of a workflow; `folder` is the way from the repository to the collection."""
    from srs.cli.terminal.safe import visible

    path = visible(f"{folder}/{problem.path}" if folder else problem.path)
    where = f"file={_property(path)},line={problem.line},col={problem.column},title={_property(problem.code)}"
    text = "\n".join(part for part in (problem.message, problem.hint) if part)
    return f"::{_COMMANDS[problem.severity]} {where}::{_data(visible(text))}"


def below(root: Path, environ: Mapping[str, str]) -> str:
    """The way to the collection at `root` from the repository that a workflow runs in; empty where that is the same."""
    workspace = environ.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    try:
        way = root.resolve().relative_to(Path(workspace).resolve()).as_posix()
    except ValueError:
        return ""
    return "" if way == "." else way


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
