"""Runs of text, each in one style, in the one form that all HTML saying the same comes to. Knows nothing of tags.

White space is one space, and where two styles meet it has what they share; equal neighbours are one; formulas are found
by their `\\(…\\)` and `\\[…\\]`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

RunKind = Literal["text", "code", "math", "display", "image", "break"]


class Run(NamedTuple):
    """A stretch of text, or one thing in it. `text` is a formula's LaTeX, or what an image shows; `src` its file."""

    kind: RunKind
    text: str = ""
    strong: bool = False
    em: bool = False
    href: str = ""
    src: str = ""


Runs = tuple[Run, ...]


_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_DOUBLED_BRACE = re.compile(r"([{}]) (?=\1)")


def one_form(line: Iterable[Run]) -> Runs:
    """The runs of a paragraph: formulas found, white space as it is shown, equal neighbours joined."""
    return joined(_with_styled_spaces(_collapsed(_with_formulas(joined(line)))))


def joined(line: Iterable[Run]) -> Runs:
    made: list[Run] = []
    parts: list[str] = []
    for run in line:
        if made and run.kind in ("text", "code") and made[-1][:1] + made[-1][2:] == run[:1] + run[2:]:
            parts.append(run.text)
            continue
        if parts and made:
            made[-1] = made[-1]._replace(text="".join(parts))
        made.append(run)
        parts = [run.text]
    if parts and made:
        made[-1] = made[-1]._replace(text="".join(parts))
    return tuple(run for run in made if run.text or run.kind in ("break", "image"))


def _with_formulas(runs: Runs) -> Iterator[Run]:
    """Formulas out of the text; one may go over breaks, which then are line ends of its own."""
    stretch: list[Run] = []
    for run in runs:
        if run.kind == "break" or (run.kind == "text" and not (stretch and _differ(stretch, run))):
            stretch.append(run)
            continue
        yield from _formulas_of(stretch)
        stretch = [run] if run.kind == "text" else []
        if run.kind != "text":
            yield run
    yield from _formulas_of(stretch)


def _differ(stretch: list[Run], run: Run) -> bool:
    return next((each[2:] != run[2:] for each in reversed(stretch) if each.kind == "text"), False)


def _formulas_of(stretch: list[Run]) -> Iterator[Run]:
    """The runs of text in one style, and breaks."""
    text = "".join("\x01" if run.kind == "break" else run.text for run in stretch)
    style = next((run for run in stretch if run.kind == "text"), Run("text"))
    position = 0
    for start, end, kind in _formulas(text):
        yield from _split_at_breaks(text[position:start], style)
        latex = _SPACE.sub(" ", text[start + 2 : end - 2].replace("\x01", "\n")).strip()
        yield Run(kind, _DOUBLED_BRACE.sub(r"\1", latex), href=style.href)
        position = end
    yield from _split_at_breaks(text[position:], style)


def _formulas(text: str) -> Iterator[tuple[int, int, RunKind]]:
    ends: dict[str, RunKind] = {"(": "math", "[": "display"}
    closing = {"(": r"\)", "[": r"\]"}
    position = 0
    while (start := text.find("\\", position)) >= 0:
        sign = text[start + 1 : start + 2]
        end = text.find(closing[sign], start + 2) if sign in ends else -1
        if end < 0:
            ends.pop(sign, None)  # no formula of this kind ends behind here
            position = start + 2 if sign == "\\" else start + 1
            continue
        if text[start + 2 : end].strip(" \t\n\x01\u00a0"):
            yield start, end + 2, ends[sign]
        position = end + 2


def _split_at_breaks(text: str, style: Run) -> Iterator[Run]:
    for number, part in enumerate(text.split("\x01")):
        if number:
            yield Run("break")
        if part:
            yield style._replace(text=part)


def _collapsed(runs: Iterable[Run]) -> Iterator[Run]:
    """White space as it is shown: one space, none where a line begins or ends."""
    made: list[Run] = []
    after_space = True
    for run in runs:
        if run.kind == "break":
            _strip_end(made)
            after_space = True
        elif run.kind == "text":
            text = _SPACE.sub(" ", run.text)
            run = run._replace(text=text.lstrip(" ") if after_space else text)
            if not run.text:
                continue
            after_space = run.text.endswith(" ")
        else:
            if run.kind == "code":
                run = run._replace(text=run.text.replace("\n", " ").replace("\u00a0", " "))
            after_space = False
        made.append(run)
    _strip_end(made)
    return iter(made)


def _strip_end(made: list[Run]) -> None:
    while made and made[-1].kind == "text":
        stripped = made[-1].text.rstrip(" ")
        if stripped:
            made[-1] = made[-1]._replace(text=stripped)
            return
        made.pop()


def _with_styled_spaces(runs: Iterable[Run]) -> Iterator[Run]:
    """A space between two styles has what they share: nobody sees to which of them it belongs."""
    pieces: list[Run] = []
    for run in runs:
        if run.kind != "text" or run.text.strip(" ") == run.text:
            pieces.append(run)
            continue
        core = run.text.strip(" ")
        lead = " " if run.text.startswith(" ") else ""
        tail = " " if run.text.endswith(" ") and core else ""
        pieces += [run._replace(text=part) for part in (lead, core, tail) if part]
    for at, piece in enumerate(pieces):
        if piece.kind == "text" and piece.text == " ":
            before = pieces[at - 1] if at else Run("break")
            after = pieces[at + 1] if at + 1 < len(pieces) else Run("break")
            href = before.href if before.href == after.href else ""
            piece = Run("text", " ", before.strong and after.strong, before.em and after.em, href)
        yield piece


def paragraphs(runs: Runs) -> Iterator[Runs]:
    """The runs as paragraphs: what an empty line parts, and formulas that have a line for themselves."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.kind == "break":
            lines.append([])
        else:
            lines[-1].append(run)
    together: list[Run] = []
    for line in lines:
        alone = len(line) == 1 and line[0].kind == "display"
        if (not line or alone) and together:
            yield tuple(together)
            together = []
        if alone:
            yield tuple(line)
        elif line:
            together += [Run("break"), *line] if together else line
    if together:
        yield tuple(together)


def trimmed(runs: Runs) -> Runs:
    start, end = 0, len(runs)
    while start < end and runs[start].kind == "break":
        start += 1
    while end > start and runs[end - 1].kind == "break":
        end -= 1
    return runs[start:end]
