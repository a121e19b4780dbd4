"""Notes beside the texts in sources/ that they were taken from: is the place there, are a quote's words. Reads only.

A text can show that words stand in it, not that somebody said them: a lesson that cites is no proof. So `unverified` is
never contradicted by a text that has the words; the learner is told where they stand, and decides.
"""

from dataclasses import dataclass

from srs.cards.note import Note
from srs.cards.notetype import NoteTypes
from srs.cards.quoting import Comparison, Text
from srs.collection.collection import Collection
from srs.collection.origins import SOURCES, Origin, lines_of, origin_of, paragraph, read_text
from srs.collection.stored import note_from_json
from srs.errors import Problem, SrsError, sentence
from srs.words import plural

_SIGNS = "`[-…-]` stands only here, `{+…+}` only there."


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a text in the collection, from 1."""

    path: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.path}#L{self.first}" + (f"-L{self.last}" if self.last > self.first else "")


def provenance(collection: Collection) -> list[Problem]:
    """What is wrong with where notes say they are from, and with what quotes say of their words; drafts too."""
    sources = Sources(collection)
    query = (
        "select data from note where not left_out and (instr(data, '#L') or instr(data, 'sources/'))"
        " order by path, position"
    )
    notes = (note_from_json(data) for (data,) in collection.db.execute(query))
    return [problem for note in notes if (problem := sources.problem(note))]


class Sources:
    """The texts that the notes of a collection were taken from, each read once."""

    def __init__(self, collection: Collection) -> None:
        self._root = collection.root
        self._types: NoteTypes = collection.types
        self._read: dict[str, tuple[Text, list[str]] | SrsError] = {}

    def compared(self, note: Note) -> tuple[Comparison, Place] | None:
        """A quote beside its text; None where the note is no quote, or names no text that can be read."""
        origin, quote = _named(note), self._quote(note)
        if origin is None or quote is None:
            return None
        try:
            text, _ = self._text(origin.path)
        except SrsError:
            return None
        found = text.compare(quote, origin.first)
        return (found, Place(origin.path, found.first, found.last)) if found else None

    def problem(self, note: Note) -> Problem | None:
        """What is wrong with where a note is from; None where nothing is, or it names no text."""
        origin = _named(note)
        if origin is None:
            return None
        try:
            _, lines = self._text(origin.path)
        except SrsError as error:
            hint = sentence(error.hint) if error.hint else "Correct `from:`."
            return _problem(note, "from-unreadable", f"This note cannot be compared: {error.message}.", hint)
        last = max(origin.first or 1, origin.last or 1)
        if origin.first == 0 or last > max(1, len(lines)):
            message = f"{origin.path} has {plural(len(lines), 'line')}, and `from:` names line {last}."
            return _problem(note, "from-leads-nowhere", message, "The text was changed since, or `from:` is wrong.")
        compared = self.compared(note)
        if compared is None:
            return None
        said = _said(note, *compared)
        return said or _moved(note, origin, lines, *compared)

    def _quote(self, note: Note) -> str | None:
        """The words of a note whose type has a fidelity to say: those of the marker."""
        kind = self._types[note.type]
        claims = any(field.name == "fidelity" and field.kind == "choice" for field in kind.fields)
        return note.fields.get(kind.marker) if claims and kind.marker else None

    def _text(self, path: str) -> tuple[Text, list[str]]:
        if path not in self._read:
            try:
                text = read_text(self._root, path)
                self._read[path] = Text(text), lines_of(text)
            except SrsError as error:
                self._read[path] = error
        found = self._read[path]
        if isinstance(found, SrsError):
            raise found
        return found


def _named(note: Note) -> Origin | None:
    """The text that a note names in `from`, or else in `source`."""
    for text in (note.origin, note.fields.get("source")):
        if text and (text is note.origin or text.startswith(SOURCES)) and (origin := origin_of(text)):
            return origin
    return None


def _said(note: Note, compared: Comparison, place: Place) -> Problem | None:
    """Where a quote's fidelity and its text do not go together."""
    fidelity = note.fields.get("fidelity")
    if compared.found == "verbatim":
        return _same_words(note, fidelity, place)
    if fidelity == "paraphrase" or (compared.found == fidelity == "near"):
        return None
    if compared.found == "near":
        message = f"{place} has it in other words: {compared.differences}"
        return _problem(note, "quote-near", message, f"{_SIGNS} Write `fidelity: near`, or correct it.")
    instead = "" if fidelity == "unverified" else ", or write `fidelity: paraphrase`"
    message = f"These words are not in {place.path}."
    return _problem(note, "quote-absent", message, f"Correct them or `from:`{instead}.")


def _same_words(note: Note, fidelity: str | None, place: Place) -> Problem | None:
    if fidelity in ("near", "paraphrase"):
        message = f"This says `fidelity: {fidelity}`, and {place} has exactly these words."
        return _problem(note, "fidelity-contradicted", message, "Write `fidelity: verbatim`.")
    if fidelity == "unverified" and not note.draft:
        hint = "If that text is the original, write `fidelity: verbatim`, and the day as `checked:`."
        return _problem(note, "quote-found", f"{place} has exactly these words.", hint)
    return None


def _moved(note: Note, origin: Origin, lines: list[str], compared: Comparison, place: Place) -> Problem | None:
    """Whether the words stand elsewhere in the text than `from:` says."""
    if compared.found == "absent" or origin.first is None or origin_of(note.origin or "") != origin:
        return None
    low, high = sorted((origin.first, origin.last or origin.first))
    if origin.last is None:
        low, high = paragraph(lines, low)
    if place.first <= high and place.last >= low:
        return None
    message = f"These words do not stand where `from:` says, but in {place}."
    return _problem(note, "quote-moved", message, f"Write `from: {place}`.")


def _problem(note: Note, code: str, message: str, hint: str) -> Problem:
    return Problem(note.place.path, note.place.line, note.place.column, "warning", code, message, hint)
