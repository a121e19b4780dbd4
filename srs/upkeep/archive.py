"""The archive of a backup: its manifest, its names, and the checks that come before any byte of it is believed.

Knows zip files; nothing of collections. An archive holds each file under its path, and last the manifest, which says
what there must be. A path that some system could not hold as a name (not UTF-8, control characters, a second name that
differs only by case or Unicode form) is stored as `odd-names/1` and so on, and the manifest says what it is.

Archives may come from strangers: what is not exactly as the manifest says, or would write outside of its place, or
grow out of measure, is refused.
"""

import json
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IFMT, S_IFREG
from typing import TYPE_CHECKING, Any

from srs.collection import locations
from srs.collection.content import shown_name
from srs.collection.files import open_regular
from srs.errors import SrsError, said_by_system
from srs.watching import Watch, told

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

FORMAT = 1
MANIFEST = "srs-backup.json"
PRIVATE = "private-journal"
FILES = locations.FILES
FOLDERS = (*locations.FOLDERS, PRIVATE)
DENSE = 8 * 1024
"""Bytes from which on a file must not be more than `RATIO` times as large as it is in the archive."""
RATIO = 100
BLOCK = 1 << 20

DEEPEST = 100
"""How many folders a path may lead through."""
TOO_DEEP = f"lies more than {DEEPEST} folders deep"

_ODD = "odd-names"
_LARGEST_MANIFEST = 256 << 20
_HINT = "nothing was restored; take another copy of the backup"
_HASH = re.compile(r"[0-9a-f]{64}")
_DRIVE = re.compile(r"[A-Za-z]:")


class BadBackup(SrsError):
    """The file is no backup of ours, or not as it was when it was made."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file in the archive: its path in the collection, the name it is stored under, its size in bytes."""

    path: str
    entry: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A path that could not be taken into the archive, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive says of itself. `made` is an instant in ISO form, `srs` the version that made it."""

    made: str
    srs: str
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]

    def counts(self) -> dict[str, int]:
        """How many files there are of each folder, under `files` all, under `bytes` their size together."""
        tops = [item.path.partition("/")[0] for item in self.items if "/" in item.path]
        counts = {name: tops.count(name) for name in FOLDERS}
        return {**counts, "files": len(self.items), "bytes": sum(item.size for item in self.items)}

    def encode(self) -> bytes:
        """The manifest as it stands in the archive."""
        files = []
        for item in self.items:
            other = {"entry": item.entry} if item.entry != item.path else {}
            files.append({"path": item.path, **other, "size": item.size, "sha256": item.sha256})
        left_out = [{"path": each.path, "why": each.why} for each in self.left_out]
        head = {"format": FORMAT, "made": self.made, "srs": self.srs, "counts": self.counts(), "left_out": left_out}
        # ASCII: a name that is not UTF-8 is spelled in escapes and comes back byte for byte.
        return (json.dumps({**head, "files": files}, indent=1) + "\n").encode()


def entry_names(paths: Iterable[str]) -> dict[str, str]:
    """The name in the archive of each path. The same paths in the same order get the same names."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    odd = 0
    for path in paths:
        key = _key(path)
        if _plain(path) and key not in taken:
            names[path] = path
            taken.add(key)
        else:
            odd += 1
            names[path] = f"{_ODD}/{odd}"
    return names


def _key(name: str) -> str:
    """Names with the same key are one name to some file systems."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _plain(path: str) -> bool:
    trailing = any(part.endswith((".", " ")) for part in path.split("/"))
    return path.isprintable() and not trailing and not any(sign in path for sign in '\\:*?"<>|')


class Archive:
    """An archive whose names and sizes are as its manifest says. What stands in the files is checked as it is read."""

    def __init__(self, path: Path, zip_file: "ZipFile") -> None:
        self.path = path
        self._zip = zip_file
        entries = self._entries()
        manifest = entries.pop(MANIFEST, None)
        if manifest is None:
            raise self._bad(f"it holds no {MANIFEST}, so it is no backup of srs")
        self.manifest = self._manifest(manifest)
        self._compare(entries)

    def read(self, item: Item) -> Iterator[bytes]:
        """The bytes of a file, in blocks. Raises BadBackup where they turn out not to be what was stored."""
        from hashlib import sha256

        digest, size = sha256(), 0
        with self._damage(item.path), self._zip.open(item.entry) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
                yield block
        if size != item.size or digest.hexdigest() != item.sha256:
            raise self._bad(f"`{shown_name(item.path)}` is not what was stored")

    def verify(self, watch: Watch) -> None:
        """Read everything. Raises BadBackup."""
        for item in told(watch, "Reading back", self.manifest.items, len(self.manifest.items)):
            for _ in self.read(item):
                pass

    def _entries(self) -> "dict[str, ZipInfo]":
        entries: dict[str, ZipInfo] = {}
        keys: dict[str, str] = {}
        for info in self._zip.infolist():
            name = info.orig_filename
            if wrong := _wrong_entry(info):
                raise self._bad(f"`{shown_name(name)}` {wrong}")
            if name in entries:
                raise self._bad(f"`{name}` is in it twice")
            if other := keys.get(_key(name)):
                raise self._bad(f"`{other}` and `{name}` are one name to some systems")
            entries[name], keys[_key(name)] = info, name
        if sum(info.file_size for info in entries.values()) > RATIO * self.path.stat().st_size:
            raise self._bad("what it holds would grow out of measure")
        return entries

    def _manifest(self, info: "ZipInfo") -> Manifest:
        if info.file_size > _LARGEST_MANIFEST:
            raise self._bad(f"its {MANIFEST} is too large")
        with self._damage(MANIFEST):
            data = self._zip.read(info)
        try:
            return _decoded(json.loads(data))
        except _Newer as newer:
            message = f"{self.path}: this backup has format {newer.args[0]}, and this srs knows {FORMAT}"
            raise BadBackup(message, "update srs, or use the version that made it") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._bad(f"its {MANIFEST} cannot be understood") from None

    def _compare(self, entries: "Mapping[str, ZipInfo]") -> None:
        """Whether there is what the manifest says, nothing else, and nothing that leads elsewhere."""
        items = self.manifest.items
        told = {item.entry: item for item in items}
        for name in entries.keys() - told.keys():
            raise self._bad(f"`{name}` is in it, and its manifest does not say so")
        for name in told.keys() - entries.keys():
            raise self._bad(f"`{shown_name(told[name].path)}` is missing in it")
        if len(told) < len(items) or len({item.path for item in items}) < len(items):
            raise self._bad("its manifest names a file twice")
        for item in items:
            if wrong := _wrong_path(item.path):
                raise self._bad(f"`{shown_name(item.path)}` {wrong}")
            if entries[item.entry].file_size != item.size:
                raise self._bad(f"`{shown_name(item.path)}` has another size than its manifest says")

    @contextmanager
    def _damage(self, name: str) -> Iterator[None]:
        """Whatever reading a damaged zip raises, in our words."""
        from zipfile import BadZipFile

        try:
            yield
        except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise self._bad(f"`{shown_name(name)}` in it is damaged ({error})") from None

    def _bad(self, reason: str) -> BadBackup:
        return BadBackup(f"{self.path}: {reason}", _HINT)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The backup at `path`. Raises BadBackup where it is none or a hostile one, SrsError where it cannot be read."""
    from struct import error as StructError
    from zipfile import BadZipFile, ZipFile

    with ExitStack() as stack:
        try:
            zip_file = stack.enter_context(ZipFile(stack.enter_context(open_regular(path))))
        except OSError as error:
            raise SrsError(f"{path}: {said_by_system(error)}", "name the file that `srs backup` made") from None
        except (BadZipFile, NotImplementedError, ValueError, OverflowError, StructError):
            raise BadBackup(f"{path}: this is no zip archive, or a part of it is missing", _HINT) from None
        yield Archive(path, zip_file)


class _Newer(Exception):
    """The manifest is of a later format, which is the argument."""


def _decoded(fields: Any) -> Manifest:
    """Raises ValueError, KeyError, TypeError where the JSON is no manifest."""
    number = fields["format"]
    if type(number) is not int or number < 1:
        raise ValueError("no format")
    if number > FORMAT:
        raise _Newer(number)
    items = tuple(
        Item(_text(row["path"]), _text(row.get("entry", row["path"])), row["size"], row["sha256"])
        for row in fields["files"]
    )
    if not all(type(item.size) is int and item.size >= 0 and _HASH.fullmatch(item.sha256) for item in items):
        raise ValueError("no size or no hash")
    left_out = tuple(LeftOut(_text(row["path"]), _text(row["why"])) for row in fields["left_out"])
    return Manifest(_text(fields["made"]), _text(fields["srs"]), items, left_out)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _wrong_entry(info: "ZipInfo") -> str:
    """Why an entry is not one that we write; empty where it may be."""
    name, mode = info.orig_filename, S_IFMT(info.external_attr >> 16)
    parts: Collection[str] = name.split("/")
    if info.flag_bits & 0x1:
        return "is encrypted"
    if mode not in (0, S_IFREG):
        return "is a link or a device, and a backup holds files only"
    if "\\" in name or "\0" in name:
        return "holds a sign that no name in a backup holds"
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts:
        return "leads out of the folder"
    if "" in parts or "." in parts:
        return "is not the name of a file"
    if info.compress_type not in (0, 8):
        return "is packed in a way that backups are not"
    if info.file_size > DENSE and info.file_size > RATIO * info.compress_size:
        return f"would grow from {info.compress_size} bytes to {info.file_size}"
    return ""


def _wrong_path(path: str) -> str:
    """Why a path is not one of a collection; empty where it is."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        return "leads out of the folder"
    if "\0" in path or "" in parts or "." in parts:
        return "is not the name of a file"
    if path not in FILES and (len(parts) < 2 or parts[0] not in FOLDERS):
        return "is no file of a collection"
    if len(parts) > DEEPEST:
        return TOO_DEEP
    if any(_key(part) == ".git" for part in parts):
        return "would set up git, which runs what such files say"
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "is not the name of a file"
    return ""
