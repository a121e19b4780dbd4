"""Lessons read: the one we were given, two like it by somebody who had not read the importer, and any text at all."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srs.importers.lesson.reading import read_lesson
from srs.importers.lesson.tables import rows_of
from srs.importers.lesson.values import Draft, Lesson
from tests.support import times

LESSONS = Path(__file__).parents[1] / "data/lessons"
SLOTS = ("definition", "mental_model", "example", "mistake", "next_step", "code")


def lesson(name: str) -> Lesson:
    return read_lesson((LESSONS / name).read_bytes().decode(), name)


def of_type(read: Lesson, kind: str) -> list[Draft]:
    return [draft for draft in read.drafts if draft.type == kind]


def spaced(text: object) -> str:
    return re.sub(r"\s+", " ", str(text).replace("\u00a0", " ")).strip()


def bare(code: object) -> str:
    return "\n".join(line for line in str(code).split("\n") if not re.match(r"\s*(```|~~~)", line)).strip()


def test_the_pasted_lesson_has_six_concepts_with_every_slot() -> None:
    """The six labelled sections of karpathy.txt become concepts, each slot in its field and whole."""
    found = {str(each.fields["concept"]): each for each in of_type(lesson("karpathy.txt"), "concept")}
    assert [(name, each.first_line, each.last_line) for name, each in found.items()] == [
        ("Software 2.0", 6, 10), ("Backpropagation", 11, 23), ("Transformer", 24, 39), ("State of GPT", 40, 45),
        ("Karpathy's single, consistent teaching methodology", 46, 51), ("vibe coding", 52, 56),
    ]  # fmt: skip
    lines = (LESSONS / "karpathy.txt").read_text("utf-8").split("\n")
    for each in found.values():
        assert {"definition", "mental_model", "example", "mistake", "next_step"} <= each.fields.keys()
        whole = "".join(str(each.fields.get(name, "")) for name in SLOTS)
        for line in lines[each.first_line - 1 : each.last_line]:
            text = re.sub(r"^(Mental Model|Real Example|Common Mistake|What to Do Next)", "", line)
            assert text in whole or text.endswith("Andrej KarpathyReal Example"), text
    assert {name for name, each in found.items() if "code" in each.fields} == {"Backpropagation", "Transformer"}


def test_a_slot_without_its_label_is_doubted() -> None:
    """The paragraph in place of a missing label is taken for the slot that it reads like, and the draft says so."""
    backprop = of_type(lesson("karpathy.txt"), "concept")[1]
    assert str(backprop.fields["mistake"]).startswith("People learn backprop abstractly")
    assert any(doubt.startswith("Line 22 has no label") for doubt in backprop.doubts)


def test_the_pasted_lesson_has_every_quote_with_speaker_and_year() -> None:
    """Each quoted line of karpathy.txt is an unverified quote with its speaker, and work and year where told."""
    said = [
        (q.first_line, q.fields["by"], q.fields.get("work"), q.fields.get("date"))
        for q in of_type(lesson("karpathy.txt"), "quote")
    ]
    assert said == [
        (48, "Andrej Karpathy", None, None),
        (74, "Karpathy", "Zero to Hero lecture 1", None),
        (75, "Karpathy", None, None),
        (76, "Karpathy", "Software 2.0 essay", "2017"),
        (77, "Karpathy", None, "2025-02"),
        (78, "Karpathy", "Software 3.0 framing", "2025"),
        (79, "Karpathy", "State of GPT", "2023"),
        (80, "Karpathy", "State of GPT", None),
    ]
    assert {quote.fields["fidelity"] for quote in of_type(lesson("karpathy.txt"), "quote")} == {"unverified"}


def test_the_pasted_lesson_has_every_row_of_its_tables() -> None:
    """The nine repositories and nine resources of karpathy.txt become a question for each cell after the first."""
    asked = of_type(lesson("karpathy.txt"), "basic")
    assert len(asked) == 9 * 3 + 9 * 2
    assert len({each.first_line for each in asked}) == 18
    assert asked[0].fields == {"q": "micrograd: Stars?", "a": "~16k"}
    assert {"q": "llama2.c: Who it's for?", "a": "Intermediate. Bridge to systems-level understanding."} in [
        dict(each.fields) for each in asked
    ]


def test_text_without_labels_stays_what_it_is() -> None:
    """What has no label in karpathy.txt, and is no quote and no table, is left over: nothing is made of it."""
    left = {(each.first_line, each.reason) for each in lesson("karpathy.txt").leftovers}
    assert left == {(line, "text without a label") for line in (*range(1, 6), *range(68, 74))}


@pytest.mark.parametrize("name", ["lesson-markdown.md", "lesson-pasted.txt"])
def test_concepts_of_other_lessons(name: str) -> None:
    """In lessons of the same kind in other words and order, each slot is found where it begins and ends."""
    read, key = lesson(name), _key(name)
    found = of_type(read, "concept")
    assert len(found) == len(key["concepts"])
    for draft, wanted in zip(found, key["concepts"], strict=True):
        called = str(draft.fields["concept"])
        assert called == wanted["name"] if "name" in wanted else wanted["name_contains"].lower() in called.lower()
        for slot in SLOTS:
            if slot in wanted:
                _check_slot(read, draft, slot, wanted[slot])


def _check_slot(read: Lesson, draft: Draft, slot: str, wanted: dict[str, Any] | None) -> None:
    if wanted is None:
        assert slot not in draft.fields, (draft.fields["concept"], slot)
        return
    if wanted.get("unlabelled") and slot not in draft.fields:
        line = f"Line {wanted['line']} has no label"
        assert any(doubt.startswith(line) for doubt in draft.doubts)
        return
    text = bare(draft.fields[slot]) if slot == "code" else str(draft.fields[slot])
    assert spaced(text).startswith(tuple(map(spaced, wanted.get("starts_accepted", [wanted["starts"]])))), text[:80]
    assert spaced(text).endswith(spaced(wanted.get("ends", ""))), text[-80:]
    assert "lines" not in wanted or len(text.split("\n")) == wanted["lines"]


@pytest.mark.parametrize("name", ["lesson-markdown.md", "lesson-pasted.txt"])
def test_quotes_of_other_lessons(name: str) -> None:
    """Every quoted line has its words, speaker, work and year, in each form of attribution; nothing else is a quote."""
    quotes = {spaced(each.fields["quote"]): each for each in of_type(lesson(name), "quote")}
    key = _key(name)
    assert set(quotes) == {spaced(each["text"]) for each in key["quotes"]}
    for wanted in key["quotes"]:
        fields = quotes[spaced(wanted["text"])].fields
        assert fields["by"] in wanted.get("speaker_accepted", [wanted["speaker"]])
        told = f"{fields.get('work')} {fields.get('context')}"
        assert fields.get("work") in wanted.get("work_accepted", [wanted["work"]]) or wanted["work"] in told
        assert str(fields.get("date", ""))[:4] == str(wanted["year"] or "")


@pytest.mark.parametrize("name", ["lesson-markdown.md", "lesson-pasted.txt"])
def test_tables_and_the_rest_of_other_lessons(name: str) -> None:
    """Every row of a table is asked for, escaped pipes are pipes, and what must be reported is left over."""
    read, key = lesson(name), _key(name)
    asked = of_type(read, "basic")
    for table in key["tables"]:
        for cell in table["first_cells"]:
            assert any(str(each.fields["q"]).startswith(f"{cell}: ") for each in asked), cell
        if "escaped_pipe" in table:
            assert table["escaped_pipe"]["cell"] in [each.fields["a"] for each in asked]
    for wanted in key["must_report"]:
        assert any(each.first_line <= wanted["line"] <= each.last_line for each in read.leftovers), wanted


def _key(name: str) -> Any:
    return json.loads((LESSONS / name.replace(".md", ".key.json").replace(".txt", ".key.json")).read_text("utf-8"))


FORMS = """\
{w}
{w} is a {w} of words that go on.
{W} {W}
# {w}
### Mental Model
Mental Model{W} goes on
## {W}
**Common mistake:** {w}
Real Example
What to Do Next: {w}
- {w}
1. {w}
  - {w}
> {w}
> — {W} {W}
“{w} and more of it than that” — {W}, {w}, 1999
— {W} {W}Real Example
| {w} | {w} |
|---|---|
| {w} |
{w}\t{w}
x = {w}({w})
for x in {w}:
```python
```
~~~
---
===
Q: {w}?
A: {w}
C: a [{w}] gap
[^1]: {w}
{w}[^1]
[{w}][ref]
[ref]: https://example.org/{w}
<!-- {w} -->
<!-- {w}
    {w}
\t{w}



In their own words
Source: {w}
As {W} put it: “{w} is more than five words long.” {w}
Definition: {w}
{w}.Common Mistake{W} think
Code
Quote: “{w} {w} {w}” — {W}
### Where {w} goes wrong
**{W} {w}** {w}
![{w}]({w}.png)
{w}  {w}  {w}
"""
LINES = st.sampled_from(FORMS.split("\n"))


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, set[str]]:
    """A text of forms that lessons have, in any order, in which each word is there once; and these words."""
    words: list[str] = []

    def word(match: re.Match[str]) -> str:
        words.append(f"w{len(words)}x")
        return words[-1].capitalize() if match[0] == "{W}" else words[-1]

    lines = [re.sub(r"\{[wW]\}", word, line) for line in draw(st.lists(LINES, max_size=25))]
    if draw(st.booleans()):
        lines.append("A line that is long enough to say that each line is a paragraph " + "and goes on " * 10)
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines), set(words)


@settings(max_examples=times(60), deadline=None)
@given(texts(), st.sampled_from(["a.txt", "a.md"]))
def test_no_word_of_a_lesson_vanishes(text: tuple[str, set[str]], name: str) -> None:
    """Whatever a text is made of, each of its words is in a field of a draft, or in what is left over."""
    read = read_lesson(text[0], name)
    kept = " ".join(
        [str(value) for draft in read.drafts for value in draft.fields.values()]
        + [each.text for each in read.leftovers]
    )
    kept += f" {read.title} {' '.join(_corners(read))}"
    missing = text[1] - set(re.findall(r"w\d+x", kept.lower()))
    assert not missing, (missing, read.drafts, read.leftovers)


def _corners(read: Lesson) -> list[str]:
    """The headers of tables: what a column without a cell is called stands in no question."""
    return [" ".join(row.cells) for block in read.blocks if block.kind == "table" for row in rows_of(block)[:1]]


@settings(max_examples=times(40), deadline=None)
@given(st.one_of(texts().map(lambda pair: pair[0]), st.text(max_size=400)), st.sampled_from(["a.txt", "a.md"]))
def test_blocks_lie_in_order_and_within_the_text(text: str, name: str) -> None:
    """Any text can be read; its blocks come in order, with lines that are there, each line with text in one of them."""
    read = read_lesson(text, name)
    count = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    starts = [block.first_line for block in read.blocks]
    assert starts == sorted(starts)
    for each in (*read.blocks, *read.drafts, *read.leftovers):
        assert 1 <= each.first_line <= each.last_line <= count
