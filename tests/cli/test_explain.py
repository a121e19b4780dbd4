"""`srs explain`, as it is printed and as it stands on the screen."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from srs.cli.explain import panel
from srs.cli.terminal.style import PLAIN
from srs.cli.terminal.width import width
from srs.collection.collection import Collection
from srs.insight.explain import explain, facts_of
from tests.cli.helpers import Srs, Terminal
from tests.support import moment

CARD = "france:answer"
ANSWERS = (
    ("2026-02-01T09:00:00Z", "good"),
    ("2026-02-01T09:15:00Z", "good"),
    ("2026-02-03T09:00:00Z", "good"),
    ("2026-02-14T09:00:00Z", "again"),
    ("2026-02-14T09:15:00Z", "good"),
    ("2026-02-16T09:00:00Z", "hard"),
    ("2026-02-20T09:00:00Z", "good"),
)

WIDE = """\
france:answer  ·  World::Cities  ·  decks/cities.yaml:4

It has been due since 2026-02-28, 2 days ago. That is 8 days after your last
answer, Good on 2026-02-20: about when the chance that you recall it falls to
90%, the deck's desired retention.

Today you would recall it with a chance of 89% (its retrievability). Its
stability is 8.2 days: so long after an answer that chance is down to 90%. Its
difficulty is 8.2 on a scale from 1 to 10: the higher, the less each right
answer adds to the stability.

You forgot it once after it was learnt; at 8 it counts as a leech.

If you know it now (Good), it comes back in 18 days with a stability of 18
days (now 8.2 days); if not (Again), in 10 minutes with one of 1.2 days.

answered now   Again  Hard  Good  Easy
comes back in    10m   14d   18d   27d
stability       1.2d   14d   18d   27d

recall since 2026-02-20                     over its life
100% ┤⠉⠓⠦⢤⣀⡀              ┊    │            100% ┤⢹ ⡟⠦⣄       ⢠⡄⢰⡆  ⢰⢦⡀
     │     ⠉⠙⠒⠦⠤⣄⣀⡀       ┊    │                 │⠈⢧⡇ ⠈⠙⠦⣄⡀   ⢸⢧⢸⠙⣆ ⢸ ⠙⠲⣄
     │            ⠉⠉⠓⠒⠦⠤⢤⣀⣀⡀   │                 │ ⠘⠃     ⠉⠓⠦⢤⣸⠸⣼ ⠘⢦⣸   ⠈⠙⠦⣄⡀
 90% ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┊⠉⠉⠉⠓⠒⠒⠦⠤⠤⣄⣀⣀⣀┄┄       │              ⠉   ⠉       ⠉⠓
     │                    ┊    │       ⠈⠉⠉       │
 80% ┤                    ┊    │             80% ┤
     └┴───────────────────┴────┴─────────┴       └┴──────────────────────────┴
      0                  due today     14d        2026-02-01             today

day         answer after recall   then  stability  difficulty
2026-02-01  Good   first           10m       2.3d         2.1
2026-02-01  Good      0d            2d       2.3d         2.1
2026-02-03  Good      2d    91%    11d        11d         2.1
2026-02-14  Again    11d    90%    10m       1.5d         7.4
2026-02-14  Good      0d            2d       1.6d         7.4
2026-02-16  Hard      2d    88%     4d       3.6d         8.2
2026-02-20  Good      4d    89%     8d       8.2d         8.2
"""

NARROW = """\
france:answer  ·  World::Cities
decks/cities.yaml:4

It has been due since 2026-02-28, 2 days
ago. That is 8 days after your last
answer, Good on 2026-02-20: about when
the chance that you recall it falls to
90%, the deck's desired retention.

Today you would recall it with a chance
of 89% (its retrievability). Its
stability is 8.2 days: so long after an
answer that chance is down to 90%. Its
difficulty is 8.2 on a scale from 1 to
10: the higher, the less each right
answer adds to the stability.

You forgot it once after it was learnt;
at 8 it counts as a leech.

If you know it now (Good), it comes back
in 18 days with a stability of 18 days
(now 8.2 days); if not (Again), in 10
minutes with one of 1.2 days.

answered now  Again Hard Good Easy
comes back in   10m  14d  18d  27d
stability      1.2d  14d  18d  27d

recall since 2026-02-20
100% ┤⠉⠓⠦⢤⣀              ┊    │
     │    ⠈⠉⠓⠒⠦⢤⣀⣀       ┊    │
     │           ⠈⠉⠓⠒⠲⠤⢤⣀⣀⡀   │
 90% ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┊⠉⠉⠙⠒⠒⠲⠤⠤⢤⣀⣀⣀┄┄
     │                   ┊    │      ⠈⠉⠉
 80% ┤                   ┊    │
     └┴──────────────────┴────┴────────┴
      0                 due today    14d

over its life
100% ┤⠙⣆⢸⠙⠒⠦⠤⣄⣀⣀     ⢠⣄⢸⠳⣄⡀ ⡏⠓⠦⢤⣀⣀
     │ ⠈⠉      ⠈⠉⠉⠓⠒⠒⠾⠘⠾  ⠙⠲⠇    ⠈⠉⠙⠒⠲⠤⠤
 80% ┤
     └┴────────────────────────────────┴
      2026-02-01                   today

day         answer after recall   then
2026-02-01  Good   first           10m
2026-02-01  Good      0d            2d
2026-02-03  Good      2d    91%    11d
2026-02-14  Again    11d    90%    10m
2026-02-14  Good      0d            2d
2026-02-16  Hard      2d    88%     4d
2026-02-20  Good      4d    89%     8d
"""

DUMB = """\
france:answer  -  World::Cities
decks/cities.yaml:4

It has been due since 2026-02-28, 2 days
ago. That is 8 days after your last
answer, Good on 2026-02-20: about when
the chance that you recall it falls to
90%, the deck's desired retention.

Today you would recall it with a chance
of 89% (its retrievability). Its
stability is 8.2 days: so long after an
answer that chance is down to 90%. Its
difficulty is 8.2 on a scale from 1 to
10: the higher, the less each right
answer adds to the stability.

You forgot it once after it was learnt;
at 8 it counts as a leech.

If you know it now (Good), it comes back
in 18 days with a stability of 18 days
(now 8.2 days); if not (Again), in 10
minutes with one of 1.2 days.

answered now  Again Hard Good Easy
comes back in   10m  14d  18d  27d
stability      1.2d  14d  18d  27d

recall since 2026-02-20
100% +***                :    |
     |   *******         :    |
 90% +..........**********....|.........
     |                   :*************
     |                   :    |        *
 80% +                   :    |
     ++------------------+----+--------+
      0                 due today    14d

over its life
100% +** *****       *  *   ****
     |  *     ******* ** ***    ********
 80% +
     ++--------------------------------+
      2026-02-01                   today

day         answer after recall   then
2026-02-01  Good   first           10m
2026-02-01  Good      0d            2d
2026-02-03  Good      2d    91%    11d
2026-02-14  Again    11d    90%    10m
2026-02-14  Good      0d            2d
2026-02-16  Hard      2d    88%     4d
2026-02-20  Good      4d    89%     8d
"""


def studied(srs: Srs) -> Srs:
    for at, rating in ANSWERS:
        assert srs("answer", CARD, rating, "--now", at).code == 0
    return srs


def panel_of(srs: Srs, columns: int, rows: int = 0, ascii_only: bool = False, card: str = CARD) -> list[str]:
    """What the review's `i` shows too."""
    collection = Collection.open(srs.root, srs.env, True)
    explanation = explain(facts_of(collection, card, moment("2026-03-02T09:00:00Z")))
    return panel(explanation, columns, rows, PLAIN, ascii_only)


@pytest.mark.parametrize(
    ("columns", "env", "screen"),
    [
        (80, {}, WIDE),
        (80, {"NO_COLOR": "1"}, WIDE),
        (40, {}, NARROW),
        (40, {"TERM": "dumb"}, DUMB),
    ],
)
def test_the_screen(
    srs: Srs, terminal: Callable[..., Terminal], columns: int, env: dict[str, str], screen: str
) -> None:
    """Sentences, the four answers, the curves and the history, at 80 and 40 columns and in plain ASCII."""
    run = terminal(studied(srs), "explain", CARD, columns=columns, rows=60, env=env)
    assert run.ends() == 0
    assert run.text.rstrip() + "\n" == screen
    assert (re.search(rb"\x1b\[[0-9;]*3[0-7]m", run.sent) is not None) == (not env)
    assert (b"\x1b" in run.sent) == (env.get("TERM") != "dumb")
    assert run.sent.isascii() == (env.get("TERM") == "dumb")


@pytest.mark.parametrize("columns", [80, 40, 24])
def test_no_line_is_too_wide(srs: Srs, columns: int) -> None:
    """The panel keeps within the columns that there are."""
    assert max(map(width, panel_of(studied(srs), columns))) <= columns


def test_the_newest_answers_are_kept(srs: Srs) -> None:
    """Where there are fewer rows than answers, older ones are counted instead of listed, and three always stand."""
    whole = panel_of(studied(srs), 80)
    assert panel_of(srs, 80, len(whole)) == whole
    fewer = panel_of(srs, 80, len(whole) - 2)
    assert len(fewer) == len(whole) - 2 and "(3 earlier)" in fewer and fewer[-4:] == whole[-4:]
    least = panel_of(srs, 80, 1)
    assert "(4 earlier)" in least and least[-3:] == whole[-3:]


def test_a_new_card_has_no_curve(srs: Srs) -> None:
    """For a new card there are sentences and the four answers, and no empty picture."""
    assert panel_of(srs, 80) == [
        "It is new: you never answered it, so there is no memory to measure and no",
        "date. It comes up in its turn among the new cards, at most 10 a day in its",
        "deck.",
        "",
        "If you know it now (Good), it comes back in 10 minutes with a stability of 2.3",
        "days; if not (Again), in 1 minute with one of 0.2 days.",
        "",
        "answered now   Again  Hard  Good  Easy",
        "comes back in     1m    6m   10m    8d",
        "stability       0.2d  1.3d  2.3d  8.3d",
    ]


def test_what_else_happened(srs: Srs) -> None:
    """Suspending, burying, resetting and moving the day stand in the history, on their days."""
    studied(srs)
    for words in (
        ("suspend", CARD), ("unsuspend", CARD), ("bury", CARD), ("unbury", CARD),
        ("reschedule", CARD, "--to", "2026-03-09", "--yes"), ("reset", CARD),
    ):  # fmt: skip
        assert srs(*words).code == 0, words
    assert panel_of(srs, 80)[-6:] == [
        "2026-03-02  suspended",
        "2026-03-02  unsuspended",
        "2026-03-02  buried until 2026-03-03",
        "2026-03-02  unburied",
        "2026-03-02  due day set to 2026-03-09",
        "2026-03-02  reset: new again",
    ]


def test_a_pipe_gets_unicode_and_no_colour(srs: Srs) -> None:
    """Into a pipe go the same lines without styles; a stream that is no UTF-8 gets ASCII."""
    done = studied(srs)("explain", CARD)
    assert done.out == WIDE and done.err == ""
    command = [sys.executable, "-m", "srs", "explain", CARD]
    plain = subprocess.run(command, env=srs.env | {"PYTHONIOENCODING": "ascii"}, cwd=srs.root, capture_output=True)
    assert plain.stdout.isascii() and b"?" not in plain.stdout and b"*****" in plain.stdout


def test_json(srs: Srs) -> None:
    """The stable contract: the card, sentences, answers, history and curve."""
    told = studied(srs).json("explain", CARD)
    assert set(told) == {"card", "sentences", "answers", "siblings", "history", "curve"}
    assert told["card"] == srs.json("show", CARD)["card"]
    assert told["answers"]["good"]["interval_days"] == 18 and told["answers"]["again"]["wait_ms"] == 600_000
    assert [row["rating"] for row in told["history"]] == [3, 3, 3, 1, 3, 2, 3]
    assert [row["event"] for row in told["history"]] == [event["id"] for event in srs.json("show", CARD)["events"]]
    assert set(told["history"][0]) == {
        "event", "at", "day", "do", "rating", "mode", "elapsed_days", "retrievability", "stability", "difficulty",
        "interval_days", "wait_ms", "until",
    }  # fmt: skip
    assert {name: told["curve"][name] for name in ("from", "today", "due", "desired_retention")} == {
        "from": "2026-02-20", "today": 10, "due": 8, "desired_retention": 0.9
    }  # fmt: skip
    assert told["curve"]["points"][0] == [0.0, 1.0] and len(told["curve"]["points"]) == 97
    assert srs.json("explain", "italy:answer")["curve"] is None
    assert told["siblings"] == []
    srs("answer", "agora:forward", "easy")
    assert srs.json("explain", "agora:backward")["siblings"] == [
        {"card": "agora:forward", "last_day": "2026-03-02", "stability": 8.2956, "retrievability": 1.0}
    ]


def test_a_note_with_one_card(srs: Srs) -> None:
    """A note's id means its card, where it has one; else its cards are named."""
    assert srs("explain", "italy").out.startswith("italy:answer  ·")
    done = srs("explain", "agora")
    assert done.code == 2 and "agora:forward, agora:backward" in done.err


def test_an_unknown_card(srs: Srs) -> None:
    """A card that is not there is an error that names the nearest."""
    done = srs("explain", "frence:answer")
    assert done.code == 1 and "france:answer" in done.err


def test_it_stays_light(srs: Srs) -> None:
    """With a warm index, no library is loaded but the one that works out the four answers."""
    studied(srs)("explain", CARD)
    listing = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); import srs.cli.app as a"
    )
    command = [sys.executable, "-c", f"{listing}; a.main()", "explain", CARD]
    done = subprocess.run(command, env=srs.env, cwd=srs.root, capture_output=True, text=True)
    heavy = {"yaml", "markdown_it", "pygments", "rich", "numpy", "genanki", "pydantic", "wcwidth"}
    assert done.stdout == WIDE and heavy & {name.partition(".")[0] for name in done.stderr.split()} == set()
