"""Writes an Anki package from notes that are HTML already. Knows nothing of decks on disk, Markdown or the journal.

genanki gives the tables, the note types and the decks. Its writer is left aside: that one counts ids up from the clock,
keeps its temporary database for ever, stores it uncompressed, and makes the wrong cards for cloze notes and some
templates. Here ids come from names, cards are those that the item lists, dates are fixed, and equal input gives equal
bytes (under one version of Zstandard; what is inside is equal under any).
"""

import json
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from export.archive import write_archive
from export.files import not_written, real_target, replacing
from export.notetypes import Shape, model_json, shape_of
from export.scheduling import UNSCHEDULED, Calendar, Options, Seeding
from export.stable import StableIds
from srs.cards.notetype import NoteType
from srs.errors import SrsError
from srs.watching import Watch, statements, unwatched

_FIRST_DECK = 1  # Anki's own, which is in every collection
_BATCH = 2000
_CACHE_KIB = 64 * 1024
_SQLITE_VERSION = (3_040_000).to_bytes(4, "big")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_TAG_BREAK = re.compile(r"[\s\x00-\x1f\x7f]+")
_NOTE = "insert into notes values (?, ?, ?, ?, -1, ?, ?, ?, 0, 0, '')"
_NEW_CARD = "insert into cards values (?, ?, ?, ?, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')"
_CARD = "insert into cards values (?, ?, ?, ?, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)"
_LOG = "insert into revlog values (?, ?, -1, ?, ?, ?, ?, ?, ?)"
_CONF = {
    "activeDecks": [1],
    "addToCur": True,
    "collapseTime": 1200,
    "curDeck": 1,
    "curModel": None,
    "dayLearnFirst": False,
    "dueCounts": True,
    "estTimes": True,
    "newSpread": 0,
    "sched2021": True,
    "schedVer": 2,
    "sortBackwards": False,
    "sortType": "noteFld",
    "timeLim": 0,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One note of the package.

    `fields` are HTML in the order of the type's shape (see `in_order`). `tags` are as `anki_tags` gives them. `deck` is
    the note's; an empty name is Anki's own first deck. `ords` number the note's cards as Anki does; `names` are what a
    seeding calls them (without one, none are needed), and `decks` those of them that lie elsewhere. `mod` is when the
    content became what it is, in seconds since the epoch.
    """

    guid: str
    type: NoteType
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    ords: tuple[int, ...]
    mod: int
    names: tuple[str, ...] = ()
    decks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """How much went into a package."""

    notes: int
    cards: int
    decks: int
    log: int = 0


def write_apkg(
    target: Path,
    items: Iterable[Item],
    decks: Mapping[str, str],
    type_mods: Mapping[str, int],
    media: Mapping[str, Path],
    seeding: Seeding | None = None,
    watch: Watch = unwatched,
) -> Written:
    """Writes `items` in order, their cards new in that order, to `target`, which is replaced whole or not touched.

    `seeding` knows where cards stand that are not new, and what happened to them.

    `decks` gives descriptions (HTML) by deck name (empty as in Item), `type_mods` seconds since the epoch by note type
    name, `media` the file behind each name in the package; the last two are read after the last item. Raises SrsError
    when two items share a guid or the file cannot be written.
    """
    real = real_target(target)
    try:
        with tempfile.TemporaryDirectory(prefix="srs-export-") as folder:
            database = Path(folder) / "collection.anki2"
            with closing(sqlite3.connect(Path(folder) / "draft", isolation_level=None)) as connection:
                written = _fill(connection, items, decks, type_mods, seeding)
                # Ids are scattered, so the draft's pages are half empty; the copy is dense and in order of id.
                with statements(connection, watch, "Packing"):
                    connection.execute("vacuum into ?", [str(database)])
            _forget_sqlite_version(database)
            with replacing(real) as stream:
                write_archive(stream, database, media, watch)
    except (OSError, sqlite3.Error, zipfile.LargeZipFile) as error:
        raise not_written(target, error) from error
    return written


def in_order(values: Mapping[str, str], shape: Shape) -> tuple[str, ...]:
    """The field values in the shape's order, fit for Anki; a field of the shape without a value is empty."""
    fields = tuple(values.get(name, "") for name, _ in shape.fields)
    if _UNFIT.search("".join(fields)):
        fields = tuple(_UNFIT.sub("\N{REPLACEMENT CHARACTER}", field) for field in fields)
    return fields


@lru_cache(maxsize=4096)
def anki_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """The tags as Anki would keep them: no white space inside, each once whatever its case, in order."""
    clean: dict[str, str] = {}
    for tag in tags:
        name = _UNFIT.sub("", _TAG_BREAK.sub("_", unicodedata.normalize("NFC", tag).strip()))
        if name:
            clean.setdefault(name.casefold(), name)
    return tuple(clean[key] for key in sorted(clean))


def anki_deck(written: str) -> str:
    """The deck's name as Anki would keep it, and never that of its own first deck."""
    parts = _deck_parts(written)
    return "::".join(["srs", *parts] if is_first_deck(written) else parts)


def is_first_deck(written: str) -> bool:
    """Whether a deck has the name of the one that every collection of Anki's has."""
    return [part.casefold() for part in _deck_parts(written)] == ["default"]


def _deck_parts(written: str) -> list[str]:
    return [part for part in map(_deck_part, written.split("::")) if part] or ["srs"]


def _deck_part(part: str) -> str:
    return _UNFIT.sub("", unicodedata.normalize("NFC", re.sub(r"\s+", " ", part))).strip(" :")


class _Decks:
    """The decks of a package with all above them. Anki tells names apart without regard to case; so must we."""

    def __init__(self) -> None:
        self._ids = StableIds()
        self.by_written: dict[str, int] = {}
        self.by_key: dict[str, tuple[int, str]] = {}
        self.first = False

    def __len__(self) -> int:
        return len(self.by_key) + self.first

    def id_of(self, written: str) -> int:
        """The number of a deck; without a name, of Anki's own first one."""
        if not written:
            self.first = True
            return _FIRST_DECK
        if written not in self.by_written:
            parts = anki_deck(written).split("::")
            for depth in range(1, len(parts) + 1):
                number = self._named("::".join(parts[:depth]))
            self.by_written[written] = number
        return self.by_written[written]

    def _named(self, name: str) -> int:
        key = name.casefold()
        if key not in self.by_key:
            self.by_key[key] = (self._ids.take(f"deck:{key}"), name)
        return self.by_key[key][0]


def _fill(
    connection: sqlite3.Connection,
    items: Iterable[Item],
    descriptions: Mapping[str, str],
    type_mods: Mapping[str, int],
    seeding: Seeding | None,
) -> Written:
    import genanki

    connection.executescript("pragma page_size = 16384; pragma journal_mode = off; pragma synchronous = off")
    connection.execute(f"pragma cache_size = {-_CACHE_KIB}")
    genanki.Package([]).write_to_db(connection.cursor(), 0, iter(()))
    # A package is read once, from end to end: indexes would only make it half as large again.
    for (name,) in connection.execute("select name from sqlite_master where type = 'index'").fetchall():
        connection.execute(f"drop index {name}")
    rows = _Rows(items, seeding)
    connection.execute("begin")
    while batch := rows.next_batch():
        connection.executemany(_NOTE, batch)
        connection.executemany(_NEW_CARD, rows.new_cards)
        connection.executemany(_CARD, rows.cards)
        connection.executemany(_LOG, rows.log)
    _describe(connection, rows, descriptions, type_mods, seeding)
    connection.execute("commit")
    return Written(len(rows.guids), rows.due, len(rows.decks), rows.logged)


class _Rows:
    """Turns items into rows for the tables, a batch at a time, and collects the types and decks they use."""

    def __init__(self, items: Iterable[Item], seeding: Seeding | None) -> None:
        self._items = iter(items)
        self._seeding = seeding
        self._ids = StableIds()
        self.guids: set[str] = set()
        self.shapes: dict[str, Shape] = {}
        self.decks = _Decks()
        self.due = 0
        self.logged = 0
        self.new_cards: list[tuple[int, ...]] = []
        self.cards: list[tuple[Any, ...]] = []
        self.log: list[tuple[int, ...]] = []

    @property
    def calendar(self) -> Calendar:
        return self._seeding.calendar if self._seeding else UNSCHEDULED

    def next_batch(self) -> list[tuple[Any, ...]]:
        """The next note rows; `new_cards`, `cards` and `log` hold theirs."""
        self.new_cards, self.cards, self.log = [], [], []
        return [self._note(item) for item in islice(self._items, _BATCH)]

    def _note(self, item: Item) -> tuple[Any, ...]:
        if item.guid in self.guids:
            raise SrsError(f"two notes share the Anki guid {item.guid!r}", "give one of them another `guid:`, or none")
        self.guids.add(item.guid)
        shape = self._shape(item.type)
        number = self._ids.take(item.guid)
        deck = self.decks.id_of(item.deck)
        for place, order in enumerate(item.ords):
            self.due += 1
            home = self.decks.id_of(item.decks[order]) if order in item.decks else deck
            card = (self._ids.under(number, order), number, home, order, item.mod)
            if self._seeding is None:
                self.new_cards.append((*card, self.due))
            else:
                self._seeded(self._seeding, card, item.names[place])
        # Anki keeps each tag between spaces. It fills in the sort field and the checksum itself on import.
        tags = f" {' '.join(item.tags)} " if item.tags else ""
        return number, item.guid, shape.id, item.mod, tags, "\x1f".join(item.fields), ""

    def _seeded(self, seeding: Seeding, card: tuple[int, ...], name: str) -> None:
        self.cards.append((*card, *seeding.card(name, self.due)))
        log = [(line.id, card[0], *line[1:]) for line in seeding.log(name)]
        self.log += log
        self.logged += len(log)

    def _shape(self, kind: NoteType) -> Shape:
        if kind.name not in self.shapes:
            self.shapes[kind.name] = shape_of(kind)
        return self.shapes[kind.name]


def _describe(
    connection: sqlite3.Connection,
    rows: _Rows,
    descriptions: Mapping[str, str],
    type_mods: Mapping[str, int],
    seeding: Seeding | None,
) -> None:
    models: dict[str, Any] = {}
    for name, shape in rows.shapes.items():
        if str(shape.id) in models:
            raise SrsError(f"two note types share Anki's id {shape.id}; one of them is {name!r}")
        models[str(shape.id)] = model_json(shape, type_mods.get(name, UNSCHEDULED.created))
    about = {anki_deck(written).casefold(): text for written, text in descriptions.items() if written}
    decks = json.loads(connection.execute("select decks from col").fetchone()[0])
    decks[str(_FIRST_DECK)]["desc"] = descriptions.get("", "")
    for key, (number, name) in rows.decks.by_key.items():
        decks[str(number)] = _deck_json(number, name, about.get(key, ""))
    options = json.loads(connection.execute("select dconf from col").fetchone()[0])
    for written, number in rows.decks.by_written.items():
        if seeding is not None and (found := seeding.options(written)) is not None:
            decks[str(number)]["conf"] = found.id
            options[str(found.id)] = _options_json(options["1"], found)
    calendar = rows.calendar
    offsets = {"creationOffset": calendar.west, "localOffset": calendar.west}
    connection.execute(
        "update col set crt = :crt, mod = :crt * 1000, scm = :crt * 1000,"
        " conf = :conf, models = :models, decks = :decks, dconf = :dconf",
        {
            "crt": calendar.created,
            "conf": _json({**_CONF, **offsets, "rollover": calendar.rollover, "nextPos": rows.due + 1}),
            "models": _json(models),
            "decks": _json(decks),
            "dconf": _json(options),
        },
    )


def _deck_json(number: int, name: str, description: str) -> dict[str, Any]:
    import genanki

    written: dict[str, Any] = genanki.Deck(number, name, description).to_json()
    return written


def _options_json(usual: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """A preset as Anki keeps it: as usual but for FSRS, whose parameters only an Anki with FSRS-6 understands."""
    written: dict[str, Any] = {**usual, "id": options.id, "name": options.name}
    written["desiredRetention"] = options.preset.retention
    written["fsrsParams6"] = list(options.preset.parameters)
    return written


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _forget_sqlite_version(database: Path) -> None:
    """SQLite leaves its version in bytes 96 to 99 of the file; nothing reads it, and it differs between machines."""
    with database.open("r+b") as stream:
        stream.seek(96)
        stream.write(_SQLITE_VERSION)
