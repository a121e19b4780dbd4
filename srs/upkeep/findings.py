"""What `srs doctor` finds, as values: findings with their place, and what was counted. Knows no terminal."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from srs.collection.content import shown_name
from srs.errors import SrsError, said_by_system, sentence

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


@dataclass(slots=True)
class Report:
    """What has been found so far."""

    root: Path
    counted: Counted = field(default_factory=Counted)
    found: list[Finding] = field(default_factory=list)

    def add(
        self, area: Area, severity: Severity, message: str, hint: str = "", path: str | Path = "", line: int = 0,
        column: int = 0,
    ) -> None:  # fmt: skip
        place = self.shown(path) if isinstance(path, Path) else path
        self.found.append(Finding(area, severity, message, hint, place, line, column))

    def refused(self, area: Area, error: SrsError | OSError) -> None:
        """A part that cannot be examined, in the words of the error."""
        if isinstance(error, SrsError):
            self.add(area, "problem", sentence(error.message), sentence(error.hint))
        else:
            message = f"This cannot be read: {said_by_system(error)}."
            self.add(area, "problem", message, "", str(error.filename or ""))

    def shown(self, path: Path) -> str:
        name = str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)
        return shown_name(name)

    def count(self, **numbers: Any) -> None:
        self.counted = replace(self.counted, **numbers)
