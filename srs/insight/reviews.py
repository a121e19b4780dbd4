"""Every answer that counts as arrays, each with what held right before and right after it. Knows no figures.

One pass over the index gives the answers; the memories come from one replay for each model. The stages follow from the
rules of `srs/memory/fold.py`: what an answer promised stands while its `after` still names the event before. Where one
does not stand, the answers of that card are gone through one by one by the rules that hold now.
"""

from collections.abc import Collection as Some
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srs.collection.collection import Collection
from srs.collection.content import decks_of_cards
from srs.collection.recorded import events_of_card
from srs.memory.days import DAY_MS
from srs.memory.events import Reset, Review, SetDue
from srs.memory.fold import AMENDED, fold
from srs.memory.model import Model
from srs.memory.state import CardState, Learning, New, Relearning, Reviewing
from srs.watching import doing, told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NEW, LEARNING, REVIEW, RELEARNING = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Reviews:
    """All live answers, amended, by (card, at, id): one row each, all arrays of one length.

    The answers of a card follow each other; cards come in the order of `cards`, which is that of their ids, and those
    of cards that no deck has any more are among them. Crams are rows as well (`cram`): they moved nothing, so what
    holds after one is what held before.
    """

    cards: tuple[str, ...]
    """Ids of the cards that were answered, aliases resolved."""
    card: "Ints"
    """Which of `cards`."""
    at: "Ints"
    """The instant, ms since the epoch."""
    day: "Ints"
    """The study day as recorded (`date.toordinal()`), in whichever timezone that was."""
    rating: "Ints"
    """1 Again to 4 Easy."""
    ms: "Ints"
    """How long it took (ms); -1 where that is not known."""
    cram: "Flags"
    """Whether it was a cram and no study."""
    stage: "Ints"
    """Where the answer found the card: NEW, LEARNING, REVIEW or RELEARNING. After a reset it is new again."""
    stage_after: "Ints"
    """Where it left the card; never NEW after a study answer."""
    elapsed: "Ints"
    """Study days since the last study answer (since the reset, if there was one); -1 where there was none."""
    rating_before: "Ints"
    """The rating of that answer; 0 where there was none."""
    interval: "Ints"
    """The days that had been promised: from the last study answer to the due day, at least 1, a `due` event counted.
    In steps, the whole days of the wait, so 0 for steps shorter than a day. 0 for a new card."""
    interval_after: "Ints"
    """The days that the answer promised, in the same way: `interval` of the next one, but for a `due` event between."""
    recall: "Floats"
    """The chance of recall right before (0 to 1), by the present parameters; NaN for a new card."""
    stability: "Floats"
    """Days after which recall falls to 0.9, after the answer; NaN for a cram of a new card."""
    difficulty: "Floats"
    """After the answer, 1 to 10; NaN as above and where the model knows none."""

    def __len__(self) -> int:
        return len(self.at)

    def chosen(self, rows: "Flags | Ints") -> "Reviews":
        """The rows of a mask, or of numbers; `cards` stay."""
        return Reviews(self.cards, *(getattr(self, name)[rows] for name in COLUMNS))


COLUMNS = (
    "card", "at", "day", "rating", "ms", "cram", "stage", "stage_after", "elapsed", "rating_before", "interval",
    "interval_after", "recall", "stability", "difficulty",
)  # fmt: skip


def read_reviews(collection: Collection, cards: Some[str] | None = None) -> Reviews:
    """All answers of the collection that count, or those of `cards` (present ids). A million take a few seconds."""
    happened = _read(collection, cards)
    past = _Past(happened)
    stages = _stages(happened, past)
    _fold_doubtful(collection, happened, past, stages)
    with doing(collection.watch, "Working out memories"):
        return _rows(happened, past, stages, _memories(collection, happened, past))


_STUDY, _CRAM, _RESET, _MOVED = range(4)
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class _Happened:
    """Answers, resets and new due days by (card, at, id). `id` and `after` are hashes: they are only compared.

    `rating`, `ms`, `day`, `due` and `step` are -1 where there is none; a `due` is ms where there is a step.
    """

    cards: tuple[str, ...]
    card: "Ints"
    at: "Ints"
    kind: "Ints"
    rating: "Ints"
    ms: "Ints"
    day: "Ints"
    due: "Ints"
    step: "Ints"
    id: "Ints"
    after: "Ints"


def _read(collection: Collection, cards: Some[str] | None) -> _Happened:
    import json
    from collections import defaultdict
    from itertools import count

    import numpy as np

    chosen = "" if cards is None else "and subject in (select value from json_each(:cards))"
    rows = collection.db.execute(
        f"select at, case do when 'reset' then {_RESET} when 'due' then {_MOVED} else mode != 'study' end,"
        " coalesce(rating, -1), coalesce(ms, -1), coalesce(day, -1), coalesce(due, -1), coalesce(step, -1), subject,"
        f" id, iif(written_at is null, after, '{AMENDED}') from event"
        f" where do in ('review', 'reset', 'due') and not dead and subject is not null {chosen} order by id",
        {} if cards is None else {"cards": json.dumps(list(cards))},
    )
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    parts = [np.empty((10, 0), dtype=np.int64)]
    total = None if chosen else collection.db.execute("select count(*) from event").fetchone()[0]
    done = 0
    while some := rows.fetchmany(_AT_ONCE):
        collection.watch("Reading reviews", done, total)
        done += len(some)
        *plain, subjects, ids, afters = zip(*some, strict=True)
        found = (*plain, [numbers[card] for card in subjects], [*map(hash, ids)], [*map(hash, afters)])
        parts.append(np.array(found, dtype=np.int64))
    collection.watch("Reading reviews", 1, 1)
    *columns, card, id_, after = np.concatenate(parts, axis=1)
    names = sorted(numbers)
    places = np.empty(len(names), dtype=np.int64)
    places[[numbers[name] for name in names]] = np.arange(len(names))
    card = places[card]
    order = np.lexsort((columns[0], card))  # by card and instant; stable: those of one instant stay by id
    return _Happened(tuple(names), *(each[order] for each in (card, *columns, id_, after)))


class _Past:
    """Of each row what came before it on its card, as numbers of rows.

    `new`: the card is new there. `answer`: the last study answer, `change`: the last event that changed the card,
    either since it was new; `begun`: the last reset; -1 where there is none. `change_or_reset` is what the fold calls
    `last_event`.
    """

    def __init__(self, happened: _Happened) -> None:
        import numpy as np

        self._first = np.searchsorted(happened.card, happened.card)
        study = happened.kind == _STUDY
        answer = self.before(study)
        self.begun = self.before(happened.kind == _RESET)
        self.new = answer <= self.begun
        self.answer = np.where(self.new, -1, answer)
        self.change_or_reset = self.before(study | (~self.new & (happened.kind >= _RESET)))
        self.change = np.where(self.new, -1, self.change_or_reset)

    def before(self, mask: "Flags") -> "Ints":
        """The last row of the same card before each that the mask has; -1 where none is."""
        import numpy as np

        last = np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))
        found = np.concatenate(([-1], last[:-1])) if len(mask) else last
        return np.where(found >= self._first, found, -1)


@dataclass(slots=True, eq=False)
class _Stages:
    """Of each row that is an answer: the stage before and after it, the interval promised before and by it."""

    before: "Ints"
    after: "Ints"
    interval: "Ints"
    promised: "Ints"


def _stages(happened: _Happened, past: _Past) -> _Stages:
    """What holds where every promise stands. Once out of the first steps, steps are those of relearning."""
    import numpy as np

    study = happened.kind == _STUDY
    out = (study & (happened.step < 0)) | (~past.new & (happened.kind == _MOVED))
    was_out = past.before(out) > past.begun
    after = np.where(out, REVIEW, np.where(was_out, RELEARNING, LEARNING))
    before = np.where(past.new, NEW, after[past.change])

    def interval(due: "Ints", answer: "Ints", stage: "Ints") -> "Ints":
        days = np.maximum(due - happened.day[answer], 1)
        found: Ints = np.where(stage == REVIEW, days, np.maximum(due - happened.at[answer], 0) // DAY_MS)
        return found

    held = np.where(past.new, 0, interval(happened.due[past.change], past.answer, before))
    promised = interval(happened.due, np.arange(len(study)), after)
    return _Stages(before, np.where(study, after, before), held, np.where(study, promised, held))


def _fold_doubtful(collection: Collection, happened: _Happened, past: _Past, stages: _Stages) -> None:
    """Put right the `stages` of the cards of which an answer names another event before it than there is."""
    import numpy as np

    named = np.where(past.change_or_reset < 0, hash(None), happened.id[past.change_or_reset])
    falls = (happened.kind == _STUDY) & (happened.after != named)
    cards = np.unique(happened.card[falls])
    doubtful = zip(cards.tolist(), np.searchsorted(happened.card, cards).tolist(), strict=True)
    for card, row in told(collection.watch, "Working out memories", doubtful, len(cards)):
        rules, model = collection.rules_and_model(happened.cards[card])
        state = CardState()
        for event in events_of_card(collection.db, happened.cards[card]):
            if isinstance(event, Review | Reset | SetDue):
                before, state = state, fold([event], rules, model, state)
                stages.before[row], stages.after[row] = _stage(before), _stage(state)
                stages.interval[row], stages.promised[row] = _promised(before), _promised(state)
                row += 1


def _stage(state: CardState) -> int:
    match state.progress:
        case New():
            return NEW
        case Learning():
            return LEARNING
        case Reviewing():
            return REVIEW
        case Relearning():
            return RELEARNING


def _promised(state: CardState) -> int:
    progress = state.progress
    if isinstance(progress, New) or state.last_day is None or state.last_at is None:
        return 0
    if isinstance(progress, Reviewing):
        return max(1, progress.due - state.last_day)
    return max(0, progress.due - state.last_at) // DAY_MS


@dataclass(slots=True, eq=False)
class _Memories:
    """Of each row: recall right before it, stability and difficulty after it; NaN where there is none."""

    recall: "Floats"
    stability: "Floats"
    difficulty: "Floats"


def _memories(collection: Collection, happened: _Happened, past: _Past) -> _Memories:
    """Each card by the model of its deck."""
    import numpy as np

    found = _Memories(*(np.full(len(happened.at), np.nan) for _ in range(3)))
    models = _models(collection, happened.cards)
    for model in dict.fromkeys(models):
        of_model = np.array([each == model for each in models], dtype=bool)
        _replay(model, happened, past, of_model[happened.card], found)
    held = np.flatnonzero((happened.kind == _CRAM) & ~past.new)
    for column in (found.stability, found.difficulty):
        column[held] = column[past.answer[held]]
    return found


def _models(collection: Collection, cards: tuple[str, ...]) -> list[Model]:
    """The model of each card."""
    if not collection.settings.decks:
        return [collection.model_of("")] * len(cards)
    decks = decks_of_cards(collection.db)
    return [collection.model_of(decks.get(card, "")) for card in cards]


def _replay(model: Model, happened: _Happened, past: _Past, mine: "Flags", found: _Memories) -> None:
    """Fill in the rows of `mine`, whose model this is."""
    import numpy as np

    rows = np.flatnonzero(mine & (happened.kind == _STUDY))
    offsets = np.append(np.flatnonzero(past.new[rows]), len(rows))
    at, day = happened.at, happened.day
    memories = model.replay_every(offsets, at[rows], day[rows], happened.rating[rows])
    found.stability[rows] = model.intervals(memories, 0.9)
    if memories.shape[1] > 1:
        found.difficulty[rows] = memories[:, 1]
    known = np.flatnonzero(mine & ~past.new & (happened.kind <= _CRAM))
    last = past.answer[known]
    elapsed = model.elapsed_many(at[last], day[last], at[known], day[known])
    found.recall[known] = model.curves(memories[np.searchsorted(rows, last)], elapsed)


def _rows(happened: _Happened, past: _Past, stages: _Stages, memories: _Memories) -> Reviews:
    import numpy as np

    rows = np.flatnonzero(happened.kind <= _CRAM)
    last = past.answer[rows]
    first = past.new[rows]
    return Reviews(
        happened.cards,
        happened.card[rows],
        happened.at[rows],
        happened.day[rows],
        happened.rating[rows],
        happened.ms[rows],
        happened.kind[rows] == _CRAM,
        stages.before[rows],
        stages.after[rows],
        np.where(first, -1, np.maximum(happened.day[rows] - happened.day[last], 0)),
        np.where(first, 0, happened.rating[last]),
        stages.interval[rows],
        stages.promised[rows],
        memories.recall[rows],
        memories.stability[rows],
        memories.difficulty[rows],
    )
