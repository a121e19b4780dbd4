"""Notes, cards, reviews and graves: the tables that all versions of Anki have in common, read row by row.

A row that breaks Anki's own rules ends the reading, since nobody knows what it should have been; those that Anki
itself would pass over or mend are treated as it does, and counted in `remarks`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from srs.importers.anki.checks import text, whole_number, wrong
from srs.importers.anki.database import Database
from srs.importers.anki.package import AnkiCard, AnkiDeck, AnkiNote, AnkiReview, AnkiType
from srs.importers.anki.refused import MENDED, SMALLER, Refused
from srs.watching import Watch, told
from srs.words import plural

TABLES = ("notes", "cards", "revlog", "graves")

MOST_NOTES = 1_000_000
MOST_CARDS = 3_000_000
MOST_REVIEWS = 5_000_000
"""Each some five times what the largest collections hold that are told of; a review takes 200 bytes of memory."""
MOST_TEXT = 512 << 20
"""Bytes of all fields, tags and card data together."""
MOST_TAGS_OF_NOTE = 10_000
MOST_TAGS = 5_000_000
MOST_FIELDS = 20_000_000
"""Tags and fields of all notes together, which are pointers of 8 bytes even where they hold nothing."""

_NOTE = ("id", "guid", "mid", "mod", "tags", "flds")
_CARD = (
    *("id", "nid", "did", "ord", "type", "queue", "due", "ivl", "factor", "reps", "lapses", "left", "odue", "odid"),
    *("flags", "data"),
)
_REVIEW = ("id", "cid", "ease", "ivl", "lastIvl", "factor", "time", "type")
END_OF_TIME = 253_402_300_800_000
"""Milliseconds since the epoch at which the year 10000 begins, which no calendar here can say."""

_KINDS = range(4)
_QUEUES = range(-3, 5)
_LAST_EASE = 4
_GRAVE_OF_NOTE = 1
_FLAGS = 7
_SEPARATOR = "\x1f"
_FIRST_SCHEDULER = 1
_MOST_CLOZES = 65_536
"""Anki counts templates and clozes in 16 bits."""


def read_notes(database: Database, types: Mapping[int, AnkiType], watch: Watch) -> dict[int, AnkiNote]:
    """Every note by its id. Raises Refused."""
    notes: dict[int, AnkiNote] = {}
    known: dict[str, str] = {}  # a tag is one text, however many notes have it
    size = tags = fields = 0
    for number, guid, type_id, mod, tag_text, field_text in _watched(
        database, "notes", _NOTE, MOST_NOTES, "notes", watch
    ):
        note = AnkiNote(
            whole_number(number, "a note"),
            text(guid, "a note"),
            whole_number(type_id, "a note"),
            whole_number(mod, "a note"),
            tuple(known.setdefault(tag, tag) for tag in _tags(text(tag_text, "a note"))),
            tuple(text(field_text, "a note").split(_SEPARATOR)),
        )
        size += len(tag_text) + len(field_text)
        tags += len(note.tags)
        fields += len(note.fields)
        _check_note(note, types, notes)
        if size > MOST_TEXT or tags > MOST_TAGS or fields > MOST_FIELDS:
            raise Refused("its notes hold more text, tags or fields than fit into memory", SMALLER)
        notes[note.id] = note
    return notes


def _check_note(note: AnkiNote, types: Mapping[int, AnkiType], notes: Mapping[int, AnkiNote]) -> None:
    if note.id in notes:
        raise Refused(f"its notes have one id twice: {note.id}", MENDED)
    kind = types.get(note.type)
    if kind is None:
        raise Refused(f"its note {note.id} has a note type that is not there", MENDED)
    if len(note.fields) != len(kind.fields):
        held, wanted = plural(len(note.fields), "field"), len(kind.fields)
        raise Refused(f"its note {note.id} has {held} where its note type has {wanted}", MENDED)
    if len(note.tags) > MOST_TAGS_OF_NOTE:
        raise Refused(f"its note {note.id} has more than {MOST_TAGS_OF_NOTE:,} tags")


def _tags(value: str) -> list[str]:
    """Tags stand between spaces, in Japanese texts also wide ones."""
    return [tag for tag in value.replace("\u3000", " ").split(" ") if tag]


def read_cards(
    database: Database,
    notes: Mapping[int, AnkiNote],
    types: Mapping[int, AnkiType],
    scheduler: int,
    watch: Watch,
    remarks: list[str],
) -> dict[int, AnkiCard]:
    """Every card by its id. Raises Refused."""
    cards: dict[int, AnkiCard] = {}
    places: set[tuple[int, int]] = set()
    doubles = strays = size = 0
    for row in _watched(database, "cards", _CARD, MOST_CARDS, "cards", watch):
        card = _card(row, scheduler)
        size += len(card.data)
        note = notes.get(card.note)
        if card.id in cards:
            raise Refused(f"its cards have one id twice: {card.id}", MENDED)
        if note is None:
            raise Refused(f"its card {card.id} belongs to a note that is not there", MENDED)
        if size > MOST_TEXT:
            raise Refused("its cards hold more data than fit into memory", SMALLER)
        kind = types[note.type]
        if not 0 <= card.ord < (_MOST_CLOZES if kind.cloze else len(kind.templates)):
            strays += 1
        elif (card.note, card.ord) in places:
            doubles += 1
        else:
            places.add((card.note, card.ord))
            cards[card.id] = card._replace(note=note.id)
    if strays:
        remarks.append(f"{plural(strays, 'card')} of a template that the note type does not have: not taken.")
    if doubles:
        remarks.append(f"{plural(doubles, 'card')} standing twice for one note and template: only the first is taken.")
    return cards


def _card(row: tuple[Any, ...], scheduler: int) -> AnkiCard:
    """The row `_CARD` as a card that is at home."""
    *cells, data = row
    if {*map(type, cells)} != {int}:
        cells = [whole_number(cell, "a card") for cell in cells]
    number, note, deck, place, kind, queue, due, interval, factor, reps, lapses, left, home_due, home, flags = cells
    if scheduler == _FIRST_SCHEDULER and kind == 2 and queue in (1, 3):
        kind = 3  # the first scheduler had no kind of its own for cards that are learnt again
    if kind not in _KINDS or queue not in _QUEUES:
        raise wrong("a card")
    if home:
        deck, due = home, home_due or due
    return AnkiCard(
        number, note, deck, place, kind, queue, due, interval, factor, reps, lapses, left, flags & _FLAGS,
        text(data, "a card"),
    )  # fmt: skip


def read_reviews(
    database: Database, cards: Mapping[int, AnkiCard], scheduler: int, watch: Watch, remarks: list[str]
) -> tuple[AnkiReview, ...]:
    """The review log, oldest first, with reviews of cards that are gone. Raises Refused."""
    reviews: list[AnkiReview] = []
    numbers: dict[int, int] = {}
    share = numbers.setdefault  # the same numbers again and again: each is kept once
    only_ints = {int}
    last, in_order, impossible = 0, True, 0
    for row in _watched(database, "revlog", _REVIEW, MOST_REVIEWS, "reviews", watch):
        if {*map(type, row)} != only_ints:
            row = _mended(row)
        number, card, ease, interval, last_interval, factor, ms, kind = row
        if not (0 < number < END_OF_TIME and 0 <= ease <= _LAST_EASE):
            impossible += 1
            continue
        if scheduler == _FIRST_SCHEDULER and ease in (2, 3) and kind in (0, 2):
            ease += 1  # the first scheduler asked cards in learning three questions, not four
        in_order, last = in_order and number > last, number
        known = cards.get(card)
        card = share(card, card) if known is None else known.id
        interval, last_interval = share(interval, interval), share(last_interval, last_interval)
        factor, ms = share(factor, factor), share(ms, ms)
        reviews.append(AnkiReview(number, card, ease, interval, last_interval, factor, ms, kind))
    if not in_order:
        reviews.sort()
        if any(one.id == other.id for one, other in pairwise(reviews)):
            raise Refused("its reviews have one id twice", MENDED)
    if impossible:
        remarks.append(f"{plural(impossible, 'review')} with a time or an answer that there is not: not taken.")
    return tuple(reviews)


def _mended(row: tuple[Any, ...]) -> tuple[int, ...]:
    """Anki reads what is no number in the last two columns as 0."""
    *cells, ms, kind = row
    return (
        *(whole_number(cell, "a review") for cell in cells),
        *(0 if cell is None else whole_number(cell, "a review") for cell in (ms, kind)),
    )


def read_deleted(database: Database) -> frozenset[int]:
    """Ids of the notes that were deleted. Raises Refused."""
    if "graves" not in database.columns:
        return frozenset()
    deleted = set()
    for count, (number, kind) in enumerate(database.rows("graves", ("oid", "type"))):
        if count == MOST_CARDS:
            raise Refused(f"it has more than {MOST_CARDS:,} deleted things")
        if kind == _GRAVE_OF_NOTE:
            deleted.add(whole_number(number, "a deleted note"))
    return frozenset(deleted)


def with_missing(
    decks: Mapping[int, AnkiDeck], cards: Mapping[int, AnkiCard], remarks: list[str]
) -> dict[int, AnkiDeck]:
    """The decks, and one for each that cards are in and that is not there, named as Anki's Check Database names it."""
    lost = {card.deck for card in cards.values()} - decks.keys()
    if lost:
        remarks.append(f"{plural(len(lost), 'deck')} that cards are in and that the package does not have: named anew.")
    return {**decks, **{number: AnkiDeck(number, f"recovered{number}") for number in lost}}


def check_types(types: Mapping[int, AnkiType]) -> None:
    """Refuse a note type that could have no note or no card."""
    for kind in types.values():
        if not kind.fields or not kind.templates:
            raise wrong(f"the note type `{kind.name}`, which has no fields or no templates,")


def _watched(
    database: Database, table: str, columns: Sequence[str], most: int, noun: str, watch: Watch
) -> Iterator[tuple[Any, ...]]:
    total = database.count(table)
    if total > most:
        raise Refused(f"it has more than {most:,} {noun}", SMALLER)
    yield from told(watch, f"Reading {noun}", database.rows(table, columns), total)
