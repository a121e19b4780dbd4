"""Media of a package that come into a collection: under which names, and how they are written. Knows no notes."""

import hashlib
import os
import re
from collections.abc import Collection as Some
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from srs.collection.files import DRAFT, draft_of, lives
from srs.importers.anki.package import MediaOpener, Package
from srs.watching import Watch, told

_OURS = re.compile(r"srs-[0-9a-f]{24}(\.[a-z0-9]{1,8})?")
_UNFIT = re.compile('[\x00-\x1f\x7f-\x9f*?<>|":\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]')
_RESERVED = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)
_CHUNK = 1 << 18
_LONGEST = 255  # bytes of a file's name


@dataclass(frozen=True, slots=True)
class TakenMedia:
    """`files`: the name under media/ for each name of the package, where there is no such file yet.

    `renamed`: those whose name another file has here, with the name they get instead.
    """

    files: Mapping[str, str]
    renamed: Mapping[str, str]
    told: tuple[str, ...]


def take_media(package: Package, folder: Path, watch: Watch) -> TakenMedia:
    """Which files of the package come into `folder`. Files that went out from here are here already."""
    files: dict[str, str] = {}
    renamed: dict[str, str] = {}
    remarks = [f"the file {name!r} stayed behind: {why}" for name, why in sorted(package.media_left_out.items())]
    there = {each.name for each in os.scandir(folder)} if folder.is_dir() else set()
    taken = {name.casefold() for name in there}
    for name in told(watch, "Comparing media", sorted(package.media), len(package.media)):
        if _OURS.fullmatch(name):
            continue
        if _unfit(name):
            remarks.append(f"the file {name!r} stayed behind: no file of a collection can be called so")
            continue
        new = name if name in there else fit_name(name)
        if new in there and new not in files.values() and _is_same(package, name, folder / new):
            known = True
        else:
            other = new.casefold() in taken or os.path.lexists(folder / new)
            new = _other_name(new, _digest(_chunks(package.open_media, name))) if other else new
            known = new in there
        taken.add(new.casefold())
        if not known:
            files[name] = new
        if new != name:
            renamed[name] = new
            remarks.append(f"{_why(name, there)}, so the package's is called {new!r}")
    return TakenMedia(files, renamed, tuple(remarks))


def fit_name(name: str) -> str:
    """The name as every system can have it: its own, but for signs and words that have a meaning somewhere."""
    clean = _UNFIT.sub("_", name).rstrip(". ") or "_"
    stem, dot, ending = clean.partition(".")
    return f"{stem}_{dot}{ending}" if _RESERVED.fullmatch(stem.rstrip()) else clean


def may_stand_for(here: str, name: str) -> bool:
    """Whether a package's file `name` may have come in as `here`."""
    path, other = PurePosixPath(fit_name(name)), PurePosixPath(here)
    return here == str(path) or here == _other_name(str(path), other.stem.rpartition("-")[2])


def drop_drafts(folder: Path) -> None:
    """Remove what programs that were killed had begun to write into the folder. Only under the lock."""
    for each in list(folder.iterdir()) if folder.is_dir() else ():
        if (found := re.match(DRAFT, each.name)) and not lives(int(found["process"])):
            each.unlink(missing_ok=True)


def _why(name: str, there: Some[str]) -> str:
    if name in there:
        return f"there is another file {name!r} here"
    if fit_name(name) != name:
        return f"not every system can have a file {name!r}"
    return f"there is another file here whose name differs from {name!r} by case alone"


def write_media(folder: Path, files: Mapping[str, str], opened: MediaOpener, written: list[Path], watch: Watch) -> None:
    """Write `files` (see TakenMedia), each whole or not at all, and note it in `written`. Raises OSError, SrsError."""
    for name, new in told(watch, "Writing media", files.items(), len(files)):
        folder.mkdir(exist_ok=True)
        place = folder / new
        draft = draft_of(place) if len(os.fsencode(new)) < _LONGEST - 30 else folder / f".media.{os.getpid()}.tmp"
        try:
            with draft.open("xb") as sink:
                for chunk in _chunks(opened, name):
                    sink.write(chunk)
                sink.flush()
                os.fsync(sink.fileno())
            os.link(draft, place)  # not over a file that came meanwhile
            written.append(place)
        finally:
            draft.unlink(missing_ok=True)


def _unfit(name: str) -> bool:
    unsafe = name.startswith(".") or "/" in name or "\\" in name or "\0" in name or len(os.fsencode(name)) > _LONGEST
    return unsafe or not name.strip() or bool(re.match("[a-zA-Z]:", name))


def _other_name(name: str, digest: str) -> str:
    path = PurePosixPath(name)
    stem = path.stem.encode()[: _LONGEST - 60].decode("utf-8", "ignore")
    return f"{stem}-{digest[:40]}{path.suffix[:16]}"


def _is_same(package: Package, name: str, path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size != package.media[name]:
            return False
        with path.open("rb") as stream:
            mine = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return False
    return mine == _digest(_chunks(package.open_media, name))


def _digest(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(opened: MediaOpener, name: str) -> Iterator[bytes]:
    with opened(name) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
