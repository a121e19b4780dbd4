"""The journal read line by line: every line that does not count, and what the files say against each other.

Knows files and lines; nothing of cards or of the index.
"""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from srs.collection import journal, settled
from srs.errors import said_by_system
from srs.memory import events as ev
from srs.memory.fold import one_of_two
from srs.upkeep.findings import Finding, Severity
from srs.watching import Watch, doing, told, unwatched

RECOVERED = "recovered"
"""What stands in a file's name in place of the year where lost events were put back."""

_NAME = re.compile(rf"([a-z0-9][a-z0-9-]{{0,40}})\.(?:\d{{4}}|{RECOVERED})\.jsonl\Z")


@dataclass(slots=True)
class Scan:
    """What was read: how many files and events, by which devices, and what is wrong in them."""

    files: int = 0
    devices: set[str] = field(default_factory=set)
    found: list[Finding] = field(default_factory=list)
    _lines: dict[str, int] = field(default_factory=dict)  # event id -> checksum of the line it stands in
    _twice: set[str] = field(default_factory=set)  # ids that stand in lines that differ
    _named: dict[str, tuple[str, int]] = field(default_factory=dict)  # id that an event names -> where it does

    @property
    def ids(self) -> Set[str]:
        return self._lines.keys()

    @property
    def events(self) -> int:
        return len(self._lines)


def scan(folder: Path, shown: Callable[[Path], str], watch: Watch = unwatched) -> Scan:
    """Read every file in the journal's folder; `shown` says how a path is named. Raises SrsError for the folder."""
    result = Scan()
    files = list(settled.journal_files(folder))
    for name in files:
        _scan_file(result, folder / name, shown(folder / name), watch)
    with doing(watch, "Checking the journal"):
        if result._twice:
            _compare_lines(result, folder, files, shown)
        _report_nowhere(result)
    return result


def _scan_file(result: Scan, path: Path, shown: str, watch: Watch) -> None:
    def report(severity: Severity, line: int, message: str, hint: str) -> None:
        result.found.append(Finding("journal", severity, message, hint, shown, line, 1 if line else 0))

    chunk = _read(path)
    if isinstance(chunk, str):
        report("problem", 0, f"This file cannot be read: {chunk}.", "Without it, where its cards stand is not known.")
        return
    result.files += 1
    name, writer = _NAME.match(path.name), None
    lines = chunk.lines if chunk else []
    for number, line in enumerate(told(watch, "Checking the journal", lines, len(lines)), 1):
        if not line:
            continue
        event = ev.decode(line)
        if isinstance(event, ev.Bad):
            hint = "It is kept as it is; a backup may have it whole."
            report("problem", number, f"This line does not count: {event.reason}.", hint)
        elif isinstance(event, ev.Header):
            writer = event.device or writer
            if event.format > ev.FORMAT:
                hint = "Update srs on this device; until then it reads and does not write."
                report("problem", number, f"`{event.device}` writes format {event.format} here.", hint)
        else:
            _take(result, event, line, shown, number)
    if chunk and chunk.torn:
        message = f"The last line is not finished: {chunk.torn} bytes do not count."
        hint = "It was never acknowledged. The next answer on its device keeps it aside and goes on."
        report("note", chunk.mark.lines + 1, message, hint)
    if writer is None and name:
        writer = name[1]
    if writer:
        result.devices.add(writer)
    if name is None:
        hint = "It is read like every other, and what it holds twice counts once. Nothing needs to be done."
        report("note", 0, "The name fits no device, so this is a copy that another program made.", hint)
    elif writer != name[1]:
        hint = "It is read like every other. Nothing needs to be done."
        report("note", 0, f"The first line says that this file is of `{writer}`.", hint)


def _read(path: Path) -> journal.Chunk | str | None:
    """A file's lines, or why they cannot be read; None where there are none."""
    try:
        return journal.read(path, None, ev.is_whole)
    except OSError as error:
        return said_by_system(error)


def _take(result: Scan, event: ev.Event, line: bytes, shown: str, number: int) -> None:
    checksum = int(line.rstrip(b"\r")[-10:-2], 16)
    if result._lines.setdefault(event.id, checksum) != checksum:
        result._twice.add(event.id)
    names = event.event if isinstance(event, ev.Undo | ev.Amend) else None
    for other in (names, ev.because_of(event)):
        if other is not None:
            result._named.setdefault(other, (shown, number))


def _compare_lines(result: Scan, folder: Path, files: list[str], shown: Callable[[Path], str]) -> None:
    """Say which events stand in two places and are not the same; a line may differ where its event does not."""
    first: dict[str, tuple[ev.Event, str]] = {}
    for name in files:
        chunk = _read(folder / name)
        lines = chunk.lines if isinstance(chunk, journal.Chunk) else []
        for number, line in enumerate(lines, 1):
            event = ev.decode(line)
            if isinstance(event, ev.Bad | ev.Header) or event.id not in result._twice:
                continue
            place = f"{shown(folder / name)}:{number}"
            known, there = first.setdefault(event.id, (event, place))
            if known != event and not _of_one_row(known, event):
                message = f"The event `{event.id}` says something else here than in {there}."
                counts = "the one here" if one_of_two(known, event) == event else f"the one in {there}"
                hint = f"Damage or a forger made one of them. On every device {counts} counts; take out the other."
                result.found.append(Finding("journal", "problem", message, hint, shown(folder / name), number, 1))


def _of_one_row(one: ev.Event, other: ev.Event) -> bool:
    """Whether two devices made these of one row of a file that both imported: their ids are hashes of it.

    Which batch it goes with and what stood before it depend on the device; under which name the card goes, and which
    day and step that is, on what its decks and settings were then.
    """
    if ev.is_new_id(one.id):
        return False
    return _as_in_the_file(one) == _as_in_the_file(other)


def _as_in_the_file(event: ev.Event) -> ev.Event:
    match event:
        case ev.Review():
            return replace(event, card="", day=0, due=0, step=None, after=None, because=None)
        case ev.SetDue():
            return replace(event, card="", due=0, because=None)
        case ev.Reset():
            return replace(event, card="", because=None)
        case ev.Suspend():  # of a card that was deleted there: nobody knows when
            return replace(event, at=0, card="", because=None)
    return event


def _report_nowhere(result: Scan) -> None:
    """Events that name others which are in no file, told once for each file that names such."""
    missing: dict[str, list[int]] = {}
    for id_, (path, line) in result._named.items():
        if id_ not in result._lines:
            missing.setdefault(path, []).append(line)
    for path, lines in missing.items():
        count = "An event" if len(lines) == 1 else f"{len(lines)} events"
        message = f"{count} that this file takes back, mends or goes with {'is' if len(lines) == 1 else 'are'} nowhere."
        hint = "It may still be on its way from another device; until then the line has no effect."
        result.found.append(Finding("journal", "note", message, hint, path, min(lines), 1))
