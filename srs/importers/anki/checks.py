"""Values of a stranger's JSON or row made the kind they must be. Knows no table and no key."""

import math
from collections.abc import Mapping
from typing import Any

from srs.importers.anki.refused import MENDED, Refused

_INT64 = 1 << 63


def whole_number(value: object, what: str) -> int:
    """An integer of 64 bits. A number with a fraction is rounded, as Anki's Check Database does. Raises Refused."""
    if type(value) is int and -_INT64 <= value < _INT64:
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and math.isfinite(value) and abs(value) < _INT64:
        return round(value)
    raise wrong(what)


def text(value: object, what: str) -> str:
    """Text that can be written as UTF-8. Raises Refused."""
    if isinstance(value, str) and (value.isascii() or _encodable(value)):
        return value
    raise wrong(what)


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """A JSON object. Raises Refused."""
    if isinstance(value, dict):
        return value
    raise wrong(what)


def listed(value: object, what: str, most: int) -> list[Any]:
    """A JSON array of no more than `most` values. Raises Refused."""
    if not isinstance(value, list):
        raise wrong(what)
    if len(value) > most:
        raise Refused(f"{what} are more than {most:,}")
    return value


def wrong(what: str) -> Refused:
    """A value is not of the kind that it must be."""
    return Refused(f"{what} cannot be understood", MENDED)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
