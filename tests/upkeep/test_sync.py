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
from srs.upkeep.counts import Counts
from srs.upkeep.git import GitError
from srs.upkeep.merge import leftovers
from srs.upkeep.sync import Vanished, sync
from tests.faults.conftest import server
from tests.faults.helpers import Server
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, times, write_deck
from tests.upkeep.devices import Device, hook, repository, shared, with_remote

__all__ = ["server"]

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
    """Without a branch, sync refuses and names one that there is."""
    one = repository(tmp_path, "a")
    one.synced()
    one.git("branch", "--move", "trunk")
    one.git("checkout", "--quiet", "--detach")
    with pytest.raises(GitError, match="no branch is checked out") as caught:
        one.sync()
    assert caught.value.hint == "go back to one: git switch trunk"


def test_a_hook_that_refuses(tmp_path: Path) -> None:
    """Where a hook refuses the commit, its words are told and the journal is as it was."""
    one = repository(tmp_path, "a")
    hook(one.top / ".git", "pre-commit", "echo 'not on a Sunday' >&2; exit 1")
    one.answer("a:answer")
    before = one.lines()
    with pytest.raises(GitError, match="not on a Sunday"):
        one.sync()
    assert one.lines() == before


def test_a_hook_without_words(tmp_path: Path) -> None:
    """A hook that refuses without a word is called a hook, and nothing is promised about what it did to files."""
    one = repository(tmp_path, "a")
    hook(one.top / ".git", "pre-commit", "echo '# tidied' >> decks/a.yaml; exit 1")
    with pytest.raises(GitError) as caught:
        one.sync()
    assert caught.value.message == "a hook refused the commit without a word (exit code 1)"
    assert "nothing was changed" not in caught.value.hint


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


def test_push_race(tmp_path: Path, server: Server) -> None:
    """Devices that sync at the same moment all come through, with every line in the end."""
    one, other = shared(tmp_path, *"abcdef")
    third = one.clone(tmp_path, "third-0001")
    devices = [one, other, third]
    for round in range(3):
        for number, device in enumerate(devices):
            device.answer(f"{'abcdef'[number]}:answer", 3, f"2026-12-0{round + 1}T12:00:00+01:00")
        runs = [["-C", str(device.root), "sync"] for device in devices]
        running = [
            server.start("commands", device.environ, device.root, runs=[words])
            for device, words in zip(devices, runs, strict=True) for _ in range(2)
        ]  # fmt: skip
        for job in running:
            assert job.ends() == 0 and [told["code"] for told in job.told()] == [0], job.told()
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


def test_a_file_of_nobodys_deleted_and_changed(tmp_path: Path) -> None:
    """A file that is none of ours, deleted here and changed there, is left to the user; the answers are committed."""
    one, other = shared(tmp_path, "a", "b")
    (one.root / "README").write_text("one\n")
    one.git("add", "README")
    one.git("commit", "--quiet", "--message", "README")
    one.synced()
    other.synced()
    (one.root / "README").write_text("two\n")
    one.git("commit", "--quiet", "--all", "--message", "two")
    one.synced()
    other.git("rm", "--quiet", "README")
    other.git("commit", "--quiet", "--message", "gone")
    given = other.answer("b:answer")
    report = other.sync()
    assert report.failed is not None and "README was changed here and there" in report.failed.message
    assert report.committed.events == 1 and given in other.git("show", "HEAD:journal/there-0001.2026.jsonl")
    assert other.git("status", "--porcelain") == ""


def test_a_sync_starts_git_a_dozen_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing changed anywhere, git is started a dozen times; each start costs more than what it is asked."""
    one, _ = shared(tmp_path, "a")
    started = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **more: started.append(words) or real(*words, **more))
    one.synced()
    assert 5 < len(started) <= 12


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


BROKEN = "notes:\n  - q: What is a?\n    id: a\n    a: [\n"


def test_a_deck_that_cannot_be_read_here(tmp_path: Path) -> None:
    """Where both changed a deck that cannot be read here, nothing is merged or sent until it is mended."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(basic_deck("a", "b", "new"))
    one.answer("a:answer")
    one.synced()
    other.deck.write_text(basic_deck("a", "b") + "  - q: [\n")
    event = other.answer("b:answer")
    for _ in range(2):
        before, sent = other.deck.read_text(), one.git("ls-remote", "origin", "main")
        report = other.sync()
        assert report.failed and "decks/a.yaml:9:" in report.failed.message
        assert (other.deck.read_text(), one.git("ls-remote", "origin", "main")) == (before, sent)
        assert other.git("status", "--porcelain") == ""
        assert not list((other.root / "decks").glob(".*"))
    other.deck.write_text(basic_deck("a", "b", "mine"))
    other.synced()
    one.synced()
    assert [row[0] for row in states(one)] == ["a:answer", "b:answer", "mine:answer", "new:answer"]
    assert event.encode() in {line[7:43] for line in one.lines()}


def test_a_deck_that_cannot_be_read_there(tmp_path: Path) -> None:
    """Where both changed a deck that cannot be read on the other side, its commit is named and nothing is merged."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(BROKEN)
    one.synced()
    commit = one.git("rev-parse", "--short", "HEAD")
    other.deck.write_text(basic_deck("a", "b", "mine"))
    report = other.sync()
    assert report.failed and "decks/a.yaml:" in report.failed.message and commit in report.failed.message
    assert other.deck.read_text() == basic_deck("a", "b", "mine")
    one.deck.write_text(basic_deck("a", "b", "new"))
    one.synced()
    other.synced()
    assert {row[0] for row in states(other)} == {"a:answer", "b:answer", "mine:answer", "new:answer"}


def test_a_broken_deck_that_only_one_side_changed(tmp_path: Path) -> None:
    """A deck that cannot be read and that only one side changed goes over as it is, and the others are merged."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(BROKEN)
    write_deck(one.root, "b.yaml", basic_deck("c"))
    one.synced()
    write_deck(other.root, "c.yaml", basic_deck("d"))
    other.synced()
    one.synced()
    assert other.deck.read_text() == one.deck.read_text() == BROKEN
    assert [row[0] for row in states(one)] == [row[0] for row in states(other)] == ["c:answer", "d:answer"]


def test_a_rename_here_and_an_edit_there(tmp_path: Path) -> None:
    """A note renamed on one device and edited on the other is one note on both, and has no problem."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(basic_deck("a", "b").replace("id: a\n", "id: na\n    was: [a]\n"))
    one.synced()
    other.deck.write_text(basic_deck("a", "b").replace("It is a.", "It is A."))
    other.answer("a:answer")
    other.synced()
    one.synced()
    assert states(one) == states(other)
    assert [row[0] for row in states(one)] == ["na:answer", "b:answer"]
    assert one.open().problems() == []
    assert "It is A." in one.deck.read_text()


def test_notes_that_do_not_go_together(tmp_path: Path) -> None:
    """Notes that are right on either side and wrong together are named with their places, and nothing is merged."""
    one, other = shared(tmp_path, "a", "b")
    one.deck.write_text(basic_deck("a", "b").replace("id: a\n", "id: a\n    needs: [b]\n"))
    one.synced()
    mine = basic_deck("a", "b").replace("id: b\n", "id: b\n    needs: [a]\n")
    other.deck.write_text(mine)
    report = other.sync()
    assert report.failed and "decks/a.yaml:2:" in report.failed.message
    assert "need each other" in report.failed.message
    assert other.deck.read_text() == mine
    assert other.git("status", "--porcelain") == ""
    other.deck.write_text(basic_deck("a", "b", "c"))
    other.synced()


def vanish(device: Device, how: str) -> None:
    """Take the notes away."""
    if how == "link":
        (device.root / "decks").rename(device.root / "elsewhere")
        (device.root / "decks").symlink_to("elsewhere")
    elif how == "files":
        device.deck.unlink()
    elif how == "most":
        device.deck.write_text(basic_deck("a", "b", "c", "d"))
    else:
        shutil.rmtree(device.root / "decks")


@pytest.mark.parametrize("how", ["folder", "files", "most", "link"])
def test_notes_that_are_gone(tmp_path: Path, how: str) -> None:
    """Where all notes or most of them are gone, or `decks` is no folder, nothing is committed unless it is meant."""
    one, other = shared(tmp_path, *"abcdefghij")
    event = one.answer("a:answer")
    head = one.git("rev-parse", "HEAD")
    vanish(one, how)
    with pytest.raises(Vanished, match="no folder" if how in ("folder", "link") else "gone"):
        one.sync()
    assert one.git("rev-parse", "HEAD") == head
    assert event.encode() in {line[7:43] for line in one.lines()}
    collection = one.open()
    report = sync(collection, one.environ, deletions_meant=True)
    assert report.failed is None
    assert report.sent.deleted == (6 if how == "most" else 10)
    assert other.synced().came.deleted == report.sent.deleted


def test_a_note_that_is_gone(tmp_path: Path) -> None:
    """Deleting some notes, moving all of them, and rewording the only one without an id is nothing to ask about."""
    one = shared(tmp_path, "a", "b", "c")[0]
    one.deck.write_text(basic_deck("a"))
    assert one.synced().sent == Counts(deleted=2)
    one.deck.rename(one.deck.with_name("b.yaml"))
    assert one.synced().sent == Counts(decks=2)
    (one.root / "decks" / "b.yaml").write_text("notes:\n  - q: one?\n    a: b\n")
    one.synced()
    (one.root / "decks" / "b.yaml").write_text("notes:\n  - q: one more?\n    a: b\n")
    assert one.synced().sent == Counts(changed=1)


def test_a_deck_that_broke_is_not_gone(tmp_path: Path) -> None:
    """The notes of a deck that cannot be read are not taken for gone."""
    one = shared(tmp_path, "a", "b")[0]
    one.deck.write_text("notes: [\n")
    assert one.synced().sent == Counts(decks=1)


def test_what_is_counted(tmp_path: Path) -> None:
    """Notes are new, changed (reworded and renamed ones too) or deleted; a deck with other changes counts itself."""
    one, other = shared(tmp_path, "a", "b", "c", "d")
    text = "notes:\n  - q: one?\n    a: '1'\n" + basic_deck("a", "b", "c").removeprefix("notes:\n")
    one.deck.write_text(text)
    assert one.synced().sent == Counts(added=1, deleted=1)
    text = text.replace("one?", "another one?").replace("It is a", "It was a").replace("id: b\n", "id: x\n    was: b\n")
    one.deck.write_text(text)
    assert one.synced().sent == Counts(changed=3)
    for head in ("# mine\n", "# mine\ndeck: other\n"):
        one.deck.write_text(head + text)
        assert one.synced().sent == Counts(decks=1)
    assert other.synced().came == Counts(added=1, changed=2, deleted=1)


def test_settings_that_another_device_deleted(tmp_path: Path) -> None:
    """srs.toml deleted on another device stays here and goes back to it, and that is told."""
    one, other = shared(tmp_path, "a")
    one.git("rm", "--quiet", "srs.toml")
    one.git("commit", "--quiet", "--message", "oops")
    one.git("push", "--quiet")
    before = (other.root / "srs.toml").read_text()
    report = other.synced()
    assert [remark.kind for remark in report.remarks] == ["settings-kept"]
    assert (other.root / "srs.toml").read_text() == before
    one.git("pull", "--quiet")
    assert (one.root / "srs.toml").read_text() == before


def test_a_journal_that_becomes_private(tmp_path: Path) -> None:
    """A change of the journal's place that comes in is told."""
    one, other = shared(tmp_path, "a")
    settings = (one.root / "srs.toml").read_text()
    (one.root / "srs.toml").write_text('journal = "private"\n' + settings)
    one.synced()
    assert [(remark.kind, remark.subject) for remark in other.synced().remarks] == [("journal-place", "private")]


def test_a_journal_that_became_a_link(tmp_path: Path) -> None:
    """A journal that another device put a link in place of stays what it is here, and that is told."""
    one, other = shared(tmp_path, "a", "b")
    one.answer("a:answer")
    one.synced()
    other.synced()
    path = next((other.root / "journal").iterdir())
    (tmp_path / "secret").write_text("not yours\n")
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    other.git("commit", "--quiet", "--all", "--message", "link")
    other.git("push", "--quiet")
    for changed in (False, True):
        before = one.lines() | ({one.answer("b:answer").encode()} if changed else set())
        report = one.synced()
        if not changed:
            assert [remark.kind for remark in report.remarks] == ["link-refused"]
        path = next((one.root / "journal").iterdir())
        assert not path.is_symlink()
        assert b"not yours" not in one.lines()
        assert {line[:43] for line in before} <= {line[:43] for line in one.lines()} | before


def test_a_journal_that_is_a_link_here(tmp_path: Path) -> None:
    """A link in place of a journal that was committed is refused before it is committed."""
    one = repository(tmp_path, "a")
    one.answer("a:answer")
    one.synced()
    path = next((one.root / "journal").iterdir())
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    with pytest.raises(GitError, match="is a link where a journal file was"):
        one.sync()
    assert one.git("ls-files", "--stage", "journal").startswith("100644")


def test_lines_that_another_device_deleted_are_told(tmp_path: Path) -> None:
    """That another device deleted lines of a journal, which stay, is told with their number."""
    one, other = shared(tmp_path, "a", "b")
    one.answer("a:answer")
    one.answer("b:answer")
    one.synced()
    other.synced()
    path = next((other.root / "journal").iterdir())
    for data in (path.read_bytes().splitlines(keepends=True)[0], None):
        if data:
            path.write_bytes(data)
        else:
            path.unlink()
        other.git("commit", "--quiet", "--all", "--message", "oops")
        other.git("push", "--quiet")
        assert [(remark.kind, remark.count) for remark in one.synced().remarks] == [("events-back", 2)]
        other.git("pull", "--quiet")


def test_what_lies_beside_is_told_until_it_is_gone(tmp_path: Path) -> None:
    """A version that was put beside is named by every sync until it is deleted, which goes over like other changes."""
    one, other = shared(tmp_path, "a")
    for number, device in enumerate((one, other)):
        (device.root / "srs.toml").write_text(f'timezone = "Europe/Berlin"\nrollover = {number + 1}\n')
        (device.root / "notetypes").mkdir()
        (device.root / "notetypes" / "x.yaml").write_text(f"# {number}\n")
    one.synced()
    assert {conflict.beside for conflict in other.sync().conflicts} == {"srs.theirs.toml", "notetypes/.x.theirs.yaml"}
    assert other.synced().leftovers == ("notetypes/.x.theirs.yaml", "srs.theirs.toml")
    one.synced()
    for name in ("srs.theirs.toml", "notetypes/.x.theirs.yaml"):
        (other.root / name).unlink()
    assert other.synced().leftovers == ()
    assert other.git("status", "--porcelain") == ""
    one.synced()
    assert leftovers(one.root) == []
