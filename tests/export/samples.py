"""Notes from a few words, requests to export them, and what the journal would say."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srs.cards.builtin import builtin_types
from srs.cards.note import Note, Place, Prompt
from srs.cards.outgoing import Content, DeckAbout, ExportReport, ExportRequest

NOON = 1_700_000_000_000


def make_note(name: str, kind: str, /, *prompts: tuple[str, str, str], **fields: str) -> Note:
    place = Place("decks/a.yaml", 3, 5)
    return Note(
        id=name,
        pinned=True,
        type=kind,
        deck="Tests::Deck",
        tags=("one", "two"),
        fields=fields,
        wordings=(),
        prompts=tuple(Prompt(each, (q,), a, place) for each, q, a in prompts),
        needs=(),
        was=(),
        draft=False,
        cards=None,
        guid=None,
        origin=None,
        place=place,
    )


def every_type() -> list[Note]:
    """A note of each built-in type, with every card it can make, and Markdown that needs care."""
    concept = make_note(
        "backprop",
        "concept",
        ("zero", "Why zero the gradients?", "They add up."),
        concept="Backpropagation",
        definition="Backpropagation walks the graph backwards, $\\frac{a}{b}$ at a time.",
        mental_model="Blame flows *upstream*.",
        example="One neuron: `a < b && c`.",
        mistake="Not zeroing `.grad`.",
        next_step="Write it.",
        code="loss.backward()  # {{braces}}\nprint('x' * 2)",
        source="Karpathy",
    )
    quote = make_note(
        "hottest",
        "quote",
        quote="The hottest new programming language is English",
        by="Andrej Karpathy",
        source="X",
        date="2023-01-24",
        fidelity="verbatim",
        meaning="Prompts are programs.",
    )
    return [
        concept,
        quote,
        replace(
            make_note("grad", "basic", q="What does `.grad` hold?", a="The sum, 5 < 6."),
            wordings=("What does `.grad` hold?", "And `x.grad`?"),
        ),
        make_note("logits", "both", term="logits", means="scores before the softmax"),
        make_note("scale", "typed", ask="The scale of attention scores?", answer="1/sqrt(head size)"),
        make_note("scores", "cloze", cloze="Scores are {{c1::scaled by {{c2::1/sqrt(d)}}}}, then {{c3::masked}}."),
    ]


def request(notes: Iterable[Note], **changes: Any) -> ExportRequest:
    base = ExportRequest(tuple(notes), builtin_types(), {"Tests::Deck": DeckAbout("Of tests")}, None, {}, NOON)
    return replace(base, **changes)


def journalled(report: ExportReport, before: dict[str, Content] | None = None) -> dict[str, Content]:
    """What the journal would say after an export."""
    return {**(before or {}), **{content.key: content for content in report.changed}}
