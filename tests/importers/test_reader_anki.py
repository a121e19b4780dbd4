"""What a real Anki exports, in every form, is what that Anki itself sees in it."""

import json
import os
import random
import subprocess
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from srs.errors import SrsError
from srs.importers.anki.opening import opened
from srs.importers.anki.package import Package
from tests.support import times

ROOT = Path(__file__).parents[2]
NAMES = ("legacy.apkg", "new.apkg", "legacy.colpkg", "new.colpkg")


@pytest.fixture(scope="module", params=[".venv-anki", ".venv-anki-oldest"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the exports of one Anki, and `told.json`."""
    python = ROOT / request.param / "bin/python"
    if not python.exists():
        if os.environ.get("CI") or os.environ.get("SRS_REQUIRE_ANKI"):
            pytest.fail(f"no interpreter with anki at {python}")
        pytest.skip("no interpreter with anki: make test installs one")
    folder = tmp_path_factory.mktemp("exported") / "of"
    script = Path(__file__).with_name("anki_packages.py")
    done = subprocess.run([python, script, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def told(exported: Path) -> dict[str, Any]:
    """What that Anki sees in its collection."""
    answer: dict[str, Any] = json.loads((exported / "told.json").read_text("utf-8"))
    return answer


every_export = pytest.mark.parametrize("name", NAMES)


@every_export
def test_notes(exported: Path, told: dict[str, Any], name: str) -> None:
    """Ids, guids, types, times of change, tags and fields."""
    with opened(exported / name) as read:
        rows = [(*note[:4], " ".join(note.tags), "\x1f".join(note.fields)) for note in read.notes]
    assert rows == [(*row[:4], row[4].strip(), row[5]) for row in told["notes"]]
    assert len(rows) == 6


@every_export
def test_cards(exported: Path, told: dict[str, Any], name: str) -> None:
    """Cards with their schedule, those in the filtered deck as they stand at home."""
    expected = []
    for number, note, deck, place, kind, queue, due, *rest, left, home_due, home, flags, data in told["cards"]:
        if home:
            deck, due = home, home_due or due
        expected.append([number, note, deck, place, kind, queue, due, *rest, left, flags & 7, data])
    with opened(exported / name) as read:
        assert read.remarks == ()
        rows = [list(card) for card in read.cards]
        assert any(card.flag == 3 for card in read.cards)
        assert any(card.queue == -1 for card in read.cards)
        assert not any(read.decks[card.deck].filtered for card in read.cards)
    # FSRS's memory is written as JSON again where a package is made, perhaps in another order.
    for row in (*rows, *expected):
        row[-1] = json.loads(row[-1] or "{}")
    assert rows == expected


@every_export
def test_reviews(exported: Path, told: dict[str, Any], name: str) -> None:
    """Every review; those of deleted cards where the whole collection was exported."""
    kept = {row[0] for row in told["cards"]}
    with opened(exported / name) as read:
        rows = [list(review) for review in read.reviews]
        assert rows == [row for row in told["reviews"] if read.whole or row[1] in kept]
        assert len(rows) >= 6


@every_export
def test_types(exported: Path, told: dict[str, Any], name: str) -> None:
    """Note types with everything that Anki's own editor can set."""
    with opened(exported / name) as read:
        used = {note.type for note in read.notes}
        assert used <= read.types.keys()
        for number in used:
            compare_type(read, told["types"][str(number)], number)


def compare_type(read: Package, theirs: dict[str, Any], number: int) -> None:
    ours = read.types[number]
    assert (ours.name, ours.cloze, ours.css, ours.mod) == (
        theirs["name"], theirs["type"] == 1, theirs["css"], theirs["mod"],
    )  # fmt: skip
    assert (ours.sort_field, ours.latex_pre, ours.latex_post, ours.latex_svg) == (
        theirs["sortf"], theirs["latexPre"], theirs["latexPost"], theirs["latexsvg"],
    )  # fmt: skip
    keys = (
        "name",
        "id",
        "rtl",
        "sticky",
        "font",
        "size",
        "description",
        "plainText",
        "collapsed",
        "excludeFromSearch",
        "tag",
        "preventDeletion",
    )
    for field, other in zip(ours.fields, theirs["flds"], strict=True):
        assert (
            field.name, field.id, field.rtl, field.sticky, field.font, field.size, field.description, field.plain_text,
            field.collapsed, field.unsearched, field.tag, field.kept,
        ) == tuple(other.get(key) for key in keys)  # fmt: skip
    keys = ("name", "id", "qfmt", "afmt", "bqfmt", "bafmt", "bfont", "bsize", "did")
    for template, other in zip(ours.templates, theirs["tmpls"], strict=True):
        assert (
            template.name, template.id, template.front, template.back, template.browser_front, template.browser_back,
            template.browser_font, template.browser_size, template.deck,
        ) == tuple(other.get(key) for key in keys)  # fmt: skip


@every_export
def test_decks(exported: Path, told: dict[str, Any], name: str) -> None:
    """Full names and descriptions, and which deck is a filtered one."""
    with opened(exported / name) as read:
        decks = {number: (deck.name, deck.description, deck.filtered) for number, deck in read.decks.items()}
        whole = read.whole
    theirs = {int(number): (deck["name"], deck["desc"], bool(deck["dyn"])) for number, deck in told["decks"].items()}
    if whole:
        assert decks == theirs
    assert decks.items() <= theirs.items()
    assert {"Top::Ünter deck", "Other"} <= {deck[0] for deck in decks.values()}


@every_export
def test_the_rest(exported: Path, told: dict[str, Any], name: str) -> None:
    """Media byte for byte, deleted notes, and the instant that days count from."""
    with opened(exported / name) as read:
        assert (read.created, read.rollover) == (told["created"], 4)
        assert read.deleted == (set(told["deleted"]) if read.whole else set())
        sums = {file: sha1(read.open_media(file).read()).hexdigest() for file in read.media}
        # A package of decks holds what its notes and types name.
        expected = told["media"] if read.whole else {key: told["media"][key] for key in sums}
        assert sums == expected
        assert {"täst pic.png", "empty.txt"} <= sums.keys()


@every_export
def test_bytes_changed_by_chance(exported: Path, tmp_path: Path, name: str) -> None:
    """An export of a real Anki with some bytes changed is read or refused."""
    chance = random.Random(name)
    data = (exported / name).read_bytes()
    path = tmp_path / name
    for _ in range(times(40)):
        spoiled = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            spoiled[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(spoiled)
        try:
            with opened(path) as read:
                for file in read.media:
                    read.open_media(file).close()
        except SrsError as error:
            assert error.message.startswith(str(path))
