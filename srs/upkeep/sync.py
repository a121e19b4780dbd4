"""One collection on many devices, through git: commit, fetch, merge, push. Says what happened as a value; no words.

The commit comes first, so whatever happens after it, what was answered here is in git. What becomes of files that both
sides changed is the business of `merge.py`. The locks under which srs writes are held while git writes files, and not
while it talks to the other repository.
"""

from collections.abc import Iterable, Mapping, Set
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from srs.cards.pieces import NotInPieces, take_apart
from srs.collection.collection import Collection
from srs.collection.files import locked, sync_folder
from srs.collection.locations import SETTINGS_NAME
from srs.errors import SrsError
from srs.upkeep.counts import NOTHING, Counts, counted
from srs.upkeep.git import GitError, PushRejected, Remote, Repository, uninterrupted
from srs.upkeep.merge import (
    Conflict,
    MergeOfFiles,
    Remark,
    is_deck,
    is_event,
    is_journal,
    is_leftover,
    leftovers,
    lines_of,
)
from srs.upkeep.repository import NAMES, missing_attributes, with_attributes

_PUSHES = 5
_MANY = 10
"""Of so many notes, more than half are too many to be gone without a question."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. `failed`: why it did not come to its end; what stands in the other fields is done all the same.

    `kept`: ids of notes, and paths, that one side deleted and the other changed. `mended`: events that were committed
    once, had gone from the journal since, and are back. `borrowed_name`: what the commit is signed with where git knows
    no name. `attributes`: lines that were added to .gitattributes. `leftovers`: files that earlier syncs put beside
    others and that are still there.
    """

    remote: str | None
    private: bool
    committed: Counts = NOTHING
    sent: Counts = NOTHING
    came: Counts = NOTHING
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    leftovers: tuple[str, ...] = ()
    mended: int = 0
    attributes: tuple[str, ...] = ()
    borrowed_name: str | None = None
    failed: SrsError | None = None


class Vanished(SrsError):
    """So many notes are gone since the last commit that it may be a mistake. Nothing was changed."""


def sync(collection: Collection, environ: Mapping[str, str], deletions_meant: bool = False) -> SyncReport:
    """Commit the collection, merge what the other devices sent, and send what they have not.

    Raises GitError where nothing can be committed, and Vanished where too many notes are gone for a mistake to be
    excluded, unless `deletions_meant`; what fails later is in the report.
    """
    repo = Repository(collection.root, environ, collection.device, collection.watch)
    if repo.prefix and not repo.holds(SETTINGS_NAME):
        here = repo.root
        hint = f"add it there: git -C {here} add {SETTINGS_NAME}; or give it a repository: srs init --git {here}"
        raise GitError(f"the repository {repo.top} does not hold this collection", hint)
    branch = repo.branch()
    remote = repo.remote(branch)
    before = leftovers(repo.root)
    work = _Sync(collection, repo, branch, remote, deletions_meant)
    work.commit()
    if remote is not None:
        try:
            work.exchange(remote)
        except SrsError as error:
            work.report = replace(work.report, failed=error)
    left = set(leftovers(repo.root))
    return replace(work.report, leftovers=tuple(path for path in before if path in left))


class _Sync:
    def __init__(
        self, collection: Collection, repo: Repository, branch: str, remote: Remote | None, deletions_meant: bool
    ) -> None:
        self.collection, self.repo, self.branch = collection, repo, branch
        self.deletions_meant = deletions_meant
        private = collection.settings.journal == "private"
        self.report = SyncReport(remote.name if remote else None, private)

    def commit(self) -> None:
        """Commit all of the collection that is not committed yet."""
        with _holding(self.collection):
            self._commit()

    def _commit(self) -> str | None:
        """Do so; the commit that is checked out then."""
        report, repo = self.report, self.repo
        before = repo.head()
        put_beside = [path for path in repo.files(before) if "/" not in path and is_leftover(path)]
        names = (*NAMES, *put_beside)
        changed = repo.changed(names)
        if not self.deletions_meant:
            self._refuse_vanished(before, changed)
        lines = missing_attributes(repo, report.private)
        if lines:
            path = repo.root / ".gitattributes"
            old = path.read_bytes() if path.exists() else None
            self.collection.replace(".gitattributes", old, with_attributes(old or b"", lines))
        mended = self._put_back(before, changed)
        head = before
        if repo.commit(names, f"srs sync on {self.collection.device}", None if lines or mended else changed):
            head = repo.head()
            done = self._counted(before, head)
            report = replace(report, committed=report.committed + done, borrowed_name=repo.borrowed_name)
        self.report = replace(report, mended=report.mended + mended, attributes=(*report.attributes, *lines))
        return head

    def _counted(self, before: str | None, after: str | None) -> Counts:
        return counted(self.repo, self.collection.types, before, after, self.collection.watch)

    def _refuse_vanished(self, head: str | None, changed: Set[str]) -> None:
        """Raises Vanished where all notes of the last commit are gone from the decks, or most of many."""
        repo, folder = self.repo, self.repo.root / "decks"
        files = {path: entry for path, entry in repo.files(head).items() if is_deck(path)}
        edited = files.keys() & changed
        if not edited:
            return
        apart = folder.is_symlink() or not folder.is_dir()
        there = {} if apart else {str(path.relative_to(repo.root)): path for path in folder.rglob("*")}
        gone = sum(self._size(path, repo.content(path, files[path])) for path in edited)
        for path, place in there.items():
            if is_deck(path) and place.is_file() and (path in edited or path not in files):
                was = self._size(path, repo.content(path, files[path])) if path in files else 0
                gone -= self._size(path, place.read_bytes(), was)
        if gone <= 0:
            return
        total = sum(self._size(path, data) for path, data in zip(files, repo.contents(files.items()), strict=True))
        if gone >= total or (total >= _MANY and 2 * gone > total):
            which = f"{gone:,} of the {total:,} notes" if gone < total else "all notes"
            why = "`decks` is no folder of its own any more: " if apart else ""
            hint = "a disk that is not mounted? to get them back: git restore decks; if you mean it: srs sync --yes"
            raise Vanished(f"{why}{which} of the last commit are gone, and nothing was changed", hint)

    def _size(self, path: str, data: bytes, otherwise: int = 0) -> int:
        """How many notes a deck file has; `otherwise` where it cannot be read."""
        try:
            return len(take_apart(path, data, self.collection.types).notes)
        except NotInPieces:
            return otherwise

    def _put_back(self, head: str | None, changed: Set[str]) -> int:
        """Put events into the journal again that the last commit has and no file of it now; how many."""
        repo, count = self.repo, 0
        committed = repo.files(head)
        for path in sorted(changed):
            entry, place = committed.get(path), repo.root / path
            if entry is None or not entry.is_file or not is_journal(path):
                continue
            if place.is_symlink():
                hint = "put the file itself there; as it was committed: git restore " + path
                raise GitError(f"{path} is a link where a journal file was", hint)
            was, now = repo.content(path, entry), place.read_bytes() if place.is_file() else b""
            if now.startswith(was):
                continue
            have = set(lines_of(now))
            gone = [line for line in lines_of(was) if line not in have and is_event(line)]
            if gone:
                others = (other.read_bytes() for other in (repo.root / "journal").glob("*") if other.is_file())
                there = {line for data in others for line in lines_of(data)}
                gone = [line for line in gone if line not in there]
            if gone:
                self.collection.append(place, lines_of(was)[0], gone)
                count += len(gone)
        return count

    def exchange(self, remote: Remote) -> None:
        """Fetch, merge and push, and again where somebody else pushes meanwhile. Raises SrsError."""
        rejected: SrsError | None = None
        for _ in range(_PUSHES):
            theirs = self.repo.fetch(remote)
            if theirs is None:
                head = self.repo.head()
            else:
                with _holding(self.collection):
                    ours = self._commit()  # what was answered while we fetched
                    head = self._merge(ours, theirs, remote)
                self.collection.refresh()
            if head is None or head == theirs:
                return
            try:
                self.repo.push(remote, self.branch)
            except PushRejected as error:
                rejected = error
                continue
            self.report = replace(self.report, sent=self._counted(theirs, head))
            return
        raise GitError(f"{rejected}, again and again", "the other devices push all the time: sync once more later")

    def _merge(self, ours: str | None, theirs: str, remote: Remote) -> str:
        """Bring in what the other devices sent; the commit that is checked out then."""
        repo, goal = self.repo, theirs
        if ours is None:
            repo.fast_forward(goal)
        else:
            base = ours if ours == theirs else repo.merge_base(ours, theirs)
            if base == theirs:
                return ours
            if base is None:
                message = f"what `{remote.name}` holds and this collection have no common history"
                hint = (
                    "clone that one elsewhere, copy this one's decks and journal files into the clone, and sync there"
                )
                raise GitError(message, hint)
            merge = MergeOfFiles(self.collection, repo, base, ours, theirs, f"{remote.name}/{remote.branch}")
            files = merge.files()
            if ours != base or files:
                tree = repo.merged_tree(base, ours, theirs, files)
                message = f"srs sync on {self.collection.device}: merge {remote.name}/{remote.branch}"
                goal = repo.merge_commit(tree, ours, theirs, message)
                self.report = replace(self.report, borrowed_name=repo.borrowed_name)
            repo.fast_forward(goal)
            _put_on_disk(repo.root, merge.changed())
            self.report = replace(
                self.report,
                conflicts=(*self.report.conflicts, *merge.conflicts),
                kept=(*self.report.kept, *merge.kept),
                remarks=(*self.report.remarks, *merge.remarks),
            )
        self.report = replace(self.report, came=self.report.came + self._counted(ours, goal))
        return goal


class _holding:
    """The locks under which srs writes, and Ctrl-C waiting, while git writes files."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.stack = ExitStack()

    def __enter__(self) -> None:
        with ExitStack() as stack:
            stack.enter_context(locked(self.collection.root))
            stack.enter_context(self.collection.turn())
            stack.enter_context(uninterrupted())
            self.stack = stack.pop_all()

    def __exit__(self, *error: object) -> None:
        self.stack.__exit__(*error)  # type: ignore[arg-type]


def _put_on_disk(root: Path, paths: Iterable[str]) -> None:
    """Git leaves to the system when files that it wrote are on the disk; an answer that came in is to be there now."""
    import os

    for path in paths:
        if is_journal(path) and (root / path).is_file():
            descriptor = os.open(root / path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    if (root / "journal").is_dir():
        sync_folder(root / "journal")
