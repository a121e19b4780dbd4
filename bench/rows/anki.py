"""The real Anki without its windows, on the same cards with the same schedule: started, a card taken and answered."""

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
_STUDY = """\
import sys
from anki.collection import Collection
col = Collection(sys.argv[1])
col.decks.select(1) if len(sys.argv) < 4 else None
best = max((d for d in col.sched.deck_due_tree().children), key=lambda d: d.review_count + d.new_count)
col.decks.select(best.deck_id)
card = col.sched.getCard()
shown = card.question()
if sys.argv[2] == "answer":
    card.start_timer()
    col.sched.answerCard(card, 3)
col.close()
"""


def first_card(world: World, rounds: int) -> Measured:
    """Open, ask for a card, render its front; ours is the whole of `srs next`, which works out the answers too."""
    collection = _taken(world)
    environ = {**world.environ}
    contenders = {
        "srs": lambda: world.run("next"),
        "anki": lambda: command([str(PYTHON), "-c", _STUDY, str(collection), "look"], environ, world.root),
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
