"""Line mode of the review: answers come as lines from a pipe, cards go out as plain sentences. Knows no keys."""

import sys
from collections.abc import Callable, Mapping

from srs.cards.plain import to_text
from srs.cli import wording
from srs.cli.terminal.safe import visible
from srs.collection.collection import CardChanged, ClockDoubt, Collection
from srs.study.session import Question, Revealed, Session

_FIRST = "A blank line shows the answer, then rate it; u takes the last one back, q ends."
_HELP = "Answer with 1 Again, 2 Hard, 3 Good or 4 Easy; u takes the last one back, q ends."


def run(session: Session, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Hold the sitting: a blank line shows the back, 1 to 4 rates, u undoes, q or the end of input ends it."""
    first_in_private = collection.starts_private_journal()
    _show(session)
    while isinstance(session.step, Question | Revealed):
        line = sys.stdin.readline()
        word = line.strip().lower()
        if not line or word in ("q", "quit"):
            break
        if word == "u":
            undone = session.undo()
            print(f"{wording.took_back(undone)}.\n")
            _show(session)
        elif isinstance(session.step, Question):
            if word:
                print(_FIRST)
            else:
                session.reveal()
                _show(session)
        elif word in ("1", "2", "3", "4"):
            if _answer(session, collection, int(word)) and first_in_private:
                print(wording.where_answers_go(collection))
                first_in_private = False
            print()
            _show(session)
        else:
            print(_HELP)
    for text in wording.summary(session.tally, session.step, clock()):
        print(text)


def _answer(session: Session, collection: Collection, rating: int) -> bool:
    """Give an answer and say what it did; False where it was not recorded, which is said as well."""
    try:
        print(wording.told(session.answer(rating)))
    except CardChanged as error:
        print(f"{wording.sentence(error.message)} {wording.sentence(error.hint)}")
        return False
    except ClockDoubt as error:
        print(f"{wording.sentence(error.message)} Is the clock right? y: yes, record it; anything else: no.")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() != "y":
            return False
        collection.accept_clock()
        return _answer(session, collection, rating)
    return True


def _show(session: Session) -> None:
    step = session.step
    if isinstance(step, Question):
        print(f"[{visible(step.item.deck)}] {wording.remaining(step.remaining)}")
        print(visible(to_text(step.face.front)))
        print("\n(a blank line shows the answer)")
    elif isinstance(step, Revealed):
        print(visible(to_text(step.question.face.answer)))
        print()
        buttons = wording.buttons(step)
        print("   ".join(f"{rating} {name} {when}" for rating, name, when in buttons))
    elif not session.tally.answers:
        print("Nothing is left to study now.")
    sys.stdout.flush()
