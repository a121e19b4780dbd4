"""Many notes of one deck file changed in memory, each checked by itself. Knows no disk and no reason for it.

Reading a deck of thousands of notes anew for each of a hundred edits would take minutes. So each note is edited as a
deck of its own, made of the lines that it stands on, and the whole is read once, when all is done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from srs.cards import tree
from srs.cards.deck import read_deck
from srs.cards.layout import MARK, after_line
from srs.cards.merge import as_draft
from srs.cards.note import DeckFile, Note
from srs.cards.notetype import NoteTypes
from srs.cards.pieces import Piece, lines_of
from srs.cards.yamlevents import value_ends
from srs.upkeep.edits import NotAsMeant
from srs.upkeep.pieces import bare

Edit = Callable[[bytes, int, int], bytes]
"""What changes a note: the bytes of a deck, the line and column at which the note stands in it, to the bytes after."""


@dataclass(slots=True)
class _Place:
    """The lines of a note, with what stands below it before the next one; `added` comes in between."""

    text: str
    column: int
    note: Note | None
    in_braces: bool
    added: list[str] = field(default_factory=list)
    drafts: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to know of a version that is put beside a note: how to name it, whether it is there, whose it is."""

    name: Callable[[], str]
    known: Callable[[Note], bool]
    whose: str


class DeckEdit:
    """A deck file being changed."""

    def __init__(self, path: str, data: bytes, types: NoteTypes) -> None:
        self.path, self.types = path, types
        self.data = data
        self._problems = {problem.code for problem in read_deck(path, data, types).problems}
        self._take_apart()

    def _take_apart(self) -> None:
        parsed = tree.parse(self.path, self.data)
        root = parsed.root
        notes = root.values.get("notes") if isinstance(root, tree.Mapping) else None
        self._places: list[_Place] = []
        self._by_id: dict[str, _Place] = {}
        self._lead = parsed.text
        self._rest = ""
        if not isinstance(root, tree.Mapping) or not isinstance(notes, tree.Sequence) or notes.flow or root.flow:
            return
        lines = lines_of(parsed.text)
        after = [line - 1 for line, _ in root.keys.values() if line > root.keys["notes"][0]]
        end = min(after, default=len(lines))
        dash = " " * (notes.column - 1) + "-"
        starts: list[int] = []
        for item in notes.items:
            start = item.line - 1
            while start >= 0 and not lines[start].startswith(dash):
                start -= 1
            if start < 0 or (starts and start <= starts[-1]):
                return
            starts.append(start)
        read = {
            (note.place.line, note.place.column): note for note in read_deck(self.path, self.data, self.types).notes
        }
        for item, start, stop in zip(notes.items, starts, [*starts[1:], end], strict=True):
            note = read.get((item.line, item.column))
            in_braces = isinstance(item, tree.Mapping) and item.flow
            self._places.append(_Place("".join(lines[start:stop]), notes.column - 1, note, in_braces))
        self._by_id = {place.note.id: place for place in self._places if place.note is not None}
        self._lead, self._rest = "".join(lines[: starts[0]]), "".join(lines[end:])

    def change(self, note: Note, edit: Edit, meant: Callable[[Note], Note]) -> None:
        """Change a note so that it reads as `meant`. Raises SrsError: then it is as it was."""
        place = self._of(note)
        place.text = self._changed(place, edit, meant)

    def _changed(self, place: _Place, edit: Edit, meant: Callable[[Note], Note]) -> str:
        before, here = self._alone(place)
        if place.in_braces:
            raise NotAsMeant("the note is written in braces", "delete them and write each key on a line of its own")
        new = edit(_deck_of(place.text), here.place.line, here.place.column)
        after = read_deck(self.path, new, self.types)
        known = {problem.code for problem in before.problems}
        wrong = [each for each in after.problems if each.code not in known and each.severity == "error"]
        if wrong:
            raise NotAsMeant(wrong[0].message.removesuffix("."), wrong[0].hint)
        if [bare(each) for each in after.notes] != [bare(meant(here))]:
            raise NotAsMeant("this change would do more than it should", "change it by hand")
        return new.decode().partition("\n")[2]

    def alone(self, note: Note) -> Note:
        """The note as it reads without what holds for the whole file: tags of the file, for example."""
        return self._alone(self._of(note))[1]

    def put_beside(self, note: Note, edit: Edit, meant: Callable[[Note], Note], beside: Beside) -> str | None:
        """Put what `edit` would make of the note below it, as a draft of its own; its id, None where it is known.

        Raises SrsError: then nothing was put there.
        """
        place = self._of(note)
        text = self._changed(place, edit, meant)
        own = text[: _below(text)]
        value = tree.plain(tree.parse("", _deck_of(text)).root)["notes"][0]
        name = beside.name()
        draft = as_draft(self.path, Piece(note.id, own, place.column, value), name, note.id, beside.whose)
        newline = "\r\n" if "\r\n" in place.text else "\n"
        written = draft.fitted(place.column, newline)
        read = read_deck(self.path, _deck_of(written), self.types)
        if len(read.notes) != 1 or any(problem.severity == "error" for problem in read.problems):
            raise NotAsMeant("the other version cannot stand beside it", "compare the two by hand")
        if beside.known(read.notes[0]):
            return None
        apart = any(each.text.endswith(("\n\n", "\n\r\n")) for each in self._places[:-1])
        place.added.append((newline if apart else "") + written)
        place.drafts.append(read.notes[0])
        return name

    def _alone(self, place: _Place) -> tuple[DeckFile, Note]:
        before = read_deck(self.path, _deck_of(place.text), self.types)
        if len(before.notes) != 1:
            raise NotAsMeant("the note cannot be read by itself", "change it by hand")
        return before, before.notes[0]

    def _of(self, note: Note) -> _Place:
        place = self._by_id.get(note.id)
        if place is not None and place.note == note:
            return place
        if place is not None:
            raise NotAsMeant("the note was changed by another program just now", "repeat the command")
        raise NotAsMeant("the file is laid out so that the note cannot be changed alone", "change it by hand")

    def result(self) -> bytes:
        """The bytes of the file after all changes. Raises NotAsMeant where the whole says something else."""
        parts = [self._lead]
        for place in self._places:
            at = _below(place.text) if place.added else len(place.text)
            own = place.text[:at]
            ended = own if not place.added or own.endswith("\n") else own + "\n"
            parts += [ended, *place.added, place.text[at:]]
        new = (MARK if self.data.startswith(MARK) else b"") + "".join([*parts, self._rest]).encode()
        after = read_deck(self.path, new, self.types)
        wrong = [problem for problem in after.problems if problem.code not in self._problems]
        ids = [each.id for place in self._places for each in ([place.note] if place.note else []) + place.drafts]
        if any(problem.severity == "error" for problem in wrong) or [note.id for note in after.notes] != ids:
            raise NotAsMeant(f"{self.path}: these changes would do more than they should", "make them by hand")
        return new


def _below(text: str) -> int:
    """Where, in the lines of a note, those begin that stand below it: blank ones, and comments."""
    notes = tree.parse("", _deck_of(text)).root
    item = notes.values["notes"] if isinstance(notes, tree.Mapping) else None
    if not isinstance(item, tree.Sequence) or not item.items:
        return len(text)
    place = item.items[0]
    deck = _deck_of(text).decode()
    return after_line(deck, value_ends(deck)[place.line, place.column]) - (len(deck) - len(text))


def _deck_of(text: str) -> bytes:
    """The lines of a note as a deck of its own, with their line ends."""
    return ("notes:\r\n" if "\r\n" in text else "notes:\n").encode() + text.encode()
