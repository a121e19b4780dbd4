"""The agenda of a collection right now: asks the index and plans. Knows no screens."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from heapq import heappop, heappush, heapreplace
from typing import Any, Literal, TypeAlias

from srs.collection import queries
from srs.collection.collection import Collection
from srs.collection.queries import Done, Place, Waiting
from srs.memory.days import iso_day
from srs.study.agenda import Agenda, Candidates, Cram, Kind, Limits, plan, shuffled
from srs.values import frozen

NewOrder = Literal["needs", "written", "random"]


@frozen
class Planned:
    """The agenda of a study day, which ends at `day_end` (ms), and what it hung on besides the cards on it.

    `done` are the cards that were answered on the day, by id; `met` tells of those needed notes that were looked at
    whether they hold nothing back. `linked`: some note names another.
    """

    agenda: Agenda
    day: int
    day_end: int
    done: Mapping[str, Done]
    met: Mapping[str, bool]
    linked: bool

    def is_today(self, learning: Waiting) -> bool:
        """Whether the step of a learning card ends within the day."""
        return (learning.due or 0) < self.day_end


def agenda_of(collection: Collection, now: int, limits: Limits = Limits()) -> Agenda:
    """What to study at `now` (ms) and after it, within this study day."""
    return planned(collection, now, limits).agenda


def planned(collection: Collection, now: int, limits: Limits) -> Planned:
    """The agenda at `now` (ms), with what it hung on."""
    return _planned(collection, collection.day(now), limits, queries.fresh_decks(collection.db))


def reviews_on(collection: Collection, day: int, wanted: Callable[[str], bool]) -> int:
    """How many reviews the agenda of a study day has, of the cards (by id) that `wanted` takes."""
    known = _planned(collection, day, Limits(wanted=wanted), {})  # new cards take no place from reviews
    return sum(item.kind == "review" for item in known.agenda.main)


def _planned(collection: Collection, day: int, limits: Limits, fresh_decks: Mapping[str, Place]) -> Planned:
    """The agenda of `day` and what it hung on, with new cards of these decks only."""
    db, settings = collection.db, cache(collection.settings.for_deck)
    linked, linked_decks = queries.linked(db) if fresh_decks else (frozenset(), frozenset())

    @cache
    def needs(note: str) -> tuple[str, ...]:
        return queries.needs_of(db, note) if note in linked else ()

    met: dict[str, bool] = {}

    def is_met(needed: str) -> bool:
        if needed not in met:
            met[needed] = queries.needs_met(db, needed)
        return met[needed]

    def is_ready(note: str) -> bool:
        return note not in linked or all(map(is_met, needs(note)))

    def fresh(has_room: Callable[[str], bool]) -> Iterator[Waiting]:
        order = {deck: settings(deck).new_order for deck in fresh_decks}

        def written(deck: str) -> Iterator[tuple[Place, Waiting]]:
            may_lead = order[deck] == "needs" and deck in linked_decks
            if not may_lead and not has_room(deck):
                return iter(())
            return _as_written(collection, day, deck, order[deck], has_room)

        def leads(waiting: Waiting) -> bool:
            return waiting.note in linked and order[waiting.deck] == "needs"

        return _in_order(_merged(fresh_decks, written), leads, needs, lambda note: queries.fresh(db, day, note))

    done, day_end = queries.done(db, day), collection.day_start(day + 1)
    found = Candidates(
        learning=queries.learning(db, day),
        reviews=queries.reviews(db, day, day + limits.ahead_days),
        fresh=fresh,
        fresh_decks=list(fresh_decks),
        done=done,
        ready=is_ready,
        lost=_losses(collection, day),
    )
    agenda = plan(found, settings, day, day_end, limits)
    return Planned(agenda, day, day_end, {each.card: each for each in done}, met, bool(linked))


def cram_of(collection: Collection, now: int, limits: Limits) -> Cram:
    """The cards to cram at `now` (ms): all that `limits` asks for, else all that were ever answered."""
    day = collection.day(now)
    if limits.wanted is None:
        return Cram(queries.studied(collection.db, day), day)
    return Cram((w for w in queries.all_open(collection.db, day) if limits.wanted(w.card)), day)


def _losses(collection: Collection, day: int) -> Callable[[Sequence[Waiting]], Iterator[float]]:
    """How much of the chance to recall each card would be lost between `day` and the next."""
    curve_of = cache(lambda deck: collection.model_of(deck).curve)

    def lost(reviews: Sequence[Waiting]) -> Iterator[float]:
        memories = json.loads(f"[{','.join([w.memory for w in reviews])}]")  # one by one takes ten times as long
        for w, memory in zip(reviews, memories, strict=True):
            curve, elapsed = curve_of(w.deck), day - w.last_day
            yield curve(memory, elapsed) - curve(memory, elapsed + 1)

    return lost


def _merged(first: Mapping[str, Place], of_deck: Callable[[str], Iterator[tuple[Place, Waiting]]]) -> Iterator[Waiting]:
    """The cards of all decks by place. A deck is asked for its cards only when its `first` place is reached."""
    begun: list[_Begun] = []  # a heap
    for place, deck in sorted((place, deck) for deck, place in first.items()):
        yield from _up_to(place, begun)
        rest = of_deck(deck)
        if found := next(rest, None):
            heappush(begun, (found[0], deck, found[1], rest))
    yield from _up_to(None, begun)


_Begun: TypeAlias = tuple[Place, str, Waiting, Iterator[tuple[Place, Waiting]]]
"""A deck whose cards are being given: the next place, the deck, the card there, the rest."""


def _up_to(place: Place | None, begun: list[_Begun]) -> Iterator[Waiting]:
    """The cards before a place; None: all of them."""
    while begun and (place is None or begun[0][0] < place):
        _, deck, waiting, rest = begun[0]
        yield waiting
        if found := next(rest, None):
            heapreplace(begun, (found[0], deck, found[1], rest))
        else:
            heappop(begun)


def _as_written(
    collection: Collection, day: int, deck: str, order: NewOrder, has_room: Callable[[str], bool]
) -> Iterator[tuple[Place, Waiting]]:
    """The places of a deck's new cards, with a card for each; once it has no room, only those that need other notes."""
    db = collection.db
    found = queries.fresh_of_deck(db, day, deck)
    if order == "random":
        places = list(found)
        cards = sorted((waiting for _, waiting in places), key=lambda w: (shuffled(w.card, 0), w.card))
        found = ((place, card) for (place, _), card in zip(places, cards, strict=True))
    for place, waiting in found:
        if has_room(deck):
            yield place, waiting
            continue
        if order == "needs":
            yield from queries.fresh_linked(db, day, deck, place)
        return


def _in_order(
    written: Iterator[Waiting],
    leads: Callable[[Waiting], bool],
    needs: Callable[[str], tuple[str, ...]],
    of_note: Callable[[str], Iterator[Waiting]],
) -> Iterator[Waiting]:
    """New cards, each once; one that `leads` to others after those of all notes that its own needs."""
    given: set[str] = set()
    looked_at: set[str] = set()
    for waiting in written:
        before = _before(waiting.note, needs, of_note, looked_at) if leads(waiting) else ()
        for each in (*before, waiting):
            if each.card not in given:
                given.add(each.card)
                yield each


def _before(
    note: str,
    needs: Callable[[str], tuple[str, ...]],
    of_note: Callable[[str], Iterator[Waiting]],
    looked_at: set[str],
) -> Iterator[Waiting]:
    """The new cards of the notes that a note needs, the most basic first, without what was looked at before."""
    needed = [note]
    for each in needed:  # grows while it is walked
        if each not in looked_at:
            looked_at.add(each)
            needed += needs(each)
    for each in reversed(needed[1:]):
        yield from of_note(each)


def left_of(collection: Collection, now: int, agenda: Agenda | None = None) -> dict[str, Any]:
    """What remains today after limits and burying, in all and by deck, decks with nothing left among them.

    `agenda` is that of `now`, where it is known already.
    """
    db, day = collection.db, collection.day(now)
    counts = (agenda or agenda_of(collection, now)).counts()
    kinds: dict[str, Kind] = {"new": "new", "learning": "learning", "due": "review"}
    decks: list[dict[str, Any]] = [
        {"name": name, **{said: counts.get((name, kind), 0) for said, kind in kinds.items()}}
        for name in sorted(queries.decks(db))
    ]
    sums = {said: sum([deck[said] for deck in decks]) for said in kinds}
    return {"day": iso_day(day), **sums, "reviewed_today": queries.reviewed_on(db, day), "decks": decks}


def status_of(collection: Collection, now: int, agenda: Agenda | None = None) -> dict[str, Any]:
    """The numbers of `srs status --json`: what remains today, and how much there is at all.

    `agenda` is that of `now`, where it is known already.
    """
    db, left, totals = collection.db, left_of(collection, now, agenda), dict(queries.deck_totals(collection.db))
    return {
        **{key: left[key] for key in ("day", "new", "learning", "due")},
        "total": sum(totals.values()),
        "suspended": queries.suspended_count(db),
        "drafts": queries.draft_count(db),
        "reviewed_today": left["reviewed_today"],
        "decks": [{**deck, "total": totals.get(deck["name"], 0)} for deck in left["decks"]],
    }
