"""`srs forecast`, as it is printed, as JSON and as a page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from srs.cli.terminal.width import width
from tests.cli.helpers import Srs, Terminal

MANY = "notes:\n" + "".join(f"  - q: What is {n}?\n    id: n{n}\n    a: It is {n}.\n" for n in range(60))

WIDE = """\
60 cards, 28 days from 2026-03-02 on, played through 5 times by chance.
Answers and minutes are those of a day.

week of     answers  minutes  known  ░ one course of ten is beyond
"""


@pytest.fixture
def many(bare: Srs) -> Srs:
    """A collection of sixty new cards, of which four were learnt."""
    srs = bare.collection(many=MANY)
    for n in range(4):
        assert srs("answer", f"n{n}:answer", "easy", "--now", "2026-02-20T09:00:00Z").code == 0
    return srs


def test_as_it_is_printed(many: Srs) -> None:
    """What is played through, bars by week, what it costs and brings, where the habits come from."""
    said = many("forecast", "--days", "28", "--seeds", "5").out
    assert said.startswith(WIDE)
    _, bars, outlook, basis = said.split("\n\n")
    assert [line[:10] for line in bars.splitlines()[1:]] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    assert all("█" in line for line in bars.splitlines()[1:])
    told = " ".join(outlook.split())
    assert re.match(
        r"It takes [\d.]+ minutes? a day on average, and [\d.]+ minutes on the heaviest day\. Were all", told
    )
    assert "About 56 new cards are begun, the last one on about 2026-03-07" in told
    assert basis.startswith("How you answer")


def test_choices_beside_each_other(many: Srs) -> None:
    """Each retention with each number of new cards has a row and a sentence; none is recommended."""
    said = many("forecast", "--days", "20", "--seeds", "3", "--retention", "80%,0.95", "--new", "2").out
    rows = [line for line in said.splitlines() if re.match(r"as set|retention", line)]
    assert [row.split("  ")[0] for row in rows] == [
        "as set (90%)",
        "retention 80%, 2 new a day",
        "retention 95%, 2 new a day",
    ]
    assert "Retention 80%, 2 new a day: " in said and "A day once promised stands" in said
    assert "optimal" not in said and "best" not in said


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 24)])
def test_fits_the_terminal(many: Srs, terminal: Callable[..., Terminal], columns: int, rows: int) -> None:
    """No line is wider than the screen."""
    run = terminal(many, "forecast", "--days", "60", "--seeds", "3", "--new", "3", columns=columns, rows=rows)
    assert run.ends() == 0
    assert all(width(line) <= columns for line in re.sub(r"\x1b\[[\d;]*m", "", run.sent.decode()).splitlines())
    assert "beyond" not in run.text or columns == 80


def test_choices_on_a_narrow_terminal(many: Srs, terminal: Callable[..., Terminal]) -> None:
    """Courses keep names that tell them apart where the screen is narrow."""
    args = ("--days", "9", "--seeds", "2", "--retention", "80%,95%", "--new", "3,12")
    run = terminal(many, "forecast", *args, columns=40, rows=24)
    assert run.ends() == 0
    text = re.sub(r"\x1b\[[\d;]*m", "", run.sent.decode())
    names = re.findall(r"^(\d\d%, \d+ new) +[\d.]+ +\d+\s*$", text, re.MULTILINE)
    assert names == ["80%, 3 new", "80%, 12 new", "95%, 3 new", "95%, 12 new"]


def test_the_same_choice_twice(many: Srs) -> None:
    """However it is written, a choice is played through once."""
    told = many.json("forecast", "--days", "3", "--seeds", "1", "--retention", "0.8,80%", "--new", "5,05")
    assert [(each["retention"], each["new"]) for each in told["courses"]] == [(None, None), (0.8, 5)]


def test_one_card_until_the_end_of_time(bare: Srs) -> None:
    """One card is said as one; days after the year 9999 are refused."""
    srs = bare.collection(one="notes:\n  - q: One?\n    id: one\n    a: Yes\n")
    said = srs("forecast", "--days", "2", "--seeds", "1").out
    assert "Were your card asked, you would know 0 of them" not in said and "all 1 card" not in said
    late = srs("forecast", "--seeds", "1", "--days", "400", "--now", "9999-06-01T09:00:00Z")
    assert (late.code, late.out) == (2, "") and "--days goes beyond the year 9999" in late.err


def test_means_of_a_day(many: Srs) -> None:
    """Where a row is more than a day, it is said that its numbers are those of a day."""
    daily = "Answers and minutes are those of a day."
    found = [many("forecast", "--days", days, "--seeds", "1").out.split() for days in ("14", "15")]
    assert [daily in " ".join(words) for words in found] == [False, True]


def test_suspended_cards(many: Srs) -> None:
    """Cards that nobody will be asked are counted apart; where all are such, that is why nothing happens."""
    args = ("forecast", "--days", "3", "--seeds", "1")
    assert "suspended" not in many(*args).out
    for n in (0, 1):
        assert many("suspend", f"n{n}:answer").code == 0
    assert "2 of them are suspended and stay so." in " ".join(many(*args).out.split())
    assert "All of them are suspended and stay so." in " ".join(many(*args, "is:suspended").out.split())


def test_plain_terminals(many: Srs) -> None:
    """Without Unicode or colour there is neither."""
    said = many("forecast", "--seeds", "2", env={"TERM": "dumb"}).out
    assert "█" not in said and "#" in said and "\x1b" not in said


def test_as_json(many: Srs) -> None:
    """The stable contract: what was asked, by day and in all, each number with its band."""
    told = many.json("forecast", "--days", "30", "--seeds", "4", "--seed", "9", "--retention", "0.8")
    courses = told.pop("courses")
    known = told.pop("known")
    assert told == {
        "day": "2026-03-02",
        "days": 30,
        "seeds": 4,
        "seed": 9,
        "cards": 60,
        "learnt": 4,
        "desired_retention": [0.9],
        "own_habits": [],
    }
    assert 3 < known < 4
    assert [(each["retention"], each["new"]) for each in courses] == [(None, None), (0.8, None)]
    first = courses[0]
    assert set(first) == {"retention", "new", "answers_a_day", "minutes_a_day", "begun", "days", "known"}
    assert [day["day"] for day in first["days"]][:2] == ["2026-03-02", "2026-03-03"] and len(first["days"]) == 30
    assert set(first["days"][0]) == {"day", "answers", "reviews", "new", "minutes", "left"}
    assert first["days"][0]["new"] == {"mean": 10.0, "low": 10.0, "high": 10.0}
    assert first["known"][-1]["day"] == "2026-03-31"
    assert set(first["known"][-1]) == {"day", "known", "learnt"}
    assert first["begun"]["mean"] == 56


def test_it_changes_nothing_and_repeats(many: Srs) -> None:
    """The same call gives the same numbers, another seed others; nothing is written to the collection."""
    before = sorted((path, path.stat().st_mtime_ns) for path in many.root.rglob("*"))
    one, again = (many("forecast", "--json", "--seeds", "2").out for _ in range(2))
    assert one == again != many("forecast", "--json", "--seeds", "2", "--seed", "1").out
    assert sorted((path, path.stat().st_mtime_ns) for path in many.root.rglob("*")) == before


def test_only_some_cards(srs: Srs) -> None:
    """A query, negated words too, says which cards are played through."""
    assert srs.json("forecast", "--seeds", "2", "deck:World::Cities")["cards"] == 4
    assert srs.json("forecast", "--seeds", "2", "-deck:World::Cities")["cards"] == 3
    done = srs("forecast", "deck:Nowhere")
    assert (done.code, done.err) == (1, "srs: no card to forecast\n     see: srs list\n")


def test_as_a_page(many: Srs, tmp_path: Path) -> None:
    """One file with the drawings, the numbers and the sentences in it, which asks for nothing."""
    target = tmp_path / "forecast.html"
    done = many("forecast", "--seeds", "3", "--new", "3", "--html", str(target), "deck:many", "or", "x<y>")
    assert (done.code, done.out) == (0, f"Wrote {target}.\n")
    page = target.read_text("utf-8")
    assert page.count('<svg class="plot') == 6 and "3 new a day" in page and "<script" not in page
    assert "x&lt;y&gt;" in page and "http://" not in page and "https://" not in page
    assert many("forecast", "--html", str(tmp_path / "none" / "x.html")).code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--days", "0"], "--days takes a number from 1 to 3,650, not 0"),
        (["--seeds", "1001"], "--seeds takes a number from 1 to 1,000, not 1001"),
        (["--seed", "-1"], "--seed takes a number from 0 on, not -1"),
        (["--retention", "0.5"], "--retention takes numbers from 0.70 to 0.99, not '0.5'"),
        (["--retention", "0.8,,0.9"], "--retention takes numbers from 0.70 to 0.99, not ''"),
        (["--retention", "nan"], "--retention takes numbers from 0.70 to 0.99, not 'nan'"),
        (["--new", "2.5"], "--new takes whole numbers from 0 to 9999, not '2.5'"),
        (["--new", "1,2,3,4,5,6"], "these are 6 courses to compare"),
        (["--json", "--html", "x"], "--json and --html exclude each other"),
    ],
)
def test_what_it_does_not_take(srs: Srs, words: list[str], said: str) -> None:
    """A value that makes no sense is refused in words."""
    done = srs("forecast", *words)
    assert done.code == 2 and done.err.startswith(f"srs: {said}\n")
