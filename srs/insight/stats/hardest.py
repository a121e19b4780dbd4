"""The cards and notes that cost most, and why. Knows no words.

Worst is what failed most often in review, then what had the most Agains in all, then what took the most time.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from srs.insight.reviews import Reviews
from srs.insight.stats.figures import HARDEST, HardCard, HardNote, Why
from srs.insight.stats.measures import retained
from srs.insight.stats.percard import places_of
from srs.insight.stats.standing import Standing

if TYPE_CHECKING:
    import numpy as np

    from srs.insight.reviews import Flags, Floats, Ints

_WHYS: tuple[Why, ...] = get_args(Why)
_FORGOTTEN = 2  # failures in review
_RELEARNT = 3  # Agains in steps
_TIMED = 3  # timed answers whose median says something
_SLOW = 2  # so many times the usual time
_DIFFICULT = 9


@dataclass(frozen=True, slots=True, eq=False)
class _Cost:
    """What each row (a card or a note) cost in the window. `why`: one column for each of _WHYS."""

    sums: dict[str, "Ints"]
    why: "Flags"

    def order(self) -> "Ints":
        """The rows, worst first, equals as they stand."""
        import numpy as np

        return np.lexsort((-self.sums["ms"], -self.sums["again"], -self.sums["failed"]))

    def worst(self) -> list[int]:
        """The worst rows that have a why."""
        order = self.order()
        found: list[int] = order[self.why[order].any(axis=1)][:HARDEST].tolist()
        return found

    def of(self, row: int) -> dict[str, int]:
        return {name: int(values[row]) for name, values in self.sums.items()}

    def whys(self, row: int) -> tuple[Why, ...]:
        return tuple(why for why, holds in zip(_WHYS, self.why[row].tolist(), strict=True) if holds)


def hardest(standing: Standing, window: Reviews) -> tuple[tuple[HardCard, ...], tuple[HardNote, ...]]:
    """The worst cards and the worst notes, worst first. Crams count in nothing."""
    import numpy as np

    study = window.chosen(~window.cram)
    usual = float(np.median(study.ms[study.ms > 0])) if (study.ms > 0).any() else 0.0
    places = places_of(study, standing)
    study, places = study.chosen(places >= 0), places[places >= 0]
    medians, timed = _medians(places, study.ms, len(standing.cards))
    sums = _sums(study, places, len(standing.cards))
    whys = {
        "forgotten": sums["failed"] >= _FORGOTTEN,
        "relearnt": sums["again"] - sums["failed"] >= _RELEARNT,
        "slow": (timed >= _TIMED) & (medians > _SLOW * usual),
        "difficult": standing.difficulty >= _DIFFICULT,
        "leech": standing.leech,
    }
    cards = _Cost(sums, np.column_stack([whys[why] for why in _WHYS]))
    notes = _of_notes(standing, cards)
    return (
        tuple(_hard_card(standing, cards, medians, row) for row in cards.worst()),
        tuple(_hard_note(standing, cards, notes, row) for row in notes.worst()),
    )


def _sums(study: Reviews, places: "Ints", count: int) -> dict[str, "Ints"]:
    """What each card's answers add up to."""
    import numpy as np

    again, counted = study.rating == 1, retained(study)

    def counts(rows: "Flags") -> "Ints":
        return np.bincount(places[rows], minlength=count)

    return {
        "answers": np.bincount(places, minlength=count),
        "failed": counts(counted & again),
        "reviewed": counts(counted),
        "again": counts(again),
        "ms": np.bincount(places, weights=np.maximum(study.ms, 0), minlength=count).astype(np.int64),
    }


def _medians(places: "Ints", ms: "Ints", count: int) -> tuple["Floats", "Ints"]:
    """Of each card the median time of its timed answers (NaN: none), and how many these are."""
    import numpy as np

    places, ms = places[ms > 0], ms[ms > 0]
    ms = ms[np.lexsort((ms, places))]
    timed = np.bincount(places, minlength=count)
    has = np.flatnonzero(timed)
    begins, many = (np.cumsum(timed) - timed)[has], timed[has]
    medians = np.full(count, np.nan)
    medians[has] = (ms[begins + (many - 1) // 2] + ms[begins + many // 2]) / 2
    return medians, timed


def _of_notes(standing: Standing, cards: _Cost) -> _Cost:
    import numpy as np

    count = len(standing.notes)

    def over_cards(values: "Ints | Flags") -> "Ints":
        return np.bincount(standing.note, weights=values, minlength=count).astype(np.int64)

    sums = {name: over_cards(values) for name, values in cards.sums.items()}
    sums["cards"] = over_cards(cards.sums["answers"] > 0)
    whys = [over_cards(cards.why[:, n]) > 0 for n in range(len(_WHYS))]
    return _Cost(sums, np.column_stack(whys))


def _hard_card(standing: Standing, cards: _Cost, medians: "Floats", row: int) -> HardCard:
    return HardCard(
        card=standing.cards[row],
        note=standing.notes[standing.note[row]],
        deck=standing.decks[standing.deck[row]],
        why=cards.whys(row),
        median_ms=_known(medians[row]),
        lapses=int(standing.lapses[row]),
        stability=_known(standing.stability[row]),
        difficulty=_known(standing.difficulty[row]),
        recall=_known(standing.recall[row]),
        suspended=bool(standing.suspended[row]),
        **cards.of(row),
    )


def _hard_note(standing: Standing, cards: _Cost, notes: _Cost, row: int) -> HardNote:
    order = cards.order()
    worst = int(order[standing.note[order] == row][0])
    return HardNote(
        note=standing.notes[row],
        deck=standing.decks[standing.deck[worst]],
        why=notes.whys(row),
        worst=standing.cards[worst],
        **notes.of(row),
    )


def _known(number: "np.float64") -> float | None:
    return None if number != number else float(number)
