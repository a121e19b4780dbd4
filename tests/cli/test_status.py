"""Today in one glance, `--short`, and what a sitting says at its end."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cli import asides
from srs.cli.output import fitting, table_lines
from srs.cli.status import lines, plan, short_line
from srs.cli.terminal.width import width
from srs.cli.wording import ended, summary
from srs.collection.collection import Answered, Collection
from srs.memory.days import DAY_MS
from srs.study.agenda import Limits
from srs.study.glance import Glance, branches, lopped, sitting_of
from srs.study.pace import Backlog
from srs.study.session import Finished, Pause, Session, Tally
from tests.cli.helpers import Srs, Terminal
from tests.support import basic_deck, make_collection, moment, open_collection

STEPLESS = 'timezone = "UTC"\n[fsrs]\nlearning_steps = []\nrelearning_steps = []\nfuzz = false\n'
NOTHING = Glance(0.0, (False,) * 14, 0, None)


def numbers(decks: dict[str, tuple[int, int, int]], answered: int = 0) -> dict[str, object]:
    """The counts as `status_of` gives them."""
    kinds = ("new", "learning", "due")
    listed = [{"name": name, **dict(zip(kinds, counts, strict=True)), "total": 9} for name, counts in decks.items()]
    sums = {kind: sum(counts[n] for counts in decks.values()) for n, kind in enumerate(kinds)}
    return {**sums, "reviewed_today": answered, "decks": listed}


def shown(decks: dict[str, tuple[int, int, int]], glance: Glance = NOTHING, columns: int = 80, rows: int = 24) -> str:
    return "\n".join(lines(numbers(decks), glance, columns, rows, True))


def table(text: str) -> list[list[str]]:
    """The rows of the deck table, their cells parted."""
    block = next(block for block in text.split("\n\n") if block.startswith("deck"))
    return [line.split() for line in block.splitlines()[1:]]


# One glance


def test_a_whole_day_in_one_glance() -> None:
    """What is left, the minutes, the decks with sums, the days, tomorrow and the plan stand on one screen."""
    decks = {"Karpathy::Quotes": (2, 0, 30), "Karpathy::Basics": (8, 1, 0), "Shell": (0, 1, 1200)}
    glance = Glance(12.4, (False,) * 2 + (True,) * 11 + (False,), 34, Backlog(312, 10, 9))
    assert lines(numbers(decks, 23), glance, 78, 24, True) == [
        "1,242 cards to study today: 10 new, 2 learning, 1,230 due.",
        "That takes about 12 minutes. 23 answers given so far.",
        "",
        "deck      new  learning    due",
        "Karpathy   10         1     30",
        "  Basics    8         1      0",
        "  Quotes    2         0     30",
        "Shell       0         1  1,200",
        "all        10         2  1,230",
        "",
        "··■■■■■■■■■■■·  studied on eleven of the last 14 days",
        "Tomorrow: 34 reviews so far.",
        "312 reviews are left from the days before. Ten minutes of reviews a day clear",
        "them in nine days.",
        "",
        "srs review  starts  ·  srs --help  lists the commands",
    ]


def test_forty_columns_and_ascii() -> None:
    """On 40 columns lines break between words, long names of decks are cut, and all of it can be said in ASCII."""
    glance = Glance(1.2, (False,) * 13 + (True,), 0, Backlog(40, 60, None))
    found = lines(numbers({"Languages spoken in the north of Norway": (3, 0, 12)}, 4), glance, 40, 24, False)
    assert found == [
        "15 cards to study today: 3 new, 12 due.",
        "That takes about a minute. 4 answers",
        "given so far.",
        "",
        "deck                  new  learning  due",
        "Languages spoken...     3         0   12",
        "",
        ".............x  studied today",
        "Tomorrow: no reviews so far.",
        "40 reviews are left from the days",
        "before. What fades first comes first;",
        "fewer new cards for a while help.",
        "",
        "srs review  starts",
        "srs --help  lists the commands",
    ]


NAMES = st.lists(st.text("abc 日é", min_size=1, max_size=30).filter(str.strip), min_size=1, max_size=4).map("::".join)


@given(
    st.dictionaries(NAMES, st.tuples(*[st.integers(0, 12_000)] * 3), max_size=30),
    st.tuples(*[st.booleans()] * 14),
    st.integers(40, 120),
    st.integers(24, 50),
)
def test_it_always_fits(
    decks: dict[str, tuple[int, int, int]], studied: tuple[bool, ...], columns: int, rows: int
) -> None:
    """Whatever the decks, no line is wider than the terminal, and the screen holds all of them and the prompt."""
    found = lines(numbers(decks, 1200), Glance(90, studied, 1200, Backlog(1200, 45, 60)), columns, rows, True)
    assert max(map(width, found)) <= columns
    assert len(found) < rows


def test_nothing_left() -> None:
    """A day that is done shows no table and no minutes; who never studied sees no row of days."""
    assert shown({"A": (0, 0, 0)}) == (
        "Nothing is left to study today.\n\nsrs add  makes a card  ·  srs --help  lists the commands"
    )


def test_only_decks_with_something_left() -> None:
    """Few decks are all shown; of many, only those in which something is left, and the decks above them."""
    few = {f"D{n}": (0, 0, n % 2) for n in range(8)}
    assert [row[0] for row in table(shown(few))] == [*few, "all"]
    many = {f"D{n}::Sub": (0, 0, n == 3) for n in range(9)}
    assert [row[0] for row in table(shown(many))] == ["D3", "Sub"]


def test_many_decks_on_a_low_screen() -> None:
    """Where there is no room for all decks, the deepest go first, then the last, and that is said."""
    deep = {f"A::{n}::x": (1, 0, 0) for n in range(8)}
    assert table(shown(deep, rows=40)) != table(shown(deep, rows=20))
    assert [row[0] for row in table(shown(deep, rows=20))] == ["A", *map(str, range(8))]
    flat = {f"D{n:02}": (1, 0, 0) for n in range(50)}
    found = shown(flat).splitlines()
    assert len(found) < 24
    said = next(line for line in found if line.startswith("and "))
    hidden = int(re.findall(r"\d+", said)[0])
    assert said == f"and {hidden} decks more: srs list --tree"
    assert hidden + sum(line.startswith("D") for line in found) == 50
    assert found[-3].startswith("all  ")


@given(st.dictionaries(NAMES, st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), st.integers(0, 9))
def test_the_tree_of_decks(decks: dict[str, tuple[int, int]], most: int) -> None:
    """Each deck stands under the one above it, the highest hold all there is, and a smaller tree keeps the sums."""
    tree = branches(decks)
    names = [branch.deck for branch in tree]
    assert set(decks) <= set(names) and len(set(names)) == len(names)
    for branch in tree:
        above = branch.deck.rpartition("::")[0]
        assert not above or names.index(above) < names.index(branch.deck)
    tops = [branch.sums for branch in tree if not branch.depth]
    assert [sum(sums) for sums in zip(*tops, strict=True)] == [sum(c) for c in zip(*decks.values(), strict=True)]
    kept = lopped(tree, most)
    assert len(kept) <= most and set(kept) <= set(tree)
    assert lopped(tree, len(tree)) == tree


def test_the_plan_in_words() -> None:
    """A backlog is told as a plan; where no plan clears it, as what helps."""
    assert plan(Backlog(20, 5, 1)).endswith("Five minutes of reviews a day clear them in one day.")
    assert plan(Backlog(2000, 45, 60)) == (
        "2,000 reviews are left from the days before. 45 minutes of reviews a day clear them in 60 days."
    )
    assert "clear" not in plan(Backlog(2000, 60, None))


# Real commands


@pytest.mark.parametrize("columns", [80, 40])
def test_in_a_terminal(srs: Srs, terminal: Callable[..., Terminal], columns: int) -> None:
    """`srs` fits 80 and 40 columns: what the terminal shows is what was printed, no line broken by it."""
    srs("answer", "france:answer", "easy", "--now", "2026-02-20T09:00:00Z")
    srs("answer", "italy:answer", "again", "--now", "2026-03-02T08:59:00Z")
    run = terminal(srs, columns=columns)
    assert run.ends() == 0
    text = run.text.rstrip()
    assert [line.rstrip() for line in run.sent.decode().replace("\r", "").splitlines()] == text.split("\n")
    assert text.startswith("4 cards to study today: 2 new, 1\nlearning, 1 due." if columns == 40 else "4 cards to")
    assert "···■·········■  studied on two of the" in text
    assert "World" in text and "  Cities" in text
    assert "\x1b[" not in run.sent.decode()


def test_ascii_where_the_terminal_has_no_more(srs: Srs) -> None:
    """Where stdout takes no UTF-8, marks and signs are ASCII and nothing is lost."""
    srs("answer", "france:answer", "easy")
    done = srs.anew(env={"PYTHONIOENCODING": "ascii"})
    assert done.out.isascii() and "?" not in done.out
    assert ".............x  studied today" in done.out


def test_days_and_tomorrow(srs: Srs) -> None:
    """The row has a mark for each study day on which cards were answered; undone answers leave none."""
    for day in ("2026-02-16", "2026-02-17", "2026-02-28"):  # the first is fifteen days ago
        srs("answer", "france:answer", "good", "--now", f"{day}T20:00:00Z")
    srs("answer", "italy:answer", "good", "--now", "2026-02-27T20:00:00Z")
    srs("undo", srs.journal()[-1]["id"])
    status = srs.json("status")
    assert [each["day"] for each in status["studied"]][::13] == ["2026-02-17", "2026-03-02"]
    assert [each["day"] for each in status["studied"] if each["answers"]] == ["2026-02-17", "2026-02-28"]
    assert "■··········■··  studied on two of the last 14 days\n" in srs().out


def test_the_json_has_the_glance(srs: Srs) -> None:
    """`status --json` ends with the minutes, tomorrow, the studied days, and a backlog or null."""
    status = srs.json("status")
    assert list(status)[-4:] == ["minutes", "tomorrow", "studied", "backlog"]
    assert 0 < status["minutes"] < 10
    assert status["tomorrow"] == {"due": 0}
    assert len(status["studied"]) == 14
    assert status["backlog"] is None


def test_a_backlog_is_told(bare: Srs) -> None:
    """After a month away, `srs` says how much is left from before and what clears it."""
    bare.collection(STEPLESS, a=basic_deck(*(f"n{n}" for n in range(60))))
    collection = open_collection(bare.root, bare.env, fixed_clock=True)
    for n in range(60):
        collection.answer(f"n{n}:answer", 3, moment("2026-01-05T09:00:00Z") + n * 1000, 5000)
    out = " ".join(bare().out.split())
    assert "60 reviews are left from the days before. " in out
    assert re.search(r"before\. \w+ minutes of reviews a day clear them in \w+ days?\.", out)
    assert bare.json("status")["backlog"]["overdue"] == 60


def test_short(srs: Srs) -> None:
    """`--short` is one line without what is none, also with thousands, and says `0 due` when all is done."""
    assert srs("status", "--short").out == "4 new\n"
    srs("answer", "france:answer", "again")
    assert srs("status", "--short").out == "3 new 1 learning\n"
    srs("suspend", "deck:World", "--yes")
    assert srs("status", "--short").out == "0 due\n"
    assert short_line({"new": 0, "learning": 0, "due": 1204}) == "1204 due"


# The summary


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Twelve new cards, `n0:answer` and so on, in a collection without steps."""
    deck = basic_deck(*(f"n{n}" for n in range(12)))
    return open_collection(*make_collection(tmp_path, {"a.yaml": deck}, STEPLESS), fixed_clock=True)


def answered(collection: Collection, ratings: dict[str, int], at: int) -> list[Answered]:
    return [
        collection.answer(f"{name}:answer", rating, at + n * 1000, 20_000)
        for n, (name, rating) in enumerate(ratings.items())
    ]


def test_the_summary_looks_back(collection: Collection) -> None:
    """It says how many reviews were known, of mature cards apart, which cards lapsed, and what tomorrow holds."""
    old = moment() - 200 * DAY_MS
    answered(collection, {f"n{n}": 4 for n in range(5)}, old)
    answered(collection, {f"n{n}": 4 for n in range(5)}, old + 60 * DAY_MS)
    answered(collection, {f"n{n}": 1 for n in range(5, 9)}, moment() - 5 * DAY_MS)
    tally = Tally(
        answered(collection, {"n0": 3, "n1": 1, "n2": 4, "n5": 1, "n6": 1, "n7": 1, "n8": 3, "n9": 1}, moment())
    )
    sitting = sitting_of(collection, tally.answers)
    assert (sitting.reviews, sitting.recalled, sitting.mature, sitting.mature_recalled) == (7, 3, 3, 2)
    assert sitting.lapsed == ("n1:answer", "n5:answer", "n6:answer", "n7:answer")
    assert summary(tally, Finished(), moment(), collection) == [
        "8 cards answered: 5 again, 2 good, 1 easy. It took 3 minutes.",
        "Of the reviews you knew 3 of 7 (43%), of mature cards 2 of 3 (67%).",
        "Forgotten, and coming again: n1:answer, n5:answer, n6:answer and 1 more.",
        "Tomorrow: 4 reviews so far.",
    ]


def test_the_summary_of_new_cards(collection: Collection) -> None:
    """New cards that were not known are neither reviews nor forgotten, and the first day has no shares."""
    tally = Tally(answered(collection, {"n0": 1, "n1": 3}, moment()))
    assert summary(tally, Finished(), moment(), collection)[1:-1] == []


def test_the_summary_says_when_cards_come_back(tmp_path: Path) -> None:
    """Cards in their steps are told with the time of the first, in a pause by that alone."""
    deck = basic_deck("a", "b", "c")
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": deck}), fixed_clock=True)
    tally = Tally(answered(collection, {"a": 3, "b": 3}, moment()))
    said = summary(tally, Finished(), moment() + 120_000, collection)
    assert said[1:] == ["2 learning cards come back today, the first in 8m.", "Tomorrow: no reviews so far."]
    paused = summary(tally, Pause(moment() + 600_000), moment(), collection)
    assert paused[1:] == ["The next card is due in 10m.", "Tomorrow: no reviews so far."]


def test_the_summary_counts_what_the_query_finds(tmp_path: Path) -> None:
    """After a sitting with a query, learning cards that it does not find are not told; tomorrow is the whole day's."""
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("a", "b")}), fixed_clock=True)
    given = answered(collection, {"a": 3, "b": 4}, moment())
    only_b = Limits(wanted={"b:answer"}.__contains__)
    said = summary(Tally(given[1:], asked=only_b), Finished(), moment(), collection)
    assert said == ["1 card answered: 1 easy.", "Tomorrow: no reviews so far."]
    assert ended(Tally(asked=only_b)) == "That is all that the query finds for now."
    assert ended(Tally()) == "That is all for now."


def test_the_sitting_hands_its_query_on(tmp_path: Path) -> None:
    """The tally of a session knows what the session was asked for."""
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("a")}), fixed_clock=True)
    limits = Limits(wanted=lambda _: False)
    assert Session(collection, moment, limits).tally.asked is limits


def test_answers_are_more_than_cards(collection: Collection) -> None:
    """Where cards were answered more than once, answers and cards are told apart."""
    at = moment()
    given = [*answered(collection, {"n0": 1, "n1": 3}, at), *answered(collection, {"n0": 3}, at + 60_000)]
    assert summary(Tally(given), Finished(), at)[0].startswith("3 answers on 2 cards: 1 again, 2 good.")


@pytest.mark.parametrize(
    ("minutes", "said", "head"),
    [
        (0.4, "That takes under a minute.", "under 1 min"), (0.9, "That takes under a minute.", "under 1 min"),
        (1.2, "That takes about a minute.", "1 min"), (2.4, "That takes about 2 minutes.", "2 min"),
    ],
)  # fmt: skip
def test_minutes_are_rounded_as_in_the_sitting(minutes: float, said: str, head: str) -> None:
    """`srs` and the head of the sitting round the minutes that are left alike."""
    assert said in shown({"A": (1, 0, 0)}, Glance(minutes, (False,) * 14, 0, None))
    assert asides.minutes(minutes) == head


def test_the_summary_of_a_cram(collection: Collection) -> None:
    """A cram says what was answered and nothing of memory or tomorrow, which it leaves as they are."""
    answered(collection, {"n0": 3}, moment() - 30 * DAY_MS)
    tally = Tally([collection.answer("n0:answer", 1, moment(), 500, "cram")])
    assert summary(tally, Finished(), moment(), collection) == ["1 card answered: 1 again."]
    assert summary(Tally(), Finished(), moment(), collection) == ["No card was answered."]


# Tables


CELLS = st.lists(st.lists(st.text("ab 日é", max_size=20), min_size=4, max_size=4), min_size=1, max_size=8)


@given(CELLS, st.integers(20, 90))
def test_a_table_fits(rows: list[list[str]], columns: int) -> None:
    """With columns to shrink and to drop, a table is as narrow as the terminal, and its columns stay straight."""
    found = table_lines(rows, columns, right=(3,), shrink={1: 4}, drop=(2, 1, 3))
    assert all(width(line) <= columns for line in found)
    kept = fitting([max(width(row[n]) for row in rows) for n in range(4)], columns, {1: 4}, (2, 1, 3))
    assert 0 in kept and sum(kept.values()) + 2 * (len(kept) - 1) <= columns


def test_what_a_narrow_table_gives_up() -> None:
    """First the text is cut, then a column goes, then the text; ids are cut last."""
    rows = [["italy:answer", "Capital of Italy?", "World::Cities", "today"]]
    wanted = {
        53: "italy:answer  Capital of Italy?  World::Cities  today",
        50: "italy:answer  Capital of It…  World::Cities  today",
        38: "italy:answer  Capital of Italy?  today",
        32: "italy:answer  Capital of…  today",
        24: "italy:answer  today",
        15: "italy:a…  today",
    }
    for columns, line in wanted.items():
        assert table_lines(rows, columns, shrink={1: 10}, drop=(2, 1)) == [line]
