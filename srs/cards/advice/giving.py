"""Advice on notes: every rule put to every card of them, in the order of the deck. Knows no collection, no screen."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from srs.cards.advice.around import Around, around
from srs.cards.advice.asked import Asked, asked
from srs.cards.advice.rules import RULES, Rule
from srs.cards.note import Note, Place
from srs.cards.notetype import NoteTypes
from srs.errors import Problem, SrsError
from srs.values import frozen
from srs.watching import Watch, doing, told, unwatched

CLOSING = (
    "Advice looks at the form of a card, not at whether it is worth remembering: "
    "that it finds nothing is no proof of a good card."
)
"""Said after any advice, also where there is none."""
PASSING = frozenset({"mend"})
"""Rules that may have nothing to say today and speak tomorrow, by the answers alone; silencing them is never unused."""


@frozen
class Advice:
    """What a rule says of a card. `place` is that of its prompt or note."""

    card: str
    place: Place
    rule: Rule
    what: str

    def problem(self) -> Problem:
        """As it is told beside what is wrong in decks."""
        place, rule = self.place, self.rule
        message = f"{self.card}: {self.what} {rule.why} ({rule.learnt})"
        return Problem(place.path, place.line, place.column, "advice", rule.name, message, rule.mend)


def advise(
    notes: Collection[Note],
    types: NoteTypes,
    wanted: Collection[str],
    troubles: Mapping[str, str] | None = None,
    watch: Watch = unwatched,
) -> list[Problem]:
    """Advice on the notes with the ids `wanted`, among all `notes` of a collection; silencing that is not needed too.

    `troubles` says of cards, by id, that their answers show them to be hard, as a sentence.
    """
    every = [(note, asked_safely(note, types)) for note in told(watch, "Preparing notes", notes, len(notes))]
    with doing(watch, "Comparing notes"):
        there = around((card for _, cards in every for card in cards), dict(troubles or {}))
    watched = told(watch, "Advising", every, len(every))
    return [problem for note, cards in watched if note.id in wanted for problem in _of_note(note, cards, there)]


def asked_safely(note: Note, types: NoteTypes) -> tuple[Asked, ...]:
    """The cards of a note; none where its type cannot show them, of which `check` speaks."""
    try:
        return asked(note, types)
    except SrsError:
        return ()


def _of_note(note: Note, cards: Iterable[Asked], there: Around) -> Iterator[Problem]:
    given = list(_given(cards, there))
    silent = {each.rule.name for each in given} & note.quiet.keys()
    yield from (each.problem() for each in given if each.rule.name not in silent)
    for rule in note.quiet.keys() - silent - PASSING:
        place = note.place
        message = f"`{rule}` is silenced here and has nothing to say."
        hint = f"Delete `{rule}` under `quiet:`."
        yield Problem(place.path, place.line, place.column, "warning", "unused-quiet", message, hint)


def _given(cards: Iterable[Asked], there: Around) -> Iterator[Advice]:
    """What the rules say, once for each rule and place."""
    said: set[tuple[str, Place]] = set()
    for card in cards:
        for rule in RULES:
            if (rule.name, card.place) not in said and (what := rule.sees(card, there)):
                said.add((rule.name, card.place))
                yield Advice(card.card, card.place, rule, what)
