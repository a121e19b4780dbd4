"""One collection on many devices, through git: commit, fetch, merge, push. Says what happened as a value; no words.

The commit comes first, so whatever happens after it, what was answered here is in git. Journals are merged as what they
are, sets of lines, and decks note by note; of any other file that both changed, ours stays and theirs is put beside it.
The locks under which srs writes are held while git writes files, and not while it talks to the other repository.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from srs.cards.merge import CannotMerge, Merged, merge_decks, note_texts
from srs.collection import journal
from srs.collection.collection import Collection
from srs.collection.files import locked, sync_folder
from srs.collection.locations import SCHEMA_NAME, SETTINGS_NAME
from srs.errors import SrsError
from srs.memory import events as ev
from srs.upkeep.git import Entry, GitError, PushRejected, Remote, Repository, uninterrupted

NAMES = (
    SETTINGS_NAME, "decks", "notetypes", "media", "sources", "journal", SCHEMA_NAME, ".gitattributes", ".gitignore"
)  # fmt: skip
"""The files and folders of a collection; whatever else is in the repository is the user's."""

ATTRIBUTES = {
    "journal/*.jsonl merge=union -text": "Journals are only ever added to: a merge keeps the lines of both sides.",
    "decks/** -text": "Decks keep their bytes: git changes no line ends.",
}
IGNORED = ("*~", ".*.sw?", ".#*", ".*.tmp", ".DS_Store")

_PUSHES = 5
_LINE_BY_LINE = (".gitattributes", ".gitignore")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much differs between two commits: events, notes, and files that are neither journal nor deck."""

    events: int = 0
    notes: int = 0
    files: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.events + other.events, self.notes + other.notes, self.files + other.files)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both changed in one file: notes (by id), or the file's own `keys`; or the file, theirs being `beside` it."""

    path: str
    notes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. `failed`: why it did not come to its end; what stands in the other fields is done all the same.

    `kept`: ids of notes, and paths, that one side deleted and the other changed. `mended`: events that were committed
    once, had gone from the journal since, and are back. `borrowed_name`: what the commit is signed with where git knows
    no name. `attributes`: lines that were added to .gitattributes.
    """

    remote: str | None
    private: bool
    committed: Counts = Counts()
    sent: Counts = Counts()
    came: Counts = Counts()
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[str, ...] = ()
    mended: int = 0
    attributes: tuple[str, ...] = ()
    borrowed_name: str | None = None
    failed: SrsError | None = None


def sync(collection: Collection, environ: Mapping[str, str]) -> SyncReport:
    """Commit the collection, merge what the other devices sent, and send what they have not.

    Raises GitError where nothing can be committed; then nothing was changed. What fails later is in the report.
    """
    repo = Repository(collection.root, environ, collection.device)
    if repo.prefix and not repo.holds(SETTINGS_NAME):
        here = repo.root
        hint = f"add it there: git -C {here} add {SETTINGS_NAME}; or give it a repository: srs init --git {here}"
        raise GitError(f"the repository {repo.top} does not hold this collection", hint)
    branch = repo.branch()
    remote = repo.remote(branch)
    work = _Sync(collection, repo, branch, remote)
    work.commit()
    if remote is not None:
        try:
            work.exchange(remote)
        except SrsError as error:
            work.report = replace(work.report, failed=error)
    return work.report


def missing_attributes(repo: Repository, private: bool) -> tuple[str, ...]:
    """The lines that .gitattributes still needs, so that git merges journals as srs does."""
    path = repo.root / ".gitattributes"
    there = path.read_text("utf-8", "surrogateescape").splitlines() if path.exists() else []
    needed = []
    for line in ATTRIBUTES:
        example = "journal/x.jsonl" if line.startswith("journal") else "decks/x.yaml"
        wanted = ("merge", "union") if line.startswith("journal") else ("text", "unset")
        told = repo.attribute(wanted[0], example)
        if not (private and line.startswith("journal")) and line not in there and told != wanted[1]:
            needed.append(line)
    return tuple(needed)


def with_attributes(before: bytes, lines: Iterable[str]) -> bytes:
    """The text of .gitattributes with these lines more, each under what it is for."""
    start = before if not before or before.endswith(b"\n") else before + b"\n"
    return start + "".join(f"# {ATTRIBUTES[line]}\n{line}\n" for line in lines).encode()


class _Sync:
    def __init__(self, collection: Collection, repo: Repository, branch: str, remote: Remote | None) -> None:
        self.collection, self.repo, self.branch = collection, repo, branch
        private = collection.settings.journal == "private"
        self.report = SyncReport(remote.name if remote else None, private)

    def commit(self) -> None:
        """Commit all of the collection that is not committed yet."""
        with _holding(self.collection):
            self._commit()

    def _commit(self) -> None:
        report, repo = self.report, self.repo
        before = repo.head()
        lines = missing_attributes(repo, report.private)
        if lines:
            path = repo.root / ".gitattributes"
            old = path.read_bytes() if path.exists() else None
            self.collection.replace(".gitattributes", old, with_attributes(old or b"", lines))
        mended = self._put_back() if before else 0
        if repo.commit(NAMES, f"srs sync on {self.collection.device}"):
            done = _Comparison(self.collection, repo, before, repo.head()).counts()
            report = replace(report, committed=report.committed + done, borrowed_name=repo.borrowed_name)
        self.report = replace(report, mended=report.mended + mended, attributes=(*report.attributes, *lines))

    def _put_back(self) -> int:
        """Put events into the journal again that the last commit has and no file of it now; how many."""
        repo, count = self.repo, 0
        edited = repo.edited("journal")
        committed = repo.files(repo.head()) if edited else {}
        for path in edited:
            entry, place = committed.get(path), repo.root / path
            if entry is None or not entry.mode.startswith("100") or not _is_journal(path):
                continue
            was, now = repo.content(path, entry), place.read_bytes() if place.is_file() else b""
            if now.startswith(was):
                continue
            have = set(_lines(now))
            gone = [line for line in _lines(was) if line not in have and _is_event(line)]
            if gone:
                others = (other.read_bytes() for other in (repo.root / "journal").glob("*") if other.is_file())
                there = {line for data in others for line in _lines(data)}
                gone = [line for line in gone if line not in there]
            if gone:
                aside = self.collection.state_folder / "fragments"
                journal.append(place, _lines(was)[0], gone, ev.is_whole, aside)
                count += len(gone)
        return count

    def exchange(self, remote: Remote) -> None:
        """Fetch, merge and push, and again where somebody else pushes meanwhile. Raises SrsError."""
        rejected: SrsError | None = None
        for _ in range(_PUSHES):
            theirs = self.repo.fetch(remote)
            if theirs is not None:
                with _holding(self.collection):
                    self._commit()  # what was answered while we fetched
                    self._merge(theirs, remote)
                self.collection.refresh()
            head = self.repo.head()
            if head is None or head == theirs:
                return
            try:
                self.repo.push(remote, self.branch)
            except PushRejected as error:
                rejected = error
                continue
            sent = _Comparison(self.collection, self.repo, theirs, head).counts()
            self.report = replace(self.report, sent=sent)
            return
        raise GitError(f"{rejected}, again and again", "the other devices push all the time: sync once more later")

    def _merge(self, theirs: str, remote: Remote) -> None:
        repo, ours = self.repo, self.repo.head()
        if ours is None:
            repo.fast_forward(theirs)
        elif not repo.is_ancestor(theirs, ours):
            base = repo.merge_base(ours, theirs)
            if base is None:
                message = f"what `{remote.name}` holds and this collection have no common history"
                hint = (
                    "clone that one elsewhere, copy this one's decks and journal files into the clone, and sync there"
                )
                raise GitError(message, hint)
            merge = _MergeOfFiles(self.collection, repo, base, ours, theirs)
            files = merge.files()
            goal = theirs
            if ours != base or files:
                tree = repo.merged_tree(base, ours, theirs, files)
                message = f"srs sync on {self.collection.device}: merge {remote.name}/{remote.branch}"
                goal = repo.merge_commit(tree, ours, theirs, message)
                self.report = replace(self.report, borrowed_name=repo.borrowed_name)
            repo.fast_forward(goal)
            _put_on_disk(repo.root, merge.changed())
            self.report = replace(
                self.report, conflicts=(*self.report.conflicts, *merge.conflicts), kept=(*self.report.kept, *merge.kept)
            )
        else:
            return
        came = _Comparison(self.collection, repo, ours, repo.head()).counts()
        self.report = replace(self.report, came=self.report.came + came)


class _Comparison:
    """Two commits of a collection and what differs between them."""

    def __init__(self, collection: Collection, repo: Repository, before: str | None, after: str | None) -> None:
        self.types = collection.types
        self.repo = repo
        self.before, self.after = repo.files(before), repo.files(after)
        paths = {path for path in self.before | self.after if path.partition("/")[0] in NAMES}
        self.paths = sorted(path for path in paths if self.before.get(path) != self.after.get(path))

    def counts(self) -> Counts:
        """How much came in between."""
        journals = [path for path in self.paths if _is_journal(path)]
        decks = [path for path in self.paths if _is_deck(path)]
        sides = (self.before, self.after)
        self.repo.contents((path, side[path]) for path in journals + decks for side in sides if path in side)
        old, new = set[bytes](), set[bytes]()
        for path in journals:
            was, now = (self._data(side, path) for side in sides)
            grown = now.startswith(was)
            old.update(() if grown else _lines(was))
            new.update(_lines(now[len(was) :] if grown else now))
        was_there, is_there = (dict(note for path in decks for note in self._notes(side, path)) for side in sides)
        notes = sum(1 for id in was_there | is_there if was_there.get(id) != is_there.get(id))
        return Counts(sum(map(_is_event, new - old)), notes, len(self.paths) - len(journals) - len(decks))

    def _data(self, side: Mapping[str, Entry], path: str) -> bytes:
        return self.repo.content(path, side[path]) if path in side else b""

    def _notes(self, side: Mapping[str, Entry], path: str) -> Iterable[tuple[str, str]]:
        data = self._data(side, path)
        try:
            return note_texts(path, data, self.types).items()
        except CannotMerge:
            return [(path, repr(data))]  # counted as one


@dataclass(slots=True)
class _Sides:
    """One file as it was and as both sides have it; None where it is not."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


class _MergeOfFiles:
    """What becomes of the collection's files where git's own merge of trees would not do what is meant."""

    def __init__(self, collection: Collection, repo: Repository, base: str, ours: str, theirs: str) -> None:
        self.types, self.repo = collection.types, repo
        self.base, self.ours, self.theirs = (repo.files(commit) for commit in (base, ours, theirs))
        self.conflicts: list[Conflict] = []
        self.kept: list[str] = []
        self.result: dict[str, bytes | None] = {}
        self.paths = sorted(
            path for path in {**self.base, **self.ours, **self.theirs}
            if path.partition("/")[0] in NAMES and len({side.get(path) for side in self._sides()}) > 1
        )  # fmt: skip

    def _sides(self) -> tuple[Mapping[str, Entry], ...]:
        return self.base, self.ours, self.theirs

    def changed(self) -> list[str]:
        """The files that are not as we had them."""
        return [path for path in self.paths if self.ours.get(path) != self.theirs.get(path)]

    def files(self) -> dict[str, bytes | None]:
        """Bytes by path (None: deleted) for each file that is not simply as the side has it that changed it."""
        parts = [path for path in self.paths if _is_journal(path) or _is_deck(path)]
        self.repo.contents((path, side[path]) for path in parts for side in self._sides() if path in side)
        self._journals([path for path in self.paths if _is_journal(path)])
        self._decks([path for path in self.paths if _is_deck(path)])
        for path in self.paths:
            if not _is_journal(path) and not _is_deck(path) and self._by_both(path):
                self._other(path)
        return self.result

    def _by_both(self, path: str) -> bool:
        base, ours, theirs = (side.get(path) for side in self._sides())
        return ours != theirs and base not in (ours, theirs)

    def _read(self, path: str) -> _Sides:
        entries = (side.get(path) for side in self._sides())
        return _Sides(*(self.repo.content(path, entry) if entry else None for entry in entries))

    def _journals(self, paths: list[str]) -> None:
        """Lines are only ever added: whichever side has one, the merge has it."""
        gone: dict[str, bytes] = {}
        for path in paths:
            sides = self._read(path)
            ours, theirs = sides.ours, sides.theirs
            if ours is not None and theirs is not None:
                both = _lines_of_both(ours, theirs)
                if both != (theirs if sides.base == ours else ours if sides.base == theirs else None):
                    self.result[path] = both
            elif sides.base is not None:
                gone[path] = ours or theirs or b""
        if any(gone.values()):
            stay = (path for path in self.ours | self.theirs if _is_journal(path) and path not in gone)
            there = {line for path in stay for side in (self.ours, self.theirs) for line in self._lines(side, path)}
            for path, data in gone.items():
                lost = bool(set(_events(data)) - there)
                self.result[path] = data if lost else None

    def _lines(self, side: Mapping[str, Entry], path: str) -> list[bytes]:
        return _lines(self.repo.content(path, side[path])) if path in side else []

    def _decks(self, paths: list[str]) -> None:
        if any(all(side.get(path) == self.base.get(path) for path in paths) for side in (self.ours, self.theirs)):
            return  # only one side changed decks
        read = {path: self._read(path) for path in paths}
        base, ours, theirs = (
            {path: data for path, sides in read.items() if (data := getattr(sides, name)) is not None}
            for name in ("base", "ours", "theirs")
        )
        for path, merged in merge_decks(base, ours, theirs, self.types).items():
            sides = read[path]
            if isinstance(merged, Merged):
                if self._by_both(path) or merged.data != (sides.theirs if sides.base == sides.ours else sides.ours):
                    self.result[path] = merged.data
                self.kept += merged.kept
                if merged.conflicts or merged.keys:
                    self.conflicts.append(Conflict(path, merged.conflicts, merged.keys))
            else:
                self._both(path, sides)

    def _other(self, path: str) -> None:
        sides = self._read(path)
        if sides.ours is not None and sides.theirs is not None:
            if path == SCHEMA_NAME:  # made from the note types
                self.result[path] = sides.ours
                return
            if path in _LINE_BY_LINE:
                self.result[path] = _lines_of_both(sides.ours, sides.theirs)
                return
            merged = self.repo.merge_text(sides.base or b"", sides.ours, sides.theirs)
            if merged is not None and (path != SETTINGS_NAME or _is_toml(merged)):
                self.result[path] = merged
                return
        self._both(path, sides)

    def _both(self, path: str, sides: _Sides) -> None:
        """Ours stays, theirs goes beside it; what only one side still has stays."""
        self.result[path] = sides.theirs if sides.ours is None else sides.ours
        if sides.ours is None or sides.theirs is None:
            self.kept.append(path)
            return
        beside = self._beside(path, sides.theirs)
        self.result[beside] = sides.theirs
        self.conflicts.append(Conflict(path, beside=beside))

    def _beside(self, path: str, data: bytes) -> str:
        """A name next to `path` that is free, or holds these bytes; hidden where srs would read it."""
        place = PurePosixPath(path)
        hidden = "." if place.parts[0] in ("decks", "notetypes") and not place.name.startswith(".") else ""
        for count in range(1, 1000):
            name = f"{hidden}{place.stem}.theirs{count if count > 1 else ''}{place.suffix}"
            beside = str(place.with_name(name))
            there = self.ours.get(beside) or self.theirs.get(beside)
            free = there is None and not (self.repo.root / beside).exists()
            if free or (there and self.repo.content(beside, there) == data):
                return beside
        raise GitError(f"{path}: there are too many versions beside it", "delete those that you need no more")


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


def _is_journal(path: str) -> bool:
    return path.startswith("journal/") and path.count("/") == 1 and not path.startswith("journal/.")


def _is_deck(path: str) -> bool:
    parts = path.split("/")
    hidden = any(part.startswith(".") for part in parts)
    return parts[0] == "decks" and not hidden and path.lower().endswith((".yaml", ".yml"))


def _lines(data: bytes) -> list[bytes]:
    return [line for line in data.replace(b"\r\n", b"\n").split(b"\n") if line]


def _events(data: bytes) -> list[bytes]:
    return [line for line in _lines(data) if _is_event(line)]


def _is_event(line: bytes) -> bool:
    """Whether a line is whole, and no header."""
    return not line.startswith(b'{"srs":') and ev.is_whole(line)


def _lines_of_both(ours: bytes, theirs: bytes) -> bytes:
    """Our lines, then those of theirs that we have not."""
    if theirs.startswith(ours) and (not ours or ours.endswith(b"\n")):
        return theirs
    if ours.startswith(theirs) and (not theirs or theirs.endswith(b"\n")):
        return ours
    have = set(_lines(ours))
    added = [line for line in _lines(theirs) if line not in have]
    start = ours if not added or not ours or ours.endswith(b"\n") else ours + b"\n"
    return start + b"".join(line + b"\n" for line in added)


def _is_toml(data: bytes) -> bool:
    import tomllib

    try:
        tomllib.loads(data.decode("utf-8-sig"))
    except ValueError:
        return False
    return True


def _put_on_disk(root: Path, paths: Iterable[str]) -> None:
    """Git leaves to the system when files that it wrote are on the disk; an answer that came in is to be there now."""
    import os

    for path in paths:
        if _is_journal(path) and (root / path).is_file():
            descriptor = os.open(root / path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    if (root / "journal").is_dir():
        sync_folder(root / "journal")
