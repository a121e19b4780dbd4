"""The screens of a sitting or a walk as text files, key by key: `python -m tests.cli.stored_screens` remakes them all.

Each scenario is a collection and a row of keys; after each key stands what a person sees. Styles are written as
`⟦bold cyan:text⟧`; those of NO_COLOR lose colours and nothing else. Look at what changed before you keep it.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte

from tests.cli.helpers import SETTINGS, Srs, Terminal, Warm

FOLDER = Path(__file__).with_name("screens")
SIZES = ((80, 24), (40, 24))
_FAINT = re.compile(r"(?<=\x1b\[)[0-9;]*(?=m)")  # pyte knows no faint text (2) but blinking (5), which is never sent
_COLOURS = {"brown": "yellow", "brightblue": "bright-blue"}

Step = tuple[str, str, str]
"""What is shown, the keys that lead there, and words by which it is known to be there."""

CITIES = """\
deck: World::Cities
tags: [geo, europe]
notes:
  - q: Capital of France?
    id: france
    a: Paris, on the **Seine**
    source: An atlas, page 12
    from: sources/atlas.txt#L3
  - q: Capital of Italy?
    id: italy
    a: Rome
  - ask: Capital of Czechia, in Czech?
    id: praha
    answer: Praha
  - ask: Capital of China, in Chinese?
    id: beijing
    answer: 北京
  - q: Capital of Chile?
    id: chile
    a: Santiago
"""

ATLAS = """\
Atlas

France is a country in the west of Europe. Its capital is Paris,
which lies on the river Seine.

Italy is another one.
"""

FACES = """\
deck: Faces
notes:
  - quote: The map is not the territory that we walk through every day
    id: map
    by: Alfred Korzybski
    source: a lecture
    date: 1931-12-28
    fidelity: near
  - cloze: "Water boils at {{c1::100::how many}} degrees, at sea level."
    id: water
  - q: A loop that counts, and the sum $\\sum_{i=1}^n i$?
    id: loop
    a: |-
      ```python
      for i in range(1, n + 1):
          total += i  # up to n
      ```

      | n | sum |
      |---|-----|
      | 3 | 6   |
      | 4 | 10  |

      - from 1 to $n$
      - it is $n^2/2 + n/2$

      ![the triangle of numbers](triangle.png)
  - q: "漢字 and é and 👩 and עברית: kept in line?"
    id: wide
    a: 漢字は幅が広いので、行の終わりで正しく折り返される必要があります。それで、長い文章を書いてみました。
"""

HOSTILE = (
    'deck: "Evil \\u202e deck"\nnotes:\n'
    '  - q: "one &#27;[2J two \\u202e three &#x9b;31m"\n    id: evil\n    from: "sources/\\u202ex.txt#L1"\n'
    '    a: "copy &#27;]52;c;aGk=&#7; and &#27;]0;title&#7; <b onclick=x>bold</b>"\n'
)


SEA = """\
# The sea

The moon pulls the water, and so the tides come twice a day.

## Salt

Salt water is water with about 35 grams of salt in each litre.

Mental Model: A soup that has been on the fire for a long time.

Common Mistake: People think that all seas are equally salty.

"The sea is everything." — Jules Verne, 1870

| Sea | Depth |
|---|---|
| Red Sea | 490 m |

```python
depth = max(sea.depths)
```
"""

PICKED = """\
deck: Sea
notes:
  - q: (to be asked) The moon pulls the water, …
    id: sea-line-3
    a: The moon pulls the water, and so the tides come twice a day.
    from: sources/sea.md#L3
    draft: true
  - concept: Salt water
    id: salt
    definition: Water with about 35 grams of salt in each litre.
    mental_model: A soup that has been on the fire for a long time.
    mistake: People think that all seas are equally salty.
    cards: [definition, name]
    from: sources/sea.md#L5-L11
    # Doubt: It has no label for its definition.
    draft: true
  - quote: The sea is everything.
    id: everything
    by: Jules Verne
    date: '1870'
    fidelity: unverified
    from: sources/sea.md#L13
    draft: true
  - q: "Red Sea: Depth?"
    id: red-sea
    a: 490 m
    from: sources/sea.md#L17
    draft: true
"""


def many_lines(word: str) -> str:
    return "".join(f"      {word} {number}\n\n" for number in range(30))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A collection, what else is there before the sitting, and the keys."""

    decks: dict[str, str]
    steps: tuple[Step, ...]
    settings: str = SETTINGS
    prepare: Callable[[Srs], None] = lambda srs: None
    words: tuple[str, ...] = ("review",)


def _atlas(srs: Srs) -> None:
    (srs.root / "sources").mkdir()
    (srs.root / "sources" / "atlas.txt").write_text(ATLAS)
    srs.env["EDITOR"] = "sed -i s/Paris/Lutetia/"


def _lesson(srs: Srs) -> None:
    (srs.home / "sea.md").write_text(SEA)


def _kept_lesson(srs: Srs) -> None:
    (srs.root / "sources").mkdir()
    (srs.root / "sources" / "sea.md").write_text(SEA)
    srs.env["EDITOR"] = "sed -i s/490/2700/"


def _chosen_keys(srs: Srs) -> None:
    folder = srs.home / ".config" / "srs"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('format = 1\nbuttons = 2\n[keys]\nshow = "enter"\nundo = "z"\nmark = []\n')


def _reviewed(srs: Srs) -> None:
    """Italy was learnt in January, forgotten in February."""
    for day, rating in (("01-10", "easy"), ("01-20", "good"), ("02-12", "again"), ("02-13", "good")):
        assert srs("answer", "italy:answer", rating, env={"SRS_NOW": f"2026-{day}T09:00:00Z"}).code == 0


def _breaking(srs: Srs) -> None:
    srs.env["EDITOR"] = "sed -i s/id:.france/colour:.red/"


SCENARIOS = {
    "keys": Scenario(
        {"cities": CITIES},
        (
            ("the front", "", "Capital of France?"),
            ("space: the back", " ", "3 Good"),
            ("f: a flag is asked for", "f", "Flag:"),
            ("3: the flag is kept", "3", "Flagged 3"),
            ("m: a mark is asked for", "m", "What is wrong"),
            ("the mark is typed", "vague: 東京", "vague: 東京"),
            ("enter: the mark is kept", "\r", "Marked:"),
            ("o: where it comes from", "o", "any key goes back"),
            ("x: back to the card", "x", "3 Good"),
            ("i: why it is due", "i", "any key goes back"),
            ("x: back again", "x", "3 Good"),
            ("?: the keys", "?", "any key goes back"),
            ("q: only back", "q", "3 Good"),
            ("x: a key without a meaning", "x", "or 4 rates"),
            ("e: the card as edited", "e", "Lutetia"),
            ("3: the next card", "3", "Good: comes back"),
            ("n: another one first", "n", "Put off"),
            ("a wrong answer is typed", "Prahe", "> Prahe"),
            ("enter: what is wrong, and what it suggests", "\r", "Not the same"),
            ("space: as suggested", " ", "Again: comes back"),
            ("a right answer is typed", "北京", "> 北京"),
            ("enter: it is right", "\r", "That is right."),
            ("b: buried", "b", "Buried until tomorrow"),
            ("s: suspended", "s", "Suspended chile"),
            ("esc: out of typing", "\x1b", "space"),
            ("u: the suspension is taken back", "u", "Took back the susp"),
            ("u: the burying is taken back", "u", "Took back the burying"),
            ("esc: out of typing again", "\x1b", "space"),
            ("u: the answer is taken back", "u", "Took back the answer"),
            ("ctrl-d: the summary", "\x04", "answered"),
        ),
        prepare=_atlas,
    ),
    "why": Scenario(
        {"cities": CITIES},
        (
            ("a review", "", "Capital of Italy?"),
            ("i: why it is due", "i", "any key goes back"),
            ("page-down: the rest", "\x1b[6~", "any key goes back"),
            ("space: back", " ", "Italy?"),
        ),
        SETTINGS + '[study]\nmix = "reviews-first"\n',
        prepare=_reviewed,
    ),
    "two-buttons": Scenario(
        {"cities": CITIES},
        (
            ("the front, with keys of the user's own", "", "Capital of France?"),
            ("enter: two buttons", "\r", "2 Good"),
            ("?: the keys as they are bound", "?", "any key goes back"),
            ("x: back", "x", "2 Good"),
            ("2: Good", "2", "Good: comes back"),
            ("z: taken back", "z", "Took back"),
        ),
        prepare=_chosen_keys,
    ),
    "pause": Scenario(
        {"cities": "notes:\n  - q: What is one?\n    id: one\n    a: It is one.\n"},
        (
            ("the only card", "", "What is one?"),
            ("its back", " ", "3 Good"),
            ("3: the next one is not due yet", "3", "The next card is due in 10m."),
            ("?: the keys, meanwhile", "?", "any key goes back"),
            ("x: still waiting", "x", "The next card is due in 10m."),
            ("u: the answer is taken back", "u", "Took back the answer"),
            ("q: the summary", "q", "No card was answered."),
        ),
        SETTINGS + '[study]\nlearn_ahead = "0s"\n',
    ),
    "broken-edit": Scenario(
        {
            "cities": CITIES.replace("tags: [geo, europe]\n", ""),
            "more": "notes:\n  - q: Another?\n    id: o\n    a: Yes\n",
        },
        (
            ("the front", "", "Capital of France?"),
            ("e: the edit broke the note", "e", "edit it again"),
            ("x: on with the next card", "x", "space"),
        ),
        prepare=_breaking,
    ),
    "faces": Scenario(
        {"faces": FACES},
        (
            ("a quote", "", "q ends"),
            ("its back, with source and fidelity", " ", "3 Good"),
            ("a cloze with a hint", "4", "Water"),
            ("its back", " ", "3 Good"),
            ("maths", "4", "A loop"),
            ("code, a table, a list, a picture", " ", "3 Good"),
            ("the end of it", "\x1b[F", "triangle"),
            ("wide letters", "4", "kept in"),
            ("their back", " ", "3 Good"),
        ),
    ),
    "hostile": Scenario(
        {"evil": HOSTILE, "long": f"notes:\n  - q: |-\n{many_lines('line')}    id: long\n    a: short\n"},
        (
            ("controls are letters", "", "one"),
            ("on the back too", " ", "copy"),
            ("o: in the way to a text", "o", "3 Good"),
            ("a card longer than the screen", "4", "line 0"),
            ("page-down", "\x1b[6~", "line 1"),
            ("its back begins where the answer does", " ", "short"),
        ),
    ),
    "read": Scenario(
        {},
        (
            ("a part under its heading", "", "1 of 7"),
            ("h: highlighted", "h", "h take out"),
            ("?: doubted", "?", "? no doubt"),
            ("u: not doubted", "u", "Took that back"),
            ("h: taken out", "h", "Took out"),
            ("space: what its section would be", " ", "s section"),
            ("s: the section as a draft", "s", "no section"),
            ("n: it covers this part too", "n", "3 of 7"),
            ("n, n: a quote", "nn", "5 of 7"),
            ("h: as what it is", "h", "once it is"),
            ("right: a row of a table, beside its headings", "\x1b[C", "Depth: 490 m"),
            ("c: a question is asked for", "c", "Question"),
            ("an empty one", "\r", "No card was made"),
            ("c: asked for again", "c", "Question"),
            ("enter: and the answer", "How deep is the Red Sea?\r", "Answer"),
            ("enter: the card", "490 m\r", "Added"),
            ("z: a key without a meaning", "z", "H shows"),
            ("H: the keys", "H", "any key goes back"),
            ("x: back to the part", "x", "How deep"),
            ("b: the part before", "b", "5 of 7"),
            ("g: the beginning", "g", "1 of 7"),
            ("u: the last thing is taken back, where it was done", "u", "Took that back"),
            ("q: what was picked", "q", "srs drafts"),
        ),
        prepare=_lesson,
        words=("read", "../sea.md"),
    ),
    "drafts": Scenario(
        {"sea": PICKED},
        (
            ("a passage", "", "1 of 4"),
            ("k: it wants a question", "k", "Not kept"),
            ("c: the question is asked for", "c", "Question"),
            ("enter: and the answer", "How often do the tides come?\r", "Answer"),
            ("enter: kept, and the next one, with what was guessed", "Twice a day.\r", "how-often-do"),
            ("?: doubted", "?", "Tagged doubt"),
            ("H: the keys", "H", "any key goes back"),
            ("x: back", "x", "2 of 4"),
            ("o: where it is from", "o", "any key goes back"),
            ("x: back again", "x", "2 of 4"),
            ("d: dropped; a quote", "d", "Dropped"),
            ("k: it was not compared", "k", "Not kept"),
            ("v: verified; a question with its price and its lines", "v", "4 of 4"),
            ("e: as edited", "e", "2700 m"),
            ("u: not edited", "u", "Took back the"),
            ("u: not verified", "u", "draft again"),
            ("n: the next one", "n", "4 of 4"),
            ("n: the summary", "n", "draft kept"),
        ),
        prepare=_kept_lesson,
        words=("drafts",),
    ),
}


def captures(name: str, columns: int, rows: int, colour: bool, home: Path, warm: Warm) -> str:
    """What one scenario shows, key by key."""
    scenario = SCENARIOS[name]
    srs = Srs(home, warm).collection(scenario.settings, **scenario.decks)
    scenario.prepare(srs)
    env = srs.env | ({} if colour else {"NO_COLOR": "1"})
    run = Terminal(scenario.words, env, srs.root, columns, rows, warm)
    try:
        drawn = _Drawn(run)
        return "".join(f"=== {told}\n{drawn.after(keys, words)}\n" for told, keys, words in scenario.steps)
    finally:
        run.close()


class _Drawn:
    """A terminal's screen with its styles."""

    def __init__(self, run: Terminal) -> None:
        self.run, self.taken = run, 0
        self.screen = pyte.Screen(run.screen.columns, run.screen.lines)
        self.stream = pyte.Stream(self.screen)

    def after(self, keys: str, words: str) -> str:
        """The screen after some keys, when it stands still."""
        _wait(self.run, keys, words)
        screen, text = self.screen, self.run.sent[self.taken :].decode("utf-8", "replace")
        self.taken = len(self.run.sent)
        self.stream.feed(_FAINT.sub(lambda codes: re.sub(r"\b2\b", "5", codes[0]), text))
        lines = [_line(screen.buffer[row], screen.columns) for row in range(screen.lines)]
        return "\n".join(lines).rstrip("\n") + f"\n--- cursor {screen.cursor.y + 1}:{screen.cursor.x + 1}\n"


def _wait(run: Terminal, keys: str, words: str) -> None:
    """Press keys, and wait until the screen stands still."""
    if keys:
        run.process.send(keys)
        while not run.read(5):
            pass
    run.sees(words)
    while run.read(0.15):
        pass


def _line(row: Any, columns: int) -> str:
    cells = [row[column] for column in range(columns)]
    parts = []
    for style, group in groupby(cells, _style):
        text = "".join(cell.data for cell in group)
        parts.append(f"⟦{style}:{text}⟧" if style and text.strip() else text)
    return "".join(parts).rstrip()


@cache
def _style(cell: Any) -> str:
    named = {
        "bold": cell.bold,
        "italic": cell.italics,
        "underline": cell.underscore,
        "faint": cell.blink,
        "reverse": cell.reverse,
    }
    styles = [name for name, given in named.items() if given]
    colours = [_COLOURS.get(colour, colour) for colour in (cell.fg, cell.bg) if colour != "default"]
    return " ".join([*styles, *colours])


def variants() -> Iterator[tuple[str, int, int, bool]]:
    """Every scenario, size, and with colours or without."""
    for name in SCENARIOS:
        for columns, rows in SIZES:
            for colour in (True, False):
                yield name, columns, rows, colour


def file_of(name: str, columns: int, rows: int, colour: bool) -> Path:
    """Where the screens of a variant are kept."""
    return FOLDER / f"{name}-{columns}x{rows}{'' if colour else '-no-color'}.txt"


def main(wanted: list[str]) -> None:
    """Remake all files, or those of the scenarios named."""
    warm = Warm()
    FOLDER.mkdir(exist_ok=True)
    for variant in variants():
        if wanted and variant[0] not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            home.mkdir()
            file_of(*variant).write_text(captures(*variant, home, warm), "utf-8")
            shutil.rmtree(home, ignore_errors=True)
        print(file_of(*variant).name)
    warm.close()


if __name__ == "__main__":
    main(sys.argv[1:])
