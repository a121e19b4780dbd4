"""Plays steps on collections of the real, headless Anki, and answers with what Anki then sees.

    python driver.py

Each line of standard input is `{"collection": PATH, "steps": [[NAME, {ARGUMENTS}], …]}`, each line of output the list
of what the steps returned, or `{"error": TEXT}`. The steps are the functions marked so below: packages taken in and
written, cards answered through Anki's scheduler, notes edited as in its editor, and what its own checks find. Run by
the interpreter that has `anki` (AGPL), never imported by anything.
"""

import base64
import contextlib
import hashlib
import json
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anki.lang
from anki.collection import Collection, DeckIdLimit, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.import_export_pb2 import ExportAnkiPackageOptions

try:
    from anki.buildinfo import version
except ImportError:
    version = "unknown"

DAY = 86_400
LOG = ("new", "updated", "duplicate", "conflicting", "empty_first_field", "missing_notetype", "missing_deck")
STEPS: dict[str, Callable[..., Any]] = {}


def step(function: Callable[..., Any]) -> Callable[..., Any]:
    STEPS[function.__name__] = function
    return function


# Packages


@step
def take(
    col: Collection,
    path: str,
    scheduling: bool = False,
    presets: bool = False,
    merge: bool = False,
    notes: int = 0,
    types: int = 0,
) -> dict[str, int]:
    """Takes a package in, by default as Anki's own dialog does. `notes`, `types`: 0 if newer, 1 always, 2 never."""
    options = ImportAnkiPackageOptions(
        merge_notetypes=merge,
        update_notes=notes,
        update_notetypes=types,
        with_scheduling=scheduling,
        with_deck_configs=presets,
    )
    log = col.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options)).log
    return {kind: len(getattr(log, kind)) for kind in LOG}


@step
def write(
    col: Collection,
    path: str,
    legacy: bool = False,
    scheduling: bool = True,
    media: bool = True,
    deck: str | None = None,
) -> None:
    """Writes an .apkg (of one deck, or of all) or a .colpkg, as the ending of `path` says."""
    if path.endswith(".colpkg"):
        col.export_collection_package(path, media, legacy)
        col.reopen()
        return
    options = ExportAnkiPackageOptions(with_scheduling=scheduling, with_media=media, legacy=legacy)
    limit = None if deck is None else DeckIdLimit(col.decks.id_for_name(deck))
    col.export_anki_package(out_path=path, options=options, limit=limit)


# Studying


@step
def answer(col: Collection, ratings: list[int], ms: int = 1500) -> list[list[Any]]:
    """Answers the cards that the scheduler gives, one for each rating; [guid, ord] of each."""
    given = []
    for rating in ratings:
        card = next_card(col)
        if card is None:
            break
        given.append([card.note().guid, card.ord])
        answer_as(col, card, rating, ms)
    return given


def next_card(col: Collection) -> Any:
    # The decks of a package stand side by side, so each is tried until one has a card to give.
    for deck in sorted(col.decks.all_names_and_ids(), key=lambda deck: deck.name):
        col.decks.select(deck.id)
        queued = col.sched.get_queued_cards(fetch_limit=1).cards
        if queued:
            return col.get_card(queued[0].card.id)
    return None


def answer_as(col: Collection, card: Any, rating: int, ms: int) -> None:
    card.start_timer()
    card.timer_started -= ms / 1000
    col.sched.answerCard(card, rating)


@step
def answer_card(col: Collection, guid: str, ord: int, rating: int, ms: int = 1500) -> None:
    """Answers one card, due or not."""
    # Anki minds the order of what it has drawn; with nothing drawn, any card will do.
    col.close()
    col.reopen()
    answer_as(col, col.get_card(card_id(col, guid, ord)), rating, ms)


@step
def cram(
    col: Collection, search: str, ratings: list[int], reschedule: bool = False, leave: bool = False
) -> list[list[Any]]:
    """Answers cards in a filtered deck, which need not reschedule them; with `leave`, the others stay in it."""
    deck = col.sched.get_or_create_filtered_deck(0)
    deck.name = "Cram"
    deck.config.reschedule = reschedule
    del deck.config.search_terms[1:]
    deck.config.search_terms[0].search = search
    number = col.sched.add_or_update_filtered_deck(deck).id
    given = []
    for rating in ratings:
        col.decks.select(number)
        card = col.get_card(col.sched.get_queued_cards(fetch_limit=1).cards[0].card.id)
        given.append([card.note().guid, card.ord])
        answer_as(col, card, rating, 900)
    if not leave:
        col.decks.remove([number])
    return given


@step
def pass_days(col: Collection, days: int) -> None:
    """Makes everything there is so many days older, as if that time had passed."""
    shift, ms = days * DAY, days * DAY * 1000
    col.db.execute("update col set crt = crt - ?", shift)
    col.db.execute("update cards set due = due - ? where queue = 1", shift)
    # Upwards from the oldest, so that no id meets one that has not moved yet.
    for (number,) in col.db.all("select id from revlog order by id"):
        col.db.execute("update revlog set id = ? where id = ?", number - ms, number)
    for number, text in col.db.all("select id, data from cards where data like '%lrt%'"):
        data = json.loads(text)
        data["lrt"] -= shift
        col.db.execute("update cards set data = ? where id = ?", json.dumps(data, separators=(",", ":")), number)
    col.close()
    col.reopen()


@step
def fsrs(col: Collection, on: bool = True) -> None:
    """Switches FSRS on, as the deck options do."""
    col.set_config("fsrs", on)


@step
def recomputed(col: Collection) -> list[list[Any]]:
    """[guid, ord, stability, difficulty] of each card with a memory, worked out from the review log by Anki."""
    rows = col.db.all(
        "select c.id, n.guid, c.ord from cards c join notes n on n.id = c.nid where c.type > 0 order by c.id"
    )
    out = []
    for number, guid, ord in rows:
        state = col._backend.compute_memory_state(number).state
        out.append([guid, ord, state.stability, state.difficulty])
    return out


# What people do to notes and cards


def note_of(col: Collection, guid: str) -> Any:
    return col.get_note(col.db.scalar("select id from notes where guid = ?", guid))


def card_id(col: Collection, guid: str, ord: int) -> int:
    number = col.db.scalar(
        "select c.id from cards c join notes n on n.id = c.nid where guid = ? and ord = ?", guid, ord
    )
    if number is None:
        raise LookupError(f"no card {ord} of {guid}")
    return int(number)


@step
def edit(
    col: Collection, guid: str, fields: dict[str, str] | None = None, tags: list[str] | None = None, later: int = 0
) -> None:
    """Edits a note as the editor does; `later`: so many seconds from now."""
    note = note_of(col, guid)
    for name, text in (fields or {}).items():
        note[name] = text
    if tags is not None:
        note.tags = tags
    col.update_note(note)
    if later:
        col.db.execute("update notes set mod = mod + ? where id = ?", later, note.id)


@step
def add(col: Collection, type: str | int, deck: str, fields: dict[str, str], tags: list[str] | None = None) -> str:
    """Adds a note of the type with that name or id; its guid."""
    note = col.new_note(col.models.get(type) if isinstance(type, int) else col.models.by_name(type))
    for name, text in fields.items():
        note[name] = text
    note.tags = tags or []
    col.add_note(note, col.decks.id(deck))
    return str(note.guid)


@step
def add_occlusion(col: Collection, deck: str, image: str) -> str:
    """Adds a picture of which two parts are hidden in turn, as the editor for it does; its guid."""
    col.add_image_occlusion_notetype()
    kind = next(kind for kind in col.models.all() if kind.get("originalStockKind") == 6)
    note = col.new_note(kind)
    shapes = (f"{{{{c{n}::image-occlusion:rect:left=.{n}:top=.2:width=.3:height=.1:oi=1}}}}" for n in (1, 2))
    note.fields[:2] = ["<br>".join(shapes), f'<img src="{image}">']
    col.add_note(note, col.decks.id(deck))
    return str(note.guid)


@step
def delete(col: Collection, guid: str) -> None:
    col.remove_notes([note_of(col, guid).id])


@step
def suspend(col: Collection, guid: str, ord: int = 0) -> None:
    col.sched.suspend_cards([card_id(col, guid, ord)])


@step
def bury(col: Collection, guid: str, ord: int = 0) -> None:
    col.sched.bury_cards([card_id(col, guid, ord)])


@step
def flag(col: Collection, guid: str, ord: int, flag: int) -> None:
    col.set_user_flag_for_cards(flag, [card_id(col, guid, ord)])


@step
def mark(col: Collection, guid: str) -> None:
    col.tags.bulk_add([note_of(col, guid).id], "marked")


@step
def forget(col: Collection, guid: str, ord: int = 0) -> None:
    col.sched.schedule_cards_as_new([card_id(col, guid, ord)])


@step
def set_due(col: Collection, guid: str, ord: int, days: str) -> None:
    col.sched.set_due_date([card_id(col, guid, ord)], days)


@step
def move(col: Collection, guid: str, ord: int, deck: str) -> None:
    col.set_deck([card_id(col, guid, ord)], col.decks.id(deck))


@step
def describe_deck(col: Collection, deck: str, text: str) -> None:
    known = col.decks.get(col.decks.id(deck))
    known["desc"] = text
    col.decks.save(known)


@step
def add_media(col: Collection, name: str, data: str) -> str:
    """Puts base64 `data` into the media folder; the name that Anki gave it."""
    return str(col.media.write_data(name, base64.b64decode(data)))


@step
def latex_names(col: Collection, text: str, svg: bool = False) -> list[str]:
    """What Anki calls the pictures of the LaTeX in a field, as its cards show it."""
    return [each.filename for each in col._backend.extract_latex(text=text, svg=svg, expand_clozes=True).latex]


@step
def add_type(
    col: Collection,
    name: str,
    fields: list[dict[str, Any]],
    templates: list[dict[str, Any]],
    cloze: bool = False,
    **more: Any,
) -> int:
    """Adds a note type from what is said of it in the terms of Anki's own files; its id."""
    kind = col.models.new(name)
    kind["type"] = int(cloze)
    for field in fields:
        new = col.models.new_field(field["name"])
        new.update(field)
        col.models.add_field(kind, new)
    for template in templates:
        card = col.models.new_template(template["name"])
        card.update(template)
        if isinstance(template.get("did"), str):
            card["did"] = col.decks.id(template["did"])
        col.models.add_template(kind, card)
    kind.update(more)
    return int(col.models.add_dict(kind).id)


# What Anki sees


@step
def about(col: Collection) -> dict[str, Any]:
    return {"version": version, "today": col.sched.today}


@step
def notes(col: Collection) -> list[dict[str, Any]]:
    kinds = {kind["id"]: kind for kind in col.models.all()}
    rows = col.db.all("select id, guid, mid, mod, tags, flds, sfld, csum from notes order by id")
    return [
        {
            "id": number,
            "guid": guid,
            "type": kinds[kind]["name"],
            "type_id": kind,
            "mod": mod,
            "tags": tags.split(),
            "fields": dict(zip((field["name"] for field in kinds[kind]["flds"]), fields.split("\x1f"), strict=True)),
            "sort": str(sort),
            "checksum": checksum,
        }
        for number, guid, kind, mod, tags, fields, sort, checksum in rows
    ]


@step
def cards(col: Collection, faces: bool = False) -> list[dict[str, Any]]:
    """Every card, by due and id; with `faces`, its two sides as Anki renders them."""
    guids = dict(col.db.all("select id, guid from notes"))
    numbers = col.db.list("select id from cards order by due, id")
    return [card_of(col, col.get_card(number), guids, faces) for number in numbers]


def card_of(col: Collection, card: Any, guids: dict[int, str], faces: bool) -> dict[str, Any]:
    memory = card.memory_state
    home, due = (card.odid, card.odue) if card.odid else (card.did, card.due)
    sides = {"front": card.question(), "back": card.answer()} if faces else {}
    return {
        "id": card.id,
        "guid": guids[card.nid],
        "ord": card.ord,
        "template": card.template()["name"],
        "deck": col.decks.name(home),
        "kind": card.type,
        "queue": card.queue,
        "today": col.sched.today,
        "due": card.due,
        "in_days": due - col.sched.today if card.type == 2 or card.queue == 3 else None,
        "ivl": card.ivl,
        "schedule": [card.type, card.queue, card.due, card.ivl, card.factor, card.reps, card.lapses, card.left],
        "flag": card.user_flag(),
        "stability": memory.stability if memory else None,
        "difficulty": memory.difficulty if memory else None,
        "desired_retention": getattr(card, "desired_retention", None),
        "data": col.db.scalar("select data from cards where id = ?", card.id),
        **sides,
    }


@step
def reviews(col: Collection) -> list[dict[str, Any]]:
    names = ["guid", "ord", "id", "ease", "ivl", "last_ivl", "factor", "ms", "kind"]
    rows = col.db.all(
        "select n.guid, c.ord, r.id, r.ease, r.ivl, r.lastIvl, r.factor, r.time, r.type"
        " from revlog r left join cards c on c.id = r.cid left join notes n on n.id = c.nid order by r.id"
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


@step
def types(col: Collection, all: bool = False) -> list[dict[str, Any]]:
    """The note types that notes have, or all, with everything Anki keeps of them but numbers of its own bookkeeping."""
    used = set(col.db.list("select distinct mid from notes"))
    return [
        type_of(col, kind)
        for kind in sorted(col.models.all(), key=lambda kind: kind["id"])
        if all or kind["id"] in used
    ]


def type_of(col: Collection, kind: dict[str, Any]) -> dict[str, Any]:
    out = {key: value for key, value in kind.items() if key not in ("usn", "did", "req", "tags", "vers")}
    out["id"] = int(kind["id"])
    out["cloze"] = bool(out.pop("type"))
    # A list that nothing reads since 2012, where the package's writer still writes it.
    out["flds"] = [{key: value for key, value in field.items() if key != "media"} for field in kind["flds"]]
    out["tmpls"] = [
        {**template, "did": col.decks.name(template["did"]) if template.get("did") else None}
        for template in kind["tmpls"]
    ]
    return out


@step
def decks(col: Collection) -> dict[str, str]:
    """The description of each deck, by name."""
    return {deck["name"]: deck.get("desc", "") for deck in col.decks.all()}


@step
def options(col: Collection, deck: str) -> dict[str, Any]:
    """The options of a deck."""
    return dict(col.decks.config_dict_for_deck_id(col.decks.id_for_name(deck)))


@step
def media(col: Collection) -> dict[str, str]:
    """SHA-1 of each file in the media folder, by name."""
    folder = Path(col.media.dir())
    return {file.name: hashlib.sha1(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


@step
def check(col: Collection, render: bool = True) -> list[str]:
    """What is wrong, by Anki's own checks and by looking at every face. Check Database mends, so it comes last."""
    problems = (
        [fault for number in col.db.list("select id from cards") for fault in faults(col, number)] if render else []
    )
    problems += [f"empty cards: {list(note.card_ids)}" for note in col.get_empty_cards().notes]
    problems += [f"missing media: {name}" for name in col.media.check().missing]
    problems += [
        f"no cards: {guid}" for guid in col.db.list("select guid from notes where id not in (select nid from cards)")
    ]
    problems += [f"twice: {guid}" for guid in col.db.list("select guid from notes group by guid having count() > 1")]
    before = col.db.scalar("select count() from cards")
    message, fine = col.fix_integrity()
    if missing := col.db.scalar("select count() from cards") - before:
        problems.append(f"{missing} cards missing")
    told = [line for line in message.splitlines() if line != "Database rebuilt and optimized."]
    return problems + told + ([] if fine else ["the check of the database failed"])


def faults(col: Collection, number: int) -> list[str]:
    card = col.get_card(number)
    front, back = card.question(), card.answer()
    name = f"{card.note().guid} {card.ord}"
    text = re.sub(r"<style>.*?</style>", "", front, flags=re.S)
    found = []
    if not re.sub(r"<[^>]+>", "", text).strip() and "<img" not in text and "[anki:play" not in text:
        found.append(f"{name}: nothing on the front")
    if "{{" in text or "{{" in back:
        found.append(f"{name}: braces that no template filled")
    if "has a problem:<br>" in front + back:
        found.append(f"{name}: a template went wrong")
    return found


class Desk:
    """The collection that lies open: it stays so until another is asked for."""

    def __init__(self) -> None:
        self._path = ""
        self._col: Collection | None = None

    def play(self, path: str, steps: list[tuple[str, dict[str, Any]]]) -> list[Any]:
        if self._path != path or self._col is None or not self._col.db:
            self.clear()
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._path, self._col = path, Collection(path)
        return [STEPS[name](self._col, **arguments) for name, arguments in steps]

    def clear(self) -> None:
        if self._col is not None and self._col.db:
            self._col.close()
        self._col = None


def main() -> None:
    answers, desk = sys.stdout, Desk()
    anki.lang.set_lang("en")
    # Anki prints about slow calls; standard output is for the answers.
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = desk.play(request["collection"], request["steps"])
            except Exception:
                answer = {"error": traceback.format_exc()}
                desk.clear()
            print(json.dumps(answer), file=answers, flush=True)
        desk.clear()


if __name__ == "__main__":
    main()
