"""There and back: what is studied and edited in Anki and here, and brought home through the command line."""

import html
import random
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.anki.features import write_everything
from tests.anki.real import Anki
from tests.cli.helpers import Srs
from tests.support import times

IDEAS = """\
# Ideas to keep. This line stays.
deck: World::Ideas
tags: [world]

notes:
  # Asked at school.
  - q: Capital of France?
    id: france
    a: Paris

  - term: agora
    id: agora
    # In the middle of the town.
    means: a market square

  - concept: Backpropagation
    id: backprop
    definition: Backpropagation walks the graph backwards.
    mistake: Not zeroing `.grad`.
    prompts:
      - q: Why zero the gradients?
        id: zero
        a: They add up.

  - cloze: Scores are {{c1::scaled by {{c2::1/sqrt(d)}}}}, then {{c3::masked}}.
    id: scores
"""

CARDS = {
    ("srs:france", 0): "france:answer",
    ("srs:agora", 0): "agora:forward",
    ("srs:agora", 1): "agora:backward",
    ("srs:backprop", 0): "backprop:definition",
    ("srs:backprop", 1): "backprop:name",
    ("srs:backprop", 3): "backprop:mistake",
    ("srs:backprop:p-zero", 0): "backprop:p-zero",
    ("srs:scores", 0): "scores:c1",
    ("srs:scores", 1): "scores:c2",
    ("srs:scores", 2): "scores:c3",
}

FORMS = [("old.apkg", True), ("new.apkg", False), ("old.colpkg", True), ("new.colpkg", False)]


def export(srs: Srs, name: str = "x.apkg", hours_ago: float = 0, *more: str) -> Path:
    """The package that `srs export` writes, some time ago or now.

    Now is two seconds ahead: older Anki gives a note that it updated the time of the import, in whole seconds.
    """
    path = srs.home / name
    then = datetime.now(UTC) - timedelta(hours=hours_ago, seconds=-2)
    done = srs("export", "-o", str(path), *more, env={"SRS_NOW": then.isoformat()})
    assert done.code == 0, done.err
    return path


def bring_home(srs: Srs, path: Path, *more: str, code: int = 0) -> str:
    """What `srs import` says."""
    done = srs("import", str(path), *more)
    assert done.code == code, done.out + done.err
    return done.out


def a_week(anki: Anki) -> None:
    """Some days of study: new cards learnt, some forgotten, some crammed, and the newest answers a moment old."""
    anki.answer(ratings=[3, 1, 4, 2, 3, 3, 3])
    anki.pass_days(days=1)
    anki.answer(ratings=[3, 3, 2, 4, 3])
    anki.cram(search="deck:World* is:review", ratings=[3, 1])
    anki.pass_days(days=3)
    anki.answer(ratings=[3, 1, 3, 3, 4, 2])
    anki.pass_days(days=4)
    anki.answer(ratings=[3, 3, 1, 3])


def again_elsewhere(srs: Srs, name: str) -> Srs:
    """The same home on another machine."""
    home = shutil.copytree(srs.home, srs.home.parent / name)
    other = Srs(home, srs._warm)
    del other.env["SRS_NOW"]
    return other


def reviews_here(srs: Srs) -> list[tuple[str, str, int, str]]:
    """(card, at, rating, mode) of every review in the journal, in order."""
    events = [event for event in srs.journal() if event["do"] == "review"]
    return sorted((each["at"], each["card"], each["rating"], each["mode"]) for each in events)


def reviews_there(anki: Anki) -> list[tuple[str, str, int, str]]:
    return sorted(
        (iso(each["id"]), CARDS[each["guid"], each["ord"]], each["ease"], mode_of(each)) for each in anki.reviews()
    )


def mode_of(review: dict[str, Any]) -> str:
    return "cram" if review["kind"] == 3 and review["factor"] == 0 else "study"


def iso(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03}Z"


def study_day() -> date:
    return (datetime.now(UTC) - timedelta(hours=4)).date()


def test_the_long_way_round(anki: Anki, srs: Srs) -> None:
    """Studied and edited there, edited here, out again and home: nothing doubled, nothing lost, no schedule moved."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    assert {(card["guid"], card["ord"]) for card in anki.cards()} == set(CARDS)
    a_week(anki)
    anki.edit(guid="srs:agora", fields={"means": "a market square, <b>in the open</b>"}, tags=["world", "greek"])

    # Edited here as well, another note, and a prompt more; out again.
    edited = IDEAS.replace("a: Paris\n", "a: Paris, on the Seine\n").replace(
        "        a: They add up.\n",
        "        a: They add up.\n      - q: Which way does blame flow?\n        id: flow\n        a: Upstream.\n",
    )
    file.write_text(edited)
    cards, log = anki.cards(), anki.reviews()
    taken = anki.take(path=export(srs, "2.apkg"))
    assert {kind: taken[kind] for kind in ("new", "updated", "conflicting")} == {
        "new": 1, "updated": 1, "conflicting": 0
    }  # fmt: skip
    assert [card for card in anki.cards() if card["guid"] != "srs:backprop:p-flow"] == cards
    assert anki.reviews() == log
    notes = {note["guid"]: note["fields"] for note in anki.notes()}
    assert notes["srs:france"]["a"] == "Paris, on the Seine"
    assert notes["srs:agora"]["means"] == "a market square, <b>in the open</b>"

    # Home, from each form of package into a collection of its own.
    there = reviews_there(anki)
    assert len(there) == len(log) > 20
    homes = []
    for name, legacy in FORMS:
        path = srs.home / name
        anki.write(path=path, legacy=legacy)
        homes.append(home := again_elsewhere(srs, name))
        bring_home(home, path)
        assert reviews_here(home) == there, name
        text = (home.root / "decks/ideas.yaml").read_text()
        assert "    # In the middle of the town.\n    means: a market square, **in the open**\n" in text, name
        assert [line for line in edited.splitlines() if line not in text.splitlines()] == ["    means: a market square"]
        assert home.json("list", "note:both")[0]["tags"] == ["world", "greek"]
        assert home("check").code == 0
        due_as_there(home, anki)

    # Whatever is imported after that is known.
    journals = [home.journal() for home in homes]
    for home, journal in zip(homes, journals, strict=True):
        before = (home.root / "decks/ideas.yaml").read_bytes()
        for name, _ in FORMS:
            bring_home(home, srs.home / name)
        assert home.journal() == journal
        assert (home.root / "decks/ideas.yaml").read_bytes() == before
    assert [sorted(e["id"] for e in each if e["do"] == "review") for each in journals[1:]] == [
        sorted(e["id"] for e in journals[0] if e["do"] == "review")
    ] * 3

    # And out once more: Anki has it all already.
    cards = anki.cards()
    taken = anki.take(path=export(homes[-1], "3.apkg"))
    assert (taken["new"], taken["conflicting"]) == (0, 0)
    assert anki.cards() == cards
    assert anki.check() == []


def due_as_there(srs: Srs, anki: Anki) -> None:
    """Every card in review is due on the day that Anki has for it, and every other is new or being learnt as there."""
    here = {card["id"]: card for card in srs.json("list")}
    for card in anki.cards():
        ours = here.get(CARDS.get((card["guid"], card["ord"]), "backprop:p-flow"))
        assert ours is not None
        states = {0: "new", 1: "learning", 2: "review", 3: "relearning"}
        assert ours["state"] == states[card["kind"]], ours
        if card["kind"] == 2:
            assert ours["due"] == str(study_day() + timedelta(days=card["in_days"])), ours
        assert ours["reps"] == card["schedule"][5] or card["schedule"][5] >= ours["reps"]


def test_both_sides_edited_wait_for_the_learner(anki: Anki, srs: Srs) -> None:
    """What was changed differently here and there is kept in both versions, theirs as a draft; Anki keeps its own."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    anki.edit(guid="srs:france", fields={"a": "Paris, said the phone"})
    file.write_text(IDEAS.replace("a: Paris\n", "a: Paris, said the desk\n"))
    anki.write(path=srs.home / "back.colpkg")
    bring_home(srs, srs.home / "back.colpkg")
    assert "a: Paris, said the desk" in file.read_text()
    [draft] = srs.json("list", "tag:conflict")
    assert draft["draft"]
    assert "Paris, said the phone" in srs("show", draft["id"]).out
    before = srs.root.joinpath("decks/ideas.yaml").read_bytes()
    bring_home(srs, srs.home / "back.colpkg")
    assert file.read_bytes() == before


def test_a_note_deleted_there_is_suspended_here(anki: Anki, srs: Srs) -> None:
    """A whole collection without a note that it had suspends the note's cards here; one that never had it does not."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    a_week(anki)
    anki.write(path=srs.home / "1.colpkg")
    bring_home(srs, srs.home / "1.colpkg")
    anki.delete(guid="srs:agora")
    anki.write(path=srs.home / "2.colpkg")
    anki.write(path=srs.home / "2.apkg")
    srs.deck("never", "notes:\n  - q: Never exported?\n    id: never\n    a: never\n")
    bring_home(srs, srs.home / "2.apkg")
    assert srs.json("list", "is:suspended") == []
    bring_home(srs, srs.home / "2.colpkg")
    assert {card["id"] for card in srs.json("list", "is:suspended")} == {"agora:forward", "agora:backward"}


def test_states_come_home_if_asked(anki: Anki, srs: Srs) -> None:
    """Suspended cards, flags and marks are taken over with `--state`, and only then."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    anki.suspend(guid="srs:scores", ord=1)
    anki.flag(guid="srs:agora", ord=1, flag=4)
    anki.mark(guid="srs:france")
    anki.write(path=srs.home / "back.apkg")
    bring_home(srs, srs.home / "back.apkg")
    assert srs.json("list", "is:suspended") == []
    bring_home(srs, srs.home / "back.apkg", "--state")
    assert [card["id"] for card in srs.json("list", "is:suspended")] == ["scores:c2"]
    assert [(card["id"], card["flag"]) for card in srs.json("list") if card["flag"]] == [("agora:backward", 4)]
    marks = [event for event in srs.journal() if event["do"] == "mark"]
    assert [event["card"] for event in marks] == ["france:answer"]
    assert "marked" not in srs.root.joinpath("decks/ideas.yaml").read_text()


def test_resets_and_moved_days_come_home(anki: Anki, srs: Srs) -> None:
    """A card made new again there is new here; a due day set by hand there is the due day here."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    a_week(anki)
    learnt = [card for card in anki.cards() if card["kind"] == 2]
    first, second = learnt[0], learnt[1]
    anki.forget(guid=first["guid"], ord=first["ord"])
    anki.set_due(guid=second["guid"], ord=second["ord"], days="9")
    anki.write(path=srs.home / "back.apkg")
    bring_home(srs, srs.home / "back.apkg")
    cards = {card["id"]: card for card in srs.json("list")}
    assert cards[CARDS[first["guid"], first["ord"]]]["state"] == "new"
    assert cards[CARDS[second["guid"], second["ord"]]]["due"] == str(study_day() + timedelta(days=9))


def test_one_undo_takes_the_whole_import_back(anki: Anki, srs: Srs) -> None:
    """After `srs undo` no review of the phone counts any more, and importing again does not bring them back."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    a_week(anki)
    anki.write(path=srs.home / "back.apkg")
    bring_home(srs, srs.home / "back.apkg")
    assert srs.json("list", "-is:new")
    assert srs("undo").code == 0
    assert srs.json("list", "-is:new") == []


def test_a_dry_run_writes_nothing(anki: Anki, srs: Srs) -> None:
    """With `--dry-run` the report is there, and no file changes."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    a_week(anki)
    anki.edit(guid="srs:france", fields={"a": "Paris!"})
    anki.write(path=srs.home / "back.colpkg")
    before = {path: path.read_bytes() for path in srs.root.rglob("*") if path.is_file()}
    assert "Paris!" in bring_home(srs, srs.home / "back.colpkg", "--dry-run")
    assert {path: path.read_bytes() for path in srs.root.rglob("*") if path.is_file()} == before


def test_a_note_that_is_gone_here_is_tagged_there(anki: Anki, srs: Srs) -> None:
    """A note taken out of the decks, or made a draft, is found in Anki by its tag; back again, it has lost it."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=2))
    anki.answer(ratings=[3, 3, 3])
    before = anki.cards()
    start, rest = IDEAS.split("  - term: agora\n")
    _, rest = rest.split("  - concept:")
    file.write_text(f"{start}  - concept:{rest}".replace("    id: france\n", "    id: france\n    draft: true\n"))
    anki.take(path=export(srs, "2.apkg", 1))
    assert retired(anki) == ["srs:agora", "srs:france"]
    assert anki.cards() == before
    assert anki.check() == []
    file.write_text(IDEAS)
    anki.take(path=export(srs, "3.apkg"))
    assert retired(anki) == []
    assert next(note for note in anki.notes() if note["guid"] == "srs:agora")["fields"]["means"] == "a market square"
    assert anki.cards() == before


def retired(anki: Anki) -> list[str]:
    return sorted(note["guid"] for note in anki.notes() if "srs-retired" in note["tags"])


def test_a_picture_from_the_phone_comes_home(anki: Anki, srs: Srs) -> None:
    """A picture that was put on a card there lies in media/ here, and goes out with the next export."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    name = anki.add_media(name="paris by night.png", data="iVBORw0KGgo=")
    anki.edit(guid="srs:france", fields={"a": f'Paris<br><img src="{name}">'})
    anki.write(path=srs.home / "back.apkg")
    bring_home(srs, srs.home / "back.apkg")
    assert "paris by night.png" in file.read_text()
    assert [path.read_bytes() for path in (srs.root / "media").iterdir()] == [b"\x89PNG\r\n\x1a\n"]
    other = anki.another("other")
    other.take(path=export(srs, "2.apkg"))
    assert len(other.media()) == 1
    assert other.check() == []


@pytest.mark.parametrize("name", ["x.apkg", "x.colpkg"])
def test_a_package_without_notes_says_so(anki: Anki, srs: Srs, name: str) -> None:
    """An empty collection of Anki's is no error."""
    anki.write(path=srs.home / name)
    assert "no notes" in bring_home(srs, srs.home / name)


EDITS = {
    "srs:france": ("a", 'Paris, <b>of course</b> &amp; nothing else<div>since 987</div><ul><li>a &lt; b</li></ul>'),
    "srs:agora": ("means", "a&nbsp;square <i>with</i> *stars*, _lines_ and # signs, 1. {{braces}}"),
    "srs:backprop": ("mistake", "Not zeroing <code>.grad</code>, \\(\\frac{a}{b}\\), `ticks` and $5"),
    "srs:backprop:p-zero": ("a", "They add up.<br><br>Always, she said: \"yes\" # no comment"),
    "srs:scores": ("cloze", "{{c1::scaled by {{c2::1/sqrt(d)::how?}}}}, {{c3::masked}} and {{c4::<b>softmaxed</b>}}."),
}  # fmt: skip


def test_edits_from_the_phone_settle(anki: Anki, srs: Srs) -> None:
    """What was edited there comes home, goes out, comes home again without a change, and looks the same all along."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    for guid, (field, text) in EDITS.items():
        anki.edit(guid=guid, fields={field: text})
    shown = faces(anki)
    anki.write(path=srs.home / "1.colpkg")
    bring_home(srs, srs.home / "1.colpkg")
    assert srs("check").code == 0
    settled = (srs.root / "decks/ideas.yaml").read_bytes()
    assert len(settled.splitlines()) > len(IDEAS.splitlines())

    taken = anki.take(path=export(srs, "2.apkg"))
    assert (taken["new"], taken["conflicting"]) == (0, 0)
    assert faces(anki) == shown
    anki.write(path=srs.home / "2.colpkg")
    bring_home(srs, srs.home / "2.colpkg")
    assert (srs.root / "decks/ideas.yaml").read_bytes() == settled
    assert srs.json("list", "tag:conflict") == []
    # A device that never had any of it shows the same.
    other = anki.another("other")
    other.take(path=export(srs, "3.apkg"))
    assert {key: text for key, text in faces(other).items() if key in shown} == shown


def faces(anki: Anki) -> dict[Any, tuple[str, str]]:
    """The text of every card's sides, as a reader sees it."""
    return {(card["guid"], card["ord"]): (read(card["front"]), read(card["back"])) for card in anki.cards(faces=True)}


def read(side: str) -> str:
    text = re.sub(r"(?s)<style>.*?</style>", "", side)
    text = re.sub(r"</?(?:b|i|em|strong|code|span)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_each_side_edits_another_field(anki: Anki, srs: Srs) -> None:
    """One note, one field changed here and one there, tags added on both: all of it is in the YAML, nothing waits."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    anki.edit(guid="srs:agora", fields={"means": "a market square"}, tags=["world", "there"])
    anki.edit(guid="srs:backprop", fields={"mistake": "Forgetting to zero."})
    file.write_text(IDEAS.replace("    id: agora\n", "    id: agora\n    tags: [here]\n").replace("walks", "runs"))
    anki.write(path=srs.home / "back.apkg")
    bring_home(srs, srs.home / "back.apkg")
    text = file.read_text()
    assert "definition: Backpropagation runs the graph backwards." in text
    assert "mistake: Forgetting to zero." in text
    assert {tag for card in srs.json("list", "note:both") for tag in card["tags"]} == {"world", "here", "there"}
    assert srs.json("list", "tag:conflict") == []


def test_answers_of_both_sides_count(anki: Anki, srs: Srs) -> None:
    """A card answered here and there has both answers, in the order in which they were given."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=30))
    for hours, rating in ((28, 3), (27, 3)):
        then = datetime.now(UTC) - timedelta(hours=hours)
        assert srs("answer", "france:answer", str(rating), env={"SRS_NOW": then.isoformat()}).code == 0
    anki.answer_card(guid="srs:france", ord=0, rating=4)
    anki.write(path=srs.home / "back.apkg")
    bring_home(srs, srs.home / "back.apkg")
    [card] = srs.json("list", "france")
    assert (card["reps"], card["state"]) == (3, "review")
    assert [rating for _, _, rating, _ in reviews_here(srs)] == [3, 3, 4]


def test_what_is_only_on_the_phone_is_told_and_left(anki: Anki, srs: Srs) -> None:
    """Notes of other origin are counted and left without `--into`; with it they come in, and ours are not doubled."""
    srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    anki.add(type="Basic", deck="Other", fields={"Front": "chien", "Back": "dog"})
    a_week(anki)
    anki.write(path=srs.home / "back.colpkg")
    said = bring_home(srs, srs.home / "back.colpkg")
    assert "1 note" in said
    assert len({card["note"] for card in srs.json("list")}) == 4
    bring_home(srs, srs.home / "back.colpkg", "--into", "decks/phone/")
    assert [path.name for path in (srs.root / "decks/phone").rglob("*.yaml")] == ["Other.yaml"]
    assert len({card["note"] for card in srs.json("list")}) == 5


@pytest.mark.parametrize("kept", ["desk", "phone"])
def test_a_resolved_conflict_stays_resolved(anki: Anki, srs: Srs, kept: str) -> None:
    """Whichever version was kept goes out, stands in Anki, and does not wait again at the next import."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    anki.edit(guid="srs:france", fields={"a": "Paris, said the phone"})
    file.write_text(IDEAS.replace("a: Paris\n", "a: Paris, said the desk\n"))
    anki.write(path=srs.home / "1.colpkg")
    bring_home(srs, srs.home / "1.colpkg")
    assert srs.json("list", "tag:conflict")
    resolved = IDEAS.replace("a: Paris\n", f"a: Paris, said the {kept}\n")
    file.write_text(resolved)
    anki.take(path=export(srs, "2.apkg"))
    assert {note["guid"]: note["fields"] for note in anki.notes()}["srs:france"]["a"] == f"Paris, said the {kept}"
    anki.write(path=srs.home / "2.colpkg")
    bring_home(srs, srs.home / "2.colpkg")
    assert file.read_text() == resolved


def test_an_old_file_brings_no_old_text_back(anki: Anki, srs: Srs) -> None:
    """A package of before the last export is no edit: what changed here since then stands, and nothing waits."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=3))
    a_week(anki)
    anki.write(path=srs.home / "old.colpkg")
    file.write_text(IDEAS.replace("a: Paris\n", "a: Paris, on the Seine\n"))
    export(srs, "2.apkg", 2)
    newest = file.read_bytes()
    bring_home(srs, srs.home / "old.colpkg")
    assert file.read_bytes() == newest
    assert len(reviews_here(srs)) == len(anki.reviews())


def test_renamed_and_moved_notes_find_home(anki: Anki, srs: Srs) -> None:
    """A note that was renamed and moved here since the export gets the phone's answers and edits."""
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    anki.answer_card(guid="srs:france", ord=0, rating=4)
    anki.edit(guid="srs:france", fields={"a": "Paris!"})
    anki.write(path=srs.home / "back.apkg")
    assert srs("rename", "france", "capital-fr").code == 0
    head, entry = file.read_text().split("  # Asked at school.\n")
    entry, rest = entry.split("  - term:")
    file.write_text(f"{head}  - term:{rest}")
    other = srs.deck("geo", f"deck: Geo\nnotes:\n{entry}")
    bring_home(srs, srs.home / "back.apkg")
    assert "a: Paris!" in other.read_text()
    [card] = srs.json("list", "capital-fr")
    assert (card["id"], card["reps"], card["state"]) == ("capital-fr:answer", 1, "review")
    taken = anki.take(path=export(srs, "2.apkg"))
    assert (taken["new"], len(anki.notes())) == (0, 5)


@pytest.mark.parametrize("seed", range(times(2)))
def test_any_walk_between_the_two_loses_nothing(anki: Anki, srs: Srs, seed: int) -> None:
    """However answers, edits, packages out and home follow each other, every answer counts once, and all settles."""
    dice, here = random.Random(seed), 0
    file = srs.deck("ideas", IDEAS)
    anki.take(path=export(srs, hours_ago=1))
    edits = {("srs:france", "a"): "Paris", ("srs:agora", "means"): "a market square"}
    for turn in range(1, 13):
        # Ten seconds a turn: Anki tells newer from older by whole seconds.
        srs.env["SRS_NOW"] = (datetime.now(UTC) + timedelta(seconds=10 * turn)).isoformat()
        match dice.choice(["answer there", "answer here", "edit there", "edit here", "out", "home"]):
            case "answer there":
                anki.answer(ratings=dice.choices((1, 2, 3, 4), k=4))
            case "answer here":
                card = srs.json("next")["card"]
                if card is not None:
                    assert srs("answer", card["id"], str(dice.randint(1, 4))).code == 0
                    here += 1
            case "edit there":
                anki.edit(guid="srs:agora", fields={"means": f"a square {turn}"}, later=turn * 10 + 5)
                edits["srs:agora", "means"] = f"a square {turn}"
            case "edit here":
                file.write_text(re.sub(r"a: Paris.*", f"a: Paris {turn}", file.read_text()))
                edits["srs:france", "a"] = f"Paris {turn}"
            case "out":
                # What the phone has is brought home first, as the routine says.
                come_home(anki, srs)
                anki.take(path=export(srs, f"{turn}.apkg", -turn / 360))
            case "home":
                come_home(anki, srs)
    srs.env["SRS_NOW"] = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    come_home(anki, srs)
    anki.take(path=export(srs, "last.apkg", -1 / 12))
    texts_there = {note["guid"]: note["fields"] for note in anki.notes()}
    assert {key: texts_there[key[0]][key[1]] for key in edits} == edits
    assert len(reviews_here(srs)) == len(anki.reviews()) + here
    assert set(reviews_there(anki)) <= set(reviews_here(srs))
    settled = texts(srs)
    come_home(anki, srs)
    assert texts(srs) == settled
    assert srs.json("list", "tag:conflict") == []
    assert anki.check() == []


def come_home(anki: Anki, srs: Srs) -> None:
    anki.write(path=srs.home / "walk.colpkg")
    bring_home(srs, srs.home / "walk.colpkg")


@pytest.mark.parametrize(("name", "legacy"), [("x.colpkg", False), ("x.apkg", True)])
def test_what_nobody_edited_stays_as_it_was(anki: Anki, srs: Srs, name: str, legacy: bool) -> None:
    """A collection with every feature goes out and comes home without a change to any file."""
    write_everything(srs.root)
    anki.take(path=export(srs, hours_ago=1))
    anki.answer(ratings=[3] * 5)
    anki.write(path=srs.home / name, legacy=legacy)
    before = texts(srs)
    said = bring_home(srs, srs.home / name)
    assert texts(srs) == before
    assert "5 reviews came in." in said


@pytest.mark.parametrize("name", ["x.colpkg", "x.apkg"])
def test_the_shipped_decks_come_home_as_they_were(anki: Anki, bare: Srs, name: str) -> None:
    """No note of the starter decks looks edited after a way through Anki."""
    del bare.env["SRS_NOW"]
    assert bare("init", str(bare.root)).code == 0
    anki.take(path=export(bare, hours_ago=1))
    anki.write(path=bare.home / name)
    before = texts(bare)
    bring_home(bare, bare.home / name)
    assert texts(bare) == before


def test_what_anki_spells_differently_is_no_edit(anki: Anki, srs: Srs) -> None:
    """Anki composes letters, and older Anki takes double quotes out of tags: neither is told, written or a conflict."""
    deck = "notes:\n  - q: cafe\u0301\n    id: coffee\n    a: hot\n    tags: ['a\"b', world]\n"
    file = srs.deck("d", deck)
    anki.take(path=export(srs, hours_ago=1))
    anki.write(path=srs.home / "1.colpkg")
    assert bring_home(srs, srs.home / "1.colpkg") == "No new reviews.\n"
    assert file.read_text() == deck
    # One field edited there, the other here.
    anki.edit(guid="srs:coffee", fields={"a": "cold"})
    file.write_text(deck.replace("cafe\u0301", "iced cafe\u0301"))
    anki.write(path=srs.home / "2.colpkg")
    bring_home(srs, srs.home / "2.colpkg")
    assert file.read_text() == deck.replace("cafe\u0301", "iced cafe\u0301").replace("hot", "cold")


def texts(srs: Srs) -> dict[Path, bytes]:
    """Every file of the collection but the journal."""
    return {path: path.read_bytes() for path in srs.root.rglob("*") if path.is_file() and path.suffix != ".jsonl"}
