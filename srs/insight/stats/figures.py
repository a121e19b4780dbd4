"""Every figure that `srs stats` says, as values, each with its definition. Knows no words, no layout, no arrays.

The words that all of them share:

- *Answers* are those that count (nothing undone, amended ones at their right time), of study and of cram, up to the
  study day of `Stats.day`. The *window* is the study days from `Stats.first` to `Stats.day`. A `day` is
  `date.toordinal()` of the study day as it was recorded, whichever timezone the collection was in.
- *Young* and *mature*: an interval below 21 days, and from 21 days on. For an answer it is the interval that had been
  promised before it; for a card, the one that holds now.
- *True retention* is Anki's: of the study answers to cards in review (or in a step of a day or more), how many were
  not Again. Crams, learning steps and relearning steps within the day never count.
- *Time* is the sum of what is known; answers that came without their time (some imports), or with none (0), are not
  *timed*.
- *Cards* are those that decks have, drafts aside. *Recall* is the chance of recall today by the memory model.
  Suspended cards are remembered too: they count in what is known, and not in what is due.
"""

from dataclasses import dataclass
from typing import Literal

MATURE = 21
"""Days of interval from which on a card is mature."""

Kind = Literal["learning", "young", "mature", "relearning", "cram"]
"""What an answer was: `learning` to a new card or in its first steps, `young` and `mature` to a card in review,
`relearning` in the steps after a lapse, `cram` outside of all that."""

KINDS: tuple[Kind, ...] = ("learning", "young", "mature", "relearning", "cram")


@dataclass(frozen=True, slots=True)
class Share:
    """How many answers remembered and how many did not. `expected`: the mean recall that the model had given them."""

    passed: int = 0
    failed: int = 0
    expected: float | None = None

    @property
    def count(self) -> int:
        return self.passed + self.failed

    @property
    def rate(self) -> float | None:
        """The share that passed, 0 to 1; None where there is nothing to share."""
        return self.passed / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Retention:
    """True retention."""

    young: Share = Share()
    mature: Share = Share()
    all: Share = Share()


@dataclass(frozen=True, slots=True)
class Span:
    """True retention over some days before and with `last`. `name` is the key of JSON, too. `first` None: no bound."""

    name: Literal["today", "yesterday", "week", "month", "year", "all"]
    first: int | None
    last: int
    retention: Retention


@dataclass(frozen=True, slots=True)
class Work:
    """How much was done. `ms` is time; `timed` counts the answers whose time is known. `cards`: different ones."""

    answers: int = 0
    ms: int = 0
    timed: int = 0
    cards: int = 0

    @property
    def ms_each(self) -> float | None:
        """The mean time of an answer whose time is known."""
        return self.ms / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class Effort:
    """Work in the window and what follows from it.

    `days` is the length of the window; `studied` how many of its days have an answer; `streak` how many days in a row
    up to today have one (up to yesterday, while today has none), and `longest` the longest such row in the window;
    `streak` does not end where the window begins.
    """

    work: Work
    days: int
    studied: int
    streak: int
    longest: int


@dataclass(frozen=True, slots=True)
class DayOf:
    """One study day of the window that has an answer. Days without one are left out.

    The five counts, one for each of KINDS, add up to all answers. `introduced`: new cards that got their first answer
    (again after a reset). `learnt`: answers that took a card out of its first steps. `retention`: of all intervals.
    """

    day: int
    learning: int
    young: int
    mature: int
    relearning: int
    cram: int
    ms: int
    introduced: int
    learnt: int
    retention: Share

    @property
    def answers(self) -> int:
        return self.learning + self.young + self.mature + self.relearning + self.cram


@dataclass(frozen=True, slots=True)
class HourOf:
    """One hour of the day (0 to 23) by the clock of the timezone that the collection has now; all 24 are there."""

    hour: int
    answers: int
    ms: int
    retention: Share


@dataclass(frozen=True, slots=True)
class Buttons:
    """How often each answer was given to one kind of cards."""

    kind: Kind
    again: int = 0
    hard: int = 0
    good: int = 0
    easy: int = 0

    @property
    def count(self) -> int:
        return self.again + self.hard + self.good + self.easy


@dataclass(frozen=True, slots=True)
class RatingOf:
    """One rating (1 to 4): how often it was given in study, the time that took, and how it turned out.

    `later` is true retention of the answers whose last answer before was this rating: what a Hard, a Good or an Easy
    came to. Again leads there only where a lapse has no relearning steps.
    """

    rating: int
    answers: int
    ms: int
    later: Share


@dataclass(frozen=True, slots=True)
class DueOn:
    """What is due on one study day. `steps`: cards in learning or relearning. Each card once: it will come again."""

    day: int
    steps: int
    young: int
    mature: int

    @property
    def count(self) -> int:
        return self.steps + self.young + self.mature


@dataclass(frozen=True, slots=True)
class Due:
    """What is due from today on, as promised; new cards, suspended ones and limits of a day aside.

    `overdue`: cards that were due on an earlier day and are open today. `days`: those from today on that have any,
    ascending, to the end; a buried card stands on the day on which it comes back, if that is later than its own.
    `per_day` is what comes back each day in the long run: the sum of 1 / interval over the cards in review, suspended
    ones aside.
    """

    overdue: int
    days: tuple[DueOn, ...]
    per_day: float


@dataclass(frozen=True, slots=True)
class Bin:
    """How many lie from `low` to below `high`; `high` None: no bound. The last bin takes its `high` as well."""

    low: float
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """A histogram without gaps, always the same bins, and what stands for the middle. None where `count` is 0."""

    bins: tuple[Bin, ...]
    count: int
    mean: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class Distributions:
    """Of the cards that were ever answered, as they stand: those with a memory.

    `stability` in days; `difficulty` 1 to 10 (empty where the model knows none); `retrievability` today, 0 to 1;
    `interval` in days, from the last answer to the due day, of cards in review only.
    """

    stability: Distribution
    difficulty: Distribution
    retrievability: Distribution
    interval: Distribution


@dataclass(frozen=True, slots=True)
class Cards:
    """Where the cards stand. The first five add up to `total`; suspended and buried ones are counted among them.

    `new` was never answered, or was reset; `young` and `mature` are in review. `known` is how many of the `studied`
    (all but the new) would be recalled today: the sum of their recall, and `recall` its mean (None: none was studied).
    """

    new: int = 0
    learning: int = 0
    young: int = 0
    mature: int = 0
    relearning: int = 0
    suspended: int = 0
    buried: int = 0
    notes: int = 0
    known: float = 0.0

    @property
    def total(self) -> int:
        return self.new + self.studied

    @property
    def studied(self) -> int:
        return self.learning + self.young + self.mature + self.relearning

    @property
    def recall(self) -> float | None:
        return self.known / self.studied if self.studied else None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the window added. `introduced` and `learnt` as in `DayOf`; `cards` and `notes` that were learnt in it,
    each once; `matured`: study answers that took a card in review from a young interval to a mature one, and `lapsed`:
    those that failed a mature one."""

    introduced: int
    learnt: int
    cards: int
    notes: int
    matured: int
    lapsed: int


Why = Literal["forgotten", "relearnt", "slow", "difficult", "leech"]
"""Why a card is among the hardest, in this order.

`forgotten`: failed at least twice in review, within the window. `relearnt`: Again at least three times in steps.
`slow`: the median of its timed answers is over twice that of all. `difficult`: difficulty 9 or more. `leech`: a lapse
suspended it.
"""


@dataclass(frozen=True, slots=True)
class HardCard:
    """A card that costs most. The counts are of its study answers in the window.

    `failed` and `reviewed` are of true retention; `again` is every Again, in steps too. `ms` is time in all,
    `median_ms` that of its timed answers (None: none is timed). `lapses` are those since its last reset, as it stands
    now; `stability`, `difficulty` and `recall` are None while it is new (again).
    """

    card: str
    note: str
    deck: str
    why: tuple[Why, ...]
    answers: int
    failed: int
    reviewed: int
    again: int
    ms: int
    median_ms: float | None
    lapses: int
    stability: float | None
    difficulty: float | None
    recall: float | None
    suspended: bool


@dataclass(frozen=True, slots=True)
class HardNote:
    """A note whose cards cost most together: sums over all its cards. `worst` is the card of it that fails most, and
    `why` everything that holds for any of its cards. `cards`: how many of its cards were answered in the window."""

    note: str
    deck: str
    why: tuple[Why, ...]
    cards: int
    worst: str
    answers: int
    failed: int
    reviewed: int
    again: int
    ms: int


@dataclass(frozen=True, slots=True)
class Group:
    """A deck with all decks under it, or a tag with all tags under it (`a` holds `a::b`): cards, and the window's work.

    `due`: cards that are due today or were before. Answers of cards that no deck has any more belong to none.
    """

    name: str
    cards: Cards
    work: Work
    retention: Retention
    due: int


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything. `day` is today; `first` the first day of the window: `days` before, or the first answer's day.

    `chosen`: how many cards were asked for, None where all. With some cards chosen, answers are theirs only; else those
    of cards that were deleted since count as well. Hardest cards and notes come worst first, at most `HARDEST` of each,
    and only those with a `why`. Decks and tags come in order of their names, in which a deck precedes those under it.
    """

    day: int
    first: int
    days: int | None
    chosen: int | None
    timezone: str
    cards: Cards
    effort: Effort
    learnt: Learnt
    retention: Retention
    spans: tuple[Span, ...]
    by_day: tuple[DayOf, ...]
    by_hour: tuple[HourOf, ...]
    by_rating: tuple[RatingOf, ...]
    buttons: tuple[Buttons, ...]
    due: Due
    distributions: Distributions
    hardest_cards: tuple[HardCard, ...]
    hardest_notes: tuple[HardNote, ...]
    decks: tuple[Group, ...]
    tags: tuple[Group, ...]


HARDEST = 10

DAYS = (0, 1, 3, 7, 14, 21, 30, 60, 90, 180, 365, 730, 1825, 3650)
"""Where the bins of stability and interval begin; the last has no end. 21 is where mature begins."""
EASES = tuple(range(1, 10))
"""Where those of difficulty begin, each 1 wide, the last closed at 10."""
RECALLS = tuple(n / 20 for n in range(20))
"""Where those of retrievability begin, each 0.05 wide, the last closed at 1."""
