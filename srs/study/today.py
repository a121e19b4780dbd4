"""The agenda of a collection right now: asks the index and plans. Knows no screens."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from srs.collection import queries
from srs.collection.collection import Collection
from srs.collection.queries import Waiting
from srs.memory.days import iso_day
from srs.study.agenda import Agenda, Candidates, Limits, plan


def agenda_of(collection: Collection, now: int, limits: Limits = Limits()) -> Agenda:
    """What to study at `now` (ms) and after it, within this study day."""
    db, day = collection.db, collection.day(now)
    settings = collection.settings

    @cache
    def needs(note: str) -> tuple[str, ...]:
        return queries.needs_of(db, note)

    @cache
    def is_ready(note: str) -> bool:
        return all(queries.needs_met(db, needed) for needed in needs(note))

    fresh = queries.fresh(db, day)
    if settings.defaults.new_order == "needs":
        fresh = _needed_first(fresh, needs, lambda note: queries.fresh(db, day, note))
    found = Candidates(
        learning=queries.learning(db, day),
        reviews=queries.reviews(db, day),
        fresh=fresh,
        fresh_decks=queries.fresh_decks(db),
        done=queries.done(db, day),
        ready=is_ready,
    )
    return plan(found, settings.for_deck, settings.defaults, day, collection.day_start(day + 1), limits)


def _needed_first(
    fresh: Iterator[Waiting], needs: Callable[[str], tuple[str, ...]], of_note: Callable[[str], Iterator[Waiting]]
) -> Iterator[Waiting]:
    """New cards as written, each preceded by those of all notes that its own needs."""
    given: set[str] = set()
    looked_at: set[str] = set()
    for waiting in fresh:
        needed = [waiting.note]
        for note in needed:  # grows while it is walked
            if note not in looked_at:
                looked_at.add(note)
                needed += needs(note)
        for each in (*(card for note in reversed(needed[1:]) for card in of_note(note)), waiting):
            if each.card not in given:
                given.add(each.card)
                yield each


def status_of(collection: Collection, now: int) -> dict[str, Any]:
    """The numbers of `srs status --json`: what remains today after limits and burying, in all and by deck."""
    db, day = collection.db, collection.day(now)
    counts = agenda_of(collection, now).counts()
    decks = []
    sums: Counter[str] = Counter(new=0, learning=0, due=0, total=0)
    for name, total in queries.deck_totals(db):
        here = counts.get(name, Counter())
        left = {"new": here["new"], "learning": here["learning"], "due": here["review"], "total": total}
        sums.update(left)
        decks.append({"name": name, **left})
    return {
        "day": iso_day(day),
        **sums,
        "suspended": queries.suspended_count(db),
        "drafts": queries.draft_count(db),
        "reviewed_today": queries.reviewed_on(db, day),
        "decks": decks,
    }
