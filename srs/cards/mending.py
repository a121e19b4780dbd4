"""Lines of a deck file that YAML takes for something else, written as blocks. Knows YAML's layout, not note types.

All other bytes stay. What a block does to a file depends on what stands around it, so every result is read again and
compared with what was meant; where it is other, the line stays as it was.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from srs.cards import tree
from srs.cards.layout import after_line, encoded, line_at, offset_of, with_lines
from srs.cards.yamlwords import Line, shows_block, taken_apart
from srs.errors import Problem
from srs.values import frozen, replace

_STAND_IN = "text-{}-of-a-mended-line"


@frozen
class Mended:
    """A line that is a block now. `problem`: what was wrong with it; `line`: where the block begins in the new file."""

    problem: Problem
    line: int


def mend(data: bytes, check: Callable[[bytes], Iterable[Problem]]) -> tuple[bytes, list[Mended]]:
    """A deck file's bytes with each line that a problem shows as a block written so, and what was done, by line.

    `check` reads a deck file and says what is wrong in it: where a block would not be right either (an id, say), the
    line stays. So does a text that seems to go on in the line below, and every line of a file that stays unreadable.
    """
    mending = _Mending(data, check)
    while mending.step():
        pass
    return mending.data, sorted(mending.done, key=lambda each: each.line)


@frozen
class _Try:
    """Text in which lines were made blocks (`tried`), and the same with a stand-in for each of their texts."""

    text: str
    masked: str
    tried: tuple[tuple[Mended, Line], ...] = ()

    def tried_lines(self) -> list[Mended]:
        return [mended for mended, _ in self.tried]


class _Mending:
    """A file and what was mended in it. One step mends one line, or several where only all of them make it readable."""

    def __init__(self, data: bytes, check: Callable[[bytes], Iterable[Problem]]) -> None:
        self.data = data
        self.check = check
        self.done: list[Mended] = []
        self.given_up: set[tuple[str, str]] = set()

    def step(self) -> bool:
        """Mend the next line, or give it up; False where there is none left."""
        parsed = tree.parse("", self.data)
        problem = self.next(parsed)
        if problem is None:
            return False
        attempt = self.attempt(_Try(parsed.text, parsed.text), problem)
        while attempt and not (tried := tree.parse("", encoded(attempt.text, self.data))).root:
            further = self.next(tried)
            attempt = self.attempt(attempt, further) if further else None
        if attempt and self.is_meant(attempt):
            self.data = encoded(attempt.text, self.data)
            for mended in sorted((each for each, _ in attempt.tried), key=lambda each: each.line):
                self.done = [*_moved(self.done, mended.line), mended]
        else:
            self.given_up.add((problem.code, line_at(parsed.text, problem.line)))
        return True

    def next(self, parsed: tree.Parsed) -> Problem | None:
        for problem in parsed.problems:
            if shows_block(problem) and (problem.code, line_at(parsed.text, problem.line)) not in self.given_up:
                return problem
        return None

    def attempt(self, so_far: _Try, problem: Problem) -> _Try | None:
        """The same with one line more made a block; None where that line is none to be made one."""
        number, line = problem.line, taken_apart(line_at(so_far.text, problem.line))
        if line is None or (problem.code == "comment-after-value" and line.text[0] in "[{"):
            return None
        if any(number in (each.line, each.line + 1) for each in so_far.tried_lines()):
            return None
        stand_in = _STAND_IN.format(len(so_far.tried))
        tried = zip(_moved(so_far.tried_lines(), number), (old for _, old in so_far.tried), strict=True)
        return _Try(
            _with(so_far.text, number, line.block()),
            _with(so_far.masked, number, line.below(stand_in)),
            (*tried, (Mended(problem, number), line)),
        )

    def is_meant(self, attempt: _Try) -> bool:
        """Whether the text reads as if each line held just its own text, and each text is right where it stands."""
        new = encoded(attempt.text, self.data)
        read, masked = tree.parse("", new), tree.parse("", encoded(attempt.masked, self.data))
        texts = {_STAND_IN.format(number): line.text for number, (_, line) in enumerate(attempt.tried)}
        if tree.plain(read.root) != _filled(tree.plain(masked.root), texts) or read.codes != masked.codes:
            return False
        places = {(mended.line, len(line.start) + 2) for mended, line in attempt.tried}
        return not any((problem.line, problem.column) in places for problem in self.check(new))


def _filled(node: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return texts.get(node, node)
    if isinstance(node, list):
        return [_filled(item, texts) for item in node]
    return {key: _filled(value, texts) for key, value in node.items()} if isinstance(node, dict) else node


def _with(text: str, number: int, lines: tuple[str, str]) -> str:
    """`text` with line `number` replaced."""
    start = offset_of(text, number, 1)
    end = after_line(text, start)
    return with_lines(text[:start] + text[end:], start, lines)


def _moved(done: list[Mended], line: int) -> list[Mended]:
    """The same in a file with one line more after `line`."""
    return [replace(each, line=each.line + 1) if each.line > line else each for each in done]
