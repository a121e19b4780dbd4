"""Makes a collection with a real, headless Anki, exports it in every form, and writes down what Anki sees in it.

    python anki_packages.py FOLDER

Run by the interpreter that has `anki` (AGPL), never imported by anything.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from anki.collection import Collection, ExportAnkiPackageOptions

FILES = {"täst pic.png": bytes(range(256)) * 3, "empty.txt": b"", "_font.css": b"body {}"}


def fill(col: Collection) -> None:
    for name, content in FILES.items():
        (Path(col.media.dir()) / name).write_bytes(content)
    under = col.decks.id("Top::Ünter deck")
    deck = col.decks.get(under)
    deck["desc"] = "what *it* is about"
    col.decks.save(deck)
    pair = col.models.by_name("Basic (and reversed card)")
    pair["flds"][1].update(rtl=True, sticky=True, font="Serif", size=13, description="say it", collapsed=True)
    pair["flds"][0].update(plainText=True, excludeFromSearch=True)
    pair["tmpls"][1].update(did=under, bqfmt="{{Back}}!", bafmt="{{Front}}!", bfont="Mono", bsize=9)
    pair.update(sortf=1, latexPre="a", latexPost="b", latexsvg=True, css=".card { color: red }")
    col.models.update_dict(pair)
    for number in range(6):
        note = col.new_note(col.models.by_name("Basic (and reversed card)"))
        note["Front"], note["Back"] = (
            f"Q{number} <img src='täst pic.png'> &amp; 😀",
            f"[sound:empty.txt] {{{{x}}}} {number}",
        )
        note.tags = ["marked", "a::b", f"n{number}"]
        col.add_note(note, under)
    note = col.new_note(col.models.by_name("Cloze"))
    note["Text"] = "{{c1::one}} and {{c3::three::hint}}"
    col.add_note(note, col.decks.id("Other"))
    col.decks.set_current(under)
    for number in range(8):
        queued = col.sched.get_queued_cards(fetch_limit=1).cards
        card = col.get_card(queued[0].card.id)
        card.start_timer()
        col.sched.answerCard(card, (1, 3, 4, 2)[number % 4])
    cards = col.find_cards("tag:n1")
    col.sched.suspend_cards(cards[:1])
    col.set_user_flag_for_cards(3, cards[1:2])
    col.remove_notes(col.find_notes("tag:n5"))
    filtered = col.sched.get_or_create_filtered_deck(0)
    filtered.name = "Cram"
    filtered.config.search_terms[0].search = "tag:n2"
    col.sched.add_or_update_filtered_deck(filtered)


def describe(col: Collection) -> dict[str, Any]:
    return {
        "types": {kind["id"]: kind for kind in col.models.all()},
        "decks": {deck["id"]: deck for deck in col.decks.all()},
        "notes": col.db.all("select id, guid, mid, mod, tags, flds from notes order by id"),
        "cards": col.db.all(
            "select id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data"
            " from cards order by id"
        ),
        "reviews": col.db.all("select id, cid, ease, ivl, lastIvl, factor, time, type from revlog order by id"),
        "deleted": col.db.list("select oid from graves where type = 1"),
        "created": col.crt,
        "media": {name: hashlib.sha1(content).hexdigest() for name, content in FILES.items()},
    }


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    col = Collection(str(folder / "collection.anki2"))
    fill(col)
    (folder / "told.json").write_text(json.dumps(describe(col)))
    for legacy in (True, False):
        options = ExportAnkiPackageOptions(with_scheduling=True, with_media=True, with_deck_configs=True, legacy=legacy)
        name = "legacy" if legacy else "new"
        col.export_anki_package(out_path=str(folder / f"{name}.apkg"), limit=None, options=options)
        col.export_collection_package(str(folder / f"{name}.colpkg"), include_media=True, legacy=legacy)
        col.reopen()
    col.close()


if __name__ == "__main__":
    main()
