"""Settings of a collection: srs.toml as checked values, with defaults per deck. Knows nothing of cards or events."""

import json
import re
import sqlite3
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from srs.collection.files import open_regular
from srs.collection.index import get_meta, set_meta, writing
from srs.collection.locations import SETTINGS_NAME
from srs.collection.toml import BOOLEAN, Check, Document, number, one_of, whole
from srs.errors import SrsError
from srs.memory.fsrs6 import Fsrs6
from srs.values import field, frozen, replace

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FORMAT = 1
_KEPT = "settings"
_LONGEST_STEP = 365 * 86400
# What stands only in the user's own config file: see srs/cli/preferences.py.
PERSONAL = ("editor", "pager", "player", "pictures", "buttons", "keys")
# The rules and the model are made of these; the others are asked when a day is planned or a card is answered.
_SCHEDULING = (
    "desired_retention", "leech_at", "maximum_interval", "easy_days",
    "model", "learning_steps", "relearning_steps", "parameters", "fuzz",
)  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SettingsError(SrsError):
    """srs.toml cannot be used as it is."""


@frozen
class DeckSettings:
    """What holds for one deck. Steps and `learn_ahead` are seconds; the other times are days."""

    desired_retention: float = 0.90
    new_per_day: int = 10
    reviews_per_day: int = 200
    new_order: Literal["needs", "written", "random"] = "needs"
    mix: Literal["interleave", "reviews-first", "new-first"] = "interleave"
    learn_ahead: int = 20 * 60
    bury_siblings: bool = True
    leech_at: int = 8
    leech_action: Literal["suspend", "mark"] = "suspend"
    maximum_interval: int = 36500
    easy_days: tuple[str, ...] = ()
    model: str = "fsrs-6"
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    parameters: tuple[float, ...] | None = None
    fuzz: bool = True


@frozen
class Settings:
    """A whole srs.toml. `zone` None: the system's timezone."""

    timezone: str | None = None
    rollover: int = 4
    journal: Literal["here", "private"] = "here"
    defaults: DeckSettings = DeckSettings()
    decks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _made: dict[tuple[str, ...], DeckSettings] = field(default_factory=dict, compare=False)
    _asked: dict[str, DeckSettings] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for name in ("_made", "_asked"):  # what `replace` took along was made of other settings
            object.__setattr__(self, name, {})

    def for_deck(self, deck: str) -> DeckSettings:
        """The settings of `deck`: the defaults, overridden by every named deck above it, nearest last."""
        if deck not in self._asked:
            self._asked[deck] = self._by_tables(tuple([name for name in lineage(deck) if name in self.decks]))
        return self._asked[deck]

    def _by_tables(self, tables: tuple[str, ...]) -> DeckSettings:
        if not tables:
            return self.defaults
        if tables not in self._made:
            values = {key: value for name in tables for key, value in self.decks[name].items()}
            self._made[tables] = replace(self.defaults, **values)
        return self._made[tables]

    def of_scheduling(self) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """What the states of cards hang on: of the defaults, and of each deck's table that has any of it."""
        defaults = {name: getattr(self.defaults, name) for name in _SCHEDULING}
        decks = {
            deck: {name: values[name] for name in _SCHEDULING if name in values} for deck, values in self.decks.items()
        }
        return defaults, {deck: values for deck, values in sorted(decks.items()) if values}

    def zone(self, environ: Mapping[str, str]) -> "ZoneInfo":
        """The timezone that study days are counted in. Raises SettingsError where this machine does not know it."""
        name = self.timezone or system_timezone(environ)
        if (zone := _zone_of(name)) is None:
            message = f"{SETTINGS_NAME}: this machine does not know the timezone {name} any more"
            raise SettingsError(message, "install its timezone data, or name another timezone")
        return zone


@cache
def lineage(deck: str) -> tuple[str, ...]:
    """The names of a deck and of all above it, the highest first."""
    parts = deck.split("::")
    return tuple("::".join(parts[:n]) for n in range(1, len(parts) + 1))


def read_settings(root: Path) -> Settings:
    """The settings of the collection at `root`. Raises SettingsError naming file, line and what to write instead."""
    return settings_of(settings_file(root))


def followed_settings(root: Path, db: sqlite3.Connection) -> Settings:
    """The same, with what TOML says of the file kept in the index: it is read again when the file is another one."""
    with open_regular(root / SETTINGS_NAME) as file:
        data = file.read()
    text = data.decode(errors="replace")
    known, values = json.loads(get_meta(db, _KEPT) or "[null, null]")
    if known == text:
        return settings_of(Document(SETTINGS_NAME, data, SettingsError, values), again=True)
    document = Document(SETTINGS_NAME, data, SettingsError)
    settings = settings_of(document)
    try:
        with writing(db):
            set_meta(db, _KEPT, json.dumps([text, document.values]))
    except sqlite3.OperationalError:
        pass  # no room, or somebody else writes: it is read again next time
    return settings


def settings_file(root: Path) -> Document:
    """The srs.toml of the collection at `root`, its values not checked yet. Raises SettingsError."""
    return Document.of_file(root / SETTINGS_NAME, SETTINGS_NAME, SettingsError)


def table_of(key: str) -> str:
    """The table of srs.toml in which a setting of decks stands."""
    return "fsrs" if key in _FSRS else "study"


def system_timezone(environ: Mapping[str, str]) -> str:
    """The IANA name of this machine's timezone; UTC where it cannot be told."""
    candidates = [environ.get("TZ", "").lstrip(":")]
    try:
        candidates.append(str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2])
        candidates.append(Path("/etc/timezone").read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError):
        pass
    for name in candidates:
        if name and _zone_of(name):
            return name
    return "UTC"


def parse_span(text: str) -> int | None:
    """Seconds in a span such as `90s`, `10m`, `1.5h` or `1d`; None where it is none."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", text)
    if not match:
        return None
    return round(float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])


def _zone_of(name: str) -> "ZoneInfo | None":
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # see studydays

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def settings_of(file: Document, again: bool = False) -> Settings:
    """The checked values of a srs.toml, its timezone believed if the text was checked before. Raises SettingsError."""
    known = _TOP | {"timezone": Check(str, "")} if again else _TOP
    top = dict(file.values)
    _check_format(file, top.pop("format", FORMAT))
    study, fsrs, decks = (file.table(top.pop(name, {}), name, name, None) for name in ("study", "fsrs", "deck"))
    _refuse_programs(file, top)
    taken = {name: file.value(name, value, known, None) for name, value in top.items()}
    defaults = _deck_values(file, study, "study", _STUDY) | _deck_values(file, fsrs, "fsrs", _FSRS)
    per_deck = {
        name: _deck_values(file, file.table(values, f'deck."{name}"', name, "deck"), f'deck."{name}"', _STUDY | _FSRS)
        for name, values in decks.items()
    }
    return Settings(defaults=DeckSettings(**defaults), decks=per_deck, **taken)


def _check_format(file: Document, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        file.fail("format", None, "`format` must be 1", "write: format = 1")
    if value > FORMAT:
        hint = "update srs, or use the version that wrote this file"
        file.fail("format", None, f"this collection has format {value}, and this srs knows {FORMAT}", hint)


def _refuse_programs(file: Document, top: Mapping[str, Any]) -> None:
    """A collection may come from a stranger, who must not choose what runs here."""
    for key in PERSONAL:
        if key in top:
            hint = "programs and keys are yours alone: they stand in ~/.config/srs/config.toml"
            file.fail(key, None, f"`{key}` is not taken from a collection", hint)


def _deck_values(file: Document, table: Mapping[str, Any], name: str, known: Mapping[str, Check]) -> dict[str, Any]:
    return {key: file.value(key, value, known, name) for key, value in table.items()}


def _spans(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, list):
        return None
    seconds = [parse_span(item) if isinstance(item, str) else None for item in value]
    return tuple(s for s in seconds if s) if all(s and s <= _LONGEST_STEP for s in seconds) else None


def _weekdays(value: Any) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and all(day in WEEKDAYS for day in value) else None


def _parameters(value: Any) -> tuple[float, ...] | None:
    if not isinstance(value, list) or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in value):
        return None
    try:
        return Fsrs6(tuple(float(x) for x in value)).parameters
    except SrsError:
        return None


def _zone(value: Any) -> str | None:
    return value if isinstance(value, str) and _zone_of(value) else None


_TOP = {
    "timezone": Check(_zone, 'the name of a timezone, such as "Europe/Berlin"'),
    "rollover": whole(0, 23),
    "journal": one_of("here", "private"),
}
_STUDY = {
    "desired_retention": number(0.70, 0.99),
    "new_per_day": whole(0, 9999),
    "reviews_per_day": whole(0, 9999),
    "new_order": one_of("needs", "written", "random"),
    "mix": one_of("interleave", "reviews-first", "new-first"),
    "learn_ahead": Check(lambda v: parse_span(v) if isinstance(v, str) else None, 'a span such as "20m"'),
    "bury_siblings": BOOLEAN,
    "leech_at": whole(1, 99),
    "leech_action": one_of("suspend", "mark"),
    "maximum_interval": whole(1, 36500),
    "easy_days": Check(_weekdays, 'a list of weekdays such as ["sun"]'),
}
_FSRS = {
    "model": one_of("fsrs-6"),
    "learning_steps": Check(_spans, 'a list of spans such as ["1m", "10m"]'),
    "relearning_steps": Check(_spans, 'a list of spans such as ["10m"]'),
    "parameters": Check(_parameters, "a list of 21 numbers within the bounds of FSRS-6, as `srs optimize` writes it"),
    "fuzz": BOOLEAN,
}
