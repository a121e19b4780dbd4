"""Everything about a collection verified: settings, decks, journal, clock, index, folders. Mends nothing.

What is found are values (`findings.py`); a part that is broken keeps no other part from being examined. The index on
disk is compared with one that is made from the text alone, in a temporary folder.
"""

import re
import sqlite3
import tempfile
import tomllib
from collections.abc import Mapping, Set
from contextlib import closing
from datetime import datetime
from pathlib import Path
from stat import S_ISREG
from typing import Any
from zoneinfo import ZoneInfo

from srs.collection.collection import SLIP_MS, Collection
from srs.collection.index import VERSION, open_index
from srs.collection.locations import SETTINGS_NAME, index_file, journal_folder
from srs.collection.settings import Settings, SettingsError, read_settings
from srs.errors import SrsError, said_by_system, sentence
from srs.upkeep.compare import compare_indexes
from srs.upkeep.findings import Findings, Report, Severity
from srs.upkeep.folders import examine_folders, find_left_behind, find_moved_journal
from srs.upkeep.journalscan import scan
from srs.upkeep.rebuild import guessed_settings
from srs.upkeep.retime import EARLIEST, Stretch, own_events, planned_of
from srs.watching import Watch, statements, told, unwatched
from srs.words import plural

REBUILD = "`srs doctor --rebuild` makes it anew; nothing is lost."

_UNREADABLE = "Make it and its folder readable, or delete it; it is made anew from the text."

_PLACE = re.compile(rf"{re.escape(SETTINGS_NAME)}:(\d+):(\d+): (.*)", re.DOTALL)
_TRIES = 3


def examine(root: Path, environ: Mapping[str, str], now: int, watch: Watch = unwatched) -> Findings:
    """Look at everything. `now` in ms. Reads only, but for the index, which is brought up to date as by any command."""
    root = root.resolve()
    report = Report(root)
    settings = _settings(report, root)
    used = settings or guessed_settings(root)
    left_behind = _journals(report, root, environ, used.journal, watch)
    path = index_file(root, environ)
    whole = _index_file(report, path, watch)
    with tempfile.TemporaryDirectory(prefix="srs-doctor-") as place:
        try:
            fresh = Collection(root, environ, used, open_index(Path(place) / "index"), True, watch)
        except (SrsError, OSError) as error:
            report.refused("folders", error)
        else:
            with closing(fresh.db):
                readable = _refreshed(report, fresh)
                _decks(report, fresh, used if settings else None)
                if readable:
                    if whole and settings:
                        _index(report, fresh, root, environ, watch)
                    _journal_and_cards(report, fresh, left_behind)
                    _clock(report, fresh, now, watch)
    examine_folders(report, root, environ, journal_folder(root, environ, used.journal))
    return Findings(report.counted, tuple(report.found))


# Settings


def _settings(report: Report, root: Path) -> Settings | None:
    try:
        settings = read_settings(root)
        raw = tomllib.loads((root / SETTINGS_NAME).read_bytes().decode("utf-8-sig"))
    except SettingsError as error:
        place = _PLACE.match(error.message)
        line, column, message = (int(place[1]), int(place[2]), place[3]) if place else (0, 0, error.message)
        hint = f"{sentence(error.hint)} Until then no command works; all else is examined with the defaults."
        report.add("settings", "problem", sentence(message), hint.strip(), SETTINGS_NAME, line, column)
        return None
    except OSError as error:
        report.refused("settings", error)
        return None
    report.count(settings=_leaves(raw))
    return settings


def _leaves(value: Any) -> int:
    return sum(map(_leaves, value.values())) if isinstance(value, dict) else 1


# Decks


def _refreshed(report: Report, collection: Collection) -> bool:
    try:
        collection.refresh()
    except (SrsError, OSError) as error:
        if not any(each.area == "journal" and each.severity == "problem" for each in report.found):
            report.refused("journal", error)
        return False
    return True


def _decks(report: Report, fresh: Collection, settings: Settings | None) -> None:
    kinds = dict(fresh.db.execute("select kind, count(*) from file group by kind"))
    notes, cards = fresh.size()
    report.count(deck_files=kinds.get("deck", 0), note_types=kinds.get("notetype", 0), notes=notes, cards=cards)
    for problem in fresh.problems():
        if problem.code in ("journal-line", "journal-torn", "newer-format", "journal-elsewhere"):
            continue  # told where the journal itself is read
        severity: Severity = "note" if problem.severity == "advice" else "problem"
        report.add("decks", severity, problem.message, problem.hint, problem.path, problem.line, problem.column)
    decks = {row[0] for row in fresh.db.execute("select distinct deck from note")}
    for name in settings.decks if settings else ():
        if not any(deck == name or deck.startswith(f"{name}::") for deck in decks):
            message = f'[deck."{name}"] is for a deck that is not there.'
            report.add("settings", "note", message, "See the names: srs status", SETTINGS_NAME)


# Journal


def _journals(report: Report, root: Path, environ: Mapping[str, str], where: str, watch: Watch) -> Set[str]:
    """The collection's journal, and others that may be its own; the events of one that does not count."""
    folder = journal_folder(root, environ, where)
    here = _journal(report, folder, watch)
    if where == "private":
        find_moved_journal(report, root, folder, here, watch)
    return find_left_behind(report, root, environ, where, here, watch)


def _journal(report: Report, folder: Path, watch: Watch) -> Set[str]:
    """The ids of its events; none where it cannot be read."""
    try:
        scanned = scan(folder, report.shown, watch)
    except (SrsError, OSError) as error:
        report.refused("journal", error)
        return set()
    report.found += scanned.found
    report.count(journal_files=scanned.files, devices=len(scanned.devices), events=scanned.events)
    return scanned.ids


def _journal_and_cards(report: Report, fresh: Collection, left_behind: Set[str]) -> None:
    """What the journal holds that shows nowhere: events of cards that are gone, events that left it.

    `left_behind`: the events of a journal that does not count, told already.
    """
    query = "select count(*), count(distinct subject) from event where subject is not null and not dead"
    count, cards = fresh.db.execute(f"{query} and subject not in (select id from card)").fetchone()
    if count:
        message = f"{plural(count, 'event')} of {plural(cards, 'card')} that no deck has (any more)."
        report.add("journal", "note", message, "Their history is kept, and is back when the card is back.")
    try:
        lost = [event for event in fresh.lost_events() if event.id not in left_behind]
    except SrsError as error:
        report.refused("journal", error)
        return
    if lost:
        message = f"{plural(len(lost), 'event')} left the journal: a file shrank or is gone."
        hint = "They are kept. `srs doctor --recover` puts them back, unless you took them out yourself."
        report.add("journal", "problem", message, hint, fresh.lost_file)


# Clock


def _clock(report: Report, fresh: Collection, now: int, watch: Watch) -> None:
    files = own_events(fresh, watch)
    report.count(device=fresh.device, own_events=sum(map(len, files)))
    if now < EARLIEST:
        message = "This machine's clock itself is wrong: it says a year before 2020."
        report.add("clock", "problem", message, "Set it right before you answer.")
        return
    for stretch in planned_of(files, now):
        first = stretch.events[0]
        hint = "`srs doctor --retime` shows when they were, and mends them if you want."
        report.add(
            "clock", "problem", _misdated(stretch, fresh.zone), hint, fresh.journal_folder / first.path, first.line, 1
        )
    query = "select device, count(*) from event where at > ? and device != ? and not dead and do != 'amend'"
    for device, count in fresh.db.execute(f"{query} group by device", (now + SLIP_MS, fresh.device)):
        message = f"{plural(count, 'event')} of `{device}` {'is' if count == 1 else 'are'} dated after now."
        report.add("clock", "note", message, "If this machine's clock is right: `srs doctor --retime` on that device.")


def _misdated(stretch: Stretch, zone: ZoneInfo) -> str:
    answers, others = stretch.answers, len(stretch.events) - stretch.answers
    what = f"{plural(answers, 'answer')} of {plural(stretch.cards, 'card')}" if answers else plural(others, "event")
    was = "is" if (answers or others) == 1 else "are"
    when = datetime.fromtimestamp(stretch.events[0].at // 1000, zone).strftime("%Y-%m-%d %H:%M")
    return f"From here on {what} {was} dated too {'late' if stretch.kind == 'ahead' else 'early'}: {when}."


# Index


def _index_file(report: Report, path: Path, watch: Watch) -> bool:
    """Whether the index can be read; that it is not there, or of another version, is nothing to tell."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return True
    except OSError as error:
        report.add("index", "problem", f"The index cannot be read: {said_by_system(error)}.", _UNREADABLE, path)
        return False
    if not S_ISREG(mode):
        report.add(
            "index", "problem", "This stands where the index should be.", "Delete it, or put it elsewhere.", path
        )
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as db:
            if db.execute("pragma user_version").fetchone()[0] != VERSION:
                return True
            with statements(db, watch, "Checking the index"):
                said = [row[0] for row in db.execute("pragma integrity_check(20)")]
    except sqlite3.OperationalError as error:
        report.add("index", "problem", f"The index cannot be opened: {error}.", _UNREADABLE, path)
        return False
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said == ["ok"]:
        return True
    for line in said:
        report.add("index", "problem", f"The index is damaged: {line}.", REBUILD, path)
    return False


def _index(report: Report, fresh: Collection, root: Path, environ: Mapping[str, str], watch: Watch) -> None:
    path = index_file(root, environ)
    try:
        kept = Collection.open(root, environ, True, watch)
    except (SrsError, OSError) as error:
        report.refused("index", error)
        return
    with closing(kept.db):
        try:
            wrong = _differences(kept, fresh, watch)
            faces, stale = _stale_faces(kept, fresh, watch)
        except sqlite3.DatabaseError as error:
            report.add("index", "problem", f"The index is damaged: {error}.", REBUILD, path)
            return
        except (SrsError, OSError) as error:
            report.refused("index", error)
            return
    report.count(compared=True, faces=faces)
    for row in [*wrong, *stale]:
        report.add("index", "problem", f"The index is not what the text says: {row}.", REBUILD, path)


def _differences(kept: Collection, fresh: Collection, watch: Watch) -> list[str]:
    """What differs once both have read the same: another program may write meanwhile."""
    found: list[str] = []
    for _ in range(_TRIES):
        kept.refresh()
        fresh.refresh()
        found = compare_indexes(kept.db, fresh.db, watch)
        if not found or not (kept.refresh() | fresh.refresh()):
            break
    return found


def _stale_faces(kept: Collection, fresh: Collection, watch: Watch) -> tuple[int, list[str]]:
    """How many rendered cards are kept, and those that would come out differently now."""
    from srs.cards.faces import Face, face

    rows = kept.db.execute("select card, wording, front, back, answer from face order by card, wording").fetchall()
    stale = []
    for card, wording, *sides in told(watch, "Comparing kept cards", rows, len(rows)):
        if not fresh.db.execute("select 1 from card where id = ?", (card,)).fetchone():
            continue
        made = face(fresh.note_of(card), fresh.types, card.partition(":")[2], wording)
        if made != Face(*sides):
            stale.append(f"the card kept ready for {card} is not what its note makes")
    return len(rows), stale
