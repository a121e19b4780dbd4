"""Every figure of `srs stats` a second time: plain Python over the lines of the journal. Shares no code with `srs`.

    python plain_stats.py ABOUT.json < LINES

ABOUT says what no journal knows: `now` (ms), `zone`, `rollover`, `days` and `chosen` (or null), the `cards` that decks
have, each with its deck and tags, and `was`, the former ids of notes. Settings are the defaults, without fuzz. Nothing
here is quick or clever: each figure is a loop over the answers.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

import fsrs

Row = dict[str, Any]

KINDS = ("learning", "young", "mature", "relearning", "cram")
STEPS = {"learning": [60, 600], "relearning": [600]}
DAY_MS = 86_400_000
DAYS = [0, 1, 3, 7, 14, 21, 30, 60, 90, 180, 365, 730, 1825, 3650, None]
SCHEDULER = fsrs.Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=1, enable_fuzzing=False)
DECAY = -SCHEDULER.parameters[20]
FACTOR = 0.9 ** (1 / DECAY) - 1
MIDNIGHT = datetime(1, 1, 1, tzinfo=UTC)


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


# What counts


def live_events(lines: Iterable[str]) -> list[Row]:
    """Neither undone nor going with what was undone, each once, at the time that the newest amend says, in order."""
    events = {event["id"]: event for event in map(json.loads, lines) if "id" in event}
    undos = [event for event in events.values() if event["do"] == "undo"]

    def undone(id_: str | None) -> bool:
        return any(undo["event"] == id_ and not undone(undo["id"]) for undo in undos)

    found = [e for e in events.values() if not undone(e["id"]) and not undone(e.get("because"))]
    for event in found:
        event["at"], event["amended"] = instant(event["at"]), False
        event["day"] = day(event["day"]) if "day" in event else None
    for amend in sorted((e for e in found if e["do"] == "amend"), key=lambda e: (e["at"], e["id"])):
        target = events[amend["event"]]
        target["at"], target["amended"] = instant(amend["new_at"]), True
        if target["do"] == "review":
            target["day"] = amend["day"]
    return sorted(found, key=lambda e: (e["at"], e["id"]))


# One card


def remember(memory: tuple[float, float] | None, elapsed: int, rating: int) -> tuple[float, float]:
    card = fsrs.Card(card_id=1, due=MIDNIGHT)
    if memory:
        card = fsrs.Card(1, fsrs.State.Review, None, *memory, MIDNIGHT, MIDNIGHT)
    card, _ = SCHEDULER.review_card(card, fsrs.Rating(rating), MIDNIGHT + timedelta(days=elapsed))
    return card.stability or 0, card.difficulty or 0


def recall(memory: tuple[float, float], elapsed: int) -> float:
    return (1 + FACTOR * max(elapsed, 0) / memory[0]) ** DECAY


def by_rules(card: Row, rating: int) -> tuple[int, int] | None:
    """The step that an answer leads to, and the wait for it (s); None: out of the steps."""
    if card["stage"] == "review" and rating != 1:
        return None
    steps = STEPS["learning" if card["stage"] in ("new", "learning") else "relearning"]
    step = card["step"]
    if rating == 4 or (rating != 1 and step >= len(steps)):
        return None
    if rating == 1:
        return 0, steps[0]
    if rating == 3:
        return (step + 1, steps[step + 1]) if step + 1 < len(steps) else None
    if step:
        return step, steps[step]
    return (0, steps[0] * 3 // 2) if len(steps) == 1 else (0, (steps[0] + steps[1]) // 2)


def promised(card: Row) -> int:
    """Days from the last answer to the due day, at least one; whole days of a wait in steps."""
    if card["stage"] == "new":
        return 0
    if card["stage"] == "review":
        return int(max(1, card["due"] - card["day"]))
    return int(max(0, card["due"] - card["at"]) // DAY_MS)


def new_card() -> Row:
    fresh = {"stage": "new", "step": 0, "memory": None, "rating": 0, "lapses": 0, "last": None}
    return {**fresh, "suspended": False, "buried": None, "leech": False}


def happens(card: Row, event: Row, reviews: set[str]) -> Row | None:
    """Bring a card up to what happened; where that is an answer, what is to be known of it."""
    match event["do"]:
        case "review":
            return answered(card, event)
        case "reset" if card["stage"] != "new":
            card |= {"stage": "new", "step": 0, "memory": None, "rating": 0, "lapses": 0, "last": event["id"]}
        case "due" if card["stage"] != "new":
            card |= {"stage": "review", "step": 0, "due": day(event["due"]), "last": event["id"]}
        case "suspend":
            card |= {"suspended": True, "buried": None, "leech": event["because"] in reviews}
        case "unsuspend":
            card |= {"suspended": False, "leech": False}
        case "bury" if not card["suspended"]:
            card["buried"] = day(event["until"])
        case "unbury":
            card["buried"] = None
    return None


def answered(card: Row, event: Row) -> Row:
    stage, memory, rating = card["stage"], card["memory"], event["rating"]
    row = {"at": event["at"], "day": event["day"], "rating": rating, "ms": event["ms"] or 0, "stage": stage}
    row |= {"cram": event["mode"] == "cram", "interval": promised(card), "before": card["rating"], "recall": None}
    row |= {"card": event["card"], "elapsed": -1}
    if memory:
        row["elapsed"] = max(0, event["day"] - card["day"])
        row["recall"] = recall(memory, row["elapsed"])
    if row["cram"]:
        return row | {"to": stage, "promised": row["interval"], "memory": memory}
    card["memory"] = remember(memory, max(0, row["elapsed"]), rating)
    card["lapses"] += stage == "review" and rating == 1
    if event["after"] == card["last"] and not event["amended"]:
        step = event["step"]
        due = day(event["due"]) if step is None else instant(event["due"])
    elif move := by_rules(card, rating):
        step, due = move[0], event["at"] + move[1] * 1000
    else:
        step, due = None, event["day"] + min(max(round(card["memory"][0]), 1), 36500)  # the interval to 90 %
    steps = "learning" if stage in ("new", "learning") else "relearning"
    card |= {"stage": "review" if step is None else steps, "step": step or 0, "due": due, "rating": rating}
    card |= {"at": event["at"], "day": event["day"], "last": event["id"]}
    return row | {"to": card["stage"], "promised": promised(card), "memory": card["memory"]}


def history(lines: Iterable[str], was: dict[str, str]) -> tuple[dict[str, Row], list[Row]]:
    """Every card that something happened to as it stands, and all answers."""
    cards: dict[str, Row] = defaultdict(new_card)
    rows = []
    events = live_events(lines)
    reviews = {event["id"] for event in events if event["do"] == "review"}
    for event in events:
        if "card" in event:
            note, colon, template = event["card"].partition(":")
            event["card"] = was.get(note, note) + colon + template
            if row := happens(cards[event["card"]], event, reviews):
                rows.append(row)
    return cards, rows


# Figures


def counts_in_retention(row: Row) -> bool:
    return not row["cram"] and row["interval"] >= 1


def share(rows: Iterable[Row]) -> Row:
    counted = [row for row in rows if counts_in_retention(row)]
    failed = sum(row["rating"] == 1 for row in counted)
    expected = fmean(row["recall"] for row in counted) if counted else None
    return {"passed": len(counted) - failed, "failed": failed, "expected": expected}


def retention(rows: list[Row]) -> Row:
    young = [row for row in rows if row["interval"] < 21]
    return {"young": share(young), "mature": share(r for r in rows if r["interval"] >= 21), "all": share(rows)}


def kind(row: Row) -> str:
    if row["cram"]:
        return "cram"
    if row["stage"] == "review":
        return "young" if row["interval"] < 21 else "mature"
    return "relearning" if row["stage"] == "relearning" else "learning"


def introduced(row: Row) -> bool:
    return not row["cram"] and row["stage"] == "new"


def learnt(row: Row) -> bool:
    return not row["cram"] and row["stage"] in ("new", "learning") and row["to"] == "review"


def time(rows: Iterable[Row]) -> int:
    return sum(row["ms"] for row in rows)


def count(rows: Iterable[Row], test: Callable[[Row], bool]) -> int:
    return sum(map(test, rows))


def work(rows: list[Row]) -> Row:
    timed = count(rows, lambda row: row["ms"] > 0)
    return {"answers": len(rows), "ms": time(rows), "timed": timed, "cards": len({row["card"] for row in rows})}


def stretches(days: set[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for each in sorted(days):
        if found and found[-1][-1] == each - 1:
            found[-1].append(each)
        else:
            found.append([each])
    return found


def effort(every: list[Row], rows: list[Row], first: int, today: int) -> Row:
    days = {row["day"] for row in rows}
    newest = stretches({row["day"] for row in every})[-1:]
    return {
        "work": work(rows),
        "days": today - first + 1,
        "studied": len(days),
        "streak": len(newest[0]) if newest and newest[0][-1] >= today - 1 else 0,
        "longest": max(map(len, stretches(days)), default=0),
    }


def of_day(each: int, rows: list[Row]) -> Row:
    kinds = {name: [kind(row) for row in rows].count(name) for name in KINDS}
    rest = {"introduced": count(rows, introduced), "learnt": count(rows, learnt), "retention": share(rows)}
    return {"day": each, **kinds, "ms": time(rows), **rest}


def of_hour(hour: int, rows: list[Row], zone: ZoneInfo) -> Row:
    mine = [row for row in rows if datetime.fromtimestamp(row["at"] / 1000, zone).hour == hour]
    return {"hour": hour, "answers": len(mine), "ms": time(mine), "retention": share(mine)}


def of_rating(rating: int, rows: list[Row]) -> Row:
    mine = [row for row in rows if row["rating"] == rating and not row["cram"]]
    later = share(row for row in rows if row["before"] == rating)
    return {"rating": rating, "answers": len(mine), "ms": time(mine), "later": later}


def of_kind(name: str, rows: list[Row]) -> Row:
    pressed = [row["rating"] for row in rows if kind(row) == name]
    return {"kind": name, **{b: pressed.count(n) for n, b in enumerate(("again", "hard", "good", "easy"), 1)}}


def learnt_of(rows: list[Row]) -> Row:
    cards = {row["card"] for row in rows if learnt(row)}
    counted = [row for row in rows if counts_in_retention(row)]
    return {
        "introduced": count(rows, introduced),
        "learnt": count(rows, learnt),
        "cards": len(cards),
        "notes": len({card.split(":")[0] for card in cards}),
        "matured": count(
            counted, lambda row: row["stage"] == "review" and row["interval"] < 21 and row["promised"] >= 21
        ),
        "lapsed": count(counted, lambda row: row["interval"] >= 21 and row["rating"] == 1),
    }


def spans(rows: list[Row], today: int) -> list[Row]:
    found = []
    for name, first, last in (
        ("today", today, today), ("yesterday", today - 1, today - 1), ("week", today - 6, today),
        ("month", today - 29, today), ("year", today - 364, today), ("all", None, today),
    ):  # fmt: skip
        mine = [row for row in rows if (first is None or first <= row["day"]) and row["day"] <= last]
        found.append({"name": name, "first": first, "last": last, "retention": retention(mine)})
    return found


def group(card: Row) -> str:
    if card["stage"] == "review":
        return "young" if promised(card) < 21 else "mature"
    return str(card["stage"])


def is_buried(card: Row, today: int) -> bool:
    return card["buried"] is not None and card["buried"] > today


def stand(cards: dict[str, Row], today: int) -> Row:
    every = list(cards.values())
    groups = {name: [group(card) for card in every].count(name) for name in ("new", *KINDS[:4])}
    return groups | {
        "suspended": count(every, lambda card: card["suspended"]),
        "buried": count(every, lambda card: is_buried(card, today)),
        "notes": len({name.split(":")[0] for name in cards}),
        "known": sum(card["recall"] for card in every if card["memory"]),
    }


def comes(card: Row, today: int, study_day: Callable[[int], int]) -> int:
    due = card["due"] if card["stage"] == "review" else study_day(card["due"])
    return max(due, card["buried"]) if is_buried(card, today) else int(due)


def due(cards: dict[str, Row], today: int, study_day: Callable[[int], int]) -> Row:
    coming = [card for card in cards.values() if card["stage"] != "new" and not card["suspended"]]
    days: dict[int, Row] = defaultdict(lambda: {"steps": 0, "young": 0, "mature": 0})
    for card in coming:
        if (on := comes(card, today, study_day)) >= today:
            days[on][group(card) if card["stage"] == "review" else "steps"] += 1
    return {
        "overdue": count(coming, lambda card: comes(card, today, study_day) < today),
        "days": [{"day": on, **days[on]} for on in sorted(days)],
        "per_day": sum(1 / promised(card) for card in coming if card["stage"] == "review"),
    }


def histogram(values: list[float], edges: list[Any]) -> Row:
    bins = []
    for low, high in pairwise(edges):
        inside = [
            v for v in values if (v >= low or low == edges[0]) and (high is None or v < high or high == edges[-1])
        ]
        bins.append({"low": low, "high": high, "count": len(inside)})
    middle = (fmean(values), median(values)) if values else (None, None)
    return {"bins": bins, "count": len(values), "mean": middle[0], "median": middle[1]}


def distributions(cards: dict[str, Row]) -> Row:
    known = [card for card in cards.values() if card["memory"]]
    return {
        "stability": histogram([card["memory"][0] for card in known], DAYS),
        "difficulty": histogram([card["memory"][1] for card in known], list(range(1, 11))),
        "retrievability": histogram([card["recall"] for card in known], [n / 20 for n in range(21)]),
        "interval": histogram([promised(card) for card in known if card["stage"] == "review"], DAYS),
    }


def cost(rows: list[Row]) -> Row:
    counted = [row for row in rows if counts_in_retention(row)]
    return {
        "answers": len(rows),
        "failed": count(counted, lambda row: row["rating"] == 1),
        "reviewed": len(counted),
        "again": count(rows, lambda row: row["rating"] == 1),
        "ms": time(rows),
    }


def hard_card(name: str, card: Row, deck: str, rows: list[Row], usual: float) -> Row:
    sums, times = cost(rows), [row["ms"] for row in rows if row["ms"] > 0]
    stability, difficulty = card["memory"] or (None, None)
    holds = {
        "forgotten": sums["failed"] >= 2,
        "relearnt": sums["again"] - sums["failed"] >= 3,
        "slow": len(times) >= 3 and median(times) > 2 * usual,
        "difficult": (difficulty or 0) >= 9,
        "leech": card["leech"],
    }
    return sums | {
        "card": name, "note": name.split(":")[0], "deck": deck, "why": [why for why in holds if holds[why]],
        "median_ms": median(times) if times else None, "lapses": card["lapses"], "stability": stability,
        "difficulty": difficulty, "recall": card["recall"], "suspended": card["suspended"],
    }  # fmt: skip


def hardest(cards: dict[str, Row], decks: dict[str, str], rows: list[Row]) -> tuple[list[Row], list[Row]]:
    study = [row for row in rows if not row["cram"]]
    times = [row["ms"] for row in study if row["ms"] > 0]
    usual = median(times) if times else 0
    found = [
        hard_card(name, card, decks[name], [row for row in study if row["card"] == name], usual)
        for name, card in cards.items()
    ]
    found.sort(key=lambda c: (-c["failed"], -c["again"], -c["ms"], c["card"]))
    of_note: dict[str, list[Row]] = defaultdict(list)
    for each in found:
        of_note[each["note"]].append(each)
    notes = [hard_note(name, hard) for name, hard in of_note.items()]
    notes.sort(key=lambda n: (-n["failed"], -n["again"], -n["ms"], n["note"]))
    return [each for each in found if each["why"]][:10], [each for each in notes if each["why"]][:10]


def hard_note(name: str, cards: list[Row]) -> Row:
    sums = {key: sum(card[key] for card in cards) for key in ("answers", "failed", "reviewed", "again", "ms")}
    whys = {why for card in cards for why in card["why"]}
    order = ("forgotten", "relearnt", "slow", "difficult", "leech")
    return sums | {
        "note": name, "deck": cards[0]["deck"], "why": [why for why in order if why in whys],
        "cards": count(cards, lambda card: card["answers"] > 0), "worst": cards[0]["card"],
    }  # fmt: skip


def groups(
    names_of: dict[str, list[str]], cards: dict[str, Row], rows: list[Row], today: int, study_day: Callable[[int], int]
) -> list[Row]:
    names = {
        "::".join(n.split("::")[:k]) for of in names_of.values() for n in of for k in range(1, 1 + len(n.split("::")))
    }
    found = []
    for name in sorted(names, key=lambda name: name.split("::")):
        inside = {
            id_: card
            for id_, card in cards.items()
            if any(own == name or own.startswith(f"{name}::") for own in names_of[id_])
        }
        mine = [row for row in rows if row["card"] in inside]
        coming = [card for card in inside.values() if card["stage"] != "new" and not card["suspended"]]
        waiting = count(coming, lambda card: comes(card, today, study_day) <= today)
        stands = {"cards": stand(inside, today), "work": work(mine), "retention": retention(mine), "due": waiting}
        found.append({"name": name, **stands})
    return found


def figures(lines: Iterable[str], about: Row) -> Row:
    """Everything, in the shape of `Stats`."""
    zone, now = ZoneInfo(about["zone"]), about["now"]

    def study_day(at: int) -> int:
        wall = datetime.fromtimestamp(at / 1000, zone).replace(tzinfo=None)
        return (wall - timedelta(hours=about["rollover"])).toordinal()

    today = study_day(now)
    stood, rows = history(lines, about["was"])
    wanted = set(about["chosen"]) if about["chosen"] is not None else None
    decked = {name: each for name, each in sorted(about["cards"].items()) if wanted is None or name in wanted}
    cards = {name: stood[name] for name in decked}
    for card in cards.values():
        card["recall"] = recall(card["memory"], today - card["day"]) if card["memory"] else None
    rows = [row for row in rows if row["day"] <= today and (wanted is None or row["card"] in wanted)]
    first = today - about["days"] + 1 if about["days"] else min((row["day"] for row in rows), default=today)
    window = [row for row in rows if row["day"] >= first]
    hard_cards, hard_notes = hardest(cards, {name: deck for name, (deck, _) in decked.items()}, window)
    return {
        "day": today,
        "first": first,
        "days": about["days"],
        "chosen": None if wanted is None else len(wanted),
        "timezone": about["zone"],
        "cards": stand(cards, today),
        "effort": effort(rows, window, first, today),
        "learnt": learnt_of(window),
        "retention": retention(window),
        "spans": spans(rows, today),
        "by_day": [of_day(d, [r for r in window if r["day"] == d]) for d in sorted({row["day"] for row in window})],
        "by_hour": [of_hour(hour, window, zone) for hour in range(24)],
        "by_rating": [of_rating(rating, window) for rating in (1, 2, 3, 4)],
        "buttons": [of_kind(name, window) for name in KINDS],
        "due": due(cards, today, study_day),
        "distributions": distributions(cards),
        "hardest_cards": hard_cards,
        "hardest_notes": hard_notes,
        "decks": groups({name: [deck] for name, (deck, _) in decked.items()}, cards, window, today, study_day),
        "tags": groups({name: tags for name, (_, tags) in decked.items()}, cards, window, today, study_day),
    }


if __name__ == "__main__":
    print(json.dumps(figures(sys.stdin, json.loads(Path(sys.argv[1]).read_text("utf-8")))))
