"""Notes and cards as data for other programs. The shape is a promise: keys are added, none is taken away or changed.

    {"srs": 1, "decks": {NAME: {"description", "author", "licence"}},
     "notes": [{"id", "type", "deck", "decks": {CARD: NAME}, "tags", "fields": {NAME: TEXT}, "wordings": [TEXT],
                "needs": [ID], "was": [ID], "guid", "path", "line", "prompts": [{"id", "q": [TEXT], "a"}],
                "cards": [{"id", "type", "template", "front", "back", "schedule"}]}]}

`decks` has the cards that lie in another deck. Fields are as they were written, Markdown or HTML as the type says;
`front` and `back` are HTML, `back` without what the front shows already. `schedule` is there only with
`--with-scheduling`, and null for a card to which nothing happened:

    {"state", "due", "interval_days", "stability", "difficulty", "retention", "reps", "lapses", "suspended", "buried",
     "flag", "log": [{"at", "day", "what", "rating", "interval_days", "interval_seconds", "ms"}]}

`due` is a day in review and an instant in a step; `what` is as in `srs.cards.outgoing.Logged`.
"""

import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from export.files import write_text
from export.sides import Shown, report_of, shown
from srs.cards.note import Note
from srs.cards.outgoing import DeckAbout, ExportReport, ExportRequest, Logged, Schedules, Standing
from srs.memory.days import iso_day, iso_instant
from srs.watching import doing, told

FORMAT = 1


def export(request: ExportRequest, target: Path) -> ExportReport:
    """Writes every note that is no draft and makes cards to `target`. Raises SrsError."""
    cards = list(shown(request))
    groups = _by_note(cards)
    notes = [_note(group, request.schedules) for group in told(request.watch, "Writing cards", groups, len(groups))]
    decks = {name: _deck(about) for name, about in sorted(request.decks.items())}
    whole = {"srs": FORMAT, "decks": decks, "notes": notes}
    with doing(request.watch, "Packing"):
        write_text(target, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    return report_of(cards)


def _by_note(cards: list[Shown]) -> list[list[Shown]]:
    return [list(group) for _, group in groupby(cards, lambda each: each.note.id)]


def _deck(about: DeckAbout) -> dict[str, str | None]:
    return {"description": about.description, "author": about.author, "licence": about.licence}


def _note(cards: list[Shown], schedules: Schedules | None) -> dict[str, Any]:
    note: Note = cards[0].note
    return {
        "id": note.id,
        "type": note.type,
        "deck": note.deck,
        "decks": dict(note.decks),
        "tags": list(note.tags),
        "fields": dict(note.fields),
        "wordings": list(note.wordings),
        "needs": list(note.needs),
        "was": list(note.was),
        "guid": note.guid,
        "path": note.place.path,
        "line": note.place.line,
        "prompts": [{"id": each.id, "q": list(each.q), "a": each.a} for each in note.prompts],
        "cards": [_card(each, schedules) for each in cards],
    }


def _card(each: Shown, schedules: Schedules | None) -> dict[str, Any]:
    card = each.card
    said: dict[str, Any] = {
        "id": card.id,
        "type": card.type,
        "template": card.template,
        "front": each.face.front,
        "back": each.face.answer,
    }
    if schedules is not None:
        said["schedule"] = _schedule(schedules.cards, card.id)
    return said


def _schedule(cards: Mapping[str, Standing], name: str) -> dict[str, Any] | None:
    standing = cards.get(name)
    if standing is None:
        return None
    due = None if standing.due_day is None else iso_day(standing.due_day)
    return {
        "state": standing.state,
        "due": due if standing.due is None else iso_instant(standing.due),
        "interval_days": standing.interval,
        "stability": _rounded(standing.stability),
        "difficulty": _rounded(standing.difficulty),
        "retention": standing.retention,
        "reps": standing.reps,
        "lapses": standing.lapses,
        "suspended": standing.suspended,
        "buried": standing.buried,
        "flag": standing.flag,
        "log": [_line(line) for line in standing.log],
    }


def _line(line: Logged) -> dict[str, Any]:
    days = line.interval >= 0
    return {
        "at": iso_instant(line.at),
        "day": iso_day(line.day),
        "what": line.what,
        "rating": line.rating or None,
        "interval_days": line.interval if days else None,
        "interval_seconds": None if days else -line.interval,
        "ms": line.ms,
    }


def _rounded(number: float | None) -> float | None:
    """Without the last digits, which hang on whether one card or all were worked out together."""
    return None if number is None else round(number, 6)
