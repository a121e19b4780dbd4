"""Labels such as *Mental Model* or *Common Mistake*: which words are one, in which form, for which slot of a concept.

A label stands alone on its line, in a heading, in bold, before a colon, a dash or a full stop, or glued to the text on
either side, as happens when a web page is pasted: `Mental ModelThink of it`, `— Andrej KarpathyReal Example`. In a form
that prose may have too (`Word: …`), only words that are certainly a label count.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Slot = Literal["definition", "mental_model", "example", "mistake", "next_step", "code", "source", "quote"]
Form = Literal["alone", "heading", "bold", "inline", "glued"]

MAIN: tuple[Slot, ...] = ("mental_model", "example", "mistake", "next_step")
"""The slots whose labels make a concept of a section."""

_CERTAIN: dict[Slot, str] = {
    "definition": """
        definition; what it is; what is it; in short; in brief; in a nutshell; the idea; core idea; key
        idea; main idea; big idea; central idea; the gist; in one sentence; in plain words; in plain
        english; concept; meaning; what it means; tl;dr; the concept; explanation""",
    "mental_model": """
        mental model; mental models; mental picture; mental image; analogy; an analogy; metaphor; intuition;
        the intuition; picture it; picture this; how to picture it; a picture; think of it like this; think
        of it this way; think of it as; how to think about it; way to think about it; model to keep in mind;
        in your head; imagine it""",
    "example": """
        real example; real examples; example; examples; real-world example; real world example; real-world
        examples; real-life example; real life example; concrete example; worked example; case study; case
        in point; in practice; in the wild; in the real world; in real life; in action; seen in the wild;
        from practice; true story; a real case; real case; example from practice; live example""",
    "mistake": """
        common mistake; common mistakes; mistake; mistakes; typical mistake; usual mistake; classic mistake;
        frequent mistake; pitfall; pitfalls; common pitfall; common pitfalls; misconception; misconceptions;
        common misconception; common misconceptions; misunderstanding; common misunderstanding; watch out;
        watch out for; gotcha; gotchas; the trap; trap; common trap; common error; common errors; typical
        error; what people get wrong; what most people get wrong; where people go wrong; where it goes
        wrong; what goes wrong; how it goes wrong; don't fall for this; beware; where people slip; where
        people stumble; what trips people up; easy to get wrong; common confusion""",
    "next_step": """
        what to do next; what to do now; next step; next steps; next; what next; what's next; do this next;
        do this now; do this; try it; try this; try it yourself; try it out; your turn; your next step; your
        next move; next move; next action; action; action step; action steps; action item; action items;
        take action; exercise; exercises; homework; assignment; where to go next; where to go from here; go
        deeper; put it to work; put it into practice; to do; practice this; now you; now do this""",
    "code": "code; code example; code sample; code snippet; snippet; in code; listing; the code; sample code",
    "source": "source; sources; reference; references; citation; further reading; read more; where it is from",
    "quote": "quote; quotes; quotation; quotations; key quote; key quotes; in his words; in her words; in their words; "
    "in his own words; in her own words; in their own words; notable quotes; famous quotes",
}
_LIKELY: dict[Slot, str] = {
    "mental_model": r"\bmental (model|picture|image)|\banalog(y|ies)\b|\bmetaphor|\bintuition\b|\b(head|mind)$|"
    r"\b(picture|imagine|think of|think about|visuali[sz]e) (it|this)\b|\bway to (think|picture|see)\b",
    "mistake": r"\bmistakes?\b|\bpitfalls?\b|\bmisconception|\bmisunderst|\bmyths?\b|"
    r"\b(go|goes|get|gets|getting) (it |this )?wrong\b|\bwatch out\b|\bbeware\b|\bgotchas?\b|"
    r"\btraps?\b|\bslips?\b|\btrips? (you|people|us)?|\bstumble",
    "next_step": r"\bnext (steps?|move|action)\b|\b(what to do|do this|go|goes) (next|now)\b|\btry (it|this)\b|"
    r"\byour turn\b|\baction (steps?|items?)\b|\bhomework\b|\bexercises?\b|\bput (it|this) (in)?to\b",
    "example": r"\breal[- ](life|world)\b|\bin (practice|the wild|the field|real life)\b|\bexamples?$|\bcase study\b|"
    r"\bcase in point\b|\btrue story\b",
    "definition": r"\bwhat (it|this) (is|means)\b|\bin (short|a nutshell|plain \w+|one (sentence|line))\b|"
    r"\bdefinition\b|\b(core|main|key|big|central) idea$",
    "code": r"\bcode$|\bin code\b|\bsnippet$",
    "quote": r"\bquot(e|es|ations?)$|\bown words\b",
}
_SLOTS: dict[str, Slot] = {
    " ".join(words.split()): slot for slot, text in _CERTAIN.items() for words in text.split(";")
}
_LIKELY_WORDS = [(slot, re.compile(pattern)) for slot, pattern in _LIKELY.items()]
_MOST_WORDS = 7

_NUMBER = re.compile(r"(?:\(?\d{1,2}[.):]|[a-z]\))\s+")
_BULLET = re.compile(r"\s*(?:>\s*)*(?:[-*+•·‣▪◦]\s+)?")
_HEADING = re.compile(r"\s{0,3}(#{1,6})[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*$")
_BOLD = re.compile(
    r"(?P<mark>\*\*\*|\*\*|__|\*|_)(?=\S)(?P<text>[^*_\n]{2,60}?)(?P<in>\s*[:.—–-]?)(?P=mark)(?P<after>\s*[:.—–-]?)(?P<rest>.*)$",
    re.DOTALL,
)
_INLINE = re.compile(r"(?P<text>[^:：—–\n]{2,50}?)(?:\s*[:：](?=\s|$)|\s*[—–]\s*|\s-{1,2}\s)(?P<rest>.*)$", re.DOTALL)
_RUN_IN = re.compile(r"(?P<text>[^.\n]{3,40})\.\s+(?P<rest>\S.*)$", re.DOTALL)
_BRACKETS = re.compile(r"[\[【(](?P<text>[^\])】\n]{3,40})[\])】]\s*[:—–-]?\s*(?P<rest>.*)$", re.DOTALL)
_JUNCTION = re.compile(r"(?<=[a-z?!'’])(?=[A-Z“\"‘(`])|(?<=[A-Z]{3})(?=[A-Z][a-z])")
_LONGEST_GLUED = 50


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a text: `name` as written, `rest` what follows it."""

    slot: Slot
    name: str
    rest: str
    form: Form


def slot_of(words: str, likely: bool = False) -> Slot | None:
    """The slot that these words name. `likely`: where they are certainly a label of some kind, a hint is enough."""
    plain = _plain(words)
    if found := _SLOTS.get(plain) or _SLOTS.get(re.sub(r"^(the|a|an|one|your|my|our) ", "", plain)):
        return found
    if likely and 0 < len(plain.split()) <= _MOST_WORDS:
        return next((slot for slot, pattern in _LIKELY_WORDS if pattern.search(plain)), None)
    return None


def find_label(text: str, learnt: frozenset[str] = frozenset()) -> Label | None:
    """The label that a text starts with. `learnt` are labels of this lesson, see `learn`."""
    heading = _HEADING.match(text)
    if heading and "\n" not in text:
        return _in_heading(heading["text"], learnt)
    start = _bare_start(text)
    return _in_bold(start) or _alone(start, learnt) or _inline(start, learnt) or _glued(start, learnt)


def learn(lines: Iterable[str]) -> frozenset[str]:
    """What this lesson labels its slots with in its own words: what stands before several texts and hints at a slot."""
    seen: Counter[str] = Counter()
    for line in lines:
        start = _bare_start(line)
        if (found := _INLINE.match(start)) or (found := re.match(r"(?P<text>.{3,40})$", start)):
            seen[_plain(found["text"])] += 1
        for junction in _JUNCTION.finditer(start[:_LONGEST_GLUED]):
            seen[_plain(start[: junction.start()])] += 1
    return frozenset(words for words, count in seen.items() if count > 1 and slot_of(words, likely=True))


def split_glued(line: str, learnt: frozenset[str] = frozenset()) -> list[str]:
    """The line in pieces: cut before each label that is glued to what stands before it."""
    cuts = [0]
    for found in re.finditer(r"(?<=[\w.!?)\"”’;])(?=[A-Z][a-z]|[A-Z]{4})", line):
        at = found.start()
        before, rest = line[at - 1], line[at : at + _LONGEST_GLUED + 20]
        if before.isupper() or before == "_":
            continue
        label = _glued(rest, learnt) or (_alone(rest, learnt) if at + len(rest) == len(line) else None)
        label = label or (_inline(rest, learnt) if before in ".!?" else None)
        several = label is not None and " " in label.name
        if label and (several or before in '.!?)"”') and at - cuts[-1] > 1:
            cuts.append(at)
    return [line[start:end] for start, end in zip(cuts, [*cuts[1:], len(line)], strict=True)]


def _plain(words: str) -> str:
    words = words.replace("’", "'").lower()
    words = re.sub(r"[^\w\s;'-]|[_*`]", " ", words, flags=re.UNICODE)
    words = " ".join(words.split()).strip(" -'")
    return re.sub(r"^\d+ | (?:no )?\d+$", "", words)


def _bare_start(text: str) -> str:
    """A text without bullet, number, quotation sign of Markdown, and pictographs before its first word."""
    start = text[_BULLET.match(text).end() :]  # type: ignore[union-attr]
    if number := _NUMBER.match(start):
        start = start[number.end() :]
    bold = re.match(r"(\*\*|__)[^\w\s*(\"“'‘\[`]+\s*", start)
    if bold:
        return bold[1] + start[bold.end() :]
    return re.sub(r"^[^\w\s*_(\"“'‘\[【`$<>|#~+=/\\.,;:!?—–-]+\s*", "", start)


def _in_heading(text: str, learnt: frozenset[str]) -> Label | None:
    bare = re.sub(r"[*_]{1,3}", "", _bare_start(text)).strip()
    if slot := slot_of(bare.rstrip(":")):
        return Label(slot, bare, "", "heading")
    if inside := _inline(bare, learnt) or _glued(bare, learnt):
        return Label(inside.slot, inside.name, inside.rest, "heading")
    if slot := slot_of(bare, likely=True):
        # One that comes back is a label; one that does not says something as well, which is kept.
        return Label(slot, bare, "" if _plain(bare) in learnt else f"**{bare}**", "heading")
    return None


def _in_bold(text: str) -> Label | None:
    found = _BOLD.match(text)
    if not found:
        return None
    mark = found["in"].strip() or found["after"].strip()
    rest = found["rest"].strip()
    strong = len(found["mark"]) > 1
    slot = slot_of(found["text"], likely=strong and bool(mark or not rest))
    if slot is None or not (mark or not rest or found["rest"].startswith("\n") or rest[:1].isupper()):
        return None
    return Label(slot, found["text"].strip(), rest, "bold")


def _alone(text: str, learnt: frozenset[str]) -> Label | None:
    first, _, rest = text.partition("\n")
    words = first.strip().strip("=~-–—:[]() ")
    plain = _plain(words)
    if not words or len(words) > _LONGEST_GLUED or first.rstrip().endswith((".", ",", ";")):
        return None
    slot = slot_of(words) or (slot_of(words, likely=True) if plain in learnt else None)
    return Label(slot, words, rest.strip(), "alone") if slot and not words[:1].islower() else None


def _inline(text: str, learnt: frozenset[str]) -> Label | None:
    for pattern in (_BRACKETS, _INLINE, _RUN_IN):
        found = pattern.match(text)
        if not found or found["text"][:1].islower():
            continue
        slot = slot_of(found["text"]) or (
            slot_of(found["text"], likely=True) if _plain(found["text"]) in learnt else None
        )
        if slot and (pattern is _INLINE or " " in found["text"]):
            return Label(slot, found["text"].strip(), found["rest"].strip(), "inline")
    return None


def _glued(text: str, learnt: frozenset[str]) -> Label | None:
    best = None
    for junction in _JUNCTION.finditer(text[:_LONGEST_GLUED]):
        words = text[: junction.start()]
        slot = slot_of(words) or (slot_of(words, likely=True) if _plain(words) in learnt else None)
        if slot and words[:1].isupper():
            best = Label(slot, words, text[junction.start() :].strip(), "glued")
    return best or _glued_small(text)


def _glued_small(text: str) -> Label | None:
    """A label of several words glued to a word that starts small, or with a digit: `Real Examplenanochat is …`."""
    for words in _TITLES:
        if text.startswith(words) and re.match(r"(?!s\b)[a-z]{2}|\d", text[len(words) :]):
            return Label(_SLOTS[_plain(words)], words, text[len(words) :], "glued")
    return None


def _titled(words: str) -> str:
    small = {"to", "it", "the", "of", "in", "a"}
    return " ".join(each if at and each in small else each.capitalize() for at, each in enumerate(words.split()))


_TITLES = sorted((_titled(words) for words in _SLOTS if " " in words and words.isascii()), key=len, reverse=True)
_TITLES = [words for words in _TITLES if _plain(words) in _SLOTS]
