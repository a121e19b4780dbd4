"""Making a collection a git repository: what git is told of its files, and the first commit. Knows no remote."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from srs.collection.device import device_name
from srs.collection.files import locked, replace_file
from srs.collection.locations import FILES, FOLDERS, SETTINGS_NAME, state_folder
from srs.collection.settings import read_settings
from srs.upkeep.git import GitError, NoRepository, Repository, run

NAMES = (*FILES, *FOLDERS)
"""What is committed; whatever else is in the repository is the user's."""

ATTRIBUTES = {
    "journal/*.jsonl merge=union -text": "Journals are only ever added to: a merge keeps the lines of both sides.",
    "decks/** -text": "Decks keep their bytes: git changes no line ends.",
}
IGNORED = ("*~", ".*.sw?", ".#*", ".*.tmp", ".DS_Store")


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


def missing_attributes(repo: Repository, private: bool) -> tuple[str, ...]:
    """The lines that .gitattributes still needs, so that git merges journals as srs does."""
    path = repo.root / ".gitattributes"
    there = path.read_text("utf-8", "surrogateescape").splitlines() if path.exists() else []
    needed = []
    for line in ATTRIBUTES:
        example = "journal/x.jsonl" if line.startswith("journal") else "decks/x.yaml"
        wanted = ("merge", "union") if line.startswith("journal") else ("text", "unset")
        if line in there or (private and line.startswith("journal")):
            continue
        if repo.attribute(wanted[0], example) != wanted[1]:
            needed.append(line)
    return tuple(needed)


def with_attributes(before: bytes, lines: Iterable[str]) -> bytes:
    """The text of .gitattributes with these lines more, each under what it is for."""
    start = before if not before or before.endswith(b"\n") else before + b"\n"
    return start + "".join(f"# {ATTRIBUTES[line]}\n{line}\n" for line in lines).encode()


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
