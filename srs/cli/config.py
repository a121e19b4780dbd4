"""`srs config`: every setting with its value, where it comes from, and what it means. Reads only."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli.context import Context
from srs.cli.output import print_json, say, tell, terminal_size
from srs.collection.locations import SETTINGS_NAME, NoCollection, config_file, find_collection
from srs.errors import UsageError

if TYPE_CHECKING:
    from srs.collection.toml import Document

MEANINGS: Mapping[str, str] = {
    "timezone": "the timezone study days are counted in",
    "rollover": "the hour at which a study day starts",
    "journal": "where answers are kept: in the collection, or in your state folder",
    "desired_retention": "how likely you shall still know a card when it comes back",
    "new_per_day": "new cards a day",
    "reviews_per_day": "reviews a day",
    "new_order": "the order in which new cards come",
    "mix": "where new cards stand among the reviews",
    "learn_ahead": "how early learning cards may come when nothing else is left",
    "bury_siblings": "one card of a note a day",
    "leech_at": "after how many lapses a card is a leech",
    "leech_action": "what happens to a leech",
    "maximum_interval": "the longest interval, in days",
    "easy_days": "weekdays that get as little as can be",
    "model": "the memory model",
    "learning_steps": "the waits of a new card before it is learnt",
    "relearning_steps": "the waits of a card you forgot",
    "parameters": "the parameters of the memory model fitted to you; none: those that suit most people",
    "fuzz": "vary intervals a little, so that cards learnt together part",
    "editor": "what opens decks and texts",
    "pager": "what shows long texts",
    "player": "what plays sounds",
    "pictures": "pictures in the terminal, through chafa",
    "buttons": "how many ratings there are keys for",
}
_ACTIONS: Mapping[str, str] = {
    "show": "show the answer; on the answer: Good, or what typing suggests",
    "again": "you forgot it",
    "hard": "you barely knew it",
    "good": "you knew it",
    "easy": "you knew it at once",
    "undo": "take back what was done last",
    "edit": "edit the card in your editor",
    "bury": "set the card aside until tomorrow",
    "suspend": "set the card aside until you unsuspend it",
    "flag": "give the card a flag",
    "mark": "mark the card, with a few words on what is wrong",
    "why": "why the card is due",
    "source": "where the card was taken from",
    "replay": "the sound of the card again",
    "skip": "another card first",
    "add": "a new card that came to mind",
    "help": "what the keys do",
    "quit": "end the sitting",
}
_SPANS = ("learn_ahead", "learning_steps", "relearning_steps")
_WIDE, _ORIGIN = 44, 16  # cells for a setting with its value, and for where that comes from


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force: its value as its file would have it, and where that comes from."""

    key: str
    value: Any
    origin: str
    means: str


def config(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="[KEY]", help="Only this one, or those of this table.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Print every setting, where it comes from, and what it means.

    Those of the collection, and your own.

    Example: srs config new_per_day
    """
    context: Context = ctx.obj
    root = _root(context)
    shared = list(of_collection(root, context.environ)) if root else []
    own = list(of_user(context.environ))
    found = [each for each in (*shared, *own) if not key or _answers_to(each.key, key)]
    if not found:
        raise _unknown(key, [*shared, *own])
    if as_json:
        print_json([{"key": s.key, "value": s.value, "from": s.origin, "means": s.means} for s in found])
        return
    parts = ((f"The collection: {root}/{SETTINGS_NAME}", shared), (_own_header(context.environ), own))
    for header, settings in parts:
        lines = [line for each in settings if each in found for line in _lines(each)]
        for line in lines if key or not lines else [header, "", *lines, ""]:
            say(line)


def of_collection(root: Path, environ: Mapping[str, str]) -> Iterator[Setting]:
    """The settings of the collection at `root`, those of single decks last. Raises SettingsError."""
    from srs.collection import settings

    file = settings.settings_file(root)
    taken = settings.settings_of(file)
    for key in ("timezone", "rollover", "journal"):
        if key == "timezone" and not taken.timezone:
            yield Setting(key, settings.system_timezone(environ), "this machine", MEANINGS[key])
        else:
            yield _setting(file, key, None, getattr(taken, key))
    for field in fields(settings.DeckSettings):
        table = settings.table_of(field.name)
        yield _setting(file, field.name, table, _as_written(field.name, getattr(taken.defaults, field.name)))
    for deck, values in file.values.get("deck", {}).items():
        for key, value in values.items():
            table = f'deck."{deck}"'
            origin = f"{file.name}:{file.place(key, table)[0]}"
            yield Setting(f"{table}.{key}", value, origin, MEANINGS.get(key, ""))


def of_user(environ: Mapping[str, str]) -> Iterator[Setting]:
    """The user's own settings. Raises PreferencesError."""
    from srs.cli.preferences import DEFAULT_KEYS, PROGRAMS, named_by, preferences, preferences_file

    taken = preferences(environ)
    file = preferences_file(environ)
    for name in (*PROGRAMS, "pictures", "buttons"):
        value = getattr(taken, name)
        if isinstance(value, tuple):
            import shlex

            value = shlex.join(value)
        variable = named_by(name, environ) if name in PROGRAMS and not _stands_in(file, name, None) else None
        yield Setting(name, value, f"${variable}" if variable else _origin(file, name, None), MEANINGS[name])
    for action in DEFAULT_KEYS:
        keys = taken.keys_of(action)
        value = keys[0] if len(keys) == 1 else list(keys)
        yield Setting(f"keys.{action}", value, _origin(file, action, "keys"), _ACTIONS[action])


def _root(context: Context) -> Path | None:
    """The collection; None, with a word on stderr, where there is none and none was asked for."""
    from zoneinfo import ZoneInfo

    from srs.collection.settings import read_settings, system_timezone

    try:
        root = find_collection(context.folder, context.environ, Path.cwd())
    except NoCollection as error:
        if context.folder or context.environ.get("SRS_COLLECTION"):
            raise
        context.clock_in(ZoneInfo(system_timezone(context.environ)))
        tell(f"{error.sentences} These are your own settings.")
        return None
    context.clock_in(read_settings(root).zone(context.environ))
    return root


def _setting(file: "Document", key: str, table: str | None, value: Any) -> Setting:
    written = file.values.get(table, {}) if table else file.values
    name = f"{table}.{key}" if table else key
    return Setting(name, written.get(key, value), _origin(file, key, table), MEANINGS.get(key, ""))


def _origin(file: "Document | None", key: str, table: str | None) -> str:
    return f"{file.name}:{file.place(key, table)[0]}" if file and _stands_in(file, key, table) else "default"


def _stands_in(file: "Document | None", key: str, table: str | None) -> bool:
    if file is None:
        return False
    return key in (file.values.get(table, {}) if table else file.values)


def _as_written(key: str, value: Any) -> Any:
    """A default as srs.toml would have it."""
    if key in _SPANS:
        return [_span(each) for each in value] if isinstance(value, tuple) else _span(value)
    return list(value) if isinstance(value, tuple) else value


def _span(seconds: int) -> str:
    unit, length = next((u, n) for u, n in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % n == 0)
    return f"{seconds // length}{unit}"


def _answers_to(name: str, key: str) -> bool:
    return name == key or name.endswith(f".{key}") or name.startswith(f"{key}.")


def _unknown(key: str, settings: list[Setting]) -> UsageError:
    import difflib

    names = {name for each in settings for name in (each.key, each.key.rpartition(".")[2])}
    near = difflib.get_close_matches(key, sorted(names), 3)
    return UsageError(
        f"there is no setting `{key}`", f"did you mean {' or '.join(near)}?" if near else "see: srs config"
    )


def _own_header(environ: Mapping[str, str]) -> str:
    path = config_file(environ)
    return f"Your own: {path}{'' if path.is_file() else ' (not there yet)'}"


def _lines(setting: Setting) -> tuple[str, str]:
    value = "none" if setting.value is None else json.dumps(setting.value, ensure_ascii=False)
    terminal = terminal_size()
    wide = 0 if terminal and terminal[0] < _WIDE + _ORIGIN else _WIDE
    return f"{f'{setting.key} = {value}':<{wide}}  {setting.origin}", f"    {setting.means}"
