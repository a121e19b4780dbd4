"""Why a package is not read, in words. Knows no format."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srs.errors import SrsError

AGAIN = "export it again in Anki: File, Export"
SMALLER = "export single decks in Anki"
MENDED = "in Anki choose Tools, Check Database, and export again"


class Refused(SrsError):
    """The package is broken, hostile or of a kind that is not known. Nothing was taken from it."""


def shown(name: object) -> str:
    """A name that a stranger gave, fit to be printed."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(name)[:100])


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Whatever is refused within names the file first."""
    try:
        yield
    except Refused as refused:
        raise Refused(f"{path}: {refused.message}", refused.hint) from None
