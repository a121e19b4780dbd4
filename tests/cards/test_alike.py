"""Two questions that ask the same, told by their words."""

from itertools import combinations
from pathlib import Path

import pytest

from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.resemblance import alike, question


def share(one: str, other: str) -> float:
    found = alike(question(one), question(other))
    assert bool(found) == bool(alike(question(other), question(one)))
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What does HTTP 418 mean?", "What is the meaning of HTTP 418?"),
        ("Capital of France?", "What is the capital of France?"),
        ("What does the GIL protect in CPython?", "What does CPython's GIL protect?"),
        ("What is backpropagation?", "Backpropagation"),
        ("What does overfiting mean?", "Overfitting"),
        ("When was nanoGPT released?", "What year was nanoGPT released?"),
        ("Scores are {{c1::masked}}, then {{c2::softmaxed::how}}.", "Scores are masked, then softmaxed."),
        ("Was heißt idempotent?", "Was heisst idempotent?"),
        ("日本の首都は?", "日本の首都はどこ?"),
    ],
)
def test_asked_twice(one: str, other: str) -> None:
    """The same words in another order, with others between them, another ending or a slip, are one question."""
    assert share(one, other) > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Capital of France?", "Capital of Italy?"),
        ("Which signal does Ctrl-C send?", "Which signal does Ctrl-Z send?"),
        ("What is the derivative of sin x?", "What is the derivative of cos x?"),
        ("What does HTTP 418 mean?", "What does HTTP 404 mean?"),
        ("What does `git stash` do?", "What does `git stash pop` do?"),
        ("What does `==` compare?", "What does `===` compare?"),
        ("日本の首都は?", "韓国の首都は?"),
        ("", "What is this?"),
    ],
)
def test_asked_once(one: str, other: str) -> None:
    """Another word, number or piece of code in its place is another question."""
    assert share(one, other) == 0


def test_the_shipped_questions() -> None:
    """Of the shipped collection, which asks nothing twice, no two questions are taken for one."""
    types = builtin_types()
    files = sorted((Path(__file__).parents[2] / "decks").rglob("*.yaml"))
    asked = []
    for note in (note for file in files for note in read_deck(file.name, file.read_bytes(), types).notes):
        texts = [*(note.wordings or (note.fields[types[note.type].marker or ""],)), *(p.q[0] for p in note.prompts)]
        asked += [(note.id, text, question(text)) for text in texts]
    assert len(asked) > 150
    near = [(a[1], b[1]) for a, b in combinations(asked, 2) if a[0] != b[0] and alike(a[2], b[2])]
    assert near == []
