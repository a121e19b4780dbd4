"""`srs init`: new collections, from nothing, from the starter decks, from another collection."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from srs.collection import starter
from srs.collection.starter import starter_decks
from tests.cli.helpers import SETTINGS, Srs


def test_init(bare: Srs) -> None:
    """`init` makes ~/srs with the starter decks, ready to study, its journal inside."""
    done = bare("init")
    assert (done.code, done.err) == (0, "")
    assert str(bare.home / "srs") in done.out
    status = bare.json("status")
    assert status["new"] == 10
    assert status["total"] > 150
    assert bare("check").code == 0
    assert bare("review", lines="\n3\nq\n").code == 0
    assert list((bare.home / "srs" / "journal").glob("*.jsonl"))


def test_init_elsewhere(bare: Srs) -> None:
    """`init DIR` makes the folder, and says the command that studies it, quoted for the shell."""
    folder = bare.home / "my cards" / "here"
    done = bare("init", str(folder))
    assert done.code == 0
    command = done.out.splitlines()[-1].partition(": ")[2].replace("review", "status --short")
    run = subprocess.run(["sh", "-c", command], env=bare.env, cwd=bare.home, capture_output=True, text=True, check=True)
    assert run.stdout == "10 new\n"


def test_init_relative(bare: Srs) -> None:
    """A relative folder is taken from the working directory."""
    assert bare("init", "cards").code == 0
    assert bare.json("status")["new"] == 10


def test_timezone_is_the_systems(bare: Srs) -> None:
    """The timezone written down is that of the system."""
    bare("init", env={"TZ": "Asia/Kathmandu"})
    assert 'timezone = "Asia/Kathmandu"' in (bare.home / "srs" / "srs.toml").read_text()


def test_existing(srs: Srs) -> None:
    """A collection, or files in the way of one, are left as they are; exit 1."""
    done = srs("init", str(srs.root))
    assert done.code == 1
    assert "is a collection already" in done.err
    other = srs.home / "other"
    (other / "decks").mkdir(parents=True)
    (other / "decks" / "mine.yaml").write_text("mine")
    done = srs("init", str(other))
    assert done.code == 1
    assert str(other / "decks") in done.err
    assert [path.name for path in other.rglob("*")] == ["decks", "mine.yaml"]


def test_a_file_in_the_way(bare: Srs) -> None:
    """A file where the folder should be is told in words."""
    (bare.home / "srs").write_text("a file")
    done = bare("init")
    assert done.code == 1
    assert str(bare.home / "srs") in done.err
    assert (bare.home / "srs").read_text() == "a file"


def test_empty(bare: Srs) -> None:
    """`--empty` leaves the starter decks out; cards can be added at once."""
    assert bare("init", "--empty").code == 0
    assert bare("check").code == 0
    assert bare.json("status")["total"] == 0
    assert bare("add", "front", "back").code == 0
    assert bare.json("status")["total"] == 1


def test_git(bare: Srs) -> None:
    """`--git` makes a repository whose journals merge by union, and says what a journal reveals."""
    done = bare("init", "--git")
    assert done.code == 0
    assert "journal tells when you studied" in done.out
    root = bare.home / "srs"
    said = subprocess.run(
        ["git", "check-attr", "merge", "journal/a.2026.jsonl"],
        cwd=root,
        env=bare.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.endswith("merge: union\n")


def test_git_keeps_attributes(bare: Srs) -> None:
    """`--git` in a folder with a .gitattributes leaves that one alone."""
    (bare.home / "srs").mkdir()
    (bare.home / "srs" / ".gitattributes").write_text("*.png binary\n")
    assert bare("init", "--git").code == 0
    assert (bare.home / "srs" / ".gitattributes").read_text().startswith("*.png binary\n")


def test_git_missing(bare: Srs) -> None:
    """Without git the collection is made and the failure told."""
    done = bare("init", "--git", env={"PATH": "/nowhere"})
    assert done.code == 1
    assert "git is not installed" in done.err
    assert bare.json("status")["new"] == 10


@pytest.mark.parametrize("private", [False, True])
def test_from(bare: Srs, private: bool) -> None:
    """`--from` takes decks and journal along, a private journal too: reviewed cards stand where they stood."""
    settings = SETTINGS.replace("[fsrs]", 'journal = "private"\n[fsrs]') if private else SETTINGS
    bare.collection(settings, a="deck: A\nnotes:\n  - q: x\n    id: x\n    a: y\n")
    (bare.root / "media").mkdir()
    (bare.root / "media" / "p.png").write_bytes(b"png")
    given = bare.json("answer", "x:answer", "easy")["card"]
    done = bare("init", str(bare.home / "srs"), "--from", ".")
    assert (done.code, done.err) == (0, "")
    assert bare("show", "x:answer", "--json", cwd=bare.home).json["card"] == given
    assert list((bare.home / "srs" / "journal").glob("*.jsonl"))
    assert (bare.home / "srs" / "media" / "p.png").read_bytes() == b"png"
    assert bare("undo", cwd=bare.home).code == 0


def test_from_nowhere(bare: Srs) -> None:
    """`--from` a folder that is no collection makes nothing; exit 1."""
    done = bare("init", "--from", "nowhere")
    assert done.code == 1
    assert "nowhere" in done.err
    assert not (bare.home / "srs" / "srs.toml").exists()
    assert bare("init").code == 0


def test_git_on_a_collection(srs: Srs) -> None:
    """`--git` on a collection that is no repository makes it one, commits it, and leaves its files alone."""
    (srs.home / ".gitconfig").write_text("[user]\n\tname = Mira\n\temail = mira@example.org\n")
    before = {path: path.read_bytes() for path in srs.root.rglob("*") if path.is_file()}
    done = srs("init", str(srs.root), "--git")
    assert (done.code, done.err) == (0, "")
    assert "Made a collection" not in done.out
    assert "It is a git repository now." in done.out
    assert "git remote add origin URL" in done.out
    assert all(path.read_bytes() == data for path, data in before.items())
    assert _git(srs, "status", "--porcelain") == ""
    assert "decks/cities.yaml" in _git(srs, "ls-files").splitlines()
    again = srs("init", str(srs.root), "--git")
    assert (again.code, again.err) == (0, "")
    assert "It is a git repository already, and set up." in again.out
    assert _git(srs, "rev-list", "--count", "HEAD") == "1"


def test_git_completes_a_repository(srs: Srs) -> None:
    """`--git` on a repository without .gitattributes adds what is missing and commits that."""
    (srs.home / ".gitconfig").write_text("[user]\n\tname = Mira\n\temail = mira@example.org\n")
    _git(srs, "init", "--quiet")
    (srs.root / ".gitignore").write_text("mine\n")
    done = srs("init", str(srs.root), "--git")
    assert "It is a git repository already; added .gitattributes." in done.out
    assert (srs.root / ".gitignore").read_text() == "mine\n"
    assert _git(srs, "status", "--porcelain") == ""


def test_git_without_a_name(srs: Srs) -> None:
    """Where git knows no name of the user's, everything is set up, nothing is committed, and that is said."""
    (srs.home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    done = srs("init", str(srs.root), "--git")
    assert done.code == 0
    assert "git knows no name of yours" in done.err
    assert (srs.root / ".gitattributes").exists()
    assert srs("sync").code == 0


def test_git_where_another_repository_is_above(srs: Srs) -> None:
    """In a repository that holds the collection, it stays in that one; in one that does not, it gets its own."""
    (srs.home / ".gitconfig").write_text("[user]\n\tname = Mira\n\temail = mira@example.org\n")
    _git(srs, "init", "--quiet", str(srs.home))
    assert "It is a git repository now." in srs("init", str(srs.root), "--git").out
    assert (srs.root / ".git").is_dir()
    (srs.root / ".git").rename(srs.home / "away")
    _git(srs, "add", "srs.toml")
    done = srs("init", str(srs.root), "--git")
    assert "It is a git repository already" in done.out
    assert not (srs.root / ".git").exists()


def _git(srs: Srs, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=srs.root, env=srs.env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_only_what_is_shipped_is_a_starter_deck(bare: Srs, tmp_path: Path) -> None:
    """In a clone whose user added cards of their own, the new collection has the starter decks and not those cards."""
    clone = tmp_path / "clone"
    shutil.copytree(starter_decks(), clone / "decks" / "karpathy")
    shutil.copytree(Path(starter.__file__).parents[1], clone / "srs", ignore=shutil.ignore_patterns("__pycache__"))
    (clone / "decks" / "inbox.yaml").write_text("notes:\n  - q: Mine?\n    a: Yes\n")
    command = [sys.executable, "-m", "srs", "init", str(bare.home / "new")]
    subprocess.run(command, cwd=clone, env=bare.env | {"PYTHONPATH": str(clone)}, check=True, capture_output=True)
    shipped = {f"karpathy/{path.name}" for path in starter_decks().iterdir()}
    decks = bare.home / "new" / "decks"
    assert {path.relative_to(decks).as_posix() for path in decks.rglob("*.yaml")} == shipped
