"""Plays steps against a real, headless Anki collection and prints what Anki then sees, as JSON.

    python anki_check.py COLLECTION import=PACKAGE answer=RATING ...

`import` takes a package in with the choices that Anki's own dialog starts from; `answer` answers the next card
through Anki's scheduler. What is printed tells of notes, cards with their faces, types, decks, and of what Anki's
checks find. Run by the interpreter that has `anki` (AGPL), never imported by anything.
"""

import contextlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

IF_NEWER = 0


def import_package(col: Collection, path: str) -> dict[str, int]:
    options = ImportAnkiPackageOptions(
        merge_notetypes=False,
        update_notes=IF_NEWER,
        update_notetypes=IF_NEWER,
        with_scheduling=False,
        with_deck_configs=False,
    )
    log = col.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options)).log
    kinds = ("new", "updated", "duplicate", "conflicting", "empty_first_field", "missing_notetype", "missing_deck")
    return {kind: len(getattr(log, kind)) for kind in kinds}


def answer_next(col: Collection, rating: str) -> dict[str, Any]:
    # The decks of a package stand side by side, so each is tried until one has a card to give.
    for deck in sorted(col.decks.all_names_and_ids(), key=lambda deck: deck.name):
        col.decks.select(deck.id)
        queued = col.sched.get_queued_cards(fetch_limit=1).cards
        if queued:
            card = col.get_card(queued[0].card.id)
            card.start_timer()
            col.sched.answerCard(card, int(rating))
            return {"card": card.id}
    return {"card": None}


STEPS = {"import": import_package, "answer": answer_next}


def describe(col: Collection) -> dict[str, Any]:
    kinds = {kind["id"]: kind for kind in col.models.all()}
    rows = col.db.all("select id, guid, mid, mod, tags, flds, sfld, csum from notes order by id")
    guids = {row[0]: row[1] for row in rows}
    used = {row[2] for row in rows}
    out: dict[str, Any] = {
        "notes": [
            {
                "id": number,
                "guid": guid,
                "type": kinds[kind]["name"],
                "mod": mod,
                "tags": tags.split(),
                "fields": dict(
                    zip((field["name"] for field in kinds[kind]["flds"]), fields.split("\x1f"), strict=True)
                ),
                "sort": str(sort),
                "checksum": checksum,
            }
            for number, guid, kind, mod, tags, fields, sort, checksum in rows
        ],
        "cards": [card_of(col, number, guids) for (number,) in col.db.all("select id from cards order by due, id")],
        "types": [type_of(kinds[number]) for number in sorted(used)],
        "decks": {deck["name"]: deck["desc"] for deck in col.decks.all()},
        "reviews": col.db.scalar("select count() from revlog"),
    }
    out["problems"] = [problem for card in out["cards"] for problem in card.pop("problems")] + check(col)
    return out


def card_of(col: Collection, number: int, guids: dict[int, str]) -> dict[str, Any]:
    card = col.get_card(number)
    front, back = card.question(), card.answer()
    name = f"{guids[card.nid]} {card.ord}"
    problems = []
    if not re.sub(r"<style>.*?</style>|<(?!img)[^>]*>", "", front, flags=re.S).strip():
        problems.append(f"{name}: nothing on the front")
    if "has a problem" in front + back:
        problems.append(f"{name}: a template went wrong")
    return {
        "id": card.id,
        "guid": guids[card.nid],
        "ord": card.ord,
        "template": card.template()["name"],
        "deck": col.decks.name(card.did),
        "due": card.due,
        "schedule": [card.type, card.queue, card.due, card.ivl, card.factor, card.reps, card.lapses, card.left],
        "front": front,
        "back": back,
        "problems": problems,
    }


def type_of(kind: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": int(kind["id"]),
        "name": kind["name"],
        "cloze": bool(kind["type"]),
        "fields": [[field["name"], field["id"]] for field in kind["flds"]],
        "templates": [[template["name"], template["id"]] for template in kind["tmpls"]],
        "sort": kind["sortf"],
        "css": kind["css"],
    }


def check(col: Collection) -> list[str]:
    """What Anki's own checks have to say. They may mend what they find, so they come last."""
    problems = [f"empty cards: {note.card_ids}" for note in col.get_empty_cards().notes]
    problems += [f"missing media: {name}" for name in col.media.check().missing]
    before = col.db.scalar("select count() from cards")
    message, fine = col.fix_integrity()
    if missing := col.db.scalar("select count() from cards") - before:
        problems.append(f"{missing} cards missing")
    told = [line for line in message.splitlines() if line != "Database rebuilt and optimized."]
    return problems + told + ([] if fine else ["the check of the database failed"])


def main() -> None:
    path, *steps = sys.argv[1:]
    # Anki prints about slow calls; standard output is for the answer.
    with contextlib.redirect_stdout(sys.stderr):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        col = Collection(path)
        done = []
        for step in steps:
            name, _, value = step.partition("=")
            done.append(STEPS[name](col, value))
        media = sorted(each.name for each in Path(col.media.dir()).iterdir())
        out = {"steps": done, "media": media, **describe(col)}
        col.close()
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
