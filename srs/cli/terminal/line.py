"""A line that is being typed: letters, erasing, moving, pasting; and the part of it that fits. Knows no terminal."""

from collections.abc import Callable

from srs.cli.terminal.safe import visible
from srs.cli.terminal.width import graphemes, width

LONGEST = 2000
"""Characters that a line may hold."""
_JOINERS = "\u200c\u200d"  # not printable, and part of honest words and of pictures


class Line:
    """Text with a cursor in it. The cursor stands between graphemes: a letter and its marks are erased as one."""

    def __init__(self) -> None:
        self._before = ""
        self._after = ""

    @property
    def text(self) -> str:
        return self._before + self._after

    def press(self, key: str, pasted: str = "") -> bool:
        """Do what a key does to the line; False where it is none of a line's keys. `pasted` is the text of `paste`."""
        if key == "paste":
            self._insert("".join(letter if _fits(letter) else " " for letter in pasted))
        elif key == "space":
            self._insert(" ")
        elif len(key) == 1 and _fits(key):
            self._insert(key)
        elif key in _EDITS:
            self._before, self._after = _EDITS[key](self._before, self._after)
        else:
            return False
        return True

    def shown(self, columns: int) -> tuple[str, int]:
        """What fits of the line into `columns` cells (at least 2), around the cursor; and the cursor's cell in it."""
        room = max(1, columns - 1)  # the cursor may stand behind the last letter
        before = _last(self._before, room)
        return before + _first(self._after, room - width(before)), width(before)

    def prompt(self, columns: int) -> tuple[str, int]:
        """The same behind a sign that asks for it, safe to print."""
        sign = "> "
        text, cursor = self.shown(columns - len(sign))
        return sign + visible(text), len(sign) + cursor

    def _insert(self, text: str) -> None:
        self._before += text[: max(0, LONGEST - len(self.text))]


def _fits(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS


def _without_last(text: str) -> str:
    clusters = [cluster for cluster, _ in graphemes(text)]
    return "".join(clusters[:-1])


def _without_word(text: str) -> str:
    bare = text.rstrip(" ")
    return bare[: bare.rfind(" ") + 1]


def _left(before: str, after: str) -> tuple[str, str]:
    kept = _without_last(before)
    return kept, before[len(kept) :] + after


def _right(before: str, after: str) -> tuple[str, str]:
    step = len(next(graphemes(after))[0]) if after else 0
    return before + after[:step], after[step:]


_EDITS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "backspace": lambda before, after: (_without_last(before), after),
    "delete": lambda before, after: (before, _right("", after)[1]),
    "ctrl-u": lambda before, after: ("", after),
    "ctrl-k": lambda before, after: (before, ""),
    "ctrl-w": lambda before, after: (_without_word(before), after),
    "left": _left,
    "right": _right,
    "home": lambda before, after: ("", before + after),
    "ctrl-a": lambda before, after: ("", before + after),
    "end": lambda before, after: (before + after, ""),
    "ctrl-e": lambda before, after: (before + after, ""),
}


def _first(text: str, columns: int) -> str:
    """As much of the beginning of `text` as fits."""
    kept, used = "", 0
    for cluster, cells in graphemes(text):
        if used + cells > columns:
            break
        kept, used = kept + cluster, used + cells
    return kept


def _last(text: str, columns: int) -> str:
    """As much of the end of `text` as fits."""
    kept, used = "", 0
    for cluster, cells in reversed(list(graphemes(text))):
        if used + cells > columns:
            break
        kept, used = cluster + kept, used + cells
    return kept


def filled(text: str) -> Line:
    """A line with something in it already."""
    line = Line()
    line.press("paste", text)
    return line
