"""Sentences that read like those of real cards: words of the shipped decks, seeded. Knows no YAML."""

import random
import re
from pathlib import Path

DECKS = Path(__file__).parents[1] / "decks"
_PLAIN = re.compile(r"(?<![\w-])[a-z]{2,14}(?![\w-])")


class Words:
    """A stream of words, sentences and names; equal for an equal seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        text = "\n".join(path.read_text("utf-8") for path in sorted(DECKS.rglob("*.yaml")))
        self._words = _PLAIN.findall(text)  # with repetition, so common words stay common

    def some(self, count: int) -> list[str]:
        return self.chance.choices(self._words, k=count)

    def sentence(self, low: int = 7, high: int = 18) -> str:
        words = self.some(self.chance.randint(low, high))
        if len(words) > 10:
            words[4] += ","
        if self.chance.random() < 0.08:
            words[2] = f"`{words[2]}`"
        if self.chance.random() < 0.05:
            words[-2] = f"**{words[-2]}**"
        return f"{words[0].capitalize()} {' '.join(words[1:])}."

    def question(self) -> str:
        words = self.some(self.chance.randint(6, 12))
        return f"{self.chance.choice(('What', 'Why', 'How', 'When', 'Which'))} {' '.join(words)}?"

    def text(self, sentences: int) -> str:
        return " ".join(self.sentence() for _ in range(sentences))

    def name(self, number: int) -> str:
        return f"{' '.join(self.some(2))} {number}"
