"""`srs init`: a new collection, or git for one that is there."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from srs.cli.output import say, tell


def init(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where; ~/srs without it.")] = "",
    empty: Annotated[bool, typer.Option("--empty", help="Without the starter decks.")] = False,
    git: Annotated[bool, typer.Option("--git", help="As a git repository, for srs sync; also where one is.")] = False,
    source: Annotated[
        str, typer.Option("--from", metavar="DIR", help="With another collection's decks and history.")
    ] = "",
) -> None:
    """Make a new collection with the starter decks.

    Example: srs init ~/cards --git
    """
    from srs.collection.locations import SETTINGS_NAME, default_collection
    from srs.collection.starter import make_collection

    environ = ctx.obj.environ
    root = Path(folder).expanduser() if folder else default_collection(environ)
    if not (git and not empty and not source and (root / SETTINGS_NAME).is_file()):
        make_collection(root, environ, Path(source).expanduser() if source else None, empty)
        say(f"Made a collection in {root}.")
    there = "" if root == default_collection(environ) else f" -C {shlex.quote(str(root))}"
    if git:
        _set_up_git(root, ctx, there)
    say(f"Study it: srs{there} review")


def _set_up_git(root: Path, ctx: typer.Context, there: str) -> None:
    from srs.upkeep.repository import set_up

    made = set_up(root.resolve(), ctx.obj.environ)
    if made.new:
        say("It is a git repository now. Its journal tells when you studied: think of that before you publish it.")
    elif made.written:
        say(f"It is a git repository already; added {' and '.join(made.written)}.")
    else:
        say("It is a git repository already, and set up.")
    if made.committed:
        say(f"All of it is committed. To share it: git remote add origin URL, then srs{there} sync")
    elif made.refused:
        tell(f"Nothing is committed yet: {made.refused}. `srs{there} sync` does it.")
