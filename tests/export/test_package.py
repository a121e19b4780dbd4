import errno
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from export.notetypes import shape_of
from export.package import Item, anki_tags, in_order, write_apkg
from srs.cards.notetype import Field, NoteType, Template
from srs.errors import SrsError
from srs.importers.anki.opening import opened
from srs.zstandard import zstd
from tests.packages import media_of, query

KIND = NoteType(
    name="pair",
    marker="q",
    cloze=False,
    fields=tuple(Field(name, "markdown", True, (), None, 0) for name in ("q", "a")),
    templates=(Template("answer", "Answer", "{{q}}", "{{a}}", True, 0),),
    css=".card {}",
    anki_id=0,
    anki_name="Pair (tests)",
    foreign=False,
)


def item(name: str, **changes: Any) -> Item:
    fields = in_order({"q": f"<p>{name}?</p>", "a": "yes", "card_answer": "1"}, shape_of(KIND))
    return replace(Item(f"srs:{name}", KIND, fields, ("t",), "A::B", (0,), 1_700_000_000), **changes)


def write(path: Path, *items: Item, **more: Any) -> dict[str, Any]:
    """Writes a package and reads it back: rows, and the JSON in `col`."""
    write_apkg(path, items, more.get("decks", {}), more.get("type_mods", {}), more.get("media", {}))
    ((*col, _),) = query(path, "select conf, models, decks, dconf, crt from col")
    return {
        "notes": query(path, "select guid, mod, tags, flds, id from notes order by guid"),
        "cards": query(path, "select nid, ord, due, did, id from cards order by due"),
        **dict(zip(("conf", "models", "decks", "dconf"), map(json.loads, col), strict=True)),
    }


SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_package import anki_tags, item, write_apkg
tags = anki_tags(tuple({"b", "a", "c"}))
write_apkg(Path(sys.argv[3]), (item(str(number), tags=tags) for number in range(500)), {"A": "x"}, {}, {})
"""


def test_equal_input_gives_equal_bytes_in_any_process(tmp_path: Path) -> None:
    """Two processes with different hash seeds, time zones and temporary folders write the same bytes."""
    here = Path(__file__)
    for seed, zone in (("1", "Asia/Kolkata"), ("2", "America/New_York")):
        folder = tmp_path / seed
        folder.mkdir()
        environ = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "TMPDIR": str(folder)}
        target = tmp_path / f"{seed}.apkg"
        arguments = [sys.executable, "-c", SCRIPT, str(here.parents[2]), str(here.parent), str(target)]
        subprocess.run(arguments, check=True, env=environ)
        assert list(folder.iterdir()) == []
    assert (tmp_path / "1.apkg").read_bytes() == (tmp_path / "2.apkg").read_bytes()


def test_the_form_is_the_one_that_anki_writes(tmp_path: Path) -> None:
    """Form 3: the number of the form, collection, media and their list, packed with Zstandard in an undated zip."""
    picture, text = tmp_path / "a.png", tmp_path / "a.svg"
    picture.write_bytes(b"png")
    text.write_bytes(b"<svg/>" * 500_000)
    target = tmp_path / "x.apkg"
    write_apkg(target, [item("a")], {}, {}, {"z.png": picture, "ä.svg": text})
    with zipfile.ZipFile(target) as package:
        stored = package.infolist()
        packed = {entry.filename: package.read(entry) for entry in stored}
    assert list(packed) == ["meta", "collection.anki21b", "0", "1", "media"]
    assert packed["meta"] == b"\x08\x03"
    assert {(entry.date_time, entry.compress_type) for entry in stored} == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)}
    assert len(packed["1"]) < 10_000
    assert media_of(target) == {"z.png": b"png", "ä.svg": text.read_bytes()}
    with opened(target) as read:
        assert sorted(read.media) == ["z.png", "ä.svg"]
        assert read.open_media("ä.svg").read() == text.read_bytes()


def test_the_longest_window_is_two_mebibytes(tmp_path: Path) -> None:
    """What unpacks a package need not hold more of it than 2 MiB, however large it is."""
    noise = tmp_path / "noise"
    noise.write_bytes(random.Random(1).randbytes(3 << 20) * 2)
    write_apkg(tmp_path / "x.apkg", [item("a")], {}, {}, {"noise.wav": noise})
    with zipfile.ZipFile(tmp_path / "x.apkg") as package:
        for name in ("collection.anki21b", "0", "media"):
            narrow = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 21})
            assert narrow.decompress(package.read(name)) and narrow.eof


def test_every_block_is_told(tmp_path: Path) -> None:
    """Packing says how many of the database's MiB are done, and which medium it is at."""
    noise = tmp_path / "noise"
    noise.write_bytes(b"a")
    told: list[tuple[str, int, int | None]] = []
    fields = (random.Random(1).randbytes(1 << 20).hex(), *item("a").fields[1:])
    write_apkg(
        tmp_path / "x.apkg", [item("a", fields=fields)], {}, {}, {"a": noise, "b": noise},
        watch=lambda *what: told.append(what),
    )  # fmt: skip
    assert [done for what, done, total in told if (what, total) == ("Packing", 3)] == [0, 1, 2]
    assert [done for what, done, total in told if (what, total) == ("Packing media", 2)] == [0, 1]


def test_new_cards_stand_in_our_order(tmp_path: Path) -> None:
    """`due` counts cards in the order of the items, and the ordinals are the sheet's own."""
    out = write(tmp_path / "x.apkg", item("b", ords=(2, 0)), item("a", ords=(7,)))
    assert [(order, due) for _, order, due, _, _ in out["cards"]] == [(2, 1), (0, 2), (7, 3)]
    assert out["conf"]["nextPos"] == 4
    assert out["conf"]["schedVer"] == 2


def test_ids_do_not_depend_on_the_company(tmp_path: Path) -> None:
    """A note and its cards keep their ids whatever else is in the package."""
    alone = write(tmp_path / "x.apkg", item("a", ords=(0, 1)))
    among = write(tmp_path / "y.apkg", item("b"), item("a", ords=(0, 1)), item("c"))
    ids = {note[-1] for note in alone["notes"]} | {card[-1] for card in alone["cards"]}
    assert ids <= {note[-1] for note in among["notes"]} | {card[-1] for card in among["cards"]}


def test_decks_make_a_tree_beside_the_default_one(tmp_path: Path) -> None:
    """Parents are written too; a deck called Default, an empty name or another case never lands in Anki's deck 1."""
    names = ("A::B", "a::b", "Default", "::", " x :: y\t z ::", "A::B::C")
    items = [item(str(number), deck=name) for number, name in enumerate(names)]
    out = write(tmp_path / "x.apkg", *items, decks={"A::B": "about", "a": "above", "elsewhere": "not here"})
    decks = {deck["name"]: deck["desc"] for deck in out["decks"].values()}
    empty = ("A::B::C", "Default", "srs", "srs::Default", "x", "x::y z")
    assert decks == {"A": "above", "A::B": "about", **dict.fromkeys(empty, "")}
    used = [out["decks"][str(deck)]["name"] for _, _, _, deck, _ in out["cards"]]
    assert used == ["A::B", "A::B", "srs::Default", "srs", "x::y z", "A::B::C"]


def test_tags_are_safe() -> None:
    """White space inside a tag becomes an underscore; case and order of writing make no difference."""
    assert anki_tags(("b a", "a::b", "B a", "", " ", "ü\u3000x\n", '"q"', "x\x1fy")) == (
        '"q"',
        "a::b",
        "b_a",
        "x_y",
        "ü_x",
    )
    assert "".join(anki_tags(("e\u0301",))) == "é"


def test_a_card_may_lie_in_a_deck_of_its_own(tmp_path: Path) -> None:
    """One card of a note can be put elsewhere; no deck at all is Anki's first one."""
    out = write(tmp_path / "x.apkg", item("a", ords=(0, 1), decks={1: "Else::Where"}), item("b", deck=""))
    names = {int(number): deck["name"] for number, deck in out["decks"].items()}
    assert [names[card[3]] for card in out["cards"]] == ["A::B", "Else::Where", "Default"]
    assert sorted(names.values()) == ["A", "A::B", "Default", "Else", "Else::Where"]


def test_tags_lie_between_spaces(tmp_path: Path) -> None:
    """Anki finds a tag by the spaces around it; no tags is no text."""
    out = write(tmp_path / "x.apkg", item("a", tags=("x", "y::z")), item("b", tags=()))
    assert [note[2] for note in out["notes"]] == [" x y::z ", ""]


def test_what_would_break_a_field_is_replaced() -> None:
    """The control character that parts fields, a NUL or half a surrogate pair cannot come through a field."""
    fields = in_order({"q": "a\x1fb\0c\ud800d\te\n", "a": "ok"}, shape_of(KIND))
    assert fields == ("a�b�c�d\te\n", "ok", "", "", "", "", "")


def test_two_notes_with_one_guid_are_refused(tmp_path: Path) -> None:
    """A guid names one note: the export stops, and the old file stays."""
    target = tmp_path / "x.apkg"
    target.write_bytes(b"old")
    with pytest.raises(SrsError, match="two notes share the Anki guid 'srs:a'"):
        write(target, item("a"), item("a"))
    assert target.read_bytes() == b"old"


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted half-way, at any stage, the old file stands and no draft remains, here or in the temporary folder."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    target = tmp_path / "x.apkg"
    target.write_bytes(b"old")
    full = OSError(errno.ENOSPC, "No space left on device")

    def broken(error: BaseException) -> Iterator[Item]:
        yield item("a")
        raise error

    with pytest.raises(KeyboardInterrupt):
        write_apkg(target, broken(KeyboardInterrupt()), {}, {}, {})
    with pytest.raises(SrsError, match="could not be written: no space left on device"):
        write_apkg(target, broken(full), {}, {}, {})
    with pytest.raises(SrsError, match="could not be written: no such file"):
        write_apkg(target, [item("a")], {}, {}, {"a.png": tmp_path / "gone.png"})
    assert target.read_bytes() == b"old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["tmp", "x.apkg"]
    assert list(temporary.iterdir()) == []


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    """Where the file cannot grow, the message says so and nothing is left."""
    code = (
        "import resource, signal, sys; from pathlib import Path; sys.path[:0] = sys.argv[1:3]\n"
        "from test_package import item, write_apkg\n"
        "import genanki\n"
        "from srs.errors import SrsError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n    write_apkg(Path(sys.argv[3]), (item(str(n)) for n in range(2000)), {}, {}, {})\n"
        "except SrsError as error:\n    print(error.message)\n"
    )
    here = Path(__file__)
    target = tmp_path / "x.apkg"
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    arguments = [sys.executable, "-B", "-c", code, str(here.parents[2]), str(here.parent), str(target)]
    environ = {**os.environ, "TMPDIR": str(temporary)}
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environ)
    assert "x.apkg could not be written: " in done.stdout
    assert list(tmp_path.iterdir()) == [temporary]
    assert list(temporary.iterdir()) == []


def test_the_target_must_be_a_file_in_a_folder(tmp_path: Path) -> None:
    """A folder, a device or a missing parent is refused before any work."""
    for target, words in (
        (tmp_path, "is not a file"),
        (Path("/dev/null"), "is not a file"),
        (tmp_path / "a/b", "no folder"),
    ):
        with pytest.raises(SrsError, match=words):
            write_apkg(target, [], {}, {}, {})


def test_a_link_is_written_through_and_rights_are_kept(tmp_path: Path) -> None:
    """A symlink stays a link to the new package, which keeps the old file's permissions."""
    real = tmp_path / "real.apkg"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link = tmp_path / "link.apkg"
    link.symlink_to(real)
    write_apkg(link, [item("a")], {}, {}, {})
    assert link.is_symlink()
    assert zipfile.is_zipfile(real)
    assert real.stat().st_mode & 0o777 == 0o640


def test_nothing_to_export_is_a_package_too(tmp_path: Path) -> None:
    """Without notes the package is valid and empty."""
    out = write(tmp_path / "x.apkg")
    assert out["notes"] == out["cards"] == []
    assert list(out["decks"]) == ["1"]
