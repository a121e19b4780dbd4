"""Giving a note another id, so that its progress and what names it go along. Knows no YAML."""

from dataclasses import dataclass

from srs.cards.identity import ID_RULE, valid_id
from srs.cards.note import Place
from srs.cards.yamlwords import shown
from srs.collection.collection import Collection
from srs.collection.files import locked
from srs.collection.queries import has_events
from srs.collection.stored import note_from_json
from srs.errors import SrsError, UsageError
from srs.upkeep.edits import change_note, find_note


@dataclass(frozen=True, slots=True)
class Renamed:
    """A note that has another id: the one it had, the one it has, and where it stands."""

    old: str
    new: str
    place: Place


def rename_note(collection: Collection, old: str, new: str) -> Renamed:
    """Give the note `old` (its id, or one it had once) the id `new`; the one it had goes into its `was:`.

    An id that the note had once is free for it again. Raises SrsError where `new` is no id or not free, or where the
    file takes no change; then nothing is written.
    """
    for id in (old, new):
        if ":" in id:
            raise UsageError(f"`{id}` is no id of a note", "give it without the colon and the card's name")
    if not valid_id(new):
        raise UsageError(f"`{shown(new)}` cannot be an id", ID_RULE)
    from srs.cards.edit import ListChange

    with locked(collection.root):
        collection.refresh()
        note = find_note(collection, old)
        _refuse_taken(collection, note.id, new)
        was = tuple(note.id if each == new else each for each in note.was)
        was = was if new in note.was else (*note.was, note.id)
        changes: dict[str, str | ListChange] = {"id": new, "was": ListChange(note.id, new)}
        meant: dict[str, object] = {"id": new, "pinned": True, "was": was}
        if not note.guid and new == next(iter(note.was), ""):
            # Anki knows the note by the oldest id, the first of `was`, which leaves that list now.
            changes["guid"] = meant["guid"] = f"srs:{new}"
        place = change_note(collection, note, changes, **meant)
    return Renamed(note.id, new, place)


def _refuse_taken(collection: Collection, present: str, new: str) -> None:
    """Raise SrsError where another note has or had the id `new`, or the note has it already."""
    if new == present:
        raise SrsError(f"the note has the id `{new}` already")
    owner = collection.resolve(new)
    if owner == present:
        return
    row = collection.db.execute("select data from note where id = ?", (owner,)).fetchone()
    if row:
        had = "" if owner == new else ", which had it once"
        raise SrsError(f"the id `{new}` belongs to the note at {note_from_json(row[0]).place}{had}", "take another one")
    if has_events(collection.db, new):
        hint = f"take another one; or, if that note is this one, write `id: {new}` into it yourself"
        raise SrsError(f"the id `{new}` has the history of a note that is in no deck now", hint)
