"""Rules of advice on the words of a card: what they presume, give away, or leave to grow old."""

import re

from srs.cards.advice.asked import Asked
from srs.cards.advice.words import (
    ASKING,
    HELPING,
    has_code,
    prose,
    sentences,
    stems,
    telling,
    unquoted,
    word_set,
    words,
)

ENOUGH = 2 / 3
"""Share of an answer's stems that, standing in the question, give it away."""
SHORT = 6
"""Stems of an answer that a question can give away; a longer one says more than they do."""
LONG = 4
"""Letters of a stem from which on it gives a term away by itself."""

_EXAMPLE = re.compile(
    r"\b(?:an?|one|some|any|another|two|three|other|further|more|good|typical|common|concrete|\d) (?:\w+ )?"
    r"examples?\b(?: (?:of|for|where|when|in which)\b(?! (?:what|which)\b|\s*\?)| that\b|\s*[.?]$)"
    r"|\bgive (?:me )?(?:an? |some )?(?:\w+ )?(?:example|instance)s?\b"
    r"|^(?:what|which|name|give)\b.*\b(?:an?|one|some|any) instances? of (?!what|which|\?)"
    r"|^examples? of\b"
)
_OF_WHAT = re.compile(r"\b(?:of|for) (?:what|which)\b|^(?:what|which)\b.*\b(?:is|are|was|were)\b.*\bexamples? of\s*\?$")

_PRONOUN = word_set("it its this that these those they them their he him his she her hers such itself themselves")
_PREPOSITION = word_set("after as at before by despite during for from in on since to until when while with")
_RIDDLE = re.compile(
    r"(?i)[.!] (?:which|what|who)(?: one| \w+)? (?:is|was|are|were) (?:it|this|that|they|he|she|meant|called)\b[^?]*\?"
)
_FORMULA = re.compile(r"\d|[+*/=<>^|&%$#@]")
_SHOWN = r"(?:\w+ )?(?:quotation|quote|line|code|snippet|formula|expression|command|program|picture|sentence)\b"
_VAGUE = word_set(
    "above algorithm answer approach author below book chapter company concept difference effect event example"
    " fact feature first following formula function idea important kind last law main meaning method name next"
    " number part person point place principle problem process program purpose reason result role rule same second"
    " stage step system technique term theorem theory thing third time topic type use value way word year country city"
    " language model man woman advantage disadvantage benefit drawback work happen mean matter come go do done"
    " become know think say said called invent discover found create born die live happen start begin end long"
    " large big old new many much there better best good bad true well also often usually really now then"
)
_OPPOSED = word_set(
    "above after against all before below both down each every few from in into less more most neither never no none"
    " not off on out over same to towards under up without"
)
_ATTRIBUTES = word_set(
    "argument code colour color command date deadline default duration error exit file flag format frequency height"
    " input length level limit maximum minimum option output parameter password path port rate setting size speed"
    " syntax threshold timeout unit version volume weight width"
)
_VAGUE_STEMS = frozenset(stem for word in _VAGUE | _ATTRIBUTES for stem in stems(word))

_TEXT = (
    r"(?:lesson|book|chapter|article|paper|lecture|video|talk|text|author|authors|speaker|essay|course|post|podcast"
    r"|section|paragraph|passage|slide|slides|page|tutorial|teacher|instructor|reading|transcript|module|episode)"
)
_SAYS = (
    r"(?:say|says|said|state|states|stated|describe|describes|described|mention|mentions|mentioned|argue|argues|argued"
    r"|claim|claims|claimed|explain|explains|explained|define|defines|defined|list|lists|listed|give|gives|gave|call"
    r"|calls|called|recommend|recommends|recommended|suggest|suggests|suggested|use|uses|used|compare|compares"
    r"|compared|name|names|named|present|presents|presented|introduce|introduces|introduced|cover|covers|covered"
    r"|discuss|discusses|discussed|quote|quotes|quoted|tell|tells|told|think|thinks|mean|means|write|writes|wrote|warn"
    r"|warns|warned|conclude|concludes|concluded|show|shows|showed|teach|teaches|taught|make|makes|made)"
)
_ORDINAL = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|[ivx]+|\d+)"
_THE = rf"(?:the|this|that|our|today's|yesterday's|last week's) (?:\w+ )?{_TEXT}"
_NAMED = r"(?! (?:of|by|on|called|titled|named|about|“”|\"\")|'s|’s| \d)"
_ABOUT = re.compile(
    rf"\b{_THE}\b{_NAMED} (?:also |then |first )?{_SAYS}\b"
    rf"|\b(?:does|do|did|is|are|was|were) {_THE}\b{_NAMED}"
    rf"|\b(?:according to|in|from|by|during|at the (?:start|end|beginning) of|mentioned in|part of) {_THE}\b{_NAMED}"
    rf"|\bin (?:part|chapter|section|unit|module|week|lesson|lecture) {_ORDINAL}\b(?! of\b|, )"
    rf"|\bthe {_TEXT}'s\b|\baccording to the\b (?:\w+ )?{_TEXT}\b{_NAMED}"
    r"|\b(?:here|above|earlier),? (?:is|was|are|were|did)? ?(?:mentioned|described|listed|explained|discussed)\b"
)

_INTRODUCED = re.compile(rf"“”|\b(?:an?|his|her|their|\w+'s) (?:\w+ )?{_TEXT}\b")

_NEWEST = re.compile(
    r"^(?:\w+(?:'s)? ){0,5}(?:latest|newest|most recent|current)\b"
    r"|\b(?:latest|newest|most recent|current) (?:stable )?(?:version|release|edition|model|price|record|rate)\b"
)
_NOW = re.compile(
    r"\b(?:currently|nowadays|presently|these days|at present|at the moment(?! of)|to date|so far|until now|up to now"
    r"|today|this (?:year|month|decade)|last (?:year|month)|right now|recently|still (?:the|holds?|in office)"
    r"|record[- ]holder|stars (?:on|does|has)|market cap\w*|share price|stock price|world record|population of"
    r"|net worth|how many (?:stars|users|followers|subscribers|downloads|employees|members|customers|citations))\b"
    r"|(?<!\bfor )(?<!\buntil )(?<!\bby )(?<!\bfrom )(?<!\bjust )\bnow\b(?=[^.?!]*\?)(?! that)"
)
_PRICED = re.compile(r"\b(?:how much|costs?|price[ds]?|pricing|charge[ds]?|salary|fees?|rent|subscription)\b")
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\b\d[\d.,]*\s?(?:[$€£¥]|(?:us )?(?:dollars?|euros?|pounds?|cents?|usd|eur)\b)", re.IGNORECASE
)
_STARS = re.compile(r"\b\d[\d.,]*\s?[km]?\+? (?:github )?(?:stars|users|followers|subscribers|downloads)\b")
_DATED = re.compile(r"\bas of\b|\b(?:1[0-9]|20)\d\d\b|\b(?:19|20)\d0s\b")


def asks_example(card: Asked) -> str | None:
    """A question that any of many examples would answer."""
    if card.kind != "question":
        return None
    for sentence in sentences(unquoted(prose(card.question)).casefold()):
        if _EXAMPLE.search(sentence) and not _OF_WHAT.search(sentence):
            return "It asks for an example."
    return None


def lacks_context(card: Asked) -> str | None:
    """A question that begins with what only the text before it could explain, or that names nothing."""
    if card.kind not in ("question", "cloze") or has_code(card.question):
        return None
    text = prose(card.question)
    if _RIDDLE.search(text):
        return None
    opening = words(next(iter(sentences(text)), ""))
    for number, word in enumerate(opening):
        if word in _PRONOUN and not _points_on(opening, number, text):
            return f"It says “{word}” before it says what that is."
        if _names(word):
            return None
    if card.kind == "cloze" or not words(text) or any(map(_names, words(text))) or _FORMULA.search(text):
        return None
    return "It names no subject."


def _names(word: str) -> bool:
    """Whether a word says what the talk is of."""
    return telling(word) and stems(word)[0] not in _VAGUE_STEMS


def _points_on(opening: list[str], number: int, text: str) -> bool:
    """Whether a pronoun of the first sentence joins two parts of it, or points to what stands behind it."""
    word, before = opening[number], opening[number - 1] if number else ""
    if word in ("that", "such") and before and before not in ASKING | HELPING:
        return True
    states = not re.match(r"[^.?!]*\?", text)  # “At its release in 2025 nanochat was called …”
    return (number == 1 and states and before in _PREPOSITION) or bool(re.search(rf"(?i)\b{word} {_SHOWN}", text))


def about_source(card: Asked) -> str | None:
    """A question about what a text says that it does not name."""
    if card.kind not in ("question", "cloze"):
        return None
    text = unquoted(prose(card.question)).casefold().replace("’", "'")
    found = _ABOUT.search(text)
    if found is None or _INTRODUCED.search(text[: found.start()]):
        return None
    return f"It asks about a text, “{found[0].strip()}”."


def gives_away(card: Asked) -> str | None:
    """A question in which most stems of a short answer stand already."""
    if card.kind not in ("question", "cloze") and card.note.type != "both":
        return None
    if has_code(card.answer) or card.kind == "quote":
        return None
    answer = dict.fromkeys(stem for stem in stems(_first(prose(card.answer))) if stem not in _VAGUE_STEMS)
    asked = set(stems(unquoted(prose(card.question))))
    if card.kind == "slot":  # that a term stands in what it means is seen when it is asked for
        return None
    there = [stem for stem in answer if stem in asked]
    if card.kind == "name" and any(len(stem) >= LONG for stem in there):
        return f"What it means holds the term: “{' '.join(_said(card.answer, there))}”."
    if not there or len(answer) > SHORT or len(there) < ENOUGH * len(answer):
        return None
    given = words(prose(card.question))
    if "or" in given or _OPPOSED.intersection(words(_first(prose(card.answer)))) - set(given):
        return None
    return f"The question holds the answer: “{' '.join(_said(card.answer, there))}”."


def _said(answer: str, there: list[str]) -> dict[str, None]:
    """The words of an answer that have one of these stems."""
    return dict.fromkeys(word for word in words(prose(answer)) if any(stem in there for stem in stems(word)))


def _first(answer: str) -> str:
    """The first sentence of an answer, which is the answer; what follows explains."""
    return next(iter(sentences(answer)), "")


def undated(card: Asked) -> str | None:
    """A card on what changes, without a word on when it was so."""
    if card.kind in ("quote", "name"):
        return None
    question = unquoted(prose(card.question)).casefold()
    text = f"{question} {prose(card.answer)}".casefold()
    if _DATED.search(text) or "as of" in card.note.fields.get("source", "").casefold():
        return None
    found = (
        _NOW.search(question)
        or _STARS.search(text)
        or next(filter(None, map(_NEWEST.search, sentences(question))), None)
    )
    if found is None and _MONEY.search(text):
        found = _PRICED.search(text)
    return f"It speaks of what changes (“{found[0].strip()}”) and does not say when." if found else None
