"""Texts made from other texts: a definition with the name hidden, the opening of a quote. Knows nothing of notes."""

import html
import re
from functools import cache

FEWEST_WORDS = 3  # a text with fewer has no opening: at least two words stay hidden
BLANK = '<span class="mask">____</span>'

_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"(?P<entity>&[#\w]+;)|\w+")
# In scripts that put no spaces between words, each character counts as one.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_ENDS_CLAUSE = re.compile(r"[,;:.!?…—–)，。；：！？、][\"'”’»)]*$")
_COMMON = frozenset({
    "about", "after", "before", "between", "does", "from", "have", "into", "only", "over", "such", "than", "that",
    "their", "them", "then", "they", "this", "under", "what", "when", "where", "which", "while", "with", "your",
})  # fmt: skip
_SHORTEST_STEM = 5
_LONGEST_ENDING = 4


@cache
def _piece() -> re.Pattern[str]:
    """A word; compiled when it is asked for, since such sets of characters take longer than all else in a start."""
    return re.compile(rf"[{_UNSPACED}][^\s\w]*|[^\s{_UNSPACED}]+")


def words(text: str) -> int:
    """How many words a text has; a character counts as one in scripts without spaces."""
    return sum(1 for _ in _piece().finditer(text))


def opening(text: str) -> str:
    """The start of a text of FEWEST_WORDS or more, up to the end of a clause or word near the middle, then `…`."""
    pieces = list(_piece().finditer(text))
    if len(pieces) < FEWEST_WORDS:
        return "…"
    middle = (pieces[0].start() + pieces[-1].end()) / 2

    def distance(index: int) -> float:
        piece = pieces[index]
        # A comma is worth being as far off the middle as a fifth of the text.
        bonus = 0.2 * len(text) if _ENDS_CLAUSE.search(piece[0]) else 0
        return abs(piece.end() - middle) - bonus

    last = min(range(len(pieces) - 2), key=distance)
    return f"{text[: pieces[last].end()]} …"


def masked(source: str, name: str) -> str:
    """HTML with the words of `name` (plain text) blanked out, inflected forms too. Small words stay."""
    phrase = _phrase(name)
    hidden = [word.casefold() for word in re.findall(r"\w+", name) if _tells(word)]

    def blank(text: str) -> str:
        if phrase is not None:
            text = phrase.sub("\0", text)
        return _WORD.sub(lambda match: "\0" if not match["entity"] and gives_away(match[0]) else match[0], text)

    def gives_away(word: str) -> bool:
        return any(_same_stem(word.casefold(), each) for each in hidden)

    out: list[str] = []
    position = 0
    for match in _TAG.finditer(source):
        out += (blank(source[position : match.start()]), match[0])
        position = match.end()
    out.append(blank(source[position:]))
    return "".join(out).replace("\0", BLANK)


def _phrase(name: str) -> re.Pattern[str] | None:
    """The whole name, however its words are joined."""
    parts = [re.escape(html.escape(part)) for part in re.split(r"[\s_-]+", name) if part]
    if not parts:
        return None
    before = r"(?<!\w)" if _is_spaced(name.strip()[0]) else ""
    after = r"(?!\w)" if _is_spaced(name.strip()[-1]) else ""
    return re.compile(before + r"[\s_-]+".join(parts) + after, re.IGNORECASE)


def _is_spaced(char: str) -> bool:
    return re.match(rf"(?![{_UNSPACED}])\w", char) is not None


def _tells(word: str) -> bool:
    """Whether a word of the name would give the name away: long enough and not a common one, or an abbreviation."""
    return (len(word) >= 4 and word.casefold() not in _COMMON) or sum(map(str.isupper, word)) >= 2


def _same_stem(one: str, other: str) -> bool:
    if one == other or one in (other + "s", other + "es") or other in (one + "s", one + "es"):
        return True
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    if shared < _SHORTEST_STEM:
        return False
    rest = max(len(one), len(other)) - shared
    return shared in (len(one), len(other)) or rest <= _LONGEST_ENDING
