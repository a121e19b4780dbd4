"""`suspend`, `bury`, `flag`, `mark`, `reset` and their opposites, and taking them back."""

from collections.abc import Callable

import pytest

from tests.cli.helpers import Srs, Terminal
from tests.support import basic_deck

TOMORROW = "2026-03-03T09:00:00Z"


def test_suspend(srs: Srs) -> None:
    """A suspended card is not studied, on no day, until it is unsuspended."""
    assert srs("suspend", "france:answer").out == "Suspended france:answer.\n"
    assert srs.json("next")["card"]["id"] == "italy:answer"
    assert srs.json("status", "--now", TOMORROW)["suspended"] == 1
    assert srs("unsuspend", "france:answer").code == 0
    assert srs.json("next")["card"]["id"] == "france:answer"


def test_bury(srs: Srs) -> None:
    """A buried card is not studied today, and is tomorrow, or after `unbury`."""
    srs("bury", "france:answer")
    assert srs.json("show", "france:answer")["card"]["buried_until"] == "2026-03-03"
    assert srs.json("next")["card"]["id"] == "italy:answer"
    assert srs.json("next", "--now", TOMORROW)["card"]["id"] == "france:answer"
    srs("unbury", "france:answer")
    assert srs.json("next")["card"]["id"] == "france:answer"


def test_problems_are_told_once(srs: Srs) -> None:
    """Burying reads the collection once, so an error in a deck is told once."""
    (srs.root / "decks" / "broken.yaml").write_text("notes: {}\n", "utf-8")
    assert srs("bury", "france:answer").err == "1 error in the files of this collection: srs check\n"


def test_the_hint_of_answer_works(srs: Srs) -> None:
    """The command that `answer` names for a suspended or buried card makes it answerable."""
    for command in ("suspend", "bury"):
        assert srs(command, "france:answer").code == 0
        hint = srs("answer", "france:answer", "good").err.splitlines()[-1].split()
        assert srs(*hint[1:]).code == 0
        assert srs("answer", "france:answer", "good").code == 0


def test_a_note_means_its_cards(srs: Srs) -> None:
    """A note's id means all of its cards; several names may be given, and a card named twice counts once."""
    assert srs("suspend", "agora", "agora:forward", "france:answer").code == 0
    assert [event["card"] for event in srs.journal()] == ["agora:forward", "agora:backward", "france:answer"]
    assert srs.json("status")["suspended"] == 3


def test_what_is_so_already(srs: Srs) -> None:
    """A card that is so already gets no second event."""
    srs("suspend", "france:answer")
    done = srs("suspend", "france:answer")
    assert (done.code, len(srs.journal())) == (0, 1)
    assert done.out == "france:answer is suspended already.\n"


@pytest.mark.parametrize("command", ["suspend", "unsuspend", "bury", "unbury"])
def test_unknown_name(srs: Srs, command: str) -> None:
    """One unknown name among several exits 1, names the nearest, and changes nothing."""
    done = srs(command, "france:answer", "itlay:answer")
    assert (done.code, done.out) == (1, "")
    assert "italy:answer" in done.err
    assert not srs.journal()


def test_undo(srs: Srs) -> None:
    """`undo` takes a suspension back."""
    srs("suspend", "france:answer")
    assert srs.json("undo")["event"]["do"] == "suspend"
    assert srs.json("next")["card"]["id"] == "france:answer"


def test_flag(srs: Srs) -> None:
    """A flag is put on a card, found by a query, and taken off again; there are seven."""
    assert srs("flag", "3", "france:answer").out == "Flagged 3: france:answer.\n"
    assert [card["id"] for card in srs.json("list", "flag:3")] == ["france:answer"]
    srs("flag", "0", "france:answer")
    assert srs.json("show", "france:answer")["card"]["flag"] == 0
    assert srs("flag", "8", "france:answer").code == 2


def test_mark(srs: Srs) -> None:
    """A mark keeps what is wrong with a card in words, until it is taken off."""
    srs("mark", "france:answer", "two cities of that name")
    assert srs.journal()[-1]["text"] == "two cities of that name"
    assert [card["id"] for card in srs.json("list", "is:marked")] == ["france:answer"]
    assert srs("mark", "france:answer", "").out == "Took the mark off france:answer.\n"
    assert srs.json("list", "is:marked") == []


def test_reset(srs: Srs) -> None:
    """A reset card is new again, its answers stay on record, and an undo brings it back as it was."""
    srs("answer", "france:answer", "easy")
    before = srs.json("show", "france:answer")["card"]
    srs("reset", "france:answer")
    shown = srs.json("show", "france:answer")
    assert (shown["card"]["state"], shown["card"]["reps"], len(shown["events"])) == ("new", 0, 2)
    assert srs("undo").out == "Took back the reset of france:answer.\n"
    assert srs.json("show", "france:answer")["card"] == before


def test_undo_takes_back_a_whole_command(srs: Srs) -> None:
    """What one command did to several cards is one step for undo."""
    srs("suspend", "agora", "france:answer")
    assert srs("undo").out == "Took back the suspension of agora:forward and 2 more cards.\n"
    assert srs.json("status")["suspended"] == 0
    assert srs("undo").code == 1


def test_undo_of_an_undo(srs: Srs) -> None:
    """`undo --list` names every event; one of them, here an undo, can be taken back by its id."""
    srs("suspend", "france:answer")
    srs("undo")
    listed = srs.json("undo", "--list")
    assert [(line["do"], line["undone"]) for line in listed] == [("suspend", True), ("undo", False)]
    suspended, undo = (line["id"] for line in listed)
    assert srs("undo", "--list").out.splitlines() == [
        "event     when              did      to             state",
        f"{suspended[-8:]}  2026-03-02 09:00  suspend  france:answer  taken back",
        f"{undo[-8:]}  2026-03-02 09:00  undo     {suspended[-8:]}",
    ]
    done = srs("undo", suspended)
    assert done.code == 1 and f"to have it again: srs undo {undo}" in done.err
    assert srs("undo", undo[-8:]).out == "Took back the undo.\n"
    assert srs.json("status")["suspended"] == 1


def test_undo_of_an_ending(srs: Srs) -> None:
    """Fewer than eight characters name no event, and neither does an ending that two events share."""
    from srs.memory.events import Suspend, new_id

    moments = (1_772_000_000_000, 1_772_000_000_001)
    srs.record(*(Suspend(new_id(at, bytes(10)), at, "france:answer") for at in moments))
    for text, said in (("0000000", "there is no event `0000000`"), ("00000000", "more than one event ends with")):
        done = srs("undo", text)
        assert done.code == 1 and said in done.err


def test_undo_of_another_device(srs: Srs) -> None:
    """An event of another device is not what `undo` takes back by itself, but can be named."""
    from srs.memory.events import Suspend, new_id

    at = 1_772_000_000_000
    srs.record(Suspend(new_id(at, bytes(10)), at, "france:answer"))
    assert srs("undo").code == 1
    assert srs("undo", new_id(at, bytes(10))).code == 0
    assert srs.json("status")["suspended"] == 0
    assert "there is no event `x`" in srs("undo", "x").err


QUERIES = [
    ["suspend", "deck:World::Cities"], ["bury", "deck:World::Cities"], ["flag", "1", "deck:World::Cities"],
    ["mark", "deck:World::Cities", "too long"],
]  # fmt: skip


@pytest.mark.parametrize("words", QUERIES)
def test_a_query_needs_a_yes(srs: Srs, words: list[str]) -> None:
    """Without a terminal a query shows what it finds and changes nothing, until --yes is said."""
    done = srs(*words)
    assert done.code == 1
    assert done.out.startswith("The query finds 4 cards to change:\n  france:answer   Capital of France?\n")
    assert "say --yes" in done.err
    assert not srs.journal()
    assert srs(*words, "--yes").code == 0
    assert len(srs.journal()) == 4


def test_what_sets_back_asks_too(srs: Srs) -> None:
    """Unsuspend, unbury and reset ask like the others, and count only the cards that they would change."""
    for before, command in (("suspend", "unsuspend"), ("bury", "unbury"), ("answer", "reset")):
        srs(before, "italy:answer", *(["good"] if before == "answer" else []))
        done = srs(command, "deck:World")
        assert (done.code, done.out) == (
            1, "The query finds 1 card to change:\n  italy:answer  Capital of Italy?\n"
        )  # fmt: skip
        assert srs(command, "deck:World", "--yes").out.endswith("italy:answer.\n")
        assert "cards are " in srs(command, "deck:World").out


def test_ids_never_ask(bare: Srs) -> None:
    """Cards named by their ids, or by their notes', are changed at once, however many there are."""
    bare.collection(many=basic_deck(*(f"n{n}" for n in range(30))))
    assert bare("suspend", *(f"n{n}" for n in range(30))).code == 0
    assert bare.json("status")["suspended"] == 30


def test_many_cards_in_few_words(bare: Srs) -> None:
    """Of many cards the first are shown and named, and the number of the others is said."""
    bare.collection(many=basic_deck(*(f"n{n}" for n in range(30))))
    assert bare("suspend", "tag:none or note:basic").out.splitlines() == [
        "The query finds 30 cards to change:",
        *(f"  n{n}:answer  What is n{n}?" for n in range(5)),
        "  and 25 more",
    ]
    assert bare("suspend", "note:basic", "--yes").out == (
        "Suspended 30 cards (n0:answer, n1:answer, n2:answer and 27 more). Take it back: srs undo\n"
    )
    assert bare("undo").code == 0
    assert bare.json("status")["suspended"] == 0


@pytest.mark.parametrize("columns", [80, 40])
def test_it_asks_in_a_terminal(srs: Srs, terminal: Callable[..., Terminal], columns: int) -> None:
    """In a terminal the question is asked below the cards, no line of which is broken; only a yes changes them."""
    for key, out in (("\r", "Nothing was changed."), ("n\r", "Nothing was changed."), ("y\r", "Suspended 4 cards")):
        assert not srs.journal()
        run = terminal(srs, "suspend", "deck:World::Cities", columns=columns)
        run.sees("  agora:backward", "Suspend: 4 cards? [y/N]")
        run.press(key, out)
        assert run.ends() == 0
    assert len(srs.journal()) == 4


def test_changed_as_json(srs: Srs) -> None:
    """--json prints the ids of the cards that were changed, and asks nobody: a query needs --yes."""
    assert srs.json("suspend", "agora") == {"changed": ["agora:forward", "agora:backward"]}
    assert srs.json("suspend", "agora", "france:answer") == {"changed": ["france:answer"]}
    done = srs("flag", "2", "deck:World::Cities", "--json")
    assert (done.code, done.out) == (1, "")
    assert "4 cards" in done.err and "--yes" in done.err
    assert len(srs.json("flag", "2", "deck:World::Cities", "--yes")["changed"]) == 4
    assert srs.json("flag", "2", "deck:World::Cities") == {"changed": []}


@pytest.mark.parametrize(
    ("now", "when"),
    [
        ("2026-03-02T09:50:00Z", ""),
        ("2026-03-02T12:00:00Z", ", from 09:00"),
        ("2026-03-03T09:00:00Z", ", from 2026-03-02 09:00"),
    ],
)
def test_undo_says_what_answer_and_when(srs: Srs, now: str, when: str) -> None:
    """What is taken back is told with its rating, and with the time where it is not of the last hour."""
    srs("answer", "france:answer", "hard")
    assert srs("undo", "--now", now).out == f"Took back the answer of france:answer (Hard{when}).\n"


def test_undo_says_when_something_was_done(srs: Srs) -> None:
    """A change that is no answer has the time alone."""
    srs("suspend", "france:answer")
    assert srs("undo", "--now", TOMORROW).out == (
        "Took back the suspension of france:answer (from 2026-03-02 09:00).\n"
    )


def test_the_list_of_undo_leaves_out_what_cannot_be_taken_back(srs: Srs) -> None:
    """After an export, `undo --list` has the answers and not the notes whose content was noted down."""
    srs("answer", "france:answer", "good")
    assert srs("export", "-o", "cards.apkg").code == 0
    assert len(srs.journal()) > 3
    assert [event["do"] for event in srs.json("undo", "--list")] == ["review"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("suspend", "france:answer"), "france:answer is suspended already.\n"),
        (("suspend", "france", "italy"), "All 2 cards are suspended already.\n"),
        (("unsuspend", "agora:forward"), "agora:forward is not suspended.\n"),
        (("bury", "france:answer"), "france:answer is suspended or buried already.\n"),
        (("unbury", "agora:forward"), "agora:forward is not buried.\n"),
        (("flag", "0", "agora:forward"), "agora:forward is without a flag.\n"),
        (("flag", "2", "later:answer"), "later:answer is flagged 2 already.\n"),
        (("mark", "agora:forward", ""), "agora:forward is without a mark.\n"),
        (("mark", "later:answer", "odd"), "later:answer is marked so already.\n"),
        (("reset", "agora"), "All 2 cards are new already.\n"),
    ],
)
def test_it_says_how_cards_are_already(srs: Srs, words: tuple[str, ...], said: str) -> None:
    """A command that finds nothing to change says how the cards are."""
    srs("suspend", "france", "italy")
    srs("flag", "2", "later:answer")
    srs("mark", "later:answer", "odd")
    before = len(srs.journal())
    assert (srs(*words).out, len(srs.journal())) == (said, before)


@pytest.mark.parametrize(
    ("name", "changed"),
    [("fra", ["france:answer"]), ("ago", ["agora:forward", "agora:backward"]), ("agora:b", ["agora:backward"])],
)
def test_a_unique_beginning_of_an_id(srs: Srs, name: str, changed: list[str]) -> None:
    """The beginning of an id names a note or a card where it begins no other."""
    assert srs.json("suspend", name) == {"changed": changed}


def test_a_beginning_of_several_ids(bare: Srs) -> None:
    """Where several ids begin so, or nothing is typed, nothing is named."""
    bare.collection(a=basic_deck("one", "once", "two"))
    for name in ("on", ""):
        assert bare("suspend", name).code == 1 and not bare.journal()
    assert bare.json("suspend", "one") == {"changed": ["one:answer"]}


def test_a_beginning_is_no_word_of_a_query(bare: Srs) -> None:
    """A query that finds cards is a query, also where an id begins with one of its words."""
    bare.collection(a=basic_deck("deck", "other"))
    assert bare("suspend", "deck:a", "oth").code == 1
    assert bare("show", "oth").out.startswith("What is other?")
    assert bare("answer", "other:a", "good").code == 0


def test_flag_with_its_order_swapped(srs: Srs) -> None:
    """A number behind the card is answered with the command as it should be."""
    done = srs("flag", "france:answer", "3")
    assert (done.code, done.err) == (2, "srs: the number of a flag comes first\n     srs flag 3 france:answer\n")
    for number in ("8", "x", "-1"):
        assert srs("flag", "--", number, "france:answer").code == 2
    assert not srs.journal()
