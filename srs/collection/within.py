"""Files that a deck names, found inside a folder of the collection or not at all. Knows nothing of their contents."""

import re
import unicodedata
from pathlib import Path, PurePosixPath

from srs.errors import SrsError


def within(folder: Path, name: str) -> Path:
    """The regular file `name` of `folder`, every link followed.

    Raises SrsError where there is none, or where `name` or a link leads out of the folder.
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or re.match("[a-zA-Z]:|file:", name):
        raise SrsError(f"{name!r} leads out of {folder.name}/", "name a file in it")
    try:
        home = folder.resolve()
        for form in ("NFC", "NFD"):  # macOS writes accents apart
            real = (home / unicodedata.normalize(form, name)).resolve()
            if not real.is_relative_to(home):
                raise SrsError(f"{name!r} is a link that leads out of {folder.name}/", "put the file itself there")
            if real.is_file():
                return real
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a loop of links
        pass
    raise SrsError(f"there is no file {name!r} in {folder.name}/")
