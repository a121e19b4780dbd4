"""`srs init`: a new collection."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from srs.errors import SrsError

_ATTRIBUTES = """\
# Journals are only ever appended to, each by one device: both sides of a merge are kept.
journal/*.jsonl merge=union -text
decks/** text=auto
"""


def init(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where; ~/srs without it.")] = "",
    empty: Annotated[bool, typer.Option("--empty", help="Without the starter decks.")] = False,
    git: Annotated[bool, typer.Option("--git", help="As a git repository, to carry it between machines.")] = False,
    source: Annotated[
        str, typer.Option("--from", metavar="DIR", help="With another collection's decks and history.")
    ] = "",
) -> None:
    """Make a new collection with the starter decks.

    Example: srs init ~/cards --git
    """
    from srs.collection.locations import default_collection
    from srs.collection.starter import make_collection

    environ = ctx.obj.environ
    root = Path(folder).expanduser() if folder else default_collection(environ)
    make_collection(root, environ, Path(source).expanduser() if source else None, empty)
    print(f"Made a collection in {root}.")
    if git:
        _set_up_git(root)
        print("It is a git repository now. Its journal tells when you studied: think of that before you publish it.")
    there = "" if root == default_collection(environ) else f" -C {shlex.quote(str(root))}"
    print(f"Study it: srs{there} review")


def _set_up_git(root: Path) -> None:
    import subprocess

    attributes = root / ".gitattributes"
    if not attributes.exists():
        attributes.write_text(_ATTRIBUTES, "utf-8")
    try:
        subprocess.run(["git", "init", "--quiet", str(root)], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise SrsError("git is not installed; the collection itself is made", "install git, then: git init") from None
    except subprocess.CalledProcessError as error:
        raise SrsError(f"git init failed: {error.stderr.strip()}", "the collection itself is made") from None
