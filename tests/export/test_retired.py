from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from export.apkg import export
from export.contents import parse
from export.retired import CLOZED, GONE, TAG
from srs.cards.note import Note
from srs.cards.outgoing import Content
from tests.export.samples import NOON, every_type, journalled, make_note, request
from tests.packages import query

OTHER = make_note("other", "basic", q="Still here?", a="!")


class Sent(NamedTuple):
    """One note of a package, with the numbers of its cards."""

    mod: int
    tags: list[str]
    fields: list[str]
    ords: list[int]


def sent(path: Path) -> dict[str, Sent]:
    notes = query(path, "select guid, mod, tags, flds, id from notes")
    cards = query(path, "select nid, ord from cards order by ord")
    return {
        guid: Sent(mod, tags.split(), fields.split("\x1f"), [ord for note, ord in cards if note == number])
        for guid, mod, tags, fields, number in notes
    }


def later(
    tmp_path: Path, notes: Iterable[Note], known: dict[str, Content], hours: int = 1, **changes: Any
) -> tuple[dict[str, Sent], dict[str, Content], tuple[str, ...]]:
    """Another export of what is now the whole collection: what is in it, what the journal then knows, what is said."""
    asked = request(notes, contents=known, now=NOON + hours * 3_600_000, **{"whole": True, **changes})
    report = export(asked, tmp_path / "x.apkg")
    return sent(tmp_path / "x.apkg"), journalled(report, known), report.advice


def test_what_is_gone_goes_out_once_as_a_sentence(tmp_path: Path) -> None:
    """Note and prompt are replaced by a sentence, tagged and newer, with the cards they had; once."""
    concept = every_type()[0]
    before, known, said = later(tmp_path, [concept, OTHER], {}, hours=0)
    assert said == ()
    found, known, said = later(tmp_path, [OTHER], known)
    assert said == (
        "2 notes that went out before are in the decks no more. They go out once more,"
        " to be deleted in Anki: search there for tag:srs-retired.",
    )
    assert set(found) == {"srs:backprop", "srs:backprop:p-zero", "srs:other"}
    for guid in ("srs:backprop", "srs:backprop:p-zero"):
        assert found[guid].mod == NOON // 1000 + 3600
        assert found[guid].tags == [TAG]
        assert found[guid].ords == before[guid].ords
        filled = [bool(field) for field in before[guid].fields]
        assert [bool(field) for field in found[guid].fields] == filled
        assert set(found[guid].fields) == {GONE, "1", ""}
    assert found["srs:other"] == before["srs:other"]
    again, after, said = later(tmp_path, [OTHER], known, hours=2)
    assert (set(again), after, said) == ({"srs:other"}, known, ())


def test_a_draft_again_goes_out_once_as_it_is_with_a_tag(tmp_path: Path) -> None:
    """Its text stays readable in Anki; edits of the draft send nothing more."""
    note = make_note("a", "basic", ("p", "Why?", "So."), q="?", a="!")
    before, known, _ = later(tmp_path, [note, OTHER], {}, hours=0)
    draft = replace(note, draft=True)
    found, known, said = later(tmp_path, [draft, OTHER], known)
    assert len(said) == 1
    assert found["srs:a"].fields == before["srs:a"].fields
    assert found["srs:a"].tags == ["one", TAG, "two"]
    assert found["srs:a:p-p"].tags == ["one", TAG, "two"]
    edited = replace(draft, fields={"q": "Which?", "a": "!"}, tags=("three",))
    again, after, said = later(tmp_path, [edited, OTHER], known, hours=2)
    assert (set(again), after, said) == ({"srs:other"}, known, ())


def test_coming_back_takes_the_tag_off(tmp_path: Path) -> None:
    """A note that returns, as it was or changed, is newer than the word that it was gone."""
    note = make_note("a", "basic", q="?", a="!")
    before, known, _ = later(tmp_path, [note], {}, hours=0)
    for away in ([], [replace(note, draft=True)]):
        _, gone, _ = later(tmp_path, away, known)
        found, back, said = later(tmp_path, [note], gone, hours=2)
        assert said == ()
        assert found["srs:a"] == before["srs:a"]._replace(mod=NOON // 1000 + 7200)
        assert parse(back["a"].hash) == parse(known["a"].hash)
        _, _, said = later(tmp_path, [], back, hours=3)
        assert len(said) == 1


def test_part_of_a_collection_retires_nothing(tmp_path: Path) -> None:
    """With a query, or while a deck cannot be read, what is missing may be there all the same."""
    _, known, _ = later(tmp_path, [make_note("a", "basic", q="?", a="!"), OTHER], {}, hours=0)
    found, after, said = later(tmp_path, [OTHER], known, whole=False)
    assert (set(found), after, said) == ({"srs:other"}, known, ())


def test_a_renamed_note_is_not_gone(tmp_path: Path) -> None:
    """A former id, or a guid that another note has now, retires nothing; gone later, it is called as in Anki."""
    note = make_note("old", "basic", ("p", "Why?", "So."), q="?", a="!")
    _, known, _ = later(tmp_path, [note], {}, hours=0)
    renamed = replace(note, id="new", was=("old",), fields={"q": "??", "a": "!"})
    found, known, said = later(tmp_path, [renamed], known)
    assert (set(found), said) == ({"srs:old", "srs:old:p-p"}, ())
    found, known, _ = later(tmp_path, [OTHER], known, hours=2)
    assert set(found) == {"srs:old", "srs:old:p-p", "srs:other"}
    again, after, said = later(tmp_path, [OTHER], known, hours=3)
    assert (set(again), after, said) == ({"srs:other"}, known, ())


def test_a_guid_of_a_stranger_is_remembered(tmp_path: Path) -> None:
    """A note that came from Anki is gone there under the name that it has there."""
    note = replace(make_note("a", "cloze", cloze="{{c1::x}} {{c2::y}}"), guid="k;9@q%[x")
    _, known, _ = later(tmp_path, [note], {}, hours=0)
    found, _, _ = later(tmp_path, [], known)
    assert set(found) == {"k;9@q%[x"}
    assert found["k;9@q%[x"].fields[0] == CLOZED
    assert found["k;9@q%[x"].ords == [0]


def test_a_stub_makes_no_deck(tmp_path: Path) -> None:
    """Anki leaves a note where it is; one that was deleted there comes back into Anki's own first deck."""
    _, known, _ = later(tmp_path, [make_note("a", "basic", q="?", a="!")], {}, hours=0)
    later(tmp_path, [], known)
    assert query(tmp_path / "x.apkg", "select did from cards") == [(1,)]


def test_what_the_first_version_exported_is_left_alone(tmp_path: Path) -> None:
    """Where it is not known what a note was, nothing can be put in its place."""
    _, known, _ = later(tmp_path, [make_note("a", "basic", q="?", a="!")], {}, hours=0)
    old = {key: replace(content, hash=parse(content.hash).whole) for key, content in known.items()}
    found, after, said = later(tmp_path, [], old)
    assert (found, after, said) == ({}, old, ())


def test_a_type_that_changed_or_is_gone_stops_nothing(tmp_path: Path) -> None:
    """The sentence goes into the fields that there are; a type that is gone leaves nothing to send."""
    _, known, _ = later(tmp_path, [make_note("a", "basic", q="?", a="!")], {}, hours=0)
    types = request([]).types
    shorter = replace(types["basic"], fields=types["basic"].fields[:2])
    found, _, _ = later(tmp_path, [], known, types={**types, "basic": shorter})
    assert GONE in found["srs:a"].fields
    found, _, said = later(tmp_path, [], known, types={name: kind for name, kind in types.items() if name != "basic"})
    assert (found, said) == ({}, ())
