from hypothesis import given
from hypothesis import strategies as st

from export.stable import FIRST, SPAN, STRIDE, StableIds, stable_id


def test_an_id_depends_on_the_name_alone() -> None:
    """The number of a name is the same for ever: packages already imported hold it."""
    assert stable_id("srs:karpathy-backprop") == 1_101_717_694_720


@given(st.text())
def test_ids_have_thirteen_digits_and_lie_before_anki(name: str) -> None:
    """Every id has 13 digits and lies in its range, at a multiple of the stride."""
    number = stable_id(name)
    assert FIRST <= number < FIRST + SPAN < 10**13
    assert number % STRIDE == 0


def test_two_names_that_meet_get_neighbouring_ids() -> None:
    """Where a number is taken, the next free one is given, in the order of asking."""
    ids = StableIds()
    assert [ids.take("a"), ids.take("a"), ids.take("a")] == [stable_id("a") + step * STRIDE for step in range(3)]


def test_cards_lie_right_after_their_note() -> None:
    """A card's id is its note's plus its order, and far away only where the order leaves no room."""
    ids = StableIds()
    number = ids.take("note")
    cards = [ids.under(number, order) for order in range(500)]
    assert cards[:STRIDE] == list(range(number, number + STRIDE))
    assert len(set(cards)) == 500
    assert min(cards[STRIDE:]) >= FIRST + SPAN
