"""Packages of our own opened by tests, unpacked, and put together again when they are changed. Knows no tables."""

import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from srs.zstandard import zstd

COLLECTION = "collection.anki21b"


def entries(package: Path) -> dict[str, bytes]:
    """What is in each entry, unpacked."""
    with zipfile.ZipFile(package) as file:
        stored = {name: file.read(name) for name in file.namelist()}
    return {name: data if name == "meta" else zstd.decompress(data) for name, data in stored.items()}


def pack(package: Path, unpacked: Mapping[str, bytes]) -> Path:
    """Write a package of such entries."""
    with zipfile.ZipFile(package, "w") as file:
        for name, data in unpacked.items():
            file.writestr(name, data if name == "meta" else zstd.compress(data))
    return package


def query(package: Path, sql: str) -> list[Any]:
    """Rows out of the database of a package."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "collection"
        database.write_bytes(entries(package)[COLLECTION])
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(sql).fetchall()


def media_of(package: Path) -> dict[str, bytes]:
    """The files of a package by name; AssertionError where the list says other sizes or sums than they have."""
    from hashlib import sha1

    from srs.importers.anki.wire import Message, repeated

    unpacked, found = entries(package), {}
    for number, entry in enumerate(repeated(unpacked["media"], 1, "the list", 1000)):
        said, data = Message(entry, "a file"), unpacked[str(number)]
        assert (said.number(2), said.data(3)) == (len(data), sha1(data).digest())
        found[said.text(1)] = data
    return found
