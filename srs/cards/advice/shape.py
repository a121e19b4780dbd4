"""Rules of advice on the shape of a card: how long it is, how many things it asks for, what a cloze hides."""

import re

from srs.cards import cloze
from srs.cards.advice.asked import GAP, Asked
from srs.cards.advice.words import (
    ASKING,
    HELPING,
    count,
    has_code,
    prose,
    sentences,
    telling,
    unquoted,
    without_asides,
    word_set,
    words,
)

LONGEST_ANSWER = 25
"""Words; SuperMemo's plugin for Wozniak's rules says 10, but that is for facts, and ideas take a sentence."""
LONGEST_QUESTION = 30
"""Words; as in SuperMemo's plugin for Wozniak's rules."""
FEWEST_PARTS = 3
"""From here on an answer is a list."""
LONGEST_PART = 5
"""Words that a part of a list has; with more between two commas, they part clauses."""
HIDDEN = 0.4
"""Share of the words of a sentence that a gap may hide."""
MOST_GAPS = 3
"""Gaps in one text."""

_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t]+\S", re.MULTILINE)
_COMMA = re.compile(r"\s*[;,]\s+(?:(?:and|or)\s+)?")
_LAST = re.compile(r"\s+(?:and|or|&)\s+")
_CLAUSE = word_set(
    "across against as because but by for from if in into it not on over since so such that through to when where"
    " which while who with without"
)
_NUMBER = r"(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|[3-9]|1\d)"
_LISTS = re.compile(
    r"^(?:please )?(?:list|enumerate|name (?:all|the \w+s\b|" + _NUMBER + r"))\b"
    r"|\b(?:what|which) (?:are|were) (?:all )?(?:the |its |their |his |her )?" + _NUMBER + r"\b"
    r"|\b(?:what|which) " + _NUMBER + r"\b"
    r"|\b(?:list|name|give) (?:all|" + _NUMBER + r")\b"
)
_CODE = re.compile(r"`[^`]*`")
_GAP_IN_CODE = re.compile(rf"`[^`\n]*{GAP}[^`\n]*`")
_TRUTH = re.compile(r"(?:yes|no|true|false|correct|incorrect|wrong)\b(?![- ]\w+ing\b)", re.IGNORECASE)
_TRUE_OR_FALSE = re.compile(r"\b(?:true or false|yes or no)\b", re.IGNORECASE)
_ADDED = re.compile(
    r",?\s(?:and|or)\s+(?:(?:in|at|on|by|for|from|to|with)\s+)?(?:what|when|where|why|how)\b"
    r"|,\s(?:and|or)\s+(?:(?:in|at|on|by|for|from|to|with)\s+)?(?:who|whom|whose|which)\b",
    re.IGNORECASE,
)


def one_thing(card: Asked) -> str | None:
    """A long answer, or two questions at once. Words in blocks of code and in brackets do not count."""
    if card.kind in ("question", "slot"):
        length = count(without_asides(prose(card.answer)))
        if length > LONGEST_ANSWER and not has_code(card.answer) and not _is_quotation(card.answer):
            return f"The answer has {length} words, more than {LONGEST_ANSWER}."
    if card.kind == "question" and asks_twice(card.question):
        return "It asks more than one question."
    return None


def asks_twice(question: str) -> bool:
    """Whether two questions are asked: two question marks, or a second question word after `and`."""
    text = unquoted(prose(question))
    asked = [each for each in sentences(text) if each.rstrip('"”’)').endswith("?")]
    if len(asked) > 1:
        return True
    if not asked:
        return False
    opening, *rest = _ADDED.split(asked[0], maxsplit=1)
    asks = any(word in ASKING for word in words(opening)[:6]) and "between" not in words(opening)
    return asks and bool(rest)


def _is_quotation(text: str) -> bool:
    """Whether a text is hardly more than somebody else's words."""
    return count(unquoted(prose(text)).replace("“”", "")) <= count(prose(text)) / 4


def asks_list(card: Asked) -> str | None:
    """A question that wants a list, or an answer that is one."""
    if card.kind not in ("question", "slot"):
        return None
    items = len(_ITEM.findall(card.answer))
    if items >= FEWEST_PARTS:
        return f"The answer is a list of {items} items."
    parts = listed(card.answer)
    if parts >= FEWEST_PARTS:
        return f"The answer has {parts} parts."
    if card.kind == "question" and any(_LISTS.search(each.casefold()) for each in sentences(prose(card.question))):
        return "It asks for a list."
    return None


def listed(answer: str) -> int:
    """How many short parts an answer consists of; 1 where it is no bare list."""
    if has_code(answer):
        return 1
    text = without_asides(unquoted(prose(answer))).strip().rstrip(".")
    if len(sentences(text)) > 1:
        return 1
    head, colon, tail = text.partition(": ")
    parts = _COMMA.split(tail if colon and count(head) <= LONGEST_PART else text)
    if len(parts) == 1:
        return 1
    parts = [each for each in (*parts[:-1], *_LAST.split(parts[-1], maxsplit=1)) if each.strip()]
    return len(parts) if all(map(_is_part, parts)) and not _is_name(parts) else 1


def _is_part(text: str) -> bool:
    """Whether a text between commas is one thing of several, and not a clause."""
    said = words(text)
    return count(text) <= LONGEST_PART and not (said and said[0] in _CLAUSE) and not HELPING.intersection(said)


def _is_name(parts: list[str]) -> bool:
    """Whether the parts are a date or a place, which commas take apart and which are one thing."""
    return any(re.fullmatch(r"\d{4}|\d{1,2} \w+|\w+ \d{1,2}", each.strip()) for each in parts[1:])


def yes_no(card: Asked) -> str | None:
    """A question that yes or no would answer, or an answer that is one of them."""
    if card.kind != "question":
        return None
    text = unquoted(prose(card.question))
    if _TRUE_OR_FALSE.search(text):
        return "It asks whether something is true."
    answer = prose(_CODE.sub("", card.answer))
    if _TRUTH.match(answer) and (count(answer) == 1 or re.match(r"\w+\s*[,.;:!(–—-]", answer)):
        return f"The answer is “{words(answer)[0]}”."
    if any(_is_closed(each) for each in sentences(text)):
        return "It can be answered with yes or no."
    return None


def _is_closed(sentence: str) -> bool:
    """Whether a sentence is a question that begins with its verb, also after a clause with a comma."""
    if not sentence.rstrip('"”’)').endswith("?"):
        return False
    said = words(sentence)
    if said and said[0] in HELPING:
        return True
    opening, comma, rest = sentence.partition(", ")
    clause = words(rest.rpartition(", ")[2])
    first, *others = words(opening) or [""]
    begins = first in ASKING and (first not in ("when", "where") or not others or others[0] in HELPING)
    asks = begins or ASKING.intersection(others + words(rest))
    return bool(comma and clause) and clause[0] in HELPING and not asks


def long_question(card: Asked) -> str | None:
    """A question with many words, code aside."""
    if card.kind not in ("question", "cloze"):
        return None
    length = count(prose(card.question))
    return f"The question has {length} words, more than {LONGEST_QUESTION}." if length > LONGEST_QUESTION else None


def shallow_cloze(card: Asked) -> str | None:
    """A gap that hides much of the sentence, or nothing that means anything; more gaps than one sentence bears."""
    if card.kind != "cloze":
        return None
    marks = [mark for text in card.note.fields.values() for mark in cloze.marks(text, paired=True) if mark.numbers]
    if len(marks) > MOST_GAPS:
        return f"The text has {len(marks)} gaps, more than {MOST_GAPS}."
    if has_code(card.question):
        return None
    hidden, left = count(prose(card.answer)), count(prose(card.question))
    if hidden > HIDDEN * (hidden + left):
        return f"It hides {hidden} of the {hidden + left} words."
    inside = words(card.answer)
    if inside and not _GAP_IN_CODE.search(card.question) and not any(telling(word) for word in inside):
        return f"It hides only “{prose(card.answer)}”, which says nothing by itself."
    return None
