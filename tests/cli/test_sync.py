"""`srs sync`: a collection on several devices, with real repositories between them."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import CITIES, QUOTES, Srs, Warm

NAME = "[user]\n\tname = Mira\n\temail = mira@example.org\n[init]\n\tdefaultBranch = main\n"


def device(tmp_path: Path, warm: Warm, name: str, config: str = NAME) -> Srs:
    """A machine of its own: home, git configuration, device name."""
    home = tmp_path / name
    (home / "state").mkdir(parents=True)
    (home / "state" / "device").write_text(f"{name}-0001\n")
    (home / ".gitconfig").write_text(config)
    srs = Srs(home, warm)
    srs.env |= {"GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": str(home)}
    return srs


def git(srs: Srs, *words: str, root: Path | None = None) -> str:
    """Run git as that device's user."""
    done = subprocess.run(
        ["git", *words], cwd=root or srs.root, env=srs.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An empty repository to meet in."""
    path = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--bare", "--quiet", "--initial-branch=main", str(path)], check=True)
    return path


@pytest.fixture
def here(tmp_path: Path, warm: Warm, remote: Path) -> Srs:
    """A device whose collection has been sent to the remote once."""
    srs = device(tmp_path, warm, "here").collection(cities=CITIES, quotes=QUOTES)
    assert srs("init", "--git", str(srs.root)).code == 0
    git(srs, "remote", "add", "origin", str(remote))
    assert srs("sync").code == 0
    return srs


@pytest.fixture
def there(here: Srs, tmp_path: Path, warm: Warm, remote: Path) -> Srs:
    """A second device, with a clone."""
    srs = device(tmp_path, warm, "there")
    git(srs, "clone", "--quiet", str(remote), str(srs.root), root=srs.home)
    return srs


def synced(*devices: Srs) -> None:
    """Sync each device, in this order, without a conflict."""
    for srs in devices:
        done = srs("sync")
        assert (done.code, done.err) == (0, ""), done


def listed(srs: Srs) -> Any:
    return srs.json("list")


def ids(srs: Srs) -> list[str]:
    """The ids of all events of a journal."""
    return sorted(event["id"] for event in srs.journal())


def test_two_devices(here: Srs, there: Srs) -> None:
    """Two clones, each answered offline and undone once, agree after syncing both ways, and no line is lost."""
    for number, srs in enumerate((here, there)):
        for card in ("france:answer", "italy:answer", "agora:forward"):
            assert srs("answer", card, str(number + 2)).code == 0
        assert srs("undo").code == 0
    before = sorted({*ids(here), *ids(there)})
    assert len(before) == 8
    synced(here)
    done = there("sync")
    assert (done.code, done.out, done.err) == (0, "Sent 4 events; 4 events came in.\n", "")
    done = here("sync")
    assert (done.code, done.out, done.err) == (0, "Sent nothing; 4 events came in.\n", "")
    assert listed(here) == listed(there)
    assert ids(here) == ids(there) == before
    assert here("sync").out == "Nothing to send, and nothing new came in.\n"
    assert git(here, "status", "--porcelain") == git(there, "status", "--porcelain") == ""
    assert git(here, "rev-parse", "HEAD") == git(there, "rev-parse", "HEAD")


def test_one_journal_on_two_devices(here: Srs, there: Srs) -> None:
    """Where two devices have one name, both append to one file, which git would call a conflict; no line is lost."""
    (there.home / "state" / "device").write_text("here-0001\n")
    here("answer", "map:who", "3")
    synced(here, there)
    here("answer", "france:answer", "3")
    there("answer", "italy:answer", "2")
    for srs in (here, there):
        (srs.root / ".gitattributes").write_text(
            "decks/** -text\njournal/*.jsonl -merge\njournal/*.jsonl merge=union -text\n"
        )
        (srs.root / ".git" / "info" / "attributes").write_text("journal/*.jsonl -merge\n")
    before = sorted({*ids(here), *ids(there)})
    synced(here, there, here)
    assert ids(here) == ids(there) == before
    assert listed(here) == listed(there)


def test_deck_conflict(here: Srs, there: Srs) -> None:
    """A note changed on both devices: both versions stay, answers are merged and pushed, exit 1 names the note."""
    here.deck("cities", CITIES.replace("a: Paris", "a: Paris!"))
    here("answer", "italy:answer", "3")
    there.deck(
        "cities", CITIES.replace("a: Paris", "a: Lutetia") + "  - q: Capital of Spain?\n    id: spain\n    a: Madrid\n"
    )
    there("answer", "france:answer", "3")
    synced(here)
    done = there("sync")
    assert done.code == 1
    assert done.out == "Sent 1 event, 2 new notes and 1 changed note; 1 event and 1 new note came in.\n"
    assert "decks/cities.yaml: 1 note changed here and there: france." in done.err
    assert "srs fix lets you choose" in done.err
    assert "Lutetia" in (there.root / "decks" / "cities.yaml").read_text()
    synced(here, there)
    assert listed(here) == listed(there)
    assert [card["id"] for card in here.json("list", "tag:conflict")] == ["france.other:answer"]
    assert here.json("show", "france:answer")["back"].strip().endswith("Lutetia")
    assert here.json("list", "tag:conflict")[0]["draft"] is True
    assert {card["id"]: card["reps"] for card in listed(here)}["france:answer"] == 1
    assert here("check").code == 0


def test_the_same_id_added_on_both(here: Srs, there: Srs) -> None:
    """Notes that git would put into one file without a conflict, though they share an id, are merged as notes."""
    note = "  - q: Capital of {}?\n    id: new\n    a: x\n"
    here.deck("cities", CITIES + note.format("Spain"))
    lines = CITIES.splitlines(keepends=True)
    there.deck("cities", "".join([*lines[:3], note.format("Peru"), *lines[3:]]))
    synced(here)
    assert there("sync").code == 1
    synced(here)
    assert {card["id"] for card in listed(here)} >= {"new:answer", "new.other:answer"}
    assert here("check").code == 0


def test_a_deck_that_cannot_be_read(here: Srs, there: Srs) -> None:
    """A deck that both changed and that one side broke is not merged or sent; file and line are named."""
    broken = CITIES + "  - q: [\n"
    here.deck("cities", CITIES.replace("Paris", "Paris!"))
    there.deck("cities", broken)
    synced(here)
    done = there("sync")
    assert done.code == 1
    assert done.out == "Committed 1 deck file; not sent.\n"
    assert "srs: both sides changed a deck that cannot be read here: decks/cities.yaml:14:1: " in done.err
    assert "mend it, then sync again" in done.err
    assert (there.root / "decks" / "cities.yaml").read_text() == broken
    assert here("sync").out == "Nothing to send, and nothing new came in.\n"
    there.deck("cities", CITIES.replace("Rome", "Roma"))
    synced(there, here)
    assert "Paris!" in (here.root / "decks" / "cities.yaml").read_text()


def test_renamed_on_both(here: Srs, there: Srs) -> None:
    """A note that two devices renamed is one note with all its ids, and that is said."""
    for srs, id in ((here, "gaul"), (there, "hexagon")):
        assert srs("rename", "france", id).code == 0
    synced(here)
    done = there("sync")
    assert (done.code, done.err) == (0, "")
    assert "Two devices renamed one note: it is hexagon, and gaul is in its `was`.\n" in done.out
    synced(here)
    assert here("check").code == 0
    assert [card["id"] for card in listed(here) if "gaul" in card["id"] or "hexagon" in card["id"]] == [
        "hexagon:answer"
    ]  # fmt: skip


def test_all_notes_gone(here: Srs, there: Srs) -> None:
    """That all notes are gone is refused with a way back, and taken for what is meant with `--yes`."""
    for path in (here.root / "decks").iterdir():
        path.unlink()
    done = here("sync")
    assert done.code == 1
    assert "srs: all notes of the last commit are gone, and nothing was changed\n" in done.err
    assert "git restore decks" in done.err and "srs sync --yes" in done.err
    assert git(here, "status", "--porcelain") != ""
    done = here("sync", "--yes")
    assert (done.code, done.out) == (0, "Sent the deletion of 5 notes; nothing new came in.\n")
    done = there("sync")
    assert (done.code, done.out) == (0, "Sent nothing; the deletion of 5 notes came in.\n")


def test_a_comment_alone(here: Srs) -> None:
    """A deck in which no note changed counts as a deck file."""
    here.deck("cities", "# mine\n" + CITIES)
    assert here("sync").out == "Sent 1 deck file; nothing new came in.\n"


def test_very_many_conflicts(here: Srs, there: Srs) -> None:
    """Of very many notes the first are named and the others counted; `--json` names them all."""
    text = "notes:\n" + "".join(f"  - q: What is {n}?\n    id: n{n}\n    a: It is {n}.\n" for n in range(30))
    here.deck("many", text)
    synced(here, there)
    for srs, word in ((here, "was"), (there, "will be")):
        srs.deck("many", text.replace(" is ", f" {word} "))
    synced(here)
    done = there("sync")
    assert done.code == 1
    assert "30 notes changed here and there: n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, … and 20 more." in done.err


def test_settings_conflict(here: Srs, there: Srs) -> None:
    """Settings changed in one line on both: ours stay, theirs are put beside them, and the command says where."""
    settings = here.root / "srs.toml"
    before = settings.read_text()
    settings.write_text(before.replace("fuzz = false", "fuzz = true"))
    (there.root / "srs.toml").write_text(before.replace("fuzz = false", "fuzz = false\nlearning_steps = ['2m']"))
    synced(here)
    done = there("sync")
    assert done.code == 1
    assert "srs.toml: changed here and there. Yours stays; the other is in srs.theirs.toml." in done.err
    assert "2m" in (there.root / "srs.toml").read_text()
    assert "fuzz = true" in (there.root / "srs.theirs.toml").read_text()


def test_json(here: Srs, there: Srs) -> None:
    """`--json` gives counts, conflicts and why it failed."""
    here("answer", "italy:answer", "3")
    done = here("sync", "--json").json
    nothing = dict.fromkeys(("events", "notes", "added", "changed", "deleted", "decks", "files"), 0)
    assert done == {
        "remote": "origin",
        "committed": nothing | {"events": 1},
        "sent": nothing | {"events": 1},
        "came": nothing,
        "conflicts": [],
        "kept": [],
        "remarks": [],
        "leftovers": [],
        "failed": None,
    }
    git(there, "remote", "set-url", "origin", "/nowhere")
    done = there("sync", "--json")
    assert done.code == 1
    assert "could not be reached" in done.json["failed"]["message"]


def test_no_remote(tmp_path: Path, warm: Warm) -> None:
    """Without a remote, sync commits and says so."""
    srs = device(tmp_path, warm, "alone").collection(cities=CITIES)
    git(srs, "init", "--quiet")
    done = srs("sync")
    assert (done.code, done.err) == (0, "")
    assert "Committed 3 new notes and 2 other files." in done.out
    assert "There is no remote to sync with" in done.out
    assert ".gitattributes" in done.out
    srs("answer", "italy:answer", "3")
    assert "Committed 1 event." in srs("sync").out
    assert "Nothing new to commit." in srs("sync").out
    assert git(srs, "status", "--porcelain") == ""


def test_no_repository(tmp_path: Path, warm: Warm) -> None:
    """A collection that is in no repository is not made one; the hint says how."""
    srs = device(tmp_path, warm, "alone").collection(cities=CITIES)
    done = srs("sync")
    assert done.code == 1
    assert "is in no git repository" in done.err
    assert f"srs init --git {srs.root}" in done.err
    assert not (srs.root / ".git").exists()


def test_without_git(tmp_path: Path, warm: Warm) -> None:
    """Where git is not installed, that is said."""
    srs = device(tmp_path, warm, "alone").collection(cities=CITIES)
    done = srs("sync", env={"PATH": "/nowhere"})
    assert done.code == 1
    assert "git is not installed" in done.err


def test_offline(here: Srs, remote: Path) -> None:
    """Without the remote, the work is committed and the command says so, exit 1; the next sync sends it."""
    remote.rename(remote.with_name("away"))
    here("answer", "italy:answer", "3")
    done = here("sync")
    assert done.code == 1
    assert done.out == "Committed 1 event; not sent.\n"
    assert "`origin` could not be reached" in done.err
    assert git(here, "status", "--porcelain") == ""
    remote.with_name("away").rename(remote)
    assert here("sync").out == "Sent 1 event; nothing new came in.\n"


def test_no_name(tmp_path: Path, warm: Warm) -> None:
    """Where git knows no name of the user's, commits carry the device's, and the command says so."""
    srs = device(tmp_path, warm, "nameless", "[user]\n\tuseConfigOnly = true\n").collection(cities=CITIES)
    git(srs, "init", "--quiet")
    done = srs("sync")
    assert done.code == 0
    assert "signed nameless-0001" in done.out
    assert "git config --global user.name NAME; git config --global user.email ADDRESS" in done.out
    assert git(srs, "log", "--format=%an <%ae>") == "nameless-0001 <nameless-0001@localhost>"
    assert "signed" not in srs("sync").out


def test_private_journal(here: Srs, there: Srs) -> None:
    """With a private journal only the decks are synced, and that is said."""
    settings = (here.root / "srs.toml").read_text()
    (here.root / "srs.toml").write_text('journal = "private"\n' + settings)
    here("answer", "italy:answer", "3")
    done = here("sync")
    assert done.code == 0
    assert "Only the decks are synced" in done.out
    assert "Sent 1 other file; nothing new came in." in done.out


def test_answers_during_a_sync_come_along(here: Srs, there: Srs) -> None:
    """What is answered while git fetches is merged and sent as well: a fetch hook stands for a slow line."""
    there("answer", "france:answer", "3")
    synced(there)
    slow = here.home / "slow"
    slow.write_text('#!/bin/sh\nsrs answer italy:answer 3 >/dev/null 2>&1 </dev/null\nexec git-upload-pack "$@"\n')
    slow.chmod(0o755)
    git(here, "config", "remote.origin.uploadpack", str(slow))
    assert here("sync").out == "Sent 1 event; 1 event came in.\n"
    synced(there)
    assert ids(here) == ids(there)
