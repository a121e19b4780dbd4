import json
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srs.collection import settled
from srs.collection.collection import Collection, plan_of
from srs.collection.content import Seen
from srs.collection.index import filled, open_index, writing
from srs.collection.locations import cache_folder
from srs.collection.settings import DeckSettings, Settings
from srs.errors import SrsError
from srs.memory import events as ev
from srs.memory.days import DAY_MS, study_day
from srs.memory.fold import fold, live
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from srs.memory.state import CardState, New
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck

BERLIN = 'timezone = "Europe/Berlin"\n'


def index_file(root: Path, environ: Mapping[str, str]) -> Path:
    return cache_folder(root, environ) / "index.sqlite3"


def studied(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A collection with some answers, closed."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two", "three")})
    collection = open_collection(root, environ)
    for n, card in enumerate(("one:answer", "two:answer", "one:answer")):
        collection.answer(card, 3, moment() + n * DAY_MS, 1000)
    collection.db.close()
    return root, environ


def tables(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """What two indexes over the same files must agree on."""
    columns = [row[1] for row in db.execute("pragma table_info(state)") if row[1] not in _REAL]
    return {
        "state": db.execute(f"select {', '.join(columns)} from state order by card").fetchall(),
        "event": db.execute(
            "select id, at, day, do, card, subject, dead, written_at from event order by id"
        ).fetchall(),
        "card": db.execute("select id, deck, path, position, active, fresh from card order by id, path").fetchall(),
        "problem": db.execute("select path, line, message from problem order by path, line, message").fetchall(),
    }


_REAL = ("memory", "stability", "difficulty")


def memories(db: sqlite3.Connection) -> list[float]:
    rows = db.execute(f"select {', '.join(_REAL)} from state where memory is not null order by card")
    return [number for memory, *shown in rows for number in (*json.loads(memory), *shown)]


def assert_made_anew_is_the_same(collection: Collection, tmp_path: Path) -> None:
    """The index equals one made from the files alone; memories to 1e-9."""
    anew = open_collection(collection.root, environ_of(tmp_path, "fresh-0009"))
    assert tables(collection.db) == tables(anew.db)
    assert memories(collection.db) == pytest.approx(memories(anew.db), rel=1e-9)
    anew.db.close()
    shutil.rmtree(tmp_path / "cache-fresh-0009")


def deleted(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all, but text " * 1000)


def garbage_inside(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xaa" * (len(data) - 4096)
    path.write_bytes(bytes(data))


def another_version(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("pragma user_version = 99")
    db.execute("drop table state")
    db.close()


def foreign(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("create table meta (other integer)")
    db.close()


@pytest.mark.parametrize(
    "spoil", [deleted, truncated, empty, garbage, garbage_inside, another_version, foreign], ids=lambda f: f.__name__
)
def test_a_spoilt_index_is_made_anew(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """Whatever happens to the index file, the next command stands where the text says."""
    root, environ = studied(tmp_path)
    path = index_file(root, environ)
    spoil(path)
    for suffix in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    collection = open_collection(root, environ)
    assert_made_anew_is_the_same(collection, tmp_path)
    assert collection.state("one:answer").reps == 2


def test_only_the_owner_can_read_the_index(tmp_path: Path) -> None:
    """The index tells habits, so other users of the machine cannot read it."""
    root, environ = studied(tmp_path)
    assert index_file(root, environ).stat().st_mode & 0o077 == 0


def test_a_cache_that_cannot_be_used(tmp_path: Path) -> None:
    """Where the index cannot be made, the user is told which folder to mend, without a traceback."""
    root, environ = make_collection(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SrsError, match="file"):
        open_collection(root, {**environ, "SRS_CACHE_DIR": str(tmp_path / "file")})
    path = index_file(root, environ)
    path.mkdir(parents=True)
    with pytest.raises(SrsError) as caught:
        open_collection(root, environ)
    assert "SRS_CACHE_DIR" in caught.value.hint


def test_an_index_spoilt_while_we_study(tmp_path: Path) -> None:
    """An answer whose journal line is on disk is not lost when the index breaks right then; the next command has it."""
    root, environ = studied(tmp_path)
    collection = open_collection(root, environ)
    collection.db.execute("drop table state")
    with pytest.raises(SrsError, match="saved"):
        collection.record([ev.Flag(ev.new_id(moment(), bytes(10)), moment(), "one:answer", 3)])
    collection.db.close()
    assert open_collection(root, environ).state("one:answer").flag == 3


def mode_of(db: sqlite3.Connection) -> str:
    return str(db.execute("pragma journal_mode").fetchone()[0])


def test_reading_while_another_program_writes(tmp_path: Path) -> None:
    """While one program writes in the index another one reads what was there before, and waits for nobody."""
    root, environ = studied(tmp_path)
    writer, reader = open_collection(root, environ), open_collection(root, environ)
    with writing(writer.db):
        writer.db.execute("update state set reps = 99")
        assert reader.state("one:answer").reps == 2
    assert reader.state("one:answer").reps == 99


def test_a_reader_in_the_way_when_an_index_was_made(tmp_path: Path) -> None:
    """Where somebody reads in a new index just when it is full, it is as good, and the next opening lets all read."""
    root, environ = studied(tmp_path)
    path = index_file(root, environ)
    deleted(path)
    open_index(path).close()
    reader = sqlite3.connect(path, isolation_level=None)
    db = open_index(path)
    reader.execute("begin").connection.execute("select * from meta").fetchall()
    filled(db, path)
    assert mode_of(db) == "delete"
    reader.close()
    db.close()
    collection = open_collection(root, environ)
    assert mode_of(collection.db) == "wal"
    assert_made_anew_is_the_same(collection, tmp_path)


def test_a_kill_while_an_index_is_made(tmp_path: Path) -> None:
    """A program that dies over a new index, with half of it in the file, leaves nothing that the next one takes."""
    root, environ = studied(tmp_path)
    path = index_file(root, environ)
    deleted(path)
    script = (
        "import os; from pathlib import Path; from srs.collection import collection, history, index;"
        "index._ROOM = 1; done = history._take_all;"
        "history._take_all = lambda db, *a: (done(db, *a), db.execute('create table much as select zeroblob(100000)'),"
        " os._exit(9));"
        f"collection.Collection.open(Path({str(root)!r}), {environ!r})"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert path.with_name(path.name + "-journal").exists() and path.stat().st_size > 100_000
    collection = open_collection(root, environ)
    assert_made_anew_is_the_same(collection, tmp_path)
    assert collection.state("one:answer").reps == 2


# Any order of arrival

CARDS = ("one:answer", "old:answer", "two:answer", "gone:answer")
DEVICES = ("here-0001", "there-0002", "tram-0003")
DECK = basic_deck("one", "two")
ALIASED = DECK + "  - q: Three?\n    id: three\n    was: [old]\n    a: Yes\n"
PER_DECK = BERLIN + "[deck.a]\ndesired_retention = 0.8\n"


KINDS = [
    *("review", "review", "review", "undo", "suspend", "unsuspend", "bury", "flag", "mark", "reset", "due", "amend"),
    "content",
]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, ev.Event]]:
    """Events with their devices: honest answers, late ones, undos, amends, links to anything, as they arrive."""
    made: list[tuple[str, ev.Event]] = []
    count = draw(st.integers(1, 14))
    ids = [ev.new_id(moment() + n, n.to_bytes(10)) for n in range(count)]
    targets = st.sampled_from(ids)
    for n, id_ in enumerate(ids):
        at = moment() + draw(st.integers(0, 40)) * DAY_MS // 2 + draw(st.integers(0, 3))
        day, card = at // DAY_MS + 719_163, draw(st.sampled_from(CARDS))
        kind = draw(st.sampled_from(KINDS))
        event: ev.Event
        if kind == "review":
            rating, step = draw(st.integers(1, 4)), draw(st.sampled_from([None, None, 0, 1]))
            after = draw(st.none() | st.sampled_from(ids[: n or 1]))
            due = day + draw(st.integers(1, 30)) if step is None else at + 60_000
            mode: ev.Mode = draw(st.sampled_from(["study", "study", "study", "cram"]))
            event = ev.Review(id_, at, card, rating, 1000, mode, day, due, step, after)
        elif kind == "undo":
            event = ev.Undo(id_, at, draw(targets))
        elif kind == "suspend":
            event = ev.Suspend(id_, at, card, draw(st.none() | targets))
        elif kind == "unsuspend":
            event = ev.Unsuspend(id_, at, card)
        elif kind == "bury":
            event = ev.Bury(id_, at, card, day + 1)
        elif kind == "flag":
            event = ev.Flag(id_, at, card, draw(st.integers(0, 7)))
        elif kind == "mark":
            event = ev.Mark(id_, at, card, draw(st.sampled_from(["", "unclear"])))
        elif kind == "reset":
            event = ev.Reset(id_, at, card)
        elif kind == "due":
            event = ev.SetDue(id_, at, card, day + 5)
        elif kind == "amend":
            event = ev.Amend(id_, at, draw(targets), at - DAY_MS, day - 1)
        else:
            event = ev.Content(id_, at, "one", "abc")
        made.append((draw(st.sampled_from(DEVICES)), event))
    return draw(st.permutations(made))


def arrive(root: Path, device: str, event: ev.Event) -> None:
    path = root / "journal" / f"{device}.2026.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.write((b"" if file.tell() else ev.header_line(device) + b"\n") + ev.encode(event) + b"\n")


@settings(max_examples=60, deadline=None)
@given(
    history=histories(),
    refreshes=st.lists(st.booleans(), min_size=14, max_size=14),
    alias_after=st.integers(0, 14),
    per_deck=st.booleans(),
)
def test_the_order_of_arrival_does_not_matter(
    history: Sequence[tuple[str, ev.Event]], refreshes: Sequence[bool], alias_after: int, per_deck: bool
) -> None:
    """However events of several devices arrive, with refreshes between and a `was:` added meanwhile, the index equals
    one made anew from the files, and each state equals the fold of the card's live events.
    """
    with TemporaryDirectory() as folder:
        tmp_path = Path(folder)
        root, environ = make_collection(tmp_path, {"a.yaml": DECK}, PER_DECK if per_deck else BERLIN)
        collection = open_collection(root, environ)
        for n, (device, event) in enumerate(history):
            arrive(root, device, event)
            if n == alias_after:
                write_deck(root, "a.yaml", ALIASED)
            if refreshes[n]:
                collection.refresh()
        collection.refresh()
        aliased = {"old:answer": "three:answer"} if alias_after < len(history) else {}
        assert_made_anew_is_the_same(collection, tmp_path)
        agrees_with_the_fold(collection, [event for _, event in history], aliased)
        collection.db.close()


def agrees_with_the_fold(collection: Collection, events: Sequence[ev.Event], aliased: Mapping[str, str]) -> None:
    by_card: dict[str, list[ev.Event]] = {}
    for event in live(events):
        card = getattr(event, "card", None)
        if card:
            by_card.setdefault(aliased.get(card, card), []).append(event)
    for card in {*by_card, *CARDS} - aliased.keys():
        rules, model = collection._plan.of_deck(collection._deck_of(card))
        expected, found = fold(by_card.get(card, []), rules, model), collection.state(card)
        assert without_memory(found) == without_memory(expected), card


def without_memory(state: CardState) -> tuple[Any, ...]:
    progress = state.progress
    where = () if isinstance(progress, New) else (progress.due, getattr(progress, "step", None))
    rest = (state.reps, state.lapses, state.last_at, state.last_day, state.last_event)
    return type(progress), where, rest, state.suspended, state.buried_until, state.flag, state.mark


@settings(max_examples=20, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["answer", "answer", "answer", "undo", "suspend", "reset", "due"]),
            st.sampled_from(["here-0001", "there-0002"]),
            st.sampled_from(["one:answer", "two:answer"]),
            st.integers(1, 4),
            st.integers(1, 5 * DAY_MS),
        ),
        max_size=12,
    )
)
def test_two_devices_that_share_a_folder(steps: Sequence[tuple[str, str, str, int, int]]) -> None:
    """Whatever two devices do in turn in one folder, each one's index equals one made anew."""
    with TemporaryDirectory() as folder:
        tmp_path = Path(folder)
        root, environ = make_collection(tmp_path, {"a.yaml": DECK})
        devices = {"here-0001": open_collection(root, environ)}
        devices["there-0002"] = open_collection(root, environ_of(tmp_path, "there-0002"))
        now = moment()
        for kind, device, card, rating, wait in steps:
            now += wait
            collection, id_ = devices[device], ev.new_id(now, rating.to_bytes(10))
            if kind == "answer":
                collection.answer(card, rating, now, None)
            elif kind == "undo":
                collection.undo(now)
            elif kind == "suspend":
                collection.record([ev.Suspend(id_, now, card, None)])
            elif kind == "reset":
                collection.record([ev.Reset(id_, now, card)])
            else:
                collection.record([ev.SetDue(id_, now, card, collection.day(now) + 3)])
        for collection in devices.values():
            collection.refresh()
            assert_made_anew_is_the_same(collection, tmp_path)
            collection.db.close()


def test_an_amend_cannot_be_amended(tmp_path: Path) -> None:
    """An amend that names another amend changes nothing: it holds whatever arrives in which order."""
    root, environ = make_collection(tmp_path, {"a.yaml": DECK})
    at, ids = moment(), [ev.new_id(moment() + n, bytes(10)) for n in range(4)]
    day = study_day(at, open_collection(root, environ).zone, 4)
    review = ev.Review(ids[0], at, "one:answer", 4, 1, "study", day, day + 8, None, None)
    first = ev.Amend(ids[1], at + 1, ids[0], at - 2 * DAY_MS, day - 2)
    second = ev.Amend(ids[2], at + 2, ids[0], at - DAY_MS, day - 1)
    of_amend = ev.Amend(ids[3], at + 3, ids[2], at - 5 * DAY_MS, day - 5)
    for event in (review, first, second, of_amend):
        arrive(root, "there-0002", event)
        open_collection(root, environ)
    arrive(root, "there-0002", ev.Flag(ev.new_id(at, b"9" * 10), at, "one:answer", 1))
    arrive(root, "there-0002", ev.Undo(ev.new_id(at, b"8" * 10), at, "nothing"))
    collection = open_collection(root, environ)
    assert collection.state("one:answer").last_day == day - 1


OTHER_PARAMETERS = [
    1.5, 2.5, 4.0, 12.0, 6.0, 0.9, 3.2, 0.01, 1.9, 0.2, 0.9,
    1.6, 0.07, 0.3, 1.7, 0.65, 1.9, 0.6, 0.1, 0.07, 0.2,
]  # fmt: skip


def test_settings_refold_memory_and_move_no_date(tmp_path: Path) -> None:
    """Other settings give other memories at once, and no due date moves."""
    root, environ = studied(tmp_path)
    before = {
        row[0]: row[1:]
        for row in open_collection(root, environ).db.execute("select card, kind, due, step, stability from state")
    }
    (root / "srs.toml").write_text(
        f"{BERLIN}[study]\ndesired_retention = 0.8\nmaximum_interval = 2\n"
        f'[fsrs]\nlearning_steps = ["5m"]\nparameters = {OTHER_PARAMETERS}\n'
    )
    collection = open_collection(root, environ)
    after = {row[0]: row[1:] for row in collection.db.execute("select card, kind, due, step, stability from state")}
    assert {card: row[:3] for card, row in after.items()} == {card: row[:3] for card, row in before.items()}
    assert all(after[card][3] != before[card][3] for card in before)
    assert_made_anew_is_the_same(collection, tmp_path)


def test_settings_of_the_day_fold_nothing(tmp_path: Path) -> None:
    """Limits, order and what is done about leeches move no state: no card is folded again for them."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("x")}, BERLIN)
    open_collection(root, environ).answer("x:answer", 3, moment(), 100)
    told: list[str] = []

    def folds(settings: str) -> bool:
        (root / "srs.toml").write_text(BERLIN + settings, "utf-8")
        told.clear()
        Collection.open(root, environ, True, lambda what, done, total: told.append(what)).db.close()
        return "Working out memories" in told

    assert not folds('[study]\nnew_per_day = 3\nleech_action = "mark"\n[deck.A]\nmix = "new-first"\n')
    assert folds("[deck.A]\nfuzz = false\n")


def test_each_setting_is_of_the_day_or_of_the_rules() -> None:
    """What the states are folded for changes with a setting just where the rules or the model do."""
    others = {
        "desired_retention": 0.8, "new_per_day": 3, "reviews_per_day": 3, "new_order": "random", "mix": "new-first",
        "learn_ahead": 60, "bury_siblings": False, "leech_at": 4, "leech_action": "mark", "maximum_interval": 99,
        "easy_days": ("sun",), "learning_steps": (), "relearning_steps": (), "fuzz": False,
        "parameters": (*DEFAULT_PARAMETERS[:20], 0.2),
    }  # fmt: skip
    assert {field.name for field in fields(DeckSettings)} == {"model", *others}  # of models there is one
    usual = Settings()
    for name, value in others.items():
        for changed in (Settings(defaults=DeckSettings(**{name: value})), Settings(decks={"A": {name: value}})):
            ruled = plan_of(changed).of_deck("A") != plan_of(usual).of_deck("A")
            assert (plan_of(changed).fingerprint != plan_of(usual).fingerprint) == ruled
            assert plan_of(changed).per_deck == (ruled and bool(changed.decks))


def test_a_deck_of_its_own_settings_refolds_when_a_card_moves(tmp_path: Path) -> None:
    """Where parameters differ by deck, a card that moves to another deck has the memory of that deck's parameters."""
    root, environ = make_collection(
        tmp_path, {"a.yaml": basic_deck("one")}, f"{BERLIN}[deck.B]\nparameters = {OTHER_PARAMETERS}\n"
    )
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), 0)
    before = collection.view("one:answer", moment())
    write_deck(root, "a.yaml", "deck: B\n" + basic_deck("one"))
    collection.refresh()
    after = collection.view("one:answer", moment())
    assert [before.stability, after.stability] == pytest.approx([2.3065, 4.0])
    assert before.due == after.due


# Several processes


def answer_many(root: Path, environ: dict[str, str], cards: Sequence[str], barrier: Any) -> None:
    barrier.wait()
    collection = open_collection(root, environ)
    for n, card in enumerate(cards):
        collection.answer(card, 3, moment() + n * 10, 0)


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    """Processes that open a collection for the first time and answer at once lose no answer, in journal or index."""
    names = [f"n{n}" for n in range(40)]
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck(*names)})
    cards = [f"{name}:answer" for name in names]
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    parts = (cards[:15], cards[15:30], cards[30:])
    workers = [context.Process(target=answer_many, args=(root, environ, part, barrier)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    lines = (root / "journal/here-0001.2026.jsonl").read_bytes().splitlines()
    assert len(lines) == 1 + len(cards) and not any(isinstance(ev.decode(line), ev.Bad) for line in lines)
    collection = open_collection(root, environ)
    assert {card for card in cards if collection.state(card).reps == 1} == set(cards)
    assert_made_anew_is_the_same(collection, tmp_path)


def test_one_card_answered_twice_at_once(tmp_path: Path) -> None:
    """Answers to one card from two devices that did not see each other both count, and both agree on the state."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    other = environ_of(tmp_path, "there-0002")
    here, there = open_collection(root, environ), open_collection(root, other)
    here.answer("one:answer", 3, moment(), 0)
    there.answer("one:answer", 1, moment() + 5, 0)
    here.refresh()
    there.refresh()
    assert_made_anew_is_the_same(here, tmp_path)
    assert_made_anew_is_the_same(there, tmp_path)
    assert here.state("one:answer").reps == 2


def test_a_file_that_another_program_began_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another program begins a journal file, and has the index know it, while this one looks at the files, the
    index keeps its events, and none is taken for lost.
    """
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    here, there = open_collection(root, environ), open_collection(root, environ)
    look = settled.journal_files

    def slowly(folder: Path) -> dict[str, Seen]:
        found = look(folder)
        monkeypatch.undo()
        there.answer("one:answer", 3, moment(), 0)
        return found

    monkeypatch.setattr(settled, "journal_files", slowly)
    here.refresh()
    assert there.state("one:answer").reps == 1
    assert not there.lost_file.exists()


def test_a_journal_that_leads_in_a_circle(tmp_path: Path) -> None:
    """A journal file that is a link to itself is named; half a history would be a wrong one."""
    root, environ = studied(tmp_path)
    (root / "journal/loop.jsonl").symlink_to("loop.jsonl")
    with pytest.raises(SrsError, match=r"loop\.jsonl: cannot be read, too many"):
        open_collection(root, environ)


def test_importing_the_collection_is_light(tmp_path: Path) -> None:
    """Opening a collection whose files did not change imports no YAML, Markdown, NumPy or fsrs."""
    root, environ = studied(tmp_path)
    open_collection(root, environ)
    script = (
        "import sys; from pathlib import Path; from tests.support import open_collection;"
        f"from srs.study.today import agenda_of; c = open_collection(Path({str(root)!r}), {environ!r});"
        f"agenda_of(c, {moment()});"
        "print([m for m in ('yaml', 'numpy', 'fsrs', 'markdown_it', 'pygments', 'rich') if m in sys.modules])"
    )
    # The decks must be older than the second in which a file is looked at again.
    for file in (root / "decks").iterdir():
        os.utime(file, (1_700_000_000, 1_700_000_000))
    open_collection(root, environ)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
