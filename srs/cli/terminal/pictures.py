"""Pictures as lines of coloured letters, made by the user's `chafa`. Knows `media/` and nothing of cards.

A picture may come from a stranger, so chafa gets little time, memory and output, and of what it writes only letters and
colours reach the terminal. Sixels and the protocol of kitty are left alone: tmux would have to let them through, and
they cannot be cut, scrolled or put beside a margin as lines can.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Palette
from srs.cli.terminal.width import width
from srs.collection.within import within
from srs.errors import SrsError

if TYPE_CHECKING:
    from srs.cli.preferences import Preferences

TIME_LIMIT = 2.0
"""Seconds that one picture may take."""
_MEMORY = 1 << 30
_LARGEST_FILE = 32 << 20
_LARGEST_OUTPUT = 1 << 20
_NARROWEST = 12
_LOWEST = 4
_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".svg", ".jxl", ".heic")
)
_STYLE = re.compile("(\x1b\\[[0-9;]*m)")
_SEQUENCE = re.compile("\x1b\\[[0-9;?]*[A-Za-ln-z]|\r")  # chafa hides the cursor and the like


class Pictures:
    """The pictures of one collection in one terminal, each drawn once: give it to `walk.lines` as `pictures`.

    `rows` is the height that one picture may have, in lines; set it anew when the terminal changes.
    """

    def __init__(
        self, root: Path, command: Sequence[str], colours: Palette, environ: Mapping[str, str], rows: int = 12
    ) -> None:
        self.rows = rows
        self._folder = root / "media"
        self._command = [*command, *_arguments(colours, environ)]
        self._environ = environ
        self._drawn: dict[tuple[Path, int, int, int], list[str] | None] = {}

    def __call__(self, src: str, columns: int) -> list[str] | None:
        """The lines of the picture `src`, at most `columns` wide and `rows` high; None where it cannot be drawn."""
        if columns < _NARROWEST or self.rows < _LOWEST or Path(src).suffix.lower() not in _SUFFIXES:
            return None
        try:
            path = within(self._folder, src)
            seen = path.stat()
        except (SrsError, OSError):
            return None
        if seen.st_size > _LARGEST_FILE:
            return None
        key = (path, seen.st_mtime_ns, columns, self.rows)
        if key not in self._drawn:
            command = [*self._command, f"--size={columns}x{self.rows}", "--", str(path)]
            said = _output(command, self._environ)
            self._drawn[key] = None if said is None else _checked(said, columns, self.rows)
        return self._drawn[key]


def pictures(root: Path, prefs: "Preferences", colours: Palette, environ: Mapping[str, str]) -> Pictures | None:
    """What draws pictures for the collection at `root`; None where captions are to do.

    The user's `pictures` is `never`, `auto` (where there are colours) or `always` (without colours too, as with
    NO_COLOR). Pipes and dumb terminals get captions always.
    """
    import shutil

    if prefs.chafa is None or not colours.attributes or (prefs.pictures == "auto" and not colours.colours):
        return None
    found = shutil.which(prefs.chafa[0], path=environ.get("PATH", os.defpath))
    return Pictures(root, [found, *prefs.chafa[1:]], colours, environ) if found else None


def _arguments(colours: Palette, environ: Mapping[str, str]) -> list[str]:
    """Options that chafa knows since 1.4, of 2020."""
    term = environ.get("TERM", "")
    if not colours.colours:
        shades = "none"
    elif environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        shades = "full"
    else:
        shades = "256" if "256color" in term else "16"
    return ["--format=symbols", "--animate=off", f"--colors={shades}"]


def _output(command: Sequence[str], environ: Mapping[str, str]) -> bytes | None:
    """What the program writes; None where it fails, takes too long or writes too much."""
    import selectors
    import signal
    import subprocess
    import time

    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing, env=dict(environ), start_new_session=True,
            preexec_fn=_limit,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    deadline = time.monotonic() + TIME_LIMIT
    said = b""
    with process, selectors.DefaultSelector() as selector:
        assert process.stdout is not None
        selector.register(process.stdout, selectors.EVENT_READ)
        try:
            while len(said) <= _LARGEST_OUTPUT and selector.select(max(0.0, deadline - time.monotonic())):
                if not (part := os.read(process.stdout.fileno(), 65536)):
                    return said if process.wait(max(0.0, deadline - time.monotonic())) == 0 else None
                said += part
        except (subprocess.TimeoutExpired, OSError):
            pass
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # with whatever it started
            except OSError:
                pass
    return None


def _limit() -> None:
    """In the new process: a picture of a thousand megapixels must not take the machine along."""
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        pass


def _checked(said: bytes, columns: int, rows: int) -> list[str] | None:
    """The lines of a picture, letters and colours alone; None where they are none, or would not fit."""
    text = _SEQUENCE.sub("", said.decode("utf-8", "replace")).rstrip("\n")
    drawn: list[str] = []
    for line in text.split("\n"):
        parts = _STYLE.split(line)
        letters = [visible(part).replace("\t", " ") for part in parts[::2]]
        if sum(map(width, letters)) > columns:
            return None
        styles = [*parts[1::2], "\x1b[0m"]
        drawn.append("".join(letter + style for letter, style in zip(letters, styles, strict=True)))
    return drawn if text.strip() and len(drawn) <= rows else None
