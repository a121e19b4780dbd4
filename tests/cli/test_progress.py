"""The line of progress on stderr: how it looks, and that every command that can take long has it, without a trace."""

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from srs.cli.progress import _line
from srs.cli.terminal.width import width
from srs.memory.events import Review, new_id
from srs.watching import doing, statements, told
from tests.cli.helpers import SETTINGS, Srs, Terminal, Warm
from tests.importers.handmade import LEGACY, package

START = 1_760_000_000_000
NOTES, ANSWERS = 30, 2100
TELLING = re.compile(r"\d+% +[\d,.]+/s, \d+ (?:s|min) left")

ORDERS = {
    ("status",): ("Reading decks", "Reading the journal", "Working out memories"),
    ("list",): ("Reading cards", "Preparing the list"),
    ("list", "--json"): ("Reading cards", "Preparing the list"),
    ("check", "--advice", "--all"): ("Reading notes", "Preparing notes", "Advising"),
    ("stats",): ("Reading reviews",),
    ("stats", "--html", "page.html"): ("Reading reviews",),
    ("ideas",): ("Reading cards",),
    ("forecast", "--days", "20", "--seeds", "2"): ("Reading cards", "Reading reviews", "Studying on"),
    ("optimize",): ("Fitting the memory model", "Judging the fit"),
    ("export", "-o", "out.apkg"): ("Reading notes", "Preparing notes"),
    ("export", "--with-scheduling", "-o", "out.apkg"): ("Reading reviews", "Preparing notes"),
    ("export", "-o", "out.csv"): ("Preparing notes", "Writing cards"),
    ("export", "-o", "out.json"): ("Preparing notes", "Writing cards"),
    ("import", "table.csv"): ("Preparing notes", "Reading decks"),
    ("import", "phone.colpkg", "--into", "decks/phone.yaml"): ("Comparing media", "Writing media"),
    ("suspend", "deck:A", "--yes"): ("Writing the journal", "Working out memories"),
    ("reschedule", "--all", "--to", "2027-01-01", "--yes"): ("Working out days", "Writing the journal"),
    ("rename", "n1", "other"): ("Reading decks",),
    ("edit", "n1"): ("Reading decks",),
    ("fix", "--list"): ("Reading reviews",),
    ("doctor",): ("Checking the journal", "Comparing the index"),
    ("doctor", "--rebuild"): ("Reading decks", "Reading the journal"),
    ("backup", "../one.srs.zip"): ("Backing up", "Reading back"),
}  # fmt: skip
"""What can take over a second at a hundred thousand cards, and steps of it of which it is known how far they are."""


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three decks and thousands of answers, to be copied."""
    home = tmp_path_factory.mktemp("stock") / "home"
    home.mkdir()
    srs = Srs(home, Warm.__new__(Warm)).collection(SETTINGS)
    for deck in "ABC":
        of_deck = [n for n in range(NOTES) if "ABC"[n % 3] == deck]
        notes = "".join(f"  - q: What is {n}?\n    id: n{n}\n    a: It is {n}.\n" for n in of_deck)
        srs.deck(deck.lower(), f"deck: {deck}\nnotes:\n{notes}")
    answers = []
    for n in range(ANSWERS):
        at = START + n * 3_600_000
        day = date(2025, 10, 9).toordinal() + n // 24
        rating = 1 if n % 7 == 0 else 3
        card = f"n{n % NOTES}:answer"
        answers.append(Review(new_id(at, bytes(10)), at, card, rating, 4000, "study", day, day + 3, None, None))
    srs.record(*answers)
    package(srs.root / "phone.colpkg", LEGACY, media={f"{n}.png": bytes([n]) for n in range(3)})
    (srs.root / "table.csv").write_text("q,a\n" + "".join(f"Why {n}?,So {n}\n" for n in range(20)))
    return home


@pytest.fixture
def stocked(stock: Path, tmp_path: Path, warm: Warm) -> Srs:
    """A copy of that home, its collection not read yet."""
    srs = Srs(Path(shutil.copytree(stock, tmp_path / "home")), warm)
    srs.env |= {"SRS_TEST_AT_ONCE": "1", "SRS_NOW": "2026-03-02T09:00:00Z", "EDITOR": "true", "PAGER": "cat"}
    return srs


def steps(sent: bytes) -> dict[str, list[str]]:
    """The lines that were shown, by the step that they tell of."""
    shown: dict[str, list[str]] = {}
    for line in re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", sent.decode()):
        shown.setdefault(re.split(r" [█░#.]| +\d|$", line)[0], []).append(line)
    return shown


def assert_no_trace(text: str, shown: dict[str, list[str]]) -> None:
    """Nothing on the screen is of such a line."""
    assert not TELLING.search(text) and not any(line.startswith(step) for step in shown for line in text.splitlines())


@pytest.mark.parametrize("words", ORDERS, ids=" ".join)
def test_what_takes_long_tells_how_far_it_is(
    stocked: Srs, terminal: Callable[..., Terminal], words: tuple[str, ...]
) -> None:
    """Every command that can take over a second shows share, rate and time left; nothing of it stays."""
    run = terminal(stocked, *words)
    assert run.ends() in (0, 1)
    shown = steps(run.sent)
    for step in ORDERS[words]:
        assert any(TELLING.search(line) for line in shown.get(step, ())), (step, shown.keys(), run.text)
    assert_no_trace(run.text, shown)


def test_restore_and_sync_tell_how_far_they_are(
    stocked: Srs, terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    """So do a restore, and a sync while git works and what it brought is counted."""
    assert stocked("backup", "../one.srs.zip", env={"SRS_TEST_AT_ONCE": "-"}).code == 0
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *words], cwd=stocked.root, env=stocked.env, check=True)
    for words, step in ((("restore", "../one.srs.zip", "../two"), "Restoring"), (("sync",), "Comparing notes")):
        run = terminal(stocked, *words)
        assert run.ends() == 0, run.text
        shown = steps(run.sent)
        assert any(TELLING.search(line) for line in shown[step])
        assert_no_trace(run.text, shown)
    assert "Waiting for git" in shown


def test_what_is_one_statement_is_named(stocked: Srs, terminal: Callable[..., Terminal]) -> None:
    """While SQLite looks through the index, compares notes, or finds what moved, at least what goes on is told."""
    assert stocked("status", env={"SRS_TEST_AT_ONCE": "-"}).code == 0
    run = terminal(stocked, "doctor")
    assert run.ends() == 0, run.text
    assert "Checking the index" in steps(run.sent)
    for deck in (stocked.root / "decks").iterdir():
        deck.write_text(deck.read_text().replace("deck: ", "deck: Other::"))
    run = terminal(stocked, "status")
    assert run.ends() == 0, run.text
    assert steps(run.sent)["Comparing notes"].count("Comparing notes") == 2


def test_a_sitting_shows_it_before_its_first_page(stocked: Srs, terminal: Callable[..., Terminal]) -> None:
    """The collection is read before the first card is shown, and of that nothing is left on its page."""
    run = terminal(stocked, "review")
    run.sees("What is")
    shown = steps(run.sent)
    assert any(TELLING.search(line) for line in shown["Reading decks"])
    assert run.sent.index(b"Reading decks") < run.sent.index(b"What is")
    assert_no_trace(run.text, shown)


@pytest.mark.parametrize("step", ["Reading decks", "Reading cards"])
def test_ctrl_c_takes_it_away(stocked: Srs, terminal: Callable[..., Terminal], step: str) -> None:
    """Where Ctrl-C ends a command in the middle of a step, nothing of the line stays either."""
    run = terminal(stocked, "list", env={"SRS_TEST_AT_ONCE": step})
    assert run.ends() == 130
    shown = steps(run.sent)
    assert step in shown
    assert_no_trace(run.text, shown)


def test_an_error_comes_after_it(stocked: Srs, terminal: Callable[..., Terminal]) -> None:
    """Why a command failed stands where the line was."""
    run = terminal(stocked, "show", "nothing")
    assert run.ends() == 1
    assert run.text.startswith("srs: there is no card or note `nothing`")


def test_nothing_goes_where_no_terminal_is(stocked: Srs, terminal: Callable[..., Terminal]) -> None:
    """Neither into a file nor to a terminal that only prints on."""
    assert stocked("list").err == ""
    run = terminal(stocked, "list", env={"TERM": "dumb"})
    assert run.ends() == 0
    assert not steps(run.sent)


@pytest.mark.parametrize("columns", [8, 24, 40, 60, 80, 200])
@pytest.mark.parametrize("total", [None, 100_000])
def test_it_fits_the_screen(columns: int, total: int | None) -> None:
    """However narrow the terminal, the line stays one line, and the step that it tells of stands at its beginning."""
    for done, rate in ((0, 0.0), (50, 0.5), (99_999, 123_456.7)):
        line = _line("Working out memories", done, total, rate, columns - 1, plain=False)
        assert width(line) < columns and line.startswith("Working out memories"[: columns - 1])


def test_what_matters_most_stays_longest() -> None:
    """In a narrow terminal the bar goes first, then how fast it is."""
    shown = [_line("Reading decks", 30, 200, 12.5, room, plain=False) for room in (79, 43, 33, 19, 13)]
    assert shown == [
        "Reading decks ███░░░░░░░░░░░░░░░░░  15%  12/s, 14 s left",
        "Reading decks █░░░░░░  15%  12/s, 14 s left",
        "Reading decks 15%, 14 s left",
        "Reading decks  15%",
        "Reading decks",
    ]


def test_it_is_ascii_where_the_terminal_takes_no_more() -> None:
    """Without UTF-8 the bar is made of number signs and points."""
    assert _line("Reading decks", 100, 200, 10.0, 79, plain=True).split()[2] == "#" * 10 + "." * 10


def test_an_unknown_length_has_no_share() -> None:
    """Of a step that nobody knows the length of, the line says what it is and how fast."""
    assert _line("Making the index", 0, None, 0.0, 79, plain=False) == "Making the index"
    assert _line("Reading cards", 500, None, 250.0, 79, plain=False) == "Reading cards  250/s"


def test_a_step_is_over_however_it_ends() -> None:
    """Who watches hears of the end of a step when all is done, when no more is wanted, and when it fails."""
    heard: list[tuple[str, int, int | None]] = []

    def watch(what: str, done: int, total: int | None) -> None:
        heard.append((what, done, total))

    assert list(told(watch, "All", "ab", 2)) == ["a", "b"]
    for _ in told(watch, "Some", "ab", 2):
        break
    with pytest.raises(ValueError), doing(watch, "None"):
        raise ValueError
    assert heard == [
        ("All", 0, 2), ("All", 1, 2), ("All", 1, 1), ("Some", 0, 2), ("Some", 1, 1), ("None", 0, None), ("None", 1, 1),
    ]  # fmt: skip


def test_ctrl_c_ends_a_long_statement() -> None:
    """While SQLite is at one statement, Ctrl-C need not wait for it."""

    def pressed(what: str, done: int, total: int | None) -> None:
        if total is None:
            raise KeyboardInterrupt

    db = sqlite3.connect(":memory:")
    endless = "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n"
    with pytest.raises(KeyboardInterrupt), statements(db, pressed, "Counting"):
        db.execute(endless).fetchone()
    assert db.execute("select 1").fetchone() == (1,)
