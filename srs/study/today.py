"""The agenda of a collection right now: asks the index and plans. Knows no screens."""

from collections import Counter
from typing import Any

from srs.collection import queries
from srs.collection.collection import Collection
from srs.memory.days import iso_day
from srs.study.agenda import Agenda, Candidates, Limits, plan


def agenda_of(collection: Collection, now: int, limits: Limits = Limits()) -> Agenda:
    """What to study at `now` (ms) and after it, within this study day."""
    db, day = collection.db, collection.day(now)
    ready: dict[str, bool] = {}

    def is_ready(note: str) -> bool:
        if note not in ready:
            ready[note] = all(queries.needs_met(db, needed) for needed in queries.needs_of(db, note))
        return ready[note]

    found = Candidates(
        learning=queries.learning(db, day),
        reviews=queries.reviews(db, day),
        fresh=queries.fresh(db, day),
        fresh_decks=queries.fresh_decks(db),
        done=queries.done(db, day),
        ready=is_ready,
    )
    settings = collection.settings
    return plan(found, settings.for_deck, settings.defaults, day, collection.day_start(day + 1), limits)


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
