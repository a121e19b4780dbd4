"""The user's own config file: what it takes, what it refuses, and that a collection cannot speak for it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.cli.preferences import DEFAULT_KEYS, Preferences, PreferencesError, preferences
from srs.cli.terminal.keys import decode, is_key
from srs.collection.settings import PERSONAL, SettingsError, read_settings

EVERY_KEY = """\
format = 1
editor = "code --wait"
pager = "less -S"
player = "mpv --no-video 'my options'"
pictures = "always"
buttons = 2

[keys]
show = "tab"
again = ["a", "1"]
skip = "f2"
suspend = []
"""


def read(home: Path, text: str, **environ: str) -> Preferences:
    path = home / ".config/srs/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return preferences({"HOME": str(home), **environ})


def test_without_a_file_everything_is_as_usual(tmp_path: Path) -> None:
    """Without a file and variables no program is named, there are four buttons, and every action has its key."""
    found = preferences({"HOME": str(tmp_path)})
    assert found == Preferences()
    assert (found.editor, found.pager, found.player, found.pictures, found.buttons) == (None, None, None, "auto", 4)
    assert found.keys["space"] == found.keys["enter"] == "show"
    assert {action: found.keys_of(action) for action in DEFAULT_KEYS} == DEFAULT_KEYS


def test_every_key(tmp_path: Path) -> None:
    """Every key of config.toml arrives, programs as words; an action's keys replace those that it had."""
    found = read(tmp_path, EVERY_KEY, EDITOR="nano", PAGER="more")
    assert found.editor == ("code", "--wait")
    assert found.pager == ("less", "-S")
    assert found.player == ("mpv", "--no-video", "my options")
    assert (found.pictures, found.buttons) == ("always", 2)
    assert found.keys_of("show") == ("tab",)
    assert found.keys_of("again") == ("a", "1")
    assert found.keys_of("suspend") == ()
    assert found.keys["f2"] == "skip"
    assert "space" not in found.keys
    assert "s" not in found.keys


def test_two_buttons(tmp_path: Path) -> None:
    """With two buttons 1 is again and 2 good, and 3 stays good; hard and easy have a key only where one is named."""
    found = read(tmp_path, "buttons = 2\n").keys
    assert [found.get(key) for key in "1234"] == ["again", "good", "good", None]
    assert read(tmp_path, 'buttons = 2\n[keys]\neasy = "4"\n').keys["4"] == "easy"


def test_variables_name_programs_where_the_file_does_not(tmp_path: Path) -> None:
    """config.toml goes before $VISUAL, and that before $EDITOR; $PAGER names the pager; empty ones name nothing."""
    variables = {"VISUAL": "nvim -u NONE", "EDITOR": "ed", "PAGER": "less '-R x'"}
    assert read(tmp_path, 'editor = "kak"\n', **variables).editor == ("kak",)
    found = read(tmp_path, "", **variables)
    assert (found.editor, found.pager) == (("nvim", "-u", "NONE"), ("less", "-R x"))
    assert read(tmp_path, "", VISUAL=" ", EDITOR="ed").editor == ("ed",)
    with pytest.raises(PreferencesError, match=r"^\$EDITOR cannot be"):
        read(tmp_path, "", EDITOR="vim 'x")


def test_a_variable_that_is_a_path_with_spaces(tmp_path: Path) -> None:
    """A variable that is as a whole the path of a program is that program."""
    (tmp_path / "my editor").write_text("")
    assert read(tmp_path, "", EDITOR=f"{tmp_path}/my editor").editor == (f"{tmp_path}/my editor",)
    assert read(tmp_path, "", EDITOR=f"{tmp_path}/my other").editor == (f"{tmp_path}/my", "other")


def test_no_shell_reads_a_program(tmp_path: Path) -> None:
    """Variables, stars and semicolons in a command stay as they are; only a leading ~ is the home folder."""
    assert read(tmp_path, "player = 'play $HOME/*; rm'\n").player == ("play", "$HOME/*;", "rm")
    assert read(tmp_path, "editor = '~/bin/e ~'\n").editor == (str(Path("~/bin/e").expanduser()), "~")


def test_the_config_folder(tmp_path: Path) -> None:
    """$XDG_CONFIG_HOME names the folder, where it is set."""
    (tmp_path / "etc/srs").mkdir(parents=True)
    (tmp_path / "etc/srs/config.toml").write_text("buttons = 2\n")
    assert preferences({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "etc")}).buttons == 2


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ('editr = "vi"\n', "1:1", "`editr` is no setting", "did you mean `editor`?"),
        ("editor = 3\n", "1:1", "`editor` cannot be `3`", "a command such as"),
        ('format = 1\n  player = "mpv \'x"\n', "2:3", "`player` cannot be", "a command such as"),
        ('pager = ""\n', "1:1", '`pager` cannot be ""', "a command such as"),
        ("buttons = 3\n", "1:1", "`buttons` cannot be `3`", "4 or 2"),
        ("buttons = true\n", "1:1", "`buttons` cannot be `True`", "4 or 2"),
        ('pictures = "yes"\n', "1:1", '`pictures` cannot be "yes"', '"auto" or "never" or "always"'),
        ("keys = 3\n", "1:1", "`keys` must be a table", "[keys]"),
        ('[keys]\nagian = "x"\n', "2:1", "`agian` is no action of a key", "did you mean `again`?"),
        ('[keys]\nzzz = "x"\n', "2:1", "`zzz` is no action of a key", "show, again, hard"),
        ('[keys]\nedit = "s"\n', "2:1", '"s" is the key of both `suspend` and `edit`', "give `suspend` another key"),
        ('[keys]\nedit = "x"\nmark = "x"\n', "3:1", '"x" is the key of both `edit` and `mark`', "one of them"),
        ('[keys]\nedit = "ctrl-c"\n', "2:1", 'the key "ctrl-c" always means the same', "another one"),
        ('[keys]\nedit = "up"\n', "2:1", 'the key "up" always means the same', "another one"),
        ('[keys]\nedit = "ctrl-m"\n', "2:1", '"ctrl-m" is no key', '"space"'),
        ('[keys]\nedit = " "\n', "2:1", '" " is no key', '"space"'),
        ('[keys]\nedit = "ee"\n', "2:1", '"ee" is no key', '"space"'),
        ("[keys]\nedit = 3\n", "2:1", "`edit` cannot be `3`", "a list"),
        ("[keys]\nagain = []\n", "2:1", "`again` needs a key", 'its own is "1"'),
        ("format = 2\n", "1:1", "`format` must be 1", "update srs"),
        ("a = = 3\n", "1:5", "Invalid value", "toml.io"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str, message: str, hint: str) -> None:
    """A mistake in config.toml is told with file, line and column, and what to write instead."""
    with pytest.raises(PreferencesError) as caught:
        read(tmp_path, text)
    assert caught.value.message.startswith(f"{tmp_path}/.config/srs/config.toml:{place}: {message}")
    assert hint in caught.value.hint


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """What is no file, or no UTF-8, is told by its name."""
    (tmp_path / ".config/srs/config.toml").mkdir(parents=True)
    with pytest.raises(PreferencesError, match=r"config\.toml: cannot be read, is a directory"):
        preferences({"HOME": str(tmp_path)})
    (tmp_path / ".config/srs/config.toml").rmdir()
    (tmp_path / ".config/srs/config.toml").write_bytes(b"\xff")
    with pytest.raises(PreferencesError, match=r"config\.toml:1:1: the file is not UTF-8"):
        preferences({"HOME": str(tmp_path)})


@pytest.mark.parametrize(
    "text", ['editor = "touch pwned"\n', 'player = "x"\n', "buttons = 2\n", '[keys]\nedit = "x"\n']
)
def test_a_collection_names_no_program(tmp_path: Path, text: str) -> None:
    """A srs.toml with a program, a key or any other personal setting is refused, with the reason."""
    (tmp_path / "srs.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"^srs.toml:1:1: `\w+` is not taken from a collection$") as caught:
        read_settings(tmp_path)
    assert "config.toml" in caught.value.hint


def test_every_personal_setting_is_kept_from_collections(tmp_path: Path) -> None:
    """What config.toml takes is what a collection is refused."""
    with pytest.raises(PreferencesError) as caught:
        read(tmp_path, "zzz = 1\n")
    known = set(caught.value.hint.removeprefix("known here: ").split(", "))
    assert known | {"keys"} == set(PERSONAL)


def _sent() -> Any:
    plain = st.characters().filter(lambda letter: letter.isprintable())
    return st.one_of(plain.map(str.encode), st.binary(min_size=1, max_size=8))


@given(_sent())
@example("\ue000".encode())
def test_what_a_keyboard_sends_can_be_named(data: bytes) -> None:
    """A name that the reader gives a key is a key for the config file, but for those that are none."""
    name, used = decode(data, complete=True)
    assert used
    if name not in ("unknown", "paste", "ctrl-space", "esc") and "alt-" not in name and "shift-" not in name:
        assert is_key(name) or name in ("ctrl-\\", "ctrl-]", "ctrl-^", "ctrl-_", "ctrl-@")


@pytest.mark.parametrize(
    ("name", "data"), [("alt-x", b"\x1bx"), ("ctrl-g", b"\x07"), ("f5", b"\x1b[15~"), ("é", b"\xc3\xa9")]
)
def test_keys_with_names(name: str, data: bytes) -> None:
    """A named key is what the reader calls the bytes of it."""
    assert is_key(name)
    assert decode(data, complete=True) == (name, len(data))


def test_reading_is_light(tmp_path: Path) -> None:
    """Without a file, reading the preferences loads neither TOML nor subprocesses."""
    code = (
        "import sys; from srs.cli.preferences import preferences; preferences({'HOME': sys.argv[1]});"
        "print(sorted({'tomllib', 'subprocess', 'yaml', 'numpy', 'termios'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
