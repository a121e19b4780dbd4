"""What an idea is called that has no heading: taken from the sentence that opens it. Knows no blocks."""

import re

_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_IS = re.compile(
    r"(?P<name>(?:(?!\b(?:is|are|was|were|means|refers|describes|lets|allows|happens|says|that|which|who|when|if)\b)"
    r"[^.,;:!?—–(]){2,60}?)"
    r"(?P<aside>\s*\([^()]*\)|,\s[^,]{2,60},|\s[—–][^—–]{2,60}[—–])?\s+"
    r"(?:is|are|was|were|means|refers to|describes|happens when|says that|lets|allows)\b"
)
_SHORTENED = re.compile(r"(?P<name>(?:[Tt]he |[Aa]n? )?[\w-]+(?: [\w-]+){0,5} \([A-Z][A-Za-z0-9/-]{1,7}\))")
_BOLD = re.compile(r"\*\*(?P<name>[^*\n]{2,60}?)[.:]?\*\*|__(?P<other>[^_\n]{2,60}?)[.:]?__")
_MARKED = re.compile(r"[\"“](?P<name>[^\"”\n]{2,60}?)[.,]?[\"”]")
_HAS = re.compile(
    r"(?P<who>[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}) (?:has|have|had|uses|follows|keeps) (?:a|an|one|the) "
    r"(?P<what>[^.;:!?—–(]{3,80}?)(?= (?:across|of|that|which|in|for|to|with|when|and|from|about)\b|[.;:!?—–(])"
)
_CALLED = re.compile(
    r"\b(?:called|named|known as|termed|dubbed|coined(?: the term)?)\s+(?:the\s+)?"
    r"(?P<name>[A-Z`*_][\w`*_.-]*(?: [A-Z\d][\w.-]*){0,4})"
)
_ADDRESS = re.compile(r"(?<!!)\[([^\]]+)\]\((https?://[^)\s]+)\)")
_PRONOUNS = {
    "it", "this", "that", "these", "those", "he", "she", "they", "we", "you", "i", "there", "here", "what", "one",
    "most", "people", "everyone", "nobody", "each", "all", "some", "many", "now", "so", "but", "and", "in", "on", "at",
    "when", "if",
}  # fmt: skip
_MOST_WORDS = 5
_FALLBACK_WORDS = 8


def name_of(opening: str) -> tuple[str, bool]:
    """A name for the idea that a text opens, and whether it is more than the text's first words."""
    first = _first_sentence(opening)
    for found in (
        _BOLD.search(first),
        _SHORTENED.match(first),
        _subject(first),
        _MARKED.search(first),
        _CALLED.search(first),
    ):
        if found:
            name = next(group for group in found.groupdict().values() if group)
            return _capital(_ARTICLE.sub("", name.strip(" *_,"))), True
    if found := _HAS.match(first):
        what = _ARTICLE.sub("", found["what"].strip())
        return f"{found['who']}{'’' if found['who'].endswith('s') else '’s'} {what}".replace("’", "'"), True
    words = first.split()
    return " ".join(words[:_FALLBACK_WORDS]).strip(" ,;:—–.") + ("…" if len(words) > _FALLBACK_WORDS else ""), False


def opens_idea(text: str) -> bool:
    """Whether a text begins by saying what something is."""
    first = _first_sentence(text)
    return bool(_SHORTENED.match(first) or _subject(first))


def bare_name(text: str) -> str:
    """What a heading calls an idea: without its number and Markdown's signs."""
    text = (
        re.sub(
            r"^\W*(?:(?:part|chapter|lesson|section|concept|idea|step|topic|module|unit|principle)\s+[\divxlc]+|\d{1,2})"
            r"\s*[.):—–-]+\s*",
            "",
            text.strip(),
            flags=re.IGNORECASE,
        )
        or text
    )
    text = re.sub(r"^[^\w\s(\"“'‘\[`$<*_.]+\s*", "", text) or text
    text = _ADDRESS.sub(r"\1", text)
    text = re.sub(r"(\*\*\*|\*\*|__|\*)(\S.*?)\1", r"\2", text)
    return text.strip().rstrip(":").strip() or text


def addresses_in(text: str) -> list[str]:
    """The web addresses that a heading links to, which its bare name does not show."""
    return [found[2] for found in _ADDRESS.finditer(text)]


def _subject(sentence: str) -> re.Match[str] | None:
    found = _IS.match(sentence)
    if not found:
        return None
    words = _ARTICLE.sub("", found["name"].strip()).split()
    if not 0 < len(words) <= _MOST_WORDS or words[0].lower().strip("'’") in _PRONOUNS:
        return None
    return re.match(r"(?P<name>.+)", found["name"].strip('"“” '))


def _first_sentence(text: str) -> str:
    text = " ".join(text.split())
    found = re.match(r".{20,}?[.!?][\"”)]?(?=\s+[A-Z\"“]|$)", text)
    return found[0] if found else text[:300]


def _capital(name: str) -> str:
    return (
        name[:1].upper() + name[1:]
        if name[:1].isalpha() and name.split()[0].islower() and len(name.split()) < 2
        else name
    )
