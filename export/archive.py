"""The zip of a package in the form that Anki writes since 2.1.50, packed with Zstandard. Knows no tables and no notes.

Entries are `meta`, the collection, the media under numbers, and the list of what those are called, in this order. Each
but the first is packed by itself, in blocks; the zip adds nothing to that.
"""

import hashlib
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from srs.watching import Watch, told, unwatched

if TYPE_CHECKING:
    from srs.zstandard import zstd

_META = b"\x08\x03"  # a message whose first number is the form: 3
_DATE = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20
_COLLECTION_LEVEL = 9
_MEDIA_LEVEL = 3  # Anki's own; most pictures and sounds cannot be made smaller by any
_WINDOW_LOG = 21
"""How far back packed bytes may refer, as a power of two: 2 MiB, which a telephone has to spare."""


def write_archive(stream: IO[bytes], database: Path, media: Mapping[str, Path], watch: Watch) -> None:
    """Write the package of `database` and of `media`: the file behind each name. Raises OSError and LargeZipFile."""
    listing = bytearray()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(_entry("meta"), _META)
        _add(archive, "collection.anki21b", database, _COLLECTION_LEVEL, watch=watch)
        names = sorted(media)
        for number, name in enumerate(told(watch, "Packing media", names, len(names))):
            sha1 = hashlib.sha1(usedforsecurity=False)
            size = _add(archive, str(number), media[name], _MEDIA_LEVEL, sha1)
            listing += _data(1, _data(1, name.encode("utf-8", "replace")) + _number(2, size) + _data(3, sha1.digest()))
        packer = _packer(_COLLECTION_LEVEL)
        archive.writestr(_entry("media"), packer.compress(listing) + packer.flush())


def _add(
    archive: zipfile.ZipFile,
    name: str,
    path: Path,
    level: int,
    digest: "hashlib._Hash | None" = None,
    watch: Watch = unwatched,
) -> int:
    """Pack the file at `path` into the entry `name`; the number of its bytes, all of which went through `digest`."""
    entry = _entry(name)
    entry.file_size = path.stat().st_size  # for the zip to see whether it may become a large one
    packer = _packer(level)
    with path.open("rb") as source, archive.open(entry, "w") as sink:
        blocks = iter(partial(source.read, _BLOCK), b"")
        for block in told(watch, "Packing", blocks, -(-entry.file_size // _BLOCK)):
            if digest is not None:
                digest.update(block)
            sink.write(packer.compress(block))
        sink.write(packer.flush())
        return source.tell()


def _packer(level: int) -> "zstd.ZstdCompressor":
    from srs.zstandard import zstd

    parameter = zstd.CompressionParameter
    return zstd.ZstdCompressor(options={parameter.compression_level: level, parameter.window_log: _WINDOW_LOG})


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _number(field: int, value: int) -> bytes:
    """A field of a message in the wire format of Protocol Buffers that holds a number of 0 or more."""
    return _varint(field << 3) + _varint(value)


def _data(field: int, value: bytes) -> bytes:
    """One that holds bytes: a text, or a message."""
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """The number in steps of 7 bits, the lowest first, each but the last with a mark."""
    steps = bytearray()
    while value >= 0x80:
        steps.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*steps, value])
