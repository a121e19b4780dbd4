"""What can be done to a card in a sitting besides answering it, for both skins: done, and told in sentences.

Knows no keys and no screen. What is told may hold text of the card: make it visible before it is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from srs.cards.note import Place
from srs.cards.tags import decoded
from srs.cli import wording
from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.study.session import Question, Revealed, Session, Skip, Tally
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.cli.preferences import Preferences
    from srs.cli.terminal.keys import Keys
    from srs.insight.explain import Explanation
    from srs.memory.events import OfCard
    from srs.study.source import Passage

_SOUND = r"<(?:audio|source)\b[^>]*?\bsrc=[\"']([^\"'>]+)|\[sound:([^\]]+)\]"
FLAGS = ("no flag", "red", "orange", "green", "blue", "pink", "turquoise", "purple")


def question_of(session: Session) -> Question:
    """The card that is shown."""
    step = session.step
    assert isinstance(step, Question | Revealed)
    return step if isinstance(step, Question) else step.question


def minutes(count: float) -> str:
    """What is left, in minutes."""
    return f"{round(count)} min" if count >= 1 else "under 1 min"


def sound_of(html: str) -> str | None:
    """The file of the first sound on a side, as it is named in `media/`."""
    lower = html.lower()
    if "src=" not in lower and "[sound:" not in lower:
        return None
    found = re.search(_SOUND, html, re.IGNORECASE)
    return decoded(found[1] or found[2]).strip() if found else None


def skip(session: Session) -> str:
    """Put the card off."""
    card = question_of(session).item.card
    session.skip()
    step = session.step
    if isinstance(step, Question) and step.item.card == card:
        return "This is the only card left."
    return "Put off: it comes again in this sitting."


def bury(session: Session) -> str:
    """Set the card aside until tomorrow."""
    card = question_of(session).item.card
    session.bury()
    return f"Buried until tomorrow: {card}."


def suspend(session: Session) -> str:
    """Set the card aside."""
    card = question_of(session).item.card
    session.suspend()
    return suspended(card)


def suspended(card: str) -> str:
    """Told where a card was set aside."""
    return f"Suspended {card}; `srs unsuspend` brings it back."


def flag(session: Session, number: int) -> str:
    """Flag the card, 1 to 7; 0 takes the flag off."""
    session.flag(number)
    return f"Flagged {number}, {FLAGS[number]}." if number else "It has no flag now."


def mark(session: Session, text: str) -> str:
    """Mark the card with a few words; none take the mark off."""
    session.mark(text)
    return f"Marked: {question_of(session).mark}." if text.strip() else "It has no mark now."


def undo(session: Session) -> str:
    """Take back what was done last."""
    undone = session.undo()
    if undone and isinstance(undone[0], Skip):
        return f"Took back putting off {undone[0].card}."
    return f"{wording.took_back([event for event in undone if not isinstance(event, Skip)])}."


_BESIDES = ("suspended", "buried", "flagged", "unflagged", "marked", "unmarked")


def summary(session: Session, now: int, collection: Collection) -> list[str]:
    """How the sitting went, and what was done in it besides answering."""
    first, *more = wording.summary(session.tally, session.step, now, collection)
    return [first, *_besides(session.tally), *more]


def _besides(tally: Tally) -> list[str]:
    """`1 card was suspended, 2 flagged.`, and how much was taken back that was done before."""
    last = {(type(event), event.card): event for event in tally.besides}
    counts = Counter(map(_became, last.values()))
    told = [(counts[word], word) for word in _BESIDES if counts[word]]
    lines = []
    if told:
        (count, word), *rest = told
        first = f"{plural(count, 'card')} {'was' if count == 1 else 'were'} {word}"
        lines.append(f"{', '.join([first, *(f'{count} {word}' for count, word in rest)])}.")
    if tally.earlier:
        were = "was" if tally.earlier == 1 else "were"
        lines.append(f"{plural(tally.earlier, 'earlier step')} {were} taken back.")
    return lines


def _became(event: OfCard) -> str:
    from srs.memory.events import Bury, Flag, Mark, Suspend

    match event:
        case Suspend():
            return "suspended"
        case Bury():
            return "buried"
        case Flag():
            return "flagged" if event.flag else "unflagged"
        case Mark():
            return "marked" if event.text else "unmarked"
    return ""


def place_of(question: Question) -> Place:
    """Where the card that is shown is written."""
    from srs.upkeep.edits import written_at

    return written_at(question.note, question.item.card)


class Mending:
    """Edits of one card: the first opens its note, the next ones the place of what is wrong, until it is right."""

    def __init__(
        self, session: Session, collection: Collection, clock: Callable[[], int], question: Question | None = None
    ) -> None:
        self._session = session
        self._collection = collection
        self._clock = clock
        self._question = question or question_of(session)
        self._place = place_of(self._question)
        self._known = frozenset(note.id for note in collection.notes())
        self._again = False
        self.broken = False

    def edit(self, prefs: Preferences, environ: Mapping[str, str], keys: Keys | None = None) -> str:
        """Open the editor and come back with the card as it is then."""
        from srs.cli.editor import edit_at

        began, said = self._clock(), ""
        try:
            edit_at(self._collection.root / self._place.path, self._place.line, prefs, environ, keys)
        except SrsError as error:
            said = error.sentences
        return " ".join(filter(None, (said, self.look(self._clock() - began))))

    def look(self, away: int = 0) -> str:
        """Go on with the card as its file has it now; `away` (ms) was spent in the editor."""
        kept, became = self._keep_history()
        now = self._session.edited(self._question if self._again else None, away, became)
        self._again, self.broken = True, False
        if now.shown:
            return kept
        if now.problems:
            problem = now.problems[0]
            self.broken, self._place = True, Place(problem.path, problem.line, problem.column)
            return f"{problem.path}:{problem.line}: {problem.message} Another card is shown meanwhile."
        if now.draft:
            return "It is a draft now and comes again when it is none."
        return "Its deck has this card no longer; another one is shown."

    def _keep_history(self) -> tuple[str, str | None]:
        """What the note became, and what was done about it.

        A note without an id of its own has another one after an edit of its text; if it was studied, it gets the old.
        """
        from srs.collection import queries

        old, new = self._question.note, self._session.successor(self._question, self._known)
        studied = queries.has_state(self._collection.db, old.id)
        if new is None or old.pinned or not studied or self._collection.resolve(old.id) == new:
            return "", new
        try:
            return pin_again(self._collection, new, old.id), None
        except SrsError as error:
            return error.sentences, new


def pin_again(collection: Collection, note: str, old: str) -> str:
    """Write the id that a note had into the file, where an edit of its text gave it another. Raises SrsError."""
    from srs.upkeep.pin import pin

    place = pin(collection, note, old)
    return f"Wrote `id: {old}` at {place}, so that its history is kept."


def alike(collection: Collection, front: str, back: str) -> str:
    """Which card asks what a new one asks; empty where none does. Raises SrsError where it cannot be one."""
    from srs.cli.adding.saving import checked
    from srs.collection.adding import entry_of
    from srs.collection.alike import alike_notes

    note = checked(entry_of(collection.types["basic"], {"q": front, "a": back}, {}), collection.types).note
    near = alike_notes(collection, note)
    return f"{near[0].note.place} asks nearly the same: {near[0].question}" if near else ""


def add(collection: Collection, front: str, back: str, deck: str) -> str:
    """Add a card to a deck. Raises SrsError: then nothing was written."""
    from srs.collection.adding import add_note

    added = add_note(collection, collection.types["basic"], {"q": front, "a": back}, deck)
    return f"Added {', '.join(added.cards)} in {added.path}:{added.first}."


def explanation(collection: Collection, card: str, now: int) -> Explanation:
    """Why a card is due."""
    from srs.insight import explain

    return explain.explain(explain.facts_of(collection, card, now))


def source(note: Note, collection: Collection) -> Passage | str | None:
    """Where a note comes from: a passage of the collection, the address of a page, or None. Raises SrsError."""
    from srs.study.source import address_of, passage

    found = passage(collection.root, note.origin) if note.origin else None
    return found or address_of(note)


def no_source(note: Note | None) -> str:
    """Told where `source` finds nothing."""
    if note and note.fields.get("source"):
        return "There is no page or text to open: only `source:` is given."
    return "This card does not say where it comes from; `from:` or `url:` in its note would."


def open_page(address: str, environ: Mapping[str, str], keys: Keys | None) -> str:
    """Open a page in the browser, or say its address."""
    from srs.cli.editor import open_url

    return f"Opened {address}" if open_url(address, environ, keys) else f"It comes from {address}"
