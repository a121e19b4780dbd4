"""Suspended, flags and marks brought home: what changed there since the last import, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from srs.importers.anki.package import AnkiCard, AnkiNote
from srs.importers.standing import MARK, Standing, Wish, brought, there, wishes
from srs.memory.events import Event, Flag, Mark, Suspend, Unsuspend
from srs.memory.state import CardState

standings = st.builds(Standing, st.booleans(), st.integers(0, 7), st.booleans())
marks = st.sampled_from([None, MARK, "too long"])
states = st.builds(CardState, suspended=st.booleans(), flag=st.integers(0, 7), mark=marks)
NEW = Standing()


def changes(theirs: Standing, base: Standing = NEW, here: CardState | None = None) -> list[Wish]:
    return list(wishes("one:answer", theirs, base, here or CardState()))


def test_what_was_said_there_comes_home() -> None:
    """Suspended, flagged and marked in Anki, and nothing of it here: all three come in."""
    found = changes(Standing(True, 3, True))
    assert [(wish.change, wish.flag) for wish in found] == [("suspended", 0), ("flagged", 3), ("marked", 0)]
    assert [wish.event("id", 5) for wish in found] == [
        Suspend("id", 5, "one:answer"), Flag("id", 5, "one:answer", 3), Mark("id", 5, "one:answer", MARK),
    ]  # fmt: skip


def test_taken_back_there() -> None:
    """What an import brought and Anki says no longer is taken back here."""
    found = changes(NEW, base=Standing(True, 3, True), here=CardState(suspended=True, flag=3, mark=MARK))
    assert [wish.change for wish in found] == ["unsuspended", "flagged", "unmarked"]


def test_changed_here_since() -> None:
    """What was done here since the last import stands, while Anki says what it said then."""
    assert changes(Standing(True, 3, True), base=Standing(True, 3, True)) == []
    assert changes(NEW, here=CardState(suspended=True, flag=2, mark="too long")) == []


def test_own_words_stay() -> None:
    """A mark in the learner's own words is neither replaced nor taken off."""
    assert changes(Standing(marked=True), here=CardState(mark="too long")) == []
    assert changes(NEW, base=Standing(marked=True), here=CardState(mark="too long")) == []


def test_what_is_so_already_is_no_news() -> None:
    """What both sides did is brought without being news, so that it is known when it is taken back here."""
    found = changes(Standing(True, 3), here=CardState(suspended=True, flag=3))
    assert [(wish.change, wish.news) for wish in found] == [("suspended", False), ("flagged", False)]


@given(standings, standings, states, states)
def test_once(theirs: Standing, base: Standing, here: CardState, later: CardState) -> None:
    """Once brought, the same file does not suspend or flag again, whatever was done here since."""
    events = [*said(base), *(wish.event("id", 5) for wish in changes(theirs, base, here))]
    again = changes(theirs, brought(events), later)
    assert not {wish.change for wish in again} & {"suspended", "unsuspended", "flagged"}


def said(base: Standing) -> list[Event]:
    """Events that bring a card to stand so."""
    suspension: Event = Suspend("a", 1, "x") if base.suspended else Unsuspend("a", 1, "x")
    return [suspension, Flag("b", 1, "x", base.flag), Mark("c", 1, "x", MARK if base.marked else "")]


def test_the_last_word_of_imports_is_the_base() -> None:
    """What imports said, in order, is how a card stood in Anki when it was last brought."""
    events: list[Event] = [Suspend("a", 1, "x"), Flag("b", 2, "x", 4), Mark("c", 3, "x", MARK), Unsuspend("d", 4, "x")]
    assert brought(events) == Standing(False, 4, True)


def test_how_a_card_stands_there() -> None:
    """Suspended is the queue -1, marked a tag of the note in any case, told for its first card alone."""
    note = AnkiNote(1, "srs:one", 5, 0, ("a", "Marked"), ())
    card = AnkiCard(7, 1, 1, 0, 2, -1, 0, 12, 2500, 3, 0, 0, 2, "")
    assert there(note, card, True) == Standing(True, 2, True)
    assert there(note, card._replace(queue=-2, flag=0), False) == NEW
