"""Opening a package or collection that Anki exported, whichever of its three forms it has. The way into this folder."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from srs.errors import SrsError, said_by_system
from srs.importers.anki import schema11, schema18, tables
from srs.importers.anki.checks import text, whole_number, wrong
from srs.importers.anki.head import Head
from srs.importers.anki.package import Package
from srs.importers.anki.refused import AGAIN, SMALLER, Refused, naming
from srs.watching import Watch, doing, unwatched

if TYPE_CHECKING:
    from srs.importers.anki.archive import Archive
    from srs.importers.anki.database import Database
    from srs.importers.anki.media import Media

_OLD, _NEW = 11, 18
_TABLES = ("col", *tables.TABLES, *schema18.TABLES)
_WHOLE = ".colpkg"


@contextmanager
def opened(path: Path, watch: Watch = unwatched) -> Iterator[Package]:
    """What the package at `path` holds. Its media can be read as long as it is open.

    Raises SrsError where it cannot be read, is broken, or is larger than anything that a person made.
    """
    from srs.importers.anki.archive import open_archive
    from srs.importers.anki.media import Media

    with ExitStack() as stack:
        with naming(path):
            try:
                archive = stack.enter_context(open_archive(path))
                folder = stack.enter_context(_folder())
                media = Media(archive, path, folder)
                package = _package(archive, media, path, folder, watch)
            except MemoryError:
                raise Refused("it needs more memory than there is", SMALLER) from None
        yield package


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for what cannot be held in memory, gone afterwards."""
    try:
        folder = TemporaryDirectory(prefix="srs-import-")
    except OSError as error:
        raise SrsError(f"the temporary folder: {said_by_system(error)}", "name another one with TMPDIR") from None
    with folder as name:
        yield Path(name)


def _package(archive: "Archive", media: "Media", path: Path, folder: Path, watch: Watch) -> Package:
    from srs.importers.anki.database import open_database

    copy = folder / "collection"
    with doing(watch, "Unpacking"):
        archive.copy_collection(copy)
    remarks: list[str] = []
    with open_database(copy, _TABLES) as database:
        head = _head(database)
        tables.check_types(head.types)
        notes = tables.read_notes(database, head.types, watch)
        cards = tables.read_cards(database, notes, head.types, head.scheduler, watch, remarks)
        reviews = tables.read_reviews(database, cards, head.scheduler, watch, remarks)
        deleted = tables.read_deleted(database)
    copy.unlink()
    return Package(
        form=archive.form,
        whole=path.suffix.casefold() == _WHOLE,
        created=head.created,
        rollover=head.rollover,
        types=head.types,
        decks=tables.with_missing(head.decks, cards, remarks),
        notes=tuple(notes.values()),
        cards=tuple(cards.values()),
        reviews=reviews,
        deleted=deleted,
        media=media.sizes,
        media_left_out=media.left_out,
        open_media=media.open,
        remarks=tuple(remarks),
    )


def _head(database: "Database") -> Head:
    """What stands in the one row of the table `col`, and in the tables that newer versions have for it."""
    rows = database.rows("col", ("crt", "ver", "conf", "models", "decks"))
    row = next(rows, None)
    if row is None or next(rows, None) is not None:
        raise Refused("its database is none of Anki's", AGAIN)
    created, version = (whole_number(cell, "its creation time or version") for cell in row[:2])
    if not 0 <= created < tables.END_OF_TIME // 1000:
        raise wrong("its creation time or version")
    if version == _OLD:
        return schema11.head_of(created, *(text(cell, "its settings, note types or decks") for cell in row[2:]))
    if version == _NEW:
        return schema18.head_of(database, created)
    raise Refused(f"its database has version {version}, and this srs knows {_OLD} and {_NEW}", "update srs")
