"""What `srs fix` says, in a terminal or without one: why a case is there, what became of it. Knows no terminal."""

from srs.cli.output import number_word
from srs.errors import sentence
from srs.insight.failing import Leech, Marked, Slow
from srs.study.fixing import Case, Conflict, Did, Fixing, Reason
from srs.words import plural

_UNDONE = {
    "cleared": "To be mended again:", "suspended": "Took back the suspension of", "skipped": "Back to",
    "edited": "Took back the edit of", "split": "Took back the prompts of", "kept": "Both versions are there again:",
    "taken": "Both versions are there again:",
}  # fmt: skip


def why(reason: Reason) -> str:
    """Why a case is here, as a sentence."""
    match reason:
        case Conflict():
            return f"Two devices changed the note {reason.of} in the same place, and both versions were kept."
        case Marked():
            return f"Marked: {reason.text}"
        case Leech():
            suspended = " Its last lapse suspended it." if reason.suspended else ""
            since = ""
            if reason.since is not None:
                since = f", {number_word(reason.since)} of them since you last said it was fine"
            return f"Forgotten {number_word(reason.lapses)} times after it was learnt{since}.{suspended}"
        case Slow():
            last = f"the median of its last {number_word(reason.answers)} answers is {took(reason.seconds)}"
            return f"Slow: {last}, that of all cards {took(reason.usual)}."


def why_short(case: Case) -> str:
    """Why a case is here, in a few words for a table."""
    said = []
    for reason in case.reasons:
        match reason:
            case Conflict():
                said.append(f"the other version of {reason.of}")
            case Marked():
                said.append(f"marked: {reason.text}")
            case Leech():
                said.append(f"{reason.lapses} lapses{', suspended' if reason.suspended else ''}")
            case Slow():
                said.append(f"{took(reason.seconds)}, usually {took(reason.usual)}")
    return "; ".join(said)


def took(seconds: float) -> str:
    """How long an answer took: `4.2s`, `31s`."""
    return f"{seconds:.0f}s" if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0") + "s"


def took_back(undone: Did | None) -> str:
    """What an undo took back."""
    return f"{_UNDONE[undone.what]} {undone.name}." if undone else "There is nothing to take back in this walk."


def summary(fixing: Fixing) -> str:
    """What became of the cases, in a sentence or two."""
    tally = fixing.tally()
    words = (
        ("edited", "edited"), ("split", "split"), ("cleared", "fine now"), ("suspended", "suspended"),
        ("kept", "kept as yours"), ("taken", "taken from the other device"),
    )  # fmt: skip
    done = [f"{tally[what]} {said}" for what, said in words if tally[what]]  # type: ignore[index]
    left = fixing.count - fixing.settled()
    rest = f"{plural(left, 'case')} left: srs fix goes on." if left else "Nothing is left to mend."
    return f"{sentence(', '.join(done))} {rest}" if done else f"Nothing was done. {rest}"
