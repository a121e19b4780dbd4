"""The user's own programs: editor, pager, browser, player. Started without a shell, named only by the user.

Each takes the sitting's `Keys` where there is one: the terminal is handed over and taken back; paint again afterwards.
Knows no cards.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from srs.cli.preferences import Preferences
from srs.errors import SrsError, said_by_system

if TYPE_CHECKING:
    from subprocess import Popen

    from srs.cli.terminal.keys import Keys

_FALLBACK_EDITORS = ("editor", "nano", "vi")
# How an editor is told the line, by the name of its program.
_PLUS = frozenset(
    (
        "vi", "vim", "nvim", "view", "gvim", "mvim", "nvi", "ex", "nano", "rnano", "pico", "emacs", "emacsclient", "mg",
        "joe", "jed", "ne", "micro", "kak",
    )
)  # fmt: skip
_COLON = frozenset(("hx", "helix", "subl", "zed", "zeditor"))
_GOTO = frozenset(("code", "codium", "code-insiders", "cursor"))
# Editors with a window of their own must be told to wait until the file is closed.
_WAITING = {**dict.fromkeys((*_GOTO, "subl", "zed", "zeditor"), "--wait"), "gvim": "-f", "mvim": "-f"}
_WAIT_WORDS = frozenset(("--wait", "-w", "-f", "--nofork"))
_IN_TERMINAL = frozenset(("w3m", "lynx", "links", "links2", "elinks", "browsh", "carbonyl", "cha"))
_LONGEST_URL = 8192
_LOOK = 0.3  # seconds after which a browser that still runs counts as started

_started: list["Popen[bytes]"] = []


# Editor


def edit_at(path: Path, line: int, prefs: Preferences, environ: Mapping[str, str], keys: "Keys | None" = None) -> None:
    """Let the user edit a file, the cursor on `line` (from 1) where the editor can be told.

    Returns when the editor has ended. Raises SrsError where there is none, or where it failed; what it saved counts.
    """
    command = editor_command(prefs, environ)
    _run_editor(at_line(command, path, line, environ), keys, environ)


def edit_text(
    text: str, suffix: str, prefs: Preferences, environ: Mapping[str, str], keys: "Keys | None" = None
) -> str:
    """`text` as the user made it, edited in a file of its own that only this user can read.

    `suffix`, such as `.md`, tells the editor what it is. Raises SrsError as `edit_at`; what was written until then is
    kept in a file that the hint names.
    """
    command = editor_command(prefs, environ)
    folder = Path(tempfile.mkdtemp(prefix="srs-"))  # editors leave copies beside a file
    kept = False
    path = folder / f"text{suffix}"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
        _run_editor(at_line(command, path, 1, environ), keys, environ)
        return path.read_bytes().decode("utf-8-sig", "replace")
    except BaseException as error:
        kept = _is_written(path, text)
        if isinstance(error, OSError):
            raise SrsError(f"{path}: {said_by_system(error)}") from None
        if kept and isinstance(error, SrsError):
            raise SrsError(error.message, f"what you wrote is in {path}") from None
        raise
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _is_written(path: Path, text: str) -> bool:
    """Whether there is something at `path` that the user wrote."""
    try:
        return path.read_bytes() != text.encode()
    except OSError:
        return False


def editor_command(prefs: Preferences, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The words that start the user's editor. Raises SrsError where there is none."""
    if prefs.editor:
        return prefs.editor
    for name in _FALLBACK_EDITORS:
        if _which(name, environ):
            return (name,)
    raise SrsError("no editor was found", f'set $EDITOR, or write `editor = "…"` in {_own_file(environ)}')


def at_line(command: Sequence[str], path: Path, line: int, environ: Mapping[str, str]) -> list[str]:
    """The words that open `path` at `line`; editors that are not known are given the file alone."""
    name = _known_name(command[0], environ)
    waiting = _WAITING.get(name)
    words = [*command, waiting] if waiting and not _WAIT_WORDS & set(command[1:]) else list(command)
    place = path.absolute()
    if name in _PLUS:
        return [*words, f"+{line}", str(place)]
    if name in _COLON:
        return [*words, f"{place}:{line}"]
    if name in _GOTO:
        return [*words, "--goto", f"{place}:{line}"]
    return [*words, str(place)]


def _known_name(program: str, environ: Mapping[str, str]) -> str:
    """The name by which an editor is known; `editor` and its like are links to one (`vim.basic`)."""
    name = Path(program).name
    if name in _PLUS | _COLON | _GOTO:
        return name
    found = _which(program, environ)
    return Path(found).resolve().name.partition(".")[0] if found else name


def _run_editor(command: Sequence[str], keys: "Keys | None", environ: Mapping[str, str]) -> None:
    code = _run(command, keys, environ, "editor")
    name = Path(command[0]).name
    if code < 0:
        raise SrsError(f"the editor `{name}` was ended by {_signal_name(-code)}", "what it saved counts")
    if code:
        raise SrsError(f"the editor `{name}` failed, with exit code {code}", "what it saved counts")


# Pager


def page(lines: Sequence[str], prefs: Preferences, environ: Mapping[str, str], keys: "Keys | None" = None) -> None:
    """Show lines that are ready for the terminal, in a pager where they are more than fit on the screen.

    Where stdout is no terminal they are only printed. Raises SrsError where the pager cannot be started.
    """
    from srs.cli.terminal.keys import size

    if not sys.stdout.isatty() or (keys is None and len(lines) < size()[1]):
        for line in lines:
            print(line)
        return
    command = prefs.pager or (("less",) if _which("less", environ) else None)
    if command is None:
        _own_pager(lines, keys, environ)
        return
    text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    # As git does: colours shown, nothing paged that fits; what the user has set is left alone.
    _run(command, keys, {"LESS": "R" if keys else "FRX", "LV": "-c", **environ}, "pager", text)


def _own_pager(lines: Sequence[str], keys: "Keys | None", environ: Mapping[str, str]) -> None:
    """Line by line and page by page, for systems without `less`."""
    from srs.cli.terminal.keys import Keys, size

    if keys is None:
        with Keys(environ=environ) as own:
            _own_pager(lines, own, environ)
        return
    steps = {"up": -1, "k": -1, "down": 1, "j": 1, "enter": 1, "home": -len(lines), "end": len(lines)}
    top = 0
    while True:
        room = max(1, size()[1] - 1)
        top = max(0, min(top, len(lines) - room))
        shown = lines[top : top + room]
        clear = "\x1b[H\x1b[J" if environ.get("TERM", "dumb") not in ("", "dumb") else "\n"
        foot = f"lines {top + 1} to {top + len(shown)} of {len(lines)}   space goes on, b back, q ends"
        sys.stdout.write(clear + "".join(f"{line}\n" for line in shown) + foot)
        sys.stdout.flush()
        key = keys.read_key()
        if key in ("q", "esc", "ctrl-c", "ctrl-d", "eof") or (key == "space" and top + room >= len(lines)):
            print()
            return
        pages = {"space": room, "page-down": room, "b": -room, "page-up": -room}
        top += steps.get(key, pages.get(key, 0))


# Browser


def web_address(text: str) -> str | None:
    """`text` as the address of a web page, None where it is none: http or https, with a host, nothing unprintable."""
    from urllib.parse import urlsplit

    address = text.strip()
    if len(address) > _LONGEST_URL or not address.isprintable() or any(letter.isspace() for letter in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def open_url(url: str, environ: Mapping[str, str], keys: "Keys | None" = None) -> bool:
    """Open a web page in the user's browser; False where there is none here, as over SSH: then say the address.

    Raises SrsError where `url` is no address of a web page.
    """
    address = web_address(url)
    if address is None:
        raise SrsError(f"{url[:200]!r} is no address of a web page", "only http and https are opened")
    return any(_browse(command, keys, environ) for command in _browsers(address, environ))


def _browsers(address: str, environ: Mapping[str, str]) -> list[list[str]]:
    """Command lines to try. $BROWSER is a list with colons, `%s` in it the address, as other programs read it."""
    import shlex

    found: list[list[str]] = []
    for entry in environ.get("BROWSER", "").split(os.pathsep):
        try:
            words = shlex.split(entry)
        except ValueError:
            continue
        if words and _which(words[0], environ):
            placed = [word.replace("%s", address) for word in words]
            found.append(placed if placed != words else [*words, address])
    if found or environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return found  # a window would open where nobody sits
    openers = ["open"] if sys.platform == "darwin" else ["wslview"]
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        openers.append("xdg-open")
    return [[name, address] for name in openers if _which(name, environ)]


def _browse(command: Sequence[str], keys: "Keys | None", environ: Mapping[str, str]) -> bool:
    import subprocess

    if Path(command[0]).name in _IN_TERMINAL:
        return _run(command, keys, environ, "browser") == 0
    try:
        process = _in_background(command, environ)
    except OSError:
        return False
    try:
        return process.wait(_LOOK) == 0
    except subprocess.TimeoutExpired:
        _started.append(process)
        return True


# Player


class Player:
    """Sounds of a collection's `media/`, one at a time, through the player that the user named."""

    def __init__(self, root: Path, prefs: Preferences, environ: Mapping[str, str]) -> None:
        self._folder = root / "media"
        self._command = prefs.player
        self._environ = environ
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def play(self, name: str) -> None:
        """Play a file of `media/` in the background, instead of what plays now.

        Raises SrsError where no player is named, or it cannot be started, or there is no such file in the folder.
        """
        from srs.collection.within import within

        self.stop()
        if self._command is None:
            hint = f'write `player = "mpv --no-video"`, or another one, in {_own_file(self._environ)}'
            raise SrsError("no player is named", hint)
        path = within(self._folder, name)
        try:
            self._process = _in_background([*self._command, str(path)], self._environ)
        except OSError as error:
            raise _not_started(self._command[0], "player", error) from None

    def stop(self) -> None:
        """End what plays, if anything does."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)  # a player may be a script that started the real one
            process.wait()


# Programs


def _run(
    command: Sequence[str], keys: "Keys | None", environ: Mapping[str, str], what: str, given: bytes | None = None
) -> int:
    from srs.cli.terminal.keys import run

    sys.stdout.flush()
    try:
        return run(command, keys, environ, given)
    except OSError as error:
        raise _not_started(command[0], what, error) from None


def _in_background(command: Sequence[str], environ: Mapping[str, str]) -> "Popen[bytes]":
    """Start a program that neither reads nor writes here, and that a Ctrl-C here does not reach."""
    import subprocess

    _started[:] = [process for process in _started if process.poll() is None]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=nothing, stdout=nothing, stderr=nothing, env=dict(environ), start_new_session=True
    )


def _which(program: str, environ: Mapping[str, str]) -> str | None:
    return shutil.which(program, path=environ.get("PATH", os.defpath))


def _own_file(environ: Mapping[str, str]) -> Path:
    from srs.collection.locations import config_file

    return config_file(environ)


def _not_started(program: str, what: str, error: OSError) -> SrsError:
    why = "it was not found" if isinstance(error, FileNotFoundError) else said_by_system(error)
    hint = "`srs config` tells where it is named"
    return SrsError(f"the {what} `{program}` cannot be started, {why}", hint)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
