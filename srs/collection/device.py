"""This machine's name, made once and kept in the user's state folder. Knows nothing of journals.

The file `device` holds one line for each machine that uses the folder: a name and, where the system tells it, which
machine it belongs to. So a home that is copied to another machine, or shared by several, writes under several names.
"""

import os
import re
from pathlib import Path

from srs.collection.files import locked, open_regular
from srs.errors import SrsError, said_by_system
from srs.sha import sha256

_LINE = re.compile(r"([a-z0-9][a-z0-9-]{0,40})(?: ([0-9a-f]{16}))?\Z")
_MACHINE_ID = Path("/etc/machine-id")


def device_name(state: Path, machine_id: Path = _MACHINE_ID) -> str:
    """The name under which this machine writes its journal, such as `mira-3f9a`. Made on first use.

    Raises SrsError where the state folder cannot be written to and holds no name for this machine.
    """
    path, machine = state / "device", _machine(machine_id)
    name = _find(_lines(path), machine)
    if name is not None:
        return name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):  # two first commands at once must agree on one name
            return _claim(path, machine)
    except OSError as error:
        if unclaimed := _find(_lines(path), ""):
            return unclaimed
        hint = "make the folder writable, or name another one in $SRS_STATE_DIR"
        raise SrsError(f"{path}: this device's name cannot be kept, {said_by_system(error)}", hint) from None


def _claim(path: Path, machine: str) -> str:
    """A name for this machine: one that belongs to none yet (the file of an older srs has such), else a new one."""
    lines = _lines(path)
    name = _find(lines, machine) or _find(lines, "") or _invent()
    others = [(known, owner) for known, owner in lines if known != name]
    text = "".join(f"{known} {owner}".rstrip() + "\n" for known, owner in [*others, (name, machine)])
    draft = path.with_name(f"device.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return name


def _find(lines: list[tuple[str, str]], machine: str) -> str | None:
    return next((name for name, owner in lines if owner == machine), None)


def _lines(path: Path) -> list[tuple[str, str]]:
    """Names and the machines they belong to (empty: not known which)."""
    try:
        with open_regular(path) as file:
            text = file.read().decode()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return []
    except OSError as error:
        raise SrsError(f"{path}: cannot be read, {said_by_system(error)}", "mend it, and repeat") from None
    matches = (_LINE.match(line.strip()) for line in text.splitlines())
    return [(match[1], match[2] or "") for match in matches if match]


def _machine(machine_id: Path) -> str:
    """What tells this machine from others, without giving its id away; empty where the system does not say."""
    try:
        text = machine_id.read_bytes().decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return sha256(f"srs device {text}".encode())[:16] if text else ""


def _invent() -> str:
    import socket

    host = re.sub(r"[^a-z0-9]+", "-", socket.gethostname().split(".")[0].lower()).strip("-")[:24]
    return f"{host or 'device'}-{os.urandom(2).hex()}"
