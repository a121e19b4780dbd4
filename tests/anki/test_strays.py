"""Notes that one side took out, and notes that were added in Anki under a type of ours: there and back."""

import pytest

from tests.anki.real import Anki
from tests.anki.test_round_trip import FORMS, IDEAS, bring_home, export
from tests.cli.helpers import Srs


def without(text: str, start: str, end: str) -> str:
    return text[: text.index(start)] + text[text.index(end) :]


@pytest.mark.parametrize(("name", "legacy"), FORMS)
def test_a_note_that_was_put_back_keeps_its_text(anki: Anki, srs: Srs, name: str, legacy: bool) -> None:
    """Taken out, told of in Anki, put back: what we told Anki does not come home, and the text goes out again."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=3))
    gone = without(IDEAS, "  - term: agora", "  - concept:")
    file.write_text(gone[: gone.index("  - cloze:")])
    anki.take(path=export(srs, "2.apkg", 2))
    assert sum("srs-retired" in note["tags"] for note in anki.notes()) == 2
    anki.write(path=srs.home / name, legacy=legacy)
    file.write_text(IDEAS)
    bring_home(srs, srs.home / name)
    assert file.read_text() == IDEAS
    anki.take(path=export(srs, "3.apkg"))
    assert not any("srs-retired" in note["tags"] for note in anki.notes())
    assert {note["guid"]: note["fields"] for note in anki.notes()}["srs:agora"]["means"] == "a market square"


def test_a_note_added_under_a_type_of_ours_is_an_ordinary_note(anki: Anki, srs: Srs) -> None:
    """It comes in as Markdown, goes out as the note that it was, and no second type of that name stands in Anki."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    kinds = {kind["name"] for kind in anki.types(all=True)}
    added = {
        anki.add(type="Basic (srs)", deck="World::Ideas", fields={"q": "Capital of <b>Spain</b>?", "a": "Madrid"}),
        anki.add(type="Cloze (srs)", deck="World::Ideas", fields={"cloze": "A {{c1::hot}} {{c2::day}}"}),
        anki.add(type="Both ways (srs)", deck="World::Ideas", fields={"term": "chien", "means": "dog"}),
    }
    anki.write(path=srs.home / "1.colpkg")
    said = bring_home(srs, srs.home / "1.colpkg", "--into", "decks/phone.yaml")
    assert "3 notes came in: decks/phone.yaml." in said
    text = (srs.root / "decks/phone.yaml").read_text()
    assert "  - q: Capital of **Spain**?\n" in text
    assert not (srs.root / "notetypes").exists()
    assert srs("check").code == 0
    taken = anki.take(path=export(srs, "2.apkg"))
    assert (taken["new"], taken["conflicting"], taken["updated"]) == (0, 0, 3)
    assert {kind["name"] for kind in anki.types(all=True)} == kinds
    assert {note["guid"] for note in anki.notes()} > added
    assert anki.check() == []
    anki.write(path=srs.home / "2.colpkg")
    before = (srs.root / "decks/phone.yaml").read_bytes()
    assert "edited" not in bring_home(srs, srs.home / "2.colpkg", "--into", "decks/phone.yaml")
    assert (srs.root / "decks/phone.yaml").read_bytes() == before


def test_a_note_deleted_there_stays_away_until_it_is_wanted_again(anki: Anki, srs: Srs) -> None:
    """The next package does not bring it back; once it is no longer suspended here the one after that does."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=4))
    anki.answer(ratings=[3, 3, 3, 3])
    anki.delete(guid="srs:agora")
    anki.write(path=srs.home / "1.colpkg")
    assert "Deleted there, so suspended here: agora." in bring_home(srs, srs.home / "1.colpkg")
    srs.deck("more", "notes:\n  - q: More?\n    id: more\n    a: Yes\n")
    assert anki.take(path=export(srs, "2.apkg", 3))["new"] == 1
    assert "srs:agora" not in {note["guid"] for note in anki.notes()}
    assert srs("unsuspend", "agora", "--yes").code == 0
    assert anki.take(path=export(srs, "3.apkg", 2))["new"] == 1
    assert "srs:agora" in {note["guid"] for note in anki.notes()}
    assert "Deleted" not in bring_home(srs, srs.home / "1.colpkg")
    assert anki.check() == []
