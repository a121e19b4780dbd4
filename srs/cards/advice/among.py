"""Rules of advice on a card among the others: the same question twice, look-alikes, one way only, tied to nothing."""

import re
from difflib import SequenceMatcher

from srs.cards.advice.around import Around, answering, asking, sourced
from srs.cards.advice.asked import Asked
from srs.cards.advice.words import count, has_code, prose, sentences, stems, unquoted, words

ALIKE = 2 / 3
"""Share of their stems that two questions have in common when they look alike, one word of each being its own."""
FEWEST_STEMS = 4
"""Stems below which a share says little."""
LOOKS = 0.75
"""From here on two words look alike, as difflib measures it: affect and effect, Austria and Australia."""
SHORTEST_LOOK = 4
"""Letters below which words that look alike are most words."""
LONGEST_TERM = 4
"""Words of a term that is worth asking for the other way round."""
SHORTEST_MEANING = 3
"""Words from which on an answer says what a term means; a shorter one is a value."""
FEWEST_NOTES = 20
"""Notes of a collection below which most things are tied to nothing yet."""

_OPEN = re.compile(
    r"^(?:please )?(?:describe|discuss|elaborate|summari[sz]e|outline|comment|talk about|tell (?:me )?about|write about"
    r"|explain (?!why|how|what|which)|what (?:do|can) you (?:know|say|tell)|what (?:do|should) (?:you|we|i) know"
    r"|what (?:about|is (?:so )?(?:important|interesting|notable|special|significant|noteworthy|remarkable) about)"
    r"|what is there to (?:know|say)|name (?:an?|one|some|any) (?!thing)|mention (?:an?|one|some|any) )"
)
_TERM = re.compile(
    r"^(?:what (?:is|are) (?:an? |the )?(?P<is>[^,;:?]+?)"
    r"|what does (?:an? |the )?(?P<means>[^,;:?]+?) (?:mean|stand for)"
    r"|define (?:an? |the )?(?P<define>[^,;:?.]+?)|what is meant by (?:an? |the )?(?P<meant>[^,;:?]+?)"
    r"|(?:an? |the )?(?P<bare>[^,;:?]+?) is what)\s*[?.]?$"
)
_RELATION = re.compile(
    r"\b(?:of|for|in|on|between|from|to|with|at|by|per|when|if|after|before|than|and|or|not)\b|'s\b|’s\b"
)
_CLAIMS = re.compile(
    r"\b1[0-9]\d\d\b|\b20\d\d\b|\d\s?%|\bper ?cent\b|\b\d{1,3}(?:[,.]\d{3})+\b|\b\d+ (?:million|billion)\b"
)


def one_answer(card: Asked, around: Around) -> str | None:
    """A question that is asked elsewhere with another answer, or so open that many answers are right."""
    if card.kind != "question":
        return None
    for other in around.by_question[asking(card.question)]:
        if other.card != card.card and answering(other.answer) != answering(card.answer):
            return f"`{other.card}` asks the same and wants another answer."
    for sentence in sentences(unquoted(prose(card.question))):
        if found := _OPEN.search(sentence.casefold()):
            return f"“{found[0].strip().capitalize()} …” leaves open which answer is meant."
    return None


def interferes(card: Asked, around: Around) -> str | None:
    """A question that looks like another one and has another answer."""
    if card.kind != "question":
        return None
    own, answer = frozenset(stems(card.question)), answering(card.answer)
    for other in around.like(card):
        there = frozenset(stems(other.question))
        if asking(other.question) != asking(card.question) and answering(other.answer) != answer and _alike(own, there):
            return f"It looks like `{other.card}`, whose answer is another."
    return None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared, only, foreign = one & other, one - other, other - one
    if len(shared) >= FEWEST_STEMS and max(len(only), len(foreign)) <= 1 and len(shared) >= ALIKE * len(one | other):
        return True
    return len(only) == len(foreign) == 1 and bool(shared) and _look_alike(*only, *foreign)


def _look_alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST_LOOK or one.isdigit() or other.isdigit():
        return False
    return SequenceMatcher(None, one, other).ratio() >= LOOKS


def one_way(card: Asked, around: Around) -> str | None:
    """A question for the meaning of a term that no card asks for by its meaning."""
    if card.kind != "question" or count(prose(card.answer)) < SHORTEST_MEANING:
        return None
    text = prose(card.question).strip()
    found = _TERM.search(text.casefold())
    term = next((each for each in found.groups() if each), "") if found else ""
    if not stems(term) or len(words(term)) > LONGEST_TERM or _RELATION.search(term) or re.search(r"[\d…+*/=]", term):
        return None
    if any(other.card != card.card for other in around.by_answer.get(" ".join(stems(term)), ())):
        return None
    return f"Nothing asks for “{term}” by what it means."


def lacks_source(card: Asked, around: Around) -> str | None:
    """A note without a source, where its deck names sources, it quotes, or its answer is a date or a large number."""
    note = card.note
    if sourced(note):
        return None
    if note.type == "quote":
        return "It quotes somebody and names no source."
    if around.names_sources(note):
        return "It names no source, unlike most of its deck."
    claim = None if has_code(card.question) else _CLAIMS.search(prose(card.answer))
    return f"It claims “{claim[0]}” and names no source." if claim else None


def is_orphan(card: Asked, around: Around) -> str | None:
    """The only card of the only note of a deck, without tags and links, no word of which stands in another note."""
    note = card.note
    if around.notes < FEWEST_NOTES or len(around.notes_of_deck[note.deck]) > 1:
        return None
    if note.tags or note.needs or note.prompts or note.id in around.needed or card.kind != "question":
        return None
    own = set(stems(f"{prose(card.question)} {prose(card.answer)}"))
    if any(around.notes_of_stem[stem] - {note.id} for stem in own):
        return None
    return "No other card has to do with it."


def fails(card: Asked, around: Around) -> str | None:
    """A card that is forgotten again and again, or takes far longer than others."""
    return around.troubles.get(card.card)
