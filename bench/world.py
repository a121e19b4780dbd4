"""A collection to measure on, in a scratch folder with caches of its own, and the commands run there. Knows no row."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import collections
from bench.timing import Sitting, Taken, command
from srs.memory import events as ev

ROOT = Path(__file__).parents[1]
SRS = str(Path(sys.executable).with_name("srs"))
NOW_MS = 1_796_115_600_000  # collections.NOW


@dataclass
class World:
    """One collection in `folder`, which is deleted by who made it. `edits` counts what was changed in it."""

    cards: int
    folder: Path
    files: int = 0
    edits: int = 0

    @cached_property
    def root(self) -> Path:
        """The collection: copied, since commands write in it, and its files as old as those of a collection at rest."""
        source, root = collections.made(self.cards, self.files), self.folder / "cards"
        root.mkdir(parents=True)
        shutil.copy(source / "srs.toml", root)
        shutil.copytree(source / "decks", root / "decks")
        shutil.copytree(source / "journal", root / "journal")
        old = 1_700_000_000
        for path in root.rglob("*"):
            os.utime(path, (old, old))
        return root

    @property
    def environ(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return kept | {
            "HOME": str(self.folder / "home"),
            "SRS_CACHE_DIR": str(self.folder / "cache"),
            "SRS_STATE_DIR": str(self.folder / "state"),
            "SRS_NOW": collections.NOW,
            "LC_ALL": "C.UTF-8",
        }

    def run(self, *words: str) -> Taken:
        """One command of ours."""
        return command([SRS, *words], self.environ, self.root)

    def said(self, *words: str) -> str:
        """What a command of ours prints."""
        done = subprocess.run(
            [SRS, *words], env=self.environ, cwd=self.root, capture_output=True, text=True, check=True
        )
        return done.stdout

    def warm(self) -> None:
        """Bring the index up to date, and have the faces of the cards coming next made."""
        self.said("status")
        self.next_front()

    def next_front(self) -> str:
        """The beginning of the card that `srs next` names, as the screen shows it."""
        front = json.loads(self.said("next", "--json"))["front"]
        return " ".join(front.split()[:3])

    def typer(self) -> Taken:
        """The yardstick: Python started, typer imported, the collector set as our own start sets it."""
        from srs.cli import THRESHOLD  # which sets it here as well: rows of their own process may do without

        return command(
            [sys.executable, "-c", f"import gc; gc.set_threshold{THRESHOLD}; import typer"], self.environ, self.root
        )

    def first_paint(self, front: str = "") -> Taken:
        """`srs review` in a terminal until the first card is on the screen, which must begin so."""
        sitting = self.sitting()
        try:
            return sitting.page(front)
        finally:
            sitting.close()

    def sitting(self) -> Sitting:
        return Sitting([SRS, "review"], self.environ, self.root)

    def edit_one_deck(self) -> None:
        """A word changed in one note of a deck file, as an editor saves it."""
        self.edits += 1
        path = sorted((self.root / "decks").rglob("*.yaml"))[self.edits % 7]
        text = path.read_text("utf-8")
        at = text.rindex(".\n")
        draft = path.with_suffix(".new")
        draft.write_text(f"{text[:at]} edited {self.edits}{text[at:]}", "utf-8")
        draft.replace(path)

    def foreign_line(self) -> None:
        """Another device's answer arrives: one line more in its journal."""
        self.edits += 1
        at = NOW_MS - 3_600_000 + self.edits * 1000
        card = self.some_cards[self.edits]
        review = ev.Review(ev.new_id(at, os.urandom(10)), at, card, 3, 5000, "study", 739_951, 739_971, None, None)
        with (self.root / "journal" / "tablet-0b0b.2026.jsonl").open("ab") as file:
            if not file.tell():
                file.write(ev.header_line("tablet-0b0b") + b"\n")
            file.write(ev.encode(review) + b"\n")

    @cached_property
    def some_cards(self) -> list[str]:
        found = json.loads(
            self.said("list", "is:review", "-is:due", "-is:suspended", "-is:buried", "--json", 'deck:"Area 01"')
        )
        return [card["id"] for card in found][:400]

    def drop_index(self) -> None:
        shutil.rmtree(self.folder / "cache", ignore_errors=True)

    def index(self) -> Path:
        """The index's file, once there is one."""
        return next((self.folder / "cache").rglob("index.sqlite3"))
