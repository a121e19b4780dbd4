"""Parameters put into the text of a srs.toml: what changes, and that nothing else does."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.collection.settings import SettingsError
from srs.collection.settingsfile import with_parameters
from srs.errors import SrsError
from srs.memory.fsrs6 import DEFAULT_PARAMETERS

SAYS = "Fitted by `srs optimize` on 2026-11-22 to 2,000 reviews: log loss 0.4 instead of 0.5."
DAY = "2026-11-22"
OWN = (0.3, *DEFAULT_PARAMETERS[1:])
DEFAULTS = str(list(DEFAULT_PARAMETERS))
LINE = f"parameters = {list(OWN)}"


def put(text: str, deck: str | None = None, parameters: tuple[float, ...] = OWN, day: str = DAY) -> str:
    """`text` with the parameters in it, as bytes would have it."""
    return with_parameters(text.encode(), deck, parameters, day, SAYS).decode()


def test_a_table_is_made() -> None:
    """Where there is no [fsrs], it stands at the end of the file."""
    assert put("format = 1\n") == f"format = 1\n\n[fsrs]\n# {SAYS}\n{LINE}\n"
    assert put("format = 1") == f"format = 1\n\n[fsrs]\n# {SAYS}\n{LINE}\n"
    assert put("") == f"[fsrs]\n# {SAYS}\n{LINE}\n"


@pytest.mark.parametrize(
    "text",
    ["fsrs.fuzz = true\n", f"fsrs . parameters = {DEFAULTS}\n", f"[fsrs]\n'parameters'\t=\t{DEFAULTS}\n"],
)
def test_three_are_kept_however_the_key_is_written(text: str) -> None:
    """What stood there before stays three deep also below dotted, quoted and oddly spaced keys."""
    for n in range(8):
        text = put(text, parameters=(0.3 + n / 100, *DEFAULT_PARAMETERS[1:]), day=f"2026-11-{n + 10}")
    assert [line[:18] for line in text.splitlines() if "until" in line] == [
        f"# until 2026-11-{n}" for n in (17, 16, 15)
    ]


def test_a_table_gets_them_after_its_last_key() -> None:
    """In a table that is there they follow its last key, before the comments of what comes next."""
    text = "[fsrs] # mine\nfuzz = false # y\n\n# decks\n[deck.A]\nnew_per_day = 3\n"
    expected = f"[fsrs] # mine\nfuzz = false # y\n# {SAYS}\n{LINE}\n\n# decks\n[deck.A]\nnew_per_day = 3\n"
    assert put(text) == expected
    assert put("[fsrs]\n# fuzz = true\n") == f"[fsrs]\n# {SAYS}\n{LINE}\n# fuzz = true\n"


def test_the_last_line_need_not_end() -> None:
    """A last line without an end gets one only where something follows it."""
    assert put("[fsrs]\nfuzz = false") == f"[fsrs]\nfuzz = false\n# {SAYS}\n{LINE}\n"
    there = f"[fsrs]\nparameters = {DEFAULTS}"
    assert put(there) == f"[fsrs]\n# {SAYS}\n{LINE}\n# until {DAY}: parameters = {DEFAULTS}"


def test_the_old_ones_stay_as_a_comment() -> None:
    """What stood there, its own comment with it, is a comment below; uncommented, it would hold again."""
    new = put(f"[fsrs]\n  parameters = {DEFAULTS} # from Anki\nfuzz = false\n")
    assert new == (
        f"[fsrs]\n  # {SAYS}\n  {LINE}\n  # until {DAY}: parameters = {DEFAULTS} # from Anki\nfuzz = false\n"
    )


def test_an_array_of_many_lines_stays_as_a_comment() -> None:
    """All its lines and their comments stay, each as a comment."""
    values = ",\n  ".join(map(str, DEFAULT_PARAMETERS))
    new = put(f"[fsrs]\nparameters = [ # mine ]\n  {values},\n] # so far\n[study]\n")
    assert new.startswith(
        f"[fsrs]\n# {SAYS}\n{LINE}\n# until {DAY}: parameters = [ # mine ]\n#   0.212,\n#   1.2931,\n"
    )
    assert new.endswith("#   0.1542,\n# ] # so far\n[study]\n")


def test_at_most_three_old_ones_stay() -> None:
    """The newest three are kept, newest first, and one comment tells of those in force."""
    text = "[fsrs]\nfuzz = false\n# my own words\n"
    for number in range(1, 7):
        text = put(text, None, (number / 10, *OWN[1:]), f"2026-11-0{number}")
    lines = text.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        "[fsrs]", "fuzz = false", f"# {SAYS.partition(',')[0]}", "parameters = [0.6",
        "# until 2026-11-06: parameters = [0.5", "# until 2026-11-05: parameters = [0.4",
        "# until 2026-11-04: parameters = [0.3", "# my own words",
    ]  # fmt: skip


def test_line_ends_and_a_byte_order_mark_stay() -> None:
    """A file with CRLF gets lines with CRLF, and what an editor put before everything stays there."""
    new = put(f"\ufeff[fsrs]\r\nparameters = {DEFAULTS}\r\nfuzz = false\r\n")
    assert new == (f"\ufeff[fsrs]\r\n# {SAYS}\r\n{LINE}\r\n# until {DAY}: parameters = {DEFAULTS}\r\nfuzz = false\r\n")


@pytest.mark.parametrize(
    ("head", "deck"),
    [
        ('[deck."A::B"]', "A::B"), ("[deck.'A::B']", "A::B"), ("[deck.A]", "A"), ('[ deck . "A" ]  # x', "A"),
        ('[deck."\\u0041"]', "A"), ("[deck.'A = \"[x']", 'A = "[x'), ('[deck."A#]"]', "A#]"),
    ],
)  # fmt: skip
def test_a_deck_is_found_however_it_is_written(head: str, deck: str) -> None:
    """The table of a deck is known by its name, not by its spelling."""
    assert put(f"{head}\nfuzz = false\n", deck) == f"{head}\nfuzz = false\n# {SAYS}\n{LINE}\n"


@pytest.mark.parametrize("deck", ["A", "A::B", 'quotes " and \\', "tab\tand\x7f", "Ünïcode 日本"])
def test_a_deck_gets_a_table(deck: str) -> None:
    """Where a deck has no table it gets one, whatever it is called."""
    text = f"[fsrs]\nparameters = {DEFAULTS}\n"
    new = put(text, deck)
    assert new.startswith(f'{text}\n[deck."')
    assert tomllib.loads(new)["deck"] == {deck: {"parameters": list(OWN)}}


def test_dotted_keys() -> None:
    """Where the table is written in dotted keys, so are the parameters, and so they are replaced."""
    new = put("fsrs.fuzz = false\nrollover = 4\n")
    assert new == f"fsrs.fuzz = false\n# {SAYS}\nfsrs.{LINE}\nrollover = 4\n"
    assert put(new, None, DEFAULT_PARAMETERS).splitlines()[2:4] == [
        f"fsrs.parameters = {DEFAULTS}", f"# until {DAY}: fsrs.{LINE}",
    ]  # fmt: skip
    assert put("[deck]\n'A b'.fuzz = true\n", "A b") == f"[deck]\n'A b'.fuzz = true\n# {SAYS}\n\"A b\".{LINE}\n"


@pytest.mark.parametrize("text", ["fsrs = { fuzz = false }\n", "fsrs = {}\n"])
def test_where_it_cannot_be_put_that_is_said(text: str) -> None:
    """An inline table is not taken apart; the line to be written by hand is in the hint."""
    with pytest.raises(SrsError, match=r"cannot be put into the table \[fsrs\] as it is written") as caught:
        put(text)
    assert caught.value.hint.endswith(LINE)


def test_what_is_no_settings_file_is_refused() -> None:
    """A file with a mistake in it is not touched."""
    with pytest.raises(SettingsError, match=r"srs\.toml:1:1: `rollover` cannot be `99`"):
        put("rollover = 99\n")


KEYS = st.sampled_from(
    [
        "fuzz = false", "learning_steps = [\n  '1m', # ] \"\n  \"10m\",\n]", 'learn_ahead = "20m" # = x', "# [fsrs]",
        "", "  leech_at = 4", "easy_days = [] # until 2026-01-01: parameters = [1]",
    ]
)  # fmt: skip
HEADS = st.sampled_from(["[deck.A]", "[deck.'A::B'] # [x", '  [ deck . "C [1]" ]', '[deck."#"]'])


@given(
    st.lists(st.tuples(HEADS, st.lists(KEYS, unique=True, max_size=5)), unique_by=lambda each: each[0], max_size=4),
    st.sampled_from([None, "A", "A::B", "C [1]", "#", "D"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_nothing_else_changes(tables: list[tuple[str, list[str]]], deck: str | None, newline: str) -> None:
    """Without the lines put in, the file is what it was, byte for byte; and the values are as meant."""
    lines = ["format = 1", *(line for head, keys in tables for line in (head, *keys))]
    text = "".join(f"{line}\n" for line in lines).replace("\n", newline)
    once = put(text, deck)
    lines = once.split(newline)
    own = lines.index(f"# {SAYS}") if f"# {SAYS}" in lines else lines.index(f"  # {SAYS}")
    assert lines[own + 1].strip() == LINE
    without = newline.join(lines[:own] + lines[own + 2 :])
    assert without == text or without.startswith(f"{text}{newline}[")
    twice = tomllib.loads(put(once, deck, DEFAULT_PARAMETERS))
    table = twice["deck"][deck] if deck else twice["fsrs"]
    assert table.pop("parameters") == list(DEFAULT_PARAMETERS)
    before = tomllib.loads(text)
    assert table == (before.get("deck", {}).get(deck, {}) if deck else {})
