"""Numbers that stay the same for the same name: ids of notes, cards, decks, note types. Knows nothing of packages.

Anki reads the id of a note or card as its time of creation in milliseconds. Ours fall between September 2001 and
October 2006: 13 digits like any other, and older than Anki itself, so none meets that of a note that was made there.
"""

import hashlib

FIRST = 1_000_000_000_000
SPAN = 160_000_000_000
STRIDE = 64  # room after a note's id for those of its cards, which then lie side by side and compress well


def stable_id(name: str) -> int:
    """A number from FIRST to FIRST + SPAN - 1, divisible by STRIDE, that depends on `name` alone."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return FIRST + int.from_bytes(digest, "big") % (SPAN // STRIDE) * STRIDE


class StableIds:
    """Gives each name its stable id, or the next free one where two names meet."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._far: set[int] = set()

    def take(self, name: str) -> int:
        number = stable_id(name)
        while number in self._taken:
            number = FIRST + (number + STRIDE - FIRST) % SPAN
        self._taken.add(number)
        return number

    def under(self, number: int, order: int) -> int:
        """The id of the `order`-th thing (from 0) that belongs to `number`, a number that `take` gave."""
        if order < STRIDE:
            return number + order
        # Beyond the room there, a range of its own: so rare that the next free number may depend on the company.
        far = FIRST + SPAN + stable_id(f"{number} {order}") - FIRST
        while far in self._far:
            far += 1
        self._far.add(far)
        return far
