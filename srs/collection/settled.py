"""Whether the index has followed the journal, told without reading a line; if not, `history` reads.

Knows journal files by name, size and time, and nothing of events: most commands find nothing new.
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from srs.collection.content import FILE_COLUMNS, NOT_UTF8, Seen, seen_of, shown_name
from srs.collection.index import get_meta, set_meta, writing
from srs.errors import SrsError, said_by_system
from srs.values import frozen

if TYPE_CHECKING:
    from srs.memory.model import Model
    from srs.memory.schedule import Rules

_SETTLED_FOR = "settled for"


@frozen
class Plan:
    """The rules and the model of each card. `per_deck`: they differ between decks. `fingerprint`: changes with them.

    `former`: the fingerprint by the version before, which changed with every setting of a deck.
    """

    of_deck: "Callable[[str], tuple[Rules, Model]]"
    per_deck: bool
    fingerprint: str
    former: str


def journal_files(folder: Path) -> dict[str, Seen]:
    """The journal's files by name, conflict copies and all; hidden files are not ours.

    Raises SrsError where the folder cannot be read, a name of ours is no file, or a name is not UTF-8: half a history
    would be a wrong one.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unreadable(folder, error) from None
    found: dict[str, Seen] = {}
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_file() or entry.name.endswith(".jsonl"):
                if (name := shown_name(entry.name)) != entry.name:
                    raise SrsError(f"{folder / name}: {NOT_UTF8}", "rename it; what it is called does not matter")
                found[entry.name] = seen_of(entry.stat())
        except OSError as error:
            if entry.is_symlink() or not isinstance(error, FileNotFoundError):
                raise unreadable(folder / entry.name, error) from None
            # else it went while we looked
    return found


def is_settled(db: sqlite3.Connection, folder: Path, plan: Plan) -> bool:
    """Whether events and states are up to date with the journal in `folder` and with `plan`."""
    if settled_for(db) == plan.former:
        with writing(db):
            note_settled(db, plan)
    return journal_files(folder) == known_files(db) and settled_for(db) == plan.fingerprint and not _left_to_do(db)


def known_files(db: sqlite3.Connection) -> dict[str, Seen]:
    """The journal's files as they were when they were read last."""
    rows = db.execute(f"select path, {FILE_COLUMNS} from file where kind = 'journal' order by path")
    return {path: Seen(*seen) for path, *seen in rows}


def settled_for(db: sqlite3.Connection) -> str | None:
    """The fingerprint of the plan by which the states are folded."""
    return get_meta(db, _SETTLED_FOR)


def note_settled(db: sqlite3.Connection, plan: Plan) -> None:
    """Note that all states are folded by this plan."""
    set_meta(db, _SETTLED_FOR, plan.fingerprint)


def _left_to_do(db: sqlite3.Connection) -> bool:
    """Whether a change of the decks is still to be followed."""
    sql = "select 1 where exists (select 1 from moved) or exists (select 1 from renamed)"
    return db.execute(sql).fetchone() is not None


def unreadable(path: Path, error: OSError) -> SrsError:
    """Why a command cannot go on where a part of the journal cannot be read."""
    message = f"{path}: cannot be read, {said_by_system(error)}"
    return SrsError(message, "without it the state of the cards is not known")
