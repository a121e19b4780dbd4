"""Making a backup: which files of a collection belong in it, read under the locks, written whole or not at all.

Needs no collection that can be opened: broken decks and settings are files like others, and what cannot be read is
said in the report and in the archive's manifest. A link to a file is stored as the file it leads to, as srs reads it;
links to folders are not followed, except where a whole part of the collection (`media`) is one.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_IFREG, S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, BinaryIO

from srs.collection.elsewhere import OWNER
from srs.collection.files import DRAFT, draft_of, lives, locked, open_regular, sync_folder
from srs.collection.locations import private_journal_folder
from srs.errors import SrsError, said_by_system
from srs.upkeep.archive import (
    BLOCK,
    DEEPEST,
    DENSE,
    FILES,
    FOLDERS,
    MANIFEST,
    PRIVATE,
    RATIO,
    TOO_DEEP,
    BadBackup,
    Item,
    LeftOut,
    Manifest,
    entry_names,
    open_archive,
)
from srs.version import VERSION
from srs.watching import Watch, unwatched

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

ENDING = ".srs.zip"
_UNLOCKED = ("media",)  # large, and no command of ours writes there
_NOT_OURS = {".git"}
_DOING = "Backing up"
_YOUNG = 3600  # seconds
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """A backup that was made: where, how large in bytes, what it says of itself, and what the user should know.

    `linked`: files that are links to somewhere outside of the collection. `apart`: what else lies in the folder and is
    no part of a collection.
    """

    file: Path
    size: int
    manifest: Manifest
    linked: tuple[str, ...]
    apart: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """The files of a collection by path, and what was met while looking for them."""

    files: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)


def back_up(
    root: Path, environ: Mapping[str, str], target: Path, made: str, force: bool = False, watch: Watch = unwatched
) -> Report:
    """Put the collection at `root` into the archive `target`, on disk and read back when this returns.

    `made`: the instant to note, in ISO form. Raises SrsError where `target` exists (unless `force`), lies in a part of
    the collection, or the disk refuses; then nothing was changed.
    """
    _refuse_inside(root, environ, target)
    if os.path.lexists(target):
        if not force:
            raise _exists(target)
        if target.exists() and not target.is_file():
            raise SrsError(f"{target} is no file that could be replaced", "name another one")
    _drop_drafts(target)
    draft = draft_of(target)
    try:
        manifest, found = _written(root, environ, draft, made, watch)
        _read_back(draft, target, watch)
        _put(draft, target, force)
        sync_folder(target.parent)
        size = target.stat().st_size
    except OSError as error:
        message = f"{target}: not written, {said_by_system(error)}"
        raise SrsError(message, "no backup was made; mend it, or name another place") from error
    finally:
        draft.unlink(missing_ok=True)
    return Report(target, size, manifest, tuple(sorted(found.linked)), tuple(sorted(found.apart)))


def _drop_drafts(target: Path) -> None:
    """Archives that a backup to this folder did not finish, since it was killed.

    Not the youngest: on a shared disk another machine may be writing it, whose processes nobody here knows.
    """
    long_ago = time.time() - _YOUNG
    try:
        for other in list(target.parent.iterdir()):
            found = re.match(DRAFT, other.name)
            ours = found and found["name"].endswith((".zip", target.name))
            if found and ours and not lives(int(found["process"])) and other.stat().st_mtime < long_ago:
                other.unlink(missing_ok=True)
    except OSError:
        pass  # where that matters, writing the archive says so


def _read_back(draft: Path, target: Path, watch: Watch) -> None:
    try:
        with open_archive(draft) as archive:
            archive.verify(watch)
    except BadBackup as error:
        message = f"{target}: what was written there does not read back as it was ({error.message})"
        raise SrsError(message, "no backup was made; the disk may be failing: name another place") from error


def default_target(root: Path, folder: Path, day: str) -> Path:
    """A free name in `folder` for a backup made on `day`: `cards-2026-12-01.srs.zip`, else with `-2` and so on."""
    number, name = 1, f"{root.name or 'srs'}-{day}"
    while os.path.lexists(target := folder / f"{name}{f'-{number}' if number > 1 else ''}{ENDING}"):
        number += 1
    return target


def _refuse_inside(root: Path, environ: Mapping[str, str], target: Path) -> None:
    """A backup among the decks or the media would be in the next one, and go where they go."""
    place = Path(os.path.realpath(target.parent)) / target.name
    folders = [*(root / name for name in FOLDERS), private_journal_folder(root, environ)]
    if any(place.is_relative_to(folder.resolve()) for folder in folders):
        raise SrsError(f"{target} would lie in the collection itself", "name a place outside of it")
    if place.parent == root.resolve() and place.name in FILES:
        raise SrsError(f"{target} is a file of the collection", "name another one")


def _exists(target: Path) -> SrsError:
    return SrsError(f"{target} exists", "name another file, or say --force to replace it")


def _put(draft: Path, target: Path, force: bool) -> None:
    """Give the archive its name. Without `force`, one that came into being meanwhile is not replaced."""
    if not force:
        try:
            os.link(draft, target)
            return
        except FileExistsError:
            raise _exists(target) from None
        except OSError:  # a file system without links
            if os.path.lexists(target):
                raise _exists(target) from None
    draft.replace(target)


class _Again(Exception):
    """The archive must be begun again, now that more is known of one file."""


@dataclass(slots=True)
class _Known:
    """What is known only after trying: files that cannot be read, files that deflate out of measure."""

    unreadable: dict[str, str] = field(default_factory=dict)
    dense: set[str] = field(default_factory=set)


def _written(root: Path, environ: Mapping[str, str], draft: Path, made: str, watch: Watch) -> tuple[Manifest, _Found]:
    known = _Known()
    while True:
        draft.unlink(missing_ok=True)
        try:
            with open(draft, "x+b", opener=_for_the_user) as file:
                result = _write(root, environ, file, made, known, watch)
                file.flush()
                os.fsync(file.fileno())
                return result
        except _Again:
            continue


def _write(
    root: Path, environ: Mapping[str, str], file: BinaryIO, made: str, known: _Known, watch: Watch
) -> tuple[Manifest, _Found]:
    from zipfile import ZIP_DEFLATED, ZipFile

    with ZipFile(file, "w") as archive:
        with _still(root, environ) as private:
            found = _look(root, private)
            for path in known.unreadable:
                found.files.pop(path, None)
            entries = entry_names(found.files)
            packed = _Packing(archive, entries, known, watch)
            for path, place in found.files.items():
                if path.partition("/")[0] not in _UNLOCKED:
                    packed.add(path, place)
        for path, place in found.files.items():
            if path.partition("/")[0] in _UNLOCKED:
                packed.add(path, place)
        watch(_DOING, len(entries), len(entries))
        found.left_out.update(known.unreadable)
        left_out = tuple(LeftOut(path, why) for path, why in sorted(found.left_out.items()))
        manifest = Manifest(made, VERSION, tuple(packed.items), left_out)
        info = _entry(MANIFEST, ZIP_DEFLATED)
        archive.writestr(info, manifest.encode())
    return manifest, found


@contextmanager
def _still(root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """While no command of ours writes in the collection; the folder of its private journal.

    Both journals are locked, since settings that cannot be read do not tell which one counts.
    """
    private = private_journal_folder(root, environ)
    with ExitStack() as stack:
        for folder in (root, root / "journal", private):
            try:
                if folder.is_dir():
                    stack.enter_context(locked(folder))
            except (OSError, SrsError):
                pass  # a disk without locks: better such a backup than none
        yield private


def _look(root: Path, private: Path) -> _Found:
    found = _Found()
    for name in FILES:
        if os.path.lexists(root / name):
            _take(found, root, name, root / name)
    for name in FOLDERS:
        place = private if name == PRIVATE else root / name
        if place.is_dir():
            _note_link(found, root, name, place)
            _walk(found, root, name, place)
        elif os.path.lexists(place):
            found.left_out[name] = "no folder"
    with os.scandir(root) as entries:
        found.apart += [entry.name for entry in entries if entry.name not in (*FILES, *FOLDERS, *_NOT_OURS)]
    return found


def _walk(found: _Found, root: Path, name: str, place: Path) -> None:
    """All files under the folder `place`, in an order that depends on their names only."""
    pending = [(name, place)]
    while pending:
        path, folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            found.left_out[path] = said_by_system(error)
            continue
        inner = []
        for entry in entries:
            inside = f"{path}/{entry.name}"
            if entry.name.lower() in _NOT_OURS:
                found.apart.append(inside)
            elif inside == f"{PRIVATE}/{OWNER}":
                pass  # where the collection is now; a restored one is elsewhere
            elif inside.count("/") >= DEEPEST:
                found.left_out[inside] = TOO_DEEP
            elif entry.is_dir(follow_symlinks=False):
                inner.append((inside, folder / entry.name))
            else:
                _take(found, root, inside, folder / entry.name)
        pending += reversed(inner)


def _take(found: _Found, root: Path, path: str, place: Path) -> None:
    try:
        mode = place.stat().st_mode
    except FileNotFoundError as error:
        found.left_out[path] = "a link that leads nowhere" if place.is_symlink() else said_by_system(error)
    except OSError as error:
        found.left_out[path] = said_by_system(error)
    else:
        if S_ISREG(mode):
            found.files[path] = place
            _note_link(found, root, path, place)
        elif place.is_symlink() and S_ISDIR(mode):
            found.left_out[path] = "a link to a folder, which srs does not follow"
        else:
            found.left_out[path] = "no regular file"


def _note_link(found: _Found, root: Path, path: str, place: Path) -> None:
    if place.is_symlink() and not place.resolve().is_relative_to(root.resolve()):
        found.linked.append(path)


class _Packing:
    """Puts files into the archive one after the other. Raises _Again where it must be begun again."""

    def __init__(self, archive: "ZipFile", entries: Mapping[str, str], known: _Known, watch: Watch) -> None:
        self.items: list[Item] = []
        self._archive = archive
        self._entries = entries
        self._known = known
        self._watch = watch

    def add(self, path: str, place: Path) -> None:
        from hashlib import sha256
        from zipfile import ZIP_DEFLATED, ZIP_STORED

        self._watch(_DOING, len(self.items), len(self._entries))
        # Pictures and sounds are packed already; and a file out of measure would be refused when it is restored.
        as_is = path.startswith("media/") or path in self._known.dense
        info = _entry(self._entries[path], ZIP_STORED if as_is else ZIP_DEFLATED)
        digest, size = sha256(), 0
        with self._opened(path, place) as source:
            info.file_size = os.fstat(source.fileno()).st_size  # zipfile takes from it whether 32 bits will do
            with self._archive.open(info, "w") as sink:
                # No further than its size now: a file that grows meanwhile is taken as it was.
                while size < info.file_size and (block := self._block(path, source, info.file_size - size)):
                    digest.update(block)
                    size += len(block)
                    sink.write(block)
        if size > DENSE and size > RATIO * info.compress_size:
            self._known.dense.add(path)
            raise _Again
        self.items.append(Item(path, info.filename, size, digest.hexdigest()))

    @contextmanager
    def _opened(self, path: str, place: Path) -> Iterator[BinaryIO]:
        try:
            source = open_regular(place)
        except OSError as error:
            raise self._unreadable(path, error) from None
        with source:
            yield source

    def _block(self, path: str, source: BinaryIO, most: int) -> bytes:
        try:
            return source.read(min(BLOCK, most))
        except OSError as error:
            raise self._unreadable(path, error) from None

    def _unreadable(self, path: str, error: OSError) -> _Again:
        self._known.unreadable[path] = said_by_system(error)
        return _Again()


def _for_the_user(path: str, flags: int) -> int:
    """A backup tells when somebody studied, so only they can read it."""
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _entry(name: str, packing: int) -> "ZipInfo":
    """An entry that is the same whoever makes it and when."""
    from zipfile import ZipInfo

    info = ZipInfo(name, _EPOCH)
    info.compress_type = packing
    info.create_system = 3
    info.external_attr = (S_IFREG | 0o644) << 16
    return info
