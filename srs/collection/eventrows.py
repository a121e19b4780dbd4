"""Events as rows of the index, and back. Knows the column order, no queries."""

from typing import Any, cast

from srs.memory.events import (
    Amend,
    Bury,
    Content,
    Event,
    Flag,
    Import,
    Mark,
    Mode,
    Reset,
    Review,
    SetDue,
    Suspend,
    Unbury,
    Undo,
    Unknown,
    Unsuspend,
    because_of,
)

EVENT_COLUMNS = "id, at, do, card, target, rating, ms, mode, day, due, step, after, value, text, because"

EventRow = tuple[Any, ...]


def event_row(event: Event) -> EventRow:
    """The columns of EVENT_COLUMNS."""
    match event:
        case Review():
            e = event
            return (
                e.id, e.at, "review", e.card, None, e.rating, e.ms, e.mode, e.day, e.due, e.step, e.after, None, None,
                e.because,
            )  # fmt: skip
        case Undo():
            return _row(event, "undo", target=event.event)
        case Suspend():
            return _row(event, "suspend", card=event.card)
        case Unsuspend():
            return _row(event, "unsuspend", card=event.card)
        case Bury():
            return _row(event, "bury", card=event.card, value=event.until)
        case Unbury():
            return _row(event, "unbury", card=event.card)
        case Flag():
            return _row(event, "flag", card=event.card, value=event.flag)
        case Mark():
            return _row(event, "mark", card=event.card, text=event.text)
        case Reset():
            return _row(event, "reset", card=event.card)
        case SetDue():
            return _row(event, "due", card=event.card, due=event.due)
        case Amend():
            return _row(event, "amend", target=event.event, value=event.new_at, day=event.day)
        case Content():
            return _row(event, "content", card=event.note, text=event.hash)
        case Import():
            return _row(event, "import", text=event.file)
        case Unknown():
            return _row(event, event.do)


def event_of(row: EventRow) -> Event:
    """The event of a row of EVENT_COLUMNS."""
    id_, at, do, card, target, rating, ms, mode, day, due, step, after, value, text, because = row
    match do:
        case "review":
            return Review(id_, at, card, rating, ms, cast(Mode, mode), day, due, step, after, because)
        case "undo":
            return Undo(id_, at, target)
        case "suspend":
            return Suspend(id_, at, card, because)
        case "unsuspend":
            return Unsuspend(id_, at, card, because)
        case "bury":
            return Bury(id_, at, card, value, because)
        case "unbury":
            return Unbury(id_, at, card, because)
        case "flag":
            return Flag(id_, at, card, value, because)
        case "mark":
            return Mark(id_, at, card, text, because)
        case "reset":
            return Reset(id_, at, card, because)
        case "due":
            return SetDue(id_, at, card, due, because)
        case "amend":
            return Amend(id_, at, target, value, day, because)
        case "content":
            return Content(id_, at, card, text)
        case "import":
            return Import(id_, at, text)
    return Unknown(id_, at, do)


def _row(
    event: Event,
    do: str,
    card: str | None = None,
    target: str | None = None,
    day: int | None = None,
    due: int | None = None,
    value: int | None = None,
    text: str | None = None,
) -> EventRow:
    because = because_of(event)
    return event.id, event.at, do, card, target, None, None, None, day, due, None, None, value, text, because
