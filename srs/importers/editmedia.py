"""Media that edited fields name: which files of ours they are, and under which names others come in. Writes nothing."""

from pathlib import Path, PurePosixPath

from export.media import MediaFolder
from srs.errors import SrsError
from srs.importers.anki.package import Package
from srs.importers.foreignmedia import fit_name


class EditMedia:
    """The files of a package beside those in `folder`, the collection's.

    `outgoing` names ours as an export does and knows, after one, which of them go out. `taken` are the package's names
    of those that come in, by their path in the folder.
    """

    def __init__(self, folder: Path, package: Package) -> None:
        self.outgoing = MediaFolder(folder if folder.is_dir() else None)
        self.taken: dict[str, str] = {}
        self._folder, self._package = folder, package
        self._by_bytes: dict[str, str] | None = None

    def ours(self, media: str) -> str | None:
        """The file of ours that goes out under this name; None where it is a stranger's."""
        return self.outgoing.origin(media) or self._named_by_bytes(media)

    def is_here(self, media: str) -> bool:
        """Whether there is a file of this very name."""
        return (self._folder / media).is_file()

    def take(self, media: str) -> str:
        """The path in the folder that the package's file comes in under."""
        path = self._free_name(media)
        self.taken[path] = media
        return path

    def _named_by_bytes(self, media: str) -> str | None:
        """The file that would go out under this name because of its bytes."""
        if not media.startswith("srs-"):
            return None
        if self._by_bytes is None:
            self._by_bytes = {}
            for path in sorted(self._folder.rglob("*")) if self._folder.is_dir() else ():
                if path.is_file():
                    place = path.relative_to(self._folder).as_posix()
                    self._by_bytes.setdefault(self.outgoing.by_content(place), place)
        return self._by_bytes.get(media)

    def _free_name(self, media: str) -> str:
        """Its own name as every system can have it, where nothing stands there or the same bytes do, else a number."""
        for path, known in self.taken.items():
            if known == media:
                return path
        name = fit_name(media)
        given = PurePosixPath(name)
        there = {each.name for each in self._folder.iterdir()} if self._folder.is_dir() else set()
        in_use = {each.casefold() for each in (*there, *self.taken)}
        for count in range(1, 1000):
            path = name if count == 1 else f"{given.stem}-{count}{given.suffix}"
            if path.casefold() not in in_use:
                return path
            if path in there and path not in self.taken and self._is_same((self._folder / path).read_bytes(), media):
                return path
        raise SrsError(f"there are too many files like media/{media}", "delete those that no card names")

    def _is_same(self, data: bytes, media: str) -> bool:
        if len(data) != self._package.media[media]:
            return False
        with self._package.open_media(media) as stream:
            return stream.read() == data
