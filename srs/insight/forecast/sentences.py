"""What a forecast comes to, in sentences: what it costs and what it brings. Recommends nothing, knows no screen."""

from srs.insight.forecast.habits import ENOUGH, Habits
from srs.insight.forecast.outcome import Band, Choice, Course, Forecast
from srs.memory.days import iso_day
from srs.words import listed, plural

_HABITS = {
    "first": "the buttons of new cards",
    "recalled": "the buttons of reviews",
    "steps": "the buttons in steps",
    "seconds": "the times",
}


def opening(told: Forecast) -> str:
    """What was played through."""
    return (
        f"{plural(told.cards, 'card')}, {plural(told.days, 'day')} from {iso_day(told.day)} on, "
        f"played through {plural(told.seeds, 'time')} by chance."
    )


def outlook(told: Forecast) -> list[str]:
    """What the course of the settings as they are costs and brings."""
    course = told.courses[0]
    last = iso_day(told.day + told.days - 1)
    known = course.known[-1]
    said = [
        f"It takes {minutes(course.minutes_a_day.mean)} a day on average, and {minutes(_most(course))} on the heaviest "
        "day.",
        _known(told, known, last),
    ]
    return said + _suspended(told) + _new_cards(told, course) + _left(told, course)


def comparisons(told: Forecast) -> list[str]:
    """What each choice costs and brings beside the settings as they are."""
    as_set = told.courses[0]
    said = []
    for course in told.courses[1:]:
        time = course.minutes_a_day.mean - as_set.minutes_a_day.mean
        known = course.known[-1].mean - as_set.known[-1].mean
        begun = course.begun.mean - as_set.begun.mean
        said.append(f"{named(course.choice).capitalize()}: {_difference(time, known, begun)}.")
    if any(course.choice.retention is not None for course in told.courses):
        said.append(
            "A day once promised stands, so another retention takes hold card by card, with each one's next answer."
        )
    return said


def basis(told: Forecast) -> str:
    """Where the habits come from."""
    own = [words for name, words in _HABITS.items() if name in told.habits.own]
    usual = [words for name, words in _HABITS.items() if name not in told.habits.own]
    if not usual:
        return "How you answer, and how long that takes, comes from your own answers."
    until = f"until there are {ENOUGH} answers of a kind"
    if not own:
        return f"How you answer, and how long that takes, is what is usual, {until}."
    return f"{listed(own).capitalize()} come from your own answers; {listed(usual)} are what is usual, {until}."


def named(choice: Choice) -> str:
    """`retention 80%, 5 new a day`; `as set`."""
    parts = []
    if choice.retention is not None:
        parts.append(f"retention {percent(choice.retention)}")
    if choice.new is not None:
        parts.append(f"{choice.new} new a day")
    return ", ".join(parts) or "as set"


def course_name(told: Forecast, course: Course) -> str:
    """The same of a course, with the retention that is set where there is one for all."""
    name = named(course.choice)
    if course.choice.retention is None and len(told.retentions) == 1:
        name += f" ({percent(told.retentions[0])})"
    return name


def percent(share: float) -> str:
    """`90%`, `92.5%`."""
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def whole(number: float) -> str:
    """`9,487`."""
    return f"{round(number):,}"


def minutes(count: float) -> str:
    """`6.2 minutes`, `1 minute`, `48 minutes`."""
    said = f"{count:.1f}".removesuffix(".0") if count < 10 else whole(count)
    return f"{said} minute{'' if said == '1' else 's'}"


def own_habits(habits: Habits) -> list[str]:
    """The names of the habits that are the learner's own, in a fixed order."""
    return [name for name in _HABITS if name in habits.own]


def _known(told: Forecast, known: Band, last: str) -> str:
    if told.cards == 1:
        chances = f"{percent(told.known)} today, and {percent(known.mean)} on {last}"
        return f"The chance that you would recall the card is {chances}."
    asked = f"Were all {plural(told.cards, 'card')} asked, you would know {whole(told.known)} of them today"
    return f"{asked}, and on {last} {whole(known.mean)}{_between(known)}."


def _between(band: Band) -> str:
    low, high = whole(band.low), whole(band.high)
    return f" ({low} to {high} in eight courses of ten)" if low != high else ""


def _most(course: Course) -> float:
    return max((day.mean for day in course.minutes), default=0.0)


def _suspended(told: Forecast) -> list[str]:
    if not told.suspended:
        return []
    if told.suspended == told.cards:
        return ["It is suspended and stays so." if told.cards == 1 else "All of them are suspended and stay so."]
    stay = "is suspended and stays" if told.suspended == 1 else "are suspended and stay"
    return [f"{told.suspended:,} of them {stay} so."]


def _new_cards(told: Forecast, course: Course) -> list[str]:
    """When the new cards come to an end, or how many are begun."""
    begun = round(course.begun.mean)
    if not begun:
        return []
    last = max(at for at, day in enumerate(course.new) if day.mean > 0)
    end = f", the last one on about {iso_day(told.day + last)}" if last < told.days - 1 else " by then"
    return [f"About {plural(begun, 'new card')} {_are(begun)} begun{end}."]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _left(told: Forecast, course: Course) -> list[str]:
    waiting = course.left[-1].mean
    if waiting < 1 or waiting <= 0.1 * course.reviews[-1].mean:
        return []
    return [f"On the last day {plural(round(waiting), 'review')} still wait, held back by limits or by siblings."]


def _difference(time: float, known: float, begun: float) -> str:
    if abs(time) < 0.05:
        cost = "about as many minutes a day"
    else:
        cost = f"{minutes(abs(time))} a day {'more' if time > 0 else 'less'}"
    if abs(known) < 0.5:
        brings = "and about as many cards known on the last day"
    else:
        brings = f"and {plural(round(abs(known)), 'card')} {'more' if known > 0 else 'fewer'} known on the last day"
    if abs(begun) >= 0.5:
        brings += f"; {whole(abs(begun))} {'more' if begun > 0 else 'fewer'} {_are(round(abs(begun)))} begun"
    return f"{cost}, {brings}"
