"""Deck files to notes: what may stand in one, and what becomes of mistakes."""

import gc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.builtin import builtin_types
from srs.cards.deck import FILE_KEYS, NOTE_KEYS, deck_of_path, read_deck
from srs.cards.identity import derived_id
from srs.cards.note import DeckFile, Note, Place, Prompt
from srs.cards.notetype import Field, NoteType, Template
from srs.cards.tree import Text
from srs.errors import Problem

FOREIGN = NoteType(
    name="Basic (and reversed card)",
    marker=None,
    cloze=False,
    fields=(Field("Front", "html", False, (), None, 0), Field("tags", "html", False, (), None, 0)),
    templates=(Template("card-1", "Card 1", "{{Front}}", "{{tags}}", True, 0),),
    css="",
    anki_id=1,
    anki_name="Basic (and reversed card)",
    foreign=True,
)
TYPES = {**builtin_types(), FOREIGN.name: FOREIGN}


def deck(text: str, path: str = "decks/a.yaml") -> DeckFile:
    return read_deck(path, text.encode(), TYPES)


def notes(text: str) -> tuple[Note, ...]:
    found = deck(text)
    assert found.problems == ()
    return found.notes


def note(lines: str) -> Note:
    """The one note of a deck whose `notes:` holds these lines, without a problem."""
    (found,) = notes(f"notes:\n  - {lines.strip()}\n")
    return found


def problem(lines: str) -> Problem:
    """The one problem of a note, which is left out; a good note beside it stays."""
    found = deck(f"notes:\n  - {lines.strip()}\n  - q: good\n    a: yes\n")
    assert [note.fields["q"] for note in found.notes] == ["good"]
    assert len(found.problems) == 1, found.problems
    return found.problems[0]


def test_a_whole_deck():
    """Every key of a file and of a note arrives in the note."""
    found = deck(
        """\
# yaml-language-server: $schema=../deck.schema.json
deck: Karpathy::Concepts
tags: [karpathy, training]
author: Mira
licence: CC-BY-4.0
description: What he says
format: 1

notes:
  - concept: Backpropagation
    id: karpathy-backprop
    definition: The chain rule, applied from the loss backwards.
    code: |-
      loss.backward()
        # fills .grad
    needs: [karpathy-derivative]
    was: karpathy-bp
    tags: [training, maths]
    cards: [definition, name]
    guid: aB3$
    from: sources/micrograd.md#L24
    prompts:
      - q: Why zero the gradients before `backward()`?
        id: zero
        a: They add up.
"""
    )
    assert found.problems == ()
    assert (found.deck, found.author, found.licence, found.description) == (
        "Karpathy::Concepts",
        "Mira",
        "CC-BY-4.0",
        "What he says",
    )
    assert found.notes == (
        Note(
            id="karpathy-backprop",
            pinned=True,
            type="concept",
            deck="Karpathy::Concepts",
            tags=("karpathy", "training", "maths"),
            fields={
                "concept": "Backpropagation",
                "definition": "The chain rule, applied from the loss backwards.",
                "code": "loss.backward()\n  # fills .grad",
            },
            wordings=(),
            prompts=(
                Prompt(
                    "zero",
                    ("Why zero the gradients before `backward()`?",),
                    "They add up.",
                    Place("decks/a.yaml", 23, 9),
                ),
            ),
            needs=("karpathy-derivative",),
            was=("karpathy-bp",),
            draft=False,
            cards=("definition", "name"),
            guid="aB3$",
            origin="sources/micrograd.md#L24",
            place=Place("decks/a.yaml", 10, 5),
        ),
    )


def test_the_least_deck():
    """A note takes a marker and what its type requires; everything else is left out."""
    found = note("q: one\n    a: two")
    assert (found.id, found.pinned, found.type, found.deck) == (derived_id("one"), False, "basic", "a")
    assert (found.tags, found.wordings, found.prompts, found.needs, found.was) == ((), (), (), (), ())
    assert (found.draft, found.cards, found.guid, found.origin) == (False, None, None, None)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "deck: x\n", "deck: x\nnotes:\n", "notes: []\n"])
def test_files_without_notes(text):
    """A file without notes is a deck without notes."""
    assert notes(text) == ()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("decks/karpathy/concepts.yaml", "karpathy::concepts"),
        ("decks/inbox.yaml", "inbox"),
        ("decks/a.b/c.d.yml", "a.b::c.d"),
        ("elsewhere/x.yaml", "elsewhere::x"),
    ],
)
def test_deck_from_path(path, name):
    """A file without `deck:` is the deck of its path."""
    assert deck_of_path(path) == deck("tags: x\n", path).deck == deck("deck:\n", path).deck == name


@pytest.mark.parametrize(
    ("lines", "type"),
    [
        ("quote: x\n    by: y", "quote"),
        ("term: x\n    means: y", "both"),
        ("ask: x\n    answer: y", "typed"),
        ("cloze: a {{c1::x}}", "cloze"),
        ("a: y\n    q: x", "basic"),
    ],
)
def test_the_marker_names_the_type(lines, type):
    """The marker key, anywhere in the note, names the type."""
    assert note(lines).type == type


def test_foreign_types():
    """`type:` names a type without a marker; `fields:` holds fields of any name; the first field gives the id."""
    found = note("type: Basic (and reversed card)\n    fields:\n      Front: one\n      tags: two")
    assert found.fields == {"Front": "one", "tags": "two"} and found.tags == ()
    assert found.id == derived_id("one")


def test_a_foreign_note_without_its_first_field():
    """What the id would come from may be empty only where the id is given."""
    given = note("type: Basic (and reversed card)\n    id: x\n    fields: {tags: two}")
    assert (given.id, given.fields) == ("x", {"tags": "two"})
    found = problem("type: Basic (and reversed card)\n    id:\n    fields: {tags: two}")
    assert found.code == "missing-field"


def test_fields_called_like_keys():
    """Under `fields:`, any name is that of a field, also beside the note's key of that name."""
    named = tuple(Field(name, "html", False, (), None, 0) for name in ("id", "type", "guid", "notes"))
    types = {"Odd": replace(FOREIGN, name="Odd", fields=named)}
    text = "notes:\n  - id: x\n    type: Odd\n    guid: g\n    fields: {id: a, type: b, guid: c, notes: d}\n"
    (found,) = read_deck("decks/a.yaml", text.encode(), types).notes
    assert (found.id, found.type, found.guid) == ("x", "Odd", "g")
    assert found.fields == {"id": "a", "type": "b", "guid": "c", "notes": "d"}


def test_foreign_html_may_hold_anything():
    """An escape may bring a control character into an HTML field, which is what Anki had there, and into a guid."""
    found = note('type: Basic (and reversed card)\n    guid: "\\x01"\n    fields: {Front: "a\\x0d\\u2028\\x00"}')
    assert found.fields == {"Front": "a\r\u2028\0"} and found.guid == "\x01"


@pytest.mark.parametrize(
    "lines", ['q: "\\u0000"\n    a: b', 'q: a\n    a: "x\\u2028"', 'q: a\n    a: b\n    tags: ["\\x01"]']
)
def test_no_other_text_may_hold_a_control_character(lines):
    """Where an escape stands for one, the note is left out and the place told; `\\u00e9` is a letter like any other."""
    found = problem(lines)
    assert found.code == "control-character" and found.message.startswith("The escape stands for ")
    assert note('q: "caf\\u00e9"\n    a: b').fields["q"] == "café"


def test_a_file_that_says_control_characters_of_itself():
    """A description with one is told of, a deck's name with one leaves out the file."""
    assert [each.code for each in deck('description: "\\x01"\n').problems] == ["control-character"]
    found = deck('deck: "a\\x01"\nnotes:\n  - q: a\n    a: b\n')
    assert (found.notes, [each.code for each in found.problems]) == ((), ["control-character"])


def test_wordings():
    """A marker may be a list of wordings: the first is the field and gives the id."""
    found = note("q:\n      - one\n      - uno\n    a: two")
    assert found.wordings == ("one", "uno")
    assert found.fields["q"] == "one" and found.id == derived_id("one")


def test_prompts():
    """A prompt without an id has one derived like a note's; its question may be a list."""
    (one, two) = note(
        "q: x\n    a: y\n    prompts:\n      - {q: [one, uno], a: b}\n      - {q: two, a: c, id: t}"
    ).prompts
    assert (one.id, one.q, one.a) == (derived_id("one"), ("one", "uno"), "b")
    assert two.id == "t"


@pytest.mark.parametrize(
    ("text", "draft"), [("true", True), ("yes", True), ("Yes", True), ("'true'", True), ("false", False), ("no", False)]
)
def test_draft(text, draft):
    """A draft is true, false, yes or no; the note's own word counts more than the file's."""
    assert note(f"q: x\n    a: y\n    draft: {text}").draft is draft
    (found,) = notes(f"draft: {'no' if draft else 'yes'}\nnotes:\n  - q: x\n    a: y\n    draft: {text}\n")
    assert found.draft is draft
    (found,) = notes(f"draft: {text}\nnotes:\n  - q: x\n    a: y\n")
    assert found.draft is draft


@pytest.mark.parametrize("key", ["tags", "needs", "was", "cards"])
def test_one_text_is_a_list_of_one(key):
    """Where a list of texts belongs, a single text will do, and an empty one is no text."""
    found = note(f"concept: x\n    definition: y\n    {key}: name")
    assert getattr(found, key) == ("name",)
    assert getattr(note(f"concept: x\n    definition: y\n    {key}:"), key) == ()


def test_cards_in_other_decks():
    """`decks` names the decks of single cards, of prompts and clozes too; the others are in the note's deck."""
    found = note("term: a\n    means: b\n    prompts: [{q: c, a: d, id: e}]\n    decks: {backward: B::C, p-e: D}")
    assert [found.deck_of(card) for card in ("forward", "backward", "p-e")] == ["a", "B::C", "D"]
    assert note("cloze: a {{c3::b}}\n    decks: {c3: C}").deck_of("c3") == "C"


def test_cards_of_a_deck():
    """A deck's choice of cards holds for the types that have them; a note's own choice goes first."""
    concept, basic, own = notes(
        "cards: [name]\nnotes:\n  - concept: x\n    definition: y\n  - q: x\n    a: y\n"
        "  - concept: z\n    definition: y\n    cards: [definition]\n"
    )
    assert (concept.cards, basic.cards, own.cards) == (("name",), None, ("definition",))


@pytest.mark.parametrize("date", ["2023", "2023-01", "2023-01-24", "2024-02-29", "0001-01-01"])
def test_dates(date):
    """A date is a year, a month or a day, and stays text."""
    assert note(f"quote: x\n    by: y\n    date: {date}").fields["date"] == date


@pytest.mark.parametrize("date", ["2023-13", "2023-02-29", "24.1.2023", "23", "2023-1-4", "0000", "soon", "٢٠٢٣"])
def test_dates_that_are_none(date):
    """A day that does not exist, or is written another way, is not a date."""
    found = problem(f"quote: x\n    by: y\n    date: {date}")
    assert (found.code, found.line, found.column) == ("not-a-date", 4, 11)
    assert found.hint == "A date is YYYY, YYYY-MM or YYYY-MM-DD."


def test_unverified_quotes():
    """An unverified quote is read, with a warning that it makes no card; as a draft it needs no warning."""
    text = "notes:\n  - quote: x\n    by: y\n    fidelity: unverified\n"
    found = deck(text)
    assert len(found.notes) == 1
    assert [(problem.severity, problem.code, problem.line) for problem in found.problems] == [
        ("warning", "unverified", 4)
    ]
    assert deck(text + "    draft: true\n").problems == ()


def test_an_unknown_key():
    """A key that no field has is an error that names the nearest one."""
    found = problem("concept: x\n    defintion: y\n    definition: z")
    assert (found.line, found.column, found.code) == (3, 5, "unknown-key")
    assert found.message == "`defintion` is not a key of a note of type concept."
    assert found.hint == "Did you mean `definition`?"


WRONG = {
    "q: x": ("missing-field", 2, 5, "A note of type basic needs `a`, and this one has none."),
    "q: x\n    a:": ("missing-field", 3, 5, "A note of type basic needs `a`"),
    "q: '  '\n    a: y": ("missing-field", 2, 5, "A note of type basic needs `q`"),
    "q: x\n    term: y\n    a: z": ("two-types", 3, 5, "`q` and `term` each name a note type"),
    "question: x\n    a: y": ("no-type", 2, 5, "No key of this note says what type it is."),
    "type: nothing\n    fields: {}": ("unknown-type", 2, 11, "There is no note type named `nothing`."),
    "q: x\n    a: [y]": ("not-a-text", 3, 8, "`a` must be a text, and this is a list."),
    "q: x\n    a: {y: z}": ("not-a-text", 3, 8, "`a` must be a text, and this is a set of keys."),
    "q: {x: y}\n    a: y": ("not-a-text", 2, 8, "`q` must be a text"),
    "cloze: [x, y]": ("not-a-text", 2, 12, "`cloze` must be a text, and this is a list."),
    "q: x\n    a: y\n    id: A B": ("bad-id", 4, 9, "`A B` cannot be an id."),
    f"q: x\n    a: y\n    id: {'a' * 201}": ("bad-id", 4, 9, f"`{'a' * 40}…` cannot be an id."),
    "q: x\n    a: y\n    needs: [a, B]": ("bad-id", 4, 12, "`B` cannot be an id."),
    "q: x\n    a: y\n    tags: [a, 'b c']": ("bad-tag", 4, 11, "The tag `b c` has a space in it."),
    "q: x\n    a: y\n    draft: maybe": ("not-a-truth", 4, 12, "`draft` is either true or false."),
    "q: x\n    a: y\n    cards: [nme]": ("unknown-template", 4, 12, "`nme` is not a card template of type basic."),
    "q: x\n    a: y\n    decks: A": ("not-keys", 4, 12, "`decks:` must be a set of keys, one for each card."),
    "q: x\n    a: y\n    decks: {answr: A}": ("unknown-template", 4, 20, "`answr` is not a card of this note."),
    "q: x\n    a: y\n    decks: {p-z: A}": ("unknown-template", 4, 18, "`p-z` is not a card of this note."),
    "cloze: '{{c1::x}}'\n    decks: {c0: A}": ("unknown-template", 3, 17, "`c0` is not a card of this note."),
    "q: x\n    a: y\n    decks: {answer: 'A::'}": ("bad-deck-name", 4, 21, "The deck name `A::` has an empty part"),
    "quote: x\n    by: y\n    fidelity: verbatm": ("not-a-choice", 4, 15, "`fidelity` cannot be `verbatm`."),
    "concept: x\n    definition_masked: y": ("derived-field", 3, 5, "`definition_masked` cannot be written"),
    "q: x\n    a: y\n    prompts: z": ("prompts-not-a-list", 4, 14, "`prompts:` must be a list."),
    "q: x\n    a: y\n    prompts: [z]": ("not-a-prompt", 4, 15, "A prompt is a set of keys, and this is not."),
    "q: x\n    a: y\n    prompts: [{q: z}]": ("missing-field", 4, 15, "A prompt needs `a`, and this one has none."),
    "q: x\n    a: y\n    prompts: [{q: z, a: b, c: d}]": ("unknown-key", 4, 28, "`c` is not a key of a prompt."),
    "q: x\n    a: y\n    prompts: [{q: z, a: b}, {q: z, a: c}]": (
        "duplicate-prompt",
        4,
        29,
        "Two prompts of this note",
    ),
    "q: x\n    a: y\n    fields: {a: z}": (
        "duplicate-key",
        4,
        17,
        "`a` stands in the note and under `fields:` as well.",
    ),
    "q: x\n    a: y # z": ("comment-after-value", 3, 9, "YAML takes ` #`"),
    "just text": ("not-a-note", 2, 5, "A note is a set of keys, and this is not."),
}


@pytest.mark.parametrize("lines", WRONG)
def test_a_wrong_note(lines):
    """A mistake in a note is one problem at its place, and leaves out that note alone."""
    code, line, column, message = WRONG[lines]
    found = problem(lines)
    assert (found.code, found.line, found.column, found.severity) == (code, line, column, "error")
    assert found.message.startswith(message)


def test_all_mistakes_of_a_note():
    """Mistakes in one note do not hide one another."""
    found = deck(
        "notes:\n  - quote: x\n    by: y\n    date: soon\n    fidelity: maybe\n    tags: [a b]\n    nothing: z\n"
    )
    assert [problem.code for problem in found.problems] == ["not-a-date", "not-a-choice", "bad-tag", "unknown-key"]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("format: 2", "newer-format"),
        ("format: 0", "unknown-format"),
        ("deck: 'a::::b'", "bad-deck-name"),
        ("tags: [a b]", "bad-tag"),
        ("cards: nme", "unknown-template"),
        ("draft: maybe", "not-a-truth"),
        ("deck: x # y", "comment-after-value"),
        ("tags: a\ntags: b", "duplicate-key"),
        ("deck: x: y", "colon-in-text"),
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_keys_that_govern_all_notes(head, code, above):
    """A mistake in a key that governs every note, above or below them, leaves all of them out."""
    body = "notes:\n  - q: x\n    a: y\n"
    found = deck(f"{head}\n{body}" if above else f"{body}{head}\n")
    assert [problem.code for problem in found.problems] == [code]
    assert found.notes == ()


def test_other_keys_of_a_file():
    """A key that governs nothing may be wrong, and the notes stay."""
    found = deck("autor: x\nlicence: [y]\nnotes:\n  - q: x\n    a: y\n")
    assert [problem.code for problem in found.problems] == ["unknown-key", "not-a-text"]
    assert found.problems[0].hint == "Did you mean `author`?"
    assert len(found.notes) == 1


def test_a_newer_format_says_so():
    """A deck of a later format is named as one."""
    (found,) = deck("format: 2\n").problems
    assert found.message == "This file is written in format 2, and this srs reads format 1."


@pytest.mark.parametrize("text", ["- q: x\n  a: y\n", "just text\n", "notes: text\n", "notes: {q: x}\n"])
def test_not_a_deck(text):
    """A file that is not a set of keys with a list of notes is one problem."""
    assert len(deck(text).problems) == 1 and deck(text).notes == ()


def test_problems_have_places():
    """A problem prints as path:line:column: message."""
    (found,) = deck("notes:\n  - q: x\n").problems
    assert str(found) == "decks/a.yaml:2:5: A note of type basic needs `a`, and this one has none."


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes(data):
    """No bytes make the reader raise."""
    read_deck("decks/a.yaml", data, TYPES)


def test_a_marker_without_wordings_is_a_problem():
    """A note whose marker is an empty list does not vanish in silence."""
    found = deck("notes:\n  - q: []\n    a: x\n")
    assert [(problem.line, problem.code) for problem in found.problems] == [(2, "empty-list")]


SCALARS = st.sampled_from(["", "x", "true", "2023", "a b", "A", "name", "verbatim", "basic", "1", "'q'"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["q", "a", "id", "type", "fields", "Front"]), inner, max_size=3).map(
            lambda keys: "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"
        ),
    ),
    max_leaves=6,
)
NOTE_KEY = st.sampled_from([*NOTE_KEYS, "q", "a", "concept", "definition", "quote", "date", "fidelity", "cloze", "zz"])
FILE_KEY = st.sampled_from([*(key for key in FILE_KEYS if key != "notes"), "zz"])


@given(st.dictionaries(FILE_KEY, TREES, max_size=3), st.lists(st.dictionaries(NOTE_KEY, TREES), max_size=4))
def test_any_values(head, items):
    """Whatever a key holds, reading does not raise, and a note is either read or has an error."""
    lines = [f"{key}: {value}" for key, value in head.items()] + ["notes:"]
    for item in items:
        lines += [f"  {'-' if not number else ' '} {key}: {value}" for number, (key, value) in enumerate(item.items())]
    found = deck("\n".join(lines) + "\n")
    written = sum(bool(item) for item in items)
    assert len(found.notes) == written or any(problem.severity == "error" for problem in found.problems)


def test_the_collector_walks_no_tree():
    """While a file is read the collector stays away, and when it is back the tree of the file is gone."""
    data = b"notes:\n" + b"".join(b"  - q: Q %d\n    a: A\n" % number for number in range(1000))
    types, seen = builtin_types(), []

    def texts() -> int:
        return sum(type(each) is Text for each in gc.get_objects())

    def look(phase: str, info: object) -> None:
        seen.append(texts())

    gc.collect()
    before = texts()
    gc.callbacks.append(look)
    try:
        found = read_deck("a.yaml", data, types)
        gc.collect()
    finally:
        gc.callbacks.remove(look)
    assert len(found.notes) == 1000
    assert set(seen) == {before}
