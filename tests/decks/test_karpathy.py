"""The starter decks on Karpathy: they read without complaint, quote exactly, cover the facts, and ask well."""

import json
import re
import statistics
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from srs.cards.advice.giving import advise
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.faces import cards_of
from srs.cards.note import DeckFile, Note

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
FENCE = re.compile(r"```.*?```", re.DOTALL)


@cache
def decks() -> tuple[DeckFile, ...]:
    found = sorted((ROOT / "decks" / "karpathy").glob("*.yaml"))
    types = builtin_types()
    return tuple(read_deck(path.relative_to(ROOT).as_posix(), path.read_bytes(), types) for path in found)


def notes() -> list[Note]:
    return [note for deck in decks() for note in deck.notes]


def sides(note: Note, template: str) -> tuple[str, str]:
    """What a card asks and what it takes for an answer, as written."""
    fields = note.fields
    match note.type, template:
        case _, str(name) if name.startswith("p-"):
            prompt = next(prompt for prompt in note.prompts if f"p-{prompt.id}" == name)
            return prompt.q[0], prompt.a
        case "basic", _:
            return fields["q"], fields["a"]
        case "concept", "name":
            return fields["definition"], fields["concept"]
        case "concept", slot:
            return fields["concept"], fields[slot]
        case "quote", "who":
            return fields["quote"], fields["by"]
        case "quote", "meaning":
            return fields["quote"], fields["meaning"]
        case "quote", _:
            return fields["by"], fields["quote"]
        case _:
            return fields["cloze"], " ".join(re.findall(r"::(.*?)\}\}", fields["cloze"]))


@cache
def cards() -> dict[str, tuple[str, str]]:
    types = builtin_types()
    live = [note for note in notes() if not note.draft]
    return {card.id: sides(note, card.template) for note in live for card in cards_of(note, types)}


def words(text: str) -> int:
    return len(FENCE.sub("", text).split())


def questions() -> list[str]:
    """The questions that a person wrote: of basic notes and of prompts."""
    asked = [note.fields["q"] for note in notes() if note.type == "basic"]
    return asked + [prompt.q[0] for note in notes() for prompt in note.prompts]


def facts() -> dict[str, Any]:
    return json.loads((DATA / "facts.json").read_text())  # type: ignore[no-any-return]


def quotes() -> dict[str, Any]:
    return json.loads((DATA / "quotes.json").read_text())  # type: ignore[no-any-return]


def unmet(rows: list[dict[str, Any]]) -> list[str]:
    """The names of the rows whose words are not all on one card."""
    texts = [f"{ask} {answer}".lower() for ask, answer in cards().values()]
    return [row["name"] for row in rows if not any(all(w.lower() in text for w in row["words"]) for text in texts)]


def test_no_problems() -> None:
    """The decks read with no error and no warning."""
    assert [str(p) for deck in decks() for p in deck.problems if p.severity != "advice"] == []


def test_every_note_makes_a_card() -> None:
    """Each note that is not a draft has a card, and each template it picks makes one."""
    types = builtin_types()
    for note in notes():
        made = {card.template for card in cards_of(note, types)}
        assert note.draft or made, note.id
        assert note.draft or set(note.cards or ()) <= made, note.id


def test_number_of_cards() -> None:
    """There are between 180 and 230 cards."""
    assert 180 <= len(cards()) <= 230


def test_explicit_ids() -> None:
    """Every note and every prompt has an id of its own, starting with `karpathy-` for notes and short for prompts."""
    ids = [note.id for note in notes()]
    assert all(note.pinned and note.id.startswith("karpathy-") for note in notes())
    assert [id for id, times in Counter(ids).items() if times > 1] == []
    for deck in decks():
        text = (ROOT / deck.path).read_text()
        prompts = [prompt for note in deck.notes for prompt in note.prompts]
        assert all(re.search(rf"^        id: {re.escape(p.id)}$", text, re.MULTILINE) for p in prompts)
        assert all(len(prompt.id) <= 16 for prompt in prompts)


def test_needs_are_known_and_come_first() -> None:
    """Every need names a note of these decks that stands earlier in them."""
    seen: set[str] = set()
    for note in notes():
        assert set(note.needs) <= seen, note.id
        seen.add(note.id)


def test_first_day_is_light() -> None:
    """The first ten notes make one or two cards each, with short questions and answers."""
    types = builtin_types()
    for note in notes()[:10]:
        assert len(cards_of(note, types)) <= 2
        for card in cards_of(note, types):
            ask, answer = cards()[card.id]
            assert words(ask) <= 30 and words(answer) <= 20, card.id


def test_quotes_are_exact() -> None:
    """His quotes that make cards are those on record, with their wording, date and fidelity."""
    known = {row["text"]: (row["date"], row["fidelity"]) for row in quotes()["his"]}
    live = [note.fields for note in notes() if note.type == "quote" and not note.draft]
    ours = {f["quote"]: (f["date"], f["fidelity"]) for f in live if f["by"] == "Andrej Karpathy"}
    assert ours == known


def test_quotes_name_their_source() -> None:
    """Each of his quotes names the source on record, as its source or its work."""
    known = {row["text"]: row["source"] for row in quotes()["his"]}
    for note in notes():
        if note.type == "quote" and not note.draft and note.fields["by"] == "Andrej Karpathy":
            assert known[note.fields["quote"]] in (note.fields["source"], note.fields.get("work")), note.id


def test_others_are_not_credited_to_him() -> None:
    """Lines of other people carry their name."""
    by = {note.fields["quote"]: note.fields.get("by") for note in notes() if note.type == "quote"}
    for row in quotes()["others"]:
        assert by[row["text"]] == row["by"]
    asked = [answer for ask, answer in cards().values() if "outsource your understanding" in ask]
    assert len(asked) == 1 and asked[0].startswith("Somebody else's")


def test_hearsay_is_draft() -> None:
    """The drafts are the lines he did not say like that, and each says what is wrong with it."""
    drafts = [note for note in notes() if note.draft]
    assert {note.fields["quote"] for note in drafts} == set(quotes()["hearsay"])
    assert all(note.fields["by"] != "Andrej Karpathy" and note.fields["context"] for note in drafts)


def test_concepts_are_complete() -> None:
    """The six concepts are there with every slot, a definition card and prompts."""
    by_id = {note.id: note for note in notes()}
    slots = {"concept", "definition", "mental_model", "example", "mistake", "next_step", "source"}
    for id, name in facts()["concepts"].items():
        assert by_id[id].fields["concept"] == name
        assert slots <= by_id[id].fields.keys()
        assert f"{id}:definition" in cards() and by_id[id].prompts


def test_habits_are_complete() -> None:
    """The five habits are there with every slot and with cards."""
    by_id = {note.id: note for note in notes()}
    for id in facts()["habits"]:
        assert {"definition", "mental_model", "example", "mistake", "next_step"} <= by_id[id].fields.keys()
        assert f"{id}:definition" in cards()


def test_repositories_are_asked() -> None:
    """Every repository has a card whose question or answer names it in the deck of repositories."""
    (deck,) = [deck for deck in decks() if deck.deck == "Karpathy::Repositories"]
    own = {note.id for note in deck.notes}
    texts = [f"{ask} {answer}" for id, (ask, answer) in cards().items() if id.split(":")[0] in own]
    for name in facts()["repositories"]:
        assert any(name in text for text in texts), name


def test_lectures_are_asked() -> None:
    """Every lecture of the course has a card."""
    assert unmet(facts()["lectures"]) == []


def test_resources_are_asked() -> None:
    """Every resource has a card."""
    assert unmet(facts()["resources"]) == []


def test_timeline_is_asked() -> None:
    """Every row of the timeline has a card."""
    assert unmet(facts()["timeline"]) == []


def test_answers_are_short() -> None:
    """Answers have 15 words or fewer by the median and never more than 40, code and quotes aside."""
    lengths = {id: words(answer) for id, (_, answer) in cards().items() if not id.endswith(":finish")}
    assert statistics.median(lengths.values()) <= 15
    assert [id for id, length in lengths.items() if length > 40] == []


def test_questions_are_short() -> None:
    """Questions have 30 words or fewer, code aside."""
    assert [ask for ask in questions() if words(ask) > 30] == []


def test_questions_are_open() -> None:
    """No question can be answered with yes or no, and none asks for an example."""
    closed = re.compile(r"(is|are|was|were|does|do|did|can|could|has|have|should|will)\b", re.IGNORECASE)
    assert [ask for ask in questions() if closed.match(ask) or "example of" in ask] == []


def test_questions_differ() -> None:
    """No question stands twice."""
    assert [ask for ask, times in Counter(questions()).items() if times > 1] == []


def test_no_answer_in_the_question() -> None:
    """No short answer stands word for word in its question."""
    plain = {id: (ask.lower(), answer.strip(" .*`“”").lower()) for id, (ask, answer) in cards().items()}
    own = {id: pair for id, pair in plain.items() if ":p-" in id or id.endswith(":answer")}
    assert [id for id, (ask, answer) in own.items() if re.search(rf"\b{re.escape(answer)}\b", ask)] == []


def test_changing_facts_are_dated() -> None:
    """No card speaks of stars or of what is latest."""
    texts = " ".join(f"{ask} {answer}" for ask, answer in cards().values()).lower()
    assert not re.search(r"\b(stars|latest|nowadays|currently)\b", texts)


def test_advice_is_silent() -> None:
    """No rule of advice speaks of these cards, and at most one note in a hundred silences one, with a reason."""
    found = advise(notes(), builtin_types(), {note.id for note in notes()})
    assert [str(problem) for problem in found] == []
    assert sum(bool(note.quiet) for note in notes()) <= len(cards()) / 100
