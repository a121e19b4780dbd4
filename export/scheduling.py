"""Where a card stands and what happened to it, as Anki's tables hold that. Knows no packages and no journal.

Anki counts the days of reviews from the creation of a collection, and takes them over relative to today: so the package
is given a birthday, the first instant of a study day in the learner's timezone, and every due day is told from there.
FSRS's memory stands in a card's `data`; Anki works it out anew from the log when it pleases, and comes to the same.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from export.stable import stable_id
from srs.cards.outgoing import Logged, Preset, Schedules, Standing

BIRTH = 1_411_124_400  # seconds; genanki's fixed birthday of every collection, in September 2014
_EPOCH_DAY = 719_163
_EASE = 2500  # permille; what Anki gives to every card that leaves learning, and FSRS does not look at
_NEW, _LEARNING, _REVIEW, _RELEARNING = 0, 1, 2, 3
_TYPES = {"new": _NEW, "learning": _LEARNING, "review": _REVIEW, "relearning": _RELEARNING}
_BURIED, _SUSPENDED, _IN_A_LATER_DAY = -3, -1, 3
_KINDS = {"learning": 0, "review": 1, "relearning": 2, "cram": 3, "reset": 4, "due": 4}
_MOST = (1 << 31) - 1


class CardRow(NamedTuple):
    """The columns of a card from `type` to `data`, but those of filtered decks."""

    type: int
    queue: int
    due: int
    interval: int
    factor: int
    reps: int
    lapses: int
    left: int
    flags: int
    data: str


class LogRow(NamedTuple):
    """The columns of a line of the review log, but the card and the update number."""

    id: int
    ease: int
    interval: int
    last_interval: int
    factor: int
    ms: int
    kind: int


class Options(NamedTuple):
    """A preset of deck options, to be: its number, its name, and what it says of FSRS."""

    id: int
    name: str
    preset: Preset


class Calendar(NamedTuple):
    """How a package counts days: its birthday (s), the minutes west of Greenwich then, the hour at which days begin."""

    created: int
    west: int
    rollover: int


def new_card(position: int) -> CardRow:
    """A card that nothing ever happened to, the `position`-th to be learnt."""
    return CardRow(_NEW, _NEW, position, 0, 0, 0, 0, 0, 0, "")


UNSCHEDULED = Calendar(BIRTH, 0, 4)


class Seeding:
    """The rows of every card that something happened to. No two lines of their logs share a number.

    Anki numbers lines by the millisecond and drops the second of two: where several fall into one, the later ones move
    on by as many milliseconds as needed.
    """

    def __init__(self, schedules: Schedules) -> None:
        self._cards = schedules.cards
        self._numbers = _numbered(schedules)
        self._birthday = _birthday(schedules)
        self.calendar = _calendar(schedules, self._birthday)
        self._options = _options(schedules.presets.values())
        self._presets = schedules.presets

    def options(self, deck: str) -> Options | None:
        """What Anki's options of a deck are to be; None where they are to be the usual ones."""
        preset = self._presets.get(deck)
        return None if preset is None else self._options[preset]

    def card(self, name: str, position: int) -> CardRow:
        """The row of the card `name`, which is the `position`-th of all if it is new."""
        standing = self._cards.get(name)
        if standing is None:
            return new_card(position)
        kind = _TYPES[standing.state]
        queue, due = self._waiting(standing, kind, position)
        if standing.suspended or standing.buried:
            queue = _SUSPENDED if standing.suspended else _BURIED
        return CardRow(
            kind,
            queue,
            due,
            standing.interval,
            _EASE if kind in (_REVIEW, _RELEARNING) else 0,
            standing.reps,
            standing.lapses,
            standing.steps_left,
            standing.flag,
            self._memory(name, standing, position),
        )

    def log(self, name: str) -> Iterator[LogRow]:
        """The log of the card `name`."""
        standing = self._cards.get(name)
        for number, line in self._lines(name, standing) if standing else ():
            factor = _shifted(line.difficulty) if line.what not in ("cram", "reset") else 0
            kind = _KINDS[line.what]
            yield LogRow(number, line.rating, line.interval, line.before, factor, min(line.ms or 0, _MOST), kind)

    def _waiting(self, standing: Standing, kind: int, position: int) -> tuple[int, int]:
        """In which queue the card waits, and until when."""
        if standing.due_day is None:
            return _NEW, position
        number = standing.due_day - self._birthday
        if kind == _REVIEW:
            return _REVIEW, number
        last = max((line.day for line in standing.log if line.rating and line.what != "cram"), default=0)
        if standing.due is None or standing.due_day > last:
            return _IN_A_LATER_DAY, number
        return _LEARNING, standing.due // 1000

    def _memory(self, name: str, standing: Standing, position: int) -> str:
        if standing.stability is None or standing.difficulty is None:
            return ""
        # As many digits as Anki keeps; it takes whether they are equal for whether anything changed.
        memory: dict[str, float] = {
            "pos": position,
            "s": round(standing.stability, 4),
            "d": round(standing.difficulty, 3),
        }
        if standing.retention is not None:
            memory["dr"] = round(standing.retention, 2)
        if standing.decay is not None:
            memory["decay"] = round(standing.decay, 3)
        answers = [number for number, line in self._lines(name, standing) if line.rating and line.what != "cram"]
        if answers:
            memory["lrt"] = answers[-1] // 1000
        return json.dumps(memory, separators=(",", ":"))

    def _lines(self, name: str, standing: Standing) -> Iterator[tuple[int, Logged]]:
        return zip(self._numbers[name], (line for line in standing.log if line.at > 0), strict=True)


def _options(presets: Iterable[Preset]) -> dict[Preset, Options]:
    """Numbered by what they say: Anki keeps a preset that it has by that number as it is."""
    found: dict[Preset, Options] = {}
    for preset in sorted(set(presets)):
        name = f"srs {preset.retention:.0%}"
        count = sum(each.name.startswith(name) for each in found.values())
        number = stable_id(f"preset:{json.dumps(preset)}")
        found[preset] = Options(number, f"{name} ({count + 1})" if count else name, preset)
    return found


def _numbered(schedules: Schedules) -> dict[str, list[int]]:
    """For each card the number of each line of its log, leaving out what lies before 1970.

    Answers keep their time as far as they can: by it an import knows them again. What one command did to thousands of
    cards in a millisecond gives way, but never past its own card's next answer.
    """
    numbers = {name: [0] * sum(line.at > 0 for line in each.log) for name, each in schedules.cards.items()}
    answers: list[tuple[int, str, int]] = []
    others: list[tuple[int, str, int]] = []
    for name, standing in schedules.cards.items():
        kept = (line for line in standing.log if line.at > 0)
        for place, line in enumerate(kept):
            (answers if line.rating else others).append((line.at, name, place))
    last = 0
    for at, name, place in sorted(answers):
        last = numbers[name][place] = max(at, last + 1)
    taken = {number for each in numbers.values() for number in each}
    last = 0
    for at, name, place in sorted(others):
        number = max(at, last + 1)
        while number in taken:
            number += 1
        if number < next(filter(None, numbers[name][place:]), number + 1):
            last = number
        else:
            number = at - 1
            while number in taken:
                number -= 1
        numbers[name][place] = number
        taken.add(number)
    return numbers


def _birthday(schedules: Schedules) -> int:
    """The study day from which days are counted: always the same one, unless something happened before."""
    usual = _EPOCH_DAY + BIRTH // 86_400
    days = [standing.log[0].day for standing in schedules.cards.values() if standing.log]
    return max(_EPOCH_DAY + 1, min([usual, *days]))


def _calendar(schedules: Schedules, birthday: int) -> Calendar:
    wall = datetime.combine(date.fromordinal(birthday), datetime.min.time(), ZoneInfo(schedules.zone))
    wall += timedelta(hours=schedules.rollover)
    east = wall.utcoffset() or timedelta()
    created = round((wall - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return Calendar(created, -round(east.total_seconds() / 60), schedules.rollover)


def _shifted(difficulty: float | None) -> int:
    """FSRS's difficulty as the log has it, in the place of an ease: 100 to 1100."""
    return _EASE if difficulty is None else round(((difficulty - 1) / 9 + 0.1) * 1000)
