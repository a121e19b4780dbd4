"""The journal's files: append so that an acknowledged event is on disk, read what was appended since.

Knows bytes and files; what a line means is `srs.memory.events`' business.
"""

import errno
import fcntl
import os
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from srs.collection.files import open_regular, refuse_irregular, sync_folder, write_new
from srs.errors import SrsError, said_by_system
from srs.values import frozen

_TAIL = 4096
_RETRIES = 20


class JournalError(SrsError):
    """The event could not be put on disk; it does not count."""


class _Unsure(OSError):
    """The disk refused a write and then to take it back: what was to be written may be there or not."""


@frozen
class Mark:
    """How far a journal file has been read, and what proves that the part before is still the same."""

    inode: int
    read_to: int
    lines: int
    checksum: int
    tail: bytes


@frozen
class Chunk:
    """Lines read from a file, the first being line `first_line`. `fresh`: the file was read from its start.

    `torn`: how many bytes of an unfinished line were left at its end.
    """

    lines: list[bytes]
    first_line: int
    fresh: bool
    torn: int
    mark: Mark


def append(path: Path, header: bytes, lines: Sequence[bytes], whole: Callable[[bytes], bool], aside: Path) -> None:
    """Put `lines` (without newlines) at the end of the file at `path`, on disk when this returns.

    A new file starts with `header`. A torn last line (one that `whole` does not accept) is moved to the folder
    `aside` first. If the file is replaced while we write, as `git checkout` does, the lines are written again to the
    new one. Raises JournalError where the disk refuses; then nothing of the lines counts.
    """
    data = b"".join(line + b"\n" for line in lines)
    try:
        for _ in range(_RETRIES):
            if _append_once(path, header, data, whole, aside):
                return
    except OSError as error:
        raise _refused(path, error) from error
    raise JournalError(
        f"{path} is replaced again and again while we write", "stop the program that does it, and repeat"
    )


def make_folder(folder: Path, parents: bool) -> None:
    """The journal's folder, where it is missing. Raises JournalError; so where a collection was moved away."""
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error


def read(path: Path, mark: Mark | None, whole: Callable[[bytes], bool]) -> Chunk | None:
    """What stands in the file after `mark`, or all of it where it is not the file it was; None where nothing is new.

    A last line without its newline counts if it is `whole`; else it is left for the next time, since its writer has not
    acknowledged it.
    """
    with open_regular(path) as file:
        stat = os.fstat(file.fileno())
        start = mark if mark and _continues(file.fileno(), stat, mark) else None
        offset, checksum, line = (start.read_to, start.checksum, start.lines) if start else (0, 0, 0)
        if start and stat.st_size == offset and stat.st_ino == start.inode:
            return None
        file.seek(offset)
        data = file.read()
    lines = data.split(b"\n")
    last = lines.pop()
    ended, torn = len(lines), 0
    if last and whole(last):
        lines.append(last)  # its newline, once written, will look like an empty line, so the line is not counted yet
    else:
        torn = len(last)
        data = data[: len(data) - torn]
    read_to = offset + len(data)
    tail = ((start.tail if start else b"") + data)[-_TAIL:]
    after = Mark(stat.st_ino, read_to, line + ended, zlib.crc32(data, checksum), tail)
    return Chunk(lines, line + 1, start is None, torn, after)


def _continues(descriptor: int, stat: os.stat_result, mark: Mark) -> bool:
    """True where everything up to the mark is what was read then.

    For a file that grew, its last part tells. One that did not, and yet is looked at again, was touched otherwise.
    """
    if stat.st_size < mark.read_to:
        return False
    if stat.st_ino == mark.inode and stat.st_size > mark.read_to:
        return os.pread(descriptor, len(mark.tail), mark.read_to - len(mark.tail)) == mark.tail
    checksum, offset = 0, 0
    while offset < mark.read_to:
        block = os.pread(descriptor, min(1 << 20, mark.read_to - offset), offset)
        if not block:
            return False
        checksum, offset = zlib.crc32(block, checksum), offset + len(block)
    return checksum == mark.checksum


def _append_once(path: Path, header: bytes, data: bytes, whole: Callable[[bytes], bool], aside: Path) -> bool:
    """False where the file was replaced meanwhile, so that what was written may not be in it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        ours = os.fstat(descriptor)
        refuse_irregular(ours, path)
        size = _mend_tail(path, descriptor, ours.st_size, whole, aside)
        if size:
            _write(descriptor, data, size)
        else:
            _write(descriptor, header + b"\n" + data, 0, path.parent)
        return _is_at(path, ours)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    """The file, made with its folder where they are missing."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
        return os.open(path, flags, 0o644)


def _is_at(path: Path, ours: os.stat_result) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (there.st_ino, there.st_dev) == (ours.st_ino, ours.st_dev)


def _write(descriptor: int, data: bytes, size: int, folder: Path | None = None) -> None:
    """Write and sync, with the `folder` of a new file, or leave the file as long as it was.

    Raises _Unsure where the disk refuses that as well.
    """
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
        if folder:
            sync_folder(folder)
    except OSError as error:
        try:
            os.ftruncate(descriptor, size)
        except OSError:
            raise _Unsure(error.errno, error.strerror) from error
        raise


def _mend_tail(path: Path, descriptor: int, size: int, whole: Callable[[bytes], bool], aside: Path) -> int:
    """Give a file of `size` bytes a last newline and return that then: a fragment goes aside, a whole line stays."""
    if not size or os.pread(descriptor, 1, size - 1) == b"\n":
        return size
    start, fragment = size, b""
    while start and b"\n" not in fragment:
        step = min(_TAIL, start)
        start -= step
        fragment = os.pread(descriptor, step, start) + fragment
    cut = fragment.rfind(b"\n") + 1
    start, fragment = start + cut, fragment[cut:]
    if whole(fragment):
        _write(descriptor, b"\n", size)
        return size + 1
    _keep_aside(aside, path.name, fragment)
    os.ftruncate(descriptor, start)
    os.fsync(descriptor)
    return start


def _keep_aside(aside: Path, name: str, fragment: bytes) -> None:
    aside.mkdir(parents=True, exist_ok=True)
    place = aside / f"{name}.{time.time_ns()}"
    write_new(place, fragment)
    sync_folder(aside)


def _refused(path: Path, error: OSError) -> JournalError:
    hints = {
        errno.ENOSPC: "make room on the disk, then repeat",
        errno.EACCES: f"make {path.parent} writable, then repeat",
        errno.EROFS: "the disk is read-only: mount it writable, then repeat",
    }
    if isinstance(error, _Unsure):
        message = f"{path}: perhaps saved, perhaps not: {said_by_system(error)}, and it cannot be taken back"
        return JournalError(message, "look after the disk first; then `srs undo --list` tells what is there")
    hint = hints.get(error.errno or 0, "mend it, then repeat")
    return JournalError(f"{path}: not saved, {said_by_system(error)}", hint)
