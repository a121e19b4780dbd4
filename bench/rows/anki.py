"""The real Anki without its windows, on the same cards with the same schedule: started, and the first card shown."""

import sys
from pathlib import Path

from bench.row import Measured, Row
from bench.timing import alternate, command
from bench.world import ROOT, World

PYTHON = ROOT / ".venv-anki" / "bin" / "python"
_TAKE = """\
import sys
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
col = Collection(sys.argv[1])
options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
col.import_anki_package(ImportAnkiPackageRequest(package_path=sys.argv[2], options=options))
col.close()
"""
_LOOK = """\
import sys
from anki.collection import Collection
col = Collection(sys.argv[1])
best = max((d for d in col.sched.deck_due_tree().children), key=lambda d: d.review_count + d.new_count)
col.decks.select(best.deck_id)
print(col.sched.getCard().question())
col.close()
"""


def first_card(world: World, rounds: int) -> Measured:
    """A process from its start to its end, that prints the card to be studied first.

    Anki's imports its library, opens its collection, counts what is due in each deck, takes the fullest as a click
    does, and renders the first card, both sides. Ours is the whole of `srs next`: it sees whether a file of the
    collection changed, takes the first card of all decks, renders both sides and works out where each rating leads.
    What Anki's collection holds came from our export with schedules.
    """
    collection = _taken(world)
    environ = {**world.environ}
    contenders = {
        "srs": lambda: world.run("next"),
        "anki": lambda: command([str(PYTHON), "-c", _LOOK, str(collection)], environ, world.root),
        "python": lambda: command([sys.executable, "-c", ""], environ, world.root),
    }
    return alternate(contenders, rounds)


def _taken(world: World) -> Path:
    """Anki's collection with what our export gives it; made once."""
    collection, package = world.folder / "anki" / "collection.anki2", world.folder / "all.apkg"
    if not collection.exists():
        collection.parent.mkdir()
        world.run("export", "-o", str(package), "--with-scheduling")
        command([str(PYTHON), "-c", _TAKE, str(collection), str(package)], world.environ, world.root)
    return collection


ROWS = (Row("`srs next` beside headless Anki", first_card, 1, most_rounds=7),) if PYTHON.exists() else ()
