"""A typed answer beside the right one: do they agree, where do they differ, what rating suggests that. Knows no notes.

Both are compared as a person reads them: composed letters (NFC), each run of white space as one space, invisible
characters that come along with copied text left out, typographic quotes and dashes as the keyboard has them. What is
compared are graphemes, so a letter and its marks are never torn apart. Time is bounded whatever the length: what is too
long to be aligned letter by letter is aligned by words, and what is too long for that counts as wrong as a whole.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Literal

from srs.values import frozen

Kind = Literal["equal", "missing", "extra", "wrong"]
Slip = Literal["", "case", "accents", "ending", "typo"]

AGAIN, HARD, GOOD = 1, 2, 3

_MOST = 200_000  # pairs of graphemes, or of words, that are aligned
_LONG_WORD = 6  # letters from which on one wrong letter is a slip
_LEAST_ALIKE = 3  # less than one in so many equal: the two are not compared piece by piece
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_TYPOGRAPHIC = str.maketrans("‘’‚‛“”„‟‐‑‒–—−", "''''\"\"\"\"------")
_END = ".!?。！？"
_SOUND = re.compile(r"\[sound:[^\]]*\]|\[anki:play:[^\]]*\]")
_MATHS = re.compile(r"\\[()\[\]]")


@frozen
class Part:
    """A stretch of both texts. `missing` has nothing typed, `extra` nothing expected; the others have both."""

    kind: Kind
    given: str
    expected: str


@frozen
class Comparison:
    """`given` and `expected` in reading form; the parts, joined, are these two texts.

    `slip` is what small thing is wrong, if that is all. `rating` is a suggestion: 3 where they agree, 2 for a slip,
    else 1; None where nothing was typed.
    """

    given: str
    expected: str
    equal: bool
    parts: tuple[Part, ...]
    slip: Slip
    rating: int | None


def compare(given: str, expected: str, accents: bool = True, case: bool = True) -> Comparison:
    """What was typed beside the right answer, both plain text. `accents`, `case`: whether they count."""
    given, expected = reading_form(given), reading_form(expected)
    ours, theirs = graphemes(given), graphemes(expected)

    def key(text: str) -> str:
        return folded(text, accents, case)

    equal = key(given) == key(expected)
    if not given:
        return Comparison(given, expected, equal, _whole("", expected, "missing"), "", None)
    parts = _whole(given, expected, "equal") if equal else _parts(ours, theirs, key)
    slip: Slip = "" if equal else _slip(given, expected, accents, case)
    return Comparison(given, expected, equal, parts, slip, GOOD if equal else HARD if slip else AGAIN)


def reading_form(text: str) -> str:
    """The text composed, without invisible characters and line ends, each run of white space as one space."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def folded(text: str, accents: bool, case: bool) -> str:
    """What of a text in reading form counts. Texts that fold alike are the same answer."""
    text = text.translate(_TYPOGRAPHIC)
    if not accents:
        text = "".join(
            letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.category(letter).startswith("M")
        )
    if not case:
        text = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", text)


def expected_text(html: str) -> str:
    """The right answer, from its HTML, as somebody would type it: no markup, sounds or signs around formulas."""
    from srs.cards.plain import to_text

    return reading_form(_MATHS.sub("", to_text(_SOUND.sub("", html))))


def graphemes(text: str) -> list[str]:
    """The letters of a text with their marks."""
    if text.isascii():
        return list(text)
    from wcwidth import iter_graphemes

    return list(iter_graphemes(text))


def _whole(given: str, expected: str, kind: Kind) -> tuple[Part, ...]:
    return (Part(kind, given, expected),) if given or expected else ()


def _parts(given: list[str], expected: list[str], key: Callable[[str], str]) -> tuple[Part, ...]:
    """The two texts as parts, aligned so that little differs: the same way whichever of the two was typed."""
    if given > expected:
        return tuple(_swapped(part) for part in _parts(expected, given, key))
    ours, theirs = [key(each) for each in given], [key(each) for each in expected]
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    if (len(given) - start - end) * (len(expected) - start - end) > _MOST:  # whole words will be aligned
        while start and expected[start - 1] != " ":
            start -= 1
        while end and expected[-end] != " ":
            end -= 1
    middle = _Side(given[start : len(given) - end], ours[start : len(ours) - end])
    wanted = _Side(expected[start : len(expected) - end], theirs[start : len(theirs) - end])
    pairs = _aligned(middle, wanted)
    alike = start + end + sum(len(graphemes(part.expected)) for part in pairs if part.kind == "equal")
    if alike * _LEAST_ALIKE < max(len(given), len(expected)):
        return _differing("".join(given), "".join(expected))
    head = Part("equal", "".join(given[:start]), "".join(expected[:start]))
    tail = Part("equal", "".join(given[len(given) - end :]), "".join(expected[len(expected) - end :]))
    return _joined([head, *pairs, tail])


def _swapped(part: Part) -> Part:
    kinds: dict[Kind, Kind] = {"missing": "extra", "extra": "missing"}
    return Part(kinds.get(part.kind, part.kind), part.expected, part.given)


@frozen
class _Side:
    """Pieces of one text, and what of each counts."""

    texts: Sequence[str]
    keys: Sequence[str]

    def words(self) -> "_Side":
        """The same in pieces that end after each space."""
        texts, keys = [""], [""]
        for text, key in zip(self.texts, self.keys, strict=True):
            texts[-1] += text
            keys[-1] += key
            if text == " ":
                texts.append("")
                keys.append("")
        return _Side(texts, keys)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces both begin with."""
    for count, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return count
    return min(len(one), len(other))


def _aligned(given: _Side, expected: _Side) -> list[Part]:
    """The parts of two stretches: by pieces, by words where those are too many, or as one."""
    for one, other in ((given, expected), (given.words(), expected.words())):
        if len(one.texts) * len(other.texts) <= _MOST:
            return _distance(one, other)
    return list(_differing("".join(given.texts), "".join(expected.texts)))


def _distance(given: _Side, expected: _Side) -> list[Part]:
    """The parts by edit distance, in which a wrong piece costs as much as a missing or an extra one."""
    ours, theirs = given.keys, expected.keys
    table = [list(range(len(theirs) + 1))]
    for i, a in enumerate(ours, 1):
        above, row = table[-1], [i]
        for j, b in enumerate(theirs, 1):
            row.append(min(above[j - 1] + _cost(a, b), above[j] + 1, row[-1] + 1))
        table.append(row)
    found: list[Part] = []
    i, j = len(ours), len(theirs)
    while i or j:
        here = table[i][j]
        if i and j and here == table[i - 1][j - 1] + _cost(ours[i - 1], theirs[j - 1]):
            i, j = i - 1, j - 1
            found.append(Part("equal" if ours[i] == theirs[j] else "wrong", given.texts[i], expected.texts[j]))
        elif i and here == table[i - 1][j] + 1:
            i -= 1
            found.append(Part("extra", given.texts[i], ""))
        else:
            j -= 1
            found.append(Part("missing", "", expected.texts[j]))
    return found[::-1]


def _cost(given: str, expected: str) -> int:
    """What it costs to take one piece for another. A space is no wrong letter, so words stay beside each other."""
    return 0 if given == expected else 2 if " " in (given, expected) else 1


def _differing(given: str, expected: str) -> tuple[Part, ...]:
    return _whole(given, expected, "wrong" if given and expected else "extra" if given else "missing")


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same parts, neighbours of one kind as one, empty ones left out."""
    found: list[Part] = []
    for part in parts:
        if not part.given and not part.expected:
            continue
        if found and found[-1].kind == part.kind:
            part = Part(part.kind, found[-1].given + part.given, found.pop().expected + part.expected)
        found.append(part)
    return tuple(found)


def _slip(given: str, expected: str, accents: bool, case: bool) -> Slip:
    """The small thing that is wrong, if it is all that is."""

    def same(accents: bool, case: bool) -> bool:
        return folded(given, accents, case) == folded(expected, accents, case)

    if case and same(accents, False):
        return "case"
    if accents and (same(False, case) or same(False, False)):
        return "accents"
    ours, theirs = folded(given, False, False), folded(expected, False, False)
    if ours.rstrip(_END).rstrip() == theirs.rstrip(_END).rstrip() != "":
        return "ending"
    return "typo" if _is_typo(ours, theirs) else ""


def _is_typo(given: str, expected: str) -> bool:
    """Whether one letter in a long word, not its first, is wrong, missing or too much, or two are swapped."""
    ours, theirs = given.split(" "), expected.split(" ")
    if len(ours) != len(theirs):
        return False
    off = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if len(off) != 1:
        return False
    one, other = map(graphemes, off[0])
    if len(other) < _LONG_WORD or not off[0][1].isalpha() or one[:1] != other[:1]:
        return False
    start = _common(one, other)
    end = _common(one[start:][::-1], other[start:][::-1])
    a, b = one[start : len(one) - end], other[start : len(other) - end]
    return (len(a) <= 1 and len(b) <= 1) or (len(a) == 2 and a == b[::-1])
