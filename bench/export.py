"""How fast packages are written, and how large they are, beside genanki's own writer in the same run.

    python -m bench.export [NOTES] [ROUNDS]

The notes are those of the shipped decks, over and over, each with a number of its own. Both writers get the same ones
with the same HTML, made beforehand, and take turns; printed are medians, and the median of the rounds' ratios. The last
line adds what an export does before that: Markdown to HTML, hashes, names of media.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from export.apkg import export, outgoing
from export.media import MediaFolder
from export.notetypes import Shape, model_json
from export.package import Item, write_apkg
from srs.cards.deck import read_deck
from srs.cards.note import Note
from srs.cards.outgoing import ExportRequest
from srs.cards.typefile import builtin_types

ROOT = Path(__file__).parents[1]
TYPES = builtin_types()

Writer = Callable[[Path], float]


def notes(count: int) -> list[Note]:
    """So many notes, each other than all others in its id and its first field."""
    files = [read_deck(path.name, path.read_bytes(), TYPES) for path in sorted((ROOT / "decks").rglob("*.yaml"))]
    shipped = [note for file in files for note in file.notes if not note.draft]
    return [_numbered(note, number) for number, note in enumerate(islice(cycle(shipped), count))]


def _numbered(note: Note, number: int) -> Note:
    marker = TYPES[note.type].marker or ""
    fields = {**note.fields, marker: f"{note.fields[marker]} ({number})"}
    return replace(note, id=f"{note.id}-{number}", fields=fields, prompts=())


def ours(items: list[Item]) -> Writer:
    return lambda target: timed(lambda: write_apkg(target, items, {}, {}, {}))


def theirs(items: list[Item], shapes: dict[str, Shape]) -> Writer:
    """genanki's writer, given its own notes, which are made anew each time, since it changes them."""
    import genanki

    def model(shape: Shape) -> genanki.Model:
        made = model_json(shape, 0)
        kind = genanki.Model.CLOZE if shape.cloze else genanki.Model.FRONT_BACK
        return genanki.Model(shape.id, shape.name, made["flds"], made["tmpls"], shape.css, kind)

    def write(target: Path) -> float:
        models = {name: model(shape) for name, shape in shapes.items()}
        decks: dict[str, genanki.Deck] = {}
        for item in items:
            deck = decks.setdefault(item.deck, genanki.Deck(len(decks) + 2, item.deck))
            deck.add_note(genanki.Note(models[item.type.name], list(item.fields), tags=list(item.tags), guid=item.guid))
        return timed(lambda: genanki.Package(list(decks.values())).write_to_file(str(target)))

    return write


def whole(made: list[Note]) -> Writer:
    return lambda target: timed(lambda: export(ExportRequest(tuple(made), TYPES, {}, None, {}, 0), target))


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    count, rounds = (int(word) for word in [*sys.argv[1:], "10000", "7"][:2])
    made = notes(count)
    sent = list(outgoing(ExportRequest(tuple(made), TYPES, {}, None, {}, 0), MediaFolder(None)))
    items = [
        Item(
            each.guid, each.sheet.type, each.fields, each.tags, each.note.deck,
            tuple(card.ord for card in each.sheet.cards), 1,
        )
        for each in sent
    ]  # fmt: skip
    shapes = {each.sheet.type.name: each.shape for each in sent}
    writers = {"genanki": theirs(items, shapes), "srs": ours(items), "srs, all of it": whole(made)}
    times: dict[str, list[float]] = {name: [] for name in writers}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder  # genanki leaves its database behind
        for _ in range(rounds):
            for name, write in writers.items():
                target = Path(folder) / "x.apkg"
                times[name].append(write(target))
                sizes[name] = target.stat().st_size
                target.unlink()
    for name, seconds in times.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, times["genanki"], strict=True))
        share = sizes[name] / sizes["genanki"]
        size = f"{sizes[name]:,} bytes"
        print(f"{name:15} {statistics.median(seconds):7.3f} s, {size:>16}: time {ratio:.2f}, size {share:.3f}")


if __name__ == "__main__":
    main()
