"""`srs export` through the command line: what is in the package, what stays the same, what the journal gets."""

import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import Srs

LATER = "2026-03-05T09:00:00Z"


def notes(package: Path) -> dict[str, Any]:
    """The time of change (s) of each note in a package, by its guid."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(package) as file:
        (name,) = (each for each in file.namelist() if each.startswith("collection"))
        db = sqlite3.connect(file.extract(name, folder))
        rows = db.execute("select guid, mod from notes").fetchall()
        db.close()
    return dict(rows)


def test_export(srs: Srs) -> None:
    """The package holds every note that makes cards, and the command says how many; drafts stay at home."""
    done = srs("export", "-o", "cards.apkg")
    assert (done.code, done.err) == (0, "")
    assert done.out == "cards.apkg: 4 notes, 7 cards in 3 decks.\n"
    assert len(notes(srs.root / "cards.apkg")) == 4


def test_same_bytes_twice(srs: Srs) -> None:
    """Exported again, at another time and from a new index, unchanged notes give the same bytes."""
    srs("export", "-o", "one.apkg")
    for path in (srs.home / "cache").rglob("*.sqlite3*"):
        path.unlink()
    srs("export", "-o", "two.apkg", "--now", LATER)
    assert (srs.root / "one.apkg").read_bytes() == (srs.root / "two.apkg").read_bytes()


def test_answers_change_no_bytes(srs: Srs) -> None:
    """Studying does not change the package."""
    srs("export", "-o", "one.apkg")
    srs("answer", "france:answer", "good")
    srs("export", "-o", "two.apkg", "--now", LATER)
    assert (srs.root / "one.apkg").read_bytes() == (srs.root / "two.apkg").read_bytes()


def test_an_edit_raises_mod(srs: Srs) -> None:
    """After an edit that note's time of change rises, and no other's."""
    srs("export", "-o", "one.apkg")
    path = srs.root / "decks" / "cities.yaml"
    path.write_text(path.read_text().replace("Paris", "Paris, on the Seine"))
    srs("export", "-o", "two.apkg", "--now", LATER)
    before, after = notes(srs.root / "one.apkg"), notes(srs.root / "two.apkg")
    changed = [name for name in before if after[name] != before[name]]
    assert changed == ["srs:france"]
    assert after[changed[0]] > before[changed[0]]


def test_content_events_once(srs: Srs) -> None:
    """Each note's content is journalled at the first export and again only when it changed."""

    def contents() -> list[str]:
        return [event["note"] for event in srs.journal() if event["do"] == "content"]

    srs("export", "-o", "one.apkg")
    first = contents()
    assert {"france", "italy", "agora", "map"} <= set(first)
    assert len(first) == len(set(first))
    srs("export", "-o", "one.apkg", "--now", LATER)
    assert contents() == first
    path = srs.root / "decks" / "cities.yaml"
    path.write_text(path.read_text().replace("Rome", "Roma"))
    srs("export", "-o", "one.apkg", "--now", LATER)
    assert contents() == [*first, "italy"]


def test_export_leaves_undo_alone(srs: Srs) -> None:
    """`undo` after an export takes back the answer given before it."""
    srs("answer", "france:answer", "good")
    srs("export", "-o", "one.apkg", "--now", LATER)
    assert srs.json("undo", "--now", LATER)["event"]["do"] == "review"


def test_query(srs: Srs) -> None:
    """A query exports the notes with a card that it finds."""
    done = srs("export", "-o", "some.apkg", "deck:World::Cities", "-note:both")
    assert done.out == "some.apkg: 2 notes, 2 cards in 2 decks.\n"


def test_unknown_ending(srs: Srs) -> None:
    """An ending that names no format is wrong usage, and the known ones are named."""
    for name in ("cards.zip", "cards", ".apkg"):
        done = srs("export", "-o", name)
        assert (done.code, done.out) == (2, "")
        assert ".apkg" in done.err
    assert not list(srs.root.glob("cards*"))


@pytest.mark.parametrize("target", ["nowhere/cards.apkg", "decks.apkg", "srs.toml/cards.apkg"])
def test_unwritable_target(srs: Srs, target: str) -> None:
    """A target that cannot be written is named, exit 1, and nothing is journalled."""
    (srs.root / "decks.apkg").mkdir()
    done = srs("export", "-o", target)
    assert (done.code, done.out) == (1, "")
    assert target.partition("/")[0] in done.err
    assert not srs.journal()


def test_problems_are_told(srs: Srs) -> None:
    """A note whose picture is missing is exported, and that is told on stderr with its place."""
    srs.deck("pictures", "deck: P\nnotes:\n  - q: What is this?\n    id: p\n    a: '![a](missing.png)'\n")
    done = srs("export", "-o", "cards.apkg")
    assert done.code == 0
    assert "decks/pictures.yaml:3" in done.err
    assert "missing.png" in done.err
    assert "5 notes" in done.out


def test_media_travel(srs: Srs) -> None:
    """A picture of the collection is in the package."""
    (srs.root / "media").mkdir()
    (srs.root / "media" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    srs.deck("pictures", "deck: P\nnotes:\n  - q: What is this?\n    id: p\n    a: '![a](a.png)'\n")
    assert srs("export", "-o", "cards.apkg").err == ""
    with zipfile.ZipFile(srs.root / "cards.apkg") as package:
        assert b"\x89PNG\r\n\x1a\n" in [package.read(name) for name in package.namelist()]


def test_home_folder(srs: Srs) -> None:
    """`~` in the target is the home folder."""
    assert srs("export", "-o", "~/cards.apkg").code == 0
    assert (srs.home / "cards.apkg").is_file()
