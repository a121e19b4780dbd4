import os
from pathlib import Path

import pytest

from srs.collection.device import device_name
from srs.collection.locations import NoCollection, cache_folder, find_collection, private_journal_folder, state_folder
from srs.errors import SrsError
from tests.support import basic_deck, make_collection, moment, open_collection


def collection_at(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "srs.toml").touch()
    return folder


def test_what_is_asked_in_which_order(tmp_path: Path) -> None:
    """-C goes before $SRS_COLLECTION, that before the nearest parent, that before ~/srs."""
    given, named, above, home = (collection_at(tmp_path / name) for name in ("given", "named", "above", "home/srs"))
    environ = {"HOME": str(tmp_path / "home"), "SRS_COLLECTION": str(named)}
    below = above / "decks" / "deep"
    below.mkdir(parents=True)
    assert find_collection(str(given), environ, below) == given
    assert find_collection(None, environ, below) == named
    assert find_collection(None, {"HOME": environ["HOME"]}, below) == above
    assert find_collection(None, {"HOME": environ["HOME"]}, tmp_path) == home


def test_none(tmp_path: Path) -> None:
    """Without any collection the user is told to make one."""
    with pytest.raises(NoCollection) as caught:
        find_collection(None, {"HOME": str(tmp_path)}, tmp_path)
    assert caught.value.hint == "make one with the starter decks: srs init"


def test_a_wrong_place_is_not_passed_over(tmp_path: Path) -> None:
    """-C at a folder without srs.toml is an error, even where there is a collection above."""
    collection_at(tmp_path / "above")
    with pytest.raises(NoCollection, match=r"-C names nowhere, which holds no srs\.toml"):
        find_collection("nowhere", {}, tmp_path / "above")
    with pytest.raises(NoCollection, match="SRS_COLLECTION names nowhere"):
        find_collection(None, {"SRS_COLLECTION": "nowhere"}, tmp_path / "above")


def test_nothing_derived_lies_in_the_collection(tmp_path: Path) -> None:
    """Answering adds nothing to the collection but the journal."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    open_collection(root, environ).answer("one:answer", 3, moment(), 1000)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    assert names == ["decks", "decks/a.yaml", "journal", "journal/here-0001.2026.jsonl", "srs.toml"]


def test_collections_of_one_name_have_their_own_index(tmp_path: Path) -> None:
    """Two collections whose folders have the same name share neither index nor private journal."""
    one, two = tmp_path / "a" / "cards", tmp_path / "b" / "cards"
    environ = {"HOME": str(tmp_path)}
    assert cache_folder(one, environ) != cache_folder(two, environ)
    assert private_journal_folder(one, environ) != private_journal_folder(two, environ)


def test_our_own_variables_go_first(tmp_path: Path) -> None:
    """$SRS_STATE_DIR goes before $XDG_STATE_HOME, that before the home folder."""
    environ = {"HOME": "/home/m", "XDG_STATE_HOME": "/state", "SRS_STATE_DIR": "/own"}
    assert state_folder(environ) == Path("/own")
    del environ["SRS_STATE_DIR"]
    assert state_folder(environ) == Path("/state/srs")


def test_a_private_journal_stays_out_of_the_collection(tmp_path: Path) -> None:
    """With journal = "private" answers go to the state folder, found by the collection's path, and that is said."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\n')
    collection = open_collection(root, environ)
    assert collection.starts_private_journal()
    collection.answer("one:answer", 3, moment(), 1000)
    assert not collection.starts_private_journal()
    assert not (root / "journal").exists()
    assert [p.name for p in private_journal_folder(root, environ).glob("[!.]*")] == ["here-0001.2026.jsonl"]
    assert open_collection(root, environ).state("one:answer").reps == 1


def test_a_journal_here_gives_no_notice(tmp_path: Path) -> None:
    """A journal in the collection is no private one, empty or not."""
    root, environ = make_collection(tmp_path)
    assert not open_collection(root, environ).starts_private_journal()


def test_the_device_keeps_its_name(tmp_path: Path) -> None:
    """The device's name is made once and read from then on."""
    name = device_name(tmp_path / "state")
    assert device_name(tmp_path / "state") == name
    assert (tmp_path / "state" / "device").read_text("utf-8").split()[0] == name


def machine(tmp_path: Path, text: str) -> Path:
    path = tmp_path / f"machine-{text}"
    path.write_text(f"{text}\n", "utf-8")
    return path


def test_a_copied_home_gets_a_name_of_its_own(tmp_path: Path) -> None:
    """On another machine the same state folder gives another name, and each machine keeps its own."""
    first, second = machine(tmp_path, "aaaa"), machine(tmp_path, "bbbb")
    names = [device_name(tmp_path, first), device_name(tmp_path, second)]
    assert names[0] != names[1]
    assert [device_name(tmp_path, each) for each in (first, second)] == names


def test_a_name_of_an_older_srs_is_kept(tmp_path: Path) -> None:
    """A name that belongs to no machine yet goes to the first that asks, and to nobody after it."""
    (tmp_path / "device").write_text("mira-3f9a\n", "utf-8")
    first, second = machine(tmp_path, "aaaa"), machine(tmp_path, "bbbb")
    assert device_name(tmp_path, first) == device_name(tmp_path, first) == "mira-3f9a"
    assert device_name(tmp_path, second) != "mira-3f9a"


def test_a_system_that_does_not_tell_machines_apart(tmp_path: Path) -> None:
    """Without a machine's id there is one name."""
    name = device_name(tmp_path, tmp_path / "none")
    assert device_name(tmp_path, tmp_path / "none") == name


@pytest.mark.parametrize("text", ["", "../../evil\n", "two words\n", "\x00\n"])
def test_a_spoilt_name_is_made_anew(tmp_path: Path, text: str) -> None:
    """A device file that holds no name, or one that would lead elsewhere, is replaced."""
    (tmp_path / "device").write_text(text, "utf-8")
    name = device_name(tmp_path)
    assert name == device_name(tmp_path) and "/" not in name and name != text.strip()


def test_a_name_in_a_pipe(tmp_path: Path) -> None:
    """Where the device's name stands in no regular file, that is said at once."""
    os.mkfifo(tmp_path / "device")
    with pytest.raises(SrsError, match="device: cannot be read, it is no regular file"):
        device_name(tmp_path)
