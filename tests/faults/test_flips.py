"""A damaged journal: every whole line counts, every damaged one is named, and nothing stops."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from srs.collection import journal
from srs.collection.collection import Collection
from srs.memory import events as ev
from srs.memory.days import DAY_MS
from tests.faults.helpers import Server, assert_index_is_the_text
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, times

NOW = "2027-12-31T09:00:00Z"
CARDS = ("one:answer", "two:answer", "three:answer")
DEVICES = ("here-0001", "there-0002")
Files = Mapping[str, bytes]


def some_event(number: int, chance: Random) -> ev.Event:
    """Any kind of event, about one card of three; what it names is an earlier one."""
    at, card = moment() + number * DAY_MS // 7, chance.choice(CARDS)
    id_, earlier = _id(number), _id(chance.randrange(number + 1))
    day = at // DAY_MS + 719_163
    every: list[ev.Event] = [
        *[ev.Review(id_, at, card, chance.randrange(1, 5), 900, "study", day, day + 3, None, earlier)] * 4,
        ev.Review(id_, at, card, 1, None, "cram", day, at + 60_000, 0, None),
        ev.Undo(id_, at, earlier),
        ev.Suspend(id_, at, card, None),
        ev.Unsuspend(id_, at, card),
        ev.Flag(id_, at, card, chance.randrange(8)),
        ev.Mark(id_, at, card, "zu läng 語\u2028 \x85"),
        ev.SetDue(id_, at, card, day + 9),
        ev.Amend(id_, at, earlier, at - DAY_MS, day - 1),
    ]
    return chance.choice(every)


def _id(number: int) -> str:
    return ev.new_id(moment() + number, number.to_bytes(10))


def written() -> Files:
    """The files of two devices over two years, and a copy of one as a synchroniser leaves it, shorter by some lines."""
    chance = Random(3)
    files = {}
    for number, name in enumerate(f"{device}.{year}.jsonl" for year in (2026, 2027) for device in DEVICES):
        events = [some_event(number * 100 + n, chance) for n in range(25)]
        lines = [ev.header_line(name.partition(".")[0]), *map(ev.encode, events)]
        files[name] = b"".join(line + b"\n" for line in lines)
    first = files["here-0001.2026.jsonl"].splitlines(keepends=True)
    files["here-0001.2026.sync-conflict-20261201-AAAA.jsonl"] = b"".join(first[:20])
    return files


FILES = written()
WHOLE = frozenset(line for data in FILES.values() for line in data.split(b"\n") if line)


def flip(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1 :]


def flip_newline(data: bytes, chance: Random) -> bytes:
    at = chance.choice([found.start() for found in re.finditer(b"\n", data)] or [0])
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def cut_end(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_out(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice([1, 1, 3, 50, 400]) :]


def insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    what = chance.choice([b"\n", b"\r", b"\r\n", b"\x00", b"\n\n", b'"', b"\xff", chance.randbytes(40), bytes(9000)])
    return data[:at] + what + data[at:]


def double(data: bytes, chance: Random) -> bytes:
    at, size = chance.randrange(len(data)), chance.choice([1, 30, 500])
    return data[: at + size] + data[at:]


DAMAGES = (flip, flip, flip, flip_newline, cut_end, cut_out, insert, insert, double)


def damaged(data: bytes, chance: Random, most: int) -> bytes:
    for _ in range(chance.randrange(1, most + 1)):
        data = chance.choice(DAMAGES)(data, chance) if data else data
    return data


def expected(files: Files) -> tuple[set[str], set[tuple[str, int]]]:
    """The ids that count, and the places (file, line) to be named. A line counts if it is one of those written."""
    ids, places = set(), set()
    for name, data in files.items():
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.rstrip(b"\r") in WHOLE:
                decoded = ev.decode(line)
                ids |= set() if isinstance(decoded, ev.Header | ev.Bad) else {decoded.id}
            elif line:
                places.add((f"journal/{name}", number))
    return ids, places


def put(root: Path, files: Files) -> None:
    """Have these files and no others in the journal, each changed one replaced as a synchroniser does."""
    folder = root / "journal"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            draft = folder / ".draft"
            draft.write_bytes(data)
            draft.replace(path)


def counted(collection: Collection) -> tuple[set[str], set[tuple[str, int]]]:
    """The ids in the index, and the places that it names."""
    places = [(problem.path, problem.line) for problem in collection.problems()]
    assert len(places) == len(set(places))
    return {row[0] for row in collection.db.execute("select id from event")}, set(places)


def test_a_thousand_damaged_files_read(tmp_path: Path) -> None:
    """Of a damaged file every whole line is read as it was, in order, and no other line means anything."""
    chance, path = Random(1), tmp_path / "journal.jsonl"
    for _ in range(times(1000)):
        data = damaged(FILES[chance.choice(list(FILES))], chance, 2)
        path.write_bytes(data)
        chunk = journal.read(path, None, ev.is_whole)
        assert chunk is not None
        lines = data.split(b"\n")
        assert [*chunk.lines, b""] == lines or chunk.lines == lines or [*chunk.lines, lines[-1]] == lines
        for line in lines:
            bad = isinstance(ev.decode(line), ev.Bad)
            assert bad == (line.rstrip(b"\r\n") not in WHOLE), line
        assert chunk.torn == (len(lines[-1]) if lines[-1].rstrip(b"\r") not in WHOLE else 0)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two", "three")})
    put(root, FILES)
    return open_collection(root, environ)


def test_a_thousand_damages_counted(collection: Collection) -> None:
    """A thousand damages, a few at a time, under an open collection: exactly the whole lines count, and exactly the
    others are named by file and line.
    """
    chance, done = Random(2), 0
    while done < times(1000):
        files = dict(FILES)
        for name in chance.sample(list(FILES), chance.randrange(1, 5)):
            files[name] = damaged(files[name], chance, 3)
            done += 2  # so many each on average
        put(collection.root, files)
        collection.refresh()
        assert counted(collection) == expected(files)
    collection.db.close()


def test_damage_and_growth(collection: Collection, tmp_path: Path) -> None:
    """Where damaged files grow in place and are read bit by bit, the index equals one made from the files alone."""
    chance = Random(5)
    for trial in range(times(12)):
        files = dict.fromkeys(FILES, b"")
        put(collection.root, files)
        wanted = {name: damaged(data, chance, 6) for name, data in FILES.items()}
        for _ in range(6):
            for name, data in wanted.items():
                more = data[len(files[name]) :][: chance.randrange(2500)]
                with (collection.root / "journal" / name).open("ab") as file:
                    file.write(more)
                files[name] += more
            collection.refresh()
            assert counted(collection) == expected(files), trial
        assert_index_is_the_text(collection, tmp_path)
    collection.db.close()


@pytest.mark.parametrize("number", range(6))
def test_a_line_damaged_in_place(collection: Collection, tmp_path: Path, number: int) -> None:
    """A line overwritten in place, the file as long as before, is named by the next command, wherever it stands."""
    (name,) = [name for name in FILES if name == "there-0002.2026.jsonl"]
    path = collection.root / "journal" / name
    at = len(FILES[name]) * number // 6 + 20
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"#")
    collection.refresh()
    assert counted(collection) == expected({**FILES, name: path.read_bytes()})
    assert_index_is_the_text(collection, tmp_path)
    collection.db.close()


def test_the_command_line_names_damage(tmp_path: Path, server: Server) -> None:
    """`srs check` and `srs doctor` end with 1 and name every damaged line; every other command still works."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two", "three", "calm")})
    chance = Random(4)
    for _ in range(times(6)):
        files = {name: damaged(data, chance, 4) for name, data in FILES.items()}
        put(root, files)
        _, places = expected(files)
        torn = {(f"journal/{name}", data.count(b"\n") + 1) for name, data in files.items()}
        for command, wrong in (("check", places), ("doctor", places - torn)):  # an unfinished end is no fault
            done = server.srs(root, environ, command, "--now", NOW)
            assert done["code"] == (1 if wrong else 0), done["out"] + done["err"]
            assert not missing(places, done["out"]), done["out"]
        assert server.srs(root, environ, "list", "--json")["code"] == 0
        assert server.srs(root, environ, "answer", "calm:answer", "good", "--now", "2027-12-31T09:00:00Z")["code"] == 0


def missing(places: set[tuple[str, int]], text: str) -> Sequence[tuple[str, int]]:
    """The places that are not named in a text as `path:line:`."""
    return [place for place in places if f"{place[0]}:{place[1]}:" not in text]


def test_a_damaged_line_that_another_file_has_whole(tmp_path: Path) -> None:
    """What is damaged in one file and whole in a copy counts, and the damage is named all the same."""
    root, _ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    data = FILES["here-0001.2026.jsonl"]
    lines = data.split(b"\n")
    lines[4] = lines[4][:-9] + b"00000000" + lines[4][-1:]
    files = {"here-0001.2026.jsonl": data, "here-0001.2026 (copy).jsonl": b"\n".join(lines)}
    put(root, files)
    collection = open_collection(root, environ_of(tmp_path, "there-0002"))
    ids, places = counted(collection)
    assert ids == expected({"here-0001.2026.jsonl": data})[0]
    assert places == {("journal/here-0001.2026 (copy).jsonl", 5)}
    collection.db.close()
