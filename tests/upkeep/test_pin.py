"""Edited notes known again by what is left of their old text."""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.identity import derived_id
from srs.cards.resemblance import looks_derived, same_card, shape
from srs.collection.collection import Collection
from srs.upkeep.mend import fix
from srs.upkeep.pin import Gone, Newcomer, match, offers, pin
from tests.support import environ_of, make_collection, moment, open_collection, write_deck

EDITED = [
    ("Capital of Frnce?", "Capital of France?"),
    ("What is the derivitive of a sigmoid?", "What is the derivative of a sigmoid?"),
    ("Backpropogation", "Backpropagation"),
    ("What is idempotence", "What is idempotence?"),
    ("What does .grad hold after loss.backward()?", "What does `.grad` hold after `loss.backward()`?"),
    ("Why zero gradients?", "Why zero the gradients?"),
    ("Which flag opens a TCP connection?", "Which flag opens a TCP connection in the handshake?"),
    ("What does HTTP 418 mean?", "What does the status HTTP 418 mean?"),
    ("Capital of France?", "What is the capital of France?"),
    ("Why is cross-entropy used?", "Why do we use cross-entropy?"),
    ("What is idempotence?", "What does idempotence mean?"),
    ("The hottest new programming language is English", "The hottest new programming language is English!"),
]

OTHERS = [
    ("Capital of France?", "Capital of Italy?"),
    ("Capital of Niger?", "Capital of Nigeria?"),
    ("Capital of Iran?", "Capital of Iraq?"),
    ("Capital of Gambia?", "Capital of Zambia?"),
    ("Which signal does Ctrl-C send?", "Which signal does Ctrl-Z send?"),
    ("What does HTTP 418 mean?", "What does HTTP 404 mean?"),
    ("What is the derivative of sin x?", "What is the derivative of cos x?"),
    ("Which optimizer did GPT-2 use for training?", "Which optimizer did GPT-3 use for training?"),
    ("Which flag opens a TCP connection?", "Which flag closes a TCP connection?"),
    ("What is the default port of PostgreSQL?", "What is the default port of MySQL?"),
    ("What is layer norm?", "What is batch norm?"),
    ("What is attention?", "What is cross attention in the decoder?"),
    ("How do you list files in Linux?", "How do you delete files in Linux?"),
    ("What does SIGINT do?", "What does SIGHUP do?"),
    ("encoder", "decoder"),
    ("hypothermia", "hyperthermia"),
    ("首都はどこ?", "首都は何?"),
]


@pytest.mark.parametrize(("before", "after"), EDITED)
def test_edits_are_seen(before: str, after: str) -> None:
    """A typo mended, a mark or a word added, a question put in other words: it is the same card."""
    assert same_card(derived_id(before), shape(after), [])


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_questions_are_others(one: str, other: str) -> None:
    """Questions that differ in the word that counts are different cards, either way round."""
    assert not looks_derived(derived_id(one)) or not same_card(derived_id(one), shape(other), [])
    assert not looks_derived(derived_id(other)) or not same_card(derived_id(other), shape(one), [])


def test_where_all_begin_alike() -> None:
    """Where another note with a history looks as much like the id, it is not said which one it was."""
    id = derived_id("Which of Karpathy's repositories trains GPT-2?")
    new, other = map(
        shape, ("Which of Karpathy's repositories trains GPT-3?", "Which of Karpathy's repositories is a toy?")
    )
    assert same_card(id, new, []) and not same_card(id, new, [other])


def starter_questions() -> list[str]:
    types, texts = builtin_types(), []
    for path in sorted((Path(__file__).parents[2] / "decks").rglob("*.yaml")):
        for note in read_deck(path.name, path.read_bytes(), types).notes:
            texts += [note.fields[types[note.type].marker or ""], *(prompt.q[0] for prompt in note.prompts)]
    return texts


def test_the_starter_decks() -> None:
    """Of all pairs of the starter decks' questions, one gone and one new, fewer than one in a thousand is mistaken."""
    texts = starter_questions()[:120]
    shapes = [shape(text) for text in texts]
    pairs, wrong = 0, []
    for old, new in permutations(range(len(texts)), 2):
        pairs += 1
        others = (each for number, each in enumerate(shapes) if number not in (old, new))
        if same_card(derived_id(texts[old]), shapes[new], others):
            wrong.append((texts[old], texts[new]))
    assert len(wrong) < pairs / 1000, wrong


def test_edits_of_the_starter_decks() -> None:
    """Of the starter decks' questions, edited at their end, most are known again among all the others."""
    texts = starter_questions()[:120]
    shapes = [shape(text) for text in texts]
    seen = 0
    for number, text in enumerate(texts):
        others = (each for other, each in enumerate(shapes) if other != number)
        seen += bool(same_card(derived_id(text), shape(f"{text} Say why."), others))
    assert seen > 0.8 * len(texts)


def gone(text: str, last_at: int = 0, *templates: str) -> Gone:
    return Gone(derived_id(text), frozenset(templates or ("answer",)), last_at)


def newcomer(text: str, *templates: str) -> Newcomer:
    return Newcomer(derived_id(text), text, frozenset(templates or ("answer",)))


def test_each_once_and_the_best_first() -> None:
    """Of two ids for one note the more alike one is taken, of two as alike the one answered last."""
    new = newcomer("Capital of France?")
    near, nearer, late = gone("Capital city of France?"), gone("Capital of France"), gone("Capital of France!", 9)
    assert match([near, nearer], [new], []) == {new.id: nearer.id}
    assert match([nearer, late], [new], []) == {new.id: late.id}


def test_two_that_are_as_alike() -> None:
    """An id that two notes look like as much is offered to neither."""
    assert (
        match([gone("Capital of France")], [newcomer("Capital of France?!"), newcomer("Capital of France…")], []) == {}
    )


def test_all_its_cards() -> None:
    """A note that lacks a card of which there is history is not the one."""
    new = newcomer("logits", "forward")
    assert match([gone("Logits", 0, "forward")], [new], [])
    assert match([gone("Logits", 0, "forward", "backward")], [new], []) == {}


@pytest.mark.parametrize("id", ["capital-of-france", "n-123abc", "x-12345g", "123abc"])
def test_ids_that_nobody_derived(id: str) -> None:
    """An id without a hash, or without anything of the text, is not looked for."""
    assert match([Gone(id, frozenset(["answer"]), 0)], [newcomer("Capital of France?")], []) == {}


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts(one: str, other: str) -> None:
    """Whatever the texts, resemblance is between 0 and 1, and 1 for a text and itself."""
    try:
        id = derived_id(one)
        found = same_card(id, shape(other), [])
    except UnicodeEncodeError:
        return
    assert 0 <= found <= 1
    assert not looks_derived(id) or same_card(id, shape(one), []) == 1


FRANCE, ITALY = "notes:\n  - q: Capital of Frnce?\n    a: Paris\n", "  - q: Why is the sky blue?\n    a: Rayleigh\n"
OLD, NEW = derived_id("Capital of Frnce?"), derived_id("Capital of France?")


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Two notes without `id:`, the first one answered; then its typo is mended."""
    root, environ = make_collection(tmp_path, {"a.yaml": FRANCE + ITALY})
    collection = open_collection(root, environ)
    collection.answer(f"{OLD}:answer", 4, moment(), 0)
    write_deck(root, "a.yaml", (FRANCE + ITALY).replace("Frnce", "France"))
    collection.refresh()
    return collection


def found(collection: Collection) -> list[tuple[str, str, int]]:
    return [(offer.old, offer.new, offer.place.line) for offer in offers(collection)]


def test_an_edited_note_is_found(collection: Collection, tmp_path: Path) -> None:
    """The note with the new id is named with the old one, by an index that knew it and by one made anew."""
    assert found(collection) == found(collection) == [(OLD, NEW, 2)]
    assert found(open_collection(collection.root, environ_of(tmp_path, "there-0002"))) == [(OLD, NEW, 2)]


def test_pinning_keeps_the_history(collection: Collection) -> None:
    """Pinned, the card has its history again, nothing is offered any more, and no other byte changed."""
    before = collection.state(f"{OLD}:answer")
    done, failed = fix(collection)
    assert [(each.place.line, each.what) for each in done] == [(2, f"wrote `id: {OLD}`")] and not failed
    text = (collection.root / "decks/a.yaml").read_text()
    assert text == (FRANCE + ITALY).replace("Frnce?\n", f"France?\n    id: {OLD}\n")
    assert collection.view(f"{OLD}:answer", moment()).reps == 1
    assert collection.state(f"{OLD}:answer") == before
    assert found(collection) == [] and collection.problems() == []


def test_a_note_that_is_another(collection: Collection) -> None:
    """A note that was given its own id as `id:` is not offered again, nor is one that has been answered."""
    pin(collection, NEW, NEW)
    assert found(collection) == []
    assert collection.state(f"{OLD}:answer").reps == 1


def test_an_answer_settles_it(collection: Collection) -> None:
    """A new note that was answered has a history of its own, and is not offered another."""
    assert found(collection)
    collection.answer(f"{NEW}:answer", 3, moment() + 1000, 0)
    assert found(collection) == []


def test_history_from_another_device(tmp_path: Path) -> None:
    """Where the old card's history comes from another device after the edit, the note is found then."""
    root, here = make_collection(tmp_path, {"a.yaml": FRANCE})
    there = open_collection(root, environ_of(tmp_path, "there-0002"))
    collection = open_collection(root, here)
    write_deck(root, "a.yaml", FRANCE.replace("Frnce", "France"))
    collection.refresh()
    assert found(collection) == []
    there.answer(f"{OLD}:answer", 4, moment(), 0)
    collection.refresh()
    assert found(collection) == [(OLD, NEW, 2)]
    there.undo(moment() + 1000)
    collection.refresh()
    assert found(collection) == []


def test_nothing_while_a_deck_has_errors(collection: Collection) -> None:
    """While a deck has errors its notes may only be left out, so nothing is offered; once mended, it is."""
    path = write_deck(collection.root, "b.yaml", "notes: [\n")
    collection.refresh()
    assert found(collection) == []
    path.unlink()
    collection.refresh()
    assert found(collection) == [(OLD, NEW, 2)]


def test_a_card_that_is_gone_and_back(collection: Collection) -> None:
    """The history of a card that is gone is kept, and is back when its text or its id is back."""
    known = collection.state(f"{OLD}:answer")
    for deck in ("notes:\n", FRANCE, "notes:\n", f"notes:\n  - q: Paris?\n    id: {OLD}\n    a: Yes\n"):
        write_deck(collection.root, "a.yaml", deck)
        collection.refresh()
        assert collection.state(f"{OLD}:answer") == known
        assert (collection.card(f"{OLD}:answer", moment()) is None) == (deck == "notes:\n")
    assert collection.view(f"{OLD}:answer", moment()).state == "review"
