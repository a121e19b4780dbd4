"""Why a card is due, in plain sentences for somebody who is no researcher of memory. Knows no layout."""

from collections.abc import Iterable

from srs.insight.past import Facts, Past, Sibling, day_of, measured, since_answer
from srs.memory.days import iso_day
from srs.memory.model import Moment
from srs.memory.schedule import interval_range
from srs.memory.state import CardState, Learning, New, Relearning, Reviewing
from srs.words import RATINGS, listed, plural

_NAMED = 4
_YEARS_FROM = 730  # days


def why(facts: Facts, state: CardState, past: Past) -> Iterable[str]:
    yield from _held_back(facts, state, past)
    progress = state.progress
    if isinstance(progress, New):
        yield from _why_new(facts, past)
    elif isinstance(progress, Reviewing):
        yield from _why_review(facts, state, progress, past)
    else:
        yield from _why_step(facts, progress, past)


def _held_back(facts: Facts, state: CardState, past: Past) -> Iterable[str]:
    """Whatever keeps the card from being shown today, whether it is due or not."""
    if facts.draft:
        yield f"It is a draft, so it is never shown; take `draft: true` out of {facts.place} to study it."
    if state.suspended:
        by = past.suspended_by
        since = f" since {iso_day(day_of(by, facts))}" if by else ""
        leech = ", because you forgot it so often (a leech): rewriting it helps more than repeating it"
        why = leech if by and by.because else ""
        yield f"It is suspended{since}{why}; `srs unsuspend {facts.card}` brings it back."
    if state.buried_until is not None and state.buried_until > facts.day:
        back = _in_days(state.buried_until - facts.day)
        yield f"It is buried until {iso_day(state.buried_until)} ({back}); `srs unbury {facts.card}` ends that."
    if facts.bury_siblings and not isinstance(state.progress, Learning | Relearning) and state.last_day != facts.day:
        today = [each.card for each in facts.siblings if each.last_day == facts.day]
        if today and (isinstance(state.progress, New) or state.progress.due <= facts.day):
            yield f"It waits until tomorrow, because {today[0]}, of the same note, was answered today."


def _why_new(facts: Facts, past: Past) -> Iterable[str]:
    if past.reset_day is not None:
        gone = plural(past.before_reset, "answer")
        yield f"It was reset on {iso_day(past.reset_day)}: it is new again, and the {gone} before that no longer count."
    else:
        yield "It is new: you never answered it, so there is no memory to measure and no date."
    if facts.waits_for:
        rule = "of a note that it needs, a card must be out of its learning steps first"
        yield f"It waits for {listed(facts.waits_for)}: {rule}."
    if not past.state.suspended and not facts.draft:
        yield f"It comes up in its turn among the new cards, at most {facts.new_per_day} a day in its deck."


def _why_review(facts: Facts, state: CardState, progress: Reviewing, past: Past) -> Iterable[str]:
    late = facts.day - progress.due
    on = iso_day(progress.due)
    if late > 0:
        yield f"It has been due since {on}, {plural(late, 'day')} ago."
    elif late == 0:
        yield "It is due today."
    else:
        yield f"It is not due yet: it comes back on {on}, {_in_days(-late)}."
    last = next((row for row in reversed(past.rows) if row.rating and not row.cram), None)
    if last is None or state.last_day is None:
        return
    interval, aim = progress.due - state.last_day, _percent(facts.rules.desired_retention)
    answer = f"your last answer, {RATINGS[(last.rating or 1) - 1]} on {iso_day(last.day)}"
    exact = facts.model.interval(progress.memory, facts.rules.desired_retention)
    if past.moved is not None:
        when = iso_day(day_of(past.moved, facts))
        yield f"That day was chosen on {when}, by you or by `srs reschedule`, and holds until you answer."
        yield f"By {answer}, recall falls to {aim}, the deck's desired retention, after {_span(exact)}."
        return
    that = f"That is {plural(interval, 'day')} after {answer}"
    falls = f"the chance that you recall it falls to {aim}, the deck's desired retention"
    longest = facts.rules.maximum_interval
    low, high = interval_range(progress.memory, facts.rules, facts.model)
    if exact > longest and interval >= longest * 0.9:
        yield f"{that}."
        only = f"after {_span(exact)} only, but no interval is longer than {plural(longest, 'day')} here"
        yield f"{falls.capitalize()}, {only}."
    elif not low <= interval <= high:
        yield f"{that}, as it was promised then."
        yield (
            f"By today's settings and parameters {falls}, after {_span(exact)}; but a date once promised stands. "
            f"`srs reschedule {facts.card}` would move it."
        )
    else:
        yield f"{that}: about when {falls}."
        if abs(interval - exact) > 0.5:
            spread = "so that no day gets too full and cards learnt together drift apart"
            yield f"Exactly it is {_span(exact)}; dates are spread a little, {spread}."


def _why_step(facts: Facts, progress: Learning | Relearning, past: Past) -> Iterable[str]:
    again = isinstance(progress, Relearning)
    steps = facts.rules.relearning_steps if again else facts.rules.learning_steps
    last = next((row for row in reversed(past.rows) if row.rating and not row.cram), None)
    step = f"step {progress.step + 1} of {max(len(steps), progress.step + 1)}"
    what = "You forgot it after it was learnt" if again else "It is being learnt"
    yield f"{what}, so it is repeated within the day before days are planned: it is on {step}."
    answer = f"Your last answer, {RATINGS[(last.rating or 1) - 1]} at {_clock(last.at, facts)}," if last else "It"
    if progress.due <= facts.now:
        yield f"{answer} brings it back at {_clock(progress.due, facts)}: it is due now."
    else:
        wait = _wait(progress.due - facts.now)
        yield f"{answer} brings it back at {_clock(progress.due, facts)}, in {wait}."


def memory(facts: Facts, state: CardState) -> Iterable[str]:
    """What is measured, each with what it means."""
    if isinstance(state.progress, New) or state.last_day is None:
        return
    memory = state.progress.memory
    stability, difficulty = measured(memory, facts.model)
    if facts.day > state.last_day:
        chance = _percent(facts.model.curve(memory, since_answer(state, Moment(facts.now, facts.day), facts.model)))
        yield f"Today you would recall it with a chance of {chance} (its retrievability)."
    elif facts.day < state.last_day:
        doubt = "so how likely you are to recall it cannot be told: is the clock right?"
        yield f"Your last answer is dated {iso_day(state.last_day)}, after today, {doubt}"
    else:
        yield "You answered it today; from tomorrow on the chance that you recall it (its retrievability) falls."
    yield f"Its stability is {_span(stability)}: so long after an answer that chance is down to 90%."
    if difficulty is not None:
        told = "the higher, the less each right answer adds to the stability"
        yield f"Its difficulty is {difficulty:.1f} on a scale from 1 to 10: {told}."


def more(facts: Facts, state: CardState, past: Past) -> Iterable[str]:
    if state.lapses:
        leech = f"; at {facts.rules.leech_at} it counts as a leech" if state.lapses < facts.rules.leech_at else ""
        yield f"You forgot it {_times(state.lapses)} after it was learnt{leech}."
    if past.before_reset and past.reset_day is None:
        yield f"{plural(past.before_reset, 'answer').capitalize()} before its reset no longer count."
    yield from _compared(facts, state)
    if cram := sum(row.cram for row in past.rows):
        yield f"{plural(cram, 'cram answer').capitalize()}: practice, which changes neither memory nor date."
    if facts.taken_back:
        were = "was taken back and is" if facts.taken_back == 1 else "were taken back and are"
        yield f"{plural(facts.taken_back, 'answer').capitalize()} {were} left out here."


def then(facts: Facts, state: CardState) -> Iterable[str]:
    """What knowing it now, and what not knowing it, would do."""
    if facts.answers is None:
        return
    told = []
    for answer in (facts.answers.good, facts.answers.again):
        days = answer.interval_days
        back = f"in {_wait(max(0, answer.progress.due - facts.now))}" if days is None else _in_days(days)
        back = f"in {_span(days)}" if days and days >= _YEARS_FROM else back
        told.append((back, _span(measured(answer.progress.memory, facts.model)[0])))
    (good, longer), (again, shorter) = told
    now = "" if isinstance(state.progress, New) else f" (now {_span(measured(state.progress.memory, facts.model)[0])})"
    known = f"If you know it now (Good), it comes back {good} with a stability of {longer}{now}"
    yield f"{known}; if not (Again), {again} with one of {shorter}."


def _compared(facts: Facts, state: CardState) -> Iterable[str]:
    """How the card stands among its siblings."""
    known = [(each.stability, each) for each in facts.siblings if each.stability is not None]
    known.sort(key=lambda pair: pair[0])
    if not known:
        if count := len(facts.siblings):
            yield "Its sibling is new." if count == 1 else f"Its {count} siblings are new."
        return
    told = [_of_sibling(each) for _, each in known[:_NAMED]]
    told += [f"{len(known) - _NAMED} more"] if len(known) > _NAMED else []
    new = len(facts.siblings) - len(known)
    rest = f"; {new} more {'is' if new == 1 else 'are'} new" if new else ""
    order = ", the weakest first" if len(known) > 1 else ""
    if isinstance(state.progress, New):
        those = f"its siblings, the other cards of this note{order}"
        yield f"Recall today, and stability, of {those}: {listed(told)}{rest}."
        return
    mine, _ = measured(state.progress.memory, facts.model)
    weaker = sum(stability < mine for stability, _ in known)
    stronger = sum(stability > mine for stability, _ in known)
    if weaker and stronger:
        place = f"stronger than {weaker} of the {len(known)} other cards of this note that you have met"
    else:
        place = "the weakest" if stronger else "the strongest" if weaker else "as strong as the others"
        place += f" of the {len(known) + 1} cards of this note that you have met"
    yield f"It is {place}. Recall today, and stability, of the others{order}: {listed(told)}{rest}."


def _of_sibling(sibling: Sibling) -> str:
    """`mistake 94% (12 days)`."""
    recall = "" if sibling.recall is None else f" {_percent(sibling.recall)}"
    return f"{sibling.card.partition(':')[2]}{recall} ({_span(sibling.stability or 0)})"


def _clock(at: int, facts: Facts) -> str:
    """`14:05`, with the date where it is not today."""
    from datetime import datetime

    wall = datetime.fromtimestamp(at / 1000, facts.zone)
    today = datetime.fromtimestamp(facts.now / 1000, facts.zone).date()
    return wall.strftime("%H:%M" if wall.date() == today else "%H:%M on %Y-%m-%d")


def _wait(ms: int) -> str:
    minutes = max(1, round(ms / 60_000))
    if minutes < 90:
        return plural(minutes, "minute")
    hours = round(minutes / 60)
    return plural(hours, "hour") if hours < 48 else plural(round(hours / 24), "day")


def _span(days: float) -> str:
    """`0.4 days`, `1 day`, `12 days`, `3.4 years`."""
    if days < 10:
        text = f"{days:.1f}".removesuffix(".0")
        return f"{text} day{'' if text == '1' else 's'}"
    if days < _YEARS_FROM:
        return plural(round(days), "day")
    years = days / 365.25
    return "over 1,000 years" if years > 1000 else f"{years:,.1f}".removesuffix(".0") + " years"


def _percent(chance: float) -> str:
    """`91%`; what is not certain is not called 100%."""
    text = f"{chance:.0%}"
    if text == "100%" and chance < 1:
        return "over 99%"
    return "under 1%" if text == "0%" else text


def _in_days(days: int) -> str:
    return "tomorrow" if days == 1 else f"in {plural(days, 'day')}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
