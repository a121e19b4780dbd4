"""The study days of a collection: in which one an instant lies, and when one begins. Knows nothing of cards.

The day at hand is kept in the index: few commands need another one, or the timezones, which take longer to import than
SQLite does.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from srs.collection.index import at_once, get_meta, set_meta, writing
from srs.memory.days import DAY_MS, day_start, study_day

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_KEPT = "study day"


class StudyDays:
    """Days that begin `rollover` hours after midnight in `zone`, which is asked for when it is needed.

    `name` is that of the zone where the settings name one. Else the day is not kept: it hangs on the machine.
    """

    def __init__(self, db: sqlite3.Connection, name: str | None, rollover: int, zone: "Callable[[], ZoneInfo]") -> None:
        self._db = db
        self._named = [name, rollover]
        self._rollover = rollover
        self._zone = zone
        named, *kept = json.loads(get_meta(db, _KEPT) or "[null, 0, 0]")
        self._at_hand: tuple[int, int] | None = (kept[0], kept[1]) if name and named == self._named else None
        self._to_keep = name is not None

    def day(self, at: int) -> int:
        """The study day of an instant (ms)."""
        if self._at_hand and 0 <= at - self._at_hand[1] < DAY_MS:
            return self._at_hand[0]
        day = study_day(at, self._zone(), self._rollover)
        if self._to_keep:
            self._keep(day)
        return day

    def start(self, day: int) -> int:
        """The instant (ms) at which a study day begins."""
        if self._at_hand and 0 <= day - self._at_hand[0] <= 1:
            return self._at_hand[1] + (day - self._at_hand[0]) * DAY_MS
        return day_start(day, self._zone(), self._rollover)

    def _keep(self, day: int) -> None:
        """Keep the first day that was asked for. One on which the clocks change is not told by when it begins."""
        self._to_keep = False
        begin, end = (day_start(each, self._zone(), self._rollover) for each in (day, day + 1))
        if end - begin != DAY_MS:
            return
        self._at_hand = day, begin
        try:
            with at_once(self._db), writing(self._db):
                set_meta(self._db, _KEPT, json.dumps([self._named, day, begin]))
        except sqlite3.OperationalError:
            pass  # no room, or somebody else writes: the next command works it out again
