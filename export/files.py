"""The file that an export writes: replaced whole, or not touched. Knows not what is in it."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from srs.errors import SrsError, said_by_system


def real_target(target: Path) -> Path:
    """The file that `target` names, links followed. Raises SrsError where none can be written there."""
    real = Path(os.path.realpath(target))
    if not real.parent.is_dir():
        raise SrsError(f"there is no folder {target.parent} to write {target.name} into", f"mkdir -p {target.parent}")
    if real.exists() and not stat.S_ISREG(real.stat().st_mode):
        raise SrsError(f"{target} is not a file, so nothing can be written there")
    return real


@contextmanager
def replacing(real: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes become the file `real` when the block ends well; otherwise nothing is left of them."""
    draft = real.with_name(f".srs-export-{secrets.token_hex(8)}")
    mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o666
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(real)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def not_written(target: Path, error: Exception) -> SrsError:
    """What is told where the disk or a library refuses to write `target`."""
    reason = said_by_system(error) if isinstance(error, OSError) else str(error)
    return SrsError(f"{target} could not be written: {reason}", "nothing was changed")


def write_text(target: Path, text: str) -> None:
    """Put `text` in place of the file `target`, as UTF-8. Raises SrsError."""
    real = real_target(target)
    try:
        with replacing(real) as stream:
            stream.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise not_written(target, error) from error
