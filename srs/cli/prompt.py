"""`srs prompt`: the picked passages of a lesson with our rules, for any language model."""

from typing import TYPE_CHECKING, Annotated

import typer

from srs.cli.context import opened
from srs.cli.output import tell
from srs.errors import SrsError
from srs.words import plural

if TYPE_CHECKING:
    from srs.collection.collection import Collection
    from srs.study.promptwords import Passage
    from srs.study.reading import Pick


def prompt(
    ctx: typer.Context,
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="A lesson that was read, or its name in sources/.")],
) -> None:
    """Print what was picked as a prompt for a language model.

    Its answer comes back with: srs add --draft

    Example: srs prompt lesson.txt
    """
    from srs.cli.read import kept_source
    from srs.study.promptwords import prompt as prompt_of
    from srs.study.reading import picks_from

    collection, _ = opened(ctx)
    source = kept_source(collection, lesson)
    picks = picks_from(collection, source)
    drafts = [pick for pick in picks if pick.note.draft and not pick.doubted]
    doubted = sum(pick.note.draft and pick.doubted for pick in picks)
    if doubted:
        tell(f"Left out {plural(doubted, 'passage')} that you doubt.")
    passages = _passages(collection, drafts)
    if not passages:
        raise SrsError(f"nothing is picked from {source} that wants cards", f"srs read {lesson}")
    accepted = [pick.note for pick in picks if not pick.note.draft]
    title = source.rpartition("/")[2].rpartition(".")[0]
    for line in prompt_of(title, passages, accepted).rstrip("\n").split("\n"):
        _print(line)


def _print(line: str) -> None:
    """A line as it is: it goes on to another program, and a terminal is shown no control characters."""
    import sys

    from srs.cli.terminal.safe import visible

    print(visible(line) if sys.stdout.isatty() else line)


def _passages(collection: "Collection", picks: "list[Pick]") -> "list[Passage]":
    """The passages of drafts, each once, as the source has them."""
    from srs.study.promptwords import Passage
    from srs.study.reading import nearby
    from srs.study.source import passage

    found: dict[str, Passage] = {}
    for pick in picks:
        origin = pick.note.origin or ""
        if origin in found:
            continue
        if pick.unasked:
            text = pick.note.fields.get("a", "")
        else:
            there = passage(collection.root, origin)
            text = "\n".join(nearby(there, origin)[1]) if there else ""
        if text:
            found[origin] = Passage(origin, text)
    return list(found.values())
