"""What differs between two commits of a collection, counted: events, notes, files. Knows no remote and no words."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass

from srs.cards.notetype import NoteTypes
from srs.cards.pieces import Deck, NotInPieces, Piece, take_apart
from srs.upkeep.git import Entry, Repository
from srs.upkeep.merge import is_deck, is_event, is_journal, lines_of
from srs.upkeep.repository import NAMES
from srs.watching import Watch, told, unwatched


@dataclass(frozen=True, slots=True)
class Counts:
    """How much differs: events; notes that are new, changed (reworded and renamed ones too) or deleted; deck files in
    which something else changed; and files that are neither journal nor deck."""

    events: int = 0
    added: int = 0
    changed: int = 0
    deleted: int = 0
    decks: int = 0
    files: int = 0

    @property
    def notes(self) -> int:
        return self.added + self.changed + self.deleted

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


NOTHING = Counts()


def counted(
    repo: Repository, types: NoteTypes, before: str | None, after: str | None, watch: Watch = unwatched
) -> Counts:
    """How much came in between two commits."""
    return _Comparison(repo, types, before, after, watch).counts()


class _Comparison:
    def __init__(self, repo: Repository, types: NoteTypes, before: str | None, after: str | None, watch: Watch) -> None:
        self.repo, self.types, self.watch = repo, types, watch
        self.before, self.after = repo.files(before), repo.files(after)
        paths = {path for path in self.before | self.after if path.partition("/")[0] in NAMES}
        self.paths = sorted(path for path in paths if self.before.get(path) != self.after.get(path))

    def counts(self) -> Counts:
        journals = [path for path in self.paths if is_journal(path)]
        decks = [path for path in self.paths if is_deck(path)]
        sides = (self.before, self.after)
        self.repo.contents((path, side[path]) for path in journals + decks for side in sides if path in side)
        added, changed, deleted, others = self.notes(decks)
        files = len(self.paths) - len(journals) - len(decks)
        return Counts(self.events(journals), added, changed, deleted, others, files)

    def events(self, journals: list[str]) -> int:
        old, new = set[bytes](), set[bytes]()
        for path in told(self.watch, "Comparing reviews", journals, len(journals)):
            was, now = (self.data(side, path) for side in (self.before, self.after))
            grown = now.startswith(was)
            old.update(() if grown else lines_of(was))
            new.update(lines_of(now[len(was) :] if grown else now))
        return sum(map(is_event, new - old))

    def notes(self, paths: list[str]) -> tuple[int, int, int, int]:
        """How many notes are new, changed and deleted, and in how many of the files nothing of that is."""
        files = dict(self.readable(paths))
        old, new = ({note.name: note for pair in files.values() for note in pair[at].notes} for at in (0, 1))
        added, deleted = new.keys() - old.keys(), old.keys() - new.keys()
        changed = {name for name in old.keys() & new.keys() if old[name].plain != new[name].plain}
        touched = added | deleted | changed
        others = [path for path in paths if path not in files or not touched & _names(*files[path])]
        again = _renamed(added, deleted, new)
        for before, after in files.values():
            again |= _reworded(added - again.keys(), deleted - {*again.values()}, before, after)
        same = len(again)
        return len(added) - same, len(changed) + same, len(deleted) - same, len(others)

    def readable(self, paths: list[str]) -> Iterator[tuple[str, tuple[Deck, Deck]]]:
        for path in told(self.watch, "Comparing notes", paths, len(paths)):
            try:
                before, after = (take_apart(path, self.data(side, path), self.types) for side in self.sides())
            except NotInPieces:
                continue  # counted as a file
            yield path, (before, after)

    def sides(self) -> tuple[Mapping[str, Entry], Mapping[str, Entry]]:
        return self.before, self.after

    def data(self, side: Mapping[str, Entry], path: str) -> bytes:
        return self.repo.content(path, side[path]) if path in side else b""


def _names(*decks: Deck) -> set[str]:
    return {note.name for deck in decks for note in deck.notes}


def _renamed(added: set[str], deleted: set[str], notes: Mapping[str, Piece]) -> dict[str, str]:
    """The new notes that say they were a deleted one, and which."""
    found: dict[str, str] = {}
    for name in sorted(added):
        value = notes[name].value
        was = value.get("was", ()) if isinstance(value, dict) else ()
        old = next((id for id in ([was] if isinstance(was, str) else was) if id in deleted - {*found.values()}), None)
        if old:
            found[name] = old
    return found


def _reworded(added: set[str], deleted: set[str], before: Deck, after: Deck) -> dict[str, str]:
    """The new notes without a given id that stand where a deleted one without stood, and which."""
    gone, come = _by_note_above(before, deleted, added), _by_note_above(after, added, deleted)
    return {new: old for above in come for new, old in zip(come[above], gone.get(above, ()), strict=False)}


def _by_note_above(deck: Deck, wanted: set[str], others: set[str]) -> dict[str, list[str]]:
    """The wanted notes without a given id, by the last note above that both versions have."""
    found: dict[str, list[str]] = {}
    above = ""
    for note in deck.notes:
        if note.name in wanted:
            if isinstance(note.value, dict) and "id" not in note.value:
                found.setdefault(above, []).append(note.name)
        elif note.name not in others:
            above = note.name
    return found
