"""Cards as commands show them: where they stand, in the field's words. Reads the index; knows no layout."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from srs.cards.note import Note
from srs.collection.stored import note_from_json
from srs.memory.days import iso_day, iso_instant
from srs.memory.model import Model
from srs.values import frozen

State = Literal["new", "learning", "review", "relearning"]
STATES: tuple[State, ...] = ("new", "learning", "review", "relearning")


@frozen
class CardView:
    """A card with its note and what is known of it. `due`: ms while in steps, a study day in review, None when new.

    `stability` is the interval (days) after which recall falls to 0.9; `retrievability` the chance of recall today.
    """

    id: str
    note: Note
    template: str
    state: State
    due: int | None
    stability: float | None
    difficulty: float | None
    retrievability: float | None
    reps: int
    lapses: int
    last_day: int | None
    suspended: bool
    buried_until: int | None
    flag: int
    mark: str | None

    @property
    def deck(self) -> str:
        """The card's own deck, which may be another than the note's."""
        return self.note.deck_of(self.template)

    def as_json(self) -> dict[str, Any]:
        """The stable contract of `--json`."""
        due: str | None = None
        if self.due is not None:
            due = iso_day(self.due) if self.state == "review" else iso_instant(self.due)
        return {
            "id": self.id,
            "note": self.note.id,
            "type": self.note.type,
            "template": self.template,
            "deck": self.deck,
            "tags": list(self.note.tags),
            "state": self.state,
            "due": due,
            "stability": _alike(self.stability),
            "difficulty": _alike(self.difficulty),
            "retrievability": _alike(self.retrievability),
            "reps": self.reps,
            "lapses": self.lapses,
            "suspended": self.suspended,
            "buried_until": None if self.buried_until is None else iso_day(self.buried_until),
            "flag": self.flag,
            "draft": self.note.draft,
            "path": self.note.place.path,
            "line": self.note.place.line,
        }


def _alike(number: float | None) -> float | None:
    """A number without the last digits, which hang on whether one card or all were worked out together."""
    return None if number is None else round(number, 6)


_SELECT = """
select c.id, c.template, n.key, n.data, s.kind, s.due, s.memory, s.stability, s.difficulty, s.reps, s.lapses,
  s.last_day, s.suspended, s.buried_until, s.flag, s.mark
from card c join note n on n.key = c.note_key left join state s on s.card = c.id
where not n.left_out {where}
order by c.path, c.position, c.ord
"""


class Among(NamedTuple):
    """Bounds for a search, so that not every card is looked at: SQL over card `c` and note `n`, and its values."""

    where: str = ""
    values: tuple[str | int, ...] = ()


def all_cards(
    db: sqlite3.Connection, day: int, model: Callable[[str], Model], among: Among = Among()
) -> Iterator[CardView]:
    """Every card in deck order, drafts included; only those within the bounds."""
    return _views(db, among.where, among.values, day, model)


def one_card(db: sqlite3.Connection, card: str, day: int, model: Callable[[str], Model]) -> CardView | None:
    """The card with this id; None where there is none."""
    return next(_views(db, "and c.id = ?", (card,), day, model), None)


def cards_of_note(db: sqlite3.Connection, note: str, day: int, model: Callable[[str], Model]) -> list[CardView]:
    return list(_views(db, "and c.note = ?", (note,), day, model))


def _views(
    db: sqlite3.Connection, where: str, values: tuple[str | int, ...], day: int, model: Callable[[str], Model]
) -> Iterator[CardView]:
    notes: tuple[int, Note] | None = None
    for row in db.execute(_SELECT.format(where=where), values):
        id_, template, key, data, kind, due, memory, stability, difficulty, reps, lapses, last_day, *rest = row
        if notes is None or notes[0] != key:
            notes = (key, note_from_json(data))
        retrievability = None
        if memory is not None and last_day is not None:
            retrievability = model(notes[1].deck_of(template)).curve(tuple(json.loads(memory)), max(0, day - last_day))
        suspended, buried_until, flag, mark = rest
        buried = buried_until if buried_until is not None and buried_until > day else None
        yield CardView(
            id_, notes[1], template, STATES[kind or 0], due if kind else None, stability, difficulty, retrievability,
            reps or 0, lapses or 0, last_day, bool(suspended), buried, flag or 0, mark,
        )  # fmt: skip
