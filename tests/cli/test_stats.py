"""`srs stats`, as it is printed at several widths, as JSON and as a file. What the figures are: tests/insight."""

import os
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from srs.cli import statwords as words
from srs.cli.statlines import Report
from srs.cli.stats import as_data
from srs.cli.terminal.style import PLAIN
from srs.cli.terminal.width import width
from srs.insight.stats.figures import Bin, Stats
from srs.words import percent
from tests.cli.drawn_stats import TODAY, drawn, empty
from tests.cli.helpers import Srs, Terminal

Run = Callable[..., Terminal]

TITLES = (
    "True retention", "By", "Calendar", "By hour", "Answers", "Learnt", "Due", "Cards", "Hardest cards",
    "Hardest notes", "Decks", "Tags",
)  # fmt: skip

NARROW = """\
all 7 cards  ·  since 2026-02-01

There are 7 cards here; you have studied
1 of them. If you were asked them all
today, you would recall about 1, 89%.
7 answers on 5 of 30 days. A day of
study had 1 answer.

True retention
Of the answers to cards in review, how
many were not Again. Young: an interval
under 21 days. Expected: what the model
had given them.
Of 4 answers to cards in review, 75%
were right. The model had expected 90%.

          young  mature  all  answers
30 days     75%       -  75%        4
365 days    75%       -  75%        4
all time    75%       -  75%        4

By day
answers a day
2 ┤█            █
  │█            █
1 ┤█ ▄          █ ▄   ▄
  │█ █          █ █   █
  │█ █          █ █   █
  └──────────────────────────────
   1 Feb         15 Feb         2 Mar

cards learnt a day
"""


EVIL = """\
deck: "Evil<script>alert(1)</script>"
tags: ["<b>"]
notes:
  - q: <img src=http://x.y/z> "q"
    id: evil
    a: b
"""


@pytest.fixture
def learnt(srs: Srs) -> Srs:
    """Seven cards, one of them answered seven times in February."""
    for at, rating in (
        ("2026-02-01T09:00:00Z", "good"),
        ("2026-02-01T09:15:00Z", "good"),
        ("2026-02-03T09:00:00Z", "good"),
        ("2026-02-14T09:00:00Z", "again"),
        ("2026-02-14T09:15:00Z", "good"),
        ("2026-02-16T09:00:00Z", "hard"),
        ("2026-02-20T09:00:00Z", "good"),
    ):
        assert srs("answer", "france:answer", rating, "--now", at).code == 0
    return srs


def printed(stats: Stats, columns: int, ascii_only: bool = False, name: str = "What is it?") -> list[str]:
    """The report without colours."""
    return [PLAIN.line(line) for line in Report(stats, columns, ascii_only, lambda id_: name).lines()]


@pytest.mark.parametrize("days", [1, 2, 7, 45, 365, 3000])
@pytest.mark.parametrize("columns", [32, 40, 66, 200])
def test_report_fits(days: int, columns: int) -> None:
    """No line is wider than the terminal, or than 78 cells, and in ASCII every letter of ours is."""
    stats = drawn(days)
    for ascii_only in (False, True):
        lines = printed(stats, columns, ascii_only)
        assert max(map(width, lines)) <= min(columns, 78)
        assert not ascii_only or "\n".join(lines).isascii()


@pytest.mark.parametrize("columns", [40, 80])
def test_report_says_everything(columns: int) -> None:
    """Every kind of figure has its heading, and the numbers stand there as they are."""
    lines = printed(drawn(365), columns)
    text = " ".join(" ".join(lines).split())
    for title in TITLES:
        assert any(line.startswith(title) for line in lines), title
    for said in (
        "1,301 cards here",
        "true retention",
        "forgotten 8 of 14 times",
        "42 due today, 5 of them overdue",
        "Europe/Berlin",
    ):
        assert said in text


def test_nothing_studied_is_said_in_a_sentence() -> None:
    """Without an answer the report is a sentence and what to do, not a row of empty charts."""
    assert printed(empty(10), 80) == [
        "all 10 cards",
        "",
        "There are 10 cards here, and none has been studied yet: srs review",
    ]


def test_report_in_a_narrow_terminal(learnt: Srs, terminal: Run) -> None:
    """At 40 columns sentences are wrapped, tables lose what matters least, and nothing is wider than the screen."""
    run = terminal(learnt, "stats", columns=40, env={"PAGER": "cat", "NO_COLOR": "1"})
    assert run.ends() == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", run.sent.decode().replace("\r", ""))
    assert text.startswith(NARROW)
    assert max(map(width, text.splitlines())) <= 40
    assert not re.search(rb"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7])", run.sent)


def test_pipe_and_dumb_terminal_get_plain_text(learnt: Srs) -> None:
    """Into a pipe go no colours; where stdout takes no UTF-8, bars and charts are ASCII."""
    piped = learnt("stats")
    assert "\x1b" not in piped.out
    assert "─" in piped.out
    plain = learnt.anew(
        "stats",
        env={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
    )
    assert plain.code == 0
    assert plain.out.isascii()
    assert "+----" in plain.out


def test_json_is_the_contract(learnt: Srs) -> None:
    """JSON has these keys, days as dates, and what follows from its own numbers."""
    found = learnt.json("stats")
    assert list(found) == [
        "day", "first", "days", "chosen", "timezone", "cards", "effort", "learnt", "retention", "spans", "by_day",
        "by_hour", "by_rating", "buttons", "due", "distributions", "hardest_cards", "hardest_notes", "decks", "tags",
    ]  # fmt: skip
    assert (found["day"], found["first"], found["days"], found["chosen"]) == ("2026-03-02", "2026-02-01", None, None)
    assert found["cards"]["total"] == 7
    assert found["cards"]["studied"] == 1
    assert found["retention"]["all"]["passed"] == 3
    assert found["retention"]["all"]["failed"] == 1
    assert found["retention"]["all"]["rate"] == 0.75
    assert found["effort"]["work"]["answers"] == 7
    assert [day["day"] for day in found["by_day"]] == [
        "2026-02-01", "2026-02-03", "2026-02-14", "2026-02-16", "2026-02-20",
    ]  # fmt: skip
    assert sum(day["answers"] for day in found["by_day"]) == sum(each["count"] for each in found["buttons"]) == 7
    assert [span["name"] for span in found["spans"]] == ["today", "yesterday", "week", "month", "year", "all"]
    assert found["due"]["overdue"] == 1
    assert found["due"]["days"] == []
    assert found["decks"][1]["due"] == 1
    assert [group["name"] for group in found["decks"]] == ["World", "World::Cities", "World::Quotes"]
    assert set(found["distributions"]) == {"stability", "difficulty", "retrievability", "interval"}


def keys(value: object) -> set[str]:
    """The keys of objects, wherever they are."""
    if isinstance(value, dict):
        return {*value, *(key for each in value.values() for key in keys(each))}
    return {key for each in value for key in keys(each)} if isinstance(value, list) else set()


def test_json_keys_stay() -> None:
    """No key of the contract was renamed or went: they are written down in docs/scripts.md."""
    page = Path(__file__).parents[2].joinpath("docs/scripts.md").read_text("utf-8")
    section = page.partition("\n`srs stats --json`")[2].partition("\n`srs ")[0]
    described = {word for code in re.findall("`([^`]+)`", section) for word in re.findall("[a-z_]+", code)}
    assert keys(as_data(drawn(30))) - described == set()


def test_query_and_days_narrow_it(learnt: Srs) -> None:
    """A query takes its cards alone, drafts aside; --days takes the last study days, today among them."""
    found = learnt.json("stats", "deck:World::Quotes")
    assert (found["chosen"], found["effort"]["work"]["answers"]) == (3, 0)
    assert learnt.json("stats", "id:france")["effort"]["work"]["answers"] == 7
    few = learnt.json("stats", "--days", "15")
    assert (few["first"], few["days"], few["effort"]["work"]["answers"]) == ("2026-02-16", 15, 2)
    assert learnt("stats", "-deck:World").out == "No card matches.\n"
    assert learnt.json("stats", "-deck:World")["chosen"] == 0


@pytest.mark.parametrize(
    ("words_", "said"),
    [
        (["--days", "0"], "--days takes a number from 1 to 36,500, not 0"),
        (["--days", "36501"], "--days takes a number"),
        (["--json", "--html", "x.html"], "--json and --html exclude each other"),
        (["deck:"], ""),
        (["nonsense:x"], "nonsense"),
    ],
)
def test_wrong_usage(srs: Srs, words_: list[str], said: str) -> None:
    """What cannot be meant ends with exit code 2 and says what can."""
    done = srs("stats", *words_)
    assert (done.code, done.out) == (2, "") if said else done.code in (0, 2)
    assert said in done.err


def test_hostile_names_do_no_harm(srs: Srs, tmp_path: Path) -> None:
    """Names and texts of a stranger are shown as text: in the terminal, and on the page."""
    srs.deck("evil", EVIL)
    for day in range(1, 9):
        srs("answer", "evil:answer", "again", "--now", f"2026-02-{day:02}T09:00:00Z")
    assert srs.json("stats")["hardest_cards"][0]["card"] == "evil:answer"
    assert srs("stats", "--html", str(tmp_path / "page.html")).code == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Evil&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    control = printed(drawn(30, deck="a\x1b]52;c;x\x07\u202eb", card="c\x9b1m:x"), 80, name="fine")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", "".join(control))


def test_page_replaces_a_file_whole(srs: Srs, tmp_path: Path) -> None:
    """The page takes the place of the one before and keeps its permissions; nothing else is left in the folder."""
    target = tmp_path / "out" / "stats.html"
    target.parent.mkdir()
    target.write_text("the old one")
    target.chmod(0o640)
    done = srs("stats", "--html", str(target))
    assert (done.code, done.out) == (0, f"Wrote {target}.\n")
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert target.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in target.parent.iterdir()] == ["stats.html"]


def test_page_that_cannot_be_written(srs: Srs, tmp_path: Path) -> None:
    """A folder, a pipe, a file in no folder, a circle of links or no name is refused in words, and nothing is made."""
    folder = srs("stats", "--html", str(tmp_path))
    assert (folder.code, folder.out) == (1, "")
    assert "is a folder" in folder.err
    os.mkfifo(tmp_path / "pipe")
    pipe = srs("stats", "--html", str(tmp_path / "pipe"))
    assert pipe.code == 1 and "not a regular file" in pipe.err and (tmp_path / "pipe").is_fifo()
    nowhere = srs("stats", "--html", str(tmp_path / "no" / "x.html"))
    assert nowhere.code == 1
    assert "there is no folder" in nowhere.err
    assert not (tmp_path / "no").exists()
    (tmp_path / "round").symlink_to("round")
    circle = srs("stats", "--html", str(tmp_path / "round"))
    assert circle.code == 1 and "cannot be replaced" in circle.err and "bug" not in circle.err
    nameless = srs("stats", "--html", "")
    assert nameless.code == 2 and "--html takes the name of a file" in nameless.err


@pytest.mark.parametrize(
    ("share", "shown"), [(None, "-"), (0.0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.9999, "99%"), (1.0, "100%")]
)
def test_percent_never_rounds_to_all_or_nothing(share: float | None, shown: str) -> None:
    """100% means all and 0% means none."""
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(0, "0.0 s"), (9_249, "9.2 s"), (45_000, "45 s"), (59_800, "1 min"), (12 * 60_000, "12 min"),
     (200 * 60_000, "3 h 20 min"), (180 * 60_000, "3 h"), (214 * 3_600_000, "214 h")],
)  # fmt: skip
def test_durations_are_short(ms: int, shown: str) -> None:
    """A time is said in the unit that fits it."""
    assert words.duration(ms) == shown


def test_periods_hold_all_days() -> None:
    """Days are put together into weeks, months or more, few enough, without one lost or counted twice."""
    stats = drawn(1200)
    for most, unit in ((2000, "day"), (200, "week"), (60, "month"), (16, "quarter"), (6, "year")):
        name, found = words.periods(stats.by_day, stats.first, TODAY, most)
        assert name == unit
        assert len(found) <= most
        assert (found[0].first, found[-1].last) == (stats.first, TODAY)
        assert all(one.last + 1 == other.first for one, other in pairwise(found))
        assert sum(each.answers for each in found) == stats.effort.work.answers
        assert sum(each.ms for each in found) == stats.effort.work.ms
        assert sum(each.retention.count for each in found) == stats.retention.all.count


def test_bins_are_named_by_what_lies_in_them() -> None:
    """Bins are named in the unit of their ends, and pairs are whole at their upper end."""
    assert words.bin_name("stability", Bin(0, 1, 3)) == "0-1d"
    assert words.bin_name("interval", Bin(21, 30, 3)) == "21-30d"
    assert words.bin_name("stability", Bin(30, 60, 3)) == "30d-2mo"
    assert words.bin_name("stability", Bin(60, 90, 3)) == "2-3mo"
    assert words.bin_name("stability", Bin(3650, None, 3)) == "10y on"
    assert words.bin_name("retrievability", Bin(0.95, 1.0, 3)) == "95-100%"
    pairs = words.paired([Bin(0.85, 0.9, 1), Bin(0.9, 0.95, 2), Bin(0.95, 1.0, 4)])
    assert [(round(each.low, 2), each.high, each.count) for each in pairs] == [(0.8, 0.9, 1), (0.9, 1.0, 6)]
