"""Figures of decks and tags: each with what is under it. Knows nothing of where names come from."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from srs.insight.stats.figures import Cards, Group, Retention, Share, Work
from srs.insight.stats.percard import Counted, PerCard
from srs.insight.stats.standing import Standing
from srs.insight.stats.stood import ages

if TYPE_CHECKING:
    from srs.insight.reviews import Flags, Floats, Ints


def decks_of(standing: Standing, done: PerCard, today: int) -> tuple[Group, ...]:
    """One for each deck and each deck above one."""
    return _groups(standing, done, today, [(deck,) for deck in standing.decks], standing.deck)


def tags_of(standing: Standing, done: PerCard, today: int) -> tuple[Group, ...]:
    """One for each tag and each tag above one."""
    return _groups(standing, done, today, standing.tags, standing.note)


def _groups(
    standing: Standing, done: PerCard, today: int, names_of: Sequence[Iterable[str]], of_card: "Ints"
) -> tuple[Group, ...]:
    """`names_of`: the names of each thing that cards have (a deck, a note), `of_card` which thing a card has."""
    import numpy as np

    trees = [{part for name in names for part in _with_above(name)} for names in names_of]
    names = sorted({name for tree in trees for name in tree}, key=lambda name: name.split("::"))
    number = {name: n for n, name in enumerate(names)}
    sizes = np.array([len(tree) for tree in trees], dtype=np.int64)
    held = np.array([number[name] for tree in trees for name in tree], dtype=np.int64)
    begins = np.cumsum(sizes) - sizes
    # One pair (card, group) for each group that a card is in.
    repeats = sizes[of_card] if len(of_card) else of_card
    card = np.repeat(np.arange(len(of_card)), repeats)
    nth = np.arange(len(card)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    group = held[np.repeat(begins[of_card], repeats) + nth] if len(card) else card
    return _Pairs(standing, done, names, card, group).groups(today)


def _with_above(name: str) -> list[str]:
    parts = name.split("::")
    return ["::".join(parts[: n + 1]) for n in range(len(parts))]


class _Pairs:
    """Which card is in which group, one row for each pair."""

    def __init__(self, standing: Standing, done: PerCard, names: list[str], card: "Ints", group: "Ints") -> None:
        self.standing = standing
        self.done = done
        self.names = names
        self.card = card
        self.group = group

    def groups(self, today: int) -> tuple[Group, ...]:
        """All of them."""
        import numpy as np

        standing, done = self.standing, self.done
        age = ages(standing)
        open_ = (age > 0) & ~standing.suspended & (standing.due <= today)
        stands = zip(
            *(self.count(age == n) for n in range(5)),
            self.count(standing.suspended),
            self.count(standing.buried),
            self.notes(),
            self.sum(np.nan_to_num(standing.recall)),
            strict=True,
        )
        worked = zip(
            self.whole(done.answers),
            self.whole(done.ms),
            self.whole(done.timed),
            self.count(done.answers > 0),
            strict=True,
        )
        columns = zip(
            self.names,
            stands,
            worked,
            self.shares(done.young),
            self.shares(done.mature),
            self.shares(_both(done)),
            self.count(open_),
            strict=True,
        )
        return tuple(
            Group(name, Cards(*cards), Work(*work), Retention(*shares), due)
            for name, cards, work, *shares, due in columns
        )

    def count(self, cards: "Flags") -> list[int]:
        """How many of these cards each group has."""
        import numpy as np

        found: list[int] = np.bincount(self.group[cards[self.card]], minlength=len(self.names)).tolist()
        return found

    def sum(self, values: "Floats | Ints") -> list[float]:
        """The sum over the cards of each group."""
        import numpy as np

        found: list[float] = np.bincount(self.group, weights=values[self.card], minlength=len(self.names)).tolist()
        return found

    def whole(self, values: "Ints") -> list[int]:
        """The same of whole numbers."""
        return [round(each) for each in self.sum(values)]

    def notes(self) -> list[int]:
        """How many notes each group has cards of."""
        import numpy as np

        pairs = np.unique(self.group * len(self.standing.notes) + self.standing.note[self.card])
        found: list[int] = np.bincount(pairs // max(1, len(self.standing.notes)), minlength=len(self.names)).tolist()
        return found

    def shares(self, counted: Counted) -> list[Share]:
        """True retention of each group."""
        columns = zip(self.whole(counted.count), self.whole(counted.failed), self.sum(counted.expected), strict=True)
        return [Share(count - failed, failed, sum_ / count if count else None) for count, failed, sum_ in columns]


def _both(done: PerCard) -> Counted:
    young, mature = done.young, done.mature
    return Counted(young.count + mature.count, young.failed + mature.failed, young.expected + mature.expected)
