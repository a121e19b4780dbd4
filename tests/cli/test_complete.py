"""What a shell completes, asked as bash, zsh and fish ask."""

import shlex
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from srs.cli.complete import whole_words
from tests.cli.helpers import Srs


def offered(srs: Srs, shell: str, line: str) -> list[str]:
    """What is offered for the last word of a line."""
    env = {"_SRS_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        words = line.replace("::", " :: ").replace(":", " : ").replace(" :  : ", " :: ").split(" ")
        words = [word for word in words[:-1] if word] + words[-1:]
        env |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    else:
        env |= {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = srs(env=env)
    assert (done.code, done.err) == (0, "")
    if not done.out.strip():
        return []
    if shell == "zsh":
        found = shlex.split(done.out.replace("\\\\:", ":").partition("((")[2].rpartition("))")[0])
        return [word.split(":A")[0] for word in found]
    return [each.split("\t")[0] for each in done.out.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells(srs: Srs, shell: str) -> None:
    """Decks, tags, types, cards and words of a query are completed in each shell."""
    assert offered(srs, shell, "srs add --deck Wor") == ["World::Cities", "World::Quotes"]
    assert offered(srs, shell, "srs read x.md --deck Wor") == ["World::Cities", "World::Quotes"]
    assert offered(srs, shell, "srs add --tag g") == ["geo"]
    assert offered(srs, shell, "srs drafts ta") == offered(srs, shell, "srs review ta") == ["tag:"]
    assert offered(srs, shell, "srs add co") == ["concept"]
    assert offered(srs, shell, "srs add quote text --fidelity v") == ["verbatim"]
    assert offered(srs, shell, "srs show fr") == ["france"]
    assert offered(srs, shell, "srs edit it") == ["italy"]
    assert offered(srs, shell, "srs list de") == ["deck:"]
    assert offered(srs, shell, "srs suspend ag") == ["agora"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_colons(srs: Srs, shell: str) -> None:
    """A card of a note, a part of a deck and a word of a query are offered whole."""
    assert offered(srs, shell, "srs show agora:b") == ["agora:backward"]
    assert offered(srs, shell, "srs list deck:World::Q") == ["deck:World::Quotes"]


def test_colons_in_bash(srs: Srs) -> None:
    """bash takes a colon for the end of a word, so what comes after the last one is offered."""
    assert offered(srs, "bash", "srs show agora:b") == ["backward"]
    assert offered(srs, "bash", "srs show agora:") == ["forward", "backward"]
    assert offered(srs, "bash", "srs add --deck World::Q") == ["Quotes"]
    assert offered(srs, "bash", "srs list deck:World::C") == ["Cities"]
    assert offered(srs, "bash", "srs list is:d") == ["due", "draft"]


def test_words_of_bash() -> None:
    """Words that bash broke at colons are put together, and counted anew."""
    environ = {"_SRS_COMPLETE": "complete_bash", "COMP_WORDS": "srs\nadd\n--deck\nA\n::\nB\nx\n:\ny", "COMP_CWORD": "8"}
    assert whole_words(environ) == ["add", "--deck", "A::B", "x:y"]
    assert (environ["COMP_WORDS"], environ["COMP_CWORD"]) == ("srs\nadd\n--deck\nA::B\nx:y", "4")


def test_nothing_to_complete_with(bare: Srs, tmp_path: Path) -> None:
    """Without a collection, or with a broken one, nothing is offered and nothing is said."""
    assert offered(bare, "bash", "srs add --deck W") == []
    (bare.root / "decks").mkdir(parents=True)
    (bare.root / "srs.toml").write_text("nonsense = [")
    assert offered(bare, "fish", "srs show x") == []


def test_a_collection_named_on_the_line(srs: Srs) -> None:
    """-C says whose decks are completed."""
    command = f"srs -C {srs.root} add --deck W"
    env = {"_SRS_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": command, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    words = [sys.executable, "-m", "srs"]
    done = subprocess.run(words, env=srs.env | env, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["World::Cities", "World::Quotes"]


def test_in_a_real_bash(srs: Srs) -> None:
    """In bash, Tab completes a deck beyond its colons, and a card of a note."""
    program = srs.home / "srs"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m srs "$@"\n')
    program.chmod(0o755)
    env = srs.env | {"PATH": f"{srs.home}:{srs.env['PATH']}", "INPUTRC": "/dev/null"}
    asked = ["bash", "-c", "srs --show-completion; true"]  # which shell it is, is told by what started it
    setup = subprocess.run(asked, env=env, cwd=srs.root, capture_output=True, text=True, check=True).stdout
    assert "complete_bash" in setup
    (srs.home / "setup").write_text(setup + "PS1='% '\n")
    shell = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], env=env, cwd=str(srs.root), dimensions=(24, 100))
    shell.sendline(". ~/setup")
    for typed, whole in (
        ("echo ; srs show agora:b\t", "agora:backward"),
        ("srs add --deck World::Q\t", "World::Quotes"),
    ):
        shell.send(typed)
        shell.expect_exact(whole, timeout=30)
        shell.sendcontrol("u")
    shell.close(force=True)
