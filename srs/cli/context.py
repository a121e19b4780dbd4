"""What every command needs: the collection, its problems on stderr, the time. Nobody else asks for that.

Other clocks only measure: how young a file is, how long a key or a long reading takes.
"""

import atexit
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from srs.cli.output import tell
from srs.cli.progress import progress
from srs.collection.locations import SETTINGS_NAME, find_collection
from srs.errors import Problem, UsageError, said_by_system
from srs.values import frozen
from srs.words import plural

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from srs.collection.collection import Collection

_SHOWN = 5


@frozen
class Context:
    """The global options. `now` is ISO text that stands still for the run, or None for the real clock."""

    folder: str | None
    now: str | None
    environ: Mapping[str, str]

    def clock(self, collection: "Collection") -> Callable[[], int]:
        """The clock of this run: milliseconds since the epoch, standing still where a time was given."""
        return self._clock(lambda: collection.zone)

    def clock_in(self, zone: "ZoneInfo") -> Callable[[], int]:
        """The same where no collection can be opened; a time given without an offset is in `zone`."""
        return self._clock(lambda: zone)

    def _clock(self, zone: "Callable[[], ZoneInfo]") -> Callable[[], int]:
        if self.now is None:
            return lambda: time.time_ns() // 1_000_000
        now = moment("--now", self.now, zone)
        return lambda: now

    def open(self, quiet: bool = False, in_full: bool = False) -> "Collection":
        """The collection, up to date with its files. Unless `quiet`, errors in these are told on stderr.

        In one line, or `in_full` by the commands that are about files or begin a day.
        A time that was given and is none is refused here, so by every command.
        """
        from srs.collection.collection import Collection

        root = find_collection(self.folder, self.environ, Path.cwd())
        collection = Collection.open(root, self.environ, fixed_clock=self.now is not None, watch=progress)
        atexit.register(collection.db.close)  # SQLite then puts its log away; no collector runs that would close it
        self.clock(collection)
        if not quiet:
            problems = collection.problems()
            if in_full:
                tell_problems(problems)
            elif said := in_short(problems):
                tell(said)
        return collection


def opened(ctx: typer.Context, in_full: bool = False) -> "tuple[Collection, int]":
    """The collection of a command and the time of its run (ms)."""
    context: Context = ctx.obj
    collection = context.open(in_full=in_full)
    return collection, context.clock(collection)()


def moment(option: str, text: str, zone: "Callable[[], ZoneInfo]") -> int:
    """The instant (ms) that is given to an option; without an offset it is in `zone`. Raises UsageError."""
    from srs.memory.days import parse_given

    try:
        return parse_given(text, zone)
    except ValueError:
        message = f"{option} takes a moment such as 2026-12-01T09:00:00Z, not {text!r}"
        raise UsageError(message, "without Z or an offset it is taken in the collection's timezone") from None


def zone_of(root: Path, environ: Mapping[str, str]) -> "tuple[ZoneInfo, str]":
    """The timezone of a collection; this machine's where its settings cannot be read, and why they cannot."""
    from srs.collection.settings import Settings, SettingsError, read_settings

    try:
        return read_settings(root).zone(environ), ""
    except SettingsError as error:
        return Settings().zone(environ), str(error)
    except OSError as error:
        return Settings().zone(environ), f"{SETTINGS_NAME}: cannot be read, {said_by_system(error)}"


def in_short(problems: list[Problem]) -> str:
    """How many errors there are in files, in one line; empty where there is none."""
    errors = sum(problem.severity == "error" for problem in problems)
    return f"{plural(errors, 'error')} in the files of this collection: srs check" if errors else ""


def tell_problems(problems: list[Problem]) -> None:
    """Errors in files, in a few lines on stderr: what they leave out must never be left out in silence."""
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in errors[:_SHOWN]:
        tell(str(problem))
    if len(errors) > _SHOWN:
        tell(f"… and {len(errors) - _SHOWN} more")
    if errors:
        tell("These are left out until mended; their history is kept. `srs check` says more.")
