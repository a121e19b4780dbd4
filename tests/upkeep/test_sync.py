"""Syncing a collection through git: what is committed, merged and sent, and what happens if something is in the way."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from srs.errors import SrsError
from srs.study.session import Session
from srs.upkeep.git import GitError
from srs.upkeep.sync import Counts
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, times, write_deck
from tests.upkeep.devices import Device, hook, repository, shared, with_remote

SYNC = """
import os, sys
from pathlib import Path
from srs.collection.collection import Collection
from srs.upkeep.sync import sync
root = Path(sys.argv[1])
report = sync(Collection.open(root, os.environ), os.environ)
sys.exit(str(report.failed) if report.failed or report.conflicts else 0)
"""


def states(device: Device) -> list[tuple[object, ...]]:
    """What `srs list --json` says of every card: where it stands, and in which line of which file."""
    collection = device.open()
    views = [(view.id, view.as_json()) for view in collection.cards(moment())]
    collection.db.close()
    return views


def test_devices_agree(tmp_path: Path) -> None:
    """Devices that answered and took back apart agree after both synced, and every line is on both."""
    one, other = shared(tmp_path, "a", "b", "c")
    for number, device in enumerate((one, other)):
        for card in ("a:answer", "b:answer"):
            device.answer(card, 3 + number)
        collection = device.open()
        assert collection.undo(moment())
        collection.db.close()
    before = one.lines() | other.lines()
    assert one.synced().sent == Counts(events=3)
    report = other.synced()
    assert (report.sent, report.came) == (Counts(events=3), Counts(events=3))
    assert one.synced().came == Counts(events=3)
    assert one.lines() == other.lines() == before
    assert states(one) == states(other)


def test_a_shared_folder_needs_no_sync(tmp_path: Path) -> None:
    """Journal files that a synchroniser copied, conflict copies and half-old ones too, give what git gives."""
    root, here = make_collection(tmp_path, {"a.yaml": basic_deck("a", "b", "c")})
    one = Device(root, here, root)
    one.answer("c:answer")
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    other = Device(copy, environ_of(tmp_path, "there-0001"), copy)
    old = (root / "journal" / "here-0001.2026.jsonl").read_bytes()
    for number, device in enumerate((one, other)):
        device.answer("a:answer", 3 + number)
        device.answer("b:answer", 2)
        collection = device.open()
        assert collection.undo(moment())
        collection.db.close()
    (root / "journal" / "here-0001.2026.sync-conflict-20261201-120000-ABCDEFG.jsonl").write_bytes(old)
    for source, goal in ((root, copy), (copy, root)):
        shutil.copytree(source / "journal", goal / "journal", dirs_exist_ok=True)
    assert one.lines() == other.lines()
    assert states(one) == states(other)


def test_checkout_under_a_sitting(tmp_path: Path) -> None:
    """`git checkout` of an older commit and back while a sitting goes on: no answer of it is lost."""
    one = repository(tmp_path, *"abcdef")
    one.answer("a:answer")
    one.synced()
    one.answer("b:answer")
    one.synced()
    collection = one.open()
    session = Session(collection, moment)
    given: list[str] = []

    def answer() -> None:
        session.reveal()
        given.append(session.answer(3).review.id)

    answer()
    one.git("stash", "--include-untracked", "--quiet")
    one.git("checkout", "--quiet", "HEAD~1")
    answer()
    one.git("add", "--all")
    one.git("commit", "--quiet", "--message", "elsewhere")
    elsewhere = one.git("rev-parse", "HEAD")
    one.git("checkout", "--quiet", "main")
    answer()
    one.git("stash", "pop", "--quiet", ok=False)
    one.git("checkout", "--quiet", "--theirs", ".", ok=False)
    answer()
    collection.db.close()
    one.git("reset", "--quiet")
    one.git("stash", "drop", "--quiet", ok=False)
    one.synced()
    one.git("merge", "--quiet", "-X", "ours", "--message", "back", elsewhere)
    collection = one.open()
    known = {row[0] for row in collection.db.execute("select id from event")}
    kept = {event.id for event in collection.lost_events()}
    assert set(given) <= known | kept
    assert len(set(given)) == 4


def test_lines_that_went_come_back(tmp_path: Path) -> None:
    """Events that were committed and have gone from the journal are put back by the next sync, and the others' stay."""
    one = repository(tmp_path, "a", "b", "c")
    first = one.answer("a:answer")
    one.answer("b:answer")
    one.synced()
    path = next((one.root / "journal").iterdir())
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if first.encode() not in line))
    last = one.answer("c:answer")
    report = one.synced()
    assert report.mended == 1
    assert {first.encode(), last.encode()} <= {line[7:43] for line in one.lines()}
    path.unlink()
    assert one.synced().mended == 3


def test_lines_that_another_device_lost(tmp_path: Path) -> None:
    """A device that commits a journal with lines missing takes them from nobody."""
    one, other = shared(tmp_path, "a", "b")
    one.answer("a:answer")
    one.synced()
    other.synced()
    for path in (other.root / "journal").iterdir():
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    other.git("commit", "--quiet", "--all", "--message", "oops")
    other.git("push", "--quiet")
    before = one.lines()
    one.synced()
    assert one.lines() >= before
    other.synced()
    assert other.lines() >= before


def test_a_journal_merged_into_another_file(tmp_path: Path) -> None:
    """A conflict copy whose lines stand in another file may be deleted: it does not come back."""
    one, other = shared(tmp_path, "a")
    one.answer("a:answer")
    path = next((one.root / "journal").iterdir())
    copy = path.with_name("copy.jsonl")
    shutil.copy(path, copy)
    one.synced()
    other.synced()
    copy.unlink()
    one.synced()
    other.synced()
    assert [path.name for path in (other.root / "journal").iterdir()] == [path.name]


def test_journals_without_attributes(tmp_path: Path) -> None:
    """Both sides' lines stay even where git would make a conflict of them."""
    one, other = shared(tmp_path, "a", "b")
    for device in (one, other):
        (Path(device.environ["SRS_STATE_DIR"]) / "device").write_text("twin-0001\n")
        (device.root / ".git" / "info" / "attributes").write_text("journal/* -merge\n")
    one.answer("a:answer")
    other.answer("b:answer")
    before = one.lines() | other.lines()
    for device in (one, other, one):
        device.synced()
    assert one.lines() == other.lines() == before


def test_attributes_and_ignored_files(tmp_path: Path) -> None:
    """Sync adds what .gitattributes lacks, once, and leaves what the user wrote there."""
    one = repository(tmp_path, "a")
    (one.root / ".gitattributes").write_text("*.png binary")
    one.answer("a:answer")
    assert len(one.synced().attributes) == 2
    text = (one.root / ".gitattributes").read_text()
    assert text.startswith("*.png binary\n#")
    assert one.git("check-attr", "merge", "text", "--", "journal/x.jsonl").splitlines() == [
        "journal/x.jsonl: merge: union", "journal/x.jsonl: text: unset"
    ]  # fmt: skip
    assert one.synced().attributes == ()
    assert (one.root / ".gitattributes").read_text() == text


def test_bytes_of_decks_are_kept(tmp_path: Path) -> None:
    """A deck with CRLF line ends has them on every device, whatever git is set to."""
    one, other = shared(tmp_path, "a")
    for device in (one, other):
        device.git("config", "core.autocrlf", "input")
    data = basic_deck("a", "b").replace("\n", "\r\n").encode()
    one.deck.write_bytes(data)
    one.synced()
    other.synced()
    assert other.deck.read_bytes() == data


def test_only_the_collection_is_committed(tmp_path: Path) -> None:
    """Other files of the repository, staged or not, are left as they are."""
    one = repository(tmp_path, "a")
    one.synced()
    (one.root / "notes.txt").write_text("mine")
    (one.root / "staged.txt").write_text("mine too")
    one.git("add", "staged.txt")
    one.answer("a:answer")
    one.synced()
    assert one.git("status", "--porcelain").splitlines() == ["A  staged.txt", "?? notes.txt"]


def subfolder(tmp_path: Path) -> Device:
    """A collection that is a folder of a bigger repository."""
    make_collection(tmp_path / "big", {"a.yaml": basic_deck("a", "b")})
    one = repository(tmp_path, "z")
    top = tmp_path / "big"
    inner = Device(top / "cards", one.environ, top)
    inner.git("init", "--quiet")
    return inner


def test_a_collection_in_a_bigger_repository(tmp_path: Path) -> None:
    """In a bigger repository only the collection's own folder is committed, and merged like any other."""
    one = subfolder(tmp_path)
    with pytest.raises(GitError, match="does not hold this collection"):
        one.sync()
    (one.top / "code.py").write_text("1\n2\n3\n4\n5\n6\n7\n")
    one.git("add", "cards/srs.toml", "code.py")
    one.git("commit", "--quiet", "--message", "first")
    with_remote(one, tmp_path)
    one.synced()
    other = one.clone(tmp_path, "there-0001")
    one.answer("a:answer")
    other.answer("b:answer")
    one.deck.write_text(basic_deck("a", "b", "c"))
    other.deck.write_text(basic_deck("a", "b", "d"))
    for device, line in ((one, "1"), (other, "7")):
        (device.top / "code.py").write_text((device.top / "code.py").read_text().replace(line, f"{line}{line}"))
        device.git("commit", "--quiet", "--message", "code", "--", "code.py")
    (other.top / "dirty.txt").write_text("mine")
    other.git("add", "dirty.txt")
    for device in (one, other, one):
        device.synced()
    assert other.git("status", "--porcelain").splitlines() == ["A  dirty.txt"]
    assert (one.top / "code.py").read_text() == "11\n2\n3\n4\n5\n6\n77\n"
    assert states(one) == states(other)
    assert [row[0] for row in states(one)] == ["a:answer", "b:answer", "d:answer", "c:answer"]


def test_files_in_the_way(tmp_path: Path) -> None:
    """What is not committed of the user's and would be overwritten stops the merge with its name; nothing changed."""
    one, other = shared(tmp_path, "a", "b")
    (one.root / "README").write_text("one\n")
    one.git("add", "README")
    one.git("commit", "--quiet", "--message", "readme")
    one.git("push", "--quiet")
    (other.root / "README").write_text("mine\n")
    event = other.answer("a:answer")
    report = other.sync()
    assert report.failed and "README" in report.failed.message
    assert report.committed == Counts(events=1)
    assert (other.root / "README").read_text() == "mine\n"
    assert event.encode() in {line[7:43] for line in other.lines()}
    assert other.git("status", "--porcelain") == "?? README"
    (other.root / "README").unlink()
    other.synced()
    assert (other.root / "README").read_text() == "one\n"


def test_conflict_outside_of_the_collection(tmp_path: Path) -> None:
    """A file that is none of the collection's and that both changed is left to the user; nothing changed."""
    one, other = shared(tmp_path, "a")
    for device in (one, other):
        (device.root / "README").write_text(f"{device.root}\n")
        device.git("add", "README")
        device.git("commit", "--quiet", "--message", "readme")
    one.synced()
    head = other.git("rev-parse", "HEAD")
    report = other.sync()
    assert report.failed and "README was changed here and there" in report.failed.message
    assert other.git("rev-parse", "HEAD") == head
    assert other.git("status", "--porcelain") == ""


@pytest.mark.parametrize("going_on", ["merge", "rebase", "cherry-pick"])
def test_something_of_the_users_is_going_on(tmp_path: Path, going_on: str) -> None:
    """In the middle of the user's own merge, rebase or cherry-pick, sync refuses and touches nothing."""
    one = repository(tmp_path, "a")
    one.synced()
    one.git("switch", "--quiet", "--create", "side")
    for branch, text in (("side", "1\n"), ("main", "2\n")):
        one.git("switch", "--quiet", branch)
        (one.root / "x").write_text(text)
        one.git("add", "x")
        one.git("commit", "--quiet", "--message", text)
    one.git(going_on, "side", ok=False)
    one.answer("a:answer")
    before = one.git("status", "--porcelain")
    with pytest.raises(GitError, match=f"a {going_on} of yours is going on"):
        one.sync()
    assert one.git("status", "--porcelain") == before


def test_detached_head(tmp_path: Path) -> None:
    """Without a branch, sync refuses."""
    one = repository(tmp_path, "a")
    one.synced()
    one.git("checkout", "--quiet", "--detach")
    with pytest.raises(GitError, match="no branch is checked out"):
        one.sync()


def test_a_hook_that_refuses(tmp_path: Path) -> None:
    """Where a hook refuses the commit, its words are told and the journal is as it was."""
    one = repository(tmp_path, "a")
    hook(one.top / ".git", "pre-commit", "echo 'not on a Sunday' >&2; exit 1")
    one.answer("a:answer")
    before = one.lines()
    with pytest.raises(GitError, match="not on a Sunday"):
        one.sync()
    assert one.lines() == before


def test_a_remote_that_refuses(tmp_path: Path) -> None:
    """Where the remote's hook refuses the push, all is merged and committed here, and its words are told."""
    one, other = shared(tmp_path, "a", "b")
    one.answer("a:answer")
    one.synced()
    hook(tmp_path / "remote.git", "pre-receive", "echo 'closed' >&2; exit 1")
    other.answer("b:answer")
    report = other.sync()
    assert report.failed and report.failed.message == "`origin` got nothing: closed"
    assert report.came == Counts(events=1)
    assert other.git("status", "--porcelain") == ""


def test_a_hook_that_refuses_the_push(tmp_path: Path) -> None:
    """Where a hook of the user's refuses the push, its words are told."""
    one = shared(tmp_path, "a")[0]
    hook(one.top / ".git", "pre-push", "echo 'run the tests first' >&2; exit 1")
    one.answer("a:answer")
    report = one.sync()
    assert report.failed and report.failed.message == "`origin` got nothing: run the tests first"


def test_push_race(tmp_path: Path) -> None:
    """Devices that sync at the same moment all come through, with every line in the end."""
    one, other = shared(tmp_path, *"abcdef")
    third = one.clone(tmp_path, "third-0001")
    devices = [one, other, third]
    for round in range(3):
        for number, device in enumerate(devices):
            device.answer(f"{'abcdef'[number]}:answer", 3, f"2026-12-0{round + 1}T12:00:00+01:00")
        running = [
            subprocess.Popen(
                [sys.executable, "-c", SYNC, str(device.root)], env=device.environ | {"PYTHONPATH": str(Path.cwd())},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for device in devices for _ in range(2)
        ]  # fmt: skip
        for process in running:
            _, said = process.communicate(timeout=120)
            assert process.returncode == 0, said
    every = one.lines() | other.lines() | third.lines()
    for device in (*devices, *devices):
        device.synced()
    assert one.lines() == other.lines() == third.lines() == every
    assert states(one) == states(other) == states(third)


def test_somebody_pushes_meanwhile(tmp_path: Path) -> None:
    """A push that is rejected because another device was quicker is merged again and sent."""
    one, other = shared(tmp_path, "a", "b")
    other.answer("b:answer")
    script = tmp_path / "other.sh"
    script.write_text(
        f"[ -e {tmp_path}/once ] && exit 0; touch {tmp_path}/once\n"
        f"cd {other.root} && git add -A && git commit -qm x && git push -q\n"
    )
    clean = "unset $(git rev-parse --local-env-vars)"
    hook(one.top / ".git", "pre-push", f"{clean}; GIT_CONFIG_GLOBAL={other.environ['GIT_CONFIG_GLOBAL']} sh {script}")
    one.answer("a:answer")
    report = one.synced()
    assert (report.sent, report.came) == (Counts(events=1), Counts(events=1))


def test_unrelated_histories(tmp_path: Path) -> None:
    """A remote with another collection in it is refused; nothing changed."""
    shared(tmp_path, "a")
    stranger = repository(tmp_path / "elsewhere", "b")
    stranger.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    report = stranger.sync()
    assert report.failed and "no common history" in report.failed.message
    assert [row[0] for row in states(stranger)] == ["b:answer"]


def test_another_branch_on_the_remote(tmp_path: Path) -> None:
    """A branch that the remote does not have beside those that it has is not pushed by itself."""
    other = shared(tmp_path, "a")[1]
    other.git("switch", "--quiet", "--create", "master", "--no-track")
    report = other.sync()
    assert report.failed and "has no branch `master`, but `main`" in report.failed.message


def test_several_remotes(tmp_path: Path) -> None:
    """Of several remotes, none of them `origin`, the user has to choose."""
    one = repository(tmp_path, "a")
    for name in ("x", "y"):
        one.git("remote", "add", name, str(tmp_path / name))
    with pytest.raises(GitError, match="has no upstream"):
        one.sync()


def test_a_shallow_clone(tmp_path: Path) -> None:
    """A clone without history syncs like any other."""
    one, _ = shared(tmp_path, "a", "b")
    one.answer("a:answer")
    one.synced()
    thin = one.clone(tmp_path, "thin-0001")
    shutil.rmtree(thin.top)
    url = f"file://{tmp_path / 'remote.git'}"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", url, str(thin.top)], env=thin.environ, check=True)
    one.answer("b:answer")
    one.synced()
    thin.answer("b:answer", 2)
    thin.synced()
    one.synced()
    assert states(one) == states(thin)


def test_an_edit_while_syncing_is_not_overwritten(tmp_path: Path) -> None:
    """A deck saved in the last moment, after the commit and before the merge, stops the merge instead of being lost."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(basic_deck("a", "b", "c"))
    one.synced()
    mine = basic_deck("a", "b", "mine")
    (tmp_path / "late.yaml").write_text(mine)
    (tmp_path / "git").mkdir()
    wrapper = tmp_path / "git" / "git"
    real = shutil.which("git")
    wrapper.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *--ff-only*) [ -e {tmp_path}/done ] || cp {tmp_path}/late.yaml {other.deck}\n'
        f"touch {tmp_path}/done;; esac\n"
        f'exec {real} "$@"\n'
    )
    wrapper.chmod(0o755)
    late = Device(other.root, other.environ | {"PATH": f"{wrapper.parent}:{other.environ['PATH']}"}, other.top)
    report = late.sync()
    assert isinstance(report.failed, SrsError) and "decks/a.yaml" in report.failed.message
    assert other.deck.read_text() == mine
    late.synced()
    assert [row[0] for row in states(other)] == ["a:answer", "b:answer", "mine:answer", "c:answer"]


def test_a_sync_after_one_that_was_cut_off(tmp_path: Path) -> None:
    """Files that a merge wrote before the power went are merged once more, and nothing is there twice."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(basic_deck("a", "b").replace("It is a.", "It is A."))
    one.answer("a:answer")
    one.synced()
    other.deck.write_text(basic_deck("a", "b").replace("It is a.", "It is alpha."))
    other.answer("b:answer")
    assert len(other.sync().conflicts) == 1
    after, head = other.deck.read_text(), other.git("rev-parse", "HEAD")
    other.git("reset", "--quiet", "--hard", "HEAD^1")
    write_deck(other.root, "a.yaml", after)
    (other.root / "journal" / "here-0001.2026.jsonl").write_bytes(b'{"srs":1,"dev')
    other.git("update-ref", "refs/remotes/origin/main", head)
    other.sync()
    assert other.deck.read_text() == after
    one.synced()
    assert states(one) == states(other)
    assert one.lines() - {b'{"srs":1,"dev'} == other.lines() - {b'{"srs":1,"dev'}


def test_private_journals_stay(tmp_path: Path) -> None:
    """With a private journal nothing of it is committed, and .gitattributes says nothing of journals."""
    root, _ = make_collection(tmp_path, {"a.yaml": basic_deck("a")}, 'journal = "private"\n')
    one = repository(tmp_path / "x", "z")
    private = Device(root, one.environ, root)
    private.git("init", "--quiet")
    private.answer("a:answer")
    report = private.synced()
    assert report.private
    assert "journal" not in private.git("ls-files") + (root / ".gitattributes").read_text()


def test_the_sitting_goes_on(tmp_path: Path) -> None:
    """A collection that stays open sees what a sync brought, and its own answers are in the next one."""
    one, other = shared(tmp_path, "a", "b")
    other.answer("b:answer")
    other.synced()
    collection = open_collection(one.root, one.environ, fixed_clock=True)
    one.synced()
    collection.refresh()
    assert collection.state("b:answer").reps == 1
    collection.answer("a:answer", 3, moment(), 1000)
    collection.db.close()
    assert one.synced().sent == Counts(events=1)


def test_killed_while_syncing(tmp_path: Path) -> None:
    """Whenever a sync is killed, no line is lost, and the next sync comes through."""
    one, other = shared(tmp_path, "a", "b")
    chance = random.Random(3)
    for round in range(times(6)):
        at = f"2026-12-{round % 28 + 1:02}T{12 + round // 28}:00:00+01:00"
        one.answer("a:answer", 3, at)
        other.answer("b:answer", 3, at)
        one.synced()
        before = one.lines() | other.lines()
        process = subprocess.Popen(
            [sys.executable, "-c", SYNC, str(other.root)], env=other.environ | {"PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.2, 0.9))
        process.kill()
        process.wait()
        assert other.lines() | one.lines() >= before
        other.synced()
        one.synced()
        assert one.lines() == other.lines() == before
    assert other.git("status", "--porcelain") == ""


def test_interrupted_while_syncing(tmp_path: Path) -> None:
    """Ctrl-C at any moment of a sync ends it without a half merge."""
    one, other = shared(tmp_path, "a", "b")
    chance = random.Random(4)
    for round in range(times(4)):
        at = f"2026-12-{round % 28 + 1:02}T{12 + round // 28}:00:00+01:00"
        one.answer("a:answer", 3, at)
        other.answer("b:answer", 3, at)
        one.synced()
        process = subprocess.Popen(
            [sys.executable, "-c", SYNC, str(other.root)], env=other.environ | {"PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        time.sleep(chance.uniform(0.4, 0.9))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
        assert not (other.root / ".git" / "MERGE_HEAD").exists()
        assert not (other.root / ".git" / "index.lock").exists()
        other.synced()
        one.synced()
        assert one.lines() == other.lines()
        assert other.git("status", "--porcelain") == ""


def test_filters_of_the_users(tmp_path: Path) -> None:
    """Where git keeps files in another form, as with encryption, they are merged as they are read."""
    one = repository(tmp_path, "a", "b")
    (one.root / ".gitattributes").write_text("decks/** filter=rot\njournal/** filter=rot\n")
    rot = "tr A-Za-z N-ZA-Mn-za-m"
    config = Path(one.environ["GIT_CONFIG_GLOBAL"])
    config.write_text(config.read_text() + f'[filter "rot"]\n\tclean = {rot}\n\tsmudge = {rot}\n')
    with_remote(one, tmp_path)
    one.synced()
    assert b"abgrf:" in subprocess.run(["git", "show", "HEAD:decks/a.yaml"], cwd=one.root, capture_output=True).stdout
    other = one.clone(tmp_path, "there-0001")
    shutil.rmtree(other.top)
    shutil.copy(config, other.environ["GIT_CONFIG_GLOBAL"])
    url = one.git("remote", "get-url", "origin")
    subprocess.run(["git", "clone", "--quiet", url, str(other.top)], env=other.environ, check=True)
    for device, note, card in ((one, "c", "a:answer"), (other, "d", "b:answer")):
        device.answer(card)
        device.deck.write_text(device.deck.read_text() + basic_deck(note).removeprefix("notes:\n"))
    before = one.lines() | other.lines()
    for device in (one, other, one):
        device.synced()
    assert one.lines() == other.lines() == before
    assert [row[0] for row in states(one)] == ["a:answer", "b:answer", "d:answer", "c:answer"]
    assert states(one) == states(other)
