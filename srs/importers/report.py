"""What an import came to: as values, as sentences, as JSON. Knows no packages and no collection."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from srs.errors import sentence
from srs.importers.edits import Changed, Conflict, Edits
from srs.importers.history import Happened, LogRead
from srs.importers.standing import Change, Wish
from srs.memory.events import Reset, Review
from srs.words import plural

EXAMPLES = 3
_SHOWN = 10
_WIDEST = 240  # characters of a line in a diff; what is longer says nothing to the eye

Unmatched = Literal[
    "foreign",
    "gone",
    "unread",
    "twin",
    "other-type",
    "not-asked",
    "no-card",
    "card-gone",
    "due-of-new",
    "future",
    "unknown-kind",
]

# What is counted, and the sentence after the count: of one, and of more.
_REASONS: Mapping[Unmatched, tuple[str, str, str]] = {
    "foreign": ("note", "is not known here", "are not known here"),
    "gone": ("note", "is in no deck any more", "are in no deck any more"),
    "unread": ("note", "is in no deck that can be read", "are in no deck that can be read"),
    "twin": (
        "note",
        "has the guid of another one there, and was left",
        "have the guid of another one there, and were left",
    ),
    "other-type": (
        "note",
        "has the guid of one here and another note type, and was left",
        "have the guid of one here and another note type, and were left",
    ),
    "not-asked": ("review", "is of a note that came from Anki", "are of notes that came from Anki"),
    "no-card": ("card", "is none that its note can have here", "are none that their notes can have here"),
    "card-gone": ("review", "is of a card that is gone there", "are of cards that are gone there"),
    "due-of-new": (
        "due day",
        "was given to a card that was never answered, which stays new",
        "were given to cards that were never answered, which stay new",
    ),
    "future": ("review", "is dated later than now", "are dated later than now"),
    "unknown-kind": ("log entry", "is of no kind that is known", "are of no kind that is known"),
}
_HINTS: Mapping[Unmatched, str] = {
    "foreign": "To bring notes in: --into decks/NAME.yaml",
    "unread": "A deck has an error, and what it holds is not known: srs check",
    "not-asked": "To bring those in: --with-scheduling",
    "future": "When the clock there is right again, they come in with a later file.",
}
_CHANGES: Mapping[Change, str] = {
    "suspended": "Suspended",
    "unsuspended": "No longer suspended",
    "flagged": "Flagged",
    "marked": "Marked",
    "unmarked": "No longer marked",
}


@dataclass(slots=True)
class LeftOut:
    """How many of something did not match, and a few of them by name."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Left:
    """What did not match, by reason."""

    found: dict[Unmatched, LeftOut] = field(default_factory=dict)

    def add(self, reason: Unmatched, example: str | None, count: int = 1) -> None:
        left = self.found.setdefault(reason, LeftOut())
        left.count += count
        if example is not None and len(left.examples) < EXAMPLES and example not in left.examples:
            left.examples.append(example)

    def wants(self, reason: Unmatched) -> bool:
        """Whether another example would be kept."""
        return reason not in self.found or len(self.found[reason].examples) < EXAMPLES

    def in_order(self) -> Iterator[tuple[Unmatched, LeftOut]]:
        return ((reason, self.found[reason]) for reason in _REASONS if reason in self.found)


@dataclass(slots=True)
class Report:
    """What came in (or would, in a dry run), what was known, what did not match.

    `empty`: a package without notes. `new` are reviews, `crammed` those of them that count in statistics alone; `known`
    is whatever the journal had, `taken_back` what of that does not count here any more. `notes`, `media` and `files`
    (paths of decks and note types) came in with --into; `told` is what of them is not as it was there, as clauses.
    `unread`: a deck has an error, so not every note of ours could be known.
    """

    file: str
    form: str
    whole: bool
    dry_run: bool
    remarks: tuple[str, ...] = ()
    empty: bool = False
    new: int = 0
    crammed: int = 0
    resets: int = 0
    moved: int = 0
    known: int = 0
    taken_back: int = 0
    notes: int = 0
    media: int = 0
    files: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    unread: bool = False
    edits: Edits = field(default_factory=Edits)
    wishes: list[Wish] = field(default_factory=list)
    left: Left = field(default_factory=Left)

    def take_known(self, logs: Iterable[LogRead]) -> None:
        """Count what the journal had of these."""
        for each in logs:
            self.known += len(each.known)
            self.taken_back += sum(own.dead for own in each.known)

    def take_new(self, events: Iterable[Happened]) -> None:
        """Count what was recorded, or would be."""
        moved = set()
        for event in events:
            if isinstance(event, Review):
                self.new += 1
                self.crammed += event.mode == "cram"
            elif isinstance(event, Reset):
                self.resets += 1
            else:
                moved.add(event.card)  # a day that was not written down there takes a second event
        self.moved += len(moved)

    @property
    def recorded(self) -> bool:
        """Whether the journal holds something that one undo takes back."""
        return not self.dry_run and bool(self.new or self.resets or self.moved or self.wishes or self.edits.deleted)


def sentences(report: Report) -> Iterator[str]:
    """The report for people, a line each."""
    yield from report.remarks
    if report.empty:
        yield f"There are no notes in {report.file}."
        return
    if report.files:
        would = "would come" if report.dry_run else "came"
        media = f" and {plural(report.media, 'media file')}" if report.media else ""
        yield f"{plural(report.notes, 'note')}{media} {would} in: {_listed(report.files, _SHOWN)}."
    yield from (f"  {sentence(clause)}" for clause in report.told)
    yield from _edits(report)
    yield _reviews(report)
    be = "would be " if report.dry_run else ""
    others = [
        f"{plural(report.resets, 'card')} {be}made new again" if report.resets else "",
        f"{plural(report.moved, 'card')} {be}given another due day" if report.moved else "",
    ]
    if any(others):
        yield f"Also there: {', '.join(filter(None, others))}."
    if report.taken_back:
        stay = "was taken back here and stays so" if report.taken_back == 1 else "were taken back here and stay so"
        yield f"Of what was known, {report.taken_back:,} {stay}: srs undo --list"
    for change, what in _CHANGES.items():
        if cards := [wish.card for wish in report.wishes if wish.change == change]:
            said = f"Would be {what[:1].lower()}{what[1:]}" if report.dry_run else what
            yield f"{said}: {_listed(cards, _SHOWN)}."
    for reason, left in report.left.in_order():
        yield from _left(reason, left, report.unread)
    if report.dry_run:
        yield "Nothing was written."
    elif report.recorded:
        yield "To take back what the journal got: srs undo"


def _edits(report: Report) -> Iterator[str]:
    """What was edited there, and what became of it, with the lines that change."""
    edits = report.edits
    if edits.changed:
        here = "would be" if report.dry_run else "is" if len(edits.changed) == 1 else "are"
        yield f"{_counted_notes(edits.changed)} edited there, and {here} edited here: {_fields(edits.changed)}."
    if edits.conflicts:
        yield f"{_counted_notes(edits.conflicts)} edited on both sides: {_fields(edits.conflicts)}."
        copies = _listed([each.copy for each in edits.conflicts], _SHOWN)
        yield f"  Yours stands; Anki's version {'would wait' if report.dry_run else 'waits'} as {copies}: srs fix"
    for _, diff in edits.diffs():
        yield from (f"    {line}" for line in _shortened(diff.splitlines()))
    for change in edits.changed:
        if change.dropped:
            yield f"  Without what Markdown cannot say, in {change.sheet}: {', '.join(change.dropped)}."
    if edits.decorated:
        yield f"Only decoration was changed there, which stays there: {_fields(edits.decorated)}."
    for each in edits.not_possible:
        yield f"Cannot come home: {each.sheet}{f' ({each.field})' if each.field else ''}, {each.why}."
    if edits.deleted:
        here = "would be suspended" if report.dry_run else "suspended"
        yield f"Deleted there, so {here} here: {_listed(edits.deleted, _SHOWN)}."
    if edits.older:
        yield f"{plural(edits.older, 'note')} there {'is' if edits.older == 1 else 'are'} older than the last export."


def _shortened(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a diff; of a very long one what is around the first letter that changes."""
    start = 0
    while start < len(lines):
        old = _run(lines, start, "-")
        new = _run(lines, start + len(old), "+")
        for at, line in enumerate((*old, *new)):
            others = new if at < len(old) else old
            nth = at if at < len(old) else at - len(old)
            yield _window(line, others[nth] if nth < len(others) else "")
        start += len(old) + len(new)
        if not old and not new:
            yield _window(lines[start], "")
            start += 1


def _run(lines: Sequence[str], start: int, sign: str) -> Sequence[str]:
    end = start
    while end < len(lines) and lines[end].startswith(sign):
        end += 1
    return lines[start:end]


def _window(line: str, other: str) -> str:
    if len(line) <= _WIDEST:
        return line
    same = next((at for at, (one, two) in enumerate(zip(line[1:], other[1:], strict=False)) if one != two), 0)
    start = max(1, min(same - _WIDEST // 3, len(line) - _WIDEST))
    part = line[start : start + _WIDEST]
    before, after = "…" * (start > 1), "…" * (start + _WIDEST < len(line))
    return f"{line[0]}{before}{part}{after}"


def _counted_notes(found: Sequence[Changed | Conflict]) -> str:
    return f"{plural(len(found), 'note')} {'was' if len(found) == 1 else 'were'}"


def _fields(found: Sequence[Changed | Conflict]) -> str:
    return _listed([f"{each.sheet} ({', '.join(each.fields)})" for each in found], _SHOWN)


def _reviews(report: Report) -> str:
    known = f"{report.known:,} {'was' if report.known == 1 else 'were'} known" if report.known else ""
    if not report.new:
        return f"No new reviews; {known}." if known else "No new reviews."
    came = f"{plural(report.new, 'review')} {'would come' if report.dry_run else 'came'} in"
    crammed = f" ({report.crammed:,} of them crammed)" if report.crammed else ""
    return f"{', '.join(filter(None, (came + crammed, known)))}."


def _left(reason: Unmatched, left: LeftOut, unread: bool) -> Iterator[str]:
    noun, one, more = _REASONS[reason]
    named = f": {_listed(left.examples, EXAMPLES, left.count)}" if left.examples else ""
    yield f"{_counted(left.count, noun)} {one if left.count == 1 else more}{named}."
    if reason in _HINTS:
        yield f"  {_HINTS['unread' if unread and reason == 'foreign' else reason]}"


def _counted(count: int, noun: str) -> str:
    return plural(count, noun) if noun[-1] != "y" or count == 1 else f"{count:,} {noun[:-1]}ies"


def _listed(names: Sequence[str], most: int, count: int | None = None) -> str:
    rest = (len(names) if count is None else count) - min(len(names), most)
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest else "")


def as_json(report: Report) -> dict[str, Any]:
    """The stable contract of `--json`."""
    return {
        "file": report.file,
        "form": report.form,
        "whole": report.whole,
        "dry_run": report.dry_run,
        "remarks": list(report.remarks),
        "reviews": {
            "new": report.new,
            "crammed": report.crammed,
            "resets": report.resets,
            "due": report.moved,
            "known": report.known,
            "taken_back": report.taken_back,
        },
        "edits": _edits_json(report.edits),
        "notes": {"new": report.notes, "media": report.media, "files": list(report.files), "told": list(report.told)},
        "state": {change: [wish.card for wish in report.wishes if wish.change == change] for change in _CHANGES},
        "unmatched": [
            {"reason": reason, "what": _REASONS[reason][0], "count": left.count, "examples": left.examples}
            for reason, left in report.left.in_order()
        ],
    }


def _edits_json(edits: Edits) -> dict[str, Any]:
    return {
        "changed": [asdict(each) for each in edits.changed],
        "conflicts": [asdict(each) for each in edits.conflicts],
        "not_possible": [asdict(each) for each in edits.not_possible],
        "decorated": [asdict(each) for each in edits.decorated],
        "deleted": list(edits.deleted),
        "older": edits.older,
        "files": [{"path": path, "diff": diff} for path, diff in edits.diffs()],
        "media": list(edits.media),
    }
