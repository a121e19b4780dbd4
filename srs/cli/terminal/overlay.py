"""What can be laid over a card: the keys, why it is due, the text it comes from. Knows neither session nor screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.cli.terminal.safe import visible
from srs.cli.terminal.style import Line, Palette, Span
from srs.cli.terminal.width import wrap

if TYPE_CHECKING:
    from srs.cli.preferences import Preferences
    from srs.insight.explain import Explanation
    from srs.study.source import Passage

_MEANINGS = {
    "show": "show the answer; then Good, or what typing suggests",
    "again": "Again: you forgot it, or were wrong",
    "hard": "Hard: you barely knew it",
    "good": "Good: you knew it",
    "easy": "Easy: you knew it at once",
    "undo": "take back what was done last, again and again",
    "skip": "another card first; this one comes again",
    "edit": "edit the card in your editor",
    "bury": "set the card aside until tomorrow",
    "suspend": "set the card aside until you unsuspend it",
    "flag": "flag the card, 1 to 7; 0 takes the flag off",
    "mark": "mark the card, with a few words on what is wrong",
    "why": "why the card is due",
    "source": "the text or the page that the card comes from",
    "replay": "the sound again",
    "add": "a new card that came to mind: front, then back",
    "help": "these keys",
    "quit": "end the sitting; so do Ctrl-C and Ctrl-D",
}
_ALSO = (("arrows", "read on, also page by page"), ("esc, tab", "out of a typed answer, and back to it"))


@dataclass(frozen=True, slots=True)
class Overlay:
    """Something to read; `lines` makes it for so many columns and rows."""

    title: str
    lines: Callable[[int, int], Sequence[str]]


def sitting_keys(prefs: "Preferences", sound: bool) -> list[tuple[str, str]]:
    """The keys of a sitting as they are bound now, and what they do; `sound`: there is one to be heard again."""
    told = {action: meaning for action, meaning in _MEANINGS.items() if action != "replay" or sound}
    rows = [(", ".join(prefs.keys_of(action)), meaning) for action, meaning in told.items()]
    return [row for row in (*rows, *_ALSO) if row[0]]


def keys(rows: Sequence[tuple[str, str]], colours: Palette) -> Overlay:
    """Keys and what they do."""

    def made(columns: int, height: int) -> list[str]:
        wide = min(max(len(names) for names, _ in rows), max(3, columns // 3))
        found = []
        for names, meaning in rows:
            left = wrap([Span(names, ("key",))], wide)
            right = wrap([Span(meaning)], max(8, columns - wide - 3))
            for n in range(max(len(left), len(right))):
                cell = left[n] if n < len(left) else ()
                gap = " " * (wide - sum(len(span.text) for span in cell) + 3)
                found.append(colours.line((*cell, Span(gap), *(right[n] if n < len(right) else ()))))
        return found

    return Overlay("Keys", made)


def why(explanation: "Explanation", colours: Palette, ascii_only: bool) -> Overlay:
    """Why a card is due."""
    from srs.cli.explain import panel

    return Overlay("Why this card is due", lambda columns, rows: panel(explanation, columns, rows, colours, ascii_only))


def source(passage: "Passage", colours: Palette) -> Overlay:
    """The passage that a card was taken from."""
    title = f"{passage.path}, line {passage.first}"
    if passage.last > passage.first:
        title = f"{passage.path}, lines {passage.first} to {passage.last}"
    return Overlay(title, lambda columns, rows: [colours.line(line) for line in passage_lines(passage, columns)])


def passage_lines(passage: "Passage", columns: int) -> list[Line]:
    """A passage with its line numbers, what stands around it muted."""
    found: list[Line] = []
    numbered = passage.numbered()
    wide = len(str(numbered[-1][0])) if numbered else 1
    for number, text, belongs in numbered:
        sign, styles = ("│", ()) if belongs else (" ", ("muted",))
        wrapped = wrap([Span(visible(text.expandtabs(4)), styles)], max(8, columns - wide - 3))
        for n, line in enumerate(wrapped):
            label = str(number) if not n else ""
            found.append((Span(f"{label:>{wide}} {sign} ", ("muted",)), *line))
    return found
