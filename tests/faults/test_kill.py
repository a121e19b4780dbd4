"""`kill -9` at any moment of a sitting that grades, adds, undoes and synchronises: what was acknowledged is there."""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from srs.collection.collection import Collection
from srs.memory import events as ev
from tests.faults.helpers import Server, assert_index_is_the_text, journal_lines
from tests.support import basic_deck, make_collection, moment, open_collection, times

SITTINGS = 30
NOTES = [f"n{number:02}" for number in range(60)]
SETTINGS = "[study]\nnew_per_day = 1000\nreviews_per_day = 1000\n"


def test_killed_sittings(tmp_path: Path, server: Server) -> None:
    """Killed at random moments in 30 sittings: no acknowledged event or note is missing, no id is there twice, every
    deck can be read, `srs doctor` finds nothing once the next command ran, and the index is what the text says.
    """
    chance = Random(11)
    root, env = make_collection(tmp_path, {"a.yaml": basic_deck(*NOTES)}, SETTINGS)
    remote = with_remote(root, env, tmp_path)
    told: list[dict[str, Any]] = []
    killed, now = 0, moment()
    for number in range(times(SITTINGS)):
        now += 3_600_000 * chance.randrange(1, 30)
        job = server.start("sitting", env, root, root=str(root), seed=number, now=now, steps=60)
        enough = chance.randrange(14)
        while not job.report.exists() or len(job.told()) < enough:
            time.sleep(0.001)
        time.sleep(chance.random() * chance.choice([0.02, 0.02, 0.2]))
        job.kill(children=number % 2 == 0)
        killed += job.ends() == -9
        for lock in remote.rglob("*.lock"):  # a git that died on the other side; its owner takes it away
            lock.unlink()
        told += job.told()
        assert not [line for line in told if "crashed" in line or "refused" in line], told[-1]
        if number % 5 == 4:
            whole(root, env, told, tmp_path, server)
    whole(root, env, told, tmp_path, server)
    synced = server.srs(root, env, "sync")
    while match := re.search(r"delete (\S+\.lock)", synced["err"]):  # git, killed, leaves it to the user
        Path(match[1]).unlink(missing_ok=True)  # its owner may be just ending
        synced = server.srs(root, env, "sync")
    assert synced["code"] == 0, synced["err"]
    for path in (root / "journal").iterdir():
        show = ["git", "-C", remote, "show", f"main:journal/{path.name}"]
        assert subprocess.run(show, capture_output=True, check=True).stdout == path.read_bytes()
    assert killed == times(SITTINGS)
    deeds = Counter(next(iter(line)) for line in told)
    assert min(deeds[deed] for deed in ("event", "note", "undone", "synced")) > times(SITTINGS) // 5, deeds


def whole(root: Path, env: dict[str, str], told: list[dict[str, Any]], tmp_path: Path, server: Server) -> None:
    """Nothing acknowledged is missing, and nothing is wrong."""
    collection = open_collection(root, env)
    mended(collection, told)
    assert_index_is_the_text(collection, tmp_path)
    ids = [event.id for event in journal_lines(root) if not isinstance(event, ev.Header)]
    assert len(ids) == len(set(ids))
    assert not {line["event"] for line in told if "event" in line} - set(ids)
    gone = {event.event for event in journal_lines(root) if isinstance(event, ev.Undo)}
    assert not {id_ for line in told for id_ in line.get("undone", ())[:1]} - gone
    notes = {note.id for note in collection.notes()}
    assert notes >= {*NOTES, *(line["note"] for line in told if "note" in line)}
    collection.db.close()
    done = server.srs(root, env, "doctor", "--now", "2027-12-31T09:00:00Z")
    assert done["code"] == 0, done["out"] + done["err"]


def mended(collection: Collection, told: list[dict[str, Any]]) -> None:
    """What the next deed of the device does: it ends or sets aside a torn line."""
    newest = collection.db.execute("select max(at) from event").fetchone()[0] or moment()
    (mark,) = collection.db.execute("select count(*) from event where do = 'flag'").fetchone()
    at = newest + 1
    event = ev.Flag(ev.new_id(at, os.urandom(10)), at, f"{NOTES[0]}:answer", mark % 8)
    collection.record([event])
    told.append({"event": event.id})


def with_remote(root: Path, env: dict[str, str], tmp_path: Path) -> Path:
    """The collection as a git repository with a remote beside it; the remote."""
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    for name in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{name}_NAME": "Mira", f"GIT_{name}_EMAIL": "mira@example.org"}
    remote = tmp_path / "remote.git"
    for command in (
        ["git", "init", "-q", "--bare", "-b", "main", str(remote)],
        ["git", "init", "-q", "-b", "main", str(root)],
        ["git", "-C", str(root), "add", "-A"],
        ["git", "-C", str(root), "commit", "-qm", "cards"],
        ["git", "-C", str(root), "remote", "add", "origin", str(remote)],
        ["git", "-C", str(root), "push", "-qu", "origin", "main"],
    ):
        subprocess.run(command, env=os.environ | env, check=True, capture_output=True)
    return remote
