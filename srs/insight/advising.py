"""Advice on a collection: which notes it is about (new, changed, failing, or all) and what the rules say of them.

A note is new that was never answered, or is a draft; changed, where its text was edited after its last answer, as far
as the index saw it; failing, where a card of it is a leech or slow. Knows no screen.
"""

from srs.cards.advice.giving import advise
from srs.cards.note import Note
from srs.collection import recorded
from srs.collection.collection import Collection
from srs.errors import Problem
from srs.insight.failing import Failing, Leech, Marked, reasons_of, suspects
from srs.watching import told


def advice_of(collection: Collection, now: int, every: bool) -> list[Problem]:
    """Advice on notes that are new, changed or failing at `now` (ms), or on `every` one, by place.

    What is silenced without need comes along as warnings. No advice is no proof of a good card: say `giving.CLOSING`.
    """
    notes = collection.notes()
    troubles = troubles_of(collection)
    chosen = {note.id for note in notes} if every else _chosen(collection, notes, troubles, now)
    return sorted(advise(notes, collection.types, chosen, troubles, collection.watch))


def troubles_of(collection: Collection) -> dict[str, str]:
    """What the answers to a card say of it, as a sentence; only leeches and slow cards have one."""
    usual, standings = suspects(collection)
    found: dict[str, str] = {}
    for each in told(collection.watch, "Reading reviews", standings, len(standings)):
        events = recorded.events_of_card(collection.db, each.card)
        reasons = reasons_of(events, each.lapses, *collection.rules_and_model(each.card), usual)
        if failing := next((reason for reason in reasons if not isinstance(reason, Marked)), None):
            found[each.card] = _said(failing)
    return found


def _said(reason: Failing) -> str:
    if isinstance(reason, Leech):
        return f"You forgot it {reason.lapses} times after it was learnt."
    assert not isinstance(reason, Marked)
    return f"Its last {reason.answers} answers took {reason.seconds:.0f} s, and the usual one {reason.usual:.0f} s."


def _chosen(collection: Collection, notes: list[Note], troubles: dict[str, str], now: int) -> set[str]:
    rows = collection.db.execute(
        "select substr(subject, 1, instr(subject, ':') - 1), max(at) from event"
        " where do = 'review' and not dead and at <= ? group by 1",
        (now,),
    )
    answered: dict[str, int] = dict(rows)
    edited: dict[str, int] = dict(collection.db.execute("select note, at from edited"))
    failing = {card.partition(":")[0] for card in troubles}
    return {
        note.id
        for note in notes
        if note.draft
        or note.id not in answered
        or edited.get(note.id, answered[note.id]) > answered[note.id]
        or note.id in failing
    }
