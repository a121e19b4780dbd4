"""Whether the words of a quote stand in a text: the same, nearly the same, or not. Knows no notes, no files.

Words are compared, not typography (`quotedwords`), and how the first word's first letter is written does not count. An
ellipsis in a quote, `…` or `[...]`, stands for words left out: what it parts must follow in order, not too far apart.

The same words are looked for in the whole text at once, which takes time by its length. Only where they are not there,
the rarest of them show where something similar may stand, and only that part is compared word by word.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from math import log
from typing import Literal, NamedTuple

from srs.cards.quotedwords import Words, in_one_line, words_of
from srs.values import frozen

Found = Literal["verbatim", "near", "absent"]

LEFT_OUT = 200
"""So many words an ellipsis may stand for. Without a bound, any few words would be found in order in a long text."""
_ELLIPSIS = re.compile(r"[\[(]\s*(?:…|\.\s?\.\s?\.)\s*[\])]|…|\.{3,}|\.\s\.\s\.")
_MOST_PARTS = 20
_SAME_WORDS = 0.6  # of the quote's words, for words that are near
_SAME_WEIGHT = 0.5  # of what they weigh, so that `the … of the` alone is not near
_SEEDS = 4000
_WINDOWS = 4
_LONG = 500
_CONTEXT = 2
_LONGEST_DIFF = 40


@frozen
class Comparison:
    """What was found, in which lines of the text (from 1; 0 where it is absent).

    `differences` of words that are near, in words: `[-…-]` stands only in the quote, `{+…+}` only in the text.
    """

    found: Found
    first: int = 0
    last: int = 0
    differences: str = ""


class _Span(NamedTuple):
    """Words `start` to `end` of the text for one part of a quote. `same`: pairs of equal words, by their numbers."""

    start: int
    end: int
    same: tuple[tuple[int, int, int], ...]


class Text:
    """A text in which quotes are looked for; made once for all of them."""

    def __init__(self, text: str) -> None:
        self._read: Words = words_of(text)

    def compare(self, quote: str, line: int | None = None) -> Comparison | None:
        """Look for a quote; of several places the one next to `line` counts. None where the quote has no words."""
        parts = _parts(quote)
        if not parts:
            return None
        here = self._as_read_for(parts)
        same = here.verbatim(parts, line)
        if same:
            return Comparison("verbatim", *here.lines(*same))
        return here.near(parts) or Comparison("absent")

    def _as_read_for(self, parts: Sequence[Sequence[str]]) -> "_Searchable":
        """The text, with the words that a line end broke made whole where the quote has them so."""
        wanted = {word for part in parts for word in part}
        joined = {at: word for at, word in self._read.broken.items() if word in wanted}
        return self._joined(joined) if joined else self._whole

    @cached_property
    def _whole(self) -> "_Searchable":
        return _Searchable(self._read.words, self._read)

    def _joined(self, joined: dict[int, str]) -> "_Searchable":
        words: list[str] = []
        shift: list[int] = []
        for at, word in enumerate(self._read.words):
            if at - 1 not in joined:
                words.append(joined.get(at, word))
                shift.append(at)
        starts = [bisect_left(shift, start) for start in self._read.starts]
        return _Searchable(words, Words(words, starts, {}))


class _Searchable:
    """Words of a text with what searching them takes, made when it is asked for."""

    def __init__(self, words: list[str], places: Words) -> None:
        self.words = words
        self._places = places

    def lines(self, start: int, end: int) -> tuple[int, int]:
        return self._places.line(start), self._places.line(end - 1)

    @cached_property
    def _text(self) -> str:
        return f" {' '.join(self.words)} "

    @cached_property
    def _offsets(self) -> list[int]:
        """Where each word's leading space stands in `_text`."""
        return list(accumulate((len(word) + 1 for word in self.words[:-1]), initial=0)) if self.words else []

    @cached_property
    def _positions(self) -> dict[str, list[int]]:
        positions: dict[str, list[int]] = {}
        for at, word in enumerate(self.words):
            positions.setdefault(word.casefold(), []).append(at)
        return positions

    def verbatim(self, parts: Sequence[Sequence[str]], line: int | None) -> tuple[int, int] | None:
        """The words that hold all parts in order, as (first, behind the last)."""
        reached = [(at, at, at + len(parts[0])) for at in self._occurrences(parts[0])]
        for part in parts[1:]:
            reached = list(_followed(reached, self._occurrences(part), len(part)))
        if not reached:
            return None
        spans = [(first, end) for first, _, end in reached]
        if line is None:
            return spans[0]
        return min(spans, key=lambda span: _distance(self.lines(*span), line))

    def _occurrences(self, part: Sequence[str]) -> list[int]:
        found: set[int] = set()
        for first in _spellings(part[0]):
            needle = f" {' '.join([first, *part[1:]])} "
            at = self._text.find(needle)
            while at >= 0:
                found.add(bisect_left(self._offsets, at))
                at = self._text.find(needle, at + 1)
        return sorted(found)

    def near(self, parts: Sequence[Sequence[str]]) -> Comparison | None:
        """Where the parts stand in other words, if enough of their words stand there."""
        spans = self._closest(parts, 0, len(self.words))
        found = [span for span in spans if span]
        if len(found) < len(spans):
            return None
        size = sum(map(len, parts))
        weights = [[self._weight(word) for word in part] for part in parts]
        same = weight = 0.0
        for span, weighed in zip(found, weights, strict=True):
            for at, _, length in span.same:
                same += length
                weight += sum(weighed[at : at + length])
        if same < _SAME_WORDS * size or weight < _SAME_WEIGHT * sum(map(sum, weights)):
            return None
        told = " … ".join(self._told(part, span) for part, span in zip(parts, found, strict=True))
        return Comparison("near", *self.lines(found[0].start, found[-1].end), _short(told))

    def _closest(self, parts: Sequence[Sequence[str]], low: int, high: int) -> list[_Span | None]:
        """For each part where it stands most nearly: first the one that weighs most, then the others around it."""
        if not parts:
            return []
        heaviest = max(range(len(parts)), key=lambda number: sum(map(self._weight, parts[number])))
        span = self._closest_span(parts[heaviest], low, high)
        if span is None:
            return [None] * len(parts)
        before = self._closest(parts[:heaviest], max(low, span.start - _reach(parts[:heaviest])), span.start)
        after = self._closest(parts[heaviest + 1 :], span.end, min(high, span.end + _reach(parts[heaviest + 1 :])))
        return [*before, span, *after]

    def _closest_span(self, part: Sequence[str], low: int, high: int) -> _Span | None:
        spans = [span for window in self._windows(part, low, high) for span in self._alignments(part, *window)]
        return max(spans, key=lambda span: sum(size for _, _, size in span.same), default=None)

    def _windows(self, part: Sequence[str], low: int, high: int) -> Iterator[tuple[int, int]]:
        """Parts of the text in which many of the words that are rare in it stand close together, the best first."""
        size, slack = len(part), len(part) // 4 + 3
        seeds = self._seeds(part, low, high)
        start = 0
        weight = 0.0
        scored: list[tuple[float, int, int]] = []
        for at, here in seeds:
            weight += here
            while seeds[start][0] < at - size - slack:
                weight -= seeds[start][1]
                start += 1
            scored.append((-weight, seeds[start][0], at))
        chosen: list[tuple[int, int]] = []
        for _, first, last in sorted(scored):
            if all(last < begin or first > end for begin, end in chosen):
                chosen.append((first, last))
                yield max(low, first - size - slack), min(high, last + size + slack)
            if len(chosen) == _WINDOWS:
                return

    def _seeds(self, part: Sequence[str], low: int, high: int) -> list[tuple[int, float]]:
        """Where the rarest words of a part stand, with what each weighs; of frequent ones as many as is quick."""
        seeds: list[tuple[int, float]] = []
        within = [self._positions.get(word, []) for word in {word.casefold() for word in part}]
        for positions in sorted((each for each in within if each), key=len):
            first, last = bisect_left(positions, low), bisect_left(positions, high)
            if seeds and len(seeds) + last - first > _SEEDS:
                break
            weight = self._weight(self.words[positions[0]])
            seeds += [(at, weight) for at in positions[first:last]]
        return sorted(seeds)

    def _weight(self, word: str) -> float:
        """Rare words tell more; one that is nowhere tells as much as one that is there once."""
        return log(1 + len(self.words) / max(1, len(self._positions.get(word.casefold(), ()))))

    def _alignments(self, part: Sequence[str], low: int, high: int) -> Iterator[_Span]:
        """A part beside words `low` to `high`, its first word spelled as one of them is."""
        there = set(self.words[low:high])
        for first in [each for each in _spellings(part[0]) if each in there] or part[:1]:
            if span := self._aligned([first, *part[1:]], low, high):
                yield span

    def _aligned(self, part: Sequence[str], low: int, high: int) -> _Span | None:
        """Which words of a part are the same as some from `low` to `high`, and where it would begin and end there."""
        from difflib import SequenceMatcher

        matcher = SequenceMatcher(None, part, self.words[low:high], autojunk=len(part) > _LONG)
        same = tuple((a, low + b, size) for a, b, size in matcher.get_matching_blocks() if size)
        if not same:
            return None
        start = max(low, same[0][1] - same[0][0])
        ends, there, length = same[-1]
        end = min(high, there + len(part) - ends)
        return _Span(start, max(end, there + length), same)

    def _told(self, part: Sequence[str], span: _Span) -> str:
        """The differences between a part and its place, each with a few words around it."""
        told: list[str] = []
        at, there = 0, span.start
        for begin, stands, length in (*span.same, (len(part), span.end, 0)):
            ours, theirs = in_one_line(list(part[at:begin])), in_one_line(self.words[there:stands])
            told += [f"[-{ours}-]"] if ours else []
            told += [f"{{+{theirs}+}}"] if theirs else []
            at, there = begin + length, stands + length
            told += _context(part[begin:at], begin == 0, at == len(part))
        return " ".join(told)


def _parts(quote: str) -> list[list[str]]:
    """The words of a quote, parted where it leaves some out."""
    pieces = _ELLIPSIS.split(quote)
    if len(pieces) > _MOST_PARTS:
        pieces = [quote]
    return [words for piece in pieces if (words := words_of(piece).words)]


def _spellings(word: str) -> tuple[str, ...]:
    """A word that may begin a sentence in one text and not in the other."""
    return tuple(dict.fromkeys((word, word[:1].lower() + word[1:], word[:1].upper() + word[1:])))


def _followed(
    reached: Sequence[tuple[int, int, int]], occurrences: Sequence[int], length: int
) -> Iterator[tuple[int, int, int]]:
    """Of what is reached, as (first word, last part's word, end), what goes on: each time from the latest before."""
    ends = [end for _, _, end in reached]
    for at in occurrences:
        before = bisect_right(ends, at) - 1
        if before >= 0 and at - ends[before] <= LEFT_OUT:
            yield reached[before][0], at, at + length


def _distance(lines: tuple[int, int], line: int) -> int:
    first, last = lines
    return 0 if first <= line <= last else min(abs(first - line), abs(last - line))


def _reach(parts: Sequence[Sequence[str]]) -> int:
    return sum(len(part) * 2 + LEFT_OUT for part in parts)


def _context(words: Sequence[str], first: bool, last: bool) -> list[str]:
    """Equal words between two differences: those next to them."""
    kept = list(words)
    if first and len(kept) > _CONTEXT:
        return ["…", in_one_line(kept[-_CONTEXT:])] if not last else [in_one_line(kept)]
    if last and len(kept) > _CONTEXT:
        return [in_one_line(kept[:_CONTEXT]), "…"]
    if len(kept) > 2 * _CONTEXT:
        return [in_one_line(kept[:_CONTEXT]), "…", in_one_line(kept[-_CONTEXT:])]
    return [in_one_line(kept)] if kept else []


def _short(told: str) -> str:
    words = told.split(" ")
    return told if len(words) <= _LONGEST_DIFF else " ".join([*words[:_LONGEST_DIFF], "…"])
