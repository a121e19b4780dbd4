"""Edits made in Anki, brought home. Anki is played by the package that we wrote, read again and changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from export.apkg import export
from export.stable import stable_id
from srs.cards.outgoing import Content, ExportRequest
from srs.importers.anki.opening import opened
from srs.importers.anki.package import Package
from srs.importers.deletions import deleted_there
from srs.importers.edits import Edits, NotPossible, carry_out, plan_edits
from srs.memory.events import Suspend
from srs.upkeep.edits import find_note
from srs.upkeep.resolve import keep_mine, take_other
from tests.support import make_collection, moment, open_collection, write_deck

HOUR = 3_600_000
NOW = moment()

DECK = """\
# my deck
tags: [all]

notes:
  - q: 'What is *entropy*?'   # to be asked often
    id: entropy
    a: >-
      A measure of disorder,
      of a _system_.

  # on loss
  - q: What is loss?
    a: |-
      How wrong a model is.

      - lower is better
      - $L = -\\log p$
    tags: [ml, basics]

  - concept: Backprop
    id: backprop
    definition: The chain rule, backwards.
    code: |
      x = 1
    prompts:
      - q: [Who calls it?, Who runs it?]
        a: You do.
      - id: zero
        q: Why zero?
        a: They add up.
"""


class Phone:
    """A collection, and what Anki holds of it."""

    def __init__(self, tmp_path: Path, deck: str = DECK) -> None:
        self.root, self.environ = make_collection(tmp_path, {"a.yaml": deck})
        self.file = tmp_path / "out.apkg"
        self.collection = open_collection(self.root, self.environ)
        self.hours = 0
        self.export()

    def export(self) -> None:
        """Write a package; Anki takes it in."""
        collection = self.collection
        collection.refresh()
        contents = {key: Content(key, hash_, at) for key, (hash_, at) in collection.contents().items()}
        media = self.root / "media"
        request = ExportRequest(
            tuple(collection.notes()),
            collection.types,
            {},
            media if media.is_dir() else None,
            contents,
            self.now(),
            whole=True,
        )
        report = export(request, self.file)
        collection.record_contents([(content.key, content.hash, content.at) for content in report.changed])
        with opened(self.file) as package:
            self.notes = {note.guid: note for note in package.notes}
            self.package = package

    def now(self) -> int:
        self.hours += 1
        return NOW + self.hours * HOUR

    def edit(self, guid: str, change: Callable[[str], str] | None = None, field: str = "", **other: Any) -> None:
        """Change a field of a note in Anki, or its tags."""
        note = self.notes[guid]
        if change is not None:
            names = [each.name for each in self.package.types[note.type].fields]
            at = names.index(field)
            assert change(note.fields[at]) != note.fields[at]
            other["fields"] = (*note.fields[:at], change(note.fields[at]), *note.fields[at + 1 :])
        self.notes[guid] = note._replace(mod=self.now() // 1000, **other)

    def back(self, media: Mapping[str, bytes] | None = None, **other: Any) -> Package:
        """What Anki exports."""
        files = media or {}
        return replace(
            self.package,
            notes=tuple(self.notes.values()),
            media={name: len(data) for name, data in files.items()},
            open_media=(lambda name: BytesIO(files[name])) if media else self.package.open_media,
            **other,
        )

    def plan(self, package: Package | None = None) -> Edits:
        self.collection.refresh()
        return plan_edits(self.collection, package or self.back(), self.now())

    def bring_home(self, package: Package | None = None) -> Edits:
        edits = self.plan(package)
        carry_out(self.collection, edits)
        return edits

    @property
    def deck(self) -> str:
        return (self.root / "decks/a.yaml").read_bytes().decode()


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda html: html.replace(old, new)


def loss(phone: Phone) -> str:
    """The guid of the note whose id is made of its text."""
    return next(guid for guid in phone.notes if guid.startswith("srs:what-is-loss"))


def test_a_package_that_was_not_edited_changes_nothing(phone: Phone) -> None:
    """What comes back as it went out is no edit."""
    assert phone.plan() == Edits(open_media=phone.package.open_media)


def test_an_edit_changes_one_word_of_the_file(phone: Phone) -> None:
    """Comments, folding, quotes and signs stay; the word that was edited changes."""
    phone.edit("srs:entropy", swap("disorder", "surprise"), "a")
    phone.edit("srs:entropy", swap("What", "So what"), "q")
    edits = phone.bring_home()
    assert phone.deck == DECK.replace("disorder", "surprise").replace("'What is *e", "'So what is *e")
    assert [(each.sheet, each.fields) for each in edits.changed] == [("entropy", ("q", "a"))]
    assert "+  - q: 'So what is *entropy*?'   # to be asked often" in dict(edits.diffs())["decks/a.yaml"]


def test_an_edit_of_the_naming_text_keeps_the_progress(phone: Phone) -> None:
    """A note whose id is made of its text is given that id when the text changes."""
    guid = loss(phone)
    phone.edit(guid, swap("loss", "a loss"), "q")
    phone.bring_home()
    assert f"  - q: What is a loss?\n    id: {guid.removeprefix('srs:')}\n    a: |-\n" in phone.deck


def test_prompts_come_home(phone: Phone) -> None:
    """Question and answer of a prompt: of several wordings the first, and its id is written down."""
    guid = next(guid for guid in phone.notes if guid.startswith("srs:backprop:p-who"))
    phone.edit(guid, swap("calls", "starts"), "q")
    phone.edit("srs:backprop:p-zero", swap("add", "sum"), "a")
    edits = phone.bring_home()
    assert "      - q: [Who starts it?, Who runs it?]\n" in phone.deck
    assert f"        id: {guid.rpartition(':p-')[2]}\n" in phone.deck
    assert "        a: They sum up.\n" in phone.deck
    assert not edits.not_possible


def test_code_comes_home_as_code(phone: Phone) -> None:
    """A code field keeps to code."""
    phone.edit("srs:backprop", swap('<span class="m">1</span>', "2<br>y = 3"), "code")
    phone.bring_home()
    assert "    code: |\n      x = 2\n      y = 3\n    prompts:" in phone.deck


def test_importing_twice_changes_nothing_more(phone: Phone) -> None:
    """What came home is known: neither the same package nor the next one brings it again."""
    phone.edit("srs:entropy", swap("disorder", "surprise"), "a")
    package = phone.back()
    phone.bring_home(package)
    deck = phone.deck
    again = phone.bring_home(package)
    assert (again.changed, again.files, phone.deck) == ((), {}, deck)
    phone.export()
    later = phone.bring_home(package)
    assert (later.changed, later.conflicts, later.files, phone.deck) == ((), (), {}, deck)


def test_what_anki_has_of_an_older_export_is_no_edit(phone: Phone) -> None:
    """A note that Anki has not taken in since we changed it is not set back."""
    package = phone.back()
    write_deck(phone.root, "a.yaml", DECK.replace("disorder", "surprise"))
    phone.export()
    edits = phone.bring_home(package)
    assert (edits.changed, edits.conflicts, edits.older) == ((), (), 1)
    assert "surprise" in phone.deck


def test_an_older_note_edited_there_and_another_field_here(phone: Phone) -> None:
    """Only the field that was edited there changes, though the other one differs as well."""
    write_deck(phone.root, "a.yaml", DECK.replace("disorder", "surprise"))
    phone.edit("srs:entropy", swap("What", "So what"), "q")
    edits = phone.bring_home()
    assert edits.changed[0].fields == ("q",)
    assert "surprise" in phone.deck
    assert "So what" in phone.deck


def test_an_edit_on_both_sides_waits_for_fix(phone: Phone) -> None:
    """Ours stands, Anki's version stands beside it as a draft, and is put there once."""
    write_deck(phone.root, "a.yaml", DECK.replace("disorder", "surprise"))
    phone.edit("srs:entropy", swap("disorder", "chaos"), "a")
    package = phone.back()
    edits = phone.bring_home(package)
    assert [(each.sheet, each.fields, each.copy) for each in edits.conflicts] == [("entropy", ("a",), "entropy.other")]
    assert (
        "\n\n  # Anki's version of entropy. Take from it what you want, then delete it.\n"
        "  - q: 'What is *entropy*?'   # to be asked often\n"
        "    id: entropy.other\n    tags: [conflict]\n    draft: true\n"
        "    a: >-\n      A measure of chaos,\n      of a _system_.\n\n  # on loss\n" in phone.deck
    )
    assert "A measure of surprise," in phone.deck
    again = phone.bring_home(package)
    assert (again.conflicts, again.files) == ((), {})
    mine, other = (find_note(phone.collection, id) for id in ("entropy", "entropy.other"))
    take_other(phone.collection, mine, other)
    assert phone.deck == DECK.replace("disorder", "chaos")
    assert phone.bring_home(package).files == {}


def test_a_conflict_that_was_settled_does_not_come_back(phone: Phone) -> None:
    """Once Anki's version was seen and ours kept, the same package and later ones bring nothing."""
    write_deck(phone.root, "a.yaml", DECK.replace("disorder", "surprise"))
    phone.edit("srs:entropy", swap("disorder", "chaos"), "a")
    package = phone.back()
    phone.bring_home(package)
    keep_mine(phone.collection, find_note(phone.collection, "entropy.other"))
    kept = phone.deck
    assert phone.bring_home(package).conflicts == ()
    phone.export()
    assert phone.bring_home(package).conflicts == ()
    assert phone.bring_home().conflicts == ()
    assert phone.deck == kept == DECK.replace("disorder", "surprise")


def test_a_field_edited_there_alone_beside_one_edited_on_both_sides(phone: Phone) -> None:
    """The one comes home, the other waits; the draft has both."""
    write_deck(phone.root, "a.yaml", DECK.replace("disorder", "surprise"))
    phone.edit("srs:entropy", swap("disorder", "chaos"), "a")
    phone.edit("srs:entropy", swap("What", "So what"), "q")
    edits = phone.bring_home()
    assert edits.changed[0].fields == ("q",)
    assert edits.conflicts[0].fields == ("a",)
    assert phone.deck.count("So what is") == 2
    assert (phone.deck.count("surprise"), phone.deck.count("chaos")) == (1, 1)


def test_the_same_edit_on_both_sides_is_none(phone: Phone) -> None:
    """What both sides say alike, in whatever signs, is there already."""
    write_deck(phone.root, "a.yaml", DECK.replace("of a _system_", "of *every* system"))
    phone.edit("srs:entropy", swap("of a <em>system</em>", "of <i>every</i>&nbsp;system"), "a")
    assert phone.plan().files == {}
    assert phone.plan().conflicts == ()


def test_foreign_notes_come_home_as_html(tmp_path: Path) -> None:
    """A note with a type of Anki's keeps its HTML as it is there; one that never went out from here is left."""
    phone = Phone(tmp_path, "notes: []\n")
    (phone.root / "notetypes").mkdir()
    (phone.root / "notetypes/own.yaml").write_text(
        "notetype: own\nanki: {name: Own, id: 1234567890123}\nforeign: true\n"
        "fields:\n  - {name: Front, kind: html}\n  - {name: Back, kind: html}\n"
        "templates:\n  - id: one\n    name: One\n    front: '{{Front}}'\n    back: '{{Back}}'\n",
        "utf-8",
    )
    deck = "notes:\n  - type: own\n    id: x\n    guid: abc\n    fields:\n      Front: <b>a</b>\n      Back: b\n"
    write_deck(phone.root, "a.yaml", deck)
    phone.export()
    phone.edit("abc", lambda html: '<div style="color:red">c</div><br>', "Back")
    phone.edit("abc", lambda html: "<b>ab</b>", "Front")
    phone.bring_home()
    assert phone.deck == deck.replace("<b>a</b>", "<b>ab</b>").replace(
        "Back: b", 'Back: <div style="color:red">c</div><br>'
    )


def test_line_ends_and_layouts_of_all_sorts(tmp_path: Path) -> None:
    """Windows line ends stay; a note in braces is told."""
    deck = "notes:\r\n  - q: |-\r\n      one\r\n      two\r\n    id: w\r\n    a: x\r\n  - {q: y, id: v, a: z}\r\n"
    phone = Phone(tmp_path, deck)
    phone.edit("srs:w", swap("two", "three<br>four"), "q")
    phone.edit("srs:v", swap("z", "zz"), "a")
    edits = phone.bring_home()
    assert phone.deck == deck.replace("two", "three\\\r\n      four")
    assert [(each.sheet, each.why) for each in edits.not_possible] == [("v", "the note is written in braces")]


def test_tags_are_merged_as_sets(phone: Phone) -> None:
    """Added there, added here; taken out there, taken out here; what is the file's stays; leeches are no tags."""
    phone.edit(loss(phone), tags=("all", "basics", "new", "leech"))
    edits = phone.bring_home()
    assert "    tags: [basics, new]\n" in phone.deck
    assert edits.changed[0].fields == ("tags",)
    phone.edit("srs:entropy", tags=())
    assert phone.bring_home().not_possible == (
        NotPossible("entropy", "tags", "the tag `all` is that of the whole deck file; take it out there"),
    )


def test_tags_of_any_letters_come_home(phone: Phone) -> None:
    """What has a meaning in a YAML list is quoted there; a tag that no deck can hold is told, and the text comes."""
    phone.edit("srs:entropy", swap("disorder", "surprise"), "a", tags=("all", "a,b", "c]", "d{e", "no"))
    phone.edit(loss(phone), tags=("all", "ml", "x,y"))
    edits = phone.bring_home()
    assert edits.not_possible == ()
    assert "    tags: [ml, 'x,y']\n" in phone.deck
    assert "A measure of surprise," in phone.deck
    (entropy,) = (note for note in phone.collection.notes() if note.id == "entropy")
    assert entropy.tags == ("all", "a,b", "c]", "d{e", "no")
    phone.edit("srs:entropy", swap("surprise", "chaos"), "a", tags=("all", "a\u200eb\x80"))
    edits = phone.bring_home()
    assert "A measure of chaos," in phone.deck
    assert [each.field for each in edits.not_possible] == ["tags"]
    assert edits.not_possible[0].why.startswith("the tag 'a\\u200eb\\x80': ")


def test_pictures_come_home(phone: Phone) -> None:
    """A new picture is copied into media/; one of ours is named as it lies there."""
    (phone.root / "media/sub").mkdir(parents=True)
    (phone.root / "media/sub/my graph.png").write_bytes(b"graph")
    write_deck(phone.root, "a.yaml", DECK.replace("You do.", "You do. ![g](sub/my%20graph.png)"))
    phone.export()
    guid = next(guid for guid in phone.notes if guid.startswith("srs:backprop:p-who"))
    picture = phone.notes[guid].fields[1].partition("<img")[2].partition(">")[0]
    phone.edit(guid, swap("You", "We"), "a")
    phone.edit("srs:entropy", lambda html: f'{html}<img{picture}><img src="new one.png">', "a")
    edits = phone.bring_home(phone.back({"new one.png": b"new"}))
    assert "We do. ![g](sub/my%20graph.png)" in phone.deck
    assert "_system_.![g](<sub/my graph.png>)![](<new one.png>)" in phone.deck.replace("\n      ", " ")
    assert (phone.root / "media/new one.png").read_bytes() == b"new"
    assert not edits.not_possible


def test_a_picture_never_overwrites_another(phone: Phone) -> None:
    """Where media/ has another file of that name, the new one gets a name of its own."""
    (phone.root / "media").mkdir()
    (phone.root / "media/x.png").write_bytes(b"old")
    phone.edit("srs:entropy", lambda html: html + '<img src="x.png">', "a")
    phone.bring_home(phone.back({"x.png": b"new"}))
    assert (phone.root / "media/x.png").read_bytes() == b"old"
    assert (phone.root / "media/x-2.png").read_bytes() == b"new"
    assert "![](x-2.png)" in phone.deck


def test_a_picture_gets_a_name_that_every_system_can_have(phone: Phone) -> None:
    """Signs that mean something elsewhere, and names that differ by case alone, do not come into media/."""
    (phone.root / "media").mkdir()
    (phone.root / "media/x.png").write_bytes(b"old")
    phone.edit("srs:entropy", lambda html: html + '<img src="X.png"><img src="what?.png">', "a")
    phone.bring_home(phone.back({"X.png": b"new", "what?.png": b"that"}))
    assert {path.name for path in (phone.root / "media").iterdir()} == {"x.png", "X-2.png", "what_.png"}
    assert "![](X-2.png)![](what_.png)" in phone.deck


def test_what_cannot_come_home_is_told(phone: Phone) -> None:
    """Derived fields, gates, the idea of a prompt, emptied fields that must hold something: told, and left."""
    phone.edit("srs:backprop", lambda html: html + " more", "definition_masked")
    phone.edit("srs:backprop", lambda html: "x", "card_name")
    phone.edit("srs:backprop:p-zero", lambda html: "x", "idea")
    phone.edit("srs:entropy", lambda html: "", "a")
    phone.edit(loss(phone), lambda html: "<audio src=x></audio>", "a")
    edits = phone.bring_home()
    assert phone.deck == DECK
    assert {(each.sheet.partition("-")[0], each.field) for each in edits.not_possible} == {
        ("backprop", "definition_masked"),
        ("backprop", "card_name"),
        ("backprop:p", "idea"),
        ("entropy", "a"),
        ("what", "a"),
    }


def test_a_colour_is_told_and_the_text_stays(phone: Phone) -> None:
    """A decoration alone leaves the deck as it is."""
    phone.edit("srs:entropy", swap("measure", '<font color="red">measure</font>'), "a")
    edits = phone.bring_home()
    assert phone.deck == DECK
    assert [(each.sheet, each.dropped) for each in edits.decorated] == [("entropy", ("font or colour",))]
    assert not edits.files


def test_what_ankidroid_saves_is_no_edit(phone: Phone) -> None:
    """Line ends saved as `<br>` in every field of an edited note are not what was edited."""
    guid = loss(phone)
    phone.edit(guid, lambda html: html.replace("\n", "<br>"), "a")
    phone.edit(guid, swap("loss", "a loss"), "q")
    write_deck(phone.root, "a.yaml", DECK.replace("How wrong", "How very wrong"))
    edits = phone.bring_home()
    assert edits.changed[0].fields == ("q",)
    assert not edits.conflicts
    assert "How very wrong" in phone.deck


def test_deleted_there_suspended_here(phone: Phone) -> None:
    """A note that a whole collection says was deleted is suspended; once, and not in a package of some decks."""
    del phone.notes["srs:entropy"]
    assert phone.plan().deleted == ()
    assert phone.plan(phone.back(whole=True)).deleted == ()
    package = phone.back(whole=True, deleted=frozenset({stable_id("srs:entropy")}))
    edits = phone.bring_home(package)
    assert edits.deleted == ("entropy",)
    assert [event.card for event in edits.suspensions] == ["entropy:answer"]
    phone.collection.adopt("phone.colpkg", edits.suspensions, phone.now())
    assert phone.collection.state("entropy:answer").suspended
    assert phone.plan(package).suspensions == ()
    phone.collection.undo(phone.now())
    assert phone.plan(package).suspensions == ()


def test_a_suspended_note_that_is_deleted_there_is_known_to_be(phone: Phone) -> None:
    """Suspended here already, it is to stay out of packages all the same."""
    phone.collection.record([Suspend("x", phone.now(), "entropy:answer")])
    del phone.notes["srs:entropy"]
    edits = phone.plan(phone.back(whole=True, deleted=frozenset({stable_id("srs:entropy")})))
    phone.collection.adopt("phone.colpkg", edits.suspensions, phone.now())
    assert deleted_there(phone.collection) == {"entropy:answer"}
    phone.collection.undo(phone.now())
    assert deleted_there(phone.collection) == frozenset()


def test_what_anki_was_told_to_delete_is_not_deleted_by_the_learner(phone: Phone) -> None:
    """A note that was taken out, deleted there as we asked, and put back is not suspended."""
    write_deck(phone.root, "a.yaml", without("  - q: 'What is *entropy*?'"))
    phone.export()
    del phone.notes["srs:entropy"]
    package = phone.back(whole=True, deleted=frozenset({stable_id("srs:entropy")}))
    write_deck(phone.root, "a.yaml", DECK)
    assert phone.plan(package).deleted == ()


def without(note: str) -> str:
    """The deck without the note whose lines begin so."""
    start = DECK.index(note)
    following = [at for at in (DECK.find("  # on loss"), DECK.find("  - concept")) if at > start]
    return DECK[:start] + (DECK[min(following) :] if following else "")


@pytest.mark.parametrize("note", ["  - q: 'What is *entropy*?'", "  - concept: Backprop"])
def test_what_anki_was_told_of_a_note_that_was_gone_is_no_edit(phone: Phone, note: str) -> None:
    """A note that was taken out, told of in Anki, and put back: neither our sentence nor the loss of its tags."""
    write_deck(phone.root, "a.yaml", without(note))
    phone.export()
    assert any("srs-retired" in each.tags for each in phone.notes.values())
    package = phone.back()
    write_deck(phone.root, "a.yaml", DECK)
    edits = phone.bring_home(package)
    assert (edits.changed, edits.conflicts, edits.not_possible, edits.files) == ((), (), (), {})
    assert phone.deck == DECK


def test_our_sentence_is_known_where_the_journal_has_nothing_of_it(phone: Phone) -> None:
    """A device that has not the journal of the one that told Anki knows the sentence by itself; an edit of it waits."""
    gone = ("This was taken out of the decks. Delete it in Anki: search for tag:srs-retired.",) * 2
    phone.edit("srs:entropy", fields=(*gone, *phone.notes["srs:entropy"].fields[2:]), tags=("srs-retired",))
    assert phone.plan() == replace(Edits(open_media=phone.package.open_media), older=1)
    phone.edit("srs:entropy", lambda text: "My own words.", "a")
    assert phone.bring_home().conflicts[0].fields == ("a",)
    assert "A measure of disorder," in phone.deck
    assert "a: My own words." in phone.deck.replace(">-\n      ", "")


def test_a_draft_that_is_none_again_keeps_what_it_says(phone: Phone) -> None:
    """A note that was a draft for a while went out with our tag: it is no tag of the learner's."""
    write_deck(phone.root, "a.yaml", DECK.replace("id: entropy\n", "id: entropy\n    draft: true\n"))
    phone.export()
    package = phone.back()
    changed = DECK.replace("disorder", "surprise").replace("id: entropy\n", "id: entropy\n    tags: [more]\n")
    write_deck(phone.root, "a.yaml", changed)
    assert phone.bring_home(package).files == {}
    assert phone.deck == changed


def test_a_file_that_changed_meanwhile_is_left(phone: Phone) -> None:
    """Between plan and deed the decks may change; then nothing is written."""
    from srs.errors import SrsError

    phone.edit("srs:entropy", swap("disorder", "surprise"), "a")
    edits = phone.plan()
    write_deck(phone.root, "a.yaml", DECK + "# more\n")
    with pytest.raises(SrsError, match="another program"):
        carry_out(phone.collection, edits)
    assert phone.deck == DECK + "# more\n"


def test_every_kind_of_field(tmp_path: Path) -> None:
    """Dates, choices and plain text as their kinds demand; what would be a problem in the deck is told."""
    phone = Phone(
        tmp_path,
        "notes:\n  - quote: To be or not to be that is it\n    id: hamlet\n    by: Hamlet\n    date: 1603-01\n"
        "    fidelity: near\n    url: http://a.example\n  - ask: Scale?\n    id: scale\n    answer: 1/sqrt(d)\n"
        "  - cloze: A {{c1::masked}} one\n    id: gap\n",
    )
    phone.edit("srs:hamlet", swap("1603-01", "1604"), "date")
    phone.edit("srs:hamlet", swap("near", "verbatim"), "fidelity")
    phone.edit("srs:gap", swap("{{c1::masked}}", "{{c1::masked}} and {{c2::new}}"), "cloze")
    phone.edit("srs:scale", swap("d", "n"), "answer")
    edits = phone.bring_home()
    assert not edits.not_possible
    for text in ("date: 1604\n", "fidelity: verbatim", "A {{c1::masked}} and {{c2::new}} one", "answer: 1/sqrt(n)"):
        assert text in phone.deck
    phone.edit("srs:hamlet", swap("1604", "some day"), "date")
    before = phone.deck
    edits = phone.bring_home()
    assert [(each.field, each.why) for each in edits.not_possible] == [("date", "`some day` is not a date")]
    assert phone.deck == before
