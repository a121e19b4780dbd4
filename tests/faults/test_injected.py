"""The disk fails, or the process dies, at every call that one command makes: nothing acknowledged is lost."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from srs.memory import events as ev
from tests.faults.helpers import Server, journal_lines
from tests.faults.shim import HOWS
from tests.support import basic_deck, make_collection, moment, times

EARLIER, THEN, LATER = "2026-12-01T09:00:00Z", "2026-12-03T09:00:00Z", "2026-12-03T09:05:00Z"
SAVED = "the event is saved in the journal"


@dataclass(frozen=True, slots=True)
class Deed:
    """A command that changes something, and how to tell whether it did: a number that it raises by `rise`."""

    words: tuple[str, ...]
    rise: int
    again: tuple[int, ...] = (0,)  # the exit codes of the same command once more, where it was done already
    hows: tuple[str, ...] = HOWS


_SOME = ("ENOSPC", "kill", "half") if times(1) == 1 else HOWS

DEEDS = {
    "answer": Deed(("answer", "one:answer", "good"), 1),
    "first answer": Deed(("answer", "one:answer", "good"), 1, hows=_SOME),
    "add": Deed(("add", "What is new?", "This.", "--id", "new", "--deck", "a"), 1, (1,)),
    "add to a new inbox": Deed(("add", "What is new?", "This.", "--id", "new"), 1, (1,), _SOME),
    "undo": Deed(("undo",), 1, hows=_SOME),
    "suspend": Deed(("suspend", "one", "two", "three"), 3, hows=(*_SOME, "short")),
    "rename": Deed(("rename", "one", "uno"), 1, (0, 1), (*_SOME, "short")),
}


class Place:
    """A collection that is put back as it was before each fault, its index and all."""

    def __init__(self, folder: Path, server: Server, studied: bool) -> None:
        self.folder, self.server = folder, server
        self.root, self.env = make_collection(folder, {"a.yaml": basic_deck("one", "two", "three")})
        if studied:
            for card in ("one:answer", "two:answer", "one:answer"):
                assert self.run("answer", card, "good", "--now", EARLIER)["code"] == 0
        assert self.run("list")["code"] == 0
        self.kept = folder.with_name(f"{folder.name}-kept")
        shutil.copytree(folder, self.kept)

    def run(self, *words: str, **more: Any) -> dict[str, Any]:
        return self.server.srs(self.root, self.env, *words, **more)

    def put_back(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)

    def done(self, deed: str) -> int:
        """How often the deed stands in the files."""
        text = "".join(path.read_text("utf-8") for path in (self.root / "decks").rglob("*.yaml"))
        if deed.startswith("add"):
            return text.count("id: new\n")
        if deed == "rename":
            assert text.count("id: uno\n") + text.count("id: one\n") == 1
            return text.count("id: uno\n")
        events = [event for event in self.events() if not isinstance(event, ev.Header)]
        assert len({event.id for event in events}) == len(events)
        kind = {"undo": ev.Undo, "suspend": ev.Suspend}.get(deed, ev.Review)
        return sum(isinstance(event, kind) and event.at >= moment(THEN) for event in events)

    def events(self) -> list[ev.Event | ev.Header]:
        """The journal's lines; one that a dying process left unfinished at the end of a file is no line yet."""
        for path in (self.root / "journal").glob("*.jsonl"):
            data = path.read_bytes()
            end = data.rfind(b"\n") + 1
            if data[end:]:
                path.with_name("torn").write_bytes(data)
                path.write_bytes(data[:end] + (data[end:] + b"\n" if ev.is_whole(data[end:]) else b""))
                found = journal_lines(self.root)
                path.with_name("torn").replace(path)
                return found
        return journal_lines(self.root)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("injected")


@pytest.mark.parametrize("deed", DEEDS)
def test_every_call_fails(folder: Path, server: Server, deed: str) -> None:
    """For every call of a command that changes a file or takes a lock, and every way to fail: what was acknowledged is
    there once; what was not is there whole or not at all, and an error says so; the same command then works; nothing
    is left that `srs doctor` finds wrong, which compares the index with the text, too.
    """
    place = Place(folder / deed.replace(" ", "-"), server, deed != "first answer")
    trials = 0
    for how in DEEDS[deed].hows:
        for nth in range(1, 200):
            place.put_back()
            told = place.run(*DEEDS[deed].words, "--now", THEN, fault=[nth, how])
            where = f"{deed}: call {nth} ({told.get('fired')}), {how}: {told.get('err')}"
            afterwards(place, deed, told, where)
            trials += 1
            if not told.get("killed") and told["fired"] is None:
                assert told["code"] == 0, where
                break
        else:
            pytest.fail(f"{deed} with {how} never ran through")
    assert trials > 5 * len(DEEDS[deed].hows)


def afterwards(place: Place, deed: str, told: dict[str, Any], where: str) -> None:
    """What must hold whatever happened."""
    what, killed = DEEDS[deed], told.get("killed", False)
    acknowledged = not killed and (told["code"] == 0 or SAVED in told["err"])
    count = place.done(deed)
    parts = range(what.rise + 1) if killed else (0, what.rise)  # dying, a program may have done a part of a batch
    assert count in ((what.rise,) if acknowledged else parts), where
    if not acknowledged and not killed and count:
        assert not any(word in told["err"] for word in ("nothing was", "not saved", "not written")), where
    if not killed and told["code"]:
        assert told["code"] == 1 and told["err"].startswith("srs: "), where
        assert len(told["err"].splitlines()) <= 3, where
    first, last = place.server.runs(place.root, place.env, [[*what.words, "--now", LATER], ["doctor", "--now", LATER]])
    assert first["code"] in (what.again if count else (0,)), f"{where}\nthen: {first}"
    both = count and deed in ("answer", "first answer", "undo")
    assert place.done(deed) == what.rise * (2 if both else 1), f"{where}\nthen: {first}"
    assert last["code"] == 0, f"{where}\nthen: {last}"
    journal_lines(place.root)
    assert not list(place.root.rglob(".*.tmp*")), where
