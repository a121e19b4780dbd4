"""Journal events as values, and their one-line text form. Knows nothing of files, decks or scheduling.

Times: `at` is milliseconds since the Unix epoch, UTC. `day`, `until` and day-valued `due` are study days as
`date.toordinal()`; an instant-valued `due` (a learning step) is milliseconds like `at`.
"""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["study", "cram"]


@dataclass(frozen=True, slots=True)
class Review:
    """An answer. `step` None: `due` is a study day; else `due` is an instant and `step` the learning step shown next."""

    id: str
    at: int
    card: str
    rating: int
    ms: int | None
    mode: Mode
    day: int
    due: int
    step: int | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Undo:
    id: str
    at: int
    event: str


@dataclass(frozen=True, slots=True)
class Suspend:
    id: str
    at: int
    card: str
    because: str | None


@dataclass(frozen=True, slots=True)
class Unsuspend:
    id: str
    at: int
    card: str


@dataclass(frozen=True, slots=True)
class Bury:
    """Buried until study day `until` begins."""

    id: str
    at: int
    card: str
    until: int


@dataclass(frozen=True, slots=True)
class Unbury:
    id: str
    at: int
    card: str


@dataclass(frozen=True, slots=True)
class Flag:
    """`flag` 0 to 7; 0 takes it off."""

    id: str
    at: int
    card: str
    flag: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with the card, in the learner's words; empty text clears the mark."""

    id: str
    at: int
    card: str
    text: str


@dataclass(frozen=True, slots=True)
class Reset:
    id: str
    at: int
    card: str


@dataclass(frozen=True, slots=True)
class SetDue:
    """`due {due}`: the study day that holds until the next review."""

    id: str
    at: int
    card: str
    due: int


@dataclass(frozen=True, slots=True)
class Amend:
    """Corrects the time of another event: its `at` and `day` become `new_at` (key `at` is this event's own)."""

    id: str
    at: int
    event: str
    new_at: int
    day: int


@dataclass(frozen=True, slots=True)
class Content:
    """The exported content of `note` (or of a note type, as `notetype:NAME`) became `hash`."""

    id: str
    at: int
    note: str
    hash: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event kind of a later version: kept, counted, without effect."""

    id: str
    at: int
    do: str


Event = (
    Review | Undo | Suspend | Unsuspend | Bury | Unbury | Flag | Mark | Reset | SetDue | Amend | Content | Unknown
)


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a journal file."""

    format: int
    device: str
