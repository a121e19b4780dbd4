from dataclasses import fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from srs.collection import settings as settings_module
from srs.collection.collection import Collection
from srs.collection.settings import DeckSettings, Settings, SettingsError, parse_span, read_settings
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from srs.values import replace
from tests.support import make_collection

EVERY_KEY = """\
format = 1
timezone = "Asia/Kolkata"
rollover = 5
journal = "private"

[study]
desired_retention = 0.85
new_per_day = 7
reviews_per_day = 90
new_order = "random"
mix = "new-first"
learn_ahead = "1.5h"
bury_siblings = false
leech_at = 4
leech_action = "mark"
maximum_interval = 365
easy_days = ["sat", "sun"]

[fsrs]
model = "fsrs-6"
learning_steps = ["90s", "1d"]
relearning_steps = []
fuzz = false
"""


def read(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "srs.toml").write_text(text, "utf-8")
    return read_settings(tmp_path)


def refused(tmp_path: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    return caught.value


def test_a_line_made_to_keep_the_reader_busy(tmp_path: Path) -> None:
    """Thousands of dots or brackets on one line are refused in words, before TOML sees them."""
    for line in ("a." * 50_000 + "b = 1", "a = " + "[" * 100_000):
        (tmp_path / "srs.toml").write_text(f"format = 1\n{line}\n", "utf-8")
        with pytest.raises(SettingsError, match=r"^srs\.toml:2:900: the line is longer than 900 characters$"):
            read_settings(tmp_path)


def test_settings_of_the_index_are_those_of_the_file(tmp_path: Path) -> None:
    """What the index keeps of srs.toml counts for the very text it was read from, and for no other."""
    root, environ = make_collection(tmp_path)
    for text in ("rollover = 5\n", EVERY_KEY, "rollover = 6\n", "rollover = 5\n", "\ufeffrollover = 5\n", EVERY_KEY):
        (root / "srs.toml").write_text(text, "utf-8")
        for _ in range(2):
            collection = Collection.open(root, environ)
            collection.db.close()
            assert collection.settings == read_settings(root)
    for broken in ("rollover = 5\nrollover = 5\n", "rollover = 50\n"):
        (root / "srs.toml").write_text(broken, "utf-8")
        for _ in range(2):
            with pytest.raises(SettingsError, match=r"^srs\.toml:"):
                Collection.open(root, environ)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Some editors put one in front; decks take it as well."""
    (tmp_path / "srs.toml").write_bytes(b"\xef\xbb\xbfrollover = 5\n")
    assert read_settings(tmp_path).rollover == 5


def test_every_key(tmp_path: Path) -> None:
    """Every key of srs.toml arrives as a value in the units that DeckSettings names."""
    settings = read(tmp_path, EVERY_KEY)
    assert (settings.timezone, settings.rollover, settings.journal) == ("Asia/Kolkata", 5, "private")
    assert settings.defaults == DeckSettings(
        desired_retention=0.85,
        new_per_day=7,
        reviews_per_day=90,
        new_order="random",
        mix="new-first",
        learn_ahead=5400,
        bury_siblings=False,
        leech_at=4,
        leech_action="mark",
        maximum_interval=365,
        easy_days=("sat", "sun"),
        model="fsrs-6",
        learning_steps=(90, 86400),
        relearning_steps=(),
        fuzz=False,
    )


def test_parameters(tmp_path: Path) -> None:
    """Fitted parameters are taken as they are written."""
    settings = read(tmp_path, f"[fsrs]\nparameters = {list(DEFAULT_PARAMETERS)}\n")
    assert settings.defaults.parameters == DEFAULT_PARAMETERS


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    """An empty srs.toml is a collection with the default settings."""
    assert read(tmp_path, "") == Settings()


def test_overrides_are_inherited(tmp_path: Path) -> None:
    """A deck has what is set for it, else what the nearest deck above it has, else the default."""
    settings = read(
        tmp_path,
        "[study]\nnew_per_day = 9\n[deck.A]\nnew_per_day = 3\nleech_at = 5\n"
        '[deck."A::B"]\nnew_per_day = 1\nfuzz = false\n',
    )
    assert [settings.for_deck(deck).new_per_day for deck in ("A", "A::B", "A::B::C", "A::X", "AB", "")] == [
        3,
        1,
        1,
        3,
        9,
        9,
    ]
    assert [settings.for_deck(deck).leech_at for deck in ("A", "A::B::C", "Z")] == [5, 5, 8]
    assert [settings.for_deck(deck).fuzz for deck in ("A", "A::B")] == [True, False]


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("[study]\nnew_per_dy = 3\n", "2:1", "`new_per_dy` is no setting in [study]", "did you mean `new_per_day`?"),
        ("rollovr = 3\n", "1:1", "`rollovr` is no setting", "did you mean `rollover`?"),
        ("zzz = 3\n", "1:1", "`zzz` is no setting", "known here: journal, rollover, timezone"),
        ("[stduy]\nnew_per_day = 3\n", "1:1", "`stduy` is no setting", "known here"),
        ('[study]\n  new_per_day = "3"\n', "2:3", '`new_per_day` cannot be "3"', "a whole number from 0 to 9999"),
        ("[study]\nnew_per_day = true\n", "2:1", "`new_per_day` cannot be `True`", "a whole number"),
        ("[study]\ndesired_retention = 1.2\n", "2:1", "`desired_retention` cannot be `1.2`", "from 0.7 to 0.99"),
        ("[study]\ndesired_retention = nan\n", "2:1", "`desired_retention` cannot be `nan`", "from 0.7 to 0.99"),
        ("rollover = 24\n", "1:1", "`rollover` cannot be `24`", "from 0 to 23"),
        ('timezone = "Berlin"\n', "1:1", '`timezone` cannot be "Berlin"', "Europe/Berlin"),
        ('timezone = "../../etc/passwd"\n', "1:1", "`timezone` cannot be", "Europe/Berlin"),
        ('[study]\nlearn_ahead = "soon"\n', "2:1", '`learn_ahead` cannot be "soon"', '"20m"'),
        ('[study]\neasy_days = ["sunday"]\n', "2:1", "`easy_days` cannot be", '["sun"]'),
        ('[study]\neasy_days = [["sun"]]\n', "2:1", "`easy_days` cannot be", '["sun"]'),
        ('[study]\nmix = ["interleave"]\n', "2:1", "`mix` cannot be", '"interleave" or "reviews-first" or "new-first"'),
        ('[fsrs]\nlearning_steps = ["0m"]\n', "2:1", "`learning_steps` cannot be", '["1m", "10m"]'),
        ('[fsrs]\nlearning_steps = ["9999999d"]\n', "2:1", "`learning_steps` cannot be", '["1m", "10m"]'),
        ('[fsrs]\nmodel = "fsrs-9"\n', "2:1", '`model` cannot be "fsrs-9"', '"fsrs-6"'),
        ("[fsrs]\nparameters = [1, 2]\n", "2:1", "`parameters` cannot be", "21 numbers"),
        (f"[fsrs]\nparameters = {[5000.0] * 21}\n", "2:1", "`parameters` cannot be", "21 numbers"),
        ("study = 3\n", "1:1", "`study` must be a table", "[study]"),
        ("[deck]\nA = 3\n", "2:1", '`deck."A"` must be a table', '[deck."A"]'),
        ("[study]\nleech_at = 3\n[deck.A]\nleech_at = 0\n", "4:1", "`leech_at` cannot be `0`", "from 1 to 99"),
        ('[deck."A::B"]  # quotes\nleech_at = 0\n', "2:1", "`leech_at` cannot be `0`", "from 1 to 99"),
        ("[deck.'A::B']\nleech = 3\n", "2:1", "`leech` is no setting", "leech_a"),
        ("a = = 3\n", "1:5", "Invalid value", "toml.io"),
        ("[study]\nx = 1\nx = 2\n", "3:6", "Cannot overwrite a value", "toml.io"),
        ('rollover = 4\ntimezone = "Europe', "2:19", "Unterminated string", "toml.io"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str, message: str, hint: str) -> None:
    """A mistake in srs.toml is told with file, line and column, and what to write instead."""
    error = refused(tmp_path, text)
    assert error.message.startswith(f"srs.toml:{place}: {message}"), error.message
    assert hint in error.hint


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is told so."""
    (tmp_path / "srs.toml").write_bytes(b'timezone = "\xff"\n')
    with pytest.raises(SettingsError, match=r"srs.toml:1:1: the file is not UTF-8"):
        read_settings(tmp_path)


def test_a_newer_format_is_refused_in_words(tmp_path: Path) -> None:
    """A collection of a newer format is refused before anything else of it is read, and the user told what to do."""
    error = refused(tmp_path, "format = 2\nunheard_of = true\n")
    assert error.message == "srs.toml:1:1: this collection has format 2, and this srs knows 1"
    assert error.hint == "update srs, or use the version that wrote this file"


@pytest.mark.parametrize("value", ["0", "true", '"1"', "1.0"])
def test_a_format_that_is_none(tmp_path: Path, value: str) -> None:
    """A format that no version ever wrote is refused."""
    assert refused(tmp_path, f"format = {value}\n").message == "srs.toml:1:1: `format` must be 1"


def test_no_timezone_means_the_systems(tmp_path: Path) -> None:
    """Without `timezone` the collection counts its days where the machine stands."""
    root, environ = make_collection(tmp_path, settings="rollover = 4\n")
    collection = Collection.open(root, {**environ, "TZ": ":America/New_York"})
    assert collection.zone == ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("1.5h", 5400),
        ("1d", 86400),
        (" 2 m ", 120),
        ("m", None),
        ("-1m", None),
        ("1w", None),
    ],
)
def test_spans(text: str, seconds: Any) -> None:
    """A span is a number and one of s, m, h, d."""
    assert parse_span(text) == seconds


def test_every_deck_setting_is_checked() -> None:
    """There is a check for each setting of decks, and none for anything else."""
    checks = settings_module._STUDY.keys() | settings_module._FSRS.keys()
    assert {each.name for each in fields(DeckSettings)} == checks


def test_settings_made_of_others_are_their_own() -> None:
    """What was asked of settings does not hold for those that `replace` makes of them."""
    usual = Settings(decks={"a": {"new_per_day": 3}})
    asked = [usual.for_deck(deck).new_per_day for deck in ("a", "a::b", "c")]
    assert asked == [3, 3, 10]
    assert replace(usual, decks={"a": {"new_per_day": 7}}).for_deck("a::b").new_per_day == 7
    fewer = replace(usual, defaults=replace(usual.defaults, new_per_day=2, leech_at=3))
    assert (fewer.for_deck("c").new_per_day, fewer.for_deck("a").leech_at) == (2, 3)


def test_a_deck_far_below_others() -> None:
    """Settings of a deck hold for any deck below it, however many are between."""
    settings = Settings(decks={"a": {"new_per_day": 3}})
    assert settings.for_deck("::".join("a" * 3000)).new_per_day == 3
