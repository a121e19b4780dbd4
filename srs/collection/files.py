"""Files opened, and replaced whole: either the old bytes stand there or the new ones. Knows not what is in them."""

import errno
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from srs.errors import SrsError, said_by_system

DRAFT = r"\.(?P<name>.+)\.(?P<process>\d+)\.tmp\Z"
"""What a file is called until it is whole; one that stays was left by a process that was killed."""


class FileChanged(SrsError):
    """Somebody else wrote the file meanwhile; ours was not written."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One of our programs at a time. The lock is on the folder itself and leaves no file. Raises SrsError."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _no_lock(folder, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise _no_lock(folder, error) from error
        yield
    finally:
        os.close(descriptor)


def _no_lock(folder: Path, error: OSError) -> SrsError:
    return SrsError(f"{folder}: cannot be locked, {said_by_system(error)}", "nothing was changed; mend it and repeat")


def open_regular(path: Path) -> BinaryIO:
    """The file at `path`, a link followed. Raises OSError, also for a pipe or a device: such may hang, or never end."""
    file = open(path, "rb", opener=_not_waiting)  # noqa: SIM115
    try:
        refuse_irregular(os.fstat(file.fileno()), path)
    except OSError:
        file.close()
        raise
    return file


def refuse_irregular(stat: os.stat_result, path: Path) -> None:
    """Raise OSError where what was opened is no regular file."""
    if not S_ISREG(stat.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))


def _not_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def draft_of(path: Path) -> Path:
    """The name beside `path` under which this process writes it."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def lives(process: int) -> bool:
    """Whether a process of this number runs here."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass
    return True


def write_new(path: Path, data: bytes) -> None:
    """Write a file that does not exist, on disk when this returns. Raises OSError."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, old: bytes | None, new: bytes) -> None:
    """Put `new` in place of `old` (None: the file must not exist), on disk when this returns.

    A link is followed, permissions are kept. Raises FileChanged where the file is no longer `old`, SrsError where the
    disk refuses; then the file is as it was.
    """
    real = path.resolve()
    draft = draft_of(real)
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        _drop_drafts(real)
        write_new(draft, new)
        if old is not None:
            draft.chmod(real.stat().st_mode & 0o7777)
        _compare(path, real, old)
        draft.replace(real)
    except OSError as error:
        message = f"{path}: not written, {said_by_system(error)}"
        raise SrsError(message, "nothing was changed; mend it and repeat") from error
    finally:
        _drop(draft)
    try:
        sync_folder(real.parent)
    except OSError as error:
        message = f"{path}: changed, but perhaps not for good: {said_by_system(error)}"
        raise SrsError(message, "look after the disk, then whether the change is there") from error


def _drop_drafts(real: Path) -> None:
    """Drafts that a killed program left. Who replaces a file holds the lock, so none of them is in use."""
    for other in real.parent.iterdir():
        if (found := re.match(DRAFT, other.name)) and found["name"] == real.name:
            _drop(other)


def _drop(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
    except OSError:
        pass  # the next one drops it


def keep_copy(folder: Path, name: str, data: bytes, most: int = 10) -> None:
    """Keep `data`, which is about to be replaced in the file `name`, in a folder of that name; the newest `most` stay.

    Raises SrsError where the disk refuses.
    """
    place = folder / name
    now = time.time_ns()
    stamp = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime(now // 1_000_000_000)) + f".{now % 1_000_000_000:09}"
    copy = place / f"{stamp}Z{Path(name).suffix}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_new(copy, data)
        for old in sorted(place.glob("*Z*"))[:-most]:
            old.unlink(missing_ok=True)
    except OSError as error:
        message = f"{copy}: what stands in {name} cannot be kept aside, {said_by_system(error)}"
        raise SrsError(message, "nothing was changed; mend it and repeat") from error


def _compare(path: Path, real: Path, old: bytes | None) -> None:
    there = real.read_bytes() if real.exists() else None
    if there != old:
        raise FileChanged(f"{path} was changed by another program just now", "nothing was written; repeat the command")


def sync_folder(folder: Path) -> None:
    """Put on disk which names the folder holds. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
