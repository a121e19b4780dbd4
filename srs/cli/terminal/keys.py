"""Keys as names, read raw from a terminal that is always given back as it was. Knows nothing of what keys do.

The reader is the only owner of the terminal's mode. Signals never interrupt the program halfway through a write: their
handlers leave a note and wake the reader, which acts on it at the next `read_key`. Only the quit key (Ctrl-\\) still
ends a program that hangs.
"""

import os
import select
import signal
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Self

from srs.errors import UsageError

# After ESC the rest of a sequence may come late over a slow line; this long it is waited for, in seconds.
ESCAPE_DELAY = 0.1
PASTE_DELAY = 2.0
_FAREWELL = 1.0  # seconds that an editor has to save what it can when the terminal goes away
# Main screen, cursor shown, no mouse reports, no pasting marks, plain letters.
_ORDERLY = b"\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b(B\x1b[m"
_LONGEST = 4096  # bytes of a control string; what is longer was none

_CONTROLS = {0: "ctrl-space", 8: "backspace", 9: "tab", 10: "enter", 13: "enter", 32: "space", 127: "backspace"}
_FINALS = {
    "A": "up", "B": "down", "C": "right", "D": "left", "F": "end", "H": "home", "Z": "shift-tab", "P": "f1", "Q": "f2",
    "R": "f3", "S": "f4", "M": "enter",
}  # fmt: skip
_NUMBERS = {
    "1": "home", "2": "insert", "3": "delete", "4": "end", "5": "page-up", "6": "page-down", "7": "home", "8": "end",
    "11": "f1", "12": "f2", "13": "f3", "14": "f4", "15": "f5", "17": "f6", "18": "f7", "19": "f8", "20": "f9",
    "21": "f10", "23": "f11", "24": "f12",
}  # fmt: skip
_NAMED = frozenset((*_FINALS.values(), *_NUMBERS.values())) - {"enter"}
_MODIFIERS = {"2": "shift-", "3": "alt-", "5": "ctrl-", "7": "ctrl-alt-"}
_PASTE_BEGIN = b"\x1b[200~"
_PASTE_END = b"\x1b[201~"
_PASTE_ON, _PASTE_OFF = b"\x1b[?2004h", b"\x1b[?2004l"


class Hangup(SystemExit):
    """The terminal went away or the system asks us to end. The code is 128 and the signal's number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.signal = number


def size() -> tuple[int, int]:
    """Columns and lines of the terminal; 80 and 24 where nobody knows."""
    for fd in (1, 2, 0):
        with suppress(OSError):
            found = os.get_terminal_size(fd)
            if found.columns > 0 and found.lines > 0:
                return found.columns, found.lines
    columns, lines = os.environ.get("COLUMNS", ""), os.environ.get("LINES", "")
    known = all(text.isascii() and text.isdigit() and 0 < len(text) < 5 for text in (columns, lines))
    return (max(1, int(columns)), max(1, int(lines))) if known else (80, 24)


def is_key(name: str) -> bool:
    """Whether a keyboard can send a key of this name, so that it can be given a meaning."""
    if len(name) == 1:
        return name > " " and not "\x7f" <= name < "\xa0"
    head, dash, rest = name.rpartition("-")
    if dash and head == "ctrl" and len(rest) == 1:
        return rest in "abcdefgklnopqrstuvwxyz"  # h, i, j and m are backspace, tab and enter
    if dash and head == "alt" and len(rest) == 1:
        return rest.isascii() and rest.isprintable() and rest not in " [O]PX^_"  # those begin a longer sequence
    return name in _CONTROLS.values() or name in _NAMED or (head + dash in _MODIFIERS.values() and rest in _NAMED)


def decode(data: bytes, complete: bool) -> tuple[str, int]:
    """The name of the first key in `data` and how many bytes it took; `("", 0)` while more must come to tell.

    `complete` says that nothing more is coming: a lone ESC is then the key, half a sequence is `unknown`.
    """
    first = data[0]
    if first == 0x1B:
        name, used = _escape(data)
        if used or not complete:
            return name, used
        return ("esc", 1) if len(data) == 1 else ("unknown", len(data))
    if first in _CONTROLS:
        return _CONTROLS[first], 1
    if first < 0x20:
        return f"ctrl-{chr(first + 0x60) if first < 27 else chr(first + 0x40)}", 1
    if first < 0x80:
        return chr(first), 1
    return _multibyte(data, complete)


def _multibyte(data: bytes, complete: bool) -> tuple[str, int]:
    need = 2 if 0xC2 <= data[0] < 0xE0 else 3 if 0xE0 <= data[0] < 0xF0 else 4 if 0xF0 <= data[0] < 0xF5 else 1
    tail = data[1:need]
    if len(tail) < need - 1 and not complete and all(0x80 <= byte < 0xC0 for byte in tail):
        return "", 0
    try:
        letter = data[:need].decode()
    except UnicodeDecodeError:
        return "unknown", 1
    return ("unknown" if letter < "\xa0" else letter), need


def _escape(data: bytes) -> tuple[str, int]:
    """The sequence that starts `data`; `("", 0)` while it has no end."""
    if len(data) < 2:
        return "", 0
    kind = data[1:2]
    if kind == b"[":
        return _csi(data)
    if kind == b"O":
        return (_FINALS.get(chr(data[2]), "unknown"), 3) if len(data) > 2 else ("", 0)
    if kind in (b"]", b"P", b"X", b"^", b"_"):
        return _control_string(data)
    if kind == b"\x1b":
        return "esc", 1
    name, used = decode(data[1:], complete=False)
    return (f"alt-{name}", used + 1) if used else ("", 0)


def _csi(data: bytes) -> tuple[str, int]:
    for i in range(2, min(len(data), 66)):
        byte = data[i]
        if 0x20 <= byte < 0x40 or (i == 2 and byte == 0x5B):  # parameters; Linux consoles send `ESC [ [ A` for F1
            continue
        if byte < 0x20 or byte > 0x7E:
            return "unknown", i  # broken off: this byte is a key of its own
        if i == 2 and byte == 0x4D:  # a mouse report of the old kind
            return ("unknown", 6) if len(data) >= 6 else ("", 0)
        return _csi_name(data[2:i].decode("ascii"), chr(byte)), i + 1
    return ("unknown", 66) if len(data) >= 66 else ("", 0)


def _csi_name(parameters: str, final: str) -> str:
    if parameters == "[" and final in "ABCDE":
        return f"f{'ABCDE'.index(final) + 1}"
    number, _, modifier = parameters.partition(";")
    if final == "~" and number == "200":
        return "paste"
    name = _NUMBERS.get(number) if final == "~" else _FINALS.get(final) if number in ("", "1") else None
    if name is None or (modifier and modifier not in _MODIFIERS):
        return "unknown"
    return _MODIFIERS.get(modifier, "") + name


def _control_string(data: bytes) -> tuple[str, int]:
    """A terminal's report (OSC, DCS, …) up to BEL or ST; no key, but it must not turn into keys either."""
    ends = [end + len(mark) for mark in (b"\x07", b"\x1b\\") if (end := data.find(mark, 2)) >= 0]
    if ends:
        return "unknown", min(ends)
    return ("unknown", len(data)) if len(data) > _LONGEST else ("", 0)


def _nothing(number: int, frame: FrameType | None) -> None:
    """Unlike SIG_IGN, a handler is not passed on to the program that is run."""


class Keys:
    r"""The keyboard while the `with` block lasts.

    Names: `a`, `é`, `1`, `space`, `enter`, `tab`, `backspace`, `esc`, `up`, `page-down`, `f1`, `ctrl-c`, `alt-x`,
    `shift-up`; `paste` (the text is in `pasted`), `resize`, `resume` (stopped and continued: paint again), `unknown`,
    `eof`. Only in the main thread. Raises UsageError where `fd` is no terminal.
    """

    def __init__(self, fd: int = 0, out: int = 1, environ: Mapping[str, str] = os.environ) -> None:
        self.pasted = ""
        self._fd = fd
        self._out = out
        self._asks_paste = environ.get("TERM", "dumb") not in ("", "dumb") and os.isatty(out)
        self._buffer = b""
        self._ended = False
        self._notes: list[str] = []
        self._hangup = 0
        self._away = False

    def __enter__(self) -> Self:
        if not os.isatty(self._fd):
            raise UsageError("Keys can only be read from a terminal.", "Line mode reads answers as lines.")
        self._before: list[Any] = termios.tcgetattr(self._fd)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        handlers = {
            signal.SIGWINCH: self._on_note,
            signal.SIGCONT: self._on_note,
            signal.SIGTSTP: self._on_note,
            signal.SIGTERM: self._on_hangup,
            signal.SIGHUP: self._on_hangup,
        }
        self._handlers = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        self._raw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What is left of a paste must not become commands of the shell.
        self._cooked(termios.TCSAFLUSH)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def read_key(self, timeout: float | None = None) -> str:
        """The next key's name; `` when `timeout` seconds pass without one. Raises Hangup on SIGTERM and SIGHUP."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if note := self._noted():
                return note
            if self._buffer and (name := self._decoded(complete=self._ended)):
                return name
            if self._ended:
                return "eof"
            if self._buffer:
                late = not self._fill(PASTE_DELAY if self._buffer.startswith(_PASTE_BEGIN) else ESCAPE_DELAY)
                if late and not self._notes and not self._hangup and (name := self._decoded(complete=True)):
                    return name
                continue
            left = None if deadline is None else deadline - time.monotonic()
            if (left is not None and left < 0) or not self._fill(left):
                if note := self._noted():
                    return note
                if deadline is not None and time.monotonic() >= deadline:
                    return ""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The terminal as it was before, for a prompt or a pager; a hangup ends it at once. Paint again afterwards.

        Keys that came before its end were meant for what was on the screen then: they are dropped.
        """
        self._cooked(termios.TCSANOW)
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)  # Ctrl-Z stops the other program and us with it
        self._away = True
        try:
            if self._hangup:
                raise Hangup(self._hangup)
            yield
        finally:
            self._away = False
            signal.signal(signal.SIGTSTP, handler)
            self._notes.clear()
            self._buffer = b""
            self._raw(termios.TCSAFLUSH)

    def run(self, command: Sequence[str]) -> int:
        """Run an editor in this terminal: see `run`."""
        return run(command, self)

    # the terminal

    def _raw(self, when: int = termios.TCSANOW) -> None:
        """No echo, no lines, no flow control; Ctrl-C, Ctrl-Z and Ctrl-D arrive as keys. Output stays as it was."""
        mode = [*self._before[:6], list(self._before[6])]
        off = os.fpathconf(self._fd, "PC_VDISABLE").to_bytes(1, "big")
        mode[0] &= ~(termios.IXON | termios.INLCR | termios.IGNCR)
        mode[0] |= termios.ICRNL
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
        mode[6][termios.VINTR] = mode[6][termios.VSUSP] = off
        mode[6][termios.VMIN], mode[6][termios.VTIME] = b"\x01", b"\x00"
        self._set(when, mode)
        self._tell(_PASTE_ON)

    def _cooked(self, when: int) -> None:
        self._tell(_PASTE_OFF)
        if self._in_foreground():  # in the background the terminal is another's
            self._set(when, self._before)

    def _set(self, when: int, mode: list[Any]) -> None:
        while True:
            try:
                termios.tcsetattr(self._fd, when, mode)
                return
            except termios.error as error:
                if error.args[0] != 4:  # EINTR: stopped in the background, try again in the foreground
                    return  # the terminal is gone

    def _tell(self, sequence: bytes) -> None:
        if self._asks_paste and self._in_foreground():
            with suppress(OSError):
                sys.stdout.flush()
                os.write(self._out, sequence)

    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:
            return False

    # bytes

    def _decoded(self, complete: bool) -> str:
        name, used = decode(self._buffer, complete)
        if name.endswith("paste"):
            return self._paste(used, complete)
        self._buffer = self._buffer[used:]
        return name

    def _paste(self, used: int, complete: bool) -> str:
        end = self._buffer.find(_PASTE_END, used)
        if end < 0 and not complete:
            return ""
        stop = end if end >= 0 else len(self._buffer)
        text = self._buffer[used:stop].decode(errors="replace")
        self.pasted = text.replace("\r\n", "\n").replace("\r", "\n")
        self._buffer = self._buffer[stop + len(_PASTE_END) :]
        return "paste"

    def _fill(self, timeout: float | None) -> bool:
        """Wait for bytes; False if none came in time or a signal woke us."""
        ready, _, _ = select.select([self._fd, self._wake_read], [], [], timeout)
        if self._wake_read in ready:
            os.read(self._wake_read, 512)
        if self._fd not in ready:
            return False
        try:
            data = os.read(self._fd, 4096)
        except OSError:  # the terminal is gone
            data = b""
        self._ended = not data
        self._buffer += data
        return True

    # signals

    def _noted(self) -> str:
        """What the signals since the last call ask for."""
        if self._hangup:
            raise Hangup(self._hangup)
        notes = list(dict.fromkeys(self._notes))
        self._notes.clear()
        if "suspend" in notes:
            return self._suspend()
        if "resume" in notes:
            self._raw()
            return "resume"
        if notes:
            return notes[0]
        if self._buffer[:1] == b"\x1a":
            self._buffer = self._buffer[1:]
            return self._suspend()
        return ""

    def _suspend(self) -> str:
        """Stop the whole job, as the terminal's own Ctrl-Z would; return when it is continued."""
        self._cooked(termios.TCSANOW)
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        self._notes.clear()
        if self._hangup:
            raise Hangup(self._hangup)
        self._raw()
        return "resume"

    def _on_note(self, number: int, frame: FrameType | None) -> None:
        names: dict[int, str] = {signal.SIGWINCH: "resize", signal.SIGCONT: "resume", signal.SIGTSTP: "suspend"}
        self._notes.append(names[number])
        self._wake()

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._hangup = number
        if self._away:
            raise Hangup(number)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):
            os.write(self._wake_write, b"!")


@contextmanager
def handed_over(keys: Keys | None = None, fd: int = 0) -> Iterator[None]:
    """The terminal is another program's: in the mode it had before a sitting, Ctrl-C for that program alone.

    Afterwards it is as it was, whatever that program left behind. `keys` is the sitting's reader, None outside of one.
    """
    handlers = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        with keys.paused() if keys else _kept(fd):
            yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def _kept(fd: int) -> Iterator[None]:
    mode = termios.tcgetattr(fd) if os.isatty(fd) else None
    try:
        yield
    finally:
        if mode is not None:
            with suppress(termios.error, OSError):
                if os.tcgetpgrp(fd) == os.getpgrp():  # in the background the terminal is another's
                    termios.tcsetattr(fd, termios.TCSADRAIN, mode)


def run(
    command: Sequence[str],
    keys: Keys | None = None,
    environ: Mapping[str, str] | None = None,
    given: bytes | None = None,
) -> int:
    """Run a program in this terminal, `given` being its standard input; its exit code, -n where signal n ended it.

    A hangup asks the program to end as well, and passes on. Raises OSError where it cannot be started.
    """
    import subprocess

    stdin = None if given is None else subprocess.PIPE
    with handed_over(keys), subprocess.Popen(command, stdin=stdin, env=environ) as process:
        try:
            process.communicate(given)
        except BaseException:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_FAREWELL)
            process.kill()
            raise
    if process.returncode < 0:
        _tidy()
    return process.returncode


def _tidy() -> None:
    """What a program that was ended by force may have left switched on in the terminal."""
    if os.isatty(1) and os.environ.get("TERM", "dumb") not in ("", "dumb"):
        with suppress(OSError):
            sys.stdout.flush()
            os.write(1, _ORDERLY)
