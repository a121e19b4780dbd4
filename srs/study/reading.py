"""A lesson read part by part: where the reader is, what of it was picked so far. Knows no files, screens or importers.

What was picked is no record of its own: it is the notes of the collection whose `from:` names a line of the lesson. So
nothing is lost with the connection, and a lesson can be read on another day, or on another device.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from srs.cards.faces import cards_of, withheld
from srs.cards.note import Note
from srs.cards.notetype import NoteTypes
from srs.collection import troubles
from srs.collection.collection import Collection
from srs.collection.origins import origin_of
from srs.study.source import AROUND, Passage
from srs.values import frozen, replace

DOUBT = "doubt"
"""The tag of a draft that the learner doubts."""
UNASKED = "(to be asked)"
"""How the question of a draft begins that is only a passage so far."""
_GLANCE = 600  # characters of a paragraph that is shown whole
_WORDS = 60  # characters of a passage by which its draft is known


@frozen
class Proposal:
    """A note that could be drafted: its type, how its text begins, its lines, how many cards it would make.

    `number` tells it from the others of the lesson.
    """

    number: int
    type: str
    text: str
    first: int
    last: int
    cards: int


@frozen
class Part:
    """A piece of a lesson that is shown alone, and picked. Lines count from 1.

    `under` is the heading above it, which belongs to it from line `begin` on where it stands right above. `inner` are
    notes that its text alone would make, `section` is one that takes the text around it as well.
    """

    kind: str
    text: str
    first: int
    last: int
    begin: int = 0
    under: str = ""
    inner: tuple[Proposal, ...] = ()
    section: Proposal | None = None


@frozen
class Pick:
    """A note of the collection that comes from a line of the lesson."""

    note: Note
    line: int
    cards: int

    @property
    def text(self) -> str:
        """What it asks about: its first field."""
        return next(iter(self.note.fields.values()), "")

    @property
    def unasked(self) -> bool:
        return is_unasked(self.note)

    @property
    def doubted(self) -> bool:
        return DOUBT in self.note.tags


@frozen
class Showing:
    """A part on the screen, `number` of `count`; `picks` are the notes that come from its lines.

    `section` is the draft of its whole section, wherever that begins.
    `drafts` and `cards` are how many notes of the whole lesson are drafts and how many cards they would make; `kept`
    the cards of those that are none any more.
    """

    part: Part
    number: int
    count: int
    picks: tuple[Pick, ...]
    drafts: int
    cards: int
    kept: int
    section: Pick | None = None

    @property
    def doubted(self) -> bool:
        return any(pick.doubted for pick in self.own)

    @property
    def own(self) -> tuple[Pick, ...]:
        """The drafts of this part alone."""
        return tuple(pick for pick in self.picks if pick.note.draft and pick != self.section)


@frozen
class Finished:
    """The end of the lesson."""

    drafts: int
    cards: int
    kept: int


@frozen
class Did:
    """Something that `undo` takes back: at part `at`, notes as they were written, or files changed.

    `files`: path, bytes before, bytes after.
    """

    at: int
    notes: tuple[Note, ...] = ()
    files: tuple[tuple[str, bytes, bytes], ...] = ()


def is_unasked(note: Note) -> bool:
    """Whether a draft is only a passage, without a question."""
    return note.draft and note.type == "basic" and note.fields.get("q", "").startswith(UNASKED)


def unasked(text: str) -> str:
    """What stands for the question of a passage, until one is written: its first words."""
    words = " ".join(text.split())
    short = words if len(words) <= _WORDS else f"{words[:_WORDS].rpartition(' ')[0] or words[:_WORDS]} …"
    return f"{UNASKED} {short}"


def picks_from(collection: Collection, source: str) -> list[Pick]:
    """The notes of the collection that come from a line of `source`, such as `sources/x.txt`, by line."""
    found = []
    for note in troubles.notes_naming(collection.db, f"{source}#L"):
        if line := line_of(note, source):
            found.append(Pick(note, line, cards_made(note, collection.types)))
    return sorted(found, key=lambda pick: pick.line)


def line_of(note: Note, source: str) -> int:
    """The line of `source` that a note comes from; 0 where it does not say so."""
    named = origin_of(note.origin) if note.origin else None
    return (named.first or 0) if named and named.path == source else 0


def cards_made(note: Note, types: NoteTypes) -> int:
    """How many cards a draft would make; of an unverified quote, those that it will make once it is verified."""
    verified = {key: text for key, text in note.fields.items() if key != "fidelity"}
    return len(cards_of(replace(note, fields=verified) if withheld(note) else note, types))


def nearby(passage: Passage, origin: str) -> tuple[int, tuple[str, ...]]:
    """The number of the first line that `origin` names, and the lines: of one line its paragraph, if it is short."""
    there = close_up(passage, origin)
    return there.first, tuple(text for _, text, belongs in there.numbered() if belongs)


def close_up(passage: Passage, origin: str) -> Passage:
    """Of a long paragraph the line that `origin` names, if it names one, with a few around it.

    A pasted lesson has no empty lines, and is one paragraph as a whole.
    """
    named = origin_of(origin)
    long = sum(len(text) for _, text, belongs in passage.numbered() if belongs) > _GLANCE
    if not (named and named.first and not named.last and long):
        return passage
    at = named.first
    start = max(passage.start, at - AROUND)
    lines = passage.lines[start - passage.start : at + AROUND + 1 - passage.start]
    return Passage(passage.path, start, at, at, lines)


def _line(pick: Pick) -> int:
    return pick.line


def _is_of(pick: Pick, proposal: Proposal) -> bool:
    return pick.note.type == proposal.type and pick.line == proposal.first and pick.text == proposal.text


class Reading:
    """A walk through the parts of a lesson. What is picked is written by the caller, who tells it here (`wrote`)."""

    def __init__(self, collection: Collection, parts: Sequence[Part], source: str) -> None:
        self.source = source
        self.did: list[Did] = []
        self.step: Showing | Finished = Finished(0, 0, 0)
        self._collection = collection
        self._parts = tuple(parts)
        self._at = 0
        self.look()

    @property
    def count(self) -> int:
        return len(self._parts)

    def cards(self, ids: Sequence[str]) -> int:
        """How many cards the notes with these ids make."""
        return sum(max(1, pick.cards) for pick in self._picks if pick.note.id in ids)

    def resume(self) -> bool:
        """Go to the last part that something was picked from; False where nothing was picked yet."""
        picked = [at for at, part in enumerate(self._parts) if self._of(part)]
        if not picked:
            return False
        self._at = picked[-1]
        self._show()
        return True

    def go_on(self) -> None:
        """The next part; after the last one the lesson is finished."""
        self._at = min(self._at + 1, self.count)
        self._show()

    def go_back(self) -> None:
        """The part before."""
        self._at = max(self._at - 1, 0)
        self._show()

    def go_to(self, number: int) -> None:
        """The part with this number, from 1."""
        self._at = max(0, min(number - 1, self.count - 1))
        self._show()

    def wrote(self, notes: Sequence[str] = (), files: Sequence[tuple[str, bytes, bytes]] = ()) -> None:
        """Notes were written from the part that is shown, or files changed (path, bytes before, bytes after)."""
        self.look()
        if notes or files:
            self.did.append(Did(self._at, self._notes(notes), tuple(files)))

    def join(self, since: int) -> None:
        """Let what was done after the first `since` things be one thing that is taken back as a whole."""
        last = self.did[since:]
        notes = self._notes([note.id for did in last for note in did.notes])
        if len(last) > 1:
            # Notes that were written and then changed go as they are now.
            self.did[since:] = [
                Did(self._at, notes, () if notes else tuple(each for did in last for each in did.files))
            ]

    def took_back(self) -> None:
        """What was done last was taken back: show its part again."""
        self._at = self.did.pop().at
        self.look()

    def look(self) -> None:
        """Read what the collection has of the lesson now."""
        self._collection.refresh()
        self._picks = picks_from(self._collection, self.source)
        self._show()

    def _notes(self, ids: Sequence[str]) -> tuple[Note, ...]:
        """The notes with these ids as they are now."""
        return tuple(pick.note for pick in self._picks if pick.note.id in ids)

    def _show(self) -> None:
        drafts = [pick for pick in self._picks if pick.note.draft]
        kept = sum(pick.cards for pick in self._picks) - sum(pick.cards for pick in drafts)
        counts = len(drafts), sum(max(1, pick.cards) for pick in drafts), kept
        if self._at >= self.count:
            self.step = Finished(*counts)
            return
        part = self._parts[self._at]
        wanted = part.section
        section = next((pick for pick in drafts if wanted and _is_of(pick, wanted)), None)
        self.step = Showing(part, self._at + 1, self.count, self._of(part), *counts, section)

    def _of(self, part: Part) -> tuple[Pick, ...]:
        first = bisect_left(self._picks, part.begin or part.first, key=_line)
        return tuple(self._picks[first : bisect_right(self._picks, part.last, key=_line)])


def parts_of(blocks: Sequence[Part], proposals: Sequence[Proposal]) -> list[Part]:
    """The blocks of a lesson as parts: under their headings, tables row by row, with what could be drafted of each.

    A heading with nothing below it is a part of its own.
    """
    found: list[Part] = []
    under: list[Part] = []  # the headings right above
    for block in blocks:
        if block.kind == "heading":
            under = [*(under if not found or (under and under[-1].last > found[-1].last) else []), block]
            continue
        above = under and (not found or under[0].first > found[-1].last)
        first, *rest = [replace(part, begin=part.first, under=_said(under)) for part in _rows(block)]
        found += [replace(first, begin=under[0].first) if above else first, *rest]
    if under and (not found or under[0].first > found[-1].last):
        found.append(under[-1])
    there = _by_line(proposals)
    lines = Counter((part.first, part.last) for part in found)
    return [_with_proposals(part, there, lines[part.first, part.last] > 1) for part in found]


def _by_line(proposals: Sequence[Proposal]) -> dict[int, list[Proposal]]:
    """The proposals that take each line."""
    found: dict[int, list[Proposal]] = {}
    for proposal in proposals:
        for line in range(proposal.first, proposal.last + 1):
            found.setdefault(line, []).append(proposal)
    return found


def _with_proposals(part: Part, there: Mapping[int, Sequence[Proposal]], shares: bool) -> Part:
    """A part with what could be drafted of it; `shares`: another part is on the same lines."""
    near = {each.number: each for line in range(part.first, part.last + 1) for each in there.get(line, ())}
    touching = [near[number] for number in sorted(near)]
    inner = [each for each in touching if part.first <= each.first and each.last <= part.last]
    around = [each for each in touching if each not in inner]
    section = max(around, key=lambda each: (each.last - each.first, -each.number), default=None)
    if shares:
        inner = [each for each in inner if " ".join(each.text.split())[:_WORDS] in " ".join(part.text.split())]
    return replace(part, inner=tuple(inner), section=section)


def _said(headings: Sequence[Part]) -> str:
    return ": ".join(heading.text.strip().strip("#").strip() for heading in headings)


def _rows(block: Part) -> list[Part]:
    """A table as a part for each row, its cells below their headings; another block as it is."""
    lines = block.text.split("\n")
    if block.kind != "table" or len(lines) < 3 or len(lines) != block.last - block.first + 1:
        return [block]
    names = _cells(lines[0])
    rows = []
    for at, line in enumerate(lines[2:], block.first + 2):
        cells = [f"{name}: {cell}" if name else cell for name, cell in zip(names, _cells(line), strict=False) if cell]
        rows.append(replace(block, kind="row", text="\n".join(cells), first=at, last=at))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
