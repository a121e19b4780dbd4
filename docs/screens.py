"""Pictures of a review for the README and the docs: `make screens` writes docs/screens/*.svg.

`srs review` runs in a pseudo-terminal on the starter decks, at a fixed time and in temporary folders, so the same decks
give the same pictures. Knows terminals and SVG; nothing of cards.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import pexpect
import pyte

FOLDER = Path(__file__).parent / "screens"
NOW = "2026-12-01T09:00:00Z"
COLUMNS, ROWS = 78, 20
CELL, LINE, MARGIN = 8.4, 20, 16  # pixels

SRS = [sys.executable, "-m", "srs"]

# pyte knows no faint text (SGR 2) but blinking (5), which srs never sends.
_FAINT = re.compile(r"(?<=\x1b\[)[0-9;]*(?=m)")

# A gap of several spaces would shrink to one in SVG.
_WORDS = re.compile(r"\S+(?: \S+)*")

_STYLE = """\
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.page { fill: #fdfdfc; stroke: #8886; } text { fill: #24292f; } .faint { fill: #6a7178; } .bold { font-weight: bold; }
.italic { font-style: italic; } .underline { text-decoration: underline; }
.cyan { fill: #0b6e7f; } .magenta { fill: #8839a5; } .brown { fill: #8a5a00; } .brightblue { fill: #1a5fb4; }
@media (prefers-color-scheme: dark) {
.page { fill: #1e1f22; } text { fill: #d7dae0; } .faint { fill: #949aa3; }
.cyan { fill: #7fd1de; } .magenta { fill: #d69be8; } .brown { fill: #e5c07b; } .brightblue { fill: #8ab4f8; }
}"""


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        (FOLDER / name).write_text(picture, "utf-8")


def pictures() -> dict[str, str]:
    """File name to SVG."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        environ = os.environ | {
            "HOME": temporary, "SRS_CACHE_DIR": f"{home}/cache", "SRS_STATE_DIR": f"{home}/state", "SRS_NOW": NOW,
            "TZ": "UTC", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS),
        }  # fmt: skip
        for name in ("NO_COLOR", "SRS_COLLECTION", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            environ.pop(name, None)
        _srs(home, environ, "init")
        first = _sitting(home, environ, [" "])
        # This card waits for another one, which is answered first.
        _srs(home, environ, "answer", "karpathy-code-loss:answer", "easy")
        code = _sitting(home, environ, [" "], "id:karpathy-code-zero")
    return {
        "question.svg": svg(first[0], "A question in the terminal"),
        "first.svg": svg(first[1], "The first answer of all: a sentence explains the four ratings"),
        "answer.svg": svg(code[1], "A question about code, its answer, and the four ratings with the next due time"),
    }


def _srs(home: Path, environ: dict[str, str], *words: str) -> None:
    subprocess.run([*SRS, *words], cwd=home, env=environ, check=True, capture_output=True)


def _sitting(home: Path, environ: dict[str, str], keys: list[str], *query: str) -> list[Any]:
    """The screens of `srs review`: the first one, and one after each key."""
    child = pexpect.spawn(SRS[0], [*SRS[1:], "review", *query], cwd=str(home), env=environ, dimensions=(ROWS, COLUMNS),
                          encoding="utf-8", timeout=20)  # fmt: skip
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    shown = []
    for key, ends in [("", "q ends"), *((key, "Easy.* [0-9.]+[a-z]+\\S*\r\n") for key in keys)]:
        child.send(key)
        child.expect(ends)
        stream.feed(_FAINT.sub(lambda codes: re.sub(r"\b2\b", "5", codes[0]), child.before + child.after))
        shown.append([[screen.buffer[row][column] for column in range(COLUMNS)] for row in range(ROWS)])
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    return shown


def svg(rows: list[list[Any]], title: str) -> str:
    """A screen as a picture that stands alone, in the reader's light or dark colours."""
    while not any(cell.data.strip() for cell in rows[-1]):
        rows = rows[:-1]
    width, height = COLUMNS * CELL + 2 * MARGIN, len(rows) * LINE + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>',
    ]
    for number, row in enumerate(rows):
        y = MARGIN + LINE * number + 15
        lines += [_text(start, text, styles, y) for start, text, styles in _runs(row)]
    return "\n".join([*lines, "</svg>", ""])


def _runs(row: list[Any]) -> Iterator[tuple[int, str, str]]:
    """Words in neighbouring cells of one style: column, text, CSS classes."""
    for styles, cells in groupby(enumerate(row), lambda cell: _styles(cell[1])):
        run = list(cells)
        text = "".join(cell.data for _, cell in run)
        for words in _WORDS.finditer(text):
            yield run[0][0] + words.start(), words[0], styles


def _styles(cell: Any) -> str:
    named = {"bold": cell.bold, "italic": cell.italics, "underline": cell.underscore, "faint": cell.blink}
    styles = [name for name, given in named.items() if given]
    return " ".join([*styles, *([cell.fg] if cell.fg != "default" else [])])


def _text(column: int, text: str, styles: str, y: int) -> str:
    css = f' class="{styles}"' if styles else ""
    # The length keeps the columns true whatever monospaced font the reader has.
    size = f'textLength="{len(text) * CELL:g}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{MARGIN + column * CELL:g}" y="{y}" {size}{css}>{escape(text)}</text>'


if __name__ == "__main__":
    main()
