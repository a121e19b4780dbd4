"""Notes that were edited and so have another derived id: found by text alone, and given the id they had. Knows no YAML.

An id that has a history and is in no deck may be that of a note whose text was edited. The note must have no `id:`, no
history of its own, and every card that the history is about; then its text must look like the id
(`srs.cards.resemblance`).

While a deck has errors nothing is looked for: an id that is only left out has not vanished.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from srs.cards.note import Note, Place
from srs.collection.collection import Collection
from srs.collection.content import version
from srs.collection.files import locked
from srs.collection.index import get_meta, set_meta, writing
from srs.collection.queries import has_state
from srs.collection.stored import note_from_json
from srs.errors import Problem, SrsError
from srs.values import frozen

_FOUND = "vanished"


@frozen
class Gone:
    """An id with a history that no deck has: the names of its cards, and when the last of them was answered (ms)."""

    id: str
    templates: frozenset[str]
    last_at: int


@frozen
class Newcomer:
    """A note without `id:` and without a history: its id, its text, and the names of its cards."""

    id: str
    text: str
    templates: frozenset[str]


@frozen
class Offer:
    """A note that looks like an edited one: the id it had, the one it has, and where it stands."""

    old: str
    new: str
    place: Place

    def problem(self) -> Problem:
        """The offer as a warning."""
        message = f"This looks like the note `{self.old}`, edited: without `id:`, its new text is a new id."
        hint = (
            f"`srs check --fix` writes `id: {self.old}` into it, which keeps its history."
            f"\nIf it is another note, write `id: {self.new}`."
        )
        return Problem(self.place.path, self.place.line, self.place.column, "warning", "vanished-id", message, hint)


def match(gone: Iterable[Gone], newcomers: Sequence[Newcomer], settled: Iterable[str]) -> dict[str, str]:
    """Which newcomer is which gone note, edited: old ids by new ones, each at most once, the most alike first.

    `settled` are the texts of all notes that have an `id:` or a history; asked for only where anything looks alike.
    """
    from srs.cards.resemblance import Shelf, looks_derived, same_card, shape

    shelf, ranked = Shelf(shape(each.text) for each in newcomers), []
    for old in gone:
        for place, each in shelf.near(old.id) if looks_derived(old.id) else ():
            if old.templates <= newcomers[place].templates and (alike := same_card(old.id, each, ())):
                ranked.append((-alike, -old.last_at, place, old.id))
    others = Shelf(map(shape, settled if ranked else ()))
    ranked = [
        each
        for each in ranked
        if same_card(each[3], shape(newcomers[each[2]].text), [other for _, other in others.near(each[3])])
    ]
    found: dict[str, str] = {}
    taken: set[str] = set()
    as_alike = Counter((id, alike) for alike, _, _, id in ranked)
    for alike, _, place, id in sorted(ranked):
        if as_alike[id, alike] > 1:
            taken.add(id)  # it could be either of them
        elif newcomers[place].id not in found and id not in taken:
            found[newcomers[place].id] = id
            taken.add(id)
    return found


def offers(collection: Collection) -> list[Offer]:
    """Every note that looks like an edited one, in deck order. Looked for anew only after decks or journal changed."""
    db = collection.db
    state = _state_of(collection)
    kept = json.loads(get_meta(db, _FOUND) or "[null, []]")
    if kept[0] != state:
        kept = [state, list(_find(collection).items())]
        with writing(db):
            set_meta(db, _FOUND, json.dumps(kept))
    found = []
    for new, old in kept[1]:
        row = db.execute("select data from note where id = ?", (new,)).fetchone()
        if row and not has_state(db, new) and has_state(db, old):
            found.append(Offer(old, new, note_from_json(row[0]).place))
    return found


def pin(collection: Collection, new: str, id: str) -> Place:
    """Write `id: id` into the note whose derived id is `new`; where it stands. Raises SrsError: nothing was written."""
    from srs.upkeep.edits import change_note  # a sitting asks for offers at its start, and seldom for this

    with locked(collection.root):
        collection.refresh()
        row = collection.db.execute("select data from note where id = ? and not left_out", (new,)).fetchone()
        note = note_from_json(row[0]) if row else None
        if note is None or note.pinned:
            raise SrsError(f"the note `{new}` was changed by another program just now", "repeat the command")
        return change_note(collection, note, {"id": id}, id=id, pinned=True)


def _state_of(collection: Collection) -> list[object]:
    """What the finding depends on: decks, aliases, journals; of this device's own, whether another file stands there.

    What this device appends is about cards that are in a deck, which neither vanish nor come by that.
    """
    db = collection.db
    sql = "select path, case when device = ? then inode else size end from file where kind = 'journal' order by path"
    journals = db.execute(sql, (collection.device,)).fetchall()
    return [version(db), get_meta(db, "settled for"), list(map(list, journals))]


def _find(collection: Collection) -> dict[str, str]:
    db = collection.db
    if db.execute("select 1 from problem where severity = 'error' and source in ('file', 'cross', 'types')").fetchone():
        return {}
    gone = _gone(db)
    if not gone:
        return {}
    newcomers = [
        Newcomer(note.id, _text(collection, note), templates)
        for note, templates in _fresh_notes(db)
        if not note.pinned and not note.draft
    ]
    if not newcomers:
        return {}
    new = {each.id for each in newcomers}
    notes = (note_from_json(data) for (data,) in db.execute("select data from note where not left_out"))
    return match(gone, newcomers, (_text(collection, note) for note in notes if note.id not in new))


def _gone(db: sqlite3.Connection) -> list[Gone]:
    rows = db.execute("select card, coalesce(last_at, 0) from gone join state using (card)")
    cards: dict[str, dict[str, int]] = {}
    for card, last_at in rows:
        id, _, template = card.partition(":")
        cards.setdefault(id, {})[template] = last_at
    return [
        Gone(id, frozenset(each), max(each.values()))
        for id, each in cards.items()
        if not db.execute("select 1 from note where id = ?", (id,)).fetchone()
    ]


def _fresh_notes(db: sqlite3.Connection) -> Iterable[tuple[Note, frozenset[str]]]:
    """Each note that may have a derived id and of whose cards none has a history, with their names, in deck order."""
    rows = db.execute(
        "select n.data, group_concat(c.template, ' ') from note n join card c on c.note_key = n.key"
        " left join state s on s.card = c.id where not n.left_out and n.id like '%-______'"
        " group by n.key having max(s.card is not null) = 0 order by n.path, n.position"
    )
    return ((note_from_json(data), frozenset(names.split())) for data, names in rows)


def _text(collection: Collection, note: Note) -> str:
    """The text that a derived id of the note is made from."""
    kind = collection.types[note.type]
    return note.fields.get(kind.marker or kind.fields[0].name, "")
