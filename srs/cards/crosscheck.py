"""What shows only across all files: ids used twice, old ids claimed, prerequisites. Knows no YAML and no texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from srs.cards.note import Note, Place
from srs.errors import Problem, Severity
from srs.values import frozen
from srs.words import plural

_SPELLED_OUT = 8


@frozen
class Head:
    """As much of a note as checking across files takes; the index keeps it without the note's text."""

    id: str
    was: tuple[str, ...]
    needs: tuple[str, ...]
    draft: bool
    place: Place


@frozen
class Findings:
    """`left_out` are the places of notes that cannot be used; `aliases` leads from each old id to the id of today."""

    problems: tuple[Problem, ...]
    left_out: frozenset[Place]
    aliases: Mapping[str, str]


def head_of(note: Note) -> Head:
    """The head of a note."""
    return Head(note.id, note.was, note.needs, note.draft, note.place)


def crosscheck(heads: Sequence[Head], broken: Sequence[Place] = ()) -> Findings:
    """Check all notes of a collection, given in written order, against each other.

    `broken` is the place of the first error in each file of which something is left out: a note that is needed may be
    in there.
    """
    check = _Check(heads, broken)
    check.duplicates()
    check.old_ids()
    check.needs()
    return Findings(tuple(sorted(check.problems)), frozenset(check.left_out), check.aliases)


def needs_order(heads: Iterable[Head], aliases: Mapping[str, str] | None = None) -> list[str]:
    """The ids in written order, except that what a note needs comes before it. A cycle is broken where it closes."""
    aliases = aliases or {}
    needs = {head.id: tuple(aliases.get(need, need) for need in head.needs) for head in heads}
    order: list[str] = []
    begun: set[str] = set()
    for first in needs:
        path = [first] if first not in begun else []
        while path:
            begun.add(path[-1])
            missing = next((need for need in needs[path[-1]] if need in needs and need not in begun), None)
            if missing is None:
                order.append(path.pop())
            else:
                path.append(missing)
    return order


class _Check:
    def __init__(self, heads: Sequence[Head], broken: Sequence[Place]) -> None:
        self.heads = heads
        self.broken = broken
        self.claims: dict[str, list[Head]] = {}
        for head in heads:
            self.claims.setdefault(head.id, []).append(head)
        self.problems: list[Problem] = []
        self.left_out: set[Place] = set()
        self.aliases: dict[str, str] = {}

    def duplicates(self) -> None:
        for id, heads in self.claims.items():
            for head in heads if len(heads) > 1 else ():
                other = _spoken(heads[0] if head is not heads[0] else heads[1], head)
                message = f"The id `{id}` is used twice: here and in {other}."
                self.leave_out(head, "duplicate-id", message, "Give one of the two notes an `id:` of its own.")

    def old_ids(self) -> None:
        claims: dict[str, list[Head]] = {}
        for head in self.heads:
            for old in dict.fromkeys(head.was):
                claims.setdefault(old, []).append(head)
        circles = self.was_cycles()
        for old, heads in claims.items():
            for head in heads:
                self.check_claim(old, head, heads, circles)
        for old, heads in claims.items():
            if heads[0].place not in self.left_out:
                self.aliases[old] = heads[0].id

    def check_claim(self, old: str, head: Head, heads: list[Head], circles: Mapping[str, str]) -> None:
        if len(heads) > 1:
            other = heads[0] if head is not heads[0] else heads[1]
            message = f"Two notes say they were `{old}`: this one and the one in {_spoken(other, head)}."
            self.leave_out(head, "was-claimed-twice", message, "Delete `was:` in the note that never had this id.")
        elif old in circles:
            message = f"These notes each say they were the next: {circles[old]}."
            self.leave_out(head, "was-cycle", message, "Delete `was:` in the note whose id never changed.")
        elif old in self.claims:
            place = _spoken(self.claims[old][0], head)
            message = f"This note says it was `{old}`, but that is the id of the note in {place}."
            self.leave_out(head, "was-living", message, "Delete the `was:`, or give the other note a new id.")

    def was_cycles(self) -> dict[str, str]:
        """For each id in a cycle of `was`, the cycle spelled out."""
        links = {
            id: [old for head in heads for old in head.was if old in self.claims] for id, heads in self.claims.items()
        }
        return {id: _spelled(_cycle(knot, links)) for knot in _knots(links) for id in knot}

    def needs(self) -> None:
        links: dict[str, list[str]] = {}
        unknown: list[tuple[Head, str]] = []
        for head in self.heads:
            links[head.id] = known = []
            for need in head.needs:
                id = self.aliases.get(need, need)
                if id in self.claims:
                    known.append(id)
                else:
                    unknown.append((head, need))
        self.unknown_needs(unknown)
        for knot in _knots(links):
            cycle = _cycle(knot, links)
            message = f"These notes need each other, so none can come first: {_spelled(cycle)}."
            self.report(self.claims[cycle[0]][0], "needs-cycle", message, "Delete one of these `needs:`.", "error")
            self.left_out.update(head.place for id in knot for head in self.claims[id])

    def unknown_needs(self, unknown: Sequence[tuple[Head, str]]) -> None:
        """Needs that lead nowhere: each at its note, but one warning for all while they may be in a broken file.

        Whoever deleted those `needs:` then would spoil notes that are right.
        """
        if unknown and self.broken:
            self.problems.append(_perhaps_left_out(len({need for _, need in unknown}), self.broken))
            return
        for head, need in unknown:
            message = f"This note needs `{need}`, and there is no such note."
            self.report(head, "unknown-need", message, "Correct the id under `needs:`, or delete it.", "warning")

    def leave_out(self, head: Head, code: str, message: str, hint: str) -> None:
        self.report(head, code, message, hint, "error")
        self.left_out.add(head.place)

    def report(self, head: Head, code: str, message: str, hint: str, severity: Severity) -> None:
        place = head.place
        self.problems.append(Problem(place.path, place.line, place.column, severity, code, message, hint))


def _perhaps_left_out(count: int, broken: Sequence[Place]) -> Problem:
    are, they = ("is", "it") if count == 1 else ("are", "they")
    elsewhere = f" or in {plural(len(broken) - 1, 'other file')}" if len(broken) > 1 else ""
    message = (
        f"{plural(count, 'note')} that other notes need {are} not there;"
        f" {they} may be in what is left out here{elsewhere}."
    )
    hint = "Mend the error first, and leave every `needs:` as it is."
    place = broken[0]
    return Problem(place.path, place.line, place.column, "warning", "unknown-need", message, hint)


def _spoken(head: Head, seen_from: Head) -> str:
    if head.place.path == seen_from.place.path:
        return f"line {head.place.line}"
    return f"{head.place.path}:{head.place.line}"


def _spelled(cycle: Sequence[str]) -> str:
    shown = list(cycle[:_SPELLED_OUT]) + (["…"] if len(cycle) > _SPELLED_OUT else [])
    return " → ".join([*shown, cycle[0]])


def _cycle(knot: Sequence[str], links: Mapping[str, Sequence[str]]) -> list[str]:
    """A shortest cycle through the first id of a knot."""
    start, inside = knot[0], set(knot)
    came_from: dict[str, str] = {}
    queue = [start]
    for id in queue:
        for to in links[id]:
            if to == start:
                back = [id]
                while back[-1] != start:
                    back.append(came_from[back[-1]])
                return back[::-1]
            if to in inside and to not in came_from:
                came_from[to] = id
                queue.append(to)
    raise AssertionError("a knot has a cycle")


def _knots(links: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """The ids that can reach themselves, grouped by which reach each other (Tarjan), in the order of `links`."""
    order = {id: number for number, id in enumerate(links)}
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    waiting: dict[str, None] = {}
    for root in links:
        path = [(root, iter(links[root]))] if links[root] and root not in number else []
        while path:
            id, ahead = path[-1]
            if id not in number:
                number[id] = low[id] = len(number)
                waiting[id] = None
            for to in ahead:
                if to not in number:
                    path.append((to, iter(links[to])))
                    break
                if to in waiting:
                    low[id] = min(low[id], number[to])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[id])
                if low[id] == number[id]:
                    knot: list[str] = []
                    while not knot or knot[-1] != id:
                        knot.append(waiting.popitem()[0])
                    if len(knot) > 1 or id in links[id]:
                        yield sorted(knot, key=order.__getitem__)
