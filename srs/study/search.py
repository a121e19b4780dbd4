"""Anki's search syntax over cards: `deck:Karpathy tag:ml is:due -note:quote prop:s<7 "two words" or y`.

Knows words and predicates; a collection only as what has cards and tells the study day.
"""

import re
from collections.abc import Callable, Iterator
from fnmatch import translate
from typing import TYPE_CHECKING

from srs.collection.views import Among, CardView
from srs.errors import UsageError
from srs.values import frozen

if TYPE_CHECKING:
    from srs.collection.collection import Collection

Predicate = Callable[[CardView], bool]

_WORD = re.compile(r'\s*(?:([()])|(-?)((?:[^\s"()]|"(?:[^"\\]|\\.)*")+))')
_COMPARE = re.compile(
    r"(s|stability|d|difficulty|r|retrievability|reps|lapses|due|ivl)(<=|>=|!=|=|<|>)(-?\d+(?:\.\d+)?)\Z"
)
_IS = ("due", "new", "learn", "learning", "review", "relearning", "suspended", "buried", "draft", "marked")
_KEYS = "deck:, tag:, note:, card:, id:, flag:, is: and prop:"


@frozen
class _Token:
    text: str
    quoted: bool
    negated: bool


def search(collection: "Collection", query: str, now: int) -> Iterator[CardView]:
    """The cards that `query` finds at `now` (ms), in deck order, drafts included; all where it is empty.

    UsageError, raised at once, says what is not understood.
    """
    day = collection.day(now)
    wanted = parse_query(query, day, now)
    return filter(wanted, collection.cards(now, bounds(query, day, now)))


def parse_query(query: str, day: int, now: int) -> Predicate:
    """What `query` asks of a card on study day `day` at instant `now` (ms). UsageError says what is not understood."""
    tokens = _tokens(query)
    if not tokens:
        return lambda _: True
    predicate, rest = _either(tokens, day, now)
    if rest:
        raise UsageError(f"the query has a `)` too many: {query}")
    return predicate


def bounds(query: str, day: int, now: int) -> Among:
    """Bounds within which every card lies that `parse_query` finds, as far as the words of the query that must all hold
    tell any, those in brackets aside. The index then gives a few cards instead of all.
    """
    found, depth = Among(), 0
    for token in _tokens(query):
        if token.text in ("(", ")") and not token.quoted:
            depth += 1 if token.text == "(" else -1
        elif _ends(token) and not depth:
            return Among()
        if depth or token.negated:
            continue
        key, _, value = token.text.partition(":")
        match key.lower(), value:
            case "is", "due":
                within = "select card from state where kind = 2 and due <= ? union all"
                within += " select card from state where kind in (1, 3) and due <= ?"
                found = _also(found, f"c.id in ({within})", day, now)
            case "is", "suspended":
                found = _also(found, "c.id in (select card from state where suspended)")
            case "is", "draft":
                found = _also(found, "n.draft")
            case (("id" | "nid" | "cid"), _):
                found = _also(found, "(c.id = ? or c.note = ?)", value, value)
    return found


def _also(among: Among, where: str, *values: str | int) -> Among:
    return Among(f"{among.where} and {where}", (*among.values, *values))


def _tokens(query: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    query = query.rstrip()
    while position < len(query):
        match = _WORD.match(query, position)
        if match is None:
            raise UsageError(f"the query has a quotation mark without its pair: {query}", 'write it as "two words"')
        position = match.end()
        bracket, minus, word = match.groups()
        if bracket:
            tokens.append(_Token(bracket, False, False))
        elif word:
            plain = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda m: re.sub(r"\\(.)", r"\1", m[1]), word)
            tokens.append(_Token(plain, '"' in word, bool(minus)))
        if word == "-" and query[position : position + 1] == "(":
            raise UsageError(f"put the minus before each word, not before a bracket: {query}")
    return tokens


def _either(tokens: list[_Token], day: int, now: int) -> tuple[Predicate, list[_Token]]:
    branches: list[Predicate] = []
    rest = tokens
    while True:
        branch, rest = _all(rest, day, now)
        branches.append(branch)
        if not rest or rest[0].text != "or":
            break
        rest = rest[1:]
    if len(branches) == 1:
        return branches[0], rest
    return (lambda card: any(branch(card) for branch in branches)), rest


def _all(tokens: list[_Token], day: int, now: int) -> tuple[Predicate, list[_Token]]:
    parts: list[Predicate] = []
    rest = tokens
    while rest and not _ends(rest[0]):
        token, rest = rest[0], rest[1:]
        if token.text == "(" and not token.quoted:
            inside, rest = _either(rest, day, now)
            if not rest or rest[0].text != ")":
                raise UsageError("the query has a `(` without its `)`")
            parts.append(inside)
            rest = rest[1:]
        elif token.text != "and" or token.quoted:
            parts.append(_term(token, day, now))
    if not parts:
        raise UsageError("the query ends where a word should follow", "`or` and brackets need words on both sides")
    return (lambda card: all(part(card) for part in parts)), rest


def _ends(token: _Token) -> bool:
    return token.text in ("or", ")") and not token.quoted


def _term(token: _Token, day: int, now: int) -> Predicate:
    predicate = _positive(token, day, now)
    if token.negated:
        return lambda card: not predicate(card)
    return predicate


def _positive(token: _Token, day: int, now: int) -> Predicate:
    text = token.text
    key, colon, value = text.partition(":")
    if not colon or not key.isalpha():
        return _words(text)
    match key.lower():
        case "deck":
            return _tree(value, lambda card: (card.deck,))
        case "tag":
            return _tree(value, lambda card: card.note.tags)
        case "note":
            return _like(value, lambda card: card.note.type)
        case "card":
            return _like(value, lambda card: card.template)
        case "id" | "nid" | "cid":
            return lambda card: value in (card.id, card.note.id)
        case "flag":
            return lambda card: str(card.flag) == value
        case "is":
            return _is(value, day, now)
        case "prop":
            return _prop(value, day)
    if token.quoted or value.startswith("//"):  # a text with a colon in it, an address
        return _words(text)
    hint = f"known are {_KEYS}; one card is found by id:{text}, a text with a colon by '\"{text}\"'"
    raise UsageError(f"`{key}:` is no search key", hint)


def _is(value: str, day: int, now: int) -> Predicate:
    match value:
        case "new":
            return lambda card: card.state == "new" and not card.note.draft
        case "learn" | "learning":
            return lambda card: card.state in ("learning", "relearning")
        case "review" | "relearning":
            return lambda card: card.state == value
        case "due":
            return lambda card: _is_due(card, day, now)
        case "suspended":
            return lambda card: card.suspended
        case "buried":
            return lambda card: card.buried_until is not None
        case "draft":
            return lambda card: card.note.draft
        case "marked":
            return lambda card: bool(card.mark)
    raise UsageError(f"`is:{value}` is not known", f"known are {', '.join(f'is:{name}' for name in _IS)}")


def _is_due(card: CardView, day: int, now: int) -> bool:
    if card.due is None or card.suspended or card.buried_until is not None or card.note.draft:
        return False
    return card.due <= (day if card.state == "review" else now)


def _prop(value: str, day: int) -> Predicate:
    match = _COMPARE.match(value)
    if not match:
        raise UsageError(
            f"`prop:{value}` is not understood", "write it like prop:s<7, prop:d>=8, prop:lapses>3, prop:due<=2"
        )
    name, operator, number = match[1], match[2], float(match[3])

    def predicate(card: CardView) -> bool:
        have = _property(card, name, day)
        if have is None:
            return False
        return {
            "<": have < number, ">": have > number, "<=": have <= number,
            ">=": have >= number, "=": have == number, "!=": have != number,
        }[operator]  # fmt: skip

    return predicate


def _property(card: CardView, name: str, day: int) -> float | None:
    match name:
        case "s" | "stability":
            return card.stability
        case "d" | "difficulty":
            return card.difficulty
        case "r" | "retrievability":
            return card.retrievability
        case "reps":
            return card.reps
        case "lapses":
            return card.lapses
    if card.due is None or card.state != "review":
        return None
    if name == "due":
        return card.due - day
    return None if card.last_day is None else card.due - card.last_day


def _words(text: str) -> Predicate:
    wanted = _pattern(f"*{text}*")

    def predicate(card: CardView) -> bool:
        note = card.note
        texts = (note.id, *note.fields.values(), *note.wordings, *(t for p in note.prompts for t in (*p.q, p.a)))
        return any(wanted.match(each) for each in texts)

    return predicate


def _tree(value: str, names: Callable[[CardView], tuple[str, ...]]) -> Predicate:
    """A name or anything under it, letter case aside; `*` stands for any letters."""
    wanted, below = _pattern(value), _pattern(f"{value}::*")
    return lambda card: any(wanted.match(name) or below.match(name) for name in names(card))


def _like(value: str, name: Callable[[CardView], str]) -> Predicate:
    wanted = _pattern(value)
    return lambda card: bool(wanted.match(name(card)))


def _pattern(text: str) -> re.Pattern[str]:
    """Letter case aside; `*` stands for any letters, everything else for itself."""
    return re.compile(translate(re.sub(r"[?\[]", r"[\g<0>]", text)), re.IGNORECASE)
