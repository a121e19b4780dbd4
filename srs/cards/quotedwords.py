"""The words of a text without its typography, each with its line. Knows nothing of quotes, notes or files.

Typography is what may differ between two copies of the same words: quotation marks, dashes and hyphens, ellipses and
all other punctuation, white space and line ends, soft hyphens and words broken at the end of a line, the Unicode form,
ligatures, Markdown's emphasis, links, headings and block quotes, numbers of footnotes in brackets. Signs that mean
something (`%`, `++`, `=`, `$`) are words of their own; of a script without spaces, each sign is one.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping

from srs.values import frozen

_SIGNS = re.escape("#$%&+/<=>@^~|\\")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
)
_PUNCTUATION = (
    re.escape("!\"'()*,-.:;?[]_`{}")
    + "\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf\u02bc\u0589\u05be\u060c\u061b\u061f\u06d4\u0964\u0965"
    + "\u2000-\u206f\u2e00-\u2e7f"
    + "\u3000-\u3004\u3008-\u3020\u3030\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_LETTERS = f"[^\\s{_SIGNS}{_UNSPACED}{_PUNCTUATION}]+"
_WORD = re.compile(f"[{_SIGNS}]+|[{_UNSPACED}]|{_LETTERS}(?:'{_LETTERS})*")
_ONE_BY_ONE = re.compile(f"[{_UNSPACED}]")
_SAME = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4`\uff07", "'")
    | dict.fromkeys("\u2010\u2011", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
    | {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
_AT_THE_MARGIN = re.compile(r"^\s*(?:(?:>|#{1,6}\s|[-+*]\s)\s*)+")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_FOOTNOTE = re.compile(r"\[\^?\d{1,3}\]|\[sic\]")
_CAPITAL = re.compile(r"\[(\w)\](?=\w)")
_BROKEN = re.compile(r"[^\W\d_][-\u00ad\u2010]$")


@frozen
class Words:
    """The words of a text in order. `starts` are the numbers of the words that begin its lines; see `line`.

    `broken` leads from each word whose line ends in a hyphen to itself and the next in one, should they be one word.
    """

    words: list[str]
    starts: list[int]
    broken: Mapping[int, str]

    def line(self, word: int) -> int:
        """The line, from 1, in which word number `word` stands."""
        return bisect_right(self.starts, word)


def words_of(text: str) -> Words:
    """All words of a text whose lines end in `\\n`."""
    words: list[str] = []
    starts: list[int] = []
    broken: list[int] = []
    for line in text.split("\n"):
        starts.append(len(words))
        words += _WORD.findall(_plain(line))
        if _BROKEN.search(line.rstrip()) and words:
            broken.append(len(words) - 1)
    joined = {at: words[at] + words[at + 1] for at in broken if at + 1 < len(words)}
    return Words(words, starts, joined)


def in_one_line(words: list[str]) -> str:
    """Words as text again, with spaces where their script has them."""
    said = ""
    for word in words:
        close = not said or (_ONE_BY_ONE.match(word) and _ONE_BY_ONE.match(said[-1]))
        said += word if close else f" {word}"
    return said


def _plain(line: str) -> str:
    if not line.isascii():
        line = unicodedata.normalize("NFC", line).translate(_SAME)
    line = _AT_THE_MARGIN.sub("", line)
    if "[" in line:
        line = _CAPITAL.sub(r"\1", _FOOTNOTE.sub(" ", _LINK.sub(r"\1", line)))
    return line
