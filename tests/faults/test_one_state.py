"""Any split, order and duplication of the journal's files is one state, however it arrives and whoever works it out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from srs.collection.collection import Collection
from srs.memory import events as ev
from srs.memory.days import DAY_MS, EPOCH_DAY
from srs.memory.fold import fold, fold_many, live
from srs.memory.fsrs6 import Fsrs6
from srs.memory.schedule import Rules, answer, fuzz_seed
from srs.memory.state import CardState, New, Reviewing
from tests.faults.helpers import assert_index_is_the_text, close_to
from tests.support import basic_deck, make_collection, moment, open_collection, times

CARDS = ("one:answer", "two:answer", "gone:answer")
DEVICES = ("here-0001", "there-0002", "tram-0003")
RULES, MODEL = Rules(), Fsrs6()
KINDS = (
    ("review",) * 12 + ("cram", "undo", "undo", "undo", "undo newest undo", "reset", "due", "suspend", "unsuspend")
    + ("bury", "unbury", "flag", "mark", "amend", "amend", "batch", "content")
)  # fmt: skip
JUST_FILES = 'timezone = "Europe/Berlin"\n'


class Devices:
    """Devices that study apart, each by its own, partly stale, sight of what happened, some with a wrong clock."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.made: list[ev.Event] = []
        self.seen: dict[str, list[ev.Event]] = {device: [] for device in DEVICES}
        self.wrong = {device: chance.choice([0, 0, -3 * DAY_MS, 400 * DAY_MS, 3_600_000]) for device in DEVICES}
        self.now = moment()

    def does(self, kind: str) -> None:
        """One deed of one device; now and then it learns first of all that the others did."""
        device = self.chance.choice(DEVICES)
        if self.chance.random() < 0.4:
            self.seen[device] = list(self.made)
        self.now += round(self.chance.choice([0, 1, 60_000, DAY_MS / 3, 2 * DAY_MS]))
        for event in self._events(kind, self.now + self.wrong[device], self.seen[device]):
            self.made.append(event)
            self.seen[device].append(event)

    def _id(self, at: int) -> str:
        return ev.new_id(at, self.chance.randbytes(10))

    def _events(self, kind: str, at: int, seen: Sequence[ev.Event]) -> Iterable[ev.Event]:
        card, day = self.chance.choice(CARDS), at // DAY_MS + EPOCH_DAY
        target = self.chance.choice(seen or [ev.Undo("none", 0, "none")]).id
        if kind in ("review", "cram"):
            return [self._answer(at, day, card, seen, "cram" if kind == "cram" else "study")]
        if kind == "undo newest undo":
            undos = [event.id for event in seen if isinstance(event, ev.Undo)]
            return [ev.Undo(self._id(at), at, undos[-1])] if undos else []
        if kind == "batch":
            first = ev.SetDue(self._id(at), at, card, day + 9)
            others = [card for card in CARDS if card != first.card]
            more: list[ev.Event] = [
                ev.SetDue(self._id(at), at + n, name, day + 9, first.id) for n, name in enumerate(others)
            ]
            return [first, *more, ev.Amend(self._id(at), at + 3, target, at - DAY_MS, day - 1, first.id)]
        makers: dict[str, ev.Event] = {
            "undo": ev.Undo(self._id(at), at, target),
            "reset": ev.Reset(self._id(at), at, card),
            "due": ev.SetDue(self._id(at), at, card, day + self.chance.randrange(90)),
            "suspend": ev.Suspend(self._id(at), at, card, self.chance.choice([None, target])),
            "unsuspend": ev.Unsuspend(self._id(at), at, card),
            "bury": ev.Bury(self._id(at), at, card, day + 1),
            "unbury": ev.Unbury(self._id(at), at, card),
            "flag": ev.Flag(self._id(at), at, card, self.chance.randrange(8)),
            "mark": ev.Mark(self._id(at), at, card, self.chance.choice(["", "unclear"])),
            "amend": ev.Amend(self._id(at), at, target, at - self.chance.randrange(9) * DAY_MS, day - 3),
            "content": ev.Content(self._id(at), at, "one", f"{self.chance.randrange(99):02}"),
        }
        return [makers[kind]]

    def _answer(self, at: int, day: int, card: str, seen: Sequence[ev.Event], mode: ev.Mode) -> ev.Review:
        state = fold([event for event in live(seen) if ev.card_of(event) == card], RULES, MODEL)
        rating = self.chance.choice([1, 2, 3, 3, 3, 4])
        progress = answer(state, at, day, rating, RULES, MODEL, fuzz_seed(card, state.reps)).progress
        step = None if isinstance(progress, Reviewing) else progress.step
        return ev.Review(self._id(at), at, card, rating, 900, mode, day, progress.due, step, state.last_event)


def history(chance: Random, length: int) -> list[ev.Event]:
    """What the devices did, in the order in which they did it."""
    devices = Devices(chance)
    while len(devices.made) < length:
        devices.does(chance.choice(KINDS))
    return devices.made


def forged(events: list[ev.Event], chance: Random) -> list[ev.Event]:
    """Some ids used a second time, for another deed: only a forged journal has such."""
    again: list[ev.Event] = []
    for event in chance.sample(events, len(events) // 4):
        other = chance.choice(events)
        again.append(replace(other, id=event.id))
        if isinstance(event, ev.Review):
            again.append(replace(event, rating=1 + event.rating % 4, card=chance.choice(CARDS)))
    return again


def split(events: Sequence[ev.Event], chance: Random) -> dict[str, list[bytes]]:
    """The lines of each file: any event in any file, some in several, in any order, a header somewhere."""
    names = [f"{device}.2026.jsonl" for device in DEVICES]
    names += ["here-0001.2026.sync-conflict-20261201-AAAA.jsonl", "there-0002.2026 (copy).jsonl"]
    files: dict[str, list[bytes]] = {name: [] for name in names}
    for event in events:
        for name in chance.sample(names, chance.choice([1, 1, 1, 2, 5])):
            files[name] += [ev.encode(event)] * chance.choice([1, 1, 1, 1, 2])
    for name, lines in files.items():
        chance.shuffle(lines)
        lines.insert(chance.choice([0, 0, len(lines) // 2]), ev.header_line(name.partition(".")[0]))
    return files


def arrive(collection: Collection, files: Mapping[str, list[bytes]], chance: Random) -> None:
    """Let the files grow line by line or be replaced by longer ones, with looks at them in between."""
    folder = collection.root / "journal"
    folder.mkdir(exist_ok=True)
    there = dict.fromkeys(files, 0)
    while open_ones := [name for name in files if there[name] < len(files[name])]:
        name = chance.choice(open_ones)
        to = min(len(files[name]), there[name] + chance.choice([1, 2, 5, 100]))
        if chance.random() < 0.7:
            with (folder / name).open("ab") as file:
                file.write(b"".join(line + b"\n" for line in files[name][there[name] : to]))
        else:
            (folder / ".draft").write_bytes(b"".join(line + b"\n" for line in files[name][:to]))
            (folder / ".draft").replace(folder / name)
        there[name] = to
        if chance.random() < 0.5:
            collection.refresh()
    collection.refresh()


def states_of(events: Iterable[ev.Event]) -> dict[str, CardState]:
    """Each card folded on its own, one event after the other."""
    of_card: dict[str, list[ev.Event]] = {card: [] for card in CARDS}
    for event in live(events):
        card = ev.card_of(event)
        if card:
            of_card[card].append(event)
    return {card: fold(events, RULES, MODEL) for card, events in of_card.items()}


def shown(state: CardState) -> tuple[Any, ...]:
    """A state as numbers and texts; the memory first."""
    progress = state.progress
    memory, where = ((), ()) if isinstance(progress, New) else (progress.memory, (progress.due,))
    rest = (state.reps, state.lapses, state.last_at, state.last_day, state.last_event)
    other = (state.suspended, state.buried_until, state.flag, state.mark)
    return [*memory], (type(progress).__name__, *where, getattr(progress, "step", None), *rest, *other)


def assert_same(first: CardState, second: CardState) -> None:
    (memory, all_else), (other_memory, all_other) = shown(first), shown(second)
    assert all_else == all_other
    assert close_to(memory, other_memory)


@settings(max_examples=times(50))
@given(seed=st.integers(0, 2**32), length=st.integers(0, 40), forge=st.booleans())
@example(seed=1, length=40, forge=True)
def test_one_state(seed: int, length: int, forge: bool) -> None:
    """Split into any files, doubled and shuffled, and read as they arrive, a history is one state: that of the index
    brought up to date step by step, of one made anew, and of the fold. Events with one id but two contents, too.
    """
    chance = Random(seed)
    events = history(chance, length)
    if forge:
        events += forged(events, chance)
    with TemporaryDirectory() as folder:
        root, environ = make_collection(Path(folder), {"a.yaml": basic_deck("one", "two")}, JUST_FILES)
        collection = open_collection(root, environ)
        arrive(collection, split(events, chance), chance)
        assert_index_is_the_text(collection, Path(folder))
        for card, state in states_of(events).items():
            assert_same(collection.state(card), state)
        collection.db.close()


@settings(max_examples=times(40))
@given(seed=st.integers(0, 2**32), length=st.integers(0, 40), lot=st.integers(1, 5), ordered=st.booleans())
def test_long_journals(seed: int, length: int, lot: int, ordered: bool) -> None:
    """An index made anew is the fold also where files are too long for one lot, whether they are in order or not."""
    chance = Random(seed)
    events = history(chance, length)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("srs.collection.history._AT_ONCE", lot)
        root, environ = make_collection(Path(folder), {"a.yaml": basic_deck("one", "two")}, JUST_FILES)
        (root / "journal").mkdir(exist_ok=True)
        for name, lines in split(events, chance).items():
            (root / "journal" / name).write_bytes(
                b"".join(line + b"\n" for line in (sorted(lines) if ordered else lines))
            )
        collection = open_collection(root, environ)
        for card, state in states_of(events).items():
            assert_same(collection.state(card), state)
        collection.db.close()


@settings(max_examples=times(40))
@given(seed=st.integers(0, 2**32), length=st.integers(1, 30))
def test_all_at_once_is_one_by_one(seed: int, length: int) -> None:
    """After every event the vectorised replay and the fold of each card alone agree, memories to 1e-9."""
    events = history(Random(seed), length)
    for count in range(len(events) + 1):
        settled = live(events[:count])
        bulk = fold_many(settled, lambda card: (RULES, MODEL))
        for card, state in states_of(events[:count]).items():
            assert_same(bulk.get(card, CardState()), state)


@settings(max_examples=times(60))
@given(seed=st.integers(0, 2**32), length=st.integers(1, 40), forge=st.booleans())
def test_lines_in_any_order(seed: int, length: int, forge: bool) -> None:
    """What counts, and in which order, does not hang on the order or number in which the lines are read."""
    chance = Random(seed)
    events = history(chance, length)
    if forge:
        events += forged(events, chance)
    settled = live(events)
    for _ in range(4):
        again = events + chance.sample(events, len(events) // 3)
        chance.shuffle(again)
        assert live(again) == settled


@settings(max_examples=times(40))
@given(seed=st.integers(0, 2**32), length=st.integers(2, 40))
def test_undo_of_undo(seed: int, length: int) -> None:
    """Taking something back and taking that back again is as if neither had happened, on whichever device."""
    chance = Random(seed)
    events = history(chance, length)
    at = moment() + 500 * DAY_MS
    named = {event.event for event in events if isinstance(event, ev.Undo)}
    free = [event for event in events if event.id not in named]
    if not free:
        return
    first = ev.Undo(ev.new_id(at, bytes(10)), at, chance.choice(free).id)
    second = ev.Undo(ev.new_id(at - DAY_MS, bytes(10)), at - DAY_MS, first.id)
    assert states_of([second, *events, first]) == states_of(events)
