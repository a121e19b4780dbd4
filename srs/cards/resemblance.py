"""Which texts are alike: an id and the text it was made of before an edit, two questions. Knows no notes and no decks.

Of the text before, only the id is left: the first 32 characters of its slug, and a hash, which tells only equality.
So words are compared. A word that both have speaks for an edit, a word that only one has speaks against it, each by its
length (at least 4, since `c` and `z` tell cards apart as well as long words do); words such as `what` and `the` do not
count. A word with one mistyped letter, or another ending, is the same word; numbers never are.

An edit that adds words or takes some away leaves the others, while one that puts a word in place of another may be
another question (`capital of France`, `capital of Italy`), so more must be left there. The bounds are on the safe side:
an edit that is not seen costs a line written by hand, a wrong one gives a card a history that is not its own.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from srs.cards.identity import LONGEST_SLUG, dashed
from srs.values import frozen

GROWN = 0.7
"""From here on a text with words more, or fewer, is the same one."""
REWORDED = 0.8
"""From here on a text with other words for some is the same one."""

_DERIVED = re.compile(r"([a-z0-9][a-z0-9-]*)-[0-9a-f]{6}")
_WEIGHTLESS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can do does for from had has have how i if in is it its of on or s so t that the"
        " their there these they this to was we were what when where which who whom why will with you your",
    )
)
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "n", "r")
_LEAST = 4
_START = 2
_INSERTED = 4
"""Up to so many words put in, the words of a cut slug are looked for."""
_ENOUGH = 3
"""So many words of a cut slug must be left, lest any question on a subject look like all the others on it."""
_APART = 0.1


@frozen
class Shape:
    """A text as it is compared: its slug, and all its words."""

    slug: str
    words: tuple[str, ...]


def shape(text: str) -> Shape:
    """The shape of a text."""
    whole = dashed(text)
    return Shape(whole[:LONGEST_SLUG].rstrip("-"), tuple(whole.split("-")))


class Shelf:
    """Shapes by how their words begin, so that an id need not be compared with all of them."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._shapes = list(shapes)
        self._by_start: dict[str, list[int]] = {}
        for number, each in enumerate(self._shapes):
            for start in {word[:_START] for word in _counted(each.words)}:
                self._by_start.setdefault(start, []).append(number)

    def near(self, id: str) -> list[tuple[int, Shape]]:
        """The shapes, and their numbers, in which a third of the words begin as words of the id do."""
        starts = {word[:_START] for word in _counted(id.rpartition("-")[0].split("-"))}
        found = Counter(number for start in starts for number in self._by_start.get(start, ()))
        return [(number, self._shapes[number]) for number, count in found.items() if 3 * count >= len(starts)]


def looks_derived(id: str) -> bool:
    """Whether an id may be made from a text, and shows something of it."""
    found = _DERIVED.fullmatch(id)
    return found is not None and found[1] != "n" and len(found[1]) <= LONGEST_SLUG


def same_card(id: str, text: Shape, others: Iterable[Shape]) -> float:
    """How much a derived id looks like that of an earlier form of `text`, up to 1; 0 where that is too little.

    `others` are the texts that have ids and histories of their own. Where one of them looks about as much like it, what
    is alike is only how this collection writes its questions.
    """
    old = id.rpartition("-")[0]
    found, reworded = _compared(old, text)
    if found < (REWORDED if reworded else GROWN):
        return 0.0
    return 0.0 if any(_compared(old, other)[0] > found - _APART for other in others) else found


def _compared(old: str, text: Shape) -> tuple[float, bool]:
    """The resemblance of a cut slug to a text, and whether words stand in place of others."""
    if old == text.slug:
        return 1.0, False
    broken = len(old) >= LONGEST_SLUG - 1
    before, stem = _seen(old.split("-"), broken)
    after, _ = _seen(text.slug.split("-"), len(text.slug) >= LONGEST_SLUG - 1) if broken else (_counted(text.words), "")
    within = _counted(text.words[: old.count("-") + 1 + _INSERTED]) if broken else after
    lost, added = _missing(before, within, stem, broken), _missing(after, before, stem, broken)
    kept = _sum(before) - _sum(lost)
    few = broken and (lost or added) and len(before) - len(lost) < _ENOUGH
    if not kept or few or (_numbers(lost) and _numbers(added)):
        return 0.0, True
    return 2 * kept / (2 * kept + _sum(lost) + _sum(added)), bool(lost and added)


def _seen(words: Sequence[str], cut: bool) -> tuple[list[str], str]:
    """The words that count, and the one that may go on. A cut one of which little is seen does not count."""
    if not cut or len(words[-1]) >= _LEAST:
        return _counted(words), words[-1] if cut else ""
    return _counted(words[:-1] or words), ""


def _counted(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _WEIGHTLESS] or list(words)


def _missing(words: Sequence[str], others: Sequence[str], stem: str, in_order: bool) -> list[str]:
    """The words that are not among `others`, each of which answers for one. The word `stem`, on either side, may go on.

    Of a cut text most may be out of sight, so what is seen of it has to come in its order.
    """
    left, missing = list(others), []
    for word in words:
        at = next((at for at, each in enumerate(left) if _same(word, each, stem)), -1)
        if at < 0:
            missing.append(word)
        else:
            del left[0 if in_order else at : at + 1]
    return missing


def _same(one: str, other: str, stem: str) -> bool:
    if one == other or (stem and stem in (one, other) and one.startswith(stem) and other.startswith(stem)):
        return True
    if one[:1] != other[:1] or _has_digit(one) or _has_digit(other):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) > 2 and long.startswith(short) and long[len(short) :] in _ENDINGS:
        return True
    return len(short) > _LEAST and _one_slip(short, long)


def _one_slip(short: str, long: str) -> bool:
    """Whether one letter more, another letter, or two letters swapped make the one word the other."""
    at = next((place for place, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    if len(long) > len(short):
        return long[at + 1 :] == short[at:]
    swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
    return long[at + 1 :] == short[at + 1 :] or swapped == long


def _has_digit(word: str) -> bool:
    return not word.isalpha()


def _numbers(words: Iterable[str]) -> bool:
    return any(map(_has_digit, words))


def _sum(words: Iterable[str]) -> int:
    return sum(max(len(word), _LEAST) for word in words)


# Two questions, both known whole

_NEVER = 0.8 * GROWN  # other endings make a word longer, but not by so much
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\W_]+[+#]*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GAPS = re.compile(r"\{\{c[0-9,]+::|::[^{}:]*\}\}|\}\}")
_CODE = re.compile(r"`+([^`]+)`+")


@frozen
class Question:
    """A question as it is compared: the words that count, and what stands in it as code."""

    words: tuple[str, ...]
    code: frozenset[str]


def question(text: str) -> Question:
    """The question that a text asks, in any script; one without spaces between words is taken two signs at a time."""
    text = _GAPS.sub(" ", text)
    found: list[str] = []
    for word in _WORDS.findall(unicodedata.normalize("NFC", text).casefold()):
        pairs = len(word) > 1 and _UNSPACED.match(word)
        found += [word[at : at + 2] for at in range(len(word) - 1)] if pairs else [word]
    return Question(tuple(_counted(found)), frozenset(_CODE.findall(text)))


def alike(one: Question, other: Question) -> float:
    """How much of two questions is the same, up to 1; 0 where that is too little for one that is asked twice.

    The bounds are those of an edit, for the reason given there: other words for some mostly make another question, as
    with `sin x` and `cos x`. Of 25,000 pairs in the shipped collection, which asks nothing twice, none reaches them.
    """
    less, more = sorted((_sum(one.words), _sum(other.words)))
    if 2 * less < _NEVER * (less + more):
        return 0.0
    lost, added = _missing(one.words, other.words, "", False), _missing(other.words, one.words, "", False)
    if (_numbers(lost) and _numbers(added)) or (one.code and other.code and one.code != other.code):
        return 0.0
    kept = _sum(one.words) - _sum(lost)
    found = 2 * kept / (2 * kept + _sum(lost) + _sum(added)) if kept else 0.0
    return found if found >= (REWORDED if lost and added else GROWN) else 0.0
