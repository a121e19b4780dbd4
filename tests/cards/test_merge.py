"""Merging two versions of a deck file by note."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards import tree
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.merge import CannotMerge, Merged, errors_of_both, merge_decks
from srs.cards.pieces import take_apart

PATH = "decks/x.yaml"
TYPES = builtin_types()

BASE = """\
# yaml-language-server: $schema=../deck.schema.json
deck: World
tags: [geo]

notes:
  - q: Capital of France?
    id: france
    a: Paris

  # seen in Rome
  - q: Capital of Italy?
    id: italy
    a: Rome
"""
SPAIN = "\n  - q: Capital of Spain?\n    id: spain\n    a: Madrid\n"
GREECE = "\n  - q: Capital of Greece?\n    id: greece\n    a: Athens\n"


def merge(base: str | None, ours: str | None, theirs: str | None) -> Merged:
    """Merge three versions of one file; None for a side without it."""
    before, here, there = ({} if text is None else {PATH: text.encode()} for text in (base, ours, theirs))
    found = merge_decks(before, here, there, TYPES)[PATH]
    if isinstance(found, CannotMerge):
        raise found
    return found


def text(merged: Merged) -> str:
    assert merged.data is not None
    return merged.data.decode()


def note_texts(data: bytes) -> dict[str, str]:
    """The notes of a deck file as they are written, by id."""
    return {piece.name: piece.plain for piece in take_apart(PATH, data, TYPES).notes}


def said(data: bytes | str) -> Any:
    """What a deck file says."""
    parsed = tree.parse(PATH, data.encode() if isinstance(data, str) else data)
    assert not parsed.problems
    return tree.plain(parsed.root)


def test_both_add_a_note_at_the_end() -> None:
    """Notes that both sides added at the same place are both there, ours first, each as it was written."""
    merged = merge(BASE, BASE + SPAIN, BASE + GREECE)
    assert merged == Merged((BASE + SPAIN + GREECE).encode())


def test_each_changes_another_note() -> None:
    """What only one side changed is as that side has it, comments included."""
    ours = BASE.replace("Paris", "Paris, on the Seine")
    theirs = BASE.replace("# seen in Rome\n", "# seen in Rome, twice\n").replace(
        "a: Rome", "a: |-\n      Rome\n\n      # SPQR"
    )
    merged = text(merge(BASE, ours, theirs))
    assert merged == theirs.replace("Paris", "Paris, on the Seine")


def test_both_change_a_note() -> None:
    """Of a note that both changed, ours stays, and theirs comes after it as a draft with a tag and a comment."""
    ours, theirs = BASE.replace("Paris", "Paris!"), BASE.replace("Paris", "Paris?")
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ("france",)
    copy = """\
  # The other device's version of france. Take from it what you want, then delete it.
  - q: Capital of France?
    id: france.other
    tags: [conflict]
    draft: true
    a: Paris?

"""
    assert text(merged) == ours.replace("  # seen in Rome", copy + "  # seen in Rome")
    notes = read_deck(PATH, merged.data or b"", TYPES).notes
    assert [(note.id, note.draft, "conflict" in note.tags) for note in notes] == [
        ("france", False, False), ("france.other", True, True), ("italy", False, False)
    ]  # fmt: skip


def test_the_same_conflict_twice() -> None:
    """A version that is there as a draft already does not come a second time; another one does, under another id."""
    ours, theirs = BASE.replace("Paris", "Paris!"), BASE.replace("Paris", "Paris?")
    once = text(merge(BASE, ours, theirs))
    assert text(merge(BASE, once, theirs)) == once
    twice = said(merge(BASE, once, BASE.replace("Paris", "Lutetia")).data or b"")
    assert [note["id"] for note in twice["notes"]] == ["france", "france.other2", "france.other", "italy"]


def test_different_keys_of_a_note() -> None:
    """Changes to different keys of one note are put together without a conflict."""
    ours = BASE.replace("    a: Paris\n", "    a: Paris\n    source: an atlas\n")
    theirs = BASE.replace("    a: Paris\n", "    a: |-\n      Paris,\n      on the Seine\n").replace(
        "a: Rome", "a: Roma"
    )
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ()
    assert text(merged) == theirs.replace("Seine\n", "Seine\n    source: an atlas\n")


def test_old_ids_in_a_conflict() -> None:
    """The draft of a conflict claims no old id and no guid, which only one note may have; they stay as comments."""
    with_was = BASE.replace("    id: france\n", "    id: france\n    was: [gaul]\n    guid: 'x'\n")
    merged = merge(with_was, with_was.replace("Paris", "Paris!"), with_was.replace("Paris", "Paris?"))
    notes = said(merged.data or b"")["notes"]
    assert [note.get("was") for note in notes] == [["gaul"], None, None]
    assert "# was: [gaul]\n  # guid: 'x'\n" in text(merged)


RENAMED = BASE.replace("    id: france\n", "    id: gaul\n    was: [france]\n")


def test_a_rename_and_an_edit() -> None:
    """A note that one side renamed and the other changed is one note, with the new id and the change."""
    edited = BASE.replace("Paris", "Lutetia")
    for ours, theirs in ((RENAMED, edited), (edited, RENAMED)):
        merged = merge(BASE, ours, theirs)
        assert text(merged) == RENAMED.replace("Paris", "Lutetia")
        assert (merged.conflicts, merged.kept, merged.renamed) == ((), (), ())


def test_a_rename_and_a_move() -> None:
    """A note that one side renamed and the other moved to another file and changed stands there, with both."""
    italy = BASE[BASE.index("\n  # seen") :]
    base = {"a": BASE.encode(), "b": ("notes:" + SPAIN).encode()}
    moved = {
        "a": BASE.replace(italy, "").encode(), "b": ("notes:" + SPAIN + italy.replace("a: Rome", "a: Roma")).encode()
    }  # fmt: skip
    renamed = {"a": BASE.replace("id: italy\n", "id: italia\n    was: [italy]\n").encode(), "b": base["b"]}
    for ours, theirs in ((moved, renamed), (renamed, moved)):
        merged = merge_decks(base, ours, theirs, TYPES)
        found = {path: said(file.data or b"") for path, file in merged.items() if isinstance(file, Merged)}
        assert [note["id"] for note in found["a"]["notes"]] == ["france"]
        assert found["b"]["notes"][1] == {"q": "Capital of Italy?", "id": "italia", "was": ["italy"], "a": "Roma"}


@pytest.mark.parametrize("answer", ["Paris", "Lutetia"])
def test_two_renames_of_a_note(answer: str) -> None:
    """A note that both renamed keeps our id and was called all others, also where both changed it; that is told."""
    theirs = RENAMED.replace("gaul", "hexagon").replace("Paris", answer)
    merged = merge(BASE, RENAMED.replace("Paris", "Paris!"), theirs)
    notes = said(text(merged))["notes"]
    assert (notes[0]["id"], notes[0]["was"], notes[0]["a"]) == ("gaul", ["france", "hexagon"], "Paris!")
    assert merged.renamed == (("gaul", "hexagon"),)
    assert [note["id"] for note in notes[1:-1]] == ["gaul.other"] * (answer != "Paris")


def test_old_ids_of_both() -> None:
    """Old ids that both sides added stay, and one that a side took out is out."""
    base = BASE.replace("    id: france\n", "    id: france\n    was: [a, b]\n")
    merged = merge(base, base.replace("[a, b]", "[a, b, c]"), base.replace("[a, b]", "[b, d]"))
    assert said(text(merged))["notes"][0]["was"] == ["b", "c", "d"]


def test_a_pinned_note_and_an_edit() -> None:
    """A note without an id that one side gave one, keeping the old as `was`, takes the other side's change."""
    base = BASE.replace("    id: france\n", "")
    old = next(iter(note_texts(base.encode())))
    ours = base.replace("    a: Paris\n", f"    id: france\n    was: [{old}]\n    a: Paris\n")
    assert text(merge(base, ours, base.replace("Paris", "Lutetia"))) == ours.replace("Paris", "Lutetia")


def test_conflicts_of_a_draft_of_a_conflict() -> None:
    """A draft that both changed has a second one beside it, whose id does not grow."""
    once = text(merge(BASE, BASE.replace("Paris", "Paris!"), BASE.replace("Paris", "Paris?")))
    merged = said(text(merge(once, once.replace("Paris?", "Here"), once.replace("Paris?", "There"))))
    assert [(note["id"], note["a"]) for note in merged["notes"][:3]] == [
        ("france", "Paris!"), ("france.other", "Here"), ("france.other2", "There")
    ]  # fmt: skip


def test_comments_on_top() -> None:
    """Where both changed the comments above a key of the file, both are there, ours first; a key is not in conflict."""
    ours, theirs = BASE.replace("deck: W", "# mine\ndeck: W"), BASE.replace("deck: W", "# yours\ndeck: W")
    merged = merge(BASE, ours, theirs)
    assert text(merged) == BASE.replace("deck: W", "# mine\n# yours\ndeck: W")
    assert merged.keys == ()
    merged = merge("notes:" + SPAIN, "# mine\nnotes:" + SPAIN, "# yours\nnotes:" + SPAIN)
    assert merged == Merged(("# mine\n# yours\nnotes:" + SPAIN).encode())


def test_comments_above_a_note() -> None:
    """Where both changed the comments above a note, both are there, and there is no conflict."""
    ours, theirs = BASE.replace("# seen in Rome", "# seen"), BASE.replace("# seen in Rome", "# seen in Rome\n  # yes")
    merged = merge(BASE, ours, theirs)
    assert (text(merged), merged.conflicts) == (ours.replace("# seen", "# seen\n  # yes"), ())


def test_deletions() -> None:
    """A note deleted on one side is gone if the other left it alone, and stays, told, if the other changed it."""
    without = BASE[: BASE.index("\n  # seen")]
    assert text(merge(BASE, without + SPAIN, BASE)) == without + SPAIN
    assert said(merge(BASE, BASE + SPAIN, without).data or b"") == said(without + SPAIN)
    for ours, theirs in ((without, BASE.replace("Rome\n", "Roma\n")), (BASE.replace("Rome\n", "Roma\n"), without)):
        merged = merge(BASE, ours, theirs)
        assert merged.kept == ("italy",)
        assert text(merged) == BASE.replace("Rome\n", "Roma\n")


def test_files_that_went() -> None:
    """A file deleted on one side is gone, except for the notes that the other side changed or added."""
    assert merge(BASE, None, BASE).data is None
    assert merge(BASE, BASE, None).data is None
    merged = merge(BASE, None, BASE.replace("Paris", "Paris!") + SPAIN)
    assert [note["id"] for note in said(merged.data or b"")["notes"]] == ["france", "spain"]
    assert merged.kept == ("france",)


def test_the_same_note_without_an_id_on_both_sides() -> None:
    """A note that both sides added word for word is there once."""
    note = "\n  - q: Capital of Norway?\n    a: Oslo\n"
    assert text(merge(BASE, BASE + note, BASE + SPAIN + note)).count("Oslo") == 1


def test_keys_of_the_file() -> None:
    """The file's own keys are merged one by one; where both sides changed one, ours stands and is named."""
    ours = BASE.replace("deck: World", "deck: Earth").replace("notes:", "author: me\nnotes:")
    theirs = (
        BASE.replace("deck: World", "deck: Globe")
        .replace("[geo]", "[geo, map]")
        .replace("notes:", "licence: CC0\nnotes:")
    )
    merged = merge(BASE, ours, theirs)
    assert merged.keys == ("deck",)
    assert {**said(merged.data or b""), "notes": 0} == {
        "deck": "Earth", "tags": ["geo", "map"], "author": "me", "licence": "CC0", "notes": 0
    }  # fmt: skip


def test_new_files_on_both_sides() -> None:
    """Two new files of one name become one, with the notes of both."""
    merged = merge(None, "deck: A\nnotes:" + SPAIN, "deck: A\nnotes:" + GREECE)
    assert [note["id"] for note in said(merged.data or b"")["notes"]] == ["spain", "greece"]


@pytest.mark.parametrize("empty", ["", "deck: World\n", "deck: World\nnotes:\n", "deck: World\nnotes: []\n"])
def test_files_without_notes(empty: str) -> None:
    """A side without any note takes the other's."""
    there = "deck: World\nauthor: me\nnotes:" + SPAIN
    for ours, theirs in ((empty + "# ours\n", there), (there, empty + "# theirs\n")):
        if empty or ours == there:
            merged = merge(empty or None, ours, theirs if empty else there)
            assert [note["id"] for note in said(merged.data or b"")["notes"]] == ["spain"]


def test_other_line_ends_and_indentation() -> None:
    """What comes in takes the line ends and the indentation of our file, whose own bytes stay."""
    ours = (BASE + SPAIN).replace("\n", "\r\n")
    theirs = (BASE + GREECE).replace("\n  ", "\n")
    merged = merge(BASE, "\ufeff" + ours, theirs)
    assert text(merged) == "\ufeff" + ours + GREECE.replace("\n", "\r\n")


def test_notes_that_were_moved_to_another_file() -> None:
    """A note that one side moved and the other changed stands, changed, where it was moved to, and nowhere else."""
    other = "deck: Other\nnotes:" + SPAIN
    base = {"a": BASE.encode(), "b": other.encode()}
    moved = {"a": BASE[: BASE.index("\n  # seen")].encode(), "b": (other + BASE[BASE.index("\n  # seen") :]).encode()}
    changed = {"a": BASE.replace("a: Rome\n", "a: Roma\n").encode(), "b": base["b"]}
    for ours, theirs in ((moved, changed), (changed, moved)):
        merged = merge_decks(base, ours, theirs, TYPES)
        found = {path: said(file.data or b"") for path, file in merged.items() if isinstance(file, Merged)}
        assert found == {"a": said(moved["a"]), "b": said(moved["b"].replace(b"a: Rome\n", b"a: Roma\n"))}


def test_a_renamed_file() -> None:
    """Changes of the one side follow a file that the other renamed."""
    changed = BASE.replace("Paris", "Paris!") + SPAIN
    for ours, theirs in (({"b": BASE}, {"a": changed}), ({"a": changed}, {"b": BASE})):
        sides = [{path: text.encode() for path, text in side.items()} for side in ({"a": BASE}, ours, theirs)]
        merged = merge_decks(*sides, TYPES)
        notes = [
            note["id"] for file in merged.values() if isinstance(file, Merged) and file.data
            for note in said(file.data)["notes"]
        ]  # fmt: skip
        assert sorted(notes) == ["france", "italy", "spain"]
        there = merged["b"]
        assert isinstance(there, Merged) and b"Paris!" in (there.data or b"")


UNREADABLE = ["notes: [", "- a\n", "notes:\n  - q: a\n    q: b\n", "{deck: A, notes: []}\n", "notes: [a]\n"]


@pytest.mark.parametrize("bad", UNREADABLE)
def test_what_is_no_deck(bad: str) -> None:
    """A side that cannot be read note by note is refused, and which one it is."""
    for name, sides in (("ours", (BASE, bad, BASE + SPAIN)), ("theirs", (BASE, BASE + SPAIN, bad))):
        with pytest.raises(CannotMerge) as caught:
            merge(*sides)
        assert caught.value.side == name


@pytest.mark.parametrize("bad", UNREADABLE)
def test_a_base_that_is_no_deck(bad: str) -> None:
    """Where only what both came from cannot be read, the notes of both sides are there."""
    merged = merge(bad, BASE + SPAIN, BASE + GREECE)
    assert [note["id"] for note in said(text(merged))["notes"]] == ["france", "italy", "spain", "greece"]


FLOW = "notes:\n  - {q: Capital of Spain?, id: spain, a: Toledo}  # since 1561\n" + GREECE[1:]


def test_a_note_in_braces() -> None:
    """A note in braces that both changed is merged like any other: by key, or theirs as a draft, written as a block."""
    theirs = FLOW.replace("Toledo", "Madrid").replace("Athens", "Athina")
    merged = merge(FLOW, FLOW.replace("Toledo", "Valladolid"), theirs)
    assert merged.conflicts == ("spain",)
    assert text(merged).startswith(FLOW[: FLOW.index("\n", 8) + 1].replace("Toledo", "Valladolid"))
    assert [(note["id"], note["a"]) for note in said(text(merged))["notes"]] == [
        ("spain", "Valladolid"), ("spain.other", "Madrid"), ("greece", "Athina")
    ]  # fmt: skip
    merged = merge(FLOW, FLOW.replace("Toledo}", "Toledo, source: a map}"), theirs)
    assert merged.conflicts == ()
    assert said(text(merged))["notes"][0] == {
        "q": "Capital of Spain?", "id": "spain", "a": "Madrid", "source": "a map"
    }  # fmt: skip
    assert "# since 1561" in text(merged)


def test_a_list_in_brackets() -> None:
    """A list of notes in brackets that both changed is written as a block, with the notes of both."""
    base = "deck: A\n# mine\nnotes: [{q: one?, a: '1'}, {q: two?, id: two, a: '2'}]  # all\n"
    ours, theirs = base.replace("'1'", "'I'"), base.replace("'2'}]", "'II'}, {q: three?, a: '3'}]")
    merged = merge(base, ours, theirs)
    assert [(note["q"], note["a"]) for note in said(text(merged))["notes"]] == [
        ("one?", "I"), ("two?", "II"), ("three?", "3")
    ]  # fmt: skip
    assert text(merged).startswith("deck: A\n# mine\nnotes:\n  # all\n  - q: ")
    assert merge(base, ours, base).data == ours.encode()


def test_the_same_id_twice() -> None:
    """A file in which an id stands twice keeps both notes and takes what the other side added."""
    twice = BASE + SPAIN + SPAIN.replace("Madrid", "Toledo")
    merged = text(merge(BASE, twice, BASE + GREECE))
    assert [merged.count(word) for word in ("Madrid", "Toledo", "Athens")] == [1, 1, 1]


# Laws

NAMES = ["ant", "bee", "cat", "dog", "elk"]
FIELDS = st.fixed_dictionaries(
    {"a": st.sampled_from(["one", "two", "|-\n      three\n\n      # four", "'five'"])},
    optional={"source": st.sampled_from(["six", "seven"]), "tags": st.sampled_from(["[x]", "[x, y]"])},
)


@st.composite
def decks(draw: st.DrawFn) -> str:
    """A deck file of up to five notes in any order, with comments, blank lines and keys of its own."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    indent = draw(st.sampled_from(["", "  "]))
    lines = ["deck: " + draw(st.sampled_from(["A", "B"]))] + (["author: me"] if draw(st.booleans()) else [])
    lines.append("notes:" if names else "notes: []")
    for name in names:
        lines += [indent + "# a comment"] if draw(st.booleans()) else []
        id = [f"{indent}  id: {name}"] if name > "c" else []
        fields = draw(FIELDS)
        if not fields["a"].startswith("|") and draw(st.booleans()):
            keys = [*(each.strip() for each in id), *(f"{key}: {value}" for key, value in fields.items())]
            lines.append(f"{indent}- {{q: What is {name}?, {', '.join(keys)}}}")
            continue
        lines += [f"{indent}- q: What is {name}?", *id]
        for key, value in fields.items():
            lines += f"{indent}  {key}: {value}".replace("\n      ", f"\n{indent}    ").split("\n")
        lines += [""] if draw(st.booleans()) else []
    lines += ["# the end"] if draw(st.booleans()) else []
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


def versions(deck: str) -> list[tuple[str, Any]]:
    """Each note as what it says, without what a conflict adds to it."""
    found = []
    for note in said(deck).get("notes") or []:
        name = note["q"]
        tags = [tag for tag in note.get("tags", []) if tag != "conflict"]
        found.append((name, {"a": note["a"], "source": note.get("source"), "tags": tags}))
    return found


@given(decks(), decks())
def test_one_side_unchanged(base: str, other: str) -> None:
    """Where one side did nothing, the result is the other side, byte for byte."""
    assert text(merge(base, base, other)) == other
    assert text(merge(base, other, base)) == other
    assert text(merge(base, other, other)) == other


@given(decks(), decks(), decks())
def test_nothing_is_lost(base: str, ours: str, theirs: str) -> None:
    """Every version of a note that a side made is in the result, at least in what it changed; the result is a deck."""
    merged = merge(base, ours, theirs)
    result = versions(text(merged))
    before = dict(versions(base))
    for name, fields in versions(ours) + versions(theirs):
        changed = {key: value for key, value in fields.items() if before.get(name, {}).get(key, 0) != value}
        if changed or name not in before:
            assert any(name == other and changed.items() <= there.items() for other, there in result), (name, changed)
    assert not [p for p in read_deck(PATH, merged.data or b"", TYPES).problems if p.severity == "error"]
    assert len({note["id"] for note in said(text(merged)).get("notes") or [] if "id" in note}) <= len(result)


@given(decks(), decks(), decks())
def test_commutes(base: str, ours: str, theirs: str) -> None:
    """The other device comes to the same notes: the same versions, whichever of them is the draft."""
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert sorted(map(repr, versions(text(one)))) == sorted(map(repr, versions(text(other))))
    assert sorted(one.conflicts) == sorted(other.conflicts)


@given(decks(), decks(), decks())
def test_merging_again_changes_nothing(base: str, ours: str, theirs: str) -> None:
    """A result merged with one of its sides once more, as after a sync that was cut off, holds what it held."""
    once = text(merge(base, ours, theirs))
    assert text(merge(theirs, once, theirs)) == once
    assert sorted(map(repr, versions(text(merge(base, once, theirs))))) == sorted(map(repr, versions(once)))


@given(decks())
def test_notes_as_written(deck: str) -> None:
    """Notes are told apart by id, and read the same whatever the file's indentation and line ends."""
    texts = note_texts(deck.encode())
    assert len(texts) == len(versions(deck))
    assert texts == note_texts(deck.replace("\r\n", "\n").encode())


@st.composite
def folders(draw: st.DrawFn) -> dict[str, bytes]:
    """Up to three deck files, each note in one of them."""
    places = draw(st.fixed_dictionaries({}, optional={name: st.sampled_from("xyz") for name in NAMES}))
    files: dict[str, str] = {}
    for name, path in places.items():
        files.setdefault(path, f"deck: {path.upper()}\nnotes:\n")
        files[path] += (
            f"  - q: What is {name}?\n    id: {name}\n    a: {draw(st.sampled_from(['one', 'two', 'three']))}\n"
        )
    return {path: text.encode() for path, text in files.items()}


@given(folders(), folders(), folders())
def test_moves_and_edits(base: dict[str, bytes], ours: dict[str, bytes], theirs: dict[str, bytes]) -> None:
    """However both sides move and change notes, every id is in one file, and every answer that one wrote is there."""
    merged = merge_decks(base, ours, theirs, TYPES)
    files = {path: file.data for path, file in merged.items() if isinstance(file, Merged)}
    assert files.keys() == merged.keys()
    after = [note for data in files.values() if data for note in said(data)["notes"]]
    assert len({note["id"] for note in after}) == len(after)
    answers = {(note["q"], note["a"]) for note in after}
    before = {note["id"]: note for data in base.values() for note in said(data)["notes"]}
    for side in (ours, theirs):
        for note in (note for data in side.values() for note in said(data)["notes"]):
            if note != before.get(note["id"]):
                assert (note["q"], note["a"]) in answers


@st.composite
def renamed(draw: st.DrawFn, base: dict[str, bytes]) -> dict[str, bytes]:
    """Deck files in which notes may have another answer, another id that names the old one, or both, or be gone."""
    side = {}
    for path, data in base.items():
        text = "notes:\n"
        for note in said(data)["notes"]:
            old, new = note["id"], draw(st.sampled_from(["", "", "-x", "-y"]))
            answer = draw(st.sampled_from([note["a"], "four", "five"]))
            was = f"    was: [{old}]\n" if new else ""
            if draw(st.integers(0, 5)):
                text += f"  - q: {note['q']}\n    id: {old}{new}\n{was}    a: {answer}\n"
        side[path] = text.encode()
    return side


@given(st.data())
def test_renames_and_edits(data: st.DataObject) -> None:
    """However both sides rename and change notes, no id is claimed twice, and every id and every answer is there."""
    base = data.draw(folders())
    ours, theirs = data.draw(renamed(base)), data.draw(renamed(base))
    merged = merge_decks(base, ours, theirs, TYPES)
    files = {path: file.data for path, file in merged.items() if isinstance(file, Merged) and file.data}
    assert not errors_of_both(ours, theirs, files, "theirs", TYPES)
    notes = [note for data in files.values() for note in said(data).get("notes") or []]
    known = {id for note in notes for id in (note["id"], *note.get("was", []))}
    before = {note["id"]: note for data in base.values() for note in said(data)["notes"]}
    for side in (ours, theirs):
        for note in (note for data in side.values() for note in said(data)["notes"] or []):
            if note != before.get(note["id"]):
                assert note["id"] in known
            if note["a"] != before[next(iter(note.get("was", [note["id"]])))]["a"]:
                assert (note["q"], note["a"]) in {(each["q"], each["a"]) for each in notes}


def test_errors_that_only_both_make() -> None:
    """Notes that are right on either side and wrong together are named, with their place and whose it is."""
    ours, theirs = BASE + SPAIN + "    needs: [italy]\n", BASE + "    needs: [spain]\n" + SPAIN
    merged = text(merge(BASE + SPAIN, ours, theirs))
    found = errors_of_both({PATH: ours.encode()}, {PATH: theirs.encode()}, {PATH: merged.encode()}, "x", TYPES)
    assert [(problem.code, problem.path, problem.line) for problem in found] == [("needs-cycle", PATH, 11)]
    twice = {PATH: (BASE + SPAIN + SPAIN).encode()}
    assert not errors_of_both(twice, twice, twice, "x", TYPES)
    new = BASE + "\n  - q: Capital of Gaul?\n    id: gaul\n    was: [spain]\n    a: Lugdunum\n"
    other = BASE + "\n  - q: Capital of Asia?\n    id: asia\n    was: [spain]\n    a: Ephesus\n"
    merged = text(merge(BASE, new, other))
    found = errors_of_both({PATH: new.encode()}, {PATH: other.encode()}, {PATH: merged.encode()}, "x", TYPES)
    assert [(problem.code, problem.path) for problem in found] == [
        ("was-claimed-twice", PATH), ("was-claimed-twice", f"x:{PATH}")
    ]  # fmt: skip
    assert f"the one in x:{PATH}:15" in found[0].message
