"""Whether parameters fitted to the learner predict better than those in use, and why. Writes nothing.

The earlier four fifths of the reviews, by count in time order, are fitted; the later fifth judges, unseen. There the
reviews count that came a study day or more after the one before, each the same. The parameters judged are those
adopted: fitted again to everything they would be others, which nobody has judged, and which the next run could not be
compared with, since they would have seen what judges it.

They are adopted if on these reviews their log loss is lower than that of the defaults, and lower than that of the
parameters in use by more than chance plays: by more than one standard error of the mean difference, review by review,
the reviews of one card taken together, since they are not independent. And there must be enough to tell.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from srs.collection.content import decks_of_cards
from srs.insight.evaluation import Scores, evaluate
from srs.insight.fitting.fit import fit
from srs.insight.fitting.histories import Histories, Predictions, predictions
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from srs.watching import Watch, told
from srs.words import plural

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from srs.collection.collection import Collection
    from srs.collection.settings import Settings

    Ints = NDArray[np.integer]
    Floats = NDArray[np.float64]

LEAST_REVIEWS = 1000
"""Below so many reviews in all, the defaults, drawn from thousands of people, tell more than one person's answers."""
LEAST_JUDGING = 100
"""So many of the later fifth must judge."""
LEAST_FORGOTTEN = 10
"""So many of those must have been forgotten: how fast one forgets cannot be told from what was recalled."""

_DECIMALS = 4  # as Anki shows parameters; what is judged is what will be written
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The live study answers of a collection's cards as histories, and of how many cards.

    `apart` are the decks whose cards were left out, having parameters of their own.
    """

    histories: Histories
    cards: int
    apart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out. `reviews` were looked at; the scores are those of the later fifth, one each for three parameters.

    `parameters` are the fitted ones, adopted or not. `recalled` is the share recalled of the reviews that judged, None
    where there was none; `enough` says whether they could judge. `adopted`: the parameters are to be used from now on.
    `why` is whole sentences.
    """

    parameters: tuple[float, ...]
    reviews: int
    default: Scores
    current: Scores
    fitted: Scores
    recalled: float | None
    enough: bool
    adopted: bool
    why: str

    @property
    def told(self) -> str:
        """What is kept beside the parameters: on what they were fitted, and how much better they are."""
        better = f"log loss {self.fitted.log_loss:.4f} instead of {self.current.log_loss:.4f}"
        return f"to {plural(self.reviews, 'review')}: {better} on the latest {self.fitted.reviews:,}."


def gather(collection: Collection, deck: str | None) -> Gathered:
    """The answers to the cards that have the parameters of `deck`, or would have them; None: of all decks.

    Those of decks (and what is under them) that have parameters of their own are left out.
    """
    import numpy as np

    decks = decks_of_cards(collection.db)
    cards, rows = _rows(collection)
    apart: set[str] = set()
    chosen = np.zeros(len(cards), dtype=bool)
    for card, number in cards.items():
        home = decks.get(card, "")
        own = owner(collection.settings, home)
        if deck is None or not is_under(home, deck):
            chosen[number] = deck is None and own is None
        else:
            chosen[number] = own is None or not is_under(own, deck) or own == deck
        if own is not None and not chosen[number] and (deck is None or is_under(home, deck)):
            apart.add(own)
    card_of, at, day, rating = (column[chosen[rows[0]]] for column in rows)
    answered = np.unique(card_of[rating > 0])
    return Gathered(_histories(card_of, at, day, rating), len(answered), tuple(sorted(apart)))


def owner(settings: Settings, deck: str) -> str | None:
    """The deck, this or above, whose own parameters or memory model hold for `deck`; None: those of all decks do."""
    parts = deck.split("::")
    for depth in range(len(parts), 0, -1):
        name = "::".join(parts[:depth])
        own = settings.decks.get(name, {})
        if "parameters" in own or own.get("model", settings.defaults.model) != settings.defaults.model:
            return name
    return None


def is_under(deck: str, above: str) -> bool:
    """Whether `deck` is `above` or stands under it."""
    return deck == above or deck.startswith(f"{above}::")


def optimise(histories: Histories, current: tuple[float, ...] | None, watch: Watch) -> Outcome:
    """Fit the earlier four fifths and judge on the later fifth. `current` None: the defaults are in use.

    What `watch` raises ends it.
    """
    begin = later_fifth(histories)
    earlier = histories.until(begin)
    found = fit(earlier, watch=lambda done, of: watch("Fitting the memory model", done, of))
    parameters = tuple(round(each, _DECIMALS) for each in found)
    tried = {"default": DEFAULT_PARAMETERS, "current": current or DEFAULT_PARAMETERS, "fitted": parameters}
    said: dict[str, Predictions] = {}
    scores: dict[str, Scores] = {}
    for name, each in told(watch, "Judging the fit", tried.items(), len(tried)):
        said[name] = p = _later(predictions(histories, each), begin)
        scores[name] = evaluate(p.recall, p.y, p.elapsed, p.nth, p.lapses)
    y = said["fitted"].y
    few = _too_few(len(histories), len(y), int((y == 0).sum()))
    adopted, why = (False, few) if few else _decide(histories, said, scores, tried)
    return Outcome(
        parameters=parameters,
        reviews=len(histories),
        **scores,
        recalled=float(y.mean()) if len(y) else None,
        enough=not few,
        adopted=adopted,
        why=why,
    )


def later_fifth(histories: Histories) -> int:
    """The instant (ms) of the first review of the last 20 % by count in time order; 0 where there is none."""
    import numpy as np

    ats = np.sort(histories.ats)
    return int(ats[len(ats) * 4 // 5]) if len(ats) else 0


def _later(said: Predictions, begin: int) -> Predictions:
    return said.part(said.at >= begin)


def _decide(
    histories: Histories,
    said: Mapping[str, Predictions],
    scores: Mapping[str, Scores],
    tried: Mapping[str, tuple[float, ...]],
) -> tuple[bool, str]:
    """Whether to adopt the fit, and why in sentences."""
    judging = said["fitted"]
    in_use = "the defaults" if tried["current"] == DEFAULT_PARAMETERS else "those in use"
    new, now, usual = (_loss(scores[name]) for name in ("fitted", "current", "default"))
    on = f"on your latest {plural(len(judging), 'review')}"
    share = f"{(now - new) / now:.1%}"
    gain, chance = _difference(histories, said["current"], judging)
    if gain > chance and new < usual:
        better = f"srs predicts {share} better than with {in_use}: log loss {new:.4f} instead of {now:.4f} {on}"
        worse = " Those in use predict worse than the defaults." if now > usual else ""
        return True, f"With parameters of your own, {better}, which they had not seen.{worse}"
    if tried["fitted"] == tried["current"]:
        why = "The fit comes to the parameters that are in use."
    elif gain <= 0:
        why = f"Fitted to you, the parameters predict no better than {in_use}: log loss {new:.4f}, not {now:.4f}, {on}."
    elif gain <= chance:
        why = f"Fitted to you, the parameters predict {share} better than {in_use} {on}; chance alone could do as much."
    else:
        why = f"Fitted to you, the parameters predict better than those in use, but no better than the defaults {on}."
    loss, chance = _difference(histories, said["current"], said["default"])
    if loss > chance:
        worse = f"log loss {now:.4f}, not {usual:.4f}"
        why = f"{why} Those in use predict worse than the defaults ({worse}): take `parameters` out of srs.toml."
    return False, why


def _too_few(reviews: int, judging: int, forgotten: int) -> str:
    """What there is too little of, as a sentence; empty where there is enough."""
    if reviews < LEAST_REVIEWS:
        return (
            f"You have {plural(reviews, 'review')}; it takes {LEAST_REVIEWS:,} to tell your memory from most people's."
        )
    if judging < LEAST_JUDGING:
        some = f"Of the latest fifth of your reviews, {judging} came a day or more after the one before"
        return f"{some}; it takes {LEAST_JUDGING} to judge a fit."
    if forgotten < LEAST_FORGOTTEN:
        some = f"Of your latest {judging:,} reviews you had forgotten {forgotten}"
        return f"{some}; it takes {LEAST_FORGOTTEN} to tell how fast you forget."
    return ""


def _loss(scores: Scores) -> float:
    assert scores.log_loss is not None
    return scores.log_loss


def _difference(histories: Histories, one: Predictions, other: Predictions) -> tuple[float, float]:
    """By how much the log loss of `other` is lower in the mean, and the standard error of that, by history."""
    import numpy as np

    each = _losses(one) - _losses(other)
    mean = float(each.mean())
    history = np.searchsorted(histories.offsets, one.where, side="right")
    together = np.bincount(history, each - mean)
    return mean, float(np.sqrt(together @ together)) / len(each)


def _losses(said: Predictions) -> Floats:
    import numpy as np

    chance = np.where(said.y == 1, said.recall, 1 - said.recall)
    losses: Floats = -np.log(np.clip(chance, 1e-15, None))
    return losses


def _rows(collection: Collection) -> tuple[dict[str, int], tuple[Ints, ...]]:
    """Each card's number; and of all live study answers and resets by id: card, at (ms), day, rating (a reset's: 0)."""
    import numpy as np

    where = "where not dead and subject is not null and (do = 'review' and mode = 'study' or do = 'reset')"
    total = collection.db.execute(f"select count(*) from event {where}").fetchone()[0]
    rows = collection.db.execute(
        f"select subject, at, coalesce(day, 0), coalesce(rating, 0) from event {where} order by id"
    )
    numbers: dict[str, int] = {}
    fresh = count()
    columns = tuple(array("q") for _ in range(4))
    done = 0
    while some := rows.fetchmany(_AT_ONCE):
        subjects, *values = zip(*some, strict=True)
        for subject in subjects:
            if subject not in numbers:
                numbers[subject] = next(fresh)
        columns[0].extend(numbers[subject] for subject in subjects)
        for column, given in zip(columns[1:], values, strict=True):
            column.extend(given)
        done += len(some)
        collection.watch("Reading reviews", done, max(total, done))
    return numbers, tuple(np.frombuffer(column, dtype=np.int64) if column else _nothing() for column in columns)


def _nothing() -> Any:
    import numpy as np

    return np.zeros(0, dtype=np.int64)


def _histories(card: Ints, at: Ints, day: Ints, rating: Ints) -> Histories:
    """Answers of all cards, which come by id, as histories; a reset (rating 0) ends one."""
    import numpy as np

    order = np.lexsort((at, card))  # stable: at one instant by id
    card, at, day, rating = card[order], at[order], day[order], rating[order]
    begins = np.ones(len(card), dtype=bool)
    begins[1:] = (card[1:] != card[:-1]) | (rating[:-1] == 0)
    answers = rating > 0
    offsets = np.append(np.flatnonzero(begins[answers]), int(answers.sum()))
    return Histories(offsets, day[answers], rating[answers], at[answers])
