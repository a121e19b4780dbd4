"""What is known of one card: where it stands in learning, and what the learner did to it. Only values."""

from srs.values import frozen

Memory = tuple[float, ...]


@frozen
class New:
    """Never answered, or reset since."""


@frozen
class Learning:
    """In the first steps. `due` is an instant, ms since the epoch."""

    step: int
    due: int
    memory: Memory


@frozen
class Reviewing:
    """Out of the steps. `due` is a study day (`date.toordinal()`)."""

    due: int
    memory: Memory


@frozen
class Relearning:
    """Forgotten after having been out of the steps. `due` is an instant, ms since the epoch."""

    step: int
    due: int
    memory: Memory


Studied = Learning | Reviewing | Relearning
Progress = New | Studied


@frozen
class CardState:
    """The fold of a card's events. `last_*` tell of the last study review since the last reset.

    `last_event` is the newest state-changing event (study review, reset or due): the next review's `after`.
    """

    progress: Progress = New()
    reps: int = 0
    lapses: int = 0
    last_at: int | None = None
    last_day: int | None = None
    last_event: str | None = None
    suspended: bool = False
    buried_until: int | None = None
    flag: int = 0
    mark: str | None = None
