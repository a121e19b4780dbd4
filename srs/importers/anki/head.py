"""What a collection says before its notes: values, and how many there may be. Knows neither of the two schemas."""

from collections.abc import Mapping
from dataclasses import dataclass

from srs.importers.anki.package import AnkiDeck, AnkiType

MOST_TYPES = 10_000
MOST_PARTS = 1_000
"""Fields or templates of one note type. Anki becomes slow with some hundred."""
MOST_DECKS = 100_000

ROLLOVER = 4
"""The hour at which Anki's days begin where nothing is said."""


@dataclass(frozen=True, slots=True)
class Head:
    """`created` in seconds, `rollover` an hour, `scheduler` 1 where the collection was last studied before 2021."""

    created: int
    rollover: int
    scheduler: int
    types: Mapping[int, AnkiType]
    decks: Mapping[int, AnkiDeck]
