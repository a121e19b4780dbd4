"""The user's editor, pager, browser and player: small scripts on PATH stand for them."""

import os
import signal
import stat
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from srs.cli.editor import Player, at_line, edit_at, edit_text, editor_command, open_url, page, web_address
from srs.cli.preferences import Preferences
from srs.errors import SrsError
from tests.cli.helpers import Srs, Terminal

Run = Callable[..., Terminal]
HOPELESS = {"VISUAL": "", "EDITOR": ""}


class Programs:
    """A folder on PATH in which scripts stand for programs; each notes its arguments, one on a line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.environ = {"HOME": str(folder), "PATH": f"{self.bin}{os.pathsep}{os.defpath}", "OUT": str(folder / "argv")}

    def make(self, name: str, script: str = "") -> str:
        path = self.bin / name
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "$OUT.part"\nmv "$OUT.part" "$OUT"\n{script}\n')
        path.chmod(0o755)
        return str(path)

    @property
    def asked(self) -> list[str] | None:
        """The arguments of the last program that ran; None where none did."""
        path = self.folder / "argv"
        return path.read_text().splitlines() if path.exists() else None

    def waits(self, path: Path | None = None) -> None:
        """Until a program in the background has noted its arguments, or `path` is there."""
        end = time.monotonic() + 20
        while not (path or self.folder / "argv").exists():
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        *[([name], ["+7", "FILE"]) for name in ("vi", "vim", "nvim", "nano", "emacs", "micro", "kak")],
        (["emacsclient", "-nw"], ["-nw", "+7", "FILE"]),
        (["vim", "-c", "set tw=0"], ["-c", "set tw=0", "+7", "FILE"]),
        (["hx"], ["FILE:7"]),
        (["helix"], ["FILE:7"]),
        (["code"], ["--wait", "--goto", "FILE:7"]),
        (["codium", "--wait"], ["--wait", "--goto", "FILE:7"]),
        (["code", "-w", "-n"], ["-w", "-n", "--goto", "FILE:7"]),
        (["subl"], ["--wait", "FILE:7"]),
        (["gvim"], ["-f", "+7", "FILE"]),
        (["ed"], ["FILE"]),
        (["my-editor", "--now"], ["--now", "FILE"]),
    ],
)
def test_the_line_is_told_as_each_editor_takes_it(programs: Programs, command: list[str], words: list[str]) -> None:
    """Known editors open the file at the line, those with windows wait; others get the file alone."""
    programs.make(command[0])
    path = programs.folder / "a b.yaml"
    edit_at(path, 7, Preferences(editor=tuple(command)), programs.environ)
    assert programs.asked == [word.replace("FILE", str(path)) for word in words]


def test_an_editor_behind_a_link(programs: Programs) -> None:
    """`editor`, as systems link it to one, is known for what it is."""
    programs.make("nano.basic")
    (programs.bin / "editor").symlink_to("nano.basic")
    assert at_line(["editor"], Path("/x"), 3, programs.environ) == ["editor", "+3", "/x"]


def test_which_editor(programs: Programs) -> None:
    """What is set goes first; else `editor`, `nano` or `vi`, whichever is there; else a word on how to set one."""
    programs.environ["PATH"] = str(programs.bin)
    with pytest.raises(SrsError, match="no editor was found") as caught:
        editor_command(Preferences(), programs.environ)
    assert "$EDITOR" in caught.value.hint
    assert "config.toml" in caught.value.hint
    for name in ("vi", "nano", "editor"):
        programs.make(name)
        assert editor_command(Preferences(), programs.environ) == (name,)
    assert editor_command(Preferences(editor=("kak",)), programs.environ) == ("kak",)


@pytest.mark.parametrize(
    ("script", "message"),
    [("exit 3", "the editor `vim` failed, with exit code 3"), ("kill -9 $$", "the editor `vim` was ended by SIGKILL")],
)
def test_an_editor_that_fails(programs: Programs, script: str, message: str) -> None:
    """An editor that fails or is killed is told, by exit code or signal."""
    programs.make("vim", script)
    with pytest.raises(SrsError) as caught:
        edit_at(Path("/x"), 1, Preferences(editor=("vim",)), programs.environ)
    assert caught.value.message == message


def test_an_editor_that_is_not_there(programs: Programs) -> None:
    """An editor that cannot be started is told with its name, and where to look."""
    with pytest.raises(SrsError, match="the editor `none` cannot be started, it was not found") as caught:
        edit_at(Path("/x"), 1, Preferences(editor=("none",)), programs.environ)
    assert "srs config" in caught.value.hint
    (programs.bin / "locked").write_text("")
    with pytest.raises(SrsError, match="cannot be started, permission denied"):
        edit_at(Path("/x"), 1, Preferences(editor=("locked",)), programs.environ)


def test_no_shell(programs: Programs) -> None:
    """Words of a command reach the program as they are."""
    programs.make("my-editor")
    edit_at(Path("/x;touch y"), 1, Preferences(editor=("my-editor", "$(touch z)", "*")), programs.environ)
    assert programs.asked == ["$(touch z)", "*", "/x;touch y"]


# Texts


def test_a_text_is_edited(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text is edited in a private file with the suffix asked for, and nothing of it is left."""
    monkeypatch.setattr("tempfile.tempdir", str(programs.folder))
    programs.make(
        "vim",
        'stat -c %a "$2" "$(dirname "$2")" > "$OUT.mode"; cat "$2" > "$OUT.was"; printf "née\\n" > "$2"; cp "$2" "$2~"',
    )
    assert edit_text("was ö\n", ".md", Preferences(editor=("vim",)), programs.environ) == "née\n"
    assert programs.asked
    assert programs.asked[0] == "+1"
    assert programs.asked[1].endswith(".md")
    assert (programs.folder / "argv.was").read_text() == "was ö\n"
    assert (programs.folder / "argv.mode").read_text().split() == ["600", "700"]
    assert not list(programs.folder.glob("srs-*"))


def test_a_text_is_not_lost_with_its_editor(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the editor fails, what was written until then is kept and named; an untouched text is not."""
    monkeypatch.setattr("tempfile.tempdir", str(programs.folder))
    programs.make("vim", 'echo long work > "$2"; kill -9 $$')
    with pytest.raises(SrsError) as caught:
        edit_text("", ".md", Preferences(editor=("vim",)), programs.environ)
    kept = Path(caught.value.hint.removeprefix("what you wrote is in "))
    assert kept.read_text() == "long work\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.unlink()
    kept.parent.rmdir()
    programs.make("vim", "exit 1")
    with pytest.raises(SrsError, match="failed"):
        edit_text("as it was", ".md", Preferences(editor=("vim",)), programs.environ)
    assert not list(programs.folder.glob("srs-*"))


def test_a_pipe_is_not_paged(programs: Programs, capsys: pytest.CaptureFixture[str]) -> None:
    """Where stdout is no terminal, lines are printed and no pager runs."""
    programs.make("less")
    page(["a"] * 100, Preferences(), programs.environ)
    assert capsys.readouterr().out == "a\n" * 100
    assert programs.asked is None


# Web pages


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "file:///etc/passwd", "ftp://example.com", "-version", "", "http://", "https://a b",
        "https://a\x1b]0;x\x07", "https://a\nb", "https://[", "https://" + "a" * 9000, "//example.com", "HTTP:x",
    ],
)  # fmt: skip
def test_what_is_no_web_page_is_not_opened(programs: Programs, url: str) -> None:
    """Only an http or https address with a host is opened."""
    programs.make("browser")
    assert web_address(url) is None
    with pytest.raises(SrsError, match="no address of a web page"):
        open_url(url, programs.environ | {"BROWSER": "browser"})
    assert programs.asked is None


@pytest.mark.parametrize(
    ("browser", "words"),
    [
        ("browser", ["URL"]),
        ("none:browser --new", ["--new", "URL"]),
        ("browser 'at=%s' x", ["at=URL", "x"]),
        ("'browser", None),
        ("w3m", ["URL"]),
        ("", None),
    ],
)
def test_the_browser_of_the_user(programs: Programs, browser: str, words: list[str] | None) -> None:
    """$BROWSER is a list of commands, `%s` the address; the first that is there is started, without a shell."""
    for name in ("browser", "w3m"):
        programs.make(name)
    url = "https://example.com/?a=$(touch%20x)&b=';#c"
    assert open_url(f" {url} ", programs.environ | {"BROWSER": browser, "SSH_TTY": "x"}) == (words is not None)
    assert programs.asked == (None if words is None else [word.replace("URL", url) for word in words])


def test_a_browser_that_stays_is_not_waited_for(programs: Programs) -> None:
    """A browser with a window goes on beside srs; one that fails at once leaves the address to be said."""
    programs.make("browser", 'echo $$ > "$OUT.pid"; exec sleep 600')
    assert open_url("https://example.com", programs.environ | {"BROWSER": "browser"})
    pid = programs.folder / "argv.pid"
    programs.waits(pid)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    programs.make("browser", "exit 4")
    assert not open_url("https://example.com", programs.environ | {"BROWSER": "browser", "SSH_TTY": "x"})


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one opener")
def test_the_opener_of_the_desktop(programs: Programs) -> None:
    """Without $BROWSER the desktop's opener is used where there is a screen, but not over SSH."""
    programs.make("xdg-open")
    programs.environ["PATH"] = f"{programs.bin}:/bin:/usr/bin"
    url, screen = "https://example.com", {"DISPLAY": ":0"}
    assert not open_url(url, programs.environ)
    assert not open_url(url, programs.environ | screen | {"SSH_CONNECTION": "1 2 3 4"})
    assert open_url(url, programs.environ | screen)
    assert programs.asked == [url]


# Sounds


@pytest.fixture
def sounds(programs: Programs) -> Path:
    (programs.folder / "cards/media").mkdir(parents=True)
    (programs.folder / "cards/media/a.mp3").write_text("x")
    return programs.folder / "cards"


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def gone(pids: list[int]) -> None:
    """Until none of the processes runs."""
    end = time.monotonic() + 20
    while any(map(alive, pids)):
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_sound_plays_until_the_card_goes(programs: Programs, sounds: Path) -> None:
    """The player gets the file, plays beside srs, and is ended with what it started, when told or when srs goes on."""
    programs.make("play", 'sleep 600 & echo $$ $! > "$OUT.pids.part"; mv "$OUT.pids.part" "$OUT.pids"; wait')
    pids = programs.folder / "argv.pids"

    def playing() -> list[int]:
        player.play("a.mp3")
        programs.waits(pids)
        assert programs.asked == ["-q", str(sounds / "media/a.mp3")]
        running = list(map(int, pids.read_text().split()))
        pids.unlink()
        return running

    with Player(sounds, Preferences(player=("play", "-q")), programs.environ) as player:
        first = playing()
        assert all(map(alive, first))
        player.stop()
        gone(first)
        second = playing()
        third = playing()
        gone(second)
        assert all(map(alive, third))
    gone(third)


@pytest.mark.parametrize(
    "name", ["../srs.toml", "/etc/passwd", "none.mp3", "link.mp3", "-x", "", "https://example.com/a.mp3"]
)
def test_only_media_is_played(programs: Programs, sounds: Path, name: str) -> None:
    """Only a file that really is in `media/` is given to the player."""
    programs.make("play")
    (sounds / "srs.toml").write_text("")
    (sounds / "media/link.mp3").symlink_to("../srs.toml")
    with Player(sounds, Preferences(player=("play",)), programs.environ) as player, pytest.raises(SrsError):
        player.play(name)
    assert programs.asked is None


def test_no_player(programs: Programs, sounds: Path) -> None:
    """Without a player, or with one that is not there, the reason is told."""
    with pytest.raises(SrsError, match="no player is named") as caught:
        Player(sounds, Preferences(), programs.environ).play("a.mp3")
    assert "config.toml" in caught.value.hint
    with pytest.raises(SrsError, match="the player `none` cannot be started"):
        Player(sounds, Preferences(player=("none",)), programs.environ).play("a.mp3")


# In a terminal


def flags(run: Terminal) -> list[int]:
    """The terminal's modes."""
    return termios.tcgetattr(run.process.child_fd)[:4]


def editor(srs: Srs, script: str) -> dict[str, str]:
    """An environment whose editor notes its arguments and runs `script`."""
    path = srs.home / "my-vim/vim"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "$HOME/argv"\n{script}\n')
    path.chmod(0o755)
    return {"EDITOR": f"{path} -n"}


def asked(srs: Srs) -> list[str]:
    return (srs.home / "argv").read_text().splitlines()


def test_edit_opens_the_deck_at_the_note(srs: Srs) -> None:
    """`srs edit` opens the file of a card or note at its line, with $EDITOR and its arguments."""
    env = editor(srs, ":")
    for name, line in (("france", 4), ("italy:answer", 7), ("agora:backward", 10)):
        done = srs("edit", name, env=env)
        assert (done.code, done.out, done.err) == (0, "decks/cities.yaml was not changed.\n", "")
        assert asked(srs)[-3:] == ["-n", f"+{line}", str(srs.root / "decks/cities.yaml")]


DEEP = """\
notes:
  - concept: X
    id: x
    definition: y
    prompts:
      - q: Why?
        id: why
        a: So.
"""


def test_edit_opens_a_prompt_at_its_own_line(srs: Srs) -> None:
    """The card of a prompt is opened where the prompt stands."""
    srs.deck("deep", DEEP)
    assert srs("edit", "x:p-why", env=editor(srs, ":")).code == 0
    assert asked(srs)[1] == "+6"


def test_edit_a_note_that_is_not_studied(srs: Srs) -> None:
    """A draft, a note without cards, and one that is left out for its id can be edited."""
    env = editor(srs, ":")
    srs.deck("more", "notes:\n  - q: None?\n    id: none\n    a: x\n    cards: []\n")
    assert srs("edit", "later", env=env).code == 0
    assert srs("edit", "none", env=env).code == 0
    srs.deck("more", "notes:\n  - q: Twin?\n    id: later\n    a: x\n")
    assert srs("edit", "later", env=env).code == 1
    assert asked(srs)[2::3] == [f"{srs.root}/decks/{name}.yaml" for name in ("quotes", "more", "more")]


def test_edit_says_that_all_is_well(srs: Srs) -> None:
    """After a good edit the next command has the new text, and the card keeps its progress."""
    srs("answer", "france:answer", "good")
    done = srs("edit", "france", env=editor(srs, 'sed -i "s/Paris/Paris, of course/" "$3"'))
    assert (done.code, done.out) == (0, "decks/cities.yaml is saved and can be read.\n")
    shown = srs.json("show", "france:answer")
    assert "Paris, of course" in shown["back"]
    assert shown["card"]["reps"] == 1


def test_edit_says_what_is_wrong(srs: Srs) -> None:
    """After a bad edit the problems are told as `srs check` does, exit 1; nothing is asked where nobody answers."""
    done = srs("edit", "france", env=editor(srs, 'sed -i "s/a: Paris/anser: Paris/" "$3"'))
    assert done.code == 1
    assert "decks/cities.yaml:6:5: error: " in done.out
    assert srs("check").out.startswith(done.out)
    assert len(asked(srs)) == 3


def test_edit_tells_what_breaks_elsewhere(srs: Srs) -> None:
    """An id that another file has is told, in whichever file the problem stands."""
    done = srs("edit", "map", env=editor(srs, 'sed -i "s/id: map/id: france/" "$3"'))
    assert done.code == 1
    assert "france" in done.out


def test_edit_knows_no_such_card(srs: Srs) -> None:
    """An unknown card is told with the nearest ids, and no editor starts."""
    done = srs("edit", "frence", env=editor(srs, ":"))
    assert (done.code, done.out) == (1, "")
    assert "there is no card or note `frence`" in done.err
    assert "france" in done.err
    assert not (srs.home / "argv").exists()


def test_edit_again(srs: Srs, terminal: Run) -> None:
    """In a terminal a bad edit is offered to be edited again, at the problem; Enter does so, n leaves it."""
    env = editor(
        srs, 'if grep -q anser "$3"; then sed -i s/anser/a/ "$3"; else sed -i "s/a: Rome/anser: Rome/" "$3"; fi'
    )
    run = terminal(srs, "edit", "france", env=env)
    run.sees("error", "Edit again? [Y/n]")
    run.press("\r", "decks/cities.yaml was not changed.")
    assert run.ends() == 0
    assert asked(srs)[1::3] == ["+4", "+7"]
    run = terminal(srs, "edit", "france", env=env)
    run.sees("Edit again? [Y/n]")
    run.press("n\r")
    assert run.ends() == 1


def test_the_terminal_is_taken_back(srs: Srs, terminal: Run) -> None:
    """An editor that leaves the terminal raw, or dies in its own screen, leaves neither behind."""
    run = terminal(
        srs, "edit", "france", env=editor(srs, 'stty raw -echo; printf "\\033[?1049h\\033[?25l"; kill -9 $$')
    )
    run.sees("the editor `vim` was ended by SIGKILL")
    before = Terminal([sys.executable, "-c", "input()"], srs.env, srs.root)
    try:
        assert flags(run) == flags(before)
    finally:
        before.close()
    assert run.ends() == 1
    assert run.sent.rindex(b"\x1b[?1049l") > run.sent.rindex(b"\x1b[?1049h")
    assert run.sent.rindex(b"\x1b[?25h") > run.sent.rindex(b"\x1b[?25l")


def test_ctrl_c_is_the_editors(srs: Srs, terminal: Run) -> None:
    """Ctrl-C while the editor runs ends neither srs nor, unless it wants, the editor."""
    run = terminal(
        srs, "edit", "france", env=editor(srs, 'trap "echo caught" INT; echo begun; read line; read line; echo "$line"')
    )
    run.sees("begun")
    run.process.sendintr()
    run.sees("caught")
    run.press("x\ry\r", "was not changed.")
    assert run.ends() == 0


SITTING = """
import os, sys
from pathlib import Path
from srs.cli.editor import edit_at, page
from srs.cli.preferences import Preferences
from srs.cli.terminal.keys import Keys
from srs.errors import SrsError
prefs = Preferences(editor=("my-editor",), pager=("my-pager",) if sys.argv[1] == "set" else None)
with Keys() as keys:
    print("ready", flush=True)
    while (key := keys.read_key()) != "q":
        try:
            if key == "e":
                edit_at(Path("x"), 1, prefs, os.environ, keys)
            elif key == "p":
                page([f"line {n} of it" for n in range(1, 101)], prefs, os.environ, keys)
            print(f"<{key}>", flush=True)
        except SrsError as error:
            print(error.message, flush=True)
print("over", flush=True)
"""


@pytest.fixture
def sitting(programs: Programs) -> Run:
    def run(pager: str = "set") -> Terminal:
        environ = programs.environ | {"TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)}
        return Terminal([sys.executable, "-c", SITTING, pager], environ, programs.folder)

    return run


def test_in_a_sitting(programs: Programs, sitting: Run) -> None:
    """Within a sitting the editor has the terminal as it was before; afterwards keys arrive again one by one."""
    programs.make(
        "my-editor", 'stty -a | grep -q " echo " && echo cooked; read line; echo "line $line"; stty raw; exit 2'
    )
    run = sitting()
    try:
        run.sees("ready")
        raw = flags(run)
        run.press("e", "cooked")
        run.press("typed\r", "line typed", "failed, with exit code 2")
        run.press("x", "<x>")
        assert flags(run) == raw
        run.press("q", "over")
        assert run.ends() == 0
    finally:
        run.close()


def test_stopping_the_editor_stops_the_sitting(programs: Programs) -> None:
    """Ctrl-Z in the editor brings back the shell; `fg` goes on with the editor, which has the terminal to itself."""
    programs.make(
        "my-editor", 'echo open; kill -TSTP 0; stty -a | grep -q " echo " && echo cooked; read line; echo "line $line"'
    )
    (programs.folder / "sitting.py").write_text(SITTING)
    environ = programs.environ | {"TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path), "PS1": "shell> "}
    run = Terminal(["/bin/sh", "-i"], environ, programs.folder)
    try:
        run.sees("shell>")
        run.press(f"{sys.executable} sitting.py set\r", "ready")
        run.press("e", "open", "Stopped")
        run.press("echo back in the $((1 + 1)) shells\r", "back in the 2 shells")
        run.press("fg\r", "cooked")
        run.press("typed\r", "line typed", "<e>")
        run.press("x", "<x>")
        run.press("q", "over")
    finally:
        run.close()


def test_a_lost_connection_ends_the_editor(programs: Programs, sitting: Run) -> None:
    """When srs is told to end while the editor runs, the editor is asked to end and may save; nothing is left."""
    programs.make(
        "my-editor", 'trap "echo saved > saved; exit 1" TERM; echo $$ > pid; echo open; while :; do sleep 0.05; done'
    )
    run = sitting()
    try:
        run.sees("ready")
        run.press("e", "open")
        os.kill(run.process.pid, signal.SIGTERM)
        assert run.ends() == 128 + signal.SIGTERM
        assert (programs.folder / "saved").exists()
        gone([int((programs.folder / "pid").read_text())])
    finally:
        run.close()


def test_a_pager_in_a_sitting(programs: Programs, sitting: Run) -> None:
    """The pager reads the lines and has the keyboard; one that ends before it read all is no failure."""
    programs.make("my-pager", "head -n 2; exec < /dev/tty; read answer; echo got $answer")
    run = sitting()
    try:
        run.sees("ready")
        run.press("p", "line 1 of it", "line 2 of it")
        run.press("yes\r", "got yes", "<p>")
        run.press("q", "over")
    finally:
        run.close()


def test_without_any_pager(programs: Programs, sitting: Run) -> None:
    """Where there is no pager, srs shows page after page itself."""
    programs.environ["PATH"] = str(programs.bin)
    run = sitting("none")
    try:
        run.sees("ready")
        run.press("p", "line 1 of it", "lines 1 to 23 of 100")
        run.press(" ", "line 24 of it", "lines 24 to 46 of 100")
        run.press("b", "line 1 of it")
        run.press("j", "lines 2 to 24 of 100")
        run.press("\x1b[F", "lines 78 to 100 of 100")
        run.press(" ", "<p>")
        run.press("q", "over")
    finally:
        run.close()
