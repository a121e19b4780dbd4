"""What to study now, and in which order: a pure function of the cards' state, the settings and the study day.

Knows limits, siblings, needs and mixing; nothing of answers, files or screens.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Literal, NamedTuple

from srs.collection.queries import Done, Waiting
from srs.collection.settings import DeckSettings, lineage
from srs.values import frozen

Kind = Literal["new", "learning", "review", "cram"]

_CRAM_GAP = 10
_kind_of = attrgetter("kind")
_deck_and_kind_of = attrgetter("deck", "kind")


class Item(NamedTuple):
    """A card on the agenda. For a learning card: when it is due, and from when it may come early (ms); else None.

    A tuple, since there may be thousands.
    """

    card: str
    note: str
    deck: str
    kind: Kind
    due: int | None = None
    early: int | None = None


@frozen
class Limits:
    """What a sitting asks for beyond the settings.

    `new` more new cards; only the cards (by id) that `wanted` takes; also reviews due within `ahead_days`, for which
    the limit of reviews does not hold; `minutes` after which the sitting ends, so that reviews go before new cards;
    `cram`: cards whether due or not, each once, and nothing moves.
    """

    new: int = 0
    wanted: Callable[[str], bool] | None = None
    ahead_days: int = 0
    cram: bool = False
    minutes: int | None = None


@frozen
class Candidates:
    """What the index offers on a day.

    `fresh` gives new cards from `fresh_decks` in the order in which they are to come, asking which decks still have
    room. `lost` says of each of some reviews how much of the chance to recall it would be lost by tomorrow.
    """

    learning: Sequence[Waiting]
    reviews: Sequence[Waiting]
    fresh: Callable[[Callable[[str], bool]], Iterable[Waiting]]
    fresh_decks: Sequence[str]
    done: Sequence[Done]
    ready: Callable[[str], bool]
    lost: Callable[[Sequence[Waiting]], Iterable[float]]


@frozen
class Agenda:
    """`learning` by its minute, `main` mixed and in order, both without what limits and siblings hold back today."""

    learning: tuple[Item, ...]
    main: tuple[Item, ...]

    def next(self, now: int) -> Item | None:
        """The card to show at `now` (ms): a learning card that is due, else the queue's head, else one soon due."""
        first = self.learning[0] if self.learning else None
        if first and (first.due or 0) <= now:
            return first
        if self.main:
            return self.main[0]
        return next((item for item in self.learning if (item.early or 0) <= now), None)

    def item(self, card: str) -> Item | None:
        """The place of a card on the agenda; None where it has none."""
        return next((item for item in chain(self.learning, self.main) if item.card == card), None)

    def wait(self) -> int | None:
        """The instant (ms) at which the next learning card is due; None where there is none."""
        return self.learning[0].due if self.learning else None

    def kinds(self) -> Counter[Kind]:
        """How many cards of each kind remain."""
        return Counter(map(_kind_of, chain(self.learning, self.main)))

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        """How many cards remain by deck and kind, where there are any."""
        return Counter(map(_deck_and_kind_of, chain(self.learning, self.main)))


def plan(
    found: Candidates,
    settings: Callable[[str], DeckSettings],
    day: int,
    day_end: int,
    limits: Limits = Limits(),
) -> Agenda:
    """The agenda of `day`, which ends at `day_end` (ms). `settings` gives what holds for a deck."""
    wanted = limits.wanted

    def asked_for(waiting: Iterable[Waiting]) -> Iterable[Waiting]:
        return waiting if wanted is None else (w for w in waiting if wanted(w.card))

    learning = tuple(learning_item(w, settings) for w in asked_for(found.learning) if (w.due or 0) < day_end)
    siblings = _Siblings(settings, (*found.done, *found.learning))

    def chosen(kind: Kind, waiting: Iterable[Waiting], room: _Room) -> list[Item]:
        items: list[Item] = []
        for card, note, deck, *_ in waiting if room.decks else ():
            if deck in room.decks and (kind != "new" or found.ready(note)) and siblings.takes(card, note, deck):
                room.take(deck)
                items.append(Item(card, note, deck, kind))
                if not room.decks:
                    break
        return items

    def new_limit(deck: str) -> float:
        return settings(deck).new_per_day + limits.new

    def review_limit(deck: str) -> float:
        return float("inf") if limits.ahead_days else settings(deck).reviews_per_day

    waiting = list(asked_for(found.reviews))
    due, ahead = by_loss(waiting, found.lost, day)
    for_reviews = _Room({w.deck for w in waiting}, review_limit, [d.deck for d in found.done if d.review])
    for_new = _Room(found.fresh_decks, new_limit, [d.deck for d in found.done if d.new])
    fresh = asked_for(found.fresh(for_new.decks.__contains__))
    reviews = chosen("review", due, for_reviews)
    new = chosen("new", fresh, for_new)
    early = chosen("review", ahead, for_reviews)

    def mix(deck: str) -> str:
        return "reviews-first" if limits.minutes else settings(deck).mix

    return Agenda(learning, (*_mixed(new, reviews, found.done, mix), *early))


def learning_item(waiting: Waiting, settings: Callable[[str], DeckSettings]) -> Item:
    """A card in its steps on the agenda."""
    card, note, deck, due, *_ = waiting
    return Item(card, note, deck, "learning", due, (due or 0) - settings(deck).learn_ahead * 1000)


def by_loss(
    reviews: Sequence[Waiting], lost: Callable[[Sequence[Waiting]], Iterable[float]], day: int
) -> tuple[list[Waiting], list[Waiting]]:
    """The reviews due by `day`, what would lose most by tomorrow first; and those due later, the earliest first."""
    due: list[tuple[float, int, int, Waiting]] = []
    ahead: list[tuple[int, float, int, Waiting]] = []
    for w, loss in zip(reviews, lost(reviews), strict=True):
        card, _, _, when, *_ = w
        if (when or 0) <= day:
            due.append((-loss, when or 0, shuffled(card, day), w))
        else:
            ahead.append((when or 0, -loss, shuffled(card, day), w))
    due.sort()
    ahead.sort()
    return [place[3] for place in due], [place[3] for place in ahead]


class Cram:
    """The cards of one cram sitting, shuffled anew each day: each comes once, and again after an Again."""

    def __init__(self, found: Iterable[Waiting], day: int) -> None:
        ordered = sorted(found, key=lambda w: (shuffled(w.card, day), w.card))
        self._items = {w.card: Item(w.card, w.note, w.deck, "cram") for w in ordered}
        self._line = list(self._items)

    def left(self) -> int:
        return len(self._line)

    def head(self, first: str | None, is_open: Callable[[str], bool]) -> Item | None:
        """The card to show: `first` if it is one of them, else the next that may still be studied."""
        if first in self._items:
            self._line = [first, *(card for card in self._line if card != first)]
        while self._line and not is_open(self._line[0]):
            self._line.pop(0)
        return self._items[self._line[0]] if self._line else None

    def coming(self, most: int) -> tuple[str, ...]:
        """The cards after the head."""
        return tuple(self._line[1 : 1 + most])

    def answered(self, rating: int) -> None:
        """The head was rated: it goes, or after an Again comes back behind some others."""
        card = self._line.pop(0)
        if rating == 1:
            self._line.insert(_CRAM_GAP, card)


class _Room:
    """Those of some decks that have room today for another card of a kind.

    Each of the decks and of all above them has a `limit`, of which what was `used` is gone.
    """

    def __init__(self, decks: Iterable[str], limit: Callable[[str], float], used: Iterable[str]) -> None:
        gone = Counter(name for deck in used for name in lineage(deck))
        self._left: dict[str, float] = {}
        self._under: dict[str, list[str]] = {}
        self.decks: set[str] = set()
        left, under = self._left, self._under
        for deck in decks:
            names, room = lineage(deck), True
            for name in names:
                if name not in left:
                    left[name], under[name] = limit(name) - gone.get(name, 0), []
                room = room and left[name] > 0
            if room:
                self.decks.add(deck)
                for name in names:
                    under[name].append(deck)

    def take(self, deck: str) -> None:
        """Use up one place in a deck that has room."""
        for name in lineage(deck):
            self._left[name] -= 1
            if self._left[name] <= 0:
                self.decks.difference_update(self._under[name])


class _Siblings:
    """One card of a note a day, where the deck asks for that."""

    def __init__(self, settings: Callable[[str], DeckSettings], touched: Iterable[Done | Waiting]) -> None:
        self._settings = settings
        self._touched: dict[str, set[str]] = {}
        for each in touched:
            self._touched.setdefault(each.note, set()).add(each.card)

    def takes(self, card: str, note: str, deck: str) -> bool:
        """Whether the card may come today; then it is the one, or one of those, of its note."""
        touched = self._touched.setdefault(note, set())
        if touched - {card} and self._settings(deck).bury_siblings:
            return False
        touched.add(card)
        return True


def shuffled(card: str, seed: int) -> int:
    """A card's place in an order that `seed` decides."""
    return zlib.crc32(f"{seed}:{card}".encode())


def _mixed(new: list[Item], reviews: list[Item], done: Sequence[Done], mix: Callable[[str], str]) -> tuple[Item, ...]:
    """New cards before, among and after the reviews, as each one's deck has it.

    Those among them have their share of the whole day, so answering the head moves nothing.
    """
    parts: dict[str, list[Item]] = {"new-first": [], "interleave": [], "reviews-first": []}
    for item in new:
        parts[mix(item.deck)].append(item)
    done_new = sum(d.new and mix(d.deck) == "interleave" for d in done)
    done_reviews = sum(d.review for d in done)
    among = parts["interleave"]
    places = [(_share(n, done_new, len(among)), 1, n, item) for n, item in enumerate(among)]
    places += [(_share(n, done_reviews, len(reviews)), 0, n, item) for n, item in enumerate(reviews)]
    middle = (item for *_, item in sorted(places))
    return (*parts["new-first"], *middle, *parts["reviews-first"])


def _share(n: int, done: int, left: int) -> float:
    return (done + n + 0.5) / (done + left)
