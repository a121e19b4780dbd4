"""The zip around a package: which form it has, its collection copied out, its other entries read. Knows no SQLite.

An archive may come from a stranger. No name in it ever becomes a path; how much is read, and how large it may grow, is
decided before and held to while reading.
"""

import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from srs.collection.files import open_regular
from srs.errors import SrsError, said_by_system
from srs.importers.anki.refused import AGAIN, SMALLER, Refused, shown
from srs.importers.anki.wire import Message
from srs.importers.anki.zstd import unpacked

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

Form = Literal["collection.anki2", "collection.anki21", "collection.anki21b"]

BLOCK = 1 << 20
DENSE = 64 << 20
"""Bytes from which on something must not be more than `RATIO` times as large as what it is packed in."""
RATIO = 200
"""Real collections shrink to a fifth, generated ones to a fiftieth."""
LARGEST_COLLECTION = 2 << 30
"""The largest collections that are told of have 1 GB. It is copied to the temporary folder."""
LARGEST_LIST = 64 << 20
"""The list of media: some hundred bytes for each file."""
LARGEST_DIRECTORY = 32 << 20
"""The zip's own list: some hundred bytes for each entry, which take ten times as much in memory."""

_LARGEST_META = 1024
_PACKING = 1 << 20
"""Bytes that packing may add where there is little to gain."""
_LARGEST_READ = LARGEST_DIRECTORY
_COLLECTIONS: dict[int, Form] = {1: "collection.anki2", 2: "collection.anki21", 3: "collection.anki21b"}
_SQLITE = b"SQLite format 3\0"


class Archive:
    """An open package: `form` tells how it is written, `entries` holds what is in it, by name."""

    def __init__(self, zip_file: "ZipFile", size: int) -> None:
        """`size`: bytes of the whole file. Raises Refused."""
        self._zip = zip_file
        self.size = size
        self.entries = self._named()
        self.form = self._form()

    @property
    def packed(self) -> bool:
        """Whether entries are packed with Zstandard, and lists are messages instead of JSON."""
        return self.form == "collection.anki21b"

    def copy_collection(self, target: Path) -> None:
        """Write the collection's database to `target`. Raises Refused, and SrsError where there is no room for it."""
        info = self.entries[self.form]
        most = min(LARGEST_COLLECTION, max(DENSE, RATIO * info.compress_size))
        try:
            with target.open("xb") as file:
                for block in self.read(self.form, most, "its collection"):
                    file.write(block)
        except OSError as error:
            raise no_room(target.parent, error) from None

    def read(self, name: str, most: int, what: str) -> Iterator[bytes]:
        """What an entry holds, unpacked, in pieces. Raises Refused, also where it is more than `most` bytes."""
        blocks = self._stored(self.entries[name], most + _PACKING if self.packed else most, what)
        size = 0
        for block in unpacked(blocks, what) if self.packed else blocks:
            size += len(block)
            if size > most:
                raise _grows(what)
            yield block

    def media_list(self) -> bytes | None:
        """The entry that says what the files are called; None where there is none."""
        if "media" not in self.entries:
            return None
        return b"".join(self.read("media", LARGEST_LIST, "the list of media"))

    def _named(self) -> "dict[str, ZipInfo]":
        entries: dict[str, ZipInfo] = {}
        for info in self._zip.infolist():
            if info.orig_filename in entries:
                raise Refused(f"`{shown(info.orig_filename)}` is in it twice", AGAIN)
            entries[info.orig_filename] = info
        return entries

    def _form(self) -> Form:
        if "meta" in self.entries:
            data = b"".join(self._stored(self.entries["meta"], _LARGEST_META, "its meta entry"))
            version = Message(data, "its meta entry").number(1)
            form = _COLLECTIONS.get(version)
            if form is None:
                raise Refused(f"it has form {version}, and this srs knows 1 to 3", "update srs, or " + AGAIN)
        else:
            form = _COLLECTIONS[2 if _COLLECTIONS[2] in self.entries else 1]
        if form not in self.entries:
            raise Refused(f"it holds no {form}, so it is no package of Anki", AGAIN)
        return form

    def _stored(self, info: "ZipInfo", most: int, what: str) -> Iterator[bytes]:
        """What the zip holds under an entry, checked for size and, at the end, for its sum."""
        if info.flag_bits & 0x1:
            raise Refused(f"{what} is encrypted", AGAIN)
        if info.compress_type not in (0, 8):
            raise Refused(f"{what} is packed in a way that Anki does not use", AGAIN)
        if info.file_size > most:
            raise _grows(what)
        size = 0
        with damage(what), self._zip.open(info) as file:
            while block := file.read(BLOCK):
                size += len(block)
                yield block
        if size != info.file_size:
            raise Refused(f"{what} has another size than the archive says", AGAIN)


def no_room(folder: Path, error: OSError) -> SrsError:
    """What a package holds cannot be put into the temporary folder."""
    hint = "make room in the temporary folder, or name another one with TMPDIR"
    return SrsError(f"{folder}: {said_by_system(error)}", hint)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The package at `path`. Raises Refused where it is none, SrsError where it cannot be opened."""
    from struct import error as StructError
    from zipfile import BadZipFile, ZipFile

    try:
        file = open_regular(path)
    except OSError as error:
        raise SrsError(f"{path}: {said_by_system(error)}", "name a package that Anki exported") from None
    with file:
        _refuse_database(file)
        try:
            zip_file = ZipFile(_Measured(file))
        except (BadZipFile, NotImplementedError, ValueError, OverflowError, StructError, OSError, _TooMuch):
            raise Refused("this is no package of Anki, or a part of it is missing", AGAIN) from None
        with zip_file:
            yield Archive(zip_file, os.fstat(file.fileno()).st_size)


@contextmanager
def damage(what: str) -> Iterator[None]:
    """Whatever reading a damaged zip raises, in our words."""
    from struct import error as StructError
    from zipfile import BadZipFile

    try:
        yield
    except (BadZipFile, StructError, zlib.error, EOFError, OSError, RuntimeError, ValueError, _TooMuch):
        raise Refused(f"{what} is damaged", AGAIN) from None


class _TooMuch(Exception):
    """More was to be read at once than a package has reason to."""


class _Measured(io.RawIOBase):
    """A file of which no more is read at once than `_LARGEST_READ` bytes: the zip's own list is read in one go."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            size = max(0, self._size - self._file.tell())
        if size > _LARGEST_READ:
            raise _TooMuch
        return self._file.read(size)


def _refuse_database(file: BinaryIO) -> None:
    if file.read(len(_SQLITE)) == _SQLITE:
        message = "this is a database, perhaps Anki's own collection, which must not be read while Anki may write to it"
        raise Refused(message, AGAIN)
    file.seek(0)


def _grows(what: str) -> Refused:
    return Refused(f"{what} would grow out of measure", f"if it is really that large, {SMALLER}")
