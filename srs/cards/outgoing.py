"""What an export is asked and what it answers. Knows no format: each one is an entry point of the group `srs.export`.

The entry point is a function `export(request: ExportRequest, target: Path) -> ExportReport`. It replaces `target` at
once or leaves it alone, and raises SrsError when it cannot write.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from srs.cards.note import Note
from srs.cards.notetype import NoteTypes
from srs.errors import Problem
from srs.values import field, frozen
from srs.watching import Watch, unwatched


@frozen
class DeckAbout:
    """What a deck says of itself."""

    description: str | None = None
    author: str | None = None
    licence: str | None = None


@frozen
class Content:
    """The hash of what was exported under a key, and since when it is so (milliseconds since the epoch)."""

    key: str
    hash: str
    at: int


class Logged(NamedTuple):
    """One thing that happened to a card, at `at` (milliseconds since the epoch) on study day `day`.

    `what`: `learning`, `review` and `relearning` are answers, by where the card stood before; `cram` is an answer that
    counts for nothing; `reset` made the card new again; `due` set its day by hand. `rating` 1 to 4, 0 where it is no
    answer. `interval` and `before` are what held after and before: days, or a wait in seconds as a negative number.
    `difficulty` (1 to 10) is that after it; None where nothing is remembered. `ms`: thinking time.
    """

    at: int
    day: int
    what: Literal["learning", "review", "relearning", "cram", "reset", "due"]
    rating: int
    interval: int
    before: int
    difficulty: float | None
    ms: int | None


@frozen
class Standing:
    """Where a card stands. `due_day` is a study day (`date.toordinal()`); `due`, in a step, milliseconds as well.

    `interval` is the days between the last answer and the due day; in a step of relearning, the days that will follow.
    `steps_left` counts the step it is in. `stability` (days) is the time until recall falls to 0.9; `decay` is how the
    curve falls (FSRS's parameter 20). These and the retention that is desired are None for a new card. `log` is in
    order of time.
    """

    state: Literal["new", "learning", "review", "relearning"]
    due: int | None = None
    due_day: int | None = None
    interval: int = 0
    steps_left: int = 0
    reps: int = 0
    lapses: int = 0
    stability: float | None = None
    difficulty: float | None = None
    retention: float | None = None
    decay: float | None = None
    suspended: bool = False
    buried: bool = False
    flag: int = 0
    log: tuple[Logged, ...] = ()


class Preset(NamedTuple):
    """How FSRS works in a deck: the retention that is desired, and its parameters (none: those that it comes with)."""

    retention: float
    parameters: tuple[float, ...] = ()


@frozen
class Schedules:
    """Where the cards stand that anything ever happened to, by card id; the others are new.

    Study days begin `rollover` hours after midnight in `zone`, an IANA name. `presets` are those of decks by name, as
    far as they are not what FSRS comes with.
    """

    zone: str
    rollover: int
    cards: Mapping[str, Standing]
    presets: Mapping[str, Preset] = field(default_factory=dict)


@frozen
class ExportRequest:
    """What to export.

    `notes` stand in the order in which their cards are to be learnt. `media` is the folder that cards name pictures
    from. `contents` is the newest journalled Content of each key: a note's id, a prompt's card id or `notetype:NAME`.
    `now` is in milliseconds since the epoch. `schedules`: None where only the cards are wanted. `whole`: `notes` are
    all there are, so what `contents` knows besides is gone. `unread`: `notes` are
    all that can be read, and there may be more. `deleted`: cards that were deleted where the file goes. `watch` is told
    how far the export is.
    """

    notes: tuple[Note, ...]
    types: NoteTypes
    decks: Mapping[str, DeckAbout]
    media: Path | None
    contents: Mapping[str, Content]
    now: int
    schedules: Schedules | None = None
    whole: bool = False
    deleted: frozenset[str] = frozenset()
    unread: bool = False
    watch: Watch = unwatched


@frozen
class ExportReport:
    """What was written. `changed` is for the journal: what differs from `ExportRequest.contents`, in order of `at`.

    `advice`: sentences that tell what the program which reads the file will do with it.
    """

    notes: int
    cards: int
    decks: int
    media: int
    changed: tuple[Content, ...]
    problems: tuple[Problem, ...]
    advice: tuple[str, ...] = ()


def abouts(files: Iterable[tuple[str, DeckAbout]]) -> dict[str, DeckAbout]:
    """Deck name to what its files say of it; where several files share a deck, the first that says something counts."""
    found: dict[str, DeckAbout] = {}
    for deck, said in files:
        known = found.get(deck, DeckAbout())
        found[deck] = DeckAbout(
            known.description or said.description, known.author or said.author, known.licence or said.licence
        )
    return found
