"""Reading messages in the wire format of Protocol Buffers. Knows no message of Anki's, only how any of them is written.

A message is a run of fields: a number, a kind, a value. What is not asked for is passed over, as the format wants it;
what cannot be read ends everything with Refused. Work and memory are bound by the length of the message, and
`repeated` by the count that it is given. See https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Iterator

from srs.importers.anki.refused import AGAIN, Refused

Value = int | bytes

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTH = {_FIXED64: 8, _FIXED32: 4}
_LARGEST_FIELD_NUMBER = (1 << 29) - 1


class Message:
    """A message whose fields are asked for by number; the last one counts where a number stands more than once.

    An absent field is 0, empty or False, which is how the format writes those.
    """

    def __init__(self, data: bytes, what: str) -> None:
        """`what` names the message in errors: `the media list`. Raises Refused."""
        self._what = what
        self._fields: dict[int, Value] = {number: value for number, _, value in walk(data, what)}

    def number(self, field: int) -> int:
        """An integer of 64 bits with a sign."""
        value = self._fields.get(field, 0)
        if not isinstance(value, int):
            raise unreadable(self._what)
        return value - (1 << 64) if value >> 63 else value

    def flag(self, field: int) -> bool:
        """Yes or no."""
        return self.number(field) != 0

    def data(self, field: int) -> bytes:
        """Bytes, which may be a message."""
        value = self._fields.get(field, b"")
        if not isinstance(value, bytes):
            raise unreadable(self._what)
        return value

    def text(self, field: int) -> str:
        """Text; Refused where it is not UTF-8."""
        try:
            return self.data(field).decode()
        except UnicodeDecodeError:
            raise unreadable(self._what) from None

    def __contains__(self, field: int) -> bool:
        return field in self._fields


def repeated(data: bytes, field: int, what: str, most: int) -> Iterator[bytes]:
    """Every value of `field` in the message, in order. Refused from the `most`-th on, or where it holds no bytes."""
    count = 0
    for number, _, value in walk(data, what):
        if number != field:
            continue
        if not isinstance(value, bytes):
            raise unreadable(what)
        count += 1
        if count > most:
            raise Refused(f"{what} has more than {most:,} entries")
        yield value


def walk(data: bytes, what: str) -> Iterator[tuple[int, int, Value]]:
    """Every field as (number, kind, value): an unsigned integer for kinds 0, 1 and 5, bytes for 2. Raises Refused."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at, what)
        number, kind = key >> 3, key & 7
        if not 0 < number <= _LARGEST_FIELD_NUMBER:
            raise unreadable(what)
        if kind == _VARINT:
            value, at = _varint(data, at, what)
            yield number, kind, value
            continue
        if kind == _BYTES:
            length, at = _varint(data, at, what)
        elif kind in _WIDTH:
            length = _WIDTH[kind]
        else:  # groups, which nobody writes any more, and what there is not
            raise unreadable(what)
        if length > end - at:
            raise unreadable(what)
        piece = data[at : at + length]
        at += length
        yield number, kind, piece if kind == _BYTES else int.from_bytes(piece, "little")


def _varint(data: bytes, at: int, what: str) -> tuple[int, int]:
    """The integer written at `at` in steps of 7 bits, and where the next thing begins."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 64:
                break
            return value, at
    raise unreadable(what)


def unreadable(what: str) -> Refused:
    """The message is none."""
    return Refused(f"{what} cannot be understood", AGAIN)
