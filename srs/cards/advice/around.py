"""All cards of a collection as each of them has them around it: which questions, stems and answers there are besides.

Made once, so that a card is compared with the few that may be like it, and not with all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from srs.cards.advice.asked import Asked
from srs.cards.advice.words import LONGEST, prose, stems, words
from srs.cards.note import Note

_MANY = 60  # stems of one question
_CROWD = 200
"""Where so many questions are alike but for one word, that word is what they are told apart by."""


@dataclass(slots=True)
class Around:
    """What there is besides a card. The keys of `by_question` and `by_answer` are words and stems, joined by spaces."""

    by_question: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    by_answer: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    by_frame: dict[frozenset[str], list[Asked]] = field(default_factory=lambda: defaultdict(list))
    """By the stems of a question, and by these without one of them."""
    notes_of_stem: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    notes_of_deck: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unsourced: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    needed: set[str] = field(default_factory=set)
    troubles: dict[str, str] = field(default_factory=dict)
    """By card, what its answers say of it."""

    @property
    def notes(self) -> int:
        """How many notes there are."""
        return sum(len(each) for each in self.notes_of_deck.values())

    def names_sources(self, note: Note) -> bool:
        """Whether the other notes of the note's deck name their sources, more of them than do not."""
        others = len(self.notes_of_deck[note.deck]) - 1
        without = len(self.unsourced[note.deck]) - (not sourced(note))
        return others > 2 * without

    def like(self, card: Asked) -> list[Asked]:
        """Other cards whose question has the same stems, one on each side aside."""
        found: dict[int, Asked] = {}
        for frame in frames(card.question):
            others = self.by_frame.get(frame, ())
            if len(others) < _CROWD:
                found |= {id(other): other for other in others}
        return [other for other in found.values() if other.card != card.card]


def around(cards: Iterable[Asked], troubles: dict[str, str] | None = None) -> Around:
    """The surroundings that these cards, all of a collection, are for each other."""
    made = Around(troubles=troubles or {})
    for card in cards:
        note = card.note
        made.notes_of_deck[note.deck].add(note.id)
        made.needed.update(note.needs)
        if not sourced(note):
            made.unsourced[note.deck].add(note.id)
        made.by_answer[" ".join(stems(prose(card.answer)))].append(card)
        own = set(stems(f"{prose(card.question)} {prose(card.answer)}"))
        for stem in own:
            made.notes_of_stem[stem].add(note.id)
        if card.kind == "question":
            made.by_question[asking(card.question)].append(card)
            for frame in frames(card.question):
                made.by_frame[frame].append(card)
    return made


def frames(question: str) -> list[frozenset[str]]:
    """The stems of a question, code included, and these without each of them, unless there are very many."""
    own = frozenset(stems(question[:LONGEST]))
    return [own, *(own - {stem} for stem in own)] if len(own) <= _MANY else [own]


def sourced(note: Note) -> bool:
    """Whether a note names where it comes from."""
    return bool(note.origin or any(note.fields.get(name) for name in ("source", "url", "work")))


def asking(question: str) -> str:
    """A question as it is compared: as it stands, but for capitals, spaces and the sign at its end."""
    return " ".join(question.casefold().split()).rstrip("?.!: ")


def answering(answer: str) -> Counter[str]:
    """An answer as it is compared: its words, in any order."""
    return Counter(words(prose(answer)) or words(answer))
