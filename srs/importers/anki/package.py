"""What an Anki package or collection holds, as values in Anki's own terms. Knows no files, and nothing of our decks.

Times are as Anki has them: `mod` in seconds since the epoch, a review's `id` in milliseconds. A card's `due` is a
position (new), seconds since the epoch (learning), or a day counted from the collection's creation (reviews).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class AnkiField:
    """A field of a note type. `id` None: a package of before 2023, which has none.

    `tag` says which field of one of Anki's own types it is, and `kept` that it cannot be deleted there.
    """

    name: str
    id: int | None
    rtl: bool = False
    sticky: bool = False
    font: str = "Arial"
    size: int = 20
    description: str = ""
    plain_text: bool = False
    collapsed: bool = False
    unsearched: bool = False
    tag: int | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class AnkiTemplate:
    """A card template. `deck`: the deck that its cards are put into instead of the note's; None: none of its own."""

    name: str
    id: int | None
    front: str
    back: str
    browser_front: str = ""
    browser_back: str = ""
    browser_font: str = ""
    browser_size: int = 0
    deck: int | None = None


@dataclass(frozen=True, slots=True)
class AnkiType:
    """A note type; `sort_field` counts from 0. `stock`: which of Anki's own types it was made of, 0 none."""

    id: int
    name: str
    cloze: bool
    fields: tuple[AnkiField, ...]
    templates: tuple[AnkiTemplate, ...]
    css: str
    mod: int
    sort_field: int = 0
    latex_pre: str = ""
    latex_post: str = ""
    latex_svg: bool = False
    stock: int = 0


@dataclass(frozen=True, slots=True)
class AnkiDeck:
    """A deck by its full name, `A::B`. A filtered one only borrows its cards."""

    id: int
    name: str
    description: str = ""
    filtered: bool = False


class AnkiNote(NamedTuple):
    """A note: `type` is its note type's id, `fields` are HTML in the type's order."""

    id: int
    guid: str
    type: int
    mod: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]


class AnkiCard(NamedTuple):
    """A card; `deck` is its home, also while a filtered deck has it, and `due` is what it had there.

    `kind`: 0 new, 1 learning, 2 review, 3 relearning. `queue`: -3 and -2 buried, -1 suspended, else where it waits.
    `interval` in days, `left` steps still to go, `data` FSRS's memory as JSON text, which may be anything.
    """

    id: int
    note: int
    deck: int
    ord: int
    kind: int
    queue: int
    due: int
    interval: int
    factor: int
    reps: int
    lapses: int
    left: int
    flag: int
    data: str


class AnkiReview(NamedTuple):
    """A line of the review log. `ease` 0: not an answer. `interval`: days, or seconds where it is negative.

    `kind`: 0 learning, 1 review, 2 relearning, 3 in a filtered deck, 4 by hand, 5 rescheduled. `ms`: thinking time.
    """

    id: int
    card: int
    ease: int
    interval: int
    last_interval: int
    factor: int
    ms: int
    kind: int


MediaOpener = Callable[[str], BinaryIO]


@dataclass(frozen=True, slots=True)
class Package:
    """All of it. `whole`: a whole collection, so what is not in it is not there; else only some decks.

    `created`: the instant (s) from which the days of `due` count; `rollover`: the hour at which its days begin.
    `deleted`: ids of notes that were deleted there. `media`: size in bytes of each file by its name in NFC; names that
    no file may have, and files of which the package has no bytes, are in `media_left_out` with the reason.
    `open_media` reads one of `media`, whole and checked; it works as long as the package is open.
    `remarks`: sentences about what was not taken as it stood there. A card's note, a note's type and a card's deck are
    there, ids are unique, kinds, queues, eases and times of reviews are those that there are; a guid may stand twice,
    and reviews may be of cards that are gone.
    """

    form: Literal["collection.anki2", "collection.anki21", "collection.anki21b"]
    whole: bool
    created: int
    rollover: int
    types: Mapping[int, AnkiType]
    decks: Mapping[int, AnkiDeck]
    notes: tuple[AnkiNote, ...]
    cards: tuple[AnkiCard, ...]
    reviews: tuple[AnkiReview, ...]
    deleted: frozenset[int]
    media: Mapping[str, int]
    media_left_out: Mapping[str, str]
    open_media: MediaOpener
    remarks: tuple[str, ...] = ()
