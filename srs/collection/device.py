"""This device's name, made once and kept in the user's state folder. Knows nothing of journals."""

import os
import re
from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")


def device_name(state: Path) -> str:
    """The name under which this machine writes its journal, such as `mira-3f9a`. Made on first use."""
    path = state / "device"
    name = _read(path)
    if name is None:
        _write_new(path, _invent())
        name = _read(path) or _invent()
    return name


def _read(path: Path) -> str | None:
    try:
        name = path.read_text("utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return name if _NAME.match(name) else None


def _write_new(path: Path, name: str) -> None:
    """Two first commands at once must agree on one name, so the file appears whole or not at all, and only once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"device.{os.getpid()}")
    draft.write_text(name + "\n", "utf-8")
    try:
        if path.exists():
            draft.replace(path)
        else:
            os.link(draft, path)
    except OSError:  # somebody was first, or the file system knows no links
        if not path.exists():
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _invent() -> str:
    import socket

    host = re.sub(r"[^a-z0-9]+", "-", socket.gethostname().split(".")[0].lower()).strip("-")[:24]
    return f"{host or 'device'}-{os.urandom(2).hex()}"
