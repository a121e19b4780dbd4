"""What a sitting says, whichever skin shows it: ratings, what remains, the summary. Knows no terminal."""

from collections.abc import Mapping, Sequence

from srs.cli.output import comes_back, in_words, plural, span_short
from srs.collection.collection import Answered, Collection
from srs.memory.events import Event, card_of, kind_of
from srs.study.session import Pause, Revealed, Step, Tally

RATINGS = ("Again", "Hard", "Good", "Easy")
MEANINGS = ("forgot", "barely", "knew", "at once")


def remaining(counts: Mapping[str, int]) -> str:
    """`8 new, 2 learning, 14 due`, without what is none."""
    names = (("new", "new"), ("learning", "learning"), ("review", "due"))
    return ", ".join(f"{counts[kind]} {word}" for kind, word in names if counts.get(kind))


def buttons(step: Revealed) -> list[tuple[int, str, str]]:
    """Rating, name and when the card would come back, for each of the four answers."""
    pairs = zip(RATINGS, step.answers, strict=True)
    return [(rating, name, in_words(answer, step.shown.at)) for rating, (name, answer) in enumerate(pairs, 1)]


def told(answered: Answered) -> str:
    """What an answer did, in one sentence."""
    name, answer = RATINGS[answered.review.rating - 1], answered.answer
    if answered.suspended:
        return f"{name}: it lapsed so often that it is suspended; rewrite it, then srs unsuspend {answered.review.card}"
    leech = ". It lapsed often: rewriting it may help" if answered.leech else ""
    return f"{name}: comes back {comes_back(answer, answered.review.at)}{leech}."


def summary(tally: Tally, step: Step, now: int) -> list[str]:
    """How the sitting went, in a few lines."""
    count = len(tally.answers)
    if not count:
        lines = ["No card was answered."]
    else:
        ratings = tally.ratings()
        parts = ", ".join(f"{ratings[n]} {name.lower()}" for n, name in enumerate(RATINGS, 1) if ratings[n])
        minutes = round(tally.milliseconds() / 60_000)
        took = f" It took {plural(minutes, 'minute')}." if minutes else ""
        lines = [f"{plural(count, 'card')} answered: {parts}.{took}"]
    if isinstance(step, Pause):
        lines.append(f"The next card is due in {span_short(step.until - now)}.")
    return lines


_DONE = {
    "review": "answer", "suspend": "suspension", "unsuspend": "unsuspending", "bury": "burying", "unbury": "unburying",
    "due": "new due day", "amend": "new time",
}  # fmt: skip


def took_back(undone: Sequence[Event]) -> str:
    """What an undo took back; a clause without its full stop."""
    if not undone:
        return "There is nothing to take back"
    first, cards = undone[0], list(dict.fromkeys(card for event in undone if (card := card_of(event))))
    did = kind_of(first)
    what = f"Took back the {_DONE.get(did, did)}"
    if not cards:
        return what if len(undone) == 1 else f"{what} of {plural(len(undone), 'event')}"
    more = len(cards) - 1
    return f"{what} of {cards[0]}" + (f" and {plural(more, 'more card')}" if more else "")


def sentence(clause: str) -> str:
    """A message or hint of an error as a sentence of its own."""
    return f"{clause[:1].upper()}{clause[1:]}." if clause else ""


def left_out(collection: Collection) -> str:
    """What files of the collection hold back by their errors; empty where nothing."""
    errors = sum(problem.severity == "error" for problem in collection.problems())
    return f"{plural(errors, 'error')} in the files of this collection: srs check" if errors else ""


def where_answers_go(collection: Collection) -> str:
    """Said after the first answer in a collection that keeps its journal apart."""
    return f"Your answers are kept apart from these decks, in {collection.journal_folder}"
