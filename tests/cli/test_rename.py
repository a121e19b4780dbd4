"""`srs rename`: what it prints and how it ends."""

from tests.cli.helpers import Srs


def test_there_and_back(srs: Srs) -> None:
    """`rename` names the place and the command that takes it back, which does."""
    assert srs("answer", "france:answer", "4").code == 0
    before = srs.json("list", "deck:World::Cities")
    done = srs("rename", "france", "paris")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == "Renamed france to paris in decks/cities.yaml:4\nTo have the old id again: srs rename paris france\n"
    )
    assert srs("show", "france:answer").code == 0
    assert srs("rename", "paris", "france").code == 0
    lines = [card.pop("line") for card in before]
    after = srs.json("list", "deck:World::Cities")
    assert [card.pop("line") for card in after] != lines
    assert after == before
    assert srs("check").code == 0


def test_refusals(srs: Srs) -> None:
    """What is taken or not there ends with 1, what is no id with 2; nothing is written, and words say why."""
    before = (srs.root / "decks/cities.yaml").read_bytes()
    for words, code, said in (
        (("france", "italy"), 1, "the id `italy` belongs to the note at decks/cities.yaml:7"),
        (("frances", "x"), 1, "did you mean france"),
        (("france", "Bad Id"), 2, "cannot be an id"),
        (("france", "f" * 201), 2, "at most 200 of them"),
        (("france:answer", "x"), 2, "without the colon"),
    ):
        done = srs("rename", *words)
        assert (done.code, done.out) == (code, "")
        assert said in done.err
    assert (srs.root / "decks/cities.yaml").read_bytes() == before


def test_a_note_in_braces(srs: Srs) -> None:
    """A note written in braces is named with its place and left alone."""
    path = srs.deck("d", "notes:\n  - {q: x, id: x, a: y}\n")
    done = srs("rename", "x", "z")
    assert done.code == 1
    assert "decks/d.yaml:2: the note in line 2 is written in braces" in done.err
    assert path.read_text() == "notes:\n  - {q: x, id: x, a: y}\n"
