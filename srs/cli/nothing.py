"""Why a sitting has nothing to show, in sentences: what its cards wait for. Knows no terminal."""

from collections.abc import Sequence

from srs.cli.output import days_long
from srs.collection.collection import Collection
from srs.study.agenda import Limits
from srs.study.glance import Held, held_of
from srs.words import plural

_MORE_NEW = 5


def why_nothing(collection: Collection, now: int, limits: Limits, query: str = "") -> str:
    """What is said instead of a sitting that would be over at once; `query` is what `limits` stand for, if any."""
    held = held_of(collection, now, limits)
    if query and not held.found:
        return f"No card matches {query}."
    day = collection.day(now)
    said = sentences(held, day, limits, bool(query)) or sentences(held, day, limits, every=True)
    if not held.found:
        said = ["No card was answered yet; a query names what to cram."] if limits.cram else []
    return " ".join(["Nothing is left to study now.", *said])


def sentences(held: Held, day: int, limits: Limits, every: bool) -> list[str]:
    """One for each reason; those that hold for good, such as suspended, only for `every`."""
    said = []
    if held.new:
        more = f"`--new {limits.new + _MORE_NEW}` shows more"
        said.append(f"{_wait(held.new, 'new card')}: {_limit(held.new_limit)}; {more}.")
    if held.reviews:
        said.append(f"{_wait(held.reviews, 'review')}: {_limit(held.review_limit)}.")
    if held.siblings:
        said.append(f"{_wait(held.siblings, 'card')} for another day: a note shows one of its cards a day.")
    if held.needs:
        said.append(f"{_wait(held.needs, 'new card')} for notes that {'it needs' if held.needs == 1 else 'they need'}.")
    if held.later and held.first is not None:
        verb = "comes" if held.later == 1 else "come"
        first = ", the first" if held.later > 1 else ""
        said.append(f"{plural(held.later, 'card')} {verb} back{first} {days_long(held.first - day)}.")
    if every:
        said += _set_aside(((held.buried, "buried until tomorrow"), (held.suspended, "suspended")))
        if held.drafts:
            said.append(f"{plural(held.drafts, 'card')} {'is a draft' if held.drafts == 1 else 'are drafts'}.")
    return said


def _set_aside(counts: Sequence[tuple[int, str]]) -> list[str]:
    return [f"{plural(count, 'card')} {'is' if count == 1 else 'are'} {how}." for count, how in counts if count]


def _wait(count: int, noun: str) -> str:
    return f"{plural(count, noun)} {'waits' if count == 1 else 'wait'}"


def _limit(number: int | None) -> str:
    return "the limits of the day are reached" if number is None else f"the limit of {number} a day is reached"
