"""A sitting while the ground moves: journal replaced, shrunk or gone, folder read-only, clock set, another program."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from srs.collection.collection import CardChanged, ClockDoubt
from srs.collection.locations import cache_folder
from srs.errors import SrsError
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from srs.study.session import Finished, Question, Revealed, Session
from tests.faults.helpers import Server, assert_index_is_the_text, event_ids, journal_lines
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck

FILE = "here-0001.2026.jsonl"
NOTES = ("one", "two", "three", "four", "five")


class Sitting:
    """A sitting that can be moved in time. `given` are the ids of its acknowledged answers."""

    def __init__(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path
        self.root, self.env = make_collection(tmp_path, {"a.yaml": basic_deck(*NOTES)})
        self.collection = open_collection(self.root, self.env)
        self.now = moment()
        self.session = Session(self.collection, lambda: self.now)
        self.given: list[str] = []

    @property
    def file(self) -> Path:
        return self.root / "journal" / FILE

    def rate(self, rating: int = 4) -> str:
        """Answer the card that is shown; its id."""
        self.now += 1000
        if isinstance(self.session.step, Question):
            self.session.reveal()
        assert isinstance(self.session.step, Revealed), self.session.step
        card = self.session.step.question.item.card
        self.given.append(self.session.answer(rating).review.id)
        return card

    def ends(self, lost: int = 0) -> None:
        """Go on to the end: every card was answered, every acknowledged answer but `lost` is in the journal, once."""
        while not isinstance(self.session.step, Finished):
            self.rate()
        ids = event_ids(self.root)
        assert len(ids) == len(set(ids))
        assert len(set(self.given) - set(ids)) == lost
        assert_index_is_the_text(self.collection, self.tmp_path)


@pytest.fixture
def sitting(tmp_path: Path) -> Iterator[Sitting]:
    made = Sitting(tmp_path)
    yield made
    os.seteuid(os.getuid())
    made.collection.db.close()


def replaced(path: Path, data: bytes) -> None:
    """As `git checkout` writes a file: another one in its place."""
    path.unlink()
    path.write_bytes(data)


def in_place(path: Path, data: bytes) -> None:
    """As an editor writes a file: cut and filled again."""
    path.write_bytes(data)


@pytest.mark.parametrize("write", [replaced, in_place])
@pytest.mark.parametrize("when", ["question", "back"])
@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_journal_that_shrank(sitting: Sitting, write: Callable[[Path, bytes], None], when: str, left: int) -> None:
    """Where an older version of the journal takes the place of the newer under an open sitting, the sitting goes on,
    what is gone is told apart and kept, and it counts again when it is put back.
    """
    cards = [sitting.rate() for _ in range(3)]
    whole = sitting.file.read_bytes()
    if when == "back":
        sitting.session.reveal()
    write(sitting.file, b"".join(whole.splitlines(keepends=True)[: left + 1]))
    sitting.rate()
    lost = {event.id for event in sitting.collection.lost_events()}
    assert lost == set(sitting.given[left:3])
    assert [sitting.collection.state(card).reps for card in cards[left:]] == [0] * (3 - left)
    newer = sitting.file.read_bytes().splitlines(keepends=True)[left + 1 :]
    write(sitting.file, whole + b"".join(newer))
    sitting.session.look_again()
    assert sitting.collection.lost_events() == []
    assert [sitting.collection.state(card).reps for card in cards] == [1, 1, 1]
    sitting.ends()


@pytest.mark.parametrize("when", ["question", "back"])
@pytest.mark.parametrize("whole", [True, False], ids=["the folder", "the file"])
def test_a_journal_that_is_gone(sitting: Sitting, when: str, whole: bool) -> None:
    """Where the journal's file or folder is gone, answers begin a new one, and what was in the old one is kept."""
    for _ in range(2):
        sitting.rate()
    if when == "back":
        sitting.session.reveal()
    if whole:
        shutil.rmtree(sitting.root / "journal")
    else:
        sitting.file.unlink()
    sitting.rate()
    header, *_ = journal_lines(sitting.root)
    assert isinstance(header, ev.Header) and header.device == "here-0001"
    assert [event.id for event in sitting.collection.lost_events()] == sitting.given[:2]
    sitting.ends(lost=2)


def test_lost_events_are_kept_for_the_next_sitting(sitting: Sitting) -> None:
    """What left the journal can be had by the next command, too, however often the journal shrinks."""
    for _ in range(4):
        sitting.rate()
    lines = sitting.file.read_bytes().splitlines(keepends=True)
    for left in (4, 3, 1):
        replaced(sitting.file, b"".join(lines[:left]))
        sitting.session.look_again()
    again = open_collection(sitting.root, sitting.env)
    assert {event.id for event in again.lost_events()} == set(sitting.given)
    again.db.close()


def test_lost_events_after_a_crash(sitting: Sitting) -> None:
    """A line that a dying program left unfinished among the kept events spoils none that is kept later."""
    for _ in range(3):
        sitting.rate()
    lines = sitting.file.read_bytes().splitlines(keepends=True)
    replaced(sitting.file, b"".join(lines[:-1]))
    sitting.session.look_again()
    kept = sitting.collection.lost_file
    kept.write_bytes(kept.read_bytes() + b'{"id":"torn')
    replaced(sitting.file, b"".join(lines[:-2]))
    sitting.session.look_again()
    assert {event.id for event in sitting.collection.lost_events()} == set(sitting.given[1:])


def test_another_journal_altogether(sitting: Sitting) -> None:
    """A checkout of another branch, with another history of this device: that one counts, and the sitting goes on."""
    sitting.rate()
    ours = sitting.file.read_bytes()
    at = moment() - DAY_MS
    other = ev.Review(ev.new_id(at, bytes(10)), at, "five:answer", 4, 1, "study", 0, 0, None, None)
    from srs.memory.days import parse_day

    day = parse_day("2026-11-30")
    other = ev.Review(other.id, at, "five:answer", 4, 1, "study", day, day + 9, None, None)
    replaced(sitting.file, ours.splitlines(keepends=True)[0] + ev.encode(other) + b"\n")
    sitting.session.look_again()
    assert sitting.collection.state("five:answer").last_event == other.id
    sitting.ends(lost=1)


Harm = Callable[[Sitting], Callable[[], None]]


def a_file_in_place_of_the_folder(sitting: Sitting) -> Callable[[], None]:
    folder = sitting.root / "journal"
    folder.rename(folder.with_name("away"))
    folder.write_text("no folder")

    def mend() -> None:
        folder.unlink()
        folder.with_name("away").rename(folder)

    return mend


def a_folder_in_place_of_the_file(sitting: Sitting) -> Callable[[], None]:
    sitting.file.rename(sitting.root / "away")
    sitting.file.mkdir()

    def mend() -> None:
        sitting.file.rmdir()
        (sitting.root / "away").rename(sitting.file)

    return mend


def the_collection_moved_away(sitting: Sitting) -> Callable[[], None]:
    sitting.root.rename(sitting.root.with_name("moved"))
    return lambda: (
        shutil.rmtree(sitting.root, ignore_errors=True) or sitting.root.with_name("moved").rename(sitting.root)
    )


def a_read_only_folder(sitting: Sitting) -> Callable[[], None]:
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    sitting.file.chmod(0o400)
    sitting.file.parent.chmod(0o500)

    def mend() -> None:
        sitting.file.parent.chmod(0o700)
        sitting.file.chmod(0o600)

    return mend


def no_permission(sitting: Sitting) -> Callable[[], None]:
    sitting.root.chmod(0o700 if os.geteuid() == 0 else 0)
    if os.geteuid() == 0:
        os.seteuid(65534)  # nobody

    def mend() -> None:
        os.seteuid(os.getuid())
        sitting.root.chmod(0o700)

    return mend


def a_link_to_nowhere(sitting: Sitting) -> Callable[[], None]:
    sitting.file.rename(sitting.root / "away")
    sitting.file.symlink_to(sitting.root / "not" / "there")

    def mend() -> None:
        sitting.file.unlink()
        (sitting.root / "away").rename(sitting.file)

    return mend


@pytest.mark.parametrize("when", ["question", "back"])
@pytest.mark.parametrize(
    "harm",
    [
        a_file_in_place_of_the_folder,
        a_folder_in_place_of_the_file,
        the_collection_moved_away,
        a_read_only_folder,
        no_permission,
        a_link_to_nowhere,
    ],
    ids=lambda harm: harm.__name__,
)
def test_a_journal_that_refuses(sitting: Sitting, harm: Harm, when: str) -> None:
    """Where nothing can be written, each try says why and acknowledges nothing, the card stays where it is, and when
    it is mended the sitting goes on with everything that was acknowledged.
    """
    sitting.rate()
    sitting.rate()
    if when == "back":
        sitting.session.reveal()
    shown = sitting.session.step
    mend = harm(sitting)
    for _ in range(3):
        with pytest.raises(SrsError) as refused:
            sitting.rate()
        assert refused.value.message and "\n" not in refused.value.message
        assert refused.value.hint
        with pytest.raises(SrsError):
            sitting.session.undo()
    assert len(sitting.given) == 2
    mend()
    assert isinstance(sitting.session.step, Question | Revealed)
    assert card_of(sitting.session.step) == card_of(shown)
    sitting.ends()
    assert len(set(sitting.given)) == len(NOTES)


def card_of(step: object) -> str:
    assert isinstance(step, Question | Revealed)
    return (step if isinstance(step, Question) else step.question).item.card


def test_a_clock_set_back(sitting: Sitting) -> None:
    """A clock set back by an hour is asked about before anything is written; once accepted, order is kept."""
    sitting.rate()
    sitting.now -= 3_600_000
    before = sitting.file.read_bytes()
    with pytest.raises(ClockDoubt, match="clock"):
        sitting.rate()
    assert sitting.file.read_bytes() == before
    sitting.collection.accept_clock()
    sitting.ends()
    assert len(sitting.given) == len(NOTES)


def test_a_clock_ten_years_ahead(sitting: Sitting) -> None:
    """A clock set ten years ahead is asked about before anything is written; set right, the sitting goes on."""
    sitting.rate()
    before = sitting.file.read_bytes()
    sitting.session.reveal()
    sitting.now += 3650 * DAY_MS
    with pytest.raises(ClockDoubt, match="clock"):
        sitting.rate()
    with pytest.raises(ClockDoubt):
        sitting.session.undo()
    assert sitting.file.read_bytes() == before
    assert [path.name for path in (sitting.root / "journal").iterdir()] == [FILE]
    sitting.now -= 3650 * DAY_MS
    sitting.ends()


def test_a_clock_that_was_ten_years_ahead(sitting: Sitting) -> None:
    """After an answer dated ten years ahead the right clock is asked about, too, and can be accepted."""
    sitting.rate()
    sitting.now += 3650 * DAY_MS
    sitting.collection.accept_clock()
    sitting.rate()
    again = open_collection(sitting.root, sitting.env)
    now = moment() + 60_000
    later = Session(again, lambda: now)
    later.reveal()
    with pytest.raises(ClockDoubt):
        later.answer(3)
    again.accept_clock()
    later.answer(3)
    assert len(set(event_ids(sitting.root))) == 3
    assert_index_is_the_text(again, sitting.tmp_path)
    again.db.close()


@pytest.mark.parametrize("other", ["here-0001", "there-0002"], ids=["this device", "another device"])
def test_a_card_answered_between_back_and_rating(sitting: Sitting, other: str) -> None:
    """A card that another program answers while its back is up is not answered twice: the rating is refused with
    words, and the sitting shows what comes next.
    """
    sitting.rate()
    sitting.session.reveal()
    card = card_of(sitting.session.step)
    elsewhere = open_collection(
        sitting.root, sitting.env if other == "here-0001" else environ_of(sitting.tmp_path, other)
    )
    given = elsewhere.answer(card, 4, sitting.now + 500, None)
    with pytest.raises(CardChanged, match=f"`{card}` was answered"):
        sitting.rate()
    assert sitting.collection.state(card).reps == 1
    assert card_of(sitting.session.step) != card
    sitting.given.append(given.review.id)
    sitting.ends()
    assert len(sitting.given) == len(NOTES)
    elsewhere.db.close()


def test_a_card_suspended_between_back_and_rating(sitting: Sitting) -> None:
    """So with a card that another program suspends meanwhile."""
    sitting.session.reveal()
    card = card_of(sitting.session.step)
    elsewhere = open_collection(sitting.root, sitting.env)
    elsewhere.record_batch([card], sitting.now, lambda id_, at, card, first: ev.Suspend(id_, at, card, first))
    with pytest.raises(CardChanged):
        sitting.rate()
    assert card_of(sitting.session.step) != card
    sitting.ends()
    assert len(sitting.given) == len(NOTES) - 1
    elsewhere.db.close()


def test_a_card_gone_between_back_and_rating(sitting: Sitting) -> None:
    """A card whose note was deleted while its back was up can still be rated or not; the sitting goes on either way."""
    sitting.session.reveal()
    card = card_of(sitting.session.step)
    left = [name for name in NOTES if f"{name}:answer" != card]
    write_deck(sitting.root, "a.yaml", basic_deck(*left))
    try:
        sitting.rate()
    except SrsError:
        sitting.session.look_again()
    sitting.ends()
    assert {card_of_event(event) for event in journal_lines(sitting.root)} >= {f"{name}:answer" for name in left}


def card_of_event(event: ev.Event | ev.Header) -> str | None:
    return None if isinstance(event, ev.Header) else ev.card_of(event)


# The index


def test_an_index_that_is_locked(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the index, an answer is refused or acknowledged in words, and counts once at most."""
    sitting.rate()
    sitting.collection.db.execute("pragma busy_timeout = 50")
    other = sqlite3.connect(cache_folder(sitting.root, sitting.env) / "index.sqlite3", isolation_level=None)
    other.execute("begin immediate")
    said = []
    for _ in range(3):
        with pytest.raises(SrsError) as refused:
            sitting.rate()
        said.append(refused.value.message)
    other.rollback()
    other.close()
    saved = sum("is saved" in message for message in said)
    assert saved <= 1
    sitting.collection.db.execute("pragma busy_timeout = 5000")
    sitting.session.look_again()
    sitting.ends()
    assert len(event_ids(sitting.root)) == len(sitting.given) + saved == len(NOTES)


@pytest.mark.parametrize(("room", "saved"), [(0, False), (4096, False), (40_000, True), (60_000, True)])
def test_an_index_on_a_full_disk(tmp_path: Path, server: Server, room: int, saved: bool) -> None:
    """Where the journal has room and the index has none, an answer is refused with words, or is on disk and the words
    say so; the index is not thrown away, and the next command has the answer.
    """
    root, env = make_collection(tmp_path, {"a.yaml": basic_deck(*NOTES)})
    assert server.srs(root, env, "answer", "one:answer", "good", "--now", "2026-12-01T09:00:00Z")["code"] == 0
    index = cache_folder(root, env) / "index.sqlite3"
    limit, inode = (root / "journal" / FILE).stat().st_size + 400 + room, index.stat().st_ino
    done = server.srs(root, env, "answer", "one:answer", "good", "--now", "2026-12-02T09:00:00Z", limit=limit)
    assert done["code"] == 1
    assert done["err"].startswith("srs: the event is saved" if saved else f"srs: {index}: the index cannot be used")
    assert len(event_ids(root)) == 1 + saved
    assert index.stat().st_ino == inode
    assert server.srs(root, env, "doctor", "--now", "2026-12-02T09:00:00Z")["code"] == 0
    collection = open_collection(root, env)
    assert collection.state("one:answer").reps == 1 + saved
    assert_index_is_the_text(collection, tmp_path)
    collection.db.close()


def test_an_index_deleted_under_a_sitting(sitting: Sitting) -> None:
    """Where the cache is emptied under an open sitting, no acknowledged answer is lost."""
    sitting.rate()
    shutil.rmtree(sitting.env["SRS_CACHE_DIR"])
    said = None
    try:
        sitting.rate()
    except SrsError as error:
        said = error.message
    collection = open_collection(sitting.root, sitting.env)
    assert len(event_ids(sitting.root)) == len(sitting.given) + (said is not None and "is saved" in said)
    assert_index_is_the_text(collection, sitting.tmp_path)
    collection.db.close()
