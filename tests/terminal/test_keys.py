"""The keyboard, on real pseudo-terminals."""

import os
import re
import signal
import sys
import termios
import time
from pathlib import Path

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cli.terminal.keys import Keys, decode, size
from srs.errors import UsageError

ROOT = str(Path(__file__).parents[2])
ECHO_KEYS = """
import sys
from srs.cli.terminal.keys import Keys, size
with Keys() as keys:
    print("ready", flush=True)
    while True:
        key = keys.read_key()
        text = repr(keys.pasted) if key == "paste" else size() if key == "resize" else ""
        print(f"<{key}>{text}", flush=True)
        if key in ("q", "eof"):
            break
        if key == "e":
            code = keys.run([sys.executable, "-c", "print('editor', input())"])
            print(f"back {code}", flush=True)
        if key == "x":
            raise RuntimeError("broken")
print("over", flush=True)
"""


def spawn(program: str = ECHO_KEYS, term: str = "xterm") -> pexpect.spawn:
    environ = {**os.environ, "PYTHONPATH": ROOT, "TERM": term}
    child = pexpect.spawn(sys.executable, ["-c", program], env=environ, timeout=20, encoding="utf-8")
    child.delaybeforesend = None
    child.expect("ready")
    return child


def shown(child: pexpect.spawn, *keys: str) -> None:
    for key in keys:
        child.expect_exact(f"<{key}>")


def finish(child: pexpect.spawn) -> object:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"a", "a"), (b" ", "space"), (b"\r", "enter"), (b"\n", "enter"), (b"\t", "tab"), (b"\x7f", "backspace"),
        (b"\x03", "ctrl-c"), (b"\x04", "ctrl-d"), ("é".encode(), "é"), ("👩".encode(), "👩"), (b"\x1b[A", "up"),
        (b"\x1bOA", "up"), (b"\x1b[3~", "delete"), (b"\x1b[1;5C", "ctrl-right"), (b"\x1bOP", "f1"), (b"\x1b[[A", "f1"),
        (b"\x1b[15~", "f5"), (b"\x1bx", "alt-x"), (b"\x1b[Z", "shift-tab"), (b"\x1b[99x", "unknown"),
        (b"\x1b]11;rgb:0/0/0\x1b\\", "unknown"), (b"\x1b[M abc"[:6], "unknown"), (b"\xff", "unknown"),
    ],
)  # fmt: skip
def test_names(data: bytes, name: str) -> None:
    """Each key has one name, whatever the terminal sends for it, and takes all its bytes."""
    assert decode(data, complete=False) == (name, len(data))


def test_a_lone_escape_needs_silence() -> None:
    """ESC may begin a sequence, so it is the key only when nothing follows."""
    assert decode(b"\x1b", complete=False) == ("", 0)
    assert decode(b"\x1b", complete=True) == ("esc", 1)


@given(st.binary(min_size=1, max_size=80))
def test_decoding_always_moves_on(data: bytes) -> None:
    """Any bytes are keys in the end; no name holds a control character."""
    name, used = decode(data, complete=True)
    assert name and 0 < used <= len(data)
    assert name.isprintable() or len(name) == 1 or name.startswith("alt-")


def test_letters_arrows_and_bursts() -> None:
    """Keys that arrive in one piece are read one by one, none is lost, nothing is echoed."""
    child = spawn()
    child.send("1é \r\x1b[A\x03\x04\x7fq")
    shown(child, "1", "é", "space", "enter", "up", "ctrl-c", "ctrl-d", "backspace", "q")
    child.expect("over")
    assert finish(child) == 0


def test_sequences_in_pieces() -> None:
    """Half an arrow or half a letter waits for the other half; a lone ESC does not wait for long."""
    child = spawn()
    for piece in (b"\x1b", b"[", b"B", b"\xc3", b"\xa9"):
        os.write(child.child_fd, piece)
        time.sleep(0.03)
    shown(child, "down", "é")
    child.send("\x1b")
    shown(child, "esc")
    child.send("q")
    finish(child)


def test_thousand_keys() -> None:
    """A burst larger than one read is whole."""
    child = spawn()
    child.send("1234" * 500 + "q")
    child.expect("<q>")
    assert len(re.findall("<[1-4]>", child.before)) == 2000
    finish(child)


def test_paste_is_no_keys() -> None:
    """Pasted text is one key, so a stray paste answers no card."""
    child = spawn()
    child.send("\x1b[200~3\r4q\x1b[201~")
    child.expect_exact("<paste>'3\\n4q'")
    child.send("q")
    finish(child)


def test_the_terminal_is_given_back() -> None:
    """After the end, and after an error, the terminal is as it was."""
    for key in ("q", "x"):
        child = spawn()
        mode = termios.tcgetattr(child.child_fd)
        assert not mode[3] & (termios.ECHO | termios.ICANON)
        child.send(key)
        child.expect("over" if key == "q" else "broken")
        child.expect(pexpect.EOF)
        after = termios.tcgetattr(child.child_fd)
        assert after[3] & termios.ECHO and after[3] & termios.ICANON and after[6][termios.VINTR] == b"\x03"
        child.close()


def test_resize() -> None:
    """A new window size is a key."""
    child = spawn()
    child.setwinsize(33, 77)
    child.expect_exact("<resize>(77, 33)")
    child.send("q")
    finish(child)


def test_stop_and_continue(tmp_path: Path) -> None:
    """Ctrl-Z stops the program with the terminal given back; continued, it reads keys and asks to be repainted."""
    program = tmp_path / "program.py"
    program.write_text(ECHO_KEYS)
    environ = {**os.environ, "PYTHONPATH": ROOT, "TERM": "xterm", "PS1": "$ "}
    shell = pexpect.spawn("/bin/sh", ["-i"], env=environ, timeout=20, encoding="utf-8")
    shell.expect_exact("$ ")
    shell.sendline(f"{sys.executable} {program}")
    shell.expect("ready")
    shell.send("a\x1a")
    shell.expect("<a>")
    shell.expect("(?i)stopped")
    shell.sendline("fg")
    shown(shell, "resume")
    shell.send("bq")
    shown(shell, "b", "q")
    shell.expect("over")
    shell.close(force=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_hangup_is_a_clean_exit(number: signal.Signals) -> None:
    """SIGTERM and SIGHUP end the program in order, with the terminal given back."""
    child = spawn()
    child.kill(number)
    child.expect(pexpect.EOF)
    assert "Traceback" not in child.before
    child.close()
    assert child.exitstatus == 128 + number


def test_closed_terminal_is_the_end() -> None:
    """A terminal that goes away leaves no process behind."""
    child = spawn()
    os.close(child.child_fd)
    deadline = time.monotonic() + 10
    while os.waitpid(child.pid, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child.child_fd, child.closed, child.terminated = -1, True, True
    child.flag_eof = True


def test_editor() -> None:
    """An editor has the terminal as it was, echo and lines; afterwards keys are keys again."""
    child = spawn()
    child.send("e")
    shown(child, "e")
    child.send("hello\r")
    child.expect("editor hello")
    child.expect("back 0")
    child.send("q")
    shown(child, "q")
    assert finish(child) == 0


def test_keys_before_the_editor_ended() -> None:
    """Keys that were pressed before the editor ended are dropped; the next one counts."""
    child = spawn()
    child.send("esb")
    shown(child, "e")
    child.send("hello\r")
    child.expect("back 0")
    child.send("aq")
    child.expect_exact("<")
    child.expect_exact("<q>")
    assert child.before.split() == ["a>"]
    assert finish(child) == 0


def test_timeout() -> None:
    """Without a key in time the name is empty."""
    child = spawn(
        "from srs.cli.terminal.keys import Keys\n"
        "with Keys() as keys:\n    print('ready', flush=True); print(repr(keys.read_key(0.05)), flush=True)"
    )
    child.expect_exact("''")
    finish(child)


def test_a_dumb_terminal_is_asked_nothing() -> None:
    """TERM=dumb gets no escape sequence."""
    child = spawn(term="dumb")
    child.send("q")
    child.expect(pexpect.EOF)
    assert "\x1b" not in child.before
    child.close()


def test_no_terminal() -> None:
    """Reading keys from a pipe is refused in words."""
    reading, writing = os.pipe()
    try:
        with pytest.raises(UsageError, match="terminal"), Keys(reading):
            pass
    finally:
        os.close(reading)
        os.close(writing)


def test_size_is_never_zero() -> None:
    """Somebody always knows a size."""
    columns, lines = size()
    assert columns > 0 and lines > 0
