"""What becomes of the files of a collection that two devices changed. Knows git's objects; touches no file.

Journals are merged as what they are, sets of lines, and decks note by note, or else not at all; of any other file that
both changed and that cannot be merged line by line, ours stays and theirs is put beside it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from srs.cards.merge import CannotMerge, errors_of_both, merge_decks
from srs.collection.collection import Collection
from srs.collection.locations import FOLDERS, SCHEMA_NAME, SETTINGS_NAME, TYPE_SCHEMA_NAME
from srs.memory import events as ev
from srs.upkeep.git import Entry, GitError, Repository
from srs.upkeep.repository import NAMES

_LINE_BY_LINE = (".gitattributes", ".gitignore")
_BESIDE = re.compile(r".\.theirs\d*(\.[^.]+)?$")
_SHOWN_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both changed in one file: notes (by id), or the file's own `keys`; or the file, theirs being `beside` it."""

    path: str
    notes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What a merge did that is no conflict and is to be told.

    `renamed`: both gave the note `subject` another id, `other` being theirs. `settings-kept`: they deleted srs.toml.
    `journal-place`: srs.toml that came in says that the journal is `subject`. `link-refused`: they put a link in place
    of the journal file `subject`. `events-back`: `count` events that they took out of the journal stay.
    """

    kind: Literal["renamed", "settings-kept", "journal-place", "link-refused", "events-back"]
    subject: str = ""
    other: str = ""
    count: int = 0


@dataclass(slots=True)
class _Sides:
    """One file as it was and as both sides have it; None where it is not."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


class MergeOfFiles:
    """What becomes of the collection's files where git's own merge of trees would not do what is meant."""

    def __init__(self, collection: Collection, repo: Repository, base: str, ours: str, theirs: str, named: str) -> None:
        """`named` is what the user calls the commit `theirs`: `origin/main`."""
        self.types, self.repo = collection.types, repo
        self.commit, self.named = theirs, named
        self.base, self.ours, self.theirs = (repo.files(commit) for commit in (base, ours, theirs))
        self.conflicts: list[Conflict] = []
        self.kept: list[str] = []
        self.remarks: list[Remark] = []
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
        """Bytes by path (None: deleted) for each file that is not simply as the side has it that changed it.

        Raises GitError where both sides changed decks that cannot be put together.
        """
        parts = [path for path in self.paths if is_journal(path) or is_deck(path)]
        self.repo.contents((path, side[path]) for path in parts for side in self._sides() if path in side)
        self._journals([path for path in self.paths if is_journal(path)])
        self._decks([path for path in self.paths if is_deck(path)])
        for path in self.paths:
            if path == SETTINGS_NAME and path not in self.theirs and path in self.ours:
                self.result[path] = self._read(path).ours  # without it there is no collection
                self.remarks.append(Remark("settings-kept"))
            elif not is_journal(path) and not is_deck(path) and self._by_both(path):
                self._other(path)
        self._tell_place_of_journal()
        return self.result

    def _tell_place_of_journal(self) -> None:
        if SETTINGS_NAME in self.paths and SETTINGS_NAME in self.ours:
            sides = self._read(SETTINGS_NAME)
            was, now = (
                _journal_place(data or b"") for data in (sides.ours, self.result.get(SETTINGS_NAME, sides.theirs))
            )
            if sides.base != sides.theirs and None not in (was, now) and was != now:
                self.remarks.append(Remark("journal-place", str(now)))

    def _by_both(self, path: str) -> bool:
        base, ours, theirs = (side.get(path) for side in self._sides())
        return ours != theirs and base not in (ours, theirs)

    def _read(self, path: str) -> _Sides:
        entries = (side.get(path) for side in self._sides())
        return _Sides(*(self.repo.content(path, entry) if entry else None for entry in entries))

    def _journals(self, paths: list[str]) -> None:
        """Lines are only ever added: whichever side has one, the merge has it."""
        gone: dict[str, bytes] = {}
        self._tell_events_back(paths)
        for path in paths:
            sides = self._read(path)
            ours, theirs = sides.ours, sides.theirs
            if ours is not None and self._is_link(self.theirs, path):
                self.result[path] = ours
                self.remarks.append(Remark("link-refused", path))
                continue
            if self._is_link(self.ours, path):
                raise GitError(f"{path} is a link here, and a journal elsewhere", "put the file itself there again")
            if ours is not None and theirs is not None:
                both = _lines_of_both(ours, theirs)
                if both != (theirs if sides.base == ours else ours if sides.base == theirs else None):
                    self.result[path] = both
            elif sides.base is not None:
                gone[path] = ours or theirs or b""
        if any(gone.values()):
            stay = (path for path in self.ours | self.theirs if is_journal(path) and path not in gone)
            there = {line for path in stay for side in (self.ours, self.theirs) for line in self._lines(side, path)}
            for path, data in gone.items():
                lost = bool(set(_events(data)) - there)
                self.result[path] = data if lost else None

    def _tell_events_back(self, paths: list[str]) -> None:
        """Say how many events they had and have no more, in no file, while we have them."""
        shrunk = [
            path for path in paths if path in self.base and not self._is_link(self.theirs, path)
            and self.theirs.get(path) != self.base[path]
            and not (path in self.theirs and self._data(self.theirs, path).startswith(self._data(self.base, path)))
        ]  # fmt: skip
        had = {line for path in shrunk for line in _events(self._data(self.base, path))}
        if had:
            have = {line for path in self.theirs if is_journal(path) for line in self._lines(self.theirs, path)}
            here = {line for path in self.ours if is_journal(path) for line in self._lines(self.ours, path)}
            if back := len((had - have) & here):
                self.remarks.append(Remark("events-back", count=back))

    def _is_link(self, side: Mapping[str, Entry], path: str) -> bool:
        """Whether one side, and not the other, has a link in place of a file."""
        other = self.theirs if side is self.ours else self.ours
        return path in side and not side[path].is_file and not (path in other and not other[path].is_file)

    def _data(self, side: Mapping[str, Entry], path: str) -> bytes:
        return self.repo.content(path, side[path]) if path in side else b""

    def _lines(self, side: Mapping[str, Entry], path: str) -> list[bytes]:
        return lines_of(self._data(side, path))

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
            if isinstance(merged, CannotMerge):
                raise self._refused(path, merged)
            if self._by_both(path) or merged.data != (sides.theirs if sides.base == sides.ours else sides.ours):
                self.result[path] = merged.data
            self.kept += merged.kept
            self.remarks += [Remark("renamed", *pair) for pair in merged.renamed]
            if merged.conflicts or merged.keys:
                self.conflicts.append(Conflict(path, merged.conflicts, merged.keys))
        self._refuse_new_errors()

    def _refused(self, path: str, error: CannotMerge) -> GitError:
        said = error.message.rstrip(".")
        if error.side == "ours":
            message = f"both sides changed a deck that cannot be read here: {said}"
            return GitError(message, "mend it, then sync again; till then it is committed here, and nothing is merged")
        if error.side == "theirs":
            commit = self.repo.line("log", "-1", "--format=%h", self.commit, "--", path) or self.commit[:7]
            message = f"both sides changed a deck that cannot be read in {self.named} (commit {commit}): {said}"
            see = f"git show {commit}:{self.repo.prefix}{path}"
            return GitError(message, f"mend it where it was written and sync there, then here; to see it: {see}")
        return GitError(said, "merge it yourself: git pull --no-rebase; nothing was merged, and yours is committed")

    def _refuse_new_errors(self) -> None:
        """Raises GitError where the notes of both sides, each right by themselves, do not go together."""
        sides = [{path: entry for path, entry in side.items() if is_deck(path)} for side in (self.ours, self.theirs)]
        self.repo.contents(pair for side in sides for pair in side.items())
        ours, theirs = ({path: self.repo.content(path, side[path]) for path in side} for side in sides)
        merged: dict[str, bytes] = {}
        for path in {**ours, **theirs}:
            side = theirs if self.ours.get(path) == self.base.get(path) else ours
            data = self.result.get(path, side.get(path))
            if data is not None:
                merged[path] = data
        found = errors_of_both(ours, theirs, merged, self.named, self.types)
        if found:
            first, *rest = [str(problem).rstrip(".") for problem in found[:_SHOWN_ERRORS]]
            hint = "change one of these notes here, then sync again; nothing was merged, and yours is committed"
            raise GitError(f"what both sides changed does not go together: {first}", "\n".join([*rest, hint]))

    def _other(self, path: str) -> None:
        sides = self._read(path)
        if sides.ours is not None and sides.theirs is not None:
            if path in (SCHEMA_NAME, TYPE_SCHEMA_NAME):  # made from the note types
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
        hidden = "." if place.parts[0] == "notetypes" and not place.name.startswith(".") else ""
        for count in range(1, 1000):
            name = f"{hidden}{place.stem}.theirs{count if count > 1 else ''}{place.suffix}"
            beside = str(place.with_name(name))
            there = self.ours.get(beside) or self.theirs.get(beside)
            free = there is None and not (self.repo.root / beside).exists()
            if free or (there and self.repo.content(beside, there) == data):
                return beside
        raise GitError(f"{path}: there are too many versions beside it", "delete those that you need no more")


def leftovers(root: Path) -> list[str]:
    """The files of a collection that a merge put beside others, by path: `srs.theirs.toml`."""
    return sorted(path for path in _paths(root) if is_leftover(path))


def is_leftover(path: str) -> bool:
    """Whether a file has a name as a merge gives it to what it puts beside another one."""
    parts = path.split("/")
    return parts[0] != "journal" and not is_deck(path) and _BESIDE.search(parts[-1]) is not None


def _paths(root: Path) -> Iterator[str]:
    import os

    yield from (entry.name for entry in os.scandir(root) if entry.is_file(follow_symlinks=False))
    for name in FOLDERS:
        for folder, _, names in os.walk(root / name):
            yield from (str(PurePosixPath(Path(folder, each).relative_to(root))) for each in names)


def is_journal(path: str) -> bool:
    return path.startswith("journal/") and path.count("/") == 1 and not path.startswith("journal/.")


def is_deck(path: str) -> bool:
    parts = path.split("/")
    hidden = any(part.startswith(".") for part in parts)
    return parts[0] == "decks" and not hidden and path.lower().endswith((".yaml", ".yml"))


def lines_of(data: bytes) -> list[bytes]:
    return [line for line in data.replace(b"\r\n", b"\n").split(b"\n") if line]


def _events(data: bytes) -> list[bytes]:
    return [line for line in lines_of(data) if is_event(line)]


def is_event(line: bytes) -> bool:
    """Whether a line is whole, and no header."""
    return not line.startswith(b'{"srs":') and ev.is_whole(line)


def _lines_of_both(ours: bytes, theirs: bytes) -> bytes:
    """Our lines, then those of theirs that we have not."""
    if theirs.startswith(ours) and (not ours or ours.endswith(b"\n")):
        return theirs
    if ours.startswith(theirs) and (not theirs or theirs.endswith(b"\n")):
        return ours
    have = set(lines_of(ours))
    added = [line for line in lines_of(theirs) if line not in have]
    start = ours if not added or not ours or ours.endswith(b"\n") else ours + b"\n"
    return start + b"".join(line + b"\n" for line in added)


def _journal_place(settings: bytes) -> str | None:
    """Where the journal is by these settings; None where they cannot be read."""
    import tomllib

    try:
        return str(tomllib.loads(settings.decode("utf-8-sig")).get("journal", "here"))
    except ValueError:
        return None


def _is_toml(data: bytes) -> bool:
    import tomllib

    try:
        tomllib.loads(data.decode("utf-8-sig"))
    except ValueError:
        return False
    return True
