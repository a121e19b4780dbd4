"""How long studying takes, what tomorrow holds, what clears a backlog: numbers, and no words for them.

Everything is an estimate from the learner's own newest answers; where there are few, from defaults.
"""

from math import ceil

from srs.collection import queries
from srs.collection.collection import Collection
from srs.collection.settings import lineage
from srs.study.agenda import Agenda, Kind
from srs.study.today import reviews_on
from srs.values import frozen

_NEWEST = 200  # answers, of which each is looked up before the first card is shown
_ENOUGH = 10
_MINUTES_A_DAY = (5, 10, 15, 20, 30, 45, 60)
_LONGEST_PLAN = 60  # days
_COMING = 14  # days over which the usual load is taken
_FEW = 20


@frozen
class Pace:
    """Seconds that an answer takes to a new card, to one in its steps, to a review.

    `follow_ups` is how many answers in steps a new or a forgotten card needs after the first, `lapses` the share of
    reviews that are forgotten.
    """

    new: float = 20.0
    learning: float = 8.0
    review: float = 10.0
    follow_ups: float = 1.3
    lapses: float = 0.1

    def seconds(self, kind: Kind) -> float:
        """What a card of this kind takes today, with the answers that follow from the first."""
        steps = self.follow_ups * self.learning
        match kind:
            case "new":
                return self.new + steps
            case "learning":
                return max(self.learning, steps)
            case "review":
                return self.review + self.lapses * steps
            case "cram":
                return self.review


@frozen
class Backlog:
    """Reviews that were due before today, and a way out: so many minutes a day clear them in so many days.

    `days` is None where even that many minutes do not.
    """

    overdue: int
    minutes: int
    days: int | None


def pace_of(collection: Collection) -> Pace:
    """The learner's pace: medians over the newest two hundred answers."""
    answers = queries.newest_answers(collection.db, _NEWEST)
    usual = Pace()
    times: dict[str, list[int]] = {"new": [], "learning": [], "review": []}
    for kind, _, ms in answers:
        times[kind].append(ms or 0)

    def typical(kind: str, default: float) -> float:
        found = sorted(filter(None, times[kind]))
        return found[len(found) // 2] / 1000 if len(found) >= _ENOUGH else default

    reviews, steps = len(times["review"]), len(times["learning"])
    lapses = sum([rating == 1 for kind, rating, _ in answers if kind == "review"])
    begun = lapses + len(times["new"])
    return Pace(
        new=typical("new", usual.new),
        learning=typical("learning", usual.learning),
        review=typical("review", usual.review),
        follow_ups=steps / begun if begun >= _ENOUGH else usual.follow_ups,
        lapses=lapses / reviews if reviews >= _ENOUGH else usual.lapses,
    )


def minutes_left(agenda: Agenda, pace: Pace) -> float:
    """How many minutes all that is on the agenda will take."""
    return sum(count * pace.seconds(kind) for kind, count in agenda.kinds().items()) / 60


def tomorrow(collection: Collection, now: int, today: Agenda) -> int:
    """How many reviews the next study day holds once `today` is done, within its limits.

    What today's answers will send to tomorrow is not known and not among them.
    """
    studied = {item.card for item in (*today.learning, *today.main)}
    return reviews_on(collection, collection.day(now) + 1, lambda card: card not in studied)


def backlog_of(collection: Collection, now: int, pace: Pace) -> Backlog | None:
    """What was left undone until today, where it is worth words."""
    db, day = collection.db, collection.day(now)
    missed = queries.overdue(db, day)
    if missed < _FEW:
        return None
    coming = queries.due_within(db, day + 1, day + _COMING) / _COMING
    highest = {lineage(deck)[0] for deck in queries.decks(db)}
    limit = sum(collection.settings.for_deck(deck).reviews_per_day for deck in highest)
    return backlog(missed, coming, limit, pace.seconds("review"))


def backlog(overdue: int, coming: float, limit: int, seconds: float) -> Backlog | None:
    """A plan for `overdue` reviews while `coming` more fall due each day, `seconds` each, `limit` a day at most.

    The fewest minutes a day that clear them within sixty days, else as many minutes as we would ask of anybody. None
    where there are few, or no more than a day's limit and three days' usual number.
    """
    if overdue < _FEW or overdue <= min(limit, 3 * coming):
        return None
    days = None
    for minutes in _MINUTES_A_DAY:
        spare = min(minutes * 60 / seconds, limit) - coming
        days = ceil(overdue / spare) if spare > 0 else None
        if days is not None and days <= _LONGEST_PLAN:
            return Backlog(overdue, minutes, days)
    return Backlog(overdue, _MINUTES_A_DAY[-1], days)
