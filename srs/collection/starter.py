"""Making a collection: settings, the starter decks or another collection's, a journal taken along. Copies files."""

import re
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from srs.collection.elsewhere import OWNER
from srs.collection.locations import FOLDERS, SETTINGS_NAME, journal_folder
from srs.collection.settings import read_settings, system_timezone
from srs.errors import SrsError

_SHIPPED = "karpathy"
_SETTINGS = """\
# Settings of this collection. What is commented out shows the default; `[deck."Name"]` sets any of it for one deck.
format = 1
timezone = "{zone}"
rollover = 4                      # hour at which a study day starts
journal = "here"                  # or "private": kept in your state directory, not in this folder

[study]
# desired_retention = 0.90
# new_per_day = 10
# reviews_per_day = 200
# new_order = "needs"             # needs | written | random
# mix = "interleave"              # interleave | reviews-first | new-first
# learn_ahead = "20m"
# bury_siblings = true
# leech_at = 8
# leech_action = "suspend"        # suspend | mark
# maximum_interval = 36500

[fsrs]
# learning_steps = ["1m", "10m"]
# relearning_steps = ["10m"]
"""


def make_collection(root: Path, environ: Mapping[str, str], source: Path | None, empty: bool) -> None:
    """Make a collection at `root`: empty, with the decks and journal of the one at `source`, or the starter decks.

    Raises SrsError where there is a collection already, or files in the way of one.
    """
    if (root / SETTINGS_NAME).exists():
        raise SrsError(f"{root} is a collection already", f"study it: srs -C {root} review")
    for name in FOLDERS:
        if (root / name).exists():
            raise SrsError(f"{root / name} is in the way", "name another folder, or move it aside")
    decks = starter_decks() if source is None and not empty else None
    settings = _SETTINGS.format(zone=system_timezone(environ)) if source is None else _settings_of(source, environ)
    root.mkdir(parents=True, exist_ok=True)
    if source is not None:
        _take_along(source, root, environ)
    elif decks is not None:
        shutil.copytree(decks, root / "decks" / decks.name)
    else:
        (root / "decks").mkdir()
    _write_schemas(root)
    # Last, because its presence makes the folder a collection.
    (root / SETTINGS_NAME).write_text(settings, "utf-8")


def _write_schemas(root: Path) -> None:
    """For editors: the first line of a deck file names one. They know the note types that were taken along."""
    from srs.collection.content import load_types
    from srs.collection.schemas import schemas

    for name, text in schemas(load_types(root)[0]).items():
        (root / name).write_bytes(text)


def starter_decks() -> Path:
    """The folder of the starter decks: in a clone that beside the package, else where the wheel put it.

    A clone is a collection too: what else lies in its `decks/` is its user's own.
    """
    candidates = (Path(__file__).parents[2] / "decks", Path(sysconfig.get_path("data")) / "share" / "srs" / "decks")
    for folder in candidates:
        if (folder / _SHIPPED).is_dir():
            return folder / _SHIPPED
    raise SrsError(
        "the starter decks are missing from this installation", "install srs again, or use: srs init --empty"
    )


def _settings_of(source: Path, environ: Mapping[str, str]) -> str:
    """The settings of the collection at `source`, but with the journal in the folder and a timezone of its own."""
    if not (source / SETTINGS_NAME).is_file():
        raise SrsError(f"{source} holds no {SETTINGS_NAME}, so there is nothing to take from it")
    settings = read_settings(source)
    text = (source / SETTINGS_NAME).read_text("utf-8")
    if settings.journal == "private":
        text = re.sub(r"^journal\s*=.*$", 'journal = "here"', text, count=1, flags=re.MULTILINE)
    if settings.timezone is None:
        text = f'timezone = "{system_timezone(environ)}"\n{text}'
    return text


def _take_along(source: Path, root: Path, environ: Mapping[str, str]) -> None:
    journal = journal_folder(source, environ, read_settings(source).journal)
    for name in FOLDERS:
        folder = journal if name == "journal" else source / name
        if folder.is_dir():
            shutil.copytree(folder, root / name, ignore=shutil.ignore_patterns(OWNER))
