"""Where `--into` leads: a file or folder below decks/, whichever way it is written. Writes nothing."""

from pathlib import Path

from srs.errors import UsageError
from srs.importers.foreigndecks import into_file

_HINT = "srs import FILE --into decks/NAME.yaml, or decks/NAME/ for a file for each deck"


def place_for(root: Path, into: str) -> str:
    """`into` relative to the collection at `root`, a `/` at its end kept. Raises UsageError for what is not in it."""
    if not into:
        raise UsageError("--into names no place", _HINT)
    given = Path(into)
    if given.is_absolute():
        below = next((place for place in (root, root.resolve()) if given.is_relative_to(place)), None)
        if below is None:
            raise UsageError(f"`{into}` is not in this collection", _HINT)
        into = given.relative_to(below).as_posix() + ("/" if into.endswith("/") else "")
    into_file(into)
    refuse_outside(root, into)
    return into


def refuse_outside(root: Path, path: str) -> None:
    """Raise UsageError where a link leads from decks/ to somewhere else."""
    if not (root / path).resolve().is_relative_to((root / "decks").resolve()):
        raise UsageError(f"`{path}` leads out of the collection by a link", _HINT)
