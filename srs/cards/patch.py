"""A change of one text done to another that says the same in other signs. Knows no format: who calls checks the result.

Where `old` became `new`, and `written` is `old` with other line ends, marks or quotes, the words that changed are
changed in `written`, and everything else in it stays.
"""

import re
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

_TOKEN = re.compile(r"([^\W_]+|[^\w\s]|_)(\s*)")
_MOST = 3_000
"""Words of a stretch that are compared with each other; more would take time by the square."""


class _Token(NamedTuple):
    """A word or sign, and the white space after it."""

    word: str
    space: str


class _Stretch(NamedTuple):
    """Words from `start` to `end` that differ, with what stands there instead."""

    start: int
    end: int
    tokens: list[_Token]


class _Way(NamedTuple):
    """How a text differs from another: where its words do, and the white space after those that do not, by place."""

    stretches: list[_Stretch]
    spaces: dict[int, str]


def patched(old: str, new: str, written: str) -> str | None:
    """`written` with what changed from `old` to `new`; None where that cannot be told apart."""
    if old == new:
        return written
    if old == written:
        return new
    before, after, there = map(_tokens, (old, new, written))
    change, way = _way(before, after), _way(before, there)
    if change is None or way is None:
        return None
    stretches = sorted([*((each, False) for each in way.stretches), *((each, True) for each in change.stretches)],
                       key=lambda pair: pair[0][:2])  # fmt: skip
    made: list[str] = []
    at = 0

    def space(place: int, new: str) -> str:
        """The white space after a word: as it is written, unless it changed."""
        return new if new != before[place].space else way.spaces.get(place, new)

    for stretch, is_change in stretches:
        if stretch.start < at:
            return None
        for place in range(at, stretch.start):
            made += before[place].word, space(place, change.spaces.get(place, before[place].space))
        at = stretch.end
        for number, token in enumerate(stretch.tokens):
            place = stretch.end - len(stretch.tokens) + number
            same = is_change and stretch.start <= place < stretch.end
            made += token.word, space(place, token.space) if same else token.space
    for place in range(at, len(before)):
        made += before[place].word, space(place, change.spaces.get(place, before[place].space))
    return "".join(made)


def _tokens(text: str) -> list[_Token]:
    lead = len(text) - len(text.lstrip())
    return [_Token("", text[:lead]), *(_Token(*match.groups()) for match in _TOKEN.finditer(text, lead))]


def _way(before: list[_Token], after: list[_Token]) -> _Way | None:
    """How `after` differs; None where there is too much to compare."""
    ours, theirs = [token.word for token in before], [token.word for token in after]
    spaces: dict[int, str] = {}
    stretches = []
    found = opcodes(ours, theirs, _MOST)
    if found is None:
        return None
    for kind, i1, i2, j1, j2 in found:
        if kind == "equal":
            spaces |= {i1 + n: after[j1 + n].space for n in range(i2 - i1)}
        else:
            stretches.append(_Stretch(i1, i2, after[j1:j2]))
    return _Way(stretches, spaces)


def opcodes(before: Sequence[T], after: Sequence[T], most: int) -> list[tuple[str, int, int, int, int]] | None:
    """How `after` differs, as `difflib` says it, what both begin and end with taken as equal first.

    Where things repeat, that finds the one that changed. None where more than `most` would have to be compared.
    """
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = next((at for at in range(shorter - start) if before[-1 - at] != after[-1 - at]), shorter - start)
    ends = len(before) - rest, len(after) - rest
    left, right = before[start : ends[0]], after[start : ends[1]]
    if len(left) > most or len(right) > most:
        return None
    inner = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    made = [("equal", 0, start, 0, start)] if start else []
    made += [(kind, start + i1, start + i2, start + j1, start + j2) for kind, i1, i2, j1, j2 in inner]
    return [*made, ("equal", ends[0], len(before), ends[1], len(after))] if rest else made
