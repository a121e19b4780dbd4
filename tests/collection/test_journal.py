import multiprocessing
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from srs.collection import journal
from srs.collection.journal import JournalError, append
from srs.errors import SrsError
from srs.memory import events as ev
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection

HEADER = ev.header_line("here-0001")
ROOT = Path(__file__).parents[2]


def flag(n: int, card: str = "one:answer") -> bytes:
    """The line of the `n`th flag event."""
    at = moment() + n
    return ev.encode(ev.Flag(ev.new_id(at, n.to_bytes(10)), at, card, 1 + n % 7))


def whole(line: bytes) -> bool:
    return not isinstance(ev.decode(line), ev.Bad)


def put(path: Path, *lines: bytes) -> None:
    append(path, HEADER, lines, whole, path.parent.parent / "aside")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "here-0001.2026.jsonl"


def test_the_literal_forms(tmp_path: Path) -> None:
    """What answering, suspending and undoing leave on disk is byte for byte the form of the design."""
    root, environ = make_collection(
        tmp_path, {"a.yaml": basic_deck("one")}, 'timezone = "Europe/Berlin"\n[study]\nleech_at = 1\n'
    )
    collection = open_collection(root, environ, fixed_clock=True)
    collection.answer("one:answer", 4, moment("2026-12-01T12:00:00.120+01:00"), 4120)
    collection.answer("one:answer", 1, moment("2026-12-31T12:00:00+01:00"), None)
    collection.undo(moment("2026-12-31T12:00:01+01:00"))
    header, easy, again, suspend, undo = (root / "journal/here-0001.2026.jsonl").read_text("utf-8").splitlines()
    uuid, crc = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", '"crc":"[0-9a-f]{8}"}'
    assert re.fullmatch('{"srs":1,"device":"here-0001",' + crc, header)
    assert re.fullmatch(
        f'{{"id":"{uuid}","at":"2026-12-01T11:00:00.120Z","do":"review","card":"one:answer","rating":4,"ms":4120,'
        f'"mode":"study","day":"2026-12-01","due":"2026-12-0[0-9]","step":null,"after":null,{crc}',
        easy,
    )
    assert re.fullmatch(
        f'{{"id":"({uuid})","at":"2026-12-31T11:00:00.000Z","do":"review","card":"one:answer","rating":1,"ms":null,'
        f'"mode":"study","day":"2026-12-31","due":"2026-12-31T11:10:00.000Z","step":0,"after":"{easy[7:43]}",{crc}',
        again,
    )
    assert re.fullmatch(
        f'{{"id":"{uuid}","at":"2026-12-31T11:00:00.001Z","do":"suspend","card":"one:answer","because":"{again[7:43]}",{crc}',
        suspend,
    )
    assert re.fullmatch(
        f'{{"id":"{uuid}","at":"2026-12-31T11:00:01.000Z","do":"undo","event":"{again[7:43]}",{crc}', undo
    )


def test_one_file_a_year(tmp_path: Path) -> None:
    """Each year's events stand in a file of their own, each with its header first."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment("2026-12-31T12:00:00+01:00"), 0)
    collection.answer("one:answer", 3, moment("2027-01-02T12:00:00+01:00"), 0)
    files = sorted((root / "journal").iterdir())
    assert [file.name for file in files] == ["here-0001.2026.jsonl", "here-0001.2027.jsonl"]
    assert [file.read_bytes().splitlines()[0] for file in files] == [HEADER, HEADER]
    assert open_collection(root, environ).state("one:answer").reps == 2


def test_a_torn_tail_is_kept_aside(path: Path) -> None:
    """A line torn by a crash is moved out of the way, kept, and the next event stands on a line of its own."""
    put(path, flag(1))
    torn = flag(2)[:40]
    path.write_bytes(path.read_bytes() + torn)
    put(path, flag(3))
    assert path.read_bytes().splitlines() == [HEADER, flag(1), flag(3)]
    kept = list((path.parent.parent / "aside").iterdir())
    assert [file.read_bytes() for file in kept] == [torn] and kept[0].name.startswith(path.name)


def test_a_whole_line_without_newline_is_only_ended(path: Path) -> None:
    """A last line that is whole but for its newline counts: it is ended, not moved."""
    put(path, flag(1))
    path.write_bytes(path.read_bytes() + flag(2))
    put(path, flag(3))
    assert path.read_bytes() == b"".join(line + b"\n" for line in (HEADER, flag(1), flag(2), flag(3)))
    assert not (path.parent.parent / "aside").exists()


def test_a_torn_header_is_written_again(path: Path) -> None:
    """A file of which only part of the header reached the disk begins again with a header."""
    path.parent.mkdir()
    path.write_bytes(HEADER[:10])
    put(path, flag(1))
    assert path.read_bytes().splitlines() == [HEADER, flag(1)]


def test_a_long_tail_of_zeros(path: Path) -> None:
    """Zeros that a power cut left at the end, more than any block we read, do not hurt what stands before."""
    put(path, flag(1))
    path.write_bytes(path.read_bytes() + bytes(10_000))
    put(path, flag(2))
    assert path.read_bytes().splitlines() == [HEADER, flag(1), flag(2)]


def replace_at_open(path: Path, monkeypatch: pytest.MonkeyPatch, when: str, content: bytes) -> None:
    """Replace the file once, as `git checkout` does, at the moment of our `when` (open, write or fsync)."""
    real: Callable[..., int] = getattr(os, when)
    pending = [True]

    def hooked(*args: int, **kwargs: int) -> int:
        if when != "open" and pending:
            pending.clear()
            swap()
        done = real(*args, **kwargs)
        if when == "open" and pending:
            pending.clear()
            swap()
        return done

    def swap() -> None:
        other = path.with_name("other")
        other.write_bytes(content)
        other.replace(path)

    monkeypatch.setattr(os, when, hooked)


@pytest.mark.parametrize("when", ["open", "write", "fsync"])
def test_a_file_replaced_under_us(path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Where the file is replaced between our open and the end of our write, the event stands in the new file too."""
    put(path, flag(1))
    replace_at_open(path, monkeypatch, when, HEADER + b"\n" + flag(5) + b"\n")
    put(path, flag(2))
    assert path.read_bytes().splitlines() == [HEADER, flag(5), flag(2)]


@pytest.mark.parametrize("when", ["open", "write", "fsync"])
def test_a_file_deleted_under_us(path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Where the file is deleted while we write, a new one is made with header and event."""
    put(path, flag(1))
    real: Callable[..., int] = getattr(os, when)

    def hooked(*args: int, **kwargs: int) -> int:
        done = real(*args, **kwargs)
        monkeypatch.undo()
        path.unlink()
        return done

    monkeypatch.setattr(os, when, hooked)
    put(path, flag(2))
    assert path.read_bytes().splitlines() == [HEADER, flag(2)]


def limited(path: Path, bytes_: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
    try:
        put(path, flag(2))
    except JournalError as error:
        print(error.message, file=sys.stderr)
        os._exit(7)
    os._exit(0)


@pytest.mark.parametrize("room", [0, 40])
def test_a_full_disk(path: Path, room: int) -> None:
    """Where the disk takes only part of a line or nothing, JournalError is raised and the file is as long as before."""
    put(path, flag(1))
    before = path.read_bytes()
    child = multiprocessing.get_context("spawn").Process(target=limited, args=(path, len(before) + room))
    child.start()
    child.join(30)
    assert child.exitcode == 7
    assert path.read_bytes() == before


def test_a_full_disk_acknowledges_nothing(tmp_path: Path) -> None:
    """An answer that the disk refuses changes no state, and can be given again when there is room."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    open_collection(root, environ).answer("one:answer", 3, moment(), 0)
    # The index is in place; only the journal's file is at its limit.
    script = f"""
        import resource, signal, sys
        from pathlib import Path
        from srs.collection import journal
        from srs.collection.journal import JournalError
        from tests.support import open_collection, moment
        collection = open_collection(Path({str(root)!r}), {environ!r})
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({(root / "journal/here-0001.2026.jsonl").stat().st_size}, hard))
        before = collection.state("one:answer")
        try:
            collection.answer("one:answer", 3, moment() + 60000, 0)
        except JournalError as error:
            assert "not saved, file too large" in error.message, error.message
        else:
            sys.exit("acknowledged")
        assert collection.state("one:answer") == before
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        collection.answer("one:answer", 3, moment() + 60000, 0)
        assert collection.state("one:answer").reps == 2
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_only_what_was_appended_is_read(path: Path) -> None:
    """A file that grew is read from where it was left; one that did not, not at all."""
    put(path, flag(1))
    first = journal.read(path, None, ev.is_whole)
    assert first is not None and first.fresh and first.lines == [HEADER, flag(1)]
    assert journal.read(path, first.mark, ev.is_whole) is None
    put(path, flag(2))
    second = journal.read(path, first.mark, ev.is_whole)
    assert second is not None and (second.fresh, second.first_line, second.lines) == (False, 3, [flag(2)])


def test_a_line_still_being_written_waits(path: Path) -> None:
    """A last line that is not whole is not read, but counted as torn; once it is finished it is read, once."""
    put(path, flag(1))
    begun = path.read_bytes()
    path.write_bytes(begun + flag(2)[:-5])
    first = journal.read(path, None, ev.is_whole)
    assert first is not None and (first.lines, first.torn) == ([HEADER, flag(1)], len(flag(2)) - 5)
    path.write_bytes(begun + flag(2) + b"\n")
    second = journal.read(path, first.mark, ev.is_whole)
    assert second is not None and (second.lines, second.first_line, second.torn) == ([flag(2)], 3, 0)


def test_a_whole_last_line_counts_without_its_newline(path: Path) -> None:
    """Its checksum says that nothing is missing; the newline that comes later makes it no second line."""
    put(path, flag(1))
    path.write_bytes(path.read_bytes() + flag(2))
    first = journal.read(path, None, ev.is_whole)
    assert first is not None and first.lines == [HEADER, flag(1), flag(2)]
    put(path, flag(3))
    second = journal.read(path, first.mark, ev.is_whole)
    assert second is not None and (second.lines, second.first_line) == ([b"", flag(3)], 3)


def test_a_replaced_file_with_the_same_beginning(path: Path) -> None:
    """A file replaced by a longer copy of itself, as synchronisers do, is read from where it was left."""
    put(path, *(flag(n) for n in range(40)))
    first = journal.read(path, None, ev.is_whole)
    assert first is not None
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)
    put(path, flag(50))
    second = journal.read(path, first.mark, ev.is_whole)
    assert second is not None and (second.fresh, second.lines) == (False, [flag(50)])


@pytest.mark.parametrize("change", ["shorter", "other tail", "other beginning, replaced"])
def test_a_changed_file_is_read_whole(path: Path, change: str) -> None:
    """A file that is not what it was is read from its start."""
    put(path, *(flag(n) for n in range(40)))
    first = journal.read(path, None, ev.is_whole)
    assert first is not None
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "shorter":
        path.write_bytes(b"".join(lines[:20]))
    elif change == "other tail":
        path.write_bytes(b"".join(lines[:-1]) + flag(60) + b"\n" + flag(61) + b"\n")
    else:
        other = path.with_name("other")
        other.write_bytes(lines[0] + flag(60) + b"\n" + b"".join(lines[2:]) + flag(61) + b"\n")
        other.replace(path)
    second = journal.read(path, first.mark, ev.is_whole)
    assert second is not None and second.fresh and second.lines == path.read_bytes().splitlines()


def test_conflict_copies_count_once(tmp_path: Path) -> None:
    """Copies of a file under any name, each with events of its own, are one history in which each event counts once."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), 0)
    file = root / "journal/here-0001.2026.jsonl"
    shutil.copy(file, file.with_name("here-0001.2026.sync-conflict-20261201-AAAA.jsonl"))
    shutil.copy(file, file.with_name("here-0001.2026 (Mira's conflicted copy).jsonl"))
    collection.answer("two:answer", 3, moment() + 1000, 0)
    for again in (
        collection,
        open_collection(root, environ),
        open_collection(root, environ_of(tmp_path, "there-0002")),
    ):
        again.refresh()
        assert [again.state(card).reps for card in ("one:answer", "two:answer")] == [1, 1]


def test_a_deleted_conflict_copy_takes_its_events_along(tmp_path: Path) -> None:
    """State is the fold of the files that are there: what only a deleted file held counts no more."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    open_collection(root, environ).answer("one:answer", 3, moment(), 0)
    other = environ_of(tmp_path, "there-0002")
    open_collection(root, other).answer("two:answer", 3, moment(), 0)
    collection = open_collection(root, environ)
    (root / "journal/there-0002.2026.jsonl").unlink()
    collection.refresh()
    assert [collection.state(card).reps for card in ("one:answer", "two:answer")] == [1, 0]


def test_events_that_leave_the_journal_are_kept(tmp_path: Path) -> None:
    """What only a file held that shrank or went is kept aside, once, until a file holds it again."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    collection = open_collection(root, environ)
    first = collection.answer("one:answer", 3, moment(), 0).review
    second = collection.answer("two:answer", 3, moment() + 1000, 0).review
    file = root / "journal/here-0001.2026.jsonl"
    whole = file.read_bytes()
    file.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
    collection.refresh()
    assert collection.lost_events() == [second]
    file.unlink()
    collection.refresh()
    assert collection.lost_events() == [second, first]
    assert collection.state("one:answer").reps == 0
    file.write_bytes(whole)
    collection.refresh()
    assert collection.lost_events() == [] and collection.state("one:answer").reps == 1


def test_a_batch_stands_in_one_file(tmp_path: Path) -> None:
    """Events recorded together over the turn of a year go to one file, so that all of them are on disk or none."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")})
    collection = open_collection(root, environ)
    at = moment("2026-12-31T23:59:59.999+00:00")
    collection.record([ev.Suspend("a", at, "one:answer"), ev.Suspend("b", at + 1, "two:answer", "a")])
    assert [file.name for file in (root / "journal").iterdir()] == ["here-0001.2027.jsonl"]
    assert collection.state("one:answer").suspended and collection.state("two:answer").suspended


def test_a_collection_that_was_moved_away(tmp_path: Path) -> None:
    """An answer in a collection whose folder is gone is refused, and no folder is made in its place."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    root.rename(tmp_path / "moved")
    with pytest.raises(JournalError, match="no such file or directory"):
        collection.answer("one:answer", 3, moment(), 0)
    assert not root.exists()


def test_bad_lines_are_told_and_the_others_count(tmp_path: Path) -> None:
    """A damaged line is reported by file and line, also when it comes later; all others count, and none is deleted."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), 0)
    file = root / "journal/here-0001.2026.jsonl"
    file.write_bytes(file.read_bytes() + flag(1).replace(b"flag", b"flog") + b"\nnonsense\n\n" + flag(2) + b"\n")
    collection.refresh()
    collection.answer("one:answer", 3, moment() + 1000, 0)
    for each in (collection, open_collection(root, environ_of(tmp_path, "there-0002"))):
        told = [(problem.path, problem.line, problem.message) for problem in each.problems()]
        assert told == [
            ("journal/here-0001.2026.jsonl", 3, "This line does not count: the checksum does not match."),
            ("journal/here-0001.2026.jsonl", 4, "This line does not count: no checksum at its end."),
        ]
        assert (each.state("one:answer").reps, each.state("one:answer").flag) == (2, 3)
    assert b"nonsense" in file.read_bytes()


def test_a_newer_format_is_read_and_not_answered(tmp_path: Path) -> None:
    """Where a device wrote with a newer format, events still count, and answering is refused with its name."""
    from srs.collection.collection import NewerJournal

    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    (root / "journal").mkdir()
    newer = sealed(b'{"srs":2,"device":"tram-0002"')
    (root / "journal/tram-0002.2026.jsonl").write_bytes(newer + b"\n" + flag(1) + b"\n")
    collection = open_collection(root, environ)
    assert collection.state("one:answer").flag == 2
    with pytest.raises(NewerJournal, match="the journal of `tram-0002` has format 2, and this srs knows 1"):
        collection.answer("one:answer", 3, moment(), 0)
    assert not (root / "journal/here-0001.2026.jsonl").exists()


def test_check_names_a_newer_format(tmp_path: Path) -> None:
    """A journal that keeps answers out is a problem before the first card, not only after it."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    (root / "journal").mkdir()
    (root / "journal/tram-0002.2026.jsonl").write_bytes(sealed(b'{"srs":2,"device":"tram-0002"') + b"\n")
    (problem,) = open_collection(root, environ).problems()
    assert (problem.path, problem.code) == ("journal/tram-0002.2026.jsonl", "newer-format")


def test_a_torn_line_is_named_while_it_is_torn(tmp_path: Path) -> None:
    """An unfinished last line is a problem with its file and line; once it is mended, it is none."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    collection = open_collection(root, environ)
    collection.answer("one:answer", 3, moment(), None)
    (path,) = (root / "journal").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id":"x')
    collection.refresh()
    assert [(p.path, p.line, p.code) for p in collection.problems()] == [(f"journal/{path.name}", 3, "journal-torn")]
    path.write_bytes(whole)
    collection.refresh()
    assert collection.problems() == []


def test_a_newer_format_without_a_device(tmp_path: Path) -> None:
    """A newer header that names its device otherwise is told by the file's name."""
    from srs.collection.collection import NewerJournal

    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    (root / "journal").mkdir()
    (root / "journal/tram-0002.2026.jsonl").write_bytes(sealed(b'{"srs":2') + b"\n")
    with pytest.raises(NewerJournal, match="the journal of `tram-0002` has format 2"):
        open_collection(root, environ).answer("one:answer", 3, moment(), 0)


def test_an_old_header_after_a_newer_one(tmp_path: Path) -> None:
    """Files put together keep answering refused while any of their headers is newer."""
    from srs.collection.collection import NewerJournal

    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    (root / "journal").mkdir()
    newer = sealed(b'{"srs":2,"device":"tram-0002"')
    (root / "journal/both.jsonl").write_bytes(newer + b"\n" + HEADER + b"\n" + flag(1) + b"\n")
    with pytest.raises(NewerJournal):
        open_collection(root, environ).answer("one:answer", 3, moment(), 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A journal file that may not be read stops the command with its name: half a history would be a wrong one."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    open_collection(root, environ).answer("one:answer", 3, moment(), 0)
    file = root / "journal/here-0001.2026.jsonl"
    file.chmod(0)
    with pytest.raises(SrsError, match=f"{file.name}: cannot be read, permission denied"):
        open_collection(root, environ_of(tmp_path, "there-0002"))


def sealed(start: bytes) -> bytes:
    """A line with its checksum."""
    from zlib import crc32

    return start + b',"crc":"%08x"}' % crc32(start)


def test_nothing_is_written_into_a_pipe(path: Path) -> None:
    """An event for a journal file that is a pipe is refused, at once and even with a reader at its other end."""
    path.parent.mkdir()
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(JournalError, match="it is no regular file"):
            put(path, flag(1))
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)
