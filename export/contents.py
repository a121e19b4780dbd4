"""What an export remembers of a note's content: one text of hashes, whole and part by part. Knows no packages.

The text of a `content` event is `<whole>;<type>;<tags>;<fields>`, as `a3b7def52182c8ee;basic;9f0c1d;3b2a11…`. Whether a
note changed is told by `whole` alone. The rest tells, when the note comes back from Anki, what changed there since: six
hex digits for the tags and for each field of the type's shape. Where Anki's name for the note is not `srs:` and the key
it is journalled under, the text ends with `;@<guid>`, so that a note that is gone can still be named. Texts of earlier
versions, and of notes with so many fields that the journal would refuse them, are the first part alone.

Hashes are those of texts in NFC, which is how Anki keeps them. Earlier versions took texts as they were spelled.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

RETIRED = "retired"
"""In the place of `whole`: what went out last was the word that the note is in the decks no more."""

_LONGEST = 1000  # characters; the journal takes 1024
_DIGITS = 6
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The parts of such a text; `str()` gives it back.

    `whole` is 16 hex digits that change with whatever Anki would update, or RETIRED. Where only that is known, the
    others are None. `guid` is None where it follows from the key.
    """

    whole: str
    type: str | None = None
    tags: str | None = None
    fields: tuple[str, ...] | None = None
    guid: str | None = None

    def __str__(self) -> str:
        if self.type is None or self.tags is None or self.fields is None:
            return self.whole
        text = f"{self.whole};{self.type};{self.tags};{''.join(self.fields)}"
        if self.guid is not None:
            text += f";@{quote(self.guid, safe='', errors='surrogatepass')}"
        return text if len(text) <= _LONGEST and _storable(text) else self.whole


def fingerprint(type_name: str, fields: Sequence[str], tags: Iterable[str], guid: str | None = None) -> Fingerprint:
    """That of a note as it goes into a package: `fields` in the shape's order, `tags` as `anki_tags` gives them."""
    names = tuple(tags)
    whole = whole_hash(type_name, "\x1f".join(fields), names)
    return Fingerprint(whole, type_name, tags_hash(names), tuple(map(field_hash, fields)), guid)


def parse(text: str) -> Fingerprint:
    """The fingerprint of a `content` event's text; what cannot be understood counts as `whole`, equal to nothing."""
    whole, _, rest = text.partition(";")
    rest, mark, named = rest.rpartition(";@") if rest.rpartition(";")[2].startswith("@") else (rest, "", "")
    parts = rest.rsplit(";", 2)  # a type's name may hold a semicolon
    if len(parts) != 3 or not _is_hex(parts[1], _DIGITS) or len(parts[2]) % _DIGITS or not _HEX.issuperset(parts[2]):
        return Fingerprint(whole)
    digits = parts[2]
    fields = tuple(digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS))
    return Fingerprint(whole, parts[0], parts[1], fields, unquote(named, errors="surrogatepass") if mark else None)


def whole_hash(type_name: str, fields: str, tags: Iterable[str]) -> str:
    """16 hex digits that change with what Anki would update on the note: fields, tags, type; not the deck.

    `fields` are parted by the control character 1F. How letters are composed makes no difference.
    """
    return _digest("\x1e".join((type_name, *tags, composed(fields))), 8)


def is_whole(known: str, type_name: str, fields: str, tags: Iterable[str]) -> bool:
    """Whether `known` is the `whole_hash` of these; earlier versions took letters as they were spelled."""
    names = tuple(tags)
    if known == whole_hash(type_name, fields, names):
        return True
    return composed(fields) != fields and known == _digest("\x1e".join((type_name, *names, fields)), 8)


def composed(text: str) -> str:
    """The text in NFC, as Anki keeps it unless it was told otherwise."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def field_hash(text: str) -> str:
    """Six hex digits for one field's HTML, the same in every Unicode form: Anki keeps composed letters."""
    if not text:
        return _EMPTY
    return _digest(composed(text), _DIGITS // 2)


def tags_hash(tags: Iterable[str]) -> str:
    """Six hex digits for tags in any order and case: Anki writes a tag as it first met it."""
    names = {unicodedata.normalize("NFC", tag).casefold() for tag in tags}
    return _digest(" ".join(sorted(names)), _DIGITS // 2)


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and _HEX.issuperset(text)


def _storable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text) if not text.isascii() else True


_EMPTY = _digest("", _DIGITS // 2)
