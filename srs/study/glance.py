"""Today in one glance, what waits beyond it, and one sitting looked back on: numbers, and no words for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from srs.collection import queries
from srs.collection.settings import lineage
from srs.study.agenda import Agenda, Limits
from srs.study.pace import Backlog, backlog_of, minutes_left, pace_of, tomorrow
from srs.study.today import agenda_of
from srs.values import frozen, replace

if TYPE_CHECKING:
    from srs.collection.collection import Answered, Collection
    from srs.collection.views import CardView
    from srs.memory.events import Review

DAYS = 14
MATURE = 21
"""Days of an interval from which on a card counts as mature, as in Anki."""
_ANY_NUMBER = 1 << 30
_LIMITED = ("new", "reviews")


@frozen
class Glance:
    """What today still takes, in minutes, and what stands around it.

    `studied` is on which of the last fourteen study days cards were studied, today last. `tomorrow` is how many reviews
    are due then already.
    """

    minutes: float
    studied: tuple[bool, ...]
    tomorrow: int
    backlog: Backlog | None


@frozen
class Sitting:
    """The reviews of a sitting (answers to cards that were out of the steps), those of mature cards among them, how
    many of each were not forgotten, and the cards that were.
    """

    reviews: int
    recalled: int
    mature: int
    mature_recalled: int
    lapsed: tuple[str, ...]


@frozen
class Next:
    """What follows a sitting: learning cards still to come today, when the first is due (ms), reviews due tomorrow."""

    learning: int
    due: int | None
    tomorrow: int


@frozen
class Held:
    """Of the cards `found` that a sitting asks for, how many are not to be studied now, by what holds them back.

    `new` and `reviews` are beyond the day's limits: `new_limit` and `review_limit`, None where decks differ in them.
    `siblings` wait for another card of their note, `needs` for other notes, `later` for their day, the first for the
    study day `first`.
    """

    found: int
    new: int = 0
    new_limit: int | None = None
    reviews: int = 0
    review_limit: int | None = None
    siblings: int = 0
    needs: int = 0
    later: int = 0
    first: int | None = None
    suspended: int = 0
    buried: int = 0
    drafts: int = 0


@frozen
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
        tuple(queries.studied_on(collection.db, each) for each in last_days(day)),
        tomorrow(collection, now, agenda),
        backlog_of(collection, now, pace),
    )


def last_days(today: int) -> range:
    """The study days on which a glance looks back."""
    return range(today - DAYS + 1, today + 1)


def next_of(collection: Collection, now: int, asked: Limits = Limits()) -> Next:
    """What follows at `now` (ms): learning cards of those that were asked for; tomorrow's reviews are of all."""
    agenda = agenda_of(collection, now)
    learning = [item for item in agenda.learning if asked.wanted is None or asked.wanted(item.card)]
    return Next(len(learning), learning[0].due if learning else None, tomorrow(collection, now, agenda))


def held_of(collection: Collection, now: int, limits: Limits) -> Held:
    """What holds cards back at `now` (ms), of those that `limits` ask for."""
    wanted, settings = limits.wanted or (lambda _: True), collection.settings.for_deck
    views = [view for view in collection.cards(now) if wanted(view.id)]
    if limits.cram and limits.wanted is None:
        views = [view for view in views if view.state != "new"]
    held: dict[str, list[CardView]] = {}
    reason = _set_aside if limits.cram else _reasons(collection, now, limits)
    for view in views:
        held.setdefault(reason(view), []).append(view)
    held.pop("", None)
    over = {kind: {deck for view in held.get(kind, ()) for deck in lineage(view.deck)} for kind in _LIMITED}
    return Held(
        len(views),
        new_limit=_only({settings(deck).new_per_day + limits.new for deck in over["new"]}),
        review_limit=_only({settings(deck).reviews_per_day for deck in over["reviews"]}),
        first=min((_due_day(collection, view) for view in held.get("later", ())), default=None),
        **{kind: len(cards) for kind, cards in held.items()},
    )


def _reasons(collection: Collection, now: int, limits: Limits) -> Callable[[CardView], str]:
    """Which count of `Held` a card belongs to; empty for one that is on the agenda."""
    db, day = collection.db, collection.day(now)
    on_agenda, allowed = (
        {item.card for item in (*agenda.learning, *agenda.main)}
        for agenda in (agenda_of(collection, now, each) for each in (limits, replace(limits, new=_ANY_NUMBER)))
    )
    touched: dict[str, set[str]] = {}
    busy: list[queries.Done | queries.Waiting] = [*queries.done(db, day), *queries.learning(db, day)]
    for each in busy:
        touched.setdefault(each.note, set()).add(each.card)

    def reason(view: CardView) -> str:
        if view.id in on_agenda:
            return ""
        if aside := _set_aside(view):
            return aside
        if view.state == "new":
            if view.id in allowed:
                return "new"
            ready = all(queries.needs_met(db, need) for need in queries.needs_of(db, view.note.id))
            return "siblings" if ready else "needs"
        if _due_day(collection, view) > day + limits.ahead_days:
            return "later"
        return "siblings" if touched.get(view.note.id, set()) - {view.id} else "reviews"

    return reason


def _set_aside(view: CardView) -> str:
    """Which count of `Held` a card belongs to that no day brings up; empty for others."""
    if view.note.draft:
        return "drafts"
    if view.suspended:
        return "suspended"
    return "" if view.buried_until is None else "buried"


def _due_day(collection: Collection, view: CardView) -> int:
    """The study day on which a card that is not new is due."""
    due = view.due or 0
    return due if view.state == "review" else collection.day(due)


def _only(values: set[int]) -> int | None:
    return next(iter(values)) if len(values) == 1 else None


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
    from srs.collection import recorded
    from srs.memory.events import Review, SetDue

    if review.mode == "cram" or review.after is None:
        return None
    before = recorded.event_as_written(collection.db, review.after)
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
