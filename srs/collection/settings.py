"""Settings of a collection: srs.toml as checked values, with defaults per deck. Knows nothing of cards or events."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from srs.collection.locations import SETTINGS_NAME
from srs.errors import SrsError
from srs.memory.fsrs6 import Fsrs6

FORMAT = 1
_LONGEST_STEP = 365 * 86400
_LONGEST_LINE = 900
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SettingsError(SrsError):
    """srs.toml cannot be used as it is."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole srs.toml. `zone` None: the system's timezone."""

    timezone: str | None = None
    rollover: int = 4
    journal: Literal["here", "private"] = "here"
    defaults: DeckSettings = DeckSettings()
    decks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def for_deck(self, deck: str) -> DeckSettings:
        """The settings of `deck`: the defaults, overridden by every named deck above it, nearest last."""
        settings = self.defaults
        parts = deck.split("::")
        for depth in range(1, len(parts) + 1):
            overrides = self.decks.get("::".join(parts[:depth]))
            if overrides:
                settings = replace(settings, **overrides)
        return settings

    def zone(self, environ: Mapping[str, str]) -> ZoneInfo:
        """The timezone that study days are counted in."""
        return ZoneInfo(self.timezone or system_timezone(environ))


def read_settings(root: Path) -> Settings:
    """The settings of the collection at `root`. Raises SettingsError naming file, line and what to write instead."""
    path = root / SETTINGS_NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
        _refuse_long_lines(text)
        raw = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{SETTINGS_NAME}:1:1: the file is not UTF-8 ({error.reason})", "save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        line, column, reason = _toml_place(str(error), text)
        raise SettingsError(
            f"{SETTINGS_NAME}:{line}:{column}: {reason}", "see https://toml.io for the notation"
        ) from None
    return _Reader(text).settings(raw)


def _refuse_long_lines(text: str) -> None:
    """A line of thousands of dots or brackets would keep the TOML reader busy for minutes, or end it."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _LONGEST_LINE:
            message = f"{SETTINGS_NAME}:{number}:{_LONGEST_LINE}: the line is longer than {_LONGEST_LINE} characters"
            raise SettingsError(message, "shorten it")


def system_timezone(environ: Mapping[str, str]) -> str:
    """The IANA name of this machine's timezone; UTC where it cannot be told."""
    candidates = [environ.get("TZ", "").lstrip(":")]
    try:
        candidates.append(str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2])
        candidates.append(Path("/etc/timezone").read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError):
        pass
    for name in candidates:
        if name and _is_zone(name):
            return name
    return "UTC"


def parse_span(text: str) -> int | None:
    """Seconds in a span such as `90s`, `10m`, `1.5h` or `1d`; None where it is none."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", text)
    if not match:
        return None
    return round(float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _toml_place(message: str, text: str) -> tuple[int, int, str]:
    match = re.search(r"\s*\(at line (\d+), column (\d+)\)", message)
    if match:
        return int(match[1]), int(match[2]), message[: match.start()]
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1, message.replace(" (at end of document)", "")


class _Reader:
    """Checks raw TOML values against what each key takes; `text` serves to find a key's line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def settings(self, raw: Mapping[str, Any]) -> Settings:
        top = dict(raw)
        self._format(top.pop("format", FORMAT))
        study, fsrs, decks = (self._table(top.pop(name, {}), name, name, None) for name in ("study", "fsrs", "deck"))
        taken = {name: self._value(name, value, _TOP, None) for name, value in top.items()}
        defaults = self._deck_values(study, "study", _STUDY) | self._deck_values(fsrs, "fsrs", _FSRS)
        per_deck = {
            name: self._deck_values(
                self._table(values, f'deck."{name}"', name, "deck"), f'deck."{name}"', _STUDY | _FSRS
            )
            for name, values in decks.items()
        }
        return Settings(defaults=DeckSettings(**defaults), decks=per_deck, **taken)

    def _format(self, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self._fail("format", None, "`format` must be 1", "write: format = 1")
        if value > FORMAT:
            hint = "update srs, or use the version that wrote this file"
            self._fail("format", None, f"this collection has format {value}, and this srs knows {FORMAT}", hint)

    def _table(self, value: Any, name: str, key: str, inside: str | None) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._fail(key, inside, f"`{name}` must be a table", f"write: [{name}]")
        return dict(value)

    def _deck_values(self, table: Mapping[str, Any], name: str, known: Mapping[str, "_Check"]) -> dict[str, Any]:
        return {key: self._value(key, value, known, name) for key, value in table.items()}

    def _value(self, key: str, value: Any, known: Mapping[str, "_Check"], table: str | None) -> Any:
        check = known.get(key)
        if check is None:
            import difflib

            near = difflib.get_close_matches(key, known, 1)
            where = f" in [{table}]" if table else ""
            hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"
            self._fail(key, table, f"`{key}` is no setting{where}", hint)
        taken = check.take(value)
        if taken is None:
            self._fail(key, table, f"`{key}` cannot be {_shown(value)}", f"it takes {check.says}")
        return taken

    def _fail(self, key: str, table: str | None, message: str, hint: str) -> NoReturn:
        line, column = self._place(key, table)
        raise SettingsError(f"{SETTINGS_NAME}:{line}:{column}: {message}", hint)

    def _place(self, key: str, table: str | None) -> tuple[int, int]:
        inside, bare = table is None, table and table.replace('"', "")
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[+\s*(.+?)\s*\]+", line)
            if header:
                inside = re.sub("[\"']", "", header[1]) == bare
                if header[1] == key:
                    return number, 1
            match = re.match(rf"""(\s*)["']?{re.escape(key)}["']?\s*=""", line)
            if match and inside:
                return number, len(match[1]) + 1
        return 1, 1


def _shown(value: Any) -> str:
    return f"`{value}`" if not isinstance(value, str) else f'"{value}"'


@dataclass(frozen=True, slots=True)
class _Check:
    """What a key takes: `take` gives the checked value or None; `says` tells it in words."""

    take: Callable[[Any], Any]
    says: str


def _whole(low: int, high: int) -> _Check:
    def take(value: Any) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None

    return _Check(take, f"a whole number from {low} to {high}")


def _number(low: float, high: float) -> _Check:
    def take(value: Any) -> float | None:
        ok = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        return float(value) if ok else None

    return _Check(take, f"a number from {low} to {high}")


def _one_of(*names: str) -> _Check:
    return _Check(lambda value: value if value in names else None, " or ".join(f'"{name}"' for name in names))


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
    return value if isinstance(value, str) and _is_zone(value) else None


_BOOLEAN = _Check(lambda value: value if isinstance(value, bool) else None, "true or false")
_TOP = {
    "timezone": _Check(_zone, 'the name of a timezone, such as "Europe/Berlin"'),
    "rollover": _whole(0, 23),
    "journal": _one_of("here", "private"),
}
_STUDY = {
    "desired_retention": _number(0.70, 0.99),
    "new_per_day": _whole(0, 9999),
    "reviews_per_day": _whole(0, 9999),
    "new_order": _one_of("needs", "written", "random"),
    "mix": _one_of("interleave", "reviews-first", "new-first"),
    "learn_ahead": _Check(lambda v: parse_span(v) if isinstance(v, str) else None, 'a span such as "20m"'),
    "bury_siblings": _BOOLEAN,
    "leech_at": _whole(1, 99),
    "leech_action": _one_of("suspend", "mark"),
    "maximum_interval": _whole(1, 36500),
    "easy_days": _Check(_weekdays, 'a list of weekdays such as ["sun"]'),
}
_FSRS = {
    "model": _one_of("fsrs-6"),
    "learning_steps": _Check(_spans, 'a list of spans such as ["1m", "10m"]'),
    "relearning_steps": _Check(_spans, 'a list of spans such as ["10m"]'),
    "parameters": _Check(_parameters, "a list of 21 numbers within the bounds of FSRS-6, as `srs optimize` writes it"),
    "fuzz": _BOOLEAN,
}
if {f.name for f in fields(DeckSettings)} != _STUDY.keys() | _FSRS.keys():
    raise AssertionError("every deck setting needs a check")
