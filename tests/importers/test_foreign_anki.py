"""Packages of others through a collection and out again, compared by the real Anki. These tests take seconds each."""

import base64
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import genanki
import pytest

from srs.importers.anki.opening import opened
from srs.importers.foreign import carry_out, plan_foreign
from tests.anki.real import PYTHONS, Anki, AnkiProcess
from tests.importers.test_foreign import sent_out
from tests.support import make_collection, open_collection


@pytest.fixture(scope="module", params=list(PYTHONS))
def process(request: pytest.FixtureRequest) -> Iterator[AnkiProcess]:
    """An interpreter with Anki, for all tests here."""
    found = AnkiProcess(request.param)
    yield found
    found.close()


def again(tmp_path: Path, package: Path) -> tuple[Path, tuple[str, ...]]:
    """The package taken into an empty collection and written again; and what was told on the way."""
    collection = open_collection(*make_collection(tmp_path))
    with opened(package) as there:
        plan = plan_foreign(collection, there, "decks/in/", set())
        carry_out(collection, plan)
    collection.refresh()
    assert [each for each in collection.problems() if each.severity == "error"] == []
    sent_out(collection, tmp_path / "again.apkg")
    return tmp_path / "again.apkg", plan.told


def seen(process: AnkiProcess, folder: Path, package: Path) -> dict[str, Any]:
    """What an empty Anki has after it took the package in."""
    anki = Anki(process, folder)
    anki.take(path=str(package))
    kinds = anki.types()
    for kind in kinds:
        for each in (kind, *kind["flds"]):
            # Times aside, and what Anki keeps of the writer's version.
            for key in ("mod", "originalId"):
                each.pop(key, None)
    notes = {each["guid"]: (each["type"], sorted(each["tags"]), each["fields"]) for each in anki.notes()}
    cards = {(each["guid"], each["ord"]): each["deck"] for each in anki.cards()}
    return {"notes": notes, "cards": cards, "types": kinds, "media": anki.media(), "decks": sorted(anki.decks())}


def test_a_package_of_genanki(tmp_path: Path, process: AnkiProcess) -> None:
    """Guids, fields, tags, decks, cards, types and media are the same, with odd names, scripts and broken pictures."""
    files = {"a b.png": b"1", "_f.ttf": b"2", "ü.mp3": b"3", "100%.jpg": b"4"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    odd = genanki.Model(
        1607392319,
        "Odd: 'type'",
        fields=[{"name": name} for name in ("Front", "id", "tags", "Größe, Ω [x] #1")],
        templates=[
            {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{id}}", "bqfmt": "x"},
            {"name": "C1", "qfmt": "{{id}}", "afmt": '{{FrontSide}}<script>alert("{{tags}}")</script>\r\n\u2028'},
        ],
        css='@font-face{src:url("_f.ttf")}\r\n.card {}\x01',
        sort_field_index=1,
    )
    cloze = genanki.Model(
        1607392320,
        "Gaps",
        fields=[{"name": "Text"}, {"name": "Extra"}],
        templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}{{Extra}}"}],
        model_type=genanki.Model.CLOZE,
    )
    first, second = genanki.Deck(2059400110, "A::B c::Ünï"), genanki.Deck(2059400111, "A::Z/.. 'x'")
    note = genanki.Note
    text = '<b>Hello</b> "w: # orld <img src="a b.png">[sound:ü.mp3]'
    first.add_note(note(odd, [text, "ID", "x", "  trail \n\n"], tags=["a::b", "x,y", "no"], guid="k$9q[x: #'"))
    lines = '\n  x\ny\u2028z \ufeff<script>let a = "{{c1::x}}" && b<c;</script>{{ ] é e\u0301'
    first.add_note(note(odd, [lines, "", "", ""], guid="g2"))
    second.add_note(note(cloze, ["{{c1::a}} {{c2::b::h}} <img src=100%.jpg><img src=gone.gif>", ""], guid="g3"))
    for number in range(200):
        names = [f"F{each}" for each in range(1 + number % 5)]
        kind = genanki.Model(
            1700000000 + number,
            f"Type {number}",
            fields=[{"name": name} for name in names],
            templates=[{"name": "T", "qfmt": "{{F0}}", "afmt": "a"}],
        )
        first.add_note(note(kind, [f"{name} {number}" for name in names], guid=f"many{number}"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # genanki takes every `<` for broken HTML
        genanki.Package([first, second], [str(tmp_path / name) for name in files]).write_to_file(tmp_path / "x.apkg")
    out, told = again(tmp_path, tmp_path / "x.apkg")
    assert told == ()
    before, after = seen(process, tmp_path / "one", tmp_path / "x.apkg"), seen(process, tmp_path / "two", out)
    assert len(before["types"]) == 202 and set(before["media"]) == set(files)
    assert after == before


@pytest.mark.parametrize("form", ["legacy", "new"])
def test_a_package_of_anki(tmp_path: Path, process: AnkiProcess, form: str) -> None:
    """What Anki itself exports in either format comes out the same: all that it keeps of types, scripts, old fields."""
    maker = Anki(process, tmp_path / "maker")
    for name in ("a b.png", "x&y.jpg", "_f.ttf"):
        maker.add_media(name=name, data=base64.b64encode(name.encode()).decode())
    looks = {
        "rtl": True,
        "sticky": True,
        "font": "X",
        "size": 33,
        "description": "d: 'q' #",
        "plainText": True,
        "collapsed": True,
    }
    browser = {"bqfmt": "b {{Q: 1}}", "bafmt": "c\n", "bfont": "Foo", "bsize": 13}
    maker.add_type(
        name="Mine",
        fields=[
            {"name": "Q 1", **looks},
            {"name": "A"},
            {"name": "tags"},
        ],
        templates=[
            {"name": "Forth", "qfmt": "{{Q 1}}", "afmt": "{{A}}\r\n x \u2028", **browser},
            {"name": "Back", "qfmt": "{{#tags}}{{A}}{{/tags}}", "afmt": "{{Q 1}}"},
        ],
        css='.card {}\r\n@font-face{src:url("_f.ttf")}',
        latexPre="PRE\r\n",
        latexPost="",
        latexsvg=True,
        sortf=1,
    )
    text = 'a\u2028 \ufeff\x85  <img src="a b.png"><script>if(a<b && c>"d"){}</script>'
    maker.add(type="Mine", deck="Mäin::Sub deck", fields={"Q 1": text, "A": '<img src="x&amp;y.jpg">'}, tags=["e,f"])
    maker.add(type="Mine", deck="Mäin::Sub deck", fields={"Q 1": "\n  x ", "A": "y\n\n", "tags": "1"})
    maker.add(type="Cloze", deck="Gaps", fields={"Text": "{{c1::a {{c2::b}}}} {{c3::\\(x^{2}\\)}}"}, tags=["marked"])
    stock = next((kind["name"] for kind in maker.types(all=True) if "Occlusion" in kind["name"]), "Basic")
    fields = ["{{c1::image-occlusion:rect:left=.1:top=.1:width=.1:height=.1:oi=1}}", '<img src="a b.png">']
    names = next([each["name"] for each in kind["flds"]] for kind in maker.types(all=True) if kind["name"] == stock)
    maker.add(type=stock, deck="Pictures", fields=dict(zip(names, fields, strict=False)))
    maker.write(path=str(tmp_path / "x.apkg"), legacy=form == "legacy")
    out, told = again(tmp_path, tmp_path / "x.apkg")
    assert told == ()
    before, after = seen(process, tmp_path / "one", tmp_path / "x.apkg"), seen(process, tmp_path / "two", out)
    assert len(before["notes"]) == 4 and len(before["cards"]) == 7 and len(before["media"]) == 3
    assert after == before


def test_it_updates_the_same_notes(tmp_path: Path, process: AnkiProcess) -> None:
    """Into the collection it came from, the package brings no note and no type twice."""
    maker = Anki(process, tmp_path / "maker")
    maker.add(type="Basic", deck="A", fields={"Front": "f", "Back": "b"})
    maker.write(path=str(tmp_path / "x.apkg"), legacy=True)
    out, _ = again(tmp_path, tmp_path / "x.apkg")
    done = maker.take(path=str(out))
    assert (done["new"], done["conflicting"]) == (0, 0) and len(maker.notes()) == 1
    assert maker.notes()[0]["type"] == "Basic"
