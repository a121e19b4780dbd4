"""What `srs review` can be asked for beyond what is due: more, less, ahead of time, or over and over."""

import re

import pytest

from tests.cli.helpers import Srs

LATER = "2026-03-06T09:00:00Z"


def shown(out: str) -> list[str]:
    """The first line of each front."""
    return re.findall(r"^\[.*\] .*\n(.*)$", out, re.MULTILINE)


def test_cram(srs: Srs) -> None:
    """A cram shows what the query finds, says what the answers mean, and moves nothing."""
    before = srs.json("list")
    done = srs("review", "--cram", "france", lines="\n1\n\n4\n")
    assert (done.code, done.err) == (0, "")
    assert "1 to go" in done.out and "1 Again forgot   2 Hard barely   3 Good knew   4 Easy at once" in done.out
    assert "Again: once more in this sitting." in done.out and "Easy: its day stays." in done.out
    assert done.out.count("Capital of France?") == 2
    assert [(event["mode"], event["rating"]) for event in srs.journal()] == [("cram", 1), ("cram", 4)]
    assert srs.json("list") == before and srs.json("status")["reviewed_today"] == 0


def test_cram_what_was_studied(srs: Srs) -> None:
    """Without a query a cram takes what was ever answered, due or not."""
    assert "Nothing is left to study now." in srs("review", "--cram").out
    srs("answer", "france:answer", "4")
    assert shown(srs("review", "--cram", lines="\n3\n").out) == ["Capital of France?"]


@pytest.mark.parametrize("words", [("--new", "3"), ("--ahead", "3")])
def test_cram_asks_for_no_day(srs: Srs, words: tuple[str, str]) -> None:
    """What more of a day would be has no meaning in a cram, and is wrong usage."""
    done = srs("review", "--cram", *words)
    assert done.code == 2 and words[0] in done.err and not srs.journal()


def test_ahead(srs: Srs) -> None:
    """Reviews that are due within the days come after everything else, as study."""
    srs("answer", "france:answer", "4")
    due = srs.json("show", "france:answer")["card"]["due"]
    now = ("--now", LATER)
    plain = shown(srs("review", *now, lines="\n4\n" * 20).out)
    assert "Capital of France?" not in plain
    assert shown(srs("review", "--ahead", "5", *now, lines="\n3\n").out) == ["Capital of France?"]
    assert srs.json("show", "france:answer")["card"]["due"] > due
    assert srs.journal()[-1]["mode"] == "study"


def test_minutes(srs: Srs) -> None:
    """A sitting of minutes takes answers until its time is over; a moment is not yet a minute."""
    srs("answer", "france:answer", "4")
    done = srs("review", "--minutes", "1", "--now", "2027-01-06T09:00:00Z", lines="\n4\n\n4\nq\n")
    assert shown(done.out)[0] == "Capital of France?" and len(shown(done.out)) == 3
    assert srs("review", "--minutes", "0").code == 2


@pytest.mark.parametrize(("action", "said"), [("suspend", "Rewriting it helps: srs fix"), ("mark", "rewriting it")])
def test_a_leech_is_told_with_what_to_do(srs: Srs, action: str, said: str) -> None:
    """The sitting in which a card becomes a leech says so, and that rewriting it is what helps."""
    (srs.root / "srs.toml").write_text(f'timezone = "UTC"\n[study]\nleech_at = 1\nleech_action = "{action}"\n', "utf-8")
    srs("answer", "france:answer", "4")
    done = srs("review", "france", "--now", "2027-01-06T09:00:00Z", lines="\n1\nq\n")
    assert shown(done.out)[0] == "Capital of France?" and said in done.out
    assert srs.json("show", "france:answer")["card"]["suspended"] == (action == "suspend")
