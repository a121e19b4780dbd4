"""What `srs doctor` finds, as values: findings with their place, and what was counted. Knows no terminal."""

from dataclasses import dataclass
from typing import Literal

Area = Literal["settings", "decks", "journal", "clock", "index", "folders"]
Severity = Literal["problem", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (problem) or worth knowing (note). `path` is relative to the collection where it is inside.

    `line` and `column` count from 1; 0 where the whole file or folder is meant.
    """

    area: Area
    severity: Severity
    message: str
    hint: str = ""
    path: str = ""
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        """`journal/a.2026.jsonl:12:1`; empty where there is none."""
        parts = [self.path, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts) if self.path else ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much was examined. `device` is this device's name, `free` the bytes left on the journal's disk."""

    settings: int = 0
    deck_files: int = 0
    notes: int = 0
    cards: int = 0
    note_types: int = 0
    journal_files: int = 0
    devices: int = 0
    events: int = 0
    device: str = ""
    own_events: int = 0
    compared: bool = False
    faces: int = 0
    folders: int = 0
    free: int | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """The whole examination."""

    counted: Counted
    found: tuple[Finding, ...]

    @property
    def problems(self) -> int:
        return sum(finding.severity == "problem" for finding in self.found)
