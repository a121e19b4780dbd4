"""Packages made by hand, in each of the three forms, for tests to spoil. Knows the formats, nothing of the reader."""

import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from srs.zstandard import zstd

OLD, LEGACY, NEW = "collection.anki2", "collection.anki21", "collection.anki21b"
FORMS = (OLD, LEGACY, NEW)

TYPE, NOTE, CARD, REVIEW, DECK = 1111, 2222, 3333, 1700000000444, 5555

Change = Callable[[sqlite3.Connection], object]

_COMMON = """
create table notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
  usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
  flags integer not null, data text not null);
create table cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
  mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null,
  ivl integer not null, factor integer not null, reps integer not null, lapses integer not null, left integer not null,
  odue integer not null, odid integer not null, flags integer not null, data text not null);
create table revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
  ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null,
  type integer not null);
create table graves (usn integer not null, oid integer not null, type integer not null);
create table col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
  ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
  models text not null, decks text not null, dconf text not null, tags text not null);
create index ix_cards_nid on cards (nid);
create index ix_revlog_cid on revlog (cid);
"""
_TABLES_18 = """
create table notetypes (id integer not null primary key, name text not null collate unicase,
  mtime_secs integer not null, usn integer not null, config blob not null);
create unique index idx_notetypes_name on notetypes (name);
create table fields (ntid integer not null, ord integer not null, name text not null collate unicase,
  config blob not null, primary key (ntid, ord)) without rowid;
create unique index idx_fields_name_ntid on fields (name, ntid);
create table templates (ntid integer not null, ord integer not null, name text not null collate unicase,
  mtime_secs integer not null, usn integer not null, config blob not null, primary key (ntid, ord)) without rowid;
create table decks (id integer primary key not null, name text not null collate unicase,
  mtime_secs integer not null, usn integer not null, common blob not null, kind blob not null);
create table config (key text not null primary key, usn integer not null, mtime_secs integer not null,
  val blob not null) without rowid;
"""


def varint(value: int) -> bytes:
    """A non-negative integer as the wire format writes it."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(*fields: tuple[int, int | bytes | str]) -> bytes:
    """A message of (number, value)."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value % (1 << 64))
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def models() -> dict[str, Any]:
    """The one note type, as old packages write it."""
    return {
        str(TYPE): {
            "id": TYPE,
            "name": "Pair",
            "type": 0,
            "mod": 7,
            "sortf": 1,
            "css": ".card {}",
            "latexPre": "pre",
            "latexPost": "post",
            "latexsvg": True,
            "flds": [
                {"name": "Back", "ord": 1, "font": "Serif", "size": 12},
                {"name": "Front", "ord": 0, "rtl": True, "sticky": True, "id": 42, "description": "what is asked"},
            ],
            "tmpls": [
                {"name": "There", "ord": 0, "qfmt": "{{Front}}", "afmt": "{{Back}}", "did": None, "id": -9},
                {"name": "Back again", "ord": 1, "qfmt": "{{Back}}", "afmt": "{{Front}}", "did": DECK, "bsize": 3},
            ],
        }
    }


def decks() -> dict[str, Any]:
    """Two decks, as old packages write them; the second one is filtered."""
    return {
        str(DECK): {"id": DECK, "name": "Top::Under", "desc": "what it is about", "dyn": 0},
        "6": {"id": 6, "name": "Cram", "dyn": 1},
    }


def config() -> dict[str, Any]:
    """Settings of a collection."""
    return {"rollover": 5, "schedVer": 2}


def database(path: Path, form: str, *changes: Change) -> bytes:
    """A database with one note, one card and one review, changed as `changes` say."""
    db = sqlite3.connect(path)
    db.create_collation("unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold()))
    db.executescript(_COMMON)
    old = form != NEW
    texts = (json.dumps(config()), json.dumps(models()), json.dumps(decks())) if old else ("", "", "")
    version = 11 if old else 18
    db.execute("insert into col values (1, 1600000000, 0, 0, ?, 0, 0, 0, ?, ?, ?, '', '')", (version, *texts))
    if not old:
        _fill_18(db)
    db.execute("insert into notes values (?, 'guid', ?, 9, -1, ' a b::c ', 'Q\x1fA', 'Q', 0, 0, '')", (NOTE, TYPE))
    card = (CARD, NOTE, DECK, 0, 0, -1, 2, 2, 30, 10, 2500, 4, 1, 0, 0, 0, 3, "{}")
    db.execute(f"insert into cards values ({', '.join('?' * 18)})", card)
    db.execute("insert into revlog values (?, ?, -1, 3, 10, -600, 2500, 4000, 1)", (REVIEW, CARD))
    db.execute("insert into graves values (-1, 777, 1)")
    db.execute("insert into graves values (-1, 778, 0)")
    for change in changes:
        change(db)
    db.commit()
    db.close()
    data = path.read_bytes()
    path.unlink()
    return data


def _fill_18(db: sqlite3.Connection) -> None:
    db.executescript(_TABLES_18)
    settings = message((1, 0), (2, 1), (3, ".card {}"), (5, "pre"), (6, "post"), (7, 1))
    db.execute("insert into notetypes values (?, 'Pair', 7, 0, ?)", (TYPE, settings))
    front = message((1, 1), (2, 1), (5, "what is asked"), (9, 42), (3, "Arial"), (4, 20))
    db.execute("insert into fields values (?, 0, 'Front', ?)", (TYPE, front))
    db.execute("insert into fields values (?, 1, 'Back', ?)", (TYPE, message((3, "Serif"), (4, 12))))
    db.execute("insert into fields values (99, 0, 'Nobody', ?)", (b"",))
    there = message((1, "{{Front}}"), (2, "{{Back}}"), (8, -9))
    again = message((1, "{{Back}}"), (2, "{{Front}}"), (5, DECK), (7, 3))
    db.execute("insert into templates values (?, 0, 'There', 0, 0, ?)", (TYPE, there))
    db.execute("insert into templates values (?, 1, 'Back again', 0, 0, ?)", (TYPE, again))
    normal = message((1, message((4, "what it is about"))))
    db.execute("insert into decks values (?, 'Top\x1fUnder', 0, 0, ?, ?)", (DECK, b"", normal))
    db.execute("insert into decks values (6, 'Cram', 0, 0, ?, ?)", (b"", message((2, b""))))
    for key, value in config().items():
        db.execute("insert into config values (?, 0, 0, ?)", (key, json.dumps(value).encode()))


def package(
    path: Path,
    form: str,
    *changes: Change,
    media: Mapping[str, bytes] | None = None,
    entries: Mapping[str, bytes | None] | None = None,
) -> Path:
    """Write a package of `form`. `entries` replace what would stand in the zip; None takes one out."""
    packed = form == NEW
    contents: dict[str, bytes | None] = {}
    if form != OLD:
        contents["meta"] = message((1, FORMS.index(form) + 1))
    data = database(path.with_suffix(".db"), form, *changes)
    contents[form] = zstd.compress(data) if packed else data
    files = media or {}
    for number, content in enumerate(files.values()):
        contents[str(number)] = zstd.compress(content) if packed else content
    contents["media"] = media_list(form, files)
    contents.update(entries or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED) as archive:
        for name, stored in contents.items():
            if stored is not None:
                archive.writestr(name, stored)
    return path


def media_list(form: str, files: Mapping[str, bytes]) -> bytes:
    """The entry `media`."""
    from hashlib import sha1

    if form != NEW:
        return json.dumps({str(number): name for number, name in enumerate(files)}).encode()
    entry = [(1, message((1, name), (2, len(content)), (3, sha1(content).digest()))) for name, content in files.items()]
    return zstd.compress(message(*entry))
