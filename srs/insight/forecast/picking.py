"""Which cards a day of a simulation shows: siblings, limits, and the queue of new cards. Knows no memory and no answer.

Rows are as in `simulate`: learner by learner. It does as `srs/study/agenda.py`: of a note one card a day, where a deck
asks for that; a deck's limit binds it and all under it; new cards come in their order.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from srs.insight.forecast.start import NEVER, Start
from srs.insight.reviews import NEW

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


class Picker:
    """Picks the cards of one day after the other, the first being day 0."""

    def __init__(self, start: Start, learners: int) -> None:
        self._learners, self._cards = learners, max(1, start.cards)
        self._note_siblings(start)
        self._note_limits(start)
        self._queue(start)

    def _note_siblings(self, start: Start) -> None:
        """Rows that share a note, where only one a day is wanted."""
        import numpy as np

        notes = int(start.note.max(initial=-1)) + 1
        buries = np.array([plan.bury_siblings for plan in start.plans], dtype=bool)[start.plan]
        self._buries = np.tile(buries, self._learners)
        self._has_siblings = bool(buries.any()) and bool((np.bincount(start.note, minlength=1) > 1).any())
        shift = np.arange(self._learners, dtype=np.int64)[:, None] * notes
        self._note = (shift + start.note[None, :]).ravel()
        self._touched = np.full(self._learners * notes, -1, dtype=np.int64)
        self._touched[(shift + start.touched[None, :]).ravel()] = 0
        self._slot = np.zeros(self._learners * notes, dtype=np.int64)

    def _note_limits(self, start: Start) -> None:
        import numpy as np

        self._deck = start.deck.astype(np.int64)
        self._parents = [deck.parent for deck in start.decks]
        self._limit = {
            "new": np.array([deck.new for deck in start.decks]),
            "reviews": np.array([deck.reviews for deck in start.decks]),
        }
        self._done = {
            "new": np.array([deck.done_new for deck in start.decks]),
            "reviews": np.array([deck.done_reviews for deck in start.decks]),
        }

    def _queue(self, start: Start) -> None:
        """New cards in their order, by learner and deck, so that the next of each are found without looking at all."""
        import numpy as np

        fresh = np.flatnonzero((start.stage == NEW) & (start.opens < NEVER))
        fresh = fresh[np.lexsort((start.order[fresh], start.deck[fresh]))]
        shift = np.arange(self._learners, dtype=np.int64)[:, None] * self._cards
        self._order, self._opens = start.order, start.opens - start.day
        self._pending = (shift + fresh[None, :]).ravel()
        counts = np.bincount(start.deck[fresh], minlength=len(start.decks))
        self._counts = np.tile(counts, self._learners)
        room = self._limit["new"].copy()
        for at, parent in enumerate(self._parents):
            if parent >= 0:
                room[at] = min(room[at], room[parent])
        # Siblings of what was begun lately stand first and may have to wait: look further than there is room.
        window = np.minimum(room * 8 + 32 if self._has_siblings else room + 16, NEVER)
        self._window = np.tile(window, self._learners)

    def reviews(self, due: "Ints", in_steps: "Ints", number: int, loss: "Callable[[Ints], Floats]") -> "Ints":
        """Which of the reviews that are `due` are shown on day `number`; cards `in_steps` are shown anyhow."""
        reviews, ordered = due, False
        if self._has_siblings:
            self._touched[self._note[in_steps]] = number
            reviews = reviews[~(self._buries[reviews] & (self._touched[self._note[reviews]] == number))]
            if not self._first_of_note(reviews).all():
                reviews, ordered = self._by_loss(reviews, loss), True
                reviews = reviews[self._first_of_note(reviews) | ~self._buries[reviews]]
        room = self._room("reviews", number)
        if not self._fits(reviews, room):
            reviews = reviews if ordered else self._by_loss(reviews, loss)
            reviews = self._within(reviews, room)
        if self._has_siblings:
            self._touched[self._note[reviews]] = number
        return reviews

    def fresh(self, number: int) -> "Ints":
        """The new cards to begin on day `number`, after its reviews were picked; they are new no more."""
        import numpy as np

        if not len(self._pending):
            return np.zeros(0, dtype=np.int64)
        seen = np.minimum(self._counts, self._window)
        starts = np.cumsum(self._counts) - self._counts
        at = np.repeat(starts - (np.cumsum(seen) - seen), seen) + np.arange(int(seen.sum()))
        rows: Ints = self._pending[at]
        card = rows % self._cards
        order = np.argsort(rows // self._cards * (int(self._order.max()) + 1) + self._order[card], kind="stable")
        order = order[self._opens[card[order]] <= number]
        at, rows = at[order], rows[order]
        if self._has_siblings:
            free = ~(self._buries[rows] & (self._touched[self._note[rows]] == number))
            at, rows = at[free], rows[free]
            free = self._first_of_note(rows) | ~self._buries[rows]
            at, rows = at[free], rows[free]
        kept = self._within(rows, self._room("new", number), positions=True)
        at, rows = at[kept], rows[kept]
        self._pending = np.delete(self._pending, at)
        self._counts -= self._by_deck(rows)
        if self._has_siblings:
            self._touched[self._note[rows]] = number
        return rows

    def _by_deck(self, rows: "Ints") -> "Ints":
        """How many of the rows each learner has in each deck, in one column."""
        import numpy as np

        decks = len(self._parents)
        place = rows // self._cards * decks + self._deck[rows % self._cards]
        return np.bincount(place, minlength=self._learners * decks)

    def _first_of_note(self, rows: "Ints") -> "Bools":
        """Which of the rows are the first of their note, in this order."""
        import numpy as np

        notes = self._note[rows]
        places = np.arange(len(rows))
        self._slot[notes[::-1]] = places[::-1]  # of equal places the last one written stays
        first: Bools = self._slot[notes] == places
        return first

    def _by_loss(self, rows: "Ints", loss: "Callable[[Ints], Floats]") -> "Ints":
        """The reviews of each learner, what would lose most first."""
        import numpy as np

        places: Ints = np.argsort(rows // self._cards * 2 - loss(rows), kind="stable")
        return rows[places]

    def _room(self, kind: str, number: int) -> "Ints":
        limit = self._limit[kind]
        return limit - self._done[kind] if number == 0 else limit

    def _fits(self, rows: "Ints", room: "Ints") -> bool:
        """Whether no deck's limit binds."""
        counts = self._by_deck(rows).reshape(self._learners, -1)
        for at in range(len(self._parents) - 1, 0, -1):
            counts[:, self._parents[at]] += counts[:, at]
        return bool((counts <= room).all())

    def _within(self, rows: "Ints", room: "Ints", positions: bool = False) -> "Ints":
        """The rows that the limits leave, the first ones before the later; or their places in `rows`.

        Deck by deck from the lowest: where the one above has no room for a card, it has none for any later one either.
        """
        import numpy as np

        kept = np.arange(len(rows))
        deck = self._deck[rows % self._cards].copy()
        who = rows // self._cards
        for at in range(len(self._parents) - 1, -1, -1):
            here = deck[kept] == at
            if not here.any():
                continue
            owners = who[kept[here]]  # ascending, since rows come learner by learner
            place = np.arange(len(owners)) - np.searchsorted(owners, owners)
            over = np.flatnonzero(here)[place >= room[at]]
            deck[deck == at] = self._parents[at]
            kept = np.delete(kept, over)
        return kept if positions else rows[kept]
