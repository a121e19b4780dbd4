"""Running the user's git: what it refuses becomes a sentence with a way out."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from srs.upkeep.git import GitError, NoRepository, Remote, Repository, Unreachable, run, uninterrupted
from tests.upkeep.devices import Device, environ, hook, repository, with_remote


def opened(device: Device, **more: str) -> Repository:
    return Repository(device.root, device.environ | more, "here-0001")


def fake_git(tmp_path: Path, text: str) -> str:
    """A folder for $PATH in which `git` is this script."""
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_no_git(tmp_path: Path) -> None:
    """Without git on the path, that is said."""
    with pytest.raises(GitError, match="not installed"):
        Repository(tmp_path, {"PATH": "/nowhere"}, "x")


def test_an_old_git(tmp_path: Path) -> None:
    """A git that is too old is refused with its version."""
    path = fake_git(tmp_path, "echo git version 1.8.3.1")
    with pytest.raises(GitError, match="too old: git version 1"):
        Repository(tmp_path, {"PATH": path}, "x")


def test_no_repository(tmp_path: Path) -> None:
    """A folder in no repository is told apart from other failures."""
    with pytest.raises(NoRepository):
        Repository(tmp_path, environ(tmp_path, "a"), "x")


def test_a_damaged_repository(tmp_path: Path) -> None:
    """Where git's folder is there and git does not know it, it is called damaged, and not to be made anew."""
    one = repository(tmp_path, "a")
    (one.root / ".git" / "HEAD").unlink()
    with pytest.raises(GitError, match="is damaged") as caught:
        opened(one)
    assert not isinstance(caught.value, NoRepository)
    assert "srs init" not in caught.value.hint


def test_a_lock_left_on_the_other_side(tmp_path: Path) -> None:
    """A remote where a git died is told with the lock to delete there; it is no push of another device."""
    one = repository(tmp_path, "a")
    bare = with_remote(one, tmp_path)
    assert one.synced().failed is None
    (bare / "HEAD.lock").touch()
    one.answer("a:answer")
    failed = one.sync().failed
    assert failed is not None and "`origin`" in failed.message and str(bare) in failed.hint
    (bare / "HEAD.lock").unlink()
    assert one.sync().failed is None


def test_another_owner(tmp_path: Path) -> None:
    """A repository of another user is refused by git; the hint says how to trust it."""
    one = repository(tmp_path, "a")
    with pytest.raises(GitError) as caught:
        opened(one, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert f"safe.directory {one.root}" in caught.value.hint


def test_a_bare_repository(tmp_path: Path) -> None:
    """A folder of git's own holds no collection."""
    bare = with_remote(repository(tmp_path, "a"), tmp_path)
    with pytest.raises(GitError, match="git's own folder"):
        Repository(bare, environ(tmp_path, "a"), "x")


def test_hooks_environment(tmp_path: Path) -> None:
    """What git tells a hook of another repository leads nowhere else."""
    one = repository(tmp_path, "a")
    other = repository(tmp_path / "other", "b")
    found = opened(one, GIT_DIR=str(other.root / ".git"), GIT_WORK_TREE=str(other.root), GIT_INDEX_FILE="/nowhere")
    assert found.top == one.root


def test_a_locked_index(tmp_path: Path) -> None:
    """A lock that stays is told with the file to delete; nothing was committed."""
    one = repository(tmp_path, "a")
    (one.root / ".git" / "index.lock").touch()
    repo = opened(one)
    with pytest.raises(GitError) as caught:
        repo.commit(["decks"], "x")
    assert str(one.root / ".git" / "index.lock") in caught.value.hint
    assert repo.head() is None


def test_names_from_anywhere(tmp_path: Path) -> None:
    """A name from git's settings or from the environment is used; only without one the device signs."""
    one = repository(tmp_path, "a")
    assert opened(one).borrowed_name is None
    nameless = environ(tmp_path, "b", "[user]\n\tuseConfigOnly = true\n")
    assert Repository(one.root, nameless, "here-0001").borrowed_name == "here-0001"
    given = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    assert Repository(one.root, nameless | given, "here-0001").borrowed_name is None


def test_a_folder_whose_name_has_several_lines(tmp_path: Path) -> None:
    """Such a folder is found, too, and where in the repository the collection is."""
    top = tmp_path / "two\nlines"
    one = repository(top, "a")
    found = Repository(one.root / "decks", one.environ, "here-0001")
    assert (found.top, found.prefix, found.folder) == (one.root, "decks/", one.root / ".git")


def test_unborn_branch(tmp_path: Path) -> None:
    """Before the first commit there is a branch and no commit."""
    repo = opened(repository(tmp_path, "a"))
    assert (repo.branch(), repo.head()) == ("main", None)
    assert repo.files(None) == {}


def test_odd_names(tmp_path: Path) -> None:
    """Names that git would quote or take for patterns are names."""
    one = repository(tmp_path, "a")
    for name in ("ü *.yaml", 'quo"te.yaml', "[ab].yaml", "tab\there.yaml"):
        (one.root / "decks" / name).write_text(name)
    repo = opened(one)
    assert repo.commit(["decks", "media"], "x")
    files = repo.files("HEAD")
    assert len(files) == 5
    assert repo.content("decks/ü *.yaml", files["decks/ü *.yaml"]) == "ü *.yaml".encode()


def test_a_merge_leaves_the_working_tree_alone(tmp_path: Path) -> None:
    """A merged tree is made without touching a file, the index, or HEAD."""
    one = repository(tmp_path, "a")
    repo = opened(one)
    repo.commit(["decks", "srs.toml"], "base")
    base = repo.head() or ""
    commits = []
    for name in ("x", "y"):
        one.git("checkout", "--quiet", "-B", name, base)
        (one.root / "decks" / f"{name}.yaml").write_text(name)
        repo.commit(["decks"], name)
        commits.append(repo.head() or "")
    tree = repo.merged_tree(base, *commits, {"decks/a.yaml": None, "decks/z.yaml": b"z"})
    assert one.git("ls-tree", "-r", "--name-only", tree).splitlines() == [
        "decks/x.yaml", "decks/y.yaml", "decks/z.yaml", "srs.toml"
    ]  # fmt: skip
    assert one.git("status", "--porcelain") == ""
    assert repo.head() == commits[1]
    assert not list((one.root / ".git").glob("srs-index*"))


def test_unreachable(tmp_path: Path) -> None:
    """A remote that is not there is told apart from one without our branch."""
    one = repository(tmp_path, "a")
    one.git("remote", "add", "origin", str(tmp_path / "nowhere"))
    with pytest.raises(Unreachable, match="`origin` could not be reached"):
        opened(one).fetch(Remote("origin", "main", False))
    one.git("remote", "remove", "origin")
    with_remote(one, tmp_path)
    assert opened(one).fetch(Remote("origin", "main", False)) is None


def test_ctrl_c_waits(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a merge takes effect after it, and git goes on meanwhile."""
    one = repository(tmp_path, "a")
    hook(one.root / ".git", "post-checkout", f"kill -INT {os.getpid()}; sleep 0.2; touch {tmp_path}/done")
    repo = opened(one)
    repo.commit(["decks"], "base")
    done = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        repo.git("checkout", "--quiet", "-b", "x")
        done.append(repo.branch())
    assert done == ["x"]
    assert (tmp_path / "done").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_no_questions(tmp_path: Path) -> None:
    """Git asks nothing where nobody can answer, and speaks English."""
    path = fake_git(tmp_path, 'echo "$LC_ALL $GIT_TERMINAL_PROMPT $GIT_EDITOR $*"')
    code = (
        "import os, sys; from pathlib import Path; from srs.upkeep.git import run\n"
        "print(run(Path('.'), os.environ, 'version').text)"
    )
    import sys

    said = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PATH": path, "LC_ALL": "de_DE.UTF-8"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split()[:3] == ["C", "0", "true"]
    assert "--no-pager" in said.stdout


def test_output(tmp_path: Path) -> None:
    """What git says comes back with its exit code."""
    done = run(tmp_path, environ(tmp_path, "a"), "rev-parse", "HEAD")
    assert done.code == 128
    assert done.err.startswith("fatal:")


def test_a_slow_git_gets_what_it_is_given(tmp_path: Path) -> None:
    """A git that takes its time over its input gets it whole, and whoever waits is told meanwhile."""
    path = fake_git(tmp_path, "sleep 0.5; cat")
    told: list[str] = []
    given = b"x" * 300_000
    done = run(tmp_path, {"PATH": path}, "hash-object", given=given, watch=lambda what, *_: told.append(what))
    assert done.out == given
    assert len(told) > 2
