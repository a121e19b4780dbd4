"""Today in one glance, and one sitting looked back on: numbers, and no words for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from srs.collection import history, queries
from srs.collection.collection import Answered, Collection
from srs.memory.events import Review, SetDue
from srs.study.agenda import Agenda
from srs.study.pace import Backlog, backlog_of, minutes_left, pace_of, tomorrow
from srs.study.today import agenda_of

DAYS = 14
MATURE = 21
"""Days of an interval from which on a card counts as mature, as in Anki."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What today still takes, in minutes, and what stands around it.

    `studied` is how many answers each of the last fourteen study days had, today last. `tomorrow` is how many reviews
    are due then already.
    """

    minutes: float
    studied: tuple[int, ...]
    tomorrow: int
    backlog: Backlog | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """The reviews of a sitting (answers to cards that were out of the steps), those of mature cards among them, how
    many of each were not forgotten, and the cards that were.
    """

    reviews: int
    recalled: int
    mature: int
    mature_recalled: int
    lapsed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a sitting: learning cards still to come today, when the first is due (ms), reviews due tomorrow."""

    learning: int
    due: int | None
    tomorrow: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A deck in the tree of decks, `depth` below the top, with the sums over it and all decks below it."""

    deck: str
    depth: int
    sums: tuple[int, ...]


def glance_of(collection: Collection, now: int, agenda: Agenda) -> Glance:
    """The numbers at `now` (ms), whose agenda is given."""
    pace, day = pace_of(collection), collection.day(now)
    return Glance(
        minutes_left(agenda, pace),
        tuple(queries.reviewed_on(collection.db, each) for each in range(day - DAYS + 1, day + 1)),
        tomorrow(collection, now, agenda),
        backlog_of(collection, now, pace),
    )


def next_of(collection: Collection, now: int) -> Next:
    """What follows at `now` (ms)."""
    agenda = agenda_of(collection, now)
    return Next(len(agenda.learning), agenda.wait(), tomorrow(collection, now, agenda))


def sitting_of(collection: Collection, answers: Iterable[Answered]) -> Sitting:
    """What the answers of a sitting say of the memory. Crammed cards say nothing."""
    reviews = recalled = mature = mature_recalled = 0
    lapsed: dict[str, None] = {}
    for answered in answers:
        review = answered.review
        interval = _interval_before(collection, review)
        if interval is None:
            continue
        known = review.rating > 1
        reviews += 1
        recalled += known
        mature += interval >= MATURE
        mature_recalled += known and interval >= MATURE
        if not known:
            lapsed[review.card] = None
    return Sitting(reviews, recalled, mature, mature_recalled, tuple(lapsed))


def _interval_before(collection: Collection, review: Review) -> int | None:
    """The interval (days) at whose end a review came; None where the card was new, in its steps, or crammed."""
    if review.mode == "cram" or review.after is None:
        return None
    before = history.event_as_written(collection.db, review.after)
    if isinstance(before, SetDue):
        return before.due - collection.day(before.at)
    return before.due - before.day if isinstance(before, Review) and before.step is None else None


def branches(decks: Mapping[str, Sequence[int]]) -> list[Branch]:
    """The tree of decks, those above them included, each with its sums; by name, and a deck before those below it."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for deck, counts in decks.items():
        parts = tuple(deck.split("::"))
        for depth in range(1, len(parts) + 1):
            into = sums.setdefault(parts[:depth], [0] * len(counts))
            into[:] = [a + b for a, b in zip(into, counts, strict=True)]
    return [Branch("::".join(parts), len(parts) - 1, tuple(sums[parts])) for parts in sorted(sums)]


def lopped(tree: Sequence[Branch], most: int) -> list[Branch]:
    """At most `most` branches: the deepest decks go first, their sums stay above; then the last ones."""
    depths = sorted({branch.depth for branch in tree}, reverse=True)
    for depth in depths:
        kept = [branch for branch in tree if branch.depth <= depth]
        if len(kept) <= most:
            return kept
    return [branch for branch in tree if not branch.depth][: max(0, most)]
