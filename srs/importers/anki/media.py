"""The files of a package: what they are called, and each one read and checked. Knows no notes.

In the zip they are called 0, 1, 2 and so on; a list says what each one is. A name is only ever handed on as a name, so
one that could lead anywhere, or that no folder can hold, is left out, with the reason.
"""

import json
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from srs.importers.anki.archive import DENSE, RATIO, Archive, no_room
from srs.importers.anki.refused import AGAIN, Refused, naming
from srs.importers.anki.wire import Message, repeated

MOST_FILES = 500_000
"""Five times the media of the largest collections that are told of."""

_LIST = "the list of media"
_LONGEST_NAME = 255
"""Bytes of UTF-8, which is what file systems hold."""
_KEPT_IN_MEMORY = 8 << 20


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the package: its name in the zip, its size in bytes, its SHA-1 if the list tells it."""

    entry: str
    size: int
    sha1: bytes


class Media:
    """`sizes` by name, `left_out` with the reason by name, and `open` for one of them."""

    def __init__(self, archive: Archive, path: Path, folder: Path) -> None:
        """`folder` is where large files may lie for a while. Raises Refused."""
        self._archive, self._path, self._folder = archive, path, folder
        self._files: dict[str, _File] = {}
        self.left_out: dict[str, str] = {}
        for name, file in _listed(archive):
            self._take(name, file)
        self.sizes = {name: file.size for name, file in self._files.items()}
        total = sum(self.sizes.values())
        if total > max(DENSE, RATIO * archive.size):
            raise Refused("its media would grow out of measure", AGAIN)

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file, checked. Raises KeyError for a name that there is not, SrsError for a damaged file."""
        try:
            return self._checked(name)
        except OSError as error:
            raise no_room(self._folder, error) from None

    def _checked(self, name: str) -> BinaryIO:
        from hashlib import sha1
        from tempfile import TemporaryFile

        file = self._files[name]
        what = f"the file `{name}`"
        digest, size = sha1(usedforsecurity=False), 0
        with ExitStack() as stack, naming(self._path):
            # Small ones stay in memory, and need not be closed.
            copy: Any = BytesIO() if file.size <= _KEPT_IN_MEMORY else TemporaryFile(dir=self._folder)  # noqa: SIM115
            stack.callback(copy.close)
            for block in self._archive.read(file.entry, file.size, what):
                copy.write(block)
                digest.update(block)
                size += len(block)
            if size != file.size or (file.sha1 and digest.digest() != file.sha1):
                raise Refused(f"{what} is not what the package says it is", AGAIN)
            stack.pop_all()
        copy.seek(0)
        return cast(BinaryIO, copy)

    def _take(self, name: str, file: _File | None) -> None:
        plain = unicodedata.normalize("NFC", name)
        if wrong := _wrong_name(plain):
            self.left_out[_printable(name)] = wrong
        elif file is None:
            self.left_out[plain] = "the package does not hold it"
        elif plain in self._files:
            self.left_out[plain] = "the package holds two files of this name, and only the first one is taken"
        else:
            self._files[plain] = file


def _listed(archive: Archive) -> Iterator[tuple[str, _File | None]]:
    """Every name in the list, with what it stands for; None where the package has no bytes for it."""
    data = archive.media_list()
    if not data:
        return
    yield from _listed_in_messages(archive, data) if archive.packed else _listed_in_json(archive, data)


def _listed_in_messages(archive: Archive, data: bytes) -> Iterator[tuple[str, _File | None]]:
    for index, entry in enumerate(repeated(data, 1, _LIST, MOST_FILES)):
        message = Message(entry, _LIST)
        size, sha1 = message.number(2), message.data(3)
        if size < 0 or len(sha1) not in (0, 20):
            raise Refused(f"{_LIST} cannot be understood", AGAIN)
        there = str(index) in archive.entries
        yield message.text(1), _File(str(index), size, sha1) if there else None


def _listed_in_json(archive: Archive, data: bytes) -> Iterator[tuple[str, _File | None]]:
    try:
        names = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(f"{_LIST} cannot be understood", AGAIN) from None
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise Refused(f"{_LIST} cannot be understood", AGAIN)
    if len(names) > MOST_FILES:
        raise Refused(f"{_LIST} has more than {MOST_FILES:,} entries")
    for entry, name in names.items():
        info = archive.entries.get(entry) if entry.isascii() and entry.isdigit() else None
        yield name, _File(entry, info.file_size, b"") if info else None


def _wrong_name(name: str) -> str:
    """Why no file may have this name; empty where one may."""
    if not name or name in (".", ".."):
        return "this is no name of a file"
    if "/" in name or "\\" in name:
        return "its name would lead into another folder"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        return "its name holds signs that no name of a file may hold"
    if name.startswith(".") or name.casefold().startswith("git~"):
        return "its name is one of a hidden file, which other programs may obey"
    if len(name.encode()) > _LONGEST_NAME:
        return "its name is too long"
    return ""


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()
