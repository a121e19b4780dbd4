"""Notes of Anki as entries of deck files, their ids, and where the files go. Knows no disk and no types."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath

from srs.cards.exact import exact, key_of, one_line, scrubbed
from srs.cards.identity import slug
from srs.cards.insert import INDENTATION, insert_note
from srs.cards.note import Note
from srs.errors import UsageError

NO_MARKERS: Mapping[str, str] = {}
_SLOT = "- srs_import: here"
_TAG_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*(?:::[A-Za-z0-9_][A-Za-z0-9_./+-]*)*")
_NO_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
_MARKUP = re.compile(r"<[^<>]*>|\[sound:[^\]]*\]|\{\{c[0-9,]{1,9}::|\}\}")
_LOOKED_AT = 2000  # characters of a field that its note's id may be made of
_HASHES = (10, 20, 64)  # hex digits of a guid's hash; more only where two notes would have one id
_UNFIT_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028\u2029\ufeff]+')
_LONGEST_NAME = 80  # characters of a file's name; at most four bytes each, and file systems take 255


@dataclass(slots=True)
class Home:
    """A deck file to be: its path, its deck, what it says of the deck, its notes."""

    path: str
    deck: str
    description: str = ""
    notes: list[Note] = field(default_factory=list)


def note_id(guid: str, texts: Iterable[str], taken: set[str]) -> str:
    """An id for the note `guid`: readable, from the first of its HTML `texts` with words in it, and not in `taken`."""
    words = next((found for text in texts if (found := slug(_words(text)))), "n")
    digest = sha256(guid.encode("utf-8", "surrogatepass")).hexdigest()
    found = next((each for size in _HASHES if (each := f"{words}-{digest[:size]}") not in taken), "")
    number = 2
    while not found or found in taken:
        found = f"{words}-{digest[: _HASHES[0]]}-{number}"
        number += 1
    return found


def _words(text: str) -> str:
    return html.unescape(_MARKUP.sub(" ", text[:_LOOKED_AT]))


def clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as a deck file can hold them: what is no letter or sign there becomes `_`."""
    clean = (re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+", "_", scrubbed(tag)) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in clean if tag))


def clean_deck(name: str) -> str:
    """A deck's name as a deck file can hold it; an empty part is called `blank`, as in Anki."""
    parts = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+", " ", scrubbed(name)).split("::")
    return "::".join(part.strip() or "blank" for part in parts)


def clean_description(text: str) -> str:
    """A deck's description without what no deck file may hold there."""
    return re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", "", scrubbed(text).replace("\r\n", "\n")
    )


def into_file(into: str) -> str | None:
    """The file that `--into` names, None where it names a folder. Raises UsageError for what holds no decks."""
    path = PurePosixPath(into)
    hint = "srs import FILE --into decks/NAME.yaml, or decks/NAME/ for a file for each deck"
    bad = any(part.startswith(".") or not part.isprintable() for part in path.parts)
    if path.is_absolute() or path.parts[:1] != ("decks",) or bad:
        raise UsageError(f"`{into}` is no place for decks", hint)
    if path.suffix.lower() in (".yaml", ".yml") and not into.endswith("/"):
        return str(path)
    return None


def file_of(folder: str, deck: str, taken: Mapping[str, str]) -> str:
    """The file for a deck in a folder: `A::B` is `A/B.yaml`. `taken` has the paths in use, in lower case."""
    names = [file_stem(part) for part in deck.split("::")]
    start = "/".join([str(PurePosixPath(folder)), *names])
    number = 1
    while (path := f"{start}.yaml" if number == 1 else f"{start}-{number}.yaml").casefold() in taken:
        number += 1
    return path


def file_stem(part: str) -> str:
    """A name as that of a file, without an ending, on any file system."""
    clean = _UNFIT_NAME.sub("-", unicodedata.normalize("NFC", part)).strip(" .-")
    return clean[:_LONGEST_NAME].strip(" .-").encode()[:200].decode("utf-8", "ignore") or "deck"


def common_deck(decks: Iterable[str], otherwise: str) -> str:
    """The deck that all these are in or under."""
    split = [deck.split("::") for deck in decks]
    shared = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "::".join(shared) or otherwise


def new_file(home: Home, schema: str, markers: Mapping[str, str] = NO_MARKERS) -> bytes:
    """The bytes of a deck file. `schema`: the way from it to the schema that editors use; `markers` as for `entry`."""
    head = [f"# yaml-language-server: $schema={schema}", f"deck: {exact(home.deck, 0)}"]
    if home.description:
        head.append(f"description: {exact(home.description, 0)}")
    entries = (entry(note, INDENTATION, markers) for note in home.notes)
    return "\n".join([*head, "", "notes:", *entries, ""]).encode()


def added_to(old: bytes, notes: Iterable[Note], markers: Mapping[str, str] = NO_MARKERS) -> bytes:
    """The bytes of a deck file with notes more at the end of its list. Raises CannotInsert."""
    # Where the list ends is found once for all notes: with one that then makes room for them.
    text = insert_note(old, _SLOT + "\n").decode()
    start = text.rindex(_SLOT)
    indentation = start - text.rfind("\n", 0, start) - 1
    newline = "\r\n" if text.startswith("\r\n", start + len(_SLOT)) else "\n"
    entries = newline.join(entry(note, indentation, markers).replace("\n", newline) for note in notes)
    return (text[: start - indentation] + entries + text[start + len(_SLOT) :]).encode()


def entry(note: Note, indentation: int, markers: Mapping[str, str] = NO_MARKERS) -> str:
    """A note as an item of a list, its dash at `indentation`, without a line end after it.

    A type that is in `markers`, with the key that tells it, has keys of its own for its fields.
    """
    inner = indentation + INDENTATION
    pad = " " * inner
    marker = markers.get(note.type)
    if marker is None:
        lines = [f"{' ' * indentation}- id: {exact(note.id, inner)}", f"{pad}type: {exact(note.type, inner)}"]
    else:
        lines = [*_texts({marker: note.fields[marker]}, inner), f"{pad}id: {exact(note.id, inner)}"]
        lines[0] = f"{' ' * indentation}- {lines[0].lstrip(' ')}"
    if note.guid is not None:
        lines.append(f"{pad}guid: {one_line(note.guid)}")
    if note.tags:
        lines.append(f"{pad}tags: [{', '.join(map(_tag, note.tags))}]")
    if note.cards is not None:
        lines.append(f"{pad}cards: [{', '.join(note.cards)}]")
    if note.decks:
        lines.append(f"{pad}decks:")
        lines += [f"{pad}{' ' * INDENTATION}{key_of(name)} {one_line(deck)}" for name, deck in note.decks.items()]
    if marker is not None:
        lines += _texts({name: text for name, text in note.fields.items() if name != marker}, inner)
    elif note.fields:
        lines += [f"{pad}fields:", *_texts(note.fields, inner + INDENTATION)]
    return "\n".join(lines)


def _texts(fields: Mapping[str, str], indentation: int) -> list[str]:
    pad = " " * indentation
    keys = ((key_of(name).replace("\n", "\n" + pad), text) for name, text in fields.items())
    return [f"{pad}{key} {exact(text, indentation)}" for key, text in keys]


def _tag(tag: str) -> str:
    return tag if _TAG_WORD.fullmatch(tag) and tag.lower() not in _NO_WORDS else one_line(tag)
