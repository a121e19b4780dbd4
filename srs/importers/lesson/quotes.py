"""Quotes with a speaker: the words, who said them, in which work, when. Knows nothing of where they stand."""

import re
from dataclasses import dataclass

_OPEN, _CLOSE = "\"“„«‘'", "\"”“»’'"
_DASH = r"(?:[—–―]|--+|-(?=\s)|~(?=\s))"
_LEAD = re.compile(r"\s*(?:>\s?)*\s*(?:(?:[-*+•]|\d{1,2}[.)])\s+)?(?:[*_]{1,2}(?=[\"“„«‘']))?")
_QUOTED = re.compile(
    rf"[{_OPEN}](?P<quote>.{{8,}})[{_CLOSE}][*_]{{0,2}}[.,]?\s*"
    rf"(?:{_DASH}\s*(?P<by>\S.*)|\((?P<in>[^()]*[A-Z][^()]*(?:\([^()]*\)[^()]*)?)\))\s*$",
    re.DOTALL,
)
_ATTRIBUTION = re.compile(rf"^\s*(?:>\s?)*\s*{_DASH}\s*(?P<by>[*_]{{0,2}}[A-Z\[“\"].{{1,160}})$")
_BY = re.compile(
    r"(?:(?:often |usually |commonly )?(?:attributed|ascribed|credited) to|as (?:said|told) by|said by|by|said|"
    r"quoted by)\s+(?=[A-Z])",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w.'’-]*(?:\s+(?:[A-Z][\w.'’-]*|von|van|de|der|la|le|al|bin))*"
_AS_SAID = re.compile(
    rf"(?P<lead>(?:As\s+|In (?:1[0-9]{{3}}|20[0-9]{{2}}),?\s+)?(?P<by>{_NAME})\s+"
    r"(?:once\s+|famously\s+|has\s+|later\s+)?"
    r"(?:said|says|put it|puts it|wrote|writes|noted|argued|explained|quipped|warned|remarked|told)\b"
    r"[^\"“”.!?]{0,120}?[:,])\s*"
    rf"[\"“„«](?P<quote>[^\"”»]{{12,}})[\"”»](?P<more>[^\"“]*)$",
    re.DOTALL,
)
_TITLE = re.compile(r"[*_](?P<title>[^*_]{3,80})[*_]|[\"“](?P<marked>[^\"”]{3,80})[\"”]")
_BELOW = re.compile(rf"\s*(?P<by>{_NAME}(?:,|\s\().{{3,140}})$")
_PRONOUNS = {"He", "She", "They", "It", "We", "I", "You", "This", "That", "Who", "People", "Someone", "One"}
_LONGEST = 4000  # characters of a quote with what is said of it
_MOST_AFTER = 30  # words that may follow a quote in its paragraph
_SAID = re.compile(
    rf"(?P<by>{_NAME})(?P<more>\s*\([^()]*\)|,\s[^:\"“]{{3,80}})?"
    r"(?:\s+(?:said|says|put it|wrote|writes|once said|once wrote))?(?:\s+in\s+(?P<when>\d{4}))?\s*:\s*"
    rf"[{_OPEN}](?P<quote>.{{8,}})[{_CLOSE}]\s*$",
    re.DOTALL,
)
_MONTHS = {
    name: at
    for at, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2})"
_DATES = [
    re.compile(rf"\b{_YEAR}-(?P<m>\d\d)(?:-(?P<d>\d\d))?\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH},?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"(?<![\w.-]){_YEAR}(?![\w-]|\.\d)"),
]
_PLACE = re.compile(
    r"(?:pp?\.|pages?|ch\.|chapter|minute|min\.?|line|verse|§|at)\s*[\divxlc]+[\d:–-]*$|\d{1,2}:\d\d(?::\d\d)?$", re.I
)
_CONTEXT = re.compile(
    r"(?:on|about|when|while|after|before|during|coining|explaining|describing|speaking|talking|writing|replying|responding|"
    r"answering|commenting|asked|quoted|paraphras\w+|attributed|as|who|to|from multiple|reportedly|often|he|she|they|"
    r"summari[sz]ed|adapted|translated|recalling|referring|introducing|announcing|warning|arguing)\b", re.IGNORECASE
)  # fmt: skip
_WORKS = re.compile(
    r"\b(lectures?|talk|interview|essay|speech|letter|blog|paper|keynote|podcast|book|article|post|tweet|thread|video|memo|"
    r"column|diary|notebook|manual|foreword|preface|course|panel|testimony|address|commencement|newsletter|show|x|twitter)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:\w+[ -]){0,3}(?:scientist|engineer|author|founder|co-founder|inventor|professor|physicist|mathematician|"
    r"philosopher|programmer|economist|psychologist|ceo|director|researcher|writer|teacher|creator|president|developer|designer|"
    r"statistician|historian|admiral|nobel laureate)\b.*", re.IGNORECASE
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that somebody said. `date` is YYYY, YYYY-MM or YYYY-MM-DD; what is not told is empty."""

    text: str
    by: str
    work: str = ""
    source: str = ""
    place: str = ""
    date: str = ""
    context: str = ""


def attributed(text: str) -> Quote | None:
    """The quote that a paragraph or block quote is as a whole; None where it is none, or nobody is named."""
    if len(text) > _LONGEST:
        return None
    bare = unquoted(text)
    if found := _QUOTED.fullmatch(bare):
        return _made(found["quote"], found["by"] or found["in"])
    if found := _SAID.fullmatch(bare):
        more = ", ".join(part for part in ((found["more"] or "").strip(" ,()"), found["when"] or "") if part)
        return _made(found["quote"], found["by"] + (f", {more}" if more else ""))
    return _as_said(bare) or _with_last_line(text, bare)


def _as_said(bare: str) -> Quote | None:
    """The quote of a paragraph that begins with its speaker: `As Knuth put it: "…"`, with little after it."""
    found = _AS_SAID.fullmatch(bare)
    if not found or found["by"].split()[0] in _PRONOUNS or len(found["more"].split()) > _MOST_AFTER:
        return None
    if len(found["quote"].split()) < 5:
        return None
    by = found["by"].removeprefix("As ").strip()
    around = " ".join(part for part in (found["lead"].strip(" :,"), "…", found["more"].strip(" ,")) if part).strip()
    return Quote(_words(found["quote"]), by, date=date_in(f"{found['lead']} {found['more']}")[0], context=around)


def is_attribution(text: str, dashed: bool = True) -> bool:
    """Whether a line only names the speaker of a quote above it: `— Grace Hopper, 1987`; `dashed`: with a dash only."""
    text = text.strip()
    if "\n" in text or len(text) > _LONGEST or text.endswith((".", "!", "?", ":")):
        return False
    return _ATTRIBUTION.match(text) is not None or (not dashed and len(text.split()) < 20 and bool(_BELOW.match(text)))


def is_quoted(text: str) -> bool:
    """Whether a text is a block quote, or stands between quotation marks as a whole."""
    if re.match(r"\s*>", text):
        return True
    if len(text) > _LONGEST:
        return False
    bare = unquoted(text).strip().strip("*_")
    return (
        len(bare) > 9
        and bare[0] in _OPEN[:4]
        and bare[-1] in _CLOSE[:4]
        and not re.search(r"[\"”»] .*[\"“«]\S", bare[1:-1])
    )


def unquoted(text: str) -> str:
    """A text without Markdown's `>` and bullets at the starts of its lines; lines joined where they are wrapped."""
    lines = [re.sub(r"^\s*(?:>\s?)+", "", line).strip() for line in text.split("\n")]
    lines = [line.removesuffix("\\").rstrip() for line in lines]
    joined = "\n".join(lines).strip()
    return joined[_LEAD.match(joined).end() :]  # type: ignore[union-attr]


def date_in(text: str) -> tuple[str, str]:
    """The date that a text names, as YYYY[-MM[-DD]], and the text without it. Without one: empty, and the text."""
    for pattern in _DATES:
        found = pattern.search(text)
        if found is None:
            continue
        groups = found.groupdict()
        month = int(groups.get("m") or _MONTHS.get((groups.get("month") or "").lower(), 0))
        day = int(groups.get("d") or 0)
        if month > 12 or day > 31:
            continue
        written = found["year"] + (f"-{month:02}" if month else "") + (f"-{day:02}" if month and day else "")
        if _real(written):
            return written, text[: found.start()] + text[found.end() :]
    return "", text


def _real(date: str) -> bool:
    from datetime import date as day

    parts = [int(part) for part in date.split("-")]
    try:
        day(*[*parts, 1, 1][:3])
    except ValueError:
        return False
    return True


def _with_last_line(text: str, bare: str) -> Quote | None:
    """A block quote, or a quoted text, whose last line names the speaker."""
    lines = [line for line in bare.split("\n") if line.strip()]
    if len(lines) < 2:
        if text.lstrip().startswith(">") and (
            found := re.fullmatch(rf"(?P<quote>.{{8,}}?\S)\s+{_DASH}\s+(?P<by>[A-Z].{{2,120}})", bare)
        ):
            return _made(found["quote"], found["by"])
        return None
    words = "\n".join(lines[:-1])
    in_marks = is_quoted(words)
    if not is_attribution(lines[-1], dashed=not in_marks):
        return None
    quoted = text.lstrip().startswith(">") or in_marks
    found = _ATTRIBUTION.match(lines[-1]) or _BELOW.match(lines[-1])
    return _made(words, found["by"]) if quoted and found else None


def _made(words: str, attribution: str) -> Quote | None:
    attribution = " ".join(attribution.split()).strip()
    parts = _parts(attribution)
    if not parts or len(attribution) > 300:
        return None
    by, *more = parts
    said_by = _BY.match(by)
    by, date = _name_and_date(by[said_by.end() :] if said_by else by)
    if not by or not re.search(r"[^\W\d_]", by) or len(by.split()) > 8 or by[:1].islower():
        return None
    if by[0] in _OPEN or by.split()[0] in _PRONOUNS:
        return None
    kinds: dict[str, list[str]] = {"work": [], "place": [], "context": [said_by[0].strip()] if said_by else []}
    for part in more:
        date = _sorted_in(part, kinds, date)
    work, *source = kinds["work"] or [""]
    return Quote(
        _words(words), by, work, ", ".join(source), ", ".join(kinds["place"]), date, ", ".join(kinds["context"])
    )


def _name_and_date(by: str) -> tuple[str, str]:
    date, rest = date_in(by)
    if not date:
        return _clean(by), ""
    return _clean(re.sub(r"\s*\(\s*\)|\s+in\s*$", "", rest)), date


def _sorted_in(part: str, kinds: dict[str, list[str]], date: str) -> str:
    """Put one part of an attribution where it belongs; the date, where it names one."""
    found, rest = date_in(part)
    bare = _clean(re.sub(r"\(\s*\)", "", rest))
    if found and not re.search(r"\w", re.sub(r"^(?:in|on|circa|ca?\.?|around)$", "", bare)):
        return date or found
    if _PLACE.fullmatch(_clean(part)):
        kinds["place"].append(_clean(part))
        return date
    # An event is called by its year, `Microsoft Build 2023`; a month or a bracket is only a date.
    trailing = re.search(r"[A-Za-z] (?:1[0-9]{3}|20[0-9]{2})$", part.strip()) and len(found) == 4
    text = _clean(part) if trailing else bare
    text = re.sub(r"^(?:in|from|at)\s+(?=[A-Z\"“*_])", "", text)
    text = _clean(text)
    context = _CONTEXT.match(text) or _ROLE.fullmatch(text) or (text[:1].islower() and not _WORKS.search(text))
    if context and (title := _TITLE.search(text)) and text[:1].islower() and not _CONTEXT.match(text):
        kinds["work"].append(title["title"] or title["marked"])
    kinds["context" if context else "work"].append(text)
    return date or found


def _parts(attribution: str) -> list[str]:
    """An attribution at its commas, except those within quotation marks or brackets; a bracket is a part of its own."""
    parts, start, depth, marks = [], 0, 0, 0
    for at, char in enumerate(attribution):
        if char in '"“”*':
            marks = 1 - marks
        elif char == "(" and not marks:
            if not depth:
                parts.append(attribution[start:at])
                start = at + 1
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                parts.append(attribution[start:at])
                start = at + 1
        elif not marks and not depth and (char in ",;·|" or re.match(r" [—–] ", attribution[at : at + 3])):
            parts.append(attribution[start:at])
            start = at + (3 if char == " " else 1)
    parts.append(attribution[start:])
    # American commas stand inside the marks: coining "vibe coding," February 2025
    split = [re.sub(r",([\"”])", r"\1", part) for whole in parts for part in re.split(r"(?<=,[\"”])\s+", whole)]
    return [clean for part in split if (clean := part.strip(" ,;.").strip())]


def _clean(text: str) -> str:
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).strip(" ,;:").strip()
    text = re.sub(r"^([*_]{1,3})(.*?)\1$", r"\2", text).strip()
    if len(text) > 2 and text[0] in '"“' and text[-1] in '"”' and not re.search('["“”]', text[1:-1]):
        text = text[1:-1]
    return text.strip(" ,;").strip()


def _words(text: str) -> str:
    """The words of a quote: without the marks around them; lines that were wrapped joined, verses kept."""
    text = text.strip().strip("*_").strip()
    if len(text) > 2 and text[0] in _OPEN and text[-1] in _CLOSE and text[0] != "'":
        text = text[1:-1].strip()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return " ".join(lines)
