"""Statistics drawn by chance, with the shape of a real collection's: for the looks of `srs stats`, not for its sums."""

from datetime import date
from math import exp, sin
from random import Random

from srs.insight.stats.figures import (
    DAYS,
    EASES,
    KINDS,
    RECALLS,
    Bin,
    Buttons,
    Cards,
    DayOf,
    Distribution,
    Distributions,
    Due,
    DueOn,
    Effort,
    Group,
    HardCard,
    HardNote,
    HourOf,
    Learnt,
    RatingOf,
    Retention,
    Share,
    Span,
    Stats,
    Work,
)

TODAY = date(2026, 12, 1).toordinal()


def drawn(days: int = 365, seed: int = 7, deck: str = "Karpathy::Concepts", card: str = "backprop:mistake") -> Stats:
    """Figures of `days` days; `deck` and `card` are the names of a deck and of the hardest card."""
    chance = Random(seed)
    first = TODAY - days + 1
    by_day = [found for day in range(first, TODAY + 1) if (found := _day(day, day - first, chance)).answers]
    passed = sum(day.retention.passed for day in by_day)
    failed = sum(day.retention.failed for day in by_day)
    answers = sum(day.answers for day in by_day)
    ms = sum(day.ms for day in by_day)
    retention = _retention(passed, failed)
    cards = Cards(140, 22, 410, 720, 9, 14, 6, 480, 1042.3)
    work = Work(answers, ms, answers - 40, 1150)
    return Stats(
        day=TODAY,
        first=first,
        days=None if days > 300 else days,
        chosen=None,
        timezone="Europe/Berlin",
        cards=cards,
        effort=Effort(work, days, len(by_day), 12, min(len(by_day), 61)),
        learnt=Learnt(820, 790, 770, 312, 410, 38),
        retention=retention,
        spans=tuple(
            Span(name, None if back is None else TODAY - back, last, _retention(passed // part, failed // part))
            for name, back, last, part in (
                ("today", 0, TODAY, 300),
                ("yesterday", 1, TODAY - 1, 9999),
                ("week", 6, TODAY, 40),
                ("month", 29, TODAY, 12),
                ("year", 364, TODAY, 1),
                ("all", None, TODAY, 1),
            )
        ),
        by_day=tuple(by_day),
        by_hour=tuple(_hour(hour, answers, chance) for hour in range(24)),
        by_rating=tuple(
            RatingOf(
                rating,
                int(answers * part),
                int(ms * part),
                Share(int(answers * part * right), int(answers * part * (1 - right)), right),
            )
            for rating, part, right in ((1, 0.1, 0.7), (2, 0.12, 0.84), (3, 0.7, 0.92), (4, 0.08, 0.97))
        ),
        buttons=tuple(
            Buttons(kind, *(chance.randint(low, low * 2) for low in (40, 60, 500, 45)))
            if kind != "cram"
            else Buttons("cram")
            for kind in KINDS
        ),
        due=Due(
            5,
            tuple(
                DueOn(
                    TODAY + at,
                    6 if at == 0 else 0,
                    int(chance.random() * 30 * exp(-at / 40)),
                    int(5 + chance.random() * 12 * exp(-at / 200)),
                )
                for at in range(400)
                if at % 9 != 4
            ),
            31.4,
        ),
        distributions=Distributions(
            _histogram(DAYS, None, [3, 30, 80, 120, 110, 90, 160, 140, 120, 150, 110, 40, 6, 2]),
            _histogram(tuple(float(ease) for ease in EASES), 10.0, [90, 130, 180, 190, 210, 170, 110, 60, 21]),
            _histogram(RECALLS, 1.0, [0] * 10 + [2, 0, 3, 5, 9, 20, 60, 190, 420, 452]),
            _histogram(DAYS, None, [0, 40, 70, 120, 100, 80, 160, 140, 120, 150, 110, 40, 0, 0]),
        ),
        hardest_cards=(
            HardCard(
                card,
                card.partition(":")[0],
                deck,
                ("forgotten", "leech"),
                21,
                8,
                14,
                9,
                310_000,
                14_000.0,
                8,
                2.1,
                9.4,
                0.81,
                True,
            ),
            HardCard(
                "attention:mental_model",
                "attention",
                "Karpathy::Concepts",
                ("forgotten", "slow", "difficult"),
                18,
                4,
                11,
                6,
                512_000,
                31_500.0,
                4,
                4.4,
                9.7,
                0.88,
                False,
            ),
            HardCard(
                "logits:means",
                "logits",
                "Karpathy::Basics",
                ("relearnt",),
                9,
                1,
                5,
                5,
                41_000,
                None,
                1,
                None,
                None,
                None,
                False,
            ),
        ),
        hardest_notes=(
            HardNote(
                "attention",
                "Karpathy::Concepts",
                ("forgotten", "slow"),
                4,
                "attention:mental_model",
                40,
                7,
                28,
                11,
                900_000,
            ),
        ),
        decks=(
            Group("Karpathy", cards, work, retention, 34),
            Group(
                "Karpathy::Basics",
                Cards(10, 2, 60, 90, 1, 0, 0, 60, 140.0),
                Work(1300, 9_000_000, 1300, 150),
                _retention(900, 50),
                8,
            ),
            Group(
                deck,
                Cards(130, 20, 350, 630, 8, 14, 6, 420, 902.3),
                Work(6300, 60_000_000, 6300, 1000),
                _retention(4800, 520),
                26,
            ),
        ),
        tags=(Group("ml", cards, work, retention, 34), Group("ml::training", Cards(), Work(), Retention(), 0)),
    )


def empty(cards: int = 0) -> Stats:
    """Of a collection in which nothing was answered yet."""
    distributions = Distributions(
        *(
            _histogram(lows, high, [0] * len(lows))
            for lows, high in ((DAYS, None), (EASES, 10.0), (RECALLS, 1.0), (DAYS, None))
        )
    )
    names = ("today", "yesterday", "week", "month", "year", "all")
    return Stats(
        TODAY,
        TODAY,
        None,
        None,
        "UTC",
        Cards(new=cards, notes=cards),
        Effort(Work(), 1, 0, 0, 0),
        Learnt(0, 0, 0, 0, 0, 0),
        Retention(),
        tuple(Span(name, TODAY, TODAY, Retention()) for name in names),
        (),
        tuple(HourOf(hour, 0, 0, Share()) for hour in range(24)),
        tuple(RatingOf(n, 0, 0, Share()) for n in range(1, 5)),
        tuple(Buttons(kind) for kind in KINDS),
        Due(0, (), 0.0),
        distributions,
        (),
        (),
        (),
        (),
    )


def _day(day: int, at: int, chance: Random) -> DayOf:
    if chance.random() < 0.12 or 100 < at < 112:
        return DayOf(day, 0, 0, 0, 0, 0, 0, 0, 0, Share())
    size = min(1.0, 0.15 + at / 150) * (1 + 0.3 * sin(at / 20)) * chance.uniform(0.6, 1.4)
    mature = int(20 * size * min(1.0, at / 200))
    young, learning, steps = int(16 * size), chance.choice((0, 4, 8, 12)), chance.randint(0, 3)
    cram = 15 if at % 71 == 3 else 0
    failed = sum(chance.random() < 0.09 for _ in range(young + mature))
    total = young + mature + learning + steps + cram
    share = Share(young + mature - failed, failed, 0.905)
    return DayOf(day, learning, young, mature, steps, cram, int(total * 9_300), learning // 2, learning // 3, share)


def _hour(hour: int, answers: int, chance: Random) -> HourOf:
    weight = exp(-(((hour - 8) / 2) ** 2)) + 0.6 * exp(-(((hour - 21) / 2.5) ** 2))
    count = int(answers * weight / 6)
    right = int(count * 0.7 * chance.uniform(0.84, 0.96))
    return HourOf(hour, count, count * 9_000, Share(right, int(count * 0.7) - right, 0.9))


def _retention(passed: int, failed: int) -> Retention:
    young = Share(int(passed * 0.43), int(failed * 0.6), 0.89)
    mature = Share(passed - young.passed, failed - young.failed, 0.92)
    return Retention(young, mature, Share(passed, failed, 0.905 if passed else None))


def _histogram(lows: tuple[float, ...], high: float | None, counts: list[int]) -> Distribution:
    bins = tuple(Bin(low, end, count) for low, end, count in zip(lows, (*lows[1:], high), counts, strict=True))
    total = sum(counts)
    if not total:
        return Distribution(bins, 0, None, None)
    middle = next(each.low for at, each in enumerate(bins) if sum(counts[: at + 1]) * 2 >= total)
    return Distribution(bins, total, sum(each.low * each.count for each in bins) / total * 1.1, middle * 1.05)
