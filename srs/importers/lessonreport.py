"""What an import of a lesson came to, as sentences and as JSON. Knows no collection and no terminal."""

from collections.abc import Iterable, Iterator
from typing import Any

from srs.errors import sentence
from srs.importers.drafting import Written, counted
from srs.importers.lesson.values import Draft, Leftover, Lesson
from srs.words import listed, plural

_SHOWN = 44  # characters of a text that was left over
_NOUNS = {"basic": "question", "typed": "question with a typed answer", "both": "term"}


def sentences(name: str, lesson: Lesson, written: Written | None, ready: bool) -> Iterator[str]:
    """What came in, or (`written` None) would, what was doubted, and every line that is in no draft."""
    if not lesson.drafts:
        yield f"{name}: nothing in it was understood as a note."
    elif written is None:
        yield f"{name} has {_counts(lesson)}. Nothing was written."
    else:
        yield from _came_in(name, lesson, written, ready)
    doubted = sum(bool(draft.doubts) for draft in lesson.drafts)
    if doubted and (written is None or written.ids):
        where = "" if written is None else "; they are written there as `# Doubt: …`"
        yield f"{plural(doubted, 'draft')} {'has' if doubted == 1 else 'have'} doubts{where}."
    if written is None or written.ids:
        yield from (f"  {clause}" for clause in guessed(lesson.drafts))
    yield from (sentence(clause) for clause in (written.told if written else ()))
    if lesson.leftovers:
        yield "In no draft:"
        yield from (f"  {line}" for line in left_lines(lesson.leftovers))


def left_lines(leftovers: Iterable[Leftover]) -> Iterator[str]:
    """What was left over, a line for each stretch: `lines 1-5: text without a label: In May 2026 …`."""
    for first, last, reason, text in stretches(leftovers):
        words = " ".join(text.split())
        shown = words if len(words) <= _SHOWN else words[:_SHOWN].rstrip() + " …"
        yield f"{'line' if first == last else 'lines'} {span(first, last)}: {reason}: {shown}"


def guessed(drafts: Iterable[Draft]) -> Iterator[str]:
    """The doubts that are about a line of the source, which a reader of the report would otherwise look for."""
    return (doubt for draft in drafts for doubt in draft.doubts if doubt.startswith("Line "))


def stretches(leftovers: Iterable[Leftover]) -> Iterator[tuple[int, int, str, str]]:
    """Leftovers of one reason that follow each other as one: first and last line, the reason, the first one's text."""
    found: tuple[int, int, str, str] | None = None
    for each in leftovers:
        if found and each.reason == found[2] and each.first_line <= found[1] + 2:
            found = (found[0], max(found[1], each.last_line), found[2], found[3])
            continue
        if found:
            yield found
        found = (each.first_line, each.last_line, each.reason, each.text)
    if found:
        yield found


def span(first: int, last: int) -> str:
    """`24` or `24-31`."""
    return str(first) if first == last else f"{first}-{last}"


def as_json(name: str, lesson: Lesson, written: Written | None) -> dict[str, Any]:
    """The report as JSON, a stable contract."""
    return {
        "file": name,
        "title": lesson.title,
        "dry_run": written is None,
        "path": written.path if written else "",
        "source": written.source if written else "",
        "notes": list(written.ids) if written else [],
        "known": written.known if written else 0,
        "pictures": written.pictures if written else 0,
        "told": list(written.told) if written else [],
        "drafts": [
            {"type": draft.type, "first": draft.first_line, "last": draft.last_line, "fields": dict(draft.fields),
             "doubts": list(draft.doubts)}
            for draft in lesson.drafts
        ],
        "left": [
            {"first": each.first_line, "last": each.last_line, "reason": each.reason, "text": each.text}
            for each in lesson.leftovers
        ],
    }  # fmt: skip


def _came_in(name: str, lesson: Lesson, written: Written, ready: bool) -> Iterator[str]:
    if written.ids:
        new = f"{_counts(lesson)}" if not written.known else plural(len(written.ids), "note")
        yield f"{name}: {new}, {'to be studied' if ready else 'as drafts'}, in {written.path}."
    if written.known:
        yield f"{plural(written.known, 'note')} of {name} {'was' if written.known == 1 else 'were'} here already."
    yield f"Its text is kept as {written.source}."
    if written.pictures:
        yield f"{plural(written.pictures, 'picture')} came into media/."


def _counts(lesson: Lesson) -> str:
    parts = [plural(count, _NOUNS.get(kind, kind)) for kind, count in counted(lesson.drafts).items()]
    return listed(parts)
