"""The user's own settings: programs, pictures, buttons, keys. Knows no collection: decks do not say what runs here.

They stand in one file, `config.toml` in the user's config folder. $VISUAL, $EDITOR and $PAGER count where it is silent.
This is read before the first card is painted, so it imports little, and TOML only where there is a file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from srs.collection.locations import config_file
from srs.errors import SrsError, said_by_system
from srs.values import field, frozen

if TYPE_CHECKING:
    from srs.collection.toml import Check, Document

FORMAT = 1
Pictures = Literal["auto", "never", "always"]

# action -> the keys that it has unless the user names others
DEFAULT_KEYS: Mapping[str, tuple[str, ...]] = {
    "show": ("space", "enter"),
    "again": ("1",),
    "hard": ("2",),
    "good": ("3",),
    "easy": ("4",),
    "undo": ("u",),
    "edit": ("e",),
    "bury": ("b",),
    "suspend": ("s",),
    "flag": ("f",),
    "mark": ("m",),
    "why": ("i",),
    "source": ("o",),
    "replay": ("r",),
    "skip": ("n",),
    "add": ("a",),
    "help": ("?",),
    "quit": ("q",),
}
_TWO_BUTTONS: Mapping[str, tuple[str, ...]] = {"good": ("2", "3"), "hard": (), "easy": ()}
_NEEDED = ("show", "again", "good", "quit")
# These came later: a file that has their key for something else stays right, and they have none.
_LATER = ("add",)
# What the terminal itself or every screen means by a key; the rest can be given away.
_RESERVED = frozenset(("ctrl-c", "ctrl-d", "ctrl-z", "esc", "up", "down", "page-up", "page-down", "home", "end"))


class PreferencesError(SrsError):
    """The user's config.toml, or a variable that names a program, cannot be used as it is."""


@frozen
class Preferences:
    """What the user wants. Programs are words of a command line, None where none is named.

    `chafa` is None where pictures are never wanted; `keys` gives the action of a key by the name that
    `srs.cli.terminal.keys` has for it. With `buttons = 2` no key means `hard` or `easy` unless
    the file names one.
    """

    editor: tuple[str, ...] | None = None
    pager: tuple[str, ...] | None = None
    player: tuple[str, ...] | None = None
    pictures: Pictures = "auto"
    buttons: Literal[4, 2] = 4
    keys: Mapping[str, str] = field(default_factory=lambda: _by_key(DEFAULT_KEYS))

    @property
    def chafa(self) -> tuple[str, ...] | None:
        """The program that makes text of pictures."""
        return None if self.pictures == "never" else ("chafa",)

    def keys_of(self, action: str) -> tuple[str, ...]:
        """The keys of an action, the one to be shown first; none where it has none."""
        return tuple(key for key, meant in self.keys.items() if meant == action)


def default_keys(buttons: int) -> dict[str, tuple[str, ...]]:
    """The keys of each action where the user names none."""
    return {**DEFAULT_KEYS, **(_TWO_BUTTONS if buttons == 2 else {})}


def preferences(environ: Mapping[str, str]) -> Preferences:
    """The preferences of this user. Raises PreferencesError naming file, line and what to write instead."""
    file = preferences_file(environ)
    values = preferences_of(file) if file else {}
    for name in PROGRAMS:
        if name not in values and (variable := named_by(name, environ)):
            values[name] = _words_of_variable(variable, environ[variable])
    return Preferences(**values)


def preferences_file(environ: Mapping[str, str]) -> "Document | None":
    """The user's config.toml, its values not checked yet; None where there is none. Raises PreferencesError."""
    path = config_file(environ)
    try:
        if not path.exists():
            return None
        from srs.collection.toml import Document

        return Document.of_file(path, str(path), PreferencesError)
    except OSError as error:
        raise PreferencesError(f"{path}: cannot be read, {said_by_system(error)}") from None


def preferences_of(file: "Document") -> dict[str, Any]:
    """The checked values of a config.toml, by field of Preferences. Raises PreferencesError."""
    top = dict(file.values)
    version = top.pop("format", FORMAT)
    if version != FORMAT or isinstance(version, bool | float):
        file.fail("format", None, f"`format` must be {FORMAT}", "update srs, if a newer one wrote this file")
    keys = file.table(top.pop("keys", {}), "keys", "keys", None)
    checks = _checks()
    taken = {name: file.value(name, value, checks, None) for name, value in top.items()}
    taken["keys"] = _by_key(_keys(file, keys, taken.get("buttons", 4)))
    return taken


PROGRAMS: Mapping[str, tuple[str, ...]] = {"editor": ("VISUAL", "EDITOR"), "pager": ("PAGER",), "player": ()}


def named_by(program: str, environ: Mapping[str, str]) -> str | None:
    """The variable of the environment that names a program where config.toml does not."""
    return next((name for name in PROGRAMS[program] if environ.get(name, "").strip()), None)


def _checks() -> "dict[str, Check]":
    from srs.collection.toml import Check, one_of

    program = Check(_words, 'a command such as "nano" or "code --wait"')
    return {
        **dict.fromkeys(PROGRAMS, program),
        "pictures": one_of("auto", "never", "always"),
        "buttons": Check(lambda value: value if type(value) is int and value in (2, 4) else None, "4 or 2"),
    }


def _words(value: Any) -> tuple[str, ...] | None:
    """A command line as words, split as a shell would; nothing in it is expanded but a leading `~`."""
    import shlex

    if not isinstance(value, str) or "\0" in value:
        return None
    try:
        words = shlex.split(value)
    except ValueError:
        return None
    return (str(Path(words[0]).expanduser()) if words[0].startswith("~") else words[0], *words[1:]) if words else None


def _words_of_variable(name: str, value: str) -> tuple[str, ...]:
    if " " in value and Path(value).is_file():
        return (value,)  # some people's variables hold a path with spaces, and no arguments
    words = _words(value)
    if words is None:
        raise PreferencesError(f"${name} cannot be {value!r}", "a quotation mark in it has no end")
    return words


def _by_key(keys: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {key: action for action, named in keys.items() for key in named}


def _keys(file: "Document", table: Mapping[str, Any], buttons: int) -> dict[str, tuple[str, ...]]:
    """The keys of each action: those named in `table`, else the defaults."""
    found = default_keys(buttons)
    for action, value in table.items():
        if action not in DEFAULT_KEYS:
            _fail_action(file, action)
        found[action] = _keys_of_action(file, action, value)
    named = {key for action in table for key in found[action]}
    for action in _LATER:
        found[action] = found[action] if action in table or not named.intersection(found[action]) else ()
    owners: dict[str, str] = {}
    for action, keys in sorted(found.items(), key=lambda item: item[0] in table):
        for key in keys:
            if key in owners:
                _fail_clash(file, action, owners[key], key, owners[key] in table)
            owners[key] = action
    return found


def _keys_of_action(file: "Document", action: str, value: Any) -> tuple[str, ...]:
    from srs.cli.terminal.keys import is_key
    from srs.collection.toml import shown

    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        file.fail(
            action, "keys", f"`{action}` cannot be {shown(value)}", 'it takes a key, or a list such as ["x", "f2"]'
        )
    if not keys and action in _NEEDED:
        file.fail(action, "keys", f"`{action}` needs a key", f'its own is "{DEFAULT_KEYS[action][0]}"')
    for key in keys:
        if key in _RESERVED:
            file.fail(action, "keys", f'the key "{key}" always means the same', "choose another one")
        if not is_key(key):
            hint = 'a key is a letter or sign, or one of "space", "enter", "tab", "f1", "ctrl-g", "alt-x", …'
            file.fail(action, "keys", f"{shown(key)} is no key", hint)
    return tuple(dict.fromkeys(keys))


def _fail_action(file: "Document", action: str) -> None:
    import difflib

    near = difflib.get_close_matches(action, DEFAULT_KEYS, 1)
    hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(DEFAULT_KEYS)}"
    file.fail(action, "keys", f"`{action}` is no action of a key", hint)


def _fail_clash(file: "Document", action: str, other: str, key: str, both_named: bool) -> None:
    hint = "give one of them another key" if both_named else f"give `{other}` another key as well"
    file.fail(action, "keys", f'"{key}" is the key of both `{other}` and `{action}`', hint)
