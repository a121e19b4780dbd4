"""Making a collection a git repository: what git is told of its files, and the first commit. Knows no remote."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srs.collection.device import device_name
from srs.collection.files import locked, replace_file
from srs.collection.locations import SETTINGS_NAME, state_folder
from srs.collection.settings import read_settings
from srs.upkeep.git import GitError, NoRepository, Repository, run
from srs.upkeep.sync import IGNORED, NAMES, missing_attributes, with_attributes


@dataclass(frozen=True, slots=True)
class SetUp:
    """What was done: whether the repository is `new`, which files were `written`, and whether all is `committed`.

    `refused`: why nothing could be committed.
    """

    new: bool
    written: tuple[str, ...]
    committed: bool
    refused: str = ""


def set_up(root: Path, environ: Mapping[str, str]) -> SetUp:
    """Make the collection at `root` a git repository, or complete what one lacks. Raises GitError.

    One that a repository above holds already stays there. The first commit is made where git knows the user's name.
    """
    device = device_name(state_folder(environ))
    new, repo = False, _there(root, environ, device)
    if repo is None:
        done = run(root, environ, "init", "--quiet")
        if done.code:
            raise GitError(f"git init failed: {done.err.strip()}", "the collection itself is there")
        new, repo = True, Repository(root, environ, device)
    with locked(root):
        written = _written(repo, root)
        if repo.borrowed_name:
            return SetUp(new, written, False, "git knows no name of yours")
        try:
            repo.branch()
            committed = (new or bool(written)) and repo.commit(NAMES, "srs init")
        except GitError as error:
            return SetUp(new, written, False, error.message)
    return SetUp(new, written, committed)


def _there(root: Path, environ: Mapping[str, str], device: str) -> Repository | None:
    try:
        repo = Repository(root, environ, device)
    except NoRepository:
        return None
    return repo if not repo.prefix or repo.holds(SETTINGS_NAME) else None


def _written(repo: Repository, root: Path) -> tuple[str, ...]:
    """Complete .gitattributes and .gitignore; the names of those that lacked something."""
    attributes, ignored = root / ".gitattributes", root / ".gitignore"
    written = []
    if lines := missing_attributes(repo, read_settings(root).journal == "private"):
        old = attributes.read_bytes() if attributes.exists() else None
        replace_file(attributes, old, with_attributes(old or b"", lines))
        written.append(attributes.name)
    if not ignored.exists():
        text = "# What editors and srs leave beside a file while they write it.\n" + "".join(
            f"{name}\n" for name in IGNORED
        )
        replace_file(ignored, None, text.encode())
        written.append(ignored.name)
    return tuple(written)
