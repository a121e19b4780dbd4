"""What a card shows, once it is made, and in which wording. Knows no type and no template; `faces` makes it."""

from srs.cards.note import Note, Prompt
from srs.values import frozen


@frozen
class Face:
    """Both sides of a card as HTML. `answer` is what the back adds to the front (all of it where it does not say)."""

    front: str
    back: str
    answer: str


def wordings(note: Note, template: str) -> int:
    """How many wordings there are of what a card asks; 0 where a note's own cards have but the one of its marker."""
    prompt = prompt_of(note, template)
    return len(prompt.q if prompt else note.wordings)


def prompt_of(note: Note, name: str) -> Prompt | None:
    """The prompt that makes the card of this name; None where another template does."""
    return next((each for each in note.prompts if name == f"p-{each.id}"), None)
