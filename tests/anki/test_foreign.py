"""Packages that are not from here: imported to YAML and exported again, Anki sees in them what it saw before."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from export.latex import pictures
from tests.anki.real import Anki
from tests.cli.helpers import Srs

PNG = b"\x89PNG\r\n\x1a\n"
PNG64 = "iVBORw0KGgo="
HTML = (
    "<script>alert('x')</script><div onclick=\"go()\" style='color: red'>a &lt; b &amp;&amp; c</div>"
    "<!-- {{c1::no}} --><br>\\(x^{2}\\) [latex]$y$[/latex]&nbsp;<b>{ } `code` *not* # - 1. </b>\n  \ttwo  spaces \n"
)


def seen(anki: Anki) -> dict[str, Any]:
    """All that must stay the same, as Anki tells it."""
    names = {kind["id"]: kind["name"] for kind in anki.types()}
    return {
        "notes": {
            note["guid"]: (names[note["type_id"]], note["fields"], sorted(note["tags"])) for note in anki.notes()
        },
        "cards": {(card["guid"], card["ord"]): (card["deck"], card["template"]) for card in anki.cards()},
        "types": {kind["id"]: {key: value for key, value in kind.items() if key != "mod"} for kind in anki.types()},
        "decks": {name: text for name, text in anki.decks().items() if name != "Default"},
        "media": anki.media(),
        "faces": {(card["guid"], card["ord"]): (card["front"], card["back"]) for card in anki.cards(faces=True)},
    }


def differences(was: dict[str, Any], now: dict[str, Any]) -> dict[str, list[Any]]:
    """What is not the same, part by part."""
    parts: dict[str, list[Any]] = {}
    for part in was:
        keys = [*was[part], *(key for key in now[part] if key not in was[part])]
        found = [(key, was[part].get(key), now[part].get(key)) for key in keys]
        parts[part] = [each for each in found if each[1] != each[2]]
    return {part: found for part, found in parts.items() if found}


def through(srs: Srs, package: Path, into: str, scheduled: bool = False) -> Path:
    """The package, imported here and exported again."""
    done = srs("import", str(package), "--into", into, *(("--with-scheduling", "--state") if scheduled else ()))
    assert done.code == 0, done.out + done.err
    assert srs("check").code == 0, srs("check").out
    path = srs.home / "again.apkg"
    done = srs("export", "-o", str(path), *(["--with-scheduling"] if scheduled else []))
    assert done.code == 0, done.err
    return path


def unchanged(anki: Anki, srs: Srs, package: Path, into: str) -> None:
    """What Anki sees in a package is what it sees after the way through here; and the notes there are the same ones."""
    before, after = anki.another("before"), anki.another("after")
    log = before.take(path=package)
    again = through(srs, package, into)
    was = seen(before)
    assert len(was["notes"]) == log["new"] > 0
    taken = after.take(path=again)
    assert taken["new"] == log["new"]
    assert differences(was, seen(after)) == {}
    assert after.check(render=False) == before.check(render=False)
    taken = before.take(path=again)
    assert (taken["new"], taken["conflicting"]) == (0, 0)
    assert {kind["name"] for kind in before.types()} == {kind["name"] for kind in after.types()}


def a_grown_collection(anki: Anki) -> None:
    """Decks, types and notes as years of Anki leave them."""
    for text, name in ((HTML, "one cat.png"), ("", "ünï.png")):
        anki.add_media(name=name, data=PNG64)
        anki.add(
            type="Basic",
            deck="Languages::Français::Verbes",
            fields={"Front": f'{name}: <img src="{name}">{text}', "Back": "[sound:son é.mp3]"},
            tags=["a::b", "größe", "*", "'", "👍"],
        )
    anki.add_media(name="son é.mp3", data="SUQz")
    anki.add_media(name="_font.woff", data="d09GRg==")
    anki.add(type="Basic (and reversed card)", deck="Languages", fields={"Front": "chien", "Back": "dog"})
    anki.add(type="Basic (type in the answer)", deck="Languages", fields={"Front": "2+2", "Back": "4"})
    anki.add(
        type="Cloze",
        deck="Sciences 100%",
        fields={"Text": "{{c1::a {{c2::b}}}} and {{c7::<b>c</b>::hint}}", "Back Extra": "\\(\\frac{a}{{b}}\\)"},
    )
    anki.add_occlusion(deck="Odd", image="one cat.png")
    anki.describe_deck(deck="Languages", text="All of them")
    odd = anki.add_type(
        name='Odd "type" <1>: {x}',
        fields=[
            {"name": "Sort me not", "rtl": True, "font": "Noto Naskh", "size": 31, "sticky": True},
            {"name": "Größe (cm)", "description": "how tall", "plainText": True, "collapsed": True},
            {"name": "q", "excludeFromSearch": True},
            {"name": "id"},
        ],
        templates=[
            {
                "name": "Carte 1",
                "qfmt": "{{#Größe (cm)}}{{Größe (cm)}}{{/Größe (cm)}}{{q}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{hint:id}}{{text:Sort me not}}<script>let a = {};</script>",
                "bqfmt": "{{q}}",
                "bafmt": "{{id}}",
                "bfont": "Arial",
                "bsize": 14,
            },
            {"name": "Carte 2", "qfmt": "{{id}}{{Tags}}{{Deck}}{{Card}}", "afmt": "{{q}}"},
            {"name": "Carte 3", "qfmt": "{{^id}}none{{/id}}", "afmt": "{{FrontSide}}"},
        ],
        css="@font-face { src: url('_font.woff'); }\n.card { color: #000; }\n/* ünï */\n",
        latexPre="\\documentclass[12pt]{article}\n\\begin{document}\n",
        latexPost="\\end{document}",
        latexsvg=True,
        sortf=2,
    )
    anki.add(
        type=odd,
        deck="Odd",
        fields={"Sort me not": "مرحبا", "Größe (cm)": "1", "q": "NO", "id": "007: yes # no"},
    )
    anki.add(type=odd, deck="Odd", fields={"Sort me not": "x", "q": "only q"}, tags=["leech"])


@pytest.mark.parametrize(
    ("name", "legacy"), [("new.apkg", False), ("old.apkg", True), ("new.colpkg", False), ("old.colpkg", True)]
)
def test_what_anki_wrote_goes_out_again_as_it_was(anki: Anki, srs: Srs, name: str, legacy: bool) -> None:
    """Guids, fields, tags, decks, cards, templates, styles and media of a grown collection stay the same in Anki."""
    into = "decks/theirs/"
    a_grown_collection(anki)
    package = srs.home / name
    anki.write(path=package, legacy=legacy)
    if name.endswith(".colpkg"):
        # Anki takes a whole collection only in place of another; its decks tell the same.
        apkg = srs.home / "same.apkg"
        anki.write(path=apkg)
        again = through(srs, package, into)
        before, after = anki.another("before"), anki.another("after")
        before.take(path=apkg)
        after.take(path=again)
        assert differences(seen(before), seen(after)) == {}
    else:
        unchanged(anki, srs, package, into)


def test_descriptions_of_decks_stay_as_they_were(anki: Anki, srs: Srs) -> None:
    """They are HTML in Anki, or Markdown, and arrive there letter by letter."""
    anki.add(type="Basic", deck="Languages", fields={"Front": "1", "Back": "1"})
    anki.describe_deck(deck="Languages", text="All of <b>them</b>\nin two lines & more &amp; <br> *so*")
    anki.write(path=srs.home / "x.apkg")
    unchanged(anki, srs, srs.home / "x.apkg", "decks/theirs/")


def test_pictures_of_latex_go_out_again(anki: Anki, srs: Srs) -> None:
    """What Anki drew of LaTeX, with HTML in it, is in the package beside its text, and no other files."""
    drawn = {
        "[$]a &lt;&nbsp;b[/$] [$]<b>x</b><br/>y[/$]": ["$a < b$", "$x\ny$"],
        "[latex]c<div>d</div>e[/latex]": ["c\nde"],
        "[$$]f[/$$] [LATEX]G[/latex]": ["\\begin{displaymath}f\\end{displaymath}", "G"],
        "{{c1::[$]h[/$]}}": ["$h$"],
    }
    for text, formulas in drawn.items():
        cloze = text.startswith("{{")
        anki.add(type="Cloze" if cloze else "Basic", deck="Maths", fields={"Text" if cloze else "Front": text})
        for latex in formulas:
            anki.add_media(name=f"latex-{hashlib.sha1(latex.encode()).hexdigest()}.png", data=PNG64)
    (srs.root / "media").mkdir()
    (srs.root / "media" / f"latex-{'0' * 40}.png").write_bytes(PNG)
    anki.write(path=srs.home / "x.apkg")
    unchanged(anki, srs, srs.home / "x.apkg", "decks/theirs/")
    assert len(anki.another("after").media()) == 6


@pytest.mark.parametrize(
    "text",
    [
        "{{c1::[$]h[/$]}} [$]i {{c2::j}} {{c2::k::l}}[/$]",
        "[$]a &amp; b[/$][$] c[/$] [$$]&nbsp;d\ne[/$$]<br>[latex]<i>f</i><br />g[/latex] [$]never closed",
    ],
)
def test_pictures_of_latex_are_called_as_anki_calls_them(anki: Anki, text: str) -> None:
    """Names are those of all pictures that Anki makes of a field, of what a cloze hides and shows too."""
    for svg in (False, True):
        assert pictures(text, svg) >= set(anki.latex_names(text=text, svg=svg)) != set()


def test_notes_in_the_first_deck_of_anki_stay_there(anki: Anki, srs: Srs) -> None:
    """What lay in the deck that every collection of Anki's has goes out into it again."""
    anki.add(type="Basic", deck="Default", fields={"Front": "1", "Back": "1"})
    anki.write(path=srs.home / "x.apkg")
    unchanged(anki, srs, srs.home / "x.apkg", "decks/theirs/")


def moved_apart(anki: Anki, path: Path) -> tuple[str, str]:
    """A package in which cards of a note lie in different decks; the guids of two such notes."""
    a_grown_collection(anki)
    [guid] = [note["guid"] for note in anki.notes() if note["fields"].get("Front") == "chien"]
    [gaps] = [note["guid"] for note in anki.notes() if "{{c7::" in note["fields"].get("Text", "")]
    anki.move(guid=guid, ord=1, deck="Languages::Back: 'x' # y")
    anki.move(guid=gaps, ord=6, deck="Default")
    anki.write(path=path)
    return guid, gaps


def test_cards_of_one_note_in_several_decks_stay_apart(anki: Anki, srs: Srs) -> None:
    """Each card is studied here in the deck that it lies in there, and goes out into it again."""
    moved_apart(anki, srs.home / "x.apkg")
    unchanged(anki, srs, srs.home / "x.apkg", "decks/theirs/")
    assert {card["deck"] for card in srs.json("list", "chien")} == {"Languages", "Languages::Back: 'x' # y"}
    assert [card["template"] for card in srs.json("list", "deck:Default")] == ["c7"]


def test_cards_in_several_decks_that_come_into_one_file_are_told(anki: Anki, srs: Srs) -> None:
    """A file is one deck: what Anki keeps apart comes together, and the report says so."""
    moved_apart(anki, srs.home / "x.apkg")
    done = srs("import", str(srs.home / "x.apkg"), "--into", "decks/theirs.yaml")
    assert done.code == 0, done.err
    assert "2 cards lying in another deck than the first of the note: together here" in done.out


def test_several_decks_in_one_file_are_told(anki: Anki, srs: Srs) -> None:
    """A file is one deck: the report says which decks came together, and how to keep them apart."""
    a_grown_collection(anki)
    anki.write(path=srs.home / "x.apkg")
    done = srs("import", str(srs.home / "x.apkg"), "--into", "decks/theirs.yaml")
    assert done.code == 0, done.err
    assert "decks are in one here" in done.out
    assert "--into decks/theirs/" in done.out


def test_one_deck_in_one_file_goes_out_again_as_it_was(anki: Anki, srs: Srs) -> None:
    """The file keeps the deck's name and description, wherever it lies."""
    a_grown_collection(anki)
    anki.describe_deck(deck="Odd", text="Odd, even")
    anki.write(path=srs.home / "x.apkg", deck="Odd", legacy=True)
    unchanged(anki, srs, srs.home / "x.apkg", "decks/theirs.yaml")


def test_what_genanki_wrote_goes_out_again_as_it_was(anki: Anki, srs: Srs) -> None:
    """A package of the usual program for making packages stays the same in Anki."""
    import genanki

    basic = genanki.Model(
        1607392319,
        "Simple Model",
        fields=[{"name": "Question"}, {"name": "Answer"}, {"name": "MyMedia"}],
        templates=[
            {"name": "Card 1", "qfmt": "{{Question}}<br>{{MyMedia}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}"},
            {"name": "Card 2", "qfmt": "{{Answer}}", "afmt": "{{FrontSide}}<hr id=answer>{{Question}}"},
        ],
        css=".card { font-family: arial; }",
    )
    deck, other = genanki.Deck(2059400110, "Country Capitals", "Of all"), genanki.Deck(2059400111, "A::B")
    deck.add_note(
        genanki.Note(basic, ["Capital of Argentina", "Buenos Aires", '<img src="map 1.png">'], tags=["geo", "a::b"])
    )
    deck.add_note(genanki.Note(basic, ["Capital of 😀", "a &lt; b", "[sound:hymn.mp3]"], guid="0"))
    other.add_note(genanki.Note(genanki.CLOZE_MODEL, ["{{c1::Rome}} is {{c2::old}}", ""], guid="NO"))
    other.add_note(genanki.Note(basic, ["Same", "Same", ""], guid="1e3"))
    package = genanki.Package([deck, other])
    for name in ("map 1.png", "hymn.mp3"):
        (srs.home / name).write_bytes(name.encode())
        package.media_files.append(str(srs.home / name))
    package.write_to_file(srs.home / "gen.apkg", timestamp=1_600_000_000)
    unchanged(anki, srs, srs.home / "gen.apkg", "decks/gen/")


def test_hundreds_of_note_types_go_out_again_as_they_were(anki: Anki, srs: Srs) -> None:
    """Three hundred types, some of one name but for case and signs, keep their fields, templates and notes apart."""
    import genanki

    deck = genanki.Deck(2059400112, "Many types")
    for number in range(300):
        name = ("Type", "type", "Type!", "tÿpe", "type-")[number % 5] + " " * (number % 3) + str(number // 5)
        fields = [{"name": f"F{field}"} for field in range(1 + number % 4)]
        templates = [
            {"name": f"Card {each}", "qfmt": f"{{{{F0}}}} {number} {each}", "afmt": "{{FrontSide}}"}
            for each in range(2)
        ]
        model = genanki.Model(
            1_700_000_000_000 + number, name, fields=fields, templates=templates, css=f".c{number} {{}}"
        )
        deck.add_note(genanki.Note(model, [f"{number}.{field}" for field in range(len(fields))], guid=f"guid{number}"))
    genanki.Package(deck).write_to_file(srs.home / "many.apkg", timestamp=1_600_000_000)
    unchanged(anki, srs, srs.home / "many.apkg", "decks/many.yaml")


def test_scripts_and_broken_media_names_do_no_harm(anki: Anki, srs: Srs) -> None:
    """Scripts stay text, names that no file may have are left out and told, and what remains is as it was."""
    import genanki

    deck = genanki.Deck(2059400113, "Odd")
    model = genanki.Model(
        1_600_000_000_001,
        "Scripted",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[{"name": "1", "qfmt": "{{Front}}<script>if (a && b) {}</script>", "afmt": "{{Back}}{{FrontSide}}"}],
    )
    deck.add_note(genanki.Note(model, [HTML, '<img src="../../evil.png"><img src="fine.png">'], guid="<script>"))
    deck.add_note(genanki.Note(model, ["missing", '<img src="not there.png"> [sound:a\\b.mp3] <img src=>'], guid="g2"))
    genanki.Package(deck).write_to_file(srs.home / "plain.apkg", timestamp=1_600_000_000)
    names = {"0": "../../evil.png", "1": "fine.png", "2": "/etc/evil", "3": "a/b.png", "4": "", "5": "nul\0.png"}
    package = srs.home / "odd.apkg"
    with zipfile.ZipFile(srs.home / "plain.apkg") as old, zipfile.ZipFile(package, "w") as new:
        new.writestr("collection.anki2", old.read("collection.anki2"))
        new.writestr("media", json.dumps(names))
        for name in names:
            new.writestr(name, PNG)
    before, after = anki.another("before"), anki.another("after")
    before.take(path=srs.home / "plain.apkg")
    after.take(path=through(srs, package, "decks/odd.yaml"))
    was, now = seen(before), seen(after)
    assert list(now.pop("media")) == ["fine.png"]
    was.pop("media")
    assert now == was
    assert [path.name for path in (srs.root / "media").iterdir()] == ["fine.png"]
    assert not list(srs.home.rglob("evil*"))


def test_a_second_import_doubles_nothing(anki: Anki, srs: Srs) -> None:
    """The same package again, or the one that went out, leaves the decks as they are."""
    a_grown_collection(anki)
    anki.write(path=srs.home / "x.apkg")
    again = through(srs, srs.home / "x.apkg", "decks/theirs/")
    before = {path: path.read_bytes() for path in srs.root.rglob("*.yaml")}
    for package in (srs.home / "x.apkg", again):
        done = srs("import", str(package), "--into", "decks/theirs/")
        assert done.code == 0, done.err
        assert {path: path.read_bytes() for path in srs.root.rglob("*.yaml")} == before


def test_years_of_learning_move_along(anki: Anki, srs: Srs) -> None:
    """With `--with-scheduling`, every review is in the journal, every card due when it was, and Anki sees so again."""
    a_grown_collection(anki)
    anki.answer(ratings=[3, 1, 3, 4, 2, 3, 3, 3])
    anki.pass_days(days=1)
    anki.answer(ratings=[3, 3, 4, 3, 3])
    anki.pass_days(days=5)
    anki.answer(ratings=[3, 1, 3, 4])
    anki.cram(search="is:review", ratings=[3], leave=True)
    cards = anki.cards()
    anki.suspend(guid=cards[-1]["guid"], ord=cards[-1]["ord"])
    anki.flag(guid=cards[0]["guid"], ord=cards[0]["ord"], flag=2)
    anki.write(path=srs.home / "x.colpkg")
    again = through(srs, srs.home / "x.colpkg", "decks/theirs/", scheduled=True)
    reviews = [event for event in srs.journal() if event["do"] == "review"]
    assert len(reviews) == len(anki.reviews()) > 10
    after = anki.another("after")
    after.take(path=again, scheduling=True)

    def standing(anki: Anki) -> dict[Any, Any]:
        return {
            (card["guid"], card["ord"]): (card["kind"], card["in_days"], card["ivl"], card["queue"] == -1, card["flag"])
            for card in anki.cards()
        }

    def log(anki: Anki) -> list[Any]:
        return sorted((each["guid"], each["ord"], each["id"], each["ease"]) for each in anki.reviews())

    assert standing(after) == standing(anki)
    assert log(after) == log(anki)
    assert after.check(render=False) == anki.check(render=False)
