"""What a sitting says, whichever skin shows it: ratings, what remains, the summary. Knows no terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from srs.cli.context import in_short
from srs.cli.output import comes_back, in_words, span_short
from srs.errors import sentence
from srs.words import RATINGS, plural

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from srs.collection.collection import Answered, ClockDoubt, Collection
    from srs.memory.events import Event
    from srs.study.agenda import Limits
    from srs.study.session import Revealed, Skip, Step, Tally

MEANINGS = ("forgot", "barely", "knew", "at once")

_NAMED = 3  # cards of a summary that are named
_HOUR_MS = 3_600_000


def remaining(counts: Mapping[str, int]) -> str:
    """`8 new, 2 learning, 14 due`, without what is none."""
    names = (("new", "new"), ("learning", "learning"), ("review", "due"), ("cram", "to go"))
    return ", ".join(f"{counts[kind]} {word}" for kind, word in names if counts.get(kind))


def buttons(step: Revealed) -> list[tuple[int, str, str]]:
    """Rating, name and when the card would come back, for each of the four answers; in a cram, what each means."""
    if step.question.item.kind == "cram":
        return list(zip(range(1, 5), RATINGS, MEANINGS, strict=True))
    pairs = zip(RATINGS, step.answers, strict=True)
    return [(rating, name, in_words(answer, step.shown.at)) for rating, (name, answer) in enumerate(pairs, 1)]


def told(answered: Answered) -> str:
    """What an answer did, in one sentence."""
    name, answer = RATINGS[answered.review.rating - 1], answered.answer
    if answered.review.mode == "cram":
        return f"{name}: once more in this sitting." if answered.review.rating == 1 else f"{name}: its day stays."
    if answered.suspended:
        return f"{name}: it lapsed so often that it is suspended. Rewriting it helps: srs fix"
    leech = ". It lapsed often: rewriting it may help" if answered.leech else ""
    return f"{name}: comes back {comes_back(answer, answered.review.at)}{leech}."


def summary(tally: Tally, step: Step, now: int, collection: Collection | None = None) -> list[str]:
    """How the sitting went, in a few lines; with `collection` also what it says of the memory and, at its end, what
    comes next. Who left before the end is told by the skin what is left.
    """
    from srs.study.session import Finished, Pause

    count = len(tally.answers)
    if not count:
        lines = ["No card was answered."]
    else:
        ratings, cards = tally.ratings(), len({answered.review.card for answered in tally.answers})
        parts = ", ".join(f"{ratings[n]} {name.lower()}" for n, name in enumerate(RATINGS, 1) if ratings[n])
        minutes = round(tally.milliseconds() / 60_000)
        took = f" It took {plural(minutes, 'minute')}." if minutes else ""
        once = f"{plural(count, 'card')} answered"
        given = once if cards == count else f"{count:,} answers on {plural(cards, 'card')}"
        lines = [f"{given}: {parts}.{took}"]
    studied = collection is not None and any(answered.review.mode == "study" for answered in tally.answers)
    if collection is not None and studied:
        lines += looked_back(collection, tally)
    if isinstance(step, Pause):
        lines.append(f"The next card is due in {span_short(step.until - now)}.")
    if collection is not None and studied and isinstance(step, Pause | Finished):
        lines += _coming(collection, now, isinstance(step, Pause), tally.asked)
    return lines


def ended(tally: Tally) -> str:
    """The last word of a sitting in which nothing is left to show."""
    return f"That is all{' that the query finds' if tally.asked.wanted else ''} for now."


def looked_back(collection: Collection, tally: Tally) -> list[str]:
    """How many of a sitting's reviews were recalled, and which cards were not."""
    from srs.study.glance import sitting_of

    sitting = sitting_of(collection, tally.answers)
    lines = []
    if sitting.reviews:
        mature = f", of mature cards {_share(sitting.mature_recalled, sitting.mature)}" if sitting.mature else ""
        lines.append(f"Of the reviews you knew {_share(sitting.recalled, sitting.reviews)}{mature}.")
    if sitting.lapsed:
        more = len(sitting.lapsed) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        lines.append(f"Forgotten, and coming again: {', '.join(sitting.lapsed[:_NAMED])}{rest}.")
    return lines


def tomorrow_holds(reviews: int) -> str:
    """What is due tomorrow already; today's answers may add to it."""
    return f"Tomorrow: {plural(reviews, 'review')} so far." if reviews else "Tomorrow: no reviews so far."


def _coming(collection: Collection, now: int, paused: bool, asked: Limits) -> list[str]:
    from srs.study.glance import next_of

    coming = next_of(collection, now, asked)
    lines = []
    if coming.due is not None and not paused:
        when = f"in {span_short(coming.due - now)}" if coming.due > now else "now"
        again = "comes" if coming.learning == 1 else "come"
        first = ", the first" if coming.learning > 1 else ""
        lines.append(f"{plural(coming.learning, 'learning card')} {again} back today{first} {when}.")
    return [*lines, tomorrow_holds(coming.tomorrow)]


def _share(part: int, whole: int) -> str:
    """`17 of 20 (85%)`."""
    return f"{part} of {whole} ({round(100 * part / whole)}%)"


_DONE = {
    "review": "answer", "suspend": "suspension", "unsuspend": "unsuspending", "bury": "burying", "unbury": "unburying",
    "due": "new due day", "amend": "new time",
}  # fmt: skip


def clock_question(doubt: ClockDoubt) -> str:
    """Asked before something is recorded under a clock that is in doubt."""
    return f"{sentence(doubt.message)} Is the clock right? y: yes, record it; anything else: no."


def took_back(undone: Sequence[Event | Skip]) -> str:
    """What an undo took back; a clause without its full stop."""
    from srs.memory.events import Import, card_of, kind_of
    from srs.study.session import Skip

    if not undone:
        return "There is nothing to take back"
    first = undone[0]
    if isinstance(first, Skip):
        return f"Took back the skipping of {first.card}"
    if isinstance(first, Import) and len(undone) == 1:
        return f"Took back the import of {first.file}. No event goes with it: another import brought the same"
    if isinstance(first, Import):
        return f"Took back the import of {first.file}: {plural(len(undone) - 1, 'event')}"
    cards = list(dict.fromkeys(card for each in undone if not isinstance(each, Skip) and (card := card_of(each))))
    did = kind_of(first)
    what = f"Took back the {_DONE.get(did, did)}"
    if not cards:
        return what if len(undone) == 1 else f"{what} of {plural(len(undone), 'event')}"
    more = len(cards) - 1
    return f"{what} of {cards[0]}" + (f" and {plural(more, 'more card')}" if more else "")


def details(event: Event, now: int, zone: ZoneInfo) -> str:
    """Which answer was taken back, and when it was given, if not in the last hour: ` (Good, from 20:57)`."""
    from srs.memory.events import Review

    said = [RATINGS[event.rating - 1]] if isinstance(event, Review) else []
    if abs(now - event.at) >= _HOUR_MS:
        done, today = (datetime.fromtimestamp(at / 1000, zone) for at in (event.at, now))
        said.append(f"from {done:%H:%M}" if done.date() == today.date() else f"from {done:%Y-%m-%d %H:%M}")
    return f" ({', '.join(said)})" if said else ""


def left_out(collection: Collection) -> str:
    """What files of the collection hold back by their errors; empty where nothing."""
    return in_short(collection.problems())


def where_answers_go(collection: Collection) -> str:
    """Said after the first answer in a collection that keeps its journal apart."""
    said = f"Your answers are kept apart from these decks, in {collection.journal_folder}"
    if not (others := collection.abandoned_journals()):
        return said
    return f"{said}. If this collection was moved, its old ones are in {others[0]}: srs doctor says how to have them"
