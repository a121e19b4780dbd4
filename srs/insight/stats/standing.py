"""Where the cards of the decks stand today, as arrays. Reads the index; knows no figures and nothing of the past."""

import json
from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.collection import troubles
from srs.collection.collection import Collection

if TYPE_CHECKING:
    from srs.insight.reviews import Flags, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """One row for each card that is in a deck and no draft, by id. `note` and `deck` number `notes` and `decks`.

    `stage` as in `Reviews`. `due`: the study day on which it comes, buried days counted; -1 for a new one. `interval`:
    days from the last answer to the day promised, 0 outside review. `recall` (today), `stability` and `difficulty` are
    NaN where there is none. `leech`: a lapse suspended it. `tags`: those of each of `notes`.
    """

    cards: tuple[str, ...]
    notes: tuple[str, ...]
    decks: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    note: "Ints"
    deck: "Ints"
    stage: "Ints"
    due: "Ints"
    interval: "Ints"
    lapses: "Ints"
    suspended: "Flags"
    buried: "Flags"
    leech: "Flags"
    recall: "Floats"
    stability: "Floats"
    difficulty: "Floats"


def standing_of(collection: Collection, now: int, chosen: Set[str] | None) -> Standing:
    """Where all cards, or the `chosen`, stand at `now` (ms)."""
    import numpy as np

    today = collection.day(now)
    only = "" if chosen is None else "and c.id in (select value from json_each(:cards))"
    rows = collection.db.execute(
        "select c.id, c.note, c.deck, coalesce(s.kind, 0), s.due, coalesce(s.last_day, -1), coalesce(s.last_at, -1),"
        " s.memory, s.stability, s.difficulty, coalesce(s.lapses, 0), coalesce(s.suspended, 0), s.buried_until,"
        " json_extract(n.data, '$[4]') from card c join note n on n.key = c.note_key"
        f" left join state s on s.card = c.id where c.active {only} order by c.id",
        {} if chosen is None else {"cards": json.dumps(list(chosen))},
    ).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * 14
    ids, of_note, of_deck, kinds, dues, last_days, last_ats, memories, stabilities, difficulties, *rest = columns
    lapses, suspended, buried_until, tags = rest
    tags_of = dict(zip(of_note, tags, strict=True))
    notes, decks = sorted(tags_of), sorted(set(of_deck))
    stage, last_day = np.array(kinds, dtype=np.int64), np.array(last_days, dtype=np.int64)
    due = np.array([_due(collection, *each) for each in zip(kinds, dues, strict=True)], dtype=np.int64)
    until = np.array([-1 if day is None else day for day in buried_until], dtype=np.int64)
    leeches = troubles.leeches(collection.db)
    return Standing(
        ids,
        tuple(notes),
        tuple(decks),
        tuple(map(tuple, json.loads(f"[{','.join(tags_of[note] for note in notes)}]"))),
        _numbers(of_note, notes),
        _numbers(of_deck, decks),
        stage,
        np.where((stage > 0) & (until > today), np.maximum(due, until), due),
        np.where(stage == 2, np.maximum(due - last_day, 1), 0),
        np.array(lapses, dtype=np.int64),
        np.array(suspended, dtype=bool),
        until > today,
        np.array([card in leeches for card in ids], dtype=bool),
        _recall(collection, now, of_deck, memories, np.array(last_ats, dtype=np.int64), last_day),
        np.array(stabilities, dtype=np.float64),
        np.array(difficulties, dtype=np.float64),
    )


def _due(collection: Collection, kind: int, due: int | None) -> int:
    if due is None:
        return -1
    return due if kind == 2 else collection.day(due)


def _numbers(values: tuple[str, ...], names: list[str]) -> "Ints":
    import numpy as np

    number = {name: n for n, name in enumerate(names)}
    return np.array([number[value] for value in values], dtype=np.int64)


def _recall(
    collection: Collection,
    now: int,
    decks: tuple[str, ...],
    memories: tuple[str | None, ...],
    last_at: "Ints",
    last_day: "Ints",
) -> "Floats":
    """The chance of recall now of each card that has a memory, by the model of its deck."""
    import numpy as np

    found = np.full(len(decks), np.nan)
    model_of = {deck: collection.model_of(deck) for deck in set(decks)}
    for model in set(model_of.values()):
        of_model = [n for n, deck in enumerate(decks) if memories[n] is not None and model_of[deck] == model]
        if of_model:
            rows = np.array(of_model)
            stored = np.array(json.loads(f"[{','.join(memories[n] or '' for n in of_model)}]"), dtype=np.float64)
            at, day = np.full(len(rows), now), np.full(len(rows), collection.day(now))
            found[rows] = model.curves(stored, model.elapsed_many(last_at[rows], last_day[rows], at, day))
    return found
