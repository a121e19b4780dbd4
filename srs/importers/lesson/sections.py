"""Labelled texts to sections, one for each concept, and what belongs to none. Knows no notes and no names of ideas.

A heading opens a section, and so does text after *What to Do Next*, or a label that the section has already. A lesson
without headings may begin with an introduction: of what stands before its first label, as many paragraphs open the
first section as open the others.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median_low

from srs.importers.lesson.blocks import heading_text
from srs.importers.lesson.labels import MAIN, Slot, slot_of
from srs.importers.lesson.naming import opens_idea
from srs.importers.lesson.slots import Item

_TYPICAL: dict[Slot, re.Pattern[str]] = {
    "mistake": re.compile(
        r"^(?:(?:most |many |some |a lot of |too many )?(?:people|beginners|newcomers|learners|students|developers|"
        r"programmers|teams|engineers|users|folks)|everyone|everybody|thinking|believing|assuming|starting|treating|confusing|expecting|skipping|"
        r"ignoring|forgetting|using|don['’]t|do not|never|it['’]?s? (?:is )?(?:tempting|easy)|"
        r"the (?:trap|error|danger|mistake))\b|"
        r"(?<=[.!?] )(?:most |many )?(?:people|beginners)\b",
        re.IGNORECASE,
    ),
    "mental_model": re.compile(
        r"^(?:think of|imagine|picture|it['’]?s? (?:is )?like|like |as if|suppose|visuali[sz]e)\b", re.IGNORECASE
    ),
    "next_step": re.compile(
        r"^(?:read|watch|try|build|search|go|write|open|take|pick|commit|spend|implement|find|play|run|set|do|start|look|"
        r"install|download|practi[sc]e|draw|ask|explain|measure|make|choose|tonight|this week|today|tomorrow)\b",
        re.IGNORECASE,
    ),
    "example": re.compile(
        r"^(?:[Ff]or (?:example|instance)|In (?:[A-Z]\w+ )?(?:1[89]|20)\d\d|Consider|Take|When|At [A-Z])\b"
    ),
}  # fmt: skip


@dataclass(slots=True)
class Section:
    """One concept to be. `heading` None: it has none. `slots` holds what stood under each label, code left out."""

    heading: Item | None
    opening: list[Item] = field(default_factory=list)
    slots: dict[Slot, list[Item]] = field(default_factory=dict)
    code: list[Item] = field(default_factory=list)
    labels: list[Item] = field(default_factory=list)
    slot: Slot | None = None
    doubts: list[str] = field(default_factory=list)

    def put(self, item: Item) -> None:
        """Put an item under the label that came last; code is kept apart."""
        if item.kind == "code" and self.slot != "quote":
            self.code.append(item)
        elif self.slot is None:
            self.opening.append(item)
        else:
            self.slots.setdefault(self.slot, []).append(item)

    def start(self, label: Item) -> None:
        self.slot = label.slot
        self.labels.append(label)
        if label.slot is not None:
            self.slots.setdefault(label.slot, [])
        if label.text:
            self.put(label)

    def items(self) -> Iterator[Item]:
        """Everything in it."""
        yield from ([self.heading] if self.heading else [])
        yield from self.opening
        yield from self.labels
        for inside in self.slots.values():
            yield from inside
        yield from self.code


@dataclass(slots=True)
class Part:
    """What stands under one heading, or before the first: the sections made of it, and the items in none of them."""

    heading: Item | None
    items: list[Item] = field(default_factory=list)
    above: "Part | None" = None
    sections: list[Section] = field(default_factory=list)
    loose: list[Item] = field(default_factory=list)

    @property
    def level(self) -> int:
        return self.heading.level if self.heading else 0

    @property
    def labels(self) -> list[Item]:
        return [item for item in self.items if item.kind == "label"]


def parts_of(items: Iterable[Item]) -> list[Part]:
    """The parts of a lesson with their sections, in the order of the source."""
    parts = _parted(list(items))
    for part in parts:
        _divide(part)
    sections = [section for part in parts for section in part.sections]
    for part in parts:
        _shorten_introduction(part, sections)
    _infer(sections)
    return parts


def _parted(items: list[Item]) -> list[Part]:
    levels = Counter(item.level for item in items if item.kind == "label" and item.level and item.slot in MAIN)
    usual = levels.most_common(1)[0][0] if levels else 0
    part = Part(None)
    parts = [part]
    headed: list[Part] = []  # the parts that the one being read stands under
    for item in items:
        if item.kind == "label" and item.level:
            if _is_only_heading(item, part, usual):
                item = Item("heading", item.block, heading_text(item.block))
            elif not part.labels and part.above and item.level <= part.level:
                part = part.above
        if item.kind == "heading":
            while headed and headed[-1].level >= item.level:
                headed.pop()
            above = headed[-1] if headed else None
            part = Part(item, above=above if above and above.labels else None)
            parts.append(part)
            headed.append(part)
        else:
            part.items.append(item)
    return parts


def _is_only_heading(label: Item, part: Part, usual: int) -> bool:
    """Whether a heading that reads like a label heads a part of the lesson, such as `## Quotes`."""
    if label.slot not in MAIN and (part.heading is None or label.level <= part.level):
        return label.level != usual
    if label.level > part.level:
        return False
    others = [each for each in part.labels if each.level != label.level]
    return label.level != usual or bool(others)


def _divide(part: Part) -> None:
    counts = Counter(item.slot for item in part.items if item.kind == "label" and item.slot in MAIN)
    several = max(counts.values(), default=0) > 1
    divider = _Divider(part, alone=part.heading is not None and not several)
    for item in part.items:
        divider.take(item)
    divider.close()
    part.sections = [section for section in divider.sections if _is_concept(section)]
    dropped = [section for section in divider.sections if not _is_concept(section)]
    part.loose = divider.loose + [
        item for section in dropped for item in section.items() if item is not section.heading
    ]
    part.loose = list({id(item): item for item in part.loose}.values())
    part.loose.sort(key=lambda item: item.block.first_line)


class _Divider:
    """The items of a part, one after the other, to sections. `alone`: the heading names the only one."""

    def __init__(self, part: Part, alone: bool) -> None:
        self.part = part
        self.alone = alone
        self.pending: list[Item] = []
        self.sections: list[Section] = []
        self.loose: list[Item] = []
        self.open: Section | None = None
        self.ended = False
        self.aside = False

    def take(self, item: Item) -> None:
        if item.kind == "rule":
            self.ended = self.ended or self.open is not None
        elif item.kind == "label":
            self.label(item)
        elif self.open is None or self.aside:
            self.pending.append(item)
        elif self.ended or (not self.alone and self.over(item)):
            self.close()
            self.pending.append(item)
        else:
            self.open.put(item)

    def label(self, item: Item) -> None:
        section = self.open
        if item.slot == "quote":
            # What follows are quotes; whatever else does is text beside the section, or opens the next one.
            self.aside = section is not None
            self.pending.append(item)
            return
        if section and item.slot in MAIN and item.slot in section.slots and not self.alone:
            opening = self.pending or _last_of(section)
            self.pending = []
            self.close()
            self.pending = [each for each in opening if each.kind != "label"]
            self.loose += [each for each in opening if each.kind == "label"]
        elif section and self.aside:
            self.loose += self.pending
            self.pending = []
        elif section and self.ended and item.slot in section.slots:
            self.close()
        if self.open is None:
            self.open = Section(self.part.heading if self.alone else None)
            self.sections.append(self.open)
            for each in self.pending:
                if each.kind == "label":
                    self.loose.append(each)
                else:
                    self.open.put(each)
            self.pending = []
        self.ended = self.aside = False
        self.open.start(item)

    def over(self, item: Item) -> bool:
        """Whether *What to Do Next* has its text, so that this item is none of it."""
        section = self.open
        if section is None or section.slot != "next_step":
            return False
        said = section.slots["next_step"]
        return bool(said) and not (item.block.kind in ("list", "code") and said[-1].text.rstrip().endswith(":"))

    def close(self) -> None:
        self.open, self.ended, self.aside = None, False, False
        self.loose += self.pending
        self.pending = []


def _last_of(section: Section) -> list[Item]:
    """The last paragraph of a section, taken out of it where its slot has another: it opens the next section."""
    said = section.slots.get(section.slot, []) if section.slot else []
    if len(said) < 2:
        return []
    return [said.pop()]


def _is_concept(section: Section) -> bool:
    slots = {label.slot for label in section.labels}
    if len(slots) > 1 and slots & {*MAIN, "definition"}:
        return True
    return any(
        label.slot in MAIN and (" " in label.label or label.level or label.form == "bold") for label in section.labels
    )


def _shorten_introduction(part: Part, sections: list[Section]) -> None:
    """Leave only as many paragraphs to the first section as its siblings open with, the rest being an introduction.

    A line above it that only looks like a heading is then the title of the lesson, not the name of an idea.
    """
    if not part.sections:
        return
    first = part.sections[0]
    bare = first.heading is not None and not re.match(r"\s*#|.*\n", first.heading.block.text)
    if first.heading and not (bare and first is sections[0]):
        return
    siblings = [len(each.opening) for each in sections if each is not first and each.opening]
    if first.heading and (not siblings or len(first.opening) <= max(siblings)):
        return
    first.heading = None
    most = median_low(siblings) if siblings else 1
    start = max(0, len(first.opening) - most)
    if start and not opens_idea(first.opening[start].text):
        # The idea may be opened a little earlier, by a sentence that says what it is.
        start = next((at for at in (start - 1, start - 2) if at >= 0 and opens_idea(first.opening[at].text)), start)
    part.loose[:0] = first.opening[:start]
    del first.opening[:start]


def _infer(sections: list[Section]) -> None:
    """Where a label is missing that most sections have, and the text reads like it, take the text for its slot."""
    if len(sections) < 3:
        return
    has = Counter(slot for section in sections for slot in MAIN if slot in section.slots)
    for section in sections:
        missing = [slot for slot in MAIN if slot not in section.slots and has[slot] * 3 >= len(sections) * 2]
        if missing:
            _take_unlabelled(section, missing)


def _take_unlabelled(section: Section, missing: list[Slot]) -> None:
    """The last text of a slot that has several may be the one whose label is missing."""
    code = [item.block.first_line for item in section.code]
    for slot, said in [*section.slots.items()]:
        if len(said) < 2 or slot not in MAIN:
            continue
        item, line = said[-1], said[-1].block.first_line
        found = next((each for each in missing if _TYPICAL[each].search(item.text.strip())), None)
        if found:
            said.pop()
            section.slots[found] = [item]
            section.doubts.append(
                f"Line {line} has no label; it is taken for the {slot_name(found)}, "
                "which the others have and which it reads like."
            )
            return
        if any(said[0].block.first_line < at < line for at in code):
            lacks = " and no ".join(slot_name(each) for each in missing)
            section.doubts.append(
                f"Line {line} has no label and stands with the {slot_name(slot)}; "
                f"there is no {lacks}, which the others have."
            )


def slot_name(slot: Slot) -> str:
    """A slot in words."""
    words = {"mental_model": "mental model", "next_step": "next step", "mistake": "common mistake"}
    assert slot_of(words.get(slot, slot)) == slot
    return words.get(slot, slot)
