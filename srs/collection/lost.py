"""Events that left the journal while the index knew them, kept as journal lines in a file. Knows no index."""

import os
from collections.abc import Iterable
from pathlib import Path

from srs.collection.files import open_regular
from srs.errors import SrsError, said_by_system
from srs.memory import events as ev


def keep_lost(lost: Path, events: Iterable[ev.Event]) -> None:
    """Add events to the file of those that left the journal, each once. Raises SrsError where the disk refuses."""
    known = {event.id for event in lost_events(lost)}
    lines = [ev.encode(event) for event in events if event.id not in known and not isinstance(event, ev.Unknown)]
    if not lines:
        return
    try:
        lost.parent.mkdir(parents=True, exist_ok=True)
        with lost.open("ab") as file:
            file.write(b"\n" if file.tell() else b"")  # a program that died may have left the beginning of a line
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        message = f"{lost}: cannot keep what left the journal, {said_by_system(error)}"
        raise SrsError(message, "make the folder writable, and repeat") from None


def lost_events(lost: Path) -> list[ev.Event]:
    """What `keep_lost` wrote. Raises SrsError where it cannot be read."""
    try:
        with open_regular(lost) as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SrsError(f"{lost}: cannot be read, {said_by_system(error)}") from None
    found = (ev.decode(line) for line in lines if line)
    return [event for event in found if not isinstance(event, ev.Bad | ev.Header)]
