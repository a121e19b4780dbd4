"""Everything about a collection verified: settings, decks, journal, clock, index, folders. Mends only when asked to.

What is found are values (`findings.py`); a part that is broken keeps no other part from being examined. The index on
disk is compared with one that is made from the text alone, in a temporary folder.
"""

import os
import re
import shutil
import sqlite3
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from srs.collection import content, journal
from srs.collection.collection import Collection, NewerJournal
from srs.collection.index import VERSION, Watch, discard, open_index, unwatched
from srs.collection.locations import SETTINGS_NAME, cache_folder, private_journal_folder, state_folder
from srs.collection.settings import Settings, SettingsError, read_settings
from srs.errors import SrsError, said_by_system
from srs.memory import events as ev
from srs.upkeep.compare import compare_indexes
from srs.upkeep.findings import Area, Counted, Finding, Findings, Severity
from srs.upkeep.journalscan import RECOVERED, scan
from srs.upkeep.retime import EARLIEST, SLIP_MS, Stretch, own_events, planned_of

INDEX = "index.sqlite3"
REBUILD = "`srs doctor --rebuild` makes it anew; nothing is lost."

_DRAFT = re.compile(r"\.(.+)\.(\d+)\.tmp\Z")
_PLACE = re.compile(rf"{re.escape(SETTINGS_NAME)}:(\d+):(\d+): (.*)", re.DOTALL)
_PRIVATE = re.compile(r"""^\s*journal\s*=\s*["']private["']""", re.MULTILINE)
_LITTLE, _TOO_LITTLE = 200 << 20, 10 << 20
_TRIES = 3


@dataclass(slots=True)
class _Report:
    """What has been found so far."""

    root: Path
    counted: Counted = field(default_factory=Counted)
    found: list[Finding] = field(default_factory=list)

    def add(
        self, area: Area, severity: Severity, message: str, hint: str = "", path: str | Path = "", line: int = 0,
        column: int = 0,
    ) -> None:  # fmt: skip
        place = self.shown(path) if isinstance(path, Path) else path
        self.found.append(Finding(area, severity, message, hint, place, line, column))

    def refused(self, area: Area, error: SrsError | OSError) -> None:
        """A part that cannot be examined, in the words of the error."""
        if isinstance(error, SrsError):
            self.add(area, "problem", _sentence(error.message), _sentence(error.hint))
        else:
            message = f"This cannot be read: {said_by_system(error)}."
            self.add(area, "problem", message, "", str(error.filename or ""))

    def shown(self, path: Path) -> str:
        name = str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)
        return content.shown_name(name)

    def count(self, **numbers: Any) -> None:
        self.counted = replace(self.counted, **numbers)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index made anew: what it holds. `broken`: the settings could not be read and the defaults took their place."""

    notes: int
    cards: int
    events: int
    broken: SettingsError | None


def examine(root: Path, environ: Mapping[str, str], now: int, watch: Watch = unwatched) -> Findings:
    """Look at everything. `now` in ms. Reads only, but for the index, which is brought up to date as by any command."""
    root = root.resolve()
    report = _Report(root)
    settings = _settings(report, root)
    used = settings or _guessed(root)
    folder = _journal_folder(root, environ, used)
    _journal(report, folder, watch)
    path = cache_folder(root, environ) / INDEX
    whole = _index_file(report, path)
    with tempfile.TemporaryDirectory(prefix="srs-doctor-") as place:
        try:
            fresh = Collection(root, environ, used, open_index(Path(place) / INDEX), True, watch)
        except (SrsError, OSError) as error:
            report.refused("folders", error)
        else:
            with closing(fresh.db):
                readable = _refreshed(report, fresh)
                _decks(report, fresh, used if settings else None)
                if readable:
                    if whole and settings:
                        _index(report, fresh, root, environ, watch)
                    _journal_and_cards(report, fresh)
                    _clock(report, fresh, now, watch)
    _folders(report, root, environ, folder)
    if used.journal == "private":
        _moved_journals(report, root, environ, folder)
    return Findings(report.counted, tuple(report.found))


def zone_of(root: Path, environ: Mapping[str, str]) -> ZoneInfo:
    """The timezone of a collection; the system's where its settings cannot be read."""
    try:
        return read_settings(root).zone(environ)
    except (SrsError, OSError):
        return Settings().zone(environ)


def rebuild(root: Path, environ: Mapping[str, str], watch: Watch = unwatched) -> Rebuilt:
    """Throw the index away and make it anew from text. Raises SrsError where the text or the disk refuses."""
    root = root.resolve()
    path = cache_folder(root, environ) / INDEX
    broken = None
    try:
        settings = read_settings(root)
    except SettingsError as error:
        settings, broken = _guessed(root), error
    before = _inode(path)
    try:
        with _opened(root, environ, settings, path, watch):  # what left the journal is known only to the old index
            pass
    except (SrsError, OSError, sqlite3.Error):
        pass
    if before is not None and _inode(path) == before:
        discard(path)
    try:
        with _opened(root, environ, settings, path, watch) as made:
            events = made.db.execute("select count(*) from event").fetchone()[0]
            return Rebuilt(*made.size(), events, broken)
    except OSError as error:
        raise SrsError(f"{path.parent}: {said_by_system(error)}", "make the folder writable") from None


def recover(collection: Collection) -> int:
    """Put the events that were lost from the journal back, as they were; how many. On disk when this returns.

    They get a file of their own: the lines of the others stand in the order in which things happened.
    """
    with collection.turn():
        if any(problem.code == "newer-format" for problem in collection.problems()):
            message = "a device with a newer srs writes in this journal"
            raise NewerJournal(message, "update srs on this device; until then it reads and does not write")
        events = collection.lost_events()
        if events:
            path = collection.journal_folder / f"{collection.device}.{RECOVERED}.jsonl"
            lines = [ev.encode(event) for event in events]
            aside = collection.state_folder / "fragments"
            journal.append(path, ev.header_line(collection.device), lines, ev.is_whole, aside)
            collection.refresh()
    return len(events)


# Settings


def _settings(report: _Report, root: Path) -> Settings | None:
    try:
        settings = read_settings(root)
        raw = tomllib.loads((root / SETTINGS_NAME).read_bytes().decode("utf-8-sig"))
    except SettingsError as error:
        place = _PLACE.match(error.message)
        line, column, message = (int(place[1]), int(place[2]), place[3]) if place else (0, 0, error.message)
        hint = f"{_sentence(error.hint)} Until then no command works; all else is examined with the defaults."
        report.add("settings", "problem", _sentence(message), hint.strip(), SETTINGS_NAME, line, column)
        return None
    except OSError as error:
        report.refused("settings", error)
        return None
    report.count(settings=_leaves(raw))
    return settings


def _leaves(value: Any) -> int:
    return sum(map(_leaves, value.values())) if isinstance(value, dict) else 1


def _guessed(root: Path) -> Settings:
    """The defaults, but the journal where a srs.toml that cannot be read seems to have it."""
    try:
        text = (root / SETTINGS_NAME).read_bytes().decode("utf-8", "replace")
    except OSError:
        text = ""
    return Settings(journal="private" if _PRIVATE.search(text) else "here")


def _journal_folder(root: Path, environ: Mapping[str, str], settings: Settings) -> Path:
    return private_journal_folder(root, environ) if settings.journal == "private" else root / "journal"


# Decks


def _refreshed(report: _Report, collection: Collection) -> bool:
    try:
        collection.refresh()
    except (SrsError, OSError) as error:
        if not any(each.area == "journal" and each.severity == "problem" for each in report.found):
            report.refused("journal", error)
        return False
    return True


def _decks(report: _Report, fresh: Collection, settings: Settings | None) -> None:
    kinds = dict(fresh.db.execute("select kind, count(*) from file group by kind"))
    notes, cards = fresh.size()
    report.count(deck_files=kinds.get("deck", 0), note_types=kinds.get("notetype", 0), notes=notes, cards=cards)
    for problem in fresh.problems():
        if problem.code in ("journal-line", "journal-torn", "newer-format"):
            continue  # told by the journal's own reading
        severity: Severity = "note" if problem.severity == "advice" else "problem"
        report.add("decks", severity, problem.message, problem.hint, problem.path, problem.line, problem.column)
    decks = {row[0] for row in fresh.db.execute("select distinct deck from note")}
    for name in settings.decks if settings else ():
        if not any(deck == name or deck.startswith(f"{name}::") for deck in decks):
            message = f'[deck."{name}"] is for a deck that is not there.'
            report.add("settings", "note", message, "See the names: srs status", SETTINGS_NAME)


# Journal


def _journal(report: _Report, folder: Path, watch: Watch) -> None:
    try:
        scanned = scan(folder, report.shown, watch)
    except (SrsError, OSError) as error:
        report.refused("journal", error)
        return
    report.found += scanned.found
    report.count(journal_files=scanned.files, devices=len(scanned.devices), events=scanned.events)


def _journal_and_cards(report: _Report, fresh: Collection) -> None:
    """What the journal holds that shows nowhere: events of cards that are gone, events that left it."""
    query = "select count(*), count(distinct subject) from event where subject is not null and not dead"
    count, cards = fresh.db.execute(f"{query} and subject not in (select id from card)").fetchone()
    if count:
        message = f"{_events(count)} of {_cards(cards)} that no deck has (any more)."
        report.add("journal", "note", message, "Their history is kept, and is back when the card is back.")
    try:
        lost = fresh.lost_events()
    except SrsError as error:
        report.refused("journal", error)
        return
    if lost:
        message = f"{_events(len(lost))} left the journal: a file shrank or is gone."
        hint = "They are kept. `srs doctor --recover` puts them back, unless you took them out yourself."
        report.add("journal", "problem", message, hint, fresh.lost_file)


# Clock


def _clock(report: _Report, fresh: Collection, now: int, watch: Watch) -> None:
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
        message = f"{_events(count)} of `{device}` {'is' if count == 1 else 'are'} dated after now."
        report.add("clock", "note", message, "If this machine's clock is right: `srs doctor --retime` on that device.")


def _misdated(stretch: Stretch, zone: ZoneInfo) -> str:
    answers, others = stretch.answers, len(stretch.events) - stretch.answers
    what = f"{_answers(answers)} of {_cards(stretch.cards)}" if answers else _events(others)
    was = "is" if (answers or others) == 1 else "are"
    when = datetime.fromtimestamp(stretch.events[0].at // 1000, zone).strftime("%Y-%m-%d %H:%M")
    return f"From here on {what} {was} dated too {'late' if stretch.kind == 'ahead' else 'early'}: {when}."


# Index


def _index_file(report: _Report, path: Path) -> bool:
    """Whether the index can be read; that it is not there, or of another version, is nothing to tell."""
    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as db:
            if db.execute("pragma user_version").fetchone()[0] != VERSION:
                return True
            said = [row[0] for row in db.execute("pragma integrity_check(20)")]
    except sqlite3.OperationalError as error:
        report.add("index", "problem", f"The index cannot be opened: {error}.", REBUILD, path)
        return False
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said == ["ok"]:
        return True
    for line in said:
        report.add("index", "problem", f"The index is damaged: {line}.", REBUILD, path)
    return False


def _index(report: _Report, fresh: Collection, root: Path, environ: Mapping[str, str], watch: Watch) -> None:
    path = cache_folder(root, environ) / INDEX
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
        watch("Comparing the index", 0, 1)
        found = compare_indexes(kept.db, fresh.db)
        watch("Comparing the index", 1, 1)
        if not found or not (kept.refresh() | fresh.refresh()):
            break
    return found


def _stale_faces(kept: Collection, fresh: Collection, watch: Watch) -> tuple[int, list[str]]:
    """How many rendered cards are kept, and those that would come out differently now."""
    from srs.cards.faces import Face, face

    rows = kept.db.execute("select card, wording, front, back, answer from face order by card, wording").fetchall()
    stale = []
    for done, (card, wording, *sides) in enumerate(rows):
        watch("Comparing kept cards", done, len(rows))
        if not fresh.db.execute("select 1 from card where id = ?", (card,)).fetchone():
            continue
        made = face(fresh.note_of(card), fresh.types, card.partition(":")[2], wording)
        if made != Face(*sides):
            stale.append(f"the kept face of {card} is not what its note makes")
    watch("Comparing kept cards", 1, 1)
    return len(rows), stale


@contextmanager
def _opened(
    root: Path, environ: Mapping[str, str], settings: Settings, path: Path, watch: Watch
) -> Iterator[Collection]:
    with closing(open_index(path)) as db:
        collection = Collection(root, environ, settings, db, True, watch)
        collection.refresh()
        yield collection


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


# Folders


def _folders(report: _Report, root: Path, environ: Mapping[str, str], journal_folder: Path) -> None:
    state, cache = state_folder(environ), cache_folder(root, environ)
    wanted = {
        journal_folder: "answers cannot be saved",
        state: "this device's name and private journals cannot be saved",
        cache: "no command works",
    }
    for folder, without in wanted.items():
        there = _nearest(folder)
        if not os.access(there, os.W_OK | os.X_OK):
            report.add("folders", "problem", f"This cannot be written to, so {without}.", "Make it writable.", there)
    for folder in (root, root / "decks"):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            message = "This cannot be written to, so cards cannot be added or changed by srs."
            report.add("folders", "note", message, "Make it writable, if you want that.", folder)
    free = shutil.disk_usage(_nearest(journal_folder)).free
    report.count(folders=len(wanted) + 1, free=free)
    if finding := little_space(report.shown(journal_folder), free):
        report.found.append(finding)
    _drafts(report, root)
    _fragments(report, state / "fragments")


def little_space(path: str, free: int) -> Finding | None:
    """What to say where `free` bytes are left on the disk of `path`; None where that is enough."""
    if free >= _LITTLE:
        return None
    severity: Severity = "problem" if free < _TOO_LITTLE else "note"
    return Finding("folders", severity, f"{free >> 20} MB are free on this disk.", "Make room before it is full.", path)


def _drafts(report: _Report, root: Path) -> None:
    """What a command that was killed left beside the file that it wanted to replace."""
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in files:
            draft = _DRAFT.match(name)
            if draft and not _lives(int(draft[2])):
                message = f"A command was ended while it wrote {content.shown_name(draft[1])}, and left this behind."
                report.add("folders", "note", message, "Nothing was lost; it may be deleted.", Path(place) / name)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass
    return True


def _fragments(report: _Report, folder: Path) -> None:
    """Unfinished lines that were kept aside; the folder is one for all collections of this user."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return
    for name in names:
        message = "The unfinished end of a journal, kept aside: it was never acknowledged."
        report.add("folders", "note", message, "It may be deleted.", folder / name)


def _moved_journals(report: _Report, root: Path, environ: Mapping[str, str], ours: Path) -> None:
    """A private journal belongs to a path, so a collection that was moved begins with an empty one."""
    if _holds(ours):
        return
    start = f"{root.name or 'root'}-"
    try:
        others = sorted(entry for entry in ours.parent.iterdir() if entry.name.startswith(start) and entry != ours)
    except OSError:
        return
    for other in others:
        if count := _holds(other):
            message = f"This private journal of a collection called {root.name} holds {_events(count)}, and ours none."
            rid = f"rmdir {_quoted(ours)}; " if ours.is_dir() else ""
            hint = f"If this collection was moved here: {rid}mv {_quoted(other)} {_quoted(ours)}"
            report.add("folders", "note", message, hint, other)


def _holds(folder: Path) -> int:
    """How many events a journal's folder holds."""
    try:
        return scan(folder, str).events
    except (SrsError, OSError):
        return 0


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


# Words


def _sentence(text: str) -> str:
    """A clause of an error as a sentence of a finding."""
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _events(count: int) -> str:
    return f"{count:,} event{'' if count == 1 else 's'}"


def _answers(count: int) -> str:
    return f"{count:,} answer{'' if count == 1 else 's'}"


def _cards(count: int) -> str:
    return f"{count:,} card{'' if count == 1 else 's'}"
