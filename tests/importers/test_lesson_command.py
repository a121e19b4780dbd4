"""`srs import` of texts and tables through the command line: what it says, what it refuses, what it leaves."""

import json

import pytest

from tests.cli.conftest import bare, srs, warm  # noqa: F401
from tests.cli.helpers import Srs

LESSON = """\
Fork copies the process that calls it.
Mental ModelA cell that divides.
What to Do NextRead man 2 fork.
And that was that, for today, since it is late and the next hour is about pipes and signals, and about who gets them \
and when, which nobody should miss.
"""


def test_a_lesson_is_taken_in_and_reported(srs: Srs) -> None:  # noqa: F811
    """The sentence counts the drafts, and each line in no draft is named; again, nothing comes in; check is content."""
    (srs.root / "fork.txt").write_text(LESSON)
    done = srs("import", "fork.txt")
    assert done.code == 0 and done.err == ""
    assert done.out.splitlines()[0] == "fork.txt: 1 concept, as drafts, in decks/fork.yaml."
    assert done.out.splitlines()[-1].startswith("  line 4: text without a label: And that was that")
    assert srs("import", "fork.txt").out.startswith("1 note of fork.txt was here already.")
    assert srs("check").code == 0
    assert [card["draft"] for card in srs.json("list", "deck:fork")] == [True, True, True]


def test_a_dry_run_writes_nothing(srs: Srs) -> None:  # noqa: F811
    """With --dry-run the report is the same, and no file is made."""
    (srs.root / "fork.txt").write_text(LESSON)
    assert "Nothing was written." in srs("import", "fork.txt", "--dry-run").out
    assert not (srs.root / "sources").exists() and not (srs.root / "decks/fork.yaml").exists()


def test_the_report_is_data_too(srs: Srs) -> None:  # noqa: F811
    """--json has every draft with its lines and doubts, and every leftover."""
    (srs.root / "fork.txt").write_text(LESSON)
    report = json.loads(srs("import", "fork.txt", "--json").out)
    assert (report["path"], report["source"], len(report["notes"])) == ("decks/fork.yaml", "sources/fork.txt", 1)
    assert [(each["type"], each["first"], each["last"]) for each in report["drafts"]] == [("concept", 1, 3)]
    assert [(each["first"], each["last"]) for each in report["left"]] == [(4, 4)]


def test_a_table_may_be_studied_at_once(srs: Srs) -> None:  # noqa: F811
    """With --no-draft the rows are notes like those written by hand, in the deck that was asked for."""
    (srs.root / "words.csv").write_text("Word,Meaning\ninode,a name leads to it\n")
    done = srs("import", "words.csv", "--map", "term=Word,means=Meaning", "--no-draft", "--deck", "Words::Unix")
    assert done.out.startswith("words.csv: 1 term, to be studied, in decks/Words/Unix.yaml.")
    assert [card["draft"] for card in srs.json("list", "deck:Words::Unix")] == [False, False]


def test_a_text_in_which_nothing_is_understood(srs: Srs) -> None:  # noqa: F811
    """A text without any form is left over whole, and nothing is written; that is no failure."""
    (srs.root / "prose.txt").write_text("Just a line.\n")
    done = srs("import", "prose.txt")
    assert done.code == 0
    assert done.out.splitlines() == [
        "prose.txt: nothing in it was understood as a note.",
        "In no draft:",
        "  line 1: text without a label: Just a line.",
    ]
    assert not (srs.root / "sources").exists()


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (["fork.txt", "--map", "q=1"], "--map means nothing for a lesson", 2),
        (["fork.txt", "--state"], "--state means nothing for a text", 2),
        (["x.colpkg", "--deck", "A"], "--deck means nothing for a package of Anki", 2),
        (["fork.txt", "--deck", "A", "--into", "decks/a.yaml"], "--into and --deck both say", 2),
        (["fork.txt", "--into", "/tmp/a.yaml"], "`/tmp/a.yaml` is not in this collection", 2),
        (["words.csv", "--map", "frnt=1"], "no note type has a field `frnt`", 2),
        (["words.csv"], "do not say what a note is made of", 2),
        (["none.txt"], "there is no file none.txt", 1),
        (["latin.txt"], "latin.txt is not in UTF-8, at byte 3", 1),
        (["fork.doc"], "`fork.doc` is no kind of file", 2),
    ],
)
def test_what_cannot_be_taken_in_is_refused(srs: Srs, words: list[str], says: str, code: int) -> None:  # noqa: F811
    """Options that mean nothing for a kind of file, other encodings and missing files end in a sentence."""
    (srs.root / "fork.txt").write_text(LESSON)
    (srs.root / "x.colpkg").write_bytes(b"")
    (srs.root / "words.csv").write_text("Wort,Sinn\na,b\n")
    (srs.root / "latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    done = srs("import", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
