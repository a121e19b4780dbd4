"""What all commands share: help, global options, exit codes, which stream says what."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from srs.cli.app import COMMANDS as PLACES
from tests.cli.helpers import SETTINGS, Srs, Terminal

COMMANDS = list(PLACES)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(srs: Srs, command: str) -> None:
    """Every command has help with an `Example:` line that begins with the command itself."""
    for option in ("--help", "-h"):
        done = srs(command, option)
        assert done.code == 0
        assert re.search(rf"^ +Example: srs {command}\b", done.out, re.MULTILINE)


def test_help_lists_daily_use_first(srs: Srs) -> None:
    """`srs --help` lists review, add, list, status and export before the others."""
    listed = re.findall(r"^  ([a-z]+)  ", srs("--help").out.partition("Commands:")[2], re.MULTILINE)
    assert listed[:5] == ["review", "add", "list", "status", "export"]
    assert sorted(listed) == sorted(COMMANDS)


def test_version(srs: Srs) -> None:
    """`srs --version` prints name and version, also where there is no collection."""
    done = srs("--version", cwd=srs.home)
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"srs \d+\.\d+\.\d+\n", done.out)


def test_alone_shows_today(srs: Srs) -> None:
    """`srs` alone shows what today holds, as `srs status` does."""
    done = srs()
    assert done.code == 0
    assert done.out.startswith("4 cards to study today: 4 new.\n")
    assert done.out == srs("status").out


def test_status_short(srs: Srs) -> None:
    """`status --short` is one line."""
    assert srs("status", "--short").out == "4 new\n"


def test_the_installed_command(srs: Srs) -> None:
    """The console script is the same program as `python -m srs`."""
    script = Path(sys.executable).with_name("srs")
    done = subprocess.run([script, "status"], env=srs.env, cwd=srs.root, capture_output=True, text=True, check=True)
    assert done.stdout == srs.anew("status").out


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"], ["list", "--nonsense"], ["show"], ["answer", "france:answer"], ["review", "--limit", "0"],
        ["review", "--limit", "some"], ["list", "is:nonsense"], ["list", "(deck:x"], ["list", "prop:s~3"], ["export"],
        ["-C"], ["status", "--now"],
    ],
)  # fmt: skip
def test_wrong_usage(srs: Srs, words: list[str]) -> None:
    """Wrong usage exits 2, says why on stderr and prints nothing on stdout."""
    done = srs(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_collection_option_anywhere(srs: Srs) -> None:
    """-C works before and after the command, apart from its value or not."""
    expected = srs("list").out
    root = str(srs.root)
    for words in (["-C", root, "list"], ["list", "-C", root], [f"-C{root}", "list"], ["list", f"-C{root}"]):
        done = srs(*words, cwd=srs.home)
        assert (done.code, done.out) == (0, expected)


def test_no_collection(bare: Srs) -> None:
    """Without a collection every command that needs one exits 1 and names `srs init`."""
    for words in (
        [],
        ["status"],
        ["list"],
        ["review"],
        ["next"],
        ["add", "a", "b"],
        ["check"],
        ["undo"],
        ["export", "-o", "x.apkg"],
    ):
        done = bare(*words)
        assert (done.code, done.out) == (1, "")
        assert "srs init" in done.err


def test_collection_option_that_names_none(srs: Srs) -> None:
    """-C and $SRS_COLLECTION that hold no collection are errors, even inside of one."""
    for words, env in ((["-C", "nowhere"], {}), ([], {"SRS_COLLECTION": "nowhere"})):
        done = srs(*words, "status", env=env)
        assert (done.code, done.out) == (1, "")
        assert "nowhere" in done.err


def test_where_the_collection_is(srs: Srs) -> None:
    """The collection is $SRS_COLLECTION's, else that of the nearest folder above, else ~/srs."""
    expected = srs("list").out
    assert srs("list", cwd=srs.home, env={"SRS_COLLECTION": str(srs.root)}).out == expected
    assert srs("list", cwd=srs.root / "decks").out == expected
    srs.root.rename(srs.home / "srs")
    assert srs("list", cwd=srs.home).out == expected


def test_now_anywhere(srs: Srs) -> None:
    """--now works before and after the command, with and without `=`."""
    later = "2026-07-01T12:00:00Z"
    for words in (["--now", later, "status"], ["status", "--now", later], [f"--now={later}", "status"]):
        assert srs.json(*words)["day"] == "2026-07-01"


def test_now_beats_the_environment(srs: Srs) -> None:
    """$SRS_NOW gives the time, and --now beats it."""
    assert srs("status", "--json", env={"SRS_NOW": "2026-05-05T12:00:00Z"}).json["day"] == "2026-05-05"
    done = srs("status", "--json", "--now", "2026-06-06T12:00:00Z", env={"SRS_NOW": "2026-05-05T12:00:00Z"})
    assert done.json["day"] == "2026-06-06"


@pytest.mark.parametrize("command", [["status"], ["check"], ["list"], ["review"], ["next"], ["schema"], []])
@pytest.mark.parametrize("now", ["garbage", "2026-13-01T00:00:00Z", "99999-01-01", "2026-03-02T09:00:00+99:00"])
def test_bad_now(srs: Srs, command: list[str], now: str) -> None:
    """A --now that is no time exits 2 and shows how to write one, whatever the command."""
    done = srs(*command, "--now", now)
    assert (done.code, done.out) == (2, "")
    assert "2026-12-01T09:00:00Z" in done.err


def test_naive_now_is_local(bare: Srs) -> None:
    """A time without zone is wall time in the collection's timezone; a study day begins at the rollover there."""
    bare.collection(SETTINGS.replace("UTC", "Asia/Tokyo") + "", a="notes: []\n")
    assert bare.json("status", "--now", "2026-03-02T04:00:00")["day"] == "2026-03-02"
    assert bare.json("status", "--now", "2026-03-02T03:59:00")["day"] == "2026-03-01"
    assert bare.json("status", "--now", "2026-03-01T19:00:00Z")["day"] == "2026-03-02"


def test_query_words_with_a_minus(srs: Srs) -> None:
    """`-deck:x` in a query is not taken for an option."""
    assert [card["deck"] for card in srs.json("list", "note:*", "-deck:World::Cities")] == ["World::Quotes"] * 4
    assert [card["id"] for card in srs.json("list", "-tag:geo", "-is:draft", "-card:who")] == [
        "map:finish",
        "map:source",
    ]


def test_bad_settings(srs: Srs) -> None:
    """A mistake in srs.toml is named by place, exit 1."""
    (srs.root / "srs.toml").write_text("format = 1\n[study]\nnew_per_dya = 3\n")
    done = srs("status")
    assert (done.code, done.out) == (1, "")
    assert "srs.toml:3" in done.err
    assert "new_per_day" in done.err


def test_interrupt(srs: Srs) -> None:
    """Ctrl-C in a pipe ends the command with 130 and without a traceback."""
    command = [sys.executable, "-m", "srs", "review"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=srs.env | {"PYTHONUNBUFFERED": "1"}, cwd=srs.root, **pipes) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_a_reader_that_leaves(srs: Srs) -> None:
    """A closed pipe ends a command in silence."""
    command = f"{sys.executable} -m srs list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env=srs.env, cwd=srs.root, capture_output=True, timeout=20, check=False
    )
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk(srs: Srs) -> None:
    """Output that cannot be written is a failure, told in words."""
    command = f"{sys.executable} -m srs list > /dev/full"
    done = subprocess.run(command, shell=True, env=srs.env, cwd=srs.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "srs: no space left on device\n")


def test_output_that_cannot_show_everything(srs: Srs) -> None:
    """A terminal without Unicode gets question marks, never a traceback."""
    srs.deck("odd", "deck: Odd\nnotes:\n  - q: 日本 “quoted”\n    id: odd\n    a: ü\n")
    for command in (["show", "odd"], ["list"], ["next"], ["status"], ["review"]):
        assert srs.anew(*command, env={"PYTHONIOENCODING": "ascii"}, lines=b"\n\n").code == 0


def test_arguments_that_are_no_text(srs: Srs) -> None:
    """Bytes that are not UTF-8 in an argument are wrong usage, said in words."""
    for words in ([b"show", b"\xff\xfe"], [b"add", b"\xff", b"x"], [b"list", b"deck:\xe9"]):
        done = srs.anew(*words)
        assert done.code == 2
        assert "UTF-8" in done.err


def test_input_that_is_no_text(srs: Srs) -> None:
    """Bytes that are not UTF-8 in line mode are nonsense like any other."""
    done = srs.anew("review", lines=b"\xff\xfe\n\n3\nq\n", env={"LANG": "C.UTF-8"})
    assert done.code == 0
    assert "1 good" in done.out


def test_closed_streams(srs: Srs) -> None:
    """A closed standard input is an empty one."""
    done = subprocess.run(
        f"{sys.executable} -m srs review <&-",
        shell=True,
        env=srs.env,
        cwd=srs.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "No card was answered." in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_journal_that_cannot_be_written(srs: Srs) -> None:
    """An answer that cannot be put on disk is refused with exit 1 and a hint."""
    (srs.root / "journal").mkdir()
    (srs.root / "journal").chmod(stat.S_IRUSR | stat.S_IXUSR)
    done = srs("answer", "france:answer", "good")
    assert done.code == 1
    assert "not saved" in done.err


@pytest.mark.parametrize("name", ["SRS_STATE_DIR", "SRS_CACHE_DIR"])
def test_folders_that_cannot_be_made(srs: Srs, name: str) -> None:
    """A state or cache folder that cannot be made is named, exit 1."""
    (srs.home / "file").write_text("")
    done = srs("status", env={name: str(srs.home / "file" / "folder")})
    assert (done.code, done.out) == (1, "")
    assert str(srs.home / "file") in done.err


def test_a_folder_that_is_gone(srs: Srs) -> None:
    """A working directory that was deleted is told in words."""
    done = subprocess.run(
        f"mkdir gone; cd gone; rmdir ../gone; {sys.executable} -P -m srs status",
        shell=True, env=srs.env, cwd=srs.home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("srs: ")
    assert "Traceback" not in done.stderr


def test_index_is_disposable(srs: Srs) -> None:
    """Deleting or corrupting the index changes no output of status, list, next, show and check."""
    srs("answer", "france:answer", "easy")
    srs("answer", "italy:answer", "again")
    srs("answer", "agora:forward", "good")
    srs("undo")
    srs.deck("broken", "deck: [\n")
    commands = [["status"], ["list"], ["next"], ["show", "france:answer"], ["show", "agora"], ["check"]]

    def outputs() -> list[str]:
        done = [srs(*command, "--json") for command in commands]
        return [f"{each.code} {each.out} {each.err}" for each in done]

    before = outputs()
    (index,) = (srs.home / "cache").glob("*/*.sqlite3")
    for spoil in (
        lambda: [f.unlink() for f in index.parent.iterdir()],
        lambda: index.write_bytes(b"no database" * 500),
    ):
        spoil()
        assert outputs() == before


def test_colour_of_show(srs: Srs, terminal: Callable[..., Terminal]) -> None:
    """`show` uses colour in a terminal, and NO_COLOR and TERM=dumb are respected."""
    srs.deck("code", "deck: Code\nnotes:\n  - q: Say `print`\n    id: code\n    a: '`x`'\n")
    for env, coloured, styled in (({}, True, True), ({"NO_COLOR": "1"}, False, True), ({"TERM": "dumb"}, False, False)):
        run = terminal(srs, "show", "code:answer", env=env)
        run.sees("decks/code.yaml")
        assert run.ends() == 0
        assert (b"[36m" in run.sent) == coloured
        assert (b"\x1b[" in run.sent) == styled


def test_completion_knows_every_command(srs: Srs) -> None:
    """The shell is told of all commands that begin as the word does, though a run loads only the one it names."""
    env = {"_SRS_COMPLETE": "complete_bash", "COMP_WORDS": "srs\nsus", "COMP_CWORD": "1"}
    assert srs("sus", env=env).out.split() == ["suspend"]
