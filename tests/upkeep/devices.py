"""Devices that share a collection through git, each with a folder, a name and a git configuration of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from srs.collection.collection import Collection
from srs.upkeep.sync import SyncReport, sync
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection

CONFIG = "[user]\n\tname = Mira\n\temail = mira@example.org\n[init]\n\tdefaultBranch = main\n"


@dataclass(frozen=True, slots=True)
class Device:
    """A machine with the collection at `root`, in the repository at `top`."""

    root: Path
    environ: dict[str, str]
    top: Path

    @property
    def deck(self) -> Path:
        return self.root / "decks" / "a.yaml"

    def git(self, *words: str, ok: bool = True) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.top, env=self.environ, capture_output=True, text=True, check=False
        )
        assert not ok or done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def open(self) -> Collection:
        return open_collection(self.root, self.environ, fixed_clock=True)

    def answer(self, card: str, rating: int = 3, at: str = "2026-12-01T12:00:00+01:00") -> str:
        """Answer a card in a sitting of its own; the event's id."""
        collection = self.open()
        given = collection.answer(card, rating, moment(at), 1000)
        collection.db.close()
        return given.review.id

    def sync(self) -> SyncReport:
        collection = self.open()
        try:
            return sync(collection, self.environ)
        finally:
            collection.db.close()

    def synced(self) -> SyncReport:
        """Sync; it must come to its end without a conflict."""
        report = self.sync()
        assert report.failed is None and not report.conflicts, report
        return report

    def lines(self) -> set[bytes]:
        """Every line of every journal file."""
        return {line for path in (self.root / "journal").glob("*") for line in path.read_bytes().splitlines()}

    def clone(self, tmp_path: Path, name: str) -> "Device":
        """A second device, with a clone of this one's remote."""
        given = environ(tmp_path, name)
        top = tmp_path / f"clone-{name}"
        url = self.git("remote", "get-url", "origin")
        subprocess.run(["git", "clone", "--quiet", url, str(top)], env=given, check=True)
        return Device(top / self.root.relative_to(self.top), given, top)


def environ(tmp_path: Path, name: str, config: str = CONFIG) -> dict[str, str]:
    """The environment of a device: its own git configuration, and none of this machine's."""
    given = environ_of(tmp_path, name)
    path = tmp_path / f"gitconfig-{name}"
    path.write_text(config, "utf-8")
    git = {"GIT_CONFIG_GLOBAL": str(path), "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    return given | git


def repository(tmp_path: Path, *ids: str) -> Device:
    """A collection of basic notes, in a repository without a remote."""
    root, _ = make_collection(tmp_path, {"a.yaml": basic_deck(*ids)})
    made = Device(root, environ(tmp_path, "here-0001"), root)
    made.git("init", "--quiet")
    return made


def shared(tmp_path: Path, *ids: str) -> tuple[Device, Device]:
    """Two devices with clones of one remote, both up to date."""
    one = repository(tmp_path, *ids)
    with_remote(one, tmp_path)
    one.synced()
    return one, one.clone(tmp_path, "there-0001")


def with_remote(one: Device, tmp_path: Path) -> Path:
    """Give a device an empty remote."""
    bare = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--bare", "--quiet", "--initial-branch=main", str(bare)], check=True)
    one.git("remote", "add", "origin", str(bare))
    return bare


def hook(repository: Path, name: str, text: str) -> None:
    """A hook that runs `text` in a shell."""
    path = repository / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
