"""How numbers are said, the same in every message and sentence. Knows no message."""


def plural(count: int, noun: str) -> str:
    """`1 card`, `1,204 cards`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
