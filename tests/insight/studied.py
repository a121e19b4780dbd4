"""Collections of learners whose memory is known: decks, and a journal of what they would have answered. Seeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srs.memory.days import DAY_MS
from srs.memory.events import Review, encode, header_line, new_id
from tests.insight.drawn import draw

DEVICE = "elsewhere-0001"
AFTER = "2028-06-01T09:00:00Z"
"""A moment after all answers."""
EPOCH_DAY = 719_163  # `date(1970, 1, 1).toordinal()`


@dataclass(frozen=True, slots=True)
class Studied:
    """What was written: the answers of each card in order."""

    answers: Mapping[str, list[Review]]

    def __len__(self) -> int:
        return sum(map(len, self.answers.values()))


def study(
    root: Path, parameters: tuple[float, ...], reviews: int, seed: int, deck: str = "Drawn", device: str = DEVICE
) -> Studied:
    """A deck and a journal file of a learner with just this memory, who gave about so many answers.

    Every answer promised the day on which the card was answered again; the last one ten days.
    """
    histories = draw(parameters, reviews, seed)
    answers: dict[str, list[Review]] = {}
    for number, (start, end) in enumerate(zip(histories.offsets[:-1], histories.offsets[1:], strict=True)):
        card = f"{deck.lower().replace('::', '-')}-{number}:answer"
        days = histories.days[start:end].tolist()
        after = None
        answers[card] = []
        for place, day in enumerate(days):
            at = int(histories.ats[start + place]) - EPOCH_DAY * DAY_MS + 9 * 3_600_000
            id_ = new_id(at, seed.to_bytes(2) + (int(start) + place).to_bytes(8))
            due = max(days[place + 1], day + 1) if place + 1 < len(days) else day + 10
            rating = int(histories.ratings[start + place])
            answers[card].append(Review(id_, at, card, rating, 4000, "study", day, due, None, after))
            after = id_
    notes = "".join(f"  - q: What is {card}?\n    id: {card[:-7]}\n    a: It.\n" for card in answers)
    name = deck.lower().replace("::", "-")
    (root / "decks").mkdir(parents=True, exist_ok=True)
    (root / "journal").mkdir(exist_ok=True)
    (root / f"decks/{name}.yaml").write_text(f"deck: {deck}\nnotes:\n{notes}", "utf-8")
    lines = [header_line(device), *(encode(review) for found in answers.values() for review in found)]
    (root / f"journal/{device}.{name}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return Studied(answers)
