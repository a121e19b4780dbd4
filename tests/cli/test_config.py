"""`srs config`: every setting, what it is, where it comes from."""

import json
from dataclasses import fields

import pytest

from srs.cli.config import MEANINGS
from srs.cli.preferences import DEFAULT_KEYS, PROGRAMS
from srs.collection import settings
from tests.cli.helpers import Srs

SETTINGS = """\
format = 1
timezone = "Asia/Kolkata"

[study]
new_per_day = 15
learn_ahead = "1.5h"

[deck."World::Cities"]
new_per_day = 3
"""
CONFIG = """\
editor = "code --wait"
[keys]
skip = ["x", "f2"]
"""


@pytest.fixture
def full(bare: Srs) -> Srs:
    """A collection and a config file that set something each."""
    (bare.home / ".config/srs").mkdir(parents=True)
    (bare.home / ".config/srs/config.toml").write_text(CONFIG)
    return bare.collection(SETTINGS)


def test_every_setting_is_listed(srs: Srs) -> None:
    """Each key of srs.toml and of config.toml has a line with its value, and one on what it means."""
    listed = srs.json("config")
    keys = {f"{settings.table_of(field.name)}.{field.name}" for field in fields(settings.DeckSettings)}
    keys |= set(settings._TOP) | {f"keys.{action}" for action in DEFAULT_KEYS} | {*PROGRAMS, "pictures", "buttons"}
    assert {each["key"] for each in listed} == keys
    assert len(listed) == len(keys)
    assert [each["key"] for each in listed if not each["means"]] == []
    text = srs("config").out
    for each in listed:
        assert f"{each['key']} = " in text
        assert f"    {each['means']}\n" in text


def test_defaults_are_what_a_file_would_say(srs: Srs) -> None:
    """The value shown for a default, written into srs.toml, is that default."""
    checks = settings._STUDY | settings._FSRS
    shown = {each["key"].rpartition(".")[2]: each["value"] for each in srs.json("config")}
    for key, check in checks.items():
        default = getattr(settings.DeckSettings(), key)
        assert shown[key] is None if default is None else key == "fuzz" or check.take(shown[key]) == default


def test_where_a_value_comes_from(full: Srs) -> None:
    """A value is as its file has it, with file and line; else from a variable of the environment, or the default."""
    done = full("config", "--json", env={"PAGER": "less -S", "EDITOR": "vi"})
    listed = {each["key"]: (each["value"], each["from"]) for each in done.json}
    own = full.home / ".config/srs/config.toml"
    assert listed["timezone"] == ("Asia/Kolkata", "srs.toml:2")
    assert listed["study.new_per_day"] == (15, "srs.toml:5")
    assert listed["study.learn_ahead"] == ("1.5h", "srs.toml:6")
    assert listed['deck."World::Cities".new_per_day'] == (3, "srs.toml:9")
    assert listed["study.reviews_per_day"] == (200, "default")
    assert listed["editor"] == ("code --wait", f"{own}:1")
    assert listed["pager"] == ("less -S", "$PAGER")
    assert listed["player"] == (None, "default")
    assert listed["keys.skip"] == (["x", "f2"], f"{own}:3")
    assert listed["keys.edit"] == ("e", "default")


def test_one_setting(full: Srs) -> None:
    """`srs config KEY` prints the settings of that name, those of single decks too."""
    done = full("config", "new_per_day")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split() for line in lines[::2]] == [
        ["study.new_per_day", "=", "15", "srs.toml:5"],
        ['deck."World::Cities".new_per_day', "=", "3", "srs.toml:9"],
    ]
    assert lines[1] == f"    {MEANINGS['new_per_day']}"
    assert full("config", "study.new_per_day").out == "\n".join(lines[:2]) + "\n"
    assert len(full.json("config", "keys")) == len(DEFAULT_KEYS)


def test_a_setting_that_is_none(srs: Srs) -> None:
    """An unknown name is wrong usage, and the nearest one is told."""
    done = srs("config", "new_per_dy")
    assert (done.code, done.out) == (2, "")
    assert "there is no setting `new_per_dy`" in done.err
    assert "new_per_day" in done.err


def test_without_a_collection(bare: Srs) -> None:
    """Where there is no collection your own settings are shown, and the reason on stderr."""
    done = bare("config")
    assert done.code == 0
    assert done.out.startswith(f"Your own: {bare.home}/.config/srs/config.toml (not there yet)\n")
    assert "study." not in done.out
    assert "There is no collection" in done.err
    assert bare("config", "-C", "nowhere").code == 1


def test_the_systems_timezone(bare: Srs) -> None:
    """A timezone that no file sets is the machine's."""
    found = bare.collection("").json("config", "timezone")
    assert [(each["value"], each["from"]) for each in found] == [("UTC", "this machine")]


def test_a_file_that_is_wrong(full: Srs) -> None:
    """A mistake in either file is told with its place, exit 1."""
    (full.home / ".config/srs/config.toml").write_text("editr = 1\n")
    done = full("config")
    assert (done.code, done.out) == (1, "")
    assert "config.toml:1:1: `editr` is no setting" in done.err
    (full.root / "srs.toml").write_text('\nplayer = "touch pwned"\n')
    done = full("config")
    assert (done.code, done.out) == (1, "")
    assert "srs.toml:2:1: `player` is not taken from a collection" in done.err


def test_nothing_is_written(full: Srs) -> None:
    """`srs config` only reads, and takes no value to set."""
    before = {path: path.stat().st_mtime_ns for path in full.root.rglob("*")}
    assert full("config").code == 0
    done = full("config", "new_per_day", "20")
    assert done.code == 2
    assert {path: path.stat().st_mtime_ns for path in full.root.rglob("*")} == before


def test_what_a_file_holds_is_not_obeyed(bare: Srs) -> None:
    """Control characters in a name or a value are shown, not sent."""
    bare.collection('[deck."a\\u001b[2J\\u0085b"]\nnew_per_day = 3\n')
    for done in (bare("config"), bare("config", "--json")):
        assert done.code == 0
        assert "\x1b" not in done.out
        assert "\x85" not in done.out
    assert json.loads(bare("config", "--json").out)
