import csv
from dataclasses import replace
from pathlib import Path

import pytest

from export.csv import COLUMNS, export
from srs.cards.outgoing import Schedules
from srs.errors import UsageError
from tests.export.samples import every_type, make_note, request


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, strict=True))


def test_a_line_for_each_card(tmp_path: Path) -> None:
    """A header, then every card with what is asked and what is to be said, as text."""
    report = export(request(every_type()), tmp_path / "x.csv")
    head, *lines = table(tmp_path / "x.csv")
    assert tuple(head) == COLUMNS
    assert (report.notes, report.cards, report.decks, len(lines)) == (6, 17, 2, 17)
    cards = {line[0]: line[1:] for line in lines}
    assert cards["grad:answer"] == [
        "Tests::Deck", "basic", "one two", "What does .grad hold?", "The sum, 5 < 6."
    ]  # fmt: skip
    assert cards["scores:c3"][3] == "Scores are scaled by 1/sqrt(d), then […]."
    assert cards["backprop:p-zero"][4].startswith("They add up.\n\nIdea\n")
    assert report.changed == ()


def test_the_bytes_are_those_of_the_standard(tmp_path: Path) -> None:
    """Every line ends with CRLF, quotes are doubled, line breaks stay inside a cell, and nothing else is special."""
    note = replace(make_note("a", "basic", q='Say "hi", ü', a="one\n\ntwo"), tags=())
    export(request([note]), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == (
        b'"card","deck","type","tags","front","back"\r\n'
        + '"a:answer","Tests::Deck","basic","","Say ""hi"", ü","one\n\ntwo"\r\n'.encode()
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("\\+cmd|'/C calc'!A0", "'+cmd|'/C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\\-1+1", "'-1+1"),
        ("\\-A1", "'-A1"),
        ("-(1)", "'-(1)"),
        ("--A1", "'--A1"),
        ("- a\n- b", "- a\n- b"),
        ("- 1\n- A1", "- 1\n- A1"),
        ("- a\n- SUM(A1)", "'- a\n- SUM(A1)"),
        ("- cmd|'/C calc'!A0", "'- cmd|'/C calc'!A0"),
        ("＝1", "'＝1"),
        ("-3.5", "-3.5"),
        ("\\+49", "+49"),
        ("a=b", "a=b"),
    ],
)
def test_no_cell_is_a_formula(tmp_path: Path, text: str, cell: str) -> None:
    """What a spreadsheet would work out begins with an apostrophe; numbers and lists are left alone."""
    export(request([make_note("a", "basic", q=text, a="!")]), tmp_path / "x.csv")
    assert table(tmp_path / "x.csv")[1][4] == cell


def test_drafts_stay_at_home(tmp_path: Path) -> None:
    """As with packages, what is not studied here does not go out."""
    draft = replace(make_note("a", "basic", q="?", a="!"), draft=True)
    assert export(request([draft]), tmp_path / "x.csv").cards == 0
    assert len(table(tmp_path / "x.csv")) == 1


def test_a_table_takes_no_schedule(tmp_path: Path) -> None:
    """Asked for one, it says what does, and writes nothing."""
    with pytest.raises(UsageError, match="a table holds no schedule"):
        export(request(every_type(), schedules=Schedules("UTC", 4, {})), tmp_path / "x.csv")
    assert not list(tmp_path.iterdir())
