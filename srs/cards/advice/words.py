"""Text taken apart for advice: what of it is prose, its words, stems and sentences. Knows English, and no cards.

Stems are cut by rule and so are crude: `learning`, `learned` and `learns` become one, and that is all they are for.
Where a text is not English its words are only counted.
"""

import re
from functools import lru_cache

from srs.cards import derived

LONGEST = 5_000
"""Characters of a text that are looked at. No card is longer, and decks come from strangers."""

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`]+(?=\S)|(?<=\S)[*`]+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)")
_GAP = re.compile(r"_{3,}")
_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’(?!\w)|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_SENTENCE = re.compile(r"(?<=[.?!])[\"”’)*_]*\s+|\n\s*\n")
_ASIDE = re.compile(r"\([^()]*\)")
_ENDINGS = ("ations", "ation", "ingly", "ings", "edly", "ers", "ing", "ies", "ied", "ion", "es", "ed", "er", "ly", "s")
_SHORTEST = 3


def word_set(text: str) -> frozenset[str]:
    """The words of a text, which is how sets of many words are written here."""
    return frozenset(text.split())


ASKING = word_set("what which who whom whose when where why how")
HELPING = word_set(
    "is are was were am be been being isn't aren't wasn't weren't do does did don't doesn't didn't has have had"
    " can could will would shall should may might must"
)
_SMALL = (
    ASKING
    | HELPING
    | word_set(
        "a about above after again against all also an and another any as at because before below between both but"
        " by down each either else every few first for from further he her here hers him his i if in into it its"
        " itself just less like made make makes many me more most much my name named no nor not of off on once one"
        " only or other our out over own per same she since so some such t than that the their them then there these"
        " they this those through to too two under until up us very via we while with within without yes you your s"
        " called call calls get gets kind use used uses using"
    )
)


@lru_cache(1024)
def prose(text: str) -> str:
    """What a person reads of a Markdown text: no fenced code, tables and pictures, no emphasis; gaps are `…`."""
    text = _TABLE.sub("", _FENCE.sub("\n\n", text[:LONGEST]))
    text = _GAP.sub("…", _LINK.sub(r"\1", _PICTURE.sub("", text)))
    return _MARKS.sub("", text).strip()


def has_code(text: str) -> bool:
    """Whether a Markdown text holds a block of code or a table, which are read at a glance and not word by word."""
    return _FENCE.search(text) is not None or _TABLE.search(text) is not None


def unquoted(text: str) -> str:
    """Prose without what stands between quotation marks: somebody else's words."""
    return _QUOTED.sub("“”", text)


def without_asides(text: str) -> str:
    """Prose without what stands in brackets, which nobody has to say."""
    return _ASIDE.sub("", text)


def count(text: str) -> int:
    """How many words prose has; signs that stand alone are none."""
    return derived.words(re.sub(r"(?<!\S)[^\w\s]+(?!\S)", "", text))


def sentences(text: str) -> list[str]:
    """The sentences of prose."""
    return [each.strip() for each in _SENTENCE.split(text) if each.strip()]


def words(text: str) -> list[str]:
    """The words of prose, in lower case."""
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


@lru_cache(1024)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning, in order."""
    return tuple(stem(word) for word in words(text) if telling(word))


def telling(word: str) -> bool:
    """Whether a word carries meaning by itself."""
    return word not in _SMALL and (len(word) > 1 or word.isdigit() or not word.isascii())


@lru_cache(8192)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    word = word.removesuffix("'s")
    if word.isdigit():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)]
            break
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > _SHORTEST and word[-1] in "eyi" else word
