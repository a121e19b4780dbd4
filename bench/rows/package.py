"""A package for Anki written, beside genanki's own writer: the same notes with the same HTML, made beforehand.

Both files are weighed, and all of ours must be the same to the byte. The last contender adds what an export does before
that: Markdown to HTML, hashes, names of media.
"""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from bench.row import Measured, Row
from bench.timing import Taken, alternate, inside
from bench.world import World
from export.apkg import export, outgoing
from export.media import MediaFolder
from export.notetypes import Shape, model_json
from export.package import Item, write_apkg
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.note import Note
from srs.cards.outgoing import ExportRequest

TYPES = builtin_types()

Writer = Callable[[Path], Taken]


def package(world: World, rounds: int) -> Measured:
    made = _notes(world)
    sent = list(outgoing(_request(made), MediaFolder(None)))
    items = [
        Item(
            each.guid, each.sheet.type, each.fields, each.tags, each.note.deck,
            tuple(card.ord for card in each.sheet.cards), 1,
        )
        for each in sent
    ]  # fmt: skip
    shapes = {each.sheet.type.name: each.shape for each in sent}
    writers: dict[str, Writer] = {
        "srs": _same(lambda target: inside(lambda: write_apkg(target, items, {}, {}, {}))),
        "genanki": _genanki(items, shapes),
        "srs, Markdown and all": lambda target: inside(lambda: export(_request(made), target)),
    }
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        before, tempfile.tempdir = tempfile.tempdir, folder  # genanki leaves its database behind
        try:
            contenders = {name: _sized(write, Path(folder) / "x.apkg") for name, write in writers.items()}
            return alternate(contenders, max(2, rounds))  # two at least, to be compared
        finally:
            tempfile.tempdir = before


def _request(notes: list[Note]) -> ExportRequest:
    return ExportRequest(tuple(notes), TYPES, {}, None, {}, 0)


def _same(write: Writer) -> Writer:
    """The writer; it raises RuntimeError where two of its files differ."""
    seen: set[bytes] = set()

    def run(target: Path) -> Taken:
        taken = write(target)
        seen.add(hashlib.sha256(target.read_bytes()).digest())
        if len(seen) > 1:
            raise RuntimeError("two packages of the same notes differ")
        return taken

    return run


def _sized(write: Writer, target: Path) -> Callable[[], Taken]:
    """What a writer takes; the size of its file stands where memory does in other rows."""

    def run() -> Taken:
        taken = write(target)
        size = target.stat().st_size / 1e6
        target.unlink()
        return replace(taken, peak=size)

    return run


def _notes(world: World) -> list[Note]:
    """As many notes as the collection has cards: its own, over and over, each with a number."""
    files = [read_deck(path.name, path.read_bytes(), TYPES) for path in sorted((world.root / "decks").rglob("*.yaml"))]
    found = cycle(note for file in files for note in file.notes)
    return [_numbered(note, number) for number, note in enumerate(islice(found, world.cards))]


def _numbered(note: Note, number: int) -> Note:
    marker = TYPES[note.type].marker or ""
    fields = {**note.fields, marker: f"{note.fields[marker]} ({number})"}
    return replace(note, id=f"{note.id}-{number}", fields=fields, prompts=())


def _genanki(items: list[Item], shapes: dict[str, Shape]) -> Writer:
    """genanki's writer, given its own notes, which are made anew each time, since it changes them."""
    import genanki

    def model(shape: Shape) -> genanki.Model:
        made = model_json(shape, 0)
        kind = genanki.Model.CLOZE if shape.cloze else genanki.Model.FRONT_BACK
        return genanki.Model(shape.id, shape.name, made["flds"], made["tmpls"], shape.css, kind)

    def write(target: Path) -> Taken:
        models = {name: model(shape) for name, shape in shapes.items()}
        decks: dict[str, genanki.Deck] = {}
        for item in items:
            deck = decks.setdefault(item.deck, genanki.Deck(len(decks) + 2, item.deck))
            deck.add_note(genanki.Note(models[item.type.name], list(item.fields), tags=list(item.tags), guid=item.guid))
        return inside(lambda: genanki.Package(list(decks.values())).write_to_file(str(target)))

    return write


ROWS = (Row("write an `.apkg` of as many notes (MB: the file)", package, 1, peak_ratio=1 / 5, most_rounds=2),)
