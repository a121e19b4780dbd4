"""Many programs at once in one collection: every acknowledged event is there, once."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from srs.memory import events as ev
from srs.study.session import Question, Revealed, Session
from tests.cli.helpers import Terminal
from tests.faults.helpers import Server, assert_index_is_the_text, event_ids, journal_lines
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, times

PROCESSES, EVENTS = 8, 5000
NOTES = [f"n{number:02}" for number in range(times(40))]
CARDS = [f"{note}:answer" for note in NOTES]


def rises(events: list[ev.Event | ev.Header]) -> bool:
    """Whether each event comes after the one before it: by time, and within a batch by id."""
    order = [(event.at, event.id) for event in events if not isinstance(event, ev.Header)]
    return all(first < second for first, second in itertools.pairwise(order))


def test_eight_processes(tmp_path: Path, server: Server) -> None:
    """Eight processes of one device record 5,000 events at once: 5,000 whole lines, each acknowledged id once, times
    rising, and the index equals one made anew.
    """
    root, env = make_collection(tmp_path, {"a.yaml": basic_deck(*NOTES)}, "[study]\nleech_action = 'mark'\n")
    env["SRS_STATE_DIR"] = environ_of(tmp_path)["SRS_STATE_DIR"]
    open_collection(root, env).db.close()
    jobs, count = [], times(EVENTS)
    for number in range(PROCESSES):
        size = (1, 5, 25, 25, 25, 25, 25, 25)[number]  # one by one as an answer, or in batches as a query makes them
        records = count // PROCESSES // size
        jobs.append(
            server.start("write", env, root, root=str(root), first=number, records=records, size=size, cards=CARDS)
        )
    while not all(job.told() for job in jobs):
        pass
    (root / "go").touch()
    assert [job.ends() for job in jobs] == [0] * PROCESSES
    told = [line for job in jobs for line in job.told()]
    assert not [line for line in told if "refused" in line or "crashed" in line]
    acknowledged = [id_ for line in told for id_ in line.get("ids", ())]
    assert len(acknowledged) == count
    assert len(list((root / "journal").iterdir())) == 1
    assert sorted(event_ids(root)) == sorted(acknowledged)
    assert rises(journal_lines(root))
    collection = open_collection(root, env)
    assert collection.problems() == []
    assert_index_is_the_text(collection, tmp_path)
    collection.db.close()


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str], Terminal]]:
    """A collection with a review of it open in a terminal."""
    root, env = make_collection(
        tmp_path, {"a.yaml": basic_deck(*NOTES)}, "[study]\nnew_per_day = 1000\nmix = 'new-first'\n"
    )
    terminal = Terminal(
        [sys.executable, "-m", "srs", "review"],
        {**env, "TERM": "xterm", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        root,
    )
    yield root, env, terminal
    terminal.close()


def test_commands_under_an_open_review(
    shown: tuple[Path, dict[str, str], Terminal], tmp_path: Path, server: Server
) -> None:
    """While somebody reviews in a terminal, scripts answer, add and undo: nothing is lost or counted twice, and the
    sitting goes on with what is there.
    """
    root, env, terminal = shown
    terminal.sees("What is n00?")
    answered, added, undone = 0, 0, 0
    for number in range(times(8)):
        runs = [
            ["answer", CARDS[-1 - number % 30], "good"],
            ["add", f"Front {number}", f"Back {number}", "--id", f"added-{number}"],
            ["undo"],
        ][: 1 + number % 3]
        job = server.start("commands", env, root, runs=[["-C", str(root), *words] for words in runs])
        terminal.process.send(" 3")
        assert job.ends() == 0
        told = job.told()
        assert [each["code"] for each in told] == [0] * len(runs), told
        answered += 1
        added += len(runs) > 1
        undone += len(runs) > 2
    terminal.process.send("q")
    assert terminal.ends() == 0
    events = journal_lines(root)
    reviews = [event for event in events if isinstance(event, ev.Review)]
    assert rises(events) and len(event_ids(root)) == len(set(event_ids(root)))
    assert sum(isinstance(event, ev.Undo) for event in events) == undone
    assert sum(review.ms is None for review in reviews) == answered  # a script says no thinking time
    assert f"{len(reviews) - answered} " in terminal.text
    collection = open_collection(root, env)
    assert collection.size()[0] == len(NOTES) + added
    assert_index_is_the_text(collection, tmp_path)
    collection.db.close()


def test_two_sittings(tmp_path: Path) -> None:
    """Two sittings at once over the same cards: what one answers is not counted again by the other's answer."""
    root, env = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    first, second = open_collection(root, env), open_collection(root, env)
    clock = itertools.count(moment(), 1000).__next__
    sittings = [Session(first, clock), Session(second, clock)]
    from srs.collection.collection import CardChanged

    given = 0
    for turn in range(6):
        for sitting in sittings:
            if isinstance(sitting.step, Question):
                sitting.reveal()
        sitting = sittings[turn % 2]
        if isinstance(sitting.step, Revealed):
            try:
                sitting.answer(4)
                given += 1
            except CardChanged as error:
                assert "another program" in error.message
    assert len(event_ids(root)) == given == 2
    for collection in (first, second):
        collection.refresh()
        assert [collection.state(card).reps for card in ("one:answer", "two:answer")] == [1, 1]
        collection.db.close()
