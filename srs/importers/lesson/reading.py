"""A lesson's text to what it holds: the layers of this folder, one after the other. Knows no files.

Lines become blocks (`blocks`), blocks get a meaning (`slots`), what is labelled becomes sections (`sections`), and
these become drafts (`drafts`, `tables`, `asking`). What no layer understood is left over, with its lines and the
reason: each line of the source is in a draft or left over.
"""

import re
from collections.abc import Iterable

from srs.errors import SrsError
from srs.importers.lesson import asking, drafts, tables
from srs.importers.lesson.blocks import Mark, Scanned, heading_text, lines_of, scan
from srs.importers.lesson.inline import References
from srs.importers.lesson.naming import bare_name
from srs.importers.lesson.quotes import date_in
from srs.importers.lesson.sections import Part, parts_of
from srs.importers.lesson.slots import Item, items_of
from srs.importers.lesson.values import Block, Draft, Leftover, Lesson
from srs.values import replace

MARKDOWN = (".md", ".markdown")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_FRONT = re.compile(r"(?P<key>[\w-]+):\s*(?P<value>.*)")


def text_in(data: bytes, name: str) -> str:
    """The text of a file called `name`. Raises SrsError where it is none, or is not in UTF-8."""

    def hint(coding: str) -> str:
        from shlex import quote

        return f"make it so: iconv -f {coding} -t UTF-8 {quote(name)} > {quote(f'new-{name}')}"

    if data.startswith(_UTF_16):
        raise SrsError(f"{name} is in UTF-16, not in UTF-8", hint("UTF-16"))
    if b"\0" in data:
        raise SrsError(f"{name} is no text", "save it as plain text in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SrsError(f"{name} is not in UTF-8, at byte {error.start:,}", hint("WINDOWS-1252")) from None


def read_lesson(text: str, name: str) -> Lesson:
    """Read a lesson. `name` is its file's: `.md` and `.markdown` are read as Markdown. Never raises."""
    lines = lines_of(text)
    scanned = scan(lines, name.lower().endswith(MARKDOWN) or _looks_like_markdown(lines))
    references = References(scanned.marks)
    made, left = _read(scanned)
    made = [_resolved(draft, references) for draft in made]
    left += _of_marks(scanned.marks, references)
    front = _front(scanned.marks)
    made.sort(key=lambda draft: draft.first_line)
    left.sort(key=lambda each: each.first_line)
    title = front.get("title") or _title(scanned) or name.rsplit(".", 1)[0]
    tags = tuple(re.sub(r"\s+", "-", tag) for tag in _listed(front.get("tags", "")))
    return Lesson(title, scanned.blocks, tuple(made), tuple(left), front.get("deck", ""), tags)


def _read(scanned: Scanned) -> tuple[list[Draft], list[Leftover]]:
    made, left, items = asking.asked(items_of(scanned))
    cards = bool(made)
    rest: list[Item] = []
    for item in items:
        if item.kind == "quote":
            made.append(drafts.quote(item))
        elif item.kind == "table":
            from_table, not_taken = tables.drafts_of(item.block)
            made += from_table
            left += not_taken
        else:
            rest.append(item)
    parts = parts_of(rest)
    labelled = any(part.sections for part in parts)
    for part in parts:
        made += [drafts.concept(section) for section in part.sections]
        _take_part(part, labelled or cards, len(parts) > 2, made, left)
    return made, left


def _take_part(part: Part, labelled: bool, several: bool, made: list[Draft], left: list[Leftover]) -> None:
    """What of a part is in no section: a note for its heading in a lesson without labels, else left over."""
    heading = part.heading
    named = any(section.heading for section in part.sections)
    alone = not part.sections and not labelled
    if heading and alone and not (several and heading.level == 1) and (draft := drafts.headed(heading, part.loose)):
        made.append(draft)
        return
    if heading and not named:
        left.append(_left(heading, "a heading"))
    left += [_left(item, _reason(item)) for item in part.loose if item.kind != "rule"]


def _reason(item: Item) -> str:
    if item.kind == "label" and item.slot != "quote":
        return f"the label “{item.label}” alone makes no concept"
    reasons = {"code": "code that belongs to no concept", "label": "a heading"}
    return reasons.get(item.kind, "text without a label")


def _left(item: Item, reason: str) -> Leftover:
    return Leftover(item.block.text, item.block.first_line, item.block.last_line, reason)


def _resolved(draft: Draft, references: References) -> Draft:
    """A draft with its footnotes under `source`, and with whole links."""
    fields: dict[str, str | list[str]] = {}
    notes: list[str] = []
    for name, value in draft.fields.items():
        if isinstance(value, str):
            value, more = references.resolve(value)
            notes += more
        fields[name] = value
    if not notes:
        return replace(draft, fields=fields)
    if draft.type == "quote" and "date" not in fields and (date := date_in(" ".join(notes))[0]):
        fields["date"] = date
        draft = replace(draft, doubts=tuple(doubt for doubt in draft.doubts if "does not say when" not in doubt))
    fields["source"] = "; ".join(part for part in (str(fields.get("source", "")), *dict.fromkeys(notes)) if part)
    return replace(draft, fields=fields)


def _of_marks(marks: Iterable[Mark], references: References) -> list[Leftover]:
    left = [
        Leftover(mark.text, mark.first_line, mark.last_line, "a comment") for mark in marks if mark.kind == "comment"
    ]
    for mark in references.unused():
        left.append(Leftover(mark.text, mark.first_line, mark.last_line, "a footnote or link that no draft uses"))
    for mark in marks:
        if mark.kind == "front":
            left.append(
                Leftover(mark.text, mark.first_line, mark.last_line, "front matter, read for title, tags and deck")
            )
    return left


def _front(marks: Iterable[Mark]) -> dict[str, str]:
    """The keys of the front matter; a list is its items between commas."""
    found: dict[str, str] = {}
    key = ""
    for line in next((mark.text for mark in marks if mark.kind == "front"), "").split("\n"):
        if match := _FRONT.match(line):
            key = match["key"].lower()
            found[key] = match["value"].strip().strip("\"'")
        elif key and (item := re.match(r"\s*-\s+(.+)", line)):
            found[key] = f"{found[key]}, {item[1].strip()}".strip(", ")
    return {key: value for key, value in found.items() if value}


def _listed(text: str) -> list[str]:
    return [item for part in text.strip("[]").split(",") if (item := part.strip().strip("\"'#").strip())]


def _title(scanned: Scanned) -> str:
    """What the heading at the top says; of several, one below the other as on a pasted page, the last."""
    top: list[Block] = []
    for block in scanned.blocks:
        if block.kind != "heading" or block.level > 1 + bool(top):
            break
        top.append(block)
    return bare_name(heading_text(top[-1])) if top else ""


def _looks_like_markdown(lines: list[str]) -> bool:
    """Whether a text with another ending is Markdown all the same: pasted from a chat or an editor."""
    headings = sum(bool(re.match(r"#{1,6} \S", line)) for line in lines)
    blanks = sum(not line.strip() for line in lines)
    return headings > 1 and blanks * 4 > len(lines) and sum(line.startswith("## ") for line in lines) > 0
