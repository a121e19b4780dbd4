"""Whole collections as `srs export` writes them: Anki shows every card and finds nothing to mend."""

import html
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.anki.features import MEDIA, write_everything, write_many
from tests.anki.real import ROOT, Anki
from tests.cli.helpers import Srs, Warm
from tests.support import times

Exported = Callable[[str], Path]


@pytest.fixture(scope="session")
def exported(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    """The package of a collection by its name, exported once."""
    made: dict[str, Path] = {}

    def export(name: str) -> Path:
        if name not in made:
            home = tmp_path_factory.mktemp(name)
            srs = Srs(home, warm)
            root = ROOT if name == "shipped" else srs.root
            if name == "everything":
                write_everything(root)
            elif name == "many":
                write_many(root, times(1_000))
            made[name] = home / "x.apkg"
            done = srs("-C", str(root), "export", "-o", str(made[name]))
            assert (done.code, done.err) == (0, "")
        return made[name]

    yield export


@pytest.mark.parametrize("name", ["everything", "many", "shipped"])
def test_anki_shows_every_card_and_has_nothing_to_mend(anki: Anki, exported: Exported, name: str) -> None:
    """Every note comes in, every face is filled, no card or file is missing, and Check Database is silent."""
    log = anki.take(path=exported(name))
    assert log["new"] == len(anki.notes()) > 0
    assert sum(count for kind, count in log.items() if kind != "new") == 0
    assert anki.check() == []


def test_odd_contents_arrive_as_they_were_written(anki: Anki, exported: Exported) -> None:
    """Braces, tags, maths, scripts of the world and two hundred fields are on the cards, unharmed."""
    anki.take(path=exported("everything"))
    cards = {(card["guid"], card["ord"]): card for card in anki.cards(faces=True)}

    def side(guid: str, ord: int, name: str) -> str:
        return html.unescape(cards[guid, ord][name])

    assert "What is <code>{{field}}</code> in a template, and {{this}}?" in side("srs:braces", 0, "front")
    assert "{{#extra}}<b>{{cloze:text}}</b>{{/extra}} {{/}} {{=<% %>=}}" in side("srs:braces", 0, "back")
    assert r"\[\begin{pmatrix}1&2\\3&4\end{pmatrix}\]" in side("srs:maths", 0, "back")
    assert "&lt;script&gt;alert('x')&lt;/script&gt;" in cards["srs:html-like", 0]["front"]
    assert "👩‍👩‍👧‍👦 🇩🇪 ❤️" in side("srs:emoji", 0, "front")
    assert "مرحبا بالعالم" in side("srs:rtl", 0, "front")
    assert sorted(ord for guid, ord in cards if guid == "srs:nested") == [0, 1, 2, 11]
    assert "[hint]" in side("srs:nested", 2, "front")
    assert sorted(ord for guid, ord in cards if guid == "srs:concept") == list(range(7))
    assert "100: {{middle}} 200: The last" in side("srs:wide", 0, "back")
    assert len(next(note for note in anki.notes() if note["guid"] == "srs:wide")["fields"]) >= 200


def test_pictures_of_one_name_stay_two(anki: Anki, exported: Exported) -> None:
    """Files with spaces and the same base name arrive all, foreign ones under their names, and no others."""
    anki.take(path=exported("everything"))
    media = anki.media()
    assert len(media) == len(set(media.values())) == len(MEDIA) - 1
    assert {"a cat.png", "its sound.mp3", "_font.woff"} < set(media)
    assert all(name.isascii() for name in media)


def test_odd_tags_arrive_as_they_were_written(anki: Anki, exported: Exported) -> None:
    """Tags with odd letters, in any script, nested or with capitals, are the same there."""
    anki.take(path=exported("everything"))
    tags = next(note for note in anki.notes() if note["guid"] == "srs:braces")["tags"]
    odd = ["a:b", "größe::漢字", "*", "100%", "_", "MiXed::Case", "marked-not", "'", "<b>", "a&b", "👍"]
    assert sorted(tags) == sorted([*odd, "every", "feature"])
