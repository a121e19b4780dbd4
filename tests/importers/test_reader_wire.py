"""The wire format of Protocol Buffers: what is read, and that nothing else than Refused comes of anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.importers.anki.refused import Refused
from srs.importers.anki.wire import Message, repeated, walk
from tests.importers.handmade import message, varint

numbers = st.integers(-(1 << 63), (1 << 63) - 1)
field_numbers = st.integers(1, (1 << 29) - 1)


@given(st.dictionaries(field_numbers, numbers | st.text() | st.binary(), max_size=8))
def test_what_was_written_is_read(fields: dict[int, int | str | bytes]) -> None:
    """Integers with their sign, texts and bytes come back under their numbers."""
    read = Message(message(*fields.items()), "it")
    for number, value in fields.items():
        assert number in read
        if isinstance(value, int):
            assert read.number(number) == value
            assert read.flag(number) == (value != 0)
        elif isinstance(value, str):
            assert read.text(number) == value
        else:
            assert read.data(number) == value


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Bytes are a message or Refused, and asking for any kind of value is answered or Refused."""
    try:
        read = Message(data, "it")
    except Refused:
        return
    for field in {number for number, _, _ in walk(data, "it")} | {1}:
        for ask in (read.number, read.flag, read.data, read.text):
            try:
                ask(field)
            except Refused:
                pass
    try:
        assert len(list(repeated(data, 1, "it", 3))) <= 3
    except Refused:
        pass


@given(st.dictionaries(field_numbers, numbers | st.binary(), min_size=1, max_size=5), st.data())
def test_any_part_of_a_message(fields: dict[int, int | bytes], data: st.DataObject) -> None:
    """A message cut anywhere holds only fields that the whole one has, or is Refused."""
    whole = message(*fields.items())
    part = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        read = {number: value for number, _, value in walk(part, "it")}
    except Refused:
        return
    assert read.items() <= {number: value for number, _, value in walk(whole, "it")}.items()


def test_absent_fields() -> None:
    """What does not stand there is 0, empty, no."""
    read = Message(b"", "it")
    assert (read.number(1), read.flag(1), read.data(1), read.text(1), 1 in read) == (0, False, b"", "", False)


def test_the_last_one_counts() -> None:
    """A field that stands twice has its last value, as the format says."""
    assert Message(message((1, 5), (1, 6)), "it").number(1) == 6


def test_fixed_widths() -> None:
    """Numbers of 4 and 8 bytes are read, and passed over where nobody asks."""
    read = Message(varint(1 << 3 | 5) + b"\1\0\0\0" + varint(2 << 3 | 1) + b"\2" + bytes(7) + message((3, "x")), "it")
    assert (read.number(1), read.number(2), read.text(3)) == (1, 2, "x")


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",  # no value
        b"\x08\xff",  # an integer without end
        b"\x08" + b"\xff" * 9 + b"\x02",  # of more than 64 bits
        b"\x08" + b"\x80" * 10 + b"\0",  # of more than ten bytes
        b"\x00\x00",  # field 0
        b"\xf8\xff\xff\xff\xff\xff\x01\x00",  # a field number of more than 29 bits
        b"\x0b\x0c",  # a group
        b"\x0e",  # a kind that there is not
        b"\x0a\x05abc",  # shorter than it says
        b"\x0a" + b"\xff" * 9 + b"\x01",  # 2^64 bytes
        b"\x09\x00",  # half a number of 8 bytes
    ],
)
def test_what_is_no_message(data: bytes) -> None:
    """Each way of not being a message is Refused."""
    with pytest.raises(Refused, match="it cannot be understood"):
        Message(data, "it")


def test_another_kind_than_asked_for() -> None:
    """A text where a number is expected, a number where bytes are, and bytes that are no text are Refused."""
    read = Message(message((1, b"\xff"), (2, 5)), "it")
    for ask in (lambda: read.number(1), lambda: read.data(2), lambda: read.text(1)):
        with pytest.raises(Refused):
            ask()
    with pytest.raises(Refused):
        list(repeated(message((2, 5)), 2, "it", 1))


def test_more_entries_than_allowed() -> None:
    """Reading ends where the count is over, however many follow."""
    data = message((1, b"")) * 11
    assert len(list(repeated(data, 1, "it", 11))) == 11
    with pytest.raises(Refused, match="it has more than 10 entries"):
        list(repeated(data, 1, "it", 10))
