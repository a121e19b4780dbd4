"""`srs import` through the command line: what a package of Anki brings, once; what is said of the rest; nothing else.

The packages are exports of ours into whose tables rows are put as Anki does it; `tests/anki` does it with Anki itself.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import NOW, Srs
from tests.packages import COLLECTION, entries, pack, query

LATER = "2026-03-20T09:00:00Z"
DAY = 86_400_000
FIRST = round(datetime.fromisoformat("2026-03-05T10:00:00Z").timestamp() * 1000)
# ease, interval, factor, kind: two learning answers, a review
LEARNT = ((FIRST, 3, -600, 500, 0), (FIRST + 600_000, 3, 4, 500, 0), (FIRST + 4 * DAY, 3, 12, 500, 1))
REPORT = {
    "file": str, "form": str, "whole": bool, "dry_run": bool, "remarks": list, "reviews": dict, "edits": dict,
    "notes": dict, "state": dict, "unmatched": list,
}  # fmt: skip

Change = Callable[[sqlite3.Connection], object]


def altered(package: Path, target: Path, *changes: Change) -> Path:
    """A copy of a package, its tables changed."""
    unpacked = entries(package)
    scratch = target.with_suffix(".sqlite3")
    scratch.write_bytes(unpacked[COLLECTION])
    db = sqlite3.connect(scratch)
    for change in changes:
        change(db)
    db.commit()
    db.close()
    unpacked[COLLECTION] = scratch.read_bytes()
    scratch.unlink()
    return pack(target, unpacked)


def card_of(db: sqlite3.Connection, guid: str, ord: int = 0) -> int:
    rows = db.execute("select c.id from cards c join notes n on n.id = c.nid where guid = ? and ord = ?", (guid, ord))
    return int(rows.fetchone()[0])


def answers(guid: str, *rows: tuple[int, int, int, int, int], ord: int = 0) -> Change:
    """Rows of the review log: id, ease, interval, factor, kind."""

    def change(db: sqlite3.Connection) -> None:
        card = card_of(db, guid, ord)
        for id_, ease, interval, factor, kind in rows:
            values = (id_, card, -1, ease, interval, 0, factor, 3000, kind)
            db.execute("insert into revlog values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    return change


def doing(sql: str) -> Change:
    return lambda db: db.executescript(sql)


def exported(srs: Srs, *changes: Change, name: str = "phone.apkg", now: str = NOW) -> str:
    """An export, studied and changed there; its path."""
    assert srs("export", "-o", str(srs.home / "out.apkg"), "--now", now).code == 0
    return str(altered(srs.home / "out.apkg", srs.home / name, *changes))


def lines(srs: Srs, *words: str) -> list[str]:
    """What `srs import` says some days later."""
    done = srs("import", *words, "--now", LATER)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def events(srs: Srs, do: str) -> list[dict[str, Any]]:
    return [event for event in srs.journal() if event["do"] == do]


def files(srs: Srs) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(srs.root.rglob("*")) if path.is_file()}


def test_reviews_come_home(srs: Srs) -> None:
    """Answers given there are in the journal once, with their ratings, and the card is due when Anki said."""
    package = exported(srs, answers("srs:france", *LEARNT))
    assert lines(srs, package) == ["3 reviews came in.", "To take back what the journal got: srs undo"]
    found = events(srs, "review")
    assert [(event["card"], event["rating"], event["day"]) for event in found] == [
        ("france:answer", 3, "2026-03-05"), ("france:answer", 3, "2026-03-05"), ("france:answer", 3, "2026-03-09"),
    ]  # fmt: skip
    assert [event["after"] for event in found] == [None, found[0]["id"], found[1]["id"]]
    card = srs.json("show", "france:answer")["card"]
    assert (card["state"], card["due"], card["reps"]) == ("review", "2026-03-21", 3)


def test_only_once(srs: Srs) -> None:
    """The same file brings nothing twice, and a later one only what is new."""
    package = exported(srs, answers("srs:france", *LEARNT[:2]))
    lines(srs, package)
    before = files(srs)
    assert lines(srs, package) == ["No new reviews; 2 were known."]
    assert files(srs) == before
    later = altered(Path(package), srs.home / "later.apkg", answers("srs:france", LEARNT[2]))
    assert lines(srs, str(later))[0] == "1 review came in, 2 were known."
    assert len(events(srs, "review")) == 3


def test_two_devices_import_one_file(srs: Srs) -> None:
    """Two devices that import one file agree event by event, and doctor finds nothing wrong in their journals."""
    package = exported(srs, answers("srs:france", *LEARNT))
    other = srs.home / "other"
    shutil.copytree(srs.root, other)
    lines(srs, package)
    env = {"SRS_STATE_DIR": str(srs.home / "state2"), "SRS_CACHE_DIR": str(srs.home / "cache2")}
    assert srs("import", package, "--now", LATER, env=env, cwd=other).code == 0
    for path in (other / "journal").glob("*.jsonl"):
        if not (srs.root / "journal" / path.name).exists():
            shutil.copy(path, srs.root / "journal")
    assert len(list((srs.root / "journal").glob("*.jsonl"))) == 2
    assert srs.json("show", "france:answer")["card"]["reps"] == 3
    done = srs("doctor", "--now", LATER)
    assert (done.code, "something else" in done.out) == (0, False), done.out


def test_one_undo_takes_all_back(srs: Srs) -> None:
    """One undo takes the batch back; the file brings none of it again, and says so; undoing the undo does."""
    package = exported(srs, answers("srs:france", *LEARNT))
    lines(srs, package)
    assert srs("undo", "--now", LATER).code == 0
    assert srs.json("show", "france:answer")["card"]["state"] == "new"
    assert lines(srs, package) == [
        "No new reviews; 3 were known.",
        "Of what was known, 3 were taken back here and stay so: srs undo --list",
    ]
    assert srs.json("show", "france:answer")["card"]["state"] == "new"
    assert srs("undo", events(srs, "undo")[0]["id"], "--now", LATER).code == 0
    assert srs.json("show", "france:answer")["card"]["reps"] == 3


def test_a_dry_run_writes_nothing(srs: Srs) -> None:
    """`--dry-run` says what would come in and leaves every file as it is."""
    package = exported(srs, answers("srs:france", *LEARNT), doing("update cards set flags = 2"))
    before = files(srs)
    assert lines(srs, package, "--dry-run", "--state") == [
        "3 reviews would come in.",
        "Would be flagged: france:answer, italy:answer, agora:forward, agora:backward, map:finish, map:who,"
        " map:source.",
        "Nothing was written.",
    ]
    assert files(srs) == before


def test_answers_given_here_are_known(srs: Srs) -> None:
    """An answer that went out with the schedule comes back as known."""
    srs("answer", "france:answer", "good")
    at = round(datetime.fromisoformat(events(srs, "review")[0]["at"]).timestamp() * 1000)
    package = exported(srs, answers("srs:france", (at, 3, -600, 0, 0), *LEARNT))
    assert lines(srs, package)[0] == "3 reviews came in, 1 was known."
    assert events(srs, "review")[1]["after"] == events(srs, "review")[0]["id"]


def test_cramming_resets_and_due_days(srs: Srs) -> None:
    """Cramming is journalled as such, forgetting makes a card new, a moved card is due when it was moved to."""
    package = exported(
        srs,
        answers("srs:france", *LEARNT, (FIRST + 5 * DAY, 1, 0, 0, 3), (FIRST + 6 * DAY, 0, 30, 500, 4)),
        answers("srs:italy", (FIRST + 1, 4, 9, 500, 0), (FIRST + 7 * DAY, 0, 0, 0, 4)),
    )
    assert lines(srs, package)[:2] == [
        "5 reviews came in (1 of them crammed).",
        "Also there: 1 card made new again, 1 card given another due day.",
    ]
    assert srs.json("show", "france:answer")["card"]["due"] == "2026-04-08"
    assert srs.json("show", "italy:answer")["card"]["state"] == "new"


def test_the_collections_day(srs: Srs) -> None:
    """The study day of an answer is that of the collection's timezone and rollover."""
    settings = srs.root / "srs.toml"
    settings.write_text(settings.read_text().replace("UTC", "America/New_York"))
    night = round(datetime.fromisoformat("2026-03-06T08:30:00Z").timestamp() * 1000)
    lines(srs, exported(srs, answers("srs:france", (night, 4, 5, 500, 0))))
    assert [(event["day"], event["due"]) for event in events(srs, "review")] == [("2026-03-05", "2026-03-10")]


def test_a_prompt_and_other_ords(srs: Srs) -> None:
    """The second card of a note, and a prompt, get what was answered on them."""
    srs.deck(
        "more",
        "notes:\n  - q: One?\n    id: one\n    a: A\n    prompts:\n      - q: Two?\n        id: two\n        a: B\n",
    )
    package = exported(srs, answers("srs:agora", LEARNT[0], ord=1), answers("srs:one:p-two", LEARNT[1]))
    lines(srs, package)
    assert {event["card"] for event in events(srs, "review")} == {"agora:backward", "one:p-two"}


def test_a_renamed_note(srs: Srs) -> None:
    """Reviews of a note that was renamed since the export belong to the renamed one."""
    package = exported(srs, answers("srs:france", LEARNT[0]))
    assert srs("rename", "france", "la-france").code == 0
    lines(srs, package)
    assert srs.json("show", "la-france:answer")["card"]["reps"] == 1


def test_what_does_not_match_is_told(srs: Srs) -> None:
    """Whatever is not taken is counted by reason, with examples."""
    package = exported(
        srs,
        answers("srs:france", (FIRST + 7, 0, 1, 0, 0), (FIRST + 1, 0, 5, 500, 4), (FIRST + 90 * DAY, 3, 1, 500, 0)),
        answers("srs:italy", LEARNT[0]),
        answers("srs:map", LEARNT[1], ord=1),
        doing(
            "insert into revlog values (1700000000000, 99, -1, 3, 1, 0, 0, 0, 0);"
            "insert into revlog values (1700000000001, 99, -1, 3, 1, 0, 0, 0, 0);"
            "update notes set guid = 'stranger', flds = replace(flds, 'Rome', 'Roma') where guid = 'srs:agora';"
        ),
    )
    deck = srs.root / "decks" / "cities.yaml"
    deck.write_text(deck.read_text().replace("  - q: Capital of Italy?\n    id: italy\n    a: Rome\n", ""))
    said = lines(srs, package)
    assert said == [
        "1 review came in.",
        "1 note is not known here: `agora`.",
        "  To bring notes in: --into decks/NAME.yaml",
        "1 note is in no deck any more: italy.",
        "2 reviews are of cards that are gone there.",
        "1 due day was given to a card that was never answered, which stays new: france:answer, 2026-03-05T10:00Z.",
        "1 review is dated later than now: france:answer, 2026-06-03T10:00Z.",
        "  When the clock there is right again, they come in with a later file.",
        "1 log entry is of no kind that is known: france:answer, 2026-03-05T10:00Z.",
        "To take back what the journal got: srs undo",
    ]


def test_state_only_if_asked(srs: Srs) -> None:
    """Suspended cards, flags and the tag `marked` come in with `--state`, once, and not without it."""
    state = doing(
        "update cards set queue = -1 where ord = 1; update notes set tags = ' geo Marked ' where guid = 'srs:agora';"
        "update cards set flags = 3 where nid = (select id from notes where guid = 'srs:italy');"
    )
    package = exported(srs, state)
    assert lines(srs, package) == ["No new reviews."]
    assert lines(srs, package, "--state") == [
        "No new reviews.",
        "Suspended: agora:backward, map:who.",
        "Flagged: italy:answer.",
        "Marked: agora:forward.",
        "To take back what the journal got: srs undo",
    ]
    assert srs.json("show", "map:who")["card"]["suspended"]
    srs("unsuspend", "map:who", "--yes", "--now", LATER)
    assert lines(srs, package, "--state") == ["No new reviews."]
    assert not srs.json("show", "map:who")["card"]["suspended"]


def test_taken_back_there_comes_home_too(srs: Srs) -> None:
    """What a later file no longer says is taken back; what was done here alone stays."""
    lines(srs, exported(srs, doing("update cards set queue = -1, flags = 1 where ord = 1")), "--state")
    srs("suspend", "france", "--yes", "--now", LATER)
    after = exported(srs, name="after.apkg", now=LATER)
    assert lines(srs, after, "--state")[1:3] == [
        "No longer suspended: agora:backward, map:who.",
        "Flagged: agora:backward, map:who.",
    ]
    assert srs.json("show", "france:answer")["card"]["suspended"]


def test_json(srs: Srs) -> None:
    """`--json` is a stable contract: exact keys and types."""
    package = exported(srs, answers("srs:france", *LEARNT), doing("update notes set guid = 'x' where guid = 'srs:map'"))
    report = srs.json("import", package, "--state", "--now", LATER)
    assert list(report) == list(REPORT)
    assert all(isinstance(report[key], kind) for key, kind in REPORT.items())
    assert (report["file"], report["whole"], report["dry_run"]) == ("phone.apkg", False, False)
    assert report["reviews"] == {"new": 3, "crammed": 0, "resets": 0, "due": 0, "known": 0, "taken_back": 0}
    assert report["notes"] == {"new": 0, "media": 0, "files": [], "told": []}
    assert report["state"] == {"suspended": [], "unsuspended": [], "flagged": [], "marked": [], "unmarked": []}
    (unmatched,) = report["unmatched"]
    assert (unmatched["reason"], unmatched["what"], unmatched["count"]) == ("foreign", "note", 1)
    assert unmatched["examples"] == ["`The map is not the territory we walk thr…`"]


def edited(guid: str, old: str, new: str, mod: int = 1_900_000_000) -> Change:
    """A text edited there."""
    return lambda db: db.execute(
        "update notes set flds = replace(flds, ?, ?), mod = ? where guid = ?", (old, new, mod, guid)
    )


def test_an_edit_comes_home(srs: Srs) -> None:
    """A text that was edited there is edited in the deck and shown as a diff; imported again it is nothing new."""
    package = exported(srs, edited("srs:france", "Paris", "Paris, of course"), answers("srs:italy", LEARNT[0]))
    dry = lines(srs, package, "--dry-run")
    assert dry[0] == "1 note was edited there, and would be edited here: france (a)."
    said = lines(srs, package)
    assert said[0] == "1 note was edited there, and is edited here: france (a)."
    assert said[1:] == [
        "    --- a/decks/cities.yaml",
        "    +++ b/decks/cities.yaml",
        "    @@ -4,5 +4,5 @@",
        "       - q: Capital of France?",
        "         id: france",
        "    -    a: Paris",
        "    +    a: Paris, of course",
        "       - q: Capital of Italy?",
        "         id: italy",
        "1 review came in.",
        "To take back what the journal got: srs undo",
    ]
    assert dry[1:-2] == said[1:-2]
    assert "    a: Paris, of course\n" in (srs.root / "decks" / "cities.yaml").read_text()
    assert lines(srs, package) == ["No new reviews; 1 was known."]


def test_an_edit_on_both_sides_waits(srs: Srs) -> None:
    """A text that was edited there and here stays as it is here; Anki's version waits for `srs fix`."""
    package = exported(srs, edited("srs:france", "Paris", "Paris, of course"))
    deck = srs.root / "decks" / "cities.yaml"
    deck.write_text(deck.read_text().replace("a: Paris", "a: Paris!"))
    said = lines(srs, package)
    assert said[0] == "1 note was edited on both sides: france (a)."
    report = srs.json("import", package, "--dry-run", "--now", LATER)
    assert report["edits"]["changed"] == []
    assert "a: Paris!\n" in deck.read_text()
    drafts = [card["note"] for card in srs.json("list") if card["draft"] and card["note"].startswith("france")]
    assert len(drafts) == 1
    assert said[1] == f"  Yours stands; Anki's version waits as {drafts[0]}: srs fix"


def test_foreign_notes_with_their_history(srs: Srs) -> None:
    """Notes that are not known come in with --into, and with --with-scheduling their reviews and due days."""
    package = exported(
        srs,
        answers("srs:france", *LEARNT),
        doing(
            "update notes set guid = 'f0reign' where guid = 'srs:france';"
            "update col set crt = 1772600400;"  # 2026-03-04T05:00Z
            "update cards set type = 2, queue = 2, ivl = 12, due = 20 where id in (select cid from revlog);"
        ),
    )
    shutil.rmtree(srs.root / "journal")
    assert lines(srs, package, "--into", "decks/new.yaml", "--with-scheduling", "--dry-run")[-2:] == [
        "Also there: 1 card would be given another due day.", "Nothing was written.",
    ]  # fmt: skip
    said = lines(srs, package, "--into", "decks/new.yaml")
    assert said[0].startswith("1 note came in: ")
    (card,) = [card for card in srs.json("list") if card["path"] == "decks/new.yaml"]
    assert card["state"] == "new"
    assert "3 reviews are of notes that came from Anki" in "\n".join(said)
    said = lines(srs, package, "--into", "decks/new.yaml", "--with-scheduling")
    assert said[0] == "3 reviews came in."
    card = srs.json("show", card["id"])["card"]
    assert (card["state"], card["due"], card["reps"]) == ("review", "2026-03-24", 3)
    assert lines(srs, package, "--into", "decks/new.yaml", "--with-scheduling") == ["No new reviews; 4 were known."]


def test_what_was_taken_out_here_stays_out(srs: Srs) -> None:
    """A note that went out from here and is in no deck any more does not come back as a foreign one."""
    package = exported(srs)
    deck = srs.root / "decks" / "cities.yaml"
    deck.write_text(deck.read_text().replace("  - q: Capital of Italy?\n    id: italy\n    a: Rome\n", ""))
    before = files(srs)
    assert lines(srs, package, "--into", "decks/new.yaml") == [
        "No new reviews.",
        "1 note is in no deck any more: italy.",
    ]
    assert files(srs) == before


@pytest.mark.parametrize("name", ["cards.doc", "phone", "collection.anki2", "a.zip"])
def test_other_files(srs: Srs, name: str) -> None:
    """A file of a kind that cannot be imported is refused in a sentence with a hint."""
    path = srs.home / name
    path.write_text("x")
    done = srs("import", str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"srs: `{name}` is no kind of file that srs imports\n     it imports .apkg and .colpkg, exported from Anki,"
        " lessons as .txt and .md, tables as .csv and .tsv\n"
    )


def test_no_file(srs: Srs) -> None:
    """A file that is not there, and one that is broken, end with exit 1 and change nothing."""
    done = srs("import", "nowhere.apkg")
    assert (done.code, done.err.splitlines()[0]) == (1, "srs: there is no file nowhere.apkg")
    (srs.root / "broken.apkg").write_bytes(b"PK nothing")
    before = files(srs)
    done = srs("import", "broken.apkg")
    assert (done.code, done.out) == (1, "")
    assert files(srs) == before


def test_a_package_without_notes(srs: Srs) -> None:
    """A package without notes ends with exit 0 and says so."""
    package = exported(srs, doing("delete from cards; delete from notes"))
    assert lines(srs, package) == ["There are no notes in phone.apkg."]


def test_no_notes_come_in_beside_a_deck_that_cannot_be_read(srs: Srs) -> None:
    """While a deck has an error, what it holds is not known: --into is refused, and nothing is called gone."""
    package = exported(srs)
    deck = srs.root / "decks" / "cities.yaml"
    deck.write_text("notes: [\n" + deck.read_text())
    before = files(srs)
    done = srs("import", package, "--into", "decks/new.yaml", "--now", LATER)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[1:] == [
        "srs: a deck has an error, and notes that cannot be read there would come in a second time:"
        " decks/cities.yaml, line 1",
        "     mend it first: srs check; or leave --into out",
    ]
    assert files(srs) == before
    done = srs("import", package, "--now", LATER)
    assert done.out.splitlines() == [
        "No new reviews.",
        "3 notes are in no deck that can be read: france, italy, agora.",
        "  A deck has an error, and what it holds is not known: srs check",
    ]


def test_a_strangers_note_with_a_guid_of_ours(srs: Srs) -> None:
    """Of two notes with one of our guids the first is ours, of another type none: the others are told and left."""
    package = exported(
        srs,
        answers("srs:france", LEARNT[0]),
        answers("srs:map", LEARNT[1]),
        doing(
            "update cards set queue = -1, nid = 9000000000000"
            " where nid = (select id from notes where guid = 'srs:france');"
            "update notes set id = 9000000000000, guid = 'srs:italy', flds = replace(flds, 'Paris', 'Who?')"
            " where guid = 'srs:france';"
            "update cards set queue = -1 where nid = (select id from notes where guid = 'srs:map');"
            "update notes set guid = 'srs:france' where guid = 'srs:map';"
        ),
    )
    before = files(srs)
    told = [
        "1 note has the guid of another one there, and was left: italy.",
        "1 note has the guid of one here and another note type, and was left: france.",
    ]
    assert lines(srs, package, "--state") == ["No new reviews.", *told]
    assert lines(srs, package, "--state", "--into", "decks/new.yaml") == ["No new reviews.", *told]
    assert files(srs) == before


def test_what_was_deleted_there_stays_out_of_packages(srs: Srs) -> None:
    """It is told with each export; nothing is said to Anki of its being gone; unsuspended here, it goes out again."""
    package = exported(srs, answers("srs:france", LEARNT[0]), name="phone.colpkg")
    lines(srs, package)
    gone = doing("delete from cards where nid = (select id from notes where guid = 'srs:france');"
                 "delete from revlog; delete from notes where guid = 'srs:france'")  # fmt: skip
    later = altered(Path(package), srs.home / "later.colpkg", gone)
    assert "Deleted there, so suspended here: france." in lines(srs, str(later))

    def sent() -> tuple[list[str], list[str]]:
        said = srs("export", "-o", str(srs.home / "x.apkg"), "--now", LATER).out.splitlines()
        return [guid for (guid,) in query(srs.home / "x.apkg", "select guid from notes order by guid")], said[1:]

    assert sent() == (
        ["srs:agora", "srs:italy", "srs:map"],
        ["1 note that was deleted in Anki was left out (france). To have it there again: srs unsuspend"],
    )
    cities = srs.root / "decks" / "cities.yaml"
    text = cities.read_text()
    france = "  - q: Capital of France?\n    id: france\n    a: Paris\n"
    for changed in (f"{france}    draft: true\n", ""):
        assert france in text
        cities.write_text(text.replace(france, changed))
        assert "srs:france" not in sent()[0]
    cities.write_text(text)
    srs("unsuspend", "france", "--yes", "--now", LATER)
    assert sent() == (["srs:agora", "srs:france", "srs:italy", "srs:map"], [])
    srs("suspend", "france", "--yes", "--now", LATER)
    assert sent()[0][1] == "srs:france"


@pytest.mark.parametrize("goes_out", [False, True])
def test_a_mark_that_our_package_took_away_stays_here(srs: Srs, goes_out: bool) -> None:
    """Anki drops the mark of a note that it takes in anew: only where nothing went out since was it unmarked there."""
    lines(srs, exported(srs, doing("update notes set tags = ' marked ' where guid = 'srs:italy'")), "--state")
    if goes_out:
        cities = srs.root / "decks" / "cities.yaml"
        cities.write_text(cities.read_text().replace("a: Rome", "a: Rome!"))
    after = exported(srs, name="after.apkg", now="2026-03-20T10:00:00Z")
    said = srs("import", after, "--state", "--now", "2026-03-21T10:00:00Z").out
    assert ("No longer marked: italy:answer." in said) == (not goes_out)
    assert (events(srs, "mark")[-1]["text"] != "") == goes_out


def strangers(srs: Srs) -> str:
    """A package with one note that is not known here, of a type of ours."""
    return exported(srs, doing("update notes set guid = 'stranger' where guid = 'srs:italy'"))


def test_answers_of_a_strangers_srs_are_not_mine(srs: Srs) -> None:
    """A note of somebody else's srs comes in as one of mine, without what they answered."""
    package = exported(
        srs, answers("srs:italy", *LEARNT), doing("update notes set guid = 'srs:x' where guid = 'srs:italy'")
    )
    said = lines(srs, package, "--into", "decks/new.yaml")
    assert said[0] == "1 note came in: decks/new.yaml."
    assert events(srs, "review") == []
    assert any(line.startswith("3 reviews are of notes that came from Anki") for line in said)


def test_nothing_is_written_out_of_the_collection(srs: Srs) -> None:
    """A link that leads out, a place elsewhere and an empty one are refused, whatever the file holds."""
    package, outside = strangers(srs), srs.home / "outside"
    outside.mkdir()
    (srs.root / "decks" / "ln").symlink_to(outside)
    lesson = srs.home / "a.md"
    lesson.write_text("Q: What?\nA: That.\n")
    for into, why in {
        "decks/ln/": "`decks/ln/` leads out of the collection by a link",
        "decks/ln/a.yaml": "`decks/ln/a.yaml` leads out of the collection by a link",
        str(outside / "a.yaml"): f"`{outside}/a.yaml` is not in this collection",
        "": "--into names no place",
    }.items():
        for file in (package, str(lesson)):
            done = srs("import", file, "--into", into, "--now", LATER)
            assert (done.code, done.err.splitlines()[0]) == (2, f"srs: {why}")
    assert list(outside.iterdir()) == []
    (srs.root / "decks" / "sub").mkdir()
    (srs.root / "decks" / "sub" / "World").symlink_to(outside)
    assert srs("import", package, "--into", "decks/sub/", "--now", LATER).code == 2
    assert list(outside.iterdir()) == []


def test_a_place_in_the_collection_may_be_written_out(srs: Srs) -> None:
    """The whole path of a file or folder in the collection is as good as the short one."""
    said = lines(srs, strangers(srs), "--into", str(srs.root / "decks" / "new.yaml"))
    assert said[0] == "1 note came in: decks/new.yaml."
    assert "  - q: Capital of Italy?\n" in (srs.root / "decks" / "new.yaml").read_text()


def test_what_is_no_file_is_said_to_be_none(srs: Srs) -> None:
    """A folder or a pipe that is called like a package is no file, and nothing waits for it."""
    (srs.home / "a.apkg").mkdir()
    os.mkfifo(srs.home / "b.apkg")
    for name in ("a.apkg", "b.apkg"):
        done = srs("import", str(srs.home / name))
        assert (done.code, done.err.splitlines()[0]) == (1, f"srs: {srs.home / name} is not a file")


def test_a_dry_run_speaks_of_what_would_be(srs: Srs) -> None:
    """Nothing that a dry run says sounds as if it were done."""
    package = exported(
        srs,
        answers("srs:france", *LEARNT, (FIRST + 6 * DAY, 0, 30, 500, 4)),
        answers("srs:italy", (FIRST + 1, 4, 9, 500, 0), (FIRST + 7 * DAY, 0, 0, 0, 4)),
        doing("update cards set queue = -1 where ord = 1"),
        name="phone.colpkg",
    )
    assert lines(srs, package, "--state", "--dry-run")[1:] == [
        "Also there: 1 card would be made new again, 1 card would be given another due day.",
        "Would be suspended: agora:backward, map:who.",
        "Nothing was written.",
    ]


def test_a_long_line_is_shown_where_it_changes(srs: Srs) -> None:
    """Of a line of thousands of letters, the diff shows what is around the change."""
    cities = srs.root / "decks" / "cities.yaml"
    cities.write_text(cities.read_text().replace("a: Paris", f"a: {'so ' * 3000}Paris {'ah ' * 3000}!"))
    said = lines(srs, exported(srs, edited("srs:france", "Paris", "Lyon")))
    (old,), (new,) = ([line for line in said if line.startswith(f"    {sign}…")] for sign in "-+")
    assert "so Paris ah" in old
    assert "so Lyon ah" in new
    assert max(map(len, said)) < 260


def test_an_undone_import_that_another_device_made_too(srs: Srs) -> None:
    """Where the events of an import are another device's as well, the undo says that they stay."""
    package = exported(srs, answers("srs:france", *LEARNT))
    other = srs.home / "other"
    shutil.copytree(srs.root, other)
    lines(srs, package)
    env = {"SRS_STATE_DIR": str(srs.home / "state2"), "SRS_CACHE_DIR": str(srs.home / "cache2")}
    assert srs("import", package, "--now", LATER, env=env, cwd=other).code == 0
    for path in (srs.root / "journal").glob("*.jsonl"):
        shutil.copy(path, other / "journal")
    for path in (other / "journal").glob("*.jsonl"):
        shutil.copy(path, srs.root / "journal")
    here = srs("undo", "--now", LATER).out
    there = srs("undo", "--now", LATER, env=env, cwd=other).out
    assert "0 events" not in here + there
    assert "another import brought the same" in here + there


def test_what_a_killed_import_left_is_removed(srs: Srs) -> None:
    """A file that was being written into media/ by a program that is no more goes with the next import."""
    media = srs.root / "media"
    media.mkdir(exist_ok=True)
    dead, alive = media / ".a.png.4194304999.tmp", media / f".b.png.{os.getpid()}.tmp"
    for path in (dead, alive, media / "c.tmp"):
        path.write_bytes(b"x")
    package = exported(srs)
    lines(srs, package, "--dry-run")
    assert dead.exists()
    lines(srs, package)
    assert (dead.exists(), alive.exists(), (media / "c.tmp").exists()) == (False, True, True)
