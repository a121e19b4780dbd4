"""The rules of good cards, each with why it holds, where it was learnt and how to mend what breaks it.

What a rule sees is one small function of a card (`shape`, `wording`) or of a card among the others (`among`). Where a
rule has a number it is a constant beside its function, with its source; numbers without one are our own judgement.
"""

from collections.abc import Callable

from srs.cards.advice import among, shape, wording
from srs.cards.advice.around import Around
from srs.cards.advice.asked import Asked
from srs.values import frozen

_W = "Wozniak, Twenty rules of formulating knowledge"
_B = "Bjornstad, Precise cards"
_M = "Matuschak, How to write good prompts"
_N = "Nielsen, Augmenting long-term memory"
_F = "Borretti, Effective spaced repetition"


@frozen
class Rule:
    """`sees` says what it sees in a card, as a sentence, or None. The other texts are sentences, `learnt` is names."""

    name: str
    sees: Callable[[Asked, Around], str | None]
    why: str
    learnt: str
    mend: str


def _alone(sees: Callable[[Asked], str | None]) -> Callable[[Asked, Around], str | None]:
    """A rule that looks at no other card."""
    return lambda card, _: sees(card)


RULES = (
    Rule(
        "one-thing",
        _alone(shape.one_thing),
        "What is half known can only be rated wrong, and each review trains the easy half.",
        f"{_W}, 4; {_B}; {_F}",
        "Ask for one thing and keep the rest as another prompt, an example or a source.",
    ),
    Rule(
        "list",
        _alone(shape.asks_list),
        "The parts of a list fail one by one, and a forgotten one brings all of them back.",
        f"{_W}, 9 and 10; {_B}",
        "Ask for each part by itself, from what it does, or hide one part at a time in a cloze.",
    ),
    Rule(
        "yes-no",
        _alone(shape.yes_no),
        "Half of the guesses are right, and nothing has to be recalled.",
        f"{_B}; {_M}",
        "Ask why, what or when, so that the answer has to be said.",
    ),
    Rule(
        "example",
        _alone(wording.asks_example),
        "Many examples would do, so you learn which one stands on this card.",
        _B,
        "Give the example, and ask what it is an example of, or what makes it one.",
    ),
    Rule(
        "one-answer",
        among.one_answer,
        "When more than one answer is right, a right one is rated wrong.",
        f"{_B}; {_M}",
        "Say in the question which answer is meant.",
    ),
    Rule(
        "context",
        _alone(wording.lacks_context),
        "Cards come up alone, in any order and years later, when nothing tells what is meant.",
        f"{_B}; {_W}, 16",
        "Name the thing and the subject that the question is about.",
    ),
    Rule(
        "about-source",
        _alone(wording.about_source),
        "It trains what one text said, not what is so; and later you will not know which text it was.",
        _B,
        "Ask for the fact itself, and name the text in `source:`.",
    ),
    Rule(
        "giveaway",
        _alone(wording.gives_away),
        "You match words, and know the answer only while you see the question.",
        _M,
        "Say in other words what the question and the answer have in common.",
    ),
    Rule(
        "long-question",
        _alone(shape.long_question),
        "Long questions are not read but recognised by their shape, and cost time at each review.",
        f"{_M}; {_W}, 12",
        "Leave out what the answer does not hang on.",
    ),
    Rule(
        "cloze",
        _alone(shape.shallow_cloze),
        "What is left tells either too little to find the gap, or so much that the sentence is filled in by its sound.",
        f"{_M}; {_W}, 5",
        "Hide one or two words that carry the meaning, or ask a question.",
    ),
    Rule(
        "interference",
        among.interferes,
        "Two cards that look alike pull each other's answer up, and both go on failing.",
        f"{_W}, 11",
        "Put what makes the difference first and in bold, or ask what separates the two.",
    ),
    Rule(
        "two-ways",
        among.one_way,
        "What is learnt in one direction is often not there in the other.",
        f"{_F}; {_W}, 17",
        "If you want the word to come up too, make it a note with `term:` and `means:`, which asks both ways.",
    ),
    Rule(
        "orphan",
        among.is_orphan,
        "What is tied to nothing else is boring, and fades first.",
        f"{_N}; {_M}",
        "Add a second card on it, tie it to others with `needs:` or `tags:`, or let it go.",
    ),
    Rule(
        "source",
        among.lacks_source,
        "When it looks wrong one day, nothing tells whether the world or the card is.",
        f"{_W}, 18; {_B}",
        "Add `source:`, so that it can be looked up.",
    ),
    Rule(
        "date",
        _alone(wording.undated),
        "It will be wrong one day, and the card will not say so.",
        f"{_W}, 19",
        "Write into the question when it was so (`as of May 2026`), or ask for what stays.",
    ),
    Rule(
        "mend",
        among.fails,
        "A card that keeps failing is seldom hard; it is unclear, too large, or like another one.",
        f"{_B}; {_W}, 4",
        "Look at it with srs fix: split it, reword it, tie it to something, or let it go.",
    ),
)
"""In the order in which they are told."""

NAMES = tuple(rule.name for rule in RULES)
