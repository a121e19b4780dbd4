"""Ids of notes and prompts: which texts are ids, and the id of a note that was given none. Knows nothing of decks.

A derived id is a promise: a collection's history hangs on it. So the rule below is frozen for ever, with the vectors in
tests/cards/test_identity.py as its witness:

1. Take the marker's text without the white space around it, in Unicode form NFC.
2. The hash is the first six hex digits of the SHA-256 of its UTF-8 bytes.
3. The slug is its form NFKD without combining marks, in lower case, each run of characters other than `a-z0-9` made one
   `-`, cut to 32 characters, without `-` at either end. Markdown marks simply fall out.
4. The id is slug, `-`, hash; where the slug is empty (a question in Chinese, say), `n-` and the hash.
"""

import re
import unicodedata

from srs.sha import sha256

LONGEST_SLUG = 32
LONGEST_ID = 200
"""Characters of the id of a note, a prompt or a card template: so a card's id always fits a line of the journal."""
ID_RULE = f"an id is made of a-z, 0-9, `.`, `_` and `-`, at most {LONGEST_ID} of them"

_VALID = re.compile(rf"[a-z0-9._-]{{1,{LONGEST_ID}}}")
_BETWEEN = re.compile(r"[^a-z0-9]+")


def valid_id(text: str) -> bool:
    """Whether `text` may be the id of a note or a prompt."""
    return _VALID.fullmatch(text) is not None


def slug(text: str) -> str:
    """The readable part of a derived id; may be empty."""
    return dashed(text)[:LONGEST_SLUG].rstrip("-")


def dashed(text: str) -> str:
    """The slug of a text before it is cut."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _BETWEEN.sub("-", text.lower()).strip("-")


def derived_id(text: str) -> str:
    """The id of a note whose marker says `text`. A lone surrogate raises UnicodeEncodeError; no file holds one."""
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return f"{slug(text) or 'n'}-{sha256(text.encode())[:6]}"
