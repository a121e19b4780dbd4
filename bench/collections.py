"""Collections to measure on: notes like real ones, years of answers on several devices. Seeded; kept in a cache folder.

A collection has about ten answers a card, up to two hundred deck files, three devices over six years, settings of its
own for one deck, some undos, suspensions, flags and marks; a twentieth of its cards was never studied. It is the day of
`NOW`: what fell due was answered until the evening before. Answers promise what a learner with a steady memory would
have been promised; their `after` chains are whole, so every promise stands.
"""

import os
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.words import Words
from srs.memory import events as ev

VERSION = 1
"""Raised with every change of what is generated; older ones are made anew."""
NOW = "2026-12-01T09:00:00Z"
_SEED = 8
_FILES = 200
_DEVICES = ("anna-1f3a", "desk-77c0", "phone-e2d1")
_TODAY = datetime(2026, 12, 1, tzinfo=UTC).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
_DAYS = 6 * 365
_DAY_MS = 86_400_000
_SETTINGS = """\
format = 1
timezone = "UTC"
rollover = 4
journal = "here"

[deck."Area 07"]
desired_retention = 0.92
new_per_day = 5
"""


def made(cards: int, files: int = 0) -> Path:
    """The folder of a collection of so many cards. Made where it is not there; nobody may change it.

    `files` 0: one deck file for fifty cards, at most two hundred.
    """
    files = files or max(1, min(_FILES, cards // 50))
    place = _cache() / f"v{VERSION}-{cards}-{files}"
    if not place.is_dir():
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        _write(draft, cards, files)
        draft.rename(place)
    return place


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("SRS_BENCH_DIR") or Path(base) / "srs-bench")


def _write(root: Path, cards: int, files: int) -> None:
    (root / "decks").mkdir(parents=True)
    (root / "srs.toml").write_text(_SETTINGS)
    names = list(_write_decks(root, Words(_SEED), cards, files))
    _write_journal(root / "journal", random.Random(_SEED), names)


# Decks


def _write_decks(root: Path, words: Words, cards: int, files: int) -> Iterator[str]:
    """Writes the deck files; gives the ids of their cards, in order, exactly as many as asked for."""
    left, number = cards, 0
    for file in range(files):
        share = left // (files - file)
        folder = root / "decks" / f"area-{file // 10:02}"
        folder.mkdir(exist_ok=True)
        lines = [f"deck: Area {file // 10:02}::Topic {file:04}", f"tags: [area-{file // 10}, topic]", "", "notes:"]
        while share > 0:
            number += 1
            note, made = _note(words, number, share)
            lines += note
            yield from made
            share -= len(made)
            left -= len(made)
        (folder / f"topic-{file:04}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def _note(words: Words, number: int, most: int) -> tuple[list[str], list[str]]:
    """The lines of a note and the ids of its cards, at most `most` of them."""
    kind = words.chance.random()
    id_ = f"{'-'.join(words.some(2))}-{number}"
    if kind < 0.25 and most >= 6:
        return _concept(words, number, id_)
    if kind < 0.35 and most >= 2:
        lines = [f"  - term: {words.name(number)}", f"    id: {id_}", f"    means: {words.sentence()}"]
        return [*lines, ""], [f"{id_}:forward", f"{id_}:backward"]
    if kind < 0.5 and most >= 2:
        first, second, third = words.some(3)
        text = f"{words.sentence(4, 8)[:-1]} {{{{c1::{first}}}}} {second}, then {{{{c2::{third}}}}} ({number})."
        return [f"  - cloze: {text}", f"    id: {id_}", ""], [f"{id_}:c1", f"{id_}:c2"]
    if kind < 0.55:
        lines = [f"  - ask: {words.question()}", f"    id: {id_}", f"    answer: {words.name(number)}"]
        return [*lines, ""], [f"{id_}:typed"]
    lines = [f"  - q: {words.question()}", f"    id: {id_}", f"    a: {words.text(words.chance.choice((1, 1, 2)))}"]
    return [*lines, ""], [f"{id_}:answer"]


def _concept(words: Words, number: int, id_: str) -> tuple[list[str], list[str]]:
    lines = [
        f"  - concept: {words.name(number)}",
        f"    id: {id_}",
        f"    definition: {words.text(2)}",
        f"    mental_model: {words.text(1)}",
        "    example: |-",
        *(f"      {words.sentence()}" for _ in range(3)),
        "",
        f"      {words.sentence()}",
        f"    mistake: {words.text(1)}",
        f"    next_step: {words.sentence()}",
        "    code: |-",
        f"      {words.some(1)[0]} = model({words.some(1)[0]})",
        f"      loss = f({number})  # {' '.join(words.some(4))}",
        "    source: A lecture, 2024",
        "    cards: [definition, name, mental_model, mistake, code]",
        "    prompts:",
        f"      - q: {words.question()}",
        "        id: one",
        f"        a: {words.sentence()}",
        "",
    ]
    return lines, [f"{id_}:{name}" for name in ("definition", "name", "mental_model", "mistake", "code", "p-one")]


# Journal


def _write_journal(folder: Path, chance: random.Random, cards: list[str]) -> None:
    """Every card's answers, in order of time, each in the file of the device that was at hand that day."""
    folder.mkdir()
    found: list[ev.Event] = []
    for number, card in enumerate(cards):
        if number % 20 != 19:
            found += _history(chance, card)
    found.sort(key=lambda event: (event.at, event.id))
    lines: dict[str, list[bytes]] = {}
    for event in found:
        day = event.at // _DAY_MS
        device = _DEVICES[(day * 7919 >> 3) % 5 % 3]
        year = datetime.fromtimestamp(event.at / 1000, UTC).year
        name = f"{device}.{year}.jsonl"
        lines.setdefault(name, [ev.header_line(device)]).append(_line(event))
    for name, made in lines.items():
        (folder / name).write_bytes(b"\n".join(made) + b"\n")


def _line(event: ev.Event) -> bytes:
    return ev._line(event)  # `encode` reads each line again to be sure, which takes minutes here


def _history(chance: random.Random, card: str) -> Iterator[ev.Event]:
    """One card from its first answer until it is due after yesterday."""
    day = _TODAY - _DAYS + int(_DAYS * chance.random() ** 1.3)
    interval, grows, after = 0.0, 2.2 + 0.8 * chance.random(), None

    def at_of(day: int) -> int:
        return (day - _EPOCH) * _DAY_MS + 18 * 3_600_000 + chance.randrange(10_000_000)

    def review(at: int, rating: int, due: int, step: int | None) -> ev.Review:
        ms = min(90_000, 1500 + int(chance.expovariate(1 / 7000)))
        return ev.Review(_id(chance, at), at, card, rating, ms, "study", at // _DAY_MS + _EPOCH, due, step, after)

    while day < _TODAY:
        at = at_of(day)
        if not interval or chance.random() < 0.07:  # new or forgotten: two answers that day, then out of the steps
            rating = 1 if interval else 3
            minutes = 10
            first = review(at, rating, at + minutes * 60_000, 0 if interval else 1)
            yield first
            after, at = first.id, at + minutes * 60_000 + chance.randrange(60_000)
            interval = max(2.0, interval / 5) if interval else 2.0 + chance.random() * 2
            last = review(at, 3, day + round(interval), None)
        else:
            rating = 2 if (roll := chance.random()) < 0.1 else 4 if roll > 0.93 else 3
            interval *= {2: 1.15, 3: grows, 4: grows * 1.4}[rating]
            last = review(at, rating, day + round(interval), None)
        yield last
        after = last.id
        yield from _besides(chance, last)
        day += round(interval) + (chance.randrange(3) if chance.random() < 0.2 else 0)


def _besides(chance: random.Random, last: ev.Review) -> Iterator[ev.Event]:
    """What else a learner does now and then."""
    roll, at = chance.random(), last.at + 1000
    if roll < 0.002:
        yield ev.Flag(_id(chance, at), at, last.card, 1 + int(roll * 3000))
    elif roll < 0.003:
        yield ev.Mark(_id(chance, at), at, last.card, "unclear: say which of the two is meant")
    elif roll < 0.006:  # suspended by mistake
        suspended = ev.Suspend(_id(chance, at), at, last.card)
        yield suspended
        yield ev.Undo(_id(chance, at + 900), at + 900, suspended.id)
    elif roll < 0.0065:
        yield ev.Suspend(_id(chance, at), at, last.card)


def _id(chance: random.Random, at: int) -> str:
    return ev.new_id(at, chance.randbytes(10))
