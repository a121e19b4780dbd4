"""How numbers, names in a row and ratings are said, the same in every message and sentence. Knows no message."""

from collections.abc import Sequence

RATINGS = ("Again", "Hard", "Good", "Easy")
"""The names of the ratings 1 to 4."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plural(count: int, noun: str) -> str:
    """`1 card`, `1,204 cards`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`; empty where there is nothing."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def percent(share: float | None, none: str = "-") -> str:
    """`91%`; never a 100% or a 0% that is not quite so. `none`: what stands where there is no share."""
    if share is None:
        return none
    shown = f"{share:.0%}"
    if shown == "100%" and share < 1:
        return "99%"
    return "1%" if shown == "0%" and share > 0 else shown
