"""Cards that fail their learner: marked, leeches, or slow, by what happened to them. Knows no screen and no deck.

Whether a card was looked at is no record of its own: a `mark` event with empty text, which also takes a mark off, says
so. After it a leech counts anew from two more lapses, a slow card from three more answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from srs.collection import troubles
from srs.collection.collection import Collection
from srs.memory.events import Event, Mark, Reset, Review, Suspend, Unsuspend
from srs.memory.fold import fold
from srs.memory.model import Model
from srs.memory.schedule import Rules

OFTEN = 4
"""Lapses from which on a card is one to mend; a deck's `leech_at` where that is lower."""
AGAIN_AFTER = 2
"""Lapses after which one that was looked at is one to mend again."""
SLOW = 3
"""So many times the usual time is slow."""
_FEWEST, _MOST = 3, 5  # answers of a card whose median is its time
_NEWEST = 2000  # answers among which a slow one must be


@dataclass(frozen=True, slots=True)
class Marked:
    """The learner said what is wrong."""

    text: str


@dataclass(frozen=True, slots=True)
class Leech:
    """Forgotten `lapses` times after it was learnt, `since` of them after it was last looked at (None: never was).

    `suspended`: its last lapse suspended it.
    """

    lapses: int
    since: int | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Slow:
    """Its last `answers` took `seconds`, the median; the collection's usual answer takes `usual`."""

    seconds: float
    usual: float
    answers: int


Failing = Marked | Leech | Slow


def reasons_of(events: Sequence[Event], lapses: int, rules: Rules, model: Model, usual: float) -> tuple[Failing, ...]:
    """Why a card wants mending, by its live events in order; nothing where it does not. `usual` is in ms, 0 unknown."""
    mark, at, suspended = None, -1, None
    for number, event in enumerate(events):
        if isinstance(event, Mark):
            mark = event.text or None
            at = at if event.text else number
        elif isinstance(event, Suspend | Unsuspend):
            suspended = event if isinstance(event, Suspend) else None
    reasons: list[Failing] = [Marked(mark)] if mark else []
    answers = {event.id for event in events if isinstance(event, Review)}
    by_lapse = suspended is not None and suspended.because in answers
    if suspended is not None and not by_lapse:
        return tuple(reasons)  # the learner set it aside: what it would need is settled
    if rules.leech_at and lapses >= min(OFTEN, rules.leech_at):
        then = fold(events[: at + 1], rules, model).lapses if at >= 0 else 0
        since = None if at < 0 else lapses - then if lapses >= then else lapses
        if since is None or since >= AGAIN_AFTER:
            reasons.append(Leech(lapses, since, by_lapse))
    times = _times(events, at)
    if usual and len(times) >= _FEWEST and median(times) > SLOW * usual:
        reasons.append(Slow(median(times) / 1000, usual / 1000, len(times)))
    return tuple(reasons)


def _times(events: Sequence[Event], after: int) -> list[int]:
    """How long the newest answers after event number `after` took (ms), the first one to a new card aside."""
    times, fresh = list[int](), True
    for number, event in enumerate(events):
        if isinstance(event, Reset):
            times, fresh = [], True
        elif isinstance(event, Review) and event.mode == "study":
            if number > after and not fresh and event.ms:
                times.append(event.ms)
            fresh = False
    return times[-_MOST:]


def suspects(collection: Collection) -> tuple[float, list[troubles.Standing]]:
    """How long an answer usually takes (ms), and the cards for which `reasons_of` may have something to say."""
    usual, longest = troubles.times(collection.db, _NEWEST)
    decks = [collection.settings.defaults, *map(collection.settings.for_deck, collection.settings.decks)]
    least = min(OFTEN, *(each.leech_at or OFTEN for each in decks))
    found = {each.card: each for each in troubles.marked_or_lapsed(collection.db, least)}
    for card, ms in longest.items():
        if usual and ms > SLOW * usual and card not in found and (one := troubles.standing(collection.db, card)):
            found[card] = one
    return usual, list(found.values())
