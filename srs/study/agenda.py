"""What to study now, and in which order: a pure function of the cards' state, the settings and the study day.

Knows limits, siblings, needs and mixing; nothing of answers, files or screens.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from srs.collection.queries import Done, Waiting
from srs.collection.settings import DeckSettings

Kind = Literal["new", "learning", "review"]


@dataclass(frozen=True, slots=True)
class Item:
    """A card on the agenda. `due` is ms for a learning card; else None."""

    card: str
    note: str
    deck: str
    kind: Kind
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sitting asks for beyond the settings: `new` more new cards, only the cards (by id) that `wanted` takes."""

    new: int = 0
    wanted: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the index offers on a day; `fresh` in the order in which new cards are to come, from `fresh_decks`."""

    learning: Sequence[Waiting]
    reviews: Sequence[Waiting]
    fresh: Iterable[Waiting]
    fresh_decks: Sequence[str]
    done: Sequence[Done]
    ready: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Agenda:
    """`learning` by its minute, `main` mixed and in order, both without what limits and siblings hold back today."""

    learning: tuple[Item, ...]
    main: tuple[Item, ...]
    learn_ahead: int

    def next(self, now: int) -> Item | None:
        """The card to show at `now` (ms): a learning card that is due, else the queue's head, else one soon due."""
        first = self.learning[0] if self.learning else None
        if first and (first.due or 0) <= now:
            return first
        if self.main:
            return self.main[0]
        return first if first and (first.due or 0) <= now + self.learn_ahead * 1000 else None

    def wait(self) -> int | None:
        """The instant (ms) at which the next learning card is due; None where there is none."""
        return self.learning[0].due if self.learning else None

    def counts(self) -> Mapping[str, Counter[str]]:
        """How many cards of each kind remain, by deck."""
        counts: dict[str, Counter[str]] = {}
        for item in (*self.learning, *self.main):
            counts.setdefault(item.deck, Counter())[item.kind] += 1
        return counts


def plan(
    found: Candidates,
    settings: Callable[[str], DeckSettings],
    defaults: DeckSettings,
    day: int,
    day_end: int,
    limits: Limits = Limits(),
) -> Agenda:
    """The agenda of `day`, which ends at `day_end` (ms). `settings` gives what holds for a deck."""
    wanted = limits.wanted or (lambda _: True)
    learning = tuple(
        Item(w.card, w.note, w.deck, "learning", w.due)
        for w in found.learning
        if (w.due or 0) < day_end and wanted(w.card)
    )
    room = _Room(settings, found.done, limits.new)
    siblings = _Siblings(settings, (*found.done, *found.learning))
    by_load = sorted(found.reviews, key=lambda w: (w.due or 0, _shuffled(w.card, day)))
    reviews: list[Item] = []
    for w in by_load:
        if wanted(w.card) and siblings.free(w) and room.has("review", w.deck):
            room.take("review", w.deck)
            siblings.keep(w)
            reviews.append(Item(w.card, w.note, w.deck, "review"))
    fresh = found.fresh
    if defaults.new_order == "random":
        fresh = sorted(fresh, key=lambda w: _shuffled(w.card, 0))
    new: list[Item] = []
    open_decks = {deck for deck in found.fresh_decks if room.has("new", deck)}
    for w in fresh if open_decks else ():
        if w.deck not in open_decks or not (wanted(w.card) and siblings.free(w) and found.ready(w.note)):
            continue
        room.take("new", w.deck)
        siblings.keep(w)
        new.append(Item(w.card, w.note, w.deck, "new"))
        open_decks = {deck for deck in open_decks if room.has("new", deck)}
        if not open_decks:
            break
    done_new = sum(d.new for d in found.done)
    done_reviews = sum(d.review for d in found.done)
    return Agenda(learning, _mixed(new, reviews, defaults.mix, done_new, done_reviews), defaults.learn_ahead)


class _Room:
    """What the limits of a deck and of all decks above it leave for today."""

    def __init__(self, settings: Callable[[str], DeckSettings], done: Sequence[Done], more_new: int) -> None:
        self._settings = settings
        self._more_new = more_new
        self._used: Counter[tuple[str, str]] = Counter()
        self._left: dict[tuple[str, str], int] = {}
        for d in done:
            for kind, counts in (("new", d.new), ("review", d.review)):
                if counts:
                    self._used.update((kind, name) for name in _lineage(d.deck))

    def has(self, kind: str, deck: str) -> bool:
        return all(self._room(kind, name) > 0 for name in _lineage(deck))

    def take(self, kind: str, deck: str) -> None:
        """Use up one place that `has` says there is."""
        for name in _lineage(deck):
            self._left[kind, name] -= 1

    def _room(self, kind: str, name: str) -> int:
        key = (kind, name)
        if key not in self._left:
            settings = self._settings(name)
            limit = settings.new_per_day + self._more_new if kind == "new" else settings.reviews_per_day
            self._left[key] = limit - self._used[key]
        return self._left[key]


class _Siblings:
    """One card of a note a day, where the deck asks for that."""

    def __init__(self, settings: Callable[[str], DeckSettings], touched: Iterable[Done | Waiting]) -> None:
        self._settings = settings
        self._touched: dict[str, set[str]] = {}
        for each in touched:
            self._touched.setdefault(each.note, set()).add(each.card)

    def free(self, waiting: Waiting) -> bool:
        others = self._touched.get(waiting.note, set()) - {waiting.card}
        return not others or not self._settings(waiting.deck).bury_siblings

    def keep(self, waiting: Waiting) -> None:
        self._touched.setdefault(waiting.note, set()).add(waiting.card)


def _lineage(deck: str) -> list[str]:
    parts = deck.split("::")
    return ["::".join(parts[:n]) for n in range(1, len(parts) + 1)]


def _shuffled(card: str, seed: int) -> int:
    return zlib.crc32(f"{seed}:{card}".encode())


def _mixed(new: list[Item], reviews: list[Item], mix: str, done_new: int, done_reviews: int) -> tuple[Item, ...]:
    """New cards and reviews in one line, each at its share of the whole day: so answering the head moves nothing."""
    if mix == "reviews-first":
        return (*reviews, *new)
    if mix == "new-first":
        return (*new, *reviews)
    places = [(_share(n, done_new, len(new)), 1, item) for n, item in enumerate(new)]
    places += [(_share(n, done_reviews, len(reviews)), 0, item) for n, item in enumerate(reviews)]
    return tuple(item for *_, item in sorted(places, key=lambda place: place[:2]))


def _share(n: int, done: int, left: int) -> float:
    return (done + n + 0.5) / (done + left)
