"""Line mode of `srs read` and `srs drafts`: what is done comes as lines from a pipe, and goes out as sentences."""

import sys
from collections.abc import Callable, Mapping

import typer

from srs.cli import asides, wording
from srs.cli.output import say
from srs.cli.picking import Picking
from srs.cli.settling import Settling, summary
from srs.collection.collection import ClockDoubt, Collection
from srs.errors import SrsError
from srs.study import drafting, reading

_READ = """\
A blank line goes on, b goes back. h highlights, ? doubts, s drafts the section, each takes itself back.
c makes a card: the next two lines are question and answer. u takes back what was done last, q ends."""
_SETTLE = """\
k keeps, d drops, ? doubts, a blank line goes on. Of a quote v says that it is verified, r that it is a paraphrase.
c gives a passage its question and its answer, the next two lines. e says where to edit it, u takes back, q ends."""


def read(picking: Picking, collection: Collection) -> None:
    """Read a lesson until q, its end or the end of input. Exits 1 where something was refused."""

    def go(move: Callable[[], None]) -> str:
        move()
        return ""

    actions: Mapping[str, Callable[[], str]] = {
        "": lambda: go(picking.reading.go_on),
        "b": lambda: go(picking.reading.go_back),
        "h": picking.highlight,
        "s": picking.section,
        "?": picking.doubt,
        "c": lambda: picking.card(_next(), _next()),
        "u": picking.undo,
    }
    all_done = _hold(actions, lambda: _show_part(picking), _READ, collection)
    for text in picking.farewell():
        say(text)
    if not all_done:
        raise typer.Exit(1)


def settle(settling: Settling, collection: Collection) -> None:
    """Walk drafts until q, the last one or the end of input. Exits 1 where something was refused."""

    def edit() -> str:
        return f"It is written at {settling.showing.note.place}. Change it there, and go on."

    actions: Mapping[str, Callable[[], str]] = {
        "": settling.skip,
        "k": settling.keep,
        "d": settling.drop,
        "?": settling.doubt,
        "v": settling.verified,
        "r": settling.paraphrase,
        "c": lambda: settling.ask(_next(), _next()),
        "e": edit,
        "u": settling.undo,
    }
    all_done = _hold(actions, lambda: _show_draft(settling, collection), _SETTLE, collection)
    say(summary(settling.drafting))
    if not all_done:
        raise typer.Exit(1)


def _hold(
    actions: Mapping[str, Callable[[], str]], show: Callable[[], bool], help_: str, collection: Collection
) -> bool:
    """Do line by line what they say, until nothing is left to `show`; False where something of it was refused."""
    all_done = True
    while show():
        sys.stdout.flush()
        line = sys.stdin.readline()
        word = line.strip()
        if not line or word in ("q", "quit"):
            break
        action = actions.get(word)
        if action is None:
            say(help_)
            continue
        try:
            said = _tried(action, collection)
        except SrsError as error:
            said, all_done = error.sentences, False
        if said:
            say(said)
        print()
    return all_done


def _tried(action: Callable[[], str], collection: Collection) -> str:
    try:
        return action()
    except ClockDoubt as error:
        say(wording.clock_question(error))
        sys.stdout.flush()
        if _next().strip().lower() != "y":
            raise SrsError("nothing was done") from None
        collection.accept_clock()
        return _tried(action, collection)


def _next() -> str:
    return sys.stdin.readline().rstrip("\n")


def _show_part(picking: Picking) -> bool:
    from srs.cli.terminal.readpages import pick_said

    step = picking.reading.step
    if isinstance(step, reading.Finished):
        return False
    part = step.part
    under = f" {part.under}" if part.under else ""
    say(f"[{step.number} of {step.count}, line {part.first}]{under}")
    say(part.text)
    for pick in step.picks:
        say(f"({pick_said(pick).removesuffix('.')})")
    return True


def _show_draft(settling: Settling, collection: Collection) -> bool:
    step = settling.drafting.step
    if isinstance(step, drafting.Finished):
        return False
    note = step.note
    say(f"[{step.number} of {step.count}] {note.id}: {note.type}, {settling.price()}")
    if step.problem:
        say(f"{step.problem.path}:{step.problem.line}: {step.problem.message} {step.problem.hint}".strip())
        return True
    for name, text in note.fields.items():
        say(f"{name}: {text}")
    for prompt in note.prompts:
        say(f"prompt {prompt.id}: {prompt.q[0]} {prompt.a}")
    try:
        found = asides.source(note, collection)
    except SrsError as error:
        say(error.sentences)
        return True
    if isinstance(found, str):
        say(f"From {found}")
    elif found:
        say(f"From {found.path}, line {found.first}")
    return True
