"""`srs export` through the command line: what is in the package, what stays the same, what the journal gets."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import Srs
from tests.packages import media_of, query

LATER = "2026-03-05T09:00:00Z"


def notes(package: Path) -> dict[str, Any]:
    """The time of change (s) of each note in a package, by its guid."""
    return dict(query(package, "select guid, mod from notes"))


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
    assert list(media_of(srs.root / "cards.apkg").values()) == [b"\x89PNG\r\n\x1a\n"]


def test_home_folder(srs: Srs) -> None:
    """`~` in the target is the home folder."""
    assert srs("export", "-o", "~/cards.apkg").code == 0
    assert (srs.home / "cards.apkg").is_file()


def test_with_scheduling(srs: Srs) -> None:
    """Where cards stand and every answer go along, and what Anki makes of that is said."""
    srs("answer", "france:answer", "easy")
    srs("suspend", "italy:answer")
    done = srs("export", "-o", "cards.apkg", "--with-scheduling")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "cards.apkg: 4 notes, 7 cards in 3 decks.\n"
        "Anki takes schedule and history only for cards that it does not have yet; nothing changes for those it has.\n"
        "In its import window, tick `Import any learning progress`: without that, all cards come in as new.\n"
        "A package cannot switch FSRS on: do that there, in the options of a deck.\n"
    )
    assert query(srs.root / "cards.apkg", "select ease, type from revlog") == [(4, 0)]
    cards = "select guid, type, queue from cards c join notes n on n.id = nid where c.queue != 0 order by guid"
    assert query(srs.root / "cards.apkg", cards) == [("srs:france", 2, 2), ("srs:italy", 0, -1)]


def test_scheduling_changes_no_content(srs: Srs) -> None:
    """With or without it, the notes are the same and the journal hears of them once."""
    srs("export", "-o", "one.apkg")
    before = srs.journal()
    srs("export", "-o", "two.apkg", "--with-scheduling", "--now", LATER)
    assert notes(srs.root / "one.apkg") == notes(srs.root / "two.apkg")
    assert srs.journal() == before


def test_a_table_and_data(srs: Srs) -> None:
    """The ending names the format; only a package makes the journal remember what went out."""
    for name in ("cards.csv", "cards.json"):
        done = srs("export", "-o", name)
        assert (done.code, done.out, done.err) == (0, f"{name}: 4 notes, 7 cards in 3 decks.\n", "")
    assert (srs.root / "cards.csv").read_text("utf-8").startswith('"card","deck","type","tags","front","back"')
    assert len(json.loads((srs.root / "cards.json").read_text("utf-8"))["notes"]) == 4
    assert not srs.journal()


def test_a_table_has_no_schedule(srs: Srs) -> None:
    """That is wrong usage, and no file is made."""
    done = srs("export", "-o", "cards.csv", "--with-scheduling")
    assert (done.code, done.out) == (2, "")
    assert ".json" in done.err
    assert not (srs.root / "cards.csv").exists()


def test_what_is_gone_is_told_to_anki_once(srs: Srs) -> None:
    """A note that left the decks goes out once as a sentence; not with a query, and not while a deck has an error."""
    srs("export", "-o", "cards.apkg")
    path = srs.root / "decks" / "cities.yaml"
    text = path.read_text()
    path.write_text(text.replace("id: italy", "id: rome"))
    srs.deck("broken", "notes:\n  - q: Half\n    id: half\n   a: x\n")
    assert "srs:italy" not in notes_after(srs)
    (srs.root / "decks" / "broken.yaml").unlink()
    assert "srs:italy" not in notes_after(srs, "deck:World::Cities")
    done = srs("export", "-o", "cards.apkg", "--now", LATER)
    assert "1 note that went out before is in the decks no more." in done.out
    assert "srs:italy" in notes(srs.root / "cards.apkg")
    assert "srs:italy" not in notes_after(srs)


def notes_after(srs: Srs, *query: str) -> dict[str, Any]:
    """The notes of a package that is written later."""
    assert srs("export", "-o", "cards.apkg", *query, "--now", LATER).code == 0
    return notes(srs.root / "cards.apkg")


def test_what_may_be_in_a_deck_with_an_error_is_told(srs: Srs) -> None:
    """While a deck has an error Anki is told of no note that it is gone, and a sentence says so."""
    target = srs.home / "x.apkg"
    srs("export", "-o", str(target))
    cities = srs.root / "decks" / "cities.yaml"
    text = cities.read_text()
    cities.write_text("notes: [\n" + text)
    assert srs("export", "-o", str(target)).out.splitlines()[1:] == [
        "3 notes that went out before are in no deck that can be read, so Anki is told nothing of it: srs check"
    ]
    assert len(srs("export", "-o", str(target), "deck:World::Quotes").out.splitlines()) == 1
