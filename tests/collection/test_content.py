import os
import re
from pathlib import Path
from typing import Any

import pytest

from srs.collection.collection import Collection
from tests.support import basic_deck, make_collection, moment, open_collection, write_deck


def cards(collection: Collection) -> list[str]:
    """The ids of the cards that can be studied."""
    return [row[0] for row in collection.db.execute("select id from card where active order by path, position, ord")]


def problems(collection: Collection) -> list[tuple[str, int, str]]:
    return [(problem.path, problem.line, problem.code) for problem in collection.problems()]


def test_decks_are_read_in_path_order(tmp_path: Path) -> None:
    """Notes come in the order of the files' paths and of their places there; hidden and other files are not read."""
    root, environ = make_collection(
        tmp_path,
        {
            "b.yaml": basic_deck("three"),
            "a/z.yml": basic_deck("one", "two"),
            ".hidden.yaml": basic_deck("no"),
            "notes.txt": basic_deck("no"),
        },
    )
    assert cards(open_collection(root, environ)) == ["one:answer", "two:answer", "three:answer"]


def test_an_edit_within_the_same_second_is_noticed(tmp_path: Path) -> None:
    """A deck edited right after it was read, with as many bytes and the same time stamp, is read again."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    path = root / "decks/a.yaml"
    collection = open_collection(root, environ)
    stat = path.stat()
    path.write_text(basic_deck("two"), "utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert collection.refresh()
    assert cards(collection) == ["two:answer"]


def test_a_touched_file_is_not_read_anew(tmp_path: Path) -> None:
    """A file whose times changed but not its bytes changes nothing."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    os.utime(root / "decks/a.yaml", (1_700_000_000, 1_700_000_000))
    assert not collection.refresh()
    assert not collection.refresh()


def test_history_waits_for_its_deck(tmp_path: Path) -> None:
    """The history of a deck that is gone is kept, and stands again when the deck is back, even elsewhere."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 4, moment(), 0)
    before = collection.view("one:answer", moment())
    (root / "decks/a.yaml").unlink()
    collection.refresh()
    assert cards(collection) == [] and collection.card("one:answer", moment()) is None
    assert collection.state("one:answer").reps == 1
    write_deck(root, "other/b.yaml", "deck: Elsewhere\n" + basic_deck("one"))
    collection.refresh()
    after = collection.view("one:answer", moment())
    assert (after.state, after.due, after.stability) == (before.state, before.due, before.stability)


def test_a_former_id_gives_its_history(tmp_path: Path) -> None:
    """`was:` gives the events of the old id to the note, those of before and those another device still writes."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("old")})
    collection = open_collection(root, environ)
    collection.answer("old:answer", 4, moment(), 0)
    write_deck(root, "a.yaml", "notes:\n  - q: New?\n    id: new\n    was: [old]\n    a: Yes\n")
    collection.refresh()
    assert collection.state("new:answer").reps == 1
    assert collection.state("old:answer").reps == 0
    collection.answer("old:answer", 3, moment() + 1000, 0)
    assert collection.state("new:answer").reps == 2
    assert collection.view("old:answer", moment()).id == "new:answer"
    assert [event["card"] for event in collection.events_json("new:answer")] == ["old:answer", "old:answer"]
    write_deck(root, "a.yaml", basic_deck("old"))
    collection.refresh()
    assert collection.state("old:answer").reps == 2


def test_notes_of_one_id_are_left_out(tmp_path: Path) -> None:
    """Of two notes with one id neither is studied, each is told with the other's place; mended, both are back."""
    root, environ = make_collection(
        tmp_path, {"a.yaml": basic_deck("one", "two"), "b.yaml": basic_deck("one", "three")}
    )
    collection = open_collection(root, environ)
    assert cards(collection) == ["two:answer", "three:answer"]
    first, second = collection.problems()
    assert (first.path, first.line, second.path, second.line) == ("decks/a.yaml", 2, "decks/b.yaml", 2)
    assert "decks/b.yaml:2" in first.message and "decks/a.yaml:2" in second.message
    assert all(note.id != "one" for note in collection.notes())
    write_deck(root, "b.yaml", basic_deck("three"))
    collection.refresh()
    assert cards(collection) == ["one:answer", "two:answer", "three:answer"] and not collection.problems()


def test_a_broken_deck_leaves_the_others(tmp_path: Path) -> None:
    """A deck with a syntax error is told with its place and left out; the others are studied, its history is kept."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one"), "b.yaml": basic_deck("two")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), 0)
    write_deck(root, "a.yaml", basic_deck("one") + "  - q: [unclosed\n")
    collection.refresh()
    assert cards(collection) == ["two:answer"]
    assert [path for path, *_ in problems(collection)] == ["decks/a.yaml"]
    assert collection.state("one:answer").reps == 1


def test_a_note_error_leaves_the_note(tmp_path: Path) -> None:
    """A note with an error is left out alone."""
    root, environ = make_collection(
        tmp_path, {"a.yaml": basic_deck("one") + "  - q: What?\n    id: two\n    anser: That\n"}
    )
    collection = open_collection(root, environ)
    assert cards(collection) == ["one:answer"]
    assert {path for path, *_ in problems(collection)} == {"decks/a.yaml"}


def test_drafts_are_kept_out(tmp_path: Path) -> None:
    """A draft is listed, and never offered."""
    root, environ = make_collection(
        tmp_path, {"a.yaml": "notes:\n  - q: What?\n    id: one\n    draft: true\n    a: That\n"}
    )
    collection = open_collection(root, environ)
    assert cards(collection) == []
    assert [card.id for card in collection.cards(moment())] == ["one:answer"]


OWN_TYPE = """\
notetype: fact
marker: fact
fields:
  - {name: fact, required: true}
  - {name: why}
templates:
  - id: card
    name: Card
    front: "<p>{{fact}}</p>"
    back: "<p>{{why}}</p>"
"""


def test_a_note_type_of_ones_own(tmp_path: Path) -> None:
    """A type in notetypes/ is used like a built-in one; edited while the collection is open, its cards show it."""
    root, environ = make_collection(
        tmp_path, {"a.yaml": "notes:\n  - fact: Snow is cold\n    id: snow\n    why: Ice\n"}
    )
    (root / "notetypes").mkdir()
    file = root / "notetypes/fact.yaml"
    file.write_text(OWN_TYPE, "utf-8")
    collection = open_collection(root, environ)
    assert cards(collection) == ["snow:card"], collection.problems()
    assert "Ice" in collection.face("snow:card").back
    file.write_text(OWN_TYPE.replace("{{why}}", "So: {{why}}"), "utf-8")
    collection.refresh()
    assert "So: Ice" in collection.face("snow:card").back
    stat = file.stat()
    file.write_text(OWN_TYPE.replace("{{why}}", "Ah: {{why}}"), "utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    collection.refresh()
    assert "Ah: Ice" in collection.face("snow:card").back
    file.unlink()
    collection.refresh()
    assert cards(collection) == []


def test_a_note_type_takes_no_marker_from_another(tmp_path: Path) -> None:
    """A type of one's own whose marker is a built-in type's is left out and told; the notes keep their type."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    (root / "notetypes").mkdir()
    (root / "notetypes/fact.yaml").write_text(OWN_TYPE.replace("fact", "q"), "utf-8")
    collection = open_collection(root, environ)
    assert cards(collection) == ["one:answer"]
    assert [(each.path, each.code) for each in collection.problems()] == [("notetypes/fact.yaml", "marker-taken")]


def test_wordings_take_turns(tmp_path: Path) -> None:
    """A question with several wordings shows the next one each time it is answered."""
    deck = "notes:\n  - q: [First?, Second?]\n    id: one\n    a: Yes\n  - q: Two?\n    id: two\n    a: Yes\n"
    root, environ = make_collection(tmp_path, {"a.yaml": deck})
    collection = open_collection(root, environ)
    fronts = []
    for n in range(3):
        fronts.append(collection.face("one:answer").front)
        collection.answer("one:answer", 3, moment() + n * 60_000, 0)
    assert "First?" in fronts[0] and "Second?" in fronts[1] and fronts[2] == fronts[0]
    assert collection.db.execute("select count(*) from face").fetchone() == (2,)


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    """A deck file whose name is not UTF-8 is a problem, and the others are studied."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/decks/\xff.yaml")).write_text(basic_deck("two"), "utf-8")
    except OSError:
        pytest.skip("this file system takes no such names")
    collection = open_collection(root, environ)
    assert [(p.path, p.code) for p in collection.problems()] == [("decks/\\xff.yaml", "unreadable")]
    assert collection.size() == (1, 1)


def test_what_is_no_file_is_a_problem(tmp_path: Path) -> None:
    """A pipe, a device and a link in a circle are named and never opened; the other decks are studied."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    os.mkfifo(root / "decks/pipe.yaml")
    (root / "decks/loop.yaml").symlink_to("loop.yaml")
    (root / "decks/zero.yml").symlink_to("/dev/zero")
    collection = open_collection(root, environ)
    assert [p.path for p in collection.problems()] == ["decks/loop.yaml", "decks/pipe.yaml", "decks/zero.yml"]
    assert {p.code for p in collection.problems()} == {"unreadable"}
    assert collection.size() == (1, 1)


def test_an_edit_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    """A file restored with its old time and the same length is read again: the system's own time of change tells."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    deck, old = root / "decks/a.yaml", (1_700_000_000, 1_700_000_000)
    os.utime(deck, old)
    open_collection(root, environ)
    deck.write_text(basic_deck("two"), "utf-8")
    os.utime(deck, old)
    assert "two" in open_collection(root, environ).notes()[0].fields["q"]


def test_suffixes_in_capitals_count(tmp_path: Path) -> None:
    """`A.YAML` is a deck."""
    root, environ = make_collection(tmp_path, {"A.YAML": basic_deck("one")})
    assert open_collection(root, environ).size() == (1, 1)


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    """A deck that is a link to nothing, or to a folder, stops nobody."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    (root / "decks/b.yaml").symlink_to("nowhere")
    (root / "decks/c.yaml").symlink_to(tmp_path)
    collection = open_collection(root, environ)
    assert cards(collection) == ["one:answer"]
    assert ("decks/c.yaml", 1, "unreadable") in problems(collection)


def test_decks_that_is_a_file(tmp_path: Path) -> None:
    """A file where the folder decks/ should be holds no decks."""
    root, environ = make_collection(tmp_path)
    (root / "decks").rmdir()
    (root / "decks").touch()
    assert cards(open_collection(root, environ)) == []


def test_a_broken_file_makes_no_complaint_about_those_who_need_it(tmp_path: Path) -> None:
    """A syntax error leaves one warning about needs, behind the error; mended, a need that is not there is told."""
    needing = "notes:\n  - q: One?\n    id: one\n    a: 1\n    needs: [two, three]\n"
    root, environ = make_collection(tmp_path, {"a.yaml": needing, "b.yaml": basic_deck("two") + "  - q: 'x\n"})
    collection = open_collection(root, environ)
    assert problems(collection) == [("decks/b.yaml", 5, "open-quote"), ("decks/b.yaml", 5, "unknown-need")]
    write_deck(root, "b.yaml", basic_deck("two"))
    collection.refresh()
    assert problems(collection) == [("decks/a.yaml", 2, "unknown-need")]


def test_a_type_that_another_program_read_first(tmp_path: Path) -> None:
    """Where another program has followed an edited note type already, this one shows the cards as they are now."""
    root, environ = make_collection(tmp_path, {"a.yaml": "notes:\n  - fact: Snow\n    id: snow\n    why: Ice\n"})
    file = root / "notetypes/fact.yaml"
    file.parent.mkdir()
    file.write_text(OWN_TYPE, "utf-8")
    here, there = open_collection(root, environ), open_collection(root, environ)
    assert "Ice" in here.face("snow:card").back
    file.write_text(OWN_TYPE.replace("{{why}}", "So: {{why}}"), "utf-8")
    there.refresh()
    here.refresh()
    assert "So: Ice" in here.face("snow:card").back
    assert "So: Ice" in there.face("snow:card").back


def test_a_face_made_while_its_type_changes_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A face is kept only where no program read other decks or types while it was made."""
    from srs.cards import faces

    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    here, there = open_collection(root, environ), open_collection(root, environ)
    make = faces.face

    def slowly(*args: Any) -> Any:
        made = make(*args)
        write_deck(root, "a.yaml", basic_deck("one").replace("It is", "It was"))
        there.refresh()
        return made

    monkeypatch.setattr(faces, "face", slowly)
    here.face("one:answer")
    monkeypatch.undo()
    assert "It was" in there.face("one:answer").back


def test_decks_that_come_back_to_their_history(tmp_path: Path) -> None:
    """Where all decks went and come back, each card looks for its events by the indexes, so these are not put off."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), 0)
    (root / "decks").rename(tmp_path / "away")
    collection.refresh()
    (tmp_path / "away").rename(root / "decks")
    said: list[str] = []
    collection.db.set_trace_callback(said.append)
    assert collection.refresh()
    assert not [statement for statement in said if statement.startswith("drop index")]


def test_an_edit_walks_through_no_table(tmp_path: Path) -> None:
    """To follow one edited deck, rows are looked up: what it costs does not grow with the collection."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two"), "b.yaml": basic_deck("three")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), 1000)
    asked: list[str] = []
    collection.db.set_trace_callback(asked.append)
    write_deck(root, "a.yaml", basic_deck("one", "two", "four"))
    assert collection.refresh()
    collection.db.set_trace_callback(None)
    of_rows = re.compile(r"(select|insert|update|delete|with)\b(?!.*limit 1$)", re.DOTALL)  # the first row is no walk
    plans = {
        step[3] for sql in asked if of_rows.match(sql) for step in collection.db.execute(f"explain query plan {sql}")
    }
    few = ("note_linked", "note_left_out")  # indexes of rows of which there are few
    walks = {step for step in plans if re.match("SCAN (note|card|state|event)", step) and not step.endswith(few)}
    assert walks == set()
