"""Notes to cards, sheets and faces, with the built-in types."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.cards import derived
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.faces import cards_of, face, gated_front, sheets, withheld
from srs.cards.note import Note
from srs.cards.plain import to_text
from srs.cards.template import has_content, is_blank, parse
from srs.cards.typefile import read_notetype
from srs.errors import SrsError

TYPES = builtin_types()

BACKPROP = """\
concept: Backpropagation
id: backprop
definition: Computing every gradient by walking the graph backwards. Backpropagating is *not* learning.
mental_model: Blame flows upstream.
mistake: Calling it the whole of training.
example: One call of `loss.backward()`.
source: micrograd
code: |-
  # from the loss
  loss.backward()
prompts:
  - {id: zero, q: Why zero the gradients?, a: They add up.}
"""

QUOTE = """\
quote: The hottest new programming language is English
id: hottest
by: Andrej Karpathy
source: X
date: 2023-01-24
fidelity: verbatim
meaning: Prompts are programs.
"""


def note(text: str) -> Note:
    """The one note written in `text`, read as a deck file would be."""
    lines = text.rstrip("\n").split("\n")
    deck = "deck: A::B\ntags: [t]\nnotes:\n  - " + "\n    ".join(lines) + "\n"
    file = read_deck("decks/a.yaml", deck.encode(), TYPES)
    assert not any(problem.severity == "error" for problem in file.problems)
    return file.notes[0]


def made(text: str) -> list[str]:
    return [card.id for card in cards_of(note(text), TYPES)]


def answer(text: str, card: str, wording: int = 0) -> str:
    return to_text(face(note(text), TYPES, card, wording).answer)


def front(text: str, card: str, wording: int = 0) -> str:
    return to_text(face(note(text), TYPES, card, wording).front)


def test_a_concept_makes_a_card_for_what_it_has() -> None:
    """Each filled slot is a card; example, next step and source are not; prompts come last."""
    assert made(BACKPROP) == [
        "backprop:definition", "backprop:name", "backprop:mental_model", "backprop:mistake", "backprop:code",
        "backprop:p-zero",
    ]  # fmt: skip


def test_cards_picks_templates() -> None:
    """`cards:` turns templates on and off, example and next step too; prompts stay."""
    assert made(BACKPROP + "cards: [example, name]\n") == ["backprop:name", "backprop:example", "backprop:p-zero"]


def test_a_draft_has_cards() -> None:
    """Drafts are listed with their cards; that they are never scheduled is not decided here."""
    assert made(BACKPROP + "draft: true\n") == made(BACKPROP)


def test_ord_counts_templates_and_a_prompt_is_its_own_sheet() -> None:
    """`ord` is the template's place in the type, as Anki counts, and 0 for a prompt."""
    assert [(card.type, card.ord) for card in cards_of(note(BACKPROP), TYPES)] == [
        ("concept", 0), ("concept", 1), ("concept", 2), ("concept", 3), ("concept", 4), ("prompt", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("card", "question", "reply"),
    [
        ("definition", "What is Backpropagation?", "Computing every gradient"),
        (
            "name",
            "Which idea is this?\nComputing every gradient by walking the graph backwards. ____ is not",
            "Backpropagation",
        ),
        ("mental_model", "A mental model for Backpropagation?", "Blame flows upstream."),
        ("mistake", "What do people get wrong about Backpropagation?", "Calling it"),
        ("code", "What does Backpropagation look like in code?", "# from the loss\nloss.backward()"),
    ],
)
def test_the_faces_of_a_concept(card: str, question: str, reply: str) -> None:
    """Fronts are whole questions; the answer comes first, then the reference."""
    assert front(BACKPROP, card).startswith(question)
    shown = answer(BACKPROP, card)
    assert shown.startswith(reply)
    assert shown.endswith("Example\nOne call of loss.backward().\n\nSource\nmicrograd")


def test_the_reference_does_not_repeat_the_answer() -> None:
    """On the card that asks for the example, the example stands once."""
    assert answer(BACKPROP, "example").count("loss.backward()") == 1


def test_the_name_is_hidden_in_its_definition() -> None:
    """Neither the name nor a form of it stands on the front that asks for it."""
    assert "ackprop" not in front(BACKPROP, "name")


def test_a_prompt_shows_its_idea_on_the_back() -> None:
    """A prompt's card asks its question and shows answer, idea and source."""
    assert front(BACKPROP, "backprop:p-zero") == "Why zero the gradients?"
    assert answer(BACKPROP, "backprop:p-zero") == "They add up.\n\nIdea\nBackpropagation\n\nSource\nmicrograd"


def test_back_is_front_rule_answer() -> None:
    """The back repeats the front above a rule, and `answer` is what stands below it."""
    shown = face(note(BACKPROP), TYPES, "backprop:definition")
    assert shown.back == f"{shown.front}\n<hr id=answer>\n{shown.answer}"


def test_a_quote_makes_four_cards() -> None:
    """Finish it; who; where and when; what it means. Each only where there is something to ask for."""
    assert made(QUOTE) == ["hottest:finish", "hottest:who", "hottest:source", "hottest:meaning"]
    assert made("quote: A lone line of words\nid: x\n") == ["x:finish"]
    assert made("quote: Two words\nid: x\nplace: Berlin\n") == ["x:source"]


def test_fronts_of_a_quote_keep_the_answer_back() -> None:
    """`who` hides the speaker, `source` place and date, `finish` the end."""
    assert "Karpathy" not in front(QUOTE, "who")
    assert not re.search(r"2023|\bX\b", front(QUOTE, "source"))
    assert front(QUOTE, "finish") == "How does this go on?\n\nThe hottest new programming …\n\n— Andrej Karpathy"
    assert answer(QUOTE, "finish").startswith("The hottest new programming language is English\n\nX (2023-01-24)")


def test_fidelity_is_told_unless_verbatim() -> None:
    """A paraphrase says so on every back; verbatim says nothing."""
    for card in ("finish", "who", "source", "meaning"):
        assert "paraphrase" in answer(QUOTE.replace("verbatim", "paraphrase"), card)
        assert "verbatim" not in answer(QUOTE, card)


def test_an_unverified_quote_makes_no_card() -> None:
    """What nobody has checked is not learnt, and the reason can be told."""
    unverified = note(QUOTE.replace("verbatim", "unverified"))
    assert cards_of(unverified, TYPES) == () == sheets(unverified, TYPES)
    assert withheld(unverified) == "an unverified quote makes no card"


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("q: x?\na: y\nid: n\n", ["n:answer"]),
        ("term: x\nmeans: y\nid: n\n", ["n:forward", "n:backward"]),
        ("ask: x?\nanswer: y\nid: n\n", ["n:typed"]),
        ("cloze: 'a {{c1::b}} {{c3::c}}'\nid: n\n", ["n:c1", "n:c3"]),
    ],
)
def test_the_small_types(text: str, cards: list[str]) -> None:
    """Basic makes one card, both two, typed one, cloze one for each number."""
    assert made(text) == cards
    for card in cards:
        assert front(text, card) and answer(text, card)


def test_wordings_take_turns() -> None:
    """A question in several wordings shows them in turn; sheets carry the first."""
    text = "q: [How?, In which way?]\na: so\nid: n\n"
    assert [front(text, "answer", turn) for turn in range(3)] == ["How?", "In which way?", "How?"]
    assert sheets(note(text), TYPES)[0].fields["q"] == "How?"


def test_typed_answers_are_known_to_the_front_only_as_data() -> None:
    """The typed card's front holds a place to type into; the back shows the answer."""
    text = "ask: The scale?\nanswer: 1/sqrt(*n*)\nid: n\n"
    assert face(note(text), TYPES, "typed").front.endswith('<span class="type" data-answer="1/sqrt(n)"></span>')
    assert answer(text, "typed") == "1/sqrt(n)"


def test_clozes_count_only_where_they_are_shown() -> None:
    """A marker in `extra` makes no card and does not reach Anki as one."""
    text = "cloze: '{{c1::a}}'\nextra: '{{c2::b}}'\nid: n\n"
    assert made(text) == ["n:c1"]
    assert sheets(note(text), TYPES)[0].fields["extra"] == "&#123;&#123;c2::b&#125;&#125;"


def test_sheets_hold_every_field_and_gate_in_order() -> None:
    """A sheet has all fields of the type, derived ones too, then a gate for each template: 1 where the card exists."""
    own, prompt = sheets(note(BACKPROP + "cards: [name, code]\n"), TYPES)
    assert list(own.fields)[:9] == [field.name for field in TYPES["concept"].fields]
    assert {name: value for name, value in own.fields.items() if name.startswith("card_")} == {
        "card_definition": "", "card_name": "1", "card_mental_model": "", "card_mistake": "", "card_code": "1",
        "card_example": "", "card_next_step": "",
    }  # fmt: skip
    assert own.fields["next_step"] == ""
    assert (prompt.id, prompt.type.name, prompt.fields["card_prompt"]) == ("backprop:p-zero", "prompt", "1")


def test_a_note_without_cards_of_its_own_has_only_prompts() -> None:
    """With `cards: []` only the prompts are exported, never a note without cards."""
    assert [sheet.id for sheet in sheets(note(BACKPROP + "cards: []\n"), TYPES)] == ["backprop:p-zero"]


@pytest.mark.parametrize(
    "text", [BACKPROP, BACKPROP + "cards: [example]\n", QUOTE, QUOTE.replace("by:", "work:"), "q: x\na: y\n"]
)
def test_anki_makes_the_same_cards(text: str) -> None:
    """Anki looks at the gated fronts and the HTML of the sheet; it finds exactly our cards."""
    for sheet in sheets(note(text), TYPES):
        nonempty = {name for name, value in sheet.fields.items() if not is_blank(value)} | {"Deck", "Tags"}
        found = [
            index
            for index, each in enumerate(sheet.type.templates)
            if has_content(parse(gated_front(sheet.type, each)), nonempty)
        ]
        assert found == [card.ord for card in sheet.cards]


def test_foreign_notes_stay_as_they_are() -> None:
    """A foreign type's fields, fronts and backs are shown and exported untouched; every card that Anki makes exists."""
    text = (
        "notetype: Old\nforeign: true\nfields: [{name: Front}, {name: Back}]\ntemplates:\n"
        "  - {id: card-1, front: '{{Front}}', back: '{{Front}}: {{Back}} in {{Subdeck}}, {{Tags}}'}\n"
        "  - {id: card-2, front: '{{Back}}', back: '{{FrontSide}}'}\n"
    )
    old, _ = read_notetype("notetypes/old.yaml", text.encode())
    assert old is not None
    types = {**TYPES, "Old": old}
    deck = "deck: A::B\ntags: [t]\nnotes:\n  - {type: Old, id: n, guid: g, fields: {Front: '<b>x</b>', Back: '<br>'}}\n"
    one = read_deck("decks/a.yaml", deck.encode(), types).notes[0]
    assert [card.id for card in cards_of(one, types)] == ["n:card-1"]
    assert sheets(one, types)[0].fields == {"Front": "<b>x</b>", "Back": "<br>"}
    assert face(one, types, "n:card-1").answer == "<b>x</b>: <br> in B, t"


def test_an_unknown_card_is_told() -> None:
    """Asking for a face that no template gives is an error in words."""
    with pytest.raises(SrsError, match="there is no card `backprop:nope`"):
        face(note(BACKPROP), TYPES, "backprop:nope")


@given(
    st.dictionaries(st.sampled_from(["concept", "definition", "mistake", "code", "source"]), st.text(), min_size=2),
    st.integers(0, 9),
)
@example({"concept": "0", "definition": "\xa0"}, 0)  # white space that Markdown drops makes no card
def test_any_text_gives_faces(fields: dict[str, str], wording: int) -> None:
    """Whatever the fields hold, every card that exists has both sides, and Anki sees the same cards."""
    base = note(BACKPROP)
    texts = {name: text for name, text in fields.items() if text}
    one = Note(**{**{slot: getattr(base, slot) for slot in Note.__slots__}, "fields": texts})
    for card in cards_of(one, TYPES):
        assert face(one, TYPES, card.id, wording).back
    for sheet in sheets(one, TYPES):
        nonempty = {name for name, value in sheet.fields.items() if not is_blank(value)}
        for card in sheet.cards:
            assert has_content(parse(gated_front(sheet.type, sheet.type.templates[card.ord])), nonempty)


@pytest.mark.parametrize(
    ("name", "definition", "shown"),
    [
        (
            "Learning rate (LR)",
            "The LR, or learning rates: how far to step.",
            "The ____, or ____ ____: how far to step.",
        ),
        ("Top-k sampling", "Top k sampling keeps the best k samples.", "____ keeps the best k ____."),
        ("The chain rule", "The rule for chained functions.", "The ____ for ____ functions."),
        ("R&D", "What R&amp;D means.", "What ____ means."),
        ("注意力", "注意力机制", "____机制"),
        ("Loss", "A glossy <code class='loss'>loss</code>", "A glossy ____"),
    ],
)
def test_masking(name: str, definition: str, shown: str) -> None:
    """The name and its telling words are hidden in any form; small words, other words and tags are not."""
    assert to_text(derived.masked(definition, name)) == shown


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("one two three", "one …"),
        ("If you can't build it, you don't understand it.", "If you can't build it, …"),
        ("Antidisestablishmentarianism is long", "Antidisestablishmentarianism …"),
        ("知之者不如好之者，好之者不如乐之者。", "知之者不如好之者， …"),
    ],
)
def test_openings(text: str, start: str) -> None:
    """A quote is cut at a comma near its middle or else between words, and at least two words stay hidden."""
    assert derived.opening(text) == start


@given(st.text(min_size=1))
def test_an_opening_is_the_start_of_its_text(text: str) -> None:
    """An opening never changes words and never shows the last two."""
    opening = derived.opening(text)
    assert opening == "…" or (
        text.startswith(opening.removesuffix(" …")) and derived.words(opening) <= derived.words(text) - 1
    )
