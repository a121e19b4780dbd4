import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from export.apkg import export, guid_of, outgoing
from export.contents import parse
from export.media import MediaFolder
from export.notetypes import shape_of
from srs.cards.builtin import builtin_types
from srs.cards.notetype import Field, NoteType, Template
from srs.cards.outgoing import Content, DeckAbout, abouts
from tests.export.samples import NOON, every_type, journalled, make_note, request
from tests.packages import media_of, query

FOREIGN = NoteType(
    name="Basic",
    marker=None,
    cloze=False,
    fields=tuple(Field(name, "html", False, (), None, 0) for name in ("Front", "Back")),
    templates=(Template("Card 1", "Card 1", "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}", True, 0),),
    css="@font-face { src: url('_font.ttf') }",
    anki_id=1_342_697_561_419,
    anki_name="Basic",
    foreign=True,
)


def rows(path: Path) -> dict[str, tuple[int, str]]:
    """guid -> (mod, fields) of every note in a package."""
    return {guid: (mod, fields) for guid, mod, fields in query(path, "select guid, mod, flds from notes")}


def test_prompts_are_notes_of_their_own(tmp_path: Path) -> None:
    """A concept with a prompt makes two notes in Anki, named after the note and the prompt's card."""
    report = export(request(every_type()[:1]), tmp_path / "x.apkg")
    assert set(rows(tmp_path / "x.apkg")) == {"srs:backprop", "srs:backprop:p-zero"}
    assert (report.notes, report.cards, report.decks) == (2, 6, 2)


def test_a_rename_keeps_the_guid() -> None:
    """The oldest former id names the note in Anki, and its prompts with it; a guid of its own comes first."""
    note = replace(make_note("new", "basic", q="?", a="!"), was=("first", "second"))
    assert guid_of(note, "new") == "srs:first"
    assert guid_of(note, "new:p-x") == "srs:first:p-x"
    assert guid_of(replace(note, guid="A$b"), "new") == "A$b"
    assert guid_of(replace(note, guid="A$b"), "new:p-x") == "srs:first:p-x"
    assert guid_of(replace(note, guid="srs:oldest"), "new:p-x") == "srs:oldest:p-x"


def test_drafts_and_notes_without_cards_stay_at_home(tmp_path: Path) -> None:
    """What makes no card here makes no note there."""
    draft = replace(make_note("draft", "basic", q="?", a="!"), draft=True)
    unsure = make_note("unsure", "quote", quote="Nobody said this, ever.", by="X", fidelity="unverified")
    report = export(request([draft, unsure]), tmp_path / "x.apkg")
    assert (report.notes, report.changed) == (0, ())


def test_mod_is_when_the_content_changed(tmp_path: Path) -> None:
    """An unchanged note keeps its time; a changed one gets now, and only that is for the journal."""
    target = tmp_path / "x.apkg"
    note, other = make_note("a", "basic", q="?", a="!"), make_note("b", "basic", q="??", a="!!")
    first = export(request([note, other]), target)
    assert [content.key for content in first.changed] == ["notetype:basic", "a", "b"]
    later = request(
        [replace(note, fields={"q": "?", "a": "changed"}), other], contents=journalled(first), now=NOON + 9000
    )
    second = export(later, target)
    assert [(content.key, content.at) for content in second.changed] == [("a", NOON + 9000)]
    found = rows(target)
    assert (found["srs:a"][0], found["srs:b"][0]) == (NOON // 1000 + 9, NOON // 1000)
    third = export(replace(later, contents=journalled(second, journalled(first)), now=NOON + 99_000), target)
    assert third.changed == ()


def test_two_exports_in_a_second_still_differ(tmp_path: Path) -> None:
    """Anki compares whole seconds, so a second change within one is dated a second later; so is one by a slow clock."""
    note = make_note("a", "basic", q="?", a="!")
    for now in (NOON + 1, NOON - 5000):
        known = {"a": Content("a", "other", NOON)}
        report = export(request([note], contents=known, now=now), tmp_path / "x.apkg")
        assert {content.key: content.at for content in report.changed}["a"] == NOON + 1000


def test_a_deck_move_is_no_change_but_a_tag_is(tmp_path: Path) -> None:
    """Moving a note does not date it anew, since Anki would not move it anyway; a tag does."""
    note = make_note("a", "basic", q="?", a="!")
    known = journalled(export(request([note]), tmp_path / "x.apkg"))
    moved = export(request([replace(note, deck="Else")], contents=known), tmp_path / "x.apkg")
    tagged = export(request([replace(note, tags=("three",))], contents=known), tmp_path / "x.apkg")
    assert [len(report.changed) for report in (moved, tagged)] == [0, 1]


def test_a_rename_keeps_the_time(tmp_path: Path) -> None:
    """Content journalled under a former id still counts."""
    note = make_note("old", "basic", q="?", a="!")
    known = journalled(export(request([note]), tmp_path / "x.apkg"))
    renamed = replace(note, id="new", was=("old",))
    assert export(request([renamed], contents=known, now=NOON + 9000), tmp_path / "x.apkg").changed == ()


def test_pictures_are_carried_under_their_hash(tmp_path: Path) -> None:
    """A picture goes in once, named by its bytes; new bytes under the old name change the note."""
    media = tmp_path / "media"
    media.mkdir()
    picture = media / "my cat.png"
    picture.write_bytes(b"cat")
    note = make_note("a", "basic", q="Who? ![a cat](<my cat.png>)", a="[sound:my cat.png]")
    target = tmp_path / "x.apkg"
    first = export(request([note], media=media), target)
    name = "srs-77af778b51abd4a3c51c5ddd.png"
    assert media_of(target) == {name: b"cat"}
    assert f'src="{name}"' in rows(target)["srs:a"][1]
    assert f"[sound:{name}]" in rows(target)["srs:a"][1]
    picture.write_bytes(b"other cat")
    second = export(request([note], media=media, contents=journalled(first), now=NOON + 9000), target)
    assert [content.key for content in second.changed] == ["a"]


def test_missing_media_are_told(tmp_path: Path) -> None:
    """A picture that is not there, or lies outside, is a problem at the note's place, told once."""
    notes = [make_note("a", "basic", q="![x](gone.png) ![x](gone.png)", a="![y](../secret.png)")]
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "media").mkdir()
    report = export(request(notes, media=tmp_path / "media"), tmp_path / "x.apkg")
    assert [str(problem) for problem in report.problems] == [
        "decks/a.yaml:3:5: In `a`: there is no file 'gone.png' in the media folder.",
        "decks/a.yaml:3:5: In `a`: '../secret.png' leads out of the media folder.",
    ]
    assert media_of(tmp_path / "x.apkg") == {}


def test_a_hash_of_the_first_version_still_holds(tmp_path: Path) -> None:
    """A note journalled with the whole hash alone is not taken for changed."""
    known = journalled(export(request(every_type()), tmp_path / "x.apkg"))
    old = {key: replace(content, hash=parse(content.hash).whole) for key, content in known.items()}
    assert old != known
    assert export(request(every_type(), contents=old, now=NOON + 9000), tmp_path / "y.apkg").changed == ()
    assert rows(tmp_path / "x.apkg") == rows(tmp_path / "y.apkg")


def test_what_goes_out_can_be_asked_without_writing(tmp_path: Path) -> None:
    """The fields, tags and guids that a package holds are told beforehand, with what the journal says of each."""
    asked = request([replace(note, was=("old",)) for note in every_type()])
    told = list(outgoing(asked, MediaFolder(None)))
    report = export(asked, tmp_path / "x.apkg")
    assert {each.guid: "\x1f".join(each.fields) for each in told} == {
        guid: fields for guid, (_, fields) in rows(tmp_path / "x.apkg").items()
    }
    known = journalled(report)
    assert {each.sheet.id for each in told} == {key for key in known if not key.startswith("notetype:")}
    for each in told:
        content = parse(known[each.sheet.id].hash)
        assert (content.type, len(content.fields or ())) == (each.sheet.type.name, len(each.shape.fields))
        assert each.shape == shape_of(each.sheet.type)
    prompt = next(each for each in told if each.sheet.id == "backprop:p-zero")
    assert (prompt.tags, prompt.former) == (("one", "two"), ("old:p-zero",))


def foreign_note(name: str, **changes: Any) -> Any:
    note = make_note(name, "Basic", Front="<b>F</b> <img src='a b.png'>", Back="B &amp; C")
    return replace(note, guid=f"guid-{name}", **changes)


def test_foreign_notes_go_out_as_they_came(tmp_path: Path) -> None:
    """Fields, guid, media names and the type's fonts are what Anki gave."""
    media = tmp_path / "media"
    media.mkdir()
    (media / "a b.png").write_bytes(b"picture")
    (media / "_font.ttf").write_bytes(b"font")
    target = tmp_path / "x.apkg"
    report = export(request([foreign_note("x")], types={"Basic": FOREIGN}, media=media), target)
    assert rows(target)["guid-x"][1] == "<b>F</b> <img src='a b.png'>\x1fB &amp; C"
    assert media_of(target) == {"a b.png": b"picture", "_font.ttf": b"font"}
    assert report.problems == ()


def test_the_second_of_two_guids_is_left_out_and_told(tmp_path: Path) -> None:
    """Anki would make two notes of one guid and update neither rightly."""
    notes = [foreign_note("x"), replace(foreign_note("y"), guid="guid-x")]
    report = export(request(notes, types={"Basic": FOREIGN}), tmp_path / "x.apkg")
    assert report.notes == 1
    told = "In `y`: another note has the guid 'guid-x'; this one is left out."
    assert told in [each.message for each in report.problems]


def test_a_deck_says_who_wrote_it(tmp_path: Path) -> None:
    """Description, author and licence stand in the deck's description, as text."""
    about = DeckAbout("a < b\nc", "Mira", "CC BY 4.0")
    export(request([make_note("a", "basic", q="?", a="!")], decks={"Tests::Deck": about}), tmp_path / "x.apkg")
    written = described(tmp_path / "x.apkg")["Tests::Deck"]
    assert written == "a &lt; b<br>c<br>Author: Mira<br>Licence: CC BY 4.0"


def described(path: Path) -> dict[str, str]:
    """The description of each deck of a package."""
    ((decks,),) = query(path, "select decks from col")
    return {deck["name"]: deck["desc"] for deck in json.loads(decks).values()}


def test_the_description_of_a_foreign_deck_stays_html(tmp_path: Path) -> None:
    """What Anki said of its deck goes out letter by letter, and only who wrote it is text."""
    about = DeckAbout("<b>a</b>\n&amp; b", "Mira <m@example.org>")
    ours = make_note("a", "basic", q="?", a="!")
    notes = [ours, foreign_note("x", deck="Theirs"), foreign_note("y", deck="default")]
    types = {**builtin_types(), "Basic": FOREIGN}
    decks = dict.fromkeys(["Tests::Deck", "Theirs", "default"], about)
    report = export(request(notes, types=types, decks=decks), tmp_path / "x.apkg")
    html = "<b>a</b>\n&amp; b<br>Author: Mira &lt;m@example.org&gt;"
    text = "&lt;b&gt;a&lt;/b&gt;<br>&amp;amp; b<br>Author: Mira &lt;m@example.org&gt;"
    assert described(tmp_path / "x.apkg") == {"Tests": "", "Tests::Deck": text, "Theirs": html, "Default": html}
    assert report.decks == 4


def test_the_first_deck_of_anki_is_for_what_came_from_it(tmp_path: Path) -> None:
    """A deck of ours of that name stands beside it."""
    notes = [replace(make_note("a", "basic", q="?", a="!"), deck="Default"), foreign_note("x", deck="Default")]
    export(request(notes, types={**builtin_types(), "Basic": FOREIGN}), tmp_path / "x.apkg")
    found = query(tmp_path / "x.apkg", "select guid, did from cards c join notes n on n.id = nid")
    decks = json.loads(query(tmp_path / "x.apkg", "select decks from col")[0][0])
    assert {guid: decks[str(deck)]["name"] for guid, deck in found} == {"srs:a": "srs::Default", "guid-x": "Default"}


def test_cards_go_into_the_decks_that_the_note_names(tmp_path: Path) -> None:
    """Those that `decks` does not name go into the note's."""
    note = make_note("a", "both", ("p", "Why?", "So."), term="t", means="m")
    note = replace(note, decks={"backward": "Other::One", "p-p": "Default"})
    report = export(request([note]), tmp_path / "x.apkg")
    found = query(tmp_path / "x.apkg", "select guid, ord, did from cards c join notes n on n.id = nid")
    decks = json.loads(query(tmp_path / "x.apkg", "select decks from col")[0][0])
    assert {(guid, ord): decks[str(deck)]["name"] for guid, ord, deck in found} == {
        ("srs:a", 0): "Tests::Deck", ("srs:a", 1): "Other::One", ("srs:a:p-p", 0): "srs::Default"
    }  # fmt: skip
    assert report.decks == 6


def test_letters_go_out_composed_and_that_is_no_change(tmp_path: Path) -> None:
    """A text whose letters are spelled otherwise is the same content; one of a foreign note stays as it came."""
    old = make_note("a", "basic", q="cafe\u0301", a="!")
    types = {**builtin_types(), "Basic": FOREIGN}
    theirs = foreign_note("x")
    theirs = replace(theirs, fields={**theirs.fields, "Back": "e\u0301"})
    known = journalled(export(request([old, theirs], types=types), tmp_path / "x.apkg"))
    new = replace(old, fields={"q": "caf\u00e9", "a": "!"})
    again = request([new, theirs], types=types, contents=known, now=NOON + 9000)
    assert export(again, tmp_path / "y.apkg").changed == ()
    assert rows(tmp_path / "x.apkg") == rows(tmp_path / "y.apkg")
    fields = {guid: text for guid, (_, text) in rows(tmp_path / "x.apkg").items()}
    assert fields["srs:a"].startswith("caf\u00e9\x1f")
    assert fields["guid-x"].endswith("e\u0301")


def test_gaps_with_several_numbers_are_told(tmp_path: Path) -> None:
    """Older Anki shows their cards empty; a comma elsewhere is none of it."""
    notes = [
        make_note("both", "cloze", cloze="{{c1,2::x}} and {{c3::y}}"),
        make_note("plain", "cloze", cloze="{{c1::x, y}} {{c2,::z}}"),
        make_note("basic", "basic", q="{{c1,2::x}}", a="!"),
    ]
    assert export(request(notes), tmp_path / "x.apkg").advice == (
        "Anki before 26 shows an empty card for each gap with several numbers, as in {{c1,2::…}}: 1 note (both).",
    )


def test_the_first_file_that_says_something_counts() -> None:
    """Files that share a deck complete one another, the first by order winning."""
    files = [
        ("D", DeckAbout(None, None, "CC0")),
        ("D", DeckAbout("About", "Mira", "MIT")),
    ]
    assert abouts(files) == {"D": DeckAbout("About", "Mira", "CC0")}
