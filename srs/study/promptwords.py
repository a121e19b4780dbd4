"""What a language model is told to draft cards from picked passages: our rules, good examples, the passages as YAML.

Knows no files. It answers in the form that `srs add --draft` reads. The rules are those of docs/advice.md in short.
"""

from collections.abc import Sequence

from srs.cards.note import Note
from srs.values import frozen

MOST_EXAMPLES = 4
_RULES = """\
- Ask for one thing; the answer is one thing, in a few words, 25 at the most. Several short questions beat one long one.
- No lists, no "name all", no yes or no, no "give an example", nothing to which several answers would be right.
- The question can be understood alone, months later: it names its topic and does not say "it", "this" or "the text".
- Ask about the matter, not about the lesson or its author.
- The question does not give the answer away.
- Ask why and how as well as what. Where two things are easily confused, ask what separates them.
- Use only what the passage says. What it does not say, or says wrongly, is left out: better no card than a false one.
- Where a fact will change (a price, a record, "the newest"), the question says as of when."""
_EXAMPLES = (
    ("Why does TCP number bytes and not packets?", "So that packets can be cut and joined on the way."),
    ("What separates a process from a thread?", "A process has an address space of its own."),
    ("Which signal cannot be caught: `SIGTERM` or `SIGKILL`?", "`SIGKILL`"),
)
_WHERE = "sources/another.txt#L7"
_FORM = """\
Answer with YAML and nothing else: a list of notes, each with `q`, `a` and `from`. `from` is copied from the passage
that it was made of. Write each text as a block (`|-`, the text below, indented), where every character means itself.
At most three notes for a passage, and none for one that holds nothing worth asking."""


@frozen
class Passage:
    """A passage that was picked: the value of `from:` for its notes, and its text."""

    origin: str
    text: str


def prompt(title: str, passages: Sequence[Passage], accepted: Sequence[Note]) -> str:
    """The text for the model. `accepted`: notes that the learner kept, as examples; without any, built-in ones."""
    pairs = [(note.fields["q"], note.fields["a"]) for note in accepted if note.type == "basic"][:MOST_EXAMPLES]
    examples = "\n".join(_entry(q, a) for q, a in pairs or _EXAMPLES)
    said = "Questions that I wrote or kept" if pairs else "Good questions look like this"
    given = "\n\n".join(f"from: {each.origin}\n\n{_quoted(each.text)}" for each in passages)
    return (
        f"Make flashcards for spaced repetition from passages that I picked from “{title}”.\n\n"
        f"Rules:\n\n{_RULES}\n\n{said}:\n\n{examples}\n\nForm:\n\n{_FORM}\n\nPassages:\n\n{given}\n"
    )


def _entry(question: str, answer: str) -> str:
    return "- q: |-\n" + _indented(question) + "  a: |-\n" + _indented(answer) + f"  from: {_WHERE}"


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.strip("\n").split("\n"))


def _quoted(text: str) -> str:
    """A text that cannot be taken for an instruction: each line behind a sign."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").split("\n"))
